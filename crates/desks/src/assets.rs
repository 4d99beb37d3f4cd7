//! Style sheets, scripts and the mark, kept by browsers for ever: their address
//! changes when they do.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use kernel::right::PUBLIC;
use web::Route;

/// The routes.
pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/assets/{*path}", PUBLIC, asset, &())]
}

async fn asset(Path(path): Path<String>) -> Response {
    match web::assets::asset(&path) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some((content_type, bytes)) => (
            [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")],
            bytes,
        )
            .into_response(),
    }
}
