//! Looking persons up: by identifier, masked after a scan, in full under a grant.

use crate::Refusal;
use crate::index::{Digest, Index};
use crate::rules::demographics::{Masked, Person};
use crate::rules::identifier::Identifier;
use crate::store;
use ::store::SqlExt;
use access::Grant;
use kernel::{Error, Fault, InstitutionId, PersonId};
use std::collections::HashMap;

/// The person each identifier leads to, as this institution tells it; in the order
/// asked. Tells nothing of a person but the id: for verbs that prepare a write.
pub fn lookup(
    sql: &mut (impl SqlExt + ?Sized),
    index: &Index,
    institution: InstitutionId,
    identifiers: &[Identifier],
) -> Result<Vec<Option<PersonId>>, Fault> {
    let digests: Vec<Digest> = identifiers.iter().map(|one| index.digest(institution, one)).collect();
    let found = store::persons_of(sql, &digests)?;
    let leads_to = |digest: &Digest| found.iter().find(|(known, _)| known == digest).map(|(_, person)| *person);
    Ok(digests.iter().map(leads_to).collect())
}

/// The one person that identifiers lead to; nothing when they lead nowhere, the
/// refusal [`Refusal::ConflictingIdentifiers`] when they lead to several.
pub fn find(
    sql: &mut (impl SqlExt + ?Sized),
    index: &Index,
    institution: InstitutionId,
    identifiers: &[Identifier],
) -> Result<Option<PersonId>, Error> {
    let mut persons: Vec<PersonId> = lookup(sql, index, institution, identifiers)?.into_iter().flatten().collect();
    persons.dedup();
    match persons.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        [..] => Err(Refusal::ConflictingIdentifiers.at("identifier")),
    }
}

/// Whether there is such a person.
pub fn exists(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<bool, Fault> {
    store::exists(sql, person)
}

/// What may be shown of a person whose code was scanned well, and to staff who
/// found them by an exact identifier. For those two answers only: everything else
/// about a person needs a grant and [`person`].
pub fn masked(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Option<Masked>, Fault> {
    Ok(store::person(sql, person)?.map(|one| one.known.masked(person)))
}

/// [`masked`] of several persons at once, those that there are.
pub fn masked_of(sql: &mut (impl SqlExt + ?Sized), persons: &[PersonId]) -> Result<HashMap<PersonId, Masked>, Fault> {
    let ids: Vec<i64> = persons.iter().map(|person| person.0).collect();
    let found = store::persons(sql, &ids)?;
    Ok(found.into_iter().map(|one| (one.id, one.known.masked(one.id))).collect())
}

/// A person in full, under a grant; the caller records the look.
pub fn person(sql: &mut (impl SqlExt + ?Sized), grant: &Grant) -> Result<Option<Person>, Fault> {
    store::person(sql, grant.person())
}
