//! Who is who: the master index that makes one person of the records of several
//! hospitals.
//!
//! An identifier leads to a person ([`lookup`], [`find`]); a hospital's account of
//! a patient is tied to the person it means or makes a new one ([`resolve()`]). Two
//! people are never merged on a guess: identifiers that disagree are refused.
//! Full particulars open only with a grant ([`person`]); a scan shows them masked
//! ([`masked`]). This crate knows no code, no card and no clinical entry.

pub mod rules;
mod store;
mod index;
mod resolve;
mod read;
pub mod api;

pub use index::Index;
pub use read::{exists, find, lookup, masked, masked_of, person};
pub use resolve::{Resolved, create, link, resolve, resolve_as};
pub use rules::demographics::{Demographics, Masked, Person};
pub use rules::identifier::{
    HEALTH_CARD_SYSTEM, Identifier, PASSPORT_SYSTEM, RESIDENT_ID_SYSTEM, SOURCE_SYSTEM, US_SSN_SYSTEM,
};

use kernel::{Capability, EventName, Migration, Right};

/// Find a person by an exact identifier.
pub const FIND: Right = Right::new("identity.find", "Find a person by an exact identifier, masked.");

/// Somebody found a person by an identifier.
pub const FOUND: EventName = EventName {
    code: 300,
    name: "identity.found",
    says: "A person was found by an identifier and shown masked.",
    look: true,
};

kernel::refusals! {
    /// Why identity says no, in order of precedence.
    pub enum Refusal {
        /// More identifiers than a person can have.
        TooManyIdentifiers = 422 "identity.too-many-identifiers",
            "There are more identifiers than one person can have.", "一个人的标识太多。",
            "Send at most 64 identifiers.", "请最多发送 64 个标识。";
        /// The identifiers belong to different persons.
        ConflictingIdentifiers = 409 "identity.conflicting-identifiers",
            "These identifiers belong to different persons.", "这些标识属于不同的人。",
            "Check the numbers; the index office can join two files of one person.", "请核对号码；确为同一人时由主索引管理处合并。";
        /// A national number is known with another birth date or gender.
        DemographicsContradict = 409 "identity.demographics-contradict",
            "This number is known here with another birth date or gender.", "此证件号在本地登记的出生日期或性别不同。",
            "Check number, birth date and gender against the document.", "请对照证件核对号码、出生日期和性别。";
        /// Nobody has this identifier.
        NobodyFound = 404 "identity.nobody-found",
            "Nobody is known by this identifier.", "没有找到此标识对应的人。",
            "Check system and number.", "请核对标识类别和号码。";
    }
}

/// What identity declares.
pub const CAPABILITY: Capability = Capability {
    name: "identity",
    migrations: &[Migration {
        name: "202611240930_identity",
        sql: include_str!("../migrations/202611240930_identity.sql"),
    }],
    rights: &[FIND],
    events: &[FOUND],
    refusals: Refusal::CATALOGUE,
};
