//! Checking a bill by number and amount, for anybody: the answer is valid or not,
//! nothing else, in the same shape and with the same work for a bill that does not
//! exist, a wrong amount and a bill taken back (E4). Trying amounts of one number
//! rests it after a few wrong ones; a try counts as wrong from its beginning, so that
//! many at once are not more than a few.

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
/// Numbers remembered at most; beyond, checks of others rest until old ones are forgotten.
const NUMBERS_MAX: usize = 65_536;
/// Wrong tries of all numbers together within [`REST`] before all checks without
/// a check code rest: nobody walks along the numbers.
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
    numbers: HashMap<i64, Tried>,
}

/// What is remembered of a number.
#[derive(Debug, Default)]
struct Tried {
    wrong: u32,
    /// When the last wrong one was.
    at: i64,
    /// Checks whose answer is not known yet.
    under_way: u32,
}

impl Tried {
    /// Wrong tries that still count.
    fn wrong_at(&self, now: i64) -> u32 {
        if now.saturating_sub(self.at) < REST { self.wrong } else { 0 }
    }
}

/// A check that has begun; wrong unless it turns out otherwise, also when whoever
/// asked does not wait for the answer.
struct Try<'t> {
    tries: &'t Tries,
    number: BillNumber,
    now: i64,
    wrong: bool,
}

impl Drop for Try<'_> {
    fn drop(&mut self) {
        let mut held = self.tries.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tried = held.numbers.entry(self.number.0).or_default();
        tried.under_way = tried.under_way.saturating_sub(1);
        if self.wrong {
            tried.wrong = tried.wrong_at(self.now).saturating_add(1);
            tried.at = self.now;
            held.all = held.all.saturating_add(1);
        } else if tried.under_way == 0 && tried.wrong_at(self.now) == 0 {
            held.numbers.remove(&self.number.0);
        }
    }
}

impl Tries {
    /// Begins a check, unless checks rest: of this number, or of all numbers for who
    /// gives no check code.
    fn begin(&self, number: BillNumber, now: i64, coded: bool) -> Option<Try<'_>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_sub(held.since) >= REST {
            held.since = now;
            held.all = 0;
            held.numbers.retain(|_, tried| tried.under_way > 0 || tried.wrong_at(now) > 0);
        }
        let crowded = held.numbers.len() >= NUMBERS_MAX && !held.numbers.contains_key(&number.0);
        if crowded || (held.all >= WRONG_ALL_MAX && !coded) {
            return None;
        }
        let tried = held.numbers.entry(number.0).or_default();
        if tried.wrong_at(now).saturating_add(tried.under_way) >= WRONG_MAX {
            return None;
        }
        tried.under_way = tried.under_way.saturating_add(1);
        Some(Try { tries: self, number, now, wrong: true })
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
        let mut attempt = self.tries.begin(number, now, asked.check.is_some()).ok_or(Refusal::ChecksRest)?;
        let found = self.db.read(move |sql| Ok(right(store::to_check(sql, number)?.as_ref(), &asked))).await;
        // A database that cannot answer is nobody's wrong try.
        attempt.wrong = matches!(found, Ok(false));
        found
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

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: BillNumber = BillNumber(1_000_100_000_001);

    #[test]
    fn tries_at_once_are_not_more_than_a_few() {
        let tries = Tries::default();
        let begun: Vec<Try<'_>> = (0..100).filter_map(|_| tries.begin(NUMBER, 1, false)).collect();
        assert_eq!(begun.len(), usize::try_from(WRONG_MAX).unwrap());
        // Who went away without an answer tried all the same.
        drop(begun);
        assert!(tries.begin(NUMBER, REST, false).is_none());
        assert!(tries.begin(NUMBER, REST + 1, false).is_some());
    }

    #[test]
    fn right_answers_do_not_count() {
        let tries = Tries::default();
        for _ in 0..100 {
            tries.begin(NUMBER, 1, false).expect("it does not rest").wrong = false;
        }
        assert!(tries.0.lock().unwrap().numbers.is_empty());
    }

    #[test]
    fn who_walks_along_the_numbers_rests_all_without_a_check_code() {
        let tries = Tries::default();
        for number in 0..i64::from(WRONG_ALL_MAX) {
            drop(tries.begin(BillNumber(number), 1, false).expect("not yet"));
        }
        assert!(tries.begin(NUMBER, 2, false).is_none());
        assert!(tries.begin(NUMBER, 2, true).is_some());
        assert!(tries.begin(NUMBER, REST, false).is_some());
    }
}
