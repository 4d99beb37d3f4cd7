//! Step 13 and its way back: accumulators after a settlement, and a reversal that
//! subtracts the stored delta and never works anything out again.

use crate::amount::{minus, plus};
use crate::{Accumulators, Delta, Encounter, Outcome, Person, Ready, Refusal};
use kernel::{Error, Fen};

impl Accumulators {
    /// What they are after a settlement; the version grows by one.
    pub fn after(&self, delta: &Delta) -> Result<Self, Error> {
        self.moved(delta, plus, i64::checked_add)
    }

    fn moved(
        &self,
        delta: &Delta,
        by: fn(Fen, Fen) -> Result<Fen, Error>,
        count: fn(i64, i64) -> Option<i64>,
    ) -> Result<Self, Error> {
        let mut to = self.clone();
        to.version = self.version.checked_add(1).ok_or_else(|| Refusal::AccumulatorsOutOfRange.at("version"))?;
        to.admissions = count(self.admissions, delta.admissions).ok_or_else(|| Refusal::NotCountedHere.error())?;
        let pool = delta.pool.index();
        let tables =
            [(&mut to.dedc_used, delta.dedc_used), (&mut to.inscp, delta.inscp), (&mut to.pool_paid, delta.pool_paid)];
        for (table, change) in tables {
            if let Some(value) = table.get_mut(pool) {
                *value = by(*value, change)?;
            }
        }
        let single = [
            (&mut to.hifob_paid, delta.hifob_paid),
            (&mut to.mi_base, delta.mi_base),
            (&mut to.mi_paid, delta.mi_paid),
            (&mut to.maf_base, delta.maf_base),
            (&mut to.maf_paid, delta.maf_paid),
            (&mut to.cvl_paid, delta.cvl_paid),
            (&mut to.acct_balance, delta.acct_balance),
            (&mut to.acct_current_year, delta.acct_current_year),
        ];
        for (value, change) in single {
            *value = by(*value, change)?;
        }
        for (owner, change) in &delta.mutual {
            if let Some((_, value)) = to.mutual.iter_mut().find(|(held, _)| held == owner) {
                *value = by(*value, *change)?;
            } else {
                to.mutual.push((owner.clone(), by(Fen::ZERO, *change)?));
            }
        }
        to.hold()
    }

    /// Refuses what cannot be: something below nothing.
    fn hold(self) -> Result<Self, Error> {
        let tables = [self.dedc_used, self.inscp, self.pool_paid];
        let single = [
            self.hifob_paid,
            self.mi_base,
            self.mi_paid,
            self.maf_base,
            self.maf_paid,
            self.cvl_paid,
            self.acct_balance,
            self.acct_current_year,
        ];
        let below = |amount: &Fen| *amount < Fen::ZERO;
        let broken = self.admissions < 0
            || tables.iter().flatten().any(below)
            || single.iter().any(below)
            || self.mutual.iter().any(|(_, balance)| below(balance));
        if broken { Err(Refusal::NotCountedHere.error()) } else { Ok(self) }
    }
}

/// Takes a settlement's delta back: all but the version is as it was (I8) when
/// nothing was settled in between.
pub fn reverse(now: &Accumulators, delta: &Delta) -> Result<Accumulators, Error> {
    now.moved(delta, minus, i64::checked_sub)
}

/// A partial refund: the whole settlement is taken back, what remains is settled
/// anew. Answers the accumulators after the refund and the new split of the rest,
/// which is not yet counted in them.
pub fn partial_refund(
    ready: &Ready,
    person: &Person,
    now: &Accumulators,
    refunded: &Delta,
    rest: &Encounter,
) -> Result<(Accumulators, Outcome), Error> {
    let back = reverse(now, refunded)?;
    let outcome = ready.settle(person, &back, rest)?;
    Ok((back, outcome))
}
