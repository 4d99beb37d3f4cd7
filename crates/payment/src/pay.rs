//! Beginning a payment: asks the subject what is due, takes the subject for itself,
//! and either takes money over the counter at once or leaves the order to a job.

use crate::channel::{Channel as _, Order, OrderDetail};
use crate::desk::Desk;
use crate::hear::reload;
use crate::jobs;
use crate::mobile::person::Identity;
use crate::noun::{ChannelName, Payment, Subject};
use crate::payable::Due;
use crate::people::Named;
use crate::rules::outcome::Outcome;
use crate::rules::stage::Stage;
use crate::rules::tender::Tender;
use crate::till::shift_of;
use crate::{ASKED, PAY_OWN, Payments, Refusal, TAKE, store};
use ::store::{Event, OnceKey, Reply, Tx};
use kernel::{Actor, ActorKind, Error, Fen, PaymentId, PersonId};
use std::sync::Arc;

/// Characters of what the mobile channel gives us, at most.
const TOKEN_MAX: usize = 128;

/// What the mobile channel needs from the payer's phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MobileAsk {
    /// The payer in the channel's own numbering.
    pub openid: String,
    /// The insurer's order after the fees were uploaded (6201); empty without insurance.
    pub pay_order_id: String,
    /// The insurer's leave to pay that order.
    pub pay_auth_no: String,
    /// Whose bill it is, as the payer names them who pays for a relative.
    pub relative: Option<Identity>,
}

/// How it is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    /// Over the counter.
    Desk(Tender),
    /// By phone.
    Mobile(MobileAsk),
}

/// A wish to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Whose bill it is.
    pub person: PersonId,
    /// What is paid.
    pub subject: Subject,
    /// How.
    pub means: Means,
}

/// Whether the actor may pay this: a citizen its own or, once `named` says for whom, a
/// relative's, by phone; anybody else for the institution that is paid. Who may not is
/// told that there is nothing.
fn allowed(actor: &Actor, ask: &Ask, due: &Due, named: &Named) -> Result<(), Error> {
    let whose = actor.person == Some(due.person) || named.relative.is_some();
    let own = actor.kind == ActorKind::Citizen && whose && actor.may(PAY_OWN);
    let here = actor.kind != ActorKind::Citizen && actor.institution == Some(due.institution) && actor.may(TAKE);
    if due.person != ask.person || !(own || here) {
        return Err(Refusal::SubjectUnknown.error());
    }
    match ask.means {
        Means::Desk(_) if own => Err(Refusal::MeansClosed.at("means")),
        Means::Desk(_) | Means::Mobile(_) => Ok(()),
    }
}

fn token(text: &str) -> Result<(), Error> {
    let plain = text.len() <= TOKEN_MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
    if plain {
        Ok(())
    } else {
        Err(Refusal::MeansClosed.at("mobile").with(format!("at most {TOKEN_MAX} plain characters")))
    }
}

fn detail(due: &Due, means: &Means, named: &Named) -> OrderDetail {
    let mut detail = OrderDetail {
        purpose: due.purpose,
        institution_name: due.institution_name.clone(),
        institution_code: due.institution_code.clone(),
        city: due.city.clone(),
        serial: due.serial.clone(),
        openid: String::new(),
        pay_order_id: String::new(),
        pay_auth_no: String::new(),
        payer: named.payer.clone(),
        relative: named.relative.clone(),
    };
    if let Means::Mobile(ask) = means {
        detail.openid.clone_from(&ask.openid);
        detail.pay_order_id.clone_from(&ask.pay_order_id);
        detail.pay_auth_no.clone_from(&ask.pay_auth_no);
    }
    detail
}

impl Payments {
    /// Begins a payment in its own transaction.
    pub async fn pay(&self, actor: &Arc<Actor>, ask: Ask) -> Result<Payment, Error> {
        let named = self.named(actor, &ask).await?;
        let (this, actor) = (self.clone(), actor.clone());
        self.db.write(ask.person.0, move |tx| this.begin(tx, &actor, &ask, &named)).await
    }

    /// Begins a payment once for an idempotency key: the same key with the same wish
    /// gives the first reply again (I1).
    pub async fn pay_once(
        &self,
        actor: &Arc<Actor>,
        ask: Ask,
        key: OnceKey,
        written: fn(&Payment) -> Result<Vec<u8>, Error>,
    ) -> Result<Reply, Error> {
        let home = ask.person.0;
        let named = self.named(actor, &ask).await?;
        let (this, actor) = (self.clone(), actor.clone());
        let begin = move |tx: &mut Tx<'_>| Ok((201, written(&this.begin(tx, &actor, &ask, &named)?)?));
        self.db.write(home, move |tx| tx.once(&key, &begin)).await
    }

    /// Begins a payment in the caller's transaction: at a desk it is paid when this
    /// returns, over the mobile channel it is asked.
    fn begin(&self, tx: &mut Tx<'_>, actor: &Actor, ask: &Ask, named: &Named) -> Result<Payment, Error> {
        let payable = self.payable(&ask.subject.kind)?;
        if let Some((person, id)) = store::live(tx, &ask.subject)? {
            return Err(already(tx, ask, person, id)?);
        }
        let due = (payable.due)(tx, &ask.subject.id)?;
        allowed(actor, ask, &due, named)?;
        let shares = due.shares.checked()?;
        let payment = Payment {
            person: due.person,
            id: PaymentId(tx.new_id()),
            institution: due.institution,
            actor: actor.id,
            subject: ask.subject.clone(),
            channel: ChannelName::Mobile,
            stage: Stage::Asked,
            shares,
            taken: Fen::ZERO,
            returning: Fen::ZERO,
            refunded: Fen::ZERO,
            insured_back: false,
            refunds: 0,
            booked: due.booked,
            tender: "mobile".into(),
            change: Fen::ZERO,
            slip: (String::new(), String::new()),
            shift: 0,
            detail: detail(&due, &ask.means, named),
            channel_number: String::new(),
            reason: String::new(),
            created_at: store::now(tx),
            ended_at: None,
        };
        match &ask.means {
            Means::Desk(tender) => self.over_the_counter(tx, actor, payment, tender),
            Means::Mobile(mobile) => self.by_phone(tx, payment, mobile),
        }
    }

    fn by_phone(&self, tx: &mut Tx<'_>, payment: Payment, mobile: &MobileAsk) -> Result<Payment, Error> {
        if self.mobile.is_none() {
            return Err(Refusal::ChannelMissing.error());
        }
        [&mobile.openid, &mobile.pay_order_id, &mobile.pay_auth_no].into_iter().try_for_each(|text| token(text))?;
        begin(tx, &payment)?;
        jobs::order(tx, &payment)?;
        Ok(payment)
    }

    fn over_the_counter(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        payment: Payment,
        tender: &Tender,
    ) -> Result<Payment, Error> {
        let change = tender.change(payment.shares.to_pay())?;
        let slip = match tender {
            Tender::Pos { terminal, slip } => (terminal.clone(), slip.clone()),
            Tender::Cash { .. } | Tender::Nothing => (String::new(), String::new()),
        };
        let shift = match tender {
            Tender::Nothing => 0,
            Tender::Cash { .. } | Tender::Pos { .. } => shift_of(tx, actor)?,
        };
        let payment =
            Payment { channel: ChannelName::Desk, tender: tender.name().into(), change, slip, shift, ..payment };
        if matches!(tender, Tender::Pos { .. }) && !store::use_slip(tx, &payment.slip, payment.person, payment.id)? {
            return Err(Refusal::SlipUsed.at("slip"));
        }
        begin(tx, &payment)?;
        let order = Order {
            number: payment.id,
            shares: payment.shares,
            detail: &payment.detail,
            tender: Some(tender),
            created_at: payment.created_at,
        };
        match Desk.order(&order) {
            Outcome::Ok(told) => self.hear_in(tx, payment.person, payment.id, &told, true)?,
            Outcome::Refused(_) | Outcome::Unknown(_) => return Err(Refusal::TenderShort.at("tender")),
        };
        reload(tx, &payment)
    }
}

/// Why a subject that has a live payment cannot be paid; tells its number to whoever
/// asks about the same person only.
fn already(tx: &mut Tx<'_>, ask: &Ask, person: PersonId, id: PaymentId) -> Result<Error, Error> {
    if person != ask.person {
        return Ok(Refusal::SubjectUnknown.error());
    }
    let paid = store::find(tx, person, id)?.is_some_and(|payment| payment.stage == Stage::Paid);
    let refusal = if paid { Refusal::PaidAlready } else { Refusal::OpenAlready };
    Ok(refusal.error().with(id.to_string()))
}

fn begin(tx: &mut Tx<'_>, payment: &Payment) -> Result<(), Error> {
    if !store::claim(tx, payment)? {
        return Err(Refusal::OpenAlready.error());
    }
    store::insert(tx, payment)?;
    tx.event(Event {
        person: Some(payment.person),
        actor: Some(payment.actor),
        institution: Some(payment.institution),
        object: payment.id.to_string(),
        detail: Some(
            format!(
                r#"{{"to_pay":"{}","channel":"{}","named":{}}}"#,
                payment.shares.to_pay(),
                payment.channel.name(),
                payment.detail.payer.is_some()
            )
            .into_bytes(),
        ),
        ..Event::of(&ASKED)
    });
    Ok(())
}
