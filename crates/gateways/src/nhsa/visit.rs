//! Visits and stays: 2201 2202 2203 2203A, 2401 2402 2403 2404 2405.

use super::node::Node;
use super::turn::Turn;
use super::{Refusal, who};
use insurance::CareKind;
use kernel::{Error, VisitId};
use serde_json::{Value, json};
use settlement::Visit;
use settlement::visit::{Register, VisitAbout};

/// What a node says of a visit; diagnoses come in a node of their own.
fn about(turn: &Turn<'_>, node: Node<'_>) -> Result<VisitAbout, Error> {
    let mut about = VisitAbout {
        diagnosis: node.text("dise_codg", 30)?,
        diagnosis_name: node.text("dise_name", 100)?,
        department: first(node, &["dept_name", "adm_dept_name", "dscg_dept_name"], 100)?,
        doctor: first(node, &["dr_name", "chfpdr_name", "atddr_name"], 50)?,
        outside: first(node, &["ipt_otp_no", "ipt_no"], 30)?,
        catalogue: node.text("list_ver", 50)?,
        ..VisitAbout::default()
    };
    if about.diagnosis.is_empty() {
        about.diagnosis = node.text("dscg_maindiag_code", 30)?;
        about.diagnosis_name = node.text("dscg_maindiag_name", 100)?;
    }
    let rows = Node::rows(turn.message, &["diseinfo"])?;
    let mut chosen = None;
    for row in &rows {
        if row.text("maindiag_flag", 3)? == "1" || chosen.is_none() {
            chosen = Some(*row);
        }
    }
    if let Some(row) = chosen.filter(|_| about.diagnosis.is_empty()) {
        about.diagnosis = row.need("diag_code", 30)?;
        about.diagnosis_name = row.text("diag_name", 100)?;
    }
    Ok(about)
}

fn first(node: Node<'_>, names: &[&str], max: usize) -> Result<String, Error> {
    for name in names {
        let text = node.text(name, max)?;
        if !text.is_empty() {
            return Ok(text);
        }
    }
    Ok(String::new())
}

async fn registered(
    turn: &Turn<'_>,
    node: Node<'_>,
    med_type: String,
    purpose: &str,
) -> Result<(VisitId, String), Error> {
    let (one, proof) = who::who_shows(turn, node, purpose).await?;
    let insutype = node.need("insutype", 6)?;
    let began_on = node.need_day("begntime")?;
    let covered = one.card.basic(began_on)?;
    if covered.insutype != insutype {
        return Err(insurance::Refusal::CoverageNone.at("insutype").with(covered.insutype.clone()));
    }
    let about = VisitAbout { credential: node.text("mdtrt_cert_type", 3)?, proof, ..about(turn, node)? };
    let ask = Register {
        person: one.person,
        institution: turn.institution.id,
        actor: turn.actor.id,
        msgid: turn.message.msgid.clone(),
        med_type,
        began_on: Some(began_on),
        about,
    };
    Ok((turn.gateway.settlements.register(turn.actor, ask).await?, one.card.psn_no))
}

/// 2201; `med_type` may come here already, and must when it is not plain out-patient care.
pub(super) async fn register(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    let outside = node.need("ipt_otp_no", 30)?;
    node.need("dept_code", 30)?;
    let med_type = match node.text("med_type", 6)? {
        said if said.is_empty() => "11".to_owned(),
        said => said,
    };
    if CareKind::of_med_type(&med_type) == Some(CareKind::Ip) {
        return Err(Refusal::FieldWrong.at("med_type").with("2401"));
    }
    let (visit, psn_no) = registered(turn, node, med_type, "01101").await?;
    Ok(json!({ "data": { "mdtrt_id": visit.to_string(), "psn_no": psn_no, "ipt_otp_no": outside } }))
}

/// 2401
pub(super) async fn admit(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["mdtrtinfo", "data"])?;
    node.need("ipt_no", 30)?;
    let med_type = node.need("med_type", 6)?;
    if CareKind::of_med_type(&med_type) != Some(CareKind::Ip) {
        return Err(Refusal::FieldWrong.at("med_type").with("2201"));
    }
    let (visit, _) = registered(turn, node, med_type, "01103").await?;
    Ok(json!({ "result": { "mdtrt_id": visit.to_string() } }))
}

/// The visit that a node names, of this institution and of the person it names; what is
/// another's does not exist.
pub(super) async fn named(turn: &Turn<'_>, node: Node<'_>) -> Result<Visit, Error> {
    let unknown = || settlement::Refusal::VisitUnknown.at("mdtrt_id");
    let one = who::insured(turn, node).await?;
    let id: VisitId = node.need("mdtrt_id", 30)?.parse().map_err(|_bad| unknown())?;
    let visit = turn.gateway.settlements.visit(turn.actor, id).await?;
    if visit.person == one.person && visit.institution == turn.institution.id { Ok(visit) } else { Err(unknown()) }
}

/// Refuses a message whose treatment type is not the visit's.
pub(super) fn same_type(visit: &Visit, node: Node<'_>) -> Result<(), Error> {
    let said = node.text("med_type", 6)?;
    if said.is_empty() || said == visit.med_type {
        return Ok(());
    }
    Err(Refusal::MedTypeDiffers.at("med_type").with(visit.med_type.clone()))
}

/// 2202, 2404
pub(super) async fn annul(turn: &Turn<'_>) -> Result<Value, Error> {
    let visit = named(turn, Node::of(turn.message, &["data"])?).await?;
    // Done before by this very message, whose answer was lost.
    let done = turn.repeated && visit.stage == settlement::rules::stage::Stage::Void;
    if !done {
        turn.gateway.settlements.annul(turn.actor, visit.id).await?;
    }
    Ok(Value::Null)
}

/// 2203, 2203A, 2403
pub(super) async fn retell(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["mdtrtinfo", "adminfo", "data"])?;
    let visit = named(turn, node).await?;
    same_type(&visit, node)?;
    let new = about(turn, node)?;
    let kept = |new: String, old: &String| if new.is_empty() { old.clone() } else { new };
    let old = &visit.about;
    let merged = VisitAbout {
        diagnosis_name: if new.diagnosis.is_empty() { old.diagnosis_name.clone() } else { new.diagnosis_name },
        diagnosis: kept(new.diagnosis, &old.diagnosis),
        department: kept(new.department, &old.department),
        doctor: kept(new.doctor, &old.doctor),
        outside: kept(new.outside, &old.outside),
        catalogue: kept(new.catalogue, &old.catalogue),
        ..VisitAbout::default()
    };
    turn.gateway.settlements.retell(turn.actor, visit.id, merged).await?;
    Ok(Value::Null)
}

/// 2402
pub(super) async fn discharge(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["dscginfo", "data"])?;
    let visit = named(turn, node).await?;
    let last = node.need_day("endtime")?;
    if visit.stage == settlement::rules::stage::Stage::Discharged && visit.ended_on == Some(last) {
        return Ok(Value::Null);
    }
    turn.gateway.settlements.discharge(turn.actor, visit.id, Some(last)).await?;
    Ok(Value::Null)
}

/// 2405
pub(super) async fn readmit(turn: &Turn<'_>) -> Result<Value, Error> {
    let visit = named(turn, Node::of(turn.message, &["data"])?).await?;
    // Done before by this very message, whose answer was lost.
    let done = turn.repeated && visit.ended_on.is_none();
    if !done {
        turn.gateway.settlements.readmit(turn.actor, visit.id).await?;
    }
    Ok(Value::Null)
}
