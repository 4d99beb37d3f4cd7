//! `/v1` routes of clearing. Members that end in `_fen` and the members of the national
//! interface are whole fen, instants microseconds UTC.

use crate::payout::{BankLine, NewPayout, Payee, Payout};
use crate::reconcile::{Kept, Task};
use crate::rules::payout::{BankSays, PayoutStage};
use crate::rules::row::{Lists, Scope, Span};
use crate::{Clearing, PAY, READ, RECONCILE};
use ::store::{OnceKey, Reply};
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kernel::{Actor, Error, Fault, FaultKind, Fen, InstitutionId, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use web::words::Lang;
use web::{Body, Caller, Problem, Route};

/// The routes.
pub fn routes(clearing: &Clearing) -> Vec<Route> {
    vec![
        Route::post("/v1/clearing/tasks", RECONCILE, compare, clearing),
        Route::get("/v1/clearing/tasks", READ, tasks, clearing),
        Route::get("/v1/clearing/tasks/{task}", READ, task, clearing),
        Route::post("/v1/clearing/tasks/{task}/findings/{ordinal}", RECONCILE, act, clearing),
        Route::get("/v1/clearing/statements/{institution}/{period}", READ, statement, clearing),
        Route::get("/v1/clearing/statements/{institution}/{period}/pdf", READ, statement_pdf, clearing),
        Route::post("/v1/clearing/payouts", PAY, confirm, clearing),
        Route::get("/v1/clearing/payouts/{stage}", PAY, payouts, clearing),
        Route::post("/v1/clearing/files", PAY, pay_file, clearing),
        Route::get("/v1/clearing/files/{file}", PAY, file, clearing),
        Route::post("/v1/clearing/results", PAY, bank_result, clearing),
    ]
}

/// Characters of an idempotency key at most.
const KEY_MAX: usize = 255;

fn written(answer: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(answer)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing an answer as JSON", error).into())
}

fn answered(answer: &Value) -> Result<Response, Problem> {
    Ok(web::answer::json_bytes(StatusCode::OK, written(answer)?))
}

fn replied(reply: Reply) -> Response {
    web::answer::json_bytes(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK), reply.body)
}

fn once_key(headers: &HeaderMap, actor: &Actor, route: &str, body: &impl Serialize) -> Result<OnceKey, Error> {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let key = key.filter(|key| !key.is_empty() && key.len() <= KEY_MAX).ok_or_else(|| {
        web::Refusal::ParameterInvalid
            .at("Idempotency-Key")
            .with(format!("needed, 1 to {KEY_MAX} printable characters"))
    })?;
    Ok(OnceKey::new(actor.id.0, route, key, &written(body)?, true))
}

fn institution_id(text: &str) -> Result<InstitutionId, Error> {
    text.parse().map_err(|_bad| web::Refusal::NotFound.at("institution"))
}

fn task_id(text: &str) -> Result<TaskId, Error> {
    text.parse().map_err(|_bad| web::Refusal::NotFound.at("task"))
}

fn task_view(task: &Task) -> Value {
    json!({
        "id": task.id.to_string(),
        "institution": task.institution.to_string(),
        "from": task.span.from,
        "until": task.span.until,
        "superseded_by": task.superseded_by.map(|id| id.to_string()),
        "balanced": task.balanced,
        "totals": task.totals,
        "made_at": task.made_at,
    })
}

fn finding_view(kept: &Kept) -> Value {
    json!({ "ordinal": kept.ordinal, "stage": kept.stage.name(), "finding": kept.finding, "note": kept.note })
}

#[derive(Debug, Deserialize)]
struct CompareAsked {
    institution: String,
    #[serde(flatten)]
    span: Span,
    #[serde(flatten)]
    lists: Lists,
}

/// `POST /v1/clearing/tasks {institution, from, until, here, there, taken, channel}`:
/// the same lists again give the same comparison.
async fn compare(
    State(clearing): State<Clearing>,
    Caller(actor): Caller,
    Body(asked): Body<CompareAsked>,
) -> Result<Response, Problem> {
    let institution = institution_id(&asked.institution)?;
    let task = clearing.reconcile(&actor, Scope { institution, span: asked.span }, asked.lists).await?;
    let found = clearing.findings(&task).await?;
    let mut view = task_view(&task);
    if let Some(members) = view.as_object_mut() {
        members.insert("findings".into(), found.iter().map(finding_view).collect());
    }
    answered(&view)
}

/// `GET /v1/clearing/tasks`: the newest live comparisons.
async fn tasks(State(clearing): State<Clearing>, Caller(actor): Caller) -> Result<Response, Problem> {
    let found = clearing.tasks(&actor).await?;
    let views = found.iter().map(|(task, open)| json!({ "task": task_view(task), "open": open }));
    answered(&json!({ "tasks": views.collect::<Vec<_>>() }))
}

/// `GET /v1/clearing/tasks/{task}`: a comparison, also a superseded one, with what it found.
async fn task(
    State(clearing): State<Clearing>,
    Caller(actor): Caller,
    Path(task): Path<String>,
) -> Result<Response, Problem> {
    let task = clearing.task(&actor, task_id(&task)?).await?;
    let found = clearing.findings(&task).await?;
    answered(&json!({ "task": task_view(&task), "findings": found.iter().map(finding_view).collect::<Vec<_>>() }))
}

#[derive(Debug, Deserialize)]
struct ActAsked {
    note: String,
}

/// `POST /v1/clearing/tasks/{task}/findings/{ordinal} {note}`: what was done about it.
async fn act(
    State(clearing): State<Clearing>,
    Caller(actor): Caller,
    Path((task, ordinal)): Path<(String, i64)>,
    Body(asked): Body<ActAsked>,
) -> Result<Response, Problem> {
    clearing.act(&actor, task_id(&task)?, ordinal, asked.note).await?;
    answered(&json!({ "task": task, "ordinal": ordinal, "stage": "acted" }))
}

/// `GET /v1/clearing/statements/{institution}/{period}`.
async fn statement(
    State(clearing): State<Clearing>,
    Caller(actor): Caller,
    Path((institution, period)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id = institution_id(&institution)?;
    let statement = clearing.statement(&actor, id, &period).await?;
    answered(&json!({ "institution": institution, "statement": statement }))
}

/// `GET /v1/clearing/statements/{institution}/{period}/pdf`.
async fn statement_pdf(
    State(clearing): State<Clearing>,
    Caller(actor): Caller,
    Path((institution, period)): Path<(String, String)>,
    lang: Lang,
) -> Result<Response, Problem> {
    let statement = clearing.statement(&actor, institution_id(&institution)?, &period).await?;
    let bytes = clearing.statement_pdf(&statement, lang == Lang::En)?;
    let mut response = web::answer::json_bytes(StatusCode::OK, bytes);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"statement.pdf\""));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

#[derive(Debug, Deserialize, Serialize)]
struct PayoutAsked {
    institution: Option<String>,
    person: Option<String>,
    period: String,
    net_fen: i64,
    #[serde(default)]
    deposit_fen: i64,
    bank_name: String,
    bank_account: String,
}

fn payout_view(payout: &Payout) -> Value {
    json!({
        "payout": payout.id.to_string(),
        "stage": payout.stage.name(),
        "payee": payout.payee.text(),
        "period": payout.period,
        "net_fen": payout.net.0,
        "deposit_fen": payout.deposit.0,
        "bank_name": payout.bank_name,
        "bank_account": payout.bank_account,
        "file": payout.file.to_string(),
        "reason": payout.reason,
        "confirmed_at": payout.confirmed_at,
    })
}

/// `POST /v1/clearing/payouts {institution | person, period, net_fen, deposit_fen, bank_name, bank_account}`.
async fn confirm(
    State(clearing): State<Clearing>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<PayoutAsked>,
) -> Result<Response, Problem> {
    let key = once_key(&headers, &actor, "POST /v1/clearing/payouts", &asked)?;
    let payee = match (&asked.institution, &asked.person) {
        (Some(institution), None) => Payee::Institution(institution_id(institution)?),
        (None, Some(person)) => Payee::Person(person.parse().map_err(|_bad| web::Refusal::BodyInvalid.at("person"))?),
        _ => return Err(web::Refusal::BodyInvalid.at("institution").with("one payee").into()),
    };
    let new = NewPayout {
        payee,
        period: asked.period,
        net: Fen(asked.net_fen),
        deposit: Fen(asked.deposit_fen),
        bank_name: asked.bank_name,
        bank_account: asked.bank_account,
    };
    let this = clearing.clone();
    let reply = clearing.db.write(key.home(), move |tx| {
        tx.once(&key, |tx| Ok((201, written(&payout_view(&this.confirm_in(tx, &actor, &new)?))?)))
    });
    Ok(replied(reply.await?))
}

/// `GET /v1/clearing/payouts/{stage}`: confirmed, paying, paid, pay_failed.
async fn payouts(State(clearing): State<Clearing>, Path(stage): Path<String>) -> Result<Response, Problem> {
    let stages = [PayoutStage::Confirmed, PayoutStage::Paying, PayoutStage::Paid, PayoutStage::PayFailed];
    let stage = stages.into_iter().find(|one| one.name() == stage).ok_or_else(|| web::Refusal::NotFound.at("stage"))?;
    let found = clearing.payouts(stage).await?;
    answered(&json!({ "payouts": found.iter().map(payout_view).collect::<Vec<_>>() }))
}

fn csv(bytes: Vec<u8>, id: i64) -> Response {
    let mut response = web::answer::json_bytes(StatusCode::OK, bytes);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"pay-{id}.csv\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// `POST /v1/clearing/files`: everything confirmed, as one file for the bank.
async fn pay_file(State(clearing): State<Clearing>, Caller(actor): Caller) -> Result<Response, Problem> {
    let (id, bytes) = clearing.pay_file(&actor).await?;
    Ok(csv(bytes, id))
}

/// `GET /v1/clearing/files/{file}`: a pay file again, byte for byte.
async fn file(State(clearing): State<Clearing>, Path(file): Path<i64>) -> Result<Response, Problem> {
    Ok(csv(clearing.file(file).await?, file))
}

#[derive(Debug, Deserialize)]
struct BankAsked {
    payout: String,
    paid: bool,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Deserialize)]
struct ResultAsked {
    lines: Vec<BankAsked>,
}

/// `POST /v1/clearing/results {lines: [{payout, paid, reason}]}`: the same lines again
/// change nothing.
async fn bank_result(
    State(clearing): State<Clearing>,
    Caller(actor): Caller,
    Body(asked): Body<ResultAsked>,
) -> Result<Response, Problem> {
    let lines = asked.lines.into_iter().map(|line| {
        let payout = line.payout.parse().map_err(|_bad| web::Refusal::BodyInvalid.at("payout"))?;
        let says = if line.paid { BankSays::Paid } else { BankSays::Bounced };
        Ok(BankLine { payout, says, reason: line.reason })
    });
    let lines = lines.collect::<Result<Vec<_>, Error>>()?;
    let (paid, bounced) = clearing.bank_result(&actor, lines).await?;
    answered(&json!({ "paid": paid, "bounced": bounced }))
}
