//! Double entry, append-only: post, reserve, capture, release, reverse, fold, close,
//! check.
//!
//! An entry is one row at the end of one table, whatever it books; nothing that many
//! settlements share is updated by any of them. Accounts that must not go below zero
//! (a person's own money) are rows of their own, moved and guarded by the posting
//! itself. Totals are folded from the journal by one job ([`fold`]), which also seals
//! it into a chain. What is owed to whom and why is `settlement`'s, `payment`'s and
//! `clearing`'s: this crate knows accounts and amounts.
//!
//! Reading order: [`rules`] (chart, entries, totals), [`post`], [`reserve`](mod@reserve),
//! [`reverse`], [`fold`], [`close`], [`read`], [`check`](mod@check), [`batch`], then [`office`]
//! (who may see which books), [`api`] and [`pages`].
//!
//! Two promises rest on one node writing a database (the store sees to that): ids of
//! entries rise, also when the clock is set back, and a month is closed for every
//! lane at once. So a node has one [`Ledger`]; its clones are the same.

#![deny(clippy::float_arithmetic, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod rules;
mod store;
pub mod post;
pub mod reserve;
pub mod reverse;
pub mod fold;
pub mod close;
pub mod read;
pub mod check;
pub mod batch;
pub mod office;
pub mod api;
pub mod pages;

pub use check::{Report, Verdict, check};
pub use office::Office;
pub use post::Ledger;
pub use reserve::{Reserve, held_until};
pub use rules::account::{Account, Code, Entity};
pub use rules::entry::{Entry, Line, Lines, OwnedRefs, Posted, Refs, Side};
pub use rules::fold::Trial;
pub use rules::kind::EntryKind;
pub use rules::period::Period;
pub use store::Closing;
pub use store::accounts::{Movement, Personal, movements, personal, personal_of_many};
pub use store::reserves::{Reservation, ReserveId, ReserveStage, reservation};

use ::store::SqlExt;
use kernel::{Capability, EventName, Fault, JournalId, Migration, Right};

/// Read the books of one's own institution.
pub const READ: Right = Right::new("ledger.read", "Read the books of one's own institution or agency.");
/// Read every institution's books.
pub const OVERSEE: Right =
    Right::new("ledger.oversee", "Read the agency's books and every institution's, and close the agency's months.");
/// Close a month.
pub const CLOSE: Right = Right::new("ledger.close", "Close a month of one's own books.");

/// A stretch of the journal was folded and sealed.
pub const FOLDED: EventName = EventName {
    code: 650,
    name: "ledger.folded",
    says: "A stretch of the journal was folded into totals and sealed; the object names its number and hash.",
    look: false,
};
/// A month was closed.
pub const CLOSED: EventName = EventName {
    code: 651,
    name: "ledger.closed",
    says: "A month of somebody's books was closed; the object names the books, the month and the hash.",
    look: false,
};
/// A personal account was frozen.
pub const FROZEN: EventName =
    EventName { code: 652, name: "ledger.frozen", says: "A personal account was frozen.", look: false };
/// A personal account was opened again.
pub const UNFROZEN: EventName =
    EventName { code: 653, name: "ledger.unfrozen", says: "A personal account was opened again.", look: false };
kernel::refusals! {
    /// Why the ledger says no, in order of precedence.
    pub enum Refusal {
        /// No amount, too many lines.
        AmountInvalid = 422 "ledger.amount-invalid",
            "A line has no amount that can be posted, or there are too few or too many lines.", "分录金额无效，或分录行数不对。",
            "Post 1 to 4096 lines of more than zero and at most ten thousand million yuan.", "请提交 1 至 4096 行，每行大于零且不超过一百亿元。";
        /// The chart has no such account.
        AccountUnknown = 422 "ledger.account-unknown",
            "There is no such account, or its party or fund is missing.", "没有这个科目，或缺少对方单位、基金。",
            "Compare with the chart of accounts.", "请对照会计科目表。";
        /// L1.
        Unbalanced = 422 "ledger.unbalanced",
            "Debits and credits differ.", "借贷不平。",
            "Correct the lines; nothing was posted.", "请更正分录，未记账。";
        /// The month is closed.
        PeriodClosed = 409 "ledger.period-closed",
            "The month is closed.", "该会计期间已结账。",
            "Post into the current month.", "请记入当前期间。";
        /// The month cannot be closed.
        PeriodOpen = 409 "ledger.period-open",
            "This month cannot be closed yet.", "该会计期间还不能结账。",
            "Close a month when it is over, each once, the earliest first.", "请在月末之后按顺序结账，每月一次。";
        /// A guarded account may not be touched.
        AccountFrozen = 409 "ledger.account-frozen",
            "The account is frozen.", "个人账户已冻结。",
            "Pay another way; ask the agency why.", "请用其他方式支付，并向经办机构询问。";
        /// A guarded account would go below zero.
        AccountInsufficient = 409 "ledger.account-insufficient",
            "The account does not hold as much.", "账户余额不足。",
            "Take less from it.", "请减少扣款金额。";
        /// No such entry.
        EntryUnknown = 404 "ledger.entry-unknown",
            "There is no such entry.", "没有这笔凭证。",
            "Check the number.", "请核对凭证号。";
        /// Not an entry that is reversed.
        NotReversible = 409 "ledger.not-reversible",
            "An entry of this kind is not reversed.", "此类凭证不能冲正。",
            "Release a hold; post anew what a reversal took back by mistake.", "冻结请解冻；误冲的请重新记账。";
        /// At most once.
        AlreadyReversed = 409 "ledger.already-reversed",
            "The entry was taken back already.", "该凭证已冲正。",
            "Nothing is left to be done.", "无需再次操作。";
        /// At most by its amount.
        ReversalTooLarge = 422 "ledger.reversal-too-large",
            "More would be taken back than the entry holds.", "冲正金额超过原凭证。",
            "Take back at most what is left.", "请不要超过剩余金额。";
        /// No such reservation.
        ReserveUnknown = 404 "ledger.reserve-unknown",
            "There is no such hold.", "没有这笔冻结。",
            "Check the number.", "请核对编号。";
        /// Captured, released or expired before.
        ReserveEnded = 409 "ledger.reserve-ended",
            "The hold has ended.", "该冻结已结束。",
            "Ask how it ended before trying anything else.", "请先查询其结果。";
        /// Its time is over.
        ReserveExpired = 409 "ledger.reserve-expired",
            "The hold's time is over.", "冻结已过期。",
            "Hold the money again.", "请重新冻结。";
        /// More than was set aside.
        ReserveTooSmall = 422 "ledger.reserve-too-small",
            "The hold is smaller than that.", "冻结金额不足。",
            "Capture at most what was held.", "扣款不得超过冻结金额。";
        /// The same reference with another content.
        ReferenceReused = 409 "ledger.reference-reused",
            "This reference was used before for another transfer.", "该参考号已用于另一笔转账。",
            "Send the first transfer again, or take a new reference.", "请重发原转账，或换一个参考号。";
        /// Not one's own books.
        BooksForeign = 404 "ledger.books-unknown",
            "There are no such books that you can see.", "没有您能查看的账簿。",
            "Check the address.", "请核对网址。";
    }
}

/// The word of the national interface for a refusal (insurance.md §4.11).
pub fn nhsa(code: &str) -> Option<&'static str> {
    match code {
        "ledger.account-frozen" => Some("ACCOUNT_FROZEN"),
        "ledger.account-insufficient" => Some("ACCOUNT_INSUFFICIENT"),
        "ledger.period-closed" => Some("PERIOD_CLOSED"),
        "ledger.already-reversed" => Some("ALREADY_CANCELLED"),
        "ledger.reserve-expired" => Some("QUOTE_EXPIRED"),
        "ledger.reference-reused" => Some("DUPLICATE_CONFLICT"),
        _ => None,
    }
}

/// Statements that give a PostgreSQL role what a node needs and no way to change what
/// was posted (L2); nothing for a name that is not plain letters, digits and `_`.
pub fn grants(role: &str) -> Option<String> {
    let plain = role.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let named = role.starts_with(|first: char| first.is_ascii_lowercase());
    (plain && named).then(|| include_str!("../grants.sql").replace("{ROLE}", role))
}

/// What the ledger declares.
pub const CAPABILITY: Capability = Capability {
    name: "ledger",
    migrations: &[Migration {
        name: "202611241005_ledger",
        sql: include_str!("../migrations/202611241005_ledger.sql"),
    }],
    rights: &[READ, OVERSEE, CLOSE],
    events: &[FOLDED, CLOSED, FROZEN, UNFROZEN],
    refusals: Refusal::CATALOGUE,
};

/// An entry of the journal by its id.
pub fn entry(sql: &mut (impl SqlExt + ?Sized), id: JournalId) -> Result<Option<Posted>, Fault> {
    store::entry(sql, id)
}
