//! `yima verify` as two terminals without a network use it, and what the region learns
//! of it afterwards.

use crate::home::{Home, Node, Told, database};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use code::{Credential, Step};
use kernel::World;
use kernel::time::{SECOND, rfc3339};
use serde_json::json;

/// A phone with a credential: its device is the curve's generator, which nobody asks
/// to open anything here.
struct Phone {
    holder: suites::PrivateKey,
    credential: Credential,
}

impl Phone {
    fn of(node: &Node, citizen: &str) -> Self {
        let x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
        let y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
        let point = keys::trust::unhex(&format!("04{x}{y}")).unwrap();
        let body = json!({ "label": "", "public_key": URL_SAFE_NO_PAD.encode(point) }).to_string();
        let device = node.ask(citizen, "POST", "/v1/me/devices", body).body;
        let holder = suites::intl().private_key(&[9; 32]).unwrap();
        let body = json!({ "holder": URL_SAFE_NO_PAD.encode(holder.public()), "suite": 1 }).to_string();
        let path = format!("/v1/me/devices/{}/credential", device["device"].as_str().unwrap());
        let given = node.ask(citizen, "POST", &path, body).body;
        let bytes = URL_SAFE_NO_PAD.decode(given["credential"].as_str().unwrap()).unwrap();
        Self { holder, credential: Credential::read(&bytes).unwrap() }
    }

    fn show(&self, sub: u32, challenge: Option<&[u8; 8]>) -> String {
        let step = Step::at(World::real().now() / SECOND).with_sub(sub).unwrap();
        self.credential.show(&self.holder, step, challenge).unwrap().text()
    }
}

fn paper(node: &Node, registrar: &str, person: &str) -> String {
    let new = json!({ "person": person, "medium": "paper" }).to_string();
    let card = node.ask(registrar, "POST", "/v1/cards", new).body["card"].as_str().unwrap().to_owned();
    let printed = node.ask(registrar, "POST", &format!("/v1/cards/{card}/print"), "").body;
    printed["code"].as_str().unwrap().to_owned()
}

/// Exit code, verdict, whether it is remembered.
fn said(told: &Told) -> (i32, String, bool) {
    let json = told.json();
    (told.code, json["verdict"].as_str().unwrap().to_owned(), json["accepted"] == true)
}

#[test]
fn what_two_terminals_accepted_offline_is_told_traced_and_compared() {
    let home = Home::empty();
    let kept = home.path("kept").display().to_string();
    let (node, line) = home.demo(&["--keep", &kept], Vec::new());
    let token = |role: &str| line["tokens"][role].as_str().unwrap().to_owned();
    for (name, role, path) in [("trust.json", "", "/v1/trust"), ("revoked.json", "kiosk", "/v1/revoked")] {
        let answer =
            node.ask(if role.is_empty() { "" } else { line["tokens"][role].as_str().unwrap() }, "GET", path, "");
        assert_eq!(answer.status, 200, "{}", answer.text);
        std::fs::write(home.path(name), answer.text).unwrap();
    }
    let people = line["people"].as_array().unwrap();
    let jingyi = people.iter().find(|person| person["key"] == "jingyi").unwrap();
    let phone = Phone::of(&node, &token("citizen"));
    let printed = paper(&node, &token("registrar"), jingyi["person"].as_str().unwrap());
    let lists = ["--trust", "trust.json", "--revoked", "revoked.json", "--json"];
    let verify = |code: &str, more: &[&str]| home.yima(&[&["verify", code][..], &lists, more].concat());

    // Two terminals, no network: each remembers only what it accepted itself.
    let (one, asked) = (phone.show(0, None), phone.show(1, Some(b"20261124")));
    let valid = |remembered: bool| (0, "valid".to_owned(), remembered);
    let refused = |word: &str| (1, word.to_owned(), false);
    for (code, more, expected) in [
        (&one, &["--cache", "first"][..], valid(true)),
        (&one, &["--cache", "first"][..], refused("used-here")),
        (&one, &["--cache", "second"][..], valid(true)),
        (&asked, &["--cache", "first", "--challenge", "20261125"][..], refused("forged")),
        (&asked, &["--cache", "first"][..], refused("challenge-unknown")),
        (&one, &["--cache", "first", "--challenge", "20261124"][..], refused("challenge-missing")),
        (&asked, &["--cache", "first", "--challenge", "20261124"][..], valid(true)),
        (&printed, &["--cache", "first"][..], valid(false)),
        (&printed, &["--cache", "first", "--confirmed"][..], valid(true)),
    ] {
        assert_eq!(said(&verify(code, more)), expected, "{more:?}");
    }
    let later = rfc3339(World::real().now() + 73 * 3_600 * SECOND);
    assert_eq!(said(&verify(&one, &["--at", &later])), refused("expired"));
    assert_eq!(verify(&one, &["--challenge", "1234"]).code, 64, "a challenge has eight digits");

    // The network is back.
    let sync = |folder: &str, role: &str| {
        let (to, token) = (["--to", &node.base], token(role));
        home.yima(&[&["verify", "--sync", "--cache", folder, "--token", &token, "--json"][..], &to].concat())
    };
    let first = sync("first", "kiosk");
    assert_eq!((first.code, first.json()), (0, json!({ "told": 3, "results": { "kept": 3 } })), "{first:?}");
    let again = sync("first", "kiosk");
    assert_eq!((again.code, &again.json()["told"]), (0, &json!(0)), "{again:?}");
    std::fs::remove_file(home.path("first/told.json")).unwrap();
    assert_eq!(sync("first", "kiosk").json()["results"], json!({ "again": 3 }), "telling twice does no harm");
    let second = sync("second", "doctor");
    assert_eq!((second.code, &second.json()["results"]), (2, &json!({ "duplicate": 1 })), "{second:?}");

    let looks = node.ask(&token("citizen"), "GET", "/phone/looks?lang=zh-CN", "").text;
    assert_eq!(looks.matches("没有网络时核对了您的码").count(), 4, "{looks}");
    assert_eq!(node.stop(), 0);
    let count = |name: i64| -> i64 {
        let sql = "SELECT COUNT(*) FROM store_events WHERE name = ?1";
        database(&home.path("kept/yima.sqlite")).query_row(sql, [name], |row| row.get(0)).unwrap()
    };
    assert_eq!((count(414), count(415)), (4, 1), "four acceptances, one of them a duplicate");
}
