//! A mandate: leave to show a code for somebody else, with its limits.

use crate::Refusal;
use kernel::time::DAY;
use kernel::{PersonId, Purpose};

/// Purposes one mandate names at most.
pub const PURPOSES_MAX: usize = 32;
/// How long a delegate's mandate lives at most; a guardian's ends with majority.
pub const DELEGATE_LIFE_MAX: i64 = 366 * DAY;
/// Mandates one person gives at a time at most.
pub const MANDATES_MAX: usize = 16;

/// Why somebody may show a code for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MandateKind {
    /// A parent or legal guardian; recorded at a staffed desk by the document.
    Guardian,
    /// Somebody the person named.
    Delegate,
}

impl MandateKind {
    /// The word in the database and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guardian => "guardian",
            Self::Delegate => "delegate",
        }
    }

    /// Back from the word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Guardian, Self::Delegate].into_iter().find(|kind| kind.name() == name)
    }
}

/// Leave to show a code for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Its number.
    pub id: i64,
    /// For whom.
    pub person: PersonId,
    /// Who may.
    pub holder: PersonId,
    /// Why.
    pub kind: MandateKind,
    /// For what; nothing named means everything.
    pub purposes: Vec<Purpose>,
    /// Until when, microseconds UTC.
    pub until_at: Option<i64>,
    /// Up to which amount a settlement may go, in fen.
    pub limit_fen: Option<i64>,
    /// When it was ended, microseconds UTC.
    pub ended_at: Option<i64>,
}

impl Mandate {
    /// Whether it permits showing a code for a purpose now.
    pub fn permits(&self, purpose: Purpose, now: i64) -> Result<(), Refusal> {
        if self.ended_at.is_some() || self.until_at.is_some_and(|until| until <= now) {
            return Err(Refusal::MandateEnded);
        }
        if !self.purposes.is_empty() && !self.purposes.contains(&purpose) {
            return Err(Refusal::PurposeOutside);
        }
        Ok(())
    }

    /// Whether it can be given as it is.
    pub fn sound(&self, now: i64) -> Result<(), Refusal> {
        let delegate = self.kind == MandateKind::Delegate;
        let too_long = self.until_at.is_none_or(|until| until > now + DELEGATE_LIFE_MAX);
        let over = self.until_at.is_some_and(|until| until <= now);
        let wrong = self.person == self.holder
            || self.purposes.len() > PURPOSES_MAX
            || self.limit_fen.is_some_and(|fen| fen < 0)
            || over
            || (delegate && too_long);
        if wrong { Err(Refusal::MandateInvalid) } else { Ok(()) }
    }
}

/// The codes of purposes as the database keeps them: five digits each, a blank
/// between.
pub fn purposes_text(purposes: &[Purpose]) -> String {
    purposes.iter().map(|purpose| purpose.code).collect::<Vec<_>>().join(" ")
}

/// Back from the text; nothing when a code is unknown.
pub fn purposes_of(text: &str) -> Option<Vec<Purpose>> {
    text.split_whitespace().map(Purpose::from_code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mandate(kind: MandateKind, until_at: Option<i64>) -> Mandate {
        Mandate {
            id: 1,
            person: PersonId(1),
            holder: PersonId(2),
            kind,
            purposes: purposes_of("01302 02121").unwrap(),
            until_at,
            limit_fen: Some(20_000),
            ended_at: None,
        }
    }

    #[test]
    fn a_mandate_has_limits() {
        let fetch = Purpose::from_code("01302").unwrap();
        let one = mandate(MandateKind::Delegate, Some(100));
        assert_eq!(one.permits(fetch, 99), Ok(()));
        assert_eq!(one.permits(fetch, 100), Err(Refusal::MandateEnded));
        assert_eq!(one.permits(kernel::purpose::CONSULT, 99), Err(Refusal::PurposeOutside));
        let all = Mandate { purposes: Vec::new(), ..one.clone() };
        assert_eq!(all.permits(kernel::purpose::CONSULT, 99), Ok(()));
        let ended = Mandate { ended_at: Some(5), ..one };
        assert_eq!(ended.permits(fetch, 4), Err(Refusal::MandateEnded));
    }

    #[test]
    fn what_cannot_be_given_is_refused() {
        for (mandate, expected) in [
            (mandate(MandateKind::Delegate, Some(DAY)), Ok(())),
            (mandate(MandateKind::Delegate, None), Err(Refusal::MandateInvalid)),
            (mandate(MandateKind::Guardian, None), Ok(())),
            (mandate(MandateKind::Delegate, Some(400 * DAY)), Err(Refusal::MandateInvalid)),
            (mandate(MandateKind::Delegate, Some(5)), Err(Refusal::MandateInvalid)),
            (Mandate { holder: PersonId(1), ..mandate(MandateKind::Guardian, None) }, Err(Refusal::MandateInvalid)),
            (Mandate { limit_fen: Some(-1), ..mandate(MandateKind::Guardian, None) }, Err(Refusal::MandateInvalid)),
        ] {
            assert_eq!(mandate.sound(10), expected, "{mandate:?}");
        }
        assert_eq!(purposes_of("01302 99999"), None);
        assert_eq!(purposes_text(&purposes_of("01302 02121").unwrap()), "01302 02121");
    }
}
