//! A test that asserts nothing is no test.

use crate::Finding;
use crate::lex::{block, line_of, rust, whole_word};
use crate::tree::Tree;

/// What makes a test able to fail, roughly: an assertion, an expectation, a
/// `check` that holds them, a question mark.
const ASSERTING: &[&str] = &["assert", "expect", "check", "matches!", "panic!", "unwrap", "?"];

/// How a test is marked.
const MARKS: &[&str] = &["#[test]", "#[tokio::test"];

/// Every test can fail, by itself or through a function of its file.
pub fn assert_something(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.ending(".rs") {
        let code = rust(&file.text).code;
        let judges = judges(&code);
        for mark in MARKS {
            for (at, _) in code.match_indices(mark) {
                // A property named so asserts by coming to its end.
                let head = code[at..].split('{').next().unwrap_or_default();
                let asserts = head.contains("panic") || block(&code, at).is_some_and(|body| can_fail(body, &judges));
                if !asserts {
                    let says = "this test asserts nothing; say what must hold";
                    found.push(Finding::at(&file.path, line_of(&code, at), says));
                }
            }
        }
    }
    found
}

fn can_fail(body: &str, judges: &[&str]) -> bool {
    let calls = |name: &&str| body.match_indices(*name).any(|(at, _)| whole_word(body, at, name));
    ASSERTING.iter().any(|sign| body.contains(sign)) || judges.iter().any(calls)
}

/// Functions of a file that can fail themselves.
fn judges(code: &str) -> Vec<&str> {
    let name =
        |at: usize| code[at + "fn ".len()..].split(|letter: char| !letter.is_alphanumeric() && letter != '_').next();
    code.match_indices("fn ")
        .filter(|(at, _)| whole_word(code, *at, "fn"))
        .filter(|(at, _)| block(code, *at).is_some_and(|body| can_fail(body, &[])))
        .filter_map(|(at, _)| name(at).filter(|name| !name.is_empty()))
        .collect()
}
