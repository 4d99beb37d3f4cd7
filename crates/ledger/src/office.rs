//! Who may see which books: staff their own institution's, the agency's overseers all.

use crate::post::Ledger;
use crate::read::{Books, Linked, Statement};
use crate::rules::account::{Account, Entity};
use crate::rules::fold::Trial;
use crate::rules::period::Period;
use crate::store::Closing;
use crate::{CLOSE, OVERSEE, Refusal};
use kernel::{Actor, Error, InstitutionId, JournalId};
use std::sync::Arc;

/// Names an institution for people; in English when asked.
pub type Names = Arc<dyn Fn(InstitutionId, bool) -> String + Send + Sync>;

/// What routes and pages work with; cheap to clone.
#[derive(Clone)]
pub struct Office {
    /// The ledger.
    pub ledger: Ledger,
    /// Names of institutions.
    pub names: Names,
    /// The agency's books, for overseers who name none.
    pub agency: Entity,
    /// Names the agency's books: Chinese, English.
    pub agency_name: (String, String),
}

impl std::fmt::Debug for Office {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Office")
    }
}

impl Office {
    /// The name of whose books they are.
    pub fn name(&self, entity: Entity, english: bool) -> String {
        if entity == self.agency {
            return if english { self.agency_name.1.clone() } else { self.agency_name.0.clone() };
        }
        let name = if entity.0 > 0 { (self.names)(InstitutionId(entity.0), english) } else { String::new() };
        if name.is_empty() { entity.to_string() } else { name }
    }

    /// The books an actor sees when none are named.
    pub fn own(&self, actor: &Actor) -> Result<Entity, Error> {
        if actor.may(OVERSEE) {
            return Ok(self.agency);
        }
        actor.institution.map(Entity::from).ok_or_else(|| Refusal::BooksForeign.error())
    }

    /// The books named, if the actor may see them; else as if there were none.
    pub fn books(&self, actor: &Actor, named: Option<&str>) -> Result<Entity, Error> {
        let Some(named) = named else { return self.own(actor) };
        let entity = named.parse::<Entity>().map_err(|_bad| Refusal::BooksForeign.at("books"))?;
        let own = actor.institution.map(Entity::from) == Some(entity);
        if own || actor.may(OVERSEE) { Ok(entity) } else { Err(Refusal::BooksForeign.at("books")) }
    }

    /// All books an actor may see.
    pub async fn all(&self, actor: &Actor) -> Result<Vec<Books>, Error> {
        let mut found = self.ledger.books().await?;
        if !actor.may(OVERSEE) {
            let own = self.own(actor)?;
            found.retain(|books| books.entity == own);
        }
        Ok(found)
    }

    /// A trial balance the actor may see.
    pub async fn trial(&self, actor: &Actor, books: Option<&str>, period: Period) -> Result<Trial, Error> {
        self.ledger.trial(self.books(actor, books)?, period).await
    }

    /// A statement the actor may see.
    pub async fn statement(
        &self,
        actor: &Actor,
        books: Option<&str>,
        account: Account,
        before: i64,
        limit: usize,
    ) -> Result<Statement, Error> {
        self.ledger.statement(self.books(actor, books)?, account, before, limit).await
    }

    /// An entry the actor may see.
    pub async fn entry(&self, actor: &Actor, id: JournalId) -> Result<Linked, Error> {
        let found = self.ledger.entry(id).await?.ok_or(Refusal::EntryUnknown)?;
        let own = actor.institution.map(Entity::from) == Some(found.entry.entity);
        if own || actor.may(OVERSEE) { Ok(found) } else { Err(Refusal::EntryUnknown.into()) }
    }

    /// Closes a month of books the actor keeps: an overseer the agency's, others
    /// their own.
    pub async fn close(&self, actor: &Actor, books: Option<&str>, period: Period) -> Result<Closing, Error> {
        let entity = self.books(actor, books)?;
        let keeps = actor.institution.map(Entity::from) == Some(entity) || entity == self.agency;
        if !keeps || !actor.may(CLOSE) {
            return Err(Refusal::BooksForeign.at("books"));
        }
        self.ledger.close(actor.id, entity, period).await
    }
}

/// Reads an account as an address names it: `2101/n0…`, and persons' accounts
/// together by their code alone.
pub fn account(text: &str) -> Option<Account> {
    Account::from_text(text).or_else(|| {
        let code = crate::Code::from_text(text)?;
        (code.party() == crate::rules::account::PartyKind::Person).then_some(Account::of(code))
    })
}
