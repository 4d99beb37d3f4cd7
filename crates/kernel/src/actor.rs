//! Who acts: known after sign-in, carried to every verb.

use crate::{ActorId, InstitutionId, PersonId, Right};
use std::sync::Arc;

/// What kind of actor it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// Somebody employed by an institution.
    Staff,
    /// A person about their own affairs.
    Citizen,
    /// A terminal: kiosk, gate, ambulance tablet.
    Device,
    /// A hospital's or agency's program.
    System,
}

impl ActorKind {
    /// The number the database holds.
    pub fn code(self) -> i64 {
        match self {
            Self::Staff => 1,
            Self::Citizen => 2,
            Self::Device => 3,
            Self::System => 4,
        }
    }

    /// Back from the database's number.
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Staff, Self::Citizen, Self::Device, Self::System].into_iter().find(|kind| kind.code() == code)
    }
}

/// A signed-in actor with the rights its role gives it.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Its id.
    pub id: ActorId,
    /// Its kind.
    pub kind: ActorKind,
    /// The name shown to people whose data it opens.
    pub name: Arc<str>,
    /// The institution it acts for, if any.
    pub institution: Option<InstitutionId>,
    /// The department or place inside the institution, for display.
    pub place: Arc<str>,
    /// The person it is, for citizens.
    pub person: Option<PersonId>,
    /// The role's name, for display and logs only.
    pub role: Arc<str>,
    /// Rights by name, sorted.
    pub rights: Arc<[&'static str]>,
}

impl Actor {
    /// Whether the actor holds the right.
    pub fn may(&self, right: Right) -> bool {
        right == crate::right::PUBLIC
            || right == crate::right::SIGNED_IN
            || self.rights.binary_search(&right.name).is_ok()
    }
}
