//! One's cards and phones, who may show one's code and whose one may show: seen and
//! changed by the person. Every change is a form; the page says what it will do before
//! and what it did after.

pub mod pages;
pub mod family;
mod show;
mod act;
mod give;

use crate::{Desks, PHONE};
use credentials::SHOW_OWN;
use web::Route;

/// The routes.
pub(crate) fn routes(desks: &Desks) -> Vec<Route> {
    vec![
        Route::get(pages::CARDS, PHONE, show::show, desks),
        Route::post(pages::CARD, SHOW_OWN, act::card, desks),
        Route::post(pages::REMOVE, SHOW_OWN, act::remove, desks),
        Route::post(pages::GIVE, SHOW_OWN, give::give, desks),
        Route::post(pages::END, SHOW_OWN, act::end, desks),
    ]
}
