//! Routes of visits and stays.

use super::{Refusal, answered, day, message_number, person_asked};
use crate::Settlements;
use crate::fees::Charge;
use crate::rules::line::{Line, LineAsked};
use crate::visit::{Register, Visit, VisitAbout};
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kernel::{Error, Fen, InstitutionId, PersonId, VisitId};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Body, Caller};

pub(super) fn visit_id(text: &str) -> Result<VisitId, Error> {
    text.parse().map_err(|_bad| crate::Refusal::VisitUnknown.at("visit"))
}

/// A visit as JSON.
pub(super) fn visit_json(visit: &Visit) -> Value {
    let settled: Vec<String> = visit.about.live.iter().map(|(id, _)| kernel::SettlementId(*id).to_string()).collect();
    json!({
        "visit": visit.id.to_string(),
        "person": visit.person.to_string(),
        "institution": visit.institution.to_string(),
        "care": visit.care.name(),
        "med_type": visit.med_type,
        "stage": visit.stage.name(),
        "open_lines": visit.lines,
        "open_total_fen": visit.total.0,
        "began_on": visit.began_on.to_string(),
        "ended_on": visit.ended_on.map(|day| day.to_string()),
        "opened_at": visit.opened_at,
        "settlements": settled,
        "about": {
            "diagnosis": visit.about.diagnosis,
            "diagnosis_name": visit.about.diagnosis_name,
            "department": visit.about.department,
            "doctor": visit.about.doctor,
            "outside": visit.about.outside,
        },
    })
}

/// What a request tells of a visit.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AboutAsked {
    diagnosis: String,
    diagnosis_name: String,
    department: String,
    doctor: String,
    outside: String,
    credential: String,
    proof: String,
    catalogue: String,
}

impl From<AboutAsked> for VisitAbout {
    fn from(asked: AboutAsked) -> Self {
        Self {
            diagnosis: asked.diagnosis,
            diagnosis_name: asked.diagnosis_name,
            department: asked.department,
            doctor: asked.doctor,
            outside: asked.outside,
            credential: asked.credential,
            proof: asked.proof,
            catalogue: asked.catalogue,
            ..Self::default()
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct RegisterAsked {
    person: Option<String>,
    psn_no: Option<String>,
    institution: Option<String>,
    msgid: Option<String>,
    med_type: String,
    began_on: Option<String>,
    #[serde(default)]
    about: AboutAsked,
}

/// The institution of a request: a desk's own, a citizen names one.
pub(super) fn institution_asked(actor: &kernel::Actor, named: Option<&str>) -> Result<InstitutionId, Error> {
    let named = named.map(str::parse).transpose().map_err(|_bad| web::Refusal::BodyInvalid.at("institution"))?;
    match (actor.institution, named) {
        (Some(own), None) => Ok(own),
        (Some(own), Some(named)) if own == named => Ok(own),
        (None, Some(named)) => Ok(named),
        (Some(_), Some(_)) => Err(web::Refusal::NotFound.at("institution")),
        (None, None) => Err(web::Refusal::BodyInvalid.at("institution")),
    }
}

/// `POST /v1/visits`.
pub(super) async fn register(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<RegisterAsked>,
) -> Result<Response, Refusal> {
    let person = person_asked(&env, &actor, asked.person.as_deref(), asked.psn_no.as_deref()).await?;
    let ask = Register {
        person,
        institution: institution_asked(&actor, asked.institution.as_deref())?,
        actor: actor.id,
        msgid: message_number(&actor, &headers, asked.msgid)?,
        med_type: asked.med_type,
        began_on: asked.began_on.as_deref().map(|text| day(text, "began_on")).transpose()?,
        about: asked.about.into(),
    };
    let visit = env.register(&actor, ask).await?;
    answered(StatusCode::CREATED, &json!({ "visit": visit.to_string() }))
}

/// `GET /v1/visits/{visit}`.
pub(super) async fn read(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Path(visit): Path<String>,
) -> Result<Response, Refusal> {
    let visit = env.visit(&actor, visit_id(&visit)?).await?;
    answered(StatusCode::OK, &visit_json(&visit))
}

#[derive(Debug, Deserialize)]
pub(super) struct RetellAsked {
    about: AboutAsked,
}

/// `PUT /v1/visits/{visit} {about}`.
pub(super) async fn retell(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Path(visit): Path<String>,
    Body(asked): Body<RetellAsked>,
) -> Result<Response, Refusal> {
    let visit = env.retell(&actor, visit_id(&visit)?, asked.about.into()).await?;
    answered(StatusCode::OK, &visit_json(&visit))
}

#[derive(Debug, Deserialize)]
pub(super) struct FeesAsked {
    #[serde(default)]
    batch: String,
    lines: Vec<LineAsked>,
    count: Option<usize>,
    total_fen: Option<i64>,
}

fn line_json(line: &Line) -> Value {
    json!({
        "sn": line.asked.sn, "code": line.asked.code, "name": line.said, "class": line.class.letter(),
        "selfpay_bp": line.selfpay_bp, "limit_fen": line.limit_fen, "category": line.kind,
        "amount_fen": line.asked.amount_fen,
    })
}

/// `POST /v1/visits/{visit}/fees`: keyed by the lines' numbers, so the same again
/// changes nothing.
pub(super) async fn charge(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Path(visit): Path<String>,
    Body(asked): Body<FeesAsked>,
) -> Result<Response, Refusal> {
    let ask = Charge {
        person: PersonId(0),
        visit: visit_id(&visit)?,
        batch: asked.batch,
        lines: asked.lines,
        count: asked.count,
        total: asked.total_fen.map(Fen),
    };
    let charged = env.charge(&actor, ask).await?;
    let mut answer = visit_json(&charged.visit);
    if let Some(members) = answer.as_object_mut() {
        members.insert("lines".into(), charged.lines.iter().map(line_json).collect());
        members.insert("repeated".into(), charged.repeated.into());
    }
    answered(StatusCode::OK, &answer)
}

/// `POST /v1/visits/{visit}/fees/take-back`: all open lines.
pub(super) async fn uncharge(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Path(visit): Path<String>,
) -> Result<Response, Refusal> {
    let visit = env.uncharge(&actor, visit_id(&visit)?).await?;
    answered(StatusCode::OK, &visit_json(&visit))
}

#[derive(Debug, Deserialize)]
pub(super) struct DischargeAsked {
    last: Option<String>,
}

/// `POST /v1/visits/{visit}/discharge {last}`.
pub(super) async fn discharge(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Path(visit): Path<String>,
    Body(asked): Body<DischargeAsked>,
) -> Result<Response, Refusal> {
    let last = asked.last.as_deref().map(|text| day(text, "last")).transpose()?;
    let visit = env.discharge(&actor, visit_id(&visit)?, last).await?;
    answered(StatusCode::OK, &visit_json(&visit))
}

/// `POST /v1/visits/{visit}/readmit`.
pub(super) async fn readmit(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Path(visit): Path<String>,
) -> Result<Response, Refusal> {
    let visit = env.readmit(&actor, visit_id(&visit)?).await?;
    answered(StatusCode::OK, &visit_json(&visit))
}

/// `POST /v1/visits/{visit}/annul`.
pub(super) async fn annul(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Path(visit): Path<String>,
) -> Result<Response, Refusal> {
    let visit = env.annul(&actor, visit_id(&visit)?).await?;
    answered(StatusCode::OK, &visit_json(&visit))
}

/// `GET /v1/me/visits`: newest first.
pub(super) async fn mine(State(env): State<Settlements>, Caller(actor): Caller) -> Result<Response, Refusal> {
    let person = actor.person.ok_or_else(|| crate::Refusal::VisitUnknown.error())?;
    let visits = env.own_visits(person).await?;
    answered(StatusCode::OK, &json!({ "visits": visits.iter().map(visit_json).collect::<Vec<_>>() }))
}
