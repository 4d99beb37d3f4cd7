//! Searching a person's entries, and everything about a person, page by page in
//! the order of (clinical instant, entry).

use crate::body;
use crate::rules::entry::{EntryRef, NOBODY, PATIENT_AT};
use crate::store;
use crate::{Records, SEARCHED};
use fhir::ResourceType;
use fhir::search::Search;
use kernel::{Actor, EntryId, Error, Fault, PersonId};
use std::sync::Arc;

pub use crate::store::Order;

/// What is looked for among a person's entries.
#[derive(Debug, Clone)]
pub struct Query {
    /// Conditions; nothing means everything.
    pub search: Option<Search>,
    /// In which order.
    pub order: Order,
    /// Strictly after this place, for the next page.
    pub after: Option<(i64, i64)>,
    /// Matches on a page.
    pub count: usize,
}

/// A match.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its FHIR reference, `Type/id`.
    pub reference: String,
    /// The resource's JSON.
    pub json: Vec<u8>,
}

/// A page of matches.
#[derive(Debug, Clone)]
pub struct Page {
    /// The matches.
    pub found: Vec<Found>,
    /// Where the next page starts after, if there is one.
    pub next: Option<(i64, i64)>,
}

/// Collects matches until a page is full and one more is known.
struct Collector {
    person: PersonId,
    search: Option<Search>,
    count: usize,
    found: Vec<Found>,
    places: Vec<(i64, i64)>,
    patient_seen: bool,
}

impl Collector {
    /// True when there is enough.
    fn take(&mut self, row: &store::FoundRow) -> Result<bool, Fault> {
        // Of several hospitals' Patient resources one stands for the person.
        let patient = row.at == PATIENT_AT;
        if patient && self.patient_seen {
            return Ok(false);
        }
        let json = body::unpack(&row.body)?;
        if let Some(search) = &self.search {
            let value = serde_json::from_slice(&json)
                .map_err(|error| Fault::from_source(kernel::FaultKind::Broken, "records_entries.body", error))?;
            if !search.accepts(&value) {
                return Ok(false);
            }
        }
        self.patient_seen |= patient;
        let entry = (!patient).then_some(row.id);
        let kind = ResourceType::from_code(i16::try_from(row.kind).unwrap_or(-1));
        let name = kind.map_or("Resource", ResourceType::name);
        let reference = format!("{name}/{}", EntryRef { person: self.person, entry }.fhir_id());
        self.found.push(Found { reference, json });
        self.places.push((row.at, row.id.0));
        Ok(self.found.len() > self.count)
    }

    fn page(mut self) -> Page {
        let more = self.found.len() > self.count;
        self.found.truncate(self.count);
        let next = if more { self.places.get(self.count.saturating_sub(1)).copied() } else { None };
        Page { found: self.found, next }
    }
}

impl Records {
    /// A page of a person's entries; `what` names the search in the trail.
    pub async fn search(&self, actor: &Arc<Actor>, person: PersonId, query: Query, what: &str) -> Result<Page, Error> {
        let grant = self.gate.grant(actor, person).await?;
        let kind = query.search.as_ref().map(|search| i64::from(search.kind.code()));
        let start = match query.order {
            Order::OldestFirst => (i64::MIN, i64::MIN),
            Order::NewestFirst => (i64::MAX, i64::MAX),
        };
        let (looked, page) = self
            .db
            .read(move |sql| {
                let mut collector = Collector {
                    person,
                    search: query.search,
                    count: query.count,
                    found: Vec::new(),
                    places: Vec::new(),
                    patient_seen: query.after.is_some_and(|(at, _)| at == PATIENT_AT),
                };
                let after = query.after.unwrap_or(start);
                store::found(sql, &grant, kind, query.order, after, &mut |row| collector.take(&row))?;
                Ok((grant, collector.page()))
            })
            .await?;
        self.db.record(person.0, looked.look(&SEARCHED, format!("{what}: {} entries", page.found.len()))).await?;
        Ok(page)
    }

    /// A page of shared resources of a type: they are about nobody.
    pub async fn search_shared(&self, search: Search, after: i64) -> Result<Page, Error> {
        let kind = search.kind;
        let number = i64::from(kind.code());
        let count = usize::try_from(search.count).unwrap_or(100);
        self.db
            .read(move |sql| {
                let (mut found, mut place, mut last) = (Vec::new(), after, None);
                loop {
                    let rows = store::found_shared(sql, number, place, SHARED_AT_ONCE)?;
                    let seen = rows.len();
                    for (id, packed) in rows {
                        place = id.0;
                        let json = body::unpack(&packed)?;
                        let value = serde_json::from_slice(&json).map_err(|error| {
                            Fault::from_source(kernel::FaultKind::Broken, "records_entries.body", error)
                        })?;
                        if !search.accepts(&value) {
                            continue;
                        }
                        if found.len() == count {
                            return Ok(Page { found, next: last.map(|id| (0, id)) });
                        }
                        let entry = EntryRef { person: NOBODY, entry: Some(EntryId(id.0)) };
                        found.push(Found { reference: format!("{}/{}", kind.name(), entry.fhir_id()), json });
                        last = Some(id.0);
                    }
                    if i64::try_from(seen).unwrap_or(0) < SHARED_AT_ONCE {
                        return Ok(Page { found, next: None });
                    }
                }
            })
            .await
    }
}

/// Shared rows read at once while searching.
const SHARED_AT_ONCE: i64 = 256;
