//! The statement of a hospital's month as FHIR tells it: what was settled and taken back,
//! compared at the day's end, confirmed and paid by the bank, to the fen.

use crate::nhsa::{BLOOD, balanced, code, fee, insured, pay, ready, register};
use crate::region::{Region, on_both};
use kernel::{ActorKind, Fen};
use serde_json::{Value, json};
use std::path::PathBuf;
use yima::nhsa_script::Speaker;

fn said(answer: &Value, place: &str) -> String {
    answer.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn fen(value: &Value) -> i64 {
    Fen::from_yuan(&value.to_string()).unwrap_or_else(|bad| panic!("{value}: {bad}")).0
}

/// Settles a visit of so many blood counts; answers what funds and account pay of it, with
/// its numbers.
fn settled(his: &mut Speaker, psn: &str, batch: &str, count: i64) -> (i64, String, String) {
    let registered = his.send("2201", register(psn, &his.now()), "", "").unwrap();
    let visit = said(&registered, "/output/data/mdtrt_id");
    let total = Fen(2200 * count).to_string();
    let mut line = fee(psn, &visit, "1", BLOOD, &count.to_string(), "22.00", &total);
    line["chrg_bchno"] = batch.into();
    assert_eq!(code(&his.send("2204", json!({ "feedetail": [line] }), "", "").unwrap()), "");
    let mut ask = pay(psn, &visit, &total);
    ask["data"]["chrg_bchno"] = batch.into();
    let done = his.send("2207", ask, "", "").unwrap();
    assert_eq!(code(&done), "", "{done}");
    let yuan = |member: &str| Fen::from_yuan(&said(&done, &format!("/output/setlinfo/{member}"))).unwrap().0;
    (yuan("fund_pay_sumamt") + yuan("acct_pay"), visit, said(&done, "/output/setlinfo/setl_id"))
}

/// Compares the hospital's journal of today with the agency's, as its program would.
fn compared(his: &mut Speaker) {
    let steps = r#"
{"call":"3202","input":{"data":{"clr_type":"","setl_optins":"","file_qury_no":"","stmt_begndate":"${today}","stmt_enddate":"${today}","medfee_sumamt":"0","fund_pay_sumamt":"0","cash_payamt":"0","fixmedins_setl_cnt":"0"}},"save":{"file":"/output/fileinfo/file_qury_no"}}
{"call":"9102","input":{"fsDownloadIn":{"file_qury_no":"${file}","filename":"","fixmedins_code":"${fixmedins_code}"}},"save":{"lines":"/output/fsDownloadOut/out"}}
{"call":"9101","input":{"fsUploadIn":{"filename":"journal.txt","fixmedins_code":"${fixmedins_code}","in":"${lines}"}},"save":{"mine":"/output/fileinfo/file_qury_no"}}
{"call":"3202","input":{"data":{"clr_type":"","setl_optins":"","file_qury_no":"${mine}","stmt_begndate":"${today}","stmt_enddate":"${today}","medfee_sumamt":"0","fund_pay_sumamt":"0","cash_payamt":"0","fixmedins_setl_cnt":"0"}}}
"#;
    his.play(steps).unwrap();
}

/// The resource with what differs from run to run left out.
fn plain(resource: &Value, institution: &str) -> String {
    let text = serde_json::to_string_pretty(resource).unwrap().replace(institution, "INSTITUTION");
    let payout = said(resource, "/paymentIdentifier/value");
    if payout.is_empty() { text + "\n" } else { text.replace(&payout, "PAYOUT") + "\n" }
}

/// A stale golden fails and is written anew by the same run.
fn golden(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/journeys/goldens").join(name);
    if std::fs::read_to_string(&path).unwrap_or_default() != text {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        panic!("{name} was stale and has been written anew; look at the difference and commit it");
    }
}

struct Asked<'a> {
    region: &'a Region,
    hospital: String,
    officer: String,
    id: String,
}

impl Asked<'_> {
    fn get(&self, token: &str, path: &str) -> Value {
        let answer = self.region.ask_with(Some(token), "GET", path, Vec::new(), &[]);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.body
    }

    /// The statement by its own route and by FHIR, which say the same.
    fn told(&self) -> (Value, Value) {
        let statement = self.get(&self.hospital, &format!("/v1/clearing/statements/{}/202611", self.id));
        let statement = statement["statement"].clone();
        let resource = self.get(&self.hospital, &format!("/fhir/PaymentReconciliation/stmt-{}-202611", self.id));
        let lines = statement["lines"].as_array().unwrap();
        let details = resource["detail"].as_array().unwrap();
        assert_eq!(lines.len(), details.len(), "{resource}");
        for (line, detail) in lines.iter().zip(details) {
            let owed = line["fund"].as_i64().unwrap() + line["account"].as_i64().unwrap();
            assert_eq!(fen(&detail["amount"]["value"]), owed, "{detail}");
            let kind = if line["refund"] == true { "adjustment" } else { "payment" };
            assert_eq!(detail.pointer("/type/coding/0/code").unwrap(), kind, "{detail}");
        }
        let sum: i64 = details.iter().map(|detail| fen(&detail["amount"]["value"])).sum();
        assert_eq!(fen(&resource["paymentAmount"]["value"]), sum, "{resource}");
        assert_eq!(statement["payable"].as_i64(), Some(sum));
        // What R4 requires.
        for member in ["status", "created", "paymentDate", "paymentAmount"] {
            assert!(resource.get(member).is_some(), "{member} is 1..1");
        }
        (statement, resource)
    }

    fn post(&self, path: &str, body: &Value, key: &str) -> Value {
        let headers = [("idempotency-key", key), ("content-type", "application/json")];
        let answer = self.region.ask_with(Some(&self.officer), "POST", path, body.to_string().into_bytes(), &headers);
        assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.text);
        answer.body
    }
}

#[test]
fn a_month_adds_up_from_the_settlements_to_the_bank() {
    on_both(|region| {
        let town = insured(region);
        let mut his = ready(region, &town);
        let psn = his.vars["psn_no"].clone();
        let institution = region.node.directory.by_code("H99010200001").unwrap().id;
        let asked = Asked {
            region,
            hospital: town.hospital.clone(),
            officer: region.new_token("唐以宁", ActorKind::Staff, "officer", None, None),
            id: institution.to_string(),
        };
        let (one, ..) = settled(&mut his, &psn, "B1", 100);
        let (two, visit, setl) = settled(&mut his, &psn, "B2", 3);
        let cancel = json!({ "data": { "psn_no": psn, "setl_id": setl, "mdtrt_id": visit } });
        assert_eq!(code(&his.send("2208", cancel, "", "").unwrap()), "");
        let (three, ..) = settled(&mut his, &psn, "B3", 2);
        assert!(two > 0 && three > 0, "the account pays");

        let (statement, resource) = asked.told();
        assert_eq!((&statement["payable"], &resource["detail"]), (&json!(0), &json!([])), "nothing was compared yet");
        compared(&mut his);
        let (statement, resource) = asked.told();
        assert_eq!(statement["payable"].as_i64(), Some(one + three), "what was cancelled is owed no more");
        assert_eq!((statement["balanced"].as_i64(), resource["outcome"].as_str()), (Some(1), Some("complete")));
        let books = region.node.money.office.ledger.clone();
        let month = ledger::Period::of(books.now());
        let trial = region.block_on(books.trial(ledger::Entity::region(990_100), month)).unwrap();
        let payable = ledger::Account::payable_institution(institution);
        let owed = trial.lines.iter().find(|line| line.account == payable).map(|line| line.closing.0.abs());
        assert_eq!(owed, Some(one + three), "and so say the books");

        // Confirmed, sent to the bank, paid.
        let payout = asked.post(
            "/v1/clearing/payouts",
            &json!({ "institution": asked.id, "period": "202611", "net_fen": one + three - 500, "deposit_fen": 500,
                "bank_name": "云州市第一人民医院", "bank_account": "6222000011112222" }),
            "p1",
        );
        let number = payout["payout"].as_str().unwrap().to_owned();
        asked.post("/v1/clearing/files", &json!({}), "p2");
        let (_, paying) = asked.told();
        assert_eq!(paying.get("paymentIdentifier"), None, "the bank has not answered: {paying}");
        let result = json!({ "lines": [{ "payout": number, "paid": true }] });
        asked.post("/v1/clearing/results", &result, "p3");
        let (_, paid) = asked.told();
        assert_eq!(said(&paid, "/paymentIdentifier/value"), number, "{paid}");
        let note = said(&paid, "/processNote/0/text");
        assert!(note.contains(&Fen(one + three - 500).to_string()) && note.contains("5.00 deposit"), "{note}");
        golden("payment-reconciliation.json", &plain(&paid, &asked.id));

        // By search the same; nobody else's hospital learns of it.
        let found = asked.get(&asked.hospital, "/fhir/PaymentReconciliation?period=202611");
        assert_eq!((&found["total"], &found["entry"][0]["resource"]), (&json!(1), &paid));
        let path = format!("/fhir/PaymentReconciliation/stmt-{}-202611", asked.id);
        assert_eq!(region.ask("other-his", "GET", &path, "").status, 404);
        assert_eq!(region.ask("doctor", "GET", &path, "").status, 404);
        balanced(region);
    });
}
