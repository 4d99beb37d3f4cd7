//! Numbers of other cards, as keyed digests.

use ::store::{P, SqlExt, Tx};
use kernel::{CardId, Fault, PersonId};

/// What stands for a card's number.
pub(crate) type Digest = [u8; 16];

/// Binds a number to a card; false when it leads to another card already.
pub(crate) fn bind(tx: &mut Tx<'_>, digest: &Digest, person: PersonId, card: CardId) -> Result<bool, Fault> {
    let rows = tx.execute(
        "INSERT INTO credentials_numbers (digest, person_id, card_id) VALUES ($1, $2, $3)
         ON CONFLICT (digest) DO NOTHING",
        &[P::B(digest), P::I(person.0), P::I(card.0)],
    )?;
    Ok(rows == 1)
}

/// The card a number leads to.
pub(crate) fn find(sql: &mut (impl SqlExt + ?Sized), digest: &Digest) -> Result<Option<(PersonId, CardId)>, Fault> {
    sql.one("SELECT person_id, card_id FROM credentials_numbers WHERE digest = $1", &[P::B(digest)], |row| {
        Ok((PersonId(row.i64(0)?), CardId(row.i64(1)?)))
    })
}

/// Frees the numbers of a card that ended: another card may have them.
pub(crate) fn free(tx: &mut Tx<'_>, card: CardId) -> Result<(), Fault> {
    tx.execute("DELETE FROM credentials_numbers WHERE card_id = $1", &[P::I(card.0)]).map(drop)
}
