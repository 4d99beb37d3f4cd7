//! Taking back: a mirror entry in the current open month that points at its
//! original, at most once, at most by its amount (L2).

use crate::post::{Held, Ledger, Wanted};
use crate::rules::entry::{Entry, Line, Posted, Refs, balanced};
use crate::rules::kind::EntryKind;
use crate::rules::reversal::{left, mirror};
use crate::{Refusal, store};
use ::store::Tx;
use kernel::{Error, Fault, FaultKind, JournalId};

impl Ledger {
    /// Takes back all that is left of an entry. A second time is refused, as is an
    /// entry that the ledger ends in its own way (a hold is released).
    pub fn reverse(&self, tx: &mut Tx<'_>, id: JournalId, reason: &str) -> Result<JournalId, Error> {
        let (original, part, taken) = reversible(tx, id)?;
        let rest = left(&original.lines, &taken)?;
        if rest.is_empty() {
            return Err(Refusal::AlreadyReversed.into());
        }
        self.take_back(tx, &original, part, &rest, reason)
    }

    /// Takes back some lines of an entry, given in the original's sides; they balance
    /// and are within what is left.
    pub fn reverse_part(
        &self,
        tx: &mut Tx<'_>,
        id: JournalId,
        lines: &[Line],
        reason: &str,
    ) -> Result<JournalId, Error> {
        balanced(lines)?;
        let (original, part, mut taken) = reversible(tx, id)?;
        if left(&original.lines, &taken)?.is_empty() {
            return Err(Refusal::AlreadyReversed.into());
        }
        taken.extend_from_slice(lines);
        left(&original.lines, &taken)?;
        self.take_back(tx, &original, part, lines, reason)
    }

    fn take_back(
        &self,
        tx: &mut Tx<'_>,
        original: &Posted,
        part: i64,
        lines: &[Line],
        reason: &str,
    ) -> Result<JournalId, Error> {
        let refs = Refs { note: reason, ..original.refs.as_refs() };
        let mirrored = mirror(lines);
        let entry = Entry { entity: original.entity, kind: EntryKind::Reversal, period: None, refs, lines: &mirrored };
        let by = self.append(tx, Wanted { entry, of: Some(original.id), held: Held::Closed })?;
        if store::take_back(tx, original.id, part.saturating_add(1), by, lines)? {
            return Ok(by);
        }
        // Another lane took the same part: run again, and see what it left.
        Err(Fault::new(FaultKind::Conflict, "an entry is being taken back by two").into())
    }
}

/// The original, the number of its last part, and what was taken back of it.
fn reversible(tx: &mut Tx<'_>, id: JournalId) -> Result<(Posted, i64, Vec<Line>), Error> {
    let original = store::entry(tx, id)?.ok_or(Refusal::EntryUnknown)?;
    if original.kind.of_the_ledger() {
        return Err(Refusal::NotReversible.error().with(original.kind.text()));
    }
    let (part, taken) = store::reversed(tx, id)?;
    Ok((original, part, taken))
}
