//! Speaks to the channel. It waits for the network, so it is called by jobs only,
//! on threads outside the asynchronous world, and never inside a transaction.
//!
//! Only a signed answer is believed: anything else leaves the outcome unknown.

use super::person::Sealer;
use super::seal::Opener;
use super::sign::{KeyFault, Signed, Signer, Stamp, Verifier};
use super::wire::{OrderBody, OrderState, RefundBody, RefundNotice, RefundState, Turned};
use super::{Headers, Settings};
use crate::channel::{Channel, Order, RefundOrder, RefundSays, RefundTold, Told};
use crate::rules::outcome::{Doubt, Outcome, certainly_refused};
use crate::rules::stage::Says;
use kernel::time::SECOND;
use kernel::{Fen, PaymentId, World};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Read as _;
use std::sync::OnceLock;
use std::time::Duration;

/// Bytes of an answer that are read at most.
const ANSWER_MAX: u64 = 256 * 1024;
/// How long a connection may take.
const CONNECT_WAIT: Duration = Duration::from_secs(3);

/// The mobile channel.
#[derive(Debug)]
pub struct Mobile {
    pub(super) settings: Settings,
    pub(super) world: World,
    pub(super) verifier: Verifier,
    pub(super) opener: Opener,
    pub(crate) sealer: Sealer,
    signer: Signer,
    /// Made on first use: it must not be made on a thread of the asynchronous world.
    client: OnceLock<reqwest::blocking::Client>,
}

/// A signed answer: its status and body.
struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl Mobile {
    /// Reads the keys; a key that cannot be used is told at once.
    pub fn new(settings: Settings, world: World) -> Result<Self, KeyFault> {
        Ok(Self {
            signer: Signer::new(&settings.mchid, &settings.serial, &settings.key_pem)?,
            verifier: Verifier::new(&settings.channel_serial, &settings.channel_key_pem)?,
            opener: Opener::new(&settings.seal_key)?,
            sealer: Sealer::new(&settings.channel_key_pem)?,
            settings,
            world,
            client: OnceLock::new(),
        })
    }

    fn client(&self) -> Result<&reqwest::blocking::Client, Doubt> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let made = reqwest::blocking::Client::builder()
            .timeout(self.settings.wait)
            .connect_timeout(CONNECT_WAIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Doubt::NoAnswer(error.to_string()))?;
        Ok(self.client.get_or_init(|| made))
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Result<Answer, Doubt> {
        let broken = |fault: KeyFault| Doubt::NoAnswer(fault.to_string());
        let at = self.world.now().div_euclid(SECOND);
        let nonce = store::value::hex(self.world.chance().key().get(..16).unwrap_or_default());
        let signed = self.signer.authorization(&Signed { method, path, at, nonce: &nonce, body }).map_err(broken)?;
        let url = format!("{}{path}", self.settings.base);
        let client = self.client()?;
        let request = if method == "POST" { client.post(url).body(body.to_owned()) } else { client.get(url) };
        let answer = request
            .header("authorization", signed)
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("user-agent", "yima")
            .header("wechatpay-serial", &self.settings.channel_serial)
            .send()
            .map_err(|error| Doubt::NoAnswer(error.without_url().to_string()))?;
        let status = answer.status().as_u16();
        let header = |name: &str| {
            answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let stamp = Headers(&header).stamp();
        let mut body = Vec::new();
        answer
            .take(ANSWER_MAX)
            .read_to_end(&mut body)
            .map_err(|error| Doubt::NoAnswer(format!("the answer broke off: {error}")))?;
        self.believed(&stamp, status, body)
    }

    fn believed(&self, stamp: &Stamp, status: u16, body: Vec<u8>) -> Result<Answer, Doubt> {
        if status >= 500 {
            return Err(Doubt::Unreadable(format!("answered {status}")));
        }
        self.verifier
            .check(stamp, &body, self.world.now())
            .map_err(|unsigned| Doubt::SignatureWrong(format!("answer {status}: {}", unsigned.says())))?;
        Ok(Answer { status, body })
    }

    fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer, Doubt> {
        let body = serde_json::to_string(body).map_err(|error| Doubt::NoAnswer(error.to_string()))?;
        self.ask("POST", path, &body)
    }

    fn with_merchant(&self, path: String) -> String {
        let sub = &self.settings.sub_mchid;
        if sub.is_empty() { path } else { format!("{path}?sub_mchid={sub}") }
    }

    /// The money leg of a refund, and where it stands; done at once without one.
    fn refund_money(&self, refund: &RefundOrder) -> Outcome<RefundTold> {
        if refund.money == Fen::ZERO {
            return Outcome::Ok(RefundTold { says: RefundSays::Done, money: Some(Fen::ZERO), reason: String::new() });
        }
        let answer = self.post("/v3/refund/domestic/refunds", &RefundBody::of(refund, &self.settings));
        read::<RefundState, _>(answer, |state| refund_told(refund, state))
    }

    fn ask_refund(&self, refund: &RefundOrder) -> Outcome<RefundTold> {
        if refund.money == Fen::ZERO {
            return self.refund_money(refund);
        }
        let path = self.with_merchant(format!("/v3/refund/domestic/refunds/{}", refund.number));
        match self.ask("GET", &path, "") {
            Ok(answer) if absent(&answer) => {
                Outcome::Ok(RefundTold { says: RefundSays::Absent, money: None, reason: String::new() })
            }
            answer => read::<RefundState, _>(answer, |state| refund_told(refund, state)),
        }
    }

    /// Tells what the insurer took back, after the money: the same again is the same.
    fn notify_insured(&self, refund: &RefundOrder, told: RefundTold) -> Outcome<RefundTold> {
        let Some(insured) = refund.insured.filter(|_| told.says == RefundSays::Done) else {
            return Outcome::Ok(told);
        };
        let path = format!("/v3/med-ins/refunds/notify?mix_trade_no={}", refund.channel_number);
        match self.post(&path, &RefundNotice::of(refund, insured, &self.settings)) {
            Ok(answer) if answer.status < 300 => Outcome::Ok(told),
            // The money is back; only the notice is missing, and it is sent again.
            Ok(answer) => {
                Outcome::Unknown(Doubt::Unreadable(format!("the refund notice was answered {}", answer.status)))
            }
            Err(doubt) => Outcome::Unknown(doubt),
        }
    }
}

fn absent(answer: &Answer) -> bool {
    answer.status == 404 && serde_json::from_slice::<Turned>(&answer.body).is_ok_and(|turned| turned.absent())
}

fn refund_told(refund: &RefundOrder, state: &RefundState) -> Option<RefundTold> {
    let same = state.out_refund_no == refund.number && state.out_trade_no == refund.payment.to_string();
    state.told().filter(|told| same && told.money == Some(refund.money))
}

/// Reads a signed answer: told, certainly refused, or not known.
fn read<S: DeserializeOwned, T>(answer: Result<Answer, Doubt>, told: impl FnOnce(&S) -> Option<T>) -> Outcome<T> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(doubt) => return Outcome::Unknown(doubt),
    };
    if answer.status < 300 {
        let state = serde_json::from_slice::<S>(&answer.body).ok();
        return state.as_ref().and_then(told).map_or_else(
            || Outcome::Unknown(Doubt::Unreadable("a signed answer that does not fit the question".into())),
            Outcome::Ok,
        );
    }
    match serde_json::from_slice::<Turned>(&answer.body) {
        Ok(turned) if certainly_refused(answer.status) => Outcome::Refused(turned.code),
        _ => Outcome::Unknown(Doubt::Unreadable(format!("answered {}", answer.status))),
    }
}

impl Channel for Mobile {
    fn order(&self, order: &Order<'_>) -> Outcome<Told> {
        let answer = self.post("/v3/med-ins/orders", &OrderBody::of(order, &self.settings));
        let number = order.number.to_string();
        read::<OrderState, _>(answer, |state| state.told().filter(|_| state.out_trade_no == number))
    }

    fn query(&self, number: PaymentId) -> Outcome<Told> {
        let path = self.with_merchant(format!("/v3/med-ins/orders/out-trade-no/{number}"));
        match self.ask("GET", &path, "") {
            Ok(answer) if absent(&answer) => Outcome::Ok(Told::of(Says::Absent)),
            // A query that is turned away says nothing about the order.
            answer => match read::<OrderState, _>(answer, |state| {
                state.told().filter(|_| state.out_trade_no == number.to_string())
            }) {
                Outcome::Refused(code) => Outcome::Unknown(Doubt::Unreadable(format!("the query was refused: {code}"))),
                known => known,
            },
        }
    }

    fn refund(&self, refund: &RefundOrder) -> Outcome<RefundTold> {
        match self.refund_money(refund) {
            Outcome::Ok(told) => self.notify_insured(refund, told),
            other => other,
        }
    }

    fn query_refund(&self, refund: &RefundOrder) -> Outcome<RefundTold> {
        match self.ask_refund(refund) {
            Outcome::Ok(told) => self.notify_insured(refund, told),
            Outcome::Refused(code) => Outcome::Unknown(Doubt::Unreadable(format!("the query was refused: {code}"))),
            doubt @ Outcome::Unknown(_) => doubt,
        }
    }
}
