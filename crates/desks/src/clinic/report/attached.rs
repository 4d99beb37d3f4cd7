//! Documents that lie inside a resource: text is shown, the rest is named.

use super::said::text;
use serde_json::Value;

/// Characters of one attached text shown.
const TEXT_MAX: usize = 20_000;

/// Attachments sorted by what a page can do with them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Forms {
    /// Texts that can be read on the page.
    pub texts: Vec<String>,
    /// The names of all others.
    pub others: Vec<String>,
}

/// Reads attachments.
pub fn forms(attachments: &[Value]) -> Forms {
    let mut forms = Forms::default();
    for attachment in attachments {
        let kind = text(attachment, "contentType").unwrap_or_default();
        let plain = kind.split(';').next().unwrap_or_default().trim();
        let read = text(attachment, "data").filter(|_| matches!(plain, "text/plain" | "text/html")).and_then(decoded);
        match read {
            Some(bytes) => {
                let whole = String::from_utf8_lossy(&bytes);
                let shown = if plain == "text/html" { without_tags(&whole) } else { whole.into_owned() };
                forms.texts.push(shown.trim().chars().take(TEXT_MAX).collect());
            }
            None => forms.others.extend(named(attachment, kind)),
        }
    }
    forms
}

/// `全文 (application/pdf)`.
fn named(attachment: &Value, kind: &str) -> Option<String> {
    let name = text(attachment, "title").or_else(|| text(attachment, "url")).unwrap_or_default();
    match (name, kind) {
        ("", "") => None,
        (name, "") => Some(name.to_owned()),
        ("", kind) => Some(kind.to_owned()),
        (name, kind) => Some(format!("{name} ({kind})")),
    }
}

/// The text of HTML, roughly: what stands between tags.
fn without_tags(html: &str) -> String {
    let mut shown = String::with_capacity(html.len());
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                shown.push(' ');
            }
            letter if !inside => shown.push(letter),
            _ => {}
        }
    }
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Base64 (RFC 4648 §4), blanks allowed; nothing for anything else.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held, mut ended) = (0_u32, 0_u32, false);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                ended = true;
                continue;
            }
            _ => return None,
        };
        if ended {
            return None;
        }
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn base64_of_the_standard() {
        for (text, bytes) in
            [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9v\nYmFy", "foobar"), ("Zg", "f")]
        {
            assert_eq!(decoded(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(decoded("Zg==Zg"), None);
        assert_eq!(decoded("***"), None);
    }

    #[test]
    fn texts_are_shown_and_the_rest_is_named() {
        let read = forms(&[
            json!({ "contentType": "text/html", "data": "PHA+YTxiPmI8L2I+PC9wPg==" }),
            json!({ "contentType": "text/plain", "data": "***", "title": "坏的" }),
            json!({ "url": "Binary/1" }),
            json!({}),
            json!(7),
        ]);
        assert_eq!(read.texts, ["a b"]);
        assert_eq!(read.others, ["坏的 (text/plain)", "Binary/1"]);
    }
}
