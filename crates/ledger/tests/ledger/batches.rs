//! Transfers from a file: each once, bad ones named, good ones posted; both databases.

use crate::books::{AGENCY, PERSON, block, charge, open};
use kernel::{Fen, JournalId, PersonId};
use ledger::batch::{Outcome, Transfer};
use ledger::{Account, CAPABILITY, Period, check, personal};
use std::sync::Arc;
use testkit::on_both;

/// How it came out: the entry's place among the entries seen, `known`, or the refusal.
fn said(outcomes: &[Outcome]) -> Vec<String> {
    let mut entries: Vec<JournalId> = Vec::new();
    let tell = |one: &Outcome| match one {
        Outcome::Posted(id) => {
            if !entries.contains(id) {
                entries.push(*id);
            }
            format!("posted {}", entries.len())
        }
        Outcome::Known(_) => "known".to_owned(),
        Outcome::Refused(error) => error.code().to_owned(),
    };
    outcomes.iter().map(tell).collect()
}

#[test]
fn a_file_sent_twice_is_posted_once() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        let one = |reference: &str, amount: i64| {
            let (bank, personal) = (Account::bank(), Account::personal(PERSON));
            Transfer::new(AGENCY, bank, personal, Fen(amount), reference).unwrap()
        };
        let file = vec![one("a", 100), one("b", 50), one("a", 100), one("a", 101)];
        let post = |file: Vec<Transfer>| said(&books.ledger.post_transfers(AGENCY, None, file).unwrap());
        assert_eq!(post(file.clone()), ["posted 1", "posted 1", "known", "ledger.reference-reused"]);
        assert_eq!(post(file), ["known", "known", "known", "ledger.reference-reused"], "{}", bench.name);
        let found = bench.db.read_now(|sql| Ok(personal(sql, AGENCY, PERSON)?)).unwrap().unwrap();
        assert_eq!(found.balance, Fen(150));
        block(books.ledger.fold()).unwrap();
        assert_eq!(check(&bench.db, Arc::new(|_| ())).unwrap().wrong, Vec::<String>::new());
    });
}

#[test]
fn money_that_came_in_the_same_file_can_be_spent_and_no_more() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 10);
        let (mine, yours) = (Account::personal(PERSON), Account::personal(PersonId(78)));
        let one = |debit, credit, amount, reference: &str| {
            Transfer::new(AGENCY, debit, credit, Fen(amount), reference).unwrap()
        };
        let file = vec![
            one(mine, yours, 11, "too much"),
            one(Account::bank(), mine, 5, "in"),
            one(mine, yours, 15, "all"),
            one(mine, yours, 1, "nothing left"),
            one(yours, mine, 15, "back"),
        ];
        let done = said(&books.ledger.post_transfers(AGENCY, Some(Period(202_611)), file).unwrap());
        let (refused, posted) = ("ledger.account-insufficient", "posted 1");
        assert_eq!(done, [refused, posted, posted, refused, posted], "{}", bench.name);
        let found = bench.db.read_now(|sql| Ok(personal(sql, AGENCY, PERSON)?)).unwrap().unwrap();
        assert_eq!(found.balance, Fen(15));
        assert_eq!(check(&bench.db, Arc::new(|_| ())).unwrap().wrong, Vec::<String>::new());
    });
}

#[test]
fn lines_are_read_strictly() {
    let person = PersonId(7).to_string();
    let good = [
        format!("1001,2301/{person},100,r-1"),
        format!("{{\"debit\":\"1001\",\"credit\":\"2301/{person}\",\"fen\":100,\"reference\":\"r-1\"}}"),
        format!(" 1001 , 2301/{person} , 100 , r-1 "),
    ];
    for line in &good {
        let expected = Transfer::new(AGENCY, Account::bank(), Account::personal(PersonId(7)), Fen(100), "r-1").unwrap();
        assert_eq!(Transfer::from_line(AGENCY, line.trim()).unwrap(), expected, "{line}");
    }
    let bad = [
        ("", "ledger.amount-invalid"),
        ("1001,4001/310100,1.50,r", "ledger.amount-invalid"),
        ("1001,4001/310100,\"1,000\",r", "ledger.amount-invalid"),
        ("1001,4001/310100,0,r", "ledger.amount-invalid"),
        ("1001,4001/310100,-5,r", "ledger.amount-invalid"),
        ("1001,4001/310100,99999999999999999999,r", "ledger.amount-invalid"),
        ("1001,4001/310100,5,", "ledger.amount-invalid"),
        ("1001,4001/310100,5", "ledger.amount-invalid"),
        ("9999,4001/310100,5,r", "ledger.account-unknown"),
        ("1001,2301/p000,5,r", "ledger.account-unknown"),
        ("{\"debit\":\"1001\"}", "ledger.amount-invalid"),
    ];
    for (line, code) in bad {
        assert_eq!(Transfer::from_line(AGENCY, line).unwrap_err().code(), code, "{line}");
    }
}

#[test]
fn more_than_one_entry_holds_what_a_chunk_brings() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        let all: Vec<Transfer> = (0..300)
            .map(|at| {
                let person = Account::personal(PersonId(1_000 + at % 7));
                Transfer::new(AGENCY, Account::bank(), person, Fen(1 + at), &format!("r{at}")).unwrap()
            })
            .collect();
        let done = said(&books.ledger.post_transfers(AGENCY, None, all).unwrap());
        assert_eq!((done[127].as_str(), done[128].as_str(), done[299].as_str()), ("posted 1", "posted 2", "posted 3"));
        block(books.ledger.fold()).unwrap();
        let found = check(&bench.db, Arc::new(|_| ())).unwrap();
        assert_eq!(
            (found.entries, found.lines, found.accounts, found.wrong),
            (3, 600, 7, Vec::new()),
            "{}",
            bench.name
        );
    });
}
