//! Journeys over real HTTP, on both databases, and the documents that the
//! program's own tables write.

#![expect(clippy::unwrap_used, reason = "what helps a test fails like the test")]

mod bad_input;
mod generated;
mod nhsa;
mod region;
mod rights;
mod synthea;
mod visit;
