//! Nouns and decisions of the ledger: values in, values out, no clock, no SQL.

pub mod account;
pub mod entry;
pub mod kind;
pub mod packed;
pub mod period;
pub mod fold;
pub mod reversal;
