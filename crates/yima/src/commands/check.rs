//! `yima check`: is this node healthy, and what is to be mended.

use super::{say, target};
use crate::compose::{CAPABILITIES, Node, rights};
use std::path::Path;
use std::process::ExitCode;
use store::{Engine, migrate};

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// One line of JSON.
    #[arg(long)]
    json: bool,
    /// Prove all money as well: entries, settlements, bills, payments; the node is stopped.
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

/// What is to be done about money that is not whole.
const KEEP: &str = "keep the database as it is, compare with the last backup, tell the auditor";

/// What a part of the money check found: what it saw, or what is wrong.
type Found = Result<(String, Vec<String>), String>;

/// The invariants of money, each named where it does not hold: the ledger's own (L1, L2,
/// L5, L6, L10, U9), settlements (A1, L4, L7, L8, E2, E3, I4), bills (E1 to E3),
/// payments (PAY1 to PAY4), kept replies (I4).
fn books(config_path: &Path, lines: &mut Vec<Line>) {
    let node = match target::open(config_path) {
        Ok(node) => node,
        Err(error) => {
            lines.push(line("ledger", Verdict::Bad, error, "stop the node, or check a restored backup"));
            return;
        }
    };
    for (what, found) in [
        ("ledger", ledger(&node)),
        ("settlements", settlements(&node)),
        ("bills", bills(&node)),
        ("payments", payments(&node)),
        ("replies", replies(&node)),
    ] {
        match found {
            Ok((says, wrong)) if wrong.is_empty() => lines.push(line(what, Verdict::Good, says, "")),
            Ok((_, wrong)) => lines.extend(wrong.into_iter().map(|wrong| line(what, Verdict::Bad, wrong, KEEP))),
            Err(error) => lines.push(line(what, Verdict::Bad, error, "restore the last good backup")),
        }
    }
    node.db.close();
}

/// Every entry, chain, total and account.
fn ledger(node: &Node) -> Found {
    let report = super::ledger::examined(&node.db)?;
    let says = format!(
        "{} entries, {} lines in {} segments balance and bear their seals; {} accounts agree; {} not folded yet",
        report.entries, report.lines, report.segments, report.accounts, report.tail
    );
    Ok((says, report.wrong))
}

fn waited<T>(work: impl Future<Output = Result<T, kernel::Error>>) -> Result<T, String> {
    super::runtime()?.block_on(work).map_err(|error| error.to_string())
}

/// Every settlement worked out again from what went in, every year's sums folded, each
/// beside its bill and its message.
fn settlements(node: &Node) -> Found {
    let report = waited(node.money.settlements.check())?;
    let says = format!(
        "{} rows of {} people, {} worked out again, {} messages lead to them",
        report.rows, report.people, report.again, report.messages
    );
    Ok((says, report.wrong))
}

/// Every number, every bill's sums, every red bill.
fn bills(node: &Node) -> Found {
    let report = waited(node.money.check_bills())?;
    Ok((format!("{} bills, {} of them red, numbered and added up", report.bills, report.red), report.wrong))
}

/// Every payment in the books and beside its settlement, every refund.
fn payments(node: &Node) -> Found {
    let report = waited(node.money.check_payments())?;
    let says =
        format!("{} payments and {} refunds have their {} entries", report.payments, report.refunds, report.entries);
    Ok((says, report.wrong))
}

/// Every reply that is kept for a repeated key.
fn replies(node: &Node) -> Found {
    let (kept, wrong) = waited(node.db.read(|sql| Ok(store::once::check(sql)?)))?;
    Ok((format!("{kept} replies are kept for repeated keys"), wrong))
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
