//! Cards and the code: what a person shows to be known, and what a scan proves.
//!
//! A card is the right of one medium to show a person's code; it has stages
//! ([`rules::card`]). Phones are devices that mint codes of a card without a network
//! ([`devices`]). A code is accepted once ([`marks`]); a good scan is a presence
//! ([`present`]), told by a signed token ([`token`]); when its purpose opens records
//! it also opens a grant, which is `access`'s. Other carriers of the same act, each
//! with its own level, are [`desk`]'s; what terminals accept without a network is
//! [`offline`]'s. The layout of codes is the crate `code`'s, keys are `keys`'s. This
//! crate knows neither names (it passes on what `identity` shows masked) nor records.
//!
//! Reading order: [`rules`], [`codes`], [`marks`], [`present`], [`scan`] (the whole
//! scan), [`desk`], [`token`] and [`presence`], then the life of cards ([`issue()`],
//! [`life`], [`numbers`], [`mandates`], [`devices`], [`merge`]), what works without a
//! network ([`paper`], [`offline`], [`lists`]), and [`api`].

pub mod rules;
pub mod codes;
pub mod marks;
pub mod pace;
pub mod ended;
mod store;
pub mod token;
pub mod present;
pub mod presence;
pub mod scan;
pub mod desk;
pub mod forget;
pub mod show;
mod issue;
pub mod life;
pub mod numbers;
pub mod mandates;
pub mod devices;
pub mod merge;
pub mod paper;
pub mod offline;
pub mod lists;
pub mod api;

pub use codes::Codes;
pub use issue::{NewCard, Standing, issue, issue_as};
pub use life::{act, revoke};
pub use present::Presence;
pub use rules::card::{Act, Medium, Proof, State};
pub use rules::carrier::{Carrier, Level};
pub use scan::{Scan, Scanned};
pub use show::Shown;

use ::store::{Db, Sql as _};
use access::Gate;
use directory::Directory;
use ended::Ended;
use identity::Index;
use kernel::{Capability, Error, EventName, Migration, Right};
use keys::Keys;
use marks::Marks;
use pace::Pace;
use std::sync::Arc;
use token::Tokens;

/// Scan a code.
pub const SCAN: Right = Right::new("credentials.scan", "Scan a code somebody shows.");
/// Show one's own code.
pub const SHOW_OWN: Right = Right::new("credentials.show-own", "Show one's own code.");
/// Issue and revoke cards, show the code of a card at a desk.
pub const ISSUE: Right = Right::new("credentials.issue", "Issue and revoke cards, show a card's code at a desk.");
/// Accept a document, a printed code or spoken digits after looking at the person.
pub const CONFIRM: Right = Right::new(
    "credentials.confirm",
    "Accept a document, a printed code or spoken digits after looking at the person.",
);
/// Fetch the lists that checking without a network needs, tell what was accepted.
pub const VERIFY: Right =
    Right::new("credentials.verify", "Fetch the lists of revoked codes, tell what was accepted without a network.");

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
/// A code was not accepted.
pub const REFUSED: EventName = EventName {
    code: 405,
    name: "credentials.refused",
    says: "A code that is forged, foreign, unknown or of an ended card was scanned and refused.",
    look: false,
};
/// A card moved to another stage.
pub const MOVED: EventName = EventName {
    code: 406,
    name: "credentials.moved",
    says: "A card was activated, suspended, resumed, reported lost, replaced or ran out.",
    look: false,
};
/// A device was registered.
pub const DEVICE_ADDED: EventName = EventName {
    code: 407,
    name: "credentials.device-added",
    says: "A device was registered to show a person's code.",
    look: false,
};
/// A device was removed.
pub const DEVICE_REMOVED: EventName = EventName {
    code: 408,
    name: "credentials.device-removed",
    says: "A device was removed: it shows no codes any more.",
    look: false,
};
/// A mandate was given.
pub const MANDATE_GIVEN: EventName = EventName {
    code: 409,
    name: "credentials.mandate-given",
    says: "Somebody got leave to show a code for the person.",
    look: false,
};
/// A mandate was ended.
pub const MANDATE_ENDED: EventName =
    EventName { code: 410, name: "credentials.mandate-ended", says: "Such leave was ended.", look: false };
/// A presence was ended by its person.
pub const PRESENCE_ENDED: EventName = EventName {
    code: 411,
    name: "credentials.presence-ended",
    says: "A person ended what their scan had opened.",
    look: false,
};
/// A number of another card was bound.
pub const NUMBER_BOUND: EventName = EventName {
    code: 412,
    name: "credentials.number-bound",
    says: "A bank, social security or hospital card was bound to the person.",
    look: false,
};
/// Cards of a provisional person were given to the real one.
pub const MERGED: EventName = EventName {
    code: 413,
    name: "credentials.merged",
    says: "Cards of a newborn or a person without papers were merged into the person's own.",
    look: false,
};
/// A terminal told what it accepted without a network.
pub const ACCEPTED_OFFLINE: EventName = EventName {
    code: 414,
    name: "credentials.accepted-offline",
    says: "A code was accepted by a terminal without a network and told later.",
    look: true,
};
/// The same code was accepted twice without a network.
pub const DUPLICATE_OFFLINE: EventName = EventName {
    code: 415,
    name: "credentials.duplicate-offline",
    says: "Two terminals without a network accepted the same code.",
    look: false,
};
/// A credential or printed code was given out.
pub const SLIP_GIVEN: EventName = EventName {
    code: 416,
    name: "credentials.slip-given",
    says: "A signed credential or a printed code was given out.",
    look: false,
};

kernel::refusals! {
    /// Why credentials says no, in order of precedence.
    pub enum Refusal {
        /// Who scans acts for no institution.
        InstitutionMissing = 403 "credentials.institution-missing",
            "You act for no institution, so nobody can be present before you.", "您不属于任何机构，不能扫码。",
            "Sign in as staff of an institution.", "请用机构人员的账号登录。";
        /// Too many bad codes from one terminal.
        TooFast = 429 "credentials.too-fast",
            "This terminal showed too many codes that are not accepted.", "此终端连续扫到过多无效的码。",
            "Wait as many seconds as the Retry-After header says.", "请按 Retry-After 所示的秒数等待后再扫。";
        /// The text is no code.
        CodeUnreadable = 422 "credentials.code-unreadable",
            "This is not a code of Yima, or a part of it is missing.", "这不是一码通的码，或没有扫全。",
            "Scan the whole code again; it begins with YM1.", "请重新扫全整个码，码以 YM1 开头。";
        /// A version, kind or suite this node does not know.
        CodeVersionUnknown = 422 "credentials.code-version-unknown",
            "This code is of a kind that this node does not know.", "本系统不认识这种码。",
            "Ask the person for the code of the current app, or use the document.", "请对方更新后再出示，或改用证件。";
        /// A place's code, shown at a desk.
        CodeOfPlace = 422 "credentials.code-of-place",
            "This is the code of a place, not of a person.", "这是场所码，不是个人码。",
            "Ask the person to open their own code.", "请对方打开本人的码。";
        /// Outside its minute.
        CodeExpired = 422 "credentials.code-expired",
            "The code has expired.", "已过期，请让对方刷新。",
            "Ask the person to refresh; a new code is already on the screen.", "新码已在对方屏幕上，请扫新码。";
        /// Needs somebody who looked at the person.
        ConfirmationNeeded = 422 "credentials.confirmation-needed",
            "This carrier counts only after a clerk has looked at the person.", "此方式须由工作人员核对本人。",
            "Send the person's document number and confirmed: true from a staffed desk.", "请在有人值守的窗口附上证件号并确认已核对本人。";
        /// Forged, of another region, unknown, or of a card that ended: one answer for
        /// all, so that nobody learns which (C10).
        CodeRefused = 422 "credentials.code-refused",
            "This code is not accepted here.", "此码无效或旧的已作废，本地不予受理。",
            "Ask the person to open the code page afresh; if it happens again, use the document.", "请对方重新打开码；仍不行请改用证件。";
        /// Accepted before.
        CodeUsed = 409 "credentials.code-used",
            "This code was used already.", "这个码已经用过。",
            "Ask the person to show the next code: tap, or wait half a minute.", "请对方点一下换新码，或等半分钟。";
        /// No such purpose.
        PurposeUnknown = 422 "credentials.purpose-unknown",
            "There is no such purpose of a scan.", "没有这种用码业务类型。",
            "Send five digits such as 01201 (consultation).", "请填五位业务类型，例如 01201（诊间）。";
        /// The mandate is over.
        MandateEnded = 403 "credentials.mandate-ended",
            "Who shows this code may no longer do so for the person.", "代办授权已结束。",
            "Ask the person for a new mandate, or to come themselves.", "请本人重新授权，或由本人办理。";
        /// The mandate does not cover this purpose.
        PurposeOutside = 403 "credentials.purpose-outside",
            "The mandate does not cover this purpose.", "代办授权不包括此项业务。",
            "Ask the person to extend it, or to come themselves.", "请本人扩大授权，或由本人办理。";
        /// The mandate cannot be given.
        MandateInvalid = 422 "credentials.mandate-invalid",
            "A mandate cannot be given so: to oneself, for more than a year, or with limits that cannot be.", "此授权无法成立：不能授权给本人，代办不超过一年，限额须合理。",
            "Correct person, purposes, end or limit.", "请修改被授权人、用途、期限或限额。";
        /// Too many of something.
        TooMany = 409 "credentials.too-many",
            "There are more of these than one person may have.", "数量已达上限。",
            "Remove one first.", "请先移除一个。";
        /// All codes of this half minute were used.
        CodesUsedUp = 429 "credentials.codes-used-up",
            "All codes of this half minute were used.", "这半分钟内的码已用完。",
            "Wait for the next half minute.", "请等到下一个半分钟。";
        /// The person has no card that shows codes.
        NoCard = 404 "credentials.no-card",
            "There is no card that could show a code.", "还没有可以出示的卡。",
            "Ask at the registration desk of any institution.", "请到任一机构的挂号窗口办理。";
        /// The card shows nothing any more.
        CardEnded = 409 "credentials.card-ended",
            "The card rests, was ended or has run out.", "此卡已停用、作废或到期。",
            "Resume it, use another card of the person, or issue a new one.", "请恢复使用、改用本人其他卡，或重新发卡。";
        /// The card's stage does not allow this.
        StageWrong = 409 "credentials.stage-wrong",
            "The card's stage does not allow this.", "卡的当前状态不允许此操作。",
            "See where the card stands first.", "请先查看卡的状态。";
        /// The person does not exist.
        PersonUnknown = 404 "credentials.person-unknown",
            "There is no such person.", "没有此人。",
            "Find the person by a document first.", "请先用证件查找本人。";
        /// The number is bound to another card.
        NumberTaken = 409 "credentials.number-taken",
            "This card number is bound already.", "此卡号已绑定。",
            "Free it at the other card first.", "请先在原卡上解绑。";
        /// The number has no form of such a card.
        NumberInvalid = 422 "credentials.number-invalid",
            "This is no number of such a card.", "卡号格式不对。",
            "Read it again from the card.", "请对照卡面重新输入。";
        /// The device's key cannot be used.
        DeviceKeyInvalid = 422 "credentials.device-key-invalid",
            "The device's public key cannot be used.", "设备公钥无效。",
            "Send 65 bytes of a P-256 point for its codes; for signing a key of 32 or 33 bytes with its suite.", "出码请发送 65 字节的 P-256 公钥；签名请发送 32 或 33 字节的公钥及其算法套件。";
        /// Who is to be merged is somebody with cards of their own.
        MergeRefused = 409 "credentials.merge-refused",
            "Only a person with nothing but newborn or temporary cards can be merged.", "仅有新生儿码或临时码的人员才能合并。",
            "Check who is who; others are joined by the index office.", "请核对身份，其他情况由主索引管理处合并。";
        /// The presence token is missing or not for this.
        PresenceInvalid = 403 "credentials.presence-invalid",
            "This presence token is not valid here.", "到场凭证在此无效。",
            "Scan the person's code at this terminal for this purpose.", "请在本终端按此用途重新扫码。";
        /// The presence has run out or was ended.
        PresenceOver = 403 "credentials.presence-over",
            "The presence has run out or was ended by the person.", "到场凭证已过期或被本人结束。",
            "Scan the person's code again.", "请重新扫码。";
    }
}

/// What credentials declares.
pub const CAPABILITY: Capability = Capability {
    name: "credentials",
    migrations: &[
        Migration { name: "202611240940_credentials", sql: include_str!("../migrations/202611240940_credentials.sql") },
        Migration {
            name: "202611240941_credentials_life",
            sql: include_str!("../migrations/202611240941_credentials_life.sql"),
        },
        Migration {
            name: "202611240942_credentials_devices",
            sql: include_str!("../migrations/202611240942_credentials_devices.sql"),
        },
    ],
    rights: &[SCAN, SHOW_OWN, ISSUE, CONFIRM, VERIFY],
    events: &[
        SCANNED,
        REPLAYED,
        ISSUED,
        REVOKED,
        SHOWN,
        REFUSED,
        MOVED,
        DEVICE_ADDED,
        DEVICE_REMOVED,
        MANDATE_GIVEN,
        MANDATE_ENDED,
        PRESENCE_ENDED,
        NUMBER_BOUND,
        MERGED,
        ACCEPTED_OFFLINE,
        DUPLICATE_OFFLINE,
        SLIP_GIVEN,
    ],
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
    /// Who has which document.
    pub index: Index,
    /// The node's keys.
    pub keys: Keys,
    /// The region's codes.
    pub codes: Codes,
    /// Presence tokens.
    pub tokens: Tokens,
    pub(crate) marks: Arc<Marks>,
    pub(crate) ended: Arc<Ended>,
    pub(crate) pace: Arc<Pace>,
    pub(crate) lately: Arc<Lately>,
    pub(crate) look_ups: scan::LookUps,
}

/// What was worked out some seconds ago and serves again.
#[derive(Default)]
pub(crate) struct Lately {
    pub(crate) lists: lists::Lately<lists::Lists>,
    pub(crate) verifier: lists::Lately<code::Verifier>,
    pub(crate) trust: lists::Lately<Vec<u8>>,
}

/// What [`Credentials::load`] is given.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// The database.
    pub db: &'a Db,
    /// Who may.
    pub gate: &'a Gate,
    /// Names of institutions.
    pub directory: &'a Directory,
    /// Who has which document.
    pub index: &'a Index,
    /// The node's keys.
    pub keys: &'a Keys,
    /// A division code such as 990100.
    pub region: u32,
}

impl Credentials {
    /// Opens the region's codes and takes in the marks of codes used lately, so that
    /// none counts again (C11).
    pub fn load(parts: &Parts<'_>) -> Result<Self, Error> {
        let Parts { db, gate, directory, index, keys, region } = *parts;
        let codes = Codes::load(keys, region)?;
        let tokens = Tokens::load(keys)?;
        let (marks, minters) = std::thread::scope(|scope| {
            let read = || {
                db.read_now(|sql| {
                    let floor = store::marks::floor(sql)?.max(Marks::forgettable(sql.now()));
                    let marks = Marks::new(floor);
                    store::marks::since(sql, floor, |mark| marks.learn(mark))?;
                    Ok((marks, store::some_minters(sql)?))
                })
            };
            scope.spawn(read).join()
        })
        .unwrap_or_else(|_panic| Err(kernel::Fault::broken("reading the marks of used codes").into()))?;
        Ok(Self {
            db: db.clone(),
            gate: gate.clone(),
            directory: directory.clone(),
            index: index.clone(),
            keys: keys.clone(),
            codes: codes.with_stand_ins(minters),
            tokens,
            marks: Arc::new(marks),
            ended: Arc::default(),
            pace: Arc::default(),
            lately: Arc::default(),
            look_ups: scan::look_ups(db),
        })
    }
}
