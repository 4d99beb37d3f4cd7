//! SQL stands where it is looked for, and speaks of its own crate's tables.

use super::BESIDE;
use crate::Finding;
use crate::lex::{Literal, foot, line_of, rust};
use crate::tree::{Source, Tree};

/// How a statement begins, and the word that must follow for it to be one.
const BEGINNINGS: &[(&str, &str)] = &[
    ("SELECT ", ""),
    ("WITH ", "SELECT"),
    ("INSERT INTO ", ""),
    ("INSERT OR ", "INTO"),
    ("UPDATE ", " SET "),
    ("DELETE FROM ", ""),
    ("CREATE TABLE ", ""),
    ("CREATE INDEX ", " ON "),
    ("CREATE UNIQUE INDEX ", " ON "),
    ("CREATE VIEW ", ""),
    ("ALTER TABLE ", ""),
    ("DROP TABLE ", ""),
    ("DROP INDEX ", ""),
    ("PRAGMA ", ""),
];

/// One crate's statement on another's table that a decision permits.
const PERMITTED: &[(&str, &str)] = &[
    // ARCHITECTURE.md, Invariants: "who looked" is read where the events are kept.
    ("access", "store_events"),
];

/// Names the databases bring themselves.
const OWN_OF_DATABASES: &[&str] =
    &["sqlite_", "pg_", "pragma_", "information_schema", "unnest", "json_each", "generate_series"];

fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    BEGINNINGS
        .iter()
        .any(|(begin, then)| text.strip_prefix(begin).is_some_and(|rest| rest.len() > 3 && rest.contains(then)))
}

/// Literals of the file outside its tests.
fn literals(file: &Source) -> Vec<Literal> {
    let parts = rust(&file.text);
    let end = foot(&parts.code);
    let last = if end == parts.code.len() { usize::MAX } else { line_of(&parts.code, end) };
    parts.literals.into_iter().filter(|literal| literal.line < last).collect()
}

fn watched(tree: &Tree) -> impl Iterator<Item = (&str, &Source)> {
    tree.ending(".rs")
        .filter(|file| !file.is_test())
        .filter_map(|file| Some((file.crate_name()?, file)))
        .filter(|(name, _)| !BESIDE.contains(name))
}

/// Whether a file is a crate's store: `store.rs`, or a part of it in `store/`.
fn is_store(file: &Source) -> bool {
    file.name() == "store.rs" || file.path.contains("/src/store/") || file.crate_name() == Some("store")
}

/// SQL stands only in files named `store.rs` and in `crates/store`.
pub fn place(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (_, file) in watched(tree).filter(|(_, file)| !is_store(file)) {
        for literal in literals(file).iter().filter(|literal| is_statement(&literal.text)) {
            found.push(Finding::at(
                &file.path,
                literal.line,
                "a statement outside the store; move it to the crate's `store.rs`",
            ));
        }
    }
    found
}

/// Statements speak of tables that carry their crate's name.
pub fn tables(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, file) in watched(tree).filter(|(_, file)| is_store(file)) {
        for literal in literals(file).iter().filter(|literal| is_statement(&literal.text)) {
            foreign(name, file, literal.line, &literal.text, &mut found);
        }
    }
    for file in tree.ending(".sql").filter(|file| file.parts().any(|part| part == "migrations")) {
        let bare: Vec<&str> = file.text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
        foreign(file.crate_name().unwrap_or_default(), file, 1, &bare.join("\n"), &mut found);
    }
    found
}

fn foreign(name: &str, file: &Source, first: usize, sql: &str, found: &mut Vec<Finding>) {
    let own = format!("{name}_");
    let window = format!("pub_{name}_");
    let made = made_here(sql);
    for (table, line) in tables_in(sql) {
        let fine = table.starts_with(&own)
            || table.starts_with(&window)
            || made.contains(&table)
            || PERMITTED.contains(&(name, table.as_str()))
            || OWN_OF_DATABASES.iter().any(|prefix| table.starts_with(prefix))
            // The published window of another crate is there to be looked through.
            || (table.starts_with("pub_") && !sql.contains("CREATE VIEW"));
        if !fine {
            let says = format!("`{table}` is not a table of `{name}`; call the verb of its crate, or name it `{own}…`");
            found.push(Finding::at(&file.path, first + line, says));
        }
    }
}

/// Words of a statement with the line they stand on, from 0; brackets and commas
/// are words too, text in quotes is left out.
fn words(sql: &str) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut word = String::new();
    let (mut line, mut quoted) = (0, false);
    for letter in sql.chars().chain(['\n']) {
        if letter == '\'' {
            quoted = !quoted;
        } else if !quoted {
            let names = letter.is_alphanumeric() || matches!(letter, '_' | '.' | '{' | '}' | '"');
            if names {
                word.push(letter);
            } else {
                if !word.is_empty() {
                    found.push((std::mem::take(&mut word), line));
                }
                if matches!(letter, '(' | ')' | ',') {
                    found.push((letter.to_string(), line));
                }
            }
        }
        line += usize::from(letter == '\n');
    }
    found
}

/// Names a statement makes for itself: `WITH name AS (`, `, name (columns) AS (`.
fn made_here(sql: &str) -> Vec<String> {
    let words = words(sql);
    let mut made = Vec::new();
    for (at, (word, _)) in words.iter().enumerate() {
        if word == "AS" && words.get(at + 1).is_some_and(|(next, _)| next == "(") {
            let mut name = at.checked_sub(1);
            if name.is_some_and(|at| words[at].0 == ")") {
                name = words[..at].iter().rposition(|(word, _)| word == "(").and_then(|open| open.checked_sub(1));
            }
            made.extend(name.map(|at| words[at].0.clone()));
        }
    }
    made
}

/// Tables a statement names, with their lines from 0.
fn tables_in(sql: &str) -> Vec<(String, usize)> {
    let words = words(sql);
    let at = |index: usize| words.get(index).map_or("", |(word, _)| word.as_str());
    let mut found = Vec::new();
    for (index, (word, _)) in words.iter().enumerate() {
        let before = index.checked_sub(1).map_or("", at);
        let mut next = index + 1;
        let names = match word.as_str() {
            "FROM" => before != "DISTINCT",
            "UPDATE" => before != "DO" && before != "FOR",
            "JOIN" | "INTO" | "TABLE" | "VIEW" => true,
            // CREATE INDEX name ON table
            "ON" => words[..index].iter().rev().take(4).any(|(word, _)| word == "INDEX"),
            _ => false,
        };
        while matches!(at(next), "IF" | "NOT" | "EXISTS" | "ONLY") {
            next += 1;
        }
        let table = at(next).trim_matches('"');
        // `FROM name (` calls a function; `INTO name (` and its like list columns.
        let called = at(next + 1) == "(" && !matches!(word.as_str(), "INTO" | "TABLE" | "ON");
        if names && !called && table.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_') {
            found.push((table.to_owned(), words[next].1));
        }
    }
    found
}
