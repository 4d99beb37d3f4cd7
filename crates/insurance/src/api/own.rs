//! Routes of a person and of a desk: how one is insured, filings, family sharing.

use super::{answered, days, once, person_id, whom, written};
use crate::eligibility::eligibility;
use crate::file::{NewFiling, file as file_new, move_filing};
use crate::rules::day::Day;
use crate::rules::filing::{FilingKind, Move};
use crate::share::{self, NewSharing};
use crate::{Insurance, Refusal};
use ::store::Sql as _;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::HeaderMap;
use kernel::{Actor, Error, Fen, FilingId, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use web::{Body, Caller, Problem};

#[derive(Debug, Deserialize)]
pub(super) struct DayAsked {
    day: Option<String>,
}

/// The header that brings the token of a scan.
const PRESENCE: &str = "yima-presence";

async fn shown(
    insurance: &Insurance,
    actor: &Arc<Actor>,
    person: PersonId,
    token: Option<&str>,
    asked: &DayAsked,
) -> Result<Response, Problem> {
    let wanted = asked.day.as_deref().map(|text| super::day(text, "day")).transpose()?;
    // The look is durable before the first byte goes out (U1).
    insurance.look(actor, person, token).await?;
    let reference = insurance.reference.clone();
    let found = insurance
        .db
        .read(move |sql| {
            let day = wanted.unwrap_or_else(|| Day::of(sql.now()));
            eligibility(sql, &reference, person, day)
        })
        .await?;
    let found = found.ok_or_else(|| Refusal::PersonNotFound.error())?;
    answered(&super::eligibility_json(&found))
}

/// `GET /v1/me/insurance?day=`.
pub(super) async fn read(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    Query(asked): Query<DayAsked>,
) -> Result<Response, Problem> {
    let person = actor.person.ok_or_else(|| Refusal::PersonNotFound.error())?;
    shown(&insurance, &actor, person, None, &asked).await
}

/// `GET /v1/insurance/persons/{person}?day=`: at a desk, with the token of a scan in the
/// header `Yima-Presence`, or under a grant that one opened.
pub(super) async fn check(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Path(person): Path<String>,
    Query(asked): Query<DayAsked>,
) -> Result<Response, Problem> {
    let token = headers.get(PRESENCE).and_then(|value| value.to_str().ok()).filter(|token| !token.is_empty());
    shown(&insurance, &actor, person_id(&person, "person")?, token, &asked).await
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct FilingAsked {
    person: Option<String>,
    kind: FilingKind,
    #[serde(default)]
    area: String,
    institution: Option<String>,
    #[serde(default)]
    code: String,
    from: Option<String>,
    to: Option<String>,
}

/// `POST /v1/insurance/filings`.
pub(super) async fn file(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<FilingAsked>,
) -> Result<Response, Problem> {
    let person = whom(&actor, asked.person.as_deref())?;
    let read = |text: &Option<String>, field: &str| text.as_deref().map(|text| super::day(text, field)).transpose();
    let institution = asked.institution.as_deref().map(str::parse).transpose();
    let new = NewFiling {
        kind: asked.kind,
        area: asked.area.clone(),
        institution: institution.map_err(|_bad| web::Refusal::BodyInvalid.at("institution"))?,
        code: asked.code.clone(),
        from_on: read(&asked.from, "from")?,
        to_on: read(&asked.to, "to")?,
    };
    let by = actor.id;
    once(&insurance, person, &actor, &headers, "POST /v1/insurance/filings", &asked, move |tx| {
        let (filing, stage) = file_new(tx, person, &new, by)?;
        written(&json!({ "filing": filing.to_string(), "stage": stage.name() }))
    })
    .await
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct OwnMove {
    person: Option<String>,
    #[serde(rename = "move")]
    by: String,
    #[serde(default)]
    reason: String,
}

/// `POST /v1/insurance/filings/{filing}/own-move`: who filed takes it back or
/// brings papers.
pub(super) async fn move_own(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Path(filing): Path<String>,
    Body(asked): Body<OwnMove>,
) -> Result<Response, Problem> {
    let person = whom(&actor, asked.person.as_deref())?;
    let id: FilingId = filing.parse().map_err(|_bad| web::Refusal::NotFound.at("filing"))?;
    let by = match Move::from_name(&asked.by) {
        Some(by @ (Move::Cancel | Move::Resubmit)) => by,
        Some(Move::Accept | Move::Refuse | Move::AskDocs | Move::Supersede) | None => {
            return Err(web::Refusal::BodyInvalid.at("move").with("cancel or resubmit").into());
        }
    };
    let (actor_id, reason) = (actor.id, asked.reason.clone());
    once(&insurance, person, &actor, &headers, "POST own-move", &(&filing, &asked), move |tx| {
        let stage = move_filing(tx, person, id, by, &reason, actor_id)?;
        written(&json!({ "filing": id.to_string(), "stage": stage.name() }))
    })
    .await
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct SharingAsked {
    relative: String,
    kinship: String,
    use_max_fen: Option<i64>,
    from: String,
    to: Option<String>,
}

fn own(actor: &Actor) -> Result<PersonId, Error> {
    actor.person.ok_or_else(|| Refusal::PersonNotFound.error())
}

/// `POST /v1/me/sharings`: the owner offers leave to a relative.
pub(super) async fn offer(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<SharingAsked>,
) -> Result<Response, Problem> {
    let owner = own(&actor)?;
    let new = NewSharing {
        owner,
        relative: person_id(&asked.relative, "relative")?,
        kinship: asked.kinship.clone(),
        use_max: asked.use_max_fen.map(Fen),
        period: days(&asked.from, asked.to.as_deref())?,
    };
    let by = actor.id;
    once(&insurance, new.relative, &actor, &headers, "POST /v1/me/sharings", &asked, move |tx| {
        let (number, stage) = share::offer(tx, &new, by)?;
        written(&json!({ "sharing": number.to_string(), "stage": stage.name() }))
    })
    .await
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct SharingMove {
    /// Of an owner: to whom the leave was given.
    relative: Option<String>,
}

fn number(text: &str) -> Result<i64, Error> {
    text.parse().map_err(|_bad| web::Refusal::NotFound.at("sharing"))
}

/// `POST /v1/me/sharings/{sharing}/confirm`: the relative takes it.
pub(super) async fn confirm(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Path(sharing): Path<String>,
) -> Result<Response, Problem> {
    let (person, id, by) = (own(&actor)?, number(&sharing)?, actor.id);
    once(&insurance, person, &actor, &headers, "POST confirm", &sharing, move |tx| {
        let stage = share::confirm(tx, person, id, by)?;
        written(&json!({ "sharing": id.to_string(), "stage": stage.name() }))
    })
    .await
}

/// `POST /v1/me/sharings/{sharing}/revoke {relative}`: either ends it.
pub(super) async fn revoke(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Path(sharing): Path<String>,
    Body(asked): Body<SharingMove>,
) -> Result<Response, Problem> {
    let (own, id, by) = (own(&actor)?, number(&sharing)?, actor.id);
    let relative = asked.relative.as_deref().map_or(Ok(own), |text| person_id(text, "relative"))?;
    once(&insurance, relative, &actor, &headers, "POST revoke", &(&sharing, &asked), move |tx| {
        // An owner may end what they gave; a relative what they were given.
        let given = relative == own || share::given(tx, own)?.contains(&(id, relative));
        if !given {
            return Err(web::Refusal::NotFound.at("sharing"));
        }
        let stage = share::revoke(tx, relative, id, by)?;
        written(&json!({ "sharing": id.to_string(), "stage": stage.name() }))
    })
    .await
}
