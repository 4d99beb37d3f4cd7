//! The insured place as a sender sees it: asked to settle, asked whether a message
//! came, asked to take one back; each answer may be lost. The place may be this node
//! ([`Here`]); another region's is `federation`'s.
//!
//! The sender remembers what it asked before it asks, so that a crash between the
//! two leaves an ask in doubt and not a lost one; a job chases what is in doubt
//! ([`Settlements::chase`]).

use crate::rules::ask::{Found, Next, Outcome, Stage, wait_after};
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
            let (env, by, ask) = (self.0.clone(), order.by(), order.ask.clone());
            let bill = match env.bills.number(order.institution()).await {
                Ok(bill) => bill,
                Err(error) => return heard(Err(error)),
            };
            let db = env.db.clone();
            heard(db.write(ask.person, move |tx| Ok(settle::settle(tx, &env, &by, &ask, &bill)?.id)).await)
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

/// Asks in doubt that are listed or chased at once.
const IN_DOUBT_MAX: i64 = 200;

async fn within<T>(answering: Answering<'_, T>) -> Outcome<T> {
    tokio::time::timeout(ANSWER_WAIT, answering).await.unwrap_or(Outcome::Unknown)
}

impl Settlements {
    /// Settles through this node as the insured place.
    pub async fn ask_here(&self, actor: &Actor, ask: SettleAsk) -> Result<Known, Error> {
        let place = Here(self.clone());
        self.ask(&place, actor, ask).await
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
    async fn moved(&self, from: Stage, to: Known) -> Result<Known, Error> {
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

    /// Asks whose outcome is not known, the longest unmoved first.
    pub async fn in_doubt(&self, institution: Option<InstitutionId>) -> Result<Vec<Known>, Error> {
        self.db
            .read(move |sql| {
                let mut all = Vec::new();
                for stage in [Stage::Uncertain, Stage::Reversing, Stage::Settling] {
                    all.extend(messages::asks(sql, stage, institution, IN_DOUBT_MAX)?);
                }
                all.sort_by_key(|ask| ask.moved_at);
                Ok(all)
            })
            .await
    }

    /// Chases what is in doubt and due; answers how many moved. The job of this node;
    /// run it every second.
    pub async fn turn(&self) -> Result<usize, Error> {
        let place = Here(self.clone());
        self.chase(&place).await
    }

    /// Asks a place about every ask that is due: a query, then a reversal when the
    /// message never came.
    pub async fn chase(&self, place: &dyn InsuredPlace) -> Result<usize, Error> {
        let now = self.db.world().now();
        let mut moved = 0usize;
        for ask in self.in_doubt(None).await? {
            if ask.moved_at.saturating_add(wait_after(ask.tries)) > now {
                continue;
            }
            let Ok(order) = serde_json::from_slice::<Order>(&ask.request) else {
                return Err(kernel::Fault::broken(format!("settlement_asks.request of {}", ask.msgid)).into());
            };
            let from = ask.stage;
            let tries = ask.tries.saturating_add(1);
            let to = match from.next() {
                Next::Rest => continue,
                Next::Query => {
                    let found = within(place.query(&order)).await;
                    let settlement = match &found {
                        Outcome::Ok(Found::Settled(id)) => Some(*id),
                        Outcome::Ok(_) | Outcome::Refused(_) | Outcome::Unknown => None,
                    };
                    Known { stage: from.queried(&found), settlement, tries, ..ask }
                }
                Next::Reverse => {
                    let outcome = within(place.reverse(&order)).await;
                    Known { stage: from.reversed(&outcome), tries, ..ask }
                }
            };
            let stage = self.moved(from, to).await?.stage;
            moved = moved.saturating_add(usize::from(stage != from));
        }
        Ok(moved)
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
