//! The platform itself: its routes, its misbehaviours, its callbacks.

use crate::book::{Book, People, Turned};
use crate::crypto::{OwnKey, parts, seal, signed};
use crate::mischief::Mischief;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::{HeaderMap, Method, StatusCode};
use kernel::World;
use kernel::time::{MINUTE, SECOND};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Who the platform is and whom it serves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The merchant's number.
    pub mchid: String,
    /// The serial number of the merchant's certificate.
    pub merchant_serial: String,
    /// The merchant's public key, a bare `RSAPublicKey`, DER.
    pub merchant_key: Vec<u8>,
    /// The name of the platform's key.
    pub serial: String,
    /// The platform's private key, PKCS#8 PEM.
    pub key_pem: String,
    /// 32 bytes that seal callbacks.
    pub seal_key: String,
    /// Waits before each try of a callback; the last ends within thirty seconds.
    pub callback_waits: Vec<Duration>,
    /// Confirms an order by itself after so long, as a person on the phone would:
    /// the demo's. Nothing in tests.
    pub confirms_after: Option<Duration>,
    /// Turns orders away that do not say who pays.
    pub wants_payer: bool,
}

struct Inner {
    settings: Settings,
    world: World,
    key: OwnKey,
    book: Mutex<Book>,
    mischief: Mutex<Vec<Mischief>>,
    nonces: Mutex<BTreeSet<String>>,
    client: reqwest::Client,
}

/// The stand-in; cheap to clone.
#[derive(Clone)]
pub struct Standin(Arc<Inner>);

impl std::fmt::Debug for Standin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Standin")
    }
}

/// A stand-in that listens; it stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    /// Where.
    pub address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Standin {
    /// A platform with an empty book.
    ///
    /// # Errors
    /// When its key cannot be read.
    pub fn new(settings: Settings, world: World) -> Result<Self, String> {
        let key = OwnKey::read(&settings.key_pem)?;
        let client =
            reqwest::Client::builder().timeout(Duration::from_secs(5)).build().map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(Inner {
            settings,
            world,
            key,
            book: Mutex::default(),
            mischief: Mutex::default(),
            nonces: Mutex::default(),
            client,
        })))
    }

    /// Its routes.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/v3/med-ins/orders", post(order))
            .route("/v3/med-ins/orders/out-trade-no/{number}", get(query))
            .route("/v3/med-ins/refunds/notify", post(refund_notice))
            .route("/v3/refund/domestic/refunds", post(refund))
            .route("/v3/refund/domestic/refunds/{number}", get(query_refund))
            .with_state(self.clone())
    }

    /// Listens on an address of this machine; port 0 takes any.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn listen(&self, address: SocketAddr) -> std::io::Result<Running> {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let router = self.router();
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the stand-in stopped");
            }
        });
        Ok(Running { address, task })
    }

    /// Does something wrong at the next thing it fits.
    pub fn misbehave(&self, mischief: Mischief) {
        locked(&self.0.mischief).push(mischief);
    }

    fn does(&self, fits: impl Fn(&Mischief) -> bool) -> Option<Mischief> {
        let mut waiting = locked(&self.0.mischief);
        let at = waiting.iter().position(fits)?;
        Some(waiting.remove(at))
    }

    /// Looks into its book.
    pub fn book<T>(&self, look: impl FnOnce(&Book) -> T) -> T {
        look(&locked(&self.0.book))
    }

    /// The person confirms on the phone; answers what each callback was answered.
    pub async fn confirm(&self, number: &str) -> Vec<u16> {
        let confirmed = locked(&self.0.book).confirm(number);
        if confirmed { self.call_back(number).await } else { Vec::new() }
    }

    /// The person declines on the phone.
    pub async fn decline(&self, number: &str) -> Vec<u16> {
        let declined = locked(&self.0.book).decline(number);
        if declined { self.call_back(number).await } else { Vec::new() }
    }

    /// Ends a refund that stayed under way, and calls back.
    pub async fn finish_refund(&self, number: &str) -> Vec<u16> {
        let finished = locked(&self.0.book).finish_refund(number);
        let state = locked(&self.0.book).refund_state(number, "refund_status");
        match state.filter(|_| finished) {
            Some(state) => {
                let order = state.get("out_trade_no").and_then(Value::as_str).unwrap_or_default();
                let url = self.callback_url(order);
                self.deliver(&url, "REFUND.SUCCESS", "refund", &state, None).await
            }
            None => Vec::new(),
        }
    }

    fn callback_url(&self, number: &str) -> String {
        let book = locked(&self.0.book);
        let url = book.orders.get(number).and_then(|order| order.asked.get("callback_url").and_then(Value::as_str));
        url.unwrap_or_default().to_owned()
    }

    /// Calls back how an order stands, with the misbehaviour that waits, if any.
    pub async fn call_back(&self, number: &str) -> Vec<u16> {
        let mischief = self.does(|one| {
            matches!(
                one,
                Mischief::NeverCallBack
                    | Mischief::CallBackTimes(_)
                    | Mischief::ForgeCallback
                    | Mischief::OldCallback
                    | Mischief::MisstateCallback
                    | Mischief::SealWrongly
            )
        });
        if mischief == Some(Mischief::NeverCallBack) {
            return Vec::new();
        }
        let url = self.callback_url(number);
        let Some(mut state) = self.book(|book| book.state(number)) else { return Vec::new() };
        if mischief == Some(Mischief::MisstateCallback)
            && let Some(fee) = state.get_mut("wechat_pay_cash_fee")
        {
            *fee = json!(fee.as_i64().unwrap_or(0) + 1);
        }
        let times = if let Some(Mischief::CallBackTimes(times)) = mischief { times } else { 1 };
        let mut answers = Vec::new();
        for _ in 0..times {
            answers.extend(self.deliver(&url, "MEDICAL_INSURANCE.SUCCESS", "mix_pay", &state, mischief).await);
        }
        answers
    }

    fn sealed(&self, kind: &str, about: &str, inside: &Value, mischief: Option<Mischief>) -> String {
        let chance = hex(&self.0.world.chance().key());
        let mut nonce = [0; 12];
        nonce.iter_mut().zip(chance.bytes()).for_each(|(slot, byte)| *slot = byte);
        let other = "another key, thirty two bytes long";
        let key =
            if mischief == Some(Mischief::SealWrongly) { &other[..32] } else { self.0.settings.seal_key.as_str() };
        let text = String::from_utf8_lossy(&nonce).into_owned();
        let ciphertext = seal(key.as_bytes(), nonce, about, inside.to_string().as_bytes()).unwrap_or_default();
        json!({
            "id": chance.get(..32).unwrap_or_default(),
            "create_time": "2026-11-18T09:40:00+08:00",
            "resource_type": "encrypt-resource",
            "event_type": kind,
            "summary": "支付结果",
            "resource": {
                "original_type": about,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": ciphertext,
                "associated_data": about,
                "nonce": text,
            },
        })
        .to_string()
    }

    /// Sends a callback until it is answered well or the waits are used up.
    async fn deliver(
        &self,
        url: &str,
        kind: &str,
        about: &str,
        inside: &Value,
        mischief: Option<Mischief>,
    ) -> Vec<u16> {
        let body = self.sealed(kind, about, inside, mischief);
        let mut answers = Vec::new();
        for wait in &self.0.settings.callback_waits {
            if !wait.is_zero() {
                tokio::time::sleep(*wait).await;
            }
            let age = if mischief == Some(Mischief::OldCallback) { 10 * MINUTE } else { 0 };
            let forged = mischief == Some(Mischief::ForgeCallback);
            let mut request = self.0.client.post(url).header("content-type", "application/json");
            for (name, value) in self.stamps(body.as_bytes(), age, forged) {
                request = request.header(name, value);
            }
            let answer = request.body(body.clone()).send().await;
            let status = answer.map_or(0, |answer| answer.status().as_u16());
            answers.push(status);
            if status == 200 || status == 204 {
                break;
            }
        }
        answers
    }

    /// The headers that sign a body, made `age` microseconds ago.
    fn stamps(&self, body: &[u8], age: i64, forged: bool) -> [(&'static str, String); 4] {
        let at = ((self.0.world.now() - age) / SECOND).to_string();
        let nonce = hex(&self.0.world.chance().key()[..16]);
        let mut signature = self.0.key.sign(&[at.as_bytes(), nonce.as_bytes(), body]);
        if forged {
            signature = self.0.key.sign(&[b"something else"]);
        }
        [
            ("wechatpay-timestamp", at),
            ("wechatpay-nonce", nonce),
            ("wechatpay-signature", signature),
            ("wechatpay-serial", self.0.settings.serial.clone()),
        ]
    }

    fn answer(&self, status: u16, body: &Value, forged: bool) -> Response {
        let body = body.to_string();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, [(http::header::CONTENT_TYPE, "application/json")], body.clone()).into_response();
        for (name, value) in self.stamps(body.as_bytes(), 0, forged) {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    fn turned(&self, turned: Turned) -> Response {
        self.answer(turned.0, &json!({ "code": turned.1, "message": "请求被拒绝" }), false)
    }

    /// Whether the merchant signed this request, lately and not before.
    fn admits(&self, method: &Method, uri: &http::Uri, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let Some(parts) = parts(header) else { return false };
        let part = |name: &str| parts.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
        let settings = &self.0.settings;
        if part("mchid") != settings.mchid || part("serial_no") != settings.merchant_serial {
            return false;
        }
        let now = self.0.world.now() / SECOND;
        let near = part("timestamp").parse::<i64>().is_ok_and(|at| (at - now).abs() <= 300);
        let path = uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str);
        let lines = [
            method.as_str().as_bytes(),
            path.as_bytes(),
            part("timestamp").as_bytes(),
            part("nonce_str").as_bytes(),
            body,
        ];
        near && signed(&settings.merchant_key, &lines, part("signature"))
            && locked(&self.0.nonces).insert(part("nonce_str").to_owned())
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unsigned() -> Response {
    (StatusCode::UNAUTHORIZED, r#"{"code":"SIGN_ERROR","message":"签名错误"}"#).into_response()
}

/// Never answers: the merchant's time-out ends it.
async fn lost() -> Response {
    std::future::pending().await
}

async fn order(
    State(standin): State<Standin>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !standin.admits(&Method::POST, &uri, &headers, &body) {
        return unsigned();
    }
    if standin.does(|one| *one == Mischief::LoseOrder).is_some() {
        return lost().await;
    }
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let wants = standin.0.settings.wants_payer;
    let people = People::of(&asked, wants, |sealed| standin.0.key.open(sealed));
    let taken = people.and_then(|people| locked(&standin.0.book).take(&asked, people));
    let number = match taken {
        Ok(number) => number,
        Err(turned) => return standin.turned(turned),
    };
    if standin.does(|one| *one == Mischief::TakeMore).is_some()
        && let Some(order) = locked(&standin.0.book).orders.get_mut(&number)
    {
        order.charged += 1;
    }
    let mischief = standin.does(|one| {
        matches!(
            one,
            Mischief::LoseOrderAnswer
                | Mischief::LateOrderAnswer(_)
                | Mischief::ForgeOrderAnswer
                | Mischief::FailAfterOrder
                | Mischief::CallBackFirst
        )
    });
    if let Some(wait) = standin.0.settings.confirms_after {
        let (standin, number) = (standin.clone(), number.clone());
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            standin.confirm(&number).await;
        });
    }
    let state = standin.book(|book| book.state(&number)).unwrap_or_default();
    match mischief {
        Some(Mischief::LoseOrderAnswer) => lost().await,
        Some(Mischief::LateOrderAnswer(wait)) => {
            tokio::time::sleep(wait).await;
            standin.answer(200, &state, false)
        }
        Some(Mischief::FailAfterOrder) => standin.answer(502, &json!({ "code": "SYSTEM_ERROR" }), false),
        Some(Mischief::CallBackFirst) => {
            standin.confirm(&number).await;
            standin.answer(200, &state, false)
        }
        other => standin.answer(200, &state, other == Some(Mischief::ForgeOrderAnswer)),
    }
}

async fn query(
    State(standin): State<Standin>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Response {
    if !standin.admits(&Method::GET, &uri, &headers, b"") {
        return unsigned();
    }
    let mischief = standin.does(|one| matches!(one, Mischief::ForgeQueryAnswer | Mischief::LoseQuery));
    if mischief == Some(Mischief::LoseQuery) {
        return lost().await;
    }
    match standin.book(|book| book.state(&number)) {
        Some(state) => standin.answer(200, &state, mischief.is_some()),
        None => standin.turned((404, "ORDER_NOT_EXIST")),
    }
}

async fn refund(
    State(standin): State<Standin>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !standin.admits(&Method::POST, &uri, &headers, &body) {
        return unsigned();
    }
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mischief = standin.does(|one| {
        matches!(one, Mischief::LoseRefundAnswer | Mischief::KeepRefundUnderway | Mischief::RefundAbnormally)
    });
    let status = match mischief {
        Some(Mischief::KeepRefundUnderway) => "PROCESSING",
        Some(Mischief::RefundAbnormally) => "ABNORMAL",
        _ => "SUCCESS",
    };
    let taken = locked(&standin.0.book).refund(&asked, status);
    match taken {
        Ok(_) if mischief == Some(Mischief::LoseRefundAnswer) => lost().await,
        Ok(number) => {
            let state = standin.book(|book| book.refund_state(&number, "status")).unwrap_or_default();
            standin.answer(200, &state, false)
        }
        Err(turned) => standin.turned(turned),
    }
}

async fn query_refund(
    State(standin): State<Standin>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Response {
    if !standin.admits(&Method::GET, &uri, &headers, b"") {
        return unsigned();
    }
    match standin.book(|book| book.refund_state(&number, "status")) {
        Some(state) => standin.answer(200, &state, false),
        None => standin.turned((404, "RESOURCE_NOT_EXISTS")),
    }
}

async fn refund_notice(
    State(standin): State<Standin>,
    OriginalUri(uri): OriginalUri,
    Query(asked): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !standin.admits(&Method::POST, &uri, &headers, &body) {
        return unsigned();
    }
    if standin.does(|one| *one == Mischief::FailRefundNotice).is_some() {
        return standin.answer(500, &json!({ "code": "SYSTEM_ERROR" }), false);
    }
    let notice: Value = serde_json::from_slice(&body).unwrap_or_default();
    let number = notice.get("out_refund_no").and_then(Value::as_str).unwrap_or_default().to_owned();
    let order = asked.get("mix_trade_no").map(String::as_str).unwrap_or_default();
    let mut book = locked(&standin.0.book);
    if number.is_empty() || !book.orders.values().any(|known| known.mix_trade_no == order) {
        drop(book);
        return standin.turned((404, "ORDER_NOT_EXIST"));
    }
    book.notices.insert(number, notice);
    drop(book);
    standin.answer(200, &json!({}), false)
}
