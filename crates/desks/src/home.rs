//! The first page: the demo's, which leads through the journey and lets a visitor
//! be somebody of the town, or the plain one of a node that is no demo.

pub mod pages;
pub mod stage;
mod show;
mod be;

pub use stage::{Part, Stage};

use crate::Desks;
use kernel::right::PUBLIC;
use web::Route;

/// The routes; those of the demo exist only there.
pub(crate) fn routes(desks: &Desks) -> Vec<Route> {
    let mut all = vec![Route::get("/", PUBLIC, show::first_page, desks)];
    if desks.demo {
        all.extend([
            Route::get(pages::PROGRESS, PUBLIC, show::progress, desks),
            Route::post(pages::BE, PUBLIC, be::posted, desks),
            Route::get("/demo/be/{key}", PUBLIC, be::linked, desks),
        ]);
    }
    all
}
