//! `yima import plan FILE…`: insurance plans into the configured node's database. A
//! running node takes the same under `/v1/insurance/plans`.

use super::{Told, say, target, warn};
use insurance::Day;
use insurance::load::{NewPlan, plan_now};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Plan documents.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What to call the version; the document's own number when left out.
    #[arg(long)]
    edition: Option<String>,
    /// First day, 2026-01-01; the document's when left out.
    #[arg(long)]
    from: Option<String>,
    /// Last day; the document's when left out.
    #[arg(long)]
    to: Option<String>,
}

pub(super) fn day(text: Option<&String>) -> Result<Option<Day>, String> {
    text.map(|text| Day::read(text).ok_or_else(|| format!("{text} is no day such as 2026-01-01"))).transpose()
}

/// Runs the command.
pub(crate) fn run(config: &Path, args: &Args) -> Told {
    let (from_on, to_on) = (day(args.from.as_ref())?, day(args.to.as_ref())?);
    let node = target::open(config)?;
    let mut refused = false;
    for file in &args.files {
        let document = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let named = serde_json::from_slice::<serde_json::Value>(&document).ok();
        let own =
            named.as_ref().and_then(|plan| plan.get("version")).map_or_else(|| "1".to_owned(), ToString::to_string);
        let version = args.edition.clone().unwrap_or(own);
        let new = NewPlan { version: version.clone(), from_on, to_on, document };
        match plan_now(&node.money.insurance, new, None) {
            Ok(id) => say(format!("{}: plan {id}, version {version}", file.display())),
            Err(error) => {
                refused = true;
                warn(format!("{}: {error}", file.display()));
            }
        }
    }
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
