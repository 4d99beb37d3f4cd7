//! Signing in with a passkey: a challenge, then the browser's answer.

use crate::Desks;
use crate::asked::with_cookie;
use crate::sign_in::goes_to;
use access::{Passkeys, Refusal};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::Error;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use web::{Body, Problem};

/// The node's passkeys, or the refusal where it has none.
pub(crate) fn passkeys(desks: &Desks) -> Result<&Passkeys, Error> {
    let why = "passkeys need the node's public address to be a host name, not an IP address";
    desks.passkeys.as_ref().ok_or_else(|| Refusal::PasskeyFailed.error().with(why))
}

/// JSON for the script.
pub(crate) fn reply(value: &Value) -> Response {
    web::answer::json_bytes(StatusCode::OK, value.to_string().into_bytes())
}

#[derive(Deserialize)]
pub(super) struct Start {
    #[serde(default)]
    name: String,
}

pub(super) async fn start(State(desks): State<Desks>, Body(asked): Body<Start>) -> Result<Response, Problem> {
    let passkeys = passkeys(&desks)?;
    let challenge = if asked.name.trim().is_empty() {
        passkeys.start_sign_in_without_name(&desks.gate)?
    } else {
        passkeys.start_sign_in(&desks.gate, &asked.name).await?
    };
    Ok(reply(&json!({ "ceremony": challenge.ceremony, "options": challenge.options })))
}

#[derive(Deserialize)]
pub(super) struct Finish {
    ceremony: String,
    credential: Box<RawValue>,
    #[serde(default)]
    next: String,
}

pub(super) async fn finish(State(desks): State<Desks>, Body(asked): Body<Finish>) -> Result<Response, Problem> {
    let signed_in = passkeys(&desks)?.finish_sign_in(&desks.gate, &asked.ceremony, asked.credential.get()).await?;
    let cookie = desks.gate.session_cookie(signed_in.actor.kind, &signed_in.token, signed_in.life);
    let next = goes_to(&signed_in, &asked.next);
    Ok(with_cookie(reply(&json!({ "next": next })), &cookie))
}
