//! What a channel can do to us, a row each.

use crate::desk::{CAPABILITIES, by_phone, node};
use payment::Stage;
use standin::Mischief;
use std::time::Duration;
use testkit::on_both;

/// The end of a row: the stage, what the platform keeps, how often the subject was
/// told that it is paid, and at least so many security events (807, 808).
struct End {
    stage: Stage,
    kept: i64,
    paid: i64,
    not_believed: i64,
    contradicted: i64,
}

const PAID: End = End { stage: Stage::Paid, kept: 2150, paid: 1, not_believed: 0, contradicted: 0 };

#[test]
fn each_misbehaviour_ends_in_exactly_one_paid_or_refunded_payment() {
    let late = [Mischief::LateOrderAnswer(Duration::from_millis(800))];
    let rows: Vec<(&[Mischief], End)> = vec![
        (&[], PAID),
        (&[Mischief::LoseOrder], PAID),
        (&[Mischief::LoseOrder, Mischief::LoseOrder], PAID),
        (&[Mischief::LoseOrderAnswer], PAID),
        (&[Mischief::ForgeOrderAnswer], End { not_believed: 1, ..PAID }),
        (&[Mischief::FailAfterOrder], PAID),
        (&[Mischief::CallBackFirst], PAID),
        (&[Mischief::NeverCallBack], PAID),
        (&[Mischief::CallBackTimes(5)], PAID),
        (&[Mischief::ForgeCallback], End { not_believed: 1, ..PAID }),
        (&[Mischief::OldCallback], End { not_believed: 1, ..PAID }),
        (&[Mischief::SealWrongly], End { not_believed: 1, ..PAID }),
        (&[Mischief::MisstateCallback], End { contradicted: 1, ..PAID }),
        (&[Mischief::NeverCallBack, Mischief::ForgeQueryAnswer], End { not_believed: 1, ..PAID }),
        (&[Mischief::NeverCallBack, Mischief::LoseQuery], PAID),
        (&[Mischief::TakeMore], End { stage: Stage::Refunded, kept: 0, paid: 0, contradicted: 0, not_believed: 0 }),
        (&late, PAID),
    ];
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        for (at, (mischief, end)) in rows.iter().enumerate() {
            let before = (node.kept(), node.told("paid").0, node.events(807), node.events(808));
            node.misbehave(mischief);
            let payment = node.pay(by_phone(&format!("bill-{at}"))).expect("asked");
            assert_eq!(payment.stage, Stage::Asked);
            node.settle(payment.id);
            let row = format!("{} {mischief:?}", bench.name);
            assert_eq!(node.stage(payment.id), end.stage, "{row}");
            assert_eq!(node.kept() - before.0, end.kept, "{row}");
            assert_eq!(node.told("paid").0 - before.1, end.paid, "{row}");
            assert!(node.events(807) - before.2 >= end.not_believed, "{row}");
            assert!(node.events(808) - before.3 >= end.contradicted, "{row}");
            let charges = node.standin.book(|book| book.orders[&payment.id.to_string()].charges);
            assert_eq!(charges, 1, "{row}");
        }
    });
}

#[test]
fn what_is_not_known_is_never_a_failure() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        node.misbehave(&[Mischief::LoseOrderAnswer]);
        let payment = node.pay(by_phone("bill-1")).expect("asked");
        node.misbehave(&[Mischief::LoseQuery; 3]);
        for seconds in [0, 3, 6, 16] {
            node.after(seconds);
            assert_eq!(node.stage(payment.id), Stage::Asked, "{}", bench.name);
            // Not paid again either, by any channel.
            let again = node.pay(by_phone("bill-1")).expect_err("refused");
            assert_eq!(again.code(), "payment.open-already");
        }
        node.after(61);
        assert_eq!(node.stage(payment.id), Stage::Waiting, "{}", bench.name);
        assert_eq!(node.confirm(payment.id), vec![200]);
        assert_eq!(node.stage(payment.id), Stage::Paid, "{}", bench.name);
        assert_eq!(node.pay(by_phone("bill-1")).expect_err("refused").code(), "payment.paid-already");
        assert_eq!((node.told("paid"), node.told("failed").0), ((1, 2150), 0));
    });
}

#[test]
fn a_kill_between_the_steps_resumes() {
    // Each database is ended once, by the kill, so `on_both` must not end it again.
    killed(&testkit::sqlite(&CAPABILITIES));
    if let Some(bench) = testkit::postgres(&CAPABILITIES) {
        killed(&bench);
    }
}

fn killed(bench: &testkit::Bench) {
    // Before the order is sent; after it was taken and its answer lost; after a
    // refund was taken and its answer lost.
    let mut node = node(bench);
    let payment = node.pay(by_phone("bill-1")).expect("asked");
    node.reopen();
    node.misbehave(&[Mischief::LoseOrderAnswer, Mischief::NeverCallBack]);
    node.after(0);
    assert_eq!(node.stage(payment.id), Stage::Asked, "{}", bench.name);
    node.reopen();
    node.confirm(payment.id);
    node.after(3);
    assert_eq!(node.stage(payment.id), Stage::Paid, "{}", bench.name);
    node.misbehave(&[Mischief::LoseRefundAnswer]);
    let ask = payment::RefundAsk {
        money: Some(kernel::Fen(150)),
        cause: payment::RefundCause::CashOnly,
        slip: None,
        reason: String::new(),
    };
    node.runtime.block_on(node.payments.refund(&crate::desk::clerk(), payment.id, ask)).expect("asked");
    node.after(0);
    let last = node.reopen();
    node.after(3);
    assert_eq!(node.see(payment.id).refunded, kernel::Fen(150), "{}", bench.name);
    assert_eq!((node.kept(), node.told("paid").0, node.told("refunded")), (2000, 1, (1, 150)), "{}", bench.name);
    last.close();
}
