//! The set of used codes at the size of a province (C11): what a day of scans leaves,
//! how much room it takes, how long a node takes to start on it. The marks are written
//! as scans write them, and forgotten by the node's own rule; only the clock is the
//! benchmark's, so that a day passes in minutes.
//!
//! A day that ends an hour from now leaves marks that the started node must take in;
//! a day that nobody forgot ends now.

use crate::Plan;
use crate::fill;
use crate::meter::now;
use crate::process::Child;
use crate::store::{mark, marks};
use crate::table::{Row, Table};
use crate::writing::databases;
use credentials::marks::{MARKS_AT_PEAK, MARKS_KEPT, step_at};
use kernel::World;
use kernel::time::{DAY, FrozenClock, HOUR, MINUTE, SECOND};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use yima::compose::Node;

const MINUTES: u64 = 24 * 60;
/// Marks of one transaction.
const TOGETHER: usize = 5_000;

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// A fresh database: its `store.url` and folder.
struct Place {
    on: &'static str,
    store: String,
    folder: PathBuf,
}

impl Place {
    fn fresh(plan: &Plan, on: &'static str) -> Result<Self, String> {
        let folder = plan.folder.join("marks");
        // Left from an earlier run.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).map_err(told)?;
        let store = if on == "sqlite" {
            format!("sqlite:{}", std::path::absolute(folder.join("yima.sqlite")).map_err(told)?.display())
        } else {
            fill::aside(|| crate::limits::postgres().map(testkit::Server::new_database))??
        };
        Ok(Self { on, store, folder })
    }

    fn node(&self, at: i64) -> Result<(Node, Arc<FrozenClock>), String> {
        let (world, clock) = World::frozen(at, 7);
        Ok((fill::node_at(fill::engine(&self.store), world)?, clock))
    }

    /// What PostgreSQL does by itself once a minute, of which none passes here.
    fn tidied(&self) -> Result<(), String> {
        if self.on == "sqlite" {
            return Ok(());
        }
        let done =
            Command::new("psql").args([&self.store, "-qc", "VACUUM credentials_marks"]).status().map_err(told)?;
        if done.success() { Ok(()) } else { Err("VACUUM failed".to_owned()) }
    }

    /// Seconds from the start of the program until it answers.
    async fn started(&self, plan: &Plan) -> Result<f64, String> {
        let began = now();
        let server = Child::yima(&plan.yima, &self.folder.join("yima.toml"), &self.store).await?;
        let seconds = began.elapsed().as_secs_f64();
        drop(server);
        Ok(seconds)
    }

    fn row(&self, job: impl Into<String>, per_second: f64, seconds: f64, note: String) -> Row {
        let job = job.into();
        Row { job, on: self.on.into(), per_second, per_cpu_second: 0.0, p50_ms: seconds * 1e3, p99_ms: 0.0, note }
    }
}

/// Numbers of cards as spread as real ones are.
fn minters(from: u64, count: u64) -> impl Iterator<Item = i64> {
    (from..from + count).map(|number| {
        let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 8;
        300_000_000_000_000_000 + i64::try_from(spread).unwrap_or(0)
    })
}

fn scanned(node: &Node, at: i64, from: u64, count: u64) -> Result<(), String> {
    let all: Vec<i64> = minters(from, count).collect();
    let step = step_at(at).0;
    fill::aside(|| all.chunks(TOGETHER).try_for_each(|some| mark(&node.db, step, some.to_vec())))?
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn part(whole: i64, of: i64) -> f64 {
    whole as f64 / (of.max(1)) as f64
}

/// A day of scans; forgotten every minute, as the node does, or not at all. Answers the
/// most that was kept, what is kept at the end with its bytes, and the seconds.
async fn day(plan: &Plan, place: &Place, begins: i64, forgets: bool) -> Result<(i64, (i64, i64), f64), String> {
    let (node, clock) = place.node(begins)?;
    let (began, mut most) = (now(), 0);
    for minute in 0..MINUTES {
        let (from, to) = (plan.entries * minute / MINUTES, plan.entries * (minute + 1) / MINUTES);
        scanned(&node, node.db.world().now(), from, to - from)?;
        clock.advance(MINUTE);
        if forgets {
            node.credentials.forget_used().await.map_err(told)?;
            if minute % 60 == 59 {
                most = most.max(fill::aside(|| marks(&node.db))??.0);
                place.tidied()?;
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let kept = fill::aside(|| marks(&node.db))??;
    node.db.close();
    Ok((most.max(kept.0), kept, seconds))
}

/// Measures on the databases asked for.
pub(crate) async fn measure(plan: &Plan, table: &mut Table) -> Result<(), String> {
    let scans = i64::try_from(plan.entries).map_err(told)?;
    for on in databases(plan) {
        let place = Place::fresh(plan, on)?;
        let today = World::real().now();
        let (most, (kept, bytes), seconds) = day(plan, &place, today + HOUR - DAY, true).await?;
        let note = format!(
            "{most} marks at most; at the end {kept} in {bytes} bytes: {:.3} bytes a scan of the day, {:.1} a mark",
            part(bytes, scans),
            part(bytes, kept)
        );
        table.add(place.row(
            format!("a day of {scans} scans, marked and forgotten"),
            part(scans, 1) / seconds,
            0.0,
            note,
        ));
        let seconds = place.started(plan).await?;
        table.add(place.row("start after that day (p50 column)", 0.0, seconds, String::new()));

        let place = Place::fresh(plan, on)?;
        let (_, (kept, bytes), seconds) = day(plan, &place, World::real().now() - DAY, false).await?;
        let note = format!("{kept} marks in {bytes} bytes: {:.1} bytes a scan", part(bytes, kept));
        table.add(place.row("the same day, nothing forgotten", part(scans, 1) / seconds, 0.0, note));
        let seconds = place.started(plan).await?;
        table.add(place.row("start on all of it (p50 column)", 0.0, seconds, String::new()));

        peak(plan, on, table).await?;
    }
    Ok(())
}

/// The largest set that the rule can keep: minutes at the rate that felled a province's
/// health code, all of it to be taken in.
async fn peak(plan: &Plan, on: &'static str, table: &mut Table) -> Result<(), String> {
    let place = Place::fresh(plan, on)?;
    let ahead = World::real().now() + HOUR;
    let (node, _clock) = place.node(ahead)?;
    let most = u64::try_from(MARKS_AT_PEAK).map_err(told)?.min(plan.entries);
    let halves = u64::try_from(MARKS_KEPT / SECOND / 30 + 1).map_err(told)?;
    let began = now();
    for half in 0..halves {
        let at = ahead + i64::try_from(half).unwrap_or(0) * 30 * SECOND;
        scanned(&node, at, most * half / halves, most * (half + 1) / halves - most * half / halves)?;
    }
    let rate = part(i64::try_from(most).unwrap_or(0), 1) / began.elapsed().as_secs_f64();
    let (kept, bytes) = fill::aside(|| marks(&node.db))??;
    node.db.close();
    // The node that starts next takes the database's lock.
    drop(node);
    let note = format!("{kept} marks in {bytes} bytes: {:.1} bytes a mark", part(bytes, kept));
    table.add(place.row("the set at 23,300 scans a second", rate, 0.0, note));
    let seconds = place.started(plan).await?;
    table.add(place.row("start on all of that (p50 column)", 0.0, seconds, String::new()));
    Ok(())
}
