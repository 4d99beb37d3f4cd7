//! What settling would give now (2206, 2303). A quote holds nothing: it remembers
//! what it was made from, so that a settlement can say when that has changed.

use crate::answer::Split;
use crate::compute::{Computed, Subject, Terms, compute};
use crate::rules::stage::{Stage, VisitKind};
use crate::store::settled::{self, Read};
use crate::store::{self, QuoteRow};
use crate::visit::{By, Visit, seen};
use crate::{Refusal, Settlements};
use ::store::{Sql as _, SqlExt, Tx};
use kernel::time::MINUTE;
use kernel::{Error, Fen, PersonId, QuoteId, VisitId};
use serde::Serialize;

/// How long a quote can be settled.
pub const QUOTE_LIFE: i64 = 15 * MINUTE;

/// What to quote.
#[derive(Debug, Clone, Copy)]
pub struct QuoteAsk {
    /// Whose visit.
    pub person: PersonId,
    /// Which.
    pub visit: VisitId,
    /// How it would be settled.
    pub terms: Terms,
}

/// A quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// Its number.
    pub quote: String,
    /// The visit.
    pub visit: String,
    /// The plan's version.
    pub plan_version: String,
    /// Version of the year's sums it was made from (acc_version).
    pub year_version: u64,
    /// Promises nothing from here on, microseconds UTC.
    pub expires_at: i64,
    /// The split.
    #[serde(flatten)]
    pub split: Split,
}

/// The open lines of a visit, when it is at a stage where they can be settled.
pub(crate) fn subject(sql: &mut (impl SqlExt + ?Sized), visit: Visit, terms: &Terms) -> Result<Subject, Error> {
    let ready = match (visit.kind(), visit.stage) {
        (VisitKind::Visit, Stage::Charged) | (VisitKind::Stay, Stage::Discharged) => !terms.mid_stay,
        (VisitKind::Stay, Stage::Charged) => terms.mid_stay,
        (VisitKind::Visit, Stage::Registered | Stage::Discharged | Stage::Settled | Stage::Void)
        | (VisitKind::Stay, Stage::Registered | Stage::Settled | Stage::Void) => false,
    };
    if !ready {
        return Err(Refusal::VisitClosed.at("visit").with(visit.stage.name()));
    }
    let lines = crate::fees::lines_of(sql, visit.person, visit.id, 0)?;
    let sum = lines.iter().try_fold(Fen::ZERO, |sum, line| sum.plus(line.amount()));
    let whole = i64::try_from(lines.len()).ok() == Some(visit.lines) && sum == Some(visit.total);
    if !whole {
        return Err(Refusal::TotalMismatch.at("visit").with(visit.total.to_string()));
    }
    Ok(Subject { visit, lines })
}

/// Quotes a visit; writes only the quote itself.
pub fn quote(tx: &mut Tx<'_>, env: &Settlements, by: &By, ask: &QuoteAsk) -> Result<Quote, Error> {
    let visit = seen(tx, by, ask.person, ask.visit)?;
    let subject = subject(tx, visit, &ask.terms)?;
    let read = settled::begin(tx, ask.person, subject.visit.institution, "")?;
    let computed = compute(env, tx, &read, &subject, &ask.terms)?;
    let now = tx.now();
    store::forget_quotes(tx, ask.person, now)?;
    Ok(write(tx, &subject.visit, &computed, ask.terms.use_account))
}

/// Writes a quote of a computed split.
pub(crate) fn write(tx: &mut Tx<'_>, visit: &Visit, computed: &Computed, use_account: bool) -> Quote {
    let row = QuoteRow {
        id: QuoteId(tx.new_id()),
        visit: visit.id,
        visit_version: visit.version,
        year_version: computed.before.version.cast_signed(),
        plan: computed.insured.plan.id,
        use_account,
        account: computed.outcome.acct_pay,
        mutual: computed.outcome.acct_mulaid_pay,
        cash: computed.outcome.psn_cash_pay,
        expires_at: tx.now().saturating_add(QUOTE_LIFE),
    };
    store::insert_quote(tx, visit.person, &row);
    store::index(tx, row.id.0, visit.person);
    said(&row, computed)
}

/// A quote as it is said.
fn said(row: &QuoteRow, computed: &Computed) -> Quote {
    let owners: Vec<String> = computed.person.mutual.iter().map(|one| one.owner.clone()).collect();
    Quote {
        quote: row.id.to_string(),
        visit: row.visit.to_string(),
        plan_version: computed.insured.plan.version.clone(),
        year_version: computed.before.version,
        expires_at: row.expires_at,
        split: Split::of(&computed.outcome, &owners),
    }
}

/// What settling would give, without a quote: for previews that hold nothing.
pub fn preview(sql: &mut (impl SqlExt + ?Sized), env: &Settlements, by: &By, ask: &QuoteAsk) -> Result<Split, Error> {
    let visit = seen(sql, by, ask.person, ask.visit)?;
    let subject = subject(sql, visit, &ask.terms)?;
    let read: Read = settled::begin(sql, ask.person, subject.visit.institution, "")?;
    let computed = compute(env, sql, &read, &subject, &ask.terms)?;
    let owners: Vec<String> = computed.person.mutual.iter().map(|one| one.owner.clone()).collect();
    Ok(Split::of(&computed.outcome, &owners))
}

/// Why a quote says what it says, worked out again before anything is settled; refused
/// where it no longer holds. `hospital` is what the institution may not charge, as the
/// quote was asked with.
pub fn explain(
    sql: &mut (impl SqlExt + ?Sized),
    env: &Settlements,
    by: &By,
    person: PersonId,
    quote: QuoteId,
    hospital: Fen,
) -> Result<adjudication::Explanation, Error> {
    let row = store::quote(sql, person, quote)?.ok_or_else(|| Refusal::NotFound.at("quote"))?;
    let visit = seen(sql, by, person, row.visit)?;
    // A stay that goes on is quoted in part.
    let mid_stay = visit.kind() == VisitKind::Stay && visit.stage == Stage::Charged;
    let terms = Terms { use_account: row.use_account, mid_stay, hospital, ..Terms::default() };
    let subject = subject(sql, visit, &terms)?;
    let read = settled::begin(sql, person, subject.visit.institution, "")?;
    let computed = compute(env, sql, &read, &subject, &terms)?;
    held(&row, &subject.visit, &computed, false, sql.now())?;
    adjudication::explain(&computed.insured.plan.rules, &computed.person, &computed.before, &computed.encounter)
}

/// Refuses a quote that says something else than what settling gives now; the new
/// numbers come with the refusal.
pub(crate) fn held(
    row: &QuoteRow,
    visit: &Visit,
    computed: &Computed,
    lower_is_fine: bool,
    now: i64,
) -> Result<(), Error> {
    if now >= row.expires_at {
        return Err(Refusal::QuoteExpired.at("quote"));
    }
    let outcome = &computed.outcome;
    let same =
        outcome.psn_cash_pay == row.cash && outcome.acct_pay == row.account && outcome.acct_mulaid_pay == row.mutual;
    let no_higher = lower_is_fine && outcome.psn_cash_pay <= row.cash;
    if visit.version == row.visit_version && (same || no_higher) {
        return Ok(());
    }
    let now = serde_json::json!({
        "fee_fen": outcome.medfee_sumamt.0,
        "fund_fen": outcome.fund_pay_sumamt.0,
        "account_fen": outcome.acct_pay.0,
        "mutual_fen": outcome.acct_mulaid_pay.0,
        "cash_fen": outcome.psn_cash_pay.0,
        "hospital_fen": outcome.hosp_part_amt.0,
        "year_version": computed.before.version,
    });
    Err(Refusal::QuoteStale.at("quote").with(now.to_string()))
}
