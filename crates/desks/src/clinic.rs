//! The doctor's desk: scan a code, read the last half year.

pub mod pages;
