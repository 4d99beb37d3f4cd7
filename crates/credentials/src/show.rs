//! Showing a code: the next one of the current half minute that was not used.

use crate::rules::card::{Card, Medium};
use crate::rules::step::{SUBS, Step};
use crate::store;
use crate::{Credentials, Refusal, SHOWN};
use ::store::{Event, SqlExt};
use kernel::time::SECOND;
use kernel::{Actor, CardId, Error, PersonId};

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

impl Credentials {
    /// The code of a card at the reader's time.
    fn shown(&self, sql: &mut (impl SqlExt + ?Sized), card: &Card) -> Result<Shown, Error> {
        let now = sql.now();
        if !card.live(now) {
            return Err(Refusal::CardRevoked.at("card"));
        }
        let first = Step::at(now);
        let last = first.with_sub(SUBS - 1).unwrap_or(first);
        let sub = store::last_used(sql, card, first, last)?.map_or(0, |used| used.sub() + 1);
        let step = first.with_sub(sub).ok_or(Refusal::CodesUsedUp)?;
        let left = step.ends_at() - now;
        let seconds_left = (left.saturating_add(SECOND - 1) / SECOND).max(1);
        Ok(Shown { code: self.codes.mint(card.id, step), step_ends_at: step.ends_at(), seconds_left })
    }

    /// The code of the newest card on a person's phone: for the person themselves.
    pub async fn show_own(&self, actor: &Actor) -> Result<Shown, Error> {
        let person: PersonId = actor.person.ok_or(Refusal::NoCard)?;
        let this = self.clone();
        self.db
            .read(move |sql| {
                let card = store::newest_card(sql, person, Medium::Phone)?.ok_or(Refusal::NoCard)?;
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
