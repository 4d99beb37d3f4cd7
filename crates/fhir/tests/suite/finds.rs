//! Searches: reading the query, and what is found by it.

use fhir::ResourceType;
use fhir::search::{self, Order, Search};
use serde_json::{Value, json};

fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').expect("a pair"))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn read(kind: ResourceType, query: &str) -> Search {
    search::parse(kind, &pairs(query)).unwrap_or_else(|issues| panic!("{query}: {issues:?}"))
}

#[test]
fn queries_are_read() {
    let search = read(
        ResourceType::Observation,
        "patient=Patient/p1&subject=p1&date=ge2026-05-01&date=lt2026-11-01&code=http://loinc.org|4548-4,718-7\
         &category=laboratory&_count=20&_sort=date&_summary=count&_cursor=abc&_format=json",
    );
    assert_eq!(search.patient.as_deref(), Some("p1"));
    assert_eq!((search.count, search.order, search.total_only), (20, Order::OldestFirst, true));
    assert_eq!(search.cursor.as_deref(), Some("abc"));
    let code = search.token("code").unwrap();
    assert_eq!((code.element, code.any.len()), ("code", 2));
    assert_eq!(code.any[0].system.as_deref(), Some("http://loinc.org"));
    assert_eq!(code.any[1].system, None);
    let (low, high) = search.bounds();
    assert_eq!(high.unwrap() - low.unwrap(), 184 * 86_400_000_000);
    let plain = read(ResourceType::Observation, "");
    assert_eq!((plain.count, plain.order, plain.bounds()), (100, Order::NewestFirst, (None, None)));
    assert_eq!(read(ResourceType::MedicationRequest, "authoredon=2026&_sort=-authoredon").dates.len(), 1);
    assert_eq!(read(ResourceType::Patient, r"identifier=a\,b\|c|d").tokens[0].any[0].system.as_deref(), Some("a,b|c"));
}

#[test]
fn what_cannot_be_read_is_refused() {
    for (kind, query, code, expression) in [
        (ResourceType::Observation, "foo=1", "fhir.search-parameter-unknown", "foo"),
        (ResourceType::Observation, "name=a", "fhir.search-parameter-unknown", "name"),
        (ResourceType::Patient, "patient=1", "fhir.search-parameter-unknown", "patient"),
        (ResourceType::Organization, "patient=1", "fhir.search-parameter-unknown", "patient"),
        (ResourceType::Observation, "_include=Observation:subject", "fhir.search-parameter-unknown", "_include"),
        (ResourceType::Observation, "code:text=a", "fhir.search-modifier-unsupported", "code:text"),
        (ResourceType::Observation, "subject:Group=a", "fhir.search-modifier-unsupported", "subject:Group"),
        (ResourceType::Observation, "subject=Group/1", "fhir.search-value-invalid", "subject"),
        (ResourceType::Observation, "patient=1,2", "fhir.search-value-invalid", "patient"),
        (ResourceType::Observation, "patient=1&patient=2", "fhir.search-value-invalid", "patient"),
        (ResourceType::Observation, "patient=", "fhir.search-value-invalid", "patient"),
        (ResourceType::Observation, "date=yesterday", "fhir.search-value-invalid", "date"),
        (ResourceType::Observation, "date=2026-02-30", "fhir.search-value-invalid", "date"),
        (ResourceType::Observation, "date=2026,2025", "fhir.search-value-invalid", "date"),
        (ResourceType::Observation, "_count=0", "fhir.search-value-invalid", "_count"),
        (ResourceType::Observation, "_count=1001", "fhir.search-value-invalid", "_count"),
        (ResourceType::Observation, "_count=-1", "fhir.search-value-invalid", "_count"),
        (ResourceType::Observation, "_sort=code", "fhir.search-value-invalid", "_sort"),
        (ResourceType::Observation, "_summary=text", "fhir.search-value-invalid", "_summary"),
        (ResourceType::Observation, "_format=xml", "fhir.search-value-invalid", "_format"),
        (ResourceType::Observation, "code=a,,b", "fhir.search-value-invalid", "code"),
    ] {
        let issues = search::parse(kind, &pairs(query)).unwrap_err();
        let found: Vec<_> = issues.iter().map(|issue| (issue.code, issue.expression.as_str())).collect();
        assert_eq!(found, [(code, expression)], "{query}");
    }
    let issues = search::parse(ResourceType::Flag, &pairs("foo=1&bar=2")).unwrap_err();
    assert_eq!(issues.len(), 2);
    assert_eq!(
        issues[0].en,
        "Flag has no search parameter “foo”; use one of _id, _lastUpdated, patient, subject, encounter, date, \
         _count, _sort, _summary, _cursor, _format."
    );
    let many: Vec<_> = (0..200).map(|_| ("_id".to_owned(), "a".to_owned())).collect();
    assert_eq!(search::parse(ResourceType::Flag, &many).unwrap_err().len(), 1);
}

fn finds(kind: ResourceType, resource: &Value, rows: &[(&str, bool)]) {
    for (query, expected) in rows {
        assert_eq!(read(kind, query).accepts(resource), *expected, "{query}");
    }
}

#[test]
fn resources_are_found() {
    let observation = json!({
        "resourceType": "Observation", "id": "o1", "status": "final",
        "meta": { "lastUpdated": "2026-11-18T01:40:00Z" },
        "category": [{ "coding": [{ "system": "c", "code": "laboratory" }] }],
        "code": { "coding": [{ "system": "s", "code": "1" }, { "code": "2" }] },
        "subject": { "reference": "Patient/p1" },
        "encounter": { "reference": "https://a.example/Encounter/e1/_history/2" },
        "effectiveDateTime": "2026-11-18",
    });
    finds(
        ResourceType::Observation,
        &observation,
        &[
            ("", true),
            ("patient=p1", true),
            ("subject:Patient=p1", true),
            ("patient=https://b.example/fhir/Patient/p1", true),
            ("patient=p2", false),
            ("encounter=e1", true),
            ("encounter=e2", false),
            ("_id=o1", true),
            ("_id=o2,o1", true),
            ("_id=o2", false),
            ("code=1", true),
            ("code=s|1", true),
            ("code=s|", true),
            ("code=t|1", false),
            ("code=|1", false),
            ("code=|2", true),
            ("code=3,2", true),
            ("code=1&code=2", true),
            ("code=1&code=3", false),
            ("category=laboratory&status=final", true),
            ("status=amended", false),
            ("date=2026-11", true),
            ("date=ge2026-11-19", false),
            ("date=gt2026-05-18&date=le2026-11-18", true),
            ("_lastUpdated=gt2026-11-18", false),
            ("_lastUpdated=ge2026-11-18", true),
        ],
    );
    let stay = json!({
        "resourceType": "Encounter", "id": "e1", "status": "in-progress", "class": { "system": "a", "code": "IMP" },
        "period": { "start": "2026-11-18" },
    });
    finds(
        ResourceType::Encounter,
        &stay,
        &[
            ("class=IMP", true),
            ("date=ge2027", true),
            ("date=eb2027", false),
            ("date=lt2026", false),
            ("encounter=e1", true),
        ],
    );
    let patient = json!({
        "resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1985-11-18",
        "identifier": [{ "system": "urn:id", "value": "X1" }],
        "name": [{ "family": "Conn", "given": ["Liz"] }, { "family": "王", "given": ["小明"] }],
    });
    finds(
        ResourceType::Patient,
        &patient,
        &[
            ("identifier=urn:id|X1", true),
            ("identifier=X1", true),
            ("identifier=urn:id|X2", false),
            ("name=co", true),
            ("name=liz", true),
            ("name=iz", false),
            ("name:contains=IZ", true),
            ("name:exact=Liz", true),
            ("name:exact=liz", false),
            ("name=王小", true),
            ("birthdate=1985", true),
            ("birthdate=1985-11-18&gender=female", true),
            ("birthdate=lt1985&gender=female", false),
            ("gender=male", false),
        ],
    );
    assert!(!read(ResourceType::Condition, "").accepts(&patient));
}

#[test]
fn every_type_tells_its_parameters() {
    for kind in ResourceType::ALL {
        let names: Vec<&str> = search::parameters(*kind).iter().map(|row| row.0).collect();
        let mut unique = names.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), names.len(), "{kind:?}");
        assert!(names.len() > 2, "{kind:?} has a line in search.txt");
        let by_patient = kind.personal() && *kind != ResourceType::Patient;
        assert_eq!(names.contains(&"patient"), by_patient, "{kind:?}");
        for (name, types) in search::parameters(*kind) {
            let value = if *types == "date" { "2026" } else { "a" };
            assert!(search::parse(*kind, &[((*name).to_owned(), value.to_owned())]).is_ok(), "{kind:?} {name}");
        }
    }
}
