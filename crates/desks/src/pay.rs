//! The phone's money: what waits to be paid and one button that settles and pays it,
//! how that stands, why it is this amount, and the bills.
//!
//! Settling and paying are verbs of `settlement` and `payment`; here they follow one
//! another. The message number of a settlement made here is its quote's, so that a
//! double tap or a reload never settles twice; a settlement has at most one live
//! payment, so that it never pays twice. `split` lays out who pays what, `reasons`
//! why; [`pages`], [`state_pages`], [`reasons`] and [`bill_pages`] are markup. What goes
//! back over a counter is a desk's page, [`refund_pages`].

pub mod pages;
pub mod state_pages;
pub mod reasons;
pub mod bill_pages;
pub mod refund_pages;
pub(crate) mod split;
mod waiting;
mod show;
pub(crate) mod settle;
mod state;
mod why;
mod bills;
mod refund_desk;

pub(crate) use waiting::{about, waits};

use crate::{Desks, PHONE};
use payment::{PAY_OWN, REFUND, TILL};
use web::Route;

/// The routes.
pub(crate) fn routes(desks: &Desks) -> Vec<Route> {
    vec![
        Route::get(pages::PAY, PHONE, show::show, desks),
        Route::post(pages::PAY, PAY_OWN, settle::posted, desks),
        Route::get("/phone/pay/{settlement}", PHONE, state::show, desks),
        Route::post("/phone/pay/{settlement}", PAY_OWN, settle::again, desks),
        Route::get("/phone/pay/{settlement}/state", PHONE, state::told, desks),
        Route::get("/phone/pay/{settlement}/why", PHONE, why::show, desks),
        Route::get(bill_pages::BILLS, ::bills::READ_OWN, bills::list, desks),
        Route::get("/phone/bills/{bill}", ::bills::READ_OWN, bills::one, desks),
        Route::get(refund_pages::DESK, REFUND, refund_desk::show, desks),
        Route::post(refund_pages::HAND_BACK, REFUND, refund_desk::hand_back, desks),
        Route::post(refund_pages::AGAIN, REFUND, refund_desk::again, desks),
        Route::post(refund_pages::OPEN_TILL, TILL, refund_desk::open_till, desks),
    ]
}
