//! Measured things: vital signs, laboratory observations and their reports.

use super::{Chart, Context, LOINC, Letter, UCUM, coding, concept, institution};
use crate::calendar::Moment;
use crate::json::Json;
use crate::labs::{Analyte, Figures, Panel};
use crate::visit::{Reading, Value};

const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const INTERPRETATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
const SECTION: &str = "http://terminology.hl7.org/CodeSystem/v2-0074";

/// Above these a pressure is marked high (Chinese guideline for hypertension, office values).
const SYSTOLIC_HIGH: i64 = 140;
const DIASTOLIC_HIGH: i64 = 90;
/// Below this it is marked low.
const SYSTOLIC_LOW: i64 = 90;

impl Chart<'_> {
    pub(super) fn pressure(&mut self, context: &Context<'_>, at: Moment, systolic: i64, diastolic: i64) {
        let id = self.next_id(Letter::Observation);
        self.open("Observation", &id);
        self.json.text("status", "final");
        category(&mut self.json, "vital-signs", "Vital Signs");
        self.json.object("code", |to| {
            concept(to, LOINC, "85354-9", "Blood pressure panel", "血压");
        });
        self.belongs(context, "subject");
        self.json.moment("effectiveDateTime", at);
        let mark = if systolic >= SYSTOLIC_HIGH || diastolic >= DIASTOLIC_HIGH {
            Mark::High
        } else if systolic < SYSTOLIC_LOW {
            Mark::Low
        } else {
            Mark::Normal
        };
        interpretation(&mut self.json, mark);
        self.json.list("component", |list| {
            let parts = [
                ("8480-6", "Systolic blood pressure", "收缩压", systolic),
                ("8462-4", "Diastolic blood pressure", "舒张压", diastolic),
            ];
            for (code, display, text, value) in parts {
                list.item(|item| {
                    item.object("code", |to| concept(to, LOINC, code, display, text));
                    item.object("valueQuantity", |to| {
                        to.count("value", value);
                        to.text("unit", "mmHg");
                        to.text("system", UCUM);
                        to.text("code", "mm[Hg]");
                    });
                });
            }
        });
        self.close(context.institution, "Observation");
    }

    pub(super) fn sign(&mut self, context: &Context<'_>, at: Moment, analyte: &'static Analyte, value: i64) {
        let reading = Reading { analyte, value: Value::Number(value) };
        self.observation(context, at, &reading, ("vital-signs", "Vital Signs"));
    }

    pub(super) fn labs(
        &mut self,
        context: &Context<'_>,
        at: Moment,
        panel: &'static Panel,
        readings: &[Reading],
        reported: Moment,
        note: &str,
    ) {
        let done = reported <= self.now;
        let mut results = Vec::with_capacity(readings.len());
        if done {
            for reading in readings {
                results.push(self.observation(context, at, reading, ("laboratory", "Laboratory")));
            }
        }
        let id = self.next_id(Letter::Report);
        self.open("DiagnosticReport", &id);
        self.json.text("status", if done { "final" } else { "registered" });
        section(&mut self.json, "LAB", "Laboratory", "检验");
        self.json.object("code", |to| {
            concept(to, LOINC, panel.loinc, panel.name_en, panel.name);
        });
        self.belongs(context, "subject");
        self.json.moment("effectiveDateTime", at);
        if done {
            self.json.moment("issued", reported);
        }
        self.json.only("performer", |to| institution(to, context.institution));
        if done {
            self.json.list("result", |list| {
                for (id, reading) in results.iter().zip(readings) {
                    list.item(|item| {
                        item.text("reference", &["Observation/", id.as_str()].concat());
                        item.text("display", reading.analyte.name);
                    });
                }
            });
            if !note.is_empty() {
                self.json.text("conclusion", note);
            }
        }
        self.close(context.institution, "DiagnosticReport");
    }

    fn observation(
        &mut self,
        context: &Context<'_>,
        at: Moment,
        reading: &Reading,
        (kind, kind_display): (&str, &str),
    ) -> String {
        let analyte = reading.analyte;
        let figures = analyte.figures(self.body);
        let id = self.next_id(Letter::Observation);
        self.open("Observation", &id);
        self.json.text("status", "final");
        category(&mut self.json, kind, kind_display);
        self.json.object("code", |to| {
            concept(to, LOINC, analyte.loinc, analyte.name_en, analyte.name);
        });
        self.belongs(context, "subject");
        self.json.moment("effectiveDateTime", at);
        match reading.value {
            Value::Number(value) => {
                self.json.object("valueQuantity", |to| quantity(to, analyte, value));
                if figures.low.is_some() || figures.high.is_some() {
                    interpretation(&mut self.json, mark(figures, value));
                }
            }
            Value::Negative => {
                self.json.object("valueCodeableConcept", |to| to.text("text", "阴性（−）"));
                interpretation(&mut self.json, Mark::Negative);
            }
            Value::Positive => {
                self.json.object("valueCodeableConcept", |to| to.text("text", "阳性（+）"));
                interpretation(&mut self.json, Mark::Positive);
            }
        }
        if figures.low.is_some() || figures.high.is_some() {
            self.json.only("referenceRange", |range| {
                if let Some(low) = figures.low {
                    range.object("low", |to| quantity(to, analyte, low));
                }
                if let Some(high) = figures.high {
                    range.object("high", |to| quantity(to, analyte, high));
                }
            });
        }
        self.close(context.institution, "Observation");
        id
    }
}

/// How a value stands to its range.
#[derive(Clone, Copy)]
enum Mark {
    Low,
    Normal,
    High,
    Negative,
    Positive,
}

fn mark(figures: Figures, value: i64) -> Mark {
    if figures.low.is_some_and(|low| value < low) {
        Mark::Low
    } else if figures.high.is_some_and(|high| value > high) {
        Mark::High
    } else {
        Mark::Normal
    }
}

fn interpretation(json: &mut Json, mark: Mark) {
    let (code, display) = match mark {
        Mark::Low => ("L", "Low"),
        Mark::Normal => ("N", "Normal"),
        Mark::High => ("H", "High"),
        Mark::Negative => ("NEG", "Negative"),
        Mark::Positive => ("POS", "Positive"),
    };
    json.only("interpretation", |item| {
        item.list("coding", |list| coding(list, INTERPRETATION, code, display));
    });
}

fn quantity(to: &mut Json, analyte: &Analyte, value: i64) {
    to.decimal("value", value, analyte.decimals);
    if !analyte.unit.is_empty() {
        to.text("unit", analyte.unit);
    }
    to.text("system", UCUM);
    to.text("code", analyte.ucum);
}

fn category(json: &mut Json, code: &str, display: &str) {
    json.only("category", |item| {
        item.list("coding", |list| coding(list, CATEGORY, code, display));
    });
}

/// The section of a report; exams use it too.
pub(super) fn section(json: &mut Json, code: &str, display: &str, text: &str) {
    json.only("category", |item| {
        concept(item, SECTION, code, display, text);
    });
}
