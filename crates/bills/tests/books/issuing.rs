//! Issuing: once for each settlement, with numbers that are unique and rise, with
//! one grouped insert, sealed when shown.

use crate::scene::{CAPABILITIES, HOSPITAL, PERSON, runtime, scene, visit};
use bills::{Charge, Line, charge, charges, issue, uncharge};
use kernel::time::{DAY, MINUTE};
use kernel::{BillId, Fen, InstitutionId, VisitId};
use std::collections::BTreeSet;
use testkit::on_both;

/// L8, I5: a settlement's bill is issued once, however often it is asked for.
#[test]
fn a_settlement_has_one_bill() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let first = scene.issue(visit(9000)).unwrap();
        assert_eq!(first, BillId(9000), "{}", bench.name);
        let before = scene.seen(first);
        let again = scene.issue(visit(9000)).unwrap();
        assert_eq!(again, first, "{}", bench.name);
        assert_eq!(scene.seen(first), before, "{}", bench.name);
        assert_eq!(scene.count("SELECT COUNT(*) FROM bills_bills"), 1, "{}", bench.name);
        // Twice in one batch, and from many threads at once.
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| scene.issue(visit(9001)).unwrap());
            }
        });
        assert_eq!(scene.count("SELECT COUNT(*) FROM bills_bills"), 2, "{}", bench.name);
        assert_eq!(bench.db.check().unwrap().wrong, Vec::<String>::new(), "{}", bench.name);
    });
}

/// E2: what does not add up leaves nothing behind.
#[test]
fn amounts_that_do_not_add_up_are_refused() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let mut wrong = visit(1);
        wrong.parts.cash = Fen(3121);
        assert_eq!(scene.issue(wrong).unwrap_err().code(), "bills.total-mismatch", "{}", bench.name);
        wrong = visit(1);
        wrong.lines.pop();
        assert_eq!(scene.issue(wrong).unwrap_err().code(), "bills.total-mismatch", "{}", bench.name);
        wrong = visit(1);
        wrong.lines[0].amount = Fen(2199);
        assert_eq!(scene.issue(wrong).unwrap_err().code(), "bills.total-mismatch", "{}", bench.name);
        wrong = visit(1);
        wrong.lines.clear();
        assert_eq!(scene.issue(wrong).unwrap_err().code(), "bills.lines-limit", "{}", bench.name);
        assert_eq!(scene.count("SELECT COUNT(*) FROM bills_bills"), 0, "{}", bench.name);
    });
}

/// E1 under 32 threads on two issuers: no number twice, and one that is taken after
/// another was answered is higher.
#[test]
fn numbers_are_unique_and_rise() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let taken: Vec<(InstitutionId, Vec<i64>)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..32)
                .map(|n| {
                    let (scene, issuer) = (&scene, InstitutionId(71 + n % 2));
                    scope.spawn(move || {
                        let take = || scene.bills.number_now(issuer).expect("a number").value().0;
                        (issuer, (0..100).map(|_| take()).collect::<Vec<i64>>())
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("a thread")).collect()
        });
        let mut all = BTreeSet::new();
        for (issuer, numbers) in &taken {
            assert!(numbers.is_sorted_by(|one, next| one < next), "{}: the numbers of one thread rise", bench.name);
            let digits = numbers[0] / 100_000_000;
            assert!(numbers.iter().all(|number| number / 100_000_000 == digits), "{}: {issuer}", bench.name);
            assert!(numbers.iter().all(|number| all.insert(*number)), "{}: a number came twice", bench.name);
        }
        assert_eq!(all.len(), 3200, "{}", bench.name);
        // Another node, or this one after a restart, goes on above.
        let last = all.iter().filter(|number| **number / 100_000_000 == all.first().expect("one") / 100_000_000).max();
        let issuer = taken.iter().find(|(_, numbers)| numbers.contains(last.expect("one"))).expect("its issuer").0;
        let restarted = crate::scene::scene(bench);
        let next = restarted.bills.number_now(issuer).unwrap().value().0;
        assert!(next > *last.expect("one"), "{}: {next}", bench.name);
        let asynchronous = runtime().block_on(restarted.bills.number(issuer)).unwrap().value().0;
        assert_eq!(asynchronous, next + 1, "{}", bench.name);
    });
}

/// Bills issued at once by 32 threads all stand, each with its own number.
#[test]
fn bills_of_many_settlements_at_once() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        std::thread::scope(|scope| {
            for thread in 0..32 {
                let scene = &scene;
                scope.spawn(move || {
                    for n in 0..20 {
                        scene.issue(visit(10_000 + thread * 100 + n)).expect("a bill");
                    }
                });
            }
        });
        assert_eq!(scene.count("SELECT COUNT(*) FROM bills_bills"), 640, "{}", bench.name);
        assert_eq!(scene.count("SELECT COUNT(DISTINCT number) FROM bills_bills"), 640, "{}", bench.name);
    });
}

/// A number of one issuer never stands on the bill of another.
#[test]
fn a_number_is_its_issuers() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let number = scene.bills.number_now(InstitutionId(72)).unwrap();
        let done = bench.db.write_now(PERSON.0, move |tx| issue(tx, &number, &visit(5)));
        assert_eq!(done.unwrap_err().code(), "fault", "{}", bench.name);
        assert_eq!(scene.count("SELECT COUNT(*) FROM bills_bills"), 0, "{}", bench.name);
    });
}

/// The seal comes when a bill is shown or by the job, and stays the same.
#[test]
fn a_bill_is_sealed_when_shown_or_by_the_job() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let shown = scene.issue(visit(1)).unwrap();
        scene.issue(visit(2)).unwrap();
        assert_eq!(scene.count("SELECT COUNT(*) FROM bills_seals"), 0, "{}", bench.name);
        let first = scene.seen(shown);
        assert_eq!(scene.count("SELECT COUNT(*) FROM bills_seals"), 1, "{}", bench.name);
        let asleep = runtime().block_on(scene.bills.seal_waiting(10)).unwrap();
        assert_eq!(asleep, 0, "{}: bills of this minute are left alone", bench.name);
        bench.clock.advance(2 * MINUTE);
        assert_eq!(runtime().block_on(scene.bills.seal_waiting(10)).unwrap(), 1, "{}", bench.name);
        assert_eq!(runtime().block_on(scene.bills.seal_waiting(10)).unwrap(), 0, "{}", bench.name);
        assert_eq!(scene.count("SELECT COUNT(*) FROM bills_seals"), 2, "{}", bench.name);
        bench.clock.advance(DAY);
        assert_eq!(scene.seen(shown), first, "{}", bench.name);
        let checked = runtime().block_on(scene.bills.check_seal(&first.seal)).unwrap();
        assert!(checked, "{}", bench.name);
    });
}

/// Charges come once under their number.
#[test]
fn charges_converge_by_their_number() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let visit_id = VisitId(3);
        let blood = Charge::priced("C1", "血常规", "04", 1000, Fen(2200)).unwrap();
        let other = Charge::priced("C1", "血常规", "04", 2000, Fen(2200)).unwrap();
        let add = |sn: &'static str, what: Charge| {
            bench.db.write_now(PERSON.0, move |tx| {
                let line = Line { person: PERSON, visit: visit_id, sn, institution: HOSPITAL, order: "" };
                charge(tx, &line, &what)
            })
        };
        add("1", blood.clone()).unwrap();
        add("1", blood.clone()).unwrap();
        assert_eq!(add("1", other.clone()).unwrap_err().code(), "bills.charge-differs", "{}", bench.name);
        add("2", other.clone()).unwrap();
        let kept = bench.db.read_now(move |sql| Ok(charges(sql, PERSON, visit_id)?)).unwrap();
        assert_eq!(kept, [("1".to_owned(), blood), ("2".to_owned(), other)], "{}", bench.name);
        for expected in [true, false] {
            let gone = bench.db.write_now(PERSON.0, move |tx| uncharge(tx, PERSON, visit_id, "1")).unwrap();
            assert_eq!(gone, expected, "{}", bench.name);
        }
        assert_eq!(scene.count("SELECT COUNT(*) FROM bills_charges"), 1, "{}", bench.name);
    });
}

/// The job seals up to the first bill that is young, and goes on there.
#[test]
fn the_job_stops_at_the_first_young_bill() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let turn = || runtime().block_on(scene.bills.seal_waiting(100)).unwrap();
        for at in 1..4 {
            scene.issue(visit(at)).unwrap();
        }
        bench.clock.advance(2 * MINUTE);
        for at in 4..6 {
            scene.issue(visit(at)).unwrap();
        }
        assert_eq!(turn(), 3, "{}", bench.name);
        assert_eq!(turn(), 0, "{}: the others are of this minute", bench.name);
        bench.clock.advance(2 * MINUTE);
        assert_eq!(turn(), 2, "{}", bench.name);
        assert_eq!(scene.count("SELECT COUNT(*) FROM bills_seals"), 5, "{}", bench.name);
    });
}
