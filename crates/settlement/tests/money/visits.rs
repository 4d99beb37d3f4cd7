//! Out-patient visits: quote, settle, cancel, again; accounts, relatives, refunds.

use crate::town::{CAPABILITIES, Town, citizen, code, coded, line, quote_id, said, wait};
use kernel::{Fen, SettlementId};
use settlement::{Quote, What};
use testkit::on_both;

fn cash(quote: &Quote) -> i64 {
    quote.split.cash_fen
}

#[test]
fn a_visit_is_quoted_settled_and_cancelled() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let visit = town.charged(&town.centre, person, 15_000);
        let quote = town.quote(&town.centre, visit).expect("a quote");
        // 150.00: the deductible of 100.00 first, 70 % of the rest.
        assert_eq!((quote.split.fund_fen, cash(&quote), quote.split.deductible_fen), (3_500, 11_500, 10_000));
        assert_eq!(town.year(person, "310").version, 0, "a quote has no effect");
        let ask = town.ask(What::Quote(quote_id(&quote).0));
        let settled = wait(town.env.settle(&town.centre, ask.clone())).expect("settled");
        assert_eq!(said(&settled.body, "cash_fen"), 11_500);
        assert_eq!(town.year(person, "310").dedc_used, [Fen(10_000), Fen(0), Fen(0)]);
        let again = wait(town.env.settle(&town.centre, ask)).expect("the same");
        assert!(again.repeated && again.body == settled.body, "the same bytes");
        let cancelled = town.cancel(&town.centre, settled.id).expect("cancelled");
        assert_eq!(said(&cancelled.body, "cash_fen"), -11_500);
        assert_eq!(town.year(person, "310").dedc_used, [Fen(0); 3]);
        assert_eq!(town.year(person, "310").version, 2);
        let shown = wait(town.env.read(&town.centre, settled.id)).expect("shown");
        assert_eq!(shown.undone_by, Some(cancelled.id));
        town.holds();
    });
}

#[test]
fn an_account_pays_and_gets_back() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(5_000);
        let settled = wait(town.env.settle(&town.pharmacy, town.direct(&town.pharmacy, person, "41", 12_000)));
        let settled = settled.expect("settled");
        // 120.00: 100.00 deductible, 60 % of 20.00; the account gives its 50.00.
        assert_eq!(said(&settled.body, "fund_fen"), 1_200);
        assert_eq!(said(&settled.body, "account_fen"), 5_000);
        assert_eq!(said(&settled.body, "cash_fen"), 5_800);
        assert_eq!(town.balance(person), 0);
        town.cancel(&town.pharmacy, settled.id).expect("cancelled");
        assert_eq!(town.balance(person), 5_000);
        town.holds();
    });
}

#[test]
fn relatives_pay_in_order_and_get_back_also_after_the_leave_ended() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let (person, mother, spouse) = (town.employee(1_000), town.employee(9_000), town.employee(100_000));
        let share = |owner, kinship: &str, use_max: Option<i64>| {
            let new = insurance::share::NewSharing {
                owner,
                relative: person,
                kinship: kinship.into(),
                use_max: use_max.map(Fen),
                period: insurance::Period::since(crate::town::day("2026-01-01")),
            };
            town.write(person, move |tx| {
                let (number, _) = insurance::share::offer(tx, &new, kernel::ActorId(1))?;
                insurance::share::confirm(tx, new.relative, number, kernel::ActorId(2))?;
                Ok(number)
            })
            .expect("a leave")
        };
        let first = share(mother, "parent", Some(5_000));
        share(spouse, "spouse", None);
        let settled = wait(town.env.settle(&town.hospital, town.direct(&town.hospital, person, "11", 60_000)));
        let settled = settled.expect("settled");
        // 600.00: 100.00 deductible, half of 500.00; 10.00 own, 50.00 mother's limit, the rest spouse's.
        assert_eq!(said(&settled.body, "fund_fen"), 25_000);
        assert_eq!((town.balance(person), town.balance(mother), town.balance(spouse)), (0, 4_000, 71_000));
        assert_eq!(said(&settled.body, "cash_fen"), 0);
        town.write(person, move |tx| insurance::share::revoke(tx, person, first, kernel::ActorId(1))).expect("ended");
        town.cancel(&town.hospital, settled.id).expect("cancelled");
        assert_eq!((town.balance(person), town.balance(mother), town.balance(spouse)), (1_000, 9_000, 100_000));
        town.holds();
    });
}

#[test]
fn part_of_a_visit_is_given_back_by_settling_the_rest_anew() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let visit = town.visit(&town.centre, person, "11").expect("a visit");
        town.charge(&town.centre, visit, vec![line("1", 15_000), line("2", 5_000)]).expect("charged");
        let settled = town.settle(&town.centre, visit).expect("settled");
        assert_eq!(said(&settled.body, "fund_fen"), 7_000);
        town.cancel(&town.centre, settled.id).expect("cancelled");
        let mut back = line("3", 5_000);
        back.of = "2".into();
        (back.qty_milli, back.amount_fen) = (-1_000, -5_000);
        town.charge(&town.centre, visit, vec![back]).expect("a return");
        let rest = town.settle(&town.centre, visit).expect("the rest");
        assert_eq!((said(&rest.body, "fee_fen"), said(&rest.body, "fund_fen")), (15_000, 3_500));
        town.holds();
    });
}

#[test]
fn classes_limits_and_shares_come_from_the_catalogue() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let visit = town.visit(&town.centre, person, "11").expect("a visit");
        let lines = vec![coded("1", "XB02", 2_000, 3_000, 6_000), coded("2", "C0001", 1_000, 1_000, 1_000)];
        town.charge(&town.centre, visit, lines).expect("charged");
        let quote = town.quote(&town.centre, visit).expect("a quote");
        // Two at 30.00 with a limit of 20.00: 20.00 over; 10 % of 40.00 prior; 10.00 not covered.
        assert_eq!(quote.split.lines, vec![[0, 2_000, 400, 3_600], [1_000, 0, 0, 0]]);
        town.holds();
    });
}

#[test]
fn a_quote_that_no_longer_holds_brings_the_new_numbers() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let (one, other) = (town.charged(&town.centre, person, 15_000), town.charged(&town.hospital, person, 15_000));
        let quote = town.quote(&town.centre, one).expect("a quote");
        town.settle(&town.hospital, other).expect("settled meanwhile");
        let ask = town.ask(What::Quote(quote_id(&quote).0));
        let error = wait(town.env.settle(&town.centre, ask.clone())).expect_err("stale");
        assert_eq!(error.code(), "settlement.quote-stale");
        assert!(error.to_string().contains("\"cash_fen\":4500"), "{error}");
        // Lower for the person: an unattended flow may say beforehand that this is fine.
        let fine = settlement::SettleAsk { lower_is_fine: true, ..ask };
        assert_eq!(said(&wait(town.env.settle(&town.centre, fine)).expect("settled").body, "cash_fen"), 4_500);
        town.holds();
    });
}

#[test]
fn a_quote_expires_and_follows_its_visit() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let visit = town.charged(&town.centre, person, 15_000);
        let quote = town.quote(&town.centre, visit).expect("a quote");
        bench.clock.advance(settlement::quote::QUOTE_LIFE);
        let ask = town.ask(What::Quote(quote_id(&quote).0));
        assert_eq!(code(wait(town.env.settle(&town.centre, ask))), "settlement.quote-expired");
        let quote = town.quote(&town.centre, visit).expect("another");
        town.charge(&town.centre, visit, vec![line("2", 100)]).expect("charged more");
        let ask = town.ask(What::Quote(quote_id(&quote).0));
        assert_eq!(code(wait(town.env.settle(&town.centre, ask))), "settlement.quote-stale");
        town.holds();
    });
}

#[test]
fn the_last_is_cancelled_first() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let settle = || {
            let visit = town.charged(&town.centre, person, 15_000);
            town.settle(&town.centre, visit).expect("settled").id
        };
        let (first, second) = (settle(), settle());
        let error = town.cancel(&town.centre, first).expect_err("a later one");
        assert_eq!(error.code(), "settlement.later-settlement-exists");
        assert!(error.to_string().contains(&second.to_string()), "{error}");
        // Force is the office's, and leaves it a task.
        let force = |at| wait(town.env.cancel(at, first, town.msgid(), String::new(), true));
        assert_eq!(code(force(&town.centre)), "settlement.later-settlement-exists");
        assert_eq!(force(&town.office).expect("forced").later, vec![second]);
        let tasks = wait(town.env.tasks()).expect("tasks");
        assert_eq!(tasks.iter().map(|task| task.settlement).collect::<Vec<_>>(), vec![second]);
        town.cancel(&town.centre, second).expect("cancelled");
        assert_eq!(town.year(person, "310").inscp, [Fen(0); 3]);
        town.holds();
    });
}

#[test]
fn nobody_sees_what_is_not_theirs() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let (person, other) = (town.employee(0), town.employee(0));
        let visit = town.charged(&town.centre, person, 15_000);
        for at in [&town.hospital, &citizen(other)] {
            assert_eq!(code(town.quote(at, visit)), "settlement.visit-unknown");
            assert_eq!(code(town.settle(at, visit)), "settlement.visit-unknown");
        }
        let settled = town.settle(&citizen(person), visit).expect("one's own");
        assert_eq!(code(wait(town.env.read(&town.hospital, settled.id))), "settlement.not-found");
        assert_eq!(code(town.cancel(&citizen(other), settled.id)), "settlement.not-found");
        assert_eq!(code(town.cancel(&town.centre, SettlementId(5))), "settlement.not-found");
        let stranger = town.direct(&town.hospital, person, "11", 100);
        assert_eq!(code(wait(town.env.settle(&town.centre, stranger))), "settlement.visit-unknown");
        town.holds();
    });
}

#[test]
fn every_fen_is_explained() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let visit = town.charged(&town.centre, person, 15_000);
        let settled = town.settle(&town.centre, visit).expect("settled");
        let why = wait(town.env.explain(&town.centre, settled.id)).expect("an explanation");
        let text = why.text(adjudication::Tongue::Zh);
        assert!(text.contains("115.00") && text.contains("35.00"), "{text}");
    });
}
