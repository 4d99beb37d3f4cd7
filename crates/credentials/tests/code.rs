//! The code by its layout: vectors made by another program, every flipped bit and
//! cut text refused, nothing stable in two codes of one card.

use credentials::Refusal;
use credentials::rules::code::{CODE_LEN, Said, Sealed, TEXT_LEN};
use credentials::rules::key::Key;
use credentials::rules::step::{Step, epoch_at};
use kernel::CardId;
use kernel::time::SECOND;
use proptest::prelude::*;

const REGION: u32 = 990_100;
const AT: i64 = 1_794_966_000 * SECOND;

fn master() -> Key {
    Key::from(std::array::from_fn::<u8, 32, _>(|at| u8::try_from(at).unwrap_or(0)))
}

fn said(card: i64, step: u32) -> Said {
    Said { region: REGION, epoch: epoch_at(AT), card: CardId(card), step: Step(step) }
}

fn bytes_of(text: &str) -> Vec<u8> {
    base45::decode(&text[4..]).expect("base 45")
}

/// Reads and opens a text; what it says, or why not.
fn opened(text: &str) -> Result<Said, Refusal> {
    Sealed::read(text)?.open(&master(), REGION)
}

/// Made from the layout in the module's description by a program in another
/// language; a change here breaks every code in people's hands.
#[test]
fn golden_vectors() {
    let rows = [
        (
            master(),
            Said { region: REGION, epoch: 2967, card: CardId(0x0123_4567_89ab_cdef), step: Step(478_657_603) },
            [0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8],
            "YM1:X62.+19WIR7JAPKT K33LHFLAFD9%6XSM34T87HQL8ZSC95UPPOA0TI$M42",
        ),
        (
            Key::from([0xff; 32]),
            Said { region: 1, epoch: 0, card: CardId(-1), step: Step(0) },
            [0; 8],
            "YM1:X62000V50000000000000430+LOD5HKKV$BC000K30S7D3IFCY6NCLK.AP0",
        ),
        (
            master(),
            Said { region: 0x00ff_ffff, epoch: 3306, card: CardId(1), step: Step(533_333_343) },
            [0xff; 8],
            "YM1:X62FGW.AW*VTFGWFGWFGWSDWC681PRT.IMERCOPT4CO$EWFB-P76TBRMOK4",
        ),
    ];
    for (key, says, nonce, text) in rows {
        let sealed = Sealed::seal(&key, &says, nonce);
        assert_eq!(sealed.text(), text);
        assert_eq!(text.len(), TEXT_LEN);
        assert_eq!(Sealed::read(text), Ok(sealed));
        assert_eq!(sealed.open(&key, says.region), Ok(says));
    }
}

#[test]
fn another_region_and_another_key_are_told_apart() {
    let text = Sealed::seal(&master(), &said(5, 800), [1; 8]).text();
    assert_eq!(Sealed::read(&text).and_then(|code| code.open(&master(), 990_200)), Err(Refusal::CodeOtherRegion));
    assert_eq!(Sealed::read(&text).and_then(|code| code.open(&Key::from([9; 32]), REGION)), Err(Refusal::CodeForged));
    // Blanks around a pasted text are no part of it; anything else is.
    assert_eq!(opened(&format!(" {text}\r\n")), Ok(said(5, 800)));
    for spoilt in [format!("{text}!"), format!("\u{a0}{text}"), text.replace("YM1:", "YM1: "), text.to_lowercase()] {
        assert_eq!(opened(&spoilt), Err(Refusal::CodeUnreadable), "{spoilt}");
    }
}

/// C3: over several codes of one card no byte stays but version, kind, suite,
/// region, epoch and the step.
#[test]
fn two_codes_of_one_card_share_nothing_that_names_it() {
    let codes: Vec<Vec<u8>> = (0u64..64)
        .map(|n| {
            bytes_of(
                &Sealed::seal(&master(), &said(77, 800), n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()).text(),
            )
        })
        .collect();
    for at in 0..CODE_LEN {
        let stable = codes.iter().all(|code| code[at] == codes[0][at]);
        assert_eq!(stable, at < 7 || (23..27).contains(&at), "byte {at}");
    }
    // Two cards under one nonce share no byte of the handle's second half either way round.
    let (one, two) = (Sealed::seal(&master(), &said(1, 800), [3; 8]), Sealed::seal(&master(), &said(1, 801), [4; 8]));
    assert_ne!(bytes_of(&one.text())[15..23], bytes_of(&two.text())[15..23]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sealed_opens(card: i64, step: u32, epoch: u16, region in 0u32..=0x00ff_ffff, nonce: [u8; 8], key: [u8; 32]) {
        let says = Said { region, epoch, card: CardId(card), step: Step(step) };
        let text = Sealed::seal(&Key::from(key), &says, nonce).text();
        prop_assert_eq!(text.len(), TEXT_LEN);
        let read = Sealed::read(&text);
        prop_assert_eq!(read.and_then(|code| code.open(&Key::from(key), region)), Ok(says));
    }

    /// C4: any flipped bit is refused, in the bytes and in the text.
    #[test]
    fn every_flipped_bit_is_refused(card: i64, step: u32, nonce: [u8; 8]) {
        let text = Sealed::seal(&master(), &said(card, step), nonce).text();
        let bytes = bytes_of(&text);
        for bit in 0..CODE_LEN * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let found = opened(&format!("YM1:{}", base45::encode(&flipped)));
            let wanted = match bit / 8 {
                0 | 1 => Refusal::CodeVersionUnknown,
                2..=4 => Refusal::CodeOtherRegion,
                _ => Refusal::CodeForged,
            };
            prop_assert_eq!(found, Err(wanted), "bit {}", bit);
        }
        for bit in 0..TEXT_LEN * 8 {
            let mut flipped = text.clone().into_bytes();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let flipped = String::from_utf8_lossy(&flipped).into_owned();
            prop_assert!(opened(&flipped).is_err(), "bit {} of the text", bit);
        }
    }

    #[test]
    fn every_cut_text_is_refused(card: i64, step: u32, nonce: [u8; 8], more in "[0-9A-Z $%*+./:-]{1,8}") {
        let text = Sealed::seal(&master(), &said(card, step), nonce).text();
        for length in 0..text.len() {
            prop_assert!(opened(&text[..length]).is_err(), "first {}", length);
            prop_assert!(opened(&text[text.len() - length..]).is_err(), "last {}", length);
        }
        prop_assume!(!more.trim().is_empty());
        for longer in [format!("{text}{more}x"), format!("{text}0{more}0"), format!("{more}{text}")] {
            prop_assert!(opened(&longer).is_err());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// No text, however strange, does more than be refused.
    #[test]
    fn random_text_is_refused(text in ".{0,120}", coded in "YM1:[0-9A-Z $%*+./:-]{0,120}", raw: Vec<u8>) {
        prop_assert!(opened(&text).is_err());
        prop_assert!(opened(&coded).is_err());
        let encoded = format!("YM1:{}", base45::encode(&raw));
        prop_assert!(opened(&encoded).is_err());
        let mut sized = vec![0x11, 1, 0x0f, 0x1b, 0x94];
        sized.extend(raw.iter().copied().chain(std::iter::repeat(0)).take(CODE_LEN - 5));
        prop_assert_eq!(opened(&format!("YM1:{}", base45::encode(&sized))), Err(Refusal::CodeForged));
    }
}
