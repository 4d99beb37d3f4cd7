//! Gathering what the page of cards shows.

use crate::Desks;
use crate::asked::{Asked, page};
use crate::phone::cards::family::{Mandate, Wish};
use crate::phone::cards::pages::{Cards, Phone, cards};
use crate::phone::own_person;
use axum::extract::State;
use axum::response::Response;
use credentials::devices::Device;
use credentials::rules::mandate::{Mandate as Kept, MandateKind};
use kernel::{Actor, Error, Fen, PersonId};
use std::collections::HashMap;
use std::sync::Arc;
use web::Caller;
use web::words::Word;

/// What was done, as the address says it after a redirect.
const DONE: &[(&str, Word)] = &[
    ("suspend", Word::DoneSuspend),
    ("lost", Word::DoneLose),
    ("resume", Word::DoneResume),
    ("replace", Word::DoneReplace),
    ("remove", Word::DoneRemove),
    ("give", Word::DoneGive),
    ("end", Word::DoneEnd),
];

pub(super) async fn show(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    let elder = asked.query("elder") == Some("1");
    let done = asked.query("done").and_then(|done| DONE.iter().find(|(key, _)| *key == done));
    let view = gathered(&desks, &actor, &asked, elder).await;
    asked.or_refusal(view.map(|view| page(cards(&Cards { done: done.map(|(_, word)| *word), ..view }))))
}

/// The page as things stand.
pub(super) async fn gathered(desks: &Desks, actor: &Arc<Actor>, asked: &Asked, elder: bool) -> Result<Cards, Error> {
    let person = own_person(actor)?;
    let (credentials, now) = (&desks.credentials, desks.now());
    let own = credentials.cards(person).await?.into_iter().filter(|card| card.mandate == 0).collect();
    let devices: Vec<Device> = credentials.devices(person).await?;
    let devices: Vec<Device> = devices.into_iter().filter(|device| device.removed_at.is_none()).collect();
    let mut given = credentials.mandates_given(person).await?;
    given.retain(|one| one.ended_at.is_none() && one.until_at.is_none_or(|until| until > now));
    let held = credentials.mandates_held(person).await?;
    let others = given.iter().map(|one| one.holder).chain(held.iter().map(|one| one.person));
    let names = names(desks, others.chain(devices.iter().map(|device| device.shows)).collect()).await?;
    let here = if elder { "/phone/cards?elder=1" } else { "/phone/cards" };
    Ok(Cards {
        lang: asked.lang,
        here: here.to_owned(),
        now,
        elder,
        person: person.to_string(),
        begin: format!("{}/phone", desks.public_url),
        phones: devices.iter().map(|device| phone(device, person, &names)).collect(),
        cards: own,
        given: given.iter().map(|one| mandate(one, one.holder, &names)).collect(),
        held: held.iter().map(|one| mandate(one, one.person, &names)).collect(),
        done: None,
        problem: None,
        wish: Wish::default(),
    })
}

type Names = HashMap<PersonId, String>;

/// The masked names of people, looked up together.
async fn names(desks: &Desks, people: Vec<PersonId>) -> Result<Names, Error> {
    desks
        .credentials
        .db
        .read(move |sql| {
            let mut names = Names::new();
            for person in people {
                if let Some(masked) = identity::masked(sql, person)? {
                    names.insert(person, masked.name);
                }
            }
            Ok(names)
        })
        .await
}

fn name_of(names: &Names, person: PersonId) -> String {
    names.get(&person).cloned().unwrap_or_default()
}

fn phone(device: &Device, own: PersonId, names: &Names) -> Phone {
    let shows_for = (device.shows != own).then(|| (device.shows.to_string(), name_of(names, device.shows)));
    Phone {
        device: device.id.to_string(),
        label: device.label.clone(),
        shows_for,
        registered_at: device.registered_at,
        seen_at: device.seen_at,
    }
}

fn mandate(one: &Kept, other: PersonId, names: &Names) -> Mandate {
    Mandate {
        id: one.id.to_string(),
        person: other.to_string(),
        name: name_of(names, other),
        guardian: one.kind == MandateKind::Guardian,
        purposes: one.purposes.clone(),
        until_at: one.until_at,
        limit: one.limit_fen.map(|fen| Fen(fen).to_string()),
    }
}
