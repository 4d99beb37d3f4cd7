//! The statement of an institution's period: totals of its live comparisons by group,
//! and how many differences are still open, as JSON and as PDF.

use crate::rules::row::{Group, Span, Sums};
use crate::{Clearing, Refusal, reconcile, store};
use kernel::time::{CHINA, parse, rfc3339};
use kernel::{Actor, Error, Fault, FaultKind, Fen, InstitutionId};
use print::{About, Align, Column, Document, Language, Look, Size, Table, mm};
use serde::Serialize;
use std::collections::BTreeMap;

/// One group of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Of what.
    #[serde(flatten)]
    pub group: Group,
    /// Settlements the agency counts.
    pub rows: i64,
    /// Their sums.
    #[serde(flatten)]
    pub sums: Sums,
    /// Whether the hospital's sums are the same.
    pub agreed: bool,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Whose.
    #[serde(skip)]
    pub institution: InstitutionId,
    /// The month, `202611`.
    pub period: String,
    /// Spans compared in it.
    pub compared: usize,
    /// Of them without anything to do.
    pub balanced: usize,
    /// By group.
    pub lines: Vec<Line>,
    /// What the fund and accounts owe the institution for the period, in fen.
    pub payable: i64,
    /// When the last comparison was made, microseconds UTC.
    pub made_at: i64,
}

/// The span of a month in China's civil time.
pub fn month(period: &str) -> Option<Span> {
    let (year, month) = (period.get(..4)?.parse::<i64>().ok()?, period.get(4..)?.parse::<i64>().ok()?);
    if period.len() != 6 || !(1..=12).contains(&month) {
        return None;
    }
    let (next_year, next_month) = if month == 12 { (year.checked_add(1)?, 1) } else { (year, month.checked_add(1)?) };
    let from = parse(&format!("{year:04}-{month:02}-01T00:00"))?;
    let until = parse(&format!("{next_year:04}-{next_month:02}-01T00:00"))?;
    Some(Span { from, until })
}

impl Clearing {
    /// The statement of an institution's month; its own or an officer's any.
    pub async fn statement(&self, actor: &Actor, institution: InstitutionId, period: &str) -> Result<Statement, Error> {
        if !reconcile::sees(actor, institution) {
            return Err(web::Refusal::NotFound.at("institution"));
        }
        let span = month(period).ok_or_else(|| Refusal::SpanWrong.at("period"))?;
        let tasks = self.db.read(move |sql| Ok(store::within(sql, institution, span)?)).await?;
        let mut groups: BTreeMap<Group, Line> = BTreeMap::new();
        let beyond = || Error::from(Fault::broken("a statement beyond 64 bits"));
        for total in tasks.iter().flat_map(|task| &task.totals) {
            let line = groups.entry(total.group.clone()).or_insert_with(|| Line {
                group: total.group.clone(),
                rows: 0,
                sums: Sums::default(),
                agreed: true,
            });
            line.rows = line.rows.saturating_add(total.there_rows);
            line.sums = line.sums.plus(total.there).ok_or_else(beyond)?;
            line.agreed &= total.result == crate::rules::nhsa::EQUAL;
        }
        let owed = |line: &Line| line.sums.fund.checked_add(line.sums.account);
        let payable = groups.values().try_fold(0_i64, |sum, line| sum.checked_add(owed(line)?)).ok_or_else(beyond)?;
        Ok(Statement {
            institution,
            period: period.to_owned(),
            compared: tasks.len(),
            balanced: tasks.iter().filter(|task| task.balanced).count(),
            lines: groups.into_values().collect(),
            payable,
            made_at: tasks.iter().map(|task| task.made_at).max().unwrap_or(span.from),
        })
    }

    /// The statement on paper.
    pub fn statement_pdf(&self, statement: &Statement, english: bool) -> Result<Vec<u8>, Error> {
        let name = (self.names)(statement.institution, english);
        let language = if english { Language::En } else { Language::Zh };
        let text = |zh: &str, en: &str| if english { en.to_owned() } else { zh.to_owned() };
        let title = text("医保清算结算对账单", "Clearing statement");
        let day = rfc3339(statement.made_at.saturating_add(CHINA)).chars().take(10).collect::<String>();
        let page = print::Statement {
            title: title.clone(),
            under: vec![
                format!("{name}  {}", statement.period),
                format!(
                    "{} {}, {} {}, {day}",
                    text("已对账区间", "spans compared"),
                    statement.compared,
                    text("其中平账", "of them balanced"),
                    statement.balanced
                ),
            ],
            table: table(statement, &text),
            summed: None,
            foot: vec![format!("{} {}", text("应付合计（元）", "payable, yuan"), Fen(statement.payable))],
            size: Size::A4_LANDSCAPE,
        };
        let mut document = Document::new(About {
            title: format!("{title} {}", statement.period),
            author: text("医保经办机构", "insurance agency"),
            subject: title,
            language,
            made_at: statement.made_at,
            id: format!("{} {}", statement.institution, statement.period),
        });
        let pages = page.pages(language).ok_or_else(|| Fault::broken("a statement beyond 64 bits"))?;
        for page in pages {
            document.add(page);
        }
        let written =
            document.write().map_err(|error| Fault::from_source(FaultKind::Broken, "writing a statement", error))?;
        Ok(written.bytes)
    }
}

fn table(statement: &Statement, text: &dyn Fn(&str, &str) -> String) -> Table {
    let column = |zh: &str, en: &str, width: i32, align: Align| Column { title: text(zh, en), width: mm(width), align };
    let columns = vec![
        column("险种", "insurance", 24, Align::Left),
        column("清算类别", "clearing", 24, Align::Left),
        column("清算机构", "agency", 28, Align::Left),
        column("退费", "refund", 20, Align::Left),
        column("笔数", "count", 22, Align::Right),
        column("总费用", "total", 36, Align::Right),
        column("基金", "fund", 36, Align::Right),
        column("账户", "account", 36, Align::Right),
        column("对账", "agreed", 30, Align::Left),
    ];
    let rows = statement.lines.iter().map(|line| {
        vec![
            line.group.insutype.clone(),
            line.group.clr_type.clone(),
            line.group.setl_optins.clone(),
            if line.group.refund { text("是", "yes") } else { text("否", "no") },
            line.rows.to_string(),
            Fen(line.sums.medfee).to_string(),
            Fen(line.sums.fund).to_string(),
            Fen(line.sums.account).to_string(),
            if line.agreed { text("一致", "yes") } else { text("不一致", "no") },
        ]
    });
    Table { rows: rows.collect(), columns, look: Look::PLAIN }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::DAY;

    #[test]
    fn months_begin_at_midnight_in_china() {
        let span = month("202612").unwrap();
        assert_eq!(rfc3339(span.from), "2026-11-30T16:00:00Z");
        assert_eq!((span.until - span.from) / DAY, 31);
        for wrong in ["2026", "202613", "202600", "2026-1", "20261１"] {
            assert_eq!(month(wrong), None, "{wrong}");
        }
    }
}
