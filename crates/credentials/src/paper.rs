//! Printed codes (Q3): until when they are valid and a masked name, signed. By
//! themselves they prove only that; a clerk's look makes a presence of them (C8).

use crate::offline::Issuer;
use crate::rules::card::Medium;
use crate::store::{self, offline::Slip};
use crate::{Credentials, Refusal, SLIP_GIVEN};
use ::store::Event;
use code::Paper;
use kernel::time::{DAY, SECOND};
use kernel::{Actor, CardId, Error, Fault, PersonId};
use keys::Use;
use print::{Area, Colour, Page, Point, Role, Size, Type, mm};

/// How long a printed code lives when its card has no end.
const PAPER_LIFE: i64 = 730 * DAY;

/// A printed code with what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The text of the code.
    pub code: String,
    /// The masked name it carries.
    pub name: String,
    /// Which card.
    pub card: CardId,
    /// Until when, microseconds UTC.
    pub expires_at: i64,
}

/// A masked name cut to what a code carries.
fn short(masked: &str) -> String {
    let mut name = String::new();
    for letter in masked.trim().chars().filter(|letter| !letter.is_control()) {
        if name.len() + letter.len_utf8() > code::paper::NAME_MAX {
            break;
        }
        name.push(letter);
    }
    let name = name.trim().to_owned();
    if name.is_empty() { "*".to_owned() } else { name }
}

impl Credentials {
    /// Prints a code for a card that was given out on paper or plastic; refuses a
    /// card that rests or ended.
    pub async fn print_code(&self, actor: &Actor, card: CardId) -> Result<Printed, Error> {
        let found = self.db.read(move |sql| {
            let Some(person) = store::person_of(sql, card)? else { return Ok(None) };
            let card = store::card(sql, person, card)?;
            Ok(card.map(|card| (card, identity::masked(sql, person))))
        });
        let (card, masked) = found.await?.ok_or_else(|| web::Refusal::NotFound.at("card"))?;
        let masked = masked?.ok_or_else(|| Refusal::PersonUnknown.at("card"))?;
        let now = self.db.world().now();
        if !card.live(now) || card.medium == Medium::Phone || card.medium.numbered() {
            return Err(Refusal::CardEnded.at("card"));
        }
        let signer = self.keys.signer(Use::Issuing, None).await?;
        let expires_at = card.expires_at.unwrap_or(now + PAPER_LIFE).min(now + PAPER_LIFE);
        let fresh = self.db.world().chance().key();
        let number = std::array::from_fn(|at| fresh[at]);
        let seconds = u32::try_from(expires_at / SECOND).map_err(|_late| Fault::broken("a card beyond 2106"))?;
        let name = short(&masked.name);
        let paper = Paper::issue(&Issuer(&signer), code::Kid(signer.kid().0), number, seconds, &name)
            .map_err(|_unsigned| Fault::broken("a printed code could not be signed"))?;
        let slip =
            Slip { number, kid: signer.kid(), person: card.person, card: card.id, minter: card.id.0, expires_at };
        let (by, institution) = (actor.id, actor.institution);
        self.db
            .write(card.person.0, move |tx| {
                store::offline::insert_slip(tx, &slip)?;
                tx.event(given(slip.person, card.id.to_string(), by, institution));
                Ok(())
            })
            .await?;
        Ok(Printed { code: paper.text(), name, card: card.id, expires_at })
    }
}

pub(crate) fn given(
    person: PersonId,
    object: String,
    by: kernel::ActorId,
    institution: Option<kernel::InstitutionId>,
) -> Event {
    Event { person: Some(person), actor: Some(by), institution, object, ..Event::of(&SLIP_GIVEN) }
}

/// The drawing of a card in the size of a bank card: the printed code, the masked
/// name, until when it is valid.
pub fn drawn(printed: &Printed, region: &str) -> Page {
    let mut page = Page::new(Size::ID1);
    let whole = Area::of(0, 0, Size::ID1.width, Size::ID1.height);
    page.area(whole, Some(Colour::WHITE), None, mm(3));
    page.area(Area::of(0, 0, Size::ID1.width, mm(9)), Some(Colour::JADE_900), None, 0);
    let title = Type::plain(mm(4)).bold().colour(Colour::WHITE).role(Role::Title);
    page.text(Point { x: mm(4), y: mm(6) }, title, &format!("{region}一码通"));
    let square = Area::of(mm(4), mm(12), mm(34), mm(34));
    let alt = "一码通纸质码 / printed code";
    if page.qr(square, &printed.code, alt, Colour::BLACK).is_err() {
        page.text_in(square, Type::plain(mm(2)), &printed.code);
    }
    page.text(Point { x: mm(43), y: mm(18) }, Type::plain(mm(5)).bold(), &printed.name);
    let until = kernel::time::china_day(printed.expires_at);
    page.text(Point { x: mm(43), y: mm(25) }, Type::plain(mm(3)), &format!("有效至 {until}"));
    page.text(Point { x: mm(43), y: mm(29) }, Type::plain(mm(2)), &format!("Valid until {until}"));
    let note = Area::of(mm(43), mm(33), mm(39), mm(16));
    page.text_in(
        note,
        Type::plain(mm(2)),
        "须由工作人员核对本人后使用。\nCounts only after a clerk has looked at the holder.",
    );
    page.text(Point { x: mm(43), y: mm(51) }, Type::plain(mm(2)).colour(Colour::SOFT), &printed.card.to_string());
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_the_code() {
        assert_eq!(short("张*"), "张*");
        assert_eq!(short(""), "*");
        assert!(short("一二三四五六七八九十十一十二").len() <= code::paper::NAME_MAX);
    }
}
