//! Statements on persons' accounts and what moved them.

use crate::rules::account::{Code, Entity};
use crate::rules::entry::{Line, Side};
use ::store::{Insert, Kind, P, SqlExt, Tx};
use kernel::{Fault, Fen, JournalId, PersonId};
use std::collections::HashMap;

/// An account of a person in an entity's books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Owned {
    pub(crate) person: i64,
    pub(crate) entity: Entity,
    pub(crate) code: Code,
}

impl Owned {
    fn key(&self) -> [P<'static>; 3] {
        [P::I(self.person), P::I(self.entity.0), P::I(i64::from(self.code.number()))]
    }
}

/// Takes from an account if it is open and holds as much; else false. At once, not
/// grouped: the next closure of the same batch must see it.
pub(crate) fn debit(tx: &mut Tx<'_>, owned: &Owned, amount: Fen) -> Result<bool, Fault> {
    let [person, entity, code] = owned.key();
    let rows = tx.execute(
        "UPDATE ledger_accounts SET balance = balance - $4
         WHERE person_id = $1 AND entity_id = $2 AND code = $3 AND frozen = 0 AND balance >= $4",
        &[person, entity, code, P::I(amount.0)],
    )?;
    Ok(rows == 1)
}

/// Adds to an account, which may be new or frozen.
pub(crate) fn credit(tx: &mut Tx<'_>, owned: &Owned, amount: Fen) -> Result<(), Fault> {
    let [person, entity, code] = owned.key();
    tx.execute(
        "INSERT INTO ledger_accounts (person_id, entity_id, code, balance, frozen) VALUES ($1, $2, $3, $4, 0)
         ON CONFLICT (person_id, entity_id, code) DO UPDATE SET balance = ledger_accounts.balance + excluded.balance",
        &[person, entity, code, P::I(amount.0)],
    )
    .map(drop)
}

/// [`credit`] for many accounts at once; each account once in a flush.
pub(crate) static CREDITS: Insert = Insert {
    table: "ledger_accounts",
    columns: &[
        ("person_id", Kind::Int),
        ("entity_id", Kind::Int),
        ("code", Kind::Int),
        ("balance", Kind::Int),
        ("frozen", Kind::Int),
    ],
    on_conflict: "ON CONFLICT (person_id, entity_id, code) DO UPDATE SET balance = ledger_accounts.balance + excluded.balance",
};

pub(crate) fn credit_later(tx: &mut Tx<'_>, owned: &Owned, amount: Fen) {
    let values =
        [owned.person.into(), owned.entity.0.into(), i64::from(owned.code.number()).into(), amount.0.into(), 0.into()];
    tx.insert_later(&CREDITS, values);
}

/// Freezes or opens an account; one that does not exist yet comes into being.
pub(crate) fn set_frozen(tx: &mut Tx<'_>, owned: &Owned, frozen: i64) -> Result<(), Fault> {
    let [person, entity, code] = owned.key();
    tx.execute(
        "INSERT INTO ledger_accounts (person_id, entity_id, code, balance, frozen) VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (person_id, entity_id, code) DO UPDATE SET frozen = excluded.frozen",
        &[person, entity, code, P::I(frozen)],
    )
    .map(drop)
}

/// Balance and whether it is frozen.
pub(crate) fn balance(sql: &mut (impl SqlExt + ?Sized), owned: &Owned) -> Result<Option<(Fen, bool)>, Fault> {
    sql.one(
        "SELECT balance, frozen FROM ledger_accounts WHERE person_id = $1 AND entity_id = $2 AND code = $3",
        &owned.key(),
        |row| Ok((Fen(row.i64(0)?), row.i64(1)? != 0)),
    )
}

/// What a person has with an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Personal {
    /// What can be spent.
    pub balance: Fen,
    /// What is set aside for orders.
    pub held: Fen,
    /// Whether nothing may be taken.
    pub frozen: bool,
}

impl Personal {
    /// Takes in one of its rows.
    fn add(&mut self, code: i64, balance: Fen, frozen: bool) {
        if code == i64::from(Code::Personal.number()) {
            self.balance = balance;
            self.frozen = frozen;
        } else {
            self.held = balance;
        }
    }
}

/// A person's account with an agency, one range read; nothing when there is none.
pub fn personal(sql: &mut (impl SqlExt + ?Sized), entity: Entity, person: PersonId) -> Result<Option<Personal>, Fault> {
    let mut found: Option<Personal> = None;
    sql.rows(
        "SELECT code, balance, frozen FROM ledger_accounts
         WHERE person_id = $1 AND entity_id = $2 AND code BETWEEN 2301 AND 2302",
        &[P::I(person.0), P::I(entity.0)],
        &mut |row| {
            found.get_or_insert_default().add(row.i64(0)?, Fen(row.i64(1)?), row.i64(2)? != 0);
            Ok(())
        },
    )?;
    Ok(found)
}

/// Accounts of many persons with every agency, read at once; who has none is missing.
/// PostgreSQL's, where each statement is a round trip; the limit makes it look each up
/// by its key, however little it knows of the size of a young table.
pub fn personal_of_many(
    sql: &mut (impl SqlExt + ?Sized),
    persons: &[i64],
) -> Result<HashMap<(PersonId, Entity), Personal>, Fault> {
    let mut found: HashMap<(PersonId, Entity), Personal> = HashMap::new();
    sql.rows(
        "SELECT asked.person, had.entity_id, had.code, had.balance, had.frozen
         FROM unnest($1::bigint[]) AS asked(person)
         CROSS JOIN LATERAL (SELECT entity_id, code, balance, frozen FROM ledger_accounts
             WHERE person_id = asked.person AND code BETWEEN 2301 AND 2302 LIMIT 1000) AS had",
        &[P::Many(persons)],
        &mut |row| {
            let account = found.entry((PersonId(row.i64(0)?), Entity(row.i64(1)?))).or_default();
            account.add(row.i64(2)?, Fen(row.i64(3)?), row.i64(4)? != 0);
            Ok(())
        },
    )?;
    Ok(found)
}

pub(crate) static MOVEMENTS: Insert = Insert {
    table: "ledger_movements",
    columns: &[
        ("person_id", Kind::Int),
        ("entity_id", Kind::Int),
        ("code", Kind::Int),
        ("id", Kind::Int),
        ("at", Kind::Int),
        ("kind", Kind::Int),
        ("amount", Kind::Int),
    ],
    on_conflict: "",
};

pub(crate) fn moved(tx: &mut Tx<'_>, owned: &Owned, id: i64, kind: u8, amount: Fen) {
    let now = ::store::Sql::now(tx);
    let values = [
        owned.person.into(),
        owned.entity.0.into(),
        i64::from(owned.code.number()).into(),
        id.into(),
        now.into(),
        i64::from(kind).into(),
        amount.0.into(),
    ];
    tx.insert_later(&MOVEMENTS, values);
}

/// One movement of a person's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// The journal entry.
    pub id: JournalId,
    /// When, microseconds UTC.
    pub at: i64,
    /// What it booked, as [`crate::EntryKind::number`].
    pub kind: u8,
    /// Credits less debits.
    pub amount: Fen,
}

/// Movements of what a person can spend, newest first, older than an entry's id.
pub fn movements(
    sql: &mut (impl SqlExt + ?Sized),
    entity: Entity,
    person: PersonId,
    before: i64,
    limit: i64,
) -> Result<Vec<Movement>, Fault> {
    sql.all(
        "SELECT id, at, kind, amount FROM ledger_movements
         WHERE person_id = $1 AND entity_id = $2 AND code = $3 AND id < $4 ORDER BY id DESC LIMIT $5",
        &[
            P::I(person.0),
            P::I(entity.0),
            P::I(i64::from(Code::Personal.number())),
            P::I(before),
            P::I(limit.clamp(1, 500)),
        ],
        |row| {
            Ok(Movement {
                id: JournalId(row.i64(0)?),
                at: row.i64(1)?,
                kind: u8::try_from(row.i64(2)?).unwrap_or(0),
                amount: Fen(row.i64(3)?),
            })
        },
    )
}

/// What a line does to a guarded account: all of them grow by credit.
pub(crate) const fn signed(line: &Line) -> Fen {
    match line.side {
        Side::Credit => line.amount,
        Side::Debit => Fen(line.amount.0.wrapping_neg()),
    }
}

/// Which table of persons' money a check reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shelf {
    Accounts,
    Movements,
    OpenReserves,
}

/// Person, entity, code and amount of every row, in no order.
pub(crate) fn each_amount(
    sql: &mut (impl SqlExt + ?Sized),
    shelf: Shelf,
    each: &mut dyn FnMut(&Owned, Fen) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let text = match shelf {
        Shelf::Accounts => "SELECT person_id, entity_id, code, balance FROM ledger_accounts",
        Shelf::Movements => "SELECT person_id, entity_id, code, amount FROM ledger_movements",
        Shelf::OpenReserves => "SELECT party, entity_id, into_code, amount FROM ledger_reserves WHERE stage = 1",
    };
    sql.rows(text, &[], &mut |row| {
        let number = row.i64(2)?;
        let code = u16::try_from(number).ok().and_then(Code::from_number);
        let code = code.ok_or_else(|| Fault::broken(format!("a code of the chart is {number}")))?;
        each(&Owned { person: row.i64(0)?, entity: Entity(row.i64(1)?), code }, Fen(row.i64(3)?))
    })
}
