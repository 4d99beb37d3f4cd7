//! A subject that is undone gives its own share back by itself, once, however it was
//! paid; and the check of all payments names what does not hold. Both databases.

use crate::desk::{CAPABILITIES, HOSPITAL, Node, PERSON, by_phone, cash, clerk, node, node_with, subject};
use kernel::{Fen, PaymentId};
use ledger::{Account, Entity, Ledger, Period};
use payment::books::{CASH, MOBILE, OWED};
use payment::{Ask, Booked, Means, Refund, RefundAsk, RefundCause, RefundStage, Stage, Tender};
use store::Tx;
use testkit::on_both;

/// What cancelling a settlement does, in a transaction of its own.
fn undone(node: &Node<'_>, id: &'static str) -> Option<Refund> {
    let payments = node.payments.clone();
    let undo = move |tx: &mut Tx<'_>| payments.subject_undone_in(tx, PERSON, &subject(id), "开错了药");
    node.bench.db.write_now(PERSON.0, undo).expect("undone")
}

/// The subject's own reversal: what is owed is not owed any more.
fn reversed(node: &Node<'_>, amount: i64) {
    let ledger = Ledger::load(&node.bench.db).expect("books");
    let post = move |tx: &mut Tx<'_>| {
        let lines =
            ledger::Lines::new().debit(Account::revenue(), Fen(amount)).credit(Account::cashbox(OWED), Fen(amount));
        let entry = ledger::Entry {
            entity: Entity::from(HOSPITAL),
            kind: ledger::EntryKind::Other,
            period: None,
            refs: ledger::Refs::default(),
            lines: lines.as_slice(),
        };
        ledger.post(tx, &entry).map(drop)
    };
    node.bench.db.write_now(PERSON.0, post).expect("posted");
}

/// What is owed, in the till, at the channel, and revenue: debits less credits.
fn books(node: &Node<'_>) -> [i64; 4] {
    let ledger = Ledger::load(&node.bench.db).expect("books");
    let period = Period::of(node.bench.db.world().now());
    let trial = node.runtime.block_on(ledger.trial(Entity::from(HOSPITAL), period)).expect("a trial balance");
    assert_eq!(trial.debit, trial.credit);
    [Account::cashbox(OWED), Account::cashbox(CASH), Account::cashbox(MOBILE), Account::revenue()]
        .map(|account| trial.lines.iter().filter(|line| line.account == account).map(|line| line.closing.0).sum())
}

fn wrong(node: &Node<'_>) -> Vec<String> {
    let checked = node.bench.db.read_now(|sql| payment::check::check(sql, &mut |_, _, _| Ok(Vec::new())));
    checked.expect("a check").wrong
}

fn due(node: &Node<'_>) -> Vec<(PaymentId, Fen, RefundStage)> {
    let due = node.runtime.block_on(node.payments.refunds_due(&clerk())).expect("a list");
    due.iter().map(|(payment, refund)| (payment.id, refund.money, refund.stage)).collect()
}

fn till(node: &Node<'_>) {
    node.runtime.block_on(node.payments.open_till(&clerk(), "3".into(), Fen(0))).expect("a till");
}

#[test]
fn what_was_paid_in_notes_waits_for_a_clerk_once() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        till(&node);
        let paid = node.pay(cash("bill-1", 2150)).expect("paid");
        reversed(&node, 2150);
        let back = undone(&node, "bill-1").expect("it is owed");
        assert_eq!((back.stage, back.money, back.cause), (RefundStage::Asked, Fen(2150), RefundCause::Cancelled));
        assert_eq!(
            (back.actor, back.reason.as_str(), back.insured),
            (None, "开错了药", Some([5000, 1000, 0].map(Fen)))
        );
        assert_eq!(undone(&node, "bill-1"), None, "once");
        assert_eq!(due(&node), [(paid.id, Fen(2150), RefundStage::Asked)], "{}", bench.name);
        assert_eq!(wrong(&node), Vec::<String>::new(), "{}", bench.name);
        node.runtime.block_on(node.payments.hand_back(&clerk(), paid.id, 1, None)).expect("handed back");
        assert_eq!((due(&node), node.stage(paid.id)), (vec![], Stage::Refunded), "{}", bench.name);
        // Owed was 21.50 by the settlement that these books do not hold.
        assert_eq!(books(&node), [-2150, 0, 0, 2150], "{}", bench.name);
        assert_eq!(undone(&node, "bill-1"), None, "nothing is left");
        assert_eq!(wrong(&node), Vec::<String>::new(), "{}", bench.name);
    });
}

#[test]
fn what_was_paid_by_phone_goes_back_by_itself_once() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let paid = node.pay(by_phone("bill-1")).expect("asked");
        node.settle(paid.id);
        assert!(undone(&node, "bill-1").is_some() && undone(&node, "bill-1").is_none(), "{}", bench.name);
        assert_eq!(due(&node), [(paid.id, Fen(2150), RefundStage::Asked)]);
        for seconds in [0, 3, 6] {
            node.after(seconds);
        }
        assert_eq!((node.stage(paid.id), node.kept(), due(&node)), (Stage::Refunded, 0, vec![]), "{}", bench.name);
        assert_eq!(node.standin.book(|book| book.notices.len()), 1, "the insurer's part was told");
        assert_eq!(wrong(&node), Vec::<String>::new(), "{}", bench.name);
    });
}

#[test]
fn what_is_only_asked_is_given_up_and_late_money_goes_back() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let asked = node.pay(by_phone("bill-1")).expect("asked");
        node.after(0);
        assert_eq!(undone(&node, "bill-1"), None, "nothing was paid");
        assert_eq!((node.stage(asked.id), node.events(803)), (Stage::GivenUp, 1), "{}", bench.name);
        node.confirm(asked.id);
        node.after(3);
        assert_eq!((node.stage(asked.id), node.kept(), node.told("paid").0), (Stage::Refunded, 0, 0), "{}", bench.name);
        assert_eq!(wrong(&node), Vec::<String>::new(), "{}", bench.name);
    });
}

#[test]
fn money_that_went_back_before_is_no_negative_revenue_any_more() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        till(&node);
        let part = |money: Option<i64>| RefundAsk {
            money: money.map(Fen),
            cause: RefundCause::CashOnly,
            slip: None,
            reason: "退药".into(),
        };
        let paid = node.pay(cash("bill-1", 2150)).expect("paid");
        node.runtime.block_on(node.payments.refund(&clerk(), paid.id, part(Some(150)))).expect("goodwill");
        assert_eq!(undone(&node, "bill-1").expect("the rest").money, Fen(2000));
        node.runtime.block_on(node.payments.hand_back(&clerk(), paid.id, 2, None)).expect("handed back");
        assert_eq!(books(&node), [0, 0, 0, 0], "{}: as if nothing had been paid", bench.name);
        // All of it went back as money only: the subject is free, and still part of what is undone.
        let own = node.pay(cash("own-2", 2150)).expect("paid");
        node.runtime.block_on(node.payments.refund(&clerk(), own.id, part(None))).expect("all of it");
        assert_eq!((node.stage(own.id), undone(&node, "own-2")), (Stage::Refunded, None), "{}", bench.name);
        assert_eq!(books(&node), [0, 0, 0, 0], "{}", bench.name);
        // What is on its way back for money only goes back for the undone subject now.
        let by_phone = node.pay(by_phone("bill-3")).expect("asked");
        node.settle(by_phone.id);
        node.runtime.block_on(node.payments.refund(&clerk(), by_phone.id, part(Some(100)))).expect("asked back");
        assert_eq!(undone(&node, "bill-3").expect("the rest").money, Fen(2050));
        for seconds in [0, 3, 6] {
            node.after(seconds);
        }
        assert_eq!((node.stage(by_phone.id), books(&node)), (Stage::Refunded, [0, 0, 0, 0]), "{}", bench.name);
        assert_eq!(wrong(&node), Vec::<String>::new(), "{}", bench.name);
    });
}

#[test]
fn a_deposit_is_checked_too() {
    on_both(&CAPABILITIES, |bench| {
        let node = node_with(bench, Booked::AsDeposit);
        till(&node);
        let paid = node.pay(cash("own-1", 2150)).expect("paid");
        node.runtime
            .block_on(node.payments.refund(
                &clerk(),
                paid.id,
                RefundAsk { money: Some(Fen(150)), cause: RefundCause::CashOnly, slip: None, reason: String::new() },
            ))
            .expect("given back");
        let stuck = node.pay(by_phone("own-2")).expect("asked");
        node.settle(stuck.id);
        node.misbehave(&[standin::Mischief::RefundAbnormally]);
        assert!(undone(&node, "own-2").is_some());
        node.after(0);
        assert_eq!(due(&node), [(stuck.id, Fen(2150), RefundStage::Stuck)], "{}: somebody must act", bench.name);
        assert_eq!(wrong(&node), Vec::<String>::new(), "{}", bench.name);
        // The clerk's second try is for the same reason, whatever the form says.
        let ask = |fen: i64| RefundAsk {
            money: Some(Fen(fen)),
            cause: RefundCause::CashOnly,
            slip: None,
            reason: String::new(),
        };
        let part = node.runtime.block_on(node.payments.refund(&clerk(), stuck.id, ask(150)));
        assert_eq!(part.expect_err("everything or nothing").code(), "payment.refund-too-much", "{}", bench.name);
        let again = node.runtime.block_on(node.payments.refund(&clerk(), stuck.id, ask(2150))).expect("asked again");
        assert_eq!(again.cause, RefundCause::Cancelled, "{}", bench.name);
        node.after(0);
        assert_eq!(due(&node), [], "{}", bench.name);
        assert_eq!(wrong(&node), Vec::<String>::new(), "{}", bench.name);
    });
}

/// One database for each edit, so that none hides another.
#[test]
fn each_broken_state_is_named() {
    for (edit, says) in [
        ("UPDATE payment_payments SET taken_fen = taken_fen + 1 WHERE stage = 3", "PAY1: the books lack 0.01"),
        ("UPDATE payment_payments SET stage = 4 WHERE subject = 'bill-2'", "PAY1: the books lack -21.50"),
        ("DELETE FROM payment_payments WHERE subject = 'bill-2'", "PAY1: 1 entries name payments that are not there"),
        (
            "UPDATE payment_payments SET refunded_fen = taken_fen + 1, returning_fen = taken_fen + 1 WHERE stage = 3",
            "PAY2: of payment",
        ),
        ("UPDATE payment_refunds SET money_fen = money_fen - 1", "PAY2: the refunds of payment"),
        ("DELETE FROM payment_refunds WHERE ordinal = 1", "PAY2: the refunds of payment"),
        ("DELETE FROM payment_live WHERE subject = 'bill-2'", "PAY3: payment"),
        ("UPDATE payment_payments SET subject = 'bill-9' WHERE subject = 'bill-2'", "PAY3: the guard of bill-2"),
    ] {
        on_both(&CAPABILITIES, |bench| {
            let node = node(bench);
            till(&node);
            node.pay(cash("bill-1", 2150)).expect("paid");
            let card = Tender::Pos { terminal: "T1".into(), slip: "1".into() };
            node.pay(Ask { person: PERSON, subject: subject("bill-2"), means: Means::Desk(card) }).expect("paid");
            assert!(undone(&node, "bill-1").is_some());
            assert_eq!(wrong(&node), Vec::<String>::new(), "{}", bench.name);
            let rows = bench.db.write_now(0, move |tx| Ok(tx.execute(edit, &[])?)).expect("the edit runs");
            let found = wrong(&node);
            assert!(rows > 0 && found.iter().any(|one| one.contains(says)), "{} {edit}: {found:?}", bench.name);
        });
    }
}
