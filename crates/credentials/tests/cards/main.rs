//! Cards on both databases, and their routes behind the gate.

mod api;
mod desk;
mod present;
