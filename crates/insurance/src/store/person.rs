//! A person's rows: member, coverage, standings, filings, sharing, the card made of
//! them, the years.

use crate::rules::card::{AccountStage, Card};
use crate::rules::coverage::{Coverage, Standing, StandingKind};
use crate::rules::day::{Day, Period};
use crate::rules::filing::{Filing, FilingKind, Stage};
use crate::rules::sharing::{Sharing, SharingStage};
use ::store::{Insert, Kind, P, Row, Sql as _, SqlExt, Tx};
use kernel::{ActorId, Fault, FaultKind, PersonId};

/// Rows of one kind a person has at most.
const ROWS_MAX: i64 = 500;

fn period(row: &Row<'_>, column: usize) -> Result<Period, Fault> {
    Ok(Period { from_on: Day(row.i64(column)?), to_on: Day(row.i64(column.saturating_add(1))?) })
}

/// What is kept of a member besides coverage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) psn_no: String,
    pub(crate) birth_on: Day,
    pub(crate) name: String,
    pub(crate) document: String,
    pub(crate) account: AccountStage,
}

pub(crate) fn member(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Option<Member>, Fault> {
    sql.one(
        "SELECT psn_no, birth_on, name, document, account FROM insurance_members WHERE person_id = $1",
        &[P::I(person.0)],
        |row| {
            let account = AccountStage::from_name(row.text(4)?)
                .ok_or_else(|| Fault::broken(format!("insurance_members.account of {person}")))?;
            Ok(Member {
                psn_no: row.text(0)?.to_owned(),
                birth_on: Day(row.i64(1)?),
                name: row.text(2)?.to_owned(),
                document: row.text(3)?.to_owned(),
                account,
            })
        },
    )
}

/// Writes a member, or new particulars of one; number and account stay.
pub(crate) fn put_member(tx: &mut Tx<'_>, person: PersonId, member: &Member) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO insurance_members (person_id, psn_no, birth_on, name, document, account)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (person_id) DO UPDATE
         SET birth_on = excluded.birth_on, name = excluded.name, document = excluded.document",
        &[
            P::I(person.0),
            P::S(&member.psn_no),
            P::I(member.birth_on.0),
            P::S(&member.name),
            P::S(&member.document),
            P::S(member.account.name()),
        ],
    )
    .map(drop)
}

/// Gives a number to a person unless it is somebody's; answers whose it is.
pub(crate) fn take_number(tx: &mut Tx<'_>, psn_no: &str, person: PersonId) -> Result<PersonId, Fault> {
    tx.execute(
        "INSERT INTO insurance_numbers (psn_no, person_id) VALUES ($1, $2) ON CONFLICT (psn_no) DO NOTHING",
        &[P::S(psn_no), P::I(person.0)],
    )?;
    number(tx, psn_no)?.ok_or_else(|| Fault::broken("insurance_numbers lost a number"))
}

/// Whose a number is.
pub(crate) fn number(sql: &mut (impl SqlExt + ?Sized), psn_no: &str) -> Result<Option<PersonId>, Fault> {
    sql.one("SELECT person_id FROM insurance_numbers WHERE psn_no = $1", &[P::S(psn_no)], |row| {
        Ok(PersonId(row.i64(0)?))
    })
}

pub(crate) fn set_account(tx: &mut Tx<'_>, person: PersonId, to: AccountStage) -> Result<(), Fault> {
    tx.execute("UPDATE insurance_members SET account = $2 WHERE person_id = $1", &[P::I(person.0), P::S(to.name())])
        .map(drop)
}

pub(crate) fn insert_coverage(
    tx: &mut Tx<'_>,
    person: PersonId,
    one: &Coverage,
    employer: &str,
    actor: ActorId,
) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO insurance_coverages
             (person_id, id, admdvs, insutype, psn_type, employer, from_on, to_on, at, actor_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            P::I(person.0),
            P::I(one.number),
            P::S(&one.admdvs),
            P::S(&one.insutype),
            P::S(&one.psn_type),
            P::S(employer),
            P::I(one.period.from_on.0),
            P::I(one.period.to_on.0),
            P::I(now),
            P::I(actor.0),
        ],
    )
    .map(drop)
}

pub(crate) fn end_coverage(tx: &mut Tx<'_>, person: PersonId, id: i64, to_on: Day) -> Result<(), Fault> {
    tx.execute(
        "UPDATE insurance_coverages SET to_on = $3 WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id), P::I(to_on.0)],
    )
    .map(drop)
}

pub(crate) fn insert_standing(tx: &mut Tx<'_>, person: PersonId, one: &Standing, actor: ActorId) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO insurance_standings (person_id, id, kind, value, from_on, to_on, at, actor_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            P::I(person.0),
            P::I(one.number),
            P::S(one.kind.name()),
            P::S(&one.value),
            P::I(one.period.from_on.0),
            P::I(one.period.to_on.0),
            P::I(now),
            P::I(actor.0),
        ],
    )
    .map(drop)
}

pub(crate) fn end_standing(tx: &mut Tx<'_>, person: PersonId, id: i64, to_on: Day) -> Result<(), Fault> {
    tx.execute(
        "UPDATE insurance_standings SET to_on = $3 WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id), P::I(to_on.0)],
    )
    .map(drop)
}

/// Writes a filing, or its next stage.
pub(crate) fn put_filing(
    tx: &mut Tx<'_>,
    person: PersonId,
    one: &Filing,
    reason: &str,
    actor: ActorId,
) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO insurance_filings
             (person_id, id, kind, stage, area, institution_id, code, from_on, to_on, reason, at, actor_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (person_id, id) DO UPDATE
         SET stage = excluded.stage, to_on = excluded.to_on, reason = excluded.reason, at = excluded.at,
             actor_id = excluded.actor_id",
        &[
            P::I(person.0),
            P::I(one.number),
            P::S(one.kind.name()),
            P::S(one.stage.name()),
            P::S(&one.area),
            P::I(one.institution),
            P::S(&one.code),
            P::I(one.period.from_on.0),
            P::I(one.period.to_on.0),
            P::S(reason),
            P::I(now),
            P::I(actor.0),
        ],
    )
    .map(drop)
}

/// Puts a filing on an office's list, or takes it off.
pub(crate) fn list_waiting(
    tx: &mut Tx<'_>,
    admdvs: &str,
    person: PersonId,
    filing: i64,
    waits: bool,
) -> Result<(), Fault> {
    if waits {
        tx.execute(
            "INSERT INTO insurance_waiting (admdvs, filing_id, person_id) VALUES ($1, $2, $3)
             ON CONFLICT (admdvs, filing_id) DO NOTHING",
            &[P::S(admdvs), P::I(filing), P::I(person.0)],
        )
    } else {
        tx.execute("DELETE FROM insurance_waiting WHERE admdvs = $1 AND filing_id = $2", &[P::S(admdvs), P::I(filing)])
    }
    .map(drop)
}

/// The oldest filings that wait for an office.
pub(crate) fn waiting(
    sql: &mut (impl SqlExt + ?Sized),
    admdvs: &str,
    limit: i64,
) -> Result<Vec<(i64, PersonId)>, Fault> {
    sql.all(
        "SELECT filing_id, person_id FROM insurance_waiting WHERE admdvs = $1 ORDER BY filing_id LIMIT $2",
        &[P::S(admdvs), P::I(limit)],
        |row| Ok((row.i64(0)?, PersonId(row.i64(1)?))),
    )
}

pub(crate) fn put_sharing(tx: &mut Tx<'_>, person: PersonId, one: &Sharing) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO insurance_sharings
             (person_id, id, owner_id, kinship, stage, place, use_max, from_on, to_on, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (person_id, id) DO UPDATE
         SET stage = excluded.stage, place = excluded.place, at = excluded.at",
        &[
            P::I(person.0),
            P::I(one.number),
            P::I(one.owner_number),
            P::S(&one.kinship),
            P::S(one.stage.name()),
            P::I(one.place),
            P::opt(one.use_max),
            P::I(one.period.from_on.0),
            P::I(one.period.to_on.0),
            P::I(now),
        ],
    )?;
    tx.execute(
        "INSERT INTO insurance_shared (owner_id, id, person_id) VALUES ($1, $2, $3)
         ON CONFLICT (owner_id, id) DO NOTHING",
        &[P::I(one.owner_number), P::I(one.number), P::I(person.0)],
    )
    .map(drop)
}

/// Leave that an owner gave: its number and to whom.
pub(crate) fn shared_by(sql: &mut (impl SqlExt + ?Sized), owner: PersonId) -> Result<Vec<(i64, PersonId)>, Fault> {
    sql.all(
        "SELECT id, person_id FROM insurance_shared WHERE owner_id = $1 ORDER BY id LIMIT $2",
        &[P::I(owner.0), P::I(ROWS_MAX)],
        |row| Ok((row.i64(0)?, PersonId(row.i64(1)?))),
    )
}

pub(crate) fn coverages(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Vec<Coverage>, Fault> {
    sql.all(
        "SELECT id, admdvs, insutype, psn_type, from_on, to_on FROM insurance_coverages
         WHERE person_id = $1 AND from_on <= to_on ORDER BY from_on, id LIMIT $2",
        &[P::I(person.0), P::I(ROWS_MAX)],
        |row| {
            Ok(Coverage {
                number: row.i64(0)?,
                admdvs: row.text(1)?.to_owned(),
                insutype: row.text(2)?.to_owned(),
                psn_type: row.text(3)?.to_owned(),
                period: period(row, 4)?,
            })
        },
    )
}

pub(crate) fn standings(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Vec<Standing>, Fault> {
    sql.all(
        "SELECT id, kind, value, from_on, to_on FROM insurance_standings
         WHERE person_id = $1 AND from_on <= to_on ORDER BY from_on, id LIMIT $2",
        &[P::I(person.0), P::I(ROWS_MAX)],
        |row| {
            let kind = StandingKind::from_name(row.text(1)?)
                .ok_or_else(|| Fault::broken(format!("insurance_standings.kind of {person}")))?;
            Ok(Standing { number: row.i64(0)?, kind, value: row.text(2)?.to_owned(), period: period(row, 3)? })
        },
    )
}

pub(crate) fn filings(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Vec<(Filing, String)>, Fault> {
    sql.all(
        "SELECT id, kind, stage, area, institution_id, code, from_on, to_on, reason FROM insurance_filings
         WHERE person_id = $1 ORDER BY id LIMIT $2",
        &[P::I(person.0), P::I(ROWS_MAX)],
        |row| {
            let wrong = |column: &str| Fault::broken(format!("insurance_filings.{column} of {person}"));
            let filing = Filing {
                number: row.i64(0)?,
                kind: FilingKind::from_name(row.text(1)?).ok_or_else(|| wrong("kind"))?,
                stage: Stage::from_name(row.text(2)?).ok_or_else(|| wrong("stage"))?,
                area: row.text(3)?.to_owned(),
                institution: row.i64(4)?,
                code: row.text(5)?.to_owned(),
                period: period(row, 6)?,
            };
            Ok((filing, row.text(8)?.to_owned()))
        },
    )
}

pub(crate) fn sharings(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Vec<Sharing>, Fault> {
    sql.all(
        "SELECT id, owner_id, kinship, stage, place, use_max, from_on, to_on FROM insurance_sharings
         WHERE person_id = $1 ORDER BY place, id LIMIT $2",
        &[P::I(person.0), P::I(ROWS_MAX)],
        |row| {
            let stage = SharingStage::from_name(row.text(3)?)
                .ok_or_else(|| Fault::broken(format!("insurance_sharings.stage of {person}")))?;
            Ok(Sharing {
                number: row.i64(0)?,
                owner_number: row.i64(1)?,
                kinship: row.text(2)?.to_owned(),
                stage,
                place: row.i64(4)?,
                use_max: row.opt_i64(5)?,
                period: period(row, 6)?,
            })
        },
    )
}

pub(crate) fn card(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Option<(i64, Card)>, Fault> {
    sql.one("SELECT version, body FROM insurance_cards WHERE person_id = $1", &[P::I(person.0)], |row| {
        Ok((row.i64(0)?, Card::from_bytes(row.bytes(1)?)?))
    })
}

pub(crate) fn put_card(tx: &mut Tx<'_>, person: PersonId, card: &Card) -> Result<(), Fault> {
    let body = card.to_bytes()?;
    tx.execute(
        "INSERT INTO insurance_cards (person_id, version, body) VALUES ($1, 1, $2)
         ON CONFLICT (person_id) DO UPDATE SET version = insurance_cards.version + 1, body = excluded.body",
        &[P::I(person.0), P::B(&body)],
    )
    .map(drop)
}

/// A cached year: version and sums as they are stored.
pub(crate) fn year(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    insutype: &str,
    year: i64,
) -> Result<Option<(i64, Vec<u8>)>, Fault> {
    sql.one(
        "SELECT version, body FROM insurance_years WHERE person_id = $1 AND insutype = $2 AND year = $3",
        &[P::I(person.0), P::S(insutype), P::I(year)],
        |row| Ok((row.i64(0)?, row.bytes(1)?.to_vec())),
    )
}

/// People with a row of a year, behind a person and insured type.
pub(crate) fn people_of_year(
    sql: &mut (impl SqlExt + ?Sized),
    year: i64,
    behind: (i64, &str),
    limit: i64,
) -> Result<Vec<(PersonId, String)>, Fault> {
    sql.all(
        "SELECT person_id, insutype FROM insurance_years
         WHERE (person_id, insutype) > ($1, $2) AND year = $3 ORDER BY person_id, insutype LIMIT $4",
        &[P::I(behind.0), P::S(behind.1), P::I(year), P::I(limit)],
        |row| Ok((PersonId(row.i64(0)?), row.text(1)?.to_owned())),
    )
}

/// A year as it is stored: insured type, year, version, sums.
pub(crate) type YearRow = (String, i64, i64, Vec<u8>);

/// A person's years, newest first.
pub(crate) fn years(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Vec<YearRow>, Fault> {
    sql.all(
        "SELECT insutype, year, version, body FROM insurance_years WHERE person_id = $1
         ORDER BY year DESC, insutype LIMIT $2",
        &[P::I(person.0), P::I(ROWS_MAX)],
        |row| Ok((row.text(0)?.to_owned(), row.i64(1)?, row.i64(2)?, row.bytes(3)?.to_vec())),
    )
}

static YEARS: Insert = Insert {
    table: "insurance_years",
    columns: &[
        ("person_id", Kind::Int),
        ("insutype", Kind::Text),
        ("year", Kind::Int),
        ("version", Kind::Int),
        ("body", Kind::Bytes),
    ],
    // A version that is not the next one is nothing, which the column refuses.
    on_conflict: "ON CONFLICT (person_id, insutype, year) DO UPDATE SET body = excluded.body,
        version = CASE WHEN insurance_years.version = excluded.version - 1 THEN excluded.version END",
};

/// [`put_year`] with the rows of the batch: one that others were faster than fails the
/// flush, and its closure is run again by itself.
pub(crate) fn put_year_later(
    tx: &mut Tx<'_>,
    person: PersonId,
    insutype: &str,
    year: i64,
    version_before: i64,
    body: Vec<u8>,
) {
    let version = version_before.saturating_add(1);
    tx.insert_later(&YEARS, [person.0.into(), insutype.into(), year.into(), version.into(), body.into()]);
}

/// Puts the next version of a year in the place of the one it was made from; a
/// conflict, after which the verb runs again, when somebody was faster.
pub(crate) fn put_year(
    tx: &mut Tx<'_>,
    person: PersonId,
    insutype: &str,
    year: i64,
    version_before: i64,
    body: &[u8],
) -> Result<(), Fault> {
    let rows = tx.execute(
        "INSERT INTO insurance_years (person_id, insutype, year, version, body) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (person_id, insutype, year) DO UPDATE SET version = excluded.version, body = excluded.body
         WHERE insurance_years.version = excluded.version - 1",
        &[P::I(person.0), P::S(insutype), P::I(year), P::I(version_before.saturating_add(1)), P::B(body)],
    )?;
    if rows == 1 { Ok(()) } else { Err(Fault::new(FaultKind::Conflict, "another settlement of the person was first")) }
}
