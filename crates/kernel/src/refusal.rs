//! Refusals: the product saying no. Each capability declares one enum with
//! [`refusals!`](crate::refusals), variants in order of precedence; every variant
//! has a code that never changes, the fact and what to do, in Chinese and English.

use crate::Fault;

/// A row of the catalogue of refusals.
#[derive(Debug, PartialEq, Eq)]
pub struct RefusalKind {
    /// Stable code, `crate.what-is-wrong`.
    pub code: &'static str,
    /// HTTP status it is answered with.
    pub status: u16,
    /// The fact, in English.
    pub en: &'static str,
    /// The fact, in Chinese.
    pub zh: &'static str,
    /// What to do, in English.
    pub do_en: &'static str,
    /// What to do, in Chinese.
    pub do_zh: &'static str,
}

/// One refusal: its kind, the field it is about and the particulars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The catalogue row.
    pub kind: &'static RefusalKind,
    /// The field or parameter, if one is to blame.
    pub field: Option<String>,
    /// Particulars that help (never personal data).
    pub detail: Option<String>,
}

/// Why a verb did not do it: the product said no, or the world failed.
#[derive(Debug)]
pub enum Error {
    /// The product said no.
    Refused(Box<Refused>),
    /// The world failed.
    Fault(Fault),
}

impl Error {
    /// Names the field a refusal is about; a fault stays as it is.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        if let Self::Refused(refused) = &mut self {
            refused.field = Some(field.into());
        }
        self
    }

    /// Adds particulars to a refusal; a fault stays as it is.
    #[must_use]
    pub fn with(mut self, detail: impl Into<String>) -> Self {
        if let Self::Refused(refused) = &mut self {
            refused.detail = Some(detail.into());
        }
        self
    }

    /// The stable code of a refusal; `fault` for a fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.kind.code,
            Self::Fault(_) => "fault",
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(refused) => {
                write!(f, "{}: {}", refused.kind.code, refused.kind.en)?;
                if let Some(field) = &refused.field {
                    write!(f, " [{field}]")?;
                }
                if let Some(detail) = &refused.detail {
                    write!(f, " ({detail})")?;
                }
                write!(f, " {}", refused.kind.do_en)
            }
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

/// Declares a capability's refusals: an enum whose variants carry status, code,
/// fact and remedy in both languages, its `CATALOGUE`, and the way into [`Error`].
///
/// ```
/// kernel::refusals! {
///     /// Why the example says no.
///     pub enum Refusal {
///         /// The door is shut.
///         Shut = 409 "example.shut", "The door is shut.", "门关着。", "Knock first.", "请先敲门。";
///     }
/// }
/// let error = Refusal::Shut.at("door");
/// assert_eq!(error.code(), "example.shut");
/// ```
#[macro_export]
macro_rules! refusals {
    ($(#[$doc:meta])* pub enum $name:ident {$(
        $(#[$vdoc:meta])* $variant:ident = $status:literal $code:literal, $en:literal, $zh:literal, $do_en:literal, $do_zh:literal;
    )*}) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {$( $(#[$vdoc])* $variant, )*}

        impl $name {
            /// Every refusal of this capability, in order of precedence.
            pub const CATALOGUE: &'static [&'static $crate::RefusalKind] = &[$(
                &$crate::RefusalKind { code: $code, status: $status, en: $en, zh: $zh, do_en: $do_en, do_zh: $do_zh },
            )*];

            /// The catalogue row.
            pub const fn kind(self) -> &'static $crate::RefusalKind {
                Self::CATALOGUE[self as usize]
            }

            /// The refusal as an error.
            pub fn error(self) -> $crate::Error {
                $crate::Error::Refused(Box::new($crate::Refused { kind: self.kind(), field: None, detail: None }))
            }

            /// The refusal as an error about a field.
            pub fn at(self, field: impl Into<String>) -> $crate::Error {
                self.error().at(field)
            }
        }

        impl From<$name> for $crate::Error {
            fn from(refusal: $name) -> Self {
                refusal.error()
            }
        }
    };
}
