//! What must be known of a person whatever the time: allergies, active conditions,
//! and which prescriptions and conditions still go on.
//!
//! Read when a chart is opened and kept for the clicks that follow, so that opening
//! ten entries is not ten looks at the allergies. What is kept is shown only after
//! the timeline was read anew under the same leave.

use crate::Desks;
use crate::clinic::report::said::{self, items, text};
use fhir::ResourceType;
use kernel::time::MINUTE;
use kernel::{Actor, ActorId, EntryId, Error, PersonId};
use records::search::{Order, Query};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Entries of one kind that are read.
const READ_MAX: usize = 300;
/// How long facts serve the clicks after an opening.
const KEPT_FOR: i64 = 5 * MINUTE;
/// Charts whose facts are kept; then all are forgotten, which costs a read each.
const KEPT_MAX: usize = 2_000;

/// Until when an entry lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// It still goes on.
    On,
    /// It ended then, microseconds UTC.
    Until(i64),
    /// It is over, nobody said when.
    Over,
}

/// What the banner says, and what lasts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// `青霉素 · 皮疹`, the most dangerous first.
    pub allergies: Vec<String>,
    /// Active conditions: long-standing problems first, then the newest.
    pub conditions: Vec<String>,
    /// How long conditions and prescriptions last.
    pub lasting: HashMap<EntryId, Lasting>,
}

type Key = (PersonId, ActorId);

/// Facts of charts opened lately.
#[derive(Default)]
pub(crate) struct Opened(Mutex<HashMap<Key, (i64, Arc<Facts>)>>);

impl Opened {
    fn get(&self, key: Key, now: i64) -> Option<Arc<Facts>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&key).filter(|(at, _)| now - at < KEPT_FOR).map(|(_, facts)| facts.clone())
    }

    fn keep(&self, key: Key, now: i64, facts: &Arc<Facts>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, (now, facts.clone()));
    }
}

/// The facts of a person, read anew when `opening`.
pub(super) async fn banner_facts(
    desks: &Desks,
    actor: &Arc<Actor>,
    person: PersonId,
    opening: bool,
) -> Result<Arc<Facts>, Error> {
    let (key, now) = ((person, actor.id), desks.now());
    if let Some(facts) = desks.opened.get(key, now).filter(|_| !opening) {
        return Ok(facts);
    }
    let (allergies, conditions, prescriptions) = tokio::join!(
        read(desks, actor, person, ResourceType::AllergyIntolerance),
        read(desks, actor, person, ResourceType::Condition),
        read(desks, actor, person, ResourceType::MedicationRequest)
    );
    let facts = Arc::new(facts(&allergies?, &conditions?, &prescriptions?));
    desks.opened.keep(key, now, &facts);
    Ok(facts)
}

async fn read(desks: &Desks, actor: &Arc<Actor>, person: PersonId, kind: ResourceType) -> Result<Vec<Value>, Error> {
    let Ok(search) = fhir::search::parse(kind, &[]) else { return Ok(Vec::new()) };
    let query = Query { search: Some(search), order: Order::NewestFirst, after: None, count: READ_MAX };
    let page = desks.records.search(actor, person, query, kind.name()).await?;
    Ok(page.found.iter().filter_map(|one| serde_json::from_slice(&one.json).ok()).collect())
}

/// The facts that resources tell, each list newest first.
pub fn facts(allergies: &[Value], conditions: &[Value], prescriptions: &[Value]) -> Facts {
    let mut facts = Facts { allergies: allergy_lines(allergies), ..Facts::default() };
    let mut standing = Vec::new();
    let mut recent = Vec::new();
    for condition in conditions.iter().filter(|one| stands(one)) {
        let active = is_active(condition);
        if let Some(id) = entry_id(condition) {
            facts.lasting.insert(id, if active { Lasting::On } else { ended(condition) });
        }
        if let Some(name) = condition.get("code").and_then(said::concept).filter(|_| active) {
            let long = codes(condition, "category").any(|code| code == "problem-list-item");
            if long { &mut standing } else { &mut recent }.push(name);
        }
    }
    standing.append(&mut recent);
    facts.conditions = unique(standing);
    for prescription in prescriptions {
        if let Some(id) = entry_id(prescription) {
            facts.lasting.insert(id, supplied(prescription));
        }
    }
    facts
}

fn unique(names: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    names.into_iter().filter(|name| seen.insert(name.clone())).collect()
}

fn entry_id(resource: &Value) -> Option<EntryId> {
    text(resource, "id")?.split_once('.')?.1.parse().ok()
}

/// The codes of a concept or of a list of concepts.
fn codes<'a>(resource: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    items(resource, key).iter().flat_map(|concept| items(concept, "coding")).filter_map(|coding| text(coding, "code"))
}

/// Not taken back: neither refuted nor entered in error.
fn stands(resource: &Value) -> bool {
    !codes(resource, "verificationStatus").any(|code| matches!(code, "refuted" | "entered-in-error"))
}

/// Active unless its clinical status says otherwise.
fn is_active(resource: &Value) -> bool {
    codes(resource, "clinicalStatus").next().is_none_or(|code| matches!(code, "active" | "recurrence" | "relapse"))
}

fn ended(condition: &Value) -> Lasting {
    let place = condition
        .get("abatementDateTime")
        .or_else(|| condition.get("abatementPeriod")?.get("end"))
        .and_then(Value::as_str);
    place.and_then(said::instant).map_or(Lasting::Over, Lasting::Until)
}

/// A prescription lasts as long as what it supplies.
fn supplied(prescription: &Value) -> Lasting {
    if text(prescription, "status") == Some("active") {
        return Lasting::On;
    }
    let request = prescription.get("dispenseRequest").and_then(|request| request.get("validityPeriod"));
    let bounds = items(prescription, "dosageInstruction")
        .iter()
        .find_map(|dosage| dosage.get("timing")?.get("repeat")?.get("boundsPeriod"));
    let end = [request, bounds].into_iter().flatten().find_map(|period| text(period, "end"));
    end.and_then(said::instant).map_or(Lasting::Over, Lasting::Until)
}

/// SNOMED CT codes that say that there is no allergy.
const NO_ALLERGY: &[&str] = &["716186003", "409137002", "428607008", "716184000", "716220001", "1003774007"];

fn allergy_lines(allergies: &[Value]) -> Vec<String> {
    let mut lines: Vec<(bool, String)> = allergies
        .iter()
        .filter(|one| stands(one) && is_active(one))
        .filter(|one| !codes(one, "code").any(|code| NO_ALLERGY.contains(&code)))
        .map(|one| {
            let reactions = || items(one, "reaction").iter();
            let substance = one
                .get("code")
                .and_then(said::concept)
                .or_else(|| reactions().find_map(|reaction| said::concept(reaction.get("substance")?)))
                .or_else(|| items(one, "note").iter().find_map(|note| text(note, "text").map(str::to_owned)))
                // Nobody said to what: still an allergy that the doctor must ask about.
                .unwrap_or_else(|| "?".to_owned());
            let signs = items(one, "reaction").iter().flat_map(|reaction| items(reaction, "manifestation"));
            let signs = unique(signs.filter_map(said::concept).collect());
            let line = if signs.is_empty() { substance } else { format!("{substance} · {}", signs.join("、")) };
            (text(one, "criticality") == Some("high"), line)
        })
        .collect();
    lines.sort_by_key(|(high, _)| !high);
    unique(lines.into_iter().map(|(_, line)| line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn coded(code: &str) -> Value {
        json!({ "coding": [{ "code": code }] })
    }

    #[test]
    fn the_dangerous_comes_first_and_what_was_taken_back_not_at_all() {
        let allergies = [
            json!({ "code": { "text": "花粉" }, "criticality": "low" }),
            json!({ "code": { "text": "青霉素" }, "criticality": "high", "reaction": [
                { "manifestation": [{ "text": "皮疹" }, { "text": "皮疹" }] }] }),
            json!({ "code": { "text": "海鲜" }, "verificationStatus": coded("refuted") }),
            json!({ "code": { "text": "芒果" }, "clinicalStatus": coded("resolved") }),
            json!({ "code": coded("716186003") }),
            json!({ "reaction": [{ "manifestation": [{ "text": "休克" }] }] }),
            json!({ "note": [{ "text": "某种造影剂" }] }),
            json!({ "code": 5, "reaction": "x" }),
        ];
        assert_eq!(facts(&allergies, &[], &[]).allergies, ["青霉素 · 皮疹", "花粉", "? · 休克", "某种造影剂", "?"]);
    }

    #[test]
    fn conditions_go_on_until_they_do_not() {
        let id = |number: i64| format!("{}.{}", PersonId(1), EntryId(number));
        let conditions = [
            json!({ "id": id(1), "code": { "text": "感冒" }, "clinicalStatus": coded("active") }),
            json!({ "id": id(2), "code": { "text": "高血压" }, "category": [coded("problem-list-item")] }),
            json!({ "id": id(3), "code": { "text": "高血压" }, "category": [coded("problem-list-item")] }),
            json!({ "id": id(4), "code": { "text": "鼻窦炎" }, "clinicalStatus": coded("resolved"),
                    "abatementDateTime": "2026-08-01T00:00:00Z" }),
            json!({ "id": id(5), "code": { "text": "骨折" }, "clinicalStatus": coded("resolved") }),
            json!({ "id": id(6), "code": { "text": "误录" }, "verificationStatus": coded("entered-in-error") }),
        ];
        let facts = facts(&[], &conditions, &[]);
        assert_eq!(facts.conditions, ["高血压", "感冒"]);
        let at = kernel::time::parse("2026-08-01T00:00:00Z").unwrap();
        assert_eq!(facts.lasting[&EntryId(1)], Lasting::On);
        assert_eq!(facts.lasting[&EntryId(4)], Lasting::Until(at));
        assert_eq!(facts.lasting[&EntryId(5)], Lasting::Over);
        assert_eq!(facts.lasting.get(&EntryId(6)), None);
    }

    #[test]
    fn prescriptions_last_as_long_as_their_supply() {
        let id = |number: i64| format!("{}.{}", PersonId(1), EntryId(number));
        let prescriptions = [
            json!({ "id": id(1), "status": "active" }),
            json!({ "id": id(2), "status": "completed",
                    "dispenseRequest": { "validityPeriod": { "end": "2026-08-01" } } }),
            json!({ "id": id(3), "status": "stopped", "dosageInstruction": [{ "timing": { "repeat": {} } }] }),
            json!({ "id": "odd" }),
        ];
        let lasting = facts(&[], &[], &prescriptions).lasting;
        assert_eq!(lasting.len(), 3);
        assert_eq!(lasting[&EntryId(1)], Lasting::On);
        assert!(matches!(lasting[&EntryId(2)], Lasting::Until(_)));
        assert_eq!(lasting[&EntryId(3)], Lasting::Over);
    }

    #[test]
    fn kept_facts_run_out() {
        let opened = Opened::default();
        let key = (PersonId(1), ActorId(2));
        opened.keep(key, 10, &Arc::default());
        assert!(opened.get(key, 10 + KEPT_FOR - 1).is_some());
        assert!(opened.get(key, 10 + KEPT_FOR).is_none());
        assert!(opened.get((PersonId(1), ActorId(3)), 10).is_none());
    }
}
