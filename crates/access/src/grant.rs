//! Grants: the only key to a person's rows.
//!
//! A grant is opened by a presence (the code was scanned here), or rests on the
//! person asking about themselves, or on an institution reading back what it
//! supplied. Store functions on personal rows take a [`Grant`]; there is no other
//! way to make one than the functions here.

use crate::gate::Gate;
use crate::recent::Recent;
use crate::store;
use crate::{ENDED, GRANTED, OPEN_GRANT, Refusal};
use ::store::{Event, Tx};
use kernel::purpose::{OWN_AFFAIRS, OWN_RECORD};
use kernel::time::{DAY, HOUR};
use kernel::{Actor, ActorId, ActorKind, Error, EventName, GrantId, InstitutionId, PersonId, PresenceId, Purpose};
use std::sync::Arc;

/// A scan for treatment opens the record until the visit ends, a day at most
/// (reliability.md §8.3).
pub const VISIT_LIFE: i64 = 24 * HOUR;
/// How far back a visit's grant reaches: the half year of the source articles,
/// with a day of grace for time zones.
pub const WINDOW: i64 = 184 * DAY;

/// Why somebody may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The person showed the code here.
    Presence(PresenceId),
    /// The person themselves.
    Self_,
    /// The institution supplied the rows.
    Supplier,
}

impl Basis {
    /// The number the database holds.
    pub fn code(self) -> i64 {
        match self {
            Self::Presence(_) => 1,
            Self::Self_ => 2,
            Self::Supplier => 3,
        }
    }

    pub(crate) fn id(self) -> i64 {
        match self {
            Self::Presence(id) => id.0,
            Self::Self_ | Self::Supplier => 0,
        }
    }
}

/// A grant as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// Whose rows.
    pub person: PersonId,
    /// Its id.
    pub id: GrantId,
    /// Whose care team.
    pub institution: InstitutionId,
    /// Who opened it.
    pub actor: ActorId,
    /// For what.
    pub purpose: Purpose,
    /// On which basis.
    pub basis: Basis,
    /// When, microseconds UTC.
    pub opened_at: i64,
    /// Until when.
    pub until_at: i64,
}

/// Leave of one actor to read one person's rows now.
#[derive(Debug, Clone)]
pub struct Grant {
    person: PersonId,
    actor: Arc<Actor>,
    id: Option<GrantId>,
    purpose: Purpose,
    basis: Basis,
    until_at: i64,
    only_institution: Option<InstitutionId>,
}

impl Grant {
    /// Whose rows it opens.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// Who reads.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Until when, microseconds UTC.
    pub fn until_at(&self) -> i64 {
        self.until_at
    }

    /// Its row, when it has one that can be ended.
    pub fn id(&self) -> Option<GrantId> {
        self.id
    }

    /// For what.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// On which basis.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// The one institution whose rows it opens; nothing means all.
    pub fn only_institution(&self) -> Option<InstitutionId> {
        self.only_institution
    }

    /// The event of a look under this grant; it must be durable before the first
    /// byte of what was read is sent (U1).
    pub fn look(&self, name: &'static EventName, object: impl Into<String>) -> Event {
        Event {
            person: Some(self.person),
            actor: Some(self.actor.id),
            institution: self.actor.institution,
            grant: self.id,
            purpose: self.purpose.code,
            object: object.into(),
            ..Event::of(name)
        }
    }
}

type Open = Arc<[GrantRow]>;

/// Grants seen lately, by person.
pub(crate) struct Grants(Recent<PersonId, Open>);

impl Grants {
    pub(crate) fn new() -> Self {
        Self(Recent::new())
    }
}

/// Opens a visit's grant after a scan, in the scan's transaction. The caller
/// tells the gate to forget the person's grants after the commit.
pub fn open(
    tx: &mut Tx<'_>,
    actor: &Actor,
    person: PersonId,
    purpose: Purpose,
    presence: PresenceId,
) -> Option<GrantRow> {
    let institution = actor.institution?;
    // A desk or a kiosk may name any purpose; only those who treat open the record.
    if !purpose.opens_records || !actor.may(OPEN_GRANT) {
        return None;
    }
    let now = ::store::Sql::now(tx);
    let row = GrantRow {
        person,
        id: GrantId(tx.new_id()),
        institution,
        actor: actor.id,
        purpose,
        basis: Basis::Presence(presence),
        opened_at: now,
        until_at: now + VISIT_LIFE,
    };
    store::insert_grant(tx, &row);
    tx.event(Event {
        person: Some(person),
        actor: Some(actor.id),
        institution: Some(institution),
        grant: Some(row.id),
        purpose: purpose.code,
        ..Event::of(&GRANTED)
    });
    Some(row)
}

impl Gate {
    /// To be called after a grant of this person was opened or ended.
    pub fn forget_grants(&self, person: PersonId) {
        self.grants().0.forget(&person);
    }

    /// Grants on a person that are open now.
    pub async fn open_grants(&self, person: PersonId) -> Result<Open, Error> {
        let now = self.db().world().now();
        if let Some(rows) = self.grants().0.get(&person) {
            if rows.iter().all(|row| row.until_at > now) {
                return Ok(rows);
            }
            return Ok(rows.iter().filter(|row| row.until_at > now).cloned().collect());
        }
        let epoch = self.grants().0.epoch();
        let rows: Open = self.db().read(move |sql| Ok(store::open_grants(sql, person, now)?)).await?.into();
        self.grants().0.keep(epoch, person, rows.clone());
        Ok(rows)
    }

    /// The actor's leave to read the person's rows, or the refusal that says
    /// neither that the person exists nor that anything is stored.
    pub async fn grant(&self, actor: &Arc<Actor>, person: PersonId) -> Result<Grant, Error> {
        let now = self.db().world().now();
        let grant = |id, purpose, basis, until_at, only_institution| Grant {
            person,
            actor: actor.clone(),
            id,
            purpose,
            basis,
            until_at,
            only_institution,
        };
        if actor.kind == ActorKind::Citizen {
            return if actor.person == Some(person) {
                Ok(grant(None, OWN_AFFAIRS, Basis::Self_, now + HOUR, None))
            } else {
                Err(Refusal::GrantMissing.into())
            };
        }
        let institution = actor.institution.ok_or(Refusal::GrantMissing)?;
        let open = self.open_grants(person).await?;
        if let Some(row) = open.iter().find(|row| row.institution == institution) {
            return Ok(grant(Some(row.id), row.purpose, row.basis, row.until_at, None));
        }
        if actor.kind == ActorKind::System {
            return Ok(grant(None, OWN_RECORD, Basis::Supplier, now + HOUR, Some(institution)));
        }
        Err(Refusal::GrantMissing.into())
    }

    /// Ends a grant: the person any of theirs, an institution its own. Binds
    /// every read that starts after this returns (K3).
    pub async fn end_grant(&self, actor: &Arc<Actor>, person: PersonId, id: GrantId) -> Result<(), Error> {
        let own = actor.kind == ActorKind::Citizen && actor.person == Some(person);
        let open = self.open_grants(person).await?;
        let row = open.iter().find(|row| row.id == id && (own || Some(row.institution) == actor.institution));
        let (institution, purpose) = row.map(|row| (row.institution, row.purpose)).ok_or(Refusal::GrantMissing)?;
        let actor_id = actor.id;
        let done = self
            .db()
            .write(person.0, move |tx| {
                if !store::end_grant(tx, person, id)? {
                    return Err(Refusal::GrantMissing.into());
                }
                tx.event(Event {
                    person: Some(person),
                    actor: Some(actor_id),
                    institution: Some(institution),
                    grant: Some(id),
                    purpose: purpose.code,
                    ..Event::of(&ENDED)
                });
                Ok(())
            })
            .await;
        self.forget_grants(person);
        done
    }
}
