//! "Who may look, who looked": the grants open now with their end buttons, and
//! every look, newest first: when, who, where from, what, for what, on what basis.

use crate::phone::pages::{OpenGrant, open_panel};
use maud::{Markup, html};
use web::icons::{Icon, icon};
use web::layout::{Head, Surface, Tab, document, language_switch, phone_tabs};
use web::widgets::{Tone, notice, tag};
use web::words::{Lang, Word, dates};

/// On what basis somebody looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// The person showed a code.
    Scan,
    /// An institution read back what it had supplied.
    OwnInstitution,
    /// The person themselves.
    Myself,
    /// Somebody the person lets act for them.
    Family,
    /// An emergency opened it.
    Emergency,
    /// An insurance agency, for a claim.
    Insurance,
    /// Anything else, in words.
    Other(String),
}

/// One look.
#[derive(Debug, Clone)]
pub struct Look {
    /// When, microseconds UTC.
    pub at: i64,
    /// Who: `林若衡 · 心内科`.
    pub who: String,
    /// Where they work; empty for the person themselves.
    pub institution: String,
    /// What was done beside reading: `扫了您的码、得到查看许可`; empty for reading.
    pub did: String,
    /// What was shown, in words: `半年就诊、检验 12、影像 2`; empty if nothing came to be shown.
    pub what: String,
    /// For what, in words: `诊间`; empty if nobody said.
    pub purpose: String,
    /// On what basis.
    pub basis: Basis,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Looks {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// The instant the page shows, microseconds UTC.
    pub now: i64,
    /// Large type.
    pub elder: bool,
    /// Who can see the record now.
    pub open: Vec<OpenGrant>,
    /// Looks on this page, newest first.
    pub looks: Vec<Look>,
    /// Looks in these days, `9` or `50+`; nothing on a page of earlier ones.
    pub total: Option<String>,
    /// How many days the first page is about.
    pub days: u32,
    /// The address of the next older page, if there is one.
    pub older: Option<String>,
    /// Whether a grant was ended just now.
    pub ended: bool,
}

/// The whole page.
pub fn looks(view: &Looks) -> Markup {
    let Looks { lang, elder, .. } = *view;
    let head = Head {
        lang,
        title: &lang[Word::LooksTitle],
        surface: if elder { Surface::PhoneElder } else { Surface::Phone },
        scripts: &[],
        refresh_seconds: None,
    };
    let back = if elder { "/phone?elder=1" } else { "/phone" };
    document(
        head,
        html! {
            header.ph-top {
                a.round href=(back) aria-label=(lang[Word::Back]) { (icon(Icon::Back)) }
                h1 { (lang[Word::LooksTitle]) }
                @if !elder { (language_switch(lang, &view.here, "chip")) }
            }
            main id="main" {
                @if view.ended { (notice(Tone::Health, &lang[Word::OpenEnded], None)) }
                (open_panel(lang, elder, view.now, &view.open))
                h2.over {
                    @if let Some(total) = &view.total {
                        (lang.fill(Word::LooksDays, &[&view.days.to_string()]))
                        small { (lang.fill(Word::LooksCount, &[total])) }
                    } @else { (lang[Word::LooksEarlier]) }
                }
                (log(view))
                @if let Some(older) = &view.older { a.btn href=(older) { (lang[Word::LooksOlder]) } }
                p.foot { (icon(Icon::Lock)) span { (lang[Word::LooksKept]) } }
                @if elder { (language_switch(lang, &view.here, "chip")) }
            }
            @if !elder { (phone_tabs(lang, Tab::Looks)) }
        },
    )
}

fn log(view: &Looks) -> Markup {
    let lang = view.lang;
    html! {
        @if view.looks.is_empty() {
            div.panel {
                div.calm {
                    (icon(Icon::Eye))
                    div { b { (lang[Word::LooksNone]) } p { (lang[Word::LooksNoneHow]) } }
                }
            }
        } @else {
            ol.panel.log { @for look in &view.looks { (line(lang, view.now, look)) } }
        }
    }
}

fn line(lang: Lang, now: i64, look: &Look) -> Markup {
    html! {
        li.urgent[look.basis == Basis::Emergency] data-test="look-row" {
            time datetime=(dates::machine(look.at)) {
                span { (dates::near_date(lang, look.at, now)) } " "
                span { (dates::clock(look.at)) }
            }
            div {
                b { (look.who) }
                @if !look.institution.is_empty() { p { (look.institution) } }
                @if !look.did.is_empty() { p { (look.did) } }
                @if !look.what.is_empty() { p { (lang.fill(Word::LooksSaw, &[&look.what])) } }
                @if !look.purpose.is_empty() { p { (lang.fill(Word::LooksFor, &[&look.purpose])) } }
            }
            (basis_tag(lang, &look.basis))
        }
    }
}

fn basis_tag(lang: Lang, basis: &Basis) -> Markup {
    match basis {
        Basis::Scan => tag(Tone::Health, &lang[Word::BasisScan]),
        Basis::OwnInstitution => tag(Tone::Quiet, &lang[Word::BasisOwnInstitution]),
        Basis::Myself => tag(Tone::Quiet, &lang[Word::BasisSelf]),
        Basis::Family => tag(Tone::Quiet, &lang[Word::BasisFamily]),
        Basis::Emergency => tag(Tone::HarmSoft, &lang[Word::BasisEmergency]),
        Basis::Insurance => tag(Tone::Insured, &lang[Word::BasisInsurance]),
        Basis::Other(words) => tag(Tone::Quiet, words),
    }
}
