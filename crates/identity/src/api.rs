//! `/v1` routes of identity.

use crate::rules::demographics::Masked;
use crate::rules::identifier::Identifier;
use crate::{FIND, FOUND, Index, Refusal, read};
use ::store::Event;
use access::Gate;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use kernel::{Fault, FaultKind, InstitutionId};
use serde::{Deserialize, Serialize};
use web::{Caller, Problem, Route};

#[derive(Clone)]
struct Identity {
    gate: Gate,
    index: Index,
}

/// The routes.
pub fn routes(gate: &Gate, index: &Index) -> Vec<Route> {
    let state = Identity { gate: gate.clone(), index: index.clone() };
    vec![Route::get("/v1/persons", FIND, found, &state)]
}

#[derive(Debug, Deserialize)]
struct Asked {
    identifier: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    person: View<'a>,
}

#[derive(Serialize)]
struct View<'a> {
    id: String,
    name: &'a str,
    name_en: &'a str,
    gender: &'a str,
    birth_year: &'a str,
    document: &'a str,
}

/// `GET /v1/persons?identifier=system|value`: who has exactly this identifier,
/// masked. The person sees that they were looked up.
async fn found(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let identifier = asked.identifier.as_deref().and_then(Identifier::parse).ok_or_else(|| {
        web::Refusal::ParameterInvalid.at("identifier").with("system|value, for example urn:oid:2.16.156.10011.1.3|…")
    })?;
    let institution = actor.institution.unwrap_or(InstitutionId(0));
    let index = identity.index.clone();
    let db = identity.gate.db();
    let masked = db
        .read(move |sql| match read::find(sql, &index, institution, std::slice::from_ref(&identifier))? {
            None => Ok(None),
            Some(person) => Ok(read::masked(sql, person)?),
        })
        .await?
        .ok_or(Refusal::NobodyFound.at("identifier"))?;
    let event =
        Event { person: Some(masked.id), actor: Some(actor.id), institution: actor.institution, ..Event::of(&FOUND) };
    db.record(masked.id.0, event).await?;
    let body = serde_json::to_vec(&Answer { person: view(&masked) })
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing a person as JSON", error))?;
    Ok(web::answer::json_bytes(StatusCode::OK, body))
}

fn view(masked: &Masked) -> View<'_> {
    View {
        id: masked.id.to_string(),
        name: &masked.name,
        name_en: &masked.name_en,
        gender: &masked.gender,
        birth_year: &masked.birth_year,
        document: &masked.document,
    }
}
