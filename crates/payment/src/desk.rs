//! The desk: notes with change, or a card at a terminal beside it. What is handed
//! over is decided on the spot, so nothing is ever in doubt here; a desk keeps no
//! orders of its own, so what this node does not know did not happen.

use crate::channel::{Amounts, Channel, Order, RefundOrder, RefundSays, RefundTold, Told};
use crate::rules::outcome::Outcome;
use crate::rules::stage::Says;
use kernel::PaymentId;

/// The counter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Desk;

impl Channel for Desk {
    fn order(&self, order: &Order<'_>) -> Outcome<Told> {
        let Some(tender) = order.tender else { return Outcome::Refused("NO_TENDER".into()) };
        match tender.change(order.shares.to_pay()) {
            Ok(_change) => Outcome::Ok(Told { amounts: Some(Amounts::from(order.shares)), ..Told::of(Says::Success) }),
            Err(error) => Outcome::Refused(error.code().into()),
        }
    }

    fn query(&self, _: PaymentId) -> Outcome<Told> {
        Outcome::Ok(Told::of(Says::Absent))
    }

    fn refund(&self, refund: &RefundOrder) -> Outcome<RefundTold> {
        if refund.money > refund.taken {
            return Outcome::Refused("MORE_THAN_TAKEN".into());
        }
        Outcome::Ok(RefundTold { says: RefundSays::Done, money: Some(refund.money), reason: String::new() })
    }

    fn query_refund(&self, _: &RefundOrder) -> Outcome<RefundTold> {
        Outcome::Ok(RefundTold { says: RefundSays::Absent, money: None, reason: String::new() })
    }
}
