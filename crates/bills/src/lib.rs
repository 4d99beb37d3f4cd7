//! Charges and e-bills: what was charged, the bill of a settlement, its number,
//! seal and pages, the red letter, exchange for paper, marks of payers.
//!
//! A bill is issued in the transaction of its settlement by one grouped insert
//! ([`issue()`]): its id is the settlement's, so that there is never a second one
//! (L8), and its number was taken before from a block in memory ([`numbers`]; E1).
//! The seal is a signature over a compact form that also fits into a QR code
//! ([`rules::seal`]); it is made when the bill is first shown ([`show`]), so a bill
//! outside the database always has one, and whoever has the region's trust list
//! checks it without a network ([`verify`]; E5). What is settled and why is
//! `settlement`'s and `insurance`'s; how a page becomes PDF is `print`'s.
//!
//! Reading order: [`rules`], [`numbers`], [`issue()`], [`red_letter`], [`show`],
//! [`pdf`], [`verify`], then [`marks`], [`exchange`], [`check`], [`api`], [`pages`].
#![deny(clippy::float_arithmetic)]

pub mod rules;
pub mod numbers;
mod store;
mod charges;
mod issue;
mod redden;
pub mod show;
pub mod pdf;
pub mod verify;
pub mod marks;
pub mod exchange;
pub mod check;
pub mod proof;
pub mod api;
pub mod pages;

pub use charges::{Line, charge, charges, uncharge};
pub use issue::{New, issue};
pub use numbers::{Number, Region};
pub use redden::{may_redden, red_letter};
pub use rules::charge::Charge;
pub use rules::content::{Content, Kind, Payer};
pub use rules::number::BillNumber;
pub use rules::parts::{FundPart, Parts};
pub use show::Bill;
pub use store::Mark;

use ::store::Db;
use access::Gate;
use check::Tries;
use kernel::{Capability, EventName, Migration, Right};
use keys::Keys;
use numbers::Numbers;
use std::sync::Arc;

/// Read one's own bills.
pub const READ_OWN: Right = Right::new("bills.read-own", "Read one's own bills.");
/// Read bills of one's own institution.
pub const READ_ISSUED: Right = Right::new("bills.read-issued", "Read and print the bills of one's own institution.");
/// Exchange an e-bill for one on paper.
pub const EXCHANGE: Right = Right::new("bills.exchange", "Exchange an e-bill for a bill on paper.");
/// Mark bills as reimbursed.
pub const MARK: Right = Right::new("bills.mark", "Mark a bill as reimbursed, and give the mark back.");

/// A bill was issued.
pub const ISSUED: EventName = EventName {
    code: 700,
    name: "bills.issued",
    says: "A bill was issued outside a settlement's own event.",
    look: false,
};
/// A bill was taken back by a red one.
pub const REDDENED: EventName =
    EventName { code: 701, name: "bills.reddened", says: "A bill was taken back by a red-letter bill.", look: false };
/// A bill was looked at.
pub const VIEWED: EventName =
    EventName { code: 702, name: "bills.viewed", says: "A bill was shown or printed.", look: true };
/// The list of a person's bills was looked at.
pub const LISTED: EventName =
    EventName { code: 703, name: "bills.listed", says: "The list of a person's bills was shown.", look: true };
/// A desk printed a bill.
pub const PRINTED: EventName =
    EventName { code: 704, name: "bills.printed", says: "A desk printed a bill.", look: true };
/// A bill was exchanged for paper.
pub const PAPER_ISSUED: EventName =
    EventName { code: 705, name: "bills.paper-issued", says: "A bill was exchanged for one on paper.", look: true };
/// A payer marked a bill.
pub const MARKED: EventName =
    EventName { code: 706, name: "bills.marked", says: "A payer marked a bill as reimbursed.", look: true };
/// A payer gave a mark back.
pub const RELEASED: EventName =
    EventName { code: 707, name: "bills.released", says: "A payer gave a mark on a bill back.", look: true };

kernel::refusals! {
    /// Why bills says no, in order of precedence; the names of the insurance side
    /// stand in brackets.
    pub enum Refusal {
        /// Who asks acts for no institution.
        InstitutionMissing = 403 "bills.institution-missing",
            "You act for no institution.", "您不属于任何机构。",
            "Sign in as staff of an institution.", "请用机构人员的账号登录。";
        /// No such bill, or none this caller may know of.
        Unknown = 404 "bills.unknown",
            "There is no such bill here.", "没有这张票据。",
            "Compare code, number and amount with the bill.", "请核对票据代码、号码和金额。";
        /// Too few or too many lines.
        LinesLimit = 422 "bills.lines-limit",
            "A bill has 1 to 1,000 lines, and the charges of a visit likewise.", "一张票据有 1 至 1000 行，一次就诊的收费也是如此。",
            "Settle in parts.", "请分批结算。";
        /// A field of a line cannot be read.
        LineInvalid = 422 "bills.line-invalid",
            "A line lacks its code or name, or has one too long.", "收费明细缺编码或名称，或过长。",
            "Correct the named line.", "请改正所指的行。";
        /// A line takes back more than was charged (LINE_NEGATIVE_NET).
        LineNegative = 422 "bills.line-negative",
            "The lines of one item are negative together.", "同一项目合计为负。",
            "Take back no more than was charged.", "退费不能超过原收费。";
        /// Amounts do not add up (TOTAL_MISMATCH).
        TotalMismatch = 422 "bills.total-mismatch",
            "The amounts do not add up.", "金额合计不符。",
            "Price times quantity, lines and parts must each give the total.", "单价乘数量、各行之和、各支付部分之和都须相符。";
        /// The same line with another content (LINE_DUPLICATE).
        ChargeDiffers = 409 "bills.charge-differs",
            "This line was charged before with another content.", "此明细号已用于另一内容。",
            "Give the line a number of its own.", "请使用新的明细号。";
        /// Taken back already.
        Red = 409 "bills.red",
            "The bill was taken back by a red-letter bill.", "票据已红字冲销。",
            "Use the bill of the new settlement.", "请使用重新结算的票据。";
        /// A payer holds a mark (BILL_MARKED).
        Marked = 409 "bills.marked",
            "The bill is marked as reimbursed.", "票据已入账或报销。",
            "The payer must give the mark back first.", "请先由报销方撤销标记。";
        /// Exchanged for paper (BILL_PAPER_ISSUED).
        PaperIssued = 409 "bills.paper-issued",
            "The bill was exchanged for one on paper.", "已换开纸质票据。",
            "Use the bill on paper.", "请使用纸质票据办理。";
        /// Marks beyond the amount.
        MarkExceeds = 409 "bills.mark-exceeds",
            "All marks together would exceed the bill.", "报销金额合计超过票据金额。",
            "Mark at most what is left.", "标记金额不能超过剩余金额。";
        /// The claim was used otherwise.
        MarkDiffers = 409 "bills.mark-differs",
            "This claim marked the bill before with another payer or amount, or gave the mark back.", "此报销单号已用于另一标记，或已撤销。",
            "Use a claim number of its own.", "请使用新的报销单号。";
        /// No such mark.
        MarkUnknown = 404 "bills.mark-unknown",
            "This claim holds no mark on the bill.", "此报销单号没有标记该票据。",
            "Compare claim and bill.", "请核对报销单号和票据。";
        /// Too many wrong tries.
        ChecksRest = 429 "bills.checks-rest",
            "Too many checks: this bill rests for a quarter of an hour.", "查验次数过多，请一刻钟后再试。",
            "Check later, or scan the bill's code.", "请稍后再试，或扫描票据上的码。";
    }
}

/// What bills declares.
pub const CAPABILITY: Capability = Capability {
    name: "bills",
    migrations: &[
        Migration { name: "202611241010_bills", sql: include_str!("../migrations/202611241010_bills.sql") },
        Migration {
            name: "202611241011_bills_payers",
            sql: include_str!("../migrations/202611241011_bills_payers.sql"),
        },
    ],
    rights: &[READ_OWN, READ_ISSUED, EXCHANGE, MARK],
    events: &[ISSUED, REDDENED, VIEWED, LISTED, PRINTED, PAPER_ISSUED, MARKED, RELEASED],
    refusals: Refusal::CATALOGUE,
};

/// What the verbs of this crate work with; cheap to clone.
#[derive(Clone)]
pub struct Bills {
    pub(crate) db: Db,
    pub(crate) gate: Gate,
    pub(crate) keys: Keys,
    pub(crate) region: Arc<Region>,
    pub(crate) numbers: Arc<Numbers>,
    pub(crate) tries: Arc<Tries>,
}

impl std::fmt::Debug for Bills {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bills")
    }
}

impl Bills {
    /// The bills of a node.
    pub fn new(db: &Db, gate: &Gate, keys: &Keys, region: Region) -> Self {
        Self {
            db: db.clone(),
            gate: gate.clone(),
            keys: keys.clone(),
            region: Arc::new(region),
            numbers: Arc::default(),
            tries: Arc::default(),
        }
    }
}
