//! The crate from outside: golden rows of good and bad resources, the lines of
//! the timeline, searches, properties, and the real output of a generator.

mod checks;
mod finds;
mod lines;
mod properties;
mod synthea;
