//! Blobs in a folder and in an S3-compatible store: a stand-in of our own that
//! keeps objects in memory and checks every request's SigV4 signature.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_parts::{HeaderMap, Method, StatusCode, Uri};
use kernel::FaultKind;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use store::blob::{BLOB_BYTES_MAX, Blobs, S3};

use axum::http as http_parts;

const KEY_ID: &str = "yima-test";
const SECRET: &str = "a secret of the test";
const REGION: &str = "us-east-1";
const BUCKET: &str = "blobs";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// What the stand-in keeps and how it is asked to behave.
#[derive(Clone, Default)]
struct Shelf {
    objects: Arc<Mutex<BTreeMap<String, Bytes>>>,
    asked: Arc<AtomicUsize>,
    /// While more than zero, requests are answered 500.
    failing: Arc<AtomicUsize>,
}

/// Starts the stand-in on a free port; answers its address.
async fn stand_in(shelf: &Shelf) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(answer).with_state(shelf.clone());
    let router = router.layer(axum::extract::DefaultBodyLimit::disable());
    tokio::spawn(async move {
        // The crate's axum has no server of its own switched on.
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let _ = (stream, &router);
        }
    });
    format!("http://{address}")
}
