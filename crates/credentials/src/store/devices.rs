//! Devices that mint codes.

use ::store::{P, Row, Sql as _, SqlExt, Tx};
use kernel::{CardId, DeviceId, Fault, PersonId};

/// A device as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Whose device it is.
    pub owner: PersonId,
    /// The card it shows.
    pub card: CardId,
    /// Whose code it shows.
    pub shows: PersonId,
    /// What its owner calls it.
    pub label: String,
    /// Its P-256 point, 65 bytes.
    pub public_key: Vec<u8>,
    /// When it was registered, microseconds UTC.
    pub registered_at: i64,
    /// When it last fetched handles, microseconds UTC.
    pub seen_at: i64,
    /// Since when it mints nothing, microseconds UTC.
    pub removed_at: Option<i64>,
}

pub(crate) fn insert(tx: &mut Tx<'_>, device: &Device) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO credentials_devices (person_id, id, card_id, shows_id, label, public_key, registered_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            P::I(device.owner.0),
            P::I(device.id.0),
            P::I(device.card.0),
            P::I(device.shows.0),
            P::S(&device.label),
            P::B(&device.public_key),
            P::I(device.registered_at),
            P::I(device.seen_at),
        ],
    )
    .map(drop)
}

fn read(owner: PersonId, row: &Row<'_>) -> Result<Device, Fault> {
    Ok(Device {
        id: DeviceId(row.i64(0)?),
        owner,
        card: CardId(row.i64(1)?),
        shows: PersonId(row.i64(2)?),
        label: row.text(3)?.to_owned(),
        public_key: row.bytes(4)?.to_vec(),
        registered_at: row.i64(5)?,
        seen_at: row.i64(6)?,
        removed_at: row.opt_i64(7)?,
    })
}

/// Devices of one person at a time at most; removed ones listed beside them.
pub(crate) const DEVICES_MAX: usize = 20;

pub(crate) fn of(sql: &mut (impl SqlExt + ?Sized), owner: PersonId) -> Result<Vec<Device>, Fault> {
    sql.all(
        "SELECT id, card_id, shows_id, label, public_key, registered_at, seen_at, removed_at FROM credentials_devices
         WHERE person_id = $1 ORDER BY id DESC LIMIT 100",
        &[P::I(owner.0)],
        |row| read(owner, row),
    )
}

pub(crate) fn one(sql: &mut (impl SqlExt + ?Sized), owner: PersonId, id: DeviceId) -> Result<Option<Device>, Fault> {
    sql.one(
        "SELECT id, card_id, shows_id, label, public_key, registered_at, seen_at, removed_at FROM credentials_devices
         WHERE person_id = $1 AND id = $2",
        &[P::I(owner.0), P::I(id.0)],
        |row| read(owner, row),
    )
}

/// The live minters that show a person's codes: devices of theirs and of others.
pub(crate) fn minters_of(sql: &mut (impl SqlExt + ?Sized), card: CardId, shows: PersonId) -> Result<Vec<i64>, Fault> {
    sql.all(
        "SELECT id FROM credentials_minters WHERE person_id = $1 AND card_id = $2 AND removed_at IS NULL LIMIT 100",
        &[P::I(shows.0), P::I(card.0)],
        |row| row.i64(0),
    )
}

/// Renames a device; false when it is not there.
pub(crate) fn rename(tx: &mut Tx<'_>, owner: PersonId, id: DeviceId, label: &str) -> Result<bool, Fault> {
    let rows = tx.execute(
        "UPDATE credentials_devices SET label = $3 WHERE person_id = $1 AND id = $2",
        &[P::I(owner.0), P::I(id.0), P::S(label)],
    )?;
    Ok(rows == 1)
}

/// Takes a device away; false when it was gone.
pub(crate) fn remove(tx: &mut Tx<'_>, owner: PersonId, id: DeviceId) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "UPDATE credentials_devices SET removed_at = $3 WHERE person_id = $1 AND id = $2 AND removed_at IS NULL",
        &[P::I(owner.0), P::I(id.0), P::I(now)],
    )?;
    Ok(rows == 1)
}

pub(crate) fn seen(tx: &mut Tx<'_>, owner: PersonId, id: DeviceId) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "UPDATE credentials_devices SET seen_at = $3 WHERE person_id = $1 AND id = $2",
        &[P::I(owner.0), P::I(id.0), P::I(now)],
    )
    .map(drop)
}
