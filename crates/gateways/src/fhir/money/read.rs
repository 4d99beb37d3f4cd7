//! Reading and finding: Coverage, ExplanationOfBenefit, ClaimResponse, Invoice,
//! PaymentReconciliation, and the CodeSystem of our categories.

use super::super::FhirGateway;
use super::super::answer::{FHIR_JSON, Outcome};
use super::say::{self, Said, money};
use ::store::Event;
use access::Grant;
use access::grant::Basis;
use axum::response::{IntoResponse, Response};
use bills::Bill;
use clearing::Payout;
use clearing::rules::payout::PayoutStage;
use http::{StatusCode, header};
use insurance::{CHECKED, Day, FOREVER, eligibility};
use kernel::{Actor, BillId, Error, InstitutionId, PersonId, SettlementId};
use records::search::Found;
use serde_json::{Value, json};
use settlement::Answer;
use std::sync::Arc;
use web::Refusal;

/// How ids begin, so that none is taken for a stored resource's.
const SETTLED: &str = "setl-";
const COVER: &str = "cov-";
const BILL: &str = "bill-";
const STATEMENT: &str = "stmt-";

/// Settlements, coverages and bills of the money rooms by FHIR id; nothing when the id is
/// not of this side.
pub(in super::super) async fn one(
    gateway: &FhirGateway,
    actor: &Arc<Actor>,
    kind: &str,
    id: &str,
) -> Result<Option<Response>, Outcome> {
    let found = match kind {
        "CodeSystem" if id == say::CODE_SYSTEM => say::code_system(gateway),
        "ExplanationOfBenefit" | "ClaimResponse" => match id.strip_prefix(SETTLED) {
            Some(id) => settlement(gateway, actor, kind, id).await?,
            None => return Ok(None),
        },
        "Coverage" => match id.strip_prefix(COVER).and_then(|rest| rest.split_once('-')) {
            Some((person, number)) => coverage(gateway, actor, person, number).await?,
            None => return Ok(None),
        },
        "Invoice" => match id.strip_prefix(BILL) {
            Some(id) => invoice(gateway, actor, id).await?,
            None => return Ok(None),
        },
        "PaymentReconciliation" => match id.strip_prefix(STATEMENT).and_then(|rest| rest.split_once('-')) {
            Some((institution, period)) => statement(gateway, actor, institution, period).await?,
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some(written(StatusCode::OK, &found)))
}

/// A resource as an answer.
pub(super) fn written(status: StatusCode, resource: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, FHIR_JSON)], resource.to_string()).into_response()
}

fn unknown() -> Error {
    Refusal::NotFound.error()
}

/// The id of a settlement on this side.
pub(super) fn settled_id(id: SettlementId) -> String {
    format!("{SETTLED}{id}")
}

async fn settlement(gateway: &FhirGateway, actor: &Arc<Actor>, kind: &str, id: &str) -> Result<Value, Error> {
    let id: SettlementId = id.parse().map_err(|_bad| unknown())?;
    let shown = gateway.settlements.read(actor, id).await?;
    let answer = shown.answer.as_ref().ok_or_else(unknown)?;
    let row = &shown.row;
    let said = said(gateway, answer, row.person, row.institution, row.plan, shown.undone_by.is_some());
    if kind == "ClaimResponse" {
        said.claim_response(gateway, &answer.split)
    } else {
        said.explanation(gateway, &answer.split)
    }
}

/// What is said of a settlement beside its amounts.
pub(super) fn said(
    gateway: &FhirGateway,
    answer: &Answer,
    person: PersonId,
    institution: InstitutionId,
    plan: i64,
    cancelled: bool,
) -> Said {
    let plan = gateway.settlements.insurance.reference.plan_by_id(plan);
    Said {
        id: format!("{SETTLED}{}", answer.settlement),
        person,
        institution,
        usage: "claim",
        med_type: answer.med_type.clone(),
        insutype: answer.insutype.clone(),
        admdvs: plan.map(|plan| plan.admdvs.clone()).unwrap_or_default(),
        visit: answer.visit.clone(),
        settlement: answer.settlement.clone(),
        msgid: answer.msgid.clone(),
        plan: answer.plan_version.clone(),
        at: answer.at.clone(),
        cancelled,
        quote: String::new(),
    }
}

async fn coverage(gateway: &FhirGateway, actor: &Arc<Actor>, person: &str, number: &str) -> Result<Value, Error> {
    let person: PersonId = person.parse().map_err(|_bad| unknown())?;
    let all = coverages(gateway, actor, person).await?;
    let id = format!("{COVER}{person}-{number}");
    all.into_iter().find(|one| one["id"] == id.as_str()).ok_or_else(unknown)
}

/// Leave to see how a person is insured: their own, or of who has them present. Having
/// supplied records opens nothing of it.
pub(super) async fn opened(gateway: &FhirGateway, actor: &Arc<Actor>, person: PersonId) -> Result<Grant, Error> {
    let grant = gateway.records.gate.grant(actor, person).await?;
    if grant.basis() == Basis::Supplier { Err(access::Refusal::GrantMissing.error()) } else { Ok(grant) }
}

/// Coverages of a person, under a grant; the look is durable first.
async fn coverages(gateway: &FhirGateway, actor: &Arc<Actor>, person: PersonId) -> Result<Vec<Value>, Error> {
    let grant = opened(gateway, actor, person).await?;
    gateway.records.db.record(person.0, grant.look(&CHECKED, "Coverage")).await?;
    let reference = gateway.settlements.insurance.reference.clone();
    let today = Day::of(gateway.records.db.world().now());
    let found = gateway.records.db.read(move |sql| eligibility::eligibility(sql, &reference, person, today)).await?;
    let Some(found) = found else { return Ok(Vec::new()) };
    let one = |cover: &insurance::rules::coverage::Coverage| {
        let plan = gateway.settlements.insurance.reference.plan(&cover.admdvs, &cover.insutype, today).ok();
        let mut period = json!({ "start": cover.period.from_on.to_string() });
        if cover.period.to_on != FOREVER {
            period["end"] = cover.period.to_on.to_string().into();
        }
        let mut resource = json!({
            "resourceType": "Coverage",
            "id": format!("{COVER}{person}-{}", cover.number),
            "identifier": [{ "system": "urn:yima:psn-no", "value": found.card.psn_no }],
            "status": if cover.period.holds(today) { "active" } else { "cancelled" },
            "type": { "coding": [{ "system": say::INSUTYPE, "code": cover.insutype }] },
            "beneficiary": { "reference": format!("Patient/{person}") },
            "period": period,
            "payor": [{ "identifier": { "system": "urn:yima:admdvs", "value": cover.admdvs } }],
            "order": if cover.basic() { 1 } else { 2 },
        });
        if let Some(plan) = plan {
            resource["class"] = json!([{
                "type": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/coverage-class", "code": "plan" }] },
                "value": plan.version,
            }]);
        }
        resource
    };
    Ok(found.card.coverages.iter().map(one).collect())
}

async fn invoice(gateway: &FhirGateway, actor: &Arc<Actor>, id: &str) -> Result<Value, Error> {
    let id: BillId = id.parse().map_err(|_bad| unknown())?;
    let found = gateway.records.db.read(move |sql| settlement::answer::person_of(sql, id.0)).await?;
    let grant = gateway.records.gate.grant(actor, found.ok_or_else(unknown)?).await?;
    Ok(bill(&gateway.settlements.bills.see(&grant, id).await?))
}

/// A bill as an Invoice.
fn bill(bill: &Bill) -> Value {
    let content = &bill.content;
    let line = |(number, one): (usize, &bills::Charge)| {
        json!({
            "sequence": number + 1,
            "chargeItemCodeableConcept": { "coding": [{ "code": one.code, "display": one.name }], "text": one.name },
            "priceComponent": [{ "type": "base", "amount": money(one.amount.0) }],
        })
    };
    let mut resource = json!({
        "resourceType": "Invoice",
        "id": format!("{BILL}{}", bill.id),
        "identifier": [
            { "system": "urn:yima:bill-code", "value": content.code },
            { "system": "urn:yima:bill-number", "value": content.number },
        ],
        "status": if bill.standing.red.is_some() { "cancelled" } else { "issued" },
        "subject": { "reference": format!("Patient/{}", bill.person) },
        "recipient": { "reference": format!("Patient/{}", bill.person) },
        "date": kernel::time::rfc3339(content.issued_at),
        "issuer": { "display": content.issuer },
        "lineItem": content.lines.iter().enumerate().map(line).collect::<Vec<_>>(),
        "totalGross": money(content.parts.total.0),
        "totalNet": money(content.parts.cash.0),
    });
    if let Some(original) = &content.original {
        resource["extension"] = json!([{
            "url": "urn:yima:replaces-bill",
            "valueIdentifier": { "system": "urn:yima:bill-number", "value": original.number },
        }]);
    }
    resource
}

async fn statement(gateway: &FhirGateway, actor: &Arc<Actor>, institution: &str, period: &str) -> Result<Value, Error> {
    let institution: InstitutionId = institution.parse().map_err(|_bad| unknown())?;
    let found = gateway.clearing.statement(actor, institution, period).await?;
    let payouts = gateway.clearing.payouts_to(actor, institution, period).await?;
    let span = clearing::statement::month(period).ok_or_else(unknown)?;
    let agreed = found.lines.iter().all(|line| line.agreed);
    let detail = |line: &clearing::statement::Line| {
        json!({
            "identifier": {
                "system": "urn:yima:clearing-group",
                "value": format!("{}/{}/{}", line.group.insutype, line.group.clr_type, line.group.setl_optins),
            },
            "type": { "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/payment-type",
                "code": if line.group.refund { "adjustment" } else { "payment" },
            }] },
            "amount": money(line.sums.fund + line.sums.account),
        })
    };
    let (until, made) = (kernel::time::china_day(span.until - 1), kernel::time::rfc3339(found.made_at));
    let paid = payouts.iter().rfind(|payout| payout.stage == PayoutStage::Paid);
    let paid_on = paid.map_or_else(|| until.clone(), |payout| kernel::time::china_day(payout.confirmed_at));
    let mut resource = json!({
        "resourceType": "PaymentReconciliation",
        "id": format!("{STATEMENT}{institution}-{period}"),
        "status": "active",
        "period": { "start": kernel::time::china_day(span.from), "end": until },
        "paymentIssuer": {
            "identifier": { "system": "urn:yima:admdvs", "value": gateway.settlements.region.to_string() },
        },
        "created": made,
        "requestor": { "display": gateway.settlements.directory.name(institution, false) },
        "outcome": if agreed { "complete" } else { "partial" },
        "paymentDate": paid_on,
        "paymentAmount": money(found.payable),
        "detail": found.lines.iter().map(detail).collect::<Vec<_>>(),
    });
    if let Some(payout) = paid {
        resource["paymentIdentifier"] = json!({ "system": "urn:yima:payout", "value": payout.id.to_string() });
    }
    if !payouts.is_empty() {
        resource["processNote"] = payouts.iter().map(note).collect();
    }
    Ok(resource)
}

/// What became of one payout of the period: the bank's net amount and what is held back.
fn note(payout: &Payout) -> Value {
    let text = format!("payout {} {}: {} net, {} deposit", payout.id, payout.stage.name(), payout.net, payout.deposit);
    json!({ "type": "display", "text": text })
}

/// What the money rooms hold of a person beside the stored resources of a type.
pub(in super::super) async fn of_person(
    gateway: &FhirGateway,
    actor: &Arc<Actor>,
    person: PersonId,
    kind: &str,
) -> Result<Vec<Found>, Error> {
    let all = match kind {
        "Coverage" => coverages(gateway, actor, person).await?,
        "ExplanationOfBenefit" | "ClaimResponse" => settlements(gateway, actor, person, kind).await?,
        "Invoice" => {
            let grant = gateway.records.gate.grant(actor, person).await?;
            gateway.settlements.bills.own(&grant).await?.iter().map(bill).collect()
        }
        _ => Vec::new(),
    };
    let found = |one: Value| Found {
        reference: format!("{kind}/{}", one["id"].as_str().unwrap_or_default()),
        json: one.to_string().into_bytes(),
    };
    Ok(all.into_iter().map(found).collect())
}

async fn settlements(
    gateway: &FhirGateway,
    actor: &Arc<Actor>,
    person: PersonId,
    kind: &str,
) -> Result<Vec<Value>, Error> {
    let grant = gateway.records.gate.grant(actor, person).await?;
    let own = actor.person == Some(person) && actor.institution.is_none();
    let mut all = Vec::new();
    for shown in gateway.settlements.own(person).await? {
        let row = &shown.row;
        let opens = own || actor.institution == Some(row.institution);
        if let Some(answer) = shown.answer.as_ref().filter(|_| opens) {
            let said = said(gateway, answer, person, row.institution, row.plan, shown.undone_by.is_some());
            all.push(match kind {
                "ClaimResponse" => said.claim_response(gateway, &answer.split)?,
                _ => said.explanation(gateway, &answer.split)?,
            });
        }
    }
    let look: Event = grant.look(&settlement::VIEWED, kind);
    gateway.records.db.record(person.0, look).await?;
    Ok(all)
}

/// Searching the types that are only here: `patient`, and `period` of statements.
pub(in super::super) async fn search(
    gateway: &FhirGateway,
    actor: &Arc<Actor>,
    kind: &str,
    pairs: &[(String, String)],
) -> Result<Option<Response>, Outcome> {
    if !matches!(kind, "ClaimResponse" | "Invoice" | "PaymentReconciliation") {
        return Ok(None);
    }
    let wanted = if kind == "PaymentReconciliation" { "period" } else { "patient" };
    let mut value = None;
    for (name, text) in pairs {
        match name.as_str() {
            "_format" => {}
            name if name == wanted => value = Some(text.clone()),
            _ => return Err(Error::from(Refusal::ParameterInvalid).at(name.clone()).with(wanted).into()),
        }
    }
    let value = value.ok_or_else(|| Error::from(Refusal::ParameterInvalid).at(wanted))?;
    let found: Vec<Value> = if wanted == "period" {
        let institution = actor.institution.ok_or_else(unknown)?;
        vec![statement(gateway, actor, &institution.to_string(), &value).await?]
    } else {
        let person: PersonId = value.trim_start_matches("Patient/").parse().map_err(|_bad| unknown())?;
        match of_person(gateway, actor, person, kind).await {
            Ok(found) => found.iter().filter_map(|one| serde_json::from_slice(&one.json).ok()).collect(),
            // Nothing is open: the same answer as when nothing is there (K4).
            Err(Error::Refused(_)) => Vec::new(),
            Err(fault) => return Err(fault.into()),
        }
    };
    let entry = |one: Value| {
        let url = format!("{}/{kind}/{}", gateway.base, one["id"].as_str().unwrap_or_default());
        json!({ "fullUrl": url, "resource": one, "search": { "mode": "match" } })
    };
    let total = found.len();
    let entries: Vec<Value> = found.into_iter().map(entry).collect();
    let mut bundle = json!({ "resourceType": "Bundle", "type": "searchset", "total": total });
    if total > 0 {
        bundle["entry"] = Value::Array(entries);
    }
    Ok(Some(written(StatusCode::OK, &bundle)))
}
