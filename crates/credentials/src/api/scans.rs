//! What desks, gates and terminals call.

use super::{once_key, replied, told, written};
use crate::desk::DeskScan;
use crate::rules::carrier::Carrier;
use crate::scan::{Scan, Scanned};
use crate::token::Said;
use crate::{Credentials, Refusal};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kernel::time::rfc3339;
use kernel::{Actor, Error, Purpose};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use web::{Body, Caller, Problem};

/// Codes of one batch at most.
const BATCH_MAX: usize = 64;

#[derive(Debug, Deserialize)]
pub(super) struct ScanAsked {
    code: String,
    purpose: String,
    place: Option<String>,
}

#[derive(Serialize)]
struct ScanAnswer<'a> {
    person: PersonView<'a>,
    insured: Option<InsuredView<'a>>,
    waiting: [&'a str; 0],
    presence: PresenceView<'a>,
    grant: Option<GrantView>,
    purpose: &'static str,
    at: String,
}

#[derive(Serialize)]
struct PersonView<'a> {
    id: String,
    name: &'a str,
    name_en: &'a str,
    gender: &'a str,
    birth_year: &'a str,
    document: &'a str,
}

#[derive(Serialize)]
struct InsuredView<'a> {
    plan: &'a str,
    region: &'a str,
}

#[derive(Serialize)]
struct PresenceView<'a> {
    id: String,
    expires_at: i64,
    token: &'a str,
    carrier: &'static str,
    level: u8,
    /// Who showed the code in the person's stead.
    shown_by: Option<String>,
    limit_fen: Option<i64>,
}

#[derive(Serialize)]
struct GrantView {
    id: String,
    institution: String,
    institution_name: String,
    until_at: i64,
    until: String,
}

fn scan_answer(credentials: &Credentials, scanned: &Scanned) -> Result<Vec<u8>, Error> {
    let (person, presence) = (&scanned.person, &scanned.presence);
    let grant = presence.grant.as_ref().map(|grant| GrantView {
        id: grant.id.to_string(),
        institution: grant.institution.to_string(),
        institution_name: credentials.directory.name(grant.institution, false),
        until_at: grant.until_at,
        until: rfc3339(grant.until_at),
    });
    let insured =
        (!person.insured.is_empty()).then_some(InsuredView { plan: &person.insured, region: &person.insured_region });
    written(&ScanAnswer {
        person: PersonView {
            id: person.id.to_string(),
            name: &person.name,
            name_en: &person.name_en,
            gender: &person.gender,
            birth_year: &person.birth_year,
            document: &person.document,
        },
        insured,
        waiting: [],
        presence: PresenceView {
            id: presence.id.to_string(),
            expires_at: presence.expires_at,
            token: &scanned.token,
            carrier: presence.carrier.name(),
            level: presence.level.0,
            shown_by: presence.holder.map(|holder| holder.to_string()),
            limit_fen: presence.limit_fen,
        },
        grant,
        purpose: presence.purpose.code,
        at: rfc3339(presence.proved_at),
    })
}

/// `POST /v1/scan {code, purpose, place}`.
pub(super) async fn scan(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<ScanAsked>,
) -> Response {
    scanned(&credentials, &actor, &headers, asked).await.unwrap_or_else(told)
}

async fn scanned(
    credentials: &Credentials,
    actor: &Arc<Actor>,
    headers: &HeaderMap,
    asked: ScanAsked,
) -> Result<Response, Error> {
    let place = asked.place.unwrap_or_else(|| actor.place.to_string());
    let scan = Scan { code: asked.code, purpose: asked.purpose, place };
    let key = once_key(headers, actor, "POST /v1/scan", &[&scan.code, &scan.purpose, &scan.place])?;
    if let Some(key) = key {
        return Ok(replied(credentials.scan_once(actor, scan, key, scan_answer).await?));
    }
    let scanned = credentials.scan(actor, scan).await?;
    Ok(web::answer::json_bytes(StatusCode::OK, scan_answer(credentials, &scanned)?))
}

#[derive(Debug, Deserialize)]
pub(super) struct BatchAsked {
    codes: Vec<String>,
    purpose: String,
    place: Option<String>,
}

#[derive(Serialize)]
struct BatchAnswer {
    results: Vec<Value>,
}

/// `POST /v1/scan/batch {codes, purpose, place}`: what a gate read, each with its
/// own result in order: what a scan answers, or a problem.
pub(super) async fn batch(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Body(asked): Body<BatchAsked>,
) -> Result<Response, Problem> {
    if asked.codes.len() > BATCH_MAX {
        return Err(web::Refusal::BodyInvalid.at("codes").with(format!("at most {BATCH_MAX}")).into());
    }
    let place = asked.place.unwrap_or_else(|| actor.place.to_string());
    let under_way: Vec<_> = asked
        .codes
        .into_iter()
        .map(|code| {
            let scan = Scan { code, purpose: asked.purpose.clone(), place: place.clone() };
            let (credentials, actor) = (credentials.clone(), actor.clone());
            tokio::spawn(async move {
                let scanned = credentials.scan(&actor, scan).await?;
                scan_answer(&credentials, &scanned)
            })
        })
        .collect();
    let mut results = Vec::with_capacity(under_way.len());
    for one in under_way {
        let done = one.await.unwrap_or_else(|gone| {
            Err(kernel::Fault::from_source(kernel::FaultKind::Broken, "one scan of a batch", gone).into())
        });
        results.push(match done {
            Ok(body) => serde_json::from_slice(&body).unwrap_or(Value::Null),
            Err(error) => {
                let (kind, field, detail) = web::answer::told(&error);
                web::answer::problem_body(kind, field, detail)
            }
        });
    }
    super::answered(StatusCode::OK, &BatchAnswer { results })
}

#[derive(Debug, Deserialize)]
pub(super) struct DeskAsked {
    carrier: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    identifier: String,
    #[serde(default)]
    confirmed: bool,
    purpose: String,
    place: Option<String>,
}

/// `POST /v1/scan/desk {carrier, identifier, code, confirmed, purpose, place}`: a
/// document, spoken digits, a printed code or another card, after a clerk's look.
pub(super) async fn desk(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Body(asked): Body<DeskAsked>,
) -> Response {
    let work = async {
        let carrier = Carrier::from_name(&asked.carrier).ok_or_else(|| {
            web::Refusal::BodyInvalid
                .at("carrier")
                .with("identity-card, passport, social-card, other-card, spoken, paper")
        })?;
        let place = asked.place.unwrap_or_else(|| actor.place.to_string());
        let scan = Scan { code: asked.code, purpose: asked.purpose, place };
        let desk = DeskScan { scan, carrier, identifier: asked.identifier, confirmed: asked.confirmed };
        let scanned = credentials.scan_at_desk(&actor, desk).await?;
        Ok(web::answer::json_bytes(StatusCode::OK, scan_answer(&credentials, &scanned)?))
    };
    work.await.unwrap_or_else(told)
}

#[derive(Debug, Deserialize)]
pub(super) struct ProvedAsked {
    presence: String,
    purposes: Vec<String>,
}

#[derive(Serialize)]
struct ProvedAnswer {
    presence: String,
    person: String,
    pseudonym: String,
    purpose: &'static str,
    carrier: &'static str,
    level: u8,
    proved_at: i64,
    expires_at: i64,
    limit_fen: Option<i64>,
}

impl From<Said> for ProvedAnswer {
    fn from(said: Said) -> Self {
        Self {
            presence: said.presence.to_string(),
            person: said.person.to_string(),
            pseudonym: ::store::value::hex(&said.pseudonym),
            purpose: said.purpose.code,
            carrier: said.carrier.name(),
            level: said.level.0,
            proved_at: said.proved_at,
            expires_at: said.expires_at,
            limit_fen: said.limit_fen,
        }
    }
}

/// `POST /v1/presence/check {presence, purposes}`: whether a token still proves
/// that somebody was here, for one of the purposes.
pub(super) async fn proved(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Body(asked): Body<ProvedAsked>,
) -> Result<Response, Problem> {
    let purposes: Vec<Purpose> = asked
        .purposes
        .iter()
        .map(|code| Purpose::from_code(code).ok_or_else(|| Refusal::PurposeUnknown.at("purposes")))
        .collect::<Result<_, _>>()?;
    let said = credentials.proved(&actor, &asked.presence, &purposes).await?;
    super::answered(StatusCode::OK, &ProvedAnswer::from(said))
}
