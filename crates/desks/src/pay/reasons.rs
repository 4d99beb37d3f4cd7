//! Why an amount is what it is, opened step by step: an amount, the numbers, the rule,
//! and what it is made of. The leaves of a tree sum to its amount.

use adjudication::{Explanation, Why};
use kernel::Fen;
use maud::{Markup, html};
use web::icons::{Icon, icon};
use web::layout::{Head, Surface, document, language_switch};
use web::words::{Lang, Word};

/// An amount and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What it is.
    pub label: String,
    /// How much; below zero where it lowers what it stands under.
    pub amount: Fen,
    /// The numbers; may be empty.
    pub how: String,
    /// Its place in the plan; may be empty.
    pub rule: String,
    /// What it is made of.
    pub of: Vec<Reason>,
}

impl Reason {
    /// An amount that is made of nothing else.
    pub fn leaf(label: &str, amount: Fen) -> Self {
        Self { label: label.to_owned(), amount, how: String::new(), rule: String::new(), of: Vec::new() }
    }

    /// The sum of parts; those of nothing are left out.
    pub fn sum(label: &str, of: Vec<Self>) -> Self {
        let amount = of.iter().fold(Fen::ZERO, |sum, part| Fen(sum.0.saturating_add(part.amount.0)));
        let of = of.into_iter().filter(|part| part.amount != Fen::ZERO).collect();
        Self { label: label.to_owned(), amount, how: String::new(), rule: String::new(), of }
    }

    /// With its numbers.
    #[must_use]
    pub fn how(self, how: String) -> Self {
        Self { how, ..self }
    }

    /// As the adjudicator explains it.
    pub fn told(lang: Lang, why: &Why) -> Self {
        let (label, how) = match lang {
            Lang::Zh => (&why.zh, &why.zh_how),
            Lang::En => (&why.en, &why.en_how),
        };
        Self {
            label: label.clone(),
            amount: why.fen,
            how: how.clone(),
            rule: why.path.clone(),
            of: why.of.iter().map(|part| Self::told(lang, part)).collect(),
        }
    }

    /// The four trees of a settlement, what the person pays first.
    pub fn all(lang: Lang, explanation: &Explanation) -> Vec<Self> {
        let trees = [&explanation.purses, &explanation.person, &explanation.bearers, &explanation.fee];
        trees.into_iter().map(|tree| Self::told(lang, tree)).collect()
    }
}

/// One tree; its first step stands open.
pub fn tree(lang: Lang, reason: &Reason) -> Markup {
    html! { div.why data-tree=(reason.amount.0) { (step(lang, reason, true)) } }
}

fn step(lang: Lang, reason: &Reason, open: bool) -> Markup {
    html! {
        @if reason.of.is_empty() {
            div.leaf data-leaf=(reason.amount.0) { span { (reason.label) } b.num { (reason.amount) } (numbers(lang, reason)) }
        } @else {
            details open[open] {
                summary { span { (reason.label) } b.num { (reason.amount) } }
                (numbers(lang, reason))
                ul { @for part in &reason.of { li { (step(lang, part, false)) } } }
            }
        }
    }
}

fn numbers(lang: Lang, reason: &Reason) -> Markup {
    html! {
        @if !reason.how.is_empty() { p.how { "= " (reason.how) } }
        @if !reason.rule.is_empty() { p.how.rule { (lang.fill(Word::PayRule, &[&reason.rule])) } }
    }
}

/// Why a settlement is what it is.
#[derive(Debug, Clone)]
pub struct WhyPage {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// Large type.
    pub elder: bool,
    /// Where the way back leads.
    pub back: String,
    /// The plan: its name and version.
    pub plan: String,
    /// The trees.
    pub reasons: Vec<Reason>,
}

/// The whole page.
pub fn why_page(view: &WhyPage) -> Markup {
    let lang = view.lang;
    let surface = if view.elder { Surface::PhoneRoomElder } else { Surface::PhoneRoom };
    document(
        Head { lang, title: &lang[Word::PayWhy], surface, scripts: &[], refresh_seconds: None },
        html! {
            header.ph-top {
                a.round href=(view.back) aria-label=(lang[Word::Back]) { (icon(Icon::Back)) }
                h1 { (lang[Word::PayWhy]) }
                (language_switch(lang, &view.here, "chip"))
            }
            main id="main" {
                p.foot.plain { (lang[Word::PayWhyLead]) }
                @for reason in &view.reasons { section.panel { (tree(lang, reason)) } }
                p.foot.plain.mono { (view.plan) }
            }
        },
    )
}
