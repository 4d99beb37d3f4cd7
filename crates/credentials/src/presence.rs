//! What a presence token proves afterwards, and how its person ends it.

use crate::store::{self, presences::Kept};
use crate::token::Said;
use crate::{Credentials, PRESENCE_ENDED, Refusal};
use ::store::Event;
use kernel::time::DAY;
use kernel::{Actor, Error, PersonId, PresenceId, Purpose};
use std::sync::Arc;

/// How far back a person sees their own presences.
const SEEN: i64 = DAY;

impl Credentials {
    /// What a presence token proves to this actor now: signed by the region, of this
    /// institution and terminal, for one of the purposes, not run out, not ended by
    /// the person. For every request that needs somebody to have been present.
    pub async fn proved(&self, actor: &Actor, token: &str, purposes: &[Purpose]) -> Result<Said, Error> {
        let said = self.tokens.open(token).ok_or_else(|| Refusal::PresenceInvalid.at("presence"))?;
        let here = actor.institution == Some(said.institution) && actor.id == said.terminal;
        if !here || !purposes.contains(&said.purpose) {
            return Err(Refusal::PresenceInvalid.at("presence"));
        }
        if said.expires_at <= self.db.world().now() || self.ended.has(said.presence.0) {
            return Err(Refusal::PresenceOver.at("presence"));
        }
        let kept = self.db.read(move |sql| Ok(store::presences::one(sql, said.person, said.presence)?)).await?;
        match kept {
            Some(kept) if kept.ended_at.is_none() => Ok(said),
            Some(_) => Err(Refusal::PresenceOver.at("presence")),
            None => Err(Refusal::PresenceInvalid.at("presence")),
        }
    }

    /// A person's own presences of the last day, newest first.
    pub async fn own_presences(&self, person: PersonId) -> Result<Vec<Kept>, Error> {
        let since = self.db.world().now() - SEEN;
        self.db.read(move |sql| Ok(store::presences::since(sql, person, since)?)).await
    }

    /// Ends a presence and what it opened: one tap of its person. A presence that is
    /// not theirs is not found.
    pub async fn end_presence(&self, actor: &Arc<Actor>, id: PresenceId) -> Result<(), Error> {
        let person = actor.person.ok_or_else(|| web::Refusal::NotFound.at("presence"))?;
        let kept = self.db.read(move |sql| Ok(store::presences::one(sql, person, id)?)).await?;
        let kept = kept.ok_or_else(|| web::Refusal::NotFound.at("presence"))?;
        let (by, ended, institution, purpose) = (actor.id, self.ended.clone(), kept.institution, kept.purpose.code);
        self.db
            .write(person.0, move |tx| {
                ended.tell(id.0, ::store::Sql::now(tx));
                if store::presences::end(tx, person, id)? {
                    tx.event(Event {
                        person: Some(person),
                        actor: Some(by),
                        institution: Some(institution),
                        purpose,
                        object: id.to_string(),
                        ..Event::of(&PRESENCE_ENDED)
                    });
                }
                Ok(())
            })
            .await?;
        let Some(grant) = kept.grant else { return Ok(()) };
        match self.gate.end_grant(actor, person, grant).await {
            // It was ended before, or has run out.
            Err(error) if error.code() == access::Refusal::GrantMissing.kind().code => Ok(()),
            done => done,
        }
    }
}
