//! Journeys over real HTTP, on both databases, and the documents that the
//! program's own tables write.

#![expect(clippy::unwrap_used, reason = "what helps a test fails like the test")]

mod bad_input;
mod generated;
mod money;
mod nhsa;
mod nhsa_money;
mod nhsa_signed;
mod nhsa_who;
mod payers;
mod region;
mod rights;
mod statement;
mod synthea;
mod visit;
