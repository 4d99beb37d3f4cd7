//! The command line. Exit codes: 0 done, 1 refused or failed, 2 warnings only
//! (`check`), 64 wrong usage, 74 the disk failed.

mod backup;
mod bill;
mod card;
mod check;
mod code;
mod demo;
mod import;
mod import_catalogue;
mod import_plan;
mod init;
mod key;
mod ledger;
mod migrate;
mod nhsa;
mod plan;
mod plan_whatif;
mod serve;
mod standin;
mod target;
mod token;
mod verify;

use clap::{Parser, Subcommand};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// 一码通: one code for health care and medical insurance.
#[derive(Debug, Parser)]
#[command(name = "yima", version, about, propagate_version = true)]
struct Cli {
    /// Configuration file; every key can also be set as `YIMA_SECTION_KEY`.
    #[arg(long, global = true, default_value = "yima.toml", env = "YIMA_CONFIG")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A living region on this machine: synthetic people only, gone when stopped.
    Demo(demo::Args),
    /// Write a configuration, create the database and the first administrator.
    Init(init::Args),
    /// Run the node.
    Serve(serve::Args),
    /// Examine configuration, database, trail and disk; say what to mend.
    Check(check::Args),
    /// Bring the database to this program's schema.
    Migrate(migrate::Args),
    /// Bring hospital history in.
    #[command(subcommand)]
    Import(import::Command),
    /// Copy the running or stopped database into one checked file.
    Backup(backup::BackupArgs),
    /// Put a copy back.
    Restore(backup::RestoreArgs),
    /// Give or take a machine's bearer token.
    #[command(subcommand)]
    Token(token::Command),
    /// Lint insurance plans, run and test their cases, ask why.
    #[command(subcommand)]
    Plan(plan::Command),
    /// Stand in for an outside system on this machine, to try a node with.
    #[command(subcommand)]
    Standin(standin::Command),
    /// Post transfers from a file, show and close books; the node is stopped.
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// Speak the national insurance interface as a hospital's program does.
    #[command(subcommand)]
    Nhsa(nhsa::Command),
    /// Show a person's code, as the phone would.
    #[command(subcommand)]
    Code(code::Command),
    /// The node's keys: list, rotate, revoke, export.
    #[command(subcommand)]
    Key(key::Command),
    /// Issue cards in bulk, print sheets of them.
    #[command(subcommand)]
    Card(card::Command),
    /// E-bills: check one without a network.
    #[command(subcommand)]
    Bill(bill::Command),
    /// Check a code without a network.
    Verify(verify::Args),
}

/// What a command says when it could not do it.
type Told = Result<ExitCode, String>;

/// Writes a line to standard output; a closed pipe ends quietly.
fn say(line: impl AsRef<str>) {
    // Whoever closed the pipe does not want the line.
    let _ = writeln!(std::io::stdout(), "{}", line.as_ref());
}

/// Writes a line to standard error.
fn warn(line: impl AsRef<str>) {
    // Nowhere is left to complain when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{}", line.as_ref());
}

fn log_to_stderr(level: &str) {
    let filter =
        tracing_subscriber::EnvFilter::try_new(level).unwrap_or_else(|_bad| tracing_subscriber::EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).finish();
    // Not `try_init`: that lets in what libraries write through `log` as well, and
    // PostgreSQL's driver writes the values of every statement there (U8).
    // A second call (tests) keeps the first subscriber.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// The asynchronous world; reads run on its threads, so there are more of them
/// than cores and a cold disk does not stall the rest.
fn runtime() -> Result<tokio::runtime::Runtime, String> {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads((cores * 2).max(4))
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime cannot start: {error}"))
}

/// Parses the command line and runs the command.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are errors to clap, and fine to us.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS };
        }
    };
    let told = match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Init(args) => init::run(&cli.config, &args),
        Command::Serve(args) => serve::run(&cli.config, &args),
        Command::Check(args) => Ok(check::run(&cli.config, &args)),
        Command::Migrate(args) => migrate::run(&cli.config, &args),
        Command::Import(import::Command::Fhir(args)) => import::run(&cli.config, &args),
        Command::Import(import::Command::Plan(args)) => import_plan::run(&cli.config, &args),
        Command::Import(import::Command::Catalogue(args)) => import_catalogue::run(&cli.config, &args),
        Command::Backup(args) => backup::backup(&cli.config, &args),
        Command::Restore(args) => backup::restore(&cli.config, &args),
        Command::Token(command) => token::run(&cli.config, &command),
        Command::Plan(command) => plan::run(&cli.config, &command),
        Command::Standin(command) => standin::run(&command),
        Command::Ledger(command) => ledger::run(&cli.config, &command),
        Command::Nhsa(command) => nhsa::run(&command),
        Command::Code(code::Command::Show(args)) => code::run(&args),
        Command::Key(command) => key::run(&cli.config, &command),
        Command::Card(command) => card::run(&command),
        Command::Bill(command) => bill::run(&command),
        Command::Verify(args) => verify::run(&args),
    };
    told.unwrap_or_else(|message| {
        warn(format!("yima: {message}"));
        ExitCode::FAILURE
    })
}
