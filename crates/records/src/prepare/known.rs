//! What is looked up before a bundle is built: persons, existing entries,
//! identifiers.

use super::plan::{Lead, Plan, condition, exact, outside_patient, own_person, patient_identifiers};
use crate::rules::bundle::{Deed, Item};
use crate::rules::entry::{self, NOBODY, Supplier};
use crate::store::{self, Existing};
use ::store::SqlExt;
use fhir::ResourceType;
use identity::Index;
use kernel::{EntryId, Error, Fault, PersonId};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Looked up one by one below this many items a person, else all at once.
const ONE_BY_ONE_MAX: usize = 8;

/// What was looked up before building.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Item number of a Patient → person, if known.
    pub(super) patients: HashMap<usize, Option<PersonId>>,
    /// Reference text to a patient outside the bundle → person.
    pub(super) outside: HashMap<String, Option<PersonId>>,
    pub(super) entries: HashMap<(PersonId, EntryId), Existing>,
    /// (person, identifier digest) → entries.
    pub(super) identified: HashMap<(PersonId, [u8; 16]), Vec<EntryId>>,
    /// (person, conditional reference) → entries.
    pub(super) conditional: HashMap<(PersonId, String), Vec<EntryId>>,
    /// Person → the supplier's own Patient entry, where a Patient came back under our id.
    pub(super) own_patients: HashMap<PersonId, EntryId>,
    pub(super) vouched: bool,
}

pub(super) fn look_up(
    sql: &mut (impl SqlExt + ?Sized),
    index: &Index,
    supplier: Supplier,
    items: &[Item],
) -> Result<Known, Error> {
    let plan = Plan::of(items);
    let mut known = Known::default();
    for (number, item) in items.iter().enumerate() {
        if item.kind == ResourceType::Patient {
            let named = own_person(item);
            if let Some(person) = named
                && identity::exists(sql, person)?
            {
                let entry = store::patient_of(sql, person, supplier.institution)?;
                known.patients.insert(number, Some(person));
                known.own_patients.extend(entry.map(|entry| (person, entry)));
                continue;
            }
            let person = identity::lookup(sql, index, supplier.institution, &patient_identifiers(item))?
                .into_iter()
                .flatten()
                .next();
            known.patients.insert(number, person);
        }
    }
    for number in 0..items.len() {
        if let Lead::Outside(reference) = plan.leads_to(number) {
            look_up_outside(sql, index, supplier, reference, &mut known)?;
        }
        for reference in plan.leading_out(number) {
            if reference.starts_with("Patient/") || reference.starts_with("Patient?") {
                look_up_outside(sql, index, supplier, &reference, &mut known)?;
            } else {
                look_up_condition(sql, &plan, number, reference, &mut known)?;
            }
        }
    }
    look_up_entries(sql, supplier, &plan, &mut known)?;
    Ok(known)
}

/// The person that a reference out of the bundle means.
fn look_up_outside(
    sql: &mut (impl SqlExt + ?Sized),
    index: &Index,
    supplier: Supplier,
    reference: &str,
    known: &mut Known,
) -> Result<(), Error> {
    if known.outside.contains_key(reference) {
        return Ok(());
    }
    let person = match outside_patient(reference) {
        Some(Ok(person)) => identity::exists(sql, person)?.then_some(person),
        Some(Err(identifier)) => {
            identity::lookup(sql, index, supplier.institution, &[identifier])?.into_iter().flatten().next()
        }
        None => None,
    };
    known.outside.insert(reference.to_owned(), person);
    Ok(())
}

/// The entries that a conditional reference (`Practitioner?identifier=…`) means:
/// shared ones, or the same person's.
fn look_up_condition(
    sql: &mut (impl SqlExt + ?Sized),
    plan: &Plan<'_>,
    number: usize,
    reference: String,
    known: &mut Known,
) -> Result<(), Fault> {
    let Some((kind, digest)) = condition(&reference) else { return Ok(()) };
    let person = if kind.personal() { owner(plan, known, number) } else { Some(NOBODY) };
    let Some(person) = person else { return Ok(()) };
    if let Entry::Vacant(place) = known.conditional.entry((person, reference)) {
        place.insert(store::by_identifier(sql, person, &digest)?);
    }
    Ok(())
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
        } else if let Some(entry) = own_person(item).and_then(|person| known.own_patients.get(&person)) {
            wanted.entry(person).or_default().push(*entry);
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
