//! The citizen's list of who looked, and of who may look now.

pub mod pages;
pub mod told;
pub(crate) mod show;

use crate::Desks;
use access::OWN_LOOKS;
use web::Route;

/// The routes.
pub(crate) fn routes(desks: &Desks) -> Vec<Route> {
    vec![Route::get("/phone/looks", OWN_LOOKS, show::show, desks)]
}
