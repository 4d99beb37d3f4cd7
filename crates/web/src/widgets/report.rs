//! One entry in full: what it is, from whom, and every field in readable form.
//!
//! The view is a list of [`Section`]s, so whoever knows the resources decides what
//! a report says and this module decides how it looks.

use super::timeline::Lane;
use super::trend::{Trend, range_scale, trend_chart};
use super::{Flag, flag, instant};
use crate::icons::{Icon, icon};
use crate::words::{Lang, Word, dates};
use maud::{Markup, html};

/// The name of a field: one of ours, or as the record calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// A word of the table.
    Word(Word),
    /// The record's own words.
    Text(String),
}

impl From<Word> for Label {
    fn from(word: Word) -> Self {
        Self::Word(word)
    }
}

impl Label {
    /// How it reads.
    pub fn text(&self, lang: Lang) -> &str {
        match self {
            Self::Word(word) => match lang {
                Lang::Zh => &Lang::Zh[*word],
                Lang::En => &Lang::En[*word],
            },
            Self::Text(text) => text,
        }
    }
}

/// A result with its range; texts keep the precision they were written with.
#[derive(Debug, Clone)]
pub struct ResultLine {
    /// What was measured.
    pub name: String,
    /// The value as written, `7.70`, or a word, `阴性`.
    pub value: String,
    /// The unit, empty if there is none.
    pub unit: String,
    /// The reference range as written, `4.0–6.0`, empty if there is none.
    pub range: String,
    /// Value and bounds for the little scale, where all three are numbers.
    pub scale: Option<Scale>,
    /// How it stands to the range.
    pub flag: Flag,
    /// The key of the entry it can be opened as.
    pub key: Option<String>,
}

/// A value between its bounds, only for drawing.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// The value.
    pub value: f64,
    /// The lower bound of the reference range.
    pub low: f64,
    /// The upper bound of the reference range.
    pub high: f64,
}

/// A part of a report, in the order it is read.
#[derive(Debug, Clone)]
pub enum Section {
    /// One result, large: the answer of an observation.
    Answer(ResultLine),
    /// Several results in a table: the members of a panel.
    Results(Vec<ResultLine>),
    /// The same measurement over time.
    Trend(Trend),
    /// Prose under a heading; line breaks are kept.
    Text(Label, String),
    /// Prose that decides: a conclusion.
    Conclusion(Label, String),
    /// Fields and their values.
    Facts(Vec<(Label, String)>),
    /// A table under a heading: columns, then rows of as many cells.
    Table(Label, Vec<Label>, Vec<Vec<String>>),
    /// Other entries that belong to it: key and title.
    Links(Label, Vec<(String, String)>),
}

/// An entry as the page shows it beside the list.
#[derive(Debug, Clone)]
pub struct Report {
    /// The entry's key.
    pub key: String,
    /// What it is.
    pub title: String,
    /// Its lane, for the sign.
    pub lane: Lane,
    /// The institution that supplied it.
    pub institution: String,
    /// Whether that is the reader's own.
    pub own: bool,
    /// When it happened or began, microseconds UTC.
    pub at: i64,
    /// When it ended, if it lasted.
    pub until: Option<i64>,
    /// Its status in words of the reader's language, `已审核`.
    pub status: String,
    /// Whether the status deserves amber: preliminary, cancelled, entered in error.
    pub status_unusual: bool,
    /// The parts, in reading order.
    pub sections: Vec<Section>,
    /// When it reached the platform, microseconds UTC.
    pub received_at: i64,
    /// More about its origin: type, version, id. Empty if nothing.
    pub origin: String,
}

/// The report, or the invitation to choose one. `opening` turns the key of
/// another entry into its address.
pub fn report_pane(lang: Lang, report: Option<&Report>, now: i64, opening: &dyn Fn(&str) -> String) -> Markup {
    html! {
        section.card.report id="report" aria-label=(lang[Word::Report]) {
            @if let Some(report) = report {
                div.head {
                    div {
                        h2 { (icon(report.lane.icon())) " " (report.title) }
                        (meta(lang, report, now))
                    }
                }
                div.scroll tabindex="0" role="group" aria-label=(report.title) {
                    div.body { @for section in &report.sections { (section_markup(lang, section, opening)) } }
                }
                p.source {
                    (icon(Icon::Shield))
                    span {
                        (lang.fill(Word::ProvenanceSays, &[&report.institution, &dates::date_clock(report.received_at)]))
                        @if !report.origin.is_empty() { " · " span.mono { (report.origin) } }
                    }
                }
            } @else {
                div.blank { (icon(Icon::Paper)) p { (lang[Word::ReportNone]) } }
            }
        }
    }
}

fn meta(lang: Lang, report: &Report, now: i64) -> Markup {
    let when = |at: i64| {
        let day = dates::short_date(lang, at, now);
        if dates::is_midnight(at) { day } else { format!("{day} {}", dates::clock(at)) }
    };
    html! {
        p.meta {
            span class=(if report.own { "ring own" } else { "ring" }) aria-hidden="true" {}
            span { (report.institution) @if report.own { " · " (lang[Word::Ours]) } }
            span aria-hidden="true" { "·" }
            @if let Some(until) = report.until {
                span { (lang.fill(Word::SinceUntil, &[&when(report.at), &when(until)])) }
            } @else if report.lane.lasts() {
                span { (lang.fill(Word::Since, &[&when(report.at)])) }
            } @else {
                (instant(report.at, &when(report.at)))
            }
            span class=(if report.status_unusual { "tag look" } else { "tag" }) { (report.status) }
        }
    }
}

fn section_markup(lang: Lang, section: &Section, opening: &dyn Fn(&str) -> String) -> Markup {
    match section {
        Section::Answer(line) => answer(lang, line),
        Section::Results(lines) => results(lang, lines, opening),
        Section::Trend(trend) => trend_chart(lang, trend),
        Section::Text(label, text) => {
            html! { div { h3 { (label.text(lang)) } p.prose { (text) } } }
        }
        Section::Conclusion(label, text) => {
            html! { div { h3 { (label.text(lang)) } p.prose.firm { (text) } } }
        }
        Section::Facts(facts) => html! {
            dl.pairs { @for (label, value) in facts { div { dt { (label.text(lang)) } dd { (value) } } } }
        },
        Section::Table(label, columns, rows) => html! {
            div {
                h3 { (label.text(lang)) }
                div.wide tabindex="0" role="group" aria-label=(label.text(lang)) {
                    table {
                        thead { tr { @for column in columns { th scope="col" { (column.text(lang)) } } } }
                        tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
                    }
                }
            }
        },
        Section::Links(label, links) => html! {
            div {
                h3 { (label.text(lang)) }
                p.links { @for (key, title) in links { a.btn.small href=(opening(key)) { (title) } } }
            }
        },
    }
}

/// The sentence about a value and its range; nothing without a range.
fn standing(lang: Lang, line: &ResultLine) -> Option<String> {
    let says = match line.flag {
        Flag::None if line.range.is_empty() => return None,
        Flag::None => lang[Word::InRange].to_owned(),
        Flag::High => lang.fill(Word::AboveRange, &[&line.range]),
        Flag::Low => lang.fill(Word::BelowRange, &[&line.range]),
        Flag::Abnormal => lang[Word::Abnormal].to_owned(),
        Flag::Critical => lang[Word::Critical].to_owned(),
        Flag::Withdrawn => lang[Word::Withdrawn].to_owned(),
    };
    Some(says.trim_end().to_owned())
}

fn answer(lang: Lang, line: &ResultLine) -> Markup {
    html! {
        div.answer {
            p.big { (line.value) @if !line.unit.is_empty() { " " small { (line.unit) } } (flag(lang, line.flag)) }
            @if let Some(says) = standing(lang, line) { p.says { (says) } }
            @if let Some(scale) = line.scale { (range_scale(scale)) }
            @if line.flag == Flag::None && !line.range.is_empty() { p { (lang[Word::Reference]) " " (line.range) } }
        }
    }
}

fn results(lang: Lang, lines: &[ResultLine], opening: &dyn Fn(&str) -> String) -> Markup {
    html! {
        div {
            h3 { (lang[Word::Results]) }
            div.wide tabindex="0" role="group" aria-label=(lang[Word::Results]) {
                table {
                    thead {
                        tr {
                            th scope="col" { (lang[Word::Item]) }
                            th.num scope="col" { (lang[Word::Value]) }
                            th scope="col" { (lang[Word::Reference]) }
                        }
                    }
                    tbody {
                        @for line in lines { (result_line(lang, line, opening)) }
                    }
                }
            }
        }
    }
}

/// A row of results: name, value with unit and arrow, range, and the little scale.
pub fn result_line(lang: Lang, line: &ResultLine, opening: &dyn Fn(&str) -> String) -> Markup {
    html! {
        tr {
            td { @if let Some(key) = &line.key { a href=(opening(key)) { (line.name) } } @else { (line.name) } }
            td.num { b { (line.value) } @if !line.unit.is_empty() { " " (line.unit) } (flag(lang, line.flag)) }
            td.range {
                @if let Some(scale) = line.scale { (range_scale(scale)) }
                span { (if line.range.is_empty() { "–" } else { line.range.as_str() }) }
            }
        }
    }
}
