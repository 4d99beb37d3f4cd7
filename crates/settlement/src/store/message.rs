//! What became of messages, and the asks whose outcome is not known yet.

use crate::rules::ask::Stage;
use crate::rules::message::{Done, Known};
use ::store::{Insert, Kind, P, Row, Sql as _, SqlExt, Tx};
use kernel::{ActorId, Fault, InstitutionId, PersonId, SettlementId};

static MESSAGES: Insert = Insert {
    table: "settlement_messages",
    columns: &[
        ("institution_id", Kind::Int),
        ("msgid", Kind::Text),
        ("state", Kind::Int),
        ("verb", Kind::Int),
        ("hash", Kind::Bytes),
        ("person_id", Kind::Int),
        ("object_id", Kind::Int),
        ("at", Kind::Int),
    ],
    on_conflict: "",
};

/// Remembers a message that had its effect. Twins of one batch break the key at the
/// flush; the one that is run again finds the other.
pub(crate) fn insert(tx: &mut Tx<'_>, institution: InstitutionId, msgid: &str, done: &Done) {
    let now = tx.now();
    let values = [
        institution.0.into(),
        msgid.into(),
        Known::Committed(done.clone()).state().into(),
        done.verb.code().into(),
        done.hash.as_slice().into(),
        done.person.0.into(),
        done.object.into(),
        now.into(),
    ];
    tx.insert_later(&MESSAGES, values);
}

pub(crate) fn known(state: i64, verb: i64, hash: &[u8], person: i64, object: i64) -> Result<Known, Fault> {
    let done = || {
        super::settled::done(verb, hash, person, object)
            .ok_or_else(|| Fault::broken("settlement_messages holds no message"))
    };
    match state {
        1 => Ok(Known::Committed(done()?)),
        2 => Ok(Known::Cancelled(done()?)),
        3 => Ok(Known::Tombstone),
        _ => Err(Fault::broken("settlement_messages.state")),
    }
}

pub(crate) fn find(
    sql: &mut (impl SqlExt + ?Sized),
    institution: InstitutionId,
    msgid: &str,
) -> Result<Option<Known>, Fault> {
    sql.one(
        "SELECT state, verb, hash, person_id, object_id FROM settlement_messages WHERE institution_id = $1 AND msgid = $2",
        &[P::I(institution.0), P::S(msgid)],
        |row| known(row.i64(0)?, row.i64(1)?, row.bytes(2)?, row.i64(3)?, row.i64(4)?),
    )
}

/// Messages behind one, in the order of their key, at most `limit`: for a check of all.
pub(crate) fn after(
    sql: &mut (impl SqlExt + ?Sized),
    institution: InstitutionId,
    msgid: &str,
    limit: i64,
) -> Result<Vec<(InstitutionId, String, Known)>, Fault> {
    sql.all(
        "SELECT institution_id, msgid, state, verb, hash, person_id, object_id FROM settlement_messages
         WHERE institution_id > $1 OR (institution_id = $1 AND msgid > $2)
         ORDER BY institution_id, msgid LIMIT $3",
        &[P::I(institution.0), P::S(msgid), P::I(limit)],
        |row| {
            let known = known(row.i64(2)?, row.i64(3)?, row.bytes(4)?, row.i64(5)?, row.i64(6)?)?;
            Ok((InstitutionId(row.i64(0)?), row.text(1)?.to_owned(), known))
        },
    )
}

/// Leaves a tombstone unless the message came; false when it did.
pub(crate) fn tombstone(tx: &mut Tx<'_>, institution: InstitutionId, msgid: &str) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "INSERT INTO settlement_messages (institution_id, msgid, state, verb, hash, person_id, object_id, at)
         VALUES ($1, $2, 3, 0, $3, 0, 0, $4) ON CONFLICT (institution_id, msgid) DO NOTHING",
        &[P::I(institution.0), P::S(msgid), P::B(&[]), P::I(now)],
    )?;
    Ok(rows == 1)
}

/// A message's effect was undone.
pub(crate) fn cancelled(tx: &mut Tx<'_>, institution: InstitutionId, msgid: &str) -> Result<(), Fault> {
    tx.execute(
        "UPDATE settlement_messages SET state = 2 WHERE institution_id = $1 AND msgid = $2 AND state = 1",
        &[P::I(institution.0), P::S(msgid)],
    )
    .map(drop)
}

/// An ask as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskRow {
    /// Who asks.
    pub institution: InstitutionId,
    /// Under which message.
    pub msgid: String,
    /// About whom.
    pub person: PersonId,
    /// Where it stands.
    pub stage: Stage,
    /// Questions asked since.
    pub tries: i64,
    /// Who asked first.
    pub actor: ActorId,
    /// When, microseconds UTC.
    pub asked_at: i64,
    /// Last change.
    pub moved_at: i64,
    /// What was found.
    pub settlement: Option<SettlementId>,
    /// Why it was refused; empty while it is not.
    pub code: String,
    /// What was asked, JSON.
    pub request: Vec<u8>,
}

/// Writes a new ask unless there is one; false when there is.
pub(crate) fn insert_ask(tx: &mut Tx<'_>, ask: &AskRow) -> Result<bool, Fault> {
    let rows = tx.execute(
        "INSERT INTO settlement_asks
             (institution_id, msgid, person_id, stage, tries, actor_id, asked_at, moved_at, settlement_id, code, request)
         VALUES ($1, $2, $3, $4, 0, $5, $6, $6, 0, '', $7) ON CONFLICT (institution_id, msgid) DO NOTHING",
        &[
            P::I(ask.institution.0),
            P::S(&ask.msgid),
            P::I(ask.person.0),
            P::S(ask.stage.name()),
            P::I(ask.actor.0),
            P::I(ask.asked_at),
            P::B(&ask.request),
        ],
    )?;
    Ok(rows == 1)
}

/// Moves an ask on from the stage it was read at; false when somebody was faster.
pub(crate) fn move_ask(tx: &mut Tx<'_>, from: Stage, ask: &AskRow) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "UPDATE settlement_asks SET stage = $4, tries = $5, moved_at = $6, settlement_id = $7, code = $8
         WHERE institution_id = $1 AND msgid = $2 AND stage = $3",
        &[
            P::I(ask.institution.0),
            P::S(&ask.msgid),
            P::S(from.name()),
            P::S(ask.stage.name()),
            P::I(ask.tries),
            P::I(now),
            P::I(ask.settlement.map_or(0, |id| id.0)),
            P::S(&ask.code),
        ],
    )?;
    Ok(rows == 1)
}

fn read_ask(row: &Row<'_>) -> Result<AskRow, Fault> {
    Ok(AskRow {
        institution: InstitutionId(row.i64(0)?),
        msgid: row.text(1)?.to_owned(),
        person: PersonId(row.i64(2)?),
        stage: Stage::from_name(row.text(3)?).ok_or_else(|| Fault::broken("settlement_asks.stage"))?,
        tries: row.i64(4)?,
        actor: ActorId(row.i64(5)?),
        asked_at: row.i64(6)?,
        moved_at: row.i64(7)?,
        settlement: Some(row.i64(8)?).filter(|id| *id != 0).map(SettlementId),
        code: row.text(9)?.to_owned(),
        request: row.bytes(10)?.to_vec(),
    })
}

pub(crate) fn ask(
    sql: &mut (impl SqlExt + ?Sized),
    institution: InstitutionId,
    msgid: &str,
) -> Result<Option<AskRow>, Fault> {
    sql.one(
        "SELECT institution_id, msgid, person_id, stage, tries, actor_id, asked_at, moved_at, settlement_id, code, request
         FROM settlement_asks WHERE institution_id = $1 AND msgid = $2",
        &[P::I(institution.0), P::S(msgid)],
        read_ask,
    )
}

/// Asks at a stage, the longest unmoved first; of one institution, or of all when it
/// is nothing.
pub(crate) fn asks(
    sql: &mut (impl SqlExt + ?Sized),
    stage: Stage,
    institution: Option<InstitutionId>,
    limit: i64,
) -> Result<Vec<AskRow>, Fault> {
    sql.all(
        "SELECT institution_id, msgid, person_id, stage, tries, actor_id, asked_at, moved_at, settlement_id, code, request
         FROM settlement_asks WHERE stage = $1 AND institution_id >= $2 AND institution_id <= $3
         ORDER BY moved_at, institution_id, msgid LIMIT $4",
        &[
            P::S(stage.name()),
            P::I(institution.map_or(i64::MIN, |id| id.0)),
            P::I(institution.map_or(i64::MAX, |id| id.0)),
            P::I(limit),
        ],
        read_ask,
    )
}
