//! A small town for tests: an agency with two plans, a hospital, a health centre, a
//! pharmacy, people with coverage and accounts.

use access::Gate;
use access::policy::Policy;
use directory::{Directory, NewInstitution};
use insurance::enrol::NewCoverage;
use insurance::load::NewPlan;
use insurance::{CareKind, Day, Designation, FOREVER, Insurance, Period};
use kernel::{
    Actor, ActorId, ActorKind, Capability, CoverageId, Error, Fen, InstitutionId, PersonId, QuoteId, Right,
    SettlementId, VisitId,
};
use ledger::{Entity, Ledger};
use serde_json::Value;
use settlement::compute::Terms;
use settlement::fees::Charge;
use settlement::rules::line::LineAsked;
use settlement::visit::{Register, VisitAbout};
use settlement::{Direct, SettleAsk, Settled, Settlements, What};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use testkit::Bench;

pub(crate) const CAPABILITIES: [&Capability; 9] = [
    &access::CAPABILITY,
    &keys::CAPABILITY,
    &directory::CAPABILITY,
    &identity::CAPABILITY,
    &credentials::CAPABILITY,
    &ledger::CAPABILITY,
    &bills::CAPABILITY,
    &insurance::CAPABILITY,
    &settlement::CAPABILITY,
];

/// Employees: a deductible of 100 yuan a year; 70, 60, 50 %; stays with segments and
/// an overflow cap; away 10 points less with a referral.
const EMPLOYEES: &str = r#"{"id":"T-310","admdvs":"990100","insutype":"310","year_from":2025,"year_to":2027,
 "groups":[{"name":"retired","retired":true},{"name":"active","retired":false}],
 "deductibles":[{"pool":"op","group":"*","level":"*","kind":"annual","amount":10000},
  {"pool":"ip","group":"*","level":"*","kind":"per_admission","amount":80000,"nth_bp":[10000,5000,0]}],
 "rates":[{"pool":"op","group":"retired","level":"1","segments":[{"upto":null,"bp":7000}],"bonus_bp":500},
  {"pool":"op","group":"*","level":"1","segments":[{"upto":null,"bp":7000}]},
  {"pool":"op","group":"*","level":"2","segments":[{"upto":null,"bp":6000}]},
  {"pool":"op","group":"*","level":"3","segments":[{"upto":null,"bp":5000}]},
  {"pool":"op","group":"*","level":"P","segments":[{"upto":null,"bp":6000}]},
  {"pool":"ip","group":"*","level":"*","segments":[{"upto":2000000,"bp":8500},{"upto":4000000,"bp":9000},{"upto":null,"bp":9500}]},
  {"pool":"chronic","group":"*","level":"*","segments":[{"upto":null,"bp":8500}]}],
 "segment_basis":{"ip":"annual"},
 "caps":{"op":{"amount":200000},"ip":{"amount":10000000,"overflow":true}},"hifob":{"bp":8000,"cap":20000000},
 "cross_region":[{"region":"out_of_province","filing":["referral","emergency"],"mode":"ratio_minus","bp":1000},
  {"region":"out_of_province","filing":"temporary","mode":"ratio_minus","bp":2000}],
 "account_pays":["inscp","preself","overlmt","fulamt"],"mutual_pays":["inscp","preself"]}"#;

/// Residents: major illness from 10 000 yuan, aid of 70 % for low income.
const RESIDENTS: &str = r#"{"id":"T-390","admdvs":"990100","insutype":"390","year_from":2025,"year_to":2027,
 "deductibles":[{"pool":"ip","group":"*","level":"*","kind":"per_admission","amount":60000}],
 "rates":[{"pool":"op","group":"*","level":"*","segments":[{"upto":null,"bp":5000}]},
  {"pool":"ip","group":"*","level":"*","segments":[{"upto":null,"bp":6500}]}],
 "mi":{"pools":["ip"],"threshold":1000000,"segments":[{"upto":null,"bp":6000}],"aid_classes":["low_income"],
  "aid_threshold_bp":5000,"aid_bonus_bp":500,"aid_no_cap":true},
 "aid":{"low_income":{"pools":["ip"],"bp":7000}},"account_pays":[],"mutual_pays":[]}"#;

/// Items of the catalogue.
const CATALOGUE: &str = r#"{"code":"XA01","name":"阿莫西林","class":"A","list_type":"101","category":"09"}
{"code":"XB02","name":"氨氯地平","class":"B","selfpay_bp":1000,"limit_fen":2000,"list_type":"101","category":"09"}
{"code":"S0001","name":"血常规","class":"A","list_type":"201","category":"04"}
{"code":"C0001","name":"美容贴","class":"C","list_type":"301","category":"08"}
"#;

/// A town on an open database.
#[derive(Clone)]
pub(crate) struct Town {
    pub(crate) env: Settlements,
    pub(crate) clock: Arc<kernel::time::FrozenClock>,
    /// A level-3 hospital, a health centre of level 1, a pharmacy, a hospital far away.
    pub(crate) hospital: Arc<Actor>,
    pub(crate) centre: Arc<Actor>,
    pub(crate) pharmacy: Arc<Actor>,
    pub(crate) far: Arc<Actor>,
    pub(crate) office: Arc<Actor>,
    pub(crate) numbers: Arc<AtomicI64>,
}

pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

pub(crate) fn day(text: &str) -> Day {
    Day::read(text).expect("a day")
}

/// Rights by name, as the policy gives them.
fn policy() -> Policy {
    let rights: Vec<Right> = access::policy::TEXT
        .lines()
        .filter(|line| !line.starts_with(['#', ' ']) && !line.starts_with("right"))
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| Right::new(name, ""))
        .collect();
    Policy::read(access::policy::TEXT, &rights).expect("the policy reads")
}

fn actor(
    id: i64,
    kind: ActorKind,
    institution: Option<InstitutionId>,
    person: Option<PersonId>,
    office: bool,
) -> Arc<Actor> {
    let rights: &[&'static str] =
        if office { &["settlement.office"] } else { &["settlement.settle", "settlement.visit"] };
    Arc::new(Actor {
        id: ActorId(id),
        kind,
        name: "somebody".into(),
        institution,
        place: "".into(),
        person,
        role: "test".into(),
        rights: rights.into(),
    })
}

/// The actor of a citizen.
pub(crate) fn citizen(person: PersonId) -> Arc<Actor> {
    actor(9000, ActorKind::Citizen, None, Some(person), false)
}

impl Town {
    /// The same town where staff must show that somebody is present.
    pub(crate) fn scanning(&self) -> Self {
        let env = &self.env;
        let keys = keys::Keys::for_tests(&env.db).expect("keys");
        let index = identity::Index::load(&env.db, &keys).expect("an index");
        let credentials = credentials::Credentials::load(&credentials::Parts {
            db: &env.db,
            gate: &env.gate,
            directory: &env.directory,
            index: &index,
            keys: &keys,
            region: 990_100,
        });
        let presence = Some(credentials.expect("credentials"));
        Self { env: Settlements { presence, ..env.clone() }, ..self.clone() }
    }

    /// Somebody at a desk of the hospital.
    pub(crate) fn registrar(&self) -> Arc<Actor> {
        actor(106, ActorKind::Staff, self.hospital.institution, None, false)
    }
}

fn designations(institution: InstitutionId, level: &str, kinds: &[CareKind]) -> Vec<Designation> {
    kinds
        .iter()
        .map(|kind| Designation {
            admdvs: "990100".into(),
            institution,
            kind: *kind,
            level: level.into(),
            period: Period { from_on: day("2020-01-01"), to_on: day("2030-12-31") },
            suspended_from: FOREVER.plus(1),
        })
        .collect()
}

impl Town {
    pub(crate) fn on(bench: &Bench) -> Self {
        let db = &bench.db;
        let gate = Gate::new(db.clone(), policy(), false);
        let directory = Directory::load(db).expect("a directory");
        let insurance = Insurance::load(db, &directory, &gate).expect("insurance");
        let ledger = Ledger::load(db).expect("a ledger");
        let keys = keys::Keys::for_tests(db).expect("keys");
        let region = bills::Region { code: 990_100, name: "云州市".into(), public_url: "http://localhost".into() };
        let bills = bills::Bills::new(db, &gate, &keys, region);
        let new = |code: &str, name: &str, region: &str| NewInstitution {
            code: code.into(),
            name: name.into(),
            region: region.into(),
            ..NewInstitution::default()
        };
        let enrol = |one| directory.enrol_now(one).expect("an institution");
        let hospital = enrol(new("H99010000001", "云州市第一医院", "990100"));
        let centre = enrol(new("H99010000002", "城中社区卫生服务中心", "990100"));
        let pharmacy = enrol(new("P99010000003", "康民药房", "990100"));
        let far = enrol(new("H88010000004", "远方医院", "880100"));
        let mut all = designations(hospital, "3", &[CareKind::Op, CareKind::Ip, CareKind::Chronic]);
        all.extend(designations(centre, "1", &[CareKind::Op]));
        all.extend(designations(pharmacy, "P", &[CareKind::Pharmacy]));
        all.extend(designations(far, "3", &[CareKind::Op, CareKind::Ip]));
        insurance::load::designate_now(&insurance, all, None).expect("agreements");
        for document in [EMPLOYEES, RESIDENTS] {
            let new = NewPlan { version: "1".into(), from_on: None, to_on: None, document: document.into() };
            insurance::load::plan_now(&insurance, new, None).expect("a plan");
        }
        for area in ["990100", "880100"] {
            insurance::load::catalogue_now(&insurance, area, "2026", day("2025-01-01"), CATALOGUE, None)
                .expect("a catalogue");
        }
        let env = Settlements {
            db: db.clone(),
            gate,
            directory,
            insurance,
            ledger,
            bills,
            region: 990_100,
            presence: None,
            undone: None,
            line: settlement::Breaker::default(),
            meeting: settlement::Meeting::new(db),
        };
        let system = |id, institution| actor(id, ActorKind::System, Some(institution), None, false);
        Self {
            env,
            clock: bench.clock.clone(),
            hospital: system(101, hospital),
            centre: system(102, centre),
            pharmacy: system(103, pharmacy),
            far: system(104, far),
            office: actor(105, ActorKind::Staff, None, None, true),
            numbers: Arc::new(AtomicI64::new(1)),
        }
    }

    /// A fresh message number.
    pub(crate) fn msgid(&self) -> String {
        format!("M{:08}", self.numbers.fetch_add(1, Ordering::SeqCst))
    }

    /// A person who is insured since 2025.
    pub(crate) fn person(&self, insutype: &str, psn_type: &str) -> PersonId {
        let person = PersonId(self.env.db.world().new_id());
        let new = NewCoverage {
            psn_no: String::new(),
            birth_on: day("1970-05-05"),
            name: "张*".into(),
            document: "9901••••0028".into(),
            admdvs: "990100".into(),
            insutype: insutype.into(),
            psn_type: psn_type.into(),
            employer: String::new(),
            period: Period { from_on: day("2025-01-01"), to_on: day("2027-12-31") },
        };
        self.write(person, move |tx| insurance::enrol::enrol(tx, person, &new, ActorId(105))).expect("a coverage");
        person
    }

    /// The coverage of a person with one.
    pub(crate) fn coverage(&self, person: PersonId) -> CoverageId {
        let card = self.env.db.read_now(move |sql| insurance::eligibility::card(sql, person)).expect("a card");
        card.expect("insured").1.coverages[0].id()
    }

    /// An employee with money on the account.
    pub(crate) fn employee(&self, balance: i64) -> PersonId {
        let person = self.person("310", "1101");
        if balance > 0 {
            let number = self.msgid();
            wait(self.env.credit(&self.office, person, Fen(balance), number, String::new())).expect("a credit");
        }
        person
    }

    pub(crate) fn write<T: Send + 'static>(
        &self,
        person: PersonId,
        work: impl FnMut(&mut store::Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.env.db.write_now(person.0, work)
    }

    /// Registers a visit of today.
    pub(crate) fn visit(&self, at: &Actor, person: PersonId, med_type: &str) -> Result<VisitId, Error> {
        self.visit_of(at, person, med_type, None, VisitAbout::default())
    }

    pub(crate) fn visit_of(
        &self,
        at: &Actor,
        person: PersonId,
        med_type: &str,
        began_on: Option<Day>,
        about: VisitAbout,
    ) -> Result<VisitId, Error> {
        let ask = Register {
            person,
            institution: at.institution.expect("an institution"),
            actor: at.id,
            msgid: self.msgid(),
            med_type: med_type.into(),
            began_on,
            about,
        };
        wait(self.env.register(at, ask))
    }

    pub(crate) fn charge(
        &self,
        at: &Actor,
        visit: VisitId,
        lines: Vec<LineAsked>,
    ) -> Result<settlement::fees::ChargedNow, Error> {
        let ask = Charge { person: PersonId(0), visit, batch: String::new(), lines, count: None, total: None };
        wait(self.env.charge(at, ask))
    }

    /// A visit charged with one class A line.
    pub(crate) fn charged(&self, at: &Actor, person: PersonId, amount: i64) -> VisitId {
        let visit = self.visit(at, person, "11").expect("a visit");
        self.charge(at, visit, vec![line("1", amount)]).expect("charged");
        visit
    }

    pub(crate) fn quote(&self, at: &Actor, visit: VisitId) -> Result<settlement::Quote, Error> {
        wait(self.env.quote(at, visit, Terms::default()))
    }

    pub(crate) fn ask(&self, what: What) -> SettleAsk {
        SettleAsk {
            person: 0,
            msgid: self.msgid(),
            what,
            batch: String::new(),
            use_account: true,
            mid_stay: false,
            hospital_fen: 0,
            total_fen: None,
            classes_fen: None,
            lower_is_fine: false,
            hold: None,
        }
    }

    pub(crate) fn settle(&self, at: &Actor, visit: VisitId) -> Result<Settled, Error> {
        wait(self.env.settle(at, self.ask(What::Visit(visit.0))))
    }

    /// A direct settlement of one class A line at an institution.
    pub(crate) fn direct(&self, at: &Actor, person: PersonId, med_type: &str, amount: i64) -> SettleAsk {
        let direct = Direct {
            institution: at.institution.expect("an institution"),
            med_type: med_type.into(),
            began_on: None,
            about: VisitAbout::default(),
            lines: vec![line("1", amount)],
        };
        SettleAsk { person: person.0, ..self.ask(What::Direct(Box::new(direct))) }
    }

    pub(crate) fn cancel(&self, at: &Actor, id: SettlementId) -> Result<settlement::Cancelled, Error> {
        wait(self.env.cancel(at, id, self.msgid(), "退费".into(), false))
    }

    /// The balance of a personal account.
    pub(crate) fn balance(&self, person: PersonId) -> i64 {
        let agency = Entity::region(990_100);
        let found = self.env.db.read_now(move |sql| Ok(ledger::personal(sql, agency, person)?));
        found.expect("an account").map_or(0, |account| account.balance.0)
    }

    /// The sums of a person's year.
    pub(crate) fn year(&self, person: PersonId, insutype: &'static str) -> adjudication::Accumulators {
        let found = self.env.db.read_now(move |sql| insurance::years::find(sql, person, insutype, 2026));
        found.expect("a year").sums
    }

    /// Books balance, years are the folds of their settlements, every settlement works
    /// out again.
    pub(crate) fn holds(&self) {
        let report = wait(self.env.check()).expect("a check");
        assert!(report.wrong.is_empty(), "{report:#?}");
        wait(self.env.ledger.turn()).expect("a fold");
        let books = ledger::check::check(&self.env.db, Arc::new(|_| {})).expect("a check of the books");
        assert!(books.wrong.is_empty(), "{:#?}", books.wrong);
    }
}

/// A class A line of one unit.
pub(crate) fn line(sn: &str, amount: i64) -> LineAsked {
    coded(sn, "XA01", 1000, amount, amount)
}

pub(crate) fn coded(sn: &str, code: &str, qty_milli: i64, price: i64, amount: i64) -> LineAsked {
    LineAsked {
        sn: sn.into(),
        code: code.into(),
        local_code: String::new(),
        name: String::new(),
        qty_milli,
        price_fen: price,
        amount_fen: amount,
        price: String::new(),
        of: String::new(),
        category: String::new(),
        unit: "盒".into(),
    }
}

/// A member of an answer.
pub(crate) fn said(body: &[u8], member: &str) -> i64 {
    let value: Value = serde_json::from_slice(body).expect("JSON");
    value.get(member).and_then(Value::as_i64).unwrap_or_else(|| panic!("{member} in {value}"))
}

pub(crate) fn code<T>(done: Result<T, Error>) -> &'static str {
    done.map_or_else(|error| error.code(), |_| "ok")
}

/// The number of a quote.
pub(crate) fn quote_id(quote: &settlement::Quote) -> QuoteId {
    quote.quote.parse().expect("an id")
}
