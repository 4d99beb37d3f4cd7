//! The three ends of asking somebody else: done, refused, not known.
//!
//! Not known is neither success nor failure: it is never shown as a failure and
//! never asked again under another number (insurance.md §5.2).

/// Why an outcome is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing came back: time-out, broken connection, refused connection.
    NoAnswer(String),
    /// Something came back that says neither yes nor no.
    Unreadable(String),
    /// What came back is not signed by the channel, so it says nothing.
    SignatureWrong(String),
}

impl Doubt {
    /// One sentence for the log; no personal data.
    pub fn says(&self) -> &str {
        match self {
            Self::NoAnswer(says) | Self::Unreadable(says) | Self::SignatureWrong(says) => says,
        }
    }
}

/// What became of a request to a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It was done, and this was answered.
    Ok(T),
    /// It certainly had no effect; the channel's code says why.
    Refused(String),
    /// It may or may not have had an effect.
    Unknown(Doubt),
}

/// HTTP answers that certainly had no effect: the request itself was turned away.
/// 429 and every 5xx may come after an effect, and so may 408 and 409.
pub fn certainly_refused(status: u16) -> bool {
    matches!(status, 400 | 401 | 403 | 404 | 405 | 413 | 415 | 422)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_turned_the_request_away_is_a_refusal() {
        for (status, refused) in
            [(400, true), (401, true), (403, true), (404, true), (408, false), (409, false), (429, false)]
        {
            assert_eq!(certainly_refused(status), refused, "{status}");
        }
        for status in 500..=599 {
            assert!(!certainly_refused(status), "{status}");
        }
    }
}
