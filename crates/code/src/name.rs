//! Names that codes carry: short UTF-8 that shows as it reads.

use crate::Unreadable;

/// The name in some bytes: not empty, at most `max` bytes, no control characters,
/// none that turn the direction of writing, no blanks around.
pub(crate) fn read(bytes: &[u8], max: usize) -> Result<&str, Unreadable> {
    let name = std::str::from_utf8(bytes).map_err(|_not_utf8| Unreadable::Field("name"))?;
    if shows(name, max) { Ok(name) } else { Err(Unreadable::Field("name")) }
}

/// Whether a name may be written into a code.
pub(crate) fn shows(name: &str, max: usize) -> bool {
    let plain = |c: char| !c.is_control() && !turns(c);
    !name.is_empty() && name.len() <= max && name.trim() == name && name.chars().all(plain)
}

/// Marks and overrides of direction, joiners, and the byte-order mark: with them, a
/// name can show as another.
fn turns(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_shows_as_it_reads() {
        for name in ["张*", "欧阳**", "Ma*", "O'*"] {
            assert_eq!(read(name.as_bytes(), 30), Ok(name));
        }
        for name in ["", " 张*", "张*\u{202E}", "a\nb", "\u{FEFF}张*", "a\u{7F}"] {
            assert!(read(name.as_bytes(), 30).is_err(), "{name:?}");
        }
        assert!(read(&[0xC3, 0x28], 30).is_err());
        assert!(read("张张张".as_bytes(), 8).is_err());
    }
}
