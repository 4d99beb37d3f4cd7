//! A region in this process: a node on a real port with institutions, staff and a
//! client that speaks to it as any program would.

use access::actors::{NewActor, enrol};
use access::tokens::{TokenKind, give};
use directory::NewInstitution;
use kernel::time::{DAY, FrozenClock};
use kernel::{ActorKind, InstitutionId, PersonId, World};
use payment::mobile::Fresh;
use serde_json::Value;
use standin::Standin;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Engine, Settings};
use yima::compose::{Node, Wishes};

/// An answer with its body as JSON.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Answer {
    /// The stable code of a problem or of an OperationOutcome's first issue.
    pub(crate) fn code(&self) -> &str {
        self.body["code"]
            .as_str()
            .or_else(|| self.body.pointer("/issue/0/details/coding/0/code").and_then(Value::as_str))
            .unwrap_or_default()
    }
}

/// A running region.
pub(crate) struct Region {
    pub(crate) name: &'static str,
    pub(crate) base: String,
    pub(crate) node: Node,
    pub(crate) clock: Arc<FrozenClock>,
    pub(crate) tokens: HashMap<&'static str, String>,
    client: reqwest::blocking::Client,
    runtime: tokio::runtime::Runtime,
    _folder: Option<tempfile::TempDir>,
}

/// Runs a journey on both databases.
pub(crate) fn on_both(journey: impl Fn(&Region)) {
    on_both_with(|| None, |region, ()| journey(region), |_| ());
}

/// Runs a journey on both databases, beside a stand-in of the mobile channel.
pub(crate) fn paying_on_both(journey: impl Fn(&Region, &Standin)) {
    let channel = Channel::new();
    let running = |region: &Region| {
        let standin = Standin::new(channel.platform.clone(), region.node.db.world().clone()).unwrap();
        let running = region.block_on(standin.listen(channel.address)).unwrap();
        (standin, running)
    };
    on_both_with(|| Some(channel.settings.clone()), |region, (standin, _running)| journey(region, &standin), running);
}

fn on_both_with<T>(
    mobile: impl Fn() -> Option<payment::mobile::Settings>,
    journey: impl Fn(&Region, T),
    beside: impl Fn(&Region) -> T,
) {
    let folder = tempfile::tempdir().unwrap();
    let region = Region::open("sqlite", Engine::Sqlite(folder.path().join("yima.sqlite")), Some(folder), mobile());
    journey(&region, beside(&region));
    region.close();
    if let Some(server) = testkit::server() {
        let engine = Engine::Postgres { url: server.new_database(), lanes: 2, readers: 2 };
        let region = Region::open("postgres", engine, None, mobile());
        journey(&region, beside(&region));
        region.close();
    }
}

/// A mobile channel whose callbacks go nowhere: what it did is found by asking.
struct Channel {
    platform: standin::Settings,
    settings: payment::mobile::Settings,
    address: std::net::SocketAddr,
}

impl Channel {
    fn new() -> Self {
        let (merchant, platform) = (Fresh::new().unwrap(), Fresh::new().unwrap());
        let seal_key = "0123456789abcdef0123456789abcdef".to_owned();
        let (mchid, serial) = ("1900006511".to_owned(), "PUB_KEY_ID_0119000065112026111800".to_owned());
        let merchant_serial = "5157F09EFDC096DE".to_owned();
        // A free port, found by taking one.
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let settings = payment::mobile::Settings {
            base: format!("http://{address}"),
            appid: "wxd678efh567hg6787".into(),
            mchid: mchid.clone(),
            sub_mchid: String::new(),
            serial: merchant_serial.clone(),
            key_pem: merchant.private_pem.clone(),
            channel_serial: serial.clone(),
            channel_key_pem: platform.public_pem.clone(),
            seal_key: seal_key.clone(),
            callback: "http://127.0.0.1:1/v1/pay/notify".into(),
            wait: Duration::from_secs(5),
        };
        let platform = standin::Settings {
            mchid,
            merchant_serial,
            merchant_key: merchant.public_bare,
            serial,
            key_pem: platform.private_pem,
            seal_key,
            callback_waits: Vec::new(),
            confirms_after: None,
            wants_payer: false,
        };
        Self { platform, settings, address }
    }
}

impl Region {
    fn open(
        name: &'static str,
        engine: Engine,
        folder: Option<tempfile::TempDir>,
        mobile: Option<payment::mobile::Settings>,
    ) -> Self {
        let (world, clock) = World::frozen(testkit::MORNING, 11);
        let node = Node::open(Wishes {
            settings: Settings { engine, world, on_lost: || {}, reserve: None },
            keys: keys::Setting::test(),
            region: 990_100,
            region_name: "云州".into(),
            public_url: "http://localhost".into(),
            mobile,
            demo: false,
        })
        .unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(yima::serve::serve(listener, yima::serve::router(&node), std::future::pending()));
        let hospital = node.directory.enrol_now(institution("H1", "云州市第一人民医院")).unwrap();
        let other = node.directory.enrol_now(institution("H2", "澜江市中医院")).unwrap();
        let mut region = Self {
            name,
            base,
            node,
            clock,
            tokens: HashMap::new(),
            client: reqwest::blocking::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            runtime,
            _folder: folder,
        };
        for (key, kind, role, at) in [
            ("doctor", ActorKind::Staff, "doctor", hospital),
            ("registrar", ActorKind::Staff, "registrar", hospital),
            ("kiosk", ActorKind::Device, "kiosk", hospital),
            ("his", ActorKind::System, "his", hospital),
            ("admin", ActorKind::Staff, "admin", hospital),
            ("other-doctor", ActorKind::Staff, "doctor", other),
            ("other-his", ActorKind::System, "his", other),
        ] {
            region.enrol(key, kind, role, Some(at), None);
        }
        region
    }

    /// Enrols an actor; its token is kept under `key`.
    pub(crate) fn enrol(
        &mut self,
        key: &'static str,
        kind: ActorKind,
        role: &'static str,
        institution: Option<InstitutionId>,
        person: Option<PersonId>,
    ) {
        let token = self.new_token(key, kind, role, institution, person);
        self.tokens.insert(key, token);
    }

    /// Enrols an actor and answers its token.
    pub(crate) fn new_token(
        &self,
        name: &str,
        kind: ActorKind,
        role: &str,
        institution: Option<InstitutionId>,
        person: Option<PersonId>,
    ) -> String {
        let policy = self.node.gate.policy().clone();
        let new = NewActor {
            kind,
            name: format!("{name} 某"),
            role: role.to_owned(),
            institution,
            place: "心内科".into(),
            person,
            login: None,
        };
        self.node
            .db
            .write_now(0, move |tx| {
                let actor = enrol(tx, &policy, &new)?;
                Ok(give(tx, actor, TokenKind::Bearer, "journey", 30 * DAY))
            })
            .unwrap()
    }

    /// Sends a request with the token kept under `who` (empty: none).
    pub(crate) fn ask(&self, who: &str, method: &str, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.ask_with(self.tokens.get(who).map(String::as_str), method, path, body.into(), &[])
    }

    /// Sends a request with a token and headers.
    pub(crate) fn ask_with(
        &self,
        token: Option<&str>,
        method: &str,
        path: &str,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.body(body).send().unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, headers, body, text }
    }

    /// Issues a card for a person and shows its code.
    pub(crate) fn code_of(&self, person: &str) -> String {
        let asked = serde_json::json!({ "person": person, "medium": "paper", "label": "journey" });
        let card = self.ask("registrar", "POST", "/v1/cards", asked.to_string());
        assert_eq!(card.status, 201, "{}", card.text);
        let path = format!("/v1/cards/{}/code", card.body["card"].as_str().unwrap());
        let shown = self.ask("registrar", "GET", &path, "");
        assert_eq!(shown.status, 200, "{}", shown.text);
        shown.body["code"].as_str().unwrap().to_owned()
    }

    /// Scans a code.
    pub(crate) fn scan(&self, who: &str, code: &str, purpose: &str) -> Answer {
        let asked = serde_json::json!({ "code": code, "purpose": purpose, "place": "12 诊室" });
        self.ask(who, "POST", "/v1/scan", asked.to_string())
    }

    /// Runs something asynchronous.
    pub(crate) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    fn close(self) {
        let report = self.node.db.check().unwrap();
        assert_eq!(report.wrong, Vec::<String>::new(), "{}", self.name);
        self.runtime.shutdown_background();
        self.node.db.close();
    }
}

fn institution(code: &str, name: &str) -> NewInstitution {
    NewInstitution {
        code: code.into(),
        name: name.into(),
        name_en: String::new(),
        region: "990100".into(),
        level: "tertiary".into(),
    }
}
