//! What is handed over at a desk: notes with change, or a card at a terminal.

use crate::Refusal;
use kernel::{Error, FEN_MAX, Fen};

/// Characters of a terminal's or slip's number at most.
pub const NUMBER_MAX: usize = 32;

/// What the person hands over at a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tender {
    /// Notes and coins.
    Cash {
        /// How much was handed over, at least what is due.
        received: Fen,
    },
    /// A card at the desk's terminal.
    Pos {
        /// The terminal.
        terminal: String,
        /// The number on its slip; one slip pays once.
        slip: String,
    },
    /// Nothing, where no money is due.
    Nothing,
}

impl Tender {
    /// The word the database and the JSON interface hold.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cash { .. } => "cash",
            Self::Pos { .. } => "pos",
            Self::Nothing => "nothing",
        }
    }

    /// The change to give for an amount due, or why this does not pay it.
    pub fn change(&self, due: Fen) -> Result<Fen, Error> {
        match self {
            Self::Cash { received } => {
                let enough = *received >= due && *received <= FEN_MAX && due > Fen::ZERO;
                let change = received.minus(due).filter(|_| enough);
                change.ok_or_else(|| Refusal::TenderShort.at("received").with(format!("{due} is due")))
            }
            Self::Pos { terminal, slip } => {
                let plain = |text: &str| {
                    !text.is_empty()
                        && text.len() <= NUMBER_MAX
                        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                };
                if plain(terminal) && plain(slip) && due > Fen::ZERO {
                    Ok(Fen::ZERO)
                } else {
                    Err(Refusal::SlipUnreadable.at("slip"))
                }
            }
            Self::Nothing if due == Fen::ZERO => Ok(Fen::ZERO),
            Self::Nothing => Err(Refusal::TenderShort.at("tender").with(format!("{due} is due"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn change_is_given_or_the_tender_refused() {
        let cash = |received| Tender::Cash { received: Fen(received) };
        let pos = |slip: &str| Tender::Pos { terminal: "T-12".into(), slip: slip.into() };
        for (tender, due, change) in [
            (cash(5000), 2150, Some(2850)),
            (cash(2150), 2150, Some(0)),
            (cash(2149), 2150, None),
            (cash(-1), 2150, None),
            (cash(i64::MAX), 2150, None),
            (cash(100), 0, None),
            (pos("000812"), 2150, Some(0)),
            (pos(""), 2150, None),
            (pos("12 34"), 2150, None),
            (Tender::Nothing, 0, Some(0)),
            (Tender::Nothing, 1, None),
        ] {
            assert_eq!(tender.change(Fen(due)).ok(), change.map(Fen), "{tender:?} {due}");
        }
    }
}
