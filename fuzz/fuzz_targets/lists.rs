//! Any bytes as a signed message, a trust list, a shard, a log of acceptances: read or
//! refused without a panic, and written back as they were.
#![no_main]

use code::cose::Sign1;
use code::revocation::Shard;
use code::used::Acceptance;
use code::{Kid, Realm, Root, TrustList};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = Sign1::read(bytes) {
        assert_eq!(Sign1::read(&message.write()).map(|again| again.payload), Ok(message.payload));
    }
    if let Ok(message) = Sign1::read_strict(bytes) {
        assert_eq!(message.write(), bytes);
    }
    let key = suites::intl().private_key(&[0x3C; 32]).expect("a key");
    let root = Root::new(Kid([1; 8]), key.suite(), key.public()).expect("a root");
    assert!(TrustList::read(bytes, &[root], Realm::Production).is_err());
    let public = suites::intl().public_key(key.public()).expect("a key");
    assert!(Shard::read(bytes, |_kid| Some(&public)).is_err());
    let (all, whole) = Acceptance::read_all(bytes);
    let again: Vec<u8> = all.iter().flat_map(Acceptance::record).collect();
    assert_eq!(again, bytes[..whole]);
});
