//! Giving money back, whole or in part, never more than came: the amount is set aside
//! in the statement that checks it. Each payer gets back what it paid; the insured
//! parts go back only with the whole.

use crate::channel::RefundTold;
use crate::hear::{event, reload};
use crate::jobs;
use crate::noun::{ChannelName, Payment, Refund, RefundCause, Subject};
use crate::rules::stage::{RefundStage, Stage};
use crate::store::refunds::Over;
use crate::till::shift_of;
use crate::{Payments, REFUND, REFUND_ASKED, REFUND_STUCK, REFUNDED, Refusal, books, store};
use ::store::{Event, OnceKey, Reply, Tx};
use kernel::{Actor, Error, FEN_MAX, Fault, FaultKind, Fen, PaymentId, PersonId};
use std::sync::Arc;

/// Characters of a reason at most (the channel takes eighty bytes).
const REASON_MAX: usize = 26;
/// The reason of a refund whose subject was undone without one.
const UNDONE: &str = "撤销结算";

/// A wish to give money back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundAsk {
    /// How much money; everything that is left when nothing is said. Cancelling
    /// takes everything.
    pub money: Option<Fen>,
    /// Why.
    pub cause: RefundCause,
    /// Terminal and slip, where a desk gives back to a card.
    pub slip: Option<(String, String)>,
    /// For the person, at most 26 characters.
    pub reason: String,
}

/// The live payment of a subject.
fn live_in(tx: &mut Tx<'_>, subject: &Subject) -> Result<Option<Payment>, Error> {
    let Some((person, id)) = store::live(tx, subject)? else { return Ok(None) };
    let found = store::find(tx, person, id)?;
    found.map(Some).ok_or_else(|| Fault::broken(format!("payment_live names {id}, which is not there")).into())
}

/// What the subject and the channel allow: money, and the insured parts that go along.
fn portion(payment: &Payment, ask: &RefundAsk) -> Result<(Fen, Option<[Fen; 3]>), Error> {
    if !matches!(payment.stage, Stage::Paid | Stage::Returning) {
        return Err(Refusal::NotPaid.error().with(payment.stage.name()));
    }
    if ask.reason.chars().count() > REASON_MAX {
        return Err(web::Refusal::BodyInvalid.at("reason").with(format!("at most {REASON_MAX} characters")));
    }
    let whole = match ask.cause {
        RefundCause::Cancelled | RefundCause::Unwanted => true,
        RefundCause::CashOnly => false,
    };
    let left = payment.left();
    let money = match ask.money {
        Some(money) if whole && money != left => {
            return Err(Refusal::RefundTooMuch.at("money").with(format!("all that is left goes back: {left}")));
        }
        Some(money) => money,
        None => left,
    };
    let shares = payment.shares;
    let insured = (whole && !payment.insured_back && shares.insured() > Fen::ZERO).then_some([
        shares.gov,
        shares.account,
        shares.other,
    ]);
    let nothing = money == Fen::ZERO && insured.is_none();
    if money < Fen::ZERO || money > FEN_MAX || nothing || money > left {
        return Err(Refusal::RefundTooMuch.at("money").with(format!("{left} is left")));
    }
    Ok((money, insured))
}

/// Why money goes back: once it began to because the subject was cancelled, a clerk
/// who asks again after the channel refused asks for that, not for money alone.
fn cause_in(tx: &mut Tx<'_>, payment: &Payment, asked: RefundCause) -> Result<RefundCause, Error> {
    if asked != RefundCause::CashOnly || payment.refunds == 0 {
        return Ok(asked);
    }
    let known = store::refunds::of(tx, payment.person, payment.id)?;
    let cancelled = known.iter().any(|one| one.cause == RefundCause::Cancelled);
    Ok(if cancelled { RefundCause::Cancelled } else { asked })
}

impl Payments {
    /// Gives money back for the actor's institution.
    pub async fn refund(&self, actor: &Arc<Actor>, id: PaymentId, ask: RefundAsk) -> Result<Refund, Error> {
        let seen = self.see(actor, id).await?;
        let (this, actor) = (self.clone(), actor.clone());
        self.db.write(seen.person.0, move |tx| this.refund_by(tx, &actor, &seen, &ask)).await
    }

    /// [`Payments::refund`] once for an idempotency key.
    pub async fn refund_once(
        &self,
        actor: &Arc<Actor>,
        id: PaymentId,
        ask: RefundAsk,
        key: OnceKey,
        written: fn(&Refund) -> Result<Vec<u8>, Error>,
    ) -> Result<Reply, Error> {
        let seen = self.see(actor, id).await?;
        let (this, actor) = (self.clone(), actor.clone());
        self.db
            .write(seen.person.0, move |tx| {
                tx.once(&key, |tx| Ok((201, written(&this.refund_by(tx, &actor, &seen, &ask)?)?)))
            })
            .await
    }

    fn refund_by(&self, tx: &mut Tx<'_>, actor: &Actor, seen: &Payment, ask: &RefundAsk) -> Result<Refund, Error> {
        if !actor.may(REFUND) {
            return Err(web::Refusal::NotFound.at("payment"));
        }
        let payment = reload(tx, seen)?;
        self.refund_in(tx, Some(actor), &payment, ask)
    }

    /// Gives back in the caller's transaction. Over the counter it is done when a
    /// clerk asks; asked by nobody it waits until a clerk hands it back. Over the
    /// mobile channel a job does it.
    pub fn refund_in(
        &self,
        tx: &mut Tx<'_>,
        by: Option<&Actor>,
        payment: &Payment,
        ask: &RefundAsk,
    ) -> Result<Refund, Error> {
        let ask = &RefundAsk { cause: cause_in(tx, payment, ask.cause)?, ..ask.clone() };
        let (money, insured) = portion(payment, ask)?;
        if !store::set_aside(tx, payment, money, insured.is_some())? {
            return Err(Refusal::RefundTooMuch.at("money"));
        }
        let refund = Refund {
            person: payment.person,
            payment: payment.id,
            ordinal: payment.refunds.saturating_add(1),
            actor: by.map(|actor| actor.id),
            stage: RefundStage::Asked,
            money,
            insured,
            cause: ask.cause,
            reason: ask.reason.clone(),
            asked_at: store::now(tx),
            ended_at: None,
        };
        store::refunds::insert(tx, &refund)?;
        books::asked_back(&self.ledger, tx, payment, &refund)?;
        let detail =
            serde_json::json!({ "money": money.to_string(), "cause": ask.cause.name(), "ordinal": refund.ordinal });
        tx.event(Event { actor: refund.actor, ..event(&REFUND_ASKED, payment, Some(detail.to_string())) });
        match (payment.channel, by) {
            (ChannelName::Mobile, _) => {
                jobs::refund(tx, &refund)?;
                Ok(refund)
            }
            (ChannelName::Desk, _) if money == Fen::ZERO => self.went_back(tx, payment, &refund, &Over::default()),
            (ChannelName::Desk, Some(actor)) => self.hand_back_in(tx, actor, payment, &refund, ask.slip.as_ref()),
            (ChannelName::Desk, None) => Ok(refund),
        }
    }

    /// Gives back the live payment of a subject, if it has one: for whoever cancels it.
    pub fn refund_subject_in(
        &self,
        tx: &mut Tx<'_>,
        by: Option<&Actor>,
        subject: &Subject,
        ask: &RefundAsk,
    ) -> Result<Option<Refund>, Error> {
        let Some(payment) = live_in(tx, subject)? else { return Ok(None) };
        let insured_left = payment.shares.insured() > Fen::ZERO && !payment.insured_back;
        if payment.stage == Stage::Paid && payment.left() == Fen::ZERO && !insured_left {
            return Ok(None);
        }
        self.refund_in(tx, by, &payment, ask).map(Some)
    }

    /// A subject was undone, in the transaction that undoes it: what was paid for it
    /// goes back (over the counter it waits for a clerk), what is only asked is given
    /// up, and what goes back already goes back for this reason. Nothing where nothing
    /// was paid, or all of it is on its way back.
    pub fn subject_undone_in(
        &self,
        tx: &mut Tx<'_>,
        person: PersonId,
        subject: &Subject,
        reason: &str,
    ) -> Result<Option<Refund>, Error> {
        for payment in store::of_subject(tx, person, subject)? {
            let before = store::refunds::done_as(tx, &payment, RefundCause::CashOnly)?;
            books::subject_undone(&self.ledger, tx, &payment, before)?;
        }
        let Some(payment) = live_in(tx, subject)? else { return Ok(None) };
        if payment.stage.undecided() {
            self.give_up_in(tx, &payment, None)?;
            return Ok(None);
        }
        store::refunds::become_cancelled(tx, &payment)?;
        let reason = if reason.is_empty() { UNDONE } else { reason };
        let reason = reason.chars().take(REASON_MAX).collect();
        let ask = RefundAsk { money: None, cause: RefundCause::Cancelled, slip: None, reason };
        self.refund_subject_in(tx, None, subject, &ask)
    }

    /// What waits to go back at the actor's institution: over the counter until a clerk
    /// hands it back, over the mobile channel until it is done, or stuck; oldest first.
    pub async fn refunds_due(&self, actor: &Actor) -> Result<Vec<(Payment, Refund)>, Error> {
        let institution = actor.institution.filter(|_| actor.may(REFUND));
        let institution = institution.ok_or_else(|| web::Refusal::NotFound.error())?;
        self.db
            .read(move |sql| {
                let mut due = Vec::new();
                for (person, id, ordinal) in store::refunds::due(sql, institution)? {
                    let payment = store::find(sql, person, id)?;
                    due.extend(payment.zip(store::refunds::find(sql, person, id, ordinal)?));
                }
                Ok(due)
            })
            .await
    }

    /// Hands back over the counter what was asked when no clerk was there.
    pub async fn hand_back(
        &self,
        actor: &Arc<Actor>,
        id: PaymentId,
        ordinal: i64,
        slip: Option<(String, String)>,
    ) -> Result<Refund, Error> {
        let seen = self.see(actor, id).await?;
        if !actor.may(REFUND) {
            return Err(web::Refusal::NotFound.at("payment"));
        }
        let (this, actor) = (self.clone(), actor.clone());
        self.db
            .write(seen.person.0, move |tx| {
                let payment = reload(tx, &seen)?;
                let refund = store::refunds::find(tx, payment.person, payment.id, ordinal)?;
                let refund = refund.ok_or_else(|| web::Refusal::NotFound.at("refund"))?;
                match (payment.channel, refund.stage) {
                    (ChannelName::Desk, RefundStage::Asked) => {
                        this.hand_back_in(tx, &actor, &payment, &refund, slip.as_ref())
                    }
                    _ => Err(Refusal::Decided.error().with(refund.stage.name())),
                }
            })
            .await
    }

    fn hand_back_in(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        payment: &Payment,
        refund: &Refund,
        slip: Option<&(String, String)>,
    ) -> Result<Refund, Error> {
        let slip = match (payment.tender.as_str(), slip) {
            ("pos", None) => return Err(Refusal::SlipMissing.at("slip")),
            ("pos", Some(slip)) => slip.clone(),
            _ => (String::new(), String::new()),
        };
        if payment.tender == "pos" {
            let tender = crate::Tender::Pos { terminal: slip.0.clone(), slip: slip.1.clone() };
            tender.change(refund.money)?;
            if !store::use_slip(tx, &slip, payment.person, payment.id)? {
                return Err(Refusal::SlipUsed.at("slip"));
            }
        }
        let shift = shift_of(tx, actor)?;
        self.went_back(tx, payment, refund, &Over { slip, shift })
    }

    /// The money is back: moves the refund, and the payment when nothing is left.
    pub(crate) fn went_back(
        &self,
        tx: &mut Tx<'_>,
        payment: &Payment,
        refund: &Refund,
        over: &Over,
    ) -> Result<Refund, Error> {
        let done = refund_at(tx, refund, RefundStage::Done, over)?;
        store::went_back(tx, payment, done.money)?;
        let payment = reload(tx, payment)?;
        let money_back = payment.refunded >= payment.taken;
        let insured_back = payment.shares.insured() == Fen::ZERO || payment.insured_back;
        if money_back && insured_back {
            let then = Payment { stage: Stage::Refunded, ..payment.clone() };
            if !store::advance(tx, &then, payment.stage)? {
                return Err(Fault::new(FaultKind::Conflict, format!("{} moved meanwhile", payment.id)).into());
            }
            store::free(tx, &payment)?;
        }
        books::refunded(&self.ledger, tx, &payment, &done)?;
        if done.cause != RefundCause::Unwanted {
            (self.payable(&payment.subject.kind)?.refunded)(tx, &payment, &done)?;
        }
        let detail = serde_json::json!({ "money": done.money.to_string(), "ordinal": done.ordinal });
        tx.event(event(&REFUNDED, &payment, Some(detail.to_string())));
        Ok(done)
    }

    /// The channel could not give it back: what was set aside can be asked back afresh.
    pub(crate) fn stuck(&self, tx: &mut Tx<'_>, payment: &Payment, refund: &Refund, code: &str) -> Result<(), Error> {
        let stuck = refund_at(tx, refund, RefundStage::Stuck, &Over::default())?;
        store::put_back(tx, payment, stuck.money, stuck.insured.is_some())?;
        books::stuck(&self.ledger, tx, payment, &stuck)?;
        tracing::error!(payment = %payment.id, ordinal = refund.ordinal, code, "a refund is stuck; somebody must act");
        let detail = serde_json::json!({ "code": code, "ordinal": refund.ordinal });
        tx.event(event(&REFUND_STUCK, payment, Some(detail.to_string())));
        Ok(())
    }

    /// The refunds of a payment the actor may see, in their order.
    pub async fn refunds(&self, payment: &Payment) -> Result<Vec<Refund>, Error> {
        let (person, id) = (payment.person, payment.id);
        self.db.read(move |sql| Ok(store::refunds::of(sql, person, id)?)).await
    }
}

/// Moves a refund, written.
pub(crate) fn refund_at(tx: &mut Tx<'_>, refund: &Refund, stage: RefundStage, over: &Over) -> Result<Refund, Error> {
    let ended_at = if stage.undecided() { None } else { Some(store::now(tx)) };
    let then = Refund { stage, ended_at, ..refund.clone() };
    if store::refunds::advance(tx, &then, refund.stage, over)? {
        Ok(then)
    } else {
        Err(Fault::new(FaultKind::Conflict, format!("refund {} moved meanwhile", refund.number())).into())
    }
}

/// Whether a channel names the amount that was asked.
pub(crate) fn names_the_amount(refund: &Refund, told: &RefundTold) -> bool {
    told.money.is_none_or(|money| money == refund.money)
}
