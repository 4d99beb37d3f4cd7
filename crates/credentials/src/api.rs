//! `/v1` and `/phone/me` routes of cards and codes. Members that end in `_at` are
//! microseconds UTC; `at` and `until` are the same instants for people, RFC 3339.
//! Bytes are base64url without padding.
//!
//! [`scans`] has what desks, gates and terminals call, [`cards`] the life of cards
//! at a desk, [`phone`] and [`family`] what a person's own phone calls, [`lists`]
//! what works without a network.

mod cards;
mod family;
pub mod lists;
mod phone;
mod scans;

use crate::{CONFIRM, Credentials, ISSUE, SCAN, SHOW_OWN, VERIFY};
use ::store::{OnceKey, Reply};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kernel::{Actor, CardId, Error, Fault, FaultKind, PersonId};
use serde::Serialize;
use web::{Problem, Route};

/// The routes.
pub fn routes(credentials: &Credentials) -> Vec<Route> {
    let mut all = vec![
        Route::post("/v1/scan", SCAN, scans::scan, credentials),
        Route::post("/v1/scan/batch", SCAN, scans::batch, credentials),
        Route::post("/v1/scan/desk", CONFIRM, scans::desk, credentials),
        Route::post("/v1/scan/offline", SCAN, lists::told, credentials),
        Route::post("/v1/presence/check", SCAN, scans::proved, credentials),
        Route::get("/v1/trust", kernel::right::PUBLIC, lists::trust, credentials),
        Route::get("/v1/revoked", VERIFY, lists::revoked, credentials),
        Route::post("/v1/cards", ISSUE, cards::issue_card, credentials),
        Route::post("/v1/cards/bind", ISSUE, cards::bind, credentials),
        Route::post("/v1/cards/merge", ISSUE, cards::merge_cards, credentials),
        Route::post("/v1/cards/guardian", ISSUE, cards::guardian, credentials),
        Route::get("/v1/cards/{card}", ISSUE, cards::card, credentials),
        Route::post("/v1/cards/{card}/revoke", ISSUE, cards::revoke_card, credentials),
        Route::post("/v1/cards/{card}/replace", ISSUE, cards::replace_card, credentials),
        Route::post("/v1/cards/{card}/act/{act}", ISSUE, cards::act_on, credentials),
        Route::get("/v1/cards/{card}/code", ISSUE, cards::card_code, credentials),
        Route::post("/v1/cards/{card}/print", ISSUE, cards::print_card, credentials),
        Route::post("/v1/cards/sheet", ISSUE, cards::sheet, credentials),
    ];
    all.extend(phone_routes(credentials));
    all
}

/// What a phone calls, under both its addresses: the cookie of a phone is sent to
/// `/phone` only, a bearer token anywhere.
macro_rules! twice {
    ($credentials:ident; $($method:ident $path:literal $handler:path;)*) => {
        vec![$(
            Route::$method(concat!("/v1/me", $path), SHOW_OWN, $handler, $credentials),
            Route::$method(concat!("/phone/me", $path), SHOW_OWN, $handler, $credentials),
        )*]
    };
}

fn phone_routes(credentials: &Credentials) -> Vec<Route> {
    twice![credentials;
        get "/code" phone::own_code;
        get "/used" phone::used;
        get "/devices" phone::devices;
        post "/devices" phone::register;
        post "/devices/{device}/rename" phone::rename;
        post "/devices/{device}/remove" phone::remove;
        post "/devices/{device}/stock" phone::stock;
        post "/devices/{device}/credential" phone::credential;
        get "/cards" phone::cards;
        post "/cards" phone::apply;
        post "/cards/{card}/{act}" phone::act_on;
        get "/family" family::family;
        get "/mandates" family::mandates;
        post "/mandates" family::give;
        post "/mandates/{mandate}/end" family::end_mandate;
        get "/presences" family::presences;
        post "/presences/{presence}/end" family::end_presence;
    ]
}

/// Characters of an idempotency key at most.
const KEY_MAX: usize = 255;

fn written(answer: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(answer)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing an answer as JSON", error).into())
}

fn answered(status: StatusCode, answer: &impl Serialize) -> Result<Response, Problem> {
    Ok(web::answer::json_bytes(status, written(answer)?))
}

fn replied(reply: Reply) -> Response {
    web::answer::json_bytes(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK), reply.body)
}

/// A refusal of a scan; one that asks for patience says for how long.
fn told(error: Error) -> Response {
    let wait = match &error {
        Error::Refused(refused) if refused.kind.code == crate::Refusal::TooFast.kind().code => {
            refused.detail.as_deref().and_then(|seconds| HeaderValue::from_str(seconds).ok())
        }
        Error::Refused(_) | Error::Fault(_) => None,
    };
    let mut response = Problem(error).into_response();
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

/// The key of a request that may be sent again; nothing without the header.
fn once_key(headers: &HeaderMap, actor: &Actor, route: &str, parts: &[&str]) -> Result<Option<OnceKey>, Error> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_MAX);
    let key = key.ok_or_else(|| {
        web::Refusal::ParameterInvalid.at("Idempotency-Key").with(format!("1 to {KEY_MAX} printable characters"))
    })?;
    let body = written(&parts)?;
    Ok(Some(OnceKey::new(actor.id.0, route, key, &body, false)))
}

/// Runs a writing verb once for its key, or simply when there is none.
async fn once<T: Serialize + Send>(
    credentials: &Credentials,
    home: PersonId,
    key: Option<OnceKey>,
    status: u16,
    mut work: impl FnMut(&mut ::store::Tx<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<Response, Problem> {
    let home = key.as_ref().map_or(home.0, OnceKey::home);
    let reply = credentials.db.write(home, move |tx| {
        let mut run = |tx: &mut ::store::Tx<'_>| Ok((status, written(&work(tx)?)?));
        match &key {
            Some(key) => tx.once(key, run),
            None => run(tx).map(|(status, body)| Reply { status, body, repeated: false }),
        }
    });
    Ok(replied(reply.await?))
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn bytes(text: &str, field: &str) -> Result<Vec<u8>, Error> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_bad| web::Refusal::BodyInvalid.at(field).with("base64url without padding"))
}

fn card_id(text: &str) -> Result<CardId, Error> {
    text.parse().map_err(|_bad| web::Refusal::NotFound.at("card"))
}

fn person_id(text: &str, field: &str) -> Result<PersonId, Error> {
    text.parse().map_err(|_bad| web::Refusal::BodyInvalid.at(field).with("an id such as p0h4k2m8x7d3q5z9"))
}
