//! What the engine did, step by step, for whoever asks why. The engine tells each step
//! to a [`Trace`]; in the hot path nobody listens and nothing is built.

use crate::{Line, LineSplit, Stage};
use kernel::{Bp, Fen};

/// Listens to the engine.
pub(crate) trait Trace {
    /// Hears a step; the note is built only by who keeps it.
    fn note(&mut self, note: impl FnOnce() -> Note);
}

/// Nobody listens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Silent;

impl Trace for Silent {
    #[inline]
    fn note(&mut self, _note: impl FnOnce() -> Note) {}
}

impl Trace for Vec<Note> {
    fn note(&mut self, note: impl FnOnce() -> Note) {
        self.push(note());
    }
}

/// Which cap stopped the pooled fund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binding {
    /// Nothing did.
    Nothing,
    /// The pool's own.
    Pool,
    /// That of all pools together.
    All,
}

/// Why there is no benefit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoBenefit {
    /// Suspended.
    Suspended,
    /// The plan has no ratio here.
    NoRate,
}

/// One step with its rule and numbers.
#[derive(Debug, Clone)]
pub(crate) enum Note {
    /// A line was parted.
    Line { place: usize, line: Line, limit: Option<Fen>, split: LineSplit },
    /// Part of the in-scope total became prior self-pay.
    Moved { rule: usize, base: Fen, bp: Bp, amount: Fen },
    /// The current year's account money paid first.
    AccountFirst { amount: Fen },
    /// No fund pays.
    NoBenefit { why: NoBenefit },
    /// The deductible.
    Deductible(DeductibleNote),
    /// A segment of the pooled fund.
    Segment(SegmentNote),
    /// A further fund.
    Further(FurtherNote),
    /// The own account paid.
    Account { amount: Fen, balance: Fen, payable: Fen },
    /// A relative's account paid.
    Relative { place: usize, amount: Fen, balance: Fen, limit: Option<Fen> },
}

/// How a deductible came about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeductibleNote {
    pub(crate) rule: Option<usize>,
    pub(crate) annual: bool,
    pub(crate) amount: Fen,
    pub(crate) nth: Option<(usize, Bp)>,
    pub(crate) family_off: Fen,
    pub(crate) cross: Option<(usize, Bp)>,
    pub(crate) continuation: bool,
    pub(crate) std: Fen,
    pub(crate) used: Fen,
    pub(crate) paid: Fen,
}

/// How a segment paid.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SegmentNote {
    pub(crate) rule: usize,
    pub(crate) segment: usize,
    pub(crate) base: Fen,
    pub(crate) own: Bp,
    pub(crate) bonus: Bp,
    pub(crate) cross: Option<usize>,
    pub(crate) times: Bp,
    pub(crate) minus: Bp,
    pub(crate) bp: Bp,
    pub(crate) want: Fen,
    pub(crate) pay: Fen,
    pub(crate) over: Fen,
    pub(crate) bound: Binding,
    pub(crate) bound_of_group: bool,
}

/// How a further fund paid.
#[derive(Debug, Clone)]
pub(crate) struct FurtherNote {
    pub(crate) stage: Stage,
    /// What it looked at.
    pub(crate) base: Fen,
    /// What it counted of the year before.
    pub(crate) before: Fen,
    pub(crate) threshold: Fen,
    /// Base and ratio, by the segment of the curve or one without a segment.
    pub(crate) shares: Vec<(Option<usize>, Fen, Bp)>,
    pub(crate) want: Fen,
    pub(crate) room: Option<Fen>,
    pub(crate) pay: Fen,
    /// Taken from prior self-pay, not from the in-scope burden.
    pub(crate) of_preself: Fen,
}
