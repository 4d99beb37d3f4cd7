//! `/v1` routes of insurance. Days are `2026-11-18`, amounts whole fen in members
//! that end in `_fen`, instants microseconds UTC in members that end in `_at`.

mod office;
mod own;
mod view;

pub use view::{coverage_json, eligibility_json, year_json};

use crate::rules::day::{Day, FOREVER, Period};
use crate::{ADMINISTER, CHECK, FILE, Insurance, READ_OWN, Refusal, SHARE};
use ::store::{OnceKey, Reply, Tx};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kernel::{Actor, ActorKind, Error, Fault, FaultKind, PersonId};
use serde::Serialize;
use web::Route;

/// The routes.
pub fn routes(insurance: &Insurance) -> Vec<Route> {
    vec![
        Route::get("/v1/me/insurance", READ_OWN, own::read, insurance),
        Route::get("/v1/insurance/persons/{person}", CHECK, own::check, insurance),
        Route::post("/v1/insurance/filings", FILE, own::file, insurance),
        Route::post("/v1/insurance/filings/{filing}/own-move", FILE, own::move_own, insurance),
        Route::post("/v1/me/sharings", SHARE, own::offer, insurance),
        Route::post("/v1/me/sharings/{sharing}/confirm", SHARE, own::confirm, insurance),
        Route::post("/v1/me/sharings/{sharing}/revoke", SHARE, own::revoke, insurance),
        Route::get("/v1/insurance/plans", READ_OWN, office::plans, insurance),
        Route::post("/v1/insurance/plans", ADMINISTER, office::load_plan, insurance),
        Route::post("/v1/insurance/catalogues", ADMINISTER, office::load_catalogue, insurance),
        Route::get("/v1/insurance/catalogues/{area}/items/{code}", CHECK, office::item, insurance),
        Route::get("/v1/insurance/designations", CHECK, office::designations, insurance),
        Route::post("/v1/insurance/designations", ADMINISTER, office::designate, insurance),
        Route::post("/v1/insurance/coverages", ADMINISTER, office::enrol, insurance),
        Route::post("/v1/insurance/coverages/{coverage}/end", ADMINISTER, office::leave, insurance),
        Route::post("/v1/insurance/standings", ADMINISTER, office::stand, insurance),
        Route::post("/v1/insurance/standings/{standing}/end", ADMINISTER, office::end_standing, insurance),
        Route::post("/v1/insurance/accounts", ADMINISTER, office::move_account, insurance),
        Route::get("/v1/insurance/filings/waiting", ADMINISTER, office::waiting, insurance),
        Route::post("/v1/insurance/filings/{filing}/move", ADMINISTER, office::move_filing, insurance),
    ]
}

/// Characters of an idempotency key at most.
const KEY_MAX: usize = 255;

pub(crate) fn written(answer: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(answer)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing an answer as JSON", error).into())
}

fn answered(answer: &impl Serialize) -> Result<Response, web::Problem> {
    Ok(web::answer::json_bytes(StatusCode::OK, written(answer)?))
}

fn replied(reply: Reply) -> Response {
    web::answer::json_bytes(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK), reply.body)
}

fn person_id(text: &str, field: &str) -> Result<PersonId, Error> {
    text.parse().map_err(|_bad| web::Refusal::BodyInvalid.at(field).with("an id such as p0h4k2m8x7d3q5z9"))
}

fn day(text: &str, field: &str) -> Result<Day, Error> {
    Day::read(text).ok_or_else(|| Refusal::FieldInvalid.at(field).with("a day such as 2026-11-18"))
}

fn days(from: &str, to: Option<&str>) -> Result<Period, Error> {
    let to_on = to.map_or(Ok(FOREVER), |text| day(text, "to"))?;
    Period::of(day(from, "from")?, to_on).ok_or_else(|| Refusal::FieldInvalid.at("to"))
}

/// The person a citizen speaks of is the citizen; others name one.
fn whom(actor: &Actor, asked: Option<&str>) -> Result<PersonId, Error> {
    let asked = asked.map(|text| person_id(text, "person")).transpose()?;
    match (actor.kind, actor.person, asked) {
        (ActorKind::Citizen, Some(own), None) => Ok(own),
        (ActorKind::Citizen, Some(own), Some(named)) if own == named => Ok(own),
        (ActorKind::Citizen, _, _) => Err(web::Refusal::NotFound.at("person")),
        (ActorKind::Staff | ActorKind::Device | ActorKind::System, _, Some(named)) => Ok(named),
        (ActorKind::Staff | ActorKind::Device | ActorKind::System, _, None) => {
            Err(web::Refusal::BodyInvalid.at("person"))
        }
    }
}

/// Runs a verb once under the request's idempotency key, if it has one; twins meet
/// in the lane of the key, others run in the person's.
async fn once(
    insurance: &Insurance,
    home: PersonId,
    actor: &Actor,
    headers: &HeaderMap,
    route: &str,
    body: &impl Serialize,
    work: impl Fn(&mut Tx<'_>) -> Result<Vec<u8>, Error> + Send + 'static,
) -> Result<Response, web::Problem> {
    let key = match headers.get("idempotency-key") {
        None => None,
        Some(value) => {
            let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_MAX);
            let key = key.ok_or_else(|| web::Refusal::ParameterInvalid.at("Idempotency-Key"))?;
            Some(OnceKey::new(actor.id.0, route, key, &written(body)?, true))
        }
    };
    let reply = insurance
        .db
        .write(home.0, move |tx| match &key {
            Some(key) => tx.once(key, |tx| Ok((200, work(tx)?))),
            None => Ok(Reply { status: 200, body: work(tx)?, repeated: false }),
        })
        .await?;
    Ok(replied(reply))
}
