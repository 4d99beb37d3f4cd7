//! Numbers of bills: unique and rising for each issuer, without a row that every
//! settlement would write (E1).
//!
//! A node keeps a block of numbers per issuer in memory and reserves the next one
//! in a transaction of its own. A number is taken before the settlement's
//! transaction, so a settlement that begins after another was answered has the
//! higher number; a settlement that fails leaves a gap, and a restart leaves the
//! rest of a block. Nodes beside one another have blocks of their own: each rises.

use crate::rules::number::BillNumber;
use crate::{Bills, store};
use kernel::{Error, Fault, InstitutionId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Numbers reserved at once.
pub const BLOCK: i64 = 1000;

/// The region as bills print it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Division code, six digits.
    pub code: u32,
    /// Its name.
    pub name: String,
    /// How browsers reach the node; may be empty.
    pub public_url: String,
}

impl Region {
    /// Where bills are checked, without the scheme: short enough for paper.
    pub(crate) fn check_at(&self) -> String {
        let host = self.public_url.split_once("://").map_or(self.public_url.as_str(), |(_, host)| host);
        let host = host.trim_end_matches('/');
        if host.is_empty() { String::new() } else { format!("{host}/bills/check") }
    }
}

/// The number of a bill that is not issued yet.
#[derive(Debug, Clone)]
pub struct Number {
    issuer: InstitutionId,
    value: BillNumber,
    region: Arc<Region>,
}

impl Number {
    /// Whose it is.
    pub fn issuer(&self) -> InstitutionId {
        self.issuer
    }

    /// The number.
    pub fn value(&self) -> BillNumber {
        self.value
    }

    pub(crate) fn region(&self) -> &Region {
        &self.region
    }
}

/// Numbers that are reserved and not used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    /// The issuer's five digits.
    pub(crate) issuer_no: i64,
    /// The next free number of the sequence.
    pub(crate) next: i64,
    /// The first one that is not reserved.
    pub(crate) end: i64,
}

/// The blocks of this node.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    blocks: Mutex<HashMap<InstitutionId, Block>>,
    /// One reservation at a time, so that blocks come in order.
    reserving: tokio::sync::Mutex<()>,
}

impl Numbers {
    fn take(&self, issuer: InstitutionId) -> Option<(i64, i64)> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let block = blocks.get_mut(&issuer).filter(|block| block.next < block.end)?;
        let sequence = block.next;
        block.next = sequence.checked_add(1)?;
        Some((block.issuer_no, sequence))
    }

    /// Takes the first number of a fresh block and keeps the rest: others may use it
    /// up before whoever reserved it comes to ask.
    fn open(&self, issuer: InstitutionId, block: Block) -> (i64, i64) {
        let rest = Block { next: block.next.saturating_add(1), ..block };
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer, rest);
        (block.issuer_no, block.next)
    }
}

impl Bills {
    fn number_of(&self, issuer: InstitutionId, taken: (i64, i64)) -> Result<Number, Error> {
        let value = BillNumber::of(taken.0, taken.1)
            .ok_or_else(|| Fault::broken(format!("bills_issuers: the numbers of {issuer} are used up")))?;
        Ok(Number { issuer, value, region: self.region.clone() })
    }

    /// The next number of an issuer; to be taken before the settlement's
    /// transaction and moved into it. One that is not used leaves a gap.
    pub async fn number(&self, issuer: InstitutionId) -> Result<Number, Error> {
        if let Some(taken) = self.numbers.take(issuer) {
            return self.number_of(issuer, taken);
        }
        let turn = self.numbers.reserving.lock().await;
        if let Some(taken) = self.numbers.take(issuer) {
            return self.number_of(issuer, taken);
        }
        let block = self.db.write(0, move |tx| Ok(store::reserve(tx, issuer, BLOCK)?)).await?;
        let taken = self.numbers.open(issuer, block);
        drop(turn);
        self.number_of(issuer, taken)
    }

    /// [`Bills::number`] for threads outside the asynchronous world.
    pub fn number_now(&self, issuer: InstitutionId) -> Result<Number, Error> {
        if let Some(taken) = self.numbers.take(issuer) {
            return self.number_of(issuer, taken);
        }
        let turn = self.numbers.reserving.blocking_lock();
        if let Some(taken) = self.numbers.take(issuer) {
            return self.number_of(issuer, taken);
        }
        let block = self.db.write_now(0, move |tx| Ok(store::reserve(tx, issuer, BLOCK)?))?;
        let taken = self.numbers.open(issuer, block);
        drop(turn);
        self.number_of(issuer, taken)
    }
}
