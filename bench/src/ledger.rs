//! The ledger: settlements posted by many callers, transfers from a file, and the
//! full check of a large journal.

use crate::Plan;
use crate::meter::{cpu_seconds, family, now, percentile_ms, resident};
use crate::table::{Row, Table};
use kernel::{Error, Fen, InstitutionId, PersonId, SettlementId};
use ledger::batch::{CHUNK_MAX, Outcome, Transfer};
use ledger::{Account, Entity, Entry, EntryKind, Ledger, Lines, Refs, check};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use store::{Db, Engine, Settings, Tx, migrate};

const AGENCY: Entity = Entity(-990_100);
const HOSPITALS: i64 = 400;
const PERSONS: i64 = 200_000;
const FUND: u32 = 310_100;
const SUPPLEMENT: u32 = 330_100;
/// Postings of one settlement: four in the agency's books, three in the hospital's.
const POSTINGS: u64 = 7;
/// Callers at once.
const CALLERS: i64 = 256;
/// Transfers in the file.
const TRANSFERS: i64 = 500_000;
/// Settlements posted in one transaction while the large journal is filled.
const FILLED: i64 = 4_000;

/// Measures on the databases asked for.
pub(crate) fn measure(plan: &Plan, table: &mut Table) -> Result<(), String> {
    for on in ["sqlite", "postgres"].into_iter().filter(|on| plan.store == "both" || plan.store == *on) {
        let folder = plan.folder.join("ledger");
        // Left from an earlier run.
        let _ = std::fs::remove_dir_all(&folder);
        let engine = if on == "sqlite" {
            Engine::Sqlite(folder.join("ledger.sqlite"))
        } else {
            let server = testkit::server().ok_or("PostgreSQL is not installed")?;
            Engine::Postgres { url: server.new_database(), lanes: 2, readers: 3 }
        };
        let steps = migrate::in_order(&[&store::CAPABILITY, &ledger::CAPABILITY]);
        let db = Db::open(Settings::of(engine), &steps).map_err(|fault| fault.to_string())?;
        let books = Ledger::load(&db).map_err(told)?;
        table.add(from_a_file(&books, on)?);
        table.add(settlements(plan, &books, on)?);
        table.add(filled(plan, &books, on)?);
        table.add(checked(&db, on)?);
        db.close();
        // 100 million postings are many gigabytes.
        let _ = std::fs::remove_dir_all(&folder);
    }
    Ok(())
}

fn told(error: Error) -> String {
    error.to_string()
}

/// One settlement in the agency's and the hospital's books.
fn settle(books: &Ledger, tx: &mut Tx<'_>, number: i64) -> Result<(), Error> {
    let person = PersonId(1 + number.wrapping_mul(7_919).rem_euclid(PERSONS));
    let hospital = InstitutionId(1 + number.rem_euclid(HOSPITALS));
    let refs =
        Refs { settlement: Some(SettlementId(number)), plan: 77, msgid: "H51010000001202611", ..Refs::default() };
    let agency = Lines::new()
        .debit(Account::benefit(FUND), Fen(8_150))
        .debit(Account::benefit(SUPPLEMENT), Fen(250))
        .debit(Account::personal(person), Fen(1))
        .credit(Account::payable_institution(hospital), Fen(8_401));
    let own = Lines::new()
        .debit(Account::receivable_agency(AGENCY), Fen(8_401))
        .debit(Account::cashbox(1), Fen(1_599))
        .credit(Account::revenue(), Fen(10_000));
    let (kind, period) = (EntryKind::Settlement, None);
    let entries = [
        Entry { entity: AGENCY, kind, period, refs, lines: agency.as_slice() },
        Entry { entity: hospital.into(), kind, period, refs, lines: own.as_slice() },
    ];
    books.post_all(tx, &entries).map(drop)
}

/// CPU seconds of this program, and of PostgreSQL's processes where it is the store.
fn spent(on: &str) -> f64 {
    let mut pids = family(std::process::id());
    if on == "postgres" {
        pids.extend(crate::serving::postgres_pids());
        pids.sort_unstable();
        pids.dedup();
    }
    cpu_seconds(&pids)
}

fn rate(on: &str, job: &str, done: f64, start: Instant, cpu: f64, note: String) -> Row {
    let wall = start.elapsed().as_secs_f64();
    let used = spent(on) - cpu;
    Row {
        job: job.to_owned(),
        on: on.to_owned(),
        per_second: done / wall,
        per_cpu_second: done / used.max(0.01),
        p50_ms: 0.0,
        p99_ms: 0.0,
        note,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn count(number: u64) -> f64 {
    number as f64
}

/// Postings a second of a file that credits every person, read and posted on two
/// threads as `yima ledger post` does; a second run of its first part.
fn from_a_file(books: &Ledger, on: &str) -> Result<Row, String> {
    let text: Vec<String> = (0..TRANSFERS)
        .map(|at| format!("1001,2301/{},{},credit-2026-11-{at}", PersonId(1 + at % PERSONS), 100_000 + at % 977))
        .collect();
    let start = now();
    let cpu = spent(on);
    let (to, chunks) = std::sync::mpsc::sync_channel::<Result<Vec<Transfer>, Error>>(4);
    let posted = std::thread::scope(|scope| -> Result<u64, String> {
        scope.spawn(|| {
            let to = to;
            for some in text.chunks(CHUNK_MAX) {
                let read = some.iter().map(|line| Transfer::from_line(AGENCY, line)).collect();
                if to.send(read).is_err() {
                    return;
                }
            }
        });
        let mut posted = 0;
        for chunk in chunks {
            let outcomes = books.post_transfers(AGENCY, None, chunk.map_err(told)?).map_err(told)?;
            posted += outcomes.iter().filter(|one| matches!(one, Outcome::Posted(_))).count() as u64;
        }
        Ok(posted)
    })?;
    let again: Result<Vec<Transfer>, Error> =
        text.iter().take(CHUNK_MAX).map(|line| Transfer::from_line(AGENCY, line)).collect();
    let note = format!("{posted} transfers, {} MB resident", resident(std::process::id()) / 1_000_000);
    let row = rate(on, "transfers from a file, postings", count(posted * 2), start, cpu, note);
    let known = books.post_transfers(AGENCY, None, again.map_err(told)?).map_err(told)?;
    if known.iter().any(|one| !matches!(one, Outcome::Known(_))) {
        return Err("a second run posted something".to_owned());
    }
    Ok(row)
}

/// Settlements of many callers, each durable before its answer, with the fold
/// running beside them every second.
fn settlements(plan: &Plan, books: &Ledger, on: &str) -> Result<Row, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let numbers = Arc::new(AtomicI64::new(1));
    let (start, cpu) = (now(), spent(on));
    let until = Duration::from_secs(plan.seconds);
    let mut times: Vec<Duration> = runtime.block_on(async {
        let folding = tokio::spawn(fold_each_second(books.clone()));
        let callers: Vec<_> =
            (0..CALLERS).map(|_| tokio::spawn(caller(books.clone(), numbers.clone(), start, until))).collect();
        let mut times = Vec::new();
        for one in callers {
            times.extend(one.await.map_err(|error| error.to_string())??);
        }
        folding.abort();
        Ok::<_, String>(times)
    })?;
    times.sort_unstable();
    let mut row =
        rate(on, "settlements posted, 256 callers", count(times.len() as u64), start, cpu, "2 entries each".to_owned());
    row.p50_ms = percentile_ms(&times, 0.5);
    row.p99_ms = percentile_ms(&times, 0.99);
    Ok(row)
}

async fn fold_each_second(books: Ledger) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if books.fold().await.is_err() {
            return;
        }
    }
}

async fn caller(
    books: Ledger,
    numbers: Arc<AtomicI64>,
    start: Instant,
    until: Duration,
) -> Result<Vec<Duration>, String> {
    let mut times = Vec::new();
    while start.elapsed() < until {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        let asked = now();
        let ledger = books.clone();
        books.db().write(number.wrapping_mul(7_919), move |tx| settle(&ledger, tx, number)).await.map_err(told)?;
        times.push(asked.elapsed());
    }
    Ok(times)
}

/// Fills the journal up to the plan's postings, many settlements a transaction, and
/// folds it.
fn filled(plan: &Plan, books: &Ledger, on: &str) -> Result<Row, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let (start, cpu) = (now(), spent(on));
    let wanted = i64::try_from(plan.entries / POSTINGS).unwrap_or(i64::MAX);
    let first = 1_000_000_000;
    let mut done = 0;
    while done < wanted {
        let (ledger, from) = (books.clone(), first + done);
        let posted = books
            .db()
            .write_now(from, move |tx| (from..from + FILLED).try_for_each(|number| settle(&ledger, tx, number)));
        posted.map_err(told)?;
        done += FILLED;
        if done % (FILLED * 100) == 0 {
            runtime.block_on(books.fold()).map_err(told)?;
        }
    }
    runtime.block_on(books.fold()).map_err(told)?;
    let lines = u64::try_from(done).unwrap_or(0) * POSTINGS;
    Ok(rate(on, "postings filled and folded", count(lines), start, cpu, format!("{lines} postings")))
}

/// Lines a second of the full check.
fn checked(db: &Db, on: &str) -> Result<Row, String> {
    let (start, cpu) = (now(), spent(on));
    let before = resident(std::process::id());
    let report = check(db, Arc::new(|_| ())).map_err(told)?;
    if !report.wrong.is_empty() {
        return Err(report.wrong.join("; "));
    }
    let seconds = start.elapsed().as_secs_f64();
    let grown = resident(std::process::id()).saturating_sub(before) / 1_000_000;
    let note = format!("{} lines in {seconds:.1} s, {grown} MB more resident", report.lines);
    Ok(rate(on, "full check, lines", count(report.lines), start, cpu, note))
}
