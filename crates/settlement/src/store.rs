//! Every statement on the tables of settlement: visits and fees here, settlements in
//! [`settled`] and, of many at once, [`ahead`], messages and asks in [`message`], held account money in [`holds`].

pub(crate) mod ahead;
pub(crate) mod holds;
pub(crate) mod message;
pub(crate) mod settled;

use crate::rules::line::Line;
use crate::rules::stage::Stage;
use crate::visit::{Visit, VisitAbout};
use ::store::{Insert, Kind, P, Row, Sql as _, SqlExt, Tx};
use insurance::{CareKind, Day};
use kernel::{Fault, FaultKind, Fen, InstitutionId, PersonId, QuoteId, SettlementId, VisitId};

static INDEX: Insert =
    Insert { table: "settlement_index", columns: &[("id", Kind::Int), ("person_id", Kind::Int)], on_conflict: "" };

/// Remembers whose a number is.
pub(crate) fn index(tx: &mut Tx<'_>, id: i64, person: PersonId) {
    tx.insert_later(&INDEX, [id.into(), person.0.into()]);
}

/// Whose a visit, quote or settlement is.
pub(crate) fn person_of(sql: &mut (impl SqlExt + ?Sized), id: i64) -> Result<Option<PersonId>, Fault> {
    sql.one("SELECT person_id FROM settlement_index WHERE id = $1", &[P::I(id)], |row| Ok(PersonId(row.i64(0)?)))
}

static VISITS: Insert = Insert {
    table: "settlement_visits",
    columns: &[
        ("person_id", Kind::Int),
        ("id", Kind::Int),
        ("institution_id", Kind::Int),
        ("care", Kind::Text),
        ("med_type", Kind::Text),
        ("stage", Kind::Text),
        ("version", Kind::Int),
        ("lines", Kind::Int),
        ("total", Kind::Int),
        ("open_stay", Kind::Int),
        ("began_on", Kind::Int),
        ("ended_on", Kind::Int),
        ("opened_at", Kind::Int),
        ("about", Kind::Bytes),
    ],
    on_conflict: "",
};

fn about_bytes(about: &VisitAbout) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(about).map_err(|error| Fault::from_source(FaultKind::Broken, "writing a visit", error))
}

/// Writes a new visit. A second open stay of the person breaks the key of open stays
/// when the batch is flushed; the verb looked before.
pub(crate) fn insert_visit(tx: &mut Tx<'_>, visit: &Visit) -> Result<(), Fault> {
    let values = [
        visit.person.0.into(),
        visit.id.0.into(),
        visit.institution.0.into(),
        visit.care.name().into(),
        visit.med_type.as_str().into(),
        visit.stage.name().into(),
        visit.version.into(),
        visit.lines.into(),
        visit.total.0.into(),
        visit.open_stay().into(),
        visit.began_on.0.into(),
        visit.ended_on.map_or(0, |day| day.0).into(),
        visit.opened_at.into(),
        about_bytes(&visit.about)?.into(),
    ];
    tx.insert_later(&VISITS, values);
    Ok(())
}

/// Puts the next version of a visit in the place of the one it was made from.
pub(crate) fn put_visit(tx: &mut Tx<'_>, visit: &Visit) -> Result<(), Fault> {
    let about = about_bytes(&visit.about)?;
    let rows = tx.execute(
        "UPDATE settlement_visits SET stage = $4, version = $3 + 1, lines = $5, total = $6, open_stay = $7,
             ended_on = $8, about = $9
         WHERE person_id = $1 AND id = $2 AND version = $3",
        &[
            P::I(visit.person.0),
            P::I(visit.id.0),
            P::I(visit.version),
            P::S(visit.stage.name()),
            P::I(visit.lines),
            P::I(visit.total.0),
            P::opt(visit.open_stay()),
            P::I(visit.ended_on.map_or(0, |day| day.0)),
            P::B(&about),
        ],
    )?;
    if rows == 1 { Ok(()) } else { Err(Fault::new(FaultKind::Conflict, "another change of the visit was first")) }
}

fn read_visit(person: PersonId, row: &Row<'_>) -> Result<Visit, Fault> {
    let id = VisitId(row.i64(0)?);
    let wrong = |column: &str| Fault::broken(format!("settlement_visits.{column} of {id}"));
    Ok(Visit {
        person,
        id,
        institution: InstitutionId(row.i64(1)?),
        care: CareKind::from_name(row.text(2)?).ok_or_else(|| wrong("care"))?,
        med_type: row.text(3)?.to_owned(),
        stage: Stage::from_name(row.text(4)?).ok_or_else(|| wrong("stage"))?,
        version: row.i64(5)?,
        lines: row.i64(6)?,
        total: Fen(row.i64(7)?),
        began_on: Day(row.i64(8)?),
        ended_on: Some(row.i64(9)?).filter(|day| *day != 0).map(Day),
        opened_at: row.i64(10)?,
        about: serde_json::from_slice(row.bytes(11)?)
            .map_err(|error| Fault::from_source(FaultKind::Broken, "reading settlement_visits.about", error))?,
    })
}

pub(crate) fn visit(sql: &mut (impl SqlExt + ?Sized), person: PersonId, id: VisitId) -> Result<Option<Visit>, Fault> {
    sql.one(
        "SELECT id, institution_id, care, med_type, stage, version, lines, total, began_on, ended_on, opened_at, about
         FROM settlement_visits WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id.0)],
        |row| read_visit(person, row),
    )
}

/// The newest visits of a person.
pub(crate) fn visits(sql: &mut (impl SqlExt + ?Sized), person: PersonId, limit: i64) -> Result<Vec<Visit>, Fault> {
    sql.all(
        "SELECT id, institution_id, care, med_type, stage, version, lines, total, began_on, ended_on, opened_at, about
         FROM settlement_visits WHERE person_id = $1 ORDER BY id DESC LIMIT $2",
        &[P::I(person.0), P::I(limit)],
        |row| read_visit(person, row),
    )
}

/// Where a person's open stay is.
pub(crate) fn open_stay(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Option<VisitId>, Fault> {
    sql.one("SELECT id FROM settlement_visits WHERE person_id = $1 AND open_stay = $1", &[P::I(person.0)], |row| {
        Ok(VisitId(row.i64(0)?))
    })
}

static FEES: Insert = Insert {
    table: "settlement_fees",
    columns: &[
        ("person_id", Kind::Int),
        ("visit_id", Kind::Int),
        ("seq", Kind::Int),
        ("batch", Kind::Text),
        ("settlement_id", Kind::Int),
        ("lines", Kind::Int),
        ("total", Kind::Int),
        ("at", Kind::Int),
        ("body", Kind::Bytes),
    ],
    on_conflict: "",
};

/// An upload of lines.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) seq: i64,
    pub(crate) batch: String,
    /// What settled it; 0 open, -1 taken back.
    pub(crate) settlement: i64,
    pub(crate) total: Fen,
    pub(crate) lines: Vec<Line>,
}

/// An upload that was taken back.
pub(crate) const TAKEN_BACK: i64 = -1;

pub(crate) fn insert_upload(tx: &mut Tx<'_>, person: PersonId, visit: VisitId, upload: &Upload) -> Result<(), Fault> {
    let body = serde_json::to_vec(&upload.lines)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing fee lines", error))?;
    let now = tx.now();
    let values = [
        person.0.into(),
        visit.0.into(),
        upload.seq.into(),
        upload.batch.as_str().into(),
        upload.settlement.into(),
        i64::try_from(upload.lines.len()).unwrap_or(i64::MAX).into(),
        upload.total.0.into(),
        now.into(),
        body.into(),
    ];
    tx.insert_later(&FEES, values);
    Ok(())
}

/// Uploads of a visit at most.
const UPLOADS_MAX: i64 = 20_000;

/// All uploads of a visit, in order.
pub(crate) fn uploads(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    visit: VisitId,
) -> Result<Vec<Upload>, Fault> {
    sql.all(
        "SELECT seq, batch, settlement_id, total, body FROM settlement_fees
         WHERE person_id = $1 AND visit_id = $2 ORDER BY seq LIMIT $3",
        &[P::I(person.0), P::I(visit.0), P::I(UPLOADS_MAX)],
        |row| {
            Ok(Upload {
                seq: row.i64(0)?,
                batch: row.text(1)?.to_owned(),
                settlement: row.i64(2)?,
                total: Fen(row.i64(3)?),
                lines: serde_json::from_slice(row.bytes(4)?)
                    .map_err(|error| Fault::from_source(FaultKind::Broken, "reading settlement_fees.body", error))?,
            })
        },
    )
}

/// Moves uploads of a visit from one owner (0 open, a settlement) to another.
pub(crate) fn move_uploads(
    tx: &mut Tx<'_>,
    person: PersonId,
    visit: VisitId,
    from: i64,
    to: i64,
) -> Result<u64, Fault> {
    tx.execute(
        "UPDATE settlement_fees SET settlement_id = $4 WHERE person_id = $1 AND visit_id = $2 AND settlement_id = $3",
        &[P::I(person.0), P::I(visit.0), P::I(from), P::I(to)],
    )
}

static QUOTES: Insert = Insert {
    table: "settlement_quotes",
    columns: &[
        ("person_id", Kind::Int),
        ("id", Kind::Int),
        ("visit_id", Kind::Int),
        ("visit_version", Kind::Int),
        ("year_version", Kind::Int),
        ("plan_id", Kind::Int),
        ("use_account", Kind::Int),
        ("account", Kind::Int),
        ("mutual", Kind::Int),
        ("cash", Kind::Int),
        ("at", Kind::Int),
        ("expires_at", Kind::Int),
    ],
    on_conflict: "",
};

/// A quote as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QuoteRow {
    pub(crate) id: QuoteId,
    pub(crate) visit: VisitId,
    pub(crate) visit_version: i64,
    pub(crate) year_version: i64,
    pub(crate) plan: i64,
    pub(crate) use_account: bool,
    pub(crate) account: Fen,
    pub(crate) mutual: Fen,
    pub(crate) cash: Fen,
    pub(crate) expires_at: i64,
}

pub(crate) fn insert_quote(tx: &mut Tx<'_>, person: PersonId, quote: &QuoteRow) {
    let now = tx.now();
    let values = [
        person.0.into(),
        quote.id.0.into(),
        quote.visit.0.into(),
        quote.visit_version.into(),
        quote.year_version.into(),
        quote.plan.into(),
        i64::from(quote.use_account).into(),
        quote.account.0.into(),
        quote.mutual.0.into(),
        quote.cash.0.into(),
        now.into(),
        quote.expires_at.into(),
    ];
    tx.insert_later(&QUOTES, values);
}

pub(crate) fn quote(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    id: QuoteId,
) -> Result<Option<QuoteRow>, Fault> {
    sql.one(
        "SELECT visit_id, visit_version, year_version, plan_id, use_account, account, mutual, cash, expires_at
         FROM settlement_quotes WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id.0)],
        |row| {
            Ok(QuoteRow {
                id,
                visit: VisitId(row.i64(0)?),
                visit_version: row.i64(1)?,
                year_version: row.i64(2)?,
                plan: row.i64(3)?,
                use_account: row.i64(4)? != 0,
                account: Fen(row.i64(5)?),
                mutual: Fen(row.i64(6)?),
                cash: Fen(row.i64(7)?),
                expires_at: row.i64(8)?,
            })
        },
    )
}

/// Takes away quotes that expired before an instant; they promise nothing.
pub(crate) fn forget_quotes(tx: &mut Tx<'_>, person: PersonId, before: i64) -> Result<u64, Fault> {
    tx.execute(
        "DELETE FROM settlement_quotes WHERE person_id = $1 AND expires_at < $2",
        &[P::I(person.0), P::I(before)],
    )
}

static TASKS: Insert = Insert {
    table: "settlement_tasks",
    columns: &[
        ("person_id", Kind::Int),
        ("id", Kind::Int),
        ("kind", Kind::Text),
        ("settlement_id", Kind::Int),
        ("cause_id", Kind::Int),
        ("amount", Kind::Int),
        ("at", Kind::Int),
        ("done_at", Kind::Int),
    ],
    on_conflict: "",
};

/// Something an office must look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Whose.
    pub person: PersonId,
    /// Its number.
    pub id: i64,
    /// `readjudicate` or `overpaid`.
    pub kind: String,
    /// What to look at.
    pub settlement: SettlementId,
    /// Because of what.
    pub cause: SettlementId,
    /// Fen in question; nothing when it was not computed.
    pub amount: Fen,
    /// When it was made, microseconds UTC.
    pub at: i64,
}

pub(crate) fn insert_task(
    tx: &mut Tx<'_>,
    person: PersonId,
    kind: &str,
    settlement: SettlementId,
    cause: SettlementId,
    amount: Fen,
) {
    let (now, id) = (tx.now(), tx.new_id());
    let values = [
        person.0.into(),
        id.into(),
        kind.into(),
        settlement.0.into(),
        cause.0.into(),
        amount.0.into(),
        now.into(),
        0.into(),
    ];
    tx.insert_later(&TASKS, values);
}

/// Open tasks, oldest first.
pub(crate) fn tasks(sql: &mut (impl SqlExt + ?Sized), limit: i64) -> Result<Vec<Task>, Fault> {
    sql.all(
        "SELECT person_id, id, kind, settlement_id, cause_id, amount, at FROM settlement_tasks
         WHERE done_at = 0 ORDER BY id LIMIT $1",
        &[P::I(limit)],
        |row| {
            Ok(Task {
                person: PersonId(row.i64(0)?),
                id: row.i64(1)?,
                kind: row.text(2)?.to_owned(),
                settlement: SettlementId(row.i64(3)?),
                cause: SettlementId(row.i64(4)?),
                amount: Fen(row.i64(5)?),
                at: row.i64(6)?,
            })
        },
    )
}

/// Ends a task; false when there is none open of that number.
pub(crate) fn end_task(tx: &mut Tx<'_>, person: PersonId, id: i64) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "UPDATE settlement_tasks SET done_at = $3 WHERE person_id = $1 AND id = $2 AND done_at = 0",
        &[P::I(person.0), P::I(id), P::I(now)],
    )?;
    Ok(rows == 1)
}
