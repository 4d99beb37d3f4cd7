//! One entry in full, out of its FHIR JSON. Says what it can read and never fails:
//! what a hospital sent oddly is shown as far as it makes sense.
//!
//! [`said`] reads datatypes, [`measured`] observations and reports, [`happened`]
//! visits, problems, treatments, [`attached`] documents inside, [`readable`] any
//! other resource.

pub mod said;
pub mod measured;
pub mod happened;
pub mod attached;
pub mod readable;

use crate::clinic::chart::{key_of, lane_of};
use crate::kinds::kind_word;
use fhir::ResourceType;
use kernel::{EntryId, InstitutionId, PersonId};
use records::EntryRef;
use records::store::LineRow;
use said::{items, text};
use serde_json::Value;
use web::widgets::report::{Label, Report, Section};
use web::words::{Lang, Word};

/// What a report draws on beside the resource itself.
pub struct Sources<'a> {
    /// The language of the page.
    pub lang: Lang,
    /// Whose.
    pub person: PersonId,
    /// The reader's institution.
    pub own: Option<InstitutionId>,
    /// The name of an institution.
    pub institution: &'a dyn Fn(InstitutionId) -> String,
    /// The lines of the timeline beside it, newest first.
    pub lines: &'a [LineRow],
    /// The results it names.
    pub members: &'a [Value],
}

/// How the entry is stored.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// Its key in addresses.
    pub key: &'a str,
    /// Its version.
    pub version: i64,
    /// When that version came, microseconds UTC.
    pub received_at: i64,
}

/// Type and FHIR id of an entry by its key in addresses; nothing for other text.
pub fn place(person: PersonId, key: &str) -> Option<(ResourceType, String)> {
    let (kind, entry) = key.split_once('.')?;
    let entry: EntryId = entry.parse().ok()?;
    Some((ResourceType::from_name(kind)?, EntryRef { person, entry: Some(entry) }.fhir_id()))
}

/// The FHIR ids of the results a report is made of, at most a page of them.
pub fn member_ids(person: PersonId, resource: &Value) -> Vec<String> {
    const MEMBERS_MAX: usize = 100;
    let own = |reference: &Value| {
        let (kind, place) = target(reference)?;
        (kind == ResourceType::Observation && place.person == person).then(|| place.fhir_id())
    };
    let key = if text(resource, "resourceType") == Some("Observation") { "hasMember" } else { "result" };
    items(resource, key).iter().filter_map(own).take(MEMBERS_MAX).collect()
}

/// What a reference to one of our entries leads to.
fn target(reference: &Value) -> Option<(ResourceType, EntryRef)> {
    let mut parts = text(reference, "reference")?.split('/');
    let kind = ResourceType::from_name(parts.next()?)?;
    Some((kind, EntryRef::parse(kind, parts.next()?)?))
}

/// The report of an entry.
pub fn report(sources: &Sources<'_>, stored: &Stored<'_>, kind: ResourceType, resource: &Value) -> Report {
    let lang = sources.lang;
    let facts = fhir::facts(resource);
    let supplier = supplier(resource);
    let lane =
        facts.as_ref().map_or(web::widgets::timeline::Lane::Other, |facts| lane_of(i64::from(facts.lane.code())));
    let title = facts.as_ref().map(|facts| facts.title.to_string()).filter(|title| !title.is_empty());
    let (status, status_unusual) = status(lang, resource, facts.as_ref().map_or("", |facts| facts.status));
    let at = facts.as_ref().and_then(|facts| facts.at).unwrap_or(stored.received_at);
    let mut sections = sections(sources, kind, resource);
    sections.retain(|section| !is_empty(section));
    let address = place(sources.person, stored.key).map(|(_, id)| id).unwrap_or_default();
    Report {
        key: stored.key.to_owned(),
        title: title.unwrap_or_else(|| lang[kind_word(Some(kind))].to_owned()),
        lane,
        institution: supplier.map(sources.institution).unwrap_or_default(),
        own: supplier.is_some() && supplier == sources.own,
        at,
        until: facts.as_ref().and_then(|facts| facts.until).filter(|until| *until > at),
        status,
        status_unusual,
        sections,
        received_at: stored.received_at,
        origin: format!("{}/{address}/_history/{}", kind.name(), stored.version),
    }
}

fn sections(sources: &Sources<'_>, kind: ResourceType, resource: &Value) -> Vec<Section> {
    use ResourceType as T;
    let mut sections = match kind {
        T::Observation => measured::observation(sources, resource),
        T::DiagnosticReport => measured::examination(sources, resource),
        T::ImagingStudy => happened::imaging(resource),
        T::Encounter => happened::visit(resource),
        T::Condition => happened::problem(resource),
        T::AllergyIntolerance => happened::allergy(sources.lang, resource),
        T::MedicationRequest | T::MedicationStatement | T::MedicationAdministration | T::MedicationDispense => {
            happened::medication(resource)
        }
        T::Procedure => happened::procedure(resource),
        T::Immunization => happened::vaccination(resource),
        _ => readable::sections(resource),
    };
    sections.push(related(sources, resource));
    sections
}

fn is_empty(section: &Section) -> bool {
    match section {
        Section::Answer(line) => line.value.is_empty(),
        Section::Results(lines) => lines.is_empty(),
        Section::Trend(trend) => trend.points.len() < 2,
        Section::Text(_, text) | Section::Conclusion(_, text) => text.trim().is_empty(),
        Section::Facts(facts) => facts.is_empty(),
        Section::Table(_, _, rows) => rows.is_empty(),
        Section::Links(_, links) => links.is_empty(),
    }
}

/// Elements whose references lead to entries worth opening beside this one.
const RELATED: &[&str] = &[
    "imagingStudy",
    "encounter",
    "context",
    "derivedFrom",
    "basedOn",
    "partOf",
    "reasonReference",
    "evidence",
    "authorizingPrescription",
];
/// Related entries offered at most.
const RELATED_MAX: usize = 12;

/// Other entries of the time shown that this one names.
fn related(sources: &Sources<'_>, resource: &Value) -> Section {
    let mut links: Vec<(String, String)> = Vec::new();
    let direct = RELATED.iter().flat_map(|key| items(resource, key));
    let diagnoses = items(resource, "diagnosis").iter().filter_map(|one| one.get("condition"));
    for reference in direct.chain(diagnoses) {
        if let Some(line) = line_of(sources, reference) {
            let key = key_of(line);
            if links.len() < RELATED_MAX && !links.iter().any(|(known, _)| *known == key) {
                links.push((key, line.title.clone()));
            }
        }
    }
    links.retain(|(_, title)| !title.is_empty());
    Section::Links(Word::Related.into(), links)
}

/// The line of the timeline that a reference leads to.
fn line_of<'a>(sources: &Sources<'a>, reference: &Value) -> Option<&'a LineRow> {
    let (_, place) = target(reference)?;
    let entry = place.entry.filter(|_| place.person == sources.person)?;
    sources.lines.iter().find(|line| line.id == entry)
}

/// Who supplied it, as the store wrote it into `meta.source`.
fn supplier(resource: &Value) -> Option<InstitutionId> {
    let source = text(resource.get("meta")?, "source")?.strip_prefix("urn:yima:institution:")?;
    source.split('#').next()?.parse().ok()
}

/// The status in words, and whether it deserves a second look.
fn status(lang: Lang, resource: &Value, code: &str) -> (String, bool) {
    let taken_back = resource.get("verificationStatus").is_some_and(|concept| {
        items(concept, "coding").iter().any(|coding| text(coding, "code") == Some("entered-in-error"))
    });
    let code = if taken_back { "entered-in-error" } else { code };
    let (word, unusual) = match code {
        "final" => (Word::StatusFinal, false),
        "amended" | "appended" => (Word::StatusAmended, true),
        "corrected" => (Word::StatusCorrected, true),
        "preliminary" | "partial" => (Word::StatusPreliminary, true),
        "registered" => (Word::StatusRegistered, true),
        "cancelled" | "abandoned" | "revoked" => (Word::StatusCancelled, true),
        "entered-in-error" => (Word::StatusError, true),
        "active" | "in-progress" | "arrived" | "triaged" | "onleave" => (Word::StatusActive, false),
        "completed" | "finished" | "ended" => (Word::StatusCompleted, false),
        "stopped" => (Word::StatusStopped, true),
        "on-hold" | "suspended" => (Word::StatusOnHold, true),
        "planned" | "proposed" | "preparation" | "intended" | "accepted" => (Word::StatusPlanned, false),
        "draft" => (Word::StatusDraft, true),
        "resolved" => (Word::StatusResolved, false),
        "remission" => (Word::StatusRemission, false),
        "recurrence" | "relapse" => (Word::StatusRecurrence, true),
        "inactive" => (Word::StatusInactive, true),
        "available" => (Word::StatusAvailable, false),
        "not-done" | "declined" | "not-taken" => (Word::StatusNotDone, true),
        "current" => (Word::StatusCurrent, false),
        "superseded" => (Word::StatusSuperseded, true),
        "" | "unknown" => (Word::StatusUnknown, false),
        other => return (other.to_owned(), false),
    };
    (lang[word].to_owned(), unusual)
}

/// Fields with something in them.
#[derive(Debug, Default)]
pub(crate) struct FactList(Vec<(Label, String)>);

impl FactList {
    /// Adds a field unless it says nothing.
    pub(crate) fn add(&mut self, label: impl Into<Label>, value: Option<String>) {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            self.0.push((label.into(), value));
        }
    }

    /// The fields as a section.
    pub(crate) fn section(self) -> Section {
        Section::Facts(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinic::chart::tests::line;
    use serde_json::json;

    pub(crate) fn id(number: i64) -> String {
        EntryRef { person: PersonId(1), entry: Some(EntryId(number)) }.fhir_id()
    }

    #[test]
    fn keys_lead_to_entries_and_nothing_else() {
        let key = format!("Observation.{}", EntryId(7));
        assert_eq!(place(PersonId(1), &key), Some((ResourceType::Observation, id(7))));
        for odd in ["", "Observation", "Observation.", "Observation.e1", "Nonsense.e1", "Observation.<script>"] {
            assert_eq!(place(PersonId(1), odd), None, "{odd}");
        }
    }

    #[test]
    fn a_report_names_supplier_status_and_neighbours() {
        let lines = [line(3, ResourceType::Encounter, fhir::Lane::Visit, "门诊", "")];
        let resource = json!({
            "resourceType": "Procedure", "status": "stopped", "code": { "text": "清创" },
            "meta": { "source": format!("urn:yima:institution:{}#his", InstitutionId(4)) },
            "encounter": { "reference": format!("Encounter/{}", id(3)) },
            "reasonReference": [{ "reference": format!("Condition/{}", id(99)) }, { "reference": 5 }],
            "performedPeriod": { "start": "2026-11-01T08:00:00+08:00", "end": "2026-11-01T09:00:00+08:00" }
        });
        let institution = |id: InstitutionId| format!("第 {} 医院", id.0);
        let sources = Sources {
            lang: Lang::Zh,
            person: PersonId(1),
            own: Some(InstitutionId(4)),
            institution: &institution,
            lines: &lines,
            members: &[],
        };
        let key = format!("Procedure.{}", EntryId(8));
        let stored = Stored { key: &key, version: 2, received_at: 5 };
        let report = report(&sources, &stored, ResourceType::Procedure, &resource);
        assert_eq!((report.title.as_str(), report.institution.as_str(), report.own), ("清创", "第 4 医院", true));
        assert_eq!((report.status.as_str(), report.status_unusual), ("已停止", true));
        assert_eq!(report.until, kernel::time::parse("2026-11-01T09:00:00+08:00"));
        assert_eq!(report.origin, format!("Procedure/{}/_history/2", id(8)));
        let Some(Section::Links(_, links)) = report.sections.last() else { panic!("links come last") };
        assert_eq!(links.as_slice(), [(format!("Encounter.{}", EntryId(3)), "门诊".to_owned())]);
    }

    #[test]
    fn odd_resources_still_make_a_report() {
        let institution = |_: InstitutionId| String::new();
        let sources = Sources {
            lang: Lang::En,
            person: PersonId(1),
            own: None,
            institution: &institution,
            lines: &[],
            members: &[],
        };
        let stored = Stored { key: "x", version: 1, received_at: 5 };
        let odd = [
            json!(null),
            json!([]),
            json!("x"),
            json!({ "code": 5, "status": [], "component": "x", "result": { "reference": 1 }, "series": [7, null] }),
            json!({ "presentedForm": [{ "contentType": 1, "data": "***" }], "valueQuantity": [], "referenceRange": 3 }),
            json!({ "meta": { "source": "urn:yima:institution:zzz" }, "reaction": [{ "manifestation": 9 }], "period": "x" }),
        ];
        for kind in ResourceType::ALL {
            for value in &odd {
                let mut value = value.clone();
                if let Some(map) = value.as_object_mut() {
                    map.insert("resourceType".to_owned(), kind.name().into());
                }
                let report = report(&sources, &stored, *kind, &value);
                assert!(!report.title.is_empty() && !report.status.is_empty(), "{kind:?} {value}");
            }
        }
    }
}
