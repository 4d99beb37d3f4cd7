//! From a text to a code: prefix, base 45, version, kind, suite, and then the
//! kind's own layout. One meaning has one text; nothing is guessed or mended.

use crate::{Paper, Phone, Shown, Site, VERSION, base45};

/// How the text begins.
pub const PREFIX: &str = "YM1:";
/// Characters of a text at most; longer ones are not looked at.
pub const TEXT_MAX: usize = 512;

/// A code whose form is right; what it says is not yet known to be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// Q1.
    Phone(Phone),
    /// Q2.
    Offline(Box<Shown>),
    /// Q3.
    Paper(Box<Paper>),
    /// Q4.
    Site(Box<Site>),
}

impl Code {
    /// Its one text.
    pub fn text(&self) -> String {
        match self {
            Self::Phone(code) => code.text(),
            Self::Offline(code) => code.text(),
            Self::Paper(code) => code.text(),
            Self::Site(code) => code.text(),
        }
    }
}

/// Why a text is no code, in the order in which it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Nothing but blanks.
    Empty,
    /// More than [`TEXT_MAX`] bytes.
    TooLong,
    /// Does not begin like a code of this system.
    NotOurs,
    /// Ours, but of another version: an update is needed.
    Version(u8),
    /// What follows the prefix is not base 45.
    Text,
    /// A kind that is not known here.
    Kind(u8),
    /// A suite that is not known here, or that the kind does not use.
    Suite(u8),
    /// Too few or too many bytes for its kind.
    Length(usize),
    /// A field holds what it must not, by name.
    Field(&'static str),
}

impl Unreadable {
    /// A stable word for logs, vectors and other languages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too-long",
            Self::NotOurs => "not-ours",
            Self::Version(_) => "version",
            Self::Text => "text",
            Self::Kind(_) => "kind",
            Self::Suite(_) => "suite",
            Self::Length(_) => "length",
            Self::Field(_) => "field",
        }
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing was read"),
            Self::TooLong => write!(f, "longer than {TEXT_MAX} characters"),
            Self::NotOurs => write!(f, "does not begin with {PREFIX}"),
            Self::Version(version) => write!(f, "version {version} is not known"),
            Self::Text => f.write_str("what follows the prefix is not base 45"),
            Self::Kind(kind) => write!(f, "kind {kind} is not known"),
            Self::Suite(suite) => write!(f, "suite {suite} is not known for this kind"),
            Self::Length(length) => write!(f, "{length} bytes are not a code of this kind"),
            Self::Field(field) => write!(f, "the field {field} is not valid"),
        }
    }
}

impl std::error::Error for Unreadable {}

/// Reads a scanned or pasted text; ASCII blanks around it are left aside.
pub fn read(text: &str) -> Result<Code, Unreadable> {
    let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
    if text.is_empty() {
        return Err(Unreadable::Empty);
    }
    if text.len() > TEXT_MAX {
        return Err(Unreadable::TooLong);
    }
    let Some(body) = text.strip_prefix(PREFIX) else {
        return Err(other_version(text).map_or(Unreadable::NotOurs, Unreadable::Version));
    };
    read_bytes(&base45::decode(body.as_bytes()).ok_or(Unreadable::Text)?)
}

/// Reads the bytes of a code.
pub fn read_bytes(bytes: &[u8]) -> Result<Code, Unreadable> {
    let [head, suite, ..] = *bytes else { return Err(Unreadable::Length(bytes.len())) };
    if head >> 4 != VERSION {
        return Err(Unreadable::Version(head >> 4));
    }
    match head & 0x0F {
        1 => Phone::read(bytes, suite).map(Code::Phone),
        2 => Shown::read(bytes).map(|code| Code::Offline(Box::new(code))),
        3 => Paper::read(bytes).map(|code| Code::Paper(Box::new(code))),
        4 => Site::read(bytes).map(|code| Code::Site(Box::new(code))),
        kind => Err(Unreadable::Kind(kind)),
    }
}

/// The one text of some bytes.
pub(crate) fn write(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(PREFIX.len() + bytes.len().div_ceil(2) * 3);
    text.push_str(PREFIX);
    base45::encode(bytes, &mut text);
    text
}

/// `YM2:` and the like: ours, but of a time to come.
fn other_version(text: &str) -> Option<u8> {
    let (number, _) = text.strip_prefix("YM")?.split_once(':')?;
    let plain = (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| number.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_code_is_told_from_what_is_not_ours_yet() {
        for (text, found) in [
            ("", Unreadable::Empty),
            (" \r\n\t", Unreadable::Empty),
            ("YM1:", Unreadable::Length(0)),
            ("YM1:0", Unreadable::Text),
            ("YM1:::::", Unreadable::Text),
            ("YM1:00", Unreadable::Length(1)),
            ("ym1:X62", Unreadable::NotOurs),
            ("https://example.org/", Unreadable::NotOurs),
            ("一码通", Unreadable::NotOurs),
            ("YM1:BB8", Unreadable::Version(4)),
            ("YM2:X62", Unreadable::Version(2)),
            ("YM12:", Unreadable::Version(12)),
            ("YM123:", Unreadable::NotOurs),
            ("YM:", Unreadable::NotOurs),
        ] {
            assert_eq!(read(text), Err(found), "{text:?}");
        }
        assert_eq!(read(&format!("YM1:{}", "0".repeat(600))), Err(Unreadable::TooLong));
        assert_eq!(read_bytes(&[0x15, 1]), Err(Unreadable::Kind(5)));
        assert_eq!(read_bytes(&[0x11, 3]), Err(Unreadable::Suite(3)));
        assert_eq!(read_bytes(&[0x11, 1]), Err(Unreadable::Length(2)));
    }
}
