//! Every statement on the tables of credentials, and the region's master key.

use crate::issue::NewCard;
use crate::present::Presence;
use crate::rules::card::{Card, Medium};
use crate::rules::key::KEY_LEN;
use crate::rules::step::Step;
use ::store::{Insert, Kind, P, Row, Sql as _, SqlExt, Tx, fact};
use kernel::{Actor, CardId, Fault, PersonId};

const MASTER_KEY: &str = "credentials.master-key";

fn key(bytes: Vec<u8>) -> Result<[u8; KEY_LEN], Fault> {
    bytes.try_into().map_err(|_wrong| Fault::broken("store_facts: credentials.master-key is not 32 bytes"))
}

pub(crate) fn master_key(sql: &mut (impl SqlExt + ?Sized)) -> Result<Option<[u8; KEY_LEN]>, Fault> {
    fact::find(sql, MASTER_KEY)?.map(key).transpose()
}

/// Makes the key unless somebody was first; answers the one that is kept.
pub(crate) fn make_master_key(tx: &mut Tx<'_>) -> Result<[u8; KEY_LEN], Fault> {
    key(tx.key_fact(MASTER_KEY)?)
}

static CARDS: Insert = Insert {
    table: "credentials_cards",
    columns: &[
        ("person_id", Kind::Int),
        ("id", Kind::Int),
        ("medium", Kind::Text),
        ("label", Kind::Text),
        ("issued_at", Kind::Int),
        ("issued_by", Kind::Int),
        ("institution_id", Kind::Int),
        ("expires_at", Kind::Int),
    ],
    on_conflict: "",
};

static INDEX: Insert = Insert {
    table: "credentials_index",
    columns: &[("card_id", Kind::Int), ("person_id", Kind::Int)],
    on_conflict: "",
};

pub(crate) fn insert_card(tx: &mut Tx<'_>, id: CardId, new: &NewCard<'_>) {
    let now = tx.now();
    let values = [
        new.person.0.into(),
        id.0.into(),
        new.medium.name().into(),
        new.label.into(),
        now.into(),
        new.issuer.map_or(0, |id| id.0).into(),
        new.institution.map_or(0, |id| id.0).into(),
        new.expires_at.into(),
    ];
    tx.insert_later(&CARDS, values);
    tx.insert_later(&INDEX, [id.0.into(), new.person.0.into()]);
}

/// Whose a card is.
pub(crate) fn person_of(sql: &mut (impl SqlExt + ?Sized), card: CardId) -> Result<Option<PersonId>, Fault> {
    sql.one("SELECT person_id FROM credentials_index WHERE card_id = $1", &[P::I(card.0)], |row| {
        Ok(PersonId(row.i64(0)?))
    })
}

fn read_card(person: PersonId, row: &Row<'_>) -> Result<Card, Fault> {
    let id = CardId(row.i64(0)?);
    let medium = Medium::from_name(row.text(1)?)
        .ok_or_else(|| Fault::broken(format!("credentials_cards.medium of {id} is no medium")))?;
    Ok(Card { person, id, medium, revoked_at: row.opt_i64(2)?, expires_at: row.opt_i64(3)? })
}

pub(crate) fn card(sql: &mut (impl SqlExt + ?Sized), person: PersonId, id: CardId) -> Result<Option<Card>, Fault> {
    sql.one(
        "SELECT id, medium, revoked_at, expires_at FROM credentials_cards WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id.0)],
        |row| read_card(person, row),
    )
}

/// The newest live card of a person on a medium.
pub(crate) fn newest_card(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    medium: Medium,
) -> Result<Option<Card>, Fault> {
    let now = sql.now();
    sql.one(
        "SELECT id, medium, revoked_at, expires_at FROM credentials_cards
         WHERE person_id = $1 AND medium = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
         ORDER BY issued_at DESC, id DESC LIMIT 1",
        &[P::I(person.0), P::S(medium.name()), P::I(now)],
        |row| read_card(person, row),
    )
}

/// Ends a card; false when it had ended already or does not exist.
pub(crate) fn revoke(tx: &mut Tx<'_>, person: PersonId, id: CardId) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "UPDATE credentials_cards SET revoked_at = $3 WHERE person_id = $1 AND id = $2 AND revoked_at IS NULL",
        &[P::I(person.0), P::I(id.0), P::I(now)],
    )?;
    Ok(rows == 1)
}

/// Marks a step as used if the card lives and nobody used it before; else false.
/// One statement, at once: the next scan of the same batch must find the mark.
pub(crate) fn use_step(tx: &mut Tx<'_>, person: PersonId, card: CardId, step: Step) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "INSERT INTO credentials_used (person_id, card_id, step, used_at)
         SELECT person_id, id, CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM credentials_cards
         WHERE person_id = $1 AND id = $2 AND revoked_at IS NULL
             AND (expires_at IS NULL OR expires_at > CAST($4 AS BIGINT))
         ON CONFLICT (person_id, card_id, step) DO NOTHING",
        &[P::I(person.0), P::I(card.0), P::I(i64::from(step.0)), P::I(now)],
    )?;
    Ok(rows == 1)
}

/// The last step used between two, both included.
pub(crate) fn last_used(
    sql: &mut (impl SqlExt + ?Sized),
    card: &Card,
    from: Step,
    to: Step,
) -> Result<Option<Step>, Fault> {
    sql.one(
        "SELECT step FROM credentials_used WHERE person_id = $1 AND card_id = $2 AND step BETWEEN $3 AND $4
         ORDER BY step DESC LIMIT 1",
        &[P::I(card.person.0), P::I(card.id.0), P::I(i64::from(from.0)), P::I(i64::from(to.0))],
        |row| {
            let step =
                u32::try_from(row.i64(0)?).map_err(|_wrong| Fault::broken("credentials_used.step is no step"))?;
            Ok(Step(step))
        },
    )
}

/// Takes away marks made before `before`; answers how many.
pub(crate) fn forget_used(tx: &mut Tx<'_>, before: i64) -> Result<u64, Fault> {
    tx.execute("DELETE FROM credentials_used WHERE used_at < $1", &[P::I(before)])
}

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
    ],
    on_conflict: "",
};

pub(crate) fn insert_presence(tx: &mut Tx<'_>, presence: &Presence, card: CardId, actor: &Actor, place: &str) {
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
    ];
    tx.insert_later(&PRESENCES, values);
}
