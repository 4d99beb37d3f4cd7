//! The store on both databases: grouping, refusals, repeated keys, the chain,
//! jobs, dry runs, migrations.

use kernel::{Capability, Error, EventName, Migration, PersonId};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{Event, Insert, Kind, OnceKey, P, SqlExt as _, Tx, migrate};
use testkit::{Bench, on_both};

const TABLE: Capability = Capability {
    name: "probe",
    migrations: &[Migration {
        name: "202611240901_probe",
        sql: "CREATE TABLE probe_rows (
                person_id BIGINT NOT NULL,
                id BIGINT NOT NULL,
                word TEXT,
                body {BYTES},
                PRIMARY KEY (person_id, id)
            ) {CLUSTERED};",
    }],
    rights: &[],
    events: &[HAPPENED],
    refusals: &[],
};

const HAPPENED: EventName = EventName { code: 900, name: "probe.happened", says: "A test did it.", look: false };

static ROWS: Insert = Insert {
    table: "probe_rows",
    columns: &[("person_id", Kind::Int), ("id", Kind::Int), ("word", Kind::Text), ("body", Kind::Bytes)],
    on_conflict: "",
};

kernel::refusals! {
    /// A refusal for tests.
    pub enum Refusal {
        /// No.
        No = 422 "probe.no", "No.", "不。", "Do not.", "别。";
    }
}

fn put(tx: &mut Tx<'_>, person: i64, id: i64) {
    tx.insert_later(&ROWS, [person.into(), id.into(), "字".into(), vec![1u8, 2].into()]);
    tx.event(Event { person: Some(PersonId(person)), ..Event::of(&HAPPENED) });
}

fn count(bench: &Bench) -> i64 {
    bench
        .db
        .read_now(|sql| Ok(sql.one("SELECT COUNT(*) FROM probe_rows", &[], |row| row.i64(0))?))
        .expect("the table can be counted")
        .expect("a count is a row")
}

#[test]
fn what_was_answered_is_there_and_the_chain_is_whole() {
    on_both(&[&TABLE], |bench| {
        std::thread::scope(|scope| {
            for person in 0..8i64 {
                let db = &bench.db;
                scope.spawn(move || {
                    for id in 0..25 {
                        db.write_now(person, move |tx| {
                            put(tx, person, id);
                            Ok(())
                        })
                        .unwrap();
                    }
                });
            }
        });
        assert_eq!(count(bench), 200, "{}", bench.name);
        let report = bench.db.check().unwrap();
        assert_eq!(report.events, 200, "{}", bench.name);
        assert_eq!(report.wrong, Vec::<String>::new(), "{}", bench.name);
    });
}

#[test]
fn values_come_back_as_they_went_in() {
    on_both(&[&TABLE], |bench| {
        bench
            .db
            .write_now(1, |tx| {
                tx.execute(
                    "INSERT INTO probe_rows (body, word, id, person_id) VALUES ($4, $3, $2, $1)",
                    &[P::I(-5), P::I(i64::MAX), P::Null, P::B(&[0, 255])],
                )?;
                Ok(())
            })
            .unwrap();
        let row = bench
            .db
            .read_now(|sql| {
                Ok(sql.one("SELECT person_id, id, word, body FROM probe_rows", &[], |row| {
                    Ok((row.i64(0)?, row.i64(1)?, row.opt_text(2)?.map(str::to_owned), row.bytes(3)?.to_vec()))
                })?)
            })
            .unwrap();
        assert_eq!(row, Some((-5, i64::MAX, None, vec![0, 255])), "{}", bench.name);
    });
}

#[test]
fn a_refusal_undoes_its_own_work_only() {
    on_both(&[&TABLE], |bench| {
        std::thread::scope(|scope| {
            for id in 0..20i64 {
                let db = &bench.db;
                scope.spawn(move || {
                    let done = db.write_now(1, move |tx| {
                        put(tx, 1, id);
                        tx.execute("INSERT INTO probe_rows (person_id, id) VALUES ($1, $2)", &[P::I(2), P::I(id)])?;
                        if id % 2 == 0 { Err(Refusal::No.error()) } else { Ok(()) }
                    });
                    assert_eq!(done.is_err(), id % 2 == 0);
                });
            }
        });
        assert_eq!(count(bench), 20, "{}", bench.name);
        assert_eq!(bench.db.check().unwrap().events, 10, "{}", bench.name);
    });
}

#[test]
fn only_the_culprit_of_a_failed_batch_is_told() {
    on_both(&[&TABLE], |bench| {
        let failures = Arc::new(AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for turn in 0..40i64 {
                let (db, failures) = (&bench.db, failures.clone());
                scope.spawn(move || {
                    // Forty turns fight for thirty places: ten must lose, whoever they are.
                    let done = db.write_now(1, move |tx| {
                        put(tx, 1, turn % 30);
                        Ok(())
                    });
                    if let Err(error) = done {
                        assert!(
                            matches!(&error, Error::Fault(fault) if fault.kind == store::FaultKind::Duplicate),
                            "{error}"
                        );
                        failures.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!((count(bench), failures.load(Ordering::Relaxed)), (30, 10), "{}", bench.name);
        assert_eq!(bench.db.check().unwrap().wrong, Vec::<String>::new(), "{}", bench.name);
    });
}

#[test]
fn the_same_key_gives_the_same_answer_once() {
    on_both(&[&TABLE], |bench| {
        let go = |key: &'static str, body: &'static [u8], id: i64| {
            let key = OnceKey::new(9, "/v1/probe", key, body, false);
            bench.db.write_now(key.home(), move |tx| {
                tx.once(&key, |tx| {
                    put(tx, 1, id);
                    Ok((201, format!("made {id}").into_bytes()))
                })
            })
        };
        let replies: Vec<_> = std::thread::scope(|scope| {
            let turns: Vec<_> = (0..16).map(|id| scope.spawn(move || go("k", b"same", id).unwrap())).collect();
            turns.into_iter().map(|turn| turn.join().unwrap()).collect()
        });
        assert!(replies.iter().all(|reply| reply.body == replies[0].body && reply.status == 201), "{}", bench.name);
        assert_eq!(replies.iter().filter(|reply| !reply.repeated).count(), 1, "{}", bench.name);
        assert_eq!(go("k", b"other", 99).unwrap_err().code(), "store.key-reused", "{}", bench.name);
        assert_eq!(count(bench), 1, "{}", bench.name);
    });
}

#[test]
fn a_dry_run_meets_constraints_and_leaves_nothing() {
    on_both(&[&TABLE], |bench| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let dry = |id: i64| {
            runtime.block_on(bench.db.dry_run(1, move |tx| {
                put(tx, 1, id);
                Ok(id)
            }))
        };
        assert_eq!(dry(1).unwrap(), 1, "{}", bench.name);
        assert_eq!(count(bench), 0, "{}", bench.name);
        bench
            .db
            .write_now(1, |tx| {
                put(tx, 1, 1);
                Ok(())
            })
            .unwrap();
        assert!(dry(1).is_err(), "{}: the place is taken", bench.name);
    });
}

#[test]
fn jobs_come_when_due_and_again_until_done() {
    on_both(&[&TABLE], |bench| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        bench
            .db
            .write_now(1, |tx| {
                tx.outbox("probe.now", vec![1]);
                let later = store::Sql::now(tx) + 10_000_000;
                tx.after("probe.later", later, vec![2]);
                Ok(())
            })
            .unwrap();
        let due = runtime.block_on(bench.db.due_jobs()).unwrap();
        assert_eq!(due.iter().map(|job| job.topic.as_str()).collect::<Vec<_>>(), ["probe.now"], "{}", bench.name);
        let job = due[0].clone();
        bench.db.write_now(job.lane, move |tx| Ok(tx.job_failed(&job)?)).unwrap();
        assert!(runtime.block_on(bench.db.due_jobs()).unwrap().is_empty(), "{}", bench.name);
        bench.clock.advance(60_000_000);
        let due = runtime.block_on(bench.db.due_jobs()).unwrap();
        assert_eq!(due.len(), 2, "{}", bench.name);
        for job in due {
            bench.db.write_now(job.lane, move |tx| Ok(tx.job_done(&job)?)).unwrap();
        }
        assert!(runtime.block_on(bench.db.due_jobs()).unwrap().is_empty(), "{}", bench.name);
    });
}

#[test]
fn an_edited_removed_or_added_event_shows() {
    for (name, sql) in [
        ("edited", "UPDATE store_events SET object = 'x' WHERE seq = 3"),
        ("removed", "DELETE FROM store_events WHERE seq = 3"),
        ("cut off", "DELETE FROM store_events WHERE seq = 5"),
        ("erased detail", "UPDATE store_events SET detail = NULL WHERE seq = 2"),
        (
            "added",
            "INSERT INTO store_events (person_id, lane, seq, at, name, actor_id, institution_id, grant_id, purpose, object, hash)
             SELECT 5, 7, seq, at, name, actor_id, institution_id, grant_id, purpose, object, hash FROM store_events WHERE seq = 1",
        ),
    ] {
        on_both(&[&TABLE], |bench| {
            for id in 0..5 {
                bench
                    .db
                    .write_now(0, move |tx| {
                        put(tx, 0, id);
                        tx.event(Event { detail: Some(b"{}".to_vec()), ..Event::of(&HAPPENED) });
                        Ok(())
                    })
                    .unwrap();
            }
            assert_eq!(bench.db.check().unwrap().wrong, Vec::<String>::new());
            bench.db.write_now(0, move |tx| Ok(tx.execute(sql, &[])?)).unwrap();
            assert!(!bench.db.check().unwrap().wrong.is_empty(), "{}: {name} was not noticed", bench.name);
        });
    }
}

#[test]
fn a_second_process_may_not_write() {
    let bench = testkit::sqlite(&[&TABLE]);
    let migrations = migrate::in_order(&[&store::CAPABILITY, &TABLE]);
    let again = store::Db::open(store::Settings::of(bench.db.engine().clone()), &migrations);
    assert!(matches!(&again, Err(fault) if fault.kind == store::FaultKind::Busy), "{again:?}");
    if let Some(bench) = testkit::postgres(&[&TABLE]) {
        let again = store::Db::open(store::Settings::of(bench.db.engine().clone()), &migrations);
        assert!(matches!(&again, Err(fault) if fault.kind == store::FaultKind::Busy), "{again:?}");
    }
}

#[test]
fn migrations_run_once_and_are_not_edited() {
    on_both(&[&TABLE], |bench| {
        let engine = bench.db.engine().clone();
        let all = migrate::in_order(&[&store::CAPABILITY, &TABLE]);
        assert_eq!(migrate::plan(&engine, &all).unwrap(), Vec::new(), "{}", bench.name);
        let mut edited = all.clone();
        edited[1].sql = "SELECT 1";
        assert!(migrate::plan(&engine, &edited).unwrap_err().to_string().contains("edited"), "{}", bench.name);
        assert!(migrate::plan(&engine, &all[..1]).unwrap_err().to_string().contains("older"), "{}", bench.name);
    });
}

/// Keeps lane 1 busy until `waiting` of what `jobs` asks are in its queue, so that
/// all of it meets in one batch.
fn in_one_batch(bench: &Bench, waiting: u64, jobs: impl Fn(&Bench) + Sync) {
    let (begun, running) = std::sync::mpsc::channel::<()>();
    let (go, gate) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            bench
                .db
                .write_now(1, move |_| {
                    begun.send(()).expect("the batch is held and let go");
                    gate.recv().expect("the batch is held and let go");
                    Ok(())
                })
                .expect("the batch is held and let go");
        });
        running.recv().expect("the batch is held and let go");
        scope.spawn(|| jobs(bench));
        while bench.db.counts().2 < waiting {
            std::thread::yield_now();
        }
        go.send(()).expect("the batch is held and let go");
    });
}

#[test]
fn a_dry_run_takes_nothing_away_from_its_neighbours() {
    on_both(&[&TABLE], |bench| {
        in_one_batch(bench, 3, |bench| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let write = |id: i64| {
                    bench.db.write(1, move |tx| {
                        put(tx, 1, id);
                        Ok(())
                    })
                };
                let dry = bench.db.dry_run(1, |tx| {
                    put(tx, 1, 2);
                    Ok(())
                });
                let (first, rehearsed, last) = tokio::join!(biased; write(1), dry, write(3));
                first.and(rehearsed).and(last).unwrap();
            });
        });
        assert_eq!(count(bench), 2, "{}: both acknowledged rows are there", bench.name);
        assert_eq!(bench.db.check().unwrap().events, 2, "{}", bench.name);
    });
}

#[test]
fn a_verb_that_passes_over_a_failed_statement_is_not_acknowledged() {
    on_both(&[&TABLE], |bench| {
        let row = "INSERT INTO probe_rows (person_id, id) VALUES ($1, $2)";
        let done = bench.db.write_now(1, move |tx| {
            tx.execute(row, &[P::I(1), P::I(1)])?;
            let _twice = tx.execute(row, &[P::I(1), P::I(1)]);
            Ok(())
        });
        assert_eq!((done.is_ok(), count(bench)), (false, 0), "{}", bench.name);
        bench.db.write_now(1, move |tx| Ok(tx.execute(row, &[P::I(1), P::I(2)])?)).unwrap();
        assert_eq!(count(bench), 1, "{}", bench.name);
    });
}

#[test]
fn a_verb_that_panics_does_not_end_its_lane() {
    on_both(&[&TABLE], |bench| {
        let done = bench.db.write_now(1, |tx| {
            put(tx, 1, 1);
            tx.execute("INSERT INTO probe_rows (person_id, id) VALUES ($1, $2)", &[P::I(1), P::I(2)])?;
            assert!(count_in(tx) > 5, "on purpose");
            Ok(())
        });
        assert!(matches!(done, Err(Error::Fault(_))), "{}", bench.name);
        bench
            .db
            .write_now(1, |tx| {
                put(tx, 1, 3);
                Ok(())
            })
            .unwrap();
        assert_eq!(count(bench), 1, "{}", bench.name);
    });
}

fn count_in(tx: &mut Tx<'_>) -> i64 {
    tx.one("SELECT COUNT(*) FROM probe_rows", &[], |row| row.i64(0)).expect("counted").expect("a row")
}

#[test]
fn old_replies_are_forgotten_in_parts_and_kept_ones_stay() {
    on_both(&[&TABLE], |bench| {
        for (number, keep) in [("a", false), ("b", true), ("c", false)] {
            let key = OnceKey::new(9, "/v1/probe", number, b"", keep);
            bench.db.write_now(1, move |tx| tx.once(&key, |_| Ok((200, Vec::new())))).unwrap();
        }
        let before = bench.db.world().now() + 1;
        let gone = bench.db.write_now(1, move |tx| Ok(tx.forget_replies(before)?)).unwrap();
        let again = bench.db.write_now(1, move |tx| Ok(tx.forget_replies(before)?)).unwrap();
        assert_eq!((gone, again), (2, 0), "{}", bench.name);
    });
}

#[test]
fn a_check_beside_a_busy_node_finds_nothing_wrong() {
    let bench = testkit::sqlite(&[&TABLE]);
    let path = bench.folder().unwrap().join("yima.sqlite");
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for id in 0.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                bench
                    .db
                    .write_now(1, move |tx| {
                        put(tx, 1, id);
                        Ok(())
                    })
                    .unwrap();
            }
        });
        let wrong: Vec<String> =
            (0..40).flat_map(|_| store::backup::prove_sqlite(&path).unwrap().chain.wrong).collect();
        done.store(true, Ordering::Relaxed);
        assert_eq!(wrong, Vec::<String>::new());
    });
    bench.db.close();
}
