//! Who is present, what waits for them here, and one visit with its quote.

use crate::Desks;
use crate::asked::{Asked, page};
use crate::kiosk::pages::{self, PERSON, Person, VISIT};
use crate::kiosk::{answered, frame, present, waiting};
use crate::pay::about;
use crate::pay::pages::Door;
use crate::pay::split::{Kin, bar, items};
use ::settlement::compute::Terms;
use axum::extract::State;
use axum::response::Response;
use credentials::token::Said;
use kernel::{Actor, Error, Fen, PersonId, VisitId};
use web::Caller;
use web::words::Lang;

/// The masked name of whoever is present.
pub(super) async fn name(desks: &Desks, person: PersonId) -> Result<String, Error> {
    let masked = desks.records.db.read(move |sql| Ok(identity::masked(sql, person)?)).await?;
    Ok(masked.map(|masked| masked.name).unwrap_or_default())
}

pub(super) async fn show(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    let shown = async {
        let said = present(&desks, &actor, &asked).await?;
        let visits = waiting(&desks, &actor, &said).await?;
        let door = |visit: &::settlement::Visit| Door {
            address: format!("{VISIT}?visit={}", visit.id),
            says: format!("¥{}", visit.total),
            small: about(visit),
        };
        let view = Person { name: name(&desks, said.person).await?, visits: visits.iter().map(door).collect() };
        Ok(page(pages::person(&frame(&desks, &actor, asked.lang, PERSON.to_owned()), &view)))
    };
    answered(&asked, shown.await)
}

pub(super) async fn visit(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    let shown = async {
        let said = present(&desks, &actor, &asked).await?;
        let id: VisitId =
            asked.query("visit").unwrap_or_default().parse().map_err(|_bad| web::Refusal::NotFound.error())?;
        let use_account = asked.query("account") != Some("0");
        let view = quoted(&desks, &actor, asked.lang, &said, id, use_account).await?;
        let here = format!("{VISIT}?visit={id}&account={}", i32::from(use_account));
        Ok(page(pages::visit(&frame(&desks, &actor, asked.lang, here), &view)))
    };
    answered(&asked, shown.await)
}

/// Whoever shows a code for somebody else may be held to an amount.
pub(super) fn within_limit(said: &Said, total: Fen) -> Result<(), Error> {
    match said.limit_fen {
        Some(limit) if total > Fen(limit) => {
            Err(::settlement::Refusal::PresenceLimit.at("visit").with(Fen(limit).to_string()))
        }
        Some(_) | None => Ok(()),
    }
}

/// A visit of whoever is present, quoted.
pub(super) async fn quoted(
    desks: &Desks,
    actor: &Actor,
    lang: Lang,
    said: &Said,
    id: VisitId,
    use_account: bool,
) -> Result<pages::Visit, Error> {
    let visits = waiting(desks, actor, said).await?;
    let visit = visits.iter().find(|visit| visit.id == id).ok_or(::settlement::Refusal::VisitUnknown)?;
    within_limit(said, visit.total)?;
    let quote = desks.settlements.quote(actor, id, Terms { use_account, ..Terms::default() }).await?;
    let person = said.person;
    let lines = desks.settlements.db.read(move |sql| ::settlement::fees::lines_of(sql, person, id, 0)).await?;
    Ok(pages::Visit {
        visit: id.to_string(),
        quote: quote.quote.clone(),
        about: about(visit),
        total: Fen(quote.split.fee_fen),
        own: Fen(quote.split.cash_fen),
        // Whose relatives pay is not for a hall to read.
        bar: bar(lang, &quote.split, &Kin::new())?,
        use_account,
        items: items(lang, &lines),
        stale: false,
    })
}
