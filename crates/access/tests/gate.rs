//! The gate around handlers, and the trail a person reads, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use access::actors::{self, NewActor};
use access::tokens::{self, TokenKind};
use access::{CAPABILITY, ENROLLED, GRANTED, Gate, Passkeys, Policy};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::routing::{get, post};
use http::StatusCode;
use kernel::right::PUBLIC;
use kernel::time::SECOND;
use kernel::{ActorId, ActorKind, PersonId};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::Event;
use testkit::{Bench, on_both};
use tower::ServiceExt as _;

const POLICY: &str = "
right                 citizen his
access.own-looks      x       .
access.end-own-grant  x       .
access.end-grant      .       .
access.open-grant     .       x
access.manage-actors  .       .
";

/// What the person is shown.
static LOOKS: &[i64] = &[100, 101];

fn gate(bench: &Bench) -> Gate {
    Gate::new(bench.db.clone(), Policy::read(POLICY, CAPABILITY.rights).unwrap(), false)
}

/// Enrols somebody; answers a token.
fn enrol(bench: &Bench, gate: &Gate, kind: ActorKind, role: &str, person: Option<PersonId>) -> String {
    let (policy, role) = (gate.policy().clone(), role.to_owned());
    let made = bench.db.write_now(0, move |tx| {
        let (name, place) = (role.clone(), String::new());
        let role = role.clone();
        let new = NewActor { kind, name, role, institution: None, place, person, login: None };
        let id = actors::enrol(tx, &policy, &new)?;
        Ok(tokens::give(tx, id, TokenKind::Bearer, "test", 3_600 * SECOND))
    });
    made.unwrap()
}

fn guarded(gate: &Gate, router: Router) -> Router {
    let gate = gate.clone();
    router.layer(from_fn(move |request: Request, next: Next| {
        access::gate::guard(gate.clone(), PUBLIC, access::gate::as_problem, request, next)
    }))
}

fn wait<T>(verb: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(verb)
}

/// K3: ending a grant or token is two steps, commit and forget; a client that hangs
/// up between them must not leave the second undone.
#[test]
fn what_changes_something_ends_although_the_client_hung_up() {
    on_both(&[&CAPABILITY], |bench| {
        let done = Arc::new(AtomicBool::new(false));
        let at_end = done.clone();
        let handler = async move || {
            tokio::time::sleep(Duration::from_millis(20)).await;
            at_end.store(true, Ordering::SeqCst);
        };
        let router = guarded(&gate(bench), Router::new().route("/", post(handler)));
        wait(async {
            let asked = router.oneshot(Request::post("/").body(Body::empty()).unwrap());
            assert!(tokio::time::timeout(Duration::from_millis(2), asked).await.is_err());
            tokio::time::sleep(Duration::from_millis(60)).await;
        });
        assert!(done.load(Ordering::SeqCst), "{}", bench.name);
    });
}

#[test]
fn a_form_of_another_site_is_refused_also_without_a_session() {
    on_both(&[&CAPABILITY], |bench| {
        let fine = || async { "" };
        let router = guarded(&gate(bench), Router::new().route("/", get(fine).post(fine)));
        let status = |request: Request| wait(router.clone().oneshot(request)).unwrap().status();
        let form = || Request::post("/").header("host", "yima.example");
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let request = form().header(name, value).body(Body::empty()).unwrap();
            assert_eq!(status(request), StatusCode::FORBIDDEN, "{name} {}", bench.name);
        }
        for (name, value) in [("sec-fetch-site", "same-origin"), ("origin", "https://yima.example"), ("x", "y")] {
            let request = form().header(name, value).body(Body::empty()).unwrap();
            assert_eq!(status(request), StatusCode::OK, "{name} {}", bench.name);
        }
        let link = Request::get("/").header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap();
        assert_eq!(status(link), StatusCode::OK, "{}", bench.name);
    });
}

/// U6: however much else is written about a person, it pushes no look off the page.
#[test]
fn other_events_hide_no_look() {
    on_both(&[&CAPABILITY], |bench| {
        let (gate, person) = (gate(bench), PersonId(42));
        let token = enrol(bench, &gate, ActorKind::Citizen, "citizen", Some(person));
        let write = |many: usize, name: &'static kernel::EventName| {
            let written = bench.db.write_now(person.0, move |tx| {
                for _ in 0..many {
                    tx.event(Event { person: Some(person), actor: Some(ActorId(5)), ..Event::of(name) });
                }
                Ok(())
            });
            written.unwrap();
            bench.clock.advance(SECOND);
        };
        write(1, &GRANTED);
        write(600, &ENROLLED);
        let looks = wait(async {
            let own = gate.actor_of(&token).await.unwrap();
            let grant = gate.grant(&own, person).await.unwrap();
            gate.looks(&grant, LOOKS, i64::MAX).await.unwrap()
        });
        assert_eq!(looks.len(), 1, "{}", bench.name);
        assert_eq!(looks[0].row.name, GRANTED.code, "{}", bench.name);
    });
}

/// A machine's token, once leaked and taken back, must leave no other way in.
#[test]
fn machines_set_up_no_way_to_sign_in() {
    on_both(&[&CAPABILITY], |bench| {
        let gate = gate(bench);
        let keys = Passkeys::new("localhost", "http://localhost:8080", "Yima").unwrap();
        for (kind, refused) in [(ActorKind::System, true), (ActorKind::Device, true), (ActorKind::Citizen, false)] {
            let token = enrol(bench, &gate, kind, "his", None);
            let (passkey, totp) = wait(async {
                let actor = gate.actor_of(&token).await.unwrap();
                (keys.start_registration(&gate, &actor).await, gate.begin_totp(&actor).await)
            });
            let codes = (passkey.err().map(|error| error.code()), totp.err().map(|error| error.code()));
            let right = refused.then_some("access.right-missing");
            assert_eq!(codes, (right, right), "{kind:?} {}", bench.name);
        }
    });
}
