//! The node's keys: each of one use, named, with a life, sealed at rest.
//!
//! A key signs ([`Keys::signer`]), is followed by another while its signatures
//! still count ([`Keys::rotate`]), and can be revoked ([`Keys::revoke`]); whoever
//! checks signatures without this node has the trust list ([`Keys::trust_list`]).
//! Private parts are the [`custody`]'s: the software one seals them under a secret
//! that is never in the database ([`secret`]), [`pkcs11`] leaves them in a token.
//! Every step leaves an event in the chain: that is the issuance log. This crate
//! knows nothing of what is signed.
//!
//! Reading order: [`rules`], [`secret`], [`custody`] and [`pkcs11`], then [`ring`]
//! (the keys in memory, signing and checking), [`rotate`] and [`trust`].

pub mod rules;
pub mod secret;
pub mod custody;
pub mod pkcs11;
mod store;
pub mod ring;
pub mod rotate;
pub mod trust;
pub mod api;

pub use custody::{Custody, Sealed, Unsealed};
pub use ring::{Keeping, Keys, Setting, Signer};
pub use rotate::Begins;
pub use rules::key::{Key, State};
pub use rules::kid::{Kid, Realm};
pub use rules::plan::Use;
pub use secret::{Passphrase, Secret};
pub use trust::{Envelope, TrustList};

use kernel::{Capability, EventName, Migration, Right};

/// See, rotate and revoke the node's keys.
pub const MANAGE: Right = Right::new("keys.manage", "See, rotate and revoke the node's keys.");

/// A key was made.
pub const MADE: EventName =
    EventName { code: 450, name: "keys.made", says: "A key was made and published.", look: false };
/// A key began to sign.
pub const ACTIVATED: EventName =
    EventName { code: 451, name: "keys.activated", says: "A key began to sign.", look: false };
/// A key was retired by its successor.
pub const RETIRED: EventName =
    EventName { code: 452, name: "keys.retired", says: "A key was retired by its successor.", look: false };
/// A key was revoked.
pub const REVOKED: EventName = EventName {
    code: 453,
    name: "keys.revoked",
    says: "A key was revoked: nothing it signed counts any more.",
    look: false,
};
/// The trust list was given out.
pub const LISTED: EventName =
    EventName { code: 454, name: "keys.listed", says: "The signed list of keys was given out.", look: false };

kernel::refusals! {
    /// Why keys says no, in order of precedence.
    pub enum Refusal {
        /// The database is of the other realm.
        RealmMixed = 409 "keys.realm-mixed",
            "This database belongs to the other realm: test and production never mix.", "测试库与正式库不能混用。",
            "Open it with the realm it was made with, or begin with a new database.", "请按建库时的环境打开，或新建数据库。";
        /// The secret is not the one the keys are sealed under.
        SecretWrong = 403 "keys.secret-wrong",
            "The keys cannot be opened with this secret.", "用此密钥口令打不开密钥。",
            "Set keys.secret_file or YIMA_KEYS_SECRET to the secret the node was made with.", "请把 keys.secret_file 或 YIMA_KEYS_SECRET 设为建库时所用的口令。";
        /// The secret is too short to protect anything.
        SecretWeak = 422 "keys.secret-weak",
            "The secret is shorter than twenty characters.", "口令少于二十个字符。",
            "Take a longer one, or a file of 32 random bytes in hexadecimal.", "请用更长的口令，或存有 32 个随机字节（十六进制）的文件。";
        /// There is no such PKCS#11 token.
        TokenMissing = 503 "keys.token-missing",
            "There is no PKCS#11 token with this label or in this slot.", "没有此标签或槽位的 PKCS#11 密码设备。",
            "Put the token in, or set keys.token to its label or slot.", "请接入密码设备，或把 keys.token 设为其标签或槽位号。";
        /// The token cannot sign as needed.
        TokenUnfit = 422 "keys.token-unfit",
            "This PKCS#11 token makes neither Ed25519 nor P-256 keys.", "此 PKCS#11 密码设备不支持 Ed25519 和 P-256。",
            "Use another token, or keys.custody = \"sealed\".", "请换用其他设备，或设 keys.custody = \"sealed\"。";
        /// The token does not let us in.
        PinWrong = 403 "keys.pin-wrong",
            "The PKCS#11 token refuses this PIN, or is locked.", "PKCS#11 密码设备的 PIN 不对，或设备已锁定。",
            "Set YIMA_KEYS_PIN or keys.pin_file to the user's PIN; a locked token is freed by its officer.", "请正确设置 YIMA_KEYS_PIN 或 keys.pin_file；已锁定的设备由其管理员解锁。";
        /// No such key here.
        KeyUnknown = 422 "keys.key-unknown",
            "No such key is known here.", "没有这个密钥。",
            "Fetch the trust list afresh, or check the key's name.", "请更新信任清单，或核对密钥编号。";
        /// A test key in production, or the other way round.
        WrongRealm = 422 "keys.wrong-realm",
            "A test key does not count in production, and a production key not in a test.", "测试密钥不能用于正式环境，反之亦然。",
            "Use what was signed in this realm.", "请使用本环境签发的内容。";
        /// A key of another use or another institution.
        WrongUse = 422 "keys.wrong-use",
            "This key is not for this use, or is another institution's.", "此密钥不用于此用途，或属于其他机构。",
            "Sign with the key made for it.", "请用专用密钥签名。";
        /// Outside the key's life.
        KeyOutOfTime = 422 "keys.key-out-of-time",
            "The key was not valid at that time.", "该时间密钥无效。",
            "Have it signed again with the key of today.", "请用现行密钥重新签发。";
        /// The key was revoked.
        KeyRevoked = 422 "keys.key-revoked",
            "The key was revoked: nothing it signed counts.", "密钥已吊销，其签名无效。",
            "Have it issued again.", "请重新签发。";
        /// The signature does not fit.
        SignatureWrong = 422 "keys.signature-wrong",
            "The signature does not belong to this content.", "签名与内容不符。",
            "Fetch it again from where it was issued.", "请从签发处重新获取。";
        /// Another move of the same key came first, or the stage does not allow it.
        StageWrong = 409 "keys.stage-wrong",
            "The key's stage does not allow this.", "密钥当前状态不允许此操作。",
            "See yima key list.", "请先查看 yima key list。";
    }
}

/// What keys declares.
pub const CAPABILITY: Capability = Capability {
    name: "keys",
    migrations: &[Migration { name: "202611240935_keys", sql: include_str!("../migrations/202611240935_keys.sql") }],
    rights: &[MANAGE],
    events: &[MADE, ACTIVATED, RETIRED, REVOKED, LISTED],
    refusals: Refusal::CATALOGUE,
};
