//! Nouns and decisions of cards, carriers and mandates. The code's own layout and
//! time rule are the crate `code`'s.

pub mod card;
pub mod carrier;
pub mod mandate;
