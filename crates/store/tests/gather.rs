//! Asks that run together: everybody gets an answer of their own, whatever becomes of
//! the others.

use kernel::{Capability, Error, Migration};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::gather::{Part, Ways};
use store::{Gather, Insert, Kind, P, SqlExt as _, Tx};
use testkit::{Bench, on_both};

const TABLE: Capability = Capability {
    name: "probe",
    migrations: &[Migration {
        name: "202611240901_probe",
        sql: "CREATE TABLE probe_rows (id BIGINT NOT NULL PRIMARY KEY, runs BIGINT NOT NULL) {CLUSTERED};",
    }],
    rights: &[],
    events: &[],
    refusals: &[],
};

static ROWS: Insert =
    Insert { table: "probe_rows", columns: &[("id", Kind::Int), ("runs", Kind::Int)], on_conflict: "" };

kernel::refusals! {
    /// A refusal for tests.
    pub enum Refusal {
        /// No.
        No = 422 "probe.no", "No.", "不。", "Do not.", "别。";
    }
}

/// What is asked: a row, or something that goes wrong.
#[derive(Clone)]
struct Ask {
    id: i64,
    how: How,
    /// How often several ran together, and how many ran in all.
    counts: Arc<[AtomicUsize; 2]>,
}

#[derive(Clone, Copy, PartialEq)]
enum How {
    Row,
    Refused,
    RefusedLate,
    Alone,
    Panics,
}

fn row(tx: &mut Tx<'_>, ask: &Ask) -> Result<i64, Error> {
    ask.counts[1].fetch_add(1, Ordering::Relaxed);
    match ask.how {
        How::Row | How::Alone => tx.insert_later(&ROWS, [ask.id.into(), 1.into()]),
        How::Refused | How::RefusedLate => return Err(Refusal::No.at("id")),
        How::Panics => panic!("as asked"),
    }
    Ok(ask.id)
}

fn together(tx: &mut Tx<'_>, asks: &[&Ask]) -> Result<Vec<Part<i64>>, Error> {
    if let (Some(first), true) = (asks.first(), asks.len() > 1) {
        first.counts[0].fetch_add(1, Ordering::Relaxed);
    }
    let part = |ask: &&Ask| match ask.how {
        How::Alone => Ok(Part::Alone),
        How::Refused => Ok(Part::Done(Err(Refusal::No.at("id")))),
        How::Row | How::RefusedLate | How::Panics => row(tx, ask).map(|id| Part::Done(Ok(id))),
    };
    asks.iter().map(part).collect()
}

fn gather(bench: &Bench) -> Gather<Ask, i64> {
    Gather::new(&bench.db, Ways { together, alone: row })
}

/// Asks all at once while the lane is held up, so that they meet.
fn all(bench: &Bench, asks: Vec<(i64, Ask)>) -> Vec<Result<i64, Error>> {
    let gather = gather(bench);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (go, gone) = std::sync::mpsc::channel::<()>();
        let db = bench.db.clone();
        let held = tokio::spawn(async move {
            // Ends when the sender is dropped.
            db.write(0, move |_tx| Ok(gone.recv().is_err())).await
        });
        tokio::task::yield_now().await;
        let waiting: Vec<_> = asks
            .into_iter()
            .map(|(home, ask)| {
                let gather = gather.clone();
                tokio::spawn(async move { gather.ask(home, ask).await })
            })
            .collect();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        drop(go);
        assert!(held.await.expect("no panic").expect("written"), "held up until now");
        let mut results = Vec::new();
        for one in waiting {
            results.push(one.await.expect("no panic"));
        }
        results
    })
}

fn ids(bench: &Bench) -> Vec<i64> {
    let sql = "SELECT id FROM probe_rows WHERE runs = $1 ORDER BY id LIMIT 1000";
    bench.db.read_now(move |reader| Ok(reader.all(sql, &[P::I(1)], |row| row.i64(0))?)).expect("rows")
}

fn asks(hows: &[How]) -> (Vec<(i64, Ask)>, Arc<[AtomicUsize; 2]>) {
    let counts = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let ask = |(id, how): (i64, &How)| (id, Ask { id, how: *how, counts: counts.clone() });
    ((1..).zip(hows).map(ask).collect(), counts)
}

#[test]
fn those_that_meet_run_in_one_closure() {
    on_both(&[&TABLE], |bench| {
        // More than run together at once.
        let (asks, counts) = asks(&[How::Row; 600]);
        let results = all(bench, asks);
        assert!(results.iter().zip(1..).all(|(result, id)| *result.as_ref().expect("done") == id), "{}", bench.name);
        assert_eq!(ids(bench).len(), 600, "{}", bench.name);
        assert_eq!(counts[1].load(Ordering::Relaxed), 600, "{}: none ran twice", bench.name);
        let groups = counts[0].load(Ordering::Relaxed);
        assert!((2..100).contains(&groups), "{}: {groups} groups", bench.name);
    });
}

#[test]
fn one_that_fails_spoils_nobody_elses() {
    on_both(&[&TABLE], |bench| {
        let hows =
            [How::Row, How::Refused, How::Row, How::Alone, How::RefusedLate, How::Panics, How::Row, How::Refused];
        let (asks, _) = asks(&hows);
        let results = all(bench, asks);
        for ((result, how), id) in results.iter().zip(hows).zip(1i64..) {
            match how {
                How::Row | How::Alone => assert_eq!(*result.as_ref().expect("done"), id, "{}", bench.name),
                How::Refused | How::RefusedLate => {
                    assert_eq!(result.as_ref().expect_err("refused").code(), "probe.no", "{}", bench.name);
                }
                How::Panics => assert_eq!(result.as_ref().expect_err("a fault").code(), "fault", "{}", bench.name),
            }
        }
        assert_eq!(ids(bench), [1, 3, 4, 7], "{}", bench.name);
    });
}

/// A row that breaks a key shows itself at the flush only.
#[test]
fn a_broken_key_fails_its_own_ask() {
    on_both(&[&TABLE], |bench| {
        let (mut asks, _) = asks(&[How::Row; 5]);
        asks[3].1.id = 1;
        let results = all(bench, asks);
        let failed = results.iter().filter(|result| result.is_err()).count();
        assert_eq!(failed, 1, "{}: {results:?}", bench.name);
        assert_eq!(ids(bench), [1, 2, 3, 5], "{}", bench.name);
    });
}

/// Asks of one home come after one another.
#[test]
fn one_home_never_runs_together() {
    on_both(&[&TABLE], |bench| {
        let (asks, counts) = asks(&[How::Row; 40]);
        let asks = asks.into_iter().map(|(_, ask)| (7, ask)).collect();
        let results = all(bench, asks);
        assert!(results.iter().all(Result::is_ok), "{}", bench.name);
        assert_eq!(counts[0].load(Ordering::Relaxed), 0, "{}: none met another", bench.name);
        assert_eq!(ids(bench).len(), 40, "{}", bench.name);
    });
}
