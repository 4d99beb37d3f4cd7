//! The code's pure checks, one thread, without I/O: Q1 against HMAC, the offline
//! check against the raw signature verification of its backend, single and batched,
//! in all suites; and `gm`'s backend against `openssl speed sm2`. Every comparison
//! is measured in turns, so that both sides meet the same machine.

use crate::meter;
use crate::table::{Row, Table};
use code::credential::Claims;
use code::trust::uses;
use code::verify::Moment;
use code::{CodeKeys, Credential, Device, Issuer, Kid, Paper, Realm, Root, Step, TimeRule, TrustList, Verifier};
use std::hint::black_box;
use std::time::Duration;
use suites::{PrivateKey, Suite};

/// When everything happens, seconds since 1970.
const NOW: i64 = 1_794_966_000;
/// Turns that each side of a comparison gets.
const TURNS: u32 = 8;
/// Codes of one batch.
const BATCH: usize = 256;
/// Random codes that must all be refused.
const RANDOM: u64 = 1_000_000;

/// Something measured: how often it was done in how much time.
struct Measured<'a> {
    job: String,
    on: &'static str,
    /// What one call counts for.
    each: u32,
    run: Box<dyn FnMut() + 'a>,
    done: u64,
    wall: Duration,
    cpu: f64,
}

impl<'a> Measured<'a> {
    fn new(job: impl Into<String>, on: &'static str, each: u32, run: impl FnMut() + 'a) -> Self {
        Self { job: job.into(), on, each, run: Box::new(run), done: 0, wall: Duration::ZERO, cpu: 0.0 }
    }

    fn turn(&mut self, length: Duration) {
        let (began, cpu) = (meter::now(), meter::cpu_seconds(&[std::process::id()]));
        while began.elapsed() < length {
            for _few in 0..8 {
                (self.run)();
            }
            self.done += u64::from(self.each) * 8;
        }
        self.wall += began.elapsed();
        self.cpu += meter::cpu_seconds(&[std::process::id()]) - cpu;
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    fn per_cpu_second(&self) -> f64 {
        self.done as f64 / self.cpu.max(0.01)
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    fn row(&self, note: String) -> Row {
        Row {
            job: self.job.clone(),
            on: self.on.to_owned(),
            per_second: self.done as f64 / self.wall.as_secs_f64().max(0.001),
            per_cpu_second: self.per_cpu_second(),
            p50_ms: 0.0,
            p99_ms: 0.0,
            note,
        }
    }
}

/// Measures a limit and what is held against it, in turns; the notes tell the ratios,
/// counted in signatures, where a code has several.
fn against(table: &mut Table, seconds: u64, limit: Measured<'_>, mut others: Vec<(Measured<'_>, u32)>) {
    let mut limit = limit;
    let length = Duration::from_millis(seconds * 1000 / u64::from(TURNS));
    for _turn in 0..TURNS {
        limit.turn(length);
        for (other, _signatures) in &mut others {
            other.turn(length);
        }
    }
    let most = limit.per_cpu_second();
    table.add(limit.row("the limit of what follows".to_owned()));
    for (other, signatures) in others {
        let ratio = other.per_cpu_second() * f64::from(signatures) / most;
        let note = match signatures {
            0 => String::new(),
            1 => format!("{ratio:.2} of the limit"),
            _ => format!("{ratio:.2} of the limit, {signatures} signatures each"),
        };
        table.add(other.row(note));
    }
}

fn chance() -> impl FnMut(&mut [u8]) {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    move |bytes: &mut [u8]| {
        for byte in bytes {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *byte = state.to_be_bytes()[0];
        }
    }
}

fn online(table: &mut Table, seconds: u64) -> Result<(), String> {
    for (suite, on) in [(suites::INTL, "intl"), (suites::GM, "gm")] {
        let keys = CodeKeys::new(suite, 330_100, &[7; 32]).map_err(|unknown| unknown.to_string())?;
        let texts: Vec<String> = (0..1000)
            .filter_map(|device| keys.stock(Device(1 << 40 | device), NOW, 1).mint(Step::at(NOW)))
            .map(|code| code.text())
            .collect();
        let known = suites::of(suite).map_err(|unknown| unknown.to_string())?;
        let mac = known.mac_key(&[1; 32]);
        let hmac = Measured::new("HMAC of 26 bytes, key ready", on, 100, || {
            for _each in 0..100 {
                black_box(mac.tag(&[black_box(&[3; 26])]));
            }
        });
        let mut accepted = 0_u64;
        let mut checks = 0_u64;
        let check = Measured::new("Q1 pure check: text in, device and step out", on, 1000, || {
            for text in &texts {
                accepted += u64::from(keys.check(text, TimeRule::at(NOW)).is_ok());
                checks += 1;
            }
        });
        against(table, seconds, hmac, vec![(check, 0)]);
        if accepted != checks {
            return Err(format!("{accepted} of {checks} true codes were accepted"));
        }
    }
    Ok(())
}

fn random(table: &mut Table) -> Result<(), String> {
    let keys = CodeKeys::new(suites::INTL, 330_100, &[7; 32]).map_err(|unknown| unknown.to_string())?;
    let mut good = [0; code::phone::LEN];
    let mut chance = chance();
    let minted = keys.stock(Device(1), NOW, 1).mint(Step::at(NOW)).ok_or("a stock reaches its first step")?;
    let mut accepted = 0_u64;
    let began = meter::now();
    for _code in 0..RANDOM {
        chance(&mut good);
        // As near to the truth as a forger comes: all but handle and tag are right.
        good[..6].copy_from_slice(&minted.bytes()[..6]);
        good[22..26].copy_from_slice(&minted.bytes()[22..26]);
        let Ok(code::Code::Phone(code)) = code::read_bytes(&good) else { return Err("a form was refused".to_owned()) };
        accepted += u64::from(keys.check(&code.text(), TimeRule::at(NOW)).is_ok());
    }
    table.add(Row {
        job: "random codes with true front and step".to_owned(),
        on: "intl".to_owned(),
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        per_second: RANDOM as f64 / began.elapsed().as_secs_f64(),
        per_cpu_second: 0.0,
        p50_ms: 0.0,
        p99_ms: 0.0,
        note: format!("{accepted} of {RANDOM} accepted"),
    });
    if accepted == 0 { Ok(()) } else { Err(format!("{accepted} random codes were accepted")) }
}

/// A verifier with one issuer, and its codes of both kinds.
struct Scene {
    suite: &'static dyn Suite,
    verifier: Verifier,
    holders: Vec<PrivateKey>,
    offline: Vec<String>,
    paper: Vec<String>,
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn scene(suite: &'static dyn Suite) -> Result<Scene, String> {
    let mut chance = chance();
    let (root, issuer) = (suite.generate(&mut chance), suite.generate(&mut chance));
    let (root_kid, kid) = (Kid([1; 8]), Kid([2; 8]));
    let mut verifier =
        Verifier::new(Realm::Production, vec![Root::new(root_kid, suite.byte(), root.public()).map_err(text)?]);
    let list = TrustList {
        version: 1,
        made_at: NOW,
        realm: Realm::Production,
        issuers: vec![Issuer {
            kid,
            suite: suite.byte(),
            uses: uses::ALL,
            region: 330_100,
            from: NOW - 1000,
            until: NOW + 1_000_000,
            public: issuer.public().to_vec(),
            name: "西溪市".to_owned(),
        }],
    };
    verifier.take_trust_list(&list.sign(&root, root_kid).map_err(text)?, NOW).map_err(text)?;
    let shard = code::revocation::Shard::build(NOW, (0, 1), suite, &[[9; 32]]).ok_or("a shard of one")?;
    verifier.take_revocations(&shard.sign(&issuer, kid).map_err(text)?, NOW).map_err(text)?;
    let (mut holders, mut offline, mut paper) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..BATCH {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&(number as u64).to_be_bytes());
        let holder = suite.generate(&mut chance);
        let expires_at = u32::try_from(NOW + 100_000).map_err(text)?;
        let claims = Claims { pseudonym: id, holder: holder.public().to_vec(), class: 1, cap_yuan: 300, expires_at };
        let credential = Credential::issue(&issuer, kid, &claims).map_err(text)?;
        offline.push(credential.show(&holder, Step::at(NOW), None).map_err(text)?.text());
        paper.push(Paper::issue(&issuer, kid, id, expires_at, "张*").map_err(text)?.text());
        holders.push(holder);
    }
    Ok(Scene { suite, verifier, holders, offline, paper })
}

fn all_valid(verifier: &Verifier, texts: &[String]) -> bool {
    let moment = Moment { now: NOW, challenge: None };
    texts.iter().all(|text| verifier.check(text, &moment).verdict.accepted())
}

/// The signature check of the backend itself, with parsed keys, nothing of ours.
fn raw<'a>(scene: &'a Scene, message: &'a [u8]) -> Result<Box<dyn FnMut() + 'a>, String> {
    let key = scene.holders.first().ok_or("a holder")?;
    let signature = key.sign(message).map_err(text)?;
    let unspecified = |_unspecified| "the backend refuses its key".to_owned();
    match scene.suite.byte() {
        suites::GM => {
            use sm2::dsa::signature::Verifier as _;
            let public = sm2::dsa::VerifyingKey::from_sec1_bytes("1234567812345678", key.public()).map_err(text)?;
            let signature = sm2::dsa::Signature::from_slice(&signature).map_err(text)?;
            Ok(Box::new(move || assert!(public.verify(black_box(message), &signature).is_ok())))
        }
        byte => {
            use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey};
            if byte == suites::INTL {
                let public = ParsedPublicKey::new(&ED25519, key.public()).map_err(unspecified)?;
                Ok(Box::new(move || assert!(public.verify_sig(black_box(message), &signature).is_ok())))
            } else {
                let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public()).map_err(unspecified)?;
                Ok(Box::new(move || assert!(public.verify_sig(black_box(message), &signature).is_ok())))
            }
        }
    }
}

fn offline(table: &mut Table, seconds: u64) -> Result<(), String> {
    for (suite, backend) in [
        (suites::INTL, "raw Ed25519 of aws-lc-rs"),
        (suites::GM, "raw SM2 of RustCrypto sm2"),
        (suites::INTL_P256, "raw P-256 of aws-lc-rs"),
    ] {
        let scene = scene(suites::of(suite).map_err(text)?)?;
        if !all_valid(&scene.verifier, &scene.offline) || !all_valid(&scene.verifier, &scene.paper) {
            return Err("a good code was refused".to_owned());
        }
        let on = scene.suite.name();
        let message = [5; 200];
        let limit = Measured::new(backend, on, 1, raw(&scene, &message)?);
        let moment = Moment { now: NOW, challenge: None };
        let (mut offline, mut paper) = (scene.offline.iter().cycle(), scene.paper.iter().cycle());
        let one = Measured::new("Q3 offline check: text in, verdict out", on, 1, || {
            black_box(paper.next().map(|text| scene.verifier.check(text, &moment)));
        });
        let two = Measured::new("Q2 offline check: text in, verdict out", on, 1, || {
            black_box(offline.next().map(|text| scene.verifier.check(text, &moment)));
        });
        against(table, seconds, limit, vec![(one, 1), (two, 2)]);
    }
    Ok(())
}

fn batched(table: &mut Table, seconds: u64) -> Result<(), String> {
    let scene = scene(suites::intl())?;
    let message = [5; 200];
    let (mut keys, mut signatures) = (Vec::new(), Vec::new());
    for holder in &scene.holders {
        keys.push(
            ed25519_dalek::VerifyingKey::try_from(holder.public()).map_err(|_bad| "the backend refuses its key")?,
        );
        signatures.push(ed25519_dalek::Signature::from_bytes(&holder.sign(&message).map_err(text)?));
    }
    let messages = vec![message.as_slice(); BATCH];
    let each = u32::try_from(BATCH).map_err(text)?;
    let limit = Measured::new("raw Ed25519 batch of 256, ed25519-dalek, keys parsed", "intl", each, || {
        assert!(ed25519_dalek::verify_batch(black_box(&messages), &signatures, &keys).is_ok());
    });
    let texts = |all: &'static str| format!("{all} offline check, batch of 256");
    let (paper, offline): (Vec<&str>, Vec<&str>) =
        (scene.paper.iter().map(String::as_str).collect(), scene.offline.iter().map(String::as_str).collect());
    let one = Measured::new(texts("Q3"), "intl", each, || {
        black_box(scene.verifier.check_batch(&paper, NOW));
    });
    let two = Measured::new(texts("Q2"), "intl", each, || {
        black_box(scene.verifier.check_batch(&offline, NOW));
    });
    against(table, seconds, limit, vec![(one, 1), (two, 2)]);
    Ok(())
}

/// What `openssl speed` says of SM2 on this machine, verifications a second.
fn openssl(table: &mut Table, seconds: u64) {
    let asked = ["speed", "-mr", "-seconds", &seconds.to_string(), "sm2"];
    let said = std::process::Command::new("openssl").args(asked).output();
    let Ok(said) = said else { return };
    // `+F8:index:bits:name:signs a second:verifications a second`, seconds in older ones.
    let printed = String::from_utf8_lossy(&said.stdout).into_owned();
    let Some(line) = printed.lines().find(|line| line.contains("SM2") && line.starts_with("+F")) else { return };
    let Some(last) = line.rsplit(':').next().and_then(|last| last.trim().parse::<f64>().ok()) else { return };
    let rate = if last < 1.0 { 1.0 / last } else { last };
    table.add(Row {
        job: "openssl speed sm2, verifying".to_owned(),
        on: "gm".to_owned(),
        per_second: rate,
        per_cpu_second: rate,
        p50_ms: 0.0,
        p99_ms: 0.0,
        note: "what the gm backend must reach".to_owned(),
    });
}

/// Measures all of it.
pub(crate) fn measure(seconds: u64, table: &mut Table) -> Result<(), String> {
    online(table, seconds)?;
    random(table)?;
    offline(table, seconds)?;
    batched(table, seconds)?;
    openssl(table, seconds.min(4));
    Ok(())
}
