//! Searching and `$everything`: searchset bundles, page by page.

use super::FhirGateway;
use super::answer::{FHIR_JSON, Outcome, issue, type_in_url};
use axum::extract::{Path, RawForm, RawQuery, State};
use axum::response::{IntoResponse, Response};
use fhir::ResourceType;
use fhir::search::{self as syntax, Search};
use http::{StatusCode, header};
use identity::Identifier;
use kernel::{Actor, Error, PersonId};
use records::EntryRef;
use records::search::{Found, Order, Page, Query};
use std::sync::Arc;
use web::{Caller, Refusal};

/// Entries of `$everything` on one page unless `_count` says otherwise.
const EVERYTHING_COUNT: usize = 500;

/// Matches counted for `_summary=count` at most.
const COUNTED_MAX: usize = 100_000;

fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn cursor_text(place: (i64, i64)) -> String {
    format!("{:x}.{:x}", place.0, place.1)
}

fn cursor(text: &str) -> Result<(i64, i64), Outcome> {
    let read = |part: &str| u64::from_str_radix(part, 16).ok().map(u64::cast_signed);
    text.split_once('.')
        .and_then(|(at, id)| Some((read(at)?, read(id)?)))
        .ok_or_else(|| Error::from(Refusal::ParameterInvalid).at("_cursor").into())
}

/// `GET /fhir/TYPE?…`
pub(super) async fn search(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Outcome> {
    let query = query.unwrap_or_default();
    if let Some(found) = super::money::search(&gateway, &actor, &name, &pairs(&query)).await? {
        return Ok(found);
    }
    find(&gateway, &actor, type_in_url(&name)?, query).await
}

/// `POST /fhir/TYPE/_search`, so that nothing personal stands in a URL.
pub(super) async fn search_form(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    Path(name): Path<String>,
    RawForm(form): RawForm,
) -> Result<Response, Outcome> {
    let query = String::from_utf8_lossy(&form).into_owned();
    if let Some(found) = super::money::search(&gateway, &actor, &name, &pairs(&query)).await? {
        return Ok(found);
    }
    find(&gateway, &actor, type_in_url(&name)?, query).await
}

async fn find(
    gateway: &FhirGateway,
    actor: &Arc<Actor>,
    kind: ResourceType,
    query: String,
) -> Result<Response, Outcome> {
    let search = syntax::parse(kind, &pairs(&query)).map_err(|issues| Outcome::of(StatusCode::BAD_REQUEST, issues))?;
    let this = format!("{}/{}", gateway.base, kind.name());
    if !kind.personal() {
        let after = search.cursor.as_deref().map(cursor).transpose()?.map_or(i64::MIN, |(_, id)| id);
        let total_only = search.total_only;
        let page = gateway.records.search_shared(search, after).await?;
        return Ok(searchset(&this, &query, &page, total_only));
    }
    let total_only = search.total_only;
    // A count is of all matches, not of a page.
    let count = if total_only { COUNTED_MAX } else { usize::try_from(search.count).unwrap_or(100) };
    let order = match search.order {
        syntax::Order::NewestFirst => Order::NewestFirst,
        syntax::Order::OldestFirst => Order::OldestFirst,
    };
    let after = search.cursor.as_deref().map(cursor).transpose()?;
    let persons = persons_meant(gateway, actor, &search).await?;
    let mut all = Page { found: Vec::new(), next: None };
    for person in persons {
        let query = Query { search: Some(search.clone()), order, after, count };
        match gateway.records.search(actor, person, query, kind.name()).await {
            Ok(page) => {
                if after.is_none() && plain(&search) {
                    match super::money::of_person(gateway, actor, person, kind.name()).await {
                        Ok(kept) => all.found.extend(kept),
                        Err(Error::Refused(_)) => {}
                        Err(fault) => return Err(fault.into()),
                    }
                }
                all.found.extend(page.found);
                all.next = page.next;
            }
            // Nothing is open: the same answer as when nothing is stored (K4).
            Err(Error::Refused(_)) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(searchset(&this, &query, &all, total_only))
}

/// Whether everything of a person is asked for: what the money rooms keep is listed
/// then, before what was supplied.
fn plain(search: &Search) -> bool {
    search.patient.is_some()
        && search.ids.is_empty()
        && search.tokens.is_empty()
        && search.dates.is_empty()
        && search.updated.is_empty()
        && search.encounter.is_none()
}

/// Whose entries are searched: a person must be named, by reference, id or
/// identifier. Names and birth dates alone open nothing here (a person who is not
/// present is not looked up by traits).
async fn persons_meant(gateway: &FhirGateway, actor: &Arc<Actor>, search: &Search) -> Result<Vec<PersonId>, Outcome> {
    let mut persons: Vec<PersonId> = Vec::new();
    if let Some(text) = &search.patient {
        persons.extend(text.parse::<PersonId>().ok());
        return Ok(persons);
    }
    if !search.ids.is_empty() {
        persons.extend(search.ids.iter().filter_map(|id| EntryRef::parse(search.kind, id)).map(|place| place.person));
        persons.sort_unstable();
        persons.dedup();
        return Ok(persons);
    }
    let identifiers: Vec<Identifier> = search
        .token("identifier")
        .map(|filter| filter.any.as_slice())
        .unwrap_or_default()
        .iter()
        .filter_map(|token| Some(Identifier { system: token.system.clone()?, value: token.value.clone()? }))
        .collect();
    if search.kind == ResourceType::Patient && !identifiers.is_empty() {
        let (index, institution) =
            (gateway.records.index.clone(), actor.institution.unwrap_or(kernel::InstitutionId(0)));
        let found = gateway
            .records
            .db
            .read(move |sql| identity::lookup(sql, &index, institution, &identifiers).map_err(Into::into))
            .await?;
        persons.extend(found.into_iter().flatten());
        persons.sort_unstable();
        persons.dedup();
        return Ok(persons);
    }
    if actor.kind == kernel::ActorKind::Citizen {
        return Ok(actor.person.into_iter().collect());
    }
    Err(Outcome::of(
        StatusCode::BAD_REQUEST,
        vec![issue(
            "required",
            "fhir.search-person-needed",
            "patient",
            "Name the person: patient=Patient/ID, _id, or for Patient identifier=system|value.".to_owned(),
            "请指明患者：patient=Patient/ID、_id，或用 identifier=system|value 查询 Patient。",
        )],
    ))
}

/// `GET /fhir/Patient/ID/$everything`
pub(super) async fn everything(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Outcome> {
    let person: PersonId = id.parse().map_err(|_bad| Error::from(Refusal::NotFound))?;
    let (mut count, mut after) = (EVERYTHING_COUNT, None);
    for (name, value) in pairs(query.as_deref().unwrap_or_default()) {
        match name.as_str() {
            "_count" => {
                count = value
                    .parse()
                    .ok()
                    .filter(|count| (1..=1000).contains(count))
                    .ok_or_else(|| Error::from(Refusal::ParameterInvalid).at("_count").with("1 to 1000"))?;
            }
            "_cursor" => after = Some(cursor(&value)?),
            "_format" => {}
            _ => return Err(Error::from(Refusal::ParameterInvalid).at(name).with("_count is supported").into()),
        }
    }
    let first = Query { search: None, order: Order::OldestFirst, after, count };
    let page = gateway.records.search(&actor, person, first, "$everything").await?;
    if page.found.is_empty() && after.is_none() {
        return Err(Error::from(Refusal::NotFound).into());
    }
    let this = format!("{}/Patient/{id}/$everything", gateway.base);
    Ok(searchset(&this, query.as_deref().unwrap_or_default(), &page, false))
}

fn text(value: impl Into<serde_json::Value>) -> String {
    value.into().to_string()
}

/// A searchset bundle, written straight from stored JSON.
fn searchset(this: &str, query: &str, page: &Page, total_only: bool) -> Response {
    let mut body = b"{\"resourceType\":\"Bundle\",\"type\":\"searchset\"".to_vec();
    let first_page = !query.contains("_cursor=");
    if page.next.is_none() && first_page {
        body.extend_from_slice(format!(",\"total\":{}", page.found.len()).as_bytes());
    }
    body.extend_from_slice(
        format!(",\"link\":[{{\"relation\":\"self\",\"url\":{}}}", text(url(this, query, None))).as_bytes(),
    );
    if let Some(next) = page.next {
        let next = url(this, query, Some(next));
        body.extend_from_slice(format!(",{{\"relation\":\"next\",\"url\":{}}}", text(next)).as_bytes());
    }
    body.push(b']');
    if !total_only && !page.found.is_empty() {
        body.extend_from_slice(b",\"entry\":[");
        for (number, found) in page.found.iter().enumerate() {
            if number > 0 {
                body.push(b',');
            }
            push_entry(&mut body, this, found);
        }
        body.push(b']');
    }
    body.push(b'}');
    (StatusCode::OK, [(header::CONTENT_TYPE, FHIR_JSON)], body).into_response()
}

fn push_entry(body: &mut Vec<u8>, this: &str, found: &Found) {
    let base = this.split("/fhir").next().unwrap_or_default();
    body.extend_from_slice(
        format!("{{\"fullUrl\":{},\"resource\":", text(format!("{base}/fhir/{}", found.reference))).as_bytes(),
    );
    body.extend_from_slice(&found.json);
    body.extend_from_slice(b",\"search\":{\"mode\":\"match\"}}");
}

fn url(this: &str, query: &str, next: Option<(i64, i64)>) -> String {
    let mut parts: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && (next.is_none() || !pair.starts_with("_cursor=")))
        .map(str::to_owned)
        .collect();
    if let Some(place) = next {
        parts.push(format!("_cursor={}", cursor_text(place)));
    }
    if parts.is_empty() { this.to_owned() } else { format!("{this}?{}", parts.join("&")) }
}
