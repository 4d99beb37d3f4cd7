//! Signing out: the session ends here and in the database.

use crate::Desks;
use crate::asked::{Asked, go_to, with_cookie};
use axum::extract::State;
use axum::response::Response;
use kernel::{ActorKind, Error};

pub(super) async fn sign_out(State(desks): State<Desks>, asked: Asked) -> Response {
    asked.or_refusal(signed_out(&desks, &asked).await)
}

async fn signed_out(desks: &Desks, asked: &Asked) -> Result<Response, Error> {
    // The demo's people share one token each, which must outlive a visitor.
    if let Some(token) = asked.token().filter(|token| !belongs_to_the_demo(desks, token)) {
        access::sign_in::sign_out(&desks.gate, token).await?;
    }
    let place = if desks.demo { "/" } else { "/sign-in" };
    Ok(with_cookie(go_to(place), &desks.gate.session_cookie(ActorKind::Staff, "", 0)))
}

fn belongs_to_the_demo(desks: &Desks, token: &str) -> bool {
    desks.stage().is_some_and(|stage| stage.parts.iter().any(|part| part.token == token))
}
