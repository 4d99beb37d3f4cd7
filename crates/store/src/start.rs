//! Starting a lane: its connection, its reserve of looks, its threads.

use crate::db::{Engine, Settings};
use crate::lane::{self, Job, Lane, LaneCounts};
use crate::link::Link;
use crate::pg::PgLink;
use crate::reserve::{self, Reserve, Waiting};
use crate::sqlite::SqliteLink;
use kernel::{Fault, FaultKind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Closures waiting for one lane before the next is refused as busy.
const WAITING_MAX: usize = 8_192;

/// The lanes that run.
#[derive(Default)]
pub(crate) struct Started {
    pub(crate) lanes: Vec<SyncSender<Job>>,
    pub(crate) counts: Vec<Arc<LaneCounts>>,
    /// Looks in the lanes' reserves.
    pub(crate) held: Vec<Waiting>,
    pub(crate) threads: Vec<JoinHandle<()>>,
}

/// Opens a connection for the settings' engine, outside any lane.
pub(crate) fn connect(engine: &Engine) -> Result<Link, Fault> {
    match engine {
        Engine::Sqlite(path) => Ok(Link::Sqlite(SqliteLink::writer(path)?)),
        Engine::Postgres { url, .. } => Ok(Link::Pg(Box::new(PgLink::connect(url)?))),
    }
}

/// Lanes of PostgreSQL at most.
const LANES_MAX: u16 = 16;

/// How many lanes there are: as many as the settings say, and as many as an earlier
/// start had whose reserves may still hold looks, so that none is left behind.
pub(crate) fn lane_count(settings: &Settings) -> u16 {
    let Engine::Postgres { lanes, .. } = &settings.engine else { return 1 };
    let asked = (*lanes).clamp(1, LANES_MAX);
    let waits = |lane: &u16| reserve_path(settings, *lane).is_some_and(|path| reserve::in_use(&path));
    (asked..LANES_MAX).rev().find(waits).map_or(asked, |lane| lane + 1)
}

fn reserve_path(settings: &Settings, lane: u16) -> Option<PathBuf> {
    match &settings.engine {
        Engine::Sqlite(path) => Some(path.with_extension("looks")),
        Engine::Postgres { .. } => Some(settings.reserve.as_ref()?.join(format!("lane-{lane}.looks"))),
    }
}

/// Starts one lane, on a connection that is open already if there is one.
pub(crate) fn lane(
    settings: &Settings,
    number: u16,
    link: Option<Link>,
    lost: &Arc<AtomicBool>,
    started: &mut Started,
) -> Result<(), Fault> {
    let link = link.map_or_else(|| connect(&settings.engine), Ok)?;
    let mut link = owned_lane(link, i64::from(number))?;
    let reserve = reserve_of(settings, number, &mut link);
    started.held.extend(reserve.as_ref().map(Reserve::waiting));
    let (sender, jobs) = sync_channel(WAITING_MAX);
    let count = Arc::new(LaneCounts::default());
    let engine = settings.engine.clone();
    let (aside, answers) = lane::answers(number).map_err(not_started)?;
    let lane = Lane {
        number: i64::from(number),
        link,
        world: settings.world.clone(),
        counts: count.clone(),
        lost: lost.clone(),
        on_lost: settings.on_lost,
        reopen: Box::new(move || owned_lane(connect(&engine)?, i64::from(number))),
        away: false,
        aside,
        reserve,
    };
    started.threads.push(spawn(lane, jobs, answers)?);
    started.lanes.push(sender);
    started.counts.push(count);
    Ok(())
}

fn not_started(error: std::io::Error) -> Fault {
    Fault::from_source(FaultKind::Broken, "starting a writer lane", error)
}

fn spawn(lane: Lane, jobs: Receiver<Job>, answers: JoinHandle<()>) -> Result<JoinHandle<()>, Fault> {
    let name = format!("lane-{}", lane.number);
    let work = move || {
        if let Err(fault) = lane.work(&jobs) {
            tracing::error!(error = %fault, "a writer lane stopped");
        }
        // Its last answers are given; had it panicked, it would have said so.
        let _ = answers.join();
    };
    std::thread::Builder::new().name(name).spawn(work).map_err(not_started)
}

/// A lane's reserve; a node without one works, but refuses looks on a full disk.
fn reserve_of(settings: &Settings, lane: u16, link: &mut Link) -> Option<Reserve> {
    let path = reserve_path(settings, lane)?;
    let folder = path.parent().map_or(Ok(()), crate::durable::folder);
    let opened = folder
        .map_err(|error| {
            Fault::from_source(FaultKind::Broken, format!("making the folder of {}", path.display()), error)
        })
        .and_then(|()| Reserve::open(link, &path, &settings.world));
    opened
        .inspect_err(|fault| {
            tracing::warn!(error = %fault, "no reserve of looks: on a full disk personal reads will be refused");
        })
        .ok()
}

/// Marks a PostgreSQL lane as this process's own, so that no second node chains
/// events into it.
fn owned_lane(mut link: Link, number: i64) -> Result<Link, Fault> {
    if let Link::Pg(pg) = &mut link {
        crate::backup::own_lane(pg, number)?;
    }
    Ok(link)
}
