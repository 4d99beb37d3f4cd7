//! How the items of a bundle hang together: whose each is, and what leads outside.

use crate::rules::bundle::{self, Item};
use crate::rules::entry::{self, EntryRef};
use fhir::{Issue, ResourceType, Severity};
use identity::Identifier;
use kernel::PersonId;
use serde_json::Value;
use std::collections::HashMap;

pub(super) fn issue(kind: &'static str, code: &'static str, at: String, en: String, zh: &str) -> Issue {
    Issue { severity: Severity::Error, kind, code, expression: at, en, zh: zh.to_owned() }
}

pub(super) fn unresolved(at: &str, reference: &str) -> Issue {
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

pub(super) fn source_identifier(own_id: &str) -> Identifier {
    Identifier { system: identity::SOURCE_SYSTEM.to_owned(), value: format!("Patient/{own_id}") }
}

/// Business identifiers of a resource with system and value.
pub(super) fn identifiers_of(resource: &Value) -> Vec<(&str, &str)> {
    let all = match resource.get("identifier") {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    };
    all.iter().filter_map(|one| Some((one.get("system")?.as_str()?, one.get("value")?.as_str()?))).collect()
}

pub(super) fn patient_identifiers(item: &Item) -> Vec<Identifier> {
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
pub(super) fn outside_patient(reference: &str) -> Option<Result<PersonId, Identifier>> {
    if let Some(id) = reference.strip_prefix("Patient/") {
        let id = id.split('/').next().unwrap_or(id);
        return Some(id.parse().map_err(|_foreign| source_identifier(id)));
    }
    let condition = reference.strip_prefix("Patient?")?;
    let (system, value) = bundle::identifier_condition(condition, "", &mut Vec::new())?;
    Some(Err(Identifier { system, value }))
}

/// The type and identifier of a conditional reference.
pub(super) fn condition(reference: &str) -> Option<(ResourceType, [u8; 16])> {
    let (name, condition) = reference.split_once('?')?;
    let kind = ResourceType::from_name(name)?;
    let (system, value) = bundle::identifier_condition(condition, "", &mut Vec::new())?;
    Some((kind, entry::identifier_digest(kind, &system, &value)))
}

/// The item whose person a non-Patient item shares, or the text of its subject.
pub(super) fn subject_of(item: &Item) -> Option<String> {
    fhir::facts(&item.resource).and_then(|facts| facts.subject).map(str::to_owned)
}

/// The person a Patient resource names by our own id.
pub(super) fn own_person(item: &Item) -> Option<PersonId> {
    item.own_id.as_deref().filter(|_| item.kind == ResourceType::Patient)?.parse().ok()
}

/// The place of an existing entry the sender names by our own id.
pub(super) fn exact(item: &Item) -> Option<EntryRef> {
    item.own_id.as_deref().and_then(|id| EntryRef::parse(item.kind, id)).filter(|place| place.entry.is_some())
}

pub(super) struct Plan<'a> {
    pub(super) items: &'a [Item],
    pub(super) subjects: Vec<Option<String>>,
    /// What a bundle's resource is called → its item.
    pub(super) aliases: HashMap<&'a str, usize>,
}

impl<'a> Plan<'a> {
    pub(super) fn of(items: &'a [Item]) -> Self {
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

    /// References of an item to patients and conditions that nothing in the bundle
    /// is called by.
    pub(super) fn leading_out(&self, number: usize) -> Vec<String> {
        let mut found = Vec::new();
        fhir::references(&self.items[number].resource, &mut |reference| {
            let asks = reference.starts_with("Patient/") || (reference.contains('?') && !reference.contains("://"));
            if asks && !self.aliases.contains_key(reference) {
                found.push(reference.to_owned());
            }
        });
        found
    }

    /// Follows subjects inside the bundle to a Patient's item, or to a reference
    /// that leads outside.
    pub(super) fn leads_to(&self, number: usize) -> Lead<'_> {
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

pub(super) enum Lead<'a> {
    Item(usize),
    Outside(&'a str),
    Nowhere,
}
