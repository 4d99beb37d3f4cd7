//! The lists that terminals fetch while they have a network: who may sign codes,
//! and what was revoked. Both are signed; the key that signs them is the trust
//! list's, which terminals pin.

use crate::offline::Issuer;
use crate::{Credentials, store};
use code::revocation::{Base, Revoked, Shard, base};
use code::trust::{Issuer as Trusted, uses};
use code::{Realm, Root, TrustList};
use kernel::time::SECOND;
use kernel::{Error, Fault};
use keys::{Key, Signer, State, Use};
use std::sync::{Arc, Mutex, PoisonError};

/// How long the lists of one moment are given out again: they cost signatures, and
/// anybody may ask.
const KEPT: i64 = 5 * SECOND;

/// Something that was worked out lately; one per node and thing.
#[derive(Debug)]
pub(crate) struct Lately<T>(Mutex<Option<(i64, Arc<T>)>>);

impl<T> Default for Lately<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Lately<T> {
    /// What was kept, unless it is too old at `now` or from a time to come.
    pub(crate) fn get(&self, now: i64) -> Option<Arc<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(at, _)| (0..KEPT).contains(&(now - at))).map(|(_, kept)| kept.clone())
    }

    pub(crate) fn keep(&self, now: i64, fresh: T) -> Arc<T> {
        let fresh = Arc::new(fresh);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, fresh.clone()));
        fresh
    }
}

/// Revoked codes in one shard, about.
const SHARD_TARGET: usize = 100_000;

/// The lists as terminals take them.
#[derive(Debug, Clone)]
pub struct Lists {
    /// Test or production.
    pub realm: Realm,
    /// The key that signed the trust list.
    pub signer: Key,
    /// The list of issuers, COSE_Sign1.
    pub trust: Vec<u8>,
    /// Shards of what is revoked, COSE_Sign1 each.
    pub revoked: Vec<Vec<u8>>,
}

impl Lists {
    /// The root that terminals pin.
    pub fn root(&self) -> Result<Root, Fault> {
        Root::new(code::Kid(self.signer.kid.0), self.signer.suite, &self.signer.public)
            .map_err(|_bad| Fault::broken("the trust list's key is no key"))
    }
}

fn trusted(key: &Key, region: u32, name: String) -> Option<Trusted> {
    let uses = match key.used {
        Use::Issuing | Use::IssuingP256 => uses::CREDENTIAL | uses::PAPER | uses::REVOCATION,
        Use::SiteCode => uses::SITE,
        Use::RegionRoot
        | Use::Presence
        | Use::Interface
        | Use::BillSeal
        | Use::PrescriptionSeal
        | Use::Federation
        | Use::TrustList
        | Use::Checkpoint
        | Use::DeviceEpochs
        | Use::Index
        | Use::Pseudonym => return None,
    };
    (key.state != State::Revoked).then(|| Trusted {
        kid: code::Kid(key.kid.0),
        suite: key.suite,
        uses,
        region,
        from: key.not_before / SECOND,
        until: key.not_after / SECOND,
        public: key.public.clone(),
        name,
    })
}

fn unsigned(_: suites::SignError) -> Fault {
    Fault::broken("a list could not be signed")
}

impl Credentials {
    /// The lists of this moment, or of some seconds ago.
    pub async fn lists(&self) -> Result<Arc<Lists>, Error> {
        let now = self.db.world().now();
        if let Some(lists) = self.lately.lists.get(now) {
            return Ok(lists);
        }
        let issuing = self.keys.signer(Use::Issuing, None).await?;
        // Terminals learn of this key before the first phone asks for it.
        self.keys.signer(Use::IssuingP256, None).await?;
        let revoked = self.revoked(&issuing, now).await?;
        Ok(self.lately.lists.keep(now, Lists { revoked, ..self.trust_at(now).await? }))
    }

    /// The list of issuers as it would have been given out at an instant, without
    /// what was revoked: for judging what a terminal accepted then.
    pub(crate) async fn trust_at(&self, now: i64) -> Result<Lists, Error> {
        let signer = self.keys.signer(Use::TrustList, None).await?;
        let realm = match self.keys.realm() {
            keys::Realm::Production => Realm::Production,
            keys::Realm::Test => Realm::Test,
        };
        let region = self.codes.region();
        let name = |key: &Key| key.site.map_or_else(|| region.to_string(), |site| self.directory.name(site, false));
        let listed = self.keys.list();
        let listed = listed.iter().filter(|key| key.not_after > now);
        let list = TrustList {
            version: u64::try_from(self.keys.version()).unwrap_or(0),
            made_at: now / SECOND,
            realm,
            issuers: listed.filter_map(|key| trusted(key, region, name(key))).collect(),
        };
        let trust = list.sign(&Issuer(&signer), code::Kid(signer.kid().0)).map_err(unsigned)?;
        let signer = self.keys.public_of(signer.kid()).ok_or_else(|| Fault::broken("the trust list's key is gone"))?;
        Ok(Lists { realm, signer, trust, revoked: Vec::new() })
    }

    /// What must not be believed without a network any more.
    async fn revoked(&self, issuing: &Signer, now: i64) -> Result<Vec<Vec<u8>>, Error> {
        let slips = self.db.read(|sql| Ok(store::offline::revoked_slips(sql)?)).await?;
        let suite = suites::intl();
        let bases: Vec<Base> =
            slips.iter().map(|slip| base(suite, &Revoked { kid: code::Kid(slip.kid.0), id: slip.number })).collect();
        let shards = u32::try_from((bases.len() / SHARD_TARGET + 1).next_power_of_two()).unwrap_or(1);
        (0..shards)
            .map(|shard| {
                let built = Shard::build(now / SECOND, (shard, shards), suite, &bases)
                    .ok_or_else(|| Fault::broken("a shard of revoked codes could not be built"))?;
                Ok(built.sign(&Issuer(issuing), code::Kid(issuing.kid().0)).map_err(unsigned)?)
            })
            .collect()
    }
}
