//! Undoing: the business way, by the settlement's number (2208, 2305), and the way
//! of messages, by the message's number (2601). They are different things: the first
//! undoes what is known, last first; the second makes sure that something whose
//! outcome is not known has no effect.

use crate::answer::seen;
use crate::rules::message::{self, Done, Known, Verb, again};
use crate::rules::stage::{Stage, Step};
use crate::rules::stored::Stored;
use crate::store::settled::{self, RowKind, SettlementRow};
use crate::store::{self, message as messages};
use crate::visit::{By, canonical, tell};
use crate::{CANCELLED, MOVED, REVERSED, Refusal, Settlements};
use ::store::{Event, Sql as _, Tx};
use bills::Number;
use kernel::{Error, Fault, InstitutionId, PersonId, SettlementId, VisitId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A cancellation asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cancel {
    /// Whose.
    pub person: i64,
    /// What.
    pub settlement: i64,
    /// Under which message.
    pub msgid: String,
    /// Why, for the books and the bill.
    pub reason: String,
    /// Cancel although later settlements were computed upon it; the office only.
    pub force: bool,
}

/// A cancellation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelled {
    /// Its number.
    pub id: SettlementId,
    /// What is answered, byte for byte also when asked again.
    pub body: Vec<u8>,
    /// Later settlements that an office must look at.
    pub later: Vec<SettlementId>,
}

/// A settlement that was undone a moment ago, as others are told.
#[derive(Debug, Clone, Copy)]
pub struct Undone<'a> {
    /// Whose.
    pub person: PersonId,
    /// Which.
    pub settlement: SettlementId,
    /// Why.
    pub reason: &'a str,
}

/// Is told of a settlement that was undone, whichever way, in the transaction that
/// undoes it: once for each, and a refusal undoes everything.
pub type OnUndone = Arc<dyn Fn(&mut Tx<'_>, &Undone<'_>) -> Result<(), Error> + Send + Sync>;

/// Later settlements that are listed.
const LATER_MAX: i64 = 100;

/// Characters of a reason at most.
const REASON_MAX: usize = 200;

/// Cancels a settlement. `red` is the number of the red bill.
pub fn cancel(tx: &mut Tx<'_>, env: &Settlements, by: &By, ask: &Cancel, red: &Number) -> Result<Cancelled, Error> {
    message::checked(&ask.msgid)?;
    if ask.reason.chars().count() > REASON_MAX || ask.reason.contains(char::is_control) {
        return Err(insurance::Refusal::FieldInvalid.at("reason"));
    }
    let person = PersonId(ask.person);
    let (row, undone) = seen(tx, by, person, SettlementId(ask.settlement))?;
    let hash = message::hash(Verb::Cancel, &canonical(ask)?);
    if let Some(known) = messages::find(tx, row.institution, &ask.msgid)? {
        let id = SettlementId(again(&known, Verb::Cancel, &hash)?);
        let made = settled::find(tx, person, id)?;
        let made =
            made.ok_or_else(|| Fault::broken(format!("cancellation {id} is named by a message and is not there")))?;
        return Ok(Cancelled { id, body: said(&made)?, later: Vec::new() });
    }
    if row.kind != RowKind::Settlement {
        return Err(Refusal::NotFound.at("settlement"));
    }
    if undone.is_some() {
        return Err(Refusal::AlreadyCancelled.at("settlement"));
    }
    let later = settled::later(tx, &row, LATER_MAX)?;
    let forced = ask.force && by.office;
    if !later.is_empty() && !forced {
        let listed: Vec<String> = later.iter().map(ToString::to_string).collect();
        return Err(Refusal::LaterSettlementExists.at("settlement").with(listed.join(" ")));
    }
    let made = undo(tx, env, by, &row, RowKind::Cancellation, &ask.reason, red)?;
    let done = Done { verb: Verb::Cancel, hash, person, object: made.id.0 };
    messages::insert(tx, row.institution, &ask.msgid, &done);
    for one in &later {
        store::insert_task(tx, person, "readjudicate", *one, row.id, kernel::Fen::ZERO);
    }
    told(tx, &CANCELLED, by, &row, row.id.to_string());
    Ok(Cancelled { id: made.id, body: said(&made)?, later })
}

fn told(tx: &mut Tx<'_>, name: &'static kernel::EventName, by: &By, row: &SettlementRow, object: String) {
    tx.event(Event {
        person: Some(row.person),
        actor: Some(by.actor),
        institution: Some(row.institution),
        object,
        ..Event::of(name)
    });
}

/// What is answered to a cancellation: derived from its row.
fn said(made: &SettlementRow) -> Result<Vec<u8>, Error> {
    let answer = serde_json::json!({
        "cancellation": made.id.to_string(),
        "settlement": made.of.map(|id| id.to_string()),
        "visit": made.visit.to_string(),
        "person": made.person.to_string(),
        "at": kernel::time::rfc3339(made.at),
        "fee_fen": made.totals.fee.0,
        "fund_fen": made.totals.fund.0,
        "account_fen": made.totals.account.0,
        "mutual_fen": made.totals.mutual.0,
        "cash_fen": made.totals.cash.0,
        "hospital_fen": made.totals.hospital.0,
    });
    canonical(&answer)
}

/// Undoes a settlement that lives: the year, the books, the bill, the visit; its
/// top-ups first. Everybody gets back exactly what they paid.
fn undo(
    tx: &mut Tx<'_>,
    env: &Settlements,
    by: &By,
    row: &SettlementRow,
    kind: RowKind,
    reason: &str,
    red: &Number,
) -> Result<SettlementRow, Error> {
    let mut top_ups = settled::supplements(tx, row)?;
    top_ups.reverse();
    let mut year = insurance::years::find(tx, row.person, &row.insutype, row.year)?;
    let mut made = None;
    for one in top_ups.iter().chain([row]) {
        let stored = crate::answer::stored(one)?;
        year.sums = adjudication::reverse(&year.sums, &stored.delta)?;
        insurance::years::put(tx, row.person, &row.insutype, &year.sums)?;
        // What accounts got back is the ledger's; the sums of a year do not hold it.
        year.sums.acct_balance = kernel::Fen::ZERO;
        year.sums.mutual.clear();
        let mut journals = [0; 2];
        for (slot, journal) in journals.iter_mut().zip(stored.journals()) {
            *slot = env.ledger.reverse(tx, journal, reason)?.0;
        }
        let id = SettlementId(tx.new_id());
        let back = SettlementRow {
            id,
            kind,
            of: Some(one.id),
            actor: by.actor,
            msgid: String::new(),
            year_version: year.sums.version.cast_signed(),
            at: tx.now(),
            totals: one.totals.mirrored(),
            body: Stored { journals, ..stored }.pack()?,
            ..one.clone()
        };
        settled::insert(tx, &back);
        store::index(tx, id.0, row.person);
        settled::undo(tx, row.person, one.id, id)?;
        made = Some(back);
    }
    let made = made.ok_or_else(|| Fault::broken("nothing was undone"))?;
    if !row.msgid.is_empty() {
        messages::cancelled(tx, row.institution, &row.msgid)?;
    }
    redden(tx, row, reason, red)?;
    if let Some(undone) = &env.undone {
        undone(tx, &Undone { person: row.person, settlement: row.id, reason })?;
    }
    reopen(tx, by, row)?;
    Ok(made)
}

/// Writes the red bill; a settlement of nothing had none.
fn redden(tx: &mut Tx<'_>, row: &SettlementRow, reason: &str, red: &Number) -> Result<(), Error> {
    let reason = if reason.is_empty() { "撤销结算" } else { reason };
    match bills::red_letter(tx, red, row.person, row.id, reason, None) {
        Ok(_) => Ok(()),
        Err(error) if error.code() == "bills.unknown" => Ok(()),
        Err(error) => Err(error),
    }
}

/// The visit's lines are open again.
fn reopen(tx: &mut Tx<'_>, by: &By, row: &SettlementRow) -> Result<(), Error> {
    let visit = store::visit(tx, row.person, row.visit)?;
    let mut visit = visit.ok_or_else(|| Fault::broken(format!("visit {} of a settlement is not there", row.visit)))?;
    let uploads = store::uploads(tx, row.person, row.visit)?;
    let back: usize = uploads.iter().filter(|one| one.settlement == row.id.0).map(|one| one.lines.len()).sum();
    store::move_uploads(tx, row.person, row.visit, row.id.0, 0)?;
    visit.step(Step::Unsettle)?;
    visit.lines = visit.lines.saturating_add(i64::try_from(back).unwrap_or(i64::MAX));
    visit.total = visit.total.plus(row.totals.fee).ok_or_else(|| Fault::broken("a visit's total"))?;
    visit.about.live.retain(|(id, _)| *id != row.id.0);
    visit.about.continued &= !visit.about.live.is_empty();
    store::put_visit(tx, &visit)?;
    tell(tx, &MOVED, &visit, by.actor);
    Ok(())
}

/// What a reversal answers; derived from what became of the message, so that the
/// same again answers the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReversalAnswer {
    /// The message.
    pub msgid: String,
    /// `cancelled`: it had had its effect, which is undone. `tombstoned`: it had not
    /// come and will have none.
    pub state: &'static str,
    /// The settlement it had made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settlement: Option<String>,
}

/// What running a reversal in a lane came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reversal {
    /// Done; nothing of the message holds.
    Done(ReversalAnswer),
    /// The message is about this person: run it again in the person's lane.
    Elsewhere(PersonId),
}

fn tombstoned(msgid: &str) -> Reversal {
    Reversal::Done(ReversalAnswer { msgid: msgid.into(), state: "tombstoned", settlement: None })
}

/// Takes a message of an institution back, whether it came or not. `lane` is the
/// person whose lane this runs in, if any: a message about somebody else is left to
/// theirs. The person's order of settlements does not matter here, because the
/// sender never acted on the answer; later ones become a task of the office.
pub fn reverse(
    tx: &mut Tx<'_>,
    env: &Settlements,
    by: &By,
    institution: InstitutionId,
    msgid: &str,
    lane: Option<PersonId>,
    red: &Number,
) -> Result<Reversal, Error> {
    message::checked(msgid)?;
    let known = match messages::find(tx, institution, msgid)? {
        Some(known) => known,
        None if messages::tombstone(tx, institution, msgid)? => {
            tx.event(Event {
                actor: Some(by.actor),
                institution: Some(institution),
                object: msgid.to_owned(),
                ..Event::of(&REVERSED)
            });
            return Ok(tombstoned(msgid));
        }
        None => messages::find(tx, institution, msgid)?
            .ok_or_else(|| Fault::broken("settlement_messages lost a message"))?,
    };
    let done = match known {
        Known::Tombstone => return Ok(tombstoned(msgid)),
        Known::Committed(done) if lane != Some(done.person) => return Ok(Reversal::Elsewhere(done.person)),
        Known::Committed(done) => {
            take_back(tx, env, by, institution, msgid, &done, red)?;
            done
        }
        Known::Cancelled(done) => done,
    };
    Ok(Reversal::Done(ReversalAnswer {
        msgid: msgid.into(),
        state: "cancelled",
        settlement: (done.verb == Verb::Settle).then(|| SettlementId(done.object).to_string()),
    }))
}

/// Undoes what a message did.
fn take_back(
    tx: &mut Tx<'_>,
    env: &Settlements,
    by: &By,
    institution: InstitutionId,
    msgid: &str,
    done: &Done,
    red: &Number,
) -> Result<(), Error> {
    match done.verb {
        Verb::Settle => {
            let id = SettlementId(done.object);
            let row = settled::find(tx, done.person, id)?;
            let row =
                row.ok_or_else(|| Fault::broken(format!("settlement {id} is named by a message and is not there")))?;
            let later = settled::later(tx, &row, LATER_MAX)?;
            undo(tx, env, by, &row, RowKind::Reversal, "冲正", red)?;
            for one in later {
                store::insert_task(tx, row.person, "readjudicate", one, row.id, kernel::Fen::ZERO);
            }
            told(tx, &REVERSED, by, &row, row.id.to_string());
            Ok(())
        }
        Verb::Register => {
            let visit = store::visit(tx, done.person, VisitId(done.object))?;
            let mut visit = visit.ok_or_else(|| Refusal::VisitUnknown.at("msgid"))?;
            if visit.stage != Stage::Registered || !visit.about.live.is_empty() {
                return Err(Refusal::ReversalImpossible.at("msgid").with(visit.stage.name()));
            }
            visit.step(Step::Annul)?;
            store::put_visit(tx, &visit)?;
            messages::cancelled(tx, institution, msgid)?;
            tell(tx, &REVERSED, &visit, by.actor);
            Ok(())
        }
        // The red bill is written and everybody got back what they paid: it stays, and
        // whoever asks learns which cancellation holds.
        Verb::Cancel => Err(Refusal::ReversalImpossible.at("msgid").with(SettlementId(done.object).to_string())),
        Verb::Unknown => Err(Refusal::ReversalImpossible.at("msgid")),
    }
}
