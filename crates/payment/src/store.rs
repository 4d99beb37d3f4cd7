//! Every statement on the tables of payment: payments and the guard of one live
//! payment a subject. Refunds and tills have a part of their own.

pub(crate) mod refunds;
pub(crate) mod tills;

use crate::noun::{ChannelName, Payment, Subject};
use crate::payable::Booked;
use crate::rules::shares::Shares;
use crate::rules::stage::Stage;
use ::store::{P, Row, Sql as _, SqlExt, Tx};
use kernel::{ActorId, Fault, FaultKind, Fen, InstitutionId, PaymentId, PersonId};

/// Payments listed at once.
pub(crate) const LISTED_MAX: i64 = 50;

/// Adds a payment and its way back from the channel's number. Written at once: a
/// desk's payment moves on in the same transaction.
pub(crate) fn insert(tx: &mut Tx<'_>, payment: &Payment) -> Result<(), Fault> {
    let detail = serde_json::to_vec(&payment.detail)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing a payment's detail", error))?;
    let shares = payment.shares;
    tx.execute(
        "INSERT INTO payment_payments (person_id, id, institution_id, actor_id, subject_kind, subject, channel, stage,
             total_fen, gov_fen, account_fen, other_fen, cash_fen, added_fen, reduced_fen, taken_fen, returning_fen,
             refunded_fen, insured_back, refunds, booked, tender, change_fen, terminal, slip, shift_id, detail,
             channel_number, reason, created_at, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, 0, 0, 0, 0, $16, $17, $18, $19,
             $20, $21, $22, '', '', $23, NULL)",
        &[
            P::I(payment.person.0),
            P::I(payment.id.0),
            P::I(payment.institution.0),
            P::I(payment.actor.0),
            P::S(&payment.subject.kind),
            P::S(&payment.subject.id),
            P::S(payment.channel.name()),
            P::I(payment.stage.code()),
            P::I(shares.total.0),
            P::I(shares.gov.0),
            P::I(shares.account.0),
            P::I(shares.other.0),
            P::I(shares.cash.0),
            P::I(shares.added.0),
            P::I(shares.reduced.0),
            P::S(payment.booked.name()),
            P::S(&payment.tender),
            P::I(payment.change.0),
            P::S(&payment.slip.0),
            P::S(&payment.slip.1),
            P::I(payment.shift),
            P::B(&detail),
            P::I(payment.created_at),
        ],
    )?;
    tx.execute(
        "INSERT INTO payment_index (payment_id, person_id) VALUES ($1, $2)",
        &[P::I(payment.id.0), P::I(payment.person.0)],
    )
    .map(drop)
}

fn read(row: &Row<'_>) -> Result<Payment, Fault> {
    let id = PaymentId(row.i64(1)?);
    let wrong = |column: &str| Fault::broken(format!("payment_payments.{column} of {id} cannot be"));
    let fen = |column: usize| row.i64(column).map(Fen);
    Ok(Payment {
        person: PersonId(row.i64(0)?),
        id,
        institution: InstitutionId(row.i64(2)?),
        actor: ActorId(row.i64(3)?),
        subject: Subject { kind: row.text(4)?.to_owned(), id: row.text(5)?.to_owned() },
        channel: ChannelName::from_name(row.text(6)?).ok_or_else(|| wrong("channel"))?,
        stage: Stage::from_code(row.i64(7)?).ok_or_else(|| wrong("stage"))?,
        shares: Shares {
            total: fen(8)?,
            gov: fen(9)?,
            account: fen(10)?,
            other: fen(11)?,
            cash: fen(12)?,
            added: fen(13)?,
            reduced: fen(14)?,
        },
        taken: fen(15)?,
        returning: fen(16)?,
        refunded: fen(17)?,
        insured_back: row.i64(18)? == 1,
        refunds: row.i64(19)?,
        booked: Booked::from_name(row.text(20)?).ok_or_else(|| wrong("booked"))?,
        tender: row.text(21)?.to_owned(),
        change: fen(22)?,
        slip: (row.text(23)?.to_owned(), row.text(24)?.to_owned()),
        shift: row.i64(25)?,
        detail: serde_json::from_slice(row.bytes(26)?).map_err(|_bad| wrong("detail"))?,
        channel_number: row.text(27)?.to_owned(),
        reason: row.text(28)?.to_owned(),
        created_at: row.i64(29)?,
        ended_at: row.opt_i64(30)?,
    })
}

/// A payment of a person.
pub(crate) fn find(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    id: PaymentId,
) -> Result<Option<Payment>, Fault> {
    sql.one(
        "SELECT person_id, id, institution_id, actor_id, subject_kind, subject, channel, stage, total_fen, gov_fen,
             account_fen, other_fen, cash_fen, added_fen, reduced_fen, taken_fen, returning_fen, refunded_fen,
             insured_back, refunds, booked, tender, change_fen, terminal, slip, shift_id, detail, channel_number,
             reason, created_at, ended_at
         FROM payment_payments WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id.0)],
        read,
    )
}

/// A person's latest payments, newest first.
pub(crate) fn of_person(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Vec<Payment>, Fault> {
    sql.all(
        "SELECT person_id, id, institution_id, actor_id, subject_kind, subject, channel, stage, total_fen, gov_fen,
             account_fen, other_fen, cash_fen, added_fen, reduced_fen, taken_fen, returning_fen, refunded_fen,
             insured_back, refunds, booked, tender, change_fen, terminal, slip, shift_id, detail, channel_number,
             reason, created_at, ended_at
         FROM payment_payments WHERE person_id = $1 ORDER BY id DESC LIMIT $2",
        &[P::I(person.0), P::I(LISTED_MAX)],
        read,
    )
}

/// Every payment of a subject of a person, oldest first.
pub(crate) fn of_subject(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    subject: &Subject,
) -> Result<Vec<Payment>, Fault> {
    sql.all(
        "SELECT person_id, id, institution_id, actor_id, subject_kind, subject, channel, stage, total_fen, gov_fen,
             account_fen, other_fen, cash_fen, added_fen, reduced_fen, taken_fen, returning_fen, refunded_fen,
             insured_back, refunds, booked, tender, change_fen, terminal, slip, shift_id, detail, channel_number,
             reason, created_at, ended_at
         FROM payment_payments WHERE person_id = $1 AND subject_kind = $2 AND subject = $3 ORDER BY id",
        &[P::I(person.0), P::S(&subject.kind), P::S(&subject.id)],
        read,
    )
}

/// Payments after a person's payment, in order of their key, at most `limit`: for a
/// check of all of them.
pub(crate) fn after(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    id: PaymentId,
    limit: i64,
) -> Result<Vec<Payment>, Fault> {
    sql.all(
        "SELECT person_id, id, institution_id, actor_id, subject_kind, subject, channel, stage, total_fen, gov_fen,
             account_fen, other_fen, cash_fen, added_fen, reduced_fen, taken_fen, returning_fen, refunded_fen,
             insured_back, refunds, booked, tender, change_fen, terminal, slip, shift_id, detail, channel_number,
             reason, created_at, ended_at
         FROM payment_payments WHERE person_id > $1 OR (person_id = $1 AND id > $2) ORDER BY person_id, id LIMIT $3",
        &[P::I(person.0), P::I(id.0), P::I(limit)],
        read,
    )
}

/// Guards of subjects that name no payment, or one of another subject or stage.
pub(crate) fn stray_guards(sql: &mut (impl SqlExt + ?Sized), limit: i64) -> Result<Vec<(String, PaymentId)>, Fault> {
    sql.all(
        "SELECT l.subject, l.payment_id FROM payment_live l
         LEFT JOIN payment_payments p ON p.person_id = l.person_id AND p.id = l.payment_id
             AND p.subject_kind = l.subject_kind AND p.subject = l.subject AND p.stage IN (1, 2, 3)
         WHERE p.id IS NULL ORDER BY l.subject_kind, l.subject LIMIT $1",
        &[P::I(limit)],
        |row| Ok((row.text(0)?.to_owned(), PaymentId(row.i64(1)?))),
    )
}

/// Whose a payment is.
pub(crate) fn person_of(sql: &mut (impl SqlExt + ?Sized), id: PaymentId) -> Result<Option<PersonId>, Fault> {
    sql.one("SELECT person_id FROM payment_index WHERE payment_id = $1", &[P::I(id.0)], |row| Ok(PersonId(row.i64(0)?)))
}

/// The live payment of a subject.
pub(crate) fn live(
    sql: &mut (impl SqlExt + ?Sized),
    subject: &Subject,
) -> Result<Option<(PersonId, PaymentId)>, Fault> {
    sql.one(
        "SELECT person_id, payment_id FROM payment_live WHERE subject_kind = $1 AND subject = $2",
        &[P::S(&subject.kind), P::S(&subject.id)],
        |row| Ok((PersonId(row.i64(0)?), PaymentId(row.i64(1)?))),
    )
}

/// Takes the subject for a payment; false when another has it.
pub(crate) fn claim(tx: &mut Tx<'_>, payment: &Payment) -> Result<bool, Fault> {
    let rows = tx.execute(
        "INSERT INTO payment_live (subject_kind, subject, person_id, payment_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (subject_kind, subject) DO NOTHING",
        &[P::S(&payment.subject.kind), P::S(&payment.subject.id), P::I(payment.person.0), P::I(payment.id.0)],
    )?;
    Ok(rows == 1)
}

/// Frees the subject of a payment that ended.
pub(crate) fn free(tx: &mut Tx<'_>, payment: &Payment) -> Result<(), Fault> {
    tx.execute(
        "DELETE FROM payment_live WHERE subject_kind = $1 AND subject = $2 AND payment_id = $3",
        &[P::S(&payment.subject.kind), P::S(&payment.subject.id), P::I(payment.id.0)],
    )
    .map(drop)
}

/// Takes a terminal's slip; false when it was used.
pub(crate) fn use_slip(
    tx: &mut Tx<'_>,
    slip: &(String, String),
    person: PersonId,
    id: PaymentId,
) -> Result<bool, Fault> {
    let rows = tx.execute(
        "INSERT INTO payment_slips (terminal, slip, person_id, payment_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (terminal, slip) DO NOTHING",
        &[P::S(&slip.0), P::S(&slip.1), P::I(person.0), P::I(id.0)],
    )?;
    Ok(rows == 1)
}

/// Moves a payment from the stage it was read at; false when it moved meanwhile.
pub(crate) fn advance(tx: &mut Tx<'_>, payment: &Payment, from: Stage) -> Result<bool, Fault> {
    let rows = tx.execute(
        "UPDATE payment_payments SET stage = $4, taken_fen = $5, channel_number = $6, reason = $7, ended_at = $8
         WHERE person_id = $1 AND id = $2 AND stage = $3",
        &[
            P::I(payment.person.0),
            P::I(payment.id.0),
            P::I(from.code()),
            P::I(payment.stage.code()),
            P::I(payment.taken.0),
            P::S(&payment.channel_number),
            P::S(&payment.reason),
            P::opt(payment.ended_at),
        ],
    )?;
    Ok(rows == 1)
}

/// Sets money aside for a refund and counts it; false when it is more than is left
/// or the payment holds no money. `whole` takes the insured parts along, once.
pub(crate) fn set_aside(tx: &mut Tx<'_>, payment: &Payment, money: Fen, whole: bool) -> Result<bool, Fault> {
    let rows = tx.execute(
        "UPDATE payment_payments SET returning_fen = returning_fen + $3, insured_back = insured_back + $4,
             refunds = refunds + 1
         WHERE person_id = $1 AND id = $2 AND stage IN (3, 6) AND returning_fen + $3 <= taken_fen
             AND insured_back + $4 <= 1 AND refunds = $5",
        &[P::I(payment.person.0), P::I(payment.id.0), P::I(money.0), P::I(i64::from(whole)), P::I(payment.refunds)],
    )?;
    Ok(rows == 1)
}

/// Money of a refund went back.
pub(crate) fn went_back(tx: &mut Tx<'_>, payment: &Payment, money: Fen) -> Result<(), Fault> {
    tx.execute(
        "UPDATE payment_payments SET refunded_fen = refunded_fen + $3 WHERE person_id = $1 AND id = $2",
        &[P::I(payment.person.0), P::I(payment.id.0), P::I(money.0)],
    )
    .map(drop)
}

/// A refund got stuck: what was set aside for it can be asked back afresh.
pub(crate) fn put_back(tx: &mut Tx<'_>, payment: &Payment, money: Fen, whole: bool) -> Result<(), Fault> {
    tx.execute(
        "UPDATE payment_payments SET returning_fen = returning_fen - $3, insured_back = insured_back - $4
         WHERE person_id = $1 AND id = $2",
        &[P::I(payment.person.0), P::I(payment.id.0), P::I(money.0), P::I(i64::from(whole))],
    )
    .map(drop)
}

/// The instant of a transaction, for callers that hold no trait.
pub(crate) fn now(tx: &Tx<'_>) -> i64 {
    tx.now()
}
