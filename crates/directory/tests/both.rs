//! The directory on both databases, and its route behind the gate.

use access::Gate;
use access::policy::Policy;
use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn;
use directory::{CAPABILITY, Directory, NewInstitution};
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use kernel::Right;
use testkit::{Bench, on_both};
use tower::ServiceExt as _;

fn hospital(code: &str, name: &str) -> NewInstitution {
    NewInstitution {
        code: code.into(),
        name: name.into(),
        name_en: String::new(),
        region: "990100".into(),
        level: "三级甲等".into(),
    }
}

#[test]
fn the_same_code_keeps_its_id_and_takes_the_new_name() {
    on_both(&[&CAPABILITY], |bench| {
        let directory = Directory::load(&bench.db).unwrap();
        assert!(directory.all().is_empty());
        let first = directory.enrol_now(hospital("H1", "云州市第一人民医院")).unwrap();
        let other = directory.enrol_now(hospital("H2", "东港区医院")).unwrap();
        assert_ne!(first, other, "{}", bench.name);
        let mut renamed = hospital("H1", "云州市第一医院");
        renamed.name_en = "Yunzhou First Hospital".into();
        assert_eq!(directory.enrol_now(renamed.clone()).unwrap(), first);
        assert_eq!(directory.enrol_now(renamed).unwrap(), first);
        assert_eq!(directory.name(first, false), "云州市第一医院");
        assert_eq!(directory.name(first, true), "Yunzhou First Hospital");
        assert_eq!(directory.name(other, true), "东港区医院");
        assert_eq!(directory.by_code("H2").unwrap().id, other);
        assert_eq!(directory.get(other).unwrap().region, "990100");
        assert_eq!(directory.name(kernel::InstitutionId(5), false), kernel::InstitutionId(5).to_string());
        let again = Directory::load(&bench.db).unwrap();
        assert_eq!(again.all(), directory.all());
        // Two enrolled, one renamed; the last enrolment said nothing new.
        assert_eq!(bench.db.check().unwrap().events, 3, "{}", bench.name);
    });
}

#[test]
fn twins_enrol_one_institution() {
    on_both(&[&CAPABILITY], |bench| {
        let directory = Directory::load(&bench.db).unwrap();
        let ids: Vec<_> = std::thread::scope(|scope| {
            let twins: Vec<_> = (0..8i64)
                .map(|home| {
                    let db = bench.db.clone();
                    scope.spawn(move || db.write_now(home, |tx| directory::enrol(tx, &hospital("H1", "一院"))).unwrap())
                })
                .collect();
            twins.into_iter().map(|twin| twin.join().unwrap()).collect()
        });
        directory.reload_now().unwrap();
        assert_eq!(directory.all().len(), 1, "{}", bench.name);
        assert!(ids.iter().all(|id| *id == ids[0]), "{}", bench.name);
    });
}

#[test]
fn a_nameless_institution_is_refused() {
    let bench = testkit::sqlite(&[&CAPABILITY]);
    let directory = Directory::load(&bench.db).unwrap();
    let error = directory.enrol_now(hospital("H1", "")).unwrap_err();
    assert_eq!(error.code(), "directory.institution-invalid");
    bench.db.close();
}

/// The committed policy; rights of other crates are declared by name only.
fn policy() -> Policy {
    let rights: Vec<Right> = access::policy::TEXT
        .lines()
        .filter(|line| !line.starts_with(['#', ' ']) && !line.starts_with("right"))
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| Right::new(name, ""))
        .collect();
    Policy::read(access::policy::TEXT, &rights).expect("the policy reads")
}

fn router(bench: &Bench, directory: &Directory) -> Router {
    let gate = Gate::new(bench.db.clone(), policy(), false);
    directory::api::routes(directory).into_iter().fold(Router::new(), |router, route| {
        let gate = gate.clone();
        let guard = from_fn(move |request, next| {
            access::gate::guard(gate.clone(), route.right, access::gate::as_problem, request, next)
        });
        router.route(route.path, route.handler.layer(guard))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_is_for_those_who_hold_the_right() {
    let bench = testkit::sqlite(&[&access::CAPABILITY, &CAPABILITY]);
    let directory = Directory::load(&bench.db).unwrap();
    let id = directory.enrol_all(vec![hospital("H1", "一院")]).await.unwrap()[0];
    let token = bench
        .db
        .write(0, move |tx| {
            let new = access::actors::NewActor {
                kind: kernel::ActorKind::Staff,
                name: "陈医生".into(),
                role: "doctor".into(),
                institution: Some(id),
                place: String::new(),
                person: None,
                login: None,
            };
            let actor = access::actors::enrol(tx, &policy(), &new)?;
            Ok(access::tokens::give(tx, actor, access::tokens::TokenKind::Bearer, "test", kernel::time::DAY))
        })
        .await
        .unwrap();
    let router = router(&bench, &directory);
    let ask = |token: Option<String>| {
        let mut request = Request::get("/v1/institutions");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        router.clone().oneshot(request.body(Body::empty()).unwrap())
    };
    assert_eq!(ask(None).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let answer = ask(Some(token)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["institutions"][0]["id"], id.to_string());
    assert_eq!(body["institutions"][0]["level"], "三级甲等");
    bench.db.close();
}
