//! Every statement on this crate's tables.

use crate::rules::entry::PATIENT_AT;
use access::Grant;
use kernel::{EntryId, Fault, InstitutionId, PersonId};
use store::{Insert, Kind, P, Row, SqlExt, Tx, Val};

/// An entry as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Whose; person 0 for shared resources.
    pub person: PersonId,
    /// Clinical instant.
    pub at: i64,
    /// Which.
    pub id: EntryId,
    /// Resource type's number.
    pub kind: i64,
    /// Timeline row's number.
    pub lane: i64,
    /// Supplier.
    pub institution: InstitutionId,
    /// From 1.
    pub version: i64,
    /// When this version came.
    pub recorded_at: i64,
    /// End of a period.
    pub until_at: Option<i64>,
    /// Flag's number.
    pub flag: i64,
    /// Status.
    pub status: String,
    /// system|code.
    pub code: String,
    /// What it is.
    pub title: String,
    /// What it says.
    pub value: String,
    /// Content digest.
    pub digest: i64,
    /// Packed body.
    pub body: Vec<u8>,
}

static ENTRIES: Insert = Insert {
    table: "records_entries",
    columns: &[
        ("person_id", Kind::Int),
        ("at", Kind::Int),
        ("id", Kind::Int),
        ("kind", Kind::Int),
        ("lane", Kind::Int),
        ("institution_id", Kind::Int),
        ("version", Kind::Int),
        ("recorded_at", Kind::Int),
        ("until_at", Kind::Int),
        ("flag", Kind::Int),
        ("status", Kind::Text),
        ("code", Kind::Text),
        ("title", Kind::Text),
        ("value", Kind::Text),
        ("digest", Kind::Int),
        ("body", Kind::Bytes),
    ],
    on_conflict: "",
};

pub(crate) fn insert(tx: &mut Tx<'_>, row: &EntryRow) {
    tx.insert_later(
        &ENTRIES,
        [
            row.person.0.into(),
            row.at.into(),
            row.id.0.into(),
            row.kind.into(),
            row.lane.into(),
            row.institution.0.into(),
            row.version.into(),
            row.recorded_at.into(),
            row.until_at.into(),
            row.flag.into(),
            row.status.as_str().into(),
            row.code.as_str().into(),
            row.title.as_str().into(),
            row.value.as_str().into(),
            row.digest.into(),
            row.body.as_slice().into(),
        ],
    );
}

/// Replaces the entry's current version, keeping the old one; false when the
/// entry is not at `row.version - 1` (somebody else was first).
pub(crate) fn replace(tx: &mut Tx<'_>, row: &EntryRow) -> Result<bool, Fault> {
    let old = row.version - 1;
    let kept = tx.execute(
        "INSERT INTO records_versions (person_id, id, version, kind, institution_id, recorded_at, body)
         SELECT person_id, id, version, kind, institution_id, recorded_at, body FROM records_entries
         WHERE person_id = $1 AND id = $2 AND version = $3",
        &[P::I(row.person.0), P::I(row.id.0), P::I(old)],
    )?;
    if kept == 0 {
        return Ok(false);
    }
    tx.execute(
        "UPDATE records_entries SET at = $3, lane = $4, institution_id = $5, version = $6, recorded_at = $7,
             until_at = $8, flag = $9, status = $10, code = $11, title = $12, value = $13, digest = $14, body = $15
         WHERE person_id = $1 AND id = $2",
        &[
            P::I(row.person.0),
            P::I(row.id.0),
            P::I(row.at),
            P::I(row.lane),
            P::I(row.institution.0),
            P::I(row.version),
            P::I(row.recorded_at),
            P::opt(row.until_at),
            P::I(row.flag),
            P::S(&row.status),
            P::S(&row.code),
            P::S(&row.title),
            P::S(&row.value),
            P::I(row.digest),
            P::B(&row.body),
        ],
    )?;
    Ok(true)
}

static IDENTIFIERS: Insert = Insert {
    table: "records_identifiers",
    columns: &[("person_id", Kind::Int), ("digest", Kind::Bytes), ("entry_id", Kind::Int)],
    on_conflict: "ON CONFLICT (person_id, digest, entry_id) DO NOTHING",
};

pub(crate) fn insert_identifier(tx: &mut Tx<'_>, person: PersonId, digest: &[u8; 16], id: EntryId) {
    tx.insert_later(&IDENTIFIERS, [Val::I(person.0), digest.as_slice().into(), Val::I(id.0)]);
}

/// Takes an entry's identifiers away: its next version may carry others.
pub(crate) fn remove_identifiers(tx: &mut Tx<'_>, person: PersonId, id: EntryId) -> Result<(), Fault> {
    tx.execute("DELETE FROM records_identifiers WHERE person_id = $1 AND entry_id = $2", &[P::I(person.0), P::I(id.0)])
        .map(drop)
}

/// Entries of a person that carry an identifier.
pub(crate) fn by_identifier(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    digest: &[u8; 16],
) -> Result<Vec<EntryId>, Fault> {
    sql.all(
        "SELECT entry_id FROM records_identifiers WHERE person_id = $1 AND digest = $2 LIMIT 2",
        &[P::I(person.0), P::B(digest)],
        |row| Ok(EntryId(row.i64(0)?)),
    )
}

/// What is known of an entry before it is written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Existing {
    pub(crate) version: i64,
    pub(crate) digest: i64,
    pub(crate) institution: InstitutionId,
    pub(crate) kind: i64,
    pub(crate) recorded_at: i64,
}

fn existing_row(row: &Row<'_>) -> Result<(EntryId, Existing), Fault> {
    let existing = Existing {
        version: row.i64(1)?,
        digest: row.i64(2)?,
        institution: InstitutionId(row.i64(3)?),
        kind: row.i64(4)?,
        recorded_at: row.i64(5)?,
    };
    Ok((EntryId(row.i64(0)?), existing))
}

pub(crate) fn existing(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    id: EntryId,
) -> Result<Option<Existing>, Fault> {
    let found = sql.one(
        "SELECT id, version, digest, institution_id, kind, recorded_at FROM records_entries WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id.0)],
        existing_row,
    )?;
    Ok(found.map(|(_, existing)| existing))
}

pub(crate) fn all_existing(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
) -> Result<Vec<(EntryId, Existing)>, Fault> {
    sql.all(
        "SELECT id, version, digest, institution_id, kind, recorded_at FROM records_entries WHERE person_id = $1",
        &[P::I(person.0)],
        existing_row,
    )
}

/// One version of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// Resource type's number.
    pub kind: i64,
    /// Supplier.
    pub institution: InstitutionId,
    /// From 1.
    pub version: i64,
    /// When it came.
    pub recorded_at: i64,
    /// Packed body.
    pub body: Vec<u8>,
}

fn version(row: &Row<'_>) -> Result<VersionRow, Fault> {
    Ok(VersionRow {
        kind: row.i64(0)?,
        institution: InstitutionId(row.i64(1)?),
        version: row.i64(2)?,
        recorded_at: row.i64(3)?,
        body: row.bytes(4)?.to_vec(),
    })
}

fn opened(grant: Option<&Grant>, institution: InstitutionId) -> bool {
    grant.and_then(Grant::only_institution).is_none_or(|only| only == institution)
}

/// The current version of a person's entry that the grant opens.
pub(crate) fn current(
    sql: &mut (impl SqlExt + ?Sized),
    grant: &Grant,
    id: EntryId,
) -> Result<Option<VersionRow>, Fault> {
    let found = sql.one(
        "SELECT kind, institution_id, version, recorded_at, body FROM records_entries WHERE person_id = $1 AND id = $2",
        &[P::I(grant.person().0), P::I(id.0)],
        version,
    )?;
    Ok(found.filter(|row| opened(Some(grant), row.institution)))
}

/// A shared resource: about nobody, needs no grant.
pub(crate) fn shared(sql: &mut (impl SqlExt + ?Sized), id: EntryId) -> Result<Option<VersionRow>, Fault> {
    sql.one(
        "SELECT kind, institution_id, version, recorded_at, body FROM records_entries WHERE person_id = 0 AND id = $1",
        &[P::I(id.0)],
        version,
    )
}

/// The newest Patient resource of the person that the grant opens.
pub(crate) fn patient(sql: &mut (impl SqlExt + ?Sized), grant: &Grant) -> Result<Option<VersionRow>, Fault> {
    let mut rows = sql.all(
        "SELECT kind, institution_id, version, recorded_at, body FROM records_entries
         WHERE person_id = $1 AND at = $2 ORDER BY recorded_at DESC LIMIT 64",
        &[P::I(grant.person().0), P::I(PATIENT_AT)],
        version,
    )?;
    rows.retain(|row| opened(Some(grant), row.institution));
    Ok(rows.into_iter().next())
}

/// The Patient entry an institution supplied for a person.
pub(crate) fn patient_of(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    institution: InstitutionId,
) -> Result<Option<EntryId>, Fault> {
    sql.one(
        "SELECT id FROM records_entries WHERE person_id = $1 AND at = $2 AND institution_id = $3
         ORDER BY recorded_at DESC LIMIT 1",
        &[P::I(person.0), P::I(PATIENT_AT), P::I(institution.0)],
        |row| Ok(EntryId(row.i64(0)?)),
    )
}

/// All versions of an entry, newest first.
pub(crate) fn history(sql: &mut (impl SqlExt + ?Sized), grant: &Grant, id: EntryId) -> Result<Vec<VersionRow>, Fault> {
    let mut rows: Vec<VersionRow> = current(sql, grant, id)?.into_iter().collect();
    rows.extend(sql.all(
        "SELECT kind, institution_id, version, recorded_at, body FROM records_versions
         WHERE person_id = $1 AND id = $2 ORDER BY version DESC LIMIT 1000",
        &[P::I(grant.person().0), P::I(id.0)],
        version,
    )?);
    rows.retain(|row| opened(Some(grant), row.institution));
    Ok(rows)
}

/// The one institution whose rows the grant opens, 0 for all: filtered in the
/// statement, so that its limit counts only what may be seen.
fn only(grant: &Grant) -> i64 {
    grant.only_institution().map_or(0, |institution| institution.0)
}

/// One line of the timeline, without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRow {
    /// Clinical instant.
    pub at: i64,
    /// Which entry.
    pub id: EntryId,
    /// Resource type's number.
    pub kind: i64,
    /// Timeline row's number.
    pub lane: i64,
    /// Supplier.
    pub institution: InstitutionId,
    /// End of a period.
    pub until_at: Option<i64>,
    /// Flag's number.
    pub flag: i64,
    /// system|code.
    pub code: String,
    /// What it is.
    pub title: String,
    /// What it says.
    pub value: String,
}

/// The person's entries between two instants, newest first: one range read.
pub(crate) fn timeline(
    sql: &mut (impl SqlExt + ?Sized),
    grant: &Grant,
    from: i64,
    to: i64,
    limit: i64,
) -> Result<Vec<LineRow>, Fault> {
    let mut lines = Vec::with_capacity(32);
    sql.rows(
        "SELECT at, id, kind, lane, institution_id, until_at, flag, code, title, value FROM records_entries
         WHERE person_id = $1 AND at >= $2 AND at < $3 AND (institution_id = $5 OR $5 = 0)
         ORDER BY at DESC, id DESC LIMIT $4",
        &[P::I(grant.person().0), P::I(from), P::I(to), P::I(limit), P::I(only(grant))],
        &mut |row| {
            let institution = InstitutionId(row.i64(4)?);
            if opened(Some(grant), institution) {
                lines.push(LineRow {
                    at: row.i64(0)?,
                    id: EntryId(row.i64(1)?),
                    kind: row.i64(2)?,
                    lane: row.i64(3)?,
                    institution,
                    until_at: row.opt_i64(5)?,
                    flag: row.i64(6)?,
                    code: row.text(7)?.to_owned(),
                    title: row.text(8)?.to_owned(),
                    value: row.text(9)?.to_owned(),
                });
            }
            Ok(())
        },
    )?;
    Ok(lines)
}

/// The instant of the person's newest entry before `before`, if any.
pub(crate) fn newest_before(
    sql: &mut (impl SqlExt + ?Sized),
    grant: &Grant,
    before: i64,
) -> Result<Option<i64>, Fault> {
    sql.one(
        "SELECT at FROM records_entries WHERE person_id = $1 AND at > $2 AND at < $3
             AND (institution_id = $4 OR $4 = 0) ORDER BY at DESC LIMIT 1",
        &[P::I(grant.person().0), P::I(PATIENT_AT), P::I(before), P::I(only(grant))],
        |row| row.i64(0),
    )
}

/// A found entry with its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRow {
    /// Clinical instant.
    pub at: i64,
    /// Which.
    pub id: EntryId,
    /// Resource type's number.
    pub kind: i64,
    /// Packed body.
    pub body: Vec<u8>,
}

/// In which order entries are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    NewestFirst,
    /// Oldest first.
    OldestFirst,
}

/// Entries of a person with bodies before `before`, in order, strictly after the
/// place `after`; of a kind, or of all; until `take` says that it has enough.
pub(crate) fn found(
    sql: &mut (impl SqlExt + ?Sized),
    grant: &Grant,
    kind: Option<i64>,
    order: Order,
    after: (i64, i64),
    take: &mut dyn FnMut(FoundRow) -> Result<bool, Fault>,
) -> Result<(), Fault> {
    const FORWARD: &str = "SELECT at, id, kind, institution_id, body FROM records_entries
         WHERE person_id = $1 AND (at > $2 OR (at = $2 AND id > $3)) ORDER BY at, id LIMIT $4";
    const BACKWARD: &str = "SELECT at, id, kind, institution_id, body FROM records_entries
         WHERE person_id = $1 AND (at < $2 OR (at = $2 AND id < $3)) ORDER BY at DESC, id DESC LIMIT $4";
    let text = match order {
        Order::OldestFirst => FORWARD,
        Order::NewestFirst => BACKWARD,
    };
    let (mut place, mut enough) = (after, false);
    while !enough {
        let mut seen = 0;
        sql.rows(text, &[P::I(grant.person().0), P::I(place.0), P::I(place.1), P::I(FOUND_AT_ONCE)], &mut |row| {
            seen += 1;
            place = (row.i64(0)?, row.i64(1)?);
            let of_kind = kind.is_none_or(|kind| row.i64(2).is_ok_and(|number| number == kind));
            if !enough && of_kind && opened(Some(grant), InstitutionId(row.i64(3)?)) {
                enough = take(FoundRow {
                    at: place.0,
                    id: EntryId(place.1),
                    kind: row.i64(2)?,
                    body: row.bytes(4)?.to_vec(),
                })?;
            }
            Ok(())
        })?;
        enough = enough || seen < FOUND_AT_ONCE;
    }
    Ok(())
}

/// Rows read at once while searching.
const FOUND_AT_ONCE: i64 = 256;

/// Shared entries that carry an identifier or all of a kind, first `limit`.
pub(crate) fn found_shared(
    sql: &mut (impl SqlExt + ?Sized),
    kind: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<(EntryId, Vec<u8>)>, Fault> {
    sql.all(
        "SELECT id, body FROM records_entries WHERE person_id = 0 AND kind = $1 AND id > $2 ORDER BY id LIMIT $3",
        &[P::I(kind), P::I(after), P::I(limit)],
        |row| Ok((EntryId(row.i64(0)?), row.bytes(1)?.to_vec())),
    )
}

/// How many entries are stored.
pub(crate) fn count(sql: &mut (impl SqlExt + ?Sized)) -> Result<i64, Fault> {
    Ok(sql.one("SELECT COUNT(*) FROM records_entries", &[], |row| row.i64(0))?.unwrap_or(0))
}
