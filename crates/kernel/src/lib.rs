//! The words every other crate speaks: ids, instants, money, chance, rights, actors,
//! purposes, refusals and faults, and the plain-data descriptor of a capability.
//!
//! No I/O, no SQL, no HTTP: the only places that touch the outside are
//! [`time::SystemClock`] and [`chance::OsChance`], which the program hands in at
//! start and tests replace.

pub mod id;
pub mod money;
pub mod time;
pub mod chance;
pub mod coded;
pub mod purpose;
pub mod right;
pub mod actor;
pub mod refusal;
pub mod fault;
pub mod capability;
pub mod world;

pub use actor::{Actor, ActorKind};
pub use capability::{Capability, EventName, Migration};
pub use fault::{Fault, FaultKind};
pub use id::{
    ActorId, BillId, CardId, CoverageId, DeviceId, EntryId, FilingId, GrantId, InstitutionId, JournalId, PaymentId,
    PersonId, PresenceId, QuoteId, SettlementId, TaskId, VisitId,
};
pub use money::{Bp, FEN_MAX, Fen, Rounding};
pub use purpose::Purpose;
pub use refusal::{Error, RefusalKind, Refused};
pub use right::Right;
pub use world::World;
