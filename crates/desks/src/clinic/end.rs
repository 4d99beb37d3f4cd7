//! The doctor ends the look before its time.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to};
use axum::extract::State;
use axum::response::Response;
use kernel::{Actor, Error, GrantId, PersonId};
use std::sync::Arc;
use web::{Caller, Refusal};

pub(super) async fn end(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked, fields: Fields) -> Response {
    let ended = ended(&desks, &actor, &asked, &fields).await;
    asked.or_refusal(ended.map(|ended| go_to(if ended { "/clinic?ended=1" } else { "/clinic?ended=time" })))
}

/// Whether it was this that ended it; it may have ended by itself meanwhile.
async fn ended(desks: &Desks, actor: &Arc<Actor>, asked: &Asked, fields: &Fields) -> Result<bool, Error> {
    let person = asked.query("person").unwrap_or_default();
    let person: PersonId = person.parse().map_err(|_bad| Refusal::ParameterInvalid.at("person"))?;
    let grant: GrantId = fields.text("grant").parse().map_err(|_bad| Refusal::ParameterInvalid.at("grant"))?;
    match desks.gate.end_grant(actor, person, grant).await {
        Err(error) if error.code() == access::Refusal::GrantMissing.kind().code => Ok(false),
        done => done.map(|()| true),
    }
}
