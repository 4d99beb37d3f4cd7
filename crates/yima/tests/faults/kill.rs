//! The kill rig (`scripts/rig/kill.py`), shortly: no acknowledged write is lost (D1).

use std::path::Path;
use std::process::Command;

fn rig(store: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/rig/kill.py");
    let done = Command::new("python3")
        .arg(script)
        .args(["--yima", env!("CARGO_BIN_EXE_yima"), "--kills", "20", "--clients", "4", "--store", store])
        .output();
    let Ok(done) = done else {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "CI needs python3");
        return;
    };
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert!(said.contains(": 20 kills") && said.contains(" 0 entries lost, 0 half bundles"), "{said}");
}

#[test]
fn killed_under_load_on_sqlite() {
    rig("sqlite");
}

#[test]
fn killed_under_load_on_postgresql() {
    if crate::postgres::programs().is_some() {
        rig("postgres");
    }
}
