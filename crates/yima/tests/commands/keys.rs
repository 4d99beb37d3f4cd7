//! `yima key`, `yima card` and `yima verify`, as an operator and a terminal use them.

use crate::home::Home;
use serde_json::{Value, json};

#[test]
fn keys_are_made_listed_followed_and_revoked() {
    let home = Home::empty().init();
    let secret = std::fs::read_to_string(home.path("keys.secret")).unwrap();
    assert_eq!(secret.len(), 64, "made at the first start");
    let list = || home.done(&["key", "list", "--json"]).json()["keys"].as_array().unwrap().clone();
    let presence = |state: &str| {
        let all = list();
        let found = all.iter().find(|key| key["use"] == "presence" && key["state"] == state);
        found.map(|key| key["kid"].as_str().unwrap().to_owned())
    };
    let first = presence("active").unwrap();
    assert!(first.as_bytes()[0] < b'8', "a production key: {first}");
    let next = home.done(&["key", "rotate", "--use", "presence", "--json"]).json();
    assert_eq!((&next["state"], presence("active")), (&json!("next"), Some(first.clone())), "{next}");
    let again = home.yima(&["key", "rotate", "--use", "presence"]);
    assert!(again.code == 1 && again.err.contains("keys.stage-wrong"), "{again:?}");
    let revoked = home.done(&["key", "revoke", &first, "--reason", "stolen", "--json"]).json();
    assert_eq!(revoked["successor"]["state"], "active", "{revoked}");
    assert_eq!(presence("revoked"), Some(first));
    let wrong = home.yima(&["key", "rotate", "--use", "index"]);
    assert!(wrong.code == 1 && wrong.err.contains("keys.wrong-use"), "{wrong:?}");
    home.done(&["key", "export-trust", "--out", "trust.json"]);
    let trust: Value = serde_json::from_slice(&std::fs::read(home.path("trust.json")).unwrap()).unwrap();
    assert!(trust["keys"]["payload"].as_str().unwrap().contains("\"realm\":\"production\""), "{trust}");
    // Another secret, and the other realm, open nothing.
    let other = home.with("YIMA_KEYS_SECRET", "another secret of an operator");
    let told = other.yima(&["key", "list"]);
    assert!(told.code == 1 && told.err.contains("keys.secret-wrong"), "{told:?}");
    let test = other.with("YIMA_KEYS_REALM", "test");
    assert!(test.yima(&["key", "list"]).err.contains("keys.realm-mixed"));
}

#[test]
fn cards_are_issued_from_a_list_and_printed() {
    let home = Home::empty();
    let (node, line) = home.demo(&[], Vec::new());
    let number = "11010519491231002X";
    let system = "urn:oid:2.16.156.10011.1.3";
    let patient = json!({ "resourceType": "Patient", "id": "p1", "name": [{ "text": "周静怡" }], "gender": "female",
        "birthDate": "1949-12-31", "identifier": [{ "system": system, "value": number }] });
    std::fs::write(home.path("own.json"), patient.to_string()).unwrap();
    home.done(&["import", "fhir", "own.json"]);
    let rows =
        format!("identifier,medium,label\n{system}|{number},paper,\"社区, 打印\"\n{system}|110105194912310999,,\n");
    std::fs::write(home.path("list.csv"), rows).unwrap();
    let issue = |more: &str| home.yima(&["card", "issue", "--from", "list.csv", "--json", more]);
    let dry = issue("--dry-run");
    assert_eq!((dry.code, &dry.json()["issued"], &dry.json()["refused"]), (2, &json!(1), &json!(1)), "{dry:?}");
    assert!(!home.path("list.csv.done.csv").exists(), "a trial writes nothing");
    let done = home.yima(&["card", "issue", "--from", "list.csv", "--json"]);
    assert_eq!((done.code, &done.json()["issued"]), (2, &json!(1)), "{done:?}");
    let issues = std::fs::read_to_string(home.path("list.csv.issues.csv")).unwrap();
    assert!(issues.contains("3,") && issues.contains("identity.nobody-found"), "{issues}");
    assert_eq!(home.yima(&["card", "issue", "--from", "list.csv"]).code, 1, "a list is not issued twice");
    let again = issue("--resume");
    assert_eq!((&again.json()["issued"], &again.json()["before"]), (&json!(0), &json!(1)), "{again:?}");
    home.done(&["card", "print", "--from", "list.csv.done.csv", "--region", "云州", "--out", "cards.pdf"]);
    assert!(std::fs::read(home.path("cards.pdf")).unwrap().starts_with(b"%PDF-"));
    let admin = line["tokens"]["admin"].as_str().unwrap();
    assert_eq!(node.ask(admin, "GET", "/v1/keys", "").status, 200);
    assert_eq!(node.ask(line["tokens"]["doctor"].as_str().unwrap(), "GET", "/v1/keys", "").status, 403);
}

#[test]
fn a_terminal_without_a_network_checks_and_tells_later() {
    let home = Home::empty();
    let (node, line) = home.demo(&[], Vec::new());
    let token = |role: &str| line["tokens"][role].as_str().unwrap().to_owned();
    let save = |name: &str, answer: &crate::home::Answer| {
        assert_eq!(answer.status, 200, "{}", answer.text);
        std::fs::write(home.path(name), &answer.text).unwrap();
    };
    save("trust.json", &node.ask("", "GET", "/v1/trust", ""));
    save("revoked.json", &node.ask(&token("kiosk"), "GET", "/v1/revoked", ""));
    let person = line["people"][0]["person"].as_str().unwrap();
    let new = json!({ "person": person, "medium": "paper" }).to_string();
    let card = node.ask(&token("registrar"), "POST", "/v1/cards", new).body["card"].as_str().unwrap().to_owned();
    let printed = node.ask(&token("registrar"), "POST", &format!("/v1/cards/{card}/print"), "").body;
    let code = printed["code"].as_str().unwrap().to_owned();
    let lists = ["--trust", "trust.json", "--revoked", "revoked.json", "--json"];
    let verify = |code: &str, more: &[&str]| home.yima(&[&["verify", code][..], &lists, more].concat());
    let told = verify(&code, &[]);
    assert_eq!((told.code, &told.json()["verdict"]), (0, &json!("valid")), "{told:?}");
    assert_eq!(told.json()["said"]["name"], printed["name"]);
    let paper = verify(&code, &["--cache", "seen"]);
    assert_eq!((paper.code, &paper.json()["accepted"]), (0, &json!(false)), "paper is looked at only: {paper:?}");
    let kid = serde_json::from_slice::<Value>(&std::fs::read(home.path("trust.json")).unwrap()).unwrap();
    assert_eq!(verify(&code, &["--pin", kid["keys"]["kid"].as_str().unwrap()]).code, 0);
    assert_eq!(verify(&code, &["--pin", "80000000000000ff"]).code, 1, "another list's key");
    let mut bent = code.clone().into_bytes();
    let last = bent.len() - 1;
    bent[last] = if bent[last] == b'0' { b'1' } else { b'0' };
    let forged = verify(&String::from_utf8(bent).unwrap(), &[]);
    assert_eq!(forged.code, 1, "{forged:?}");
    let phone = home.done(&["code", "show", "jingyi"]).out;
    let online = verify(phone.trim_end_matches('\n'), &[]);
    assert_eq!((online.code, &online.json()["verdict"]), (1, &json!("ask-server")), "{online:?}");
    let without = home.yima(&["verify", &code, "--trust", "trust.json", "--json"]);
    assert_eq!((without.code, &without.json()["verdict"]), (2, &json!("valid-no-revocations")), "{without:?}");
    let sync = home.done(&["verify", "--sync", "--cache", "seen", "--json"]);
    assert_eq!(sync.json()["told"], 0, "{sync:?}");
}
