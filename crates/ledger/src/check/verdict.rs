//! The check's daily turn in a running node, and its verdict: kept in memory for
//! counters and pages and in the database over restarts, so that an operator learns of
//! trouble without asking (U9).

use super::{Report, check};
use crate::post::Ledger;
use ::store::{SqlExt, fact};
use kernel::time::{DAY, HOUR, MINUTE};
use kernel::{Error, Fault, FaultKind};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError};

/// Where it is kept.
const FACT: &str = "ledger.verdict";
/// How long a node runs before it checks by itself.
const SETTLED_IN: i64 = 10 * MINUTE;
/// A check is due once it is this old.
const OLD: i64 = 36 * HOUR;
/// At night, this old already.
const OLD_AT_NIGHT: i64 = 12 * HOUR;
/// China is ahead of UTC.
const AHEAD: i64 = 8 * HOUR;

/// What the last whole check said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// When it ended, microseconds UTC.
    pub at: i64,
    /// Entries it read.
    pub entries: u64,
    /// Lines in them.
    pub lines: u64,
    /// What is wrong, one sentence each; empty when all holds.
    pub wrong: Vec<String>,
}

/// Whether a check is due: at night after half a day, in the day after a day and a half,
/// and not before the node has settled in. `last` is when the last one ended, `since`
/// when the node began; microseconds UTC.
pub fn due(last: Option<i64>, since: i64, now: i64) -> bool {
    let hour = now.saturating_add(AHEAD).rem_euclid(DAY).div_euclid(HOUR);
    let age = last.map_or(i64::MAX, |last| now.saturating_sub(last));
    let old = age >= OLD || ((2..5).contains(&hour) && age >= OLD_AT_NIGHT);
    old && now.saturating_sub(since) >= SETTLED_IN
}

/// The verdict that is kept; nothing before the first check.
pub(crate) fn kept(sql: &mut (impl SqlExt + ?Sized)) -> Result<Option<Verdict>, Fault> {
    let found = fact::find(sql, FACT)?;
    // Of another version: as if there had been none.
    Ok(found.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

impl Ledger {
    /// What the last whole check said; nothing before the first.
    pub fn verdict(&self) -> Option<Arc<Verdict>> {
        self.inner.verdict.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Checks the whole ledger when that is due; answers the verdict when it did. Run it
    /// every minute, beside other work: it takes as long as the journal.
    pub async fn examine_when_due(&self, since: i64) -> Result<Option<Arc<Verdict>>, Error> {
        if !due(self.verdict().map(|last| last.at), since, self.now()) {
            return Ok(None);
        }
        self.examine().await.map(Some)
    }

    /// Checks the whole ledger beside the node's work, logs what is wrong and keeps the
    /// verdict. A check that cannot be finished is a verdict too.
    pub async fn examine(&self) -> Result<Arc<Verdict>, Error> {
        let db = self.db().clone();
        let found = tokio::task::spawn_blocking(move || check(&db, Arc::new(|_| ()))).await;
        let report = match found {
            Ok(Ok(report)) => report,
            // It was turned away and says nothing: tried again with the next turn.
            Ok(Err(Error::Fault(fault))) if fault.kind == FaultKind::Busy => return Err(fault.into()),
            Ok(Err(error)) => {
                Report { wrong: vec![format!("the check could not be finished: {error}")], ..Report::default() }
            }
            Err(_gone) => return Err(Fault::broken("the check of the ledger panicked").into()),
        };
        for wrong in &report.wrong {
            tracing::error!(wrong, "the ledger is not whole");
        }
        let verdict = Verdict { at: self.now(), entries: report.entries, lines: report.lines, wrong: report.wrong };
        let body = serde_json::to_vec(&verdict)
            .map_err(|error| Fault::from_source(FaultKind::Broken, "writing the verdict of a check", error))?;
        self.db().write(0, move |tx| Ok(tx.set_fact(FACT, &body)?)).await?;
        let verdict = Arc::new(verdict);
        *self.inner.verdict.write().unwrap_or_else(PoisonError::into_inner) = Some(verdict.clone());
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_due_at_night_and_when_it_is_old() {
        // Midnight UTC is eight in the morning.
        let morning = 400 * DAY;
        let night = 400 * DAY - 5 * HOUR;
        for (last, since, now, is) in [
            (None, morning, morning + 9 * MINUTE, false),
            (None, morning, morning + 10 * MINUTE, true),
            (Some(morning - 24 * HOUR), 0, morning, false),
            (Some(morning - 36 * HOUR), 0, morning, true),
            (Some(night - 12 * HOUR), 0, night, true),
            (Some(night - 11 * HOUR), 0, night, false),
            (Some(night - 12 * HOUR), night - MINUTE, night, false),
        ] {
            assert_eq!(due(last, since, now), is, "{last:?} {since} {now}");
        }
    }
}
