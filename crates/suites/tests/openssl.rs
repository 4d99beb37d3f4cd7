//! SM2, SM3, SM4 and P-256 against the `openssl` program, in both directions. Left
//! out where it is missing, unless `YIMA_NEED_OPENSSL=1`.

use std::path::Path;
use std::process::Command;
use suites::Suite;

struct Openssl {
    folder: tempfile::TempDir,
}

impl Openssl {
    fn find() -> Option<Self> {
        let found = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
        let needed = std::env::var_os("YIMA_NEED_OPENSSL").is_some_and(|value| value == "1");
        assert!(found || !needed, "YIMA_NEED_OPENSSL=1, but openssl is missing");
        found.then(|| Self { folder: tempfile::tempdir().expect("a folder") })
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("a plain path").to_owned()
    }

    fn put(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(Path::new(&self.path(name)), bytes).expect("written");
        self.path(name)
    }
}

/// Runs it; what it printed, when it succeeded.
fn run(words: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("openssl").args(words).output().expect("runs");
    output.status.success().then_some(output.stdout)
}

/// The curve and how openssl is asked to sign with it.
struct Curve {
    suite: &'static dyn Suite,
    oid: &'static [u8],
    options: &'static [&'static str],
}

fn curves() -> [Curve; 2] {
    [
        Curve {
            suite: suites::gm(),
            oid: &[0x06, 0x08, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D],
            options: &["-sm3", "-sigopt", "distid:1234567812345678"],
        },
        Curve {
            suite: suites::of(suites::INTL_P256).expect("known"),
            oid: &[0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07],
            options: &["-sha256"],
        },
    ]
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut out = vec![tag, u8::try_from(content.len()).expect("short")];
    assert!(content.len() < 128);
    out.extend(content);
    out
}

/// SEC1's ECPrivateKey with the named curve.
fn private_der(curve: &Curve, secret: &[u8]) -> Vec<u8> {
    der(0x30, &[&der(0x02, &[&[1]]), &der(0x04, &[secret]), &der(0xA0, &[curve.oid])])
}

/// SubjectPublicKeyInfo with a compressed point.
fn public_der(curve: &Curve, point: &[u8]) -> Vec<u8> {
    let ec_public_key = [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
    der(0x30, &[&der(0x30, &[&ec_public_key, curve.oid]), &der(0x03, &[&[0], point])])
}

fn der_number(bytes: &[u8]) -> Vec<u8> {
    let kept = bytes.iter().position(|byte| *byte != 0).map_or(&bytes[31..], |from| &bytes[from..]);
    let sign: &[u8] = if kept[0] & 0x80 == 0 { &[] } else { &[0] };
    der(0x02, &[sign, kept])
}

fn der_signature(signature: &[u8; 64]) -> Vec<u8> {
    der(0x30, &[&der_number(&signature[..32]), &der_number(&signature[32..])])
}

fn raw_signature(der: &[u8]) -> [u8; 64] {
    let mut signature = [0; 64];
    let r_len = usize::from(der[3]);
    let (r, s) = (&der[4..4 + r_len], &der[6 + r_len..]);
    assert_eq!((der[0], der[2], der[4 + r_len]), (0x30, 2, 2));
    for (number, end) in [(r, 32), (s, 64)] {
        let kept = &number[number.len().saturating_sub(32)..];
        signature[end - kept.len()..end].copy_from_slice(kept);
    }
    signature
}

#[test]
fn signatures_go_both_ways() {
    let Some(openssl) = Openssl::find() else { return };
    for curve in curves() {
        let mut seed = 1_u8;
        for round in 0..8_u8 {
            let key = curve.suite.generate(&mut |bytes: &mut [u8]| {
                for byte in bytes {
                    seed = seed.wrapping_mul(13).wrapping_add(round | 1);
                    *byte = seed;
                }
            });
            let message = vec![round; usize::from(round) * 40];
            let text = openssl.put("message", &message);
            let secret = openssl.put("key.der", &private_der(&curve, key.secret().as_slice()));
            let public = openssl.put("public.der", &public_der(&curve, key.public()));

            // Ours, checked by openssl.
            let ours = openssl.put("ours.der", &der_signature(&key.sign(&message).expect("signed")));
            let verify =
                [&["dgst"], curve.options, &["-keyform", "DER", "-verify", &public, "-signature", &ours, &text]];
            assert!(run(&verify.concat()).is_some(), "{} {round}", curve.suite.name());

            // Openssl's, checked here.
            let theirs = openssl.path("theirs.der");
            let sign = [&["dgst"], curve.options, &["-keyform", "DER", "-sign", &secret, "-out", &theirs, &text]];
            assert!(run(&sign.concat()).is_some(), "{} {round}", curve.suite.name());
            let signature = raw_signature(&std::fs::read(&theirs).expect("signed"));
            let key = curve.suite.public_key(key.public()).expect("a key");
            assert!(key.verify(&message, &signature), "{} {round}", curve.suite.name());
            assert!(!key.verify(b"another", &signature));
        }
    }
}

fn last_word(printed: &[u8]) -> String {
    String::from_utf8_lossy(printed).split_whitespace().last().unwrap_or_default().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).expect("below 16");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0F)]).collect()
}

#[test]
fn sm3_and_its_hmac_are_the_same() {
    let Some(openssl) = Openssl::find() else { return };
    for length in [0, 1, 55, 56, 63, 64, 65, 200] {
        let message: Vec<u8> = (0..=255).cycle().take(length).collect();
        let text = openssl.put("message", &message);
        let digest = run(&["dgst", "-sm3", &text]).expect("digested");
        assert_eq!(last_word(&digest), hex(&suites::gm().digest(&[&message])), "{length}");
        let key = [0xA5; 32];
        let option = format!("hexkey:{}", hex(&key));
        let tag = run(&["dgst", "-sm3", "-mac", "HMAC", "-macopt", &option, &text]).expect("tagged");
        assert_eq!(last_word(&tag), hex(&suites::gm().mac_key(&key).tag(&[&message])), "{length}");
    }
}

#[test]
fn sm4_goes_both_ways_as_block_and_in_gcm() {
    let Some(openssl) = Openssl::find() else { return };
    let gm = suites::gm();
    for round in 0..8_u8 {
        let mut key = [0; 32];
        for (at, byte) in (0_u8..).zip(key.iter_mut()) {
            *byte = at.wrapping_mul(29) ^ round;
        }
        let block: [u8; 16] = std::array::from_fn(|at| key[31 - at] ^ 0x5A);
        let named = hex(&key[..16]);
        let plain = openssl.put("plain", &block);
        let theirs = run(&["enc", "-sm4-ecb", "-nopad", "-K", &named, "-in", &plain]).expect("encrypted");
        assert_eq!(theirs, gm.block_key(&key).encrypt(block));
        let sealed = openssl.put("sealed", &gm.block_key(&key).encrypt(block));
        let opened = run(&["enc", "-d", "-sm4-ecb", "-nopad", "-K", &named, "-in", &sealed]);
        assert_eq!(opened.expect("decrypted"), block);
        assert_eq!(gm.block_key(&key).decrypt(theirs.try_into().expect("a block")), block);

        // GCM encrypts in counter mode from 2 on; its tag is held to RFC 8998 elsewhere.
        let text: Vec<u8> = (0..round * 17).collect();
        let plain = openssl.put("text", &text);
        let counter = format!("{}00000002", hex(&[round; 12]));
        let stream = run(&["enc", "-sm4-ctr", "-K", &named, "-iv", &counter, "-in", &plain]);
        let sealed = gm.seal(&key, [round; 12], b"", &text).expect("sealed");
        assert_eq!(stream.expect("encrypted"), sealed[..text.len()]);
    }
}
