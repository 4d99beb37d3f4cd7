//! The pure adjudicator: plan documents and their linter, the split of an encounter
//! in whole fen, its reversal, and for every fen the reason.
//!
//! Values in, values out: no clock, no I/O, no floats, no database. Who is covered,
//! which plan is in force and what a year has used up is known to `insurance`; who
//! pays whom is `ledger`'s and `settlement`'s. Amounts are fen, rates basis points,
//! quantities thousandths. The order of the steps is that of [`settle()`].

#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#![cfg_attr(test, expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod amount;
mod coded;
mod day;
mod refusal;
mod input;
mod outcome;
mod plan;
mod validity;
mod finding;
mod lint;
mod lint_rules;
mod ready;
mod trace;
mod split;
mod pooled;
mod further;
mod purse;
mod settle;
mod reverse;
mod wire;
mod pack;
mod explain;
pub mod cases;

pub use coded::{AidClass, Class, CrossYear, Filing, Level, MedType, PayClass, Pool, Region, Stage};
pub use day::Day;
pub use explain::{Explanation, Tongue, Why, explain};
pub use finding::{Finding, Severity};
pub use input::{Accumulators, Encounter, LINES_MAX, Line, Person, RELATIVES_MAX, Relative};
pub use lint::lint_set;
pub use outcome::{Broken, Delta, LineSplit, Mirror, Outcome, Part, fund};
pub use pack::Input;
pub use plan::{
    Aid, Basis, Cap, CrossMode, CrossRule, Deductible, DeductibleKind, Filings, Group, MajorIllness, Plan, PreselfOf,
    Rate, Rounds, Segment, Share, Supplement, TypePool,
};
pub use ready::Ready;
pub use refusal::Refusal;
pub use reverse::{partial_refund, reverse};
pub use settle::{Union, settle, union_pay};
