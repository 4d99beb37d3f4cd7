//! The trust list: every key that may have signed something that still counts,
//! with its stage, in one document that is signed itself. Whoever checks
//! signatures without this node pins the name of the key that signs the list, or
//! of the root that vouches for it.

use crate::ring::Keys;
use crate::rules::key::{Key, State};
use crate::rules::kid::{Kid, Realm};
use crate::rules::plan::Use;
use crate::{LISTED, Refusal};
use ::store::Event;
use kernel::time::{DAY, parse, rfc3339};
use kernel::{Error, Fault, FaultKind, InstitutionId};
use serde::{Deserialize, Serialize};

/// How long a list may be used before a fresh one is due.
pub const LIST_LIFE: i64 = 7 * DAY;
/// How the message that the list's key signs begins.
const SIGNED_AS: &[u8] = b"yima-trust-list-1\0";
/// How the message that the root signs begins.
const VOUCHED_AS: &[u8] = b"yima-vouch-1\0";

/// The document as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// What it is: `yima-trust-list` or `yima-revoked-list`.
    pub kind: String,
    /// The list as JSON text; exactly these bytes are signed.
    pub payload: String,
    /// Who signed: 16 hexadecimal digits.
    pub kid: String,
    /// The byte of the signer's suite.
    pub suite: u8,
    /// The signer's public part, hexadecimal.
    pub public: String,
    /// The signature, hexadecimal.
    pub signature: String,
    /// The root's word for the signer's key.
    pub vouch: Vouch,
}

/// The region's root vouches for the key that signs lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouch {
    /// The root: 16 hexadecimal digits.
    pub kid: String,
    /// The byte of its suite.
    pub suite: u8,
    /// Its public part, hexadecimal.
    pub public: String,
    /// Its signature over the signer's name and public part, hexadecimal.
    pub signature: String,
}

/// The list itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustList {
    /// Rises with every change of a key; a lower one than known is a rollback.
    pub version: i64,
    /// Division code of the region.
    pub region: u32,
    /// `test` or `production`.
    pub realm: String,
    /// When it was written, RFC 3339.
    pub issued_at: String,
    /// When a fresh one is due, RFC 3339.
    pub fresh_until: String,
    /// The keys, oldest first.
    pub keys: Vec<Listed>,
}

/// One key of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its name, 16 hexadecimal digits.
    pub kid: String,
    /// What it is for.
    #[serde(rename = "use")]
    pub used: String,
    /// The institution it belongs to; nothing for the region.
    pub site: Option<String>,
    /// The byte of its suite.
    pub suite: u8,
    /// Its public part, hexadecimal.
    pub public: String,
    /// `next`, `active`, `retired` or `revoked`.
    pub state: String,
    /// Signs nothing before, RFC 3339.
    pub not_before: String,
    /// Nothing signed by it counts from here on, RFC 3339.
    pub not_after: String,
}

fn hex(bytes: &[u8]) -> String {
    ::store::value::hex(bytes)
}

/// Bytes of hexadecimal text; nothing when it is none.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

fn listed(key: &Key) -> Listed {
    Listed {
        kid: key.kid.to_string(),
        used: key.used.name().to_owned(),
        site: key.site.map(|site| site.to_string()),
        suite: key.suite,
        public: hex(&key.public),
        state: key.state.name().to_owned(),
        not_before: rfc3339(key.not_before),
        not_after: rfc3339(key.not_after),
    }
}

fn vouched(kid: Kid, public: &[u8]) -> Vec<u8> {
    [VOUCHED_AS, kid.0.as_slice(), public].concat()
}

impl Keys {
    /// The list of this region's keys, signed; leaves an event.
    pub async fn trust_list(&self, region: u32) -> Result<Envelope, Error> {
        // Made before the list is written, so that both stand in it.
        self.signer(Use::RegionRoot, None).await?;
        self.signer(Use::TrustList, None).await?;
        let now = self.inner.db.world().now();
        let lists = |key: &&Key| key.used.plan().signs && (key.state == State::Revoked || key.not_after > now);
        let list = TrustList {
            version: self.version(),
            region,
            realm: self.realm().name().to_owned(),
            issued_at: rfc3339(now),
            fresh_until: rfc3339(now + LIST_LIFE),
            keys: self.list().iter().filter(lists).map(listed).collect(),
        };
        let envelope = self.sealed_list("yima-trust-list", &list).await?;
        self.inner.db.record(0, Event { object: format!("v{}", list.version), ..Event::of(&LISTED) }).await?;
        Ok(envelope)
    }

    /// Any list, signed by the key of lists: the list of what is revoked travels so
    /// too.
    pub async fn sealed_list(&self, kind: &str, list: &impl Serialize) -> Result<Envelope, Error> {
        let root = self.signer(Use::RegionRoot, None).await?;
        let signer = self.signer(Use::TrustList, None).await?;
        let payload = serde_json::to_string(list)
            .map_err(|error| Fault::from_source(FaultKind::Broken, "writing a signed list", error))?;
        let signature = signer.sign(&message(kind, &payload))?;
        let vouch = root.sign(&vouched(signer.kid(), signer.public()))?;
        Ok(Envelope {
            kind: kind.to_owned(),
            payload,
            kid: signer.kid().to_string(),
            suite: signer.suite(),
            public: hex(signer.public()),
            signature: hex(&signature),
            vouch: Vouch {
                kid: root.kid().to_string(),
                suite: root.suite(),
                public: hex(root.public()),
                signature: hex(&vouch),
            },
        })
    }
}

fn message(kind: &str, payload: &str) -> Vec<u8> {
    [SIGNED_AS, kind.as_bytes(), b"\0", payload.as_bytes()].concat()
}

/// Opens a list that travelled: the signature fits, the root vouches for the
/// signer, names belong to their keys, and, when a name is pinned, it is one of
/// the two. Answers the payload.
pub fn open<'a>(envelope: &'a Envelope, kind: &str, pin: Option<Kid>) -> Result<&'a str, Error> {
    let part = |text: &str| unhex(text).ok_or(Refusal::SignatureWrong);
    let name = |text: &str| text.parse::<Kid>().map_err(|_bad| Refusal::KeyUnknown);
    let (kid, root) = (name(&envelope.kid)?, name(&envelope.vouch.kid)?);
    let (public, root_public) = (part(&envelope.public)?, part(&envelope.vouch.public)?);
    let own = Kid::of(kid.realm(), Use::TrustList, envelope.suite, &public) == kid
        && Kid::of(root.realm(), Use::RegionRoot, envelope.vouch.suite, &root_public) == root;
    if !own || kid.realm() != root.realm() || pin.is_some_and(|pin| pin != kid && pin != root) {
        return Err(Refusal::KeyUnknown.into());
    }
    let signed =
        crate::custody::fits(envelope.suite, &public, &message(kind, &envelope.payload), &part(&envelope.signature)?);
    let vouch = crate::custody::fits(
        envelope.vouch.suite,
        &root_public,
        &vouched(kid, &public),
        &part(&envelope.vouch.signature)?,
    );
    if envelope.kind == kind && signed && vouch { Ok(&envelope.payload) } else { Err(Refusal::SignatureWrong.into()) }
}

impl TrustList {
    /// The list of an envelope, checked by [`open`].
    pub fn read(envelope: &Envelope, pin: Option<Kid>) -> Result<Self, Error> {
        let payload = open(envelope, "yima-trust-list", pin)?;
        let list: Self = serde_json::from_str(payload).map_err(|_bad| Refusal::SignatureWrong.at("payload"))?;
        if list.keys().is_none() {
            return Err(Refusal::SignatureWrong.at("keys"));
        }
        Ok(list)
    }

    /// The keys as this crate's noun; nothing when one cannot be read.
    pub fn keys(&self) -> Option<Vec<Key>> {
        self.keys.iter().map(|one| one.key(Realm::from_name(&self.realm)?)).collect()
    }
}

impl Listed {
    fn key(&self, realm: Realm) -> Option<Key> {
        let kid: Kid = self.kid.parse().ok().filter(|kid: &Kid| kid.realm() == realm)?;
        let (used, public) = (Use::from_name(&self.used)?, unhex(&self.public)?);
        let site: Option<InstitutionId> = match &self.site {
            Some(text) => Some(text.parse().ok()?),
            None => None,
        };
        let not_before = parse(&self.not_before)?;
        (Kid::of(realm, used, self.suite, &public) == kid).then_some(Key {
            kid,
            used,
            site,
            suite: self.suite,
            public,
            state: State::from_name(&self.state)?,
            created_at: not_before,
            not_before,
            not_after: parse(&self.not_after)?,
            ended_at: None,
            reason: String::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_text_comes_back_or_not_at_all() {
        assert_eq!(unhex("00ff7A"), Some(vec![0, 255, 0x7a]));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("0g"), None);
        assert_eq!(unhex(""), Some(Vec::new()));
    }
}
