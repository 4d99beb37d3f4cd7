//! Showing what is in doubt, asking again, giving up, ending a task.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to, page};
use crate::office::pages::{Doubt, IN_DOUBT, InDoubt, Task, in_doubt};
use axum::extract::State;
use axum::response::Response;
use kernel::{Actor, Error, Fen, InstitutionId, PersonId};
use settlement::rules::ask::{Next, wait_after};
use web::Caller;
use web::words::Lang;

pub(super) async fn show(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    asked.or_refusal(shown(&desks, &actor, &asked).await)
}

async fn shown(desks: &Desks, actor: &Actor, asked: &Asked) -> Result<Response, Error> {
    let lang = asked.lang;
    let asks = desks.settlements.in_doubt(None).await?;
    let doubts = asks.iter().map(|ask| Doubt {
        institution: ask.institution.to_string(),
        institution_name: desks.directory.name(ask.institution, lang == Lang::En),
        msgid: ask.msgid.clone(),
        stage: ask.stage,
        asked_at: ask.asked_at,
        tries: ask.tries,
        next_at: (ask.stage.next() != Next::Rest).then(|| ask.moved_at.saturating_add(wait_after(ask.tries))),
    });
    let tasks = desks.settlements.tasks().await?.into_iter().map(|task| Task {
        id: task.id.to_string(),
        person: task.person.to_string(),
        kind: task.kind,
        settlement: task.settlement.to_string(),
        cause: task.cause.to_string(),
        amount: Some(task.amount).filter(|amount| *amount != Fen::ZERO),
        at: task.at,
    });
    Ok(page(in_doubt(&InDoubt {
        desk: desks.desk(lang, actor, IN_DOUBT.to_owned()),
        doubts: doubts.collect(),
        tasks: tasks.collect(),
        done: asked.query("done").and_then(|number| number.parse().ok()),
    })))
}

/// Asks about every message that is due, as the job does.
pub(super) async fn ask(State(desks): State<Desks>, Caller(_actor): Caller, asked: Asked) -> Response {
    let done = desks.settlements.turn().await;
    asked.or_refusal(done.map(|moved| go_to(&format!("{IN_DOUBT}?done={moved}"))))
}

/// Asks about one message at once, due or not.
pub(super) async fn ask_one(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    fields: Fields,
) -> Response {
    let done = async {
        let institution: InstitutionId =
            fields.text("institution").parse().map_err(|_bad| web::Refusal::ParameterInvalid.at("institution"))?;
        let known = desks.settlements.ask_again(&actor, institution, fields.text("msgid")).await?;
        Ok(go_to(&format!("{IN_DOUBT}?done={}", i32::from(known.stage.ended()))))
    };
    asked.or_refusal(done.await)
}

/// Takes a message back, whether it came or not; the next question finds that.
pub(super) async fn give_up(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    fields: Fields,
) -> Response {
    let done = async {
        let institution: InstitutionId =
            fields.text("institution").parse().map_err(|_bad| web::Refusal::ParameterInvalid.at("institution"))?;
        desks.settlements.reverse(&actor, institution, fields.text("msgid")).await?;
        Ok(go_to(&format!("{IN_DOUBT}?done=1")))
    };
    asked.or_refusal(done.await)
}

pub(super) async fn task_done(
    State(desks): State<Desks>,
    Caller(_actor): Caller,
    asked: Asked,
    fields: Fields,
) -> Response {
    let done = async {
        let person: PersonId =
            fields.text("person").parse().map_err(|_bad| web::Refusal::ParameterInvalid.at("person"))?;
        let id: i64 = fields.text("task").parse().map_err(|_bad| web::Refusal::ParameterInvalid.at("task"))?;
        desks.settlements.end_task(person, id).await?;
        Ok(go_to(&format!("{IN_DOUBT}?done=1")))
    };
    asked.or_refusal(done.await)
}
