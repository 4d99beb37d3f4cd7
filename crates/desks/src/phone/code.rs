//! The code on the phone, and the next one for its script.

use crate::Desks;
use crate::phone::own_person;
use crate::phone::pages::{Code, CodeReply};
use axum::extract::State;
use axum::response::Response;
use credentials::devices::own_card;
use credentials::show::STEP_SECONDS;
use credentials::{Refusal, Shown};
use http::StatusCode;
use kernel::{Actor, Error, Fault, FaultKind};
use std::sync::Arc;
use web::words::Lang;
use web::{Caller, Problem};

/// The code of the person's own phone; somebody who never had a card gets one, and who
/// stopped theirs is refused.
pub(super) async fn own_code(desks: &Desks, actor: &Arc<Actor>) -> Result<Code, Error> {
    let shown = match desks.credentials.show_own(actor).await {
        Err(error) if error.code() == Refusal::NoCard.kind().code => {
            issue(desks, actor).await?;
            desks.credentials.show_own(actor).await?
        }
        shown => shown?,
    };
    Ok(code(shown))
}

fn code(shown: Shown) -> Code {
    Code { text: shown.code, step_ends_at: shown.step_ends_at, step_seconds: STEP_SECONDS }
}

async fn issue(desks: &Desks, actor: &Arc<Actor>) -> Result<(), Error> {
    let person = own_person(actor)?;
    let by = actor.clone();
    desks.credentials.db.write(person.0, move |tx| own_card(tx, person, &by).map(|_card| ())).await
}

/// The next code as JSON.
pub(super) async fn next(State(desks): State<Desks>, Caller(actor): Caller, lang: Lang) -> Result<Response, Problem> {
    let code = own_code(&desks, &actor).await?;
    let reply = CodeReply::new(lang, &code, desks.now());
    let body = serde_json::to_vec(&reply)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing a code as JSON", error))?;
    Ok(web::answer::json_bytes(StatusCode::OK, body))
}
