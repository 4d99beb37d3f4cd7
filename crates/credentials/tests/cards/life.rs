//! The life of cards over HTTP: applied for, activated, at rest, found again,
//! replaced, run out, merged; other cards bound to the person.

use crate::api::node;
use crate::desk::CAPABILITIES;
use kernel::time::{DAY, SECOND};
use serde_json::{Value, json};
use testkit::on_both;

#[test]
fn a_card_rests_and_comes_back_and_ends() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let (registrar, doctor, card) = (&node.desk.registrar_token, &node.desk.doctor_token, node.desk.card);
        let act = |act: &str| node.json(registrar, "POST", &format!("/v1/cards/{card}/act/{act}"), &Value::Null);
        let scan = || {
            bench.clock.advance(30 * SECOND);
            let scan = json!({ "code": node.desk.code(), "purpose": "01301" });
            node.json(doctor, "POST", "/v1/scan", &scan).0
        };
        for (what, status, state, scanned) in [
            ("suspend", 200, "suspended", 422),
            ("suspend", 409, "", 422),
            ("resume", 200, "active", 200),
            ("lost", 200, "lost", 422),
            ("activate", 409, "", 422),
            ("resume", 200, "active", 200),
            ("replace", 404, "", 200),
        ] {
            let (found, told) = act(what);
            assert_eq!(found, status, "{} {what}: {told}", bench.name);
            assert_eq!(told["state"].as_str().unwrap_or_default(), state, "{what}");
            assert_eq!(scan(), scanned, "{} after {what}", bench.name);
        }
        let (status, new) = node.json(registrar, "POST", &format!("/v1/cards/{card}/replace"), &json!({}));
        assert_eq!(status, 201, "{new}");
        assert_eq!(scan(), 422, "{}: the old one is over", bench.name);
        let path = format!("/v1/cards/{}", new["card"].as_str().unwrap());
        let (_, view) = node.json(registrar, "GET", &path, &Value::Null);
        assert_eq!(
            (&view["state"], &view["medium"], &view["label"]),
            (&json!("active"), &json!("phone"), &json!("手机"))
        );
        let (_, old) = node.json(registrar, "GET", &format!("/v1/cards/{card}"), &Value::Null);
        assert_eq!(old["state"], "replaced");
        assert_eq!(act("resume").0, 409, "there is no way back");
    });
}

#[test]
fn an_applied_card_shows_nothing_and_time_ends_one() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let registrar = &node.desk.registrar_token;
        let until = bench.db.world().now() + DAY;
        let new =
            json!({ "person": node.desk.other.to_string(), "medium": "temporary", "apply": true, "expires_at": until });
        let (status, card) = node.json(registrar, "POST", "/v1/cards", &new);
        assert_eq!(status, 201, "{card}");
        let path = format!("/v1/cards/{}", card["card"].as_str().unwrap());
        let code = format!("{path}/code");
        assert_eq!(node.json(registrar, "GET", &code, &Value::Null).1["code"], "credentials.card-ended");
        assert_eq!(node.json(registrar, "POST", &format!("{path}/act/activate"), &Value::Null).0, 200);
        assert_eq!(node.json(registrar, "GET", &code, &Value::Null).0, 200, "{}", bench.name);
        bench.clock.advance(DAY);
        assert_eq!(node.json(registrar, "GET", &path, &Value::Null).1["state"], "expired", "before the job has run");
        let expire = || crate::desk::runtime().block_on(node.desk.credentials.expire()).unwrap();
        assert_eq!((expire(), expire()), (1, 0), "{}", bench.name);
        assert_eq!(node.json(registrar, "POST", &format!("{path}/act/resume"), &Value::Null).0, 409);
        let (_, view) = node.json(registrar, "GET", &path, &Value::Null);
        assert_eq!((&view["state"], &view["proof"]), (&json!("expired"), &json!("none")));
    });
}

#[test]
fn a_newborns_code_becomes_the_persons_own() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let (registrar, person, other) = (&node.desk.registrar_token, node.desk.person, node.desk.other);
        let new = json!({ "person": other.to_string(), "medium": "infant" });
        let (_, card) = node.json(registrar, "POST", "/v1/cards", &new);
        let path = format!("/v1/cards/{}", card["card"].as_str().unwrap());
        let (_, shown) = node.json(registrar, "GET", &format!("{path}/code"), &Value::Null);
        let scan = json!({ "code": shown["code"], "purpose": "01301" });
        assert_eq!(node.json(&node.desk.doctor_token, "POST", "/v1/scan", &scan).0, 200);
        // Somebody with a card of their own is nobody's newborn.
        let wrong = json!({ "from": person.to_string(), "into": other.to_string() });
        let (status, told) = node.json(registrar, "POST", "/v1/cards/merge", &wrong);
        assert_eq!((status, &told["code"]), (409, &json!("credentials.merge-refused")), "{}", bench.name);
        let merge = json!({ "from": other.to_string(), "into": person.to_string() });
        let (status, told) = node.json(registrar, "POST", "/v1/cards/merge", &merge);
        assert_eq!((status, &told["cards"]), (200, &json!(1)), "{}: {told}", bench.name);
        assert_eq!(node.json(registrar, "POST", "/v1/cards/merge", &merge).0, 409, "nothing is left to merge");
        let (_, presences) = node.json(&node.desk.citizen_token, "GET", "/v1/me/presences", &Value::Null);
        assert_eq!(presences["presences"].as_array().map(Vec::len), Some(1), "the visit is the person's: {presences}");
        assert_eq!(node.json(registrar, "GET", &path, &Value::Null).1["state"], "replaced");
    });
}

#[test]
fn another_cards_number_is_kept_as_a_digest_and_bound_once() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let registrar = &node.desk.registrar_token;
        let bind = |person: kernel::PersonId, medium: &str, number: &str| {
            let body = json!({ "person": person.to_string(), "medium": medium, "number": number });
            node.json(registrar, "POST", "/v1/cards/bind", &body)
        };
        let (person, other) = (node.desk.person, node.desk.other);
        let (status, card) = bind(person, "bank", "4539 1488 0343 6467");
        assert_eq!(status, 201, "{}: {card}", bench.name);
        assert_eq!(bind(other, "bank", "4539148803436467").1["code"], "credentials.number-taken", "{}", bench.name);
        assert_eq!(bind(person, "bank", "4539148803436468").1["code"], "credentials.number-invalid");
        assert_eq!(bind(person, "phone", "4539148803436467").0, 400);
        assert_eq!(bind(person, "social", "A12345678").0, 201);
        let kept = node.desk.count("SELECT COUNT(*) FROM credentials_cards WHERE label = '*6467'");
        assert_eq!(kept, 1, "the owner sees the last four");
        // Ended, the number is free for another card.
        let path = format!("/v1/cards/{}/revoke", card["card"].as_str().unwrap());
        assert_eq!(node.json(registrar, "POST", &path, &Value::Null).0, 200);
        assert_eq!(bind(other, "bank", "4539148803436467").0, 201, "{}", bench.name);
    });
}

#[test]
fn sheets_of_printed_codes_are_drawn() {
    let bench = testkit::sqlite(&CAPABILITIES);
    let node = node(&bench);
    let registrar = &node.desk.registrar_token;
    let new = json!({ "person": node.desk.person.to_string(), "medium": "paper", "label": "卡" });
    let (_, card) = node.json(registrar, "POST", "/v1/cards", &new);
    let body = json!({ "cards": [card["card"]], "region": "云州" });
    let (status, pdf) = node.call(registrar, "POST", "/v1/cards/sheet", None, &body);
    assert_eq!((status.as_u16(), &pdf[..5]), (200, b"%PDF-".as_slice()));
    let phone = json!({ "cards": [node.desk.card.to_string()], "region": "" });
    assert_eq!(node.call(registrar, "POST", "/v1/cards/sheet", None, &phone).0.as_u16(), 409, "a phone is not printed");
    assert_eq!(node.call(registrar, "POST", "/v1/cards/sheet", None, &json!({ "cards": [] })).0.as_u16(), 400);
    bench.db.close();
}
