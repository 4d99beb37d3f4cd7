//! What keys are for, and how long each kind lives (reliability.md §8.7): never
//! one key for two uses.

use kernel::time::{DAY, HOUR};

macro_rules! uses {
    ($($(#[$doc:meta])* $name:ident $word:literal $signs:literal $sites:literal $life:literal $overlap:literal $lead:literal;)*) => {
        /// What a key is for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Use {$( $(#[$doc])* $name, )*}

        impl Use {
            /// Every use.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in the database, in commands and in the trust list.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// How keys of this use live.
            pub fn plan(self) -> Plan {
                match self { $(Self::$name => Plan {
                    signs: $signs,
                    per_site: $sites,
                    life: $life * DAY,
                    overlap: $overlap * DAY,
                    lead: $lead * HOUR,
                },)* }
            }
        }
    };
}

/// How keys of one use live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Whether they sign; else they are secrets from which others are derived.
    pub signs: bool,
    /// Whether institutions have their own.
    pub per_site: bool,
    /// From the first signature until nothing signed counts any more, microseconds.
    pub life: i64,
    /// The last part of the life: the next key signs already, this one still counts.
    pub overlap: i64,
    /// How long the next key is published before it signs, so that verifiers without
    /// a network know it in time.
    pub lead: i64,
}

uses! {
    // word, signs, of sites, life in days, overlap in days, lead in hours
    /// The region's own root; vouches for nothing by itself but the trust list's key.
    RegionRoot "region-root" true false 3_650 365 168;
    /// Credentials that are checked without a network, a key per issuing site.
    Issuing "issuing" true true 90 30 48;
    /// The same for phones whose browser signs with P-256 only, whatever the node's suite.
    IssuingP256 "issuing-p256" true false 90 30 48;
    /// Presence tokens.
    Presence "presence" true false 30 2 1;
    /// Answers of machine interfaces that are signed with SM2, whatever the node's suite.
    Interface "interface" true false 365 60 48;
    /// Codes of places.
    SiteCode "site-code" true true 365 60 48;
    /// Electronic bills, a key per billing institution.
    BillSeal "bill-seal" true true 365 60 48;
    /// Prescriptions, a key per institution.
    PrescriptionSeal "prescription-seal" true true 365 60 48;
    /// Messages to other regions.
    Federation "federation" true false 90 30 48;
    /// The list of keys and the lists of what is revoked.
    TrustList "trust-list" true false 730 365 168;
    /// Checkpoints of the chain of events.
    Checkpoint "checkpoint" true false 365 60 48;
    /// The master of the weekly code keys and of devices' secrets.
    DeviceEpochs "device-epochs" false false 36_500 0 0;
    /// Blind look-ups of numbers.
    Index "index" false false 36_500 0 0;
    /// Pseudonyms that differ from institution to institution.
    Pseudonym "pseudonym" false false 36_500 0 0;
}

impl Use {
    /// The suite that keys of this use always have; nothing where the node's is taken.
    pub fn suite(self) -> Option<u8> {
        let fixed = [(Self::IssuingP256, suites::INTL_P256), (Self::Interface, suites::GM)];
        fixed.into_iter().find(|(used, _suite)| *used == self).map(|(_used, suite)| suite)
    }

    /// Back from the word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|used| used.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_use_has_a_word_and_a_sound_plan() {
        for used in Use::ALL {
            let plan = used.plan();
            assert_eq!(Use::from_name(used.name()), Some(*used));
            assert!(plan.overlap < plan.life && plan.lead <= plan.overlap.max(HOUR), "{used:?}");
            assert!(plan.signs || plan.overlap == 0, "a secret is not rotated by time: {used:?}");
        }
        assert_eq!(Use::from_name("everything"), None);
        assert_eq!(Use::IssuingP256.suite(), Some(suites::INTL_P256), "whatever the node's suite is");
        assert_eq!(Use::Issuing.suite(), None);
    }
}
