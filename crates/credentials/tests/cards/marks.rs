//! The set of used codes at the size of a large region: how much room a mark takes,
//! and what a start takes in.

use crate::desk::{CAPABILITIES, desk, loaded};
use credentials::Scan;
use credentials::marks::{MARKS_KEPT, step_at};
use kernel::time::SECOND;
use store::{P, SqlExt as _};

/// Marks of this test: what a region of thirty million scans a day keeps.
const MARKS: i64 = 100_000;

#[test]
fn a_start_takes_in_what_can_still_be_replayed_and_a_mark_is_small() {
    let bench = testkit::sqlite(&CAPABILITIES);
    let desk = desk(&bench);
    let pages = || {
        let read = bench.db.read_now(|sql| Ok(sql.one("PRAGMA page_count", &[], |row| row.i64(0))?));
        read.expect("a read").expect("a row") * 4_096
    };
    let before = pages();
    let now = bench.db.world().now();
    let half_minutes = MARKS_KEPT / SECOND / 30;
    for half in 0..half_minutes {
        let first = i64::from(step_at(now - half * 30 * SECOND).0);
        bench
            .db
            .write_now(0, move |tx| {
                for number in 0..MARKS / half_minutes {
                    // Numbers as large as real ones.
                    let minter = 380_000_000_000_000_000 + number * 1_000_003;
                    tx.execute(
                        "INSERT INTO credentials_marks (step, minter_id) VALUES ($1, $2)",
                        &[P::I(first), P::I(minter)],
                    )?;
                }
                Ok(())
            })
            .expect("marks");
    }
    let each = (pages() - before) / MARKS;
    assert!(each <= 64, "{each} bytes a mark");
    let started = loaded(&bench.db);
    let code = started.codes.mint(380_000_000_000_000_000, step_at(now)).expect("a code");
    assert_eq!(desk.count("SELECT COUNT(*) FROM credentials_marks"), MARKS);
    let scan = Scan { code, purpose: "01301".into(), place: String::new() };
    let error = crate::desk::runtime().block_on(started.scan(&desk.doctor, scan)).map(drop).expect_err("of nobody");
    assert_eq!(error.code(), "credentials.code-refused", "nobody's card, whatever the set says");
    // Six minutes later nothing of it can be replayed, and nothing of it is kept.
    bench.clock.advance(MARKS_KEPT + 60 * SECOND);
    let gone = crate::desk::runtime().block_on(started.forget_used()).expect("forgotten");
    assert_eq!(i64::try_from(gone), Ok(MARKS));
    assert_eq!(desk.count("SELECT COUNT(*) FROM credentials_marks"), 0);
    bench.db.close();
}

/// Marks that nobody forgot are not even read at a start: only what can be replayed is.
#[test]
fn a_start_passes_over_marks_that_are_out_of_time() {
    testkit::on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let now = bench.db.world().now();
        let used = desk.code();
        desk.scan(&used, "01301").expect("accepted");
        let old = i64::from(step_at(now - MARKS_KEPT - 60 * SECOND).0);
        bench
            .db
            .write_now(0, move |tx| {
                // A step that is none: whoever reads it fails.
                for step in [-8, old] {
                    let sql = "INSERT INTO credentials_marks (step, minter_id) VALUES ($1, $2)";
                    tx.execute(sql, &[P::I(step), P::I(7)])?;
                }
                Ok(())
            })
            .expect("marks");
        let started = loaded(&bench.db);
        let scan = Scan { code: used, purpose: "01301".into(), place: String::new() };
        let error = crate::desk::runtime().block_on(started.scan(&desk.doctor, scan)).map(drop).expect_err("used");
        assert_eq!(error.code(), "credentials.code-used", "{}", bench.name);
    });
}
