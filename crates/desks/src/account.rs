//! The account of somebody on the staff: passkeys, one-time codes, password.

pub mod pages;
mod show;
mod totp;
mod password;
mod passkey;

use crate::Desks;
use kernel::right::SIGNED_IN;
use web::Route;

/// The routes.
pub(crate) fn routes(desks: &Desks) -> Vec<Route> {
    vec![
        Route::get("/account", SIGNED_IN, show::show, desks),
        Route::post(pages::PASSKEY_START, SIGNED_IN, passkey::start, desks),
        Route::post(pages::PASSKEY_FINISH, SIGNED_IN, passkey::finish, desks),
        Route::post(pages::PASSKEY_REMOVE, SIGNED_IN, passkey::remove, desks),
        Route::post(pages::TOTP_START, SIGNED_IN, totp::start, desks),
        Route::post(pages::TOTP_FINISH, SIGNED_IN, totp::finish, desks),
        Route::post(pages::PASSWORD, SIGNED_IN, password::change, desks),
        Route::post(pages::OTHERS, SIGNED_IN, password::sign_out_others, desks),
    ]
}
