//! Account money held for a mobile order (insurance.md §3.4, §4.8): set aside for
//! fifteen minutes, used by the settlement of the quote, or let go. Sums of the year
//! are never held.

use crate::store::holds::{self, HoldRow};
use crate::visit::{By, seen};
use crate::{HELD, Refusal, Settlements, store};
use ::store::{Event, Sql as _, Tx};
use insurance::Day;
use kernel::time::MINUTE;
use kernel::{Actor, Error, Fen, JournalId, PersonId, QuoteId};
use ledger::{Account, Entity, Refs, Reserve, ReserveId};

/// How long money is held (insurance.md §5.4).
pub const HOLD_LIFE: i64 = 15 * MINUTE;

/// Money that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Its number.
    pub id: i64,
    /// How much.
    pub amount: Fen,
    /// Let go from here on, microseconds UTC.
    pub expires_at: i64,
}

/// The books a person's account is in, and whether the account pays.
fn agency(tx: &mut Tx<'_>, env: &Settlements, person: PersonId) -> Result<(Entity, bool), Error> {
    let (_, card) = insurance::eligibility::card(tx, person)?.ok_or(insurance::Refusal::PersonNotFound)?;
    let day = Day::of(tx.now());
    Ok((env.agency(&card.basic(day)?.admdvs), card.account.pays()))
}

/// Holds the account's part of a quote. Refuses a frozen account and one that holds
/// less.
pub fn hold(tx: &mut Tx<'_>, env: &Settlements, by: &By, person: PersonId, quote: QuoteId) -> Result<Held, Error> {
    let row = store::quote(tx, person, quote)?.ok_or_else(|| Refusal::NotFound.at("quote"))?;
    seen(tx, by, person, row.visit)?;
    let now = tx.now();
    if now >= row.expires_at {
        return Err(Refusal::QuoteExpired.at("quote"));
    }
    let (agency, pays) = agency(tx, env, person)?;
    if !pays {
        return Err(Refusal::AccountFrozen.at("quote"));
    }
    if row.account == Fen::ZERO {
        return Err(Refusal::AccountInsufficient.at("quote").with("the quote uses no account money"));
    }
    let expires_at = now.saturating_add(HOLD_LIFE);
    let reserve = Reserve {
        entity: agency,
        from: Account::personal(person),
        into: Account::held(person),
        amount: row.account,
        expires_at,
        refs: Refs { visit: Some(row.visit), plan: row.plan, ..Refs::default() },
    };
    let reserved = env.ledger.reserve(tx, &reserve).map_err(|error| match error.code() {
        "ledger.account-insufficient" => Refusal::AccountInsufficient.at("quote"),
        "ledger.account-frozen" => Refusal::AccountFrozen.at("quote"),
        _ => error,
    })?;
    let id = tx.new_id();
    let kept =
        HoldRow { id, quote: quote.0, amount: row.account, stage: "held".into(), reserve: reserved.id.0, expires_at };
    holds::insert(tx, person, &kept);
    store::index(tx, id, person);
    told(tx, by, person, "held");
    Ok(Held { id, amount: row.account, expires_at })
}

fn told(tx: &mut Tx<'_>, by: &By, person: PersonId, what: &str) {
    tx.event(Event {
        person: Some(person),
        actor: Some(by.actor),
        institution: by.institution,
        object: what.to_owned(),
        ..Event::of(&HELD)
    });
}

/// Money that is held and can be used now.
pub(crate) fn live(tx: &mut Tx<'_>, person: PersonId, id: i64) -> Result<(ReserveId, Fen), Error> {
    let now = tx.now();
    let row = holds::find(tx, person, id)?.ok_or_else(|| Refusal::NotFound.at("hold"))?;
    if row.stage != "held" || now >= row.expires_at {
        return Err(Refusal::QuoteExpired.at("hold"));
    }
    Ok((ReserveId { party: person.0, id: JournalId(row.reserve) }, row.amount))
}

/// The money was used.
pub(crate) fn captured(tx: &mut Tx<'_>, person: PersonId, id: i64) -> Result<(), Error> {
    if holds::end(tx, person, id, "captured")? { Ok(()) } else { Err(Refusal::QuoteExpired.at("hold")) }
}

/// Lets held money go; one that expired by itself counts as let go.
pub fn release(tx: &mut Tx<'_>, env: &Settlements, by: &By, person: PersonId, id: i64) -> Result<(), Error> {
    let row = holds::find(tx, person, id)?.ok_or_else(|| Refusal::NotFound.at("hold"))?;
    let quote = store::quote(tx, person, QuoteId(row.quote))?.ok_or_else(|| Refusal::NotFound.at("hold"))?;
    seen(tx, by, person, quote.visit)?;
    if row.stage == "released" {
        return Ok(());
    }
    if !holds::end(tx, person, id, "released")? {
        return Err(Refusal::VisitClosed.at("hold").with(row.stage));
    }
    let reserve = ReserveId { party: person.0, id: JournalId(row.reserve) };
    match env.ledger.release(tx, reserve) {
        Ok(_) => {}
        // The ledger's own clock was first.
        Err(error) if matches!(error.code(), "ledger.reserve-ended" | "ledger.reserve-expired") => {}
        Err(error) => return Err(error),
    }
    told(tx, by, person, "released");
    Ok(())
}

impl Settlements {
    /// Holds the account's part of a quote.
    pub async fn hold(&self, actor: &Actor, quote: QuoteId) -> Result<Held, Error> {
        let (by, env) = (By::of(actor), self.clone());
        let found = self.db.read(move |sql| crate::answer::person_of(sql, quote.0)).await?;
        let person = found.ok_or_else(|| Refusal::NotFound.at("quote"))?;
        self.db.write(person.0, move |tx| hold(tx, &env, &by, person, quote)).await
    }

    /// Lets held money go.
    pub async fn release(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        let (by, env) = (By::of(actor), self.clone());
        let found = self.db.read(move |sql| crate::answer::person_of(sql, id)).await?;
        let person = found.ok_or_else(|| Refusal::NotFound.at("hold"))?;
        self.db.write(person.0, move |tx| release(tx, &env, &by, person, id)).await
    }
}
