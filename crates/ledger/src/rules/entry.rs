//! A journal entry: lines whose debits equal their credits (L1), and what they
//! refer to.

use crate::Refusal;
use crate::rules::account::{Account, Entity};
use crate::rules::kind::EntryKind;
use crate::rules::period::Period;
use kernel::{Error, FEN_MAX, Fen, JournalId, PaymentId, SettlementId, VisitId};

/// Lines of an entry at most.
pub const LINES_MAX: usize = 4_096;
/// Bytes of a note or message number at most.
pub const NOTE_MAX: usize = 512;

/// Which side of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// 借.
    Debit,
    /// 贷.
    Credit,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Debit => Self::Credit,
            Self::Credit => Self::Debit,
        }
    }
}

/// One amount on one side of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Where.
    pub account: Account,
    /// On which side.
    pub side: Side,
    /// How much, above zero.
    pub amount: Fen,
}

impl Line {
    /// A debit.
    pub const fn debit(account: Account, amount: Fen) -> Self {
        Self { account, side: Side::Debit, amount }
    }

    /// A credit.
    pub const fn credit(account: Account, amount: Fen) -> Self {
        Self { account, side: Side::Credit, amount }
    }
}

/// Lines being written down; those of zero fen are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines(Vec<Line>);

impl Lines {
    /// None yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a debit, unless it is zero.
    #[must_use]
    pub fn debit(mut self, account: Account, amount: Fen) -> Self {
        if amount != Fen::ZERO {
            self.0.push(Line::debit(account, amount));
        }
        self
    }

    /// Adds a credit, unless it is zero.
    #[must_use]
    pub fn credit(mut self, account: Account, amount: Fen) -> Self {
        if amount != Fen::ZERO {
            self.0.push(Line::credit(account, amount));
        }
        self
    }

    /// What was written down.
    pub fn as_slice(&self) -> &[Line] {
        &self.0
    }
}

/// What an entry refers to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Refs<'a> {
    /// The settlement (setl_id).
    pub settlement: Option<SettlementId>,
    /// The visit or stay (mdtrt_id).
    pub visit: Option<VisitId>,
    /// The payment.
    pub payment: Option<PaymentId>,
    /// The plan version's id; 0 for none.
    pub plan: i64,
    /// The message's number; empty for none.
    pub msgid: &'a str,
    /// Words for people; never personal data.
    pub note: &'a str,
}

/// An entry to be posted.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// In whose books.
    pub entity: Entity,
    /// What it books.
    pub kind: EntryKind,
    /// In which month; nothing means the current open one.
    pub period: Option<Period>,
    /// What it refers to.
    pub refs: Refs<'a>,
    /// Its lines.
    pub lines: &'a [Line],
}

/// An entry as it stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Its id.
    pub id: JournalId,
    /// In whose books.
    pub entity: Entity,
    /// What it books.
    pub kind: EntryKind,
    /// In which month.
    pub period: Period,
    /// When, microseconds UTC.
    pub at: i64,
    /// The entry it takes back or ends, if any.
    pub of: Option<JournalId>,
    /// What it refers to.
    pub refs: OwnedRefs,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// [`Refs`] read back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnedRefs {
    /// The settlement.
    pub settlement: Option<SettlementId>,
    /// The visit or stay.
    pub visit: Option<VisitId>,
    /// The payment.
    pub payment: Option<PaymentId>,
    /// The plan version's id; 0 for none.
    pub plan: i64,
    /// The message's number.
    pub msgid: String,
    /// Words for people.
    pub note: String,
}

impl OwnedRefs {
    /// The same, borrowed.
    pub fn as_refs(&self) -> Refs<'_> {
        Refs {
            settlement: self.settlement,
            visit: self.visit,
            payment: self.payment,
            plan: self.plan,
            msgid: &self.msgid,
            note: &self.note,
        }
    }
}

/// The sum of debits of lines that balance; refuses amounts of zero, below it or
/// beyond [`FEN_MAX`], accounts the chart does not have, and sides that differ (L1).
pub fn balanced(lines: &[Line]) -> Result<Fen, Error> {
    if lines.is_empty() || lines.len() > LINES_MAX {
        return Err(Refusal::AmountInvalid.at("lines").with("1 to 4096 lines"));
    }
    let (mut debit, mut credit) = (Fen::ZERO, Fen::ZERO);
    for line in lines {
        if line.amount <= Fen::ZERO || line.amount > FEN_MAX {
            return Err(Refusal::AmountInvalid.at("lines").with(line.account.code.text()));
        }
        if !line.account.well_formed() {
            return Err(Refusal::AccountUnknown.at("lines").with(line.account.code.text()));
        }
        let sum = match line.side {
            Side::Debit => &mut debit,
            Side::Credit => &mut credit,
        };
        *sum = sum.plus(line.amount).ok_or_else(|| Refusal::AmountInvalid.at("lines"))?;
    }
    if debit == credit { Ok(debit) } else { Err(Refusal::Unbalanced.error().with(format!("{debit} / {credit}"))) }
}
