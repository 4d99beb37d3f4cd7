//! A phone from registration to showing codes without the node; family; what was
//! opened and ended with one tap.

use crate::api::{Node, node};
use crate::carriers::bytes;
use crate::desk::{CAPABILITIES, OTHER_NUMBER};
use aws_lc_rs::agreement;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use code::phone::Fields;
use code::{Phone, Step};
use identity::RESIDENT_ID_SYSTEM;
use kernel::time::{DAY, HOUR, SECOND};
use serde_json::{Value, json};
use testkit::on_both;

/// A browser with a key that never leaves it.
struct Browser {
    own: agreement::PrivateKey,
}

impl Browser {
    fn new(seed: u8) -> Self {
        Self {
            own: agreement::PrivateKey::from_private_key(&agreement::ECDH_P256, &[seed; 32]).expect("as it must be"),
        }
    }

    fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.own.compute_public_key().expect("as it must be"))
    }

    /// Unwraps the secret of a stock as WebCrypto does.
    fn secret(&self, stock: &Value) -> suites::MacKey {
        let device = stock["device"].as_str().expect("as it must be");
        let node = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, bytes(&stock["key"]["public_key"]));
        let suite = suites::intl();
        let info = format!("yima-device-1 {device} {}", stock["epoch"]);
        let key = agreement::agree(&self.own, node, (), |shared| {
            let extracted = suite.mac_key(&[0; 32]).tag(&[shared]);
            Ok(suite.derive(&suite.mac_key(&extracted), &[info.as_bytes()]))
        })
        .expect("as it must be");
        let iv = bytes(&stock["key"]["iv"]).try_into().expect("as it must be");
        let opened = suite.open(&key, iv, device.as_bytes(), &bytes(&stock["key"]["wrapped"])).expect("as it must be");
        suite.mac_key(&opened.as_slice().try_into().expect("as it must be"))
    }

    /// Mints as the page does.
    fn mint(&self, stock: &Value, now: i64, sub: u32) -> Option<String> {
        let half = u32::try_from(now / SECOND / 30).expect("as it must be");
        let number = |name: &str| u32::try_from(stock[name].as_u64().expect("as it must be")).expect("as it must be");
        let at = usize::try_from(half.checked_sub(number("first"))? / number("span")).expect("as it must be");
        let handles = bytes(&stock["handles"]);
        let handle = handles.get(at * 16..at * 16 + 16)?.try_into().expect("as it must be");
        let fields = Fields {
            suite: 1,
            region: number("region"),
            epoch: u16::try_from(stock["epoch"].as_u64().expect("as it must be")).expect("as it must be"),
            handle,
            step: Step::of_half_minute(half).with_sub(sub).expect("as it must be"),
        };
        Some(Phone::mint(&self.secret(stock), &fields).text())
    }
}

fn register(node: &Node<'_>, token: &str, browser: &Browser, more: &Value) -> (u16, Value) {
    let mut body = json!({ "label": "我的手机", "public_key": browser.public() });
    if let Some(shows) = more.as_str() {
        body["for"] = shows.into();
    }
    node.json(token, "POST", "/phone/me/devices", &body)
}

fn stock(node: &Node<'_>, token: &str, device: &Value, days: u32) -> (u16, Value) {
    let path = format!("/v1/me/devices/{}/stock", device["device"].as_str().expect("as it must be"));
    node.json(token, "POST", &path, &json!({ "days": days }))
}

/// What its owner stopped begins again by its owner's word only: neither a new phone nor
/// a look at the code makes another card.
#[test]
fn a_stopped_card_gives_nothing_to_any_phone() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let (citizen, card) = (&node.desk.citizen_token, node.desk.card);
        let (_, device) = register(&node, citizen, &Browser::new(3), &Value::Null);
        let id = device["device"].as_str().unwrap();
        let act = |act: &str| node.json(citizen, "POST", &format!("/v1/me/cards/{card}/{act}"), &Value::Null).0;
        let codes = || {
            let used = node.json(citizen, "GET", &format!("/v1/me/used?device={id}"), &Value::Null);
            let new = register(&node, citizen, &Browser::new(4), &Value::Null);
            [used, stock(&node, citizen, &device, 1), new].map(|(status, told)| (status, told["code"].clone()))
        };
        for stop in ["suspend", "lost"] {
            assert_eq!(act(stop), 200, "{}", bench.name);
            let refused = (409, json!("credentials.card-ended"));
            assert_eq!(codes(), [refused.clone(), refused.clone(), refused], "{}: {stop}", bench.name);
            assert_eq!(act("resume"), 200);
            assert_eq!(codes().map(|(status, _code)| status), [200, 200, 201], "{}: resumed", bench.name);
        }
    });
}

/// C9: three days without the node, and every code is good.
#[test]
fn a_registered_phone_shows_codes_for_days_without_the_node() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let (citizen, browser) = (&node.desk.citizen_token, Browser::new(3));
        let (status, device) = register(&node, citizen, &browser, &Value::Null);
        assert_eq!(status, 201, "{}: {device}", bench.name);
        assert_eq!(device["card"], node.desk.card.to_string(), "the card the person has");
        let (status, fetched) = stock(&node, citizen, &device, 4);
        assert_eq!(status, 200, "{fetched}");
        assert!(!fetched.to_string().contains(&node.desk.person.to_string()));
        let scan = |code: &str| {
            node.json(&node.desk.doctor_token, "POST", "/v1/scan", &json!({ "code": code, "purpose": "01301" }))
        };
        let used = |device: &Value| {
            let path = format!("/phone/me/used?device={}", device["device"].as_str().unwrap());
            node.json(citizen, "GET", &path, &Value::Null).1["sub"].as_u64()
        };
        let mut codes = std::collections::BTreeSet::new();
        for _ in 0..9 {
            let now = bench.db.world().now();
            let code = browser.mint(&fetched, now, 0).unwrap();
            assert!(codes.insert(code.clone()));
            let (status, told) = scan(&code);
            assert_eq!(status, 200, "{}: {told}", bench.name);
            assert_eq!((told["presence"]["level"].as_u64(), used(&device)), (Some(3), Some(1)));
            assert_eq!(scan(&code).1["code"], "credentials.code-used");
            assert_eq!(scan(&browser.mint(&fetched, now, 1).unwrap()).0, 200, "the next after a tap");
            bench.clock.advance(8 * HOUR);
        }
        bench.clock.advance(DAY + HOUR);
        assert_eq!(browser.mint(&fetched, bench.db.world().now(), 0), None, "the stock is used up");
    });
}

#[test]
fn a_removed_phone_and_a_strange_key_show_nothing() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let (citizen, browser) = (&node.desk.citizen_token, Browser::new(3));
        let (_, device) = register(&node, citizen, &browser, &Value::Null);
        let (_, fetched) = stock(&node, citizen, &device, 1);
        let now = bench.db.world().now();
        let path = format!("/phone/me/devices/{}", device["device"].as_str().unwrap());
        let (status, told) = node.json(citizen, "POST", &format!("{path}/rename"), &json!({ "label": "旧手机" }));
        assert_eq!((status, &told["label"]), (200, &json!("旧手机")), "{}", bench.name);
        assert_eq!(node.json(&node.desk.other_token, "POST", &format!("{path}/remove"), &Value::Null).0, 404);
        for _ in 0..2 {
            assert_eq!(node.json(citizen, "POST", &format!("{path}/remove"), &Value::Null).0, 200);
        }
        let scan = json!({ "code": browser.mint(&fetched, now, 0), "purpose": "01301" });
        let (status, told) = node.json(&node.desk.doctor_token, "POST", "/v1/scan", &scan);
        assert_eq!((status, &told["code"]), (422, &json!("credentials.code-refused")), "{}", bench.name);
        assert_eq!(stock(&node, citizen, &device, 1).0, 404);
        let (_, listed) = node.json(citizen, "GET", "/v1/me/devices", &Value::Null);
        assert!(listed["devices"][0]["removed_at"].is_i64() && listed["devices"][0]["label"] == "旧手机", "{listed}");
        let strange = json!({ "label": "", "public_key": URL_SAFE_NO_PAD.encode([4; 65]) });
        let (status, told) = node.json(citizen, "POST", "/v1/me/devices", &strange);
        assert_eq!((status, &told["code"]), (422, &json!("credentials.device-key-invalid")), "{}", bench.name);
        assert_eq!(node.json(citizen, "POST", "/v1/me/devices", &json!({ "public_key": "!" })).0, 400);
    });
}

#[test]
fn a_delegate_shows_codes_within_the_mandate() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let (citizen, other, browser) = (&node.desk.citizen_token, &node.desk.other_token, Browser::new(5));
        let person = node.desk.person.to_string();
        let (status, _) = register(&node, other, &browser, &json!(person));
        assert_eq!(status, 403, "no mandate yet: {}", bench.name);
        let until = bench.db.world().now() + DAY;
        let give = json!({
            "to_identifier": format!("{RESIDENT_ID_SYSTEM}|{OTHER_NUMBER}"), "purposes": ["01302"], "until_at": until,
            "limit_fen": 20_000,
        });
        let (status, mandate) = node.json(citizen, "POST", "/phone/me/mandates", &give);
        assert_eq!(status, 201, "{mandate}");
        let long = json!({ "to_identifier": give["to_identifier"], "until_at": until + 400 * DAY });
        assert_eq!(node.json(citizen, "POST", "/phone/me/mandates", &long).1["code"], "credentials.mandate-invalid");
        let (_, family) = node.json(other, "GET", "/v1/me/family", &Value::Null);
        assert_eq!(family["family"][0]["person"], person.as_str(), "{family}");
        let (status, device) = register(&node, other, &browser, &json!(person));
        assert_eq!(status, 201, "{device}");
        let (_, fetched) = stock(&node, other, &device, 1);
        let scan = |purpose: &str, sub: u32| {
            let code = browser.mint(&fetched, bench.db.world().now(), sub);
            node.json(&node.desk.doctor_token, "POST", "/v1/scan", &json!({ "code": code, "purpose": purpose }))
        };
        assert_eq!(scan("01201", 0).1["code"], "credentials.purpose-outside", "{}", bench.name);
        let (status, told) = scan("01302", 0);
        assert_eq!((status, &told["person"]["id"]), (200, &json!(person)), "{told}");
        assert_eq!(told["presence"]["shown_by"], node.desk.other.to_string());
        assert_eq!(told["presence"]["limit_fen"], 20_000);
        let end = format!("/phone/me/mandates/{}/end", mandate["mandate"].as_str().unwrap());
        assert_eq!(node.json(other, "POST", &end, &Value::Null).0, 404, "only who gave it ends it");
        assert_eq!(node.json(citizen, "POST", &end, &Value::Null).0, 200);
        assert_eq!(scan("01302", 1).1["code"], "credentials.code-refused", "{}", bench.name);
        assert_eq!(node.json(other, "GET", "/v1/me/family", &Value::Null).1["family"], json!([]));
    });
}

#[test]
fn a_guardian_is_recorded_at_a_desk() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let body = json!({ "person": node.desk.other.to_string(), "guardian": node.desk.person.to_string() });
        let (status, told) = node.json(&node.desk.registrar_token, "POST", "/v1/cards/guardian", &body);
        assert_eq!(status, 201, "{}: {told}", bench.name);
        let (_, family) = node.json(&node.desk.citizen_token, "GET", "/v1/me/family", &Value::Null);
        assert_eq!(family["family"][0]["kind"], "guardian", "{family}");
        let browser = Browser::new(7);
        let (status, device) = register(&node, &node.desk.citizen_token, &browser, &json!(node.desk.other.to_string()));
        assert_eq!(status, 201, "{device}");
        let (_, fetched) = stock(&node, &node.desk.citizen_token, &device, 1);
        let code = browser.mint(&fetched, bench.db.world().now(), 0);
        let scan = json!({ "code": code, "purpose": "01201" });
        let (status, told) = node.json(&node.desk.doctor_token, "POST", "/v1/scan", &scan);
        assert_eq!((status, &told["person"]["id"]), (200, &json!(node.desk.other.to_string())), "{told}");
    });
}

#[test]
fn one_tap_ends_what_a_scan_opened() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let (doctor, citizen) = (&node.desk.doctor_token, &node.desk.citizen_token);
        let scan = json!({ "code": node.desk.code(), "purpose": "01201", "place": "3 诊室" });
        let (_, told) = node.json(doctor, "POST", "/v1/scan", &scan);
        let (_, listed) = node.json(citizen, "GET", "/phone/me/presences", &Value::Null);
        let one = &listed["presences"][0];
        assert_eq!((&one["presence"], &one["grant"]), (&told["presence"]["id"], &told["grant"]["id"]), "{listed}");
        assert_eq!((&one["place"], &one["until_at"]), (&json!("3 诊室"), &told["grant"]["until_at"]));
        let check = json!({ "presence": told["presence"]["token"], "purposes": ["01201"] });
        assert_eq!(node.json(doctor, "POST", "/v1/presence/check", &check).0, 200);
        let end = format!("/phone/me/presences/{}/end", one["presence"].as_str().unwrap());
        assert_eq!(node.json(&node.desk.other_token, "POST", &end, &Value::Null).0, 404, "{}", bench.name);
        for _ in 0..2 {
            assert_eq!(node.json(citizen, "POST", &end, &Value::Null).0, 200, "{}", bench.name);
        }
        assert_eq!(node.desk.events(411), 1);
        let grant = node.desk.credentials.gate.grant(&node.desk.doctor, node.desk.person);
        assert!(crate::desk::runtime().block_on(grant).is_err(), "{}", bench.name);
        let (status, told) = node.json(doctor, "POST", "/v1/presence/check", &check);
        assert_eq!((status, &told["code"]), (403, &json!("credentials.presence-over")), "{}", bench.name);
        let (_, listed) = node.json(citizen, "GET", "/v1/me/presences", &Value::Null);
        assert!(listed["presences"][0]["ended_at"].is_i64() && listed["presences"][0]["until_at"].is_null());
    });
}
