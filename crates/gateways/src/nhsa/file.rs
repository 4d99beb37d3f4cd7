//! Filings: 2501 referral and care away, 2503 chronic diseases, 2505 designated
//! institutions; 2502, 2504, 2506 take them back.

use super::codes::name_of;
use super::node::Node;
use super::turn::{self, Turn};
use super::{Refusal, who};
use insurance::file::{NewFiling, file as make, move_filing};
use insurance::rules::filing::{Move, Stage};
use insurance::{Day, FilingKind};
use kernel::{Error, FilingId, InstitutionId};
use serde_json::{Value, json};

/// What a filing's node says.
fn asked(turn: &Turn<'_>, node: Node<'_>) -> Result<NewFiling, Error> {
    let new = |kind, area: String, institution: Option<InstitutionId>, code: String| -> Result<NewFiling, Error> {
        let (from_on, to_on): (Option<Day>, Option<Day>) = (Some(node.need_day("begndate")?), node.day("enddate")?);
        Ok(NewFiling { kind, area, institution, code, from_on, to_on })
    };
    match turn.message.infno.as_str() {
        "2501" => {
            let kind = name_of(&turn.codes.refl_type, &node.need("refl_type", 3)?).to_owned();
            let kind = FilingKind::from_name(&kind).filter(|kind| kind.away());
            let kind = kind.ok_or_else(|| Refusal::FieldWrong.at("refl_type"))?;
            let area = node.need("mdtrtarea_admdvs", 6)?;
            // An institution that the directory does not know is named for people only.
            let institution = known(turn, &node.text("reflin_medins_no", 30)?);
            new(kind, area, institution, node.text("diag_code", 30)?)
        }
        "2503" => {
            let code = node.need("ide_fixmedins_no", 30)?;
            let institution =
                known(turn, &code).ok_or_else(|| Refusal::FieldWrong.at("ide_fixmedins_no").with(code))?;
            new(FilingKind::Chronic, String::new(), Some(institution), node.need("opsp_dise_code", 30)?)
        }
        _ => {
            // Somebody who files for another is named.
            if !node.text("agnter_name", 50)?.is_empty() {
                node.need("agnter_cert_type", 3)?;
                node.need("agnter_certno", 50)?;
            }
            let code = node.need("fixmedins_code", 30)?;
            let institution = known(turn, &code).ok_or_else(|| Refusal::FieldWrong.at("fixmedins_code").with(code))?;
            new(FilingKind::Designated, String::new(), Some(institution), String::new())
        }
    }
}

fn known(turn: &Turn<'_>, code: &str) -> Option<InstitutionId> {
    turn.gateway.settlements.directory.by_code(code).map(|one| one.id)
}

/// 2501, 2503, 2505
pub(super) async fn file(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["refmedin", "data"])?;
    let one = who::insured(turn, node).await?;
    let new = asked(turn, node)?;
    let (person, actor) = (one.person, turn.actor.id);
    turn::once(turn, "filing", person.0, move |tx| {
        let (id, stage) = make(tx, person, &new, actor)?;
        let state = if stage == Stage::Accepted { "1" } else { "0" };
        Ok(json!({ "result": { "trt_dcla_detl_sn": id.to_string(), "rchk_flag": state } }))
    })
    .await
}

/// 2502, 2504, 2506
pub(super) async fn unfile(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    let one = who::insured(turn, node).await?;
    let number = node.need("trt_dcla_detl_sn", 30)?;
    let id: FilingId = number.parse().map_err(|_bad| Refusal::FieldWrong.at("trt_dcla_detl_sn"))?;
    let reason = node.text("memo", 200)?;
    let (person, actor) = (one.person, turn.actor.id);
    turn::once(turn, "filing", person.0, move |tx| {
        move_filing(tx, person, id, Move::Cancel, &reason, actor)?;
        Ok(json!({}))
    })
    .await
}
