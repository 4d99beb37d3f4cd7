//! What follows from undoing a settlement is told once, in the transaction that undoes
//! it; an office asks about one message; a quote is explained before anything is paid;
//! and the check names what does not hold. Both databases.

use crate::town::{CAPABILITIES, Town, citizen, code, line, quote_id, said, wait};
use kernel::time::{MINUTE, SECOND};
use kernel::{Fen, SettlementId};
use settlement::place::{Answering, InsuredPlace, Order};
use settlement::rules::ask::{Found, Outcome, Stage};
use settlement::{Settlements, What};
use std::sync::{Arc, Mutex};
use store::SqlExt as _;
use testkit::on_both;

/// A town whose settlements tell what they undo to a list; a reason `no` is refused.
fn telling(town: &Town) -> (Town, Arc<Mutex<Vec<SettlementId>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = told.clone();
    let undone: settlement::OnUndone = Arc::new(move |_, undone| {
        if undone.reason == "no" {
            return Err(settlement::Refusal::VisitClosed.at("reason"));
        }
        list.lock().expect("a lock").push(undone.settlement);
        Ok(())
    });
    let env = Settlements { undone: Some(undone), ..town.env.clone() };
    (Town { env, ..town.clone() }, told)
}

#[test]
fn undoing_is_told_once_whichever_way() {
    on_both(&CAPABILITIES, |bench| {
        let (town, told) = telling(&Town::on(bench));
        let person = town.employee(1_000);
        let ask = town.direct(&town.centre, person, "11", 15_000);
        let first = wait(town.env.settle(&town.centre, ask.clone())).expect("settled").id;
        let second =
            wait(town.env.settle(&town.centre, town.direct(&town.centre, person, "11", 900))).expect("settled").id;
        let list = || told.lock().expect("a lock").clone();
        assert_eq!(code(town.cancel(&town.centre, first)), "settlement.later-settlement-exists");
        let refused = wait(town.env.cancel(&town.centre, second, town.msgid(), "no".into(), false));
        assert_eq!((code(refused), list()), ("settlement.visit-closed", vec![]), "{}", bench.name);
        let msgid = town.msgid();
        for _ in 0..2 {
            wait(town.env.cancel(&town.centre, second, msgid.clone(), String::new(), false)).expect("the same answer");
        }
        assert_eq!((code(town.cancel(&town.centre, second)), list()), ("settlement.already-cancelled", vec![second]));
        let institution = town.centre.institution.expect("one");
        for _ in 0..3 {
            wait(town.env.reverse(&town.centre, institution, &ask.msgid)).expect("the same answer");
        }
        wait(town.env.reverse(&town.centre, institution, "never-came")).expect("a tombstone");
        assert_eq!(list(), [second, first], "{}", bench.name);
        town.holds();
    });
}

/// Whoever comes next in the same transaction sees it: a payment for it, or a second
/// cancellation, must not be taken.
#[test]
fn undoing_is_seen_at_once() {
    on_both(&CAPABILITIES, |bench| {
        let (town, told) = telling(&Town::on(bench));
        let person = town.employee(1_000);
        let settled =
            wait(town.env.settle(&town.centre, town.direct(&town.centre, person, "11", 900))).expect("settled");
        let (env, by) = (town.env.clone(), settlement::visit::By::of(&town.centre));
        let red = wait(town.env.bills.number(town.centre.institution.expect("one"))).expect("a number");
        let asks = [town.msgid(), town.msgid()].map(|msgid| settlement::cancel::Cancel {
            person: person.0,
            settlement: settled.id.0,
            msgid,
            reason: String::new(),
            force: false,
        });
        let again = town.write(person, move |tx| {
            settlement::cancel::cancel(tx, &env, &by, &asks[0], &red)?;
            Ok(settlement::cancel::cancel(tx, &env, &by, &asks[1], &red).map(drop))
        });
        assert_eq!(code(again.expect("cancelled")), "settlement.already-cancelled", "{}", bench.name);
        assert_eq!(*told.lock().expect("a lock"), [settled.id], "{}", bench.name);
        town.holds();
    });
}

/// A place that loses every answer to a settle, and knows how often it was questioned.
struct Silent<'t> {
    town: &'t Town,
    questions: Mutex<Vec<String>>,
}

impl InsuredPlace for Silent<'_> {
    fn settle<'a>(&'a self, _: &'a Order) -> Answering<'a, SettlementId> {
        Box::pin(async { Outcome::Unknown })
    }
    fn query<'a>(&'a self, order: &'a Order) -> Answering<'a, Found> {
        self.questions.lock().expect("a lock").push(order.ask.msgid.clone());
        let here = settlement::place::Here(self.town.env.clone());
        Box::pin(async move { here.query(order).await })
    }
    fn reverse<'a>(&'a self, order: &'a Order) -> Answering<'a, ()> {
        let here = settlement::place::Here(self.town.env.clone());
        Box::pin(async move { here.reverse(order).await })
    }
}

#[test]
fn an_office_asks_about_one_message_before_it_is_due() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let place = Silent { town: &town, questions: Mutex::default() };
        let asks = [1_000, 2_000].map(|amount| town.direct(&town.centre, person, "11", amount));
        for ask in &asks {
            assert_eq!(wait(town.env.ask(&place, &town.centre, ask.clone())).expect("asked").stage, Stage::Uncertain);
        }
        let institution = town.centre.institution.expect("one");
        let again = |by: &kernel::Actor, msgid: &str| {
            wait(town.env.ask_again_at(&place, by, institution, msgid)).map(|known| (known.stage, known.tries))
        };
        let first = &asks[0].msgid;
        for nobody in [&town.hospital, &citizen(person)] {
            assert_eq!(code(again(nobody, first)), "settlement.not-found", "{}", bench.name);
        }
        assert_eq!(code(again(&town.office, "no-such")), "settlement.not-found");
        assert_eq!(again(&town.office, first).expect("asked"), (Stage::Reversing, 1), "{}", bench.name);
        assert_eq!(again(&town.centre, first).expect("asked"), (Stage::Reversed, 2), "{}", bench.name);
        assert_eq!(again(&town.office, first).expect("it rests"), (Stage::Reversed, 2));
        let asked = place.questions.lock().expect("a lock").clone();
        assert_eq!(asked.iter().collect::<Vec<_>>(), [first], "the other was not asked about");
        let left = wait(town.env.in_doubt(None)).expect("a list");
        assert_eq!(left.iter().map(|ask| &ask.msgid).collect::<Vec<_>>(), [&asks[1].msgid]);
        // This node's own place, by the job's own way.
        let known = wait(town.env.ask_again(&town.office, institution, &asks[1].msgid)).expect("asked");
        assert_eq!(known.stage, Stage::Reversing);
        bench.clock.advance(61 * SECOND);
        assert_eq!(wait(town.env.turn()).expect("a turn"), 1);
        town.holds();
    });
}

#[test]
fn a_quote_is_explained_before_it_is_paid() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(2_000);
        let visit = town.charged(&town.centre, person, 15_000);
        let quote = town.quote(&town.centre, visit).expect("a quote");
        let id = quote_id(&quote);
        let why = |by: &kernel::Actor| wait(town.env.explain_quote(by, id, Fen::ZERO));
        let events = || {
            bench.db.read_now(|sql| {
                let counted = sql.one("SELECT COUNT(*) FROM store_events WHERE name = 760", &[], |row| row.i64(0));
                Ok(counted?.unwrap_or(0))
            })
        };
        let own = why(&citizen(person)).expect("the person's own");
        assert_eq!(events().expect("a count"), 0, "nobody else looked");
        let desk = why(&town.centre).expect("the desk's");
        assert_eq!((own.clone(), events().expect("a count")), (desk, 1), "{}", bench.name);
        assert_eq!((own.fee.fen, own.person.fen), (Fen(quote.split.fee_fen), Fen(quote.split.person_fen)));
        for stranger in [&town.hospital, &citizen(kernel::PersonId(1))] {
            assert_ne!(code(why(stranger)), "ok", "{}", bench.name);
        }
        // What is settled is explained the same way.
        let settled = wait(town.env.settle(&town.centre, town.ask(What::Quote(id.0)))).expect("settled");
        assert_eq!(wait(town.env.explain(&town.centre, settled.id)).expect("why"), own, "{}", bench.name);
        assert_eq!(code(why(&town.centre)), "settlement.visit-closed", "it is settled");
        let visit = town.charged(&town.centre, person, 500);
        let quote = town.quote(&town.centre, visit).expect("a quote");
        let why = || wait(town.env.explain_quote(&town.centre, quote_id(&quote), Fen::ZERO));
        assert_eq!(code(why()), "ok");
        town.charge(&town.centre, visit, vec![line("2", 700)]).expect("charged");
        assert_eq!(code(why()), "settlement.quote-stale", "{}", bench.name);
        let anew = town.quote(&town.centre, visit).expect("a quote");
        bench.clock.advance(16 * MINUTE);
        assert_eq!(
            code(wait(town.env.explain_quote(&town.centre, quote_id(&anew), Fen::ZERO))),
            "settlement.quote-expired"
        );
    });
}

/// One database for each edit, so that none hides another: which invariant it breaks.
#[test]
fn each_broken_state_is_named() {
    for (edit, says) in [
        ("DELETE FROM insurance_years", "A1:"),
        ("UPDATE settlement_settlements SET cash = cash + 1 WHERE id = LIVE", "L4: the parts of"),
        (
            "UPDATE settlement_settlements SET cash = cash - 100000, fund = fund + 100000 WHERE id = LIVE",
            "L4: a part of",
        ),
        ("UPDATE settlement_settlements SET cash = cash + 1, fee = fee + 1 WHERE id = LIVE", "L7:"),
        ("UPDATE settlement_settlements SET visit_id = 5, batch = '1' WHERE kind = 1", "L8:"),
        ("DELETE FROM settlement_undone", "L2:"),
        ("UPDATE settlement_settlements SET fund = fund + 5, cash = cash - 5 WHERE id = LIVE", "E2: bill"),
        ("DELETE FROM bills_bills WHERE id = LIVE", "E2: settlement"),
        ("DELETE FROM settlement_settlements WHERE id = LIVE", "E2: bill"),
        ("UPDATE bills_states SET red_id = NULL", "E3: settlement"),
        ("DELETE FROM settlement_messages WHERE object_id = LIVE", "I4: the message"),
        ("UPDATE settlement_messages SET state = 1", "I4: the message"),
        ("UPDATE settlement_messages SET object_id = 4 WHERE object_id = LIVE", "I4: what the message"),
    ] {
        on_both(&CAPABILITIES, |bench| {
            let town = Town::on(bench);
            let person = town.employee(1_000);
            let mut ids = Vec::new();
            for amount in [20_000, 15_000, 700] {
                let ask = town.direct(&town.centre, person, "11", amount);
                ids.push(wait(town.env.settle(&town.centre, ask)).expect("settled"));
            }
            assert!(said(&ids[1].body, "fund_fen") > 0);
            town.cancel(&town.centre, ids[2].id).expect("cancelled");
            town.holds();
            let edit: &'static str = edit.replace("LIVE", &ids[1].id.0.to_string()).leak();
            let rows = town.write(person, move |tx| Ok(tx.execute(edit, &[])?)).expect("the edit runs");
            let wrong = wait(town.env.check()).expect("a check").wrong;
            assert!(rows > 0 && wrong.iter().any(|one| one.starts_with(says)), "{} {edit}: {wrong:?}", bench.name);
        });
    }
}
