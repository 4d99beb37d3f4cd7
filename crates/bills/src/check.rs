//! Checking a bill by number and amount, for anybody: the answer is valid or not,
//! nothing else, in the same shape and with the same work for a bill that does not
//! exist, a wrong amount and a bill taken back (E4). Trying amounts of one number
//! rests it after a few wrong ones.

use crate::rules::number::BillNumber;
use crate::rules::seal::Facts;
use crate::{Bills, Refusal, store};
use kernel::time::MINUTE;
use kernel::{Error, Fen};
use keys::Use;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq as _;

/// Wrong tries of one number after which it rests.
pub const WRONG_MAX: u32 = 5;
/// How long it rests, and how long wrong tries are remembered.
pub const REST: i64 = 15 * MINUTE;
/// Numbers remembered at most; beyond, every check rests until old ones are forgotten.
const NUMBERS_MAX: usize = 65_536;
/// Wrong tries of all numbers together within [`REST`] before all checks without
/// the right check code rest: nobody walks along the numbers.
pub const WRONG_ALL_MAX: u32 = 20_000;

/// What somebody wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Thirteen digits.
    pub number: BillNumber,
    /// The amount printed.
    pub total: Fen,
    /// Eight digits, when given.
    pub code: Option<String>,
    /// Six hexadecimal digits, when given.
    pub check: Option<String>,
}

/// Wrong tries, in memory only.
#[derive(Debug, Default)]
pub(crate) struct Tries(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    since: i64,
    all: u32,
    numbers: HashMap<i64, (u32, i64)>,
}

impl Tries {
    fn rests(&self, number: BillNumber, now: i64) -> bool {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_sub(held.since) >= REST {
            held.since = now;
            held.all = 0;
            held.numbers.retain(|_, (_, at)| now.saturating_sub(*at) < REST);
        }
        let number = held.numbers.get(&number.0);
        let tried = number.is_some_and(|(wrong, at)| *wrong >= WRONG_MAX && now.saturating_sub(*at) < REST);
        tried || held.all >= WRONG_ALL_MAX || held.numbers.len() >= NUMBERS_MAX
    }

    fn wrong(&self, number: BillNumber, now: i64) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.all = held.all.saturating_add(1);
        let (wrong, at) = held.numbers.entry(number.0).or_insert((0, now));
        *wrong = if now.saturating_sub(*at) < REST { wrong.saturating_add(1) } else { 1 };
        *at = now;
    }
}

/// Whether two texts are the same, in a time that tells nothing.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// Whether what was stored answers the question; nothing stored is compared like
/// anything else.
fn right(found: Option<&store::Checked>, asked: &Asked) -> bool {
    let nothing = store::Checked { code: String::new(), check: String::new(), total: Fen::ZERO, live: false };
    let stored = found.unwrap_or(&nothing);
    let code = asked.code.as_deref().is_none_or(|code| same(code, &stored.code));
    let check = asked.check.as_deref().is_none_or(|check| same(check, &stored.check));
    let total: bool = stored.total.0.ct_eq(&asked.total.0).into();
    [code, check, total, stored.live, found.is_some()].into_iter().fold(true, |all, one| all & one)
}

impl Bills {
    /// Whether there is a bill of this number and amount that counts. Refuses only
    /// with [`Refusal::ChecksRest`], which depends on nothing stored.
    pub async fn check(&self, asked: Asked) -> Result<bool, Error> {
        let (now, number) = (self.db.world().now(), asked.number);
        if self.tries.rests(number, now) {
            return Err(Refusal::ChecksRest.into());
        }
        let valid = self.db.read(move |sql| Ok(right(store::to_check(sql, number)?.as_ref(), &asked))).await?;
        if !valid {
            self.tries.wrong(number, now);
        }
        Ok(valid)
    }

    /// Whether the text of a bill's code is sealed by this region and the bill
    /// still counts.
    pub async fn check_seal(&self, text: &str) -> Result<bool, Error> {
        let Ok((facts, signature)) = Facts::read(text.trim()) else { return Ok(false) };
        let (site, kid, at) = (Some(facts.institution), facts.kid, facts.sealed_at());
        if self.keys.verify(Use::BillSeal, site, kid, at, &facts.message(), &signature).is_err() {
            return Ok(false);
        }
        let found = self.db.read(move |sql| Ok(store::to_check(sql, BillNumber(facts.number))?)).await?;
        Ok(found.is_some_and(|stored| stored.live && stored.total == facts.total))
    }
}
