//! The record as a list grouped by day: the twin of the lanes for keyboards and
//! screen readers, and the way into a report.

use super::timeline::{Entry, Filter, Lane, Span, Timeline, Whose};
use super::{Flag, flag, instant};
use crate::icons::{Icon, icon};
use crate::words::{Lang, Word, dates};
use maud::{Markup, html};

/// Entries listed at once; the rest is reached by narrowing the filter.
pub const ENTRIES_MAX: usize = 400;

/// The filters over lanes and list: whose, and how far back.
pub fn filters(lang: Lang, timeline: &Timeline) -> Markup {
    let filter = timeline.filter;
    let whose = [(Whose::All, Word::WhoseAll), (Whose::Own, Word::Ours), (Whose::Outside, Word::Elsewhere)];
    let spans = [
        (Span::ThreeMonths, Word::SpanThreeMonths),
        (Span::HalfYear, Word::SpanHalfYear),
        (Span::Earlier, Word::SpanEarlier),
    ];
    html! {
        nav.seg aria-label=(lang[Word::Whose]) {
            @for (whose, word) in whose {
                a href=(timeline.filtered(Filter { whose, ..filter })) aria-current=[(whose == filter.whose).then_some("true")] { (lang[word]) }
            }
        }
        nav.seg aria-label=(lang[Word::Span]) {
            @for (span, word) in spans.into_iter().filter(|(span, _)| timeline.earlier_open || *span != Span::Earlier) {
                a href=(timeline.filtered(Filter { span, ..filter })) aria-current=[(span == filter.span).then_some("true")] { (lang[word]) }
            }
        }
    }
}

/// The list with its chips by kind.
pub fn entries_list(lang: Lang, timeline: &Timeline) -> Markup {
    let listed: Vec<&Entry> = timeline.listed().collect();
    let total = listed.len();
    html! {
        div.listhead { h2 id="records" { (lang[Word::Records]) } (kinds(lang, timeline)) }
        div.scroll {
            @if total == 0 {
                div.blank { (icon(Icon::Paper)) b { (lang[Word::RecordsNone]) } p { (lang[Word::RecordsNoneDo]) } }
            } @else {
                ol.days aria-labelledby="records" data-rows {
                    @for day in listed.get(..total.min(ENTRIES_MAX)).unwrap_or_default().chunk_by(|one, other| dates::same_day(one.at, other.at)) {
                        (one_day(lang, timeline, day))
                    }
                }
                @if total > ENTRIES_MAX {
                    p.clip { (lang.fill(Word::RecordsClipped, &[&ENTRIES_MAX.to_string(), &total.to_string()])) }
                }
            }
        }
    }
}

fn kinds(lang: Lang, timeline: &Timeline) -> Markup {
    let count = |lane: Lane| timeline.drawn().filter(|entry| entry.lane == lane).count();
    let present: Vec<(Lane, usize)> =
        Lane::ALL.into_iter().map(|lane| (lane, count(lane))).filter(|(_, count)| *count > 0).collect();
    let current = timeline.filter.kind;
    html! {
        @if !present.is_empty() {
            nav.kinds aria-label=(lang[Word::Kind]) {
                a href=(timeline.filtered(Filter { kind: None, ..timeline.filter })) aria-current=[current.is_none().then_some("true")] {
                    (lang[Word::WhoseAll]) " " (timeline.drawn().count())
                }
                @for (lane, count) in present {
                    a href=(timeline.filtered(Filter { kind: Some(lane), ..timeline.filter })) aria-current=[(current == Some(lane)).then_some("true")] {
                        (lang[lane.word()]) " " (count)
                    }
                }
            }
        }
    }
}

fn one_day(lang: Lang, timeline: &Timeline, day: &[&Entry]) -> Markup {
    let Some(first) = day.first() else {
        return html! {};
    };
    let near = dates::near_date(lang, first.at, timeline.now);
    let short = dates::short_date(lang, first.at, timeline.now);
    html! {
        li {
            h3 {
                (instant(first.at, &near))
                @if near != short { small { (short) } }
            }
            ol {
                @for entry in day { li { (entry_row(lang, timeline, entry)) } }
            }
        }
    }
}

fn entry_row(lang: Lang, timeline: &Timeline, entry: &Entry) -> Markup {
    let selected = timeline.selected.as_deref() == Some(&entry.key);
    html! {
        a.row href=(timeline.opening(&entry.key)) aria-current=[selected.then_some("true")] data-key=(entry.key) data-test="timeline-row" title=(entry.provenance) {
            (icon(entry.lane.icon()))
            span {
                span.sr { (lang[entry.lane.word()]) " " }
                @if entry.flag == Flag::Withdrawn {
                    b { s { (entry.title) } }
                    @if let Some(value) = &entry.value { " " span.val { s { (value) } } }
                } @else {
                    b { (entry.title) }
                    @if let Some(value) = &entry.value { " " span.val { (value) } }
                }
                (flag(lang, entry.flag))
            }
            span.from {
                span class=(if entry.own { "ring own" } else { "ring" }) aria-hidden="true" {}
                span { (if entry.own { &lang[Word::Ours] } else { entry.institution.as_str() }) }
            }
        }
    }
}
