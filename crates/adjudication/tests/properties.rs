//! Whatever plan, person, year and bill: the invariants I1 to I11 of the reference,
//! checked here with arithmetic of its own where the engine would only repeat itself.

use adjudication::{
    Accumulators, AidClass, Class, Delta, Encounter, Filing, Input, Level, Line, MedType, Outcome, Person, Plan, Pool,
    Ready, Region, Relative, explain, reverse,
};
use kernel::{FEN_MAX, Fen};
use proptest::prelude::*;
use std::sync::LazyLock;

static PLANS: LazyLock<Vec<Ready>> = LazyLock::new(|| {
    let texts = [
        include_str!("../plans/990100-310.json"),
        include_str!("../plans/990100-390.json"),
        include_str!("../plans/990200-310.json"),
    ];
    let ready = |text: &&str| Ready::of(Plan::read(text).expect("our plans are sound")).expect("resolves");
    texts.iter().map(ready).collect()
});

const OWNERS: [&str; 3] = ["owner-a", "owner-b", "owner-c"];

fn money() -> impl Strategy<Value = i64> {
    prop_oneof![0..200_i64, 0..200_000_i64, 0..20_000_000_i64, 0..900_000_000_i64]
}

fn any_person() -> impl Strategy<Value = Person> {
    let aid = proptest::option::of(proptest::sample::select(AidClass::ALL));
    let limits = proptest::collection::vec(proptest::option::of(money()), 0..=3);
    (0..=100_u8, any::<(bool, bool, bool, bool)>(), aid, limits).prop_map(|(age, flags, aid_class, limits)| Person {
        age,
        retired: flags.0,
        civil_servant: flags.1,
        enterprise: flags.2,
        family_doctor: flags.3,
        aid_class,
        mutual: limits
            .into_iter()
            .zip(OWNERS)
            .map(|(limit, owner)| Relative { owner: owner.to_owned(), limit: limit.map(Fen) })
            .collect(),
    })
}

fn any_year() -> impl Strategy<Value = Accumulators> {
    let amounts = proptest::collection::vec(prop_oneof![Just(0), money()], 20);
    (amounts, 0..4_i64).prop_map(|(fen, admissions)| {
        let table = |from: usize| [Fen(fen[from]), Fen(fen[from + 1]), Fen(fen[from + 2])];
        Accumulators {
            year: 2026,
            version: 7,
            admissions,
            dedc_used: table(0),
            inscp: table(3),
            pool_paid: table(6),
            hifob_paid: Fen(fen[9]),
            mi_base: Fen(fen[10]),
            mi_paid: Fen(fen[11]),
            maf_base: Fen(fen[12]),
            maf_paid: Fen(fen[13]),
            cvl_paid: Fen(fen[14]),
            acct_balance: Fen(fen[15]),
            acct_current_year: Fen(fen[15].min(fen[16])),
            mutual: OWNERS.iter().zip(&fen[17..]).map(|(owner, fen)| ((*owner).to_owned(), Fen(*fen))).collect(),
        }
    })
}

fn any_line() -> impl Strategy<Value = Line> {
    let class = proptest::sample::select(Class::ALL);
    let price = proptest::option::of(money());
    (class, money(), 1..20_000_i64, 0..=10_000_i32, price).prop_map(|(class, fen, qty_milli, selfpay_bp, price)| Line {
        class,
        amount: Fen(fen),
        qty_milli,
        selfpay_bp,
        limit_price: price.map(Fen),
    })
}

fn any_encounter() -> impl Strategy<Value = Encounter> {
    let types = [MedType::OUT_PATIENT, MedType::IN_PATIENT, MedType::CHRONIC, MedType::PHARMACY];
    (
        proptest::sample::select(types.to_vec()),
        proptest::sample::select(Level::ALL),
        proptest::sample::select(Region::ALL),
        proptest::sample::select(Filing::ALL),
        any::<(bool, bool)>(),
        0..10_u8,
        proptest::collection::vec(any_line(), 0..8),
    )
        .prop_map(|(med_type, level, region, filing, flags, rare, lines)| Encounter {
            region,
            filing,
            continuation: flags.0 && flags.1,
            suspended: rare == 0,
            account_refused: rare == 1,
            ..Encounter::new(2026, med_type, level, lines)
        })
}

fn settled(ready: &Ready, person: &Person, before: &Accumulators, encounter: &Encounter) -> Outcome {
    ready.settle(person, before, encounter).expect("a sound encounter is split")
}

/// I1 to I7, worked out from the fields alone.
fn closes(out: &Outcome, encounter: &Encounter) {
    for (line, split) in encounter.lines.iter().zip(&out.lines) {
        let classes = split.fulamt_ownpay.0 + split.overlmt_selfpay.0 + split.preselfpay.0 + split.inscp.0;
        assert_eq!(line.amount.0, classes, "I1");
    }
    let classes = out.fulamt_ownpay_amt.0 + out.overlmt_selfpay.0 + out.preselfpay_amt.0 + out.inscp_scp_amt.0;
    assert_eq!(out.medfee_sumamt.0, classes, "I2");
    assert_eq!(out.medfee_sumamt.0, encounter.lines.iter().map(|line| line.amount.0).sum::<i64>(), "I2");
    assert_eq!(out.medfee_sumamt.0, out.fund_pay_sumamt.0 + out.psn_part_amt.0 + out.hosp_part_amt.0, "I3");
    assert_eq!(out.psn_part_amt.0, out.acct_pay.0 + out.acct_mulaid_pay.0 + out.psn_cash_pay.0, "I4");
    assert_eq!(out.fund_pay_sumamt.0, out.parts.iter().map(|part| part.amount.0).sum::<i64>(), "I5");
    assert!(out.act_pay_dedc <= out.inscp_scp_amt, "I6");
    assert!(out.psn_cash_pay.0 >= 0 && out.balc.0 >= 0 && out.parts.iter().all(|part| part.amount.0 >= 0), "I7");
    assert_eq!(out.check(), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn the_sums_close_and_a_reversal_restores(
        plan in 0..3_usize, person in any_person(), before in any_year(), encounter in any_encounter()
    ) {
        let ready = &PLANS[plan];
        let out = settled(ready, &person, &before, &encounter);
        closes(&out, &encounter);
        let after = before.after(&out.delta).expect("counted");
        prop_assert_eq!(after.version, before.version + 1);
        prop_assert_eq!(after.acct_balance, out.balc);
        prop_assert!(after.acct_current_year <= after.acct_balance);
        let mut back = reverse(&after, &out.delta).expect("taken back");
        prop_assert_eq!(back.version, before.version + 2);
        back.version = before.version;
        prop_assert_eq!(&back, &before, "I8");
        let mirror = out.mirrored();
        prop_assert_eq!(mirror.fund_pay_sumamt.0 + mirror.psn_part_amt.0, -out.medfee_sumamt.0);
    }

    #[test]
    fn caps_hold(plan in 0..3_usize, person in any_person(), before in any_year(), encounter in any_encounter()) {
        let ready = &PLANS[plan];
        let out = settled(ready, &person, &before, &encounter);
        let document = ready.plan();
        let pool = out.delta.pool;
        let paid = |table: [Fen; 3]| table[pool.index()].0;
        if out.hifp_pay.0 > 0 {
            for (key, cap) in &document.caps {
                let group = key.split_once(':').map(|(_, group)| group);
                let mine = group.is_none_or(|group| (group == "retired") == person.retired);
                let specific = document.caps.keys().any(|other| other.starts_with(&format!("{key}:")));
                if key.starts_with(pool.code()) && mine && !specific && group != Some("younger") {
                    prop_assert!(paid(before.pool_paid) + out.hifp_pay.0 <= cap.amount.expect("our caps have amounts"), "I9 {}", key);
                }
                if key == "all" {
                    let all: i64 = before.pool_paid.iter().map(|fen| fen.0).sum();
                    prop_assert!(all + out.hifp_pay.0 <= cap.amount.expect("has"), "I9 all");
                }
            }
        }
        if let (Some(row), true) = (&document.hifob, out.hifob_pay.0 > 0) {
            prop_assert!(row.cap.is_none_or(|cap| before.hifob_paid.0 + out.hifob_pay.0 <= cap), "I9 hifob");
        }
        if let (Some(row), true) = (&document.mi, out.hifmi_pay.0 > 0) {
            let favoured = row.aid_no_cap && person.aid_class.is_some_and(|class| row.aid_classes.contains(&class));
            prop_assert!(favoured || row.cap.is_none_or(|cap| before.mi_paid.0 + out.hifmi_pay.0 <= cap), "I9 mi");
        }
    }

    #[test]
    fn every_fen_is_explained(
        plan in 0..3_usize, person in any_person(), before in any_year(), encounter in any_encounter()
    ) {
        let ready = &PLANS[plan];
        let out = settled(ready, &person, &before, &encounter);
        let told = explain(ready, &person, &before, &encounter).expect("explained");
        for (tree, fen) in [
            (&told.fee, out.medfee_sumamt),
            (&told.bearers, out.medfee_sumamt),
            (&told.person, out.psn_part_amt),
            (&told.purses, out.psn_part_amt),
        ] {
            prop_assert_eq!(tree.fen, fen);
            prop_assert_eq!(tree.leaves(), fen, "{:#?}", tree);
        }
        let document = serde_json::to_value(ready.plan()).expect("a plan is a document");
        let mut waiting = vec![&told.fee, &told.bearers, &told.person, &told.purses];
        while let Some(why) = waiting.pop() {
            waiting.extend(&why.of);
            prop_assert!(why.of.is_empty() || why.of.iter().map(|part| part.fen.0).sum::<i64>() == why.fen.0, "{:#?}", why);
            prop_assert!(why.path.is_empty() || document.pointer(&why.path).is_some(), "{} is no place of the plan", why.path);
        }
    }

    #[test]
    fn packed_inputs_come_back(person in any_person(), before in any_year(), encounter in any_encounter()) {
        let input = Input { person, accumulators: before, encounter };
        let mut bytes = Vec::new();
        input.pack(&mut bytes);
        let mut back = Input::default();
        back.unpack(&bytes).expect("what was packed");
        prop_assert_eq!(&back, &input);
        for cut in 0..bytes.len() {
            prop_assert!(back.unpack(&bytes[..cut]).is_err(), "cut at {}", cut);
        }
        bytes.push(0);
        prop_assert!(back.unpack(&bytes).is_err(), "one byte too many");
    }

    #[test]
    fn packed_rubbish_is_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut input = Input::default();
        if input.unpack(&bytes).is_ok() {
            let mut again = Vec::new();
            input.pack(&mut again);
            let mut back = Input::default();
            prop_assert!(back.unpack(&again).is_ok());
            prop_assert_eq!(back, input);
        }
        if let Ok(delta) = Delta::unpack(&bytes) {
            let mut again = Vec::new();
            delta.pack(&mut again);
            prop_assert_eq!(Delta::unpack(&again).expect("what was packed"), delta);
        }
    }

    #[test]
    fn deltas_keep_and_json_keeps(plan in 0..3_usize, person in any_person(), before in any_year(), encounter in any_encounter()) {
        let out = settled(&PLANS[plan], &person, &before, &encounter);
        let mut bytes = Vec::new();
        out.delta.pack(&mut bytes);
        prop_assert_eq!(&Delta::unpack(&bytes).expect("what was packed"), &out.delta);
        prop_assert_eq!(&Delta::from_json(&out.delta.to_json()).expect("what was written"), &out.delta);
        let read = Accumulators::from_json(&before.to_json(), &mut Vec::new()).expect("what was written");
        prop_assert_eq!(read, before);
    }

    #[test]
    fn mirrored_lines_cancel(
        plan in 0..3_usize, person in any_person(), before in any_year(), encounter in any_encounter(), returned in proptest::collection::vec(any_line(), 1..4)
    ) {
        let ready = &PLANS[plan];
        let plain = settled(ready, &person, &before, &encounter);
        let mut with = encounter;
        for line in returned {
            with.lines.push(line);
            with.lines.push(Line { amount: Fen(-line.amount.0), qty_milli: -line.qty_milli, ..line });
        }
        let mut out = settled(ready, &person, &before, &with);
        out.lines.truncate(plain.lines.len());
        prop_assert_eq!(out, plain);
    }

    #[test]
    fn arbitrary_numbers_are_refused_or_close(
        plan in 0..3_usize, amounts in proptest::collection::vec(any::<(i64, i64, i32)>(), 0..4), hosp in any::<i64>(), balance in any::<i64>()
    ) {
        let lines = amounts.iter().map(|(fen, qty, bp)| Line {
            class: Class::B, amount: Fen(*fen), qty_milli: *qty, selfpay_bp: *bp, limit_price: Some(Fen(*qty)),
        });
        let mut encounter = Encounter::new(2026, MedType::IN_PATIENT, Level::Three, lines.collect());
        encounter.hosp_part = Fen(hosp);
        let before = Accumulators { acct_balance: Fen(balance), ..Accumulators::of_year(2026) };
        match PLANS[plan].settle(&Person::default(), &before, &encounter) {
            Ok(out) => closes(&out, &encounter),
            Err(error) => prop_assert!(error.code().starts_with("adjudication."), "{}", error),
        }
    }
}

/// A plan of one pool whose segments, cap and ratio modes the oracle knows.
fn one_pool(segments: &[(i64, i32)], annual: bool) -> Ready {
    let list: Vec<String> = segments
        .iter()
        .enumerate()
        .map(|(place, (upto, bp))| {
            let upto = if place + 1 == segments.len() { "null".to_owned() } else { upto.to_string() };
            format!("{{\"upto\":{upto},\"bp\":{bp}}}")
        })
        .collect();
    let basis = if annual { "annual" } else { "settlement" };
    let text = format!(
        "{{\"admdvs\":\"990100\",\"insutype\":\"390\",\"year\":2026,\
         \"rates\":[{{\"pool\":\"ip\",\"segments\":[{}]}}],\"segment_basis\":{{\"ip\":\"{basis}\"}},\
         \"deductibles\":[{{\"pool\":\"ip\",\"kind\":\"per_admission\",\"amount\":50000}}],\
         \"mi\":{{\"pools\":[\"ip\"],\"threshold\":100000,\"segments\":[{}],\"cap\":40000000}}}}",
        list.join(","),
        list.join(",")
    );
    Ready::of(Plan::read(&text).expect("sound")).expect("resolves")
}

fn ascending() -> impl Strategy<Value = Vec<(i64, i32)>> {
    proptest::collection::vec((1..3_000_000_i64, 0..=10_000_i32), 1..5).prop_map(|steps| {
        let mut upto = 0;
        steps
            .into_iter()
            .map(|(more, bp)| {
                upto += more;
                (upto, bp)
            })
            .collect()
    })
}

/// The exact pay in fen times 10000, and the segments touched.
fn exact(segments: &[(i64, i32)], from: i64, to: i64) -> (i128, i128) {
    let (mut product, mut touched) = (0_i128, 0);
    for fen_bounds in segments.iter().enumerate().map(|(place, (upto, bp))| {
        let low = if place == 0 { 0 } else { segments[place - 1].0 };
        let high = if place + 1 == segments.len() { i64::MAX } else { *upto };
        (low.max(from), high.min(to), *bp)
    }) {
        let (low, high, bp) = fen_bounds;
        if high > low {
            product += i128::from(high - low) * i128::from(bp);
            touched += 1;
        }
    }
    (product, touched)
}

proptest! {
    #[test]
    fn pooled_pay_is_exact_within_half_a_fen_a_segment(
        segments in ascending(), annual in any::<bool>(), earlier in 0..5_000_000_i64, fee in 0..20_000_000_i64
    ) {
        let ready = one_pool(&segments, annual);
        let mut before = Accumulators::of_year(2026);
        before.inscp[Pool::Ip.index()] = Fen(earlier);
        let encounter = Encounter::new(2026, MedType::IN_PATIENT, Level::Two, vec![Line::of(Fen(fee))]);
        let out = settled(&ready, &Person::default(), &before, &encounter);
        let start = if annual { earlier } else { 0 };
        let (product, touched) = exact(&segments, start + out.act_pay_dedc.0, start + fee);
        let off = (i128::from(out.hifp_pay.0) * 10_000 - product).abs();
        prop_assert!(off <= 5_000 * touched, "I11: off by {off}/10000 fen over {touched} segments");
    }

    #[test]
    fn major_illness_does_not_ask_how_stays_are_parted(
        segments in ascending(), stays in proptest::collection::vec(0..9_000_000_i64, 1..6)
    ) {
        let ready = one_pool(&segments, false);
        // Nothing is pooled below a deductible that is never reached: all is burden.
        let person = Person::default();
        let run = |parts: &[i64]| {
            let mut year = Accumulators::of_year(2026);
            for burden in parts {
                let encounter = Encounter::new(2026, MedType::IN_PATIENT, Level::Two, vec![Line::of(Fen(*burden))]);
                let out = settled(&ready, &person, &year, &encounter);
                year = year.after(&out.delta).expect("counted");
            }
            (year.mi_base, year.mi_paid)
        };
        let (base, paid) = run(&stays);
        // The curve at the year's whole burden, capped, rounded once.
        let (product, _) = exact(&segments, 100_000, base.0);
        let owed = i64::try_from((product + 5_000) / 10_000).expect("fits").min(40_000_000);
        prop_assert_eq!(paid, Fen(owed), "I10");
    }
}

#[test]
fn a_thousand_lines_are_fine_and_a_limit_is_named() {
    let ready = &PLANS[0];
    let encounter =
        |lines: usize| Encounter::new(2026, MedType::IN_PATIENT, Level::Three, vec![Line::of(Fen(12_345)); lines]);
    let before = Accumulators::of_year(2026);
    let out = settled(ready, &Person::default(), &before, &encounter(1000));
    assert_eq!(out.medfee_sumamt, Fen(12_345_000));
    assert_eq!(out.lines.len(), 1000);
    let refused = ready.settle(&Person::default(), &before, &encounter(adjudication::LINES_MAX + 1));
    assert_eq!(refused.expect_err("too many").code(), "adjudication.too-many-lines");
}

#[test]
fn the_largest_amounts_do_not_overflow() {
    for ready in PLANS.iter() {
        for class in Class::ALL {
            let line = Line {
                class: *class,
                amount: FEN_MAX,
                qty_milli: 1_000_000_000,
                selfpay_bp: 9_999,
                limit_price: Some(FEN_MAX),
            };
            let encounter = Encounter::new(2026, MedType::IN_PATIENT, Level::Three, vec![line]);
            closes(&settled(ready, &Person::default(), &Accumulators::of_year(2026), &encounter), &encounter);
        }
        let twice = Encounter::new(2026, MedType::IN_PATIENT, Level::Three, vec![Line::of(FEN_MAX); 2]);
        let refused = ready.settle(&Person::default(), &Accumulators::of_year(2026), &twice);
        assert_eq!(refused.expect_err("too much").code(), "adjudication.amount-out-of-range");
    }
}

#[test]
fn a_five_line_case_packs_small() {
    let line = |fen: i64| Line {
        class: Class::B,
        amount: Fen(fen),
        qty_milli: 2_500,
        selfpay_bp: 1_000,
        limit_price: Some(Fen(20_000)),
    };
    let mut before = Accumulators::of_year(2026);
    before.version = 31;
    before.dedc_used[0] = Fen(60_000);
    before.inscp = [Fen(450_000), Fen(2_000_000), Fen::ZERO];
    before.pool_paid = [Fen(310_000), Fen(1_700_000), Fen::ZERO];
    before.acct_balance = Fen(812_345);
    let encounter = Encounter::new(
        2026,
        MedType::OUT_PATIENT,
        Level::Three,
        [8_150, 33_333, 1_250, 45_000, 990].map(line).to_vec(),
    );
    let mut bytes = Vec::new();
    Input { person: Person { age: 40, ..Person::default() }, accumulators: before, encounter }.pack(&mut bytes);
    assert!(bytes.len() <= 120, "{} bytes", bytes.len());
}
