//! After issuing: the red letter, marks of payers, paper, the public check.

use crate::scene::{CAPABILITIES, HOSPITAL, PERSON, Scene, runtime, scene, visit};
use bills::check::{Asked, REST, WRONG_MAX};
use bills::marks::{Shown, Wanted};
use bills::{Bill, BillNumber, may_redden};
use kernel::{Actor, BillId, Fen, InstitutionId, SettlementId};
use std::collections::BTreeSet;
use std::sync::Arc;
use testkit::on_both;

fn shown(bill: &Bill) -> Shown {
    Shown {
        code: bill.content.code.clone(),
        number: bill.content.number.parse().expect("a number"),
        check: bill.content.check.clone(),
        total: bill.content.parts.total,
    }
}

fn mark(scene: &Scene<'_>, actor: &Arc<Actor>, bill: &Shown, claim: &str, payer: &str, fen: i64) -> &'static str {
    let wanted = Wanted { claim: claim.to_owned(), payer: payer.to_owned(), amount: Fen(fen) };
    let done = runtime().block_on(scene.bills.mark(actor, bill.clone(), wanted));
    done.map_or_else(|error| error.code(), |()| "marked")
}

fn release(scene: &Scene<'_>, actor: &Arc<Actor>, bill: &Shown, claim: &str) -> &'static str {
    let done = runtime().block_on(scene.bills.release(actor, bill.clone(), claim.to_owned()));
    done.map_or_else(|error| error.code(), |()| "released")
}

/// E3: once, whole, naming the original, also when sixteen ask at once.
#[test]
fn a_bill_is_taken_back_once() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let id = scene.issue(visit(100)).unwrap();
        let original = scene.seen(id);
        let reds: BTreeSet<BillId> = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..16).map(|_| scope.spawn(|| scene.redden(100).expect("a red bill"))).collect();
            asked.into_iter().map(|thread| thread.join().expect("a thread")).collect()
        });
        assert_eq!(reds.len(), 1, "{}", bench.name);
        assert_eq!(scene.count("SELECT COUNT(*) FROM bills_bills"), 2, "{}", bench.name);
        let red = scene.seen(*reds.first().expect("one"));
        let names = red.content.original.as_ref().expect("it names the original");
        assert_eq!((&names.code, &names.number), (&original.content.code, &original.content.number), "{}", bench.name);
        assert_eq!(names.reason, "退费", "{}", bench.name);
        assert_eq!(red.content.parts.total, Fen(-28_640), "{}", bench.name);
        assert_ne!(red.content.number, original.content.number, "{}", bench.name);
        let sum: i64 = red.content.lines.iter().chain(&original.content.lines).map(|line| line.amount.0).sum();
        assert_eq!(sum, 0, "{}", bench.name);
        let after = scene.seen(id);
        assert_eq!((after.state(), red.state()), ("void", "red"), "{}", bench.name);
        assert_eq!(
            after.standing.red.map(|number| number.to_string()),
            Some(red.content.number.clone()),
            "{}",
            bench.name
        );
        // A red bill is no settlement's, and an unknown settlement has none.
        for nothing in [red.id.0, 101] {
            assert_eq!(scene.redden(nothing).unwrap_err().code(), "bills.unknown", "{}", bench.name);
        }
        assert_eq!(scene.events(701), 1, "{}", bench.name);
    });
}

/// BILL_MARKED and BILL_PAPER_ISSUED guard the red letter; a mark given back frees it.
#[test]
fn marks_and_paper_lock_a_bill() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let (payer, _) = scene.enrolled("reviewer", Some(HOSPITAL), None);
        let (desk, _) = scene.enrolled("registrar", Some(HOSPITAL), None);
        let marked = scene.issue(visit(1)).unwrap();
        let bill = shown(&scene.seen(marked));
        assert_eq!(mark(&scene, &payer, &bill, "U-1", "工会", 10_000), "marked", "{}", bench.name);
        assert_eq!(scene.seen(marked).state(), "marked", "{}", bench.name);
        assert_eq!(scene.redden(1).unwrap_err().code(), "bills.marked", "{}", bench.name);
        let number = bill.number;
        let paper = runtime().block_on(scene.bills.exchange(&desk, number, "P-1"));
        assert_eq!(paper.unwrap_err().code(), "bills.marked", "{}", bench.name);
        let asked = bench.db.read_now(|sql| may_redden(sql, PERSON, SettlementId(1)));
        assert_eq!(asked.unwrap_err().code(), "bills.marked", "{}", bench.name);
        assert_eq!(release(&scene, &payer, &bill, "U-1"), "released", "{}", bench.name);
        assert_eq!(release(&scene, &payer, &bill, "U-1"), "released", "{}", bench.name);
        assert_eq!(release(&scene, &payer, &bill, "U-2"), "bills.mark-unknown", "{}", bench.name);
        scene.redden(1).unwrap();
        assert_eq!(mark(&scene, &payer, &bill, "U-3", "工会", 1), "bills.red", "{}", bench.name);

        let papered = scene.issue(visit(2)).unwrap();
        let bill = shown(&scene.seen(papered));
        for _ in 0..2 {
            runtime().block_on(scene.bills.exchange(&desk, bill.number, "P-2")).unwrap();
        }
        let other = runtime().block_on(scene.bills.exchange(&desk, bill.number, "P-3"));
        assert_eq!(other.unwrap_err().code(), "bills.paper-issued", "{}", bench.name);
        assert_eq!(scene.redden(2).unwrap_err().code(), "bills.paper-issued", "{}", bench.name);
        assert_eq!(mark(&scene, &payer, &bill, "U-4", "工会", 1), "bills.paper-issued", "{}", bench.name);
        assert_eq!(scene.events(705), 1, "{}", bench.name);
    });
}

/// Only who holds a mark gives it back: another payer would reimburse the bill again.
#[test]
fn another_payer_cannot_give_a_mark_back() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let enrolled = |institution| scene.enrolled("reviewer", institution, None).0;
        let (union, colleague) = (enrolled(Some(InstitutionId(81))), enrolled(Some(InstitutionId(81))));
        let (insurer, alone, other) = (enrolled(Some(InstitutionId(82))), enrolled(None), enrolled(None));
        let bill = shown(&scene.seen(scene.issue(visit(1)).unwrap()));
        assert_eq!(mark(&scene, &union, &bill, "U-1", "工会", 20_000), "marked", "{}", bench.name);
        for stranger in [&insurer, &alone] {
            assert_eq!(release(&scene, stranger, &bill, "U-1"), "bills.mark-unknown", "{}", bench.name);
            let again = mark(&scene, stranger, &bill, "U-1", "工会", 20_000);
            assert_eq!(again, "bills.mark-differs", "{}", bench.name);
        }
        assert_eq!(release(&scene, &colleague, &bill, "U-1"), "released", "{}", bench.name);
        assert_eq!(mark(&scene, &alone, &bill, "A-1", "工会", 20_000), "marked", "{}", bench.name);
        assert_eq!(release(&scene, &other, &bill, "A-1"), "bills.mark-unknown", "{}", bench.name);
        assert_eq!(release(&scene, &alone, &bill, "A-1"), "released", "{}", bench.name);
    });
}

/// Row 20 of the fault table: both ask for the whole bill at once, one gets it.
#[test]
fn fault_20_two_payers_mark_one_bill_for_the_full_amount() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let enrolled = |institution| scene.enrolled("reviewer", Some(InstitutionId(institution)), None).0;
        let (union, insurer) = (enrolled(81), enrolled(82));
        let bill = shown(&scene.seen(scene.issue(visit(1)).unwrap()));
        let whole = bill.total.0;
        let mut said: Vec<&str> = std::thread::scope(|scope| {
            let one = scope.spawn(|| mark(&scene, &union, &bill, "U-1", "工会", whole));
            let other = scope.spawn(|| mark(&scene, &insurer, &bill, "I-1", "商保", whole));
            vec![one.join().expect("a thread"), other.join().expect("a thread")]
        });
        said.sort_unstable();
        assert_eq!(said, ["bills.mark-exceeds", "marked"], "{}", bench.name);
        assert_eq!(scene.redden(1).unwrap_err().code(), "bills.marked", "{}", bench.name);
    });
}

/// M1: payers one after another, together never more than the bill, also at once.
#[test]
fn marks_never_exceed_the_bill() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let (payer, _) = scene.enrolled("reviewer", Some(HOSPITAL), None);
        let id = scene.issue(visit(1)).unwrap();
        let bill = shown(&scene.seen(id));
        for (claim, name, fen, expected) in [
            ("A", "工会", 0, "bills.mark-exceeds"),
            ("A", "工会", -5, "bills.mark-exceeds"),
            ("A", "工会", 28_641, "bills.mark-exceeds"),
            ("A", "工会", 20_000, "marked"),
            ("A", "工会", 20_000, "marked"),
            ("A", "工会", 20_001, "bills.mark-differs"),
            ("A", "商保", 20_000, "bills.mark-differs"),
            ("B", "商保", 8641, "bills.mark-exceeds"),
            ("B", "商保", 8640, "marked"),
            ("C", "商保", 1, "bills.mark-exceeds"),
            ("", "商保", 1, "web.body-invalid"),
        ] {
            assert_eq!(mark(&scene, &payer, &bill, claim, name, fen), expected, "{} {claim} {fen}", bench.name);
        }
        for spoil in [
            |shown: &mut Shown| shown.check = "000000".to_owned(),
            |shown: &mut Shown| shown.code = "99010127".to_owned(),
            |shown: &mut Shown| shown.total = Fen(28_641),
            |shown: &mut Shown| shown.number = BillNumber(1),
        ] {
            let mut wrong = bill.clone();
            spoil(&mut wrong);
            assert_eq!(mark(&scene, &payer, &wrong, "D", "商保", 1), "bills.unknown", "{}", bench.name);
        }
        assert_eq!(release(&scene, &payer, &bill, "A"), "released", "{}", bench.name);
        assert_eq!(mark(&scene, &payer, &bill, "A", "工会", 20_000), "bills.mark-differs", "{}", bench.name);
        // 40 claims of 1,000 fen at once: 20 fit into the 20,000 that are free.
        let done: Vec<&'static str> = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..40)
                .map(|n| {
                    let (scene, payer, bill) = (&scene, &payer, &bill);
                    scope.spawn(move || mark(scene, payer, bill, &format!("M{n}"), "商保", 1000))
                })
                .collect();
            asked.into_iter().map(|thread| thread.join().expect("a thread")).collect()
        });
        assert_eq!(done.iter().filter(|one| **one == "marked").count(), 20, "{}: {done:?}", bench.name);
        assert!(done.iter().all(|one| ["marked", "bills.mark-exceeds"].contains(one)), "{}: {done:?}", bench.name);
        let held = scene.count("SELECT CAST(SUM(amount_fen) AS BIGINT) FROM bills_marks WHERE released_at IS NULL");
        assert_eq!(held, 28_640, "{}", bench.name);
        assert_eq!(scene.count("SELECT marked_fen FROM bills_states"), held, "{}", bench.name);
    });
}

fn asked(bill: &Bill) -> Asked {
    let shown = shown(bill);
    Asked { number: shown.number, total: shown.total, code: None, check: None }
}

/// E4: valid or not, and nothing else; wrong tries of one number rest it alike
/// whether it exists or not.
#[test]
fn the_check_says_valid_or_not() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let ask = |asked: Asked| runtime().block_on(scene.bills.check(asked)).map_err(|error| error.code());
        let live = scene.seen(scene.issue(visit(1)).unwrap());
        assert_eq!(ask(asked(&live)), Ok(true), "{}", bench.name);
        let full =
            Asked { code: Some(live.content.code.clone()), check: Some(live.content.check.clone()), ..asked(&live) };
        assert_eq!(ask(full.clone()), Ok(true), "{}", bench.name);
        let coded = |code: &str| Asked { code: Some(code.to_owned()), ..full.clone() };
        assert_eq!(ask(coded("99010127")), Ok(false), "{}", bench.name);
        assert_eq!(ask(Asked { check: Some("000000".to_owned()), ..full }), Ok(false), "{}", bench.name);
        assert_eq!(ask(Asked { total: Fen(28_639), ..asked(&live) }), Ok(false), "{}", bench.name);

        let void = scene.seen(scene.issue(visit(2)).unwrap());
        let red = scene.seen(scene.redden(2).unwrap());
        assert_eq!(ask(asked(&void)), Ok(false), "{}", bench.name);
        assert_eq!(ask(asked(&red)), Ok(false), "{}", bench.name);
        assert!(!runtime().block_on(scene.bills.check_seal(&void.seal)).unwrap(), "{}", bench.name);

        let unknown = Asked { number: BillNumber(9_999_900_000_001), ..asked(&live) };
        for known in [asked(&live).number, unknown.number] {
            let wrong = Asked { number: known, total: Fen(7), ..unknown.clone() };
            let mut said = Vec::new();
            for _ in 0..WRONG_MAX + 2 {
                said.push(ask(wrong.clone()));
            }
            assert_eq!(said.last(), Some(&Err("bills.checks-rest")), "{}", bench.name);
            assert!(said.contains(&Ok(false)), "{}", bench.name);
        }
        assert_eq!(ask(asked(&live)), Err("bills.checks-rest"), "{}", bench.name);
        bench.clock.advance(REST);
        assert_eq!(ask(asked(&live)), Ok(true), "{}", bench.name);
    });
}
