//! What a settlement does to the books of the agency and of the institution
//! (insurance.md §3.4).

use crate::compute::Computed;
use adjudication::Outcome;
use kernel::{Fen, InstitutionId, PersonId, SettlementId, VisitId};
use ledger::{Account, Entity, Entry, EntryKind, Lines, Refs};

/// The channel of what is still to be collected from the person; `payment` moves it
/// on when it knows the real one.
pub(crate) const TO_COLLECT: i64 = 0;

/// Both entries of a settlement before they are posted.
pub(crate) struct Books {
    pub(crate) agency: Entity,
    pub(crate) institution: Entity,
    agency_lines: Lines,
    institution_lines: Lines,
}

/// What the accounts and funds of a settlement owe the institution.
fn owed(outcome: &Outcome) -> Fen {
    // The parts sum to the fee, which fits; the adjudicator checked it.
    Fen(outcome.fund_pay_sumamt.0.saturating_add(outcome.acct_pay.0).saturating_add(outcome.acct_mulaid_pay.0))
}

impl Books {
    /// The entries of a settlement; the own account's part from what was held, when
    /// it was.
    pub(crate) fn of(
        agency: Entity,
        institution: InstitutionId,
        person: PersonId,
        computed: &Computed,
        held: bool,
    ) -> Self {
        let outcome = &computed.outcome;
        let mut lines = Lines::new();
        for part in &outcome.parts {
            lines = lines.debit(Account::benefit(part.fund), part.amount);
        }
        let own = if held { Account::held(person) } else { Account::personal(person) };
        lines = lines.debit(own, outcome.acct_pay);
        for (place, amount) in &outcome.acct_mulaid_detail {
            if let Some(owner) = computed.relatives.get(*place) {
                lines = lines.debit(Account::personal(*owner), *amount);
            }
        }
        let owed = owed(outcome);
        Self {
            agency,
            institution: institution.into(),
            agency_lines: lines.credit(Account::payable_institution(institution), owed),
            institution_lines: Lines::new()
                .debit(Account::receivable_agency(agency), owed)
                .debit(Account::cashbox(TO_COLLECT), outcome.psn_cash_pay)
                .debit(Account::hospital_borne(), outcome.hosp_part_amt)
                .credit(Account::revenue(), outcome.medfee_sumamt),
        }
    }

    /// The entries of a top-up: funds pay what the person had paid.
    pub(crate) fn supplement(agency: Entity, person: PersonId, parts: &[(u32, Fen)]) -> Self {
        let mut lines = Lines::new();
        let mut sum = Fen::ZERO;
        for (fund, amount) in parts {
            lines = lines.debit(Account::benefit(*fund), *amount);
            sum = Fen(sum.0.saturating_add(amount.0));
        }
        Self {
            agency,
            institution: agency,
            agency_lines: lines.credit(Account::payable_person(person), sum),
            institution_lines: Lines::new(),
        }
    }

    /// Those entries that move money, with what they refer to.
    pub(crate) fn entries<'a>(&'a self, kind: EntryKind, refs: Refs<'a>) -> Vec<Entry<'a>> {
        let entry =
            |entity: Entity, lines: &'a Lines| Entry { entity, kind, period: None, refs, lines: lines.as_slice() };
        let both = [(self.agency, &self.agency_lines), (self.institution, &self.institution_lines)];
        both.into_iter()
            .filter(|(_, lines)| !lines.as_slice().is_empty())
            .map(|(entity, lines)| entry(entity, lines))
            .collect()
    }
}

/// What the entries of a settlement refer to.
pub(crate) fn refs(settlement: SettlementId, visit: VisitId, plan: i64, msgid: &str) -> Refs<'_> {
    Refs { settlement: Some(settlement), visit: Some(visit), plan, msgid, ..Refs::default() }
}
