//! Every statement on the tables of insurance: reference data here, a person's
//! rows in [`person`].

pub(crate) mod person;

use crate::rules::day::{Day, Period};
use crate::rules::designation::{CareKind, Designation};
use ::store::{P, Sql as _, SqlExt, Tx};
use kernel::{ActorId, Fault, InstitutionId};

/// A plan as stored.
pub(crate) struct PlanRow {
    pub(crate) id: i64,
    pub(crate) admdvs: String,
    pub(crate) insutype: String,
    pub(crate) version: String,
    pub(crate) period: Period,
    pub(crate) document: Vec<u8>,
}

/// Rows of reference data read at once.
const REFERENCE_MAX: i64 = 100_000;

pub(crate) fn plans(sql: &mut (impl SqlExt + ?Sized)) -> Result<Vec<PlanRow>, Fault> {
    sql.all(
        "SELECT id, admdvs, insutype, version, from_on, to_on, document FROM insurance_plans ORDER BY id LIMIT $1",
        &[P::I(REFERENCE_MAX)],
        |row| {
            Ok(PlanRow {
                id: row.i64(0)?,
                admdvs: row.text(1)?.to_owned(),
                insutype: row.text(2)?.to_owned(),
                version: row.text(3)?.to_owned(),
                period: Period { from_on: Day(row.i64(4)?), to_on: Day(row.i64(5)?) },
                document: row.bytes(6)?.to_vec(),
            })
        },
    )
}

pub(crate) fn insert_plan(tx: &mut Tx<'_>, plan: &PlanRow, actor: Option<ActorId>) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO insurance_plans (id, admdvs, insutype, version, from_on, to_on, loaded_at, loaded_by, document)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            P::I(plan.id),
            P::S(&plan.admdvs),
            P::S(&plan.insutype),
            P::S(&plan.version),
            P::I(plan.period.from_on.0),
            P::I(plan.period.to_on.0),
            P::I(now),
            P::I(actor.map_or(0, |id| id.0)),
            P::B(&plan.document),
        ],
    )
    .map(drop)
}

/// A catalogue version as stored; its items are packed.
pub(crate) struct CatalogueRow {
    pub(crate) admdvs: String,
    pub(crate) version: String,
    pub(crate) from_on: Day,
    pub(crate) items: Vec<u8>,
}

pub(crate) fn catalogues(sql: &mut (impl SqlExt + ?Sized)) -> Result<Vec<CatalogueRow>, Fault> {
    sql.all(
        "SELECT admdvs, version, from_on, items FROM insurance_catalogues ORDER BY admdvs, from_on, version LIMIT $1",
        &[P::I(REFERENCE_MAX)],
        |row| {
            Ok(CatalogueRow {
                admdvs: row.text(0)?.to_owned(),
                version: row.text(1)?.to_owned(),
                from_on: Day(row.i64(2)?),
                items: row.bytes(3)?.to_vec(),
            })
        },
    )
}

/// Writes a version unless it is there; false when it was.
pub(crate) fn insert_catalogue(tx: &mut Tx<'_>, one: &CatalogueRow) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "INSERT INTO insurance_catalogues (admdvs, version, from_on, loaded_at, items) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (admdvs, version) DO NOTHING",
        &[P::S(&one.admdvs), P::S(&one.version), P::I(one.from_on.0), P::I(now), P::B(&one.items)],
    )?;
    Ok(rows == 1)
}

pub(crate) fn designations(sql: &mut (impl SqlExt + ?Sized)) -> Result<Vec<Designation>, Fault> {
    sql.all(
        "SELECT admdvs, institution_id, kind, level, from_on, to_on, suspended_from FROM insurance_designations
         ORDER BY admdvs, institution_id, kind LIMIT $1",
        &[P::I(REFERENCE_MAX)],
        |row| {
            let kind = CareKind::from_name(row.text(2)?)
                .ok_or_else(|| Fault::broken("insurance_designations.kind is no kind"))?;
            Ok(Designation {
                admdvs: row.text(0)?.to_owned(),
                institution: InstitutionId(row.i64(1)?),
                kind,
                level: row.text(3)?.to_owned(),
                period: Period { from_on: Day(row.i64(4)?), to_on: Day(row.i64(5)?) },
                suspended_from: Day(row.i64(6)?),
            })
        },
    )
}

/// Writes an agreement, or puts new terms in the place of its old ones.
pub(crate) fn put_designation(tx: &mut Tx<'_>, one: &Designation) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO insurance_designations (admdvs, institution_id, kind, level, from_on, to_on, suspended_from)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (admdvs, institution_id, kind) DO UPDATE
         SET level = excluded.level, from_on = excluded.from_on, to_on = excluded.to_on,
             suspended_from = excluded.suspended_from",
        &[
            P::S(&one.admdvs),
            P::I(one.institution.0),
            P::S(one.kind.name()),
            P::S(&one.level),
            P::I(one.period.from_on.0),
            P::I(one.period.to_on.0),
            P::I(one.suspended_from.0),
        ],
    )
    .map(drop)
}
