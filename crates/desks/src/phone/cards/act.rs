//! What somebody does with their own cards, phones and mandates.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to, page_with};
use crate::phone::cards::family::Wish;
use crate::phone::cards::pages::{CARDS, Cards, cards};
use crate::phone::cards::show::gathered;
use crate::phone::own_person;
use crate::refusal::sentences;
use crate::sign_in::pages::Problem;
use axum::extract::State;
use axum::response::Response;
use credentials::{Act, Medium, devices, life, mandates};
use http::StatusCode;
use kernel::{Actor, CardId, DeviceId, Error};
use std::sync::Arc;
use web::Caller;
use web::answer::{status_of, told};

/// Who asks, and how: what every step needs for its answer.
pub(super) struct Asking<'a> {
    pub(super) desks: &'a Desks,
    pub(super) actor: &'a Arc<Actor>,
    pub(super) asked: &'a Asked,
    pub(super) elder: bool,
}

impl<'a> Asking<'a> {
    pub(super) fn of(desks: &'a Desks, actor: &'a Arc<Actor>, asked: &'a Asked, fields: &Fields) -> Self {
        Self { desks, actor, asked, elder: fields.get("elder") == Some("1") }
    }

    /// Back to the page, which says what was done; what was refused it says in place.
    pub(super) async fn answer(&self, done: Result<&str, Error>) -> Response {
        match done {
            Ok(done) => {
                let elder = if self.elder { "elder=1&" } else { "" };
                go_to(&format!("{CARDS}?{elder}done={done}"))
            }
            Err(error @ Error::Fault(_)) => self.asked.or_refusal(Err(error)),
            Err(error) => {
                let (kind, _, _) = told(&error);
                let (fact, what_to_do) = sentences(self.asked.lang, kind);
                self.with_problem(status_of(kind), Problem { fact, what_to_do }, Wish::default()).await
            }
        }
    }

    /// The page with a problem and the form as it was filled in.
    pub(super) async fn with_problem(&self, status: StatusCode, problem: Problem, wish: Wish) -> Response {
        let view = gathered(self.desks, self.actor, self.asked, self.elder).await;
        let view = view.map(|view| Cards { problem: Some(problem), wish, ..view });
        self.asked.or_refusal(view.map(|view| page_with(status, cards(&view))))
    }
}

fn missing(field: &'static str) -> Error {
    web::Refusal::NotFound.at(field)
}

/// Suspends, resumes, reports lost or replaces a card.
pub(super) async fn card(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked, fields: Fields) -> Response {
    let asking = Asking::of(&desks, &actor, &asked, &fields);
    asking.answer(acted(&asking, &fields).await).await
}

async fn acted(asking: &Asking<'_>, fields: &Fields) -> Result<&'static str, Error> {
    let Asking { desks, actor, asked, .. } = *asking;
    let person = own_person(actor)?;
    let id: CardId = fields.text("card").parse().map_err(|_bad| missing("card"))?;
    let own = desks.credentials.cards(person).await?.into_iter().find(|card| card.id == id && card.mandate == 0);
    let own = own.ok_or_else(|| missing("card"))?;
    let act = Act::from_name(fields.text("act")).filter(|act| match act {
        Act::Suspend | Act::Resume | Act::Lose => true,
        // Another medium is handed out at a window, to who was looked at.
        Act::Replace => own.medium == Medium::Phone,
        Act::Activate | Act::Revoke | Act::Expire => false,
    });
    let act = act.ok_or_else(|| missing("act"))?;
    if matches!(act, Act::Lose | Act::Replace) {
        // Whoever has the phone may be signed in there: it would resume the card, or
        // register itself for the one that replaces it.
        access::sign_in::end_sessions(&desks.gate, actor, actor.id, asked.token()).await?;
    }
    let (credentials, by) = (desks.credentials.clone(), actor.clone());
    let work = move |tx: &mut store::Tx<'_>| match act {
        Act::Replace => life::replace(tx, &credentials, (person, id), "", &by).map(drop),
        _ => life::act(tx, &credentials, (person, id), act, &by).map(drop),
    };
    desks.credentials.db.write(person.0, work).await?;
    Ok(act.name())
}

/// Takes a phone away and ends the sessions elsewhere: a phone that is still signed in
/// would register itself again.
pub(super) async fn remove(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    fields: Fields,
) -> Response {
    let asking = Asking::of(&desks, &actor, &asked, &fields);
    asking.answer(removed(&asking, &fields).await).await
}

async fn removed(asking: &Asking<'_>, fields: &Fields) -> Result<&'static str, Error> {
    let Asking { desks, actor, asked, .. } = *asking;
    let person = own_person(actor)?;
    let id: DeviceId = fields.text("device").parse().map_err(|_bad| missing("device"))?;
    access::sign_in::end_sessions(&desks.gate, actor, actor.id, asked.token()).await?;
    let (credentials, by) = (desks.credentials.clone(), actor.clone());
    let work = move |tx: &mut store::Tx<'_>| devices::remove(tx, &credentials, person, id, &by).map(drop);
    desks.credentials.db.write(person.0, work).await?;
    Ok("remove")
}

/// Ends a mandate.
pub(super) async fn end(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked, fields: Fields) -> Response {
    let asking = Asking::of(&desks, &actor, &asked, &fields);
    asking.answer(ended(&desks, &actor, &fields).await).await
}

async fn ended(desks: &Desks, actor: &Arc<Actor>, fields: &Fields) -> Result<&'static str, Error> {
    let person = own_person(actor)?;
    let id: i64 = fields.text("mandate").parse().map_err(|_bad| missing("mandate"))?;
    let (credentials, by) = (desks.credentials.clone(), actor.clone());
    let work = move |tx: &mut store::Tx<'_>| mandates::end(tx, &credentials, (person, id), &by).map(drop);
    desks.credentials.db.write(person.0, work).await?;
    Ok("end")
}
