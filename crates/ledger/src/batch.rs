//! Many transfers from a file: checked line by line, packed a hundred into an entry,
//! each posted once by its reference, however often the file is sent.

use crate::post::{Held, Ledger, Wanted};
use crate::rules::account::{Account, Entity};
use crate::rules::entry::{Entry, Line, NOTE_MAX, Refs, balanced};
use crate::rules::fold::too_large;
use crate::rules::kind::EntryKind;
use crate::rules::period::Period;
use crate::store::accounts::{self, Owned, signed};
use crate::store::transfers::{self, Reference};
use crate::{Code, Refusal};
use ::store::{Sql as _, Tx};
use kernel::{Error, Fault, Fen, JournalId};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Transfers written in one transaction.
pub const CHUNK_MAX: usize = 4_096;
/// Transfers packed into one entry.
const PACKED_MAX: usize = 128;

/// A transfer read from a line and checked as far as a line alone can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    debit: Account,
    credit: Account,
    amount: Fen,
    reference: Reference,
    digest: i64,
}

/// What became of a transfer.
#[derive(Debug)]
pub enum Outcome {
    /// Posted now, in this entry.
    Posted(JournalId),
    /// Posted by an earlier run.
    Known(JournalId),
    /// Not posted.
    Refused(Error),
}

/// A line of JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonLine {
    debit: String,
    credit: String,
    fen: i64,
    reference: String,
}

impl Transfer {
    /// A transfer in an entity's books: out of the account that is credited when it is
    /// an asset, and so on; `reference` names it for ever.
    pub fn new(entity: Entity, debit: Account, credit: Account, amount: Fen, reference: &str) -> Result<Self, Error> {
        if reference.is_empty() || reference.len() > NOTE_MAX {
            return Err(Refusal::AmountInvalid.at("reference").with("1 to 512 bytes"));
        }
        balanced(&[Line::debit(debit, amount), Line::credit(credit, amount)])?;
        if debit.code == Code::PersonalHeld || credit.code == Code::PersonalHeld {
            return Err(Refusal::AccountUnknown.at("lines").with("2302 moves by reservations only"));
        }
        let mut hash = Sha256::new();
        hash.update(entity.0.to_le_bytes());
        hash.update(reference.as_bytes());
        let full: [u8; 32] = hash.finalize().into();
        let mut key = Reference::default();
        key.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        let mut hash = Sha256::new();
        for account in [debit, credit] {
            hash.update(account.code.number().to_le_bytes());
            hash.update(account.fund.to_le_bytes());
            hash.update(account.party.to_le_bytes());
        }
        hash.update(amount.0.to_le_bytes());
        let full: [u8; 32] = hash.finalize().into();
        let digest = full.iter().take(8).fold(0u64, |all, byte| (all << 8) | u64::from(*byte)).cast_signed();
        Ok(Self { debit, credit, amount, reference: key, digest })
    }

    /// Reads a line: JSON, or `debit,credit,fen,reference` without quotes.
    pub fn from_line(entity: Entity, line: &str) -> Result<Self, Error> {
        let unreadable = |what: &str| Refusal::AccountUnknown.at(what.to_owned());
        let (debit, credit, fen, reference) = if line.starts_with('{') {
            let read: JsonLine = serde_json::from_str(line)
                .map_err(|error| Refusal::AmountInvalid.at("line").with(error.to_string()))?;
            (read.debit, read.credit, read.fen, read.reference)
        } else {
            let mut parts = line.splitn(4, ',').map(str::trim);
            let mut part = |what: &str| parts.next().map(str::to_owned).ok_or_else(|| Refusal::AmountInvalid.at(what));
            let (debit, credit, fen) = (part("debit")?, part("credit")?, part("fen")?);
            let fen = fen.parse().map_err(|_bad| Refusal::AmountInvalid.at("fen").with("whole fen in digits"))?;
            (debit, credit, fen, part("reference")?)
        };
        let debit = Account::from_text(&debit).ok_or_else(|| unreadable("debit"))?;
        let credit = Account::from_text(&credit).ok_or_else(|| unreadable("credit"))?;
        Self::new(entity, debit, credit, Fen(fen), &reference)
    }

    fn lines(&self) -> [Line; 2] {
        [Line::debit(self.debit, self.amount), Line::credit(self.credit, self.amount)]
    }
}

/// An entry being packed, and what it does to guarded accounts.
#[derive(Default)]
struct Packing {
    id: Option<i64>,
    lines: Vec<Line>,
    moved: BTreeMap<Owned, Fen>,
}

/// One chunk on its way into the journal.
struct Chunk<'a> {
    ledger: &'a Ledger,
    entity: Entity,
    period: Period,
    packing: Packing,
    /// Credits of guarded accounts that wait to be written together.
    credits: BTreeMap<Owned, Fen>,
    /// References that wait, with their entry and digest.
    kept: Vec<(Reference, JournalId, i64)>,
}

impl Ledger {
    /// Posts transfers, at most [`CHUNK_MAX`] at once, in one transaction; answers in
    /// their order. One that is refused does not hold up the others. Blocking.
    pub fn post_transfers(
        &self,
        entity: Entity,
        period: Option<Period>,
        transfers: Vec<Transfer>,
    ) -> Result<Vec<Outcome>, Error> {
        if transfers.len() > CHUNK_MAX {
            return Err(Refusal::AmountInvalid.at("transfers").with("at most 4096 at once"));
        }
        let ledger = self.clone();
        self.db().write_now(0, move |tx| {
            let period = ledger.checked_period(entity, period, tx.now())?;
            let (packing, credits, kept) = (Packing::default(), BTreeMap::new(), Vec::new());
            let mut chunk = Chunk { ledger: &ledger, entity, period, packing, credits, kept };
            chunk.post(tx, &transfers)
        })
    }
}

impl Chunk<'_> {
    fn post(&mut self, tx: &mut Tx<'_>, all: &[Transfer]) -> Result<Vec<Outcome>, Error> {
        // In the order of the keys, here and below: neighbours lie on the same page.
        let mut references: Vec<Reference> = all.iter().map(|one| one.reference).collect();
        references.sort_unstable();
        let mut known = transfers::known(tx, self.ledger.db().engine(), &references)?;
        let mut outcomes = Vec::with_capacity(all.len());
        for one in all {
            let outcome = match known.get(&one.reference) {
                Some((id, digest)) if *digest == one.digest => Outcome::Known(JournalId(*id)),
                Some(_) => Outcome::Refused(Refusal::ReferenceReused.at("reference")),
                None => self.first(tx, one)?,
            };
            if let Outcome::Posted(id) = &outcome {
                known.insert(one.reference, (id.0, one.digest));
            }
            outcomes.push(outcome);
        }
        self.seal(tx);
        for (owned, amount) in std::mem::take(&mut self.credits) {
            accounts::credit_later(tx, &owned, amount);
        }
        self.kept.sort_unstable();
        for (reference, id, digest) in self.kept.drain(..) {
            transfers::keep(tx, &reference, id, digest);
        }
        Ok(outcomes)
    }

    /// A transfer that did not come before.
    fn first(&mut self, tx: &mut Tx<'_>, one: &Transfer) -> Result<Outcome, Error> {
        if let Some(refusal) = self.guard(tx, one)? {
            return Ok(Outcome::Refused(refusal));
        }
        let id = self.pack(tx, one)?;
        self.kept.push((one.reference, id, one.digest));
        Ok(Outcome::Posted(id))
    }

    /// Takes from a guarded account now; what is added waits for the others.
    fn guard(&mut self, tx: &mut Tx<'_>, one: &Transfer) -> Result<Option<Error>, Error> {
        if one.debit == one.credit {
            return Ok(Some(Refusal::AccountUnknown.at("credit").with("the same account on both sides")));
        }
        if one.debit.code.guarded() {
            let owned = self.owned(one.debit);
            if let Some(waiting) = self.credits.remove(&owned) {
                accounts::credit(tx, &owned, waiting)?;
            }
            if !accounts::debit(tx, &owned, one.amount)? {
                let frozen = accounts::balance(tx, &owned)?.is_some_and(|(_, frozen)| frozen);
                let refusal = if frozen { Refusal::AccountFrozen } else { Refusal::AccountInsufficient };
                return Ok(Some(refusal.at("debit")));
            }
        }
        if one.credit.code.guarded() {
            let waiting = self.credits.entry(self.owned(one.credit)).or_default();
            *waiting = waiting.plus(one.amount).ok_or_else(too_large)?;
        }
        Ok(None)
    }

    fn owned(&self, account: Account) -> Owned {
        Owned { person: account.party, entity: self.entity, code: account.code }
    }

    fn pack(&mut self, tx: &mut Tx<'_>, one: &Transfer) -> Result<JournalId, Fault> {
        if self.packing.lines.len() >= PACKED_MAX.saturating_mul(2) {
            self.seal(tx);
        }
        let now = tx.now();
        let id = *self.packing.id.get_or_insert_with(|| self.ledger.mint(now));
        for line in one.lines() {
            if line.account.code.guarded() {
                let owned = self.owned(line.account);
                let moved = self.packing.moved.entry(owned).or_default();
                *moved = moved.plus(signed(&line)).ok_or_else(too_large)?;
            }
            self.packing.lines.push(line);
        }
        Ok(JournalId(id))
    }

    /// Writes the entry that was packed.
    fn seal(&mut self, tx: &mut Tx<'_>) {
        let packed = std::mem::take(&mut self.packing);
        let Some(id) = packed.id else { return };
        let (kind, refs) = (EntryKind::Batch, Refs::default());
        let entry = Entry { entity: self.entity, kind, period: Some(self.period), refs, lines: &packed.lines };
        self.ledger.write(tx, &Wanted { entry, of: None, held: Held::Closed }, id, self.period);
        for (owned, amount) in packed.moved.iter().filter(|(_, amount)| **amount != Fen::ZERO) {
            accounts::moved(tx, owned, id, kind.number(), *amount);
        }
    }
}
