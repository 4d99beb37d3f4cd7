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
/// People who move in beyond the estimate when entries are missing.
const MORE_PEOPLE: u32 = 64;
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
    node_at(engine, World::real())
}

/// The same with a clock of its own.
pub(crate) fn node_at(engine: Engine, world: World) -> Result<Node, String> {
    aside(|| opened(engine, world))?
}

/// The secret of the benchmarks' keys, also of the servers they start.
pub(crate) const KEYS_SECRET: &str = "a secret of the benchmarks only";

/// Test keys, sealed as a node's are.
fn keys() -> Result<keys::Setting, String> {
    let passphrase = keys::Passphrase::of(KEYS_SECRET.into()).map_err(|error| error.to_string())?;
    Ok(keys::Setting { keeping: keys::Keeping::Sealed(passphrase), ..keys::Setting::test() })
}

fn opened(engine: Engine, world: World) -> Result<Node, String> {
    Node::open(Wishes {
        settings: Settings { engine, world, on_lost: || {}, reserve: None },
        keys: keys()?,
        region: 990_100,
        region_name: "云州".into(),
        public_url: "http://localhost:8080".into(),
        mobile: None,
        demo: false,
    })
    .map_err(|error| error.to_string())
}

/// PostgreSQL with as many lanes and readers as a node on this machine has when
/// nothing else is set.
pub(crate) fn postgres(url: String) -> Engine {
    let usual = yima::config::Store::default();
    Engine::Postgres { url, lanes: usual.lanes, readers: usual.readers }
}

/// The engine of a `store.url`.
pub(crate) fn engine(store: &str) -> Engine {
    match store.strip_prefix("sqlite:") {
        Some(path) => Engine::Sqlite(PathBuf::from(path)),
        None => postgres(store.to_owned()),
    }
}

/// The filled database on `on`, with at least as many entries as planned; made when
/// there is none of this size yet.
pub(crate) async fn filled(plan: &Plan, on: &str, store: &str) -> Result<Filled, String> {
    let mut people = u32::try_from(plan.entries.div_ceil(ENTRIES_A_PERSON)).map_err(|error| error.to_string())?;
    let note = plan.folder.join(format!("{on}-{}.json", plan.entries));
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
    let town = |people| Town::new(TownPlan { seed: 1, people, now_micros });
    let progress = Arc::new(Progress::of(people));
    let cast = demo_town::open(&node, &town(people), &progress).await.map_err(|error| error.to_string())?;
    loop {
        demo_town::fill(&node, town(people), &progress, &cast.suppliers()).await.map_err(|error| error.to_string())?;
        let missing = plan.entries.saturating_sub(progress.entries());
        if missing == 0 {
            break;
        }
        // The average is only an estimate: more people move in until there are enough.
        people += u32::try_from(missing / ENTRIES_A_PERSON).map_err(|error| error.to_string())? + MORE_PEOPLE;
    }
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
