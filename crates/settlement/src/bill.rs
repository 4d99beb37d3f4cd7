//! The bill of a settlement: its lines as they are printed. Returns are netted with
//! what they take back; what is too long for a bill is printed by charge category.

use crate::Settlements;
use crate::compute::Computed;
use crate::rules::line::{Line, LineAsked};
use crate::visit::Visit;
use ::store::Tx;
use adjudication::LineSplit;
use bills::rules::charge::{NAME_MAX, category_name};
use bills::{Charge, New, Number, Parts, Payer};
use insurance::CareKind;
use kernel::{Error, Fen, Rounding, SettlementId};
use std::collections::BTreeMap;

/// Lines of a bill at most.
const BILL_LINES_MAX: usize = 1_000;

fn sum(one: Fen, other: Fen) -> Fen {
    // Amounts of one bill; their sum was checked when they were charged.
    Fen(one.0.saturating_add(other.0))
}

fn own_of(split: &LineSplit) -> Fen {
    sum(sum(split.fulamt_ownpay, split.overlmt_selfpay), split.preselfpay)
}

/// One line a charge, less its returns; nothing where that is not price times
/// quantity any more.
fn netted(lines: &[Line], splits: &[LineSplit]) -> Option<Vec<Charge>> {
    let mut charges: Vec<(&LineAsked, Charge)> = Vec::new();
    for (line, split) in lines.iter().zip(splits) {
        let asked = &line.asked;
        if asked.qty_milli < 0 {
            let (_, charge) = charges.iter_mut().find(|(charged, _)| charged.sn == asked.of)?;
            charge.qty_milli = charge.qty_milli.saturating_add(asked.qty_milli);
            charge.amount = sum(charge.amount, line.amount());
            charge.fund = charge.fund.map(|fund| sum(fund, split.inscp));
            charge.own = charge.own.map(|own| sum(own, own_of(split)));
            continue;
        }
        charges.push((
            asked,
            Charge {
                code: coded([&asked.code, &asked.local_code, &line.kind]),
                name: if line.said.is_empty() {
                    category_name(&line.kind, false).to_owned()
                } else {
                    line.said.clone()
                },
                category: line.kind.clone(),
                class: line.class_printed(),
                unit: asked.unit.clone(),
                qty_milli: asked.qty_milli,
                price: Fen(asked.price_fen),
                amount: line.amount(),
                fund: Some(split.inscp),
                own: Some(own_of(split)),
            },
        ));
    }
    // What was taken back wholly is not printed; a fen that is left of it must be.
    charges.retain(|(_, charge)| charge.qty_milli > 0 || charge.amount != Fen::ZERO);
    let charges: Vec<Charge> = charges.into_iter().map(|(asked, charge)| printed(asked, charge)).collect();
    let exact = |charge: &Charge| {
        charge.price.times_milli(charge.qty_milli, Rounding::HalfUp) == charge.amount && charge.amount.0 >= 0
    };
    (charges.len() <= BILL_LINES_MAX && charges.iter().all(exact)).then_some(charges)
}

/// A line as the bill prints it: prices there have two decimals, so that what has more is
/// printed as a lot, with price and quantity in its name.
fn printed(asked: &LineAsked, charge: Charge) -> Charge {
    if asked.price.is_empty() || charge.qty_milli <= 0 {
        return charge;
    }
    let name = format!("{} {}×{}{}", charge.name, asked.price, plain(charge.qty_milli), charge.unit);
    Charge {
        name: name.chars().take(NAME_MAX).collect(),
        unit: "项".into(),
        qty_milli: 1000,
        price: charge.amount,
        ..charge
    }
}

/// Thousandths as a person writes them: `21`, `0.5`.
fn plain(milli: i64) -> String {
    let text = format!("{}.{:03}", milli / 1000, milli.unsigned_abs() % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The first of these that says something: an item without a national code has the
/// hospital's, or its category.
fn coded(codes: [&str; 3]) -> String {
    codes.into_iter().find(|code| !code.is_empty()).unwrap_or("0").to_owned()
}

/// One line a charge category.
fn by_category(lines: &[Line], splits: &[LineSplit]) -> Vec<Charge> {
    let mut sums: BTreeMap<&str, (Fen, Fen, Fen)> = BTreeMap::new();
    for (line, split) in lines.iter().zip(splits) {
        let entry = sums.entry(&line.kind).or_default();
        *entry = (sum(entry.0, line.amount()), sum(entry.1, split.inscp), sum(entry.2, own_of(split)));
    }
    let charge = |(category, (amount, fund, own)): (&str, (Fen, Fen, Fen))| Charge {
        code: coded([category, "", ""]),
        name: format!("{} 合计", category_name(category, false)),
        category: category.to_owned(),
        class: String::new(),
        unit: "项".into(),
        qty_milli: 1000,
        price: amount,
        amount,
        fund: Some(fund),
        own: Some(own),
    };
    sums.into_iter().filter(|(_, (amount, _, _))| amount.0 != 0).map(charge).collect()
}

/// Issues the bill of a settlement, unless nothing is left to bill.
pub(crate) fn issue(
    tx: &mut Tx<'_>,
    env: &Settlements,
    id: SettlementId,
    number: &Number,
    visit: &Visit,
    lines: &[Line],
    computed: &Computed,
) -> Result<(), Error> {
    let outcome = &computed.outcome;
    let charges = netted(lines, &outcome.lines).unwrap_or_else(|| by_category(lines, &outcome.lines));
    if charges.is_empty() {
        return Ok(());
    }
    let insured = &computed.insured.coverage;
    let scheme = if insured.insutype == "390" { "居民基本" } else { "职工基本" };
    let funds = outcome.parts.iter().filter(|part| part.amount.0 != 0);
    let new = New {
        settlement: id,
        person: visit.person,
        institution: visit.institution,
        kind: match visit.care {
            CareKind::Op | CareKind::Chronic => bills::Kind::Outpatient,
            CareKind::Ip => bills::Kind::Inpatient,
            CareKind::Pharmacy => bills::Kind::Pharmacy,
        },
        visit: if visit.about.outside.is_empty() { visit.id.to_string() } else { visit.about.outside.clone() },
        serial: id.to_string(),
        payer: Payer {
            name: computed.payer.0.clone(),
            document: computed.payer.1.clone(),
            insured: format!("{scheme} · {}", insured.admdvs),
        },
        issuer_name: env.directory.name(visit.institution, false),
        lines: charges,
        parts: Parts {
            total: outcome.medfee_sumamt,
            funds: funds.map(|part| bills::FundPart { fund: part.fund.to_string(), amount: part.amount }).collect(),
            account: outcome.acct_pay,
            mutual: outcome.acct_mulaid_pay,
            cash: outcome.psn_cash_pay,
            hospital: outcome.hosp_part_amt,
        },
        actor: None,
    };
    bills::issue(tx, number, &new).map(drop)
}
