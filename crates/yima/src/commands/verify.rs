//! `yima verify`: what a terminal without a network does. Checks a code with the
//! lists it fetched, grades the answer, remembers what it accepted so that nothing
//! counts twice here, and tells the region later.

use super::target::Remote;
use super::{Told, say};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use code::credential::Challenge;
use code::used::UseLog;
use code::verify::{Act, Moment, NotTaken};
use code::{Kid, Realm, Root, Said, Verdict, Verifier};
use credentials::api::lists::{RevokedAnswer, TrustAnswer};
use kernel::World;
use kernel::time::{SECOND, rfc3339};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The text of the code; not needed with --sync.
    #[arg(required_unless_present = "sync")]
    code: Option<String>,
    /// What `GET /v1/trust` or `yima key export-trust` gave.
    #[arg(long, required_unless_present = "sync")]
    trust: Option<PathBuf>,
    /// What `GET /v1/revoked` gave.
    #[arg(long)]
    revoked: Option<PathBuf>,
    /// The name of the list's key or of the root, 16 hexadecimal digits; refuses a
    /// list of anybody else.
    #[arg(long)]
    pin: Option<String>,
    /// A folder that remembers what was accepted here; without it nothing is accepted,
    /// only checked.
    #[arg(long)]
    cache: Option<PathBuf>,
    /// What it is accepted for, five digits.
    #[arg(long, default_value = "01201")]
    purpose: String,
    /// What is settled with it, fen.
    #[arg(long, default_value_t = 0)]
    amount_fen: u64,
    /// The eight digits that this terminal showed for the holder to type.
    #[arg(long, value_parser = challenge_of)]
    challenge: Option<Challenge>,
    /// Check as of this instant instead of now, RFC 3339; nothing is remembered then.
    #[arg(long, conflicts_with = "cache", value_parser = instant_of)]
    at: Option<i64>,
    /// A clerk looked at the person: a printed code is then remembered too.
    #[arg(long)]
    confirmed: bool,
    /// Tell the region what the folder remembers.
    #[arg(long, requires = "cache")]
    sync: bool,
    /// The region's node for --sync; without it the running demo.
    #[arg(long)]
    to: Option<String>,
    /// The terminal's token for --sync.
    #[arg(long, env = "YIMA_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

/// A line of what was accepted, as it is told later.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    code: String,
    at: i64,
    purpose: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<String>,
    #[serde(default)]
    confirmed: bool,
}

impl Kept {
    /// What is accepted at an instant, seconds since 1970.
    fn of(args: &Args, text: &str, at: i64) -> Self {
        Self {
            code: text.trim().to_owned(),
            at: at * SECOND,
            purpose: args.purpose.clone(),
            challenge: args.challenge.map(|bytes| URL_SAFE_NO_PAD.encode(bytes)),
            confirmed: args.confirmed,
        }
    }

    /// Writes it down; durable when this returns.
    fn keep(&self, folder: &Path) -> Result<(), String> {
        let mut lines = open_to_append(&folder.join(LINES))?;
        writeln!(lines, "{}", json!(self)).and_then(|()| lines.sync_data()).map_err(|error| error.to_string())
    }
}

fn instant_of(text: &str) -> Result<i64, String> {
    kernel::time::parse(text).ok_or_else(|| "an instant such as 2026-11-24T09:40:00+08:00".to_owned())
}

/// What the holder signs of eight digits: their ASCII bytes (docs/code-format.md §6).
fn challenge_of(digits: &str) -> Result<Challenge, String> {
    let bytes: Challenge = digits.as_bytes().try_into().map_err(|_length| "eight digits".to_owned())?;
    if bytes.iter().all(u8::is_ascii_digit) { Ok(bytes) } else { Err("eight digits".to_owned()) }
}

const LOG: &str = "used.log";
const TOLD: &str = "told.json";
const LINES: &str = "accepted.ndjson";
/// Acceptances told in one request.
const TOGETHER: usize = 200;

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))
}

fn bytes_of(text: &str) -> Result<Vec<u8>, String> {
    URL_SAFE_NO_PAD.decode(text).map_err(|error| format!("a list cannot be read: {error}"))
}

/// A verifier with the lists of the files.
fn verifier(args: &Args, now: i64) -> Result<Verifier, String> {
    let path = args.trust.as_deref().ok_or("--trust names the list of keys")?;
    let trust: TrustAnswer = read_json(path)?;
    let pin = args.pin.as_deref().map(str::parse::<keys::Kid>).transpose().map_err(|error| error.to_string())?;
    let list = keys::TrustList::read(&trust.keys, pin).map_err(|error| format!("{}: {error}", path.display()))?;
    let realm = if list.realm == keys::Realm::Test.name() { Realm::Test } else { Realm::Production };
    let public = keys::trust::unhex(&trust.keys.public).ok_or("the list's key cannot be read")?;
    let kid: keys::Kid = trust.keys.kid.parse().map_err(|error: keys::rules::kid::BadKid| error.to_string())?;
    let root = Root::new(Kid(kid.0), trust.keys.suite, &public).map_err(|error| error.to_string())?;
    let mut verifier = Verifier::new(realm, vec![root]);
    verifier.take_trust_list(&bytes_of(&trust.codes)?, now).map_err(|why| format!("{}: {why}", path.display()))?;
    if let Some(path) = &args.revoked {
        let revoked: RevokedAnswer = read_json(path)?;
        for shard in &revoked.shards {
            verifier.take_revocations(&bytes_of(shard)?, now).map_err(|why| format!("{}: {why}", path.display()))?;
        }
    }
    Ok(verifier)
}

/// The log of what was accepted: durable when `append` returns.
struct Log {
    file: std::fs::File,
}

impl UseLog for Log {
    fn append(&mut self, record: &[u8]) -> Result<(), String> {
        self.file.write_all(record).and_then(|()| self.file.sync_data()).map_err(|error| error.to_string())
    }
}

fn open_to_append(path: &Path) -> Result<std::fs::File, String> {
    let fresh = !path.exists();
    let file = OpenOptions::new().create(true).append(true).open(path);
    let kept = file.and_then(|file| if fresh { store::durable::names_beside(path).map(|()| file) } else { Ok(file) });
    kept.map_err(|error| format!("{}: {error}", path.display()))
}

pub(crate) fn run(args: &Args) -> Told {
    if args.sync {
        return sync(args);
    }
    let text = args.code.as_deref().ok_or("name a code")?;
    let now = args.at.unwrap_or_else(|| World::real().now());
    let mut verifier = verifier(args, now / SECOND)?;
    let moment = Moment { now: now / SECOND, challenge: args.challenge };
    let Some(folder) = &args.cache else {
        let checked = verifier.check(text, &moment);
        return Ok(tell(args, checked.verdict, checked.said.as_ref(), checked.issuer.as_deref(), false));
    };
    store::durable::folder(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let log_path = folder.join(LOG);
    let known = std::fs::read(&log_path).unwrap_or_default();
    let (_, whole) = verifier.restore(&known);
    let file = open_to_append(&log_path)?;
    // What a power cut tore is cut off, so that what follows can be read again.
    file.set_len(u64::try_from(whole).unwrap_or(0)).map_err(|error| format!("{}: {error}", log_path.display()))?;
    let checked = verifier.check(text, &moment);
    let purpose = args.purpose.parse().map_err(|_bad| "--purpose is five digits".to_owned())?;
    let act = Act { purpose, amount_fen: args.amount_fen };
    let taken = verifier.accept(text, &moment, act, &mut Log { file });
    match taken {
        Ok(acceptance) => {
            Kept::of(args, text, acceptance.at).keep(folder)?;
            Ok(tell(args, checked.verdict, checked.said.as_ref(), checked.issuer.as_deref(), true))
        }
        Err(NotTaken::Verdict(verdict)) => {
            Ok(tell(args, verdict, checked.said.as_ref(), checked.issuer.as_deref(), false))
        }
        // Paper has no act of its own; a clerk's look is one, and is told.
        Err(NotTaken::Kind) => {
            let looked = args.confirmed && matches!(checked.said, Some(Said::Paper { .. }));
            if looked {
                Kept::of(args, text, moment.now).keep(folder)?;
            }
            Ok(tell(args, checked.verdict, checked.said.as_ref(), checked.issuer.as_deref(), looked))
        }
        Err(NotTaken::OverCap { left_fen }) => Err(format!("over the credential's cap: {left_fen} fen are left here")),
        Err(NotTaken::Full) => Err("too much is remembered here: run yima verify --sync first".to_owned()),
        Err(NotTaken::Log(why)) => Err(format!("{}: {why}", log_path.display())),
    }
}

fn said_as_json(said: Option<&Said>) -> Value {
    match said {
        None => Value::Null,
        Some(Said::Credential { cap_yuan, expires_at, step, .. }) => {
            json!({ "kind": "credential", "cap_yuan": cap_yuan, "expires_at": rfc3339(expires_at * SECOND), "step": step.0 })
        }
        Some(Said::Paper { name, expires_at }) => {
            json!({ "kind": "paper", "name": name, "expires_at": rfc3339(expires_at * SECOND) })
        }
        Some(Said::Site(place)) => {
            json!({ "kind": "site", "name": place.name, "expires_at": rfc3339(i64::from(place.expires_at) * SECOND) })
        }
    }
}

/// Says the verdict; 0 for good, 2 for good with a warning, 1 for not good.
fn tell(args: &Args, verdict: Verdict, said: Option<&Said>, issuer: Option<&str>, accepted: bool) -> ExitCode {
    let (zh, en) = verdict.words();
    if args.json {
        let told = json!({
            "verdict": verdict.word(), "zh": zh, "en": en, "accepted": accepted,
            "issuer": issuer, "said": said_as_json(said),
        });
        say(told.to_string());
    } else {
        say(format!("{}  {zh}  {en}", verdict.word()));
        if let Some(Said::Paper { name, .. }) = said {
            say(format!("  {name}"));
        }
        if accepted {
            say("  remembered here; tell the region with yima verify --sync");
        }
    }
    match verdict {
        Verdict::Valid => ExitCode::SUCCESS,
        Verdict::ValidButListOld { .. } | Verdict::ValidNoRevocations => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    }
}

/// Tells the region what was accepted and not yet told.
fn sync(args: &Args) -> Told {
    let folder = args.cache.as_deref().ok_or("--sync needs --cache")?;
    let remote = Remote::find(args.to.as_deref(), args.token.as_deref(), "kiosk")
        .ok_or("no demo is running; name a node with --to and --token")?;
    let text = std::fs::read_to_string(folder.join(LINES)).unwrap_or_default();
    // A torn last line is no acceptance: it was never acknowledged.
    let kept: Vec<Kept> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let told_before: usize = read_json(&folder.join(TOLD)).unwrap_or(0);
    let client = reqwest::blocking::Client::new();
    let mut counts = std::collections::BTreeMap::<String, u64>::new();
    let mut done = told_before.min(kept.len());
    while done < kept.len() {
        let some = &kept[done..kept.len().min(done + TOGETHER)];
        let body = json!({ "acceptances": some }).to_string().into_bytes();
        let (status, answer) = remote.call(&client, "POST", "/v1/scan/offline", Some(body))?;
        if status >= 300 {
            return Err(format!("{status}: {answer}"));
        }
        for result in answer["results"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            *counts.entry(result.to_owned()).or_default() += 1;
        }
        done += some.len();
        // Telling again does no harm, so that a lost line here costs nothing.
        store::durable::file(&folder.join(TOLD), done.to_string().as_bytes(), 0o644)
            .map_err(|error| error.to_string())?;
    }
    if args.json {
        say(json!({ "told": done - told_before.min(kept.len()), "results": counts }).to_string());
    } else {
        for (result, count) in &counts {
            say(format!("{count} {result}"));
        }
        say(format!("{} told", done - told_before.min(kept.len())));
    }
    let doubt = counts.contains_key("duplicate") || counts.contains_key("not-believed");
    Ok(if doubt { ExitCode::from(2) } else { ExitCode::SUCCESS })
}
