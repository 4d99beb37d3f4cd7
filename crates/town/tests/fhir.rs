//! Everything the town writes passes the check that a node runs on what it is sent.

use town::{Plan, Town};

/// 2026-11-18T09:40+08:00.
const NOW: i64 = 1_794_966_000_000_000;

#[test]
fn the_first_three_hundred_people_validate() {
    let town = Town::new(Plan { seed: 21, people: 300, now_micros: NOW });
    let mut checked = 0;
    for index in 0..300 {
        for entry in town.resources(index) {
            let mut issues = Vec::new();
            fhir::validate(&entry.resource, "", &mut issues);
            assert!(issues.is_empty(), "{issues:#?} in {}", entry.resource);
            checked += 1;
        }
    }
    assert!(checked > 3_000, "only {checked} resources");
}

#[test]
fn each_resource_tells_when_whose_and_what() {
    let town = Town::new(Plan { seed: 22, people: 200, now_micros: NOW });
    for index in 0..200 {
        for entry in town.resources(index) {
            let facts = fhir::facts(&entry.resource).unwrap_or_else(|| panic!("{}", entry.resource));
            assert!(!facts.title.is_empty(), "{}", entry.resource);
            if entry.resource["resourceType"] != "Patient" {
                assert!(facts.at.is_some_and(|at| at <= NOW), "{}", entry.resource);
                let whose = format!("Patient/{}", town.patient_id(index, entry.institution).unwrap());
                assert_eq!(facts.subject, Some(whose.as_str()));
            }
        }
    }
}
