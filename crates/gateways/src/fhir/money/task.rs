//! `POST /fhir/Task` with code `cancel`: a settlement is taken back; the answer is the
//! Task completed, with the ClaimResponse of negative amounts as its output.

use super::super::FhirGateway;
use super::super::answer::Outcome;
use super::ask::{sent, text, wrong};
use super::read::{settled_id, written};
use super::say::MESSAGE;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use kernel::SettlementId;
use serde_json::{Value, json};
use web::Caller;

/// The interaction.
pub(in super::super) async fn create(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    request: Request,
) -> Result<Response, Outcome> {
    let mut task = sent(request, &gateway, "Task").await?;
    if text(&task, "/code/coding/0/code") != "cancel" {
        return Err(wrong("code", "Tasks with the code cancel are taken.", "只接受 cancel 任务。"));
    }
    let focus = text(&task, "/focus/reference").rsplit('/').next().unwrap_or_default();
    let id: Option<SettlementId> = focus.strip_prefix("setl-").and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| wrong("focus", "ClaimResponse/setl-… of the settlement.", "focus 请指明结算。"))?;
    let identifiers = task.get("identifier").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let msgid =
        identifiers.iter().find(|one| text(one, "/system") == MESSAGE).map(|one| text(one, "/value").to_owned());
    let msgid = msgid.ok_or_else(|| wrong("identifier", &format!("A number of {MESSAGE}."), "请填写报文编号。"))?;
    let reason = text(&task, "/reasonCode/text").to_owned();
    let done = gateway.settlements.cancel(&actor, id, msgid, reason, false).await?;
    task["status"] = "completed".into();
    task["output"] = json!([
        { "type": { "text": "ClaimResponse" }, "valueReference": { "reference": format!("ClaimResponse/{}", settled_id(id)) } },
        { "type": { "text": "cancellation" }, "valueString": done.id.to_string() },
    ]);
    Ok(written(StatusCode::CREATED, &task))
}
