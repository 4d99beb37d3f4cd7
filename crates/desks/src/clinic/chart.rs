//! From lines of the timeline and the person's particulars to what the chart shows.

use crate::clinic::facts::{Facts, Lasting};
use crate::kinds::kind_word;
use crate::phone::show::{insured, name_in};
use access::Basis as GrantBasis;
use access::Grant as Leave;
use fhir::ResourceType;
use identity::Person as Known;
use kernel::time::age_years;
use kernel::{InstitutionId, PersonId};
use records::store::LineRow;
use web::widgets::Flag;
use web::widgets::banner::{Basis, Grant, Insured, Person, Sex};
use web::widgets::timeline::{Entry, Lane};
use web::words::{Lang, dates};

/// Characters of a value shown in the list.
const VALUE_MAX: usize = 60;

/// What charting needs beside the lines.
pub struct Charting<'a> {
    /// The language of the page.
    pub lang: Lang,
    /// The reader's institution.
    pub own: Option<InstitutionId>,
    /// The name of an institution.
    pub institution: &'a dyn Fn(InstitutionId) -> String,
    /// What lasts.
    pub facts: &'a Facts,
}

impl Charting<'_> {
    /// The entries of lanes and list, in the order of the lines.
    pub fn entries(&self, lines: &[LineRow]) -> Vec<Entry> {
        lines.iter().map(|line| self.entry(line)).collect()
    }

    fn entry(&self, line: &LineRow) -> Entry {
        let institution = (self.institution)(line.institution);
        let lane = lane_of(line.lane);
        let title = if line.title.is_empty() {
            self.lang[kind_word(kind_of(line.kind))].to_owned()
        } else {
            one_line(&line.title, usize::MAX)
        };
        Entry {
            key: key_of(line),
            at: line.at,
            until: self.until(line, lane),
            lane,
            title,
            value: (!line.value.is_empty() && line.value != line.title).then(|| one_line(&line.value, VALUE_MAX)),
            flag: flag_of(line.flag),
            provenance: format!("{institution} · {}", dates::date(line.at)),
            own: Some(line.institution) == self.own,
            institution,
        }
    }

    /// The end of what lasts. What is over without saying when is drawn as the
    /// moment it was written down.
    fn until(&self, line: &LineRow, lane: Lane) -> Option<i64> {
        if line.until_at.is_some() || !lane.lasts() {
            return line.until_at;
        }
        match self.facts.lasting.get(&line.id) {
            Some(Lasting::On) => None,
            None if line.lane == i64::from(fhir::Lane::Allergy.code()) => None,
            Some(Lasting::Until(at)) => Some((*at).max(line.at)),
            Some(Lasting::Over) | None => Some(line.at),
        }
    }
}

/// The type behind its number.
pub fn kind_of(kind: i64) -> Option<ResourceType> {
    i16::try_from(kind).ok().and_then(ResourceType::from_code)
}

/// What an entry is called in addresses: `Observation.e0h4k2m8x7d3q5z`.
pub fn key_of(line: &LineRow) -> String {
    format!("{}.{}", kind_of(line.kind).map_or("Resource", ResourceType::name), line.id)
}

/// Where a stored lane is drawn.
pub fn lane_of(lane: i64) -> Lane {
    match i16::try_from(lane).ok().and_then(fhir::Lane::from_code) {
        Some(fhir::Lane::Visit) => Lane::Visits,
        Some(fhir::Lane::Lab) => Lane::Labs,
        Some(fhir::Lane::Imaging) => Lane::Imaging,
        Some(fhir::Lane::Medication) => Lane::Medications,
        Some(fhir::Lane::Procedure) => Lane::Procedures,
        Some(fhir::Lane::Problem | fhir::Lane::Allergy) => Lane::Problems,
        Some(fhir::Lane::Vaccine) => Lane::Vaccines,
        Some(fhir::Lane::Document | fhir::Lane::Insurance | fhir::Lane::Other) | None => Lane::Other,
    }
}

/// The flag of a line.
pub fn flag_of(flag: i64) -> Flag {
    i16::try_from(flag).ok().and_then(fhir::Flag::from_code).map_or(Flag::None, shown_flag)
}

/// The flag as pages draw it.
pub fn shown_flag(flag: fhir::Flag) -> Flag {
    match flag {
        fhir::Flag::None => Flag::None,
        fhir::Flag::Low => Flag::Low,
        fhir::Flag::High => Flag::High,
        fhir::Flag::Abnormal => Flag::Abnormal,
        fhir::Flag::Critical => Flag::Critical,
        fhir::Flag::Withdrawn => Flag::Withdrawn,
    }
}

/// Text without line breaks, cut at `most` characters.
fn one_line(text: &str, most: usize) -> String {
    let mut letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut line: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() {
        line.push('…');
    }
    line
}

/// The banner's person; a person the index has lost keeps name and sex unknown.
pub fn person(lang: Lang, id: PersonId, known: Option<&Known>, facts: &Facts, now: i64) -> Person {
    let sex = match known.map_or("", |known| known.known.gender.as_str()) {
        "male" => Sex::Male,
        "female" => Sex::Female,
        "other" => Sex::Other,
        _ => Sex::Unknown,
    };
    let name = known.map_or("", |known| name_in(known, lang));
    Person {
        name: if name.is_empty() { id.to_string() } else { name.to_owned() },
        sex,
        age: known.and_then(|known| age_years(&known.known.birth, now)),
        masked_id: known
            .map(|known| known.known.masked(id).document)
            .filter(|one| !one.is_empty())
            .unwrap_or("–".into()),
        index: id.to_string(),
        allergies: facts.allergies.clone(),
        conditions: facts.conditions.clone(),
        insured: known.map_or(Insured::Unknown, insured),
        died_at: known.and_then(|known| known.known.deceased_at),
    }
}

/// The grant as the banner shows it.
pub fn grant(lang: Lang, leave: &Leave) -> Grant {
    let basis = match leave.basis() {
        GrantBasis::Presence(_) => Basis::ScanHalfYear,
        GrantBasis::Self_ | GrantBasis::Supplier => Basis::Other(
            match lang {
                Lang::Zh => leave.purpose().zh,
                Lang::En => leave.purpose().en,
            }
            .to_owned(),
        ),
    };
    Grant { id: leave.id().map(|id| id.to_string()).unwrap_or_default(), basis, until: leave.until_at() }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use kernel::EntryId;

    pub(crate) fn line(number: i64, kind: ResourceType, lane: fhir::Lane, title: &str, value: &str) -> LineRow {
        LineRow {
            at: number * kernel::time::DAY,
            id: EntryId(number),
            kind: i64::from(kind.code()),
            lane: i64::from(lane.code()),
            institution: InstitutionId(1 + number % 2),
            until_at: None,
            flag: 0,
            code: "http://loinc.org|4548-4".into(),
            title: title.into(),
            value: value.into(),
        }
    }

    #[test]
    fn lines_become_entries() {
        let mut facts = Facts::default();
        facts.lasting.insert(EntryId(3), Lasting::On);
        facts.lasting.insert(EntryId(4), Lasting::Until(9 * kernel::time::DAY));
        let institution = |id: InstitutionId| format!("第 {} 医院", id.0);
        let charting =
            Charting { lang: Lang::Zh, own: Some(InstitutionId(2)), institution: &institution, facts: &facts };
        let long = "很长的结论\n".repeat(20);
        let rows = [
            LineRow { flag: 2, ..line(1, ResourceType::Observation, fhir::Lane::Lab, "HbA1c", "7.10 %") },
            line(2, ResourceType::DiagnosticReport, fhir::Lane::Imaging, "", &long),
            line(3, ResourceType::Condition, fhir::Lane::Problem, "高血压", ""),
            line(4, ResourceType::MedicationRequest, fhir::Lane::Medication, "氨氯地平", ""),
            line(5, ResourceType::MedicationRequest, fhir::Lane::Medication, "阿莫西林", ""),
            LineRow { kind: 9_999, lane: 77, ..line(6, ResourceType::Goal, fhir::Lane::Other, "", "") },
        ];
        let entries = charting.entries(&rows);
        assert_eq!(entries[0].key, format!("Observation.{}", EntryId(1)));
        assert_eq!((entries[0].flag, entries[0].own, entries[0].value.as_deref()), (Flag::High, true, Some("7.10 %")));
        let clipped = entries[1].value.as_deref().unwrap();
        assert_eq!((clipped.chars().count(), clipped.contains('\n'), clipped.ends_with('…')), (61, false, true));
        assert_eq!(entries[1].title, "报告");
        let untils: Vec<Option<i64>> = entries[2..5].iter().map(|entry| entry.until).collect();
        assert_eq!(untils, [None, Some(9 * kernel::time::DAY), Some(5 * kernel::time::DAY)]);
        assert_eq!((entries[5].lane, entries[5].title.as_str()), (Lane::Other, "其他"));
    }
}
