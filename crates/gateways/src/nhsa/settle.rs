//! Money: 2206 2303 what it would be, 2207 2304 settle, 2208 2305 cancel, 2101–2103 at
//! once, 2601 a message is taken back, 5203 what was settled.

use super::node::Node;
use super::said::{self, About};
use super::turn::Turn;
use super::visit::{named, same_type};
use super::{Refusal, fees, sign, who};
use insurance::CareKind;
use kernel::{Error, Fault, Fen, QuoteId, SettlementId};
use serde_json::{Value, json};
use settlement::compute::Terms;
use settlement::visit::VisitAbout;
use settlement::{Answer, Direct, SettleAsk, Visit, What};

fn terms(turn: &Turn<'_>, node: Node<'_>) -> Result<Terms, Error> {
    let way = node.text("psn_setlway", 6)?;
    if !way.is_empty() && !turn.codes.psn_setlway.contains_key(&way) {
        return Err(Refusal::FieldWrong.at("psn_setlway"));
    }
    Ok(Terms {
        use_account: node.flag("acct_used_flag")?.unwrap_or(true),
        mid_stay: node.flag("mid_setl_flag")?.unwrap_or(false),
        hospital: Fen(node.yuan("hosp_part_amt")?.unwrap_or(0)),
        total: Some(Fen(node.need_yuan("medfee_sumamt")?)),
        held: None,
    })
}

/// 2303 and 2304 say it of stays, 2206 and 2207 of visits.
fn right_kind(turn: &Turn<'_>, visit: &Visit) -> Result<(), Error> {
    let stay = matches!(turn.message.infno.as_str(), "2303" | "2304");
    if stay == (visit.care == CareKind::Ip) {
        Ok(())
    } else {
        Err(Refusal::FieldWrong.at("infno").with(visit.med_type.clone()))
    }
}

/// 2206, 2303
pub(super) async fn quote(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    let visit = named(turn, node).await?;
    right_kind(turn, &visit)?;
    same_type(&visit, node)?;
    let quote = turn.gateway.settlements.quote(turn.actor, visit.id, terms(turn, node)?).await?;
    let number: QuoteId = quote.quote.parse().map_err(|_bad| Fault::broken("a quote's number"))?;
    sign::remember(turn, visit.id.to_string(), number.0).await?;
    let one = who::insured(turn, node).await?;
    let coverage = one.card.basic(visit.ended_on.unwrap_or(visit.began_on))?.clone();
    let known = said::known(turn, one.person, one.card).await?;
    let about = About {
        mdtrt_id: visit.id.to_string(),
        msgid: turn.message.msgid.clone(),
        insutype: coverage.insutype,
        admdvs: coverage.admdvs,
        at: turn.gateway.settlements.db.world().now(),
        ..of_visit(&visit)
    };
    Ok(Value::Object(said::settled(turn, &known, &about, &quote.split, 1)?))
}

fn of_visit(visit: &Visit) -> About {
    About {
        med_type: visit.med_type.clone(),
        cert_type: visit.about.credential.clone(),
        care: visit.care.name(),
        ..About::default()
    }
}

/// The four classes as the sender repeats them; all or none.
fn classes(node: Node<'_>) -> Result<Option<[i64; 4]>, Error> {
    let names = ["fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt"];
    let mut stated = [0; 4];
    let mut there = 0;
    for (slot, name) in stated.iter_mut().zip(names) {
        if let Some(fen) = node.yuan(name)? {
            *slot = fen;
            there += 1;
        }
    }
    match there {
        0 => Ok(None),
        4 => Ok(Some(stated)),
        _ => Err(Refusal::FieldMissing.at("inscp_scp_amt").with(names.join(", "))),
    }
}

fn asked(turn: &Turn<'_>, node: Node<'_>, what: What, person: i64) -> Result<SettleAsk, Error> {
    let terms = terms(turn, node)?;
    Ok(SettleAsk {
        person,
        msgid: turn.message.msgid.clone(),
        what,
        batch: node.text("chrg_bchno", 30)?,
        use_account: terms.use_account,
        mid_stay: terms.mid_stay,
        hospital_fen: terms.hospital.0,
        total_fen: terms.total.map(|total| total.0),
        classes_fen: classes(node)?,
        lower_is_fine: false,
        hold: None,
    })
}

/// 2207, 2304: what the operator was quoted, else the open lines of the visit.
pub(super) async fn settle(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    let visit = named(turn, node).await?;
    right_kind(turn, &visit)?;
    same_type(&visit, node)?;
    if turn.message.infno == "2304" && node.flag("acct_used_flag")?.is_none() {
        return Err(Refusal::FieldMissing.at("acct_used_flag"));
    }
    let what = turn.quote.map_or(What::Visit(visit.id.0), What::Quote);
    let ask = asked(turn, node, what, visit.person.0)?;
    let settled = turn.gateway.settlements.settle(turn.actor, ask).await?;
    said_of(turn, settled.id, 1, "").await
}

/// What was settled, with its number and the message that made it; mirrored where it
/// is taken back by `undone`.
async fn said_of(turn: &Turn<'_>, id: SettlementId, sign: i64, undone: &str) -> Result<Value, Error> {
    let shown = turn.gateway.settlements.read(turn.actor, id).await?;
    let answer = shown.answer.as_ref().ok_or_else(|| settlement::Refusal::NotFound.at("setl_id"))?;
    let card = who::card(turn, shown.row.person).await?;
    let known = said::known(turn, shown.row.person, card).await?;
    let row = &shown.row;
    let mut about = about_of(turn, answer, row.plan, (row.care, row.at));
    about.cert_type = Node::of(turn.message, &["data", "druginfo"])?.text("mdtrt_cert_type", 3)?;
    if sign < 0 {
        undone.clone_into(&mut about.setl_id);
        about.msgid.clone_from(&turn.message.msgid);
        about.at = turn.gateway.settlements.db.world().now();
    }
    Ok(Value::Object(said::settled(turn, &known, &about, &answer.split, sign)?))
}

fn about_of(turn: &Turn<'_>, answer: &Answer, plan: i64, (care, at): (CareKind, i64)) -> About {
    let plan = turn.gateway.settlements.insurance.reference.plan_by_id(plan);
    About {
        mdtrt_id: answer.visit.clone(),
        setl_id: answer.settlement.clone(),
        msgid: answer.msgid.clone(),
        med_type: answer.med_type.clone(),
        insutype: answer.insutype.clone(),
        admdvs: plan.map(|plan| plan.admdvs.clone()).unwrap_or_default(),
        cert_type: String::new(),
        care: care.name(),
        at,
    }
}

/// The settlement that a node names, of its person and this institution.
async fn named_settlement(turn: &Turn<'_>, node: Node<'_>) -> Result<SettlementId, Error> {
    let unknown = || settlement::Refusal::NotFound.at("setl_id");
    let one = who::insured(turn, node).await?;
    let id: SettlementId = node.need("setl_id", 30)?.parse().map_err(|_bad| unknown())?;
    let shown = turn.gateway.settlements.read(turn.actor, id).await?;
    let visit = node.text("mdtrt_id", 30)?;
    let same_visit = visit.is_empty() || visit == shown.row.visit.to_string();
    let fits = shown.row.person == one.person && shown.row.institution == turn.institution.id && same_visit;
    if fits && shown.answer.is_some() { Ok(id) } else { Err(unknown()) }
}

/// 2103, 2208, 2305: the negative mirror.
pub(super) async fn cancel(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    node.need("mdtrt_id", 30)?;
    let id = named_settlement(turn, node).await?;
    let msgid = turn.message.msgid.clone();
    let done = turn.gateway.settlements.cancel(turn.actor, id, msgid, String::new(), false).await?;
    said_of(turn, id, -1, &done.id.to_string()).await
}

/// 5203
pub(super) async fn read(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    let id = named_settlement(turn, node).await?;
    let shown = turn.gateway.settlements.read(turn.actor, id).await?;
    let mut said = said_of(turn, id, 1, "").await?;
    let lines = fees::settled_lines(turn, shown.row.person, shown.row.visit, id.0).await?;
    let feedetail = lines.iter().map(|line| fees::result(turn, line)).collect();
    if let Some(members) = said.as_object_mut() {
        members.insert("feedetail".into(), Value::Array(feedetail));
        if let Some(Value::Object(info)) = members.get_mut("setlinfo") {
            info.insert("refd_setl_flag".into(), if shown.undone_by.is_some() { "1" } else { "0" }.into());
        }
    }
    Ok(said)
}

/// Messages whose effect can be taken back.
const REVERSIBLE: &[&str] = &["2102", "2103", "2201", "2207", "2207A", "2208", "2304", "2305", "2401"];

/// 2601: no output; the message has no effect from here on, whether it came or not.
pub(super) async fn reverse(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    who::insured(turn, node).await?;
    let (original, what) = (node.need("omsgid", 30)?, node.need("oinfno", 6)?);
    if !REVERSIBLE.contains(&what.as_str()) {
        return Err(settlement::Refusal::ReversalImpossible.at("oinfno").with(REVERSIBLE.join(" ")));
    }
    turn.gateway.settlements.reverse(turn.actor, turn.institution.id, &original).await?;
    Ok(Value::Null)
}

/// What 2101 and 2102 bring: a sale that is registered, charged and settled at once.
async fn sale(turn: &Turn<'_>, scan: bool) -> Result<SettleAsk, Error> {
    let node = Node::of(turn.message, &["druginfo", "data"])?;
    let (one, proof) = if scan {
        who::who_shows(turn, node, "02121").await?
    } else {
        (who::insured(turn, node).await?, String::new())
    };
    let rows = Node::rows(turn.message, &["drugdetail", "feedetail"])?;
    let lines = rows.iter().map(|row| fees::line(*row)).collect::<Result<Vec<_>, _>>()?;
    let med_type = match node.text("med_type", 6)? {
        said if said.is_empty() => "41".to_owned(),
        said => said,
    };
    let direct = Direct {
        institution: turn.institution.id,
        med_type,
        began_on: Some(node.need_day("begntime")?),
        about: VisitAbout {
            diagnosis: node.text("dise_codg", 30)?,
            diagnosis_name: node.text("dise_name", 100)?,
            credential: node.text("mdtrt_cert_type", 3)?,
            proof,
            ..VisitAbout::default()
        },
        lines,
    };
    asked(turn, node, What::Direct(Box::new(direct)), one.person.0)
}

/// 2101: no effect.
pub(super) async fn preview(turn: &Turn<'_>) -> Result<Value, Error> {
    let ask = sale(turn, false).await?;
    let What::Direct(direct) = &ask.what else { return Err(Fault::broken("a sale is direct").into()) };
    let split = turn.gateway.settlements.preview(turn.actor, &ask).await?;
    let node = Node::of(turn.message, &["druginfo", "data"])?;
    let one = who::insured(turn, node).await?;
    let coverage = one.card.basic(direct.began_on.unwrap_or_else(|| who::today(turn)))?.clone();
    let known = said::known(turn, one.person, one.card).await?;
    let about = About {
        msgid: turn.message.msgid.clone(),
        med_type: direct.med_type.clone(),
        insutype: coverage.insutype,
        admdvs: coverage.admdvs,
        cert_type: direct.about.credential.clone(),
        care: CareKind::of_med_type(&direct.med_type).map_or("op", CareKind::name),
        at: turn.gateway.settlements.db.world().now(),
        ..About::default()
    };
    Ok(Value::Object(said::settled(turn, &known, &about, &split, 1)?))
}

/// 2102
pub(super) async fn direct(turn: &Turn<'_>) -> Result<Value, Error> {
    let ask = sale(turn, true).await?;
    let settled = turn.gateway.settlements.settle(turn.actor, ask).await?;
    let mut said = said_of(turn, settled.id, 1, "").await?;
    let lines = fees::settled_lines(turn, settled.person, settled.visit, settled.id.0).await?;
    let rows: Vec<Value> = lines.iter().map(|line| fees::result(turn, line)).collect();
    if let Some(members) = said.as_object_mut() {
        members.insert("detlcutinfo".into(), json!(rows));
    }
    Ok(said)
}
