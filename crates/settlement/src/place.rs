//! The insured place as a sender sees it: asked to settle, asked whether a message
//! came, asked to take one back; each answer may be lost. The place may be this node
//! ([`Here`]); another region's is `federation`'s.
//!
//! The sender remembers what it asked before it asks, so that a crash between the
//! two leaves an ask in doubt and not a lost one; a job chases what is in doubt
//! ([`Settlements::chase`]).

use crate::breaker::Guarded;
use crate::rules::ask::{Found, Outcome, Stage};
use crate::rules::message::Known as Came;
use crate::settle::{SettleAsk, What};
use crate::store::message as messages;
pub use crate::store::message::AskRow as Known;
use crate::visit::By;
use crate::{ASKED, Refusal, Settlements, settle};
use ::store::Event;
use kernel::{Actor, ActorId, Error, FaultKind, InstitutionId, PersonId, SettlementId};
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// An answer on its way.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Outcome<T>> + Send + 'a>>;

/// What is asked, with who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Whose message it is.
    pub institution: i64,
    /// Who asks.
    pub actor: i64,
    /// The person it is, of a citizen.
    pub own: Option<i64>,
    /// What.
    pub ask: SettleAsk,
}

impl Order {
    fn institution(&self) -> InstitutionId {
        InstitutionId(self.institution)
    }

    fn by(&self) -> By {
        By {
            actor: ActorId(self.actor),
            institution: Some(self.institution()),
            person: self.own.map(PersonId),
            office: false,
        }
    }
}

/// A place that settles for the people insured there.
pub trait InsuredPlace: Send + Sync {
    /// Settles, or says no, or is not heard.
    fn settle<'a>(&'a self, order: &'a Order) -> Answering<'a, SettlementId>;
    /// What became of a message.
    fn query<'a>(&'a self, order: &'a Order) -> Answering<'a, Found>;
    /// Takes a message back, whether it came or not.
    fn reverse<'a>(&'a self, order: &'a Order) -> Answering<'a, ()>;
}

/// This node as the insured place.
#[derive(Clone)]
pub struct Here(
    /// The node's own.
    pub Settlements,
);

/// A refusal had no effect; a fault may have had one.
fn heard<T>(done: Result<T, Error>) -> Outcome<T> {
    match done {
        Ok(done) => Outcome::Ok(done),
        Err(Error::Refused(refused)) => Outcome::Refused(crate::nhsa_code(refused.kind)),
        // Turned away before it began, or undone whole.
        Err(Error::Fault(fault)) if matches!(fault.kind, FaultKind::Busy | FaultKind::Full) => {
            Outcome::Refused("INSURED_PLACE_UNAVAILABLE".into())
        }
        Err(Error::Fault(fault)) => {
            tracing::warn!(error = %fault, "the outcome of a settlement is not known");
            Outcome::Unknown
        }
    }
}

impl InsuredPlace for Here {
    fn settle<'a>(&'a self, order: &'a Order) -> Answering<'a, SettlementId> {
        Box::pin(async move {
            let bill = match self.0.bills.number(order.institution()).await {
                Ok(bill) => bill,
                Err(error) => return heard(Err(error)),
            };
            heard(self.0.settled(order.by(), order.ask.clone(), bill).await.map(|settled| settled.id))
        })
    }

    fn query<'a>(&'a self, order: &'a Order) -> Answering<'a, Found> {
        Box::pin(async move {
            let (institution, msgid) = (order.institution(), order.ask.msgid.clone());
            let found = self.0.db.read(move |sql| Ok(messages::find(sql, institution, &msgid)?)).await;
            heard(found.map(|known| match known {
                None => Found::Absent,
                Some(Came::Tombstone) => Found::Tombstone,
                Some(Came::Cancelled(_)) => Found::Undone,
                Some(Came::Committed(done)) => Found::Settled(SettlementId(done.object)),
            }))
        })
    }

    fn reverse<'a>(&'a self, order: &'a Order) -> Answering<'a, ()> {
        Box::pin(async move {
            let done = self.0.reverse_as(order.by(), order.institution(), &order.ask.msgid).await;
            heard(done.map(drop))
        })
    }
}

/// How long an answer is waited for (insurance.md §3.2: 10 s from place to place).
const ANSWER_WAIT: Duration = Duration::from_secs(10);

pub(crate) async fn within<T>(answering: Answering<'_, T>) -> Outcome<T> {
    tokio::time::timeout(ANSWER_WAIT, answering).await.unwrap_or(Outcome::Unknown)
}

impl Settlements {
    /// Settles through this node as the insured place.
    pub async fn ask_here(&self, actor: &Actor, ask: SettleAsk) -> Result<Known, Error> {
        let place = Here(self.clone());
        self.ask(&Guarded::new(&place, &self.line, self.db.world()), actor, ask).await
    }

    /// Settles through a place: remembers the ask, asks, remembers the answer. The same
    /// message again asks nothing and answers where it stands.
    pub async fn ask(&self, place: &dyn InsuredPlace, actor: &Actor, mut ask: SettleAsk) -> Result<Known, Error> {
        crate::rules::message::checked(&ask.msgid)?;
        let by = By::of(actor);
        ask.person = self.whose(&ask).await?.0;
        let person = PersonId(ask.person);
        if let What::Direct(direct) = &mut ask.what {
            self.present(actor, person, &mut direct.about).await?;
        }
        let institution = {
            let what = ask.what.clone();
            self.db.read(move |sql| settle::issuer(sql, &by, person, &what)).await?
        };
        if !by.sees(person, institution) {
            return Err(Refusal::VisitUnknown.at("institution"));
        }
        let order = Order { institution: institution.0, actor: actor.id.0, own: by.person.map(|id| id.0), ask };
        let row = Known {
            institution,
            msgid: order.ask.msgid.clone(),
            person,
            stage: Stage::Settling,
            tries: 0,
            actor: actor.id,
            asked_at: self.db.world().now(),
            moved_at: self.db.world().now(),
            settlement: None,
            code: String::new(),
            request: crate::visit::canonical(&order)?,
        };
        if let Some(known) = self.remember(&row).await? {
            return if known.request == row.request { Ok(known) } else { Err(Refusal::DuplicateConflict.at("msgid")) };
        }
        let outcome = within(place.settle(&order)).await;
        self.answered(row, outcome).await
    }

    async fn whose(&self, ask: &SettleAsk) -> Result<PersonId, Error> {
        let id = match &ask.what {
            What::Direct(_) => return Ok(PersonId(ask.person)),
            What::Quote(id) | What::Visit(id) => *id,
        };
        let found = self.db.read(move |sql| crate::answer::person_of(sql, id)).await?;
        found.ok_or_else(|| Refusal::VisitUnknown.at("visit"))
    }

    /// Writes a new ask; answers the one there is instead, if there is one.
    async fn remember(&self, row: &Known) -> Result<Option<Known>, Error> {
        let row = row.clone();
        self.db
            .write(row.person.0, move |tx| {
                if messages::insert_ask(tx, &row)? {
                    tell(tx, &row);
                    return Ok(None);
                }
                Ok(messages::ask(tx, row.institution, &row.msgid)?)
            })
            .await
    }

    async fn answered(&self, row: Known, outcome: Outcome<SettlementId>) -> Result<Known, Error> {
        let from = row.stage;
        let stage = from.answered(&outcome);
        let (settlement, code) = match outcome {
            Outcome::Ok(id) => (Some(id), String::new()),
            Outcome::Refused(code) => (None, code),
            Outcome::Unknown => (None, String::new()),
        };
        self.moved(from, Known { stage, settlement, code, ..row }).await
    }

    /// Writes where an ask stands; what somebody else wrote meanwhile stands.
    pub(crate) async fn moved(&self, from: Stage, to: Known) -> Result<Known, Error> {
        self.db
            .write(to.person.0, move |tx| {
                if messages::move_ask(tx, from, &to)? {
                    tell(tx, &to);
                    return Ok(to.clone());
                }
                messages::ask(tx, to.institution, &to.msgid)?.ok_or_else(|| Refusal::NotFound.at("msgid"))
            })
            .await
    }
}

fn tell(tx: &mut ::store::Tx<'_>, ask: &Known) {
    tx.event(Event {
        person: Some(ask.person),
        actor: Some(ask.actor),
        institution: Some(ask.institution),
        object: format!("{} {}", ask.msgid, ask.stage.name()),
        ..Event::of(&ASKED)
    });
}
