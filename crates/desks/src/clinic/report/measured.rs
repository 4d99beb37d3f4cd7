//! Observations and diagnostic reports: values with their ranges, panels, the same
//! measurement over time, conclusions.

use super::said::{self, bounds, codes, concept, concepts, date_at, displays, items, number, text, unit};
use super::{FactList, Sources, attached, line_of, readable, target};
use crate::clinic::chart::{flag_of, key_of, shown_flag};
use fhir::ResourceType;
use records::store::LineRow;
use serde_json::{Value, json};
use web::widgets::Flag;
use web::widgets::report::{Label, ResultLine, Scale, Section};
use web::widgets::trend::{Trend, TrendPoint};
use web::words::Word;

/// The sections of an observation.
pub fn observation(sources: &Sources<'_>, resource: &Value) -> Vec<Section> {
    let name = resource.get("code").and_then(concept).unwrap_or_default();
    let parts: Vec<ResultLine> = items(resource, "component").iter().map(component).collect();
    let mut sections = Vec::new();
    let mut answer = result_line(&name, resource);
    if !parts.is_empty() {
        // A panel's flag is that of its parts; they carry their own.
        answer.flag = Flag::None;
    }
    sections.push(Section::Answer(answer));
    sections.push(Section::Results(parts));
    sections.push(Section::Results(members(sources, resource, "hasMember")));
    sections.push(Section::Trend(trend(sources, &name, resource)));
    sections.push(Section::Text(Word::Note.into(), said::notes(resource)));
    let mut facts = FactList::default();
    facts.add(Word::AbsentReason, resource.get("dataAbsentReason").and_then(concept));
    facts.add(Word::Specimen, displays(resource, "specimen"));
    facts.add(Word::Method, resource.get("method").and_then(concept));
    facts.add(Word::BodySite, resource.get("bodySite").and_then(concept));
    facts.add(Word::Performer, displays(resource, "performer"));
    facts.add(Word::Issued, date_at(resource, "issued"));
    facts.add(Word::Category, concepts(resource, "category"));
    facts.add(Word::Code, codes(resource, "code"));
    sections.push(facts.section());
    sections
}

/// The sections of a diagnostic report.
pub fn examination(sources: &Sources<'_>, resource: &Value) -> Vec<Section> {
    let forms = attached::forms(items(resource, "presentedForm"));
    let conclusion = text(resource, "conclusion").map(str::to_owned).or_else(|| concepts(resource, "conclusionCode"));
    let mut sections = vec![
        Section::Results(members(sources, resource, "result")),
        Section::Conclusion(Word::Conclusion.into(), conclusion.unwrap_or_default()),
    ];
    // A report of one number is that number over time.
    if let ([only], 1) = (sources.members, items(resource, "result").len()) {
        let name = only.get("code").and_then(concept).unwrap_or_default();
        sections.push(Section::Trend(trend(sources, &name, only)));
    }
    sections.extend(forms.texts.into_iter().map(|text| Section::Text(Word::ReportText.into(), text)));
    let mut facts = FactList::default();
    facts.add(Word::Issued, date_at(resource, "issued"));
    facts.add(Word::Author, displays(resource, "resultsInterpreter"));
    facts.add(Word::Performer, displays(resource, "performer"));
    facts.add(Word::Specimen, displays(resource, "specimen"));
    facts.add(Word::Attachments, said::joined(forms.others));
    facts.add(Word::Category, concepts(resource, "category"));
    facts.add(Word::Code, codes(resource, "code"));
    sections.push(facts.section());
    sections
}

/// A component, read as the observation it would be by itself.
fn component(part: &Value) -> ResultLine {
    let mut alone = part.clone();
    if let Some(map) = alone.as_object_mut() {
        map.insert("resourceType".to_owned(), json!("Observation"));
    }
    result_line(&part.get("code").and_then(concept).unwrap_or_default(), &alone)
}

/// Value, unit, range and flag of an observation.
fn result_line(name: &str, result: &Value) -> ResultLine {
    let quantity = result.get("valueQuantity").filter(|value| said::amount(value).is_some());
    let (value, unit) = match quantity {
        Some(quantity) => (said::amount(quantity).unwrap_or_default(), unit(quantity).to_owned()),
        None => (readable::choice(result, "value").unwrap_or_default(), String::new()),
    };
    let range = items(result, "referenceRange").iter().find(|range| is_normal(range));
    ResultLine {
        name: name.to_owned(),
        value,
        unit,
        range: range
            .and_then(|range| bounds(range).or_else(|| text(range, "text").map(str::to_owned)))
            .unwrap_or_default(),
        scale: quantity.zip(range).and_then(|(quantity, range)| scale(quantity, range)),
        flag: fhir::facts(result).map_or(Flag::None, |facts| shown_flag(facts.flag)),
        key: None,
    }
}

fn is_normal(range: &Value) -> bool {
    range.get("type").is_none_or(|kind| {
        items(kind, "coding").iter().any(|coding| matches!(text(coding, "code"), Some("normal" | "recommended")))
    })
}

/// Value and bounds, where all are numbers of one unit and the value is exact.
fn scale(quantity: &Value, range: &Value) -> Option<Scale> {
    let of_unit = |bound: &Value| unit(bound).is_empty() || unit(bound) == unit(quantity);
    let bound = |key: &str| range.get(key).filter(|bound| of_unit(bound)).and_then(|bound| number(bound.get("value")?));
    if quantity.get("comparator").is_some() {
        return None;
    }
    Some(Scale { value: number(quantity.get("value")?)?, low: bound("low")?, high: bound("high")? })
}

/// The results a panel or report names: as they were read, else as the timeline
/// has them, else by name only.
fn members(sources: &Sources<'_>, resource: &Value, key: &str) -> Vec<ResultLine> {
    let one = |reference: &Value| {
        let line = line_of(sources, reference);
        let id = target(reference).map(|(_, place)| place.fhir_id());
        let read = sources.members.iter().find(|member| id.is_some() && text(member, "id") == id.as_deref());
        let open = id.as_ref().and_then(|_| target(reference)).and_then(|(kind, place)| {
            let entry = place.entry.filter(|_| place.person == sources.person && (read.is_some() || line.is_some()))?;
            Some(format!("{}.{entry}", kind.name()))
        });
        if let Some(read) = read {
            let mut shown = result_line(&read.get("code").and_then(concept).unwrap_or_default(), read);
            if shown.value.is_empty() {
                shown.value = fhir::facts(read).map(|facts| facts.value.to_string()).unwrap_or_default();
            }
            return Some(ResultLine { key: open, ..shown });
        }
        if let Some(line) = line {
            return Some(ResultLine {
                name: line.title.clone(),
                value: line.value.clone(),
                unit: String::new(),
                range: String::new(),
                scale: None,
                flag: flag_of(line.flag),
                key: Some(key_of(line)),
            });
        }
        let name = text(reference, "display")?.to_owned();
        let (value, unit, range) = ("–".to_owned(), String::new(), String::new());
        Some(ResultLine { name, value, unit, range, scale: None, flag: Flag::None, key: None })
    };
    items(resource, key).iter().filter_map(one).collect()
}

/// The same measurement over the time shown, from every institution, oldest first.
fn trend(sources: &Sources<'_>, name: &str, resource: &Value) -> Trend {
    let quantity = resource.get("valueQuantity");
    let unit_here = quantity.map(unit).unwrap_or_default();
    let code = fhir::facts(resource).and_then(|facts| facts.code.map(|(system, code)| format!("{system}|{code}")));
    let same = |line: &&LineRow| {
        line.kind == i64::from(ResourceType::Observation.code())
            && code.as_deref() == Some(line.code.as_str())
            && flag_of(line.flag) != Flag::Withdrawn
    };
    let mut points: Vec<TrendPoint> = match quantity {
        None => Vec::new(),
        Some(_) => sources.lines.iter().filter(same).filter_map(|line| point(sources, line, unit_here)).collect(),
    };
    points.sort_by_key(|point| point.at);
    let range = items(resource, "referenceRange").iter().find(|range| is_normal(range));
    let bound = |key: &str| range.and_then(|range| number(range.get(key)?.get("value")?));
    Trend { name: name.to_owned(), unit: unit_here.to_owned(), points, low: bound("low"), high: bound("high") }
}

/// A line as a point, if it is an exact number of the same unit.
fn point(sources: &Sources<'_>, line: &LineRow, unit: &str) -> Option<TrendPoint> {
    let (digits, of) = line.value.split_once(' ').unwrap_or((&line.value, ""));
    let value: f64 = digits.parse().ok().filter(|value: &f64| value.is_finite() && of == unit)?;
    Some(TrendPoint {
        at: line.at,
        value,
        text: digits.to_owned(),
        flag: flag_of(line.flag),
        institution: (sources.institution)(line.institution),
        own: Some(line.institution) == sources.own,
    })
}

/// The label of an element that is not one of ours.
pub(super) fn own_words(words: &str) -> Label {
    Label::Text(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinic::chart::tests::line;
    use kernel::{EntryId, InstitutionId, PersonId};
    use records::EntryRef;
    use web::words::Lang;

    const INTERPRETATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

    fn id(number: i64) -> String {
        EntryRef { person: PersonId(1), entry: Some(EntryId(number)) }.fhir_id()
    }

    fn with<T>(lines: &[LineRow], members: &[Value], work: impl Fn(&Sources<'_>) -> T) -> T {
        let institution = |id: InstitutionId| format!("第 {} 医院", id.0);
        work(&Sources {
            lang: Lang::Zh,
            person: PersonId(1),
            own: Some(InstitutionId(2)),
            institution: &institution,
            lines,
            members,
        })
    }

    fn hba1c(digits: &str) -> Value {
        let text = format!(
            r#"{{"resourceType":"Observation","id":"{}","status":"final",
                "code":{{"coding":[{{"system":"http://loinc.org","code":"4548-4"}}],"text":"糖化血红蛋白"}},
                "valueQuantity":{{"value":{digits},"unit":"%"}},
                "interpretation":[{{"coding":[{{"system":"{INTERPRETATION}","code":"H"}}]}}],
                "referenceRange":[{{"low":{{"value":4.0,"unit":"%"}},"high":{{"value":6.0,"unit":"%"}}}}]}}"#,
            id(7)
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn an_observation_answers_with_range_and_trend() {
        let lab = |number, value| line(number, ResultKind::Observation, fhir::Lane::Lab, "糖化血红蛋白", value);
        let other = LineRow { code: "http://loinc.org|2345-7".into(), ..lab(5, "8.8 %") };
        let lines = [lab(9, "7.10 %"), lab(8, ">9 %"), lab(6, "54 mmol/mol"), other, lab(4, "8.60 %")];
        with(&lines, &[], |sources| {
            let sections = observation(sources, &hba1c("7.10"));
            let Section::Answer(answer) = &sections[0] else { panic!("the answer comes first") };
            assert_eq!((answer.value.as_str(), answer.unit.as_str(), answer.range.as_str()), ("7.10", "%", "4.0–6.0"));
            assert_eq!(answer.flag, Flag::High);
            assert!(answer.scale.is_some_and(|scale| (scale.value - 7.1).abs() < 1e-9));
            let Section::Trend(trend) = &sections[3] else { panic!("then the trend") };
            let texts: Vec<&str> = trend.points.iter().map(|point| point.text.as_str()).collect();
            assert_eq!((texts, trend.low, trend.high), (vec!["8.60", "7.10"], Some(4.0), Some(6.0)));
        });
    }

    use fhir::ResourceType as ResultKind;

    #[test]
    fn blood_pressure_shows_its_parts() {
        let part = |code: &str, name: &str, value: i64, flag: &str| {
            json!({ "code": { "coding": [{ "code": code }], "text": name },
                    "valueQuantity": { "value": value, "unit": "mmHg" },
                    "interpretation": [{ "coding": [{ "code": flag }] }] })
        };
        let pressure = json!({ "resourceType": "Observation", "code": { "text": "血压" },
            "component": [part("8480-6", "收缩压", 152, "H"), part("8462-4", "舒张压", 84, "N")] });
        with(&[], &[], |sources| {
            let sections = observation(sources, &pressure);
            let Section::Answer(answer) = &sections[0] else { panic!("an answer") };
            assert!(answer.value.is_empty(), "a panel has no value of its own");
            let Section::Results(parts) = &sections[1] else { panic!("its parts") };
            let shown: Vec<(&str, &str, Flag)> =
                parts.iter().map(|part| (part.name.as_str(), part.value.as_str(), part.flag)).collect();
            assert_eq!(shown, [("收缩压", "152", Flag::High), ("舒张压", "84", Flag::None)]);
        });
    }

    #[test]
    fn a_report_shows_its_results_and_its_text() {
        let reference =
            |number: i64, name: &str| json!({ "reference": format!("Observation/{}", id(number)), "display": name });
        let resource = json!({ "resourceType": "DiagnosticReport", "code": { "text": "糖代谢" },
            "result": [reference(7, "糖化"), reference(8, "空腹血糖"), { "display": "未出" }, { "reference": 3 }],
            "conclusion": "控制欠佳", "resultsInterpreter": [{ "display": "陈立" }, { "display": "高远" }],
            "presentedForm": [{ "contentType": "text/plain; charset=utf-8", "data": "5omA6KeBCuaXoA==" },
                              { "contentType": "application/pdf", "title": "全文", "data": "AAAA" }] });
        assert_eq!(super::super::member_ids(PersonId(1), &resource), [id(7), id(8)]);
        assert!(super::super::member_ids(PersonId(2), &resource).is_empty());
        let lines = [line(8, ResultKind::Observation, fhir::Lane::Lab, "空腹血糖", "8.2 mmol/L")];
        with(&lines, &[hba1c("7.10")], |sources| {
            let sections = examination(sources, &resource);
            let Section::Results(results) = &sections[0] else { panic!("results first") };
            let shown: Vec<(&str, &str, bool)> =
                results.iter().map(|one| (one.name.as_str(), one.value.as_str(), one.key.is_some())).collect();
            assert_eq!(shown, [("糖化血红蛋白", "7.10", true), ("空腹血糖", "8.2 mmol/L", true), ("未出", "–", false)]);
            assert!(matches!(&sections[1], Section::Conclusion(_, text) if text == "控制欠佳"));
            assert!(matches!(&sections[2], Section::Text(_, text) if text == "所见\n无"));
            let Section::Facts(facts) = &sections[3] else { panic!("facts last") };
            let values: Vec<&str> = facts.iter().map(|(_, value)| value.as_str()).collect();
            assert_eq!(values, ["陈立 · 高远", "全文 (application/pdf)"]);
        });
    }
}
