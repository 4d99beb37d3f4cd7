//! Signing in with name, password and one-time code.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to, own_path, page, page_with, with_cookie};
use crate::refusal::sentences;
use crate::sign_in::goes_to;
use crate::sign_in::pages::{Problem, SignIn, sign_in as sign_in_page};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::Error;
use web::answer::{status_of, told};
use web::words::Word;

fn view(asked: &Asked, next: &str, name: &str, problem: Option<Problem>) -> SignIn {
    let next = own_path(next).unwrap_or("/");
    let here =
        if next == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={}", crate::asked::encoded(next)) };
    SignIn { lang: asked.lang, here, next: next.to_owned(), name: name.to_owned(), problem }
}

pub(super) async fn show(State(_): State<Desks>, asked: Asked) -> Response {
    page(sign_in_page(&view(&asked, asked.query("next").unwrap_or("/"), "", None)))
}

pub(super) async fn sign_in(State(desks): State<Desks>, asked: Asked, fields: Fields) -> Response {
    let (name, password, next) = (fields.text("name"), fields.text("password"), fields.text("next"));
    if name.is_empty() || password.is_empty() {
        let problem = Problem {
            fact: asked.lang[Word::SignInIncomplete].to_owned(),
            what_to_do: asked.lang[Word::SignInIncompleteDo].to_owned(),
        };
        let markup = sign_in_page(&view(&asked, next, name, Some(problem)));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, markup);
    }
    match access::sign_in::sign_in(&desks.gate, name, password, fields.text("totp")).await {
        Ok(signed_in) => {
            let cookie = desks.gate.session_cookie(signed_in.actor.kind, &signed_in.token, signed_in.life);
            with_cookie(go_to(&goes_to(&signed_in, next)), &cookie)
        }
        Err(error @ Error::Refused(_)) => {
            let (kind, _, _) = told(&error);
            let (fact, what_to_do) = sentences(asked.lang, kind);
            let problem = Problem { fact, what_to_do };
            page_with(status_of(kind), sign_in_page(&view(&asked, next, name, Some(problem))))
        }
        Err(fault) => asked.or_refusal(Err(fault)),
    }
}
