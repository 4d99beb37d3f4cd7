//! Showing who looked, a page at a time.

use crate::Desks;
use crate::asked::{Asked, page};
use crate::looks::pages::{Look as Line, Looks, looks};
use crate::looks::told::{Telling, Trace, told};
use crate::phone::open::open_grants;
use crate::phone::own_person;
use access::Grant;
use access::look::{Look, PAGE_MAX};
use axum::extract::State;
use axum::response::Response;
use kernel::time::DAY;
use kernel::{Actor, Error, InstitutionId};
use std::sync::Arc;
use web::Caller;
use web::words::Lang;

/// Days the first page counts.
const DAYS: u32 = 30;

/// A page of looks in words, and where the next older one begins.
struct Page {
    lines: Vec<Line>,
    next: Option<i64>,
}

pub(super) async fn show(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    asked.or_refusal(shown(&desks, &actor, &asked).await)
}

async fn shown(desks: &Desks, actor: &Arc<Actor>, asked: &Asked) -> Result<Response, Error> {
    let lang = asked.lang;
    let person = own_person(actor)?;
    let own = desks.gate.grant(actor, person).await?;
    let before: Option<i64> = asked.query("before").and_then(|text| text.parse().ok());
    let found = read(desks, &own, lang, before.unwrap_or(i64::MAX)).await?;
    let elder = asked.query("elder") == Some("1");
    let view = Looks {
        lang,
        here: asked.here(),
        now: desks.now(),
        elder,
        open: open_grants(desks, person, lang).await?,
        total: before.is_none().then(|| counted(&found, desks.now())),
        days: DAYS,
        looks: found.lines,
        older: found.next.map(|at| format!("/phone/looks?{}before={at}", if elder { "elder=1&" } else { "" })),
        ended: asked.query("ended").is_some(),
    };
    Ok(page(looks(&view)))
}

/// How many looked in the last days, `9` or `50+`.
pub(crate) async fn recent(desks: &Desks, own: &Grant, lang: Lang) -> Result<String, Error> {
    Ok(counted(&read(desks, own, lang, i64::MAX).await?, desks.now()))
}

async fn read(desks: &Desks, own: &Grant, lang: Lang, before: i64) -> Result<Page, Error> {
    let found = desks.gate.looks(own, desks.looks, before).await?;
    let (found, next) = paged(found.into_iter().map(trace).collect());
    let institution = |id: InstitutionId| desks.directory.name(id, lang == Lang::En);
    let lines = told(&found, &Telling { lang, own: own.actor().id, institution: &institution });
    Ok(Page { lines, next })
}

fn trace(look: Look) -> Trace {
    let row = look.row;
    Trace {
        at: row.at,
        name: row.name,
        actor: row.actor,
        actor_name: look.actor_name,
        actor_place: look.actor_place,
        institution: row.institution,
        grant: row.grant,
        purpose: row.purpose,
        object: row.object,
    }
}

fn counted(found: &Page, now: i64) -> String {
    let since = now - i64::from(DAYS) * DAY;
    let recent = found.lines.iter().filter(|line| line.at >= since).count();
    let more = found.next.is_some() && recent == found.lines.len();
    format!("{recent}{}", if more { "+" } else { "" })
}

/// Cuts a full page so that looks of one instant are never parted: pages begin
/// strictly before an instant.
fn paged(mut found: Vec<Trace>) -> (Vec<Trace>, Option<i64>) {
    let Some(last) = found.last().map(|look| look.at).filter(|_| found.len() >= PAGE_MAX) else {
        return (found, None);
    };
    if found.first().is_some_and(|look| look.at > last) {
        found.retain(|look| look.at > last);
        return (found, Some(last + 1));
    }
    (found, Some(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::looks::told::tests::trace;

    #[test]
    fn pages_part_between_instants() {
        let few: Vec<Trace> = (0..3).map(|n| trace(&records::TIMELINE, 100 - n, "1 lines")).collect();
        assert_eq!(paged(few).1, None);
        let mut many: Vec<Trace> = (0..50).map(|n| trace(&records::TIMELINE, 100 - n, "1 lines")).collect();
        many[48].at = many[49].at;
        let last = many[49].at;
        let (kept, next) = paged(many);
        assert_eq!((kept.len(), next), (48, Some(last + 1)));
        let same: Vec<Trace> = (0..50).map(|_| trace(&records::TIMELINE, 7, "1 lines")).collect();
        let (kept, next) = paged(same);
        assert_eq!((kept.len(), next), (50, Some(7)));
    }
}
