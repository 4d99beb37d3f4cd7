//! What a resource is, in a few words.

use std::borrow::Cow;

use serde_json::Value;

use crate::display::{
    best_name, code_of, coding, concept, concept_at, concepts, first, items, joined, reference_display, text,
};
use crate::kind::ResourceType;

/// The concept that says what the resource is; its first coding is the code.
pub(super) fn concept_element(kind: ResourceType, resource: &Value) -> Option<&Value> {
    use ResourceType as T;
    let key = match kind {
        T::MedicationRequest | T::MedicationStatement | T::MedicationAdministration | T::MedicationDispense => {
            return resource.get("medicationCodeableConcept").or_else(|| contained_medication(resource)?.get("code"));
        }
        T::Immunization => "vaccineCode",
        T::ImagingStudy => "procedureCode",
        T::Encounter
        | T::Claim
        | T::ExplanationOfBenefit
        | T::Coverage
        | T::DocumentReference
        | T::Composition
        | T::Device
        | T::Media
        | T::Specimen
        | T::Organization
        | T::Location => "type",
        T::FamilyMemberHistory => "relationship",
        T::CarePlan | T::CareTeam => "category",
        T::Goal => "description",
        T::Provenance => "activity",
        T::SupplyDelivery => return resource.get("suppliedItem")?.get("itemCodeableConcept"),
        T::Patient | T::Practitioner | T::QuestionnaireResponse => return None,
        T::Condition
        | T::AllergyIntolerance
        | T::Observation
        | T::DiagnosticReport
        | T::Procedure
        | T::ServiceRequest
        | T::Flag
        | T::PractitionerRole
        | T::Medication
        | T::Substance => "code",
    };
    first(resource, key)
}

/// The Medication that a `medicationReference` to `#id` means.
fn contained_medication(resource: &Value) -> Option<&Value> {
    let id = text(resource.get("medicationReference")?, "reference")?.strip_prefix('#')?;
    items(resource, "contained").iter().find(|item| text(item, "id") == Some(id))
}

/// The title, where the resource has one.
pub(super) fn title(kind: ResourceType, resource: &Value) -> Option<Cow<'_, str>> {
    use ResourceType as T;
    let own = || concept_element(kind, resource).and_then(concept);
    let words = match kind {
        T::Patient | T::Practitioner => return best_name(resource),
        T::Organization | T::Location | T::CareTeam => text(resource, "name").or_else(own),
        T::PractitionerRole => return practitioner_role(resource),
        T::Encounter => {
            own().or_else(|| concept_at(resource, "serviceType")).or_else(|| coding(resource.get("class")?))
        }
        T::MedicationRequest | T::MedicationStatement | T::MedicationAdministration | T::MedicationDispense => {
            own().or_else(|| reference_display(resource, "medicationReference"))
        }
        T::ImagingStudy => return imaging_study(resource),
        T::CarePlan => text(resource, "title").or_else(own).or_else(|| text(resource, "description")),
        T::Composition => text(resource, "title").or_else(own),
        T::DocumentReference => own()
            .or_else(|| text(resource, "description"))
            .or_else(|| text(first(resource, "content")?.get("attachment")?, "title")),
        T::Device => text(first(resource, "deviceName").unwrap_or(&Value::Null), "name").or_else(own),
        T::Media => text(resource.get("content").unwrap_or(&Value::Null), "title")
            .or_else(|| concept_at(resource, "modality"))
            .or_else(own),
        T::FamilyMemberHistory => return family(resource),
        T::SupplyDelivery => own()
            .or_else(|| reference_display(resource.get("suppliedItem")?, "itemReference"))
            .or_else(|| concept_at(resource, "type")),
        T::QuestionnaireResponse => questionnaire(resource),
        T::Claim | T::ExplanationOfBenefit => return billed(resource),
        T::Condition
        | T::AllergyIntolerance
        | T::Observation
        | T::DiagnosticReport
        | T::Procedure
        | T::Immunization
        | T::Goal
        | T::Coverage
        | T::ServiceRequest
        | T::Specimen
        | T::Flag
        | T::Provenance
        | T::Medication
        | T::Substance => own(),
    };
    words.map(Cow::Borrowed)
}

fn practitioner_role(resource: &Value) -> Option<Cow<'_, str>> {
    let name = reference_display(resource, "practitioner").map(Cow::Borrowed);
    joined([name, concepts(resource, "code")].into_iter().flatten(), " · ")
}

/// The description, else procedure, else modality and part of the body.
fn imaging_study(resource: &Value) -> Option<Cow<'_, str>> {
    if let Some(words) = text(resource, "description").or_else(|| concept_at(resource, "procedureCode")) {
        return Some(Cow::Borrowed(words));
    }
    let series = first(resource, "series");
    let modality = first(resource, "modality").or_else(|| series?.get("modality")).and_then(coding);
    let body = series.and_then(|series| series.get("bodySite")).and_then(coding);
    joined([modality, body].into_iter().flatten().map(Cow::Borrowed), " ")
}

fn family(resource: &Value) -> Option<Cow<'_, str>> {
    let relative = concept_at(resource, "relationship")?;
    let ills =
        joined(items(resource, "condition").iter().filter_map(|ill| concept_at(ill, "code")).map(Cow::Borrowed), ", ");
    Some(ills.map_or(Cow::Borrowed(relative), |ills| Cow::Owned(format!("{relative}: {ills}"))))
}

/// The display that software adds to the canonical, else its last part.
fn questionnaire(resource: &Value) -> Option<&str> {
    let shown = resource.get("_questionnaire").map_or(&[][..], |sibling| items(sibling, "extension"));
    shown.iter().find_map(|extension| text(extension, "valueString")).or_else(|| {
        let canonical = text(resource, "questionnaire")?.split('|').next()?;
        canonical.rsplit('/').next().filter(|name| !name.is_empty())
    })
}

/// The first thing billed, else the type of the claim.
fn billed(resource: &Value) -> Option<Cow<'_, str>> {
    let item = items(resource, "item").iter().find_map(|item| concept_at(item, "productOrService"));
    item.or_else(|| concept_at(resource, "type"))
        .or_else(|| code_of(resource.get("type")?).map(|(_, code)| code))
        .map(Cow::Borrowed)
}
