//! The round stamp of an office: a ring, the name along its upper half, a star, a
//! line below; turned a little, as by hand.

use crate::face::width_of;
use crate::mark::{Line, Outline, Step};
use crate::measure::{Colour, Point, Stroke, Um};

/// Turned counter-clockwise by so many degrees.
const TILT: f64 = -10.0;
/// Degrees of the ring that a name may fill.
const SPREAD: f64 = 220.0;

/// A place at a distance and an angle (clockwise from the top) around a centre.
fn around(centre: Point, distance: f64, degrees: f64) -> Point {
    let turned = degrees.to_radians();
    let (x, y) = (distance * turned.sin(), -distance * turned.cos());
    #[expect(clippy::cast_possible_truncation, reason = "distances on a page are far below 31 bits")]
    let (x, y) = (x.round() as Um, y.round() as Um);
    centre.moved(Point::at(x, y))
}

#[expect(clippy::cast_possible_truncation, reason = "angles are far below 31 bits")]
fn thousandths(degrees: f64) -> i32 {
    (degrees * 1000.0).round() as i32
}

/// A circle of four curves.
pub(crate) fn circle(centre: Point, radius: Um) -> Vec<Step> {
    // The handle that makes a Bézier quarter within 0.03 % of a circle.
    let handle = radius * 5523 / 10_000;
    let at = |x: Um, y: Um| centre.moved(Point::at(x, y));
    vec![
        Step::Move(at(radius, 0)),
        Step::Curve(at(radius, handle), at(handle, radius), at(0, radius)),
        Step::Curve(at(-handle, radius), at(-radius, handle), at(-radius, 0)),
        Step::Curve(at(-radius, -handle), at(-handle, -radius), at(0, -radius)),
        Step::Curve(at(handle, -radius), at(radius, -handle), at(radius, 0)),
        Step::Close,
    ]
}

fn star(centre: Point, radius: f64) -> Outline {
    let point = |n: u32| {
        let distance = if n.is_multiple_of(2) { radius } else { radius * 0.382 };
        around(centre, distance, 36.0 * f64::from(n) + TILT)
    };
    let mut steps = vec![Step::Move(point(0))];
    steps.extend((1..10).map(|n| Step::Line(point(n))));
    steps.push(Step::Close);
    Outline { steps, fill: Some(Colour::SEAL), stroke: None }
}

/// The outlines and letters of a stamp.
pub(crate) fn drawn(centre: Point, radius: Um, name: &str, below: &str) -> (Vec<Outline>, Vec<Line>) {
    let whole = f64::from(radius);
    let ring = Outline {
        steps: circle(centre, radius * 93 / 100),
        fill: None,
        stroke: Some(Stroke::of(Colour::SEAL, radius * 6 / 100)),
    };
    let size = radius * 20 / 100;
    let line = |at: Point, degrees: f64, text: String| Line {
        at,
        size,
        bold: true,
        colour: Colour::SEAL,
        tilt: thousandths(degrees),
        text,
    };
    let mut lines = Vec::new();
    // The name: each letter stands on the circle, its foot towards the centre.
    let foot = whole * 0.64;
    let letters: Vec<char> = name.chars().collect();
    let count = f64::from(u32::try_from(letters.len()).unwrap_or(u32::MAX));
    let natural = f64::from(size) * 1.18 / foot * 180.0 / std::f64::consts::PI;
    let step = natural.min(SPREAD / count.max(1.0));
    for (n, letter) in letters.into_iter().enumerate() {
        let middle = (f64::from(u32::try_from(n).unwrap_or(u32::MAX)) - (count - 1.0) / 2.0) * step + TILT;
        let half = f64::from(width_of(&letter.to_string(), size, true)) / 2.0;
        // From the middle of the foot half a letter back along the tangent.
        let at = around(around(centre, foot, middle), half, middle - 90.0);
        lines.push(line(at, middle, letter.to_string()));
    }
    let half = f64::from(width_of(below, size * 9 / 10, true)) / 2.0;
    let foot = around(centre, whole * 0.68, 180.0 + TILT);
    let mut last = line(around(foot, half, TILT - 90.0), TILT, below.to_owned());
    last.size = size * 9 / 10;
    lines.push(last);
    (vec![ring, star(centre, whole * 0.30)], lines)
}
