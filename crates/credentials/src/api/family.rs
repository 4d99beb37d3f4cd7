//! What a person's own phone calls about others: for whom it may show codes, who
//! may for its person, and who saw its person's code.

use super::cards::purposes;
use super::phone::own;
use super::{answered, once, once_key};
use crate::Credentials;
use crate::mandates::{NewMandate, end, give as give_mandate};
use crate::rules::mandate::{Mandate, MandateKind};
use crate::store::presences::Kept;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use identity::Identifier;
use kernel::{Error, PersonId, PresenceId};
use serde::{Deserialize, Serialize};
use web::{Body, Caller, Problem};

#[derive(Serialize)]
struct MandateView {
    mandate: String,
    person: String,
    name: String,
    kind: &'static str,
    purposes: Vec<&'static str>,
    until_at: Option<i64>,
    limit_fen: Option<i64>,
    ended_at: Option<i64>,
}

#[derive(Serialize)]
struct FamilyAnswer {
    family: Vec<MandateView>,
}

#[derive(Serialize)]
struct MandatesAnswer {
    mandates: Vec<MandateView>,
}

/// Mandates with the masked name of the other side.
async fn views(
    credentials: &Credentials,
    mandates: Vec<Mandate>,
    other: fn(&Mandate) -> PersonId,
) -> Result<Vec<MandateView>, Error> {
    credentials
        .db
        .read(move |sql| {
            mandates
                .into_iter()
                .map(|one| {
                    let person = other(&one);
                    let name = identity::masked(sql, person)?.map(|masked| masked.name).unwrap_or_default();
                    Ok(MandateView {
                        mandate: one.id.to_string(),
                        person: person.to_string(),
                        name,
                        kind: one.kind.name(),
                        purposes: one.purposes.iter().map(|purpose| purpose.code).collect(),
                        until_at: one.until_at,
                        limit_fen: one.limit_fen,
                        ended_at: one.ended_at,
                    })
                })
                .collect()
        })
        .await
}

/// `GET /me/family`: for whom one may show codes.
pub(super) async fn family(State(credentials): State<Credentials>, Caller(actor): Caller) -> Result<Response, Problem> {
    let held = credentials.mandates_held(own(&actor)?).await?;
    answered(StatusCode::OK, &FamilyAnswer { family: views(&credentials, held, |one| one.person).await? })
}

/// `GET /me/mandates`: who may show codes for oneself.
pub(super) async fn mandates(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
) -> Result<Response, Problem> {
    let given = credentials.mandates_given(own(&actor)?).await?;
    answered(StatusCode::OK, &MandatesAnswer { mandates: views(&credentials, given, |one| one.holder).await? })
}

#[derive(Debug, Deserialize)]
pub(super) struct GiveAsked {
    to_identifier: String,
    #[serde(default)]
    purposes: Vec<String>,
    until_at: i64,
    limit_fen: Option<i64>,
}

#[derive(Serialize)]
struct GiveAnswer {
    mandate: String,
    person: String,
    card: String,
}

/// `POST /me/mandates {to_identifier, purposes, until_at, limit_fen}`: leave for
/// somebody whose document number one knows.
pub(super) async fn give(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<GiveAsked>,
) -> Result<Response, Problem> {
    let person = own(&actor)?;
    let until = asked.until_at.to_string();
    let key = once_key(&headers, &actor, "POST /me/mandates", &[&asked.to_identifier, &until])?;
    let document = Identifier::parse(&asked.to_identifier)
        .filter(Identifier::global)
        .ok_or_else(|| web::Refusal::BodyInvalid.at("to_identifier").with("system|value of a document"))?;
    let holder = credentials.named_by(&actor, document).await?;
    let new = NewMandate {
        person,
        holder,
        kind: MandateKind::Delegate,
        purposes: purposes(&asked.purposes)?,
        until_at: Some(asked.until_at),
        limit_fen: asked.limit_fen,
    };
    once(&credentials, person, key, 201, move |tx| {
        let (mandate, card) = give_mandate(tx, &new, &actor)?;
        Ok(GiveAnswer { mandate: mandate.id.to_string(), person: holder.to_string(), card: card.to_string() })
    })
    .await
}

#[derive(Serialize)]
struct EndAnswer {
    mandate: String,
    ended: bool,
}

/// `POST /me/mandates/{mandate}/end`: the same again changes nothing.
pub(super) async fn end_mandate(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path(mandate): Path<String>,
) -> Result<Response, Problem> {
    let person = own(&actor)?;
    let id: i64 = mandate.parse().map_err(|_bad| web::Refusal::NotFound.at("mandate"))?;
    let this = credentials.clone();
    credentials.db.write(person.0, move |tx| end(tx, &this, (person, id), &actor)).await?;
    answered(StatusCode::OK, &EndAnswer { mandate, ended: true })
}

#[derive(Serialize)]
struct PresenceView {
    presence: String,
    grant: Option<String>,
    institution: String,
    institution_name: String,
    institution_name_en: String,
    place: String,
    purpose: &'static str,
    purpose_zh: &'static str,
    purpose_en: &'static str,
    carrier: &'static str,
    level: u8,
    shown_by: Option<String>,
    proved_at: i64,
    expires_at: i64,
    until_at: Option<i64>,
    ended_at: Option<i64>,
}

#[derive(Serialize)]
struct PresencesAnswer {
    presences: Vec<PresenceView>,
}

/// `GET /me/presences`: what one's own scans opened in the last day.
pub(super) async fn presences(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
) -> Result<Response, Problem> {
    let person = own(&actor)?;
    let kept = credentials.own_presences(person).await?;
    let open = credentials.gate.open_grants(person).await?;
    let view = |one: Kept| PresenceView {
        presence: one.id.to_string(),
        grant: one.grant.map(|grant| grant.to_string()),
        institution: one.institution.to_string(),
        institution_name: credentials.directory.name(one.institution, false),
        institution_name_en: credentials.directory.name(one.institution, true),
        place: one.place,
        purpose: one.purpose.code,
        purpose_zh: one.purpose.zh,
        purpose_en: one.purpose.en,
        carrier: one.carrier.name(),
        level: one.level.0,
        shown_by: one.holder.map(|holder| holder.to_string()),
        proved_at: one.proved_at,
        expires_at: one.expires_at,
        until_at: open.iter().find(|row| Some(row.id) == one.grant).map(|row| row.until_at),
        ended_at: one.ended_at,
    };
    answered(StatusCode::OK, &PresencesAnswer { presences: kept.into_iter().map(view).collect() })
}

#[derive(Serialize)]
struct EndPresenceAnswer {
    presence: String,
    ended: bool,
}

/// `POST /me/presences/{presence}/end`: one tap; the same again changes nothing.
pub(super) async fn end_presence(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path(presence): Path<String>,
) -> Result<Response, Problem> {
    let id: PresenceId = presence.parse().map_err(|_bad| web::Refusal::NotFound.at("presence"))?;
    credentials.end_presence(&actor, id).await?;
    answered(StatusCode::OK, &EndPresenceAnswer { presence, ended: true })
}
