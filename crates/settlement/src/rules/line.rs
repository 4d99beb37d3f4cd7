//! Fee lines: what a hospital charges, checked line by line and against what was
//! charged before.

use crate::Refusal;
use crate::rules::price::Price;
use insurance::rules::catalogue::{Catalogue, Class, Priced};
use kernel::{Error, FEN_MAX, Fen};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Lines of one upload at most.
pub const LINES_MAX: usize = 1_000;
/// Open lines of a visit at most: what one settlement takes.
pub const OPEN_LINES_MAX: usize = adjudication::LINES_MAX;
/// Thousandths of a unit on one line at most.
const QTY_MAX: i64 = 1_000_000_000;
/// Characters of a serial number, a code and a name at most.
const SN_MAX: usize = 30;
const CODE_MAX: usize = 50;
const NAME_MAX: usize = 100;

/// A line as a hospital sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineAsked {
    /// The hospital's serial number of the line (feedetl_sn).
    pub sn: String,
    /// National code; empty for an item that is not in the catalogue, which the
    /// person pays in full.
    #[serde(default)]
    pub code: String,
    /// The hospital's own code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub local_code: String,
    /// The hospital's own name; the catalogue's when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Thousandths of a unit; below zero for a return.
    pub qty_milli: i64,
    /// Price of a unit, fen; rounded where `price` says it exactly.
    pub price_fen: i64,
    /// What is charged, fen; price × quantity, rounded by the hospital.
    pub amount_fen: i64,
    /// The exact price of a unit in yuan where it has more than two decimals
    /// ([`Price`]), such as `0.1234` of a tablet; empty where `price_fen` is all of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub price: String,
    /// The serial number of the line that a return takes back.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// Charge category where there is no national code, two digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// Unit, as a bill prints it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
}

/// A line with what the catalogue says of it; kept as an array of its members, which
/// is half as long as an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub struct Line {
    /// What was sent.
    pub asked: LineAsked,
    /// A, B or C.
    pub class: Class,
    /// The person's share before anything else, basis points.
    pub selfpay_bp: i32,
    /// Price up to which the fund looks, fen.
    pub limit_fen: Option<i64>,
    /// The catalogue's name, or the hospital's.
    pub said: String,
    /// Charge category.
    pub kind: String,
}

/// The members in the order they are kept.
#[derive(Serialize, Deserialize)]
struct Kept(
    String,
    String,
    String,
    String,
    i64,
    i64,
    i64,
    String,
    String,
    String,
    Class,
    i32,
    Option<i64>,
    String,
    String,
    // Younger than the rest: a line that was kept before has none.
    #[serde(default, skip_serializing_if = "String::is_empty")] String,
);

impl From<Kept> for Line {
    fn from(kept: Kept) -> Self {
        let Kept(
            sn,
            code,
            local_code,
            name,
            qty,
            price,
            amount,
            of,
            category,
            unit,
            class,
            bp,
            limit,
            said,
            kind,
            exact,
        ) = kept;
        Self {
            asked: LineAsked {
                sn,
                code,
                local_code,
                name,
                qty_milli: qty,
                price_fen: price,
                amount_fen: amount,
                price: exact,
                of,
                category,
                unit,
            },
            class,
            selfpay_bp: bp,
            limit_fen: limit,
            said,
            kind,
        }
    }
}

impl From<Line> for Kept {
    fn from(line: Line) -> Self {
        let asked = line.asked;
        Self(
            asked.sn,
            asked.code,
            asked.local_code,
            asked.name,
            asked.qty_milli,
            asked.price_fen,
            asked.amount_fen,
            asked.of,
            asked.category,
            asked.unit,
            line.class,
            line.selfpay_bp,
            line.limit_fen,
            line.said,
            line.kind,
            asked.price,
        )
    }
}

impl Line {
    /// As the adjudicator takes it.
    pub fn adjudicated(&self) -> adjudication::Line {
        adjudication::Line {
            class: match self.class {
                Class::A => adjudication::Class::A,
                Class::B => adjudication::Class::B,
                Class::C => adjudication::Class::C,
            },
            amount: Fen(self.asked.amount_fen),
            qty_milli: self.asked.qty_milli,
            selfpay_bp: self.selfpay_bp,
            limit_price: self.limit_fen.map(Fen),
        }
    }

    /// What is charged.
    pub fn amount(&self) -> Fen {
        Fen(self.asked.amount_fen)
    }

    /// The class as a bill prints it: 甲, 乙 10%, 丙.
    pub fn class_printed(&self) -> String {
        match self.class {
            Class::A => "甲".into(),
            Class::B => format!("乙 {}", kernel::Bp(self.selfpay_bp)),
            Class::C => "丙".into(),
        }
    }
}

fn text_fits(text: &str, max: usize) -> bool {
    text.chars().count() <= max && !text.contains(char::is_control)
}

impl LineAsked {
    /// The price of a unit; nothing where fen and digits do not say the same, or the
    /// digits are not in their one form.
    pub fn unit_price(&self) -> Option<Price> {
        let price = if self.price.is_empty() { Price::of_fen(self.price_fen) } else { Price::read(&self.price) };
        price.filter(|price| price.believed() && price.kept() == (self.price_fen, self.price.clone()))
    }

    /// The price of a unit as it is shown: `22.00`, `0.1234`.
    pub fn price_said(&self) -> String {
        if self.price.is_empty() { Fen(self.price_fen).to_string() } else { self.price.clone() }
    }

    /// Checks one line by itself.
    fn checked(&self) -> Result<(), Error> {
        if self.sn.is_empty() || self.sn.len() > SN_MAX || self.sn.contains(char::is_whitespace) {
            return Err(Refusal::LineInvalid.at("sn"));
        }
        let texts = [
            (&self.code, CODE_MAX, "code"),
            (&self.local_code, CODE_MAX, "local_code"),
            (&self.name, NAME_MAX, "name"),
        ];
        for (text, max, field) in texts {
            if !text_fits(text, max) {
                return Err(Refusal::LineInvalid.at(field).with(self.sn.clone()));
            }
        }
        if !text_fits(&self.category, 6) || !text_fits(&self.unit, 20) {
            return Err(Refusal::LineInvalid.at("category").with(self.sn.clone()));
        }
        if self.qty_milli == 0 || self.qty_milli.checked_abs().is_none_or(|qty| qty > QTY_MAX) {
            return Err(Refusal::LineInvalid.at("qty_milli").with(self.sn.clone()));
        }
        let price = self.unit_price().ok_or_else(|| Refusal::LineInvalid.at("price_fen").with(self.sn.clone()))?;
        let believed = self.amount_fen.checked_abs().is_some_and(|size| size <= FEN_MAX.0);
        if !believed || !price.fits(self.qty_milli, Fen(self.amount_fen)) {
            let product = price.amount(self.qty_milli).map(|fen| fen.to_string()).unwrap_or_default();
            return Err(Refusal::TotalMismatch.at("amount_fen").with(format!("{}: {product}", self.sn)));
        }
        if self.of.is_empty() == (self.qty_milli < 0) {
            return Err(Refusal::LineInvalid.at("of").with(self.sn.clone()));
        }
        Ok(())
    }

    fn kept(self, priced: Option<Priced>) -> Line {
        match priced {
            Some(priced) => Line {
                class: priced.class,
                selfpay_bp: priced.selfpay_bp,
                limit_fen: priced.limit.map(|limit| limit.0),
                said: if self.name.is_empty() { priced.name } else { self.name.clone() },
                kind: priced.category,
                asked: self,
            },
            None => Line {
                class: Class::C,
                selfpay_bp: 0,
                limit_fen: None,
                said: self.name.clone(),
                kind: self.category.clone(),
                asked: self,
            },
        }
    }
}

/// What an upload comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// Lines that are new, in the order they came.
    pub lines: Vec<Line>,
    /// Serial numbers of lines that had come before with the same content.
    pub repeated: usize,
    /// The sum of the new lines.
    pub total: Fen,
}

/// Checks an upload against the lines the visit has, and prices what is new: a line
/// that came before with the same content changes nothing, one with another content
/// is refused, a return must leave no less than nothing of its original.
pub fn charge(asked: Vec<LineAsked>, known: &[Line], catalogue: Option<&Catalogue>) -> Result<Charged, Error> {
    if asked.is_empty() || asked.len() > LINES_MAX {
        return Err(Refusal::TooManyLines.at("lines").with(format!("1 to {LINES_MAX}")));
    }
    let mut by_sn: HashMap<&str, &LineAsked> = known.iter().map(|line| (line.asked.sn.as_str(), &line.asked)).collect();
    for line in &asked {
        line.checked()?;
    }
    let mut fresh = Vec::with_capacity(asked.len());
    let mut repeated = 0usize;
    for line in &asked {
        match by_sn.get(line.sn.as_str()) {
            Some(old) if *old == line => repeated = repeated.saturating_add(1),
            Some(_) => return Err(Refusal::LineDuplicate.at("sn").with(line.sn.clone())),
            None => {
                by_sn.insert(&line.sn, line);
                fresh.push(line.clone());
            }
        }
    }
    returns_fit(known, &fresh)?;
    let mut lines = Vec::with_capacity(fresh.len());
    let mut total = Fen::ZERO;
    for line in fresh {
        let priced = match (catalogue, line.code.is_empty()) {
            (_, true) => None,
            (Some(catalogue), false) => Some(catalogue.price(&line.code)?),
            (None, false) => return Err(insurance::Refusal::CatalogueVersionUnknown.at("catalogue")),
        };
        total = total.plus(Fen(line.amount_fen)).filter(|sum| sum.0.abs() <= FEN_MAX.0).ok_or_else(too_large)?;
        lines.push(line.kept(priced));
    }
    Ok(Charged { lines, repeated, total })
}

fn too_large() -> Error {
    Refusal::LineInvalid.at("amount_fen").with("the sum is too large")
}

/// Every return names a charge of the same code, and all returns of it together take
/// back no more than it was.
fn returns_fit(known: &[Line], fresh: &[LineAsked]) -> Result<(), Error> {
    let all = || known.iter().map(|line| &line.asked).chain(fresh);
    for back in fresh.iter().filter(|line| line.qty_milli < 0) {
        let original = all().find(|line| line.sn == back.of && line.qty_milli > 0 && line.code == back.code);
        let original = original.ok_or_else(|| Refusal::LineNegativeNet.at("of").with(back.sn.clone()))?;
        let (mut qty, mut amount) = (original.qty_milli, original.amount_fen);
        for line in all().filter(|line| line.of == back.of) {
            qty = qty.saturating_add(line.qty_milli);
            amount = amount.saturating_add(line.amount_fen);
        }
        if qty < 0 || amount < 0 {
            return Err(Refusal::LineNegativeNet.at("qty_milli").with(back.sn.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sn: &str, qty: i64, price: i64, amount: i64) -> LineAsked {
        LineAsked {
            sn: sn.into(),
            code: String::new(),
            local_code: String::new(),
            name: "挂号费".into(),
            qty_milli: qty,
            price_fen: price,
            amount_fen: amount,
            price: String::new(),
            of: String::new(),
            category: "13".into(),
            unit: "次".into(),
        }
    }

    fn fine(sn: &str, qty: i64, exact: &str, price: i64, amount: i64) -> LineAsked {
        LineAsked { price: exact.into(), ..line(sn, qty, price, amount) }
    }

    #[test]
    fn lines_kept_before_prices_had_more_decimals_are_read() {
        let lines = charge(vec![line("1", 2000, 500, 1000), fine("2", 21_000, "0.1234", 12, 259)], &[], None);
        let lines = lines.unwrap().lines;
        let kept = serde_json::to_value(&lines).unwrap();
        assert_eq!(kept[0].as_array().map(Vec::len), Some(15), "as long as ever where nothing is new: {kept}");
        assert_eq!(kept[1][15], "0.1234");
        assert_eq!(serde_json::from_value::<Vec<Line>>(kept).unwrap(), lines);
    }

    fn back(sn: &str, of: &str, qty: i64, price: i64, amount: i64) -> LineAsked {
        LineAsked { of: of.into(), ..line(sn, qty, price, amount) }
    }

    fn code(asked: Vec<LineAsked>, known: &[Line]) -> &'static str {
        charge(asked, known, None).map_or_else(|error| error.code(), |_| "ok")
    }

    #[test]
    fn lines_are_checked() {
        let known = charge(vec![line("1", 2000, 500, 1000)], &[], None).unwrap().lines;
        let coded = LineAsked { code: "X01".into(), ..line("9", 1000, 1, 1) };
        for (asked, wanted) in [
            (vec![line("2", 1500, 333, 500)], "ok"),
            (vec![line("2", 1500, 333, 499)], "settlement.total-mismatch"),
            (vec![line("2", 1000, 500, -500)], "settlement.total-mismatch"),
            (vec![line("2", 0, 500, 0)], "settlement.line-invalid"),
            (vec![line("2", i64::MIN, 500, 0)], "settlement.line-invalid"),
            (vec![line("2", 1000, -5, -5)], "settlement.line-invalid"),
            (vec![line("2", 1000, i64::MAX, i64::MAX)], "settlement.line-invalid"),
            (vec![line("", 1000, 5, 5)], "settlement.line-invalid"),
            (vec![line("1", 2000, 500, 1000)], "ok"),
            (vec![line("1", 2000, 501, 1002)], "settlement.line-duplicate"),
            (vec![line("3", 1000, 5, 5), line("3", 1000, 6, 6)], "settlement.line-duplicate"),
            (vec![back("4", "1", -2000, 500, -1000)], "ok"),
            (vec![back("4", "1", -3000, 500, -1500)], "settlement.line-negative-net"),
            (vec![back("4", "1", -1000, 500, -500), back("5", "1", -2000, 500, -1000)], "settlement.line-negative-net"),
            (vec![back("4", "7", -1000, 500, -500)], "settlement.line-negative-net"),
            (vec![line("4", -1000, 500, -500)], "settlement.line-invalid"),
            (vec![coded], "insurance.catalogue-version-unknown"),
            (vec![fine("2", 21_000, "0.1234", 12, 259)], "ok"),
            (vec![fine("2", 21_000, "0.1234", 12, 261)], "settlement.total-mismatch"),
            (vec![fine("2", 21_000, "0.1234", 13, 259)], "settlement.line-invalid"),
            (vec![fine("2", 21_000, "0.12340", 12, 259)], "settlement.line-invalid"),
            (vec![fine("2", 1_000, "5.00", 500, 500)], "settlement.line-invalid"),
            (vec![fine("2", 1_000, "a", 0, 0)], "settlement.line-invalid"),
            (vec![], "settlement.too-many-lines"),
        ] {
            assert_eq!(code(asked.clone(), &known), wanted, "{asked:?}");
        }
    }

    #[test]
    fn a_thousand_lines_are_taken_and_one_more_is_not() {
        let many = |count: usize| (0..count).map(|at| line(&at.to_string(), 1000, 1, 1)).collect::<Vec<_>>();
        assert_eq!(charge(many(LINES_MAX), &[], None).unwrap().total, Fen(1000));
        assert_eq!(code(many(LINES_MAX + 1), &[]), "settlement.too-many-lines");
    }
}
