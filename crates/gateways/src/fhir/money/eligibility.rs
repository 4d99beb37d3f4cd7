//! `POST /fhir/CoverageEligibilityRequest/$submit`: whether a person is covered on a day,
//! and what the year has used up.

use super::super::FhirGateway;
use super::super::answer::Outcome;
use super::ask::{patient, sent, text, wrong};
use super::read::{opened, written};
use super::say::{INSUTYPE, money};
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use insurance::{CHECKED, Day, eligibility};
use serde_json::{Value, json};
use web::Caller;

/// The operation.
pub(in super::super) async fn submit(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    request: Request,
) -> Result<Response, Outcome> {
    let resource = sent(request, &gateway, "CoverageEligibilityRequest").await?;
    let person = patient(&resource)?;
    let said = text(&resource, "/servicedDate");
    let day = if said.is_empty() { Some(Day::of(gateway.records.db.world().now())) } else { Day::read(said) };
    let day = day.ok_or_else(|| wrong("servicedDate", "YYYY-MM-DD.", "日期格式不对。"))?;
    let purposes = resource.get("purpose").cloned().filter(Value::is_array).unwrap_or_else(|| json!(["validation"]));
    let grant = opened(&gateway, &actor, person).await?;
    gateway.records.db.record(person.0, grant.look(&CHECKED, "CoverageEligibilityRequest")).await?;
    let reference = gateway.settlements.insurance.reference.clone();
    let found = gateway.records.db.read(move |sql| eligibility::eligibility(sql, &reference, person, day)).await?;
    let found = found.ok_or_else(|| insurance::Refusal::PersonNotFound.at("patient"))?;
    let now = kernel::time::rfc3339(gateway.records.db.world().now());
    let basic = found.card.basic(day).ok();
    let benefit = |name: &str, used: i64| json!({ "type": { "text": name }, "usedMoney": money(used) });
    let year = basic.zip(found.plan.as_ref()).and_then(|(cover, plan)| {
        found.years.iter().find(|year| year.insutype == cover.insutype && year.sums.year == plan.year_of(day))
    });
    let pools = ["op", "ip", "chronic"];
    let mut items: Vec<Value> = Vec::new();
    for (place, pool) in pools.iter().enumerate() {
        let of = |table: &[kernel::Fen; 3]| table.get(place).map_or(0, |fen| fen.0);
        let sums = year.map(|year| &year.sums);
        items.push(json!({
            "category": { "text": pool },
            "benefit": [
                benefit("deductible", sums.map_or(0, |sums| of(&sums.dedc_used))),
                benefit("in-scope", sums.map_or(0, |sums| of(&sums.inscp))),
                benefit("benefit", sums.map_or(0, |sums| of(&sums.pool_paid))),
            ],
        }));
    }
    let mut cover = json!({
        "coverage": {
            "identifier": { "system": INSUTYPE, "value": basic.map(|one| one.insutype.clone()).unwrap_or_default() },
        },
        "inforce": found.covered(),
        "item": items,
    });
    if let Some(basic) = basic {
        let plan_year = found.plan.as_ref().map(|plan| plan.year_of(day).to_string());
        cover["coverage"]["reference"] = format!("Coverage/cov-{person}-{}", basic.number).into();
        if let Some(year) = plan_year {
            cover["benefitPeriod"] = json!({ "start": year });
        }
    }
    let answer = json!({
        "resourceType": "CoverageEligibilityResponse",
        "status": "active",
        "purpose": purposes,
        "patient": { "reference": format!("Patient/{person}") },
        "servicedDate": day.to_string(),
        "created": now,
        "request": { "display": "CoverageEligibilityRequest" },
        "outcome": "complete",
        "disposition": if found.covered() { "covered 待遇正常" } else { "not covered 无待遇" },
        "insurer": { "identifier": {
            "system": "urn:yima:admdvs",
            "value": basic.map(|one| one.admdvs.clone()).unwrap_or_default(),
        } },
        "insurance": [cover],
    });
    Ok(written(StatusCode::OK, &answer))
}
