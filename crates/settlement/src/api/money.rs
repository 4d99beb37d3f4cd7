//! Routes of quotes, settlements, accounts and holds.

use super::visits::{AboutAsked, institution_asked, visit_id};
use super::{Refusal, answered, day, message_number, person_asked};
use crate::Settlements;
use crate::compute::Terms;
use crate::lane::Shown;
use crate::rules::ask::Stage;
use crate::rules::line::LineAsked;
use crate::settle::{Direct, SettleAsk, What};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kernel::{Actor, Error, Fen, InstitutionId, QuoteId, SettlementId};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Body, Caller, Lang};

const fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
pub(super) struct QuoteAsked {
    visit: String,
    #[serde(default = "yes")]
    use_account: bool,
    #[serde(default)]
    mid_stay: bool,
    #[serde(default)]
    hospital_fen: i64,
    total_fen: Option<i64>,
}

/// `POST /v1/quotes`.
pub(super) async fn quote(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Body(asked): Body<QuoteAsked>,
) -> Result<Response, Refusal> {
    let terms = Terms {
        use_account: asked.use_account,
        mid_stay: asked.mid_stay,
        hospital: Fen(asked.hospital_fen),
        total: asked.total_fen.map(Fen),
        held: None,
    };
    let quote = env.quote(&actor, visit_id(&asked.visit)?, terms).await?;
    answered(StatusCode::OK, &quote)
}

#[derive(Debug, Deserialize)]
pub(super) struct QuoteWhy {
    #[serde(default)]
    hospital_fen: i64,
}

/// `GET /v1/quotes/{quote}/explanation?lang=&hospital_fen=`: fen by fen, before paying.
pub(super) async fn explain_quote(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    lang: Lang,
    Path(quote): Path<String>,
    Query(asked): Query<QuoteWhy>,
) -> Result<Response, Refusal> {
    let id: QuoteId = quote.parse().map_err(|_bad| crate::Refusal::NotFound.at("quote"))?;
    let explanation = env.explain_quote(&actor, id, Fen(asked.hospital_fen)).await?;
    explained(lang, &explanation)
}

fn explained(lang: Lang, explanation: &adjudication::Explanation) -> Result<Response, Refusal> {
    let tongue = match lang {
        Lang::Zh => adjudication::Tongue::Zh,
        Lang::En => adjudication::Tongue::En,
    };
    answered(StatusCode::OK, &json!({ "text": explanation.text(tongue), "tree": explanation }))
}

#[derive(Debug, Deserialize)]
pub(super) struct DirectAsked {
    person: Option<String>,
    psn_no: Option<String>,
    institution: Option<String>,
    med_type: String,
    began_on: Option<String>,
    #[serde(default)]
    about: AboutAsked,
    lines: Vec<LineAsked>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SettleAsked {
    quote: Option<String>,
    visit: Option<String>,
    direct: Option<DirectAsked>,
    msgid: Option<String>,
    #[serde(default)]
    batch: String,
    #[serde(default = "yes")]
    use_account: bool,
    #[serde(default)]
    mid_stay: bool,
    #[serde(default)]
    hospital_fen: i64,
    total_fen: Option<i64>,
    classes_fen: Option<[i64; 4]>,
    #[serde(default)]
    accept_if_cash_not_higher: bool,
    hold: Option<String>,
}

async fn asked_for(
    env: &Settlements,
    actor: &Actor,
    headers: &HeaderMap,
    asked: SettleAsked,
) -> Result<SettleAsk, Error> {
    let mut person = 0;
    let what = match (asked.quote, asked.visit, asked.direct) {
        (Some(quote), None, None) => {
            let quote: QuoteId = quote.parse().map_err(|_bad| crate::Refusal::NotFound.at("quote"))?;
            What::Quote(quote.0)
        }
        (None, Some(visit), None) => What::Visit(visit_id(&visit)?.0),
        (None, None, Some(direct)) => {
            person = person_asked(env, actor, direct.person.as_deref(), direct.psn_no.as_deref()).await?.0;
            What::Direct(Box::new(Direct {
                institution: institution_asked(actor, direct.institution.as_deref())?,
                med_type: direct.med_type,
                began_on: direct.began_on.as_deref().map(|text| day(text, "began_on")).transpose()?,
                about: direct.about.into(),
                lines: direct.lines,
            }))
        }
        _ => return Err(web::Refusal::BodyInvalid.error().with("one of quote, visit, direct")),
    };
    Ok(SettleAsk {
        person,
        msgid: message_number(actor, headers, asked.msgid)?,
        what,
        batch: asked.batch,
        use_account: asked.use_account,
        mid_stay: asked.mid_stay,
        hospital_fen: asked.hospital_fen,
        total_fen: asked.total_fen,
        classes_fen: asked.classes_fen,
        lower_is_fine: asked.accept_if_cash_not_higher,
        hold: asked.hold.map(|text| text.parse()).transpose().map_err(|_bad| crate::Refusal::NotFound.at("hold"))?,
    })
}

/// `POST /v1/settlements`.
pub(super) async fn settle(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<SettleAsked>,
) -> Result<Response, Refusal> {
    let ask = asked_for(&env, &actor, &headers, asked).await?;
    let settled = env.settle(&actor, ask).await?;
    Ok(web::answer::json_bytes(StatusCode::OK, settled.body))
}

/// `POST /v1/settlements/ask`: through the insured place, wherever it is; 200 when it
/// is done, 202 while it is not known yet.
pub(super) async fn ask(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<SettleAsked>,
) -> Result<Response, Refusal> {
    let ask = asked_for(&env, &actor, &headers, asked).await?;
    let known = env.ask_here(&actor, ask).await?;
    let status = if known.stage.ended() { StatusCode::OK } else { StatusCode::ACCEPTED };
    answered(
        status,
        &json!({
            "msgid": known.msgid, "stage": known.stage.name(), "code": known.code,
            "settlement": known.settlement.map(|id| id.to_string()),
            "do_not_pay_again": matches!(known.stage, Stage::Settling | Stage::Uncertain | Stage::Reversing),
        }),
    )
}

/// `POST /v1/settlements/preview`: what settling would give, without any effect.
pub(super) async fn preview(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Body(mut asked): Body<SettleAsked>,
) -> Result<Response, Refusal> {
    asked.msgid = Some("preview".into());
    let ask = asked_for(&env, &actor, &HeaderMap::new(), asked).await?;
    let split = env.preview(&actor, &ask).await?;
    answered(StatusCode::OK, &split)
}

pub(super) fn settlement_id(text: &str) -> Result<SettlementId, Error> {
    text.parse().map_err(|_bad| crate::Refusal::NotFound.at("settlement"))
}

fn shown_json(shown: &Shown) -> Value {
    let row = &shown.row;
    json!({
        "kind": row.kind.name(),
        "state": if shown.undone_by.is_some() { "undone" } else { "live" },
        "undone_by": shown.undone_by.map(|id| id.to_string()),
        "of": row.of.map(|id| id.to_string()),
        "at": kernel::time::rfc3339(row.at),
        "fee_fen": row.totals.fee.0,
        "fund_fen": row.totals.fund.0,
        "account_fen": row.totals.account.0,
        "mutual_fen": row.totals.mutual.0,
        "cash_fen": row.totals.cash.0,
        "hospital_fen": row.totals.hospital.0,
        "id": row.id.to_string(),
        "visit": row.visit.to_string(),
        "institution": row.institution.to_string(),
        "settlement": shown.answer,
    })
}

/// `GET /v1/settlements/{settlement}`.
pub(super) async fn read(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Path(settlement): Path<String>,
) -> Result<Response, Refusal> {
    let shown = env.read(&actor, settlement_id(&settlement)?).await?;
    answered(StatusCode::OK, &shown_json(&shown))
}

/// `GET /v1/settlements/{settlement}/explanation?lang=`: fen by fen.
pub(super) async fn explain(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    lang: Lang,
    Path(settlement): Path<String>,
) -> Result<Response, Refusal> {
    let explanation = env.explain(&actor, settlement_id(&settlement)?).await?;
    explained(lang, &explanation)
}

#[derive(Debug, Deserialize)]
pub(super) struct CancelAsked {
    msgid: Option<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    force: bool,
}

/// `POST /v1/settlements/{settlement}/cancel`.
pub(super) async fn cancel(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Path(settlement): Path<String>,
    Body(asked): Body<CancelAsked>,
) -> Result<Response, Refusal> {
    let msgid = message_number(&actor, &headers, asked.msgid)?;
    let id = settlement_id(&settlement)?;
    let cancelled = env.cancel(&actor, id, msgid, asked.reason, asked.force).await?;
    Ok(web::answer::json_bytes(StatusCode::OK, cancelled.body))
}

#[derive(Debug, Deserialize)]
pub(super) struct ReverseAsked {
    msgid: String,
    institution: Option<String>,
}

/// `POST /v1/settlements/reverse {msgid}`: the same again answers the same.
pub(super) async fn reverse(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Body(asked): Body<ReverseAsked>,
) -> Result<Response, Refusal> {
    let institution: InstitutionId = institution_asked(&actor, asked.institution.as_deref())?;
    let answer = env.reverse(&actor, institution, &asked.msgid).await?;
    answered(StatusCode::OK, &answer)
}

/// `GET /v1/me/settlements`: newest first.
pub(super) async fn mine(State(env): State<Settlements>, Caller(actor): Caller) -> Result<Response, Refusal> {
    let person = actor.person.ok_or_else(|| crate::Refusal::NotFound.error())?;
    let shown = env.own(person).await?;
    answered(StatusCode::OK, &json!({ "settlements": shown.iter().map(shown_json).collect::<Vec<_>>() }))
}

#[derive(Debug, Deserialize)]
pub(super) struct AccountAsked {
    before: Option<i64>,
}

/// `GET /v1/me/account?before=`: balance and movements, newest first.
pub(super) async fn account(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Query(asked): Query<AccountAsked>,
) -> Result<Response, Refusal> {
    let person = actor.person.ok_or_else(|| crate::Refusal::NotFound.error())?;
    let account = env.own_account(person, asked.before).await?;
    answered(StatusCode::OK, &account)
}

#[derive(Debug, Deserialize)]
pub(super) struct HoldAsked {
    quote: String,
}

/// `POST /v1/holds {quote}`: account money for a mobile order, fifteen minutes.
pub(super) async fn hold(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Body(asked): Body<HoldAsked>,
) -> Result<Response, Refusal> {
    let quote: QuoteId = asked.quote.parse().map_err(|_bad| crate::Refusal::NotFound.at("quote"))?;
    let held = env.hold(&actor, quote).await?;
    answered(
        StatusCode::CREATED,
        &json!({ "hold": held.id.to_string(), "amount_fen": held.amount.0, "expires_at": held.expires_at }),
    )
}

/// `POST /v1/holds/{hold}/release`.
pub(super) async fn release(
    State(env): State<Settlements>,
    Caller(actor): Caller,
    Path(hold): Path<String>,
) -> Result<Response, Refusal> {
    let id: i64 = hold.parse().map_err(|_bad| crate::Refusal::NotFound.at("hold"))?;
    env.release(&actor, id).await?;
    answered(StatusCode::OK, &json!({ "hold": hold, "released": true }))
}
