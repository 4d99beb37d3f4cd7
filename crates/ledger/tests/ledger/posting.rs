//! Posting, holding, taking back and closing, each on both databases.

use crate::books::{AGENCY, Books, HOSPITAL, PERSON, block, charge, now, open, post, settle};
use kernel::time::{DAY, MINUTE};
use kernel::{ActorId, Fen, JournalId, PersonId};
use ledger::{
    Account, CAPABILITY, Entry, EntryKind, Line, Lines, Period, Refs, Reserve, ReserveId, ReserveStage, movements,
    personal, reservation,
};
use testkit::on_both;

fn held(books: &Books<'_>, amount: i64, minutes: i64) -> Result<ReserveId, String> {
    let (ledger, expires_at) = (books.ledger.clone(), now(books) + minutes * MINUTE);
    let done = books.bench.db.write_now(PERSON.0, move |tx| {
        ledger.reserve(
            tx,
            &Reserve {
                entity: AGENCY,
                from: Account::personal(PERSON),
                into: Account::held(PERSON),
                amount: Fen(amount),
                expires_at,
                refs: Refs::default(),
            },
        )
    });
    done.map_err(|error| error.code().to_owned())
}

fn captured(books: &Books<'_>, id: ReserveId, amount: i64, from_hold: i64) -> Result<JournalId, String> {
    let ledger = books.ledger.clone();
    let done = books.bench.db.write_now(PERSON.0, move |tx| {
        let lines = Lines::new()
            .debit(Account::held(PERSON), Fen(from_hold))
            .credit(Account::payable_institution(HOSPITAL), Fen(from_hold));
        let entry = Entry {
            entity: AGENCY,
            kind: EntryKind::Settlement,
            period: None,
            refs: Refs::default(),
            lines: lines.as_slice(),
        };
        ledger.capture(tx, id, Fen(amount), &entry)
    });
    done.map_err(|error| error.code().to_owned())
}

fn released(books: &Books<'_>, id: ReserveId) -> Result<JournalId, String> {
    let ledger = books.ledger.clone();
    books.bench.db.write_now(PERSON.0, move |tx| ledger.release(tx, id)).map_err(|error| error.code().to_owned())
}

fn reversed(books: &Books<'_>, id: JournalId) -> Result<JournalId, String> {
    let ledger = books.ledger.clone();
    let done = books.bench.db.write_now(PERSON.0, move |tx| ledger.reverse(tx, id, "cancelled"));
    done.map_err(|error| error.code().to_owned())
}

fn account(books: &Books<'_>) -> (i64, i64) {
    let found = books.bench.db.read_now(|sql| Ok(personal(sql, AGENCY, PERSON)?)).unwrap().unwrap_or_default();
    (found.balance.0, found.held.0)
}

#[test]
fn a_settlement_balances_and_moves_the_account() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 10_000);
        let id = settle(&books, PERSON, 8_150, 3_000).unwrap();
        assert_eq!(account(&books), (7_000, 0));
        let trial = block(books.ledger.trial(AGENCY, Period(202_611))).unwrap();
        assert_eq!(trial.difference(), Fen::ZERO);
        block(books.ledger.fold()).unwrap();
        assert_eq!(block(books.ledger.trial(AGENCY, Period(202_611))).unwrap(), trial, "folding changes no balance");
        let owed = trial.lines.iter().find(|line| line.account == Account::payable_institution(HOSPITAL)).unwrap();
        assert_eq!(owed.closing, Fen(-11_150));
        let listed = bench.db.read_now(|sql| Ok(movements(sql, AGENCY, PERSON, i64::MAX, 10)?)).unwrap();
        assert_eq!(listed.iter().map(|one| one.amount.0).collect::<Vec<_>>(), [-3_000, 10_000]);
        assert_eq!(listed[0].id, id);
        for account in [Account::payable_institution(HOSPITAL), Account::personal(PERSON)] {
            let statement = block(books.ledger.statement(AGENCY, account, i64::MAX, 10)).unwrap();
            assert_eq!(statement.lines[0].entry.id, id, "{}", bench.name);
            assert_eq!(statement.before, None);
        }
        let found = block(books.ledger.entry(id)).unwrap().unwrap();
        assert_eq!((found.entry.refs.msgid.as_str(), found.entry.lines.len()), ("M1", 3));
    });
}

#[test]
fn what_no_books_can_hold_is_refused_and_leaves_nothing() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 100);
        let (p, bank) = (Account::personal(PERSON), Account::bank());
        let rows: Vec<(Vec<Line>, &str)> = vec![
            (vec![], "ledger.amount-invalid"),
            (vec![Line::debit(p, Fen(0)), Line::credit(bank, Fen(0))], "ledger.amount-invalid"),
            (vec![Line::debit(p, Fen(-1)), Line::credit(bank, Fen(-1))], "ledger.amount-invalid"),
            (vec![Line::debit(p, Fen(i64::MAX)), Line::credit(bank, Fen(i64::MAX))], "ledger.amount-invalid"),
            (vec![Line::debit(p, Fen(5)), Line::credit(bank, Fen(4))], "ledger.unbalanced"),
            (
                vec![Line::debit(Account::personal(PersonId(0)), Fen(5)), Line::credit(bank, Fen(5))],
                "ledger.account-unknown",
            ),
            (vec![Line::debit(Account::benefit(0), Fen(5)), Line::credit(bank, Fen(5))], "ledger.account-unknown"),
            (vec![Line::debit(Account::held(PERSON), Fen(5)), Line::credit(bank, Fen(5))], "ledger.account-unknown"),
            (vec![Line::debit(p, Fen(101)), Line::credit(bank, Fen(101))], "ledger.account-insufficient"),
        ];
        for (lines, code) in rows {
            assert_eq!(post(&books, EntryKind::Other, &lines), Err(code.to_owned()), "{lines:?}");
        }
        assert_eq!(account(&books), (100, 0));
        let trial = block(books.ledger.trial(AGENCY, Period(202_611))).unwrap();
        assert_eq!(trial.moved.lines, 2, "{}", bench.name);
    });
}

#[test]
fn a_hold_ends_once() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 1_000);
        assert_eq!(held(&books, 1_001, 15), Err("ledger.account-insufficient".to_owned()));
        let id = held(&books, 600, 15).unwrap();
        assert_eq!(account(&books), (400, 600));
        assert_eq!(captured(&books, id, 601, 601), Err("ledger.reserve-too-small".to_owned()));
        assert_eq!(captured(&books, id, 200, 300), Err("ledger.reserve-too-small".to_owned()), "another amount");
        captured(&books, id, 250, 250).unwrap();
        assert_eq!(account(&books), (750, 0), "what was not used went back");
        assert_eq!(captured(&books, id, 250, 250), Err("ledger.reserve-ended".to_owned()));
        assert_eq!(released(&books, id), Err("ledger.reserve-ended".to_owned()));
        let found = bench.db.read_now(move |sql| Ok(reservation(sql, id)?)).unwrap().unwrap();
        assert_eq!((found.stage, found.taken), (ReserveStage::Captured, Fen(250)));
        let id = held(&books, 750, 15).unwrap();
        released(&books, id).unwrap();
        assert_eq!(released(&books, id), Err("ledger.reserve-ended".to_owned()));
        assert_eq!(account(&books), (750, 0));
    });
}

#[test]
fn a_hold_expires_by_this_clock_only() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 1_000);
        let id = held(&books, 600, 15).unwrap();
        bench.clock.advance(-DAY);
        assert_eq!(block(books.ledger.expire_due()).unwrap(), 0, "set back, nothing expires early");
        bench.clock.advance(DAY + 15 * MINUTE - 1);
        assert_eq!(block(books.ledger.expire_due()).unwrap(), 0);
        bench.clock.advance(1);
        assert_eq!(captured(&books, id, 600, 600), Err("ledger.reserve-expired".to_owned()), "before the job came");
        assert_eq!(block(books.ledger.expire_due()).unwrap(), 1);
        assert_eq!(block(books.ledger.expire_due()).unwrap(), 0, "twice does no harm");
        assert_eq!(account(&books), (1_000, 0));
        assert_eq!(captured(&books, id, 600, 600), Err("ledger.reserve-expired".to_owned()));
    });
}

#[test]
fn an_entry_is_taken_back_at_most_once_and_at_most_by_its_amount() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 10_000);
        let id = settle(&books, PERSON, 5_000, 3_000).unwrap();
        let part = [
            Line::debit(Account::personal(PERSON), Fen(1_000)),
            Line::credit(Account::payable_institution(HOSPITAL), Fen(1_000)),
        ];
        let part_of = |lines: Vec<Line>| {
            let ledger = books.ledger.clone();
            let done = bench.db.write_now(PERSON.0, move |tx| ledger.reverse_part(tx, id, &lines, "part"));
            done.map_err(|error| error.code().to_owned())
        };
        part_of(part.to_vec()).unwrap();
        assert_eq!(account(&books), (8_000, 0));
        let too_much = part.map(|line| Line { amount: Fen(2_001), ..line });
        assert_eq!(part_of(too_much.to_vec()), Err("ledger.reversal-too-large".to_owned()));
        let mirror = reversed(&books, id).unwrap();
        assert_eq!(account(&books), (10_000, 0));
        assert_eq!(reversed(&books, id), Err("ledger.already-reversed".to_owned()));
        assert_eq!(part_of(part.to_vec()), Err("ledger.already-reversed".to_owned()));
        assert_eq!(reversed(&books, mirror), Err("ledger.not-reversible".to_owned()));
        assert_eq!(reversed(&books, JournalId(5)), Err("ledger.entry-unknown".to_owned()));
        let linked = block(books.ledger.entry(id)).unwrap().unwrap();
        assert_eq!((linked.taken_back_by.len(), linked.taken_back_by[1]), (2, mirror));
        let trial = block(books.ledger.trial(AGENCY, Period(202_611))).unwrap();
        let owed = trial.lines.iter().find(|line| line.account == Account::payable_institution(HOSPITAL)).unwrap();
        assert_eq!(owed.closing, Fen::ZERO);
    });
}

#[test]
fn a_reversed_capture_gives_the_money_back_to_be_spent() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 1_000);
        let id = held(&books, 600, 15).unwrap();
        let entry = captured(&books, id, 600, 600).unwrap();
        reversed(&books, entry).unwrap();
        assert_eq!(account(&books), (1_000, 0), "{}", bench.name);
        assert_eq!(reversed(&books, id.id), Err("ledger.not-reversible".to_owned()), "a hold is released");
    });
}

#[test]
fn a_frozen_account_is_not_taken_from() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 1_000);
        let ledger = books.ledger.clone();
        bench.db.write_now(PERSON.0, move |tx| ledger.freeze(tx, AGENCY, PERSON)).unwrap();
        assert_eq!(settle(&books, PERSON, 10, 10), Err("ledger.account-frozen".to_owned()));
        assert_eq!(held(&books, 5, 15), Err("ledger.account-frozen".to_owned()));
        charge(&books, PERSON, 5);
        let ledger = books.ledger.clone();
        bench.db.write_now(PERSON.0, move |tx| ledger.unfreeze(tx, AGENCY, PERSON)).unwrap();
        settle(&books, PERSON, 10, 1_005).unwrap();
        assert_eq!(account(&books), (0, 0), "{}", bench.name);
        assert_eq!(ledger::nhsa("ledger.account-frozen"), Some("ACCOUNT_FROZEN"));
    });
}

#[test]
fn a_closed_month_takes_nothing_and_old_entries_are_taken_back_in_the_open_one() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 10_000);
        let id = settle(&books, PERSON, 5_000, 3_000).unwrap();
        let close = |period| {
            block(books.ledger.close(ActorId(1), AGENCY, Period(period))).map_err(|error| error.code().to_owned())
        };
        assert_eq!(close(202_611).unwrap_err(), "ledger.period-open", "it is not over");
        bench.clock.advance(20 * DAY);
        let closing = close(202_611).unwrap();
        assert_eq!(closing.debit, closing.credit);
        assert_eq!(close(202_611).unwrap_err(), "ledger.period-closed");
        assert_eq!(close(202_610).unwrap_err(), "ledger.period-closed", "an earlier one is closed with it");
        let ledger = books.ledger.clone();
        let late = bench.db.write_now(0, move |tx| {
            let lines = Lines::new().debit(Account::bank(), Fen(1)).credit(Account::suspense(1), Fen(1));
            let period = Some(Period(202_611));
            ledger.post(
                tx,
                &Entry {
                    entity: AGENCY,
                    kind: EntryKind::Other,
                    period,
                    refs: Refs::default(),
                    lines: lines.as_slice(),
                },
            )
        });
        assert_eq!(late.unwrap_err().code(), "ledger.period-closed");
        let mirror = reversed(&books, id).unwrap();
        assert_eq!(block(books.ledger.entry(mirror)).unwrap().unwrap().entry.period, Period(202_612));
        // Another start of the node knows what is closed.
        let again = ledger::Ledger::load(&bench.db).unwrap();
        assert_eq!(again.closed_through(AGENCY), Some(Period(202_611)), "{}", bench.name);
        assert_eq!(again.closed_through(HOSPITAL.into()), None);
    });
}

#[test]
fn entries_keep_their_order_when_the_clock_is_set_back() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        let first = charge(&books, PERSON, 10);
        block(books.ledger.fold()).unwrap();
        bench.clock.advance(-3 * DAY);
        let again = Books { bench, ledger: ledger::Ledger::load(&bench.db).unwrap() };
        let second = charge(&again, PERSON, 10);
        assert!(second > first, "{second} {first}");
        assert_eq!(block(again.ledger.fold()).unwrap().entries, 1, "{}", bench.name);
    });
}
