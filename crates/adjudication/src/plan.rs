//! A plan as a document: what an operator edits, versioned and dated. Whether it is
//! sound is the linter's question; how it is looked up quickly is [`crate::Ready`]'s.
//!
//! Free text that the engine does not read: `title`, `source`, `note`. Every other
//! field that is not named here is refused.

use crate::{AidClass, CrossYear, Day, Filing, Level, MedType, PayClass, Pool, Region, Stage};
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// What an insurance pays, for one area, one insurance and some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its name; results carry it. Empty in a file that names plans by key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Its version; results carry it.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub version: u32,
    /// What people call it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The pooling area's six-digit code.
    pub admdvs: String,
    /// Insured type, `310` employee, `390` resident, …
    pub insutype: String,
    /// The benefit year it is for, where no days are named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// From when, a day or a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_from: Option<YearOrDay>,
    /// Up to when, a day or a year; included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_to: Option<YearOrDay>,
    /// The day a benefit year begins, `07-01`; `01-01` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_start: Option<String>,
    /// Where the numbers come from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Anything else a reader should know.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Groups of persons, first match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// Which pool a treatment type counts in, where it is not the usual one; the
    /// longest prefix holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub med_types: Vec<TypePool>,
    /// Pools in which the current year's account money pays before the deductible.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub account_first: Vec<Pool>,
    /// Deductibles, first match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deductibles: Vec<Deductible>,
    /// Ratios, first match; no match means no benefit.
    pub rates: Vec<Rate>,
    /// Where a pool's segments are counted from; `settlement` when absent.
    #[serde(default, deserialize_with = "once_each", skip_serializing_if = "BTreeMap::is_empty")]
    pub segment_basis: BTreeMap<Pool, Basis>,
    /// Caps on what the pooled fund pays in a year, by `pool`, `pool:group` or `all`.
    #[serde(default, deserialize_with = "once_each", skip_serializing_if = "BTreeMap::is_empty")]
    pub caps: BTreeMap<String, Cap>,
    /// Large-amount supplement on what is above an overflow cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hifob: Option<Supplement>,
    /// Major illness insurance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mi: Option<MajorIllness>,
    /// Civil-servant supplement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvlserv: Option<Share>,
    /// Enterprise supplement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hifes: Option<Share>,
    /// Medical aid by class.
    #[serde(default, deserialize_with = "once_each", skip_serializing_if = "BTreeMap::is_empty")]
    pub aid: BTreeMap<AidClass, Aid>,
    /// Cuts for care away, first match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cross_region: Vec<CrossRule>,
    /// What the own account may pay, in order; empty where there is no account.
    #[serde(default)]
    pub account_pays: Vec<PayClass>,
    /// What relatives' accounts may pay, in order.
    #[serde(default)]
    pub mutual_pays: Vec<PayClass>,
    /// The order of the funds; the usual one when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stage_order: Vec<Stage>,
    /// Where a stay across the year's end counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cross_year: Option<CrossYear>,
    /// How parts become whole fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Rounds>,
    /// Prior self-pay before the limit price instead of after it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ratio_first: bool,
    /// Whose self-pay ratios hold away from home; read by whoever classes the lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preself_of: Option<PreselfOf>,
}

const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
const fn is_one(version: &u32) -> bool {
    *version == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
const fn is_zero(bp: &i32) -> bool {
    *bp == 0
}

const WHOLE: i32 = 10_000;

const fn whole() -> i32 {
    WHOLE
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
const fn is_whole(bp: &i32) -> bool {
    *bp == WHOLE
}

/// A year, or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum YearOrDay {
    /// A benefit year.
    Year(i32),
    /// A day.
    Day(Day),
}

/// A group of persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name in rules.
    pub name: String,
    /// Only the retired, or only the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<bool>,
    /// From this age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_min: Option<u8>,
    /// Up to this age, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_max: Option<u8>,
}

/// Which pool a treatment type counts in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypePool {
    /// The type and all under it.
    pub med_type: MedType,
    /// The pool.
    pub pool: Pool,
}

/// What the person pays first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deductible {
    /// In which pool.
    pub pool: Pool,
    /// For which group; `*` for all.
    #[serde(default = "star_name")]
    pub group: String,
    /// At which level; `*` for all.
    #[serde(default, with = "star")]
    pub level: Option<Level>,
    /// Per year or per admission.
    pub kind: DeductibleKind,
    /// Fen.
    pub amount: i64,
    /// Factors of the first, second, … admission of the year; the last holds on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nth_bp: Vec<i32>,
    /// Less for who is signed with a family doctor, fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_doctor_off: Option<i64>,
}

/// How a deductible is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeductibleKind {
    /// Once in a benefit year.
    Annual,
    /// With each admission.
    PerAdmission,
}

/// Ratios of the pooled fund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// In which pool.
    pub pool: Pool,
    /// For which group; `*` for all.
    #[serde(default = "star_name")]
    pub group: String,
    /// At which level; `*` for all.
    #[serde(default, with = "star")]
    pub level: Option<Level>,
    /// By in-scope amount.
    pub segments: Vec<Segment>,
    /// Added to every segment's ratio, up to the whole.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub bonus_bp: i32,
}

/// A ratio up to an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Up to this many fen; `null` in the last.
    pub upto: Option<i64>,
    /// The ratio.
    pub bp: i32,
}

/// Where segments are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// From what the year has counted before.
    Annual,
    /// From nothing with each settlement.
    Settlement,
}

/// The most a fund pays in a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Fen; `null` for none.
    pub amount: Option<i64>,
    /// What is above goes to the large-amount supplement.
    #[serde(default, skip_serializing_if = "is_false")]
    pub overflow: bool,
}

/// The large-amount supplement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supplement {
    /// Its ratio on the base above the cap.
    pub bp: i32,
    /// The most it pays in a year, fen; `null` for no end.
    #[serde(default)]
    pub cap: Option<i64>,
}

/// A supplement that pays a share of the burden that is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// In which pools.
    pub pools: Vec<Pool>,
    /// Its ratio.
    pub bp: i32,
    /// The most it pays in a year, fen; only the civil-servant supplement is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<i64>,
    /// Code of the fund that pays, where it is another kind than usual (`350100`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fund: Option<String>,
}

/// Major illness insurance: a curve over the year's burden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MajorIllness {
    /// The burden of which pools.
    pub pools: Vec<Pool>,
    /// Nothing below this, fen.
    pub threshold: i64,
    /// By burden.
    pub segments: Vec<Segment>,
    /// The most in a year, fen.
    #[serde(default)]
    pub cap: Option<i64>,
    /// Classes of aid treated better.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aid_classes: Vec<AidClass>,
    /// Their share of the threshold.
    #[serde(default = "whole", skip_serializing_if = "is_whole")]
    pub aid_threshold_bp: i32,
    /// Added to their ratios.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub aid_bonus_bp: i32,
    /// No cap for them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub aid_no_cap: bool,
    /// Prior self-pay counts as burden.
    #[serde(default, skip_serializing_if = "is_false")]
    pub counts_preself: bool,
}

/// Medical aid for a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aid {
    /// In which pools.
    pub pools: Vec<Pool>,
    /// Its ratio.
    pub bp: i32,
    /// Nothing below this in a year, fen.
    #[serde(default)]
    pub threshold: i64,
    /// The most in a year, fen.
    #[serde(default)]
    pub cap: Option<i64>,
}

/// A cut for care away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossRule {
    /// Where; `*` for anywhere.
    #[serde(default, with = "star")]
    pub region: Option<Region>,
    /// With which filing; absent or `*` for any.
    #[serde(default, skip_serializing_if = "Filings::is_any")]
    pub filing: Filings,
    /// How; absent where only the deductible differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<CrossMode>,
    /// How much.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub bp: i32,
    /// Share of the deductible.
    #[serde(default = "whole", skip_serializing_if = "is_whole")]
    pub deductible_bp: i32,
}

/// The filings a rule is for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Filings {
    /// Any.
    #[default]
    #[serde(with = "any_filing")]
    Any,
    /// One.
    One(Filing),
    /// One of some.
    Some(Vec<Filing>),
}

impl Filings {
    /// Whether the rule is for this filing.
    pub fn include(&self, filing: Filing) -> bool {
        match self {
            Self::Any => true,
            Self::One(one) => *one == filing,
            Self::Some(some) => some.contains(&filing),
        }
    }

    const fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }
}

/// How care away is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrossMode {
    /// Points off every ratio of the pooled fund.
    RatioMinus,
    /// The ratio times this.
    RatioTimes,
    /// This part of the in-scope total becomes prior self-pay.
    PriorSelfpay,
}

/// How parts become whole fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounds {
    /// To the nearest, halves away from zero.
    HalfUp,
    /// Towards zero.
    Down,
}

/// Whose class-B ratios hold away from home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreselfOf {
    /// The treatment place's.
    Treatment,
    /// The insured place's.
    Insured,
}

fn star_name() -> String {
    "*".to_owned()
}

/// A map whose keys stand there once: of two alike, the last would hold without a word.
fn once_each<'de, D, K, V>(from: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord + fmt::Debug,
    V: Deserialize<'de>,
{
    struct Reads<K, V>(PhantomData<(K, V)>);
    impl<'de, K: Deserialize<'de> + Ord + fmt::Debug, V: Deserialize<'de>> Visitor<'de> for Reads<K, V> {
        type Value = BTreeMap<K, V>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
            let mut to = BTreeMap::new();
            while let Some(key) = from.next_key::<K>()? {
                if to.contains_key(&key) {
                    return Err(A::Error::custom(format!("{key:?} is there twice")));
                }
                to.insert(key, from.next_value()?);
            }
            Ok(to)
        }
    }
    from.deserialize_map(Reads(PhantomData))
}

/// `*` stands for all.
mod star {
    use serde::de::{self, DeserializeOwned};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands in a reference")]
    pub(super) fn serialize<S: Serializer, T: Serialize>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => value.serialize(to),
            None => to.serialize_str("*"),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
        let text = String::deserialize(from)?;
        if text == "*" {
            return Ok(None);
        }
        T::deserialize(de::value::StringDeserializer::<D::Error>::new(text)).map(Some)
    }
}

/// Any filing is written `*`.
mod any_filing {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str("*")
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<(), D::Error> {
        match String::deserialize(from)?.as_str() {
            "*" => Ok(()),
            _ => Err(D::Error::custom("not `*`")),
        }
    }
}
