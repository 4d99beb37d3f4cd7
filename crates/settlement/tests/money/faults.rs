//! The fault table of insurance.md §5.8, each row that one node can show, by number.
//! After each: books balance, years are the folds of live rows, everything works out
//! again.

use crate::town::{CAPABILITIES, Town, code, line, quote_id, said, wait};
use insurance::AccountStage;
use kernel::{ActorId, Fen, SettlementId};
use settlement::breaker::{Guarded, SILENT_MAX};
use settlement::place::{Answering, Here, InsuredPlace, Order};
use settlement::rules::ask::{Found, Outcome, Stage};
use settlement::{SettleAsk, What};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::on_both;

/// What happens to one message on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Heard,
    RequestLost,
    AnswerLost,
    Twice,
}

/// The insured place behind a bad line: what happens to the first settles, queries
/// and reversals; later ones are heard.
struct BadLine {
    place: Here,
    settles: Mutex<Vec<Way>>,
    queries: Mutex<Vec<Way>>,
    reversals: Mutex<Vec<Way>>,
    asked: AtomicUsize,
}

impl BadLine {
    fn new(town: &Town, settles: &[Way], queries: &[Way], reversals: &[Way]) -> Self {
        let turned = |ways: &[Way]| Mutex::new(ways.iter().rev().copied().collect());
        Self {
            place: Here(town.env.clone()),
            settles: turned(settles),
            queries: turned(queries),
            reversals: turned(reversals),
            asked: AtomicUsize::new(0),
        }
    }
}

fn next(ways: &Mutex<Vec<Way>>) -> Way {
    ways.lock().expect("a lock").pop().unwrap_or(Way::Heard)
}

macro_rules! through {
    ($self:ident, $order:ident, $verb:ident, $ways:ident) => {
        Box::pin(async move {
            $self.asked.fetch_add(1, Ordering::SeqCst);
            match next(&$self.$ways) {
                Way::Heard => $self.place.$verb($order).await,
                Way::RequestLost => Outcome::Unknown,
                Way::AnswerLost => {
                    let _ = $self.place.$verb($order).await;
                    Outcome::Unknown
                }
                Way::Twice => {
                    let first = $self.place.$verb($order).await;
                    let second = $self.place.$verb($order).await;
                    assert!(first == second, "twins are answered alike");
                    second
                }
            }
        })
    };
}

impl InsuredPlace for BadLine {
    fn settle<'a>(&'a self, order: &'a Order) -> Answering<'a, SettlementId> {
        through!(self, order, settle, settles)
    }
    fn query<'a>(&'a self, order: &'a Order) -> Answering<'a, Found> {
        through!(self, order, query, queries)
    }
    fn reverse<'a>(&'a self, order: &'a Order) -> Answering<'a, ()> {
        through!(self, order, reverse, reversals)
    }
}

/// Chases until nothing is in doubt, as the job does with its waits.
fn chased(town: &Town, place: &BadLine) {
    for _ in 0..12 {
        town.clock.advance(61 * kernel::time::SECOND);
        wait(town.env.chase(place)).expect("chased");
    }
    assert!(wait(town.env.in_doubt(None)).expect("a list").is_empty(), "nothing is in doubt any more");
}

fn sent(town: &Town, place: &BadLine, ask: &SettleAsk) -> settlement::place::Known {
    wait(town.env.ask(place, &town.centre, ask.clone())).expect("asked")
}

fn stage(town: &Town, place: &BadLine, ask: &SettleAsk) -> Stage {
    // The same message again asks nothing and tells where it stands.
    let before = place.asked.load(Ordering::SeqCst);
    let known = sent(town, place, ask);
    assert_eq!(place.asked.load(Ordering::SeqCst), before);
    known.stage
}

#[test]
fn row_01_the_request_is_lost() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let place = BadLine::new(&town, &[Way::RequestLost], &[], &[]);
        let ask = town.direct(&town.centre, person, "11", 15_000);
        assert_eq!(sent(&town, &place, &ask).stage, Stage::Uncertain);
        chased(&town, &place);
        assert_eq!(stage(&town, &place, &ask), Stage::Reversed);
        // A late settle of that message is refused; a new message charges once.
        assert_eq!(code(wait(town.env.settle(&town.centre, ask))), "settlement.reversed-before-arrival");
        let anew = town.direct(&town.centre, person, "11", 15_000);
        assert_eq!(sent(&town, &place, &anew).stage, Stage::Settled);
        assert_eq!(town.year(person, "310").inscp[0], Fen(15_000));
        town.holds();
    });
}

#[test]
fn row_02_and_09_the_answer_is_lost() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let place = BadLine::new(&town, &[Way::AnswerLost], &[Way::RequestLost], &[]);
        let ask = town.direct(&town.centre, person, "11", 15_000);
        assert_eq!(sent(&town, &place, &ask).stage, Stage::Uncertain);
        chased(&town, &place);
        let known = sent(&town, &place, &ask);
        assert_eq!(known.stage, Stage::Settled);
        let direct = wait(town.env.settle(&town.centre, ask)).expect("the same");
        assert_eq!(Some(direct.id), known.settlement, "the same number");
        assert_eq!(town.year(person, "310").inscp[0], Fen(15_000));
        town.holds();
    });
}

#[test]
fn row_03_the_answer_is_lost_and_the_sender_restarts() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let ask = town.direct(&town.centre, person, "11", 15_000);
        // The sender dies while it waits: what it remembers is `settling`.
        let deaf = BadLine::new(&town, &[Way::AnswerLost], &[], &[]);
        let order = {
            struct Dead(BadLine);
            impl InsuredPlace for Dead {
                fn settle<'a>(&'a self, order: &'a Order) -> Answering<'a, SettlementId> {
                    Box::pin(async move {
                        let _ = self.0.settle(order).await;
                        std::future::pending().await
                    })
                }
                fn query<'a>(&'a self, order: &'a Order) -> Answering<'a, Found> {
                    self.0.query(order)
                }
                fn reverse<'a>(&'a self, order: &'a Order) -> Answering<'a, ()> {
                    self.0.reverse(order)
                }
            }
            let dead = Dead(deaf);
            wait(async {
                let asking = town.env.ask(&dead, &town.centre, ask.clone());
                tokio::time::timeout(std::time::Duration::from_millis(300), asking).await.is_err()
            })
        };
        assert!(order, "the sender never heard");
        let doubt = wait(town.env.in_doubt(None)).expect("a list");
        assert_eq!(doubt.iter().map(|ask| ask.stage).collect::<Vec<_>>(), vec![Stage::Settling]);
        let place = BadLine::new(&town, &[], &[], &[]);
        chased(&town, &place);
        assert_eq!(stage(&town, &place, &ask), Stage::Settled);
        town.holds();
    });
}

#[test]
fn row_04_the_settle_comes_after_its_reversal() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let ask = town.direct(&town.centre, person, "11", 15_000);
        let institution = town.centre.institution.expect("one");
        let first = wait(town.env.reverse(&town.centre, institution, &ask.msgid)).expect("a tombstone");
        assert_eq!(first.state, "tombstoned");
        assert_eq!(code(wait(town.env.settle(&town.centre, ask.clone()))), "settlement.reversed-before-arrival");
        assert_eq!(wait(town.env.reverse(&town.centre, institution, &ask.msgid)).expect("again"), first);
        assert_eq!(town.year(person, "310").version, 0);
        town.holds();
    });
}

#[test]
fn row_05_and_06_twins_and_one_that_differs_by_a_fen() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let ask = town.direct(&town.centre, person, "11", 15_000);
        let first = wait(town.env.settle(&town.centre, ask.clone())).expect("settled");
        let twin = wait(town.env.settle(&town.centre, ask.clone())).expect("the same");
        bench.clock.advance(kernel::time::DAY);
        let late = wait(town.env.settle(&town.centre, ask.clone())).expect("the same a day later");
        assert!(twin.body == first.body && late.body == first.body);
        let mut other = town.direct(&town.centre, person, "11", 15_001);
        other.msgid.clone_from(&ask.msgid);
        assert_eq!(code(wait(town.env.settle(&town.centre, other))), "settlement.duplicate-conflict");
        let place = BadLine::new(&town, &[Way::Twice], &[], &[]);
        assert_eq!(sent(&town, &place, &town.direct(&town.centre, person, "11", 700)).stage, Stage::Settled);
        assert_eq!(town.year(person, "310").inscp[0], Fen(15_700));
        town.holds();
    });
}

#[test]
fn row_07_two_hospitals_at_once() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let one = town.direct(&town.centre, person, "11", 12_000);
        let other = town.direct(&town.hospital, person, "11", 12_000);
        let (first, second) =
            wait(async { tokio::join!(town.env.settle(&town.centre, one), town.env.settle(&town.hospital, other)) });
        let fund = said(&first.expect("settled").body, "fund_fen") + said(&second.expect("settled").body, "fund_fen");
        // Centre first: 70 % of 20.00 and 50 % of 120.00; hospital first: 50 % of 20.00 and 70 % of 120.00.
        assert!(fund == 7_400 || fund == 9_400, "{fund}: one order or the other, never a mix");
        town.holds();
    });
}

#[test]
fn row_08_two_pharmacies_one_account() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(10_000);
        let (one, other) = (town.charged(&town.centre, person, 9_000), town.charged(&town.hospital, person, 9_000));
        let first = town.quote(&town.centre, one).expect("a quote");
        let second = town.quote(&town.hospital, other).expect("a quote");
        assert_eq!((first.split.account_fen, second.split.account_fen), (9_000, 9_000));
        let settle = |at: &kernel::Actor, quote: &settlement::Quote| {
            wait(town.env.settle(at, town.ask(What::Quote(quote_id(quote).0))))
        };
        settle(&town.centre, &first).expect("settled");
        assert_eq!(code(settle(&town.hospital, &second)), "settlement.quote-stale");
        let anew = town.quote(&town.hospital, other).expect("another");
        assert_eq!(anew.split.account_fen, 1_000);
        settle(&town.hospital, &anew).expect("settled");
        assert_eq!(town.balance(person), 0);
        town.holds();
    });
}

#[test]
fn row_10_the_place_dies_before_its_commit() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let ask = town.direct(&town.centre, person, "11", 15_000);
        // Everything is done and then undone: a dry run meets every constraint.
        let (env, by, number) = (
            town.env.clone(),
            settlement::visit::By::of(&town.centre),
            wait(town.env.bills.number(town.centre.institution.expect("one"))).expect("a number"),
        );
        let again = ask.clone();
        let done =
            wait(town.env.db.dry_run(person.0, move |tx| settlement::settle::settle(tx, &env, &by, &again, &number)));
        assert!(done.is_ok());
        assert_eq!(town.year(person, "310").version, 0);
        let place = BadLine::new(&town, &[Way::RequestLost], &[], &[]);
        sent(&town, &place, &ask);
        chased(&town, &place);
        assert_eq!(stage(&town, &place, &ask), Stage::Reversed);
        town.holds();
    });
}

#[test]
fn row_11_a_reversal_five_times() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(5_000);
        let ask = town.direct(&town.centre, person, "11", 15_000);
        wait(town.env.settle(&town.centre, ask.clone())).expect("settled");
        let institution = town.centre.institution.expect("one");
        let answers: Vec<_> =
            (0..5).map(|_| wait(town.env.reverse(&town.centre, institution, &ask.msgid)).expect("reversed")).collect();
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
        assert_eq!(answers[0].state, "cancelled");
        assert_eq!((town.balance(person), town.year(person, "310").version), (5_000, 3));
        // A reversal whose answers are lost is sent again until one is heard.
        let lost = [Way::RequestLost, Way::AnswerLost, Way::AnswerLost];
        let place = BadLine::new(&town, &[Way::RequestLost], &[], &lost);
        let other = town.direct(&town.centre, person, "11", 900);
        sent(&town, &place, &other);
        chased(&town, &place);
        assert_eq!(stage(&town, &place, &other), Stage::Reversed);
        town.holds();
    });
}

#[test]
fn row_12_cancel_and_reversal_together() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(5_000);
        let ask = town.direct(&town.centre, person, "11", 15_000);
        let id = wait(town.env.settle(&town.centre, ask.clone())).expect("settled").id;
        let institution = town.centre.institution.expect("one");
        let (cancelled, reversed) = wait(async {
            tokio::join!(
                town.env.cancel(&town.centre, id, town.msgid(), String::new(), false),
                town.env.reverse(&town.centre, institution, &ask.msgid)
            )
        });
        assert_eq!(reversed.expect("done either way").state, "cancelled");
        assert!(matches!(code(cancelled), "ok" | "settlement.already-cancelled"));
        assert_eq!(code(town.cancel(&town.centre, id)), "settlement.already-cancelled");
        assert_eq!(code(wait(town.env.settle(&town.centre, ask))), "settlement.already-cancelled");
        assert_eq!((town.balance(person), town.year(person, "310").inscp[0]), (5_000, Fen(0)));
        town.holds();
    });
}

/// An insured place that is down: nothing is heard of it, at once or after a wait.
struct Down(AtomicUsize);

impl InsuredPlace for Down {
    fn settle<'a>(&'a self, _: &'a Order) -> Answering<'a, SettlementId> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Outcome::Unknown })
    }
    fn query<'a>(&'a self, _: &'a Order) -> Answering<'a, Found> {
        Box::pin(async { Outcome::Unknown })
    }
    fn reverse<'a>(&'a self, _: &'a Order) -> Answering<'a, ()> {
        Box::pin(async { Outcome::Unknown })
    }
}

#[test]
fn row_13_the_insured_place_is_down_for_two_hours() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let (away, home, twin) = (town.employee(0), town.employee(0), town.employee(0));
        let breaker = settlement::Breaker::default();
        let down = Down(AtomicUsize::new(0));
        let line = Guarded::new(&down, &breaker, town.env.db.world());
        let asked = |ask: &SettleAsk| {
            #[expect(clippy::disallowed_methods, reason = "how long the one at the desk waits")]
            let begun = std::time::Instant::now();
            let known = wait(town.env.ask(&line, &town.centre, ask.clone())).expect("asked");
            assert!(begun.elapsed().as_secs() < 1, "{}: answered within a second", bench.name);
            known
        };
        // Who came on time, for the comparison.
        let on_time =
            wait(town.env.settle(&town.centre, town.direct(&town.centre, twin, "11", 15_000))).expect("settled");
        // The first ones are not heard: in doubt, never charged again under another number.
        let mut unheard = Vec::new();
        for _ in 0..SILENT_MAX {
            let ask = town.direct(&town.centre, away, "11", 15_000);
            assert_eq!(asked(&ask).stage, Stage::Uncertain, "{}", bench.name);
            unheard.push(ask);
        }
        let tried = || down.0.load(Ordering::SeqCst);
        let (before, mut turned_away) = (tried(), 0);
        for minute in 0..120 {
            for _ in 0..3 {
                let known = asked(&town.direct(&town.centre, away, "11", 15_000));
                // Turned away at once; once in a while one is tried, and that one is in doubt.
                if known.stage != Stage::Uncertain {
                    assert_eq!((known.stage, known.code.as_str()), (Stage::Refused, "INSURED_PLACE_UNAVAILABLE"));
                    turned_away += 1;
                }
                assert_eq!(known.settlement, None, "nothing is worked out elsewhere");
            }
            if minute % 30 == 0 {
                // Local patients do not notice.
                let local = town.direct(&town.centre, home, "11", 100);
                assert_eq!(wait(town.env.ask_here(&town.centre, local)).expect("asked").stage, Stage::Settled);
            }
            bench.clock.advance(kernel::time::MINUTE);
        }
        assert!(turned_away >= 240 && tried() - before <= 120, "{}: {turned_away}", bench.name);
        // It is back: what was in doubt never came and is taken back, then the patient is
        // settled again as if on time.
        let place = BadLine::new(&town, &[], &[], &[]);
        chased(&town, &place);
        for ask in &unheard {
            assert_eq!(stage(&town, &place, ask), Stage::Reversed, "{}", bench.name);
        }
        let back = Guarded::new(&place, &breaker, town.env.db.world());
        let again = town.direct(&town.centre, away, "11", 15_000);
        let known = wait(town.env.ask(&back, &town.centre, again.clone())).expect("asked");
        assert_eq!(known.stage, Stage::Settled, "{}", bench.name);
        let late = wait(town.env.settle(&town.centre, again)).expect("the same");
        for part in ["fee_fen", "fund_fen", "account_fen", "cash_fen", "deductible_fen"] {
            assert_eq!(said(&late.body, part), said(&on_time.body, part), "{} {part}", bench.name);
        }
        assert_eq!(town.year(away, "310").inscp, town.year(twin, "310").inscp, "{}", bench.name);
        town.holds();
    });
}

#[test]
fn row_19_one_live_bill_of_a_settlement() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let ask = town.direct(&town.centre, person, "11", 15_000);
        let id = wait(town.env.settle(&town.centre, ask.clone())).expect("settled").id;
        for _ in 0..3 {
            wait(town.env.settle(&town.centre, ask.clone())).expect("the same");
            wait(town.env.bills.seal_waiting(10)).expect("sealed");
        }
        let db = town.env.db.clone();
        let may = || db.read_now(move |sql| bills::may_redden(sql, person, id));
        assert_eq!(code(may()), "ok", "one live bill");
        town.cancel(&town.centre, id).expect("cancelled");
        assert_ne!(code(may()), "ok", "it is red now");
        town.holds();
    });
}

/// The device's own number and its sequence are the message id.
#[test]
fn row_21_a_device_replays_its_queue() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let queue: Vec<SettleAsk> = (1..=6)
            .map(|seq| {
                let ask = town.direct(&town.centre, person, "11", 1_000 * seq);
                SettleAsk { msgid: format!("AMB0007-{seq:06}"), ..ask }
            })
            .collect();
        let send = |ask: &SettleAsk| wait(town.env.settle(&town.centre, ask.clone())).expect("settled");
        let first: Vec<Vec<u8>> = queue.iter().take(4).map(|ask| send(ask).body).collect();
        // Back in the network it sends everything again, the newest first, and then once more.
        for ask in queue.iter().rev().chain(&queue) {
            send(ask);
        }
        let again: Vec<Vec<u8>> = queue.iter().take(4).map(|ask| send(ask).body).collect();
        assert!(again == first, "{}: byte for byte", bench.name);
        assert_eq!(town.year(person, "310").inscp[0], Fen(21_000), "{}: each once", bench.name);
        town.holds();
    });
}

#[test]
fn row_22_leaving_waits_for_held_money() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(10_000);
        let coverage = town.coverage(person);
        let last = insurance::Day::read("2026-12-31").expect("a day");
        let leave = || town.write(person, move |tx| insurance::enrol::leave(tx, person, coverage, last, ActorId(105)));
        let close = || {
            town.write(person, move |tx| insurance::enrol::move_account(tx, person, AccountStage::Closed, ActorId(105)))
        };
        let visit = town.charged(&town.centre, person, 4_000);
        let quote = town.quote(&town.centre, visit).expect("a quote");
        let held = wait(town.env.hold(&town.centre, quote_id(&quote))).expect("held");
        assert_eq!((code(leave()), code(close())), ("insurance.money-held", "insurance.money-held"), "{}", bench.name);
        let ask = SettleAsk { hold: Some(held.id), ..town.ask(What::Quote(quote_id(&quote).0)) };
        wait(town.env.settle(&town.centre, ask)).expect("captured");
        let visit = town.charged(&town.centre, person, 2_000);
        let quote = town.quote(&town.centre, visit).expect("a quote");
        wait(town.env.hold(&town.centre, quote_id(&quote))).expect("held again");
        assert_eq!(code(leave()), "insurance.money-held", "{}", bench.name);
        bench.clock.advance(settlement::hold::HOLD_LIFE);
        leave().expect("its time is over");
        close().expect("nothing is held");
        wait(town.env.ledger.turn()).expect("expired");
        town.holds();
    });
}

#[test]
fn row_23_the_plan_changes_during_an_open_quote() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let visit = town.charged(&town.centre, person, 15_000);
        let quote = town.quote(&town.centre, visit).expect("a quote");
        let document = serde_json::json!({
            "admdvs": "990100", "insutype": "310", "year_from": 2026, "year_to": 2026,
            "rates": [{"pool": "op", "group": "*", "level": "*", "segments": [{"upto": null, "bp": 9000}]}],
            "account_pays": [], "mutual_pays": [],
        });
        let new = insurance::load::NewPlan {
            version: "2".into(),
            from_on: None,
            to_on: None,
            document: document.to_string().into_bytes(),
        };
        insurance::load::plan_now(&town.env.insurance, new, None).expect("a new plan");
        let ask = town.ask(What::Quote(quote_id(&quote).0));
        assert_eq!(code(wait(town.env.settle(&town.centre, ask))), "settlement.quote-stale");
        let anew = town.quote(&town.centre, visit).expect("another");
        assert_eq!((anew.plan_version.as_str(), anew.split.fund_fen), ("2", 13_500));
        let settled = wait(town.env.settle(&town.centre, town.ask(What::Quote(quote_id(&anew).0)))).expect("settled");
        assert_eq!(said(&settled.body, "fund_fen"), 13_500);
        town.holds();
    });
}

#[test]
fn row_24_two_clerks_cancel_in_the_wrong_order() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let ids: Vec<SettlementId> = (0..3)
            .map(|_| {
                wait(town.env.settle(&town.centre, town.direct(&town.centre, person, "11", 9_000))).expect("settled").id
            })
            .collect();
        assert_eq!(code(town.cancel(&town.centre, ids[0])), "settlement.later-settlement-exists");
        assert_eq!(code(town.cancel(&town.centre, ids[1])), "settlement.later-settlement-exists");
        for id in ids.iter().rev() {
            town.cancel(&town.centre, *id).expect("last first");
        }
        assert_eq!(town.year(person, "310").inscp, [Fen(0); 3]);
        town.holds();
    });
}

#[test]
fn row_45_reversing_an_earlier_message_leaves_the_office_a_task() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let ask = town.direct(&town.centre, person, "11", 15_000);
        wait(town.env.settle(&town.centre, ask.clone())).expect("settled");
        let later =
            wait(town.env.settle(&town.centre, town.direct(&town.centre, person, "11", 15_000))).expect("later");
        wait(town.env.reverse(&town.centre, town.centre.institution.expect("one"), &ask.msgid)).expect("reversed");
        let tasks = wait(town.env.tasks()).expect("tasks");
        assert_eq!((tasks.len(), tasks[0].settlement), (1, later.id));
        wait(town.env.end_task(person, tasks[0].id)).expect("looked at");
        assert!(wait(town.env.tasks()).expect("tasks").is_empty());
        town.holds();
    });
}

#[test]
fn messages_of_visits_are_kept_too() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let register = |msgid: &str, med_type: &str| {
            let ask = settlement::visit::Register {
                person,
                institution: town.hospital.institution.expect("one"),
                actor: town.hospital.id,
                msgid: msgid.into(),
                med_type: med_type.into(),
                began_on: None,
                about: settlement::VisitAbout::default(),
            };
            wait(town.env.register(&town.hospital, ask))
        };
        let visit = register("R1", "21").expect("admitted");
        assert_eq!(register("R1", "21").expect("the same"), visit);
        assert_eq!(code(register("R1", "22")), "settlement.duplicate-conflict");
        let institution = town.hospital.institution.expect("one");
        assert_eq!(wait(town.env.reverse(&town.hospital, institution, "R1")).expect("taken back").state, "cancelled");
        assert_eq!(code(register("R1", "21")), "settlement.already-cancelled");
        let charged = register("R2", "21").expect("admitted");
        town.charge(&town.hospital, charged, vec![line("1", 500)]).expect("charged");
        assert_eq!(code(wait(town.env.reverse(&town.hospital, institution, "R2"))), "settlement.reversal-impossible");
        town.holds();
    });
}
