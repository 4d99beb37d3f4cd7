//! The mobile channel, in the shape of WeChat Pay's API v3 for medical insurance
//! (`/v3/med-ins/…`, `/v3/refund/domestic/refunds`): one order with an insurance
//! leg and a money leg, asked under our own number, decided by query and by
//! signed, sealed callbacks.
//!
//! [`sign`] signs what goes out and checks what comes in, [`seal`] opens callbacks,
//! [`person`] seals who pays, [`wire`] holds the members of the bodies, [`client`] speaks,
//! [`notice`] listens.
//! Nothing here reads or writes a row.

pub mod client;
pub mod notice;
pub mod person;
pub mod seal;
pub mod sign;
pub mod wire;

pub use client::Mobile;
pub use notice::{Headers, Notice};
pub use person::{CardType, Identity};
pub use sign::{Fresh, KeyFault};

use std::fmt;
use std::time::Duration;

/// How to reach the channel and who we are there.
#[derive(Clone)]
pub struct Settings {
    /// `https://api.mch.weixin.qq.com`, or a stand-in's address; no slash at the end.
    pub base: String,
    /// Our application's number (`appid`).
    pub appid: String,
    /// Our merchant number (`mchid`).
    pub mchid: String,
    /// The merchant we act for; empty when we are it (`sub_mchid`).
    pub sub_mchid: String,
    /// The serial number of our certificate.
    pub serial: String,
    /// Our private key, PKCS#8 PEM.
    pub key_pem: String,
    /// The name of the channel's key, as `Wechatpay-Serial` carries it.
    pub channel_serial: String,
    /// The channel's public key, PEM.
    pub channel_key_pem: String,
    /// The 32 bytes that open callbacks (`APIv3` key).
    pub seal_key: String,
    /// Where callbacks are sent: our `/v1/pay/notify` as the channel reaches it.
    pub callback: String,
    /// How long an answer is awaited.
    pub wait: Duration,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys never reach a log.
        f.debug_struct("Settings").field("base", &self.base).field("mchid", &self.mchid).finish_non_exhaustive()
    }
}
