//! Being somebody of the demo's town: their session goes into the browser.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to, own_path, with_cookie};
use access::tokens::SESSION_LIFE;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{ActorKind, Error};
use web::Refusal;

pub(super) async fn posted(State(desks): State<Desks>, asked: Asked, fields: Fields) -> Response {
    asked.or_refusal(be(&desks, fields.text("who"), fields.get("next")))
}

/// The same by an address, for the lines the program prints.
pub(super) async fn linked(State(desks): State<Desks>, asked: Asked, Path(key): Path<String>) -> Response {
    asked.or_refusal(be(&desks, &key, asked.query("next")))
}

fn be(desks: &Desks, key: &str, next: Option<&str>) -> Result<Response, Error> {
    let stage = desks.stage().ok_or(Refusal::NotFound)?;
    let part = stage.part(key).ok_or_else(|| Refusal::NotFound.at("who"))?;
    let kind = if part.citizen { ActorKind::Citizen } else { ActorKind::Staff };
    let cookie = desks.gate.session_cookie(kind, &part.token, SESSION_LIFE);
    Ok(with_cookie(go_to(next.and_then(own_path).unwrap_or(part.begins())), &cookie))
}
