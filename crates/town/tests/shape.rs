//! What holds for every person at any now: nothing lies in the future, every reference leads
//! somewhere, ids are unique, and there is as much of everything as a town has.

use serde_json::Value;
use std::collections::BTreeSet;
use town::{Entry, Plan, Town, check_character};

/// 2026-11-18T09:40+08:00.
const NOW: i64 = 1_794_966_000_000_000;
/// 2027-03-01T10:00+08:00.
const BEFORE_MARCH: i64 = 1_803_866_400_000_000;
const MINUTE: i64 = 60_000_000;

/// Several presents: the demo's, a midnight, a leap day, a summer evening, the first of January.
const PRESENTS: [(i64, &str); 5] = [
    (NOW, "2026-11-18T09:40:00+08:00"),
    (NOW - 580 * MINUTE, "2026-11-18T00:00:00+08:00"),
    (1_835_404_200_000_000, "2028-02-29T10:30:00+08:00"),
    (1_784_286_540_000_000, "2026-07-17T19:09:00+08:00"),
    (1_798_733_100_000_000, "2027-01-01T00:05:00+08:00"),
];

fn each_text(value: &Value, path: &str, found: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                each_text(member, &format!("{path}.{key}"), found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each_text(item, path, found)),
        Value::String(text) => found(path, text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && (bytes.len() == 10 || bytes[10] == b'T')
}

#[test]
fn nothing_is_dated_after_now() {
    for (now_micros, now_text) in PRESENTS {
        let town = Town::new(Plan { seed: 11, people: 500, now_micros });
        let mut seen = 0;
        for index in 0..500 {
            for entry in town.resources(index) {
                each_text(&entry.resource, "", &mut |path, text| {
                    // A prescription lasts into the future.
                    if is_date(text) && !path.ends_with("validityPeriod.end") {
                        seen += 1;
                        assert!(*text <= now_text[..text.len()], "{path} {text} in {}", entry.resource);
                    }
                });
            }
        }
        assert!(seen > 2_000, "only {seen} dates at {now_text}");
    }
}

#[test]
fn every_reference_leads_to_something_before_it_in_the_same_institution() {
    let town = Town::new(Plan { seed: 12, people: 600, now_micros: NOW });
    let mut ids = BTreeSet::new();
    for index in 0..600 {
        let mut own = BTreeSet::new();
        for Entry { institution, resource } in town.resources(index) {
            each_text(&resource, "", &mut |path, text| {
                if path.ends_with(".reference") {
                    assert!(own.contains(&(institution, text.to_owned())), "{path} {text}");
                }
            });
            let kind = resource["resourceType"].as_str().unwrap();
            let id = resource["id"].as_str().unwrap();
            assert!(ids.insert(format!("{kind}/{id}")), "{kind}/{id} twice");
            own.insert((institution, format!("{kind}/{id}")));
        }
    }
}

#[test]
fn patients_come_first_and_carry_two_numbers() {
    let town = Town::new(Plan { seed: 13, people: 400, now_micros: NOW });
    for index in 0..400 {
        let entries = town.resources(index);
        let person = town.person(index);
        let is_patient = |entry: &&Entry| entry.resource["resourceType"] == "Patient";
        let patients = entries.iter().filter(is_patient).count();
        assert_eq!(entries.iter().take_while(is_patient).count(), patients);
        for entry in entries.iter().take(patients) {
            let patient = &entry.resource;
            assert_eq!(patient["id"], *town.patient_id(index, entry.institution).unwrap());
            assert_eq!(patient["identifier"].as_array().unwrap().len(), 2);
            if let Some(number) = &person.id_number {
                assert_eq!(patient["identifier"][0]["value"], **number);
            }
        }
        if let (Some(number), 6..) = (&person.id_number, index) {
            assert_eq!(check_character(&number[..17]), number.chars().last());
        }
    }
    assert_eq!(town.patient_id(7, "nowhere"), None);
}

#[test]
fn there_is_as_much_as_a_town_has() {
    let town = Town::new(Plan { seed: 14, people: 4_000, now_micros: NOW });
    let summary = town.summary();
    let per_person = summary.resources * 10 / summary.people;
    assert!((115..=150).contains(&per_person), "{per_person} tenths: {summary:?}");
    let with_records = summary.people_with_records * 100 / summary.people;
    assert!((60..=80).contains(&with_records), "{with_records} % have records");
    assert!(summary.encounters > 2 * summary.people * 8 / 10, "{summary:?}");
    assert!(summary.studies > 500 && summary.reports > 3_500, "{summary:?}");
    assert_eq!((summary.hospitals, summary.institutions), (6, 12));
    let halves = town.summary_of(0..1_500).plus(town.summary_of(1_500..4_000));
    assert_eq!(halves, summary);
}

#[test]
fn influenza_keeps_to_winter() {
    // The half year before March holds the whole winter; that before 18 November almost none of it.
    let count = |now_micros| {
        let town = Town::new(Plan { seed: 15, people: 3_000, now_micros });
        let mut found = 0;
        for index in 6..3_000 {
            town.write_resources(index, &mut |_, kind, bytes| {
                let text = std::str::from_utf8(bytes).unwrap();
                found += u32::from(kind == "Condition" && text.contains("J10.100x001"));
            });
        }
        found
    };
    let (winter, summer) = (count(BEFORE_MARCH), count(NOW));
    assert!(winter > 2 * summer && summer > 3, "winter {winter}, summer {summer}");
}

#[test]
fn the_old_are_seen_more_than_the_young() {
    let town = Town::new(Plan { seed: 16, people: 3_000, now_micros: NOW });
    let (mut old, mut young) = ((0, 0), (0, 0));
    for index in 6..3_000 {
        let birth = town.person(index).birth_date.unwrap();
        let group = if *birth < *"1961" {
            &mut old
        } else if *birth > *"1986" {
            &mut young
        } else {
            continue;
        };
        group.0 += 1;
        town.write_resources(index, &mut |_, _, _| group.1 += 1);
    }
    assert!(old.1 * young.0 > 2 * young.1 * old.0, "old {old:?}, young {young:?}");
}

#[test]
fn nobody_is_given_what_they_are_allergic_to() {
    let town = Town::new(Plan { seed: 17, people: 6_000, now_micros: NOW });
    let mut allergic = 0;
    for index in 0..6_000 {
        let (mut penicillin, mut given) = (false, false);
        town.write_resources(index, &mut |_, kind, bytes| {
            let text = std::str::from_utf8(bytes).expect("JSON is UTF-8");
            penicillin |= kind == "AllergyIntolerance" && text.contains("青霉素");
            given |= kind == "MedicationRequest" && text.contains("\"J01C");
        });
        assert!(!(penicillin && given), "person {index}");
        allergic += u32::from(penicillin);
    }
    assert!(allergic > 30, "{allergic}");
}

#[test]
fn parts_of_a_blood_count_are_parts_of_one_whole() {
    let town = Town::new(Plan { seed: 18, people: 1_500, now_micros: NOW });
    let value = |resource: &Value| resource["valueQuantity"]["value"].to_string().parse::<f64>();
    let mut seen = 0;
    for index in 0..1_500 {
        let entries = town.resources(index);
        let pairs = entries.windows(2).filter(|pair| {
            pair[0].resource["code"]["text"] == "中性粒细胞百分比"
                && pair[1].resource["code"]["text"] == "淋巴细胞百分比"
        });
        for pair in pairs {
            let sum = value(&pair[0].resource).unwrap() + value(&pair[1].resource).unwrap();
            assert!((80.0..=99.0).contains(&sum), "{sum} in person {index}");
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}
