//! From items of a bundle to rows: who is meant, what each entry is called, its
//! references, its line in the timeline, its packed body. Looks up, writes
//! nothing; the writing transaction checks that what was looked up still holds.

mod known;
mod plan;
mod written;

use crate::rules::bundle::{Deed, Item};
use crate::rules::entry::{self, EntryRef, NOBODY, Supplier};
use crate::store::{EntryRow, Existing};
use ::store::Db;
use fhir::{Issue, ResourceType};
use identity::{Demographics, Identifier, Index};
use kernel::{EntryId, Error, Fault, PersonId};
use known::{Known, look_up};
use plan::{Lead, Plan, exact, issue, own_person, patient_identifiers, unresolved};
use std::collections::HashMap;
use std::sync::Arc;
use written::row_of;

/// A person a bundle describes.
#[derive(Debug, Clone)]
pub(crate) struct Described {
    pub(crate) person: PersonId,
    pub(crate) known: bool,
    /// The caller of a bulk load made the person and vouches for them.
    pub(crate) vouched: bool,
    pub(crate) demographics: Demographics,
    pub(crate) identifiers: Vec<Identifier>,
}

/// What the transaction does with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    Insert,
    Replace,
    Nothing,
}

#[derive(Debug, Clone)]
pub(crate) struct PreparedRow {
    pub(crate) write: Write,
    pub(crate) row: EntryRow,
    pub(crate) kind: ResourceType,
    pub(crate) fhir_id: String,
    pub(crate) identifiers: Vec<[u8; 16]>,
    /// Another institution supplied what this would replace.
    pub(crate) foreign: bool,
}

/// A bundle ready to be written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prepared {
    pub(crate) described: Vec<Described>,
    pub(crate) rows: Vec<PreparedRow>,
}

/// What is known before looking anything up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beforehand {
    /// Nothing: look it up.
    Nothing,
    /// The caller knows the described person, who has no entries of this supplier
    /// yet (bulk loading): nothing is read.
    NoEntries {
        /// The described person's id.
        person: PersonId,
    },
}

/// Looks up and builds. The items stay as they were sent, so that they can be
/// prepared again.
pub(crate) async fn prepare(
    db: &Db,
    index: &Index,
    supplier: Supplier,
    items: &Arc<[Item]>,
    beforehand: Beforehand,
) -> Result<Result<Prepared, Vec<Issue>>, Error> {
    let known = if let Beforehand::NoEntries { person } = beforehand {
        let mut known = Known { vouched: true, ..Known::default() };
        for (number, item) in items.iter().enumerate() {
            if item.kind == ResourceType::Patient {
                known.patients.insert(number, Some(person));
            }
        }
        known
    } else {
        let (index, items) = (index.clone(), items.clone());
        db.read(move |sql| look_up(sql, &index, supplier, &items)).await?
    };
    let world = db.world().clone();
    Ok(build(&|| world.new_id(), world.now(), supplier, items, &known)?)
}

/// Where an item goes and what is written.
struct Placed {
    place: EntryRef,
    id: EntryId,
    existing: Option<Existing>,
    leave: bool,
}

fn build(
    new_id: &dyn Fn() -> i64,
    now: i64,
    supplier: Supplier,
    items: &[Item],
    known: &Known,
) -> Result<Result<Prepared, Vec<Issue>>, Fault> {
    let mut issues = Vec::new();
    let mut prepared = Prepared::default();
    let (placed, names) = {
        let plan = Plan::of(items);
        let mut persons: HashMap<usize, PersonId> = HashMap::new();
        let mut news: Vec<(Identifier, PersonId)> = Vec::new();
        for (number, item) in items.iter().enumerate() {
            if item.kind == ResourceType::Patient {
                let found = known.patients.get(&number).copied().flatten();
                let identifiers = patient_identifiers(item);
                // Two accounts of one new person in one bundle are one person.
                let shared = news.iter().find(|(known, _)| identifiers.contains(known)).map(|(_, person)| *person);
                let person = found.or(shared).unwrap_or_else(|| PersonId(new_id()));
                if found.is_none() {
                    news.extend(identifiers.iter().map(|one| (one.clone(), person)));
                }
                persons.insert(number, person);
                prepared.described.push(Described {
                    person,
                    known: found.is_some() || shared.is_some(),
                    vouched: known.vouched,
                    demographics: Demographics::from_fhir(&item.resource),
                    identifiers,
                });
            }
        }
        let mut placed = Vec::with_capacity(items.len());
        for number in 0..items.len() {
            match place(&plan, known, &persons, supplier, number, new_id) {
                Ok(one) => placed.push(one),
                Err(found) => issues.push(found),
            }
        }
        let mut names: HashMap<String, String> = HashMap::with_capacity(items.len() * 2);
        if issues.is_empty() {
            issues.extend(sent_twice(items, &placed));
        }
        if issues.is_empty() {
            for (item, one) in items.iter().zip(&placed) {
                let target = format!("{}/{}", item.kind.name(), one.place.fhir_id());
                for alias in &item.aliases {
                    names.entry(alias.clone()).or_insert_with(|| target.clone());
                }
            }
        }
        (placed, names)
    };
    if !issues.is_empty() {
        return Ok(Err(issues));
    }
    prepared.rows.reserve(items.len());
    let targets = Targets { supplier, known, names };
    for (item, one) in items.iter().zip(placed) {
        prepared.rows.push(row_of(item, one, &targets, now, &mut issues)?);
    }
    Ok(if issues.is_empty() { Ok(prepared) } else { Err(issues) })
}

/// A bundle happens at one instant: an entry has one version in it.
fn sent_twice(items: &[Item], placed: &[Placed]) -> Vec<Issue> {
    let mut first: HashMap<(PersonId, EntryId), &str> = HashMap::with_capacity(items.len());
    let mut issues = Vec::new();
    for (item, one) in items.iter().zip(placed).filter(|(_, one)| !one.leave) {
        if let Some(earlier) = first.insert((one.place.person, one.id), &item.at) {
            issues.push(issue(
                "duplicate",
                "records.entry-twice",
                item.at.clone(),
                format!("This is the same entry as {earlier}; send it once, or under ids of its own."),
                "同一条目在 Bundle 中出现了两次；请只发送一次，或使用不同的 id。",
            ));
        }
    }
    issues
}

fn place(
    plan: &Plan<'_>,
    known: &Known,
    persons: &HashMap<usize, PersonId>,
    supplier: Supplier,
    number: usize,
    new_id: &dyn Fn() -> i64,
) -> Result<Placed, Issue> {
    let item = &plan.items[number];
    let named = exact(item);
    let person = if item.kind.personal() {
        match plan.leads_to(number) {
            Lead::Item(patient) => persons.get(&patient).copied().unwrap_or(NOBODY),
            Lead::Outside(reference) => match known.outside.get(reference).copied().flatten() {
                Some(person) => person,
                None => return Err(unresolved(&item.at, reference)),
            },
            Lead::Nowhere => match named {
                Some(place) => place.person,
                None => {
                    return Err(issue(
                        "required",
                        "records.subject-missing",
                        item.at.clone(),
                        format!("This {} names no patient, so nobody could ever see it.", item.kind.name()),
                        "该资源没有指明患者。",
                    ));
                }
            },
        }
    } else {
        NOBODY
    };
    let (id, leave) = match (&item.deed, named) {
        (Deed::Store, Some(place)) if place.person == person => {
            let id = place.entry.unwrap_or(EntryId(0));
            if !known.entries.contains_key(&(person, id)) {
                return Err(unresolved(&item.at, item.own_id.as_deref().unwrap_or_default()));
            }
            (id, false)
        }
        (Deed::Store, _) if own_person(item).is_some_and(|named| known.own_patients.contains_key(&named)) => {
            (known.own_patients.get(&person).copied().unwrap_or(EntryId(0)), false)
        }
        (Deed::Store, _) => match &item.own_id {
            Some(own_id) => (entry::derived_id(supplier.institution, item.kind, own_id), false),
            None => (EntryId(new_id()), false),
        },
        (Deed::StoreUnless { system, value } | Deed::Replace { system, value }, _) => {
            let digest = entry::identifier_digest(item.kind, system, value);
            let found = known.identified.get(&(person, digest)).map_or(&[][..], Vec::as_slice);
            match found {
                [] => (entry::derived_id(supplier.institution, item.kind, &format!("{system}|{value}")), false),
                [one] => (*one, matches!(item.deed, Deed::StoreUnless { .. })),
                _ => {
                    return Err(ambiguous(&item.at));
                }
            }
        }
    };
    let entry = (item.kind != ResourceType::Patient).then_some(id);
    let existing = known.entries.get(&(person, id)).copied();
    if existing.is_some_and(|old| old.kind != i64::from(item.kind.code())) {
        return Err(unresolved(&item.at, item.own_id.as_deref().unwrap_or_default()));
    }
    Ok(Placed { place: EntryRef { person, entry }, id, existing, leave })
}

fn ambiguous(at: &str) -> Issue {
    issue(
        "multiple-matches",
        "records.condition-ambiguous",
        at.to_owned(),
        "More than one entry carries this identifier.".to_owned(),
        "有多个条目带有该标识。",
    )
}

/// Where references lead.
struct Targets<'a> {
    supplier: Supplier,
    known: &'a Known,
    /// What a bundle's resource is called → what it is called here.
    names: HashMap<String, String>,
}

impl Targets<'_> {
    /// What a reference inside an entry of `person` becomes; nothing leaves it as it
    /// is. What cannot be found is an issue.
    fn of(&self, reference: &str, person: PersonId, at: &str, issues: &mut Vec<Issue>) -> Option<String> {
        let Self { supplier, known, names } = self;
        if reference.starts_with('#') {
            return None;
        }
        if let Some(name) = names.get(reference) {
            return Some(name.clone());
        }
        if reference.starts_with("urn:") {
            issues.push(unresolved(at, reference));
            return None;
        }
        if reference.starts_with("http://") || reference.starts_with("https://") {
            return None;
        }
        if reference.starts_with("Patient/") || reference.starts_with("Patient?") {
            let found = known.outside.get(reference).copied().flatten();
            if found.is_none() {
                issues.push(unresolved(at, reference));
            }
            return found.map(|person| format!("Patient/{person}"));
        }
        if let Some((name, _)) = reference.split_once('?') {
            let kind = ResourceType::from_name(name)?;
            let owner = if kind.personal() { person } else { NOBODY };
            let found = known.conditional.get(&(owner, reference.to_owned())).map_or(&[][..], Vec::as_slice);
            let [one] = found else {
                issues.push(if found.is_empty() { unresolved(at, reference) } else { ambiguous(at) });
                return None;
            };
            return Some(format!("{name}/{}", EntryRef { person: owner, entry: Some(*one) }.fhir_id()));
        }
        let (name, id) = reference.split_once('/')?;
        let kind = ResourceType::from_name(name)?;
        if EntryRef::parse(kind, id).is_some() {
            return None;
        }
        let derived = entry::derived_id(supplier.institution, kind, id.split('/').next().unwrap_or(id));
        let owner = if kind.personal() { person } else { NOBODY };
        let place = EntryRef { person: owner, entry: Some(derived) };
        Some(format!("{name}/{}", place.fhir_id()))
    }
}
