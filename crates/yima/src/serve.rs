//! The server: routes behind the gate, limits, headers, counters, a clean end.

use crate::compose::Node;
use crate::metrics::{Metrics, RouteMetrics};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use http::{HeaderMap, HeaderValue, Uri, header};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use kernel::Error;
use kernel::time::SECOND;
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;
use store::once::FORGOTTEN_MAX;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutBody;
use web::{Problem, Refusal, Route};

/// Bodies of `/fhir`: bundles with scanned documents.
pub const FHIR_BODY_MAX: usize = 50 << 20;
/// Bodies of everything else.
pub const BODY_MAX: usize = 1 << 20;
/// A client that needs longer to send its headers is gone.
const HEADERS_SECONDS_MAX: u64 = 15;
/// A body whose next part takes longer is not coming.
const BODY_SECONDS_MAX: u64 = 30;
/// Connections that may stay open while the node drains.
const DRAIN_SECONDS_MAX: u64 = 20;
/// Open connections at most.
const CONNECTIONS_MAX: usize = 10_000;

/// A refusal in the dialect of the surface it happened on.
fn say(headers: &HeaderMap, uri: &Uri, error: Error) -> Response {
    let path = uri.path();
    if path.starts_with("/fhir") {
        gateways::fhir::refuse(error)
    } else if path.starts_with("/v1") || path == "/nhsa" {
        Problem(error).into_response()
    } else {
        desks::refuse(headers, uri, error)
    }
}

#[derive(Clone)]
struct Own {
    metrics: Metrics,
    node: Node,
}

/// The money rooms' own work, every second.
async fn money_turns(node: Node) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        node.money.turn().await;
    }
}

/// The ledger's own check, once a day; what it finds is logged, counted and shown.
async fn ledger_checks(node: Node) {
    let since = node.db.world().now();
    loop {
        tokio::time::sleep(Duration::from_mins(1)).await;
        match node.money.office.ledger.examine_when_due(since).await {
            Ok(Some(verdict)) if verdict.wrong.is_empty() => {
                tracing::info!(entries = verdict.entries, "the ledger was checked; all of it holds");
            }
            // What is wrong was logged sentence by sentence.
            Ok(_) => {}
            Err(error) => tracing::error!(error = %error, "the ledger could not be checked"),
        }
    }
}

/// The whole router of a node.
pub fn router(node: &Node) -> Router {
    let metrics = Metrics::new(node.db.clone(), node.money.office.ledger.clone());
    let own = Own { metrics: metrics.clone(), node: node.clone() };
    let mut routes = node.routes();
    routes.extend([
        Route::get("/livez", kernel::right::PUBLIC, async || "ok\n", &()),
        Route::get("/readyz", kernel::right::PUBLIC, ready, &own),
        Route::get("/metrics", kernel::right::PUBLIC, metrics_text, &own),
        Route::get("/version", kernel::right::PUBLIC, version, &()),
    ]);
    let mut by_path: BTreeMap<&'static str, MethodRouter> = BTreeMap::new();
    for route in routes {
        let counters = metrics.route(route.method.as_str(), route.path);
        let gate = node.gate.clone();
        let limit = if route.path.starts_with("/fhir") { FHIR_BODY_MAX } else { BODY_MAX };
        let guarded = route
            .handler
            .layer(DefaultBodyLimit::max(limit))
            .layer(middleware::from_fn(move |request: Request, next: Next| {
                access::gate::guard(gate.clone(), route.right, say, request, next)
            }))
            .layer(middleware::from_fn_with_state(counters, count));
        let merged = match by_path.remove(route.path) {
            Some(known) => known.merge(guarded),
            None => guarded,
        };
        by_path.insert(route.path, merged);
    }
    let mut router = Router::new();
    for (path, methods) in by_path {
        router = router.route(path, methods.fallback(wrong_method));
    }
    router
        .fallback(nothing_here)
        .layer(middleware::map_request(no_endless_body))
        .layer(CompressionLayer::new().compress_when(pages_only))
        .layer(middleware::map_response(safe_headers))
        .layer(CatchPanicLayer::custom(panicked))
}

async fn no_endless_body(request: Request) -> Request {
    request.map(|body| Body::new(TimeoutBody::new(Duration::from_secs(BODY_SECONDS_MAX), Body::new(body))))
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem(kernel::Fault::broken("a handler panicked").into()).into_response()
}

/// Pages, styles and scripts travel packed; answers to programs as they are, since
/// packing would cost more than they do.
fn pages_only(_: http::StatusCode, _: http::Version, headers: &HeaderMap, _: &http::Extensions) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ["text/html", "text/css", "text/javascript", "application/javascript"].iter().any(|kind| media.starts_with(kind))
}

async fn count(State(counters): State<RouteMetrics>, request: Request, next: Next) -> Response {
    #[expect(clippy::disallowed_methods, reason = "measuring how long the machine took, not what time it is")]
    let start = std::time::Instant::now();
    let response = next.run(request).await;
    counters.count(response.status().as_u16(), start.elapsed().as_secs_f64());
    response
}

async fn safe_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
        ),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

async fn nothing_here(headers: HeaderMap, uri: Uri) -> Response {
    say(&headers, &uri, Refusal::NotFound.into())
}

async fn wrong_method(headers: HeaderMap, uri: Uri) -> Response {
    say(&headers, &uri, Refusal::MethodNotAllowed.into())
}

async fn version() -> Response {
    axum::Json(serde_json::json!({ "name": "yima", "version": env!("CARGO_PKG_VERSION") })).into_response()
}

async fn metrics_text(State(own): State<Own>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], own.metrics.text()).into_response()
}

/// Ready when the database answers and its disk is trusted; names what is not.
async fn ready(State(own): State<Own>) -> Response {
    let mut failing = Vec::new();
    if own.node.db.lost() {
        failing.push("disk");
    }
    if let Err(error) = own.node.db.read(|sql| Ok(store::fact::find(sql, "node.ready")?)).await {
        tracing::warn!(error = %error, "not ready");
        failing.push("database");
    }
    let status = if failing.is_empty() { http::StatusCode::OK } else { http::StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(serde_json::json!({ "ready": failing.is_empty(), "failing": failing }))).into_response()
}

/// Serves until `stop` resolves, then lets open requests finish.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let places = std::sync::Arc::new(tokio::sync::Semaphore::new(CONNECTIONS_MAX));
    tokio::pin!(stop);
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { break };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(error = %error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Small answers must not wait for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        // HTTP/1 alone: the time to send headers then counts from the first moment.
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(HEADERS_SECONDS_MAX))
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that breaks off is no event here.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(Duration::from_secs(DRAIN_SECONDS_MAX)) => {
            tracing::warn!(drain_seconds_max = DRAIN_SECONDS_MAX, "closing connections that did not finish");
        }
    }
}

/// Work that comes due by itself: forgetting what need not be kept, jobs.
pub async fn housekeeping(node: Node) {
    tokio::spawn(money_turns(node.clone()));
    tokio::spawn(ledger_checks(node.clone()));
    loop {
        tokio::time::sleep(Duration::from_mins(1)).await;
        let before = node.db.world().now() - 7 * 24 * 3600 * SECOND;
        loop {
            match node.db.write(0, move |tx| Ok(tx.forget_replies(before)?)).await {
                Ok(gone) if i64::try_from(gone).is_ok_and(|gone| gone >= FORGOTTEN_MAX) => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(error = %error, "old replies could not be forgotten");
                    break;
                }
            }
        }
        if let Err(error) = node.credentials.forget_used().await {
            tracing::warn!(error = %error, "used codes could not be forgotten");
        }
        if let Err(error) = node.credentials.expire().await {
            tracing::warn!(error = %error, "cards that ran out could not be written down");
        }
        if let Err(error) = node.keys.turn().await {
            tracing::error!(error = %error, "the keys could not be turned: what they sign may run out");
        }
    }
}
