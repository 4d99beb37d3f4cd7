//! The routes behind the gate, with tokens, as terminals call them.

use crate::desk::{CAPABILITIES, Desk, NUMBER, desk, policy};
use access::Gate;
use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use kernel::time::{MINUTE, SECOND};
use serde_json::{Value, json};
use testkit::on_both;
use tower::ServiceExt as _;

/// A node of this crate's routes only.
pub(crate) struct Node<'a> {
    pub(crate) desk: Desk<'a>,
    router: Router,
    runtime: tokio::runtime::Runtime,
}

pub(crate) fn node(bench: &testkit::Bench) -> Node<'_> {
    let desk = desk(bench);
    let gate: Gate = desk.credentials.gate.clone();
    let router = credentials::api::routes(&desk.credentials).into_iter().fold(Router::new(), |router, route| {
        let gate = gate.clone();
        let guard = from_fn(move |request, next| {
            access::gate::guard(gate.clone(), route.right, access::gate::as_problem, request, next)
        });
        router.route(route.path, route.handler.layer(guard))
    });
    Node { desk, router, runtime: crate::desk::runtime() }
}

impl Node<'_> {
    pub(crate) fn call(
        &self,
        token: &str,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> (StatusCode, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = request.body(body).expect("a request");
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.expect("an answer");
            let status = answer.status();
            (status, answer.into_body().collect().await.expect("a body").to_bytes().to_vec())
        })
    }

    /// The whole answer to a scan as it goes over the wire: status, headers, body.
    pub(crate) fn whole(&self, token: &str, body: &Value) -> (u16, HeaderMap, Vec<u8>) {
        let request = Request::post("/v1/scan")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body.to_string()))
            .expect("a request");
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.expect("an answer");
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            (status, headers, answer.into_body().collect().await.expect("a body").to_bytes().to_vec())
        })
    }

    /// The Retry-After header of an answer.
    pub(crate) fn retry_after(&self, token: &str, path: &str, body: &Value) -> Option<String> {
        let request = Request::post(path)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body.to_string()))
            .expect("a request");
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.expect("an answer");
            answer.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned)
        })
    }

    pub(crate) fn json(&self, token: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let (status, body) = self.call(token, method, path, None, body);
        (status.as_u16(), serde_json::from_slice(&body).expect("JSON"))
    }
}

#[test]
fn from_a_card_to_a_scan() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let (doctor, registrar) = (&node.desk.doctor_token, &node.desk.registrar_token);
        let person = node.desk.person.to_string();
        let new = json!({ "person": person, "medium": "paper", "label": "打印卡" });
        let (status, card) = node.json(registrar, "POST", "/v1/cards", &new);
        assert_eq!(status, 201, "{card}");
        let path = format!("/v1/cards/{}/code", card["card"].as_str().unwrap());
        let (status, shown) = node.json(registrar, "GET", &path, &Value::Null);
        assert_eq!(status, 200, "{shown}");
        assert_eq!(node.desk.events(404), 1, "{}", bench.name);
        let scan = json!({ "code": shown["code"], "purpose": "01201", "place": "3 诊室" });
        let (status, told) = node.json(doctor, "POST", "/v1/scan", &scan);
        assert_eq!(status, 200, "{told}");
        assert_eq!(told["person"]["id"], person.as_str());
        assert_eq!(told["person"]["name"], "周*怡");
        assert_eq!(told["person"]["document"], "1101••••••••••002X");
        assert_eq!(told["insured"], json!({ "plan": "职工医保", "region": "990100" }));
        assert_eq!(told["waiting"], json!([]));
        assert_eq!(told["presence"]["expires_at"], bench.db.world().now() + 15 * MINUTE);
        assert_eq!(told["grant"]["until"], "2026-11-19T01:40:00Z");
        assert_eq!(told["grant"]["institution_name"], "云州市第一人民医院");
        assert_eq!((&told["purpose"], &told["at"]), (&json!("01201"), &json!("2026-11-18T01:40:00Z")));
        assert!(!told.to_string().contains(NUMBER) && !told.to_string().contains("静"), "{told}");
        let (status, again) = node.json(doctor, "POST", "/v1/scan", &scan);
        assert_eq!((status, &again["code"]), (409, &json!("credentials.code-used")));
        assert_eq!(again["field"], "code");
        assert!(!again.to_string().contains(&person), "a refusal names nobody: {again}");
        let (status, paid) =
            node.json(doctor, "POST", "/v1/scan", &json!({ "code": node.desk.code(), "purpose": "01301" }));
        assert_eq!((status, &paid["grant"]), (200, &Value::Null));
    });
}

#[test]
fn the_same_key_gives_the_same_answer() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let doctor = &node.desk.doctor_token;
        let scan = json!({ "code": node.desk.code(), "purpose": "01201", "place": "3" });
        let once = |body: &Value| node.call(doctor, "POST", "/v1/scan", Some("k1"), body);
        let (status, first) = once(&scan);
        assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&first));
        // Also when the code has expired meanwhile.
        bench.clock.advance(5 * MINUTE);
        assert_eq!(once(&scan), (StatusCode::OK, first), "{}", bench.name);
        let other = json!({ "code": node.desk.code(), "purpose": "01201", "place": "4" });
        let (status, body) = once(&other);
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((status, &body["code"]), (StatusCode::CONFLICT, &json!("store.key-reused")), "{}", bench.name);
        assert_eq!((node.desk.events(400), node.desk.events(401)), (1, 0), "{}", bench.name);
        // A refused scan keeps no reply; the mended one runs.
        let bad = json!({ "code": node.desk.code(), "purpose": "1", "place": "" });
        let (status, _) = node.call(doctor, "POST", "/v1/scan", Some("k2"), &bad);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let good = json!({ "code": bad["code"], "purpose": "01201", "place": "" });
        let (status, _) = node.call(doctor, "POST", "/v1/scan", Some("k2"), &good);
        assert_eq!(status, StatusCode::OK, "{}", bench.name);
        // The same code under another key is a replay, and leaves its event.
        let (status, _) = node.call(doctor, "POST", "/v1/scan", Some("k3"), &good);
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!((node.desk.events(400), node.desk.events(401)), (2, 1), "{}", bench.name);
        let new = json!({ "person": node.desk.person.to_string(), "medium": "phone" });
        let issue = || node.call(&node.desk.registrar_token, "POST", "/v1/cards", Some("k4"), &new);
        assert_eq!(issue(), issue(), "{}", bench.name);
        assert_eq!(node.desk.count("SELECT COUNT(*) FROM credentials_cards"), 2, "{}", bench.name);
    });
}

/// Twins with one key in flight: one presence, one answer for all.
#[test]
fn twins_with_one_key_get_one_answer() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let scan = json!({ "code": node.desk.code(), "purpose": "01201", "place": "3" });
        let (router, token) = (node.router.clone(), node.desk.doctor_token.clone());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
        let answers: Vec<(StatusCode, Vec<u8>)> = runtime.block_on(async {
            let twins: Vec<_> = (0..16)
                .map(|_| {
                    let request = Request::post("/v1/scan")
                        .header("authorization", format!("Bearer {token}"))
                        .header("idempotency-key", "twins")
                        .body(Body::from(scan.to_string()))
                        .unwrap();
                    let router = router.clone();
                    tokio::spawn(async move {
                        let answer = router.oneshot(request).await.unwrap();
                        (answer.status(), answer.into_body().collect().await.unwrap().to_bytes().to_vec())
                    })
                })
                .collect();
            let mut answers = Vec::new();
            for twin in twins {
                answers.push(twin.await.unwrap());
            }
            answers
        });
        assert!(answers.iter().all(|answer| answer.0 == StatusCode::OK && answer.1 == answers[0].1), "{}", bench.name);
        assert_eq!(node.desk.events(400), 1, "{}", bench.name);
    });
}

#[test]
fn a_revoked_card_is_refused_over_http() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let (registrar, card) = (&node.desk.registrar_token, node.desk.card);
        let code = node.desk.code();
        for _ in 0..2 {
            let (status, told) = node.json(registrar, "POST", &format!("/v1/cards/{card}/revoke"), &Value::Null);
            assert_eq!((status, told), (200, json!({ "card": card.to_string(), "revoked": true })), "{}", bench.name);
        }
        assert_eq!(node.desk.events(403), 1, "{}", bench.name);
        let scan = json!({ "code": code, "purpose": "01201" });
        let (status, told) = node.json(&node.desk.doctor_token, "POST", "/v1/scan", &scan);
        assert_eq!((status, &told["code"]), (422, &json!("credentials.code-refused")), "{}", bench.name);
        let (status, told) = node.json(registrar, "GET", &format!("/v1/cards/{card}/code"), &Value::Null);
        assert_eq!((status, &told["code"]), (409, &json!("credentials.card-ended")), "{}", bench.name);
        let (status, told) = node.json(&node.desk.citizen_token, "GET", "/v1/me/code", &Value::Null);
        assert_eq!((status, &told["code"]), (404, &json!("credentials.no-card")), "{}", bench.name);
    });
}

#[test]
fn a_citizen_shows_their_own_code() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        bench.clock.advance(12 * SECOND);
        let (status, shown) = node.json(&node.desk.citizen_token, "GET", "/v1/me/code", &Value::Null);
        assert_eq!((status, &shown["seconds_left"]), (200, &json!(18)), "{}", bench.name);
        assert_eq!(shown["step_ends_at"], testkit::MORNING + 30 * SECOND);
        let scan = json!({ "code": format!("\r\n{} ", shown["code"].as_str().unwrap()), "purpose": "01302" });
        let (status, told) = node.json(&node.desk.doctor_token, "POST", "/v1/scan", &scan);
        assert_eq!(status, 200, "{told}");
        // One's own code is one's own affair: no event of showing.
        assert_eq!(node.desk.events(404), 0, "{}", bench.name);
    });
}

#[test]
fn routes_ask_for_their_right_and_bad_input_is_named() {
    let bench = testkit::sqlite(&CAPABILITIES);
    let node = node(&bench);
    assert!(policy().rights("doctor").is_some());
    let (doctor, registrar, citizen) = (&node.desk.doctor_token, &node.desk.registrar_token, &node.desk.citizen_token);
    let scan = json!({ "code": node.desk.code(), "purpose": "01201" });
    let person = node.desk.person.to_string();
    let rows = [
        ("", "POST", "/v1/scan", scan.clone(), 401, "web.sign-in-needed", ""),
        (citizen, "POST", "/v1/scan", scan.clone(), 403, "access.right-missing", ""),
        (doctor, "GET", "/v1/me/code", Value::Null, 403, "access.right-missing", ""),
        (doctor, "POST", "/v1/cards", json!({}), 403, "access.right-missing", ""),
        (doctor, "POST", "/v1/scan", json!({ "code": 5, "purpose": "01201" }), 400, "web.body-invalid", ""),
        (doctor, "POST", "/v1/scan", json!({ "code": "x" }), 400, "web.body-invalid", ""),
        (
            doctor,
            "POST",
            "/v1/scan",
            json!({ "code": "x", "purpose": "01201" }),
            422,
            "credentials.code-unreadable",
            "code",
        ),
        (
            doctor,
            "POST",
            "/v1/scan",
            json!({ "code": scan["code"], "purpose": "0" }),
            422,
            "credentials.purpose-unknown",
            "purpose",
        ),
        (
            registrar,
            "POST",
            "/v1/cards",
            json!({ "person": "p1", "medium": "phone" }),
            400,
            "web.body-invalid",
            "person",
        ),
        (
            registrar,
            "POST",
            "/v1/cards",
            json!({ "person": person, "medium": "stone" }),
            400,
            "web.body-invalid",
            "medium",
        ),
        (
            registrar,
            "POST",
            "/v1/cards",
            json!({ "person": person, "medium": "phone", "label": "x".repeat(61) }),
            400,
            "web.body-invalid",
            "label",
        ),
        (
            registrar,
            "POST",
            "/v1/cards",
            json!({ "person": kernel::PersonId(9).to_string(), "medium": "phone" }),
            404,
            "credentials.person-unknown",
            "person",
        ),
        (registrar, "GET", "/v1/cards/nonsense/code", Value::Null, 404, "web.not-found", "card"),
        (registrar, "POST", "/v1/cards/c00000000000000/revoke", Value::Null, 404, "web.not-found", "card"),
    ];
    for (token, method, path, body, status, code, field) in rows {
        let (found, told) = node.json(token, method, path, &body);
        assert_eq!((found, told["code"].as_str()), (status, Some(code)), "{method} {path} {body}: {told}");
        assert_eq!(told["field"].as_str().unwrap_or_default(), field, "{method} {path} {body}: {told}");
    }
    let (status, _) = node.call(doctor, "POST", "/v1/scan", Some(&"k".repeat(256)), &scan);
    assert_eq!(status, StatusCode::BAD_REQUEST);
    bench.db.close();
}
