//! Paying the own share on both databases, against a stand-in of the mobile channel
//! that signs with other code and misbehaves on demand: each misbehaviour ends in
//! exactly one paid or refunded payment.

mod api;
mod counter;
mod desk;
mod misbehaviour;
mod mobile;
mod people;
mod refunds;
mod undone;
