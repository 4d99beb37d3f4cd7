//! Documents as a reader sees them: the same bytes each time, embedded fonts, text
//! that can be copied, codes that can be scanned. Poppler's programs look where
//! they are installed (`YIMA_NEED_POPPLER=1` says that they must be).

use print::{
    About, Align, Area, Colour, Column, Document, Language, Look, Page, Point, Role, Size, Statement, Stroke, Table,
    Type, attached, mm, sheets,
};
use std::path::PathBuf;
use std::process::Command;

fn about() -> About {
    About {
        title: "纸质健康医保卡".to_owned(),
        author: "云州市".to_owned(),
        subject: "样张".to_owned(),
        language: Language::Zh,
        made_at: 1_794_966_000_000_000,
        id: "sample-1".to_owned(),
    }
}

/// A card like those of the sheets.
fn card(name: &str) -> Page {
    let mut card = Page::new(Size::ID1);
    card.area(Area::of(0, 0, 85_600, 12_000), Some(Colour::JADE_600), None, 0);
    let seam = [(44_000, 0), (85_600, 0), (85_600, 12_000), (41_500, 12_000)];
    card.shape(&seam.map(|(x, y)| Point::at(x, y)), Colour::INDIGO_600);
    card.text(Point::at(mm(4), 8000), Type::plain(4200).bold().colour(Colour::WHITE).role(Role::Heading), "健康医保卡");
    card.text(Point::at(81_600, 8000), Type::plain(4200).bold().colour(Colour::WHITE).right(), "云州市");
    let code = Area::of(mm(4), mm(15), mm(30), mm(30));
    card.qr(code, "YM1:0123456789ABCDEF", "出示的码", Colour::JADE_900).expect("a short text fits");
    card.text(Point::at(mm(38), mm(21)), Type::plain(6000).bold(), name);
    card.text(Point::at(mm(38), mm(27)), Type::plain(3400).colour(Colour::SOFT), "女 · 1954 年 3 月");
    card
}

fn table(rows: usize) -> Table {
    Table {
        columns: vec![
            Column::left("项目", 100_000),
            Column::right("数量", 30_000),
            Column::right("金额（元）", 50_000),
        ],
        rows: (0..rows).map(|n| vec![format!("血常规 {n}"), "1".to_owned(), "22.00".to_owned()]).collect(),
        look: Look::PLAIN,
    }
}

fn sample() -> Document {
    let mut page = Page::new(Size::A4);
    page.text(Point::at(mm(20), mm(20)), Type::plain(7000).bold().role(Role::Title), "王桂兰的纸质健康医保卡");
    let under = Type::plain(4000).colour(Colour::SOFT);
    page.text_in(
        Area::of(mm(20), mm(24), mm(100), 0),
        under,
        "不用手机也能看病、取药、报销。剪下小卡放钱包，大码贴在病历本或冰箱上。",
    );
    page.area(Area::of(mm(20), mm(50), mm(60), mm(20)), None, Some(Stroke::of(Colour::INK, 400)), 3000);
    page.place(Point::at(mm(100), mm(45)), &card("王桂兰"));
    page.table(Point::at(mm(15), mm(110)), &table(3), 0..3);
    page.stamp(Point::at(mm(160), mm(200)), mm(16), "云州市第一人民医院", "收费专用章");
    page.text(Point::at(mm(20), mm(180)), Type::plain(4000), "名字 䶮 Łukasz 😀 ᠮ 完");
    page.text(Point::at(mm(20), mm(190)), Type::plain(4000).bold(), "粗 镕 龘 靐 齉 Ө");
    let mut document = Document::new(about());
    document.add(page);
    document
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let (one, two) = (sample().write().expect("it is written"), sample().write().expect("it is written"));
    assert_eq!(one, two);
    assert_eq!((one.pages, one.missing.as_slice()), (1, ['😀', 'ᠮ'].as_slice()));
    assert!(one.bytes.len() < 120_000, "{} bytes", one.bytes.len());
    let mut other = sample();
    other.add(Page::new(Size::A5));
    assert_ne!(other.write().expect("it is written").bytes, one.bytes);
}

#[test]
fn an_attached_file_is_found_again() {
    let mut document = sample();
    let inside = "{\"number\":\"9904126004402\"}\nstream endstream 周".as_bytes();
    document.attach("bill.json", "application/json", "the bill as data", inside);
    let written = document.write().expect("it is written");
    assert_eq!(attached(&written.bytes, "bill.json").as_deref(), Some(inside));
    assert_eq!(attached(&written.bytes, "other.json"), None);
    assert_eq!(attached(b"%PDF-1.7 yima-attached-1:bill.json:99\nshort", "bill.json"), None);
    assert_eq!(attached(b"yima-attached-1:bill.json:99999999999999999999999\n", "bill.json"), None);
}

/// Runs one of poppler's programs on a document; nothing where it is missing.
fn poppler(program: &str, pdf: &[u8], options: &[&str]) -> Option<(String, tempfile::TempDir)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("sample.pdf");
    std::fs::write(&file, pdf).expect("the sample is kept");
    let ran = Command::new(program).args(options).arg(&file).arg(out(&folder, program)).output();
    let needed = std::env::var_os("YIMA_NEED_POPPLER").is_some_and(|value| value == "1");
    let Ok(ran) = ran else {
        assert!(!needed, "YIMA_NEED_POPPLER=1, but {program} is missing");
        return None;
    };
    assert!(ran.status.success(), "{program}: {}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(String::from_utf8_lossy(&ran.stderr), "", "{program} finds something wrong");
    Some((String::from_utf8_lossy(&ran.stdout).into_owned(), folder))
}

/// Where the program writes: to its output, or beside the sample.
fn out(folder: &tempfile::TempDir, program: &str) -> PathBuf {
    if program == "pdftotext" { PathBuf::from("-") } else { folder.path().join("out") }
}

/// A text without its blanks.
fn bare(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

#[test]
fn the_text_can_be_copied() {
    let written = sample().write().expect("it is written");
    let Some((text, _)) = poppler("pdftotext", &written.bytes, &["-layout"]) else { return };
    for wanted in [
        "王桂兰的纸质健康医保卡",
        "大码贴在病历本或冰箱上",
        "健康医保卡",
        "女 · 1954 年 3 月",
        "血常规 2",
        "金额（元）",
        "名字 䶮 Łukasz 😀 ᠮ 完",
        "粗镕龘靐齉Ө",
    ] {
        // Poppler leaves out blanks between ideographs and keeps the ends of lines.
        assert!(bare(&text).contains(&bare(wanted)), "{wanted} is missing in:\n{text}");
    }
}

#[test]
fn the_code_on_paper_can_be_scanned() {
    let written = sample().write().expect("it is written");
    let options = ["-r", "150", "-gray", "-singlefile"];
    let Some((_, folder)) = poppler("pdftoppm", &written.bytes, &options) else { return };
    let image = std::fs::read(folder.path().join("out.pgm")).expect("pdftoppm wrote an image");
    let mut lines = image.splitn(4, |byte| *byte == b'\n');
    assert_eq!(lines.next(), Some(b"P5".as_slice()));
    let sides = String::from_utf8_lossy(lines.next().expect("a line of sides")).into_owned();
    let (width, height) = sides.split_once(' ').expect("two sides");
    let (width, height): (usize, usize) = (width.parse().expect("a width"), height.parse().expect("a height"));
    lines.next();
    let pixels = lines.next().expect("pixels");
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    let codes: Vec<String> = seen.detect_grids().iter().map(|grid| grid.decode().expect("it reads").1).collect();
    assert_eq!(codes, ["YM1:0123456789ABCDEF"]);
}

#[test]
fn a_long_statement_carries_its_sums() {
    let statement = Statement {
        title: "结算明细".to_owned(),
        under: vec!["云州市第一人民医院".to_owned(), "2026-11-01 至 2026-11-30".to_owned()],
        summed: Some(print::statement::Summed { column: 2, amounts: vec![kernel::Fen(2200); 100] }),
        table: table(100),
        foot: vec!["完".to_owned()],
        size: Size::A4,
    };
    let pages = statement.pages(Language::Zh).expect("the sums are small");
    assert!(pages.len() > 2);
    let mut document = Document::new(about());
    let count = pages.len();
    for page in pages {
        document.add(page);
    }
    let written = document.write().expect("it is written");
    let Some((text, _)) = poppler("pdftotext", &written.bytes, &["-layout"]) else { return };
    assert_eq!((text.matches("转下页").count(), text.matches("承上页").count()), (count - 1, count - 1));
    assert!(text.contains("2200.00") && text.contains(&format!("第 {count} 页，共 {count} 页")), "{text}");
    assert_eq!(text.matches("血常规").count(), 100);
}

#[test]
fn cards_lie_on_sheets() {
    let cards: Vec<Page> = (0..12).map(|n| card(&format!("王桂兰{n}"))).collect();
    let mut document = Document::new(about());
    for page in sheets(&cards) {
        document.add(page);
    }
    let written = document.write().expect("it is written");
    assert_eq!(written.pages, 2);
    // For eyes, when asked: `YIMA_SAMPLES=folder`.
    if let Some(folder) = std::env::var_os("YIMA_SAMPLES").map(PathBuf::from) {
        std::fs::write(folder.join("cards.pdf"), &written.bytes).expect("a sample");
        let sample = sample().write().expect("it is written");
        std::fs::write(folder.join("page.pdf"), &sample.bytes).expect("a sample");
    }
    let Some((text, _)) = poppler("pdftotext", &written.bytes, &[]) else { return };
    assert_eq!(text.matches("健康医保卡").count(), 12);
}

#[test]
fn an_empty_text_and_an_empty_page_are_no_mistake() {
    let mut page = Page::new(Size::ID1);
    assert_eq!(page.text(Point::at(0, 0), Type::plain(3000).align(Align::Centre), ""), 0);
    page.text(Point::at(0, 4000), Type::plain(3000), "\u{e000}\t\u{0}\u{ffff}");
    let mut document = Document::new(about());
    document.add(page);
    let written = document.write().expect("it is written");
    assert_eq!((written.pages, written.missing.len()), (1, 0));
}
