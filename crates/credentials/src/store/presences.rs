//! Scans that proved presence.

use crate::present::Presence;
use crate::rules::carrier::{Carrier, Level};
use ::store::{Insert, Kind, P, Row, Sql as _, SqlExt, Tx};
use kernel::{Actor, CardId, Fault, GrantId, InstitutionId, PersonId, PresenceId, Purpose};

static PRESENCES: Insert = Insert {
    table: "credentials_presences",
    columns: &[
        ("person_id", Kind::Int),
        ("id", Kind::Int),
        ("card_id", Kind::Int),
        ("institution_id", Kind::Int),
        ("actor_id", Kind::Int),
        ("purpose", Kind::Text),
        ("place", Kind::Text),
        ("proved_at", Kind::Int),
        ("expires_at", Kind::Int),
        ("carrier", Kind::Text),
        ("level", Kind::Int),
        ("holder_id", Kind::Int),
        ("mandate_id", Kind::Int),
        ("grant_id", Kind::Int),
    ],
    on_conflict: "",
};

pub(crate) fn insert(tx: &mut Tx<'_>, presence: &Presence, card: CardId, actor: &Actor, place: &str) {
    let values = [
        presence.person.0.into(),
        presence.id.0.into(),
        card.0.into(),
        presence.institution.0.into(),
        actor.id.0.into(),
        presence.purpose.code.into(),
        place.into(),
        presence.proved_at.into(),
        presence.expires_at.into(),
        presence.carrier.name().into(),
        i64::from(presence.level.0).into(),
        presence.holder.map_or(0, |holder| holder.0).into(),
        presence.mandate.into(),
        presence.grant.as_ref().map_or(0, |grant| grant.id.0).into(),
    ];
    tx.insert_later(&PRESENCES, values);
}

/// A presence as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: PresenceId,
    /// Where.
    pub institution: InstitutionId,
    /// For what.
    pub purpose: Purpose,
    /// Room, window or terminal.
    pub place: String,
    /// When, microseconds UTC.
    pub proved_at: i64,
    /// Proves nothing from here on, microseconds UTC.
    pub expires_at: i64,
    /// What was shown.
    pub carrier: Carrier,
    /// How sure.
    pub level: Level,
    /// Who showed it in the person's stead.
    pub holder: Option<PersonId>,
    /// The grant that it opened.
    pub grant: Option<GrantId>,
    /// When the person ended it, microseconds UTC.
    pub ended_at: Option<i64>,
}

fn read(row: &Row<'_>) -> Result<Kept, Fault> {
    let id = PresenceId(row.i64(0)?);
    let broken = |column: &str| Fault::broken(format!("credentials_presences.{column} of {id} cannot be"));
    let (holder, grant) = (row.i64(8)?, row.i64(9)?);
    Ok(Kept {
        id,
        institution: InstitutionId(row.i64(1)?),
        purpose: Purpose::known(row.text(2)?).ok_or_else(|| broken("purpose"))?,
        place: row.text(3)?.to_owned(),
        proved_at: row.i64(4)?,
        expires_at: row.i64(5)?,
        carrier: Carrier::from_name(row.text(6)?).ok_or_else(|| broken("carrier"))?,
        level: Level(u8::try_from(row.i64(7)?).map_err(|_wrong| broken("level"))?),
        holder: (holder != 0).then_some(PersonId(holder)),
        grant: (grant != 0).then_some(GrantId(grant)),
        ended_at: row.opt_i64(10)?,
    })
}

/// One presence of a person.
pub(crate) fn one(sql: &mut (impl SqlExt + ?Sized), person: PersonId, id: PresenceId) -> Result<Option<Kept>, Fault> {
    sql.one(
        "SELECT id, institution_id, purpose, place, proved_at, expires_at, carrier, level, holder_id, grant_id,
             ended_at
         FROM credentials_presences WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id.0)],
        read,
    )
}

/// Presences listed at most.
pub(crate) const LISTED_MAX: i64 = 50;

/// The presences of a person since an instant, newest first.
pub(crate) fn since(sql: &mut (impl SqlExt + ?Sized), person: PersonId, at: i64) -> Result<Vec<Kept>, Fault> {
    sql.all(
        "SELECT id, institution_id, purpose, place, proved_at, expires_at, carrier, level, holder_id, grant_id,
             ended_at
         FROM credentials_presences WHERE person_id = $1 AND proved_at >= $2 ORDER BY id DESC LIMIT $3",
        &[P::I(person.0), P::I(at), P::I(LISTED_MAX)],
        read,
    )
}

/// Ends a presence; false when it had ended or does not exist.
pub(crate) fn end(tx: &mut Tx<'_>, person: PersonId, id: PresenceId) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "UPDATE credentials_presences SET ended_at = $3 WHERE person_id = $1 AND id = $2 AND ended_at IS NULL",
        &[P::I(person.0), P::I(id.0), P::I(now)],
    )?;
    Ok(rows == 1)
}
