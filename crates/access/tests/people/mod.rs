//! A gate with a few people, for the tests of signing in.

use access::actors::{self, NewActor};
use access::{Gate, Policy, password};
use kernel::{Actor, ActorId, ActorKind, Error};
use std::sync::Arc;
use store::{P, SqlExt as _};
use testkit::Bench;

pub(crate) const PASSWORD: &str = "a quiet morning in spring";

const POLICY: &str = "
right                 doctor admin
access.own-looks      .      .
access.end-own-grant  .      .
access.end-grant      x      .
access.open-grant     x      .
access.manage-actors  .      x
";

/// A gate over a test's database, with a thread that runs its verbs.
pub(crate) struct Desk<'a> {
    pub(crate) bench: &'a Bench,
    pub(crate) gate: Gate,
    runtime: tokio::runtime::Runtime,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(bench: &'a Bench) -> Self {
        let policy = Policy::read(POLICY, access::CAPABILITY.rights).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self { bench, gate: Gate::new(bench.db.clone(), policy, true), runtime }
    }

    /// Waits for a verb.
    pub(crate) fn wait<T>(&self, verb: impl Future<Output = T>) -> T {
        self.runtime.block_on(verb)
    }

    /// Enrols somebody, with [`PASSWORD`] when `with_password`.
    pub(crate) fn enrol(&self, login: &str, role: &str, with_password: bool) -> Actor {
        let db = &self.bench.db;
        let hashed = with_password.then(|| password::hash(db.world(), login, PASSWORD).unwrap());
        let new = NewActor {
            kind: ActorKind::Staff,
            name: format!("{login} 医生"),
            role: role.to_owned(),
            institution: None,
            place: String::new(),
            person: None,
            login: Some(login.to_owned()),
        };
        let gate = self.gate.clone();
        let id = db
            .write_now(0, move |tx| {
                let id = actors::enrol(tx, gate.policy(), &new)?;
                if let Some(hashed) = &hashed {
                    password::set(tx, id, hashed)?;
                }
                Ok(id)
            })
            .unwrap();
        actors::find(db, self.gate.policy(), id).unwrap().unwrap()
    }

    /// Whom a token signs in.
    pub(crate) fn actor_of(&self, token: &str) -> Result<Arc<Actor>, Error> {
        self.wait(self.gate.actor_of(token))
    }

    /// How many events of a kind name this actor (0 for nobody).
    pub(crate) fn events(&self, kind: &kernel::EventName, actor: ActorId) -> i64 {
        let code = kind.code;
        let count = self.bench.db.read_now(move |sql| {
            let sql_text = "SELECT COUNT(*) FROM store_events WHERE name = $1 AND actor_id = $2";
            Ok(sql.one(sql_text, &[P::I(code), P::I(actor.0)], |row| row.i64(0))?)
        });
        count.unwrap().unwrap()
    }
}

/// The stable code of a refusal.
pub(crate) fn code<T>(result: Result<T, Error>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(error @ Error::Refused(_)) => error.code(),
        Err(fault) => panic!("{fault}"),
    }
}
