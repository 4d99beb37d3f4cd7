//! Journeys over real HTTP, on both databases, and the documents that the
//! program's own tables write.

mod bad_input;
mod generated;
mod region;
mod rights;
mod synthea;
mod visit;
