//! Random traces against a small model: the books are the model's after every step,
//! the same on both databases, and the check finds nothing.

use crate::books::{AGENCY, Books, FUND, HOSPITAL, block, charge, now, open, settle};
use kernel::time::MINUTE;
use kernel::{Fen, JournalId, PersonId};
use ledger::{
    Account, CAPABILITY, Entry, EntryKind, Line, Lines, Period, Refs, Reserve, ReserveId, Trial, check, personal,
};
use proptest::prelude::*;
use std::sync::Arc;
use testkit::{Bench, postgres, sqlite};

#[derive(Debug, Clone)]
enum Step {
    Charge(usize, i64),
    Settle(usize, i64, i64),
    Hold(usize, i64, i64),
    Capture(usize, i64),
    Release(usize),
    Reverse(usize),
    Part(usize, i64),
    Freeze(usize, bool),
    Wait(i64),
    Expire,
    Fold,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let person = 0..3usize;
    let one = prop_oneof![
        3 => (person.clone(), 1..2_000i64).prop_map(|(p, a)| Step::Charge(p, a)),
        5 => (person.clone(), 1..900i64, 0..900i64).prop_map(|(p, f, o)| Step::Settle(p, f, o)),
        3 => (person.clone(), 1..800i64, 1..30i64).prop_map(|(p, a, m)| Step::Hold(p, a, m)),
        2 => (0..8usize, 1..800i64).prop_map(|(h, a)| Step::Capture(h, a)),
        1 => (0..8usize).prop_map(Step::Release),
        2 => (0..12usize).prop_map(Step::Reverse),
        2 => (0..12usize, 1..600i64).prop_map(|(s, a)| Step::Part(s, a)),
        1 => (person, any::<bool>()).prop_map(|(p, f)| Step::Freeze(p, f)),
        1 => (1..20i64).prop_map(Step::Wait),
        1 => Just(Step::Expire),
        1 => Just(Step::Fold),
    ];
    prop::collection::vec(one, 1..40)
}

/// The reference: what each step must do, in the plainest words.
#[derive(Default)]
struct Model {
    balance: [i64; 3],
    frozen: [bool; 3],
    /// Person, amount, expires in minutes, open.
    holds: Vec<(usize, i64, i64, bool)>,
    /// Person, what is left of the fund's and of the own part.
    settled: Vec<(usize, i64, i64)>,
    minutes: i64,
    fund: i64,
}

impl Model {
    fn step(&mut self, step: &Step) -> bool {
        match *step {
            Step::Charge(p, a) => self.balance[p] += a,
            Step::Settle(p, f, o) => {
                if o > 0 && (self.frozen[p] || self.balance[p] < o) {
                    return false;
                }
                self.balance[p] -= o;
                self.fund += f;
                self.settled.push((p, f, o));
            }
            Step::Hold(p, a, m) => {
                if self.frozen[p] || self.balance[p] < a {
                    return false;
                }
                self.balance[p] -= a;
                self.holds.push((p, a, self.minutes + m, true));
            }
            Step::Capture(h, a) => match self.holds.get_mut(h) {
                Some((p, held, until, open)) if *open && self.minutes < *until && a <= *held => {
                    self.balance[*p] += *held - a;
                    *open = false;
                }
                _ => return false,
            },
            Step::Release(h) => match self.holds.get_mut(h) {
                Some((p, held, _, open)) if *open => {
                    self.balance[*p] += *held;
                    *open = false;
                }
                _ => return false,
            },
            Step::Reverse(s) => match self.settled.get_mut(s) {
                Some((p, f, o)) if *f + *o > 0 => {
                    self.balance[*p] += *o;
                    self.fund -= *f;
                    (*f, *o) = (0, 0);
                }
                _ => return false,
            },
            Step::Part(s, a) => match self.settled.get_mut(s) {
                Some((_, f, _)) if a <= *f => {
                    self.fund -= a;
                    *f -= a;
                }
                _ => return false,
            },
            Step::Freeze(p, frozen) => self.frozen[p] = frozen,
            Step::Wait(m) => self.minutes += m,
            Step::Expire => {
                for (p, held, until, open) in &mut self.holds {
                    if *open && self.minutes >= *until {
                        self.balance[*p] += *held;
                        *open = false;
                    }
                }
            }
            Step::Fold => {}
        }
        true
    }

    fn held(&self, person: usize) -> i64 {
        self.holds.iter().filter(|(p, _, _, open)| *p == person && *open).map(|(_, held, _, _)| held).sum()
    }
}

fn person(at: usize) -> PersonId {
    PersonId(70 + i64::try_from(at).unwrap())
}

/// The real thing, with the ids of what it did.
struct Real<'a> {
    books: Books<'a>,
    holds: Vec<(usize, ReserveId)>,
    settled: Vec<JournalId>,
}

impl Real<'_> {
    fn write<T: Send + 'static>(
        &self,
        at: usize,
        mut work: impl FnMut(&ledger::Ledger, &mut store::Tx<'_>) -> Result<T, kernel::Error> + Send + 'static,
    ) -> Option<T> {
        let ledger = self.books.ledger.clone();
        self.books.bench.db.write_now(person(at).0, move |tx| work(&ledger, tx)).ok()
    }

    fn hold(&mut self, p: usize, amount: i64, minutes: i64) -> bool {
        let expires_at = now(&self.books) + minutes * MINUTE;
        let (from, into) = (Account::personal(person(p)), Account::held(person(p)));
        let id = self.write(p, move |ledger, tx| {
            let amount = Fen(amount);
            ledger.reserve(tx, &Reserve { entity: AGENCY, from, into, amount, expires_at, refs: Refs::default() })
        });
        self.holds.extend(id.map(|id| (p, id)));
        id.is_some()
    }

    fn capture(&self, h: usize, amount: i64) -> bool {
        let Some((p, id)) = self.holds.get(h).copied() else { return false };
        let lines = Lines::new()
            .debit(Account::held(person(p)), Fen(amount))
            .credit(Account::payable_institution(HOSPITAL), Fen(amount));
        let done = self.write(p, move |ledger, tx| {
            let (kind, refs) = (EntryKind::Capture, Refs::default());
            let entry = Entry { entity: AGENCY, kind, period: None, refs, lines: lines.as_slice() };
            ledger.capture(tx, id, Fen(amount), &entry)
        });
        done.is_some()
    }

    fn part(&self, s: usize, amount: i64) -> bool {
        let Some(id) = self.settled.get(s).copied() else { return false };
        let lines = [
            Line::debit(Account::benefit(FUND), Fen(amount)),
            Line::credit(Account::payable_institution(HOSPITAL), Fen(amount)),
        ];
        self.write(s % 3, move |ledger, tx| ledger.reverse_part(tx, id, &lines, "part")).is_some()
    }

    fn step(&mut self, step: &Step) -> bool {
        match *step {
            Step::Charge(p, a) => charge(&self.books, person(p), a).0 > 0,
            Step::Settle(p, f, o) => {
                let id = settle(&self.books, person(p), f, o).ok();
                self.settled.extend(id);
                id.is_some()
            }
            Step::Hold(p, a, m) => self.hold(p, a, m),
            Step::Capture(h, a) => self.capture(h, a),
            Step::Release(h) => {
                let Some((p, id)) = self.holds.get(h).copied() else { return false };
                self.write(p, move |ledger, tx| ledger.release(tx, id)).is_some()
            }
            Step::Reverse(s) => {
                let Some(id) = self.settled.get(s).copied() else { return false };
                self.write(s % 3, move |ledger, tx| ledger.reverse(tx, id, "back")).is_some()
            }
            Step::Part(s, a) => self.part(s, a),
            Step::Freeze(p, true) => self.write(p, move |ledger, tx| ledger.freeze(tx, AGENCY, person(p))).is_some(),
            Step::Freeze(p, false) => self.write(p, move |ledger, tx| ledger.unfreeze(tx, AGENCY, person(p))).is_some(),
            Step::Wait(m) => {
                self.books.bench.clock.advance(m * MINUTE);
                true
            }
            Step::Expire => block(self.books.ledger.expire_due()).is_ok(),
            Step::Fold => block(self.books.ledger.fold()).is_ok(),
        }
    }
}

/// Runs a trace and answers the agency's books at its end.
fn run(bench: &Bench, trace: &[Step]) -> Result<Trial, TestCaseError> {
    let mut model = Model::default();
    let mut real = Real { books: open(bench), holds: Vec::new(), settled: Vec::new() };
    for (at, step) in trace.iter().enumerate() {
        prop_assert_eq!(real.step(step), model.step(step), "{} step {}: {:?}", bench.name, at, step);
        for p in 0..3 {
            let shown =
                bench.db.read_now(move |sql| Ok(personal(sql, AGENCY, person(p))?)).unwrap().unwrap_or_default();
            let expected = (model.balance[p], model.held(p), model.frozen[p]);
            let shown = (shown.balance.0, shown.held.0, shown.frozen);
            prop_assert_eq!(shown, expected, "{} step {}: {:?}", bench.name, at, step);
        }
    }
    let trial = block(real.books.ledger.trial(AGENCY, Period(202_611))).unwrap();
    prop_assert_eq!(trial.difference(), Fen::ZERO);
    let fund = trial.lines.iter().find(|line| line.account == Account::benefit(FUND));
    prop_assert_eq!(fund.map_or(0, |line| line.closing.0), model.fund);
    let wrong = check(&bench.db, Arc::new(|_| ())).unwrap().wrong;
    prop_assert_eq!(wrong, Vec::<String>::new(), "{}", bench.name);
    Ok(trial)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_are_the_models(trace in steps()) {
        let bench = sqlite(&[&CAPABILITY]);
        let done = run(&bench, &trace);
        bench.db.close();
        done?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_trace_gives_the_same_books(trace in steps()) {
        let (one, other) = (sqlite(&[&CAPABILITY]), postgres(&[&CAPABILITY]));
        let here = run(&one, &trace);
        one.db.close();
        let here = here?;
        if let Some(other) = other {
            let there = run(&other, &trace);
            other.db.close();
            prop_assert_eq!(here, there?);
        }
    }
}
