//! COSE_Sign1 against the working group's examples, and a credential as any COSE
//! program sees it.

use crate::scene::World;
use code::Realm;
use code::cbor::Reader;
use code::cose::{ALG_ES256, BadCose, Sign1};
use std::path::PathBuf;

/// The folder of the examples; `None` on a machine without it, unless
/// `YIMA_NEED_SHARED=1`.
fn examples() -> Option<PathBuf> {
    let named = std::env::var_os("YIMA_SHARED").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = named.unwrap_or(beside).join("data/cose-wg");
    let needed = std::env::var_os("YIMA_NEED_SHARED").is_some_and(|value| value == "1");
    assert!(folder.is_dir() || !needed, "YIMA_NEED_SHARED=1, but {} is missing", folder.display());
    folder.is_dir().then_some(folder)
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn text<'a>(value: &'a serde_json::Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// 32 bytes of the key, which some examples give in base 64 for the web.
fn number(key: &serde_json::Value, name: &str) -> Vec<u8> {
    let plain = text(key, &format!("{name}_hex"));
    if !plain.is_empty() {
        return hex(plain);
    }
    let mut bits = 0_u32;
    let mut count = 0;
    let mut bytes = Vec::new();
    for c in text(key, name).bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".iter().position(|d| *d == c);
        bits = bits << 6 | u32::try_from(value.expect("base 64")).expect("small");
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).expect("a byte"));
        }
    }
    bytes
}

fn public(key: &serde_json::Value) -> suites::PublicKey {
    let x = number(key, "x");
    if text(key, "kty") == "OKP" {
        return suites::intl().public_key(&x).expect("a key");
    }
    let sign = 2 + (number(key, "y").last().expect("a coordinate") & 1);
    let compressed = [&[sign][..], &x].concat();
    suites::of(suites::INTL_P256).expect("known").public_key(&compressed).expect("a key")
}

/// Whether the message reads and verifies under the example's key.
fn verifies(example: &serde_json::Value) -> bool {
    let input = &example["input"]["sign0"];
    let Ok(message) = Sign1::read(&hex(text(&example["output"], "cbor"))) else { return false };
    message.verify(&public(&input["key"]), &hex(text(input, "external")))
}

#[test]
fn the_working_groups_examples_hold() {
    let Some(folder) = examples() else { return };
    let mut counted = 0;
    for (name, good) in [
        ("eddsa-examples/eddsa-sig-01.json", true),
        ("ecdsa-examples/ecdsa-sig-01.json", true),
        ("CWT/A_3.json", true),
        // It names its algorithm outside the signature, which is not believed here.
        ("sign1-tests/sign-pass-01.json", false),
        ("sign1-tests/sign-pass-02.json", true),
        ("sign1-tests/sign-pass-03.json", true),
        ("sign1-tests/sign-fail-01.json", false),
        ("sign1-tests/sign-fail-02.json", false),
        ("sign1-tests/sign-fail-03.json", false),
        ("sign1-tests/sign-fail-04.json", false),
        ("sign1-tests/sign-fail-06.json", false),
        ("sign1-tests/sign-fail-07.json", false),
        // Ed448, P-384 and P-521 are no suites here.
        ("eddsa-examples/eddsa-sig-02.json", false),
        ("ecdsa-examples/ecdsa-sig-02.json", false),
    ] {
        let example = std::fs::read(folder.join(name)).expect("an example");
        let example: serde_json::Value = serde_json::from_slice(&example).expect("JSON");
        if text(&example["input"]["sign0"]["key"], "crv").ends_with(['8', '4']) {
            let read = Sign1::read(&hex(text(&example["output"], "cbor")));
            assert!(read.is_err_and(|bad| matches!(bad, BadCose::Signature)), "{name}");
        } else {
            assert_eq!(verifies(&example), good, "{name}");
        }
        counted += 1;
    }
    assert_eq!(counted, 14);
}

#[test]
fn a_token_of_another_program_tells_its_claims() {
    let Some(folder) = examples() else { return };
    let example = std::fs::read(folder.join("CWT/A_3.json")).expect("an example");
    let example: serde_json::Value = serde_json::from_slice(&example).expect("JSON");
    let token = Sign1::read(&hex(text(&example["output"], "cbor"))).expect("a token");
    assert_eq!(token.algorithm, ALG_ES256);
    let mut claims = Reader::new(&token.payload);
    assert_eq!((claims.map(), claims.int(), claims.text()), (Ok(7), Ok(1), Ok("coap://as.example.com")));
}

#[test]
fn a_credential_is_a_token_that_any_program_checks() {
    let world = World::new(Realm::Production);
    for party in &world.parties {
        let credential = party.credential([1; 16]);
        let message = Sign1::read(&credential.to_cose()).expect("a message");
        assert_eq!(message.suite(), Ok(party.suite.byte()));
        assert_eq!(message.kid.as_deref(), Some(party.kid.0.as_slice()));
        let key = party.suite.public_key(party.issuer.public()).expect("a key");
        assert!(message.verify(&key, &[0x12, party.suite.byte()]));
        assert!(!message.verify(&key, &[0x13, party.suite.byte()]), "signed for another kind");
        assert_eq!(Sign1::read_strict(&credential.to_cose()).as_ref(), Ok(&message));
        let mut claims = Reader::new(&message.payload);
        assert_eq!((claims.map(), claims.int()), (Ok(5), Ok(4)));
        assert_eq!(claims.number::<u32>(), Ok(credential.claims().expires_at));
        assert_eq!((claims.int(), claims.exactly()), (Ok(7), Ok([1; 16])));
        assert_eq!((claims.int(), claims.map(), claims.int()), (Ok(8), Ok(1), Ok(1)));
        for _rest in 0..5 {
            claims.skip().expect("an item");
        }
        assert!(claims.end().is_ok());
    }
}
