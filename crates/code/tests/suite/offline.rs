//! The offline verifier: grades, forgeries, lists, replay, caps, batches.

use crate::scene::{NEIGHBOUR, NOW, REGION, REVOKED, World, keys};
use code::credential::LIFE_MAX;
use code::revocation::{Revoked, Shard, base};
use code::trust::{ListRefused, uses};
use code::used::Acceptance;
use code::verify::{Act, Moment, NotTaken};
use code::{Code, Kid, OutOfTime, Realm, Said, Step, Unreadable, Verdict, Verifier, read};

const DAY: i64 = 86_400;

fn at(now: i64) -> Moment {
    Moment { now, challenge: None }
}

fn verdict(terminal: &Verifier, text: &str, now: i64) -> Verdict {
    terminal.check(text, &at(now)).verdict
}

#[test]
fn every_kind_in_every_suite_is_valid_and_says_what_it_should() {
    let world = World::new(Realm::Production);
    let terminal = world.terminal(NOW - 100);
    for party in &world.parties {
        let checked = terminal.check(&party.offline([1; 16]), &at(NOW));
        assert_eq!(checked.verdict, Verdict::Valid, "{}", party.suite.name());
        assert_eq!(
            checked.said,
            Some(Said::Credential {
                pseudonym: [1; 16],
                class: 2,
                cap_yuan: 300,
                expires_at: NOW + 2 * DAY,
                step: Step::at(NOW)
            })
        );
        assert_eq!(checked.issuer.as_deref(), Some("西溪市医疗保障局"));
        let checked = terminal.check(&party.paper([2; 16]), &at(NOW));
        assert_eq!(checked.verdict, Verdict::Valid);
        assert_eq!(checked.said, Some(Said::Paper { name: "欧阳**".to_owned(), expires_at: NOW + 365 * DAY }));
        let checked = terminal.check(&party.site([3; 8]), &at(NOW));
        assert_eq!(checked.verdict, Verdict::Valid);
        let Some(Said::Site(place)) = checked.said else { panic!("a site") };
        assert_eq!((place.organisation, place.name.as_str()), (4711, "西溪市第一人民医院"));
    }
}

#[test]
fn an_offline_code_has_at_most_200_bytes() {
    let world = World::new(Realm::Production);
    for (suite, length) in [(1, 197), (2, 198), (3, 198)] {
        let Ok(Code::Offline(code)) = read(&world.party(suite).offline([1; 16])) else { panic!("Q2") };
        assert_eq!(code.bytes().len(), length);
        assert!(length <= 200);
    }
}

#[test]
fn grades_tell_what_to_do() {
    let world = World::new(Realm::Production);
    let party = world.party(1);
    let good = party.offline([1; 16]);
    let fresh = world.terminal(NOW - 100);
    let credential = party.credential([1; 16]);
    let shown = |step: Step| credential.show(&party.holder, step, None).expect("shown").text();
    assert_eq!(verdict(&fresh, &shown(Step::at(NOW - 120)), NOW), Verdict::OutOfTime(OutOfTime::Late(120)));
    assert_eq!(verdict(&fresh, &shown(Step::at(NOW + 90)), NOW), Verdict::OutOfTime(OutOfTime::Early(90)));
    for (shift, found) in [(-DAY, OutOfTime::Early(DAY)), (DAY, OutOfTime::Late(DAY))] {
        let terminal = world.terminal(NOW - 2 * DAY);
        assert_eq!(verdict(&terminal, &good, NOW + shift), Verdict::OutOfTime(found));
        assert!(found.doubts_clock());
    }
    assert_eq!(verdict(&fresh, &party.offline(REVOKED), NOW), Verdict::Revoked);
    assert_eq!(verdict(&fresh, &party.paper(REVOKED), NOW), Verdict::Revoked);
    let late = shown(Step::at(NOW + 2 * DAY));
    assert_eq!(verdict(&fresh, &late, NOW + 2 * DAY), Verdict::Expired { at: NOW + 2 * DAY });
    for (days, found) in [
        (1, Verdict::Valid),
        (3, Verdict::ValidButListOld { days: 3 }),
        (7, Verdict::ValidButListOld { days: 7 }),
        (8, Verdict::ListTooOld { days: 8 }),
    ] {
        let terminal = world.terminal(NOW - days * DAY);
        assert_eq!(verdict(&terminal, &good, NOW), found);
        assert_eq!(found.accepted(), days < 8);
    }
    assert_eq!(verdict(&world.terminal(NOW + 1000), &good, NOW), Verdict::ClockWrong);
    let bare = Verifier::new(Realm::Production, vec![world.root()]);
    assert_eq!(verdict(&bare, &good, NOW), Verdict::NoList);
    let mut unlisted = Verifier::new(Realm::Production, vec![world.root()]);
    unlisted.take_trust_list(&world.signed_list(NOW), NOW).expect("taken");
    assert_eq!(verdict(&unlisted, &good, NOW), Verdict::ValidNoRevocations);
    assert!(!Verdict::ValidNoRevocations.accepted());
    let phone = keys(1).stock(crate::scene::DEVICE, NOW, 1).mint(Step::at(NOW)).expect("minted").text();
    assert_eq!(verdict(&fresh, &phone, NOW), Verdict::AskServer);
    assert_eq!(verdict(&fresh, "HC1:X", NOW), Verdict::Unreadable(Unreadable::NotOurs));
}

#[test]
fn a_credential_valid_for_longer_than_three_days_waits() {
    let world = World::new(Realm::Production);
    let party = world.party(1);
    let mut claims = party.claims([1; 16]);
    claims.expires_at = u32::try_from(NOW + 5 * DAY).expect("this century");
    let long = code::Credential::issue(&party.issuer, party.kid, &claims).expect("issued");
    let text = long.show(&party.holder, Step::at(NOW), None).expect("shown").text();
    let found = verdict(&world.terminal(NOW), &text, NOW);
    assert_eq!(found, Verdict::NotYet { from: NOW + 5 * DAY - LIFE_MAX });
}

#[test]
fn every_flip_cut_and_lengthening_is_refused() {
    let world = World::new(Realm::Production);
    let terminal = world.terminal(NOW);
    for party in &world.parties {
        for text in [party.offline([1; 16]), party.paper([2; 16]), party.site([3; 8])] {
            let bytes = match read(&text).expect("readable") {
                Code::Offline(code) => code.bytes().to_vec(),
                Code::Paper(code) => code.bytes().to_vec(),
                Code::Site(code) => code.bytes().to_vec(),
                Code::Phone(_) => panic!("not asked for"),
            };
            // All bits with Ed25519, a third of them where a check is slower.
            let every = if party.suite.byte() == suites::INTL { 1 } else { 3 };
            for bit in (0..bytes.len() * 8).step_by(every) {
                let mut broken = bytes.clone();
                broken[bit / 8] ^= 1 << (bit % 8);
                let Ok(code) = code::read_bytes(&broken) else { continue };
                let found = terminal.check(&code.text(), &at(NOW));
                assert!(!found.verdict.accepted(), "{} bit {bit}: {:?}", party.suite.name(), found.verdict);
                assert!(found.said.is_none(), "{} bit {bit} says something", party.suite.name());
            }
            for length in 0..bytes.len() {
                if let Ok(code) = code::read_bytes(&bytes[..length]) {
                    assert!(!verdict(&terminal, &code.text(), NOW).accepted(), "cut to {length}");
                }
            }
            for more in [&[0_u8][..], b"A", &[0; 60]] {
                if let Ok(code) = code::read_bytes(&[&bytes, more].concat()) {
                    assert!(!verdict(&terminal, &code.text(), NOW).accepted(), "lengthened");
                }
            }
        }
    }
}

#[test]
fn swapped_kids_and_suites_are_refused() {
    let world = World::new(Realm::Production);
    let terminal = world.terminal(NOW);
    let bytes = |suite: u8| match read(&world.party(suite).offline([1; 16])) {
        Ok(Code::Offline(code)) => code.bytes().to_vec(),
        _ => panic!("Q2"),
    };
    let check = |bytes: &[u8]| code::read_bytes(bytes).map(|code| verdict(&terminal, &code.text(), NOW));
    // Another issuer's kid, one nobody has, a test key's.
    let mut swapped = bytes(2);
    swapped[2..10].copy_from_slice(&world.party(3).kid.0);
    assert_eq!(check(&swapped), Ok(Verdict::Forged));
    swapped[2..10].copy_from_slice(&[9; 8]);
    assert_eq!(check(&swapped), Ok(Verdict::UnknownIssuer));
    swapped[2] |= 0x80;
    assert_eq!(check(&swapped), Ok(Verdict::TestKey));
    // Another suite of the same length, of another length, and none.
    let mut swapped = bytes(2);
    swapped[1] = 3;
    assert!(matches!(check(&swapped), Ok(Verdict::Forged) | Err(Unreadable::Field(_))));
    swapped[1] = 1;
    assert_eq!(check(&swapped), Err(Unreadable::Length(198)));
    swapped[1] = 9;
    assert_eq!(check(&swapped), Err(Unreadable::Suite(9)));
    // A part of one credential with the front of another.
    let one = bytes(1);
    let Ok(Code::Offline(other)) = read(&world.party(1).offline([2; 16])) else { panic!("Q2") };
    assert_eq!(check(&[&one[..129], &other.bytes()[129..]].concat()), Ok(Verdict::Forged));
}

#[test]
fn test_and_production_never_mix() {
    let (real, trial) = (World::new(Realm::Production), World::new(Realm::Test));
    assert_eq!(verdict(&real.terminal(NOW), &trial.party(1).offline([1; 16]), NOW), Verdict::TestKey);
    assert_eq!(verdict(&trial.terminal(NOW), &real.party(1).offline([1; 16]), NOW), Verdict::ProductionKey);
    assert_eq!(verdict(&trial.terminal(NOW), &trial.party(1).offline([1; 16]), NOW), Verdict::Valid);
    let mut terminal = Verifier::new(Realm::Production, vec![real.root(), trial.root()]);
    assert_eq!(terminal.take_trust_list(&trial.signed_list(NOW), NOW), Err(ListRefused::Realm));
    let mut mixed = real.list(1, NOW);
    mixed.issuers[0].kid = Kid([0xFF; 8]);
    let mixed = mixed.sign(&real.root, real.root_kid).expect("signed");
    assert_eq!(terminal.take_trust_list(&mixed, NOW), Err(ListRefused::Realm));
}

#[test]
fn an_issuer_signs_only_what_and_when_the_list_says() {
    let world = World::new(Realm::Production);
    let mut terminal = world.terminal(NOW - 100);
    let text = world.party(1).offline([1; 16]);
    let mut list = world.list(2, NOW);
    list.issuers[0].uses = uses::PAPER | uses::SITE;
    terminal.take_trust_list(&list.sign(&world.root, world.root_kid).expect("signed"), NOW).expect("taken");
    assert_eq!(verdict(&terminal, &text, NOW), Verdict::IssuerOutOfUse);
    assert_eq!(verdict(&terminal, &world.party(1).paper([1; 16]), NOW), Verdict::Valid);
    assert_eq!(verdict(&terminal, &world.party(2).offline([1; 16]), NOW), Verdict::Valid);
    let shard = &world.shards(NOW)[0];
    assert_eq!(terminal.take_revocations(shard, NOW), Err(ListRefused::Signature));
    let mut list = world.list(3, NOW);
    list.issuers[0].until = NOW;
    terminal.take_trust_list(&list.sign(&world.root, world.root_kid).expect("signed"), NOW).expect("taken");
    assert_eq!(verdict(&terminal, &text, NOW), Verdict::IssuerOutOfUse);
}

#[test]
fn lists_are_taken_forwards_whole_and_signed() {
    let world = World::new(Realm::Production);
    let mut terminal = world.terminal(NOW);
    assert_eq!(terminal.take_trust_list(&world.signed_list(NOW - 1), NOW), Err(ListRefused::Older));
    assert_eq!(terminal.take_trust_list(&world.signed_list(NOW + 61), NOW), Err(ListRefused::Clock));
    let old = &world.shards(NOW - 1)[2];
    assert_eq!(terminal.take_revocations(old, NOW), Err(ListRefused::Older));
    // An old list of another digest does not push the newer ones out either.
    let other = &world.shards_of(REGION, suites::gm(), NOW - 1)[2];
    assert_eq!(terminal.take_revocations(other, NOW), Err(ListRefused::Older));
    assert_eq!(verdict(&terminal, &world.party(1).offline(REVOKED), NOW), Verdict::Revoked);
    let list = world.list(2, NOW).sign(&world.root, world.root_kid).expect("signed");
    let shard = &world.shards(NOW)[1];
    for at in 0..list.len() {
        let mut broken = list.clone();
        broken[at] ^= 4;
        assert!(terminal.take_trust_list(&broken, NOW).is_err(), "byte {at}");
        assert!(terminal.take_trust_list(&list[..at], NOW).is_err(), "cut at {at}");
    }
    for at in 0..shard.len() {
        let mut broken = shard.clone();
        broken[at] ^= 4;
        assert!(terminal.take_revocations(&broken, NOW).is_err(), "byte {at}");
        assert!(terminal.take_revocations(&shard[..at], NOW).is_err(), "cut at {at}");
    }
    // A list signed for one purpose is none for another, and an issuer is no root.
    assert_eq!(terminal.take_revocations(&list, NOW), Err(ListRefused::Signature));
    let usurped = world.list(2, NOW).sign(&world.parties[0].issuer, world.parties[0].kid).expect("signed");
    assert_eq!(terminal.take_trust_list(&usurped, NOW), Err(ListRefused::Signature));
    assert_eq!(terminal.take_trust_list(&list, NOW), Ok(()));
}

#[test]
fn two_regions_lists_stand_side_by_side() {
    let world = World::of_two_regions();
    let (own, next) = (world.party(suites::INTL), world.party(suites::INTL_P256));
    let mut terminal = Verifier::new(Realm::Production, vec![world.root()]);
    terminal.take_trust_list(&world.signed_list(NOW - 100), NOW).expect("taken");
    let take = |terminal: &mut Verifier, region: u32, made_at: i64| {
        let shards = world.shards_of(region, suites::intl(), made_at);
        shards.iter().try_for_each(|shard| terminal.take_revocations(shard, NOW))
    };
    // One region's list says nothing of the other's codes.
    take(&mut terminal, REGION, NOW - 10).expect("taken");
    assert_eq!(verdict(&terminal, &own.offline([1; 16]), NOW), Verdict::Valid);
    assert_eq!(verdict(&terminal, &next.offline([1; 16]), NOW), Verdict::ValidNoRevocations);
    // The other's, older and with another digest and count, replaces nothing of it.
    let of_next = [base(suites::gm(), &Revoked { kid: next.kid, id: REVOKED })];
    let whole = Shard::build(NOW - 50, (0, 1), suites::gm(), &of_next).expect("a shard");
    terminal.take_revocations(&whole.sign(&next.issuer, next.kid).expect("signed"), NOW).expect("taken");
    for party in [own, next] {
        assert_eq!(verdict(&terminal, &party.offline([1; 16]), NOW), Verdict::Valid);
        assert_eq!(verdict(&terminal, &party.offline(REVOKED), NOW), Verdict::Revoked);
    }
    // Each goes forwards by itself: a rollback of one is refused, and harms neither.
    assert_eq!(take(&mut terminal, NEIGHBOUR, NOW - 51), Err(ListRefused::Older));
    assert_eq!(take(&mut terminal, NEIGHBOUR, NOW - 20), Ok(()), "older than the first region's, newer than its own");
    assert_eq!(take(&mut terminal, REGION, NOW - 11), Err(ListRefused::Older));
    assert_eq!(take(&mut terminal, NEIGHBOUR, NOW - 21), Err(ListRefused::Older));
    for party in [own, next] {
        assert_eq!(verdict(&terminal, &party.offline(REVOKED), NOW), Verdict::Revoked);
    }
    // A region's list cannot take another's revocation back, nor call its codes revoked.
    let nothing = Shard::build(NOW, (0, 1), suites::intl(), &[]).expect("a shard");
    terminal.take_revocations(&nothing.sign(&next.issuer, next.kid).expect("signed"), NOW).expect("taken");
    assert_eq!(verdict(&terminal, &own.offline(REVOKED), NOW), Verdict::Revoked);
    assert_eq!(verdict(&terminal, &next.offline(REVOKED), NOW), Verdict::Valid);
    let of_own = [base(suites::intl(), &Revoked { kid: own.kid, id: [1; 16] })];
    let slander = Shard::build(NOW, (0, 1), suites::intl(), &of_own).expect("a shard");
    terminal.take_revocations(&slander.sign(&next.issuer, next.kid).expect("signed"), NOW).expect("taken");
    assert_eq!(verdict(&terminal, &own.offline([1; 16]), NOW), Verdict::Valid);
    // And the other realm's list is nobody's here.
    let trial = World::new(Realm::Test).shards(NOW);
    assert_eq!(terminal.take_revocations(&trial[0], NOW), Err(ListRefused::Signature));
}

#[test]
fn a_challenge_binds_a_code_to_its_checker() {
    let world = World::new(Realm::Production);
    let terminal = world.terminal(NOW);
    for party in &world.parties {
        let asked = Moment { now: NOW, challenge: Some([7; 8]) };
        let answer = party.credential([1; 16]).show(&party.holder, Step::at(NOW), Some(&[7; 8])).expect("shown").text();
        assert_eq!(terminal.check(&answer, &asked).verdict, Verdict::Valid);
        let other = Moment { now: NOW, challenge: Some([8; 8]) };
        assert_eq!(terminal.check(&answer, &other).verdict, Verdict::Forged);
        assert_eq!(verdict(&terminal, &answer, NOW), Verdict::ChallengeUnknown);
        assert_eq!(terminal.check(&party.offline([1; 16]), &asked).verdict, Verdict::ChallengeMissing);
    }
}

#[test]
fn a_stolen_credential_shows_nothing_without_its_key() {
    let world = World::new(Realm::Production);
    let terminal = world.terminal(NOW);
    let (party, thief) = (world.party(1), World::new(Realm::Test));
    let stolen = party.credential([1; 16]).show(&thief.party(1).holder, Step::at(NOW), None).expect("shown");
    assert_eq!(verdict(&terminal, &stolen.text(), NOW), Verdict::Forged);
    // The holder cannot raise the cap either.
    let mut bytes = party.credential([1; 16]).bytes().to_vec();
    bytes[59] = 0xFF;
    let raised = code::Credential::read(&bytes).expect("readable");
    let shown = raised.show(&party.holder, Step::at(NOW), None).expect("shown");
    assert_eq!(verdict(&terminal, &shown.text(), NOW), Verdict::Forged);
}

#[test]
fn nothing_is_accepted_twice_also_after_a_restart() {
    let world = World::new(Realm::Production);
    let mut terminal = world.terminal(NOW);
    let party = world.party(1);
    let act = |amount_fen: u64| Act { purpose: 1301, amount_fen };
    let mut log: Vec<u8> = Vec::new();
    let text = party.offline([1; 16]);
    let first = terminal.accept(&text, &at(NOW), act(20_000), &mut log).expect("accepted");
    let again = terminal.accept(&text, &at(NOW + 5), act(1), &mut log);
    assert_eq!(again, Err(NotTaken::Verdict(Verdict::UsedHere { at: NOW })));
    // The next sub-counter is another act, within what is left of the cap.
    let step = Step::at(NOW).with_sub(1).expect("below eight");
    let next = party.credential([1; 16]).show(&party.holder, step, None).expect("shown").text();
    let over = terminal.accept(&next, &at(NOW), act(10_001), &mut log);
    assert_eq!(over, Err(NotTaken::OverCap { left_fen: 10_000 }));
    let second = terminal.accept(&next, &at(NOW), act(10_000), &mut log).expect("accepted");
    assert_eq!(terminal.accept(&party.paper([1; 16]), &at(NOW), act(0), &mut log), Err(NotTaken::Kind));

    // A restart, with a torn record at the end of the log.
    let mut restarted = world.terminal(NOW);
    let whole = log.len();
    log.extend(&first.record()[..100]);
    assert_eq!(restarted.restore(&log), (vec![first.clone(), second], whole));
    assert_eq!(verdict(&restarted, &text, NOW + 5), Verdict::UsedHere { at: NOW });
    assert_eq!(verdict(&restarted, &next, NOW + 5), Verdict::UsedHere { at: NOW });

    // What is handed in later is checked again as of then.
    let Ok(code) = code::read_bytes(&first.code) else { panic!("kept as it was") };
    let then = Moment { now: first.at, challenge: first.challenge };
    assert_eq!(world.terminal(NOW).check(&code.text(), &then).verdict, Verdict::Valid);
}

struct Broken;

impl code::used::UseLog for Broken {
    fn append(&mut self, _record: &[u8]) -> Result<(), String> {
        Err("no space".to_owned())
    }
}

#[test]
fn what_the_log_does_not_keep_is_not_accepted() {
    let world = World::new(Realm::Production);
    let mut terminal = world.terminal(NOW).remembering(2);
    let act = Act { purpose: 1301, amount_fen: 100 };
    let text = world.party(1).offline([1; 16]);
    let refused = terminal.accept(&text, &at(NOW), act, &mut Broken);
    assert_eq!(refused, Err(NotTaken::Log("no space".to_owned())));
    assert_eq!(verdict(&terminal, &text, NOW), Verdict::Valid);
    let mut log: Vec<u8> = Vec::new();
    for number in 1..=2 {
        terminal.accept(&world.party(1).offline([number; 16]), &at(NOW), act, &mut log).expect("accepted");
    }
    let full = terminal.accept(&world.party(1).offline([3; 16]), &at(NOW), act, &mut log);
    assert_eq!((full, Acceptance::read_all(&log).0.len()), (Err(NotTaken::Full), 2));
}

#[test]
fn a_batch_says_the_same_as_one_by_one() {
    let world = World::new(Realm::Production);
    let mut terminal = world.terminal(NOW);
    let mut texts = Vec::new();
    for number in 0..12 {
        for party in &world.parties {
            let mut text = party.offline([number; 16]);
            if number % 5 == 3 {
                text.replace_range(100..101, if text.as_bytes()[100] == b'7' { "8" } else { "7" });
            }
            texts.push(text);
            texts.push(if number == 4 { party.paper(REVOKED) } else { party.paper([number; 16]) });
            texts.push(party.site([number; 8]));
        }
        texts.push(format!("YM1:{number}"));
    }
    terminal.accept(&texts[0], &at(NOW), Act { purpose: 1101, amount_fen: 0 }, &mut Vec::new()).expect("accepted");
    let named: Vec<&str> = texts.iter().map(String::as_str).collect();
    let batch = terminal.check_batch(&named, NOW);
    let words: std::collections::BTreeSet<&str> = batch.iter().map(|checked| checked.verdict.word()).collect();
    for (text, checked) in named.iter().zip(&batch) {
        assert_eq!(&terminal.check(text, &at(NOW)), checked);
    }
    assert!(
        ["valid", "forged", "revoked", "used-here", "unreadable"].iter().all(|word| words.contains(word)),
        "{words:?}"
    );
    assert!(terminal.check_batch(&[], NOW).is_empty());
}

#[test]
fn verdicts_have_words_in_two_languages() {
    let all = [
        Verdict::Valid,
        Verdict::ValidButListOld { days: 3 },
        Verdict::ValidNoRevocations,
        Verdict::UsedHere { at: NOW },
        Verdict::Revoked,
        Verdict::Expired { at: NOW },
        Verdict::NotYet { from: NOW },
        Verdict::OutOfTime(OutOfTime::Late(61)),
        Verdict::OutOfTime(OutOfTime::Early(61)),
        Verdict::ChallengeMissing,
        Verdict::ChallengeUnknown,
        Verdict::UnknownIssuer,
        Verdict::IssuerOutOfUse,
        Verdict::TestKey,
        Verdict::ProductionKey,
        Verdict::Forged,
        Verdict::AskServer,
        Verdict::NoList,
        Verdict::ListTooOld { days: 8 },
        Verdict::ClockWrong,
        Verdict::Unreadable(Unreadable::Text),
    ];
    let mut words = std::collections::BTreeSet::new();
    for verdict in all {
        let (zh, en) = verdict.words();
        assert!(zh.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)) && en.is_ascii());
        words.insert((verdict.word(), zh, en));
    }
    assert_eq!(words.len(), all.len());
}
