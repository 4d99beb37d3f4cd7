//! "Who looked": the person reads their own trail (K8, U6).

use crate::gate::Gate;
use crate::grant::{Basis, Grant};
use crate::store::{self, LookRow};
use crate::{LOOKS_READ, Refusal};
use ::store::Held;
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
        // Asked before the trail: what leaves the reserve meanwhile is in the trail then.
        let held = self.db().held_looks(person);
        let found = self
            .db()
            .read(move |sql| {
                let mut rows = store::events(sql, person, looks, before, i64::try_from(PAGE_MAX).unwrap_or(i64::MAX))?;
                add_held(&mut rows, held, looks, before);
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

/// Puts looks that wait in the reserve (the disk is full) among those of the trail.
fn add_held(rows: &mut Vec<LookRow>, held: Vec<Held>, looks: &[i64], before: i64) {
    let mut added = Vec::new();
    for (number, one) in (1..).zip(held) {
        let row = LookRow {
            // It has no place in a chain yet.
            place: (-1, number),
            at: one.at,
            name: one.name,
            actor: one.actor,
            institution: one.institution,
            grant: one.grant,
            purpose: one.purpose,
            object: one.object,
        };
        let chained = |known: &LookRow| LookRow { place: row.place, ..known.clone() } == row;
        if row.at < before && looks.contains(&row.name) && !rows.iter().any(chained) {
            added.push(row);
        }
    }
    if !added.is_empty() {
        rows.extend(added);
        rows.sort_by_key(|row| std::cmp::Reverse(row.at));
        rows.truncate(PAGE_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{GrantId, InstitutionId, PersonId};

    fn held(at: i64, name: i64) -> Held {
        Held {
            at,
            name,
            person: PersonId(1),
            actor: ActorId(2),
            institution: InstitutionId(3),
            grant: GrantId(4),
            purpose: "01201".to_owned(),
            object: String::new(),
            detail: None,
        }
    }

    fn chained(at: i64) -> LookRow {
        let mut rows = Vec::new();
        add_held(&mut rows, vec![held(at, 501)], &[501], i64::MAX);
        LookRow { place: (0, at), ..rows.remove(0) }
    }

    #[test]
    fn looks_that_wait_stand_where_their_time_says_and_once() {
        let mut rows = vec![chained(30), chained(10)];
        let waiting = vec![held(20, 501), held(25, 900), held(30, 501), held(40, 501), held(50, 501)];
        add_held(&mut rows, waiting, &[501], 50);
        assert_eq!(rows.iter().map(|row| row.at).collect::<Vec<_>>(), [40, 30, 20, 10]);
        assert_eq!(rows[1].place, (0, 30), "what the trail has already is not doubled");
    }

    #[test]
    fn a_page_stays_a_page() {
        let mut rows: Vec<LookRow> = (0..50).rev().map(chained).collect();
        add_held(&mut rows, vec![held(60, 501)], &[501], i64::MAX);
        assert_eq!((rows.len(), rows[0].at), (PAGE_MAX, 60));
    }
}
