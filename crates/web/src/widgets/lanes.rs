//! The record drawn in lanes over time: own institution solid, others hollow,
//! what lasts as bars, a month grid and a line for now.
//!
//! The drawing is for eyes and mice; its twin is the list beside it. All
//! arithmetic is in whole tenths of a pixel.

use super::Flag;
use super::timeline::{Entry, Lane, Timeline};
use crate::words::{Lang, Word, dates};
use maud::{Markup, html};

const WIDTH: i64 = 14_000;
const LEFT: i64 = 1_010;
const RIGHT: i64 = 13_760;
const AXIS: i64 = 220;
const LANE: i64 = 240;
const BAR_ROW: i64 = 178;
/// Marks closer than this share one mark with a number.
const NEAR: i64 = 190;
/// Rows of bars drawn in a lane before the rest is only counted.
const BAR_ROWS_MAX: usize = 4;
/// Lanes that are drawn even when nothing is in them.
const ALWAYS: [Lane; 4] = [Lane::Visits, Lane::Labs, Lane::Imaging, Lane::Medications];
/// Room for the word now at the end of the axis.
const NOW_ROOM: i64 = 1_130;
/// Titles named when a shared mark is pointed at.
const TITLES_MAX: usize = 6;

/// Tenths of a pixel as SVG wants them.
fn px(tenths: i64) -> String {
    format!("{}.{}", tenths.div_euclid(10), tenths.rem_euclid(10))
}

/// The letters that stand for institutions in the drawing: own first; each
/// outside one gets the first character of its name that is still free.
pub fn institution_marks(lang: Lang, timeline: &Timeline) -> Vec<(String, String, bool)> {
    let own = lang[Word::OursMark].to_owned();
    let mut taken = vec![own.clone()];
    timeline
        .institutions()
        .into_iter()
        .map(|(name, is_own)| {
            let mark = if is_own { own.clone() } else { free_mark(name, &taken) };
            taken.push(mark.clone());
            (name.to_owned(), mark, is_own)
        })
        .collect()
}

fn free_mark(name: &str, taken: &[String]) -> String {
    let letters =
        name.chars().filter(|letter| letter.is_alphanumeric()).map(|letter| letter.to_uppercase().to_string());
    let numbers = (1..100_u32).map(|number| number.to_string());
    letters.chain(numbers).find(|mark| !taken.contains(mark)).unwrap_or_else(|| "·".to_owned())
}

/// What the letters mean, with the difference between solid and hollow.
pub fn legend(lang: Lang, timeline: &Timeline) -> Markup {
    const SHOWN: usize = 5;
    let marks = institution_marks(lang, timeline);
    html! {
        ul.legend {
            @for (name, mark, own) in marks.iter().take(SHOWN) {
                li {
                    i.own[*own] aria-hidden="true" { (mark) }
                    (if *own { &lang[Word::Ours] } else { name.as_str() })
                }
            }
            @if marks.len() > SHOWN { li { (lang.fill(Word::MoreFacts, &[&(marks.len() - SHOWN).to_string()])) } }
        }
    }
}

/// The drawing with the sentence that replaces it for screen readers.
pub fn lanes(lang: Lang, timeline: &Timeline) -> Markup {
    let plan = Plan::new(lang, timeline);
    let bottom = plan.bottom();
    let end = plan.x(timeline.to);
    html! {
        div.lanes tabindex="0" role="group" aria-label=(plan.sentence()) {
            svg viewBox=(format!("0 0 {} {}", px(WIDTH), px(bottom + 20))) aria-hidden="true" focusable="false" {
                @for (at, label) in dates::month_grid(lang, timeline.from, timeline.to, 14) {
                    line x1=(px(plan.x(at))) x2=(px(plan.x(at))) y1=(px(AXIS)) y2=(px(bottom)) stroke="#dbe4e0" {}
                    @if plan.x(at) + NOW_ROOM < end { text x=(px(plan.x(at) + 50)) y="15" font-size="12" fill="#43534f" { (label) } }
                }
                @for strip in &plan.strips { (plan.track(strip)) }
                @if let Some(at) = plan.selected_at() {
                    rect x=(px(plan.x(at) - 130)) y=(px(AXIS)) width="26" height=(px(bottom - AXIS)) rx="6" fill="#fdf0d2" stroke="#f0bd5a" {}
                }
                line x1=(px(end)) x2=(px(end)) y1=(px(AXIS)) y2=(px(bottom)) stroke=(plan.end_ink()) stroke-width="1.5" {}
                @for strip in &plan.strips {
                    @if strip.lane.lasts() { (plan.bars(strip)) } @else { (plan.marks(strip)) }
                }
                text x=(px(end + 60)) y="15" font-size="12" text-anchor="end" font-weight="600" fill=(plan.end_ink()) {
                    (plan.end_words())
                }
            }
        }
    }
}

/// One lane with its place and, if it lasts, its packed bars.
struct Strip<'a> {
    lane: Lane,
    top: i64,
    height: i64,
    entries: Vec<&'a Entry>,
    bars: Vec<Bar<'a>>,
    left_out: usize,
}

struct Bar<'a> {
    entry: &'a Entry,
    start: i64,
    end: i64,
    row: i64,
    label: String,
    label_at: LabelAt,
}

/// Where the name of a bar stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LabelAt {
    Inside,
    After,
    Before,
    Nowhere,
}

/// Marks of several entries that would overlap.
struct Mark<'a> {
    x: i64,
    entries: Vec<&'a Entry>,
}

struct Plan<'a> {
    lang: Lang,
    timeline: &'a Timeline,
    strips: Vec<Strip<'a>>,
    marks: Vec<(String, String, bool)>,
}

impl<'a> Plan<'a> {
    fn new(lang: Lang, timeline: &'a Timeline) -> Self {
        let mut plan = Self { lang, timeline, strips: Vec::new(), marks: institution_marks(lang, timeline) };
        let mut top = AXIS + 30;
        for lane in Lane::ALL {
            let mut entries: Vec<&Entry> = timeline.drawn().filter(|entry| entry.lane == lane).collect();
            if entries.is_empty() && !ALWAYS.contains(&lane) {
                continue;
            }
            entries.sort_by_key(|entry| entry.at);
            let (bars, left_out) = if lane.lasts() { plan.pack(&entries) } else { (Vec::new(), 0) };
            let rows = bars.iter().map(|bar| bar.row + 1).max().unwrap_or(1);
            let height = if lane.lasts() { (rows * BAR_ROW + 50).max(LANE) } else { LANE };
            plan.strips.push(Strip { lane, top, height, entries, bars, left_out });
            top += height;
        }
        plan
    }

    fn bottom(&self) -> i64 {
        self.strips.last().map_or(AXIS, |strip| strip.top + strip.height)
    }

    /// Where an instant is, kept inside the drawing.
    fn x(&self, at: i64) -> i64 {
        let second = kernel::time::SECOND;
        let (from, to) = (self.timeline.from / second, self.timeline.to / second);
        let span = (to - from).max(1);
        let offset = (at / second - from).clamp(0, span + span / 60);
        (LEFT + offset * (RIGHT - LEFT) / span).min(WIDTH - 40)
    }

    /// The last instant is now in red, or a day of the past in grey.
    fn end_ink(&self) -> &'static str {
        if self.timeline.to == self.timeline.now { "#9d1c14" } else { "#43534f" }
    }

    fn end_words(&self) -> String {
        let Timeline { to, now, .. } = *self.timeline;
        if to == now { self.lang.fill(Word::Now, &[&dates::clock(now)]) } else { dates::date(to) }
    }

    fn selected_at(&self) -> Option<i64> {
        let key = self.timeline.selected.as_deref()?;
        self.timeline.drawn().find(|entry| entry.key == key).map(|entry| entry.at)
    }

    fn sentence(&self) -> String {
        let counted: Vec<String> = self
            .strips
            .iter()
            .filter(|strip| !strip.entries.is_empty())
            .map(|strip| {
                self.lang.fill(Word::LaneCount, &[&self.lang[strip.lane.word()], &strip.entries.len().to_string()])
            })
            .collect();
        let joined = counted.into_iter().reduce(|one, other| self.lang.fill(Word::And, &[&one, &other]));
        let said = joined.unwrap_or_else(|| self.lang[Word::RecordsNone].to_owned());
        self.lang.fill(Word::TimelineSays, &[&dates::date(self.timeline.from), &dates::date(self.timeline.to), &said])
    }

    fn track(&self, strip: &Strip<'_>) -> Markup {
        let middle = strip.top + if strip.lane.lasts() { strip.height / 2 } else { LANE / 2 };
        let (y, height) = if strip.lane.lasts() { (strip.top + 15, strip.height - 30) } else { (middle - 80, 160) };
        html! {
            rect x=(px(LEFT - 80)) y=(px(y)) width=(px(WIDTH - LEFT + 60)) height=(px(height)) rx="8" fill="#eef3f1" {}
            text x="4" y=(px(middle + if strip.left_out > 0 { -20 } else { 45 })) font-size="13" font-weight="600" fill="#12201d" { (self.lang[strip.lane.word()]) }
            @if strip.left_out > 0 {
                text x="4" y=(px(middle + 120)) font-size="11.5" fill="#43534f" {
                    "+" (strip.left_out)
                    title { (self.lang.fill(Word::LaneMore, &[&strip.left_out.to_string()])) }
                }
            }
        }
    }

    fn marks(&self, strip: &Strip<'_>) -> Markup {
        let y = strip.top + LANE / 2;
        let mut marks: Vec<Mark<'_>> = Vec::new();
        for entry in &strip.entries {
            let x = self.x(entry.at);
            match marks.last_mut() {
                Some(mark) if x - mark.x < NEAR => mark.entries.push(entry),
                _ => marks.push(Mark { x, entries: vec![entry] }),
            }
        }
        html! { @for mark in &marks { (self.mark(strip.lane, mark, y)) } }
    }

    fn mark(&self, lane: Lane, mark: &Mark<'_>, y: i64) -> Markup {
        let Some(newest) = mark.entries.last() else {
            return html! {};
        };
        let own = mark.entries.iter().filter(|entry| entry.own).count();
        let (all_own, mixed) = (own == mark.entries.len(), own > 0 && own < mark.entries.len());
        let (fill, ink) = if all_own { ("#0b6f5f", "#fff") } else { ("#fff", "#0a5a4d") };
        let letter = match mark.entries.len() {
            1 if lane == Lane::Visits => self.letter(newest),
            1 => String::new(),
            many => many.to_string(),
        };
        let radius = if letter.is_empty() { 60 } else { 85 };
        let noted = mark.entries.iter().any(|entry| !matches!(entry.flag, Flag::None | Flag::Withdrawn));
        html! {
            a href=(self.timeline.opening(&newest.key)) tabindex="-1" data-key=(newest.key) {
                title { (self.titles(&mark.entries)) }
                @if lane == Lane::Imaging {
                    rect.dot x=(px(mark.x - radius)) y=(px(y - radius)) width=(px(radius * 2)) height=(px(radius * 2)) rx="3" fill=(fill) stroke="#0b6f5f" stroke-width="2.5" {}
                } @else {
                    circle.dot cx=(px(mark.x)) cy=(px(y)) r=(px(radius)) fill=(fill) stroke="#0b6f5f" stroke-width="2.5" {}
                }
                @if mixed { path d=(format!("M{} {}h{}", px(mark.x - 50), px(y + 62), px(100))) stroke="#0b6f5f" stroke-width="4" {} }
                @if !letter.is_empty() {
                    text x=(px(mark.x)) y=(px(y + 38)) font-size="10.5" font-weight="700" text-anchor="middle" fill=(ink) { (letter) }
                }
                @if noted {
                    path d=(format!("M{} {}l4 7h-8z", px(mark.x + radius), px(y - radius - 50))) fill="#9a5f00" stroke="#fff" stroke-width="1" {}
                }
            }
        }
    }

    fn letter(&self, entry: &Entry) -> String {
        self.marks
            .iter()
            .find(|(name, _, _)| *name == entry.institution)
            .map(|(_, mark, _)| mark.clone())
            .unwrap_or_default()
    }

    fn titles(&self, entries: &[&Entry]) -> String {
        let mut lines: Vec<String> = entries
            .iter()
            .rev()
            .take(TITLES_MAX)
            .map(|entry| {
                let value = entry.value.as_deref().map(|value| format!(" {value}")).unwrap_or_default();
                format!(
                    "{} {}{value} · {}",
                    dates::short_date(self.lang, entry.at, self.timeline.now),
                    entry.title,
                    entry.institution
                )
            })
            .collect();
        if entries.len() > TITLES_MAX {
            lines.push(self.lang.fill(Word::MoreFacts, &[&(entries.len() - TITLES_MAX).to_string()]));
        }
        lines.join("\n")
    }

    /// Puts bars into the first row where neither bar nor label touches another:
    /// what still goes on first, then the latest, so that the rest is what is left out.
    fn pack(&self, entries: &[&'a Entry]) -> (Vec<Bar<'a>>, usize) {
        let end = self.timeline.to;
        let mut order = entries.to_vec();
        order.sort_by_key(|entry| std::cmp::Reverse((entry.until.unwrap_or(end).min(end), entry.at)));
        let mut rows: Vec<Vec<(i64, i64)>> = Vec::new();
        let mut bars = Vec::new();
        for entry in &order {
            let start = self.x(entry.at);
            let end = self.x(entry.until.unwrap_or(end)).max(start + 50);
            let label = clipped(&entry.title);
            let width = label_width(&label) + 120;
            let places = [
                (width <= end - start).then_some((LabelAt::Inside, start, end)),
                (end + width <= WIDTH).then_some((LabelAt::After, start, end + width)),
                (start - width >= LEFT).then_some((LabelAt::Before, start - width, end)),
                Some((LabelAt::Nowhere, start, end)),
            ];
            let free = |row: &[(i64, i64)], from: i64, to: i64| {
                row.iter().all(|(taken_from, taken_to)| to + 40 <= *taken_from || *taken_to + 40 <= from)
            };
            let fit = places.into_iter().flatten().find_map(|(place, from, to)| {
                let row = rows
                    .iter()
                    .position(|row| free(row, from, to))
                    .or_else(|| (rows.len() < BAR_ROWS_MAX).then_some(rows.len()))?;
                Some((place, from, to, row))
            });
            let Some((label_at, from, to, row)) = fit else {
                continue;
            };
            match rows.get_mut(row) {
                Some(taken) => taken.push((from, to)),
                None => rows.push(vec![(from, to)]),
            }
            bars.push(Bar { entry, start, end, row: i64::try_from(row).unwrap_or_default(), label, label_at });
        }
        let left_out = entries.len() - bars.len();
        (bars, left_out)
    }

    fn bars(&self, strip: &Strip<'_>) -> Markup {
        let colour = if strip.lane == Lane::Medications { "#2b4fb0" } else { "#43534f" };
        html! {
            @for bar in &strip.bars {
                @let y = strip.top + 31 + bar.row * BAR_ROW;
                @let own = bar.entry.own;
                a href=(self.timeline.opening(&bar.entry.key)) tabindex="-1" data-key=(bar.entry.key) {
                    title { (self.titles(&[bar.entry])) }
                    rect.dot x=(px(bar.start)) y=(px(y)) width=(px(bar.end - bar.start)) height="15" rx="5"
                        fill=(if own { colour } else { "#fff" }) stroke=(colour) stroke-width="2" {}
                    @let (x, anchor, ink) = match bar.label_at {
                        LabelAt::Inside => (bar.start + 60, "start", if own { "#fff" } else { colour }),
                        LabelAt::After | LabelAt::Nowhere => (bar.end + 50, "start", colour),
                        LabelAt::Before => (bar.start - 50, "end", colour),
                    };
                    @if bar.label_at != LabelAt::Nowhere {
                        text x=(px(x)) y=(px(y + 116)) font-size="11.5" text-anchor=(anchor) fill=(ink) { (bar.label) }
                    }
                }
            }
        }
    }
}

/// A title short enough to stand beside a bar.
fn clipped(title: &str) -> String {
    let mut width = 0;
    let mut short = String::new();
    for letter in title.chars() {
        width += letter_width(letter);
        if width > LABEL_MAX {
            short.push('…');
            break;
        }
        short.push(letter);
    }
    short
}

/// The longest label of a bar.
const LABEL_MAX: i64 = 2_200;

/// About how wide a label is at 11.5 px, in tenths.
fn label_width(text: &str) -> i64 {
    text.chars().map(letter_width).sum()
}

/// Wide characters take about twice the room.
fn letter_width(letter: char) -> i64 {
    if letter >= '\u{2e80}' { 118 } else { 66 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widgets::timeline::Filter;
    use kernel::time::DAY;

    fn entry(key: &str, at: i64, lane: Lane, institution: &str, own: bool) -> Entry {
        Entry {
            key: key.into(),
            at,
            until: None,
            lane,
            title: format!("title {key}"),
            value: None,
            flag: Flag::None,
            institution: institution.into(),
            own,
            provenance: "x".into(),
        }
    }

    fn timeline(entries: Vec<Entry>) -> Timeline {
        Timeline {
            path: "/p".into(),
            entries,
            from: 0,
            to: 184 * DAY,
            now: 184 * DAY,
            filter: Filter::default(),
            earlier_open: true,
            selected: None,
        }
    }

    #[test]
    fn institutions_get_letters_of_their_own() {
        let record = timeline(vec![
            entry("a", DAY, Lane::Visits, "澜江市医院", false),
            entry("b", DAY, Lane::Visits, "云州市第一人民医院", true),
            entry("c", DAY, Lane::Visits, "澜江市中医院", false),
        ]);
        let marks: Vec<_> = institution_marks(Lang::Zh, &record).into_iter().map(|(_, mark, _)| mark).collect();
        assert_eq!(marks, ["本", "澜", "江"]);
    }

    #[test]
    fn near_marks_share_one_and_bars_do_not_touch() {
        let dots = (0..50).map(|n| entry(&format!("d{n}"), n * DAY / 10, Lane::Labs, "A", true));
        let bars = (0..9).map(|n| entry(&format!("m{n}"), n * DAY, Lane::Medications, "B", false));
        let record = timeline(dots.chain(bars).collect());
        let drawn = lanes(Lang::En, &record).into_string();
        assert!(drawn.matches("<circle").count() < 8, "marks closer than {NEAR} tenths are joined");
        assert_eq!(drawn.matches("height=\"15\"").count(), BAR_ROWS_MAX);
        assert!(drawn.contains("+5<title>5 more in the list"));
    }

    #[test]
    fn an_empty_record_draws_the_lanes_it_always_has() {
        let drawn = lanes(Lang::Zh, &timeline(Vec::new())).into_string();
        for word in ["就诊", "检验", "影像", "用药", "没有记录"] {
            assert!(drawn.contains(word), "{word}");
        }
        assert!(!drawn.contains("接种"));
    }

    #[test]
    fn instants_outside_stay_inside_the_drawing() {
        let record = timeline(vec![
            entry("old", -9_000 * DAY, Lane::Visits, "A", true),
            entry("next", 900 * DAY, Lane::Visits, "A", true),
        ]);
        let plan = Plan::new(Lang::Zh, &record);
        assert_eq!(plan.x(-9_000 * DAY), LEFT);
        assert!(plan.x(900 * DAY) < WIDTH);
    }
}
