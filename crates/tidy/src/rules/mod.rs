//! The rules, by what they look at. Each takes the tree and answers findings;
//! `tests/house.rs` runs each on the repository, `tests/rules.rs` on rows of
//! small trees.

pub mod files;
pub mod floors;
pub mod manifests;
pub mod migrations;
pub mod paths;
pub mod refusals;
pub mod sql;
pub mod tests;

/// Crates that stand beside the house: tools for building and testing it.
pub const BESIDE: &[&str] = &["testkit", "tidy", "bench", "rig"];
