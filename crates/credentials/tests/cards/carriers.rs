//! Other carriers of the same act: documents, spoken digits, bar codes, printed
//! codes, other cards; what a clerk must have seen, and how sure each makes us.

use crate::api::node;
use crate::desk::{CAPABILITIES, NUMBER, OTHER_NUMBER};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use code::barcode;
use code::time::SLOT;
use identity::RESIDENT_ID_SYSTEM;
use kernel::time::SECOND;
use serde_json::{Value, json};
use testkit::on_both;

fn document(number: &str) -> String {
    format!("{RESIDENT_ID_SYSTEM}|{number}")
}

#[test]
fn a_document_counts_when_a_clerk_has_looked() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let ask = |token: &str, confirmed: bool, number: &str| {
            let body = json!({
                "carrier": "identity-card", "identifier": document(number), "confirmed": confirmed, "purpose": "01201",
            });
            node.json(token, "POST", "/v1/scan/desk", &body)
        };
        let registrar = &node.desk.registrar_token;
        assert_eq!(ask(registrar, false, NUMBER).1["code"], "credentials.confirmation-needed");
        let (status, told) = ask(registrar, true, NUMBER);
        assert_eq!(status, 200, "{}: {told}", bench.name);
        assert_eq!((&told["presence"]["carrier"], &told["presence"]["level"]), (&json!("identity-card"), &json!(2)));
        // A document of nobody is told like a code of nobody.
        assert_eq!(ask(registrar, true, "110105194912310021").1["code"], "web.body-invalid", "a wrong check character");
        assert_eq!(ask(registrar, true, "11010119900307109X").1["code"], "credentials.code-refused", "{}", bench.name);
        assert_eq!(
            ask(&node.desk.kiosk_token, true, NUMBER).1["code"],
            "access.right-missing",
            "no clerk, no document"
        );
        assert_eq!(ask(registrar, true, OTHER_NUMBER).0, 200);
    });
}

#[test]
fn spoken_digits_and_bar_codes_are_of_the_same_half_minute() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let desk = &node.desk;
        let now = bench.db.world().now();
        let stock = desk.credentials.codes.stock(desk.card.0, now, 3);
        let secret = suites::intl().mac_key(&stock.secret);
        let half = u32::try_from(now / SECOND / 30).unwrap();
        let bar = barcode::digits(&secret, stock.epoch, stock.bars[0], half);
        assert_eq!(half / SLOT, stock.first_slot);
        let (status, told) =
            node.json(&desk.doctor_token, "POST", "/v1/scan", &json!({ "code": bar, "purpose": "01301" }));
        assert_eq!(
            (status, &told["presence"]["carrier"], &told["presence"]["level"]),
            (200, &json!("bar"), &json!(2)),
            "{told}"
        );
        // The same act: the spoken number of this half minute is used up with it.
        let digits = code::spoken::number(&secret, half);
        let speak = |digits: &str, number: &str| {
            let body = json!({
                "carrier": "spoken", "code": digits, "identifier": document(number), "confirmed": true,
                "purpose": "01301",
            });
            node.json(&desk.registrar_token, "POST", "/v1/scan/desk", &body)
        };
        assert_eq!(speak(&digits, NUMBER).1["code"], "credentials.code-used", "{}", bench.name);
        bench.clock.advance(30 * SECOND);
        let digits = code::spoken::number(&secret, half + 1);
        assert_eq!(speak(&digits, OTHER_NUMBER).1["code"], "credentials.code-refused", "another's digits");
        let (status, told) = speak(&digits, NUMBER);
        assert_eq!((status, &told["presence"]["level"]), (200, &json!(1)), "{}: {told}", bench.name);
        let alone = json!({ "code": digits, "purpose": "01301" });
        let (_, told) = node.json(&desk.doctor_token, "POST", "/v1/scan", &alone);
        assert_eq!(told["code"], "credentials.confirmation-needed", "digits alone prove nothing");
    });
}

/// C8: a printed code proves by itself only that it is valid.
#[test]
fn a_printed_code_needs_a_clerk() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let registrar = &node.desk.registrar_token;
        let new = json!({ "person": node.desk.person.to_string(), "medium": "paper" });
        let (_, card) = node.json(registrar, "POST", "/v1/cards", &new);
        let card = card["card"].as_str().unwrap().to_owned();
        let (status, printed) = node.json(registrar, "POST", &format!("/v1/cards/{card}/print"), &Value::Null);
        assert_eq!((status, &printed["name"]), (201, &json!("周*怡")), "{}: {printed}", bench.name);
        let alone = json!({ "code": printed["code"], "purpose": "01201" });
        assert_eq!(
            node.json(&node.desk.doctor_token, "POST", "/v1/scan", &alone).1["code"],
            "credentials.confirmation-needed"
        );
        let looked = |confirmed: bool| {
            let body =
                json!({ "carrier": "paper", "code": printed["code"], "confirmed": confirmed, "purpose": "01201" });
            node.json(registrar, "POST", "/v1/scan/desk", &body)
        };
        assert_eq!(looked(false).1["code"], "credentials.confirmation-needed");
        let (status, told) = looked(true);
        assert_eq!((status, &told["presence"]["level"]), (200, &json!(1)), "{}: {told}", bench.name);
        node.json(registrar, "POST", &format!("/v1/cards/{card}/revoke"), &Value::Null);
        assert_eq!(looked(true).1["code"], "credentials.code-refused", "{}", bench.name);
    });
}

#[test]
fn a_bank_card_leads_to_its_person_while_it_lives() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let registrar = &node.desk.registrar_token;
        let bound = json!({ "person": node.desk.person.to_string(), "medium": "bank", "number": "4539148803436467" });
        let (_, card) = node.json(registrar, "POST", "/v1/cards/bind", &bound);
        let show = |number: &str| {
            let body = json!({ "carrier": "other-card", "identifier": number, "confirmed": true, "purpose": "01301" });
            node.json(registrar, "POST", "/v1/scan/desk", &body)
        };
        assert_eq!(show("4539148803436467").1["person"]["id"], node.desk.person.to_string(), "{}", bench.name);
        assert_eq!(show("6011000990139424").1["code"], "credentials.code-refused");
        let path = format!("/v1/cards/{}/act/suspend", card["card"].as_str().unwrap());
        assert_eq!(node.json(registrar, "POST", &path, &Value::Null).0, 200);
        assert_eq!(show("4539148803436467").1["code"], "credentials.code-refused", "{}", bench.name);
    });
}

/// Bytes of a member that travels as base64url.
pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().expect("text")).expect("base64url")
}
