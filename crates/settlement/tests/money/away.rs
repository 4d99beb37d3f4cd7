//! Care away: filings, distance, chronic diseases, suspension, family of plans.

use crate::town::{CAPABILITIES, Town, code, day, line, said, wait};
use insurance::file::NewFiling;
use insurance::rules::coverage::StandingKind;
use insurance::rules::filing::{FilingKind, Move};
use insurance::{Period, file, standing};
use kernel::{ActorId, PersonId};
use settlement::VisitAbout;
use testkit::on_both;

fn filing(kind: FilingKind, area: &str, code: &str) -> NewFiling {
    NewFiling { kind, area: area.into(), institution: None, code: code.into(), from_on: None, to_on: None }
}

fn filed(town: &Town, person: PersonId, new: NewFiling) -> kernel::FilingId {
    town.write(person, move |tx| Ok(file::file(tx, person, &new, ActorId(1))?.0)).expect("filed")
}

fn moved(town: &Town, person: PersonId, id: kernel::FilingId, by: Move) -> &'static str {
    code(town.write(person, move |tx| file::move_filing(tx, person, id, by, "", ActorId(2))))
}

#[test]
fn care_away_needs_a_filing_and_costs_points() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let direct = || wait(town.env.settle(&town.far, town.direct(&town.far, person, "11", 20_000)));
        assert_eq!(code(direct()), "insurance.filing-required");
        filed(&town, person, filing(FilingKind::Temporary, "770100", ""));
        assert_eq!(code(direct()), "insurance.filing-other-area");
        let referral = filed(&town, person, filing(FilingKind::Referral, "880100", ""));
        assert_eq!(code(direct()), "insurance.filing-other-area", "it waits for the office");
        assert_eq!(moved(&town, person, referral, Move::Accept), "ok");
        let settled = direct().expect("settled");
        // 200.00: 100.00 deductible, 50 less 10 points of the rest.
        assert_eq!(said(&settled.body, "fund_fen"), 4_000);
        assert_eq!(moved(&town, person, referral, Move::Accept), "insurance.filing-stage");
        assert_eq!(moved(&town, person, referral, Move::Cancel), "ok");
        assert_eq!(code(direct()), "insurance.filing-other-area");
        town.holds();
    });
}

#[test]
fn a_chronic_visit_needs_the_disease_recognised() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let about = VisitAbout { diagnosis: "I10.x05".into(), ..VisitAbout::default() };
        let visit = town.visit_of(&town.hospital, person, "14", None, about).expect("a visit");
        town.charge(&town.hospital, visit, vec![line("1", 10_000)]).expect("charged");
        assert_eq!(code(town.quote(&town.hospital, visit)), "insurance.chronic-not-recognised");
        let recognition = filed(&town, person, filing(FilingKind::Chronic, "", "I10"));
        assert_eq!(moved(&town, person, recognition, Move::Accept), "ok");
        let settled = town.settle(&town.hospital, visit).expect("settled");
        assert_eq!(said(&settled.body, "fund_fen"), 8_500);
        town.holds();
    });
}

#[test]
fn a_suspended_person_pays_with_the_account_only() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(3_000);
        let period = Period { from_on: day("2026-11-01"), to_on: day("2026-12-31") };
        let number = town
            .write(person, move |tx| standing::stand(tx, person, StandingKind::Suspended, "欠费", period, ActorId(1)))
            .expect("suspended");
        let settled =
            wait(town.env.settle(&town.centre, town.direct(&town.centre, person, "11", 20_000))).expect("settled");
        assert_eq!((said(&settled.body, "fund_fen"), said(&settled.body, "account_fen")), (0, 3_000));
        assert_eq!(town.year(person, "310").inscp, [kernel::Fen(0); 3], "nothing is counted");
        let new = filing(FilingKind::Temporary, "880100", "");
        let refused = town.write(person, move |tx| file::file(tx, person, &new, ActorId(1)));
        assert_eq!(code(refused), "insurance.coverage-suspended");
        let last = day("2026-11-17");
        town.write(person, move |tx| standing::end(tx, person, number, last, ActorId(1))).expect("ended");
        let settled =
            wait(town.env.settle(&town.centre, town.direct(&town.centre, person, "11", 20_000))).expect("settled");
        assert_eq!(said(&settled.body, "fund_fen"), 7_000);
        town.holds();
    });
}

#[test]
fn coverage_ends_and_the_other_begins() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let found = bench.db.read_now(move |sql| insurance::eligibility::card(sql, person)).expect("a card");
        let coverage = found.expect("one").1.coverages[0].id();
        let new = insurance::enrol::NewCoverage {
            psn_no: String::new(),
            birth_on: day("1970-05-05"),
            name: "张*".into(),
            document: "9901••••0028".into(),
            admdvs: "990100".into(),
            insutype: "390".into(),
            psn_type: "1501".into(),
            employer: String::new(),
            period: Period { from_on: day("2026-11-10"), to_on: day("2027-12-31") },
        };
        let again = new.clone();
        let enrol = |new: insurance::enrol::NewCoverage| {
            town.write(person, move |tx| insurance::enrol::enrol(tx, person, &new, ActorId(1)))
        };
        assert_eq!(code(enrol(again)), "insurance.coverage-overlap");
        let last = day("2026-11-09");
        town.write(person, move |tx| insurance::enrol::leave(tx, person, coverage, last, ActorId(1))).expect("left");
        assert_eq!(code(town.visit(&town.centre, person, "11")), "insurance.coverage-none");
        enrol(new).expect("a resident now");
        // The service day chooses the coverage: last week's visit is the employees'.
        let visit = |began: &str| {
            let visit = town.visit_of(&town.hospital, person, "11", Some(day(began)), VisitAbout::default())?;
            town.charge(&town.hospital, visit, vec![line("1", 20_000)])?;
            town.settle(&town.hospital, visit)
        };
        let before = visit("2026-11-09").expect("settled");
        let after = visit("2026-11-10").expect("settled");
        assert_eq!((said(&before.body, "fund_fen"), said(&after.body, "fund_fen")), (5_000, 10_000));
        assert_eq!((town.year(person, "310").version, town.year(person, "390").version), (1, 1));
        town.holds();
    });
}
