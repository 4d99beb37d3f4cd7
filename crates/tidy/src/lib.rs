//! House rules as tests: what a reviewer would otherwise have to say again and
//! again about the shape of the tree. `cargo test -p tidy` runs them all; a
//! finding names file, line and what to do.
//!
//! Reads files only and knows no crate of the house: the floors come from
//! `ARCHITECTURE.md`, everything else from the files themselves. What `clippy`,
//! `rustfmt` and the compiler can tell is left to them.
//!
//! Reading order: [`tree`] (the files), [`lex`] (a Rust file as code, text and
//! literals), then the [`rules`].

pub mod tree;
pub mod lex;
pub mod rules;

use std::fmt;

/// Something that breaks a house rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, from the root of the repository.
    pub file: String,
    /// The line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is the matter, then what to do.
    pub says: String,
}

impl Finding {
    /// A finding at a line of a file.
    pub fn at(file: &str, line: usize, says: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, says: says.into() }
    }

    /// A finding about a whole file.
    pub fn whole(file: &str, says: impl Into<String>) -> Self {
        Self::at(file, 0, says)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.says),
            line => write!(f, "{}:{line}: {}", self.file, self.says),
        }
    }
}
