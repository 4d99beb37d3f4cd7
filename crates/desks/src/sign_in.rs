//! Where staff sign in.

pub mod pages;
