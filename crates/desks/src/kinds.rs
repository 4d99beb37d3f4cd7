//! What kinds of resources are called on pages.

use fhir::ResourceType;
use web::words::Word;

/// The word for a kind; for one that is not stored the word for the rest.
pub(crate) fn kind_word(kind: Option<ResourceType>) -> Word {
    use ResourceType as T;
    let Some(kind) = kind else { return Word::LaneOther };
    match kind {
        T::Patient => Word::KindPatient,
        T::Encounter => Word::LaneVisits,
        T::Condition => Word::LaneProblems,
        T::AllergyIntolerance => Word::Allergies,
        T::Observation => Word::LaneLabs,
        T::DiagnosticReport => Word::KindReport,
        T::ImagingStudy | T::Media => Word::LaneImaging,
        T::MedicationRequest | T::MedicationStatement | T::MedicationAdministration | T::MedicationDispense => {
            Word::LaneMedications
        }
        T::Procedure | T::ServiceRequest => Word::LaneProcedures,
        T::Immunization => Word::LaneVaccines,
        T::DocumentReference | T::Composition | T::QuestionnaireResponse => Word::KindDocument,
        T::Claim | T::ExplanationOfBenefit | T::Coverage => Word::Insurance,
        T::CarePlan
        | T::CareTeam
        | T::Goal
        | T::Device
        | T::Specimen
        | T::Flag
        | T::FamilyMemberHistory
        | T::SupplyDelivery
        | T::Provenance
        | T::Organization
        | T::Practitioner
        | T::PractitionerRole
        | T::Location
        | T::Medication
        | T::Substance => Word::LaneOther,
    }
}
