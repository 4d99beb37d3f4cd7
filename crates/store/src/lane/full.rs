//! A lane on a full disk: looks go to its reserve, and from there to the chain as soon
//! as there is room.

use super::{Lane, Work};
use crate::event::{self, Event, Head, Line};
use crate::link::Control;
use crate::reserve::{Held, Reserve};
use crate::tx::Later;
use kernel::{Fault, FaultKind};
use std::sync::atomic::Ordering;

impl Lane {
    /// Makes the looks of a batch durable in the reserve; answers how many, counted
    /// from the first.
    pub(super) fn keep_looks(&mut self, batch: &[Box<dyn Work>]) -> usize {
        let now = self.world.now();
        let looks: Vec<(i64, &Event)> = batch.iter().filter_map(|work| Some((now, work.look()?))).collect();
        self.reserve.as_mut().map_or(0, |reserve| if looks.is_empty() { 0 } else { reserve.keep(&looks) })
    }

    /// Gives the looks of the reserve their places in the chain; answers the new end of
    /// the chain, and why nothing else should be tried now, if so.
    pub(super) fn settle(&mut self, mut head: Head) -> Result<(Head, Option<Fault>), Fault> {
        let Some(mut reserve) = self.reserve.take() else { return Ok((head, None)) };
        let mut failed = None;
        while failed.is_none() && reserve.due() {
            match self.take_over(&reserve, head) {
                Ok((new_head, upto)) => {
                    head = new_head;
                    reserve.taken(upto);
                }
                Err(fault) => failed = Some(fault),
            }
        }
        let Some(fault) = failed else {
            self.reserve = Some(reserve);
            return Ok((head, None));
        };
        let over = self.beyond_repair(&fault);
        // There may be nothing left to roll back.
        let _ = self.link.control(Control::Rollback);
        self.away |= fault.kind == FaultKind::Lost;
        let passing = matches!(fault.kind, FaultKind::Full | FaultKind::Busy | FaultKind::Lost);
        if !passing && fault.kind != FaultKind::Conflict {
            tracing::error!(error = %fault, "the looks of the reserve cannot be chained; they wait for the next start");
            reserve.hold_back();
        }
        self.reserve = Some(reserve);
        if over { Err(fault) } else { Ok((head, passing.then_some(fault))) }
    }

    fn take_over(&mut self, reserve: &Reserve, head: Head) -> Result<(Head, i64), Fault> {
        self.link.control(Control::Begin)?;
        let (upto, looks) = reserve.take(&mut self.link)?;
        let lines: Vec<Line<'_>> = looks.iter().map(Held::line).collect();
        let new_head = event::append(&mut self.link, head, &lines, &Later::default())?;
        self.link.control(Control::Commit)?;
        self.counts.commits.fetch_add(1, Ordering::Relaxed);
        Ok((new_head, upto))
    }
}
