//! Paying what was confirmed ("instant payment"): a confirmed net amount goes into the
//! next pay file with its entry in the books, and the bank's result closes it or lets
//! the claim stand again. Every step may be sent twice without a second effect.

use crate::reconcile;
use crate::rules::payout::{BankSays, PayoutStage, heard};
use crate::store::payouts::{self, File};
use crate::{BANK_HEARD, CONFIRMED, Clearing, FILED, Refusal};
use ::store::{Event, Sql as _, Tx};
use kernel::{Actor, Error, FEN_MAX, Fault, FaultKind, Fen, InstitutionId, JournalId, PersonId};
use ledger::{Account, Entry, EntryKind, Lines, Refs};
use std::sync::Arc;

/// Lines of a bank's result at most.
const LINES_MAX: usize = 5_000;
/// Characters of a reason at most.
const REASON_MAX: usize = 80;

/// Who is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payee {
    /// An institution, from what is payable to it (2101).
    Institution(InstitutionId),
    /// A person, from an approved claim (2501).
    Person(PersonId),
}

impl Payee {
    /// The word the database holds.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Institution(_) => "institution",
            Self::Person(_) => "person",
        }
    }

    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Institution(id) => id.0,
            Self::Person(id) => id.0,
        }
    }

    pub(crate) fn of(kind: &str, number: i64) -> Option<Self> {
        match kind {
            "institution" => Some(Self::Institution(InstitutionId(number))),
            "person" => Some(Self::Person(PersonId(number))),
            _ => None,
        }
    }

    /// The text of its id.
    pub fn text(self) -> String {
        match self {
            Self::Institution(id) => id.to_string(),
            Self::Person(id) => id.to_string(),
        }
    }

    fn account(self) -> Account {
        match self {
            Self::Institution(id) => Account::payable_institution(id),
            Self::Person(id) => Account::payable_person(id),
        }
    }
}

/// A payout to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayout {
    /// Who is paid.
    pub payee: Payee,
    /// The month it is for, `202611`.
    pub period: String,
    /// What the bank pays.
    pub net: Fen,
    /// What is held back as quality deposit; institutions only.
    pub deposit: Fen,
    /// Name of the account.
    pub bank_name: String,
    /// Number of the account.
    pub bank_account: String,
}

/// A payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    /// Its number, also the pay file's and the bank's.
    pub id: i64,
    /// Where it stands.
    pub stage: PayoutStage,
    /// Who is paid.
    pub payee: Payee,
    /// The month.
    pub period: String,
    /// What the bank pays.
    pub net: Fen,
    /// Held back.
    pub deposit: Fen,
    /// Name of the account.
    pub bank_name: String,
    /// Number of the account.
    pub bank_account: String,
    /// The pay file; 0 for none yet.
    pub file: i64,
    /// The entry that paid it; 0 for none yet.
    pub journal: JournalId,
    /// Why it bounced; else empty.
    pub reason: String,
    /// Microseconds UTC.
    pub confirmed_at: i64,
}

/// A line of the bank's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankLine {
    /// The payout.
    pub payout: i64,
    /// What the bank says.
    pub says: BankSays,
    /// Why it bounced.
    pub reason: String,
}

fn checked(new: &NewPayout) -> Result<(), Error> {
    let sum = new.net.plus(new.deposit);
    let person_deposit = matches!(new.payee, Payee::Person(_)) && new.deposit != Fen::ZERO;
    if new.net <= Fen::ZERO || new.deposit < Fen::ZERO || sum.is_none_or(|sum| sum > FEN_MAX) || person_deposit {
        return Err(Refusal::AmountWrong.at("net_fen"));
    }
    let period = new.period.len() == 6 && new.period.bytes().all(|byte| byte.is_ascii_digit());
    let number =
        (6..=34).contains(&new.bank_account.len()) && new.bank_account.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let name = (1..=60).contains(&new.bank_name.chars().count())
        && !new.bank_name.chars().any(|letter| letter.is_control() || matches!(letter, ',' | '"' | '='));
    if !period {
        return Err(web::Refusal::BodyInvalid.at("period").with("six digits, 202611"));
    }
    if number && name { Ok(()) } else { Err(Refusal::AccountWrong.at("bank_account")) }
}

/// A line of the pay file.
fn line(payout: &Payout) -> String {
    format!("{},{},{},{},{}\n", payout.id, payout.bank_account, payout.bank_name, payout.net, payout.period)
}

impl Clearing {
    /// Confirms a payout: from here on it waits for the next pay file.
    pub async fn confirm(&self, actor: &Arc<Actor>, new: NewPayout) -> Result<Payout, Error> {
        checked(&new)?;
        let (this, by) = (self.clone(), actor.clone());
        self.db.write(new.payee.number(), move |tx| this.confirm_in(tx, &by, &new)).await
    }

    /// [`Clearing::confirm`] in the caller's transaction.
    pub fn confirm_in(&self, tx: &mut Tx<'_>, actor: &Actor, new: &NewPayout) -> Result<Payout, Error> {
        checked(new)?;
        let payout = Payout {
            id: tx.new_id(),
            stage: PayoutStage::Confirmed,
            payee: new.payee,
            period: new.period.clone(),
            net: new.net,
            deposit: new.deposit,
            bank_name: new.bank_name.clone(),
            bank_account: new.bank_account.clone(),
            file: 0,
            journal: JournalId(0),
            reason: String::new(),
            confirmed_at: tx.now(),
        };
        payouts::insert(tx, &payout, actor.id)?;
        tx.event(event(&CONFIRMED, actor, &payout));
        Ok(payout)
    }

    /// Puts everything confirmed into one pay file and books it; answers the file's
    /// number and bytes.
    pub async fn pay_file(&self, actor: &Arc<Actor>) -> Result<(i64, Vec<u8>), Error> {
        let (this, by) = (self.clone(), actor.clone());
        self.db.write(self.agency.0, move |tx| this.pay_file_in(tx, &by)).await
    }

    fn pay_file_in(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<(i64, Vec<u8>), Error> {
        let waiting = payouts::at(tx, PayoutStage::Confirmed)?;
        if waiting.is_empty() {
            return Err(Refusal::NothingToPay.error());
        }
        let (id, now) = (tx.new_id(), tx.now());
        let mut body = String::from("payout,account,name,yuan,period\n");
        let (mut total, mut count) = (Fen::ZERO, 0_i64);
        for payout in waiting {
            let journal = self.book(tx, &payout)?;
            let then = Payout { stage: PayoutStage::Paying, file: id, journal, ..payout };
            moved(payouts::advance(tx, &then, PayoutStage::Confirmed, None)?, then.id)?;
            body.push_str(&line(&then));
            total = total.plus(then.net).ok_or_else(|| Fault::broken("a pay file beyond 64 bits"))?;
            count = count.saturating_add(1);
        }
        let file = File { id, payouts: count, total, body: body.as_bytes(), made_at: now };
        payouts::insert_file(tx, &file, actor.id)?;
        tx.event(Event {
            actor: Some(actor.id),
            object: format!("file {id}"),
            detail: Some(format!(r#"{{"payouts":{count},"total":"{total}"}}"#).into_bytes()),
            ..Event::of(&FILED)
        });
        Ok((id, body.into_bytes()))
    }

    /// The entry of a payout: what is payable leaves by the bank, less the deposit.
    fn book(&self, tx: &mut Tx<'_>, payout: &Payout) -> Result<JournalId, Error> {
        let gross = payout.net.plus(payout.deposit).ok_or_else(|| Fault::broken("a payout beyond 64 bits"))?;
        let mut lines = Lines::new().debit(payout.payee.account(), gross).credit(Account::bank(), payout.net);
        if let Payee::Institution(id) = payout.payee {
            lines = lines.credit(Account::quality_deposit(id), payout.deposit);
        }
        let kind = match payout.payee {
            Payee::Institution(_) => EntryKind::InstitutionPaid,
            Payee::Person(_) => EntryKind::ClaimPaid,
        };
        let note = payout.id.to_string();
        let refs = Refs { note: &note, ..Refs::default() };
        self.ledger.post(tx, &Entry { entity: self.agency, kind, period: None, refs, lines: lines.as_slice() })
    }

    /// Hears the bank's result; all of it or nothing. Lines heard before change nothing.
    /// Answers how many were paid and how many bounced now.
    pub async fn bank_result(&self, actor: &Arc<Actor>, lines: Vec<BankLine>) -> Result<(i64, i64), Error> {
        if lines.len() > LINES_MAX {
            return Err(Refusal::ListsTooLong.error().with(format!("at most {LINES_MAX} lines")));
        }
        let (this, by) = (self.clone(), actor.clone());
        self.db
            .write(self.agency.0, move |tx| {
                let (mut paid, mut bounced) = (0_i64, 0_i64);
                for line in &lines {
                    match this.hear(tx, &by, line)? {
                        Some(PayoutStage::Paid) => paid = paid.saturating_add(1),
                        Some(_) => bounced = bounced.saturating_add(1),
                        None => {}
                    }
                }
                Ok((paid, bounced))
            })
            .await
    }

    fn hear(&self, tx: &mut Tx<'_>, actor: &Actor, line: &BankLine) -> Result<Option<PayoutStage>, Error> {
        let contradicts = || Refusal::BankContradicts.error().with(format!("payout {}", line.payout));
        let payout = payouts::find(tx, line.payout)?.ok_or_else(contradicts)?;
        let Some(stage) = heard(payout.stage, line.says).map_err(|_stage| contradicts())? else { return Ok(None) };
        if stage == PayoutStage::PayFailed {
            self.ledger.reverse(tx, payout.journal, "bounced")?;
        }
        let from = payout.stage;
        let reason = line.reason.chars().take(REASON_MAX).collect();
        let then = Payout { stage, reason, ..payout };
        let now = tx.now();
        moved(payouts::advance(tx, &then, from, Some(now))?, then.id)?;
        tx.event(event(&BANK_HEARD, actor, &then));
        Ok(Some(stage))
    }

    /// Payouts at a stage, oldest first.
    pub async fn payouts(&self, stage: PayoutStage) -> Result<Vec<Payout>, Error> {
        self.db.read(move |sql| Ok(payouts::at(sql, stage)?)).await
    }

    /// Payouts to an institution for a month, oldest first: its own, or an officer's any.
    pub async fn payouts_to(
        &self,
        actor: &Actor,
        institution: InstitutionId,
        period: &str,
    ) -> Result<Vec<Payout>, Error> {
        if !reconcile::sees(actor, institution) {
            return Err(web::Refusal::NotFound.at("institution"));
        }
        let period = period.to_owned();
        let payee = Payee::Institution(institution);
        self.db.read(move |sql| Ok(payouts::of_payee(sql, payee, &period)?)).await
    }

    /// A pay file as it was made.
    pub async fn file(&self, id: i64) -> Result<Vec<u8>, Error> {
        let found = self.db.read(move |sql| Ok(payouts::file(sql, id)?)).await?;
        found.ok_or_else(|| web::Refusal::NotFound.at("file"))
    }
}

fn event(name: &'static kernel::EventName, actor: &Actor, payout: &Payout) -> Event {
    let (person, institution) = match payout.payee {
        Payee::Institution(id) => (None, Some(id)),
        Payee::Person(id) => (Some(id), None),
    };
    let detail = format!(r#"{{"net":"{}","stage":"{}"}}"#, payout.net, payout.stage.name());
    Event {
        person,
        institution,
        actor: Some(actor.id),
        object: format!("payout {}", payout.id),
        detail: Some(detail.into_bytes()),
        ..Event::of(name)
    }
}

fn moved(done: bool, id: i64) -> Result<(), Error> {
    if done { Ok(()) } else { Err(Fault::new(FaultKind::Conflict, format!("payout {id} moved meanwhile")).into()) }
}
