//! The bill on paper: what a reader sees, what verifies without a node, and that
//! every changed character is noticed.

use crate::scene::{CAPABILITIES, HOSPITAL, Scene, runtime, scene, visit};
use bills::verify::{self, Wrong};
use bills::{Bill, Charge, New};
use kernel::Fen;
use keys::Key;
use keys::trust::TrustList;
use std::process::Command;
use testkit::{on_both, sqlite};
use web::Lang;

/// The keys as the region publishes them.
fn published(scene: &Scene<'_>) -> Vec<Key> {
    let envelope = runtime().block_on(scene.keys.trust_list(990_100)).expect("the trust list");
    TrustList::read(&envelope, None).expect("it reads").keys().expect("its keys")
}

fn pdf(scene: &Scene<'_>, bill: &Bill, lang: Lang) -> Vec<u8> {
    runtime().block_on(scene.bills.pdf(bill.clone(), lang)).expect("the pages")
}

/// The text of a PDF; nothing where poppler is missing.
fn text_of(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("bill.pdf");
    std::fs::write(&file, pdf).expect("the bill is kept");
    let needed = std::env::var_os("YIMA_NEED_POPPLER").is_some_and(|value| value == "1");
    let Ok(ran) = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output() else {
        assert!(!needed, "YIMA_NEED_POPPLER=1, but pdftotext is missing");
        return None;
    };
    assert!(ran.status.success() && ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
    // Poppler spaces ideographs at will.
    Some(String::from_utf8_lossy(&ran.stdout).chars().filter(|letter| !letter.is_whitespace()).collect())
}

fn assert_says(text: &str, wanted: &[&str]) {
    for words in wanted {
        let words: String = words.chars().filter(|letter| !letter.is_whitespace()).collect();
        assert!(text.contains(&words), "{words} is missing in {text}");
    }
}

#[test]
fn the_page_says_what_the_bill_says() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let bill = scene.seen(scene.issue(visit(1)).unwrap());
        let content = &bill.content;
        let file = pdf(&scene, &bill, Lang::Zh);
        assert_eq!(file, pdf(&scene, &bill, Lang::Zh), "{}: the same bytes each time", bench.name);
        if let Some(text) = text_of(&file) {
            let codes = [content.code.as_str(), content.number.as_str(), content.check.as_str()];
            assert_says(&text, &codes);
            assert_says(
                &text,
                &[
                    "医疗门诊收费票据（电子）",
                    "周静怡",
                    "9901••••0028",
                    "职工基本 · 云州市",
                    "2026-11-18",
                    "血常规（五分类）",
                    "糖化血红蛋白 HbA1c",
                    "乙 80%",
                    "苯磺酸氨氯地平片 5 mg × 28",
                    "150.00",
                    "医保统筹基金",
                    "187.90 + 52.30 + 15.00 + 31.20 = 286.40",
                    "贰佰捌拾陆元肆角整",
                    "¥286.40",
                    "V-1118-0092-17",
                    "YZ01-20261118-0391",
                    "云州市第一人民医院",
                    "yima.example/bills/check",
                ],
            );
        }
        if let Some(text) = text_of(&pdf(&scene, &bill, Lang::En)) {
            assert_says(
                &text,
                &["Outpatient medical bill (electronic)", "Pooled fund", "Own cash", "周静怡", "¥286.40"],
            );
        }
    });
}

#[test]
fn a_bill_verifies_without_the_node() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let bill = scene.seen(scene.issue(visit(1)).unwrap());
        let (keys, now) = (published(&scene), bench.db.world().now());
        let facts = verify::text(&bill.seal, &keys, now).unwrap();
        assert_eq!((facts.total, facts.cash, facts.institution), (Fen(28_640), Fen(3120), HOSPITAL), "{}", bench.name);
        assert_eq!(facts.number.to_string(), bill.content.number, "{}", bench.name);
        assert!(verify::described(&facts)[2].ends_with("286.40"), "{}", bench.name);
        for lang in Lang::ALL {
            let genuine = verify::file(&pdf(&scene, &bill, lang), &keys, now).unwrap();
            assert_eq!((&genuine.content, genuine.lang), (&bill.content, lang), "{}", bench.name);
        }
        assert_eq!(verify::text(&bill.seal, &[], now), Err(Wrong::KeyUnknown), "{}", bench.name);
        let mut other = keys.clone();
        for key in &mut other {
            key.site = None;
        }
        assert_eq!(verify::text(&bill.seal, &other, now), Err(Wrong::KeyOfAnother), "{}", bench.name);
        let mut ended = keys.clone();
        for key in &mut ended {
            key.state = keys::State::Revoked;
        }
        assert_eq!(verify::text(&bill.seal, &ended, now), Err(Wrong::KeyOutOfTime), "{}", bench.name);
        assert_eq!(verify::file(b"%PDF-1.7", &keys, now), Err(Wrong::NoBillInside), "{}", bench.name);
    });
}

/// Each character of the code's text, changed to each other one of its alphabet,
/// left out, doubled, swapped with its neighbour.
#[test]
fn every_change_of_the_code_is_refused() {
    let bench = sqlite(&CAPABILITIES);
    let scene = scene(&bench);
    let bill = scene.seen(scene.issue(visit(1)).unwrap());
    let (keys, now) = (published(&scene), bench.db.world().now());
    let good = bill.seal.as_bytes();
    let refused = |bytes: Vec<u8>, what: &str| {
        let text = String::from_utf8(bytes).expect("ASCII");
        assert!(text == bill.seal || verify::text(&text, &keys, now).is_err(), "{what} was not noticed: {text}");
    };
    for at in 0..good.len() {
        for other in b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:abz\n" {
            let mut changed = good.to_vec();
            changed[at] = *other;
            refused(changed, "a changed character");
        }
        let mut shorter = good.to_vec();
        shorter.remove(at);
        refused(shorter, "a missing character");
        let mut longer = good.to_vec();
        longer.insert(at, good[at]);
        refused(longer, "a doubled character");
        if at + 1 < good.len() {
            let mut swapped = good.to_vec();
            swapped.swap(at, at + 1);
            refused(swapped, "two swapped characters");
        }
    }
}

/// Bytes all over the file, each flipped in turn.
#[test]
fn every_change_of_the_file_is_refused() {
    let bench = sqlite(&CAPABILITIES);
    let scene = scene(&bench);
    let bill = scene.seen(scene.issue(visit(1)).unwrap());
    let (keys, now) = (published(&scene), bench.db.world().now());
    let good = pdf(&scene, &bill, Lang::Zh);
    let step = good.len() / 60;
    for at in (0..good.len()).step_by(step) {
        let mut changed = good.clone();
        changed[at] ^= 1;
        assert!(verify::file(&changed, &keys, now).is_err(), "byte {at} of {}", good.len());
    }
    let mut longer = good.clone();
    longer.push(b'\n');
    assert_eq!(verify::file(&longer, &keys, now), Err(Wrong::PagesChanged));
    assert!(verify::file(&good, &keys, now).is_ok());
}

/// The number of the red bill is drawn from what the seal does not cover: it is a
/// number, or the file is none of ours.
#[test]
fn no_words_of_a_stranger_stand_on_a_genuine_page() {
    let bench = sqlite(&CAPABILITIES);
    let scene = scene(&bench);
    let bill = scene.seen(scene.issue(visit(1)).unwrap());
    let (keys, now) = (published(&scene), bench.db.world().now());
    let body = serde_json::to_vec(&bill.content).unwrap();
    let drawn = |void: &str| bills::pdf::written(&body, &bill.seal, void, Lang::Zh).unwrap().bytes;
    assert_eq!(verify::file(&drawn(""), &keys, now).unwrap().void, "");
    assert!(verify::file(&drawn("1000100000042"), &keys, now).is_ok());
    for void in ["：实付 ¥9999.00", "100010000004", "1000100000042 "] {
        assert_eq!(verify::file(&drawn(void), &keys, now), Err(Wrong::NoBillInside), "{void}");
    }
}

fn long(lines: i64) -> New {
    let mut bill = visit(77);
    bill.lines = (0..lines)
        .map(|n| {
            let mut line =
                Charge::priced(&format!("C{n}"), &format!("护理项目 {n}"), "07", 1000, Fen(100 + n)).expect("a line");
            "次".clone_into(&mut line.unit);
            line
        })
        .collect();
    let total: i64 = bill.lines.iter().map(|line| line.amount.0).sum();
    bill.parts.total = Fen(total);
    bill.parts.cash = Fen(total - 18_790 - 5230 - 1500);
    bill
}

#[test]
fn long_bills_go_on_with_carried_sums() {
    let bench = sqlite(&CAPABILITIES);
    let scene = scene(&bench);
    for lines in [240, 1000] {
        let mut new = long(lines);
        new.settlement = kernel::SettlementId(lines);
        let bill = scene.seen(scene.issue(new).unwrap());
        let file = pdf(&scene, &bill, Lang::Zh);
        let Some(text) = text_of(&file) else { return };
        let carried = text.matches("转下页").count();
        assert_eq!(carried, text.matches("承上页").count(), "{lines}");
        assert!(carried > 9, "{lines}: {carried}");
        assert_says(&text, &[&format!("第 {0} 页，共 {0} 页", carried + 1)]);
        assert_eq!(text.matches("护理项目").count(), usize::try_from(lines).unwrap());
        let total = bill.content.parts.total;
        assert_says(&text, &[&format!("¥{total}")]);
    }
}

#[test]
fn any_number_of_lines_finds_its_pages() {
    let bench = sqlite(&CAPABILITIES);
    let scene = scene(&bench);
    for lines in [1, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 29, 30, 31, 32, 33, 51, 52, 53] {
        let mut new = long(lines);
        new.parts.funds.clear();
        (new.parts.account, new.parts.mutual, new.parts.cash) = (Fen::ZERO, Fen::ZERO, new.parts.total);
        new.settlement = kernel::SettlementId(lines);
        let bill = scene.seen(scene.issue(new).unwrap());
        let Some(text) = text_of(&pdf(&scene, &bill, Lang::Zh)) else { return };
        assert_eq!(text.matches("护理项目").count(), usize::try_from(lines).unwrap(), "{lines}");
        assert!(text.contains("个人现金"), "{lines}");
        assert_eq!(text.matches("转下页").count(), text.matches("承上页").count(), "{lines}");
    }
}

#[test]
fn a_red_bill_and_what_it_takes_back_say_so() {
    on_both(&CAPABILITIES, |bench| {
        let scene = scene(bench);
        let id = scene.issue(visit(1)).unwrap();
        let red = scene.seen(scene.redden(1).unwrap());
        let void = scene.seen(id);
        let (red_file, void_file) = (pdf(&scene, &red, Lang::Zh), pdf(&scene, &void, Lang::Zh));
        if let (Some(red_text), Some(void_text)) = (text_of(&red_file), text_of(&void_file)) {
            assert_says(&red_text, &["红字医疗门诊收费票据", "冲销原票据", &void.content.number, "退费", "-286.40"]);
            assert_says(&red_text, &["负贰佰捌拾陆元肆角整"]);
            assert_says(&void_text, &["本票据已红字冲销", &red.content.number]);
        }
        let (keys, now) = (published(&scene), bench.db.world().now());
        let genuine = verify::file(&red_file, &keys, now).unwrap();
        assert!(genuine.facts.red && genuine.facts.total == Fen(-28_640), "{}", bench.name);
        assert_eq!(verify::file(&void_file, &keys, now).unwrap().void, red.content.number, "{}", bench.name);
    });
}

/// Writes samples for eyes, when asked: `YIMA_SAMPLES=folder`.
#[test]
fn samples_are_kept_when_asked() {
    let bench = sqlite(&CAPABILITIES);
    let scene = scene(&bench);
    let bill = scene.seen(scene.issue(visit(1)).unwrap());
    let file = pdf(&scene, &bill, Lang::Zh);
    assert!(file.starts_with(b"%PDF-1.7"));
    let Some(folder) = std::env::var_os("YIMA_SAMPLES").map(std::path::PathBuf::from) else { return };
    let keep = |name: &str, bytes: Vec<u8>| std::fs::write(folder.join(name), bytes).expect("a sample");
    keep("bill-en.pdf", pdf(&scene, &bill, Lang::En));
    keep("bill-zh.pdf", file);
    let long = scene.seen(scene.issue(long(240)).unwrap());
    keep("bill-long.pdf", pdf(&scene, &long, Lang::Zh));
    let red = scene.seen(scene.redden(1).unwrap());
    keep("bill-red.pdf", pdf(&scene, &red, Lang::Zh));
}
