//! Hearing what a channel tells, in any order and any number of times: the one place
//! that moves a payment.

use crate::channel::{Amounts, Told};
use crate::jobs;
use crate::noun::{Payment, RefundCause};
use crate::refund::RefundAsk;
use crate::rules::stage::{Heard, Move, Stage, next};
use crate::{
    CONTRADICTED, FAILED, GIVEN_UP, NOT_BELIEVED, PAID, PAY_OWN, Payments, Refusal, TAKE, UNWANTED, books, store,
};
use ::store::{Event, Tx};
use kernel::{Actor, ActorId, ActorKind, Error, EventName, Fault, Fen, PaymentId, PersonId};
use std::sync::Arc;

/// Characters of a channel's number or code that are kept.
const KEPT_MAX: usize = 64;

fn kept(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(KEPT_MAX).collect()
}

/// An event about a payment.
pub(crate) fn event(name: &'static EventName, payment: &Payment, detail: Option<String>) -> Event {
    Event {
        person: Some(payment.person),
        institution: Some(payment.institution),
        object: payment.id.to_string(),
        detail: detail.map(String::into_bytes),
        ..Event::of(name)
    }
}

/// A message of the channel was not believed: a security event.
pub(crate) fn not_believed(tx: &mut Tx<'_>, payment: Option<&Payment>, why: &str) {
    tracing::warn!(why, "a message of the mobile channel was not believed");
    let detail = serde_json::json!({ "why": why }).to_string().into_bytes();
    let base = Event { detail: Some(detail), ..Event::of(&NOT_BELIEVED) };
    tx.event(match payment {
        Some(payment) => Event {
            person: Some(payment.person),
            institution: Some(payment.institution),
            object: payment.id.to_string(),
            ..base
        },
        None => base,
    });
}

/// The payment as it stands now.
pub(crate) fn reload(tx: &mut Tx<'_>, payment: &Payment) -> Result<Payment, Error> {
    let found = store::find(tx, payment.person, payment.id)?;
    found.ok_or_else(|| Fault::broken(format!("payment_payments lost {}", payment.id)).into())
}

/// The payment at its new stage, written.
fn at(tx: &mut Tx<'_>, payment: &Payment, told: &Told, stage: Stage) -> Result<Payment, Error> {
    let now = store::now(tx);
    let decided = !stage.undecided();
    let known = told.number.as_deref().map_or_else(|| payment.channel_number.clone(), kept);
    let money = told.amounts.map_or(payment.shares.to_pay(), |amounts| amounts.money);
    let taken = match stage {
        Stage::Paid | Stage::Returning => money,
        Stage::Asked | Stage::Waiting | Stage::Failed | Stage::GivenUp | Stage::Refunded => payment.taken,
    };
    let then = Payment {
        stage,
        taken,
        channel_number: known,
        reason: if stage == Stage::Failed { kept(&told.reason) } else { payment.reason.clone() },
        ended_at: if decided { Some(now) } else { None },
        ..payment.clone()
    };
    if store::advance(tx, &then, payment.stage)? {
        Ok(then)
    } else {
        Err(Fault::new(kernel::FaultKind::Conflict, format!("{} moved meanwhile", payment.id)).into())
    }
}

impl Payments {
    /// Moves a payment by what its channel tells. With `wanted` false, money that
    /// came goes back instead of paying: what the caller asks for after the subject
    /// refused it.
    pub(crate) fn hear_in(
        &self,
        tx: &mut Tx<'_>,
        person: PersonId,
        id: PaymentId,
        told: &Told,
        wanted: bool,
    ) -> Result<Move, Error> {
        let Some(payment) = store::find(tx, person, id)? else {
            return Err(Fault::broken(format!("payment_payments has no {id}")).into());
        };
        let agrees = told.amounts.is_none_or(|amounts| amounts == Amounts::from(payment.shares));
        let returned = payment.returning > Fen::ZERO || payment.insured_back;
        let known = next(payment.stage, Heard { says: told.says, agrees, returned });
        let moved = if known == Move::Pay && !wanted { Move::Return } else { known };
        match moved {
            // Who asked sees to asking again.
            Move::Nothing | Move::AskAgain => {}
            Move::Wait => {
                at(tx, &payment, told, Stage::Waiting)?;
            }
            Move::Pay => self.paid(tx, &payment, told)?,
            Move::Fail => self.ended(tx, &payment, told)?,
            Move::Return => self.unwanted(tx, &payment, told, agrees)?,
            Move::Contradiction => {
                tracing::error!(payment = %payment.id, stage = payment.stage.name(), says = ?told.says, "the channel contradicts what is known");
                let detail =
                    serde_json::json!({ "stage": payment.stage.name(), "says": told.reason, "agrees": agrees });
                tx.event(event(&CONTRADICTED, &payment, Some(detail.to_string())));
            }
        }
        Ok(moved)
    }

    fn paid(&self, tx: &mut Tx<'_>, payment: &Payment, told: &Told) -> Result<(), Error> {
        let payment = at(tx, payment, told, Stage::Paid)?;
        (self.payable(&payment.subject.kind)?.paid)(tx, &payment)?;
        books::paid(&self.ledger, tx, &payment)?;
        let detail = serde_json::json!({ "taken": payment.taken.to_string(), "tender": payment.tender });
        tx.event(event(&PAID, &payment, Some(detail.to_string())));
        Ok(())
    }

    fn ended(&self, tx: &mut Tx<'_>, payment: &Payment, told: &Told) -> Result<(), Error> {
        let payment = at(tx, payment, told, Stage::Failed)?;
        store::free(tx, &payment)?;
        (self.payable(&payment.subject.kind)?.failed)(tx, &payment)?;
        tx.event(event(&FAILED, &payment, Some(serde_json::json!({ "reason": payment.reason }).to_string())));
        Ok(())
    }

    /// Money came that nobody waits for: all of it goes back, insured parts too.
    fn unwanted(&self, tx: &mut Tx<'_>, payment: &Payment, told: &Told, agrees: bool) -> Result<(), Error> {
        let waited_for = payment.stage.live();
        let payment = at(tx, payment, told, Stage::Returning)?;
        store::free(tx, &payment)?;
        if waited_for {
            (self.payable(&payment.subject.kind)?.failed)(tx, &payment)?;
        }
        tracing::warn!(payment = %payment.id, agrees, "money came that is not wanted; it goes back");
        let detail = serde_json::json!({ "taken": payment.taken.to_string(), "agrees": agrees });
        tx.event(event(&UNWANTED, &payment, Some(detail.to_string())));
        let reason = "未能入账，全额退回".to_owned();
        let ask = RefundAsk { money: None, cause: RefundCause::Unwanted, slip: None, reason };
        self.refund_in(tx, None, &payment, &ask).map(drop)
    }

    /// Hears a callback: it decides where it agrees with what was asked; where it does
    /// not, the channel is asked instead. False when the order is not ours.
    pub async fn called_back(&self, number: &str, told: Told) -> Result<bool, Error> {
        let Ok(id) = number.parse::<PaymentId>() else { return Ok(false) };
        let Some(person) = self.db.read(move |sql| Ok(store::person_of(sql, id)?)).await? else { return Ok(false) };
        let attempt = |wanted: bool| {
            let (this, told) = (self.clone(), told.clone());
            self.db.write(person.0, move |tx| {
                let payment = store::find(tx, person, id)?;
                let payment = payment.ok_or_else(|| Fault::broken(format!("payment_payments lost {id}")))?;
                let agrees = told.amounts.is_none_or(|amounts| amounts == Amounts::from(payment.shares));
                if agrees {
                    return this.hear_in(tx, person, id, &told, wanted).map(drop);
                }
                tracing::error!(payment = %id, "a callback names other amounts than were asked");
                tx.event(event(&CONTRADICTED, &payment, Some(r#"{"callback":"other amounts"}"#.to_owned())));
                jobs::soon(tx, &payment, 0)
            })
        };
        match attempt(true).await {
            Err(Error::Refused(refused)) => {
                tracing::warn!(code = refused.kind.code, payment = %id, "paid, but its subject refuses it");
                attempt(false).await?;
            }
            done => done?,
        }
        Ok(true)
    }

    /// Hears that a refund moved: the channel is asked at once, since only then the
    /// insured parts are told too. False when the refund is not ours.
    pub async fn refund_called_back(&self, order: &str, refund: &str) -> Result<bool, Error> {
        let Ok(id) = order.parse::<PaymentId>() else { return Ok(false) };
        let ordinal =
            refund.strip_prefix(order).and_then(|rest| rest.strip_prefix('-')).and_then(|rest| rest.parse().ok());
        let person = self.db.read(move |sql| Ok(store::person_of(sql, id)?)).await?;
        let Some((person, ordinal)) = person.zip(ordinal) else { return Ok(false) };
        self.db
            .write(person.0, move |tx| {
                let payment = store::find(tx, person, id)?;
                match payment.zip(store::refunds::find(tx, person, id, ordinal)?) {
                    Some((payment, refund)) if refund.stage.undecided() => {
                        jobs::soon(tx, &payment, ordinal)?;
                        Ok(true)
                    }
                    known => Ok(known.is_some()),
                }
            })
            .await
    }

    /// A callback was not believed: keeps a security event, one a second at most, so
    /// that a flood of forgeries does not fill the disk.
    pub async fn callback_refused(&self, why: &'static str) -> Result<(), Error> {
        let now = self.db.world().now();
        let last = self.refused_at.swap(now, std::sync::atomic::Ordering::Relaxed);
        if now.saturating_sub(last) < kernel::time::SECOND && last <= now {
            return Ok(());
        }
        self.db
            .write(0, move |tx| {
                not_believed(tx, None, why);
                Ok(())
            })
            .await
    }

    /// Gives up an undecided payment: its subject can be paid another way, and money
    /// that still comes goes back by itself.
    pub async fn give_up(&self, actor: &Arc<Actor>, id: PaymentId) -> Result<Payment, Error> {
        let seen = self.see(actor, id).await?;
        let (this, by) = (self.clone(), actor.id);
        self.db
            .write(seen.person.0, move |tx| {
                let payment = reload(tx, &seen)?;
                if payment.stage == Stage::GivenUp {
                    return Ok(payment);
                }
                this.give_up_in(tx, &payment, Some(by))
            })
            .await
    }

    /// [`Payments::give_up`] in the caller's transaction; by nobody when its subject was
    /// undone.
    pub(crate) fn give_up_in(&self, tx: &mut Tx<'_>, payment: &Payment, by: Option<ActorId>) -> Result<Payment, Error> {
        if !payment.stage.undecided() {
            return Err(Refusal::Decided.error().with(payment.stage.name()));
        }
        let told = Told::of(crate::rules::stage::Says::Failed);
        let payment = at(tx, payment, &told, Stage::GivenUp)?;
        store::free(tx, &payment)?;
        (self.payable(&payment.subject.kind)?.failed)(tx, &payment)?;
        tx.event(Event { actor: by, ..event(&GIVEN_UP, &payment, None) });
        Ok(payment)
    }

    /// A payment, for the person it is about or the institution that is paid.
    pub async fn see(&self, actor: &Actor, id: PaymentId) -> Result<Payment, Error> {
        let found = self
            .db
            .read(move |sql| {
                let Some(person) = store::person_of(sql, id)? else { return Ok(None) };
                Ok(store::find(sql, person, id)?)
            })
            .await?;
        found.filter(|payment| sees(actor, payment)).ok_or_else(|| web::Refusal::NotFound.at("payment"))
    }

    /// A citizen's own payments, newest first.
    pub async fn own(&self, actor: &Actor) -> Result<Vec<Payment>, Error> {
        let person = actor.person.filter(|_| actor.kind == ActorKind::Citizen);
        let person = person.ok_or_else(|| web::Refusal::NotFound.error())?;
        self.db.read(move |sql| Ok(store::of_person(sql, person)?)).await
    }
}

fn sees(actor: &Actor, payment: &Payment) -> bool {
    if actor.kind == ActorKind::Citizen {
        // Also whoever paid it for a relative.
        let relative = payment.detail.relative.is_some() && payment.actor == actor.id;
        let whose = actor.person == Some(payment.person) || relative;
        return whose && actor.may(PAY_OWN);
    }
    actor.institution == Some(payment.institution) && actor.may(TAKE)
}
