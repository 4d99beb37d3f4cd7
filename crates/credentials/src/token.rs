//! The presence token (reliability.md §8.2): what a scan answers and later requests
//! show, signed by the region's presence key, bound to one institution, one
//! terminal and one purpose, good for a quarter of an hour.
//!
//! | bytes | holds |
//! |---|---|
//! | 0 | version 1 |
//! | 1–8 | key |
//! | 9–16 | presence |
//! | 17–32 | pseudonym of the person at this institution |
//! | 33–40 | person, hidden by a pad of the presence: for the region itself |
//! | 41–48 | institution |
//! | 49–56 | terminal: the actor who scanned |
//! | 57–61 | purpose, five digits |
//! | 62, 63 | carrier, level |
//! | 64–71, 72–79 | proved at, expires at, microseconds UTC |
//! | 80–87 | limit in fen; −1 for none |
//! | 88–151 | signature over bytes 0–87 |
//!
//! Numbers are big-endian; the text is `YP1.` and base64url. A signature, and not
//! a code that only the region could check, because hospitals keep the token as
//! proof of a settlement and other regions get it with theirs.

use crate::present::Presence;
use crate::rules::carrier::{Carrier, Level};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{ActorId, Error, InstitutionId, PersonId, PresenceId, Purpose};
use keys::{Keys, Kid, Secret, Signer, Use};
use std::sync::Arc;

/// How the text begins.
pub const PREFIX: &str = "YP1.";
const VERSION: u8 = 1;
const BODY: usize = 88;
const WHOLE: usize = BODY + 64;

/// What makes and opens tokens; cheap to clone.
#[derive(Debug, Clone)]
pub struct Tokens {
    keys: Keys,
    pseudonyms: Arc<Secret>,
}

/// What a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Which presence.
    pub presence: PresenceId,
    /// Who was present.
    pub person: PersonId,
    /// The same person's name at this institution only.
    pub pseudonym: [u8; 16],
    /// Where.
    pub institution: InstitutionId,
    /// Who scanned.
    pub terminal: ActorId,
    /// For what.
    pub purpose: Purpose,
    /// What was shown.
    pub carrier: Carrier,
    /// How sure.
    pub level: Level,
    /// When, microseconds UTC.
    pub proved_at: i64,
    /// Proves nothing from here on, microseconds UTC.
    pub expires_at: i64,
    /// Up to which amount a settlement may go, in fen.
    pub limit_fen: Option<i64>,
}

fn part<const N: usize>(bytes: &[u8], from: usize) -> [u8; N] {
    std::array::from_fn(|at| bytes[from + at])
}

fn number(bytes: &[u8], from: usize) -> i64 {
    i64::from_be_bytes(part(bytes, from))
}

impl Tokens {
    /// Tokens under the region's keys; makes them when the node is new.
    pub fn load(keys: &Keys) -> Result<Self, Error> {
        let pseudonyms = keys.secret(Use::Pseudonym, b"presence")?;
        std::thread::scope(|scope| scope.spawn(|| keys.signer_now(Use::Presence, None)).join())
            .unwrap_or_else(|_panic| Err(kernel::Fault::broken("making the presence key").into()))?;
        Ok(Self { keys: keys.clone(), pseudonyms: Arc::new(pseudonyms) })
    }

    /// The name of a person at one institution, the same for ever and another at
    /// every other.
    pub fn pseudonym(&self, person: PersonId, institution: InstitutionId) -> [u8; 16] {
        let label = [b"p".as_slice(), &person.0.to_be_bytes(), &institution.0.to_be_bytes()].concat();
        part(self.pseudonyms.derive(&label).bytes(), 0)
    }

    fn pad(&self, presence: PresenceId) -> i64 {
        let label = [b"s".as_slice(), &presence.0.to_be_bytes()].concat();
        number(self.pseudonyms.derive(&label).bytes(), 0)
    }

    /// The key that signs tokens now, from memory.
    async fn signer(&self) -> Result<Signer, Error> {
        match self.keys.ready(Use::Presence, None) {
            Some(signer) => Ok(signer),
            None => self.keys.signer(Use::Presence, None).await,
        }
    }

    /// The token of a presence.
    pub async fn give(&self, presence: &Presence, terminal: ActorId) -> Result<String, Error> {
        Ok(self.written(presence, terminal, &self.signer().await?)?)
    }

    /// The token of a presence, inside a transaction; nothing in the moment in which
    /// the presence key is being made.
    pub fn give_now(&self, presence: &Presence, terminal: ActorId) -> Result<Option<String>, Error> {
        let Some(signer) = self.keys.ready(Use::Presence, None) else { return Ok(None) };
        Ok(Some(self.written(presence, terminal, &signer)?))
    }

    fn written(&self, presence: &Presence, terminal: ActorId, signer: &Signer) -> Result<String, kernel::Fault> {
        let mut bytes = [0; WHOLE];
        bytes[0] = VERSION;
        bytes[1..9].copy_from_slice(&signer.kid().0);
        bytes[9..17].copy_from_slice(&presence.id.0.to_be_bytes());
        bytes[17..33].copy_from_slice(&self.pseudonym(presence.person, presence.institution));
        bytes[33..41].copy_from_slice(&(presence.person.0 ^ self.pad(presence.id)).to_be_bytes());
        bytes[41..49].copy_from_slice(&presence.institution.0.to_be_bytes());
        bytes[49..57].copy_from_slice(&terminal.0.to_be_bytes());
        bytes[57..62].copy_from_slice(presence.purpose.code.as_bytes());
        bytes[62] = presence.carrier.code();
        bytes[63] = presence.level.0;
        bytes[64..72].copy_from_slice(&presence.proved_at.to_be_bytes());
        bytes[72..80].copy_from_slice(&presence.expires_at.to_be_bytes());
        bytes[80..BODY].copy_from_slice(&presence.limit_fen.unwrap_or(-1).to_be_bytes());
        let signature = signer.sign(&bytes[..BODY])?;
        let place = bytes[BODY..].len() == signature.len();
        if !place {
            return Err(kernel::Fault::broken("a signature of another length than 64"));
        }
        bytes[BODY..].copy_from_slice(&signature);
        let mut text = String::with_capacity(PREFIX.len() + 204);
        text.push_str(PREFIX);
        URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
        Ok(text)
    }

    /// Opens a token: what it says when its form and signature hold; whether it
    /// still proves anything, and to whom, is for the caller.
    pub fn open(&self, text: &str) -> Option<Said> {
        let body = text.trim().strip_prefix(PREFIX)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).ok().filter(|bytes| bytes.len() == WHOLE)?;
        if bytes[0] != VERSION {
            return None;
        }
        let kid = Kid(part(&bytes, 1));
        let proved_at = number(&bytes, 64);
        self.keys.verify(Use::Presence, None, kid, proved_at, &bytes[..BODY], &bytes[BODY..]).ok()?;
        let presence = PresenceId(number(&bytes, 9));
        let limit = number(&bytes, 80);
        Some(Said {
            presence,
            person: PersonId(number(&bytes, 33) ^ self.pad(presence)),
            pseudonym: part(&bytes, 17),
            institution: InstitutionId(number(&bytes, 41)),
            terminal: ActorId(number(&bytes, 49)),
            purpose: Purpose::known(std::str::from_utf8(&bytes[57..62]).ok()?)?,
            carrier: Carrier::from_code(bytes[62])?,
            level: Level(bytes[63]),
            proved_at,
            expires_at: number(&bytes, 72),
            limit_fen: (limit >= 0).then_some(limit),
        })
    }
}
