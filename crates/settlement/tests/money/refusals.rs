//! Bad input: each refusal, no effect.

use crate::town::{CAPABILITIES, Town, code, coded, day, line, wait};
use insurance::{CareKind, Designation, Period};
use kernel::{Fen, PersonId};
use settlement::compute::Terms;
use settlement::fees::Charge;
use settlement::rules::line::LineAsked;
use settlement::{SettleAsk, VisitAbout, What};
use testkit::on_both;

#[test]
fn wrong_lines_have_no_effect() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let visit = town.visit(&town.centre, person, "11").expect("a visit");
        let many = |count: usize| (0..count).map(|at| line(&at.to_string(), 1)).collect::<Vec<_>>();
        let back = LineAsked { of: "9".into(), ..coded("2", "XA01", -1_000, 100, -100) };
        for (lines, wanted) in [
            (vec![coded("1", "XA01", 1_000, 100, 101)], "settlement.total-mismatch"),
            (vec![coded("1", "NOSUCH", 1_000, 100, 100)], "insurance.line-code-unknown"),
            (vec![coded("1", "XA01", 1_000, i64::MAX, i64::MAX)], "settlement.line-invalid"),
            (vec![coded("1", "XA01", 1_000_000_000_001, 1, 1)], "settlement.line-invalid"),
            (vec![coded("1", "XA01", 1_000_000_000, 1_000_000_000_000, i64::MAX)], "settlement.total-mismatch"),
            (vec![coded("1", "XA01", -1_000, 100, -100)], "settlement.line-invalid"),
            (vec![back], "settlement.line-negative-net"),
            (vec![], "settlement.too-many-lines"),
            (many(1_001), "settlement.too-many-lines"),
        ] {
            assert_eq!(code(town.charge(&town.centre, visit, lines)), wanted);
        }
        let declared = |count, total| {
            let ask =
                Charge { person: PersonId(0), visit, batch: String::new(), lines: vec![line("1", 100)], count, total };
            code(wait(town.env.charge(&town.centre, ask)))
        };
        assert_eq!(declared(Some(2), None), "settlement.total-mismatch");
        assert_eq!(declared(None, Some(Fen(99))), "settlement.total-mismatch");
        let shown = wait(town.env.visit(&town.centre, visit)).expect("shown");
        assert_eq!((shown.lines, shown.total), (0, Fen(0)));
        assert_eq!(code(town.charge(&town.centre, visit, many(1_000))), "ok");
        town.settle(&town.centre, visit).expect("a thousand lines are settled");
        town.holds();
    });
}

#[test]
fn wrong_settlements_have_no_effect() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let visit = town.charged(&town.centre, person, 15_000);
        let ask = || town.ask(What::Visit(visit.0));
        for (ask, wanted) in [
            (SettleAsk { msgid: String::new(), ..ask() }, "settlement.message-invalid"),
            (SettleAsk { msgid: "两 字".into(), ..ask() }, "settlement.message-invalid"),
            (SettleAsk { batch: "x".repeat(31), ..ask() }, "insurance.field-invalid"),
            (SettleAsk { total_fen: Some(14_999), ..ask() }, "adjudication.total-mismatch"),
            (SettleAsk { classes_fen: Some([1, 0, 0, 14_999]), ..ask() }, "settlement.total-mismatch"),
            (SettleAsk { hospital_fen: -1, ..ask() }, "adjudication.amount-out-of-range"),
            (SettleAsk { hospital_fen: 11_501, ..ask() }, "adjudication.hospital-part-too-large"),
            (SettleAsk { mid_stay: true, ..ask() }, "settlement.visit-closed"),
            (SettleAsk { hold: Some(77), ..ask() }, "settlement.not-found"),
            (town.ask(What::Visit(5)), "settlement.visit-unknown"),
            (town.ask(What::Quote(5)), "settlement.not-found"),
        ] {
            assert_eq!(code(wait(town.env.settle(&town.centre, ask.clone()))), wanted, "{ask:?}");
        }
        assert_eq!(town.year(person, "310").version, 0);
        town.settle(&town.centre, visit).expect("settled");
        assert_eq!(code(town.settle(&town.centre, visit)), "settlement.visit-closed");
        assert_eq!(code(town.quote(&town.centre, visit)), "settlement.visit-closed");
        town.holds();
    });
}

#[test]
fn people_places_and_days_are_checked() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let about = VisitAbout::default;
        let visit = |at, who, med_type: &str, began: Option<&str>| {
            code(town.visit_of(at, who, med_type, began.map(day), about()))
        };
        assert_eq!(visit(&town.centre, PersonId(12), "11", None), "insurance.person-not-found");
        assert_eq!(visit(&town.centre, person, "99", None), "insurance.field-invalid");
        assert_eq!(visit(&town.centre, person, "21", None), "insurance.institution-not-designated");
        assert_eq!(visit(&town.pharmacy, person, "11", None), "insurance.institution-not-designated");
        assert_eq!(visit(&town.centre, person, "11", Some("2026-11-19")), "settlement.limit-days-exceeded");
        assert_eq!(visit(&town.centre, person, "11", Some("2025-11-17")), "settlement.limit-days-exceeded");
        let unknown = VisitAbout { catalogue: "1999".into(), ..about() };
        let made = town.visit_of(&town.centre, person, "11", None, unknown).expect("a visit");
        let charged = town.charge(&town.centre, made, vec![line("1", 100)]);
        assert_eq!(code(charged), "insurance.catalogue-version-unknown");
        let suspended = Designation {
            admdvs: "990100".into(),
            institution: town.centre.institution.expect("one"),
            kind: CareKind::Op,
            level: "1".into(),
            period: Period { from_on: day("2020-01-01"), to_on: day("2030-12-31") },
            suspended_from: day("2026-11-18"),
        };
        insurance::load::designate_now(&town.env.insurance, vec![suspended], None).expect("suspended");
        assert_eq!(visit(&town.centre, person, "11", None), "insurance.institution-suspended");
        // A type of insurance that no plan is loaded for.
        let other = PersonId(bench.db.world().new_id());
        let new = insurance::enrol::NewCoverage {
            psn_no: "N1".into(),
            birth_on: day("1970-05-05"),
            name: "王*".into(),
            document: String::new(),
            admdvs: "990300".into(),
            insutype: "310".into(),
            psn_type: "1101".into(),
            employer: String::new(),
            period: Period { from_on: day("2026-01-01"), to_on: day("2026-12-31") },
        };
        let taken = insurance::enrol::NewCoverage { ..new.clone() };
        town.write(other, move |tx| insurance::enrol::enrol(tx, other, &new, kernel::ActorId(1))).expect("enrolled");
        let third = PersonId(bench.db.world().new_id());
        let refused = town.write(third, move |tx| insurance::enrol::enrol(tx, third, &taken, kernel::ActorId(1)));
        assert_eq!(code(refused), "insurance.number-taken");
        let made = town.visit(&town.hospital, other, "11").expect("a visit");
        town.charge(&town.hospital, made, vec![line("1", 100)]).expect("charged");
        assert_eq!(code(wait(town.env.quote(&town.hospital, made, Terms::default()))), "insurance.plan-missing");
        town.holds();
    });
}

#[test]
fn cancel_and_reversal_before_settle() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        assert_eq!(code(town.cancel(&town.centre, kernel::SettlementId(99))), "settlement.not-found");
        let institution = town.centre.institution.expect("one");
        let reversed = wait(town.env.reverse(&town.centre, institution, "M-early")).expect("a tombstone");
        assert_eq!(reversed.state, "tombstoned");
        let other = town.hospital.institution.expect("one");
        assert_eq!(code(wait(town.env.reverse(&town.centre, other, "M-early"))), "settlement.not-found");
        let ask = SettleAsk { msgid: "M-early".into(), ..town.direct(&town.centre, person, "11", 100) };
        assert_eq!(code(wait(town.env.settle(&town.centre, ask))), "settlement.reversed-before-arrival");
        // Another institution's message of the same number is another message.
        let theirs = SettleAsk { msgid: "M-early".into(), ..town.direct(&town.hospital, person, "11", 100) };
        wait(town.env.settle(&town.hospital, theirs)).expect("settled");
        town.holds();
    });
}

#[test]
fn every_refusal_has_its_word_in_capitals() {
    let kinds = [settlement::CAPABILITY.refusals, insurance::CAPABILITY.refusals].concat();
    let words: Vec<String> = kinds.iter().map(|kind| settlement::nhsa_code(kind)).collect();
    for wanted in [
        "COVERAGE_NONE",
        "COVERAGE_SUSPENDED",
        "COVERAGE_OVERLAP",
        "FILING_REQUIRED",
        "FILING_OTHER_AREA",
        "INSTITUTION_NOT_DESIGNATED",
        "INSTITUTION_SUSPENDED",
        "PERSON_NOT_FOUND",
        "STAY_OPEN_ELSEWHERE",
        "VISIT_CLOSED",
        "LINE_DUPLICATE",
        "LINE_CODE_UNKNOWN",
        "LINE_NEGATIVE_NET",
        "TOTAL_MISMATCH",
        "LIMIT_DAYS_EXCEEDED",
        "CHRONIC_NOT_RECOGNISED",
        "QUOTE_STALE",
        "QUOTE_EXPIRED",
        "ACCOUNT_FROZEN",
        "ACCOUNT_INSUFFICIENT",
        "DUPLICATE_CONFLICT",
        "REVERSED_BEFORE_ARRIVAL",
        "LATER_SETTLEMENT_EXISTS",
        "ALREADY_CANCELLED",
        "INSURED_PLACE_UNAVAILABLE",
        "PLAN_MISSING",
    ] {
        assert!(words.iter().any(|word| word == wanted), "{wanted}");
    }
}
