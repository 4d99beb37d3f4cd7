//! The keys in memory: who signs now, who may have signed, the secrets. Reading
//! never waits for the database; a change by another process is noticed by
//! [`Keys::refresh`].

use crate::custody::{Custody, Made, Sealed, Signing, Unsealed, Wanted};
use crate::rules::key::{Key, State};
use crate::rules::kid::{Kid, Realm};
use crate::rules::plan::Use;
use crate::secret::{Passphrase, Secret};
use crate::store::{self, Stored};
use crate::{Refusal, pkcs11, rotate};
use ::store::Db;
use kernel::{Error, Fault, InstitutionId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use zeroize::Zeroizing;

/// How private parts are kept.
#[derive(Debug, Clone)]
pub enum Keeping {
    /// Sealed under a key derived from a passphrase and the database's salt.
    Sealed(Passphrase),
    /// Not sealed at all: tests and benchmarks; refused in production.
    Unsealed,
    /// Signing keys in a PKCS#11 token, the rest sealed under the passphrase.
    Token(Passphrase, pkcs11::Access),
    /// By a custody of the operator's own, such as a key service.
    Other(Arc<dyn Custody>),
}

/// What the node is told about its keys.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Test or production, for ever the same for one database.
    pub realm: Realm,
    /// The suite new keys are made with.
    pub suite: u8,
    /// How private parts are kept.
    pub keeping: Keeping,
}

impl Setting {
    /// A test node: Ed25519, nothing sealed.
    pub fn test() -> Self {
        Self { realm: Realm::Test, suite: suites::INTL, keeping: Keeping::Unsealed }
    }
}

/// The keys of a node; cheap to clone.
#[derive(Clone)]
pub struct Keys {
    pub(crate) inner: Arc<Inner>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) custody: Arc<dyn Custody>,
    pub(crate) realm: Realm,
    pub(crate) suite: u8,
    held: RwLock<Arc<Held>>,
}

#[derive(Default)]
struct Held {
    version: i64,
    keys: HashMap<Kid, Arc<One>>,
    /// Who signs, or whose secret counts: the youngest active key of each.
    active: HashMap<(Use, Option<InstitutionId>), Arc<One>>,
}

struct One {
    key: Key,
    sealed: Vec<u8>,
    signing: OnceLock<Arc<dyn Signing>>,
    secret: OnceLock<Secret>,
}

impl One {
    fn wanted(&self) -> Wanted {
        Wanted { used: self.key.used, site: self.key.site, suite: self.key.suite }
    }

    fn made(&self) -> Made {
        Made { public: self.key.public.clone(), sealed: self.sealed.clone() }
    }
}

/// A key that signs now; cheap to clone, asks no database.
#[derive(Clone)]
pub struct Signer {
    one: Arc<One>,
    signing: Arc<dyn Signing>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.one.key.kid)
    }
}

impl Signer {
    /// The key's name.
    pub fn kid(&self) -> Kid {
        self.one.key.kid
    }

    /// The byte of its suite.
    pub fn suite(&self) -> u8 {
        self.one.key.suite
    }

    /// Its public part.
    pub fn public(&self) -> &[u8] {
        &self.one.key.public
    }

    /// Signs.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        self.signing.sign(message)
    }
}

/// What ties a database to its realm and its secret.
#[derive(Serialize, Deserialize)]
struct Binding {
    realm: String,
    salt: [u8; 16],
    check: Vec<u8>,
}

/// What a sealing key proves itself by.
fn check_of(key: &Secret) -> Vec<u8> {
    key.derive(b"yima-keys-check").bytes()[..16].to_vec()
}

impl Keys {
    /// Opens the keys of a database, binding it to realm and secret when it is new.
    /// Waits on a thread of its own: a node may be opened from inside the
    /// asynchronous world.
    pub fn load(db: &Db, setting: Setting) -> Result<Self, Error> {
        std::thread::scope(|scope| scope.spawn(|| Self::load_here(db, setting)).join())
            .unwrap_or_else(|_panic| Err(Fault::broken("opening the keys").into()))
    }

    /// Keys for a test or a benchmark: unsealed, of the test realm.
    pub fn for_tests(db: &Db) -> Result<Self, Error> {
        Self::load(db, Setting::test())
    }

    fn load_here(db: &Db, setting: Setting) -> Result<Self, Error> {
        let Setting { realm, suite, keeping } = setting;
        if realm == Realm::Production && matches!(keeping, Keeping::Unsealed) {
            return Err(Refusal::SecretWeak.at("keys.secret"));
        }
        let bound = db.read_now(|sql| Ok(store::binding(sql)?))?;
        let bound: Option<Binding> = bound
            .map(|bytes| serde_json::from_slice(&bytes).map_err(|_bad| Fault::broken("store_facts: keys.binding")))
            .transpose()?;
        if bound.as_ref().is_some_and(|bound| bound.realm != realm.name()) {
            return Err(Refusal::RealmMixed.at("keys.realm"));
        }
        let salt = bound.as_ref().map_or_else(
            || {
                let fresh = db.world().chance().key();
                std::array::from_fn(|at| fresh[at])
            },
            |bound| bound.salt,
        );
        let (custody, check): (Arc<dyn Custody>, Vec<u8>) = match keeping {
            Keeping::Sealed(passphrase) => {
                let key = passphrase.key(&salt)?;
                let check = check_of(&key);
                (Arc::new(Sealed::under(key)), check)
            }
            Keeping::Token(passphrase, access) => {
                let key = passphrase.key(&salt)?;
                let check = check_of(&key);
                (Arc::new(pkcs11::Token::open(access, Sealed::under(key))?), check)
            }
            Keeping::Unsealed => (Arc::new(Unsealed), Vec::new()),
            Keeping::Other(custody) => (custody, Vec::new()),
        };
        match bound {
            Some(bound) if bound.check != check => return Err(Refusal::SecretWrong.at("keys.secret")),
            Some(_) => {}
            None => {
                let binding = Binding { realm: realm.name().to_owned(), salt, check };
                let binding = serde_json::to_vec(&binding).map_err(|_bad| Fault::broken("writing keys.binding"))?;
                db.write_now(0, move |tx| Ok(store::bind(tx, &binding)?))?;
            }
        }
        let inner = Inner { db: db.clone(), custody, realm, suite, held: RwLock::default() };
        let keys = Self { inner: Arc::new(inner) };
        keys.reload_now()?;
        Ok(keys)
    }

    /// Test or production.
    pub fn realm(&self) -> Realm {
        self.inner.realm
    }

    fn held(&self) -> Arc<Held> {
        self.inner.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold(&self, version: i64, all: Vec<Stored>) {
        let before = self.held();
        let mut next = Held { version, ..Held::default() };
        for Stored { key, sealed } in all {
            let kid = key.kid;
            let one = Arc::new(One { key, sealed, signing: OnceLock::new(), secret: OnceLock::new() });
            // What was opened before stays open.
            if let Some(old) = before.keys.get(&kid) {
                if let Some(signing) = old.signing.get() {
                    let _ = one.signing.set(signing.clone());
                }
                if let Some(secret) = old.secret.get() {
                    let _ = one.secret.set(secret.clone());
                }
            }
            if one.key.state == State::Active {
                next.active.insert((one.key.used, one.key.site), one.clone());
            }
            next.keys.insert(kid, one);
        }
        let mut held = self.inner.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.version <= next.version {
            *held = Arc::new(next);
        }
    }

    pub(crate) fn reload_now(&self) -> Result<(), Error> {
        let (version, all) = self.inner.db.read_now(|sql| Ok((store::version(sql)?, store::all(sql)?)))?;
        self.hold(version, all);
        Ok(())
    }

    pub(crate) async fn reload(&self) -> Result<(), Error> {
        let (version, all) = self.inner.db.read(|sql| Ok((store::version(sql)?, store::all(sql)?))).await?;
        self.hold(version, all);
        Ok(())
    }

    /// Notices what another process on this database changed; one small read when
    /// nothing did. To be called every few seconds.
    pub async fn refresh(&self) -> Result<(), Error> {
        let known = self.held().version;
        let version = self.inner.db.read(|sql| Ok(store::version(sql)?)).await?;
        if version == known { Ok(()) } else { self.reload().await }
    }

    /// How many changes the keys have seen; also the version of the trust list.
    pub fn version(&self) -> i64 {
        self.held().version
    }

    /// Every key, oldest first.
    pub fn list(&self) -> Vec<Key> {
        let mut all: Vec<Key> = self.held().keys.values().map(|one| one.key.clone()).collect();
        all.sort_by_key(|key| (key.created_at, key.kid));
        all
    }

    /// A key by name.
    pub fn public_of(&self, kid: Kid) -> Option<Key> {
        self.held().keys.get(&kid).map(|one| one.key.clone())
    }

    /// The key that signs now, only from memory: for use inside a transaction.
    pub fn ready(&self, used: Use, site: Option<InstitutionId>) -> Option<Signer> {
        let held = self.held();
        let one = held.active.get(&(used, site))?;
        if self.inner.db.world().now() >= one.key.not_after {
            return None;
        }
        let signing = if let Some(signing) = one.signing.get() {
            signing.clone()
        } else {
            let opened = self.inner.custody.signing(&one.wanted(), &one.made()).ok()?;
            one.signing.get_or_init(|| opened).clone()
        };
        Some(Signer { one: one.clone(), signing })
    }

    /// The key that signs now; made when there is none yet.
    pub async fn signer(&self, used: Use, site: Option<InstitutionId>) -> Result<Signer, Error> {
        if let Some(signer) = self.ready(used, site) {
            return Ok(signer);
        }
        let first = rotate::first(self, used, site)?;
        self.inner.db.write(0, first).await?;
        self.reload().await?;
        self.opened(used, site)
    }

    /// [`Keys::signer`] for threads outside the asynchronous world.
    pub fn signer_now(&self, used: Use, site: Option<InstitutionId>) -> Result<Signer, Error> {
        if let Some(signer) = self.ready(used, site) {
            return Ok(signer);
        }
        let first = rotate::first(self, used, site)?;
        self.inner.db.write_now(0, first)?;
        self.reload_now()?;
        self.opened(used, site)
    }

    fn opened(&self, used: Use, site: Option<InstitutionId>) -> Result<Signer, Error> {
        if let Some(signer) = self.ready(used, site) {
            return Ok(signer);
        }
        let held = self.held();
        let one = held.active.get(&(used, site)).ok_or(Refusal::KeyUnknown)?;
        let signing = self.inner.custody.signing(&one.wanted(), &one.made())?;
        Ok(Signer { one: one.clone(), signing })
    }

    /// Checks a signature that the key `kid` made at `signed_at` (microseconds UTC)
    /// for this use; `site` is whose key it must be, nothing for any.
    pub fn verify(
        &self,
        used: Use,
        site: Option<InstitutionId>,
        kid: Kid,
        signed_at: i64,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        if kid.realm() != self.inner.realm {
            return Err(Refusal::WrongRealm.into());
        }
        let held = self.held();
        let one = held.keys.get(&kid).ok_or(Refusal::KeyUnknown)?;
        if one.key.used != used || (site.is_some() && one.key.site != site) {
            return Err(Refusal::WrongUse.into());
        }
        one.key.counts(signed_at, self.inner.db.world().now())?;
        if crate::custody::fits(one.key.suite, &one.key.public, message, signature) {
            Ok(())
        } else {
            Err(Refusal::SignatureWrong.into())
        }
    }

    /// A secret of 32 bytes for a label, from the key of a use that does not sign;
    /// that key is made when there is none. Waits for the database the first time.
    pub fn secret(&self, used: Use, label: &[u8]) -> Result<Secret, Error> {
        if let Some(secret) = self.kept_secret(used)? {
            return Ok(secret.derive(label));
        }
        let first = rotate::first(self, used, None)?;
        std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    self.inner.db.write_now(0, first)?;
                    self.reload_now()
                })
                .join()
        })
        .unwrap_or_else(|_panic| Err(Fault::broken("making a secret").into()))?;
        let secret = self.kept_secret(used)?.ok_or(Refusal::KeyUnknown)?;
        Ok(secret.derive(label))
    }

    /// Seals bytes that must outlive a restart but are no key of the ring, under a
    /// secret of a use: they open for the same use and label only.
    pub fn seal(&self, used: Use, label: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
        let key = self.secret(used, label)?;
        Ok(Sealed::wrap(&key, label, plain, self.inner.db.world().chance())?)
    }

    /// Opens what [`Keys::seal`] sealed; refuses what was sealed elsewhere or changed.
    pub fn unseal(&self, used: Use, label: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        Sealed::unwrap(&self.secret(used, label)?, label, sealed)
    }

    fn kept_secret(&self, used: Use) -> Result<Option<Secret>, Error> {
        let held = self.held();
        let Some(one) = held.active.get(&(used, None)) else { return Ok(None) };
        if let Some(secret) = one.secret.get() {
            return Ok(Some(secret.clone()));
        }
        let opened = self.inner.custody.secret(&one.wanted(), &one.made())?;
        Ok(Some(one.secret.get_or_init(|| opened).clone()))
    }

    /// A fresh pair or secret, not yet stored.
    pub(crate) fn fresh(
        &self,
        used: Use,
        site: Option<InstitutionId>,
        state: State,
        not_before: i64,
    ) -> Result<Stored, Error> {
        let plan = used.plan();
        if site.is_some() && !plan.per_site {
            return Err(Refusal::WrongUse.at("site"));
        }
        let world = self.inner.db.world();
        let own = || used.suite().unwrap_or_else(|| self.inner.custody.suite(self.inner.suite));
        let suite = if plan.signs { own() } else { 0 };
        let wanted = Wanted { used, site, suite };
        let made = self.inner.custody.make(&wanted, world.chance())?;
        let key = Key {
            kid: Kid::of(self.inner.realm, used, suite, &made.public),
            used,
            site,
            suite,
            public: made.public,
            state,
            created_at: world.now(),
            not_before,
            not_after: not_before.saturating_add(plan.life),
            ended_at: None,
            reason: String::new(),
        };
        Ok(Stored { key, sealed: made.sealed })
    }
}
