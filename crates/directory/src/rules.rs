//! Nouns and decisions of the directory.

pub mod institution;
