//! Any resource as readable fields, for kinds that have no layout of their own, and
//! the elements of which FHIR offers a choice of types.

use super::measured::own_words;
use super::said::{self, items, text};
use super::{FactList, attached};
use serde_json::Value;
use web::widgets::report::Section;
use web::words::Word;

/// Fields shown.
const FIELDS_MAX: usize = 40;
/// Items of a list shown.
const ITEMS_MAX: usize = 12;
/// How deep an element is read.
const DEPTH_MAX: usize = 4;
/// Characters of one field.
const CHARS_MAX: usize = 800;

/// Elements that say nothing to a reader, or stand elsewhere on the page.
const SILENT: &[&str] = &[
    "resourceType",
    "id",
    "meta",
    "text",
    "contained",
    "extension",
    "modifierExtension",
    "implicitRules",
    "language",
    "subject",
    "patient",
    "beneficiary",
    "status",
    "note",
    "content",
    "conclusion",
];

/// The sections of any resource.
pub fn sections(resource: &Value) -> Vec<Section> {
    let documents: Vec<Value> =
        items(resource, "content").iter().filter_map(|one| one.get("attachment").or(Some(one))).cloned().collect();
    let forms = attached::forms(&documents);
    let mut facts = FactList::default();
    if let Some(map) = resource.as_object() {
        let told = map.iter().filter(|(key, _)| !SILENT.contains(&key.as_str()) && !key.starts_with('_'));
        for (key, value) in told.take(FIELDS_MAX) {
            facts.add(own_words(&words(key)), readable(value, 0).map(clipped));
        }
    }
    facts.add(Word::Attachments, said::joined(forms.others));
    let mut sections: Vec<Section> =
        forms.texts.into_iter().map(|text| Section::Text(Word::ReportText.into(), text)).collect();
    sections.push(facts.section());
    sections.push(Section::Text(Word::Note.into(), said::notes(resource)));
    sections
}

/// The value of `stem[x]`: `valueString`, `onsetDateTime`, whatever was sent.
pub fn choice(resource: &Value, stem: &str) -> Option<String> {
    let (_, value) = resource.as_object()?.iter().find(|(key, _)| {
        key.strip_prefix(stem).is_some_and(|kind| kind.as_bytes().first().is_some_and(u8::is_ascii_uppercase))
    })?;
    readable(value, 0).map(clipped)
}

fn clipped(text: String) -> String {
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// `dosageInstruction` as `dosage instruction`.
fn words(key: &str) -> String {
    let mut words = String::with_capacity(key.len() + 4);
    for letter in key.chars() {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// An element in words; nothing when there is nothing to read in it.
fn readable(value: &Value, depth: usize) -> Option<String> {
    if depth > DEPTH_MAX {
        return None;
    }
    match value {
        Value::Null => None,
        Value::Bool(yes) => Some(if *yes { "✓" } else { "✗" }.to_owned()),
        Value::Number(_) => said::digits(value).map(str::to_owned),
        Value::String(text) => Some(said::date(text)),
        Value::Array(items) => said::joined(items.iter().take(ITEMS_MAX).filter_map(|item| readable(item, depth + 1))),
        Value::Object(map) => {
            let known = money(value)
                .or_else(|| said::concept(value))
                .or_else(|| said::quantity(value))
                .or_else(|| said::period(value))
                .or_else(|| said::bounds(value))
                .or_else(|| text(value, "display").map(str::to_owned));
            if known.is_some() {
                return known;
            }
            if map.contains_key("family") || map.contains_key("given") {
                return Some(fhir::person_name(value).into_owned());
            }
            let told = map.iter().filter(|(key, _)| !SILENT.contains(&key.as_str()) || key.as_str() == "status");
            let inner = told.filter(|(key, _)| !matches!(key.as_str(), "reference" | "system" | "use" | "data"));
            said::joined(inner.take(ITEMS_MAX).filter_map(|(_, value)| readable(value, depth + 1)))
        }
    }
}

/// Money: `81.50 CNY`.
fn money(value: &Value) -> Option<String> {
    Some(format!("{} {}", said::digits(value.get("value")?)?, text(value, "currency")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use web::words::Lang;

    #[test]
    fn any_resource_can_be_read() {
        let resource = json!({
            "resourceType": "CarePlan", "id": "x", "meta": { "versionId": "1" }, "status": "active",
            "subject": { "reference": "Patient/1" }, "title": "糖尿病管理", "intent": "order",
            "period": { "start": "2026-01-01", "end": "2026-12-31" },
            "category": [{ "coding": [{ "display": "Diabetes" }] }],
            "addresses": [{ "reference": "Condition/1", "display": "2 型糖尿病" }, { "reference": "Condition/2" }],
            "activity": [{ "detail": { "status": "in-progress", "code": { "text": "饮食" }, "prohibited": false } }],
            "total": { "value": 81.5, "currency": "CNY" }, "_title": { "extension": [] }, "empty": {}
        });
        let sections = sections(&resource);
        let Section::Facts(facts) = &sections[0] else { panic!("facts") };
        let shown: Vec<(&str, &str)> =
            facts.iter().map(|(label, value)| (label.text(Lang::En), value.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("title", "糖尿病管理"),
                ("intent", "order"),
                ("period", "2026-01-01 – 2026-12-31"),
                ("category", "Diabetes"),
                ("addresses", "2 型糖尿病"),
                ("activity", "in-progress · 饮食 · ✗"),
                ("total", "81.5 CNY"),
            ]
        );
        assert_eq!(words("dosageInstruction"), "dosage instruction");
    }

    #[test]
    fn depth_and_length_have_ends() {
        let mut deep = json!("x");
        for _ in 0..50 {
            deep = json!({ "a": deep });
        }
        assert_eq!(readable(&deep, 0), None);
        let long = json!({ "valueString": "长".repeat(2_000) });
        assert_eq!(choice(&long, "value").unwrap().chars().count(), CHARS_MAX + 1);
        assert_eq!(choice(&json!({ "valueset": "x", "value": 3 }), "value"), None);
        assert_eq!(choice(&json!({ "valueBoolean": true }), "value").as_deref(), Some("✓"));
    }

    #[test]
    fn documents_show_their_text() {
        let resource = json!({ "description": "出院小结", "content": [
            { "attachment": { "contentType": "text/plain", "data": "5Ye66Zmi" } },
            { "attachment": { "contentType": "application/pdf", "title": "扫描件" } }] });
        let sections = sections(&resource);
        assert!(matches!(&sections[0], Section::Text(_, text) if text == "出院"));
        let Section::Facts(facts) = &sections[1] else { panic!("facts") };
        assert_eq!(facts.len(), 2);
    }
}
