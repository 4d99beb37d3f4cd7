//! Who sees which books, as answers and as pages.

use crate::books::{AGENCY, Books, HOSPITAL, PERSON, block, charge, open, settle};
use axum::body::Body;
use axum::{Extension, Router};
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use kernel::time::DAY;
use kernel::{Actor, ActorId, ActorKind, Fen, InstitutionId};
use ledger::{Account, CAPABILITY, Entry, EntryKind, Lines, Office, Refs};
use serde_json::Value;
use std::sync::Arc;
use testkit::{on_both, sqlite};
use tower::ServiceExt as _;
use web::Caller;

fn actor(institution: InstitutionId, rights: &[&'static str]) -> Actor {
    Actor {
        id: ActorId(9),
        kind: ActorKind::Staff,
        name: "Wei Lan".into(),
        institution: Some(institution),
        place: "".into(),
        person: None,
        role: "reviewer".into(),
        rights: rights.into(),
    }
}

fn overseer() -> Actor {
    actor(InstitutionId(1), &["ledger.close", "ledger.oversee", "ledger.read"])
}

fn hospital() -> Actor {
    actor(HOSPITAL, &["ledger.close", "ledger.read"])
}

/// The office's routes as one actor meets them.
fn site(books: &Books<'_>, actor: Actor) -> Router {
    let office = Office {
        ledger: books.ledger.clone(),
        names: Arc::new(|id, english| if english { format!("Hospital {}", id.0) } else { format!("医院 {}", id.0) }),
        agency: AGENCY,
        agency_name: ("云州市医保中心".into(), "Yunzhou agency".into()),
    };
    let mut router = Router::new();
    for route in ledger::api::routes(&office).into_iter().chain(ledger::pages::routes(&office)) {
        router = router.route(route.path, route.handler);
    }
    router.layer(Extension(Caller(Arc::new(actor))))
}

/// Asks; the status and the body. A body that is given is posted, JSON or a form.
fn ask(site: &Router, path: &str, posted: Option<&str>) -> (StatusCode, String) {
    block(async {
        let request = match posted {
            None => Request::get(path).body(Body::empty()),
            Some(body) => {
                let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
                Request::post(path).header("content-type", kind).body(Body::from(body.to_owned()))
            }
        };
        let answer = site.clone().oneshot(request.unwrap()).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        Ok((status, String::from_utf8(bytes.to_vec()).unwrap()))
    })
    .unwrap()
}

fn json(site: &Router, path: &str) -> Value {
    let (status, body) = ask(site, path, None);
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

/// Books of the agency and of a hospital.
fn story(books: &Books<'_>) -> String {
    charge(books, PERSON, 10_000);
    let id = settle(books, PERSON, 5_000, 3_000).unwrap();
    let ledger = books.ledger.clone();
    let own = books.bench.db.write_now(1, move |tx| {
        let lines =
            Lines::new().debit(Account::receivable_agency(AGENCY), Fen(8_000)).credit(Account::revenue(), Fen(8_000));
        let (entity, kind, refs) = (HOSPITAL.into(), EntryKind::Settlement, Refs::default());
        ledger.post(tx, &Entry { entity, kind, period: None, refs, lines: lines.as_slice() })
    });
    own.unwrap();
    block(books.ledger.fold()).unwrap();
    id.to_string()
}

#[test]
fn the_agency_reads_all_books_and_a_hospital_its_own() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        let entry = story(&books);
        let (agency, hospital) = (site(&books, overseer()), site(&books, hospital()));
        assert_eq!(json(&agency, "/v1/ledger/books")["books"].as_array().unwrap().len(), 2);
        let own = json(&hospital, "/v1/ledger/books");
        assert_eq!(own["books"].as_array().unwrap().len(), 1);
        assert_eq!(own["books"][0]["books"], HOSPITAL.to_string());
        let trial = json(&agency, "/v1/ledger/books/r990100/trial?period=2026-11");
        assert_eq!((&trial["difference_fen"], &trial["moved_debit_fen"]), (&0.into(), &18_000.into()));
        let path = format!("/v1/ledger/books/r990100/statement?account=2101/{HOSPITAL}&limit=1");
        let statement = json(&agency, &path);
        assert_eq!(statement["entries"][0]["entry"], entry);
        assert_eq!(statement["entries"][0]["credit_fen"], 8_000);
        let found = json(&agency, &format!("/v1/ledger/entries/{entry}"));
        assert_eq!(found["lines"][1]["account"], "2301", "the person is not named: {found}");
        for path in ["/v1/ledger/books/r990100/trial", "/v1/ledger/books/nonsense/trial"] {
            assert_eq!(ask(&hospital, path, None).0, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(ask(&hospital, &format!("/v1/ledger/entries/{entry}"), None).0, StatusCode::NOT_FOUND);
        let bad = [
            ("/v1/ledger/books/r990100/trial?period=2026-13", StatusCode::BAD_REQUEST),
            ("/v1/ledger/books/r990100/statement?account=9999", StatusCode::UNPROCESSABLE_ENTITY),
            ("/v1/ledger/books/r990100/statement?account=1001&before=x", StatusCode::BAD_REQUEST),
            ("/v1/ledger/entries/j0", StatusCode::NOT_FOUND),
        ];
        for (path, status) in bad {
            assert_eq!(ask(&agency, path, None).0, status, "{path}");
        }
        assert!(json(&agency, "/v1/ledger/chart")["accounts"].as_array().unwrap().len() > 15, "{}", bench.name);
    });
}

#[test]
fn a_month_is_closed_once_by_those_who_keep_the_books() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        story(&books);
        let (agency, hospital) = (site(&books, overseer()), site(&books, hospital()));
        let body = Some("{\"period\":\"2026-11\"}");
        assert_eq!(ask(&agency, "/v1/ledger/books/r990100/close", body).0, StatusCode::CONFLICT, "not over");
        bench.clock.advance(20 * DAY);
        let foreign = format!("/v1/ledger/books/{HOSPITAL}/close");
        assert_eq!(ask(&agency, &foreign, body).0, StatusCode::NOT_FOUND, "not the agency's to close");
        assert_eq!(ask(&hospital, "/v1/ledger/books/r990100/close", body).0, StatusCode::NOT_FOUND);
        assert_eq!(ask(&hospital, &foreign, body).0, StatusCode::OK);
        assert_eq!(ask(&agency, "/v1/ledger/books/r990100/close", body).0, StatusCode::OK);
        assert_eq!(ask(&agency, "/v1/ledger/books/r990100/close", body).0, StatusCode::CONFLICT);
        let closings = json(&agency, "/v1/ledger/books/r990100/closings");
        assert_eq!(closings["closings"][0]["period"], "2026-11", "{}", bench.name);
    });
}

#[test]
fn pages_show_the_difference_and_lead_to_the_entry() {
    let bench = sqlite(&[&CAPABILITY]);
    let books = open(&bench);
    let entry = story(&books);
    let agency = site(&books, overseer());
    for (lang, words) in [
        ("zh", ["试算平衡表", "云州市医保中心", "借贷差额：<b>0.00"]),
        ("en", ["Trial balance", "Yunzhou agency", "Difference: <b>0.00"]),
    ] {
        let (status, page) = ask(&agency, &format!("/office/ledger?period=2026-11&lang={lang}"), None);
        assert_eq!(status, StatusCode::OK);
        for word in words {
            assert!(page.contains(word), "{word} is missing: {page}");
        }
        assert!(page.contains("/office/ledger/statement?books=r990100&amp;account=2301\""), "{page}");
        let (_, page) =
            ask(&agency, &format!("/office/ledger/statement?books=r990100&account=5001/310100&lang={lang}"), None);
        assert!(page.contains(&format!("/office/ledger/entries/{entry}")) && page.contains("50.00"), "{page}");
        let (_, page) = ask(&agency, &format!("/office/ledger/entries/{entry}?lang={lang}"), None);
        assert!(page.contains("80.00") && page.contains("M1") && !page.contains(&PERSON.to_string()), "{page}");
    }
    let (status, page) = ask(&agency, "/office/ledger?books=n0&lang=en", None);
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(page.contains("There are no such books"), "{page}");
    bench.clock.advance(20 * DAY);
    let (_, page) = ask(&agency, "/office/ledger?period=2026-11&lang=en", None);
    assert!(page.contains("Close the month"), "{page}");
    let (status, _) = ask(&agency, "/office/ledger/close", Some("books=r990100&period=2026-11"));
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = ask(&agency, "/office/ledger?period=2026-11&closed=1&lang=en", None);
    assert!(page.contains("The month is closed.") && !page.contains("Close the month"), "{page}");
    bench.db.close();
}

#[test]
fn who_oversees_the_books_reads_the_last_check() {
    on_both(&[&CAPABILITY], |bench| {
        let books = open(bench);
        charge(&books, PERSON, 10_000);
        let page = |actor: Actor| ask(&site(&books, actor), "/office/ledger", None).1;
        assert!(!page(overseer()).contains("data-test=\"checked\""), "nothing was checked");
        block(books.ledger.examine()).unwrap();
        assert!(page(overseer()).contains("data-test=\"checked\" data-wrong=\"0\""));
        assert!(!page(hospital()).contains("data-test=\"checked\""), "the agency's alone");
        let edit = |tx: &mut store::Tx<'_>| Ok(tx.execute("UPDATE ledger_journal SET at = at + 1", &[])?);
        bench.db.write_now(0, edit).unwrap();
        block(books.ledger.examine()).unwrap();
        let told = page(overseer());
        assert!(told.contains("有问题，请立即处理") && told.contains("does not match its seal"), "{told}");
    });
}
