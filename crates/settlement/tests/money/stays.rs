//! Stays: daily fees, discharge, mid-stay settlement, returns, late fees.

use crate::town::{CAPABILITIES, Town, code, day, line, said, wait};
use kernel::{Actor, Fen, VisitId};
use settlement::{SettleAsk, VisitAbout, What};
use testkit::on_both;

fn mid(town: &Town, at: &Actor, visit: VisitId) -> Result<settlement::Settled, kernel::Error> {
    let ask = SettleAsk { mid_stay: true, ..town.ask(What::Visit(visit.0)) };
    wait(town.env.settle(at, ask))
}

#[test]
fn a_stay_is_admitted_charged_discharged_and_settled() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let began = Some(day("2026-11-10"));
        let stay = town.visit_of(&town.hospital, person, "21", began, VisitAbout::default()).expect("admitted");
        assert_eq!(code(town.visit(&town.hospital, person, "21")), "settlement.stay-open-elsewhere");
        town.charge(&town.hospital, stay, vec![line("1", 300_000)]).expect("day one");
        town.charge(&town.hospital, stay, vec![line("2", 200_000)]).expect("day two");
        assert_eq!(code(town.settle(&town.hospital, stay)), "settlement.visit-closed");
        wait(town.env.discharge(&town.hospital, stay, Some(day("2026-11-17")))).expect("discharged");
        assert_eq!(code(town.charge(&town.hospital, stay, vec![line("3", 1)])), "settlement.visit-closed");
        let settled = town.settle(&town.hospital, stay).expect("settled");
        // 5 000.00: 800.00 of the admission, 85 % of 4 200.00.
        assert_eq!((said(&settled.body, "deductible_fen"), said(&settled.body, "fund_fen")), (80_000, 357_000));
        assert_eq!(town.year(person, "310").admissions, 1);
        // A late fee: cancelled, opened again, charged, settled anew.
        town.cancel(&town.hospital, settled.id).expect("cancelled");
        wait(town.env.readmit(&town.hospital, stay)).expect("open again");
        town.charge(&town.hospital, stay, vec![line("3", 10_000)]).expect("late");
        wait(town.env.discharge(&town.hospital, stay, Some(day("2026-11-17")))).expect("discharged");
        let anew = town.settle(&town.hospital, stay).expect("settled");
        assert_eq!(said(&anew.body, "fee_fen"), 510_000);
        assert_eq!(town.year(person, "310").admissions, 1);
        town.holds();
    });
}

#[test]
fn a_part_of_a_stay_is_settled_and_the_rest_has_no_second_deductible() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let stay = town
            .visit_of(&town.hospital, person, "21", Some(day("2026-11-01")), VisitAbout::default())
            .expect("admitted");
        town.charge(&town.hospital, stay, vec![line("1", 300_000)]).expect("charged");
        let part = mid(&town, &town.hospital, stay).expect("a part");
        assert_eq!(said(&part.body, "deductible_fen"), 80_000);
        town.charge(&town.hospital, stay, vec![line("2", 100_000)]).expect("charged");
        wait(town.env.discharge(&town.hospital, stay, None)).expect("discharged");
        assert_eq!(code(mid(&town, &town.hospital, stay)), "settlement.visit-closed");
        let rest = town.settle(&town.hospital, stay).expect("the rest");
        assert_eq!((said(&rest.body, "deductible_fen"), said(&rest.body, "fund_fen")), (0, 85_000));
        assert_eq!(town.year(person, "310").admissions, 1);
        town.cancel(&town.hospital, rest.id).expect("last first");
        town.cancel(&town.hospital, part.id).expect("then the part");
        assert_eq!(town.year(person, "310").inscp, [Fen(0); 3]);
        let visit = wait(town.env.visit(&town.hospital, stay)).expect("shown");
        assert_eq!((visit.lines, visit.total), (2, Fen(400_000)));
        town.holds();
    });
}

#[test]
fn fees_are_keyed_summed_and_taken_back() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let stay = town.visit(&town.hospital, person, "21").expect("admitted");
        town.charge(&town.hospital, stay, vec![line("1", 500)]).expect("charged");
        let again = town.charge(&town.hospital, stay, vec![line("1", 500), line("2", 700)]).expect("charged");
        assert_eq!((again.repeated, again.visit.total), (1, Fen(1_200)));
        let back = wait(town.env.uncharge(&town.hospital, stay)).expect("taken back");
        assert_eq!((back.lines, back.total), (0, Fen(0)));
        // Numbers of lines that were taken back are free again.
        town.charge(&town.hospital, stay, vec![line("1", 900)]).expect("charged");
        wait(town.env.uncharge(&town.hospital, stay)).expect("taken back");
        wait(town.env.annul(&town.hospital, stay)).expect("taken back");
        assert_eq!(code(town.charge(&town.hospital, stay, vec![line("9", 1)])), "settlement.visit-closed");
        town.visit(&town.hospital, person, "21").expect("another stay may begin");
        town.holds();
    });
}
