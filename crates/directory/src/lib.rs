//! Who supplies and asks: the institutions of the region, by id and by code.
//!
//! Small reference data, changed seldom and read on every page, so a node keeps
//! all of it in memory ([`Directory`]). This crate knows names and codes only: not
//! who works there (that is `access`) and not what was supplied.

pub mod rules;
mod store;
mod enrol;
mod snapshot;
pub mod api;

pub use enrol::enrol;
pub use rules::institution::{Institution, NewInstitution};
pub use snapshot::Directory;

use kernel::{Capability, EventName, Migration, Right};

/// Read the directory.
pub const READ: Right = Right::new("directory.read", "Read the list of institutions.");

/// An institution was enrolled.
pub const ENROLLED: EventName =
    EventName { code: 200, name: "directory.enrolled", says: "An institution was enrolled.", look: false };
/// An institution was enrolled again with other particulars.
pub const RENAMED: EventName = EventName {
    code: 201,
    name: "directory.renamed",
    says: "An institution's name, region or level was changed.",
    look: false,
};

kernel::refusals! {
    /// Why the directory says no.
    pub enum Refusal {
        /// Code or name is missing, too long or holds control characters.
        InstitutionInvalid = 422 "directory.institution-invalid",
            "The institution's code or name is missing, too long or unreadable.", "机构代码或名称缺失、过长或无法辨认。",
            "Give a code of up to 64 characters without blanks and a name of up to 200.", "请填写不超过 64 位、不含空格的代码和不超过 200 字的名称。";
    }
}

/// What the directory declares.
pub const CAPABILITY: Capability = Capability {
    name: "directory",
    migrations: &[Migration {
        name: "202611240920_directory",
        sql: include_str!("../migrations/202611240920_directory.sql"),
    }],
    rights: &[READ],
    events: &[ENROLLED, RENAMED],
    refusals: Refusal::CATALOGUE,
};
