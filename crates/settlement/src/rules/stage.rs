//! The stages of a visit and of a stay, and what moves them (insurance.md §4.1,
//! §4.2). What a hospital does not know about its own message (settling, uncertain,
//! reversing) is [`ask`](super::ask)'s: the insured place always knows.

use crate::Refusal;
use kernel::Error;

/// Where a visit or a stay stands at the insured place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Registered or admitted, nothing charged.
    Registered,
    /// Lines were charged.
    Charged,
    /// A stay that was discharged: no more fees.
    Discharged,
    /// Settled; of a stay also while it goes on after a mid-stay settlement closed
    /// what had been charged.
    Settled,
    /// Taken back before anything was settled.
    Void,
}

/// What somebody does with a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Lines come.
    Charge,
    /// All open lines are taken back.
    Uncharge,
    /// A stay ends.
    Discharge,
    /// The end is taken back.
    Readmit,
    /// The open lines are settled and nothing is left.
    Settle,
    /// The open lines of a stay are settled, the stay goes on.
    SettleMidStay,
    /// A settlement is cancelled: its lines are open again.
    Unsettle,
    /// The visit is taken back.
    Annul,
}

/// What kind of visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitKind {
    /// An out-patient visit, a chronic one, a pharmacy sale.
    Visit,
    /// A stay.
    Stay,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 5] = [Self::Registered, Self::Charged, Self::Discharged, Self::Settled, Self::Void];

    /// The name the database and the interface hold.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Charged => "charged",
            Self::Discharged => "discharged",
            Self::Settled => "settled",
            Self::Void => "void",
        }
    }

    /// Back from the name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// The next stage, or the refusal that the visit is closed to this.
    pub fn moved(self, kind: VisitKind, by: Step) -> Result<Self, Error> {
        use VisitKind::{Stay, Visit};
        Ok(match (kind, self, by) {
            (Visit | Stay, Self::Registered | Self::Charged, Step::Charge)
            | (Visit, Self::Settled, Step::Charge)
            | (Visit, Self::Settled | Self::Charged, Step::Unsettle)
            | (Stay, Self::Registered | Self::Charged, Step::Unsettle)
            | (Stay, Self::Discharged, Step::Readmit) => Self::Charged,
            (Visit | Stay, Self::Charged, Step::Uncharge) | (Stay, Self::Charged, Step::SettleMidStay) => {
                Self::Registered
            }
            (Stay, Self::Registered | Self::Charged, Step::Discharge)
            | (Stay, Self::Settled | Self::Discharged, Step::Unsettle) => Self::Discharged,
            (Visit, Self::Charged, Step::Settle) | (Stay, Self::Discharged, Step::Settle) => Self::Settled,
            (Visit | Stay, Self::Registered, Step::Annul) => Self::Void,
            (
                Visit | Stay,
                Self::Registered | Self::Charged | Self::Discharged | Self::Settled | Self::Void,
                Step::Charge
                | Step::Uncharge
                | Step::Discharge
                | Step::Readmit
                | Step::Settle
                | Step::SettleMidStay
                | Step::Unsettle
                | Step::Annul,
            ) => return Err(Refusal::VisitClosed.at("visit").with(self.name())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_move_as_drawn() {
        use Stage::{Charged, Discharged, Registered, Settled, Void};
        use VisitKind::{Stay, Visit};
        for (kind, from, by, to) in [
            (Visit, Registered, Step::Charge, Some(Charged)),
            (Visit, Registered, Step::Settle, None),
            (Visit, Charged, Step::Settle, Some(Settled)),
            (Visit, Charged, Step::Discharge, None),
            (Visit, Charged, Step::SettleMidStay, None),
            (Visit, Charged, Step::Annul, None),
            (Visit, Settled, Step::Settle, None),
            (Visit, Settled, Step::Unsettle, Some(Charged)),
            (Visit, Registered, Step::Annul, Some(Void)),
            (Stay, Charged, Step::Settle, None),
            (Stay, Charged, Step::SettleMidStay, Some(Registered)),
            (Stay, Registered, Step::Unsettle, Some(Charged)),
            (Stay, Charged, Step::Discharge, Some(Discharged)),
            (Stay, Discharged, Step::Charge, None),
            (Stay, Settled, Step::Charge, None),
            (Visit, Settled, Step::Charge, Some(Charged)),
            (Stay, Discharged, Step::Settle, Some(Settled)),
            (Stay, Settled, Step::Unsettle, Some(Discharged)),
            (Stay, Discharged, Step::Readmit, Some(Charged)),
        ] {
            let got = from.moved(kind, by);
            assert_eq!(got.as_ref().ok(), to.as_ref(), "{kind:?} {from:?} {by:?}");
            if let Err(error) = got {
                assert_eq!(error.code(), "settlement.visit-closed");
            }
        }
    }

    #[test]
    fn nothing_leaves_void() {
        for kind in [VisitKind::Visit, VisitKind::Stay] {
            for by in [
                Step::Charge,
                Step::Uncharge,
                Step::Discharge,
                Step::Readmit,
                Step::Settle,
                Step::SettleMidStay,
                Step::Unsettle,
                Step::Annul,
            ] {
                assert!(Stage::Void.moved(kind, by).is_err(), "{kind:?} {by:?}");
            }
        }
    }
}
