//! Settlements beside other rows: the bill of each says what it says and was taken back
//! with it (E2, E3), and the message that asked for it names it (I4).

use super::Report;
use crate::rules::message::{Done, Known, Verb};
use crate::store::message as messages;
use crate::store::settled::{self, RowKind, SettlementRow};
use ::store::SqlExt;
use bills::proof::Issued;
use kernel::{Error, Fen, InstitutionId, PersonId, SettlementId, VisitId};
use std::collections::{HashMap, HashSet};

/// Messages read at once.
const READ_MAX: i64 = 1_000;

/// The bills of a person's settlements (E2, E3).
pub(super) fn bills(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    rows: &[SettlementRow],
    undone: &HashSet<i64>,
    report: &mut Report,
) -> Result<(), Error> {
    let issued = bills::proof::of_person(sql, person)?;
    let mut by_id: HashMap<i64, Issued> = issued.into_iter().map(|one| (one.id.0, one)).collect();
    for row in rows.iter().filter(|row| row.kind == RowKind::Settlement) {
        match by_id.remove(&row.id.0) {
            Some(bill) => {
                if !says_the_same(&bill, row) {
                    report.wrong(format!("E2: bill {} does not say what settlement {} does", bill.number, row.id));
                }
                if bill.red != undone.contains(&row.id.0) {
                    let stands =
                        if bill.red { "lives, and its bill is red" } else { "was undone, and its bill is not" };
                    report.wrong(format!("E3: settlement {} {stands}: {}", row.id, bill.number));
                }
            }
            None if row.totals.fee != Fen::ZERO => report.wrong(format!("E2: settlement {} has no bill", row.id)),
            None => {}
        }
    }
    for bill in by_id.values() {
        report.wrong(format!("E2: bill {} is of no settlement", bill.number));
    }
    Ok(())
}

fn says_the_same(bill: &Issued, row: &SettlementRow) -> bool {
    let totals = &row.totals;
    bill.parts.as_ref().is_some_and(|parts| {
        let said = (parts.total, parts.fund(), parts.account, parts.mutual, parts.cash, parts.hospital);
        said == (totals.fee, Some(totals.fund), totals.account, totals.mutual, totals.cash, totals.hospital)
    })
}

/// The messages that asked for a person's settlements (I4).
pub(super) fn own_messages(
    sql: &mut (impl SqlExt + ?Sized),
    rows: &[SettlementRow],
    undone: &HashSet<i64>,
    report: &mut Report,
) -> Result<(), Error> {
    for row in rows.iter().filter(|row| row.kind == RowKind::Settlement && !row.msgid.is_empty()) {
        let fits = |done: &Done| (done.verb, done.person, done.object) == (Verb::Settle, row.person, row.id.0);
        let holds = match messages::find(sql, row.institution, &row.msgid)? {
            Some(Known::Committed(done)) => fits(&done) && !undone.contains(&row.id.0),
            Some(Known::Cancelled(done)) => fits(&done) && undone.contains(&row.id.0),
            Some(Known::Tombstone) | None => false,
        };
        if !holds {
            report.wrong(format!("I4: the message {} does not lead to its settlement {}", row.msgid, row.id));
        }
    }
    Ok(())
}

/// Every message leads to what it did (I4).
pub(super) fn messages(sql: &mut (impl SqlExt + ?Sized), report: &mut Report) -> Result<(), Error> {
    let mut behind = (InstitutionId(i64::MIN), String::new());
    loop {
        let some = messages::after(sql, behind.0, &behind.1, READ_MAX)?;
        let Some((institution, msgid, _)) = some.last() else { return Ok(()) };
        behind = (*institution, msgid.clone());
        for (institution, msgid, known) in &some {
            report.messages = report.messages.saturating_add(1);
            if !leads(sql, known)? {
                report.wrong(format!("I4: what the message {msgid} of {institution} did is not there"));
            }
        }
    }
}

fn leads(sql: &mut (impl SqlExt + ?Sized), known: &Known) -> Result<bool, Error> {
    let done = match known {
        Known::Tombstone => return Ok(true),
        Known::Committed(done) | Known::Cancelled(done) => done,
    };
    Ok(match done.verb {
        Verb::Settle | Verb::Cancel => settled::find(sql, done.person, SettlementId(done.object))?.is_some(),
        Verb::Register => crate::store::visit(sql, done.person, VisitId(done.object))?.is_some(),
        Verb::Unknown => false,
    })
}
