//! Base 45 (RFC 9285), strict: every text that decodes is the only text of its
//! bytes.

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const NONE: u8 = 0xFF;
const DIGITS: [u8; 256] = digits();

const fn digits() -> [u8; 256] {
    let mut table = [NONE; 256];
    let mut at = 0;
    while at < 45 {
        #[expect(clippy::cast_possible_truncation, reason = "below 45")]
        let digit = at as u8;
        table[ALPHABET[at] as usize] = digit;
        at += 1;
    }
    table
}

/// Two bytes become three characters, a single last byte two.
pub(crate) fn encode(bytes: &[u8], out: &mut String) {
    let mut put = |digit: usize| out.push(char::from(ALPHABET[digit % 45]));
    for pair in bytes.chunks(2) {
        let number = pair.iter().fold(0, |number, byte| number * 256 + usize::from(*byte));
        put(number);
        put(number / 45);
        if pair.len() == 2 {
            put(number / 2025);
        }
    }
}

/// The bytes of a text; nothing when a character is foreign, a group stands for no
/// bytes, or one character is left over.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() % 3 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for group in text.chunks(3) {
        let mut number = 0_u32;
        for (character, weight) in group.iter().zip([1, 45, 2025]) {
            let digit = DIGITS[usize::from(*character)];
            if digit == NONE {
                return None;
            }
            number += u32::from(digit) * weight;
        }
        if group.len() == 3 {
            bytes.extend(u16::try_from(number).ok()?.to_be_bytes());
        } else {
            bytes.push(u8::try_from(number).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(bytes: &[u8]) -> String {
        let mut text = String::new();
        encode(bytes, &mut text);
        text
    }

    #[test]
    fn the_examples_of_the_rfc() {
        for (plain, text) in
            [("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0")]
        {
            assert_eq!(text_of(plain.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(plain.as_bytes()));
        }
        for refused in ["GGW", ":::", "::", "A", "AAAA", "ab8", "BB8\u{0}", "B#8"] {
            assert_eq!(decode(refused.as_bytes()), None, "{refused}");
        }
    }

    #[test]
    fn every_text_that_decodes_is_the_only_one() {
        for first in ALPHABET {
            for second in ALPHABET {
                let two = [*first, *second];
                assert!(decode(&two).is_none_or(|bytes| text_of(&bytes).as_bytes() == two));
                for third in ALPHABET {
                    let three = [*first, *second, *third];
                    assert!(decode(&three).is_none_or(|bytes| text_of(&bytes).as_bytes() == three));
                }
            }
        }
    }
}
