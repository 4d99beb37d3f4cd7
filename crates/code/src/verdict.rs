//! Verdicts of the offline verifier: graded, with words for the person at the desk,
//! and what a code says once it is known to be true.
//!
//! A verdict is never a bare yes or no: who stands at the desk must know whether to
//! look at the clock, to fetch a list, or to ask for another document.

use crate::{OutOfTime, Step, Unreadable, site};

/// What a check found, from best to worst grade and then by what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Good.
    Valid,
    /// Good, as far as lists of so many days ago tell.
    ValidButListOld {
        /// Whole days since the older of the lists was made.
        days: i64,
    },
    /// Signed well and in time, but no revocations are held for it.
    ValidNoRevocations,
    /// The same code was accepted on this terminal before.
    UsedHere {
        /// When, seconds since 1970.
        at: i64,
    },
    /// Revoked.
    Revoked,
    /// Expired.
    Expired {
        /// When, seconds since 1970.
        at: i64,
    },
    /// Valid only later.
    NotYet {
        /// From when, seconds since 1970.
        from: i64,
    },
    /// Shown too late or too early.
    OutOfTime(OutOfTime),
    /// The checker showed a challenge and the code does not answer one.
    ChallengeMissing,
    /// The code answers a challenge that the checker did not show.
    ChallengeUnknown,
    /// Signed by a key that the trust list does not know.
    UnknownIssuer,
    /// Signed by a key that is not for this, or not for this time.
    IssuerOutOfUse,
    /// A test key, on a terminal that works (C6).
    TestKey,
    /// A production key, on a terminal that is tried.
    ProductionKey,
    /// Not as it was signed.
    Forged,
    /// Only the region's server can check this kind.
    AskServer,
    /// No trust list is held.
    NoList,
    /// The lists are too old to accept anything.
    ListTooOld {
        /// Whole days since the older of the lists was made.
        days: i64,
    },
    /// The checker's clock lies before the making of its own list.
    ClockWrong,
    /// No code of this system.
    Unreadable(Unreadable),
}

impl Verdict {
    /// Whether the code may be accepted without a second look.
    pub fn accepted(self) -> bool {
        matches!(self, Self::Valid | Self::ValidButListOld { .. })
    }

    /// A stable word for logs, vectors and other languages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::ValidButListOld { .. } => "valid-list-old",
            Self::ValidNoRevocations => "valid-no-revocations",
            Self::UsedHere { .. } => "used-here",
            Self::Revoked => "revoked",
            Self::Expired { .. } => "expired",
            Self::NotYet { .. } => "not-yet",
            Self::OutOfTime(OutOfTime::Late(_)) => "late",
            Self::OutOfTime(OutOfTime::Early(_)) => "early",
            Self::ChallengeMissing => "challenge-missing",
            Self::ChallengeUnknown => "challenge-unknown",
            Self::UnknownIssuer => "unknown-issuer",
            Self::IssuerOutOfUse => "issuer-out-of-use",
            Self::TestKey => "test-key",
            Self::ProductionKey => "production-key",
            Self::Forged => "forged",
            Self::AskServer => "ask-server",
            Self::NoList => "no-list",
            Self::ListTooOld { .. } => "list-too-old",
            Self::ClockWrong => "clock-wrong",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// The verdict for the person at the desk, in Chinese and English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Valid => ("有效", "Valid"),
            Self::ValidButListOld { .. } => {
                ("有效，但本机名单较旧，请尽快联网更新", "Valid, but this terminal's list is old: fetch it soon")
            }
            Self::ValidNoRevocations => ("签名有效，但本机没有注销名单", "Signed well, but no revocation list is held"),
            Self::UsedHere { .. } => ("此码已在本机用过", "This code was used here before"),
            Self::Revoked => ("已注销，请改用其他证件", "Revoked: ask for another document"),
            Self::Expired { .. } => ("已过期，请联网更新", "Expired: the phone must go online"),
            Self::NotYet { .. } => ("尚未生效", "Not valid yet"),
            Self::OutOfTime(OutOfTime::Late(_)) => ("此码已过时，请刷新后再出示", "An old code: show a fresh one"),
            Self::OutOfTime(OutOfTime::Early(_)) => {
                ("时间不符，请核对两台设备的时钟", "Made for a later time: compare the clocks")
            }
            Self::ChallengeMissing => ("请先扫描本机显示的码", "Scan this terminal's challenge first"),
            Self::ChallengeUnknown => ("此码是为另一台终端出示的", "This code answers another terminal"),
            Self::UnknownIssuer => ("签发机构不在名单内", "The issuer is not on the list"),
            Self::IssuerOutOfUse => ("签发密钥已停用或不作此用", "The issuer's key is out of use or not for this"),
            Self::TestKey => ("测试码，不可使用", "A test code: not for use"),
            Self::ProductionKey => ("正式码，测试终端不受理", "A real code on a test terminal"),
            Self::Forged => ("签名不符，不可受理", "Not as it was signed: refuse"),
            Self::AskServer => ("此码须联网核验", "This code is checked online"),
            Self::NoList => ("本机没有信任名单，请联网下载", "No trust list is held: fetch it"),
            Self::ListTooOld { .. } => ("本机名单过旧，须联网更新", "The lists are too old: fetch them"),
            Self::ClockWrong => ("本机时钟有误", "This terminal's clock is wrong"),
            Self::Unreadable(_) => ("不是一码通的码", "Not a code of this system"),
        }
    }
}

/// What a code says, told only when its signatures are good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Q2.
    Credential {
        /// Stands for the person.
        pseudonym: [u8; 16],
        /// Class of cover.
        class: u8,
        /// What may be settled offline, whole yuan.
        cap_yuan: u16,
        /// Expiry, seconds since 1970.
        expires_at: i64,
        /// The step it was shown in.
        step: Step,
    },
    /// Q3: nothing but validity and this name.
    Paper {
        /// Masked.
        name: String,
        /// Expiry, seconds since 1970.
        expires_at: i64,
    },
    /// Q4.
    Site(site::Place),
}

/// A verdict and what the code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The grade.
    pub verdict: Verdict,
    /// What it says, when its signatures are good.
    pub said: Option<Said>,
    /// The name of the issuer, when known.
    pub issuer: Option<String>,
}
