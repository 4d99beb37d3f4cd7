//! One line of a bill: an item, how much of it, what it costs.

use crate::Refusal;
use kernel::{Error, Fen, Rounding};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Lines of a bill, and charges of a visit, at most.
pub const LINES_MAX: usize = 1000;
/// Characters of a code at most.
pub const CODE_MAX: usize = 64;
/// Characters of a name at most.
pub const NAME_MAX: usize = 200;
/// Characters of category, class and unit at most.
const WORD_MAX: usize = 24;

/// Charge categories (med_chrgitm_type, insurance.md §1.4), Chinese and English.
const CATEGORIES: &[(&str, &str, &str)] = &[
    ("01", "床位费", "bed"),
    ("02", "诊察费", "consultation"),
    ("03", "检查费", "examination"),
    ("04", "化验费", "laboratory"),
    ("05", "治疗费", "treatment"),
    ("06", "手术费", "surgery"),
    ("07", "护理费", "nursing"),
    ("08", "卫生材料费", "material"),
    ("09", "西药费", "western drug"),
    ("10", "中药饮片费", "TCM pieces"),
    ("11", "中成药费", "Chinese patent drug"),
    ("12", "一般诊疗费", "general consultation"),
    ("13", "挂号费", "registration"),
    ("14", "其他费", "other"),
];

/// What a charge category is called; the code itself when it is not known.
pub fn category_name(code: &str, english: bool) -> &str {
    let found = CATEGORIES.iter().find(|(known, _, _)| *known == code);
    found.map_or(code, |(_, zh, en)| if english { en } else { zh })
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// The catalogue's code of the item.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// Charge category, two digits.
    pub category: String,
    /// Catalogue class as printed: 甲, 乙 90%, 丙; may be empty.
    #[serde(default)]
    pub class: String,
    /// Of what it is counted: 次, 盒; may be empty.
    #[serde(default)]
    pub unit: String,
    /// How much, thousandths; negative where an earlier line is taken back.
    pub qty_milli: i64,
    /// The price of one unit.
    #[serde(with = "fen")]
    pub price: Fen,
    /// Price times quantity, halves rounded up.
    #[serde(with = "fen")]
    pub amount: Fen,
    /// What the pooled fund pays of it, where the adjudication splits by line.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "fen_if")]
    pub fund: Option<Fen>,
    /// What the person pays of it, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "fen_if")]
    pub own: Option<Fen>,
}

/// Fen as a whole number of JSON.
pub(crate) mod fen {
    use kernel::Fen;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
    pub(crate) fn serialize<S: Serializer>(amount: &Fen, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(amount.0)
    }

    pub(crate) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Fen, D::Error> {
        i64::deserialize(from).map(Fen)
    }
}

/// Fen that may be missing.
pub(crate) mod fen_if {
    use kernel::Fen;
    use serde::{Deserialize, Deserializer, Serialize as _, Serializer};

    #[expect(clippy::ref_option, reason = "the shape serde asks for")]
    pub(crate) fn serialize<S: Serializer>(amount: &Option<Fen>, to: S) -> Result<S::Ok, S::Error> {
        amount.map(|amount| amount.0).serialize(to)
    }

    pub(crate) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Option<Fen>, D::Error> {
        Option::<i64>::deserialize(from).map(|amount| amount.map(Fen))
    }
}

fn short(text: &str, max: usize) -> bool {
    text.chars().count() <= max && !text.chars().any(char::is_control)
}

impl Charge {
    /// A line whose amount is worked out; refuses an empty code or name.
    pub fn priced(code: &str, name: &str, category: &str, qty_milli: i64, price: Fen) -> Result<Self, Error> {
        let charge = Self {
            code: code.to_owned(),
            name: name.to_owned(),
            category: category.to_owned(),
            class: String::new(),
            unit: String::new(),
            qty_milli,
            price,
            amount: price.times_milli(qty_milli, Rounding::HalfUp),
            fund: None,
            own: None,
        };
        charge.checked()?;
        Ok(charge)
    }

    /// Whether it can stand on a bill: readable words, a price that is believed,
    /// and an amount that is price times quantity.
    pub fn checked(&self) -> Result<(), Error> {
        let named = !self.code.is_empty() && !self.name.is_empty();
        let words = [&self.category, &self.class, &self.unit].iter().all(|word| short(word, WORD_MAX));
        if !named || !words || !short(&self.code, CODE_MAX) || !short(&self.name, NAME_MAX) {
            return Err(Refusal::LineInvalid.error());
        }
        let believed = |amount: Fen| (-kernel::FEN_MAX.0..=kernel::FEN_MAX.0).contains(&amount.0);
        if self.price < Fen::ZERO || !believed(self.price) || !believed(self.amount) {
            return Err(Refusal::TotalMismatch.at("amount"));
        }
        if self.price.times_milli(self.qty_milli, Rounding::HalfUp) != self.amount {
            return Err(Refusal::TotalMismatch.at("amount"));
        }
        let split = match (self.fund, self.own) {
            (Some(fund), Some(own)) => fund.plus(own) == Some(self.amount),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if split { Ok(()) } else { Err(Refusal::TotalMismatch.at("fund")) }
    }
}

/// Whether lines can stand on one bill, and their sum.
pub fn summed(lines: &[Charge]) -> Result<Fen, Error> {
    if lines.is_empty() || lines.len() > LINES_MAX {
        return Err(Refusal::LinesLimit.at("lines"));
    }
    let mut items: BTreeMap<&str, Fen> = BTreeMap::new();
    let mut total = Fen::ZERO;
    for (n, line) in lines.iter().enumerate() {
        line.checked().map_err(|error| error.at(format!("lines[{n}]")))?;
        total = total.plus(line.amount).ok_or_else(|| Refusal::TotalMismatch.at("lines"))?;
        let item = items.entry(&line.code).or_default();
        *item = item.plus(line.amount).ok_or_else(|| Refusal::TotalMismatch.at("lines"))?;
    }
    match items.iter().find(|(_, net)| **net < Fen::ZERO) {
        Some((code, _)) => Err(Refusal::LineNegative.at("lines").with((*code).to_owned())),
        None => Ok(total),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(qty_milli: i64, price: i64) -> Charge {
        Charge::priced("C1", "血常规", "04", qty_milli, Fen(price)).expect("it can stand on a bill")
    }

    #[test]
    fn a_line_costs_price_times_quantity() {
        assert_eq!(line(2000, 2320).amount, Fen(4640));
        assert_eq!(line(500, 3).amount, Fen(2));
        let mut wrong = line(1000, 2200);
        wrong.amount = Fen(2201);
        assert_eq!(wrong.checked().unwrap_err().code(), "bills.total-mismatch");
        wrong = line(1000, 2200);
        wrong.name.clear();
        assert_eq!(wrong.checked().unwrap_err().code(), "bills.line-invalid");
        assert_eq!(Charge::priced("C1", "a", "04", 1000, Fen(-1)).unwrap_err().code(), "bills.total-mismatch");
        assert_eq!(
            Charge::priced("C1", "a", "04", i64::MAX, Fen(i64::MAX)).unwrap_err().code(),
            "bills.total-mismatch"
        );
    }

    #[test]
    fn what_is_taken_back_is_no_more_than_was_charged() {
        assert_eq!(summed(&[line(2000, 100), line(-1000, 100)]).unwrap(), Fen(100));
        assert_eq!(summed(&[line(1000, 100), line(-2000, 100)]).unwrap_err().code(), "bills.line-negative");
        assert_eq!(summed(&[]).unwrap_err().code(), "bills.lines-limit");
        assert_eq!(summed(&vec![line(1000, 1); LINES_MAX + 1]).unwrap_err().code(), "bills.lines-limit");
    }

    proptest! {
        #[test]
        fn a_line_comes_back_from_its_json(qty in -9_999_999i64..9_999_999, price in 0i64..99_999_999) {
            let line = line(qty, price);
            let text = serde_json::to_string(&line).unwrap();
            prop_assert_eq!(serde_json::from_str::<Charge>(&text).unwrap(), line);
        }
    }
}
