//! The doctor's desk: scan a code, read the last half year.
//!
//! [`chart`] turns lines of the timeline into views, [`facts`] what the banner must
//! say whatever the time, [`report`] one entry in full; the verbs beside them call
//! what is below and decide nothing.

pub mod pages;
pub mod chart;
pub mod facts;
pub mod report;
mod show;
mod scan;
mod end;

use crate::{CLINIC, Desks};
use access::END_GRANT;
use web::Route;

/// The routes.
pub(crate) fn routes(desks: &Desks) -> Vec<Route> {
    vec![
        Route::get("/clinic", CLINIC, show::show, desks),
        Route::post(pages::SCAN, CLINIC, scan::scan, desks),
        Route::post(pages::END, END_GRANT, end::end, desks),
    ]
}
