//! A way to pay in money: what every channel is asked and what it tells.
//!
//! Two real ones: [`crate::desk`] (notes and cards over the counter, decided on the
//! spot) and [`crate::mobile`] (over the network, decided by messages that may be
//! lost, late, doubled or forged). A channel keeps no rows and moves no stage.

use crate::mobile::person::Sealed;
use crate::rules::outcome::Outcome;
use crate::rules::shares::Shares;
use crate::rules::stage::Says;
use crate::rules::tender::Tender;
use kernel::{Fen, PaymentId};
use serde::{Deserialize, Serialize};

/// What an order pays for (`order_type` of the mobile channel).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderPurpose {
    /// Registering.
    RegPay,
    /// A visit.
    DiagPay,
    /// A stay.
    InHospPay,
    /// A pharmacy.
    PharmacyPay,
    /// Anything else medical.
    MedPay,
}

/// What the mobile channel needs to know about an order beside its amounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDetail {
    /// What it pays for.
    pub purpose: OrderPurpose,
    /// The institution's name as people know it.
    pub institution_name: String,
    /// Its insurance code.
    pub institution_code: String,
    /// Division code of its city.
    pub city: String,
    /// The visit's or settlement's number at the institution.
    pub serial: String,
    /// The payer in the channel's own numbering; empty at a desk.
    #[serde(default)]
    pub openid: String,
    /// The insurer's order after the fees were uploaded (6201); empty without insurance.
    #[serde(default)]
    pub pay_order_id: String,
    /// The insurer's leave to pay that order.
    #[serde(default)]
    pub pay_auth_no: String,
    /// Who pays, sealed for the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<Sealed>,
    /// Whose bill it is, where somebody pays for a relative; sealed likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<Sealed>,
}

/// An order to a channel.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// Our number of it: the payment's id.
    pub number: PaymentId,
    /// The split.
    pub shares: Shares,
    /// The rest of what the mobile channel wants.
    pub detail: &'a OrderDetail,
    /// What was handed over; a desk's only.
    pub tender: Option<&'a Tender>,
    /// When it was made, microseconds UTC.
    pub created_at: i64,
}

/// The amounts a channel names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// The whole.
    pub total: Fen,
    /// The funds' part.
    pub gov: Fen,
    /// The accounts' part.
    pub account: Fen,
    /// Other insurance parts.
    pub other: Fen,
    /// Paid in money.
    pub money: Fen,
}

impl From<Shares> for Amounts {
    fn from(shares: Shares) -> Self {
        let Shares { total, gov, account, other, .. } = shares;
        Self { total, gov, account, other, money: shares.to_pay() }
    }
}

/// What a channel tells about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// How it stands.
    pub says: Says,
    /// The channel's number of it.
    pub number: Option<String>,
    /// The amounts it names, where it names them.
    pub amounts: Option<Amounts>,
    /// The channel's reason, in its own code.
    pub reason: String,
}

impl Told {
    /// A saying without particulars.
    pub fn of(says: Says) -> Self {
        Self { says, number: None, amounts: None, reason: String::new() }
    }
}

/// A refund to a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder {
    /// The payment.
    pub payment: PaymentId,
    /// Our number of the refund: the payment's id and an ordinal.
    pub number: String,
    /// The channel's number of the order.
    pub channel_number: String,
    /// What the order took in money.
    pub taken: Fen,
    /// How much of it goes back.
    pub money: Fen,
    /// The insured parts that were taken back at the insurer: funds, accounts, other.
    pub insured: Option<[Fen; 3]>,
    /// When it was asked, microseconds UTC.
    pub asked_at: i64,
    /// Why, for the person.
    pub reason: String,
}

/// What a channel says about a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundSays {
    /// It is at it.
    Underway,
    /// The money went back.
    Done,
    /// It could not give it back, and nothing moved.
    Stuck,
    /// It never came.
    Absent,
}

/// What a channel tells about a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundTold {
    /// How it stands.
    pub says: RefundSays,
    /// The amount it names.
    pub money: Option<Fen>,
    /// Its own code, where it gives one.
    pub reason: String,
}

/// Takes money and gives it back. Each request may be repeated under its number
/// without a second effect.
pub trait Channel: Send + Sync {
    /// Asks for an order; the same number again is the same order.
    fn order(&self, order: &Order<'_>) -> Outcome<Told>;
    /// Asks how an order stands.
    fn query(&self, number: PaymentId) -> Outcome<Told>;
    /// Asks for a refund; the same number again is the same refund.
    fn refund(&self, refund: &RefundOrder) -> Outcome<RefundTold>;
    /// Asks how a refund stands.
    fn query_refund(&self, refund: &RefundOrder) -> Outcome<RefundTold>;
}
