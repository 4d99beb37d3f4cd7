//! The account of somebody on the staff: passkeys, one-time codes, password.

pub mod pages;
