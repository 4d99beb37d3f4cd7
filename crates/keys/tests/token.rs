//! Keys in a real PKCS#11 token: SoftHSM from Debian's package. Where it is missing
//! these checks are left out, unless `YIMA_NEED_SOFTHSM=1` says that this machine must
//! have it.
//!
//! SoftHSM reads its configuration once in a process, from the environment: every
//! check sets a token up and runs itself again in a process of its own.

#![expect(clippy::unwrap_used, reason = "a test program: a panic is how it fails")]

use cryptoki::context::Pkcs11;
use cryptoki::object::{Attribute, AttributeInfo, AttributeType, ObjectClass};
use keys::pkcs11::{Access, MARK};
use keys::{Begins, Keeping, Keys, Passphrase, Realm, Setting, State, Use};
use std::path::{Path, PathBuf};
use std::process::Command;
use store::SqlExt as _;
use testkit::Bench;

const PIN: &str = "27182818";

fn module() -> Option<PathBuf> {
    let folders = ["/usr/lib/softhsm", "/usr/lib64/pkcs11", "/usr/local/lib/softhsm"];
    let found = folders.map(|folder| Path::new(folder).join("libsofthsm2.so")).into_iter().find(|path| path.exists());
    let needed = std::env::var_os("YIMA_NEED_SOFTHSM").is_some_and(|value| value == "1");
    assert!(found.is_some() || !needed, "YIMA_NEED_SOFTHSM=1, but SoftHSM is not installed");
    found
}

/// Runs `check` in a process that has a fresh token; `name` is the test's own.
fn with_a_token(name: &str, check: impl FnOnce(&Path)) {
    let Some(module) = module() else { return };
    if std::env::var_os("YIMA_TOKEN_FOLDER").is_some() {
        return check(&module);
    }
    let folder = tempfile::tempdir().unwrap();
    let conf = folder.path().join("softhsm2.conf");
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let text = format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", tokens.display());
    std::fs::write(&conf, text).unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "yima", "--so-pin", "31415926", "--pin", PIN])
        .env("SOFTHSM2_CONF", &conf)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env("SOFTHSM2_CONF", &conf)
        .env("YIMA_TOKEN_FOLDER", &tokens)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}

fn block<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap().block_on(work)
}

fn passphrase() -> Passphrase {
    Passphrase::of("a long secret of the operator".into()).unwrap()
}

fn setting(module: &Path, token: &str, pin: &str) -> Setting {
    let access = Access::new(module.to_owned(), token.to_owned(), pin.to_owned());
    Setting { realm: Realm::Production, suite: suites::INTL, keeping: Keeping::Token(passphrase(), access) }
}

/// Use and sealed part of every key that the database holds.
fn stored(bench: &Bench) -> Vec<(String, Vec<u8>)> {
    let sql = "SELECT used, sealed FROM keys_keys ORDER BY created_at, kid LIMIT 99";
    let read = bench
        .db
        .read_now(|reader| Ok(reader.all(sql, &[], |row| Ok((row.text(0)?.to_owned(), row.bytes(1)?.to_vec())))?));
    read.unwrap()
}

#[test]
fn keys_are_made_in_the_token_and_stay_there() {
    with_a_token("keys_are_made_in_the_token_and_stay_there", |module| {
        let bench = testkit::sqlite(&[&keys::CAPABILITY]);
        let ring = Keys::load(&bench.db, setting(module, "yima", PIN)).unwrap();
        let now = bench.db.world().now();
        let signed = |ring: &Keys, used: Use| {
            let signer = ring.signer_now(used, None).unwrap();
            let signature = signer.sign(b"what is signed").unwrap();
            ring.verify(used, None, signer.kid(), now, b"what is signed", &signature).unwrap();
            let wrong = ring.verify(used, None, signer.kid(), now, b"what is sigmed", &signature);
            assert_eq!(wrong.unwrap_err().code(), "keys.signature-wrong");
            // Ed25519 where the token has it, P-256 else.
            assert!([suites::INTL, suites::INTL_P256].contains(&signer.suite()));
            signer.kid()
        };
        let issuing = signed(&ring, Use::Issuing);
        signed(&ring, Use::Presence);
        ring.secret(Use::Index, b"x").unwrap();
        for (used, sealed) in stored(&bench) {
            let there = sealed.starts_with(MARK);
            assert_eq!(there, used == "issuing", "{used}: presence tokens and secrets are sealed in software");
            assert_eq!(sealed.len(), if there { 24 } else { 60 }, "{used}");
        }
        // Another process on the same database and token signs with the same key.
        let again = Keys::load(&bench.db, setting(module, "yima", PIN)).unwrap();
        assert_eq!(signed(&again, Use::Issuing), issuing);
        // Rotation makes the successor there too.
        let next = block(again.rotate(Use::Issuing, None, Begins::AtOnce, None)).unwrap();
        assert_eq!((signed(&again, Use::Issuing), next.state), (next.kid, State::Active));
        assert_ne!(next.kid, issuing);
        assert_eq!(stored(&bench).iter().filter(|(_, sealed)| sealed.starts_with(MARK)).count(), 2);
        assert!(block(again.trust_list(990_100)).unwrap().payload.contains(&next.kid.to_string()));
        exported_is_refused(module);
        bench.db.close();
    });
}

/// No private key in the token can be read, wrapped or copied out of it.
fn exported_is_refused(module: &Path) {
    let client = Pkcs11::new(module).unwrap();
    let slot = client.get_slots_with_initialized_token().unwrap()[0];
    // The custody's login counts for every session of this process.
    let session = client.open_ro_session(slot).unwrap();
    let found = session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)]).unwrap();
    assert!(found.len() >= 2, "{}", found.len());
    for key in found {
        let wanted = [AttributeType::Extractable, AttributeType::Sensitive, AttributeType::NeverExtractable];
        let told = session.get_attributes(key, &wanted).unwrap();
        assert!(told.contains(&Attribute::Extractable(false)) && told.contains(&Attribute::Sensitive(true)));
        assert!(told.contains(&Attribute::NeverExtractable(true)), "{told:?}");
        let value = session.get_attribute_info(key, &[AttributeType::Value]).unwrap();
        assert!(matches!(value[0], AttributeInfo::Sensitive), "{value:?}");
    }
}

#[test]
fn a_wrong_pin_and_a_missing_token_are_named() {
    with_a_token("a_wrong_pin_and_a_missing_token_are_named", |module| {
        let bench = testkit::sqlite(&[&keys::CAPABILITY]);
        for (token, pin, code) in
            [("yima", "00000000", "keys.pin-wrong"), ("another", PIN, "keys.token-missing"), ("yima", PIN, "")]
        {
            let opened = Keys::load(&bench.db, setting(module, token, pin));
            assert_eq!(opened.map_or_else(|error| error.code(), |_| ""), code, "{token} {pin}");
        }
        let none = Keys::load(&bench.db, setting(Path::new("/usr/lib/softhsm/none.so"), "yima", PIN)).unwrap_err();
        assert!(none.to_string().contains("PKCS#11") && !none.to_string().contains(PIN), "{none}");
        bench.db.close();
    });
}

#[test]
fn a_node_moves_to_a_token_and_its_old_keys_go_on() {
    with_a_token("a_node_moves_to_a_token_and_its_old_keys_go_on", |module| {
        let bench = testkit::sqlite(&[&keys::CAPABILITY]);
        let keeping = Keeping::Sealed(passphrase());
        let before = Keys::load(&bench.db, Setting { keeping, ..setting(module, "yima", PIN) }).unwrap();
        let old = before.signer_now(Use::Issuing, None).unwrap();
        let secret = before.secret(Use::DeviceEpochs, b"codes").unwrap();
        let after = Keys::load(&bench.db, setting(module, "yima", PIN)).unwrap();
        assert_eq!(after.signer_now(Use::Issuing, None).unwrap().kid(), old.kid(), "it signs until it is followed");
        assert_eq!(after.secret(Use::DeviceEpochs, b"codes").unwrap().bytes(), secret.bytes());
        let next = block(after.rotate(Use::Issuing, None, Begins::AtOnce, None)).unwrap();
        let signature = after.signer_now(Use::Issuing, None).unwrap().sign(b"x").unwrap();
        after.verify(Use::Issuing, None, next.kid, bench.db.world().now(), b"x", &signature).unwrap();
        let marked: Vec<bool> = stored(&bench)
            .iter()
            .filter(|(used, _)| used == "issuing")
            .map(|(_, part)| part.starts_with(MARK))
            .collect();
        assert!(marked.contains(&true) && marked.contains(&false), "{marked:?}");
        // A handle that names another key is noticed before it signs.
        let other = after.signer_now(Use::Federation, None).unwrap();
        bench
            .db
            .write_now(0, move |tx| {
                let [kid, next] = [other.kid().0, next.kid.0];
                tx.execute(
                    "UPDATE keys_keys SET sealed = (SELECT sealed FROM keys_keys WHERE kid = $2) WHERE kid = $1",
                    &[store::P::B(&next), store::P::B(&kid)],
                )?;
                Ok(())
            })
            .unwrap();
        let mixed = Keys::load(&bench.db, setting(module, "yima", PIN)).unwrap();
        assert!(mixed.signer_now(Use::Issuing, None).unwrap_err().to_string().contains("another key"));
        bench.db.close();
    });
}

/// A token signs over P-256 as well, with the low form of its signatures.
#[test]
fn p256_keys_of_the_token_verify() {
    with_a_token("p256_keys_of_the_token_verify", |module| {
        let bench = testkit::sqlite(&[&keys::CAPABILITY]);
        let wished = Setting { suite: suites::INTL_P256, ..setting(module, "yima", PIN) };
        let ring = Keys::load(&bench.db, wished).unwrap();
        let signer = ring.signer_now(Use::TrustList, None).unwrap();
        assert_eq!((signer.suite(), signer.public().len()), (suites::INTL_P256, 33));
        for number in 0..50_u8 {
            let signature = signer.sign(&[number]).unwrap();
            assert!(keys::custody::fits(signer.suite(), signer.public(), &[number], &signature), "{number}");
            let read = p256::ecdsa::Signature::from_slice(&signature).unwrap();
            assert_eq!(read.normalize_s(), read, "{number}");
        }
        let gm = Setting { suite: suites::GM, ..setting(module, "yima", PIN) };
        let sealed = Keys::load(&bench.db, gm).unwrap();
        let signer = sealed.signer_now(Use::Checkpoint, None).unwrap();
        let signature = signer.sign(b"x").unwrap();
        assert!(keys::custody::fits(suites::GM, signer.public(), b"x", &signature), "SM2 stays in software");
        bench.db.close();
    });
}
