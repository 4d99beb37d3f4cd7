//! Rights: what a route asks for. Which role holds which right is policy, a
//! table in `access`; code never asks for a role.

/// A right, named `crate.act`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Right {
    /// The stable name, for example `records.read`.
    pub name: &'static str,
    /// One sentence for the person who decides the policy.
    pub says: &'static str,
}

impl Right {
    /// Declares a right.
    pub const fn new(name: &'static str, says: &'static str) -> Self {
        Self { name, says }
    }
}

/// No right needed: health, sign-in, assets, the descriptions of interfaces.
pub const PUBLIC: Right = Right::new("public", "Anybody, signed in or not.");
/// Any actor who is signed in, about nothing but itself.
pub const SIGNED_IN: Right = Right::new("signed-in", "Any signed-in actor, about itself.");
