//! Whether a resource is found by a search.

use serde_json::Value;

use super::{NameFilter, NameMatch, Search, Token, TokenFilter, id_of};
use crate::date::{DateFilter, parse_date};
use crate::display::{items, text};
use crate::facts;
use crate::kind::ResourceType;

impl Search {
    /// Whether the resource meets every condition. A store that has already
    /// narrowed by patient and date may ask again: the answer is exact.
    pub fn accepts(&self, resource: &Value) -> bool {
        if text(resource, "resourceType") != Some(self.kind.name()) {
            return false;
        }
        let id = text(resource, "id").unwrap_or_default();
        let updated = resource.get("meta").and_then(|meta| text(meta, "lastUpdated"));
        (self.ids.is_empty() || self.ids.iter().any(|wanted| wanted == id))
            && points(self.patient.as_deref(), facts::subject(self.kind, resource), "Patient")
            && self.in_encounter(resource, id)
            && self.at_date(resource)
            && all_match(&self.updated, updated)
            && all_match(&self.birthdates, text(resource, "birthDate"))
            && self.names.iter().all(|filter| named(filter, resource))
            && self.tokens.iter().all(|filter| has_token(filter, resource))
    }

    fn in_encounter(&self, resource: &Value, id: &str) -> bool {
        match &self.encounter {
            Some(wanted) if self.kind == ResourceType::Encounter => wanted == id,
            wanted => points(wanted.as_deref(), facts::encounter(self.kind, resource), "Encounter"),
        }
    }

    fn at_date(&self, resource: &Value) -> bool {
        self.dates.is_empty()
            || facts::span(self.kind, resource).is_some_and(|span| self.dates.iter().all(|filter| filter.matches(span)))
    }
}

fn points(wanted: Option<&str>, reference: Option<&str>, kind: &str) -> bool {
    wanted.is_none_or(|wanted| reference.and_then(|reference| id_of(reference, kind)) == Some(wanted))
}

fn all_match(filters: &[DateFilter], date: Option<&str>) -> bool {
    filters.is_empty()
        || date
            .and_then(|date| parse_date(date).ok())
            .is_some_and(|span| filters.iter().all(|filter| filter.matches(span)))
}

fn named(filter: &NameFilter, resource: &Value) -> bool {
    match resource.get("name") {
        Some(Value::String(name)) => {
            any_name(filter, name) || words(resource, "alias").any(|name| any_name(filter, name))
        }
        Some(Value::Array(names)) => names.iter().any(|name| {
            let whole = crate::display::person_name(name);
            any_name(filter, &whole)
                || ["family", "given", "prefix", "suffix"]
                    .iter()
                    .any(|key| words(name, key).any(|part| any_name(filter, part)))
        }),
        _ => false,
    }
}

fn words<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    items(value, key).iter().filter_map(Value::as_str)
}

fn any_name(filter: &NameFilter, name: &str) -> bool {
    filter.any.iter().any(|wanted| match filter.how {
        NameMatch::Exact => name == wanted,
        NameMatch::Starts => name.to_lowercase().starts_with(&wanted.to_lowercase()),
        NameMatch::Contains => name.to_lowercase().contains(&wanted.to_lowercase()),
    })
}

fn has_token(filter: &TokenFilter, resource: &Value) -> bool {
    items(resource, filter.element).iter().any(|value| filter.any.iter().any(|token| is_token(token, value)))
}

/// A code, a Coding, a CodeableConcept or an Identifier. A bare code has no
/// system of its own in JSON, so any system asked for fits it.
fn is_token(token: &Token, value: &Value) -> bool {
    let wanted = |found: &str| token.value.as_deref().is_none_or(|wanted| wanted == found);
    match value {
        Value::String(code) => wanted(code),
        Value::Object(_) if value.get("coding").is_some() || value.get("text").is_some() => {
            items(value, "coding").iter().any(|coding| is_token(token, coding))
        }
        Value::Object(_) => {
            let system = text(value, "system").unwrap_or_default();
            let found = text(value, "code").or_else(|| text(value, "value"));
            token.system.as_deref().is_none_or(|wanted| wanted == system) && found.is_some_and(wanted)
        }
        _ => false,
    }
}
