//! Fee lines: 2204 and 2301 in, 2205 and 2302 back, each line answered with its classes.

use super::Refusal;
use super::node::{Node, quantity, share, yuan};
use super::turn::Turn;
use super::visit::named;
use kernel::{Bp, Error, Fen, Rounding, VisitId};
use serde_json::{Value, json};
use settlement::fees::{Charge, lines_of};
use settlement::rules::line::{Line, LineAsked};
use settlement::rules::price::Price;

/// A line of an input.
pub(super) fn line(node: Node<'_>) -> Result<LineAsked, Error> {
    let (price_fen, price) = node.price("pric")?.kept();
    Ok(LineAsked {
        sn: node.need("feedetl_sn", 30)?,
        code: node.text("med_list_codg", 50)?,
        local_code: node.text("medins_list_codg", 50)?,
        name: node.text("medins_list_name", 100)?,
        qty_milli: node.quantity("cnt")?,
        price_fen,
        amount_fen: node.need_yuan("det_item_fee_sumamt")?,
        price,
        of: node.text("init_feedetl_sn", 30)?,
        category: node.text("med_chrgitm_type", 6)?,
        unit: node.text("unt", 20)?,
    })
}

/// A value that all rows must share.
fn shared(rows: &[Node<'_>], name: &str, max: usize) -> Result<String, Error> {
    let first = rows.first().ok_or_else(|| Refusal::FieldMissing.at("feedetail"))?.text(name, max)?;
    for row in rows {
        if row.text(name, max)? != first {
            return Err(Refusal::FieldWrong.at(name).with("the same in every line"));
        }
    }
    Ok(first)
}

/// 2204, 2301
pub(super) async fn charge(turn: &Turn<'_>) -> Result<Value, Error> {
    let rows = Node::rows(turn.message, &["feedetail"])?;
    let node = *rows.first().ok_or_else(|| Refusal::FieldMissing.at("feedetail"))?;
    shared(&rows, "psn_no", 30)?;
    shared(&rows, "mdtrt_id", 30)?;
    let batch = shared(&rows, "chrg_bchno", 30)?;
    let lines = rows.iter().map(|row| line(*row)).collect::<Result<Vec<_>, _>>()?;
    let visit = named(turn, node).await?;
    let asked: Vec<String> = lines.iter().map(|line| line.sn.clone()).collect();
    let charge = Charge { person: visit.person, visit: visit.id, batch, lines, count: None, total: None };
    turn.gateway.settlements.charge(turn.actor, charge).await?;
    let (person, id) = (visit.person, visit.id);
    let open = turn.gateway.settlements.db.read(move |sql| lines_of(sql, person, id, 0)).await?;
    let told = asked.iter().filter_map(|sn| open.iter().find(|line| line.asked.sn == *sn));
    let result: Vec<Value> = told.map(|line| result(turn, line)).collect();
    Ok(json!({ "result": result }))
}

/// The four classes of one line (insurance.md §2.2, step 1): full self-pay, above the
/// limit, prior self-pay, in scope.
fn classes(line: &Line) -> [i64; 4] {
    let amount = line.asked.amount_fen;
    if line.class == insurance::rules::catalogue::Class::C {
        return [amount, 0, 0, 0];
    }
    let size = amount.saturating_abs();
    let turned = |fen: i64| if amount < 0 { -fen } else { fen };
    let limit =
        line.limit_fen.map(|limit| Fen(limit).times_milli(line.asked.qty_milli.saturating_abs(), Rounding::HalfUp));
    let within = limit.map_or(size, |limit| size.min(limit.0));
    let prior = Fen(within).part(Bp(line.selfpay_bp), Rounding::HalfUp).0;
    [0, turned(size - within), turned(prior), turned(within - prior)]
}

/// A row of `result`.
pub(super) fn result(turn: &Turn<'_>, line: &Line) -> Value {
    let [full, over, prior, scope] = classes(line);
    let selfpay = match line.class {
        insurance::rules::catalogue::Class::C => 10_000,
        insurance::rules::catalogue::Class::A | insurance::rules::catalogue::Class::B => line.selfpay_bp,
    };
    json!({
        "feedetl_sn": line.asked.sn,
        "det_item_fee_sumamt": yuan(line.asked.amount_fen),
        "cnt": quantity(line.asked.qty_milli),
        "pric": line.asked.unit_price().map(Price::six),
        "pric_uplmt_amt": line.limit_fen.map(|fen| format!("{}0000", yuan(fen))),
        "selfpay_prop": share(selfpay),
        "fulamt_ownpay_amt": yuan(full),
        "overlmt_amt": yuan(over),
        "preselfpay_amt": yuan(prior),
        "inscp_scp_amt": yuan(scope),
        "chrgitm_lv": super::codes::name_of(&turn.codes.chrgitm_lv, line.class.letter()),
        "med_chrgitm_type": line.kind,
        "bas_medn_flag": "0",
        "hi_nego_drug_flag": "0",
        "chld_medc_flag": "0",
        "list_sp_item_flag": "0",
        "lmt_used_flag": "0",
        "drt_reim_flag": "1",
        "memo": line.said,
    })
}

/// 2205, 2302: all open lines (`feedetl_sn` or `chrg_bchno` `0000`). Single lines are
/// taken back by a line of their own with a negative count.
pub(super) async fn uncharge(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data", "feedetail"])?;
    let which = match node.text("feedetl_sn", 30)? {
        sn if sn.is_empty() => node.text("chrg_bchno", 30)?,
        sn => sn,
    };
    if which != "0000" {
        return Err(Refusal::FieldWrong.at("feedetl_sn").with("0000, or a line with a negative cnt"));
    }
    let visit = named(turn, node).await?;
    if visit.lines > 0 {
        turn.gateway.settlements.uncharge(turn.actor, visit.id).await?;
    }
    Ok(Value::Null)
}

/// The lines that a settlement settled, for what is said of it.
pub(super) async fn settled_lines(
    turn: &Turn<'_>,
    person: kernel::PersonId,
    visit: VisitId,
    settlement: i64,
) -> Result<Vec<Line>, Error> {
    turn.gateway.settlements.db.read(move |sql| lines_of(sql, person, visit, settlement)).await
}
