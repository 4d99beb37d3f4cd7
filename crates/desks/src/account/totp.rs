//! Setting up one-time codes: a secret, then its first code.

use crate::Desks;
use crate::account::pages::{Totp, account};
use crate::account::show::{view, with_problem};
use crate::asked::{Asked, Fields, go_to, page, with_cookie};
use access::tokens::SESSION_LIFE;
use axum::extract::State;
use axum::response::Response;
use web::Caller;

pub(super) async fn start(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    let shown = async {
        let begun = desks.gate.begin_totp(&actor).await?;
        let setup = Totp::Setup { uri: begun.uri, secret: begun.secret };
        Ok(page(account(&view(&desks, &actor, asked.lang, Some(setup)).await?)))
    };
    asked.or_refusal(shown.await)
}

/// The secret comes back with a wrong code, so that it can be shown again: the
/// node does not keep what it showed.
pub(super) async fn finish(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    fields: Fields,
) -> Response {
    match desks.gate.confirm_totp(&actor, fields.text("code")).await {
        Ok(session) => {
            let done = go_to("/account?done=totp");
            match session {
                Some(token) => with_cookie(done, &desks.gate.session_cookie(actor.kind, &token, SESSION_LIFE)),
                None => done,
            }
        }
        Err(error) => {
            let uri = fields.text("uri").to_owned();
            let setup = Totp::Setup { uri, secret: fields.text("secret").to_owned() };
            let setup = fields.get("secret").map(|_| setup);
            with_problem(&desks, &actor, &asked, setup, error).await
        }
    }
}
