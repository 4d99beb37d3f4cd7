//! Refunds over the mobile channel: never above what was paid, each once.

use crate::desk::{CAPABILITIES, Node, by_phone, clerk, node};
use kernel::{Error, Fen, PaymentId};
use payment::{Refund, RefundAsk, RefundCause, RefundStage, Stage};
use standin::Mischief;
use testkit::on_both;

fn ask(money: Option<i64>, cause: RefundCause) -> RefundAsk {
    RefundAsk { money: money.map(Fen), cause, slip: None, reason: "退药".into() }
}

fn refund(node: &Node<'_>, id: PaymentId, money: Option<i64>, cause: RefundCause) -> Result<Refund, Error> {
    node.runtime.block_on(node.payments.refund(&clerk(), id, ask(money, cause)))
}

fn paid(node: &Node<'_>, subject: &str) -> PaymentId {
    let payment = node.pay(by_phone(subject)).expect("asked");
    node.settle(payment.id);
    assert_eq!(node.stage(payment.id), Stage::Paid);
    payment.id
}

#[test]
fn partial_refunds_never_exceed_what_was_paid() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let id = paid(&node, "bill-1");
        let mut left = 2150;
        for (money, fits) in
            [(150, true), (2001, false), (1000, true), (0, false), (-5, false), (1001, false), (1000, true)]
        {
            let done = refund(&node, id, Some(money), RefundCause::CashOnly);
            assert_eq!(done.is_ok(), fits, "{} {money}", bench.name);
            if fits {
                left -= money;
            } else {
                assert_eq!(done.expect_err("refused").code(), "payment.refund-too-much");
            }
            // Half of them are asked while the one before is still open.
            if money == 1000 {
                node.after(0);
            }
        }
        node.after(0);
        assert_eq!((left, node.kept(), node.see(id).refunded), (0, 0, Fen(2150)), "{}", bench.name);
        // Its insured parts stand, so it is still the payment of its subject.
        assert_eq!((node.stage(id), node.told("refunded")), (Stage::Paid, (3, 2150)), "{}", bench.name);
        assert_eq!(node.standin.book(|book| book.notices.len()), 0);
        let whole = refund(&node, id, None, RefundCause::Cancelled).expect("the insured parts");
        assert_eq!((whole.money, whole.insured), (Fen::ZERO, Some([Fen(5000), Fen(1000), Fen::ZERO])));
        node.after(0);
        assert_eq!(
            (node.stage(id), node.standin.book(|book| book.notices.len())),
            (Stage::Refunded, 1),
            "{}",
            bench.name
        );
    });
}

#[test]
fn a_cancelled_subject_gets_everything_back_once() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        for (at, mischief) in
            [&[][..], &[Mischief::LoseRefundAnswer], &[Mischief::FailRefundNotice], &[Mischief::FailRefundNotice; 3]]
                .into_iter()
                .enumerate()
        {
            let id = paid(&node, &format!("bill-{at}"));
            node.misbehave(mischief);
            refund(&node, id, None, RefundCause::Cancelled).expect("asked");
            for seconds in [0, 3, 6, 16, 61] {
                node.after(seconds);
            }
            let told = format!("{} {mischief:?}", bench.name);
            assert_eq!((node.stage(id), node.kept()), (Stage::Refunded, 0), "{told}");
            let notice = node.standin.book(|book| book.notices[&format!("{id}-1")].clone());
            assert_eq!(
                (&notice["med_refund_total_fee"], &notice["med_refund_gov_fee"], &notice["med_refund_self_fee"]),
                (&6000.into(), &5000.into(), &1000.into()),
                "{told}"
            );
            assert_eq!(refund(&node, id, None, RefundCause::Cancelled).expect_err("done").code(), "payment.not-paid");
        }
        assert_eq!(node.told("refunded"), (4, 4 * 2150), "{}", bench.name);
    });
}

#[test]
fn a_refund_under_way_waits_and_a_stuck_one_can_be_asked_afresh() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let id = paid(&node, "bill-1");
        let stages = || -> Vec<RefundStage> {
            let payment = node.see(id);
            let refunds = node.runtime.block_on(node.payments.refunds(&payment)).expect("refunds");
            refunds.iter().map(|refund| refund.stage).collect()
        };
        node.misbehave(&[Mischief::KeepRefundUnderway]);
        refund(&node, id, Some(100), RefundCause::CashOnly).expect("asked");
        node.after(0);
        assert_eq!(stages(), [RefundStage::Underway], "{}", bench.name);
        assert_eq!(node.see(id).refunded, Fen::ZERO);
        node.runtime.block_on(node.standin.finish_refund(&format!("{id}-1")));
        node.after(0);
        assert_eq!((stages(), node.see(id).refunded), (vec![RefundStage::Done], Fen(100)), "{}", bench.name);
        node.misbehave(&[Mischief::RefundAbnormally]);
        refund(&node, id, None, RefundCause::CashOnly).expect("asked");
        node.after(0);
        assert_eq!(
            (stages()[1], node.see(id).left(), node.events(806)),
            (RefundStage::Stuck, Fen(2050), 1),
            "{}",
            bench.name
        );
        refund(&node, id, None, RefundCause::CashOnly).expect("asked afresh");
        node.after(0);
        assert_eq!((stages()[2], node.kept()), (RefundStage::Done, 0), "{}", bench.name);
        assert_eq!(node.told("refunded"), (2, 2150), "{}", bench.name);
    });
}
