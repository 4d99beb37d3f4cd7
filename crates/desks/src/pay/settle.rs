//! The one tap: the quote is settled, then its own share is paid over the mobile
//! channel. When the numbers have changed nothing is charged and the new ones are
//! shown; when it is done already, how it stands is.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to, page_with};
use crate::pay::pages::{PAY, address, pay};
use crate::pay::waiting::{Wish, view};
use crate::phone::own_person;
use ::payment::{Ask, Means, MobileAsk, Subject};
use ::settlement::{Refusal, SettleAsk, Settled, What};
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use kernel::{Actor, Error, Fault, FaultKind, Fen, PersonId, QuoteId, SettlementId, VisitId};
use serde::Deserialize;
use std::sync::Arc;
use web::Caller;

/// How message numbers of settlements begin that were made on the phone.
pub(crate) const PHONE_MESSAGE: &str = "phone-";

/// What is asked to settle a quote; the same for the same quote, however often.
pub(crate) fn ask(person: PersonId, quote: QuoteId, prefix: &str) -> SettleAsk {
    SettleAsk {
        person: person.0,
        msgid: format!("{prefix}{quote}"),
        what: What::Quote(quote.0),
        batch: String::new(),
        // The quote's own choice counts.
        use_account: true,
        mid_stay: false,
        hospital_fen: 0,
        total_fen: None,
        classes_fen: None,
        lower_is_fine: false,
        hold: None,
    }
}

/// Whether a refusal says that what was shown no longer holds.
pub(crate) fn outdated(error: &Error) -> bool {
    let code = error.code();
    [Refusal::QuoteStale, Refusal::QuoteExpired, Refusal::NotFound, Refusal::VisitClosed]
        .into_iter()
        .any(|refusal| refusal.kind().code == code)
}

/// What the person still pays, of what was settled.
pub(crate) fn owed(settled: &Settled) -> Result<Fen, Error> {
    #[derive(Deserialize)]
    struct Said {
        cash_fen: i64,
    }
    let said: Said = serde_json::from_slice(&settled.body)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "reading a settlement's answer", error))?;
    Ok(Fen(said.cash_fen))
}

pub(super) async fn posted(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    fields: Fields,
) -> Response {
    let elder = fields.get("elder") == Some("1");
    match settled(&desks, &actor, &fields).await {
        Ok(id) => go_to(&address(&format!("{PAY}/{id}"), elder)),
        Err(error) if outdated(&error) => {
            let wish = Wish {
                visit: fields.text("visit").parse().ok(),
                use_account: fields.get("account") != Some("0"),
                elder,
                stale: true,
            };
            let again = again_shown(&desks, &actor, &asked, wish).await;
            asked.or_refusal(again)
        }
        Err(error) => asked.or_refusal(Err(error)),
    }
}

/// The new numbers; or how it stands, where the visit was settled meanwhile.
async fn again_shown(desks: &Desks, actor: &Actor, asked: &Asked, wish: Wish) -> Result<Response, Error> {
    let shown = view(desks, actor, asked, wish).await?;
    let waits = shown.due.as_ref().is_some_and(|due| wish.visit.is_none_or(|visit| due.visit == visit.to_string()));
    if !waits && let Some(id) = settlement_of(desks, actor, wish.visit).await? {
        return Ok(go_to(&address(&format!("{PAY}/{id}"), wish.elder)));
    }
    let stale = shown.due.is_some();
    Ok(page_with(StatusCode::CONFLICT, pay(&crate::pay::pages::Pay { stale, ..shown })))
}

/// The live settlement of an own visit.
async fn settlement_of(desks: &Desks, actor: &Actor, visit: Option<VisitId>) -> Result<Option<SettlementId>, Error> {
    let Some(visit) = visit else { return Ok(None) };
    let own = desks.settlements.own(own_person(actor)?).await?;
    let live =
        |shown: &&::settlement::Shown| shown.row.visit == visit && shown.answer.is_some() && shown.undone_by.is_none();
    Ok(own.iter().find(live).map(|shown| shown.row.id))
}

async fn settled(desks: &Desks, actor: &Arc<Actor>, fields: &Fields) -> Result<SettlementId, Error> {
    let person = own_person(actor)?;
    let quote: QuoteId = fields.text("quote").parse().map_err(|_bad| web::Refusal::ParameterInvalid.at("quote"))?;
    let settled = desks.settlements.settle(actor, ask(person, quote, PHONE_MESSAGE)).await?;
    if let Err(error) = collect(desks, actor, person, settled.id, owed(&settled)?).await {
        // It is settled: the next page says what is still to be paid, and how.
        tracing::warn!(error = %error, "an own share could not be asked for after settling");
    }
    Ok(settled.id)
}

/// Asks the mobile channel for the own share, where there is one and it is connected.
/// A payment that is on its way, or done, is what was wanted.
async fn collect(
    desks: &Desks,
    actor: &Arc<Actor>,
    person: PersonId,
    id: SettlementId,
    owed: Fen,
) -> Result<(), Error> {
    if owed == Fen::ZERO || !desks.payments.mobile_open() {
        return Ok(());
    }
    let ask = Ask {
        person,
        subject: Subject { kind: "settlement".into(), id: id.to_string() },
        // The channel knows the order by our numbers; who pays is sealed for it alone.
        means: Means::Mobile(MobileAsk {
            openid: actor.id.to_string(),
            pay_order_id: id.to_string(),
            pay_auth_no: id.to_string(),
            relative: None,
        }),
    };
    match desks.payments.pay(actor, ask).await {
        Ok(_) => Ok(()),
        Err(error) if under_way(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether a refusal says that it is being paid, or paid.
pub(crate) fn under_way(error: &Error) -> bool {
    let code = error.code();
    [::payment::Refusal::OpenAlready, ::payment::Refusal::PaidAlready]
        .into_iter()
        .any(|refusal| refusal.kind().code == code)
}

/// Pays what was settled and is not paid.
pub(super) async fn again(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    Path(settlement): Path<String>,
    fields: Fields,
) -> Response {
    let elder = fields.get("elder") == Some("1");
    let done = async {
        let id: SettlementId = settlement.parse().map_err(|_bad| web::Refusal::NotFound.error())?;
        let shown = desks.settlements.read(&actor, id).await?;
        collect(&desks, &actor, own_person(&actor)?, id, shown.row.totals.cash).await?;
        Ok(go_to(&address(&format!("{PAY}/{id}"), elder)))
    };
    asked.or_refusal(done.await)
}
