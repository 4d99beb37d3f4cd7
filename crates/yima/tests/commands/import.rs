//! `yima import fhir`: over HTTP and into the configured database.

use crate::home::{Home, Told, database};
use serde_json::{Value, json};
use std::path::Path;

/// A bundle of one person with two results.
fn bundle(own: &str) -> Value {
    let post = |resource: Value| {
        let name = resource["resourceType"].as_str().unwrap().to_owned();
        let full = format!("http://his.example/fhir/{name}/{}", resource["id"].as_str().unwrap());
        json!({ "fullUrl": full, "resource": resource, "request": { "method": "POST", "url": name } })
    };
    let result = |number: i64| {
        json!({ "resourceType": "Observation", "id": format!("o-{own}-{number}"), "status": "final",
            "code": { "text": "心率" }, "subject": { "reference": format!("Patient/p-{own}") },
            "effectiveDateTime": "2026-11-01T08:00:00+08:00", "valueString": number.to_string() })
    };
    let patient = json!({ "resourceType": "Patient", "id": format!("p-{own}"), "name": [{ "text": "某某" }],
        "gender": "male", "birthDate": "1970-05-06" });
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": [post(patient), post(result(1)), post(result(2))] })
}

fn write(path: &Path, value: &Value) -> String {
    std::fs::write(path, value.to_string()).unwrap();
    path.display().to_string()
}

/// A folder of good files: a bundle, and an NDJSON of two more.
fn good(home: &Home) -> String {
    let folder = home.path("good");
    std::fs::create_dir(&folder).unwrap();
    write(&folder.join("one.json"), &bundle("one"));
    std::fs::write(folder.join("more.ndjson"), format!("{}\n\n{}\n", bundle("two"), bundle("three"))).unwrap();
    std::fs::write(folder.join("notes.txt"), "not for import").unwrap();
    folder.display().to_string()
}

fn counts(told: &Told) -> [i64; 5] {
    let line = told.json();
    ["pieces", "created", "updated", "unchanged", "refused"].map(|name| line[name].as_i64().unwrap())
}

#[test]
fn into_the_configured_database_twice() {
    let home = Home::empty().init();
    let folder = good(&home);
    let words = ["import", "fhir", &folder, "--local", "--institution", "H1", "--json"];
    let dry = home.done(&[&words[..], &["--dry-run"]].concat());
    assert_eq!(counts(&dry)[..2], [3, 9], "{dry:?}");
    let first = home.done(&words);
    assert_eq!(counts(&first), [3, 9, 0, 0, 0], "the dry run stored nothing: {first:?}");
    assert_eq!(first.json()["persons"].as_array().unwrap().len(), 3, "{first:?}");
    assert_eq!(counts(&home.done(&words)), [3, 0, 0, 9, 0], "the same again changes nothing");

    let mut changed = bundle("one");
    changed["entry"][2]["resource"]["valueString"] = "77".into();
    let file = write(&home.path("changed.json"), &changed);
    let third = home.done(&["import", "fhir", &file, "--local", "--institution", "H1", "--json"]);
    assert_eq!(counts(&third), [1, 0, 1, 2, 0], "{third:?}");
    home.done(&["check"]);
    assert!(!home.path("issues.ndjson").exists());
}

#[test]
fn over_http_twice() {
    let home = Home::empty().init();
    let token = home.token();
    let folder = good(&home);
    let node = home.serve(Vec::new());
    let words = ["import", "fhir", &folder, "--to", &node.base, "--token", &token, "--json"];
    let first = home.done(&words);
    assert_eq!(counts(&first), [3, 9, 0, 0, 0], "{first:?}");
    assert_eq!(first.json()["persons"].as_array().unwrap().len(), 3, "{first:?}");
    assert_eq!(counts(&home.done(&words)), [3, 0, 0, 9, 0], "the same again changes nothing");
    let old_versions = "SELECT COUNT(*) FROM records_versions";
    let replaced: i64 = database(&home.path("data/yima.sqlite")).query_row(old_versions, (), |row| row.get(0)).unwrap();
    assert_eq!(replaced, 0, "and no new version");

    let single = json!({ "resourceType": "Observation", "id": "o-single", "status": "final", "code": { "text": "心率" },
        "subject": { "reference": "Patient/p-one" }, "effectiveDateTime": "2026-11-02T08:00:00+08:00", "valueString": "70" });
    let file = write(&home.path("single.json"), &single);
    let third = home.done(&["import", "fhir", &file, "--to", &node.base, "--token", &token, "--json"]);
    assert_eq!(counts(&third), [1, 1, 0, 0, 0], "{third:?}");

    let stranger = home.yima(&["import", "fhir", &folder, "--to", &node.base, "--token", "ymt_nobody"]);
    assert_eq!(stranger.code, 1);
    assert!(stranger.err.contains("refuses the token"), "{stranger:?}");
    let without = home.yima(&["import", "fhir", &folder, "--to", &node.base]);
    assert_eq!(without.code, 1);
    assert!(without.err.contains("--token"), "{without:?}");
    assert_eq!(node.stop(), 0);
    home.done(&["check"]);
}

#[test]
fn broken_files_are_listed_and_the_rest_comes_in() {
    let home = Home::empty().init();
    let token = home.token();
    let folder = good(&home);
    std::fs::write(home.path("good/broken.json"), "{\"resourceType\": \"Bundle\",").unwrap();
    let mut wrong = bundle("wrong");
    wrong["entry"][1]["resource"]["effectiveDateTime"] = "2026-13-45".into();
    write(&home.path("good/wrong.json"), &wrong);
    let node = home.serve(Vec::new());
    let remote = home.yima(&["import", "fhir", &folder, "--to", &node.base, "--token", &token, "--json"]);
    assert_eq!(node.stop(), 0);
    let local = home.yima(&["import", "fhir", &folder, "--local", "--json", "--issues", "local.ndjson"]);
    for (told, issues) in [(remote, "issues.ndjson"), (local, "local.ndjson")] {
        assert_eq!(told.code, 1, "{told:?}");
        let counts = counts(&told);
        assert_eq!((counts[0], counts[1], counts[4]), (5, 9, 2), "{told:?}");
        let text = std::fs::read_to_string(home.path(issues)).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{text}");
        let of = |name: &str| lines.iter().find(|line| line["piece"].as_str().unwrap().ends_with(name)).unwrap();
        assert!(of("broken.json")["why"]["issue"][0]["details"]["coding"][0]["code"].is_string(), "{text}");
        assert!(of("wrong.json").to_string().contains("effective"), "the element is named: {text}");
    }
    home.done(&["check"]);
}
