//! Good and bad resources: what is wrong, and where.

use fhir::{Limits, validate, validate_shell};
use serde_json::Value;

/// Reads and validates; expects exactly these codes at these places, in order.
fn check(text: &str, expected: &[(&str, &str)]) {
    let resource =
        fhir::parse(text.as_bytes(), &Limits::default()).unwrap_or_else(|issues| panic!("{issues:?}\n{text}"));
    let mut issues = Vec::new();
    validate(&resource, "", &mut issues);
    let found: Vec<(&str, &str)> = issues.iter().map(|issue| (issue.code, issue.expression.as_str())).collect();
    assert_eq!(found, expected, "{text}\n{issues:#?}");
    for issue in &issues {
        assert!(issue.en.ends_with(['.', '?']) && issue.zh.ends_with(['。', '？']), "{issue:?}");
        assert!(fhir::CATALOGUE.iter().any(|row| row.0 == issue.code), "{issue:?}");
    }
}

/// A Patient with these members.
fn patient(members: &str, expected: &[(&str, &str)]) {
    check(&format!(r#"{{"resourceType":"Patient",{members}}}"#), expected);
}

/// An Observation that has what it needs, and these members.
fn observation(members: &str, expected: &[(&str, &str)]) {
    check(&format!(r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},{members}}}"#), expected);
}

#[test]
fn whole_resources() {
    for (text, expected) in [
        ("[]", &[("fhir.type-wrong", "Resource")][..]),
        ("{}", &[("fhir.required-missing", "Resource.resourceType")]),
        (r#"{"resourceType":1}"#, &[("fhir.type-wrong", "Resource.resourceType")]),
        (r#"{"resourceType":"Pateint"}"#, &[("fhir.type-unknown", "Resource.resourceType")]),
        (r#"{"resourceType":"Appointment"}"#, &[("fhir.type-unsupported", "Appointment.resourceType")]),
        (r#"{"resourceType":"Patient"}"#, &[]),
        (
            r#"{"resourceType":"Observation"}"#,
            &[("fhir.required-missing", "Observation.status"), ("fhir.required-missing", "Observation.code")],
        ),
        (r#"{"resourceType":"Encounter","status":"finished","class":{"code":"AMB"}}"#, &[]),
        (
            r#"{"resourceType":"Encounter","status":"done","class":[{"code":"AMB"}]}"#,
            &[("fhir.code-invalid", "Encounter.status"), ("fhir.type-wrong", "Encounter.class")],
        ),
        (
            r#"{"resourceType":"MedicationRequest","status":"active","intent":"wish","subject":{"reference":"Patient/1"}}"#,
            &[
                ("fhir.code-invalid", "MedicationRequest.intent"),
                ("fhir.required-missing", "MedicationRequest.medication[x]"),
            ],
        ),
        (
            r#"{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"x"},
                "patient":{"reference":"Group/1"},"occurrenceDateTime":"2026-02-30"}"#,
            &[
                ("fhir.reference-target-wrong", "Immunization.patient.reference"),
                ("fhir.date-invalid", "Immunization.occurrenceDateTime"),
            ],
        ),
    ] {
        check(text, expected);
    }
}

#[test]
fn elements_and_types() {
    for (members, expected) in [
        (r#""foo":1"#, &[("fhir.element-unknown", "Patient.foo")][..]),
        (r#""birthdate":"1985""#, &[("fhir.element-unknown", "Patient.birthdate")]),
        (r#""active":"true""#, &[("fhir.type-wrong", "Patient.active")]),
        (r#""active":null"#, &[("fhir.empty", "Patient.active")]),
        (r#""gender":"xx""#, &[("fhir.code-invalid", "Patient.gender")]),
        (r#""gender":["male"]"#, &[("fhir.type-wrong", "Patient.gender")]),
        (r#""name":{"family":"王"}"#, &[("fhir.type-wrong", "Patient.name")]),
        (r#""name":["王"]"#, &[("fhir.type-wrong", "Patient.name[0]")]),
        (r#""name":[]"#, &[("fhir.empty", "Patient.name")]),
        (r#""name":[{}]"#, &[("fhir.empty", "Patient.name[0]")]),
        (r#""name":[{"given":[""]}]"#, &[("fhir.empty", "Patient.name[0].given[0]")]),
        (r#""name":[{"family":" "}]"#, &[("fhir.empty", "Patient.name[0].family")]),
        (r#""name":[{"given":[null]}]"#, &[("fhir.empty", "Patient.name[0].given[0]")]),
        (r#""name":[{"given":["a"],"middle":"b"}]"#, &[("fhir.element-unknown", "Patient.name[0].middle")]),
        (r#""birthDate":"1970-13-45""#, &[("fhir.date-invalid", "Patient.birthDate")]),
        (r#""birthDate":"yesterday""#, &[("fhir.date-invalid", "Patient.birthDate")]),
        (r#""birthDate":"1985-11""#, &[]),
        (r#""deceasedBoolean":false,"deceasedDateTime":"2026""#, &[("fhir.choice-twice", "Patient.deceasedDateTime")]),
        (r#""multipleBirthInteger":2.5"#, &[("fhir.number-invalid", "Patient.multipleBirthInteger")]),
        (r#""multipleBirthInteger":2"#, &[]),
        (r#""id":"a b""#, &[("fhir.id-invalid", "Patient.id")]),
        (r#""meta":{"lastUpdated":"2026-11-18"}"#, &[("fhir.date-invalid", "Patient.meta.lastUpdated")]),
        (r#""meta":{"versionId":"1","tag":[{"system":"a b"}]}"#, &[("fhir.uri-invalid", "Patient.meta.tag[0].system")]),
        (r#""language":" zh""#, &[("fhir.text-invalid", "Patient.language")]),
        (r#""photo":[{"contentType":"image/png","data":"QUI"}]"#, &[("fhir.base64-invalid", "Patient.photo[0].data")]),
        (
            r#""telecom":[{"system":"phone","value":"1","rank":0}]"#,
            &[("fhir.number-invalid", "Patient.telecom[0].rank")],
        ),
        (
            r#""text":{"status":"generated","div":"<div><script>x</script></div>"}"#,
            &[("fhir.narrative-invalid", "Patient.text.div")],
        ),
        (r#""communication":[{"preferred":true}]"#, &[("fhir.required-missing", "Patient.communication[0].language")]),
        (r#""managingOrganization":"Organization/1""#, &[("fhir.type-wrong", "Patient.managingOrganization")]),
    ] {
        patient(members, expected);
    }
}

#[test]
fn primitive_siblings_and_extensions() {
    let absent = r#"{"extension":[{"url":"http://a.example/absent","valueCode":"unknown"}]}"#;
    for (members, expected) in [
        (format!(r#""_birthDate":{absent}"#), &[][..]),
        (format!(r#""birthDate":"1985","_birthDate":{absent}"#), &[]),
        (format!(r#""_birthDate":[{absent}]"#), &[("fhir.sibling-mismatch", "Patient._birthDate")]),
        (r#""_birthDate":{"foo":1}"#.to_owned(), &[("fhir.element-unknown", "Patient._birthDate.foo")]),
        (format!(r#""_name":{absent}"#), &[("fhir.element-unknown", "Patient._name")]),
        (format!(r#""name":[{{"given":["a",null],"_given":[null,{absent}]}}]"#), &[]),
        (
            format!(r#""name":[{{"given":["a"],"_given":[null,{absent}]}}]"#),
            &[("fhir.sibling-mismatch", "Patient.name[0]._given")],
        ),
        (r#""name":[{"given":["a"],"_given":[null]}]"#.to_owned(), &[("fhir.empty", "Patient.name[0]._given")]),
        (format!(r#""deceasedBoolean":true,"_deceasedBoolean":{absent}"#), &[]),
        (
            format!(r#""deceasedBoolean":true,"_deceasedDateTime":{absent}"#),
            &[("fhir.choice-twice", "Patient._deceasedDateTime")],
        ),
        (r#""extension":[{"url":"http://a.example/x","valueDecimal":81.50}]"#.to_owned(), &[]),
        (
            r#""extension":[{"valueDecimal":81.50}]"#.to_owned(),
            &[("fhir.required-missing", "Patient.extension[0].url")],
        ),
        (r#""extension":[{"url":"http://a.example/x"}]"#.to_owned(), &[("fhir.rule-broken", "Patient.extension[0]")]),
        (
            r#""extension":[{"url":"u","extension":[{"url":"v","valuePeriod":{"start":"2026","end":"2025"}}]}]"#
                .to_owned(),
            &[("fhir.rule-broken", "Patient.extension[0].extension[0].valuePeriod")],
        ),
        (
            r#""extension":[{"url":"u","valueString":"a","valueCode":"b"}]"#.to_owned(),
            &[("fhir.choice-twice", "Patient.extension[0].valueCode")],
        ),
        (
            r#""contact":[{"name":{"text":"a"},"modifierExtension":[{"url":"u","valueFoo":1}]}]"#.to_owned(),
            &[("fhir.element-unknown", "Patient.contact[0].modifierExtension[0].valueFoo")],
        ),
    ] {
        patient(&members, expected);
    }
    observation(&format!(r#""_status":{absent}"#), &[]);
    check(&format!(r#"{{"resourceType":"Observation","_status":{absent},"code":{{"text":"x"}}}}"#), &[]);
}

#[test]
fn values_of_observations() {
    for (members, expected) in [
        (r#""valueQuantity":{"value":81.50,"unit":"%"}"#, &[][..]),
        (r#""valueQuantity":{"value":"81.50"}"#, &[("fhir.type-wrong", "Observation.valueQuantity.value")]),
        (
            r#""valueQuantity":{"value":1,"comparator":"~"}"#,
            &[("fhir.code-invalid", "Observation.valueQuantity.comparator")],
        ),
        (r#""valueQuantity":{"value":1,"code":"kg"}"#, &[("fhir.rule-broken", "Observation.valueQuantity")]),
        (r#""valueMoney":{"value":1}"#, &[("fhir.element-unknown", "Observation.valueMoney")]),
        (r#""value":1"#, &[("fhir.element-unknown", "Observation.value")]),
        (r#""valueString":"a","valueInteger":1"#, &[("fhir.choice-twice", "Observation.valueInteger")]),
        (r#""valueString":"a","dataAbsentReason":{"text":"b"}"#, &[("fhir.rule-broken", "Observation")]),
        (r#""valueTime":"25:00:00""#, &[("fhir.date-invalid", "Observation.valueTime")]),
        (r#""effectiveDateTime":"2026-11-18T09:40""#, &[("fhir.date-invalid", "Observation.effectiveDateTime")]),
        (r#""effectivePeriod":{"start":"2026-11-18T09:40:00+08:00"}"#, &[]),
        (r#""component":[{"valueBoolean":true}]"#, &[("fhir.required-missing", "Observation.component[0].code")]),
        (
            r#""component":[{"code":{"text":"a"},"referenceRange":[{"low":{"value":1,"comparator":"<"}}]}]"#,
            &[("fhir.element-unknown", "Observation.component[0].referenceRange[0].low.comparator")],
        ),
        (r#""valueSampledData":{"origin":{"value":0},"period":10,"dimensions":1,"data":"1 2"}"#, &[]),
    ] {
        observation(members, expected);
    }
}

#[test]
fn references_and_contained() {
    for (members, expected) in [
        (r#""subject":{"reference":"Patient/1"}"#, &[][..]),
        (r#""subject":{"reference":"urn:uuid:34ef92a2-f1a5-4324-b274-4ccf96f9f2d1"}"#, &[]),
        (r#""subject":{"reference":"https://a.example/fhir/Patient/1"}"#, &[]),
        (r#""subject":{"reference":"Patient?identifier=a|b"}"#, &[]),
        (r#""subject":{"display":"王小明"}"#, &[]),
        (r#""subject":{"reference":"Patient"}"#, &[("fhir.reference-invalid", "Observation.subject.reference")]),
        (r#""subject":{"reference":"Foo/1"}"#, &[("fhir.reference-invalid", "Observation.subject.reference")]),
        (
            r#""subject":{"reference":"Encounter/1"}"#,
            &[("fhir.reference-target-wrong", "Observation.subject.reference")],
        ),
        (
            r#""subject":{"reference":"https://a.example/Encounter/1"}"#,
            &[("fhir.reference-target-wrong", "Observation.subject.reference")],
        ),
        (
            r#""subject":{"reference":"Encounter?date=2026"}"#,
            &[("fhir.reference-target-wrong", "Observation.subject.reference")],
        ),
        (r#""focus":[{"reference":"Encounter/1"}]"#, &[]),
        (r##""subject":{"reference":"#p"}"##, &[("fhir.reference-contained-missing", "Observation.subject.reference")]),
        (r##""contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"}"##, &[]),
        (
            r##""contained":[{"resourceType":"Encounter","id":"p","status":"finished","class":{"code":"AMB"}}],
                "subject":{"reference":"#p"}"##,
            &[("fhir.reference-target-wrong", "Observation.subject.reference")],
        ),
        (
            r#""contained":[{"resourceType":"RelatedPerson","id":"r"},{"resourceType":"Patient"}]"#,
            &[("fhir.required-missing", "Observation.contained[1].id")],
        ),
        (
            r#""contained":[{"resourceType":"Patient","id":"p","gender":"x"}]"#,
            &[("fhir.code-invalid", "Observation.contained[0].gender")],
        ),
        (
            r#""contained":[{"resourceType":"Patient","id":"p","contained":[{"resourceType":"Patient","id":"q"}]}]"#,
            &[("fhir.rule-broken", "Observation.contained[0].contained[0]")],
        ),
    ] {
        observation(members, expected);
    }
}

#[test]
fn bound_concepts_and_rules() {
    let clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    let verified = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
    for (members, expected) in [
        (format!(r#""clinicalStatus":{{"coding":[{{"system":"{clinical}","code":"active"}}]}}"#), &[][..]),
        (
            format!(r#""clinicalStatus":{{"coding":[{{"system":"{clinical}","code":"gone"}}]}}"#),
            &[("fhir.code-invalid", "Condition.clinicalStatus")],
        ),
        (r#""clinicalStatus":{"text":"active"}"#.to_owned(), &[("fhir.code-invalid", "Condition.clinicalStatus")]),
        (
            format!(
                r#""abatementDateTime":"2026","clinicalStatus":{{"coding":[{{"system":"{clinical}","code":"active"}}]}}"#
            ),
            &[("fhir.rule-broken", "Condition")],
        ),
        (
            format!(
                r#""verificationStatus":{{"coding":[{{"system":"{verified}","code":"entered-in-error"}}]}},
                   "clinicalStatus":{{"coding":[{{"system":"{clinical}","code":"active"}}]}}"#
            ),
            &[("fhir.rule-broken", "Condition")],
        ),
    ] {
        check(&format!(r#"{{"resourceType":"Condition","subject":{{"reference":"Patient/1"}},{members}}}"#), expected);
    }
    check(
        r#"{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/1"},"reaction":[{"severity":"bad"}]}"#,
        &[
            ("fhir.code-invalid", "AllergyIntolerance.reaction[0].severity"),
            ("fhir.required-missing", "AllergyIntolerance.reaction[0].manifestation"),
            ("fhir.rule-broken", "AllergyIntolerance"),
        ],
    );
    check(
        r#"{"resourceType":"Claim","status":"active","type":{"text":"a"},"use":"claim","patient":{"reference":"Patient/1"},
            "created":"2026-11-18","provider":{"display":"x"},"priority":{"text":"n"},
            "insurance":[{"sequence":1,"focal":true,"coverage":{"display":"y"}}],
            "total":{"value":81.50,"currency":"RMB"}}"#,
        &[("fhir.code-invalid", "Claim.total.currency")],
    );
}

#[test]
fn bundles() {
    let bundle =
        |kind: &str, entries: &str| format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{entries}]}}"#);
    let good = r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}"#;
    check(&bundle("transaction", good), &[]);
    check(&bundle("collection", r#"{"resource":{"resourceType":"Patient"}}"#), &[]);
    check(&bundle("collection", good), &[("fhir.rule-broken", "Bundle")]);
    check(&bundle("transaction", r#"{"resource":{"resourceType":"Patient"}}"#), &[("fhir.rule-broken", "Bundle")]);
    check(&bundle("heap", good), &[("fhir.code-invalid", "Bundle.type"), ("fhir.rule-broken", "Bundle")]);
    let bad = r#"{"resource":{"resourceType":"Observation","status":"nonsense","code":{"text":"x"}},
        "request":{"method":"PUSH","url":"Observation"}}"#;
    let text = bundle("transaction", &format!("{good},{bad}"));
    check(
        &text,
        &[
            ("fhir.code-invalid", "Bundle.entry[1].resource.status"),
            ("fhir.code-invalid", "Bundle.entry[1].request.method"),
        ],
    );
    check(
        &bundle("collection", r#"{"resource":{"resourceType":"Task"}}"#),
        &[("fhir.type-unsupported", "Bundle.entry[0].resource.resourceType")],
    );
    let value: Value = serde_json::from_str(&text).unwrap();
    let mut issues = Vec::new();
    validate_shell(&value, "Bundle", &mut issues);
    assert_eq!(issues.len(), 1);
    assert_eq!(issues[0].expression, "Bundle.entry[1].request.method");
    validate(&value["entry"][1]["resource"], "Bundle.entry[1].resource", &mut issues);
    assert_eq!(issues[1].expression, "Bundle.entry[1].resource.status");
}

#[test]
fn limits() {
    let many = vec![r#"{"family":"a"}"#; fhir::ITEMS_MAX + 1].join(",");
    patient(&format!(r#""name":[{many}]"#), &[("fhir.items-too-many", "Patient.name")]);
    let long = "x".repeat(fhir::STRING_BYTES_MAX + 1);
    patient(&format!(r#""name":[{{"family":"{long}"}}]"#), &[("fhir.text-too-long", "Patient.name[0].family")]);
    let data = "QUJD".repeat(fhir::STRING_BYTES_MAX / 2);
    patient(&format!(r#""photo":[{{"contentType":"image/png","data":"{data}"}}]"#), &[]);

    let wrong = vec![r#"{"foo":1}"#; 500].join(",");
    let text = format!(r#"{{"resourceType":"Patient","name":[{wrong}]}}"#);
    let resource = fhir::parse(text.as_bytes(), &Limits::default()).unwrap();
    let mut issues = Vec::new();
    validate(&resource, "", &mut issues);
    validate(&resource, "", &mut issues);
    assert_eq!(issues.len(), fhir::ISSUES_MAX + 1);
    assert_eq!(issues.iter().filter(|issue| issue.code == "fhir.issues-more").count(), 1);

    let mut deep = serde_json::json!({ "url": "u", "valueString": "x" });
    for _ in 0..200 {
        deep = serde_json::json!({ "url": "u", "extension": [deep] });
    }
    let resource = serde_json::json!({ "resourceType": "Patient", "extension": [deep] });
    let mut issues = Vec::new();
    validate(&resource, "", &mut issues);
    assert_eq!(issues.iter().map(|issue| issue.code).collect::<Vec<_>>(), ["fhir.too-deep"]);
}

#[test]
fn sentences_say_what_to_do() {
    for (members, en, zh) in [
        (
            r#""birthdate":"1985""#,
            "The element “birthdate” is not defined in Patient; did you mean birthDate?",
            "Patient 中没有定义元素“birthdate”；是否应为 birthDate？",
        ),
        (
            r#""gender":"xx""#,
            "The code “xx” is not allowed here; use one of male, female, other, unknown.",
            "此处不允许代码“xx”；请使用：male, female, other, unknown。",
        ),
        (
            r#""birthDate":"2026-02-30""#,
            "“2026-02-30” is not a valid date; write it as 2026, 2026-11 or 2026-11-18.",
            "“2026-02-30”不是有效的 date；请写成 2026、2026-11 或 2026-11-18。",
        ),
        (
            r#""name":[{"period":{"start":"2026","end":"2025"}}]"#,
            "The period ends before it starts; check both dates (per-1).",
            "期间的结束早于开始；请检查两个日期（per-1）。",
        ),
    ] {
        let resource = serde_json::from_str(&format!(r#"{{"resourceType":"Patient",{members}}}"#)).unwrap();
        let mut issues = Vec::new();
        validate(&resource, "", &mut issues);
        assert_eq!((issues[0].en.as_str(), issues[0].zh.as_str()), (en, zh));
    }
}
