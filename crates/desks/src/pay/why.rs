//! Why a settlement is what it is.

use crate::Desks;
use crate::asked::{Asked, page};
use crate::pay::pages::{PAY, address};
use crate::pay::reasons::{Reason, WhyPage, why_page};
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{Actor, Error, SettlementId};
use web::Caller;

pub(super) async fn show(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    Path(settlement): Path<String>,
) -> Response {
    asked.or_refusal(explained(&desks, &actor, &asked, &settlement).await)
}

async fn explained(desks: &Desks, actor: &Actor, asked: &Asked, id: &str) -> Result<Response, Error> {
    let id: SettlementId = id.parse().map_err(|_bad| web::Refusal::NotFound.error())?;
    let explanation = desks.settlements.explain(actor, id).await?;
    let elder = asked.query("elder") == Some("1");
    Ok(page(why_page(&WhyPage {
        lang: asked.lang,
        here: address(&format!("{PAY}/{id}/why"), elder),
        elder,
        back: address(&format!("{PAY}/{id}"), elder),
        plan: format!("{} · {}", explanation.plan, explanation.version),
        reasons: Reason::all(asked.lang, &explanation),
    })))
}
