//! The region's codes: minting what the node itself shows, opening what was
//! scanned. Asks nobody: layout, seal and time are checked before any look-up.

use crate::Refusal;
use crate::marks::{Mark, step_at};
use crate::rules::carrier::{Carrier, Form};
use code::{Code, CodeKeys, Device, OutOfTime, REGION_MAX, Step, Stock, TimeRule, Unreadable};
use kernel::time::SECOND;
use kernel::{CardId, Error, Fault};
use keys::{Keys, Use};
use std::sync::Arc;

/// Makes and opens the codes of one region; cheap to clone.
#[derive(Debug, Clone)]
pub struct Codes {
    keys: Arc<CodeKeys>,
    /// Cards and devices that are looked up in the place of what was not made here.
    stand_ins: Arc<[i64]>,
}

/// What a scanned text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A true code of this region within its time; whether it was used, and whether
    /// its card still lives, the database knows.
    True(Mark, Carrier),
    /// Not made here: forged, foreign, of an old key. The number is looked up like a
    /// true one's, so that nobody can tell by the time it takes (C10).
    False(Mark, Carrier),
    /// Six digits: true or not, only together with who says them.
    Spoken(String),
    /// A credential for two sides without a network.
    Offline,
    /// A printed code.
    Paper,
}

/// A number that differs from text to text.
fn mixed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum: u64, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn seconds(at: i64) -> i64 {
    at.div_euclid(SECOND)
}

fn unreadable(why: Unreadable) -> Error {
    let refusal = match why {
        Unreadable::Version(_) | Unreadable::Kind(_) | Unreadable::Suite(_) => Refusal::CodeVersionUnknown,
        Unreadable::Empty
        | Unreadable::TooLong
        | Unreadable::NotOurs
        | Unreadable::Text
        | Unreadable::Length(_)
        | Unreadable::Field(_) => Refusal::CodeUnreadable,
    };
    refusal.at("code").with(why.to_string())
}

fn expired(why: OutOfTime) -> Error {
    Refusal::CodeExpired.at("code").with(why.to_string())
}

impl Codes {
    /// Codes under the region's own secret; `region` is a division code.
    pub fn load(keys: &Keys, region: u32) -> Result<Self, Error> {
        let master = keys.secret(Use::DeviceEpochs, b"code-keys")?;
        Self::with_key(master.bytes(), region)
    }

    /// Codes of a region under a given master key.
    pub fn with_key(master: &[u8; 32], region: u32) -> Result<Self, Error> {
        if region > REGION_MAX {
            return Err(Fault::broken(format!("region {region} is no division code")).into());
        }
        let keys = CodeKeys::new(suites::INTL, region, master)
            .map_err(|unknown| Fault::broken(format!("codes under suite {}", unknown.0)))?;
        Ok(Self { keys: Arc::new(keys), stand_ins: Arc::from([]) })
    }

    /// The same codes with cards and devices to look up for those that were not made
    /// here: a look-up that finds a card takes a little longer than one that does not,
    /// and would tell a revoked card's code from a guess (C10).
    pub(crate) fn with_stand_ins(self, minters: Vec<i64>) -> Self {
        Self { stand_ins: minters.into(), ..self }
    }

    /// What a code of no true device is looked up under.
    fn decoy(&self, text: &str) -> Mark {
        let mixed = mixed(text);
        let at = mixed.checked_rem(self.stand_ins.len() as u64).and_then(|at| usize::try_from(at).ok());
        let stand_in = at.and_then(|at| self.stand_ins.get(at).copied());
        // Ids are positive; a negative number is nobody's.
        Mark { minted_by: stand_in.unwrap_or(i64::MIN | mixed.cast_signed()), step: Step(0) }
    }

    /// A credential that is not believed.
    pub(crate) fn nobodys(&self, text: &str) -> Read {
        Read::False(self.decoy(text), Carrier::Credential)
    }

    /// The region's division code.
    pub fn region(&self) -> u32 {
        self.keys.region()
    }

    /// What a device fetches ahead: handles for `slots` slots from `from` on
    /// (microseconds UTC).
    pub fn stock(&self, minter: i64, from: i64, slots: u32) -> Stock {
        self.keys.stock(Device(minter), seconds(from), slots)
    }

    /// The text of a minter's code for a step: a card's that the node itself shows.
    pub fn mint(&self, minter: i64, step: Step) -> Result<String, Fault> {
        let stock = self.keys.stock(Device(minter), step.starts_at(), 1);
        stock.mint(step).map(|code| code.text()).ok_or_else(|| Fault::broken("a stock of one slot has no code"))
    }

    /// The text of a card's code at an instant, with a sub-counter.
    pub fn mint_at(&self, card: CardId, at: i64, sub: u32) -> Result<String, Fault> {
        let step = step_at(at).with_sub(sub).ok_or_else(|| Fault::broken("a sub-counter is 0 to 7"))?;
        self.mint(card.0, step)
    }

    /// Opens a scanned or typed text at `now`. Refuses what is no code and what is
    /// out of its time; what is not of this region's making comes back as false, for
    /// the caller to refuse after the same work.
    pub fn read(&self, text: &str, now: i64) -> Result<Read, Error> {
        let rule = TimeRule::at(seconds(now));
        match Form::of(text) {
            Form::Spoken(digits) => Ok(Read::Spoken(digits.to_owned())),
            Form::Bar(digits) => Ok(match self.keys.open_barcode(digits, rule) {
                Some(opened) => Read::True(Mark { minted_by: opened.device.0, step: opened.step }, Carrier::Bar),
                None => Read::False(self.decoy(digits), Carrier::Bar),
            }),
            Form::Code(text) => match code::read(text).map_err(unreadable)? {
                Code::Phone(code) => match self.keys.open(&code, seconds(now)) {
                    Ok(opened) => {
                        rule.check(opened.step).map_err(expired)?;
                        Ok(Read::True(Mark { minted_by: opened.device.0, step: opened.step }, Carrier::Code))
                    }
                    Err(_not_ours) => Ok(Read::False(self.decoy(text), Carrier::Code)),
                },
                Code::Offline(_) => Ok(Read::Offline),
                Code::Paper(_) => Ok(Read::Paper),
                Code::Site(_) => Err(Refusal::CodeOfPlace.at("code")),
            },
        }
    }

    /// The step of six spoken digits, when they are a minter's own now.
    pub fn spoken(&self, minter: i64, digits: &str, now: i64) -> Option<Step> {
        self.keys.spoken(Device(minter), digits, TimeRule::at(seconds(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_made_here_is_looked_up_under_a_stand_in() {
        let now = 1_794_966_000 * SECOND;
        let forged = Codes::with_key(&[1; 32], 990_100).unwrap();
        let own = Codes::with_key(&[2; 32], 990_100).unwrap();
        let looked_up = |codes: &Codes, card: i64| match codes.read(&forged.mint_at(CardId(card), now, 0).unwrap(), now)
        {
            Ok(Read::False(mark, Carrier::Code)) => mark.minted_by,
            other => panic!("{other:?}"),
        };
        assert!(looked_up(&own, 7) < 0, "nobody's where there is nobody yet");
        let own = own.with_stand_ins(vec![11, 12, 13]);
        let found: Vec<i64> = (0..50).map(|card| looked_up(&own, card)).collect();
        for stand_in in 11..=13 {
            assert!(found.contains(&stand_in), "{found:?}");
        }
        assert!(found.iter().all(|minter| (11..=13).contains(minter)), "{found:?}");
    }
}
