//! The match names every injected difference, and nothing else.

use clearing::rules::matcher::{LATE, compare};
use clearing::rules::nhsa::{Claimed, Line, detail, general_check};
use clearing::rules::row::{Known, Money, Span};
use clearing::{Action, Cause, Group, Lists, Pair, Row, Sums};
use kernel::time::{DAY, HOUR, MINUTE};
use proptest::prelude::*;

const FROM: i64 = 1_794_931_200_000_000;
const SPAN: Span = Span { from: FROM, until: FROM + DAY };

fn group(refund: bool) -> Group {
    Group {
        insutype: "310".into(),
        clr_type: "11".into(),
        setl_optins: "990100".into(),
        period: "202611".into(),
        refund,
    }
}

fn row(n: i64) -> Row {
    let sums = Sums { medfee: 8150 + n, fund: 5000, account: 1000, cash: 2150 + n };
    Row {
        msgid: format!("H99010000001{n:018}"),
        setl_id: format!("S{n}"),
        group: group(false),
        sums,
        undoes: None,
        order: Some(format!("m{n}")),
        at: FROM + HOUR + n,
        known: Known::Done,
    }
}

fn undoing(of: &Row) -> Row {
    let Sums { medfee, fund, account, cash } = of.sums;
    Row {
        msgid: format!("{}R", of.msgid),
        setl_id: format!("{}R", of.setl_id),
        group: group(true),
        sums: Sums { medfee: -medfee, fund: -fund, account: -account, cash: -cash },
        undoes: Some(of.msgid.clone()),
        order: None,
        at: of.at + MINUTE,
        known: Known::Done,
    }
}

fn money(of: &Row) -> Money {
    Money { order: of.order.clone().expect("an order"), refund: None, fen: of.sums.cash, at: of.at }
}

/// Equal books of so many settlements.
fn books(count: i64) -> Lists {
    let here: Vec<Row> = (0..count).map(row).collect();
    let taken: Vec<Money> = here.iter().map(money).collect();
    Lists { there: here.clone(), channel: taken.clone(), here, taken, carried: Vec::new() }
}

/// What is injected at one settlement, and what must be said.
const KINDS: usize = 16;

fn without(rows: &mut Vec<Row>, of: &Row) {
    rows.retain(|row| row.msgid != of.msgid);
}

type Said = (Pair, String, Cause, Action);

fn inject(lists: &mut Lists, of: &Row, kind: usize) -> Vec<Said> {
    let (agency, channel) = (Pair::HospitalAgency, Pair::HospitalChannel);
    let (key, order) = (of.msgid.clone(), of.order.clone().expect("an order"));
    let at = |rows: &mut Vec<Row>| rows.iter().position(|row| row.msgid == of.msgid).expect("there");
    match kind {
        0 => {
            without(&mut lists.here, of);
            vec![(agency, key, Cause::MissingHere, Action::Reverse)]
        }
        1 => {
            let place = at(&mut lists.here);
            lists.here[place].known = Known::Failed;
            vec![(agency, key, Cause::MissingHere, Action::AdoptOrCancel)]
        }
        2 => {
            without(&mut lists.there, of);
            vec![(agency, key, Cause::MissingThere, Action::AskAgain)]
        }
        3 => {
            let place = at(&mut lists.here);
            lists.here[place].sums.fund += 1;
            vec![(agency, key, Cause::AmountDiffers, Action::CorrectHere)]
        }
        4 => {
            let place = at(&mut lists.here);
            lists.here[place].sums.cash += 1;
            vec![(agency, key, Cause::AmountDiffers, Action::SettleCash)]
        }
        5 => {
            let place = at(&mut lists.here);
            lists.here[place].group.insutype = "390".into();
            vec![(agency, key, Cause::GroupDiffers, Action::CorrectHere)]
        }
        6 => {
            lists.here.push(undoing(of));
            vec![(agency, format!("{key}R"), Cause::ReversedHere, Action::SendReversal)]
        }
        7 => {
            lists.there.push(undoing(of));
            vec![(agency, format!("{key}R"), Cause::ReversedThere, Action::AdoptReversal)]
        }
        8 => {
            without(&mut lists.there, of);
            lists.here.push(undoing(of));
            vec![(agency, key, Cause::NetZero, Action::Note)]
        }
        9 => {
            without(&mut lists.here, of);
            lists.there.push(undoing(of));
            vec![(agency, key, Cause::NetZero, Action::Note)]
        }
        10 => {
            lists.here.push(of.clone());
            vec![(agency, key, Cause::DuplicateHere, Action::DropSecond)]
        }
        11 => {
            let place = at(&mut lists.there);
            lists.there[place].at = SPAN.until + MINUTE;
            vec![(agency, key, Cause::Late, Action::Note)]
        }
        12 => {
            lists.taken.retain(|money| money.order != order);
            vec![(channel, order, Cause::MissingHere, Action::FindPayment)]
        }
        13 => {
            lists.channel.retain(|money| money.order != order);
            vec![(channel, order, Cause::MissingThere, Action::AskChannel)]
        }
        14 => {
            lists.channel.iter_mut().filter(|money| money.order == order).for_each(|money| money.fen += 1);
            vec![
                (channel, order.clone(), Cause::AmountDiffers, Action::SettleCash),
                (Pair::AgencyChannel, order, Cause::AmountDiffers, Action::SettleCash),
            ]
        }
        _ => {
            let again = lists.channel.iter().find(|money| money.order == order).cloned().expect("there");
            lists.channel.push(again);
            vec![(channel, order, Cause::DuplicateThere, Action::DropSecond)]
        }
    }
}

fn said(lists: &Lists) -> Vec<Said> {
    let mut said: Vec<Said> = compare(SPAN, lists)
        .findings
        .into_iter()
        .map(|finding| (finding.pair, finding.key, finding.cause, finding.action))
        .collect();
    said.sort();
    said
}

proptest! {
    #[test]
    fn every_injected_difference_is_named_and_nothing_else(
        kinds in proptest::collection::vec(proptest::option::of(0..KINDS), 1..40),
        turn in any::<prop::sample::Index>(),
    ) {
        let count = i64::try_from(kinds.len()).unwrap();
        let mut lists = books(count);
        let mut wanted = Vec::new();
        for (n, kind) in (0..count).zip(&kinds) {
            if let Some(kind) = kind {
                wanted.extend(inject(&mut lists, &row(n), *kind));
            }
        }
        wanted.sort();
        prop_assert_eq!(said(&lists), wanted.clone());
        // The order of the lists says nothing.
        let by = turn.index(lists.here.len().max(1));
        if !lists.here.is_empty() { lists.here.rotate_left(by); }
        lists.there.reverse();
        lists.channel.reverse();
        prop_assert_eq!(said(&lists), wanted);
    }
}

/// Row 15 of the fault table: the hospital's journal loses ten settlements.
#[test]
fn fault_15_ten_lost_rows_are_exactly_ten_findings() {
    let mut lists = books(500);
    lists.here.retain(|kept| !(100..110).any(|n| row(n).msgid == kept.msgid));
    let report = compare(SPAN, &lists);
    assert_eq!(report.findings.len(), 10);
    assert!(report.findings.iter().all(|one| one.cause == Cause::MissingHere && one.pair == Pair::HospitalAgency));
    assert_eq!(
        (report.totals[0].result.as_str(), report.totals[0].here_rows, report.totals[0].there_rows),
        ("000101", 490, 500)
    );
    assert!(!report.balances());
}

/// Row 16: amounts altered by one fen at the hospital.
#[test]
fn fault_16_one_fen_is_one_finding() {
    let mut lists = books(500);
    lists.here[77].sums.medfee += 1;
    let report = compare(SPAN, &lists);
    let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
    assert_eq!((finding.key.as_str(), finding.cause), (row(77).msgid.as_str(), Cause::AmountDiffers));
    assert_eq!(finding.here.unwrap().medfee - finding.there.unwrap().medfee, 1);
    assert_eq!(report.totals[0].result, "000103");
}

/// Row 14: what the relay brings after midnight is late on the first day, a note on
/// both days once it has come, and missing if it never comes.
#[test]
fn fault_14_across_midnight_both_days_converge() {
    let mut late = row(1);
    late.at = SPAN.until - 5 * MINUTE;
    let tomorrow = Span { from: SPAN.until, until: SPAN.until + DAY };
    let at_first = Lists { here: vec![late.clone()], ..Lists::default() };
    let report = compare(SPAN, &at_first);
    assert_eq!((report.findings[0].cause, report.findings[0].action), (Cause::Late, Action::Carry));
    let mut came = late.clone();
    came.at = SPAN.until + HOUR;
    let then = Lists { there: vec![came], ..at_first.clone() };
    for span in [SPAN, tomorrow] {
        let report = compare(span, &then);
        assert_eq!((report.findings[0].cause, report.balances()), (Cause::Late, true), "{span:?}");
    }
    let never = Lists { carried: vec![late.msgid.clone()], ..at_first };
    let report = compare(SPAN, &never);
    assert_eq!((report.findings[0].cause, report.findings[0].action), (Cause::MissingThere, Action::Escalate));
    let mut early = row(2);
    early.at = SPAN.until - LATE - 1;
    let report = compare(SPAN, &Lists { there: vec![early], ..Lists::default() });
    assert_eq!(report.findings[0].action, Action::Reverse);
}

#[test]
fn the_national_shapes_say_the_same() {
    let mut lists = books(20);
    let sums = lists.here.iter().fold(Sums::default(), |sum, row| sum.plus(row.sums).unwrap());
    let claimed = |rows, fund| Claimed { group: group(false), sums: Sums { fund, ..sums }, rows };
    for (rows, fund, result) in
        [(20, sums.fund, "000000"), (20, sums.fund + 1, "000103"), (19, sums.fund, "000101"), (21, sums.fund, "000102")]
    {
        assert_eq!(general_check(&claimed(rows, fund), &lists.there).0, result);
    }
    lists.here.remove(3);
    lists.here[0].sums.fund += 1;
    let lines = detail(&compare(SPAN, &lists), &|_| ("P1".into(), "V1".into()));
    let told: Vec<&str> = lines.iter().map(|line| line.stmt_rslt.as_str()).collect();
    assert_eq!(told, ["000101", "000103"]);
    for line in lines {
        assert_eq!(Line::read(&line.write()), Ok(line.clone()));
        assert!(line.write().contains("\t50.00\t10.00"), "{}", line.write());
    }
    for bad in ["", "a\tb", "P\tV\tS\tM\t000101\t2\t\t1.00\t1.00\t1.00", "P\tV\tS\tM\t000101\t1\t\t1,00\t1.00\t1.00"] {
        assert!(Line::read(bad).is_err(), "{bad:?}");
    }
}
