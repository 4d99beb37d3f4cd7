//! The command line, end to end, as an operator types it.
#![expect(clippy::unwrap_used, reason = "a test program: a panic is how it fails")]

mod backup;
mod demo;
mod import;
mod keys;
mod nhsa;
mod node;
mod plan;
mod verify;
mod whole_money;

#[path = "../faults/home.rs"]
mod home;
