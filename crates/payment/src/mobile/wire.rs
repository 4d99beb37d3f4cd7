//! The members of the channel's bodies, by the names its interface gives them.
//! Amounts are whole fen.

use crate::channel::{Amounts, Order, RefundOrder, RefundSays, RefundTold, Told};
use crate::mobile::Settings;
use crate::mobile::person::Sealed;
use crate::rules::stage::Says;
use kernel::Fen;
use kernel::time::{CHINA, SECOND, rfc3339};
use serde::{Deserialize, Serialize};

/// An instant as the channel writes it: China's civil time with its offset.
pub fn stamp(at: i64) -> String {
    let whole = at.div_euclid(SECOND).checked_mul(SECOND).and_then(|at| at.checked_add(CHINA)).unwrap_or(0);
    rfc3339(whole).replace('Z', "+08:00")
}

#[derive(Debug, Serialize)]
pub(super) struct Added {
    cash_add_fee: i64,
    cash_add_type: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Reduced {
    cash_reduce_fee: i64,
    cash_reduce_type: &'static str,
}

/// `POST /v3/med-ins/orders`.
#[derive(Debug, Serialize)]
pub(super) struct OrderBody<'a> {
    mix_pay_type: &'static str,
    order_type: crate::channel::OrderPurpose,
    appid: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    sub_mchid: &'a str,
    openid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<&'a Sealed>,
    pay_for_relatives: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    relative: Option<&'a Sealed>,
    out_trade_no: String,
    serial_no: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pay_order_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pay_auth_no: &'a str,
    city_id: &'a str,
    med_inst_name: &'a str,
    med_inst_no: &'a str,
    med_ins_order_create_time: String,
    total_fee: i64,
    med_ins_gov_fee: i64,
    med_ins_self_fee: i64,
    med_ins_other_fee: i64,
    med_ins_cash_fee: i64,
    wechat_pay_cash_fee: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cash_add_detail: Vec<Added>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cash_reduce_detail: Vec<Reduced>,
    callback_url: &'a str,
}

impl<'a> OrderBody<'a> {
    pub(super) fn of(order: &Order<'a>, settings: &'a Settings) -> Self {
        let (shares, detail) = (order.shares, order.detail);
        let added = (shares.added > Fen::ZERO)
            .then_some(Added { cash_add_fee: shares.added.0, cash_add_type: "DEFAULT_ADD_TYPE" });
        let reduced = (shares.reduced > Fen::ZERO)
            .then_some(Reduced { cash_reduce_fee: shares.reduced.0, cash_reduce_type: "HOSPITAL_REDUCE" });
        Self {
            mix_pay_type: shares.mix().name(),
            order_type: detail.purpose,
            appid: &settings.appid,
            sub_mchid: &settings.sub_mchid,
            openid: &detail.openid,
            payer: detail.payer.as_ref(),
            pay_for_relatives: detail.relative.is_some(),
            relative: detail.relative.as_ref(),
            out_trade_no: order.number.to_string(),
            serial_no: &detail.serial,
            pay_order_id: &detail.pay_order_id,
            pay_auth_no: &detail.pay_auth_no,
            city_id: &detail.city,
            med_inst_name: &detail.institution_name,
            med_inst_no: &detail.institution_code,
            med_ins_order_create_time: stamp(order.created_at),
            total_fee: shares.total.0,
            med_ins_gov_fee: shares.gov.0,
            med_ins_self_fee: shares.account.0,
            med_ins_other_fee: shares.other.0,
            med_ins_cash_fee: shares.cash.0,
            wechat_pay_cash_fee: shares.to_pay().0,
            cash_add_detail: added.into_iter().collect(),
            cash_reduce_detail: reduced.into_iter().collect(),
            callback_url: &settings.callback,
        }
    }
}

/// How an order stands, in answers and callbacks alike.
#[derive(Debug, Deserialize)]
pub struct OrderState {
    /// Our number.
    pub out_trade_no: String,
    mix_trade_no: String,
    mix_pay_status: String,
    self_pay_status: Option<String>,
    med_ins_pay_status: Option<String>,
    total_fee: i64,
    #[serde(default)]
    med_ins_gov_fee: i64,
    #[serde(default)]
    med_ins_self_fee: i64,
    #[serde(default)]
    med_ins_other_fee: i64,
    #[serde(default)]
    wechat_pay_cash_fee: i64,
}

/// Whether a leg does not contradict the whole: it is through, or there is none.
fn leg_through(status: Option<&str>) -> bool {
    status.is_none_or(|status| {
        matches!(status, "SELF_PAY_SUCCESS" | "MED_INS_PAY_SUCCESS" | "NO_SELF_PAY" | "NO_MED_INS_PAY")
    })
}

impl OrderState {
    /// The same as every channel tells it; nothing when it contradicts itself.
    pub fn told(&self) -> Option<Told> {
        let says = match self.mix_pay_status.as_str() {
            "MIX_PAY_CREATED" => Says::Created,
            "MIX_PAY_SUCCESS" => Says::Success,
            "MIX_PAY_FAIL" => Says::Failed,
            "MIX_PAY_REFUND" => Says::Refunded,
            _ => return None,
        };
        let legs = leg_through(self.self_pay_status.as_deref()) && leg_through(self.med_ins_pay_status.as_deref());
        if says == Says::Success && !legs {
            return None;
        }
        Some(Told {
            says,
            number: Some(self.mix_trade_no.clone()),
            amounts: Some(Amounts {
                total: Fen(self.total_fee),
                gov: Fen(self.med_ins_gov_fee),
                account: Fen(self.med_ins_self_fee),
                other: Fen(self.med_ins_other_fee),
                money: Fen(self.wechat_pay_cash_fee),
            }),
            reason: self.mix_pay_status.clone(),
        })
    }
}

#[derive(Debug, Serialize)]
struct RefundAmount {
    refund: i64,
    total: i64,
    currency: &'static str,
}

/// `POST /v3/refund/domestic/refunds`.
#[derive(Debug, Serialize)]
pub(super) struct RefundBody<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    sub_mchid: &'a str,
    out_trade_no: String,
    out_refund_no: &'a str,
    reason: &'a str,
    notify_url: &'a str,
    amount: RefundAmount,
}

impl<'a> RefundBody<'a> {
    pub(super) fn of(refund: &'a RefundOrder, settings: &'a Settings) -> Self {
        Self {
            sub_mchid: &settings.sub_mchid,
            out_trade_no: refund.payment.to_string(),
            out_refund_no: &refund.number,
            reason: &refund.reason,
            notify_url: &settings.callback,
            amount: RefundAmount { refund: refund.money.0, total: refund.taken.0, currency: "CNY" },
        }
    }
}

/// `POST /v3/med-ins/refunds/notify`: what the insurer took back.
#[derive(Debug, Serialize)]
pub(super) struct RefundNotice<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    sub_mchid: &'a str,
    med_refund_total_fee: i64,
    med_refund_gov_fee: i64,
    med_refund_self_fee: i64,
    med_refund_other_fee: i64,
    refund_time: String,
    out_refund_no: &'a str,
}

impl<'a> RefundNotice<'a> {
    pub(super) fn of(refund: &'a RefundOrder, insured: [Fen; 3], settings: &'a Settings) -> Self {
        let [gov, account, other] = insured;
        let total = gov.plus(account).and_then(|sum| sum.plus(other)).unwrap_or(Fen::ZERO);
        Self {
            sub_mchid: &settings.sub_mchid,
            med_refund_total_fee: total.0,
            med_refund_gov_fee: gov.0,
            med_refund_self_fee: account.0,
            med_refund_other_fee: other.0,
            refund_time: stamp(refund.asked_at),
            out_refund_no: &refund.number,
        }
    }
}

#[derive(Debug, Deserialize)]
struct RefundedAmount {
    refund: i64,
}

/// How a refund stands, in answers (`status`) and callbacks (`refund_status`).
#[derive(Debug, Deserialize)]
pub struct RefundState {
    /// Our number of the order.
    pub out_trade_no: String,
    /// Our number of the refund.
    pub out_refund_no: String,
    #[serde(alias = "refund_status")]
    status: String,
    amount: RefundedAmount,
}

impl RefundState {
    /// The same as every channel tells it; nothing for a word that is not known.
    pub fn told(&self) -> Option<RefundTold> {
        let says = match self.status.as_str() {
            "SUCCESS" => RefundSays::Done,
            "PROCESSING" => RefundSays::Underway,
            "ABNORMAL" | "CLOSED" => RefundSays::Stuck,
            _ => return None,
        };
        Some(RefundTold { says, money: Some(Fen(self.amount.refund)), reason: self.status.clone() })
    }
}

/// What a turned-away request is answered with.
#[derive(Debug, Deserialize)]
pub(super) struct Turned {
    pub(super) code: String,
}

impl Turned {
    /// Whether it says that the order or refund never came.
    pub(super) fn absent(&self) -> bool {
        matches!(self.code.as_str(), "ORDER_NOT_EXIST" | "ORDER_NOT_FOUND" | "RESOURCE_NOT_EXISTS" | "NOT_FOUND")
    }
}
