//! What FHIR datatypes say, in words for one line; numbers keep the digits they
//! were written with. What cannot be read says nothing.

use serde_json::{Number, Value};
use web::words::dates;

/// The text of an element, when it is a text that says something.
pub fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.trim().is_empty())
}

/// The items of an element, which may be one, many or none.
pub fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    match value.get(key) {
        Some(Value::Array(items)) => items,
        Some(Value::Null) | None => &[],
        Some(single) => std::slice::from_ref(single),
    }
}

/// Parts joined, if there are any.
pub fn joined(parts: impl IntoIterator<Item = String>) -> Option<String> {
    parts.into_iter().filter(|part| !part.is_empty()).reduce(|one, other| format!("{one} · {other}"))
}

/// A CodeableConcept: its text, else the first display, else the first code.
pub fn concept(value: &Value) -> Option<String> {
    let codings = items(value, "coding");
    let found = text(value, "text")
        .or_else(|| codings.iter().find_map(|coding| text(coding, "display")))
        .or_else(|| codings.iter().find_map(|coding| text(coding, "code")));
    found.map(str::to_owned)
}

/// The concepts of an element, joined.
pub fn concepts(value: &Value, key: &str) -> Option<String> {
    joined(items(value, key).iter().filter_map(concept))
}

/// A Coding: its display, else its code.
pub fn coding(value: &Value) -> Option<String> {
    text(value, "display").or_else(|| text(value, "code")).map(str::to_owned)
}

/// Codings shown of one concept.
const CODINGS_MAX: usize = 4;

/// The codes of a concept with the short names of their systems: `LOINC 4548-4`.
pub fn codes(value: &Value, key: &str) -> Option<String> {
    let all = items(value, key).iter().flat_map(|concept| items(concept, "coding"));
    joined(all.take(CODINGS_MAX).filter_map(|coding| {
        let code = text(coding, "code")?;
        Some(format!("{} {code}", system(text(coding, "system").unwrap_or_default())).trim().to_owned())
    }))
}

/// The short name of a code system.
fn system(uri: &str) -> &str {
    const KNOWN: &[(&str, &str)] = &[
        ("http://loinc.org", "LOINC"),
        ("http://snomed.info/sct", "SNOMED CT"),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "RxNorm"),
        ("http://www.whocc.no/atc", "ATC"),
        ("http://hl7.org/fhir/sid/cvx", "CVX"),
        ("http://hl7.org/fhir/sid/icd-10", "ICD-10"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "ICD-10-CM"),
        ("http://hl7.org/fhir/sid/icd-9-cm", "ICD-9-CM"),
        ("http://dicom.nema.org/resources/ontology/DCM", "DICOM"),
    ];
    let known = KNOWN.iter().find(|(known, _)| *known == uri).map(|(_, name)| *name);
    known.unwrap_or_else(|| uri.rsplit(['/', ':']).next().unwrap_or_default())
}

/// The display of references, joined.
pub fn displays(value: &Value, key: &str) -> Option<String> {
    joined(items(value, key).iter().filter_map(|reference| text(reference, "display").map(str::to_owned)))
}

/// The digits of a number as written.
pub fn digits(value: &Value) -> Option<&str> {
    value.as_number().map(Number::as_str)
}

/// A number to draw with or compare; what is shown keeps its digits.
pub fn number(value: &Value) -> Option<f64> {
    digits(value)?.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The unit of a Quantity as a doctor writes it.
pub fn unit(quantity: &Value) -> &str {
    match text(quantity, "unit").or_else(|| text(quantity, "code")).unwrap_or_default() {
        "1" | "{score}" | "[pH]" => "",
        "mm[Hg]" => "mmHg",
        "Cel" => "°C",
        unit => unit.strip_prefix('{').and_then(|unit| unit.strip_suffix('}')).unwrap_or(unit),
    }
}

/// A Quantity's number with its comparator: `>10`.
pub fn amount(quantity: &Value) -> Option<String> {
    let digits = digits(quantity.get("value")?)?;
    Some(format!("{}{digits}", text(quantity, "comparator").unwrap_or_default()))
}

/// A Quantity: `7.10 %`.
pub fn quantity(value: &Value) -> Option<String> {
    Some(format!("{} {}", amount(value)?, unit(value)).trim_end().to_owned())
}

/// Bounds without their unit: `4.0–6.0`, `≥ 4.0`, `≤ 6.0`.
pub fn bounds(range: &Value) -> Option<String> {
    let bound = |key: &str| range.get(key).and_then(|bound| digits(bound.get("value")?));
    match (bound("low"), bound("high")) {
        (Some(low), Some(high)) => Some(format!("{low}–{high}")),
        (Some(low), None) => Some(format!("≥ {low}")),
        (None, Some(high)) => Some(format!("≤ {high}")),
        (None, None) => None,
    }
}

/// A date or instant in microseconds UTC; partial dates count from their start.
pub fn instant(date: &str) -> Option<i64> {
    fhir::parse_date(date).ok().map(|span| span.start)
}

/// A date as people read it: instants in China's time, dates as written.
pub fn date(date: &str) -> String {
    match instant(date).filter(|_| date.contains('T')) {
        Some(at) => dates::date_clock(at),
        None => date.to_owned(),
    }
}

/// The date of an element.
pub fn date_at(value: &Value, key: &str) -> Option<String> {
    text(value, key).map(date)
}

/// A Period: `2026-11-01 08:00 – 2026-11-01 09:00`, an open end shown as such.
pub fn period(value: &Value) -> Option<String> {
    match (date_at(value, "start"), date_at(value, "end")) {
        (None, None) => None,
        (start, end) => {
            let whole = format!("{} – {}", start.unwrap_or_default(), end.unwrap_or_default());
            Some(whole.trim().to_owned())
        }
    }
}

/// The notes, each on its line.
pub fn notes(value: &Value) -> String {
    let notes = items(value, "note").iter().filter_map(|note| text(note, "text"));
    notes.collect::<Vec<_>>().join("\n")
}

/// A Dosage: its text, else dose, timing, route and whether as needed.
pub fn dosage(value: &Value) -> Option<String> {
    if let Some(text) = text(value, "text").or_else(|| text(value, "patientInstruction")) {
        return Some(text.to_owned());
    }
    let dose = items(value, "doseAndRate").iter().find_map(|rate| {
        rate.get("doseQuantity")
            .and_then(quantity)
            .or_else(|| rate.get("doseRange").and_then(bounds))
            .or_else(|| rate.get("rateQuantity").and_then(quantity))
    });
    let timing = value.get("timing").and_then(timing);
    let route = value.get("route").and_then(concept);
    let needed = value.get("asNeededBoolean").and_then(Value::as_bool).unwrap_or(false);
    joined([dose, timing, route, needed.then(|| "PRN".to_owned())].into_iter().flatten())
}

/// A Timing: its code in words, else `2×/1 d`.
fn timing(value: &Value) -> Option<String> {
    value.get("code").and_then(concept).or_else(|| {
        let repeat = value.get("repeat")?;
        let period = digits(repeat.get("period")?)?;
        let times = repeat.get("frequency").and_then(digits).unwrap_or("1");
        Some(format!("{times}×/{period} {}", text(repeat, "periodUnit").unwrap_or_default()).trim_end().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn datatypes_in_words() {
        type Words = fn(&Value) -> Option<String>;
        for (words, input, expected) in [
            (concept as Words, r#"{"text":"血压","coding":[{"display":"BP"}]}"#, "血压"),
            (concept, r#"{"coding":[{"code":"x"},{"display":"BP"}]}"#, "BP"),
            (quantity, r#"{"value":7.10,"unit":"%"}"#, "7.10 %"),
            (quantity, r#"{"value":5,"comparator":">","code":"mm[Hg]"}"#, ">5 mmHg"),
            (bounds, r#"{"low":{"value":4.0},"high":{"value":6.0}}"#, "4.0–6.0"),
            (bounds, r#"{"high":{"value":6.0}}"#, "≤ 6.0"),
            (period, r#"{"start":"2026-11-01T08:00:00+08:00"}"#, "2026-11-01 08:00 –"),
            (period, r#"{"start":"2026-11","end":"2026-12"}"#, "2026-11 – 2026-12"),
            (dosage, r#"{"text":"每日两次"}"#, "每日两次"),
            (
                dosage,
                r#"{"doseAndRate":[{"doseQuantity":{"value":0.5,"unit":"g"}}],"asNeededBoolean":true,
                    "timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}},"route":{"text":"口服"}}"#,
                "0.5 g · 2×/1 d · 口服 · PRN",
            ),
        ] {
            assert_eq!(words(&json(input)).as_deref(), Some(expected), "{input}");
        }
        let coded = json(
            r#"{"code":{"coding":[{"system":"http://loinc.org","code":"4548-4"},{"system":"urn:h1:labs","code":"7"},{"code":"z"}]}}"#,
        );
        assert_eq!(codes(&coded, "code").as_deref(), Some("LOINC 4548-4 · labs 7 · z"));
        assert_eq!(concept(&json(r#"{"text":" "}"#)), None);
        assert_eq!(number(&json("1e999")), None);
    }
}
