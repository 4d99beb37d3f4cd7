//! `/v1/ledger` routes. Amounts are whole fen in members that end in `_fen`, instants
//! microseconds UTC in members that end in `_at`. Persons are not named: whose money
//! an entry moved is the settlement's to show, under a grant.

#![expect(clippy::indexing_slicing, reason = "members of JSON objects that are made here")]

use crate::office::{Office, account};
use crate::read::{Linked, PAGE_MAX, Statement};
use crate::rules::account::{Account, AccountKind, Code, PartyKind};
use crate::rules::entry::{Line, Posted, Side};
use crate::rules::fold::Trial;
use crate::rules::period::Period;
use crate::store::Closing;
use crate::{CLOSE, READ, Refusal};
use ::store::value::hex;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use kernel::{Error, Fault, FaultKind, JournalId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use web::{Body, Caller, Lang, Problem, Route};

/// The routes.
pub fn routes(office: &Office) -> Vec<Route> {
    vec![
        Route::get("/v1/ledger/chart", READ, chart, office),
        Route::get("/v1/ledger/books", READ, books, office),
        Route::get("/v1/ledger/books/{books}/trial", READ, trial, office),
        Route::get("/v1/ledger/books/{books}/statement", READ, statement, office),
        Route::get("/v1/ledger/books/{books}/closings", READ, closings, office),
        Route::post("/v1/ledger/books/{books}/close", CLOSE, close, office),
        Route::get("/v1/ledger/entries/{entry}", READ, entry, office),
    ]
}

fn answered(answer: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(answer)
        .map_err(|error| Error::from(Fault::from_source(FaultKind::Broken, "writing an answer as JSON", error)))?;
    Ok(web::answer::json_bytes(StatusCode::OK, body))
}

/// The account as an address and an answer write it; persons' without the person.
pub(crate) fn text(account: &Account) -> String {
    if account.code.party() == PartyKind::Person { account.code.text().to_owned() } else { account.to_string() }
}

fn account_json(account: &Account) -> Value {
    json!({
        "account": text(account),
        "code": account.code.text(),
        "name": account.code.name(Lang::Zh),
        "name_en": account.code.name(Lang::En),
        "statutory": account.code.statutory(),
    })
}

/// `GET /v1/ledger/chart`.
async fn chart(State(_office): State<Office>) -> Result<Response, Problem> {
    let rows: Vec<Value> = Code::ALL
        .iter()
        .map(|code| {
            let mut row = account_json(&Account::of(*code));
            let kind = match code.kind() {
                AccountKind::Asset => "asset",
                AccountKind::Liability => "liability",
                AccountKind::Equity => "equity",
                AccountKind::Income => "income",
                AccountKind::Expense => "expense",
            };
            row["kind"] = kind.into();
            row["never_below_zero"] = code.guarded().into();
            row
        })
        .collect();
    answered(&json!({ "accounts": rows }))
}

/// `GET /v1/ledger/books`.
async fn books(State(office): State<Office>, Caller(actor): Caller) -> Result<Response, Problem> {
    let found = office.all(&actor).await?;
    let rows: Vec<Value> = found
        .iter()
        .map(|books| {
            json!({
                "books": books.entity.to_string(),
                "name": office.name(books.entity, false),
                "name_en": office.name(books.entity, true),
                "from": books.from.to_string(),
                "to": books.to.to_string(),
            })
        })
        .collect();
    answered(&json!({ "books": rows }))
}

#[derive(Debug, Deserialize)]
struct TrialAsked {
    period: Option<String>,
}

/// The month an address or a form names; this one when it names none.
pub(crate) fn period(office: &Office, named: Option<&str>) -> Result<Period, Error> {
    match named.filter(|text| !text.is_empty()) {
        None => Ok(Period::of(office.ledger.now())),
        Some(text) => Period::from_text(text)
            .ok_or_else(|| web::Refusal::ParameterInvalid.at("period").with("a month such as 2026-11")),
    }
}

fn trial_json(trial: &Trial) -> Value {
    let lines: Vec<Value> = trial
        .lines
        .iter()
        .map(|line| {
            let mut row = account_json(&line.account);
            row["opening_fen"] = line.opening.0.into();
            row["debit_fen"] = line.moved.debit.0.into();
            row["credit_fen"] = line.moved.credit.0.into();
            row["closing_fen"] = line.closing.0.into();
            row
        })
        .collect();
    json!({
        "books": trial.entity.to_string(),
        "period": trial.period.to_string(),
        "accounts": lines,
        "moved_debit_fen": trial.moved.debit.0,
        "moved_credit_fen": trial.moved.credit.0,
        "debit_fen": trial.debit.0,
        "credit_fen": trial.credit.0,
        "difference_fen": trial.difference().0,
    })
}

/// `GET /v1/ledger/books/{books}/trial?period=2026-11`; balances are debits less
/// credits.
async fn trial(
    State(office): State<Office>,
    Caller(actor): Caller,
    Path(books): Path<String>,
    Query(asked): Query<TrialAsked>,
) -> Result<Response, Problem> {
    let month = period(&office, asked.period.as_deref())?;
    answered(&trial_json(&office.trial(&actor, Some(&books), month).await?))
}

#[derive(Debug, Deserialize)]
struct StatementAsked {
    account: String,
    before: Option<String>,
    limit: Option<usize>,
}

/// The entry below which a page begins; from the newest when none is named.
pub(crate) fn before(named: Option<&str>) -> Result<i64, Error> {
    match named.filter(|text| !text.is_empty()) {
        None => Ok(i64::MAX),
        Some(text) => text
            .parse::<JournalId>()
            .map(|id| id.0)
            .map_err(|_bad| web::Refusal::ParameterInvalid.at("before").with("an entry's id")),
    }
}

fn statement_json(statement: &Statement) -> Value {
    let lines: Vec<Value> = statement
        .lines
        .iter()
        .map(|line| {
            json!({
                "entry": line.entry.id.to_string(),
                "kind": line.entry.kind.text(),
                "period": line.entry.period.to_string(),
                "posted_at": line.entry.at,
                "settlement": line.entry.refs.settlement.map(|id| id.to_string()),
                "debit_fen": line.debit.0,
                "credit_fen": line.credit.0,
            })
        })
        .collect();
    json!({ "entries": lines, "next": statement.before.map(|id| id.to_string()) })
}

/// `GET /v1/ledger/books/{books}/statement?account=2101/n0…&before=j0…&limit=50`.
async fn statement(
    State(office): State<Office>,
    Caller(actor): Caller,
    Path(books): Path<String>,
    Query(asked): Query<StatementAsked>,
) -> Result<Response, Problem> {
    let which = account(&asked.account).ok_or_else(|| Refusal::AccountUnknown.at("account"))?;
    let before = before(asked.before.as_deref())?;
    let limit = asked.limit.unwrap_or(50).clamp(1, PAGE_MAX);
    answered(&statement_json(&office.statement(&actor, Some(&books), which, before, limit).await?))
}

fn line_json(line: &Line) -> Value {
    let mut row = account_json(&line.account);
    let member = match line.side {
        Side::Debit => "debit_fen",
        Side::Credit => "credit_fen",
    };
    row[member] = line.amount.0.into();
    row
}

fn entry_json(entry: &Posted) -> Value {
    json!({
        "entry": entry.id.to_string(),
        "books": entry.entity.to_string(),
        "kind": entry.kind.text(),
        "period": entry.period.to_string(),
        "posted_at": entry.at,
        "of": entry.of.map(|id| id.to_string()),
        "settlement": entry.refs.settlement.map(|id| id.to_string()),
        "visit": entry.refs.visit.map(|id| id.to_string()),
        "payment": entry.refs.payment.map(|id| id.to_string()),
        "msgid": entry.refs.msgid,
        "note": entry.refs.note,
        "lines": entry.lines.iter().map(line_json).collect::<Vec<_>>(),
    })
}

fn linked_json(linked: &Linked) -> Value {
    let mut body = entry_json(&linked.entry);
    body["taken_back_by"] = linked.taken_back_by.iter().map(ToString::to_string).collect::<Vec<_>>().into();
    body
}

/// `GET /v1/ledger/entries/{entry}`.
async fn entry(
    State(office): State<Office>,
    Caller(actor): Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = id.parse::<JournalId>().map_err(|_bad| Error::from(Refusal::EntryUnknown))?;
    answered(&linked_json(&office.entry(&actor, id).await?))
}

fn closing_json(closing: &Closing) -> Value {
    json!({
        "books": closing.entity.to_string(),
        "period": closing.period.to_string(),
        "closed_at": closing.closed_at,
        "accounts": closing.accounts,
        "debit_fen": closing.debit.0,
        "credit_fen": closing.credit.0,
        "hash": hex(&closing.hash),
    })
}

/// `GET /v1/ledger/books/{books}/closings`.
async fn closings(
    State(office): State<Office>,
    Caller(actor): Caller,
    Path(books): Path<String>,
) -> Result<Response, Problem> {
    let found = office.ledger.closings(office.books(&actor, Some(&books))?).await?;
    answered(&json!({ "closings": found.iter().map(closing_json).collect::<Vec<_>>() }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CloseAsked {
    period: String,
}

/// `POST /v1/ledger/books/{books}/close {period}`; a second time is refused.
async fn close(
    State(office): State<Office>,
    Caller(actor): Caller,
    Path(books): Path<String>,
    Body(asked): Body<CloseAsked>,
) -> Result<Response, Problem> {
    let month = period(&office, Some(&asked.period))?;
    answered(&closing_json(&office.close(&actor, Some(&books), month).await?))
}
