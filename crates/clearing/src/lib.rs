//! Clearing: day-end comparison of the hospital's, the agency's and the channel's
//! books, statements to institutions, and paying what was confirmed.
//!
//! [`rules`] hold the pure match, the shapes of 3201/3202 and the stages of payouts;
//! [`reconcile`] keeps comparisons and what was done about each difference,
//! [`statement`] tells an institution its period, [`payout`] pays and hears the bank;
//! [`api`] and [`pages`] show them. Where the lists come from is their owners' affair:
//! this crate knows no settlement and no payment.

#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]

pub mod rules;
mod store;
pub mod reconcile;
pub mod statement;
pub mod payout;
pub mod api;
pub mod pages;
mod words;

pub use payout::{BankLine, NewPayout, Payee, Payout};
pub use reconcile::{FindingStage, Kept, Task};
pub use rules::row::{Action, Cause, Finding, Group, Lists, Money, Pair, Report, Row, Scope, Span, Sums};

use ::store::Db;
use kernel::{Capability, EventName, InstitutionId, Migration, Right};
use ledger::{Entity, Ledger};
use std::sync::Arc;

/// Compare books and act on differences.
pub const RECONCILE: Right = Right::new("clearing.reconcile", "Compare books and act on differences.");
/// See one's institution's comparisons and statements.
pub const READ: Right = Right::new("clearing.read", "See one's institution's comparisons and statements.");
/// Confirm payouts, make pay files, enter what the bank says.
pub const PAY: Right = Right::new("clearing.pay", "Confirm payouts, make pay files, enter what the bank says.");

/// Books were compared.
pub const COMPARED: EventName =
    EventName { code: 850, name: "clearing.compared", says: "Books of a span were compared.", look: false };
/// Somebody acted on a difference.
pub const ACTED: EventName =
    EventName { code: 851, name: "clearing.acted", says: "Somebody acted on a difference of books.", look: false };
/// A payout was confirmed.
pub const CONFIRMED: EventName =
    EventName { code: 852, name: "clearing.confirmed", says: "A payout was confirmed.", look: false };
/// A pay file was made.
pub const FILED: EventName =
    EventName { code: 853, name: "clearing.filed", says: "A pay file was made for the bank.", look: false };
/// The bank was heard.
pub const BANK_HEARD: EventName =
    EventName { code: 854, name: "clearing.bank-heard", says: "The bank paid or bounced a payout.", look: false };

kernel::refusals! {
    /// Why clearing says no, in order of precedence.
    pub enum Refusal {
        /// The span is no span.
        SpanWrong = 422 "clearing.span-wrong",
            "The span must end after it begins, and last at most 31 days.", "对账区间须先起后止，且不超过 31 天。",
            "Give the first instant and the first instant after the last day.", "请填写起始时刻和结束次日零时。";
        /// Too many rows.
        ListsTooLong = 413 "clearing.lists-too-long",
            "The lists hold more rows than one comparison takes.", "对账明细超过一次对账的上限。",
            "Compare a shorter span.", "请缩短区间。";
        /// The finding is voided.
        FindingVoided = 409 "clearing.finding-voided",
            "A later comparison replaced this one.", "已有更新的对账结果。",
            "Act on the latest comparison.", "请处理最新一次对账。";
        /// The amount is not one that can be paid.
        AmountWrong = 422 "clearing.amount-wrong",
            "The amount to pay must be above zero, the deposit not below.", "拨付金额须大于零，质保金不得为负。",
            "Correct the amounts.", "请改正金额。";
        /// The account cannot be read.
        AccountWrong = 422 "clearing.account-wrong",
            "Name and number of the account must fit on a line of the pay file.", "账户名称和账号须能写入拨付文件的一行。",
            "Use 6 to 34 digits and letters for the number, no commas in the name.", "账号为 6 至 34 位数字或字母，名称不含逗号。";
        /// Nothing waits for payment.
        NothingToPay = 409 "clearing.nothing-to-pay",
            "No confirmed payout waits for a pay file.", "没有待拨付的款项。",
            "Confirm payouts first.", "请先确认拨付。";
        /// The bank contradicts itself.
        BankContradicts = 409 "clearing.bank-contradicts",
            "The bank's line says the opposite of what it said, or names what was never sent.", "银行回盘与已有结果矛盾，或所指款项未曾发送。",
            "Ask the bank; nothing of this result was taken over.", "请与银行核对，本次回盘未做任何更改。";
    }
}

/// What clearing declares.
pub const CAPABILITY: Capability = Capability {
    name: "clearing",
    migrations: &[Migration {
        name: "202611241025_clearing",
        sql: include_str!("../migrations/202611241025_clearing.sql"),
    }],
    rights: &[RECONCILE, READ, PAY],
    events: &[COMPARED, ACTED, CONFIRMED, FILED, BANK_HEARD],
    refusals: Refusal::CATALOGUE,
};

/// The name of an institution, in English when asked.
pub type Names = Arc<dyn Fn(InstitutionId, bool) -> String + Send + Sync>;

/// What the verbs of this crate work with; cheap to clone.
#[derive(Clone)]
pub struct Clearing {
    /// The database.
    pub db: Db,
    /// The books.
    pub ledger: Ledger,
    /// Whose books payouts leave: the agency of this region.
    pub agency: Entity,
    /// Names of institutions, for pages and statements.
    pub names: Names,
}
