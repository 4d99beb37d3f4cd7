//! Showing what waits to be paid.

use crate::Desks;
use crate::asked::{Asked, page};
use crate::pay::pages::pay;
use crate::pay::waiting::{Wish, view};
use axum::extract::State;
use axum::response::Response;
use web::Caller;

pub(super) async fn show(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    let wish = Wish {
        visit: asked.query("visit").and_then(|text| text.parse().ok()),
        use_account: asked.query("account") != Some("0"),
        elder: asked.query("elder") == Some("1"),
        stale: false,
    };
    asked.or_refusal(view(&desks, &actor, &asked, wish).await.map(|view| page(pay(&view))))
}
