//! What was settled, as it is said to everybody: derived from the row for ever, so
//! that a settlement that is asked for again answers the same bytes (insurance.md
//! §5.1, L7).

use crate::rules::stored::Stored;
use crate::store::settled::{self, RowKind, SettlementRow, Totals};
use crate::visit::By;
use crate::{Refusal, Settlements};
use ::store::SqlExt;
use adjudication::Outcome;
use kernel::{BillId, Error, Fault, FaultKind, Fen, InstitutionId, PersonId, SettlementId};
use serde::Serialize;

/// What one fund pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FundPart {
    /// The fund's code, `310100`.
    pub fund: String,
    /// What it pays.
    pub amount_fen: i64,
    /// The in-scope amount it looked at.
    pub base_fen: i64,
    /// What its cap left before; missing without a cap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_fen: Option<i64>,
}

/// What one relative's account pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelativePart {
    /// The owner.
    pub owner: String,
    /// What it pays.
    pub amount_fen: i64,
}

/// The split of a fee, of a quote as of a settlement. `fee_fen` is the sum of the four
/// classes, and of `fund_fen`, `account_fen`, `mutual_fen`, `cash_fen` and
/// `hospital_fen`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Split {
    /// Total fee (medfee_sumamt).
    pub fee_fen: i64,
    /// Full self-pay (fulamt_ownpay_amt).
    pub full_self_fen: i64,
    /// Above limit prices (overlmt_selfpay).
    pub over_limit_fen: i64,
    /// Prior self-pay (preselfpay_amt).
    pub prior_self_fen: i64,
    /// In scope (inscp_scp_amt).
    pub in_scope_fen: i64,
    /// The deductible that holds (dedc_std).
    pub deductible_std_fen: i64,
    /// Deductible paid here (act_pay_dedc).
    pub deductible_fen: i64,
    /// The pooled fund's ratio, basis points (pool_prop_selfpay).
    pub ratio_bp: i32,
    /// Pooled fund (hifp_pay).
    pub pooled_fen: i64,
    /// Large-amount supplement (hifob_pay).
    pub supplement_fen: i64,
    /// Major illness (hifmi_pay).
    pub major_illness_fen: i64,
    /// Civil servants (cvlserv_pay).
    pub civil_servant_fen: i64,
    /// Enterprises (hifes_pay).
    pub enterprise_fen: i64,
    /// Medical aid (maf_pay).
    pub aid_fen: i64,
    /// Other funds (oth_pay).
    pub other_fen: i64,
    /// All funds (fund_pay_sumamt).
    pub fund_fen: i64,
    /// Each fund that was asked.
    pub funds: Vec<FundPart>,
    /// Borne by the institution (hosp_part_amt).
    pub hospital_fen: i64,
    /// The person's part (psn_part_amt).
    pub person_fen: i64,
    /// Own account (acct_pay), without relatives'.
    pub account_fen: i64,
    /// Relatives' accounts (acct_mulaid_pay).
    pub mutual_fen: i64,
    /// Each relative.
    pub relatives: Vec<RelativePart>,
    /// Still to be paid (psn_cash_pay).
    pub cash_fen: i64,
    /// Own account afterwards (balc).
    pub balance_fen: i64,
    /// The four classes of each line, in order: full self-pay, above limit, prior
    /// self-pay, in scope.
    pub lines: Vec<[i64; 4]>,
}

impl Split {
    /// From the adjudicator's outcome; relatives by the text of their ids.
    pub fn of(outcome: &Outcome, owners: &[String]) -> Self {
        let part = |one: &adjudication::Part| FundPart {
            fund: one.fund.to_string(),
            amount_fen: one.amount.0,
            base_fen: one.base.0,
            room_fen: one.room.map(|room| room.0),
        };
        let relative = |(place, amount): &(usize, Fen)| RelativePart {
            owner: owners.get(*place).cloned().unwrap_or_default(),
            amount_fen: amount.0,
        };
        Self {
            fee_fen: outcome.medfee_sumamt.0,
            full_self_fen: outcome.fulamt_ownpay_amt.0,
            over_limit_fen: outcome.overlmt_selfpay.0,
            prior_self_fen: outcome.preselfpay_amt.0,
            in_scope_fen: outcome.inscp_scp_amt.0,
            deductible_std_fen: outcome.dedc_std.0,
            deductible_fen: outcome.act_pay_dedc.0,
            ratio_bp: outcome.pool_ratio_bp,
            pooled_fen: outcome.hifp_pay.0,
            supplement_fen: outcome.hifob_pay.0,
            major_illness_fen: outcome.hifmi_pay.0,
            civil_servant_fen: outcome.cvlserv_pay.0,
            enterprise_fen: outcome.hifes_pay.0,
            aid_fen: outcome.maf_pay.0,
            other_fen: outcome.oth_pay.0,
            fund_fen: outcome.fund_pay_sumamt.0,
            funds: outcome.parts.iter().map(part).collect(),
            hospital_fen: outcome.hosp_part_amt.0,
            person_fen: outcome.psn_part_amt.0,
            account_fen: outcome.acct_pay.0,
            mutual_fen: outcome.acct_mulaid_pay.0,
            relatives: outcome.acct_mulaid_detail.iter().map(relative).collect(),
            cash_fen: outcome.psn_cash_pay.0,
            balance_fen: outcome.balc.0,
            lines: outcome
                .lines
                .iter()
                .map(|line| [line.fulamt_ownpay.0, line.overlmt_selfpay.0, line.preselfpay.0, line.inscp.0])
                .collect(),
        }
    }
}

/// What was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Its number (setl_id).
    pub settlement: String,
    /// The visit (mdtrt_id).
    pub visit: String,
    /// Whose.
    pub person: String,
    /// Where.
    pub institution: String,
    /// Under which message.
    pub msgid: String,
    /// The institution's number of the batch.
    pub batch: String,
    /// Insured type.
    pub insutype: String,
    /// Treatment type.
    pub med_type: String,
    /// Benefit year.
    pub year: i32,
    /// Number of the plan.
    pub plan: String,
    /// The plan's version.
    pub plan_version: String,
    /// When, RFC 3339.
    pub at: String,
    /// The bill.
    pub bill: String,
    /// The split.
    #[serde(flatten)]
    pub split: Split,
}

impl Answer {
    /// The answer as bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self)
            .map_err(|error| Fault::from_source(FaultKind::Broken, "writing a settlement's answer", error).into())
    }

    /// From a row and its split.
    pub(crate) fn of(row: &SettlementRow, med_type: String, plan_version: &str, split: Split) -> Self {
        Self {
            settlement: row.id.to_string(),
            visit: row.visit.to_string(),
            person: row.person.to_string(),
            institution: row.institution.to_string(),
            msgid: row.msgid.clone(),
            batch: row.batch.clone(),
            insutype: row.insutype.clone(),
            med_type,
            year: row.year,
            plan: row.plan.to_string(),
            plan_version: plan_version.to_owned(),
            at: kernel::time::rfc3339(row.at),
            bill: BillId(row.id.0).to_string(),
            split,
        }
    }
}

/// What a row keeps, read.
pub fn stored(row: &SettlementRow) -> Result<Stored, Error> {
    let mut stored = Stored::empty();
    stored.unpack(&row.body)?;
    Ok(stored)
}

/// A settlement worked out again from what it kept, bit for bit (L7).
pub fn again(env: &Settlements, row: &SettlementRow) -> Result<(Answer, Outcome), Error> {
    let plan = env.insurance.reference.plan_by_id(row.plan);
    let plan = plan.ok_or_else(|| Fault::broken(format!("settlement {}: its plan is not loaded", row.id)))?;
    let stored = stored(row)?;
    let outcome = plan.rules.settle(&stored.person, &stored.before, &stored.encounter)?;
    let owners: Vec<String> = stored.person.mutual.iter().map(|one| one.owner.clone()).collect();
    let med_type = stored.encounter.med_type.to_string();
    Ok((Answer::of(row, med_type, &plan.version, Split::of(&outcome, &owners)), outcome))
}

/// Why a settlement is what it is, worked out again from what it kept.
pub fn explain(env: &Settlements, row: &SettlementRow) -> Result<adjudication::Explanation, Error> {
    if row.kind != RowKind::Settlement {
        return Err(Refusal::NotFound.at("settlement"));
    }
    let plan = env.insurance.reference.plan_by_id(row.plan);
    let plan = plan.ok_or_else(|| Fault::broken(format!("settlement {}: its plan is not loaded", row.id)))?;
    let stored = stored(row)?;
    adjudication::explain(&plan.rules, &stored.person, &stored.before, &stored.encounter)
}

/// Whose a visit, quote or settlement is; for picking the lane before a verb.
pub fn person_of(sql: &mut (impl SqlExt + ?Sized), id: i64) -> Result<Option<PersonId>, Error> {
    Ok(crate::store::person_of(sql, id)?)
}

/// A settlement that may be seen, with what undid it.
pub fn seen(
    sql: &mut (impl SqlExt + ?Sized),
    by: &By,
    person: PersonId,
    id: SettlementId,
) -> Result<(SettlementRow, Option<SettlementId>), Error> {
    let row = settled::find(sql, person, id)?.filter(|row| by.sees(row.person, row.institution));
    let row = row.ok_or_else(|| Refusal::NotFound.at("settlement"))?;
    let undone = settled::undone_by(sql, person, id)?;
    Ok((row, undone))
}

/// Rows of a person newer than one, oldest first, at most `limit`.
pub fn of_person(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    after: i64,
    limit: i64,
) -> Result<Vec<SettlementRow>, Error> {
    Ok(settled::of_person(sql, person, after, limit)?)
}

/// Sums of an institution's rows in a span of instants (3201).
pub fn totals(
    sql: &mut (impl SqlExt + ?Sized),
    institution: InstitutionId,
    from_at: i64,
    until_at: i64,
) -> Result<Vec<settled::DayTotal>, Error> {
    Ok(settled::totals(sql, institution, from_at, until_at)?)
}

/// An institution's rows in a span of instants, oldest first, at most `limit` (3202).
pub fn of_institution(
    sql: &mut (impl SqlExt + ?Sized),
    institution: InstitutionId,
    from_at: i64,
    until_at: i64,
    limit: i64,
) -> Result<Vec<SettlementRow>, Error> {
    Ok(settled::of_institution(sql, institution, from_at, until_at, limit)?)
}

/// The totals of an outcome.
pub(crate) fn totals_of(outcome: &Outcome) -> Totals {
    Totals {
        fee: outcome.medfee_sumamt,
        fund: outcome.fund_pay_sumamt,
        account: outcome.acct_pay,
        mutual: outcome.acct_mulaid_pay,
        cash: outcome.psn_cash_pay,
        hospital: outcome.hosp_part_amt,
    }
}
