//! The refund desk of an institution: what must go back to people, handed back over the
//! counter by a clerk with an open till, or asked afresh of the channel where it is
//! stuck.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to, page, page_with};
use crate::pay::refund_pages::{DESK, Due, RefundDesk, refund_desk};
use crate::refusal::sentences;
use ::payment::{ChannelName, Payment, Refund, RefundAsk, RefundCause, RefundStage};
use axum::extract::State;
use axum::response::Response;
use kernel::{Actor, Error, Fen, PaymentId};
use std::sync::Arc;
use web::Caller;
use web::answer::{status_of, told};

pub(super) async fn show(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    let shown = async { Ok(page(refund_desk(&view(&desks, &actor, &asked, None).await?))) };
    asked.or_refusal(shown.await)
}

async fn view(
    desks: &Desks,
    actor: &Actor,
    asked: &Asked,
    problem: Option<(String, String)>,
) -> Result<RefundDesk, Error> {
    let due = desks.payments.refunds_due(actor).await?;
    let till = match desks.payments.till(actor).await {
        Ok(till) => Some(till.name),
        Err(error) if error.code() == ::payment::Refusal::TillClosed.kind().code => None,
        Err(error) => return Err(error),
    };
    Ok(RefundDesk {
        desk: desks.desk(asked.lang, actor, DESK.to_owned()),
        due: due.iter().map(one).collect(),
        till,
        done: asked.query("done").is_some(),
        problem,
    })
}

fn one((payment, refund): &(Payment, Refund)) -> Due {
    Due {
        payment: payment.id.to_string(),
        ordinal: refund.ordinal,
        subject: payment.subject.id.clone(),
        tender: payment.tender.clone(),
        amount: refund.money,
        reason: refund.reason.clone(),
        asked_at: refund.asked_at,
        over_the_counter: payment.channel == ChannelName::Desk && refund.stage == RefundStage::Asked,
        stuck: refund.stage == RefundStage::Stuck,
    }
}

/// Back to the list; where it is refused, the list with the reason.
async fn answered(desks: &Desks, actor: &Arc<Actor>, asked: &Asked, done: Result<(), Error>) -> Response {
    let shown = match done {
        Ok(()) => Ok(go_to(&format!("{DESK}?done=1"))),
        Err(Error::Refused(refused)) => {
            let refused = Error::Refused(refused);
            let (kind, _, _) = told(&refused);
            let view = view(desks, actor, asked, Some(sentences(asked.lang, kind))).await;
            view.map(|view| page_with(status_of(kind), refund_desk(&view)))
        }
        Err(fault) => Err(fault),
    };
    asked.or_refusal(shown)
}

fn named(fields: &Fields) -> Result<(PaymentId, i64), Error> {
    let payment = fields.text("payment").parse().map_err(|_bad| web::Refusal::NotFound.at("payment"))?;
    let ordinal = fields.text("ordinal").parse().map_err(|_bad| web::Refusal::NotFound.at("refund"))?;
    Ok((payment, ordinal))
}

/// The money is in the person's hand, or on the slip of the terminal.
pub(super) async fn hand_back(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    fields: Fields,
) -> Response {
    let done = async {
        let (payment, ordinal) = named(&fields)?;
        let slip = fields.get("slip").map(|slip| (fields.text("terminal").trim().to_owned(), slip.trim().to_owned()));
        desks.payments.hand_back(&actor, payment, ordinal, slip).await.map(drop)
    };
    answered(&desks, &actor, &asked, done.await).await
}

/// Asks a channel afresh that could not give it back.
pub(super) async fn again(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked, fields: Fields) -> Response {
    let done = async {
        let (payment, ordinal) = named(&fields)?;
        let seen = desks.payments.see(&actor, payment).await?;
        let refunds = desks.payments.refunds(&seen).await?;
        let stuck = refunds.into_iter().find(|one| one.ordinal == ordinal && one.stage == RefundStage::Stuck);
        let stuck = stuck.ok_or_else(|| web::Refusal::NotFound.at("refund"))?;
        let whole = stuck.cause != RefundCause::CashOnly;
        let money = if whole { None } else { Some(stuck.money) };
        let ask = RefundAsk { money, cause: stuck.cause, slip: None, reason: stuck.reason };
        desks.payments.refund(&actor, payment, ask).await.map(drop)
    };
    answered(&desks, &actor, &asked, done.await).await
}

/// Opens the clerk's till with what was counted into it.
pub(super) async fn open_till(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    fields: Fields,
) -> Response {
    let done = async {
        let float = Fen::from_yuan(fields.text("float").trim());
        let float = float.map_err(|bad| web::Refusal::ParameterInvalid.at("float").with(bad.to_string()))?;
        desks.payments.open_till(&actor, actor.place.to_string(), float).await.map(drop)
    };
    answered(&desks, &actor, &asked, done.await).await
}
