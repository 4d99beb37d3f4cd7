//! "Who looked": the person reads their own trail (K8, U6).

use crate::gate::Gate;
use crate::grant::{Basis, Grant};
use crate::store::{self, LookRow};
use crate::{LOOKS_READ, Refusal};
use kernel::{ActorId, Error};

/// Looks shown on one page.
pub const PAGE_MAX: usize = 50;

/// A look with the name of who looked.
#[derive(Debug, Clone)]
pub struct Look {
    /// The event.
    pub row: LookRow,
    /// The actor's name, empty for the node itself.
    pub actor_name: String,
    /// The actor's department or room.
    pub actor_place: String,
}

impl Gate {
    /// A page of the person's own looks, newest first, before `before`
    /// (microseconds; `i64::MAX` for the newest). `looks` lists the codes of
    /// events that are looks; reading them is itself recorded.
    pub async fn looks(&self, own: &Grant, looks: &'static [i64], before: i64) -> Result<Vec<Look>, Error> {
        if own.basis() != Basis::Self_ {
            return Err(Refusal::GrantMissing.into());
        }
        let person = own.person();
        let found = self
            .db()
            .read(move |sql| {
                let rows = store::events(sql, person, looks, before, i64::try_from(PAGE_MAX).unwrap_or(i64::MAX))?;
                let mut named = Vec::with_capacity(rows.len());
                for row in rows {
                    let actor = if row.actor == ActorId(0) { None } else { store::actor_by_id(sql, row.actor)? };
                    let (actor_name, actor_place) =
                        actor.map_or_else(Default::default, |actor| (actor.name, actor.place));
                    named.push(Look { row, actor_name, actor_place });
                }
                Ok(named)
            })
            .await?;
        self.db().record(person.0, own.look(&LOOKS_READ, "")).await?;
        Ok(found)
    }
}
