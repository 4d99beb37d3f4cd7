//! Enrolling actors.

use crate::policy::Policy;
use crate::store::{self, ActorRow};
use crate::{ENROLLED, Refusal};
use ::store::{Db, Event, Tx};
use kernel::{Actor, ActorId, ActorKind, Error, InstitutionId, PersonId};
use std::sync::Arc;

/// Who is to be enrolled.
#[derive(Debug, Clone)]
pub struct NewActor {
    /// Its kind.
    pub kind: ActorKind,
    /// The name people read.
    pub name: String,
    /// A role of the policy.
    pub role: String,
    /// For whom it acts.
    pub institution: Option<InstitutionId>,
    /// Department, room, window.
    pub place: String,
    /// The person a citizen is.
    pub person: Option<PersonId>,
    /// The name it signs in with, if it does.
    pub login: Option<String>,
}

/// Enrols an actor; refuses an unknown role and a taken login.
pub fn enrol(tx: &mut Tx<'_>, policy: &Policy, new: &NewActor) -> Result<ActorId, Error> {
    if policy.rights(&new.role).is_none() {
        return Err(Refusal::RoleUnknown.at("role").with(policy.roles().join(", ")));
    }
    let id = ActorId(tx.new_id());
    if let Some(login) = &new.login
        && !store::insert_login(tx, &login.to_lowercase(), id)?
    {
        return Err(Refusal::LoginTaken.at("login"));
    }
    let row = ActorRow {
        id,
        kind: new.kind,
        name: new.name.clone(),
        role: new.role.clone(),
        institution: new.institution,
        place: new.place.clone(),
        person: new.person,
        disabled_at: None,
    };
    store::insert_actor(tx, &row);
    tx.event(Event { actor: Some(id), institution: new.institution, person: new.person, ..Event::of(&ENROLLED) });
    Ok(id)
}

/// An actor row with the rights its role gives it.
pub(crate) fn with_rights(row: &ActorRow, policy: &Policy) -> Option<Actor> {
    if row.disabled_at.is_some() {
        return None;
    }
    Some(Actor {
        id: row.id,
        kind: row.kind,
        name: Arc::from(row.name.as_str()),
        institution: row.institution,
        place: Arc::from(row.place.as_str()),
        person: row.person,
        role: Arc::from(row.role.as_str()),
        rights: policy.rights(&row.role)?,
    })
}

/// An actor by id, with its rights; nothing when disabled or of a lost role.
pub fn find(db: &Db, policy: &Policy, id: ActorId) -> Result<Option<Actor>, Error> {
    let row = db.read_now(move |sql| Ok(store::actor_by_id(sql, id)?))?;
    Ok(row.and_then(|row| with_rights(&row, policy)))
}

/// Everybody but citizens, for the administrator's list.
pub fn list(db: &Db) -> Result<Vec<ActorRow>, Error> {
    db.read_now(|sql| Ok(store::actors(sql)?))
}
