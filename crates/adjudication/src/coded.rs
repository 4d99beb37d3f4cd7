//! The coded words of plans and encounters: pools, levels, classes, filings; each
//! with its code in documents and its word in Chinese and English. What a code costs
//! is the plan's to say.

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $code:literal, $zh:literal, $en:literal $(, $also:literal)*; )+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$vdoc])* $variant, )+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// The code in documents.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }

            /// The word in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $( Self::$variant => $zh, )+ }
            }

            /// The word in English.
            pub const fn en(self) -> &'static str {
                match self { $( Self::$variant => $en, )+ }
            }

            /// Its place in [`Self::ALL`].
            pub const fn index(self) -> usize {
                self as usize
            }

            /// Reads a code; `None` when there is no such.
            pub fn read(code: &str) -> Option<Self> {
                match code { $( $code $(| $also)* => Some(Self::$variant), )+ _ => None }
            }

            /// The value at a place of [`Self::ALL`].
            pub fn at(index: u8) -> Option<Self> {
                Self::ALL.get(usize::from(index)).copied()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.code())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Reads;
                impl Visitor<'_> for Reads {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!("one of", $( " `", $code, "`", )+))
                    }
                    fn visit_str<E: de::Error>(self, code: &str) -> Result<$name, E> {
                        $name::read(code).ok_or_else(|| E::invalid_value(de::Unexpected::Str(code), &self))
                    }
                }
                from.deserialize_str(Reads)
            }
        }
    };
}

coded! {
    /// The parts of a basic fund that are counted apart in a year.
    Pool {
        /// Out-patient, pharmacy.
        Op = "op", "门诊", "out-patient";
        /// In-patient.
        Ip = "ip", "住院", "in-patient";
        /// Chronic and special diseases treated out-patient.
        Chronic = "chronic", "门诊慢特病", "chronic out-patient";
    }
}

coded! {
    /// The level of an institution, as plans tell them apart.
    Level {
        /// Community.
        Community = "0", "社区", "community";
        /// Level 1.
        One = "1", "一级", "level 1";
        /// Level 2.
        Two = "2", "二级", "level 2";
        /// Level 3, tertiary.
        Three = "3", "三级", "level 3";
        /// Pharmacy.
        Pharmacy = "P", "药店", "pharmacy", "p";
    }
}

coded! {
    /// The class of an item in the catalogue of the treatment place.
    Class {
        /// In scope whole.
        A = "A", "甲类", "class A", "01";
        /// In scope after a prior self-pay.
        B = "B", "乙类", "class B", "02";
        /// Not covered.
        C = "C", "丙类", "class C", "03";
    }
}

coded! {
    /// Where the treatment is, seen from the insured place.
    Region {
        /// In the insured place.
        Home = "home", "本地", "at home", "local", "none";
        /// In another area of the same province.
        InProvince = "in_province", "省内异地", "elsewhere in the province", "within_province", "cross_city";
        /// In another province.
        OutOfProvince = "out_of_province", "跨省异地", "out of province", "cross_province";
        /// Outside the mainland.
        Abroad = "abroad", "境外", "abroad";
    }
}

coded! {
    /// What was declared for care away.
    Filing {
        /// Nothing.
        Unfiled = "none", "未备案", "not filed";
        /// Long-term: resettled, resident or posted away.
        LongTerm = "long_term", "长期异地居住", "long-term residence";
        /// Referred.
        Referral = "referral", "异地转诊", "referral";
        /// Emergency rescue; counts as filed.
        Emergency = "emergency", "异地急诊抢救", "emergency";
        /// Temporary absence.
        Temporary = "temporary", "其他临时外出", "temporary absence";
    }
}

coded! {
    /// Who gets medical aid.
    AidClass {
        /// Destitute.
        Destitute = "destitute", "特困", "destitute";
        /// Low income.
        LowIncome = "low_income", "低保", "low income";
        /// At the edge of low income.
        LowIncomeEdge = "low_income_edge", "低保边缘", "edge of low income";
        /// Fallen back into poverty.
        BackToPoverty = "back_to_poverty", "返贫致贫", "fallen back into poverty";
        /// Made poor by illness.
        PoorByIllness = "poor_by_illness", "因病致贫", "made poor by illness";
    }
}

coded! {
    /// A class of a person's part that an account may pay.
    PayClass {
        /// What is left of the in-scope amount.
        InScope = "inscp", "范围内自付", "in-scope share";
        /// Prior self-pay.
        PriorSelf = "preself", "先行自付", "prior self-pay";
        /// Above the limit price.
        OverLimit = "overlmt", "超限价自费", "over-limit self-pay";
        /// Not covered.
        FullSelf = "fulamt", "全自费", "full self-pay";
    }
}

coded! {
    /// The funds in the order a plan asks them.
    Stage {
        /// The pooled fund; always first.
        Pooled = "pool", "统筹基金", "pooled fund";
        /// The large-amount supplement, on what is above an overflow cap.
        Supplement = "hifob", "大额医疗费用补助", "large-amount supplement";
        /// Major illness insurance.
        MajorIllness = "mi", "大病保险", "major illness insurance";
        /// The civil-servant supplement.
        CivilServant = "cvlserv", "公务员医疗补助", "civil-servant supplement";
        /// The enterprise supplement.
        Enterprise = "hifes", "企业补充医疗保险", "enterprise supplement";
        /// Medical aid.
        Aid = "aid", "医疗救助", "medical aid";
    }
}

coded! {
    /// Where a stay across the end of a benefit year is counted.
    CrossYear {
        /// Whole in the year of discharge.
        ByDischarge = "by_discharge", "按出院年度", "by discharge";
        /// Parted by a mid-stay settlement on the year's last day.
        Split = "split", "年末分段结算", "split at the year's end";
    }
}

/// A treatment type: a code of two to six digits, read as a prefix tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MedType(u32);

impl MedType {
    /// Out-patient, `11`.
    pub const OUT_PATIENT: Self = Self(111);
    /// In-patient, `21`.
    pub const IN_PATIENT: Self = Self(121);
    /// Chronic and special diseases, `14`.
    pub const CHRONIC: Self = Self(114);
    /// Pharmacy, `41`.
    pub const PHARMACY: Self = Self(141);

    /// Reads two to six digits.
    pub fn read(code: &str) -> Option<Self> {
        if !(2..=6).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // A leading 1 keeps leading zeros and the length.
        format!("1{code}").parse().ok().map(Self)
    }

    /// The number that stands for it in stored inputs.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The other way of [`Self::number`].
    pub fn from_number(number: u32) -> Option<Self> {
        // A 1 and two to six digits.
        let fits =
            matches!(number, 100..=199 | 1000..=1999 | 10_000..=19_999 | 100_000..=199_999 | 1_000_000..=1_999_999);
        fits.then_some(Self(number))
    }

    /// Whether it is `prefix` or stands under it.
    pub const fn under(self, prefix: Self) -> bool {
        let mut left = self.0;
        while left > prefix.0 {
            left = left.wrapping_div(10);
        }
        left == prefix.0
    }

    /// The pool it is counted in where a plan says nothing else; `None` where it
    /// belongs to no pool of a basic plan (long-term care, and what is unknown).
    pub const fn pool(self) -> Option<Pool> {
        let mut two = self.0;
        while two >= 1000 {
            two = two.wrapping_div(10);
        }
        match two {
            114 => Some(Pool::Chronic),
            120..=129 | 152 => Some(Pool::Ip),
            110..=119 | 141 | 151 | 153 | 181 => Some(Pool::Op),
            _ => None,
        }
    }
}

impl fmt::Display for MedType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_string().get(1..).unwrap_or_default())
    }
}

impl Serialize for MedType {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MedType {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = String::deserialize(from)?;
        Self::read(&code).ok_or_else(|| de::Error::custom(format!("`{code}` is not two to six digits")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn med(code: &str) -> MedType {
        MedType::read(code).expect("a treatment type")
    }

    #[test]
    fn treatment_types_are_a_prefix_tree() {
        for (code, pool) in [
            ("11", Some(Pool::Op)),
            ("14", Some(Pool::Chronic)),
            ("140104", Some(Pool::Chronic)),
            ("21", Some(Pool::Ip)),
            ("2101", Some(Pool::Ip)),
            ("41", Some(Pool::Op)),
            ("52", Some(Pool::Ip)),
            ("61", None),
            ("9904", None),
            ("01", None),
        ] {
            assert_eq!(med(code).pool(), pool, "{code}");
            assert_eq!(med(code).to_string(), code);
            assert_eq!(MedType::from_number(med(code).number()), Some(med(code)));
        }
        assert!(med("140104").under(med("14")) && med("14").under(med("14")));
        assert!(!med("14").under(med("1401")) && !med("15").under(med("14")) && !med("2114").under(med("14")));
        for code in ["", "1", "1234567", "1a", "１１"] {
            assert_eq!(MedType::read(code), None, "{code:?}");
        }
    }

    #[test]
    fn codes_are_read_as_written() {
        for level in Level::ALL {
            assert_eq!(Level::read(level.code()), Some(*level));
            assert_eq!(Level::at(u8::try_from(level.index()).expect("few")), Some(*level));
        }
        assert_eq!(Class::read("D"), None);
        assert!(serde_json::from_str::<Pool>("\"opp\"").expect_err("unknown").to_string().contains("`op` `ip`"));
    }
}
