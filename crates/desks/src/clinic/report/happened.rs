//! Visits, problems, allergies, images, medication, procedures, vaccinations.

use super::FactList;
use super::readable::choice;
use super::said::{
    self, codes, coding, concept, concepts, date_at, digits, displays, dosage, items, joined, period, quantity, text,
};
use serde_json::Value;
use web::widgets::report::Section;
use web::words::{Lang, Word};

fn notes(resource: &Value) -> Section {
    Section::Text(Word::Note.into(), said::notes(resource))
}

/// The displays of the references inside a repeating element: who took part.
fn people(resource: &Value, key: &str, inner: &str) -> Option<String> {
    joined(items(resource, key).iter().filter_map(|one| displays(one, inner)))
}

/// Reasons as concepts and as references.
fn reasons(resource: &Value) -> Option<String> {
    joined([concepts(resource, "reasonCode"), displays(resource, "reasonReference")].into_iter().flatten())
}

/// The sections of an encounter.
pub fn visit(resource: &Value) -> Vec<Section> {
    let mut facts = FactList::default();
    facts.add(Word::VisitClass, concepts(resource, "type").or_else(|| resource.get("class").and_then(coding)));
    facts.add(Word::Department, resource.get("serviceType").and_then(concept));
    facts.add(Word::Doctor, people(resource, "participant", "individual"));
    facts.add(Word::Reason, reasons(resource));
    facts.add(Word::Diagnosis, people(resource, "diagnosis", "condition"));
    facts.add(Word::Period, resource.get("period").and_then(period));
    facts.add(Word::Institution, displays(resource, "serviceProvider"));
    facts.add(
        Word::Outcome,
        resource.get("hospitalization").and_then(|stay| stay.get("dischargeDisposition")).and_then(concept),
    );
    vec![facts.section(), notes(resource)]
}

/// The sections of a condition.
pub fn problem(resource: &Value) -> Vec<Section> {
    let mut facts = FactList::default();
    facts.add(Word::Severity, resource.get("severity").and_then(concept));
    facts.add(Word::Stage, joined(items(resource, "stage").iter().filter_map(|stage| concept(stage.get("summary")?))));
    facts.add(Word::BodySite, concepts(resource, "bodySite"));
    facts.add(Word::Onset, choice(resource, "onset"));
    facts.add(Word::Ended, choice(resource, "abatement"));
    facts.add(Word::Verification, resource.get("verificationStatus").and_then(concept));
    facts.add(
        Word::Doctor,
        joined([displays(resource, "asserter"), displays(resource, "recorder")].into_iter().flatten()),
    );
    facts.add(Word::Date, date_at(resource, "recordedDate"));
    facts.add(Word::Category, concepts(resource, "category"));
    facts.add(Word::Code, codes(resource, "code"));
    vec![facts.section(), notes(resource)]
}

/// The sections of an allergy.
pub fn allergy(lang: Lang, resource: &Value) -> Vec<Section> {
    let rows = items(resource, "reaction").iter().map(|reaction| {
        let signs = concepts(reaction, "manifestation").or_else(|| text(reaction, "description").map(str::to_owned));
        let cell = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
        vec![
            cell(signs),
            cell(text(reaction, "severity").map(|code| severity(lang, code))),
            cell(date_at(reaction, "onset")),
        ]
    });
    let columns = vec![Word::Reaction.into(), Word::Severity.into(), Word::ReactionOnset.into()];
    let mut facts = FactList::default();
    facts.add(Word::Substance, resource.get("code").and_then(concept));
    facts.add(Word::Criticality, text(resource, "criticality").map(|code| criticality(lang, code)));
    facts.add(
        Word::Category,
        joined(items(resource, "category").iter().filter_map(|one| Some(one.as_str()?.to_owned()))),
    );
    facts.add(Word::Verification, resource.get("verificationStatus").and_then(concept));
    facts.add(Word::Onset, choice(resource, "onset"));
    facts.add(Word::Date, date_at(resource, "recordedDate"));
    facts.add(
        Word::Doctor,
        joined([displays(resource, "asserter"), displays(resource, "recorder")].into_iter().flatten()),
    );
    facts.add(Word::Code, codes(resource, "code"));
    vec![Section::Table(Word::Reaction.into(), columns, rows.collect()), facts.section(), notes(resource)]
}

fn severity(lang: Lang, code: &str) -> String {
    match code {
        "mild" => lang[Word::Mild].to_owned(),
        "moderate" => lang[Word::Moderate].to_owned(),
        "severe" => lang[Word::Severe].to_owned(),
        other => other.to_owned(),
    }
}

fn criticality(lang: Lang, code: &str) -> String {
    match code {
        "high" => lang[Word::High].to_owned(),
        "low" => lang[Word::Low].to_owned(),
        other => other.to_owned(),
    }
}

/// Series of a study listed.
const SERIES_MAX: usize = 60;

/// The sections of an imaging study.
pub fn imaging(resource: &Value) -> Vec<Section> {
    let series = items(resource, "series");
    let of_series = |key: &'static str| series.iter().filter_map(move |one| coding(one.get(key)?));
    let modality: Vec<String> =
        items(resource, "modality").iter().filter_map(coding).chain(of_series("modality")).collect();
    let mut facts = FactList::default();
    facts.add(Word::Modality, joined(distinct(modality)));
    facts.add(Word::BodySite, joined(distinct(of_series("bodySite").collect())));
    facts.add(Word::Images, resource.get("numberOfInstances").and_then(digits).map(str::to_owned));
    facts.add(Word::Reason, reasons(resource));
    facts.add(
        Word::Doctor,
        joined([displays(resource, "referrer"), displays(resource, "interpreter")].into_iter().flatten()),
    );
    facts.add(
        Word::Study,
        joined(items(resource, "identifier").iter().filter_map(|one| Some(text(one, "value")?.to_owned()))),
    );
    facts.add(Word::Code, codes(resource, "procedureCode"));
    let rows = series.iter().take(SERIES_MAX).zip(1_usize..).map(|(one, place)| {
        let number = one.get("number").and_then(digits).map_or_else(|| place.to_string(), str::to_owned);
        let listed = items(one, "instance").len();
        let images = one.get("numberOfInstances").and_then(digits).map_or_else(|| listed.to_string(), str::to_owned);
        vec![number, text(one, "description").unwrap_or("–").to_owned(), images]
    });
    let columns = vec![Word::Series.into(), Word::Description.into(), Word::Images.into()];
    let description = text(resource, "description").unwrap_or_default().to_owned();
    let title = fhir::facts(resource).map(|facts| facts.title.to_string()).unwrap_or_default();
    let description = if title == description { String::new() } else { description };
    vec![
        Section::Text(Word::Description.into(), description),
        facts.section(),
        Section::Table(Word::Series.into(), columns, rows.collect()),
        notes(resource),
    ]
}

fn distinct(mut parts: Vec<String>) -> Vec<String> {
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// The sections of a prescription, a dispense, a dose given or a drug taken.
pub fn medication(resource: &Value) -> Vec<Section> {
    let dosages = items(resource, "dosageInstruction").iter().chain(items(resource, "dosage"));
    let request = resource.get("dispenseRequest");
    let supply =
        request.and_then(|request| request.get("expectedSupplyDuration")).or_else(|| resource.get("daysSupply"));
    let amount = request.and_then(|request| request.get("quantity")).or_else(|| resource.get("quantity"));
    let amount = amount.and_then(quantity);
    let valid = request.and_then(|request| request.get("validityPeriod")).and_then(period);
    let drug = fhir::facts(resource).map(|facts| facts.title.to_string());
    let mut facts = FactList::default();
    facts.add(Word::Drug, drug);
    facts.add(Word::Dosage, joined(dosages.clone().filter_map(dosage)));
    facts.add(Word::Route, joined(distinct(dosages.filter_map(|one| concept(one.get("route")?)).collect())));
    facts.add(Word::Quantity, joined([amount, supply.and_then(quantity)].into_iter().flatten()));
    facts.add(Word::Period, valid.or_else(|| choice(resource, "effective")));
    facts.add(Word::Reason, reasons(resource));
    facts.add(Word::Doctor, displays(resource, "requester").or_else(|| people(resource, "performer", "actor")));
    facts.add(Word::Date, date_at(resource, "authoredOn").or_else(|| date_at(resource, "whenHandedOver")));
    facts.add(Word::Code, codes(resource, "medicationCodeableConcept"));
    vec![facts.section(), notes(resource)]
}

/// The sections of a procedure.
pub fn procedure(resource: &Value) -> Vec<Section> {
    let mut facts = FactList::default();
    facts.add(Word::Period, choice(resource, "performed"));
    facts.add(Word::BodySite, concepts(resource, "bodySite"));
    facts.add(Word::Reason, reasons(resource));
    facts.add(Word::Outcome, resource.get("outcome").and_then(concept));
    facts.add(Word::Doctor, people(resource, "performer", "actor"));
    facts.add(Word::Institution, displays(resource, "location"));
    facts.add(Word::Category, concepts(resource, "category"));
    facts.add(Word::Code, codes(resource, "code"));
    vec![facts.section(), notes(resource)]
}

/// The sections of an immunisation.
pub fn vaccination(resource: &Value) -> Vec<Section> {
    let dose = items(resource, "protocolApplied").iter().find_map(|protocol| choice(protocol, "doseNumber"));
    let mut facts = FactList::default();
    facts.add(Word::Dose, dose);
    facts.add(Word::Quantity, resource.get("doseQuantity").and_then(quantity));
    facts.add(Word::Lot, text(resource, "lotNumber").map(str::to_owned));
    facts.add(Word::Manufacturer, displays(resource, "manufacturer"));
    facts.add(Word::BodySite, resource.get("site").and_then(concept));
    facts.add(Word::Route, resource.get("route").and_then(concept));
    facts
        .add(Word::Reason, resource.get("statusReason").and_then(concept).or_else(|| concepts(resource, "reasonCode")));
    facts.add(Word::Performer, people(resource, "performer", "actor"));
    facts.add(Word::Institution, displays(resource, "location"));
    facts.add(Word::Code, codes(resource, "vaccineCode"));
    vec![facts.section(), notes(resource)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(section: &Section) -> Vec<(String, String)> {
        match section {
            Section::Facts(facts) => {
                facts.iter().map(|(label, value)| (label.text(Lang::Zh).to_owned(), value.clone())).collect()
            }
            other => panic!("facts, not {other:?}"),
        }
    }

    fn check(section: &Section, expected: &[(&str, &str)]) {
        let shown = shown(section);
        let shown: Vec<(&str, &str)> = shown.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_visit() {
        let sections = visit(&json!({
            "type": [{ "text": "门诊" }], "serviceType": { "text": "心内科" }, "class": { "code": "AMB" },
            "participant": [{ "individual": { "display": "林若衡" } }, { "individual": 3 }],
            "reasonCode": [{ "text": "高血压" }, { "text": "复诊" }],
            "period": { "start": "2026-11-18T09:41:00+08:00" }, "serviceProvider": { "display": "云州一院" }
        }));
        check(
            &sections[0],
            &[
                ("就诊类型", "门诊"),
                ("科室", "心内科"),
                ("医生", "林若衡"),
                ("原因", "高血压 · 复诊"),
                ("起止", "2026-11-18 09:41 –"),
                ("机构", "云州一院"),
            ],
        );
    }

    #[test]
    fn a_prescription() {
        let sections = medication(&json!({
            "resourceType": "MedicationRequest", "status": "active",
            "medicationCodeableConcept": { "text": "氨氯地平", "coding": [{ "system": "http://www.whocc.no/atc", "code": "C08CA01" }] },
            "dosageInstruction": [{ "text": "每日 1 次" }], "requester": { "display": "何敏" }, "authoredOn": "2026-05-30",
            "dispenseRequest": { "quantity": { "value": 3, "unit": "盒" }, "expectedSupplyDuration": { "value": 84, "unit": "天" },
                                 "validityPeriod": { "start": "2026-05-30", "end": "2026-08-22" } },
            "note": [{ "text": "早饭后" }, { "text": 4 }]
        }));
        check(
            &sections[0],
            &[
                ("药品", "氨氯地平"),
                ("用法用量", "每日 1 次"),
                ("数量", "3 盒 · 84 天"),
                ("起止", "2026-05-30 – 2026-08-22"),
                ("医生", "何敏"),
                ("日期", "2026-05-30"),
                ("编码", "ATC C08CA01"),
            ],
        );
        assert!(matches!(&sections[1], Section::Text(_, text) if text == "早饭后"));
    }

    #[test]
    fn an_allergy_and_its_reactions() {
        let sections = allergy(
            Lang::Zh,
            &json!({ "code": { "text": "青霉素" }, "criticality": "high", "category": ["medication"],
                     "onsetDateTime": "1998", "reaction": [{ "manifestation": [{ "text": "皮疹" }], "severity": "severe" }, {}] }),
        );
        let Section::Table(_, columns, rows) = &sections[0] else { panic!("a table first") };
        assert_eq!((columns.len(), rows.len()), (3, 2));
        assert_eq!(rows[0], ["皮疹", "严重", "–"]);
        check(&sections[1], &[("过敏原", "青霉素"), ("危险程度", "偏高"), ("类别", "medication"), ("起病", "1998")]);
    }

    #[test]
    fn a_study_lists_its_series() {
        let sections = imaging(
            &json!({ "resourceType": "ImagingStudy", "description": "胸部 CT 平扫", "numberOfInstances": 286,
                     "modality": [{ "code": "CT" }], "identifier": [{ "value": "urn:oid:2.25.1" }],
                     "series": [{ "number": 2, "description": "定位像", "numberOfInstances": 2, "modality": { "code": "CT" },
                                  "bodySite": { "display": "Chest" } },
                                { "instance": [{}, {}, {}] }] }),
        );
        assert!(matches!(&sections[0], Section::Text(_, text) if text.is_empty()), "the title says it already");
        check(&sections[1], &[("设备类型", "CT"), ("部位", "Chest"), ("图像数", "286"), ("检查号", "urn:oid:2.25.1")]);
        let Section::Table(_, _, rows) = &sections[2] else { panic!("series") };
        assert_eq!(rows.as_slice(), [["2", "定位像", "2"], ["2", "–", "3"]]);
    }

    #[test]
    fn the_rest() {
        check(
            &procedure(&json!({ "performedPeriod": { "start": "2026-11-01" }, "outcome": { "text": "顺利" } }))[0],
            &[("起止", "2026-11-01 –"), ("结局", "顺利")],
        );
        check(
            &vaccination(&json!({ "lotNumber": "202610", "protocolApplied": [{ "doseNumberPositiveInt": 2 }] }))[0],
            &[("剂次", "2"), ("批号", "202610")],
        );
        check(
            &problem(
                &json!({ "onsetDateTime": "2020-03", "abatementString": "后来好了", "stage": [{ "summary": { "text": "2 级" } }] }),
            )[0],
            &[("分期", "2 级"), ("起病", "2020-03"), ("结束", "后来好了")],
        );
    }
}
