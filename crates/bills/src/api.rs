//! `/v1` routes of bills: to their person, to the issuer's desk, to payers, and the
//! public check. Amounts are whole fen in JSON (members that end in `_fen`) and
//! yuan with two decimals in queries; members that end in `_at` are microseconds UTC.

use crate::check::Asked;
use crate::marks::{Shown, Wanted};
use crate::rules::number::BillNumber;
use crate::show::Bill;
use crate::{Bills, EXCHANGE, MARK, READ_ISSUED, READ_OWN, Refusal};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use kernel::right::PUBLIC;
use kernel::time::rfc3339;
use kernel::{Actor, BillId, Error, Fault, FaultKind, Fen};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use web::{Body, Caller, Lang, Problem, Route};

/// The routes.
pub fn routes(bills: &Bills) -> Vec<Route> {
    vec![
        Route::get("/v1/me/bills", READ_OWN, own, bills),
        Route::get("/v1/me/bills/{bill}", READ_OWN, own_bill, bills),
        Route::get("/v1/bills/{bill}", READ_ISSUED, desk_bill, bills),
        Route::post("/v1/bills/{bill}/prints", READ_ISSUED, print, bills),
        Route::post("/v1/bills/{bill}/paper", EXCHANGE, paper, bills),
        Route::post("/v1/bill-marks", MARK, mark, bills),
        Route::post("/v1/bill-marks/release", MARK, release, bills),
        Route::get("/v1/bills/check", PUBLIC, check, bills),
    ]
}

/// What is private stays in no cache.
fn kept_nowhere(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

fn answered(status: StatusCode, answer: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(answer)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing an answer as JSON", error))?;
    Ok(kept_nowhere(web::answer::json_bytes(status, body)))
}

/// A bill as JSON: what it says, what happened to it, its seal.
pub fn view(bill: &Bill) -> Value {
    let standing = &bill.standing;
    let marks: Vec<Value> = standing
        .marks
        .iter()
        .map(|mark| {
            json!({
                "claim": mark.claim,
                "payer": mark.payer,
                "amount_fen": mark.amount.0,
                "marked_at": mark.marked_at,
                "released_at": mark.released_at,
            })
        })
        .collect();
    json!({
        "id": bill.id.to_string(),
        "state": bill.state(),
        "code": bill.content.code,
        "number": bill.content.number,
        "check": bill.content.check,
        "total_fen": bill.content.parts.total.0,
        "issued_at": bill.content.issued_at,
        "issued": rfc3339(bill.content.issued_at),
        "issuer": bill.content.issuer,
        "bill": bill.content,
        "red_number": standing.red.map(|number| number.to_string()),
        "paper": standing.paper,
        "prints": standing.prints,
        "marks": marks,
        "seal": bill.seal,
    })
}

/// The answer that is a bill's PDF.
pub fn as_pdf(number: &str, pdf: Vec<u8>) -> Response {
    let mut response = (StatusCode::OK, [(header::CONTENT_TYPE, "application/pdf")], pdf).into_response();
    // Figures only, so it is always a header's value.
    if let Ok(name) = HeaderValue::from_str(&format!("inline; filename=\"bill-{number}.pdf\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    kept_nowhere(response)
}

/// What follows `/bills/`, and whether the pages are asked for.
fn wanted(text: &str) -> (&str, bool) {
    text.strip_suffix(".pdf").map_or((text, false), |bare| (bare, true))
}

async fn shown(bills: &Bills, bill: Bill, pdf: bool, lang: Lang) -> Result<Response, Problem> {
    if !pdf {
        return answered(StatusCode::OK, &view(&bill));
    }
    let number = bill.content.number.clone();
    Ok(as_pdf(&number, bills.pdf(bill, lang).await?))
}

/// Leave of a person to read their own bills.
async fn grant(bills: &Bills, actor: &Arc<Actor>) -> Result<access::Grant, Error> {
    let person = actor.person.ok_or(Refusal::Unknown)?;
    bills.gate.grant(actor, person).await
}

/// `GET /v1/me/bills`: one's own bills, newest first.
async fn own(State(bills): State<Bills>, Caller(actor): Caller) -> Result<Response, Problem> {
    let grant = grant(&bills, &actor).await?;
    let all: Vec<Value> = bills.own(&grant).await?.iter().map(view).collect();
    answered(StatusCode::OK, &json!({ "bills": all }))
}

/// `GET /v1/me/bills/{id}` and `GET /v1/me/bills/{id}.pdf?lang=`.
async fn own_bill(
    State(bills): State<Bills>,
    Caller(actor): Caller,
    lang: Lang,
    Path(bill): Path<String>,
) -> Result<Response, Problem> {
    let (id, pdf) = wanted(&bill);
    let id: BillId = id.parse().map_err(|_bad| Error::from(Refusal::Unknown))?;
    let grant = grant(&bills, &actor).await?;
    let bill = bills.see(&grant, id).await?;
    shown(&bills, bill, pdf, lang).await
}

fn number(text: &str) -> Result<BillNumber, Error> {
    text.parse().map_err(|_bad| Refusal::Unknown.at("number"))
}

/// `GET /v1/bills/{number}` and the same with `.pdf`, for the desk of the
/// institution that issued it.
async fn desk_bill(
    State(bills): State<Bills>,
    Caller(actor): Caller,
    lang: Lang,
    Path(bill): Path<String>,
) -> Result<Response, Problem> {
    let (text, pdf) = wanted(&bill);
    let bill = bills.at_desk(&actor, number(text)?).await?;
    shown(&bills, bill, pdf, lang).await
}

/// `POST /v1/bills/{number}/prints`: counts a printing and answers the pages.
async fn print(
    State(bills): State<Bills>,
    Caller(actor): Caller,
    lang: Lang,
    Path(bill): Path<String>,
) -> Result<Response, Problem> {
    let bill = bills.print(&actor, number(&bill)?).await?;
    shown(&bills, bill, true, lang).await
}

#[derive(Debug, Deserialize)]
struct PaperAsked {
    paper: String,
}

/// `POST /v1/bills/{number}/paper {paper}`: exchanges it for the paper bill.
async fn paper(
    State(bills): State<Bills>,
    Caller(actor): Caller,
    Path(bill): Path<String>,
    Body(asked): Body<PaperAsked>,
) -> Result<Response, Problem> {
    bills.exchange(&actor, number(&bill)?, &asked.paper).await?;
    answered(StatusCode::OK, &json!({ "number": bill, "paper": asked.paper }))
}

#[derive(Debug, Deserialize)]
struct MarkAsked {
    code: String,
    number: String,
    check: String,
    total_fen: i64,
    claim: String,
    payer: String,
    amount_fen: i64,
}

/// `POST /v1/bill-marks {code, number, check, total_fen, claim, payer, amount_fen}`.
async fn mark(
    State(bills): State<Bills>,
    Caller(actor): Caller,
    Body(asked): Body<MarkAsked>,
) -> Result<Response, Problem> {
    let shown =
        Shown { code: asked.code, number: number(&asked.number)?, check: asked.check, total: Fen(asked.total_fen) };
    let claim = asked.claim.clone();
    bills.mark(&actor, shown, Wanted { claim: asked.claim, payer: asked.payer, amount: Fen(asked.amount_fen) }).await?;
    answered(StatusCode::OK, &json!({ "number": asked.number, "claim": claim, "marked_fen": asked.amount_fen }))
}

#[derive(Debug, Deserialize)]
struct ReleaseAsked {
    code: String,
    number: String,
    check: String,
    total_fen: i64,
    claim: String,
}

/// `POST /v1/bill-marks/release {code, number, check, total_fen, claim}`.
async fn release(
    State(bills): State<Bills>,
    Caller(actor): Caller,
    Body(asked): Body<ReleaseAsked>,
) -> Result<Response, Problem> {
    let shown =
        Shown { code: asked.code, number: number(&asked.number)?, check: asked.check, total: Fen(asked.total_fen) };
    let claim = asked.claim.clone();
    bills.release(&actor, shown, asked.claim).await?;
    answered(StatusCode::OK, &json!({ "number": asked.number, "claim": claim, "released": true }))
}

/// What the check is asked: number and amount, or the text of the code.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct CheckAsked {
    #[serde(default)]
    pub(crate) number: String,
    #[serde(default)]
    pub(crate) total: String,
    #[serde(default)]
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) check: String,
    #[serde(default)]
    pub(crate) seal: String,
}

impl CheckAsked {
    /// The question; refuses a number or an amount of another form, which tells
    /// nothing of what is stored.
    pub(crate) fn question(&self) -> Result<Asked, Error> {
        let invalid = |field: &'static str, what: &str| web::Refusal::ParameterInvalid.at(field).with(what);
        let number = self.number.trim().parse().map_err(|_bad| invalid("number", "thirteen digits"))?;
        let total = Fen::from_yuan(self.total.trim().trim_start_matches(['¥', '￥']))
            .map_err(|_bad| invalid("total", "yuan such as 286.40"))?;
        let given = |text: &str| Some(text.trim().to_lowercase()).filter(|text| !text.is_empty());
        Ok(Asked { number, total, code: given(&self.code), check: given(&self.check) })
    }

    /// Whether the bill counts.
    pub(crate) async fn answer(&self, bills: &Bills) -> Result<bool, Error> {
        if self.seal.trim().is_empty() {
            bills.check(self.question()?).await
        } else {
            bills.check_seal(&self.seal).await
        }
    }
}

/// `GET /v1/bills/check?number=&total=&code=&check=` or `?seal=`: `{"valid": …}`.
async fn check(State(bills): State<Bills>, Query(asked): Query<CheckAsked>) -> Result<Response, Problem> {
    let valid = asked.answer(&bills).await?;
    answered(StatusCode::OK, &json!({ "valid": valid }))
}
