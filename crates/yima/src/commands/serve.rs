//! `yima serve`: run the node until SIGTERM or Ctrl-C, then drain.

use super::{Told, log_to_stderr, runtime, target};
use crate::serve;
use kernel::World;
use std::path::Path;
use std::process::ExitCode;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Listen here instead of `server.listen`.
    #[arg(long)]
    listen: Option<String>,
}

/// Resolves at SIGTERM or Ctrl-C.
pub(crate) fn stopped() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    // Listened for from here on, not from the first time somebody waits: ask for it
    // before saying that the node is ready.
    let (terminate, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        let (Ok(mut terminate), Ok(mut interrupt)) = (terminate, interrupt) else {
            // Without the signals the process is simply ended from outside.
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

/// The disk failed: nothing more may be acknowledged (D5).
#[expect(clippy::disallowed_methods, reason = "the process must end at once, from any thread")]
pub(crate) fn give_up() {
    std::process::exit(74);
}

pub(crate) fn run(config_path: &Path, args: &Args) -> Told {
    let (config, folder) = target::configured(config_path)?;
    log_to_stderr(&config.log.level);
    let node = target::open_node(&config, &folder, World::real(), give_up)?;
    let listen = args.listen.clone().unwrap_or_else(|| config.server.listen.clone());
    runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(&listen)
            .await
            .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
        let address = listener.local_addr().map_or_else(|_unknown| listen.clone(), |address| address.to_string());
        let booted = store::Event::of(&store::BOOTED);
        node.db.record(0, booted).await.map_err(|error| error.to_string())?;
        let stop = stopped();
        tracing::info!(address = %address, "the node is ready");
        tokio::spawn(serve::housekeeping(node.clone()));
        serve::serve(listener, serve::router(&node), stop).await;
        node.db.close();
        tracing::info!("the node has stopped");
        Ok(ExitCode::SUCCESS)
    })
}
