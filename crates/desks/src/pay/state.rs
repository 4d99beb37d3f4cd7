//! How a settlement stands: what was split, and whether the own share is paid.

use crate::Desks;
use crate::asked::{Asked, page};
use crate::kiosk::settle::KIOSK_MESSAGE;
use crate::pay::bill_pages::BILLS;
use crate::pay::pages::{PAY, address};
use crate::pay::settle::PHONE_MESSAGE;
use crate::pay::split::bar;
use crate::pay::state_pages::{Paid, Stand, state};
use crate::pay::waiting::kin;
use ::payment::{ChannelName, Payment, Stage};
use ::settlement::Shown;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use kernel::{Actor, BillId, Error, Fen, SettlementId};
use serde_json::json;
use web::words::{Lang, dates};
use web::{Caller, Problem};

/// Whether a settlement was made at a phone or a kiosk, so that its own share is paid
/// here and not collected by the hospital.
pub(super) fn ours(msgid: &str) -> bool {
    msgid.starts_with(PHONE_MESSAGE) || msgid.starts_with(KIOSK_MESSAGE)
}

/// How it stands with the person's payments, newest first.
pub(super) fn stand_of(shown: &Shown, payments: &[Payment]) -> Stand {
    let id = shown.row.id.to_string();
    let mine = |payment: &&Payment| payment.subject.kind == "settlement" && payment.subject.id == id;
    let of: Vec<&Payment> = payments.iter().filter(mine).collect();
    let known = of.iter().find(|payment| payment.stage.live()).or(of.first());
    if shown.undone_by.is_some() {
        return known.map_or(Stand::Undone, |payment| undone(payment));
    }
    match known.map(|payment| payment.stage) {
        Some(Stage::Asked | Stage::Waiting) => Stand::Confirming,
        Some(Stage::Paid) => Stand::Paid,
        Some(Stage::Failed | Stage::GivenUp) => Stand::Failed,
        Some(Stage::Returning) => Stand::Returning,
        Some(Stage::Refunded) => Stand::Refunded,
        None if shown.row.totals.cash == Fen::ZERO => Stand::Nothing,
        None if ours(&shown.row.msgid) => Stand::Unpaid,
        None => Stand::There,
    }
}

/// How the payment of a settlement that was undone stands.
fn undone(payment: &Payment) -> Stand {
    match (payment.stage, payment.channel) {
        (Stage::Paid, ChannelName::Desk) => Stand::Collect,
        (Stage::Paid, ChannelName::Mobile) | (Stage::Returning, _) => Stand::Returning,
        (Stage::Refunded, _) => Stand::Refunded,
        (Stage::Asked | Stage::Waiting | Stage::Failed | Stage::GivenUp, _) => Stand::Undone,
    }
}

/// An own settlement with how it stands.
async fn known(desks: &Desks, actor: &Actor, id: &str) -> Result<(Shown, Stand), Error> {
    let id: SettlementId = id.parse().map_err(|_bad| web::Refusal::NotFound.error())?;
    let shown = desks.settlements.read(actor, id).await?;
    let stand = stand_of(&shown, &desks.payments.own(actor).await?);
    Ok((shown, stand))
}

pub(super) async fn show(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    Path(settlement): Path<String>,
) -> Response {
    asked.or_refusal(shown(&desks, &actor, &asked, &settlement).await)
}

async fn shown(desks: &Desks, actor: &Actor, asked: &Asked, id: &str) -> Result<Response, Error> {
    let lang = asked.lang;
    let elder = asked.query("elder") == Some("1");
    let (shown, stand) = known(desks, actor, id).await?;
    let answer = shown.answer.as_ref().ok_or(web::Refusal::NotFound)?;
    let kin = kin(desks, shown.row.person).await?;
    let here = format!("{PAY}/{}", shown.row.id);
    Ok(page(state(&Paid {
        lang,
        here: address(&here, elder),
        elder,
        stand,
        by_phone: desks.payments.mobile_open(),
        institution: desks.directory.name(shown.row.institution, lang == Lang::En),
        at: dates::date_clock(shown.row.at),
        total: shown.row.totals.fee,
        own: shown.row.totals.cash,
        bar: bar(lang, &answer.split, &kin)?,
        asks: format!("{here}/state"),
        again: here.clone(),
        why: address(&format!("{here}/why"), elder),
        bill: address(&format!("{BILLS}/{}", BillId(shown.row.id.0)), elder),
    })))
}

/// How it stands, for the page's script.
pub(super) async fn told(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    Path(settlement): Path<String>,
) -> Result<Response, Problem> {
    let (_, stand) = known(&desks, &actor, &settlement).await?;
    Ok(web::answer::json_bytes(StatusCode::OK, json!({ "stand": stand.name() }).to_string().into_bytes()))
}
