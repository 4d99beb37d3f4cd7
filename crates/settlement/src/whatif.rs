//! What would have been under another plan: every settlement of some days is worked
//! out again, each person's in their order with the sums that the new plan would have
//! left, and the difference is told by group (`yima plan whatif`).
//!
//! People are parted among threads by their numbers; each thread reads its part in
//! order and keeps one person's years at a time.

use crate::rules::stored::Stored;
use crate::store::settled;
use ::store::Db;
use adjudication::{Accumulators, Outcome, Ready};
use kernel::{Error, Fault, Fen};
use serde::Serialize;
use std::collections::BTreeMap;

/// What to try.
#[derive(Debug)]
pub struct Wish {
    /// The plan.
    pub plan: Ready,
    /// From this instant, microseconds UTC.
    pub from_at: i64,
    /// Before this instant.
    pub until_at: i64,
    /// Threads, 1 to 16.
    pub threads: u16,
}

/// What a group would have got and paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Effect {
    /// Settlements.
    pub settlements: u64,
    /// What funds paid, fen.
    pub fund_before: i64,
    /// What they would have paid.
    pub fund_after: i64,
    /// What households paid in cash and from accounts, fen.
    pub household_before: i64,
    /// What they would have paid.
    pub household_after: i64,
}

impl Effect {
    fn count(&mut self, before: (i64, i64), after: (i64, i64)) {
        self.settlements = self.settlements.saturating_add(1);
        self.fund_before = self.fund_before.saturating_add(before.0);
        self.household_before = self.household_before.saturating_add(before.1);
        self.fund_after = self.fund_after.saturating_add(after.0);
        self.household_after = self.household_after.saturating_add(after.1);
    }

    fn join(&mut self, other: &Self) {
        self.settlements = self.settlements.saturating_add(other.settlements);
        self.fund_before = self.fund_before.saturating_add(other.fund_before);
        self.household_before = self.household_before.saturating_add(other.household_before);
        self.fund_after = self.fund_after.saturating_add(other.fund_after);
        self.household_after = self.household_after.saturating_add(other.household_after);
    }
}

/// The difference a plan would have made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Told {
    /// Settlements worked out again.
    pub settlements: u64,
    /// People they are of.
    pub people: u64,
    /// People who would have paid less.
    pub people_better: u64,
    /// People who would have paid more.
    pub people_worse: u64,
    /// Settlements that the new plan has no answer to; left as they were.
    pub unanswered: u64,
    /// What funds paid, fen.
    pub fund_before: i64,
    /// What they would have paid.
    pub fund_after: i64,
    /// What households paid, fen.
    pub household_before: i64,
    /// What they would have paid.
    pub household_after: i64,
    /// By group: active or retired, age by tens, kind of pool, aid class.
    pub groups: BTreeMap<String, Effect>,
}

impl Told {
    fn join(&mut self, other: &Self) {
        self.settlements = self.settlements.saturating_add(other.settlements);
        self.people = self.people.saturating_add(other.people);
        self.people_better = self.people_better.saturating_add(other.people_better);
        self.people_worse = self.people_worse.saturating_add(other.people_worse);
        self.unanswered = self.unanswered.saturating_add(other.unanswered);
        self.fund_before = self.fund_before.saturating_add(other.fund_before);
        self.fund_after = self.fund_after.saturating_add(other.fund_after);
        self.household_before = self.household_before.saturating_add(other.household_before);
        self.household_after = self.household_after.saturating_add(other.household_after);
        for (group, effect) in &other.groups {
            self.groups.entry(group.clone()).or_default().join(effect);
        }
    }
}

/// Rows read by one statement.
const ROWS_MAX: i64 = 20_000;

/// Tries a plan on the past.
pub fn run(db: &Db, wish: &Wish) -> Result<Told, Error> {
    let Some((first, last)) = db.read_now(|sql| Ok(settled::span(sql)?))? else { return Ok(Told::default()) };
    let threads = i64::from(wish.threads.clamp(1, 16));
    let width = last.saturating_sub(first).checked_div(threads).unwrap_or(0).saturating_add(1);
    let parts = (0..threads).map(|at| {
        let from = first.saturating_add(width.saturating_mul(at));
        (from, from.saturating_add(width).saturating_sub(1).min(last))
    });
    let mut told = Told::default();
    std::thread::scope(|scope| {
        let running: Vec<_> = parts.map(|part| scope.spawn(move || range(db, wish, part))).collect();
        for thread in running {
            let part = thread.join().unwrap_or_else(|_panic| Err(Fault::broken("trying a plan").into()))?;
            told.join(&part);
        }
        Ok(told)
    })
}

/// One thread's walk.
struct Walk<'a> {
    wish: &'a Wish,
    told: Told,
    stored: Stored,
    outcome: Outcome,
    person: i64,
    /// What the person would have paid more, fen; below nothing for less.
    worse: i64,
    counted: bool,
    /// The years as the new plan would have left them: insured type and sums.
    years: Vec<(String, Accumulators)>,
    /// What undone settlements would have changed, to be taken back.
    live: Vec<(i64, adjudication::Delta)>,
    names: Names,
}

/// The effects of groups by small numbers: names are made at the end.
#[derive(Default)]
struct Names {
    by_key: BTreeMap<(bool, u8, u8, u8), Effect>,
}

impl Names {
    fn told(&self) -> BTreeMap<String, Effect> {
        let mut all: BTreeMap<String, Effect> = BTreeMap::new();
        for ((retired, tens, pool, aid), effect) in &self.by_key {
            let pool = adjudication::Pool::at(*pool).map_or("", adjudication::Pool::code);
            let aid =
                aid.checked_sub(1).and_then(adjudication::AidClass::at).map_or("none", adjudication::AidClass::code);
            let age = u16::from(*tens).saturating_mul(10);
            for group in [
                (if *retired { "retired" } else { "not retired" }).to_owned(),
                format!("age {age}-{}", age.saturating_add(9)),
                format!("pool {pool}"),
                format!("aid {aid}"),
            ] {
                all.entry(group).or_default().join(effect);
            }
        }
        all
    }
}

fn range(db: &Db, wish: &Wish, part: (i64, i64)) -> Result<Told, Error> {
    let mut walk = Walk {
        wish,
        told: Told::default(),
        stored: Stored::empty(),
        outcome: Outcome::default(),
        person: i64::MIN,
        worse: 0,
        counted: false,
        years: Vec::new(),
        live: Vec::new(),
        names: Names::default(),
    };
    let mut behind = (part.0.saturating_sub(1), i64::MAX);
    loop {
        let (from, last) = (behind, part.1);
        // The walk goes into the closure and comes back: a reader may be a thread.
        let (back, read, at) = read_some(db, walk, from, last)?;
        walk = back;
        behind = at;
        if read < ROWS_MAX {
            walk.leave_person();
            walk.told.groups = walk.names.told();
            return Ok(walk.told);
        }
    }
}

type Read<'a> = (Walk<'a>, i64, (i64, i64));

fn read_some<'a>(db: &Db, mut walk: Walk<'a>, behind: (i64, i64), last: i64) -> Result<Read<'a>, Error> {
    let mut rows = Vec::new();
    let mut at = behind;
    let found = db.read_now(move |sql| {
        let mut found = Vec::with_capacity(1024);
        settled::scan(sql, behind, last, ROWS_MAX, &mut |row| {
            found.push(Past {
                person: row.i64(0)?,
                id: row.i64(1)?,
                kind: row.i64(2)?,
                of: row.i64(3)?,
                at: row.i64(5)?,
                fund: row.i64(6)?,
                insutype: row.text(8)?.to_owned(),
                body: row.bytes(10)?.to_vec(),
            });
            Ok(())
        })?;
        Ok(found)
    })?;
    rows.extend(found);
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    for row in rows {
        at = (row.person, row.id);
        walk.take(&row)?;
    }
    Ok((walk, count, at))
}

/// A row of the past.
struct Past {
    person: i64,
    id: i64,
    kind: i64,
    of: i64,
    at: i64,
    fund: i64,
    insutype: String,
    body: Vec<u8>,
}

impl Walk<'_> {
    fn leave_person(&mut self) {
        if self.counted {
            self.told.people = self.told.people.saturating_add(1);
            self.told.people_better = self.told.people_better.saturating_add(u64::from(self.worse < 0));
            self.told.people_worse = self.told.people_worse.saturating_add(u64::from(self.worse > 0));
        }
        self.worse = 0;
        self.counted = false;
        self.years.clear();
        self.live.clear();
    }

    fn take(&mut self, row: &Past) -> Result<(), Error> {
        if row.person != self.person {
            self.leave_person();
            self.person = row.person;
        }
        let plan = self.wish.plan.plan();
        if row.insutype != plan.insutype {
            return Ok(());
        }
        match row.kind {
            1 => self.again(row),
            2 | 3 => self.undone(row),
            _ => Ok(()),
        }
    }

    /// Works a settlement out again. Before the first day asked about, the sums are
    /// those that were.
    fn again(&mut self, row: &Past) -> Result<(), Error> {
        self.stored.unpack(&row.body)?;
        if row.at < self.wish.from_at || row.at >= self.wish.until_at {
            return Ok(());
        }
        let before = &mut self.stored.before;
        if let Some((_, sums)) = self.years.iter().find(|(of, sums)| *of == row.insutype && sums.year == before.year) {
            carry(before, sums);
        }
        let done = self.wish.plan.settle_into(&self.stored.person, before, &self.stored.encounter, &mut self.outcome);
        if let Err(error) = done {
            let Error::Refused(_) = error else { return Err(error) };
            self.told.unanswered = self.told.unanswered.saturating_add(1);
            return Ok(());
        }
        let after = before.after(&self.outcome.delta)?;
        match self.years.iter_mut().find(|(of, sums)| *of == row.insutype && sums.year == after.year) {
            Some((_, sums)) => *sums = after,
            None => self.years.push((row.insutype.clone(), after)),
        }
        self.live.push((row.id, self.outcome.delta.clone()));
        self.count(row, 1);
        Ok(())
    }

    /// A settlement that was undone: taken out again.
    fn undone(&mut self, row: &Past) -> Result<(), Error> {
        let Some(at) = self.live.iter().position(|(id, _)| *id == row.of) else { return Ok(()) };
        let (_, delta) = self.live.swap_remove(at);
        self.stored.unpack(&row.body)?;
        let year = self.stored.before.year;
        if let Some((_, sums)) = self.years.iter_mut().find(|(of, sums)| *of == row.insutype && sums.year == year)
            && let Ok(back) = adjudication::reverse(sums, &delta)
        {
            *sums = back;
        }
        let before = &self.stored.before;
        let again = self.wish.plan.settle_into(&self.stored.person, before, &self.stored.encounter, &mut self.outcome);
        if again.is_ok() {
            self.outcome.fund_pay_sumamt = funds(&delta);
            self.count(row, -1);
        }
        Ok(())
    }

    fn count(&mut self, row: &Past, sign: i64) {
        let person = &self.stored.person;
        let fee = self.outcome.medfee_sumamt.0.saturating_sub(self.outcome.hosp_part_amt.0).saturating_mul(sign);
        let fund_after = self.outcome.fund_pay_sumamt.0.saturating_mul(sign);
        let before = (row.fund, fee.saturating_sub(row.fund));
        let after = (fund_after, fee.saturating_sub(fund_after));
        let mut effect = Effect::default();
        effect.count(before, after);
        if sign < 0 {
            effect.settlements = 0;
            self.told.settlements = self.told.settlements.saturating_sub(1);
        } else {
            self.told.settlements = self.told.settlements.saturating_add(1);
        }
        self.counted = true;
        self.worse = self.worse.saturating_add(after.1.saturating_sub(before.1));
        self.told.fund_before = self.told.fund_before.saturating_add(before.0);
        self.told.fund_after = self.told.fund_after.saturating_add(after.0);
        self.told.household_before = self.told.household_before.saturating_add(before.1);
        self.told.household_after = self.told.household_after.saturating_add(after.1);
        let key = (
            person.retired,
            person.age.checked_div(10).unwrap_or(0),
            u8::try_from(self.outcome.delta.pool.index()).unwrap_or(0),
            person.aid_class.map_or(0, |class| u8::try_from(class.index()).unwrap_or(0).saturating_add(1)),
        );
        self.names.by_key.entry(key).or_default().join(&effect);
    }
}

/// What funds paid, by a delta.
fn funds(delta: &adjudication::Delta) -> Fen {
    let parts = [delta.pool_paid, delta.hifob_paid, delta.mi_paid, delta.cvl_paid, delta.maf_paid];
    parts.iter().fold(Fen::ZERO, |sum, part| Fen(sum.0.saturating_add(part.0)))
}

/// The sums that the new plan would have left, with the accounts that were.
fn carry(before: &mut Accumulators, sums: &Accumulators) {
    before.admissions = sums.admissions;
    before.dedc_used = sums.dedc_used;
    before.inscp = sums.inscp;
    before.pool_paid = sums.pool_paid;
    before.hifob_paid = sums.hifob_paid;
    before.mi_base = sums.mi_base;
    before.mi_paid = sums.mi_paid;
    before.maf_base = sums.maf_base;
    before.maf_paid = sums.maf_paid;
    before.cvl_paid = sums.cvl_paid;
}
