//! Confirming at the kiosk: the quote is settled once; what is owed is paid next, and
//! where nothing is, that is written down at once.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to, page_with};
use crate::kiosk::pages::{self, KIOSK, SETTLEMENT, VISIT};
use crate::kiosk::person::{quoted, within_limit};
use crate::kiosk::tender::{pay, slip_of};
use crate::kiosk::{answered, frame, present, waiting};
use crate::pay::settle::{ask, outdated, owed};
use ::payment::Tender;
use axum::extract::State;
use axum::response::Response;
use credentials::token::Said;
use http::StatusCode;
use kernel::{Actor, Error, Fen, QuoteId, VisitId};
use std::sync::Arc;
use web::Caller;

/// How message numbers of settlements begin that were made at a kiosk.
pub(crate) const KIOSK_MESSAGE: &str = "kiosk-";

pub(super) async fn posted(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    fields: Fields,
) -> Response {
    let done = async {
        let said = present(&desks, &actor, &asked).await?;
        match settled(&desks, &actor, &said, &fields).await {
            Ok(place) => Ok(go_to(&place)),
            Err(error) if outdated(&error) => again(&desks, &actor, &asked, &said, &fields).await,
            Err(error) => Err(error),
        }
    };
    answered(&asked, done.await)
}

async fn settled(desks: &Desks, actor: &Arc<Actor>, said: &Said, fields: &Fields) -> Result<String, Error> {
    let quote: QuoteId = fields.text("quote").parse().map_err(|_bad| web::Refusal::ParameterInvalid.at("quote"))?;
    let whose = desks.settlements.db.read(move |sql| ::settlement::answer::person_of(sql, quote.0)).await?;
    if whose != Some(said.person) {
        return Err(::settlement::Refusal::NotFound.at("quote"));
    }
    if said.limit_fen.is_some() {
        // The helper may settle nothing here that is above the limit.
        for visit in waiting(desks, actor, said).await? {
            within_limit(said, visit.total)?;
        }
    }
    let settled = desks.settlements.settle(actor, ask(said.person, quote, KIOSK_MESSAGE)).await?;
    if owed(&settled)? == Fen::ZERO {
        let payment = pay(desks, actor, said, settled.id, Tender::Nothing).await?;
        return Ok(slip_of(settled.id, payment));
    }
    Ok(format!("{SETTLEMENT}/{}", settled.id))
}

/// The new numbers, nothing charged; the start where nothing waits any more.
async fn again(desks: &Desks, actor: &Actor, asked: &Asked, said: &Said, fields: &Fields) -> Result<Response, Error> {
    let Ok(id) = fields.text("visit").parse::<VisitId>() else { return Ok(go_to(KIOSK)) };
    let use_account = fields.get("account") != Some("0");
    match quoted(desks, actor, asked.lang, said, id, use_account).await {
        Ok(view) => {
            let here = format!("{VISIT}?visit={id}");
            let view = pages::Visit { stale: true, ..view };
            Ok(page_with(StatusCode::CONFLICT, pages::visit(&frame(desks, actor, asked.lang, here), &view)))
        }
        Err(Error::Refused(_)) => Ok(go_to(pages::PERSON)),
        Err(fault) => Err(fault),
    }
}
