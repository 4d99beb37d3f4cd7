//! The money rooms of a node, wired: who is insured, the books, bills, settlements,
//! payments, clearing. What two of them need of each other is handed over here.

use bills::Bills;
use clearing::Clearing;
use directory::Directory;
use insurance::Insurance;
use kernel::{Error, Fen, InstitutionId, SettlementId};
use keys::Keys;
use ledger::{Entity, Ledger};
use payment::{Booked, Due, OrderPurpose, Payable, Payments, Shares};
use settlement::Settlements;
use settlement::visit::By;
use std::sync::Arc;
use store::{Db, Tx};
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
    pub(crate) credentials: &'a credentials::Credentials,
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
        let insurance = Insurance::load(db, directory, gate)?;
        let ledger = Ledger::load(db)?;
        let known = directory.clone();
        let names: ledger::office::Names = Arc::new(move |id: InstitutionId, english: bool| known.name(id, english));
        let bills = Bills::new(
            db,
            gate,
            keys,
            bills::Region { code: region, name: region_name.to_owned(), public_url: public_url.to_owned() },
        );
        let settlements = Settlements {
            db: db.clone(),
            gate: gate.clone(),
            directory: directory.clone(),
            insurance: insurance.clone(),
            ledger: ledger.clone(),
            bills: bills.clone(),
            region,
            presence: Some(parts.credentials.clone()),
        };
        let mobile = match &parts.mobile {
            Some(settings) => Some(
                payment::mobile::Mobile::new(settings.clone(), db.world().clone())
                    .map_err(|fault| kernel::Fault::broken(format!("the mobile channel: {fault}")))?,
            ),
            None => None,
        };
        let payables = vec![payable(&settlements)];
        let payments = Payments::new(payment::Parts { db: db.clone(), ledger: ledger.clone(), payables, mobile });
        let agency = Entity::region(region);
        let clearing = Clearing { db: db.clone(), ledger: ledger.clone(), agency, names: names.clone() };
        let agency_name = (format!("{region_name}医保经办"), format!("{region_name} insurance agency"));
        let office = ledger::Office { ledger, names, agency, agency_name };
        Ok(Self { insurance, office, bills, settlements, payments, clearing })
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

/// A settlement's own share as something that can be paid.
fn payable(settlements: &Settlements) -> Payable {
    let env = settlements.clone();
    Payable {
        kind: "settlement",
        due: Arc::new(move |tx, subject| due(tx, &env, subject)),
        // The settlement stands on its own; that it is paid is the payment's to know.
        paid: Arc::new(|_tx, _payment| Ok(())),
        failed: Arc::new(|_tx, _payment| Ok(())),
        refunded: Arc::new(|_tx, _payment, _refund| Ok(())),
    }
}

fn due(tx: &mut Tx<'_>, env: &Settlements, subject: &str) -> Result<Due, Error> {
    let unknown = || payment::Refusal::SubjectUnknown.at("subject");
    let id: SettlementId = subject.parse().map_err(|_bad| unknown())?;
    let person = settlement::answer::person_of(tx, id.0)?.ok_or_else(unknown)?;
    let by = By { actor: kernel::ActorId(0), institution: None, person: Some(person), office: false };
    let (row, undone) = settlement::answer::seen(tx, &by, person, id)?;
    // What undoes or tops up names what it belongs to.
    if undone.is_some() || row.of.is_some() {
        return Err(unknown());
    }
    let totals = &row.totals;
    let other = totals.mutual.plus(totals.hospital).ok_or_else(|| payment::Refusal::SharesWrong.at("subject"))?;
    let shares = Shares {
        total: totals.fee,
        gov: totals.fund,
        account: totals.account,
        other,
        cash: totals.cash,
        added: Fen::ZERO,
        reduced: Fen::ZERO,
    };
    let institution = env.directory.get(row.institution);
    Ok(Due {
        person,
        institution: row.institution,
        institution_name: env.directory.name(row.institution, false),
        institution_code: institution.as_ref().map(|one| one.code.clone()).unwrap_or_default(),
        city: institution.map(|one| one.region.clone()).unwrap_or_default(),
        serial: row.visit.to_string(),
        shares,
        purpose: OrderPurpose::DiagPay,
        booked: Booked::BySubject,
    })
}
