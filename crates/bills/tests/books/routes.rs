//! The routes behind the gate: the person sees their own, a desk its own, a payer
//! marks, anybody checks.

use crate::scene::{CAPABILITIES, HOSPITAL, PERSON, Scene, runtime, scene, visit};
use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use kernel::{InstitutionId, PersonId, SettlementId};
use serde_json::{Value, json};
use testkit::on_both;
use tower::ServiceExt as _;

struct Node<'a> {
    scene: Scene<'a>,
    router: Router,
}

fn node(bench: &testkit::Bench) -> Node<'_> {
    let scene = scene(bench);
    let routes = bills::api::routes(&scene.bills).into_iter().chain(bills::pages::routes(&scene.bills));
    let router = routes.fold(Router::new(), |router, route| {
        let gate = scene.gate.clone();
        let guard = from_fn(move |request, next| {
            access::gate::guard(gate.clone(), route.right, access::gate::as_problem, request, next)
        });
        router.route(route.path, route.handler.layer(guard))
    });
    Node { scene, router }
}

impl Node<'_> {
    fn call(&self, token: &str, method: &str, path: &str, body: &Value) -> (StatusCode, String, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = request.body(body).expect("a request");
        runtime().block_on(async {
            let answer = self.router.clone().oneshot(request).await.expect("an answer");
            let kind = answer.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let (status, kind) = (answer.status(), kind.to_owned());
            (status, kind, answer.into_body().collect().await.expect("a body").to_bytes().to_vec())
        })
    }

    fn get(&self, token: &str, path: &str) -> (u16, Value) {
        let (status, _, body) = self.call(token, "GET", path, &Value::Null);
        (status.as_u16(), serde_json::from_slice(&body).unwrap_or_default())
    }
}

#[test]
fn people_and_desks_see_their_own() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let scene = &node.scene;
        let id = scene.issue(visit(1)).unwrap();
        let (_, citizen) = scene.enrolled("citizen", None, Some(PERSON));
        let (_, stranger) = scene.enrolled("citizen", None, Some(PersonId(501)));
        let (_, desk) = scene.enrolled("registrar", Some(HOSPITAL), None);
        let (_, foreign) = scene.enrolled("registrar", Some(InstitutionId(72)), None);

        let (status, list) = node.get(&citizen, "/v1/me/bills");
        assert_eq!(status, 200, "{}: {list}", bench.name);
        let bill = &list["bills"][0];
        assert_eq!((&bill["total_fen"], &bill["state"]), (&json!(28_640), &json!("issued")), "{}", bench.name);
        let number = bill["number"].as_str().expect("a number");
        let (status, one) = node.get(&citizen, &format!("/v1/me/bills/{id}"));
        assert_eq!(
            (status, &one["bill"]["lines"][0]["name"]),
            (200, &json!("血常规（五分类） Full blood count")),
            "{}",
            bench.name
        );
        let (status, kind, pdf) = node.call(&citizen, "GET", &format!("/v1/me/bills/{id}.pdf?lang=en"), &Value::Null);
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/pdf"), "{}", bench.name);
        assert!(pdf.starts_with(b"%PDF-"), "{}", bench.name);
        assert_eq!((scene.events(703), scene.events(702)), (1, 2), "{}: each read leaves its look", bench.name);

        assert_eq!(node.get(&stranger, &format!("/v1/me/bills/{id}")).0, 404, "{}", bench.name);
        assert_eq!(node.get(&stranger, "/v1/me/bills").1, json!({"bills": []}), "{}", bench.name);
        assert_eq!(node.get("", "/v1/me/bills").0, 401, "{}", bench.name);
        assert_eq!(node.get(&citizen, &format!("/v1/bills/{number}")).0, 403, "{}", bench.name);
        assert_eq!(node.get(&desk, &format!("/v1/bills/{number}")).0, 200, "{}", bench.name);
        assert_eq!(node.get(&foreign, &format!("/v1/bills/{number}")).0, 404, "{}", bench.name);
        assert_eq!(node.get(&desk, "/v1/bills/1234567890123").0, 404, "{}", bench.name);

        let (status, kind, _) = node.call(&desk, "POST", &format!("/v1/bills/{number}/prints"), &Value::Null);
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/pdf"), "{}", bench.name);
        let paper = json!({"paper": "P-77"});
        let (status, ..) = node.call(&foreign, "POST", &format!("/v1/bills/{number}/paper"), &paper);
        assert_eq!(status, StatusCode::NOT_FOUND, "{}", bench.name);
        let (status, ..) = node.call(&desk, "POST", &format!("/v1/bills/{number}/paper"), &paper);
        assert_eq!(status, StatusCode::OK, "{}", bench.name);
        let (_, after) = node.get(&citizen, &format!("/v1/me/bills/{id}"));
        assert_eq!((&after["state"], &after["paper"], &after["prints"]), (&json!("paper"), &json!("P-77"), &json!(1)));
    });
}

#[test]
fn payers_mark_what_they_are_shown() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let scene = &node.scene;
        let bill = scene.seen(scene.issue(visit(1)).unwrap());
        let (_, payer) = scene.enrolled("reviewer", Some(InstitutionId(80)), None);
        let mut body = json!({
            "code": bill.content.code, "number": bill.content.number, "check": bill.content.check,
            "total_fen": 28_640, "claim": "U-1", "payer": "云州市总工会", "amount_fen": 3120,
        });
        let (status, _, answer) = node.call(&payer, "POST", "/v1/bill-marks", &body);
        assert_eq!(status, StatusCode::OK, "{}: {}", bench.name, String::from_utf8_lossy(&answer));
        body["total_fen"] = json!(28_641);
        let (status, ..) = node.call(&payer, "POST", "/v1/bill-marks", &body);
        assert_eq!(status, StatusCode::NOT_FOUND, "{}", bench.name);
        body["total_fen"] = json!(28_640);
        let (status, ..) = node.call(&payer, "POST", "/v1/bill-marks/release", &body);
        assert_eq!(status, StatusCode::OK, "{}", bench.name);
        assert_eq!((scene.events(706), scene.events(707)), (1, 1), "{}", bench.name);
    });
}

/// E4: the same answer, byte for byte, for a bill that does not exist and for a
/// wrong amount.
#[test]
fn anybody_checks_and_learns_nothing_else() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let bill = node.scene.seen(node.scene.issue(visit(1)).unwrap());
        let number = &bill.content.number;
        let ask = |query: &str| node.call("", "GET", &format!("/v1/bills/check?{query}"), &Value::Null);
        let (status, _, valid) = ask(&format!("number={number}&total=286.40"));
        assert_eq!((status, valid.as_slice()), (StatusCode::OK, br#"{"valid":true}"#.as_slice()), "{}", bench.name);
        let wrong = ask(&format!("number={number}&total=286.41"));
        let unknown = ask("number=9999900000001&total=286.40");
        assert_eq!((wrong.0, &wrong.2), (unknown.0, &unknown.2), "{}", bench.name);
        assert_eq!(wrong.2, br#"{"valid":false}"#, "{}", bench.name);
        for bad in ["number=12&total=1", "number=9999900000001&total=1,000.00", "number=9999900000001&total=1e3", ""] {
            assert_eq!(ask(bad).0, StatusCode::BAD_REQUEST, "{}: {bad}", bench.name);
        }
        let page = |query: &str| {
            let (status, kind, body) = node.call("", "GET", &format!("/bills/check?{query}"), &Value::Null);
            assert!(kind.starts_with("text/html"), "{}: {kind}", bench.name);
            (status, String::from_utf8(body).expect("a page"))
        };
        assert!(page("lang=zh-CN").1.contains("查验票据"), "{}", bench.name);
        let (status, shown) = page(&format!("lang=zh-CN&number={number}&total=286.40"));
        assert!(status == StatusCode::OK && shown.contains("没有冲销") && !shown.contains("周静怡"), "{}", bench.name);
        let (_, shown) = page("lang=zh-CN&number=9999900000001&total=286.40");
        assert!(shown.contains("无效") && !shown.contains("没有冲销"), "{}", bench.name);
        let seal: String = url_encoded(&bill.seal);
        assert!(page(&format!("lang=en&seal={seal}")).1.contains("Valid"), "{}", bench.name);
        assert!(page("lang=en&seal=YB1:ABC").1.contains("Not valid"), "{}", bench.name);
    });
}

fn url_encoded(text: &str) -> String {
    let hex = store::value::hex(text.as_bytes());
    hex.as_bytes().chunks(2).flat_map(|pair| [b'%', pair[0], pair[1]]).map(char::from).collect()
}

/// A desk shows the bill of a settlement it made, and nobody else's; the address on the
/// slip answers without a name.
#[test]
fn a_desk_finds_the_bill_of_its_settlement() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let scene = &node.scene;
        scene.issue(visit(1)).unwrap();
        let (desk, _) = scene.enrolled("kiosk", Some(HOSPITAL), None);
        let (foreign, _) = scene.enrolled("kiosk", Some(InstitutionId(72)), None);
        let find = |actor, person, settlement| {
            runtime().block_on(scene.bills.of_settlement(actor, person, SettlementId(settlement))).unwrap()
        };
        let bill = find(&desk, PERSON, 1).expect("its bill");
        assert_eq!(scene.events(702), 1, "{}: the look", bench.name);
        assert!(find(&foreign, PERSON, 1).is_none(), "{}: another institution's", bench.name);
        assert!(find(&desk, PersonId(501), 1).is_none(), "{}: another person's", bench.name);
        assert!(find(&desk, PERSON, 2).is_none(), "{}: never billed", bench.name);
        assert_eq!(scene.events(702), 1, "{}: no look where nothing was shown", bench.name);

        let address = scene.bills.check_address(&bill);
        let content = &bill.content;
        let path = address.strip_prefix("https://yima.example").expect("the node's own address");
        assert_eq!(path, format!("/bills/check?number={}&total=286.40&check={}", content.number, content.check));
        let (status, _, page) = node.call("", "GET", path, &Value::Null);
        let page = String::from_utf8(page).expect("a page");
        assert!(status == StatusCode::OK && page.contains("data-test=\"done\""), "{}: {page}", bench.name);
        scene.redden(1).unwrap();
        let (_, _, page) = node.call("", "GET", path, &Value::Null);
        assert!(!String::from_utf8(page).expect("a page").contains("data-test=\"done\""), "{}: taken back", bench.name);
    });
}
