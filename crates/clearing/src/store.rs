//! Every statement on the tables of clearing: comparisons and findings; payouts have a
//! part of their own.

pub(crate) mod payouts;

use crate::reconcile::{FindingStage, Kept, Task};
use crate::rules::row::{Cause, Finding, Scope, Span};
use ::store::{Insert, Kind, P, Row, SqlExt, Tx};
use kernel::{ActorId, Fault, FaultKind, InstitutionId, TaskId};
use serde::Serialize;

/// Comparisons listed at once.
const LISTED_MAX: i64 = 200;
/// Findings read at once: as many as a comparison can hold.
const FINDINGS_MAX: i64 = 400_000;

fn json(value: &impl Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(value).map_err(|error| Fault::from_source(FaultKind::Broken, "writing JSON of clearing", error))
}

/// The text of a unit variant.
fn word(cause: Cause) -> String {
    serde_json::to_string(&cause).unwrap_or_default().trim_matches('"').to_owned()
}

/// Adds a comparison. Written at once: the next of the same batch must find it.
pub(crate) fn insert_task(tx: &mut Tx<'_>, task: &Task, by: ActorId) -> Result<(), Fault> {
    let totals = json(&task.totals)?;
    tx.execute(
        "INSERT INTO clearing_tasks (institution_id, id, from_at, until_at, stage, superseded_by, balanced, digest,
             totals, made_at, made_by)
         VALUES ($1, $2, $3, $4, 1, 0, $5, $6, $7, $8, $9)",
        &[
            P::I(task.institution.0),
            P::I(task.id.0),
            P::I(task.span.from),
            P::I(task.span.until),
            P::I(i64::from(task.balanced)),
            P::B(&task.digest),
            P::B(&totals),
            P::I(task.made_at),
            P::I(by.0),
        ],
    )
    .map(drop)
}

static FINDINGS: Insert = Insert {
    table: "clearing_findings",
    columns: &[
        ("institution_id", Kind::Int),
        ("task_id", Kind::Int),
        ("ordinal", Kind::Int),
        ("stage", Kind::Int),
        ("cause", Kind::Text),
        ("body", Kind::Bytes),
        ("match_key", Kind::Text),
        ("note", Kind::Text),
        ("acted_by", Kind::Int),
        ("acted_at", Kind::Int),
    ],
    on_conflict: "",
};

/// Adds a finding.
pub(crate) fn insert_finding(tx: &mut Tx<'_>, task: &Task, ordinal: i64, finding: &Finding) -> Result<(), Fault> {
    let body = json(finding)?;
    tx.insert_later(
        &FINDINGS,
        [
            task.institution.0.into(),
            task.id.0.into(),
            ordinal.into(),
            FindingStage::Open.code().into(),
            word(finding.cause).into(),
            body.into(),
            finding.key.as_str().into(),
            "".into(),
            0.into(),
            ::store::Val::Null,
        ],
    );
    Ok(())
}

fn read_task(row: &Row<'_>) -> Result<Task, Fault> {
    let id = TaskId(row.i64(1)?);
    let wrong = |column: &str| Fault::broken(format!("clearing_tasks.{column} of {id} cannot be"));
    Ok(Task {
        id,
        institution: InstitutionId(row.i64(0)?),
        span: Span { from: row.i64(2)?, until: row.i64(3)? },
        superseded_by: Some(row.i64(4)?).filter(|id| *id != 0).map(TaskId),
        balanced: row.i64(5)? == 1,
        digest: row.bytes(6)?.try_into().map_err(|_wrong| wrong("digest"))?,
        totals: serde_json::from_slice(row.bytes(7)?).map_err(|_bad| wrong("totals"))?,
        made_at: row.i64(8)?,
    })
}

/// The live comparison of a span.
pub(crate) fn live_task(sql: &mut (impl SqlExt + ?Sized), scope: Scope) -> Result<Option<Task>, Fault> {
    sql.one(
        "SELECT institution_id, id, from_at, until_at, superseded_by, balanced, digest, totals, made_at
         FROM clearing_tasks
         WHERE institution_id = $1 AND from_at = $2 AND until_at = $3 AND stage = 1 ORDER BY id DESC LIMIT 1",
        &[P::I(scope.institution.0), P::I(scope.span.from), P::I(scope.span.until)],
        read_task,
    )
}

/// A comparison by its id.
pub(crate) fn task(sql: &mut (impl SqlExt + ?Sized), id: TaskId) -> Result<Option<Task>, Fault> {
    sql.one(
        "SELECT institution_id, id, from_at, until_at, superseded_by, balanced, digest, totals, made_at
         FROM clearing_tasks WHERE id = $1",
        &[P::I(id.0)],
        read_task,
    )
}

/// The newest live comparisons, of one institution or of all, with their open findings.
pub(crate) fn newest(sql: &mut (impl SqlExt + ?Sized), only: Option<InstitutionId>) -> Result<Vec<(Task, i64)>, Fault> {
    let from = only.map_or(i64::MIN, |id| id.0);
    let until = only.map_or(i64::MAX, |id| id.0);
    let tasks = sql.all(
        "SELECT institution_id, id, from_at, until_at, superseded_by, balanced, digest, totals, made_at
         FROM clearing_tasks WHERE stage = 1 AND institution_id BETWEEN $1 AND $2 ORDER BY id DESC LIMIT $3",
        &[P::I(from), P::I(until), P::I(LISTED_MAX)],
        read_task,
    )?;
    let mut found = Vec::with_capacity(tasks.len());
    for task in tasks {
        let open = sql.one(
            "SELECT COUNT(*) FROM clearing_findings WHERE institution_id = $1 AND task_id = $2 AND stage = 1",
            &[P::I(task.institution.0), P::I(task.id.0)],
            |row| row.i64(0),
        )?;
        found.push((task, open.unwrap_or(0)));
    }
    Ok(found)
}

/// Live comparisons of an institution that begin in a span, in order.
pub(crate) fn within(
    sql: &mut (impl SqlExt + ?Sized),
    institution: InstitutionId,
    span: Span,
) -> Result<Vec<Task>, Fault> {
    sql.all(
        "SELECT institution_id, id, from_at, until_at, superseded_by, balanced, digest, totals, made_at
         FROM clearing_tasks
         WHERE institution_id = $1 AND from_at >= $2 AND from_at < $3 AND stage = 1 ORDER BY from_at, id LIMIT $4",
        &[P::I(institution.0), P::I(span.from), P::I(span.until), P::I(LISTED_MAX)],
        read_task,
    )
}

/// A later run takes the place of an earlier one, whose findings are voided.
pub(crate) fn supersede(tx: &mut Tx<'_>, earlier: &Task, by: TaskId) -> Result<(), Fault> {
    tx.execute(
        "UPDATE clearing_tasks SET stage = 2, superseded_by = $3 WHERE institution_id = $1 AND id = $2",
        &[P::I(earlier.institution.0), P::I(earlier.id.0), P::I(by.0)],
    )?;
    tx.execute(
        "UPDATE clearing_findings SET stage = 3 WHERE institution_id = $1 AND task_id = $2",
        &[P::I(earlier.institution.0), P::I(earlier.id.0)],
    )
    .map(drop)
}

/// The findings of a comparison, in its order.
pub(crate) fn findings(
    sql: &mut (impl SqlExt + ?Sized),
    institution: InstitutionId,
    task: TaskId,
) -> Result<Vec<Kept>, Fault> {
    sql.all(
        "SELECT ordinal, stage, body, note, acted_by FROM clearing_findings
         WHERE institution_id = $1 AND task_id = $2 ORDER BY ordinal LIMIT $3",
        &[P::I(institution.0), P::I(task.0), P::I(FINDINGS_MAX)],
        |row| {
            let ordinal = row.i64(0)?;
            let wrong =
                |column: &str| Fault::broken(format!("clearing_findings.{column} of {task} {ordinal} cannot be"));
            Ok(Kept {
                ordinal,
                stage: FindingStage::from_code(row.i64(1)?).ok_or_else(|| wrong("stage"))?,
                finding: serde_json::from_slice(row.bytes(2)?).map_err(|_bad| wrong("body"))?,
                note: row.text(3)?.to_owned(),
                acted_by: Some(row.i64(4)?).filter(|id| *id != 0).map(ActorId),
            })
        },
    )
}

/// Notes what was done about a finding; false when it is voided or not there.
pub(crate) fn act(
    tx: &mut Tx<'_>,
    task: &Task,
    ordinal: i64,
    note: &str,
    (by, at): (ActorId, i64),
) -> Result<bool, Fault> {
    let rows = tx.execute(
        "UPDATE clearing_findings SET stage = 2, note = $4, acted_by = $5, acted_at = $6
         WHERE institution_id = $1 AND task_id = $2 AND ordinal = $3 AND stage IN (1, 2)",
        &[P::I(task.institution.0), P::I(task.id.0), P::I(ordinal), P::S(note), P::I(by.0), P::I(at)],
    )?;
    Ok(rows == 1)
}
