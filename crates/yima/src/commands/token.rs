//! `yima token`: bearer tokens of machines, on a stopped node's database or, with
//! `--to`, through a running one.

use super::target::{self, Remote};
use super::{Told, say};
use access::actors::{NewActor, enrol};
use access::tokens::{self, TokenKind};
use kernel::ActorKind;
use kernel::time::DAY;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

/// What can be done with tokens.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Enrol a machine and give it a token, shown once.
    Give(GiveArgs),
    /// Take a token back.
    Take(TakeArgs),
}

/// A running node, when one is meant.
#[derive(Debug, clap::Args)]
pub(crate) struct To {
    /// A running node, `http://…`.
    #[arg(long = "to")]
    node: Option<String>,
    /// An administrator's token for `--to`.
    #[arg(long, env = "YIMA_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

/// Arguments of `give`.
#[derive(Debug, clap::Args)]
pub(crate) struct GiveArgs {
    /// A role of the policy: his, kiosk, registrar, …
    #[arg(long)]
    role: String,
    /// Code of the institution it acts for.
    #[arg(long)]
    institution: Option<String>,
    /// What it is for; also the name people read in "who looked".
    #[arg(long)]
    label: String,
    /// Valid for so many days, 366 at most.
    #[arg(long, default_value_t = 366)]
    days: u16,
    #[command(flatten)]
    to: To,
}

/// Arguments of `take`.
#[derive(Debug, clap::Args)]
pub(crate) struct TakeArgs {
    /// The token's text.
    taken: String,
    #[command(flatten)]
    to: To,
}

fn remote(to: &To) -> Result<Option<Remote>, String> {
    if to.node.is_none() {
        return Ok(None);
    }
    Remote::find(to.node.as_deref(), to.token.as_deref(), "admin")
        .map(Some)
        .ok_or_else(|| "--to needs --token (or YIMA_TOKEN)".to_owned())
}

pub(crate) fn run(config_path: &Path, command: &Command) -> Told {
    match command {
        Command::Give(args) => give(config_path, args),
        Command::Take(args) => take(config_path, args),
    }
}

fn give(config_path: &Path, args: &GiveArgs) -> Told {
    if let Some(remote) = remote(&args.to)? {
        let client = reqwest::blocking::Client::new();
        let institution = institution_id(&remote, &client, args.institution.as_deref())?;
        let body = json!({ "role": args.role, "institution": institution, "label": args.label, "days": args.days });
        let (status, answer) = remote.call(&client, "POST", "/v1/tokens", Some(body.to_string().into_bytes()))?;
        if status >= 300 {
            return Err(format!("{status}: {answer}"));
        }
        show(&args.to, &answer);
        return Ok(ExitCode::SUCCESS);
    }
    let node = target::open(config_path)?;
    let institution = match &args.institution {
        None => None,
        Some(code) => {
            let found = node.directory.by_code(code).ok_or_else(|| format!("no institution has the code '{code}'"))?;
            Some(found.id)
        }
    };
    let policy = node.gate.policy().clone();
    let kind = if args.role == "his" { ActorKind::System } else { ActorKind::Device };
    let new = NewActor {
        kind,
        name: args.label.clone(),
        role: args.role.clone(),
        institution,
        place: String::new(),
        person: None,
        login: None,
    };
    let (label, life) = (args.label.clone(), i64::from(args.days) * DAY);
    let (actor, token) = node
        .db
        .write_now(0, move |tx| {
            let actor = enrol(tx, &policy, &new)?;
            Ok((actor, tokens::give(tx, actor, TokenKind::Bearer, &label, life)))
        })
        .map_err(|error| error.to_string())?;
    node.db.close();
    show(&args.to, &json!({ "actor": actor.to_string(), "token": token }));
    Ok(ExitCode::SUCCESS)
}

/// The id of an institution's code, asked from the running node.
fn institution_id(
    remote: &Remote,
    client: &reqwest::blocking::Client,
    code: Option<&str>,
) -> Result<Option<String>, String> {
    let Some(code) = code else { return Ok(None) };
    let (_, answer) = remote.call(client, "GET", "/v1/institutions", None)?;
    let all = answer.get("institutions").and_then(|all| all.as_array()).cloned().unwrap_or_default();
    let text = |one: &serde_json::Value, name: &str| one.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let found = all.iter().find(|one| text(one, "code").as_deref() == Some(code));
    found
        .and_then(|one| text(one, "institution").or_else(|| text(one, "id")))
        .map(Some)
        .ok_or_else(|| format!("no institution has the code '{code}'"))
}

fn show(to: &To, answer: &serde_json::Value) {
    if to.json {
        say(answer.to_string());
    } else {
        let text = |name: &str| answer.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        say(format!("actor {}\ntoken {}   (shown once)", text("actor"), text("token")));
    }
}

fn take(config_path: &Path, args: &TakeArgs) -> Told {
    if let Some(remote) = remote(&args.to)? {
        let body = json!({ "token": args.taken }).to_string().into_bytes();
        let client = reqwest::blocking::Client::new();
        let (status, answer) = remote.call(&client, "POST", "/v1/tokens/take", Some(body))?;
        if status >= 300 {
            return Err(format!("{status}: {answer}"));
        }
    } else {
        let node = target::open(config_path)?;
        let token = args.taken.clone();
        let taken = node.db.write_now(0, move |tx| tokens::take(tx, &token)).map_err(|error| error.to_string())?;
        node.db.close();
        if !taken {
            return Err("this token is not valid".to_owned());
        }
    }
    say("taken back");
    Ok(ExitCode::SUCCESS)
}
