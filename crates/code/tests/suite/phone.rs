//! Q1 from minting to the server's answer, and everything a forger or a hurried
//! person does to it.

use crate::scene::{Chance, DEVICE, MASTER, NOW, REGION, keys};
use code::epoch::{NotAccepted, Refused, STOCK_SLOTS};
use code::phone::{Fields, LEN, TEXT_LEN};
use code::time::{EPOCH, SLOT};
use code::{
    Code, CodeKeys, Device, Opened, OutOfTime, Phone, Step, TimeRule, Unreadable, barcode, epoch_at, read, spoken,
};

fn minted(suite: u8, step: Step) -> Phone {
    keys(suite).stock(DEVICE, step.starts_at(), 2).mint(step).expect("within the stock")
}

#[test]
fn a_code_is_short_and_opens_to_its_device() {
    for suite in [1, 2] {
        let step = Step::at(NOW).with_sub(5).expect("below eight");
        let code = minted(suite, step);
        let text = code.text();
        assert_eq!((code.bytes().len(), text.len()), (LEN, TEXT_LEN));
        const { assert!(LEN < 40) };
        let opened = keys(suite).check(&text, TimeRule::at(NOW));
        assert_eq!(opened, Ok(Opened { device: DEVICE, step, epoch: epoch_at(NOW) }));
        assert_eq!(read(&text).map(|code| code.text()), Ok(text));
    }
}

#[test]
fn a_stock_shows_codes_for_three_days_without_the_server() {
    let keys = keys(1);
    let stock = keys.stock(DEVICE, NOW, STOCK_SLOTS);
    assert!(stock.ends_at() - NOW > 72 * 3600 - i64::from(SLOT) * 30);
    // Also across the border of a week: the handles are of the epoch before.
    let mut weeks = std::collections::BTreeSet::new();
    for hour in 0..72 {
        let now = NOW + hour * 3600;
        let code = stock.mint(Step::at(now)).expect("within the stock");
        let opened = keys.check(&code.text(), TimeRule::at(now)).expect("accepted");
        assert_eq!((opened.device, opened.epoch), (DEVICE, epoch_at(NOW)));
        weeks.insert(epoch_at(now));
    }
    assert_eq!(weeks.len(), 2, "the stock crosses into the next week");
    assert_eq!(stock.mint(Step::at(stock.ends_at())), None);
    assert_eq!(stock.mint(Step::at(NOW - 600)), None);
}

#[test]
fn keys_out_of_use_open_nothing() {
    let keys = keys(1);
    let fields = |epoch: u16, step: Step| {
        let stock = keys.stock(DEVICE, i64::from(epoch) * EPOCH, 1);
        let secret = suites::intl().mac_key(&stock.secret);
        let handle = stock.handles[0];
        Phone::mint(&secret, &Fields { suite: 1, region: REGION, epoch, handle, step })
    };
    let this = epoch_at(NOW);
    for (epoch, refused) in [(this - 2, Refused::Epoch), (this + 1, Refused::Epoch), (this - 1, Refused::Forged)] {
        // The handle of the last epoch is of another slot: of use only in its time.
        assert_eq!(keys.open(&fields(epoch, Step::at(NOW)), NOW), Err(refused), "{epoch}");
    }
}

#[test]
fn every_flip_cut_and_lengthening_is_refused() {
    for suite in [1, 2] {
        let keys = keys(suite);
        let code = minted(suite, Step::at(NOW));
        for bit in 0..LEN * 8 {
            let mut bytes = *code.bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let found = code::read_bytes(&bytes).map(|code| keys.check(&code.text(), TimeRule::at(NOW)));
            assert!(!matches!(found, Ok(Ok(_))), "suite {suite} bit {bit}");
        }
        for length in 0..LEN {
            assert!(code::read_bytes(&code.bytes()[..length]).is_err(), "{length}");
        }
        for more in [&[0_u8][..], &[0, 0], &[0xFF; 40]] {
            assert!(code::read_bytes(&[code.bytes(), more].concat()).is_err());
        }
    }
}

#[test]
fn every_changed_character_is_refused() {
    let text = minted(1, Step::at(NOW)).text();
    let keys = keys(1);
    for at in 0..text.len() {
        for other in b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:abz\0\n" {
            let mut bytes = text.clone().into_bytes();
            if bytes[at] == *other {
                continue;
            }
            bytes[at] = *other;
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert!(keys.check(&changed, TimeRule::at(NOW)).is_err(), "{changed:?}");
        }
        let without = [&text[..at], &text[at + 1..]].concat();
        assert!(keys.check(&without, TimeRule::at(NOW)).is_err(), "{without:?}");
    }
}

#[test]
fn swapped_versions_kinds_suites_regions_and_epochs_are_named() {
    let code = minted(1, Step::at(NOW));
    let check = |at: usize, byte: u8, found: NotAccepted| {
        let mut bytes = *code.bytes();
        bytes[at] = byte;
        let text = match code::read_bytes(&bytes) {
            Ok(code) => code.text(),
            Err(unreadable) => return assert_eq!(NotAccepted::Unreadable(unreadable), found),
        };
        assert_eq!(keys(1).check(&text, TimeRule::at(NOW)), Err(found));
    };
    check(0, 0x21, NotAccepted::Unreadable(Unreadable::Version(2)));
    check(0, 0x01, NotAccepted::Unreadable(Unreadable::Version(0)));
    check(0, 0x10, NotAccepted::Unreadable(Unreadable::Kind(0)));
    check(0, 0x15, NotAccepted::Unreadable(Unreadable::Kind(5)));
    check(0, 0x12, NotAccepted::Unreadable(Unreadable::Length(LEN)));
    check(1, 0, NotAccepted::Unreadable(Unreadable::Suite(0)));
    check(1, 3, NotAccepted::Unreadable(Unreadable::Suite(3)));
    check(1, 2, NotAccepted::Refused(Refused::OtherSuite(2)));
    check(4, code.bytes()[4] ^ 1, NotAccepted::Refused(Refused::OtherRegion(REGION ^ 1)));
    check(5, code.epoch_low().wrapping_sub(2), NotAccepted::Refused(Refused::Epoch));
    check(5, code.epoch_low().wrapping_add(1), NotAccepted::Refused(Refused::Epoch));
    check(5, code.epoch_low().wrapping_sub(1), NotAccepted::Refused(Refused::Forged));
    assert!(CodeKeys::new(3, REGION, &MASTER).is_err() && CodeKeys::new(0, REGION, &MASTER).is_err());
}

#[test]
fn a_wrong_clock_is_told_from_a_forgery() {
    let text = minted(1, Step::at(NOW)).text();
    for (shift, found) in [
        (0, None),
        (60, None),
        (-60, None),
        (90, Some(OutOfTime::Late(90))),
        (-90, Some(OutOfTime::Early(90))),
        (86_400, Some(OutOfTime::Late(86_400))),
        (-86_400, Some(OutOfTime::Early(86_400))),
    ] {
        let checked = keys(1).check(&text, TimeRule::at(NOW + shift));
        assert_eq!(checked.err(), found.map(NotAccepted::OutOfTime), "{shift}");
    }
}

#[test]
fn what_stands_around_a_code_is_not_overlooked() {
    let text = minted(1, Step::at(NOW)).text();
    for (around, accepted) in [
        (format!("  {text}\r\n"), true),
        (format!("\t{text}\t"), true),
        (format!("你好 {text}"), false),
        (format!("Hello! {text}"), false),
        (format!("{text} 谢谢"), false),
        (format!("{text}{text}"), false),
        (format!("{text}\n{text}"), false),
        (format!("<script>alert(1)</script>{text}"), false),
        (format!("{text}<script>alert(1)</script>"), false),
        (format!("{text}' OR '1'='1"), false),
        (format!("{text};DROP TABLE CODES"), false),
        (format!("{text}\0"), false),
        (format!("{text}="), false),
        (format!("{text}000"), false),
        (format!("\u{FEFF}{text}"), false),
        (format!("\u{A0}{text}"), false),
        (format!("https://example.org/?c={text}"), false),
        (text.to_lowercase(), false),
        (text.replace("YM1:", "YM1: "), false),
        (text.replace("YM1:", "YM01:"), false),
        (text.replace("YM1:", "ＹＭ１："), false),
        (text.replace("YM1:", "HC1:"), false),
    ] {
        assert_eq!(keys(1).check(&around, TimeRule::at(NOW)).is_ok(), accepted, "{around:?}");
    }
}

#[test]
fn two_codes_of_one_device_share_nothing_stable() {
    let keys = keys(1);
    let stock = keys.stock(DEVICE, NOW, 600);
    let codes: Vec<Phone> =
        (0..600).map(|slot| stock.mint(Step::at(NOW + slot * 120)).expect("within the stock")).collect();
    for at in (6..22).chain(26..LEN) {
        let mut same = 0;
        for pair in codes.windows(2) {
            same += u32::from(pair[0].bytes()[at] == pair[1].bytes()[at]);
        }
        // Chance alone makes 2.3 of 599 equal.
        assert!(same < 14, "byte {at}: {same}");
    }
    // Nor with what another device shows at the same time, but for the time itself.
    let other = keys.stock(Device(DEVICE.0 + 1), NOW, 1).mint(Step::at(NOW)).expect("within the stock");
    assert_eq!(other.bytes()[22..26], codes[0].bytes()[22..26]);
    assert_ne!(other.handle(), codes[0].handle());
    assert!(!codes[0].bytes().windows(8).any(|bytes| bytes == DEVICE.0.to_be_bytes()));
}

/// Half of them as near to the truth as a forger comes: only handle and tag are drawn.
#[test]
fn a_million_random_codes_are_refused() {
    const ROUNDS: u64 = 1_000_000;
    let keys = keys(1);
    let minted = minted(1, Step::at(NOW));
    let readable: usize = std::thread::scope(|scope| {
        let quarters = [0, 1, 2, 3].map(|quarter| {
            let (keys, minted) = (&keys, &minted);
            scope.spawn(move || {
                let mut chance = Chance(5 + quarter);
                let mut readable = 0;
                for round in 0..ROUNDS / 4 {
                    let mut bytes = [0; LEN];
                    for eight in bytes.chunks_mut(8) {
                        eight.copy_from_slice(&chance.number().to_be_bytes()[..eight.len()]);
                    }
                    if round % 4 > 0 {
                        bytes[..6].copy_from_slice(&minted.bytes()[..6]);
                    }
                    if round % 4 > 1 {
                        bytes[22..26].copy_from_slice(&minted.bytes()[22..26]);
                    }
                    if let Ok(code) = code::read_bytes(&bytes) {
                        readable += 1;
                        assert!(keys.check(&code.text(), TimeRule::at(NOW)).is_err());
                    }
                }
                readable
            })
        });
        quarters.map(|quarter| quarter.join().expect("a quarter")).iter().sum()
    });
    assert!(readable >= 750_000, "{readable}");
}

#[test]
fn the_spoken_number_is_the_devices_and_of_now() {
    for suite in [1, 2] {
        let keys = keys(suite);
        let stock = keys.stock(DEVICE, NOW, 1);
        let secret = suites::of(suite).expect("known").mac_key(&stock.secret);
        let digits = spoken::number(&secret, Step::at(NOW).half_minute());
        assert_eq!(keys.spoken(DEVICE, &digits, TimeRule::at(NOW)), Some(Step::at(NOW)));
        assert_eq!(keys.spoken(DEVICE, &digits, TimeRule::at(NOW + 60)), Some(Step::at(NOW)));
        assert_eq!(keys.spoken(DEVICE, &digits, TimeRule::at(NOW + 91)), None);
        assert_eq!(keys.spoken(Device(1), &digits, TimeRule::at(NOW)), None);
        for wrong in ["", "12345", "1234567", "abcdef", "١٢٣"] {
            assert_eq!(keys.spoken(DEVICE, wrong, TimeRule::at(NOW)), None);
        }
        // A stock of the week before still speaks.
        let old = keys.stock(DEVICE, NOW - EPOCH, 1);
        let digits =
            spoken::number(&suites::of(suite).expect("known").mac_key(&old.secret), Step::at(NOW).half_minute());
        assert_eq!(keys.spoken(DEVICE, &digits, TimeRule::at(NOW)), Some(Step::at(NOW)));
    }
}

#[test]
fn a_barcode_opens_within_its_time_and_unchanged_only() {
    for suite in [1, 2] {
        let keys = keys(suite);
        let secret = suites::of(suite).expect("known").mac_key(&keys.stock(DEVICE, NOW, 1).secret);
        let bar = keys.stock(DEVICE, NOW, 1).bars[0];
        let digits = barcode::digits(&secret, epoch_at(NOW), bar, Step::at(NOW).half_minute());
        assert_eq!(digits.len(), barcode::DIGITS);
        let opened = Opened { device: DEVICE, step: Step::at(NOW), epoch: epoch_at(NOW) };
        assert_eq!(keys.open_barcode(&digits, TimeRule::at(NOW)), Some(opened));
        assert_eq!(keys.open_barcode(&digits, TimeRule::at(NOW - 60)), Some(opened));
        assert_eq!(keys.open_barcode(&digits, TimeRule::at(NOW + 90)), None);
        assert_eq!(keys.open_barcode(&digits, TimeRule::at(NOW + 86_400)), None);
        for at in 0..digits.len() {
            for other in b"0123456789 x" {
                let mut changed = digits.clone().into_bytes();
                changed[at] = *other;
                let changed = String::from_utf8(changed).expect("ASCII");
                if changed != digits {
                    assert_eq!(keys.open_barcode(&changed, TimeRule::at(NOW)), None, "{changed}");
                }
            }
        }
        assert_eq!(keys.open_barcode(&"9".repeat(28), TimeRule::at(NOW)), None);
        assert_eq!(keys.open_barcode(&format!("1{}", "9".repeat(27)), TimeRule::at(NOW)), None);
    }
}

#[test]
fn a_code_of_another_kind_is_not_for_the_server() {
    let world = crate::scene::World::new(code::Realm::Production);
    let text = world.party(1).paper([1; 16]);
    assert!(matches!(read(&text), Ok(Code::Paper(_))));
    assert_eq!(keys(1).check(&text, TimeRule::at(NOW)), Err(NotAccepted::OtherKind));
}
