//! The money path: a visit is charged, quoted, settled; a settlement is cancelled,
//! reversed, topped up. Each is one transaction that holds the accumulators, the
//! postings in the books of agency and institution, the bill and the event.
//!
//! What a plan gives is `adjudication`'s, who is insured is `insurance`'s, the books
//! are `ledger`'s, the bill is `bills`'s; how the person's own share is collected is
//! `payment`'s, which this crate never learns of. No row is shared by settlements of
//! different people: a fund's balance is the sum of its postings.
//!
//! Reading order: [`rules`], [`compute`] (from what is known to a split), the verbs
//! [`visit`], [`fees`], [`quote`], [`settle`](mod@settle) (several
//! `together`), [`cancel`], then
//! [`answer`] (what was settled, as it is said), [`place`] (the insured place as
//! others see it, with what may go wrong between), [`breaker`] (when it is down),
//! [`chase`] (finding out what became of an ask), [`supplement`], [`account`],
//! [`hold`], [`whatif`] and [`api`].

#![deny(clippy::float_arithmetic, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(
    test,
    expect(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        reason = "a test that overflows or misses an index fails, as it should"
    )
)]

pub mod rules;
mod store;
mod bill;
mod books;
pub mod compute;
pub mod visit;
pub mod fees;
pub mod quote;
pub mod settle;
mod together;
pub mod cancel;
pub mod answer;
mod lane;
pub mod place;
pub mod breaker;
pub mod chase;
pub mod supplement;
pub mod account;
pub mod hold;
pub mod whatif;
pub mod check;
pub mod api;

pub use answer::Answer;
pub use breaker::Breaker;
pub use cancel::{Cancel, Cancelled, OnUndone, ReversalAnswer, Undone};
pub use compute::Subject;
pub use lane::Shown;
pub use quote::Quote;
pub use settle::{Direct, SettleAsk, Settled, What};
pub use store::settled::SettlementRow;
pub use together::Meeting;
pub use visit::{Visit, VisitAbout};

use ::store::Db;
use access::Gate;
use bills::Bills;
use credentials::Credentials;
use directory::Directory;
use insurance::Insurance;
use kernel::{Capability, EventName, Migration, RefusalKind, Right};
use ledger::{Entity, Ledger};

/// Open visits and charge them.
pub const VISIT: Right = Right::new("settlement.visit", "Register visits and stays and charge them.");
/// Quote and settle.
pub const SETTLE: Right =
    Right::new("settlement.settle", "Quote, settle and cancel: a desk its institution's visits, a citizen own ones.");
/// Look into what is in doubt, force a cancellation.
pub const OFFICE: Right =
    Right::new("settlement.office", "See what is in doubt, force a cancellation, top up settlements.");

/// A visit was registered.
pub const REGISTERED: EventName =
    EventName { code: 750, name: "settlement.registered", says: "A visit or stay was registered.", look: false };
/// Lines were charged or taken back.
pub const CHARGED: EventName =
    EventName { code: 751, name: "settlement.charged", says: "Lines were charged or taken back.", look: false };
/// A visit moved otherwise.
pub const MOVED: EventName = EventName {
    code: 752,
    name: "settlement.moved",
    says: "A stay was discharged or opened again, a visit was taken back.",
    look: false,
};
/// Settled.
pub const SETTLED: EventName =
    EventName { code: 753, name: "settlement.settled", says: "A visit or stay was settled.", look: true };
/// A settlement was cancelled.
pub const CANCELLED: EventName =
    EventName { code: 754, name: "settlement.cancelled", says: "A settlement was cancelled.", look: true };
/// A message was taken back.
pub const REVERSED: EventName = EventName {
    code: 755,
    name: "settlement.reversed",
    says: "A message was taken back, whether it had come or not.",
    look: false,
};
/// A settlement was topped up.
pub const SUPPLEMENTED: EventName = EventName {
    code: 756,
    name: "settlement.supplemented",
    says: "A settlement was topped up: aid class known later, or the yearly second payment.",
    look: true,
};
/// Money came into a personal account.
pub const CREDITED: EventName =
    EventName { code: 757, name: "settlement.credited", says: "A personal account was credited.", look: false };
/// Account money was held or let go.
pub const HELD: EventName = EventName {
    code: 758,
    name: "settlement.held",
    says: "Account money was held for an order, used or let go.",
    look: false,
};
/// An ask moved.
pub const ASKED: EventName = EventName {
    code: 759,
    name: "settlement.asked",
    says: "A settlement was asked for at the insured place, or its outcome found.",
    look: false,
};
/// Settlements were looked at.
pub const VIEWED: EventName =
    EventName { code: 760, name: "settlement.viewed", says: "Somebody looked at a visit or settlement.", look: true };

kernel::refusals! {
    /// Why settlement says no, in order of precedence. The words behind the dot, in
    /// capitals, are the stable codes of insurance.md §4.11 ([`nhsa_code`]).
    pub enum Refusal {
        /// A message number has a wrong form.
        MessageInvalid = 422 "settlement.message-invalid",
            "The message number is missing or has a wrong form.", "报文编号缺失或格式不对。",
            "Send 1 to 64 printable characters without blanks.", "请填写 1 至 64 位可见字符。";
        /// The message was taken back before it came.
        ReversedBeforeArrival = 409 "settlement.reversed-before-arrival",
            "This message was taken back before it came; it had no effect.", "该报文在到达前已被冲正，没有生效。",
            "Settle again under a new message number.", "请用新的报文编号重新结算。";
        /// The number came with another body.
        DuplicateConflict = 409 "settlement.duplicate-conflict",
            "This message number came before with another content.", "此报文编号曾用于不同的内容。",
            "Send the first content again, or take a new number.", "请重发原内容，或换新编号。";
        /// It is undone already.
        AlreadyCancelled = 409 "settlement.already-cancelled",
            "This settlement is cancelled already.", "该结算已经撤销。",
            "Read the settlement again.", "请重新查询结算。";
        /// No such visit here.
        VisitUnknown = 404 "settlement.visit-unknown",
            "There is no such visit of yours.", "没有找到您的这次就诊。",
            "Check the number of the visit.", "请核对就诊编号。";
        /// No such settlement or quote here.
        NotFound = 404 "settlement.not-found",
            "There is no such settlement of yours.", "没有找到您的这笔结算。",
            "If it was sent and not answered, reverse its message.", "若已发送而未收到应答，请冲正该报文。";
        /// Nobody showed a code here.
        PresenceNeeded = 403 "settlement.presence-needed",
            "Nobody showed this person's code here.", "本人未在此出示码。",
            "Scan the person's code, and send the presence that the scan gave.", "请先扫本人的码，并附上扫码得到的在场凭证。";
        /// The presence allows less.
        PresenceLimit = 403 "settlement.presence-limit",
            "The way the person was present allows only smaller sums.", "此次出示方式只允许较小的金额。",
            "Let the person show the code of the phone.", "请本人出示手机上的码。";
        /// Not at a stage for this.
        VisitClosed = 409 "settlement.visit-closed",
            "The visit is at a stage where this cannot be done.", "就诊当前状态不能这样操作。",
            "Read the visit again.", "请重新查询就诊。";
        /// A stay is open already.
        StayOpenElsewhere = 409 "settlement.stay-open-elsewhere",
            "The person has another open stay.", "患者另有未结的住院。",
            "Discharge and settle it first.", "请先办理出院并结算。";
        /// A line is wrong by itself.
        LineInvalid = 422 "settlement.line-invalid",
            "A fee line has a value that cannot be.", "费用明细的取值不对。",
            "Correct the named member of the named line.", "请改正所指明细的字段。";
        /// A line came with another content.
        LineDuplicate = 409 "settlement.line-duplicate",
            "A fee line with this number came before with another content.", "此明细号已上传且内容不同。",
            "Give the changed line a new number; take back the old one by a return.", "修改后的明细请用新号，并以退费冲销原明细。";
        /// A return takes back more than was charged.
        LineNegativeNet = 422 "settlement.line-negative-net",
            "A return takes back more than was charged, or names no charge.", "退费超过原收费，或没有对应的收费。",
            "Name the original line; return at most its quantity.", "请指明原明细，退费不得超过原数量。";
        /// Too many lines.
        TooManyLines = 422 "settlement.too-many-lines",
            "There are too many fee lines, or none.", "费用明细太多或为空。",
            "Send at most 1000 lines at once, 5000 a settlement.", "每次最多 1000 条，每次结算最多 5000 条。";
        /// Sums differ.
        TotalMismatch = 422 "settlement.total-mismatch",
            "A sum does not agree with the lines.", "合计与明细不一致。",
            "Compare lines and totals; upload what is missing.", "请核对明细与合计，补传缺漏。";
        /// Too old to be settled directly.
        LimitDaysExceeded = 422 "settlement.limit-days-exceeded",
            "The visit is too long ago to be settled directly.", "就诊时间过久，不能直接结算。",
            "Let the person claim the costs.", "请改为事后报销。";
        /// The quote was made from what no longer holds.
        QuoteStale = 409 "settlement.quote-stale",
            "What the person would pay has changed since the quote.", "报价后个人应付金额已变化。",
            "Show the new numbers and ask again.", "请出示新的金额并重新确认。";
        /// The quote is too old.
        QuoteExpired = 409 "settlement.quote-expired",
            "The quote has expired.", "报价已过期。",
            "Quote again.", "请重新报价。";
        /// The account is frozen or closed.
        AccountFrozen = 409 "settlement.account-frozen",
            "The personal account is frozen or closed.", "个人账户已冻结或注销。",
            "Settle without the account.", "请不使用个人账户结算。";
        /// Not enough money to hold.
        AccountInsufficient = 409 "settlement.account-insufficient",
            "The personal account holds less than that.", "个人账户余额不足。",
            "Hold less, or settle without the account.", "请减少金额，或不使用个人账户。";
        /// Later ones were computed upon it.
        LaterSettlementExists = 409 "settlement.later-settlement-exists",
            "Later settlements of the year were computed upon this one.", "本年度之后还有结算是在此基础上计算的。",
            "Cancel the listed ones first, the last one first.", "请先从最后一笔开始撤销所列结算。";
        /// It cannot be taken back by its message.
        ReversalImpossible = 409 "settlement.reversal-impossible",
            "The effect of this message can no longer be taken back.", "该报文的结果已不能冲正。",
            "Undo it by its own verb: cancel, or settle again.", "请用相应的业务撤销，或重新结算。";
        /// The insured place does not answer.
        InsuredPlaceUnavailable = 503 "settlement.insured-place-unavailable",
            "The insured place does not answer now.", "参保地系统暂时没有应答。",
            "Let the person pay in full and settle within seven days, or claim.", "请先自费，七日内可重新结算，或事后报销。";
    }
}

/// What settlement declares.
pub const CAPABILITY: Capability = Capability {
    name: "settlement",
    migrations: &[
        Migration { name: "202611241015_settlement", sql: include_str!("../migrations/202611241015_settlement.sql") },
        Migration {
            name: "202611242141_settlement_open_stay",
            sql: include_str!("../migrations/202611242141_settlement_open_stay.sql"),
        },
    ],
    rights: &[VISIT, SETTLE, OFFICE],
    events: &[REGISTERED, CHARGED, MOVED, SETTLED, CANCELLED, REVERSED, SUPPLEMENTED, CREDITED, HELD, ASKED, VIEWED],
    refusals: Refusal::CATALOGUE,
};

/// The stable code of insurance.md §4.11 for a refusal of any crate of the money
/// path: its words in capitals (`settlement.quote-stale` is `QUOTE_STALE`).
pub fn nhsa_code(kind: &RefusalKind) -> String {
    let words = kind.code.split_once('.').map_or(kind.code, |(_, words)| words);
    match words {
        // The ledger and the bills say it in their own words.
        "already-reversed" => "ALREADY_CANCELLED".into(),
        "marked" => "BILL_MARKED".into(),
        "paper-issued" => "BILL_PAPER_ISSUED".into(),
        "charge-differs" => "LINE_DUPLICATE".into(),
        "line-negative" => "LINE_NEGATIVE_NET".into(),
        words => words.to_ascii_uppercase().replace('-', "_"),
    }
}

/// What the verbs of this crate work with; cheap to clone.
#[derive(Clone)]
pub struct Settlements {
    /// The database.
    pub db: Db,
    /// Who may read a person's rows.
    pub gate: Gate,
    /// Names and areas of institutions.
    pub directory: Directory,
    /// Plans, catalogues, agreements, people.
    pub insurance: Insurance,
    /// The books.
    pub ledger: Ledger,
    /// Bills and their numbers.
    pub bills: Bills,
    /// This node's region, a division code; books of the agency.
    pub region: u32,
    /// Who was present: staff and terminals register and settle for people who showed
    /// their code. Nothing in tests of other things.
    pub presence: Option<Credentials>,
    /// What else follows when a settlement is undone: its own share goes back. Nothing
    /// in tests of other things.
    pub undone: Option<OnUndone>,
    /// Whether the insured place answers at present.
    pub line: Breaker,
    /// Where settlements meet that run together.
    pub meeting: Meeting,
}

impl Settlements {
    /// The agency's books of a pooling area, six digits; this node's when the area
    /// has no number.
    pub fn agency(&self, admdvs: &str) -> Entity {
        Entity::region(admdvs.parse().unwrap_or(self.region))
    }
}
