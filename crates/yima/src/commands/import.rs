//! `yima import fhir PATH…`: hospital history in. Counts first, progress, an
//! issues file; running it again changes nothing that is here already.

use super::target::{self, Remote};
use super::{Told, runtime, say, warn};
use crate::compose::Node;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::{ActorKind, InstitutionId};
use records::Supplier;
use records::supply::{Rejected, Wish};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be imported.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// FHIR R4 bundles (transaction, collection) and single resources, JSON or NDJSON.
    Fhir(Args),
    /// Insurance plans, one document a file.
    Plan(super::import_plan::Args),
    /// A version of an area's catalogue, one JSON object a line.
    Catalogue(super::import_catalogue::Args),
}

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files and folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// A running node, `http://…`; without it the running demo, else the
    /// configured database.
    #[arg(long)]
    to: Option<String>,
    /// A bearer token of the supplying hospital's system, for `--to`.
    #[arg(long, env = "YIMA_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Use the configured database even when a demo is running.
    #[arg(long)]
    local: bool,
    /// Code of the supplying institution, for the configured database.
    #[arg(long, default_value = "imported")]
    institution: String,
    /// Find faults, store nothing.
    #[arg(long)]
    dry_run: bool,
    /// Where faults are listed.
    #[arg(long, default_value = "issues.ndjson")]
    issues: PathBuf,
    /// One line of JSON at the end.
    #[arg(long)]
    json: bool,
}

/// One thing to supply: a file, or a line of an NDJSON file.
struct Piece {
    name: String,
    bytes: Vec<u8>,
}

#[derive(Debug, Default)]
struct Totals {
    pieces: u64,
    created: u64,
    updated: u64,
    unchanged: u64,
    refused: u64,
    persons: BTreeSet<String>,
    issues: String,
}

enum Target {
    Remote(Box<(Remote, reqwest::blocking::Client)>),
    Local(Box<(Node, Supplier, tokio::runtime::Runtime)>),
}

fn files(paths: &[PathBuf], found: &mut Vec<PathBuf>) -> Result<(), String> {
    for path in paths {
        if path.is_dir() {
            let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
                .map_err(|error| format!("{}: {error}", path.display()))?
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .filter(|path| path.is_dir() || path.extension().is_some_and(|ext| ext == "json" || ext == "ndjson"))
                .collect();
            inside.sort();
            files(&inside, found)?;
        } else if path.exists() {
            found.push(path.clone());
        } else {
            return Err(format!("{} does not exist", path.display()));
        }
    }
    Ok(())
}

fn pieces(path: &Path) -> Result<Vec<Piece>, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    if path.extension().is_some_and(|ext| ext == "ndjson") {
        let lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
        return Ok(lines
            .map(|(number, line)| Piece { name: format!("{}:{}", path.display(), number + 1), bytes: line.to_vec() })
            .collect());
    }
    Ok(vec![Piece { name: path.display().to_string(), bytes }])
}

/// What is about nobody (organisations, practitioners) goes first, so that
/// references to it can be found.
fn describes_patients(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes.windows(9).any(|window| window == b"\"Patient\""))
}

pub(crate) fn run(config_path: &Path, args: &Args) -> Told {
    let mut found = Vec::new();
    files(&args.paths, &mut found)?;
    found.sort_by_cached_key(|path| (describes_patients(path), path.clone()));
    let target = choose(config_path, args)?;
    let bar = ProgressBar::new(found.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("importing {wide_bar} {pos}/{len} files  {per_sec}  {eta} left") {
        bar.set_style(style);
    }
    let mut totals = Totals::default();
    for path in &found {
        for piece in pieces(path)? {
            supply(&target, args, &piece, &mut totals)?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if let Target::Local(local) = &target {
        local.0.db.close();
    }
    finish(args, &totals)
}

fn choose(config_path: &Path, args: &Args) -> Result<Target, String> {
    let remote = if args.local { None } else { Remote::find(args.to.as_deref(), args.token.as_deref(), "his") };
    if let Some(remote) = remote {
        let client = reqwest::blocking::Client::builder()
            .timeout(std::time::Duration::from_mins(2))
            .build()
            .map_err(|error| error.to_string())?;
        warn(format!("supplying to {}", remote.base));
        return Ok(Target::Remote(Box::new((remote, client))));
    }
    if args.to.is_some() {
        return Err("--to needs --token (or YIMA_TOKEN)".to_owned());
    }
    let node = target::open(config_path)?;
    let supplier = local_supplier(&node, &args.institution)?;
    Ok(Target::Local(Box::new((node, supplier, runtime()?))))
}

/// The institution named, or a new one for what comes from outside; supplied by
/// the node's own import actor.
fn local_supplier(node: &Node, code: &str) -> Result<Supplier, String> {
    let institution = match node.directory.by_code(code) {
        Some(found) => found.id,
        None if code == "imported" => enrol_imported(node)?,
        None => return Err(format!("no institution has the code '{code}'; add it with `yima init --institution`")),
    };
    let policy = node.gate.policy().clone();
    let actor = node
        .db
        .write_now(institution.0, move |tx| {
            access::actors::enrol(
                tx,
                &policy,
                &access::actors::NewActor {
                    kind: ActorKind::System,
                    name: "yima import".into(),
                    role: "his".into(),
                    institution: Some(institution),
                    place: String::new(),
                    person: None,
                    login: None,
                },
            )
        })
        .map_err(|error| error.to_string())?;
    Ok(Supplier { institution, actor })
}

fn enrol_imported(node: &Node) -> Result<InstitutionId, String> {
    node.directory
        .enrol_now(directory::NewInstitution {
            code: "imported".into(),
            name: "外来资料".into(),
            name_en: "Imported records".into(),
            region: String::new(),
            level: String::new(),
        })
        .map_err(|error| error.to_string())
}

fn supply(target: &Target, args: &Args, piece: &Piece, totals: &mut Totals) -> Result<(), String> {
    totals.pieces += 1;
    match target {
        Target::Remote(remote) => {
            let (remote, client) = remote.as_ref();
            let path = if args.dry_run { "/fhir?_dryRun=true" } else { "/fhir" };
            let single = serde_json::from_slice::<Value>(&piece.bytes)
                .ok()
                .and_then(|value| value.get("resourceType").and_then(Value::as_str).map(str::to_owned))
                .filter(|name| name != "Bundle");
            let path =
                single.map_or_else(|| path.to_owned(), |name| path.replacen("/fhir", &format!("/fhir/{name}"), 1));
            let (status, answer) = remote.call(client, "POST", &path, Some(piece.bytes.clone()))?;
            count_answer(status, &answer, piece, totals);
            if status == 401 || status == 403 {
                return Err(format!("the node refuses the token: {answer}"));
            }
        }
        Target::Local(local) => {
            let (node, supplier, runtime) = local.as_ref();
            let wish = Wish { dry: args.dry_run, ..Wish::default() };
            let done = match fhir::parse(&piece.bytes, &fhir::Limits::default()) {
                Ok(value) => runtime.block_on(node.records.supply(*supplier, value, wish)),
                Err(issues) => Err(Rejected::Issues(issues)),
            };
            match done {
                Ok(receipt) => {
                    for one in &receipt.supplied {
                        count(totals, Became::of(one.created, one.unchanged));
                    }
                    totals.persons.extend(receipt.persons.iter().map(ToString::to_string));
                }
                Err(Rejected::Issues(issues)) => {
                    refused(totals, piece, &fhir::operation_outcome(&issues, "en"));
                }
                Err(Rejected::Error(error)) => refused(totals, piece, &Value::String(error.to_string())),
            }
        }
    }
    Ok(())
}

/// What became of a resource.
enum Became {
    New,
    NextVersion,
    Same,
}

impl Became {
    /// A resource that is not new has a next version, or is the same as before.
    fn of(created: bool, same: impl Into<Option<bool>>) -> Self {
        match (created, same.into() == Some(true)) {
            (true, _) => Self::New,
            (false, true) => Self::Same,
            (false, false) => Self::NextVersion,
        }
    }
}

fn count(totals: &mut Totals, became: Became) {
    match became {
        Became::New => totals.created += 1,
        Became::NextVersion => totals.updated += 1,
        Became::Same => totals.unchanged += 1,
    }
}

fn count_answer(status: u16, answer: &Value, piece: &Piece, totals: &mut Totals) {
    if status >= 300 {
        refused(totals, piece, answer);
        return;
    }
    let Some(entries) = answer.get("entry").and_then(Value::as_array) else {
        count(totals, Became::of(status == 201, answer.is_null()));
        return;
    };
    for entry in entries {
        let text = |name: &str| entry.pointer(&format!("/response/{name}")).and_then(Value::as_str).unwrap_or_default();
        let unchanged = text("outcome/issue/0/details/text") == "unchanged";
        count(totals, Became::of(text("status").starts_with("201"), unchanged));
        if let Some(id) = text("location").strip_prefix("Patient/") {
            totals.persons.extend(id.split('/').next().map(str::to_owned));
        }
    }
}

fn refused(totals: &mut Totals, piece: &Piece, why: &Value) {
    totals.refused += 1;
    // Writing to a String cannot fail.
    let _ = writeln!(totals.issues, "{}", serde_json::json!({ "piece": piece.name, "why": why }));
}

fn finish(args: &Args, totals: &Totals) -> Told {
    if totals.refused > 0 {
        std::fs::write(&args.issues, &totals.issues).map_err(|error| format!("{}: {error}", args.issues.display()))?;
    }
    if args.json {
        say(serde_json::json!({
            "pieces": totals.pieces, "created": totals.created, "updated": totals.updated,
            "unchanged": totals.unchanged, "refused": totals.refused, "persons": totals.persons,
            "dry_run": args.dry_run,
        })
        .to_string());
    } else {
        say(format!(
            "{} pieces: {} resources new, {} with a new version, {} unchanged, {} persons{}",
            totals.pieces,
            totals.created,
            totals.updated,
            totals.unchanged,
            totals.persons.len(),
            if args.dry_run { " (dry run: nothing stored)" } else { "" }
        ));
        for person in totals.persons.iter().take(20) {
            say(format!("  {person}   yima code show {person}"));
        }
        if totals.refused > 0 {
            warn(format!("{} pieces were refused whole; why: {}", totals.refused, args.issues.display()));
        }
    }
    Ok(if totals.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
