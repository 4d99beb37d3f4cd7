//! Blobs in a folder and in an S3-compatible store: a stand-in of our own that
//! keeps objects in memory and checks every request's signature (SigV4).
#![expect(clippy::unwrap_used, reason = "a test program: a panic is how it fails")]

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::FaultKind;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use store::blob::{BLOB_BYTES_MAX, Blobs, S3};

const KEY_ID: &str = "test-key";
const SECRET: &str = "test-secret";
const REGION: &str = "us-east-1";
const BUCKET: &str = "blobs";
/// SHA-256 of `abc`, from FIPS 180-2, appendix B.1.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// What the stand-in keeps and how it is asked to behave.
#[derive(Clone, Default)]
struct Shelf {
    objects: Arc<Mutex<BTreeMap<String, Bytes>>>,
    asked: Arc<AtomicUsize>,
    /// So many requests are answered 500 before the next is answered well.
    failing: Arc<AtomicUsize>,
}

impl Shelf {
    /// Starts the stand-in on a free port and opens blobs on it.
    async fn open(&self, secret: &str) -> Blobs {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(self.clone()).layer(DefaultBodyLimit::disable());
        tokio::spawn(axum::serve(listener, router).into_future());
        let s3 = S3 {
            endpoint: format!("http://{address}"),
            bucket: BUCKET.into(),
            region: REGION.into(),
            key_id: KEY_ID.into(),
            secret: secret.into(),
        };
        Blobs::s3(&s3).unwrap()
    }

    fn names(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }
}

async fn answer(State(shelf): State<Shelf>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    shelf.asked.fetch_add(1, Ordering::SeqCst);
    if let Err(why) = signed(&method, &uri, &headers, &body) {
        return (StatusCode::FORBIDDEN, why).into_response();
    }
    if shelf.failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
        return (StatusCode::INTERNAL_SERVER_ERROR, "<Error><Code>InternalError</Code></Error>").into_response();
    }
    let Some(name) = uri.path().strip_prefix(&format!("/{BUCKET}/")) else {
        return (StatusCode::NOT_FOUND, "<Error><Code>NoSuchBucket</Code></Error>").into_response();
    };
    let mut objects = shelf.objects.lock().unwrap();
    let dates = [("etag", "\"1\""), ("last-modified", "Wed, 18 Nov 2026 01:40:00 GMT")];
    match method {
        Method::PUT => {
            objects.insert(name.to_owned(), body);
            (dates, "").into_response()
        }
        Method::GET => match objects.get(name) {
            Some(bytes) => (dates, bytes.clone()).into_response(),
            None => (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response(),
        },
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Checks key, payload and signature as the service would: the rules of
/// "Authenticating Requests: Using the Authorization Header" of the S3 manual.
fn signed(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let payload = hex(&Sha256::digest(body));
    if header("x-amz-content-sha256") != payload {
        return Err(format!("the payload's hash is not {payload}"));
    }
    let authorization = header("authorization").strip_prefix("AWS4-HMAC-SHA256 ").ok_or("not signed")?;
    let part = |name: &str| {
        let found = authorization.split(", ").find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        found.ok_or_else(|| format!("no {name}"))
    };
    let (at, names) = (header("x-amz-date"), part("SignedHeaders")?);
    let day = at.get(..8).ok_or("no date")?;
    let scope = format!("{day}/{REGION}/s3/aws4_request");
    if part("Credential")? != format!("{KEY_ID}/{scope}") {
        return Err("another key".to_owned());
    }
    for needed in ["host", "x-amz-content-sha256", "x-amz-date"] {
        if !names.split(';').any(|name| name == needed) {
            return Err(format!("{needed} is not signed"));
        }
    }
    let lines = names.split(';').fold(String::new(), |lines, name| lines + name + ":" + header(name) + "\n");
    let query = uri.query().unwrap_or_default();
    let canonical = format!("{method}\n{}\n{query}\n{lines}\n{names}\n{payload}", uri.path());
    let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for step in scope.split('/') {
        key = hmac(&key, step);
    }
    if part("Signature")? == hex(&hmac(&key, &text)) { Ok(()) } else { Err("another signature".to_owned()) }
}

/// What holds wherever blobs live; `kept` counts what lies there.
async fn check_keeping(blobs: &Blobs, kept: impl Fn() -> usize) {
    assert_eq!(blobs.put(b"abc".to_vec()).await.unwrap(), ABC);
    assert_eq!(blobs.put(b"abc".to_vec()).await.unwrap(), ABC, "the same again has the same name");
    assert_eq!(kept(), 1, "twice is one object");
    assert_eq!(blobs.get(ABC).await.unwrap().as_deref(), Some(b"abc".as_slice()));
    assert_eq!(blobs.get(&"0".repeat(64)).await.unwrap(), None, "an unknown name is nothing");

    let nothing = blobs.put(Vec::new()).await.unwrap();
    assert_eq!(blobs.get(&nothing).await.unwrap(), Some(Vec::new()));
    let before = kept();
    let fault = blobs.put(vec![0; BLOB_BYTES_MAX + 1]).await.unwrap_err();
    assert!(fault.to_string().contains("over the limit"), "{fault}");
    assert_eq!(kept(), before, "what is refused is not kept");
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test]
async fn a_folder_keeps_blobs_and_notices_rot() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("blobs");
    let blobs = Blobs::folder(&place).unwrap();
    check_keeping(&blobs, || files(&place).len()).await;

    let file = files(&place).into_iter().find(|path| path.ends_with(ABC)).expect("named by its digest");
    std::fs::write(&file, "abd").unwrap();
    let fault = blobs.get(ABC).await.unwrap_err();
    assert!(fault.to_string().contains(ABC), "rot is named (D6): {fault}");
    assert_eq!(blobs.put(b"abc".to_vec()).await.unwrap(), ABC);
    assert!(blobs.get(ABC).await.unwrap().is_some(), "keeping it again mends it");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let fault = Blobs::folder(&file.join("blobs")).unwrap_err();
    assert!(fault.to_string().contains("blobs"), "{fault}");
}

#[tokio::test]
async fn a_service_keeps_blobs_and_notices_rot() {
    let shelf = Shelf::default();
    let blobs = shelf.open(SECRET).await;
    check_keeping(&blobs, || shelf.names().len()).await;

    let name = shelf.names().into_iter().find(|name| name.ends_with(ABC)).unwrap();
    assert_eq!(name, format!("ba/{ABC}"));
    shelf.objects.lock().unwrap().insert(name, Bytes::from_static(b"abd"));
    let fault = blobs.get(ABC).await.unwrap_err();
    assert!(fault.to_string().contains(ABC), "rot is named (D6): {fault}");
}

#[tokio::test]
async fn a_service_that_refuses_the_key_is_a_fault() {
    let shelf = Shelf::default();
    let blobs = shelf.open("another secret").await;
    let fault = blobs.put(b"abc".to_vec()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Broken);
    assert!(!fault.to_string().contains("another secret"), "{fault}");
    assert!(blobs.get(ABC).await.is_err());
    assert_eq!(shelf.names(), Vec::<String>::new());
}

#[tokio::test]
async fn a_service_that_stumbles_is_asked_again_and_one_that_fails_is_a_fault() {
    let shelf = Shelf::default();
    let blobs = shelf.open(SECRET).await;
    shelf.failing.store(1, Ordering::SeqCst);
    assert_eq!(blobs.put(b"abc".to_vec()).await.unwrap(), ABC, "one 500 is nothing");
    assert_eq!(shelf.asked.swap(0, Ordering::SeqCst), 2);

    shelf.failing.store(usize::MAX, Ordering::SeqCst);
    assert_eq!(blobs.put(b"abd".to_vec()).await.unwrap_err().kind, FaultKind::Broken);
    assert!(shelf.asked.load(Ordering::SeqCst) <= 4, "it is not asked for minutes");
    assert_eq!(blobs.get(ABC).await.unwrap_err().kind, FaultKind::Broken);
    shelf.failing.store(0, Ordering::SeqCst);
    assert!(blobs.get(ABC).await.unwrap().is_some(), "it works again by itself");
    assert_eq!(shelf.names().len(), 1);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_a_fault() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let s3 =
        S3 { endpoint, bucket: BUCKET.into(), region: REGION.into(), key_id: KEY_ID.into(), secret: SECRET.into() };
    let blobs = Blobs::s3(&s3).unwrap();
    assert_eq!(blobs.get(ABC).await.unwrap_err().kind, FaultKind::Broken);
}
