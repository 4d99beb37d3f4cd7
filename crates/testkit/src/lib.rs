//! For tests only: a frozen clock, seeded ids, and both databases.
//!
//! PostgreSQL is started once per test process from Debian's package, on a unix
//! socket in a temporary folder; every test gets a database of its own. Where the
//! package is missing, PostgreSQL's half of a test is left out, unless
//! `YIMA_NEED_PG=1` says that this machine must have it.

mod postgres_server;

pub use postgres_server::{Server, server, server_with};

use kernel::time::FrozenClock;
use kernel::{Capability, World};
use std::path::PathBuf;
use std::sync::Arc;
use store::{Db, Engine, Settings};

/// 2026-11-18 09:40 in China: the morning the stories are told on.
pub const MORNING: i64 = 1_794_966_000_000_000;

/// A database for one test, gone afterwards.
pub struct Bench {
    /// The database.
    pub db: Db,
    /// Moves its time.
    pub clock: Arc<FrozenClock>,
    /// `sqlite` or `postgres`, for messages.
    pub name: &'static str,
    folder: Option<tempfile::TempDir>,
}

impl Bench {
    /// The folder of an SQLite database.
    pub fn folder(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.path().to_owned())
    }
}

/// Opens an SQLite database in a folder of its own.
///
/// # Panics
/// When it cannot be opened.
pub fn sqlite(capabilities: &[&Capability]) -> Bench {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = Engine::Sqlite(folder.path().join("yima.sqlite"));
    open(engine, "sqlite", Some(folder), capabilities)
}

/// Opens a PostgreSQL database of its own; nothing where PostgreSQL is missing.
///
/// # Panics
/// When it cannot be opened, or is missing although `YIMA_NEED_PG=1`.
pub fn postgres(capabilities: &[&Capability]) -> Option<Bench> {
    let url = server()?.new_database();
    Some(open(Engine::Postgres { url, lanes: 2, readers: 2 }, "postgres", None, capabilities))
}

fn open(engine: Engine, name: &'static str, folder: Option<tempfile::TempDir>, capabilities: &[&Capability]) -> Bench {
    let (world, clock) = World::frozen(MORNING, 7);
    let mut all = vec![&store::CAPABILITY];
    all.extend(capabilities);
    let migrations = store::migrate::in_order(&all);
    let db =
        Db::open(Settings { engine, world, on_lost: || {}, reserve: None }, &migrations).expect("the database opens");
    Bench { db, clock, name, folder }
}

/// Runs a check on both databases.
///
/// # Panics
/// When the check does, naming the database.
pub fn on_both(capabilities: &[&Capability], check: impl Fn(&Bench)) {
    let bench = sqlite(capabilities);
    check(&bench);
    bench.db.close();
    if let Some(bench) = postgres(capabilities) {
        check(&bench);
        bench.db.close();
    }
}

/// The folder of shared test data, when this machine has it.
///
/// # Panics
/// When it is missing although `YIMA_NEED_SHARED=1`.
pub fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("YIMA_SHARED").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let found = named.into_iter().chain([beside]).find(|path| path.join("data").is_dir());
    let needed = std::env::var_os("YIMA_NEED_SHARED").is_some_and(|value| value == "1");
    assert!(found.is_some() || !needed, "YIMA_NEED_SHARED=1, but the shared data is missing");
    found
}
