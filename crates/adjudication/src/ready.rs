//! A plan resolved into tables: which rule holds for a group, pool and level is looked
//! up once, so that an encounter costs a few loads. Reads rules, decides nothing.

use crate::plan::{CrossMode, DeductibleKind};
use crate::{AidClass, CrossYear, Filing, Level, MedType, PayClass, Person, Plan, Pool, Refusal, Region, Stage, fund};
use kernel::{Bp, Error, Fen, Rounding};
use std::sync::Arc;

/// A plan that can be settled under.
#[derive(Debug, Clone)]
pub struct Ready {
    plan: Arc<Plan>,
    pub(crate) rounding: Rounding,
    pub(crate) ratio_first: bool,
    pub(crate) pool_fund: u32,
    groups: Vec<GroupRow>,
    rates: Vec<Option<RateRow>>,
    deductibles: Vec<Option<DeductibleRow>>,
    caps: Vec<PoolCaps>,
    cross: Vec<Option<CrossRow>>,
    annual: [bool; 3],
    account_first: [bool; 3],
    pub(crate) supplement: Option<SupplementRow>,
    pub(crate) illness: [Option<IllnessRow>; 2],
    illness_aid: [bool; 5],
    pub(crate) civil_servant: Option<ShareRow>,
    pub(crate) enterprise: Option<ShareRow>,
    pub(crate) aid: [Option<AidRow>; 5],
    pub(crate) stages: Vec<Stage>,
    pub(crate) account_pays: [bool; 4],
    pub(crate) mutual_pays: [bool; 4],
    types: Vec<(MedType, Pool)>,
    pub(crate) splits_years: bool,
}

#[derive(Debug, Clone, Copy)]
struct GroupRow {
    retired: Option<bool>,
    ages: (u8, u8),
}

/// A ratio up to a position on the axis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SegmentRow {
    pub(crate) upto: Fen,
    pub(crate) bp: Bp,
    pub(crate) bonus: Bp,
}

#[derive(Debug, Clone)]
pub(crate) struct RateRow {
    /// Place of the rule in the document.
    pub(crate) rule: usize,
    pub(crate) segments: Vec<SegmentRow>,
}

#[derive(Debug, Clone)]
pub(crate) struct DeductibleRow {
    /// Place of the rule in the document.
    pub(crate) rule: usize,
    pub(crate) kind: DeductibleKind,
    pub(crate) amount: Fen,
    nth: Vec<Bp>,
    pub(crate) family_off: Fen,
}

impl DeductibleRow {
    /// The factor after so many admissions, with its place in the list.
    pub(crate) fn nth(&self, admissions: i64) -> Option<(usize, Bp)> {
        let last = self.nth.len().checked_sub(1)?;
        let place = usize::try_from(admissions).unwrap_or(0).min(last);
        self.nth.get(place).map(|bp| (place, *bp))
    }
}

/// The two caps that can bind in a pool.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PoolCaps {
    pub(crate) pool: Option<CapRow>,
    pub(crate) all: Option<CapRow>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct CapRow {
    pub(crate) amount: Fen,
    pub(crate) overflow: bool,
    /// Whether the document names the cap for the person's group.
    pub(crate) of_group: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct CrossRow {
    pub(crate) rule: usize,
    pub(crate) minus: Bp,
    pub(crate) times: Bp,
    pub(crate) prior: Bp,
    pub(crate) deductible: Bp,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct SupplementRow {
    pub(crate) bp: Bp,
    pub(crate) cap: Option<Fen>,
}

#[derive(Debug, Clone)]
pub(crate) struct IllnessRow {
    pub(crate) pools: [bool; 3],
    pub(crate) threshold: Fen,
    pub(crate) segments: Vec<SegmentRow>,
    pub(crate) cap: Option<Fen>,
    pub(crate) counts_preself: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct ShareRow {
    pub(crate) pools: [bool; 3],
    pub(crate) bp: Bp,
    pub(crate) cap: Option<Fen>,
    pub(crate) fund: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct AidRow {
    pub(crate) pools: [bool; 3],
    pub(crate) bp: Bp,
    pub(crate) threshold: Fen,
    pub(crate) cap: Option<Fen>,
}

/// Rows of a table over group, pool and level.
const PER_GROUP: usize = 15;
const LEVELS: usize = 5;
const FILINGS: usize = 5;

/// Whether a pool is among some.
pub(crate) fn has(pools: [bool; 3], pool: Pool) -> bool {
    pools.get(pool.index()).copied().unwrap_or(false)
}

fn pools(named: &[Pool]) -> [bool; 3] {
    [Pool::Op, Pool::Ip, Pool::Chronic].map(|pool| named.contains(&pool))
}

fn pays(named: &[PayClass]) -> [bool; 4] {
    [PayClass::InScope, PayClass::PriorSelf, PayClass::OverLimit, PayClass::FullSelf]
        .map(|class| named.contains(&class))
}

fn segments(of: &[crate::Segment], bonus: i32) -> Vec<SegmentRow> {
    let row = |segment: &crate::Segment| SegmentRow {
        upto: Fen(segment.upto.unwrap_or(i64::MAX)),
        bp: Bp(segment.bp),
        bonus: Bp(bonus),
    };
    of.iter().map(row).collect()
}

impl Ready {
    /// Resolves a plan; refused when the linter finds an error in it.
    pub fn of(plan: Plan) -> Result<Self, Error> {
        let mut findings = plan.lint();
        findings.retain(|finding| finding.severity == crate::Severity::Error);
        if let Some(first) = findings.first() {
            return Err(Refusal::PlanUnsound.at(first.path.clone()).with(first.en.clone()));
        }
        Ok(Self::sound(plan))
    }

    /// The document, for names and explanations.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    fn sound(plan: Plan) -> Self {
        // One more group than named: who is in none.
        let names: Vec<Option<&str>> =
            plan.groups.iter().map(|group| Some(group.name.as_str())).chain([None]).collect();
        let mut rates = Vec::with_capacity(names.len().saturating_mul(PER_GROUP));
        let mut deductibles = Vec::with_capacity(rates.capacity());
        let mut caps = Vec::new();
        for group in &names {
            for pool in Pool::ALL {
                for level in Level::ALL {
                    rates.push(rate_row(&plan, *pool, *group, *level));
                    deductibles.push(deductible_row(&plan, *pool, *group, *level));
                }
                caps.push(cap_row(&plan, *pool, *group));
            }
        }
        let mut types: Vec<_> = plan.med_types.iter().map(|row| (row.med_type, row.pool)).collect();
        types.sort_by_key(|(med_type, _)| std::cmp::Reverse(med_type.number()));
        let aid_of = |class: &AidClass| {
            plan.aid.get(class).map(|aid| AidRow {
                pools: pools(&aid.pools),
                bp: Bp(aid.bp),
                threshold: Fen(aid.threshold),
                cap: aid.cap.map(Fen),
            })
        };
        let share = |share: &crate::Share, usual: u32| ShareRow {
            pools: pools(&share.pools),
            bp: Bp(share.bp),
            cap: share.cap.map(Fen),
            fund: share.fund.as_deref().and_then(|code| code.parse().ok()).unwrap_or(usual),
        };
        let aided = |class: AidClass| plan.mi.as_ref().is_some_and(|mi| mi.aid_classes.contains(&class));
        let classes = [
            AidClass::Destitute,
            AidClass::LowIncome,
            AidClass::LowIncomeEdge,
            AidClass::BackToPoverty,
            AidClass::PoorByIllness,
        ];
        Self {
            rounding: plan.rounds(),
            ratio_first: plan.ratio_first,
            pool_fund: pool_fund(&plan.insutype),
            groups: plan
                .groups
                .iter()
                .map(|group| GroupRow {
                    retired: group.retired,
                    ages: (group.age_min.unwrap_or(0), group.age_max.unwrap_or(u8::MAX)),
                })
                .collect(),
            rates,
            deductibles,
            caps,
            cross: cross_rows(&plan),
            annual: [Pool::Op, Pool::Ip, Pool::Chronic]
                .map(|pool| plan.segment_basis.get(&pool) == Some(&crate::Basis::Annual)),
            account_first: pools(&plan.account_first),
            supplement: plan.hifob.as_ref().map(|row| SupplementRow { bp: Bp(row.bp), cap: row.cap.map(Fen) }),
            illness: [illness_row(&plan, false), illness_row(&plan, true)],
            illness_aid: classes.map(aided),
            civil_servant: plan.cvlserv.as_ref().map(|row| share(row, fund::CIVIL_SERVANT)),
            enterprise: plan.hifes.as_ref().map(|row| share(row, fund::ENTERPRISE)),
            aid: classes.map(|class| aid_of(&class)),
            stages: plan.stages().iter().copied().filter(|stage| *stage != Stage::Pooled).collect(),
            account_pays: pays(&plan.account_pays),
            mutual_pays: pays(&plan.mutual_pays),
            types,
            splits_years: plan.cross_year == Some(CrossYear::Split),
            plan: Arc::new(plan),
        }
    }

    /// The insured type whose coverage beside the basic one opens the supplement of the
    /// `hifes` stage: that of the fund which pays it, `370` as a rule.
    pub fn supplement_insutype(&self) -> String {
        let fund = self.enterprise.map_or(fund::ENTERPRISE, |row| row.fund);
        fund.checked_div(1000).unwrap_or(0).to_string()
    }

    /// The group of a person: a place in the plan's list, or one beyond it.
    #[inline]
    pub(crate) fn group(&self, person: &Person) -> usize {
        let fits = |group: &GroupRow| {
            group.retired.is_none_or(|retired| retired == person.retired)
                && (group.ages.0..=group.ages.1).contains(&person.age)
        };
        self.groups.iter().position(fits).unwrap_or(self.groups.len())
    }

    fn place(group: usize, pool: Pool, level: Level) -> usize {
        group.wrapping_mul(PER_GROUP).wrapping_add(pool.index().wrapping_mul(LEVELS)).wrapping_add(level.index())
    }

    #[inline]
    pub(crate) fn rate(&self, group: usize, pool: Pool, level: Level) -> Option<&RateRow> {
        self.rates.get(Self::place(group, pool, level))?.as_ref()
    }

    #[inline]
    pub(crate) fn deductible(&self, group: usize, pool: Pool, level: Level) -> Option<&DeductibleRow> {
        self.deductibles.get(Self::place(group, pool, level))?.as_ref()
    }

    #[inline]
    pub(crate) fn pool_caps(&self, group: usize, pool: Pool) -> PoolCaps {
        self.caps.get(group.wrapping_mul(3).wrapping_add(pool.index())).copied().unwrap_or_default()
    }

    #[inline]
    pub(crate) fn cross_rule(&self, region: Region, filing: Filing) -> Option<&CrossRow> {
        self.cross.get(region.index().wrapping_mul(FILINGS).wrapping_add(filing.index()))?.as_ref()
    }

    /// The pool a treatment type counts in.
    #[inline]
    pub(crate) fn pool(&self, med_type: MedType) -> Option<Pool> {
        let named = self.types.iter().find(|(prefix, _)| med_type.under(*prefix)).map(|(_, pool)| *pool);
        named.or_else(|| med_type.pool())
    }

    pub(crate) fn is_annual(&self, pool: Pool) -> bool {
        has(self.annual, pool)
    }

    pub(crate) fn account_is_first(&self, pool: Pool) -> bool {
        has(self.account_first, pool)
    }

    /// Whether major illness insurance treats a class of aid better.
    pub(crate) fn illness_favours(&self, class: Option<AidClass>) -> bool {
        class.is_some_and(|class| self.illness_aid.get(class.index()).copied().unwrap_or(false))
    }

    /// Major illness as it is for a person.
    pub(crate) fn illness_for(&self, class: Option<AidClass>) -> Option<&IllnessRow> {
        let [usual, favoured] = &self.illness;
        if self.illness_favours(class) { favoured.as_ref() } else { usual.as_ref() }
    }
}

fn holds(rule_group: &str, group: Option<&str>) -> bool {
    rule_group == "*" || group == Some(rule_group)
}

fn at_level(rule_level: Option<Level>, level: Level) -> bool {
    rule_level.is_none_or(|only| only == level)
}

fn rate_row(plan: &Plan, pool: Pool, group: Option<&str>, level: Level) -> Option<RateRow> {
    let fits = |rate: &crate::Rate| rate.pool == pool && holds(&rate.group, group) && at_level(rate.level, level);
    let rule = plan.rates.iter().position(fits)?;
    let rate = plan.rates.get(rule)?;
    Some(RateRow { rule, segments: segments(&rate.segments, rate.bonus_bp) })
}

fn deductible_row(plan: &Plan, pool: Pool, group: Option<&str>, level: Level) -> Option<DeductibleRow> {
    let fits = |rule: &crate::Deductible| rule.pool == pool && holds(&rule.group, group) && at_level(rule.level, level);
    let rule = plan.deductibles.iter().position(fits)?;
    let found = plan.deductibles.get(rule)?;
    Some(DeductibleRow {
        rule,
        kind: found.kind,
        amount: Fen(found.amount),
        nth: found.nth_bp.iter().copied().map(Bp).collect(),
        family_off: Fen(found.family_doctor_off.unwrap_or(0)),
    })
}

fn cap_row(plan: &Plan, pool: Pool, group: Option<&str>) -> PoolCaps {
    let row = |key: &str, of_group: bool| {
        let cap = plan.caps.get(key)?;
        Some(CapRow { amount: Fen(cap.amount?), overflow: cap.overflow, of_group })
    };
    // A cap that names the group holds even when it says that there is none.
    let own = group.map(|group| format!("{}:{group}", pool.code())).filter(|key| plan.caps.contains_key(key));
    let of_pool = own.map_or_else(|| row(pool.code(), false), |key| row(&key, true));
    let own_all = group.map(|group| format!("all:{group}")).filter(|key| plan.caps.contains_key(key));
    PoolCaps { pool: of_pool, all: own_all.map_or_else(|| row("all", false), |key| row(&key, true)) }
}

fn cross_rows(plan: &Plan) -> Vec<Option<CrossRow>> {
    let mut rows = Vec::new();
    for region in Region::ALL {
        for filing in Filing::ALL {
            let fits = |rule: &crate::CrossRule| {
                rule.region.is_none_or(|only| only == *region) && rule.filing.include(*filing)
            };
            // At home no rule for anywhere holds: nobody is away.
            let found = plan
                .cross_region
                .iter()
                .position(|rule| fits(rule) && (*region != Region::Home || rule.region == Some(Region::Home)));
            rows.push(found.and_then(|rule| {
                let of = plan.cross_region.get(rule)?;
                let only = |mode: CrossMode, otherwise: i32| Bp(if of.mode == Some(mode) { of.bp } else { otherwise });
                Some(CrossRow {
                    rule,
                    minus: only(CrossMode::RatioMinus, 0),
                    times: only(CrossMode::RatioTimes, 10_000),
                    prior: only(CrossMode::PriorSelfpay, 0),
                    deductible: Bp(of.deductible_bp),
                })
            }));
        }
    }
    rows
}

fn illness_row(plan: &Plan, favoured: bool) -> Option<IllnessRow> {
    let mi = plan.mi.as_ref()?;
    let threshold =
        if favoured { Fen(mi.threshold).part(Bp(mi.aid_threshold_bp), plan.rounds()) } else { Fen(mi.threshold) };
    Some(IllnessRow {
        pools: pools(&mi.pools),
        threshold,
        segments: segments(&mi.segments, if favoured { mi.aid_bonus_bp } else { 0 }),
        cap: if favoured && mi.aid_no_cap { None } else { mi.cap.map(Fen) },
        counts_preself: mi.counts_preself,
    })
}

/// The fund type of an insured type's pooled fund: its code with `100`, residents'
/// older kinds under the residents'.
fn pool_fund(insutype: &str) -> u32 {
    match insutype {
        "380" | "390" | "391" | "392" => fund::RESIDENT,
        _ => insutype
            .parse::<u32>()
            .ok()
            .and_then(|code| code.checked_mul(1000)?.checked_add(100))
            .unwrap_or(fund::OTHER),
    }
}
