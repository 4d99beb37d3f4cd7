//! The code as a drawing: error level M, a quiet zone of four modules, jade ink,
//! and the mark over less than 4 % of the area, which level M makes good.

use fast_qr::{ECL, QRBuilder};
use maud::{Markup, PreEscaped, html};
use std::fmt::Write;

/// Light modules around the code (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

/// The drawing of `text` with its meaning for screen readers; nothing when the
/// text is longer than a code can hold (about 2,300 bytes).
pub fn qr_svg(text: &str, label: &str) -> Markup {
    let Some(modules) = modules(text) else {
        return html! {};
    };
    let side = modules.len() + 2 * QUIET;
    let mark = mark_side(modules.len());
    let start = (side - mark) / 2;
    html! {
        svg.qrcode xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {side} {side}")) role="img" aria-label=(label) {
            rect width=(side) height=(side) fill="#fff" {}
            path shape-rendering="crispEdges" fill="#06352e" d=(path(&modules)) {}
            @if mark > 0 {
                svg x=(start) y=(start) width=(mark) height=(mark) viewBox="-3 -3 34 34" {
                    rect x="-3" y="-3" width="34" height="34" fill="#fff" {}
                    rect x="1.5" y="1.5" width="25" height="25" rx="7" fill="none" stroke="#0b6f5f" stroke-width="3" {}
                    path d="M8 10.500A2.500 2.500 0 0 1 10.500 8H14v12h-3.500A2.500 2.500 0 0 1 8 17.500z" fill="#0b6f5f" {}
                    path d="M14 8h3.500A2.500 2.500 0 0 1 20 10.500v7a2.500 2.500 0 0 1-2.500 2.500H14z" fill="#2b4fb0" {}
                }
            }
        }
    }
}

/// The drawing without the mark, for printed sheets and authenticator set-up.
pub fn plain_qr_svg(text: &str, label: &str) -> Markup {
    let Some(modules) = modules(text) else {
        return html! {};
    };
    let side = modules.len() + 2 * QUIET;
    let path = PreEscaped(path(&modules));
    html! {
        svg.qrcode xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {side} {side}")) role="img" aria-label=(label) {
            rect width=(side) height=(side) fill="#fff" {}
            path shape-rendering="crispEdges" fill="#000" d=(path) {}
        }
    }
}

/// Rows of dark (true) and light modules, without the quiet zone.
fn modules(text: &str) -> Option<Vec<Vec<bool>>> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let row = |row: usize| code[row].iter().take(code.size).map(|module| module.value()).collect();
    Some((0..code.size).map(row).collect())
}

/// Dark modules as horizontal runs.
fn path(modules: &[Vec<bool>]) -> String {
    let mut drawn = String::new();
    for (y, row) in modules.iter().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, other| one == other) {
            if run.first() == Some(&true) {
                // Writing into a String cannot fail.
                let _ = write!(drawn, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len());
            }
            x += run.len();
        }
    }
    drawn
}

/// The side of the mark in modules: odd like the code's, so that it covers whole
/// modules, and at most 19 % of the side (3.6 % of the area).
fn mark_side(modules: usize) -> usize {
    let most = modules * 19 / 100;
    if most < 3 { 0 } else { most - usize::from(most.is_multiple_of(2)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws the modules as the page shows them, mark included, and reads them back.
    fn read_back(text: &str) -> String {
        const SCALE: usize = 4;
        let modules = modules(text).unwrap();
        let side = modules.len() + 2 * QUIET;
        let mark = mark_side(modules.len());
        let start = (side - mark) / 2;
        let light = |x: usize, y: usize| {
            let (x, y) = (x / SCALE, y / SCALE);
            let in_mark = (start..start + mark).contains(&x) && (start..start + mark).contains(&y);
            let dark = x >= QUIET
                && y >= QUIET
                && modules.get(y - QUIET).and_then(|row| row.get(x - QUIET)).copied().unwrap_or(false);
            in_mark || !dark
        };
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(
                side * SCALE,
                side * SCALE,
                |x, y| {
                    if light(x, y) { 255 } else { 0 }
                },
            );
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn codes_read_back_under_the_mark() {
        for length in [20, 60, 90, 120, 180, 260] {
            let body: String = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
                .chars()
                .cycle()
                .skip(length)
                .step_by(7)
                .take(length)
                .collect();
            let text = format!("YM1:{body}");
            assert_eq!(read_back(&text), text);
        }
    }

    #[test]
    fn a_code_page_sized_text_stays_scannable_on_a_phone() {
        let modules = modules(&format!("YM1:{}", "A7".repeat(45))).unwrap();
        assert!(modules.len() <= 45, "{} modules a side", modules.len());
        assert!(mark_side(modules.len()).pow(2) * 100 <= 4 * modules.len().pow(2));
    }

    #[test]
    fn too_long_a_text_draws_nothing() {
        assert!(qr_svg(&"x".repeat(4000), "code").into_string().is_empty());
    }
}
