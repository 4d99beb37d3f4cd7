//! Cards on both databases, and their routes behind the gate.

mod abuse;
mod api;
mod carriers;
mod desk;
mod life;
mod marks;
mod offline;
mod phone;
mod present;
mod tokens;
