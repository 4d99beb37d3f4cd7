//! What an entry is called: the same resource from the same supplier is the same
//! entry, however often it comes.

use fhir::ResourceType;
use kernel::{ActorId, EntryId, InstitutionId, PersonId};
use sha2::{Digest as _, Sha256};

/// Patient resources lie before all time.
pub const PATIENT_AT: i64 = i64::MIN / 2;
/// Person 0: shared resources are about nobody.
pub const NOBODY: PersonId = PersonId(0);

/// Who supplies entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supplier {
    /// The institution whose data it is.
    pub institution: InstitutionId,
    /// The actor that sends it.
    pub actor: ActorId,
}

/// The entry id of a supplier's resource: 63 bits of SHA-256 over supplier, type
/// and the supplier's own id. Two of one person's resources meet with a chance of
/// one in 2^63 a pair; the unique key would refuse the second.
pub fn derived_id(institution: InstitutionId, kind: ResourceType, own_id: &str) -> EntryId {
    let mut hash = Sha256::new();
    hash.update(institution.0.to_le_bytes());
    hash.update(kind.code().to_le_bytes());
    hash.update(own_id.as_bytes());
    let full: [u8; 32] = hash.finalize().into();
    let mut eight = [0; 8];
    eight.copy_from_slice(&full[..8]);
    EntryId(i64::from_le_bytes(eight) & i64::MAX)
}

/// Where an entry is: person and entry, `p….e…` in FHIR ids; shared resources
/// have only `e…`, persons themselves only `p…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntryRef {
    /// Whose.
    pub person: PersonId,
    /// Which; nothing means the person's Patient resource.
    pub entry: Option<EntryId>,
}

impl EntryRef {
    /// The FHIR logical id.
    pub fn fhir_id(self) -> String {
        match (self.person, self.entry) {
            (person, None) => person.to_string(),
            (NOBODY, Some(entry)) => entry.to_string(),
            (person, Some(entry)) => format!("{person}.{entry}"),
        }
    }

    /// Reads a FHIR logical id that this node gave.
    pub fn parse(kind: ResourceType, id: &str) -> Option<Self> {
        if kind == ResourceType::Patient {
            return Some(Self { person: id.parse().ok()?, entry: None });
        }
        match id.split_once('.') {
            Some((person, entry)) => Some(Self { person: person.parse().ok()?, entry: Some(entry.parse().ok()?) }),
            None => Some(Self { person: NOBODY, entry: Some(id.parse().ok()?) }),
        }
    }
}

/// Content digest: 64 bits of SHA-256 over the resource without id and meta.
pub fn digest(json: &[u8]) -> i64 {
    let full: [u8; 32] = Sha256::digest(json).into();
    let mut eight = [0; 8];
    eight.copy_from_slice(&full[..8]);
    i64::from_le_bytes(eight)
}

/// Look-up digest of a business identifier of an entry.
pub fn identifier_digest(kind: ResourceType, system: &str, value: &str) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(kind.code().to_le_bytes());
    hash.update(u64::try_from(system.len()).unwrap_or(u64::MAX).to_le_bytes());
    hash.update(system.as_bytes());
    hash.update(value.as_bytes());
    let full: [u8; 32] = hash.finalize().into();
    let mut short = [0; 16];
    short.copy_from_slice(&full[..16]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_name_person_and_entry() {
        let entry = EntryRef { person: PersonId(5), entry: Some(EntryId(9)) };
        let id = entry.fhir_id();
        assert!(id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.'), "{id}");
        assert_eq!(EntryRef::parse(ResourceType::Observation, &id), Some(entry));
        let shared = EntryRef { person: NOBODY, entry: Some(EntryId(9)) };
        assert_eq!(EntryRef::parse(ResourceType::Organization, &shared.fhir_id()), Some(shared));
        let patient = EntryRef { person: PersonId(5), entry: None };
        assert_eq!(EntryRef::parse(ResourceType::Patient, &patient.fhir_id()), Some(patient));
        assert_eq!(EntryRef::parse(ResourceType::Observation, "x.y"), None);
    }

    #[test]
    fn the_same_resource_is_the_same_entry() {
        let one = derived_id(InstitutionId(1), ResourceType::Observation, "a");
        assert_eq!(one, derived_id(InstitutionId(1), ResourceType::Observation, "a"));
        assert_ne!(one, derived_id(InstitutionId(2), ResourceType::Observation, "a"));
        assert_ne!(one, derived_id(InstitutionId(1), ResourceType::Condition, "a"));
        assert!(one.0 >= 0);
    }
}
