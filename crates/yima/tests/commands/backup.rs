//! `yima backup` and `yima restore`: a copy of a running node, proven, put back.

use crate::home::{Home, database};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

fn patient(number: usize) -> String {
    serde_json::json!({ "resourceType": "Patient", "id": format!("p-{number}"), "name": [{ "text": "某某" }],
        "gender": "female", "birthDate": "1990-01-01" })
    .to_string()
}

fn entries(path: &Path) -> i64 {
    database(path).query_row("SELECT COUNT(*) FROM records_entries", (), |row| row.get(0)).unwrap()
}

/// A folder with the same configuration and no data.
fn beside(home: &Home) -> Home {
    let other = Home::empty();
    std::fs::copy(home.path("yima.toml"), other.path("yima.toml")).unwrap();
    std::fs::copy(home.path("keys.secret"), other.path("keys.secret")).unwrap();
    other
}

#[test]
fn a_copy_of_a_running_node_is_put_back_elsewhere() {
    let home = Home::empty().init();
    let token = home.token();
    let node = home.serve(Vec::new());
    for number in 0..40 {
        assert_eq!(node.ask(&token, "POST", "/fhir/Patient", patient(number)).status, 201);
    }
    let copy = home.path("copy.sqlite").display().to_string();
    let over = AtomicBool::new(false);
    let told = std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 40.. {
                assert_eq!(node.ask(&token, "POST", "/fhir/Patient", patient(number)).status, 201);
                if over.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        let told = home.yima(&["backup", &copy, "--json"]);
        over.store(true, Ordering::SeqCst);
        told
    });
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.json()["events"].as_i64().unwrap() >= 40, "{told:?}");
    let again = home.yima(&["backup", &copy]);
    assert!(again.code == 1 && again.err.contains("exists already"), "{again:?}");
    assert_eq!(node.stop(), 0);

    let other = beside(&home);
    assert!(other.done(&["restore", &copy, "--dry-run"]).out.contains("can be restored"));
    assert!(!other.path("data").exists(), "a rehearsal creates nothing");
    other.done(&["restore", &copy]);
    other.done(&["check"]);
    let (kept, all) = (entries(&other.path("data/yima.sqlite")), entries(&home.path("data/yima.sqlite")));
    assert!((40..=all).contains(&kept), "{kept} of {all}");
    let onto = other.yima(&["restore", &copy]);
    assert!(onto.code == 1 && onto.err.contains("move it away first"), "{onto:?}");
    let node = other.serve(Vec::new());
    assert_eq!(node.ask(&token, "POST", "/fhir/Patient", patient(0)).status, 200, "known already");
}

#[test]
fn a_copy_is_one_moment_whatever_is_written_meanwhile() {
    let home = Home::empty().init();
    let path = home.path("data/yima.sqlite");
    let writer = database(&path);
    // So many pages that copying takes several steps.
    let fill = "CREATE TABLE ballast (id INTEGER PRIMARY KEY, bytes BLOB);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
        INSERT INTO ballast SELECT i, zeroblob(4000000) FROM n;";
    writer.execute_batch(fill).unwrap();
    let copy = home.path("copy.sqlite");
    let mut steps = 0;
    store::backup::copy_sqlite(&path, &copy, |_, _| {
        steps += 1;
        assert!(steps < 100, "each write begins the copy anew");
        writer.execute("UPDATE ballast SET bytes = zeroblob(?1) WHERE id < 3", [steps]).unwrap();
    })
    .unwrap();
    assert!(steps >= 3, "{steps}");
    let kept: i64 = database(&copy).query_row("SELECT SUM(LENGTH(bytes)) FROM ballast", (), |row| row.get(0)).unwrap();
    assert_eq!(kept, 48_000_000);
}

#[test]
fn a_copy_that_was_tampered_with_is_refused() {
    let home = Home::empty().init();
    home.token();
    let copy = home.path("copy.sqlite");
    home.done(&["backup", &copy.display().to_string()]);
    let (bytes, sum) = (std::fs::read(&copy).unwrap(), home.path("copy.sqlite.sha256"));
    let other = beside(&home);
    let refused = |why: &str| {
        for words in [&["restore", "--dry-run"][..], &["restore"]] {
            let told = other.yima(&[words, &[&copy.display().to_string()]].concat());
            assert_eq!((told.code, told.out.as_str()), (1, ""), "{why}: {told:?}");
            assert!(!told.err.trim().is_empty(), "{why}: {told:?}");
        }
        assert!(!other.path("data/yima.sqlite").exists(), "{why}");
    };

    let mut flipped = bytes.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    std::fs::write(&copy, &flipped).unwrap();
    refused("a flipped bit");
    std::fs::write(&copy, &bytes[..middle]).unwrap();
    refused("half a file");
    std::fs::write(&copy, "no database").unwrap();
    refused("another file");

    std::fs::write(&copy, &bytes).unwrap();
    database(&copy).execute("UPDATE store_events SET actor_id = 7 WHERE seq = 2", ()).unwrap();
    refused("an edited trail with the old checksum");
    std::fs::remove_file(&sum).unwrap();
    refused("an edited trail without a checksum");
    std::fs::remove_file(&copy).unwrap();
    refused("no file");

    std::fs::write(&copy, &bytes).unwrap();
    assert_eq!(other.yima(&["restore", &copy.display().to_string()]).code, 0, "the copy itself is fine");
}
