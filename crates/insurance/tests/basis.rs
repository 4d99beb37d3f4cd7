//! Who sees how somebody is insured: the person, who has them present, the agency; and
//! each look is in the trail that the person sees. Both databases.

use access::Gate;
use access::grant::open;
use access::policy::Policy;
use axum::body::Body;
use axum::{Extension, Router};
use directory::{Directory, NewInstitution};
use http::Request;
use http_body_util::BodyExt as _;
use insurance::enrol::{NewCoverage, enrol};
use insurance::file::{NewFiling, file};
use insurance::rules::filing::FilingKind;
use insurance::{Day, Insurance, Period, Present};
use kernel::{Actor, ActorId, ActorKind, Capability, InstitutionId, PersonId, PresenceId, Purpose, Right};
use serde_json::Value;
use std::sync::Arc;
use store::SqlExt as _;
use testkit::{Bench, on_both};
use tower::ServiceExt as _;
use web::Caller;

const CAPABILITIES: [&Capability; 5] =
    [&access::CAPABILITY, &directory::CAPABILITY, &identity::CAPABILITY, &ledger::CAPABILITY, &insurance::CAPABILITY];

struct Scene<'a> {
    bench: &'a Bench,
    insurance: Insurance,
    hospital: InstitutionId,
    person: PersonId,
}

fn policy() -> Policy {
    let rights: Vec<Right> = access::policy::TEXT
        .lines()
        .filter(|line| !line.starts_with(['#', ' ']) && !line.starts_with("right"))
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| Right::new(name, ""))
        .collect();
    Policy::read(access::policy::TEXT, &rights).expect("a policy")
}

/// A hospital, and a person who is insured and has filed something.
fn scene(bench: &Bench) -> Scene<'_> {
    let gate = Gate::new(bench.db.clone(), policy(), false);
    let directory = Directory::load(&bench.db).expect("a directory");
    let new =
        NewInstitution {
            code: "H1".into(), name: "医院".into(), region: "990100".into(), ..NewInstitution::default()
        };
    let hospital = directory.enrol_now(new).expect("a hospital");
    let person = PersonId(bench.db.world().new_id());
    let coverage = NewCoverage {
        psn_no: String::new(),
        birth_on: Day::read("1985-05-06").expect("a day"),
        name: "李*".into(),
        document: "9901••••0036".into(),
        admdvs: "990100".into(),
        insutype: "310".into(),
        psn_type: "1101".into(),
        employer: String::new(),
        period: Period::since(Day::read("2026-01-01").expect("a day")),
    };
    let filing = NewFiling {
        kind: FilingKind::Referral,
        area: "880100".into(),
        institution: None,
        code: String::new(),
        from_on: None,
        to_on: None,
    };
    let work = move |tx: &mut store::Tx<'_>| {
        enrol(tx, person, &coverage, ActorId(1))?;
        file(tx, person, &filing, ActorId(1)).map(drop)
    };
    bench.db.write_now(person.0, work).expect("insured");
    // The token `here` was given for this person at the hospital's desk.
    let presence: insurance::Presence = Arc::new(move |_actor, token: String| {
        Box::pin(async move {
            if token == "here" || token == "another" {
                let shown = if token == "here" { person } else { PersonId(1) };
                return Ok(Present { person: shown, presence: "v77".into(), purpose: "01101" });
            }
            Err(web::Refusal::NotFound.at("presence"))
        })
    });
    let insurance =
        Insurance { presence: Some(presence), ..Insurance::load(&bench.db, &directory, &gate).expect("insurance") };
    Scene { bench, insurance, hospital, person }
}

impl Scene<'_> {
    fn actor(&self, kind: ActorKind, role: &str) -> Arc<Actor> {
        let rights: Vec<&'static str> = match role {
            "officer" => vec!["insurance.administer", "insurance.check"],
            "doctor" => vec!["access.open-grant", "insurance.check"],
            _ => vec!["insurance.check"],
        };
        let own = role == "citizen";
        Arc::new(Actor {
            id: ActorId(9),
            kind,
            name: "某".into(),
            institution: (!own && role != "officer").then_some(self.hospital),
            place: "".into(),
            person: own.then_some(self.person),
            role: role.into(),
            rights: rights.into(),
        })
    }

    /// What a caller is answered: the status, and the body.
    fn ask(&self, actor: Arc<Actor>, path: &str, token: Option<&str>) -> (u16, Value) {
        let mut router = Router::new();
        for route in
            insurance::api::routes(&self.insurance).into_iter().filter(|route| route.method == http::Method::GET)
        {
            router = router.route(route.path, route.handler);
        }
        let mut request = Request::get(path);
        if let Some(token) = token {
            request = request.header("yima-presence", token);
        }
        let request = request.body(Body::empty()).expect("a request");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let answer = router.layer(Extension(Caller(actor))).oneshot(request).await.expect("an answer");
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.expect("a body").to_bytes();
            (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
        })
    }

    fn coverage(&self, actor: Arc<Actor>, token: Option<&str>) -> (u16, Value) {
        self.ask(actor, &format!("/v1/insurance/persons/{}", self.person), token)
    }

    /// Looks in the person's trail: purpose and object of each.
    fn looks(&self) -> Vec<(String, String)> {
        let person = self.person.0;
        let read = self.bench.db.read_now(move |sql| {
            Ok(sql.all(
                "SELECT purpose, object FROM store_events WHERE person_id = $1 AND name = 600 ORDER BY lane, seq",
                &[store::P::I(person)],
                |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())),
            )?)
        });
        read.expect("a trail")
    }
}

#[test]
fn a_number_alone_opens_nothing_and_leaves_nothing() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        for (kind, role) in [
            (ActorKind::Staff, "registrar"),
            (ActorKind::Staff, "doctor"),
            (ActorKind::System, "his"),
            (ActorKind::Device, "kiosk"),
        ] {
            let (status, body) = scene.coverage(scene.actor(kind, role), None);
            assert_eq!((status, body["code"].as_str()), (404, Some("access.grant-missing")), "{role}: {body}");
            assert!(body.get("coverages").is_none(), "{body}");
            // Nobody learns whether a number is somebody's.
            let nobody = scene.ask(scene.actor(kind, role), &format!("/v1/insurance/persons/{}", PersonId(77)), None);
            assert_eq!(nobody, (status, body), "{} {role}", bench.name);
        }
        assert_eq!(scene.coverage(scene.actor(ActorKind::Staff, "registrar"), Some("another")).0, 404);
        assert_eq!(scene.coverage(scene.actor(ActorKind::Staff, "registrar"), Some("forged")).0, 404);
        assert_eq!(scene.looks(), [], "{}", bench.name);
    });
}

#[test]
fn a_basis_opens_it_and_the_person_sees_the_look() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let (status, body) = scene.coverage(scene.actor(ActorKind::Staff, "registrar"), Some("here"));
        assert_eq!((status, body["covered"].as_bool()), (200, Some(true)), "{body}");
        // A doctor to whom the person showed their code.
        let doctor = scene.actor(ActorKind::Staff, "doctor");
        let (by, person) = (doctor.clone(), scene.person);
        let purpose = Purpose::from_code("01201").expect("consultation");
        let grant =
            bench.db.write_now(person.0, move |tx| Ok(open(tx, &by, person, purpose, PresenceId(5)))).expect("opened");
        scene.insurance.gate.forget_grants(person);
        assert!(grant.is_some());
        assert_eq!(scene.coverage(doctor, None).0, 200, "{}", bench.name);
        // The agency's own records.
        let officer = scene.actor(ActorKind::Staff, "officer");
        assert_eq!(scene.coverage(officer.clone(), None).0, 200, "{}", bench.name);
        let (status, waiting) = scene.ask(officer, "/v1/insurance/filings/waiting?admdvs=990100", None);
        assert_eq!((status, waiting["filings"].as_array().map(Vec::len)), (200, Some(1)), "{waiting}");
        // The person's own view.
        let citizen = scene.actor(ActorKind::Citizen, "citizen");
        assert_eq!(scene.ask(citizen, "/v1/me/insurance", None).0, 200, "{}", bench.name);
        let looks = scene.looks();
        let looks: Vec<(&str, &str)> =
            looks.iter().map(|(purpose, object)| (purpose.as_str(), object.as_str())).collect();
        assert_eq!(
            looks,
            [("01101", "v77"), ("01201", ""), ("", "agency"), ("", "agency"), ("90001", "")],
            "{}",
            bench.name
        );
    });
}
