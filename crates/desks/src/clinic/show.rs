//! Showing the doctor's desk: nobody yet, or a person's half year.

use crate::Desks;
use crate::asked::{Asked, page, page_with};
use crate::clinic::chart::{self, Charting};
use crate::clinic::facts::{Facts, banner_facts};
use crate::clinic::pages::{Closed, Open, State as Shown, clinic};
use crate::clinic::report::{self, Sources};
use axum::extract::State;
use axum::response::Response;
use fhir::ResourceType;
use http::StatusCode;
use identity::Person;
use kernel::time::DAY;
use kernel::{Actor, Error, InstitutionId, PersonId};
use records::search::{Order, Query};
use records::timeline::{LINES_MAX, Stretch, Timeline as Read};
use serde_json::Value;
use std::sync::Arc;
use web::Caller;
use web::layout::Desk;
use web::widgets::report::Report;
use web::widgets::timeline::{Filter, Span, Timeline};

pub(super) async fn show(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    let Some(person) = asked.query("person") else {
        let closed = match asked.query("ended") {
            Some("1") => Some(Closed::Ended),
            Some(_) => Some(Closed::RanOut),
            None => None,
        };
        return page(clinic(&desks.desk(asked.lang, &actor, "/clinic".to_owned()), &Shown::Waiting(closed)));
    };
    let wish = Wish::read(&asked);
    let opened = match person.parse::<PersonId>() {
        Ok(person) => opened(&desks, &actor, &asked, person, &wish).await,
        Err(_bad) => Err(access::Refusal::GrantMissing.into()),
    };
    match opened {
        Ok((desk, open)) => page(clinic(&desk, &Shown::Open(Box::new(open)))),
        Err(error) if error.code() == access::Refusal::GrantMissing.kind().code => {
            let desk = desks.desk(asked.lang, &actor, "/clinic".to_owned());
            page_with(StatusCode::NOT_FOUND, clinic(&desk, &Shown::Waiting(Some(Closed::RanOut))))
        }
        Err(error) => asked.or_refusal(Err(error)),
    }
}

/// What the reader asked to see of a person.
#[derive(Debug, Default)]
pub(super) struct Wish {
    filter: Filter,
    entry: Option<String>,
}

impl Wish {
    fn read(asked: &Asked) -> Self {
        let mut filter = Filter::read(asked.query("whose"), asked.query("span"), asked.query("kind"));
        // A visit's grant opens half a year.
        if filter.span == Span::Earlier {
            filter.span = Span::HalfYear;
        }
        Self { filter, entry: asked.query("entry").map(str::to_owned) }
    }
}

/// A person's chart: one read of the timeline, one of what the banner says, one of
/// the entry beside the list.
pub(super) async fn opened(
    desks: &Desks,
    actor: &Arc<Actor>,
    asked: &Asked,
    person: PersonId,
    wish: &Wish,
) -> Result<(Desk, Open), Error> {
    let (read, facts) = tokio::join!(
        half_year(desks, actor, person, wish.filter.span),
        banner_facts(desks, actor, person, wish.entry.is_none())
    );
    let ((read, past_to), facts) = (read?, facts?);
    let known = person_of(desks, &read).await?;
    let report = match &wish.entry {
        None => None,
        Some(key) => report_of(desks, actor, asked, &read, key).await?,
    };
    let now = desks.now();
    let mut timeline = Timeline {
        path: format!("/clinic?person={person}"),
        entries: entries(desks, actor, asked, &read, &facts),
        from: read.stretch.from,
        to: past_to.unwrap_or(now),
        now,
        filter: wish.filter,
        earlier_open: false,
        selected: None,
    };
    timeline.selected = wish.entry.clone().filter(|_| report.is_some());
    let desk = Desk { now, ..desks.desk(asked.lang, actor, timeline.here()) };
    let open = Open {
        id: person.to_string(),
        person: chart::person(asked.lang, person, known.as_ref(), &facts, now),
        grant: chart::grant(asked.lang, &read.grant),
        timeline,
        past_to,
        cut_at: cut_at(read.lines.len()),
        report,
        problem: None,
    };
    Ok((desk, open))
}

/// How many lines are shown when that is not all there are.
fn cut_at(lines: usize) -> Option<usize> {
    i64::try_from(lines).is_ok_and(|lines| lines >= LINES_MAX).then_some(lines)
}

fn entries(
    desks: &Desks,
    actor: &Actor,
    asked: &Asked,
    read: &Read,
    facts: &Facts,
) -> Vec<web::widgets::timeline::Entry> {
    let institution = |id: InstitutionId| desks.directory.name(id, asked.lang == web::Lang::En);
    let charting = Charting { lang: asked.lang, own: actor.institution, institution: &institution, facts };
    charting.entries(&read.lines)
}

/// The half year (or three months) up to now. Where it holds nothing and something
/// is older, the stretch that ends with the newest entry, and that instant.
async fn half_year(
    desks: &Desks,
    actor: &Arc<Actor>,
    person: PersonId,
    span: Span,
) -> Result<(Read, Option<i64>), Error> {
    let now = desks.now();
    let from = |to: i64| span.since(to).unwrap_or(to - access::grant::WINDOW);
    let read = desks.records.timeline(actor, person, Stretch { from: from(now), to: now + DAY }).await?;
    let Some(newest) = read.before.filter(|newest| *newest < now - access::grant::WINDOW) else {
        return Ok((read, None));
    };
    let past = Stretch { from: from(newest), to: newest + 1 };
    Ok((desks.records.timeline(actor, person, past).await?, Some(newest)))
}

async fn person_of(desks: &Desks, read: &Read) -> Result<Option<Person>, Error> {
    let grant = read.grant.clone();
    desks.records.db.read(move |sql| Ok(identity::person(sql, &grant)?)).await
}

/// The entry beside the list; nothing when there is none of that key.
async fn report_of(
    desks: &Desks,
    actor: &Arc<Actor>,
    asked: &Asked,
    read: &Read,
    key: &str,
) -> Result<Option<Report>, Error> {
    let person = read.grant.person();
    let Some((kind, id)) = report::place(person, key) else { return Ok(None) };
    let version = match desks.records.read(actor, kind, &id).await {
        Ok(version) => version,
        Err(Error::Refused(_)) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let Ok(resource) = serde_json::from_slice::<Value>(&version.json) else { return Ok(None) };
    let members = members_of(desks, actor, person, &resource).await?;
    let institution = |id: InstitutionId| desks.directory.name(id, asked.lang == web::Lang::En);
    let sources = Sources {
        lang: asked.lang,
        person,
        own: actor.institution,
        institution: &institution,
        lines: &read.lines,
        members: &members,
    };
    let stored = report::Stored { key, version: version.version, received_at: version.recorded_at };
    Ok(Some(report::report(&sources, &stored, kind, &resource)))
}

/// The results a report is made of, in one search that begins at its instant.
async fn members_of(
    desks: &Desks,
    actor: &Arc<Actor>,
    person: PersonId,
    resource: &Value,
) -> Result<Vec<Value>, Error> {
    let ids = report::member_ids(person, resource);
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let kind = ResourceType::Observation;
    let Ok(search) = fhir::search::parse(kind, &[("_id".to_owned(), ids.join(","))]) else { return Ok(Vec::new()) };
    let at = fhir::facts(resource).and_then(|facts| facts.at);
    let query = Query {
        search: Some(search),
        order: Order::NewestFirst,
        after: at.map(|at| (at.saturating_add(DAY), i64::MAX)),
        count: ids.len(),
    };
    let found = desks.records.search(actor, person, query, kind.name()).await?;
    Ok(found.found.iter().filter_map(|one| serde_json::from_slice(&one.json).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_cut_says_so() {
        assert_eq!(cut_at(1_999), None);
        assert_eq!(cut_at(2_000), Some(2_000));
    }
}
