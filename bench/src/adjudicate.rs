//! The pure adjudicator: splits of a five-line out-patient visit a second on one
//! core, and the same from stored bytes, as a region's history is adjudicated again.

use crate::Plan;
use crate::meter::now;
use crate::table::{Row, Table};
use adjudication::{Accumulators, Class, Encounter, Input, Level, Line, MedType, Outcome, Person, Ready};
use kernel::Fen;
use std::hint::black_box;
use std::time::Duration;

/// Different visits, more than the caches hold of one.
const VISITS: usize = 4096;
/// Visits between two looks at the clock.
const ROUND: usize = VISITS * 4;

/// Measures settling from values and from stored bytes.
pub(crate) fn measure(plan: &Plan, table: &mut Table) -> Result<(), String> {
    let text = include_str!("../../crates/adjudication/plans/990100-310.json");
    let document = adjudication::Plan::read(text).map_err(|findings| format!("{findings:?}"))?;
    let ready = Ready::of(document).map_err(|error| error.to_string())?;
    let visits: Vec<Input> = (0..VISITS).map(visit).collect();
    let mut stored = Vec::new();
    let mut ends = Vec::with_capacity(VISITS);
    for one in &visits {
        one.pack(&mut stored);
        ends.push(stored.len());
    }
    let seconds = Duration::from_secs(plan.seconds.min(5));
    let mut out = Outcome::default();
    let mut paid = 0_i64;
    let rate = repeat(seconds, |place| {
        let one = &visits[place];
        let told = ready.settle_into(&one.person, &one.accumulators, &one.encounter, &mut out);
        paid = paid.wrapping_add(out.fund_pay_sumamt.0);
        told.map_err(|error| error.to_string())
    })?;
    table.add(row("adjudicate a five-line out-patient visit", rate, String::from("one core, from values")));
    let mut input = Input::default();
    let bytes = stored.len() / VISITS;
    let rate = repeat(seconds, |place| {
        let from = place.checked_sub(1).map_or(0, |before| ends[before]);
        let told = input
            .unpack(&stored[from..ends[place]])
            .and_then(|()| ready.settle_into(&input.person, &input.accumulators, &input.encounter, &mut out));
        paid = paid.wrapping_add(out.fund_pay_sumamt.0);
        told.map_err(|error| error.to_string())
    })?;
    black_box(paid);
    table.add(row("decode and adjudicate it", rate, format!("one core, {bytes} bytes each")));
    Ok(())
}

/// Visits a second.
fn repeat(seconds: Duration, mut one: impl FnMut(usize) -> Result<(), String>) -> Result<f64, String> {
    let start = now();
    let mut done = 0_u32;
    while start.elapsed() < seconds {
        for place in 0..ROUND {
            one(black_box(place % VISITS))?;
        }
        done += 1;
    }
    let rounds = f64::from(done) * f64::from(u32::try_from(ROUND).map_err(|error| error.to_string())?);
    Ok(rounds / start.elapsed().as_secs_f64())
}

fn row(job: &str, rate: f64, note: String) -> Row {
    Row {
        job: job.into(),
        on: "machine".into(),
        per_second: rate,
        per_cpu_second: rate,
        p50_ms: 0.0,
        p99_ms: 0.0,
        note,
    }
}

/// A visit like many: two drugs, a class-B drug above its limit price, a laboratory
/// test, a registration fee; people at all stages of the year.
fn visit(number: usize) -> Input {
    let vary = |most: i64, salt: i64| {
        let number = i64::try_from(number).unwrap_or(0);
        (number * 7919 + salt * 104_729).rem_euclid(most)
    };
    let line = |class: Class, fen: i64, qty_milli: i64, selfpay_bp: i32, limit: Option<i64>| Line {
        class,
        amount: Fen(fen),
        qty_milli,
        selfpay_bp,
        limit_price: limit.map(Fen),
    };
    let lines = vec![
        line(Class::A, 1_000 + vary(4_000, 1), 1_000, 0, None),
        line(Class::A, 2_000 + vary(9_000, 2), 2_000, 0, Some(3_000)),
        line(Class::B, 4_000 + vary(20_000, 3), 3_000, 1_000, Some(5_000)),
        line(Class::B, 6_000 + vary(12_000, 4), 1_000, 500, None),
        line(Class::C, 1_500, 1_000, 0, None),
    ];
    let mut before = Accumulators::of_year(2026);
    before.version = u64::try_from(vary(40, 5)).unwrap_or(0);
    before.dedc_used[0] = Fen(vary(60_000, 6));
    before.inscp[0] = Fen(before.dedc_used[0].0 + vary(500_000, 7));
    before.pool_paid[0] = Fen(vary(610_000, 8));
    before.acct_balance = Fen(vary(300_000, 9));
    let age = u8::try_from(20 + vary(65, 10)).unwrap_or(40);
    let person = Person { age, retired: age >= 60, family_doctor: vary(3, 11) == 0, ..Person::default() };
    let level = Level::ALL[usize::try_from(vary(5, 12)).unwrap_or(0)];
    Input { person, accumulators: before, encounter: Encounter::new(2026, MedType::OUT_PATIENT, level, lines) }
}
