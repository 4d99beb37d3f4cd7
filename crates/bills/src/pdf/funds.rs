//! Who paid what: a bar in proportion, a box for each part, and the sum as a line
//! that anybody can add up.

use super::words::Words;
use crate::rules::content::Content;
use crate::rules::parts::fund_name;
use kernel::Fen;
use print::{Area, Colour, Page, Point, Stroke, Type, Um};

/// The height of bar and boxes.
pub(crate) const HEIGHT: Um = 15_400;
const BAR: Um = 1900;
/// Boxes beside one another at most; more funds are put together.
const BOXES_MAX: usize = 7;

/// One part.
pub(crate) struct Part {
    name: String,
    amount: Fen,
    colour: Colour,
}

const FUNDS: [Colour; 3] = [Colour::INDIGO_600, Colour(0x5d, 0x7b, 0xcb), Colour(0x93, 0xa8, 0xdf)];

/// The pooled funds of employees and of residents; supplements and medical aid have
/// codes that end alike.
const POOLED: [&str; 2] = ["310100", "390100"];

/// The parts of a bill: the pooled fund, account, relatives and cash always, the
/// others where they pay. One entry, one amount: together they are the total.
pub(crate) fn parts(content: &Content, words: &Words, english: bool) -> Vec<Part> {
    let all = &content.parts;
    let mut paying: Vec<(String, Fen)> = Vec::new();
    for part in all.funds.iter().filter(|part| part.amount != Fen::ZERO) {
        paying.push((fund_name(&part.fund, english).to_owned(), part.amount));
    }
    match paying.as_mut_slice() {
        [] => paying.push((words.pooled.to_owned(), Fen::ZERO)),
        [(name, _)]
            if all.funds.iter().any(|part| part.amount != Fen::ZERO && POOLED.contains(&part.fund.as_str())) =>
        {
            words.pooled.clone_into(name);
        }
        _ => {}
    }
    let borne = usize::from(all.hospital != Fen::ZERO);
    let room = BOXES_MAX.saturating_sub(3).saturating_sub(borne);
    if paying.len() > room {
        let rest: Vec<(String, Fen)> = paying.drain(room.saturating_sub(1)..).collect();
        // The sum is a part of the funds' sum, which was checked at issue.
        let sum = rest.iter().try_fold(Fen::ZERO, |sum, (_, amount)| sum.plus(*amount)).unwrap_or_default();
        paying.push((words.other_funds.to_owned(), sum));
    }
    let mut parts: Vec<Part> = paying
        .into_iter()
        .zip(FUNDS.into_iter().cycle())
        .map(|((name, amount), colour)| Part { name, amount, colour })
        .collect();
    let mut add = |name: &str, amount, colour| parts.push(Part { name: name.to_owned(), amount, colour });
    add(words.account, all.account, Colour::JADE_600);
    add(words.mutual, all.mutual, Colour(0x7f, 0xbf, 0xb2));
    add(words.cash, all.cash, Colour::SLATE);
    if borne == 1 {
        add(words.hospital, all.hospital, Colour(0xf0, 0xbd, 0x5a));
    }
    parts
}

/// `187.90 + 52.30 + 15.00 + 31.20 = 286.40`
pub(crate) fn sum_line(parts: &[Part], total: Fen) -> String {
    let mut line = String::new();
    for part in parts {
        let amount = part.amount.to_string();
        let (sign, size) = match (line.is_empty(), amount.strip_prefix('-')) {
            (true, _) => ("", amount.as_str()),
            (false, None) => (" + ", amount.as_str()),
            (false, Some(size)) => (" - ", size),
        };
        line.push_str(sign);
        line.push_str(size);
    }
    format!("{line} = {total}")
}

/// A length in proportion to a part.
fn length(width: Um, part: Fen, total: Fen) -> Um {
    let whole = i128::from(total.0.unsigned_abs()).max(1);
    let long = i128::from(width) * i128::from(part.0.unsigned_abs()) / whole;
    Um::try_from(long).unwrap_or(width).min(width)
}

/// Draws bar and boxes at the upper left corner `at`.
pub(crate) fn drawn(page: &mut Page, at: Point, width: Um, parts: &[Part], total: Fen, ink: Colour) {
    let (rule, frame) = (Colour(0xd3, 0xa9, 0xa3), Colour(0xb0, 0x68, 0x5f));
    let mut x = at.x;
    for part in parts {
        let long = length(width, part.amount, total);
        page.area(Area::of(x, at.y, long, BAR), Some(part.colour), None, 0);
        x += long;
    }
    let count = Um::try_from(parts.len()).unwrap_or(Um::MAX).max(1);
    let each = width / count;
    for (n, part) in (0..).zip(parts) {
        let left = at.x + n * each;
        if n > 0 {
            page.line(Point::at(left, at.y + BAR), Point::at(left, at.y + HEIGHT), Stroke::of(rule, 260));
        }
        page.area(Area::of(left + 2600, at.y + BAR + 2900, 1800, 1800), Some(part.colour), None, 300);
        let label = Type::plain(2900).colour(Colour(0x5a, 0x4a, 0x45));
        page.text(
            Point::at(left + 5200, at.y + BAR + 4800),
            label,
            &print::fitted(&part.name, 2900, false, each - 6500),
        );
        let amount = Type::plain(3900).bold().colour(ink);
        page.text(Point::at(left + 2600, at.y + BAR + 10_600), amount, &part.amount.to_string());
    }
    page.area(Area::of(at.x, at.y, width, HEIGHT), None, Some(Stroke::of(frame, 400)), 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::words::words;
    use web::Lang;

    fn named(funds: &[(&str, i64)]) -> Vec<String> {
        let funds: Vec<serde_json::Value> =
            funds.iter().map(|(fund, amount)| serde_json::json!({"fund": fund, "amount": amount})).collect();
        let body = serde_json::json!({
            "v": 1, "code": "99010126", "number": "1000100000001", "check": "7be03a", "kind": "outpatient",
            "issued_at": 0, "institution": "71", "issuer": "", "region": "", "check_at": "", "visit": "",
            "serial": "", "payer": {"name": "", "document": "", "insured": ""}, "lines": [],
            "parts": {"total": 5, "funds": funds, "account": 0, "mutual": 0, "cash": 0, "hospital": 0},
        });
        let content = Content::read(&serde_json::to_vec(&body).unwrap()).expect("a bill");
        parts(&content, words(Lang::Zh), false).into_iter().map(|part| part.name).collect()
    }

    #[test]
    fn a_fund_that_pays_alone_keeps_its_name() {
        for (fund, name) in [
            ("310100", "医保统筹基金"),
            ("390100", "医保统筹基金"),
            ("610100", "医疗救助"),
            ("320100", "公务员补助"),
            ("330100", "职工大额补助"),
        ] {
            let first = named(&[("310100", 0), (fund, 5)]).into_iter().next();
            assert_eq!(first.as_deref(), Some(name), "{fund}");
        }
        assert_eq!(named(&[("310100", 3), ("610100", 2)])[..2], ["职工统筹基金", "医疗救助"]);
    }
}
