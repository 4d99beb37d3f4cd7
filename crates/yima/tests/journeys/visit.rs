//! The visit: hospitals supply, a code is shown and scanned, the half year opens,
//! the person sees who looked and ends it.

use crate::region::{Region, on_both};
use serde_json::{Value, json};

/// A bundle of one person with two results and a visit.
pub(crate) fn bundle(own: &str, number: &str) -> Value {
    let patient = format!("urn:uuid:0e8f0e60-0000-4000-8000-0000000{own}");
    let entry = |full: &str, resource: Value| {
        let name = resource["resourceType"].as_str().unwrap().to_owned();
        json!({ "fullUrl": full, "resource": resource, "request": { "method": "POST", "url": name } })
    };
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": [
        entry(&patient, json!({
            "resourceType": "Patient", "id": format!("p{own}"),
            "identifier": [{ "system": "urn:oid:2.16.156.10011.1.3", "value": number }],
            "name": [{ "text": "周静怡" }], "gender": "female", "birthDate": "1985-03-07"
        })),
        entry(&format!("urn:uuid:0e8f0e60-1111-4000-8000-0000000{own}"), json!({
            "resourceType": "Encounter", "id": format!("e{own}"), "status": "finished",
            "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB" },
            "subject": { "reference": patient }, "period": { "start": "2026-10-18T09:00:00+08:00", "end": "2026-10-18T09:20:00+08:00" },
            "reasonCode": [{ "text": "高血压复诊" }]
        })),
        entry(&format!("urn:uuid:0e8f0e60-2222-4000-8000-0000000{own}"), json!({
            "resourceType": "Observation", "id": format!("o{own}"), "status": "final",
            "category": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory" }] }],
            "code": { "coding": [{ "system": "http://loinc.org", "code": "4548-4" }], "text": "糖化血红蛋白" },
            "subject": { "reference": patient }, "encounter": { "reference": format!("urn:uuid:0e8f0e60-1111-4000-8000-0000000{own}") },
            "effectiveDateTime": "2026-10-18T09:30:00+08:00",
            "valueQuantity": { "value": 7.10, "unit": "%" },
            "interpretation": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "H" }] }]
        })),
    ]})
}

/// 7.10 must not become 7.1: `json!` alone would lose the zero.
pub(crate) fn text_of(bundle: &Value) -> String {
    bundle.to_string().replace("\"value\":7.1,", "\"value\":7.10,")
}

/// A resident id that belongs to nobody, with a right check character.
pub(crate) const NUMBER: &str = "990100198503070029";

fn supplied(region: &Region, who: &str, own: &str) -> (String, Vec<String>) {
    let answer = region.ask(who, "POST", "/fhir", text_of(&bundle(own, NUMBER)));
    assert_eq!(answer.status, 200, "{}: {}", region.name, answer.text);
    let places: Vec<String> = answer.body["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["response"]["location"].as_str().unwrap().split("/_history").next().unwrap().to_owned())
        .collect();
    (places[0].strip_prefix("Patient/").unwrap().to_owned(), places)
}

#[test]
fn a_shown_code_opens_the_half_year_of_all_hospitals_and_leaves_a_trace() {
    on_both(|region| {
        let (person, _) = supplied(region, "his", "00001");
        let (same, _) = supplied(region, "other-his", "00002");
        assert_eq!(person, same, "{}: one identity number is one person", region.name);
        let path = format!("/v1/persons/{person}/timeline");
        let closed = region.ask("doctor", "GET", &path, "");
        assert_eq!((closed.status, closed.code()), (404, "access.grant-missing"), "{}", region.name);

        let code = region.code_of(&person);
        let scan = region.scan("doctor", &code, "01201");
        assert_eq!(scan.status, 200, "{}: {}", region.name, scan.text);
        assert_eq!(scan.body["person"]["id"], person.as_str());
        assert!(!scan.text.contains(NUMBER) && !scan.text.contains("周静怡"), "masked: {}", scan.text);

        let open = region.ask("doctor", "GET", &path, "");
        assert_eq!(open.status, 200, "{}: {}", region.name, open.text);
        let entries = open.body["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 4, "{}: {}", region.name, open.text);
        let own = entries.iter().filter(|entry| entry["own"] == true).count();
        assert_eq!(own, 2, "{}: two of ours, two of the other hospital's", region.name);
        let value = entries.iter().find(|entry| entry["lane"] == "lab").unwrap();
        assert_eq!((value["value"].as_str().unwrap(), value["flag"].as_str().unwrap()), ("7.10 %", "high"));

        let elsewhere = region.ask("other-doctor", "GET", &path, "");
        assert_eq!(elsewhere.status, 404, "{}: the other hospital has no grant", region.name);

        let citizen = region.new_token("citizen", kernel::ActorKind::Citizen, "citizen", None, person.parse().ok());
        let grant = open.body["grant"]["id"].as_str().unwrap().to_owned();
        let grant_id: kernel::GrantId = grant.parse().unwrap();
        let actor = region.block_on(region.node.gate.actor_of(&citizen)).unwrap();
        let person_id: kernel::PersonId = person.parse().unwrap();
        let own = region.block_on(region.node.gate.grant(&actor, person_id)).unwrap();
        let looks = region.block_on(region.node.gate.looks(&own, yima::compose::looks(), i64::MAX)).unwrap();
        let seen: Vec<i64> = looks.iter().map(|look| look.row.name).collect();
        assert!(
            seen.contains(&records::TIMELINE.code) && seen.contains(&access::GRANTED.code),
            "{}: {seen:?}",
            region.name
        );
        region.block_on(region.node.gate.end_grant(&actor, person_id, grant_id)).unwrap();
        assert_eq!(region.ask("doctor", "GET", &path, "").status, 404, "{}: ended at once (K3)", region.name);
    });
}

#[test]
fn a_code_opens_once_and_not_for_paying() {
    on_both(|region| {
        let (person, _) = supplied(region, "his", "00001");
        let code = region.code_of(&person);
        let paid = region.scan("doctor", &code, "01301");
        assert_eq!((paid.status, &paid.body["grant"]), (200, &Value::Null), "{}: {}", region.name, paid.text);
        let path = format!("/v1/persons/{person}/timeline");
        assert_eq!(region.ask("doctor", "GET", &path, "").status, 404, "{}", region.name);
        let again = region.scan("kiosk", &code, "01101");
        assert_eq!((again.status, again.code()), (409, "credentials.code-used"), "{}", region.name);

        let late = region.code_of(&person);
        region.clock.advance(150 * kernel::time::SECOND);
        let refused = region.scan("doctor", &late, "01201");
        assert_eq!((refused.status, refused.code()), (422, "credentials.code-expired"), "{}", region.name);
    });
}

#[test]
fn the_same_again_changes_nothing_and_a_correction_is_a_version() {
    on_both(|region| {
        let (_, first) = supplied(region, "his", "00001");
        let (_, second) = supplied(region, "his", "00001");
        assert_eq!(first, second, "{}", region.name);
        let place = format!("/fhir/{}", first[2]);
        let read = region.ask("his", "GET", &place, "");
        assert_eq!(read.status, 200, "{}: {}", region.name, read.text);
        assert!(read.text.contains("\"value\":7.10"), "{}: precision kept: {}", region.name, read.text);
        assert_eq!(read.headers["etag"], "W/\"1\"");

        let mut changed = read.body.clone();
        changed["valueQuantity"]["value"] = json!(7.3);
        let stale = region.ask_with(
            Some(&region.tokens["his"]),
            "PUT",
            &place,
            changed.to_string().into(),
            &[("if-match", "W/\"9\"")],
        );
        assert_eq!((stale.status, stale.code()), (412, "records.version-stale"), "{}", region.name);
        let foreign = region.ask("other-his", "PUT", &place, changed.to_string());
        assert!(
            foreign.status == 403 || foreign.status == 404 || foreign.status == 422,
            "{}: {}",
            region.name,
            foreign.text
        );
        let done = region.ask_with(
            Some(&region.tokens["his"]),
            "PUT",
            &place,
            changed.to_string().into(),
            &[("if-match", "W/\"1\"")],
        );
        assert_eq!(
            (done.status, done.headers["etag"].to_str().unwrap()),
            (200, "W/\"2\""),
            "{}: {}",
            region.name,
            done.text
        );
        let old = region.ask("his", "GET", &format!("{place}/_history/1"), "");
        assert!(old.text.contains("7.10"), "{}: {}", region.name, old.text);
        let history = region.ask("his", "GET", &format!("{place}/_history"), "");
        assert_eq!(history.body["total"], 2, "{}", region.name);
    });
}

#[test]
fn searches_find_by_patient_and_date_page_by_page() {
    on_both(|region| {
        let (person, _) = supplied(region, "his", "00001");
        for number in 0..25 {
            let observation = json!({
                "resourceType": "Observation", "id": format!("n{number}"), "status": "final", "code": { "text": "心率" },
                "subject": { "reference": "Patient/p00001" },
                "effectiveDateTime": format!("2026-09-{:02}T08:00:00+08:00", number + 1), "valueString": number.to_string()
            });
            let made = region.ask("his", "POST", "/fhir/Observation", observation.to_string());
            assert_eq!(made.status, 201, "{}: {}", region.name, made.text);
            assert!(made.headers["location"].to_str().unwrap().contains("/fhir/Observation/"));
        }
        let mut path =
            format!("/fhir/Observation?patient=Patient/{person}&date=ge2026-09-01&date=lt2026-10-01&_count=10");
        let mut seen = Vec::new();
        loop {
            let page = region.ask("his", "GET", &path, "");
            assert_eq!(page.status, 200, "{}: {}", region.name, page.text);
            for entry in page.body["entry"].as_array().into_iter().flatten() {
                seen.push(entry["resource"]["valueString"].as_str().unwrap().to_owned());
            }
            let next = page.body["link"].as_array().unwrap().iter().find(|link| link["relation"] == "next");
            match next {
                Some(link) => path = link["url"].as_str().unwrap().split_once("localhost").unwrap().1.to_owned(),
                None => break,
            }
        }
        let wanted: Vec<String> = (0..25).rev().map(|number| number.to_string()).collect();
        assert_eq!(seen, wanted, "{}", region.name);
        let whole = region.ask("his", "GET", &format!("/fhir/Patient/{person}/$everything"), "");
        assert_eq!(whole.body["total"], 28, "{}: {}", region.name, whole.text);
        let patient =
            region.ask("his", "GET", &format!("/fhir/Patient?identifier=urn:oid:2.16.156.10011.1.3%7C{NUMBER}"), "");
        assert_eq!(patient.body["entry"][0]["resource"]["id"], person.as_str(), "{}: {}", region.name, patient.text);
        let nobody = region.ask("his", "GET", "/fhir/Observation?code=x", "");
        assert_eq!((nobody.status, nobody.code()), (400, "fhir.search-person-needed"), "{}", region.name);
    });
}

#[test]
fn a_repeated_scan_request_gets_its_first_answer() {
    on_both(|region| {
        let (person, _) = supplied(region, "his", "00001");
        let code = region.code_of(&person);
        let asked = json!({ "code": code, "purpose": "01201", "place": "12 诊室" }).to_string();
        let send = |body: &str| {
            region.ask_with(
                Some(&region.tokens["doctor"]),
                "POST",
                "/v1/scan",
                body.into(),
                &[("idempotency-key", "k-1")],
            )
        };
        let (first, second) = (send(&asked), send(&asked));
        assert_eq!((first.status, second.status), (200, 200), "{}: {}", region.name, second.text);
        assert_eq!(first.text, second.text, "{}: byte for byte (I1)", region.name);
        let other = send(&asked.replace("12", "13"));
        assert_eq!((other.status, other.code()), (409, "store.key-reused"), "{}", region.name);
    });
}

#[test]
fn a_kiosk_proves_presence_and_opens_nothing() {
    on_both(|region| {
        let (person, _) = supplied(region, "his", "00001");
        let scan = region.scan("kiosk", &region.code_of(&person), "01201");
        assert_eq!((scan.status, &scan.body["grant"]), (200, &Value::Null), "{}: {}", region.name, scan.text);
        let path = format!("/v1/persons/{person}/timeline");
        assert_eq!(region.ask("doctor", "GET", &path, "").status, 404, "{}", region.name);
    });
}

#[test]
fn what_was_entered_in_error_is_marked_and_a_supplier_learns_of_nobody_elses_entries() {
    on_both(|region| {
        let (person, _) = supplied(region, "his", "00001");
        let wrong = json!({
            "resourceType": "Observation", "id": "wrong", "status": "entered-in-error", "code": { "text": "钾" },
            "subject": { "reference": "Patient/p00001" }, "effectiveDateTime": "2026-11-01T08:00:00+08:00",
            "valueQuantity": { "value": 9.9, "unit": "mmol/L" },
            "interpretation": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "HH" }] }]
        });
        assert_eq!(region.ask("his", "POST", "/fhir/Observation", wrong.to_string()).status, 201);
        region.scan("doctor", &region.code_of(&person), "01201");
        let path = format!("/v1/persons/{person}/timeline");
        let open = region.ask("doctor", "GET", &path, "");
        let line = open.body["entries"].as_array().unwrap().iter().find(|entry| entry["title"] == "钾").unwrap();
        assert_eq!(line["flag"], "withdrawn", "{}: {}", region.name, open.text);
        let foreign = region.ask("other-his", "GET", &path, "");
        let told = (&foreign.body["entries"], &foreign.body["newest_before"]);
        assert_eq!(told, (&json!([]), &Value::Null), "{}: {}", region.name, foreign.text);
    });
}

#[test]
fn a_patient_read_and_put_back_is_its_next_version() {
    on_both(|region| {
        let (person, _) = supplied(region, "his", "00001");
        let place = format!("/fhir/Patient/{person}");
        let mut patient = region.ask("his", "GET", &place, "").body;
        patient["telecom"] = json!([{ "system": "phone", "value": "19900000001" }]);
        let back = region.ask("his", "PUT", &place, patient.to_string());
        assert_eq!(
            (back.status, back.headers["etag"].to_str().unwrap()),
            (200, "W/\"2\""),
            "{}: {}",
            region.name,
            back.text
        );
        let read = region.ask("his", "GET", &place, "");
        assert!(read.text.contains("19900000001"), "{}: {}", region.name, read.text);
    });
}

#[test]
fn conditional_references_find_what_carries_the_identifier() {
    on_both(|region| {
        let entry = |resource: Value| {
            let name = resource["resourceType"].as_str().unwrap().to_owned();
            json!({ "resource": resource, "request": { "method": "POST", "url": name } })
        };
        let doctor = json!({ "resourceType": "Practitioner", "id": "d1", "identifier": [{ "system": "urn:staff", "value": "7" }],
            "name": [{ "text": "林若衡" }] });
        let made = region.ask("his", "POST", "/fhir/Practitioner", doctor.to_string());
        assert_eq!(made.status, 201, "{}: {}", region.name, made.text);
        let place = made.body["id"].as_str().unwrap().to_owned();
        let visit = |by: &str, whose: &str| {
            let patient = json!({ "resourceType": "Patient", "id": "pc", "name": [{ "text": "周静怡" }],
                "identifier": [{ "system": "urn:oid:2.16.156.10011.1.3", "value": NUMBER }] });
            let encounter = json!({ "resourceType": "Encounter", "id": "ec", "status": "finished",
                "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB" },
                "subject": { "reference": whose }, "participant": [{ "individual": { "reference": by } }],
                "period": { "start": "2026-10-18T09:00:00+08:00" } });
            json!({ "resourceType": "Bundle", "type": "transaction", "entry": [entry(patient), entry(encounter)] })
                .to_string()
        };
        let whose = format!("Patient?identifier=urn:oid:2.16.156.10011.1.3|{NUMBER}");
        let sent = region.ask("his", "POST", "/fhir", visit("Practitioner?identifier=urn:staff|7", &whose));
        assert_eq!(sent.status, 200, "{}: {}", region.name, sent.text);
        let location = sent.body["entry"][1]["response"]["location"].as_str().unwrap();
        let read = region.ask("his", "GET", &format!("/fhir/{}", location.split("/_history").next().unwrap()), "");
        let named = read.body.pointer("/participant/0/individual/reference").and_then(Value::as_str);
        assert_eq!(named, Some(format!("Practitioner/{place}").as_str()), "{}: {}", region.name, read.text);
        let nobody = region.ask("his", "POST", "/fhir", visit("Practitioner?identifier=urn:staff|8", &whose));
        assert_eq!((nobody.status, nobody.code()), (422, "fhir.reference-unresolved"), "{}", region.name);
        // The person is known now: the condition finds them without the Patient beside it.
        let later = json!({ "resourceType": "Observation", "status": "final", "code": { "text": "体温" },
            "subject": { "reference": whose }, "effectiveDateTime": "2026-10-19", "valueString": "36.6" });
        assert_eq!(region.ask("his", "POST", "/fhir/Observation", later.to_string()).status, 201, "{}", region.name);
    });
}
