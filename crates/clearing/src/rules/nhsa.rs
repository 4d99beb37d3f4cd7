//! The shapes of 3201 and 3202 over the match: the answer to a hospital's totals, and
//! the lines of the detail file, tab-separated, amounts in yuan.

use super::row::{Group, Known, Report, Row, Sums};
use kernel::Fen;

/// `stmt_rslt` of equal books.
pub const EQUAL: &str = "000000";

/// What a hospital claims for a group in 3201.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Of what.
    pub group: Group,
    /// `medfee_sumamt`, `fund_pay_sumamt`, `acct_pay`; cash is not compared by 3201.
    pub sums: Sums,
    /// `fixmedins_setl_cnt`
    pub rows: i64,
}

/// `stmt_rslt` and `stmt_rslt_dscr` for claimed totals against the agency's rows.
pub fn general_check(claimed: &Claimed, agency: &[Row]) -> (&'static str, &'static str) {
    let mut rows = 0_i64;
    let mut sums = Some(Sums::default());
    for row in agency.iter().filter(|row| row.known == Known::Done && row.group == claimed.group) {
        rows = rows.saturating_add(1);
        sums = sums.and_then(|sums| sums.plus(row.sums));
    }
    let sums = sums.map(|sums| (sums.medfee, sums.fund, sums.account));
    let equal = sums == Some((claimed.sums.medfee, claimed.sums.fund, claimed.sums.account));
    match rows.cmp(&claimed.rows) {
        std::cmp::Ordering::Greater => ("000101", "中心多"),
        std::cmp::Ordering::Less => ("000102", "医疗机构多"),
        std::cmp::Ordering::Equal if equal => (EQUAL, "一致"),
        std::cmp::Ordering::Equal => ("000103", "金额不一致"),
    }
}

/// A line of the detail file of 3202.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `psn_no`
    pub psn_no: String,
    /// `mdtrt_id`
    pub mdtrt_id: String,
    /// `setl_id`
    pub setl_id: String,
    /// `msgid`
    pub msgid: String,
    /// `stmt_rslt`
    pub stmt_rslt: String,
    /// `refd_setl_flag`
    pub refund: bool,
    /// `memo`
    pub memo: String,
    /// The amounts; cash is not in the file.
    pub sums: Sums,
}

/// A line that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadLine(
    /// Which column, from 0.
    pub usize,
);

impl Line {
    /// Writes it, without a line end.
    pub fn write(&self) -> String {
        let yuan = |fen: i64| Fen(fen).to_string();
        let flag = if self.refund { "1" } else { "0" };
        [
            self.psn_no.as_str(),
            &self.mdtrt_id,
            &self.setl_id,
            &self.msgid,
            &self.stmt_rslt,
            flag,
            &self.memo,
            &yuan(self.sums.medfee),
            &yuan(self.sums.fund),
            &yuan(self.sums.account),
        ]
        .join("\t")
    }

    /// Reads it back.
    pub fn read(text: &str) -> Result<Self, BadLine> {
        let columns: Vec<&str> = text.trim_end_matches(['\r', '\n']).split('\t').collect();
        if columns.len() != 10 {
            return Err(BadLine(columns.len()));
        }
        let column = |at: usize| columns.get(at).copied().unwrap_or_default();
        let yuan = |at: usize| Fen::from_yuan(column(at)).map(|fen| fen.0).map_err(|_bad| BadLine(at));
        let refund = match column(5) {
            "0" => false,
            "1" => true,
            _ => return Err(BadLine(5)),
        };
        Ok(Self {
            psn_no: column(0).to_owned(),
            mdtrt_id: column(1).to_owned(),
            setl_id: column(2).to_owned(),
            msgid: column(3).to_owned(),
            stmt_rslt: column(4).to_owned(),
            refund,
            memo: column(6).to_owned(),
            sums: Sums { medfee: yuan(7)?, fund: yuan(8)?, account: yuan(9)?, cash: 0 },
        })
    }
}

/// The detail lines of a report: one for each disagreement of hospital and agency.
/// `who` gives person and visit of a message, where the agency knows them.
pub fn detail(report: &Report, who: &dyn Fn(&str) -> (String, String)) -> Vec<Line> {
    let mine = report.findings.iter().filter(|one| one.pair == super::row::Pair::HospitalAgency);
    mine.map(|finding| {
        let (psn_no, mdtrt_id) = who(&finding.key);
        let sums = Sums { cash: 0, ..finding.there.or(finding.here).unwrap_or_default() };
        let stmt_rslt = match (finding.here, finding.there) {
            (None, _) => "000101",
            (_, None) => "000102",
            _ => "000103",
        };
        Line {
            psn_no,
            mdtrt_id,
            setl_id: finding.setl_id.clone(),
            msgid: finding.key.clone(),
            stmt_rslt: stmt_rslt.to_owned(),
            refund: sums.medfee < 0,
            memo: String::new(),
            sums,
        }
    })
    .collect()
}
