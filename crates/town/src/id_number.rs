//! Resident identity numbers in the form of GB 11643-1999: six digits of division, eight of
//! birth date, three of sequence (odd for men), one check character.
//! All ours begin with 99, which no real division does, so they belong to nobody.

use crate::calendar::Day;
use crate::people::Gender;

/// Sequence numbers below this are kept for people of the story.
const FIRST_FREE_SEQUENCE: u32 = 10;
/// How many pairs of sequence numbers there are from there on; prime, so that every multiplier permutes them.
const PAIRS: u32 = 491;

/// The check character of the first seventeen digits (ISO 7064 MOD 11-2); `None` unless there are seventeen digits.
pub fn check_character(seventeen: &str) -> Option<char> {
    const ANSWERS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    if seventeen.len() != 17 {
        return None;
    }
    let mut sum = 0_usize;
    let mut weight = 1_usize;
    for letter in seventeen.bytes().rev() {
        if !letter.is_ascii_digit() {
            return None;
        }
        // Weights are the powers of 2 modulo 11, from the right, beginning with 2.
        weight = weight * 2 % 11;
        sum += weight * usize::from(letter - b'0');
    }
    Some(ANSWERS[sum % 11])
}

/// The whole number for a division (six digits), a birth day and a sequence (1–999).
pub(crate) fn compose(division: &str, birth: Day, sequence: u32) -> String {
    let mut number = format!("{division}{}{sequence:03}", birth.text().replace('-', ""));
    let check = check_character(&number).expect("six, eight and three digits are seventeen");
    number.push(check);
    number
}

/// The sequence of the `rank`-th person (0–) of one age group, so that no two people of the town share a number.
pub(crate) fn sequence(rank: u32, group: u32, gender: Gender) -> u32 {
    let scattered = (rank % PAIRS * 211 + group * 37) % PAIRS;
    let odd = u32::from(gender == Gender::Male);
    // The first free number is even.
    FIRST_FREE_SEQUENCE + 2 * scattered + odd
}

/// The rank within its lap; see [`lap`].
pub(crate) fn lap_rest(rank: u32) -> u32 {
    rank % PAIRS
}

/// How often all sequences were used up before this rank.
pub(crate) fn lap(rank: u32) -> u32 {
    rank / PAIRS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_character_follows_the_standard() {
        // The worked example of the standard's annex.
        assert_eq!(check_character("11010519491231002"), Some('X'));
        assert_eq!(check_character("44052418800101001"), Some('4'));
        assert_eq!(check_character("1234"), None);
        assert_eq!(check_character("1101051949123100a"), None);
    }

    #[test]
    fn composes_eighteen_characters() {
        let number = compose("990102", Day::of(1985, 3, 7), 2);
        assert_eq!(number.len(), 18);
        assert!(number.starts_with("99010219850307002"));
    }
}
