//! The linter finds what makes a plan wrong, by its place; refusals carry codes that
//! hospitals' programs know; stages, pools and dates are as documents say.

use adjudication::{
    Accumulators, Class, CrossMode, Day, Encounter, Level, Line, MedType, Person, Plan, Ready, Refusal, Severity,
    Tongue, explain, lint_set, partial_refund, reverse, settle,
};
use kernel::Fen;
use serde_json::{Value, json};

fn document() -> Value {
    serde_json::from_str(include_str!("../plans/990100-310.json")).expect("JSON")
}

/// Changes one place of a sound plan and expects a finding there.
fn spoilt(path: &str, value: Value, code: &str, found_at: &str) {
    let mut plan = document();
    let (parent, name) = path.rsplit_once('/').expect("a pointer");
    let parent = plan.pointer_mut(parent).unwrap_or_else(|| panic!("{path} exists"));
    match parent {
        Value::Object(map) => {
            map.insert(name.to_owned(), value);
        }
        Value::Array(list) => list[name.parse::<usize>().expect("a place")] = value,
        _ => panic!("{path} is no place"),
    }
    let findings = Plan::read(&plan.to_string()).expect_err(path);
    let hit = findings.iter().any(|finding| {
        finding.code == code
            && finding.path == found_at
            && finding.severity == Severity::Error
            && !finding.zh.is_empty()
    });
    assert!(hit, "{path}: {code} at {found_at} is missing from {findings:#?}");
}

#[test]
fn the_linter_finds_errors_by_their_place() {
    assert_eq!(Plan::read(&document().to_string()).map(|plan| plan.version), Ok(1), "sound before it is spoilt");
    let open = json!([{"upto": 5, "bp": 1}]);
    let back = json!([{"upto": 5, "bp": 1}, {"upto": 5, "bp": 2}, {"upto": null, "bp": 3}]);
    let early = json!([{"upto": null, "bp": 1}, {"upto": null, "bp": 2}]);
    for (path, value, code, at) in [
        ("/rates/0/segments", open, "plan.segment-open", "/rates/0/segments/0/upto"),
        ("/rates/0/segments", back, "plan.segment-order", "/rates/0/segments/1/upto"),
        ("/rates/0/segments", early, "plan.segment-open", "/rates/0/segments/0/upto"),
        ("/rates/0/segments", json!([]), "plan.segment-open", "/rates/0/segments"),
        ("/rates/0/segments/0/bp", json!(10_001), "plan.rate-range", "/rates/0/segments/0/bp"),
        ("/rates/0/bonus_bp", json!(-1), "plan.rate-range", "/rates/0/bonus_bp"),
        ("/rates/0/group", json!("children"), "plan.group-unknown", "/rates/0/group"),
        ("/rates/0/group", json!("*"), "plan.shadowed", "/rates/1"),
        ("/rates", json!([]), "plan.no-rates", "/rates"),
        ("/deductibles/0/group", json!("*"), "plan.shadowed", "/deductibles/1"),
        ("/deductibles/0/amount", json!(-1), "plan.amount-range", "/deductibles/0/amount"),
        ("/deductibles/2/nth_bp/0", json!(20_000), "plan.rate-range", "/deductibles/2/nth_bp/0"),
        ("/groups/1/retired", json!(true), "plan.shadowed", "/groups/1"),
        ("/groups/0/name", json!("*"), "plan.group-name", "/groups/0/name"),
        ("/caps/op", json!({"amount": -5}), "plan.amount-range", "/caps/op/amount"),
        ("/caps/clinic", json!({"amount": 5}), "plan.cap-key", "/caps/clinic"),
        ("/hifob/bp", json!(-1), "plan.rate-range", "/hifob/bp"),
        ("/cvlserv/pools", json!(["op", "op"]), "plan.pools", "/cvlserv/pools"),
        ("/hifes/cap", json!(5), "plan.cap-uncounted", "/hifes/cap"),
        ("/hifes/fund", json!("3501"), "plan.fund", "/hifes/fund"),
        ("/hifes/fund", json!("310200"), "plan.fund", "/hifes/fund"),
        ("/cvlserv/fund", json!("35010x"), "plan.fund", "/cvlserv/fund"),
        ("/account_pays", json!(["preself", "inscp"]), "plan.pays-order", "/account_pays"),
        ("/mutual_pays", json!(["preself"]), "plan.mutual-prefix", "/mutual_pays"),
        ("/stage_order", json!(["hifob", "pool", "cvlserv", "hifes"]), "plan.stage-first", "/stage_order/0"),
        ("/stage_order", json!(["pool", "pool", "hifob", "cvlserv", "hifes"]), "plan.stage-twice", "/stage_order/1"),
        ("/stage_order", json!(["pool", "hifob", "hifes"]), "plan.stage-missing", "/stage_order"),
        ("/stage_order", json!(["pool", "lottery"]), "plan.unreadable", ""),
        ("/year_from", json!(2030), "plan.days-reversed", "/year_to"),
        ("/year_from", json!("2026-02-30"), "plan.unreadable", ""),
        ("/year_start", json!("13-01"), "plan.year-start", "/year_start"),
        ("/admdvs", json!("9901"), "plan.area", "/admdvs"),
        ("/insutype", json!("x"), "plan.insutype", "/insutype"),
        ("/version", json!(0), "plan.version", "/version"),
        ("/cross_region/0/filing", json!(["sometimes"]), "plan.unreadable", ""),
        ("/cross_region/1/region", json!("in_province"), "plan.shadowed", "/cross_region/1"),
        ("/cross_region/2", json!({"region": "out_of_province", "bp": 5}), "plan.cut-mode", "/cross_region/2/mode"),
        ("/cross_region/2/deductible_bp", json!(-1), "plan.rate-range", "/cross_region/2/deductible_bp"),
        ("/surprise", json!(1), "plan.unreadable", ""),
        ("/mi", json!({"pools": [], "threshold": 1, "segments": [{"upto": null, "bp": 1}]}), "plan.pools", "/mi/pools"),
        ("/aid", json!({"destitute": {"pools": ["ip"], "bp": 10_001}}), "plan.rate-range", "/aid/destitute/bp"),
        (
            "/med_types",
            json!([{"med_type": "15", "pool": "op"}, {"med_type": "15", "pool": "ip"}]),
            "plan.shadowed",
            "/med_types/1",
        ),
    ] {
        spoilt(path, value, code, at);
    }
}

#[test]
fn oddities_are_warned_of_but_do_not_refuse() {
    let mut plan = document();
    plan["caps"]["ip"]["overflow"] = json!(false);
    plan["deductibles"][0]["nth_bp"] = json!([10_000]);
    let plan = Plan::read(&plan.to_string()).expect("usable");
    let codes: Vec<_> = plan
        .lint()
        .into_iter()
        .filter(|finding| finding.severity == Severity::Warning)
        .map(|finding| finding.code)
        .collect();
    assert_eq!(codes, ["plan.nth-idle", "plan.supplement-idle"]);
}

fn dated(id: &str, from: Value, to: Value) -> Plan {
    let mut plan = document();
    plan["id"] = json!(id);
    plan["year_from"] = from;
    plan["year_to"] = to;
    Plan::read(&plan.to_string()).expect("sound")
}

#[test]
fn one_plan_holds_for_an_area_insurance_and_day() {
    let a = dated("a", json!(2025), json!("2026-06-30"));
    let b = dated("b", json!("2026-07-01"), json!(2026));
    let c = dated("c", json!("2026-12-31"), json!(2027));
    assert_eq!(lint_set(&[a.clone(), b.clone()]), []);
    let codes =
        |plans: &[Plan]| lint_set(plans).into_iter().map(|finding| (finding.code, finding.path)).collect::<Vec<_>>();
    assert_eq!(codes(&[a.clone(), b, c]), [("plan.overlap", "/2".to_owned())]);
    assert_eq!(codes(&[a.clone(), a])[0].0, "plan.same-version");
}

#[test]
fn days_and_benefit_years() {
    let day = |text: &str| Day::read(text).expect("a day");
    let calendar = dated("a", json!(2025), json!(2026));
    assert_eq!(calendar.days(), Some((day("2025-01-01"), day("2026-12-31"))));
    let mut july = calendar;
    july.year_start = Some("07-01".to_owned());
    assert_eq!(july.days(), Some((day("2025-07-01"), day("2027-06-30"))));
    assert!(july.in_force(day("2027-06-30")) && !july.in_force(day("2027-07-01")));
    for (on, year) in [("2026-06-30", 2025), ("2026-07-01", 2026), ("2026-12-31", 2026), ("2027-01-01", 2026)] {
        assert_eq!(july.benefit_year(day(on)), year, "{on}");
    }
    july.year_start = Some("03-01".to_owned());
    assert_eq!(july.days().map(|days| days.1), Some(day("2027-02-28")));
}

fn visit(fen: i64) -> Encounter {
    Encounter::new(2026, MedType::OUT_PATIENT, Level::One, vec![Line::of(Fen(fen))])
}

fn ready() -> Ready {
    Ready::of(Plan::read(&document().to_string()).expect("sound")).expect("resolves")
}

#[test]
fn a_document_comes_back_as_it_was_read() {
    for text in [
        include_str!("../plans/990100-310.json"),
        include_str!("../plans/990100-390.json"),
        include_str!("../plans/990200-310.json"),
    ] {
        let plan = Plan::read(text).expect("sound");
        let again = serde_json::to_string(&plan).expect("a document");
        assert_eq!(Plan::read(&again), Ok(plan));
    }
}

#[test]
fn a_partial_refund_takes_all_back_and_settles_the_rest() {
    let (ready, person, before) = (ready(), Person::default(), Accumulators::of_year(2026));
    let first = ready.settle(&person, &before, &visit(100_000)).expect("split");
    let now = before.after(&first.delta).expect("counted");
    let (back, rest) = partial_refund(&ready, &person, &now, &first.delta, &visit(70_000)).expect("refunded");
    assert_eq!((back.version, back.dedc_used), (2, before.dedc_used));
    assert_eq!((rest.act_pay_dedc, rest.hifp_pay), (Fen(60_000), Fen(8_000)));
    let twice = reverse(&back, &first.delta).expect_err("nothing is left to take back");
    assert_eq!(twice.code(), "adjudication.not-counted-here");
}

#[test]
fn refusals_have_codes_for_hospitals_and_words_for_people() {
    for (refusal, code) in [
        (Refusal::PlanMissing, Some("PLAN_MISSING")),
        (Refusal::LineNegativeNet, Some("LINE_NEGATIVE_NET")),
        (Refusal::TotalMismatch, Some("TOTAL_MISMATCH")),
        (Refusal::ClassUnknown, Some("LINE_CODE_UNKNOWN")),
        (Refusal::StayMustSplit, None),
    ] {
        assert_eq!(refusal.nhsa_code(), code);
    }
    for kind in Refusal::CATALOGUE {
        assert!(kind.code.starts_with("adjudication.") && !kind.zh.is_empty() && !kind.do_en.is_empty(), "{kind:?}");
    }
}

#[test]
fn what_cannot_be_is_refused_by_field() {
    let ready = ready();
    let refused = |person: &Person, before: &Accumulators, encounter: &Encounter| {
        ready.settle(person, before, encounter).expect_err("refused").code()
    };
    let (person, year) = (Person::default(), Accumulators::of_year(2026));
    assert_eq!(refused(&person, &Accumulators::of_year(2025), &visit(1)), "adjudication.other-year");
    assert_eq!(
        refused(&Person { age: 200, ..Person::default() }, &year, &visit(1)),
        "adjudication.person-out-of-range"
    );
    let owed = Accumulators { acct_balance: Fen(-1), ..year.clone() };
    assert_eq!(refused(&person, &owed, &visit(1)), "adjudication.accumulators-out-of-range");
    let mut late = visit(1);
    (late.begin, late.end) = (Day::read("2026-02-02"), Day::read("2026-02-01"));
    assert_eq!(refused(&person, &year, &late), "adjudication.dates-reversed");
    let mut returned = visit(100);
    returned.lines.push(Line { class: Class::C, amount: Fen(-50), qty_milli: -1000, ..Line::of(Fen(0)) });
    assert_eq!(refused(&person, &year, &returned), "adjudication.line-negative-net", "returned what was never charged");
    let unsound: Plan =
        serde_json::from_value(json!({"admdvs": "990100", "insutype": "310", "year": 2026, "rates": []}))
            .expect("a form");
    assert_eq!(settle(&unsound, &person, &year, &visit(1)).expect_err("refused").code(), "adjudication.plan-unsound");
}

#[test]
fn why_is_told_in_two_languages() {
    let mut encounter = visit(8_150);
    encounter.lines[0] = Line { class: Class::B, selfpay_bp: 2_000, ..Line::of(Fen(8_150)) };
    let mut before = Accumulators::of_year(2026);
    before.dedc_used[0] = Fen(60_000);
    let told = explain(&ready(), &Person { age: 40, ..Person::default() }, &before, &encounter).expect("explained");
    let (zh, en) = (told.text(Tongue::Zh), told.text(Tongue::En));
    assert!(zh.contains("第 1 段：52.16 = 65.20 × 80%  [/rates/3/segments/0]"), "{zh}");
    assert!(en.contains("line 1 (class B): 16.30 = 81.50 × 20%"), "{en}");
    assert!(en.contains("cash: 29.34"), "{en}");
    let tree = serde_json::to_value(&told).expect("JSON");
    assert_eq!(tree["bearers"]["fen"], 8_150);
    assert_eq!(tree["plan"], "990100-310");
}

#[test]
fn a_cut_of_nothing_is_no_cut() {
    let mut plan = document();
    plan["cross_region"] = json!([{"region": "*", "filing": "*", "mode": "ratio_times", "bp": 10_000}]);
    let plan = Plan::read(&plan.to_string()).expect("sound");
    assert_eq!(plan.cross_region[0].mode, Some(CrossMode::RatioTimes));
    let away = Ready::of(plan).expect("resolves");
    let mut encounter = visit(100_000);
    let (person, year) = (Person::default(), Accumulators::of_year(2026));
    let home = away.settle(&person, &year, &encounter).expect("split");
    encounter.region = adjudication::Region::OutOfProvince;
    assert_eq!(away.settle(&person, &year, &encounter).expect("split"), home);
}

/// Of two caps under one name, the last would hold and the first be forgotten.
#[test]
fn a_name_that_is_there_twice_is_refused() {
    let text = document().to_string();
    for (list, one) in [("caps", r#""op":{"amount":1}"#), ("segment_basis", r#""op":"annual""#)] {
        let mut plan = document();
        plan[list] = json!({});
        let opened = plan.to_string().replace(&format!(r#""{list}":{{"#), &format!(r#""{list}":{{{one}"#));
        assert!(Plan::read(&opened).is_ok(), "{list}");
        let findings = Plan::read(&opened.replace(one, &format!("{one},{one}"))).expect_err(list);
        assert_eq!(findings.first().map(|found| found.code), Some("plan.unreadable"), "{list}");
        assert!(findings.iter().any(|found| found.en.contains("there twice")), "{list}: {findings:#?}");
    }
    assert!(Plan::read(&text).is_ok());
}
