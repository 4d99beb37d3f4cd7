//! Datatypes in words for one line of a page: names, concepts, quantities,
//! dosages. Numbers keep their written digits.

use std::borrow::Cow;

use serde_json::Value;

/// Characters of a line; longer texts are cut.
pub(crate) const LINE_CHARS_MAX: usize = 200;

/// The text of an element, when it is a string.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// The element, or its first item when it repeats.
pub(crate) fn first<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value.get(key)? {
        Value::Array(items) => items.first(),
        single => Some(single),
    }
}

/// The items of an element, which may be one, many or none.
pub(crate) fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    match value.get(key) {
        Some(Value::Array(items)) => items,
        Some(single) => std::slice::from_ref(single),
        None => &[],
    }
}

/// A CodeableConcept in words: its text, else the first display, else the first code.
pub(crate) fn concept(value: &Value) -> Option<&str> {
    if let Some(text) = text(value, "text") {
        return Some(text);
    }
    let codings = items(value, "coding");
    codings
        .iter()
        .find_map(|coding| text(coding, "display"))
        .or_else(|| codings.iter().find_map(|coding| text(coding, "code")))
}

/// The concept of an element, or of its first item.
pub(crate) fn concept_at<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    concept(first(value, key)?)
}

/// A Coding in words: its display, else its code.
pub(crate) fn coding(value: &Value) -> Option<&str> {
    text(value, "display").or_else(|| text(value, "code"))
}

/// The first coding of a concept (or the coding itself) as system and code.
pub(crate) fn code_of(value: &Value) -> Option<(&str, &str)> {
    let coding = if value.get("coding").is_some() { first(value, "coding")? } else { value };
    Some((text(coding, "system").unwrap_or_default(), text(coding, "code")?))
}

/// The display of a reference.
pub(crate) fn reference_display<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    text(first(value, key)?, "display")
}

/// Joins what is there with a separator.
pub(crate) fn joined<'a>(parts: impl IntoIterator<Item = Cow<'a, str>>, separator: &str) -> Option<Cow<'a, str>> {
    let mut parts = parts.into_iter().filter(|part| !part.is_empty());
    let first = parts.next()?;
    let Some(second) = parts.next() else { return Some(first) };
    let mut line = first.into_owned();
    for part in std::iter::once(second).chain(parts) {
        line.push_str(separator);
        line.push_str(&part);
    }
    Some(Cow::Owned(line))
}

/// The concepts of a repeating element, joined.
pub(crate) fn concepts<'a>(value: &'a Value, key: &str) -> Option<Cow<'a, str>> {
    joined(items(value, key).iter().filter_map(concept).map(Cow::Borrowed), ", ")
}

/// At most [`LINE_CHARS_MAX`] characters; a cut shows as `…`.
pub(crate) fn line(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.len() <= LINE_CHARS_MAX {
        return text;
    }
    let mut places = text.char_indices().map(|(at, _)| at).skip(LINE_CHARS_MAX - 1);
    match (places.next(), places.next()) {
        (Some(end), Some(_)) => Cow::Owned(format!("{}…", &text[..end])),
        _ => text,
    }
}

/// The digits of a number as written.
pub(crate) fn digits(value: &Value) -> Option<&str> {
    value.as_number().map(serde_json::Number::as_str)
}

/// A unit as a doctor writes it; UCUM's brackets and signs are for machines.
pub(crate) fn unit(quantity: &Value) -> &str {
    let unit = text(quantity, "unit").or_else(|| text(quantity, "code")).unwrap_or_default();
    match unit {
        "1" | "[pH]" => "",
        "mm[Hg]" => "mmHg",
        "cm[H2O]" => "cmH2O",
        "[degF]" => "°F",
        "Cel" => "°C",
        "10*9/L" => "10⁹/L",
        "10*12/L" => "10¹²/L",
        "10*3/uL" => "10³/µL",
        "10*6/uL" => "10⁶/µL",
        "[IU]/L" => "IU/L",
        "[IU]/mL" => "IU/mL",
        _ => unit.strip_prefix('{').and_then(|unit| unit.strip_suffix('}')).unwrap_or(unit),
    }
}

/// A Quantity such as `7.1 %` or `>10 mg/L`.
pub(crate) fn quantity(value: &Value) -> Option<Cow<'_, str>> {
    let digits = digits(value.get("value")?)?;
    let unit = unit(value);
    let comparator = text(value, "comparator").unwrap_or_default();
    if unit.is_empty() && comparator.is_empty() {
        return Some(Cow::Borrowed(digits));
    }
    let blank = if unit.is_empty() { "" } else { " " };
    Some(Cow::Owned(format!("{comparator}{digits}{blank}{unit}")))
}

/// A Range such as `3.9–6.1 mmol/L`, `≥ 3` or `≤ 5`.
pub(crate) fn range(value: &Value) -> Option<Cow<'_, str>> {
    match (value.get("low").and_then(quantity), value.get("high").and_then(quantity)) {
        (Some(_), Some(high)) => Some(Cow::Owned(format!("{}–{high}", digits(&value["low"]["value"])?))),
        (Some(low), None) => Some(Cow::Owned(format!("≥ {low}"))),
        (None, Some(high)) => Some(Cow::Owned(format!("≤ {high}"))),
        (None, None) => None,
    }
}

/// A Ratio such as `1:128` or `5 mg / 1 mL`.
pub(crate) fn ratio(value: &Value) -> Option<Cow<'_, str>> {
    let numerator = value.get("numerator")?;
    let denominator = value.get("denominator")?;
    let separator = if unit(numerator).is_empty() && unit(denominator).is_empty() { ":" } else { " / " };
    Some(Cow::Owned(format!("{}{separator}{}", quantity(numerator)?, quantity(denominator)?)))
}

/// Money such as `81.50 CNY`.
pub(crate) fn money(value: &Value) -> Option<Cow<'_, str>> {
    let digits = digits(value.get("value")?)?;
    Some(match text(value, "currency") {
        Some(currency) => Cow::Owned(format!("{digits} {currency}")),
        None => Cow::Borrowed(digits),
    })
}

/// A Dosage: its text, else dose, frequency, route and whether as needed.
pub(crate) fn dosage(value: &Value) -> Option<Cow<'_, str>> {
    if let Some(text) = text(value, "text").or_else(|| text(value, "patientInstruction")) {
        return Some(Cow::Borrowed(text));
    }
    let rate = first(value, "doseAndRate");
    let dose = rate.and_then(|rate| {
        let dose = rate.get("doseQuantity").and_then(quantity);
        dose.or_else(|| rate.get("doseRange").and_then(range))
            .or_else(|| rate.get("rateQuantity").and_then(quantity))
            .or_else(|| rate.get("rateRatio").and_then(ratio))
    });
    let timing = value.get("timing").and_then(timing);
    let route = concept_at(value, "route").map(Cow::Borrowed);
    let needed = match value.get("asNeededBoolean") {
        Some(Value::Bool(true)) => Some(Cow::Borrowed("PRN")),
        _ => concept_at(value, "asNeededCodeableConcept").map(|reason| Cow::Owned(format!("PRN {reason}"))),
    };
    joined([dose, timing, route, needed].into_iter().flatten(), " · ")
}

/// A Timing: its code in words, else such as `2×/1 d`.
fn timing(value: &Value) -> Option<Cow<'_, str>> {
    if let Some(code) = value.get("code").and_then(concept) {
        return Some(Cow::Borrowed(code));
    }
    let repeat = value.get("repeat")?;
    let period = digits(repeat.get("period")?)?;
    let unit = text(repeat, "periodUnit").unwrap_or_default();
    let times = repeat.get("frequency").and_then(digits).unwrap_or("1");
    Some(Cow::Owned(format!("{times}×/{period} {unit}")))
}

/// A HumanName for people: its text, else Chinese names family first without a
/// blank, others prefix, given, family, suffix.
pub fn person_name(name: &Value) -> Cow<'_, str> {
    if let Some(text) = text(name, "text") {
        return Cow::Borrowed(text);
    }
    let family = text(name, "family").unwrap_or_default();
    let given = items(name, "given").iter().filter_map(Value::as_str);
    if family.chars().next().is_some_and(is_han) {
        return Cow::Owned(std::iter::once(family).chain(given).collect());
    }
    let prefix = items(name, "prefix").iter().filter_map(Value::as_str);
    let suffix = items(name, "suffix").iter().filter_map(Value::as_str);
    let parts = prefix.chain(given).chain(std::iter::once(family)).chain(suffix);
    joined(parts.map(Cow::Borrowed), " ").unwrap_or_default()
}

fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// The name to show of a person's names: the official, else the usual, else the first.
pub(crate) fn best_name(resource: &Value) -> Option<Cow<'_, str>> {
    let names = items(resource, "name");
    let of_use = |wanted: &str| names.iter().find(|name| text(name, "use") == Some(wanted));
    of_use("official").or_else(|| of_use("usual")).or_else(|| names.first()).map(person_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn words() {
        type Words = fn(&Value) -> Option<Cow<'_, str>>;
        let name: Words = |value| Some(person_name(value));
        for (words, input, expected) in [
            (quantity as Words, r#"{"value":81.50,"unit":"%"}"#, "81.50 %"),
            (quantity, r#"{"value":5,"comparator":">=","code":"10*9/L"}"#, ">=5 10⁹/L"),
            (quantity, r#"{"value":7.40,"unit":"[pH]"}"#, "7.40"),
            (
                range,
                r#"{"low":{"value":3.9,"unit":"mmol/L"},"high":{"value":6.10,"unit":"mmol/L"}}"#,
                "3.9–6.10 mmol/L",
            ),
            (range, r#"{"high":{"value":5}}"#, "≤ 5"),
            (ratio, r#"{"numerator":{"value":1},"denominator":{"value":128}}"#, "1:128"),
            (ratio, r#"{"numerator":{"value":5,"unit":"mg"},"denominator":{"value":1,"unit":"mL"}}"#, "5 mg / 1 mL"),
            (money, r#"{"value":81.50,"currency":"CNY"}"#, "81.50 CNY"),
            (dosage, r#"{"text":"每日两次"}"#, "每日两次"),
            (
                dosage,
                r#"{"doseAndRate":[{"doseQuantity":{"value":0.5,"unit":"g"}}],"route":{"text":"口服"},
                    "timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}},"asNeededBoolean":true}"#,
                "0.5 g · 2×/1 d · 口服 · PRN",
            ),
            (name, r#"{"family":"王","given":["小明"]}"#, "王小明"),
            (name, r#"{"family":"Conn","given":["Liz","A."],"prefix":["Mrs."]}"#, "Mrs. Liz A. Conn"),
        ] {
            assert_eq!(words(&json(input)).as_deref(), Some(expected), "{input}");
        }
        assert_eq!(line("é".repeat(200).into()).chars().count(), 200);
        let cut = line("é".repeat(201).into());
        assert_eq!((cut.chars().count(), cut.ends_with('…')), (200, true));
    }
}
