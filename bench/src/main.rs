//! Benchmarks: what a node does per second and per CPU-second, on both databases,
//! with the machine's own limits measured in the same run. Prints one table.
//!
//! `cargo run --release -p bench -- all` runs everything; `bench/README.md` tells
//! what each row means and keeps results. Never part of a timed test.

mod adjudicate;
mod alike;
mod client;
mod code;
mod fill;
mod ledger;
mod limits;
mod marks;
mod meter;
mod past;
mod process;
mod serving;
mod settle;
mod store;
mod table;
mod writing;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
#[command(name = "bench", about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What to measure with.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Plan {
    /// Clinical entries in the big database.
    #[arg(long, default_value_t = 1_000_000)]
    entries: u64,
    /// Seconds for each measurement.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// The program under test.
    #[arg(long, default_value = "target/release/yima")]
    yima: PathBuf,
    /// Where databases are made; kept between runs of the same size.
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
    /// Which databases: sqlite, postgres, both.
    #[arg(long, default_value = "both")]
    store: String,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything, one table.
    All(Plan),
    /// The machine's limits only.
    Limits(Plan),
    /// The pure adjudicator on one core.
    Adjudicate(Plan),
    /// The code's pure checks on one core, in every suite, against their backends.
    Code(Plan),
    /// Whether codes that are refused for different reasons can be told apart by time.
    Alike(Plan),
    /// The set of used codes after a day of `--entries` scans: its room, and a start on it.
    Marks(Plan),
    /// Group commit against one commit at a time.
    Writing(Plan),
    /// Posting, transfers from a file and the full check of the ledger; `--entries`
    /// is the number of postings that are checked.
    Ledger(Plan),
    /// Settling over HTTP, and the same shape in plain SQL.
    Settle(Plan),
    /// A changed plan tried on `--entries` past settlements.
    Whatif(Plan),
    /// Reading and supplying over HTTP.
    Serving(Plan),
    /// Start of the demo, memory, size.
    Demo(Plan),
    /// Answers "hello" over HTTP; the limit that `all` measures against.
    Hello {
        /// Where to listen.
        #[arg(long)]
        listen: String,
    },
    /// Trains the dictionary of stored bodies from a town.
    Dictionary {
        /// Where to write it.
        to: PathBuf,
    },
}

fn run() -> Result<(), String> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let mut table = table::Table::new();
    match cli.command {
        Command::Hello { listen } => return runtime.block_on(limits::hello(&listen)),
        Command::Dictionary { to } => return fill::dictionary(&to),
        Command::Limits(plan) => runtime.block_on(limits::measure(&plan, &mut table))?,
        Command::Adjudicate(plan) => adjudicate::measure(&plan, &mut table)?,
        Command::Code(plan) => code::measure(plan.seconds, &mut table)?,
        Command::Alike(plan) => runtime.block_on(alike::measure(&plan, &mut table))?,
        Command::Marks(plan) => runtime.block_on(marks::measure(&plan, &mut table))?,
        Command::Writing(plan) => writing::measure(&plan, &mut table)?,
        Command::Ledger(plan) => ledger::measure(&plan, &mut table)?,
        Command::Settle(plan) => runtime.block_on(settle::measure(&plan, &mut table))?,
        Command::Whatif(plan) => settle::whatif(&plan, &mut table)?,
        Command::Serving(plan) => runtime.block_on(serving::measure(&plan, &mut table))?,
        Command::Demo(plan) => runtime.block_on(process::demo(&plan, &mut table))?,
        Command::All(plan) => {
            runtime.block_on(limits::measure(&plan, &mut table))?;
            adjudicate::measure(&plan, &mut table)?;
            code::measure(plan.seconds, &mut table)?;
            writing::measure(&plan, &mut table)?;
            runtime.block_on(settle::measure(&plan, &mut table))?;
            ledger::measure(&plan, &mut table)?;
            settle::whatif(&plan, &mut table)?;
            runtime.block_on(serving::measure(&plan, &mut table))?;
            runtime.block_on(process::demo(&plan, &mut table))?;
        }
    }
    table.print();
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            table::warn(&error);
            ExitCode::FAILURE
        }
    }
}
