//! A key's name: eight bytes, a digest of what it is and of its public part, with
//! the realm in the highest bit, so that a test key is known as one by whoever
//! reads a signature (C6).

use super::plan::Use;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// Test and production never mix: each refuses the other's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Realm {
    /// Real people.
    Production,
    /// The demo, tests, acceptance: nothing signed here counts anywhere else.
    Test,
}

impl Realm {
    /// The word in the database, in configuration and in the trust list.
    pub fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Test => "test",
        }
    }

    /// Back from the word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Production, Self::Test].into_iter().find(|realm| realm.name() == name)
    }
}

const TEST_BIT: u8 = 0x80;

/// The name of a key: 16 hexadecimal digits as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kid(
    /// The bytes as a signature carries them.
    pub [u8; 8],
);

impl Kid {
    /// The name of a key with this public part.
    pub fn of(realm: Realm, used: Use, suite: u8, public: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"yima-kid\0");
        hash.update([suite]);
        hash.update(used.name().as_bytes());
        hash.update([0]);
        hash.update(public);
        let whole = hash.finalize();
        let mut bytes: [u8; 8] = std::array::from_fn(|at| whole[at]);
        bytes[0] &= !TEST_BIT;
        if realm == Realm::Test {
            bytes[0] |= TEST_BIT;
        }
        Self(bytes)
    }

    /// The realm it says it is of.
    pub fn realm(self) -> Realm {
        if self.0[0] & TEST_BIT == 0 { Realm::Production } else { Realm::Test }
    }

    /// Whether it names a test key.
    pub fn is_test(self) -> bool {
        self.realm() == Realm::Test
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl std::str::FromStr for Kid {
    type Err = BadKid;

    fn from_str(text: &str) -> Result<Self, BadKid> {
        let plain = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = u64::from_str_radix(text, 16).ok().filter(|_| plain).ok_or(BadKid)?;
        Ok(Self(number.to_be_bytes()))
    }
}

/// Text that is no key's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadKid;

impl fmt::Display for BadKid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a key is 16 lower-case hexadecimal digits")
    }
}

impl std::error::Error for BadKid {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_realm_is_in_the_name(public in proptest::collection::vec(any::<u8>(), 0..80)) {
            for realm in [Realm::Production, Realm::Test] {
                let kid = Kid::of(realm, Use::Presence, 1, &public);
                prop_assert_eq!(kid.realm(), realm);
                prop_assert_eq!(kid.to_string().parse::<Kid>(), Ok(kid));
                prop_assert_ne!(kid, Kid::of(realm, Use::Issuing, 1, &public));
                prop_assert_ne!(kid, Kid::of(realm, Use::Presence, 2, &public));
            }
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "0", "00000000000000zz", "00000000000000FF", "+0000000000000ff", "00000000000000ff0"] {
            assert_eq!(text.parse::<Kid>(), Err(BadKid), "{text}");
        }
        assert_eq!(Realm::from_name("test"), Some(Realm::Test));
        assert_eq!(Realm::from_name("demo"), None);
    }
}
