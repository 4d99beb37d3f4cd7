//! The agency's page of what is in doubt: messages whose outcome is not known and
//! tasks that somebody must look at. The books are `ledger`'s page, comparisons
//! `clearing`'s; the same way leads to all three.

pub mod pages;
mod doubt;

use crate::Desks;
use crate::asked::go_to;
use settlement::OFFICE;
use web::Route;

/// The routes.
pub(crate) fn routes(desks: &Desks) -> Vec<Route> {
    vec![
        Route::get("/office", OFFICE, first, desks),
        Route::get(pages::IN_DOUBT, OFFICE, doubt::show, desks),
        Route::post(pages::ASK, OFFICE, doubt::ask, desks),
        Route::post(pages::ASK_ONE, OFFICE, doubt::ask_one, desks),
        Route::post(pages::GIVE_UP, OFFICE, doubt::give_up, desks),
        Route::post(pages::TASK_DONE, OFFICE, doubt::task_done, desks),
    ]
}

async fn first() -> axum::response::Response {
    go_to(pages::IN_DOUBT)
}
