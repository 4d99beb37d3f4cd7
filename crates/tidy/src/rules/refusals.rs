//! Codes of refusals: each once in the whole house, each with the name of its
//! crate in front, because they never change again.

use crate::Finding;
use crate::lex::{foot, line_of, rust};
use crate::tree::Tree;
use std::collections::BTreeMap;

/// Refusals of a file: code and line. They stand in `refusals!` as
/// `Variant = 409 "crate.what-is-wrong", …`.
pub fn codes(text: &str) -> Vec<(String, usize)> {
    let parts = rust(text);
    let end = foot(&parts.code);
    let bare = parts.bare.get(..end).unwrap_or(&parts.bare);
    let mut found = Vec::new();
    for (at, _) in bare.match_indices("= ") {
        let rest = &bare[at + 2..];
        let status = rest.get(..3).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let code =
            rest.get(3..).and_then(|rest| rest.trim_start().strip_prefix('"')).and_then(|rest| rest.split('"').next());
        if let (true, Some(code)) = (status, code) {
            found.push((code.to_owned(), line_of(bare, at)));
        }
    }
    found
}

/// Every code is its crate's, well-formed and given once.
pub fn unique(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for file in tree.ending(".rs").filter(|file| !file.is_test() && file.path.contains("/src/")) {
        let owner = file.crate_name().unwrap_or_default();
        if super::BESIDE.contains(&owner) {
            continue;
        }
        for (code, line) in codes(&file.text) {
            let place = format!("{}:{line}", file.path);
            let plain = |part: &str| {
                !part.is_empty()
                    && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            };
            match code.split_once('.') {
                Some((prefix, rest)) if plain(prefix) && plain(rest) => {
                    if prefix != owner {
                        found.push(Finding::at(
                            &file.path,
                            line,
                            format!("`{code}` is given by `{owner}`; begin its code with `{owner}.`"),
                        ));
                    }
                }
                _ => found.push(Finding::at(
                    &file.path,
                    line,
                    format!("`{code}` is no code; write `crate.what-is-wrong` in small letters"),
                )),
            }
            if let Some(other) = seen.insert(code.clone(), place) {
                found.push(Finding::at(
                    &file.path,
                    line,
                    format!("`{code}` stands at {other} already; give each refusal its own code"),
                ));
            }
        }
    }
    found
}
