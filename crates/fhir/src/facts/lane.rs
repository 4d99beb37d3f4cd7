//! The lane a resource is drawn in: by its type, for observations, reports and
//! orders by category, then by the words of the code.

use serde_json::Value;

use super::Lane;
use crate::display::{items, text};
use crate::kind::ResourceType;

pub(super) fn lane(kind: ResourceType, resource: &Value) -> Lane {
    use ResourceType as T;
    match kind {
        T::Encounter => Lane::Visit,
        T::Observation | T::DiagnosticReport | T::ServiceRequest => examined(kind, resource),
        T::Specimen => Lane::Lab,
        T::ImagingStudy | T::Media => Lane::Imaging,
        T::MedicationRequest | T::MedicationStatement | T::MedicationAdministration | T::MedicationDispense => {
            Lane::Medication
        }
        T::Procedure => Lane::Procedure,
        T::Condition | T::FamilyMemberHistory | T::Flag => Lane::Problem,
        T::AllergyIntolerance => Lane::Allergy,
        T::Immunization => Lane::Vaccine,
        T::DocumentReference | T::Composition | T::QuestionnaireResponse => Lane::Document,
        T::Claim | T::ExplanationOfBenefit | T::Coverage => Lane::Insurance,
        T::Patient
        | T::CarePlan
        | T::CareTeam
        | T::Goal
        | T::Device
        | T::SupplyDelivery
        | T::Provenance
        | T::Organization
        | T::Practitioner
        | T::PractitionerRole
        | T::Location
        | T::Medication
        | T::Substance => Lane::Other,
    }
}

fn examined(kind: ResourceType, resource: &Value) -> Lane {
    for category in items(resource, "category") {
        for coding in items(category, "coding") {
            if let Some(lane) = text(coding, "code").and_then(of_category) {
                return lane;
            }
        }
        if let Some(lane) = text(category, "text").and_then(of_words) {
            return lane;
        }
    }
    if resource.get("imagingStudy").is_some() || resource.get("media").is_some() {
        return Lane::Imaging;
    }
    if let Some(code) = resource.get("code") {
        let displays = items(code, "coding").iter().filter_map(|coding| text(coding, "display"));
        if displays.chain(text(code, "text")).any(names_imaging) {
            return Lane::Imaging;
        }
    }
    match kind {
        ResourceType::ServiceRequest => Lane::Procedure,
        _ => Lane::Lab,
    }
}

/// Category codes of HL7's observation categories, diagnostic service sections
/// (v2 table 0074), LOINC parts and SNOMED CT.
fn of_category(code: &str) -> Option<Lane> {
    Some(match code {
        "laboratory" | "LAB" | "CH" | "HM" | "MB" | "SR" | "IMM" | "BLB" | "TX" | "CG" | "GE" | "SP" | "CP" | "PAT"
        | "MCB" | "VR" | "URN" | "ICU" | "LP29693-6" | "LP7839-6" | "108252007" | "26436-6" | "vital-signs" => {
            Lane::Lab
        }
        "imaging" | "RAD" | "RX" | "XRC" | "CT" | "CTH" | "NMR" | "NMS" | "RUS" | "OUS" | "VUS" | "CUS" | "IMG"
        | "EC" | "EN" | "LP29684-5" | "LP29708-2" | "363679005" => Lane::Imaging,
        "procedure" | "surgery" | "387713003" | "therapy" => Lane::Procedure,
        "social-history" | "survey" | "activity" => Lane::Other,
        _ => return None,
    })
}

fn of_words(words: &str) -> Option<Lane> {
    if ["检验", "化验", "体征"].iter().any(|word| words.contains(word)) {
        return Some(Lane::Lab);
    }
    let imaging = ["影像", "放射", "超声", "心电", "内镜", "检查"].iter().any(|word| words.contains(word));
    imaging.then_some(Lane::Imaging)
}

/// LOINC names of imaging begin with the modality (`CT Chest`, `XR Ankle 3
/// Views`); others name the way of looking.
fn names_imaging(name: &str) -> bool {
    let words = || name.split(|letter: char| !letter.is_ascii_alphanumeric());
    matches!(words().next(), Some("US" | "NM" | "MG" | "MR" | "RF" | "DXA" | "PET"))
        || words().any(|word| matches!(word, "CT" | "XR" | "MRI" | "EKG" | "ECG"))
        || ["磁共振", "X线", "超声", "造影", "胸片", "心电图", "胃镜", "肠镜", "彩超"]
            .iter()
            .any(|word| name.contains(word))
        || [
            "tomography",
            "radiograph",
            "ultrasound",
            "magnetic resonance",
            "x-ray",
            "echocardiogra",
            "electrocardiogra",
        ]
        .iter()
        .any(|word| contains_ignoring_case(name, word))
}

fn contains_ignoring_case(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}
