//! Whose account is this? Ties a hospital's account of a patient to the person it
//! means, or makes a new person. No event of its own: the supply that brings the
//! account leaves one.

use crate::Refusal;
use crate::index::{Digest, Index};
use crate::rules::demographics::Demographics;
use crate::rules::identifier::{IDENTIFIERS_MAX, Identifier};
use crate::store;
use ::store::Tx;
use kernel::{Error, Fault, InstitutionId, PersonId};

/// Who an account is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// The person.
    pub person: PersonId,
    /// Whether the account made them.
    pub created: bool,
}

/// An identifier with its digest.
struct Told<'a> {
    digest: Digest,
    identifier: &'a Identifier,
}

/// The usable identifiers in the order of their digests, each once; the order
/// keeps two writers from waiting for each other.
fn told<'a>(index: &Index, institution: InstitutionId, identifiers: &'a [Identifier]) -> Result<Vec<Told<'a>>, Error> {
    if identifiers.len() > IDENTIFIERS_MAX {
        return Err(Refusal::TooManyIdentifiers.at("identifier").with(identifiers.len().to_string()));
    }
    let usable = identifiers.iter().filter(|one| one.usable());
    let mut told: Vec<Told<'a>> =
        usable.map(|identifier| Told { digest: index.digest(institution, identifier), identifier }).collect();
    told.sort_unstable_by_key(|one| one.digest);
    told.dedup_by_key(|one| one.digest);
    Ok(told)
}

/// Ties an account to a person as [`resolve_as`] does; a new one gets a fresh id.
pub fn resolve(
    tx: &mut Tx<'_>,
    index: &Index,
    institution: InstitutionId,
    account: &Demographics,
    identifiers: &[Identifier],
) -> Result<Resolved, Error> {
    let fresh = PersonId(tx.new_id());
    resolve_as(tx, index, institution, fresh, account, identifiers)
}

/// Ties an account to the person whom any of its identifiers leads to, else makes
/// a new person with the id `fresh`. Identifiers that are new are added; what the
/// account says anew is taken in.
///
/// Refuses identifiers of different persons, and an account that a national number
/// alone would tie to somebody of another birth date or gender. An institution
/// that already knows the person by a number of its own may correct them.
pub fn resolve_as(
    tx: &mut Tx<'_>,
    index: &Index,
    institution: InstitutionId,
    fresh: PersonId,
    account: &Demographics,
    identifiers: &[Identifier],
) -> Result<Resolved, Error> {
    let told = told(index, institution, identifiers)?;
    let account = account.tidied();
    let digests: Vec<Digest> = told.iter().map(|one| one.digest).collect();
    let found = if digests.is_empty() { Vec::new() } else { store::persons_of(tx, &digests)? };
    let Some((_, person)) = found.first().copied() else {
        add(tx, institution, fresh, &account, &told, &digests)?;
        return Ok(Resolved { person: fresh, created: true });
    };
    if found.iter().any(|(_, other)| *other != person) {
        return Err(Refusal::ConflictingIdentifiers.at("identifier"));
    }
    let known = store::person(tx, person)?.ok_or_else(|| {
        Fault::broken(format!("identity_numbers leads to person {person}, whom identity_persons lacks"))
    })?;
    let missing = |one: &&Told<'_>| !found.iter().any(|(digest, _)| *digest == one.digest);
    let known_here = told.iter().any(|one| !missing(&one) && !one.identifier.global());
    if !known_here && known.known.contradicts(&account) {
        return Err(Refusal::DemographicsContradict.at("identifier"));
    }
    let after = known.known.after(&account);
    if after != known.known {
        store::update_person(tx, &known, &after)?;
    }
    add_identifiers(tx, institution, person, told.iter().filter(missing))?;
    Ok(Resolved { person, created: false })
}

/// Adds an institution's identifiers to a person the caller knows to be meant: for
/// loading a population, where the loader made the person itself. Refuses
/// identifiers that lead to somebody else.
pub fn link(
    tx: &mut Tx<'_>,
    index: &Index,
    institution: InstitutionId,
    person: PersonId,
    identifiers: &[Identifier],
) -> Result<(), Error> {
    let told = told(index, institution, identifiers)?;
    let digests: Vec<Digest> = told.iter().map(|one| one.digest).collect();
    let found = if digests.is_empty() { Vec::new() } else { store::persons_of(tx, &digests)? };
    if found.iter().any(|(_, other)| *other != person) {
        return Err(Refusal::ConflictingIdentifiers.at("identifier"));
    }
    let missing = |one: &&Told<'_>| !found.iter().any(|(digest, _)| *digest == one.digest);
    add_identifiers(tx, institution, person, told.iter().filter(missing))
}

fn add_identifiers<'a>(
    tx: &mut Tx<'_>,
    institution: InstitutionId,
    person: PersonId,
    news: impl Iterator<Item = &'a Told<'a>>,
) -> Result<(), Error> {
    let news: Vec<&Told<'_>> = news.collect();
    if news.is_empty() {
        return Ok(());
    }
    let digests: Vec<Digest> = news.iter().map(|one| one.digest).collect();
    store::insert_numbers(tx, person, &digests)?;
    for one in news {
        store::insert_link(tx, person, institution, &one.digest, one.identifier);
    }
    Ok(())
}

/// Makes a person without asking whether somebody has the identifiers already:
/// for loading a population that is known to be new. An identifier that leads to
/// somebody is a conflict.
pub fn create(
    tx: &mut Tx<'_>,
    index: &Index,
    institution: InstitutionId,
    person: PersonId,
    account: &Demographics,
    identifiers: &[Identifier],
) -> Result<(), Error> {
    let told = told(index, institution, identifiers)?;
    let digests: Vec<Digest> = told.iter().map(|one| one.digest).collect();
    add(tx, institution, person, &account.tidied(), &told, &digests)
}

fn add(
    tx: &mut Tx<'_>,
    institution: InstitutionId,
    person: PersonId,
    account: &Demographics,
    told: &[Told<'_>],
    digests: &[Digest],
) -> Result<(), Error> {
    store::insert_numbers(tx, person, digests)?;
    store::insert_person(tx, person, account)?;
    for one in told {
        store::insert_link(tx, person, institution, &one.digest, one.identifier);
    }
    Ok(())
}
