//! `yima bill verify`: whether an e-bill is genuine, checked without a network from the
//! published list of keys.

use super::{Told, say, warn};
use bills::verify::{Wrong, described, file, text};
use credentials::api::lists::TrustAnswer;
use kernel::World;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// What is done with bills.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Check a bill's PDF, or the text of its code.
    Verify(Args),
}

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The bill's PDF.
    #[arg(required_unless_present = "qr", conflicts_with = "qr")]
    file: Option<PathBuf>,
    /// The text of the code on the bill, `YB1:…`.
    #[arg(long)]
    qr: Option<String>,
    /// What `GET /v1/trust` or `yima key export-trust` gave.
    #[arg(long)]
    trust: PathBuf,
    /// The name of the key that vouches for the list, 16 hexadecimal digits; refuses
    /// a list of anybody else.
    #[arg(long)]
    pin: Option<String>,
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

/// Exit code of a bill that is not genuine; 1 is a check that could not be made.
const NOT_GENUINE: u8 = 2;

pub(crate) fn run(command: &Command) -> Told {
    let Command::Verify(args) = command;
    let named = |path: &PathBuf, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let bytes = std::fs::read(&args.trust).map_err(|error| named(&args.trust, &error))?;
    let trust: TrustAnswer = serde_json::from_slice(&bytes).map_err(|error| named(&args.trust, &error))?;
    let pin = args.pin.as_deref().map(str::parse::<keys::Kid>).transpose().map_err(|error| error.to_string())?;
    let list = keys::TrustList::read(&trust.keys, pin).map_err(|error| named(&args.trust, &error))?;
    let trusted = list.keys().ok_or_else(|| named(&args.trust, &"a key cannot be read"))?;
    let now = World::real().now();
    let said: Result<Vec<String>, Wrong> = match (&args.file, &args.qr) {
        (Some(path), _) => {
            let pdf = std::fs::read(path).map_err(|error| named(path, &error))?;
            file(&pdf, &trusted, now).map(|genuine| described(&genuine.facts))
        }
        (None, Some(code)) => text(code, &trusted, now).map(|facts| described(&facts)),
        (None, None) => return Err("name a file, or --qr".to_owned()),
    };
    match said {
        Ok(lines) if args.json => say(json!({ "genuine": true, "says": lines }).to_string()),
        Ok(lines) => {
            say("真实有效 genuine");
            lines.iter().for_each(say);
        }
        Err(wrong) => {
            if args.json {
                say(json!({ "genuine": false, "says": wrong.en(), "zh": wrong.zh() }).to_string());
            } else {
                warn(format!("不能确认 not genuine: {}；{}", wrong.en(), wrong.zh()));
            }
            return Ok(ExitCode::from(NOT_GENUINE));
        }
    }
    Ok(ExitCode::SUCCESS)
}
