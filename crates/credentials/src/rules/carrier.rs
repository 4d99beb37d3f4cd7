//! What was shown at the desk or gate, and how sure it makes us: the same act has
//! several carriers, each with its own level.

use crate::rules::card::Medium;
use code::barcode::DIGITS as BAR_LEN;
use code::spoken::DIGITS as SPOKEN_LEN;

/// What a scan read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// The code of a phone or a desk's screen (Q1).
    Code,
    /// The code two offline sides use (Q2).
    Credential,
    /// A printed code (Q3): proves by itself only that it is valid.
    Paper,
    /// A bar code from the phone.
    Bar,
    /// Six digits said aloud.
    Spoken,
    /// A resident identity card.
    IdentityCard,
    /// A social security or health card.
    SocialCard,
    /// A passport.
    Passport,
    /// A bank card or a hospital's own card.
    OtherCard,
}

/// How sure it is that the person stands here, 0 to 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(
    /// 0: valid paper only, no presence; 1: something said or printed, a clerk
    /// confirmed; 2: a document or bar code; 3: a code of the person's own device.
    pub u8,
);

impl Carrier {
    /// Every carrier.
    pub const ALL: &'static [Self] = &[
        Self::Code,
        Self::Credential,
        Self::Paper,
        Self::Bar,
        Self::Spoken,
        Self::IdentityCard,
        Self::SocialCard,
        Self::Passport,
        Self::OtherCard,
    ];

    /// The word in the database and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Credential => "credential",
            Self::Paper => "paper",
            Self::Bar => "bar",
            Self::Spoken => "spoken",
            Self::IdentityCard => "identity-card",
            Self::SocialCard => "social-card",
            Self::Passport => "passport",
            Self::OtherCard => "other-card",
        }
    }

    /// Back from the word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name)
    }

    /// The number inside a presence token.
    pub fn code(self) -> u8 {
        match self {
            Self::Code => 1,
            Self::Credential => 2,
            Self::Paper => 3,
            Self::Bar => 4,
            Self::Spoken => 5,
            Self::IdentityCard => 6,
            Self::SocialCard => 7,
            Self::Passport => 8,
            Self::OtherCard => 9,
        }
    }

    /// Back from the number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.code() == code)
    }

    /// Whether a clerk must have looked at the person and said so.
    pub fn needs_confirmation(self) -> bool {
        match self {
            Self::Code | Self::Credential | Self::Bar => false,
            Self::Paper | Self::Spoken | Self::IdentityCard | Self::SocialCard | Self::Passport | Self::OtherCard => {
                true
            }
        }
    }

    /// How sure it makes us once it is accepted.
    pub fn level(self) -> Level {
        Level(match self {
            Self::Code | Self::Credential => 3,
            Self::Bar | Self::IdentityCard | Self::SocialCard | Self::Passport => 2,
            Self::Paper | Self::Spoken | Self::OtherCard => 1,
        })
    }

    /// The medium whose numbers this carrier shows, when it is a card of ours.
    pub fn medium(self) -> &'static [Medium] {
        match self {
            Self::SocialCard => &[Medium::Social],
            Self::OtherCard => &[Medium::Bank, Medium::Local],
            Self::Code
            | Self::Credential
            | Self::Paper
            | Self::Bar
            | Self::Spoken
            | Self::IdentityCard
            | Self::Passport => &[],
        }
    }
}

/// What a scanned or typed text is, by its form alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form<'a> {
    /// A code of ours, or what wants to be one.
    Code(&'a str),
    /// Six digits.
    Spoken(&'a str),
    /// As many digits as a bar code has.
    Bar(&'a str),
}

impl<'a> Form<'a> {
    /// Tells by the form.
    pub fn of(text: &'a str) -> Self {
        let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.len() {
            SPOKEN_LEN if digits => Self::Spoken(text),
            BAR_LEN if digits => Self::Bar(text),
            _ => Self::Code(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carriers_have_words_numbers_and_levels() {
        for carrier in Carrier::ALL {
            assert_eq!(Carrier::from_name(carrier.name()), Some(*carrier));
            assert_eq!(Carrier::from_code(carrier.code()), Some(*carrier));
            // What needs no clerk proves more than what does.
            assert!(carrier.needs_confirmation() || carrier.level() >= Level(2), "{carrier:?}");
        }
        assert_eq!(Carrier::from_code(0), None);
    }

    #[test]
    fn the_form_tells() {
        for (text, form) in [
            ("123456", Form::Spoken("123456")),
            (" 123456\n", Form::Spoken("123456")),
            ("12345", Form::Code("12345")),
            ("1000000000000000000000000001", Form::Bar("1000000000000000000000000001")),
            ("110000000000000001", Form::Code("110000000000000001")),
            ("YM1:ABC", Form::Code("YM1:ABC")),
            ("", Form::Code("")),
        ] {
            assert_eq!(Form::of(text), form, "{text}");
        }
    }
}
