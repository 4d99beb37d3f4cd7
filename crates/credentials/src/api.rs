//! `/v1` routes of cards and codes. Members that end in `_at` are microseconds UTC;
//! `at` and `until` are the same instants for people, RFC 3339.

use crate::issue::{NewCard, issue};
use crate::revoke::revoke;
use crate::rules::card::Medium;
use crate::scan::{Scan, Scanned};
use crate::show::Shown;
use crate::{Credentials, ISSUE, Refusal, SCAN, SHOW_OWN, store};
use ::store::{OnceKey, Reply};
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kernel::time::rfc3339;
use kernel::{Actor, CardId, Error, Fault, FaultKind, PersonId};
use serde::{Deserialize, Serialize};
use web::{Body, Caller, Problem, Route};

/// The routes.
pub fn routes(credentials: &Credentials) -> Vec<Route> {
    vec![
        Route::post("/v1/scan", SCAN, scan, credentials),
        Route::post("/v1/cards", ISSUE, issue_card, credentials),
        Route::post("/v1/cards/{card}/revoke", ISSUE, revoke_card, credentials),
        Route::get("/v1/cards/{card}/code", ISSUE, card_code, credentials),
        Route::get("/v1/me/code", SHOW_OWN, own_code, credentials),
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

#[derive(Debug, Deserialize)]
struct ScanAsked {
    code: String,
    purpose: String,
    place: Option<String>,
}

#[derive(Serialize)]
struct ScanAnswer<'a> {
    person: PersonView<'a>,
    insured: Option<InsuredView<'a>>,
    waiting: [&'a str; 0],
    presence: PresenceView,
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
struct PresenceView {
    id: String,
    expires_at: i64,
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
        presence: PresenceView { id: presence.id.to_string(), expires_at: presence.expires_at },
        grant,
        purpose: presence.purpose.code,
        at: rfc3339(presence.proved_at),
    })
}

/// `POST /v1/scan {code, purpose, place}`.
async fn scan(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<ScanAsked>,
) -> Result<Response, Problem> {
    let place = asked.place.unwrap_or_else(|| actor.place.to_string());
    let scan = Scan { code: asked.code, purpose: asked.purpose, place };
    let key = once_key(&headers, &actor, "POST /v1/scan", &[&scan.code, &scan.purpose, &scan.place])?;
    if let Some(key) = key {
        return Ok(replied(credentials.scan_once(&actor, scan, key, scan_answer).await?));
    }
    let scanned = credentials.scan(&actor, scan).await?;
    Ok(web::answer::json_bytes(StatusCode::OK, scan_answer(&credentials, &scanned)?))
}

#[derive(Debug, Deserialize)]
struct CardAsked {
    person: String,
    medium: String,
    #[serde(default)]
    label: String,
}

#[derive(Serialize)]
struct CardAnswer {
    card: String,
}

/// `POST /v1/cards {person, medium, label}`: a card for a person who is known.
async fn issue_card(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<CardAsked>,
) -> Result<Response, Problem> {
    let key = once_key(&headers, &actor, "POST /v1/cards", &[&asked.person, &asked.medium, &asked.label])?;
    let person: PersonId = asked
        .person
        .parse()
        .map_err(|_bad| web::Refusal::BodyInvalid.at("person").with("an id such as p0h4k2m8x7d3q5z9"))?;
    let medium = Medium::from_name(&asked.medium)
        .ok_or_else(|| web::Refusal::BodyInvalid.at("medium").with("phone or paper"))?;
    if !credentials.db.read(move |sql| Ok(identity::exists(sql, person)?)).await? {
        return Err(Refusal::PersonUnknown.at("person").into());
    }
    let home = key.as_ref().map_or(person.0, OnceKey::home);
    let reply = credentials.db.write(home, move |tx| {
        let work = |tx: &mut ::store::Tx<'_>| {
            let card = issue(
                tx,
                &NewCard {
                    person,
                    medium,
                    label: &asked.label,
                    issuer: Some(actor.id),
                    institution: actor.institution,
                    expires_at: None,
                },
            )?;
            Ok((201, written(&CardAnswer { card: card.to_string() })?))
        };
        match &key {
            Some(key) => tx.once(key, work),
            None => work(tx).map(|(status, body)| Reply { status, body, repeated: false }),
        }
    });
    Ok(replied(reply.await?))
}

fn card_id(text: &str) -> Result<CardId, Error> {
    text.parse().map_err(|_bad| web::Refusal::NotFound.at("card"))
}

#[derive(Serialize)]
struct RevokeAnswer {
    card: String,
    revoked: bool,
}

/// `POST /v1/cards/{card}/revoke`: the same again changes nothing.
async fn revoke_card(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path(card): Path<String>,
) -> Result<Response, Problem> {
    let card = card_id(&card)?;
    let person = credentials.db.read(move |sql| Ok(store::person_of(sql, card)?)).await?;
    let person = person.ok_or_else(|| web::Refusal::NotFound.at("card"))?;
    credentials.db.write(person.0, move |tx| revoke(tx, person, card, &actor)).await?;
    answered(StatusCode::OK, &RevokeAnswer { card: card.to_string(), revoked: true })
}

#[derive(Serialize)]
struct ShownAnswer {
    code: String,
    step_ends_at: i64,
    seconds_left: i64,
}

impl From<Shown> for ShownAnswer {
    fn from(shown: Shown) -> Self {
        Self { code: shown.code, step_ends_at: shown.step_ends_at, seconds_left: shown.seconds_left }
    }
}

/// `GET /v1/cards/{card}/code`: a desk shows or prints the code of a card.
async fn card_code(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path(card): Path<String>,
) -> Result<Response, Problem> {
    let shown = credentials.show_at_desk(&actor, card_id(&card)?).await?;
    answered(StatusCode::OK, &ShownAnswer::from(shown))
}

/// `GET /v1/me/code`: the code of one's own phone.
async fn own_code(State(credentials): State<Credentials>, Caller(actor): Caller) -> Result<Response, Problem> {
    answered(StatusCode::OK, &ShownAnswer::from(credentials.show_own(&actor).await?))
}
