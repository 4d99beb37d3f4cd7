//! The check finds every kind of edit behind the ledger's back (U9), and nothing
//! where nothing was done; both databases.

use crate::books::{AGENCY, Books, HOSPITAL, PERSON, block, charge, now, open, settle};
use kernel::time::{DAY, MINUTE};
use kernel::{ActorId, Fen, JournalId, PersonId};
use ledger::{Account, CAPABILITY, Line, Period, Refs, Report, Reserve, check};
use std::sync::Arc;
use testkit::{Bench, on_both};

/// What the story left behind, for edits to point at.
struct Told {
    /// A settlement that was folded.
    folded: JournalId,
    /// Another.
    other: JournalId,
    /// A settlement that was not folded yet.
    tail: JournalId,
}

fn report(bench: &Bench) -> Report {
    check(&bench.db, Arc::new(|_| ())).expect("the check runs")
}

/// A month with everything in it, closed, and a tail that is not folded.
fn story(books: &Books<'_>) -> Told {
    let other_person = PersonId(78);
    for person in [PERSON, other_person] {
        charge(books, person, 100_000);
    }
    let folded = settle(books, PERSON, 5_000, 3_000).unwrap();
    books.bench.clock.advance(MINUTE);
    let other = settle(books, other_person, 7_000, 100).unwrap();
    let back = settle(books, PERSON, 900, 100).unwrap();
    block(books.ledger.fold()).unwrap();
    let (ledger, expires_at) = (books.ledger.clone(), now(books) + 60 * DAY);
    let done = books.bench.db.write_now(PERSON.0, move |tx| {
        let (from, into) = (Account::personal(PERSON), Account::held(PERSON));
        let reserve = Reserve { entity: AGENCY, from, into, amount: Fen(500), expires_at, refs: Refs::default() };
        ledger.reserve(tx, &reserve)?;
        let part = [
            Line::debit(Account::personal(PERSON), Fen(40)),
            Line::credit(Account::payable_institution(HOSPITAL), Fen(40)),
        ];
        ledger.reverse_part(tx, back, &part, "part")?;
        ledger.reverse(tx, back, "whole")
    });
    done.unwrap();
    block(books.ledger.fold()).unwrap();
    books.bench.clock.advance(20 * DAY);
    block(books.ledger.close(ActorId(1), AGENCY, Period(202_611))).unwrap();
    let tail = settle(books, other_person, 11, 22).unwrap();
    Told { folded, other, tail }
}

#[test]
fn a_whole_ledger_is_found_whole() {
    on_both(&[&CAPABILITY], |bench| {
        assert_eq!(report(bench), Report::default(), "nothing was ever posted");
        let books = open(bench);
        story(&books);
        let found = report(bench);
        assert_eq!(found.wrong, Vec::<String>::new(), "{}", bench.name);
        let counted = (found.entries, found.segments, found.tail, found.accounts, found.reversals, found.closings);
        assert_eq!(counted, (9, 2, 1, 3, 2, 1));
        bench.clock.advance(MINUTE);
        block(books.ledger.fold()).unwrap();
        assert_eq!(report(bench).wrong, Vec::<String>::new(), "{}", bench.name);
    });
}

/// One edit, and what the check says of it.
type Edit = (&'static str, &'static str, &'static str);

fn edited(edits: &'static [Edit]) {
    on_both(&[&CAPABILITY], |bench| {
        let told = story(&open(bench));
        for (what, statement, says) in edits {
            let ids = [told.folded.0, told.other.0, told.tail.0];
            let statement: &'static str = statement
                .replace("FOLDED", &ids[0].to_string())
                .replace("OTHER", &ids[1].to_string())
                .replace("TAIL", &ids[2].to_string())
                .leak();
            let db = bench.db.clone();
            for part in statement.split(';').filter(|part| !part.trim().is_empty()) {
                let part: &'static str = part;
                let rows = db.write_now(0, move |tx| Ok(tx.execute(part, &[])?)).expect("the edit runs");
                assert!(rows > 0, "{what}: {part}");
            }
            let wrong = report(bench).wrong;
            assert!(wrong.iter().any(|one| one.contains(says)), "{} {what}: {wrong:?}", bench.name);
        }
    });
}

/// One database and one story for each edit, so that none hides another.
fn check_each(edits: &'static [Edit]) {
    for at in 0..edits.len() {
        edited(&edits[at..=at]);
    }
}

#[test]
fn an_edited_entry_is_named() {
    check_each(&[
        (
            "amount",
            "UPDATE ledger_journal SET body = (SELECT body FROM ledger_journal WHERE id = OTHER) WHERE id = FOLDED",
            "does not match its seal",
        ),
        ("month", "UPDATE ledger_journal SET period = 202612 WHERE id = FOLDED", "does not match its seal"),
        ("instant", "UPDATE ledger_journal SET at = at + 1 WHERE id = FOLDED", "does not match its seal"),
        ("books", "UPDATE ledger_journal SET entity_id = 5 WHERE id = FOLDED", "does not match its seal"),
        ("kind", "UPDATE ledger_journal SET kind = 99 WHERE id = FOLDED", "is of no kind"),
        ("link", "UPDATE ledger_journal SET of_id = OTHER WHERE id = TAIL", "does not match its seal"),
        ("id", "UPDATE ledger_journal SET id = id + 1 WHERE id = TAIL", "does not match its seal"),
        (
            "tail amount",
            "UPDATE ledger_journal SET body = (SELECT body FROM ledger_journal WHERE id = OTHER) WHERE id = TAIL",
            "does not match its seal",
        ),
    ]);
}

#[test]
fn a_removed_swapped_or_written_entry_is_named() {
    check_each(&[
        ("removed", "DELETE FROM ledger_journal WHERE id = FOLDED", "some were removed or added"),
        ("removed from the tail", "DELETE FROM ledger_journal WHERE id = TAIL", "L10: account 2301"),
        (
            "swapped",
            "UPDATE ledger_journal SET id = -1 WHERE id = FOLDED;
             UPDATE ledger_journal SET id = FOLDED WHERE id = OTHER;
             UPDATE ledger_journal SET id = OTHER WHERE id = -1",
            "does not match its seal",
        ),
        (
            "copied",
            "INSERT INTO ledger_journal (id, entity_id, period, at, kind, of_id, body, seal)
             SELECT id + 1, entity_id, period, at, kind, of_id, body, seal FROM ledger_journal WHERE id = FOLDED",
            "does not match its seal",
        ),
        (
            "copied to the end",
            "INSERT INTO ledger_journal (id, entity_id, period, at, kind, of_id, body, seal)
             SELECT id + 9, entity_id, period, at, kind, of_id, body, seal FROM ledger_journal WHERE id = TAIL",
            "does not match its seal",
        ),
        (
            "copied before the beginning",
            "INSERT INTO ledger_journal (id, entity_id, period, at, kind, of_id, body, seal)
             SELECT -7, entity_id, period, at, kind, of_id, body, seal FROM ledger_journal WHERE id = TAIL",
            "was not written by a ledger",
        ),
        (
            "removed with its segment",
            "DELETE FROM ledger_journal WHERE id IN (SELECT j.id FROM ledger_journal j JOIN ledger_segments s
                 ON j.id > s.from_id AND j.id <= s.to_id WHERE s.seq = 1);
             DELETE FROM ledger_segments WHERE seq = 1",
            "chain:",
        ),
    ]);
}

#[test]
fn an_edited_total_account_or_link_is_named() {
    check_each(&[
        (
            "account",
            "UPDATE ledger_accounts SET balance = balance + 1 WHERE person_id = 77 AND code = 2301",
            "L10: account 2301",
        ),
        (
            "new account",
            "INSERT INTO ledger_accounts (person_id, entity_id, code, balance, frozen) VALUES (9, -990100, 2301, 5, 0)",
            "L10: account 2301",
        ),
        ("movement", "DELETE FROM ledger_movements WHERE person_id = 77 AND amount = -3000", "its movements give"),
        ("balance", "UPDATE ledger_balances SET debit = debit + 1 WHERE code = 5001", "L10: the balance of 5001"),
        (
            "fold",
            "UPDATE ledger_folds SET credit = credit + 1 WHERE code = 2101 AND segment = 1",
            "the folds of segment 1",
        ),
        ("chain", "UPDATE ledger_segments SET to_id = to_id - 1 WHERE seq = 2", "segment 2"),
        ("reversal", "DELETE FROM ledger_reversals WHERE part = 2", "L2: the reversals"),
        (
            "reversal's lines",
            "UPDATE ledger_reversals SET body = (SELECT body FROM ledger_reversals WHERE part = 1) WHERE part = 2",
            "L2: entry",
        ),
        ("hold", "UPDATE ledger_reserves SET stage = 3", "has not one end"),
        ("hold's amount", "UPDATE ledger_reserves SET amount = amount - 1", "its open holds are"),
        ("closed month", "UPDATE ledger_closings SET period = 202610", "has changed"),
        (
            "key",
            "UPDATE store_facts SET value = (SELECT hash FROM ledger_segments WHERE seq = 1) WHERE name = 'ledger.seal-key'",
            "does not match its seal",
        ),
        ("no key", "DELETE FROM store_facts WHERE name = 'ledger.seal-key'", "the key that seals the journal is gone"),
    ]);
}

/// The check's daily turn: due once, its verdict kept over a restart, and told of
/// trouble.
#[test]
fn the_daily_check_keeps_its_verdict() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        let told = story(&books);
        let ledger = &books.ledger;
        let since = now(&books);
        assert_eq!(ledger.verdict(), None, "{}: never checked", bench.name);
        assert_eq!(block(ledger.examine_when_due(since)).unwrap(), None, "it has not settled in");
        bench.clock.advance(10 * MINUTE);
        let good = block(ledger.examine_when_due(since)).unwrap().expect("it is due");
        assert_eq!((good.at, good.entries, good.wrong.len()), (now(&books), 9, 0), "{}", bench.name);
        assert_eq!(block(ledger.examine_when_due(since)).unwrap(), None, "once");
        let id = told.folded.0;
        let edit = move |tx: &mut store::Tx<'_>| {
            Ok(tx.execute("UPDATE ledger_journal SET at = at + 1 WHERE id = $1", &[store::P::I(id)])?)
        };
        assert_eq!(bench.db.write_now(0, edit).unwrap(), 1);
        bench.clock.advance(2 * DAY);
        let bad = block(ledger.examine_when_due(since)).unwrap().expect("it is due again");
        assert!(bad.wrong.iter().any(|one| one.contains("does not match its seal")), "{}: {bad:?}", bench.name);
        let reopened = ledger::Ledger::load(&bench.db).unwrap();
        assert_eq!(reopened.verdict(), Some(bad), "{}: a restart does not hide it", bench.name);
    });
}
