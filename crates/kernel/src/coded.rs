//! Coded values that check themselves.

/// Whether an 18-character resident identity number has a true check character
/// (GB 11643-1999, ISO 7064 MOD 11-2).
pub fn resident_id_holds(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let bytes = number.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    let wanted = b"10X98765432"[usize::try_from(sum % 11).unwrap_or(0)];
    bytes[17].to_ascii_uppercase() == wanted
}

/// A document number with its middle hidden: the first four and last four
/// characters stay, shorter numbers show only the last two.
pub fn masked(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    let shown = if chars.len() >= 12 { 4 } else { 0 };
    let tail = if chars.len() >= 12 { 4 } else { 2.min(chars.len()) };
    let hidden = chars.len().saturating_sub(shown + tail);
    let mut text: String = chars.iter().take(shown).collect();
    text.extend(std::iter::repeat_n('•', hidden));
    text.extend(chars.iter().skip(shown + hidden));
    text
}

/// A name with its middle hidden as desks show it: `周*怡`, `王*`, `A*** O***`.
pub fn masked_name(name: &str) -> String {
    if name.is_ascii() {
        let parts: Vec<String> =
            name.split_whitespace().map(|part| part.chars().take(1).chain("***".chars()).collect()).collect();
        return parts.join(" ");
    }
    let chars: Vec<char> = name.chars().collect();
    match chars.as_slice() {
        [] => String::new(),
        [only] => only.to_string(),
        [first, _] => format!("{first}*"),
        [first, .., last] => format!("{first}*{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters() {
        assert!(resident_id_holds("11010519491231002X"));
        assert!(!resident_id_holds("110105194912310021"));
        assert!(!resident_id_holds("11010519491231002"));
    }

    #[test]
    fn masks() {
        assert_eq!(masked("990100198511180028"), "9901••••••••••0028");
        assert_eq!(masked("E1234"), "•••34");
        assert_eq!(masked_name("周静怡"), "周*怡");
        assert_eq!(masked_name("何伟"), "何*");
        assert_eq!(masked_name("Amara Okoye"), "A*** O***");
    }
}
