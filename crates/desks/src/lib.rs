//! Desks: the screens where several capabilities meet. Each desk calls verbs and
//! lays out what they answer; no desk owns a table or decides anything.
//!
//! In the order a visitor meets them: [`home`] (the first page), [`phone`] (the
//! citizen shows a code), [`clinic`] (the doctor scans it), [`looks`] (the citizen
//! sees who looked), [`pay`] (the citizen pays, reads why, keeps the bills), [`kiosk`]
//! (the same without a phone), [`office`] (what the agency must chase), [`sign_in`]
//! and [`account`] (staff), [`error_page`]. Each has
//! its `pages` (views to markup) and beside them one file for each thing a visitor
//! can do. [`parts`] holds what all of them work with, `asked` what a request says,
//! [`refuse()`] how a page says no; [`qr`] draws the code all of them show.

pub mod parts;
pub mod home;
pub mod phone;
pub mod clinic;
pub mod looks;
pub mod pay;
pub mod kiosk;
pub mod office;
pub mod sign_in;
pub mod account;
pub mod error_page;
pub mod qr;
mod asked;
mod assets;
mod kinds;
mod say;
mod refusal;

pub use parts::{Desks, Parts};
pub use refusal::refuse;

use kernel::{Capability, Right};

/// Use the doctor's desk.
pub const CLINIC: Right = Right::new("desks.clinic", "Use the doctor's desk.");
/// Use the citizen's phone.
pub const PHONE: Right = Right::new("desks.phone", "Use the citizen's phone pages.");

/// Use a kiosk.
pub const KIOSK: Right = Right::new("desks.kiosk", "Use the pages of a kiosk.");

/// What the desks declare.
pub const CAPABILITY: Capability =
    Capability { name: "desks", migrations: &[], rights: &[CLINIC, PHONE, KIOSK], events: &[], refusals: &[] };
