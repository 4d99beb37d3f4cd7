//! Everything a page says, once per language: the language itself, the table of
//! words ([`Word`]) and how instants are written ([`dates`]).
//!
//! A word is a variant, so a page that uses one the table lacks does not compile,
//! and a row without its Chinese or its English does not compile either.
//! What comes out of a record (a hospital's report, a name) is never translated here.

pub mod dates;
mod table;

pub use table::Word;

use std::ops::Index;

/// The languages pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese, the language of a region unless asked otherwise.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Both languages, for tests and samples.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The value of the `lang` attribute: `zh-CN` or `en`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language the switch on every page leads to.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// Reads a tag such as `zh`, `zh-CN` or `en-GB`; nothing for other languages.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let tag = tag.trim().as_bytes();
        let primary = tag.split(|byte| *byte == b'-' || *byte == b'_').next()?;
        match primary.to_ascii_lowercase().as_slice() {
            b"zh" => Some(Self::Zh),
            b"en" => Some(Self::En),
            _ => None,
        }
    }

    /// The language an `Accept-Language` header likes best among ours; equal
    /// weights keep the header's order (RFC 9110 §12.5.4).
    pub fn from_accept(header: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for range in header.split(',').take(ACCEPT_RANGES_MAX) {
            let mut parts = range.split(';');
            let Some(lang) = parts.next().and_then(Self::from_tag) else {
                continue;
            };
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1000, thousandths);
            if weight > 0 && best.is_none_or(|(held, _)| weight > held) {
                best = Some((weight, lang));
            }
        }
        best.map(|(_, lang)| lang)
    }

    /// Chooses: what the address asks for, else what the cookie remembers, else
    /// what the browser likes, else Chinese.
    pub fn choose(query: Option<&str>, cookie: Option<&str>, accept: Option<&str>) -> Self {
        query
            .and_then(Self::from_tag)
            .or_else(|| cookie.and_then(Self::from_tag))
            .or_else(|| accept.and_then(Self::from_accept))
            .unwrap_or_default()
    }

    /// Two sentences one after the other, with a space where the language has one.
    pub fn sentences(self, one: &str, other: &str) -> String {
        match self {
            Self::Zh => format!("{one}{other}"),
            Self::En => format!("{one} {other}"),
        }
    }

    /// A word with its `{}` places filled in order; places left over stay empty.
    pub fn fill(self, word: Word, values: &[&str]) -> String {
        let mut values = values.iter();
        let mut pieces = self[word].split("{}");
        let mut filled = String::from(pieces.next().unwrap_or_default());
        for piece in pieces {
            filled.push_str(values.next().copied().unwrap_or_default());
            filled.push_str(piece);
        }
        filled
    }
}

/// `lang[Word::Records]` is the word in that language.
impl Index<Word> for Lang {
    type Output = str;

    fn index(&self, word: Word) -> &str {
        let (zh, en) = word.pair();
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// Ranges of an `Accept-Language` header that are looked at.
const ACCEPT_RANGES_MAX: usize = 16;

/// `0.8` as 800; what cannot be read counts as nothing.
fn thousandths(weight: &str) -> u16 {
    let weight = weight.trim();
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole, digits.parse::<u16>()) {
        ("0", Ok(thousandths)) => thousandths,
        ("1", Ok(0)) => 1000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_says_something_in_both_languages() {
        for word in Word::ALL {
            let (zh, en) = (&Lang::Zh[*word], &Lang::En[*word]);
            assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{word:?} is silent");
            assert_eq!(zh.matches("{}").count(), en.matches("{}").count(), "places of {word:?}");
            let foreign = en.chars().any(|c| ('\u{3000}'..'\u{ff00}').contains(&c));
            assert!(!foreign || *word == Word::OtherLanguage, "{word:?} is not English: {en}");
        }
    }

    #[test]
    fn the_address_beats_the_cookie_beats_the_browser() {
        let accept = Some("fr, en-GB;q=0.8, zh;q=0.9");
        assert_eq!(Lang::choose(None, None, accept), Lang::Zh);
        assert_eq!(Lang::choose(None, Some("en"), accept), Lang::En);
        assert_eq!(Lang::choose(Some("zh-CN"), Some("en"), accept), Lang::Zh);
        assert_eq!(Lang::choose(Some("xx"), None, Some("de")), Lang::Zh);
        assert_eq!(Lang::from_accept("zh;q=0, en;q=0.001"), Some(Lang::En));
        assert_eq!(Lang::from_accept("en, zh"), Some(Lang::En));
        assert_eq!(Lang::from_accept(";;q=,"), None);
    }

    #[test]
    fn places_are_filled_in_order() {
        assert_eq!(Lang::En.fill(Word::HoursMinutes, &["3", "12"]), "3 h 12 min");
        assert_eq!(Lang::En.fill(Word::HoursMinutes, &["3"]), "3 h  min");
    }
}
