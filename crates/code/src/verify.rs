//! The offline verifier: a code's text in, a graded verdict out, with what the
//! checker holds: a signed trust list, shards of revocations, its own memory of what
//! it accepted. No I/O; the caller keeps the lists and the log.

use crate::credential::{Challenge, LIFE_MAX};
use crate::revocation::{self, Revoked, Shard};
use crate::trust::{Issuer, ListRefused, uses};
use crate::used::{Acceptance, REMEMBERED, UseLog, Used};
use crate::{Checked, Code, Kid, Paper, Realm, Root, Said, Shown, Site, TimeRule, TrustList, Verdict, read};

use std::cell::Cell;
use std::collections::HashMap;
use std::hint::black_box;
use suites::{PublicKey, SIGNATURE_LEN, Signed};

/// Seconds after which a list counts as old (C5: offline, at most a day).
pub const LIST_FRESH: i64 = 86_400;
/// Days after which nothing is accepted on a list.
pub const LIST_DAYS_MAX: i64 = 7;
/// Seconds that a list may seem to be made ahead of the checker's clock.
const CLOCK_SLACK: i64 = 60;

/// When a code is checked, and what the checker asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The checker's time, seconds since 1970.
    pub now: i64,
    /// What it showed for the holder to sign.
    pub challenge: Option<Challenge>,
}

/// Why nothing was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// The verdict was not one to accept on.
    Verdict(Verdict),
    /// Only credentials are accepted for an act; paper and sites are looked at.
    Kind,
    /// More than the credential's cap allows here.
    OverCap {
        /// What is left of it, fen.
        left_fen: u64,
    },
    /// The memory is full of acceptances that still count: hand them in first.
    Full,
    /// The log did not keep the record.
    Log(String),
}

struct Trusted {
    issuer: Issuer,
    key: PublicKey,
}

/// A terminal's verifier.
pub struct Verifier {
    realm: Realm,
    roots: Vec<Root>,
    version: u64,
    made_at: Option<i64>,
    issuers: HashMap<Kid, Trusted>,
    /// What each region revoked, by its division code; the realm is the verifier's.
    revoked: HashMap<u32, HashMap<u32, Shard>>,
    used: Used,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shards: usize = self.revoked.values().map(HashMap::len).sum();
        write!(f, "Verifier with list {} of {} keys, {shards} shards", self.version, self.issuers.len())
    }
}

/// A code that is worth checking the signatures of.
struct Sound<'v> {
    code: Signatures,
    trusted: &'v Trusted,
}

/// The signed kinds.
enum Signatures {
    Offline(Box<(Shown, PublicKey)>),
    Paper(Box<Paper>),
    Site(Box<Site>),
}

/// What is to be checked of one code: a message and a signature by the issuer, and
/// for Q2 by the holder.
struct Work {
    issued: (Vec<u8>, [u8; SIGNATURE_LEN]),
    held: Option<(Vec<u8>, [u8; SIGNATURE_LEN])>,
}

impl Sound<'_> {
    fn work(&self, challenge: Option<&Challenge>) -> Work {
        match &self.code {
            Signatures::Offline(both) => Work { issued: both.0.issued(), held: Some(both.0.held(challenge)) },
            Signatures::Paper(code) => Work { issued: code.issued(), held: None },
            Signatures::Site(code) => Work { issued: code.issued(), held: None },
        }
    }

    fn signed<'a>(&'a self, work: &'a Work) -> impl Iterator<Item = Signed<'a>> {
        let issued = Signed { key: &self.trusted.key, message: &work.issued.0, signature: &work.issued.1 };
        let held = match (&self.code, &work.held) {
            (Signatures::Offline(both), Some((message, signature))) => {
                Some(Signed { key: &both.1, message, signature })
            }
            _ => None,
        };
        std::iter::once(issued).chain(held)
    }

    fn said(&self) -> Said {
        match &self.code {
            Signatures::Offline(both) => {
                let claims = both.0.claims();
                Said::Credential {
                    pseudonym: claims.pseudonym,
                    class: claims.class,
                    cap_yuan: claims.cap_yuan,
                    expires_at: i64::from(claims.expires_at),
                    step: both.0.step(),
                }
            }
            Signatures::Paper(code) => Said::Paper { name: code.name().to_owned(), expires_at: code.expires_at() },
            Signatures::Site(code) => Said::Site(code.place().clone()),
        }
    }

    fn expires_at(&self) -> i64 {
        match &self.code {
            Signatures::Offline(both) => both.0.expires_at(),
            Signatures::Paper(code) => code.expires_at(),
            Signatures::Site(code) => i64::from(code.place().expires_at),
        }
    }

    fn revoked(&self) -> Revoked {
        let id = match &self.code {
            Signatures::Offline(both) => both.0.pseudonym(),
            Signatures::Paper(code) => code.number(),
            Signatures::Site(code) => code.id(),
        };
        Revoked { kid: self.trusted.issuer.kid, id }
    }
}

impl Verifier {
    /// A verifier that trusts the roots, of one realm; it remembers
    /// [`REMEMBERED`] acceptances.
    pub fn new(realm: Realm, roots: Vec<Root>) -> Self {
        Self {
            realm,
            roots,
            version: 0,
            made_at: None,
            issuers: HashMap::new(),
            revoked: HashMap::new(),
            used: Used::new(REMEMBERED),
        }
    }

    /// Remembers another number of acceptances; to be set before the first.
    #[must_use]
    pub fn remembering(mut self, limit: usize) -> Self {
        self.used = Used::new(limit);
        self
    }

    /// Takes a trust list, when a root signed it and it is not older than the one
    /// that is held. Shards stay.
    pub fn take_trust_list(&mut self, bytes: &[u8], now: i64) -> Result<(), ListRefused> {
        let list = TrustList::read(bytes, &self.roots, self.realm)?;
        if list.made_at > now.saturating_add(CLOCK_SLACK) {
            return Err(ListRefused::Clock);
        }
        let older = self.made_at.is_some_and(|held| list.made_at < held);
        if list.version < self.version || older {
            return Err(ListRefused::Older);
        }
        let mut issuers = HashMap::with_capacity(list.issuers.len());
        for issuer in list.issuers {
            // A suite of a later version is passed over: its codes are unreadable here.
            let Ok(suite) = suites::of(issuer.suite) else { continue };
            let key = suite.public_key(&issuer.public).map_err(|_bad| ListRefused::Issuer)?;
            issuers.insert(issuer.kid, Trusted { issuer, key });
        }
        self.version = list.version;
        self.made_at = Some(list.made_at);
        self.issuers = issuers;
        Ok(())
    }

    /// Takes a shard of revocations, when a key of the trust list signed it and it is
    /// not older than the one that is held. It speaks for the region of that key and
    /// for no other: two regions' shards stand side by side, and each goes forwards by
    /// itself. Another number of shards, or another digest, drops the rest of the
    /// region's.
    pub fn take_revocations(&mut self, bytes: &[u8], now: i64) -> Result<(), ListRefused> {
        let region = Cell::new(0);
        let shard = Shard::read(bytes, |kid| {
            let trusted = self.issuers.get(&kid)?;
            region.set(trusted.issuer.region);
            allowed(&trusted.issuer, uses::REVOCATION, now).then_some(&trusted.key)
        })?;
        if shard.made_at > now.saturating_add(CLOCK_SLACK) {
            return Err(ListRefused::Clock);
        }
        let held = self.revoked.entry(region.get()).or_default();
        let alike = |held: &Shard| held.shards == shard.shards && held.suite == shard.suite;
        let passes = |held: &&Shard| !alike(held) || held.shard == shard.shard;
        if held.values().filter(passes).any(|held| held.made_at > shard.made_at) {
            return Err(ListRefused::Older);
        }
        held.retain(|_at, held| alike(held));
        held.insert(shard.shard, shard);
        Ok(())
    }

    /// The version of the trust list that is held.
    pub fn list_version(&self) -> u64 {
        self.version
    }

    /// Checks one code.
    pub fn check(&self, text: &str, moment: &Moment) -> Checked {
        let sound = match self.sound(text, moment) {
            Ok(sound) => sound,
            Err(verdict) => return Checked { verdict, said: None, issuer: None },
        };
        let work = sound.work(moment.challenge.as_ref());
        let good = sound.signed(&work).all(|item| item.key.verify(item.message, item.signature));
        self.concluded(&sound, good, moment.now)
    }

    /// [`Verifier::check`] for a server that strangers ask: a credential costs both its
    /// signatures, whether its key is another realm's, unknown or out of use, and
    /// whether the first is wrong already, so that its time tells nothing (C10).
    pub fn check_evenly(&self, text: &str, moment: &Moment) -> Checked {
        let sound = match self.sound(text, moment) {
            Ok(sound) => sound,
            Err(verdict) => {
                self.spent(text, moment);
                return Checked { verdict, said: None, issuer: None };
            }
        };
        let work = sound.work(moment.challenge.as_ref());
        let checked = sound.signed(&work).map(|item| item.key.verify(item.message, item.signature));
        let good = checked.fold(true, |good, one| good & one);
        self.concluded(&sound, good, moment.now)
    }

    /// What the signatures of a credential would have cost, against any key of its suite.
    fn spent(&self, text: &str, moment: &Moment) {
        let Ok(Code::Offline(code)) = read(text) else { return };
        let any = self.issuers.values().find(|trusted| trusted.issuer.suite == code.suite());
        let (issued, held) = (code.issued(), code.held(moment.challenge.as_ref()));
        if let Some(any) = any {
            black_box(any.key.verify(&issued.0, &issued.1));
        }
        let holder = suites::of(code.suite()).ok().and_then(|suite| suite.vouched_key(code.holder()).ok());
        if let Some(holder) = holder {
            black_box(holder.verify(&held.0, &held.1));
        }
    }

    /// Checks many codes of one moment, cheaper than one by one; nothing was asked of
    /// their holders. The answers stand in the order of the texts.
    pub fn check_batch(&self, texts: &[&str], now: i64) -> Vec<Checked> {
        let moment = Moment { now, challenge: None };
        let all: Vec<Result<Sound<'_>, Verdict>> = texts.iter().map(|text| self.sound(text, &moment)).collect();
        let sound: Vec<(&Sound<'_>, Work)> = all.iter().flatten().map(|sound| (sound, sound.work(None))).collect();
        let mut good = vec![true; sound.len()];
        for suite in suites::all() {
            let (mut items, mut whose) = (Vec::new(), Vec::new());
            for (at, (sound, work)) in sound.iter().enumerate() {
                for item in sound.signed(work).filter(|item| item.key.suite() == suite.byte()) {
                    items.push(item);
                    whose.push(at);
                }
            }
            for (at, verified) in whose.iter().zip(suite.verify_batch(&items)) {
                good[*at] &= verified;
            }
        }
        let mut good = good.into_iter();
        let conclude = |found: &Result<Sound<'_>, Verdict>| match found {
            Ok(sound) => self.concluded(sound, good.next().unwrap_or(false), now),
            Err(verdict) => Checked { verdict: *verdict, said: None, issuer: None },
        };
        all.iter().map(conclude).collect()
    }

    /// Everything that can be said before a signature is checked.
    fn sound(&self, text: &str, moment: &Moment) -> Result<Sound<'_>, Verdict> {
        let code = read(text).map_err(Verdict::Unreadable)?;
        let (kid, suite, used) = match &code {
            Code::Phone(_) => return Err(Verdict::AskServer),
            Code::Offline(code) => (code.kid(), code.suite(), uses::CREDENTIAL),
            Code::Paper(code) => (code.kid(), code.suite(), uses::PAPER),
            Code::Site(code) => (code.kid(), code.suite(), uses::SITE),
        };
        let made_at = self.made_at.ok_or(Verdict::NoList)?;
        if moment.now < made_at.saturating_sub(CLOCK_SLACK) {
            return Err(Verdict::ClockWrong);
        }
        match (self.realm, kid.realm()) {
            (Realm::Production, Realm::Test) => return Err(Verdict::TestKey),
            (Realm::Test, Realm::Production) => return Err(Verdict::ProductionKey),
            (Realm::Production, Realm::Production) | (Realm::Test, Realm::Test) => {}
        }
        let trusted = self.issuers.get(&kid).ok_or(Verdict::UnknownIssuer)?;
        if trusted.issuer.suite != suite {
            return Err(Verdict::Forged);
        }
        if !allowed(&trusted.issuer, used, moment.now) {
            return Err(Verdict::IssuerOutOfUse);
        }
        let code = match code {
            Code::Offline(code) => offline(*code, moment)?,
            Code::Paper(code) => Signatures::Paper(code),
            Code::Site(code) => Signatures::Site(code),
            Code::Phone(_) => return Err(Verdict::AskServer),
        };
        Ok(Sound { code, trusted })
    }

    fn concluded(&self, sound: &Sound<'_>, good: bool, now: i64) -> Checked {
        let issuer = Some(sound.trusted.issuer.name.clone());
        if !good {
            return Checked { verdict: Verdict::Forged, said: None, issuer };
        }
        let verdict = self.graded(sound, now).unwrap_or_else(|bad| bad);
        Checked { verdict, said: Some(sound.said()), issuer }
    }

    /// The grade of a code whose signatures are good.
    fn graded(&self, sound: &Sound<'_>, now: i64) -> Result<Verdict, Verdict> {
        let expires_at = sound.expires_at();
        if now >= expires_at {
            return Err(Verdict::Expired { at: expires_at });
        }
        if let Signatures::Offline(both) = &sound.code {
            let code = &both.0;
            let from = expires_at - LIFE_MAX;
            if now < from.saturating_sub(CLOCK_SLACK) {
                return Err(Verdict::NotYet { from });
            }
            TimeRule::at(now).check(code.step()).map_err(Verdict::OutOfTime)?;
            if let Some(at) = self.used.at(code.pseudonym(), code.step()) {
                return Err(Verdict::UsedHere { at });
            }
        }
        let listed = match self.shard_for(sound) {
            Some((shard, base)) if shard.holds(&base) => return Err(Verdict::Revoked),
            Some((shard, _base)) => Some(shard.made_at),
            None => None,
        };
        let made_at = self.made_at.ok_or(Verdict::NoList)?;
        let age = now.saturating_sub(made_at.min(listed.unwrap_or(made_at)));
        let days = age / 86_400;
        if days > LIST_DAYS_MAX {
            return Err(Verdict::ListTooOld { days });
        }
        Ok(match listed {
            None => Verdict::ValidNoRevocations,
            Some(_) if age > LIST_FRESH => Verdict::ValidButListOld { days },
            Some(_) => Verdict::Valid,
        })
    }

    fn shard_for(&self, sound: &Sound<'_>) -> Option<(&Shard, revocation::Base)> {
        let held = self.revoked.get(&sound.trusted.issuer.region)?;
        // All shards of a region are of one number and one digest.
        let any = held.values().next()?;
        let base = revocation::base(suites::of(any.suite).ok()?, &sound.revoked());
        Some((held.get(&revocation::shard_of(&base, any.shards))?, base))
    }

    /// Accepts a credential for an act: checks it, holds the amount against the cap,
    /// has the record kept, remembers it. In this order, so that nothing is
    /// acknowledged that a power cut could forget.
    pub fn accept(
        &mut self,
        text: &str,
        moment: &Moment,
        act: Act,
        log: &mut dyn UseLog,
    ) -> Result<Acceptance, NotTaken> {
        let checked = self.check(text, moment);
        if !checked.verdict.accepted() {
            return Err(NotTaken::Verdict(checked.verdict));
        }
        let Some(Said::Credential { pseudonym, cap_yuan, expires_at, step, .. }) = checked.said else {
            return Err(NotTaken::Kind);
        };
        let left_fen = (u64::from(cap_yuan) * 100).saturating_sub(self.used.spent_fen(pseudonym));
        if act.amount_fen > left_fen {
            return Err(NotTaken::OverCap { left_fen });
        }
        if !self.used.has_room(moment.now) {
            return Err(NotTaken::Full);
        }
        let Ok(Code::Offline(code)) = read(text) else { return Err(NotTaken::Kind) };
        let acceptance = Acceptance {
            at: moment.now,
            purpose: act.purpose,
            amount_fen: act.amount_fen,
            challenge: moment.challenge,
            code: code.bytes().to_vec(),
        };
        log.append(&acceptance.record()).map_err(NotTaken::Log)?;
        self.used.remember(pseudonym, expires_at, step, moment.now, act.amount_fen);
        Ok(acceptance)
    }

    /// Remembers again, after a restart, what the log says was accepted; gives the
    /// acceptances, and how many bytes of the log are whole.
    pub fn restore(&mut self, log: &[u8]) -> (Vec<Acceptance>, usize) {
        let (all, whole) = Acceptance::read_all(log);
        for acceptance in &all {
            if let Ok(Code::Offline(code)) = crate::text::read_bytes(&acceptance.code) {
                let (at, amount) = (acceptance.at, acceptance.amount_fen);
                self.used.remember(code.pseudonym(), code.expires_at(), code.step(), at, amount);
            }
        }
        (all, whole)
    }
}

/// What a credential is accepted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    /// The five digits of a purpose, as a number.
    pub purpose: u32,
    /// What is settled, fen; 0 when nothing.
    pub amount_fen: u64,
}

fn allowed(issuer: &Issuer, used: u8, now: i64) -> bool {
    issuer.uses & used != 0 && (issuer.from..issuer.until).contains(&now)
}

fn offline(code: Shown, moment: &Moment) -> Result<Signatures, Verdict> {
    match (code.challenged(), moment.challenge.is_some()) {
        (true, false) => return Err(Verdict::ChallengeUnknown),
        (false, true) => return Err(Verdict::ChallengeMissing),
        (true, true) | (false, false) => {}
    }
    let suite = suites::of(code.suite()).map_err(|_unknown| Verdict::Forged)?;
    let holder = suite.vouched_key(code.holder()).map_err(|_bad| Verdict::Forged)?;
    Ok(Signatures::Offline(Box::new((code, holder))))
}
