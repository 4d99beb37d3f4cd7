//! The timeline: a person's half year across all institutions in one range read,
//! without touching bodies.

use crate::store::{self, LineRow};
use crate::{Records, TIMELINE};
use access::grant::{Grant, WINDOW};
use kernel::{Actor, Error, PersonId};
use std::sync::Arc;

/// Lines of one answer at most; a person with more in half a year is told so.
pub const LINES_MAX: i64 = 2_000;

/// Which stretch of time is asked for, microseconds UTC, half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// From.
    pub from: i64,
    /// To, not included.
    pub to: i64,
}

impl Stretch {
    /// The half year before `now`, with a day ahead for clocks that run fast.
    pub fn half_year(now: i64) -> Self {
        Self { from: now - WINDOW, to: now + kernel::time::DAY }
    }
}

/// A stretch of a person's timeline.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// The leave it was read under.
    pub grant: Grant,
    /// What was asked for.
    pub stretch: Stretch,
    /// Lines, newest first.
    pub lines: Vec<LineRow>,
    /// The newest entry before the stretch, so that a page can lead there.
    pub before: Option<i64>,
}

impl Records {
    /// A stretch of the person's timeline; the look is durable when this returns.
    pub async fn timeline(&self, actor: &Arc<Actor>, person: PersonId, stretch: Stretch) -> Result<Timeline, Error> {
        let grant = self.gate.grant(actor, person).await?;
        let timeline = self
            .db
            .read(move |sql| {
                let lines = store::timeline(sql, &grant, stretch.from, stretch.to, LINES_MAX)?;
                // Only an empty answer needs to say where the newest entry is.
                let before = if lines.is_empty() { store::newest_before(sql, &grant, stretch.from)? } else { None };
                Ok(Timeline { grant, stretch, lines, before })
            })
            .await?;
        let event = timeline.grant.look(&TIMELINE, format!("{} lines", timeline.lines.len()));
        self.db.record(person.0, event).await?;
        Ok(timeline)
    }
}
