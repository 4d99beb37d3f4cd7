//! Logs and metrics name nobody (U8): a whole visit, and what goes wrong beside
//! it, at the most talkative level that operators use.

use crate::home::{Home, Node, Variables};
use crate::postgres::{Server, programs};
use crate::shim::Shim;
use serde_json::{Value, json};

const NAME: &str = "秦桑榆";
const NUMBER: &str = "990100198503070023";
const PHONE: &str = "13900007788";
const ADDRESS: &str = "柳荫巷七号";
const DIAGNOSIS: &str = "某种少见的病";
const RESIDENT_ID: &str = "urn:oid:2.16.156.10011.1.3";

fn arrival() -> String {
    let post = |full: &str, resource: Value| {
        let name = resource["resourceType"].as_str().unwrap().to_owned();
        json!({ "fullUrl": full, "resource": resource, "request": { "method": "POST", "url": name } })
    };
    let patient = "urn:uuid:0e8f0e60-0000-4000-8000-000000000001";
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": [
        post(patient, json!({
            "resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1985-03-07",
            "identifier": [{ "system": RESIDENT_ID, "value": NUMBER }], "name": [{ "text": NAME }],
            "telecom": [{ "system": "phone", "value": PHONE }], "address": [{ "text": ADDRESS }]
        })),
        post("urn:uuid:0e8f0e60-0000-4000-8000-000000000002", json!({
            "resourceType": "Condition", "id": "c1", "subject": { "reference": patient },
            "clinicalStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active" }] },
            "code": { "text": DIAGNOSIS }, "recordedDate": "2026-10-18T09:30:00+08:00"
        })),
    ]})
    .to_string()
}

struct Visit<'a> {
    node: &'a Node,
    line: &'a Value,
    secrets: Vec<String>,
}

impl Visit<'_> {
    fn token(&self, role: &str) -> &str {
        self.line["tokens"][role].as_str().unwrap_or_else(|| panic!("no token of {role}"))
    }

    fn ask(&self, role: &str, method: &str, path: &str, body: &str) -> Value {
        let answer = self.node.ask(self.token(role), method, path, body);
        assert!(answer.status < 300, "{role} {method} {path}: {} {}", answer.status, answer.text);
        answer.body
    }

    /// A code that the desk shows for a person.
    fn code_of(&mut self, person: &str) -> String {
        let asked = json!({ "person": person, "medium": "paper", "label": NAME }).to_string();
        let card = self.ask("registrar", "POST", "/v1/cards", &asked);
        let path = format!("/v1/cards/{}/code", card["card"].as_str().unwrap());
        let code = self.ask("registrar", "GET", &path, "")["code"].as_str().unwrap().to_owned();
        self.secrets.push(code.clone());
        code
    }

    /// Everything goes well.
    fn well(&mut self) {
        let answer = self.ask("his", "POST", "/fhir", &arrival());
        let place = answer.pointer("/entry/0/response/location").and_then(Value::as_str).unwrap().to_owned();
        let person = place.split('/').nth(1).unwrap().to_owned();
        self.ask("his", "GET", &format!("/fhir/Patient?identifier={RESIDENT_ID}%7C{NUMBER}"), "");
        self.ask("registrar", "GET", &format!("/v1/persons?identifier={RESIDENT_ID}%7C{NUMBER}"), "");
        for (role, purpose) in [("kiosk", "01101"), ("doctor", "01201")] {
            let code = self.code_of(&person);
            let asked = json!({ "code": code, "purpose": purpose, "place": "12 诊室" }).to_string();
            self.ask(role, "POST", "/v1/scan", &asked);
        }
        let timeline = self.ask("doctor", "GET", &format!("/v1/persons/{person}/timeline"), "");
        assert!(timeline.to_string().contains(DIAGNOSIS), "{timeline}");
        self.ask("doctor", "GET", &format!("/fhir/Patient/{person}/$everything"), "");
        let own = self.ask("citizen", "GET", "/v1/me/code", "");
        self.secrets.extend(own["code"].as_str().map(str::to_owned));
        for path in ["/", "/clinic", "/phone", "/phone/looks"] {
            let page = self.node.ask(self.token(if path == "/clinic" { "doctor" } else { "citizen" }), "GET", path, "");
            assert!(page.status < 500, "{path}: {}", page.status);
        }
    }

    /// What goes wrong every day: wrong codes, bodies, passwords, addresses.
    fn wrong(&mut self) {
        let used = self.secrets.first().unwrap().clone();
        let (made_up, token) = (format!("YM1:{PHONE}"), format!("ymt_{NUMBER}"));
        let scan = |code: &str| json!({ "code": code, "purpose": "01201", "place": ADDRESS }).to_string();
        let broken = arrival().replace("female", "femme").replace("1985-03-07", NUMBER);
        let half = arrival().split_at(300).0.to_owned();
        let form = format!("name={NUMBER}&password={PHONE}&totp=123456");
        let search = format!("/fhir/Patient?name={NAME}&identifier={NUMBER}");
        let asked: [(&str, &str, &str, &str); 9] = [
            (self.token("doctor"), "POST", "/v1/scan", &scan(&used)),
            (self.token("doctor"), "POST", "/v1/scan", &scan(&made_up)),
            (self.token("doctor"), "POST", "/v1/scan", &scan(&used).replace("01201", NUMBER)),
            (self.token("his"), "POST", "/fhir", &broken),
            (self.token("his"), "POST", "/fhir", &half),
            (&token, "GET", "/v1/me/code", ""),
            (self.token("his"), "GET", &search, ""),
            ("", "POST", "/sign-in", &form),
            (self.token("doctor"), "GET", &format!("/v1/persons/{NUMBER}/timeline?from={NAME}"), ""),
        ];
        for (token, method, path, body) in asked {
            let answer = self.node.ask(token, method, path, body);
            assert!((400..500).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.text);
        }
    }
}

/// Makes the visit, lets the world fail at its end, reads log and metrics.
fn check_silence(home: &Home, words: &[&str], variables: Variables, fail: impl FnOnce()) {
    let (mut node, line) = home.demo(words, variables);
    let mut visit = Visit { node: &node, line: &line, secrets: Vec::new() };
    visit.well();
    visit.wrong();
    let metrics = node.ask("", "GET", "/metrics", "").text;
    fail();
    let failed = node.ask(visit.token("his"), "POST", "/fhir", arrival().replace(DIAGNOSIS, "另一种病"));
    assert!(failed.status >= 500, "{}", failed.text);
    let mut secrets = visit.secrets;
    assert!(secrets.len() >= 3, "codes were shown: {secrets:?}");
    node.signal("TERM");
    assert_eq!(node.ended(), 0);
    assert_eq!(home.temporary(), Vec::<String>::new());

    secrets.extend([NAME, NUMBER, PHONE, ADDRESS, DIAGNOSIS, "ymt_", "YM1:"].map(str::to_owned));
    secrets.extend(line["tokens"].as_object().unwrap().values().map(|token| token.as_str().unwrap().to_owned()));
    for person in line["people"].as_array().unwrap() {
        secrets.extend(["name", "name_en"].iter().filter_map(|key| person[key].as_str()).map(str::to_owned));
    }
    secrets.retain(|secret| !secret.is_empty());
    assert!(metrics.contains("/v1/scan") && metrics.contains("4xx"), "{metrics}");
    let log = node.err();
    assert!(log.contains("a request failed"), "what failed is logged: {log}");
    for line in log.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "not a line of JSON: {line}");
    }
    for secret in secrets {
        let says = log.lines().find(|line| line.contains(&secret));
        assert_eq!(says, None, "the log says {secret}");
        assert!(!metrics.contains(&secret), "the metrics say {secret}");
    }
}

#[test]
fn logs_and_metrics_of_a_whole_visit_name_nobody() {
    let home = Home::empty().with("YIMA_LOG_LEVEL", "debug");
    std::fs::create_dir(home.path("data")).unwrap();
    let shim = Shim::new(&home);
    check_silence(&home, &["--keep", "data"], shim.variables(), || shim.set_full(true));
}

#[test]
fn logs_and_metrics_name_nobody_on_postgresql_either() {
    let Some(programs) = programs() else { return };
    let mut server = Server::start(programs);
    let home = Home::empty().with("YIMA_LOG_LEVEL", "debug").with("YIMA_STORE_URL", server.url());
    check_silence(&home, &[], Vec::new(), || server.down());
}

#[test]
fn a_fault_of_postgresql_does_not_quote_the_row() {
    let Some(programs) = programs() else { return };
    let server = Server::start(programs);
    let migration = kernel::Migration {
        name: "202611240901_probe",
        sql: "CREATE TABLE probe (name TEXT NOT NULL PRIMARY KEY, phone TEXT NOT NULL);",
    };
    let engine = store::Engine::Postgres { url: server.url(), lanes: 1, readers: 1 };
    let all = store::migrate::in_order(&[&store::CAPABILITY]).into_iter().chain([migration]).collect::<Vec<_>>();
    let db = store::Db::open(store::Settings::of(engine), &all).unwrap();
    let put = |phone: Option<&'static str>| {
        let phone = phone.map_or(store::P::Null, store::P::S);
        let sql = "INSERT INTO probe (name, phone) VALUES ($1, $2)";
        db.write_now(0, move |tx| Ok(tx.execute(sql, &[store::P::S(NAME), phone])?))
    };
    let missing = put(None).unwrap_err().to_string();
    assert!(missing.contains("probe") && missing.contains("23502"), "{missing}");
    put(Some(PHONE)).unwrap();
    let twice = put(Some(PHONE)).unwrap_err().to_string();
    assert!(twice.contains("23505"), "{twice}");
    for says in [missing, twice] {
        assert!(!says.contains(NAME) && !says.contains(PHONE), "{says}");
    }
    db.close();
}
