//! Callbacks: the signature over the raw body, then the seal, then what it says.
//! They must be answered within five seconds and stop after thirty, so they only
//! ever say sooner what a query says as well.

use super::client::Mobile;
use super::seal::Resource;
use super::sign::{Stamp, Unsigned};
use super::wire::{OrderState, RefundState};
use crate::channel::{RefundTold, Told};
use serde::Deserialize;

/// Reads headers by name; missing ones are empty.
pub struct Headers<'a>(
    /// Gives a header's value.
    pub &'a dyn Fn(&str) -> String,
);

impl Headers<'_> {
    /// What the channel signed with.
    pub fn stamp(&self) -> Stamp {
        let read = self.0;
        Stamp {
            at: read("wechatpay-timestamp"),
            nonce: read("wechatpay-nonce"),
            signature: read("wechatpay-signature"),
            serial: read("wechatpay-serial"),
        }
    }
}

#[derive(Deserialize)]
struct Envelope {
    event_type: String,
    resource: Resource,
}

/// What a callback says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// About an order, by our number.
    Order(String, Told),
    /// About a refund, by our numbers of order and refund.
    Refund {
        /// Our number of the order.
        order: String,
        /// Our number of the refund.
        refund: String,
        /// How it stands.
        told: RefundTold,
    },
    /// Signed and sealed, but about something we do not know.
    Other(String),
}

/// Why a callback is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotBelieved {
    /// The signature does not hold.
    Unsigned(Unsigned),
    /// The seal does not open, or what is inside cannot be read.
    Sealed,
}

impl NotBelieved {
    /// One sentence for the trail.
    pub fn says(&self) -> &'static str {
        match self {
            Self::Unsigned(unsigned) => unsigned.says(),
            Self::Sealed => "the seal does not open, or what is inside cannot be read",
        }
    }
}

impl Mobile {
    /// Checks, opens and reads a callback.
    pub fn notice(&self, headers: &Headers<'_>, body: &[u8]) -> Result<Notice, NotBelieved> {
        self.verifier.check(&headers.stamp(), body, self.world.now()).map_err(NotBelieved::Unsigned)?;
        let envelope: Envelope = serde_json::from_slice(body).map_err(|_bad| NotBelieved::Sealed)?;
        let inside = self.opener.open(&envelope.resource).ok_or(NotBelieved::Sealed)?;
        if envelope.event_type.starts_with("REFUND.") {
            let state: RefundState = serde_json::from_slice(&inside).map_err(|_bad| NotBelieved::Sealed)?;
            let told = state.told().ok_or(NotBelieved::Sealed)?;
            return Ok(Notice::Refund { order: state.out_trade_no, refund: state.out_refund_no, told });
        }
        if envelope.event_type.starts_with("MEDICAL_INSURANCE.") {
            let state: OrderState = serde_json::from_slice(&inside).map_err(|_bad| NotBelieved::Sealed)?;
            let told = state.told().ok_or(NotBelieved::Sealed)?;
            return Ok(Notice::Order(state.out_trade_no, told));
        }
        Ok(Notice::Other(envelope.event_type))
    }
}
