//! `/v1` routes of settlement. Amounts are whole fen in members that end in `_fen`,
//! days `2026-11-18`, instants microseconds UTC in members that end in `_at`.

mod money;
mod office;
mod visits;

use crate::{OFFICE, SETTLE, Settlements, VISIT};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use insurance::Day;
use kernel::{Actor, ActorKind, Error, Fault, FaultKind, PersonId};
use serde::Serialize;
use serde_json::Value;
use web::{Problem, Route};

/// The routes.
pub fn routes(env: &Settlements) -> Vec<Route> {
    vec![
        Route::post("/v1/visits", VISIT, visits::register, env),
        Route::get("/v1/visits/{visit}", SETTLE, visits::read, env),
        Route::put("/v1/visits/{visit}", VISIT, visits::retell, env),
        Route::post("/v1/visits/{visit}/fees", VISIT, visits::charge, env),
        Route::post("/v1/visits/{visit}/fees/take-back", VISIT, visits::uncharge, env),
        Route::post("/v1/visits/{visit}/discharge", VISIT, visits::discharge, env),
        Route::post("/v1/visits/{visit}/readmit", VISIT, visits::readmit, env),
        Route::post("/v1/visits/{visit}/annul", VISIT, visits::annul, env),
        Route::get("/v1/me/visits", SETTLE, visits::mine, env),
        Route::post("/v1/quotes", SETTLE, money::quote, env),
        Route::get("/v1/quotes/{quote}/explanation", SETTLE, money::explain_quote, env),
        Route::post("/v1/settlements", SETTLE, money::settle, env),
        Route::post("/v1/settlements/ask", SETTLE, money::ask, env),
        Route::post("/v1/settlements/preview", SETTLE, money::preview, env),
        Route::get("/v1/settlements/{settlement}", SETTLE, money::read, env),
        Route::get("/v1/settlements/{settlement}/explanation", SETTLE, money::explain, env),
        Route::post("/v1/settlements/{settlement}/cancel", SETTLE, money::cancel, env),
        Route::post("/v1/settlements/reverse", VISIT, money::reverse, env),
        Route::get("/v1/me/settlements", SETTLE, money::mine, env),
        Route::get("/v1/me/account", SETTLE, money::account, env),
        Route::post("/v1/holds", SETTLE, money::hold, env),
        Route::post("/v1/holds/{hold}/release", SETTLE, money::release, env),
        Route::get("/v1/settlements/in-doubt", VISIT, office::in_doubt, env),
        Route::post("/v1/settlements/in-doubt/ask", VISIT, office::ask_again, env),
        Route::get("/v1/settlements/totals", VISIT, office::totals, env),
        Route::get("/v1/settlements/tasks", OFFICE, office::tasks, env),
        Route::post("/v1/settlements/tasks/{task}/done", OFFICE, office::end_task, env),
        Route::post("/v1/accounts/credits", OFFICE, office::credit, env),
        Route::post("/v1/settlements/top-ups", OFFICE, office::top_up, env),
        Route::post("/v1/settlements/second-payments", OFFICE, office::second_payments, env),
    ]
}

pub(crate) fn written(answer: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(answer)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing an answer as JSON", error).into())
}

fn answered(status: StatusCode, answer: &impl Serialize) -> Result<Response, Refusal> {
    Ok(web::answer::json_bytes(status, written(answer)?))
}

/// A problem of the money path: where the refusal brings numbers or ids, they are
/// members of the problem and not only text.
pub(crate) struct Refusal(Error);

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Error::Refused(refused) = &self.0 else { return Problem(self.0).into_response() };
        let particulars = match refused.kind.code {
            "settlement.quote-stale" => refused.detail.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            "settlement.later-settlement-exists" => refused
                .detail
                .as_deref()
                .map(|text| Value::Array(text.split(' ').map(|id| Value::String(id.to_owned())).collect())),
            _ => None,
        };
        let mut body = web::answer::problem_body(refused.kind, refused.field.as_deref(), refused.detail.as_deref());
        if let Some(members) = body.as_object_mut() {
            members.insert("nhsa".into(), Value::String(crate::nhsa_code(refused.kind)));
            if let Some(particulars) = particulars {
                let name = if refused.kind.code == "settlement.quote-stale" { "now" } else { "later" };
                members.insert(name.into(), particulars);
                members.remove("detail");
            }
        }
        let mut response = (
            web::answer::status_of(refused.kind),
            [(http::header::CONTENT_TYPE, "application/problem+json")],
            body.to_string(),
        )
            .into_response();
        if refused.kind.status == 503 {
            response.headers_mut().insert(http::header::RETRY_AFTER, http::HeaderValue::from_static("2"));
        }
        response
    }
}

fn day(text: &str, field: &str) -> Result<Day, Error> {
    Day::read(text).ok_or_else(|| insurance::Refusal::FieldInvalid.at(field).with("a day such as 2026-11-18"))
}

/// The message number of a request: named in the body, else its idempotency key. A
/// citizen's are kept apart from those of institutions.
fn message_number(actor: &Actor, headers: &HeaderMap, named: Option<String>) -> Result<String, Error> {
    let header = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let number = named.or(header).ok_or_else(|| crate::Refusal::MessageInvalid.at("Idempotency-Key"))?;
    Ok(match actor.kind {
        ActorKind::Citizen => format!("{}:{number}", actor.id),
        ActorKind::Staff | ActorKind::Device | ActorKind::System => number,
    })
}

/// The person a request is about: a citizen is it, others name an id or the agency's
/// number.
async fn person_asked(
    env: &Settlements,
    actor: &Actor,
    person: Option<&str>,
    psn_no: Option<&str>,
) -> Result<PersonId, Error> {
    let named = match (person, psn_no) {
        (Some(text), _) => {
            let bad = |_bad| web::Refusal::BodyInvalid.at("person").with("an id such as p0h4k2m8x7d3q5z9");
            Some(text.parse().map_err(bad)?)
        }
        (None, Some(number)) => {
            let number = number.to_owned();
            let found = env.db.read(move |sql| insurance::eligibility::person_of(sql, &number)).await?;
            Some(found.ok_or_else(|| insurance::Refusal::PersonNotFound.at("psn_no"))?)
        }
        (None, None) => None,
    };
    match (actor.kind, actor.person, named) {
        (ActorKind::Citizen, Some(own), None) => Ok(own),
        (ActorKind::Citizen, Some(own), Some(named)) if own == named => Ok(own),
        (ActorKind::Citizen, _, _) => Err(web::Refusal::NotFound.at("person")),
        (ActorKind::Staff | ActorKind::Device | ActorKind::System, _, Some(named)) => Ok(named),
        (ActorKind::Staff | ActorKind::Device | ActorKind::System, _, None) => {
            Err(web::Refusal::BodyInvalid.at("person"))
        }
    }
}
