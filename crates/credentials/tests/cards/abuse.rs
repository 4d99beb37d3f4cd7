//! Guesses, replays and foreign codes: one answer, the same steps, an event each, a
//! bucket that runs dry (C10).

use crate::api::node;
use crate::desk::{CAPABILITIES, desk, runtime};
use credentials::{Codes, Scan, revoke};
use kernel::CardId;
use kernel::time::SECOND;
use serde_json::{Value, json};
use testkit::on_both;

/// What an answer and its making look like from outside.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    status: u16,
    body: Value,
    /// Transactions and closures of the writers: the durable steps.
    written: (u64, u64),
}

#[test]
fn unknown_revoked_and_foreign_codes_are_told_alike_after_the_same_steps() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let desk = &node.desk;
        let now = bench.db.world().now();
        let own = desk.code();
        let forged = Codes::with_key(&[1; 32], 990_100).unwrap().mint_at(desk.card, now, 0).unwrap();
        let foreign = Codes::with_key(&[1; 32], 990_200).unwrap().mint_at(desk.card, now, 0).unwrap();
        let unknown = desk.credentials.codes.mint_at(CardId(5), now, 0).unwrap();
        let (person, card, doctor, this) = (desk.person, desk.card, desk.doctor.clone(), desk.credentials.clone());
        bench.db.write_now(person.0, move |tx| revoke(tx, &this, (person, card), &doctor)).unwrap();
        let seen = |code: &str| {
            let before = bench.db.counts();
            let (status, body) =
                node.json(&desk.doctor_token, "POST", "/v1/scan", &json!({ "code": code, "purpose": "01201" }));
            let after = bench.db.counts();
            Seen { status, body, written: (after.0 - before.0, after.1 - before.1) }
        };
        let revoked = seen(&own);
        assert_eq!(
            (revoked.status, &revoked.body["code"]),
            (422, &json!("credentials.code-refused")),
            "{}",
            bench.name
        );
        assert_eq!(revoked.written, (1, 1), "one security event, nothing else");
        for code in [&forged, &foreign, &unknown] {
            assert_eq!(seen(code), revoked, "{}: {code}", bench.name);
        }
        assert_eq!(desk.count("SELECT COUNT(*) FROM store_events WHERE name = 405"), 4, "{}", bench.name);
        // A bar code that was guessed takes the same way.
        assert_eq!(seen("1000000000000000000000000000"), revoked);
    });
}

#[test]
fn a_replay_costs_no_more_steps_than_a_guess() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let code = desk.code();
        desk.scan(&code, "01301").unwrap();
        let before = bench.db.counts();
        assert_eq!(desk.scan(&code, "01301").map(drop).unwrap_err().code(), "credentials.code-used");
        let after = bench.db.counts();
        assert_eq!((after.0 - before.0, after.1 - before.1), (1, 1), "{}", bench.name);
        assert_eq!(desk.events(401), 1);
    });
}

#[test]
fn a_terminal_that_guesses_has_to_wait() {
    let bench = testkit::sqlite(&CAPABILITIES);
    let node = node(&bench);
    let now = bench.db.world().now();
    let codes = Codes::with_key(&[1; 32], 990_100).unwrap();
    let guess = |number: i64| codes.mint_at(CardId(number), now, 0).unwrap();
    for number in 0..credentials::pace::BURST {
        let scan = json!({ "code": guess(number), "purpose": "01201" });
        assert_eq!(node.json(&node.desk.kiosk_token, "POST", "/v1/scan", &scan).0, 422, "{number}");
    }
    let good = json!({ "code": node.desk.code(), "purpose": "01301" });
    let (status, told) = node.json(&node.desk.kiosk_token, "POST", "/v1/scan", &good);
    assert_eq!((status, &told["code"]), (429, &json!("credentials.too-fast")), "{told}");
    assert_eq!(node.retry_after(&node.desk.kiosk_token, "/v1/scan", &good).as_deref(), Some("1"));
    assert_eq!(node.json(&node.desk.doctor_token, "POST", "/v1/scan", &good).0, 200, "another terminal goes on");
    bench.clock.advance(2 * SECOND);
    let later =
        json!({ "code": node.desk.credentials.codes.mint_at(node.desk.card, now, 1).unwrap(), "purpose": "01301" });
    assert_eq!(node.json(&node.desk.kiosk_token, "POST", "/v1/scan", &later).0, 200);
    bench.db.close();
}

/// Revoked between look-up and use: the transaction refuses what the look-up saw live.
#[test]
fn a_card_revoked_between_check_and_use_is_refused() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        for round in 0..20_i64 {
            let card = bench
                .db
                .write_now(desk.person.0, {
                    let person = desk.person;
                    move |tx| credentials::issue(tx, &crate::desk::phone_card(person))
                })
                .unwrap();
            let now = bench.db.world().now();
            let code = desk.credentials.codes.mint_at(card, now, 0).unwrap();
            let (person, doctor, this) = (desk.person, desk.doctor.clone(), desk.credentials.clone());
            let outcome = std::thread::scope(|scope| {
                let scan = scope.spawn(|| desk.scan(&code, "01301").map_or_else(|error| error.code(), |_| "accepted"));
                bench.db.write_now(person.0, move |tx| revoke(tx, &this, (person, card), &doctor)).unwrap();
                scan.join().unwrap()
            });
            assert!(["accepted", "credentials.code-refused"].contains(&outcome), "{round}: {outcome}");
            let after = Scan {
                code: desk.credentials.codes.mint_at(card, now, 1).unwrap(),
                purpose: "01301".into(),
                place: String::new(),
            };
            let after = runtime().block_on(desk.credentials.scan(&desk.doctor, after)).map(drop);
            assert_eq!(after.unwrap_err().code(), "credentials.code-refused", "{}", bench.name);
        }
    });
}

#[test]
fn a_gate_reads_many_codes_at_once() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let now = bench.db.world().now();
        let code = |sub: u32| node.desk.credentials.codes.mint_at(node.desk.card, now, sub).unwrap();
        let codes = json!([code(0), "hello", code(1), code(0)]);
        let batch = json!({ "codes": codes, "purpose": "01301", "place": "东门" });
        let (status, told) = node.json(&node.desk.kiosk_token, "POST", "/v1/scan/batch", &batch);
        assert_eq!(status, 200, "{}: {told}", bench.name);
        let results = told["results"].as_array().unwrap();
        assert_eq!(results[1]["code"], "credentials.code-unreadable");
        assert!(results[2]["presence"]["token"].as_str().is_some_and(|token| token.starts_with("YP1.")));
        let twice = [&results[0], &results[3]];
        let accepted = twice.iter().filter(|one| one["presence"].is_object()).count();
        let used = twice.iter().filter(|one| one["code"] == "credentials.code-used").count();
        assert_eq!((accepted, used), (1, 1), "{}: {told}", bench.name);
        let many = json!({ "codes": vec!["x"; 65], "purpose": "01301" });
        assert_eq!(node.json(&node.desk.kiosk_token, "POST", "/v1/scan/batch", &many).0, 400);
    });
}
