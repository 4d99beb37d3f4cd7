//! What must follow a commit: sending orders and refunds to the mobile channel, and
//! asking how they stand with growing waits. The network is spoken to between two
//! transactions, never inside one; a job that runs twice asks under the same number.

use crate::channel::{Channel as _, Order, RefundOrder, RefundSays, RefundTold, Told};
use crate::hear::{event, not_believed};
use crate::mobile::Mobile;
use crate::noun::{Payment, Refund};
use crate::refund::{names_the_amount, refund_at};
use crate::rules::outcome::{Doubt, Outcome};
use crate::rules::stage::{Move, RefundStage, Says, Stage};
use crate::rules::wait::before_next;
use crate::store::refunds::Over;
use crate::{CONTRADICTED, Payments, store};
use ::store::Tx;
use ::store::job::Due;
use kernel::time::DAY;
use kernel::{Error, Fault, FaultKind, PaymentId, PersonId};
use serde::{Deserialize, Serialize};

/// Sends an order.
pub const ORDER: &str = "payment.order";
/// Asks how an order stands.
pub const POLL: &str = "payment.poll";
/// Sends a refund, then asks how it stands.
pub const BACK: &str = "payment.refund";
/// The topics a runner hands to [`Payments::run`].
pub const TOPICS: [&str; 3] = [ORDER, POLL, BACK];

/// How long a payment that was given up is still watched for late money.
const WATCHED: i64 = DAY;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Errand {
    person: i64,
    payment: i64,
    ordinal: i64,
    tries: i64,
}

impl Errand {
    fn person(self) -> PersonId {
        PersonId(self.person)
    }

    fn payment(self) -> PaymentId {
        PaymentId(self.payment)
    }

    fn again(self) -> Self {
        Self { tries: self.tries.saturating_add(1), ..self }
    }
}

fn later(tx: &mut Tx<'_>, topic: &'static str, wait: i64, errand: Errand) -> Result<(), Error> {
    let body = serde_json::to_vec(&errand)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing an errand", error))?;
    let due_at = store::now(tx).saturating_add(wait);
    tx.after(topic, due_at, body);
    Ok(())
}

/// After the commit, sends the order of a payment.
pub(crate) fn order(tx: &mut Tx<'_>, payment: &Payment) -> Result<(), Error> {
    later(tx, ORDER, 0, Errand { person: payment.person.0, payment: payment.id.0, ordinal: 0, tries: 0 })
}

/// After the commit, sends a refund.
pub(crate) fn refund(tx: &mut Tx<'_>, refund: &Refund) -> Result<(), Error> {
    let errand = Errand { person: refund.person.0, payment: refund.payment.0, ordinal: refund.ordinal, tries: 0 };
    later(tx, BACK, 0, errand)
}

/// Asks once, soon, how an order or a refund stands: after a callback that decides
/// nothing by itself.
pub(crate) fn soon(tx: &mut Tx<'_>, payment: &Payment, ordinal: i64) -> Result<(), Error> {
    let errand = Errand { person: payment.person.0, payment: payment.id.0, ordinal, tries: 1 };
    later(tx, if ordinal == 0 { POLL } else { BACK }, 0, errand)
}

impl Payments {
    /// Runs this crate's due jobs once; answers how many. For a node without a common
    /// runner, call it every second.
    pub async fn turn(&self) -> Result<usize, Error> {
        let due = self.db.due_jobs().await?;
        let mut ran = 0_usize;
        for job in due.into_iter().filter(|job| TOPICS.contains(&job.topic.as_str())) {
            self.run(job).await?;
            ran = ran.saturating_add(1);
        }
        Ok(ran)
    }

    /// Runs one due job of this crate's [`TOPICS`]; a job that fails comes again by
    /// itself.
    pub async fn run(&self, job: Due) -> Result<(), Error> {
        let this = self.clone();
        let ran = tokio::task::spawn_blocking(move || this.run_here(&job)).await;
        ran.map_err(|error| Error::from(Fault::from_source(FaultKind::Broken, "a payment's job panicked", error)))?
    }

    fn run_here(&self, job: &Due) -> Result<(), Error> {
        let errand: Errand = serde_json::from_slice(&job.body)
            .map_err(|error| Fault::from_source(FaultKind::Broken, "reading an errand", error))?;
        let done = match job.topic.as_str() {
            ORDER => self.send_order(job, errand),
            POLL => self.ask_order(job, errand),
            BACK => self.send_refund(job, errand),
            _ => Ok(()),
        };
        let Err(error) = done else { return Ok(()) };
        tracing::error!(%error, topic = job.topic, payment = %errand.payment(), "a payment's job failed; it comes again");
        let job = job.clone();
        self.db.write_now(job.lane, move |tx| Ok(tx.job_failed(&job)?))
    }

    fn channel(&self) -> Result<&Mobile, Error> {
        let missing = || Error::from(Fault::broken("a mobile payment, but no mobile channel is connected"));
        self.mobile.as_deref().ok_or_else(missing)
    }

    fn payment_of(&self, errand: Errand) -> Result<Payment, Error> {
        let found = self.db.read_now(move |sql| Ok(store::find(sql, errand.person(), errand.payment())?))?;
        found.ok_or_else(|| Fault::broken(format!("payment_payments has no {}", errand.payment())).into())
    }

    fn send_order(&self, job: &Due, errand: Errand) -> Result<(), Error> {
        let payment = self.payment_of(errand)?;
        if payment.stage != Stage::Asked {
            return self.ask_order(job, errand);
        }
        let order = Order {
            number: payment.id,
            shares: payment.shares,
            detail: &payment.detail,
            tender: None,
            created_at: payment.created_at,
        };
        let outcome = match self.channel()?.order(&order) {
            // The channel turned the order away: it certainly took nothing.
            Outcome::Refused(code) => Outcome::Ok(Told { reason: code, ..Told::of(Says::Failed) }),
            other => other,
        };
        self.heard(job, errand, outcome)
    }

    fn ask_order(&self, job: &Due, errand: Errand) -> Result<(), Error> {
        let payment = self.payment_of(errand)?;
        let now = self.db.world().now();
        let watched = match payment.stage {
            Stage::Asked | Stage::Waiting => true,
            Stage::GivenUp => payment.ended_at.is_some_and(|at| now < at.saturating_add(WATCHED)),
            Stage::Paid | Stage::Failed | Stage::Returning | Stage::Refunded => errand.tries == 1,
        };
        if !watched {
            let job = job.clone();
            return self.db.write_now(job.lane, move |tx| Ok(tx.job_done(&job)?));
        }
        let outcome = self.channel()?.query(payment.id);
        self.heard(job, errand, outcome)
    }

    /// Moves the payment by an outcome and sees to the next question, with the job's
    /// end in the same transaction. What the subject refuses goes back.
    fn heard(&self, job: &Due, errand: Errand, outcome: Outcome<Told>) -> Result<(), Error> {
        let attempt = |wanted: bool| {
            let (this, job, outcome) = (self.clone(), job.clone(), outcome.clone());
            self.db.write_now(job.lane, move |tx| {
                let mut topic = POLL;
                let mut wait = before_next(errand.tries);
                match &outcome {
                    Outcome::Ok(told) => {
                        // It never came: asked again at once, under the same number.
                        if this.hear_in(tx, errand.person(), errand.payment(), told, wanted)? == Move::AskAgain {
                            (topic, wait) = (ORDER, 0);
                        }
                    }
                    Outcome::Unknown(doubt) => in_doubt(tx, errand, doubt)?,
                    Outcome::Refused(code) => tracing::warn!(code, "a question was turned away"),
                }
                let then = store::find(tx, errand.person(), errand.payment())?;
                if then.is_some_and(|then| then.stage.undecided() || then.stage == Stage::GivenUp) {
                    later(tx, topic, wait, errand.again())?;
                }
                Ok(tx.job_done(&job)?)
            })
        };
        match attempt(true) {
            Err(Error::Refused(refused)) => {
                tracing::warn!(code = refused.kind.code, payment = %errand.payment(), "paid, but its subject refuses it");
                attempt(false)
            }
            done => done,
        }
    }

    fn send_refund(&self, job: &Due, errand: Errand) -> Result<(), Error> {
        let payment = self.payment_of(errand)?;
        let found = self
            .db
            .read_now(move |sql| Ok(store::refunds::find(sql, errand.person(), errand.payment(), errand.ordinal)?))?;
        let Some(refund) = found.filter(|refund| refund.stage.undecided()) else {
            let job = job.clone();
            return self.db.write_now(job.lane, move |tx| Ok(tx.job_done(&job)?));
        };
        let wish = RefundOrder {
            payment: payment.id,
            number: refund.number(),
            channel_number: payment.channel_number.clone(),
            taken: payment.taken,
            money: refund.money,
            insured: refund.insured,
            asked_at: refund.asked_at,
            reason: refund.reason.clone(),
        };
        let channel = self.channel()?;
        let first = if errand.tries == 0 { channel.refund(&wish) } else { channel.query_refund(&wish) };
        let outcome = match first {
            Outcome::Ok(RefundTold { says: RefundSays::Absent, .. }) => channel.refund(&wish),
            other => other,
        };
        let (this, job) = (self.clone(), job.clone());
        self.db.write_now(job.lane, move |tx| {
            this.refund_heard(tx, errand, &outcome)?;
            Ok(tx.job_done(&job)?)
        })
    }

    fn refund_heard(&self, tx: &mut Tx<'_>, errand: Errand, outcome: &Outcome<RefundTold>) -> Result<(), Error> {
        let payment = store::find(tx, errand.person(), errand.payment())?;
        let refund = store::refunds::find(tx, errand.person(), errand.payment(), errand.ordinal)?;
        let Some((payment, refund)) = payment.zip(refund).filter(|(_, refund)| refund.stage.undecided()) else {
            return Ok(());
        };
        match outcome {
            Outcome::Ok(told) if !names_the_amount(&refund, told) => {
                tracing::error!(payment = %payment.id, "the channel names another refund than was asked");
                tx.event(event(&CONTRADICTED, &payment, Some(format!(r#"{{"refund":{}}}"#, refund.ordinal))));
            }
            Outcome::Ok(told) => match told.says {
                RefundSays::Done => return self.went_back(tx, &payment, &refund, &Over::default()).map(drop),
                RefundSays::Stuck => return self.stuck(tx, &payment, &refund, &told.reason),
                RefundSays::Underway if refund.stage == RefundStage::Asked => {
                    refund_at(tx, &refund, RefundStage::Underway, &Over::default())?;
                }
                RefundSays::Underway | RefundSays::Absent => {}
            },
            Outcome::Refused(code) => return self.stuck(tx, &payment, &refund, code),
            Outcome::Unknown(doubt) => in_doubt(tx, errand, doubt)?,
        }
        later(tx, BACK, before_next(errand.tries), errand.again())
    }
}

/// Nothing is known: nothing moves, and a wrong signature is a security event.
fn in_doubt(tx: &mut Tx<'_>, errand: Errand, doubt: &Doubt) -> Result<(), Error> {
    if let Doubt::SignatureWrong(why) = doubt {
        let payment = store::find(tx, errand.person(), errand.payment())?;
        not_believed(tx, payment.as_ref(), why);
        return Ok(());
    }
    tracing::warn!(payment = %errand.payment(), tries = errand.tries, why = doubt.says(), "the channel's answer is not known");
    Ok(())
}
