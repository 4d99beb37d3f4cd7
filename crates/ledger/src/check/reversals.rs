//! What was taken back, held against the entries it was taken from (L2).

use super::marks::Marks;
use crate::rules::entry::Line;
use crate::rules::kind::EntryKind;
use crate::rules::reversal::{left, mirror};
use crate::store::{Part, each_reversal, entry};
use ::store::SqlExt;
use kernel::{Fault, JournalId};

/// Parts read at once.
const READ_MAX: i64 = 1_000;

/// What the table of reversals says.
#[derive(Debug, Clone, Default)]
pub(crate) struct TakenBack {
    pub(crate) count: u64,
    pub(crate) mark: u128,
    pub(crate) wrong: Vec<String>,
}

/// Reads every part in the order of its original and holds it against both entries.
pub(crate) fn read(sql: &mut (impl SqlExt + ?Sized), marks: &Marks) -> Result<TakenBack, Fault> {
    let mut found = TakenBack::default();
    let mut after = (i64::MIN, 0i64);
    let mut gathered: (i64, Vec<Line>) = (0, Vec::new());
    loop {
        let some = each_reversal(sql, after, READ_MAX)?;
        if some.is_empty() {
            finish(sql, &gathered, &mut found)?;
            return Ok(found);
        }
        for Part { of, number: part, by: id, lines } in some {
            after = (of, part);
            found.count = found.count.saturating_add(1);
            found.mark = found.mark.wrapping_add(marks.of(&[of, id]));
            if gathered.0 != of {
                finish(sql, &gathered, &mut found)?;
                gathered = (of, Vec::new());
            }
            let by = entry(sql, JournalId(id))?;
            let fits = by.is_some_and(|by| {
                by.kind == EntryKind::Reversal && by.of == Some(JournalId(of)) && by.lines == mirror(&lines)
            });
            if !fits {
                blame(
                    &mut found,
                    format!("L2: entry {} is not what part {part} of {} says", JournalId(id), JournalId(of)),
                );
            }
            gathered.1.extend(lines);
        }
    }
}

fn finish(sql: &mut (impl SqlExt + ?Sized), gathered: &(i64, Vec<Line>), found: &mut TakenBack) -> Result<(), Fault> {
    let (of, taken) = gathered;
    if taken.is_empty() {
        return Ok(());
    }
    let id = JournalId(*of);
    match entry(sql, id)? {
        None => blame(found, format!("L2: entry {id} was taken back and is not there")),
        Some(original) if left(&original.lines, taken).is_err() => {
            blame(found, format!("L2: more was taken back of entry {id} than it holds"));
        }
        Some(_) => {}
    }
    Ok(())
}

fn blame(found: &mut TakenBack, says: String) {
    if found.wrong.len() < super::WRONG_MAX {
        found.wrong.push(says);
    }
}
