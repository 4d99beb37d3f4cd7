//! A node's beginnings: usage, schema, check.

use crate::home::{Home, database};

#[test]
fn version_and_usage() {
    let home = Home::empty();
    let version = home.done(&["--version"]);
    assert_eq!(version.out, format!("yima {}\n", env!("CARGO_PKG_VERSION")));
    assert!(home.done(&["--help"]).out.contains("一码通"));
    for wrong in [&[][..], &["sing"], &["serve", "--loud"], &["import", "fhir"], &["demo", "--people", "many"]] {
        let told = home.yima(wrong);
        assert_eq!((told.code, told.out.as_str()), (64, ""), "{wrong:?}: {told:?}");
        assert!(told.err.contains("Usage") || told.err.contains("--help"), "{wrong:?}: {told:?}");
    }
    let unknown = home.with("YIMA_STORE_LANES", "many").yima(&["check"]);
    assert_eq!(unknown.code, 1, "{unknown:?}");
    assert!(unknown.out.contains("YIMA_STORE_LANES"), "{unknown:?}");
}

#[test]
fn a_command_without_a_node_says_what_to_do() {
    let home = Home::empty();
    for words in [&["token", "give", "--role", "his", "--label", "x"][..], &["import", "fhir", "."], &["check"]] {
        let told = home.yima(words);
        assert_eq!(told.code, 1, "{words:?}: {told:?}");
        assert!((told.out + &told.err).contains("yima init"), "{words:?}");
    }
    assert!(!home.path("data/yima.sqlite").exists());
}

#[test]
fn a_migration_plan_shows_steps_and_creates_nothing() {
    let home = Home::empty();
    let plan = home.done(&["migrate", "--plan"]);
    assert!(plan.out.contains("CREATE TABLE store_events") && plan.out.contains("steps would run"), "{plan:?}");
    let steps = home.done(&["migrate", "--plan", "--json"]).json();
    assert!(steps["steps"].as_array().unwrap().len() >= 5, "{steps}");
    assert_eq!(steps["ran"], false);
    assert!(!home.path("data").exists() && !home.path("yima.toml").exists(), "nothing is created");

    assert!(home.done(&["migrate"]).out.contains("steps ran"));
    assert!(home.done(&["migrate"]).out.contains("Nothing to do"));
    home.done(&["check"]);
}

#[test]
fn a_fresh_node_is_healthy_and_says_so() {
    let home = Home::empty();
    let init = home.done(&["init", "--institution", "H1=云州市第一人民医院", "--admin", "wang", "--json"]).json();
    assert!(init["admin"].is_string() && init["password"].as_str().unwrap().len() >= 20, "{init}");
    assert!(std::fs::read_to_string(home.path("yima.toml")).unwrap().contains("[store]"));
    let check = home.done(&["check", "--json"]).json();
    assert_eq!(check["verdict"], "good", "{check}");
    let again = home.yima(&["init", "--admin", "wang"]);
    assert_eq!(again.code, 1, "the same administrator again: {again:?}");
    home.done(&["check"]);
}

#[test]
fn a_token_is_given_and_taken_on_a_stopped_node() {
    let home = Home::empty().init();
    let token = home.token();
    let nowhere = home.yima(&["token", "give", "--role", "his", "--institution", "H9", "--label", "x"]);
    assert_eq!(nowhere.code, 1);
    assert!(nowhere.err.contains("H9"), "{nowhere:?}");
    let node = home.serve(Vec::new());
    assert_eq!(node.ask(&token, "GET", "/v1/institutions", "").status, 200);
    let busy = home.yima(&["token", "take", &token]);
    assert_eq!(busy.code, 1, "the running node has the data: {busy:?}");
    assert!(busy.err.contains("in use by another yima"), "{busy:?}");
    assert_eq!(node.stop(), 0);
    home.done(&["token", "take", &token]);
    assert_eq!(home.yima(&["token", "take", &token]).code, 1, "once is enough");
    let node = home.serve(Vec::new());
    assert_eq!(node.ask(&token, "GET", "/v1/institutions", "").status, 401);
}

#[test]
fn a_trail_that_was_tampered_with_is_named() {
    let home = Home::empty().init();
    let path = home.path("data/yima.sqlite");
    let seq: i64 = database(&path).query_row("SELECT MIN(seq) + 1 FROM store_events", (), |row| row.get(0)).unwrap();
    for (tamper, mend, says) in [
        (
            "UPDATE store_events SET at = at + 1 WHERE seq = ?1",
            "UPDATE store_events SET at = at - 1 WHERE seq = ?1",
            format!("event {seq} does not match"),
        ),
        (
            "UPDATE store_events SET seq = seq + 1000 WHERE seq = ?1",
            "UPDATE store_events SET seq = seq - 1000 WHERE seq = ?1 + 1000",
            format!("after event {} comes {}", seq - 1, seq + 1),
        ),
    ] {
        assert_eq!(database(&path).execute(tamper, [seq]).unwrap(), 1);
        let told = home.yima(&["check"]);
        assert_eq!(told.code, 1, "{told:?}");
        assert!(told.out.contains(&says), "{says}: {told:?}");
        assert_eq!(database(&path).execute(mend, [seq]).unwrap(), 1);
        home.done(&["check"]);
    }
    database(&path).execute("DELETE FROM store_events WHERE seq = (SELECT MAX(seq) FROM store_events)", ()).unwrap();
    let told = home.yima(&["check", "--json"]);
    assert_eq!((told.code, told.json()["verdict"].as_str()), (1, Some("bad")), "{told:?}");
    assert!(told.out.contains("ends at event"), "{told:?}");
}
