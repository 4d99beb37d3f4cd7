//! `yima check`: is this node healthy, and what is to be mended.

use super::{say, target};
use crate::compose::{CAPABILITIES, rights};
use std::path::Path;
use std::process::ExitCode;
use store::{Engine, migrate};

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// One line of JSON.
    #[arg(long)]
    json: bool,
    /// Examine every entry of the ledger as well; the node is stopped.
    #[arg(long)]
    ledger: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Good,
    Warning,
    Bad,
}

#[derive(Debug, serde::Serialize)]
struct Line {
    what: &'static str,
    verdict: Verdict,
    says: String,
    mend: String,
}

fn line(what: &'static str, verdict: Verdict, says: impl Into<String>, mend: &str) -> Line {
    Line { what, verdict, says: says.into(), mend: mend.to_owned() }
}

/// Free space under this is a warning, 1 GiB.
const FREE_BYTES_MIN: u64 = 1 << 30;

pub(crate) fn run(config_path: &Path, args: &Args) -> ExitCode {
    let mut lines = Vec::new();
    examine(config_path, &mut lines);
    if args.ledger {
        books(config_path, &mut lines);
    }
    let worst = lines.iter().map(|line| line.verdict).max_by_key(|verdict| *verdict as u8).unwrap_or(Verdict::Good);
    if args.json {
        say(serde_json::json!({ "verdict": worst, "lines": lines }).to_string());
    } else {
        for line in &lines {
            let mark = match line.verdict {
                Verdict::Good => "✓",
                Verdict::Warning => "!",
                Verdict::Bad => "✗",
            };
            say(format!("{mark} {:<14} {}", line.what, line.says));
            if line.verdict != Verdict::Good {
                say(format!("  → {}", line.mend));
            }
        }
    }
    match worst {
        Verdict::Good => ExitCode::SUCCESS,
        Verdict::Warning => ExitCode::from(2),
        Verdict::Bad => ExitCode::FAILURE,
    }
}

fn examine(config_path: &Path, lines: &mut Vec<Line>) {
    let (config, folder) = match target::configured(config_path) {
        Ok(found) => found,
        Err(error) => {
            lines.push(line("configuration", Verdict::Bad, error, "correct the file"));
            return;
        }
    };
    lines.push(line(
        "configuration",
        Verdict::Good,
        format!("region {} {}", config.region.code, config.region.name),
        "",
    ));
    match access::Policy::read(access::policy::TEXT, &rights()) {
        Ok(policy) => lines.push(line("policy", Verdict::Good, format!("{} roles", policy.roles().len()), "")),
        Err(error) => lines.push(line("policy", Verdict::Bad, error, "install a matching program")),
    }
    if config.secure_cookies()
        || config.server.listen.starts_with("127.")
        || config.server.listen.starts_with("localhost")
    {
        lines.push(line("transport", Verdict::Good, config.server.public_url.clone(), ""));
    } else {
        lines.push(line(
            "transport",
            Verdict::Warning,
            "reachable from outside without https",
            "put a TLS proxy in front and set server.public_url to its https address",
        ));
    }
    let engine = config.engine(&folder);
    if let Engine::Sqlite(path) = &engine {
        if !path.exists() {
            lines.push(line("database", Verdict::Bad, format!("{} is missing", path.display()), "run `yima init`"));
            return;
        }
        disk(path, lines);
    }
    let migrations = migrate::in_order(CAPABILITIES);
    match migrate::plan(&engine, &migrations) {
        Ok(planned) if planned.is_empty() => {
            lines.push(line("schema", Verdict::Good, format!("{} steps ran", migrations.len()), ""));
        }
        Ok(planned) => {
            let says = format!("{} steps have not run", planned.len());
            lines.push(line("schema", Verdict::Bad, says, "run `yima backup`, then `yima migrate`"));
            return;
        }
        Err(fault) => {
            lines.push(line("schema", Verdict::Bad, fault.to_string(), "use the program that fits the data"));
            return;
        }
    }
    trail(&engine, lines);
}

fn trail(engine: &Engine, lines: &mut Vec<Line>) {
    let report = match engine {
        // Reads beside a running node; takes no lock.
        Engine::Sqlite(path) => {
            store::backup::prove_sqlite(path).map(|proof| proof.chain).map_err(|fault| fault.to_string())
        }
        Engine::Postgres { url, .. } => store::backup::prove_postgres(url).map_err(|fault| fault.to_string()),
    };
    match report {
        Ok(report) if report.wrong.is_empty() => {
            let says = format!("{} events in {} chains, none edited, removed or added", report.events, report.lanes);
            lines.push(line("trail", Verdict::Good, says, ""));
        }
        Ok(report) => {
            for wrong in report.wrong {
                let mend = "keep the database as it is, compare with the last backup, tell the auditor";
                lines.push(line("trail", Verdict::Bad, wrong, mend));
            }
        }
        Err(error) => lines.push(line("database", Verdict::Bad, error, "restore the last good backup")),
    }
}

/// Every entry, chain, total and account of the ledger.
fn books(config_path: &Path, lines: &mut Vec<Line>) {
    let report = target::open(config_path).and_then(|node| {
        let found = super::ledger::examined(&node.db);
        settlements(&node, lines);
        node.db.close();
        found
    });
    match report {
        Ok(report) if report.wrong.is_empty() => {
            let says = format!(
                "{} entries, {} lines in {} segments balance and bear their seals; {} accounts agree; {} not folded yet",
                report.entries, report.lines, report.segments, report.accounts, report.tail
            );
            lines.push(line("ledger", Verdict::Good, says, ""));
        }
        Ok(report) => {
            for wrong in report.wrong {
                let mend = "keep the database as it is, compare with the last backup, tell the auditor";
                lines.push(line("ledger", Verdict::Bad, wrong, mend));
            }
        }
        Err(error) => lines.push(line("ledger", Verdict::Bad, error, "stop the node, or check a restored backup")),
    }
}

/// Every settlement worked out again from what went in, every year's sums folded.
fn settlements(node: &crate::compose::Node, lines: &mut Vec<Line>) {
    let checked = super::runtime()
        .and_then(|runtime| runtime.block_on(node.money.settlements.check()).map_err(|error| error.to_string()));
    match checked {
        Ok(report) if report.wrong.is_empty() => {
            let says = format!("{} rows of {} people, {} worked out again", report.rows, report.people, report.again);
            lines.push(line("settlements", Verdict::Good, says, ""));
        }
        Ok(report) => {
            for wrong in report.wrong {
                let mend = "keep the database as it is, compare with the last backup, tell the auditor";
                lines.push(line("settlements", Verdict::Bad, wrong, mend));
            }
        }
        Err(error) => lines.push(line("settlements", Verdict::Bad, error, "restore the last good backup")),
    }
}

fn disk(path: &Path, lines: &mut Vec<Line>) {
    let folder = path.parent().unwrap_or(Path::new("."));
    let output = std::process::Command::new("df").arg("-Pk").arg(folder).output();
    let free = output.ok().and_then(|output| {
        let text = String::from_utf8(output.stdout).ok()?;
        text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()
    });
    match free {
        Some(kib) if kib * 1024 < FREE_BYTES_MIN => lines.push(line(
            "disk",
            Verdict::Warning,
            format!("{} MiB free", kib / 1024),
            "make room: a full disk refuses writing",
        )),
        Some(kib) => lines.push(line("disk", Verdict::Good, format!("{} GiB free", kib >> 20), "")),
        None => lines.push(line("disk", Verdict::Warning, "free space is not known", "look with df")),
    }
}
