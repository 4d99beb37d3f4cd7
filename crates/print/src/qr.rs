//! A text as a QR code of error level M, drawn as runs of dark modules.

use crate::mark::{Outline, Step};
use crate::measure::{Area, Colour, Point, Um};
use fast_qr::{ECL, QRBuilder};
use std::fmt;

/// A text longer than a QR code can hold (about 2,300 bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is longer than a QR code can hold")
    }
}

impl std::error::Error for TooLong {}

/// The dark modules inside `square`, and how many modules a side has.
pub(crate) fn drawn(square: Area, text: &str, colour: Colour) -> Result<(Outline, usize), TooLong> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().map_err(|_too_long| TooLong)?;
    let side = i64::try_from(code.size).map_err(|_never| TooLong)?;
    let edge = |module: usize, whole: Um| -> Um {
        let at = i64::try_from(module).unwrap_or(side) * i64::from(whole) / side;
        Um::try_from(at).unwrap_or(whole)
    };
    let mut steps = Vec::new();
    for row in 0..code.size {
        let dark: Vec<bool> = code[row].iter().take(code.size).map(|module| module.value()).collect();
        let mut from = 0;
        for run in dark.chunk_by(|one, other| one == other) {
            if run.first() == Some(&true) {
                let (left, right) =
                    (square.x + edge(from, square.width), square.x + edge(from + run.len(), square.width));
                let (top, bottom) = (square.y + edge(row, square.height), square.y + edge(row + 1, square.height));
                steps.push(Step::Move(Point::at(left, top)));
                steps.extend([(right, top), (right, bottom), (left, bottom)].map(|(x, y)| Step::Line(Point::at(x, y))));
                steps.push(Step::Close);
            }
            from += run.len();
        }
    }
    Ok((Outline { steps, fill: Some(colour), stroke: None }, code.size))
}
