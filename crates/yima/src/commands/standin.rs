//! `yima standin pay`: the stand-in of the mobile pay platform on this machine, with
//! fresh keys, for trying a node's mobile channel. No money moves.

use super::target::private_file;
use super::{Told, log_to_stderr, runtime, say, serve::stopped};
use kernel::World;
use payment::mobile::Fresh;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// What can be stood in for.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// The mobile pay platform: takes orders, confirms them after a while, calls back.
    Pay(Args),
}

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where it listens; keep it on this machine.
    #[arg(long, default_value = "127.0.0.1:9310")]
    listen: SocketAddr,
    /// Where keys are written, readable by their owner only.
    #[arg(long, default_value = "standin-keys")]
    keys: PathBuf,
    /// Seconds after which an order is confirmed, as a person on the phone would.
    #[arg(long, default_value_t = 3)]
    confirms_after_s: u64,
    /// What is logged to standard error.
    #[arg(long, default_value = "info", env = "YIMA_LOG_LEVEL")]
    log: String,
}

/// The merchant's number at the stand-in.
pub(crate) const MCHID: &str = "1900000109";
/// The serial number of the merchant's key there.
pub(crate) const MERCHANT_SERIAL: &str = "444F4864EA9B34415D";
/// The name of the stand-in's key.
pub(crate) const SERIAL: &str = "PUB_KEY_ID_0119000001092026";
/// Waits before the tries of a callback; the last ends within thirty seconds.
const CALLBACK_WAITS_S: [u64; 4] = [0, 3, 7, 15];

/// Both sides' keys of a stand-in.
pub(crate) struct Keys {
    pub(crate) merchant: Fresh,
    pub(crate) platform: Fresh,
    pub(crate) seal: String,
}

impl Keys {
    /// New ones.
    pub(crate) fn fresh(world: &World) -> Result<Self, String> {
        let seal = store::value::hex(&world.chance().key()[..16]);
        let key = || Fresh::new().map_err(|fault| fault.to_string());
        Ok(Self { merchant: key()?, platform: key()?, seal })
    }

    /// The stand-in that works with them.
    pub(crate) fn standin(&self, world: World, confirms_after: Duration) -> Result<standin::Standin, String> {
        let settings = standin::Settings {
            mchid: MCHID.to_owned(),
            merchant_serial: MERCHANT_SERIAL.to_owned(),
            merchant_key: self.merchant.public_bare.clone(),
            serial: SERIAL.to_owned(),
            key_pem: self.platform.private_pem.clone(),
            seal_key: self.seal.clone(),
            callback_waits: CALLBACK_WAITS_S.map(Duration::from_secs).to_vec(),
            confirms_after: Some(confirms_after),
            wants_payer: true,
        };
        standin::Standin::new(settings, world)
    }

    /// How a node reaches that stand-in.
    pub(crate) fn channel(&self, base: String, public_url: &str) -> payment::mobile::Settings {
        payment::mobile::Settings {
            base,
            appid: "wx0000000000000000".to_owned(),
            mchid: MCHID.to_owned(),
            sub_mchid: String::new(),
            serial: MERCHANT_SERIAL.to_owned(),
            key_pem: self.merchant.private_pem.clone(),
            channel_serial: SERIAL.to_owned(),
            channel_key_pem: self.platform.public_pem.clone(),
            seal_key: self.seal.clone(),
            callback: format!("{public_url}/v1/pay/notify"),
            wait: Duration::from_secs(8),
        }
    }
}

pub(crate) fn run(command: &Command) -> Told {
    let Command::Pay(args) = command;
    log_to_stderr(&args.log);
    if !args.listen.ip().is_loopback() {
        return Err("a stand-in listens on this machine only, such as 127.0.0.1:9310".to_owned());
    }
    let world = World::real();
    let keys = Keys::fresh(&world)?;
    let standin = keys.standin(world, Duration::from_secs(args.confirms_after_s))?;
    std::fs::create_dir_all(&args.keys).map_err(|error| format!("{}: {error}", args.keys.display()))?;
    let files = [
        ("merchant.pem", keys.merchant.private_pem.as_str()),
        ("platform-public.pem", &keys.platform.public_pem),
        ("seal.key", &keys.seal),
    ];
    for (name, text) in files {
        let path = args.keys.join(name);
        private_file(&path, text.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    runtime()?.block_on(async {
        let running = standin.listen(args.listen).await.map_err(|error| format!("{}: {error}", args.listen))?;
        say(format!("A stand-in of the mobile pay platform listens on http://{}; no money moves.", running.address));
        say(format!(
            "merchant {MCHID}, serial {MERCHANT_SERIAL}, platform key {SERIAL}, keys in {}",
            args.keys.display()
        ));
        stopped().await;
        Ok(ExitCode::SUCCESS)
    })
}
