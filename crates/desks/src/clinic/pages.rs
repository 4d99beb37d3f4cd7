//! The doctor's page: nobody there yet, a code that did not open, or a person
//! with banner, lanes, list and one report.
//!
//! Addresses it posts to: [`SCAN`] (`code`) and [`END`] (`grant`), both with the
//! `person` who is open in their query.

use maud::{Markup, html};
use web::icons::{Icon, icon};
use web::layout::{Desk, Head, Surface, desk_top, document};
use web::widgets::banner::{Grant, Person, person_banner};
use web::widgets::entries::{entries_list, filters};
use web::widgets::lanes::{lanes, legend};
use web::widgets::report::{Report, report_pane};
use web::widgets::timeline::Timeline;
use web::widgets::{ScanSize, Tone, notice, scan_box};
use web::words::{Lang, Word, dates};

/// Where a scanned code is posted, as `code`.
pub const SCAN: &str = "/clinic/scan";
/// Where "end now" is posted, with the id of the `grant`.
pub const END: &str = "/clinic/end";

/// Why a code did not open a record.
#[derive(Debug, Clone)]
pub enum Problem {
    /// Its time step is over.
    Expired,
    /// It was used before.
    Used,
    /// It belongs to another region, named in words.
    OtherRegion(String),
    /// It is no code of ours, or damaged.
    Unreadable,
    /// The card behind it was revoked.
    Revoked,
    /// The reader's role may not open records with it.
    NoRight,
    /// Any other refusal, in its catalogue's words.
    Other {
        /// What is the matter.
        fact: String,
        /// What to do.
        what_to_do: String,
    },
}

/// How the last look ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The doctor ended it.
    Ended,
    /// Its time was over, or the citizen ended it.
    RanOut,
}

/// A person's record as it is open on the desk.
#[derive(Debug, Clone)]
pub struct Open {
    /// The person's id as text, as addresses carry it.
    pub id: String,
    /// Who it is.
    pub person: Person,
    /// Under which grant.
    pub grant: Grant,
    /// Lanes and list.
    pub timeline: Timeline,
    /// The last day of the half year shown, when the last half year has no record.
    pub past_to: Option<i64>,
    /// More is stored of the half year than one page shows; how many it shows.
    pub cut_at: Option<usize>,
    /// The entry shown beside the list.
    pub report: Option<Report>,
    /// What went wrong with the last scan, while this person stays open.
    pub problem: Option<Problem>,
}

/// What the desk shows.
#[derive(Debug, Clone)]
pub enum State {
    /// Nobody yet; perhaps somebody was just closed.
    Waiting(Option<Closed>),
    /// The code did not open.
    Refused(Problem),
    /// A person.
    Open(Box<Open>),
}

/// The whole page.
pub fn clinic(desk: &Desk, state: &State) -> Markup {
    let lang = desk.lang;
    let open = match state {
        State::Open(open) => Some(open),
        State::Waiting(_) | State::Refused(_) => None,
    };
    let head = Head {
        lang,
        title: &lang[Word::ClinicTitle],
        surface: if open.is_some() { Surface::DeskStill } else { Surface::Desk },
        scripts: if open.is_some() { &["scan.js", "clinic.js"] } else { &["scan.js"] },
        refresh_seconds: None,
    };
    let middle = if let Some(open) = open {
        scan_box(lang, &of_person(SCAN, open), ScanSize::InBar)
    } else {
        html! {}
    };
    document(
        head,
        html! {
            (desk_top(desk, middle))
            @match state {
                State::Waiting(closed) => (waiting(lang, *closed, None)),
                State::Refused(problem) => (waiting(lang, None, Some(problem))),
                State::Open(open) => (chart(desk, open)),
            }
        },
    )
}

/// An address that keeps the person who is open.
fn of_person(action: &str, open: &Open) -> String {
    format!("{action}?person={}", open.id)
}

/// Fact and remedy of a problem in the reader's language.
fn sentences(lang: Lang, problem: &Problem) -> (String, String) {
    let pair = |fact: Word, what_to_do: Word| (lang[fact].to_owned(), lang[what_to_do].to_owned());
    match problem {
        Problem::Expired => pair(Word::CodeExpired, Word::CodeExpiredDo),
        Problem::Used => pair(Word::CodeUsed, Word::CodeUsedDo),
        Problem::OtherRegion(region) => {
            (lang.fill(Word::CodeOtherRegion, &[region]), lang[Word::CodeOtherRegionDo].to_owned())
        }
        Problem::Unreadable => pair(Word::CodeUnreadable, Word::CodeUnreadableDo),
        Problem::Revoked => pair(Word::CodeRevoked, Word::CodeRevokedDo),
        Problem::NoRight => pair(Word::CodeNoRight, Word::CodeNoRightDo),
        Problem::Other { fact, what_to_do } => (fact.clone(), what_to_do.clone()),
    }
}

fn problem_notice(lang: Lang, problem: &Problem) -> Markup {
    let (fact, what_to_do) = sentences(lang, problem);
    notice(Tone::Look, &fact, Some(&lang.sentences(&what_to_do, &lang[Word::CareGoesOn])))
}

fn waiting(lang: Lang, closed: Option<Closed>, problem: Option<&Problem>) -> Markup {
    let steps =
        [(Icon::Code, Word::ClinicStepShow), (Icon::Scan, Word::ClinicStepScan), (Icon::Eye, Word::ClinicStepTrace)];
    html! {
        main.await id="main" {
            @if let Some(problem) = problem { (problem_notice(lang, problem)) }
            @match closed {
                Some(Closed::Ended) => (notice(Tone::Health, &lang[Word::GrantEnded], None)),
                Some(Closed::RanOut) => (notice(Tone::Look, &lang[Word::GrantRanOut], None)),
                None => {},
            }
            (code_drawing())
            h1 { (lang[Word::ClinicInvite]) }
            p.lead { (lang[Word::ClinicInviteHow]) }
            (scan_box(lang, SCAN, ScanSize::Large))
            ul.steps { @for (sign, word) in steps { li { (icon(sign)) (lang[word]) } } }
        }
    }
}

/// A phone that shows a code card with its seam.
fn code_drawing() -> Markup {
    html! {
        svg.pair viewBox="0 0 132 112" aria-hidden="true" focusable="false" {
            rect x="34" y="4" width="64" height="104" rx="11" fill="#fff" stroke="#06352e" stroke-width="3" {}
            path d="M41 16h26l-3 13H41z" fill="#0b6f5f" {}
            path d="M67 16h24v13H64z" fill="#2b4fb0" {}
            path d="M45 40h15v15H45zM72 40h15v15H72zM45 67h15v15H45z" fill="none" stroke="#06352e" stroke-width="4" {}
            path d="M65 40h3v6h-3zM65 50h3v8h-3zM50 60h6v3h-6zM60 60h10v3H60zM74 60h4v4h-4zM83 61h6v4h-6zM72 70h5v5h-5zM81 69h8v4h-8zM76 78h5v6h-5zM85 77h4v7h-4zM65 66h3v9h-3zM65 79h5v4h-5z" fill="#06352e" {}
            path d="M54 96h24" stroke="#d3ddd9" stroke-width="4" stroke-linecap="round" {}
            path d="M22 34c-8 13-8 31 0 44M110 34c8 13 8 31 0 44" fill="none" stroke="#7fc7b5" stroke-width="3.5" stroke-linecap="round" {}
            path d="M10 26c-12 18-12 42 0 60M122 26c12 18 12 42 0 60" fill="none" stroke="#97aee8" stroke-width="3.5" stroke-linecap="round" {}
        }
    }
}

fn chart(desk: &Desk, open: &Open) -> Markup {
    let lang = desk.lang;
    let timeline = &open.timeline;
    let counted = lang.fill(
        Word::InstitutionsEntries,
        &[&timeline.institutions().len().to_string(), &timeline.drawn().count().to_string()],
    );
    html! {
        main.chart id="main" {
            div.first {
                @if let Some(problem) = &open.problem { (problem_notice(lang, problem)) }
                @if let Some(to) = open.past_to {
                    (notice(Tone::Quiet, &lang[Word::PastHalfYear], Some(&lang.fill(Word::PastHalfYearSays, &[&dates::date(to)]))))
                }
                @if let Some(shown) = open.cut_at {
                    (notice(Tone::Look, &lang.fill(Word::ListCut, &[&shown.to_string()]), Some(&lang[Word::ListCutDo])))
                }
                (person_banner(lang, &open.person, &open.grant, desk.now, &of_person(END, open)))
            }
            section.card aria-labelledby="timeline" {
                div.hd {
                    h2 id="timeline" { (lang[Word::Timeline]) }
                    small { (counted) }
                    span.gap {}
                    (filters(lang, timeline))
                }
                (lanes(lang, timeline))
                (legend(lang, timeline))
            }
            div.below {
                section.card aria-labelledby="records" { (entries_list(lang, timeline)) }
                (report_pane(lang, open.report.as_ref(), desk.now, &|key| timeline.opening(key)))
            }
            p.sr role="status" data-opened=(lang[Word::ReportOpened]) {}
        }
    }
}
