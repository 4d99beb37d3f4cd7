//! `yima import catalogue FILE`: a version of an area's catalogue, one JSON object a
//! line, into the configured node's database.

use super::import_plan::day;
use super::{Told, say, target};
use insurance::load::catalogue_now;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The items: `{"code":…,"name":…,"class":"A|B|C","selfpay_bp":…,"limit_fen":…}` a line.
    file: PathBuf,
    /// The area, a division code of six digits.
    #[arg(long)]
    area: String,
    /// What to call the version.
    #[arg(long)]
    edition: String,
    /// First day, 2026-01-01; holds until the next version's.
    #[arg(long)]
    from: String,
}

/// Runs the command.
pub(crate) fn run(config: &Path, args: &Args) -> Told {
    let from_on = day(Some(&args.from))?.ok_or("a first day is needed")?;
    let lines = std::fs::read_to_string(&args.file).map_err(|error| format!("{}: {error}", args.file.display()))?;
    let node = target::open(config)?;
    let count = catalogue_now(&node.money.insurance, &args.area, &args.edition, from_on, &lines, None)
        .map_err(|error| format!("{}: {error}", args.file.display()))?;
    say(format!("{}: {count} items, version {} of {}", args.file.display(), args.edition, args.area));
    Ok(ExitCode::SUCCESS)
}
