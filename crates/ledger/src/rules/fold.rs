//! Folding postings into totals by account and month, and totals into a trial
//! balance.

use crate::rules::account::{Account, Code, Entity};
use crate::rules::entry::{Line, Side};
use crate::rules::period::Period;
use kernel::{Fault, Fen};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Debits, credits and how many lines they came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// All debits.
    pub debit: Fen,
    /// All credits.
    pub credit: Fen,
    /// Lines.
    pub lines: i64,
}

/// The fault of sums beyond 64 bits.
pub fn too_large() -> Fault {
    Fault::broken("a sum of postings is beyond 64 bits")
}

impl Sums {
    /// Adds one line.
    pub fn add(&mut self, line: &Line) -> Result<(), Fault> {
        let sum = match line.side {
            Side::Debit => &mut self.debit,
            Side::Credit => &mut self.credit,
        };
        *sum = sum.plus(line.amount).ok_or_else(too_large)?;
        self.lines = self.lines.checked_add(1).ok_or_else(too_large)?;
        Ok(())
    }

    /// Adds other sums.
    pub fn merge(&mut self, other: &Self) -> Result<(), Fault> {
        self.debit = self.debit.plus(other.debit).ok_or_else(too_large)?;
        self.credit = self.credit.plus(other.credit).ok_or_else(too_large)?;
        self.lines = self.lines.checked_add(other.lines).ok_or_else(too_large)?;
        Ok(())
    }

    /// Debits less credits.
    pub fn net(&self) -> Result<Fen, Fault> {
        self.debit.minus(self.credit).ok_or_else(too_large)
    }
}

/// What totals are kept by; persons are summed into one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Whose books.
    pub entity: Entity,
    /// Which month.
    pub period: Period,
    /// Which account, see [`Account::summed`].
    pub account: Account,
}

/// Totals by key.
pub type Totals = BTreeMap<Key, Sums>;

/// Adds a line of an entry to totals.
pub fn add(totals: &mut Totals, entity: Entity, period: Period, line: &Line) -> Result<(), Fault> {
    totals.entry(Key { entity, period, account: line.account.summed() }).or_default().add(line)
}

/// Adds totals to totals.
pub fn merge(into: &mut Totals, from: &Totals) -> Result<(), Fault> {
    from.iter().try_for_each(|(key, sums)| into.entry(*key).or_default().merge(sums))
}

/// One account of a trial balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialLine {
    /// The account.
    pub account: Account,
    /// Debits less credits before the period.
    pub opening: Fen,
    /// The period's debits and credits.
    pub moved: Sums,
    /// Debits less credits at its end.
    pub closing: Fen,
}

/// An entity's accounts at the end of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Whose.
    pub entity: Entity,
    /// Which period.
    pub period: Period,
    /// In order of the chart.
    pub lines: Vec<TrialLine>,
    /// The period's debits and credits over all accounts; they are equal.
    pub moved: Sums,
    /// Sum of closing debit balances.
    pub debit: Fen,
    /// Sum of closing credit balances; equal to the other.
    pub credit: Fen,
}

impl Trial {
    /// Makes one from the entity's totals of the period and before.
    pub fn of(entity: Entity, period: Period, totals: &Totals) -> Result<Self, Fault> {
        let mut accounts: BTreeMap<Account, (Sums, Sums)> = BTreeMap::new();
        let own = totals.iter().filter(|(key, _)| key.entity == entity && key.period <= period);
        for (key, sums) in own {
            let (before, within) = accounts.entry(key.account).or_default();
            if key.period < period { before.merge(sums)? } else { within.merge(sums)? }
        }
        let mut trial =
            Self { entity, period, lines: Vec::new(), moved: Sums::default(), debit: Fen::ZERO, credit: Fen::ZERO };
        for (account, (before, within)) in accounts {
            let opening = before.net()?;
            let closing = opening.plus(within.net()?).ok_or_else(too_large)?;
            trial.moved.merge(&within)?;
            if closing >= Fen::ZERO {
                trial.debit = trial.debit.plus(closing).ok_or_else(too_large)?;
            } else {
                trial.credit = trial.credit.minus(closing).ok_or_else(too_large)?;
            }
            trial.lines.push(TrialLine { account, opening, moved: within, closing });
        }
        Ok(trial)
    }

    /// What debits have more than credits: zero, or the books are broken.
    pub fn difference(&self) -> Fen {
        self.debit.minus(self.credit).unwrap_or(Fen(i64::MAX))
    }

    /// SHA-256 over the closing balances and the period's movements.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.entity.0.to_le_bytes());
        hash.update(self.period.0.to_le_bytes());
        for line in &self.lines {
            hash.update(line.account.code.number().to_le_bytes());
            hash.update(line.account.fund.to_le_bytes());
            hash.update(line.account.party.to_le_bytes());
            for amount in [line.opening, line.moved.debit, line.moved.credit, line.closing] {
                hash.update(amount.0.to_le_bytes());
            }
        }
        hash.finalize().into()
    }
}

/// A balance as its account shows it: what it holds is above zero on the side on
/// which the account grows.
pub fn shown(code: Code, net: Fen) -> Fen {
    if code.kind().by_debit() { net } else { net.mirrored().unwrap_or(net) }
}
