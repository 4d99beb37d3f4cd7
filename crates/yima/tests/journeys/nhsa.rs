//! A hospital's program that speaks only the national interface: recorded scripts from
//! registration to reconciliation, and bad input, over real HTTP on both databases.

use crate::region::{Region, on_both};
use identity::{Demographics, Identifier, RESIDENT_ID_SYSTEM};
use insurance::rules::designation::{CareKind, Designation};
use insurance::{Day, FOREVER, Period, load};
use kernel::{ActorId, ActorKind, Fen, PersonId};
use serde_json::{Value, json};
use std::path::PathBuf;
use yima::nhsa_script::Speaker;

/// A blood count of the catalogue.
pub(crate) const BLOOD: &str = "000000000200001";
pub(crate) const NUMBER: &str = "990101198505060023";
pub(crate) const PLANS: [&str; 2] = [
    include_str!("../../../adjudication/plans/990100-310.json"),
    include_str!("../../../adjudication/plans/990100-390.json"),
];
const CATALOGUE: &str = include_str!("../../src/demo_catalogue.jsonl");

/// A region with plans, a catalogue, a hospital, a pharmacy and people who are insured.
pub(crate) struct Insured {
    pub(crate) hospital: String,
    pub(crate) pharmacy: String,
    pub(crate) person: PersonId,
}

pub(crate) fn insured(region: &Region) -> Insured {
    insured_under(region, &PLANS)
}

/// The same under other plans.
pub(crate) fn insured_under(region: &Region, plans: &[&str]) -> Insured {
    let node = &region.node;
    let since = Day::read("2025-11-01").unwrap();
    for plan in plans {
        let document = plan.as_bytes().to_vec();
        let new = load::NewPlan { version: "t-1".into(), from_on: Some(since), to_on: None, document };
        load::plan_now(&node.money.insurance, new, None).unwrap();
    }
    load::catalogue_now(&node.money.insurance, "990100", "t-1", since, CATALOGUE, None).unwrap();
    let places = [
        ("H99010200001", "云州市第一人民医院", "3", vec![CareKind::Op, CareKind::Ip, CareKind::Chronic]),
        ("P99010200005", "云州大药房", "P", vec![CareKind::Pharmacy]),
    ];
    let mut tokens = Vec::new();
    for (code, name, level, kinds) in places {
        let institution = node
            .directory
            .enrol_now(directory::NewInstitution {
                code: code.into(),
                name: name.into(),
                name_en: String::new(),
                region: "990100".into(),
                level: "tertiary".into(),
            })
            .unwrap();
        let agreement = |kind| Designation {
            admdvs: "990100".into(),
            institution,
            kind,
            level: level.into(),
            period: Period { from_on: since, to_on: FOREVER },
            suspended_from: FOREVER,
        };
        load::designate_now(&node.money.insurance, kinds.into_iter().map(agreement).collect(), None).unwrap();
        tokens.push(region.new_token(code, ActorKind::System, "his", Some(institution), None));
    }
    let person = enrolled(region, NUMBER, "林静怡", "2025-11-01", 50_000);
    let [hospital, pharmacy] = tokens.try_into().unwrap();
    Insured { hospital, pharmacy, person }
}

pub(crate) fn enrolled(region: &Region, number: &str, name: &str, from: &str, credit: i64) -> PersonId {
    enrolled_at(region, (number, name), from, credit, "990100")
}

pub(crate) fn enrolled_at(
    region: &Region,
    (number, name): (&str, &str),
    from: &str,
    credit: i64,
    admdvs: &str,
) -> PersonId {
    let node = &region.node;
    let document = Identifier::new(RESIDENT_ID_SYSTEM, number);
    let known = Demographics {
        name: name.into(),
        name_en: String::new(),
        gender: "female".into(),
        birth: "1985-05-06".into(),
        document: Some(document.clone()),
        phone: String::new(),
        insured: String::new(),
        insured_region: "990100".into(),
        address: String::new(),
        deceased_at: None,
    };
    let person = PersonId(node.db.world().new_id());
    let new = insurance::enrol::NewCoverage {
        psn_no: String::new(),
        birth_on: Day::read("1985-05-06").unwrap(),
        name: kernel::coded::masked_name(name),
        document: kernel::coded::masked(number),
        admdvs: admdvs.into(),
        insutype: "310".into(),
        psn_type: "1101".into(),
        employer: String::new(),
        period: Period { from_on: Day::read(from).unwrap(), to_on: FOREVER },
    };
    let (index, money, home) = (node.index.clone(), node.money.clone(), kernel::InstitutionId(0));
    node.db
        .write_now(person.0, move |tx| {
            identity::create(tx, &index, home, person, &known, std::slice::from_ref(&document))?;
            insurance::enrol::enrol(tx, person, &new, ActorId(0))?;
            if credit > 0 {
                settlement::account::credit(tx, &money.settlements, person, Fen(credit), "t", ActorId(0))?;
            }
            Ok(())
        })
        .unwrap();
    person
}

pub(crate) fn speaker(region: &Region, token: &str, person: PersonId) -> Speaker {
    speaker_from(region, token, person, 0)
}

/// The same whose message numbers begin elsewhere, beside another of the institution.
pub(crate) fn speaker_from(region: &Region, token: &str, person: PersonId, number: u32) -> Speaker {
    let world = region.node.db.world().clone();
    let registrar = region.tokens.get("registrar").cloned();
    let mut speaker = Speaker::new(&region.base, token, registrar, world, number).unwrap();
    speaker.vars.insert("people.jingyi".into(), person.to_string());
    speaker
}

fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/nhsa")
}

/// Plays a script of the documents; the exchanges on the file database are kept there.
fn played(region: &Region, token: &str, person: PersonId, script: &str, title: &str) {
    let text = std::fs::read_to_string(docs().join(format!("{script}.jsonl"))).unwrap();
    let mut speaker = speaker(region, token, person);
    if let Err(why) = speaker.play(&text) {
        panic!("{}: {script}: {why}\n{}", region.name, speaker.record(title));
    }
    if region.name == "sqlite" {
        kept(&format!("{script}.md"), &speaker.record(title));
    }
}

/// A stale document fails and is written anew by the same run.
fn kept(name: &str, text: &str) {
    let path = docs().join(name);
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    if known != text {
        std::fs::write(&path, text).unwrap();
        panic!("docs/nhsa/{name} was stale and has been written anew; look at the difference and commit it");
    }
}

pub(crate) fn balanced(region: &Region) {
    region.block_on(region.node.money.office.ledger.turn()).unwrap();
    let report = ledger::check(&region.node.db, std::sync::Arc::new(|_| {})).unwrap();
    assert!(report.wrong.is_empty(), "{}: {:?}", region.name, report.wrong);
}

#[test]
fn from_registration_to_reconciliation() {
    on_both(|region| {
        let town = insured(region);
        played(region, &town.hospital, town.person, "register-to-reconcile", "从挂号到对账 · Register to reconcile");
        balanced(region);
    });
}

#[test]
fn a_stay_from_admission_to_settlement() {
    on_both(|region| {
        let town = insured(region);
        played(region, &town.hospital, town.person, "in-patient", "住院 · In-patient stay");
        balanced(region);
    });
}

#[test]
fn a_sale_at_a_pharmacy() {
    on_both(|region| {
        let town = insured(region);
        played(region, &town.pharmacy, town.person, "pharmacy", "药店 · Pharmacy");
        balanced(region);
    });
}

/// A program that is signed in and knows a person's number.
pub(crate) fn ready(region: &Region, town: &Insured) -> Speaker {
    let mut speaker = speaker(region, &town.hospital, town.person);
    speaker.sign_in().unwrap();
    let data = json!({ "data": { "mdtrt_cert_type": "02", "mdtrt_cert_no": NUMBER } });
    let answer = speaker.send("1101", data, "", "").unwrap();
    let psn_no = answer.pointer("/output/baseinfo/psn_no").and_then(Value::as_str).unwrap_or_default().to_owned();
    assert!(!psn_no.is_empty(), "{answer}");
    speaker.vars.insert("psn_no".into(), psn_no);
    speaker
}

pub(crate) fn register(psn_no: &str, begntime: &str) -> Value {
    json!({ "data": {
        "psn_no": psn_no, "insutype": "310", "begntime": begntime, "mdtrt_cert_type": "02", "mdtrt_cert_no": NUMBER,
        "ipt_otp_no": "M-1", "dept_code": "A03", "dept_name": "心内科", "caty": "A03",
    } })
}

pub(crate) fn fee(psn_no: &str, visit: &str, sn: &str, code: &str, cnt: &str, pric: &str, amount: &str) -> Value {
    json!({
        "feedetl_sn": sn, "mdtrt_id": visit, "psn_no": psn_no, "chrg_bchno": "B1", "fee_ocur_time": "2026-11-18 09:40:00",
        "med_list_codg": code, "medins_list_codg": "L", "det_item_fee_sumamt": amount, "cnt": cnt, "pric": pric,
    })
}

pub(crate) fn pay(psn_no: &str, visit: &str, total: &str) -> Value {
    json!({ "data": {
        "psn_no": psn_no, "mdtrt_cert_type": "02", "mdtrt_cert_no": "", "med_type": "11", "medfee_sumamt": total,
        "psn_setlway": "01", "mdtrt_id": visit, "chrg_bchno": "B1", "acct_used_flag": "1", "insutype": "310",
    } })
}

pub(crate) fn code(answer: &Value) -> String {
    let told = answer["err_msg"].as_str().unwrap_or_default();
    let code = told.split(' ').next().unwrap_or_default().to_owned();
    let fine = (answer["infcode"] == 0) == code.is_empty();
    assert!(fine && told.chars().count() <= 200, "{answer}");
    code
}

#[test]
fn bad_input_is_refused_by_its_code_and_has_no_effect() {
    on_both(|region| {
        let town = insured(region);
        let mut his = ready(region, &town);
        let psn = his.vars["psn_no"].clone();
        let other = enrolled(region, "990101199001010035", "周行远", "2026-11-10", 0);
        let card = region.block_on(region.node.db.read(move |sql| insurance::eligibility::card(sql, other)));
        let other_psn = card.unwrap().unwrap().1.psn_no;
        let now = his.now();

        for (psn_no, begntime, wanted) in [
            (psn.as_str(), "2025-10-01 08:00:00", "COVERAGE_NONE"),
            (&psn, "2026-13-01 08:00:00", "FIELD_WRONG"),
            ("0000", now.as_str(), "PERSON_NOT_FOUND"),
            (&other_psn, now.as_str(), "CREDENTIAL_MISMATCH"),
        ] {
            let answer = his.send("2201", register(psn_no, begntime), "", "").unwrap();
            assert_eq!(code(&answer), wanted, "{}: {psn_no} {begntime}", region.name);
        }
        let mut early = register(&other_psn, "2026-11-09 08:00:00");
        early["data"]["mdtrt_cert_no"] = "990101199001010035".into();
        assert_eq!(code(&his.send("2201", early, "", "").unwrap()), "COVERAGE_NONE");
        let mut unlisted = register(&psn, &now);
        unlisted["data"]["list_ver"] = "t-9".into();
        let visit_of = |answer: &Value| {
            answer.pointer("/output/data/mdtrt_id").and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let unlisted = visit_of(&his.send("2201", unlisted, "", "").unwrap());
        let visit = visit_of(&his.send("2201", register(&psn, &now), "", "").unwrap());
        assert!(!visit.is_empty() && !unlisted.is_empty());

        for (visit, rows, wanted) in [
            (&visit, vec![("1", BLOOD, "2", "22.00", "43.99")], "TOTAL_MISMATCH"),
            (&visit, vec![("1", BLOOD, "1", "1,200.00", "1,200.00")], "AMOUNT_INVALID"),
            (&visit, vec![("1", BLOOD, "1e1", "22.00", "220.00")], "AMOUNT_INVALID"),
            (&visit, vec![("1", BLOOD, "1", "22.0050001", "22.01")], "AMOUNT_INVALID"),
            (&visit, vec![("1", BLOOD, "1", "22.005", "22.02")], "TOTAL_MISMATCH"),
            (&visit, vec![("1", BLOOD, "1", "22.00", "22.005")], "AMOUNT_INVALID"),
            (&visit, vec![("1", BLOOD, "1", "92233720368547758.07", "92233720368547758.07")], "AMOUNT_INVALID"),
            (&visit, vec![("1", BLOOD, "1", "20000000000", "20000000000")], "LINE_INVALID"),
            (&visit, vec![("1", BLOOD, "-1", "22.00", "-22.00")], "LINE_INVALID"),
            (&visit, vec![("1", "999999", "1", "22.00", "22.00")], "LINE_CODE_UNKNOWN"),
            (&visit, vec![("1", BLOOD, "1", "22.00", "22.00"), ("1", BLOOD, "1", "23.00", "23.00")], "LINE_DUPLICATE"),
            (&unlisted, vec![("1", BLOOD, "1", "22.00", "22.00")], "CATALOGUE_VERSION_UNKNOWN"),
        ] {
            let rows: Vec<Value> =
                rows.into_iter().map(|(sn, item, cnt, pric, sum)| fee(&psn, visit, sn, item, cnt, pric, sum)).collect();
            let answer = his.send("2204", json!({ "feedetail": rows }), "", "").unwrap();
            assert_eq!(code(&answer), wanted, "{}: {answer}", region.name);
            assert_eq!(answer["output"], Value::Null, "{}: {answer}", region.name);
        }
        let theirs = fee(&other_psn, &visit, "1", BLOOD, "1", "22.00", "22.00");
        let answer = his.send("2204", json!({ "feedetail": [theirs] }), "", "").unwrap();
        assert_eq!(code(&answer), "VISIT_UNKNOWN", "another person's visit");
        let many: Vec<Value> =
            (0..1_001).map(|sn| fee(&psn, &visit, &sn.to_string(), BLOOD, "1", "0.01", "0.01")).collect();
        let answer = his.send("2204", json!({ "feedetail": many }), "", "").unwrap();
        assert_eq!(code(&answer), "TOO_MANY_LINES");
        let answer = his.send("2206", pay(&psn, &visit, "0.00"), "", "").unwrap();
        assert_eq!(code(&answer), "VISIT_CLOSED", "nothing of all that was charged: {answer}");

        let many: Vec<Value> =
            (0..1_000).map(|sn| fee(&psn, &visit, &sn.to_string(), BLOOD, "1", "0.50", "0.50")).collect();
        let answer = his.send("2204", json!({ "feedetail": many }), "", "").unwrap();
        assert_eq!((code(&answer), answer["output"]["result"].as_array().unwrap().len()), (String::new(), 1_000));
        let mut back = fee(&psn, &visit, "r1", BLOOD, "-2", "0.50", "-1.00");
        back["init_feedetl_sn"] = "1".into();
        let answer = his.send("2204", json!({ "feedetail": [back] }), "", "").unwrap();
        assert_eq!(code(&answer), "LINE_NEGATIVE_NET");
        let answer = his.send("2207", pay(&psn, &visit, "499.99"), "", "").unwrap();
        assert_eq!(code(&answer), "TOTAL_MISMATCH", "{answer}");
        let quoted = his.send("2206", pay(&psn, &visit, "500.00"), "", "").unwrap();
        assert_eq!(code(&quoted), "");
        let settled = his.send("2207", pay(&psn, &visit, "500.00"), "", "settle").unwrap();
        assert_eq!(code(&settled), "", "{settled}");
        assert_eq!(settled["output"]["setlinfo"]["psn_cash_pay"], quoted["output"]["setlinfo"]["psn_cash_pay"]);
        balanced(region);
    });
}

#[test]
fn without_a_plan_nothing_is_quoted() {
    const NUMBER_THERE: &str = "990301198505060016";
    on_both(|region| {
        let town = insured(region);
        enrolled_at(region, (NUMBER_THERE, "何远行"), "2025-11-01", 0, "990300");
        let mut his = ready(region, &town);
        let shown = json!({ "data": { "mdtrt_cert_type": "02", "mdtrt_cert_no": NUMBER_THERE } });
        let known = his.send("1101", shown, "", "").unwrap();
        let psn = known["output"]["baseinfo"]["psn_no"].as_str().unwrap().to_owned();
        let now = his.now();
        let mut ask = register(&psn, &now);
        ask["data"]["mdtrt_cert_no"] = NUMBER_THERE.into();
        assert_eq!(code(&his.send("2201", ask.clone(), "", "").unwrap()), "INSUPLC_WRONG");
        his.vars.insert("insuplc".into(), "990300".into());
        let registered = his.send("2201", ask, "", "").unwrap();
        let visit = registered["output"]["data"]["mdtrt_id"].as_str().unwrap().to_owned();
        let fees = json!({ "feedetail": [fee(&psn, &visit, "1", BLOOD, "1", "22.00", "22.00")] });
        assert_eq!(code(&his.send("2204", fees, "", "").unwrap()), "");
        assert_eq!(code(&his.send("2206", pay(&psn, &visit, "22.00"), "", "").unwrap()), "PLAN_MISSING");
        assert_eq!(code(&his.send("2207", pay(&psn, &visit, "22.00"), "", "").unwrap()), "PLAN_MISSING");
        balanced(region);
    });
}

#[test]
fn messages_keep_their_rules() {
    on_both(|region| {
        let town = insured(region);
        let mut his = ready(region, &town);
        let psn = his.vars["psn_no"].clone();
        let now = his.now();
        let registered = his.send("2201", register(&psn, &now), "", "register").unwrap();
        let visit = registered["output"]["data"]["mdtrt_id"].as_str().unwrap().to_owned();
        his.play(r#"{"again":"register"}"#).unwrap();

        // The same number with another body.
        let mut request = his.exchanges.last().unwrap().request.clone();
        request["input"]["data"]["dept_name"] = "神经内科".into();
        let answer = region.ask_with(Some(&town.hospital), "POST", "/nhsa", request.to_string().into_bytes(), &[]);
        assert_eq!((answer.status, code(&answer.body)), (200, "DUPLICATE_CONFLICT".into()), "{}", answer.text);

        // Before anything was settled.
        let unknown = kernel::SettlementId(7).to_string();
        let cancel = json!({ "data": { "psn_no": psn, "setl_id": unknown, "mdtrt_id": visit } });
        assert_eq!(code(&his.send("2208", cancel, "", "").unwrap()), "NOT_FOUND");
        let fees = json!({ "feedetail": [fee(&psn, &visit, "1", "000000000200001", "1", "22.00", "22.00")] });
        assert_eq!(code(&his.send("2204", fees, "", "").unwrap()), "");

        // A reversal that comes before its settlement.
        let mut late = his.envelope("2207", pay(&psn, &visit, "22.00"));
        let reverse = json!({ "data": { "psn_no": psn, "omsgid": late["msgid"], "oinfno": "2207" } });
        assert_eq!(code(&his.send("2601", reverse, "", "").unwrap()), "");
        let answer = region.ask_with(Some(&town.hospital), "POST", "/nhsa", late.to_string().into_bytes(), &[]);
        assert_eq!(code(&answer.body), "REVERSED_BEFORE_ARRIVAL", "{}", answer.text);

        // What the cashier was shown no longer holds.
        assert_eq!(code(&his.send("2206", pay(&psn, &visit, "22.00"), "", "").unwrap()), "");
        let more = json!({ "feedetail": [fee(&psn, &visit, "2", "000000000200002", "1", "68.00", "68.00")] });
        assert_eq!(code(&his.send("2204", more, "", "").unwrap()), "");
        let stale = his.send("2207", pay(&psn, &visit, "90.00"), "", "").unwrap();
        assert_eq!(code(&stale), "QUOTE_STALE", "{stale}");
        assert_eq!(stale["output"]["setlinfo"]["medfee_sumamt"], "90.00", "the new numbers come with it");
        assert_eq!(code(&his.send("2206", pay(&psn, &visit, "90.00"), "", "").unwrap()), "");
        let settled = his.send("2207", pay(&psn, &visit, "90.00"), "", "settle").unwrap();
        assert_eq!(code(&settled), "", "{settled}");
        his.play(r#"{"again":"settle"}"#).unwrap();
        let reverse = json!({ "data": { "psn_no": psn, "omsgid": his.vars["settle.msgid"], "oinfno": "2207" } });
        assert_eq!(code(&his.send("2601", reverse, "", "").unwrap()), "");
        let again = his.play(r#"{"again":"settle"}"#).unwrap_err();
        assert!(again.contains("ALREADY_CANCELLED"), "{again}");

        // Whose message it is.
        late["fixmedins_code"] = "P99010200005".into();
        late["msgid"] = "P990102000052026111809400009".into();
        let answer = region.ask_with(Some(&town.hospital), "POST", "/nhsa", late.to_string().into_bytes(), &[]);
        assert_eq!(code(&answer.body), "FIXMEDINS_WRONG");
        let mut unsigned = his.envelope("2206", pay(&psn, &visit, "90.00"));
        unsigned["sign_no"] = "".into();
        let answer = region.ask_with(Some(&town.hospital), "POST", "/nhsa", unsigned.to_string().into_bytes(), &[]);
        assert_eq!(code(&answer.body), "SIGN_IN_REQUIRED");
        for (body, wanted) in [("{", "ENVELOPE_INVALID"), ("{}", "FIELD_MISSING"), ("[]", "ENVELOPE_INVALID")] {
            let answer = region.ask_with(Some(&town.hospital), "POST", "/nhsa", body.into(), &[]);
            assert_eq!((answer.status, code(&answer.body)), (200, wanted.into()), "{}", answer.text);
        }
        let unknown = his.send("9999", json!({}), "", "").unwrap();
        assert_eq!(code(&unknown), "INFNO_UNKNOWN");
        assert_eq!(region.ask("doctor", "POST", "/nhsa", "{}").status, 403);
        assert_eq!(region.ask_with(None, "POST", "/nhsa", b"{}".to_vec(), &[]).status, 401);
        balanced(region);
    });
}

#[test]
fn twins_in_flight_settle_once() {
    on_both(|region| {
        let town = insured(region);
        let mut his = ready(region, &town);
        let psn = his.vars["psn_no"].clone();
        let now = his.now();
        let registered = his.send("2201", register(&psn, &now), "", "").unwrap();
        let visit = registered["output"]["data"]["mdtrt_id"].as_str().unwrap().to_owned();
        let fees = json!({ "feedetail": [fee(&psn, &visit, "1", "000000000200001", "1", "22.00", "22.00")] });
        his.send("2204", fees, "", "").unwrap();
        his.send("2206", pay(&psn, &visit, "22.00"), "", "").unwrap();
        let body = his.envelope("2207", pay(&psn, &visit, "22.00")).to_string().into_bytes();
        let post = || region.ask_with(Some(&town.hospital), "POST", "/nhsa", body.clone(), &[]).text;
        let answers: Vec<String> = std::thread::scope(|scope| {
            let twins: Vec<_> = (0..8).map(|_| scope.spawn(post)).collect();
            twins.into_iter().map(|twin| twin.join().unwrap()).collect()
        });
        assert!(answers[0].contains("\"infcode\":0"), "{}", answers[0]);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{}: {answers:?}", region.name);
        balanced(region);
    });
}

#[test]
fn filings_are_made_and_taken_back() {
    on_both(|region| {
        let town = insured(region);
        let mut his = ready(region, &town);
        let psn = his.vars["psn_no"].clone();
        let filed = |answer: &Value| {
            answer.pointer("/output/result/trt_dcla_detl_sn").and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let referral = json!({ "refmedin": {
            "psn_no": psn, "insutype": "310", "refl_type": "4", "mdtrtarea_admdvs": "990200", "begndate": "2026-11-18",
            "enddate": "2026-12-18", "diag_code": "I10.x00", "reflin_medins_no": "", "refl_rea": "专科",
        } });
        let temporary = his.send("2501", referral, "", "away").unwrap();
        assert_eq!((code(&temporary), temporary["output"]["result"]["rchk_flag"].as_str()), (String::new(), Some("1")));
        his.play(r#"{"again":"away"}"#).unwrap();
        let chronic = json!({ "data": {
            "psn_no": psn, "insutype": "310", "opsp_dise_code": "I10", "opsp_dise_name": "高血压",
            "ide_fixmedins_no": "H99010200001", "begndate": "2026-11-18", "enddate": "",
        } });
        let chronic = his.send("2503", chronic, "", "").unwrap();
        assert_eq!(chronic["output"]["result"]["rchk_flag"], "0", "an office decides");
        let own = json!({ "data": {
            "psn_no": psn, "biz_appy_type": "03", "begndate": "2026-11-18", "fixmedins_code": "H99010200001",
            "agnter_name": "林某", "agnter_cert_type": "01", "agnter_certno": "990101195005060028",
        } });
        let own = his.send("2505", own, "", "").unwrap();
        assert_eq!(code(&own), "");
        for (infno, filing) in [("2502", &temporary), ("2504", &chronic), ("2506", &own)] {
            let data = json!({ "data": { "trt_dcla_detl_sn": filed(filing), "psn_no": psn, "memo": "误报" } });
            assert_eq!(code(&his.send(infno, data.clone(), "", "").unwrap()), "", "{infno}");
            assert_eq!(code(&his.send(infno, data, "", "").unwrap()), "FILING_STAGE", "{infno} twice");
        }
        let none = his.send("5301", json!({ "data": { "psn_no": psn } }), "", "").unwrap();
        assert_eq!(none["output"]["feedetail"], json!([]));
    });
}

fn claim(usage: &str, person: PersonId, number: &str) -> Value {
    let item = |sequence: i32, code: &str, quantity: i32, price: &str, net: &str| {
        let amount = |text: &str| json!({ "value": serde_json::from_str::<Value>(text).unwrap(), "currency": "CNY" });
        json!({
            "sequence": sequence, "productOrService": { "coding": [{ "system": "urn:yima:catalogue", "code": code }] },
            "quantity": { "value": quantity }, "unitPrice": amount(price), "net": amount(net),
        })
    };
    json!({
        "resourceType": "Claim", "status": "active", "use": usage, "created": "2026-11-18",
        "identifier": [{ "system": "urn:yima:msgid", "value": number }],
        "type": { "coding": [{ "code": "institutional" }] },
        "subType": { "coding": [{ "system": "urn:yima:med-type", "code": "11" }] },
        "patient": { "reference": format!("Patient/{person}") },
        "billablePeriod": { "start": "2026-11-18" },
        "item": [item(1, "000000000300003", 1, "320.00", "320.00"), item(2, "000000000600001", 1, "900", "900.00")],
        "total": { "value": 1220, "currency": "CNY" },
    })
}

/// The amount of a category of a ClaimResponse or an ExplanationOfBenefit.
pub(crate) fn total(resource: &Value, category: &str) -> String {
    let rows = resource["total"].as_array().cloned().unwrap_or_default();
    let found = rows.iter().find(|row| row.pointer("/category/coding/0/code").is_some_and(|code| code == category));
    found.map(|row| row["amount"]["value"].to_string()).unwrap_or_default()
}

#[test]
fn fhir_speaks_of_the_same_money() {
    on_both(|region| {
        let town = insured(region);
        let ask = |token: &str, method: &str, path: &str, body: String| {
            region.ask_with(Some(token), method, path, body.into_bytes(), &[])
        };
        let submit = |usage: &str, number: &str| {
            ask(&town.hospital, "POST", "/fhir/Claim/$submit", claim(usage, town.person, number).to_string())
        };
        let before = submit("predetermination", "f-1");
        assert_eq!(before.status, 200, "{}: {}", region.name, before.text);
        assert_eq!((before.body["use"].as_str(), before.body.get("id")), (Some("predetermination"), None));
        let settled = submit("claim", "f-1");
        assert_eq!(settled.status, 200, "{}", settled.text);
        for category in ["submitted", "eligible", "deductible", "benefit", "account", "patient-cash"] {
            assert_eq!(total(&settled.body, category), total(&before.body, category), "{category}: {}", settled.text);
        }
        assert_eq!(
            (total(&settled.body, "submitted"), total(&settled.body, "over-limit")),
            ("1220.00".into(), "20.00".into())
        );
        assert_eq!(submit("claim", "f-1").body["id"], settled.body["id"], "the same number settles once");
        let id = settled.body["id"].as_str().unwrap().to_owned();

        let citizen = region.new_token("静怡", ActorKind::Citizen, "citizen", None, Some(town.person));
        let read = |token: &str, path: &str| ask(token, "GET", path, String::new());
        let explained = read(&citizen, &format!("/fhir/ExplanationOfBenefit/{id}"));
        assert_eq!(
            (explained.status, total(&explained.body, "submitted")),
            (200, "1220.00".into()),
            "{}",
            explained.text
        );
        assert_eq!(read(&region.tokens["other-his"], &format!("/fhir/ExplanationOfBenefit/{id}")).status, 404);
        for (kind, least) in [("ExplanationOfBenefit", 1), ("ClaimResponse", 1), ("Coverage", 1), ("Invoice", 1)] {
            let found = read(&citizen, &format!("/fhir/{kind}?patient=Patient/{}", town.person));
            assert_eq!((found.status, found.body["total"].as_i64()), (200, Some(least)), "{kind}: {}", found.text);
            let one = found.body["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
            assert_eq!(read(&citizen, &format!("/fhir/{kind}/{one}")).status, 200, "{kind}/{one}");
            let theirs = read(&region.tokens["other-his"], &format!("/fhir/{kind}/{one}"));
            assert!(matches!(theirs.status, 403 | 404), "{kind}: {}", theirs.text);
        }
        let check = json!({ "resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["benefits"],
            "patient": { "reference": format!("Patient/{}", town.person) }, "created": "2026-11-18" });
        let checked = ask(&citizen, "POST", "/fhir/CoverageEligibilityRequest/$submit", check.to_string());
        assert_eq!((checked.status, &checked.body["insurance"][0]["inforce"]), (200, &json!(true)), "{}", checked.text);

        let task = json!({ "resourceType": "Task", "status": "requested", "intent": "order",
            "identifier": [{ "system": "urn:yima:msgid", "value": "f-2" }],
            "code": { "coding": [{ "code": "cancel" }] }, "focus": { "reference": format!("ClaimResponse/{id}") } });
        let cancelled = ask(&town.hospital, "POST", "/fhir/Task", task.to_string());
        assert_eq!(
            (cancelled.status, cancelled.body["status"].as_str()),
            (201, Some("completed")),
            "{}",
            cancelled.text
        );
        let undone = read(&town.hospital, &format!("/fhir/ClaimResponse/{id}"));
        assert_eq!(
            (undone.body["status"].as_str(), total(&undone.body, "submitted")),
            (Some("cancelled"), "-1220.00".into())
        );

        let mut wrong = claim("claim", town.person, "f-3");
        wrong["item"][0]["net"]["value"] = json!("3,20");
        for (body, status) in
            [(wrong.to_string(), 422), (claim("preauthorization", town.person, "f-4").to_string(), 422)]
        {
            let answer = ask(&town.hospital, "POST", "/fhir/Claim/$submit", body);
            assert_eq!((answer.status, answer.code()), (status, "fhir.money-invalid"), "{}", answer.text);
        }
        let metadata = region.ask("", "GET", "/fhir/metadata", "").text;
        assert!(metadata.contains("\"Invoice\"") && metadata.contains("OperationDefinition/Claim-submit"));
        let categories = read(&citizen, "/fhir/CodeSystem/yima-adjudication");
        assert_eq!(categories.body["resourceType"], "CodeSystem");
        balanced(region);
    });
}
