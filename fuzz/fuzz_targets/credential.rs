//! Any bytes as a code shown to a terminal that is offline: no panic, no claim told
//! that was not signed, and one by one and in a batch the same verdict.
#![no_main]

use code::trust::uses;
use code::verify::Moment;
use code::{Credential, Issuer, Kid, Realm, Root, TrustList, Verifier, read_bytes};
use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

const NOW: i64 = 1_794_966_000;

/// Trusts keys of every suite whose private parts nobody signed the corpus with; the
/// kids are those of the corpus, so that checks go as far as the signatures.
fn terminal() -> Verifier {
    let key = |suite: &'static dyn suites::Suite| suite.private_key(&[0x3C; 32]).expect("a key");
    let root = key(suites::intl());
    let root_kid = Kid([1; 8]);
    let issuer = |suite: &'static dyn suites::Suite| Issuer {
        kid: Kid([0x10, suite.byte(), 3, 4, 5, 6, 7, 8]),
        suite: suite.byte(),
        uses: uses::ALL,
        region: 330_100,
        from: 0,
        until: i64::MAX,
        public: key(suite).public().to_vec(),
        name: "西溪市".to_owned(),
    };
    let issuers = suites::all().map(issuer).into();
    let list = TrustList { version: 1, made_at: NOW, realm: Realm::Production, issuers };
    let mut terminal =
        Verifier::new(Realm::Production, vec![Root::new(root_kid, root.suite(), root.public()).expect("a root")]);
    terminal.take_trust_list(&list.sign(&root, root_kid).expect("signed"), NOW).expect("taken");
    terminal
}

static TERMINAL: OnceLock<Verifier> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    if let Ok(credential) = Credential::read(bytes) {
        assert_eq!(credential.bytes(), bytes);
        let _ = (credential.claims(), credential.to_cose());
    }
    let Ok(code) = read_bytes(bytes) else { return };
    let text = code.text();
    let terminal = TERMINAL.get_or_init(terminal);
    for challenge in [None, Some([7; 8])] {
        let checked = terminal.check(&text, &Moment { now: NOW, challenge });
        assert!(checked.said.is_none() && !checked.verdict.accepted());
        if challenge.is_none() {
            assert_eq!(terminal.check_batch(&[&text, &text, &text, &text], NOW), vec![checked; 4]);
        }
    }
});
