//! Group commit: one row and one event a closure, 256 callers at once, against
//! one caller at a time.

use crate::Plan;
use crate::meter::{cpu_seconds, family, now, percentile_ms};
use crate::table::{Row, Table};
use kernel::{Capability, EventName, Migration, PersonId};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::{Db, Engine, Event, Insert, Kind, Settings, migrate};

const PROBE: Capability = Capability {
    name: "probe",
    migrations: &[Migration {
        name: "202611240999_probe",
        sql: "CREATE TABLE probe_rows (person_id BIGINT NOT NULL, id BIGINT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (person_id, id)) {CLUSTERED};",
    }],
    rights: &[],
    events: &[],
    refusals: &[],
};
const HAPPENED: EventName = EventName { code: 999, name: "probe.happened", says: "", look: false };
static ROWS: Insert = Insert {
    table: "probe_rows",
    columns: &[("person_id", Kind::Int), ("id", Kind::Int), ("word", Kind::Text)],
    on_conflict: "",
};

/// Measures both ways on the databases asked for; before and after each the bare rate
/// of the disk, whose better half is what group commit is held against.
pub(crate) fn measure(plan: &Plan, table: &mut Table) -> Result<(), String> {
    for on in databases(plan) {
        let bare = crate::limits::fsync(plan)?.per_second;
        let engine = if on == "sqlite" {
            let path = plan.folder.join("writing").join("probe.sqlite");
            if let Some(folder) = path.parent() {
                // Left from an earlier run.
                let _ = std::fs::remove_dir_all(folder);
            }
            Engine::Sqlite(path)
        } else {
            crate::fill::postgres(crate::limits::postgres()?.new_database())
        };
        let steps = migrate::in_order(&[&store::CAPABILITY, &PROBE]);
        let db = Db::open(Settings::of(engine), &steps).map_err(|fault| fault.to_string())?;
        for callers in [1, 8, 256] {
            let (commits_before, answered_before, _) = db.counts();
            let mut row = writers(plan, &db, on, callers)?;
            let (commits, answered, _) = db.counts();
            let together = (answered - answered_before) / (commits - commits_before).max(1);
            row.note = format!("{}, {together} a commit", row.note);
            if callers == 256 {
                let bare = bare.max(crate::limits::fsync(plan)?.per_second);
                row.note = format!("{}, {:.1} × {bare:.0} bare syncs/s", row.note, row.per_second / bare);
            }
            table.add(row);
        }
        table.add(point_reads(plan, &db, on)?);
        db.close();
    }
    Ok(())
}

/// One row by its key, one caller.
fn point_reads(plan: &Plan, db: &Db, on: &str) -> Result<Row, String> {
    let keys = crate::store::probe_keys(db)?;
    let pids = family(std::process::id());
    let before = cpu_seconds(&pids);
    let start = now();
    let mut times = Vec::new();
    for (person, id) in keys.iter().cycle() {
        if start.elapsed() > Duration::from_secs(plan.seconds) {
            break;
        }
        let asked = now();
        crate::store::probe_row(db, *person, *id)?;
        times.push(asked.elapsed());
    }
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds(&pids) - before);
    times.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let done = times.len() as f64;
    Ok(Row {
        job: "point read (store), 1 caller".into(),
        on: on.to_owned(),
        per_second: done / wall,
        per_cpu_second: done / cpu.max(0.01),
        p50_ms: percentile_ms(&times, 0.5),
        p99_ms: percentile_ms(&times, 0.99),
        note: "client's CPU only on PostgreSQL".into(),
    })
}

/// The databases a plan names.
pub(crate) fn databases(plan: &Plan) -> Vec<&'static str> {
    ["sqlite", "postgres"].into_iter().filter(|on| plan.store == "both" || plan.store == *on).collect()
}

fn writers(plan: &Plan, db: &Db, on: &str, callers: usize) -> Result<Row, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let pids = family(std::process::id());
    let before = cpu_seconds(&pids);
    let next = Arc::new(AtomicI64::new(i64::try_from(callers).unwrap_or(0) << 40));
    let start = now();
    let deadline = start + Duration::from_secs(plan.seconds);
    let mut times: Vec<Duration> = runtime.block_on(async {
        let mut tasks = Vec::new();
        for _ in 0..callers {
            let (db, next) = (db.clone(), next.clone());
            tasks.push(tokio::spawn(async move {
                let mut times = Vec::new();
                while now() < deadline {
                    let id = next.fetch_add(1, Ordering::Relaxed);
                    let person = id % 100_000;
                    let sent = now();
                    let done = db
                        .write(person, move |tx| {
                            tx.insert_later(&ROWS, [person.into(), id.into(), "一码通".into()]);
                            tx.event(Event { person: Some(PersonId(person)), ..Event::of(&HAPPENED) });
                            Ok(())
                        })
                        .await;
                    if done.is_err() {
                        return Err("a write failed".to_owned());
                    }
                    times.push(sent.elapsed());
                }
                Ok(times)
            }));
        }
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await.map_err(|error| error.to_string())??);
        }
        Ok::<_, String>(all)
    })?;
    let wall = start.elapsed().as_secs_f64();
    let cpu = cpu_seconds(&pids) - before;
    times.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let done = times.len() as f64;
    Ok(Row {
        job: format!("group commit, {callers} callers"),
        on: on.to_owned(),
        per_second: done / wall,
        per_cpu_second: done / cpu.max(0.01),
        p50_ms: percentile_ms(&times, 0.5),
        p99_ms: percentile_ms(&times, 0.99),
        note: "one row and one event each".into(),
    })
}
