//! Problems, allergies, prescriptions, operations and vaccinations.

use super::{Chart, Context, ICD_9_CM_3, ICD_10, Letter, SNOMED, coding, concept};
use crate::calendar::{Day, Moment};
use crate::diagnoses::{Allergy, Diagnosis};
use crate::drugs::Drug;
use crate::json::Json;
use crate::operations::Operation;
use crate::vaccines::Vaccine;
use crate::visit::Standing;

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";
const ALLERGY_CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const ALLERGY_VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
const ATC: &str = "http://www.whocc.no/atc";
const CVX: &str = "http://hl7.org/fhir/sid/cvx";
/// An episode is over after this many minutes (three weeks).
const EPISODE_MINUTES: i64 = 21 * 1440;

impl Chart<'_> {
    pub(super) fn problem(
        &mut self,
        context: &Context<'_>,
        at: Moment,
        diagnosis: &'static Diagnosis,
        since: Day,
        stands: Standing,
    ) {
        let id = self.next_id(Letter::Problem);
        self.open("Condition", &id);
        let over = at.plus(EPISODE_MINUTES) <= self.now;
        let active = match stands {
            Standing::Chronic => true,
            Standing::Episode => !over,
            Standing::Resolved => false,
        };
        let (clinical, clinical_display) = if active { ("active", "Active") } else { ("resolved", "Resolved") };
        code_only(&mut self.json, "clinicalStatus", CLINICAL, clinical, clinical_display);
        code_only(&mut self.json, "verificationStatus", VERIFICATION, "confirmed", "Confirmed");
        let (category, display, text) = if stands == Standing::Chronic {
            ("problem-list-item", "Problem List Item", "问题清单")
        } else {
            ("encounter-diagnosis", "Encounter Diagnosis", "就诊诊断")
        };
        self.json.only("category", |item| {
            concept(item, CATEGORY, category, display, text);
        });
        self.json.object("code", |to| {
            concept(to, ICD_10, diagnosis.code, diagnosis.name_en, diagnosis.name);
        });
        self.belongs(context, "subject");
        self.json.day("onsetDateTime", since);
        self.json.moment("recordedDate", at);
        self.json.object("recorder", |to| to.text("display", context.visit.doctor));
        self.close(context.institution, "Condition");
    }

    pub(super) fn allergy(&mut self, context: &Context<'_>, at: Moment, allergy: &'static Allergy, since: Day) {
        let id = self.next_id(Letter::Allergy);
        self.open("AllergyIntolerance", &id);
        code_only(&mut self.json, "clinicalStatus", ALLERGY_CLINICAL, "active", "Active");
        let json = &mut self.json;
        code_only(json, "verificationStatus", ALLERGY_VERIFICATION, "confirmed", "Confirmed");
        json.text("type", "allergy");
        json.list("category", |list| list.text_item(allergy.category));
        json.text("criticality", if allergy.severity == "severe" { "high" } else { "low" });
        json.object("code", |to| {
            concept(to, SNOMED, allergy.snomed, allergy.name_en, allergy.name);
        });
        self.belongs(context, "patient");
        self.json.day("onsetDateTime", since);
        self.json.moment("recordedDate", at);
        self.json.only("reaction", |item| {
            item.only("manifestation", |to| {
                to.only("coding", |one| one.text("display", allergy.reaction_en));
                to.text("text", allergy.reaction);
            });
            item.text("severity", allergy.severity);
        });
        self.close(context.institution, "AllergyIntolerance");
    }

    pub(super) fn prescription(
        &mut self,
        context: &Context<'_>,
        at: Moment,
        drug: &'static Drug,
        packs: i64,
        against: Option<&'static Diagnosis>,
    ) {
        let days = drug.days * packs;
        let ends = at.plus(days * 1440).day();
        let id = self.next_id(Letter::Prescription);
        self.open("MedicationRequest", &id);
        let running = ends >= self.now.day();
        self.json.text("status", if running { "active" } else { "completed" });
        self.json.text("intent", "order");
        self.json.object("medicationCodeableConcept", |to| medication(to, drug));
        self.belongs(context, "subject");
        let json = &mut self.json;
        json.moment("authoredOn", at);
        json.object("requester", |to| to.text("display", context.visit.doctor));
        if let Some(diagnosis) = against {
            json.only("reasonCode", |item| {
                concept(item, ICD_10, diagnosis.code, diagnosis.name_en, diagnosis.name);
            });
        }
        json.only("dosageInstruction", |item| item.text("text", drug.dosage));
        json.object("dispenseRequest", |request| {
            request.object("validityPeriod", |period| {
                period.day("start", at.day());
                period.day("end", ends);
            });
            request.object("quantity", |to| pack_quantity(to, drug, packs));
            request.object("expectedSupplyDuration", |to| day_quantity(to, days));
        });
        self.close(context.institution, "MedicationRequest");
    }

    pub(super) fn dispense(&mut self, context: &Context<'_>, at: Moment, drug: &'static Drug, packs: i64) {
        let id = self.next_id(Letter::Dispense);
        self.open("MedicationDispense", &id);
        self.json.text("status", "completed");
        self.json.object("medicationCodeableConcept", |to| medication(to, drug));
        self.json.object("subject", |to| to.text("reference", context.patient));
        let json = &mut self.json;
        json.object("quantity", |to| pack_quantity(to, drug, packs));
        json.object("daysSupply", |to| day_quantity(to, drug.days * packs));
        json.moment("whenHandedOver", at);
        json.only("dosageInstruction", |item| item.text("text", drug.dosage));
        self.close(context.institution, "MedicationDispense");
    }

    pub(super) fn operation(&mut self, context: &Context<'_>, at: Moment, operation: &'static Operation, minutes: i64) {
        let end = at.plus(minutes);
        let done = end <= self.now;
        let id = self.next_id(Letter::Operation);
        self.open("Procedure", &id);
        self.json.text("status", if done { "completed" } else { "in-progress" });
        self.json.object("code", |to| {
            concept(to, ICD_9_CM_3, operation.code, operation.name_en, operation.name);
        });
        self.belongs(context, "subject");
        self.json.object("performedPeriod", |period| {
            period.moment("start", at);
            if done {
                period.moment("end", end);
            }
        });
        self.json.only("performer", |item| {
            item.object("actor", |to| to.text("display", context.visit.doctor));
        });
        self.close(context.institution, "Procedure");
    }

    pub(super) fn vaccination(&mut self, context: &Context<'_>, at: Moment, vaccine: &'static Vaccine, dose: i64) {
        let id = self.next_id(Letter::Vaccination);
        self.open("Immunization", &id);
        self.json.text("status", "completed");
        self.json.object("vaccineCode", |to| {
            concept(to, CVX, vaccine.cvx, vaccine.name_en, vaccine.name);
        });
        self.belongs(context, "patient");
        let json = &mut self.json;
        json.moment("occurrenceDateTime", at);
        json.flag("primarySource", true);
        let (year, month, _) = at.day().civil();
        json.text("lotNumber", &format!("{year}{month:02}{:03}", dose * 17 + 101));
        json.only("protocolApplied", |item| {
            item.count("doseNumberPositiveInt", dose);
        });
        self.close(context.institution, "Immunization");
    }
}

fn code_only(json: &mut Json, key: &str, system: &str, code: &str, display: &str) {
    json.object(key, |to| {
        to.list("coding", |list| coding(list, system, code, display));
    });
}

fn medication(to: &mut Json, drug: &Drug) {
    concept(to, ATC, drug.atc, drug.name_en, drug.name);
}

fn pack_quantity(to: &mut Json, drug: &Drug, packs: i64) {
    to.count("value", packs);
    to.text("unit", drug.pack);
}

fn day_quantity(to: &mut Json, days: i64) {
    to.count("value", days);
    to.text("unit", "天");
    to.text("system", "http://unitsofmeasure.org");
    to.text("code", "d");
}
