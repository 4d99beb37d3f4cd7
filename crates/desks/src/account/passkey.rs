//! Adding a passkey and taking one away.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to, with_cookie};
use crate::sign_in::{passkeys, reply};
use access::tokens::SESSION_LIFE;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use web::{Body, Caller, Problem};

pub(super) async fn start(State(desks): State<Desks>, Caller(actor): Caller) -> Result<Response, Problem> {
    let challenge = passkeys(&desks)?.start_registration(&desks.gate, &actor).await?;
    Ok(reply(&json!({ "ceremony": challenge.ceremony, "options": challenge.options })))
}

#[derive(Deserialize)]
pub(super) struct Finish {
    ceremony: String,
    credential: Box<RawValue>,
    #[serde(default)]
    label: String,
}

pub(super) async fn finish(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    Body(asked): Body<Finish>,
) -> Result<Response, Problem> {
    let added = passkeys(&desks)?
        .finish_registration(&desks.gate, &actor, &asked.ceremony, asked.credential.get(), &asked.label)
        .await?;
    let done = reply(&json!({ "next": "/account?done=passkey" }));
    Ok(match added.session {
        Some(token) => with_cookie(done, &desks.gate.session_cookie(actor.kind, &token, SESSION_LIFE)),
        None => done,
    })
}

pub(super) async fn remove(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    fields: Fields,
) -> Response {
    let removed = async {
        let passkeys = passkeys(&desks)?;
        passkeys.remove(&desks.gate, &actor, actor.id, fields.text("id"), asked.token()).await
    };
    asked.or_refusal(removed.await.map(|removed| go_to(if removed { "/account?done=removed" } else { "/account" })))
}
