//! `yima nhsa key`, `signing`, `call --sign`: a hospital's program signs, from a shell.

use crate::home::{Home, Told};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

/// Calls 1101 with an identity number; `more` are further words.
fn call(home: &Home, more: &[&str]) -> Told {
    let input = home.path("in.json").display().to_string();
    home.yima(&[&["nhsa", "call", "1101", "--in", &input], more].concat())
}

fn code(told: &Told) -> String {
    let all = format!("{}{}", told.out, told.err);
    ["SIGNATURE_MISSING", "SIGNATURE_WRONG", "PERSON_NOT_FOUND"]
        .into_iter()
        .find(|code| all.contains(code))
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn a_hospital_signs_from_a_shell() {
    let home = Home::empty();
    let (_node, line) = home.demo(&[], Vec::new());
    let hospital = line["institutions"][0]["code"].as_str().unwrap();
    let nobody = r#"{"data":{"mdtrt_cert_type":"02","mdtrt_cert_no":"990101190001010017"}}"#;
    std::fs::write(home.path("in.json"), nobody).unwrap();
    assert_eq!(code(&call(&home, &[])), "PERSON_NOT_FOUND", "without signatures first");
    let early = call(&home, &["--sign", "no-such-file"]);
    assert!(early.code == 1 && early.err.contains("no-such-file"), "{early:?}");

    let file = home.path("his.key").display().to_string();
    let public = home.done(&["nhsa", "key", &file]).out.trim().to_owned();
    assert_eq!(public.len(), 66, "{public}");
    assert_eq!(std::fs::metadata(home.path("his.key")).unwrap().permissions().mode() & 0o077, 0, "its owner's only");
    let unknown = call(&home, &["--sign", &file]);
    assert!(unknown.code == 1 && unknown.err.contains("yima nhsa signing"), "{unknown:?}");

    let wrong = home.yima(&["nhsa", "signing", hospital, "--key", "00"]);
    assert!(wrong.code == 1 && wrong.out.contains("gateways.signing-invalid"), "{wrong:?}");
    let set = home.done(&["nhsa", "signing", hospital, "--key", &public, "--terminal", "ZZ-1=off"]).json();
    assert_eq!((&set["mode"], &set["terminals"]["ZZ-1"]), (&"sm2".into(), &"off".into()), "{set}");

    assert_eq!(code(&call(&home, &["--sign", &file])), "PERSON_NOT_FOUND", "signed, and the answer's signature holds");
    assert_eq!(code(&call(&home, &[])), "SIGNATURE_MISSING");
    let other = home.path("other.key").display().to_string();
    home.done(&["nhsa", "key", &other]);
    assert_eq!(code(&call(&home, &["--sign", &other])), "SIGNATURE_WRONG");

    // A key that openssl made, in both of its forms.
    if let Ok(made) = Command::new("openssl")
        .current_dir(home.path("."))
        .args(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", "his.pem"])
        .output()
    {
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let der = Command::new("openssl")
            .current_dir(home.path("."))
            .args(["pkey", "-in", "his.pem", "-pubout", "-outform", "DER"])
            .output()
            .unwrap()
            .stdout;
        let point = store::value::hex(&der[der.len() - 65..]);
        home.done(&["nhsa", "signing", hospital, "--key", &public, "--key", &point]);
        let pem = home.path("his.pem").display().to_string();
        assert_eq!(code(&call(&home, &["--sign", &pem])), "PERSON_NOT_FOUND");
    }
    home.done(&["nhsa", "signing", hospital, "--mode", "off"]);
    assert_eq!(code(&call(&home, &[])), "PERSON_NOT_FOUND", "off again");
}
