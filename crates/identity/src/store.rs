//! Every statement on the tables of identity, and where older databases keep the
//! index key.

use crate::index::{DIGEST_LEN, Digest};
use crate::rules::demographics::{Demographics, Person};
use crate::rules::identifier::Identifier;
use ::store::{Insert, Kind, P, Row, Sql as _, SqlExt, Tx, fact};
use kernel::{Fault, FaultKind, InstitutionId, PersonId};

const INDEX_KEY: &str = "identity.index-key";

/// The index key of a database from before `keys` had it in custody: 32 bytes as they
/// are, or longer when sealed.
pub(crate) fn index_key(sql: &mut (impl SqlExt + ?Sized)) -> Result<Option<Vec<u8>>, Fault> {
    fact::find(sql, INDEX_KEY)
}

/// Puts the sealed key in the place of the open one. Overwritten at its length first,
/// so that no page keeps the open bytes behind the shorter or longer ones.
pub(crate) fn seal_index_key(tx: &mut Tx<'_>, sealed: &[u8]) -> Result<(), Fault> {
    if let Some(open) = index_key(tx)? {
        tx.set_fact(INDEX_KEY, &vec![0; open.len()])?;
    }
    tx.set_fact(INDEX_KEY, sealed)
}

/// Digests looked up or written by one statement.
const TOGETHER: usize = 8;

fn digest_of(row: &Row<'_>, column: usize) -> Result<Digest, Fault> {
    let bytes = row.bytes(column)?;
    bytes.try_into().map_err(|_wrong| Fault::broken(format!("identity_numbers.digest is not {DIGEST_LEN} bytes")))
}

/// The persons that digests lead to.
pub(crate) fn persons_of(
    sql: &mut (impl SqlExt + ?Sized),
    digests: &[Digest],
) -> Result<Vec<(Digest, PersonId)>, Fault> {
    let mut found = Vec::with_capacity(digests.len());
    for some in digests.chunks(TOGETHER) {
        // Places left over repeat the last digest: one text serves every number.
        let params: [P<'_>; TOGETHER] = std::array::from_fn(|at| P::B(&some[at.min(some.len() - 1)]));
        sql.rows(
            "SELECT digest, person_id FROM identity_numbers WHERE digest IN ($1, $2, $3, $4, $5, $6, $7, $8)",
            &params,
            &mut |row| {
                found.push((digest_of(row, 0)?, PersonId(row.i64(1)?)));
                Ok(())
            },
        )?;
    }
    Ok(found)
}

macro_rules! insert_numbers {
    ($rows:literal) => {
        concat!("INSERT INTO identity_numbers (person_id, digest) VALUES ", $rows, " ON CONFLICT (digest) DO NOTHING")
    };
}

/// One text for each number of digests, the first for one.
const INSERT_NUMBERS: [&str; TOGETHER] = [
    insert_numbers!("($1, $2)"),
    insert_numbers!("($1, $2), ($1, $3)"),
    insert_numbers!("($1, $2), ($1, $3), ($1, $4)"),
    insert_numbers!("($1, $2), ($1, $3), ($1, $4), ($1, $5)"),
    insert_numbers!("($1, $2), ($1, $3), ($1, $4), ($1, $5), ($1, $6)"),
    insert_numbers!("($1, $2), ($1, $3), ($1, $4), ($1, $5), ($1, $6), ($1, $7)"),
    insert_numbers!("($1, $2), ($1, $3), ($1, $4), ($1, $5), ($1, $6), ($1, $7), ($1, $8)"),
    insert_numbers!("($1, $2), ($1, $3), ($1, $4), ($1, $5), ($1, $6), ($1, $7), ($1, $8), ($1, $9)"),
];

/// Makes digests lead to a person. When one of them leads somewhere already,
/// another writer was first: a conflict, so that the verb runs again and sees it.
pub(crate) fn insert_numbers(tx: &mut Tx<'_>, person: PersonId, digests: &[Digest]) -> Result<(), Fault> {
    for some in digests.chunks(TOGETHER) {
        let mut params = vec![P::I(person.0)];
        params.extend(some.iter().map(|digest| P::B(digest)));
        let rows = tx.execute(INSERT_NUMBERS[some.len() - 1], &params)?;
        if usize::try_from(rows).ok() != Some(some.len()) {
            return Err(Fault::new(FaultKind::Conflict, "an identifier came to another person at this moment"));
        }
    }
    Ok(())
}

static LINKS: Insert = Insert {
    table: "identity_links",
    columns: &[
        ("person_id", Kind::Int),
        ("digest", Kind::Bytes),
        ("institution_id", Kind::Int),
        ("system", Kind::Text),
        ("value", Kind::Text),
        ("added_at", Kind::Int),
    ],
    on_conflict: "ON CONFLICT (person_id, digest) DO NOTHING",
};

pub(crate) fn insert_link(
    tx: &mut Tx<'_>,
    person: PersonId,
    institution: InstitutionId,
    digest: &Digest,
    identifier: &Identifier,
) {
    let now = tx.now();
    let values = [
        person.0.into(),
        digest.as_slice().into(),
        institution.0.into(),
        identifier.system.as_str().into(),
        identifier.value.trim().into(),
        now.into(),
    ];
    tx.insert_later(&LINKS, values);
}

fn paper(known: &Demographics) -> (&str, &str) {
    known.document.as_ref().map_or(("", ""), |paper| (paper.system.as_str(), paper.value.as_str()))
}

/// Adds the row of a new person, at once: an account of the same person may
/// follow in the same batch and must find it.
pub(crate) fn insert_person(tx: &mut Tx<'_>, id: PersonId, known: &Demographics) -> Result<(), Fault> {
    let now = tx.now();
    let (system, number) = paper(known);
    tx.execute(
        "INSERT INTO identity_persons (person_id, name, name_en, gender, birth, document_system, document, phone,
             insured, insured_region, address, deceased_at, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, 1)",
        &[
            P::I(id.0),
            P::S(&known.name),
            P::S(&known.name_en),
            P::S(&known.gender),
            P::S(&known.birth),
            P::S(system),
            P::S(number),
            P::S(&known.phone),
            P::S(&known.insured),
            P::S(&known.insured_region),
            P::S(&known.address),
            P::opt(known.deceased_at),
            P::I(now),
        ],
    )?;
    Ok(())
}

/// Writes what is known now over the version that was read.
pub(crate) fn update_person(tx: &mut Tx<'_>, read: &Person, known: &Demographics) -> Result<(), Fault> {
    let now = tx.now();
    let (system, number) = paper(known);
    let rows = tx.execute(
        "UPDATE identity_persons SET name = $3, name_en = $4, gender = $5, birth = $6, document_system = $7,
             document = $8, phone = $9, insured = $10, insured_region = $11, address = $12, deceased_at = $13,
             updated_at = $14, version = version + 1
         WHERE person_id = $1 AND version = $2",
        &[
            P::I(read.id.0),
            P::I(read.version),
            P::S(&known.name),
            P::S(&known.name_en),
            P::S(&known.gender),
            P::S(&known.birth),
            P::S(system),
            P::S(number),
            P::S(&known.phone),
            P::S(&known.insured),
            P::S(&known.insured_region),
            P::S(&known.address),
            P::opt(known.deceased_at),
            P::I(now),
        ],
    )?;
    if rows == 1 { Ok(()) } else { Err(Fault::new(FaultKind::Conflict, "a person changed at this moment")) }
}

pub(crate) fn exists(sql: &mut (impl SqlExt + ?Sized), id: PersonId) -> Result<bool, Fault> {
    let found =
        sql.one("SELECT person_id FROM identity_persons WHERE person_id = $1", &[P::I(id.0)], |row| row.i64(0))?;
    Ok(found.is_some())
}

/// Reads a person whose columns begin at `from`: name, name_en, gender, birth,
/// document_system, document, phone, insured, insured_region, address, deceased_at,
/// created_at, updated_at, version.
fn read_person(id: PersonId, row: &Row<'_>, from: usize) -> Result<Person, Fault> {
    let text = |column: usize| row.text(from + column).map(str::to_owned);
    let document = Identifier::new(row.text(from + 4)?, row.text(from + 5)?);
    Ok(Person {
        id,
        known: Demographics {
            name: text(0)?,
            name_en: text(1)?,
            gender: text(2)?,
            birth: text(3)?,
            document: (!document.value.is_empty()).then_some(document),
            phone: text(6)?,
            insured: text(7)?,
            insured_region: text(8)?,
            address: text(9)?,
            deceased_at: row.opt_i64(from + 10)?,
        },
        created_at: row.i64(from + 11)?,
        updated_at: row.i64(from + 12)?,
        version: row.i64(from + 13)?,
    })
}

pub(crate) fn person(sql: &mut (impl SqlExt + ?Sized), id: PersonId) -> Result<Option<Person>, Fault> {
    sql.one(
        "SELECT name, name_en, gender, birth, document_system, document, phone, insured, insured_region, address,
             deceased_at, created_at, updated_at, version
         FROM identity_persons WHERE person_id = $1",
        &[P::I(id.0)],
        |row| read_person(id, row, 0),
    )
}

/// Those of several persons that there are.
pub(crate) fn persons(sql: &mut (impl SqlExt + ?Sized), ids: &[i64]) -> Result<Vec<Person>, Fault> {
    let mut found = Vec::with_capacity(ids.len());
    sql.rows(
        "SELECT person_id, name, name_en, gender, birth, document_system, document, phone, insured, insured_region,
             address, deceased_at, created_at, updated_at, version
         FROM identity_persons WHERE person_id = ANY($1)",
        &[P::Many(ids)],
        &mut |row| {
            found.push(read_person(PersonId(row.i64(0)?), row, 1)?);
            Ok(())
        },
    )?;
    Ok(found)
}
