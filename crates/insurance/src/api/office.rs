//! Routes of the agency's office: plans, catalogues, agreements, coverage,
//! standings, filings that wait.

use super::{answered, day, days, once, person_id, written};
use crate::enrol::{NewCoverage, enrol as enrol_new, leave as leave_now, move_account as move_now};
use crate::file::move_filing as move_now_filing;
use crate::load::{self, NewPlan};
use crate::rules::card::AccountStage;
use crate::rules::coverage::StandingKind;
use crate::rules::day::{Day, FOREVER};
use crate::rules::designation::{CareKind, Designation, LEVELS};
use crate::rules::filing::Move;
use crate::standing;
use crate::store::person as rows;
use crate::{Insurance, Refusal};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::HeaderMap;
use kernel::{CoverageId, FilingId, InstitutionId, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use web::{Body, Caller, Problem};

/// `GET /v1/insurance/plans`: what is loaded, without the documents.
pub(super) async fn plans(State(insurance): State<Insurance>) -> Result<Response, Problem> {
    let all: Vec<_> = insurance
        .reference
        .plans()
        .iter()
        .map(|one| {
            json!({
                "plan": one.id.to_string(), "admdvs": one.admdvs, "insutype": one.insutype, "version": one.version,
                "from": one.period.from_on.to_string(), "to": one.period.to_on.to_string(),
            })
        })
        .collect();
    answered(&json!({ "plans": all }))
}

#[derive(Debug, Deserialize)]
pub(super) struct PlanAsked {
    version: String,
    from: Option<String>,
    to: Option<String>,
    document: Box<serde_json::value::RawValue>,
}

/// `POST /v1/insurance/plans {version, from, to, document}`.
pub(super) async fn load_plan(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    Body(asked): Body<PlanAsked>,
) -> Result<Response, Problem> {
    let read = |text: &Option<String>, field: &str| text.as_deref().map(|text| day(text, field)).transpose();
    let new = NewPlan {
        version: asked.version,
        from_on: read(&asked.from, "from")?,
        to_on: read(&asked.to, "to")?,
        document: asked.document.get().as_bytes().to_vec(),
    };
    let id = load::plan(&insurance, new, Some(actor.id)).await?;
    answered(&json!({ "plan": id.to_string() }))
}

#[derive(Debug, Deserialize)]
pub(super) struct CatalogueAsked {
    admdvs: String,
    version: String,
    from: String,
    /// JSON lines.
    items: String,
}

/// `POST /v1/insurance/catalogues {admdvs, version, from, items}`.
pub(super) async fn load_catalogue(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    Body(asked): Body<CatalogueAsked>,
) -> Result<Response, Problem> {
    let from_on = day(&asked.from, "from")?;
    let count =
        load::catalogue(&insurance, &asked.admdvs, &asked.version, from_on, &asked.items, Some(actor.id)).await?;
    answered(&json!({ "admdvs": asked.admdvs, "version": asked.version, "items": count }))
}

#[derive(Debug, Deserialize)]
pub(super) struct ItemAsked {
    version: Option<String>,
    day: Option<String>,
}

/// `GET /v1/insurance/catalogues/{area}/items/{code}?version=&day=`.
pub(super) async fn item(
    State(insurance): State<Insurance>,
    Path((area, code)): Path<(String, String)>,
    Query(asked): Query<ItemAsked>,
) -> Result<Response, Problem> {
    let today = Day::of(insurance.db.world().now());
    let wanted = asked.day.as_deref().map_or(Ok(today), |text| day(text, "day"))?;
    let catalogue = insurance.reference.catalogue(&area, wanted, asked.version.as_deref())?;
    let item = catalogue.items.get(&code).ok_or_else(|| Refusal::LineCodeUnknown.at("code"))?;
    answered(&json!({ "version": catalogue.version, "item": item }))
}

#[derive(Debug, Deserialize)]
pub(super) struct DesignationsAsked {
    institution: Option<String>,
}

/// `GET /v1/insurance/designations?institution=`.
pub(super) async fn designations(
    State(insurance): State<Insurance>,
    Query(asked): Query<DesignationsAsked>,
) -> Result<Response, Problem> {
    let institution: Option<InstitutionId> = asked
        .institution
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_bad| web::Refusal::ParameterInvalid.at("institution"))?;
    let all: Vec<_> = insurance
        .reference
        .designations(institution)
        .iter()
        .map(|one| {
            json!({
                "admdvs": one.admdvs, "institution": one.institution.to_string(), "kind": one.kind.name(), "level": one.level,
                "name": insurance.directory.name(one.institution, false),
                "from": one.period.from_on.to_string(), "to": one.period.to_on.to_string(),
                "suspended_from": (one.suspended_from <= one.period.to_on).then(|| one.suspended_from.to_string()),
            })
        })
        .collect();
    answered(&json!({ "designations": all }))
}

#[derive(Debug, Deserialize)]
pub(super) struct DesignationAsked {
    admdvs: String,
    institution: String,
    kind: CareKind,
    level: String,
    from: String,
    to: Option<String>,
    suspended_from: Option<String>,
}

/// `POST /v1/insurance/designations`: a new agreement, or new terms of one.
pub(super) async fn designate(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    Body(asked): Body<DesignationAsked>,
) -> Result<Response, Problem> {
    let institution: InstitutionId =
        asked.institution.parse().map_err(|_bad| web::Refusal::BodyInvalid.at("institution"))?;
    if insurance.directory.get(institution).is_none() {
        return Err(web::Refusal::NotFound.at("institution").into());
    }
    if !LEVELS.contains(&asked.level.as_str()) {
        return Err(Refusal::FieldInvalid.at("level").with(LEVELS.join(", ")).into());
    }
    let suspended_from =
        asked.suspended_from.as_deref().map_or(Ok(FOREVER.plus(1)), |text| day(text, "suspended_from"))?;
    let one = Designation {
        admdvs: asked.admdvs.clone(),
        institution,
        kind: asked.kind,
        level: asked.level.clone(),
        period: days(&asked.from, asked.to.as_deref())?,
        suspended_from,
    };
    load::designate(&insurance, one, Some(actor.id)).await?;
    answered(&json!({ "institution": institution.to_string(), "kind": asked.kind.name() }))
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct CoverageAsked {
    person: String,
    #[serde(default)]
    psn_no: String,
    birth: String,
    admdvs: String,
    insutype: String,
    psn_type: String,
    #[serde(default)]
    employer: String,
    from: String,
    to: Option<String>,
}

/// `POST /v1/insurance/coverages`.
pub(super) async fn enrol(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<CoverageAsked>,
) -> Result<Response, Problem> {
    let person = person_id(&asked.person, "person")?;
    let masked = insurance.db.read(move |sql| Ok(identity::masked(sql, person)?)).await?;
    let masked = masked.ok_or_else(|| Refusal::PersonNotFound.error())?;
    let new = NewCoverage {
        psn_no: asked.psn_no.clone(),
        birth_on: day(&asked.birth, "birth")?,
        name: masked.name,
        document: masked.document,
        admdvs: asked.admdvs.clone(),
        insutype: asked.insutype.clone(),
        psn_type: asked.psn_type.clone(),
        employer: asked.employer.clone(),
        period: days(&asked.from, asked.to.as_deref())?,
    };
    let by = actor.id;
    once(&insurance, person, &actor, &headers, "POST coverages", &asked, move |tx| {
        let coverage = enrol_new(tx, person, &new, by)?;
        written(&json!({ "coverage": coverage.to_string() }))
    })
    .await
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct EndAsked {
    person: String,
    last: String,
}

/// `POST /v1/insurance/coverages/{coverage}/end {person, last}`.
pub(super) async fn leave(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Path(coverage): Path<String>,
    Body(asked): Body<EndAsked>,
) -> Result<Response, Problem> {
    let (person, last) = (person_id(&asked.person, "person")?, day(&asked.last, "last")?);
    let id: CoverageId = coverage.parse().map_err(|_bad| web::Refusal::NotFound.at("coverage"))?;
    let by = actor.id;
    once(&insurance, person, &actor, &headers, "POST coverages end", &(&coverage, &asked), move |tx| {
        leave_now(tx, person, id, last, by)?;
        written(&json!({ "coverage": id.to_string(), "last": last.to_string() }))
    })
    .await
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct StandingAsked {
    person: String,
    kind: StandingKind,
    #[serde(default)]
    value: String,
    from: String,
    to: Option<String>,
}

/// `POST /v1/insurance/standings`.
pub(super) async fn stand(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<StandingAsked>,
) -> Result<Response, Problem> {
    let (person, period) = (person_id(&asked.person, "person")?, days(&asked.from, asked.to.as_deref())?);
    let (kind, value, by) = (asked.kind, asked.value.clone(), actor.id);
    once(&insurance, person, &actor, &headers, "POST standings", &asked, move |tx| {
        let number = standing::stand(tx, person, kind, &value, period, by)?;
        written(&json!({ "standing": number.to_string() }))
    })
    .await
}

/// `POST /v1/insurance/standings/{standing}/end {person, last}`.
pub(super) async fn end_standing(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Path(number): Path<String>,
    Body(asked): Body<EndAsked>,
) -> Result<Response, Problem> {
    let (person, last) = (person_id(&asked.person, "person")?, day(&asked.last, "last")?);
    let id: i64 = number.parse().map_err(|_bad| web::Refusal::NotFound.at("standing"))?;
    let by = actor.id;
    once(&insurance, person, &actor, &headers, "POST standings end", &(&number, &asked), move |tx| {
        standing::end(tx, person, id, last, by)?;
        written(&json!({ "standing": id.to_string(), "last": last.to_string() }))
    })
    .await
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct AccountAsked {
    person: String,
    to: AccountStage,
}

/// `POST /v1/insurance/accounts {person, to}`.
pub(super) async fn move_account(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<AccountAsked>,
) -> Result<Response, Problem> {
    let (person, to, by) = (person_id(&asked.person, "person")?, asked.to, actor.id);
    once(&insurance, person, &actor, &headers, "POST accounts", &asked, move |tx| {
        move_now(tx, person, to, by)?;
        written(&json!({ "person": person.to_string(), "account": to.name() }))
    })
    .await
}

#[derive(Debug, Deserialize)]
pub(super) struct WaitingAsked {
    admdvs: String,
}

/// Filings shown at once.
const WAITING_MAX: i64 = 200;

/// `GET /v1/insurance/filings/waiting?admdvs=`: oldest first; a look at each person who
/// is listed, durable before the list goes out (U1).
pub(super) async fn waiting(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    Query(asked): Query<WaitingAsked>,
) -> Result<Response, Problem> {
    let all = insurance
        .db
        .read(move |sql| {
            let mut all = Vec::new();
            for (number, person) in rows::waiting(sql, &asked.admdvs, WAITING_MAX)? {
                let filings = rows::filings(sql, person)?;
                all.extend(filings.into_iter().find(|(filing, _)| filing.number == number).map(|one| (person, one)));
            }
            Ok(all)
        })
        .await?;
    let people: BTreeSet<PersonId> = all.iter().map(|(person, _)| *person).collect();
    for person in people {
        insurance.look(&actor, person, None).await?;
    }
    let listed: Vec<_> = all
        .iter()
        .map(|(person, (filing, reason))| {
            json!({
                "filing": filing.id().to_string(), "person": person.to_string(), "kind": filing.kind.name(),
                "area": filing.area, "code": filing.code, "reason": reason,
                "from": filing.period.from_on.to_string(), "to": filing.period.to_on.to_string(),
            })
        })
        .collect();
    answered(&json!({ "filings": listed }))
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct MoveAsked {
    person: String,
    #[serde(rename = "move")]
    by: String,
    #[serde(default)]
    reason: String,
}

/// `POST /v1/insurance/filings/{filing}/move {person, move, reason}`.
pub(super) async fn move_filing(
    State(insurance): State<Insurance>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Path(filing): Path<String>,
    Body(asked): Body<MoveAsked>,
) -> Result<Response, Problem> {
    let person = person_id(&asked.person, "person")?;
    let id: FilingId = filing.parse().map_err(|_bad| web::Refusal::NotFound.at("filing"))?;
    let by = Move::from_name(&asked.by).ok_or_else(|| web::Refusal::BodyInvalid.at("move"))?;
    let (actor_id, reason) = (actor.id, asked.reason.clone());
    once(&insurance, person, &actor, &headers, "POST filings move", &(&filing, &asked), move |tx| {
        let stage = move_now_filing(tx, person, id, by, &reason, actor_id)?;
        written(&json!({ "filing": id.to_string(), "stage": stage.name() }))
    })
    .await
}
