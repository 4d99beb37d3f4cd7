//! `yima check --ledger` on a kept demo: good as it was left, and each broken state named
//! by its invariant, with a code that is not zero.

use crate::home::{Home, Node, database, until};
use ledger::rules::packed::pack;
use ledger::{Account, Line, Refs};
use serde_json::{Value, json};
use std::path::Path;

/// A blood count of the demo's catalogue.
const BLOOD: &str = "000000000200001";

/// A demo with money in it.
struct Story<'a> {
    node: &'a Node,
    tokens: &'a Value,
    client: reqwest::blocking::Client,
}

impl Story<'_> {
    fn post(&self, who: &str, path: &str, body: &Value) -> Value {
        let answer = self
            .client
            .post(format!("{}{path}", self.node.base))
            .bearer_auth(self.tokens[who].as_str().unwrap())
            .header("idempotency-key", format!("{path}-{body}").replace(|c: char| !c.is_ascii_alphanumeric(), ""))
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .unwrap();
        let (status, text) = (answer.status().as_u16(), answer.text().unwrap());
        assert!(status < 300, "{path} {body}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A settlement with an own share.
    fn settled(&self, person: &Value, number: &str) -> Value {
        let line = json!({ "sn": "1", "code": BLOOD, "qty_milli": 9000, "price_fen": 2200, "amount_fen": 19_800 });
        let direct = json!({ "person": person, "med_type": "11", "lines": [line] });
        let ask = json!({ "direct": direct, "msgid": number, "use_account": false });
        let settled = self.post("his", "/v1/settlements", &ask);
        assert!(settled["cash_fen"].as_i64().unwrap() > 0, "{settled}");
        settled
    }

    fn pay(&self, settled: &Value) -> Value {
        let subject = json!({ "kind": "settlement", "id": settled["settlement"] });
        let means = json!({ "kind": "cash", "received_fen": 100_000 });
        let ask = json!({ "person": settled["person"], "subject": subject, "means": means });
        self.post("registrar", "/v1/payments", &ask)
    }
}

/// Settles, pays in notes, cancels one with its refund owed and one whose refund was
/// handed back, and holds account money.
fn story(node: &Node, line: &Value) {
    let client = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
    let story = Story { node, tokens: &line["tokens"], client };
    let jingyi = line["people"].as_array().unwrap().iter().find(|one| one["key"] == "jingyi").unwrap();
    let person = &jingyi["person"];
    story.post("registrar", "/v1/tills/open", &json!({ "till": "3", "float_fen": 10_000 }));
    let all: Vec<Value> = (1..=3).map(|at| story.settled(person, &format!("W{at}"))).collect();
    let paid: Vec<Value> = all.iter().map(|one| story.pay(one)).collect();
    for (at, handed) in [(2, true), (1, false)] {
        let path = format!("/v1/settlements/{}/cancel", all[at]["settlement"].as_str().unwrap());
        story.post("his", &path, &json!({ "msgid": format!("C{at}"), "reason": "退药" }));
        if handed {
            let id = paid[at]["id"].as_str().unwrap();
            story.post("registrar", &format!("/v1/payments/{id}/refunds/1/hand-back"), &json!({}));
        }
    }
    let visit = story.post("his", "/v1/visits", &json!({ "person": person, "med_type": "11", "msgid": "V1" }));
    let path = format!("/v1/visits/{}/fees", visit["visit"].as_str().unwrap());
    let line = json!({ "sn": "1", "code": BLOOD, "qty_milli": 1000, "price_fen": 2200, "amount_fen": 2200 });
    story.post("his", &path, &json!({ "lines": [line] }));
    let quote = story.post("his", "/v1/quotes", &json!({ "visit": visit["visit"] }));
    story.post("his", "/v1/holds", &json!({ "quote": quote["quote"] }));
}

/// What `yima check --ledger` says of a database.
fn checked(folder: &Path) -> (i32, Value) {
    let home = Home::empty()
        .with("YIMA_STORE_URL", format!("sqlite:{}/yima.sqlite", folder.display()))
        .with("YIMA_KEYS_REALM", "test")
        .with("YIMA_KEYS_SECRET_FILE", format!("{}/keys.secret", folder.display()));
    let told = home.yima(&["check", "--ledger", "--json"]);
    (told.code, told.json())
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().flatten().filter(|file| file.path().is_file()) {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Live settlement: the one that was not undone.
const LIVE: &str = "(SELECT id FROM settlement_settlements WHERE kind = 1 AND msgid = 'W1')";

/// Edits, with the line of the check and the invariant that each breaks.
const EDITS: &[(&str, &str, &str)] = &[
    ("UPDATE ledger_journal SET body = ?1 WHERE id = (SELECT MIN(id) FROM ledger_journal)", "ledger", "L1:"),
    ("DELETE FROM ledger_reversals", "ledger", "L2:"),
    (
        "PRAGMA ignore_check_constraints = ON; UPDATE ledger_accounts SET balance = -1 WHERE code = 2301",
        "ledger",
        "L5:",
    ),
    ("UPDATE ledger_reserves SET stage = 2", "ledger", "L6:"),
    ("UPDATE ledger_balances SET debit = debit + 1", "ledger", "L10:"),
    ("UPDATE ledger_journal SET at = at + 1", "ledger", "U9:"),
    ("DELETE FROM insurance_years", "settlements", "A1:"),
    ("UPDATE settlement_settlements SET cash = cash + 1 WHERE id = LIVE", "settlements", "L4:"),
    ("UPDATE settlement_settlements SET cash = cash + 1, fee = fee + 1 WHERE id = LIVE", "settlements", "L7:"),
    (
        "DELETE FROM settlement_settlements WHERE kind = 2; UPDATE settlement_settlements SET visit_id = 5, batch = '1'",
        "settlements",
        "L8:",
    ),
    ("DELETE FROM settlement_messages WHERE msgid = 'W1'", "settlements", "I4:"),
    ("DELETE FROM bills_bills WHERE id = LIVE", "settlements", "E2:"),
    ("UPDATE bills_states SET red_id = NULL", "settlements", "E3:"),
    ("UPDATE bills_bills SET number = number + 50000", "bills", "E1:"),
    ("UPDATE bills_bills SET total_fen = total_fen + 1 WHERE id = LIVE", "bills", "E2:"),
    ("DELETE FROM bills_bills WHERE original_id IS NOT NULL", "bills", "E3:"),
    ("UPDATE payment_payments SET taken_fen = taken_fen + 1 WHERE stage = 3", "payments", "PAY1:"),
    ("UPDATE payment_payments SET refunded_fen = taken_fen + 1", "payments", "PAY2:"),
    ("DELETE FROM payment_live", "payments", "PAY3:"),
    (
        "DELETE FROM payment_refunds; UPDATE payment_payments SET returning_fen = 0, refunds = 0 WHERE stage = 3",
        "payments",
        "PAY4:",
    ),
    ("UPDATE store_once SET status = 0", "replies", "I4:"),
];

#[test]
fn each_broken_state_of_a_kept_demo_is_named_by_its_invariant() {
    let home = Home::empty();
    let kept = home.path("kept");
    let (mut node, line) = home.demo(&["--keep", &kept.display().to_string()], Vec::new());
    story(&node, &line);
    until("the journal's first fold", || {
        let folded = "SELECT seq FROM ledger_segments LIMIT 1";
        database(&kept.join("yima.sqlite")).query_row(folded, (), |row| row.get::<_, i64>(0)).ok()
    });
    node.signal("INT");
    assert_eq!(node.ended(), 0, "{}", node.err());
    let (code, good) = checked(&kept);
    assert_eq!((code, good["verdict"].as_str()), (0, Some("good")), "{good}");
    let lines: Vec<&str> = good["lines"].as_array().unwrap().iter().filter_map(|line| line["what"].as_str()).collect();
    assert!(lines.ends_with(&["ledger", "settlements", "bills", "payments", "replies"]), "{lines:?}");
    let unbalanced = pack(&Refs::default(), &[Line::debit(Account::bank(), kernel::Fen(5))]);
    for (at, (edit, what, invariant)) in EDITS.iter().enumerate() {
        let broken = home.path(&format!("broken-{at}"));
        copied(&kept, &broken);
        let open = database(&broken.join("yima.sqlite"));
        for part in edit.replace("LIVE", LIVE).split("; ") {
            if part.contains("?1") {
                assert_eq!(open.execute(part, [&unbalanced]).unwrap(), 1, "{part}");
            } else if part.starts_with("PRAGMA") {
                open.execute_batch(part).unwrap();
            } else {
                assert!(open.execute(part, ()).unwrap() > 0, "{part}");
            }
        }
        drop(open);
        let (code, told) = checked(&broken);
        let named = told["lines"].as_array().unwrap().iter().any(|line| {
            line["what"] == *what && line["verdict"] == "bad" && line["says"].as_str().unwrap().starts_with(invariant)
        });
        assert!(code == 1 && told["verdict"] == "bad" && named, "{edit}: {invariant} {code} {told:#}");
        std::fs::remove_dir_all(&broken).unwrap();
    }
}
