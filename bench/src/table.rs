//! The one table that a run prints.

use std::io::Write as _;

/// A measured row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What was done.
    pub(crate) job: String,
    /// On which database, or `machine`.
    pub(crate) on: String,
    /// Times a second of wall time.
    pub(crate) per_second: f64,
    /// Times a second of CPU time of the server's processes; 0 when not counted.
    pub(crate) per_cpu_second: f64,
    /// Median and 99th percentile, milliseconds; 0 when not counted.
    pub(crate) p50_ms: f64,
    /// 99th percentile.
    pub(crate) p99_ms: f64,
    /// Anything else worth a word.
    pub(crate) note: String,
}

/// Rows in the order they were measured.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<Row>);

/// Writes to standard error.
pub(crate) fn warn(line: &str) {
    // Nowhere is left to complain when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn figure(value: f64) -> String {
    if value == 0.0 {
        String::new()
    } else if value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

impl Table {
    /// No rows yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a row and shows it at once.
    pub(crate) fn add(&mut self, row: Row) {
        warn(&format!(
            "{} · {}: {}/s, {} per CPU-s, p50 {} ms, p99 {} ms {}",
            row.job,
            row.on,
            figure(row.per_second),
            figure(row.per_cpu_second),
            figure(row.p50_ms),
            figure(row.p99_ms),
            row.note
        ));
        self.0.push(row);
    }

    /// Prints the table as Markdown.
    pub(crate) fn print(&self) {
        let mut out = std::io::stdout().lock();
        let head = "| job | on | per second | per CPU-second | p50 ms | p99 ms | note |\n|---|---|---|---|---|---|---|";
        // A closed pipe does not want the rest.
        let _ = writeln!(out, "{head}");
        for row in &self.0 {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} |",
                row.job,
                row.on,
                figure(row.per_second),
                figure(row.per_cpu_second),
                figure(row.p50_ms),
                figure(row.p99_ms),
                row.note
            );
        }
    }
}
