//! Personal accounts: money comes in, the owner reads balance and movements.

use crate::{CREDITED, Settlements};
use ::store::{Event, OnceKey, Sql as _, SqlExt, Tx};
use insurance::Day;
use kernel::{Actor, ActorId, Error, Fen, PersonId};
use ledger::{Account, Entry, EntryKind, Lines, Refs};
use serde_json::{Value, json};

/// The largest credit that is believed: a million yuan.
const CREDIT_MAX: i64 = 100_000_000;
/// Movements shown at once.
const MOVEMENTS_MAX: i64 = 100;

/// Credits an account: from the bank, as the agency does monthly. Counts as money of
/// the current year for plans that let it pay first.
pub fn credit(
    tx: &mut Tx<'_>,
    env: &Settlements,
    person: PersonId,
    amount: Fen,
    number: &str,
    actor: ActorId,
) -> Result<kernel::JournalId, Error> {
    if !(1..=CREDIT_MAX).contains(&amount.0) {
        return Err(insurance::Refusal::FieldInvalid.at("amount_fen"));
    }
    let day = Day::of(tx.now());
    let (_, card) = insurance::eligibility::card(tx, person)?.ok_or(insurance::Refusal::PersonNotFound)?;
    if !card.account.pays() {
        return Err(crate::Refusal::AccountFrozen.at("person").with(card.account.name()));
    }
    let coverage = card.basic(day).ok().or(card.coverages.last()).ok_or(insurance::Refusal::CoverageNone)?;
    let agency = env.agency(&coverage.admdvs);
    let lines = Lines::new().debit(Account::bank(), amount).credit(Account::personal(person), amount);
    let entry = Entry {
        entity: agency,
        kind: EntryKind::AccountCredited,
        period: None,
        refs: Refs { note: number, ..Refs::default() },
        lines: lines.as_slice(),
    };
    let journal = env.ledger.post(tx, &entry)?;
    if let Ok(plan) = env.insurance.reference.plan(&coverage.admdvs, &coverage.insutype, day) {
        let mut year = insurance::years::find(tx, person, &coverage.insutype, plan.year_of(day))?.sums;
        year.version = year.version.saturating_add(1);
        year.acct_current_year = year.acct_current_year.plus(amount).ok_or(insurance::Refusal::FieldInvalid)?;
        insurance::years::put(tx, person, &coverage.insutype, &year)?;
    }
    tx.event(Event { person: Some(person), actor: Some(actor), object: journal.to_string(), ..Event::of(&CREDITED) });
    Ok(journal)
}

/// Balance and movements of an account.
pub fn shown(
    sql: &mut (impl SqlExt + ?Sized),
    env: &Settlements,
    person: PersonId,
    before: Option<i64>,
) -> Result<Value, Error> {
    let (_, card) = insurance::eligibility::card(sql, person)?.ok_or(insurance::Refusal::PersonNotFound)?;
    let day = Day::of(sql.now());
    let coverage = card.basic(day).ok().or(card.coverages.last());
    let agency = env.agency(coverage.map_or("", |one| &one.admdvs));
    let account = ledger::personal(sql, agency, person)?;
    let movements = ledger::movements(sql, agency, person, before.unwrap_or(i64::MAX), MOVEMENTS_MAX)?;
    let listed: Vec<Value> = movements.iter().map(movement_json).collect();
    Ok(json!({
        "stage": card.account.name(),
        "balance_fen": account.as_ref().map_or(0, |one| one.balance.0),
        "held_fen": account.as_ref().map_or(0, |one| one.held.0),
        "frozen": account.as_ref().is_some_and(|one| one.frozen),
        "movements": listed,
    }))
}

fn movement_json(one: &ledger::Movement) -> Value {
    json!({
        "journal": one.id.to_string(),
        "at": kernel::time::rfc3339(one.at),
        "kind": ledger::EntryKind::from_number(one.kind).map_or("", |kind| kind.name(web::Lang::En)),
        "kind_zh": ledger::EntryKind::from_number(one.kind).map_or("", |kind| kind.name(web::Lang::Zh)),
        "amount_fen": one.amount.0,
    })
}

impl Settlements {
    /// The caller's own account.
    pub async fn own_account(&self, person: PersonId, before: Option<i64>) -> Result<Value, Error> {
        let env = self.clone();
        self.db.read(move |sql| shown(sql, &env, person, before)).await
    }

    /// Credits an account once per number; the same number again answers the same.
    pub async fn credit(
        &self,
        actor: &Actor,
        person: PersonId,
        amount: Fen,
        number: String,
        note: String,
    ) -> Result<Vec<u8>, Error> {
        if number.is_empty() || number.len() > 64 {
            return Err(insurance::Refusal::FieldInvalid.at("number"));
        }
        let body = format!("{} {} {note}", person.0, amount.0);
        let key = OnceKey::new(0, "account credit", &number, body.as_bytes(), true);
        let (env, by) = (self.clone(), actor.id);
        let reply = self
            .db
            .write(person.0, move |tx| {
                tx.once(&key, |tx| {
                    let journal = credit(tx, &env, person, amount, &number, by)?;
                    Ok((200, crate::visit::canonical(&json!({ "journal": journal.to_string() }))?))
                })
            })
            .await?;
        Ok(reply.body)
    }
}
