//! Signatures of messages, both ways: SM2 with SM3 over one text of the envelope, made as
//! the interface makes it elsewhere: the members in the order of their names, `k=v` joined
//! by `&`, the signature's own members left out. Values in, values out; who must sign is
//! `signing`'s to know.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use suites::{PublicKey, SIGNATURE_LEN};

/// What `signtype` says of these signatures.
pub const SIGNTYPE: &str = "SM2";
/// Members that are not part of what is signed.
const LEFT_OUT: [&str; 4] = ["cainfo", "encData", "extra", "signData"];

/// Why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// There is none.
    Missing,
    /// It is of another kind, unreadable, by another key or of another content.
    Wrong,
}

/// The members of a value, objects sorted by name at every level.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let names: BTreeMap<&String, &Value> = members.iter().collect();
            Value::Object(names.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect())
        }
        Value::Array(rows) => rows.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// The text that is signed: the members but [`LEFT_OUT`], sorted by name, as `k=v` joined
/// by `&`. A text stands as it is, a number by its digits, an object or list as JSON without
/// blanks and with sorted members; what is null or empty is left out. Nothing where a text
/// holds an `&`, which would make two envelopes of one text.
pub fn signed_text(envelope: &Map<String, Value>) -> Option<String> {
    let mut parts = BTreeMap::new();
    for (name, value) in envelope.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())) {
        let said = match value {
            Value::Null => String::new(),
            Value::String(text) if text.contains('&') => return None,
            Value::String(text) => text.clone(),
            other => sorted(other).to_string(),
        };
        if name.contains(['&', '=']) {
            return None;
        }
        if !said.is_empty() {
            parts.insert(name, said);
        }
    }
    Some(parts.iter().map(|(name, said)| format!("{name}={said}")).collect::<Vec<_>>().join("&"))
}

/// Signs an envelope: sets `signtype` and `cainfo` (Base64 of `r ‖ s`, 64 bytes). Nothing
/// where it cannot be signed.
pub fn sign(envelope: &mut Map<String, Value>, sign: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Option<()> {
    envelope.insert("signtype".into(), SIGNTYPE.into());
    let signature = sign(signed_text(envelope)?.as_bytes())?;
    envelope.insert("cainfo".into(), STANDARD.encode(signature).into());
    Some(())
}

/// Whether one of these keys signed an envelope.
///
/// # Errors
/// Why not.
pub fn check(envelope: &Map<String, Value>, keys: &[PublicKey]) -> Result<(), Unsigned> {
    let said = |name: &str| envelope.get(name).and_then(Value::as_str).unwrap_or_default();
    if said("cainfo").is_empty() {
        return Err(Unsigned::Missing);
    }
    let signature: Option<[u8; SIGNATURE_LEN]> =
        STANDARD.decode(said("cainfo")).ok().and_then(|bytes| bytes.try_into().ok());
    let text = signed_text(envelope);
    match (signature, text) {
        (Some(signature), Some(text))
            if said("signtype") == SIGNTYPE && keys.iter().any(|key| key.verify(text.as_bytes(), &signature)) =>
        {
            Ok(())
        }
        _ => Err(Unsigned::Wrong),
    }
}

/// An SM2 public key from hexadecimal digits: compressed (66) or, as many programs write
/// it, whole with its leading `04` (130). Nothing when it is no point of the curve.
pub fn public_key(text: &str) -> Option<PublicKey> {
    let bytes = keys::trust::unhex(text)?;
    let compressed = match (bytes.len(), bytes.first(), bytes.last()) {
        (65, Some(4), Some(last)) => {
            let mut point = vec![2 | (last & 1)];
            point.extend_from_slice(bytes.get(1..33)?);
            point
        }
        _ => bytes,
    };
    suites::gm().public_key(&compressed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key(seed: u8) -> suites::PrivateKey {
        suites::gm().private_key(&[seed; 32]).unwrap()
    }

    fn envelope() -> Map<String, Value> {
        let whole = r#"{
            "msgid": "H1", "infno": "1101", "insuplc_admdvs": "", "cainfo": "x", "signtype": "SM2", "opter": 7,
            "dev_no": null, "input": { "data": { "b": "2", "a": [{ "z": 1.50, "y": "林&=" }] }, "A": true }
        }"#;
        serde_json::from_str(whole).unwrap()
    }

    fn signed(by: &suites::PrivateKey) -> Map<String, Value> {
        let mut envelope = envelope();
        sign(&mut envelope, |text| by.sign(text).ok().map(Vec::from)).unwrap();
        envelope
    }

    #[test]
    fn the_text_is_sorted_at_every_level() {
        assert_eq!(
            signed_text(&envelope()).unwrap(),
            r#"infno=1101&input={"A":true,"data":{"a":[{"y":"林&=","z":1.50}],"b":"2"}}&msgid=H1&opter=7&signtype=SM2"#
        );
        let mut two = envelope();
        two.insert("dev_no".into(), "1&dev_safe_info=2".into());
        assert_eq!(signed_text(&two), None, "one text for two envelopes");
    }

    #[test]
    fn a_signature_counts_for_its_key_and_content_only() {
        let (one, other) = (key(7), key(8));
        let keys = |of: &suites::PrivateKey| vec![suites::gm().public_key(of.public()).unwrap()];
        let good = signed(&one);
        assert_eq!(check(&good, &keys(&one)), Ok(()));
        let mut both = keys(&other);
        both.extend(keys(&one));
        assert_eq!(check(&good, &both), Ok(()), "an old key beside a new one");
        assert_eq!(check(&good, &keys(&other)), Err(Unsigned::Wrong));
        assert_eq!(check(&good, &[]), Err(Unsigned::Wrong));
        for (member, value) in [
            ("msgid", json!("H2")),
            ("input", json!({ "A": true })),
            ("signtype", json!("SM3")),
            ("cainfo", json!("AAAA")),
            ("cainfo", json!("no base 64")),
            ("dev_no", json!("1")),
        ] {
            let mut changed = good.clone();
            changed.insert(member.into(), value);
            assert_eq!(check(&changed, &keys(&one)), Err(Unsigned::Wrong), "{member}");
        }
        let mut bare = good;
        bare.insert("cainfo".into(), json!(""));
        assert_eq!(check(&bare, &keys(&one)), Err(Unsigned::Missing));
    }

    #[test]
    fn public_keys_are_read_in_both_forms() {
        // The generator of the curve (GB/T 32918.5 §2).
        let (x, y) = (
            "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7",
            "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
        );
        let whole = public_key(&format!("04{x}{y}")).unwrap();
        assert_eq!(whole.bytes(), public_key(&format!("02{x}")).unwrap().bytes());
        for wrong in ["", "04", &format!("05{x}{y}"), &format!("03{}", &x[2..]), "zz", &"0".repeat(66)] {
            assert!(public_key(wrong).is_none(), "{wrong}");
        }
    }
}
