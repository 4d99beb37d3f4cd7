//! Steps 8 to 11: the large-amount supplement, major illness insurance, the
//! supplements of civil servants and enterprises, medical aid; each on what is left of
//! the burden, rounded once, in the plan's order.

use crate::amount::{above, minus, part, plus, shrink};
use crate::ready::{IllnessRow, ShareRow, has};
use crate::settle::Work;
use crate::trace::{FurtherNote, Note, Trace};
use crate::{Part, Stage, fund};
use kernel::{Bp, Error, Fen, Rounding};

/// What a fund wants to pay and how it came to that.
#[derive(Debug, Clone, Copy)]
struct Claim {
    fund: u32,
    stage: Stage,
    base: Fen,
    before: Fen,
    threshold: Fen,
    covered: Fen,
    bp: Bp,
    want: Fen,
    room: Option<Fen>,
}

/// `F(burden)`: what major illness insurance owes for a year's burden, without its
/// cap, rounded once; the difference of two values is what one stay gets.
fn curve(row: &IllnessRow, burden: Fen, rounding: Rounding) -> Fen {
    let mut product = 0_i128;
    each_share(row, Fen::ZERO, burden, |_, base, bp| {
        product = product.saturating_add(i128::from(base.0).saturating_mul(i128::from(bp.0)));
    });
    match i64::try_from(product) {
        Ok(product) => Fen(shrink(product, rounding)),
        // Beyond 64 bits only where a year's burden is beyond 9 × 10^14 fen.
        Err(_beyond) => Fen(i64::MAX),
    }
}

/// The pieces of the curve between two burdens.
fn each_share(row: &IllnessRow, from: Fen, to: Fen, mut share: impl FnMut(usize, Fen, Bp)) {
    let mut prev = row.threshold.max(from);
    for (place, segment) in row.segments.iter().enumerate() {
        let upto = to.min(segment.upto);
        if upto > prev {
            let bp = Bp(segment.bp.0.saturating_add(segment.bonus.0).min(10_000));
            share(place, above(upto, prev), bp);
            prev = upto;
        }
    }
}

impl<T: Trace> Work<'_, T> {
    /// Asks the funds in the plan's order.
    pub(crate) fn pay_further(&mut self) -> Result<(), Error> {
        let ready = self.ready;
        for stage in &ready.stages {
            match stage {
                Stage::Pooled => {}
                Stage::Supplement => self.pay_supplement()?,
                Stage::MajorIllness => self.pay_illness()?,
                Stage::CivilServant => {
                    let row = ready.civil_servant.filter(|_| self.person.civil_servant);
                    self.pay_share(row, Stage::CivilServant)?;
                }
                Stage::Enterprise => {
                    let row = ready.enterprise.filter(|_| self.person.enterprise);
                    self.pay_share(row, Stage::Enterprise)?;
                }
                Stage::Aid => self.pay_aid()?,
            }
        }
        Ok(())
    }

    /// Books what a fund pays: no more than its cap leaves, and than the burden is.
    fn grant(&mut self, claim: Claim, preself_too: bool) -> Result<Fen, Error> {
        let most = if preself_too { plus(self.burden, self.preself_left)? } else { self.burden };
        let pay = claim.want.min(claim.room.unwrap_or(claim.want)).min(most);
        let of_burden = pay.min(self.burden);
        let of_preself = minus(pay, of_burden)?;
        self.burden = minus(self.burden, of_burden)?;
        self.preself_left = minus(self.preself_left, of_preself)?;
        self.out.parts.push(Part { fund: claim.fund, amount: pay, base: claim.base, room: claim.room });
        let ready = self.ready;
        let class = self.person.aid_class;
        self.trace.note(|| {
            let mut shares = Vec::new();
            match (claim.stage, ready.illness_for(class)) {
                (Stage::MajorIllness, Some(row)) => {
                    let to = Fen(claim.before.0.saturating_add(claim.base.0));
                    each_share(row, claim.before, to, |place, base, bp| shares.push((Some(place), base, bp)));
                }
                _ => shares.push((None, claim.covered, claim.bp)),
            }
            Note::Further(FurtherNote {
                stage: claim.stage,
                base: claim.base,
                before: claim.before,
                threshold: claim.threshold,
                shares,
                want: claim.want,
                room: claim.room,
                pay,
                of_preself,
            })
        });
        Ok(pay)
    }

    fn pay_supplement(&mut self) -> Result<(), Error> {
        let Some(row) = self.ready.supplement else { return Ok(()) };
        let base = self.out.over_cap_base;
        if base == Fen::ZERO {
            return Ok(());
        }
        let paid = self.before.hifob_paid;
        let claim = Claim {
            fund: fund::SUPPLEMENT,
            stage: Stage::Supplement,
            base,
            before: Fen::ZERO,
            threshold: Fen::ZERO,
            covered: base,
            bp: row.bp,
            want: part(base, row.bp, self.ready.rounding),
            room: row.cap.map(|cap| above(cap, paid)),
        };
        self.out.hifob_pay = self.grant(claim, false)?;
        self.out.delta.hifob_paid = self.out.hifob_pay;
        Ok(())
    }

    fn pay_illness(&mut self) -> Result<(), Error> {
        let ready = self.ready;
        let Some(row) = ready.illness_for(self.person.aid_class).filter(|row| has(row.pools, self.pool)) else {
            return Ok(());
        };
        let preself = if row.counts_preself { self.preself_left } else { Fen::ZERO };
        let base = plus(self.burden, preself)?;
        let before = self.before.mi_base;
        let owed_before = curve(row, before, ready.rounding);
        let claim = Claim {
            fund: fund::MAJOR_ILLNESS,
            stage: Stage::MajorIllness,
            base,
            before,
            threshold: row.threshold,
            covered: base,
            bp: Bp(0),
            want: above(curve(row, plus(before, base)?, ready.rounding), owed_before),
            room: row.cap.map(|cap| above(cap, self.before.mi_paid)),
        };
        self.out.hifmi_pay = self.grant(claim, row.counts_preself)?;
        self.out.delta.mi_base = base;
        self.out.delta.mi_paid = self.out.hifmi_pay;
        Ok(())
    }

    fn pay_share(&mut self, row: Option<ShareRow>, stage: Stage) -> Result<(), Error> {
        let Some(row) = row.filter(|row| has(row.pools, self.pool)) else { return Ok(()) };
        let base = self.burden;
        let paid = self.before.cvl_paid;
        let claim = Claim {
            fund: row.fund,
            stage,
            base,
            before: Fen::ZERO,
            threshold: Fen::ZERO,
            covered: base,
            bp: row.bp,
            want: part(base, row.bp, self.ready.rounding),
            room: row.cap.filter(|_| stage == Stage::CivilServant).map(|cap| above(cap, paid)),
        };
        let pay = self.grant(claim, false)?;
        if stage == Stage::CivilServant {
            self.out.cvlserv_pay = pay;
            self.out.delta.cvl_paid = pay;
        } else {
            self.out.hifes_pay = pay;
        }
        Ok(())
    }

    fn pay_aid(&mut self) -> Result<(), Error> {
        let Some(class) = self.person.aid_class else { return Ok(()) };
        let row = self.ready.aid.get(class.index()).copied().flatten();
        let Some(row) = row.filter(|row| has(row.pools, self.pool)) else { return Ok(()) };
        let base = self.burden;
        let before = self.before.maf_base;
        let covered = above(plus(before, base)?, row.threshold.max(before));
        let claim = Claim {
            fund: fund::AID,
            stage: Stage::Aid,
            base,
            before,
            threshold: row.threshold,
            covered,
            bp: row.bp,
            want: part(covered, row.bp, self.ready.rounding),
            room: row.cap.map(|cap| above(cap, self.before.maf_paid)),
        };
        self.out.maf_pay = self.grant(claim, false)?;
        self.out.delta.maf_base = base;
        self.out.delta.maf_paid = self.out.maf_pay;
        Ok(())
    }
}
