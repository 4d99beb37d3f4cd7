//! Bad input: each gets a stable code, the field and what to do; never a 5xx,
//! never half a bundle.

use crate::region::{Region, on_both};
use crate::visit::{NUMBER, bundle};
use serde_json::{Value, json};

fn count(region: &Region) -> i64 {
    region.block_on(region.node.records.count()).unwrap()
}

fn refused(region: &Region, answer: &crate::region::Answer, status: u16, code: &str, blamed: &str) {
    let told = format!("{}: {}", region.name, answer.text);
    assert_eq!(answer.status, status, "{told}");
    let issues = answer.body["issue"].as_array().expect("issues");
    let text = |issue: &Value, at: &str| issue.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
    let named = issues
        .iter()
        .any(|issue| text(issue, "/details/coding/0/code") == code && text(issue, "/expression/0").contains(blamed));
    assert!(named, "no issue {code} at {blamed}: {told}");
    assert_eq!(answer.body["resourceType"], "OperationOutcome", "{told}");
    let says = answer.body.pointer("/issue/0/details/text").or_else(|| answer.body.pointer("/issue/0/diagnostics"));
    assert!(says.and_then(Value::as_str).is_some_and(|text| text.len() > 10), "says what to do: {told}");
}

#[test]
fn faulty_bundles_are_refused_whole() {
    on_both(|region| {
        let before = count(region);
        let with = |pointer: &str, value: Value| {
            let mut bundle = bundle("00001", NUMBER);
            *bundle.pointer_mut(pointer).unwrap() = value;
            bundle.to_string()
        };
        let without = |pointer: &str, key: &str| {
            let mut bundle = bundle("00001", NUMBER);
            bundle.pointer_mut(pointer).unwrap().as_object_mut().unwrap().shift_remove(key);
            bundle.to_string()
        };
        let deep = format!("{}{}", "{\"a\":".repeat(200), "}".repeat(200));
        let rows: Vec<(String, u16, &str, &str)> = vec![
            ("{\"resourceType\":".into(), 400, "fhir.json-syntax", ""),
            (
                "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"type\":\"collection\"}".into(),
                400,
                "fhir.key-duplicate",
                "type",
            ),
            (deep, 400, "fhir.too-deep", ""),
            ("[]".into(), 400, "fhir.bundle-expected", ""),
            (with("/type", json!("history")), 422, "records.bundle-type-unsupported", "Bundle.type"),
            (with("/entry/2/resource/status", json!("nonsense")), 422, "fhir.code-invalid", "entry[2].resource.status"),
            (
                with("/entry/2/resource/effectiveDateTime", json!("2026-02-30")),
                422,
                "fhir.date-invalid",
                "entry[2].resource.effective",
            ),
            (
                with("/entry/0/resource/birthDate", json!(19_850_307)),
                422,
                "fhir.type-wrong",
                "entry[0].resource.birthDate",
            ),
            (with("/entry/2/resource/resourceType", json!("Observatio")), 422, "fhir.type-unknown", "entry[2]"),
            (with("/entry/2/resource/resourceType", json!("Account")), 422, "fhir.type-unsupported", "entry[2]"),
            (without("/entry/2/resource", "code"), 422, "fhir.required-missing", "entry[2].resource.code"),
            (without("/entry/1", "request"), 422, "fhir.required-missing", "entry[1].request"),
            (
                with("/entry/2/resource/subject/reference", json!("not a reference")),
                422,
                "fhir.reference-invalid",
                "subject",
            ),
            (
                with("/entry/2/resource/subject/reference", json!("urn:uuid:0e8f0e60-9999-4000-8000-000000000000")),
                422,
                "fhir.reference-unresolved",
                "entry[2]",
            ),
            (
                with("/entry/2/resource/subject/reference", json!("Patient/nobody-here")),
                422,
                "fhir.reference-unresolved",
                "entry[2]",
            ),
            (with("/entry/2/request/method", json!("DELETE")), 422, "records.request-unsupported", "entry[2].request"),
            (
                with("/entry/2/resource/code", json!({ "text": "x", "colour": "red" })),
                422,
                "fhir.element-unknown",
                "colour",
            ),
        ];
        for (body, status, code, blamed) in rows {
            let answer = region.ask("his", "POST", "/fhir", body);
            refused(region, &answer, status, code, blamed);
        }
        assert_eq!(count(region), before, "{}: nothing of any of them was stored", region.name);
    });
}

#[test]
fn faulty_requests_are_told_apart() {
    on_both(|region| {
        let observation =
            json!({ "resourceType": "Observation", "status": "final", "code": { "text": "x" } }).to_string();
        let rows: Vec<(&str, &str, &str, String, u16, &str)> = vec![
            ("his", "POST", "/fhir/Observation", observation.clone(), 422, "records.subject-missing"),
            ("his", "POST", "/fhir/Patient", observation.clone(), 400, "fhir.type-mismatch"),
            ("his", "POST", "/fhir/Account", observation.clone(), 404, "fhir.type-unsupported"),
            ("his", "GET", "/fhir/Observation/x", String::new(), 404, "web.not-found"),
            (
                "his",
                "GET",
                "/fhir/Observation?patient=x&colour=red",
                String::new(),
                400,
                "fhir.search-parameter-unknown",
            ),
            (
                "his",
                "GET",
                "/fhir/Observation?patient=x&date=yesterday",
                String::new(),
                400,
                "fhir.search-value-invalid",
            ),
            ("his", "DELETE", "/fhir/Observation/x", String::new(), 405, "web.method-not-allowed"),
            ("doctor", "POST", "/fhir", "{}".into(), 403, "access.right-missing"),
            ("", "POST", "/fhir", "{}".into(), 401, "web.sign-in-needed"),
            ("doctor", "POST", "/v1/scan", "{".into(), 400, "web.body-invalid"),
            (
                "doctor",
                "POST",
                "/v1/scan",
                json!({ "code": "x", "purpose": "01201", "place": "" }).to_string(),
                422,
                "credentials.code-unreadable",
            ),
            ("his", "GET", "/v1/nowhere", String::new(), 404, "web.not-found"),
        ];
        for (who, method, path, body, status, code) in rows {
            let answer = region.ask(who, method, path, body);
            assert_eq!(
                (answer.status, answer.code()),
                (status, code),
                "{}: {method} {path}: {}",
                region.name,
                answer.text
            );
        }
        assert_eq!(region.ask("his", "GET", "/nowhere", "").status, 404, "{}", region.name);
        let xml = region.ask_with(
            Some(&region.tokens["his"]),
            "POST",
            "/fhir",
            b"<Bundle/>".to_vec(),
            &[("content-type", "application/fhir+xml")],
        );
        assert_eq!((xml.status, xml.code()), (415, "fhir.format-unsupported"), "{}", region.name);
    });
}

#[test]
fn a_hundred_megabytes_are_refused_and_the_node_lives_on() {
    on_both(|region| {
        let big = vec![b' '; 100 << 20];
        let length = big.len().to_string();
        let client = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
        let sent = client
            .post(format!("{}/fhir", region.base))
            .bearer_auth(&region.tokens["his"])
            .header("content-type", "application/fhir+json")
            .header("content-length", length)
            .body(big)
            .send();
        // The server answers before it has read everything; a client may see that
        // answer or a closed connection, never a 5xx.
        if let Ok(answer) = sent {
            assert_eq!(answer.status().as_u16(), 413, "{}", region.name);
        }
        assert_eq!(region.ask("", "GET", "/livez", "").status, 200, "{}", region.name);
    });
}

#[test]
fn codes_that_are_not_ours_are_told_apart() {
    on_both(|region| {
        let made = region.ask("his", "POST", "/fhir", bundle("00001", NUMBER).to_string());
        let location = made.body["entry"][0]["response"]["location"].as_str().unwrap();
        let person = location.strip_prefix("Patient/").unwrap().split('/').next().unwrap().to_owned();
        let good = region.code_of(&person);
        let foreign = region.scan("kiosk", "YM1:ABC", "01201");
        assert_eq!(foreign.status, 422, "{}: {}", region.name, foreign.text);
        let greeting = region.scan("kiosk", "你好", "01201");
        assert_eq!((greeting.status, greeting.code()), (422, "credentials.code-unreadable"), "{}", region.name);
        let mut bent = good.clone().into_bytes();
        let last = bent.len() - 1;
        bent[last] = if bent[last] == b'0' { b'1' } else { b'0' };
        let forged = region.scan("kiosk", &String::from_utf8(bent).unwrap(), "01201");
        assert_eq!(forged.status, 422, "{}: {}", region.name, forged.text);
        assert!(
            ["credentials.code-refused", "credentials.code-unreadable"].contains(&forged.code()),
            "{}",
            forged.text
        );
        let purpose = region.scan("doctor", &good, "99999");
        assert_eq!((purpose.status, purpose.code()), (422, "credentials.purpose-unknown"), "{}", region.name);
        let without = region.scan("admin", &good, "01201");
        assert_eq!((without.status, without.code()), (403, "access.right-missing"), "{}", region.name);
        assert_eq!(region.scan("doctor", &good, "01201").status, 200, "{}: none of it used the code up", region.name);
    });
}

#[test]
fn an_entry_twice_and_a_person_twice_in_one_bundle() {
    on_both(|region| {
        let mut twice = bundle("00021", NUMBER);
        let mut again = twice["entry"][2].clone();
        again["fullUrl"] = json!("urn:uuid:0e8f0e60-3333-4000-8000-000000000021");
        again["resource"]["status"] = json!("amended");
        twice["entry"].as_array_mut().unwrap().push(again);
        let before = count(region);
        let answer = region.ask("his", "POST", "/fhir", twice.to_string());
        refused(region, &answer, 422, "records.entry-twice", "entry[3]");
        assert_eq!(count(region), before, "{}: nothing is left of it", region.name);

        let mut same = bundle("00022", NUMBER);
        let mut account = same["entry"][0].clone();
        account["fullUrl"] = json!("urn:uuid:0e8f0e60-3333-4000-8000-000000000022");
        account["resource"]["id"] = json!("q00022");
        same["entry"].as_array_mut().unwrap().push(account);
        let answer = region.ask("his", "POST", "/fhir", same.to_string());
        assert_eq!(answer.status, 200, "{}: {}", region.name, answer.text);
        let place = |at: usize| answer.body["entry"][at]["response"]["location"].as_str().unwrap().to_owned();
        let person = |at: usize| place(at).split('/').nth(1).unwrap().to_owned();
        assert_eq!(person(0), person(3), "{}: two accounts, one person", region.name);
    });
}

#[test]
fn a_version_of_what_does_not_exist_is_never_met() {
    on_both(|region| {
        let device = json!({ "resourceType": "Organization", "id": "ward-9", "name": "Ward" }).to_string();
        let answer = region.ask_with(
            Some(&region.tokens["his"]),
            "PUT",
            "/fhir/Organization/ward-9",
            device.into_bytes(),
            &[("content-type", "application/fhir+json"), ("if-match", "W/\"1\"")],
        );
        assert_eq!((answer.status, answer.code()), (412, "records.version-stale"), "{}: {}", region.name, answer.text);
    });
}

#[test]
fn eight_senders_of_one_new_person_make_one() {
    on_both(|region| {
        let before = count(region);
        std::thread::scope(|scope| {
            for turn in 0..8u32 {
                scope.spawn(move || {
                    let own = format!("{:05}", 31 + turn / 2);
                    let answer = region.ask("his", "POST", "/fhir", bundle(&own, NUMBER).to_string());
                    assert!(matches!(answer.status, 200 | 409), "{}: {}", region.name, answer.text);
                    if answer.status == 409 {
                        let answer = region.ask("his", "POST", "/fhir", bundle(&own, NUMBER).to_string());
                        assert_eq!(answer.status, 200, "{}: {}", region.name, answer.text);
                    }
                });
            }
        });
        assert_eq!(count(region) - before, 12, "{}: four accounts with three entries each", region.name);
    });
}
