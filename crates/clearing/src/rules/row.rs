//! Rows of the lists that are compared, and what a comparison says.

use kernel::InstitutionId;
use serde::{Deserialize, Serialize};

/// What the day-end totals are kept by (insurance.md §5.7).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group {
    /// Kind of insurance, `310`.
    pub insutype: String,
    /// Kind of clearing, `11`.
    pub clr_type: String,
    /// The agency that clears, a division code.
    pub setl_optins: String,
    /// The month, `202611`.
    pub period: String,
    /// Whether it takes a settlement back (`refd_setl_flag`).
    pub refund: bool,
}

/// The amounts of a row, in fen. A refund's are below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// `medfee_sumamt`
    pub medfee: i64,
    /// `fund_pay_sumamt`
    pub fund: i64,
    /// `acct_pay`
    pub account: i64,
    /// `cash_payamt`
    pub cash: i64,
}

impl Sums {
    /// The sum of two; nothing when it leaves 64 bits.
    pub fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            medfee: self.medfee.checked_add(other.medfee)?,
            fund: self.fund.checked_add(other.fund)?,
            account: self.account.checked_add(other.account)?,
            cash: self.cash.checked_add(other.cash)?,
        })
    }
}

/// What the side that keeps a row knows of its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// It is done.
    #[default]
    Done,
    /// It is believed to have failed: not counted.
    Failed,
    /// Its outcome is not known: not counted.
    InDoubt,
}

/// A settlement or its taking back, in the hospital's journal or the agency's books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The message that made it; with the institution its key on both sides.
    pub msgid: String,
    /// The agency's number of the settlement.
    #[serde(default)]
    pub setl_id: String,
    /// What it counts in.
    #[serde(flatten)]
    pub group: Group,
    /// Its amounts.
    #[serde(flatten)]
    pub sums: Sums,
    /// The message it takes back, for a refund.
    #[serde(default)]
    pub undoes: Option<String>,
    /// Our number of the order that paid its cash, where there is one.
    #[serde(default)]
    pub order: Option<String>,
    /// When, microseconds UTC by the side that keeps it.
    pub at: i64,
    /// What that side knows of it.
    #[serde(default)]
    pub known: Known,
}

/// Money of an order or a refund, in the hospital's payments or the channel's statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Our number of the order.
    pub order: String,
    /// Our number of the refund; nothing for the payment itself.
    #[serde(default)]
    pub refund: Option<String>,
    /// How much, always above zero.
    pub fen: i64,
    /// When, microseconds UTC.
    pub at: i64,
}

/// The span that is compared, microseconds UTC, its end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first instant.
    pub from: i64,
    /// The first instant after it.
    pub until: i64,
}

impl Span {
    /// Whether an instant lies in it.
    pub fn holds(self, at: i64) -> bool {
        self.from <= at && at < self.until
    }
}

/// The lists of one institution for one span; each side may send its neighbouring
/// days along, so that what crosses midnight is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Lists {
    /// The hospital's journal.
    pub here: Vec<Row>,
    /// The agency's settlements.
    pub there: Vec<Row>,
    /// The hospital's payments and refunds.
    #[serde(default)]
    pub taken: Vec<Money>,
    /// The channel's statement.
    #[serde(default)]
    pub channel: Vec<Money>,
    /// Keys that were carried over midnight once before: they are not carried again.
    #[serde(default)]
    pub carried: Vec<String>,
}

/// Which two lists disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pair {
    /// Hospital and agency, by message.
    HospitalAgency,
    /// Hospital and channel, by order.
    HospitalChannel,
    /// Agency and channel, by the order of a settlement.
    AgencyChannel,
}

/// Why they disagree; "here" is the hospital, "there" the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It crosses midnight: the other side has it on the other day, or may have it yet.
    Late,
    /// Only there (000101).
    MissingHere,
    /// Only here (000102).
    MissingThere,
    /// On both sides with other amounts (000103).
    AmountDiffers,
    /// On both sides, counted in another group.
    GroupDiffers,
    /// Taken back here, still standing there.
    ReversedHere,
    /// Taken back there, still standing here.
    ReversedThere,
    /// Made and taken back on one side, unknown to the other: it nets to zero.
    NetZero,
    /// Twice here.
    DuplicateHere,
    /// Twice there.
    DuplicateThere,
}

/// What is to be done about it (the table of insurance.md §5.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Search the journal; truly unknown: 2601 with the message's number.
    Reverse,
    /// Known as failed or in doubt: adopt it, or cancel it by where the patient is.
    AdoptOrCancel,
    /// Ask the agency again; absent: void it here, the patient settles again or is
    /// refunded. Never create it there.
    AskAgain,
    /// The agency's split holds, the hospital's cash holds: correct here.
    CorrectHere,
    /// The cash difference is refunded or claimed.
    SettleCash,
    /// Send the taking back again, with the same number.
    SendReversal,
    /// Adopt the taking back; give the cash back.
    AdoptReversal,
    /// Nothing moves; keep it as a note.
    Note,
    /// Carry it one day.
    Carry,
    /// Carried once and still missing: somebody must look.
    Escalate,
    /// Drop the second.
    DropSecond,
    /// Find the payment by its order; take it in or give it back.
    FindPayment,
    /// Ask the channel for the order; absent: the payment is void.
    AskChannel,
}

/// One disagreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which lists.
    pub pair: Pair,
    /// The message, or the order (with `/refund` behind it for a refund).
    pub key: String,
    /// The settlement, where one is known.
    pub setl_id: String,
    /// Why.
    pub cause: Cause,
    /// What to do.
    pub action: Action,
    /// The amounts here.
    pub here: Option<Sums>,
    /// The amounts there.
    pub there: Option<Sums>,
}

/// A group's totals on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// Of what.
    #[serde(flatten)]
    pub group: Group,
    /// Rows here.
    pub here_rows: i64,
    /// Their sums.
    pub here: Sums,
    /// Rows there.
    pub there_rows: i64,
    /// Their sums.
    pub there: Sums,
    /// `000000`, `000101`, `000102`, `000103`.
    pub result: String,
}

/// What a comparison says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Report {
    /// Totals by group.
    pub totals: Vec<Total>,
    /// Disagreements, in the order of pair, cause and key.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is to be done: every finding is a note.
    pub fn balances(&self) -> bool {
        self.findings.iter().all(|finding| finding.action == Action::Note)
    }
}

/// Whose lists they are, and which span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// The institution.
    pub institution: InstitutionId,
    /// The span.
    pub span: Span,
}
