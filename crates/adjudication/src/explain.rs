//! Why: for every fen the rule, its place in the plan document and the numbers. The
//! engine is run again with somebody listening; what it told becomes four trees whose
//! leaves sum to the outcome. Words and JSON are written here; pages are `desks`'.

use crate::finding::step;
use crate::trace::{Binding, DeductibleNote, FurtherNote, NoBenefit, Note, SegmentNote};
use crate::{Accumulators, Encounter, Line, LineSplit, Outcome, Person, Ready, Stage};
use kernel::{Bp, Error, Fen};
use serde::{Serialize, Serializer};
use std::fmt::Write as _;

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// Chinese as written in China.
    Zh,
    /// English.
    En,
}

/// An amount and why it is what it is. The amounts of `of`, where there are any, sum
/// to the amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    /// What it is, in Chinese.
    pub zh: String,
    /// What it is, in English.
    pub en: String,
    /// How much; below zero where it lowers what it stands under.
    #[serde(serialize_with = "as_fen")]
    pub fen: Fen,
    /// The rule: a JSON pointer into the plan document; empty where the step is the
    /// same in every plan.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The numbers, in Chinese; empty where they are those of `of`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub zh_how: String,
    /// The numbers, in English.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub en_how: String,
    /// Told even when it is nothing.
    #[serde(skip)]
    told: bool,
    /// What it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Why>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
fn as_fen<S: Serializer>(fen: &Fen, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(fen.0)
}

/// A settlement explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The plan's name.
    pub plan: String,
    /// The plan's version.
    pub version: u32,
    /// The fee by class and line.
    pub fee: Why,
    /// The fee by who bears it: each fund, the hospital, the person.
    pub bearers: Why,
    /// The person's part by reason.
    pub person: Why,
    /// The person's part by purse: own account, relatives, cash.
    pub purses: Why,
}

impl Why {
    fn new(zh: impl Into<String>, en: impl Into<String>, fen: Fen) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
            fen,
            path: String::new(),
            zh_how: String::new(),
            en_how: String::new(),
            told: false,
            of: Vec::new(),
        }
    }

    fn by(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    fn how(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.zh_how = zh.into();
        self.en_how = en.into();
        self
    }

    /// What it is made of; nothing is left out, so that the sums close.
    fn made_of(mut self, of: Vec<Why>) -> Self {
        self.of = of.into_iter().filter(|part| part.fen != Fen::ZERO || part.told || !part.of.is_empty()).collect();
        self
    }

    /// The sum of the leaves: equal to [`Why::fen`] unless something is unexplained.
    pub fn leaves(&self) -> Fen {
        if self.of.is_empty() {
            return self.fen;
        }
        self.of.iter().fold(Fen::ZERO, |sum, part| Fen(sum.0.saturating_add(part.leaves().0)))
    }

    fn write(&self, tongue: Tongue, depth: usize, to: &mut String) {
        let (label, how) = match tongue {
            Tongue::Zh => (&self.zh, &self.zh_how),
            Tongue::En => (&self.en, &self.en_how),
        };
        let colon = if tongue == Tongue::Zh { "：" } else { ": " };
        // Writing to a text cannot fail.
        let _ = write!(to, "{:indent$}{label}{colon}{}", "", self.fen, indent = depth.saturating_mul(2));
        if !how.is_empty() {
            let _ = write!(to, " = {how}");
        }
        if !self.path.is_empty() {
            let _ = write!(to, "  [{}]", self.path);
        }
        to.push('\n');
        self.of.iter().for_each(|part| part.write(tongue, depth.saturating_add(1), to));
    }
}

impl Explanation {
    /// The four trees as indented text, amounts in yuan.
    pub fn text(&self, tongue: Tongue) -> String {
        let mut to = match tongue {
            Tongue::Zh => format!("待遇方案 {} 第 {} 版\n", self.plan, self.version),
            Tongue::En => format!("plan {} version {}\n", self.plan, self.version),
        };
        for tree in [&self.fee, &self.bearers, &self.person, &self.purses] {
            tree.write(tongue, 0, &mut to);
        }
        to
    }
}

/// Explains a settlement by working it out again; refuses what [`Ready::settle`]
/// refuses.
pub fn explain(
    ready: &Ready,
    person: &Person,
    before: &Accumulators,
    encounter: &Encounter,
) -> Result<Explanation, Error> {
    let mut notes: Vec<Note> = Vec::new();
    let mut out = Outcome::default();
    ready.settle_traced(person, before, encounter, &mut out, &mut notes)?;
    let telling = Telling { ready, person, out: &out, notes: &notes };
    Ok(Explanation {
        plan: ready.plan().id.clone(),
        version: ready.plan().version,
        fee: telling.fee(),
        bearers: telling.bearers(),
        person: telling.person(),
        purses: telling.purses(),
    })
}

struct Telling<'a> {
    ready: &'a Ready,
    person: &'a Person,
    out: &'a Outcome,
    notes: &'a [Note],
}

fn turned(fen: Fen) -> Fen {
    Fen(fen.0.saturating_neg())
}

fn less(a: Fen, b: Fen) -> Fen {
    Fen(a.0.saturating_sub(b.0))
}

/// `81.50 − 10.00`, without the terms that are nothing; empty when none is left.
fn without(whole: Fen, terms: &[Fen]) -> String {
    let left: Vec<String> = terms.iter().filter(|term| **term != Fen::ZERO).map(Fen::to_string).collect();
    if left.is_empty() { String::new() } else { format!("{whole} − {}", left.join(" − ")) }
}

/// A quantity in thousandths: `2.5`, `1`.
fn quantity(milli: i64) -> String {
    let (whole, rest) = (milli.wrapping_div(1000), milli.wrapping_rem(1000).unsigned_abs());
    let sign = if milli < 0 && whole == 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{rest:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Telling<'_> {
    fn fee(&self) -> Why {
        let mut classes: [(&str, &str, Vec<Why>); 4] = [
            ("符合政策范围", "in scope", Vec::new()),
            ("先行自付", "prior self-pay", Vec::new()),
            ("超限价自费", "over-limit self-pay", Vec::new()),
            ("全自费", "full self-pay", Vec::new()),
        ];
        for note in self.notes {
            let of_line = match note {
                Note::Line { place, line, limit, split } => self.line(*place, line, *limit, split),
                Note::Moved { .. } => {
                    let moved = Self::moved(note);
                    let mut back = moved.clone();
                    back.fen = turned(back.fen);
                    [back, moved, Why::new("", "", Fen::ZERO), Why::new("", "", Fen::ZERO)]
                }
                _ => continue,
            };
            for (class, why) in classes.iter_mut().zip(of_line) {
                class.2.push(why);
            }
        }
        let of = classes.into_iter().map(|(zh, en, of)| {
            let sum = of.iter().fold(Fen::ZERO, |sum, why| Fen(sum.0.saturating_add(why.fen.0)));
            Why::new(zh, en, sum).made_of(of)
        });
        Why::new("医疗费总额", "total fee", self.out.medfee_sumamt).made_of(of.collect())
    }

    /// A line's in-scope, prior self-pay, over-limit and full self-pay parts.
    fn line(&self, place: usize, line: &Line, limit: Option<Fen>, split: &LineSplit) -> [Why; 4] {
        let number = place.saturating_add(1);
        let label = |fen: Fen| {
            Why::new(
                format!("第 {number} 项（{}）", line.class.zh()),
                format!("line {number} ({})", line.class.en()),
                fen,
            )
        };
        let within = less(line.amount, split.overlmt_selfpay);
        let base = if self.ready.plan().ratio_first { line.amount } else { within };
        let over = limit.zip(line.limit_price).map_or_else(String::new, |(limit, price)| {
            let limit = if line.amount < Fen::ZERO { turned(limit) } else { limit };
            format!("{} − {price} × {} ({limit})", line.amount, quantity(line.qty_milli))
        });
        let ratio = Bp(line.selfpay_bp);
        let rest = without(line.amount, &[split.overlmt_selfpay, split.preselfpay]);
        [
            label(split.inscp).how(rest.clone(), rest),
            label(split.preselfpay).how(format!("{base} × {ratio}"), format!("{base} × {ratio}")),
            label(split.overlmt_selfpay).how(over.clone(), over),
            label(split.fulamt_ownpay).how("目录外，全部自费", "not covered"),
        ]
    }

    fn moved(note: &Note) -> Why {
        let Note::Moved { rule, base, bp, amount } = note else { return Why::new("", "", Fen::ZERO) };
        Why::new("异地就医先行自付", "prior self-pay for care away", *amount)
            .by(format!("/cross_region/{rule}"))
            .how(format!("{base} × {bp}"), format!("{base} × {bp}"))
    }

    fn segments(&self) -> impl Iterator<Item = &SegmentNote> {
        self.notes.iter().filter_map(|note| if let Note::Segment(segment) = note { Some(segment) } else { None })
    }

    fn further(&self) -> impl Iterator<Item = &FurtherNote> {
        self.notes.iter().filter_map(|note| if let Note::Further(further) = note { Some(further) } else { None })
    }

    fn bearers(&self) -> Why {
        let out = self.out;
        let mut of = vec![
            Why::new("统筹基金", "pooled fund", out.hifp_pay)
                .made_of(self.segments().map(|segment| self.segment_pay(segment)).collect()),
        ];
        of.extend(self.further().map(|further| self.further_pay(further)));
        of.push(
            Why::new("医院负担", "hospital's part", out.hosp_part_amt).how("医院不得向个人收取", "may not be charged"),
        );
        let rest = without(out.medfee_sumamt, &[out.fund_pay_sumamt, out.hosp_part_amt]);
        of.push(Why::new("个人负担", "person's part", out.psn_part_amt).how(rest.clone(), rest));
        Why::new("由谁负担", "borne by", out.medfee_sumamt).made_of(of)
    }

    /// How a segment's ratio came about: `(85% + 3%) × 80% − 10%`.
    fn ratio(segment: &SegmentNote) -> String {
        let mut text = segment.own.to_string();
        if segment.bonus != Bp(0) {
            text = format!("{text} + {}", segment.bonus);
            if segment.own.0.saturating_add(segment.bonus.0) > 10_000 {
                text = format!("min({text}, 100%)");
            }
        }
        if segment.times != Bp(10_000) {
            let brackets = segment.bonus != Bp(0);
            text = if brackets {
                format!("({text}) × {}", segment.times)
            } else {
                format!("{text} × {}", segment.times)
            };
        }
        if segment.minus != Bp(0) {
            text = format!("{text} − {}", segment.minus);
        }
        if text == segment.bp.to_string() {
            return text;
        }
        let rule = segment.cross.map_or_else(String::new, |rule| format!(" [/cross_region/{rule}]"));
        format!("{} ({text}{rule})", segment.bp)
    }

    fn cap_path(&self, segment: &SegmentNote) -> String {
        let pool = match segment.bound {
            Binding::Nothing => return String::new(),
            Binding::Pool => self.out.delta.pool.code(),
            Binding::All => "all",
        };
        let groups = &self.ready.plan().groups;
        let group = groups.get(self.ready.group(self.person)).filter(|_| segment.bound_of_group);
        let key = group.map_or_else(|| pool.to_owned(), |group| format!("{pool}:{}", group.name));
        format!("/caps/{}", step(&key))
    }

    fn segment_path(segment: &SegmentNote) -> String {
        format!("/rates/{}/segments/{}", segment.rule, segment.segment)
    }

    fn segment_pay(&self, segment: &SegmentNote) -> Why {
        let part = format!("{} × {}", segment.base, Self::ratio(segment));
        let number = segment.segment.saturating_add(1);
        let why = Why::new(format!("第 {number} 段"), format!("segment {number}"), segment.pay)
            .by(Self::segment_path(segment));
        if segment.pay == segment.want {
            return why.how(part.clone(), part);
        }
        let cap = self.cap_path(segment);
        why.how(
            format!("{part} = {}，封顶线剩余 {} [{cap}]", segment.want, segment.pay),
            format!("{part} = {}, the cap leaves {} [{cap}]", segment.want, segment.pay),
        )
    }

    fn further_path(&self, note: &FurtherNote, place: Option<usize>) -> String {
        let class = self.person.aid_class.map_or("", |class| class.code());
        match (note.stage, place) {
            (Stage::Aid, _) => format!("/aid/{class}"),
            (Stage::MajorIllness, Some(place)) => format!("/mi/segments/{place}"),
            (stage, _) => format!("/{}", stage.code()),
        }
    }

    fn further_pay(&self, note: &FurtherNote) -> Why {
        let why = Why::new(note.stage.zh(), note.stage.en(), note.pay);
        let shares: Vec<String> = note.shares.iter().map(|(_, base, bp)| format!("{base} × {bp}")).collect();
        let mut text = if shares.is_empty() { "0".to_owned() } else { shares.join(" + ") };
        let (mut zh, mut en) = (String::new(), String::new());
        if note.stage == Stage::MajorIllness || note.threshold != Fen::ZERO {
            let to = Fen(note.before.0.saturating_add(note.base.0));
            zh = format!("年度累计 {} → {to}，起付线 {}；", note.before, note.threshold);
            en = format!("the year's burden {} → {to}, threshold {}; ", note.before, note.threshold);
        }
        if note.pay != note.want {
            let room = note.room.map_or_else(|| note.pay.to_string(), |room| room.to_string());
            text = format!("min({text}, {room})");
        }
        if note.of_preself != Fen::ZERO {
            zh = format!("{zh}其中 {} 抵先行自付；", note.of_preself);
            en = format!("{en}{} of it on prior self-pay; ", note.of_preself);
        }
        let place = note.shares.first().and_then(|(place, _, _)| *place).filter(|_| note.shares.len() == 1);
        why.by(self.further_path(note, place)).how(format!("{zh}{text}"), format!("{en}{text}"))
    }

    /// The person's part by reason: what was not in scope, the deductible, the shares
    /// the fund left, less what further funds and the hospital took over.
    fn person(&self) -> Why {
        let out = self.out;
        let mut of = vec![
            Why::new("全自费", "full self-pay", out.fulamt_ownpay_amt),
            Why::new("超限价自费", "over-limit self-pay", out.overlmt_selfpay),
            Why::new("先行自付", "prior self-pay", out.preselfpay_amt),
        ];
        let mut unpaid = out.inscp_scp_amt;
        for note in self.notes {
            match note {
                Note::AccountFirst { amount } => {
                    unpaid = less(unpaid, *amount);
                    of.push(
                        Why::new("当年账户先行支付", "paid first from this year's account", *amount)
                            .by("/account_first"),
                    );
                }
                Note::Deductible(deductible) => {
                    unpaid = less(unpaid, deductible.paid);
                    of.push(deductible_why(deductible));
                }
                Note::Segment(segment) => {
                    unpaid = less(unpaid, segment.base);
                    of.extend(self.left_by(segment));
                }
                Note::NoBenefit { why } => {
                    let (zh, en) = match why {
                        NoBenefit::Suspended => ("待遇封锁，基金不支付", "benefit suspended: no fund pays"),
                        NoBenefit::NoRate => ("方案在该级别不支付", "the plan pays nothing at this level"),
                    };
                    of.push(Why::new(zh, en, unpaid));
                    unpaid = Fen::ZERO;
                }
                Note::Further(further) => {
                    let mut back = self.further_pay(further);
                    back.fen = turned(back.fen);
                    back.zh = format!("减：{}", back.zh);
                    back.en = format!("less {}", back.en);
                    of.push(back);
                }
                Note::Line { .. } | Note::Moved { .. } | Note::Account { .. } | Note::Relative { .. } => {}
            }
        }
        of.push(Why::new("减：医院负担", "less hospital's part", turned(out.hosp_part_amt)));
        Why::new("个人负担的原因", "person's part by reason", out.psn_part_amt).made_of(of)
    }

    /// What a segment leaves to the person, apart above a cap and below it.
    fn left_by(&self, segment: &SegmentNote) -> Vec<Why> {
        let number = segment.segment.saturating_add(1);
        let rest = less(less(segment.base, segment.pay), segment.over);
        let how = without(segment.base, &[segment.pay, segment.over]);
        let share = Why::new(format!("第 {number} 段自付"), format!("share of segment {number}"), rest)
            .by(Self::segment_path(segment))
            .how(how.clone(), how);
        let over = Why::new("超封顶线", "above the cap", segment.over).by(self.cap_path(segment));
        vec![share, over]
    }

    fn purses(&self) -> Why {
        let out = self.out;
        let mut of = Vec::new();
        for note in self.notes {
            match note {
                Note::AccountFirst { amount } => {
                    of.push(
                        Why::new("个人账户（当年，先行）", "own account, this year's money first", *amount)
                            .by("/account_first"),
                    );
                }
                Note::Account { amount, balance, payable } => {
                    of.push(Why::new("个人账户", "own account", *amount).by("/account_pays").how(
                        format!("min(余额 {balance}, 可付 {payable}, 应付)"),
                        format!("min(balance {balance}, payable {payable}, owed)"),
                    ));
                }
                Note::Relative { place, amount, balance, limit } => {
                    let number = place.saturating_add(1);
                    let limit = limit.map_or_else(|| "–".to_owned(), |limit| limit.to_string());
                    of.push(
                        Why::new(format!("共济账户 {number}"), format!("relative's account {number}"), *amount)
                            .by("/mutual_pays")
                            .how(
                                format!("余额 {balance}，单次限额 {limit}"),
                                format!("balance {balance}, limit {limit}"),
                            ),
                    );
                }
                _ => {}
            }
        }
        of.push(Why::new("个人现金", "cash", out.psn_cash_pay).how("其余部分", "the rest"));
        Why::new("个人负担的支付", "person's part by purse", out.psn_part_amt).made_of(of)
    }
}

fn deductible_why(note: &DeductibleNote) -> Why {
    let mut text = note.amount.to_string();
    if let Some((_, bp)) = note.nth.filter(|(_, bp)| *bp != Bp(10_000)) {
        text = format!("{text} × {bp}");
    }
    if note.family_off != Fen::ZERO {
        text = format!("{text} − {}", note.family_off);
    }
    if let Some((rule, bp)) = note.cross {
        text = format!("({text}) × {bp} [/cross_region/{rule}]");
    }
    if note.std.to_string() != text {
        text = format!("{text} = {}", note.std);
    }
    let (mut zh, mut en) = (format!("标准 {text}"), format!("standard {text}"));
    if note.annual {
        zh = format!("{zh}，年内已付 {}", note.used);
        en = format!("{en}, paid before in the year {}", note.used);
    }
    if note.continuation {
        "续结，不再计起付线".clone_into(&mut zh);
        "continuation: no second deductible".clone_into(&mut en);
    }
    let path = note.rule.map_or_else(String::new, |rule| format!("/deductibles/{rule}"));
    let mut why = Why::new("起付线", "deductible", note.paid).by(path).how(zh, en);
    why.told = note.rule.is_some() || note.continuation;
    why
}
