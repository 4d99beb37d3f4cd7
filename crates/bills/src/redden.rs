//! The red letter: a bill is taken back whole, once, by a bill of its own number
//! that names it (E3). Not while a payer holds a mark on it, not after it was
//! exchanged for paper.

use crate::issue::{fresh_check, written};
use crate::numbers::Number;
use crate::rules::number::code;
use crate::store::{self, State};
use crate::{REDDENED, Refusal};
use ::store::{Event, Sql as _, SqlExt, Tx};
use kernel::time::china_day;
use kernel::{Actor, BillId, Error, Fault, PersonId, SettlementId};

/// Characters of a reason at most.
pub(crate) const REASON_MAX: usize = 100;

/// Why a bill in this state cannot be taken back, if so.
fn guarded(state: &State) -> Result<(), Refusal> {
    if state.red.is_some() {
        return Err(Refusal::Red);
    }
    if state.marked.0 > 0 {
        return Err(Refusal::Marked);
    }
    if state.paper.is_some() {
        return Err(Refusal::PaperIssued);
    }
    Ok(())
}

/// Whether the bill of a settlement could be taken back now, or why not.
pub fn may_redden(sql: &mut (impl SqlExt + ?Sized), person: PersonId, settlement: SettlementId) -> Result<(), Error> {
    let id = BillId(settlement.0);
    store::bill(sql, person, id)?.ok_or(Refusal::Unknown)?;
    Ok(guarded(&store::state(sql, person, id)?)?)
}

/// Takes the bill of a settlement back in the transaction that cancels it; answers
/// the red bill. Again it answers the same one.
pub fn red_letter(
    tx: &mut Tx<'_>,
    number: &Number,
    person: PersonId,
    settlement: SettlementId,
    reason: &str,
    actor: Option<&Actor>,
) -> Result<BillId, Error> {
    let id = BillId(settlement.0);
    let original = store::bill(tx, person, id)?.filter(|bill| bill.original.is_none()).ok_or(Refusal::Unknown)?;
    if number.issuer() != original.institution {
        return Err(Fault::broken(format!("a number of {} for {}", number.issuer(), original.institution)).into());
    }
    if let Some(red) = store::state(tx, person, id)?.red {
        return Ok(red);
    }
    let red = BillId(tx.new_id());
    if !store::set_red(tx, person, id, red)? {
        // Somebody was first, or a guard holds.
        let state = store::state(tx, person, id)?;
        if let Some(first) = state.red {
            return Ok(first);
        }
        guarded(&state)?;
        return Err(Fault::broken(format!("bills_states of {id} refuses a red letter without a reason")).into());
    }
    let reason: String = reason.chars().take(REASON_MAX).collect();
    let now = tx.now();
    let mut content = original
        .content()?
        .mirrored(&reason)
        .ok_or_else(|| Fault::broken(format!("bills_bills.body of {id} has no mirror")))?;
    content.code = code(number.region().code, content.kind, &china_day(now));
    content.number = number.value().to_string();
    content.check = fresh_check(tx);
    content.issued_at = now;
    let place = store::Place { person, id: red, institution: original.institution };
    store::insert(tx, place, number.value(), &content, &written(&content)?, Some(id));
    tx.event(Event {
        person: Some(person),
        actor: actor.map(|actor| actor.id),
        institution: Some(original.institution),
        object: format!("{id} {red}"),
        ..Event::of(&REDDENED)
    });
    Ok(red)
}
