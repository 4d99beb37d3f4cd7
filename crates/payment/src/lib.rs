//! Paying the own share of a settlement, a quote or a deposit: at a desk (notes with
//! change, a card at a terminal) or over the mobile channel.
//!
//! A subject is paid at most once: one live payment guards it, the channel is
//! always asked under the same number, an outcome that is not known stays *asked*
//! until a query decides it, and money that nobody waits for goes back by itself.
//! What is paid, and what follows from it, is told by a [`Payable`] that the program
//! registers; this crate knows no settlement, no plan and no bill.
//!
//! Reading order: [`rules`] (shares, stages, tenders), [`channel`] with its two
//! implementations [`desk`] and [`mobile`], [`payable`], then the verbs [`pay`],
//! [`hear`], [`refund`], [`till`], the [`jobs`] that speak to the channel, and [`api`].
//! The entries in the hospital's ledger are in `books`.

#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]

pub mod rules;
pub mod channel;
pub mod desk;
pub mod mobile;
pub mod payable;
pub mod noun;
mod store;
pub mod books;
pub mod people;
pub mod pay;
pub mod hear;
pub mod refund;
pub mod till;
pub mod jobs;
pub mod check;
pub mod api;

pub use channel::{Channel, OrderDetail, OrderPurpose};
pub use noun::{ChannelName, Payment, Refund, RefundCause, Subject};
pub use pay::{Ask, Means, MobileAsk};
pub use payable::{Booked, Due, Payable};
pub use people::People;
pub use refund::RefundAsk;
pub use rules::shares::Shares;
pub use rules::stage::{RefundStage, Stage};
pub use rules::tender::Tender;

use ::ledger::Ledger;
use ::store::Db;
use kernel::{Capability, Error, EventName, Migration, Right};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

/// Pay one's own bill over the mobile channel, see and give up one's payments.
pub const PAY_OWN: Right = Right::new("payment.pay-own", "Pay one's own share, see and give up one's payments.");
/// Take payments for one's institution and see them.
pub const TAKE: Right = Right::new("payment.take", "Take payments for one's institution and see them.");
/// Give money back for one's institution.
pub const REFUND: Right = Right::new("payment.refund", "Give money back for one's institution.");
/// Open and close a till.
pub const TILL: Right = Right::new("payment.till", "Open and close a till.");

/// A payment was asked for.
pub const ASKED: EventName =
    EventName { code: 800, name: "payment.asked", says: "A payment of an own share was begun.", look: false };
/// A payment went through.
pub const PAID: EventName =
    EventName { code: 801, name: "payment.paid", says: "A payment went through, once.", look: false };
/// A payment ended without money.
pub const FAILED: EventName =
    EventName { code: 802, name: "payment.failed", says: "A payment ended; nothing was taken.", look: false };
/// Nobody waits for a payment any more.
pub const GIVEN_UP: EventName = EventName {
    code: 803,
    name: "payment.given-up",
    says: "A payment was given up before it was decided.",
    look: false,
};
/// A refund was asked for.
pub const REFUND_ASKED: EventName =
    EventName { code: 804, name: "payment.refund-asked", says: "Money is to go back, whole or in part.", look: false };
/// A refund went through.
pub const REFUNDED: EventName =
    EventName { code: 805, name: "payment.refunded", says: "Money went back.", look: false };
/// A refund got stuck.
pub const REFUND_STUCK: EventName =
    EventName { code: 806, name: "payment.refund-stuck", says: "The channel could not give money back.", look: false };
/// A message of the channel was not believed.
pub const NOT_BELIEVED: EventName = EventName {
    code: 807,
    name: "payment.not-believed",
    says: "Security: an answer or callback of the channel had a wrong signature or seal.",
    look: false,
};
/// The channel contradicts what is known.
pub const CONTRADICTED: EventName = EventName {
    code: 808,
    name: "payment.contradicted",
    says: "Security: the channel says what cannot be; somebody must look.",
    look: false,
};
/// Money came that is not wanted.
pub const UNWANTED: EventName = EventName {
    code: 809,
    name: "payment.unwanted",
    says: "Money came late, altered or for what cannot be paid any more; it goes back.",
    look: false,
};
/// A till was opened.
pub const TILL_OPENED: EventName =
    EventName { code: 810, name: "payment.till-opened", says: "A clerk opened a till.", look: false };
/// A till was closed.
pub const TILL_CLOSED: EventName =
    EventName { code: 811, name: "payment.till-closed", says: "A clerk counted and closed a till.", look: false };

kernel::refusals! {
    /// Why payment says no, in order of precedence.
    pub enum Refusal {
        /// Nothing of this kind can be paid here.
        SubjectUnknown = 404 "payment.subject-unknown",
            "There is nothing here that you could pay.", "没有您可以支付的项目。",
            "Check the number of the bill.", "请核对账单编号。";
        /// The split does not add up.
        SharesWrong = 422 "payment.shares-wrong",
            "The parts of this bill do not add up to its total.", "账单各部分之和与总额不符。",
            "Settle it again; do not pay it as it is.", "请重新结算，不要按此支付。";
        /// This way to pay is not open to the caller.
        MeansClosed = 422 "payment.means-closed",
            "This way of paying is not open here.", "此处不能用这种方式支付。",
            "Citizens pay by phone; desks take notes and cards.", "本人请用手机支付，窗口可收现金和银行卡。";
        /// The mobile channel is not connected.
        ChannelMissing = 422 "payment.channel-missing",
            "The mobile channel is not connected to this node.", "本系统尚未接通手机支付。",
            "Pay at a desk.", "请到窗口支付。";
        /// The channel cannot be told who pays.
        PayerUnknown = 422 "payment.payer-unknown",
            "The mobile channel must know who pays, and no document of the payer is known here.", "手机支付须核验付款人身份，本系统没有付款人的证件。",
            "Pay at a desk, or have the document registered first.", "请到窗口支付，或先登记证件。";
        /// Another payment of the same subject is open.
        OpenAlready = 409 "payment.open-already",
            "A payment of this bill is being confirmed.", "此账单有一笔支付正在确认。",
            "Do not pay again; wait for it, or give it up first.", "请勿重复支付，可等待结果或先放弃该笔支付。";
        /// It is paid.
        PaidAlready = 409 "payment.paid-already",
            "This bill is paid.", "此账单已支付。",
            "Nothing is left to pay.", "无需再付。";
        /// The clerk's till is closed.
        TillClosed = 409 "payment.till-closed",
            "Your till is not open.", "您的收款窗口尚未开班。",
            "Open the till with the cash that is in it.", "请先清点备用金并开班。";
        /// The clerk's till is open already.
        TillOpen = 409 "payment.till-open",
            "Your till is open already.", "您的收款窗口已开班。",
            "Close it before opening another.", "请先结班。";
        /// Less was handed over than is due.
        TenderShort = 422 "payment.tender-short",
            "What was handed over does not fit what is due.", "实收金额与应收不符。",
            "Take what is due; nothing where nothing is due.", "请按应收金额收款，无需付款时不要收款。";
        /// The slip's number cannot be read.
        SlipUnreadable = 422 "payment.slip-unreadable",
            "Terminal and slip need numbers of 1 to 32 letters and digits.", "终端号和凭证号须为 1 至 32 位字母或数字。",
            "Copy them from the slip.", "请照凭证填写。";
        /// The slip was used.
        SlipUsed = 409 "payment.slip-used",
            "This slip was used already.", "这张凭证已经用过。",
            "Check the number; one slip pays one bill.", "请核对凭证号，一张凭证只能用一次。";
        /// The payment is not one that money can go back from.
        NotPaid = 409 "payment.not-paid",
            "This payment holds no money that could go back.", "这笔支付没有可退的款项。",
            "Look at its stage.", "请查看支付状态。";
        /// More than is left.
        RefundTooMuch = 409 "payment.refund-too-much",
            "That is more than is left of this payment.", "退款金额超过可退余额。",
            "Refund at most what was paid less what went back.", "请不超过已付减已退的金额。";
        /// A refund by card needs its slip.
        SlipMissing = 422 "payment.slip-missing",
            "A refund to a card needs the terminal and number of its slip.", "退回银行卡须填写终端号和退货凭证号。",
            "Give it back at the terminal first.", "请先在终端办理退货。";
        /// It is decided.
        Decided = 409 "payment.decided",
            "This payment is decided already.", "这笔支付已有结果。",
            "Look at its stage.", "请查看支付状态。";
        /// A callback is not believed.
        NotBelieved = 401 "payment.not-believed",
            "The signature or seal of this message does not hold.", "消息的签名或密文校验不通过。",
            "Send it signed with the channel's key, and in time.", "请用支付渠道的密钥签名并及时发送。";
    }
}

/// What payment declares.
pub const CAPABILITY: Capability = Capability {
    name: "payment",
    migrations: &[
        Migration { name: "202611241020_payment", sql: include_str!("../migrations/202611241020_payment.sql") },
        Migration { name: "202611242130_payment_due", sql: include_str!("../migrations/202611242130_payment_due.sql") },
    ],
    rights: &[PAY_OWN, TAKE, REFUND, TILL],
    events: &[
        ASKED,
        PAID,
        FAILED,
        GIVEN_UP,
        REFUND_ASKED,
        REFUNDED,
        REFUND_STUCK,
        NOT_BELIEVED,
        CONTRADICTED,
        UNWANTED,
        TILL_OPENED,
        TILL_CLOSED,
    ],
    refusals: Refusal::CATALOGUE,
};

/// What the verbs of this crate work with; cheap to clone.
#[derive(Clone)]
pub struct Payments {
    /// The database.
    pub db: Db,
    ledger: Ledger,
    payables: Arc<Vec<Payable>>,
    mobile: Option<Arc<mobile::Mobile>>,
    people: Option<People>,
    /// When a callback was last refused with an event.
    refused_at: Arc<AtomicI64>,
}

/// What a node hands to [`Payments::new`].
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The books.
    pub ledger: Ledger,
    /// Everything that can be paid.
    pub payables: Vec<Payable>,
    /// The mobile channel, where one is connected.
    pub mobile: Option<mobile::Mobile>,
}

impl Payments {
    /// Wires what can be paid with the ways to pay it.
    pub fn new(parts: Parts) -> Self {
        Self {
            db: parts.db,
            ledger: parts.ledger,
            payables: Arc::new(parts.payables),
            mobile: parts.mobile.map(Arc::new),
            people: None,
            refused_at: Arc::new(AtomicI64::new(i64::MIN)),
        }
    }

    /// Whether the mobile channel is connected.
    pub fn mobile_open(&self) -> bool {
        self.mobile.is_some()
    }

    fn payable(&self, kind: &str) -> Result<&Payable, Error> {
        self.payables.iter().find(|one| one.kind == kind).ok_or_else(|| Refusal::SubjectUnknown.error())
    }
}
