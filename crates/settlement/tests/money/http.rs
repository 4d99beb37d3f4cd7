//! The routes: a visit from registration to cancellation as JSON, and how refusals
//! look.

use crate::town::{CAPABILITIES, Town, citizen, wait};
use axum::body::Body;
use axum::{Extension, Router};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use kernel::Actor;
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::on_both;
use tower::ServiceExt as _;

/// Sends a request as an actor; the gate before the routes is the program's.
fn sent(town: &Town, actor: &Arc<Actor>, method: Method, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
    let mut router = Router::new();
    for route in settlement::api::routes(&town.env) {
        router = router.route(route.path, route.handler);
    }
    let router = router.layer(Extension(web::Caller(actor.clone())));
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    if !key.is_empty() {
        request = request.header("idempotency-key", key);
    }
    wait(async {
        let response = router.oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let status = response.status();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    })
}

fn post(town: &Town, actor: &Arc<Actor>, path: &str, key: &str, body: Value) -> (StatusCode, Value) {
    sent(town, actor, Method::POST, path, key, &body)
}

fn get(town: &Town, actor: &Arc<Actor>, path: &str) -> (StatusCode, Value) {
    sent(town, actor, Method::GET, path, "", &Value::Null)
}

#[test]
fn a_visit_from_registration_to_cancellation() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let desk = &town.centre;
        let body = json!({ "person": person.to_string(), "med_type": "11", "about": { "diagnosis": "J06.9" } });
        let (status, made) = post(&town, desk, "/v1/visits", "K1", body.clone());
        assert_eq!(status, StatusCode::CREATED, "{made}");
        assert_eq!(post(&town, desk, "/v1/visits", "K1", body).1, made, "the same key, the same visit");
        let visit = made["visit"].as_str().expect("an id").to_owned();
        let lines = json!([{ "sn": "1", "code": "XA01", "qty_milli": 2000, "price_fen": 7_500, "amount_fen": 15_000 }]);
        let (status, charged) =
            post(&town, desk, &format!("/v1/visits/{visit}/fees"), "", json!({ "lines": lines, "total_fen": 15_000 }));
        assert_eq!(
            (status, &charged["open_total_fen"], &charged["lines"][0]["class"]),
            (StatusCode::OK, &json!(15_000), &json!("A"))
        );
        let (_, quote) = post(&town, desk, "/v1/quotes", "", json!({ "visit": visit }));
        assert_eq!((&quote["fund_fen"], &quote["cash_fen"]), (&json!(3_500), &json!(11_500)), "{quote}");
        let ask = json!({ "quote": quote["quote"] });
        let (status, settled) = post(&town, desk, "/v1/settlements", "K2", ask.clone());
        assert_eq!((status, &settled["cash_fen"]), (StatusCode::OK, &json!(11_500)), "{settled}");
        assert_eq!(post(&town, desk, "/v1/settlements", "K2", ask).1, settled);
        let id = settled["settlement"].as_str().expect("an id");
        let (_, shown) = get(&town, desk, &format!("/v1/settlements/{id}"));
        assert_eq!((&shown["state"], &shown["settlement"]), (&json!("live"), &settled));
        let (_, why) = get(&town, desk, &format!("/v1/settlements/{id}/explanation?lang=en"));
        assert!(why["text"].as_str().is_some_and(|text| text.contains("115.00")), "{why}");
        let (_, own) = get(&town, &citizen(person), "/v1/me/settlements");
        assert_eq!(own["settlements"][0]["settlement"], settled);
        let (_, cancelled) =
            post(&town, desk, &format!("/v1/settlements/{id}/cancel"), "K3", json!({ "reason": "退号" }));
        assert_eq!(cancelled["cash_fen"], json!(-11_500), "{cancelled}");
        let (_, totals) = get(&town, desk, "/v1/settlements/totals?from=2026-11-18&to=2026-11-18");
        assert_eq!(totals["totals"].as_array().map(Vec::len), Some(2), "{totals}");
        let (_, visit) = get(&town, desk, &format!("/v1/visits/{visit}"));
        assert_eq!((&visit["stage"], &visit["open_total_fen"]), (&json!("charged"), &json!(15_000)));
        town.holds();
    });
}

#[test]
fn refusals_bring_numbers_and_ids() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(0);
        let direct = |amount: i64, key: &str| {
            let line =
                json!({ "sn": "1", "code": "XA01", "qty_milli": 1000, "price_fen": amount, "amount_fen": amount });
            let body = json!({ "direct": { "person": person.to_string(), "med_type": "11", "lines": [line] } });
            post(&town, &town.centre, "/v1/settlements", key, body)
        };
        let visit = town.charged(&town.centre, person, 15_000);
        let quote = town.quote(&town.centre, visit).expect("a quote");
        let (_, first) = direct(15_000, "A1");
        let (_, second) = direct(700, "A2");
        let (status, stale) = post(&town, &town.centre, "/v1/settlements", "A3", json!({ "quote": quote.quote }));
        assert_eq!(
            (status, &stale["code"], &stale["nhsa"]),
            (StatusCode::CONFLICT, &json!("settlement.quote-stale"), &json!("QUOTE_STALE"))
        );
        assert_eq!(stale["now"]["cash_fen"], json!(4_500), "{stale}");
        let id = first["settlement"].as_str().expect("an id");
        let (_, later) = post(&town, &town.centre, &format!("/v1/settlements/{id}/cancel"), "A4", json!({}));
        assert_eq!(
            (&later["nhsa"], &later["later"]),
            (&json!("LATER_SETTLEMENT_EXISTS"), &json!([second["settlement"]]))
        );
        assert_eq!(direct(15_001, "A1").1["nhsa"], json!("DUPLICATE_CONFLICT"));
        for (path, key, body, status) in [
            ("/v1/settlements", "", json!({ "visit": visit.to_string() }), StatusCode::UNPROCESSABLE_ENTITY),
            ("/v1/settlements", "B1", json!({}), StatusCode::BAD_REQUEST),
            ("/v1/settlements", "B2", json!({ "visit": "v0000000000000" }), StatusCode::NOT_FOUND),
            (
                "/v1/settlements",
                "B3",
                json!({ "visit": visit.to_string(), "total_fen": "1,000.00" }),
                StatusCode::BAD_REQUEST,
            ),
            ("/v1/settlements", "B4", json!({ "visit": visit.to_string(), "total_fen": 1.5 }), StatusCode::BAD_REQUEST),
            ("/v1/settlements/reverse", "", json!({ "msgid": "" }), StatusCode::UNPROCESSABLE_ENTITY),
            ("/v1/visits", "B5", json!({ "person": "p123", "med_type": "11" }), StatusCode::BAD_REQUEST),
            ("/v1/visits", "B6", json!({ "psn_no": "nobody", "med_type": "11" }), StatusCode::NOT_FOUND),
        ] {
            let (got, said) = post(&town, &town.centre, path, key, body.clone());
            assert_eq!(got, status, "{path} {body}: {said}");
        }
        // A citizen names no other person and sees no list of what is in doubt.
        let body = json!({ "person": town.employee(0).to_string(), "med_type": "11" });
        assert_eq!(post(&town, &citizen(person), "/v1/visits", "C1", body).0, StatusCode::NOT_FOUND);
        assert_eq!(get(&town, &citizen(person), "/v1/settlements/in-doubt").0, StatusCode::NOT_FOUND);
        town.holds();
    });
}

#[test]
fn an_ask_is_answered_or_known_to_be_in_doubt() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench);
        let person = town.employee(2_000);
        let line = json!({ "sn": "1", "code": "XA01", "qty_milli": 1000, "price_fen": 900, "amount_fen": 900 });
        let body = json!({ "direct": { "person": person.to_string(), "med_type": "11", "lines": [line] } });
        let (status, known) = post(&town, &town.centre, "/v1/settlements/ask", "D1", body.clone());
        assert_eq!(
            (status, &known["stage"], &known["do_not_pay_again"]),
            (StatusCode::OK, &json!("settled"), &json!(false)),
            "{known}"
        );
        assert_eq!(post(&town, &town.centre, "/v1/settlements/ask", "D1", body).1, known);
        assert_eq!(get(&town, &town.centre, "/v1/settlements/in-doubt").1, json!({ "in_doubt": [] }));
        let (_, account) = get(&town, &citizen(person), "/v1/me/account");
        assert_eq!(
            (&account["balance_fen"], account["movements"].as_array().map(Vec::len)),
            (&json!(1_100), Some(2)),
            "{account}"
        );
        town.holds();
    });
}

#[test]
fn a_desk_settles_for_who_is_present() {
    on_both(&CAPABILITIES, |bench| {
        let town = Town::on(bench).scanning();
        let person = town.employee(0);
        let line = json!({ "sn": "1", "code": "XA01", "qty_milli": 1000, "price_fen": 900, "amount_fen": 900 });
        let direct = |proof: &str| json!({ "direct": { "person": person.to_string(), "med_type": "11", "about": { "proof": proof }, "lines": [line] } });
        let desk = town.registrar();
        for (proof, wanted) in [("", "settlement.presence-needed"), ("nonsense", "credentials.presence-invalid")] {
            for path in ["/v1/settlements", "/v1/settlements/preview", "/v1/settlements/ask"] {
                let (status, said) = post(&town, &desk, path, "E1", direct(proof));
                assert!(status.is_client_error(), "{path} {said}");
                assert_eq!(said["code"], json!(wanted), "{path}");
            }
            let visit = json!({ "person": person.to_string(), "med_type": "11", "about": { "proof": proof } });
            assert_eq!(post(&town, &desk, "/v1/visits", "E2", visit).1["code"], json!(wanted));
        }
        // A hospital's program checks by itself; the person is there.
        assert_eq!(post(&town, &town.hospital, "/v1/settlements", "E3", direct("")).0, StatusCode::OK);
        town.holds();
    });
}
