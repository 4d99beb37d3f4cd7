//! Step 1 and 2: each line into its classes, and the cut that turns part of the
//! in-scope total into prior self-pay. Classes, limits and ratios come with the line,
//! from the treatment place's catalogue.

use crate::amount::{above, minus, out_of_range, part, plus};
use crate::settle::Work;
use crate::trace::{Note, Trace};
use crate::{Class, LINES_MAX, Line, LineSplit, Refusal};
use kernel::{Bp, Error, FEN_MAX, Fen, Rounding};

/// The largest quantity: a million units, in thousandths.
const QTY_MAX: i64 = 1_000_000_000;

/// The classes of one line, and the limit amount it was held against.
#[inline]
pub(crate) fn split_line(
    line: &Line,
    rounding: Rounding,
    ratio_first: bool,
) -> Result<(LineSplit, Option<Fen>), Error> {
    sound(line)?;
    let size = Fen(line.amount.0.saturating_abs());
    let mut split = LineSplit::default();
    let mut limit = None;
    if line.class == Class::C {
        split.fulamt_ownpay = size;
    } else {
        limit = line.limit_price.map(|price| price.times_milli(line.qty_milli.saturating_abs(), rounding));
        let ratio = Bp(line.selfpay_bp);
        if ratio_first {
            split.preselfpay = part(size, ratio, rounding);
            let rest = minus(size, split.preselfpay)?;
            split.inscp = limit.map_or(rest, |limit| limit.min(rest));
            split.overlmt_selfpay = minus(rest, split.inscp)?;
        } else {
            let within = limit.map_or(size, |limit| limit.min(size));
            split.overlmt_selfpay = above(size, within);
            split.preselfpay = part(within, ratio, rounding);
            split.inscp = minus(within, split.preselfpay)?;
        }
    }
    if line.amount.0 < 0 {
        let turned = |amount: Fen| Fen(amount.0.saturating_neg());
        split = LineSplit {
            fulamt_ownpay: turned(split.fulamt_ownpay),
            overlmt_selfpay: turned(split.overlmt_selfpay),
            preselfpay: turned(split.preselfpay),
            inscp: turned(split.inscp),
        };
    }
    Ok((split, limit))
}

fn sound(line: &Line) -> Result<(), Error> {
    let amount = line.amount.0;
    let priced = line.limit_price.is_none_or(|price| (0..=FEN_MAX.0).contains(&price.0));
    if !(FEN_MAX.0.saturating_neg()..=FEN_MAX.0).contains(&amount) || !priced {
        return Err(out_of_range());
    }
    if !(0..=10_000).contains(&line.selfpay_bp) {
        return Err(Refusal::RateOutOfRange.error());
    }
    let fits = amount == 0 || (line.qty_milli != 0 && (amount < 0) == (line.qty_milli < 0));
    if !fits || !(QTY_MAX.saturating_neg()..=QTY_MAX).contains(&line.qty_milli) {
        return Err(Refusal::QuantityWrong.error());
    }
    Ok(())
}

impl<T: Trace> Work<'_, T> {
    /// Parts all lines and sums their classes; I1 holds by construction.
    pub(crate) fn split_lines(&mut self) -> Result<(), Error> {
        let lines = &self.encounter.lines;
        if lines.len() > LINES_MAX {
            return Err(Refusal::TooManyLines.at("lines").with(format!("{} lines", lines.len())));
        }
        let mut total = LineSplit::default();
        for (place, line) in lines.iter().enumerate() {
            let (split, limit) = split_line(line, self.ready.rounding, self.ready.ratio_first)
                .map_err(|error| error.at(format!("lines/{place}")))?;
            total.fulamt_ownpay = plus(total.fulamt_ownpay, split.fulamt_ownpay)?;
            total.overlmt_selfpay = plus(total.overlmt_selfpay, split.overlmt_selfpay)?;
            total.preselfpay = plus(total.preselfpay, split.preselfpay)?;
            total.inscp = plus(total.inscp, split.inscp)?;
            self.out.lines.push(split);
            self.trace.note(|| Note::Line { place, line: *line, limit, split });
        }
        let classes = [total.fulamt_ownpay, total.overlmt_selfpay, total.preselfpay, total.inscp];
        if classes.iter().any(|class| *class < Fen::ZERO) {
            return Err(Refusal::LineNegativeNet.at("lines"));
        }
        let [full, over, pre, inscp] = classes;
        let fee = plus(plus(full, over)?, plus(pre, inscp)?)?;
        if fee > FEN_MAX {
            return Err(out_of_range());
        }
        if let Some(stated) = self.encounter.total
            && stated != fee
        {
            return Err(Refusal::TotalMismatch.at("total").with(format!("stated {stated}, lines {fee}")));
        }
        self.out.medfee_sumamt = fee;
        self.out.fulamt_ownpay_amt = full;
        self.out.overlmt_selfpay = over;
        self.out.preselfpay_amt = pre;
        self.out.inscp_scp_amt = inscp;
        Ok(())
    }

    /// Care away: part of the in-scope total becomes prior self-pay.
    pub(crate) fn move_prior(&mut self) -> Result<(), Error> {
        let Some(cross) = self.cross else { return Ok(()) };
        if cross.prior.0 == 0 {
            return Ok(());
        }
        let base = self.out.inscp_scp_amt;
        let amount = part(base, cross.prior, self.ready.rounding);
        self.out.preselfpay_amt = plus(self.out.preselfpay_amt, amount)?;
        self.out.inscp_scp_amt = minus(base, amount)?;
        self.trace.note(|| Note::Moved { rule: cross.rule, base, bp: cross.prior, amount });
        Ok(())
    }
}
