//! The reference cases, where they are on this machine, and our own plans and cases:
//! what comes out is what they say, byte for byte.

use adjudication::cases::Cases;
use std::path::{Path, PathBuf};

/// The reference file; `None` on a machine without it, unless `YIMA_NEED_SHARED=1`.
fn reference() -> Option<String> {
    let named = std::env::var_os("YIMA_SHARED").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let found = named.into_iter().chain([beside]).find(|path| path.join("goldens").is_dir());
    let needed = std::env::var_os("YIMA_NEED_SHARED").is_some_and(|value| value == "1");
    assert!(found.is_some() || !needed, "YIMA_NEED_SHARED=1, but the shared goldens are missing");
    found.map(|path| std::fs::read_to_string(path.join("goldens/insurance.json")).expect("the reference reads"))
}

fn written(document: &serde_json::Value) -> String {
    let mut bytes = Vec::new();
    let mut to =
        serde_json::Serializer::with_formatter(&mut bytes, serde_json::ser::PrettyFormatter::with_indent(b" "));
    serde::Serialize::serialize(document, &mut to).expect("a value is written");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

fn holds(text: &str, cases_min: usize) {
    let cases = Cases::read(text).expect("a file of cases");
    assert!(cases.len() >= cases_min, "{} cases", cases.len());
    let mut unknown = Vec::new();
    let differences = cases.differences(&mut unknown);
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(unknown.is_empty(), "{unknown:?}");
    for (plan, findings) in cases.lint() {
        let grave: Vec<_> = findings.iter().filter(|finding| finding.severity > adjudication::Severity::Note).collect();
        assert!(grave.is_empty(), "{plan}: {grave:#?}");
    }
    assert_eq!(written(&cases.run(&mut Vec::new())), text.trim_end(), "byte for byte");
}

#[test]
fn the_reference_cases_come_out_as_they_say() {
    if let Some(text) = reference() {
        holds(&text, 48);
    }
}

#[test]
fn our_own_cases_come_out_as_they_say() {
    let text = include_str!("../cases/invented.json");
    holds(text, 35);
    let document: serde_json::Value = serde_json::from_str(text).expect("JSON");
    for (id, plan) in document["plans"].as_object().expect("plans") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("plans/{id}.json"));
        let beside: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path).expect("the plan reads")).expect("JSON");
        assert_eq!(*plan, beside, "{id}: the plan of the cases is the plan of the demonstration");
    }
}

#[test]
fn a_changed_fen_is_found_by_its_path() {
    let text = include_str!("../cases/invented.json").replace("\"hifp_pay\": 43320,", "\"hifp_pay\": 43321,");
    let cases = Cases::read(&text).expect("a file of cases");
    let differences = cases.differences(&mut Vec::new());
    let [one] = differences.as_slice() else { panic!("{differences:?}") };
    assert_eq!((one.case.as_str(), one.path.as_str()), ("Y01", "/steps/0/expect/result/hifp_pay"));
    assert_eq!(one.expected, Some(43_321.into()));
    assert_eq!(one.found, Some(43_320.into()));
}

#[test]
fn a_field_nobody_knows_is_reported() {
    let text = include_str!("../cases/invented.json").replacen(
        "\"med_type\": \"11\"",
        "\"med_type\": \"11\", \"levle\": 1",
        1,
    );
    let mut unknown = Vec::new();
    let _computed = Cases::read(&text).expect("a file of cases").run(&mut unknown);
    assert_eq!(unknown, ["Y01: levle"]);
}

#[test]
fn what_is_no_file_of_cases_is_refused() {
    for text in ["", "[]", "{}", "{\"format\":\"other/2\",\"cases\":[]}", "{\"cases\":7}"] {
        let findings = Cases::read(text).expect_err(text);
        assert!(!findings.is_empty(), "{text}");
    }
}

#[test]
fn a_case_without_its_plan_is_refused_step_by_step() {
    let text = r#"{"plans":{"broken":{"admdvs":"990100","insutype":"310","year":2026,"rates":[]}},
        "cases":[{"id":"a","plan":"absent","steps":[{"op":"settle"}]},{"id":"b","plan":"broken","steps":[{}]}]}"#;
    let computed = Cases::read(text).expect("a file of cases").run(&mut Vec::new());
    let code = |case: usize| computed["cases"][case]["steps"][0]["expect"]["refusal"]["code"].clone();
    assert_eq!(code(0), "adjudication.plan-missing");
    assert_eq!(code(1), "adjudication.plan-unsound");
}
