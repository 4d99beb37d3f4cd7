//! A card: its medium, its stages, and whether it still shows codes.

use crate::Refusal;
use kernel::time::DAY;
use kernel::{CardId, PersonId};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {$( $(#[$vdoc])* $variant, )*}

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in the database and in JSON.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Back from the word.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

words! {
    /// What carries the code, or stands for it.
    Medium {
        /// A page or app that renews the code.
        Phone "phone",
        /// Paper or plastic with a code printed at a desk.
        Paper "paper",
        /// A bank or UnionPay card; only a keyed digest of its number is kept.
        Bank "bank",
        /// A social security card, likewise.
        Social "social",
        /// A card that one hospital gave out.
        Local "local",
        /// The code of a newborn, shown by who brings them; merges into a card later.
        Infant "infant",
        /// The code of somebody whose papers come later.
        Temporary "temporary",
    }
}

impl Medium {
    /// Whether the card is known by a number of its own instead of a code.
    pub fn numbered(self) -> bool {
        matches!(self, Self::Bank | Self::Social | Self::Local)
    }

    /// How long a card of this medium lives unless told otherwise; nothing for ever.
    pub fn life(self) -> Option<i64> {
        match self {
            Self::Phone | Self::Bank | Self::Social | Self::Local => None,
            Self::Paper => Some(730 * DAY),
            Self::Infant => Some(90 * DAY),
            Self::Temporary => Some(30 * DAY),
        }
    }
}

words! {
    /// Where a card stands. Ended stages have no way back.
    State {
        /// Asked for; shows nothing until it is activated.
        Applied "applied",
        /// Shows codes.
        Active "active",
        /// Rests at its owner's wish.
        Suspended "suspended",
        /// Reported lost; may be found again.
        Lost "lost",
        /// Ended by somebody.
        Revoked "revoked",
        /// Ended by its successor.
        Replaced "replaced",
        /// Ended by time.
        Expired "expired",
    }
}

words! {
    /// What somebody does with a card.
    Act {
        /// Begins to show codes.
        Activate "activate",
        /// Rests.
        Suspend "suspend",
        /// Rests no longer, or was found.
        Resume "resume",
        /// Is reported lost.
        Lose "lost",
        /// Ends.
        Revoke "revoke",
        /// Gives way to another.
        Replace "replace",
        /// Runs out.
        Expire "expire",
    }
}

impl State {
    /// Whether it has no way back.
    pub fn ended(self) -> bool {
        matches!(self, Self::Revoked | Self::Replaced | Self::Expired)
    }

    /// Where an act takes a card, or the refusal that says why not.
    pub fn after(self, act: Act) -> Result<Self, Refusal> {
        let then = match (self, act) {
            (Self::Applied, Act::Activate) | (Self::Suspended | Self::Lost, Act::Resume) => Self::Active,
            (Self::Active, Act::Suspend) => Self::Suspended,
            (Self::Applied | Self::Active | Self::Suspended, Act::Lose) => Self::Lost,
            (Self::Applied | Self::Active | Self::Suspended | Self::Lost, Act::Revoke) => Self::Revoked,
            (Self::Applied | Self::Active | Self::Suspended | Self::Lost, Act::Replace) => Self::Replaced,
            (Self::Applied | Self::Active | Self::Suspended | Self::Lost, Act::Expire) => Self::Expired,
            (
                Self::Applied
                | Self::Active
                | Self::Suspended
                | Self::Lost
                | Self::Revoked
                | Self::Replaced
                | Self::Expired,
                _,
            ) => return Err(Refusal::StageWrong),
        };
        Ok(then)
    }
}

words! {
    /// How sure it is that the card was given to the right person.
    Proof {
        /// Nobody looked: a temporary or newborn's code.
        None "none",
        /// A number was told and fits what is known.
        Told "told",
        /// An original document was shown at a staffed desk.
        Document "document",
        /// The document and the face were compared.
        Face "face",
    }
}

impl Proof {
    /// The number in the database: higher is surer.
    pub fn code(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Told => 1,
            Self::Document => 2,
            Self::Face => 3,
        }
    }

    /// Back from the number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.code() == code)
    }
}

/// Characters of a card's or device's label at most.
pub const LABEL_MAX: usize = 60;

/// A card as stored, as far as its verbs ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Whose.
    pub person: PersonId,
    /// Its id.
    pub id: CardId,
    /// What carries it.
    pub medium: Medium,
    /// What its owner calls it.
    pub label: String,
    /// Where it stands.
    pub state: State,
    /// How sure it is.
    pub proof: Proof,
    /// When it was asked for or issued, microseconds UTC.
    pub issued_at: i64,
    /// Until when it was issued, microseconds UTC.
    pub expires_at: Option<i64>,
    /// The mandate under which somebody else shows it; 0 for none.
    pub mandate: i64,
}

impl Card {
    /// Whether it shows codes at `now`.
    pub fn live(&self, now: i64) -> bool {
        self.state == State::Active && self.expires_at.is_none_or(|until| until > now)
    }

    /// Whether it is the owner's own card on a phone that they stopped: it rests or is
    /// reported lost.
    pub fn stopped(&self, now: i64) -> bool {
        let stopped = matches!(self.state, State::Suspended | State::Lost);
        stopped && self.medium == Medium::Phone && self.mandate == 0 && !self.ran_out(now)
    }

    /// Whether time has ended it and nobody has written it down yet.
    pub fn ran_out(&self, now: i64) -> bool {
        !self.state.ended() && self.expires_at.is_some_and(|until| until <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn card(state: State, expires_at: Option<i64>) -> Card {
        Card {
            person: PersonId(1),
            id: CardId(2),
            medium: Medium::Phone,
            label: String::new(),
            state,
            proof: Proof::Document,
            issued_at: 0,
            expires_at,
            mandate: 0,
        }
    }

    #[test]
    fn a_card_lives_while_active_and_not_run_out() {
        assert!(card(State::Active, None).live(10));
        assert!(card(State::Active, Some(11)).live(10));
        assert!(!card(State::Active, Some(10)).live(10));
        assert!(card(State::Active, Some(10)).ran_out(10));
        assert!(!card(State::Revoked, Some(9)).ran_out(10));
        for state in State::ALL.iter().filter(|state| **state != State::Active) {
            assert!(!card(*state, None).live(10), "{state:?}");
        }
    }

    #[test]
    fn acts_move_cards() {
        for (state, act, then) in [
            (State::Applied, Act::Activate, Ok(State::Active)),
            (State::Active, Act::Activate, Err(Refusal::StageWrong)),
            (State::Active, Act::Suspend, Ok(State::Suspended)),
            (State::Suspended, Act::Resume, Ok(State::Active)),
            (State::Lost, Act::Resume, Ok(State::Active)),
            (State::Lost, Act::Suspend, Err(Refusal::StageWrong)),
            (State::Active, Act::Replace, Ok(State::Replaced)),
            (State::Active, Act::Expire, Ok(State::Expired)),
            (State::Applied, Act::Resume, Err(Refusal::StageWrong)),
        ] {
            assert_eq!(state.after(act), then, "{state:?} {act:?}");
        }
    }

    proptest! {
        /// Whatever is done, an ended card never shows codes again.
        #[test]
        fn there_is_no_way_back_from_the_end(acts in proptest::collection::vec(0..Act::ALL.len(), 0..20)) {
            let mut state = State::Applied;
            let mut ended = false;
            for at in acts {
                if let Ok(then) = state.after(Act::ALL[at]) {
                    prop_assert!(!ended);
                    state = then;
                }
                ended = state.ended();
            }
        }
    }

    #[test]
    fn words_come_back() {
        assert_eq!(Medium::from_name("paper"), Some(Medium::Paper));
        assert_eq!(Medium::from_name("stone"), None);
        assert_eq!(Act::from_name("lost"), Some(Act::Lose));
        for proof in Proof::ALL {
            assert_eq!(Proof::from_code(proof.code()), Some(*proof));
        }
        for medium in Medium::ALL {
            assert!(medium.life().is_none_or(|life| life > 0), "{medium:?}");
        }
    }
}
