//! What was given out for checking without a network, and what terminals accepted.

use ::store::{P, Row, Sql as _, SqlExt, Tx};
use kernel::{ActorId, CardId, Fault, InstitutionId, PersonId, Purpose};
use keys::Kid;

/// What a credential or printed code carries as its name.
pub(crate) type Number = [u8; 16];

/// Something that was given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slip {
    pub(crate) number: Number,
    pub(crate) kid: Kid,
    pub(crate) person: PersonId,
    pub(crate) card: CardId,
    /// The device it is on; the card itself for paper.
    pub(crate) minter: i64,
    /// Microseconds UTC.
    pub(crate) expires_at: i64,
}

pub(crate) fn insert_slip(tx: &mut Tx<'_>, slip: &Slip) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO credentials_slips (number, kid, person_id, card_id, minter_id, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            P::B(&slip.number),
            P::B(&slip.kid.0),
            P::I(slip.person.0),
            P::I(slip.card.0),
            P::I(slip.minter),
            P::I(slip.expires_at),
        ],
    )
    .map(drop)
}

fn read(row: &Row<'_>) -> Result<Slip, Fault> {
    let wrong = |column: &str| Fault::broken(format!("credentials_slips.{column} has a wrong length"));
    Ok(Slip {
        number: row.bytes(0)?.try_into().map_err(|_length| wrong("number"))?,
        kid: Kid(row.bytes(1)?.try_into().map_err(|_length| wrong("kid"))?),
        person: PersonId(row.i64(2)?),
        card: CardId(row.i64(3)?),
        minter: row.i64(4)?,
        expires_at: row.i64(5)?,
    })
}

pub(crate) fn slip(sql: &mut (impl SqlExt + ?Sized), number: &Number) -> Result<Option<Slip>, Fault> {
    sql.one(
        "SELECT number, kid, person_id, card_id, minter_id, expires_at FROM credentials_slips WHERE number = $1",
        &[P::B(number)],
        read,
    )
}

/// Revoked slips listed at most: beyond it a region needs shards of its own node.
const REVOKED_MAX: i64 = 1_000_000;

/// What was given out, has not run out, and must not be believed any more.
pub(crate) fn revoked_slips(sql: &mut (impl SqlExt + ?Sized)) -> Result<Vec<Slip>, Fault> {
    let now = sql.now();
    sql.all(
        "SELECT s.number, s.kid, s.person_id, s.card_id, s.minter_id, s.expires_at
         FROM credentials_slips s
         JOIN credentials_cards c ON c.person_id = s.person_id AND c.id = s.card_id
         LEFT JOIN credentials_minters m ON m.id = s.minter_id
         WHERE s.expires_at > $1 AND (c.state <> 'active' OR m.removed_at IS NOT NULL)
         ORDER BY s.number LIMIT $2",
        &[P::I(now), P::I(REVOKED_MAX)],
        read,
    )
}

/// Forgets what ran out more than thirty days ago: terminals tell late.
pub(crate) fn forget_slips(tx: &mut Tx<'_>) -> Result<u64, Fault> {
    let before = tx.now() - 30 * kernel::time::DAY;
    tx.execute(
        "DELETE FROM credentials_slips WHERE number IN (
             SELECT number FROM credentials_slips WHERE expires_at < $1 LIMIT 5000)",
        &[P::I(before)],
    )
}

/// Something a terminal accepted without a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) number: Number,
    pub(crate) step: i64,
    pub(crate) actor: ActorId,
    /// The terminal's clock, microseconds UTC.
    pub(crate) at: i64,
    pub(crate) person: PersonId,
    pub(crate) institution: InstitutionId,
    pub(crate) purpose: Purpose,
}

/// Keeps an acceptance; false when the same was told before.
pub(crate) fn insert(tx: &mut Tx<'_>, one: &Accepted) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "INSERT INTO credentials_offline (number, step, actor_id, accepted_at, person_id, institution_id, purpose,
             told_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (number, step, actor_id, accepted_at) DO NOTHING",
        &[
            P::B(&one.number),
            P::I(one.step),
            P::I(one.actor.0),
            P::I(one.at),
            P::I(one.person.0),
            P::I(one.institution.0),
            P::S(one.purpose.code),
            P::I(now),
        ],
    )?;
    Ok(rows == 1)
}

/// How many acceptances of one code are kept.
pub(crate) fn count(sql: &mut (impl SqlExt + ?Sized), number: &Number, step: i64) -> Result<i64, Fault> {
    let found = sql.one(
        "SELECT COUNT(*) FROM credentials_offline WHERE number = $1 AND step = $2",
        &[P::B(number), P::I(step)],
        |row| row.i64(0),
    )?;
    Ok(found.unwrap_or(0))
}
