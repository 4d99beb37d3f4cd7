//! The suites against published vectors: GB/T 32905, 32907 and 32918, RFC 8998,
//! RFC 8032, RFC 4231, RFC 5869, and what a batch must answer.

use std::path::PathBuf;
use suites::{BadKey, Signed, Suite};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn array<const N: usize>(text: &str) -> [u8; N] {
    hex(text).try_into().expect("so many bytes")
}

/// The published SM vectors; `None` on a machine without them, unless
/// `YIMA_NEED_SHARED=1`.
fn published() -> Option<Vec<serde_json::Value>> {
    let named = std::env::var_os("YIMA_SHARED").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let path = named.unwrap_or(beside).join("data/crypto/sm/gbt-published.json");
    let needed = std::env::var_os("YIMA_NEED_SHARED").is_some_and(|value| value == "1");
    let text = std::fs::read(&path).ok();
    assert!(text.is_some() || !needed, "YIMA_NEED_SHARED=1, but {} is missing", path.display());
    text.map(|text| serde_json::from_slice(&text).expect("a list of vectors"))
}

fn field<'a>(vector: &'a serde_json::Value, name: &str) -> &'a str {
    vector[name].as_str().expect("a text")
}

fn check_sm4(vector: &serde_json::Value) {
    let mut key = [0; 32];
    key[..16].copy_from_slice(&hex(field(vector, "key")));
    let cipher = suites::gm().block_key(&key);
    let mut block: [u8; 16] = array(field(vector, "pt"));
    for _round in 0..vector["rounds"].as_u64().expect("a number") {
        block = cipher.encrypt(block);
    }
    assert_eq!(block, array::<16>(field(vector, "ct")));
}

fn check_sm2(vector: &serde_json::Value) {
    let gm = suites::gm();
    let key = gm.private_key(&array(field(vector, "d"))).expect("a key");
    assert_eq!(key.public()[1..], hex(field(vector, "x")));
    let message = hex(field(vector, "msg_hex"));
    let signature: [u8; 64] = array(&format!("{}{}", field(vector, "r"), field(vector, "s")));
    let public = gm.public_key(key.public()).expect("a key");
    assert!(public.verify(&message, &signature));
    for at in 0..64 {
        let mut broken = signature;
        broken[at] ^= 1;
        assert!(!public.verify(&message, &broken), "byte {at}");
    }
}

#[test]
fn the_published_sm_vectors_hold() {
    let Some(vectors) = published() else { return };
    let mut seen = std::collections::BTreeSet::new();
    for vector in &vectors {
        match field(vector, "alg") {
            "SM3" => assert_eq!(suites::gm().digest(&[&hex(field(vector, "msg_hex"))]), array(field(vector, "out"))),
            "SM4-ECB" => check_sm4(vector),
            "SM2-sign" => check_sm2(vector),
            _ => continue,
        }
        seen.insert(field(vector, "alg").to_owned());
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[test]
fn sm4_gcm_is_that_of_rfc_8998() {
    let mut key = [0; 32];
    key[..16].copy_from_slice(&hex("0123456789ABCDEFFEDCBA9876543210"));
    let nonce = array("00001234567800000000ABCD");
    let context = hex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
    let plain = hex(concat!(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD",
        "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
    ));
    let sealed = hex(concat!(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735",
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D",
        "83DE3541E4C2B58177E065A9BF7B62EC"
    ));
    assert_eq!(suites::gm().seal(&key, nonce, &context, &plain), Some(sealed));
}

#[test]
fn what_is_sealed_opens_only_unchanged() {
    for suite in suites::all() {
        let sealed = suite.seal(&[7; 32], [1; 12], b"row 1", b"secret").expect("sealed");
        let opened = suite.open(&[7; 32], [1; 12], b"row 1", &sealed);
        assert_eq!(opened.as_deref().map(Vec::as_slice), Some(b"secret".as_slice()));
        assert!(suite.open(&[7; 32], [1; 12], b"row 2", &sealed).is_none());
        assert!(suite.open(&[7; 32], [2; 12], b"row 1", &sealed).is_none());
        assert!(suite.open(&[8; 32], [1; 12], b"row 1", &sealed).is_none());
        for bit in 0..sealed.len() * 8 {
            let mut broken = sealed.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            assert!(suite.open(&[7; 32], [1; 12], b"row 1", &broken).is_none(), "{} bit {bit}", suite.name());
        }
        assert!(suite.open(&[7; 32], [1; 12], b"row 1", &sealed[..sealed.len() - 1]).is_none());
        assert!(suite.open(&[7; 32], [1; 12], b"row 1", &[]).is_none());
    }
}

#[test]
fn ed25519_is_that_of_rfc_8032() {
    let key = suites::intl()
        .private_key(&array("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"))
        .expect("a key");
    assert_eq!(key.public(), hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"));
    let signature = key.sign(&[0xAF, 0x82]).expect("signed");
    assert_eq!(
        signature.to_vec(),
        hex(concat!(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ))
    );
}

#[test]
fn hmac_and_hkdf_are_those_of_their_rfcs() {
    let intl = suites::intl();
    let mut key = [0; 32];
    key[..4].copy_from_slice(b"Jefe");
    let tag = array("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_eq!(intl.mac_key(&key).tag(&[b"what do ya want ", b"for nothing?"]), tag);
    assert!(intl.mac_key(&key).matches(&[b"what do ya want for nothing?"], &tag[..12]));
    assert!(!intl.mac_key(&key).matches(&[b"what do ya want for nothing?"], &[]));
    // RFC 5869, test case 1: the first block of the output.
    let prk = array("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    let first = intl.derive(&intl.mac_key(&prk), &[&hex("f0f1f2f3f4f5f6f7f8f9")]);
    assert_eq!(*first, array("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"));
}

fn counted() -> impl FnMut(&mut [u8]) {
    let mut next = 0_u8;
    move |bytes: &mut [u8]| {
        for byte in bytes {
            next = next.wrapping_mul(37).wrapping_add(11);
            *byte = next;
        }
    }
}

#[test]
fn every_suite_signs_what_it_verifies_and_nothing_else() {
    let mut chance = counted();
    for suite in suites::all() {
        let (one, other) = (suite.generate(&mut chance), suite.generate(&mut chance));
        let again = suite.private_key(one.secret()).expect("a key");
        assert_eq!((one.suite(), one.public()), (suite.byte(), again.public()));
        assert_eq!(one.public().len(), suite.public_len());
        let signature = one.sign(b"message").expect("signed");
        assert_eq!(signature, again.sign(b"message").expect("signed"), "{} repeats itself", suite.name());
        let public = suite.public_key(one.public()).expect("a key");
        assert!(public.verify(b"message", &signature));
        assert!(suite.vouched_key(one.public()).expect("a key").verify(b"message", &signature));
        assert!(!public.verify(b"massage", &signature));
        assert!(!suite.public_key(other.public()).expect("a key").verify(b"message", &signature));
        for bit in 0..512 {
            let mut broken = signature;
            broken[bit / 8] ^= 1 << (bit % 8);
            assert!(!public.verify(b"message", &broken), "{} bit {bit}", suite.name());
        }
        assert!(!public.verify(b"message", &[0; 64]));
        assert!(!public.verify(b"message", &[0xFF; 64]));
    }
}

#[test]
fn what_is_no_key_is_refused() {
    for suite in suites::all() {
        assert_eq!(suite.public_key(&[]).err(), Some(BadKey::Length(0)));
        assert_eq!(suite.public_key(&[2; 65]).err(), Some(BadKey::Length(65)));
        assert_eq!(suite.public_key(&vec![0xFF; suite.public_len()]).err(), Some(BadKey::Value), "{}", suite.name());
    }
    // The neutral element and a point of order 8 of Curve25519.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    assert_eq!(suites::intl().public_key(&neutral).err(), Some(BadKey::Value));
    let eight = hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
    assert_eq!(suites::intl().public_key(&eight).err(), Some(BadKey::Value));
    for suite in [suites::gm(), suites::of(suites::INTL_P256).expect("known")] {
        assert_eq!(suite.private_key(&[0; 32]).err(), Some(BadKey::Value));
        assert_eq!(suite.private_key(&[0xFF; 32]).err(), Some(BadKey::Value));
        // The same x in every other form of SEC 1 is a second name of the key.
        let key = suite.generate(&mut counted());
        for form in (0..=255).filter(|form| !matches!(form, 2 | 3)) {
            let mut other = key.public().to_vec();
            other[0] = form;
            assert_eq!(suite.public_key(&other).err(), Some(BadKey::Value), "{} form {form}", suite.name());
            assert_eq!(suite.vouched_key(&other).err(), Some(BadKey::Value), "{} form {form}", suite.name());
        }
    }
    for byte in (0..=255).filter(|byte| !(1..=3).contains(byte)) {
        assert_eq!(suites::of(byte).err(), Some(suites::UnknownSuite(byte)));
    }
}

fn check_batch(suite: &dyn Suite, count: usize, bad: &[usize]) {
    let mut chance = counted();
    let keys: Vec<_> = (0..count).map(|_each| suite.generate(&mut chance)).collect();
    let publics: Vec<_> = keys.iter().map(|key| suite.public_key(key.public()).expect("a key")).collect();
    let messages: Vec<Vec<u8>> = (0..count).map(|number| number.to_string().into_bytes()).collect();
    let signatures: Vec<[u8; 64]> = (0..count)
        .map(|at| {
            let mut signature = keys[at].sign(&messages[at]).expect("signed");
            signature[3] ^= u8::from(bad.contains(&at));
            signature
        })
        .collect();
    let items: Vec<Signed<'_>> =
        (0..count).map(|at| Signed { key: &publics[at], message: &messages[at], signature: &signatures[at] }).collect();
    let found = suite.verify_batch(&items);
    let expected: Vec<bool> = (0..count).map(|at| !bad.contains(&at)).collect();
    assert_eq!(found, expected, "{} {count}", suite.name());
}

#[test]
fn a_batch_tells_the_bad_from_the_good() {
    for suite in suites::all() {
        check_batch(suite, 0, &[]);
        check_batch(suite, 1, &[0]);
        check_batch(suite, 9, &[]);
        check_batch(suite, 21, &[0, 7, 20]);
    }
    check_batch(suites::intl(), 600, &[511, 512]);
}
