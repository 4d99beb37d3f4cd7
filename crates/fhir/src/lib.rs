//! The FHIR R4 (4.0.1) resources Yima speaks, generic over JSON: reading bytes
//! into a [`serde_json::Value`] without losing a digit, checking it against
//! compact tables, drawing out what the timeline and search need, and the words
//! of search, OperationOutcome and CapabilityStatement.
//!
//! It knows no capability, no database, no HTTP and no clock: values in, values
//! out. Storing and finding resources is the work of `records`, the dialect on
//! the wire that of `gateways`.
//!
//! The way of one resource: [`parse`] → [`validate`] → [`facts`]. In a bundle,
//! [`rewrite_references`] comes before the check, so that the types that
//! `urn:uuid:` references point at are checked too.

mod capability;
mod date;
mod definition;
mod display;
mod facts;
mod issue;
mod kind;
mod narrative;
mod parse;
mod primitive;
mod reference;
mod rule;
pub mod search;
mod validate;

pub use capability::{KindOffer, Offer, Operation, capability_statement};
pub use date::{DateFault, DateFilter, DateSpan, Prefix, parse_date};
pub use display::person_name;
pub use facts::{Facts, Flag, Lane, facts};
pub use issue::{CATALOGUE, ISSUE_SYSTEM, Issue, Severity, operation_outcome};
pub use kind::{R4_TYPES, ResourceType, is_r4_type};
pub use parse::{Limits, parse};
pub use reference::{Reference, parse_reference, references, rewrite_references, write_rewritten};
pub use validate::{ISSUES_MAX, ITEMS_MAX, STRING_BYTES_MAX, validate, validate_shell};
