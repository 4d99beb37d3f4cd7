//! Lists over many pages: a head and a foot on each, sums carried from page to page.

use crate::document::Language;
use crate::measure::{Align, Area, Point, Role, Size, Type, Um};
use crate::page::Page;
use crate::table::Table;
use kernel::Fen;

/// A column of amounts that is added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summed {
    /// Which column of the table, from 0.
    pub column: usize,
    /// The amounts, one for each row.
    pub amounts: Vec<Fen>,
}

/// A list with a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it is.
    pub title: String,
    /// Lines under the title of the first page.
    pub under: Vec<String>,
    /// The list; its width should be that of the page less two margins.
    pub table: Table,
    /// The column that is added up, if one is.
    pub summed: Option<Summed>,
    /// Lines below the list on the last page.
    pub foot: Vec<String>,
    /// The size of its pages.
    pub size: Size,
}

/// Left and right of the table.
pub const MARGIN: Um = 15_000;
const TOP: Um = 16_000;
const BOTTOM: Um = 16_000;
const TITLE: Type = Type::plain(5600).bold();
const SMALL: Type = Type::plain(2800);

/// What the fixed words of a statement say.
struct Words {
    carried: &'static str,
    brought: &'static str,
    total: &'static str,
}

const fn words(language: Language) -> Words {
    match language {
        Language::Zh => Words { carried: "转下页", brought: "承上页", total: "合计" },
        Language::En => Words { carried: "carried forward", brought: "brought forward", total: "total" },
    }
}

/// `第 2 页，共 3 页` or `page 2 of 3`.
pub fn page_of(language: Language, number: usize, all: usize) -> String {
    match language {
        Language::Zh => format!("第 {number} 页，共 {all} 页"),
        Language::En => format!("page {number} of {all}"),
    }
}

impl Statement {
    fn text_lines(lines: &[String]) -> Um {
        Um::try_from(lines.len()).unwrap_or(Um::MAX / 10_000).saturating_mul(SMALL.line_height())
    }

    /// Rows of each page. A page with sums keeps a row for what is brought forward
    /// and one for what is carried.
    fn split(&self) -> Vec<std::ops::Range<usize>> {
        let height = self.size.height - TOP - BOTTOM - 8000;
        let kept = if self.summed.is_some() { 2 } else { 0 };
        let first = self.table.rows_in(height - 9000 - Self::text_lines(&self.under)).saturating_sub(kept).max(1);
        let next = self.table.rows_in(height).saturating_sub(kept).max(1);
        let mut pages = Vec::new();
        let mut from = 0;
        loop {
            let room = if from == 0 { first } else { next };
            let to = (from + room).min(self.table.rows.len());
            pages.push(from..to);
            from = to;
            if from >= self.table.rows.len() {
                return pages;
            }
        }
    }

    fn sum_row(&self, summed: &Summed, label: &str, sum: Fen) -> Vec<String> {
        let mut row = vec![String::new(); self.table.columns.len()];
        if let Some(first) = row.first_mut() {
            label.clone_into(first);
        }
        if let Some(cell) = row.get_mut(summed.column) {
            *cell = sum.to_string();
        }
        row
    }

    /// The rows of a page with the sums before and behind them; nothing where a sum
    /// leaves 64 bits.
    fn rows_of(&self, range: std::ops::Range<usize>, language: Language) -> Option<Vec<Vec<String>>> {
        let mut rows = self.table.rows.get(range.clone()).unwrap_or_default().to_vec();
        let Some(summed) = &self.summed else { return Some(rows) };
        let sum = |amounts: Option<&[Fen]>| {
            amounts.unwrap_or_default().iter().try_fold(Fen::ZERO, |sum, amount| sum.plus(*amount))
        };
        let (before, until) = (sum(summed.amounts.get(..range.start))?, sum(summed.amounts.get(..range.end))?);
        let words = words(language);
        if range.start > 0 {
            rows.insert(0, self.sum_row(summed, words.brought, before));
        }
        let last = range.end >= self.table.rows.len();
        rows.push(self.sum_row(summed, if last { words.total } else { words.carried }, until));
        Some(rows)
    }

    /// Its pages; nothing when a sum leaves 64 bits.
    pub fn pages(&self, language: Language) -> Option<Vec<Page>> {
        let split = self.split();
        let all = split.len();
        let width = self.size.width - 2 * MARGIN;
        let mut pages = Vec::with_capacity(all);
        for (n, range) in split.into_iter().enumerate() {
            let mut page = Page::new(self.size);
            let mut y = TOP;
            let last = n + 1 == all;
            if n == 0 {
                page.text(Point::at(MARGIN, y + 5000), TITLE.role(Role::Title), &self.title);
                y += 9000;
                for line in &self.under {
                    y += page.text_in(Area::of(MARGIN, y, width, 0), SMALL, line);
                }
            } else {
                page.text(Point::at(MARGIN, y), SMALL.bold().role(Role::Ornament), &self.title);
                y += 2000;
            }
            let table = Table { rows: self.rows_of(range, language)?, ..self.table.clone() };
            y = page.table(Point::at(MARGIN, y + 2000), &table, 0..table.rows.len()) + 3000;
            if last {
                for line in &self.foot {
                    y += page.text_in(Area::of(MARGIN, y, width, 0), SMALL, line);
                }
            }
            let foot = Point::at(self.size.width / 2, self.size.height - 8000);
            page.text(foot, SMALL.align(Align::Centre).role(Role::Ornament), &page_of(language, n + 1, all));
            pages.push(page);
        }
        Some(pages)
    }
}
