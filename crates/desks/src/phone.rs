//! The citizen's phone: one code, and who can see the record now.

pub mod pages;
