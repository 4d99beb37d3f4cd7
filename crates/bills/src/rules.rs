//! The rules of bills, pure: amounts that add up, numbers, what a bill says, its
//! compact form. Every sum is checked; nothing here can wrap or be out of bounds.
#![deny(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

pub mod charge;
pub mod parts;
pub mod number;
pub mod content;
pub mod seal;
pub mod capital;
