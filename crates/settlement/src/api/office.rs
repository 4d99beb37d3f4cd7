//! Routes of the office: what is in doubt, what must be looked at, credits, top-ups.

use super::visits::institution_asked;
use super::{Refusal, answered, day, person_asked};
use crate::Settlements;
use crate::place::Known;
use crate::visit::By;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use kernel::{Fen, SettlementId};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Body, Caller};

/// `GET /v1/settlements/in-doubt`: an institution's own, the office's all; longest
/// unmoved first.
pub(super) async fn in_doubt(State(env): State<Settlements>, Caller(actor): Caller) -> Result<Response, Refusal> {
    let by = By::of(&actor);
    let institution = if by.office { None } else { by.institution };
    if institution.is_none() && !by.office {
        return Err(web::Refusal::NotFound.error().into());
    }
    let asks = env.in_doubt(institution).await?;
    let listed: Vec<_> = asks.iter().map(ask_json).collect();
    answered(StatusCode::OK, &json!({ "in_doubt": listed }))
}

fn ask_json(ask: &Known) -> Value {
    json!({
        "institution": ask.institution.to_string(), "msgid": ask.msgid, "person": ask.person.to_string(),
        "stage": ask.stage.name(), "tries": ask.tries, "asked_at": ask.asked_at, "moved_at": ask.moved_at,
        "code": ask.code, "settlement": ask.settlement.map(|id| id.to_string()),
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct AgainAsked {
    institution: Option<String>,
    msgid: String,
}

/// `POST /v1/settlements/in-doubt/ask {msgid, institution}`: asks about one message at
/// once; answers where it stands.
pub(super) async fn ask_again(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Body(asked): Body<AgainAsked>,
) -> Result<Response, Refusal> {
    let institution = institution_asked(&actor, asked.institution.as_deref())?;
    let known = env.ask_again(&actor, institution, &asked.msgid).await?;
    answered(StatusCode::OK, &ask_json(&known))
}

#[derive(Debug, Deserialize)]
pub(super) struct TotalsAsked {
    institution: Option<String>,
    from: String,
    to: String,
}

/// `GET /v1/settlements/totals?from=&to=`: by insured type, care and refund (3201).
pub(super) async fn totals(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Query(asked): Query<TotalsAsked>,
) -> Result<Response, Refusal> {
    let institution = institution_asked(&actor, asked.institution.as_deref())?;
    let (from, to) = (day(&asked.from, "from")?, day(&asked.to, "to")?);
    let totals = env.totals(institution, from.start(), to.plus(1).start()).await?;
    let listed: Vec<_> = totals
        .iter()
        .map(|one| {
            json!({
                "insutype": one.insutype, "care": one.care, "refund": one.refund, "count": one.count,
                "fee_fen": one.totals.fee.0, "fund_fen": one.totals.fund.0, "account_fen": one.totals.account.0,
                "mutual_fen": one.totals.mutual.0, "cash_fen": one.totals.cash.0, "hospital_fen": one.totals.hospital.0,
            })
        })
        .collect();
    answered(StatusCode::OK, &json!({ "totals": listed }))
}

/// `GET /v1/settlements/tasks`: oldest first.
pub(super) async fn tasks(State(env): State<Settlements>) -> Result<Response, Refusal> {
    let listed: Vec<_> = env
        .tasks()
        .await?
        .iter()
        .map(|task| {
            json!({
                "task": task.id.to_string(), "person": task.person.to_string(), "kind": task.kind, "at": task.at,
                "settlement": task.settlement.to_string(), "cause": task.cause.to_string(), "amount_fen": task.amount.0,
            })
        })
        .collect();
    answered(StatusCode::OK, &json!({ "tasks": listed }))
}

#[derive(Debug, Deserialize)]
pub(super) struct TaskDone {
    person: String,
}

/// `POST /v1/settlements/tasks/{task}/done {person}`.
pub(super) async fn end_task(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Path(task): Path<String>,
    Body(asked): Body<TaskDone>,
) -> Result<Response, Refusal> {
    let person = person_asked(&env, &actor, Some(&asked.person), None).await?;
    let id: i64 = task.parse().map_err(|_bad| web::Refusal::NotFound.at("task"))?;
    env.end_task(person, id).await?;
    answered(StatusCode::OK, &json!({ "task": task, "done": true }))
}

#[derive(Debug, Deserialize)]
pub(super) struct CreditAsked {
    person: Option<String>,
    psn_no: Option<String>,
    amount_fen: i64,
    number: String,
    #[serde(default)]
    note: String,
}

/// `POST /v1/accounts/credits {person, amount_fen, number}`: once per number.
pub(super) async fn credit(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Body(asked): Body<CreditAsked>,
) -> Result<Response, Refusal> {
    let person = person_asked(&env, &actor, asked.person.as_deref(), asked.psn_no.as_deref()).await?;
    let body = env.credit(&actor, person, Fen(asked.amount_fen), asked.number, asked.note).await?;
    Ok(web::answer::json_bytes(StatusCode::OK, body))
}

#[derive(Debug, Deserialize)]
pub(super) struct TopUpAsked {
    person: Option<String>,
    psn_no: Option<String>,
    since: String,
}

/// `POST /v1/settlements/top-ups {person, since}`: an aid class that became known
/// later is paid for what was settled since.
pub(super) async fn top_up(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Body(asked): Body<TopUpAsked>,
) -> Result<Response, Refusal> {
    let person = person_asked(&env, &actor, asked.person.as_deref(), asked.psn_no.as_deref()).await?;
    let made = env.top_up(&actor, person, day(&asked.since, "since")?).await?;
    let listed: Vec<_> = made
        .iter()
        .map(|(id, of, amount): &(SettlementId, Option<SettlementId>, Fen)| {
            json!({ "supplement": id.to_string(), "of": of.map(|id| id.to_string()), "amount_fen": amount.0 })
        })
        .collect();
    answered(StatusCode::OK, &json!({ "supplements": listed }))
}

#[derive(Debug, Deserialize)]
pub(super) struct SecondAsked {
    year: i32,
}

/// `POST /v1/settlements/second-payments {year}`: the yearly second payment of major
/// illness insurance.
pub(super) async fn second_payments(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Body(asked): Body<SecondAsked>,
) -> Result<Response, Refusal> {
    let done = env.second_payments(&actor, asked.year).await?;
    answered(
        StatusCode::OK,
        &json!({ "year": asked.year, "people": done.people, "paid": done.paid, "paid_fen": done.sum.0, "for_review": done.review }),
    )
}
