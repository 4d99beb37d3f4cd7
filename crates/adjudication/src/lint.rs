//! Reads and lints a plan: segments ascend and end open, rates and amounts are in
//! range, every rule can be reached, lists are in order, days are in order. What a
//! sound plan should pay is its author's to know.

use crate::finding::{Finding, Findings, Severity, step};
use crate::lint_rules;
use crate::{CrossMode, PayClass, Plan, Pool, Segment, Stage, fund};
use std::collections::BTreeSet;

impl Plan {
    /// Parses a document and lints it; a plan comes back when there is no error (it may
    /// have warnings and notes: [`Plan::lint`]).
    pub fn read(json: &str) -> Result<Self, Vec<Finding>> {
        let plan: Self = serde_json::from_str(json).map_err(|error| vec![unreadable(&error)])?;
        let findings = plan.lint();
        if findings.iter().any(|finding| finding.severity == Severity::Error) { Err(findings) } else { Ok(plan) }
    }

    /// Parses a document that is a value already.
    pub(crate) fn deserialize_value(value: &serde_json::Value) -> Result<Self, Vec<Finding>> {
        <Self as serde::Deserialize>::deserialize(value).map_err(|error| vec![unreadable(&error)])
    }

    /// Everything the linter has to say, errors first.
    pub fn lint(&self) -> Vec<Finding> {
        let mut to = Findings::default();
        head(self, &mut to);
        lint_rules::groups(self, &mut to);
        lint_rules::rates(self, &mut to);
        lint_rules::deductibles(self, &mut to);
        lint_rules::cross_region(self, &mut to);
        lint_rules::coverage(self, &mut to);
        caps(self, &mut to);
        funds(self, &mut to);
        purses(self, &mut to);
        stage_order(self, &mut to);
        to.0.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        to.0
    }
}

/// The finding that stands for a document that is no plan.
pub(crate) fn unreadable(error: &serde_json::Error) -> Finding {
    let (line, column) = (error.line(), error.column());
    Finding {
        code: "plan.unreadable",
        path: String::new(),
        en: format!("not a plan document: {error}"),
        zh: format!("不是待遇方案文档：第 {line} 行第 {column} 列，{error}"),
        severity: Severity::Error,
    }
}

/// Over plans that are to be used together: at most one holds for an area, insurance
/// and day, and no two share name and version.
pub fn lint_set(plans: &[Plan]) -> Vec<Finding> {
    let mut to = Findings::default();
    for (place, one) in plans.iter().enumerate() {
        for (earlier, other) in plans.iter().enumerate().take(place) {
            let path = format!("/{place}");
            if !one.id.is_empty() && one.id == other.id && one.version == other.version {
                to.error(
                    "plan.same-version",
                    &path,
                    (
                        format!("`{}` version {} is there twice", one.id, one.version),
                        format!("方案“{}”第 {} 版重复", one.id, one.version),
                    ),
                );
            }
            let (Some(mine), Some(theirs)) = (one.days(), other.days()) else { continue };
            let same = one.admdvs == other.admdvs && one.insutype == other.insutype;
            if same && mine.0 <= theirs.1 && theirs.0 <= mine.1 {
                let (from, to_day) = (mine.0.max(theirs.0), mine.1.min(theirs.1));
                to.error(
                    "plan.overlap",
                    &path,
                    (
                        format!(
                            "holds together with plan {earlier} from {from} to {to_day} for {} {}",
                            one.admdvs, one.insutype
                        ),
                        format!(
                            "与第 {earlier} 个方案在 {from} 至 {to_day} 同时生效（{} {}）",
                            one.admdvs, one.insutype
                        ),
                    ),
                );
            }
        }
    }
    to.0
}

fn head(plan: &Plan, to: &mut Findings) {
    let digits = |text: &str, long: usize| text.len() == long && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(&plan.admdvs, 6) {
        to.error("plan.area", "/admdvs", ("an area has six digits", "统筹区代码应为六位数字"));
    }
    if !digits(&plan.insutype, 3) {
        to.error("plan.insutype", "/insutype", ("an insured type has three digits", "险种代码应为三位数字"));
    }
    if plan.version == 0 {
        to.error("plan.version", "/version", ("versions begin with 1", "版本号从 1 开始"));
    }
    if plan.year_begins().is_none() {
        to.error("plan.year-start", "/year_start", ("not a month and day such as 07-01", "不是 07-01 形式的月日"));
        return;
    }
    match plan.days() {
        None => {
            to.error("plan.no-days", "/year", ("names neither a year nor days that exist", "没有写明年度或有效日期"));
        }
        Some((from, last)) if from > last => to.error(
            "plan.days-reversed",
            "/year_to",
            (format!("ends on {last}, before it begins on {from}"), format!("终止日 {last} 早于起始日 {from}")),
        ),
        Some(_) => {}
    }
    for (place, row) in plan.med_types.iter().enumerate() {
        if plan.med_types.iter().take(place).any(|earlier| earlier.med_type == row.med_type) {
            to.error(
                "plan.shadowed",
                format!("/med_types/{place}"),
                (format!("treatment type {} is there twice", row.med_type), format!("医疗类别 {} 重复", row.med_type)),
            );
        }
    }
}

/// Segments ascend strictly, and only the last has no end.
pub(crate) fn segments(of: &[Segment], path: &str, to: &mut Findings) {
    let mut prev = 0;
    for (place, segment) in of.iter().enumerate() {
        let here = format!("{path}/{place}");
        to.rate(format!("{here}/bp"), segment.bp);
        let last = place.saturating_add(1) == of.len();
        match segment.upto {
            None if !last => to.error(
                "plan.segment-open",
                format!("{here}/upto"),
                ("only the last segment has no end", "只有最后一段可以没有上限"),
            ),
            Some(upto) if upto <= prev => to.error(
                "plan.segment-order",
                format!("{here}/upto"),
                (format!("{upto} does not lie above {prev}"), format!("{upto} 不大于前一段的 {prev}")),
            ),
            Some(_) if last => to.error(
                "plan.segment-open",
                format!("{here}/upto"),
                ("the last segment must have no end (null)", "最后一段的上限必须为空（null）"),
            ),
            None | Some(_) => {}
        }
        prev = segment.upto.unwrap_or(prev);
    }
    if of.is_empty() {
        to.error("plan.segment-open", path, ("there is no segment", "没有分段"));
    }
}

fn caps(plan: &Plan, to: &mut Findings) {
    for (key, cap) in &plan.caps {
        let path = format!("/caps/{}", step(key));
        let (pool, group) = key.split_once(':').map_or((key.as_str(), None), |(pool, group)| (pool, Some(group)));
        let known = group.is_none_or(|name| plan.groups.iter().any(|group| group.name == name));
        if (pool != "all" && Pool::read(pool).is_none()) || !known {
            to.error(
                "plan.cap-key",
                &path,
                (format!("`{key}` is no pool, pool:group or all"), format!("“{key}”不是待遇类别、类别:人群或 all")),
            );
        }
        if let Some(amount) = cap.amount {
            to.amount(format!("{path}/amount"), amount);
        }
        if cap.overflow && plan.hifob.is_none() {
            to.say(
                Severity::Warning,
                "plan.overflow-nowhere",
                format!("{path}/overflow"),
                (
                    "overflows, but there is no large-amount supplement to take it",
                    "设为溢出封顶线，但方案没有大额补助承接",
                ),
            );
        }
    }
    if plan.hifob.is_some() && !plan.caps.values().any(|cap| cap.overflow) {
        to.say(
            Severity::Warning,
            "plan.supplement-idle",
            "/hifob",
            ("never pays: no cap overflows", "没有溢出封顶线，大额补助不会支付"),
        );
    }
}

fn pools_named(pools: &[Pool], path: &str, to: &mut Findings) {
    let distinct: BTreeSet<_> = pools.iter().collect();
    if pools.is_empty() || distinct.len() != pools.len() {
        to.error("plan.pools", format!("{path}/pools"), ("names no pool, or one twice", "没有列出待遇类别，或有重复"));
    }
}

fn funds(plan: &Plan, to: &mut Findings) {
    if let Some(row) = &plan.hifob {
        to.rate("/hifob/bp", row.bp);
        row.cap.into_iter().for_each(|cap| to.amount("/hifob/cap", cap));
    }
    for (name, row) in [("cvlserv", &plan.cvlserv), ("hifes", &plan.hifes)] {
        let Some(row) = row else { continue };
        pools_named(&row.pools, &format!("/{name}"), to);
        to.rate(format!("/{name}/bp"), row.bp);
        row.cap.into_iter().for_each(|cap| to.amount(format!("/{name}/cap"), cap));
        if row.fund.as_deref().is_some_and(|code| !pays_as_a_fund(code)) {
            let told = ("is not the six-digit code of a fund", "不是六位基金代码");
            to.error("plan.fund", format!("/{name}/fund"), told);
        }
    }
    if plan.hifes.as_ref().is_some_and(|row| row.cap.is_some()) {
        to.error(
            "plan.cap-uncounted",
            "/hifes/cap",
            (
                "what the enterprise supplement pays is not counted in a year, so it cannot have a cap",
                "企业补充保险的年度支付不作累计，不能设封顶线",
            ),
        );
    }
    for (class, row) in &plan.aid {
        let path = format!("/aid/{}", class.code());
        pools_named(&row.pools, &path, to);
        to.rate(format!("{path}/bp"), row.bp);
        to.amount(format!("{path}/threshold"), row.threshold);
        row.cap.into_iter().for_each(|cap| to.amount(format!("{path}/cap"), cap));
    }
    major_illness(plan, to);
}

/// Six digits, and neither the personal account nor what a hospital bears.
fn pays_as_a_fund(code: &str) -> bool {
    let digits = code.len() == 6 && !code.starts_with('0') && code.bytes().all(|byte| byte.is_ascii_digit());
    let number = code.parse::<u32>();
    digits && number.is_ok_and(|number| number != fund::ACCOUNT && number != fund::HOSPITAL)
}

fn major_illness(plan: &Plan, to: &mut Findings) {
    let Some(row) = &plan.mi else { return };
    pools_named(&row.pools, "/mi", to);
    to.amount("/mi/threshold", row.threshold);
    row.cap.into_iter().for_each(|cap| to.amount("/mi/cap", cap));
    to.rate("/mi/aid_threshold_bp", row.aid_threshold_bp);
    to.rate("/mi/aid_bonus_bp", row.aid_bonus_bp);
    segments(&row.segments, "/mi/segments", to);
    for (place, segment) in row.segments.iter().enumerate() {
        if segment.upto.is_some_and(|upto| upto <= row.threshold) {
            to.say(
                Severity::Warning,
                "plan.segment-idle",
                format!("/mi/segments/{place}/upto"),
                ("lies below the threshold and never pays", "低于起付线，不会支付"),
            );
        }
    }
    let tilted = row.aid_threshold_bp != 10_000 || row.aid_bonus_bp != 0 || row.aid_no_cap;
    if tilted && row.aid_classes.is_empty() {
        to.say(
            Severity::Warning,
            "plan.aid-classes",
            "/mi/aid_classes",
            ("the better treatment of the poor names no class", "倾斜政策没有列出救助对象类别"),
        );
    }
}

fn purses(plan: &Plan, to: &mut Findings) {
    let ordered = |list: &[PayClass]| list.windows(2).all(|pair| pair.first() < pair.last());
    for (name, list) in [("account_pays", &plan.account_pays), ("mutual_pays", &plan.mutual_pays)] {
        if !ordered(list) {
            to.error(
                "plan.pays-order",
                format!("/{name}"),
                (
                    "is not in the order inscp, preself, overlmt, fulamt, each once",
                    "未按 inscp、preself、overlmt、fulamt 的顺序各列一次",
                ),
            );
        }
    }
    if !plan.account_pays.is_empty() && !plan.account_pays.starts_with(&plan.mutual_pays) {
        to.error(
            "plan.mutual-prefix",
            "/mutual_pays",
            ("is not the beginning of account_pays", "不是 account_pays 的前缀"),
        );
    }
    if !plan.account_first.is_empty() && !plan.account_pays.contains(&PayClass::InScope) {
        to.error(
            "plan.account-first",
            "/account_first",
            (
                "the account pays first, but account_pays does not name inscp",
                "账户先行支付，但 account_pays 未列 inscp",
            ),
        );
    }
}

fn stage_order(plan: &Plan, to: &mut Findings) {
    let order = &plan.stage_order;
    if order.is_empty() {
        return;
    }
    if order.first() != Some(&Stage::Pooled) {
        to.error("plan.stage-first", "/stage_order/0", ("the pooled fund comes first", "统筹基金须排在最前"));
    }
    for (place, stage) in order.iter().enumerate() {
        if order.iter().take(place).any(|earlier| earlier == stage) {
            to.error(
                "plan.stage-twice",
                format!("/stage_order/{place}"),
                (format!("{} is there twice", stage.code()), format!("{} 重复", stage.zh())),
            );
        }
    }
    let used = [
        (Stage::Supplement, plan.hifob.is_some()),
        (Stage::MajorIllness, plan.mi.is_some()),
        (Stage::CivilServant, plan.cvlserv.is_some()),
        (Stage::Enterprise, plan.hifes.is_some()),
        (Stage::Aid, !plan.aid.is_empty()),
    ];
    for (stage, used) in used {
        if used && !order.contains(&stage) {
            to.error(
                "plan.stage-missing",
                "/stage_order",
                (
                    format!("{} is in the plan but not in the order", stage.code()),
                    format!("方案含{}，但顺序中没有", stage.zh()),
                ),
            );
        }
    }
}

/// What a cut says of itself.
pub(crate) fn cut_is_sound(mode: Option<CrossMode>, bp: i32) -> bool {
    mode.is_some() || bp == 0
}
