//! What a desk does with a bill: print it, exchange it for one on paper. A bill on
//! paper is locked: no red letter and no mark any more.

use crate::rules::number::BillNumber;
use crate::show::Bill;
use crate::store::{self, BillRow};
use crate::{Bills, PAPER_ISSUED, PRINTED, Refusal};
use ::store::{Event, SqlExt, Tx};
use kernel::{Actor, Error, EventName, InstitutionId};
use std::sync::Arc;

/// Characters of a paper bill's number at most.
pub const PAPER_MAX: usize = 40;

/// The institution's own bill, not a red one.
fn own(sql: &mut (impl SqlExt + ?Sized), institution: InstitutionId, number: BillNumber) -> Result<BillRow, Error> {
    let row = store::by_number(sql, number)?;
    Ok(row.filter(|row| row.institution == institution && row.original.is_none()).ok_or(Refusal::Unknown)?)
}

fn told(tx: &mut Tx<'_>, name: &'static EventName, row: &BillRow, actor: &Actor) {
    tx.event(Event {
        person: Some(row.person),
        actor: Some(actor.id),
        institution: Some(row.institution),
        object: row.id.to_string(),
        ..Event::of(name)
    });
}

impl Bills {
    async fn home(&self, institution: InstitutionId, number: BillNumber) -> Result<i64, Error> {
        self.db.read(move |sql| own(sql, institution, number).map(|row| row.person.0)).await
    }

    /// Counts a printing at a desk; the pages are [`Bills::pdf`]'s.
    pub async fn print(&self, actor: &Arc<Actor>, number: BillNumber) -> Result<Bill, Error> {
        let institution = actor.institution.ok_or(Refusal::InstitutionMissing)?;
        let home = self.home(institution, number).await?;
        let by = actor.clone();
        let row = self
            .db
            .write(home, move |tx| {
                let row = own(tx, institution, number)?;
                store::add_print(tx, row.person, row.id)?;
                told(tx, &PRINTED, &row, &by);
                Ok(row)
            })
            .await?;
        Ok(self.ready(vec![row]).await?.pop().ok_or(Refusal::Unknown)?)
    }

    /// Exchanges a bill for the paper one `paper`; the same again changes nothing.
    pub async fn exchange(&self, actor: &Arc<Actor>, number: BillNumber, paper: &str) -> Result<(), Error> {
        let institution = actor.institution.ok_or(Refusal::InstitutionMissing)?;
        let readable =
            !paper.is_empty() && paper.len() <= PAPER_MAX && paper.bytes().all(|byte| byte.is_ascii_graphic());
        if !readable {
            return Err(web::Refusal::BodyInvalid.at("paper").with(format!("1 to {PAPER_MAX} letters and figures")));
        }
        let home = self.home(institution, number).await?;
        let (by, paper) = (actor.clone(), paper.to_owned());
        self.db
            .write(home, move |tx| {
                let row = own(tx, institution, number)?;
                if store::set_paper(tx, row.person, row.id, &paper)? {
                    told(tx, &PAPER_ISSUED, &row, &by);
                    return Ok(());
                }
                let state = store::state(tx, row.person, row.id)?;
                if state.paper.as_deref() == Some(paper.as_str()) {
                    return Ok(());
                }
                Err(if state.red.is_some() {
                    Refusal::Red.into()
                } else if state.paper.is_some() {
                    Refusal::PaperIssued.into()
                } else {
                    Refusal::Marked.into()
                })
            })
            .await
    }
}
