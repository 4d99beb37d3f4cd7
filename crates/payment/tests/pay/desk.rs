//! A node of this crate only, beside a stand-in, with subjects that remember what
//! they were told.

use crate::people::{MOTHER, identity};
use axum::Router;
use kernel::time::SECOND;
use kernel::{Actor, ActorId, ActorKind, Capability, Error, Fen, InstitutionId, Migration, PaymentId, PersonId};
use payment::mobile::{Fresh, Mobile, Settings};
use payment::{
    Ask, Booked, Due, Means, MobileAsk, OrderPurpose, Parts, Payable, Payment, Payments, People, Shares, Stage,
    Subject, Tender,
};
use standin::{Mischief, Running, Standin};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::{Db, Engine, P, SqlExt as _, Tx};
use testkit::Bench;
use tokio::runtime::Runtime;

pub(crate) const PERSON: PersonId = PersonId(71);
pub(crate) const HOSPITAL: InstitutionId = InstitutionId(31);
const SEAL: &str = "0123456789abcdef0123456789abcdef";
/// How long the channel's answers are awaited here.
pub(crate) const WAIT: Duration = Duration::from_millis(400);

/// What subjects were told, kept in the transaction that told them.
pub(crate) const PROBE: Capability = Capability {
    name: "probe",
    migrations: &[Migration {
        name: "202611240999_probe",
        sql: "CREATE TABLE probe_told (subject TEXT NOT NULL, what TEXT NOT NULL, fen BIGINT NOT NULL);",
    }],
    rights: &[],
    events: &[],
    refusals: &[],
};

pub(crate) const CAPABILITIES: [&Capability; 3] = [&ledger::CAPABILITY, &payment::CAPABILITY, &PROBE];

kernel::refusals! {
    /// A subject's refusal.
    pub enum Refusal {
        /// The quote moved.
        Stale = 409 "probe.stale", "Stale.", "已变。", "Again.", "重来。";
    }
}

fn told(tx: &mut Tx<'_>, subject: &str, what: &str, fen: Fen) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO probe_told (subject, what, fen) VALUES ($1, $2, $3)",
        &[P::S(subject), P::S(what), P::I(fen.0)],
    )?;
    Ok(())
}

/// `bill-…` 81.50 with 21.50 to pay, `whole-…` insured wholly, `own-…` money only,
/// `stale-…` refuses when it is paid.
fn shares(subject: &str) -> Shares {
    let fen = |parts: [i64; 5]| {
        let [total, gov, account, other, cash] = parts.map(Fen);
        Shares { total, gov, account, other, cash, ..Shares::default() }
    };
    match subject.split('-').next() {
        Some("whole") => fen([8150, 7150, 1000, 0, 0]),
        Some("own") => fen([2150, 0, 0, 0, 2150]),
        _ => fen([8150, 5000, 1000, 0, 2150]),
    }
}

pub(crate) fn payable(booked: Booked) -> Payable {
    Payable {
        kind: "settlement",
        due: Arc::new(move |_, subject| {
            Ok(Due {
                person: PERSON,
                institution: HOSPITAL,
                institution_name: "云州市第一人民医院".into(),
                institution_code: "H99010000001".into(),
                city: "990100".into(),
                serial: subject.to_owned(),
                shares: shares(subject),
                purpose: OrderPurpose::DiagPay,
                booked,
            })
        }),
        paid: Arc::new(|tx, payment| {
            told(tx, &payment.subject.id, "paid", payment.taken)?;
            if payment.subject.id.starts_with("stale") { Err(Refusal::Stale.error()) } else { Ok(()) }
        }),
        failed: Arc::new(|tx, payment| told(tx, &payment.subject.id, "failed", Fen::ZERO)),
        refunded: Arc::new(|tx, payment, refund| told(tx, &payment.subject.id, "refunded", refund.money)),
    }
}

fn actor(id: i64, kind: ActorKind, rights: &[&'static str]) -> Arc<Actor> {
    let citizen = kind == ActorKind::Citizen;
    let mut rights = rights.to_vec();
    rights.sort_unstable();
    Arc::new(Actor {
        id: ActorId(id),
        kind,
        name: "测试".into(),
        institution: (!citizen).then_some(HOSPITAL),
        place: "".into(),
        person: citizen.then_some(PERSON),
        role: "".into(),
        rights: rights.into(),
    })
}

pub(crate) fn citizen() -> Arc<Actor> {
    actor(1, ActorKind::Citizen, &["payment.pay-own"])
}

pub(crate) fn clerk() -> Arc<Actor> {
    actor(2, ActorKind::Staff, &["payment.take", "payment.refund", "payment.till"])
}

fn keys() -> &'static (Fresh, Fresh) {
    static KEYS: OnceLock<(Fresh, Fresh)> = OnceLock::new();
    KEYS.get_or_init(|| (Fresh::new().expect("a key"), Fresh::new().expect("a key")))
}

/// A node and its channel.
pub(crate) struct Node<'a> {
    pub(crate) bench: &'a Bench,
    pub(crate) payments: Payments,
    pub(crate) standin: Standin,
    pub(crate) runtime: Runtime,
    settings: Settings,
    _platform: Running,
}

/// The routes with the caller put in, as the gate does after its checks.
pub(crate) fn router(payments: &Payments) -> Router {
    payment::api::routes(payments)
        .into_iter()
        .fold(Router::new(), |router, route| router.route(route.path, route.handler))
}

pub(crate) fn node(bench: &Bench) -> Node<'_> {
    node_with(bench, Booked::BySubject)
}

pub(crate) fn node_with(bench: &Bench, booked: Booked) -> Node<'_> {
    node_of(bench, booked, None, false)
}

/// A node that knows who pays, beside a platform that wants to.
pub(crate) fn node_named(bench: &Bench) -> Node<'_> {
    node_of(bench, Booked::BySubject, Some(people()), true)
}

/// A node that knows nobody, beside a platform that wants to know who pays.
pub(crate) fn node_unnamed(bench: &Bench) -> Node<'_> {
    node_of(bench, Booked::BySubject, None, true)
}

fn people() -> People {
    People {
        payer: Arc::new(|_, person| Box::pin(async move { Ok(identity(person)) })),
        relative: Arc::new(|payer, patient, named| {
            Box::pin(async move { Ok(payer == MOTHER && identity(patient) == Some(named)) })
        }),
    }
}

fn node_of(bench: &Bench, booked: Booked, people: Option<People>, wants_payer: bool) -> Node<'_> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let (merchant, platform) = keys();
    let world = bench.db.world().clone();
    let standin = Standin::new(
        standin::Settings {
            mchid: "1900006511".into(),
            merchant_serial: "5157F09EFDC096DE".into(),
            merchant_key: merchant.public_bare.clone(),
            serial: "PUB_KEY_ID_0119000065112026111800".into(),
            key_pem: platform.private_pem.clone(),
            seal_key: SEAL.into(),
            callback_waits: vec![Duration::ZERO],
            confirms_after: None,
            wants_payer,
        },
        world,
    )
    .expect("a stand-in");
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let listening = runtime.block_on(standin.listen(any)).expect("a port");
    let callbacks = runtime.block_on(tokio::net::TcpListener::bind(any)).expect("a port");
    let settings = Settings {
        base: format!("http://{}", listening.address),
        appid: "wxd678efh567hg6787".into(),
        mchid: "1900006511".into(),
        sub_mchid: String::new(),
        serial: "5157F09EFDC096DE".into(),
        key_pem: merchant.private_pem.clone(),
        channel_serial: "PUB_KEY_ID_0119000065112026111800".into(),
        channel_key_pem: platform.public_pem.clone(),
        seal_key: SEAL.into(),
        callback: format!("http://{}/v1/pay/notify", callbacks.local_addr().expect("an address")),
        wait: WAIT,
    };
    let payments = payments(&bench.db, &settings, booked);
    let payments = match people {
        Some(people) => payments.with_people(people),
        None => payments,
    };
    let served = router(&payments);
    runtime.spawn(async move { axum::serve(callbacks, served).await });
    Node { bench, payments, standin, runtime, settings, _platform: listening }
}

fn payments(db: &Db, settings: &Settings, booked: Booked) -> Payments {
    let mobile = Mobile::new(settings.clone(), db.world().clone()).expect("a channel");
    let ledger = ledger::Ledger::load(db).expect("books");
    Payments::new(Parts { db: db.clone(), ledger, payables: vec![payable(booked)], mobile: Some(mobile) })
}

pub(crate) fn subject(id: &str) -> Subject {
    Subject { kind: "settlement".into(), id: id.into() }
}

pub(crate) fn by_phone(id: &str) -> Ask {
    let own = id.starts_with("own");
    let token = |text: &str| if own { String::new() } else { text.to_owned() };
    let ask = MobileAsk {
        openid: "oAaBb123".into(),
        pay_order_id: token("ORD5307"),
        pay_auth_no: token("AUTH5307"),
        relative: None,
    };
    Ask { person: PERSON, subject: subject(id), means: Means::Mobile(ask) }
}

pub(crate) fn cash(id: &str, received: i64) -> Ask {
    Ask { person: PERSON, subject: subject(id), means: Means::Desk(Tender::Cash { received: Fen(received) }) }
}

impl Node<'_> {
    pub(crate) fn pay(&self, ask: Ask) -> Result<Payment, Error> {
        let by = if matches!(ask.means, Means::Mobile(_)) { citizen() } else { clerk() };
        self.runtime.block_on(self.payments.pay(&by, ask))
    }

    pub(crate) fn see(&self, id: PaymentId) -> Payment {
        self.runtime.block_on(self.payments.see(&clerk(), id)).expect("the payment is there")
    }

    pub(crate) fn stage(&self, id: PaymentId) -> Stage {
        self.see(id).stage
    }

    /// Lets time pass and runs what is due.
    pub(crate) fn after(&self, seconds: i64) {
        self.bench.clock.advance(seconds * SECOND);
        self.runtime.block_on(self.payments.turn()).expect("jobs run");
    }

    /// Lets the person confirm, if the platform has the order.
    pub(crate) fn confirm(&self, id: PaymentId) -> Vec<u16> {
        self.runtime.block_on(self.standin.confirm(&id.to_string()))
    }

    /// Runs until nothing moves any more: minutes, not days.
    pub(crate) fn settle(&self, id: PaymentId) {
        for seconds in [0, 3, 6, 16, 61, 301, 301] {
            self.after(seconds);
            self.confirm(id);
        }
    }

    pub(crate) fn misbehave(&self, mischief: &[Mischief]) {
        for one in mischief {
            self.standin.misbehave(*one);
        }
    }

    /// How often, and how many fen together, a subject was told something.
    pub(crate) fn told(&self, what: &'static str) -> (i64, i64) {
        self.payments
            .db
            .read_now(move |sql| {
                Ok(sql.one(
                    "SELECT COUNT(*), CAST(COALESCE(SUM(fen), 0) AS BIGINT) FROM probe_told WHERE what = $1",
                    &[P::S(what)],
                    |row| Ok((row.i64(0)?, row.i64(1)?)),
                )?)
            })
            .expect("a count")
            .expect("a row")
    }

    pub(crate) fn events(&self, code: i64) -> i64 {
        events(&self.payments.db, code)
    }

    /// Money the platform took and has not given back.
    pub(crate) fn kept(&self) -> i64 {
        self.standin.book(standin::book::Book::kept)
    }

    /// Ends the database and opens what it left again, as after a kill.
    pub(crate) fn reopen(&mut self) -> Db {
        self.payments.db.close();
        let engine = match self.payments.db.engine() {
            // The old process's lock is still held here, so what it left is copied.
            Engine::Sqlite(path) => {
                let folder = tempfile::tempdir().expect("a folder").keep();
                for file in std::fs::read_dir(path.parent().expect("a folder")).expect("files").flatten() {
                    if file.path().is_file() && file.path().extension().is_none_or(|kind| kind != "lock") {
                        std::fs::copy(file.path(), folder.join(file.file_name())).expect("a copy");
                    }
                }
                Engine::Sqlite(folder.join("yima.sqlite"))
            }
            postgres @ Engine::Postgres { .. } => postgres.clone(),
        };
        let mut all = vec![&store::CAPABILITY];
        all.extend(CAPABILITIES);
        let settings = store::Settings { world: self.bench.db.world().clone(), ..store::Settings::of(engine) };
        let db = Db::open(settings, &store::migrate::in_order(&all)).expect("the database opens again");
        self.payments = payments(&db, &self.settings, Booked::BySubject);
        db
    }
}

pub(crate) fn events(db: &Db, code: i64) -> i64 {
    db.read_now(move |sql| {
        Ok(sql.one("SELECT COUNT(*) FROM store_events WHERE name = $1", &[P::I(code)], |row| row.i64(0))?)
    })
    .expect("a count")
    .expect("a row")
}
