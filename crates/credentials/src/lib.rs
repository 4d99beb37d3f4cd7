//! Cards and the code: what a person shows to be known, and what a scan proves.
//!
//! A card is the right of one medium to show a person's code. The code renews
//! itself every half minute, is accepted once and names the card only under a key
//! of the node ([`rules::code`] holds its layout and the time rule). A good scan is
//! a presence ([`present`]); when its purpose opens records it also opens a grant,
//! which is `access`'s. This crate knows neither names (it passes on what
//! `identity` shows masked) nor records.
//!
//! Reading order: [`rules::code`], [`codes`] (the node's keys), the verbs
//! [`issue()`], [`revoke()`], [`show`], [`present`], then [`scan`] (the whole scan)
//! and [`api`].
//!
//! Left for their own issue: codes made without the node (Q2), printed codes that
//! need a second factor (Q3), codes of places (Q4).

pub mod rules;
pub mod codes;
mod store;
mod issue;
mod revoke;
pub mod forget;
pub mod show;
pub mod present;
pub mod scan;
pub mod api;

pub use codes::Codes;
pub use issue::{NewCard, issue};
pub use present::Presence;
pub use revoke::revoke;
pub use rules::card::Medium;
pub use scan::{Scan, Scanned};
pub use show::Shown;

use ::store::Db;
use access::Gate;
use directory::Directory;
use kernel::{Capability, Error, EventName, Migration, Right};

/// Scan a code.
pub const SCAN: Right = Right::new("credentials.scan", "Scan a code somebody shows.");
/// Show one's own code.
pub const SHOW_OWN: Right = Right::new("credentials.show-own", "Show one's own code.");
/// Issue and revoke cards, show the code of a card at a desk.
pub const ISSUE: Right = Right::new("credentials.issue", "Issue and revoke cards, show a card's code at a desk.");

/// A code was scanned and accepted.
pub const SCANNED: EventName =
    EventName { code: 400, name: "credentials.scanned", says: "A code was scanned and accepted.", look: true };
/// A code came a second time.
pub const REPLAYED: EventName = EventName {
    code: 401,
    name: "credentials.replayed",
    says: "A code that was used before was scanned again and refused.",
    look: false,
};
/// A card was issued.
pub const ISSUED: EventName =
    EventName { code: 402, name: "credentials.issued", says: "A card was issued.", look: true };
/// A card was revoked.
pub const REVOKED: EventName =
    EventName { code: 403, name: "credentials.revoked", says: "A card was revoked.", look: false };
/// A desk showed a card's code.
pub const SHOWN: EventName =
    EventName { code: 404, name: "credentials.shown", says: "A desk showed the code of a card.", look: true };

kernel::refusals! {
    /// Why credentials says no, in order of precedence.
    pub enum Refusal {
        /// Who scans acts for no institution.
        InstitutionMissing = 403 "credentials.institution-missing",
            "You act for no institution, so nobody can be present before you.", "您不属于任何机构，不能扫码。",
            "Sign in as staff of an institution.", "请用机构人员的账号登录。";
        /// The text is no code.
        CodeUnreadable = 422 "credentials.code-unreadable",
            "This is not a code of Yima, or a part of it is missing.", "这不是一码通的码，或没有扫全。",
            "Scan the whole code again; it begins with YM1.", "请重新扫全整个码，码以 YM1 开头。";
        /// A version, kind or suite this node does not know.
        CodeVersionUnknown = 422 "credentials.code-version-unknown",
            "This code is of a kind that this node does not know.", "本系统不认识这种码。",
            "Ask the person for the code of the current app, or use the document.", "请对方更新后再出示，或改用证件。";
        /// Another region's code.
        CodeOtherRegion = 422 "credentials.code-other-region",
            "This code is of another region.", "这是其他地区的码。",
            "Use the document to register; that region is not connected here.", "该地区尚未接通，请用证件登记。";
        /// The seal is broken.
        CodeForged = 422 "credentials.code-forged",
            "The seal of this code is broken: it was not made here, or was changed.", "码的校验不通过，可能被改动或不是本地区签发。",
            "Ask the person to open the code page afresh; if it happens again, use the document.", "请对方重新打开码；仍不行请核对证件。";
        /// Outside its minute.
        CodeExpired = 422 "credentials.code-expired",
            "The code has expired.", "已过期，请让对方刷新。",
            "Ask the person to refresh; a new code is already on the screen.", "新码已在对方屏幕上，请扫新码。";
        /// No such card.
        CardUnknown = 422 "credentials.card-unknown",
            "The card behind this code is not known.", "找不到这个码对应的卡。",
            "Use the document, and issue a new card.", "请核对证件后重新发卡。";
        /// The card shows nothing any more.
        CardRevoked = 422 "credentials.card-revoked",
            "The card was revoked or has run out.", "旧的已作废。",
            "Use another card of the person, or issue a new one.", "请用本人其他卡，或重新发卡。";
        /// Accepted before.
        CodeUsed = 409 "credentials.code-used",
            "This code was used already.", "这个码已经用过。",
            "Ask the person to show the next code: tap, or wait half a minute.", "请对方点一下换新码，或等半分钟。";
        /// No such purpose.
        PurposeUnknown = 422 "credentials.purpose-unknown",
            "There is no such purpose of a scan.", "没有这种用码业务类型。",
            "Send five digits such as 01201 (consultation).", "请填五位业务类型，例如 01201（诊间）。";
        /// All codes of this half minute were used.
        CodesUsedUp = 429 "credentials.codes-used-up",
            "All codes of this half minute were used.", "这半分钟内的码已用完。",
            "Wait for the next half minute.", "请等到下一个半分钟。";
        /// The person has no card that shows codes.
        NoCard = 404 "credentials.no-card",
            "There is no card that could show a code.", "还没有可以出示的卡。",
            "Ask at the registration desk of any institution.", "请到任一机构的挂号窗口办理。";
        /// The person does not exist.
        PersonUnknown = 404 "credentials.person-unknown",
            "There is no such person.", "没有此人。",
            "Find the person by a document first.", "请先用证件查找本人。";
    }
}

/// What credentials declares.
pub const CAPABILITY: Capability = Capability {
    name: "credentials",
    migrations: &[Migration {
        name: "202611240940_credentials",
        sql: include_str!("../migrations/202611240940_credentials.sql"),
    }],
    rights: &[SCAN, SHOW_OWN, ISSUE],
    events: &[SCANNED, REPLAYED, ISSUED, REVOKED, SHOWN],
    refusals: Refusal::CATALOGUE,
};

/// What the verbs of this crate work with; cheap to clone.
#[derive(Clone)]
pub struct Credentials {
    /// The database.
    pub db: Db,
    /// Who may; told when a scan opened a grant.
    pub gate: Gate,
    /// Names of institutions, for answers.
    pub directory: Directory,
    /// The region's keys.
    pub codes: Codes,
}

impl Credentials {
    /// Reads the region's keys, or makes them when the database is new; `region` is
    /// a division code such as 990100.
    pub fn load(db: &Db, gate: &Gate, directory: &Directory, region: u32) -> Result<Self, Error> {
        let codes = Codes::load(db, region)?;
        Ok(Self { db: db.clone(), gate: gate.clone(), directory: directory.clone(), codes })
    }
}
