//! `yima plan whatif`: works every settlement of some days out again under another
//! plan and tells what funds and households would have paid, by group.

use super::import_plan::day;
use super::{Told, say, target};
use kernel::Fen;
use settlement::whatif::{Effect, Told as Difference, Wish};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The plan to try.
    #[arg(long)]
    plan: PathBuf,
    /// First day, 2026-01-01.
    #[arg(long)]
    from: String,
    /// Last day, included.
    #[arg(long)]
    to: String,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: u16,
    /// JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(config: &Path, args: &Args) -> Told {
    let read = |text: &String| day(Some(text))?.ok_or_else(|| "a day is needed".to_owned());
    let (from, to) = (read(&args.from)?, read(&args.to)?);
    let text = std::fs::read(&args.plan).map_err(|error| format!("{}: {error}", args.plan.display()))?;
    let plan: adjudication::Plan =
        serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", args.plan.display()))?;
    let plan = adjudication::Ready::of(plan).map_err(|error| format!("{}: {error}", args.plan.display()))?;
    let node = target::open(config)?;
    let wish = Wish { plan, from_at: from.start(), until_at: to.plus(1).start(), threads: args.threads };
    let told = settlement::whatif::run(&node.db, &wish).map_err(|error| error.to_string())?;
    if args.json {
        say(serde_json::to_string(&told).map_err(|error| error.to_string())?);
    } else {
        table(&told);
    }
    Ok(ExitCode::SUCCESS)
}

fn change(before: i64, after: i64) -> String {
    let more = Fen(after.saturating_sub(before));
    let sign = if more > Fen::ZERO { "+" } else { "" };
    format!("{} → {} ({sign}{more})", Fen(before), Fen(after))
}

fn row(name: &str, effect: &Effect) {
    say(format!(
        "  {name:<24} {:>10}  funds {}  households {}",
        effect.settlements,
        change(effect.fund_before, effect.fund_after),
        change(effect.household_before, effect.household_after)
    ));
}

fn table(told: &Difference) {
    say(format!(
        "{} settlements of {} people: {} would have paid less, {} more",
        told.settlements, told.people, told.people_better, told.people_worse
    ));
    say(format!("funds      {}", change(told.fund_before, told.fund_after)));
    say(format!("households {}", change(told.household_before, told.household_after)));
    if told.unanswered > 0 {
        say(format!("{} settlements have no answer under this plan and are left out", told.unanswered));
    }
    for (name, effect) in &told.groups {
        row(name, effect);
    }
}
