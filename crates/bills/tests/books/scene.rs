//! What every test needs: an issuer, a person, the bill of the story.

use access::Gate;
use access::actors::NewActor;
use access::policy::Policy;
use access::tokens::{self, TokenKind};
use bills::{Bills, Charge, FundPart, Kind, New, Parts, Payer, Region, issue};
use kernel::{Actor, ActorId, ActorKind, BillId, Capability, Error, Fen, InstitutionId, PersonId, Right, SettlementId};
use keys::Keys;
use std::sync::Arc;
use store::{P, SqlExt as _};
use testkit::Bench;

/// Everything a bill touches.
pub(crate) const CAPABILITIES: [&Capability; 3] = [&access::CAPABILITY, &keys::CAPABILITY, &bills::CAPABILITY];
/// Who issues.
pub(crate) const HOSPITAL: InstitutionId = InstitutionId(71);
/// Who pays.
pub(crate) const PERSON: PersonId = PersonId(500);

/// A node with bills.
pub(crate) struct Scene<'a> {
    pub(crate) bench: &'a Bench,
    pub(crate) bills: Bills,
    pub(crate) keys: Keys,
    pub(crate) gate: Gate,
}

/// The committed policy; rights of other crates are declared by name only.
pub(crate) fn policy() -> Policy {
    let rights: Vec<Right> = access::policy::TEXT
        .lines()
        .filter(|line| !line.starts_with(['#', ' ']) && !line.starts_with("right"))
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| Right::new(name, ""))
        .collect();
    Policy::read(access::policy::TEXT, &rights).expect("the policy reads")
}

/// Sets the scene on a fresh database.
pub(crate) fn scene(bench: &Bench) -> Scene<'_> {
    let gate = Gate::new(bench.db.clone(), policy(), false);
    let keys = Keys::for_tests(&bench.db).expect("keys");
    let region = Region { code: 990_100, name: "云州市".to_owned(), public_url: "https://yima.example/".to_owned() };
    let bills = Bills::new(&bench.db, &gate, &keys, region);
    Scene { bench, bills, keys, gate }
}

/// The line of a bill with its split.
fn line(code: &str, name: &str, class: &str, qty: i64, price: i64, fund: i64) -> Charge {
    let category = if code.starts_with('X') { "09" } else { "04" };
    let mut charge = Charge::priced(code, name, category, qty * 1000, Fen(price)).expect("a line");
    class.clone_into(&mut charge.class);
    "次".clone_into(&mut charge.unit);
    charge.fund = Some(Fen(fund));
    charge.own = charge.amount.minus(Fen(fund));
    charge
}

/// The bill of the visit on 18 November: 286.40 = 187.90 + 52.30 + 15.00 + 31.20.
pub(crate) fn visit(settlement: i64) -> New {
    New {
        settlement: SettlementId(settlement),
        person: PERSON,
        institution: HOSPITAL,
        kind: Kind::Outpatient,
        visit: "YZ01-20261118-0391".to_owned(),
        serial: "V-1118-0092-17".to_owned(),
        payer: Payer {
            name: "周静怡".to_owned(),
            document: "9901••••0028".to_owned(),
            insured: "职工基本 · 云州市".to_owned(),
        },
        issuer_name: "云州市第一人民医院".to_owned(),
        lines: vec![
            line("C1", "血常规（五分类） Full blood count", "甲", 1, 2200, 1870),
            line("C2", "糖化血红蛋白 HbA1c", "乙 90%", 1, 6800, 4920),
            line("C3", "超声心动图 Echocardiogram", "乙 80%", 1, 15_000, 8290),
            line("X4", "苯磺酸氨氯地平片 5 mg × 28", "甲 集采", 2, 2320, 3710),
        ],
        parts: Parts {
            total: Fen(28_640),
            funds: vec![FundPart { fund: "310100".to_owned(), amount: Fen(18_790) }],
            account: Fen(5230),
            mutual: Fen(1500),
            cash: Fen(3120),
            hospital: Fen::ZERO,
        },
        actor: None,
    }
}

/// A small runtime for the asynchronous verbs.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

impl Scene<'_> {
    /// Issues a bill as a settlement would.
    pub(crate) fn issue(&self, new: New) -> Result<BillId, Error> {
        let number = self.bills.number_now(new.institution)?;
        self.bench.db.write_now(new.person.0, move |tx| issue(tx, &number, &new))
    }

    /// Takes the bill of a settlement back.
    pub(crate) fn redden(&self, settlement: i64) -> Result<BillId, Error> {
        let number = self.bills.number_now(HOSPITAL)?;
        self.bench.db.write_now(PERSON.0, move |tx| {
            bills::red_letter(tx, &number, PERSON, SettlementId(settlement), "退费", None)
        })
    }

    /// An actor with its token.
    pub(crate) fn enrolled(
        &self,
        role: &str,
        institution: Option<InstitutionId>,
        person: Option<PersonId>,
    ) -> (Arc<Actor>, String) {
        let new = NewActor {
            kind: if person.is_some() { ActorKind::Citizen } else { ActorKind::Staff },
            name: role.to_owned(),
            role: role.to_owned(),
            institution,
            place: "收费处".into(),
            person,
            login: None,
        };
        let done: Result<(ActorId, String), Error> = self.bench.db.write_now(0, move |tx| {
            let actor = access::actors::enrol(tx, &policy(), &new)?;
            Ok((actor, tokens::give(tx, actor, TokenKind::Bearer, "test", 30 * kernel::time::DAY)))
        });
        let (id, token) = done.expect("an actor");
        let actor = access::actors::find(&self.bench.db, &policy(), id).expect("a look-up").expect("the actor");
        (Arc::new(actor), token)
    }

    /// The person's bill as the person sees it.
    pub(crate) fn seen(&self, id: BillId) -> bills::Bill {
        let (citizen, _) = self.enrolled("citizen", None, Some(PERSON));
        runtime().block_on(async {
            let grant = self.gate.grant(&citizen, PERSON).await.expect("a grant on oneself");
            self.bills.see(&grant, id).await.expect("one's own bill")
        })
    }

    /// The number of a counting statement.
    pub(crate) fn count(&self, sql: &'static str) -> i64 {
        let counted = self.bench.db.read_now(move |reader| Ok(reader.one(sql, &[], |row| row.i64(0))?));
        counted.expect("a count").expect("a row")
    }

    /// Events of a kind about the person.
    pub(crate) fn events(&self, code: i64) -> i64 {
        let counted = self.bench.db.read_now(move |sql| {
            Ok(sql.one(
                "SELECT COUNT(*) FROM store_events WHERE person_id = $1 AND name = $2",
                &[P::I(PERSON.0), P::I(code)],
                |row| row.i64(0),
            )?)
        });
        counted.expect("a count").expect("a row")
    }
}
