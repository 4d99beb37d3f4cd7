//! Who pays by phone: the channel learns it sealed, from the index and nobody else; a
//! relative's bill is paid by who may, and says whose it is.

use crate::nhsa::{BLOOD, Insured, NUMBER, code, enrolled, fee, insured, pay, ready, register};
use crate::region::{Answer, Region, paying_on_both};
use insurance::share::{NewSharing, confirm, offer, revoke};
use insurance::{Day, Period};
use kernel::{ActorId, ActorKind, PersonId};
use serde_json::{Value, json};
use standin::Standin;
use standin::book::Person;

const MOTHERS: &str = "990101195905030049";

/// A settlement of which something is left to pay; its number.
fn settled(region: &Region, town: &Insured) -> String {
    let mut his = ready(region, town);
    let psn = his.vars["psn_no"].clone();
    let said =
        |answer: &Value, place: &str| answer.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned();
    let registered = his.send("2201", register(&psn, &his.now()), "", "").unwrap();
    let visit = said(&registered, "/output/data/mdtrt_id");
    let line = fee(&psn, &visit, "1", BLOOD, "100", "22.00", "2200.00");
    assert_eq!(code(&his.send("2204", json!({ "feedetail": [line] }), "", "").unwrap()), "");
    let done = his.send("2207", pay(&psn, &visit, "2200.00"), "", "").unwrap();
    assert_ne!(said(&done, "/output/setlinfo/psn_cash_pay"), "0.00", "{done}");
    said(&done, "/output/setlinfo/setl_id")
}

fn pays(region: &Region, token: &str, whose: PersonId, settlement: &str, relative: &Value, key: &str) -> Answer {
    let body = json!({
        "person": whose.to_string(), "subject": { "kind": "settlement", "id": settlement },
        "means": { "kind": "mobile", "openid": "oAb1", "pay_order_id": "O1", "pay_auth_no": "A1", "relative": relative },
    });
    let headers = [("idempotency-key", key)];
    region.ask_with(Some(token), "POST", "/v1/me/payments", body.to_string().into_bytes(), &headers)
}

fn person(name: &str, document: &str) -> Person {
    // What the channel compares is the digest of the number in capitals.
    let digest = match document {
        NUMBER => "ffcbc38fd2fc1ddbabd2951140bf784d",
        _ => "2c430dfe599d764f4c31d96ee9cac8af",
    };
    Person { name: name.into(), id_digest: digest.into() }
}

fn order(standin: &Standin, payment: &Value) -> standin::book::Order {
    let number = payment["id"].as_str().unwrap();
    standin.book(|book| book.orders.get(number).cloned()).unwrap_or_else(|| panic!("no order of {payment}"))
}

#[test]
fn the_channel_learns_who_pays_and_for_whom() {
    paying_on_both(|region, standin| {
        let town = insured(region);
        let mother = enrolled(region, MOTHERS, "林若衡", "2025-11-01", 0);
        let own = region.new_token("静怡", ActorKind::Citizen, "citizen", None, Some(town.person));
        let hers = region.new_token("若衡", ActorKind::Citizen, "citizen", None, Some(mother));
        let settlement = settled(region, &town);
        let turn = || region.block_on(region.node.money.payments.turn()).unwrap();
        let named = |name: &str, document: &str| json!({ "name": name, "document": document, "card": "ID_CARD" });

        // Her daughter lets her spend from the account: they are family.
        for (key, relative) in [("a", Value::Null), ("b", named("林静怡", NUMBER))] {
            let refused = pays(region, &hers, town.person, &settlement, &relative, key);
            assert_eq!((refused.status, refused.code()), (404, "payment.subject-unknown"), "{}: {key}", region.name);
        }
        let sharing = NewSharing {
            owner: town.person,
            relative: mother,
            kinship: "child".into(),
            use_max: None,
            period: Period::since(Day::read("2026-01-01").unwrap()),
        };
        let db = &region.node.db;
        let (number, _) = db.write_now(mother.0, move |tx| offer(tx, &sharing, ActorId(0))).unwrap();
        db.write_now(mother.0, move |tx| confirm(tx, mother, number, ActorId(0))).unwrap();
        for (key, relative) in [
            ("c", Value::Null),
            ("d", named("林静怡", MOTHERS)),
            ("e", named("周静怡", NUMBER)),
            ("f", named("林静怡", "990101198505060031")),
        ] {
            let refused = pays(region, &hers, town.person, &settlement, &relative, key);
            assert_eq!((refused.status, refused.code()), (404, "payment.subject-unknown"), "{}: {key}", region.name);
        }
        let paid = pays(region, &hers, town.person, &settlement, &named("林静怡", NUMBER), "g");
        assert_eq!(paid.status, 201, "{}: {}", region.name, paid.text);
        turn();
        let taken = order(standin, &paid.body);
        assert_eq!(taken.asked["pay_for_relatives"], true);
        assert_eq!(taken.people.payer, Some(person("林若衡", MOTHERS)), "{}", region.name);
        assert_eq!(taken.people.relative, Some(person("林静怡", NUMBER)), "{}", region.name);
        let sent = taken.asked.to_string();
        assert!(!sent.contains("林") && !sent.contains(NUMBER) && !sent.contains(MOTHERS), "{sent}");
        let seen = format!("/v1/me/payments/{}", paid.body["id"].as_str().unwrap());
        for (token, status) in [(&hers, 200), (&own, 200)] {
            assert_eq!(region.ask_with(Some(token), "GET", &seen, Vec::new(), &[]).status, status, "{}", region.name);
        }

        // What was given up is paid by herself: her own name, nobody else's.
        let gone = region.ask_with(Some(&own), "POST", &format!("{seen}/give-up"), b"{}".to_vec(), &[]);
        assert_eq!(gone.status, 200, "{}", gone.text);
        db.write_now(mother.0, move |tx| revoke(tx, mother, number, ActorId(0))).unwrap();
        let refused = pays(region, &hers, town.person, &settlement, &named("林静怡", NUMBER), "h");
        assert_eq!(refused.status, 404, "{}: the leave has ended", region.name);
        let paid = pays(region, &own, town.person, &settlement, &Value::Null, "i");
        assert_eq!(paid.status, 201, "{}: {}", region.name, paid.text);
        turn();
        let taken = order(standin, &paid.body);
        assert_eq!(taken.people.payer, Some(person("林静怡", NUMBER)), "{}", region.name);
        assert_eq!((taken.people.relative, &taken.asked["pay_for_relatives"]), (None, &json!(false)));
    });
}
