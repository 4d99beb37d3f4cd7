//! `yima migrate [--plan]`: the schema of this program.

use super::{Told, say, target};
use crate::compose::CAPABILITIES;
use std::path::Path;
use std::process::ExitCode;
use store::migrate;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Show the statements, run nothing.
    #[arg(long)]
    plan: bool,
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(config_path: &Path, args: &Args) -> Told {
    let (config, folder) = target::configured(config_path)?;
    let migrations = migrate::in_order(CAPABILITIES);
    let planned = migrate::plan(&config.engine(&folder), &migrations).map_err(|fault| fault.to_string())?;
    if !args.plan && !planned.is_empty() {
        let settings = store::Settings::of(config.engine(&folder));
        store::Db::open(settings, &migrations).map_err(|fault| fault.to_string())?.close();
    }
    if args.json {
        let names: Vec<&str> = planned.iter().map(|step| step.name.as_str()).collect();
        say(serde_json::json!({ "steps": names, "ran": !args.plan }).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    for step in &planned {
        say(format!("-- {}", step.name));
        if args.plan {
            say(step.sql.trim());
        }
    }
    say(match (planned.len(), args.plan) {
        (0, _) => "Nothing to do: the database has this program's schema.".to_owned(),
        (count, true) => format!("{count} steps would run."),
        (count, false) => format!("{count} steps ran."),
    });
    Ok(ExitCode::SUCCESS)
}
