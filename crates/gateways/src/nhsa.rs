//! The national insurance interface (医保接口): one address, `POST /nhsa`, one envelope
//! both ways, a transaction number in it. A hospital's program that speaks only this
//! registers, charges, settles, cancels, reverses and reconciles.
//!
//! Translating is all that happens here: the verbs are `settlement`'s, `insurance`'s,
//! `credentials`'s and `clearing`'s. What this gateway keeps (who is signed in, which
//! quote a cashier saw, files that were sent up) are facts of the node, a bounded number
//! for each operator and institution.
//!
//! Reading order: [`envelope`], [`turn`] (from a request to an answer), [`node`] (reading
//! an input's members), [`codes`], then the transactions by what they are about.

mod audit;
pub(crate) mod codes;
mod day_end;
mod envelope;
mod fees;
mod file;
mod node;
mod person;
mod said;
mod settle;
mod sign;
pub mod signature;
mod signing;
mod turn;
mod twins;
mod visit;
mod who;

use clearing::Clearing;
use credentials::Credentials;
use kernel::{Capability, EventName, Right};
use settlement::Settlements;
use web::Route;

/// Speak the national insurance interface.
pub const SPEAK: Right = Right::new("gateways.nhsa", "Speak the national insurance interface for one's institution.");

/// Say which institutions sign, and with which keys.
pub const SIGNING: Right = Right::new(
    "gateways.nhsa-signing",
    "Say which institutions sign their messages of the national interface, and with which keys.",
);

/// An operator signed in.
pub const SIGNED_IN: EventName =
    EventName { code: 900, name: "gateways.signed-in", says: "An operator signed in (9001).", look: false };
/// An operator signed out.
pub const SIGNED_OUT: EventName =
    EventName { code: 901, name: "gateways.signed-out", says: "An operator signed out (9002).", look: false };
/// Orders were audited.
pub const AUDITED: EventName =
    EventName { code: 902, name: "gateways.audited", says: "Orders were checked by rules (3101, 3102).", look: false };
/// A doctor answered an audit.
pub const AUDIT_ANSWERED: EventName = EventName {
    code: 903,
    name: "gateways.audit-answered",
    says: "What was done about a finding of a rule (3103).",
    look: false,
};

/// It was said who signs.
pub const SIGNING_SET: EventName = EventName {
    code: 904,
    name: "gateways.signing-set",
    says: "It was said whether an institution signs its messages, and with which keys.",
    look: false,
};

kernel::refusals! {
    /// Why the gateway itself says no; everything else is said by the verbs.
    pub enum Refusal {
        /// The envelope cannot be read.
        EnvelopeInvalid = 400 "gateways.envelope-invalid",
            "The envelope cannot be read, or a part of it has a wrong length.", "报文无法识别，或某个字段长度不对。",
            "Compare it with the description of the envelope.", "请对照报文格式修改。";
        /// The transaction is not spoken here.
        InfnoUnknown = 422 "gateways.infno-unknown",
            "This transaction number is not spoken here.", "不支持这个交易编号。",
            "See the list of transactions.", "请查看支持的交易清单。";
        /// A member is missing.
        FieldMissing = 422 "gateways.field-missing",
            "A member that is needed is missing.", "缺少必填字段。",
            "Add the named member.", "请补上所指字段。";
        /// A member is too long.
        FieldTooLong = 422 "gateways.field-too-long",
            "A member is longer than it may be.", "字段超过长度。",
            "Shorten the named member.", "请缩短所指字段。";
        /// A member has a value that cannot be.
        FieldWrong = 422 "gateways.field-wrong",
            "A member has a value that cannot be.", "字段取值不对。",
            "Correct the named member.", "请改正所指字段。";
        /// A number is no amount, quantity or price.
        AmountInvalid = 422 "gateways.amount-invalid",
            "This is no amount: digits, at most one point, no commas, no exponent.", "金额或数量格式不对：只能是数字和一个小数点。",
            "Write yuan with at most two decimals, quantities with at most three, prices with at most six.", "金额最多两位小数，数量最多三位，单价最多六位。";
        /// The institution is not the caller's.
        FixmedinsWrong = 403 "gateways.fixmedins-wrong",
            "The institution's code is not the one this token speaks for.", "机构编码与令牌所属机构不一致。",
            "Send your own institution's code.", "请填写本机构编码。";
        /// The message must be signed and is not.
        SignatureMissing = 403 "gateways.signature-missing",
            "This institution signs its messages, and this one is not signed.", "本机构约定报文须签名，此报文没有签名。",
            "Sign with SM2 and send signtype and cainfo.", "请用 SM2 签名，并填写 signtype 和 cainfo。";
        /// The signature does not count.
        SignatureWrong = 403 "gateways.signature-wrong",
            "The signature does not belong to this message, or is not by a registered key.", "签名与报文不符，或不是登记的密钥所签。",
            "Sign the very text that is sent, with the registered key.", "请用登记的密钥对实际发送的内容签名。";
        /// Nobody is signed in with this number.
        SignInRequired = 403 "gateways.sign-in-required",
            "The operator is not signed in, or the sign-in has ended.", "操作员未签到，或签到已失效。",
            "Sign in with 9001 and send its sign_no.", "请先签到（9001），并填写 sign_no。";
        /// The sender's clock is ahead.
        ClockAhead = 422 "gateways.clock-ahead",
            "The sender's clock is more than ten minutes ahead.", "发送方时钟快了十分钟以上。",
            "Set the clock right.", "请校准时钟。";
        /// The number came with another body.
        DuplicateConflict = 409 "gateways.duplicate-conflict",
            "This message number came before with another content.", "此报文编号曾用于不同的内容。",
            "Send the first content again, or take a new number.", "请重发原内容，或换新编号。";
        /// The insured place is another.
        InsuplcWrong = 422 "gateways.insuplc-wrong",
            "The person is insured at another place than the message says.", "参保地与报文不一致。",
            "Send the insured place that 1101 answered.", "请填写 1101 返回的参保地。";
        /// The credential is somebody else's.
        CredentialMismatch = 422 "gateways.credential-mismatch",
            "The credential shows somebody else than the person number.", "凭证与人员编号不是同一个人。",
            "Read the credential again.", "请重新读取凭证。";
        /// The treatment type was registered otherwise.
        MedTypeDiffers = 422 "gateways.med-type-differs",
            "The visit was registered with another treatment type.", "医疗类别与登记时不同。",
            "Register the visit with this treatment type.", "请按此医疗类别重新登记。";
        /// What is registered cannot be used.
        SigningInvalid = 422 "gateways.signing-invalid",
            "These keys or terminals cannot be registered.", "密钥或终端无法登记。",
            "Give one to four SM2 public keys as hexadecimal digits.", "请提供一至四个 SM2 公钥（十六进制）。";
        /// No such file.
        FileUnknown = 404 "gateways.file-unknown",
            "There is no such file of yours any more.", "没有找到本机构的这个文件。",
            "Send it up again, or ask for it anew.", "请重新上传或重新申请。";
    }
}

/// What the gateway declares.
pub const CAPABILITY: Capability = Capability {
    name: "gateways",
    migrations: &[],
    rights: &[SPEAK, SIGNING],
    events: &[SIGNED_IN, SIGNED_OUT, AUDITED, AUDIT_ANSWERED, SIGNING_SET],
    refusals: Refusal::CATALOGUE,
};

/// What the gateway's routes work with.
#[derive(Clone)]
pub struct NhsaGateway {
    /// Visits, quotes, settlements; the insured people, the directory.
    pub settlements: Settlements,
    /// Scanning codes, proving presence, finding by document.
    pub credentials: Credentials,
    /// Comparing books.
    pub clearing: Clearing,
    twins: twins::Twins,
}

impl NhsaGateway {
    /// A gateway over these rooms.
    pub fn new(settlements: Settlements, credentials: Credentials, clearing: Clearing) -> Self {
        Self { settlements, credentials, clearing, twins: twins::Twins::default() }
    }
}

/// The routes.
pub fn routes(gateway: &NhsaGateway) -> Vec<Route> {
    vec![
        Route::get("/nhsa", SPEAK, turn::introduction, gateway),
        Route::post("/nhsa", SPEAK, turn::message, gateway),
        Route::get("/v1/nhsa/signing/{institution}", SIGNING, signing::show, gateway),
        Route::put("/v1/nhsa/signing/{institution}", SIGNING, signing::set, gateway),
    ]
}
