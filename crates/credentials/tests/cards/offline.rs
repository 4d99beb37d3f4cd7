//! Both sides without a network: a credential fetched ahead, checked with the lists
//! alone, told later; duplicates are found, revocations are listed.

use crate::api::{Node, node};
use crate::carriers::bytes;
use crate::desk::CAPABILITIES;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use code::verify::Moment;
use code::{Credential, Kid, Realm, Root, Step, Verdict, Verifier};
use kernel::time::SECOND;
use serde_json::{Value, json};
use testkit::on_both;

/// A phone whose browser knows P-256 only: the region's key for such phones signs,
/// whatever its own suite is, and terminals know that key from the same list.
#[test]
fn a_phone_without_ed25519_has_a_credential_too() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let now = bench.db.world().now();
        let verifier = terminal(&node, now);
        let device = phone(&node).device;
        let holder = suites::of(3).expect("as it must be").private_key(&[7; 32]).expect("as it must be");
        let path = format!("/phone/me/devices/{device}/credential");
        let ask = |suite: u8| {
            let body = json!({ "holder": URL_SAFE_NO_PAD.encode(holder.public()), "suite": suite });
            node.json(&node.desk.citizen_token, "POST", &path, &body)
        };
        let (status, given) = ask(3);
        assert_eq!((status, &given["suite"]), (201, &json!(3)), "{}: {given}", bench.name);
        let credential = Credential::read(&bytes(&given["credential"])).expect("as it must be");
        let shown = credential.show(&holder, Step::at(now / SECOND), Some(b"12345678")).expect("as it must be").text();
        let asked = |digits: &[u8; 8]| Moment { now: now / SECOND, challenge: Some(*digits) };
        assert_eq!(verifier.check(&shown, &asked(b"12345678")).verdict, Verdict::Valid, "{}", bench.name);
        assert_eq!(verifier.check(&shown, &asked(b"12345679")).verdict, Verdict::Forged);
        for wrong in [1, 2, 9] {
            assert_eq!(ask(wrong).1["code"], "credentials.device-key-invalid", "suite {wrong}");
        }
    });
}

/// Paper counts when a clerk looked, as often as it is shown; what a terminal could
/// not have accepted at its own time is not believed.
#[test]
fn a_printed_code_that_a_clerk_looked_at_is_told_later() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let desk = &node.desk;
        let now = bench.db.world().now();
        let new = json!({ "person": desk.person.to_string(), "medium": "paper" });
        let (_, card) = node.json(&desk.registrar_token, "POST", "/v1/cards", &new);
        let path = format!("/v1/cards/{}/print", card["card"].as_str().expect("as it must be"));
        let (_, printed) = node.json(&desk.registrar_token, "POST", &path, &Value::Null);
        let tell = |at: i64, confirmed: bool| {
            let one = json!({ "code": printed["code"], "at": at, "purpose": "01302", "confirmed": confirmed });
            node.json(&desk.kiosk_token, "POST", "/v1/scan/offline", &json!({ "acceptances": [one] })).1["results"]
                .clone()
        };
        assert_eq!(tell(now, false), json!(["not-believed"]), "{}: nobody looked", bench.name);
        assert_eq!(tell(now, true), json!(["kept"]), "{}", bench.name);
        assert_eq!(tell(now, true), json!(["again"]));
        assert_eq!(tell(now + SECOND, true), json!(["kept"]), "paper is shown again and again");
        let phone = phone(&node);
        let late = json!({ "code": phone.show(now, 0), "at": now - 120 * SECOND, "purpose": "01301" });
        let told = node.json(&desk.kiosk_token, "POST", "/v1/scan/offline", &json!({ "acceptances": [late] }));
        assert_eq!(told.1["results"], json!(["not-believed"]), "no terminal accepts a code of two minutes ahead");
        assert_eq!((desk.events(414), desk.events(415)), (2, 0), "{}", bench.name);
    });
}

/// A phone with a credential.
pub(crate) struct Phone {
    pub(crate) device: String,
    holder: suites::PrivateKey,
    pub(crate) credential: Credential,
}

pub(crate) fn phone(node: &Node<'_>) -> Phone {
    let citizen = &node.desk.citizen_token;
    let own = aws_lc_rs::agreement::PrivateKey::from_private_key(&aws_lc_rs::agreement::ECDH_P256, &[3; 32])
        .expect("as it must be");
    let public = URL_SAFE_NO_PAD.encode(own.compute_public_key().expect("as it must be"));
    let (_, device) = node.json(citizen, "POST", "/v1/me/devices", &json!({ "label": "", "public_key": public }));
    let device = device["device"].as_str().expect("as it must be").to_owned();
    let holder = suites::intl().private_key(&[9; 32]).expect("as it must be");
    let body = json!({ "holder": URL_SAFE_NO_PAD.encode(holder.public()) });
    let (status, given) = node.json(citizen, "POST", &format!("/phone/me/devices/{device}/credential"), &body);
    assert_eq!((status, &given["suite"]), (201, &json!(1)), "{given}");
    Phone { device, holder, credential: Credential::read(&bytes(&given["credential"])).expect("as it must be") }
}

impl Phone {
    pub(crate) fn show(&self, now: i64, sub: u32) -> String {
        let step = Step::at(now / SECOND).with_sub(sub).expect("as it must be");
        self.credential.show(&self.holder, step, None).expect("as it must be").text()
    }
}

/// A terminal that fetched the lists and then lost its network.
fn terminal(node: &Node<'_>, now: i64) -> Verifier {
    let (status, trust) = node.json("", "GET", "/v1/trust", &Value::Null);
    assert_eq!(status, 200, "{trust}");
    let list: keys::Envelope = serde_json::from_value(trust["keys"].clone()).expect("as it must be");
    let keys = keys::TrustList::read(&list, None).expect("as it must be");
    assert_eq!(keys.realm, "test");
    let kid: keys::Kid = list.kid.parse().expect("as it must be");
    let root = Root::new(Kid(kid.0), list.suite, &keys::trust::unhex(&list.public).expect("as it must be"))
        .expect("as it must be");
    let mut verifier = Verifier::new(Realm::Test, vec![root]);
    verifier.take_trust_list(&bytes(&trust["codes"]), now / SECOND).expect("as it must be");
    let (status, revoked) = node.json(&node.desk.kiosk_token, "GET", "/v1/revoked", &Value::Null);
    assert_eq!(status, 200, "{revoked}");
    for shard in revoked["shards"].as_array().expect("as it must be") {
        verifier.take_revocations(&bytes(shard), now / SECOND).expect("as it must be");
    }
    verifier
}

fn verdict(verifier: &Verifier, text: &str, now: i64) -> Verdict {
    verifier.check(text, &Moment { now: now / SECOND, challenge: None }).verdict
}

#[test]
fn a_credential_is_checked_with_the_lists_alone_and_told_later() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let phone = phone(&node);
        let now = bench.db.world().now();
        let verifier = terminal(&node, now);
        let (one, two) = (phone.show(now, 0), phone.show(now, 1));
        assert_eq!(verdict(&verifier, &one, now), Verdict::Valid, "{}", bench.name);
        let tell = |token: &str, codes: &[&str], at: i64| {
            let all: Vec<Value> =
                codes.iter().map(|code| json!({ "code": code, "at": at, "purpose": "01301" })).collect();
            node.json(token, "POST", "/v1/scan/offline", &json!({ "acceptances": all })).1["results"].clone()
        };
        let (kiosk, doctor) = (&node.desk.kiosk_token, &node.desk.doctor_token);
        bench.clock.advance(3_600 * SECOND);
        assert_eq!(tell(kiosk, &[&one, &two], now), json!(["kept", "kept"]), "{}", bench.name);
        assert_eq!(tell(kiosk, &[&one], now), json!(["again"]), "telling twice does no harm");
        assert_eq!(tell(doctor, &[&one], now + SECOND), json!(["duplicate"]), "{}", bench.name);
        let forged = Codes::forged(&phone, now);
        assert_eq!(tell(kiosk, &[&forged, "hello"], now), json!(["not-believed", "not-believed"]));
        assert_eq!(tell(kiosk, &[&two], now + 7_200 * SECOND), json!(["not-believed"]), "a clock far ahead");
        assert_eq!((node.desk.events(414), node.desk.events(415)), (3, 1), "{}", bench.name);
    });
}

struct Codes;

impl Codes {
    /// The same credential shown by somebody without its key.
    fn forged(phone: &Phone, now: i64) -> String {
        let thief = suites::intl().private_key(&[8; 32]).expect("as it must be");
        phone.credential.show(&thief, Step::at(now / SECOND), None).expect("as it must be").text()
    }
}

#[test]
fn what_ended_is_on_the_next_list_and_refused_online_at_once() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let phone = phone(&node);
        let now = bench.db.world().now();
        let before = terminal(&node, now);
        let scan = |sub: u32| {
            let scan = json!({ "code": phone.show(now, sub), "purpose": "01301" });
            node.json(&node.desk.doctor_token, "POST", "/v1/scan", &scan)
        };
        let (status, told) = scan(0);
        assert_eq!((status, &told["presence"]["carrier"]), (200, &json!("credential")), "{}: {told}", bench.name);
        assert_eq!(scan(0).1["code"], "credentials.code-used", "{}", bench.name);
        let path = format!("/phone/me/devices/{}/remove", phone.device);
        assert_eq!(node.json(&node.desk.citizen_token, "POST", &path, &Value::Null).0, 200);
        assert_eq!(scan(1).1["code"], "credentials.code-refused", "{}", bench.name);
        assert_eq!(verdict(&before, &phone.show(now, 2), now), Verdict::Valid, "the old list does not know");
        // The lists are given out again for five seconds.
        bench.clock.advance(5 * SECOND);
        let later = now + 5 * SECOND;
        let verdict = verdict(&terminal(&node, later), &phone.show(later, 2), later);
        assert_eq!(verdict, Verdict::Revoked, "{}", bench.name);
    });
}
