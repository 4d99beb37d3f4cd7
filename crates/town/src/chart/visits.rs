//! The Encounter of a visit.

use super::{Chart, ICD_10, concept, institution};
use crate::visit::{Class, Visit};

impl Chart<'_> {
    pub(super) fn encounter(&mut self, id: &str, patient: &str, visit: &Visit) {
        self.open("Encounter", id);
        let ended = visit.end <= self.now;
        let json = &mut self.json;
        json.text("status", if ended { "finished" } else { "in-progress" });
        let (code, display, text) = match visit.class {
            Class::Ambulatory => ("AMB", "ambulatory", "门诊"),
            Class::Emergency => ("EMER", "emergency", "急诊"),
            Class::Inpatient => ("IMP", "inpatient encounter", "住院"),
            Class::Field => ("FLD", "field", "院前急救"),
        };
        json.object("class", |class| {
            class.text("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode");
            class.text("code", code);
            class.text("display", display);
        });
        json.only("type", |kind| kind.text("text", text));
        json.object("serviceType", |service| {
            service.only("coding", |coding| {
                coding.text("display", visit.department.name_en());
            });
            service.text("text", visit.department.name());
        });
        json.object("subject", |to| to.text("reference", patient));
        json.only("participant", |item| {
            item.object("individual", |to| to.text("display", visit.doctor));
        });
        json.object("period", |period| {
            period.moment("start", visit.start);
            if ended {
                period.moment("end", visit.end);
            }
        });
        json.list("reasonCode", |list| {
            if let Some(diagnosis) = visit.diagnosis {
                list.item(|item| {
                    concept(item, ICD_10, diagnosis.code, diagnosis.name_en, diagnosis.name);
                });
            }
            list.item(|item| item.text("text", visit.reason));
        });
        let place = visit.place.institution();
        json.object("serviceProvider", |to| institution(to, place));
        self.close(place, "Encounter");
    }
}
