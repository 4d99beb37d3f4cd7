//! The mobile channel when everybody behaves, and when people change their minds.

use crate::desk::{CAPABILITIES, by_phone, cash, citizen, clerk, node};
use kernel::Fen;
use payment::{Stage, Subject};
use testkit::on_both;

#[test]
fn a_payment_with_both_legs_is_paid_once() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        for (id, to_pay, mix) in
            [("bill-1", 2150, "CASH_AND_INSURANCE"), ("whole-2", 0, "INSURANCE_ONLY"), ("own-3", 2150, "CASH_ONLY")]
        {
            let payment = node.pay(by_phone(id)).expect("asked");
            node.after(0);
            assert_eq!(node.stage(payment.id), Stage::Waiting, "{} {id}", bench.name);
            let asked = node.standin.book(|book| book.orders[&payment.id.to_string()].asked.clone());
            assert_eq!((&asked["mix_pay_type"], &asked["wechat_pay_cash_fee"]), (&mix.into(), &to_pay.into()), "{id}");
            assert_eq!(asked["med_ins_order_create_time"], "2026-11-18T09:40:00+08:00");
            assert_eq!(node.confirm(payment.id), vec![200]);
            let paid = node.see(payment.id);
            assert_eq!((paid.stage, paid.taken), (Stage::Paid, Fen(to_pay)), "{} {id}", bench.name);
            assert!(!paid.channel_number.is_empty());
        }
        assert_eq!((node.told("paid"), node.kept()), ((3, 4300), 4300), "{}", bench.name);
        assert_eq!((node.events(800), node.events(801)), (3, 3), "{}", bench.name);
        assert_eq!(bench.db.check().unwrap().wrong, Vec::<String>::new());
    });
}

#[test]
fn a_declined_payment_can_be_paid_again() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let payment = node.pay(by_phone("bill-1")).expect("asked");
        node.after(0);
        node.runtime.block_on(node.standin.decline(&payment.id.to_string()));
        assert_eq!(node.stage(payment.id), Stage::Failed, "{}", bench.name);
        let second = node.pay(by_phone("bill-1")).expect("asked afresh");
        assert_ne!(second.id, payment.id);
        node.settle(second.id);
        assert_eq!((node.stage(second.id), node.kept(), node.told("paid").0), (Stage::Paid, 2150, 1), "{}", bench.name);
    });
}

#[test]
fn late_money_of_a_payment_given_up_goes_back() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let payment = node.pay(by_phone("bill-1")).expect("asked");
        node.after(0);
        let given_up = node.runtime.block_on(node.payments.give_up(&citizen(), payment.id)).expect("given up");
        assert_eq!(given_up.stage, Stage::GivenUp);
        node.runtime.block_on(node.payments.give_up(&citizen(), payment.id)).expect("the same again");
        node.runtime.block_on(node.payments.open_till(&clerk(), "3".into(), Fen(0))).expect("a till");
        let desk = node.pay(cash("bill-1", 3000)).expect("paid at the desk");
        assert_eq!((desk.stage, desk.change), (Stage::Paid, Fen(850)), "{}", bench.name);
        // The person confirms on the phone after all.
        node.confirm(payment.id);
        node.after(3);
        assert_eq!(node.stage(payment.id), Stage::Refunded, "{}", bench.name);
        assert_eq!((node.kept(), node.told("paid"), node.told("refunded").0), (0, (1, 2150), 0), "{}", bench.name);
        let told = node.runtime.block_on(node.payments.give_up(&citizen(), desk.id)).expect_err("decided");
        assert_eq!(told.code(), "payment.decided");
    });
}

#[test]
fn late_money_is_found_without_a_callback_too() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let payment = node.pay(by_phone("bill-1")).expect("asked");
        node.after(0);
        node.runtime.block_on(node.payments.give_up(&citizen(), payment.id)).expect("given up");
        node.misbehave(&[standin::Mischief::NeverCallBack]);
        assert_eq!(node.confirm(payment.id), Vec::<u16>::new());
        node.after(3);
        node.after(0);
        assert_eq!((node.stage(payment.id), node.kept()), (Stage::Refunded, 0), "{}", bench.name);
    });
}

#[test]
fn money_for_a_subject_that_refuses_goes_back() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let payment = node.pay(by_phone("stale-1")).expect("asked");
        node.after(0);
        assert_eq!(node.confirm(payment.id), vec![200]);
        node.after(0);
        let ended = node.see(payment.id);
        assert_eq!((ended.stage, ended.refunded), (Stage::Refunded, Fen(2150)), "{}", bench.name);
        // What the refused transaction did is undone; the insured parts went back too.
        assert_eq!((node.told("paid").0, node.told("failed").0, node.kept()), (0, 1, 0), "{}", bench.name);
        assert_eq!(node.standin.book(|book| book.notices.len()), 1, "{}", bench.name);
        assert_eq!(node.events(809), 1, "{}", bench.name);
    });
}

#[test]
fn only_who_may_pays_and_sees() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let mut other = (*citizen()).clone();
        other.person = Some(kernel::PersonId(72));
        let other = std::sync::Arc::new(other);
        let refused = node.runtime.block_on(node.payments.pay(&other, by_phone("bill-1"))).expect_err("refused");
        assert_eq!(refused.code(), "payment.subject-unknown");
        let at_desk = node.runtime.block_on(node.payments.pay(&citizen(), cash("bill-1", 2150))).expect_err("refused");
        assert_eq!(at_desk.code(), "payment.means-closed");
        let mut ask = by_phone("bill-1");
        ask.subject = Subject { kind: "lottery".into(), id: "1".into() };
        assert_eq!(node.pay(ask).expect_err("refused").code(), "payment.subject-unknown");
        let payment = node.pay(by_phone("bill-1")).expect("asked");
        let seen = node.runtime.block_on(node.payments.see(&other, payment.id)).expect_err("private");
        assert_eq!(seen.code(), "web.not-found", "{}", bench.name);
        let hidden = node.runtime.block_on(node.payments.pay(&other, by_phone("bill-1"))).expect_err("refused");
        assert!(!hidden.to_string().contains(&payment.id.to_string()) || hidden.code() == "payment.open-already");
        assert_eq!(node.told("paid").0, 0);
    });
}
