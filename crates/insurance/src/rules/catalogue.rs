//! The catalogue of drugs, services and consumables: classes, limit prices,
//! self-pay shares, by version and day.

use crate::Refusal;
use crate::rules::day::Day;
use kernel::{Error, Fen};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How a fund looks at an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Class {
    /// In full.
    A,
    /// After the person's own share.
    B,
    /// Not at all.
    C,
}

impl Class {
    /// The letter.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }
}

/// An item as a catalogue file writes it, one JSON object a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// National code.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// English name, may be missing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// A, B or C.
    pub class: Class,
    /// The person's share before anything else, basis points; of class B.
    #[serde(default)]
    pub selfpay_bp: i32,
    /// Price up to which the fund looks, fen; no limit when nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_fen: Option<i64>,
    /// Kind of list: 101 drugs, 102 pieces, 201 services, 301 consumables (I4).
    #[serde(default)]
    pub list_type: String,
    /// Charge category: 01 bed, 03 exam, 04 lab, 09 western drug … (I4).
    #[serde(default)]
    pub category: String,
}

/// A version in memory.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The area.
    pub admdvs: String,
    /// As its authors call it.
    pub version: String,
    /// First day.
    pub from_on: Day,
    /// By code.
    pub items: HashMap<String, Item>,
}

/// Items of one version at most.
pub const ITEMS_MAX: usize = 500_000;
/// Characters of a code at most.
const CODE_MAX: usize = 50;
/// Characters of a name at most.
const NAME_MAX: usize = 200;

/// Reads a catalogue file; names the line that is wrong.
pub fn read(text: &str) -> Result<Vec<Item>, Error> {
    let wrong = |line: usize, why: String| Refusal::CatalogueInvalid.at("items").with(format!("line {line}: {why}"));
    let mut seen = std::collections::HashSet::new();
    let mut items = Vec::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let item: Item = serde_json::from_str(text).map_err(|error| wrong(line, error.to_string()))?;
        if item.code.is_empty() || item.code.len() > CODE_MAX || item.code.contains(char::is_whitespace) {
            return Err(wrong(line, "the code is empty, too long or holds blanks".into()));
        }
        if item.name.is_empty() || item.name.chars().count() > NAME_MAX || item.name.contains(char::is_control) {
            return Err(wrong(line, "the name is empty or too long".into()));
        }
        if !(0..=10_000).contains(&item.selfpay_bp) || (item.class != Class::B && item.selfpay_bp != 0) {
            return Err(wrong(line, "selfpay_bp is 0 to 10000, and only of class B".into()));
        }
        if item.limit_fen.is_some_and(|limit| !(0..=kernel::FEN_MAX.0).contains(&limit)) {
            return Err(wrong(line, "limit_fen is no amount".into()));
        }
        if !seen.insert(item.code.clone()) {
            return Err(wrong(line, format!("{} comes twice", item.code)));
        }
        if items.len() >= ITEMS_MAX {
            return Err(wrong(line, format!("more than {ITEMS_MAX} items")));
        }
        items.push(item);
    }
    if items.is_empty() {
        return Err(wrong(1, "no items".into()));
    }
    Ok(items)
}

/// How an item is paid on a line: what a settlement keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// A, B or C.
    pub class: Class,
    /// Basis points.
    pub selfpay_bp: i32,
    /// Fen for one; no limit when nothing.
    pub limit: Option<Fen>,
    /// Chinese name.
    pub name: String,
    /// Charge category.
    pub category: String,
}

impl Catalogue {
    /// The item with that code, or the refusal that there is none.
    pub fn price(&self, code: &str) -> Result<Priced, Error> {
        let item = self.items.get(code).ok_or_else(|| Refusal::LineCodeUnknown.at("code").with(code))?;
        Ok(Priced {
            class: item.class,
            selfpay_bp: item.selfpay_bp,
            limit: item.limit_fen.map(Fen),
            name: item.name.clone(),
            category: item.category.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_line_is_named() {
        for (text, part) in [
            ("", "no items"),
            ("{\"code\":\"X1\",\"name\":\"药\",\"class\":\"D\"}", "line 1"),
            ("{\"code\":\"X1\",\"name\":\"药\",\"class\":\"A\",\"selfpay_bp\":5}", "only of class B"),
            (
                "{\"code\":\"X1\",\"name\":\"药\",\"class\":\"A\"}\n{\"code\":\"X1\",\"name\":\"药\",\"class\":\"A\"}",
                "line 2: X1 comes twice",
            ),
            ("{\"code\":\"X 1\",\"name\":\"药\",\"class\":\"A\"}", "blanks"),
            ("{\"code\":\"X1\",\"name\":\"药\",\"class\":\"A\",\"limit_fen\":-1}", "no amount"),
            ("{\"code\":\"X1\",\"name\":\"药\",\"class\":\"A\",\"limit_fen\":1.5}", "line 1"),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error.code(), "insurance.catalogue-invalid");
            assert!(error.to_string().contains(part), "{text}: {error}");
        }
    }
}
