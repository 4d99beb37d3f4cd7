//! Settlements and what undoes them, and the one read that a settlement begins with.

use crate::rules::message::{Done, Known, Verb};
use ::store::{Insert, Kind, P, Row, SqlExt, Tx};
use insurance::{Card, CareKind};
use kernel::{ActorId, Fault, Fen, InstitutionId, PersonId, SettlementId, VisitId};
use ledger::{Entity, Personal};
use std::collections::HashMap;

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A settlement.
    Settlement,
    /// A cancellation by business.
    Cancellation,
    /// A reversal of a message.
    Reversal,
    /// A top-up.
    Supplement,
}

impl RowKind {
    /// The number the database holds.
    pub const fn code(self) -> i64 {
        match self {
            Self::Settlement => 1,
            Self::Cancellation => 2,
            Self::Reversal => 3,
            Self::Supplement => 4,
        }
    }

    fn from_code(code: i64) -> Option<Self> {
        [Self::Settlement, Self::Cancellation, Self::Reversal, Self::Supplement]
            .into_iter()
            .find(|kind| kind.code() == code)
    }

    /// The name the interface holds.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settlement => "settlement",
            Self::Cancellation => "cancellation",
            Self::Reversal => "reversal",
            Self::Supplement => "supplement",
        }
    }
}

/// Totals of a row, fen; negative where it undoes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Total fee.
    pub fee: Fen,
    /// All funds.
    pub fund: Fen,
    /// Own account.
    pub account: Fen,
    /// Relatives' accounts.
    pub mutual: Fen,
    /// What the person pays otherwise.
    pub cash: Fen,
    /// Borne by the institution.
    pub hospital: Fen,
}

impl Totals {
    /// All signs turned.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        const fn turned(one: Fen) -> Fen {
            Fen(one.0.saturating_neg())
        }
        Self {
            fee: turned(self.fee),
            fund: turned(self.fund),
            account: turned(self.account),
            mutual: turned(self.mutual),
            cash: turned(self.cash),
            hospital: turned(self.hospital),
        }
    }
}

/// A settlement, or what undoes or tops up one; never changed once written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementRow {
    /// Whose.
    pub person: PersonId,
    /// Its number.
    pub id: SettlementId,
    /// What it is.
    pub kind: RowKind,
    /// What it undoes or tops up.
    pub of: Option<SettlementId>,
    /// Of which visit.
    pub visit: VisitId,
    /// The institution's number of the batch.
    pub batch: String,
    /// Where.
    pub institution: InstitutionId,
    /// By whom.
    pub actor: ActorId,
    /// Under which message; empty when by none.
    pub msgid: String,
    /// Insured type.
    pub insutype: String,
    /// Benefit year.
    pub year: i32,
    /// Version of the year's sums that it made.
    pub year_version: i64,
    /// Plan it was made by.
    pub plan: i64,
    /// Kind of care.
    pub care: CareKind,
    /// When, microseconds UTC.
    pub at: i64,
    /// The totals.
    pub totals: Totals,
    /// Inputs, delta and journal entries, packed (`rules::stored`).
    pub body: Vec<u8>,
}

static SETTLEMENTS: Insert = Insert {
    table: "settlement_settlements",
    columns: &[
        ("person_id", Kind::Int),
        ("id", Kind::Int),
        ("kind", Kind::Int),
        ("of_id", Kind::Int),
        ("visit_id", Kind::Int),
        ("batch", Kind::Text),
        ("institution_id", Kind::Int),
        ("actor_id", Kind::Int),
        ("msgid", Kind::Text),
        ("insutype", Kind::Text),
        ("year", Kind::Int),
        ("year_version", Kind::Int),
        ("plan_id", Kind::Int),
        ("care", Kind::Text),
        ("at", Kind::Int),
        ("fee", Kind::Int),
        ("fund", Kind::Int),
        ("account", Kind::Int),
        ("mutual", Kind::Int),
        ("cash", Kind::Int),
        ("hospital", Kind::Int),
        ("body", Kind::Bytes),
    ],
    on_conflict: "",
};

pub(crate) fn insert(tx: &mut Tx<'_>, row: &SettlementRow) {
    let values = [
        row.person.0.into(),
        row.id.0.into(),
        row.kind.code().into(),
        row.of.map_or(0, |id| id.0).into(),
        row.visit.0.into(),
        row.batch.as_str().into(),
        row.institution.0.into(),
        row.actor.0.into(),
        row.msgid.as_str().into(),
        row.insutype.as_str().into(),
        i64::from(row.year).into(),
        row.year_version.into(),
        row.plan.into(),
        row.care.name().into(),
        row.at.into(),
        row.totals.fee.0.into(),
        row.totals.fund.0.into(),
        row.totals.account.0.into(),
        row.totals.mutual.0.into(),
        row.totals.cash.0.into(),
        row.totals.hospital.0.into(),
        row.body.as_slice().into(),
    ];
    tx.insert_later(&SETTLEMENTS, values);
}

fn read(row: &Row<'_>) -> Result<SettlementRow, Fault> {
    let id = SettlementId(row.i64(1)?);
    let wrong = |column: &str| Fault::broken(format!("settlement_settlements.{column} of {id}"));
    Ok(SettlementRow {
        person: PersonId(row.i64(0)?),
        id,
        kind: RowKind::from_code(row.i64(2)?).ok_or_else(|| wrong("kind"))?,
        of: Some(row.i64(3)?).filter(|of| *of != 0).map(SettlementId),
        visit: VisitId(row.i64(4)?),
        batch: row.text(5)?.to_owned(),
        institution: InstitutionId(row.i64(6)?),
        actor: ActorId(row.i64(7)?),
        msgid: row.text(8)?.to_owned(),
        insutype: row.text(9)?.to_owned(),
        year: i32::try_from(row.i64(10)?).map_err(|_large| wrong("year"))?,
        year_version: row.i64(11)?,
        plan: row.i64(12)?,
        care: CareKind::from_name(row.text(13)?).ok_or_else(|| wrong("care"))?,
        at: row.i64(14)?,
        totals: Totals {
            fee: Fen(row.i64(15)?),
            fund: Fen(row.i64(16)?),
            account: Fen(row.i64(17)?),
            mutual: Fen(row.i64(18)?),
            cash: Fen(row.i64(19)?),
            hospital: Fen(row.i64(20)?),
        },
        body: row.bytes(21)?.to_vec(),
    })
}

pub(crate) fn find(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    id: SettlementId,
) -> Result<Option<SettlementRow>, Fault> {
    sql.one(
        "SELECT person_id, id, kind, of_id, visit_id, batch, institution_id, actor_id, msgid, insutype, year, year_version,
             plan_id, care, at, fee, fund, account, mutual, cash, hospital, body
         FROM settlement_settlements WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id.0)],
        read,
    )
}

/// Rows of a person newer than `after`, oldest first.
pub(crate) fn of_person(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    after: i64,
    limit: i64,
) -> Result<Vec<SettlementRow>, Fault> {
    sql.all(
        "SELECT person_id, id, kind, of_id, visit_id, batch, institution_id, actor_id, msgid, insutype, year, year_version,
             plan_id, care, at, fee, fund, account, mutual, cash, hospital, body
         FROM settlement_settlements WHERE person_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        &[P::I(person.0), P::I(after), P::I(limit)],
        read,
    )
}

/// The newest rows of a person.
pub(crate) fn newest(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    limit: i64,
) -> Result<Vec<SettlementRow>, Fault> {
    sql.all(
        "SELECT person_id, id, kind, of_id, visit_id, batch, institution_id, actor_id, msgid, insutype, year, year_version,
             plan_id, care, at, fee, fund, account, mutual, cash, hospital, body
         FROM settlement_settlements WHERE person_id = $1 ORDER BY id DESC LIMIT $2",
        &[P::I(person.0), P::I(limit)],
        read,
    )
}

/// Rows of everybody behind a person and number, in their order; for scans in parts.
pub(crate) fn scan(
    sql: &mut (impl SqlExt + ?Sized),
    behind: (i64, i64),
    until_person: i64,
    limit: i64,
    each: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    sql.rows(
        "SELECT person_id, id, kind, of_id, plan_id, at, fund, cash, insutype, year, body
         FROM settlement_settlements WHERE (person_id, id) > ($1, $2) AND person_id <= $3 ORDER BY person_id, id LIMIT $4",
        &[P::I(behind.0), P::I(behind.1), P::I(until_person), P::I(limit)],
        each,
    )
}

/// The smallest and the largest person with settlements.
pub(crate) fn span(sql: &mut (impl SqlExt + ?Sized)) -> Result<Option<(i64, i64)>, Fault> {
    let found = sql.one("SELECT MIN(person_id), MAX(person_id) FROM settlement_settlements", &[], |row| {
        Ok((row.opt_i64(0)?, row.opt_i64(1)?))
    })?;
    Ok(found.and_then(|(first, last)| Some((first?, last?))))
}

/// Marks a settlement as undone; the key lets it happen once. Written at once: a payment
/// for it in the same batch must see it.
pub(crate) fn undo(tx: &mut Tx<'_>, person: PersonId, id: SettlementId, by: SettlementId) -> Result<(), Fault> {
    let rows = tx.execute(
        "INSERT INTO settlement_undone (person_id, settlement_id, by_id) VALUES ($1, $2, $3)",
        &[P::I(person.0), P::I(id.0), P::I(by.0)],
    )?;
    if rows == 1 { Ok(()) } else { Err(Fault::broken("a settlement was undone without a row")) }
}

/// What undid a settlement.
pub(crate) fn undone_by(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    id: SettlementId,
) -> Result<Option<SettlementId>, Fault> {
    sql.one(
        "SELECT by_id FROM settlement_undone WHERE person_id = $1 AND settlement_id = $2",
        &[P::I(person.0), P::I(id.0)],
        |row| Ok(SettlementId(row.i64(0)?)),
    )
}

/// Settlements and supplements of a person's year that live and are newer than one,
/// oldest first.
pub(crate) fn later(
    sql: &mut (impl SqlExt + ?Sized),
    row: &SettlementRow,
    limit: i64,
) -> Result<Vec<SettlementId>, Fault> {
    sql.all(
        "SELECT s.id FROM settlement_settlements s
         LEFT JOIN settlement_undone u ON u.person_id = s.person_id AND u.settlement_id = s.id
         WHERE s.person_id = $1 AND s.id > $2 AND s.insutype = $3 AND s.year = $4 AND s.kind IN (1, 4)
             AND u.by_id IS NULL AND s.of_id <> $2
         ORDER BY s.id LIMIT $5",
        &[P::I(row.person.0), P::I(row.id.0), P::S(&row.insutype), P::I(i64::from(row.year)), P::I(limit)],
        |found| Ok(SettlementId(found.i64(0)?)),
    )
}

/// Supplements of a settlement that live.
pub(crate) fn supplements(sql: &mut (impl SqlExt + ?Sized), row: &SettlementRow) -> Result<Vec<SettlementRow>, Fault> {
    sql.all(
        "SELECT s.person_id, s.id, s.kind, s.of_id, s.visit_id, s.batch, s.institution_id, s.actor_id, s.msgid, s.insutype,
             s.year, s.year_version, s.plan_id, s.care, s.at, s.fee, s.fund, s.account, s.mutual, s.cash, s.hospital, s.body
         FROM settlement_settlements s
         LEFT JOIN settlement_undone u ON u.person_id = s.person_id AND u.settlement_id = s.id
         WHERE s.person_id = $1 AND s.id > $2 AND s.of_id = $2 AND s.kind = 4 AND u.by_id IS NULL
         ORDER BY s.id LIMIT 100",
        &[P::I(row.person.0), P::I(row.id.0)],
        read,
    )
}

/// What an institution settled in a span of time, counted by kind of care and
/// whether it undoes (3201).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayTotal {
    /// Insured type.
    pub insutype: String,
    /// Kind of care.
    pub care: String,
    /// Whether these rows undo.
    pub refund: bool,
    /// How many.
    pub count: i64,
    /// Their sums.
    pub totals: Totals,
}

pub(crate) fn totals(
    sql: &mut (impl SqlExt + ?Sized),
    institution: InstitutionId,
    from_at: i64,
    until_at: i64,
) -> Result<Vec<DayTotal>, Fault> {
    sql.all(
        "SELECT insutype, care, CASE WHEN kind IN (2, 3) THEN 1 ELSE 0 END AS refund, COUNT(*),
             CAST(SUM(fee) AS BIGINT), CAST(SUM(fund) AS BIGINT), CAST(SUM(account) AS BIGINT), CAST(SUM(mutual) AS BIGINT),
             CAST(SUM(cash) AS BIGINT), CAST(SUM(hospital) AS BIGINT)
         FROM settlement_settlements WHERE institution_id = $1 AND at >= $2 AND at < $3 AND kind <> 4
         GROUP BY insutype, care, refund ORDER BY insutype, care, refund LIMIT 1000",
        &[P::I(institution.0), P::I(from_at), P::I(until_at)],
        |row| {
            Ok(DayTotal {
                insutype: row.text(0)?.to_owned(),
                care: row.text(1)?.to_owned(),
                refund: row.i64(2)? != 0,
                count: row.i64(3)?,
                totals: Totals {
                    fee: Fen(row.i64(4)?),
                    fund: Fen(row.i64(5)?),
                    account: Fen(row.i64(6)?),
                    mutual: Fen(row.i64(7)?),
                    cash: Fen(row.i64(8)?),
                    hospital: Fen(row.i64(9)?),
                },
            })
        },
    )
}

/// Rows of an institution in a span of time, oldest first (3202's detail).
pub(crate) fn of_institution(
    sql: &mut (impl SqlExt + ?Sized),
    institution: InstitutionId,
    from_at: i64,
    until_at: i64,
    limit: i64,
) -> Result<Vec<SettlementRow>, Fault> {
    sql.all(
        "SELECT person_id, id, kind, of_id, visit_id, batch, institution_id, actor_id, msgid, insutype, year, year_version,
             plan_id, care, at, fee, fund, account, mutual, cash, hospital, body
         FROM settlement_settlements WHERE institution_id = $1 AND at >= $2 AND at < $3 ORDER BY at, id LIMIT $4",
        &[P::I(institution.0), P::I(from_at), P::I(until_at), P::I(limit)],
        read,
    )
}

/// What one read tells a settlement: how the person is insured, the sums of the
/// years, what became of the message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Read {
    pub(crate) card: Option<Card>,
    /// Insured type, year, version, sums as stored.
    pub(crate) years: Vec<(String, i64, i64, Vec<u8>)>,
    pub(crate) message: Option<Known>,
    /// The person's accounts, where they were read ahead ([`super::ahead`]).
    pub(crate) accounts: Option<HashMap<Entity, Personal>>,
}

/// The one read; what a row is of stands in front of it.
pub(crate) fn begin(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    institution: InstitutionId,
    msgid: &str,
) -> Result<Read, Fault> {
    let mut found = Read::default();
    sql.rows(
        "SELECT 1, NULL, version, 0, 0, body, 0, 0 FROM pub_insurance_cards WHERE person_id = $1
         UNION ALL
         SELECT 2, insutype, year, version, 0, body, 0, 0 FROM pub_insurance_years WHERE person_id = $1
         UNION ALL
         SELECT 3, NULL, state, verb, 0, hash, person_id, object_id FROM settlement_messages
         WHERE institution_id = $2 AND msgid = $3",
        &[P::I(person.0), P::I(institution.0), P::S(msgid)],
        &mut |row| {
            match row.i64(0)? {
                1 => found.card = Some(Card::from_bytes(row.bytes(5)?)?),
                2 => found.years.push((row.text(1)?.to_owned(), row.i64(2)?, row.i64(3)?, row.bytes(5)?.to_vec())),
                _ => {
                    let (state, verb) = (row.i64(2)?, row.i64(3)?);
                    let known = super::message::known(state, verb, row.bytes(5)?, row.i64(6)?, row.i64(7)?);
                    found.message = Some(known?);
                }
            }
            Ok(())
        },
    )?;
    Ok(found)
}

/// Used by [`super::message`] to build what became of a message.
pub(crate) fn done(verb: i64, hash: &[u8], person: i64, object: i64) -> Option<Done> {
    Some(Done { verb: Verb::from_code(verb)?, hash: hash.try_into().ok()?, person: PersonId(person), object })
}
