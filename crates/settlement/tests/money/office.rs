//! The office: aid that became known later, the yearly second payment, holds.

use crate::town::{CAPABILITIES, Town, code, day, line, quote_id, said, wait};
use insurance::rules::coverage::StandingKind;
use insurance::{Period, standing};
use kernel::{ActorId, Fen, PersonId};
use settlement::{SettleAsk, Settled, What};
use testkit::on_both;

/// A stay of a resident, settled.
fn stay(town: &Town, person: PersonId, amount: i64) -> Settled {
    let stay = town.visit(&town.hospital, person, "21").expect("admitted");
    town.charge(&town.hospital, stay, vec![line("1", amount)]).expect("charged");
    wait(town.env.discharge(&town.hospital, stay, None)).expect("discharged");
    town.settle(&town.hospital, stay).expect("settled")
}

#[test]
fn an_aid_class_known_later_is_topped_up_once() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.person("390", "1501");
        let settled = stay(&town, person, 5_000_000);
        // 65 % of 49 400.00 pooled; 60 % of what is above 10 000.00 of the burden of 17 890.00.
        assert_eq!(said(&settled.body, "fund_fen"), 3_211_000 + 473_400);
        let period = Period::since(day("2026-01-01"));
        town.write(person, move |tx| standing::stand(tx, person, StandingKind::Aid, "low_income", period, ActorId(1)))
            .expect("a standing");
        let made = wait(town.env.top_up(&town.office, person, day("2026-01-01"))).expect("topped up");
        // With low income (G31): illness 8 378.50, aid 6 658.05; paid were 4 734.00 of illness.
        assert_eq!(
            made.iter().map(|(_, of, sum)| (*of, *sum)).collect::<Vec<_>>(),
            vec![(Some(settled.id), Fen(837_850 - 473_400 + 665_805))]
        );
        let again = wait(town.env.top_up(&town.office, person, day("2026-01-01"))).expect("again");
        assert!(again.is_empty(), "once");
        assert_eq!(town.year(person, "390").maf_paid, Fen(665_805));
        town.holds();
        // Cancelling the original takes its top-up along.
        town.cancel(&town.hospital, settled.id).expect("cancelled");
        assert_eq!((town.year(person, "390").maf_paid, town.year(person, "390").mi_paid), (Fen(0), Fen(0)));
        town.holds();
    });
}

#[test]
fn the_second_payment_follows_the_years_curve() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let (person, quiet) = (town.person("390", "1501"), town.person("390", "1501"));
        stay(&town, person, 5_000_000);
        stay(&town, quiet, 100_000);
        // Low income from the year's end: the curve of the year is another one.
        let period = Period::since(day("2026-12-31"));
        town.write(person, move |tx| standing::stand(tx, person, StandingKind::Aid, "low_income", period, ActorId(1)))
            .expect("a standing");
        let done = wait(town.env.second_payments(&town.office, 2026)).expect("done");
        assert_eq!((done.people, done.paid, done.sum), (2, 1, Fen(837_850 - 473_400)));
        let again = wait(town.env.second_payments(&town.office, 2026)).expect("done");
        assert_eq!((again.people, again.paid), (2, 0), "once");
        town.holds();
    });
}

#[test]
fn account_money_is_held_used_and_let_go() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(10_000);
        let visit = town.charged(&town.centre, person, 4_000);
        let quote = town.quote(&town.centre, visit).expect("a quote");
        let held = wait(town.env.hold(&town.centre, quote_id(&quote))).expect("held");
        assert_eq!((held.amount, town.balance(person)), (Fen(4_000), 6_000));
        let ask = SettleAsk { hold: Some(held.id), ..town.ask(What::Quote(quote_id(&quote).0)) };
        let settled = wait(town.env.settle(&town.centre, ask)).expect("settled");
        assert_eq!((said(&settled.body, "account_fen"), town.balance(person)), (4_000, 6_000));
        town.cancel(&town.centre, settled.id).expect("cancelled");
        assert_eq!(town.balance(person), 10_000);
        let quote = town.quote(&town.centre, visit).expect("a quote");
        let held = wait(town.env.hold(&town.centre, quote_id(&quote))).expect("held");
        wait(town.env.release(&town.centre, held.id)).expect("let go");
        wait(town.env.release(&town.centre, held.id)).expect("the same");
        assert_eq!(town.balance(person), 10_000);
        let held = wait(town.env.hold(&town.centre, quote_id(&quote))).expect("held");
        bench.clock.advance(settlement::hold::HOLD_LIFE);
        wait(town.env.ledger.turn()).expect("expired");
        let late = SettleAsk { hold: Some(held.id), ..town.ask(What::Visit(visit.0)) };
        assert_eq!(code(wait(town.env.settle(&town.centre, late))), "settlement.quote-expired");
        assert_eq!(town.balance(person), 10_000);
        town.holds();
    });
}

#[test]
fn a_credit_counts_once() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let credit =
            |amount: i64| wait(town.env.credit(&town.office, person, Fen(amount), "2026-11".into(), String::new()));
        let first = credit(12_000).expect("credited");
        assert_eq!(credit(12_000).expect("the same"), first);
        assert_eq!(code(credit(12_001)), "store.key-reused");
        assert_eq!((town.balance(person), town.year(person, "310").acct_current_year), (12_000, Fen(12_000)));
        let resident = town.person("390", "1501");
        let refused = wait(town.env.credit(&town.office, resident, Fen(5), "x".into(), String::new()));
        assert_eq!(code(refused), "settlement.account-frozen");
        town.holds();
    });
}

#[test]
fn a_changed_plan_is_tried_on_the_past() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let people: Vec<PersonId> = (0..4).map(|_| town.employee(0)).collect();
        for person in &people {
            for amount in [15_000, 4_000] {
                wait(town.env.settle(&town.centre, town.direct(&town.centre, *person, "11", amount))).expect("settled");
            }
        }
        let id =
            wait(town.env.settle(&town.centre, town.direct(&town.centre, people[0], "11", 700))).expect("settled").id;
        town.cancel(&town.centre, id).expect("cancelled");
        let document = serde_json::json!({
            "admdvs": "990100", "insutype": "310", "year_from": 2026, "year_to": 2026,
            "deductibles": [{"pool": "op", "group": "*", "level": "*", "kind": "annual", "amount": 5000}],
            "rates": [{"pool": "op", "group": "*", "level": "*", "segments": [{"upto": null, "bp": 7000}]}],
            "account_pays": [], "mutual_pays": [],
        });
        let plan = serde_json::from_value(document).expect("a plan");
        let wish = settlement::whatif::Wish {
            plan: adjudication::Ready::of(plan).expect("ready"),
            from_at: 0,
            until_at: i64::MAX,
            threads: 2,
        };
        let told = settlement::whatif::run(&bench.db, &wish).expect("tried");
        // 50.00 less deductible a person: 35.00 more from the fund each.
        assert_eq!((told.settlements, told.people, told.fund_before, told.fund_after), (8, 4, 25_200, 25_200 + 14_000));
        assert_eq!((told.people_better, told.people_worse), (4, 0));
    });
}
