//! A small HTTP/1.1 client over kept connections, cheap enough not to be what is
//! measured.

use crate::meter::{cpu_seconds, now, percentile_ms};
use crate::table::Row;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: &str) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(|error| format!("{address}: {error}"))?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 << 10) })
    }

    /// Sends a whole request and reads the whole answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer, String> {
        self.stream.write_all(request).await.map_err(|error| error.to_string())?;
        self.buffer.clear();
        let head_end = loop {
            self.more().await?;
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0);
        while self.buffer.len() < head_end + length {
            self.more().await?;
        }
        Ok(Answer { status, body: self.buffer[head_end..head_end + length].to_vec() })
    }

    async fn more(&mut self) -> Result<(), String> {
        let got = self.stream.read_buf(&mut self.buffer).await.map_err(|error| error.to_string())?;
        if got == 0 { Err("the server closed the connection".to_owned()) } else { Ok(()) }
    }
}

/// A request as bytes.
pub(crate) fn request(method: &str, path: &str, token: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// How a load is driven.
pub(crate) struct Load {
    /// `host:port`.
    pub(crate) address: String,
    /// Connections, each with one request in flight.
    pub(crate) connections: usize,
    /// For how long.
    pub(crate) seconds: u64,
    /// Processes whose CPU counts as the server's.
    pub(crate) server: Vec<u32>,
    /// Things done by one request (49 for a bundle of 49).
    pub(crate) each: f64,
}

/// Drives requests made by `make(number)`; every answer must have a status under
/// 300, else the run fails.
pub(crate) async fn drive(
    load: Load,
    job: &str,
    on: &str,
    make: impl Fn(u64) -> Vec<u8> + Send + Sync + 'static,
) -> Result<Row, String> {
    let make = Arc::new(make);
    let next = Arc::new(AtomicU64::new(0));
    let cpu_before = cpu_seconds(&load.server);
    let start = now();
    let deadline = start + Duration::from_secs(load.seconds);
    let mut tasks = Vec::new();
    for _ in 0..load.connections {
        let (make, next, address) = (make.clone(), next.clone(), load.address.clone());
        tasks.push(tokio::spawn(async move {
            let mut connection = Connection::open(&address).await?;
            let mut times = Vec::with_capacity(100_000);
            while now() < deadline {
                let bytes = make(next.fetch_add(1, Ordering::Relaxed));
                let sent = now();
                let answer = connection.ask(&bytes).await?;
                if answer.status >= 300 {
                    return Err(format!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body)));
                }
                times.push(sent.elapsed());
            }
            Ok(times)
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.map_err(|error| error.to_string())??);
    }
    let wall = start.elapsed().as_secs_f64();
    let cpu = cpu_seconds(&load.server) - cpu_before;
    times.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let done = times.len() as f64 * load.each;
    Ok(Row {
        job: job.to_owned(),
        on: on.to_owned(),
        per_second: done / wall,
        per_cpu_second: if cpu > 0.0 { done / cpu } else { 0.0 },
        p50_ms: percentile_ms(&times, 0.5),
        p99_ms: percentile_ms(&times, 0.99),
        note: format!("{} connections", load.connections),
    })
}
