//! Showing bills: to their person under a grant, to the desk of the institution
//! that issued them. Whoever is shown a bill gets it sealed: what lacks its seal is
//! sealed first, and the look is durable before the first byte goes out (U1).

use crate::pages::CHECK;
use crate::rules::content::Content;
use crate::rules::number::BillNumber;
use crate::rules::seal::Facts;
use crate::store::{self, BillRow, Mark, Seal};
use crate::{Bills, LISTED, Refusal, VIEWED, pdf};
use ::store::{Event, SqlExt};
use access::{Basis, Grant};
use kernel::time::{MINUTE, SECOND};
use kernel::{Actor, BillId, Error, Fault, FaultKind, InstitutionId, PersonId, SettlementId};
use keys::{Signer, Use};
use std::collections::HashMap;
use std::sync::Arc;
use web::Lang;

/// Bills of one list at most.
pub const LIST_MAX: i64 = 100;
/// Issuers looked at in one turn of the sealing job.
const ISSUERS_MAX: i64 = 64;
/// The sealing job leaves bills alone that are younger.
const YOUNG: i64 = MINUTE;

/// What happened to a bill since it was issued.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The number of the red bill that took it back.
    pub red: Option<BillNumber>,
    /// How often a desk printed it.
    pub prints: i64,
    /// The number of the paper bill it was exchanged for.
    pub paper: Option<String>,
    /// Marks of payers, those given back among them.
    pub marks: Vec<Mark>,
}

/// A sealed bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Whose.
    pub person: PersonId,
    /// Its id.
    pub id: BillId,
    /// Who issued it.
    pub institution: InstitutionId,
    /// What it says.
    pub content: Content,
    /// What happened to it.
    pub standing: Standing,
    /// The text of its code: the compact form with the signature.
    pub seal: String,
    pub(crate) body: Vec<u8>,
}

impl Bill {
    /// One word: `red` (a red bill), `void` (taken back), `paper`, `marked`,
    /// `printed`, `issued`.
    pub fn state(&self) -> &'static str {
        let standing = &self.standing;
        if self.content.original.is_some() {
            "red"
        } else if standing.red.is_some() {
            "void"
        } else if standing.paper.is_some() {
            "paper"
        } else if standing.marks.iter().any(|mark| mark.released_at.is_none()) {
            "marked"
        } else if standing.prints > 0 {
            "printed"
        } else {
            "issued"
        }
    }
}

fn sealed(row: &BillRow, signer: &Signer, now: i64) -> Result<Seal, Error> {
    let sealed_s = now.div_euclid(SECOND);
    let facts = Facts::of(&row.body, signer.suite(), signer.kid(), sealed_s)
        .ok_or_else(|| Fault::broken(format!("bills_bills.body of {} cannot be sealed", row.id)))?;
    let signature = signer.sign(&facts.message())?;
    Ok(Seal { sealed_at: facts.sealed_at(), kid: signer.kid(), suite: signer.suite(), signature })
}

fn text_of(row: &BillRow, seal: &Seal) -> Result<String, Fault> {
    Facts::of(&row.body, seal.suite, seal.kid, seal.sealed_at.div_euclid(SECOND))
        .map(|facts| facts.text(&seal.signature))
        .ok_or_else(|| Fault::broken(format!("bills_bills.body of {} has no compact form", row.id)))
}

fn bill(sql: &mut (impl SqlExt + ?Sized), row: BillRow) -> Result<Bill, Error> {
    let seal = store::seal(sql, row.person, row.id)?
        .ok_or_else(|| Fault::broken(format!("bills_seals lacks the seal of {}", row.id)))?;
    let state = store::state(sql, row.person, row.id)?;
    let red = match state.red {
        Some(red) => store::bill(sql, row.person, red)?.map(|red| red.number),
        None => None,
    };
    let marks = if state.marked.0 > 0 || state.prints > 0 || state.red.is_none() {
        store::marks(sql, row.person, row.id)?
    } else {
        Vec::new()
    };
    Ok(Bill {
        person: row.person,
        id: row.id,
        institution: row.institution,
        content: row.content()?,
        standing: Standing { red, prints: state.prints, paper: state.paper, marks },
        seal: text_of(&row, &seal)?,
        body: row.body,
    })
}

/// Whether a grant opens a bill of this issuer: the person's own opens all, an
/// institution's only its own.
fn opens(grant: &Grant, institution: InstitutionId) -> bool {
    match grant.basis() {
        Basis::Self_ => true,
        Basis::Presence(_) => grant.actor().institution == Some(institution),
        Basis::Supplier => grant.only_institution() == Some(institution),
    }
}

impl Bills {
    /// Seals those of the bills that lack a seal; answers how many.
    async fn seal(&self, rows: &[BillRow]) -> Result<usize, Error> {
        let places: Vec<(PersonId, BillId)> = rows.iter().map(|row| (row.person, row.id)).collect();
        let Some(home) = places.first().map(|(person, _)| person.0) else { return Ok(0) };
        let lacks = self
            .db
            .read(move |sql| {
                let mut lacks = Vec::new();
                for (person, id) in places {
                    lacks.push(store::seal(sql, person, id)?.is_none());
                }
                Ok(lacks)
            })
            .await?;
        let mut signers: HashMap<InstitutionId, Signer> = HashMap::new();
        let mut fresh = Vec::new();
        for (row, _) in rows.iter().zip(lacks).filter(|(_, lacks)| *lacks) {
            let signer = match signers.get(&row.institution) {
                Some(signer) => signer.clone(),
                None => self.keys.signer(Use::BillSeal, Some(row.institution)).await?,
            };
            fresh.push((row.person, row.id, sealed(row, &signer, self.db.world().now())?));
            signers.insert(row.institution, signer);
        }
        let count = fresh.len();
        if count > 0 {
            self.db
                .write(home, move |tx| {
                    for (person, id, seal) in &fresh {
                        store::insert_seal(tx, *person, *id, seal);
                    }
                    Ok(())
                })
                .await?;
        }
        Ok(count)
    }

    /// Bills ready to be shown, in the order of the rows.
    pub(crate) async fn ready(&self, rows: Vec<BillRow>) -> Result<Vec<Bill>, Error> {
        self.seal(&rows).await?;
        self.db.read(move |sql| rows.into_iter().map(|row| bill(sql, row)).collect()).await
    }

    /// Seals bills that nobody has looked at yet, at most `max`; answers how many.
    /// For a job of low priority: what it has not reached is sealed when shown.
    pub async fn seal_waiting(&self, max: usize) -> Result<usize, Error> {
        let before = self.db.world().now().saturating_sub(YOUNG);
        let (mut after, mut done) = (InstitutionId(i64::MIN), 0usize);
        while done < max {
            let left = i64::try_from(max.saturating_sub(done)).unwrap_or(i64::MAX).min(LIST_MAX);
            let issuers = self.db.read(move |sql| Ok(store::issuers(sql, after, ISSUERS_MAX)?)).await?;
            let Some(last) = issuers.last().map(|issuer| issuer.institution) else { break };
            for issuer in issuers {
                let rows = self.db.read(move |sql| Ok(store::numbered(sql, issuer, before, left)?)).await?;
                let Some(number) = rows.last().map(|row| row.number) else { continue };
                done = done.saturating_add(self.seal(&rows).await?);
                let institution = issuer.institution;
                self.db.write(0, move |tx| Ok(store::set_sealed_to(tx, institution, number)?)).await?;
                if done >= max {
                    break;
                }
            }
            after = last;
        }
        Ok(done)
    }

    /// The bills that a grant opens, newest first; leaves its look.
    pub async fn own(&self, grant: &Grant) -> Result<Vec<Bill>, Error> {
        let person = grant.person();
        let rows = self.db.read(move |sql| Ok(store::of_person(sql, person, LIST_MAX)?)).await?;
        let rows = rows.into_iter().filter(|row| opens(grant, row.institution)).collect();
        let bills = self.ready(rows).await?;
        self.db.record(person.0, grant.look(&LISTED, "")).await?;
        Ok(bills)
    }

    /// One bill under a grant; leaves its look.
    pub async fn see(&self, grant: &Grant, id: BillId) -> Result<Bill, Error> {
        let person = grant.person();
        let row = self.db.read(move |sql| Ok(store::bill(sql, person, id)?)).await?;
        let row = row.filter(|row| opens(grant, row.institution)).ok_or(Refusal::Unknown)?;
        let bill = self.ready(vec![row]).await?.pop().ok_or(Refusal::Unknown)?;
        self.db.record(person.0, grant.look(&VIEWED, id.to_string())).await?;
        Ok(bill)
    }

    /// A bill of the actor's institution by its number; leaves its look.
    pub async fn at_desk(&self, actor: &Arc<Actor>, number: BillNumber) -> Result<Bill, Error> {
        let institution = actor.institution.ok_or(Refusal::InstitutionMissing)?;
        let row = self.db.read(move |sql| Ok(store::by_number(sql, number)?)).await?;
        let row = row.filter(|row| row.institution == institution).ok_or(Refusal::Unknown)?;
        self.shown_at_desk(actor, row).await
    }

    /// The bill of a settlement that the actor's institution made for a person who is
    /// there, such as for the slip of a kiosk; nothing where nothing was billed, or
    /// another institution did. Leaves its look.
    pub async fn of_settlement(
        &self,
        actor: &Arc<Actor>,
        person: PersonId,
        settlement: SettlementId,
    ) -> Result<Option<Bill>, Error> {
        let institution = actor.institution.ok_or(Refusal::InstitutionMissing)?;
        // A bill has its settlement's number (L8).
        let id = BillId(settlement.0);
        let row = self.db.read(move |sql| Ok(store::bill(sql, person, id)?)).await?;
        match row.filter(|row| row.institution == institution) {
            Some(row) => self.shown_at_desk(actor, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// A bill as its issuer's desk sees it; the look is durable first (U1).
    async fn shown_at_desk(&self, actor: &Actor, row: BillRow) -> Result<Bill, Error> {
        let bill = self.ready(vec![row]).await?.pop().ok_or(Refusal::Unknown)?;
        let event = Event {
            person: Some(bill.person),
            actor: Some(actor.id),
            institution: actor.institution,
            object: bill.id.to_string(),
            ..Event::of(&VIEWED)
        };
        self.db.record(bill.person.0, event).await?;
        Ok(bill)
    }

    /// Where anybody checks a bill: the public page with number, amount and check code
    /// filled in, so that a phone's camera opens the answer; empty on a node that does
    /// not know its own address.
    pub fn check_address(&self, bill: &Bill) -> String {
        let base = self.region.public_url.trim_end_matches('/');
        if base.is_empty() {
            return String::new();
        }
        let content = &bill.content;
        format!("{base}{CHECK}?number={}&total={}&check={}", content.number, content.parts.total, content.check)
    }

    /// The pages of a bill.
    pub async fn pdf(&self, bill: Bill, lang: Lang) -> Result<Vec<u8>, Error> {
        let drawn = tokio::task::spawn_blocking(move || {
            let void = bill.standing.red.map(|number| number.to_string()).unwrap_or_default();
            pdf::written(&bill.body, &bill.seal, &void, lang)
        });
        let drawn = drawn.await.map_err(|error| Fault::from_source(FaultKind::Broken, "drawing a bill", error))?;
        Ok(drawn?.bytes)
    }
}
