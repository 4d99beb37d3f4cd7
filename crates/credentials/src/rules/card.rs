//! A card: its medium, and whether it still shows codes.

use kernel::{CardId, PersonId};

/// What carries the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// A page or app that renews the code.
    Phone,
    /// Paper or plastic with a code printed at a desk.
    Paper,
}

impl Medium {
    /// The word in the database and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Paper => "paper",
        }
    }

    /// Back from the word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Phone, Self::Paper].into_iter().find(|medium| medium.name() == name)
    }
}

/// Characters of a card's label at most.
pub const LABEL_MAX: usize = 60;

/// A card as stored, as far as showing and scanning ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Whose.
    pub person: PersonId,
    /// Its id.
    pub id: CardId,
    /// What carries it.
    pub medium: Medium,
    /// Since when it shows nothing, microseconds UTC.
    pub revoked_at: Option<i64>,
    /// Until when it was issued, microseconds UTC.
    pub expires_at: Option<i64>,
}

impl Card {
    /// Whether it shows codes at `now`.
    pub fn live(&self, now: i64) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|until| until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_lives_until_revoked_or_run_out() {
        let card = |revoked_at, expires_at| Card {
            person: PersonId(1),
            id: CardId(2),
            medium: Medium::Phone,
            revoked_at,
            expires_at,
        };
        assert!(card(None, None).live(10));
        assert!(card(None, Some(11)).live(10));
        assert!(!card(None, Some(10)).live(10));
        assert!(!card(Some(9), None).live(10));
        assert_eq!(Medium::from_name("paper"), Some(Medium::Paper));
        assert_eq!(Medium::from_name("stone"), None);
    }
}
