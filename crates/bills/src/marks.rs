//! Marks: who reimbursed how much of a bill. Several payers may hold marks one
//! after another; together never more than the bill (M1). A marked bill cannot be
//! taken back until its marks are given back.

use crate::check::same;
use crate::rules::number::BillNumber;
use crate::store::{self, BillRow, Mark};
use crate::{Bills, MARKED, RELEASED, Refusal};
use ::store::{Event, Sql as _, SqlExt, Tx};
use kernel::{Actor, ActorId, Error, EventName, Fault, FaultKind, Fen, InstitutionId, PersonId};
use std::sync::Arc;

/// Characters of a claim's number and of a payer's name at most.
pub const WORD_MAX: usize = 64;

/// The bill as a payer knows it from its holder: all four must be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Eight digits.
    pub code: String,
    /// Thirteen digits.
    pub number: BillNumber,
    /// Six hexadecimal digits.
    pub check: String,
    /// The amount of the bill.
    pub total: Fen,
}

/// A mark to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The payer's own number of the claim.
    pub claim: String,
    /// Who reimburses.
    pub payer: String,
    /// How much.
    pub amount: Fen,
}

/// Whose a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) by: ActorId,
    pub(crate) institution: Option<InstitutionId>,
}

impl Holder {
    fn of(actor: &Actor) -> Self {
        Self { by: actor.id, institution: actor.institution }
    }

    /// Whether both are of one payer: one institution, or one actor that is of none.
    fn same(self, other: Self) -> bool {
        self.institution == other.institution && (self.institution.is_some() || self.by == other.by)
    }
}

/// The bill that was shown; the same refusal whatever is wrong.
fn found(sql: &mut (impl SqlExt + ?Sized), shown: &Shown) -> Result<BillRow, Error> {
    let row = store::by_number(sql, shown.number)?.filter(|row| row.original.is_none()).ok_or(Refusal::Unknown)?;
    let content = row.content()?;
    let (code, check) = (same(&content.code, &shown.code), same(&content.check, &shown.check));
    if code && check && row.total == shown.total { Ok(row) } else { Err(Refusal::Unknown.into()) }
}

fn told(tx: &mut Tx<'_>, name: &'static EventName, row: &BillRow, claim: &str, actor: &Actor) {
    tx.event(Event {
        person: Some(row.person),
        actor: Some(actor.id),
        institution: actor.institution,
        object: format!("{} {claim}", row.id),
        ..Event::of(name)
    });
}

/// Sets a mark in the caller's transaction: compare-and-set on the sum of marks.
/// The same claim with the same payer and amount again changes nothing.
pub fn mark(tx: &mut Tx<'_>, shown: &Shown, wanted: &Wanted, actor: &Actor) -> Result<PersonId, Error> {
    let words = [&wanted.claim, &wanted.payer];
    if words.iter().any(|word| word.is_empty() || word.chars().count() > WORD_MAX || word.chars().any(char::is_control))
    {
        return Err(web::Refusal::BodyInvalid.at("claim").with(format!("claim and payer: 1 to {WORD_MAX} characters")));
    }
    let row = found(tx, shown)?;
    if let Some(known) = store::mark(tx, row.person, row.id, &wanted.claim)? {
        let mine = known.holder.same(Holder::of(actor)) && known.payer == wanted.payer;
        let again = mine && known.amount == wanted.amount && known.released_at.is_none();
        return if again { Ok(row.person) } else { Err(Refusal::MarkDiffers.at("claim")) };
    }
    if wanted.amount <= Fen::ZERO || wanted.amount > row.total {
        return Err(Refusal::MarkExceeds.at("amount"));
    }
    if !store::add_marked(tx, row.person, row.id, wanted.amount, row.total)? {
        let state = store::state(tx, row.person, row.id)?;
        return Err(if state.red.is_some() {
            Refusal::Red.into()
        } else if state.paper.is_some() {
            Refusal::PaperIssued.into()
        } else {
            Refusal::MarkExceeds.at("amount")
        });
    }
    let mark = Mark {
        claim: wanted.claim.clone(),
        payer: wanted.payer.clone(),
        amount: wanted.amount,
        marked_at: tx.now(),
        released_at: None,
        holder: Holder::of(actor),
    };
    if !store::insert_mark(tx, row.person, row.id, &mark)? {
        // Another node was first with the same claim: run again and find it.
        return Err(Fault::new(FaultKind::Conflict, "a claim marked twice at once").into());
    }
    told(tx, &MARKED, &row, &wanted.claim, actor);
    Ok(row.person)
}

/// Gives a mark of the actor's payer back in the caller's transaction; again it changes
/// nothing. Another payer's mark is none that it could give back.
pub fn release(tx: &mut Tx<'_>, shown: &Shown, claim: &str, actor: &Actor) -> Result<PersonId, Error> {
    let row = found(tx, shown)?;
    let held = store::mark(tx, row.person, row.id, claim)?.filter(|held| held.holder.same(Holder::of(actor)));
    let held = held.ok_or_else(|| Refusal::MarkUnknown.at("claim"))?;
    if store::release_mark(tx, row.person, row.id, claim)? {
        store::less_marked(tx, row.person, row.id, held.amount)?;
        told(tx, &RELEASED, &row, claim, actor);
    }
    Ok(row.person)
}

impl Bills {
    /// [`mark`] in a transaction of its own.
    pub async fn mark(&self, actor: &Arc<Actor>, shown: Shown, wanted: Wanted) -> Result<(), Error> {
        let home = self.shown_home(&shown).await?;
        let by = actor.clone();
        self.db.write(home, move |tx| mark(tx, &shown, &wanted, &by).map(drop)).await
    }

    /// [`release`] in a transaction of its own.
    pub async fn release(&self, actor: &Arc<Actor>, shown: Shown, claim: String) -> Result<(), Error> {
        let home = self.shown_home(&shown).await?;
        let by = actor.clone();
        self.db.write(home, move |tx| release(tx, &shown, &claim, &by).map(drop)).await
    }

    async fn shown_home(&self, shown: &Shown) -> Result<i64, Error> {
        let shown = shown.clone();
        self.db.read(move |sql| found(sql, &shown).map(|row| row.person.0)).await
    }
}
