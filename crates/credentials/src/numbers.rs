//! Cards that are known by a number of their own: bank or UnionPay, social
//! security, a hospital's. The number itself is never kept: only a digest under a
//! key that is not in the database, so that a stolen copy tells nothing.

use crate::rules::card::{LABEL_MAX, Medium, Proof, State};
use crate::store::numbers::Digest;
use crate::{Credentials, NUMBER_BOUND, NewCard, Refusal, Standing, issue_as, store};
use ::store::{Event, Tx};
use kernel::{Actor, CardId, Error, PersonId};
use keys::Use;

/// Characters of a number, blanks and hyphens aside.
const NUMBER_MIN: usize = 6;
const NUMBER_MAX: usize = 32;

/// The number as it is digested: no blanks, no hyphens, capital letters. Bank cards
/// must satisfy their check digit (ISO/IEC 7812).
pub fn normal(medium: Medium, number: &str) -> Result<String, Refusal> {
    let kept: String =
        number.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let plain = kept.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let bank = medium != Medium::Bank || (kept.len() >= 12 && kept.len() <= 19 && luhn(&kept));
    if medium.numbered() && plain && (NUMBER_MIN..=NUMBER_MAX).contains(&kept.len()) && bank {
        Ok(kept)
    } else {
        Err(Refusal::NumberInvalid)
    }
}

/// The check digit of ISO/IEC 7812.
fn luhn(digits: &str) -> bool {
    let mut sum = 0;
    for (place, byte) in digits.bytes().rev().enumerate() {
        if !byte.is_ascii_digit() {
            return false;
        }
        let digit = u32::from(byte - b'0') * if place % 2 == 1 { 2 } else { 1 };
        sum += digit / 10 + digit % 10;
    }
    sum % 10 == 0
}

impl Credentials {
    pub(crate) fn digest_of(&self, medium: Medium, number: &str) -> Result<Digest, Error> {
        let number = normal(medium, number).map_err(|refusal| refusal.at("identifier"))?;
        let key = self.keys.secret(Use::Index, b"card-numbers")?;
        let whole = key.derive(format!("{}|{number}", medium.name()).as_bytes());
        Ok(std::array::from_fn(|at| whole.bytes()[at]))
    }

    /// Binds a number to a person as a card of its medium; refuses a number that is
    /// bound already. The label may end in the last four characters, for its owner.
    pub fn bind_number(
        &self,
        person: PersonId,
        medium: Medium,
        number: &str,
        actor: &Actor,
    ) -> Result<impl FnMut(&mut Tx<'_>) -> Result<CardId, Error> + Send + 'static, Error> {
        let digest = self.digest_of(medium, number)?;
        let kept = normal(medium, number).map_err(|refusal| refusal.at("number"))?;
        let label: String = format!("*{}", &kept[kept.len() - 4..]).chars().take(LABEL_MAX).collect();
        let (issuer, institution) = (Some(actor.id), actor.institution);
        Ok(move |tx: &mut Tx<'_>| {
            let new = NewCard { person, medium, label: &label, issuer, institution, expires_at: None };
            let standing = Standing { state: State::Active, proof: Proof::Document, mandate: 0 };
            let card = issue_as(tx, &new, standing)?;
            if !store::numbers::bind(tx, &digest, person, card)? {
                return Err(Refusal::NumberTaken.at("number"));
            }
            tx.event(Event {
                person: Some(person),
                actor: issuer,
                institution,
                object: card.to_string(),
                ..Event::of(&NUMBER_BOUND)
            });
            Ok(card)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_forms() {
        for (medium, number, expected) in [
            (Medium::Bank, "6222 0200 0000 0000 008", Err(Refusal::NumberInvalid)),
            (Medium::Bank, "6222-0212-3456-7893", Err(Refusal::NumberInvalid)),
            (Medium::Bank, "4539 1488 0343 6467", Ok("4539148803436467")),
            (Medium::Bank, "79927398713", Err(Refusal::NumberInvalid)),
            (Medium::Social, "a1234567b", Ok("A1234567B")),
            (Medium::Social, "12345", Err(Refusal::NumberInvalid)),
            (Medium::Local, "<script>alert", Err(Refusal::NumberInvalid)),
            (Medium::Phone, "12345678", Err(Refusal::NumberInvalid)),
        ] {
            assert_eq!(normal(medium, number), expected.map(str::to_owned), "{number}");
        }
    }
}
