//! The kiosk: settling and paying without a cashier and without a phone of one's own.
//!
//! A scan for settling (01301) proves who stands here and opens no record. Its token
//! stays in a cookie of these pages only; every step asks it again, for this kiosk and
//! this person. A minute without a touch leads back to the start, which forgets it.

pub mod pages;
mod scan;
mod person;
pub(crate) mod settle;
mod tender;

use crate::asked::{Asked, go_to};
use crate::kiosk::pages::Frame;
use crate::{Desks, KIOSK};
use ::settlement::Visit;
use axum::response::Response;
use credentials::token::Said;
use kernel::{Actor, Error, Purpose};
use web::Route;
use web::words::Lang;

/// The routes.
pub(crate) fn routes(desks: &Desks) -> Vec<Route> {
    vec![
        Route::get(pages::KIOSK, KIOSK, scan::start, desks),
        Route::post(pages::SCAN, credentials::SCAN, scan::scan, desks),
        Route::get(pages::PERSON, KIOSK, person::show, desks),
        Route::get(pages::VISIT, KIOSK, person::visit, desks),
        Route::post(pages::SETTLE, ::settlement::SETTLE, settle::posted, desks),
        Route::get("/kiosk/settlement/{settlement}", KIOSK, tender::show, desks),
        Route::post("/kiosk/settlement/{settlement}", ::payment::TAKE, tender::posted, desks),
    ]
}

/// Keeps the presence token, for these pages only.
const PRESENCE_COOKIE: &str = "yima_presence";

/// The purpose of every scan here.
fn settling() -> Result<Purpose, Error> {
    Purpose::from_code("01301").ok_or_else(|| kernel::Fault::broken("settling is no purpose of a scan").into())
}

/// Who stands here, as the scan proved it.
async fn present(desks: &Desks, actor: &Actor, asked: &Asked) -> Result<Said, Error> {
    let token = asked.cookie(PRESENCE_COOKIE).unwrap_or_default();
    desks.credentials.proved(actor, token, &[settling()?]).await
}

/// Back to the start where nobody is present any more; else the page that says why not.
fn answered(asked: &Asked, answer: Result<Response, Error>) -> Response {
    let gone = [credentials::Refusal::PresenceInvalid, credentials::Refusal::PresenceOver];
    match answer {
        Err(error) if gone.iter().any(|refusal| refusal.kind().code == error.code()) => go_to(pages::KIOSK),
        answer => asked.or_refusal(answer),
    }
}

/// The frame around every page.
fn frame(desks: &Desks, actor: &Actor, lang: Lang, here: String) -> Frame {
    let institution = actor.institution.map(|id| desks.directory.name(id, lang == Lang::En)).unwrap_or_default();
    let place = [actor.place.as_ref(), actor.name.as_ref()];
    let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
    Frame { lang, here, institution, place: place.join(" · "), now: desks.now() }
}

/// Visits of whoever is present that wait to be settled here.
async fn waiting(desks: &Desks, actor: &Actor, said: &Said) -> Result<Vec<Visit>, Error> {
    let mut visits = desks.settlements.own_visits(said.person).await?;
    visits.retain(|visit| actor.institution == Some(visit.institution) && crate::pay::waits(visit));
    Ok(visits)
}
