//! From items of a bundle to rows: who is meant, what each entry is called, its
//! references, its line in the timeline, its packed body. Looks up, writes
//! nothing; the writing transaction checks that what was looked up still holds.

use crate::body;
use crate::rules::bundle::{Deed, Item};
use crate::rules::entry::{self, EntryRef, NOBODY, PATIENT_AT, Supplier};
use crate::store::{self, EntryRow, Existing};
use ::store::{Db, SqlExt};
use fhir::{Issue, ResourceType, Severity};
use identity::{Demographics, Identifier, Index};
use kernel::{EntryId, Error, Fault, PersonId};
use serde_json::Value;
use std::collections::HashMap;

/// Looked up one by one below this many items a person, else all at once.
const ONE_BY_ONE_MAX: usize = 8;

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

/// What was looked up before building.
#[derive(Debug, Default)]
struct Known {
    /// Item number of a Patient → person, if known.
    patients: HashMap<usize, Option<PersonId>>,
    /// Reference text to a patient outside the bundle → person.
    outside: HashMap<String, Option<PersonId>>,
    entries: HashMap<(PersonId, EntryId), Existing>,
    /// (person, identifier digest) → entries.
    identified: HashMap<(PersonId, [u8; 16]), Vec<EntryId>>,
    vouched: bool,
}

fn issue(kind: &'static str, code: &'static str, at: String, en: String, zh: &str) -> Issue {
    Issue { severity: Severity::Error, kind, code, expression: at, en, zh: zh.to_owned() }
}

fn unresolved(at: &str, reference: &str) -> Issue {
    issue(
        "not-found",
        "fhir.reference-unresolved",
        at.to_owned(),
        format!(
            "The reference '{reference}' leads to nothing here; send the resource it names first, or in the same bundle."
        ),
        "引用没有对应的资源；请先发送被引用的资源，或放在同一个 Bundle 中。",
    )
}

fn source_identifier(own_id: &str) -> Identifier {
    Identifier { system: identity::SOURCE_SYSTEM.to_owned(), value: format!("Patient/{own_id}") }
}

/// Business identifiers of a resource with system and value.
fn identifiers_of(resource: &Value) -> Vec<(&str, &str)> {
    let all = match resource.get("identifier") {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    };
    all.iter().filter_map(|one| Some((one.get("system")?.as_str()?, one.get("value")?.as_str()?))).collect()
}

fn patient_identifiers(item: &Item) -> Vec<Identifier> {
    let mut all: Vec<Identifier> = identifiers_of(&item.resource)
        .into_iter()
        .map(|(system, value)| Identifier { system: system.to_owned(), value: value.to_owned() })
        .collect();
    if let Some(own_id) = &item.own_id {
        all.push(source_identifier(own_id));
    }
    all
}

/// What identifies a patient that a reference outside the bundle names.
fn outside_patient(reference: &str) -> Option<Result<PersonId, Identifier>> {
    if let Some(id) = reference.strip_prefix("Patient/") {
        let id = id.split('/').next().unwrap_or(id);
        return Some(id.parse().map_err(|_foreign| source_identifier(id)));
    }
    let condition = reference.strip_prefix("Patient?")?;
    let (system, value) = crate::rules::bundle::identifier_condition(condition, "", &mut Vec::new())?;
    Some(Err(Identifier { system, value }))
}

/// The item whose person a non-Patient item shares, or the text of its subject.
fn subject_of(item: &Item) -> Option<String> {
    fhir::facts(&item.resource).and_then(|facts| facts.subject).map(str::to_owned)
}

/// The place of an existing entry the sender names by our own id.
fn exact(item: &Item) -> Option<EntryRef> {
    item.own_id.as_deref().and_then(|id| EntryRef::parse(item.kind, id)).filter(|place| place.entry.is_some())
}

struct Plan<'a> {
    items: &'a [Item],
    subjects: Vec<Option<String>>,
    /// What a bundle's resource is called → its item.
    aliases: HashMap<&'a str, usize>,
}

impl<'a> Plan<'a> {
    fn of(items: &'a [Item]) -> Self {
        let mut aliases = HashMap::with_capacity(items.len() * 2);
        let mut subjects = Vec::with_capacity(items.len());
        for (number, item) in items.iter().enumerate() {
            for alias in &item.aliases {
                aliases.entry(alias.as_str()).or_insert(number);
            }
            subjects.push(if item.kind == ResourceType::Patient { None } else { subject_of(item) });
        }
        Self { items, subjects, aliases }
    }

    /// Follows subjects inside the bundle to a Patient's item, or to a reference
    /// that leads outside.
    fn leads_to(&self, number: usize) -> Lead<'_> {
        let mut at = number;
        for _ in 0..4 {
            if self.items[at].kind == ResourceType::Patient {
                return Lead::Item(at);
            }
            let Some(subject) = self.subjects[at].as_deref() else { return Lead::Nowhere };
            match self.aliases.get(subject) {
                Some(next) => at = *next,
                None => return Lead::Outside(subject),
            }
        }
        Lead::Nowhere
    }
}

enum Lead<'a> {
    Item(usize),
    Outside(&'a str),
    Nowhere,
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

/// Looks up and builds.
pub(crate) async fn prepare(
    db: &Db,
    index: &Index,
    supplier: Supplier,
    items: Vec<Item>,
    beforehand: Beforehand,
) -> Result<Result<Prepared, Vec<Issue>>, Error> {
    let (items, known) = if let Beforehand::NoEntries { person } = beforehand {
        let mut known = Known { vouched: true, ..Known::default() };
        for (number, item) in items.iter().enumerate() {
            if item.kind == ResourceType::Patient {
                known.patients.insert(number, Some(person));
            }
        }
        (items, known)
    } else {
        let index = index.clone();
        db.read(move |sql| {
            let known = look_up(sql, &index, supplier, &items)?;
            Ok((items, known))
        })
        .await?
    };
    let world = db.world().clone();
    Ok(build(&|| world.new_id(), world.now(), supplier, items, &known)?)
}

fn look_up(
    sql: &mut (impl SqlExt + ?Sized),
    index: &Index,
    supplier: Supplier,
    items: &[Item],
) -> Result<Known, Error> {
    let plan = Plan::of(items);
    let mut known = Known::default();
    for (number, item) in items.iter().enumerate() {
        if item.kind == ResourceType::Patient {
            let person = identity::lookup(sql, index, supplier.institution, &patient_identifiers(item))?
                .into_iter()
                .flatten()
                .next();
            known.patients.insert(number, person);
        } else if let Lead::Outside(reference) = plan.leads_to(number)
            && !known.outside.contains_key(reference)
        {
            let person = match outside_patient(reference) {
                Some(Ok(person)) => identity::exists(sql, person)?.then_some(person),
                Some(Err(identifier)) => {
                    identity::lookup(sql, index, supplier.institution, &[identifier])?.into_iter().flatten().next()
                }
                None => None,
            };
            known.outside.insert(reference.to_owned(), person);
        }
    }
    look_up_entries(sql, supplier, &plan, &mut known)?;
    Ok(known)
}

/// The person an item belongs to, as far as known; nobody for shared resources.
fn owner(plan: &Plan<'_>, known: &Known, number: usize) -> Option<PersonId> {
    if !plan.items[number].kind.personal() {
        return Some(NOBODY);
    }
    match plan.leads_to(number) {
        Lead::Item(patient) => known.patients.get(&patient).copied().flatten(),
        Lead::Outside(reference) => known.outside.get(reference).copied().flatten(),
        Lead::Nowhere => exact(&plan.items[number]).map(|place| place.person),
    }
}

fn look_up_entries(
    sql: &mut (impl SqlExt + ?Sized),
    supplier: Supplier,
    plan: &Plan<'_>,
    known: &mut Known,
) -> Result<(), Fault> {
    let mut wanted: HashMap<PersonId, Vec<EntryId>> = HashMap::new();
    for (number, item) in plan.items.iter().enumerate() {
        let Some(person) = owner(plan, known, number) else { continue };
        if let Deed::StoreUnless { system, value } | Deed::Replace { system, value } = &item.deed {
            let digest = entry::identifier_digest(item.kind, system, value);
            let found = store::by_identifier(sql, person, &digest)?;
            wanted.entry(person).or_default().extend(&found);
            known.identified.insert((person, digest), found);
        }
        if let Some(place) = exact(item) {
            wanted.entry(place.person).or_default().extend(place.entry);
        } else if let Some(own_id) = &item.own_id {
            let id = entry::derived_id(supplier.institution, item.kind, own_id);
            wanted.entry(person).or_default().push(id);
        }
    }
    for (person, ids) in wanted {
        if person != NOBODY && ids.len() > ONE_BY_ONE_MAX {
            let all = store::all_existing(sql, person)?;
            known.entries.extend(all.into_iter().map(|(id, existing)| ((person, id), existing)));
        } else {
            for id in ids {
                if let Some(existing) = store::existing(sql, person, id)? {
                    known.entries.insert((person, id), existing);
                }
            }
        }
    }
    Ok(())
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
    mut items: Vec<Item>,
    known: &Known,
) -> Result<Result<Prepared, Vec<Issue>>, Fault> {
    let mut issues = Vec::new();
    let mut prepared = Prepared::default();
    let (placed, names) = {
        let plan = Plan::of(&items);
        let mut persons: HashMap<usize, PersonId> = HashMap::new();
        for (number, item) in items.iter().enumerate() {
            if item.kind == ResourceType::Patient {
                let found = known.patients.get(&number).copied().flatten();
                let person = found.unwrap_or_else(|| PersonId(new_id()));
                persons.insert(number, person);
                prepared.described.push(Described {
                    person,
                    known: found.is_some(),
                    vouched: known.vouched,
                    demographics: Demographics::from_fhir(&item.resource),
                    identifiers: patient_identifiers(item),
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
    for (item, one) in items.iter_mut().zip(placed) {
        rewrite(item, &one, supplier, known, &names, &mut issues);
        prepared.rows.push(row_of(item, one, supplier, now)?);
    }
    Ok(if issues.is_empty() { Ok(prepared) } else { Err(issues) })
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
                    return Err(issue(
                        "multiple-matches",
                        "records.condition-ambiguous",
                        item.at.clone(),
                        "More than one entry carries this identifier.".to_owned(),
                        "有多个条目带有该标识。",
                    ));
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

/// References inside become references to our entries; what cannot be found is
/// an issue.
fn rewrite(
    item: &mut Item,
    one: &Placed,
    supplier: Supplier,
    known: &Known,
    names: &HashMap<String, String>,
    issues: &mut Vec<Issue>,
) {
    let person = one.place.person;
    let at = &item.at;
    fhir::rewrite_references(&mut item.resource, &mut |reference| {
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
        if reference.contains('?') {
            issues.push(unresolved(at, reference));
            return None;
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
    });
}

fn row_of(item: &mut Item, one: Placed, supplier: Supplier, now: i64) -> Result<PreparedRow, Fault> {
    let facts = fhir::facts(&item.resource)
        .ok_or_else(|| Fault::broken(format!("a {} without facts passed validation", item.kind.name())))?;
    let patient = item.kind == ResourceType::Patient;
    let mut row = EntryRow {
        person: one.place.person,
        at: if patient { PATIENT_AT } else { facts.at.unwrap_or(now) },
        id: one.id,
        kind: i64::from(item.kind.code()),
        lane: i64::from(facts.lane.code()),
        institution: supplier.institution,
        version: one.existing.map_or(1, |old| old.version + 1),
        recorded_at: now,
        until_at: facts.until,
        flag: i64::from(facts.flag.code()),
        status: facts.status.to_owned(),
        code: facts.code.map(|(system, code)| format!("{system}|{code}")).unwrap_or_default(),
        title: facts.title.into_owned(),
        value: facts.value.into_owned(),
        digest: 0,
        body: Vec::new(),
    };
    let identifiers = identifiers_of(&item.resource)
        .into_iter()
        .map(|(system, value)| entry::identifier_digest(item.kind, system, value))
        .collect();
    let fhir_id = one.place.fhir_id();
    let (digest, json) = finished(&mut item.resource, &fhir_id, &row);
    row.digest = digest;
    let foreign = one.existing.is_some_and(|old| old.institution != supplier.institution);
    let write = match one.existing {
        None => Write::Insert,
        Some(old) if one.leave || old.digest == digest => {
            row.version = old.version;
            row.recorded_at = old.recorded_at;
            Write::Nothing
        }
        Some(_) => Write::Replace,
    };
    if write != Write::Nothing {
        row.body = body::pack(&json)?;
    }
    Ok(PreparedRow { write, row, kind: item.kind, fhir_id, identifiers, foreign })
}

/// The resource as it will be given out: our id, version, instant and supplier in
/// front, everything else in the order and with the decimals it came with.
fn finished(resource: &mut Value, fhir_id: &str, row: &EntryRow) -> (i64, Vec<u8>) {
    let Some(map) = resource.as_object_mut() else { return (0, Vec::new()) };
    let name = map.shift_remove("resourceType").unwrap_or_default();
    map.shift_remove("id");
    let meta = map.shift_remove("meta");
    let rest = Value::to_string(resource).into_bytes();
    let digest = entry::digest(&rest);
    let mut front = serde_json::Map::new();
    front.insert("resourceType".to_owned(), name);
    front.insert("id".to_owned(), fhir_id.into());
    front.insert("meta".to_owned(), Value::Object(meta_of(meta, row)));
    let mut json = Value::Object(front).to_string().into_bytes();
    if rest.len() > 2 {
        json.pop();
        json.push(b',');
        json.extend_from_slice(&rest[1..]);
    }
    (digest, json)
}

fn meta_of(sent: Option<Value>, row: &EntryRow) -> serde_json::Map<String, Value> {
    let mut sent = match sent {
        Some(Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    let source = match sent.get("source").and_then(Value::as_str) {
        Some(own) => format!("urn:yima:institution:{}#{own}", row.institution),
        None => format!("urn:yima:institution:{}", row.institution),
    };
    let mut meta = serde_json::Map::new();
    meta.insert("versionId".to_owned(), row.version.to_string().into());
    meta.insert("lastUpdated".to_owned(), kernel::time::rfc3339(row.recorded_at).into());
    meta.insert("source".to_owned(), source.into());
    for name in ["versionId", "lastUpdated", "source"] {
        sent.shift_remove(name);
    }
    meta.extend(sent);
    meta
}
