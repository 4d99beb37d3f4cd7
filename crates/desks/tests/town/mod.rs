//! A small region behind the desks' own routes: two hospitals, a doctor, a citizen,
//! and a browser that keeps cookies.

mod money;

use access::actors::{NewActor, enrol};
use access::tokens::{TokenKind, give};
use access::{Gate, Policy};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use credentials::Credentials;
use desks::home::{Part, Stage};
use desks::{Desks, Parts};
use directory::{Directory, NewInstitution};
use http::{Method, header};
use kernel::time::DAY;
use kernel::{ActorId, ActorKind, Capability, InstitutionId, PersonId, Right};
use records::supply::Wish;
use records::{Records, Supplier};
use serde_json::Value;
use settlement::Settlements;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use store::{P, SqlExt as _};
use testkit::Bench;
use tower::ServiceExt as _;

pub(crate) const CAPABILITIES: &[&Capability] = &[
    &access::CAPABILITY,
    &keys::CAPABILITY,
    &directory::CAPABILITY,
    &identity::CAPABILITY,
    &credentials::CAPABILITY,
    &records::CAPABILITY,
    &ledger::CAPABILITY,
    &insurance::CAPABILITY,
    &bills::CAPABILITY,
    &settlement::CAPABILITY,
    &payment::CAPABILITY,
    &desks::CAPABILITY,
];

/// Rights by name, as the policy gives them: those of crates that are not here too.
fn rights() -> Vec<Right> {
    let rows = access::policy::TEXT.lines().filter(|line| !line.starts_with('#') && !line.starts_with("right "));
    rows.filter_map(|line| line.split_whitespace().next()).map(|name| Right::new(name, "")).collect()
}

fn looks() -> &'static [i64] {
    let all = CAPABILITIES.iter().flat_map(|one| one.events.iter());
    Vec::leak(all.filter(|event| event.look).map(|event| event.code).collect())
}

/// A page as a browser gets it.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) place: String,
    pub(crate) kind: String,
    pub(crate) cached: String,
    pub(crate) body: String,
}

/// A region under test.
pub(crate) struct Region<'a> {
    pub(crate) bench: &'a Bench,
    pub(crate) desks: Desks,
    pub(crate) gate: Gate,
    pub(crate) records: Records,
    pub(crate) settlements: Settlements,
    pub(crate) hospitals: [InstitutionId; 2],
    router: Router,
    runtime: tokio::runtime::Runtime,
}

impl<'a> Region<'a> {
    pub(crate) fn new(bench: &'a Bench, demo: bool) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let db = bench.db.clone();
        let rights = rights();
        let gate = Gate::new(db.clone(), Policy::read(access::policy::TEXT, &rights).unwrap(), false);
        let directory = Directory::load(&db).unwrap();
        let keys = keys::Keys::for_tests(&db).unwrap();
        let index = identity::Index::load(&db, &keys).unwrap();
        let parts = credentials::Parts {
            db: &db,
            gate: &gate,
            directory: &directory,
            index: &index,
            keys: &keys,
            region: 990_100,
        };
        let credentials = Credentials::load(&parts).unwrap();
        let records = Records { db, gate: gate.clone(), index, directory: directory.clone() };
        let hospitals = [("H1", "云州市第一人民医院"), ("H2", "澜江市中医院")]
            .map(|(code, name)| NewInstitution {
                code: code.into(),
                name: name.into(),
                region: "990100".into(),
                ..NewInstitution::default()
            })
            .map(|new| directory.enrol_now(new).unwrap());
        let money = money::rooms(&bench.db, &gate, &directory, &keys, &credentials);
        let desks = Desks::new(&Parts {
            gate: gate.clone(),
            directory,
            credentials,
            records: records.clone(),
            settlements: money.settlements.clone(),
            payments: money.payments.clone(),
            bills: money.settlements.bills.clone(),
            looks: looks(),
            region_name: "云州".into(),
            public_url: "http://localhost".into(),
            demo,
        })
        .unwrap();
        let mut router = Router::new();
        let mut by_path: BTreeMap<&str, axum::routing::MethodRouter> = BTreeMap::new();
        for route in desks.routes() {
            let (gate, right) = (gate.clone(), route.right);
            let guarded = route.handler.layer(middleware::from_fn(move |request: Request, next: Next| {
                access::gate::guard(gate.clone(), right, desks::refuse, request, next)
            }));
            let merged = match by_path.remove(route.path) {
                Some(known) => known.merge(guarded),
                None => guarded,
            };
            by_path.insert(route.path, merged);
        }
        for (path, methods) in by_path {
            router = router.route(path, methods);
        }
        let settlements = money.settlements;
        Self { bench, desks, gate, records, settlements, hospitals, router, runtime }
    }

    /// Enrols somebody; answers a bearer token.
    pub(crate) fn enrol(
        &self,
        name: &str,
        role: &str,
        institution: Option<InstitutionId>,
        person: Option<PersonId>,
    ) -> String {
        let kind = match role {
            "citizen" => ActorKind::Citizen,
            "his" => ActorKind::System,
            "kiosk" => ActorKind::Device,
            _ => ActorKind::Staff,
        };
        let new = NewActor {
            kind,
            name: name.into(),
            role: role.into(),
            institution,
            place: if kind == ActorKind::Staff { "心内科 12 诊室".into() } else { String::new() },
            person,
            login: (kind == ActorKind::Staff).then(|| name.to_owned()),
        };
        let gate = self.gate.clone();
        self.bench
            .db
            .write_now(0, move |tx| {
                let actor = enrol(tx, gate.policy(), &new)?;
                Ok(give(tx, actor, TokenKind::Bearer, "test", DAY))
            })
            .unwrap()
    }

    /// A hospital supplies a bundle; answers the person it is about.
    pub(crate) fn supply(&self, hospital: usize, bundle: Value) -> PersonId {
        let supplier = Supplier { institution: self.hospitals[hospital], actor: ActorId(0) };
        let done = self.runtime.block_on(self.records.supply(supplier, bundle, Wish::default()));
        done.unwrap_or_else(|error| panic!("{error}")).persons[0]
    }

    /// Sets a stage of one citizen and one doctor.
    pub(crate) fn set_stage(&self, citizen: &str, doctor: &str) {
        let part = |key: &str, name: &str, token: &str, citizen: bool| Part {
            key: key.into(),
            name: name.into(),
            name_en: String::new(),
            story: "故事".into(),
            story_en: "a story".into(),
            age: Some(41),
            token: token.into(),
            citizen,
            desk: "/clinic",
        };
        self.desks.set_demo(Stage {
            parts: vec![part("jingyi", "周静怡", citizen, true), part("lin", "林若衡", doctor, false)],
            institutions: 2,
            tokens: BTreeMap::from([("doctor".to_owned(), doctor.to_owned())]),
            progress: Arc::new(|| (14, 20_000, 900)),
        });
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { region: self, cookies: Mutex::default(), bearer: None }
    }

    /// A browser that is somebody already.
    pub(crate) fn browser_of(&self, token: &str) -> Browser<'_> {
        Browser { bearer: Some(token.to_owned()), ..self.browser() }
    }

    /// A phone that is signed in by the cookie of its pages.
    pub(crate) fn phone_of(&self, token: &str) -> Browser<'_> {
        let cookie = (access::gate::PHONE_COOKIE.to_owned(), token.to_owned(), access::gate::PHONE_PATH.to_owned());
        Browser { cookies: Mutex::new(vec![cookie]), ..self.browser() }
    }
}

/// Name, value and path of a cookie.
type Cookie = (String, String, String);

/// Keeps cookies by path; follows nothing by itself.
pub(crate) struct Browser<'a> {
    region: &'a Region<'a>,
    cookies: Mutex<Vec<Cookie>>,
    bearer: Option<String>,
}

impl Browser<'_> {
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None)
    }

    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.send(Method::POST, path, Some(("application/x-www-form-urlencoded", form.finish())))
    }

    pub(crate) fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(("application/json", body.to_string())))
    }

    fn send(&self, method: Method, path: &str, body: Option<(&str, String)>) -> Answer {
        let mut request = http::Request::builder().method(method).uri(path);
        if let Some(token) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let cookies = self.cookies.lock().unwrap();
        let sent: Vec<String> = cookies
            .iter()
            .filter(|(_, _, under)| path.starts_with(under.as_str()))
            .map(|(name, value, _)| format!("{name}={value}"))
            .collect();
        drop(cookies);
        if !sent.is_empty() {
            request = request.header(header::COOKIE, sent.join("; "));
        }
        let body = match body {
            Some((kind, text)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                Body::from(text)
            }
            None => Body::empty(),
        };
        let region = self.region;
        let response = region.runtime.block_on(region.router.clone().oneshot(request.body(body).unwrap())).unwrap();
        self.read(response)
    }

    fn read(&self, response: Response) -> Answer {
        for value in response.headers().get_all(header::SET_COOKIE) {
            let text = value.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            let path = text.split("Path=").nth(1).unwrap().split(';').next().unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            cookies.retain(|(known, _, _)| known != name);
            if !text.contains("Max-Age=0") {
                cookies.push((name.into(), rest.split(';').next().unwrap().into(), path.into()));
            }
        }
        let text = |name: header::HeaderName| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        let (place, kind, cached) = (text(header::LOCATION), text(header::CONTENT_TYPE), text(header::CACHE_CONTROL));
        let status = response.status().as_u16();
        let bytes = self.region.runtime.block_on(axum::body::to_bytes(response.into_body(), 8 << 20)).unwrap();
        Answer { status, place, kind, cached, body: String::from_utf8(bytes.to_vec()).unwrap() }
    }
}

impl Answer {
    /// What stands between `from` and `to`.
    pub(crate) fn between(&self, from: &str, to: &str) -> String {
        let (_, rest) = self.body.split_once(from).unwrap_or_else(|| panic!("no {from} in {}", self.body));
        rest.split(to).next().unwrap_or_default().replace("&amp;", "&")
    }

    pub(crate) fn count(&self, part: &str) -> usize {
        self.body.matches(part).count()
    }
}

impl Region<'_> {
    /// How many events of a name there are.
    pub(crate) fn events(&self, name: i64) -> i64 {
        let sql = "SELECT COUNT(*) FROM store_events WHERE name = $1";
        let count = self.bench.db.read_now(move |db| Ok(db.one(sql, &[P::I(name)], |row| row.i64(0))?));
        count.unwrap().unwrap_or(0)
    }

    /// Waits for a verb.
    pub(crate) fn wait<T>(&self, verb: impl Future<Output = T>) -> T {
        self.runtime.block_on(verb)
    }

    /// Sets somebody's password.
    pub(crate) fn set_password(&self, login: &str, password: &str) {
        let listed = access::actors::list(&self.bench.db).unwrap();
        let actor = listed.iter().find(|row| row.name == login).unwrap().id;
        let hashed = access::password::hash(self.bench.db.world(), login, password).unwrap();
        self.bench.db.write_now(0, move |tx| access::password::set(tx, actor, &hashed)).unwrap();
        self.gate.forget_actors();
    }
}
