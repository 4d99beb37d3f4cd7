//! A bill on paper: A5 lying, continued on as many pages as its lines need, with
//! sums carried over. A red bill and a bill taken back say so in red. The pages
//! depend on nothing but the bill's JSON, its seal and the language, so that they
//! can be drawn again to check a file byte for byte ([`crate::verify`]).

mod funds;
mod words;

use crate::rules::capital::capital;
use crate::rules::charge::{Charge, category_name};
use crate::rules::content::Content;
use kernel::time::china_day;
use kernel::{Error, Fault, Fen};
use print::{
    About, Area, Colour, Column, Document, Language, Look, Page, Point, Role, Size, Stroke, Table, Type, Um, Written,
    fitted,
};
use web::Lang;
use words::{Words, title, words};

/// The name of the data inside a bill's PDF.
pub const ATTACHED: &str = "yima-bill.txt";

const LEFT: Um = 9000;
const RIGHT: Um = 201_000;
const WIDTH: Um = RIGHT - LEFT;
const FOOT: Um = 139_000;
const SOFT: Colour = Colour(0x5a, 0x4a, 0x45);
/// From the table's end to the lowest point of the stamp.
const TAIL: Um = funds::HEIGHT + 33_500;
/// Where the table of later pages begins.
const NEXT_TOP: Um = 15_000;
/// Rows of few lines are higher.
const FEW: usize = 6;

/// A bill while it is drawn.
struct Bill<'a> {
    content: &'a Content,
    seal: &'a str,
    void: &'a str,
    lang: Lang,
    words: &'static Words,
    ink: Colour,
}

fn quantity(milli: i64) -> String {
    let (whole, rest) = (milli.unsigned_abs() / 1000, milli.unsigned_abs() % 1000);
    let sign = if milli < 0 { "-" } else { "" };
    if rest == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{}", format!("{rest:03}").trim_end_matches('0'))
    }
}

/// `¥286.40`, `-¥286.40`
fn yuan(amount: Fen) -> String {
    let text = amount.to_string();
    text.strip_prefix('-').map_or_else(|| format!("¥{text}"), |size| format!("-¥{size}"))
}

impl Bill<'_> {
    fn english(&self) -> bool {
        self.lang == Lang::En
    }

    /// Whether every line says what fund and person pay of it.
    fn split(&self) -> bool {
        self.content.lines.iter().all(|line| line.fund.is_some() && line.own.is_some())
    }

    fn columns(&self) -> Vec<Column> {
        let words = self.words;
        let item = |width| Column::left(words.item, width);
        if self.split() {
            return vec![
                item(74_000),
                Column::right(words.quantity, 15_000),
                Column::right(words.price, 20_000),
                Column::right(words.amount, 26_000),
                Column::left(words.class, 19_000),
                Column::right(words.fund, 20_000),
                Column::right(words.own, 18_000),
            ];
        }
        vec![
            item(72_000),
            Column::left(words.category, 30_000),
            Column::left(words.unit, 14_000),
            Column::right(words.quantity, 15_000),
            Column::right(words.price, 19_000),
            Column::right(words.amount, 24_000),
            Column::left(words.class, 18_000),
        ]
    }

    fn row(&self, line: &Charge) -> Vec<String> {
        let (count, price, amount) = (quantity(line.qty_milli), line.price.to_string(), line.amount.to_string());
        if let (true, Some(fund), Some(own)) = (self.split(), line.fund, line.own) {
            return vec![
                line.name.clone(),
                count,
                price,
                amount,
                line.class.clone(),
                fund.to_string(),
                own.to_string(),
            ];
        }
        let category = category_name(&line.category, self.english()).to_owned();
        vec![line.name.clone(), category, line.unit.clone(), count, price, amount, line.class.clone()]
    }

    /// A row with the sums of the lines before a page's end.
    fn sum_row(&self, label: &str, lines: &[Charge]) -> Vec<String> {
        let sum = |of: fn(&Charge) -> Fen| {
            lines.iter().try_fold(Fen::ZERO, |sum, line| sum.plus(of(line))).unwrap_or_default().to_string()
        };
        let amount = sum(|line| line.amount);
        let mut row = vec![label.to_owned()];
        row.resize(7, String::new());
        let cells = if self.split() {
            vec![
                (3, amount),
                (5, sum(|line| line.fund.unwrap_or_default())),
                (6, sum(|line| line.own.unwrap_or_default())),
            ]
        } else {
            vec![(5, amount)]
        };
        for (at, text) in cells {
            if let Some(cell) = row.get_mut(at) {
                *cell = text;
            }
        }
        row
    }

    fn look(&self) -> Look {
        let text = self.ink;
        if self.content.lines.len() <= FEW && self.banner().is_none() {
            return Look { text, ..Look::BILL };
        }
        Look { size: 2750, row: 5000, text, ..Look::BILL }
    }

    /// What a red bill, or one that was taken back, says in red.
    fn banner(&self) -> Option<String> {
        let words = self.words;
        if let Some(original) = &self.content.original {
            let (code, number) = (&original.code, &original.number);
            let says = format!("{} {} {code} · {} {number}", words.takes_back, words.code, words.number);
            return Some(match original.reason.as_str() {
                "" => says,
                reason => format!("{says} · {} {reason}", words.reason),
            });
        }
        (!self.void.is_empty()).then(|| format!("{} {}", words.void, self.void))
    }

    fn title(&self) -> String {
        let title = title(self.content.kind, self.lang);
        match (&self.content.original, self.lang) {
            (None, _) => title.to_owned(),
            (Some(_), Lang::Zh) => format!("{}{title}", self.words.red),
            (Some(_), Lang::En) => format!("{}: {title}", self.words.red),
        }
    }

    fn head(&self, page: &mut Page) -> Result<(), Error> {
        let (words, content) = (self.words, self.content);
        let code = Area::of(LEFT, 6500, 25_500, 25_500);
        page.qr(code, self.seal, words.code_alt, Colour::JADE_900)
            .map_err(|_long| Fault::broken("the compact form of a bill is too long for a code"))?;
        let size = if self.english() { 5000 } else { 5800 };
        let heading = Type::plain(size).bold().colour(Colour::RED_700).centred().role(Role::Title);
        page.text(Point::at(92_500, 20_400), heading, &self.title());
        for y in [24_000, 24_700] {
            page.line(Point::at(44_000, y), Point::at(141_000, y), Stroke::of(Colour(0xc9, 0x8e, 0x88), 260));
        }
        let facts = [(words.code, &content.code), (words.number, &content.number), (words.check, &content.check)];
        for ((label, value), y) in facts.into_iter().zip([14_200, 19_700, 25_200]) {
            let width = page.text(Point::at(148_000, y), Type::plain(3170), label);
            page.text(Point::at(148_000 + width + 1200, y), Type::plain(3800).bold(), value);
        }
        let payer = &content.payer;
        let insured = if payer.insured.is_empty() { words.self_pay } else { payer.insured.as_str() };
        let day = china_day(content.issued_at);
        let facts = [
            (words.payer, payer.name.as_str(), LEFT, 44_000),
            (words.document, payer.document.as_str(), 56_000, 46_000),
            (words.insured, insured, 104_000, 54_000),
            (words.date, day.as_str(), 161_000, 40_000),
        ];
        for (label, value, x, room) in facts {
            let width = page.text(Point::at(x, 38_600), Type::plain(3300), label) + 1200;
            page.text(Point::at(x + width, 38_600), Type::plain(3300).bold(), &fitted(value, 3300, true, room - width));
        }
        Ok(())
    }

    /// The line at the head of later pages.
    fn next_head(&self, page: &mut Page) {
        let content = self.content;
        let kind = Type::plain(2900).colour(SOFT).role(Role::Ornament);
        page.text(Point::at(LEFT, 11_000), kind.bold().colour(Colour::RED_700), &self.title());
        let says = format!("{} {} · {} {}", self.words.code, content.code, self.words.number, content.number);
        page.text(Point::at(RIGHT, 11_000), kind.right(), &says);
    }

    /// What follows the table: who paid what, the total, the stamp.
    fn tail(&self, page: &mut Page, top: Um) {
        let (words, content) = (self.words, self.content);
        let (total, parts) = (content.parts.total, funds::parts(content, words, self.english()));
        funds::drawn(page, Point::at(LEFT, top), WIDTH, &parts, total, self.ink);
        let y = top + funds::HEIGHT + 7600;
        let width = page.text(Point::at(LEFT, y), Type::plain(3900), words.total_capital);
        page.text(Point::at(LEFT + width + 1600, y), Type::plain(3900).bold().colour(self.ink), &capital(total));
        let width = page.text(Point::at(RIGHT, y), Type::plain(3900).bold().right().colour(self.ink), &yuan(total));
        page.text(Point::at(RIGHT - width - 1600, y), Type::plain(3900).right(), words.total);
        let mut notes = vec![
            funds::sum_line(&parts, total),
            format!("{} {} · {} {}", words.serial, content.serial, words.visit, content.visit),
            format!("{} {} · {}", words.issuer, content.issuer, content.region),
            words.scan.to_owned(),
        ];
        if !content.check_at.is_empty() {
            notes.push(format!("{} {}", words.check_at, content.check_at));
        }
        for (line, note) in (0..).zip(notes) {
            let note = fitted(&note, 2900, false, 140_000);
            page.text(Point::at(LEFT, y + 6000 + line * 4500), Type::plain(2900).colour(SOFT), &note);
        }
        page.stamp(Point::at(177_000, y + 12_900), 13_000, &content.issuer, words.stamp);
    }

    /// How many lines each page takes.
    fn layout(&self, top: Um, row: Um) -> Vec<usize> {
        let rows = |height: Um, kept: Um| usize::try_from(height / row - kept).unwrap_or(0).max(1);
        let mut left = self.content.lines.len();
        if left <= rows(FOOT - TAIL - top, 1) {
            return vec![left];
        }
        // The head of the table and the sum carried; on later pages the sum brought too.
        let (first, middle) = (rows(FOOT - top, 2), rows(FOOT - NEXT_TOP, 3));
        let last = rows(FOOT - TAIL - NEXT_TOP, 2);
        let mut pages = vec![first.min(left.saturating_sub(1))];
        left = left.saturating_sub(first.min(left.saturating_sub(1)));
        while left > last {
            let taken = middle.min(left.saturating_sub(1));
            pages.push(taken);
            left = left.saturating_sub(taken);
        }
        pages.push(left);
        pages
    }

    fn pages(&self) -> Result<Vec<Page>, Error> {
        let (look, lines) = (self.look(), &self.content.lines);
        let top = if self.banner().is_some() { 49_000 } else { 42_400 };
        let layout = self.layout(top, look.row);
        let count = layout.len();
        let (mut pages, mut from) = (Vec::with_capacity(count), 0usize);
        for (n, taken) in layout.into_iter().enumerate() {
            let mut page = Page::new(Size::A5_LANDSCAPE);
            let to = from.saturating_add(taken);
            let mut rows = Vec::new();
            if n == 0 {
                self.head(&mut page)?;
                if let Some(banner) = self.banner() {
                    let kind = Type::plain(3500).bold().colour(Colour::RED_700);
                    page.text(Point::at(LEFT, 45_500), kind, &fitted(&banner, 3500, true, WIDTH));
                }
            } else {
                self.next_head(&mut page);
                rows.push(self.sum_row(self.words.brought, lines.get(..from).unwrap_or_default()));
            }
            rows.extend(lines.get(from..to).unwrap_or_default().iter().map(|line| self.row(line)));
            let last = n.saturating_add(1) == count;
            if !last {
                rows.push(self.sum_row(self.words.carried, lines.get(..to).unwrap_or_default()));
            }
            let table = Table { columns: self.columns(), rows, look };
            let corner = Point::at(LEFT, if n == 0 { top } else { NEXT_TOP });
            let bottom = page.table(corner, &table, 0..table.rows.len());
            if last {
                self.tail(&mut page, bottom);
            }
            if count > 1 {
                let says = print::statement::page_of(language(self.lang), n.saturating_add(1), count);
                let kind = Type::plain(2700).colour(SOFT).centred().role(Role::Ornament);
                page.text(Point::at(105_000, 144_500), kind, &says);
            }
            pages.push(page);
            from = to;
        }
        Ok(pages)
    }
}

const fn language(lang: Lang) -> Language {
    match lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    }
}

/// The PDF of a bill from its JSON, the text of its seal, and the number of the red
/// bill that took it back (empty when none did).
pub fn written(body: &[u8], seal: &str, void: &str, lang: Lang) -> Result<Written, Error> {
    let content = Content::read(body).ok_or_else(|| Fault::broken("the JSON of a bill cannot be read"))?;
    let ink = if content.original.is_some() { Colour::RED_700 } else { Colour::INK };
    let bill = Bill { content: &content, seal, void, lang, words: words(lang), ink };
    let mut document = Document::new(About {
        title: format!("{} {}", bill.title(), content.number),
        author: content.issuer.clone(),
        subject: format!("{} {}", content.code, content.number),
        language: language(lang),
        made_at: content.issued_at,
        id: format!("{}-{}", content.code, content.number),
    });
    bill.pages()?.into_iter().for_each(|page| document.add(page));
    let inside = [body, b"\n", seal.as_bytes(), b"\n", void.as_bytes()].concat();
    document.attach(ATTACHED, "text/plain", "The bill as data with its seal.", &inside);
    let written = document.write()?;
    if !written.missing.is_empty() {
        tracing::warn!(number = %content.number, count = written.missing.len(), "a bill has characters no font has");
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_short() {
        for (milli, text) in [(1000, "1"), (500, "0.5"), (1250, "1.25"), (-2000, "-2"), (1, "0.001"), (0, "0")] {
            assert_eq!(quantity(milli), text);
        }
    }
}
