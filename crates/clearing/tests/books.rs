//! Comparisons and payouts on both databases.

use axum::Router;
use axum::body::Body;
use clearing::rules::payout::{BankSays, PayoutStage};
use clearing::rules::row::{Known, Scope, Span};
use clearing::{BankLine, Cause, Clearing, FindingStage, Group, Lists, NewPayout, Payee, Row, Sums};
use http::Request;
use http_body_util::BodyExt as _;
use kernel::time::{DAY, HOUR};
use kernel::{Actor, ActorId, ActorKind, Capability, Fen, InstitutionId, PersonId};
use ledger::{Account, Entity, Entry, EntryKind, Ledger, Lines, Refs};
use std::sync::Arc;
use store::SqlExt as _;
use testkit::{Bench, MORNING, on_both};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;
use web::Caller;

const CAPABILITIES: [&Capability; 2] = [&ledger::CAPABILITY, &clearing::CAPABILITY];
const HOSPITAL: InstitutionId = InstitutionId(31);
const SPAN: Span = Span { from: MORNING - DAY, until: MORNING };

fn actor(kind: ActorKind, institution: InstitutionId, rights: &[&'static str]) -> Arc<Actor> {
    let mut rights = rights.to_vec();
    rights.sort_unstable();
    Arc::new(Actor {
        id: ActorId(9),
        kind,
        name: "经办".into(),
        institution: Some(institution),
        place: "".into(),
        person: None,
        role: "".into(),
        rights: rights.into(),
    })
}

fn officer() -> Arc<Actor> {
    actor(ActorKind::Staff, InstitutionId(1), &["clearing.pay", "clearing.read", "clearing.reconcile"])
}

fn hospital(id: i64) -> Arc<Actor> {
    actor(ActorKind::System, InstitutionId(id), &["clearing.read"])
}

struct Office {
    clearing: Clearing,
    runtime: Runtime,
}

fn office(bench: &Bench) -> Office {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let clearing = Clearing {
        db: bench.db.clone(),
        ledger: Ledger::load(&bench.db).expect("books"),
        agency: Entity::region(990_100),
        names: Arc::new(|_, english| if english { "First Hospital".into() } else { "云州市第一人民医院".into() }),
    };
    Office { clearing, runtime }
}

fn row(n: i64) -> Row {
    Row {
        msgid: format!("M{n}"),
        setl_id: format!("S{n}"),
        group: Group {
            insutype: "310".into(),
            clr_type: "11".into(),
            setl_optins: "990100".into(),
            period: "202611".into(),
            refund: false,
        },
        sums: Sums { medfee: 8150, fund: 5000, account: 1000, cash: 2150 },
        undoes: None,
        order: None,
        at: SPAN.from + HOUR,
        known: Known::Done,
    }
}

fn lists(here: std::ops::Range<i64>, there: std::ops::Range<i64>) -> Lists {
    Lists { here: here.map(row).collect(), there: there.map(row).collect(), ..Lists::default() }
}

impl Office {
    fn compare(&self, lists: Lists) -> clearing::Task {
        let scope = Scope { institution: HOSPITAL, span: SPAN };
        self.runtime.block_on(self.clearing.reconcile(&officer(), scope, lists)).expect("compared")
    }

    fn findings(&self, task: &clearing::Task) -> Vec<clearing::Kept> {
        self.runtime.block_on(self.clearing.findings(task)).expect("findings")
    }

    fn page(&self, actor: &Arc<Actor>, path: &str) -> (u16, Vec<u8>) {
        let routes = clearing::api::routes(&self.clearing).into_iter().chain(clearing::pages::routes(&self.clearing));
        let router = routes.fold(Router::new(), |router, route| router.route(route.path, route.handler));
        let request = Request::builder().uri(path).extension(Caller(actor.clone())).body(Body::empty()).expect("asked");
        self.runtime.block_on(async {
            let answer = router.oneshot(request).await.expect("answered");
            (answer.status().as_u16(), answer.into_body().collect().await.expect("a body").to_bytes().to_vec())
        })
    }
}

fn count(bench: &Bench, sql: &'static str) -> i64 {
    bench.db.read_now(move |reader| Ok(reader.one(sql, &[], |row| row.i64(0))?)).expect("a count").expect("a row")
}

#[test]
fn a_later_run_voids_the_earlier_and_converges() {
    on_both(&CAPABILITIES, |bench| {
        let office = office(bench);
        let first = office.compare(lists(0..8, 0..10));
        assert!(!first.balanced);
        let found = office.findings(&first);
        assert_eq!(found.len(), 2, "{}", bench.name);
        assert!(found.iter().all(|kept| kept.finding.cause == Cause::MissingHere));
        let act =
            |ordinal| office.runtime.block_on(office.clearing.act(&officer(), first.id, ordinal, "已补记".into()));
        act(1).expect("noted");
        assert_eq!(office.findings(&first)[0].stage, FindingStage::Acted);
        let second = office.compare(lists(0..9, 0..10));
        assert_eq!(office.findings(&second).len(), 1, "{}", bench.name);
        let voided = office.findings(&first);
        assert!(voided.iter().all(|kept| kept.stage == FindingStage::Voided), "voided, not deleted");
        assert_eq!(act(2).expect_err("voided").code(), "clearing.finding-voided");
        let third = office.compare(lists(0..10, 0..10));
        assert!(third.balanced && office.findings(&third).is_empty(), "{}", bench.name);
        let live = office.runtime.block_on(office.clearing.tasks(&officer())).expect("tasks");
        assert_eq!(live.iter().map(|(task, open)| (task.id, *open)).collect::<Vec<_>>(), [(third.id, 0)]);
        let seen = office.runtime.block_on(office.clearing.task(&officer(), first.id)).expect("still there");
        assert_eq!(seen.superseded_by, Some(second.id), "{}", bench.name);
    });
}

/// Row 17 of the fault table: the same file again, in another order, does nothing.
#[test]
fn fault_17_the_same_file_twice_is_compared_once() {
    on_both(&CAPABILITIES, |bench| {
        let office = office(bench);
        let first = office.compare(lists(0..8, 0..10));
        let found = office.findings(&first);
        let mut again = lists(0..8, 0..10);
        again.there.reverse();
        assert_eq!(office.compare(again), first, "{}", bench.name);
        assert_eq!(office.findings(&first), found, "{}", bench.name);
        assert_eq!(count(bench, "SELECT COUNT(*) FROM clearing_tasks"), 1, "{}", bench.name);
    });
}

#[test]
fn what_was_carried_once_is_escalated_a_day_later() {
    on_both(&CAPABILITIES, |bench| {
        let office = office(bench);
        let mut late = lists(0..1, 0..0);
        late.here[0].at = SPAN.until - 1;
        let first = office.compare(late.clone());
        assert_eq!(office.findings(&first)[0].finding.cause, Cause::Late, "{}", bench.name);
        bench.clock.advance(DAY);
        late.taken.push(clearing::Money { order: "m1".into(), refund: None, fen: 1, at: SPAN.from - 2 * DAY });
        let second = office.compare(late);
        let found = office.findings(&second);
        assert_eq!(found[0].finding.action, clearing::Action::Escalate, "{}", bench.name);
    });
}

#[test]
fn each_sees_its_own_books_and_an_officer_all() {
    on_both(&CAPABILITIES, |bench| {
        let office = office(bench);
        let task = office.compare(lists(0..8, 0..10));
        let path = format!("/office/reconciliation/{}", task.id);
        for (actor, status) in [(officer(), 200), (hospital(31), 200), (hospital(32), 404)] {
            assert_eq!(office.page(&actor, &path).0, status, "{}", bench.name);
        }
        let text = |actor: &Arc<Actor>, path: &str| String::from_utf8(office.page(actor, path).1).expect("text");
        let zh = text(&officer(), &path);
        assert!(zh.contains("医院缺") && zh.contains("2601") && zh.contains("000101"), "{zh}");
        let en = text(&officer(), &format!("{path}?lang=en"));
        assert!(en.contains("missing at the hospital") && en.contains("First Hospital"), "{en}");
        // Only an officer is offered to act.
        assert!(en.contains("<form method=\"post\">") && !text(&hospital(31), &path).contains("name=\"note\""));
        assert!(text(&hospital(32), "/office/reconciliation").contains("还没有对账"));
        let statement = text(&officer(), &format!("/v1/clearing/statements/{HOSPITAL}/202611"));
        assert!(statement.contains("\"payable\":60000") && statement.contains("\"agreed\":false"), "{statement}");
        assert_eq!(office.page(&hospital(32), &format!("/v1/clearing/statements/{HOSPITAL}/202611")).0, 404);
        let (status, pdf) = office.page(&hospital(31), &format!("/v1/clearing/statements/{HOSPITAL}/202611/pdf"));
        assert_eq!((status, pdf.get(..5)), (200, Some(b"%PDF-".as_slice())), "{}", bench.name);
        let api = text(&officer(), &format!("/v1/clearing/tasks/{}", task.id));
        assert!(api.contains("\"cause\":\"missing-here\"") && api.contains("\"action\":\"reverse\""), "{api}");
    });
}

fn claim(n: i64) -> NewPayout {
    NewPayout {
        payee: Payee::Person(PersonId(1000 + n)),
        period: "202611".into(),
        net: Fen(10_000 + n),
        deposit: Fen::ZERO,
        bank_name: format!("户{n}"),
        bank_account: format!("6222{n:012}"),
    }
}

/// Debits less credits of an account in the agency's books, all persons together.
fn balance(office: &Office, account: Account) -> i64 {
    let now = office.clearing.db.world().now();
    let trial = office.clearing.ledger.trial(Entity::region(990_100), ledger::Period::of(now));
    let trial = office.runtime.block_on(trial).expect("a trial balance");
    assert_eq!(trial.debit, trial.credit);
    trial.lines.iter().filter(|line| line.account.code == account.code).map(|line| line.closing.0).sum()
}

/// Row 18 of the fault table: the bank bounces 3 of 100 payouts.
#[test]
fn fault_18_three_of_a_hundred_bounce() {
    on_both(&CAPABILITIES, |bench| {
        let office = office(bench);
        for n in 0..100 {
            let ledger = office.clearing.ledger.clone();
            bench
                .db
                .write_now(1000 + n, move |tx| {
                    let (expense, owed) = (Account::benefit(310_100), Account::payable_person(PersonId(1000 + n)));
                    let lines = Lines::new().debit(expense, Fen(10_000 + n)).credit(owed, Fen(10_000 + n));
                    let entity = Entity::region(990_100);
                    let (kind, refs) = (EntryKind::ClaimApproved, Refs::default());
                    ledger.post(tx, &Entry { entity, kind, period: None, refs, lines: lines.as_slice() })
                })
                .expect("approved");
            office.runtime.block_on(office.clearing.confirm(&officer(), claim(n))).expect("confirmed");
        }
        let (file, bytes) = office.runtime.block_on(office.clearing.pay_file(&officer())).expect("a file");
        let text = String::from_utf8(bytes.clone()).expect("text");
        assert_eq!(text.lines().count(), 101, "{}", bench.name);
        assert_eq!(office.runtime.block_on(office.clearing.file(file)).expect("kept"), bytes);
        let again = office.runtime.block_on(office.clearing.pay_file(&officer())).expect_err("once");
        assert_eq!(again.code(), "clearing.nothing-to-pay");
        let ids: Vec<i64> = text.lines().skip(1).map(|line| line.split(',').next().unwrap().parse().unwrap()).collect();
        let result: Vec<BankLine> = (0_usize..)
            .zip(&ids)
            .map(|(at, id)| {
                let says = if at < 3 { BankSays::Bounced } else { BankSays::Paid };
                BankLine { payout: *id, says, reason: if at < 3 { "账号不存在".into() } else { String::new() } }
            })
            .collect();
        let hear = |lines: Vec<BankLine>| office.runtime.block_on(office.clearing.bank_result(&officer(), lines));
        assert_eq!(hear(result.clone()).expect("heard"), (97, 3), "{}", bench.name);
        assert_eq!(hear(result.clone()).expect("the same again"), (0, 0), "{}", bench.name);
        let mut opposite = result;
        opposite[50].says = BankSays::Bounced;
        assert_eq!(hear(opposite).expect_err("no").code(), "clearing.bank-contradicts");
        let at = |stage| office.runtime.block_on(office.clearing.payouts(stage)).expect("payouts").len();
        assert_eq!((at(PayoutStage::Paid), at(PayoutStage::PayFailed), at(PayoutStage::Paying)), (97, 3, 0));
        // The claims of the three stand again, the others are closed.
        let owed = || balance(&office, Account::payable_person(PersonId(0)));
        assert_eq!(owed(), -(10_000 + 10_001 + 10_002), "{}", bench.name);
        let new = NewPayout { bank_account: "6222999900001111".into(), ..claim(0) };
        office.runtime.block_on(office.clearing.confirm(&officer(), new)).expect("another account");
        office.runtime.block_on(office.clearing.pay_file(&officer())).expect("a second file");
        assert_eq!(owed(), -(10_001 + 10_002), "{}", bench.name);
    });
}

#[test]
fn an_institution_is_paid_less_its_deposit() {
    on_both(&CAPABILITIES, |bench| {
        let office = office(bench);
        let new = NewPayout {
            payee: Payee::Institution(HOSPITAL),
            net: Fen(95_000),
            deposit: Fen(5_000),
            bank_name: "云州市第一人民医院".into(),
            ..claim(1)
        };
        office.runtime.block_on(office.clearing.confirm(&officer(), new.clone())).expect("confirmed");
        office.runtime.block_on(office.clearing.pay_file(&officer())).expect("a file");
        assert_eq!(balance(&office, Account::payable_institution(HOSPITAL)).abs(), 100_000, "{}", bench.name);
        assert_eq!(balance(&office, Account::quality_deposit(HOSPITAL)).abs(), 5_000, "{}", bench.name);
        for (wrong, code) in [
            (NewPayout { net: Fen(0), ..new.clone() }, "clearing.amount-wrong"),
            (NewPayout { deposit: Fen(1), ..claim(1) }, "clearing.amount-wrong"),
            (NewPayout { bank_account: "12".into(), ..new.clone() }, "clearing.account-wrong"),
            (NewPayout { bank_name: "=cmd,".into(), ..new.clone() }, "clearing.account-wrong"),
            (NewPayout { period: "2026-1".into(), ..new }, "web.body-invalid"),
        ] {
            let refused = office.runtime.block_on(office.clearing.confirm(&officer(), wrong)).expect_err("refused");
            assert_eq!(refused.code(), code, "{}", bench.name);
        }
    });
}
