//! `yima code show PERSON`: issue a card if need be and show its code, as a desk
//! does for somebody without a phone.

use super::target::{DemoFile, Remote};
use super::{Told, say};
use serde_json::json;
use std::process::ExitCode;

/// What can be done with codes.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Print a code that is valid now.
    Show(Args),
}

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A person's id, or the name of one in the demo (`jingyi`).
    person: String,
    /// A running node; without it the running demo.
    #[arg(long)]
    to: Option<String>,
    /// A registrar's bearer token, for `--to`.
    #[arg(long, env = "YIMA_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Told {
    let remote = Remote::find(args.to.as_deref(), args.token.as_deref(), "registrar")
        .ok_or("no demo is running; name a node with --to and --token")?;
    let client = reqwest::blocking::Client::new();
    let named = DemoFile::read().and_then(|demo| demo.people.get(&args.person).cloned());
    let person = named.unwrap_or_else(|| args.person.clone());
    let body = json!({ "person": person, "medium": "paper", "label": "yima code show" }).to_string();
    let (status, card) = remote.call(&client, "POST", "/v1/cards", Some(body.into_bytes()))?;
    let id = card.get("card").and_then(|id| id.as_str()).ok_or_else(|| format!("no card ({status}): {card}"))?;
    let (status, shown) = remote.call(&client, "GET", &format!("/v1/cards/{id}/code"), None)?;
    let code =
        shown.get("code").and_then(|code| code.as_str()).ok_or_else(|| format!("no code ({status}): {shown}"))?;
    if args.json {
        say(shown.to_string());
    } else {
        say(code);
    }
    Ok(ExitCode::SUCCESS)
}
