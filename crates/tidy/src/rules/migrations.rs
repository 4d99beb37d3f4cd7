//! Migrations: stamped, unique, listed in order by their crate, every table and
//! column explained.

use crate::Finding;
use crate::lex::{foot, rust};
use crate::tree::{Source, Tree, lines};
use std::collections::BTreeMap;

fn all(tree: &Tree) -> impl Iterator<Item = &Source> {
    tree.ending(".sql").filter(|file| file.parts().any(|part| part == "migrations"))
}

/// The minute stamp of a step's name, `202611240900_events.sql`.
fn stamp(name: &str) -> Option<&str> {
    let (stamp, rest) = name.split_once('_')?;
    let title = rest.strip_suffix(".sql")?;
    let within = |range: std::ops::Range<usize>, min: &str, max: &str| {
        stamp.get(range).is_some_and(|part| (min..=max).contains(&part))
    };
    let real = stamp.len() == 12
        && stamp.bytes().all(|byte| byte.is_ascii_digit())
        && within(4..6, "01", "12")
        && within(6..8, "01", "31")
        && within(8..10, "00", "23")
        && within(10..12, "00", "59");
    let plain = !title.is_empty()
        && title.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    (real && plain).then_some(stamp)
}

/// Stamps are minutes, and no two steps share one.
pub fn stamps(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for file in all(tree) {
        match stamp(file.name()) {
            None => found.push(Finding::whole(
                &file.path,
                "is not named YYYYMMDDHHMM_name.sql; give it the minute it was written",
            )),
            Some(minute) => {
                if let Some(other) = seen.insert(minute, &file.path) {
                    found.push(Finding::whole(&file.path, format!("has the stamp of {other}; take the next minute")));
                }
            }
        }
    }
    found
}

/// A crate's descriptor lists all of its steps, once, in the order of their stamps.
pub fn listed(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for name in tree.crates() {
        let folder = format!("crates/{name}/migrations/");
        let mut listed: Vec<(String, &str, usize)> = Vec::new();
        for file in tree.ending(".rs").filter(|file| file.path.starts_with(&format!("crates/{name}/src/"))) {
            let parts = rust(&file.text);
            let end = crate::lex::line_of(&parts.code, foot(&parts.code));
            for literal in parts.literals.iter().filter(|literal| literal.line <= end) {
                if let Some((_, step)) =
                    literal.text.split_once("migrations/").filter(|(_, step)| step.strip_suffix(".sql").is_some())
                {
                    listed.push((step.to_owned(), &file.path, literal.line));
                }
            }
        }
        for pair in listed.windows(2) {
            if let [(before, _, _), (after, path, line)] = pair
                && before >= after
            {
                found.push(Finding::at(
                    path,
                    *line,
                    format!("{after} is listed after {before}; list steps by their stamps"),
                ));
            }
        }
        for file in all(tree).filter(|file| file.path.starts_with(&folder)) {
            if !listed.iter().any(|(step, _, _)| step == file.name()) {
                found.push(Finding::whole(
                    &file.path,
                    format!("is not listed by the descriptor of `{name}`; include it there"),
                ));
            }
        }
    }
    found
}

/// Every table, index and column says what it is for.
pub fn explained(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in all(tree) {
        let mut before = "";
        let mut inside = false;
        for (number, line) in lines(&file.text) {
            let line = line.trim();
            if line.starts_with("CREATE TABLE") {
                inside = true;
                if !before.starts_with("--") {
                    found.push(Finding::at(&file.path, number, "the table is not explained; write a comment above it"));
                }
            } else if line.starts_with(')') {
                inside = false;
            } else if inside && line.starts_with(|letter: char| letter.is_ascii_lowercase()) && !line.contains("--") {
                found.push(Finding::at(&file.path, number, "the column is not explained; write a comment behind it"));
            }
            before = line;
        }
    }
    found
}
