//! Visits written down as FHIR R4 resources: one Patient per institution that was visited,
//! then each visit in order. What lies after now is not written, or is written as not yet done.
//! Decides nothing clinical.

mod exams;
mod orders;
mod patient;
mod results;
mod visits;

use crate::calendar::Moment;
use crate::institutions::{INSTITUTIONS, Institution, Level};
use crate::json::Json;
use crate::labs::Body;
use crate::people::Person;
use crate::visit::{Act, Deed, Visit};

/// System of the Chinese clinical edition of ICD-10.
const ICD_10: &str = "urn:oid:2.16.156.10011.2.3.3.11";
/// System of the Chinese clinical edition of ICD-9-CM-3.
const ICD_9_CM_3: &str = "urn:oid:2.16.156.10011.2.3.3.12";
const LOINC: &str = "http://loinc.org";
const SNOMED: &str = "http://snomed.info/sct";
const UCUM: &str = "http://unitsofmeasure.org";
/// System of the kinds of exam that hospitals recognise from each other.
const EXAM: &str = "urn:yima:exam";
/// System of the codes of [`Institution`].
const INSTITUTION: &str = "urn:yima:institution-code";

/// Takes one resource: institution key, resource type, JSON text.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(&'static str, &'static str, &[u8]);

/// One person's resources in the making.
struct Chart<'a> {
    person: &'a Person,
    body: Body,
    now: Moment,
    json: Json,
    sink: Sink<'a>,
    /// How many resources of each letter were written; see [`Letter`].
    written: [u32; 10],
}

/// First letter of an id: `e12-3` is the third encounter of person 12.
#[derive(Clone, Copy)]
enum Letter {
    Encounter,
    Problem,
    Observation,
    Report,
    Study,
    Prescription,
    Dispense,
    Operation,
    Vaccination,
    Allergy,
}

impl Letter {
    fn text(self) -> char {
        match self {
            Letter::Encounter => 'e',
            Letter::Problem => 'c',
            Letter::Observation => 'o',
            Letter::Report => 'r',
            Letter::Study => 's',
            Letter::Prescription => 'm',
            Letter::Dispense => 'd',
            Letter::Operation => 'p',
            Letter::Vaccination => 'v',
            Letter::Allergy => 'a',
        }
    }
}

/// Where an act belongs: the institution and, where there is one, the encounter.
struct Context<'a> {
    institution: &'static Institution,
    patient: &'a str,
    encounter: Option<&'a str>,
    visit: &'a Visit,
}

/// Writes everything that happened to a person until now.
pub(crate) fn write(person: &Person, visits: &[Visit], now: Moment, sink: Sink<'_>) {
    let body = Body { gender: person.gender, age: age(person, now) };
    let mut chart = Chart { person, body, now, json: Json::default(), sink, written: [0; 10] };
    for institution in &INSTITUTIONS {
        let came = visits.iter().any(|visit| visit.place.institution().key == institution.key);
        if came {
            chart.patient(institution);
        }
    }
    for visit in visits {
        chart.visit(visit);
    }
}

/// Age by years of birth; people without a birth date count as grown up.
fn age(person: &Person, now: Moment) -> i64 {
    let born = person.birth_date.as_deref().and_then(|date| date.get(..4)?.parse::<i64>().ok());
    born.map_or(40, |year| now.day().civil().0 - year)
}

/// The id of a person's Patient resource at an institution.
pub(crate) fn patient_id(index: u32, institution: &Institution) -> String {
    format!("p{index}-{}", institution.key)
}

impl Chart<'_> {
    fn visit(&mut self, visit: &Visit) {
        let institution = visit.place.institution();
        let patient = ["Patient/", &patient_id(self.person.index, institution)].concat();
        let encounter = (institution.level != Level::Pharmacy).then(|| {
            let id = self.next_id(Letter::Encounter);
            self.encounter(&id, &patient, visit);
            ["Encounter/", &id].concat()
        });
        let context = Context { institution, patient: &patient, encounter: encounter.as_deref(), visit };
        for act in &visit.acts {
            if act.at <= self.now {
                self.act(&context, act);
            }
        }
    }

    fn act(&mut self, context: &Context<'_>, act: &Act) {
        let at = act.at;
        match &act.deed {
            Deed::Problem { diagnosis, since, stands } => {
                self.problem(context, at, diagnosis, *since, *stands);
            }
            Deed::Allergy { allergy, since } => self.allergy(context, at, allergy, *since),
            Deed::Pressure { systolic, diastolic } => {
                self.pressure(context, at, *systolic, *diastolic);
            }
            Deed::Sign { analyte, value } => self.sign(context, at, analyte, *value),
            Deed::Labs { panel, readings, reported, note } => {
                self.labs(context, at, panel, readings, *reported, note);
            }
            Deed::Exam { exam, finding, reported, signed } => {
                self.exam(context, at, exam, finding, *reported, *signed);
            }
            Deed::Prescription { drug, packs, against } => {
                self.prescription(context, at, drug, *packs, *against);
            }
            Deed::Dispense { drug, packs } => self.dispense(context, at, drug, *packs),
            Deed::Operation { operation, minutes } => {
                self.operation(context, at, operation, *minutes);
            }
            Deed::Vaccination { vaccine, dose } => self.vaccination(context, at, vaccine, *dose),
        }
    }

    fn next_id(&mut self, letter: Letter) -> String {
        let written = &mut self.written[letter as usize];
        *written += 1;
        format!("{}{}-{}", letter.text(), self.person.index, written)
    }

    /// Opens a resource.
    fn open(&mut self, kind: &str, id: &str) {
        self.json.begin();
        self.json.text("resourceType", kind);
        self.json.text("id", id);
    }

    /// Closes the resource and hands it over.
    fn close(&mut self, institution: &Institution, kind: &'static str) {
        (self.sink)(institution.key, kind, self.json.finish());
    }

    /// Members that most resources have: whose it is and in which encounter.
    fn belongs(&mut self, context: &Context<'_>, subject: &str) {
        self.json.object(subject, |to| to.text("reference", context.patient));
        if let Some(encounter) = context.encounter {
            self.json.object("encounter", |to| to.text("reference", encounter));
        }
    }
}

/// Members of a Coding; nothing is written where there is no code.
fn coding(list: &mut Json, system: &str, code: &str, display: &str) {
    if !code.is_empty() {
        list.item(|item| {
            item.text("system", system);
            item.text("code", code);
            item.text("display", display);
        });
    }
}

/// A CodeableConcept with one code, or at least its English name.
fn concept(to: &mut Json, system: &str, code: &str, display: &str, text: &str) {
    if code.is_empty() {
        to.only("coding", |item| item.text("display", display));
    } else {
        to.list("coding", |list| coding(list, system, code, display));
    }
    to.text("text", text);
}

/// The institution as a reference by its code, which needs no resource of it.
fn institution(to: &mut Json, institution: &Institution) {
    to.object("identifier", |identifier| {
        identifier.text("system", INSTITUTION);
        identifier.text("value", institution.code);
    });
    to.text("display", institution.name);
}
