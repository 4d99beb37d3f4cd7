//! Sheets of cards: A4 with ten ID-1 cards and marks to cut along.

use crate::measure::{Area, Colour, Point, Size, Stroke, Um};
use crate::page::Page;

/// Cards beside one another.
const ACROSS: Um = 2;
/// Cards below one another.
const DOWN: Um = 5;
/// Cards of a sheet.
pub const CARDS_OF_A_SHEET: usize = 10;
/// Between cards.
const GAP: Point = Point::at(4000, 2000);
/// How long a mark to cut along is.
const MARK: Um = 4000;
/// The corner of a card, ISO/IEC 7810.
pub const CORNER: Um = 3180;
const CUT: Stroke = Stroke::of(Colour(0x8a, 0x93, 0x90), 100);

fn column(at: Um) -> Um {
    let all = ACROSS * Size::ID1.width + (ACROSS - 1) * GAP.x;
    (Size::A4.width - all) / 2 + at * (Size::ID1.width + GAP.x)
}

fn row(at: Um) -> Um {
    let all = DOWN * Size::ID1.height + (DOWN - 1) * GAP.y;
    (Size::A4.height - all) / 2 + at * (Size::ID1.height + GAP.y)
}

/// Short lines at the edges of the sheet, in line with the edges of the cards.
fn marked() -> Page {
    let mut page = Page::new(Size::A4);
    for at in 0..ACROSS {
        for x in [column(at), column(at) + Size::ID1.width] {
            let (top, bottom) = (row(0), row(DOWN - 1) + Size::ID1.height);
            page.line(Point::at(x, top - MARK - 1000), Point::at(x, top - 1000), CUT);
            page.line(Point::at(x, bottom + 1000), Point::at(x, bottom + 1000 + MARK), CUT);
        }
    }
    for at in 0..DOWN {
        for y in [row(at), row(at) + Size::ID1.height] {
            let (left, right) = (column(0), column(ACROSS - 1) + Size::ID1.width);
            page.line(Point::at(left - MARK - 1000, y), Point::at(left - 1000, y), CUT);
            page.line(Point::at(right + 1000, y), Point::at(right + 1000 + MARK, y), CUT);
        }
    }
    page
}

fn sheet<'a>(cards: impl Iterator<Item = &'a Page>, mirrored: bool) -> Page {
    let mut page = marked();
    for (n, card) in (0..).zip(cards) {
        let across = if mirrored { ACROSS - 1 - n % ACROSS } else { n % ACROSS };
        let corner = Point::at(column(across), row(n / ACROSS));
        page.place(corner, card);
        let edge = Area::of(corner.x, corner.y, Size::ID1.width, Size::ID1.height);
        page.area(edge, None, Some(CUT.dashed(1000, 800)), CORNER);
    }
    page
}

/// Cards (pages of [`Size::ID1`]) on sheets of ten.
pub fn sheets(cards: &[Page]) -> Vec<Page> {
    cards.chunks(CARDS_OF_A_SHEET).map(|cards| sheet(cards.iter(), false)).collect()
}

/// Fronts and backs of cards on sheets of ten: a page of fronts, then the page of
/// their backs, columns changed over, so that both meet when the sheet is printed
/// on both sides and turned along its long edge.
pub fn sheets_two_sided(cards: &[(Page, Page)]) -> Vec<Page> {
    let both = |cards: &[(Page, Page)]| {
        [sheet(cards.iter().map(|(front, _)| front), false), sheet(cards.iter().map(|(_, back)| back), true)]
    };
    cards.chunks(CARDS_OF_A_SHEET).flat_map(both).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mark::Mark;

    fn places(page: &Page) -> Vec<Point> {
        page.marks.iter().filter_map(|mark| if let Mark::Placed { at, .. } = mark { Some(*at) } else { None }).collect()
    }

    #[test]
    fn ten_cards_fit_with_their_marks() {
        let card = Page::new(Size::ID1);
        let pages = sheets(&vec![card; 11]);
        assert_eq!(pages.iter().map(|page| places(page).len()).collect::<Vec<_>>(), [10, 1]);
        for at in places(&pages[0]) {
            assert!(at.x >= MARK + 1000 && at.x + Size::ID1.width + MARK + 1000 <= Size::A4.width, "{at:?}");
            assert!(at.y >= MARK + 1000 && at.y + Size::ID1.height + MARK + 1000 <= Size::A4.height, "{at:?}");
        }
    }

    #[test]
    fn backs_lie_behind_their_fronts() {
        let card = (Page::new(Size::ID1), Page::new(Size::ID1));
        let pages = sheets_two_sided(&vec![card; 3]);
        let (fronts, backs) = (places(&pages[0]), places(&pages[1]));
        for (front, back) in fronts.iter().zip(&backs) {
            assert_eq!(front.y, back.y);
            assert_eq!(front.x + Size::ID1.width, Size::A4.width - back.x);
        }
    }
}
