//! The citizen's phone: one code, who can see the record now, and one's cards, phones
//! and family.

pub mod pages;
pub mod cards;
pub(crate) mod show;
mod code;
pub(crate) mod open;
mod enter;

use crate::{Desks, PHONE};
use access::END_OWN_GRANT;
use credentials::SHOW_OWN;
use kernel::right::PUBLIC;
use kernel::{Actor, Error, PersonId};
use web::Route;

/// The routes.
pub(crate) fn routes(desks: &Desks) -> Vec<Route> {
    let mut all = cards::routes(desks);
    all.extend([
        Route::get("/phone", PHONE, show::show, desks),
        Route::get(pages::CODE, SHOW_OWN, code::next, desks),
        Route::get(pages::OPEN, PHONE, open::panel, desks),
        Route::post(pages::END, END_OWN_GRANT, open::end, desks),
        Route::get(pages::ENTER, PUBLIC, enter::enter, desks),
    ]);
    all
}

/// The person whose phone it is.
pub(crate) fn own_person(actor: &Actor) -> Result<PersonId, Error> {
    actor.person.ok_or_else(|| access::Refusal::RightMissing.into())
}
