//! Paying what is owed at the kiosk's machines, and the slip.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to, page, page_with};
use crate::kiosk::pages::{self, SETTLEMENT};
use crate::kiosk::person::name;
use crate::kiosk::{answered, frame, present};
use crate::pay::split::{Kin, bar};
use crate::refusal::sentences;
use ::payment::{Ask, Means, Payment, Stage, Subject, Tender};
use ::settlement::Shown;
use axum::extract::{Path, State};
use axum::response::Response;
use credentials::token::Said;
use kernel::{Actor, Error, Fen, PaymentId, SettlementId};
use std::sync::Arc;
use web::Caller;
use web::answer::{status_of, told};
use web::words::dates;

/// Where the slip of a payment is.
pub(super) fn slip_of(settlement: SettlementId, payment: PaymentId) -> String {
    format!("{SETTLEMENT}/{settlement}?payment={payment}")
}

/// A live settlement of whoever is present.
async fn own(desks: &Desks, actor: &Actor, said: &Said, text: &str) -> Result<Shown, Error> {
    let id: SettlementId = text.parse().map_err(|_bad| web::Refusal::NotFound.error())?;
    let shown = desks.settlements.read(actor, id).await?;
    let fine = shown.row.person == said.person && shown.answer.is_some() && shown.undone_by.is_none();
    if fine { Ok(shown) } else { Err(web::Refusal::NotFound.into()) }
}

/// Takes the money; a kiosk's till opens by itself with its first payment. Answers the
/// payment, also one that was taken before.
pub(super) async fn pay(
    desks: &Desks,
    actor: &Arc<Actor>,
    said: &Said,
    settlement: SettlementId,
    tender: Tender,
) -> Result<PaymentId, Error> {
    let ask = Ask {
        person: said.person,
        subject: Subject { kind: "settlement".into(), id: settlement.to_string() },
        means: Means::Desk(tender),
    };
    let is = |error: &Error, refusal: ::payment::Refusal| refusal.kind().code == error.code();
    let mut paid = desks.payments.pay(actor, ask.clone()).await;
    if matches!(&paid, Err(error) if is(error, ::payment::Refusal::TillClosed)) {
        desks.payments.open_till(actor, actor.name.to_string(), Fen::ZERO).await?;
        paid = desks.payments.pay(actor, ask).await;
    }
    match paid {
        Ok(payment) => Ok(payment.id),
        Err(error) if is(&error, ::payment::Refusal::PaidAlready) => {
            let (_, _, number) = told(&error);
            number.and_then(|number| number.parse().ok()).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn show(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    Path(settlement): Path<String>,
) -> Response {
    let shown = async {
        let said = present(&desks, &actor, &asked).await?;
        let shown = own(&desks, &actor, &said, &settlement).await?;
        let here = format!("{SETTLEMENT}/{}", shown.row.id);
        let Some(payment) = asked.query("payment") else {
            let view = owed(&shown, None);
            return Ok(page(pages::tender(&frame(&desks, &actor, asked.lang, here), &view)));
        };
        let id: PaymentId = payment.parse().map_err(|_bad| web::Refusal::NotFound.error())?;
        let payment = desks.payments.see(&actor, id).await?;
        if payment.subject.id != shown.row.id.to_string() || payment.stage != Stage::Paid {
            return Err(web::Refusal::NotFound.into());
        }
        let view = slip(&desks, &actor, &asked, &shown, &payment).await?;
        let here = slip_of(shown.row.id, id);
        Ok(page(pages::slip(&frame(&desks, &actor, asked.lang, here), &view)))
    };
    answered(&asked, shown.await)
}

fn owed(shown: &Shown, problem: Option<pages::Problem>) -> pages::Tender {
    pages::Tender { settlement: shown.row.id.to_string(), own: shown.row.totals.cash, problem }
}

async fn slip(
    desks: &Desks,
    actor: &Arc<Actor>,
    asked: &Asked,
    shown: &Shown,
    payment: &Payment,
) -> Result<pages::Slip, Error> {
    let answer = shown.answer.as_ref().ok_or(web::Refusal::NotFound)?;
    let bill = desks.bills.of_settlement(actor, shown.row.person, shown.row.id).await?;
    let bill = bill.map(|bill| pages::SlipBill {
        number: bill.content.number.clone(),
        check: bill.content.check.clone(),
        address: desks.bills.check_address(&bill),
    });
    Ok(pages::Slip {
        name: name(desks, shown.row.person).await?,
        at: dates::date_clock(shown.row.at),
        settlement: shown.row.id.to_string(),
        payment: payment.id.to_string(),
        total: shown.row.totals.fee,
        own: shown.row.totals.cash,
        change: payment.change,
        bar: bar(asked.lang, &answer.split, &Kin::new())?,
        bill,
    })
}

/// What the machine took.
fn tender(actor: &Actor, fields: &Fields) -> Result<Tender, Error> {
    if fields.get("means") == Some("cash") {
        let received = Fen::from_yuan(fields.text("received").trim());
        let received = received.map_err(|bad| web::Refusal::ParameterInvalid.at("received").with(bad.to_string()))?;
        return Ok(Tender::Cash { received });
    }
    let terminal: String = actor.id.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    Ok(Tender::Pos { terminal, slip: fields.text("slip").trim().to_owned() })
}

pub(super) async fn posted(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    Path(settlement): Path<String>,
    fields: Fields,
) -> Response {
    let done = async {
        let said = present(&desks, &actor, &asked).await?;
        let shown = own(&desks, &actor, &said, &settlement).await?;
        let id = shown.row.id;
        let taken = match tender(&actor, &fields) {
            Ok(tender) => pay(&desks, &actor, &said, id, tender).await,
            Err(error) => Err(error),
        };
        match taken {
            Ok(payment) => Ok(go_to(&slip_of(id, payment))),
            Err(Error::Refused(refused)) => {
                let refused = Error::Refused(refused);
                let (kind, _, _) = told(&refused);
                let view = owed(&shown, Some(sentences(asked.lang, kind)));
                let frame = frame(&desks, &actor, asked.lang, format!("{SETTLEMENT}/{id}"));
                Ok(page_with(status_of(kind), pages::tender(&frame, &view)))
            }
            Err(fault) => Err(fault),
        }
    };
    answered(&asked, done.await)
}
