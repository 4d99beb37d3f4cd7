//! Tables: columns of fixed widths, rows of one height, rules between them.

use crate::face::fitted;
use crate::mark::{Cell, Mark, Outline, Step};
use crate::measure::{Align, Area, Colour, Point, Stroke, Type, Um};
use crate::page::{Page, placed};
use std::ops::Range;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What its head says.
    pub title: String,
    /// How wide it is.
    pub width: Um,
    /// Where its texts stand.
    pub align: Align,
}

impl Column {
    /// A column whose texts begin at its left edge.
    pub fn left(title: impl Into<String>, width: Um) -> Self {
        Self { title: title.into(), width, align: Align::Left }
    }

    /// A column whose texts end at its right edge: numbers.
    pub fn right(title: impl Into<String>, width: Um) -> Self {
        Self { title: title.into(), width, align: Align::Right }
    }
}

/// How a table looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The size of the type.
    pub size: Um,
    /// The height of a row.
    pub row: Um,
    /// Rules between rows and columns.
    pub rule: Colour,
    /// The frame.
    pub frame: Colour,
    /// Behind the head.
    pub head: Colour,
    /// The head's letters.
    pub head_text: Colour,
    /// The letters of the rows.
    pub text: Colour,
}

impl Look {
    /// Quiet greens, for lists and statements.
    pub const PLAIN: Self = Self {
        size: 3000,
        row: 6400,
        rule: Colour::LINE,
        frame: Colour::SOFT,
        head: Colour(0xf3, 0xf6, 0xf4),
        head_text: Colour::INK,
        text: Colour::INK,
    };
    /// The reds of a fiscal bill.
    pub const BILL: Self = Self {
        size: 3300,
        row: 7140,
        rule: Colour(0xd3, 0xa9, 0xa3),
        frame: Colour(0xb0, 0x68, 0x5f),
        head: Colour(0xfd, 0xf5, 0xf3),
        head_text: Colour(0x7a, 0x2a, 0x22),
        text: Colour::INK,
    };
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, a text for each column; one too long for its column is cut with ….
    pub rows: Vec<Vec<String>>,
    /// How it looks.
    pub look: Look,
}

/// Between a rule and the text beside it.
const PAD: Um = 2100;

impl Table {
    /// From left to right.
    pub fn width(&self) -> Um {
        self.columns.iter().map(|column| column.width).sum()
    }

    /// The height of the head and so many rows.
    pub fn height(&self, rows: usize) -> Um {
        self.look.row.saturating_mul(Um::try_from(rows.saturating_add(1)).unwrap_or(Um::MAX))
    }

    /// How many rows fit below the head in a height.
    pub fn rows_in(&self, height: Um) -> usize {
        usize::try_from(height / self.look.row - 1).unwrap_or(0)
    }

    fn cells(&self, texts: impl Iterator<Item = String>, corner: Point, kind: Type) -> Vec<Cell> {
        let base = corner.y + Um::midpoint(self.look.row, self.look.size * 3 / 4);
        let mut x = corner.x;
        let mut cells = Vec::new();
        for (column, text) in self.columns.iter().zip(texts) {
            let text = fitted(&text, kind.size, kind.bold, column.width - 2 * PAD);
            let at = match column.align {
                Align::Left => x + PAD,
                Align::Centre => x + column.width / 2,
                Align::Right => x + column.width - PAD,
            };
            let (line, _) = placed(Point::at(at, base), kind.align(column.align), &text);
            cells.push(if line.text.trim().is_empty() { Vec::new() } else { vec![line] });
            x += column.width;
        }
        cells
    }

    fn rules(&self, area: Area, rows: usize) -> Vec<Mark> {
        let rule = Stroke::of(self.look.rule, 260);
        let line = |from: Point, to: Point| {
            Mark::Outline(Outline { steps: vec![Step::Move(from), Step::Line(to)], fill: None, stroke: Some(rule) })
        };
        let mut ground = Page::new(crate::measure::Size::A4);
        let head = Area { height: self.look.row, ..area };
        ground.area(head, Some(self.look.head), None, 0);
        let mut marks = ground.marks;
        let mut y = area.y;
        for _ in 0..rows {
            y += self.look.row;
            marks.push(line(Point::at(area.x, y), Point::at(area.right(), y)));
        }
        let mut x = area.x;
        for column in self.columns.iter().rev().skip(1).rev() {
            x += column.width;
            marks.push(line(Point::at(x, area.y), Point::at(x, area.bottom())));
        }
        let mut frame = Page::new(crate::measure::Size::A4);
        frame.area(area, None, Some(Stroke::of(self.look.frame, 400)), 0);
        marks.extend(frame.marks);
        marks
    }

    /// Rules and cells of the head and of some rows, and where they end.
    pub(crate) fn drawn(&self, at: Point, rows: Range<usize>) -> (Vec<Mark>, Um) {
        let shown = self.rows.get(rows).unwrap_or_default();
        let area = Area::of(at.x, at.y, self.width(), self.height(shown.len()));
        let mut marks = self.rules(area, shown.len());
        let kind = Type::plain(self.look.size);
        let titles = self.columns.iter().map(|column| column.title.clone());
        let head = self.cells(titles, at, kind.bold().colour(self.look.head_text));
        let mut y = at.y;
        let mut body = Vec::with_capacity(shown.len());
        for row in shown {
            y += self.look.row;
            body.push(self.cells(row.iter().cloned(), Point::at(at.x, y), kind.colour(self.look.text)));
        }
        marks.push(Mark::Table { head, rows: body });
        (marks, area.bottom())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_fit_as_counted() {
        let table = Table { columns: vec![Column::left("a", 1000)], rows: Vec::new(), look: Look::PLAIN };
        for height in [0, 6399, 6400, 12_799, 12_800, 64_000] {
            let rows = table.rows_in(height);
            assert!(rows == 0 || table.height(rows) <= height, "{height}");
            assert!(table.height(rows + 1) > height, "{height}");
        }
    }
}
