//! A small world for the tests: a region's keys, issuers in every suite, a terminal
//! that holds their lists.

use code::credential::Claims;
use code::revocation::{Revoked, Shard, base};
use code::site::Place;
use code::trust::uses;
use code::{CodeKeys, Credential, Device, Issuer, Kid, Paper, Realm, Root, Site, SiteUse, Step, TrustList, Verifier};
use suites::{PrivateKey, Suite};

/// 2026-11-18 09:40 in China.
pub(crate) const NOW: i64 = 1_794_966_000;
pub(crate) const REGION: u32 = 330_100;
/// The region next to it.
pub(crate) const NEIGHBOUR: u32 = 330_200;
pub(crate) const MASTER: [u8; 32] = [0x5A; 32];
pub(crate) const DEVICE: Device = Device(0x0123_4567_89AB_CDEF);
/// Shards of the revocation list.
pub(crate) const SHARDS: u32 = 4;
/// The pseudonym that is revoked.
pub(crate) const REVOKED: [u8; 16] = [0xEE; 16];

/// Bytes that look random and repeat.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.number() % limit as u64).expect("small")
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.number().to_be_bytes()[0];
        }
    }

    pub(crate) fn key(&mut self, suite: &dyn Suite) -> PrivateKey {
        suite.generate(&mut |bytes: &mut [u8]| self.fill(bytes))
    }
}

pub(crate) fn keys(suite: u8) -> CodeKeys {
    CodeKeys::new(suite, REGION, &MASTER).expect("a suite for Q1")
}

/// The issuer and a holder of one suite.
pub(crate) struct Party {
    pub(crate) suite: &'static dyn Suite,
    pub(crate) region: u32,
    pub(crate) kid: Kid,
    pub(crate) issuer: PrivateKey,
    pub(crate) holder: PrivateKey,
}

impl Party {
    pub(crate) fn claims(&self, pseudonym: [u8; 16]) -> Claims {
        Claims {
            pseudonym,
            holder: self.holder.public().to_vec(),
            class: 2,
            cap_yuan: 300,
            expires_at: u32::try_from(NOW + 2 * 86_400).expect("this century"),
        }
    }

    pub(crate) fn credential(&self, pseudonym: [u8; 16]) -> Credential {
        Credential::issue(&self.issuer, self.kid, &self.claims(pseudonym)).expect("issued")
    }

    pub(crate) fn offline(&self, pseudonym: [u8; 16]) -> String {
        self.credential(pseudonym).show(&self.holder, Step::at(NOW), None).expect("shown").text()
    }

    pub(crate) fn paper(&self, number: [u8; 16]) -> String {
        let expires_at = u32::try_from(NOW + 365 * 86_400).expect("this century");
        Paper::issue(&self.issuer, self.kid, number, expires_at, "欧阳**").expect("issued").text()
    }

    pub(crate) fn site(&self, place: [u8; 8]) -> String {
        let place = Place {
            used: SiteUse::Kiosk,
            organisation: 4711,
            place,
            expires_at: u32::try_from(NOW + 600).expect("this century"),
            name: "西溪市第一人民医院".to_owned(),
        };
        Site::issue(&self.issuer, self.kid, place).expect("issued").text()
    }
}

/// Roots, issuers and lists of one realm.
pub(crate) struct World {
    pub(crate) realm: Realm,
    pub(crate) root_kid: Kid,
    pub(crate) root: PrivateKey,
    pub(crate) parties: Vec<Party>,
}

impl World {
    pub(crate) fn new(realm: Realm) -> Self {
        let mut chance = Chance(if realm == Realm::Test { 99 } else { 7 });
        let mark = if realm == Realm::Test { 0x80 } else { 0 };
        let root = chance.key(suites::intl());
        let parties = suites::all()
            .map(|suite| Party {
                suite,
                region: REGION,
                kid: Kid([mark | 0x10, suite.byte(), 3, 4, 5, 6, 7, 8]),
                issuer: chance.key(suite),
                holder: chance.key(suite),
            })
            .into();
        Self { realm, root_kid: Kid([mark | 0x01; 8]), root, parties }
    }

    /// The same, but the issuer in P-256 is the neighbouring region's.
    pub(crate) fn of_two_regions() -> Self {
        let mut world = Self::new(Realm::Production);
        for party in world.parties.iter_mut().filter(|party| party.suite.byte() == suites::INTL_P256) {
            party.region = NEIGHBOUR;
        }
        world
    }

    pub(crate) fn party(&self, suite: u8) -> &Party {
        self.parties.iter().find(|party| party.suite.byte() == suite).expect("a party of every suite")
    }

    pub(crate) fn list(&self, version: u64, made_at: i64) -> TrustList {
        let issuer = |party: &Party| Issuer {
            kid: party.kid,
            suite: party.suite.byte(),
            uses: uses::ALL,
            region: party.region,
            from: NOW - 90 * 86_400,
            until: NOW + 30 * 86_400,
            public: party.issuer.public().to_vec(),
            name: "西溪市医疗保障局".to_owned(),
        };
        TrustList { version, made_at, realm: self.realm, issuers: self.parties.iter().map(issuer).collect() }
    }

    pub(crate) fn signed_list(&self, made_at: i64) -> Vec<u8> {
        self.list(1, made_at).sign(&self.root, self.root_kid).expect("signed")
    }

    /// All shards of every region, with [`REVOKED`] of every party in them.
    pub(crate) fn shards(&self, made_at: i64) -> Vec<Vec<u8>> {
        let mut all = self.shards_of(REGION, suites::intl(), made_at);
        if self.parties.iter().any(|party| party.region == NEIGHBOUR) {
            all.extend(self.shards_of(NEIGHBOUR, suites::intl(), made_at));
        }
        all
    }

    /// One region's, with a suite's digest.
    pub(crate) fn shards_of(&self, region: u32, suite: &'static dyn Suite, made_at: i64) -> Vec<Vec<u8>> {
        let parties: Vec<&Party> = self.parties.iter().filter(|party| party.region == region).collect();
        let revoked = |party: &&Party| base(suite, &Revoked { kid: party.kid, id: REVOKED });
        let bases: Vec<[u8; 32]> = parties.iter().map(revoked).collect();
        let signer = parties[0];
        (0..SHARDS)
            .map(|shard| {
                let shard = Shard::build(made_at, (shard, SHARDS), suite, &bases).expect("a shard");
                shard.sign(&signer.issuer, signer.kid).expect("signed")
            })
            .collect()
    }

    pub(crate) fn root(&self) -> Root {
        Root::new(self.root_kid, self.root.suite(), self.root.public()).expect("a root")
    }

    /// A terminal with lists of `made_at`.
    pub(crate) fn terminal(&self, made_at: i64) -> Verifier {
        let mut verifier = Verifier::new(self.realm, vec![self.root()]);
        verifier.take_trust_list(&self.signed_list(made_at), made_at).expect("taken");
        for shard in self.shards(made_at) {
            verifier.take_revocations(&shard, made_at).expect("taken");
        }
        verifier
    }
}
