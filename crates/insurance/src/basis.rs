//! On which basis somebody sees how a person is insured (K1): the person themselves; who
//! has the person present, by the token of a scan or by the grant that it opened; the
//! agency, whose own records these are. Having a person's number is no basis. Each look
//! is durable before its first byte goes out (U1), and names the basis.

use crate::{ADMINISTER, CHECKED, Insurance};
use ::store::Event;
use access::grant::Basis;
use kernel::{Actor, ActorKind, Error, PersonId};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What the token of a scan proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Who was present.
    pub person: PersonId,
    /// The presence's number.
    pub presence: String,
    /// For what they showed their code.
    pub purpose: &'static str,
}

/// Says what the token of a scan proves to an actor now, or refuses it.
pub type Presence =
    Arc<dyn Fn(Arc<Actor>, String) -> Pin<Box<dyn Future<Output = Result<Present, Error>> + Send>> + Send + Sync>;

impl Insurance {
    /// The look of an actor at a person's insurance, written and durable; refused where
    /// there is no basis, saying neither that the person exists nor that anything is
    /// stored. `token` is what a scan gave, if anything.
    pub async fn look(&self, actor: &Arc<Actor>, person: PersonId, token: Option<&str>) -> Result<(), Error> {
        let event = self.basis(actor, person, token).await?;
        self.db.record(person.0, event).await
    }

    async fn basis(&self, actor: &Arc<Actor>, person: PersonId, token: Option<&str>) -> Result<Event, Error> {
        let plain = Event {
            person: Some(person),
            actor: Some(actor.id),
            institution: actor.institution,
            ..Event::of(&CHECKED)
        };
        if let Some((presence, token)) = self.presence.as_ref().zip(token) {
            let present = presence(actor.clone(), token.to_owned()).await?;
            if present.person != person {
                return Err(access::Refusal::GrantMissing.into());
            }
            return Ok(Event { purpose: present.purpose, object: present.presence, ..plain });
        }
        // The agency's own records, which it keeps by law.
        if actor.kind == ActorKind::Staff && actor.may(ADMINISTER) {
            return Ok(Event { object: "agency".into(), ..plain });
        }
        let grant = self.gate.grant(actor, person).await?;
        // Having supplied records of somebody is no leave to see their insurance.
        if grant.basis() == Basis::Supplier {
            return Err(access::Refusal::GrantMissing.into());
        }
        Ok(grant.look(&CHECKED, ""))
    }
}
