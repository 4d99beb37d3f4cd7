//! The life of keys on both databases: made once, followed with an overlap,
//! revoked, never mixed between realms, sealed at rest, listed for others.

use kernel::InstitutionId;
use kernel::time::{DAY, HOUR, MINUTE};
use keys::rotate::Begins;
use keys::trust::{TrustList, open};
use keys::{Keeping, Keys, Kid, Passphrase, Realm, Setting, State, Use};
use store::{Db, SqlExt as _};
use testkit::on_both;

fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("as it must be")
        .block_on(work)
}

fn events(db: &Db) -> Vec<i64> {
    db.read_now(|sql| Ok(sql.all("SELECT name FROM store_events ORDER BY seq LIMIT 1000", &[], |row| row.i64(0))?))
        .expect("as it must be")
        .into_iter()
        .filter(|name| (450..500).contains(name))
        .collect()
}

fn sealed(text: &str, realm: Realm) -> Setting {
    Setting {
        realm,
        suite: suites::INTL,
        keeping: Keeping::Sealed(Passphrase::of(text.into()).expect("as it must be")),
    }
}

#[test]
fn a_key_is_made_once_and_signs_without_asking_the_database() {
    on_both(&[&keys::CAPABILITY], |bench| {
        let keys = Keys::for_tests(&bench.db).unwrap();
        assert!(keys.ready(Use::Presence, None).is_none());
        let signer = block(keys.signer(Use::Presence, None)).unwrap();
        assert!(signer.kid().is_test(), "{}", bench.name);
        let (_, answered, _) = bench.db.counts();
        let again = keys.ready(Use::Presence, None).unwrap();
        let signature = again.sign(b"present").unwrap();
        assert_eq!((again.kid(), bench.db.counts().1), (signer.kid(), answered));
        let now = bench.db.world().now();
        keys.verify(Use::Presence, None, signer.kid(), now, b"present", &signature).unwrap();
        for (used, kid, at, text, code) in [
            (Use::Presence, signer.kid(), now, b"absent!".as_slice(), "keys.signature-wrong"),
            (Use::Issuing, signer.kid(), now, b"present", "keys.wrong-use"),
            (Use::Presence, signer.kid(), now - HOUR, b"present", "keys.key-out-of-time"),
            (Use::Presence, Kid([0x80; 8]), now, b"present", "keys.key-unknown"),
            (Use::Presence, Kid([0x00; 8]), now, b"present", "keys.wrong-realm"),
        ] {
            let error = keys.verify(used, None, kid, at, text, &signature).unwrap_err();
            assert_eq!(error.code(), code, "{}", bench.name);
        }
        assert_eq!(events(&bench.db), vec![450, 451], "made, activated: {}", bench.name);
    });
}

#[test]
fn each_site_has_a_key_of_its_own() {
    on_both(&[&keys::CAPABILITY], |bench| {
        let keys = Keys::for_tests(&bench.db).unwrap();
        let site = |number| Some(InstitutionId(number));
        let one = keys.signer_now(Use::BillSeal, site(1)).unwrap();
        let two = keys.signer_now(Use::BillSeal, site(2)).unwrap();
        assert_ne!(one.kid(), two.kid());
        let signature = one.sign(b"bill").unwrap();
        let now = bench.db.world().now();
        assert!(keys.verify(Use::BillSeal, site(1), one.kid(), now, b"bill", &signature).is_ok());
        assert!(keys.verify(Use::BillSeal, None, one.kid(), now, b"bill", &signature).is_ok());
        let error = keys.verify(Use::BillSeal, site(2), one.kid(), now, b"bill", &signature).unwrap_err();
        assert_eq!(error.code(), "keys.wrong-use");
        assert_eq!(keys.signer_now(Use::Presence, site(1)).unwrap_err().code(), "keys.wrong-use");
    });
}

#[test]
fn a_successor_is_published_before_it_signs_and_the_old_one_counts_on() {
    on_both(&[&keys::CAPABILITY], |bench| {
        let keys = Keys::for_tests(&bench.db).unwrap();
        let old = keys.signer_now(Use::Issuing, None).unwrap();
        let signed_at = bench.db.world().now();
        let signature = old.sign(b"card").unwrap();
        let next = block(keys.rotate(Use::Issuing, None, Begins::AfterLead, None)).unwrap();
        assert_eq!(next.state, State::Next);
        assert_eq!(keys.signer_now(Use::Issuing, None).unwrap().kid(), old.kid());
        let error = block(keys.rotate(Use::Issuing, None, Begins::AfterLead, None)).unwrap_err();
        assert_eq!(error.code(), "keys.stage-wrong", "{}", bench.name);
        bench.clock.advance(48 * HOUR);
        assert_eq!(block(keys.turn()).unwrap(), 1);
        assert_eq!(block(keys.turn()).unwrap(), 0, "twice does no harm");
        assert_eq!(keys.signer_now(Use::Issuing, None).unwrap().kid(), next.kid);
        assert_eq!(keys.public_of(old.kid()).unwrap().state, State::Retired);
        keys.verify(Use::Issuing, None, old.kid(), signed_at, b"card", &signature).unwrap();
        let late = keys.verify(Use::Issuing, None, old.kid(), bench.db.world().now() + HOUR, b"card", &signature);
        assert_eq!(late.unwrap_err().code(), "keys.key-out-of-time");
        assert_eq!(events(&bench.db), vec![450, 451, 450, 452, 451]);
    });
}

#[test]
fn time_alone_brings_the_successor() {
    on_both(&[&keys::CAPABILITY], |bench| {
        let keys = Keys::for_tests(&bench.db).unwrap();
        let first = keys.signer_now(Use::Issuing, None).unwrap().kid();
        bench.clock.advance(58 * DAY);
        assert_eq!(block(keys.turn()).unwrap(), 1, "a successor is made: {}", bench.name);
        bench.clock.advance(2 * DAY);
        assert_eq!(block(keys.turn()).unwrap(), 1, "it signs");
        assert_ne!(keys.signer_now(Use::Issuing, None).unwrap().kid(), first);
        bench.clock.advance(400 * DAY);
        assert!(keys.ready(Use::Issuing, None).is_none(), "an old key signs nothing");
        assert!(keys.signer_now(Use::Issuing, None).is_ok(), "a new one is made");
    });
}

#[test]
fn what_a_revoked_key_signed_counts_no_more() {
    on_both(&[&keys::CAPABILITY], |bench| {
        let keys = Keys::for_tests(&bench.db).unwrap();
        let other = Keys::for_tests(&bench.db).unwrap();
        let bad = keys.signer_now(Use::Presence, None).unwrap();
        let (signature, now) = (bad.sign(b"x").unwrap(), bench.db.world().now());
        block(other.refresh()).unwrap();
        assert!(other.verify(Use::Presence, None, bad.kid(), now, b"x", &signature).is_ok());
        let follows = block(keys.revoke(bad.kid(), "stolen", None)).unwrap().unwrap();
        assert_eq!(keys.signer_now(Use::Presence, None).unwrap().kid(), follows.kid);
        block(other.refresh()).unwrap();
        for keys in [&keys, &other] {
            let error = keys.verify(Use::Presence, None, bad.kid(), now, b"x", &signature).unwrap_err();
            assert_eq!(error.code(), "keys.key-revoked", "{}", bench.name);
        }
        let again = block(keys.revoke(bad.kid(), "twice", None)).unwrap_err();
        assert_eq!(again.code(), "keys.stage-wrong");
        let before = *keys.secret(Use::Index, b"one").unwrap().bytes();
        let secret = keys.list().into_iter().find(|key| key.used == Use::Index).expect("a secret").kid;
        let refused = block(keys.revoke(secret, "by mistake", None)).unwrap_err();
        assert_eq!(refused.code(), "keys.wrong-use", "{}", bench.name);
        assert_eq!(*keys.secret(Use::Index, b"one").unwrap().bytes(), before, "{}", bench.name);
    });
}

#[test]
fn secrets_differ_by_label_and_survive_a_restart() {
    on_both(&[&keys::CAPABILITY], |bench| {
        let keys = Keys::load(&bench.db, sealed("a long secret of the operator", Realm::Test)).unwrap();
        let one = keys.secret(Use::DeviceEpochs, b"one").unwrap();
        assert_ne!(one.bytes(), keys.secret(Use::DeviceEpochs, b"two").unwrap().bytes());
        assert_ne!(one.bytes(), keys.secret(Use::Index, b"one").unwrap().bytes());
        let again = Keys::load(&bench.db, sealed("a long secret of the operator", Realm::Test)).unwrap();
        assert_eq!(again.secret(Use::DeviceEpochs, b"one").unwrap().bytes(), one.bytes(), "{}", bench.name);
    });
}

#[test]
fn realms_and_secrets_do_not_mix() {
    on_both(&[&keys::CAPABILITY], |bench| {
        let first = Keys::load(&bench.db, sealed("a long secret of the operator", Realm::Production)).unwrap();
        let signer = first.signer_now(Use::Presence, None).unwrap();
        assert!(!signer.kid().is_test());
        for (setting, code) in [
            (sealed("a long secret of the operator", Realm::Test), "keys.realm-mixed"),
            (sealed("another secret of an operator", Realm::Production), "keys.secret-wrong"),
            (Setting { realm: Realm::Production, ..Setting::test() }, "keys.secret-weak"),
        ] {
            assert_eq!(Keys::load(&bench.db, setting).unwrap_err().code(), code, "{}", bench.name);
        }
    });
}

#[test]
fn the_database_holds_no_private_part_in_clear() {
    on_both(&[&keys::CAPABILITY], |bench| {
        let keys = Keys::load(&bench.db, sealed("a long secret of the operator", Realm::Test)).unwrap();
        let secret = keys.secret(Use::Index, b"x").unwrap();
        let sealed = bench
            .db
            .read_now(|sql| Ok(sql.all("SELECT sealed FROM keys_keys LIMIT 9", &[], |row| Ok(row.bytes(0)?.to_vec()))?))
            .unwrap();
        assert_eq!(sealed.len(), 1);
        // Sealed: nonce, 32 bytes, tag; whoever opens it without the secret has nothing.
        assert_eq!(sealed[0].len(), 12 + 32 + 16, "{}", bench.name);
        assert!(!sealed[0].windows(8).any(|part| part == &secret.bytes()[..8]));
    });
}

#[test]
fn the_trust_list_is_signed_and_can_be_pinned() {
    on_both(&[&keys::CAPABILITY], |bench| {
        let keys = Keys::for_tests(&bench.db).unwrap();
        let issuing = keys.signer_now(Use::Issuing, Some(InstitutionId(7))).unwrap();
        keys.secret(Use::Index, b"x").unwrap();
        let envelope = block(keys.trust_list(990_100)).unwrap();
        let list = TrustList::read(&envelope, None).unwrap();
        assert_eq!((list.region, list.realm.as_str()), (990_100, "test"));
        let listed = list.keys().unwrap();
        assert!(listed.iter().any(|key| key.kid == issuing.kid() && key.site == Some(InstitutionId(7))));
        assert!(listed.iter().all(|key| key.used.plan().signs), "secrets are not listed");
        let (signer, root): (Kid, Kid) = (envelope.kid.parse().unwrap(), envelope.vouch.kid.parse().unwrap());
        for pin in [None, Some(signer), Some(root)] {
            assert!(open(&envelope, "yima-trust-list", pin).is_ok());
        }
        assert!(open(&envelope, "yima-trust-list", Some(issuing.kid())).is_err());
        assert!(open(&envelope, "yima-revoked-list", None).is_err());
        let mut bad = envelope.clone();
        bad.payload = bad.payload.replace("990100", "990101");
        assert_eq!(open(&bad, "yima-trust-list", None).unwrap_err().code(), "keys.signature-wrong");
        let mut extra = envelope.clone();
        extra.public = extra.vouch.public.clone();
        assert!(open(&extra, "yima-trust-list", None).is_err(), "a key under another's name");
        let later = {
            bench.clock.advance(MINUTE);
            block(keys.trust_list(990_100)).unwrap()
        };
        assert_eq!(TrustList::read(&later, Some(root)).unwrap().version, list.version);
        block(keys.rotate(Use::Issuing, None, Begins::AtOnce, None)).unwrap();
        let newer = block(keys.trust_list(990_100)).unwrap();
        assert!(TrustList::read(&newer, Some(root)).unwrap().version > list.version);
    });
}
