//! Numbers drawn: a value on its reference range, and the same measurement over
//! time from every institution, with a table twin.

use super::report::Scale;
use super::{Flag, flag, instant};
use crate::words::{Lang, Word, dates};
use maud::{Markup, html};

/// The same measurement over time.
#[derive(Debug, Clone)]
pub struct Trend {
    /// What was measured, `糖化血红蛋白`.
    pub name: String,
    /// The unit, empty if there is none.
    pub unit: String,
    /// Results, oldest first.
    pub points: Vec<TrendPoint>,
    /// The lower bound of the reference range.
    pub low: Option<f64>,
    /// The upper bound of the reference range.
    pub high: Option<f64>,
}

/// One result of a trend.
#[derive(Debug, Clone)]
pub struct TrendPoint {
    /// When, microseconds UTC.
    pub at: i64,
    /// The value, for drawing.
    pub value: f64,
    /// The value as written.
    pub text: String,
    /// How it stands to the range.
    pub flag: Flag,
    /// The institution that measured it.
    pub institution: String,
    /// Whether that is the reader's own.
    pub own: bool,
}

const WIDTH: f64 = 700.0;
const HEIGHT: f64 = 150.0;
const LEFT: f64 = 14.0;
const RIGHT: f64 = 640.0;
const TOP: f64 = 24.0;
const FOOT: f64 = 118.0;
/// Points drawn with their value beside them.
const LABELLED_MAX: usize = 14;
/// Points drawn; older ones are only in the table.
const POINTS_MAX: usize = 60;

/// A pixel position with one decimal.
fn px(value: f64) -> String {
    format!("{value:.1}")
}

/// A value on a track whose middle half is the reference range.
pub fn range_scale(scale: Scale) -> Markup {
    let width = scale.high - scale.low;
    let share = if width > 0.0 { (scale.value - scale.low) / width } else { 0.5 };
    let x = (32.0 + share * 64.0).clamp(5.0, 123.0);
    let outside = !(0.0..=1.0).contains(&share);
    html! {
        svg.scale viewBox="0 0 128 16" aria-hidden="true" focusable="false" {
            rect x="0" y="6" width="128" height="4" rx="2" fill="#d3ddd9" {}
            rect x="32" y="5" width="64" height="6" rx="3" fill="#7fc7b5" {}
            circle cx=(px(x)) cy="8" r="5" fill=(if outside { "#9a5f00" } else { "#0b6f5f" }) stroke="#fff" stroke-width="1.5" {}
        }
    }
}

/// The chart and its table; nothing for fewer than two results.
pub fn trend_chart(lang: Lang, trend: &Trend) -> Markup {
    let drawable: Vec<&TrendPoint> = trend.points.iter().filter(|point| point.value.is_finite()).collect();
    let points = drawable.get(drawable.len().saturating_sub(POINTS_MAX)..).unwrap_or_default();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return html! {};
    };
    if points.len() < 2 {
        return html! {};
    }
    let (from, to) = (dates::date(first.at), dates::date(last.at));
    let sentence = lang.fill(Word::TrendSays, &[&trend.name, &points.len().to_string(), &from, &to]);
    html! {
        div.trend {
            h3 { (lang[Word::Trend]) " · " (trend.name) @if !trend.unit.is_empty() { " (" (trend.unit) ")" } }
            div.wide tabindex="0" role="group" aria-label=(lang[Word::Trend]) { (chart(lang, trend, points, &sentence)) }
            details {
                summary { (lang[Word::TrendTable]) }
                table {
                    thead { tr { th scope="col" { (lang[Word::Date]) } th.num scope="col" { (lang[Word::Value]) } th scope="col" { (lang[Word::Institution]) } } }
                    tbody {
                        @for point in trend.points.iter().rev() {
                            tr {
                                td { (instant(point.at, &dates::date(point.at))) }
                                td.num { b { (point.text) } (flag(lang, point.flag)) }
                                td { (point.institution) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn chart(lang: Lang, trend: &Trend, points: &[&TrendPoint], sentence: &str) -> Markup {
    let axis = Axis::new(trend, points);
    let at: Vec<(f64, f64)> = points.iter().map(|point| (axis.x(point.at), axis.y(point.value))).collect();
    let line: Vec<String> = at.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect();
    let band_top = trend.high.map_or(TOP, |high| axis.y(high));
    let band_foot = trend.low.map_or(FOOT, |low| axis.y(low));
    let ends = [(points.first(), "start"), (points.last(), "end")];
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(sentence) {
            @if trend.low.is_some() || trend.high.is_some() {
                rect x="0" y=(px(band_top)) width=(px(RIGHT + 14.0)) height=(px((band_foot - band_top).max(1.0))) fill="#e3f2ee" {}
                @if let Some(high) = trend.high { text x=(px(RIGHT + 20.0)) y=(px(axis.y(high) + 4.0)) font-size="11" fill="#43534f" { (high) } }
                @if let Some(low) = trend.low { text x=(px(RIGHT + 20.0)) y=(px(axis.y(low) + 4.0)) font-size="11" fill="#43534f" { (low) } }
            }
            polyline points=(line.join(" ")) fill="none" stroke="#0b6f5f" stroke-width="2" {}
            @for (point, (x, y)) in points.iter().zip(&at) {
                circle cx=(px(*x)) cy=(px(*y)) r="5" fill=(if point.own { "#0b6f5f" } else { "#fff" }) stroke=(if point.flag == Flag::None { "#0b6f5f" } else { "#9a5f00" }) stroke-width="2.5" {
                    title { (dates::date(point.at)) " " (point.text) " · " (point.institution) }
                }
                @if points.len() <= LABELLED_MAX {
                    text x=(px(*x)) y=(px(*y - 10.0)) font-size="12" font-weight="600" text-anchor="middle" fill=(if point.flag == Flag::None { "#12201d" } else { "#6f4300" }) { (point.text) }
                }
            }
            @for (point, anchor) in ends {
                @if let Some(point) = point {
                    text x=(px(if anchor == "start" { 0.0 } else { RIGHT + 14.0 })) y="144" font-size="11.5" text-anchor=(anchor) fill="#43534f" { (dates::short_date(lang, point.at, points.last().map_or(point.at, |last| last.at))) }
                }
            }
        }
    }
}

/// Maps instants and values onto the chart.
struct Axis {
    from: i64,
    hours: f64,
    low: f64,
    high: f64,
}

impl Axis {
    fn new(trend: &Trend, points: &[&TrendPoint]) -> Self {
        let values =
            points.iter().map(|point| point.value).chain(trend.low).chain(trend.high).filter(|value| value.is_finite());
        let (low, high) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low > high {
            (0.0, 1.0)
        } else if low < high {
            (low, high)
        } else {
            (low - 1.0, high + 1.0)
        };
        let from = points.first().map_or(0, |point| point.at);
        let last = points.last().map_or(1, |point| point.at);
        Self { from, hours: Self::hours(last - from).max(1.0), low, high }
    }

    /// Whole hours as a number to draw with; spans beyond 200,000 years do not occur.
    fn hours(micros: i64) -> f64 {
        f64::from(i32::try_from(micros / kernel::time::HOUR).unwrap_or(i32::MAX))
    }

    fn x(&self, at: i64) -> f64 {
        LEFT + (RIGHT - LEFT) * (Self::hours(at - self.from) / self.hours).clamp(0.0, 1.0)
    }

    fn y(&self, value: f64) -> f64 {
        FOOT - (FOOT - TOP) * ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(values: &[f64]) -> Trend {
        let points = values
            .iter()
            .zip(0_i64..)
            .map(|(value, day)| TrendPoint {
                at: day * kernel::time::DAY,
                value: *value,
                text: value.to_string(),
                flag: Flag::None,
                institution: "A".into(),
                own: day % 2 == 0,
            })
            .collect();
        Trend { name: "HbA1c".into(), unit: "%".into(), points, low: Some(4.0), high: Some(6.0) }
    }

    #[test]
    fn a_trend_needs_two_results_and_keeps_odd_numbers_inside() {
        assert!(trend_chart(Lang::En, &trend(&[7.1])).into_string().is_empty());
        let drawn = trend_chart(Lang::En, &trend(&[7.1, f64::NAN, f64::INFINITY, 7.1])).into_string();
        let (chart, _) = drawn.split_once("</svg>").unwrap();
        assert!(!chart.contains("inf") && !chart.contains("NaN"), "{chart}");
        assert_eq!(chart.matches("<circle").count(), 2);
    }

    #[test]
    fn the_scale_keeps_far_values_on_its_track() {
        let drawn = range_scale(Scale { value: 900.0, low: 4.0, high: 6.0 }).into_string();
        assert!(drawn.contains("cx=\"123.0\"") && drawn.contains("#9a5f00"));
        assert!(range_scale(Scale { value: 1.0, low: 4.0, high: 4.0 }).into_string().contains("cx=\"64.0\""));
    }
}
