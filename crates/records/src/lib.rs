//! Clinical records: what hospitals supplied about a person, kept compactly,
//! person first, with provenance and versions; the half-year timeline.
//!
//! Takes FHIR R4 resources and bundles ([`supply`]), gives back single resources
//! ([`read`]), searches ([`search`]) and the timeline ([`timeline`]). It decides
//! nothing about leave (that is `access`), does not speak HTTP's FHIR dialect
//! (that is `gateways`) and draws nothing (that is `desks`).

pub mod rules;
pub mod supply;
pub mod read;
pub mod search;
pub mod timeline;
pub mod api;
pub mod body;
pub mod store;
mod prepare;

pub use rules::entry::{EntryRef, Supplier};

use ::store::Db;
use access::Gate;
use directory::Directory;
use identity::Index;
use kernel::{Capability, EventName, Migration, Right};

/// Read clinical records under a grant.
pub const READ: Right = Right::new("records.read", "Read clinical records of persons under a grant.");
/// Supply clinical records.
pub const WRITE: Right = Right::new("records.write", "Supply clinical records of one's own institution.");

/// A single resource was read.
pub const VIEWED: EventName =
    EventName { code: 500, name: "records.viewed", says: "A single entry was read.", look: true };
/// The timeline was read.
pub const TIMELINE: EventName =
    EventName { code: 501, name: "records.timeline-viewed", says: "The timeline was read.", look: true };
/// Entries were searched.
pub const SEARCHED: EventName =
    EventName { code: 502, name: "records.searched", says: "Entries were searched.", look: true };
/// An institution supplied entries.
pub const SUPPLIED: EventName =
    EventName { code: 503, name: "records.supplied", says: "An institution supplied entries.", look: false };

kernel::refusals! {
    /// Why records says no, in order of precedence.
    pub enum Refusal {
        /// The supplier has no institution.
        SupplierMissing = 403 "records.supplier-missing",
            "This token acts for no institution, so nothing can be supplied with it.", "此令牌不属于任何机构，不能提交资料。",
            "Use the token of a hospital's system.", "请使用医院系统的令牌。";
        /// Another institution supplied this entry.
        NotSupplier = 403 "records.not-supplier",
            "Another institution supplied this entry.", "此条目由其他机构提供。",
            "Only its supplier can change it.", "只有提供机构可以修改。";
        /// If-Match names another version.
        VersionStale = 412 "records.version-stale",
            "The entry has a newer version than If-Match says.", "该条目已有更新的版本。",
            "Read it again, apply the change, send it with the new version.", "请重新读取后再修改。";
        /// Too many writers at once for the same entries.
        Contended = 409 "records.contended",
            "These entries are being written by somebody else.", "这些条目正被他人写入。",
            "Send the same again.", "请重发一次。";
    }
}

/// Codes of issues that this crate finds in bundles, with their meanings; those of
/// single elements are the `fhir` crate's.
pub const ISSUES: &[(&str, &str, &str)] = &[
    (
        "records.bundle-type-unsupported",
        "Only transactions and collections can be supplied.",
        "只能提交 transaction 或 collection。",
    ),
    ("records.bundle-too-long", "The bundle has too many entries.", "Bundle 条目过多。"),
    ("records.entry-without-resource", "An entry of the bundle brings no resource.", "Bundle 条目没有资源。"),
    (
        "records.request-url-wrong",
        "request.url names another type than the resource.",
        "request.url 与资源类型不一致。",
    ),
    ("records.request-unsupported", "The request is not one that a bundle may hold here.", "Bundle 内不支持此请求。"),
    (
        "records.condition-unsupported",
        "Only identifier=system|value can be a condition.",
        "只支持 identifier=system|value 条件。",
    ),
    ("records.entry-twice", "The bundle brings the same entry twice.", "Bundle 中同一条目出现了两次。"),
    ("records.condition-ambiguous", "More than one entry carries the identifier.", "有多个条目带有该标识。"),
    ("records.subject-missing", "The resource names no patient.", "资源没有指明患者。"),
    ("fhir.reference-unresolved", "A reference leads to nothing here.", "引用没有对应的资源。"),
];

/// What records declares.
pub const CAPABILITY: Capability = Capability {
    name: "records",
    migrations: &[Migration {
        name: "202611240950_records",
        sql: include_str!("../migrations/202611240950_records.sql"),
    }],
    rights: &[READ, WRITE],
    events: &[VIEWED, TIMELINE, SEARCHED, SUPPLIED],
    refusals: Refusal::CATALOGUE,
};

/// What the verbs of this crate work with; cheap to clone.
#[derive(Clone)]
pub struct Records {
    /// The database.
    pub db: Db,
    /// Who may.
    pub gate: Gate,
    /// The key of the identity look-up.
    pub index: Index,
    /// Names of institutions.
    pub directory: Directory,
}
