//! Rules about files as such: length, opening words, names, leftovers.

use crate::Finding;
use crate::lex::{foot, line_of, rust, whole_word};
use crate::tree::{Source, Tree, lines};

/// Lines a file may have, without the tests at its foot.
pub const LINES_MAX: usize = 500;
/// Lines a file may have with them; also the end of a test program.
pub const LINES_MAX_WITH_TESTS: usize = 700;

/// Files end in time.
pub fn length(tree: &Tree) -> Vec<Finding> {
    let code = ["rs", "js", "mjs", "css", "py"];
    let long = |file: &Source| {
        let total = file.text.lines().count();
        let (counted, limit) = if file.is_test() || total > LINES_MAX_WITH_TESTS {
            (total, LINES_MAX_WITH_TESTS)
        } else if file.kind() == "rs" {
            let code = rust(&file.text).code;
            (line_of(&code, foot(&code)) - 1, LINES_MAX)
        } else {
            (total, LINES_MAX)
        };
        (counted > limit).then(|| {
            Finding::whole(&file.path, format!("{counted} lines, {limit} is the end; part it where its nouns part"))
        })
    };
    tree.files().filter(|file| code.contains(&file.kind())).filter_map(long).collect()
}

/// Every module opens with what it does.
pub fn opening(tree: &Tree) -> Vec<Finding> {
    let silent = |file: &&Source| {
        let first = file.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        first.strip_prefix("//!").is_none_or(|says| says.trim().len() <= 12)
    };
    let says = "does not open with `//!`; say what the module does and what it leaves to whom";
    tree.ending(".rs").filter(silent).map(|file| Finding::at(&file.path, 1, says)).collect()
}

/// Names that say that something found no home.
const HOMELESS: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "base", "manager", "managers", "misc", "impl", "service",
    "services",
];

/// No file, folder or module is named after nothing.
pub fn names(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files() {
        for part in file.parts() {
            let stem = part.split('.').next().unwrap_or_default();
            let last = stem.rsplit(['_', '-']).next().unwrap_or_default();
            if HOMELESS.contains(&last) && is_code(file) {
                found
                    .push(Finding::whole(&file.path, format!("`{part}` names nothing; find the noun that is missing")));
            }
        }
        if file.kind() != "rs" {
            continue;
        }
        for (number, line) in lines(&rust(&file.text).code) {
            let mut words =
                line.split(|letter: char| !letter.is_alphanumeric() && letter != '_').skip_while(|word| *word != "mod");
            if let (Some("mod"), Some(name)) = (words.next(), words.next())
                && HOMELESS.contains(&name)
            {
                found.push(Finding::at(
                    &file.path,
                    number,
                    format!("`mod {name}` names nothing; find the noun that is missing"),
                ));
            }
        }
    }
    found
}

fn is_code(file: &Source) -> bool {
    ["rs", "js", "mjs", "py", "sql", "css"].contains(&file.kind())
}

/// Words that say that something is not finished; parted, so that this file does
/// not find itself.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
    concat!("HA", "CK"),
    concat!("todo", "!"),
    concat!("unimpl", "emented!"),
    concat!("db", "g!"),
    concat!("(being ", "written)"),
];

/// Nothing says that it is unfinished, and no test is switched off.
pub fn leftovers(tree: &Tree) -> Vec<Finding> {
    // Tables from outside, such as lists of codes, say what they say.
    let ours = |file: &&Source| !is_generated(file) && file.kind() != "txt" && file.kind() != "csv";
    let mut found = Vec::new();
    for file in tree.files().filter(ours) {
        for (number, line) in lines(&file.text) {
            for mark in UNFINISHED {
                let stands = line.match_indices(mark).any(|(at, _)| mark.ends_with('!') || whole_word(line, at, mark));
                if stands {
                    found.push(Finding::at(
                        &file.path,
                        number,
                        format!("`{mark}` is left; finish it or open an issue"),
                    ));
                }
            }
            if line.trim_start().starts_with(concat!("#[ig", "nore")) {
                found.push(Finding::at(
                    &file.path,
                    number,
                    "a test is switched off; mend it, or assert what is true for now",
                ));
            }
        }
    }
    found
}

/// Written by tools, not by us.
fn is_generated(file: &Source) -> bool {
    file.name() == "Cargo.lock" || file.name() == "package-lock.json"
}

/// Folders that exist on somebody's machine only; parted for the same reason.
const MACHINES: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/workspa", "ce/"),
];

/// No file knows the machine it was written on.
pub fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files().filter(|file| !is_generated(file)) {
        for (number, line) in lines(&file.text) {
            for path in MACHINES {
                let stands = line.match_indices(path).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    !before
                        .is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | '}' | '~'))
                });
                if stands {
                    found.push(Finding::at(
                        &file.path,
                        number,
                        format!("`{path}` is a folder of one machine; name it from the repository's root"),
                    ));
                }
            }
        }
    }
    found
}

/// A lint is silenced with a reason that is checked, or not at all.
pub fn silenced(tree: &Tree) -> Vec<Finding> {
    let says = "silences a lint for good; use `#[expect(…, reason = \"…\")]`";
    let mut found = Vec::new();
    for file in tree.ending(".rs") {
        for (number, line) in lines(&rust(&file.text).code) {
            let line = line.trim_start();
            let direct = line.contains("#[allow(") || line.contains("#![allow(");
            if direct || (line.contains("cfg_attr(") && line.contains(" allow(")) {
                found.push(Finding::at(&file.path, number, says));
            }
        }
    }
    found
}

/// Decisions are found by their day.
pub fn decisions(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files().filter(|file| file.path.starts_with("docs/decisions/")) {
        if !dated(file.name()) {
            found.push(Finding::whole(
                &file.path,
                "is not named YYYY-MM-DD-title.md; rename it after the day it was decided",
            ));
        }
        if !file.text.starts_with("# ") {
            found.push(Finding::at(&file.path, 1, "does not open with its title; begin with `# `"));
        }
    }
    found
}

fn dated(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".md") else { return false };
    let (Some(day), Some(title)) = (stem.get(..10), stem.get(10..)) else { return false };
    let shape =
        day.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    let month = day.get(5..7).is_some_and(|month| ("01"..="12").contains(&month));
    let date = day.get(8..10).is_some_and(|date| ("01"..="31").contains(&date));
    let plain = title.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    shape && month && date && plain && title.len() > 3 && title.starts_with('-')
}
