//! The primitive types: what their text or number must look like.

use serde_json::{Number, Value};

use crate::date;
use crate::narrative;

/// A text longer than this is refused, except base64 (bytes).
pub(crate) const TEXT_BYTES_MAX: usize = 1_048_576;
/// A decimal with more digits than this is refused.
const DECIMAL_LENGTH_MAX: usize = 64;

/// A primitive type of R4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Primitive {
    Boolean,
    Integer,
    PositiveInt,
    UnsignedInt,
    Decimal,
    String,
    Markdown,
    Code,
    Id,
    Uri,
    Url,
    Canonical,
    Oid,
    Uuid,
    Base64,
    Xhtml,
    Date,
    DateTime,
    Instant,
    Time,
}

/// What is wrong with a primitive value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The JSON type; the name of the one wanted, in English and Chinese.
    Type(&'static str, &'static str),
    Empty,
    Date,
    Number,
    Id,
    Uri,
    Base64,
    Text,
    TooLong,
    Narrative(&'static str, &'static str),
}

impl Primitive {
    /// The type of a FHIR name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "positiveInt" => Self::PositiveInt,
            "unsignedInt" => Self::UnsignedInt,
            "decimal" => Self::Decimal,
            "string" => Self::String,
            "markdown" => Self::Markdown,
            "code" => Self::Code,
            "id" => Self::Id,
            "uri" => Self::Uri,
            "url" => Self::Url,
            "canonical" => Self::Canonical,
            "oid" => Self::Oid,
            "uuid" => Self::Uuid,
            "base64Binary" => Self::Base64,
            "xhtml" => Self::Xhtml,
            "date" => Self::Date,
            "dateTime" => Self::DateTime,
            "instant" => Self::Instant,
            "time" => Self::Time,
            _ => return None,
        })
    }

    /// The FHIR name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::PositiveInt => "positiveInt",
            Self::UnsignedInt => "unsignedInt",
            Self::Decimal => "decimal",
            Self::String => "string",
            Self::Markdown => "markdown",
            Self::Code => "code",
            Self::Id => "id",
            Self::Uri => "uri",
            Self::Url => "url",
            Self::Canonical => "canonical",
            Self::Oid => "oid",
            Self::Uuid => "uuid",
            Self::Base64 => "base64Binary",
            Self::Xhtml => "xhtml",
            Self::Date => "date",
            Self::DateTime => "dateTime",
            Self::Instant => "instant",
            Self::Time => "time",
        }
    }

    /// Checks one value, which is neither null nor an array.
    pub(crate) fn check(self, value: &Value) -> Result<(), Wrong> {
        match self {
            Self::Boolean => match value {
                Value::Bool(_) => Ok(()),
                _ => Err(Wrong::Type("true or false", "true 或 false")),
            },
            Self::Integer => whole(value, i64::from(i32::MIN)),
            Self::PositiveInt => whole(value, 1),
            Self::UnsignedInt => whole(value, 0),
            Self::Decimal => match value {
                Value::Number(number) if number.as_str().len() <= DECIMAL_LENGTH_MAX => Ok(()),
                Value::Number(_) => Err(Wrong::Number),
                _ => Err(Wrong::Type("a number", "数字")),
            },
            _ => match value {
                Value::String(text) => self.check_text(text),
                _ => Err(Wrong::Type("a string", "字符串")),
            },
        }
    }

    fn check_text(self, text: &str) -> Result<(), Wrong> {
        if text.is_empty() {
            return Err(Wrong::Empty);
        }
        if text.len() > TEXT_BYTES_MAX && self != Self::Base64 {
            return Err(Wrong::TooLong);
        }
        let (good, wrong) = match self {
            Self::String | Self::Markdown => return check_string(text),
            Self::Xhtml => return narrative::check(text).map_err(|(en, zh)| Wrong::Narrative(en, zh)),
            Self::Code => (is_code(text), Wrong::Text),
            Self::Id => (is_id(text), Wrong::Id),
            Self::Uri | Self::Url | Self::Canonical => (is_uri(text), Wrong::Uri),
            Self::Oid => (is_oid(text), Wrong::Uri),
            Self::Uuid => (is_uuid(text), Wrong::Uri),
            Self::Base64 => (is_base64(text), Wrong::Base64),
            Self::Date => (date::is_date(text), Wrong::Date),
            Self::DateTime => (date::is_date_time(text), Wrong::Date),
            Self::Instant => (date::is_instant(text), Wrong::Date),
            Self::Time => (date::is_time(text), Wrong::Date),
            Self::Boolean | Self::Integer | Self::PositiveInt | Self::UnsignedInt | Self::Decimal => {
                (false, Wrong::Text)
            }
        };
        if good { Ok(()) } else { Err(wrong) }
    }
}

/// A whole number from `min` to 2,147,483,647, written without point or exponent.
fn whole(value: &Value, min: i64) -> Result<(), Wrong> {
    let Value::Number(number) = value else {
        return Err(Wrong::Type("a whole number", "整数"));
    };
    let good = plain(number) && number.as_i64().is_some_and(|number| number >= min && number <= i64::from(i32::MAX));
    if good { Ok(()) } else { Err(Wrong::Number) }
}

fn plain(number: &Number) -> bool {
    number.as_str().bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

/// Text with something to read in it; tab, line feed and carriage return are
/// the only control characters.
fn check_string(text: &str) -> Result<(), Wrong> {
    if text.bytes().any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) {
        return Err(Wrong::Text);
    }
    if text.starts_with(char::is_whitespace) && text.trim_start().is_empty() {
        return Err(Wrong::Empty);
    }
    Ok(())
}

/// No blanks at either end, inside only single ones.
fn is_code(text: &str) -> bool {
    let mut blank = true;
    for byte in text.bytes() {
        let now = byte <= b' ';
        if now && (blank || byte != b' ') {
            return false;
        }
        blank = now;
    }
    !blank
}

pub(crate) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}

/// No blanks; a `urn:uuid:` or `urn:oid:` must be one.
fn is_uri(text: &str) -> bool {
    if text.bytes().any(|byte| byte <= b' ') {
        return false;
    }
    match text.get(..8) {
        Some("urn:uuid") => is_uuid(text),
        Some("urn:oid:") => is_oid(text),
        _ => true,
    }
}

pub(crate) fn is_uuid(text: &str) -> bool {
    let Some(uuid) = text.strip_prefix("urn:uuid:") else { return false };
    uuid.len() == 36
        && uuid.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

pub(crate) fn is_oid(text: &str) -> bool {
    let Some(oid) = text.strip_prefix("urn:oid:") else { return false };
    let mut arcs = oid.split('.');
    matches!(arcs.next(), Some("0" | "1" | "2"))
        && oid.contains('.')
        && arcs.all(|arc| {
            !arc.is_empty()
                && arc.bytes().all(|byte| byte.is_ascii_digit())
                && (arc.len() == 1 || !arc.starts_with('0'))
        })
}

/// RFC 4648 with padding; blanks between are allowed.
fn is_base64(text: &str) -> bool {
    let (mut length, mut padding) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => length += 1,
            b'=' if padding < 2 => padding += 1,
            b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => return false,
        }
    }
    length > 0 && (length + padding).is_multiple_of(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn good_and_bad() {
        use Primitive as P;
        for (kind, value, expected) in [
            (P::Boolean, json!(true), Ok(())),
            (P::Boolean, json!("true"), Err(Wrong::Type("true or false", "true 或 false"))),
            (P::Integer, json!(-5), Ok(())),
            (P::Integer, json!(2_147_483_648_i64), Err(Wrong::Number)),
            (P::Integer, json!(1.0), Err(Wrong::Number)),
            (P::PositiveInt, json!(0), Err(Wrong::Number)),
            (P::UnsignedInt, json!(0), Ok(())),
            (P::UnsignedInt, json!(-1), Err(Wrong::Number)),
            (P::Decimal, json!(81.5), Ok(())),
            (P::Decimal, json!("81.5"), Err(Wrong::Type("a number", "数字"))),
            (P::String, json!("a\n"), Ok(())),
            (P::String, json!(""), Err(Wrong::Empty)),
            (P::String, json!(" \u{3000}"), Err(Wrong::Empty)),
            (P::String, json!("a\u{0}"), Err(Wrong::Text)),
            (P::Code, json!("a b"), Ok(())),
            (P::Code, json!("a  b"), Err(Wrong::Text)),
            (P::Code, json!(" a"), Err(Wrong::Text)),
            (P::Code, json!("a\tb"), Err(Wrong::Text)),
            (P::Id, json!("a.B-9"), Ok(())),
            (P::Id, json!("a_b"), Err(Wrong::Id)),
            (P::Id, json!("x".repeat(65)), Err(Wrong::Id)),
            (P::Uri, json!("http://a/b#c"), Ok(())),
            (P::Uri, json!("a b"), Err(Wrong::Uri)),
            (P::Uri, json!("urn:uuid:12"), Err(Wrong::Uri)),
            (P::Url, json!("mailto:x"), Ok(())),
            (P::Url, json!("Binary/f006"), Ok(())),
            (P::Url, json!("a b"), Err(Wrong::Uri)),
            (P::Oid, json!("urn:oid:2.16.840.1.113883"), Ok(())),
            (P::Oid, json!("urn:oid:3.1"), Err(Wrong::Uri)),
            (P::Oid, json!("urn:oid:1"), Err(Wrong::Uri)),
            (P::Oid, json!("urn:oid:1.02"), Err(Wrong::Uri)),
            (P::Uuid, json!("urn:uuid:34ef92a2-f1a5-4324-b274-4ccf96f9f2d1"), Ok(())),
            (P::Base64, json!("QUJD"), Ok(())),
            (P::Base64, json!("QUI="), Ok(())),
            (P::Base64, json!("QUI"), Err(Wrong::Base64)),
            (P::Base64, json!("Q=I="), Err(Wrong::Base64)),
            (P::Base64, json!("===="), Err(Wrong::Base64)),
            (P::Date, json!("1970-13-45"), Err(Wrong::Date)),
            (P::DateTime, json!("2026-11-18T09:40:00+08:00"), Ok(())),
            (P::Instant, json!("2026-11-18"), Err(Wrong::Date)),
            (P::Time, json!("09:40:00"), Ok(())),
        ] {
            assert_eq!(kind.check(&value), expected, "{kind:?} {value}");
        }
        assert_eq!(P::String.check(&json!("x".repeat(TEXT_BYTES_MAX + 1))), Err(Wrong::TooLong));
        assert_eq!(P::Base64.check(&json!("QUJD".repeat(TEXT_BYTES_MAX / 2))), Ok(()));
    }
}
