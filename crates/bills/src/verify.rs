//! Checking a bill without a network: the text of its code, or its PDF, against
//! the region's published list of keys (E5). No database, no node.

use crate::pdf::{self, ATTACHED};
use crate::rules::content::Content;
use crate::rules::number::BillNumber;
use crate::rules::seal::Facts;
use kernel::time::rfc3339;
use keys::{Key, Use};
use sha2::{Digest as _, Sha256};
use std::fmt;
use web::Lang;

/// Why a bill is not what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The text is no code of a bill, or a part is missing or changed.
    NotABill,
    /// The list of keys does not hold the key that signed.
    KeyUnknown,
    /// The key is for something else, or of another institution.
    KeyOfAnother,
    /// The key was revoked, or did not sign at that time.
    KeyOutOfTime,
    /// The signature does not fit: something was changed.
    Changed,
    /// The file holds no bill of ours.
    NoBillInside,
    /// The data in the file is not what the seal covers.
    DataChanged,
    /// The seal is good, but the pages are not those that belong to it.
    PagesChanged,
}

impl Wrong {
    /// What is said to a person, in English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::NotABill => "this is not the code of an e-bill, or a character is missing or changed",
            Self::KeyUnknown => "the list of keys does not hold the key that signed this bill",
            Self::KeyOfAnother => "the key that signed is not a bill key of this institution",
            Self::KeyOutOfTime => "the key was revoked or did not sign at that time",
            Self::Changed => "the signature does not fit: the bill was changed or is not genuine",
            Self::NoBillInside => "the file holds no e-bill",
            Self::DataChanged => "the data inside the file was changed",
            Self::PagesChanged => {
                "the seal is good, but the pages were changed or drawn by another version of the program"
            }
        }
    }

    /// What is said to a person, in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::NotABill => "不是电子票据的码，或有字符缺失、改动",
            Self::KeyUnknown => "密钥清单中没有签发此票据的密钥",
            Self::KeyOfAnother => "签发密钥不是该机构的票据密钥",
            Self::KeyOutOfTime => "密钥已吊销，或当时不在有效期",
            Self::Changed => "签名不符：票据被改动或不是真的",
            Self::NoBillInside => "文件中没有电子票据",
            Self::DataChanged => "文件中的数据被改动",
            Self::PagesChanged => "签名有效，但页面被改动或由其他版本的程序生成",
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.en())
    }
}

impl std::error::Error for Wrong {}

/// A bill whose PDF is as it was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genuine {
    /// What the seal vouches for.
    pub facts: Facts,
    /// All that the bill says.
    pub content: Content,
    /// The number of the red bill that had taken it back when the file was written;
    /// empty when none had. Not covered by the seal.
    pub void: String,
    /// The language of its pages.
    pub lang: Lang,
}

/// Checks the text of a bill's code at `now` (microseconds UTC) against published
/// keys (`keys::trust::TrustList::keys`).
pub fn text(text: &str, trusted: &[Key], now: i64) -> Result<Facts, Wrong> {
    let (facts, signature) = Facts::read(text).map_err(|_bad| Wrong::NotABill)?;
    let key = trusted.iter().find(|key| key.kid == facts.kid).ok_or(Wrong::KeyUnknown)?;
    if key.used != Use::BillSeal || key.site != Some(facts.institution) || key.suite != facts.suite {
        return Err(Wrong::KeyOfAnother);
    }
    key.counts(facts.sealed_at(), now).map_err(|_refused| Wrong::KeyOutOfTime)?;
    if keys::custody::fits(key.suite, &key.public, &facts.message(), &signature) {
        Ok(facts)
    } else {
        Err(Wrong::Changed)
    }
}

/// What a checked bill says, a line for each fact, in both languages: for the
/// command that checks without a node.
pub fn described(facts: &Facts) -> Vec<String> {
    let red = if facts.red { format!(" · 红字冲销 red letter for {:013}", facts.original) } else { String::new() };
    vec![
        format!("票据 bill {:08} {:013} 校验码 check code {:06x}{red}", facts.code, facts.number, facts.check),
        format!("开票单位 issuer {} · 开票 issued {}", facts.institution, rfc3339(facts.issued_at())),
        format!("金额合计 total {}", facts.total),
        format!("统筹及其他基金 funds {} + 个人账户 account {}", facts.fund, facts.account),
        format!("+ 家庭共济 relatives {} + 个人现金 cash {}", facts.mutual, facts.cash),
        format!("+ 医院负担 hospital {}", facts.hospital),
        format!("签名 seal by key {} at {}", facts.kid, rfc3339(facts.sealed_at())),
    ]
}

/// Checks a bill's PDF: the seal inside it, that the data inside is what the seal
/// covers, and that its pages are exactly those this program draws from that data.
pub fn file(bytes: &[u8], trusted: &[Key], now: i64) -> Result<Genuine, Wrong> {
    let inside = print::attached(bytes, ATTACHED).ok_or(Wrong::NoBillInside)?;
    let mut parts = inside.split(|byte| *byte == b'\n');
    let (Some(body), Some(seal), Some(void), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(Wrong::NoBillInside);
    };
    let plain = |bytes| std::str::from_utf8(bytes).map_err(|_bad| Wrong::NoBillInside);
    let (seal, void) = (plain(seal)?, plain(void)?);
    // It is drawn on the pages and not sealed: no words of a stranger's may stand there.
    if !void.is_empty() && void.parse::<BillNumber>().is_err() {
        return Err(Wrong::NoBillInside);
    }
    let facts = text(seal, trusted, now)?;
    let digest: [u8; 32] = Sha256::digest(body).into();
    if digest != facts.digest || Facts::of(body, facts.suite, facts.kid, facts.sealed_s).as_ref() != Some(&facts) {
        return Err(Wrong::DataChanged);
    }
    let content = Content::read(body).ok_or(Wrong::DataChanged)?;
    let drawn = |lang: &Lang| pdf::written(body, seal, void, *lang).is_ok_and(|written| written.bytes == bytes);
    let lang = Lang::ALL.into_iter().find(drawn).ok_or(Wrong::PagesChanged)?;
    Ok(Genuine { facts, content, void: void.to_owned(), lang })
}
