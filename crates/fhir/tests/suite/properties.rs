//! What must hold for any input.

use fhir::search::{self, Search};
use fhir::{DateFilter, Limits, ResourceType, facts, parse, parse_date, references, rewrite_references, validate};
use proptest::prelude::*;
use serde_json::Value;

/// Compact JSON text with unique keys and numbers as people write them.
fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?",
        "\"[a-zA-Z0-9 ./:中文-]{0,12}\"",
        Just("\"2026-11-18T09:40:00+08:00\"".to_owned()),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((key(), inner), 0..6).prop_map(|members| {
                let mut seen = std::collections::HashSet::new();
                let members = members.into_iter().filter(|(key, _)| seen.insert(key.clone()));
                let members: Vec<String> = members.map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

/// Keys that occur in FHIR, so that the walk goes deep, and others.
fn key() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "id",
        "meta",
        "text",
        "contained",
        "extension",
        "_status",
        "status",
        "code",
        "coding",
        "system",
        "value",
        "valueQuantity",
        "valueString",
        "_valueString",
        "unit",
        "subject",
        "reference",
        "period",
        "start",
        "end",
        "component",
        "referenceRange",
        "low",
        "high",
        "name",
        "given",
        "_given",
        "family",
        "identifier",
        "category",
        "interpretation",
        "effectiveDateTime",
        "type",
        "entry",
        "resource",
        "resourceType",
        "item",
        "dosage",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => "[a-z]{1,6}"]
}

/// A resource of any stored type with arbitrary members.
fn resource() -> impl Strategy<Value = Value> {
    let kinds: Vec<&str> = ResourceType::ALL.iter().map(|kind| kind.name()).chain(["Bundle", "Parameters"]).collect();
    (prop::sample::select(kinds), prop::collection::vec((key(), json_text()), 0..12)).prop_map(|(kind, members)| {
        let mut resource = serde_json::json!({ "resourceType": kind });
        for (key, text) in members.into_iter().filter(|(key, _)| key != "resourceType") {
            resource[key] = serde_json::from_str(&text).unwrap_or(Value::Null);
        }
        resource
    })
}

proptest! {
    #[test]
    fn compact_json_comes_back_byte_for_byte(text in json_text()) {
        let value = parse(text.as_bytes(), &Limits::default());
        prop_assert!(value.is_ok(), "{text}: {value:?}");
        prop_assert_eq!(serde_json::to_string(&value.unwrap_or_default()).unwrap_or_default(), text);
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _outcome = parse(&bytes, &Limits::default());
    }

    #[test]
    fn broken_json_never_panics(text in json_text(), at in 0_usize..100, byte in any::<u8>()) {
        let mut bytes = text.into_bytes();
        let place = at % bytes.len();
        bytes[place] = byte;
        if let Err(issues) = parse(&bytes, &Limits { depth: 5, bytes: 1_000 }) {
            prop_assert_eq!(issues.len(), 1);
        }
    }

    #[test]
    fn no_resource_makes_it_panic(mut resource in resource()) {
        let mut issues = Vec::new();
        validate(&resource, "", &mut issues);
        prop_assert!(issues.len() <= fhir::ISSUES_MAX + 1);
        if let Some(facts) = facts(&resource) {
            prop_assert!(facts.title.chars().count() <= 200);
            prop_assert!(facts.value.chars().count() <= 200);
            let search: Option<Search> = search::parse(facts.kind, &[]).ok();
            prop_assert!(search.is_some_and(|search| search.accepts(&resource)));
        }
        let mut seen = 0;
        references(&resource, &mut |_| seen += 1);
        let mut rewritten = 0;
        rewrite_references(&mut resource, &mut |_| { rewritten += 1; Some("Patient/new".to_owned()) });
        prop_assert_eq!(seen, rewritten);
        references(&resource, &mut |text| assert_eq!(text, "Patient/new"));
    }

    #[test]
    fn dates_are_spans_that_tile(year in 1_i64..9999, month in 1_u8..=12, day in 1_u8..=28, second in 0_u32..86_400) {
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let whole = parse_date(&format!("{year:04}")).expect("a year");
        let part = parse_date(&format!("{year:04}-{month:02}")).expect("a month");
        let date = parse_date(&format!("{year:04}-{month:02}-{day:02}")).expect("a day");
        let time = parse_date(&format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+08:00")).expect("a time");
        for (outer, inner) in [(whole, part), (part, date), (date, time)] {
            prop_assert!(outer.start <= inner.start && inner.start < inner.end && inner.end <= outer.end);
        }
        let next = parse_date(&format!("{:04}", year + 1));
        prop_assert!(year == 9998 || next.is_ok_and(|next| next.start == whole.end));
    }

    #[test]
    fn no_text_makes_dates_panic(text in "\\PC{0,40}", dateish in "[0-9T:Z+. -]{0,30}") {
        let _either = (parse_date(&text), parse_date(&dateish), DateFilter::parse(&text), DateFilter::parse(&dateish));
    }

    #[test]
    fn no_query_makes_search_panic(pairs in prop::collection::vec(("[a-z_:]{0,12}", "\\PC{0,20}"), 0..5)) {
        for kind in [ResourceType::Patient, ResourceType::Observation, ResourceType::Organization] {
            let _outcome = search::parse(kind, &pairs);
        }
    }
}
