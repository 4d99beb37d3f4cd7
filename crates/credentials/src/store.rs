//! Every statement on the tables of credentials, parted by noun: [`marks`],
//! [`presences`], [`devices`], [`mandates`], [`numbers`], [`offline`]; cards and
//! what mints codes stand here.

pub(crate) mod devices;
pub(crate) mod mandates;
pub(crate) mod marks;
pub(crate) mod numbers;
pub(crate) mod offline;
pub(crate) mod presences;

use crate::issue::{NewCard, Standing};
use crate::rules::card::{Card, Medium, Proof, State};
use ::store::{Insert, Kind, P, Row, Sql as _, SqlExt, Tx};
use kernel::{CardId, Fault, PersonId};
use std::collections::HashMap;

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
        ("state", Kind::Text),
        ("proof", Kind::Int),
        ("mandate_id", Kind::Int),
    ],
    on_conflict: "",
};

static MINTERS: Insert = Insert {
    table: "credentials_minters",
    columns: &[("id", Kind::Int), ("person_id", Kind::Int), ("card_id", Kind::Int)],
    on_conflict: "",
};

pub(crate) fn insert_card(tx: &mut Tx<'_>, id: CardId, new: &NewCard<'_>, standing: Standing) {
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
        standing.state.name().into(),
        standing.proof.code().into(),
        standing.mandate.into(),
    ];
    tx.insert_later(&CARDS, values);
    insert_minter(tx, id.0, new.person, id);
}

/// Makes a number mint codes of a person's card.
pub(crate) fn insert_minter(tx: &mut Tx<'_>, minter: i64, person: PersonId, card: CardId) {
    tx.insert_later(&MINTERS, [minter.into(), person.0.into(), card.0.into()]);
}

/// Ends what a minter mints; false when it had ended.
pub(crate) fn remove_minter(tx: &mut Tx<'_>, minter: i64) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "UPDATE credentials_minters SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL",
        &[P::I(minter), P::I(now)],
    )?;
    Ok(rows == 1)
}

/// Whose a card is.
pub(crate) fn person_of(sql: &mut (impl SqlExt + ?Sized), card: CardId) -> Result<Option<PersonId>, Fault> {
    sql.one("SELECT person_id FROM credentials_minters WHERE id = $1 AND card_id = $1", &[P::I(card.0)], |row| {
        Ok(PersonId(row.i64(0)?))
    })
}

/// Reads a card whose columns begin at `from`: id, medium, label, state, proof,
/// issued_at, expires_at, mandate_id.
fn read_card(person: PersonId, row: &Row<'_>, from: usize) -> Result<Card, Fault> {
    let id = CardId(row.i64(from)?);
    let broken = |column: &str| Fault::broken(format!("credentials_cards.{column} of {id} cannot be"));
    Ok(Card {
        person,
        id,
        medium: Medium::from_name(row.text(from + 1)?).ok_or_else(|| broken("medium"))?,
        label: row.text(from + 2)?.to_owned(),
        state: State::from_name(row.text(from + 3)?).ok_or_else(|| broken("state"))?,
        proof: Proof::from_code(row.i64(from + 4)?).ok_or_else(|| broken("proof"))?,
        issued_at: row.i64(from + 5)?,
        expires_at: row.opt_i64(from + 6)?,
        mandate: row.i64(from + 7)?,
    })
}

/// What a minter shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Minted {
    pub(crate) card: Card,
    /// Whether the minter itself was taken away.
    pub(crate) removed: bool,
}

/// Reads a minter's person_id and removed_at, then its card, from column `from` on.
fn read_minted(row: &Row<'_>, from: usize) -> Result<Minted, Fault> {
    let person = PersonId(row.i64(from)?);
    Ok(Minted { card: read_card(person, row, from + 2)?, removed: row.opt_i64(from + 1)?.is_some() })
}

/// The card a minter shows.
pub(crate) fn minted(sql: &mut (impl SqlExt + ?Sized), minter: i64) -> Result<Option<Minted>, Fault> {
    sql.one(
        "SELECT m.person_id, m.removed_at, c.id, c.medium, c.label, c.state, c.proof, c.issued_at, c.expires_at,
             c.mandate_id
         FROM credentials_minters m
         JOIN credentials_cards c ON c.person_id = m.person_id AND c.id = m.card_id
         WHERE m.id = $1",
        &[P::I(minter)],
        |row| read_minted(row, 0),
    )
}

/// The cards that several minters show, by minter.
pub(crate) fn minted_of(sql: &mut (impl SqlExt + ?Sized), minters: &[i64]) -> Result<HashMap<i64, Minted>, Fault> {
    let mut found = HashMap::with_capacity(minters.len());
    sql.rows(
        "SELECT m.id, m.person_id, m.removed_at, c.id, c.medium, c.label, c.state, c.proof, c.issued_at,
             c.expires_at, c.mandate_id
         FROM credentials_minters m
         JOIN credentials_cards c ON c.person_id = m.person_id AND c.id = m.card_id
         WHERE m.id = ANY($1)",
        &[P::Many(minters)],
        &mut |row| {
            found.insert(row.i64(0)?, read_minted(row, 1)?);
            Ok(())
        },
    )?;
    Ok(found)
}

/// Minters read as stand-ins at most.
const STAND_INS: i64 = 256;

/// Some minters of cards, for look-ups that must cost what one of a card costs.
pub(crate) fn some_minters(sql: &mut (impl SqlExt + ?Sized)) -> Result<Vec<i64>, Fault> {
    sql.all("SELECT id FROM credentials_minters ORDER BY id LIMIT $1", &[P::I(STAND_INS)], |row| row.i64(0))
}

pub(crate) fn card(sql: &mut (impl SqlExt + ?Sized), person: PersonId, id: CardId) -> Result<Option<Card>, Fault> {
    sql.one(
        "SELECT id, medium, label, state, proof, issued_at, expires_at, mandate_id FROM credentials_cards
         WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id.0)],
        |row| read_card(person, row, 0),
    )
}

/// Cards of one person listed at most.
pub(crate) const CARDS_MAX: i64 = 100;

/// The cards of a person, newest first.
pub(crate) fn cards(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Vec<Card>, Fault> {
    sql.all(
        "SELECT id, medium, label, state, proof, issued_at, expires_at, mandate_id FROM credentials_cards
         WHERE person_id = $1 ORDER BY issued_at DESC, id DESC LIMIT $2",
        &[P::I(person.0), P::I(CARDS_MAX)],
        |row| read_card(person, row, 0),
    )
}

/// The newest live card of a person on a medium under a mandate (0 for none).
pub(crate) fn newest_card(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    medium: Medium,
    mandate: i64,
) -> Result<Option<Card>, Fault> {
    let now = sql.now();
    sql.one(
        "SELECT id, medium, label, state, proof, issued_at, expires_at, mandate_id FROM credentials_cards
         WHERE person_id = $1 AND medium = $2 AND mandate_id = $4 AND state = 'active'
             AND (expires_at IS NULL OR expires_at > $3)
         ORDER BY issued_at DESC, id DESC LIMIT 1",
        &[P::I(person.0), P::S(medium.name()), P::I(now), P::I(mandate)],
        |row| read_card(person, row, 0),
    )
}

/// Moves a card from the stage that was read; false when somebody was first.
pub(crate) fn set_state(tx: &mut Tx<'_>, card: &Card, state: State) -> Result<bool, Fault> {
    let now = tx.now();
    let ended_at = state.ended().then_some(now);
    let rows = tx.execute(
        "UPDATE credentials_cards SET state = $4, revoked_at = $5 WHERE person_id = $1 AND id = $2 AND state = $3",
        &[P::I(card.person.0), P::I(card.id.0), P::S(card.state.name()), P::S(state.name()), P::opt(ended_at)],
    )?;
    Ok(rows == 1)
}

/// Cards whose time has come and that are not ended yet, at most `most`.
pub(crate) fn run_out(sql: &mut (impl SqlExt + ?Sized), most: i64) -> Result<Vec<Card>, Fault> {
    let now = sql.now();
    sql.all(
        "SELECT person_id, id, medium, label, state, proof, issued_at, expires_at, mandate_id FROM credentials_cards
         WHERE expires_at <= $1 AND revoked_at IS NULL LIMIT $2",
        &[P::I(now), P::I(most)],
        |row| read_card(PersonId(row.i64(0)?), row, 1),
    )
}

/// Gives everything of one person's cards to another.
pub(crate) fn move_person(tx: &mut Tx<'_>, from: PersonId, into: PersonId) -> Result<u64, Fault> {
    let both = [P::I(from.0), P::I(into.0)];
    let moved = tx.execute("UPDATE credentials_cards SET person_id = $2 WHERE person_id = $1", &both)?;
    tx.execute("UPDATE credentials_minters SET person_id = $2 WHERE person_id = $1", &both)?;
    tx.execute("UPDATE credentials_numbers SET person_id = $2 WHERE person_id = $1", &both)?;
    tx.execute("UPDATE credentials_slips SET person_id = $2 WHERE person_id = $1", &both)?;
    tx.execute("UPDATE credentials_mandates SET person_id = $2 WHERE person_id = $1", &both)?;
    tx.execute("UPDATE credentials_devices SET shows_id = $2 WHERE shows_id = $1", &both)?;
    tx.execute("UPDATE credentials_presences SET person_id = $2 WHERE person_id = $1", &both)?;
    Ok(moved)
}
