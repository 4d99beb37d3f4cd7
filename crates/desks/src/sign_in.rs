//! Where people sign in and out.

pub mod pages;
mod password;
mod passkey;
mod out;

use crate::Desks;
use crate::asked::own_path;
use access::SignedIn;
use kernel::ActorKind;
use kernel::right::PUBLIC;
use web::Route;

pub(crate) use passkey::{passkeys, reply};

/// The routes.
pub(crate) fn routes(desks: &Desks) -> Vec<Route> {
    vec![
        Route::get(pages::SIGN_IN, PUBLIC, password::show, desks),
        Route::post(pages::SIGN_IN, PUBLIC, password::sign_in, desks),
        Route::post(pages::PASSKEY_START, PUBLIC, passkey::start, desks),
        Route::post(pages::PASSKEY_FINISH, PUBLIC, passkey::finish, desks),
        Route::post("/sign-out", PUBLIC, out::sign_out, desks),
    ]
}

/// Where somebody goes who just signed in: where they wanted to, if their cookie
/// is sent there, else to the first page of their surface.
pub(crate) fn goes_to(signed_in: &SignedIn, wanted: &str) -> String {
    let actor = &signed_in.actor;
    if actor.kind == ActorKind::Citizen {
        let phone = own_path(wanted).filter(|path| path.starts_with(access::gate::PHONE_PATH));
        return phone.unwrap_or("/phone").to_owned();
    }
    if signed_in.must_enrol {
        return "/account".to_owned();
    }
    let desks = [
        (crate::CLINIC, "/clinic"),
        (settlement::OFFICE, "/office"),
        (payment::REFUND, crate::pay::refund_pages::DESK),
    ];
    let desk = desks.into_iter().find(|(right, _)| actor.may(*right)).map_or("/account", |(_, desk)| desk);
    own_path(wanted).filter(|path| *path != "/").unwrap_or(desk).to_owned()
}
