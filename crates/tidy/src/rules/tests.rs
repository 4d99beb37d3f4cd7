//! A test that asserts nothing is no test.

use crate::Finding;
use crate::lex::{block, line_of, rust};
use crate::tree::Tree;

/// What makes a test able to fail, roughly: an assertion, an expectation, a
/// `check` that holds them, a question mark.
const ASSERTING: &[&str] = &["assert", "expect", "check", "matches!", "panic!", "unwrap", "?"];

/// How a test is marked.
const MARKS: &[&str] = &["#[test]", "#[tokio::test"];

/// Every test can fail.
pub fn assert_something(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.ending(".rs") {
        let code = rust(&file.text).code;
        for mark in MARKS {
            for (at, _) in code.match_indices(mark) {
                let rest = &code[at..];
                let head = rest.split('{').next().unwrap_or_default();
                // A property named so asserts by coming to its end.
                let asserts = head.contains("panic")
                    || block(&code, at).is_some_and(|body| ASSERTING.iter().any(|sign| body.contains(sign)));
                if !asserts {
                    let says = "this test asserts nothing; say what must hold";
                    found.push(Finding::at(&file.path, line_of(&code, at), says));
                }
            }
        }
    }
    found
}
