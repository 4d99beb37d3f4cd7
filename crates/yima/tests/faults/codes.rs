//! A code counts once, also across a kill (C2, C11): what was acknowledged as used
//! before `kill -9` is used after it, on both databases.

use crate::home::{Answer, Home, Node};
use crate::postgres::{Server, programs};
use serde_json::json;
use std::sync::Barrier;
use std::time::Duration;

/// Redemptions of one code at the same moment.
const PARALLEL: usize = 50;
/// Milliseconds from the start of the redemptions to the kill, by round.
const KILLED_AFTER: [u64; 3] = [2, 7, 15];
const NUMBER: &str = "11010519491231002X";

/// A hospital with desks of its own for each round, and a person with a card.
pub(crate) struct Scene {
    pub(crate) home: Home,
    his: String,
    pub(crate) desks: Vec<String>,
}

impl Scene {
    pub(crate) fn new(home: Home) -> Self {
        let home = home.init();
        let desk = |number: usize| {
            let label = format!("desk {number}");
            let words = ["token", "give", "--role", "registrar", "--institution", "H1", "--json", "--label", &label];
            home.done(&words).json()["token"].as_str().unwrap().to_owned()
        };
        let desks = (0..KILLED_AFTER.len()).map(desk).collect();
        Self { his: home.token(), desks, home }
    }

    /// Issues a card on a medium to the person.
    pub(crate) fn card(&self, node: &Node, medium: &str) -> String {
        let patient = json!({
            "resourceType": "Patient", "id": "p1", "name": [{ "text": "周静怡" }], "gender": "female",
            "birthDate": "1949-12-31", "identifier": [{ "system": "urn:oid:2.16.156.10011.1.3", "value": NUMBER }]
        });
        let entry = json!({
            "fullUrl": "http://his.example/fhir/Patient/p1", "resource": patient,
            "request": { "method": "POST", "url": "Patient" }
        });
        let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": [entry] }).to_string();
        assert_eq!(node.ask(&self.his, "POST", "/fhir", bundle).status, 200);
        let path = format!("/v1/persons?identifier=urn:oid:2.16.156.10011.1.3%7C{NUMBER}");
        let found = node.ask(&self.desks[0], "GET", &path, "");
        let person = found.body["person"]["id"].as_str().unwrap_or_else(|| panic!("{}", found.text)).to_owned();
        let asked = json!({ "person": person, "medium": medium }).to_string();
        let issued = node.ask(&self.desks[0], "POST", "/v1/cards", asked);
        issued.body["card"].as_str().unwrap_or_else(|| panic!("{}", issued.text)).to_owned()
    }
}

/// The code that the card shows next, as the body of a scan.
pub(crate) fn shown(node: &Node, desk: &str, card: &str) -> String {
    let shown = node.ask(desk, "GET", &format!("/v1/cards/{card}/code"), "");
    let code = shown.body["code"].as_str().unwrap_or_else(|| panic!("{}", shown.text)).to_owned();
    json!({ "code": code, "purpose": "01301", "place": "窗口 1" }).to_string()
}

pub(crate) fn scan(node: &Node, desk: &str, body: &str) -> Option<Answer> {
    node.try_ask(desk, "POST", "/v1/scan", body)
}

/// All at once; the answers that came, when `meanwhile` has been done in their midst.
fn redeemed(node: &Node, desk: &str, body: &str, meanwhile: impl FnOnce()) -> Vec<Answer> {
    let begin = Barrier::new(PARALLEL + 1);
    std::thread::scope(|scope| {
        let one = || {
            begin.wait();
            scan(node, desk, body)
        };
        let asking: Vec<_> = (0..PARALLEL).map(|_| scope.spawn(one)).collect();
        begin.wait();
        meanwhile();
        asking.into_iter().filter_map(|asked| asked.join().unwrap()).collect()
    })
}

fn accepted(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status == 200).count()
}

/// Runs a check on SQLite and, where it is installed, on PostgreSQL.
fn on_both(check: impl Fn(Home)) {
    check(Home::empty());
    if let Some(programs) = programs() {
        let server = Server::start(programs);
        check(Home::empty().with("YIMA_STORE_URL", server.url()));
    }
}

#[test]
fn a_code_used_before_a_kill_is_used_after_it() {
    on_both(|home| {
        let scene = Scene::new(home);
        let mut node = scene.home.serve(Vec::new());
        let desk = &scene.desks[0];
        let card = scene.card(&node, "phone");
        let body = shown(&node, desk, &card);
        let first = scan(&node, desk, &body).unwrap();
        assert_eq!(first.status, 200, "{}", first.text);
        node.signal("KILL");
        node.ended();
        drop(node);
        let node = scene.home.serve(Vec::new());
        let second = scan(&node, desk, &body).unwrap();
        assert_eq!((second.status, second.code()), (409, "credentials.code-used"), "{}", second.text);
        // Not the card: its next code is good.
        assert_eq!(scan(&node, desk, &shown(&node, desk, &card)).unwrap().status, 200);
        assert_eq!(node.stop(), 0);
        scene.home.done(&["check"]);
    });
}

#[test]
fn of_fifty_redemptions_with_a_kill_in_their_midst_one_wins_at_most() {
    on_both(|home| {
        let scene = Scene::new(home);
        let mut node = scene.home.serve(Vec::new());
        let card = scene.card(&node, "phone");
        for (desk, after) in scene.desks.iter().zip(KILLED_AFTER) {
            let body = shown(&node, desk, &card);
            let before = redeemed(&node, desk, &body, || {
                #[expect(clippy::disallowed_methods, reason = "the moment of the kill is what is tried")]
                std::thread::sleep(Duration::from_millis(after));
                node.signal("KILL");
            });
            node.ended();
            node = scene.home.serve(Vec::new());
            let later = redeemed(&node, desk, &body, || {});
            assert_eq!(later.len(), PARALLEL, "a living node answers all");
            let (won, won_later) = (accepted(&before), accepted(&later));
            assert!(won + won_later <= 1, "{won} before the kill, {won_later} after it");
            // None at all is right only when the one that won was never told.
            assert!(won + won_later == 1 || before.len() < PARALLEL, "nobody won");
            for answer in before.iter().chain(&later).filter(|answer| answer.status != 200) {
                assert_eq!((answer.status, answer.code()), (409, "credentials.code-used"), "{}", answer.text);
            }
        }
        assert_eq!(node.stop(), 0);
        scene.home.done(&["check"]);
    });
}
