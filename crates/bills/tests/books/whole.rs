//! The check of all bills finds nothing where nothing was done, and names each number,
//! sum and red letter that does not hold. Both databases.

use crate::scene::{CAPABILITIES, Scene, scene, visit};
use bills::proof::{Report, check};
use testkit::on_both;

fn report(scene: &Scene<'_>) -> Report {
    scene.bench.db.read_now(|sql| check(sql)).expect("the check runs")
}

fn story(scene: &Scene<'_>) {
    for settlement in [100, 101, 102] {
        scene.issue(visit(settlement)).expect("a bill");
    }
    scene.redden(101).expect("a red bill");
}

#[test]
fn whole_bills_are_found_whole() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        assert_eq!(report(&scene), Report::default());
        story(&scene);
        assert_eq!(report(&scene), Report { bills: 4, red: 1, wrong: Vec::new() }, "{}", bench.name);
    });
}

/// One database for each edit, so that none hides another.
#[test]
fn each_broken_state_is_named() {
    for (edit, says) in [
        (
            "UPDATE bills_bills SET number = number + 50000 WHERE id = 100",
            "E1: the number 1000100050001 was never given",
        ),
        ("UPDATE bills_issuers SET next_no = 2", "E1: the number"),
        ("DELETE FROM bills_issuers", "E1: the number"),
        ("UPDATE bills_bills SET issued_at = issued_at - 7200000000 WHERE id = 102", "long before lower numbers"),
        (
            "DROP INDEX bills_bills_number; UPDATE bills_bills SET number = 1000100000001 WHERE id = 102",
            "is on two bills",
        ),
        (
            "UPDATE bills_bills SET total_fen = total_fen + 1 WHERE id = 100",
            "E2: bill 1000100000001 says something else",
        ),
        ("UPDATE bills_bills SET check_code = '000000' WHERE id = 100", "E2: bill"),
        (
            "UPDATE bills_bills SET body = (SELECT body FROM bills_bills WHERE id = 102) WHERE id = 100",
            "E2: bill 1000100000001 says something else",
        ),
        ("UPDATE bills_states SET red_id = NULL", "E3: bill 1000100000002 is taken back by"),
        ("UPDATE bills_bills SET original_id = 7 WHERE original_id = 101", "takes back a bill that is not there"),
        ("DELETE FROM bills_bills WHERE original_id = 101", "E3: the red bill that took"),
        ("UPDATE bills_bills SET original_id = 100 WHERE original_id = 101", "is not the mirror of"),
    ] {
        on_both(&CAPABILITIES, |bench| {
            let scene = scene(bench);
            story(&scene);
            for part in edit.split("; ") {
                bench.db.write_now(0, move |tx| Ok(tx.execute(part, &[])?)).expect("the edit runs");
            }
            let wrong = report(&scene).wrong;
            assert!(wrong.iter().any(|one| one.contains(says)), "{} {edit}: {wrong:?}", bench.name);
        });
    }
}
