//! The region's keys: making codes and opening them, without a look-up.

use crate::Refusal;
use crate::rules::code::{REGION_MAX, Said, Sealed};
use crate::rules::key::Key;
use crate::rules::step::{Step, TimeRule, epoch_at};
use crate::store;
use ::store::Db;
use kernel::{CardId, Error, Fault, World};
use std::sync::Arc;

/// Texts without a blank are easier to paste; after so many nonces we take any.
const NONCES_MAX: usize = 16;

/// Makes and opens the codes of one region; cheap to clone.
#[derive(Debug, Clone)]
pub struct Codes {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    master: Key,
    region: u32,
    world: World,
}

/// A true code of this region within its time; whether it was used, and whether
/// its card still lives, the database knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    card: CardId,
    step: Step,
}

impl Opened {
    /// The card that shows it.
    pub fn card(&self) -> CardId {
        self.card
    }

    /// Its half minute and sub-counter.
    pub fn step(&self) -> Step {
        self.step
    }
}

impl Codes {
    /// Reads the region's master key, or makes it when the database is new. Waits on
    /// a thread of its own: a node may be opened from inside the asynchronous world.
    pub fn load(db: &Db, region: u32) -> Result<Self, Error> {
        let read_or_make = || match db.read_now(|sql| Ok(store::master_key(sql)?))? {
            Some(key) => Ok(key),
            None => db.write_now(0, |tx| Ok(store::make_master_key(tx)?)),
        };
        let key = std::thread::scope(|scope| scope.spawn(read_or_make).join())
            .unwrap_or_else(|_panic| Err(Fault::broken("reading the region's master key").into()))?;
        Self::with_key(key, region, db.world().clone())
    }

    /// Codes of a region under a given master key.
    pub fn with_key(master: [u8; 32], region: u32, world: World) -> Result<Self, Error> {
        if region > REGION_MAX {
            return Err(Fault::broken(format!("region {region} is no division code")).into());
        }
        Ok(Self { inner: Arc::new(Inner { master: master.into(), region, world }) })
    }

    /// The region's division code.
    pub fn region(&self) -> u32 {
        self.inner.region
    }

    /// The text of a card's code for a step.
    pub fn mint(&self, card: CardId, step: Step) -> String {
        let said = Said { region: self.inner.region, epoch: epoch_at(step.starts_at()), card, step };
        let mut text = String::new();
        for _ in 0..NONCES_MAX {
            let nonce = self.inner.world.chance().number().to_be_bytes();
            text = Sealed::seal(&self.inner.master, &said, nonce).text();
            if !text.contains(' ') {
                break;
            }
        }
        text
    }

    /// Opens a scanned text at `now`; asks nobody. Refuses, in this order: what is
    /// unreadable, of another version, of another region, forged, expired.
    pub fn open(&self, text: &str, now: i64) -> Result<Opened, Error> {
        let said = Sealed::read(text)
            .and_then(|sealed| sealed.open(&self.inner.master, self.inner.region))
            .map_err(|refusal| refusal.at("code"))?;
        TimeRule { now }.check(said.step, said.epoch).map_err(|age| Refusal::CodeExpired.at("code").with(age))?;
        Ok(Opened { card: said.card, step: said.step })
    }
}
