//! A page: a drawing of a size, made of marks.

use crate::face::{printable, width_of, wrapped};
use crate::mark::{Line, Mark, Outline, Step};
use crate::measure::{Align, Area, Colour, Point, Role, Size, Stroke, Type, Um};
use crate::qr::{self, TooLong};
use crate::stamp;
use crate::table::Table;
use std::ops::Range;

/// Marks of one page at most; more are a mistake of the caller's.
pub const MARKS_MAX: usize = 20_000;

/// A drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    size: Size,
    pub(crate) marks: Vec<Mark>,
}

/// A line of text placed by its kind.
pub(crate) fn placed(at: Point, kind: Type, text: &str) -> (Line, Um) {
    let text = printable(text);
    let width = width_of(&text, kind.size, kind.bold);
    let shift = match kind.align {
        Align::Left => 0,
        Align::Centre => width / 2,
        Align::Right => width,
    };
    let at = Point::at(at.x - shift, at.y);
    (Line { at, size: kind.size, bold: kind.bold, colour: kind.colour, tilt: 0, text }, width)
}

impl Page {
    /// An empty page.
    pub fn new(size: Size) -> Self {
        Self { size, marks: Vec::new() }
    }

    /// Its size.
    pub fn size(&self) -> Size {
        self.size
    }

    fn push(&mut self, mark: Mark) {
        debug_assert!(self.marks.len() < MARKS_MAX, "a page of more than {MARKS_MAX} marks");
        self.marks.push(mark);
    }

    /// One line of text on its base line; answers its width.
    pub fn text(&mut self, at: Point, kind: Type, text: &str) -> Um {
        let (line, width) = placed(at, kind, text);
        if !line.text.trim().is_empty() {
            self.push(Mark::Text { role: kind.role, lines: vec![line] });
        }
        width
    }

    /// Text in an area, broken into lines; answers the height used. What is longer
    /// than the area goes on below it.
    pub fn text_in(&mut self, area: Area, kind: Type, text: &str) -> Um {
        let x = match kind.align {
            Align::Left => area.x,
            Align::Centre => area.x + area.width / 2,
            Align::Right => area.right(),
        };
        let mut lines = Vec::new();
        let mut y = area.y;
        for line in wrapped(text, kind.size, kind.bold, area.width) {
            let base = y + Um::midpoint(kind.line_height(), kind.size * 3 / 4);
            if !line.trim().is_empty() {
                lines.push(placed(Point::at(x, base), kind, &line).0);
            }
            y += kind.line_height();
        }
        if !lines.is_empty() {
            self.push(Mark::Text { role: kind.role, lines });
        }
        y - area.y
    }

    /// A straight line.
    pub fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        let steps = vec![Step::Move(from), Step::Line(to)];
        self.push(Mark::Outline(Outline { steps, fill: None, stroke: Some(stroke) }));
    }

    /// A rectangle; `radius` rounds its corners.
    pub fn area(&mut self, area: Area, fill: Option<Colour>, stroke: Option<Stroke>, radius: Um) {
        self.push(Mark::Outline(Outline { steps: rectangle(area, radius), fill, stroke }));
    }

    /// A closed shape with straight sides.
    pub fn shape(&mut self, points: &[Point], fill: Colour) {
        let Some((first, rest)) = points.split_first() else { return };
        let mut steps = vec![Step::Move(*first)];
        steps.extend(rest.iter().map(|point| Step::Line(*point)));
        steps.push(Step::Close);
        self.push(Mark::Outline(Outline { steps, fill: Some(fill), stroke: None }));
    }

    /// A circle.
    pub fn circle(&mut self, centre: Point, radius: Um, fill: Option<Colour>, stroke: Option<Stroke>) {
        self.push(Mark::Outline(Outline { steps: stamp::circle(centre, radius), fill, stroke }));
    }

    /// A QR code of error level M that fills `square`; leave four modules of quiet
    /// around it. Answers the modules of a side.
    pub fn qr(&mut self, square: Area, text: &str, alt: &str, colour: Colour) -> Result<usize, TooLong> {
        let (outline, side) = qr::drawn(square, text, colour)?;
        self.push(Mark::Figure { alt: alt.to_owned(), outlines: vec![outline], lines: Vec::new() });
        Ok(side)
    }

    /// The round stamp of an office: `name` around, a star, `below` under it.
    pub fn stamp(&mut self, centre: Point, radius: Um, name: &str, below: &str) {
        let (outlines, lines) = stamp::drawn(centre, radius, &printable(name), &printable(below));
        self.push(Mark::Figure { alt: format!("{name} {below}"), outlines, lines });
    }

    /// A table's head and some of its rows; answers where it ends.
    pub fn table(&mut self, at: Point, table: &Table, rows: Range<usize>) -> Um {
        let (marks, bottom) = table.drawn(at, rows);
        self.marks.extend(marks);
        bottom
    }

    /// Another drawing inside this one.
    pub fn place(&mut self, at: Point, drawing: &Self) {
        self.push(Mark::Placed { at, marks: drawing.marks.clone() });
    }

    /// The text of the title, for the outline of the document.
    pub(crate) fn title(&self) -> Option<String> {
        self.marks.iter().find_map(|mark| match mark {
            Mark::Text { role: Role::Title, lines } => {
                Some(lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" "))
            }
            _ => None,
        })
    }
}

fn rectangle(area: Area, radius: Um) -> Vec<Step> {
    let Area { x, y, width, height } = area;
    let (right, bottom) = (x + width, y + height);
    let radius = radius.clamp(0, width.min(height) / 2);
    if radius == 0 {
        let mut steps = vec![Step::Move(Point::at(x, y))];
        steps.extend([(right, y), (right, bottom), (x, bottom)].map(|(x, y)| Step::Line(Point::at(x, y))));
        steps.push(Step::Close);
        return steps;
    }
    // The rest of the handle of a quarter circle, see the stamp's.
    let rest = radius - radius * 5523 / 10_000;
    vec![
        Step::Move(Point::at(x + radius, y)),
        Step::Line(Point::at(right - radius, y)),
        Step::Curve(Point::at(right - rest, y), Point::at(right, y + rest), Point::at(right, y + radius)),
        Step::Line(Point::at(right, bottom - radius)),
        Step::Curve(
            Point::at(right, bottom - rest),
            Point::at(right - rest, bottom),
            Point::at(right - radius, bottom),
        ),
        Step::Line(Point::at(x + radius, bottom)),
        Step::Curve(Point::at(x + rest, bottom), Point::at(x, bottom - rest), Point::at(x, bottom - radius)),
        Step::Line(Point::at(x, y + radius)),
        Step::Curve(Point::at(x, y + rest), Point::at(x + rest, y), Point::at(x + radius, y)),
        Step::Close,
    ]
}
