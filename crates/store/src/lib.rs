//! Two databases behind one interface: SQLite embedded, PostgreSQL for a region.
//!
//! A verb is a plain function on `&mut Tx` or on a reader; it runs on a database
//! thread and cannot wait for the network. Writers are few: each takes what is
//! waiting, runs every closure inside a savepoint of one transaction, commits
//! once and answers all. One SQL text serves both databases; a true difference
//! is one function here. This crate knows no capability: no person, no code, no
//! record, only their ids in the columns of events.
//!
//! Reading order: [`value`] and [`sql`] (what a statement takes and gives),
//! [`tx`] (what a verb may do), [`lane`] (queue, batch, one commit, answers),
//! [`db`] (opening, reading, writing), [`gather`] (asks that run together), `reserve` (looks on a full disk), then [`event`], [`once`], [`job`], [`fact`],
//! [`migrate`], [`blob`], [`durable`], [`backup`].

pub mod value;
pub mod sql;
pub mod tx;
mod lane;
pub mod db;
pub mod gather;
pub mod joint;
pub mod event;
pub mod once;
pub mod job;
pub mod fact;
pub mod migrate;
pub mod blob;
pub mod durable;
pub mod backup;
mod reserve;
mod sqlite;
mod pg;
mod link;
mod start;

pub use db::{Db, Engine, Reader, Settings};
pub use event::Event;
pub use gather::Gather;
pub use joint::Joint;
pub use kernel::{Error, Fault, FaultKind};
pub use once::{OnceKey, Reply};
pub use reserve::Held;
pub use sql::{Insert, Kind, Sql, SqlExt};
pub use tx::Tx;
pub use value::{P, Row, Val};

use kernel::{Capability, EventName, Migration};

/// The store's own tables: what ran, events and their heads, replies kept for
/// repeated keys, jobs.
pub const CAPABILITY: Capability = Capability {
    name: "store",
    migrations: &[
        Migration { name: "202611240900_store", sql: include_str!("../migrations/202611240900_store.sql") },
        Migration { name: "202611240902_once_old", sql: include_str!("../migrations/202611240902_once_old.sql") },
    ],
    rights: &[],
    events: &[BOOTED],
    refusals: once::Refusal::CATALOGUE,
};

/// Written when a node starts, so that every chain has a first link.
pub const BOOTED: EventName =
    EventName { code: 1, name: "node.started", says: "A node opened its database.", look: false };
