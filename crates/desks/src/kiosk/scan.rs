//! The start, and a code that comes in.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to, page, page_with, with_cookie};
use crate::kiosk::pages::{self, KIOSK, PERSON};
use crate::kiosk::{PRESENCE_COOKIE, frame, settling};
use crate::refusal::sentences;
use axum::extract::State;
use axum::response::Response;
use credentials::Scan;
use credentials::present::PRESENCE_LIFE;
use kernel::time::SECOND;
use kernel::{Actor, Error};
use std::sync::Arc;
use web::Caller;
use web::answer::{status_of, told};

fn cookie(desks: &Desks, token: &str, life: i64) -> String {
    let secure = if desks.public_url.starts_with("https://") { "; Secure" } else { "" };
    let seconds = life / SECOND;
    format!("{PRESENCE_COOKIE}={token}; Path={KIOSK}; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

/// The start forgets whoever was here.
pub(super) async fn start(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    let shown = pages::start(&frame(&desks, &actor, asked.lang, KIOSK.to_owned()), None);
    with_cookie(page(shown), &cookie(&desks, "", 0))
}

pub(super) async fn scan(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked, fields: Fields) -> Response {
    match scanned(&desks, &actor, fields.text("code").trim()).await {
        Ok(token) => with_cookie(go_to(PERSON), &cookie(&desks, &token, PRESENCE_LIFE)),
        Err(error @ Error::Fault(_)) => asked.or_refusal(Err(error)),
        Err(refused) => {
            let (kind, _, _) = told(&refused);
            let problem = sentences(asked.lang, kind);
            let frame = frame(&desks, &actor, asked.lang, KIOSK.to_owned());
            page_with(status_of(kind), pages::start(&frame, Some(&problem)))
        }
    }
}

async fn scanned(desks: &Desks, actor: &Arc<Actor>, code: &str) -> Result<String, Error> {
    let scan = Scan {
        code: code.to_owned(),
        purpose: settling()?.code.to_owned(),
        place: actor.place.chars().take(credentials::scan::PLACE_MAX).collect(),
    };
    Ok(desks.credentials.scan(actor, scan).await?.token)
}
