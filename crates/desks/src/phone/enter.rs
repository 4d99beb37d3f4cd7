//! Nobody is signed in on this phone: how to get in.

use crate::Desks;
use crate::asked::{Asked, go_to, page};
use crate::phone::pages::{Enter, enter as enter_page};
use axum::extract::State;
use axum::response::Response;

/// In the demo the first page lets one be somebody; elsewhere a page says how.
pub(super) async fn enter(State(desks): State<Desks>, asked: Asked) -> Response {
    if desks.demo {
        return go_to("/");
    }
    page(enter_page(&Enter { lang: asked.lang, here: asked.here() }))
}
