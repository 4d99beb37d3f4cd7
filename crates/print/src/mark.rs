//! What a page holds until it is written: a list of marks, nothing of PDF yet.

use crate::measure::Role;
use crate::measure::{Colour, Point, Stroke, Um};

/// One step of an outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Move(Point),
    Line(Point),
    /// Two control points and the end.
    Curve(Point, Point, Point),
    Close,
}

/// One line of text, from the left on its base line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) at: Point,
    pub(crate) size: Um,
    pub(crate) bold: bool,
    pub(crate) colour: Colour,
    /// Turned clockwise around `at`, thousandths of a degree.
    pub(crate) tilt: i32,
    pub(crate) text: String,
}

/// An outline, filled or drawn or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(crate) steps: Vec<Step>,
    pub(crate) fill: Option<Colour>,
    pub(crate) stroke: Option<Stroke>,
}

/// The cell of a table.
pub(crate) type Cell = Vec<Line>;

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// One paragraph of one line or more.
    Text { role: Role, lines: Vec<Line> },
    /// Not read aloud.
    Outline(Outline),
    /// Read aloud as `alt`.
    Figure { alt: String, outlines: Vec<Outline>, lines: Vec<Line> },
    /// Cells in rows, the first of them the head; their rules are marks before it.
    Table { head: Vec<Cell>, rows: Vec<Vec<Cell>> },
    /// Another drawing at a place.
    Placed { at: Point, marks: Vec<Mark> },
}
