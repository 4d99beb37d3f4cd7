//! Programs under test, as processes: started, measured, killed.

use crate::Plan;
use crate::meter::{family, now, resident};
use crate::table::{Row, Table};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A running server; killed when dropped.
pub(crate) struct Child {
    /// `host:port`.
    pub(crate) address: String,
    process: std::process::Child,
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> Result<u16, String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

impl Child {
    /// Starts a command that will listen on `address`, waits until it does.
    async fn start(mut command: Command, address: String) -> Result<Self, String> {
        let process = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let child = Self { address, process };
        for _ in 0..6000 {
            if tokio::net::TcpStream::connect(&child.address).await.is_ok() {
                return Ok(child);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err("the server did not come up".to_owned())
    }

    /// The "hello" server of this program.
    pub(crate) async fn hello(program: &Path) -> Result<Self, String> {
        let address = format!("127.0.0.1:{}", free_port()?);
        let mut command = Command::new(program);
        command.args(["hello", "--listen", &address]).stdout(Stdio::null());
        Self::start(command, address).await
    }

    /// `yima serve` on a prepared folder.
    pub(crate) async fn yima(program: &Path, config: &Path, store: &str) -> Result<Self, String> {
        let address = format!("127.0.0.1:{}", free_port()?);
        let mut command = Command::new(program);
        command
            .arg("--config")
            .arg(config)
            .args(["serve", "--listen", &address])
            .env("YIMA_STORE_URL", store)
            .env("YIMA_LOG_LEVEL", "warn")
            .env("YIMA_KEYS_REALM", "test")
            .env("YIMA_KEYS_SECRET", crate::fill::KEYS_SECRET)
            .stdout(Stdio::null());
        Self::start(command, address).await
    }

    /// The server's process and its children.
    pub(crate) fn pids(&self) -> Vec<u32> {
        family(self.process.id())
    }

    /// Memory of the server.
    pub(crate) fn resident(&self) -> u64 {
        resident(self.process.id())
    }
}

fn seconds_row(job: &str, seconds: f64, note: String) -> Row {
    Row {
        job: job.to_owned(),
        on: "sqlite".into(),
        per_second: 0.0,
        per_cpu_second: 0.0,
        p50_ms: seconds * 1000.0,
        p99_ms: 0.0,
        note,
    }
}

/// Start of the demo, idle memory, size of the program.
pub(crate) async fn demo(plan: &Plan, table: &mut Table) -> Result<(), String> {
    let start = now();
    let mut process = Command::new(&plan.yima)
        .args(["demo", "--json", "--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", plan.yima.display()))?;
    let mut line = String::new();
    let out = process.stdout.take().ok_or("no output of the demo")?;
    BufReader::new(out).read_line(&mut line).map_err(|error| error.to_string())?;
    let ready = start.elapsed().as_secs_f64();
    let said: serde_json::Value = serde_json::from_str(&line).map_err(|error| error.to_string())?;
    let address = said["base"].as_str().unwrap_or_default().trim_start_matches("http://").to_owned();
    let mut connection = crate::client::Connection::open(&address).await?;
    let whole = loop {
        let asked = crate::client::request("GET", "/demo/progress", "", b"");
        let asked = String::from_utf8_lossy(&asked).replace("authorization: Bearer \r\n", "").into_bytes();
        let answer = connection.ask(&asked).await?;
        let progress: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if progress["loaded"].as_u64() >= progress["total"].as_u64() && progress["total"].as_u64() > Some(0) {
            break start.elapsed().as_secs_f64();
        }
        if start.elapsed() > Duration::from_mins(5) {
            return Err(format!("the town did not move in: {progress}"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    // It is asked to stop as Ctrl-C would; the folder goes with it.
    let stopped = Command::new("kill").args(["-INT", &process.id().to_string()]).status();
    if stopped.is_err() {
        return Err("the demo could not be stopped".to_owned());
    }
    process.wait().map_err(|error| error.to_string())?;
    table.add(seconds_row("demo: pages ready (p50 column)", ready, "20,000 people behind it".into()));
    table.add(seconds_row(
        "demo: whole town (p50 column)",
        whole,
        said["people"].as_array().map_or(0, Vec::len).to_string(),
    ));
    let size = std::fs::metadata(&plan.yima).map_err(|error| error.to_string())?.len();
    table.add(seconds_row("size of the program", 0.0, format!("{} MB", size / 1_000_000)));
    Ok(())
}
