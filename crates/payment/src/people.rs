//! Who pays by phone: the channel must know the payer and, where somebody pays for a
//! relative, whose bill it is. Who somebody is and who may pay for whom, the program
//! knows and hands over; here it is only sealed, before the transaction begins.

use crate::mobile::person::{Identity, Sealed};
use crate::pay::{Ask, Means};
use crate::{Payments, Refusal};
use kernel::{Actor, ActorKind, Error, Fault, PersonId};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// An answer that comes later.
pub type Later<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;
/// The identity of a person under the actor's own leave to see it; nothing where the index
/// has no document that the channel knows.
pub type AskIdentity = Arc<dyn Fn(Arc<Actor>, PersonId) -> Later<Option<Identity>> + Send + Sync>;
/// Whether the first may pay the second's bills, and the second is who the first says.
pub type AskRelative = Arc<dyn Fn(PersonId, PersonId, Identity) -> Later<bool> + Send + Sync>;

/// What the program knows of people.
#[derive(Clone)]
pub struct People {
    /// Who pays.
    pub payer: AskIdentity,
    /// For whom.
    pub relative: AskRelative,
}

impl std::fmt::Debug for People {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("People")
    }
}

/// What is sealed of people for one order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named {
    pub(crate) payer: Option<Sealed>,
    pub(crate) relative: Option<Sealed>,
}

impl Payments {
    /// Tells the mobile channel from here on who pays; without it orders name nobody, and
    /// nobody pays for a relative.
    #[must_use]
    pub fn with_people(self, people: People) -> Self {
        Self { people: Some(people), ..self }
    }

    /// Seals who pays a wish by phone, and for whom.
    pub(crate) async fn named(&self, actor: &Arc<Actor>, ask: &Ask) -> Result<Named, Error> {
        let Means::Mobile(mobile) = &ask.means else { return Ok(Named::default()) };
        let channel = self.mobile.as_deref().ok_or_else(|| Refusal::ChannelMissing.error())?;
        let Some(people) = &self.people else { return Ok(Named::default()) };
        let seal = |who: &Identity| {
            channel.sealer.seal(who).map_err(|fault| Error::from(Fault::broken(format!("sealing who pays: {fault}"))))
        };
        let own = actor.person.filter(|_| actor.kind == ActorKind::Citizen);
        let relative = match (own, &mobile.relative) {
            (Some(payer), Some(named)) if payer != ask.person => {
                if !(people.relative)(payer, ask.person, named.clone()).await? {
                    return Err(Refusal::SubjectUnknown.error());
                }
                Some(seal(named)?)
            }
            _ => None,
        };
        let payer = (people.payer)(actor.clone(), own.unwrap_or(ask.person)).await?;
        let payer = payer.ok_or_else(|| Refusal::PayerUnknown.error())?;
        Ok(Named { payer: Some(seal(&payer)?), relative })
    }
}
