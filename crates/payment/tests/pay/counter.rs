//! Over the counter: notes, cards, change, slips, and counting the till.

use crate::desk::{CAPABILITIES, HOSPITAL, PERSON, cash, clerk, node, node_with, subject};
use kernel::{FEN_MAX, Fen};
use payment::till::Count;
use payment::{Ask, Booked, Means, RefundAsk, RefundCause, RefundStage, Stage, Tender};
use testkit::on_both;

fn card(id: &str, slip: &str) -> Ask {
    let tender = Tender::Pos { terminal: "T1".into(), slip: slip.into() };
    Ask { person: PERSON, subject: subject(id), means: Means::Desk(tender) }
}

fn back(money: Option<i64>, slip: Option<&str>) -> RefundAsk {
    RefundAsk {
        money: money.map(Fen),
        cause: RefundCause::CashOnly,
        slip: slip.map(|slip| ("T1".into(), slip.into())),
        reason: String::new(),
    }
}

#[test]
fn a_till_adds_up_or_says_what_is_missing() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        assert_eq!(node.pay(cash("bill-1", 2150)).expect_err("closed").code(), "payment.till-closed");
        let open = |float| node.runtime.block_on(node.payments.open_till(&clerk(), "3 号窗口".into(), Fen(float)));
        open(20_000).expect("a till");
        assert_eq!(open(1).expect_err("open").code(), "payment.till-open");
        let paid = node.pay(cash("bill-1", 5000)).expect("paid");
        assert_eq!((paid.stage, paid.change, paid.taken), (Stage::Paid, Fen(2850), Fen(2150)));
        for (short, code) in [(2149, "payment.tender-short"), (FEN_MAX.0 + 1, "payment.tender-short")] {
            assert_eq!(node.pay(cash("bill-2", short)).expect_err("short").code(), code);
        }
        let by_card = node.pay(card("bill-2", "000812")).expect("paid");
        assert_eq!(node.pay(card("bill-3", "000812")).expect_err("used").code(), "payment.slip-used");
        let nothing = Ask { person: PERSON, subject: subject("whole-4"), means: Means::Desk(Tender::Nothing) };
        assert_eq!(node.pay(nothing).expect("nothing due").stage, Stage::Paid);
        let refund = |id, ask| node.runtime.block_on(node.payments.refund(&clerk(), id, ask));
        assert_eq!(refund(paid.id, back(Some(150), None)).expect("given back").stage, RefundStage::Done);
        assert_eq!(refund(by_card.id, back(None, None)).expect_err("no slip").code(), "payment.slip-missing");
        assert_eq!(refund(by_card.id, back(None, Some("000812"))).expect_err("used").code(), "payment.slip-used");
        assert_eq!(refund(by_card.id, back(None, Some("000813"))).expect("given back").money, Fen(2150));
        let count = Count { cash: Fen(21_990), pos: Fen(0) };
        let closed = node.runtime.block_on(node.payments.close_till(&clerk(), count)).expect("closed");
        assert_eq!(
            (closed.cash.total.payments, closed.cash.total.taken, closed.cash.total.given),
            (1, Fen(2150), Fen(150))
        );
        assert_eq!((closed.cash.expected, closed.cash.difference), (Fen(22_000), Fen(-10)), "{}", bench.name);
        assert_eq!(
            (closed.pos.total.taken, closed.pos.total.given, closed.pos.difference),
            (Fen(2150), Fen(2150), Fen(0))
        );
        assert_eq!(
            node.runtime.block_on(node.payments.close_till(&clerk(), count)).expect_err("closed").code(),
            "payment.till-closed"
        );
        assert_eq!(node.told("paid"), (3, 4300), "{}", bench.name);
        assert_eq!(node.told("refunded"), (2, 2300), "{}", bench.name);
    });
}

#[test]
fn a_refund_that_nobody_hands_over_waits_for_a_clerk() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        node.runtime.block_on(node.payments.open_till(&clerk(), "3".into(), Fen(0))).expect("a till");
        let paid = node.pay(cash("bill-1", 2150)).expect("paid");
        let (payments, ask) = (node.payments.clone(), RefundAsk { cause: RefundCause::Cancelled, ..back(None, None) });
        let waits = bench
            .db
            .write_now(PERSON.0, move |tx| payments.refund_subject_in(tx, None, &subject("bill-1"), &ask))
            .expect("asked")
            .expect("there is a payment");
        assert_eq!((waits.stage, node.stage(paid.id)), (RefundStage::Asked, Stage::Paid), "{}", bench.name);
        let hand = || node.runtime.block_on(node.payments.hand_back(&clerk(), paid.id, 1, None));
        assert_eq!(hand().expect("handed back").stage, RefundStage::Done);
        assert_eq!(hand().expect_err("once").code(), "payment.decided");
        assert_eq!((node.stage(paid.id), node.told("refunded")), (Stage::Refunded, (1, 2150)), "{}", bench.name);
        // The subject is free again.
        assert_eq!(node.pay(cash("bill-1", 2150)).expect("paid afresh").stage, Stage::Paid);
    });
}

#[test]
fn a_subject_that_refuses_is_not_paid_over_the_counter() {
    on_both(&CAPABILITIES, |bench| {
        let node = node_with(bench, Booked::AsRevenue);
        node.runtime.block_on(node.payments.open_till(&clerk(), "3".into(), Fen(0))).expect("a till");
        assert_eq!(node.pay(cash("stale-1", 2150)).expect_err("refused").code(), "probe.stale");
        assert_eq!((node.told("paid").0, node.events(800)), (0, 0), "{}", bench.name);
        let count = Count { cash: Fen(0), pos: Fen(0) };
        let closed = node.runtime.block_on(node.payments.close_till(&clerk(), count)).expect("closed");
        assert_eq!((closed.cash.total.payments, closed.cash.difference), (0, Fen(0)), "{}", bench.name);
    });
}

/// Debits less credits of an account in the hospital's books, all persons together.
fn closing(node: &crate::desk::Node<'_>, account: ledger::Account) -> i64 {
    let books = ledger::Ledger::load(&node.bench.db).expect("books");
    let period = ledger::Period::of(node.bench.db.world().now());
    let trial = node.runtime.block_on(books.trial(ledger::Entity::from(HOSPITAL), period)).expect("a trial balance");
    assert_eq!(trial.debit, trial.credit);
    trial.lines.iter().filter(|line| line.account == account).map(|line| line.closing.0).sum()
}

#[test]
fn the_books_say_what_each_channel_collected() {
    use ledger::{Account, Code};
    use payment::books::{CASH, MOBILE, OWED, POS};
    for booked in [Booked::BySubject, Booked::AsRevenue, Booked::AsDeposit] {
        on_both(&CAPABILITIES, |bench| {
            let node = node_with(bench, booked);
            let told = format!("{} {booked:?}", bench.name);
            node.runtime.block_on(node.payments.open_till(&clerk(), "3".into(), Fen(0))).expect("a till");
            let paid = node.pay(cash("bill-1", 2150)).expect("paid");
            node.pay(card("bill-2", "000812")).expect("paid");
            let by_phone = node.pay(crate::desk::by_phone("bill-3")).expect("asked");
            node.settle(by_phone.id);
            let stale = node.pay(crate::desk::by_phone("stale-4")).expect("asked");
            node.settle(stale.id);
            assert_eq!(node.stage(stale.id), Stage::Refunded, "{told}");
            let refund = |id, ask| node.runtime.block_on(node.payments.refund(&clerk(), id, ask)).expect("given back");
            refund(paid.id, back(Some(150), None));
            refund(by_phone.id, RefundAsk { cause: RefundCause::Cancelled, ..back(None, None) });
            node.after(0);
            let boxes = [CASH, POS, MOBILE].map(|channel| closing(&node, Account::cashbox(channel)));
            assert_eq!(boxes, [2000, 2150, 0], "{told}");
            let others = [Account::cashbox(OWED), Account::revenue(), Account::of(Code::PatientDeposit)];
            let others = others.map(|account| closing(&node, account));
            let wanted = match booked {
                // What was owed is collected but for the cancelled one; the goodwill is negative revenue.
                Booked::BySubject => [-4300, 150, 0],
                Booked::AsRevenue => [0, -4150, 0],
                Booked::AsDeposit => [0, 0, -4150],
            };
            assert_eq!(others, wanted, "{told}");
            let count = Count { cash: Fen(1990), pos: Fen(2150) };
            node.runtime.block_on(node.payments.close_till(&clerk(), count)).expect("closed");
            assert_eq!(closing(&node, Account::cashbox(CASH)), 1990, "{told}");
            assert_eq!(closing(&node, Account::suspense(CASH)), 10, "{told}");
        });
    }
}
