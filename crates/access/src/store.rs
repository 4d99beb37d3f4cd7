//! Every statement on this crate's tables.

mod sign_in;

pub(crate) use sign_in::*;

use crate::grant::{Basis, GrantRow};
use kernel::{ActorId, ActorKind, Fault, GrantId, InstitutionId, PersonId, PresenceId, Purpose};
use store::{Insert, Kind, P, Row, SqlExt, Tx};

/// An actor as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorRow {
    /// Its id.
    pub id: ActorId,
    /// Its kind.
    pub kind: ActorKind,
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: String,
    /// Its institution.
    pub institution: Option<InstitutionId>,
    /// Department or room.
    pub place: String,
    /// The person a citizen is.
    pub person: Option<PersonId>,
    /// Since when it may do nothing.
    pub disabled_at: Option<i64>,
}

fn actor(row: &Row<'_>) -> Result<ActorRow, Fault> {
    let kind = row.i64(1)?;
    Ok(ActorRow {
        id: ActorId(row.i64(0)?),
        kind: ActorKind::from_code(kind).ok_or_else(|| Fault::broken(format!("access_actors.kind is {kind}")))?,
        name: row.text(2)?.to_owned(),
        role: row.text(3)?.to_owned(),
        institution: row.opt_i64(4)?.map(InstitutionId),
        place: row.text(5)?.to_owned(),
        person: row.opt_i64(6)?.map(PersonId),
        disabled_at: row.opt_i64(7)?,
    })
}

static ACTORS: Insert = Insert {
    table: "access_actors",
    columns: &[
        ("id", Kind::Int),
        ("kind", Kind::Int),
        ("name", Kind::Text),
        ("role", Kind::Text),
        ("institution_id", Kind::Int),
        ("place", Kind::Text),
        ("person_id", Kind::Int),
        ("created_at", Kind::Int),
    ],
    on_conflict: "",
};

pub(crate) fn insert_actor(tx: &mut Tx<'_>, row: &ActorRow) {
    let now = store::Sql::now(tx);
    tx.insert_later(
        &ACTORS,
        [
            row.id.0.into(),
            row.kind.code().into(),
            row.name.as_str().into(),
            row.role.as_str().into(),
            row.institution.map(|id| id.0).into(),
            row.place.as_str().into(),
            row.person.map(|id| id.0).into(),
            now.into(),
        ],
    );
}

pub(crate) fn actor_by_id(sql: &mut (impl SqlExt + ?Sized), id: ActorId) -> Result<Option<ActorRow>, Fault> {
    sql.one(
        "SELECT id, kind, name, role, institution_id, place, person_id, disabled_at FROM access_actors WHERE id = $1",
        &[P::I(id.0)],
        actor,
    )
}

pub(crate) fn actors(sql: &mut (impl SqlExt + ?Sized)) -> Result<Vec<ActorRow>, Fault> {
    sql.all(
        "SELECT id, kind, name, role, institution_id, place, person_id, disabled_at FROM access_actors
         WHERE kind <> 2 ORDER BY id LIMIT 10000",
        &[],
        actor,
    )
}

pub(crate) fn insert_login(tx: &mut Tx<'_>, login: &str, id: ActorId) -> Result<bool, Fault> {
    let added = tx.execute(
        "INSERT INTO access_logins (login, actor_id) VALUES ($1, $2) ON CONFLICT (login) DO NOTHING",
        &[P::S(login), P::I(id.0)],
    )?;
    Ok(added == 1)
}

pub(crate) fn login(sql: &mut (impl SqlExt + ?Sized), login: &str) -> Result<Option<ActorId>, Fault> {
    sql.one("SELECT actor_id FROM access_logins WHERE login = $1", &[P::S(login)], |row| Ok(ActorId(row.i64(0)?)))
}

static TOKENS: Insert = Insert {
    table: "access_tokens",
    columns: &[
        ("digest", Kind::Bytes),
        ("actor_id", Kind::Int),
        ("kind", Kind::Int),
        ("label", Kind::Text),
        ("created_at", Kind::Int),
        ("expires_at", Kind::Int),
    ],
    on_conflict: "",
};

pub(crate) fn insert_token(tx: &mut Tx<'_>, digest: &[u8; 32], id: ActorId, kind: i64, label: &str, expires_at: i64) {
    let now = store::Sql::now(tx);
    tx.insert_later(
        &TOKENS,
        [digest.as_slice().into(), id.0.into(), kind.into(), label.into(), now.into(), expires_at.into()],
    );
}

/// A token that was not taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenRow {
    /// Whom it signs in.
    pub(crate) actor: ActorId,
    /// Until when, microseconds UTC.
    pub(crate) expires_at: i64,
    /// 1 bearer, 2 session.
    pub(crate) kind: i64,
    /// What it is for.
    pub(crate) label: String,
}

pub(crate) fn token(sql: &mut (impl SqlExt + ?Sized), digest: &[u8; 32]) -> Result<Option<TokenRow>, Fault> {
    sql.one(
        "SELECT actor_id, expires_at, kind, label FROM access_tokens WHERE digest = $1 AND revoked_at IS NULL",
        &[P::B(digest)],
        |row| {
            Ok(TokenRow {
                actor: ActorId(row.i64(0)?),
                expires_at: row.i64(1)?,
                kind: row.i64(2)?,
                label: row.text(3)?.to_owned(),
            })
        },
    )
}

pub(crate) fn revoke_token(tx: &mut Tx<'_>, digest: &[u8; 32]) -> Result<bool, Fault> {
    let now = store::Sql::now(tx);
    let changed = tx.execute(
        "UPDATE access_tokens SET revoked_at = $2 WHERE digest = $1 AND revoked_at IS NULL",
        &[P::B(digest), P::I(now)],
    )?;
    Ok(changed == 1)
}

static GRANTS: Insert = Insert {
    table: "access_grants",
    columns: &[
        ("person_id", Kind::Int),
        ("id", Kind::Int),
        ("institution_id", Kind::Int),
        ("actor_id", Kind::Int),
        ("purpose", Kind::Text),
        ("basis", Kind::Int),
        ("basis_id", Kind::Int),
        ("opened_at", Kind::Int),
        ("until_at", Kind::Int),
    ],
    on_conflict: "",
};

pub(crate) fn insert_grant(tx: &mut Tx<'_>, row: &GrantRow) {
    tx.insert_later(
        &GRANTS,
        [
            row.person.0.into(),
            row.id.0.into(),
            row.institution.0.into(),
            row.actor.0.into(),
            row.purpose.code.into(),
            row.basis.code().into(),
            row.basis.id().into(),
            row.opened_at.into(),
            row.until_at.into(),
        ],
    );
}

fn grant(row: &Row<'_>) -> Result<GrantRow, Fault> {
    let purpose = row.text(4)?;
    Ok(GrantRow {
        person: PersonId(row.i64(0)?),
        id: GrantId(row.i64(1)?),
        institution: InstitutionId(row.i64(2)?),
        actor: ActorId(row.i64(3)?),
        purpose: Purpose::known(purpose).ok_or_else(|| Fault::broken(format!("access_grants.purpose is {purpose}")))?,
        basis: Basis::Presence(PresenceId(row.i64(5)?)),
        opened_at: row.i64(6)?,
        until_at: row.i64(7)?,
    })
}

/// Grants on a person that are open at `at`, newest first.
pub(crate) fn open_grants(sql: &mut (impl SqlExt + ?Sized), person: PersonId, at: i64) -> Result<Vec<GrantRow>, Fault> {
    sql.all(
        "SELECT person_id, id, institution_id, actor_id, purpose, basis_id, opened_at, until_at FROM access_grants
         WHERE person_id = $1 AND ended_at IS NULL AND until_at > $2 ORDER BY id DESC LIMIT 100",
        &[P::I(person.0), P::I(at)],
        grant,
    )
}

/// Ends a grant; false when it is not open.
pub(crate) fn end_grant(tx: &mut Tx<'_>, person: PersonId, id: GrantId) -> Result<bool, Fault> {
    let now = store::Sql::now(tx);
    let changed = tx.execute(
        "UPDATE access_grants SET ended_at = $3 WHERE person_id = $1 AND id = $2 AND ended_at IS NULL AND until_at > $3",
        &[P::I(person.0), P::I(id.0), P::I(now)],
    )?;
    Ok(changed == 1)
}

/// A look at somebody's data, as the trail holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookRow {
    /// Place in the trail: lane and sequence.
    pub place: (i64, i64),
    /// When, microseconds UTC.
    pub at: i64,
    /// Kind of event.
    pub name: i64,
    /// Who.
    pub actor: ActorId,
    /// For which institution; 0 for nobody.
    pub institution: InstitutionId,
    /// Under which leave; 0 when it needs none.
    pub grant: GrantId,
    /// Five digits, or empty.
    pub purpose: String,
    /// What was looked at.
    pub object: String,
}

/// Kinds of events that one read of the trail can be asked for.
const NAMES_MAX: usize = 48;

/// Events about a person of the kinds `names`, newest first, before `before`. Other
/// kinds do not count against `limit`: however many there are, they hide no look.
pub(crate) fn events(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    names: &[i64],
    before: i64,
    limit: i64,
) -> Result<Vec<LookRow>, Fault> {
    if names.len() > NAMES_MAX {
        return Err(Fault::broken(format!("{} kinds of looks; store::events takes {NAMES_MAX}", names.len())));
    }
    let mut params = vec![P::I(person.0), P::I(before), P::I(limit)];
    // No event has the number -1.
    params.extend((0..NAMES_MAX).map(|at| P::I(names.get(at).copied().unwrap_or(-1))));
    sql.all(
        "SELECT lane, seq, at, name, actor_id, institution_id, grant_id, purpose, object FROM store_events
         WHERE person_id = $1 AND at < $2
             AND name IN (
                 $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
                 $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35,
                 $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51)
         ORDER BY at DESC, lane, seq DESC LIMIT $3",
        &params,
        |row| {
            Ok(LookRow {
                place: (row.i64(0)?, row.i64(1)?),
                at: row.i64(2)?,
                name: row.i64(3)?,
                actor: ActorId(row.i64(4)?),
                institution: InstitutionId(row.i64(5)?),
                grant: GrantId(row.i64(6)?),
                purpose: row.text(7)?.to_owned(),
                object: row.text(8)?.to_owned(),
            })
        },
    )
}
