//! Desks: the screens where several capabilities meet. Each desk is laid out here
//! from views that others fill; no desk owns a table or decides anything.
//!
//! In the order a visitor meets them: [`home`] (the demo's first page), [`phone`]
//! (the citizen shows a code), [`clinic`] (the doctor scans it), [`looks`] (the
//! citizen sees who looked), [`sign_in`] and [`account`] (staff), [`error_page`].
//! [`qr`] draws the code all of them show.

pub mod account;
pub mod clinic;
pub mod error_page;
pub mod home;
pub mod looks;
pub mod phone;
pub mod qr;
pub mod sign_in;
