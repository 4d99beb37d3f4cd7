//! Money through the national interface: prices of more than two decimals, funds of a kind
//! of their own, and what 2601 does to cancellations.

use crate::nhsa::{BLOOD, PLANS, balanced, code, fee, insured, insured_under, pay, ready, register, total};
use crate::region::{Region, on_both};
use insurance::{Day, FOREVER, Period};
use kernel::{ActorId, ActorKind, PersonId};
use serde_json::{Value, json};
use yima::nhsa_script::Speaker;

fn said(answer: &Value, place: &str) -> String {
    answer.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Yuan of a member, in fen.
fn fen(answer: &Value, member: &str) -> i64 {
    let text = said(answer, &format!("/output/setlinfo/{member}"));
    kernel::Fen::from_yuan(&text).unwrap_or_else(|bad| panic!("{member} is '{text}': {bad}")).0
}

fn visit(his: &mut Speaker, psn: &str) -> String {
    let registered = his.send("2201", register(psn, &his.now()), "", "").unwrap();
    said(&registered, "/output/data/mdtrt_id")
}

/// The sums of the design hold in an answer, and the funds have their members.
fn adds_up(answer: &Value) {
    let members = ["hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "hifdm_pay", "maf_pay", "oth_pay"];
    let funds: i64 = members.iter().map(|member| fen(answer, member)).sum();
    assert_eq!(funds, fen(answer, "fund_pay_sumamt"), "{answer}");
    let rows = answer["output"]["setldetail"].as_array().cloned().unwrap_or_default();
    let detail = rows.iter().map(|row| kernel::Fen::from_yuan(row["fund_payamt"].as_str().unwrap()).unwrap().0);
    assert_eq!(detail.sum::<i64>(), funds, "{answer}");
    let person = fen(answer, "psn_part_amt");
    assert_eq!(fen(answer, "acct_pay") + fen(answer, "acct_mulaid_pay") + fen(answer, "psn_cash_pay"), person);
    assert_eq!(funds + person + fen(answer, "hosp_part_amt"), fen(answer, "medfee_sumamt"), "{answer}");
    let classes = ["fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt"];
    assert_eq!(classes.iter().map(|class| fen(answer, class)).sum::<i64>(), fen(answer, "medfee_sumamt"));
}

#[test]
fn prices_of_more_than_two_decimals_are_kept_and_rounded_a_line() {
    on_both(|region| {
        let town = insured(region);
        let mut his = ready(region, &town);
        let psn = his.vars["psn_no"].clone();
        let visit = visit(&mut his, &psn);
        let mut send = |sn: &str, cnt: &str, pric: &str, sum: &str| {
            let line = fee(&psn, &visit, sn, "", cnt, pric, sum);
            his.send("2204", json!({ "feedetail": [line] }), "", "").unwrap()
        };
        // 21 × 0.1234 is 2.5914: the nearest fen, or the one beside it.
        let charged = send("1", "21", "0.1234", "2.59");
        assert_eq!((code(&charged), said(&charged, "/output/result/0/pric")), (String::new(), "0.123400".into()));
        assert_eq!(said(&charged, "/output/result/0/det_item_fee_sumamt"), "2.59");
        assert_eq!(code(&send("1", "21.0000", "0.123400", "2.59")), "", "the same line again");
        assert_eq!(code(&send("1", "21", "0.1235", "2.59")), "LINE_DUPLICATE");
        assert_eq!(code(&send("2", "21", "0.1234", "2.60")), "");
        for (sum, wanted) in [("2.58", "TOTAL_MISMATCH"), ("2.61", "TOTAL_MISMATCH"), ("2.591", "AMOUNT_INVALID")] {
            assert_eq!(code(&send("3", "21", "0.1234", sum)), wanted, "{}: {sum}", region.name);
        }
        assert_eq!(code(&send("3", "3", "0.333333", "1.00")), "");
        assert_eq!(code(&send("4", "1", "0.0000001", "0.00")), "AMOUNT_INVALID", "seven decimals");
        let mut back = fee(&psn, &visit, "5", "", "-21", "0.1234", "-2.60");
        back["init_feedetl_sn"] = "2".into();
        assert_eq!(code(&his.send("2204", json!({ "feedetail": [back] }), "", "").unwrap()), "");

        let settled = his.send("2207", pay(&psn, &visit, "3.59"), "", "").unwrap();
        assert_eq!(code(&settled), "", "{settled}");
        adds_up(&settled);
        let ask = json!({ "data": { "psn_no": psn, "setl_id": said(&settled, "/output/setlinfo/setl_id"), "mdtrt_id": visit } });
        let read = his.send("5203", ask, "", "").unwrap();
        let lines = read["output"]["feedetail"].as_array().unwrap();
        let prices: Vec<&str> = lines.iter().filter_map(|line| line["pric"].as_str()).collect();
        assert_eq!(prices, ["0.123400", "0.123400", "0.333333", "0.123400"], "{}", region.name);

        // On the bill such a line is a lot, its price and quantity in the name.
        let citizen = region.new_token("静怡", ActorKind::Citizen, "citizen", None, Some(town.person));
        let bills = region.ask_with(Some(&citizen), "GET", "/v1/me/bills", Vec::new(), &[]);
        let bill = &bills.body["bills"][0]["bill"];
        let names: Vec<&str> =
            bill["lines"].as_array().unwrap().iter().filter_map(|line| line["name"].as_str()).collect();
        assert_eq!(names.len(), 2, "what was returned is not printed: {names:?}");
        assert!(names[0].ends_with("0.1234×21") && names[1].ends_with("0.333333×3"), "{names:?}");
        balanced(region);
    });
}

/// Somebody insured beside the basic insurance by two funds of their own.
fn beside(region: &Region, person: PersonId, insutypes: &[&str]) {
    for insutype in insutypes {
        let new = insurance::enrol::NewCoverage {
            psn_no: String::new(),
            birth_on: Day::read("1985-05-06").unwrap(),
            name: "林*怡".into(),
            document: "9901••••0023".into(),
            admdvs: "990100".into(),
            insutype: (*insutype).into(),
            psn_type: "1101".into(),
            employer: String::new(),
            period: Period { from_on: Day::read("2025-11-01").unwrap(), to_on: FOREVER },
        };
        region.node.db.write_now(person.0, move |tx| insurance::enrol::enrol(tx, person, &new, ActorId(0))).unwrap();
    }
}

#[test]
fn a_fund_of_its_own_kind_is_said_where_it_belongs() {
    // The civil servants' stage is paid by the cadres' fund, which has no member of its own,
    // the enterprises' by that of disabled soldiers.
    let mut plan: Value = serde_json::from_str(PLANS[0]).unwrap();
    plan["cvlserv"] = json!({ "pools": ["op"], "bp": 2_000, "fund": "340100" });
    plan["hifes"] = json!({ "pools": ["op"], "bp": 5_000, "fund": "350100" });
    let plan = plan.to_string();
    on_both(|region| {
        let town = insured_under(region, &[&plan]);
        let mut his = ready(region, &town);
        let psn = his.vars["psn_no"].clone();
        let charged = |his: &mut Speaker, batch: &str| {
            let visit = visit(his, &psn);
            let mut line = fee(&psn, &visit, "1", BLOOD, "100", "22.00", "2200.00");
            line["chrg_bchno"] = batch.into();
            assert_eq!(code(&his.send("2204", json!({ "feedetail": [line] }), "", "").unwrap()), "");
            let mut ask = pay(&psn, &visit, "2200.00");
            ask["data"]["chrg_bchno"] = batch.into();
            ask
        };
        let ask = charged(&mut his, "B1");
        let without = his.send("2206", ask, "", "").unwrap();
        adds_up(&without);
        assert_eq!((fen(&without, "hifdm_pay"), fen(&without, "oth_pay")), (0, 0), "no coverage, no supplement");

        beside(region, town.person, &["320", "350"]);
        let ask = charged(&mut his, "B2");
        let quoted = his.send("2206", ask.clone(), "", "").unwrap();
        adds_up(&quoted);
        let (soldiers, other) = (fen(&quoted, "hifdm_pay"), fen(&quoted, "oth_pay"));
        assert!(soldiers > 0 && other > 0, "{quoted}");
        assert_eq!((fen(&quoted, "hifes_pay"), fen(&quoted, "cvlserv_pay")), (0, 0), "{quoted}");
        let settled = his.send("2207", ask, "", "").unwrap();
        assert_eq!(code(&settled), "", "{settled}");
        adds_up(&settled);
        assert_eq!((fen(&settled, "hifdm_pay"), fen(&settled, "oth_pay")), (soldiers, other));
        let funds: Vec<String> = settled["output"]["setldetail"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|row| row["fund_pay_type"].as_str().map(str::to_owned))
            .collect();
        assert!(funds.contains(&"340100".to_owned()) && funds.contains(&"350100".to_owned()), "{funds:?}");

        // FHIR says the same of it.
        let id = format!("setl-{}", said(&settled, "/output/setlinfo/setl_id"));
        let read = |kind: &str| {
            region.ask_with(Some(&town.hospital), "GET", &format!("/fhir/{kind}/{id}"), Vec::new(), &[]).body
        };
        let response = read("ClaimResponse");
        let yuan = |fen: i64| kernel::Fen(fen).to_string();
        assert_eq!((total(&response, "disabled"), total(&response, "other")), (yuan(soldiers), yuan(other)));
        assert_eq!((total(&response, "enterprise"), total(&response, "civil-servant")), (String::new(), String::new()));
        balanced(region);
    });
}

fn reversal(psn: &str, msgid: &str, infno: &str) -> Value {
    json!({ "data": { "psn_no": psn, "omsgid": msgid, "oinfno": infno } })
}

#[test]
fn a_cancellation_is_marked_before_it_comes_and_stays_when_it_came() {
    on_both(|region| {
        let town = insured(region);
        let mut his = ready(region, &town);
        let psn = his.vars["psn_no"].clone();
        let visit = visit(&mut his, &psn);
        let fees = json!({ "feedetail": [fee(&psn, &visit, "1", BLOOD, "1", "22.00", "22.00")] });
        assert_eq!(code(&his.send("2204", fees, "", "").unwrap()), "");
        let settled = his.send("2207", pay(&psn, &visit, "22.00"), "", "settle").unwrap();
        let setl = said(&settled, "/output/setlinfo/setl_id");
        let undone = |his: &mut Speaker| {
            let ask = json!({ "data": { "psn_no": psn, "setl_id": setl, "mdtrt_id": visit } });
            said(&his.send("5203", ask, "", "").unwrap(), "/output/setlinfo/refd_setl_flag")
        };
        let cancel = json!({ "data": { "psn_no": psn, "setl_id": setl, "mdtrt_id": visit } });

        // The cancellation was sent into a broken line and is taken back: it never has an effect.
        let late = his.envelope("2208", cancel.clone());
        let late_id = late["msgid"].as_str().unwrap().to_owned();
        assert_eq!(code(&his.send("2601", reversal(&psn, &late_id, "2208"), "", "").unwrap()), "");
        let answer = region.ask_with(Some(&town.hospital), "POST", "/nhsa", late.to_string().into_bytes(), &[]);
        assert_eq!(code(&answer.body), "REVERSED_BEFORE_ARRIVAL", "{}: {}", region.name, answer.text);
        assert_eq!(undone(&mut his), "0", "the settlement holds");
        his.play(r#"{"again":"settle"}"#).unwrap();

        // It came: the red bill is written and everybody got back what they paid, so it stays.
        let cancelled = his.send("2208", cancel, "", "cancel").unwrap();
        assert_eq!((code(&cancelled), fen(&cancelled, "medfee_sumamt")), (String::new(), -2200), "{cancelled}");
        adds_up(&cancelled);
        let took = his.vars["cancel.msgid"].clone();
        for infno in ["2208", "2208"] {
            let refused = his.send("2601", reversal(&psn, &took, infno), "", "").unwrap();
            assert_eq!(code(&refused), "REVERSAL_IMPOSSIBLE", "{}: {refused}", region.name);
            let number = said(&cancelled, "/output/setlinfo/setl_id");
            assert!(refused["err_msg"].as_str().unwrap().contains(&number), "which cancellation holds: {refused}");
        }
        his.play(r#"{"again":"cancel"}"#).unwrap();
        assert_eq!(undone(&mut his), "1");
        let again = his.send("2207", pay(&psn, &visit, "22.00"), "", "").unwrap();
        assert_eq!(code(&again), "", "what was cancelled is settled anew: {again}");
        assert_ne!(said(&again, "/output/setlinfo/setl_id"), setl);
        assert_eq!(
            code(&his.send("2601", reversal(&psn, "H9901020000120261118094000", "2204"), "", "").unwrap()),
            "REVERSAL_IMPOSSIBLE"
        );
        balanced(region);
    });
}

#[test]
fn a_stays_cancellation_is_marked_and_stays_likewise() {
    on_both(|region| {
        let town = insured(region);
        let mut drugs = crate::nhsa::speaker(region, &town.pharmacy, town.person);
        drugs.sign_in().unwrap();
        let known = json!({ "data": { "mdtrt_cert_type": "02", "mdtrt_cert_no": crate::nhsa::NUMBER } });
        let psn = said(&drugs.send("1101", known, "", "").unwrap(), "/output/baseinfo/psn_no");
        // 2103 and 2305 that never came, of a pharmacy as of a ward.
        for infno in ["2103", "2305"] {
            let late = drugs.envelope(infno, json!({ "data": { "psn_no": psn, "setl_id": "1", "mdtrt_id": "1" } }));
            let msgid = late["msgid"].as_str().unwrap().to_owned();
            let taken = drugs.send("2601", reversal(&psn, &msgid, infno), "", "").unwrap();
            assert_eq!(code(&taken), "", "{}: {infno} {taken}", region.name);
            let again = drugs.send("2601", reversal(&psn, &msgid, infno), "", "").unwrap();
            assert_eq!(code(&again), "", "{}: the same again {again}", region.name);
        }
    });
}
