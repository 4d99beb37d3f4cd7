//! Bytes and texts without sense, and codes with parts exchanged: nothing panics,
//! and what reads is written back as it was read.

use crate::scene::{Chance, NOW, World};
use code::cose::Sign1;
use code::used::Acceptance;
use code::verify::Moment;
use code::{Code, Credential, Realm, TrustList, read, read_bytes};
use proptest::prelude::*;

fn one_text(text: &str) {
    if let Ok(code) = read(text) {
        let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace());
        assert_eq!(code.text(), trimmed, "one code has one text");
    }
}

fn bytes_of(code: &Code) -> Vec<u8> {
    match code {
        Code::Phone(code) => code.bytes().to_vec(),
        Code::Offline(code) => code.bytes().to_vec(),
        Code::Paper(code) => code.bytes().to_vec(),
        Code::Site(code) => code.bytes().to_vec(),
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        one_text(&text);
    }

    #[test]
    fn any_text_of_the_alphabet_is_read_or_refused(body in "[0-9A-Z $%*+./:-]{0,320}") {
        one_text(&format!("YM1:{body}"));
    }

    #[test]
    fn any_bytes_are_read_or_refused(kind in 0x10_u8..0x16, suite in 0_u8..5, rest in prop::collection::vec(any::<u8>(), 0..260)) {
        let bytes = [&[kind, suite][..], &rest].concat();
        if let Ok(code) = read_bytes(&bytes) {
            prop_assert_eq!(bytes_of(&code), bytes.clone());
            one_text(&code.text());
        }
        let _ = Credential::read(&bytes);
        let _ = Sign1::read(&bytes);
        let _ = Acceptance::read_all(&bytes);
        prop_assert!(TrustList::read(&bytes, &[], Realm::Production).is_err());
    }
}

#[test]
fn spliced_codes_are_never_accepted() {
    let world = World::new(Realm::Production);
    let terminal = world.terminal(NOW);
    let moment = Moment { now: NOW, challenge: None };
    let mut chance = Chance(11);
    let mut pool = Vec::new();
    for party in &world.parties {
        for number in 0..4 {
            for text in [party.offline([number; 16]), party.paper([number; 16]), party.site([number; 8])] {
                pool.push(bytes_of(&read(&text).expect("readable")));
            }
        }
    }
    let mut forged = 0;
    for _round in 0..20_000 {
        let (one, other) = (&pool[chance.below(pool.len())], &pool[chance.below(pool.len())]);
        let (from, to) = (chance.below(one.len()), chance.below(one.len()));
        let mut spliced = one.clone();
        for at in from.min(to)..from.max(to) {
            spliced[at] = other[at % other.len()];
        }
        if pool.contains(&spliced) {
            continue;
        }
        if let Ok(code) = read_bytes(&spliced) {
            let found = terminal.check(&code.text(), &moment);
            assert!(found.said.is_none(), "{:?}", found.verdict);
            forged += u32::from(found.verdict == code::Verdict::Forged);
        }
    }
    assert!(forged > 500, "only {forged} were worth a look");
}
