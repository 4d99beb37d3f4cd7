//! Posting: entries that balance, into months that are open, moving guarded accounts
//! in the same stroke.

use crate::Refusal;
use crate::check::verdict::{self, Verdict};
use crate::rules::account::{Code, Entity};
use crate::rules::entry::{Entry, NOTE_MAX, Side, balanced};
use crate::rules::fold::too_large;
use crate::rules::kind::EntryKind;
use crate::rules::packed::{Sealed, Sealer, pack};
use crate::rules::period::Period;
use crate::store;
use crate::store::accounts::{self, Owned};
use ::store::{Db, Event, Sql as _, Tx};
use kernel::id::Ids;
use kernel::{Error, Fault, Fen, JournalId, PersonId};
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};

/// The node's ledger; clones are the same one.
#[derive(Clone)]
pub struct Ledger {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) db: Db,
    sealer: Sealer,
    /// Ids of entries: above every id there is, also when the clock was set back.
    ids: Ids,
    /// The last closed month of each entity, closing ones included.
    closed: RwLock<HashMap<Entity, Period>>,
    /// Whether a fold runs.
    pub(crate) folding: AtomicBool,
    /// What the last whole check said.
    pub(crate) verdict: RwLock<Option<Arc<Verdict>>>,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ledger")
    }
}

/// Whether an entry may touch money that reservations set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    Closed,
    Open,
}

/// An entry with the one it is of.
pub(crate) struct Wanted<'a> {
    pub(crate) entry: Entry<'a>,
    pub(crate) of: Option<JournalId>,
    pub(crate) held: Held,
}

/// What entries do to one guarded account.
struct Guarded {
    owned: Owned,
    net: Fen,
    /// The entry that gets the movement, and its kind.
    id: i64,
    kind: EntryKind,
}

impl Ledger {
    /// Opens the ledger of a database: reads its key or makes it, learns the last id
    /// and the closed months.
    pub fn load(db: &Db) -> Result<Self, Error> {
        let kept = db.read_now(|sql| Ok(store::seal_key(sql)?))?;
        let key = match kept {
            Some(key) => key,
            None => db.write_now(0, |tx| Ok(store::make_seal_key(tx)?))?,
        };
        let (last, folded, closings) = db.read_now(|sql| {
            let folded = store::folds::last_segment(sql)?.to_id;
            Ok((store::last_id(sql)?, folded, store::closings(sql, None)?))
        })?;
        let verdict = db.read_now(|sql| Ok(verdict::kept(sql)?))?.map(Arc::new);
        let closed = closings.into_iter().map(|closing| (closing.entity, closing.period)).collect();
        let inner = Inner {
            db: db.clone(),
            sealer: Sealer::new(&key),
            ids: Ids::above(last.max(folded)),
            closed: RwLock::new(closed),
            folding: AtomicBool::new(false),
            verdict: RwLock::new(verdict),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.inner.sealer
    }

    /// An id above every one that was minted before.
    pub(crate) fn mint(&self, now: i64) -> i64 {
        let noise = self.inner.db.world().chance().number() & 0xF_FFFF;
        self.inner.ids.mint(now, u32::try_from(noise).unwrap_or(0))
    }

    /// The last closed month of an entity's books.
    pub fn closed_through(&self, entity: Entity) -> Option<Period> {
        self.inner.closed.read().unwrap_or_else(PoisonError::into_inner).get(&entity).copied()
    }

    pub(crate) fn set_closed_through(&self, entity: Entity, period: Option<Period>) {
        let mut closed = self.inner.closed.write().unwrap_or_else(PoisonError::into_inner);
        match period {
            Some(period) => closed.insert(entity, period),
            None => closed.remove(&entity),
        };
    }

    /// The month in which an entity books now: this one, or the first open one after.
    pub fn current_period(&self, entity: Entity, now: i64) -> Period {
        let month = Period::of(now);
        self.closed_through(entity).map_or(month, |closed| month.max(closed.next()))
    }

    /// The month asked for, if it is open; the current one when none is.
    pub(crate) fn checked_period(&self, entity: Entity, period: Option<Period>, now: i64) -> Result<Period, Error> {
        let Some(period) = period else { return Ok(self.current_period(entity, now)) };
        if !period.is_month() {
            return Err(Refusal::PeriodClosed.at("period").with("not a month"));
        }
        match self.closed_through(entity) {
            Some(closed) if period <= closed => Err(Refusal::PeriodClosed.at("period").with(period.to_string())),
            Some(_) | None => Ok(period),
        }
    }

    /// Posts an entry. Guarded accounts in its lines (2301, 2501, H21) are moved in the
    /// same stroke and refuse to go below zero.
    pub fn post(&self, tx: &mut Tx<'_>, entry: &Entry<'_>) -> Result<JournalId, Error> {
        own_kind(entry)?;
        self.append(tx, Wanted { entry: *entry, of: None, held: Held::Closed })
    }

    /// Posts entries of several books together: all or none. Guarded accounts are
    /// taken in the order of their persons, so that two transactions that share
    /// persons wait for each other instead of failing.
    pub fn post_all(&self, tx: &mut Tx<'_>, entries: &[Entry<'_>]) -> Result<Vec<JournalId>, Error> {
        entries.iter().try_for_each(own_kind)?;
        let wanted: Vec<Wanted<'_>> =
            entries.iter().map(|entry| Wanted { entry: *entry, of: None, held: Held::Closed }).collect();
        self.append_all(tx, &wanted)
    }

    pub(crate) fn append(&self, tx: &mut Tx<'_>, wanted: Wanted<'_>) -> Result<JournalId, Error> {
        let ids = self.append_all(tx, &[wanted])?;
        ids.first().copied().ok_or_else(|| Fault::broken("an entry was posted and has no id").into())
    }

    pub(crate) fn append_all(&self, tx: &mut Tx<'_>, wanted: &[Wanted<'_>]) -> Result<Vec<JournalId>, Error> {
        let mut rows = Vec::with_capacity(wanted.len());
        let mut guarded = Vec::new();
        for one in wanted {
            sound(one)?;
            let id = self.mint(tx.now());
            rows.push((id, self.checked_period(one.entry.entity, one.entry.period, tx.now())?));
            gather(&mut guarded, one, id)?;
        }
        guarded.sort_by_key(|one: &Guarded| one.owned);
        for one in &guarded {
            settle(tx, one)?;
        }
        for (one, (id, period)) in wanted.iter().zip(&rows) {
            self.write(tx, one, *id, *period);
        }
        Ok(rows.into_iter().map(|(id, _)| JournalId(id)).collect())
    }

    /// Appends an entry's row; its guarded accounts were moved by the caller.
    pub(crate) fn write(&self, tx: &mut Tx<'_>, wanted: &Wanted<'_>, id: i64, period: Period) {
        let Wanted { entry, of, .. } = wanted;
        let body = pack(&entry.refs, entry.lines);
        let kind = i64::from(entry.kind.number());
        let of = of.map_or(0, |id| id.0);
        let sealed = Sealed { numbers: [id, entry.entity.0, i64::from(period.0), tx.now(), kind, of], body: &body };
        let seal = self.sealer().seal(&sealed);
        store::append(tx, &sealed, seal);
    }

    /// Freezes a personal account: what is on it can be added to, not taken.
    pub fn freeze(&self, tx: &mut Tx<'_>, entity: Entity, person: PersonId) -> Result<(), Error> {
        set_frozen(tx, entity, person, 1)?;
        tx.event(Event { person: Some(person), object: entity.to_string(), ..Event::of(&crate::FROZEN) });
        Ok(())
    }

    /// Opens a frozen personal account.
    pub fn unfreeze(&self, tx: &mut Tx<'_>, entity: Entity, person: PersonId) -> Result<(), Error> {
        set_frozen(tx, entity, person, 0)?;
        tx.event(Event { person: Some(person), object: entity.to_string(), ..Event::of(&crate::UNFROZEN) });
        Ok(())
    }
}

fn set_frozen(tx: &mut Tx<'_>, entity: Entity, person: PersonId, frozen: i64) -> Result<(), Fault> {
    accounts::set_frozen(tx, &Owned { person: person.0, entity, code: Code::Personal }, frozen)
}

fn own_kind(entry: &Entry<'_>) -> Result<(), Error> {
    if entry.kind.of_the_ledger() {
        return Err(Fault::broken(format!("a {} is posted by its own verb", entry.kind.text())).into());
    }
    Ok(())
}

/// Refuses what no books can hold.
fn sound(wanted: &Wanted<'_>) -> Result<(), Error> {
    let Wanted { entry, held, .. } = wanted;
    balanced(entry.lines)?;
    if entry.refs.msgid.len() > NOTE_MAX || entry.refs.note.len() > NOTE_MAX {
        return Err(Refusal::AmountInvalid.at("refs").with("at most 512 bytes of note and message number"));
    }
    let touches_held = entry.lines.iter().any(|line| line.account.code == Code::PersonalHeld);
    if *held == Held::Closed && touches_held {
        return Err(Refusal::AccountUnknown.at("lines").with("2302 moves by reservations only"));
    }
    Ok(())
}

/// Adds an entry's net effect on each guarded account.
fn gather(guarded: &mut Vec<Guarded>, wanted: &Wanted<'_>, id: i64) -> Result<(), Error> {
    let entry = &wanted.entry;
    for line in entry.lines.iter().filter(|line| line.account.code.guarded()) {
        let owned = Owned { person: line.account.party, entity: entry.entity, code: line.account.code };
        let change = match line.side {
            Side::Credit => line.amount,
            Side::Debit => line.amount.mirrored().ok_or_else(too_large)?,
        };
        match guarded.iter_mut().find(|one| one.id == id && one.owned == owned) {
            Some(one) => one.net = one.net.plus(change).ok_or_else(too_large)?,
            None => guarded.push(Guarded { owned, net: change, id, kind: entry.kind }),
        }
    }
    Ok(())
}

/// Moves a guarded account, or says why it cannot be moved.
fn settle(tx: &mut Tx<'_>, one: &Guarded) -> Result<(), Error> {
    if one.net == Fen::ZERO {
        return Ok(());
    }
    if one.net > Fen::ZERO {
        accounts::credit(tx, &one.owned, one.net)?;
    } else {
        let amount = one.net.mirrored().ok_or_else(too_large)?;
        if !accounts::debit(tx, &one.owned, amount)? {
            let frozen = accounts::balance(tx, &one.owned)?.is_some_and(|(_, frozen)| frozen);
            let refusal = if frozen { Refusal::AccountFrozen } else { Refusal::AccountInsufficient };
            return Err(refusal.error().with(one.owned.code.text()));
        }
    }
    accounts::moved(tx, &one.owned, one.id, one.kind.number(), one.net);
    Ok(())
}
