//! Every statement on the tables of bills; those of charges and of the check of all
//! bills have a part of their own.

pub(crate) mod charges;
pub(crate) mod proof;

use crate::marks::Holder;
use crate::numbers::Block;
use crate::rules::content::Content;
use crate::rules::number::{BillNumber, ISSUER_FIRST};
use ::store::{Insert, Kind, P, Row, Sql as _, SqlExt, Tx};
use kernel::{ActorId, BillId, Fault, Fen, InstitutionId, PersonId};
use keys::Kid;

static BILLS: Insert = Insert {
    table: "bills_bills",
    columns: &[
        ("person_id", Kind::Int),
        ("id", Kind::Int),
        ("number", Kind::Int),
        ("institution_id", Kind::Int),
        ("issued_at", Kind::Int),
        ("total_fen", Kind::Int),
        ("check_code", Kind::Text),
        ("original_id", Kind::Int),
        ("body", Kind::Bytes),
    ],
    on_conflict: "ON CONFLICT (person_id, id) DO NOTHING",
};

/// Which bill, and whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) person: PersonId,
    pub(crate) id: BillId,
    pub(crate) institution: InstitutionId,
}

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    place: Place,
    number: BillNumber,
    content: &Content,
    body: &[u8],
    original: Option<BillId>,
) {
    let values = [
        place.person.0.into(),
        place.id.0.into(),
        number.0.into(),
        place.institution.0.into(),
        content.issued_at.into(),
        content.parts.total.0.into(),
        content.check.as_str().into(),
        original.map(|id| id.0).into(),
        body.into(),
    ];
    tx.insert_later(&BILLS, values);
}

/// The next block of an issuer's numbers; gives the issuer its five digits the
/// first time.
pub(crate) fn reserve(tx: &mut Tx<'_>, issuer: InstitutionId, count: i64) -> Result<Block, Fault> {
    let row = tx.one(
        "INSERT INTO bills_issuers (institution_id, issuer_no, next_no, sealed_to)
         SELECT CAST($1 AS BIGINT), COALESCE(MAX(issuer_no) + 1, CAST($3 AS BIGINT)), CAST($2 AS BIGINT) + 1, 0
         FROM bills_issuers WHERE next_no >= 0
         ON CONFLICT (institution_id) DO UPDATE SET next_no = bills_issuers.next_no + CAST($2 AS BIGINT)
         RETURNING issuer_no, next_no",
        &[P::I(issuer.0), P::I(count), P::I(ISSUER_FIRST)],
        |row| Ok((row.i64(0)?, row.i64(1)?)),
    )?;
    let (issuer_no, end) = row.ok_or_else(|| Fault::broken("bills_issuers gave no block"))?;
    Ok(Block { issuer_no, next: end - count, end })
}

/// A bill as stored.
#[derive(Debug, Clone)]
pub(crate) struct BillRow {
    pub(crate) person: PersonId,
    pub(crate) id: BillId,
    pub(crate) number: BillNumber,
    pub(crate) institution: InstitutionId,
    pub(crate) total: Fen,
    pub(crate) original: Option<BillId>,
    pub(crate) body: Vec<u8>,
}

impl BillRow {
    pub(crate) fn content(&self) -> Result<Content, Fault> {
        Content::read(&self.body).ok_or_else(|| Fault::broken(format!("bills_bills.body of {} is no bill", self.id)))
    }
}

fn read_bill(row: &Row<'_>) -> Result<BillRow, Fault> {
    Ok(BillRow {
        person: PersonId(row.i64(0)?),
        id: BillId(row.i64(1)?),
        number: BillNumber(row.i64(2)?),
        institution: InstitutionId(row.i64(3)?),
        total: Fen(row.i64(4)?),
        original: row.opt_i64(5)?.map(BillId),
        body: row.bytes(6)?.to_vec(),
    })
}

pub(crate) fn bill(sql: &mut (impl SqlExt + ?Sized), person: PersonId, id: BillId) -> Result<Option<BillRow>, Fault> {
    sql.one(
        "SELECT person_id, id, number, institution_id, total_fen, original_id, body FROM bills_bills
         WHERE person_id = $1 AND id = $2",
        &[P::I(person.0), P::I(id.0)],
        read_bill,
    )
}

pub(crate) fn by_number(sql: &mut (impl SqlExt + ?Sized), number: BillNumber) -> Result<Option<BillRow>, Fault> {
    sql.one(
        "SELECT person_id, id, number, institution_id, total_fen, original_id, body FROM bills_bills
         WHERE number = $1",
        &[P::I(number.0)],
        read_bill,
    )
}

/// A person's newest bills, red ones among them.
pub(crate) fn of_person(sql: &mut (impl SqlExt + ?Sized), person: PersonId, count: i64) -> Result<Vec<BillRow>, Fault> {
    sql.all(
        "SELECT person_id, id, number, institution_id, total_fen, original_id, body FROM bills_bills
         WHERE person_id = $1 ORDER BY issued_at DESC, id DESC LIMIT $2",
        &[P::I(person.0), P::I(count)],
        read_bill,
    )
}

/// What a check compares.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    pub(crate) code: String,
    pub(crate) check: String,
    pub(crate) total: Fen,
    pub(crate) live: bool,
}

/// The body's beginning is enough for the code: reading all of it would take a time
/// that tells whether there is a bill, and how long it is.
pub(crate) fn to_check(sql: &mut (impl SqlExt + ?Sized), number: BillNumber) -> Result<Option<Checked>, Fault> {
    sql.one(
        "SELECT b.check_code, b.total_fen, b.original_id, s.red_id, SUBSTR(b.body, 1, 32) FROM bills_bills b
         LEFT JOIN bills_states s ON s.person_id = b.person_id AND s.bill_id = b.id WHERE b.number = $1",
        &[P::I(number.0)],
        |row| {
            let live = row.opt_i64(2)?.is_none() && row.opt_i64(3)?.is_none();
            let code = Content::code_in(row.bytes(4)?).unwrap_or_default().to_owned();
            Ok(Checked { code, check: row.text(0)?.to_owned(), total: Fen(row.i64(1)?), live })
        },
    )
}

/// What happened to a bill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) red: Option<BillId>,
    pub(crate) prints: i64,
    pub(crate) paper: Option<String>,
    pub(crate) marked: Fen,
}

pub(crate) fn state(sql: &mut (impl SqlExt + ?Sized), person: PersonId, id: BillId) -> Result<State, Fault> {
    let row = sql.one(
        "SELECT red_id, prints, paper, marked_fen FROM bills_states WHERE person_id = $1 AND bill_id = $2",
        &[P::I(person.0), P::I(id.0)],
        |row| {
            Ok(State {
                red: row.opt_i64(0)?.map(BillId),
                prints: row.i64(1)?,
                paper: row.opt_text(2)?.map(str::to_owned),
                marked: Fen(row.i64(3)?),
            })
        },
    )?;
    Ok(row.unwrap_or_default())
}

/// Notes the red bill unless there is one, a mark or a paper; whether it did.
pub(crate) fn set_red(tx: &mut Tx<'_>, person: PersonId, id: BillId, red: BillId) -> Result<bool, Fault> {
    let rows = tx.execute(
        "INSERT INTO bills_states (person_id, bill_id, red_id, prints, paper, marked_fen)
         VALUES ($1, $2, $3, 0, NULL, 0)
         ON CONFLICT (person_id, bill_id) DO UPDATE SET red_id = excluded.red_id
         WHERE bills_states.red_id IS NULL AND bills_states.paper IS NULL AND bills_states.marked_fen = 0",
        &[P::I(person.0), P::I(id.0), P::I(red.0)],
    )?;
    Ok(rows == 1)
}

/// Counts a printing of a bill that is not taken back; whether it did.
pub(crate) fn add_print(tx: &mut Tx<'_>, person: PersonId, id: BillId) -> Result<bool, Fault> {
    let rows = tx.execute(
        "INSERT INTO bills_states (person_id, bill_id, red_id, prints, paper, marked_fen)
         VALUES ($1, $2, NULL, 1, NULL, 0)
         ON CONFLICT (person_id, bill_id) DO UPDATE SET prints = bills_states.prints + 1",
        &[P::I(person.0), P::I(id.0)],
    )?;
    Ok(rows == 1)
}

/// Notes the paper bill unless the bill is red, marked or on paper; whether it did.
pub(crate) fn set_paper(tx: &mut Tx<'_>, person: PersonId, id: BillId, paper: &str) -> Result<bool, Fault> {
    let rows = tx.execute(
        "INSERT INTO bills_states (person_id, bill_id, red_id, prints, paper, marked_fen)
         VALUES ($1, $2, NULL, 0, $3, 0)
         ON CONFLICT (person_id, bill_id) DO UPDATE SET paper = excluded.paper
         WHERE bills_states.red_id IS NULL AND bills_states.paper IS NULL AND bills_states.marked_fen = 0",
        &[P::I(person.0), P::I(id.0), P::S(paper)],
    )?;
    Ok(rows == 1)
}

/// Adds to the sum of marks unless the bill is red, on paper, or the sum would
/// exceed `total`; whether it did. The caller has made sure of `amount <= total`.
pub(crate) fn add_marked(
    tx: &mut Tx<'_>,
    person: PersonId,
    id: BillId,
    amount: Fen,
    total: Fen,
) -> Result<bool, Fault> {
    let rows = tx.execute(
        "INSERT INTO bills_states (person_id, bill_id, red_id, prints, paper, marked_fen)
         VALUES ($1, $2, NULL, 0, NULL, $3)
         ON CONFLICT (person_id, bill_id) DO UPDATE SET marked_fen = bills_states.marked_fen + excluded.marked_fen
         WHERE bills_states.red_id IS NULL AND bills_states.paper IS NULL
             AND bills_states.marked_fen <= CAST($4 AS BIGINT) - excluded.marked_fen",
        &[P::I(person.0), P::I(id.0), P::I(amount.0), P::I(total.0)],
    )?;
    Ok(rows == 1)
}

pub(crate) fn less_marked(tx: &mut Tx<'_>, person: PersonId, id: BillId, amount: Fen) -> Result<(), Fault> {
    let rows = tx.execute(
        "UPDATE bills_states SET marked_fen = marked_fen - CAST($3 AS BIGINT)
         WHERE person_id = $1 AND bill_id = $2 AND marked_fen >= CAST($3 AS BIGINT)",
        &[P::I(person.0), P::I(id.0), P::I(amount.0)],
    )?;
    if rows == 1 { Ok(()) } else { Err(Fault::broken(format!("bills_states.marked_fen of {id} is below its marks"))) }
}

/// A mark as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The payer's number of the claim.
    pub claim: String,
    /// Who reimburses.
    pub payer: String,
    /// How much.
    pub amount: Fen,
    /// When, microseconds UTC.
    pub marked_at: i64,
    /// When it was given back, microseconds UTC.
    pub released_at: Option<i64>,
    pub(crate) holder: Holder,
}

fn read_mark(row: &Row<'_>) -> Result<Mark, Fault> {
    Ok(Mark {
        claim: row.text(0)?.to_owned(),
        payer: row.text(1)?.to_owned(),
        amount: Fen(row.i64(2)?),
        marked_at: row.i64(3)?,
        released_at: row.opt_i64(4)?,
        holder: Holder {
            by: ActorId(row.i64(5)?),
            institution: Some(row.i64(6)?).filter(|id| *id != 0).map(InstitutionId),
        },
    })
}

/// Marks of one bill read at most.
pub(crate) const MARKS_MAX: i64 = 100;

pub(crate) fn marks(sql: &mut (impl SqlExt + ?Sized), person: PersonId, id: BillId) -> Result<Vec<Mark>, Fault> {
    sql.all(
        "SELECT claim, payer, amount_fen, marked_at, released_at, marked_by, institution_id FROM bills_marks
         WHERE person_id = $1 AND bill_id = $2 ORDER BY marked_at, claim LIMIT $3",
        &[P::I(person.0), P::I(id.0), P::I(MARKS_MAX)],
        read_mark,
    )
}

pub(crate) fn mark(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    id: BillId,
    claim: &str,
) -> Result<Option<Mark>, Fault> {
    sql.one(
        "SELECT claim, payer, amount_fen, marked_at, released_at, marked_by, institution_id FROM bills_marks
         WHERE person_id = $1 AND bill_id = $2 AND claim = $3",
        &[P::I(person.0), P::I(id.0), P::S(claim)],
        read_mark,
    )
}

/// Adds a mark; false when the claim is known.
pub(crate) fn insert_mark(tx: &mut Tx<'_>, person: PersonId, id: BillId, mark: &Mark) -> Result<bool, Fault> {
    let rows = tx.execute(
        "INSERT INTO bills_marks
             (person_id, bill_id, claim, payer, amount_fen, marked_at, marked_by, institution_id, released_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL) ON CONFLICT (person_id, bill_id, claim) DO NOTHING",
        &[
            P::I(person.0),
            P::I(id.0),
            P::S(&mark.claim),
            P::S(&mark.payer),
            P::I(mark.amount.0),
            P::I(mark.marked_at),
            P::I(mark.holder.by.0),
            P::I(mark.holder.institution.map_or(0, |id| id.0)),
        ],
    )?;
    Ok(rows == 1)
}

/// Ends a mark; false when it has ended already or does not exist.
pub(crate) fn release_mark(tx: &mut Tx<'_>, person: PersonId, id: BillId, claim: &str) -> Result<bool, Fault> {
    let now = tx.now();
    let rows = tx.execute(
        "UPDATE bills_marks SET released_at = $4
         WHERE person_id = $1 AND bill_id = $2 AND claim = $3 AND released_at IS NULL",
        &[P::I(person.0), P::I(id.0), P::S(claim), P::I(now)],
    )?;
    Ok(rows == 1)
}

static SEALS: Insert = Insert {
    table: "bills_seals",
    columns: &[
        ("person_id", Kind::Int),
        ("bill_id", Kind::Int),
        ("sealed_at", Kind::Int),
        ("kid", Kind::Bytes),
        ("suite", Kind::Int),
        ("signature", Kind::Bytes),
    ],
    on_conflict: "ON CONFLICT (person_id, bill_id) DO NOTHING",
};

/// A seal as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seal {
    pub(crate) sealed_at: i64,
    pub(crate) kid: Kid,
    pub(crate) suite: u8,
    pub(crate) signature: Vec<u8>,
}

pub(crate) fn insert_seal(tx: &mut Tx<'_>, person: PersonId, id: BillId, seal: &Seal) {
    let values = [
        person.0.into(),
        id.0.into(),
        seal.sealed_at.into(),
        seal.kid.0.as_slice().into(),
        i64::from(seal.suite).into(),
        seal.signature.as_slice().into(),
    ];
    tx.insert_later(&SEALS, values);
}

pub(crate) fn seal(sql: &mut (impl SqlExt + ?Sized), person: PersonId, id: BillId) -> Result<Option<Seal>, Fault> {
    sql.one(
        "SELECT sealed_at, kid, suite, signature FROM bills_seals WHERE person_id = $1 AND bill_id = $2",
        &[P::I(person.0), P::I(id.0)],
        |row| {
            let broken = |column: &str| Fault::broken(format!("bills_seals.{column} of {id}"));
            Ok(Seal {
                sealed_at: row.i64(0)?,
                kid: Kid(row.bytes(1)?.try_into().map_err(|_wrong| broken("kid"))?),
                suite: u8::try_from(row.i64(2)?).map_err(|_wrong| broken("suite"))?,
                signature: row.bytes(3)?.to_vec(),
            })
        },
    )
}

/// An issuer whose bills may lack seals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unsealed {
    pub(crate) institution: InstitutionId,
    /// The last number that is known to be sealed.
    pub(crate) from: i64,
    /// The first number that is not reserved.
    pub(crate) end: i64,
}

/// Issuers in turn, those behind `after`.
pub(crate) fn issuers(
    sql: &mut (impl SqlExt + ?Sized),
    after: InstitutionId,
    count: i64,
) -> Result<Vec<Unsealed>, Fault> {
    sql.all(
        "SELECT institution_id, issuer_no * 100000000 + sealed_to, issuer_no * 100000000 + next_no
         FROM bills_issuers WHERE institution_id > $1 ORDER BY institution_id LIMIT $2",
        &[P::I(after.0), P::I(count)],
        |row| Ok(Unsealed { institution: InstitutionId(row.i64(0)?), from: row.i64(1)?, end: row.i64(2)? }),
    )
}

/// Bills of an issuer from a number on, up to the first that was not issued before an
/// instant: numbers rise with time, and looking behind it would read all that is young.
pub(crate) fn numbered(
    sql: &mut (impl SqlExt + ?Sized),
    range: Unsealed,
    before: i64,
    count: i64,
) -> Result<Vec<BillRow>, Fault> {
    let first = sql.one(
        "SELECT issued_at FROM bills_bills WHERE number > $1 AND number < $2 ORDER BY number LIMIT 1",
        &[P::I(range.from), P::I(range.end)],
        |row| row.i64(0),
    )?;
    if first.is_none_or(|issued_at| issued_at >= before) {
        return Ok(Vec::new());
    }
    let mut young = false;
    let rows = sql.all(
        "SELECT person_id, id, number, institution_id, total_fen, original_id, body, issued_at FROM bills_bills
         WHERE number > $1 AND number < $2 ORDER BY number LIMIT $3",
        &[P::I(range.from), P::I(range.end), P::I(count)],
        |row| {
            young |= row.i64(7)? >= before;
            Ok((!young).then_some(read_bill(row)?))
        },
    )?;
    Ok(rows.into_iter().flatten().collect())
}

pub(crate) fn set_sealed_to(tx: &mut Tx<'_>, issuer: InstitutionId, number: BillNumber) -> Result<(), Fault> {
    tx.execute(
        "UPDATE bills_issuers SET sealed_to = CAST($2 AS BIGINT) - issuer_no * 100000000
         WHERE institution_id = $1 AND sealed_to < CAST($2 AS BIGINT) - issuer_no * 100000000",
        &[P::I(issuer.0), P::I(number.0)],
    )
    .map(drop)
}
