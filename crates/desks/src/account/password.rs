//! Changing the password, and ending the sessions elsewhere.

use crate::Desks;
use crate::account::show::{answer, with_problem};
use crate::asked::{Asked, Fields, go_to};
use crate::sign_in::pages::Problem;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use web::Caller;
use web::words::Word;

pub(super) async fn change(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    fields: Fields,
) -> Response {
    if fields.text("new") != fields.text("again") {
        let problem = Problem {
            fact: asked.lang[Word::PasswordDiffers].to_owned(),
            what_to_do: asked.lang[Word::PasswordDiffersDo].to_owned(),
        };
        return answer(&desks, &actor, &asked, None, (StatusCode::UNPROCESSABLE_ENTITY, problem)).await;
    }
    let token = asked.token().unwrap_or_default();
    let (old, new) = (fields.text("old"), fields.text("new"));
    match access::password::change(&desks.gate, &actor, token, old, new).await {
        Ok(()) => go_to("/account?done=password"),
        Err(error) => with_problem(&desks, &actor, &asked, None, error).await,
    }
}

pub(super) async fn sign_out_others(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    let ended = access::sign_in::end_sessions(&desks.gate, &actor, actor.id, asked.token()).await;
    asked.or_refusal(ended.map(|_count| go_to("/account?done=others")))
}
