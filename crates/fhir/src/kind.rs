//! Resource types: those stored, with numbers that never change, and the names
//! of all R4 types, so that a type that is merely not stored is told apart from
//! one that does not exist.

macro_rules! kinds {
    ($($code:literal $name:ident $about:ident,)*) => {
        /// A resource type that Yima stores.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ResourceType {
            $(
                #[doc = concat!("The R4 resource ", stringify!($name), ".")]
                $name,
            )*
        }

        impl ResourceType {
            /// Every stored type, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The number kept in databases; a number is never given to another type.
            pub fn code(self) -> i16 {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// The FHIR name, as in `resourceType`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// The type of that FHIR name; nothing when Yima does not store it.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The type of that number; nothing for a number never given.
            pub fn from_code(code: i16) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Whether a resource of this type is about one person (and so lies
            /// under that person's grant) rather than shared reference data.
            pub fn personal(self) -> bool {
                match self {
                    $(Self::$name => kinds!(@$about),)*
                }
            }
        }
    };
    (@personal) => { true };
    (@shared) => { false };
}

kinds! {
    1 Patient personal,
    2 Encounter personal,
    3 Condition personal,
    4 AllergyIntolerance personal,
    5 Observation personal,
    6 DiagnosticReport personal,
    7 MedicationRequest personal,
    8 MedicationStatement personal,
    9 MedicationAdministration personal,
    10 MedicationDispense personal,
    11 Procedure personal,
    12 Immunization personal,
    13 ImagingStudy personal,
    14 CarePlan personal,
    15 CareTeam personal,
    16 Goal personal,
    17 Claim personal,
    18 ExplanationOfBenefit personal,
    19 Coverage personal,
    20 DocumentReference personal,
    21 Composition personal,
    22 ServiceRequest personal,
    23 Device personal,
    24 Media personal,
    25 Specimen personal,
    26 QuestionnaireResponse personal,
    27 Flag personal,
    28 FamilyMemberHistory personal,
    29 SupplyDelivery personal,
    30 Provenance personal,
    101 Organization shared,
    102 Practitioner shared,
    103 PractitionerRole shared,
    104 Location shared,
    105 Medication shared,
    106 Substance shared,
}

/// Whether R4 knows a concrete resource type of this name.
pub fn is_r4_type(name: &str) -> bool {
    R4_TYPES.binary_search(&name).is_ok()
}

/// The 146 concrete resource types of R4, sorted (with the abstract `Resource`
/// and `DomainResource` the standard counts 148).
#[rustfmt::skip]
pub const R4_TYPES: &[&str] = &[
    "Account", "ActivityDefinition", "AdverseEvent", "AllergyIntolerance", "Appointment",
    "AppointmentResponse", "AuditEvent", "Basic", "Binary", "BiologicallyDerivedProduct",
    "BodyStructure", "Bundle", "CapabilityStatement", "CarePlan", "CareTeam", "CatalogEntry",
    "ChargeItem", "ChargeItemDefinition", "Claim", "ClaimResponse", "ClinicalImpression",
    "CodeSystem", "Communication", "CommunicationRequest", "CompartmentDefinition", "Composition",
    "ConceptMap", "Condition", "Consent", "Contract", "Coverage", "CoverageEligibilityRequest",
    "CoverageEligibilityResponse", "DetectedIssue", "Device", "DeviceDefinition", "DeviceMetric",
    "DeviceRequest", "DeviceUseStatement", "DiagnosticReport", "DocumentManifest",
    "DocumentReference", "EffectEvidenceSynthesis", "Encounter", "Endpoint", "EnrollmentRequest",
    "EnrollmentResponse", "EpisodeOfCare", "EventDefinition", "Evidence", "EvidenceVariable",
    "ExampleScenario", "ExplanationOfBenefit", "FamilyMemberHistory", "Flag", "Goal",
    "GraphDefinition", "Group", "GuidanceResponse", "HealthcareService", "ImagingStudy",
    "Immunization", "ImmunizationEvaluation", "ImmunizationRecommendation", "ImplementationGuide",
    "InsurancePlan", "Invoice", "Library", "Linkage", "List", "Location", "Measure",
    "MeasureReport", "Media", "Medication", "MedicationAdministration", "MedicationDispense",
    "MedicationKnowledge", "MedicationRequest", "MedicationStatement", "MedicinalProduct",
    "MedicinalProductAuthorization", "MedicinalProductContraindication",
    "MedicinalProductIndication", "MedicinalProductIngredient", "MedicinalProductInteraction",
    "MedicinalProductManufactured", "MedicinalProductPackaged", "MedicinalProductPharmaceutical",
    "MedicinalProductUndesirableEffect", "MessageDefinition", "MessageHeader", "MolecularSequence",
    "NamingSystem", "NutritionOrder", "Observation", "ObservationDefinition",
    "OperationDefinition", "OperationOutcome", "Organization", "OrganizationAffiliation",
    "Parameters", "Patient", "PaymentNotice", "PaymentReconciliation", "Person", "PlanDefinition",
    "Practitioner", "PractitionerRole", "Procedure", "Provenance", "Questionnaire",
    "QuestionnaireResponse", "RelatedPerson", "RequestGroup", "ResearchDefinition",
    "ResearchElementDefinition", "ResearchStudy", "ResearchSubject", "RiskAssessment",
    "RiskEvidenceSynthesis", "Schedule", "SearchParameter", "ServiceRequest", "Slot", "Specimen",
    "SpecimenDefinition", "StructureDefinition", "StructureMap", "Subscription", "Substance",
    "SubstanceNucleicAcid", "SubstancePolymer", "SubstanceProtein",
    "SubstanceReferenceInformation", "SubstanceSourceMaterial", "SubstanceSpecification",
    "SupplyDelivery", "SupplyRequest", "Task", "TerminologyCapabilities", "TestReport",
    "TestScript", "ValueSet", "VerificationResult", "VisionPrescription",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_lead_back() {
        assert_eq!(R4_TYPES.len(), 146);
        assert!(R4_TYPES.is_sorted());
        assert_eq!(ResourceType::ALL.len(), 36);
        for kind in ResourceType::ALL {
            assert_eq!(ResourceType::from_name(kind.name()), Some(*kind));
            assert_eq!(ResourceType::from_code(kind.code()), Some(*kind));
            assert!(is_r4_type(kind.name()), "{kind:?}");
            assert_eq!(kind.personal(), kind.code() < 100);
        }
        assert_eq!(ResourceType::from_name("Account"), None);
        assert_eq!(ResourceType::from_code(0), None);
    }
}
