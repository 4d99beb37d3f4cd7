//! A node whose signing keys are in a PKCS#11 token: SoftHSM from Debian's package,
//! left out where it is missing unless `YIMA_NEED_SOFTHSM=1`.

use crate::codes::{Scene, scan, shown};
use crate::home::{Home, database};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "27182818";

/// A home whose configuration names a fresh token.
fn home() -> Option<Home> {
    let needed = std::env::var_os("YIMA_NEED_SOFTHSM").is_some_and(|value| value == "1");
    assert!(Path::new(MODULE).exists() || !needed, "YIMA_NEED_SOFTHSM=1, but SoftHSM is not installed");
    if !Path::new(MODULE).exists() {
        return None;
    }
    let home = Home::empty();
    let (conf, tokens) = (home.path("softhsm2.conf"), home.path("tokens"));
    std::fs::create_dir(&tokens).unwrap();
    std::fs::write(&conf, format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display())).unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "yima", "--so-pin", "31415926", "--pin", PIN])
        .env("SOFTHSM2_CONF", &conf)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let named = home.with("SOFTHSM2_CONF", conf.display().to_string());
    Some(named.with("YIMA_KEYS_CUSTODY", "pkcs11").with("YIMA_KEYS_MODULE", MODULE).with("YIMA_KEYS_TOKEN", "yima"))
}

#[test]
fn a_node_signs_with_the_keys_of_its_token() {
    let Some(home) = home() else { return };
    let scene = Scene::new(home.with("YIMA_KEYS_PIN", PIN));
    let (home, desk) = (&scene.home, &scene.desks[0]);
    let node = home.serve(Vec::new());
    let card = scene.card(&node, "paper");
    let scanned = scan(&node, desk, &shown(&node, desk, &card)).unwrap();
    assert_eq!(scanned.status, 200, "{}", scanned.text);
    let printed = node.ask(desk, "POST", &format!("/v1/cards/{card}/print"), "");
    let code = printed.body["code"].as_str().unwrap_or_else(|| panic!("{}", printed.text)).to_owned();
    assert_eq!(node.stop(), 0);

    // What the token signed is believed by who has the list alone, which it signed too.
    let active = || {
        let list = home.done(&["key", "list", "--json"]).json();
        let issuing = |key: &&Value| key["use"] == "issuing" && key["state"] == "active";
        list["keys"].as_array().unwrap().iter().find(issuing).unwrap()["kid"].as_str().unwrap().to_owned()
    };
    let before = active();
    home.done(&["key", "export-trust", "--out", "trust.json"]);
    let verified = home.yima(&["verify", &code, "--trust", "trust.json", "--json"]);
    assert_eq!(verified.json()["verdict"], "valid-no-revocations", "{verified:?}");
    let rotated = home.done(&["key", "rotate", "--use", "issuing", "--at-once", "--json"]).json();
    assert_eq!(rotated["state"], "active", "{rotated}");
    assert_ne!(active(), before);

    let stored = database(&home.path("data/yima.sqlite"));
    let mut rows = stored.prepare("SELECT used, sealed FROM keys_keys").unwrap();
    let rows = rows.query_map((), |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?))).unwrap();
    let rows: Vec<(String, Vec<u8>)> = rows.map(Result::unwrap).collect();
    let mut in_token = 0;
    for (used, sealed) in &rows {
        let there = sealed.starts_with(keys::pkcs11::MARK);
        in_token += usize::from(there);
        if ["issuing", "trust-list", "region-root"].contains(&used.as_str()) {
            assert!(there, "{used}");
        }
        if ["presence", "device-epochs", "index", "pseudonym"].contains(&used.as_str()) {
            assert!(!there, "{used}");
        }
    }
    assert!(in_token >= 4, "{in_token} of {}", rows.len());
    // The node starts on the same keys again.
    let node = home.serve(Vec::new());
    assert_eq!(node.ask("", "GET", "/readyz", "").status, 200);
    assert_eq!(node.stop(), 0);
}

#[test]
fn without_its_token_or_pin_a_node_says_what_is_missing() {
    let Some(home) = home() else { return };
    let none = home.yima(&["init", "--institution", "H1=医院", "--admin", "wang"]);
    assert!(none.code != 0 && none.err.contains("keys.pin"), "no PIN at all: {none:?}");
    std::fs::write(home.path("keys.pin"), "00000000\n").unwrap();
    let open = home.yima(&["key", "list"]);
    assert!(open.code != 0, "a file that others may read: {open:?}");
    for (pin, said) in [("00000000", "refuses this PIN"), (PIN, "")] {
        let file = home.path("keys.pin");
        std::fs::write(&file, format!("{pin}\n")).unwrap();
        assert!(Command::new("chmod").arg("600").arg(&file).status().unwrap().success());
        let told = home.yima(&["init", "--institution", "H1=医院", "--admin", "wang"]);
        assert_eq!(told.code == 0, said.is_empty(), "{told:?}");
        assert!(told.err.contains(said) && !told.err.contains(PIN), "{told:?}");
    }
    let gone = home.with("YIMA_KEYS_TOKEN", "another");
    let told = gone.yima(&["key", "list"]);
    assert!(told.code != 0 && told.err.contains("no PKCS#11 token with this label"), "{told:?}");
}
