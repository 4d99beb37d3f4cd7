//! A payment and a refund, as stored and as handlers are given them.

use crate::channel::OrderDetail;
use crate::payable::Booked;
use crate::rules::shares::Shares;
use crate::rules::stage::{RefundStage, Stage};
use kernel::{ActorId, Fen, InstitutionId, PaymentId, PersonId};

/// What is paid: a kind that the program registered, and which one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// `settlement`, `quote`, `deposit`.
    pub kind: String,
    /// The text of its id.
    pub id: String,
}

/// Which channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelName {
    /// Over the counter.
    Desk,
    /// By phone.
    Mobile,
}

impl ChannelName {
    /// The word of the database and the JSON interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Mobile => "mobile",
        }
    }

    /// Back from the word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Desk, Self::Mobile].into_iter().find(|one| one.name() == name)
    }
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Whose bill.
    pub person: PersonId,
    /// Its id; its text is our number at the channel.
    pub id: PaymentId,
    /// Who is paid.
    pub institution: InstitutionId,
    /// Who asked for it.
    pub actor: ActorId,
    /// What is paid.
    pub subject: Subject,
    /// By which channel.
    pub channel: ChannelName,
    /// Where it stands.
    pub stage: Stage,
    /// The split.
    pub shares: Shares,
    /// Money that really came.
    pub taken: Fen,
    /// Of it asked back, done or not.
    pub returning: Fen,
    /// Of it given back.
    pub refunded: Fen,
    /// Whether the insured parts were asked back.
    pub insured_back: bool,
    /// Refunds asked so far.
    pub refunds: i64,
    /// Who writes the ledger's entry.
    pub booked: Booked,
    /// cash, pos, nothing, mobile.
    pub tender: String,
    /// Given back over the counter at once.
    pub change: Fen,
    /// Terminal and slip of a card at a desk; else empty.
    pub slip: (String, String),
    /// The desk's shift; 0 for none.
    pub shift: i64,
    /// What the mobile channel wants to know.
    pub detail: OrderDetail,
    /// The channel's number; empty until it is known.
    pub channel_number: String,
    /// Why it ended without money, as a code; else empty.
    pub reason: String,
    /// Microseconds UTC.
    pub created_at: i64,
    /// When it was decided, microseconds UTC.
    pub ended_at: Option<i64>,
}

impl Payment {
    /// What can still be asked back.
    pub fn left(&self) -> Fen {
        self.taken.minus(self.returning).unwrap_or(Fen::ZERO)
    }
}

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundCause {
    /// The subject was cancelled, with its insured parts: everything that is left.
    Cancelled,
    /// Money only; the insured parts stay.
    CashOnly,
    /// Money that nobody waits for: everything, at once.
    Unwanted,
}

impl RefundCause {
    /// The word of the database and the JSON interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::CashOnly => "cash-only",
            Self::Unwanted => "unwanted",
        }
    }

    /// Back from the word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Cancelled, Self::CashOnly, Self::Unwanted].into_iter().find(|one| one.name() == name)
    }
}

/// A refund of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Whose payment.
    pub person: PersonId,
    /// Which.
    pub payment: PaymentId,
    /// 1, 2, …
    pub ordinal: i64,
    /// Who asked; nobody for the node itself.
    pub actor: Option<ActorId>,
    /// Where it stands.
    pub stage: RefundStage,
    /// How much money goes back.
    pub money: Fen,
    /// The insured parts that go back with it: funds, accounts, other.
    pub insured: Option<[Fen; 3]>,
    /// Why.
    pub cause: RefundCause,
    /// For the person.
    pub reason: String,
    /// Microseconds UTC.
    pub asked_at: i64,
    /// Microseconds UTC.
    pub ended_at: Option<i64>,
}

impl Refund {
    /// Our number of it at the channel (`out_refund_no`).
    pub fn number(&self) -> String {
        format!("{}-{}", self.payment, self.ordinal)
    }
}
