//! The money rooms behind the desks, as a node wires them, without a mobile channel; a
//! person with cover and an account, a visit that is charged.

use super::Region;
use access::Gate;
use credentials::Credentials;
use directory::Directory;
use insurance::enrol::NewCoverage;
use insurance::load::NewPlan;
use insurance::{CareKind, Day, Designation, FOREVER, Insurance, Period};
use kernel::{Actor, ActorId, Error, Fen, PersonId, SettlementId, VisitId};
use keys::Keys;
use ledger::Ledger;
use payment::{Booked, Due, OrderPurpose, Payable, Payments, Shares};
use settlement::Settlements;
use settlement::fees::Charge;
use settlement::rules::line::LineAsked;
use settlement::visit::{By, Register, VisitAbout};
use std::sync::Arc;
use store::{Db, Tx};

/// The rooms.
pub(crate) struct Rooms {
    pub(crate) settlements: Settlements,
    pub(crate) payments: Payments,
}

pub(crate) fn rooms(db: &Db, gate: &Gate, directory: &Directory, keys: &Keys, credentials: &Credentials) -> Rooms {
    let ledger = Ledger::load(db).unwrap();
    let region = bills::Region { code: 990_100, name: "云州市".into(), public_url: "http://localhost".into() };
    let settlements = Settlements {
        db: db.clone(),
        gate: gate.clone(),
        directory: directory.clone(),
        insurance: Insurance::load(db, directory, gate).unwrap(),
        ledger: ledger.clone(),
        bills: bills::Bills::new(db, gate, keys, region),
        presence: Some(credentials.clone()),
        region: 990_100,
        undone: None,
        line: settlement::Breaker::default(),
        meeting: settlement::Meeting::new(db),
    };
    let env = settlements.clone();
    let payable = Payable {
        kind: "settlement",
        due: Arc::new(move |tx, subject| due(tx, &env, subject)),
        paid: Arc::new(|_, _| Ok(())),
        failed: Arc::new(|_, _| Ok(())),
        refunded: Arc::new(|_, _, _| Ok(())),
    };
    let payments = Payments::new(payment::Parts { db: db.clone(), ledger, payables: vec![payable], mobile: None });
    Rooms { settlements, payments }
}

fn due(tx: &mut Tx<'_>, env: &Settlements, subject: &str) -> Result<Due, Error> {
    let id: SettlementId = subject.parse().unwrap();
    let person = settlement::answer::person_of(tx, id.0)?.unwrap();
    let by = By { actor: ActorId(0), institution: None, person: Some(person), office: false };
    let totals = settlement::answer::seen(tx, &by, person, id)?.0;
    Ok(Due {
        person,
        institution: totals.institution,
        institution_name: env.directory.name(totals.institution, false),
        institution_code: "H1".into(),
        city: "990100".into(),
        serial: totals.visit.to_string(),
        shares: Shares {
            total: totals.totals.fee,
            gov: totals.totals.fund,
            account: totals.totals.account,
            other: totals.totals.mutual.plus(totals.totals.hospital).unwrap(),
            cash: totals.totals.cash,
            added: Fen::ZERO,
            reduced: Fen::ZERO,
        },
        purpose: OrderPurpose::DiagPay,
        booked: Booked::BySubject,
    })
}

/// Half of what is above 100 yuan a year; accounts pay everything.
const PLAN: &str = r#"{"id":"T-310","admdvs":"990100","insutype":"310","year_from":2025,"year_to":2030,
 "groups":[{"name":"retired","retired":true},{"name":"active","retired":false}],
 "deductibles":[{"pool":"op","group":"*","level":"*","kind":"annual","amount":10000}],
 "rates":[{"pool":"op","group":"*","level":"*","segments":[{"upto":null,"bp":5000}]}],
 "caps":{"op":{"amount":200000}},
 "account_pays":["inscp","preself","overlmt","fulamt"],"mutual_pays":["inscp","preself"]}"#;
const CATALOGUE: &str = r#"{"code":"S0001","name":"血常规","class":"A","list_type":"201","category":"04"}
{"code":"XB02","name":"氨氯地平","class":"B","selfpay_bp":1000,"list_type":"101","category":"09"}
"#;

impl Region<'_> {
    fn day(&self, days: i64) -> Day {
        Day::of(self.bench.db.world().now() + days * kernel::time::DAY)
    }

    /// Plan, catalogue and agreement; the person is covered and has `credit`.
    pub(crate) fn insure(&self, person: PersonId, credit: Fen) {
        let env = &self.settlements;
        let since = self.day(-100);
        let plan =
            NewPlan { version: "1".into(), from_on: Some(since), to_on: None, document: PLAN.as_bytes().to_vec() };
        insurance::load::plan_now(&env.insurance, plan, None).unwrap();
        insurance::load::catalogue_now(&env.insurance, "990100", "1", since, CATALOGUE, None).unwrap();
        let agreement = Designation {
            admdvs: "990100".into(),
            institution: self.hospitals[0],
            kind: CareKind::Op,
            level: "3".into(),
            period: Period { from_on: since, to_on: FOREVER },
            suspended_from: FOREVER,
        };
        insurance::load::designate_now(&env.insurance, vec![agreement], None).unwrap();
        let new = NewCoverage {
            psn_no: String::new(),
            birth_on: Day::read("1985-03-07").unwrap(),
            name: "周*怡".into(),
            document: "9901••••0029".into(),
            admdvs: "990100".into(),
            insutype: "310".into(),
            psn_type: "1101".into(),
            employer: String::new(),
            period: Period { from_on: since, to_on: FOREVER },
        };
        let env = env.clone();
        let work = move |tx: &mut Tx<'_>| {
            insurance::enrol::enrol(tx, person, &new, ActorId(0))?;
            if credit > Fen::ZERO {
                settlement::account::credit(tx, &env, person, credit, "c1", ActorId(0))?;
            }
            Ok(())
        };
        self.bench.db.write_now(person.0, work).unwrap();
    }

    /// The actor of a token.
    pub(crate) fn actor(&self, token: &str) -> Arc<Actor> {
        self.wait(self.gate.actor_of(token)).unwrap()
    }

    /// A hospital's program registers a visit and charges 300 yuan.
    pub(crate) fn charge(&self, his: &str, person: PersonId, number: &str) -> VisitId {
        let his = self.actor(his);
        let ask = Register {
            person,
            institution: self.hospitals[0],
            actor: his.id,
            msgid: format!("{number}-1"),
            med_type: "11".into(),
            began_on: None,
            about: VisitAbout { department: "心内科".into(), ..VisitAbout::default() },
        };
        let visit = self.wait(self.settlements.register(&his, ask)).unwrap();
        self.charge_more(&his, person, visit, number);
        visit
    }

    /// Charges 300 yuan more.
    pub(crate) fn charge_more(&self, his: &Actor, person: PersonId, visit: VisitId, number: &str) {
        let line = |place: u32, code: &str, price_fen| LineAsked {
            sn: format!("{number}-{place}"),
            code: code.into(),
            local_code: String::new(),
            name: String::new(),
            qty_milli: 1000,
            price_fen,
            amount_fen: price_fen,
            price: String::new(),
            of: String::new(),
            category: "04".into(),
            unit: "项".into(),
        };
        let lines = vec![line(1, "S0001", 20_000), line(2, "XB02", 10_000)];
        let charge = Charge { person, visit, batch: number.into(), lines, count: None, total: None };
        self.wait(self.settlements.charge(his, charge)).unwrap();
    }
}
