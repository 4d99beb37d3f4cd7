//! Showing the phone's first screen.

use crate::Desks;
use crate::asked::{Asked, page};
use crate::looks::show::recent;
use crate::phone::code::own_code;
use crate::phone::open::open_grants;
use crate::phone::own_person;
use crate::phone::pages::{Phone, phone};
use axum::extract::State;
use axum::response::Response;
use identity::Person;
use kernel::coded::masked_name;
use kernel::{Actor, Error};
use std::sync::Arc;
use web::Caller;
use web::widgets::banner::Insured;
use web::words::Lang;

pub(super) async fn show(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    asked.or_refusal(shown(&desks, &actor, &asked).await)
}

async fn shown(desks: &Desks, actor: &Arc<Actor>, asked: &Asked) -> Result<Response, Error> {
    let lang = asked.lang;
    let id = own_person(actor)?;
    let own = desks.gate.grant(actor, id).await?;
    let reading = own.clone();
    let person = desks.records.db.read(move |sql| Ok(identity::person(sql, &reading)?)).await?;
    let person = person.ok_or(web::Refusal::NotFound)?;
    let code = match own_code(desks, actor).await {
        // Its owner stopped it: the page says so, and the rest of it goes on.
        Err(error) if error.code() == credentials::Refusal::CardEnded.kind().code => None,
        code => Some(code?),
    };
    let open = open_grants(desks, id, lang).await?;
    let looks = recent(desks, &own, lang).await?;
    let name = name_in(&person, lang);
    let view = Phone {
        lang,
        here: asked.here(),
        now: desks.now(),
        elder: asked.query("elder") == Some("1"),
        region: desks.region_name.to_string(),
        person: id.to_string(),
        greeted: name.to_owned(),
        name_masked: masked_name(name),
        id_masked: person.known.masked(id).document,
        insured: insured(&person),
        code,
        text_offered: desks.demo,
        open,
        looks_30_days: looks,
        ended: asked.query("ended").is_some(),
    };
    Ok(page(phone(&view)))
}

/// The name in the page's language, where there is one.
pub(crate) fn name_in(person: &Person, lang: Lang) -> &str {
    match lang {
        Lang::En if !person.known.name_en.is_empty() => &person.known.name_en,
        Lang::Zh | Lang::En => &person.known.name,
    }
}

/// How the index knows the person to be insured. An empty plan is not known: a
/// person imported from elsewhere may well be insured.
pub(crate) fn insured(person: &Person) -> Insured {
    match person.known.insured.as_str() {
        "" => Insured::Unknown,
        plan => Insured::Plan(plan.to_owned()),
    }
}
