//! What the machine itself can do: syncing a file, answering "hello".

use crate::Plan;
use crate::client::{Load, drive};
use crate::meter::now;
use crate::process::Child;
use crate::table::{Row, Table};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::time::Duration;

/// Measures both limits.
pub(crate) async fn measure(plan: &Plan, table: &mut Table) -> Result<(), String> {
    std::fs::create_dir_all(&plan.folder).map_err(|error| error.to_string())?;
    table.add(fsync(plan)?);
    let hello = Child::hello(&std::env::current_exe().map_err(|error| error.to_string())?).await?;
    let load = Load {
        address: hello.address.clone(),
        connections: 32,
        seconds: plan.seconds,
        server: hello.pids(),
        each: 1.0,
    };
    let row = drive(load, "HTTP hello", "machine", |_| crate::client::request("GET", "/", "x", b"")).await?;
    table.add(row);
    Ok(())
}

/// Write and sync of one stream, the bare rate.
pub(crate) fn fsync(plan: &Plan) -> Result<Row, String> {
    std::fs::create_dir_all(&plan.folder).map_err(|error| error.to_string())?;
    let path = plan.folder.join("fsync.probe");
    let mut file = std::fs::File::create(&path).map_err(|error| error.to_string())?;
    let page = vec![7u8; 8192];
    let start = now();
    let mut done = 0u32;
    while start.elapsed() < Duration::from_secs(plan.seconds.min(5)) {
        file.seek(SeekFrom::Start(u64::from(done % 1000) * 8192)).map_err(|error| error.to_string())?;
        file.write_all(&page).map_err(|error| error.to_string())?;
        file.sync_data().map_err(|error| error.to_string())?;
        done += 1;
    }
    // A probe left behind would only take room.
    let _ = std::fs::remove_file(path);
    Ok(Row {
        job: "write 8 KiB + fdatasync, one stream".into(),
        on: "machine".into(),
        per_second: f64::from(done) / start.elapsed().as_secs_f64(),
        per_cpu_second: 0.0,
        p50_ms: 0.0,
        p99_ms: 0.0,
        note: String::new(),
    })
}

/// PostgreSQL with the settings that `docs/operate/postgres.md` advises.
pub(crate) fn postgres() -> Result<&'static testkit::Server, String> {
    let known = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = known.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    let buffers = format!("shared_buffers={}MB", (kib.unwrap_or(1 << 20) / 4 / 1024).max(128));
    let advised =
        [&buffers, "wal_compression=on", "max_wal_size=8GB", "checkpoint_timeout=15min", "random_page_cost=1.1"];
    testkit::server_with(&advised.map(|one| ["-c", one]).concat())
        .ok_or_else(|| "PostgreSQL is not installed".to_owned())
}

/// Answers "hello" until killed.
pub(crate) async fn hello(listen: &str) -> Result<(), String> {
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(|error| error.to_string())?;
    let router = axum::Router::new().route("/", axum::routing::get(async || "hello"));
    yima::serve::serve(listener, router, std::future::pending()).await;
    Ok(())
}
