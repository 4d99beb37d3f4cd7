//! Who is in front of you: name and index, allergies and conditions first, how
//! insured, and the clock of the grant with its end button.

use super::{Tone, instant, tag};
use crate::words::{Lang, Word, dates};
use kernel::time::MINUTE;
use maud::{Markup, html};

/// Administrative sex as on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Recorded as other.
    Other,
    /// Not recorded.
    Unknown,
}

impl Sex {
    /// Its word.
    pub const fn word(self) -> Word {
        match self {
            Self::Male => Word::Male,
            Self::Female => Word::Female,
            Self::Other => Word::OtherSex,
            Self::Unknown => Word::UnknownSex,
        }
    }
}

/// How a person is insured, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Insured {
    /// A plan in force, in words: `职工医保 · 门诊慢病`.
    Plan(String),
    /// Nobody else pays.
    SelfPay,
    /// Not known here.
    Unknown,
}

/// A person as the banner shows them.
#[derive(Debug, Clone)]
pub struct Person {
    /// The full name, or masked where the purpose allows no more.
    pub name: String,
    /// Administrative sex.
    pub sex: Sex,
    /// Whole years, if the birth date is known.
    pub age: Option<i64>,
    /// The identity number with its middle masked.
    pub masked_id: String,
    /// The number in the main index.
    pub index: String,
    /// Allergies, the most dangerous first: `青霉素 · 皮疹`.
    pub allergies: Vec<String>,
    /// Active conditions, the most important first.
    pub conditions: Vec<String>,
    /// How insured.
    pub insured: Insured,
    /// When the person died, if so (microseconds UTC; 0 when the moment is not known).
    pub died_at: Option<i64>,
}

/// What opened the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// The person's scan, for the last half year.
    ScanHalfYear,
    /// The person's scan, for the whole record.
    ScanAll,
    /// Anything else, in words.
    Other(String),
}

/// The grant under which the record is open.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Its id as text, sent back to end it.
    pub id: String,
    /// What opened it.
    pub basis: Basis,
    /// When it ends by itself, microseconds UTC.
    pub until: i64,
}

/// Tags shown of allergies or conditions before the rest is counted.
const FACTS_SHOWN: usize = 6;

/// The banner; `end_action` is where the end button posts the grant's id.
pub fn person_banner(lang: Lang, person: &Person, grant: &Grant, now: i64, end_action: &str) -> Markup {
    html! {
        section.card.banner aria-labelledby="person" {
            div {
                h1 id="person" {
                    (person.name) " "
                    small {
                        (lang[person.sex.word()])
                        @if let Some(age) = person.age { " · " (lang.fill(Word::YearsOld, &[&age.to_string()])) }
                    }
                }
                p.id {
                    span.mono { (person.masked_id) }
                    " · " (lang[Word::MainIndex]) " " span.mono { (person.index) }
                }
            }
            (grant_clock(lang, grant, now, end_action))
            (facts(lang, person))
        }
    }
}

fn grant_clock(lang: Lang, grant: &Grant, now: i64, end_action: &str) -> Markup {
    let basis = match &grant.basis {
        Basis::ScanHalfYear => lang[Word::GrantHalfYear].to_owned(),
        Basis::ScanAll => lang[Word::GrantAll].to_owned(),
        Basis::Other(words) => lang.fill(Word::GrantOther, &[words]),
    };
    let left = grant.until - now;
    let until =
        if dates::same_day(grant.until, now) { dates::clock(grant.until) } else { dates::date_clock(grant.until) };
    html! {
        div class=(if left < SOON { "grant soon" } else { "grant" }) data-grant data-test="grant-until" data-left-seconds=(left.max(0) / kernel::time::SECOND)
            data-hours=(lang[Word::HoursMinutes]) data-minutes=(lang[Word::Minutes]) data-template=(lang[Word::TimeLeft]) {
            div {
                b { (basis) }
                (instant(grant.until, &lang.fill(Word::Until, &[&until]))) " · "
                span data-left { (lang.fill(Word::TimeLeft, &[&dates::span(lang, left)])) }
            }
            form method="post" action=(end_action) {
                input type="hidden" name="grant" value=(grant.id);
                button.btn.small.stop { (lang[Word::GrantEnd]) }
            }
        }
    }
}

fn died(lang: Lang, died_at: i64) -> String {
    let day = if died_at == 0 { String::new() } else { dates::date(died_at) };
    lang.fill(Word::Died, &[&day]).trim_end().to_owned()
}

/// A grant that ends within this is shown in amber.
const SOON: i64 = 10 * MINUTE;

fn facts(lang: Lang, person: &Person) -> Markup {
    let row = |word: Word, tone: Tone, items: &[String]| {
        html! {
            div {
                dt { (lang[word]) }
                @for item in items.iter().take(FACTS_SHOWN) { dd { (tag(tone, item)) } }
                @if items.len() > FACTS_SHOWN {
                    dd { (tag(tone, &lang.fill(Word::MoreFacts, &[&(items.len() - FACTS_SHOWN).to_string()]))) }
                }
            }
        }
    };
    let insured = match &person.insured {
        Insured::Plan(plan) => tag(Tone::Insured, plan),
        Insured::SelfPay => tag(Tone::SelfPay, &lang[Word::SelfPay]),
        Insured::Unknown => tag(Tone::Quiet, &lang[Word::InsuranceUnknown]),
    };
    html! {
        dl.facts {
            @if let Some(died_at) = person.died_at {
                div { dt.sr { (lang[Word::Status]) } dd { (tag(Tone::Harm, &died(lang, died_at))) } }
            }
            @if person.allergies.is_empty() {
                div { dt { (lang[Word::Allergies]) } dd { (tag(Tone::Quiet, &lang[Word::NoAllergyRecorded])) } }
            } @else { (row(Word::Allergies, Tone::Harm, &person.allergies)) }
            @if !person.conditions.is_empty() { (row(Word::Conditions, Tone::Look, &person.conditions)) }
            div { dt { (lang[Word::Insurance]) } dd { (insured) } }
        }
    }
}
