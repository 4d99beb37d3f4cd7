//! What a request for a page says: language, query, posted fields; read leniently,
//! since a page answers odd input with a sentence and not with a dialect.

use crate::refusal::refuse;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use kernel::Error;
use maud::Markup;
use std::convert::Infallible;
use url::form_urlencoded;
use web::Problem;
use web::caller::{LANG_COOKIE, cookie, read_body};
use web::words::Lang;

/// Pairs of a query or form that are looked at.
const PAIRS_MAX: usize = 64;

/// The request's frame.
pub(crate) struct Asked {
    /// The language to answer in.
    pub(crate) lang: Lang,
    headers: HeaderMap,
    uri: Uri,
    query: Fields,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            lang: lang_of(&parts.headers, &parts.uri),
            headers: parts.headers.clone(),
            uri: parts.uri.clone(),
            query: Fields::read(parts.uri.query().unwrap_or_default().as_bytes()),
        })
    }
}

/// What address, cookie and browser say of the language.
pub(crate) fn lang_of(headers: &HeaderMap, uri: &Uri) -> Lang {
    let query = lang_asked(uri);
    let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::choose(query, cookie(headers, LANG_COOKIE), accept)
}

fn lang_asked(uri: &Uri) -> Option<&str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("lang="))
}

/// Path and query.
pub(crate) fn here_of(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

impl Asked {
    /// A parameter of the query; nothing when it is absent or empty.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name)
    }

    /// Path and query of this page, for the language switch.
    pub(crate) fn here(&self) -> String {
        here_of(&self.uri)
    }

    /// A cookie's value.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.headers, name).filter(|value| !value.is_empty())
    }

    /// The token that signs this request in.
    pub(crate) fn token(&self) -> Option<&str> {
        access::gate::token_of(&self.headers, self.uri.path())
    }

    /// The answer, or the page that says why not.
    pub(crate) fn or_refusal(&self, answer: Result<Response, Error>) -> Response {
        answer.unwrap_or_else(|error| refuse(&self.headers, &self.uri, error))
    }
}

/// Pairs of a query or of a posted form.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `a=b&c=d`; what is not UTF-8 becomes replacement characters.
    pub(crate) fn read(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).take(PAIRS_MAX).map(|(key, value)| (key.into(), value.into())).collect())
    }

    /// A field; nothing when it is absent or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Every value of a field that may come more than once.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A field, empty when absent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Ok(Self::read(&read_body(request, state).await?))
    }
}

/// A page.
pub(crate) fn page(markup: Markup) -> Response {
    Html(markup.into_string()).into_response()
}

/// A page with the status of what went wrong.
pub(crate) fn page_with(status: StatusCode, markup: Markup) -> Response {
    (status, Html(markup.into_string())).into_response()
}

/// "See other": the browser asks for `path` next, so that reloading does not post
/// again.
pub(crate) fn go_to(path: &str) -> Response {
    let place = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

/// Adds a cookie as [`access::Gate::session_cookie`] writes it.
pub(crate) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// A path of this node to go to, as an address or a form gave it; nothing when it
/// leads anywhere else.
pub(crate) fn own_path(text: &str) -> Option<&str> {
    const LENGTH_MAX: usize = 500;
    let inside = text.starts_with('/') && !text.starts_with("//") && text.len() <= LENGTH_MAX;
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (inside && plain).then_some(text)
}

/// A value for a query.
pub(crate) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Layer: a language asked for in the address is remembered.
pub(crate) async fn remember_language(request: Request, next: Next) -> Response {
    const YEAR_SECONDS: u32 = 31_536_000;
    let asked = lang_asked(request.uri()).and_then(Lang::from_tag);
    let response = next.run(request).await;
    match asked {
        None => response,
        Some(lang) => {
            let tag = lang.tag();
            with_cookie(response, &format!("{LANG_COOKIE}={tag}; Path=/; Max-Age={YEAR_SECONDS}; SameSite=Lax"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_node_are_gone_to() {
        for (text, ok) in [
            ("/clinic?person=p1&entry=Observation.e2", true),
            ("/", true),
            ("", false),
            ("clinic", false),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example", false),
            ("/a b", false),
            ("/a\r\nSet-Cookie: x", false),
            ("/诊室", false),
        ] {
            assert_eq!(own_path(text).is_some(), ok, "{text}");
        }
        assert!(own_path(&format!("/{}", "x".repeat(500))).is_none());
    }

    #[test]
    fn fields_are_read_leniently() {
        let fields = Fields::read(b"code=YM1%3AA+B&code=second&empty=&%ff=x&lone");
        assert_eq!(fields.get("code"), Some("YM1:A B"));
        assert_eq!(fields.all("code").collect::<Vec<_>>(), ["YM1:A B", "second"]);
        assert_eq!((fields.get("empty"), fields.text("empty"), fields.get("absent")), (None, "", None));
        assert_eq!(encoded("/clinic?person=p1"), "%2Fclinic%3Fperson%3Dp1");
    }

    #[test]
    fn the_address_says_the_language() {
        let uri: Uri = "/phone?elder=1&lang=en".parse().unwrap();
        assert_eq!(lang_of(&HeaderMap::new(), &uri), Lang::En);
        assert_eq!(here_of(&uri), "/phone?elder=1&lang=en");
        assert_eq!(lang_of(&HeaderMap::new(), &"/".parse().unwrap()), Lang::Zh);
    }
}
