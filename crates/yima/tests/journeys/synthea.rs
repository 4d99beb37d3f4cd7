//! Real generator output: the five Synthea patients, imported, scanned, shown.

use crate::region::on_both;

#[test]
fn imported_people_show_their_real_history() {
    let Some(shared) = testkit::shared() else { return };
    let mut files: Vec<_> =
        std::fs::read_dir(shared.join("data/fhir/synthea-r4")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ext| ext == "json"));
    files.sort();
    assert_eq!(files.len(), 7);
    on_both(|region| {
        let mut persons = Vec::new();
        for round in 0..2 {
            let before = region.block_on(region.node.records.count()).unwrap();
            for file in &files {
                let answer = region.ask("his", "POST", "/fhir", std::fs::read(file).unwrap());
                assert_eq!(answer.status, 200, "{}: {}: {}", region.name, file.display(), answer.text);
                for entry in answer.body["entry"].as_array().unwrap() {
                    let location = entry["response"]["location"].as_str().unwrap();
                    if round == 0
                        && let Some(rest) = location.strip_prefix("Patient/")
                    {
                        persons.push(rest.split('/').next().unwrap().to_owned());
                    }
                }
            }
            let after = region.block_on(region.node.records.count()).unwrap();
            assert_eq!(after > before, round == 0, "{}: again is no duplicate ({before} → {after})", region.name);
        }
        assert_eq!(persons.len(), 5, "{}", region.name);
        for person in &persons {
            let scan = region.scan("doctor", &region.code_of(person), "01201");
            assert_eq!(scan.status, 200, "{}: {}", region.name, scan.text);
            let path = format!("/v1/persons/{person}/timeline");
            let now = region.ask("doctor", "GET", &path, "");
            assert_eq!(now.body["entries"].as_array().map(Vec::len), Some(0), "{}: they ended in 2019", region.name);
            let newest = now.body["newest_before"].as_str().unwrap().to_owned();
            let end = kernel::time::parse(&newest).unwrap() + 1;
            let from = kernel::time::rfc3339(end - access::grant::WINDOW);
            let there =
                region.ask("doctor", "GET", &format!("{path}?from={from}&to={}", kernel::time::rfc3339(end)), "");
            assert!(!there.body["entries"].as_array().unwrap().is_empty(), "{}: {}", region.name, there.text);
            let whole = region.ask("doctor", "GET", &format!("/fhir/Patient/{person}/$everything?_count=1000"), "");
            assert!(
                whole.body["total"].as_u64() > Some(60),
                "{}: {}",
                region.name,
                whole.text.get(..300).unwrap_or_default()
            );
        }
    });
}
