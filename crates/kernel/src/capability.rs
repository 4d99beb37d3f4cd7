//! What a capability declares about itself, as plain data; `yima/compose.rs`
//! lists the capabilities and the program checks the whole at start.

use crate::{RefusalKind, Right};

/// One step on a crate's own tables. `{ID}`, `{BYTES}`, `{TEXT}`, `{SMALL}` and
/// `{CLUSTERED}` are written out for each database by the store.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Minute stamp and name, `202611240900_events`; the order of running.
    pub name: &'static str,
    /// Statements separated by `;` at line ends.
    pub sql: &'static str,
}

/// A kind of event a verb writes; the catalogue is `docs/generated/events.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventName {
    /// Stable number in the database.
    pub code: i64,
    /// Stable name, `record.viewed`.
    pub name: &'static str,
    /// When it is written.
    pub says: &'static str,
    /// Whether it is a look at a person's data that the person must see.
    pub look: bool,
}

/// A capability's descriptor.
#[derive(Debug, Clone, Copy)]
pub struct Capability {
    /// The crate's name, also the prefix of its tables.
    pub name: &'static str,
    /// Steps on its tables, in order.
    pub migrations: &'static [Migration],
    /// Rights its routes ask for.
    pub rights: &'static [Right],
    /// Events its verbs write.
    pub events: &'static [EventName],
    /// Refusals its verbs give.
    pub refusals: &'static [&'static RefusalKind],
}
