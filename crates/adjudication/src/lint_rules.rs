//! The linter's questions about first-match rules: is each in range, can each be
//! reached, is anybody left without.

use crate::finding::{Findings, Severity};
use crate::lint::{cut_is_sound, segments};
use crate::{Filing, Level, Plan, Pool, Region};
use std::collections::BTreeSet;

/// An age nobody has reached.
const AGES: std::ops::RangeInclusive<u8> = 0..=150;

/// The groups somebody can be in, by place; one beyond the list is nobody's group.
fn reached(plan: &Plan) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for age in AGES {
        for retired in [false, true] {
            let fits = |group: &crate::Group| {
                group.retired.is_none_or(|only| only == retired)
                    && group.age_min.is_none_or(|least| age >= least)
                    && group.age_max.is_none_or(|most| age <= most)
            };
            found.insert(plan.groups.iter().position(fits).unwrap_or(plan.groups.len()));
        }
    }
    found
}

fn name_of(plan: &Plan, group: usize) -> &str {
    plan.groups.get(group).map_or("", |group| group.name.as_str())
}

pub(crate) fn groups(plan: &Plan, to: &mut Findings) {
    let reached = reached(plan);
    for (place, group) in plan.groups.iter().enumerate() {
        let path = format!("/groups/{place}");
        let twice = plan.groups.iter().take(place).any(|earlier| earlier.name == group.name);
        if group.name.is_empty() || group.name == "*" || group.name.contains(':') || twice {
            to.error(
                "plan.group-name",
                format!("{path}/name"),
                (
                    format!("`{}` is empty, `*`, has a colon, or is there twice", group.name),
                    format!("人群名“{}”为空、为“*”、含冒号或重复", group.name),
                ),
            );
        }
        if !reached.contains(&place) {
            to.error(
                "plan.shadowed",
                &path,
                (
                    format!(
                        "nobody is in group `{}`: groups before it take everybody, or its ages are reversed",
                        group.name
                    ),
                    format!("没有人属于人群“{}”：前面的人群已全部涵盖，或年龄上下限颠倒", group.name),
                ),
            );
        }
    }
    if !plan.groups.is_empty() && reached.contains(&plan.groups.len()) {
        to.say(
            Severity::Note,
            "plan.group-gap",
            "/groups",
            ("some people are in no group; only rules for `*` hold for them", "有人不属于任何人群，只适用“*”规则"),
        );
    }
}

fn group_known(plan: &Plan, name: &str, path: &str, to: &mut Findings) {
    if name != "*" && !plan.groups.iter().any(|group| group.name == name) {
        to.error(
            "plan.group-unknown",
            format!("{path}/group"),
            (format!("there is no group `{name}`"), format!("没有人群“{name}”")),
        );
    }
}

/// Which rules of a list are the first match for somebody, somewhere.
fn used(plan: &Plan, fits: impl Fn(usize, Pool, &str, Level) -> bool, rules: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for group in reached(plan) {
        for pool in Pool::ALL {
            for level in Level::ALL {
                found.extend((0..rules).find(|rule| fits(*rule, *pool, name_of(plan, group), *level)));
            }
        }
    }
    found
}

fn shadowed(used: &BTreeSet<usize>, rules: usize, list: &str, to: &mut Findings) {
    for rule in (0..rules).filter(|rule| !used.contains(rule)) {
        to.error(
            "plan.shadowed",
            format!("/{list}/{rule}"),
            ("never holds: rules before it hold for everybody it is for", "永远不会适用：前面的规则已全部涵盖"),
        );
    }
}

pub(crate) fn rates(plan: &Plan, to: &mut Findings) {
    if plan.rates.is_empty() {
        to.error("plan.no-rates", "/rates", ("there is no ratio at all", "没有任何支付比例"));
    }
    for (place, rate) in plan.rates.iter().enumerate() {
        let path = format!("/rates/{place}");
        group_known(plan, &rate.group, &path, to);
        segments(&rate.segments, &format!("{path}/segments"), to);
        to.rate(format!("{path}/bonus_bp"), rate.bonus_bp);
        if rate.segments.iter().any(|segment| segment.bp.saturating_add(rate.bonus_bp) > 10_000) {
            to.say(
                Severity::Note,
                "plan.bonus-capped",
                format!("{path}/bonus_bp"),
                (
                    "with the bonus a ratio would be above the whole; it stops there",
                    "加成后比例超过 100%，按 100% 执行",
                ),
            );
        }
    }
    let fits = |rule: usize, pool: Pool, group: &str, level: Level| {
        plan.rates.get(rule).is_some_and(|rate| {
            rate.pool == pool
                && (rate.group == "*" || rate.group == group)
                && rate.level.is_none_or(|only| only == level)
        })
    };
    shadowed(&used(plan, fits, plan.rates.len()), plan.rates.len(), "rates", to);
}

pub(crate) fn deductibles(plan: &Plan, to: &mut Findings) {
    for (place, row) in plan.deductibles.iter().enumerate() {
        let path = format!("/deductibles/{place}");
        group_known(plan, &row.group, &path, to);
        to.amount(format!("{path}/amount"), row.amount);
        row.family_doctor_off.into_iter().for_each(|off| to.amount(format!("{path}/family_doctor_off"), off));
        for (nth, bp) in row.nth_bp.iter().enumerate() {
            to.rate(format!("{path}/nth_bp/{nth}"), *bp);
        }
        if row.kind == crate::DeductibleKind::Annual && !row.nth_bp.is_empty() {
            to.say(
                Severity::Warning,
                "plan.nth-idle",
                format!("{path}/nth_bp"),
                ("an annual deductible does not look at admissions", "年度起付线与住院次数无关"),
            );
        }
    }
    let fits = |rule: usize, pool: Pool, group: &str, level: Level| {
        plan.deductibles.get(rule).is_some_and(|row| {
            row.pool == pool && (row.group == "*" || row.group == group) && row.level.is_none_or(|only| only == level)
        })
    };
    shadowed(&used(plan, fits, plan.deductibles.len()), plan.deductibles.len(), "deductibles", to);
}

pub(crate) fn cross_region(plan: &Plan, to: &mut Findings) {
    let mut used = BTreeSet::new();
    for region in Region::ALL {
        for filing in Filing::ALL {
            let fits = |rule: &crate::CrossRule| {
                let here = rule.region.map_or(*region != Region::Home, |only| only == *region);
                here && rule.filing.include(*filing)
            };
            used.extend(plan.cross_region.iter().position(fits));
        }
    }
    for (place, rule) in plan.cross_region.iter().enumerate() {
        let path = format!("/cross_region/{place}");
        to.rate(format!("{path}/bp"), rule.bp);
        if !(0..=100_000).contains(&rule.deductible_bp) {
            to.error(
                "plan.rate-range",
                format!("{path}/deductible_bp"),
                ("is not between 0 and ten times the deductible", "不在起付线的 0 到 10 倍之间"),
            );
        }
        if !cut_is_sound(rule.mode, rule.bp) {
            to.error(
                "plan.cut-mode",
                format!("{path}/mode"),
                (
                    "says how much, but not how: ratio_minus, ratio_times or prior_selfpay",
                    "有幅度但没有方式：ratio_minus、ratio_times 或 prior_selfpay",
                ),
            );
        }
    }
    shadowed(&used, plan.cross_region.len(), "cross_region", to);
}

/// Ratios without deductible, levels without ratio: often meant so, worth a note.
pub(crate) fn coverage(plan: &Plan, to: &mut Findings) {
    let named: BTreeSet<Level> = plan.rates.iter().filter_map(|rate| rate.level).collect();
    let everywhere = plan.rates.iter().any(|rate| rate.level.is_none());
    let levels: Vec<Level> = Level::ALL.iter().copied().filter(|level| everywhere || named.contains(level)).collect();
    for pool in Pool::ALL {
        if !plan.rates.iter().any(|rate| rate.pool == *pool) {
            continue;
        }
        for group in reached(plan) {
            let name = name_of(plan, group);
            let (mut no_rate, mut no_deductible) = (Vec::new(), Vec::new());
            for level in &levels {
                let here = |only: Option<Level>, of: &str, in_pool: Pool| {
                    in_pool == *pool && (of == "*" || of == name) && only.is_none_or(|only| only == *level)
                };
                if !plan.rates.iter().any(|rate| here(rate.level, &rate.group, rate.pool)) {
                    no_rate.push(level.code());
                } else if !plan.deductibles.iter().any(|row| here(row.level, &row.group, row.pool)) {
                    no_deductible.push(level.code());
                }
            }
            let who = if name.is_empty() { "*" } else { name };
            if !no_rate.is_empty() {
                let at = no_rate.join(", ");
                to.say(
                    Severity::Note,
                    "plan.no-rate-here",
                    "/rates",
                    (
                        format!("{} for `{who}` pays nothing at level {at}", pool.en()),
                        format!("{}（人群“{who}”）在级别 {at} 不支付", pool.zh()),
                    ),
                );
            }
            if !no_deductible.is_empty() {
                let at = no_deductible.join(", ");
                to.say(
                    Severity::Note,
                    "plan.no-deductible-here",
                    "/deductibles",
                    (
                        format!("{} for `{who}` has no deductible at level {at}", pool.en()),
                        format!("{}（人群“{who}”）在级别 {at} 没有起付线", pool.zh()),
                    ),
                );
            }
        }
    }
}
