//! `yima demo`: one line for scripts, a code from another terminal, nothing left.

use crate::home::Home;
use serde_json::json;

#[test]
fn the_demo_says_one_line_shows_codes_and_leaves_nothing() {
    let home = Home::empty();
    let (mut node, line) = home.demo(&[], Vec::new());
    assert_eq!(node.out().lines().count(), 1, "{}", node.out());
    let tokens = line["tokens"].as_object().unwrap();
    for role in ["doctor", "kiosk", "his", "citizen", "registrar", "admin"] {
        assert!(tokens[role].as_str().is_some_and(|token| token.starts_with("ymt_")), "{role}: {line}");
    }
    let people = line["people"].as_array().unwrap();
    assert!(!people.is_empty() && !line["institutions"].as_array().unwrap().is_empty(), "{line}");
    for person in people {
        assert!(person["person"].is_string() && person["name"].is_string() && person["story"].is_string(), "{person}");
        assert!(person.get("key").is_some(), "{person}");
    }
    let jingyi = people.iter().find(|person| person["key"] == "jingyi").unwrap();
    assert_eq!(home.temporary().iter().filter(|name| name.starts_with("yima-demo-")).count(), 1);

    let shown = home.done(&["code", "show", "jingyi"]).out;
    let code = shown.strip_suffix('\n').unwrap();
    assert!(code.starts_with("YM1:") && !code.contains('\n'), "{shown}");
    let asked = json!({ "code": code, "purpose": "01201", "place": "12 诊室" }).to_string();
    let scan = node.ask(tokens["doctor"].as_str().unwrap(), "POST", "/v1/scan", asked);
    assert_eq!(scan.status, 200, "{}", scan.text);
    assert_eq!(scan.body["person"]["id"], jingyi["person"]);
    let again = json!({ "code": code, "purpose": "01101", "place": "" }).to_string();
    let again = node.ask(tokens["kiosk"].as_str().unwrap(), "POST", "/v1/scan", again);
    assert_eq!((again.status, again.code()), (409, "credentials.code-used"), "{}", again.text);
    let by_id = home.done(&["code", "show", jingyi["person"].as_str().unwrap(), "--json"]).json();
    assert!(by_id["code"].as_str().unwrap().starts_with("YM1:"), "{by_id}");
    let nobody = home.yima(&["code", "show", "nobody"]);
    assert!(nobody.code == 1 && nobody.out.is_empty(), "{nobody:?}");

    node.signal("INT");
    assert_eq!(node.ended(), 0, "{}", node.err());
    assert_eq!(home.temporary(), Vec::<String>::new(), "nothing is left");
    assert_eq!(node.out().lines().count(), 1, "{}", node.out());
    let without = home.yima(&["code", "show", "jingyi"]);
    assert!(without.code == 1 && without.err.contains("no demo is running"), "{without:?}");
}

#[test]
fn a_running_demo_takes_records_and_gives_tokens() {
    let home = Home::empty();
    let (node, line) = home.demo(&[], Vec::new());
    let patient = json!({ "resourceType": "Patient", "id": "p1", "name": [{ "text": "某某" }], "gender": "male",
        "birthDate": "1970-05-06" });
    std::fs::write(home.path("own.json"), patient.to_string()).unwrap();
    let own = home.path("own.json").display().to_string();
    let told = home.done(&["import", "fhir", &own, "--json"]);
    assert!(told.err.contains(&node.base), "it says where to: {told:?}");
    assert_eq!(told.json()["created"], 1, "{told:?}");

    let hospital = line["institutions"][0]["code"].as_str().unwrap();
    let give = ["token", "give", "--role", "kiosk", "--institution", hospital, "--label", "自助机", "--json"];
    let to = ["--to", &node.base];
    let token = home.done(&[&give[..], &to].concat()).json()["token"].as_str().unwrap().to_owned();
    assert_eq!(node.ask(&token, "GET", "/v1/institutions", "").status, 200);
    home.done(&[&["token", "take", &token][..], &to].concat());
    assert_eq!(node.ask(&token, "GET", "/v1/institutions", "").status, 401, "taken back at once");
    let doctor = home.yima(&["token", "give", "--role", "doctor", "--label", "x", "--to", &node.base]);
    assert!(doctor.code == 1 && doctor.err.contains("access.role-unknown"), "people sign in themselves: {doctor:?}");
}

#[test]
fn the_demo_keeps_what_it_is_told_to_keep() {
    let home = Home::empty();
    let folder = home.path("kept").display().to_string();
    let (mut node, _) = home.demo(&["--keep", &folder, "--freeze", "2026-11-18T09:40"], Vec::new());
    node.signal("INT");
    assert_eq!(node.ended(), 0, "{}", node.err());
    assert_eq!(home.temporary(), Vec::<String>::new());
    assert!(std::fs::metadata(home.path("kept/yima.sqlite")).unwrap().len() > 100_000);
    home.with("YIMA_STORE_URL", format!("sqlite:{folder}/yima.sqlite"))
        .with("YIMA_KEYS_REALM", "test")
        .with("YIMA_KEYS_SECRET_FILE", format!("{folder}/keys.secret"))
        .done(&["check"]);
}

#[test]
fn a_demo_on_a_taken_port_or_moment_says_so() {
    let home = Home::empty();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let told = home.yima(&["demo", "--port", &port, "--people", "8"]);
    assert!(told.code == 1 && told.err.contains("--port 0"), "{told:?}");
    let told = home.yima(&["demo", "--port", "0", "--freeze", "yesterday"]);
    assert!(told.code == 1 && told.err.contains("yesterday"), "{told:?}");
    assert_eq!(home.temporary(), Vec::<String>::new(), "nothing is left");
}
