//! `yima demo`: a living region on this machine in one command. Synthetic people
//! only; gone when stopped, unless `--keep`.

use super::target::{DemoFile, private_file};
use super::{Told, log_to_stderr, runtime, say, serve::stopped};
use crate::compose::{Node, Wishes};
use crate::demo_town::{self, Cast, Kept, Progress};
use crate::serve;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::World;
use kernel::chance::OsChance;
use kernel::time::FrozenClock;
use serde_json::json;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use store::{Engine, Settings};
use town::{Plan, Town};

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The same seed gives the same town.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many people live in it.
    #[arg(long, default_value_t = 20_000)]
    people: u32,
    /// Time stands still at this moment of China's time, `2026-11-18T09:40`.
    #[arg(long)]
    freeze: Option<String>,
    /// Keep the data in this folder.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Port on this machine; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// A PostgreSQL database to use instead of a file, `postgres://…`.
    #[arg(long, env = "YIMA_STORE_URL", hide_env_values = true)]
    store: Option<String>,
    /// One line of JSON when ready, for scripts.
    #[arg(long)]
    json: bool,
    /// What is logged to standard error.
    #[arg(long, default_value = "warn", env = "YIMA_LOG_LEVEL")]
    log: String,
}

fn engine(args: &Args, folder: &std::path::Path) -> Engine {
    match args.store.as_deref().filter(|url| !url.starts_with("sqlite:")) {
        Some(url) => {
            let usual = crate::config::Store::default();
            Engine::Postgres { url: url.to_owned(), lanes: usual.lanes, readers: usual.readers }
        }
        None => Engine::Sqlite(folder.join("yima.sqlite")),
    }
}

fn world(args: &Args) -> Result<World, String> {
    match &args.freeze {
        None => Ok(World::real()),
        Some(text) => {
            let at = kernel::time::parse(text)
                .ok_or_else(|| format!("--freeze: '{text}' is no moment such as 2026-11-18T09:40"))?;
            Ok(World::of(Arc::new(FrozenClock::at(at)), Arc::new(OsChance)))
        }
    }
}

pub(crate) fn run(args: &Args) -> Told {
    log_to_stderr(&args.log);
    let temporary = match &args.keep {
        Some(_) => None,
        None => Some(tempfile::Builder::new().prefix("yima-demo-").tempdir().map_err(|error| error.to_string())?),
    };
    let folder = match (&args.keep, &temporary) {
        (Some(kept), _) => kept.clone(),
        (None, Some(temporary)) => temporary.path().to_owned(),
        (None, None) => return Err("no folder for the data".to_owned()),
    };
    // Bound and opened before the runtime starts: opening waits for the database.
    let listener = std::net::TcpListener::bind(("127.0.0.1", args.port))
        .map_err(|error| format!("port {} cannot be used: {error}; try --port 0", args.port))?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    let channel = Channel::of(port)?;
    let node = open(args, &folder, port, &channel)?;
    let result = runtime()?.block_on(live(args, listener, port, node, &folder, &channel));
    // The descriptor of a demo that has ended would mislead other commands.
    let _ = std::fs::remove_file(DemoFile::path());
    drop(temporary);
    result
}

/// The mobile channel of the demo: a stand-in on this machine that confirms what it is
/// asked for after a moment, as a person on the phone would. No money moves.
struct Channel {
    keys: super::standin::Keys,
    address: std::net::SocketAddr,
    settings: payment::mobile::Settings,
}

/// How long the stand-in lets a payment wait.
const CONFIRMS_AFTER: std::time::Duration = std::time::Duration::from_secs(2);

impl Channel {
    fn of(port: u16) -> Result<Self, String> {
        let keys = super::standin::Keys::fresh(&World::real())?;
        // A free port, found by taking one; nothing else here opens ports meanwhile.
        let found = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let address = found.map_err(|error| error.to_string())?;
        let settings = keys.channel(format!("http://{address}"), &format!("http://127.0.0.1:{port}"));
        Ok(Self { keys, address, settings })
    }

    async fn listen(&self) -> Result<standin::Running, String> {
        let standin = self.keys.standin(World::real(), CONFIRMS_AFTER)?;
        standin.listen(self.address).await.map_err(|error| format!("the stand-in of the mobile channel: {error}"))
    }
}

fn open(args: &Args, folder: &std::path::Path, port: u16, channel: &Channel) -> Result<Node, String> {
    let world = world(args)?;
    let passphrase = super::target::secret_file(&folder.join("keys.secret"), &kernel::World::real())?;
    let keys = keys::Setting { keeping: keys::Keeping::Sealed(passphrase), ..keys::Setting::test() };
    let settings = Settings {
        engine: engine(args, folder),
        world,
        on_lost: super::serve::give_up,
        reserve: Some(folder.to_owned()),
    };
    Node::open(Wishes {
        settings,
        keys,
        region: 990_100,
        region_name: "云州".to_owned(),
        public_url: format!("http://localhost:{port}"),
        mobile: Some(channel.settings.clone()),
        demo: true,
    })
    .map_err(|error| error.to_string())
}

async fn live(
    args: &Args,
    listener: std::net::TcpListener,
    port: u16,
    node: Node,
    folder: &std::path::Path,
    channel: &Channel,
) -> Told {
    let _running = channel.listen().await?;
    listener.set_nonblocking(true).map_err(|error| error.to_string())?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(|error| error.to_string())?;
    let base = format!("http://127.0.0.1:{port}");
    let town = Town::new(Plan { seed: args.seed, people: args.people, now_micros: node.db.world().now() });
    let (cast, progress) = if let Some((cast, progress)) = kept(args, folder, &town)? {
        (cast, Arc::new(progress))
    } else {
        let progress = Arc::new(Progress::of(args.people));
        (demo_town::open(&node, &town, &progress).await.map_err(|error| error.to_string())?, progress)
    };
    node.desks.set_demo(cast.stage(&town, &progress));
    tokio::spawn(serve::housekeeping(node.clone()));
    let router = serve::router(&node);
    let file = DemoFile { base: base.clone(), tokens: cast.tokens(), people: cast.people_by_key() };
    file.write().map_err(|error| format!("{}: {error}", DemoFile::path().display()))?;
    let stop = stopped();
    tell(args, &base, &cast, &town, folder);
    let filling = tokio::spawn(fill(node.clone(), town, progress.clone(), cast.suppliers(), !args.json));
    serve::serve(listener, router, stop).await;
    filling.abort();
    node.db.close();
    if args.keep.is_some() {
        let note = serde_json::to_vec(&cast.kept(&town, &progress)).map_err(|error| error.to_string())?;
        if let Err(error) = private_file(&folder.join(KEPT), &note) {
            // The data stays; only opening it again as this town needs the note.
            tracing::warn!(error = %error, "the note about the kept town could not be written");
        }
    }
    if !args.json {
        say(if args.keep.is_some() { "Stopped; the data stays." } else { "Stopped; nothing is left." });
    }
    Ok(ExitCode::SUCCESS)
}

/// The note a kept town leaves beside its database.
const KEPT: &str = "town.json";

/// The town that was kept in the folder, if there is one and it is this one.
fn kept(args: &Args, folder: &std::path::Path, town: &Town) -> Result<Option<(Cast, Progress)>, String> {
    let path = folder.join(KEPT);
    let Ok(text) = std::fs::read(&path) else { return Ok(None) };
    let kept: Kept = serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let (seed, people) = kept.made_by();
    if (seed, people) != (args.seed, args.people) {
        return Err(format!(
            "{} keeps the town of --seed {seed} --people {people}; say so, or name another folder",
            folder.display()
        ));
    }
    if !kept.whole() {
        return Err(format!(
            "{} keeps a town that was stopped before everybody had moved in; name another folder",
            folder.display()
        ));
    }
    kept.cast(town).map(Some).ok_or_else(|| format!("{} is not of this program", path.display()))
}

/// The rest of the town moves in behind the open doors.
async fn fill(node: Node, town: Town, progress: Arc<Progress>, suppliers: demo_town::Suppliers, show: bool) {
    let bar = if show && std::io::stderr().is_terminal() {
        let bar = ProgressBar::new(u64::from(town.plan().people));
        if let Ok(style) = ProgressStyle::with_template("  town   {wide_bar} {pos}/{len} people  {elapsed}") {
            bar.set_style(style);
        }
        bar
    } else {
        ProgressBar::hidden()
    };
    let work = demo_town::fill(&node, town, &progress, &suppliers);
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => {
                bar.finish_and_clear();
                match done {
                    Ok(()) if show => say(format!(
                        "  town      ✓ {} people, {} entries of half a year",
                        progress.people(), progress.entries()
                    )),
                    Ok(()) => {}
                    Err(error) => tracing::error!(error = %error, "the town could not move in whole"),
                }
                return;
            }
            () = tokio::time::sleep(std::time::Duration::from_millis(200)) => bar.set_position(progress.people()),
        }
    }
}

fn tell(args: &Args, base: &str, cast: &Cast, town: &Town, folder: &std::path::Path) {
    if args.json {
        say(json!({
            "base": base,
            "tokens": cast.tokens(),
            "people": cast.people(town),
            "institutions": cast.institutions(town),
        })
        .to_string());
        return;
    }
    let place = if args.keep.is_some() { "kept" } else { "gone when you stop" };
    say(format!("Yima 一码通 demo   synthetic people only, data in {}, {place}\n", folder.display()));
    say(format!("  Start here     {base}/            follow one code through one day"));
    say(format!("  Phone          {base}/demo/be/jingyi"));
    say(format!("  Doctor         {base}/demo/be/lin"));
    say(format!("  FHIR           {base}/fhir/metadata"));
    say("\n  In another terminal:");
    say("    yima code show jingyi            the code her phone shows now");
    say("    yima import fhir PATH…           bring your own FHIR bundles in");
    say("\n  Ctrl-C stops it.\n");
}
