//! The big database: a town large enough, moved in as the demo's town is, kept in
//! the bench folder for the next run of the same size.

use crate::Plan;
use crate::meter::now;
use crate::table::warn;
use kernel::World;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Engine, Settings};
use town::{Plan as TownPlan, Town};
use yima::compose::{Node, Wishes};
use yima::demo_town::{self, Progress};

/// Entries a person of the town has on average.
const ENTRIES_A_PERSON: u64 = 13;
/// Samples a dictionary is trained on, and its size.
const SAMPLE_PEOPLE: u32 = 1_500;
const DICTIONARY_BYTES: usize = 96 << 10;

/// What a filled database leaves beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Filled {
    /// `sqlite:…` or a connection string.
    pub(crate) store: String,
    /// Bearer tokens by role.
    pub(crate) tokens: BTreeMap<String, String>,
    /// Persons of the town.
    pub(crate) people: u32,
    /// Entries stored.
    pub(crate) entries: u64,
    /// Seconds the filling took.
    pub(crate) seconds: f64,
}

/// Runs something that waits for a database on a thread of its own: the
/// asynchronous world must not.
pub(crate) fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    std::thread::scope(|scope| scope.spawn(work).join()).map_err(|_panic| "a thread panicked".to_owned())
}

/// Opens a node on an engine.
pub(crate) fn node(engine: Engine) -> Result<Node, String> {
    aside(|| opened(engine))?
}

fn opened(engine: Engine) -> Result<Node, String> {
    Node::open(Wishes {
        settings: Settings { engine, world: World::real(), on_lost: || {} },
        region: 990_100,
        region_name: "云州".into(),
        public_url: "http://localhost:8080".into(),
        demo: false,
    })
    .map_err(|error| error.to_string())
}

/// The engine of a `store.url`.
pub(crate) fn engine(store: &str) -> Engine {
    match store.strip_prefix("sqlite:") {
        Some(path) => Engine::Sqlite(PathBuf::from(path)),
        None => Engine::Postgres { url: store.to_owned(), lanes: 2, readers: 4 },
    }
}

/// The filled database on `on`, made when there is none of this size yet.
pub(crate) async fn filled(plan: &Plan, on: &str, store: &str) -> Result<Filled, String> {
    let people = u32::try_from(plan.entries / ENTRIES_A_PERSON).map_err(|error| error.to_string())?;
    let note = plan.folder.join(format!("{on}-{people}.json"));
    if on == "sqlite"
        && let Ok(text) = std::fs::read(&note)
        && let Ok(kept) = serde_json::from_slice::<Filled>(&text)
    {
        return Ok(kept);
    }
    warn(&format!("filling {on} with {people} people, once"));
    let node = node(engine(store))?;
    let start = now();
    let now_micros = node.db.world().now();
    let town = Town::new(TownPlan { seed: 1, people, now_micros });
    let progress = Arc::new(Progress::of(people));
    let cast = demo_town::open(&node, &town, &progress).await.map_err(|error| error.to_string())?;
    demo_town::fill(&node, town, &progress, &cast.suppliers()).await.map_err(|error| error.to_string())?;
    node.db.close();
    let filled = Filled {
        store: store.to_owned(),
        tokens: cast.tokens(),
        people,
        entries: progress.entries(),
        seconds: start.elapsed().as_secs_f64(),
    };
    let text = serde_json::to_vec_pretty(&filled).map_err(|error| error.to_string())?;
    std::fs::write(&note, text).map_err(|error| error.to_string())?;
    Ok(filled)
}

/// Trains a dictionary from bodies as they are stored.
pub(crate) fn dictionary(to: &Path) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("yima-dictionary-{}", std::process::id()));
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let samples = runtime.block_on(async {
        let node = node(Engine::Sqlite(folder.join("samples.sqlite")))?;
        let now_micros = node.db.world().now();
        let town = Town::new(TownPlan { seed: 77, people: SAMPLE_PEOPLE, now_micros });
        let progress = Arc::new(Progress::of(SAMPLE_PEOPLE));
        let cast = demo_town::open(&node, &town, &progress).await.map_err(|error| error.to_string())?;
        demo_town::fill(&node, town, &progress, &cast.suppliers()).await.map_err(|error| error.to_string())?;
        let bodies = crate::store::bodies(&node.db)?;
        node.db.close();
        bodies
            .iter()
            .map(|body| records::body::unpack(body).map_err(|fault| fault.to_string()))
            .collect::<Result<Vec<_>, _>>()
    })?;
    // The folder held synthetic people only.
    let _ = std::fs::remove_dir_all(&folder);
    let trained = records::body::train(&samples, DICTIONARY_BYTES).map_err(|fault| fault.to_string())?;
    std::fs::write(to, &trained).map_err(|error| error.to_string())?;
    warn(&format!("{} samples, {} bytes of dictionary in {}", samples.len(), trained.len(), to.display()));
    Ok(())
}
