//! Showing a code by the node itself: the next one of the current half minute that
//! was not used. A registered device does not need it.

use crate::marks::step_at;
use crate::rules::card::{Card, Medium};
use crate::{Credentials, Refusal, SHOWN, store};
use ::store::{Event, SqlExt};
use kernel::time::SECOND;
use kernel::{Actor, CardId, Error, PersonId};

/// Seconds of one code.
pub const STEP_SECONDS: i64 = code::time::HALF_MINUTE;

/// A code on a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The whole text, `YM1:…`.
    pub code: String,
    /// When its half minute ends and the next code is due, microseconds UTC.
    pub step_ends_at: i64,
    /// Whole seconds until then, at least one.
    pub seconds_left: i64,
}

/// The next free code of a minter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The half minute's first step.
    pub step: code::Step,
    /// The first sub-counter that was not used.
    pub sub: u32,
}

impl Credentials {
    /// The next sub-counter of a minter in the half minute of now, from the table
    /// and from what is under way.
    pub(crate) fn next(&self, sql: &mut (impl SqlExt + ?Sized), minter: i64) -> Result<Next, Error> {
        let step = step_at(sql.now());
        let stored = store::marks::last_sub(sql, minter, step)?;
        let last = stored.max(self.marks.last_sub(minter, step));
        Ok(Next { step, sub: last.map_or(0, |sub| sub + 1) })
    }

    /// The code of a card at the reader's time.
    fn shown(&self, sql: &mut (impl SqlExt + ?Sized), card: &Card) -> Result<Shown, Error> {
        let now = sql.now();
        if !card.live(now) {
            return Err(Refusal::CardEnded.at("card"));
        }
        let next = self.next(sql, card.id.0)?;
        let step = next.step.with_sub(next.sub).ok_or(Refusal::CodesUsedUp)?;
        let step_ends_at = step.ends_at() * SECOND;
        let left = step_ends_at - now;
        let seconds_left = (left.saturating_add(SECOND - 1) / SECOND).max(1);
        Ok(Shown { code: self.codes.mint(card.id.0, step)?, step_ends_at, seconds_left })
    }

    /// The code of the newest card on a person's phone: for the person themselves.
    pub async fn show_own(&self, actor: &Actor) -> Result<Shown, Error> {
        let person: PersonId = actor.person.ok_or(Refusal::NoCard)?;
        let this = self.clone();
        self.db
            .read(move |sql| {
                let card = store::newest_card(sql, person, Medium::Phone, 0)?.ok_or(Refusal::NoCard)?;
                this.shown(sql, &card)
            })
            .await
    }

    /// The code of a card, for a desk that hands it out; the person sees that it was
    /// shown. Durable before the code is.
    pub async fn show_at_desk(&self, actor: &Actor, card: CardId) -> Result<Shown, Error> {
        let this = self.clone();
        let found = self.db.read(move |sql| {
            let person = store::person_of(sql, card)?.ok_or(web::Refusal::NotFound.at("card"))?;
            let card = store::card(sql, person, card)?.ok_or(web::Refusal::NotFound.at("card"))?;
            Ok((person, this.shown(sql, &card)?))
        });
        let (person, shown) = found.await?;
        let event = Event {
            person: Some(person),
            actor: Some(actor.id),
            institution: actor.institution,
            object: card.to_string(),
            ..Event::of(&SHOWN)
        };
        self.db.record(person.0, event).await?;
        Ok(shown)
    }
}
