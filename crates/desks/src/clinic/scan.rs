//! A code comes in; the person's record opens, or the page says why not.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to, page_with};
use crate::clinic::pages::{Problem, State as Shown, clinic};
use crate::clinic::show::{Wish, opened};
use crate::refusal::sentences;
use ::store::OnceKey;
use axum::extract::State;
use axum::response::Response;
use credentials::{Credentials, Refusal, Scan, Scanned};
use kernel::purpose::CONSULT;
use kernel::time::SECOND;
use kernel::{Actor, Error, Fault, FaultKind, PersonId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use web::Caller;
use web::answer::{status_of, told};
use web::words::Lang;

/// A second Enter on the same code within this opens what the first one opened.
const AGAIN_MAX: i64 = 10 * SECOND;

pub(super) async fn scan(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked, fields: Fields) -> Response {
    match scanned(&desks, &actor, fields.text("code").trim()).await {
        Ok(person) => go_to(&format!("/clinic?person={person}")),
        Err(error @ Error::Fault(_)) => asked.or_refusal(Err(error)),
        Err(refused) => refusal(&desks, &actor, &asked, refused).await,
    }
}

/// What is kept of a scan, so that a second Enter finds it.
#[derive(Serialize, Deserialize)]
struct Kept {
    person: String,
    at: i64,
}

fn kept(_: &Credentials, scanned: &Scanned) -> Result<Vec<u8>, Error> {
    let kept = Kept { person: scanned.person.id.to_string(), at: scanned.presence.proved_at };
    serde_json::to_vec(&kept).map_err(|error| Fault::from_source(FaultKind::Broken, "keeping a scan", error).into())
}

async fn scanned(desks: &Desks, actor: &Arc<Actor>, code: &str) -> Result<PersonId, Error> {
    let scan = Scan {
        code: code.to_owned(),
        purpose: CONSULT.code.to_owned(),
        place: actor.place.chars().take(credentials::scan::PLACE_MAX).collect(),
    };
    let key = OnceKey::new(actor.id.0, "POST /clinic/scan", code, code.as_bytes(), false);
    let reply = desks.credentials.scan_once(actor, scan.clone(), key, kept).await?;
    let kept: Kept = serde_json::from_slice(&reply.body)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "reading a scan that was kept", error))?;
    let person = kept.person.parse().map_err(|_bad| Fault::broken("a scan that was kept names no person"))?;
    if !reply.repeated || desks.now() - kept.at <= AGAIN_MAX {
        return Ok(person);
    }
    // Later it is a code that was used: the ordinary scan says so and leaves the event.
    desks.credentials.scan(actor, scan).await.map(|scanned| scanned.person.id)
}

/// The page that says why, with the person who was open, if there was one.
async fn refusal(desks: &Desks, actor: &Arc<Actor>, asked: &Asked, error: Error) -> Response {
    let (kind, _, _) = told(&error);
    let problem = problem(asked.lang, &error);
    let kept = asked.query("person").and_then(|person| person.parse().ok());
    if let Some(person) = kept
        && let Ok((desk, mut open)) = opened(desks, actor, asked, person, &Wish::default()).await
    {
        open.problem = Some(problem);
        return page_with(status_of(kind), clinic(&desk, &Shown::Open(Box::new(open))));
    }
    let desk = desks.desk(asked.lang, actor, "/clinic".to_owned());
    page_with(status_of(kind), clinic(&desk, &Shown::Refused(problem)))
}

/// A refusal as this desk says it.
fn problem(lang: Lang, error: &Error) -> Problem {
    let code = error.code();
    let is = |refusal: Refusal| refusal.kind().code == code;
    if is(Refusal::CodeExpired) {
        return Problem::Expired;
    }
    if is(Refusal::CodeUsed) {
        return Problem::Used;
    }
    if is(Refusal::CodeUnreadable) {
        return Problem::Unreadable;
    }
    if code == access::Refusal::RightMissing.kind().code {
        return Problem::NoRight;
    }
    let (kind, _, _) = told(error);
    let (fact, what_to_do) = sentences(lang, kind);
    Problem::Other { fact, what_to_do }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_become_the_sentences_of_the_desk() {
        let check = |error: Error| match problem(Lang::En, &error) {
            Problem::Expired => "expired".to_owned(),
            Problem::Used => "used".to_owned(),
            Problem::OtherRegion(region) => region,
            Problem::Unreadable => "unreadable".to_owned(),
            Problem::Revoked => "revoked".to_owned(),
            Problem::NoRight => "right".to_owned(),
            Problem::Other { fact, .. } => fact,
        };
        assert_eq!(check(Refusal::CodeExpired.at("code").with("made 90 s ago")), "expired");
        assert_eq!(check(Refusal::CodeUsed.into()), "used");
        assert_eq!(check(Refusal::CodeUnreadable.into()), "unreadable");
        assert_eq!(check(access::Refusal::RightMissing.into()), "right");
        // Foreign, forged, unknown and revoked codes are told alike.
        assert!(check(Refusal::CodeRefused.into()).contains("not accepted here"));
    }
}
