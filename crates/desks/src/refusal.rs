//! How a page says no: a redirect to where one signs in, a page with fact and
//! remedy, or a problem where a script asked.

use crate::asked::{encoded, go_to, here_of, lang_of, own_path, page_with};
use crate::error_page::{ErrorPage, error_page};
use crate::{account, home, phone, sign_in};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Uri, header};
use kernel::{Error, RefusalKind};
use web::Problem;
use web::answer::{status_of, told};
use web::words::Lang;

/// Addresses that scripts ask, which want JSON.
const ASKED_BY_SCRIPTS: &[&str] = &[
    phone::pages::CODE,
    home::pages::PROGRESS,
    account::pages::PASSKEY_START,
    account::pages::PASSKEY_FINISH,
    sign_in::pages::PASSKEY_START,
    sign_in::pages::PASSKEY_FINISH,
];

/// The answer to a request that a page refuses, in the reader's language.
pub fn refuse(headers: &HeaderMap, uri: &Uri, error: Error) -> Response {
    let path = uri.path();
    if ASKED_BY_SCRIPTS.contains(&path) {
        return Problem(error).into_response();
    }
    let (kind, _, _) = told(&error);
    if kind.status == 401 {
        return go_to(&way_in(uri));
    }
    let lang = lang_of(headers, uri);
    let (fact, what_to_do) = sentences(lang, kind);
    let view = ErrorPage {
        lang,
        here: here_of(uri),
        status: kind.status,
        fact,
        what_to_do,
        code: kind.code.to_owned(),
        trace: String::new(),
        back: surface(path).to_owned(),
    };
    let mut response = page_with(status_of(kind), error_page(&view));
    if kind.status == 503 {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}

/// Fact and remedy in the reader's language.
pub(crate) fn sentences(lang: Lang, kind: &RefusalKind) -> (String, String) {
    match lang {
        Lang::Zh => (kind.zh.to_owned(), kind.do_zh.to_owned()),
        Lang::En => (kind.en.to_owned(), kind.do_en.to_owned()),
    }
}

/// The first page of the surface an address belongs to.
fn surface(path: &str) -> &'static str {
    ["/clinic", "/phone", "/kiosk", "/office", "/account", "/sign-in"]
        .into_iter()
        .find(|surface| path.starts_with(surface))
        .unwrap_or("/")
}

/// Where somebody who is not signed in is sent. What was posted cannot be asked
/// for again, so from there the way leads to the surface.
fn way_in(uri: &Uri) -> String {
    let path = uri.path();
    if path.starts_with(access::gate::PHONE_PATH) {
        return phone::pages::ENTER.to_owned();
    }
    let surface = surface(path);
    let here = here_of(uri);
    let next = own_path(&here).filter(|_| path == surface && surface != "/sign-in").unwrap_or(surface);
    if next == "/" || next == "/sign-in" {
        return sign_in::pages::SIGN_IN.to_owned();
    }
    format!("{}?next={}", sign_in::pages::SIGN_IN, encoded(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, error: Error, status: u16, place: Option<&str>) {
        let uri: Uri = address.parse().unwrap();
        let answer = refuse(&HeaderMap::new(), &uri, error);
        assert_eq!(answer.status().as_u16(), status, "{address}");
        let location = answer.headers().get(header::LOCATION).map(|value| value.to_str().unwrap());
        assert_eq!(location, place, "{address}");
    }

    #[test]
    fn who_is_not_signed_in_is_shown_the_way() {
        let nobody = || Error::from(web::Refusal::SignInNeeded);
        check("/clinic?person=p1", nobody(), 303, Some("/sign-in?next=%2Fclinic%3Fperson%3Dp1"));
        check("/clinic/scan", nobody(), 303, Some("/sign-in?next=%2Fclinic"));
        check("/account/totp/start", nobody(), 303, Some("/sign-in?next=%2Faccount"));
        check("/phone", nobody(), 303, Some("/phone/enter"));
        check("/phone/looks?before=7", nobody(), 303, Some("/phone/enter"));
        check("/phone/code", nobody(), 401, None);
        check("/account/passkey/start", nobody(), 401, None);
    }

    #[test]
    fn a_refusal_is_a_page_with_its_status() {
        check("/nowhere", web::Refusal::NotFound.into(), 404, None);
        check("/clinic", access::Refusal::RightMissing.into(), 403, None);
        check("/clinic", kernel::Fault::new(kernel::FaultKind::Busy, "x").into(), 503, None);
        let uri: Uri = "/nowhere?lang=en".parse().unwrap();
        let answer = refuse(&HeaderMap::new(), &uri, web::Refusal::NotFound.into());
        assert!(answer.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
    }
}
