//! What can be paid, as the program registers it: how much is due, and what is done
//! when it is paid, when it is not, and when money went back.

use crate::channel::OrderPurpose;
use crate::noun::{Payment, Refund};
use crate::rules::shares::Shares;
use ::store::Tx;
use kernel::{Error, InstitutionId, PersonId};
use std::sync::Arc;

/// Who writes the entry in the hospital's ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booked {
    /// The subject's own entry debits the clearing account (H12) already.
    BySubject,
    /// Payment posts H12 to revenue (H40).
    AsRevenue,
    /// Payment posts H12 to the patient's deposit (H21).
    AsDeposit,
}

impl Booked {
    /// The word the database holds.
    pub fn name(self) -> &'static str {
        match self {
            Self::BySubject => "subject",
            Self::AsRevenue => "revenue",
            Self::AsDeposit => "deposit",
        }
    }

    /// Back from the database's word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::BySubject, Self::AsRevenue, Self::AsDeposit].into_iter().find(|one| one.name() == name)
    }
}

/// What a subject asks for now.
#[derive(Debug, Clone)]
pub struct Due {
    /// Whose bill it is.
    pub person: PersonId,
    /// Who is paid.
    pub institution: InstitutionId,
    /// Its name, as the payer's phone shows it.
    pub institution_name: String,
    /// Its insurance code.
    pub institution_code: String,
    /// Division code of its city.
    pub city: String,
    /// The visit's or settlement's number at the institution.
    pub serial: String,
    /// The split.
    pub shares: Shares,
    /// What it pays for.
    pub purpose: OrderPurpose,
    /// Who writes the ledger's entry.
    pub booked: Booked,
}

/// Says what is due of a subject, by its id's text; refuses when it cannot be paid.
pub type AskDue = Arc<dyn Fn(&mut Tx<'_>, &str) -> Result<Due, Error> + Send + Sync>;
/// Is told of a payment in the transaction that moves it.
pub type OnPayment = Arc<dyn Fn(&mut Tx<'_>, &Payment) -> Result<(), Error> + Send + Sync>;
/// Is told of a refund in the transaction that ends it.
pub type OnRefund = Arc<dyn Fn(&mut Tx<'_>, &Payment, &Refund) -> Result<(), Error> + Send + Sync>;

/// One kind of thing that can be paid.
#[derive(Clone)]
pub struct Payable {
    /// `settlement`, `quote`, `deposit`.
    pub kind: &'static str,
    /// What is due.
    pub due: AskDue,
    /// It is paid. A refusal undoes the transaction, and the money goes back.
    pub paid: OnPayment,
    /// It ended without money, or the money goes back: the subject is free again.
    pub failed: OnPayment,
    /// Money of a paid subject went back.
    pub refunded: OnRefund,
}

impl std::fmt::Debug for Payable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payable").field("kind", &self.kind).finish_non_exhaustive()
    }
}
