//! What the timeline and search need to know of a resource, drawn out once when
//! it is stored: when, whose, which lane, one line of title and value, and
//! whether it should catch the eye.

mod flag;
mod lane;
mod title;
mod value;
mod when;

use std::borrow::Cow;

use serde_json::Value;

use crate::display::{code_of, first, items, line, text};
use crate::kind::ResourceType;

macro_rules! coded {
    ($(#[$about:meta])* $name:ident { $($code:literal $variant:ident $doc:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = $doc] $variant,)*
        }

        impl $name {
            /// The number kept in databases; a number is never given to another value.
            pub fn code(self) -> i16 {
                match self { $(Self::$variant => $code,)* }
            }

            /// The value of that number.
            pub fn from_code(code: i16) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

coded! {
    /// The lane of the timeline a resource is drawn in.
    Lane {
        1 Visit "Encounters.",
        2 Lab "Laboratory, vital signs and other measurements.",
        3 Imaging "Imaging and other examinations with pictures or curves.",
        4 Medication "Prescribed, given, dispensed, taken.",
        5 Procedure "Operations, treatments and what is ordered.",
        6 Problem "Diagnoses, warnings, family history.",
        7 Allergy "Allergies and intolerances.",
        8 Vaccine "Immunizations.",
        9 Document "Letters, summaries, questionnaires.",
        10 Insurance "Claims, benefits, coverage.",
        11 Other "Everything else.",
    }
}

coded! {
    /// Whether a result should catch the eye, in growing urgency.
    Flag {
        0 None "Nothing to see, or nothing known.",
        1 Low "Below the range of reference.",
        2 High "Above the range of reference.",
        3 Abnormal "Abnormal without a direction.",
        4 Critical "Someone should look now.",
        5 Withdrawn "Not valid: entered in error, cancelled, not done or refuted.",
    }
}

/// The facts of one resource, borrowed from it where possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The type.
    pub kind: ResourceType,
    /// The clinical instant in microseconds UTC; a partial date counts from its
    /// start, in China's time when it has no zone. Nothing when the resource names none.
    pub at: Option<i64>,
    /// The end of its period, exclusive for dates without a time; nothing when
    /// it has no period or goes on.
    pub until: Option<i64>,
    /// The reference to the subject as written, such as `Patient/1`. For a
    /// Provenance the patient among its targets; for a Patient nothing.
    pub subject: Option<&'a str>,
    /// The reference to the encounter as written.
    pub encounter: Option<&'a str>,
    /// Where it is drawn.
    pub lane: Lane,
    /// What it is, at most 200 characters.
    pub title: Cow<'a, str>,
    /// What it says, at most 200 characters; may be empty.
    pub value: Cow<'a, str>,
    /// Whether it should catch the eye.
    pub flag: Flag,
    /// Its status code (the clinical status of a condition or allergy); may be empty.
    pub status: &'a str,
    /// System and code of the first coding of what it is; the system may be empty.
    pub code: Option<(&'a str, &'a str)>,
    /// System and code of its first category (an encounter's class).
    pub category: Option<(&'a str, &'a str)>,
    /// `meta.lastUpdated` as written.
    pub updated: Option<&'a str>,
}

/// Draws out the facts; nothing when the value is no resource of a stored type.
/// Meant for validated resources; on others it says less but never fails.
pub fn facts(resource: &Value) -> Option<Facts<'_>> {
    let kind = ResourceType::from_name(text(resource, "resourceType")?)?;
    let (at, until) = when::when(kind, resource);
    Some(Facts {
        kind,
        at,
        until,
        subject: subject(kind, resource),
        encounter: encounter(kind, resource),
        lane: lane::lane(kind, resource),
        title: title(kind, resource),
        value: line(value::value(kind, resource).unwrap_or_default()),
        flag: flag::flag(kind, resource),
        status: status(kind, resource),
        code: title::concept_element(kind, resource).and_then(code_of),
        category: category(kind, resource),
        updated: resource.get("meta").and_then(|meta| text(meta, "lastUpdated")),
    })
}

/// The span of time a resource is about, for date searches.
pub(crate) fn span(kind: ResourceType, resource: &Value) -> Option<crate::date::DateSpan> {
    when::span(kind, resource)
}

/// The subject's reference, as in [`Facts::subject`].
pub(crate) fn subject(kind: ResourceType, resource: &Value) -> Option<&str> {
    use ResourceType as T;
    let key = match kind {
        T::AllergyIntolerance
        | T::Immunization
        | T::Claim
        | T::ExplanationOfBenefit
        | T::FamilyMemberHistory
        | T::Device
        | T::SupplyDelivery => "patient",
        T::Coverage => "beneficiary",
        T::Provenance => {
            let targets = items(resource, "target").iter().filter_map(|target| text(target, "reference"));
            return targets.into_iter().find(|target| target.contains("Patient/"));
        }
        T::Patient
        | T::Organization
        | T::Practitioner
        | T::PractitionerRole
        | T::Location
        | T::Medication
        | T::Substance => return None,
        T::Encounter
        | T::Condition
        | T::Observation
        | T::DiagnosticReport
        | T::MedicationRequest
        | T::MedicationStatement
        | T::MedicationAdministration
        | T::MedicationDispense
        | T::Procedure
        | T::ImagingStudy
        | T::CarePlan
        | T::CareTeam
        | T::Goal
        | T::DocumentReference
        | T::Composition
        | T::ServiceRequest
        | T::Media
        | T::Specimen
        | T::QuestionnaireResponse
        | T::Flag => "subject",
    };
    text(resource.get(key)?, "reference")
}

/// The encounter's reference, as in [`Facts::encounter`].
pub(crate) fn encounter(kind: ResourceType, resource: &Value) -> Option<&str> {
    use ResourceType as T;
    let reference = match kind {
        T::MedicationStatement | T::MedicationAdministration | T::MedicationDispense => resource.get("context")?,
        T::DocumentReference => first(resource.get("context")?, "encounter")?,
        T::Claim | T::ExplanationOfBenefit => {
            items(resource, "item").iter().find_map(|item| first(item, "encounter"))?
        }
        _ => resource.get("encounter")?,
    };
    text(reference, "reference")
}

fn title(kind: ResourceType, resource: &Value) -> Cow<'_, str> {
    match title::title(kind, resource) {
        Some(title) if !title.is_empty() => line(title),
        _ => Cow::Borrowed(kind.name()),
    }
}

fn status(kind: ResourceType, resource: &Value) -> &str {
    let status = match kind {
        ResourceType::Condition | ResourceType::AllergyIntolerance => {
            let coded = |key| resource.get(key).and_then(code_of).map(|(_, code)| code);
            coded("clinicalStatus").or_else(|| coded("verificationStatus"))
        }
        ResourceType::Goal => text(resource, "lifecycleStatus"),
        _ => text(resource, "status"),
    };
    status.unwrap_or_default()
}

fn category(kind: ResourceType, resource: &Value) -> Option<(&str, &str)> {
    match kind {
        ResourceType::Encounter => code_of(resource.get("class")?),
        ResourceType::AllergyIntolerance => Some(("", first(resource, "category")?.as_str()?)),
        _ => code_of(first(resource, "category")?),
    }
}
