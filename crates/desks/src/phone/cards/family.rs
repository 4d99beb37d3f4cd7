//! The panels of mandates: who may show one's code, whose one may show, and the form
//! that gives leave.

use super::pages::{Cards, END, GIVE, Step, hidden, nothing};
use kernel::purpose::Purpose;
use maud::{Markup, html};
use web::icons::{Icon, icon};
use web::widgets::{Tone, tag};
use web::words::{Lang, Word, dates};

/// Leave to show a code, with the masked name of the other side.
#[derive(Debug, Clone)]
pub struct Mandate {
    /// Its number as text.
    pub id: String,
    /// The other side, the id as text.
    pub person: String,
    /// Their masked name.
    pub name: String,
    /// Whether it is a guardian's.
    pub guardian: bool,
    /// For what; nothing named means everything.
    pub purposes: Vec<Purpose>,
    /// Until when, microseconds UTC.
    pub until_at: Option<i64>,
    /// Up to which amount, whole yuan as written.
    pub limit: Option<String>,
}

/// What somebody may do, as the form offers it: the word, the field's value, the codes
/// of the purposes.
pub const OFFERED: [(Word, &str, &[&str]); 4] = [
    (Word::GiveDrugs, "drugs", &["01302", "02121", "02122"]),
    (Word::GiveReports, "reports", &["01303", "01304", "01305"]),
    (Word::GivePaying, "paying", &["01101", "01102", "01104", "01202", "01301"]),
    (Word::GiveVisits, "visits", &["01201", "01203", "01204", "01103"]),
];

/// How long, as the form offers it: the word and the days.
pub const LENGTHS: [(Word, &str); 4] =
    [(Word::GiveDay, "1"), (Word::GiveWeek, "7"), (Word::GiveMonth, "30"), (Word::GiveYear, "365")];

/// What the form was filled in with when it could not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The number of the identity card.
    pub number: String,
    /// Values of [`OFFERED`].
    pub chosen: Vec<String>,
    /// A value of [`LENGTHS`].
    pub days: String,
    /// The limit as written.
    pub limit: String,
    /// Whether the form stands open.
    pub open: bool,
}

impl Default for Wish {
    /// What most people want: medicine fetched within a week.
    fn default() -> Self {
        Self {
            number: String::new(),
            chosen: vec!["drugs".into()],
            days: "7".into(),
            limit: String::new(),
            open: false,
        }
    }
}

/// Who may show one's code, and the form.
pub(super) fn given(view: &Cards) -> Markup {
    let lang = view.lang;
    html! {
        section.panel aria-labelledby="given" {
            h2 id="given" { (lang[Word::GivenTitle]) }
            @if view.given.is_empty() { (nothing(Icon::Lock, &lang[Word::GivenNone], None)) } @else {
                ul.things {
                    @for one in &view.given {
                        li data-test="given" {
                            (told(lang, view.now, one))
                            div.steps { (end(lang, view.elder, one)) }
                        }
                    }
                }
            }
            details.fold open[view.wish.open] {
                summary { (lang[Word::GiveTitle]) }
                (form(view))
            }
        }
    }
}

fn end(lang: Lang, elder: bool, one: &Mandate) -> Markup {
    let step = Step {
        to: END,
        fields: &[("mandate", &one.id)],
        what: Word::MandateEnd,
        says: Word::MandateEndSays,
        do_it: Word::MandateEndDo,
        of: &one.name,
    };
    step.markup(lang, elder)
}

/// Whose code one may show.
pub(super) fn held(view: &Cards) -> Markup {
    let lang = view.lang;
    html! {
        section.panel aria-labelledby="held" {
            h2 id="held" { (lang[Word::HeldTitle]) }
            @if view.held.is_empty() { (nothing(Icon::Person, &lang[Word::HeldNone], Some(&lang[Word::HeldNoneHow]))) } @else {
                ul.things {
                    @for one in &view.held {
                        li data-test="held" {
                            (told(lang, view.now, one))
                            // The code of somebody else is made by this phone, by its script.
                            noscript { p { (lang[Word::MandateShowScript]) } }
                            a.btn hidden data-scripted href={ "/phone?" @if view.elder { "elder=1&" } "for=" (one.person) } {
                                (icon(Icon::Code)) (lang[Word::MandateShow]) span.sr { " · " (one.name) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Who, why, for what, until when.
fn told(lang: Lang, now: i64, one: &Mandate) -> Markup {
    let kind = if one.guardian { Word::KindGuardian } else { Word::KindDelegate };
    let names: Vec<&str> = one
        .purposes
        .iter()
        .map(|purpose| match lang {
            Lang::Zh => purpose.zh,
            Lang::En => purpose.en,
        })
        .collect();
    let joined = names.join(match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    });
    let what = if names.is_empty() { &lang[Word::MandateAll] } else { joined.as_str() };
    let until = one.until_at.map(|at| {
        let day = dates::short_date(lang, at, now);
        lang.fill(Word::MandateUntil, &[&format!("{day} {}", dates::clock(at))])
    });
    html! {
        div.head { b { (one.name) } (tag(Tone::Quiet, &lang[kind])) }
        p { (lang.fill(Word::MandateFor, &[what])) }
        p {
            @match &until { Some(until) => (until), None => (lang[Word::MandateNoEnd]) }
            @if let Some(limit) = &one.limit { " · " (lang.fill(Word::MandateLimit, &[limit])) }
        }
    }
}

fn form(view: &Cards) -> Markup {
    let (lang, wish) = (view.lang, &view.wish);
    html! {
        form.give method="post" action=(GIVE) {
            (hidden(&[], view.elder))
            div.field {
                label for="number" { (lang[Word::GiveNumber]) }
                input id="number" name="number" type="text" required maxlength="18" value=(wish.number) autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="number-hint";
                small id="number-hint" { (lang[Word::GiveNumberHint]) }
            }
            fieldset {
                legend { (lang[Word::GiveFor]) }
                @for (word, value, _codes) in OFFERED {
                    label.choice {
                        input type="checkbox" name="for" value=(value) checked[wish.chosen.iter().any(|one| one == value)];
                        span { (lang[word]) }
                    }
                }
            }
            div.field {
                label for="days" { (lang[Word::GiveLong]) }
                select id="days" name="days" {
                    @for (word, days) in LENGTHS { option value=(days) selected[wish.days == days] { (lang[word]) } }
                }
            }
            div.field {
                label for="limit" { (lang[Word::GiveLimit]) }
                input id="limit" name="limit" type="text" inputmode="decimal" maxlength="10" value=(wish.limit) autocomplete="off" aria-describedby="limit-hint";
                small id="limit-hint" { (lang[Word::GiveLimitHint]) }
            }
            button.btn.main { (lang[Word::GiveDo]) }
        }
    }
}
