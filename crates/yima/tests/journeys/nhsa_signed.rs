//! Messages that are signed: who must, what is refused, answers with the node's signature,
//! and the same signatures by openssl.

use crate::nhsa::{Insured, NUMBER, code, insured, speaker, speaker_from};
use crate::region::{Region, on_both};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateways::nhsa::signature;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use suites::PrivateKey;
use yima::nhsa_script::Speaker;

const PLACE: &str = "/v1/nhsa/signing/H99010200001";

fn key(seed: u8) -> PrivateKey {
    suites::gm().private_key(&[seed; 32]).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    store::value::hex(bytes)
}

/// Says who signs; answers status and body.
fn set(region: &Region, body: &Value) -> (u16, Value) {
    let answer = region.ask("admin", "PUT", PLACE, body.to_string());
    (answer.status, answer.body)
}

fn required(region: &Region, key: &PrivateKey) -> Value {
    let (status, body) =
        set(region, &json!({ "mode": "sm2", "keys": [hex(key.public())], "terminals": { "ZZ-1": "off" } }));
    assert_eq!(status, 200, "{body}");
    body
}

fn post(region: &Region, town: &Insured, envelope: &Value) -> Value {
    region.ask_with(Some(&town.hospital), "POST", "/nhsa", envelope.to_string().into_bytes(), &[]).body
}

fn node_signed(answer: &Value, node: &str) -> bool {
    let key = signature::public_key(node).expect("the node's key");
    signature::check(answer.as_object().unwrap(), &[key]).is_ok()
}

/// A program that signs with a key, and is signed in.
fn signing(region: &Region, town: &Insured, key: PrivateKey, number: u32) -> Speaker {
    let mut his = speaker_from(region, &town.hospital, town.person, number);
    his.sign_with(key).unwrap();
    his.sign_in().unwrap();
    his
}

fn who() -> Value {
    json!({ "data": { "mdtrt_cert_type": "02", "mdtrt_cert_no": NUMBER } })
}

#[test]
fn who_must_sign_is_refused_without_a_good_signature() {
    on_both(|region| {
        let town = insured(region);
        let mut before = speaker(region, &town.hospital, town.person);
        before.sign_in().unwrap();
        let unsigned = before.send("1101", who(), "", "").unwrap();
        assert_eq!((code(&unsigned), unsigned.get("cainfo")), (String::new(), None), "nobody asked for signatures");

        let node = required(region, &key(7))["node"].as_str().unwrap().to_owned();
        let mut his = signing(region, &town, key(7), 1_000);
        let known = his.send("1101", who(), "", "known").unwrap();
        assert_eq!(code(&known), "", "{known}");
        assert!(node_signed(&known, &node), "{}: {known}", region.name);
        his.play(r#"{"again":"known"}"#).unwrap();

        // Missing: also of the program that was let in before, also to sign in.
        let missing = before.envelope("1101", who());
        let refused = post(region, &town, &missing);
        assert_eq!(code(&refused), "SIGNATURE_MISSING", "{}: {refused}", region.name);
        assert!(node_signed(&refused, &node), "a refusal is signed too: {refused}");
        let sign_in = json!({ "signIn": { "opter_no": "01", "mac": "", "ip": "" } });
        assert_eq!(code(&post(region, &town, &before.envelope("9001", sign_in))), "SIGNATURE_MISSING");

        // By another key, of another kind, or of another content.
        let mut other = speaker_from(region, &town.hospital, town.person, 2_000);
        other.sign_with(key(8)).unwrap();
        assert_eq!(code(&post(region, &town, &other.envelope("1101", who()))), "SIGNATURE_WRONG");
        let good = his.envelope("1101", who());
        for (member, value) in [
            ("opter_name", json!("别人")),
            ("signtype", json!("SM3")),
            ("cainfo", json!("AAAA")),
            ("input", json!({ "data": { "mdtrt_cert_type": "02", "mdtrt_cert_no": "990101199001010035" } })),
        ] {
            let mut changed = good.clone();
            changed[member] = value;
            let refused = post(region, &town, &changed);
            assert_eq!(code(&refused), "SIGNATURE_WRONG", "{}: {member}", region.name);
        }
        // What was refused had no effect: the number is still free for the message itself.
        assert_eq!(code(&post(region, &town, &good)), "");

        // A terminal with a rule of its own.
        let mut spared = before.envelope("1101", who());
        spared["dev_no"] = "ZZ-1".into();
        assert_eq!(code(&post(region, &town, &spared)), "", "{}", region.name);
        let (status, _) =
            set(region, &json!({ "mode": "off", "keys": [hex(key(7).public())], "terminals": { "ZZ-1": "sm2" } }));
        assert_eq!(status, 200);
        let mut bound = before.envelope("1101", who());
        bound["dev_no"] = "ZZ-1".into();
        assert_eq!(code(&post(region, &town, &bound)), "SIGNATURE_MISSING");
        assert_eq!(code(&post(region, &town, &before.envelope("1101", who()))), "", "signing is off again");
    });
}

#[test]
fn keys_change_with_overlap_and_only_the_administrator_says_so() {
    on_both(|region| {
        let town = insured(region);
        required(region, &key(7));
        let both = json!({ "mode": "sm2", "keys": [hex(key(7).public()), hex(key(9).public())] });
        assert_eq!(set(region, &both).0, 200);
        for seed in [7, 9] {
            let mut his = signing(region, &town, key(seed), u32::from(seed) * 1_000);
            assert_eq!(code(&his.send("1101", who(), "", "").unwrap()), "", "{}: {seed}", region.name);
        }
        assert_eq!(set(region, &json!({ "mode": "sm2", "keys": [hex(key(9).public())] })).0, 200);
        let mut old = speaker_from(region, &town.hospital, town.person, 3_000);
        old.sign_with(key(7)).unwrap();
        let sign_in = json!({ "signIn": { "opter_no": "01", "mac": "", "ip": "" } });
        assert_eq!(
            code(&post(region, &town, &old.envelope("9001", sign_in))),
            "SIGNATURE_WRONG",
            "the old key is gone"
        );

        for (body, refusal) in [
            (json!({ "mode": "sm2", "keys": [] }), "gateways.signing-invalid"),
            (json!({ "mode": "sm2", "keys": ["02".repeat(33)] }), "gateways.signing-invalid"),
            (json!({ "mode": "sm2", "keys": [hex(key(9).secret().as_slice())] }), "gateways.signing-invalid"),
            (json!({ "mode": "off", "keys": [], "terminals": { "1": "sm2" } }), "gateways.signing-invalid"),
            (json!({ "mode": "sm3", "keys": [] }), "web.body-invalid"),
        ] {
            let answer = region.ask("admin", "PUT", PLACE, body.to_string());
            assert_eq!(answer.code(), refusal, "{}: {body}", region.name);
        }
        for who in ["his", "doctor", "registrar"] {
            assert_eq!(region.ask(who, "PUT", PLACE, both.to_string()).status, 403, "{who}");
            assert_eq!(region.ask(who, "GET", PLACE, "").status, 403, "{who}");
        }
        assert_eq!(region.ask("admin", "PUT", "/v1/nhsa/signing/H00000000000", both.to_string()).status, 404);
        let shown = region.ask("admin", "GET", PLACE, "").body;
        assert_eq!((&shown["mode"], &shown["keys"]), (&json!("sm2"), &json!([hex(key(9).public())])));
    });
}

/// A folder for openssl, or nothing where it is missing and not needed.
fn openssl() -> Option<tempfile::TempDir> {
    let found = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var_os("YIMA_NEED_OPENSSL").is_none(), "YIMA_NEED_OPENSSL=1, but openssl is missing");
    found.then(|| tempfile::tempdir().unwrap())
}

fn run(folder: &Path, words: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").current_dir(folder).args(words).output().unwrap();
    assert!(output.status.success(), "openssl {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// `r ‖ s` of the DER that openssl writes.
fn raw(der: &[u8]) -> Vec<u8> {
    let r_len = usize::from(der[3]);
    let (r, s) = (&der[4..4 + r_len], &der[6 + r_len..]);
    let whole = |number: &[u8]| {
        let kept = &number[number.len().saturating_sub(32)..];
        [vec![0; 32 - kept.len()], kept.to_vec()].concat()
    };
    [whole(r), whole(s)].concat()
}

fn der(signature: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let kept = bytes.iter().position(|byte| *byte != 0).map_or(&bytes[31..], |from| &bytes[from..]);
        let sign: &[u8] = if kept[0] & 0x80 == 0 { &[] } else { &[0] };
        [&[2, u8::try_from(sign.len() + kept.len()).unwrap()], sign, kept].concat()
    };
    let both = [number(&signature[..32]), number(&signature[32..])].concat();
    [vec![0x30, u8::try_from(both.len()).unwrap()], both].concat()
}

/// JSON without blanks, sorted at every level, put together here by hand.
fn json_of(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut parts: Vec<String> =
                members.iter().map(|(name, value)| format!("\"{name}\":{}", json_of(value))).collect();
            parts.sort();
            format!("{{{}}}", parts.join(","))
        }
        other => other.to_string(),
    }
}

/// The text that is signed, likewise.
fn text_of(answer: &Value) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (name, value) in answer.as_object().unwrap() {
        let said = match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => json_of(other),
        };
        if name != "cainfo" && !said.is_empty() {
            parts.push(format!("{name}={said}"));
        }
    }
    parts.sort();
    parts.join("&")
}

#[test]
fn openssl_signs_messages_and_checks_answers() {
    let Some(folder) = openssl() else { return };
    let at = folder.path();
    let options = ["-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"];
    run(at, &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", "key.pem"]);
    // The point stands at the end of the public key's DER, whole.
    let public = run(at, &["pkey", "-in", "key.pem", "-pubout", "-outform", "DER"]);
    let point = hex(&public[public.len() - 65..]);
    on_both(|region| {
        let town = insured(region);
        let (status, registered) = set(region, &json!({ "mode": "sm2", "keys": [point] }));
        assert_eq!(status, 200, "{registered}");
        let mut his = speaker(region, &town.hospital, town.person);
        let sign_in = json!({ "signIn": { "ip": "127.0.0.1", "mac": "00", "opter_no": "01" } });
        let mut message = his.envelope("9001", sign_in);
        message["signtype"] = "SM2".into();
        std::fs::write(at.join("text"), text_of(&message)).unwrap();
        run(
            at,
            &[&["pkeyutl", "-sign", "-inkey", "key.pem", "-in", "text", "-out", "signature"], &options[..]].concat(),
        );
        message["cainfo"] = STANDARD.encode(raw(&std::fs::read(at.join("signature")).unwrap())).into();
        let answer = post(region, &town, &message);
        assert_eq!(code(&answer), "", "{}: {answer}", region.name);

        // The node's key as openssl reads it: SubjectPublicKeyInfo with a compressed point.
        let node = keys::trust::unhex(registered["node"].as_str().unwrap()).unwrap();
        let prefix = "3039301306072a8648ce3d020106082a811ccf5501822d032200";
        std::fs::write(at.join("node.der"), [keys::trust::unhex(prefix).unwrap(), node].concat()).unwrap();
        run(at, &["pkey", "-pubin", "-inform", "DER", "-in", "node.der", "-out", "node.pem"]);
        std::fs::write(at.join("text"), text_of(&answer)).unwrap();
        let signature = STANDARD.decode(answer["cainfo"].as_str().unwrap()).unwrap();
        std::fs::write(at.join("signature"), der(&signature)).unwrap();
        let verify = ["pkeyutl", "-verify", "-pubin", "-inkey", "node.pem", "-in", "text", "-sigfile", "signature"];
        run(at, &[&verify[..], &options[..]].concat());
    });
}
