//! The fund bar: who pays how much of a bill. It is drawn only when its parts add up
//! to the whole, so that no page can show money that does not.

use crate::words::{Lang, Word};
use kernel::{Bp, Fen};
use maud::{Markup, html};

/// Who pays a part; decides the colour, which never speaks alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payer {
    /// The pooled fund and those behind it.
    Fund,
    /// The person's own account.
    Account,
    /// Relatives' accounts.
    Family,
    /// The person.
    Own,
    /// The institution, which may not charge it.
    Institution,
}

impl Payer {
    const fn class(self) -> &'static str {
        match self {
            Self::Fund => "b1",
            Self::Account => "b2",
            Self::Family => "b3",
            Self::Own => "b4",
            Self::Institution => "b5",
        }
    }
}

/// A part of a bill.
#[derive(Debug, Clone)]
pub struct Part {
    /// Who pays it.
    pub payer: Payer,
    /// What it is called, in the page's language.
    pub name: String,
    /// Beside the name, small: a balance, a person; may be empty.
    pub note: String,
    /// How much.
    pub amount: Fen,
}

/// Parts that add up to a whole.
#[derive(Debug, Clone)]
pub struct Bar {
    total: Fen,
    parts: Vec<Part>,
}

/// Units of the drawn bar.
const WIDTH: i64 = 1000;

impl Bar {
    /// Nothing when a part is negative or the parts are not the whole; parts of zero
    /// are left out.
    pub fn of(total: Fen, parts: Vec<Part>) -> Option<Self> {
        let sum = parts.iter().try_fold(Fen::ZERO, |sum, part| sum.plus(part.amount))?;
        let fine = sum == total && parts.iter().all(|part| part.amount >= Fen::ZERO);
        let parts = parts.into_iter().filter(|part| part.amount > Fen::ZERO).collect();
        fine.then_some(Self { total, parts })
    }

    /// Where each part begins and how wide it is: rounded so that the last ends at
    /// the end.
    fn spans(&self) -> Vec<(i64, i64)> {
        let mut before = 0i64;
        let mut spans = Vec::new();
        for part in &self.parts {
            let at = |sum: i64| {
                i64::try_from(i128::from(sum) * i128::from(WIDTH) / i128::from(self.total.0.max(1))).unwrap_or(WIDTH)
            };
            let from = at(before);
            before = before.saturating_add(part.amount.0);
            spans.push((from, at(before) - from));
        }
        spans
    }

    /// The share of a part, in basis points.
    fn share(&self, part: &Part) -> Bp {
        let share = i128::from(part.amount.0) * 1000 / i128::from(self.total.0.max(1));
        Bp(i32::try_from(share).unwrap_or(0).saturating_mul(10))
    }

    /// The bar and its legend.
    pub fn draw(&self, lang: Lang) -> Markup {
        let said: Vec<String> = self.parts.iter().map(|part| format!("{} {}", part.name, part.amount)).collect();
        let label = lang
            .fill(Word::FundBar, &[&self.total.to_string(), &said.join(if lang == Lang::En { ", " } else { "，" })]);
        html! {
            svg.fundbar viewBox=(format!("0 0 {WIDTH} 48")) preserveAspectRatio="none" role="img" aria-label=(label) {
                @for (part, (from, wide)) in self.parts.iter().zip(self.spans()) {
                    rect class=(part.payer.class()) x=(from) y="0" width=(wide) height="48" {}
                }
            }
            dl.shares {
                @for part in &self.parts {
                    dt {
                        i class=(part.payer.class()) aria-hidden="true" {}
                        (part.name)
                        @if part.payer == Payer::Fund { " " small { (self.share(part)) } }
                        @if !part.note.is_empty() { " " small { (part.note) } }
                    }
                    dd.num { (part.amount) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(amount: i64) -> Part {
        Part { payer: Payer::Fund, name: "x".into(), note: String::new(), amount: Fen(amount) }
    }

    #[test]
    fn what_does_not_add_up_is_not_drawn() {
        assert!(Bar::of(Fen(100), vec![part(60), part(40)]).is_some());
        assert!(Bar::of(Fen(100), vec![part(60), part(41)]).is_none());
        assert!(Bar::of(Fen(100), vec![part(160), part(-60)]).is_none());
        assert!(Bar::of(Fen(0), vec![part(i64::MAX), part(1)]).is_none());
    }

    proptest! {
        #[test]
        fn the_drawn_parts_fill_the_bar(amounts in proptest::collection::vec(0..10_000_000i64, 1..6)) {
            let total: i64 = amounts.iter().sum();
            let bar = Bar::of(Fen(total), amounts.iter().map(|one| part(*one)).collect()).unwrap();
            let spans = bar.spans();
            let mut end = 0;
            for (from, wide) in &spans {
                prop_assert_eq!(*from, end);
                prop_assert!(*wide >= 0);
                end = from + wide;
            }
            prop_assert!(spans.is_empty() || end == WIDTH);
            prop_assert!(bar.draw(Lang::Zh).into_string().matches("<dd").count() == spans.len());
        }
    }
}
