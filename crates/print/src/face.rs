//! The fonts: which one has a character, how wide a text is, where a line breaks.
//!
//! Chinese type first, then Latin, Greek and Cyrillic; a character that the bold
//! face lacks is taken from the regular one with a thicker line; one that no face
//! has is drawn as 〓 and told to the caller, but keeps its place in the text that
//! a reader copies. No shaping: scripts that need it (Arabic, Mongolian) fall back.

use crate::measure::Um;
use krilla::text::Font;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};
use std::ops::Range;
use std::sync::LazyLock;

/// What stands for a character that no face has.
pub const FALLBACK: char = '〓';

static FACES: LazyLock<[Face; 4]> = LazyLock::new(|| {
    [
        Face::of(include_bytes!("../fonts/cjk-regular.otf")),
        Face::of(include_bytes!("../fonts/latin-regular.ttf")),
        Face::of(include_bytes!("../fonts/cjk-bold.otf")),
        Face::of(include_bytes!("../fonts/latin-bold.ttf")),
    ]
});
const REGULAR: [usize; 2] = [0, 1];
/// Bold faces, then the regular ones with a thicker line.
const BOLD: [usize; 4] = [2, 3, 0, 1];
/// Signs that Chinese type draws as wide as an ideograph; between figures and words
/// the Latin ones are wanted.
const NARROW: [char; 3] = ['·', '•', '…'];

struct Face {
    font: FontRef<'static>,
    units: Um,
    embedded: Font,
}

impl Face {
    fn of(bytes: &'static [u8]) -> Self {
        let font = FontRef::new(bytes).expect("a font of this crate can be read");
        let units = font.metrics(Size::unscaled(), LocationRef::default()).units_per_em;
        let embedded = Font::new(bytes.into(), 0).expect("a font of this crate can be embedded");
        Self { font, units: Um::from(units), embedded }
    }

    /// Glyph and advance in the face's units.
    fn glyph(&self, character: char) -> Option<(u32, Um)> {
        let id = self.font.charmap().map(character).filter(|id| id.to_u32() != 0)?;
        let advance = self.font.glyph_metrics(Size::unscaled(), LocationRef::default()).advance_width(id)?;
        #[expect(clippy::cast_possible_truncation, reason = "advances are whole units below 16 bits")]
        let advance = advance as Um;
        Some((id.to_u32(), advance))
    }
}

/// A glyph of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) glyph: u32,
    /// In thousandths of the type's size.
    pub(crate) advance: Um,
    /// The bytes of the line it stands for.
    pub(crate) bytes: Range<usize>,
}

/// Neighbouring glyphs of one face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    face: usize,
    /// Drawn with a thicker line, since the bold face lacks it.
    pub(crate) thicker: bool,
    pub(crate) glyphs: Vec<Placed>,
}

impl Run {
    pub(crate) fn font(&self) -> Font {
        FACES[self.face].embedded.clone()
    }

    /// In thousandths of the type's size.
    pub(crate) fn advance(&self) -> Um {
        self.glyphs.iter().map(|placed| placed.advance).sum()
    }
}

/// Face, glyph and advance in thousandths; nothing when no face has it.
fn found(character: char, bold: bool) -> Option<(usize, u32, Um)> {
    let faces: &[usize] = match (NARROW.contains(&character), bold) {
        (true, true) => &[3],
        (true, false) => &[1],
        (false, true) => &BOLD,
        (false, false) => &REGULAR,
    };
    faces.iter().find_map(|at| {
        let face = &FACES[*at];
        let (glyph, advance) = face.glyph(character)?;
        Some((*at, glyph, advance * 1000 / face.units))
    })
}

/// Whether a character is printed as itself.
pub fn has(character: char) -> bool {
    found(character, false).is_some()
}

/// A text as it can stand in a document: control characters become blanks, and
/// characters without a meaning of their own (private use, noncharacters) become
/// [`FALLBACK`].
pub(crate) fn printable(text: &str) -> String {
    let one = |character: char| match character {
        control if control.is_control() => ' ',
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' | '\u{feff}' | '\u{fdd0}'..='\u{fdef}' => FALLBACK,
        nothing if u32::from(nothing) & 0xfffe == 0xfffe => FALLBACK,
        kept => kept,
    };
    text.chars().map(one).collect()
}

/// A printable line as runs; characters printed as [`FALLBACK`] are added to
/// `missing`.
pub(crate) fn runs(line: &str, bold: bool, missing: &mut Vec<char>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (start, character) in line.char_indices() {
        let (face, glyph, advance) = found(character, bold).unwrap_or_else(|| {
            if !missing.contains(&character) {
                missing.push(character);
            }
            found(FALLBACK, bold).expect("the fallback is in every CJK face")
        });
        let placed = Placed { glyph, advance, bytes: start..start + character.len_utf8() };
        match runs.last_mut() {
            Some(run) if run.face == face => run.glyphs.push(placed),
            _ => runs.push(Run { face, thicker: bold && face < 2, glyphs: vec![placed] }),
        }
    }
    runs
}

/// How wide one character is, in thousandths of the size.
fn advance(character: char, bold: bool) -> i64 {
    let (_, _, advance) = found(character, bold).or_else(|| found(FALLBACK, bold)).unwrap_or((0, 0, 1000));
    i64::from(advance)
}

fn scaled(thousandths: i64, size: Um) -> Um {
    Um::try_from(thousandths * i64::from(size) / 1000).unwrap_or(Um::MAX)
}

/// How wide a text is.
pub fn width_of(text: &str, size: Um, bold: bool) -> Um {
    scaled(printable(text).chars().map(|character| advance(character, bold)).sum(), size)
}

/// The text, cut with … at its end when it is wider than `width`.
pub fn fitted(text: &str, size: Um, bold: bool, width: Um) -> String {
    if width_of(text, size, bold) <= width {
        return text.to_owned();
    }
    let room = i64::from(width) - i64::from(width_of("…", size, bold));
    let mut used = 0;
    let mut kept: String = text
        .chars()
        .take_while(|character| {
            used += advance(*character, bold);
            i64::from(scaled(used, size)) <= room
        })
        .collect();
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// Punctuation that must not begin a line.
const NOT_FIRST: &str = "，。、；：？！）】》」』”’…·,.;:?!)]}%";
/// Punctuation that must not end one.
const NOT_LAST: &str = "（【《「『“‘([{¥￥";

fn wide(character: char) -> bool {
    matches!(u32::from(character), 0x2e80..=0x9fff | 0xf900..=0xfaff | 0xfe30..=0xfe4f | 0xff00..=0xffef | 0x20000..=0x3ffff)
}

/// A text in pieces that stay together: Latin words with the blanks behind them,
/// single ideographs with the punctuation that belongs to them.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for character in text.chars() {
        let joins = pieces.last().and_then(|piece| piece.chars().last()).is_some_and(|last| {
            NOT_FIRST.contains(character)
                || NOT_LAST.contains(last)
                || character == ' '
                || (!wide(character) && !wide(last) && last != ' ')
        });
        match pieces.last_mut() {
            Some(piece) if joins => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
    }
    pieces
}

/// Lines of a text no wider than `width`; a word wider than that is cut. `\n`
/// begins a new line.
pub fn wrapped(text: &str, size: Um, bold: bool, width: Um) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for piece in pieces(paragraph) {
            let longer = format!("{line}{piece}");
            if width_of(longer.trim_end(), size, bold) <= width {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            for character in piece.chars() {
                line.push(character);
                if width_of(&line, size, bold) > width && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, character.to_string()));
                }
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_print_as_themselves() {
        for text in [
            "周静怡",
            "䶮",
            "𬭎",
            "阿依古丽·买买提",
            "Zoë Łukasz Ångström",
            "Өлзий Түвшин",
            "¥286.40",
            "9901••••0028",
            "①→□",
        ] {
            for character in text.chars() {
                assert!(has(character), "{character} of {text}");
            }
        }
        assert!(!has('\u{1f600}') && !has('ᠮ'));
    }

    #[test]
    fn what_no_face_has_is_told_and_takes_room() {
        let mut missing = Vec::new();
        let runs = runs("a😀b", true, &mut missing);
        assert_eq!(missing, ['😀']);
        assert_eq!(runs.iter().map(|run| run.glyphs.len()).sum::<usize>(), 3);
        assert!(width_of("a😀b", 1000, true) > width_of("ab", 1000, true));
        assert_eq!(printable("a\u{e000}\tb\u{ffff}"), "a〓 b〓");
    }

    #[test]
    fn digits_are_of_one_width() {
        for bold in [false, true] {
            let one = width_of("1", 10_000, bold);
            assert!("0123456789".chars().all(|digit| width_of(&digit.to_string(), 10_000, bold) == one));
        }
        assert_eq!(width_of("一码通", 3000, false), 9000);
    }

    #[test]
    fn lines_break_where_they_may() {
        assert_eq!(wrapped("扫左上角码可验真伪；报销", 1000, false, 9_500), ["扫左上角码可验真", "伪；报销"]);
        let words = wrapped("Scan the code to check it.", 1000, false, 6000);
        assert!(words.len() > 1 && words.iter().all(|line| width_of(line, 1000, false) <= 6000), "{words:?}");
        assert_eq!(words.join(" "), "Scan the code to check it.");
        assert_eq!(wrapped("abcdefghijkl", 1000, false, 2500).concat(), "abcdefghijkl");
        assert_eq!(wrapped("甲\n乙", 1000, false, 9000), ["甲", "乙"]);
    }

    #[test]
    fn what_does_not_fit_is_cut_with_a_sign() {
        assert_eq!(fitted("云州市第一人民医院", 1000, false, 5000), "云州市第…");
        assert_eq!(fitted("云州市", 1000, false, 5000), "云州市");
    }
}
