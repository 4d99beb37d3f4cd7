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
    // Listened for from here on, not from the first time somebody waits: a node that
    // answers can be told to stop.
    let terminate = signal(SignalKind::terminate());
    async move {
        let Ok(mut terminate) = terminate else {
            // Without the signal the process is simply ended from outside.
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            done = tokio::signal::ctrl_c() => drop(done),
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
        tracing::info!(address = %address, "the node is ready");
        tokio::spawn(serve::housekeeping(node.clone()));
        serve::serve(listener, serve::router(&node), stopped()).await;
        node.db.close();
        tracing::info!("the node has stopped");
        Ok(ExitCode::SUCCESS)
    })
}
