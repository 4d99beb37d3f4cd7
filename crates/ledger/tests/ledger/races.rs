//! Many at once: an account is never overdrawn, an entry is taken back once, a hold
//! ends once, a month closes between postings; both databases, homes mixed so that
//! both lanes of PostgreSQL meet on the same rows.

use crate::books::{AGENCY, Books, HOSPITAL, PERSON, block, charge, now, open, settle};
use kernel::time::{DAY, MINUTE};
use kernel::{ActorId, Error, Fen, JournalId, PersonId};
use ledger::{Account, CAPABILITY, Entry, EntryKind, Ledger, Lines, Period, Refs, Reserve, ReserveId, check, personal};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::Tx;
use testkit::on_both;

const THREADS: i64 = 32;

/// Runs a verb on every thread under a home of its own; how each came out.
fn at_once<T: Send + 'static>(
    books: &Books<'_>,
    verb: impl Fn(&Ledger, &mut Tx<'_>, i64) -> Result<T, Error> + Send + Sync + 'static,
) -> Vec<Result<T, String>> {
    let verb = Arc::new(verb);
    let threads: Vec<_> = (0..THREADS)
        .map(|home| {
            let (db, ledger, verb) = (books.bench.db.clone(), books.ledger.clone(), verb.clone());
            std::thread::spawn(move || {
                db.write_now(home, move |tx| verb(&ledger, tx, home)).map_err(|error| error.code().to_owned())
            })
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

fn account(books: &Books<'_>, person: PersonId) -> (i64, i64) {
    let found = books.bench.db.read_now(move |sql| Ok(personal(sql, AGENCY, person)?)).unwrap().unwrap_or_default();
    (found.balance.0, found.held.0)
}

fn whole(books: &Books<'_>) {
    block(books.ledger.fold()).unwrap();
    let found = check(&books.bench.db, Arc::new(|_| ())).unwrap();
    assert_eq!(found.wrong, Vec::<String>::new(), "{}", books.bench.name);
}

fn spend(ledger: &Ledger, tx: &mut Tx<'_>, person: PersonId, amount: i64) -> Result<JournalId, Error> {
    let lines = Lines::new()
        .debit(Account::personal(person), Fen(amount))
        .credit(Account::payable_institution(HOSPITAL), Fen(amount));
    let (kind, refs) = (EntryKind::Settlement, Refs::default());
    ledger.post(tx, &Entry { entity: AGENCY, kind, period: None, refs, lines: lines.as_slice() })
}

#[test]
fn thirty_two_spend_one_account_and_it_never_goes_below_zero() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 1_000);
        let spent = Arc::new(AtomicI64::new(0));
        for round in 1..=4 {
            let done = at_once(&books, move |ledger, tx, home| {
                let amount = 7 + home + round;
                spend(ledger, tx, PERSON, amount).map(|_| amount)
            });
            for one in done {
                match one {
                    Ok(amount) => drop(spent.fetch_add(amount, Ordering::Relaxed)),
                    Err(code) => assert_eq!(code, "ledger.account-insufficient"),
                }
            }
        }
        let (balance, _) = account(&books, PERSON);
        assert!((0..11).contains(&balance), "{} left {balance}", bench.name);
        assert_eq!(balance, 1_000 - spent.load(Ordering::Relaxed));
        whole(&books);
    });
}

#[test]
fn relatives_accounts_in_any_order_do_not_fail_each_other() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        let family = [PersonId(71), PersonId(72), PersonId(73)];
        for person in family {
            charge(&books, person, 32);
        }
        let done = at_once(&books, move |ledger, tx, home| {
            let turn = usize::try_from(home % 3).unwrap();
            let mut lines = Lines::new().credit(Account::payable_institution(HOSPITAL), Fen(3));
            for at in 0..3 {
                lines = lines.debit(Account::personal(family[(at + turn) % 3]), Fen(1));
            }
            let (kind, refs) = (EntryKind::Settlement, Refs::default());
            ledger.post(tx, &Entry { entity: AGENCY, kind, period: None, refs, lines: lines.as_slice() })
        });
        assert!(done.iter().all(Result::is_ok), "{} {done:?}", bench.name);
        assert!(family.iter().all(|person| account(&books, *person) == (0, 0)));
        whole(&books);
    });
}

#[test]
fn one_of_thirty_two_takes_an_entry_back() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 1_000);
        let id = settle(&books, PERSON, 500, 300).unwrap();
        let done = at_once(&books, move |ledger, tx, _| ledger.reverse(tx, id, "cancelled"));
        assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1, "{} {done:?}", bench.name);
        assert!(done.iter().all(|one| one.as_ref().err().is_none_or(|code| code == "ledger.already-reversed")));
        assert_eq!(account(&books, PERSON), (1_000, 0));
        whole(&books);
    });
}

#[test]
fn a_hold_is_captured_or_released_or_expires() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 1_000);
        let (ledger, expires_at) = (books.ledger.clone(), now(&books) + MINUTE);
        let (from, into) = (Account::personal(PERSON), Account::held(PERSON));
        let held = bench.db.write_now(PERSON.0, move |tx| {
            let reserve = Reserve { entity: AGENCY, from, into, amount: Fen(400), expires_at, refs: Refs::default() };
            let ids: Result<Vec<ReserveId>, Error> = (0..2).map(|_| ledger.reserve(tx, &reserve)).collect();
            ids
        });
        let ids = held.unwrap();
        let (first, second) = (ids[0], ids[1]);
        let done = at_once(&books, move |ledger, tx, home| {
            if home % 2 == 0 {
                return ledger.release(tx, first);
            }
            let lines = Lines::new().debit(into, Fen(400)).credit(Account::payable_institution(HOSPITAL), Fen(400));
            let (kind, refs) = (EntryKind::Capture, Refs::default());
            let entry = Entry { entity: AGENCY, kind, period: None, refs, lines: lines.as_slice() };
            ledger.capture(tx, first, Fen(400), &entry)
        });
        assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1, "{} {done:?}", bench.name);
        assert!(
            done.iter().all(|one| one.as_ref().err().is_none_or(|code| code == "ledger.reserve-ended")),
            "{done:?}"
        );
        bench.clock.advance(MINUTE);
        let job = {
            let ledger = books.ledger.clone();
            std::thread::spawn(move || block(ledger.expire_due()).unwrap())
        };
        let done = at_once(&books, move |ledger, tx, _| ledger.release(tx, second));
        let ended = usize::try_from(job.join().unwrap()).unwrap() + done.iter().filter(|one| one.is_ok()).count();
        assert_eq!(ended, 1, "{} {done:?}", bench.name);
        whole(&books);
    });
}

#[test]
fn a_month_closes_between_postings_and_holds_every_one_of_them() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 100_000);
        bench.clock.advance(20 * DAY);
        let (november, ledger) = (Period(202_611), books.ledger.clone());
        let closer = std::thread::spawn(move || block(ledger.close(ActorId(1), AGENCY, Period(202_611))));
        let mut posted = 0;
        for _ in 0..8 {
            let done = at_once(&books, move |ledger, tx, _| {
                let lines = Lines::new().debit(Account::bank(), Fen(1)).credit(Account::suspense(1), Fen(1));
                let (kind, refs, period) = (EntryKind::Other, Refs::default(), Some(november));
                ledger.post(tx, &Entry { entity: AGENCY, kind, period, refs, lines: lines.as_slice() })
            });
            for one in done {
                match one {
                    Ok(_) => posted += 1,
                    Err(code) => assert_eq!(code, "ledger.period-closed"),
                }
            }
        }
        closer.join().unwrap().unwrap();
        let trial = block(books.ledger.trial(AGENCY, november)).unwrap();
        let suspense = trial.lines.iter().find(|line| line.account == Account::suspense(1));
        assert_eq!(suspense.map_or(0, |line| -line.closing.0), posted, "{}", bench.name);
        whole(&books);
    });
}
