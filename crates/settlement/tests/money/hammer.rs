//! Thirty-two terminals on one person at random against a small model; the same trace
//! on both databases gives the same books.

use crate::town::{CAPABILITIES, Town, code, said, wait};
use kernel::{PersonId, SettlementId};
use settlement::{SettleAsk, What};
use std::sync::{Arc, Mutex};
use testkit::on_both;

/// What must hold of one person with one account, whatever the order: the account and
/// the live settlements.
#[derive(Default)]
struct Model {
    balance: i64,
    live: Vec<(SettlementId, i64)>,
}

impl Model {
    fn settled(&mut self, id: SettlementId, account: i64) {
        self.balance -= account;
        self.live.push((id, account));
        assert!(self.balance >= 0, "the account went below nothing");
    }
    fn undone(&mut self, id: SettlementId) {
        let at = self.live.iter().position(|(one, _)| *one == id).expect("it lived");
        self.balance += self.live.remove(at).1;
    }
}

/// A small pseudo-random walk.
fn step(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

fn terminal(town: &Town, person: PersonId, number: u64, model: &Mutex<Model>, turns: u64) {
    let at = if number.is_multiple_of(2) { &town.centre } else { &town.hospital };
    let institution = at.institution.expect("one");
    let mut seed = number.wrapping_mul(7919).wrapping_add(17);
    let mut own: Vec<(SettlementId, String)> = Vec::new();
    for _ in 0..turns {
        let chosen = step(&mut seed) % 10;
        if chosen < 6 || own.is_empty() {
            let amount = i64::try_from(step(&mut seed) % 9_000).expect("small") + 100;
            let ask = town.direct(at, person, "11", amount);
            let msgid = ask.msgid.clone();
            // The model follows under its lock what the database did.
            let settled = wait(town.env.settle(at, ask)).expect("settled");
            let mut model = model.lock().expect("a lock");
            model.settled(settled.id, said(&settled.body, "account_fen"));
            own.push((settled.id, msgid));
        } else if chosen < 8 {
            let (id, _) = own[own.len() - 1].clone();
            let mut model = model.lock().expect("a lock");
            let done = code(town.cancel(at, id));
            assert!(matches!(done, "ok" | "settlement.later-settlement-exists"), "{done}");
            if done == "ok" {
                model.undone(id);
                own.pop();
            }
        } else {
            let (id, msgid) = own.pop().expect("one");
            let mut model = model.lock().expect("a lock");
            wait(town.env.reverse(at, institution, &msgid)).expect("reversed");
            model.undone(id);
        }
    }
}

/// Twins of one message in flight at once meet in one batch: each is told the same.
#[test]
fn twins_in_flight_are_answered_alike() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        for _ in 0..8 {
            let person = town.employee(0);
            let visit = town.charged(&town.centre, person, 12_000);
            let ask = town.ask(settlement::What::Visit(visit.0));
            let answers: Vec<Vec<u8>> = std::thread::scope(|scope| {
                let twin = || {
                    let (town, ask) = (town.clone(), ask.clone());
                    scope.spawn(move || wait(town.env.settle(&town.centre, ask)).expect("settled").body)
                };
                let threads: Vec<_> = (0..8).map(|_| twin()).collect();
                threads.into_iter().map(|thread| thread.join().expect("a twin")).collect()
            });
            assert!(answers.iter().all(|body| *body == answers[0]), "{}: one answer", bench.name);
            assert_eq!(town.year(person, "310").inscp[0], kernel::Fen(12_000), "{}: counted once", bench.name);
        }
        town.holds();
    });
}

#[test]
fn thirty_two_terminals_one_person() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(5_000_000);
        let model = Arc::new(Mutex::new(Model { balance: 5_000_000, ..Model::default() }));
        std::thread::scope(|scope| {
            for number in 0..32 {
                let (town, model) = (town.clone(), model.clone());
                scope.spawn(move || terminal(&town, person, number, &model, 8));
            }
        });
        let model = model.lock().expect("a lock");
        assert_eq!(town.balance(person), model.balance);
        let rows = bench.db.read_now(move |sql| settlement::answer::of_person(sql, person, 0, 10_000)).expect("rows");
        let count = |undoes: bool| {
            rows.iter().filter(|row| (matches!(row.kind.name(), "cancellation" | "reversal")) == undoes).count()
        };
        assert_eq!(count(false) - count(true), model.live.len());
        town.holds();
    });
}

/// Settlements that meet on their way come to what each would have come to alone.
#[test]
fn settlements_that_meet_do_not_touch_each_other() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let mut asks: Vec<SettleAsk> =
            (0..40).map(|at| town.direct(&town.centre, town.employee(1_000 * at), "11", 11_000 + 700 * at)).collect();
        let previews: Vec<_> =
            asks.iter().map(|ask| wait(town.env.preview(&town.centre, ask)).expect("a preview")).collect();
        // One that is refused, and one that comes under the message of another.
        let What::Direct(wrong) = &mut asks[5].what else { panic!("a direct one") };
        wrong.lines[0].code = "NONE".into();
        asks[9].msgid = asks[7].msgid.clone();
        let before = bench.db.counts().0;
        let results = wait(async {
            let all: Vec<_> = asks
                .iter()
                .map(|ask| {
                    let (town, ask) = (town.clone(), ask.clone());
                    tokio::spawn(async move { town.env.settle(&town.centre, ask).await })
                })
                .collect();
            let mut results = Vec::new();
            for one in all {
                results.push(one.await.expect("no panic"));
            }
            results
        });
        let commits = bench.db.counts().0 - before;
        assert!(commits < 30, "{}: {commits} commits for 40 settlements", bench.name);
        for ((at, result), preview) in results.iter().enumerate().zip(&previews) {
            match result {
                Ok(settled) => {
                    let told = ["fund_fen", "account_fen", "cash_fen"].map(|member| said(&settled.body, member));
                    assert_eq!(told, [preview.fund_fen, preview.account_fen, preview.cash_fen], "{} {at}", bench.name);
                }
                Err(error) if at == 5 => assert_eq!(error.code(), "insurance.line-code-unknown", "{}", bench.name),
                Err(error) => {
                    assert_eq!((at == 7 || at == 9, error.code()), (true, "settlement.duplicate-conflict"), "{at}");
                }
            }
        }
        assert_eq!(results.iter().filter(|result| result.is_err()).count(), 2, "{}", bench.name);
        town.holds();
    });
}

/// Everything that a trace left in the books, without numbers and instants.
fn trace(bench: &testkit::Bench) -> Vec<(i64, i64, i64, i64, i64)> {
    let town = Town::on(bench);
    let people = [town.employee(20_000), town.employee(0), town.person("390", "1501")];
    let mut seed = 42;
    let mut live: Vec<(usize, SettlementId)> = Vec::new();
    for _ in 0..40 {
        let who = usize::try_from(step(&mut seed) % 3).expect("small");
        let amount = i64::try_from(step(&mut seed) % 50_000).expect("small") + 1;
        if step(&mut seed).is_multiple_of(4)
            && let Some((_, id)) = live.pop()
        {
            let _ = town.cancel(&town.centre, id);
            continue;
        }
        let ask = town.direct(&town.centre, people[who], "11", amount);
        live.push((who, wait(town.env.settle(&town.centre, ask)).expect("settled").id));
    }
    town.holds();
    let mut all = Vec::new();
    for person in people {
        let rows = bench.db.read_now(move |sql| settlement::answer::of_person(sql, person, 0, 1_000)).expect("rows");
        let totals = rows.iter().map(|row| row.totals);
        all.extend(totals.map(|of| (of.fee.0, of.fund.0, of.account.0, of.cash.0, town.balance(person))));
    }
    all
}

#[test]
fn the_same_trace_gives_the_same_books() {
    let sqlite = testkit::sqlite(&CAPABILITIES);
    let ours = trace(&sqlite);
    assert!(ours.len() > 30);
    if let Some(postgres) = testkit::postgres(&CAPABILITIES) {
        assert_eq!(trace(&postgres), ours);
        postgres.db.close();
    }
    sqlite.db.close();
}
