//! Real generator output: every resource in the shared Synthea bundles is taken
//! without an error, and says something on the timeline.

use std::path::PathBuf;

use fhir::{Issue, Limits, Severity};
use serde_json::Value;

/// The bundles; none when the shared folder is absent and not asked for.
fn bundles() -> Vec<(String, Vec<u8>)> {
    let root = std::env::var_os("YIMA_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = root.join("data/fhir/synthea-r4");
    let files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    let files: Vec<PathBuf> =
        files.into_iter().filter(|path| path.extension().is_some_and(|it| it == "json")).collect();
    let needed = std::env::var("YIMA_NEED_SHARED").is_ok_and(|need| need == "1");
    assert!(!needed || !files.is_empty(), "YIMA_NEED_SHARED is set and {} has no bundle", folder.display());
    let read = |path: &PathBuf| (path.display().to_string(), std::fs::read(path).expect("the bundle can be read"));
    files.iter().map(read).collect()
}

fn parsed(bytes: &[u8]) -> Value {
    fhir::parse(bytes, &Limits::default()).expect("the bundle is JSON")
}

#[test]
fn every_resource_is_taken() {
    for (name, bytes) in bundles() {
        let bundle = parsed(&bytes);
        let mut issues: Vec<Issue> = Vec::new();
        fhir::validate(&bundle, "Bundle", &mut issues);
        let errors: Vec<_> = issues.iter().filter(|issue| issue.severity == Severity::Error).take(5).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn numbers_and_keys_come_back_as_written() {
    for (name, bytes) in bundles() {
        let bundle = parsed(&bytes);
        let text = serde_json::to_string(&bundle).expect("JSON can be written");
        assert_eq!(parsed(text.as_bytes()), bundle, "{name}");
        // Only the blanks between the tokens differ.
        let squeeze = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
        assert_eq!(squeeze(&text), squeeze(&String::from_utf8_lossy(&bytes)), "{name}");
    }
}

#[test]
fn every_resource_says_when_whose_and_what() {
    for (name, bytes) in bundles() {
        let bundle = parsed(&bytes);
        for entry in bundle["entry"].as_array().into_iter().flatten() {
            let resource = &entry["resource"];
            let facts = fhir::facts(resource).expect("the type is stored");
            let personal = facts.kind.personal() && facts.kind.name() != "Patient";
            assert_eq!(facts.at.is_some(), personal, "{name}: {facts:?}");
            assert_eq!(facts.subject.is_some(), personal, "{name}: {facts:?}");
            assert_ne!(facts.title, "", "{name}: {facts:?}");
            assert_ne!(facts.title, facts.kind.name(), "{name}: {facts:?}");
        }
    }
}
