//! Look-ups that are asked at the same moment, on both databases.

use kernel::{Capability, Error, Fault, Migration};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use store::{Insert, Joint, Kind, P, Reader, Sql as _, SqlExt as _};

const WORDS: Capability = Capability {
    name: "joint",
    migrations: &[Migration {
        name: "202611242110_joint",
        sql: "CREATE TABLE joint_words (id BIGINT NOT NULL PRIMARY KEY, word TEXT NOT NULL) {CLUSTERED};",
    }],
    rights: &[],
    events: &[],
    refusals: &[],
};
static ROWS: Insert =
    Insert { table: "joint_words", columns: &[("id", Kind::Int), ("word", Kind::Text)], on_conflict: "" };

/// A key that spoils every statement it is part of.
const POISON: i64 = -1;
/// A key that brings the look-up down.
const PANIC: i64 = -2;

static STATEMENTS: AtomicUsize = AtomicUsize::new(0);
/// The tests count the same statements: one at a time.
static TURN: Mutex<()> = Mutex::new(());

fn spoiled(keys: &[i64]) -> Result<(), Error> {
    assert!(!keys.contains(&PANIC), "a look-up that panics");
    if keys.contains(&POISON) { Err(Fault::broken("a poisoned key").into()) } else { Ok(()) }
}

fn one(sql: &mut Reader<'_>, key: i64) -> Result<Option<String>, Error> {
    STATEMENTS.fetch_add(1, Ordering::Relaxed);
    spoiled(&[key])?;
    Ok(sql.one("SELECT word FROM joint_words WHERE id = $1", &[P::I(key)], |row| row.text(0).map(str::to_owned))?)
}

fn many(sql: &mut Reader<'_>, keys: &[i64]) -> Result<Vec<Option<String>>, Error> {
    STATEMENTS.fetch_add(1, Ordering::Relaxed);
    spoiled(keys)?;
    let mut found = vec![None; keys.len()];
    sql.rows("SELECT id, word FROM joint_words WHERE id = ANY($1)", &[P::Many(keys)], &mut |row| {
        for (key, found) in keys.iter().zip(&mut found) {
            if *key == row.i64(0)? {
                *found = Some(row.text(1)?.to_owned());
            }
        }
        Ok(())
    })?;
    Ok(found)
}

#[test]
fn everybody_gets_their_own_answer_and_few_statements_are_run() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    testkit::on_both(&[&WORDS], |bench| {
        let db = &bench.db;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().expect("a runtime");
        runtime.block_on(async {
            db.write(0, |tx| {
                for id in 0..500i64 {
                    tx.insert_later(&ROWS, [id.into(), format!("word {id}").into()]);
                }
                Ok(())
            })
            .await
            .expect("rows");
            STATEMENTS.store(0, Ordering::Relaxed);
            let joint = Joint::new(db, one, many);
            let ask = |key: i64| {
                tokio::spawn({
                    let joint = joint.clone();
                    async move { joint.ask(key).await }
                })
            };
            let asked: Vec<_> = (0..2_000i64).map(|number| number % 600).map(|key| (key, ask(key))).collect();
            for (key, answer) in asked {
                let found = answer.await.expect("runs").expect("an answer");
                assert_eq!(found, (key < 500).then(|| format!("word {key}")));
            }
            let run = STATEMENTS.load(Ordering::Relaxed);
            if bench.name == "sqlite" {
                assert_eq!(run, 2_000);
            } else {
                assert!(run < 1_000, "{run} statements for 2000 look-ups");
            }
        });
    });
}

#[test]
fn a_look_up_that_fails_or_panics_disturbs_no_other() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    testkit::on_both(&[&WORDS], |bench| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().expect("a runtime");
        runtime.block_on(async {
            let joint = Joint::new(&bench.db, one, many);
            let ask = |key: i64| {
                tokio::spawn({
                    let joint = joint.clone();
                    async move { joint.ask(key).await }
                })
            };
            let keys = (0..300i64).map(|number| if number % 50 == 7 { POISON } else { number });
            let asked: Vec<_> = keys.map(|key| (key, ask(key))).collect();
            for (key, answer) in asked {
                assert_eq!(answer.await.expect("runs").is_err(), key == POISON, "{key}");
            }
            if bench.name == "postgres" {
                let asked: Vec<_> =
                    (0..100).map(|at| if at == 50 { PANIC } else { at }).map(|key| (key, ask(key))).collect();
                for (key, answer) in asked {
                    assert_eq!(answer.await.expect("runs").is_err(), key == PANIC, "{key}");
                }
            }
            assert_eq!(joint.ask(3).await.expect("still there"), None);
        });
    });
}
