//! Guesses, replays and foreign codes: one answer, the same steps, an event each, a
//! bucket that runs dry (C10).

use crate::api::node;
use crate::desk::{CAPABILITIES, desk, runtime};
use code::{Claims, Code, Credential, Kid, Step};
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

/// A credential of kind Q2 that nobody here gave out, shown now.
fn shown_under(kid: Kid, issuer: &suites::PrivateKey, now: i64) -> String {
    let holder = suites::intl().private_key(&[9; 32]).expect("as it must be");
    let expires_at = u32::try_from(now / SECOND + 1_000).expect("as it must be");
    let public = holder.public().to_vec();
    let claims = Claims { pseudonym: [3; 16], holder: public, class: 0, cap_yuan: 1, expires_at };
    let credential = Credential::issue(issuer, kid, &claims).expect("as it must be");
    credential.show(&holder, Step::at(now / SECOND), None).expect("as it must be").text()
}

/// The same code with one bit of its last byte, or of the byte `back` before it, turned.
fn turned(text: &str, back: usize) -> String {
    let Ok(Code::Offline(shown)) = code::read(text) else { panic!("a credential") };
    let mut bytes = shown.bytes().to_vec();
    let at = bytes.len() - 1 - back;
    bytes[at] ^= 1;
    code::read_bytes(&bytes).expect("as it must be").text()
}

/// C10 to the byte: guesses, foreign, unknown, revoked and test codes, of both kinds,
/// get one status, one set of headers, one body, and cost the same durable steps.
#[test]
fn whatever_is_wrong_with_a_code_the_answer_is_the_same_bytes() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let desk = &node.desk;
        let now = bench.db.world().now();
        let own = crate::offline::phone(&node);
        let given = own.show(now, 0);
        let stranger = suites::intl().private_key(&[5; 32]).unwrap();
        let signer = desk.credentials.keys.signer_now(keys::Use::Issuing, None).unwrap();
        let removed = format!("/v1/me/devices/{}/remove", own.device);
        assert!(node.json(&desk.citizen_token, "POST", &removed, &Value::Null).0 < 300, "{}", bench.name);
        let revoked = desk.code();
        let (person, card, doctor, this) = (desk.person, desk.card, desk.doctor.clone(), desk.credentials.clone());
        bench.db.write_now(person.0, move |tx| revoke(tx, &this, (person, card), &doctor)).unwrap();
        let minted = |region: u32| Codes::with_key(&[1; 32], region).unwrap().mint_at(desk.card, now, 0).unwrap();
        let wrong = [
            ("a revoked card's", revoked),
            ("a forged seal", minted(990_100)),
            ("another region's", minted(990_200)),
            ("nobody's handle", desk.credentials.codes.mint_at(CardId(5), now, 0).unwrap()),
            ("a guessed bar code", "1000000000000000000000000000".to_owned()),
            ("a credential of a removed phone", given.clone()),
            ("a credential with another holder's signature", turned(&given, 0)),
            ("a credential with another issuer's signature", turned(&given, 68)),
            ("a credential of nobody's key", shown_under(Kid([0xFE; 8]), &stranger, now)),
            ("a credential of the other realm's key", shown_under(Kid([0x0E; 8]), &stranger, now)),
            ("a credential under this node's name", shown_under(Kid(signer.kid().0), &stranger, now)),
        ];
        let seen = |code: &str| {
            let before = bench.db.counts();
            let scan = json!({ "code": code, "purpose": "01201", "place": "" });
            let answer = node.whole(&desk.doctor_token, &scan);
            let after = bench.db.counts();
            (answer, after.0 - before.0, after.1 - before.1)
        };
        // Once before, so that lists are at hand and keys are made.
        for (_, code) in &wrong {
            seen(code);
        }
        let first = seen(&wrong[0].1);
        assert_eq!((first.0.0, first.1, first.2), (422, 1, 1), "{}", bench.name);
        for (what, code) in &wrong {
            assert_eq!(seen(code), first, "{}: {what}", bench.name);
        }
        let told = desk.count("SELECT COUNT(*) FROM store_events WHERE name = 405");
        assert_eq!(told, 2 * i64::try_from(wrong.len()).unwrap() + 1, "{}", bench.name);
    });
}

/// A node that started with cards looks a real one up for every code it did not make,
/// so that finding nothing takes no less time. It stands in for nothing else.
#[test]
fn a_card_that_stands_in_for_a_guess_is_not_shown_by_it() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let now = bench.db.world().now();
        let started = crate::desk::loaded(&bench.db);
        let scanned = |code: String| {
            let scan = Scan { code, purpose: "01301".into(), place: String::new() };
            let done = runtime().block_on(started.scan(&desk.doctor, scan));
            done.map_or_else(
                |error| error.code(),
                |scanned| if scanned.person.id == desk.person { "own" } else { "other" },
            )
        };
        let forger = Codes::with_key(&[1; 32], 990_100).unwrap();
        for number in 0..20 {
            let forged = forger.mint_at(CardId(number), now, 0).unwrap();
            assert_eq!(scanned(forged), "credentials.code-refused", "{}", bench.name);
        }
        assert_eq!(desk.events(405), 0, "{}: no guess is laid at a person's door", bench.name);
        assert_eq!(desk.count("SELECT COUNT(*) FROM credentials_marks"), 0, "{}", bench.name);
        assert_eq!(scanned(desk.code()), "own", "{}", bench.name);
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
