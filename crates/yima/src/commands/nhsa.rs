//! `yima nhsa call` and `yima nhsa script`: what a hospital's program sends through the
//! national interface, from a shell.

use super::target::{DemoFile, Remote, private_file};
use super::{Told, say};
use crate::nhsa_script::Speaker;
use kernel::World;
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be sent.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// One transaction: builds the envelope, signs in, prints the answer.
    Call(CallArgs),
    /// A recorded script: JSON objects, one a line; ends at the first that does not hold.
    Script(ScriptArgs),
    /// A new SM2 key to sign with; prints its public part for `signing`.
    Key(KeyArgs),
    /// Says whether an institution signs its messages, and with which keys.
    Signing(SigningArgs),
}

/// Where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Where {
    /// A running node; without it the running demo.
    #[arg(long)]
    to: Option<String>,
    /// The bearer token of a hospital's system.
    #[arg(long, env = "YIMA_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// A registrar's token, for scripts that show somebody's code.
    #[arg(long, hide_env_values = true)]
    registrar: Option<String>,
    /// Number of the operator.
    #[arg(long, default_value = "01")]
    opter: String,
    /// The insured place; the node's own when not given.
    #[arg(long)]
    insuplc: Option<String>,
    /// Sign with this SM2 key: a file of `yima nhsa key`, or a PEM of openssl.
    #[arg(long, value_name = "KEYFILE")]
    sign: Option<PathBuf>,
}

/// Arguments of `key`.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyArgs {
    /// Where the private key is written, readable by its owner only.
    file: PathBuf,
}

/// Arguments of `signing`.
#[derive(Debug, clap::Args)]
pub(crate) struct SigningArgs {
    /// Code of the institution.
    institution: String,
    /// Whether messages must be signed: off or sm2.
    #[arg(long, default_value = "sm2")]
    mode: String,
    /// A public key, hexadecimal; up to four.
    #[arg(long = "key")]
    keys: Vec<String>,
    /// A terminal with a mode of its own, `dev_no=off`.
    #[arg(long = "terminal")]
    terminals: Vec<String>,
    /// A running node; without it the running demo.
    #[arg(long)]
    to: Option<String>,
    /// The bearer token of an administrator.
    #[arg(long, env = "YIMA_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// Arguments of `call`.
#[derive(Debug, clap::Args)]
pub(crate) struct CallArgs {
    /// Transaction number, such as 1101.
    infno: String,
    /// The input, JSON with its named nodes: a file, or - for standard input.
    #[arg(long = "in")]
    input: PathBuf,
    #[command(flatten)]
    node: Where,
    /// Print the request as well.
    #[arg(long)]
    show: bool,
}

/// Arguments of `script`.
#[derive(Debug, clap::Args)]
pub(crate) struct ScriptArgs {
    /// The script.
    file: PathBuf,
    /// A value the script uses, `name=value`.
    #[arg(long = "set")]
    sets: Vec<String>,
    /// Write everything that was said into this file.
    #[arg(long)]
    record: Option<PathBuf>,
    #[command(flatten)]
    node: Where,
}

fn read(path: &Path) -> Result<String, String> {
    if path.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| error.to_string())?;
        return Ok(text);
    }
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn speaker(node: &Where) -> Result<Speaker, String> {
    let remote = Remote::find(node.to.as_deref(), node.token.as_deref(), "his")
        .ok_or("no demo is running; name a node with --to and --token")?;
    let demo = DemoFile::read().filter(|demo| demo.base == remote.base);
    let registrar = node.registrar.clone().or_else(|| demo.as_ref()?.tokens.get("registrar").cloned());
    let world = World::real();
    // Two runs in one second must not take the same numbers.
    let [high, low, ..] = world.chance().key();
    let number = u32::from(u16::from_be_bytes([high, low])) % 10_000;
    let mut speaker = Speaker::new(&remote.base, &remote.token, registrar, world, number)?;
    speaker.opter.clone_from(&node.opter);
    if let Some(insuplc) = &node.insuplc {
        speaker.vars.insert("insuplc".into(), insuplc.clone());
    }
    if let Some(file) = &node.sign {
        speaker.sign_with(private_key(&read(file)?).map_err(|why| format!("{}: {why}", file.display()))?)?;
    }
    for (key, person) in demo.iter().flat_map(|demo| &demo.people) {
        speaker.vars.insert(format!("people.{key}"), person.clone());
    }
    Ok(speaker)
}

pub(crate) fn run(command: &Command) -> Told {
    match command {
        Command::Call(args) => call(args),
        Command::Script(args) => script(args),
        Command::Key(args) => key(args),
        Command::Signing(args) => signing(args),
    }
}

/// How the private part of a key begins inside its DER (RFC 5915): the version, then an
/// octet string of 32 bytes.
const PRIVATE_PART: [u8; 5] = [0x02, 0x01, 0x01, 0x04, 0x20];

/// An SM2 key: 64 hexadecimal digits, or a PEM as `openssl genpkey -algorithm SM2` writes.
fn private_key(text: &str) -> Result<suites::PrivateKey, String> {
    let bytes = if text.contains("-----BEGIN") {
        let der = payment::mobile::sign::from_pem(text).map_err(|fault| fault.to_string())?;
        let at = der.windows(PRIVATE_PART.len()).position(|window| window == PRIVATE_PART);
        at.and_then(|at| der.get(at + PRIVATE_PART.len()..at + PRIVATE_PART.len() + 32)).map(<[u8]>::to_vec)
    } else {
        keys::trust::unhex(text.trim())
    };
    let secret: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    let secret = suites::Zeroizing::new(secret.ok_or("no SM2 key: 64 hexadecimal digits, or a PEM of openssl")?);
    suites::gm().private_key(&secret).map_err(|bad| bad.to_string())
}

fn key(args: &KeyArgs) -> Told {
    let chance = World::real();
    let key = suites::gm().generate(&mut |bytes| chance.chance().fill(bytes));
    let secret = suites::Zeroizing::new(store::value::hex(key.secret().as_slice()));
    private_file(&args.file, secret.as_bytes()).map_err(|error| format!("{}: {error}", args.file.display()))?;
    say(store::value::hex(key.public()));
    Ok(ExitCode::SUCCESS)
}

fn signing(args: &SigningArgs) -> Told {
    let remote = Remote::find(args.to.as_deref(), args.token.as_deref(), "admin")
        .ok_or("no demo is running; name a node with --to and an administrator's --token")?;
    let mut terminals = serde_json::Map::new();
    for one in &args.terminals {
        let (terminal, mode) =
            one.split_once('=').ok_or_else(|| format!("--terminal {one}: dev_no=off or dev_no=sm2"))?;
        terminals.insert(terminal.to_owned(), mode.into());
    }
    let body = json!({ "mode": args.mode, "keys": args.keys, "terminals": terminals }).to_string().into_bytes();
    let path = format!("/v1/nhsa/signing/{}", args.institution);
    let (status, answer) = remote.call(&reqwest::blocking::Client::new(), "PUT", &path, Some(body))?;
    say(serde_json::to_string_pretty(&answer).map_err(|error| error.to_string())?);
    Ok(if status == 200 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn call(args: &CallArgs) -> Told {
    let input: Value = serde_json::from_str(&read(&args.input)?).map_err(|error| format!("--in: {error}"))?;
    let mut speaker = speaker(&args.node)?;
    if args.infno != "9001" {
        speaker.sign_in()?;
    }
    let answer = speaker.send(&args.infno, input, "", "")?;
    let pretty = |value: &Value| serde_json::to_string_pretty(value).map_err(|error| error.to_string());
    if let Some(last) = speaker.exchanges.last().filter(|_| args.show) {
        say(pretty(&last.request)?);
    }
    say(pretty(&answer)?);
    let fine = answer.get("infcode").and_then(Value::as_i64) == Some(0);
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn script(args: &ScriptArgs) -> Told {
    let text = read(&args.file)?;
    let mut speaker = speaker(&args.node)?;
    for set in &args.sets {
        let (name, value) = set.split_once('=').ok_or_else(|| format!("--set {set}: name=value"))?;
        speaker.vars.insert(name.to_owned(), value.to_owned());
    }
    let played = speaker.play(&text);
    for one in &speaker.exchanges {
        let told = one.answer.get("err_msg").and_then(Value::as_str).filter(|told| !told.is_empty());
        let part = |name: &str| {
            one.answer
                .pointer(&format!("/output/setlinfo/{name}"))
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let fee = part("medfee_sumamt");
        let money = if fee.is_empty() {
            String::new()
        } else {
            format!(
                "  {fee} = 基金 {} + 账户 {} + 共济 {} + 现金 {}",
                part("fund_pay_sumamt"),
                part("acct_pay"),
                part("acct_mulaid_pay"),
                part("psn_cash_pay")
            )
        };
        say(format!("{:<6}{}{money}{}", one.infno, one.says, told.map(|told| format!("  {told}")).unwrap_or_default()));
    }
    if let Some(path) = &args.record {
        let title = args.file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        std::fs::write(path, speaker.record(&title)).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    played?;
    say(format!("{} exchanges, every expectation held", speaker.exchanges.len()));
    Ok(ExitCode::SUCCESS)
}
