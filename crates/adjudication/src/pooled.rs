//! Steps 5 to 7: the deductible, the pooled fund's segments, and the caps it stops at.

use crate::amount::{above, base_for_pay, minus, part, plus, rate_part};
use crate::plan::DeductibleKind;
use crate::ready::{CapRow, RateRow, SegmentRow};
use crate::settle::Work;
use crate::trace::{Binding, DeductibleNote, Note, SegmentNote, Trace};
use crate::{Accumulators, Part};
use kernel::{Bp, Error, Fen};

/// What the caps leave, and which of them binds first.
#[derive(Debug, Clone, Copy)]
struct Rooms {
    plain: Option<Fen>,
    over: Option<Fen>,
    /// Of the two, the one that is named when they bind.
    plain_is: (Binding, bool),
    over_is: (Binding, bool),
}

impl Rooms {
    fn least(&self) -> Option<Fen> {
        match (self.plain, self.over) {
            (Some(plain), Some(over)) => Some(plain.min(over)),
            (one, other) => one.or(other),
        }
    }

    /// The smaller room wins, ties go to the overflow cap.
    fn overflows(&self) -> bool {
        self.over.is_some_and(|over| self.plain.is_none_or(|plain| over <= plain))
    }

    fn binding(&self) -> (Binding, bool) {
        if self.overflows() { self.over_is } else { self.plain_is }
    }

    fn take(&mut self, cap: CapRow, paid: Fen, is: Binding) {
        let room = above(cap.amount, paid);
        let (slot, name) =
            if cap.overflow { (&mut self.over, &mut self.over_is) } else { (&mut self.plain, &mut self.plain_is) };
        if slot.is_none_or(|held| room < held) {
            *slot = Some(room);
            *name = (is, cap.of_group);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stopped {
    No,
    Plain,
    Over,
}

impl<T: Trace> Work<'_, T> {
    /// The deductible that holds here and, where there is a benefit, what is paid of it.
    pub(crate) fn deductible(&mut self, base: Fen, entitled: bool) -> Result<Fen, Error> {
        let rounding = self.ready.rounding;
        let mut note = DeductibleNote {
            rule: None,
            annual: false,
            amount: Fen::ZERO,
            nth: None,
            family_off: Fen::ZERO,
            cross: None,
            continuation: self.encounter.continuation,
            std: Fen::ZERO,
            used: Fen::ZERO,
            paid: Fen::ZERO,
        };
        let ready = self.ready;
        if let Some(row) = ready.deductible(self.group, self.pool, self.encounter.level)
            && !self.encounter.continuation
        {
            note.rule = Some(row.rule);
            note.annual = row.kind == DeductibleKind::Annual;
            note.amount = row.amount;
            note.std = row.amount;
            if row.kind == DeductibleKind::PerAdmission {
                note.nth = row.nth(self.before.admissions);
                note.std = note.nth.map_or(note.std, |(_, bp)| part(note.std, bp, rounding));
            } else {
                note.used = Accumulators::of(&self.before.dedc_used, self.pool);
            }
            if self.person.family_doctor {
                note.family_off = row.family_off.min(note.std);
                note.std = minus(note.std, note.family_off)?;
            }
            if let Some(cross) = self.cross
                && cross.deductible != Bp(10_000)
            {
                note.std = part(note.std, cross.deductible, rounding);
                note.cross = Some((cross.rule, cross.deductible));
            }
        }
        if entitled {
            note.paid = base.min(above(note.std, note.used));
        }
        self.out.dedc_std = note.std;
        self.out.act_pay_dedc = note.paid;
        self.trace.note(|| Note::Deductible(note));
        Ok(note.paid)
    }

    fn rooms(&self) -> Rooms {
        let none = (Binding::Nothing, false);
        let mut rooms = Rooms { plain: None, over: None, plain_is: none, over_is: none };
        let caps = self.ready.pool_caps(self.group, self.pool);
        let paid = &self.before.pool_paid;
        if let Some(cap) = caps.pool {
            rooms.take(cap, Accumulators::of(paid, self.pool), Binding::Pool);
        }
        if let Some(cap) = caps.all {
            let all = paid.iter().fold(Fen::ZERO, |sum, pool| Fen(sum.0.saturating_add(pool.0)));
            rooms.take(cap, all, Binding::All);
        }
        rooms
    }

    /// Whose ratio a segment has here.
    fn effective(&self, segment: &SegmentRow) -> Bp {
        let whole = Bp(segment.bp.0.saturating_add(segment.bonus.0).min(10_000));
        let Some(cross) = self.cross else { return whole };
        let times = if cross.times == Bp(10_000) { whole } else { rate_part(whole, cross.times, self.ready.rounding) };
        Bp(times.0.saturating_sub(cross.minus.0).max(0))
    }

    /// Walks the segments over `base` in-scope fen of which the first `dedc` are the
    /// deductible; books the pooled part.
    pub(crate) fn pay_pooled(&mut self, rate: &RateRow, base: Fen, dedc: Fen) -> Result<(), Error> {
        let start =
            if self.ready.is_annual(self.pool) { Accumulators::of(&self.before.inscp, self.pool) } else { Fen::ZERO };
        let (lo, hi) = (plus(start, dedc)?, plus(start, base)?);
        let rooms = self.rooms();
        let (mut pay, mut over, mut prev, mut stopped) = (Fen::ZERO, Fen::ZERO, Fen::ZERO, Stopped::No);
        for (place, segment) in rate.segments.iter().enumerate() {
            let (from, to) = (lo.max(prev), hi.min(segment.upto));
            prev = segment.upto;
            if to <= from {
                continue;
            }
            let base = minus(to, from)?;
            let bp = self.effective(segment);
            let want = part(base, bp, self.ready.rounding);
            let (mut paid, mut spilled) = (Fen::ZERO, Fen::ZERO);
            match stopped {
                Stopped::Over => spilled = base,
                Stopped::Plain => {}
                Stopped::No => match rooms.least().map(|room| above(room, pay)) {
                    // Reaching the cap exactly is no stop.
                    Some(room) if want > room => {
                        paid = room;
                        if rooms.overflows() {
                            stopped = Stopped::Over;
                            spilled = above(base, base_for_pay(room, bp, self.ready.rounding));
                        } else {
                            stopped = Stopped::Plain;
                        }
                    }
                    _ => paid = want,
                },
            }
            pay = plus(pay, paid)?;
            over = plus(over, spilled)?;
            let bound = if stopped == Stopped::No { (Binding::Nothing, false) } else { rooms.binding() };
            let cross = self.cross;
            self.trace.note(|| {
                Note::Segment(SegmentNote {
                    rule: rate.rule,
                    segment: place,
                    base,
                    own: segment.bp,
                    bonus: segment.bonus,
                    cross: cross.map(|cross| cross.rule),
                    times: cross.map_or(Bp(10_000), |cross| cross.times),
                    minus: cross.map_or(Bp(0), |cross| cross.minus),
                    bp,
                    want,
                    pay: paid,
                    over: spilled,
                    bound: bound.0,
                    bound_of_group: bound.1,
                })
            });
        }
        self.out.hifp_pay = pay;
        self.out.over_cap_base = over;
        self.out.pool_ratio_bp = ratio(pay, minus(base, dedc)?);
        self.out.delta.pool_paid = pay;
        self.burden = minus(self.burden, pay)?;
        let fund = self.ready.pool_fund;
        self.out.parts.push(Part { fund, amount: pay, base: self.out.inscp_scp_amt, room: rooms.least() });
        Ok(())
    }
}

/// What part of `base` was paid, in whole basis points.
fn ratio(pay: Fen, base: Fen) -> i32 {
    if base.0 <= 0 {
        return 0;
    }
    let doubled = i128::from(pay.0).saturating_mul(20_000).saturating_add(i128::from(base.0));
    let ratio = doubled.checked_div(i128::from(base.0).saturating_mul(2)).unwrap_or(0);
    i32::try_from(ratio).unwrap_or(i32::MAX)
}
