//! Reading the named nodes of an input: texts with lengths, yuan and quantities from
//! their digits and never through a float, days and instants.

use super::Refusal;
use super::envelope::{Message, moment, text_of};
use insurance::Day;
use kernel::{Error, Fen};
use serde_json::{Map, Value};
use settlement::rules::price::Price;

/// A node of an input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a>(&'a Map<String, Value>);

/// Rows of a node at most; more are refused before they are read.
const ROWS_MAX: usize = 5_000;

impl<'a> Node<'a> {
    /// The first of these nodes that is there; an input without nodes is one itself.
    pub(super) fn of(message: &'a Message, names: &[&str]) -> Result<Self, Error> {
        for name in names {
            match message.input.get(*name) {
                Some(Value::Object(node)) => return Ok(Self(node)),
                Some(Value::Array(rows)) => {
                    if let Some(Value::Object(node)) = rows.first() {
                        return Ok(Self(node));
                    }
                }
                Some(_) | None => {}
            }
        }
        Err(Refusal::FieldMissing.at(names.first().copied().unwrap_or("input")))
    }

    /// The rows of a node; none when it is not there.
    pub(super) fn rows(message: &'a Message, names: &[&str]) -> Result<Vec<Self>, Error> {
        let found = names.iter().find_map(|name| message.input.get(*name).map(|value| (*name, value)));
        let Some((name, value)) = found else { return Ok(Vec::new()) };
        Self::list(name, value)
    }

    fn list(name: &str, value: &'a Value) -> Result<Vec<Self>, Error> {
        match value {
            Value::Object(node) => Ok(vec![Self(node)]),
            Value::Null => Ok(Vec::new()),
            Value::Array(rows) if rows.len() <= ROWS_MAX => {
                rows.iter().map(|row| row.as_object().map(Self).ok_or_else(|| Refusal::FieldWrong.at(name))).collect()
            }
            _ => Err(Refusal::FieldWrong.at(name)),
        }
    }

    /// The rows of a member of this node.
    pub(super) fn inner(self, name: &str) -> Result<Vec<Self>, Error> {
        self.0.get(name).map_or(Ok(Vec::new()), |value| Self::list(name, value))
    }

    /// A member's text, empty when it is not there.
    pub(super) fn text(self, name: &str, max: usize) -> Result<String, Error> {
        let text = text_of(self.0.get(name)).ok_or_else(|| Refusal::FieldWrong.at(name))?;
        if text.contains(char::is_control) {
            return Err(Refusal::FieldWrong.at(name));
        }
        if text.chars().count() > max {
            return Err(Refusal::FieldTooLong.at(name).with(format!("at most {max} characters")));
        }
        Ok(text)
    }

    /// A member's text that must be there.
    pub(super) fn need(self, name: &str, max: usize) -> Result<String, Error> {
        let text = self.text(name, max)?;
        if text.is_empty() { Err(Refusal::FieldMissing.at(name)) } else { Ok(text) }
    }

    /// Yuan, when there.
    pub(super) fn yuan(self, name: &str) -> Result<Option<i64>, Error> {
        let text = self.text(name, 40)?;
        if text.is_empty() {
            return Ok(None);
        }
        decimal(&text, 2).map(Some).ok_or_else(|| Refusal::AmountInvalid.at(name).with(text))
    }

    /// Yuan that must be there.
    pub(super) fn need_yuan(self, name: &str) -> Result<i64, Error> {
        self.yuan(name)?.ok_or_else(|| Refusal::FieldMissing.at(name))
    }

    /// The price of a unit, at most six decimals (`pric`).
    pub(super) fn price(self, name: &str) -> Result<Price, Error> {
        let text = self.need(name, 40)?;
        Price::read(&text).ok_or_else(|| Refusal::AmountInvalid.at(name).with(text))
    }

    /// A quantity in thousandths.
    pub(super) fn quantity(self, name: &str) -> Result<i64, Error> {
        let text = self.need(name, 40)?;
        decimal(&text, 3).ok_or_else(|| Refusal::AmountInvalid.at(name).with(text))
    }

    /// `1` for yes; `0` and nothing for no.
    pub(super) fn flag(self, name: &str) -> Result<Option<bool>, Error> {
        match self.text(name, 3)?.as_str() {
            "" => Ok(None),
            "0" => Ok(Some(false)),
            "1" => Ok(Some(true)),
            _ => Err(Refusal::FieldWrong.at(name).with("0, 1")),
        }
    }

    /// A day, also of an instant.
    pub(super) fn day(self, name: &str) -> Result<Option<Day>, Error> {
        Ok(self.instant(name)?.map(Day::of))
    }

    /// An instant of China's time.
    pub(super) fn instant(self, name: &str) -> Result<Option<i64>, Error> {
        let text = self.text(name, 19)?;
        if text.is_empty() {
            return Ok(None);
        }
        moment(&text).map(Some).ok_or_else(|| Refusal::FieldWrong.at(name).with("yyyy-MM-dd HH:mm:ss"))
    }

    /// A day that must be there.
    pub(super) fn need_day(self, name: &str) -> Result<Day, Error> {
        self.day(name)?.ok_or_else(|| Refusal::FieldMissing.at(name))
    }
}

/// Digits with at most one point as a whole number of the given decimals: `12.5` with
/// three is 12500. Further decimals must be zeros, up to the six the interface allows.
fn decimal(text: &str, places: usize) -> Option<i64> {
    const DECIMALS_MAX: usize = 6;
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(rest) || rest.len() > DECIMALS_MAX {
        return None;
    }
    let kept = rest.get(..places.min(rest.len()))?;
    if rest.get(kept.len()..)?.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let number: i64 = format!("{whole}{kept:0<places$}").parse().ok()?;
    // As far as an amount of money is believed (`Fen::from_yuan`), with room for thousandths.
    (number <= kernel::FEN_MAX.0.saturating_mul(10)).then_some(if negative { -number } else { number })
}

/// Yuan as the interface writes them.
pub(super) fn yuan(fen: i64) -> String {
    Fen(fen).to_string()
}

/// A quantity of thousandths, four decimals.
pub(super) fn quantity(milli: i64) -> String {
    let size = milli.unsigned_abs();
    format!("{}{}.{:03}0", if milli < 0 { "-" } else { "" }, size / 1000, size % 1000)
}

/// Basis points as a share, four decimals.
pub(super) fn share(bp: i32) -> String {
    let size = bp.unsigned_abs();
    format!("{}.{:04}", size / 10_000, size % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_their_digits() {
        for (text, places, wanted) in [
            ("12.5", 2, Some(1250)),
            ("12.500000", 2, Some(1250)),
            ("0.07", 2, Some(7)),
            ("-3", 2, Some(-300)),
            ("1.5", 3, Some(1500)),
            ("1.2340", 3, Some(1234)),
            ("1.2345", 3, None),
            ("12.505", 2, None),
            ("1,200.00", 2, None),
            ("1e3", 2, None),
            ("+1", 2, None),
            (".5", 2, None),
            ("5.", 2, None),
            ("", 2, None),
            ("NaN", 2, None),
            ("１", 2, None),
            ("9223372036854775807", 2, None),
            ("99999999999999.00", 2, None),
            ("12.5000000", 2, None),
        ] {
            assert_eq!(decimal(text, places), wanted, "{text} {places}");
        }
    }

    #[test]
    fn numbers_are_written_with_their_decimals() {
        assert_eq!((yuan(-5), yuan(123_456)), ("-0.05".into(), "1234.56".into()));
        assert_eq!((quantity(2000), quantity(-1500)), ("2.0000".into(), "-1.5000".into()));
        assert_eq!((share(1000), share(10_000)), ("0.1000".into(), "1.0000".into()));
    }
}
