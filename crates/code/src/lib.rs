//! The code a person or a place shows, kinds Q1 to Q4: layout, strict reader, the
//! server's pure check, the offline verifier. No I/O and no clock, so that a
//! terminal can embed it; instants are handed in as seconds since 1970 UTC.
//!
//! | kind | module | shown by | checked by |
//! |---|---|---|---|
//! | Q1 | [`phone`] | a phone, also offline | the region's server, which holds the keys ([`epoch`]) |
//! | Q2 | [`credential`] | a phone | anyone with the trust list, both sides offline |
//! | Q3 | [`paper`] | paper, a card | the same; tells validity and a masked name only |
//! | Q4 | [`site`] | a place | a person's app |
//!
//! `docs/code-format.md` is the specification, with vectors; it is written so that
//! a verifier can be built from it alone, and `scripts/code-format/verify.py` was.
//!
//! Single use across a region, presence and grants are for `credentials`; where
//! keys live and who may sign is for `keys`.

pub mod time;
mod base45;
mod text;
pub mod phone;
pub mod epoch;
pub mod barcode;
pub mod spoken;
pub mod cbor;
pub mod cose;
pub mod credential;
pub mod paper;
pub mod site;
mod name;
pub mod trust;
pub mod revocation;
pub mod used;
pub mod verdict;
pub mod verify;

pub use credential::{Claims, Credential, Shown};
pub use epoch::{CodeKeys, Device, Opened, Refused, Stock};
pub use paper::Paper;
pub use phone::Phone;
pub use site::{Site, SiteUse};
pub use text::{Code, PREFIX, TEXT_MAX, Unreadable, read, read_bytes};
pub use time::{OutOfTime, Step, TimeRule, epoch_at};
pub use trust::{Issuer, Kid, Realm, Root, TrustList};
pub use verdict::{Checked, Said, Verdict};
pub use verify::Verifier;

/// The version of the layout, in the high half of the first byte.
pub const VERSION: u8 = 1;
/// Regions are numbers of three bytes.
pub const REGION_MAX: u32 = 0x00FF_FFFF;

pub(crate) fn part<const N: usize>(bytes: &[u8], from: usize) -> [u8; N] {
    std::array::from_fn(|at| bytes[from + at])
}
