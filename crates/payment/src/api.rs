//! `/v1` routes of payments, tills and the channel's callbacks. Members that end in
//! `_fen` are whole fen, in `_at` microseconds UTC.

use crate::mobile::notice::{Headers, Notice};
use crate::mobile::person::{CardType, Identity};
use crate::noun::{Payment, Refund, RefundCause, Subject};
use crate::pay::{Ask, Means, MobileAsk};
use crate::refund::RefundAsk;
use crate::rules::tender::Tender;
use crate::rules::till::Counted;
use crate::till::{Count, Till};
use crate::{PAY_OWN, Payments, REFUND, Refusal, TAKE, TILL};
use ::store::{OnceKey, Reply};
use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kernel::right::PUBLIC;
use kernel::{Actor, Error, Fault, FaultKind, Fen, PaymentId, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use web::{Body, Caller, Problem, Route};

/// The routes.
pub fn routes(payments: &Payments) -> Vec<Route> {
    vec![
        Route::post("/v1/payments", TAKE, pay, payments),
        Route::get("/v1/payments/{payment}", TAKE, see, payments),
        Route::post("/v1/payments/{payment}/refunds", REFUND, refund, payments),
        Route::post("/v1/payments/{payment}/refunds/{ordinal}/hand-back", REFUND, hand_back, payments),
        Route::get("/v1/refunds/due", REFUND, due, payments),
        Route::post("/v1/payments/{payment}/give-up", TAKE, give_up, payments),
        Route::post("/v1/me/payments", PAY_OWN, pay, payments),
        Route::get("/v1/me/payments", PAY_OWN, own, payments),
        Route::get("/v1/me/payments/{payment}", PAY_OWN, see, payments),
        Route::post("/v1/me/payments/{payment}/give-up", PAY_OWN, give_up, payments),
        Route::post("/v1/pay/notify", PUBLIC, notify, payments),
        Route::post("/v1/tills/open", TILL, open_till, payments),
        Route::get("/v1/tills/mine", TILL, my_till, payments),
        Route::post("/v1/tills/close", TILL, close_till, payments),
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

/// The key of a request about money: it must carry one, and it is kept for ever (I6).
fn once_key(headers: &HeaderMap, actor: &Actor, route: &str, body: &impl Serialize) -> Result<OnceKey, Error> {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let key = key.filter(|key| !key.is_empty() && key.len() <= KEY_MAX).ok_or_else(|| {
        web::Refusal::ParameterInvalid
            .at("Idempotency-Key")
            .with(format!("needed, 1 to {KEY_MAX} printable characters"))
    })?;
    Ok(OnceKey::new(actor.id.0, route, key, &written(body)?, true))
}

fn payment_view(payment: &Payment) -> Value {
    let shares = payment.shares;
    json!({
        "id": payment.id.to_string(),
        "subject": { "kind": payment.subject.kind, "id": payment.subject.id },
        "institution": payment.institution.to_string(),
        "channel": payment.channel.name(),
        "tender": payment.tender,
        "stage": payment.stage.name(),
        "says": { "zh": payment.stage.words().0, "en": payment.stage.words().1 },
        "mix": shares.mix().name(),
        "total_fen": shares.total.0,
        "gov_fen": shares.gov.0,
        "account_fen": shares.account.0,
        "other_fen": shares.other.0,
        "cash_fen": shares.cash.0,
        "added_fen": shares.added.0,
        "reduced_fen": shares.reduced.0,
        "to_pay_fen": shares.to_pay().0,
        "change_fen": payment.change.0,
        "taken_fen": payment.taken.0,
        "refunded_fen": payment.refunded.0,
        "left_fen": payment.left().0,
        "reason": payment.reason,
        "created_at": payment.created_at,
        "ended_at": payment.ended_at,
    })
}

fn refund_view(refund: &Refund) -> Value {
    json!({
        "payment": refund.payment.to_string(),
        "ordinal": refund.ordinal,
        "number": refund.number(),
        "stage": refund.stage.name(),
        "money_fen": refund.money.0,
        "insured_fen": refund.insured.map(|parts| parts.map(|fen| fen.0)),
        "cause": refund.cause.name(),
        "asked_at": refund.asked_at,
        "ended_at": refund.ended_at,
    })
}

#[derive(Debug, Deserialize, Serialize)]
struct SubjectAsked {
    kind: String,
    id: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum MeansAsked {
    Cash {
        received_fen: i64,
    },
    Pos {
        terminal: String,
        slip: String,
    },
    Nothing,
    Mobile {
        openid: String,
        #[serde(default)]
        pay_order_id: String,
        #[serde(default)]
        pay_auth_no: String,
        /// Whose bill it is, as the payer names them who pays for a relative.
        relative: Option<RelativeAsked>,
    },
}

#[derive(Deserialize, Serialize)]
struct RelativeAsked {
    name: String,
    document: String,
    card: CardType,
}

impl std::fmt::Debug for RelativeAsked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RelativeAsked")
    }
}

#[derive(Debug, Deserialize, Serialize)]
struct PayAsked {
    /// Whose bill; a citizen leaves it out.
    person: Option<String>,
    subject: SubjectAsked,
    means: MeansAsked,
}

impl PayAsked {
    fn ask(self, actor: &Actor) -> Result<Ask, Error> {
        let person = match (self.person, actor.person) {
            (Some(text), _) => text.parse::<PersonId>().map_err(|_bad| web::Refusal::BodyInvalid.at("person"))?,
            (None, Some(own)) => own,
            (None, None) => return Err(web::Refusal::BodyInvalid.at("person").with("whose bill it is")),
        };
        let means = match self.means {
            MeansAsked::Cash { received_fen } => Means::Desk(Tender::Cash { received: Fen(received_fen) }),
            MeansAsked::Pos { terminal, slip } => Means::Desk(Tender::Pos { terminal, slip }),
            MeansAsked::Nothing => Means::Desk(Tender::Nothing),
            MeansAsked::Mobile { openid, pay_order_id, pay_auth_no, relative } => {
                let named = |one: RelativeAsked| Identity { name: one.name, document: one.document, card: one.card };
                Means::Mobile(MobileAsk { openid, pay_order_id, pay_auth_no, relative: relative.map(named) })
            }
        };
        Ok(Ask { person, subject: Subject { kind: self.subject.kind, id: self.subject.id }, means })
    }
}

/// `POST /v1/payments {person, subject: {kind, id}, means}`: at a desk it is paid when
/// this answers; over the mobile channel it is asked, and `GET` tells the rest.
async fn pay(
    State(payments): State<Payments>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<PayAsked>,
) -> Result<Response, Problem> {
    let key = once_key(&headers, &actor, "POST /v1/payments", &asked)?;
    let ask = asked.ask(&actor)?;
    let reply = payments.pay_once(&actor, ask, key, |payment| written(&payment_view(payment))).await?;
    Ok(replied(reply))
}

fn payment_id(text: &str) -> Result<PaymentId, Error> {
    text.parse().map_err(|_bad| web::Refusal::NotFound.at("payment"))
}

/// `GET /v1/payments/{payment}`: the payment and its refunds.
async fn see(
    State(payments): State<Payments>,
    Caller(actor): Caller,
    Path(payment): Path<String>,
) -> Result<Response, Problem> {
    let payment = payments.see(&actor, payment_id(&payment)?).await?;
    let refunds = payments.refunds(&payment).await?;
    let mut view = payment_view(&payment);
    if let Some(members) = view.as_object_mut() {
        members.insert("refunds".into(), refunds.iter().map(refund_view).collect());
    }
    answered(&view)
}

/// `GET /v1/me/payments`: one's own, newest first.
async fn own(State(payments): State<Payments>, Caller(actor): Caller) -> Result<Response, Problem> {
    let found = payments.own(&actor).await?;
    answered(&json!({ "payments": found.iter().map(payment_view).collect::<Vec<_>>() }))
}

#[derive(Debug, Deserialize, Serialize)]
struct SlipAsked {
    terminal: String,
    slip: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct RefundAsked {
    money_fen: Option<i64>,
    #[serde(default)]
    cancelled: bool,
    slip: Option<SlipAsked>,
    #[serde(default)]
    reason: String,
}

/// `POST /v1/payments/{payment}/refunds {money_fen, cancelled, slip, reason}`: money
/// only, or all that is left with the insured parts when the subject was cancelled.
async fn refund(
    State(payments): State<Payments>,
    Caller(actor): Caller,
    Path(payment): Path<String>,
    headers: HeaderMap,
    Body(asked): Body<RefundAsked>,
) -> Result<Response, Problem> {
    let id = payment_id(&payment)?;
    let key = once_key(&headers, &actor, "POST /v1/payments/refunds", &(&payment, &asked))?;
    let ask = RefundAsk {
        money: asked.money_fen.map(Fen),
        cause: if asked.cancelled { RefundCause::Cancelled } else { RefundCause::CashOnly },
        slip: asked.slip.map(|slip| (slip.terminal, slip.slip)),
        reason: asked.reason,
    };
    let reply = payments.refund_once(&actor, id, ask, key, |refund| written(&refund_view(refund))).await?;
    Ok(replied(reply))
}

#[derive(Debug, Deserialize)]
struct HandBackAsked {
    slip: Option<SlipAsked>,
}

/// `POST …/refunds/{ordinal}/hand-back {slip}`: a clerk hands back what waits for one.
async fn hand_back(
    State(payments): State<Payments>,
    Caller(actor): Caller,
    Path((payment, ordinal)): Path<(String, i64)>,
    Body(asked): Body<HandBackAsked>,
) -> Result<Response, Problem> {
    let slip = asked.slip.map(|slip| (slip.terminal, slip.slip));
    let refund = payments.hand_back(&actor, payment_id(&payment)?, ordinal, slip).await?;
    answered(&refund_view(&refund))
}

/// `GET /v1/refunds/due`: what waits to go back at the caller's institution, oldest
/// first.
async fn due(State(payments): State<Payments>, Caller(actor): Caller) -> Result<Response, Problem> {
    let found = payments.refunds_due(&actor).await?;
    let listed = found.iter().map(|(payment, refund)| {
        let mut view = refund_view(refund);
        if let Some(members) = view.as_object_mut() {
            members.insert("person".into(), payment.person.to_string().into());
            members.insert("subject".into(), json!({ "kind": payment.subject.kind, "id": payment.subject.id }));
            members.insert("channel".into(), payment.channel.name().into());
            members.insert("tender".into(), payment.tender.clone().into());
            members.insert("reason".into(), refund.reason.clone().into());
        }
        view
    });
    answered(&json!({ "refunds": listed.collect::<Vec<_>>() }))
}

/// `POST /v1/payments/{payment}/give-up`: the same again changes nothing.
async fn give_up(
    State(payments): State<Payments>,
    Caller(actor): Caller,
    Path(payment): Path<String>,
) -> Result<Response, Problem> {
    let payment = payments.give_up(&actor, payment_id(&payment)?).await?;
    answered(&payment_view(&payment))
}

/// How the channel wants to be answered.
fn told_channel(status: StatusCode, code: &str) -> Response {
    let body = json!({ "code": code, "message": if code == "SUCCESS" { "成功" } else { "失败" } }).to_string();
    web::answer::json_bytes(status, body.into_bytes())
}

/// `POST /v1/pay/notify`: a callback of the mobile channel. Signature and seal are
/// its right; it is answered after one short transaction.
async fn notify(State(payments): State<Payments>, request: Request) -> Result<Response, Problem> {
    let Some(mobile) = payments.mobile.clone() else { return Err(Refusal::ChannelMissing.error().into()) };
    let headers = request.headers().clone();
    let body = web::caller::read_body(request, &()).await?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let noticed = mobile.notice(&Headers(&header), &body);
    let ours = match noticed {
        Ok(Notice::Order(number, told)) => payments.called_back(&number, told).await?,
        Ok(Notice::Refund { order, refund, .. }) => payments.refund_called_back(&order, &refund).await?,
        Ok(Notice::Other(kind)) => {
            tracing::warn!(kind, "a callback of a kind that is not known");
            true
        }
        Err(why) => {
            payments.callback_refused(why.says()).await?;
            return Ok(told_channel(
                Refusal::NotBelieved.kind().status.try_into().unwrap_or(StatusCode::UNAUTHORIZED),
                "FAIL",
            ));
        }
    };
    if ours { Ok(told_channel(StatusCode::OK, "SUCCESS")) } else { Ok(told_channel(StatusCode::NOT_FOUND, "FAIL")) }
}

fn till_view(till: &Till) -> Value {
    json!({ "shift": till.shift.to_string(), "till": till.name, "float_fen": till.float.0, "opened_at": till.opened_at })
}

fn counted_view(counted: &Counted) -> Value {
    json!({
        "payments": counted.total.payments,
        "taken_fen": counted.total.taken.0,
        "refunds": counted.total.refunds,
        "given_fen": counted.total.given.0,
        "expected_fen": counted.expected.0,
        "counted_fen": counted.counted.0,
        "difference_fen": counted.difference.0,
    })
}

#[derive(Debug, Deserialize)]
struct OpenAsked {
    till: String,
    float_fen: i64,
}

/// `POST /v1/tills/open {till, float_fen}`.
async fn open_till(
    State(payments): State<Payments>,
    Caller(actor): Caller,
    Body(asked): Body<OpenAsked>,
) -> Result<Response, Problem> {
    answered(&till_view(&payments.open_till(&actor, asked.till, Fen(asked.float_fen)).await?))
}

/// `GET /v1/tills/mine`.
async fn my_till(State(payments): State<Payments>, Caller(actor): Caller) -> Result<Response, Problem> {
    answered(&till_view(&payments.till(&actor).await?))
}

#[derive(Debug, Deserialize)]
struct CloseAsked {
    cash_fen: i64,
    pos_fen: i64,
}

/// `POST /v1/tills/close {cash_fen, pos_fen}`: what was counted; answers totals by
/// tender with the difference.
async fn close_till(
    State(payments): State<Payments>,
    Caller(actor): Caller,
    Body(asked): Body<CloseAsked>,
) -> Result<Response, Problem> {
    let closed = payments.close_till(&actor, Count { cash: Fen(asked.cash_fen), pos: Fen(asked.pos_fen) }).await?;
    answered(&json!({
        "shift": closed.shift.to_string(),
        "cash": counted_view(&closed.cash),
        "pos": counted_view(&closed.pos),
    }))
}
