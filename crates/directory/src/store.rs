//! Every statement on `directory_institutions`.

use crate::rules::institution::{Institution, NewInstitution};
use ::store::{P, Row, SqlExt, Tx};
use kernel::{Fault, InstitutionId};

fn read(row: &Row<'_>) -> Result<Institution, Fault> {
    Ok(Institution {
        id: InstitutionId(row.i64(0)?),
        code: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        name_en: row.text(3)?.to_owned(),
        region: row.text(4)?.to_owned(),
        level: row.text(5)?.to_owned(),
        created_at: row.i64(6)?,
    })
}

/// Institutions a region can have; more than China has hospitals.
const INSTITUTIONS_MAX: i64 = 200_000;

/// All of them, by code.
pub(crate) fn all(sql: &mut (impl SqlExt + ?Sized)) -> Result<Vec<Institution>, Fault> {
    sql.all(
        "SELECT id, code, name, name_en, region, level, created_at FROM directory_institutions ORDER BY code LIMIT $1",
        &[P::I(INSTITUTIONS_MAX)],
        read,
    )
}

pub(crate) fn by_code(sql: &mut (impl SqlExt + ?Sized), code: &str) -> Result<Option<Institution>, Fault> {
    sql.one(
        "SELECT id, code, name, name_en, region, level, created_at FROM directory_institutions WHERE code = $1",
        &[P::S(code)],
        read,
    )
}

/// Adds a row; false when the code came in from elsewhere at this moment.
pub(crate) fn insert(tx: &mut Tx<'_>, id: InstitutionId, new: &NewInstitution) -> Result<bool, Fault> {
    let now = ::store::Sql::now(tx);
    let rows = tx.execute(
        "INSERT INTO directory_institutions (id, code, name, name_en, region, level, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (code) DO NOTHING",
        &[
            P::I(id.0),
            P::S(&new.code),
            P::S(&new.name),
            P::S(&new.name_en),
            P::S(&new.region),
            P::S(&new.level),
            P::I(now),
        ],
    )?;
    Ok(rows == 1)
}

pub(crate) fn update(tx: &mut Tx<'_>, id: InstitutionId, new: &NewInstitution) -> Result<(), Fault> {
    tx.execute(
        "UPDATE directory_institutions SET name = $2, name_en = $3, region = $4, level = $5 WHERE id = $1",
        &[P::I(id.0), P::S(&new.name), P::S(&new.name_en), P::S(&new.region), P::S(&new.level)],
    )?;
    Ok(())
}
