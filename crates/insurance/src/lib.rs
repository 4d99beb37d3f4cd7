//! Who is insured where and how: plans as documents, catalogues, agreements with
//! institutions; coverage periods, suspensions, filings, family sharing; the
//! accumulators of a benefit year. What a plan gives for an encounter is
//! `adjudication`'s, what is paid and posted is `settlement`'s: this crate moves no
//! money.
//!
//! A settlement reads one row of a person ([`rules::card`]), which every verb here
//! makes afresh. Plans, catalogues and agreements are small and read at every
//! settlement, so a node keeps them in memory ([`reference`](mod@reference)).
//!
//! Reading order: [`rules`], [`reference`](mod@reference), the verbs [`enrol`](mod@enrol),
//! [`standing`], [`file`](mod@file), [`share`], then [`years`], [`eligibility`], [`basis`] (who may see
//! it) and [`api`].

#![deny(clippy::float_arithmetic, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, expect(clippy::indexing_slicing, reason = "a test that misses an index fails, as it should"))]

pub mod rules;
mod store;
pub mod reference;
pub mod load;
pub mod enrol;
pub mod standing;
pub mod file;
pub mod share;
pub mod years;
pub mod eligibility;
pub mod basis;
pub mod api;

pub use basis::{Presence, Present};
pub use eligibility::{Eligibility, Insured};
pub use reference::{Plan, Reference};
pub use rules::card::{AccountStage, Card};
pub use rules::day::{Day, FOREVER, Period};
pub use rules::designation::{CareKind, Designation};
pub use rules::filing::FilingKind;
pub use years::Year;

use ::store::Db;
use directory::Directory;
use kernel::{Capability, Error, EventName, Migration, Right};

/// See how one is insured oneself.
pub const READ_OWN: Right = Right::new("insurance.read-own", "See one's own coverage, sums of the year and filings.");
/// Check how a patient is insured.
pub const CHECK: Right = Right::new("insurance.check", "Check how a patient is insured.");
/// File for a patient or oneself.
pub const FILE: Right = Right::new("insurance.file", "File care away, a referral, a chronic disease, an institution.");
/// Let a relative spend from one's account.
pub const SHARE: Right = Right::new("insurance.share", "Let a relative spend from one's own account, and end it.");
/// Run the agency's office.
pub const ADMINISTER: Right =
    Right::new("insurance.administer", "Load plans and catalogues, keep coverage, decide filings.");

/// Somebody's coverage was looked at.
pub const CHECKED: EventName =
    EventName { code: 600, name: "insurance.checked", says: "Somebody's coverage was looked at.", look: true };
/// A coverage period was written.
pub const ENROLLED: EventName =
    EventName { code: 601, name: "insurance.enrolled", says: "A coverage period was written.", look: false };
/// A coverage period was ended.
pub const LEFT: EventName =
    EventName { code: 602, name: "insurance.left", says: "A coverage period was ended early.", look: false };
/// A standing was written or ended.
pub const STOOD: EventName = EventName {
    code: 603,
    name: "insurance.stood",
    says: "A suspension, aid class or other standing was written or ended.",
    look: false,
};
/// A filing was made.
pub const FILED: EventName = EventName { code: 604, name: "insurance.filed", says: "A filing was made.", look: false };
/// A filing was moved.
pub const FILING_MOVED: EventName = EventName {
    code: 605,
    name: "insurance.filing-moved",
    says: "A filing was accepted, refused, sent back or cancelled.",
    look: false,
};
/// A leave to spend from an account was offered, taken or ended.
pub const SHARED: EventName = EventName {
    code: 606,
    name: "insurance.shared",
    says: "A leave to spend from a relative's account was offered, taken or ended.",
    look: false,
};
/// A personal account changed its stage.
pub const ACCOUNT_MOVED: EventName = EventName {
    code: 607,
    name: "insurance.account-moved",
    says: "A personal account was opened, frozen, closed or set dormant.",
    look: false,
};
/// A plan was loaded.
pub const PLAN_LOADED: EventName =
    EventName { code: 608, name: "insurance.plan-loaded", says: "A plan was loaded.", look: false };
/// A catalogue version was loaded.
pub const CATALOGUE_LOADED: EventName =
    EventName { code: 609, name: "insurance.catalogue-loaded", says: "A catalogue version was loaded.", look: false };
/// An agreement with an institution was written.
pub const DESIGNATED: EventName = EventName {
    code: 610,
    name: "insurance.designated",
    says: "An agreement with an institution was written or suspended.",
    look: false,
};

kernel::refusals! {
    /// Why insurance says no, in order of precedence. The words behind the dot, in
    /// capitals, are the stable codes of insurance.md §4.11.
    pub enum Refusal {
        /// A member of a request has a value that cannot be.
        FieldInvalid = 422 "insurance.field-invalid",
            "A value cannot be: wrong code, day or amount.", "取值不对：代码、日期或金额有误。",
            "Correct the named field.", "请改正所指的字段。";
        /// Nobody is insured under this number or id.
        PersonNotFound = 404 "insurance.person-not-found",
            "Nobody is known here under this number.", "没有这个人员编号对应的参保人。",
            "Check the number; enrol the person first.", "请核对人员编号；未参保的请先办理参保。";
        /// The number is somebody else's.
        NumberTaken = 409 "insurance.number-taken",
            "This number belongs to somebody else.", "这个人员编号属于另一个人。",
            "Check the number against the person's document.", "请对照证件核对人员编号。";
        /// No basic coverage on the day.
        CoverageNone = 422 "insurance.coverage-none",
            "The person has no coverage on that day.", "当日没有参保。",
            "Let the person pay in full and claim later, or ask the agency.", "请先自费，之后报销，或咨询经办机构。";
        /// Benefits are suspended.
        CoverageSuspended = 422 "insurance.coverage-suspended",
            "Benefits are suspended on that day.", "当日待遇已封锁。",
            "Ask the agency: arrears, or a waiting period.", "请咨询经办机构：可能欠费或在等待期。";
        /// Two basic coverages on one day.
        CoverageOverlap = 409 "insurance.coverage-overlap",
            "The person is covered already on some of these days.", "其中有的日期已经参保。",
            "End the other coverage first, or choose later days.", "请先终止原参保，或改用之后的日期。";
        /// Money of the account is set aside for an order.
        MoneyHeld = 409 "insurance.money-held",
            "Money of this person is held for an order.", "此人账户内有资金正为订单预留。",
            "Wait until the order is paid or its time is over, a quarter of an hour at most, then send it again.",
            "请等订单支付完成或超时（最多一刻钟）后再提交。";
        /// Two standings of one kind on one day.
        StandingOverlap = 409 "insurance.standing-overlap",
            "The person has such a standing already on some of these days.", "其中有的日期已有同类身份。",
            "End the other one first, or choose later days.", "请先终止原身份，或改用之后的日期。";
        /// Care away needs a filing.
        FilingRequired = 422 "insurance.filing-required",
            "Care away needs a filing that holds today.", "异地就医需先备案。",
            "File on the phone; a temporary filing holds at once.", "请在手机上备案，临时备案即时生效。";
        /// The filing speaks of another city.
        FilingOtherArea = 422 "insurance.filing-other-area",
            "The filing is for another city.", "备案的是其他城市。",
            "File for this city.", "请按本市重新备案。";
        /// The filing cannot move so from where it stands.
        FilingStage = 409 "insurance.filing-stage",
            "The filing is at a stage where this cannot be done.", "备案当前状态不能这样操作。",
            "Read the filing again.", "请重新查看备案。";
        /// No agreement with the institution for this care.
        InstitutionNotDesignated = 422 "insurance.institution-not-designated",
            "The institution has no agreement for this care.", "该机构不是此类医疗的定点机构。",
            "Choose a designated institution, or pay and claim.", "请到定点机构就医，或先自费再报销。";
        /// The agreement is suspended.
        InstitutionSuspended = 422 "insurance.institution-suspended",
            "The institution's agreement is suspended.", "该机构的医保结算已暂停。",
            "Choose another institution, or pay and claim.", "请换一家机构，或先自费再报销。";
        /// No such disease is recognised.
        ChronicNotRecognised = 422 "insurance.chronic-not-recognised",
            "No recognised chronic disease matches the diagnosis.", "没有与诊断相符的门诊慢特病认定。",
            "Apply for recognition, or settle as an ordinary visit.", "请先申请认定，或按普通门诊结算。";
        /// No plan for the area, type and day.
        PlanMissing = 422 "insurance.plan-missing",
            "There is no plan for this area, insured type and day.", "没有该统筹区、险种和日期的待遇政策。",
            "Ask the agency to load the plan.", "请经办机构载入待遇政策。";
        /// The document is no plan.
        PlanInvalid = 422 "insurance.plan-invalid",
            "The document is not a sound plan.", "这份文件不是正确的待遇政策。",
            "Mend what is named; `yima plan lint` shows all of it.", "请按提示修改，可用 yima plan lint 检查。";
        /// The version was loaded with another content.
        PlanVersionTaken = 409 "insurance.plan-version-taken",
            "This version of the plan was loaded with another content.", "此版本的政策已载入且内容不同。",
            "Give the changed plan a new version.", "修改后的政策请用新版本号。";
        /// The file is no catalogue.
        CatalogueInvalid = 422 "insurance.catalogue-invalid",
            "The file is not a sound catalogue.", "这份文件不是正确的目录。",
            "Mend the named line.", "请改正所指的行。";
        /// No such version.
        CatalogueVersionUnknown = 422 "insurance.catalogue-version-unknown",
            "This version of the catalogue is not known, or none holds on that day.", "没有这个目录版本，或当日没有可用目录。",
            "Use a version that is loaded, or leave it out.", "请用已载入的版本，或不填版本。";
        /// No such item.
        LineCodeUnknown = 422 "insurance.line-code-unknown",
            "The catalogue has no item with this code.", "目录里没有这个编码。",
            "Match the item to the national code first.", "请先对照国家编码。";
        /// This kinship cannot share.
        SharingKinship = 422 "insurance.sharing-kinship",
            "Accounts are shared between spouses, parents and children.", "个人账户只能在配偶、父母、子女间共济。",
            "Check who the relative is.", "请核对亲属关系。";
        /// The leave cannot move so.
        SharingStage = 409 "insurance.sharing-stage",
            "This leave was confirmed or ended already.", "此授权已确认或已解除。",
            "Read the list again.", "请重新查看授权列表。";
        /// The account cannot move so.
        AccountStage = 409 "insurance.account-stage",
            "The account is at a stage where this cannot be done.", "个人账户当前状态不能这样操作。",
            "Read the account again.", "请重新查看个人账户。";
    }
}

/// What insurance declares.
pub const CAPABILITY: Capability = Capability {
    name: "insurance",
    migrations: &[Migration {
        name: "202611241000_insurance",
        sql: include_str!("../migrations/202611241000_insurance.sql"),
    }],
    rights: &[READ_OWN, CHECK, FILE, SHARE, ADMINISTER],
    events: &[
        CHECKED,
        ENROLLED,
        LEFT,
        STOOD,
        FILED,
        FILING_MOVED,
        SHARED,
        ACCOUNT_MOVED,
        PLAN_LOADED,
        CATALOGUE_LOADED,
        DESIGNATED,
    ],
    refusals: Refusal::CATALOGUE,
};

/// What the verbs of this crate work with; cheap to clone.
#[derive(Clone)]
pub struct Insurance {
    /// The database.
    pub db: Db,
    /// Names and areas of institutions.
    pub directory: Directory,
    /// Plans, catalogues, agreements.
    pub reference: Reference,
    /// Who may read a person's rows.
    pub gate: access::Gate,
    /// Who was present, where somebody scans codes; nothing where nobody does.
    pub presence: Option<Presence>,
}

impl Insurance {
    /// Reads the reference data of a database that is open.
    pub fn load(db: &Db, directory: &Directory, gate: &access::Gate) -> Result<Self, Error> {
        let reference = Reference::load(db)?;
        Ok(Self { db: db.clone(), directory: directory.clone(), reference, gate: gate.clone(), presence: None })
    }
}
