//! JSON text, written straight into bytes: the town makes millions of resources and
//! must not build a tree for each.
//! Knows nothing of FHIR; the caller keeps keys unique.

use crate::calendar::{Day, Moment};

/// A JSON object in the making.
#[derive(Debug, Default)]
pub(crate) struct Json {
    bytes: Vec<u8>,
}

impl Json {
    /// Forgets what was written and opens a new object.
    pub(crate) fn begin(&mut self) {
        self.bytes.clear();
        self.bytes.push(b'{');
    }

    /// Closes the object and gives its bytes.
    pub(crate) fn finish(&mut self) -> &[u8] {
        self.bytes.push(b'}');
        &self.bytes
    }

    /// A member that is an object.
    pub(crate) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Json)) {
        self.key(key);
        self.braces(fill);
    }

    /// A member that is a list.
    pub(crate) fn list(&mut self, key: &str, fill: impl FnOnce(&mut Json)) {
        self.key(key);
        self.bytes.push(b'[');
        fill(self);
        self.bytes.push(b']');
    }

    /// An object as the next item of a list.
    pub(crate) fn item(&mut self, fill: impl FnOnce(&mut Json)) {
        self.comma();
        self.braces(fill);
    }

    /// A text as the next item of a list.
    pub(crate) fn text_item(&mut self, value: &str) {
        self.comma();
        self.quoted(value);
    }

    /// A member that is a list of one object: FHIR has many.
    pub(crate) fn only(&mut self, key: &str, fill: impl FnOnce(&mut Json)) {
        self.list(key, |list| list.item(fill));
    }

    /// A member that is text.
    pub(crate) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.quoted(value);
    }

    /// A member that is a whole number.
    pub(crate) fn count(&mut self, key: &str, value: i64) {
        self.key(key);
        self.digits(value);
    }

    /// A member that is true or false.
    pub(crate) fn flag(&mut self, key: &str, value: bool) {
        self.key(key);
        self.bytes.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// A member that is a decimal, written with exactly this many decimals: 710 with 2 is `7.10`.
    pub(crate) fn decimal(&mut self, key: &str, scaled: i64, decimals: u32) {
        self.key(key);
        self.decimal_digits(scaled, decimals);
    }

    /// A member that is a day.
    pub(crate) fn day(&mut self, key: &str, day: Day) {
        self.key(key);
        self.bytes.push(b'"');
        day.write(&mut self.bytes);
        self.bytes.push(b'"');
    }

    /// A member that is an instant with its offset.
    pub(crate) fn moment(&mut self, key: &str, moment: Moment) {
        self.key(key);
        self.bytes.push(b'"');
        moment.write(&mut self.bytes);
        self.bytes.push(b'"');
    }

    /// A member that is the padded base64 of some bytes.
    pub(crate) fn base64(&mut self, key: &str, value: &[u8]) {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        self.key(key);
        self.bytes.push(b'"');
        for chunk in value.chunks(3) {
            let mut bits = 0_usize;
            for place in 0..3 {
                bits = bits << 8 | usize::from(chunk.get(place).copied().unwrap_or(0));
            }
            for place in 0..4 {
                let letter = ALPHABET[bits >> (18 - 6 * place) & 63];
                self.bytes.push(if place <= chunk.len() { letter } else { b'=' });
            }
        }
        self.bytes.push(b'"');
    }

    fn braces(&mut self, fill: impl FnOnce(&mut Json)) {
        self.bytes.push(b'{');
        fill(self);
        self.bytes.push(b'}');
    }

    fn comma(&mut self) {
        if !matches!(self.bytes.last(), Some(b'{' | b'[')) {
            self.bytes.push(b',');
        }
    }

    fn key(&mut self, key: &str) {
        self.comma();
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.extend_from_slice(b"\":");
    }

    fn quoted(&mut self, value: &str) {
        self.bytes.push(b'"');
        for &byte in value.as_bytes() {
            match byte {
                b'"' => self.bytes.extend_from_slice(b"\\\""),
                b'\\' => self.bytes.extend_from_slice(b"\\\\"),
                b'\n' => self.bytes.extend_from_slice(b"\\n"),
                // Other control characters have no place in our texts.
                0..0x20 => self.bytes.push(b' '),
                other => self.bytes.push(other),
            }
        }
        self.bytes.push(b'"');
    }

    fn digits(&mut self, value: i64) {
        let mut rest = value.unsigned_abs();
        let mut digits = [0_u8; 20];
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if value < 0 {
            self.bytes.push(b'-');
        }
        self.bytes.extend_from_slice(&digits[start..]);
    }

    fn decimal_digits(&mut self, scaled: i64, decimals: u32) {
        let unit = 10_i64.pow(decimals);
        if scaled < 0 {
            self.bytes.push(b'-');
        }
        let whole = scaled.abs();
        self.digits(whole / unit);
        if decimals > 0 {
            self.bytes.push(b'.');
            for place in (0..decimals).rev() {
                let digit = whole / 10_i64.pow(place) % 10;
                self.bytes.push(b'0' + u8::try_from(digit).unwrap_or(0));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fill: impl FnOnce(&mut Json)) -> String {
        let mut json = Json::default();
        json.begin();
        fill(&mut json);
        String::from_utf8(json.finish().to_vec()).unwrap()
    }

    #[test]
    fn writes_each_kind_of_member() {
        let text = written(|json| {
            json.text("a", "say \"no\"\n{");
            json.count("b", -12);
            json.only("c", |item| item.flag("d", true));
            json.list("e", |list| {
                list.text_item("x");
                list.text_item("y");
            });
            json.object("f", |_| {});
        });
        assert_eq!(text, r#"{"a":"say \"no\"\n{","b":-12,"c":[{"d":true}],"e":["x","y"],"f":{}}"#);
    }

    #[test]
    fn keeps_the_written_precision() {
        for (scaled, decimals, expected) in
            [(710, 2, "7.10"), (71, 1, "7.1"), (5, 2, "0.05"), (-5, 1, "-0.5"), (138, 0, "138")]
        {
            let text = written(|json| json.decimal("v", scaled, decimals));
            assert_eq!(text, format!("{{\"v\":{expected}}}"));
        }
    }

    #[test]
    fn pads_base64() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            let text = written(|json| json.base64("v", plain.as_bytes()));
            assert_eq!(text, format!("{{\"v\":\"{coded}\"}}"));
        }
    }
}
