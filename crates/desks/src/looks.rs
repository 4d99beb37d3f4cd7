//! The citizen's list of who looked, and of who may look now.

pub mod pages;
