//! Opening a database, writing through lanes, reading beside them.

use crate::event::Event;
use crate::lane::{Job, LaneCounts, Recorded, Typed, Work};
use crate::link::Link;
use crate::migrate;
use crate::pg::PgLink;
use crate::reserve::{Held, Waiting};
use crate::sql::Sql;
use crate::sqlite::{self, SqliteLink};
use crate::start;
use crate::tx::Tx;
use crate::value::{P, Row};
use kernel::{Error, Fault, FaultKind, Migration, PersonId, World};
use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Reads waiting before the next is refused as busy.
const WAITING_MAX: usize = 8_192;
/// Reader connections kept open for SQLite.
const READERS_MAX: usize = 16;

/// Which database, and where.
#[derive(Debug, Clone)]
pub enum Engine {
    /// A file in a folder of its own.
    Sqlite(PathBuf),
    /// A connection string, the number of writer lanes and of reader threads.
    Postgres {
        /// `postgres://…` or `host=… dbname=…`.
        url: String,
        /// Writer lanes, 1 to 16.
        lanes: u16,
        /// Reader threads, 1 to 64.
        readers: u16,
    },
}

/// How to open a database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which database.
    pub engine: Engine,
    /// Clock, chance, ids.
    pub world: World,
    /// Called once when the disk can no longer be trusted; the program exits.
    pub on_lost: fn(),
    /// The folder where the lanes of PostgreSQL keep looks while its disk is full;
    /// without it such looks are refused. SQLite's reserve lies beside its file.
    pub reserve: Option<PathBuf>,
}

impl Settings {
    /// The real world and nothing done when the disk fails (tests, commands).
    pub fn of(engine: Engine) -> Self {
        Self { engine, world: World::real(), on_lost: || {}, reserve: None }
    }
}

/// A database, open; cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Db")
    }
}

struct Inner {
    engine: Engine,
    world: World,
    lanes: Vec<SyncSender<Job>>,
    counts: Vec<Arc<LaneCounts>>,
    /// Looks in the lanes' reserves.
    held: Vec<Waiting>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    readers: Readers,
    lost: Arc<AtomicBool>,
    /// Held while open: no second process writes the same SQLite folder.
    _lock: Option<File>,
}

enum Readers {
    Sqlite { path: PathBuf, idle: Mutex<Vec<SqliteLink>> },
    Pg(SyncSender<ReadJob>),
}

type ReadJob = Box<dyn FnOnce(&mut Reader<'_>) + Send>;

/// Reads beside the writers; each statement sees what is committed.
pub struct Reader<'a> {
    link: &'a mut Link,
    now: i64,
}

impl Sql for Reader<'_> {
    fn now(&self) -> i64 {
        self.now
    }

    fn rows(
        &mut self,
        sql: &'static str,
        params: &[P<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.link.rows(sql, params, each)
    }
}

/// Takes the folder's lock; refuses when another process holds it.
pub(crate) fn lock_folder(path: &Path) -> Result<File, Fault> {
    let lock_path = path.with_extension("lock");
    let file = File::create(&lock_path)
        .map_err(|error| Fault::from_source(FaultKind::Broken, format!("creating {}", lock_path.display()), error))?;
    file.try_lock().map_err(|error| {
        Fault::from_source(FaultKind::Busy, format!("{} is in use by another yima", path.display()), error)
    })?;
    Ok(file)
}

impl Db {
    /// Opens the database, runs the migrations that have not run, starts the
    /// lanes. Migrations are sorted by their stamps by the caller.
    pub fn open(settings: Settings, migrations: &[Migration]) -> Result<Self, Fault> {
        sqlite::assert_version()?;
        let mut lock = None;
        if let Engine::Sqlite(path) = &settings.engine {
            if let Some(folder) = path.parent() {
                crate::durable::folder(folder).map_err(|error| {
                    Fault::from_source(FaultKind::Broken, format!("creating {}", folder.display()), error)
                })?;
            }
            lock = Some(lock_folder(path)?);
        }
        let mut first = start::connect(&settings.engine)?;
        if let Link::Pg(link) = &mut first {
            crate::backup::refuse_unsafe_postgres(link)?;
        }
        migrate::run(&mut first, migrations, settings.world.now())?;
        let lost = Arc::new(AtomicBool::new(false));
        let lane_count = start::lane_count(&settings);
        let mut started = start::Started::default();
        let mut first = Some(first);
        for number in 0..lane_count {
            start::lane(&settings, number, first.take(), &lost, &mut started)?;
        }
        let start::Started { lanes, counts, held, mut threads } = started;
        let readers = open_readers(&settings, &mut threads)?;
        let inner = Inner {
            engine: settings.engine,
            world: settings.world,
            lanes,
            counts,
            held,
            threads: Mutex::new(threads),
            readers,
            lost,
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Which database this is.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// Time, chance and ids.
    pub fn world(&self) -> &World {
        &self.inner.world
    }

    /// Whether the disk failed and the process must stop.
    pub fn lost(&self) -> bool {
        self.inner.lost.load(Ordering::SeqCst)
    }

    /// How many lanes write.
    pub fn lane_count(&self) -> usize {
        self.inner.lanes.len()
    }

    /// Commits, answers and the queue, summed over the lanes.
    pub fn counts(&self) -> (u64, u64, u64) {
        self.inner.counts.iter().fold((0, 0, 0), |(commits, answered, waiting), lane| {
            (
                commits + lane.commits.load(Ordering::Relaxed),
                answered + lane.answered.load(Ordering::Relaxed),
                waiting + lane.waiting.load(Ordering::Relaxed),
            )
        })
    }

    fn send<T: Send + 'static>(
        &self,
        home: i64,
        dry: bool,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, Error>>, Error> {
        let (reply, answer) = oneshot::channel();
        self.queue(home, Box::new(Typed { work, dry, result: None, reply }))?;
        Ok(answer)
    }

    pub(crate) fn queue(&self, home: i64, work: Box<dyn Work>) -> Result<(), Fault> {
        if self.lost() {
            return Err(Fault::new(FaultKind::Lost, "writing after the disk failed"));
        }
        let at = usize::try_from(home.cast_unsigned() % self.inner.lanes.len() as u64).unwrap_or(0);
        self.inner.counts[at].waiting.fetch_add(1, Ordering::Relaxed);
        self.inner.lanes[at].try_send(Job::Work(work)).map_err(|error| {
            self.inner.counts[at].waiting.fetch_sub(1, Ordering::Relaxed);
            match error {
                TrySendError::Full(_) => Fault::new(FaultKind::Busy, "the writer's queue is full"),
                TrySendError::Disconnected(_) => Fault::new(FaultKind::Lost, "the writer has stopped"),
            }
        })
    }

    /// Runs a verb in a transaction and answers when it is durable. `home` picks
    /// the lane: the person's id for a person's rows, so that one person is always
    /// written by one lane. The verb may run more than once (conflicts, a failed
    /// batch); only one run has effects.
    pub async fn write<T: Send + 'static>(
        &self,
        home: i64,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let answer = self.send(home, false, work)?;
        answer.await.unwrap_or_else(|_gone| Err(writer_gone()))
    }

    /// [`Db::write`] for threads outside the asynchronous world.
    pub fn write_now<T: Send + 'static>(
        &self,
        home: i64,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let answer = self.send(home, false, work)?;
        answer.blocking_recv().unwrap_or_else(|_gone| Err(writer_gone()))
    }

    /// Runs a verb, meets every constraint, undoes everything, answers what it
    /// would have answered.
    pub async fn dry_run<T: Send + 'static>(
        &self,
        home: i64,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let answer = self.send(home, true, work)?;
        answer.await.unwrap_or_else(|_gone| Err(writer_gone()))
    }

    /// Makes one event durable; the caller may then show what it read (U1). On a full
    /// disk a look is durable in the lane's reserve and comes to the chain later.
    pub async fn record(&self, home: i64, event: Event) -> Result<(), Error> {
        let (reply, answer) = oneshot::channel();
        self.queue(home, Box::new(Recorded { event, reply }))?;
        answer.await.unwrap_or_else(|_gone| Err(writer_gone()))
    }

    /// Looks at a person that wait in the reserve, oldest first. Ask before reading the
    /// trail: a look leaves the reserve only after it has come to the trail.
    pub fn held_looks(&self, person: PersonId) -> Vec<Held> {
        let mut found = Vec::new();
        for lane in &self.inner.held {
            let waiting = lane.lock().unwrap_or_else(PoisonError::into_inner);
            found.extend(waiting.iter().filter(|(_, held)| held.person == person).map(|(_, held)| held.clone()));
        }
        found
    }

    /// How many looks wait in the reserve.
    pub fn held_count(&self) -> usize {
        self.inner.held.iter().map(|lane| lane.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// Reads. On SQLite it runs on the calling thread, since a look-up costs less
    /// than waking another one; on PostgreSQL on a reader thread.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Reader<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        match &self.inner.readers {
            Readers::Sqlite { .. } => self.read_here(work),
            Readers::Pg(queue) => Self::ask_reader(queue, work)?.await.unwrap_or_else(|_gone| Err(reader_gone())),
        }
    }

    /// [`Db::read`] for threads outside the asynchronous world.
    pub fn read_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Reader<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        match &self.inner.readers {
            Readers::Sqlite { .. } => self.read_here(work),
            Readers::Pg(queue) => {
                Self::ask_reader(queue, work)?.blocking_recv().unwrap_or_else(|_gone| Err(reader_gone()))
            }
        }
    }

    /// Gives a reader thread of PostgreSQL something to do; dropped undone when none can
    /// be had.
    pub(crate) fn read_aside(&self, work: impl FnOnce(&mut Reader<'_>) + Send + 'static) -> Result<(), Error> {
        match &self.inner.readers {
            Readers::Sqlite { .. } => Err(Fault::broken("SQLite has no reader threads").into()),
            Readers::Pg(queue) => Ok(Self::queue_read(queue, Box::new(work))?),
        }
    }

    fn queue_read(queue: &SyncSender<ReadJob>, job: ReadJob) -> Result<(), Fault> {
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Fault::new(FaultKind::Busy, "the readers' queue is full"),
            TrySendError::Disconnected(_) => Fault::new(FaultKind::Lost, "the readers have stopped"),
        })
    }

    fn ask_reader<T: Send + 'static>(
        queue: &SyncSender<ReadJob>,
        work: impl FnOnce(&mut Reader<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, Error>>, Error> {
        let (reply, answer) = oneshot::channel();
        let job: ReadJob = Box::new(move |reader| {
            // The caller may have gone away; then nobody needs the answer.
            let _ = reply.send(work(reader));
        });
        Self::queue_read(queue, job)?;
        Ok(answer)
    }

    fn read_here<T>(&self, work: impl FnOnce(&mut Reader<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let Readers::Sqlite { path, idle } = &self.inner.readers else {
            return Err(Fault::broken("reading here needs SQLite").into());
        };
        let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let link = match kept {
            Some(link) => link,
            None => SqliteLink::reader(path)?,
        };
        let mut link = Link::Sqlite(link);
        let result = work(&mut Reader { link: &mut link, now: self.inner.world.now() });
        if let Link::Sqlite(link) = link {
            let mut kept = idle.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() < READERS_MAX {
                kept.push(link);
            }
        }
        result
    }

    /// Finishes what is waiting and closes; clones become useless.
    pub fn close(&self) {
        for lane in &self.inner.lanes {
            // A lane that is gone already has nothing left to finish.
            let _ = lane.send(Job::Stop);
        }
        let mut threads = self.inner.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let lanes = self.inner.lanes.len().min(threads.len());
        for thread in threads.drain(..lanes) {
            // A lane that panicked has said so already.
            let _ = thread.join();
        }
    }
}

fn open_readers(settings: &Settings, threads: &mut Vec<JoinHandle<()>>) -> Result<Readers, Fault> {
    match &settings.engine {
        Engine::Sqlite(path) => Ok(Readers::Sqlite { path: path.clone(), idle: Mutex::new(Vec::new()) }),
        Engine::Postgres { url, readers, .. } => {
            let (sender, jobs) = sync_channel::<ReadJob>(WAITING_MAX);
            let jobs = Arc::new(Mutex::new(jobs));
            for number in 0..(*readers).clamp(1, 64) {
                let (jobs, url, world) = (jobs.clone(), url.clone(), settings.world.clone());
                let thread = std::thread::Builder::new()
                    .name(format!("reader-{number}"))
                    .spawn(move || read_loop(&jobs, &url, &world))
                    .map_err(|error| Fault::from_source(FaultKind::Broken, "starting a reader", error))?;
                threads.push(thread);
            }
            Ok(Readers::Pg(sender))
        }
    }
}

fn read_loop(jobs: &Mutex<Receiver<ReadJob>>, url: &str, world: &World) {
    let mut link: Option<Link> = None;
    loop {
        let Ok(job) = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv() else { return };
        let gone = match &mut link {
            Some(Link::Pg(pg)) => pg.client().is_closed(),
            Some(Link::Sqlite(_)) => false,
            None => true,
        };
        if gone {
            link = match PgLink::connect(url) {
                Ok(pg) => Some(Link::Pg(Box::new(pg))),
                Err(fault) => {
                    // Dropping the job tells its caller that the readers are gone.
                    tracing::warn!(error = %fault, "a reader cannot reach the database");
                    None
                }
            };
        }
        if let Some(link) = &mut link {
            let mut reader = Reader { link, now: world.now() };
            // The panic is on record; its caller learns that the answer is gone.
            let _ = std::panic::catch_unwind(AssertUnwindSafe(|| job(&mut reader)));
        }
    }
}

fn writer_gone() -> Error {
    Fault::new(FaultKind::Lost, "the writer stopped before it answered").into()
}

fn reader_gone() -> Error {
    Fault::new(FaultKind::Lost, "the database is away").into()
}
