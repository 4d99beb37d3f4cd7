//! Faults: the world failing. A fault says what was being done and keeps its
//! source; the chain is logged once, at the edge.

use std::error::Error as StdError;
use std::fmt;

/// What a caller can do about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Too much is waiting: try again soon.
    Busy,
    /// The disk is full: writing is refused, reading goes on.
    Full,
    /// Another transaction was first: the store runs the work again by itself.
    Conflict,
    /// A key that must be unique exists already.
    Duplicate,
    /// The database or the disk is gone; whether a write happened is unknown.
    Lost,
    /// Anything else: somebody must look.
    Broken,
}

/// The world failed while doing something.
#[derive(Debug)]
pub struct Fault {
    /// What a caller can do about it.
    pub kind: FaultKind,
    doing: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Fault {
    /// A fault without an error below it.
    pub fn new(kind: FaultKind, doing: impl Into<String>) -> Self {
        Self { kind, doing: doing.into(), source: None }
    }

    /// A fault caused by another error.
    pub fn from_source(
        kind: FaultKind,
        doing: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self { kind, doing: doing.into(), source: Some(source.into()) }
    }

    /// Something that must hold does not: names table, column and key.
    pub fn broken(doing: impl Into<String>) -> Self {
        Self::new(FaultKind::Broken, doing)
    }

    /// The same fault for another caller of the same failed batch.
    #[must_use]
    pub fn echo(&self) -> Self {
        Self { kind: self.kind, doing: self.to_string(), source: None }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.doing)?;
        let mut below: Option<&(dyn StdError + 'static)> = self.source();
        while let Some(error) = below {
            write!(f, ": {error}")?;
            below = error.source();
        }
        Ok(())
    }
}

impl StdError for Fault {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| -> &(dyn StdError + 'static) { source.as_ref() })
    }
}
