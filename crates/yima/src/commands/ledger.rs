//! `yima ledger`: transfers from a file, balances, trial balances, closing a month,
//! on a stopped node's database. A running node answers the same under `/v1/ledger`.

use super::{Told, runtime, say, target, warn};
use crate::compose::Node;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::{ActorId, Fen, PersonId};
use ledger::batch::{CHUNK_MAX, Outcome, Transfer};
use ledger::{Account, Code, Entity, Ledger, Period, Report, Trial};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use store::Db;
use web::Lang;

/// What can be done with books.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Post transfers from a file: CSV `debit,credit,fen,reference` or JSON lines; a
    /// transfer is posted once by its reference, however often the file is sent.
    Post(PostArgs),
    /// What a person has with the agency, or an account holds.
    Balance(BalanceArgs),
    /// The trial balance of a month.
    Trial(TrialArgs),
    /// Close a month.
    Close(CloseArgs),
    /// Print the statements that keep a PostgreSQL role from changing what was posted.
    Grants(GrantsArgs),
}

/// Whose books.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Whose {
    /// `r990100` for a region's agency, an institution's id; the node's own agency
    /// when left out.
    #[arg(long)]
    books: Option<String>,
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

/// Arguments of `post`.
#[derive(Debug, clap::Args)]
pub(crate) struct PostArgs {
    /// The file; `-` reads standard input.
    file: PathBuf,
    /// The month, `2026-11`; the current one when left out.
    #[arg(long)]
    period: Option<String>,
    /// Read and check every line, post nothing.
    #[arg(long)]
    dry_run: bool,
    /// Where lines that were not posted are listed.
    #[arg(long, default_value = "issues.ndjson")]
    issues: PathBuf,
    #[command(flatten)]
    whose: Whose,
}

/// Arguments of `balance`.
#[derive(Debug, clap::Args)]
pub(crate) struct BalanceArgs {
    /// An account: `2301/p0…` of a person, `2101/n0…`, `5001/310100`, `1001`.
    account: String,
    #[command(flatten)]
    whose: Whose,
}

/// Arguments of `trial`.
#[derive(Debug, clap::Args)]
pub(crate) struct TrialArgs {
    /// The month, `2026-11`; the current one when left out.
    #[arg(long)]
    period: Option<String>,
    #[command(flatten)]
    whose: Whose,
}

/// Arguments of `close`.
#[derive(Debug, clap::Args)]
pub(crate) struct CloseArgs {
    /// The month, `2026-11`.
    #[arg(long)]
    period: String,
    #[command(flatten)]
    whose: Whose,
}

/// Arguments of `grants`.
#[derive(Debug, clap::Args)]
pub(crate) struct GrantsArgs {
    /// The role the node signs in with; the tables belong to another.
    role: String,
}

pub(crate) fn run(config_path: &Path, command: &Command) -> Told {
    match command {
        Command::Grants(args) => {
            let text = ledger::grants(&args.role).ok_or("a role is lower-case letters, digits and _")?;
            say(text.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Command::Post(args) => post(config_path, args),
        Command::Balance(args) => balance(config_path, args),
        Command::Trial(args) => with_books(config_path, &args.whose, |books| {
            let period = month(args.period.as_deref(), &books.ledger)?;
            let trial = runtime()?.block_on(books.ledger.trial(books.entity, period)).map_err(told)?;
            show_trial(&trial, args.whose.json);
            Ok(if trial.difference() == Fen::ZERO { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }),
        Command::Close(args) => with_books(config_path, &args.whose, |books| {
            let period = month(Some(&args.period), &books.ledger)?;
            let close = books.ledger.close(ActorId(0), books.entity, period);
            let closing = runtime()?.block_on(close).map_err(told)?;
            let hash = store::value::hex(&closing.hash);
            if args.whose.json {
                say(serde_json::json!({ "books": closing.entity.to_string(), "period": closing.period.to_string(),
                    "accounts": closing.accounts, "debit_fen": closing.debit.0, "credit_fen": closing.credit.0,
                    "hash": hash })
                .to_string());
            } else {
                say(format!("{} of {} closed: {} accounts, {hash}", closing.period, closing.entity, closing.accounts));
            }
            Ok(ExitCode::SUCCESS)
        }),
    }
}

fn told(error: kernel::Error) -> String {
    error.to_string()
}

/// The books a command works on.
struct Books {
    node: Node,
    ledger: Ledger,
    entity: Entity,
}

fn with_books(config_path: &Path, whose: &Whose, work: impl FnOnce(&Books) -> Told) -> Told {
    let (config, _) = target::configured(config_path)?;
    let entity = match &whose.books {
        None => Entity::region(config.region.code),
        Some(text) => {
            text.parse().map_err(|_bad| format!("'{text}' names no books: r990100 or an institution's id"))?
        }
    };
    let node = target::open(config_path)?;
    let ledger = Ledger::load(&node.db).map_err(told)?;
    let books = Books { node, ledger, entity };
    let done = work(&books);
    books.node.db.close();
    done
}

fn month(text: Option<&str>, ledger: &Ledger) -> Result<Period, String> {
    match text {
        None => Ok(Period::of(ledger.now())),
        Some(text) => Period::from_text(text).ok_or_else(|| format!("'{text}' is no month such as 2026-11")),
    }
}

fn balance(config_path: &Path, args: &BalanceArgs) -> Told {
    with_books(config_path, &args.whose, |books| {
        let account = Account::from_text(&args.account).ok_or_else(|| format!("'{}' is no account", args.account))?;
        let entity = books.entity;
        let (net, held) = if matches!(account.code, Code::Personal | Code::PersonalHeld) {
            let person = PersonId(account.party);
            let found = books.node.db.read_now(move |sql| Ok(ledger::personal(sql, entity, person)?)).map_err(told)?;
            let found = found.unwrap_or_default();
            (if account.code == Code::Personal { found.balance } else { found.held }, found.held)
        } else {
            let now = month(None, &books.ledger)?;
            let trial = runtime()?.block_on(books.ledger.trial(entity, now)).map_err(told)?;
            let line = trial.lines.iter().find(|line| line.account == account.summed());
            let net = line.map_or(Fen::ZERO, |line| line.closing);
            (ledger::rules::fold::shown(account.code, net), Fen::ZERO)
        };
        if args.whose.json {
            say(serde_json::json!({ "books": entity.to_string(), "account": account.to_string(), "balance_fen": net.0, "held_fen": held.0 }).to_string());
        } else {
            say(format!("{account} {}: {net}", account.code.name(Lang::En)));
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn show_trial(trial: &Trial, as_json: bool) {
    if as_json {
        let rows: Vec<serde_json::Value> = trial
            .lines
            .iter()
            .map(|line| {
                serde_json::json!({ "account": line.account.to_string(), "opening_fen": line.opening.0,
                    "debit_fen": line.moved.debit.0, "credit_fen": line.moved.credit.0, "closing_fen": line.closing.0 })
            })
            .collect();
        say(serde_json::json!({ "books": trial.entity.to_string(), "period": trial.period.to_string(),
            "accounts": rows, "difference_fen": trial.difference().0 })
        .to_string());
        return;
    }
    say(format!("{} {}", trial.entity, trial.period));
    for line in &trial.lines {
        say(format!(
            "{:<28} {:>18} {:>18} {:>18}  {}",
            line.account.to_string(),
            line.moved.debit.to_string(),
            line.moved.credit.to_string(),
            line.closing.to_string(),
            line.account.code.name(Lang::En)
        ));
    }
    say(format!("difference {}", trial.difference()));
}

/// A line of the file that can be posted, and where it stood.
type Read = (u64, Transfer);

/// What became of a file.
#[derive(Debug, Default)]
struct Totals {
    lines: u64,
    posted: u64,
    known: u64,
    refused: u64,
}

/// Lines that were not posted, one JSON object each.
struct Issues {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Issues {
    fn add(&mut self, line: u64, error: &kernel::Error) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.path.display());
        if self.file.is_none() {
            self.file = Some(BufWriter::new(File::create(&self.path).map_err(failed)?));
        }
        let row = serde_json::json!({ "line": line, "code": error.code(), "why": error.to_string() });
        self.file.as_mut().map_or(Ok(()), |file| writeln!(file, "{row}").map_err(failed))
    }

    fn end(self) -> Result<(), String> {
        let path = self.path;
        self.file.map_or(Ok(()), |mut file| file.flush().map_err(|error| format!("{}: {error}", path.display())))
    }
}

/// Reads lines on a thread of its own, so that reading and posting share two cores.
fn reading(input: Box<dyn std::io::Read + Send>, entity: Entity, to: &SyncSender<Result<Chunk, String>>) {
    let mut chunk = Chunk::default();
    let mut number = 0u64;
    for line in BufReader::with_capacity(1 << 20, input).lines() {
        number += 1;
        let line = match line {
            Ok(line) => line,
            Err(error) => {
                // The other side has gone when nobody takes it.
                let _ = to.send(Err(format!("line {number}: {error}")));
                return;
            }
        };
        let line = line.trim();
        let heading = number == 1 && line.starts_with("debit,");
        if line.is_empty() || heading {
            continue;
        }
        chunk.bytes += line.len() as u64 + 1;
        match Transfer::from_line(entity, line) {
            Ok(transfer) => chunk.good.push((number, transfer)),
            Err(error) => chunk.bad.push((number, error)),
        }
        if chunk.good.len() + chunk.bad.len() >= CHUNK_MAX && to.send(Ok(std::mem::take(&mut chunk))).is_err() {
            return;
        }
    }
    let _ = to.send(Ok(chunk));
}

/// Lines read together.
#[derive(Default)]
struct Chunk {
    bytes: u64,
    good: Vec<Read>,
    bad: Vec<(u64, kernel::Error)>,
}

fn opened(path: &Path) -> Result<(Box<dyn std::io::Read + Send>, u64), String> {
    if path == Path::new("-") {
        return Ok((Box::new(std::io::stdin()), 0));
    }
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let length = file.metadata().map_or(0, |meta| meta.len());
    Ok((Box::new(file), length))
}

fn post(config_path: &Path, args: &PostArgs) -> Told {
    let (input, length) = opened(&args.file)?;
    with_books(config_path, &args.whose, |books| {
        let period = args.period.as_deref().map(|text| month(Some(text), &books.ledger)).transpose()?;
        let bar = ProgressBar::new(length);
        if let Ok(style) = ProgressStyle::with_template("posting {wide_bar} {bytes}/{total_bytes}  {msg}  {eta} left") {
            bar.set_style(style);
        }
        let (to, chunks) = sync_channel(4);
        let entity = books.entity;
        let totals = std::thread::scope(|scope| {
            scope.spawn(move || reading(input, entity, &to));
            posted(books, args, period, chunks, &bar)
        })?;
        bar.finish_and_clear();
        if !args.dry_run {
            runtime()?.block_on(books.ledger.fold()).map_err(told)?;
        }
        Ok(finish(args, &totals))
    })
}

fn posted(
    books: &Books,
    args: &PostArgs,
    period: Option<Period>,
    chunks: Receiver<Result<Chunk, String>>,
    bar: &ProgressBar,
) -> Result<Totals, String> {
    let mut totals = Totals::default();
    let mut issues = Issues { path: args.issues.clone(), file: None };
    for chunk in chunks {
        let chunk = chunk?;
        totals.lines += (chunk.good.len() + chunk.bad.len()) as u64;
        for (line, error) in &chunk.bad {
            totals.refused += 1;
            issues.add(*line, error)?;
        }
        if !args.dry_run {
            let (lines, transfers): (Vec<u64>, Vec<Transfer>) = chunk.good.into_iter().unzip();
            let outcomes = books.ledger.post_transfers(books.entity, period, transfers).map_err(told)?;
            for (line, outcome) in lines.into_iter().zip(&outcomes) {
                match outcome {
                    Outcome::Posted(_) => totals.posted += 1,
                    Outcome::Known(_) => totals.known += 1,
                    Outcome::Refused(error) => {
                        totals.refused += 1;
                        issues.add(line, error)?;
                    }
                }
            }
        }
        bar.inc(chunk.bytes);
        bar.set_message(format!("{} lines", totals.lines));
    }
    issues.end()?;
    Ok(totals)
}

fn finish(args: &PostArgs, totals: &Totals) -> ExitCode {
    if args.whose.json {
        say(serde_json::json!({ "lines": totals.lines, "posted": totals.posted, "known": totals.known,
            "refused": totals.refused })
        .to_string());
    } else {
        say(format!(
            "{} lines: {} posted, {} posted before, {} refused",
            totals.lines, totals.posted, totals.known, totals.refused
        ));
    }
    if totals.refused == 0 {
        return ExitCode::SUCCESS;
    }
    warn(format!("refused lines are listed in {}", args.issues.display()));
    ExitCode::FAILURE
}

/// The whole ledger examined, with progress.
pub(crate) fn examined(db: &Db) -> Result<Report, String> {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("examining the ledger {spinner} {human_pos} lines  {per_sec}") {
        bar.set_style(style);
    }
    let shown = bar.clone();
    let found = ledger::check(db, Arc::new(move |lines| shown.set_position(lines))).map_err(told);
    bar.finish_and_clear();
    found
}
