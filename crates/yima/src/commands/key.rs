//! `yima key`: the node's keys, on a stopped node's database or, with `--to`,
//! through a running one.

use super::target::{self, Remote};
use super::{Told, runtime, say};
use keys::api::{View, named};
use keys::rotate::Begins;
use keys::{Envelope, Kid};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be done with keys.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Every key with its use, stage and life.
    List(To),
    /// Make the successor of the key that signs for a use.
    Rotate(RotateArgs),
    /// Revoke a key: nothing it signed counts any more.
    Revoke(RevokeArgs),
    /// Write the signed list of keys, for those who check without this node.
    ExportTrust(ExportArgs),
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

/// Arguments of `rotate`.
#[derive(Debug, clap::Args)]
pub(crate) struct RotateArgs {
    /// What the key is for: presence, issuing, bill-seal, …
    #[arg(long = "use")]
    used: String,
    /// The institution's id, when the key is an institution's.
    #[arg(long)]
    site: Option<String>,
    /// The successor signs at once; else it is published first.
    #[arg(long)]
    at_once: bool,
    #[command(flatten)]
    to: To,
}

/// Arguments of `revoke`.
#[derive(Debug, clap::Args)]
pub(crate) struct RevokeArgs {
    /// The key's name, 16 hexadecimal digits.
    kid: String,
    /// Why.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    to: To,
}

/// Arguments of `export-trust`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExportArgs {
    /// The file to write; standard output when not told.
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    to: To,
}

pub(crate) fn run(config_path: &Path, command: &Command) -> Told {
    match command {
        Command::List(to) => list(config_path, to),
        Command::Rotate(args) => rotate(config_path, args),
        Command::Revoke(args) => revoke(config_path, args),
        Command::ExportTrust(args) => export(config_path, args),
    }
}

/// The running node that is meant, if one is.
fn remote(to: &To) -> Result<Option<Remote>, String> {
    if to.node.is_none() {
        return Ok(None);
    }
    Remote::find(to.node.as_deref(), to.token.as_deref(), "admin")
        .map(Some)
        .ok_or_else(|| "--to needs --token (or YIMA_TOKEN)".to_owned())
}

fn asked(remote: &Remote, method: &str, path: &str, body: Option<Value>) -> Result<Value, String> {
    let client = reqwest::blocking::Client::new();
    let (status, answer) = remote.call(&client, method, path, body.map(|body| body.to_string().into_bytes()))?;
    if status < 300 { Ok(answer) } else { Err(format!("{status}: {answer}")) }
}

fn shown(view: &View) -> String {
    let site = view.site.as_deref().unwrap_or("-");
    format!(
        "{}  {:<17} {:<8} {:<15}  suite {}  {} to {}",
        view.kid, view.used, view.state, site, view.suite, view.not_before, view.not_after
    )
}

fn list(config_path: &Path, to: &To) -> Told {
    let views: Vec<View> = if let Some(remote) = remote(to)? {
        let answer = asked(&remote, "GET", "/v1/keys", None)?;
        serde_json::from_value(answer["keys"].clone()).map_err(|error| error.to_string())?
    } else {
        let node = target::open(config_path)?;
        let views = node.keys.list().iter().map(View::from).collect();
        node.db.close();
        views
    };
    if to.json {
        say(json!({ "keys": views }).to_string());
    } else {
        for view in &views {
            say(shown(view));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn rotate(config_path: &Path, args: &RotateArgs) -> Told {
    let view: View = if let Some(remote) = remote(&args.to)? {
        let body = json!({ "use": args.used, "site": args.site, "at_once": args.at_once });
        let answer = asked(&remote, "POST", "/v1/keys/rotate", Some(body))?;
        serde_json::from_value(answer).map_err(|error| error.to_string())?
    } else {
        let (used, site) = named(&args.used, args.site.as_deref()).map_err(|error| error.to_string())?;
        let begins = if args.at_once { Begins::AtOnce } else { Begins::AfterLead };
        let node = target::open(config_path)?;
        let key = runtime()?.block_on(node.keys.rotate(used, site, begins, None)).map_err(|error| error.to_string())?;
        node.db.close();
        View::from(&key)
    };
    say(if args.to.json { json!(view).to_string() } else { shown(&view) });
    Ok(ExitCode::SUCCESS)
}

fn revoke(config_path: &Path, args: &RevokeArgs) -> Told {
    let successor: Option<View> = if let Some(remote) = remote(&args.to)? {
        let path = format!("/v1/keys/{}/revoke", args.kid);
        let answer = asked(&remote, "POST", &path, Some(json!({ "reason": args.reason })))?;
        serde_json::from_value(answer["successor"].clone()).map_err(|error| error.to_string())?
    } else {
        let kid: Kid = args.kid.parse().map_err(|error: keys::rules::kid::BadKid| error.to_string())?;
        let node = target::open(config_path)?;
        let done = runtime()?.block_on(node.keys.revoke(kid, &args.reason, None)).map_err(|error| error.to_string())?;
        node.db.close();
        done.as_ref().map(View::from)
    };
    if args.to.json {
        say(json!({ "kid": args.kid, "revoked": true, "successor": successor }).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    say(format!("revoked {}", args.kid));
    if let Some(successor) = successor {
        say(format!("signs now {}", shown(&successor)));
    }
    say("Verifiers without a network learn of it with their next list: GET /v1/trust.");
    Ok(ExitCode::SUCCESS)
}

fn export(config_path: &Path, args: &ExportArgs) -> Told {
    let answer: Value = if let Some(remote) = remote(&args.to)? {
        asked(&remote, "GET", "/v1/trust", None)?
    } else {
        let node = target::open(config_path)?;
        let work = async {
            let lists = node.credentials.lists().await?;
            let keys: Envelope = node.keys.trust_list(node.credentials.codes.region()).await?;
            Ok(json!(credentials::api::lists::TrustAnswer::of(keys, &lists)))
        };
        let answer = runtime()?.block_on(work).map_err(|error: kernel::Error| error.to_string())?;
        node.db.close();
        answer
    };
    match &args.out {
        None => say(answer.to_string()),
        Some(path) => {
            std::fs::write(path, answer.to_string()).map_err(|error| format!("{}: {error}", path.display()))?;
            let kid = answer["keys"]["kid"].as_str().unwrap_or_default();
            let root = answer["keys"]["vouch"]["kid"].as_str().unwrap_or_default();
            if args.to.json {
                say(json!({ "out": path, "kid": kid, "root": root }).to_string());
            } else {
                say(format!(
                    "wrote {}   signed by {kid}, vouched for by the root {root}: pin one of them",
                    path.display()
                ));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
