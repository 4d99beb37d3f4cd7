//! What the tests supply, and what of it is in the database: bundles of one
//! person with three results that carry the bundle's own word.

use crate::home::{Answer, Node, database};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Results in a bundle.
pub(crate) const RESULTS: i64 = 3;

/// A bundle whose results say `word`.
pub(crate) fn bundle(word: &str) -> String {
    let post = |resource: Value| {
        let name = resource["resourceType"].as_str().unwrap().to_owned();
        let full = format!("http://his.example/fhir/{name}/{}", resource["id"].as_str().unwrap());
        json!({ "fullUrl": full, "resource": resource, "request": { "method": "POST", "url": name } })
    };
    let patient = json!({
        "resourceType": "Patient", "id": format!("p-{word}"), "name": [{ "text": "某某" }],
        "gender": "female", "birthDate": "1990-01-01"
    });
    let results = (0..RESULTS).map(|number| {
        json!({
            "resourceType": "Observation", "id": format!("o-{word}-{number}"), "status": "final",
            "code": { "text": "Word" }, "subject": { "reference": format!("Patient/p-{word}") },
            "effectiveDateTime": "2026-11-01T08:00:00Z", "valueString": word
        })
    });
    let entries: Vec<Value> = std::iter::once(patient).chain(results).map(post).collect();
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries }).to_string()
}

/// Supplies a bundle; nothing when there was no answer.
pub(crate) fn supply(node: &Node, token: &str, word: &str) -> Option<Answer> {
    node.try_ask(token, "POST", "/fhir", bundle(word))
}

/// Where the entries of an answered bundle are.
pub(crate) fn places(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let entries = answer.body["entry"].as_array().unwrap();
    let location = |entry: &Value| entry["response"]["location"].as_str().unwrap().to_owned();
    entries.iter().map(|entry| format!("/fhir/{}", location(entry).split("/_history").next().unwrap())).collect()
}

/// Word → results in the database.
pub(crate) fn stored(path: &Path) -> BTreeMap<String, i64> {
    let database = database(path);
    let whole: String = database.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
    let mut statement =
        database.prepare("SELECT value, COUNT(*) FROM records_entries WHERE title = 'Word' GROUP BY value").unwrap();
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Nobody has some of a bundle: persons, their own entries and their results agree.
pub(crate) fn assert_whole(path: &Path) {
    for (word, count) in stored(path) {
        assert_eq!(count, RESULTS, "half of {word} is there");
    }
    let database = database(path);
    let number = |sql: &str| database.query_row(sql, (), |row| row.get::<_, i64>(0)).unwrap();
    let persons = number("SELECT COUNT(*) FROM identity_persons");
    assert_eq!(persons, number("SELECT COUNT(DISTINCT person_id) FROM records_entries WHERE person_id <> 0"));
    assert_eq!(persons * (RESULTS + 1), number("SELECT COUNT(*) FROM records_entries WHERE person_id <> 0"));
}
