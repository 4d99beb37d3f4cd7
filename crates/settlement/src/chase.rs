//! Finding out what became of asks whose answer was lost: a job asks about all that are
//! due, an office about one at once. A question first, a reversal when the message
//! never came; both may be asked any number of times.

use crate::breaker::Guarded;
use crate::place::{Here, InsuredPlace, Known, Order, within};
use crate::rules::ask::{Found, Next, Outcome, Stage, wait_after};
use crate::store::message as messages;
use crate::visit::By;
use crate::{Refusal, Settlements};
use kernel::{Actor, Error, Fault, InstitutionId};

/// Asks in doubt that are listed or chased at once.
const IN_DOUBT_MAX: i64 = 200;

impl Settlements {
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
        self.chase(&Guarded::new(&place, &self.line, self.db.world())).await
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
            let from = ask.stage;
            let stage = self.question(place, ask).await?.stage;
            moved = moved.saturating_add(usize::from(stage != from));
        }
        Ok(moved)
    }

    /// Asks this node's insured place at once about one message, due or not: an
    /// institution about its own, the office about any. Answers where it stands then;
    /// of an ask that ended nothing is asked.
    pub async fn ask_again(&self, actor: &Actor, institution: InstitutionId, msgid: &str) -> Result<Known, Error> {
        let place = Here(self.clone());
        self.ask_again_at(&Guarded::new(&place, &self.line, self.db.world()), actor, institution, msgid).await
    }

    /// [`Settlements::ask_again`] at a place.
    pub async fn ask_again_at(
        &self,
        place: &dyn InsuredPlace,
        actor: &Actor,
        institution: InstitutionId,
        msgid: &str,
    ) -> Result<Known, Error> {
        let by = By::of(actor);
        if by.institution != Some(institution) && !by.office {
            return Err(Refusal::NotFound.at("msgid"));
        }
        let msgid = msgid.to_owned();
        let found = self.db.read(move |sql| Ok(messages::ask(sql, institution, &msgid)?)).await?;
        self.question(place, found.ok_or_else(|| Refusal::NotFound.at("msgid"))?).await
    }

    /// One question about an ask.
    async fn question(&self, place: &dyn InsuredPlace, ask: Known) -> Result<Known, Error> {
        let Ok(order) = serde_json::from_slice::<Order>(&ask.request) else {
            return Err(Fault::broken(format!("settlement_asks.request of {}", ask.msgid)).into());
        };
        let from = ask.stage;
        let tries = ask.tries.saturating_add(1);
        let to = match from.next() {
            Next::Rest => return Ok(ask),
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
        self.moved(from, to).await
    }
}
