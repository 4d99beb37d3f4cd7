//! The server's side of Q1: keys of weekly epochs derived from one master key, the
//! stock of handles a phone fetches ahead, and the check that needs no look-up.
//!
//! | key | is |
//! |---|---|
//! | of an epoch, per use | `HKDF-Expand(master, "YM1 " ‖ use ‖ epoch, two bytes)`, use: `handle`, `device`, `bar` |
//! | a device's secret | `HKDF-Expand(device key of the epoch, device id, eight bytes)` |
//! | a handle | block cipher(handle key, device id, 8 bytes ‖ slot, 4 ‖ zeros, 4) |
//!
//! Which devices exist, are alive and whose they are is for `credentials`.

use crate::barcode::ShortHandles;
use crate::phone::{Fields, HANDLE_LEN};
use crate::time::SLOT;
use crate::{Code, OutOfTime, Phone, Step, TimeRule, Unreadable, epoch_at, part, read};
use std::sync::{Arc, RwLock};
use suites::{BlockKey, MacKey, Secret, Suite, UnknownSuite};

/// Slots of a stock of 72 hours (C9).
pub const STOCK_SLOTS: u32 = 72 * 120 / SLOT;
/// Epochs kept computed: the last, this, the next.
const KEPT: usize = 3;

/// A device, by the number the region gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Device(
    /// The number; never shown.
    pub i64,
);

/// What a true code told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The device that shows it.
    pub device: Device,
    /// When, and which of the eight; single use is by device and step.
    pub step: Step,
    /// Which epoch's keys sealed it.
    pub epoch: u16,
}

/// Why a readable Q1 is not accepted. Outside, all but the first answer alike (C10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Of another region, which has to be asked.
    OtherRegion(u32),
    /// Sealed under another suite than this region's.
    OtherSuite(u8),
    /// Sealed with a key that is out of use.
    Epoch,
    /// The tag, the handle or its slot is wrong.
    Forged,
}

/// Why a text was not accepted by [`CodeKeys::check`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAccepted {
    /// No code of this system.
    Unreadable(Unreadable),
    /// A code of another kind than Q1.
    OtherKind,
    /// Not sealed here.
    Refused(Refused),
    /// True, but out of its time.
    OutOfTime(OutOfTime),
}

impl NotAccepted {
    /// A stable word for logs, vectors and other languages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::OtherKind => "other-kind",
            Self::Refused(Refused::OtherRegion(_)) => "other-region",
            Self::Refused(Refused::OtherSuite(_)) => "other-suite",
            Self::Refused(Refused::Epoch) => "epoch",
            Self::Refused(Refused::Forged) => "forged",
            Self::OutOfTime(OutOfTime::Late(_)) => "late",
            Self::OutOfTime(OutOfTime::Early(_)) => "early",
        }
    }
}

/// What a phone fetches ahead: with it, it shows codes without a network.
#[derive(Debug, Clone)]
pub struct Stock {
    /// Suite byte.
    pub suite: u8,
    /// Division code.
    pub region: u32,
    /// The epoch of the secret and the handles.
    pub epoch: u16,
    /// The device's secret; the phone keeps it as a key that cannot be read out.
    pub secret: Secret,
    /// Number of the first slot: half minutes since 1970 / [`SLOT`].
    pub first_slot: u32,
    /// One handle for each slot from the first.
    pub handles: Vec<[u8; HANDLE_LEN]>,
    /// Short handles for barcodes, for the same slots.
    pub bars: Vec<[u8; 8]>,
}

impl Stock {
    /// Mints as a phone does; nothing when the stock does not reach the step.
    pub fn mint(&self, step: Step) -> Option<Phone> {
        let at = usize::try_from(step.slot().checked_sub(self.first_slot)?).ok()?;
        let handle = *self.handles.get(at)?;
        let secret = suites::of(self.suite).ok()?.mac_key(&self.secret);
        Some(Phone::mint(&secret, &Fields { suite: self.suite, region: self.region, epoch: self.epoch, handle, step }))
    }

    /// The first instant it has no handle for.
    pub fn ends_at(&self) -> i64 {
        let slots = u32::try_from(self.handles.len()).unwrap_or(u32::MAX);
        let half_minute = self.first_slot.saturating_add(slots).saturating_mul(SLOT);
        Step::of_half_minute(half_minute).starts_at()
    }
}

/// The keys of one epoch, ready to use.
pub(crate) struct EpochKeys {
    pub(crate) epoch: u16,
    suite: &'static dyn Suite,
    handle: BlockKey,
    device: MacKey,
    pub(crate) bars: ShortHandles,
}

impl EpochKeys {
    fn new(suite: &'static dyn Suite, master: &MacKey, epoch: u16) -> Self {
        let key = |used: &[u8]| suite.derive(master, &[b"YM1 ", used, &epoch.to_be_bytes()]);
        Self {
            epoch,
            suite,
            handle: suite.block_key(&key(b"handle")),
            device: suite.mac_key(&key(b"device")),
            bars: ShortHandles::new(suite.mac_key(&key(b"bar"))),
        }
    }

    pub(crate) fn secret(&self, device: Device) -> Secret {
        self.suite.derive(&self.device, &[&device.0.to_be_bytes()])
    }

    pub(crate) fn mac(&self, device: Device) -> MacKey {
        self.suite.mac_key(&self.secret(device))
    }

    fn handle(&self, device: Device, slot: u32) -> [u8; HANDLE_LEN] {
        let mut block = [0; HANDLE_LEN];
        block[..8].copy_from_slice(&device.0.to_be_bytes());
        block[8..12].copy_from_slice(&slot.to_be_bytes());
        self.handle.encrypt(block)
    }

    /// The device of a handle, and whether the handle is one of the slot's.
    fn open(&self, handle: [u8; HANDLE_LEN], slot: u32) -> (Device, bool) {
        let block = self.handle.decrypt(handle);
        let rest: [u8; 8] = part(&block, 8);
        (Device(i64::from_be_bytes(part(&block, 0))), rest == (u64::from(slot) << 32).to_be_bytes())
    }
}

/// A region's keys of codes; cheap to ask from many threads.
pub struct CodeKeys {
    suite: &'static dyn Suite,
    region: u32,
    master: MacKey,
    kept: RwLock<Vec<Arc<EpochKeys>>>,
}

impl std::fmt::Debug for CodeKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CodeKeys of region {}", self.region)
    }
}

impl CodeKeys {
    /// Keys of a region from its master key; the suite must be 1 or 2, since a suite
    /// that differs by its signatures only is not used for Q1.
    pub fn new(suite: u8, region: u32, master: &[u8; 32]) -> Result<Self, UnknownSuite> {
        let known = suites::of(suite)?;
        if !matches!(suite, suites::INTL | suites::GM) {
            return Err(UnknownSuite(suite));
        }
        Ok(Self { suite: known, region, master: known.mac_key(master), kept: RwLock::new(Vec::new()) })
    }

    /// The suite byte.
    pub fn suite(&self) -> u8 {
        self.suite.byte()
    }

    /// The region.
    pub fn region(&self) -> u32 {
        self.region
    }

    /// The keys of an epoch; kept when it is near `now`, so that made-up epochs push
    /// out nothing.
    pub(crate) fn epoch(&self, epoch: u16, now: i64) -> Arc<EpochKeys> {
        {
            let kept = self.kept.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some(keys) = kept.iter().find(|keys| keys.epoch == epoch) {
                return keys.clone();
            }
        }
        let keys = Arc::new(EpochKeys::new(self.suite, &self.master, epoch));
        if epoch_at(now).abs_diff(epoch) <= 1 {
            let mut kept = self.kept.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            kept.retain(|other| other.epoch != epoch && epoch_at(now).abs_diff(other.epoch) <= 1);
            kept.insert(0, keys.clone());
            kept.truncate(KEPT);
        }
        keys
    }

    /// What a phone fetches: handles for `slots` slots from `from` on, usually
    /// [`STOCK_SLOTS`] and more; of use for at most a week and the rest of this one.
    pub fn stock(&self, device: Device, from: i64, slots: u32) -> Stock {
        let keys = self.epoch(epoch_at(from), from);
        let first_slot = Step::at(from).slot();
        let all = first_slot..first_slot.saturating_add(slots);
        Stock {
            suite: self.suite.byte(),
            region: self.region,
            epoch: keys.epoch,
            secret: keys.secret(device),
            first_slot,
            handles: all.clone().map(|slot| keys.handle(device, slot)).collect(),
            bars: all.map(|slot| keys.bars.of(device, slot)).collect(),
        }
    }

    /// Opens a code of this region: who shows it and when it says it was made.
    /// Nothing is looked up. Whether its time has passed is for [`TimeRule`]; `now`
    /// only says which epochs are worth keeping computed.
    /// A code that is refused at a glance (another region's, an old key's) costs the
    /// same handle and tag as a true one, so that its time does not tell (C10).
    pub fn open(&self, code: &Phone, now: i64) -> Result<Opened, Refused> {
        let step = code.step();
        let epoch = epoch_of(code.epoch_low(), step);
        let keys = self.epoch(epoch.unwrap_or_else(|| epoch_at(now)), now);
        let (device, of_slot) = keys.open(code.handle(), step.slot());
        let sealed = code.sealed_with(&keys.mac(device));
        if code.region() != self.region {
            return Err(Refused::OtherRegion(code.region()));
        }
        if code.suite() != self.suite.byte() {
            return Err(Refused::OtherSuite(code.suite()));
        }
        let epoch = epoch.ok_or(Refused::Epoch)?;
        if of_slot && sealed { Ok(Opened { device, step, epoch }) } else { Err(Refused::Forged) }
    }

    /// The whole pure check of a text: form, seal, time.
    pub fn check(&self, text: &str, rule: TimeRule) -> Result<Opened, NotAccepted> {
        let code = match read(text).map_err(NotAccepted::Unreadable)? {
            Code::Phone(code) => code,
            Code::Offline(_) | Code::Paper(_) | Code::Site(_) => return Err(NotAccepted::OtherKind),
        };
        let opened = self.open(&code, rule.now).map_err(NotAccepted::Refused)?;
        rule.check(opened.step).map_err(NotAccepted::OutOfTime)?;
        Ok(opened)
    }
}

/// The epoch of a code: the step's week, or the week before (the last two epochs are
/// accepted), by its low byte.
fn epoch_of(low: u8, step: Step) -> Option<u16> {
    let week = epoch_at(step.starts_at());
    [Some(week), week.checked_sub(1)].into_iter().flatten().find(|epoch| epoch.to_be_bytes()[1] == low)
}
