//! Q4, shown by a place: a venue, a kiosk that wants somebody to sign in, a desk.
//! Signed, shows the organisation, and opens in the app only: it is no web address.
//!
//! | bytes | holds |
//! |---|---|
//! | 0 | version 1, kind 4 |
//! | 1 | suite: 1, 2 or 3 |
//! | 2–9 | kid of the issuer's key |
//! | 10 | use: 1 venue, 2 kiosk sign-in, 3 desk |
//! | 11–18 | organisation, big-endian |
//! | 19–26 | place or session, as the organisation's region knows it |
//! | 27–30 | expiry, seconds since 1970 |
//! | 31… | name of the organisation, 1 to 60 bytes of UTF-8 |
//! | last 64 | the issuer's signature, of a COSE_Sign1 with a CWT {2: name, 4: expiry, 7: organisation ‖ place, −65539: use} |

use crate::cbor::Writer;
use crate::cose::Sign;
use crate::credential::canonical;
use crate::text::{self, Unreadable};
use crate::{Kid, VERSION, cose, name, part};
use suites::{SIGNATURE_LEN, SignError};

/// First byte.
pub const HEAD: u8 = VERSION << 4 | 4;
/// Bytes of a name at most: twenty characters of Chinese.
pub const NAME_MAX: usize = 60;
const NAME_AT: usize = 31;
const CLAIM_USE: i64 = -65_539;

/// What a place's code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SiteUse {
    /// A venue that people tell they came to.
    Venue,
    /// A kiosk or a screen that wants its user to sign in.
    Kiosk,
    /// A desk where a person tells that they wait.
    Desk,
}

impl SiteUse {
    fn byte(self) -> u8 {
        match self {
            Self::Venue => 1,
            Self::Kiosk => 2,
            Self::Desk => 3,
        }
    }

    fn of(byte: u8) -> Option<Self> {
        [Self::Venue, Self::Kiosk, Self::Desk].into_iter().find(|used| used.byte() == byte)
    }
}

/// What an issuer says of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What it is for.
    pub used: SiteUse,
    /// The organisation's id.
    pub organisation: i64,
    /// Room, board or session.
    pub place: [u8; 8],
    /// Expiry, seconds since 1970.
    pub expires_at: u32,
    /// The organisation's name, as the app shows it.
    pub name: String,
}

/// A place's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    bytes: Vec<u8>,
    place: Place,
}

fn message(suite: u8, kid: Kid, place: &Place) -> Vec<u8> {
    let mut id = place.organisation.to_be_bytes().to_vec();
    id.extend(place.place);
    let mut claims = Writer::new();
    claims.map(4).int(2).text(&place.name).int(4).int(i64::from(place.expires_at)).int(7).bytes(&id);
    claims.int(CLAIM_USE).int(i64::from(place.used.byte()));
    cose::to_be_signed(&cose::protected(suite, &kid.0), &[HEAD, suite], &claims.end())
}

impl Site {
    /// Issues one; refused when the name does not show as it reads or is too long.
    pub fn issue(issuer: &impl Sign, kid: Kid, place: Place) -> Result<Self, SignError> {
        if !name::shows(&place.name, NAME_MAX) {
            return Err(SignError);
        }
        let suite = issuer.suite();
        let mut bytes = vec![HEAD, suite];
        bytes.extend(kid.0);
        bytes.push(place.used.byte());
        bytes.extend(place.organisation.to_be_bytes());
        bytes.extend(place.place);
        bytes.extend(place.expires_at.to_be_bytes());
        bytes.extend(place.name.as_bytes());
        bytes.extend(issuer.sign(&message(suite, kid, &place))?);
        Ok(Self { bytes, place })
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let [_, suite, ..] = *bytes else { return Err(Unreadable::Length(bytes.len())) };
        suites::of(suite).map_err(|unknown| Unreadable::Suite(unknown.0))?;
        let end = bytes.len().saturating_sub(SIGNATURE_LEN);
        if !(NAME_AT + 1..=NAME_AT + NAME_MAX).contains(&end) {
            return Err(Unreadable::Length(bytes.len()));
        }
        let place = Place {
            used: SiteUse::of(bytes[10]).ok_or(Unreadable::Field("use"))?,
            organisation: i64::from_be_bytes(part(bytes, 11)),
            place: part(bytes, 19),
            expires_at: u32::from_be_bytes(part(bytes, 27)),
            name: name::read(&bytes[NAME_AT..end], NAME_MAX)?.to_owned(),
        };
        if !canonical(suite, &bytes[end..]) {
            return Err(Unreadable::Field("issuer signature"));
        }
        Ok(Self { bytes: bytes.to_vec(), place })
    }

    /// The text to show.
    pub fn text(&self) -> String {
        text::write(&self.bytes)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The suite byte.
    pub fn suite(&self) -> u8 {
        self.bytes[1]
    }

    /// Which key is said to have issued it.
    pub fn kid(&self) -> Kid {
        Kid(part(&self.bytes, 2))
    }

    /// What it says, once the signature is known to be good.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What revocation knows it by: organisation and place.
    pub fn id(&self) -> [u8; 16] {
        part(&self.bytes, 11)
    }

    pub(crate) fn issued(&self) -> (Vec<u8>, [u8; SIGNATURE_LEN]) {
        (message(self.suite(), self.kid(), &self.place), part(&self.bytes, self.bytes.len() - SIGNATURE_LEN))
    }
}
