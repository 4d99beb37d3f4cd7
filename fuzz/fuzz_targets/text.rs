//! Any text: it is read or refused without a panic, what is read has this text only,
//! and the server accepts nothing it did not mint.
#![no_main]

use code::{CodeKeys, TimeRule, read};
use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

static KEYS: OnceLock<CodeKeys> = OnceLock::new();

fuzz_target!(|text: &str| {
    if let Ok(code) = read(text) {
        let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace());
        assert_eq!(code.text(), trimmed);
        assert_eq!(read(&code.text()), Ok(code));
    }
    // A key that no corpus was minted with.
    let keys = KEYS.get_or_init(|| CodeKeys::new(suites::INTL, 330_100, &[0xC3; 32]).expect("a suite for Q1"));
    assert!(keys.check(text, TimeRule::at(1_794_966_000)).is_err());
    let _ = keys.open_barcode(text, TimeRule::at(1_794_966_000));
});
