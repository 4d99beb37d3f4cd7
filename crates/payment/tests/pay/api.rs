//! The routes, as terminals, phones and the channel call them.

use crate::desk::{CAPABILITIES, Node, PERSON, citizen, clerk, node, router};
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt as _;
use kernel::Actor;
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::on_both;
use tower::ServiceExt as _;
use web::Caller;

fn call(node: &Node<'_>, actor: &Arc<Actor>, path: &str, key: Option<&str>, body: Option<&Value>) -> (u16, Value) {
    let method = if body.is_some() { "POST" } else { "GET" };
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let request = request.extension(Caller(actor.clone())).body(body).expect("a request");
    node.runtime.block_on(async {
        let answer = router(&node.payments).oneshot(request).await.expect("an answer");
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
        (status, serde_json::from_slice(&bytes).expect("JSON"))
    })
}

#[test]
fn a_desk_pays_once_for_a_key_and_closes_its_till() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let clerk = clerk();
        let open = json!({ "till": "3", "float_fen": 1000 });
        assert_eq!(call(&node, &clerk, "/v1/tills/open", None, Some(&open)).0, 200);
        let pay = json!({ "person": PERSON.to_string(), "subject": { "kind": "settlement", "id": "bill-1" },
            "means": { "kind": "cash", "received_fen": 3000 } });
        let (status, told) = call(&node, &clerk, "/v1/payments", None, Some(&pay));
        assert_eq!((status, &told["code"]), (400, &json!("web.parameter-invalid")));
        let (status, first) = call(&node, &clerk, "/v1/payments", Some("k1"), Some(&pay));
        assert_eq!((status, &first["stage"], &first["change_fen"]), (201, &json!("paid"), &json!(850)), "{first}");
        assert_eq!(call(&node, &clerk, "/v1/payments", Some("k1"), Some(&pay)), (201, first.clone()), "{}", bench.name);
        let mut other = pay.clone();
        other["means"]["received_fen"] = json!(3001);
        let (status, told) = call(&node, &clerk, "/v1/payments", Some("k1"), Some(&other));
        assert_eq!((status, &told["code"]), (409, &json!("store.key-reused")));
        let (status, told) = call(&node, &clerk, "/v1/payments", Some("k2"), Some(&pay));
        assert_eq!((status, &told["code"]), (409, &json!("payment.paid-already")));
        let path = format!("/v1/payments/{}", first["id"].as_str().expect("an id"));
        let back = json!({ "money_fen": 150 });
        let (status, refund) = call(&node, &clerk, &format!("{path}/refunds"), Some("r1"), Some(&back));
        assert_eq!((status, &refund["stage"]), (201, &json!("done")), "{refund}");
        assert_eq!(call(&node, &clerk, &format!("{path}/refunds"), Some("r1"), Some(&back)).1, refund);
        let (_, seen) = call(&node, &clerk, &path, None, None);
        assert_eq!((&seen["refunded_fen"], seen["refunds"].as_array().map(Vec::len)), (&json!(150), Some(1)));
        let close = json!({ "cash_fen": 3000, "pos_fen": 0 });
        let (status, closed) = call(&node, &clerk, "/v1/tills/close", None, Some(&close));
        assert_eq!((status, &closed["cash"]["difference_fen"]), (200, &json!(0)), "{closed}");
        assert_eq!(call(&node, &clerk, "/v1/payments/m0", None, None).0, 404);
    });
}

#[test]
fn a_phone_pays_and_the_channel_calls_back() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let citizen = citizen();
        let pay = json!({ "subject": { "kind": "settlement", "id": "bill-1" },
            "means": { "kind": "mobile", "openid": "oAaBb123", "pay_order_id": "ORD1", "pay_auth_no": "AUTH1" } });
        let (status, asked) = call(&node, &citizen, "/v1/me/payments", Some("k1"), Some(&pay));
        assert_eq!((status, &asked["stage"], &asked["to_pay_fen"]), (201, &json!("asked"), &json!(2150)), "{asked}");
        assert_eq!(asked["says"]["en"], "Being confirmed, do not pay again");
        let id = asked["id"].as_str().expect("an id").to_owned();
        node.after(0);
        assert_eq!(node.runtime.block_on(node.standin.confirm(&id)), vec![200], "{}", bench.name);
        let (_, seen) = call(&node, &citizen, &format!("/v1/me/payments/{id}"), None, None);
        assert_eq!(seen["stage"], "paid", "{}", bench.name);
        let (_, own) = call(&node, &citizen, "/v1/me/payments", None, None);
        assert_eq!(own["payments"].as_array().map(Vec::len), Some(1));
        // Anybody can send to the callback's address; nobody is believed without a key.
        let forged = json!({ "event_type": "MEDICAL_INSURANCE.SUCCESS" });
        let (status, told) = call(&node, &citizen, "/v1/pay/notify", None, Some(&forged));
        assert_eq!((status, &told["code"], node.events(807)), (401, &json!("FAIL"), 1), "{}", bench.name);
        call(&node, &citizen, "/v1/pay/notify", None, Some(&forged));
        assert_eq!(node.events(807), 1, "a flood leaves one event a second");
    });
}
