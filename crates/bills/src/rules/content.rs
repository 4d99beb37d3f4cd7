//! What a bill says: everything that is printed, as one JSON text. Its bytes are
//! made once, at issue; the seal covers exactly them.

use super::charge::Charge;
use super::parts::Parts;
use kernel::InstitutionId;
use serde::{Deserialize, Serialize};

/// The version of the form.
pub const VERSION: u8 = 1;

/// What a bill is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// 门诊.
    Outpatient,
    /// 住院.
    Inpatient,
    /// 药店.
    Pharmacy,
    /// 挂号.
    Registration,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Outpatient, Self::Inpatient, Self::Pharmacy, Self::Registration];

    /// Its two digits in the code of a bill.
    pub const fn digits(self) -> u8 {
        match self {
            Self::Outpatient => 1,
            Self::Inpatient => 2,
            Self::Pharmacy => 3,
            Self::Registration => 4,
        }
    }

    /// Back from its digits.
    pub fn from_digits(digits: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.digits() == digits)
    }
}

/// Who pays, as printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// The name in full.
    pub name: String,
    /// The identity document, masked: `9901••••0028`.
    pub document: String,
    /// Insurance and place: `职工基本 · 云州市`; empty for self-payers.
    pub insured: String,
}

/// What a red bill takes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Its code.
    pub code: String,
    /// Its number.
    pub number: String,
    /// Why it was taken back.
    pub reason: String,
}

/// What a bill says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// [`VERSION`].
    pub v: u8,
    /// Eight digits.
    pub code: String,
    /// Thirteen digits.
    pub number: String,
    /// Six hexadecimal digits.
    pub check: String,
    /// What it is for.
    pub kind: Kind,
    /// When it was issued, microseconds UTC.
    pub issued_at: i64,
    /// The issuer's id.
    pub institution: String,
    /// The issuer's name, as on its stamp.
    pub issuer: String,
    /// The region's name.
    pub region: String,
    /// Where it can be checked, without a scheme; empty when the node has no address.
    pub check_at: String,
    /// The visit's number, 就诊号.
    pub visit: String,
    /// The settlement's number, 业务流水号.
    pub serial: String,
    /// Who pays.
    pub payer: Payer,
    /// The lines.
    pub lines: Vec<Charge>,
    /// Who paid what.
    pub parts: Parts,
    /// For a red bill: what it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<Original>,
}

fn mirrored_line(line: &Charge) -> Option<Charge> {
    let back = |amount: Option<kernel::Fen>| match amount {
        Some(amount) => amount.mirrored().map(Some),
        None => Some(None),
    };
    Some(Charge {
        qty_milli: line.qty_milli.checked_neg()?,
        amount: line.amount.mirrored()?,
        fund: back(line.fund)?,
        own: back(line.own)?,
        ..line.clone()
    })
}

impl Content {
    /// Reads a bill's JSON; nothing when it is none of this version.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(|content: &Self| content.v == VERSION)
    }

    /// The code in the first bytes of a bill's JSON, where it is written right behind
    /// the version.
    pub(crate) fn code_in(bytes: &[u8]) -> Option<&str> {
        let rest = bytes.strip_prefix(br#"{"v":1,"code":""#)?;
        let end = rest.iter().position(|byte| *byte == b'"')?;
        std::str::from_utf8(rest.get(..end)?).ok()
    }

    /// The id of the issuer.
    pub fn institution_id(&self) -> Option<InstitutionId> {
        self.institution.parse().ok()
    }

    /// What the red bill says that takes this one back; nothing when an amount has
    /// no mirror, or this one is a red bill itself.
    pub fn mirrored(&self, reason: &str) -> Option<Self> {
        if self.original.is_some() {
            return None;
        }
        let original = Original { code: self.code.clone(), number: self.number.clone(), reason: reason.to_owned() };
        Some(Self {
            lines: self.lines.iter().map(mirrored_line).collect::<Option<_>>()?,
            parts: self.parts.mirrored()?,
            original: Some(original),
            ..self.clone()
        })
    }
}
