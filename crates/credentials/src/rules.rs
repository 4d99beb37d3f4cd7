//! Nouns and decisions of cards and codes.

pub mod card;
pub mod code;
pub mod key;
pub mod step;
