//! The ledger's tests, on both databases wherever a database matters.

#![expect(clippy::unwrap_used, reason = "a test fails where something does not hold")]

mod batches;
mod books;
mod checking;
mod grants;
mod office;
mod posting;
mod races;
mod traces;
