//! Style sheets, scripts and the mark, kept by browsers for ever: their address
//! changes when they do.

use crate::phone::pages::WORKER;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, StatusCode, header};
use kernel::right::PUBLIC;
use serde_json::json;
use web::Route;
use web::layout::MANIFEST;
use web::words::{Lang, Word};

/// The routes.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/assets/{*path}", PUBLIC, asset, &()),
        Route::get(WORKER, PUBLIC, worker, &()),
        Route::get(MANIFEST, PUBLIC, manifest, &()),
    ]
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

/// The phone's service worker: one address for ever, so never kept without asking,
/// and allowed to serve `/phone` itself, which is outside its own folder.
async fn worker() -> Response {
    let (content_type, bytes) = web::assets::named("sw.js").unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("service-worker-allowed"), "/phone"),
    ];
    (headers, bytes).into_response()
}

/// What the phone calls the installed page (W3C Web Application Manifest).
async fn manifest(lang: Lang) -> Response {
    let icon = |name: &str, sizes: &str, kind: &str, purpose: &str| json!({ "src": web::assets::href(name), "sizes": sizes, "type": kind, "purpose": purpose });
    let body = json!({
        "id": "/phone", "start_url": "/phone", "scope": "/phone", "display": "standalone", "lang": lang.tag(),
        "name": lang[Word::Yima], "short_name": lang[Word::Yima],
        "background_color": "#f3f5f4", "theme_color": "#f3f5f4",
        "icons": [
            icon("icon-192.png", "192x192", "image/png", "any"),
            icon("icon-512.png", "512x512", "image/png", "any maskable"),
            icon("mark.svg", "any", "image/svg+xml", "any"),
        ],
    });
    ([(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "no-cache")], body.to_string())
        .into_response()
}
