//! Showing the account, with what was just done or went wrong.

use crate::Desks;
use crate::account::pages::{Account, Passkey, Totp, account};
use crate::asked::{Asked, page, page_with};
use crate::phone::open::who;
use crate::refusal::sentences;
use crate::sign_in::pages::Problem;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::{Actor, Error};
use std::sync::Arc;
use web::Caller;
use web::answer::{status_of, told};
use web::words::{Lang, Word};

/// What was done, as the address says it after a redirect.
const DONE: &[(&str, Word)] = &[
    ("passkey", Word::PasskeyAddedDone),
    ("removed", Word::PasskeyRemovedDone),
    ("totp", Word::TotpDone),
    ("password", Word::PasswordDone),
    ("others", Word::SignedOutOthers),
];

pub(super) async fn show(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    let done = asked.query("done").and_then(|done| DONE.iter().find(|(key, _)| *key == done));
    let done = done.map(|(_, word)| asked.lang[*word].to_owned());
    let view = view(&desks, &actor, asked.lang, None).await;
    asked.or_refusal(view.map(|view| page(account(&Account { done, ..view }))))
}

/// The account as it stands; `setup` shows one-time codes being set up.
pub(super) async fn view(desks: &Desks, actor: &Arc<Actor>, lang: Lang, setup: Option<Totp>) -> Result<Account, Error> {
    let factors = access::sign_in::factors(&desks.gate, actor.id).await?;
    let listed = match &desks.passkeys {
        Some(passkeys) => passkeys.list(&desks.gate, actor.id).await?,
        None => Vec::new(),
    };
    let totp = setup.unwrap_or(if factors.totp { Totp::On } else { Totp::Off });
    Ok(Account {
        lang,
        here: "/account".to_owned(),
        now: desks.now(),
        actor: who(&actor.name, &actor.place),
        user_name: String::new(),
        passkeys: listed
            .into_iter()
            .map(|one| Passkey { id: one.id, label: one.label, added_at: one.added_at })
            .collect(),
        totp,
        must_enrol: factors.password && !factors.second(),
        desk: actor.may(crate::CLINIC),
        done: None,
        problem: None,
    })
}

/// The account with what went wrong; faults become the page of faults.
pub(super) async fn with_problem(
    desks: &Desks,
    actor: &Arc<Actor>,
    asked: &Asked,
    setup: Option<Totp>,
    error: Error,
) -> Response {
    if matches!(error, Error::Fault(_)) {
        return asked.or_refusal(Err(error));
    }
    let (kind, _, _) = told(&error);
    let (fact, what_to_do) = sentences(asked.lang, kind);
    // A wrong secret on this page does not mean that nobody is signed in.
    let status = if kind.status == 401 { StatusCode::UNPROCESSABLE_ENTITY } else { status_of(kind) };
    answer(desks, actor, asked, setup, (status, Problem { fact, what_to_do })).await
}

/// The account with a problem in words.
pub(super) async fn answer(
    desks: &Desks,
    actor: &Arc<Actor>,
    asked: &Asked,
    setup: Option<Totp>,
    (status, problem): (StatusCode, Problem),
) -> Response {
    let view = view(desks, actor, asked.lang, setup).await;
    asked.or_refusal(view.map(|view| page_with(status, account(&Account { problem: Some(problem), ..view }))))
}
