//! Giving somebody leave to show one's code.

use crate::Desks;
use crate::asked::{Asked, Fields};
use crate::phone::cards::act::Asking;
use crate::phone::cards::family::{LENGTHS, OFFERED, Wish};
use crate::phone::own_person;
use crate::refusal::sentences;
use crate::sign_in::pages::Problem;
use axum::extract::State;
use axum::response::Response;
use credentials::mandates::{self, NewMandate};
use credentials::rules::mandate::MandateKind;
use http::StatusCode;
use identity::{Identifier, RESIDENT_ID_SYSTEM};
use kernel::time::DAY;
use kernel::{Actor, Error, Fen, Purpose};
use std::sync::Arc;
use web::Caller;
use web::answer::{status_of, told};
use web::words::Word;

pub(super) async fn give(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked, fields: Fields) -> Response {
    let asking = Asking::of(&desks, &actor, &asked, &fields);
    let wish = wish(&fields);
    if wish.chosen.is_empty() {
        let problem = Problem {
            fact: asked.lang[Word::GiveNothing].to_owned(),
            what_to_do: asked.lang[Word::GiveNothingDo].to_owned(),
        };
        return asking.with_problem(StatusCode::UNPROCESSABLE_ENTITY, problem, wish).await;
    }
    match given(&desks, &actor, &wish).await {
        Err(error @ Error::Refused(_)) => {
            let (kind, _, _) = told(&error);
            let (fact, what_to_do) = sentences(asked.lang, kind);
            asking.with_problem(status_of(kind), Problem { fact, what_to_do }, wish).await
        }
        done => asking.answer(done).await,
    }
}

/// The form as it was filled in; what it does not offer is left out.
fn wish(fields: &Fields) -> Wish {
    let chosen = OFFERED.iter().filter(|(_, value, _)| fields.all("for").any(|one| one == *value));
    let days = LENGTHS.iter().find(|(_, days)| *days == fields.text("days")).map_or("7", |(_, days)| days);
    Wish {
        number: fields.text("number").trim().to_owned(),
        chosen: chosen.map(|(_, value, _)| (*value).to_owned()).collect(),
        days: days.to_owned(),
        limit: fields.text("limit").trim().to_owned(),
        open: true,
    }
}

async fn given(desks: &Desks, actor: &Arc<Actor>, wish: &Wish) -> Result<&'static str, Error> {
    let person = own_person(actor)?;
    let document = Identifier::new(RESIDENT_ID_SYSTEM, wish.number.to_ascii_uppercase());
    if !document.global() {
        return Err(credentials::Refusal::PersonUnknown.at("number"));
    }
    let limit = Some(wish.limit.as_str()).filter(|limit| !limit.is_empty()).map(Fen::from_yuan).transpose();
    let limit = limit.map_err(|_bad| credentials::Refusal::MandateInvalid.at("limit"))?;
    let days: i64 = wish.days.parse().map_err(|_bad| credentials::Refusal::MandateInvalid.at("days"))?;
    let offered = OFFERED.iter().filter(|(_, value, _)| wish.chosen.iter().any(|one| one == value));
    let new = NewMandate {
        person,
        holder: desks.credentials.named_by(actor, document).await?,
        kind: MandateKind::Delegate,
        purposes: offered.flat_map(|(_, _, codes)| codes.iter().filter_map(|code| Purpose::from_code(code))).collect(),
        until_at: Some(desks.now() + days * DAY),
        limit_fen: limit.map(|fen| fen.0),
    };
    let by = actor.clone();
    let work = move |tx: &mut store::Tx<'_>| mandates::give(tx, &new, &by).map(drop);
    desks.credentials.db.write(person.0, work).await?;
    Ok("give")
}
