//! The program: one list of capabilities ([`compose`]), one server ([`serve`]),
//! one configuration ([`config`]), one command line ([`commands`]).

pub mod commands;
pub mod compose;
pub mod config;
mod demo_money;
pub mod demo_town;
pub mod metrics;
pub mod money;
pub mod nhsa_script;
mod payers;
pub mod serve;
