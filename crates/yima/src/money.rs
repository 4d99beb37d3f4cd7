//! The money rooms of a node, wired: who is insured, the books, bills, settlements,
//! payments, clearing. What two of them need of each other is handed over here.

use bills::Bills;
use clearing::Clearing;
use credentials::Credentials;
use directory::Directory;
use insurance::Insurance;
use kernel::{Actor, Error, Fen, InstitutionId, Purpose, SettlementId};
use keys::Keys;
use ledger::{Entity, Ledger};
use payment::{Booked, Due, OrderPurpose, Payable, Payment, Payments, Refund, RefundStage, Shares, Subject};
use settlement::visit::By;
use settlement::{Breaker, OnUndone, SettlementRow, Settlements};
use std::sync::Arc;
use store::{Db, SqlExt, Tx};
use web::Route;

/// The rooms.
#[derive(Clone)]
pub struct Money {
    /// Who is insured how.
    pub insurance: Insurance,
    /// The books, with their office.
    pub office: ledger::Office,
    /// E-bills.
    pub bills: Bills,
    /// Visits, quotes, settlements.
    pub settlements: Settlements,
    /// Paying the own share.
    pub payments: Payments,
    /// Day-end match, statements, payouts.
    pub clearing: Clearing,
}

/// What the rooms are made from.
pub(crate) struct Parts<'a> {
    pub(crate) db: &'a Db,
    pub(crate) gate: &'a access::Gate,
    pub(crate) directory: &'a Directory,
    pub(crate) keys: &'a Keys,
    pub(crate) credentials: &'a Credentials,
    pub(crate) region: u32,
    pub(crate) region_name: &'a str,
    pub(crate) public_url: &'a str,
    pub(crate) mobile: Option<payment::mobile::Settings>,
}

/// Waiting seals taken up at once when nothing else is to be done.
const SEALS_AT_ONCE: usize = 200;

impl Money {
    pub(crate) fn open(parts: &Parts<'_>) -> Result<Self, Error> {
        let Parts { db, gate, directory, keys, region, region_name, public_url, .. } = *parts;
        let insurance =
            Insurance { presence: Some(presence(parts.credentials)), ..Insurance::load(db, directory, gate)? };
        let ledger = Ledger::load(db)?;
        let known = directory.clone();
        let names: ledger::office::Names = Arc::new(move |id: InstitutionId, english: bool| known.name(id, english));
        let bills = Bills::new(
            db,
            gate,
            keys,
            bills::Region { code: region, name: region_name.to_owned(), public_url: public_url.to_owned() },
        );
        let mobile = match &parts.mobile {
            Some(settings) => Some(
                payment::mobile::Mobile::new(settings.clone(), db.world().clone())
                    .map_err(|fault| kernel::Fault::broken(format!("the mobile channel: {fault}")))?,
            ),
            None => None,
        };
        let payables = vec![payable(directory)];
        let payments = Payments::new(payment::Parts { db: db.clone(), ledger: ledger.clone(), payables, mobile })
            .with_people(crate::payers::people(db, gate, parts.credentials));
        let settlements = Settlements {
            db: db.clone(),
            gate: gate.clone(),
            directory: directory.clone(),
            insurance: insurance.clone(),
            ledger: ledger.clone(),
            bills: bills.clone(),
            region,
            presence: Some(parts.credentials.clone()),
            undone: Some(give_back(&payments)),
            line: Breaker::default(),
            meeting: settlement::Meeting::new(db),
        };
        let agency = Entity::region(region);
        let clearing = Clearing { db: db.clone(), ledger: ledger.clone(), agency, names: names.clone() };
        let agency_name = (format!("{region_name}医保经办"), format!("{region_name} insurance agency"));
        let office = ledger::Office { ledger, names, agency, agency_name };
        Ok(Self { insurance, office, bills, settlements, payments, clearing })
    }

    /// Checks every bill by itself.
    pub async fn check_bills(&self) -> Result<bills::proof::Report, Error> {
        self.settlements.db.read(|sql| bills::proof::check(sql)).await
    }

    /// Checks every payment, by itself, in the books and beside its settlement.
    pub async fn check_payments(&self) -> Result<payment::check::Report, Error> {
        self.settlements
            .db
            .read(|sql| {
                payment::check::check(sql, &mut |sql, payment, refunds| beside_settlement(sql, payment, refunds))
            })
            .await
    }

    pub(crate) fn routes(&self) -> Vec<Route> {
        let mut all = Vec::new();
        all.extend(insurance::api::routes(&self.insurance));
        all.extend(ledger::api::routes(&self.office));
        all.extend(ledger::pages::routes(&self.office));
        all.extend(bills::api::routes(&self.bills));
        all.extend(bills::pages::routes(&self.bills));
        all.extend(settlement::api::routes(&self.settlements));
        all.extend(payment::api::routes(&self.payments));
        all.extend(clearing::api::routes(&self.clearing));
        all.extend(clearing::pages::routes(&self.clearing));
        all
    }

    /// What must be done again and again: chased, polled, folded, sealed. A failure is
    /// told and tried again with the next turn.
    pub(crate) async fn turn(&self) {
        for (what, failed) in [
            ("messages in doubt", self.settlements.turn().await.err()),
            ("payments", self.payments.turn().await.err()),
            ("the ledger", self.office.ledger.turn().await.err()),
            ("seals of bills", self.bills.seal_waiting(SEALS_AT_ONCE).await.err()),
        ] {
            if let Some(error) = failed {
                tracing::warn!(error = %error, what, "a turn of the money rooms failed");
            }
        }
    }
}

/// What a payment's subject is called that is a settlement.
const SETTLEMENT: &str = "settlement";
/// Purposes of a scan under which a desk may see how somebody is insured: registering,
/// admission, consultation, settling, fetching and buying drugs.
const INSURED: [&str; 7] = ["01101", "01102", "01103", "01201", "01301", "01302", "02121"];

/// What the token of a scan proves to a desk that asks how somebody is insured.
fn presence(credentials: &Credentials) -> insurance::Presence {
    let credentials = credentials.clone();
    Arc::new(move |actor: Arc<Actor>, token: String| {
        let credentials = credentials.clone();
        Box::pin(async move {
            let purposes: Vec<Purpose> = INSURED.iter().filter_map(|code| Purpose::from_code(code)).collect();
            let said = credentials.proved(&actor, &token, &purposes).await?;
            Ok(insurance::Present {
                person: said.person,
                presence: said.presence.to_string(),
                purpose: said.purpose.code,
            })
        })
    })
}

/// A settlement that is undone gives its own share back, in the same transaction.
fn give_back(payments: &Payments) -> OnUndone {
    let payments = payments.clone();
    Arc::new(move |tx, undone| {
        let subject = Subject { kind: SETTLEMENT.into(), id: undone.settlement.to_string() };
        payments.subject_undone_in(tx, undone.person, &subject, undone.reason).map(drop)
    })
}

/// A settlement's own share as something that can be paid.
fn payable(directory: &Directory) -> Payable {
    let directory = directory.clone();
    Payable {
        kind: SETTLEMENT,
        due: Arc::new(move |tx, subject| due(tx, &directory, subject)),
        // The settlement stands on its own; that it is paid is the payment's to know.
        paid: Arc::new(|_tx, _payment| Ok(())),
        failed: Arc::new(|_tx, _payment| Ok(())),
        refunded: Arc::new(|_tx, _payment, _refund| Ok(())),
    }
}

/// The settlement of a subject, with what undid it.
fn settlement_of(
    sql: &mut (impl SqlExt + ?Sized),
    subject: &str,
) -> Result<(SettlementRow, Option<SettlementId>), Error> {
    let unknown = || payment::Refusal::SubjectUnknown.at("subject");
    let id: SettlementId = subject.parse().map_err(|_bad| unknown())?;
    let person = settlement::answer::person_of(sql, id.0)?.ok_or_else(unknown)?;
    let by = By { actor: kernel::ActorId(0), institution: None, person: Some(person), office: false };
    settlement::answer::seen(sql, &by, person, id)
}

fn due(tx: &mut Tx<'_>, directory: &Directory, subject: &str) -> Result<Due, Error> {
    let (row, undone) = settlement_of(tx, subject)?;
    // What undoes or tops up names what it belongs to.
    if undone.is_some() || row.of.is_some() {
        return Err(payment::Refusal::SubjectUnknown.at("subject"));
    }
    let institution = directory.get(row.institution);
    Ok(Due {
        person: row.person,
        institution: row.institution,
        institution_name: directory.name(row.institution, false),
        institution_code: institution.as_ref().map(|one| one.code.clone()).unwrap_or_default(),
        city: institution.map(|one| one.region.clone()).unwrap_or_default(),
        serial: row.visit.to_string(),
        shares: shares(&row)?,
        purpose: OrderPurpose::DiagPay,
        booked: Booked::BySubject,
    })
}

fn shares(row: &SettlementRow) -> Result<Shares, Error> {
    let totals = &row.totals;
    let other = totals.mutual.plus(totals.hospital).ok_or_else(|| payment::Refusal::SharesWrong.at("subject"))?;
    Ok(Shares {
        total: totals.fee,
        gov: totals.fund,
        account: totals.account,
        other,
        cash: totals.cash,
        added: Fen::ZERO,
        reduced: Fen::ZERO,
    })
}

/// What is wrong with a payment that holds money, beside its settlement (PAY4): it must
/// be of the settlement's shares, and hold nothing once that was undone.
fn beside_settlement(
    sql: &mut (impl SqlExt + ?Sized),
    payment: &Payment,
    refunds: &[Refund],
) -> Result<Vec<String>, Error> {
    if payment.subject.kind != SETTLEMENT {
        return Ok(Vec::new());
    }
    let (row, undone) = match settlement_of(sql, &payment.subject.id) {
        Ok(found) => found,
        Err(Error::Refused(_)) => return Ok(vec![format!("{} is no settlement", payment.subject.id)]),
        Err(fault) => return Err(fault),
    };
    let mut wrong = Vec::new();
    if shares(&row)? != payment.shares || row.person != payment.person {
        wrong.push(format!("its shares are not those of settlement {}", row.id));
    }
    // What the channel could not give back waits at the desk, in sight.
    let stuck = refunds.iter().any(|one| one.stage == RefundStage::Stuck);
    if undone.is_some() && payment.left() > Fen::ZERO && !stuck {
        wrong.push(format!("settlement {} was undone, and {} of it is not on its way back", row.id, payment.left()));
    }
    Ok(wrong)
}
