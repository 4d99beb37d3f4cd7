//! `yima backup` and `yima restore`: one checked file, proven by reading it back.
//! PostgreSQL's own tools copy PostgreSQL.

use super::{Told, say, target, warn};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use store::{Engine, backup as copy};

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArgs {
    /// The file to write.
    to: PathBuf,
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArgs {
    /// The file to put back.
    from: PathBuf,
    /// Read the file through, change nothing.
    #[arg(long)]
    dry_run: bool,
}

fn checksum_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".sha256");
    PathBuf::from(name)
}

pub(crate) fn backup(config_path: &Path, args: &BackupArgs) -> Told {
    let (config, folder) = target::configured(config_path)?;
    let engine = config.engine(&folder);
    let Engine::Sqlite(path) = &engine else { return dump(&engine, &args.to) };
    if !path.exists() {
        return Err(format!("there is no database at {}", path.display()));
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("copying {wide_bar} {percent} %") {
        bar.set_style(style);
    }
    let proof = copy::copy_sqlite(path, &args.to, |done, all| {
        bar.set_length(u64::try_from(all).unwrap_or(0));
        bar.set_position(u64::try_from(done).unwrap_or(0));
    })
    .map_err(|fault| fault.to_string())?;
    bar.finish_and_clear();
    let line = format!("{}  {}\n", proof.sha256, args.to.file_name().unwrap_or_default().to_string_lossy());
    store::durable::file(&checksum_path(&args.to), line.as_bytes(), 0o644)
        .map_err(|error| format!("writing the checksum: {error}"))?;
    if args.json {
        say(serde_json::json!({ "file": args.to, "bytes": proof.bytes, "sha256": proof.sha256, "events": proof.chain.events, "wrong": proof.chain.wrong }).to_string());
    } else {
        say(format!(
            "{} · {} bytes · read back: pages whole, {} events in their chains",
            args.to.display(),
            proof.bytes,
            proof.chain.events
        ));
    }
    if proof.chain.wrong.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        for wrong in proof.chain.wrong {
            warn(wrong);
        }
        Ok(ExitCode::FAILURE)
    }
}

pub(crate) fn restore(config_path: &Path, args: &RestoreArgs) -> Told {
    let (config, folder) = target::configured(config_path)?;
    let engine = config.engine(&folder);
    let Engine::Sqlite(path) = &engine else { return undump(&engine, args) };
    let proof = copy::prove_sqlite(&args.from).map_err(|fault| fault.to_string())?;
    if let Ok(kept) = std::fs::read_to_string(checksum_path(&args.from))
        && kept.split_whitespace().next() != Some(proof.sha256.as_str())
    {
        return Err(format!("{} has another checksum than the one kept beside it", args.from.display()));
    }
    if let Some(wrong) = proof.chain.wrong.first() {
        return Err(format!("the copy's trail is broken: {wrong}"));
    }
    if args.dry_run {
        say(format!("{} can be restored: {} bytes, {} events", args.from.display(), proof.bytes, proof.chain.events));
        return Ok(ExitCode::SUCCESS);
    }
    if path.exists() {
        return Err(format!("{} exists; move it away first, so that nothing is overwritten", path.display()));
    }
    if let Some(parent) = path.parent() {
        store::durable::folder(parent).map_err(|error| error.to_string())?;
    }
    copy::copy_sqlite(&args.from, path, |_, _| {}).map_err(|fault| fault.to_string())?;
    target::open(config_path)?.db.close();
    say(format!("{} is back: {} events, trail whole", path.display(), proof.chain.events));
    Ok(ExitCode::SUCCESS)
}

fn tool(name: &str, arguments: &[&str]) -> Told {
    let status = Command::new(name)
        .args(arguments)
        .status()
        .map_err(|error| format!("{name} cannot be started ({error}); install PostgreSQL's client programs"))?;
    if status.success() { Ok(ExitCode::SUCCESS) } else { Err(format!("{name} failed: {status}")) }
}

fn dump(engine: &Engine, to: &Path) -> Told {
    let Engine::Postgres { url, .. } = engine else { return Err("not PostgreSQL".to_owned()) };
    if to.exists() {
        return Err(format!("{} exists already; choose another name", to.display()));
    }
    let file = to.display().to_string();
    tool("pg_dump", &["--format=custom", "--file", &file, "--dbname", url])?;
    tool("pg_restore", &["--list", "--file", "/dev/null", &file])?;
    say(format!("{file} · written by pg_dump, its table of contents read back"));
    Ok(ExitCode::SUCCESS)
}

fn undump(engine: &Engine, args: &RestoreArgs) -> Told {
    let Engine::Postgres { url, .. } = engine else { return Err("not PostgreSQL".to_owned()) };
    let file = args.from.display().to_string();
    if args.dry_run {
        return tool("pg_restore", &["--list", "--file", "/dev/null", &file]);
    }
    tool("pg_restore", &["--exit-on-error", "--single-transaction", "--no-owner", "--dbname", url, &file])?;
    let report = copy::prove_postgres(url).map_err(|fault| fault.to_string())?;
    if let Some(wrong) = report.wrong.first() {
        return Err(format!("restored, but the trail is broken: {wrong}"));
    }
    say(format!("restored: {} events, trail whole", report.events));
    Ok(ExitCode::SUCCESS)
}
