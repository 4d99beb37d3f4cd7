//! Tills: a clerk opens one with the cash that is in it, takes and gives back, counts
//! and closes it; the difference is told by tender.

use crate::rules::till::{Counted, count};
use crate::store::tills::{self, Shift};
use crate::{Payments, Refusal, TILL_CLOSED, TILL_OPENED, books, store};
use ::store::{Event, Tx};
use kernel::{Actor, Error, FEN_MAX, Fault, Fen};
use std::sync::Arc;

/// Characters of a till's name at most.
const NAME_MAX: usize = 40;

/// A till as its clerk sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Till {
    /// The shift's number.
    pub shift: i64,
    /// Window or kiosk.
    pub name: String,
    /// Cash in it at the start.
    pub float: Fen,
    /// When it was opened, microseconds UTC.
    pub opened_at: i64,
}

/// What a clerk counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Notes and coins, the float among them.
    pub cash: Fen,
    /// The sum of the terminal's slips, less those given back.
    pub pos: Fen,
}

/// A closed till.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// The shift's number.
    pub shift: i64,
    /// Notes and coins.
    pub cash: Counted,
    /// Cards.
    pub pos: Counted,
}

fn amount(fen: Fen, field: &str) -> Result<Fen, Error> {
    if fen >= Fen::ZERO && fen <= FEN_MAX {
        return Ok(fen);
    }
    Err(web::Refusal::BodyInvalid.at(field).with("an amount from 0"))
}

fn event(name: &'static kernel::EventName, actor: &Actor, shift: i64, detail: String) -> Event {
    Event {
        actor: Some(actor.id),
        institution: actor.institution,
        object: format!("shift {shift}"),
        detail: Some(detail.into_bytes()),
        ..Event::of(name)
    }
}

impl Payments {
    /// Opens the clerk's till.
    pub async fn open_till(&self, actor: &Arc<Actor>, name: String, float: Fen) -> Result<Till, Error> {
        if name.chars().count() > NAME_MAX {
            return Err(web::Refusal::BodyInvalid.at("till").with(format!("at most {NAME_MAX} characters")));
        }
        amount(float, "float")?;
        let institution = actor.institution.ok_or(Refusal::TillClosed)?;
        let actor = actor.clone();
        self.db
            .write(actor.id.0, move |tx| {
                if tills::open_shift(tx, actor.id)?.is_some() {
                    return Err(Refusal::TillOpen.error());
                }
                let shift = Shift {
                    id: tx.new_id(),
                    institution,
                    actor: actor.id,
                    till: name.clone(),
                    float,
                    opened_at: store::now(tx),
                };
                tills::insert(tx, &shift)?;
                tx.event(event(&TILL_OPENED, &actor, shift.id, format!(r#"{{"float":"{float}"}}"#)));
                Ok(told(shift))
            })
            .await
    }

    /// The clerk's open till.
    pub async fn till(&self, actor: &Actor) -> Result<Till, Error> {
        let id = actor.id;
        let found = self.db.read(move |sql| Ok(tills::open_shift(sql, id)?)).await?;
        found.map(told).ok_or_else(|| Refusal::TillClosed.error())
    }

    /// Counts and closes the clerk's till.
    pub async fn close_till(&self, actor: &Arc<Actor>, counted: Count) -> Result<Closed, Error> {
        amount(counted.cash, "cash")?;
        amount(Fen(counted.pos.0.saturating_abs()), "pos")?;
        let (this, actor) = (self.clone(), actor.clone());
        self.db
            .write(actor.id.0, move |tx| {
                let shift = tills::open_shift(tx, actor.id)?.ok_or(Refusal::TillClosed)?;
                let now = store::now(tx);
                // Closed first: from here on no payment joins the shift.
                if !tills::close(tx, shift.id, now)? {
                    return Err(Refusal::TillClosed.error());
                }
                let cash = counted_in(tx, shift.id, "cash", shift.float, counted.cash)?;
                let pos = counted_in(tx, shift.id, "pos", Fen::ZERO, counted.pos)?;
                let entity = ledger::Entity::from(shift.institution);
                books::till_difference(&this.ledger, tx, entity, books::CASH, cash.difference)?;
                books::till_difference(&this.ledger, tx, entity, books::POS, pos.difference)?;
                let detail = format!(r#"{{"cash":"{}","pos":"{}"}}"#, cash.difference, pos.difference);
                tx.event(event(&TILL_CLOSED, &actor, shift.id, detail));
                Ok(Closed { shift: shift.id, cash, pos })
            })
            .await
    }
}

/// The clerk's open shift, with one more move in it.
pub(crate) fn shift_of(tx: &mut Tx<'_>, actor: &Actor) -> Result<i64, Error> {
    let shift = tills::open_shift(tx, actor.id)?.ok_or(Refusal::TillClosed)?;
    let here = Some(shift.institution) == actor.institution;
    if here && tills::touch(tx, shift.id)? { Ok(shift.id) } else { Err(Refusal::TillClosed.error()) }
}

fn told(shift: Shift) -> Till {
    Till { shift: shift.id, name: shift.till, float: shift.float, opened_at: shift.opened_at }
}

fn counted_in(tx: &mut Tx<'_>, shift: i64, tender: &str, float: Fen, counted: Fen) -> Result<Counted, Error> {
    let total = tills::total(tx, shift, tender)?;
    let told = count(float, total, counted).ok_or_else(|| Fault::broken(format!("shift {shift} leaves 64 bits")))?;
    tills::keep(tx, shift, tender, &told)?;
    Ok(told)
}
