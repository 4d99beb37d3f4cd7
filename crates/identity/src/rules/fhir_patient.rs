//! Demographics out of a FHIR R4 Patient: the elements the index keeps, read
//! leniently, since the resource itself is validated elsewhere.

use super::demographics::{Demographics, birth_readable, gender_code};
use super::identifier::{Identifier, Paper};
use serde_json::Value;

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default().trim()
}

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    match value.get(key) {
        Some(Value::Array(items)) => items,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    }
}

fn joined(value: &Value, key: &str, separator: &str) -> String {
    let parts: Vec<&str> = items(value, key).iter().filter_map(Value::as_str).collect();
    parts.join(separator)
}

/// A HumanName in the order of its script: 周静怡, Amara Okoye.
fn written(name: &Value) -> String {
    let whole = text(name, "text");
    if !whole.is_empty() {
        return whole.to_owned();
    }
    let family = text(name, "family");
    if family.is_ascii() {
        let given = joined(name, "given", " ");
        return format!("{given} {family}").trim().to_owned();
    }
    format!("{family}{}", joined(name, "given", ""))
}

/// The name that counts: official before usual before any other, never an old one.
fn rank(name: &Value) -> u8 {
    match text(name, "use") {
        "official" => 0,
        "usual" => 1,
        "old" | "maiden" => 3,
        _ => 2,
    }
}

fn phone(patient: &Value) -> String {
    let phones = items(patient, "telecom").iter().filter(|one| text(one, "system") == "phone");
    let best = phones.min_by_key(|one| match text(one, "use") {
        "mobile" => 0,
        "home" => 1,
        "old" => 3,
        _ => 2,
    });
    best.map(|one| text(one, "value").to_owned()).unwrap_or_default()
}

fn address(patient: &Value) -> String {
    let Some(one) = items(patient, "address").first() else { return String::new() };
    let whole = text(one, "text");
    if !whole.is_empty() {
        return whole.to_owned();
    }
    let line = joined(one, "line", " ");
    let parts = [line.as_str(), text(one, "city"), text(one, "state"), text(one, "postalCode")];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn deceased_at(patient: &Value) -> Option<i64> {
    let moment = text(patient, "deceasedDateTime");
    if !moment.is_empty() {
        return Some(kernel::time::parse(moment).unwrap_or(0));
    }
    patient.get("deceasedBoolean").and_then(Value::as_bool).filter(|dead| *dead).map(|_| 0)
}

/// The identifiers that have both system and value.
pub fn identifiers(patient: &Value) -> Vec<Identifier> {
    items(patient, "identifier")
        .iter()
        .map(|one| Identifier::new(text(one, "system"), text(one, "value")))
        .filter(|one| !one.system.is_empty() && one.usable())
        .collect()
}

impl Demographics {
    /// What a Patient resource says; elements that are missing or of a wrong type
    /// are not known.
    pub fn from_fhir(patient: &Value) -> Self {
        let names = items(patient, "name");
        let main = names.iter().min_by_key(|name| rank(name));
        let name = main.map(written).unwrap_or_default();
        let other = names.iter().map(written).find(|one| one.is_ascii() && !one.is_empty());
        let birth = text(patient, "birthDate");
        let mut papers = identifiers(patient);
        papers.retain(|one| one.paper() != Paper::Local);
        Self {
            name_en: other.filter(|_| !name.is_ascii()).unwrap_or_default(),
            name,
            gender: gender_code(text(patient, "gender")).to_owned(),
            birth: if birth_readable(birth) { birth.to_owned() } else { String::new() },
            document: papers.into_iter().max_by_key(Identifier::paper),
            phone: phone(patient),
            insured: String::new(),
            insured_region: String::new(),
            address: address(patient),
            deceased_at: deceased_at(patient),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_chinese_patient() {
        let known = Demographics::from_fhir(&json!({
            "identifier": [
                { "system": "urn:h1:mrn", "value": "42" },
                { "system": "urn:oid:2.16.156.10011.1.3", "value": "11010519491231002X" }
            ],
            "name": [
                { "use": "usual", "text": "Zhou Jingyi" },
                { "use": "official", "family": "周", "given": ["静怡"] }
            ],
            "telecom": [
                { "system": "email", "value": "a@example.org" },
                { "system": "phone", "use": "work", "value": "0571" },
                { "system": "phone", "use": "mobile", "value": "138" }
            ],
            "gender": "female", "birthDate": "1949-12-31", "address": [{ "text": "云州市东港区" }]
        }));
        assert_eq!((known.name.as_str(), known.name_en.as_str()), ("周静怡", "Zhou Jingyi"));
        assert_eq!((known.phone.as_str(), known.address.as_str()), ("138", "云州市东港区"));
        assert_eq!(known.document.unwrap().value, "11010519491231002X");
        assert_eq!(known.deceased_at, None);
    }

    #[test]
    fn an_american_patient() {
        let known = Demographics::from_fhir(&json!({
            "identifier": [{ "system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-12-3456" }],
            "name": [{ "use": "maiden", "family": "Roe" }, { "use": "official", "family": "Doe", "given": ["Jane", "Q"] }],
            "gender": "female", "birthDate": "1970-02-30x", "deceasedDateTime": "2020-01-01T00:00:00Z",
            "address": [{ "line": ["1 Main St"], "city": "Springfield", "state": "MA" }]
        }));
        assert_eq!((known.name.as_str(), known.name_en.as_str()), ("Jane Q Doe", ""));
        assert_eq!((known.birth.as_str(), known.address.as_str()), ("", "1 Main St, Springfield, MA"));
        assert_eq!(known.deceased_at, Some(1_577_836_800_000_000));
    }

    #[test]
    fn wrong_types_are_not_known() {
        let known = Demographics::from_fhir(&json!({
            "name": "Jane", "identifier": 5, "telecom": [3], "address": [null], "birthDate": 1970,
            "gender": ["male"], "deceasedBoolean": true
        }));
        let nobody = Demographics { gender: "unknown".into(), deceased_at: Some(0), ..Demographics::default() };
        assert_eq!(known, nobody);
    }
}
