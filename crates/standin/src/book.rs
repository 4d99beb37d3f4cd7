//! Orders and refunds as a platform keeps them: an order is charged once, refunds
//! never exceed it, the same number is the same thing.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An order.
#[derive(Debug, Clone)]
pub struct Order {
    /// The body it came with.
    pub asked: Value,
    /// The platform's number.
    pub mix_trade_no: String,
    /// `CREATED`, `SUCCESS`, `FAIL`, `REFUND`.
    pub status: &'static str,
    /// What is really charged in money.
    pub charged: i64,
    /// Times it was charged: one or none, ever.
    pub charges: u32,
    /// Who pays, and for whom, as the platform opened it.
    pub people: People,
}

/// Somebody as the platform knows them: the name and the digest of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// In clear.
    pub name: String,
    /// MD5 of the document's number, hexadecimal.
    pub id_digest: String,
}

/// The people of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Who pays.
    pub payer: Option<Person>,
    /// Whose bill it is, when it is not the payer's.
    pub relative: Option<Person>,
}

impl People {
    /// Opens who is named in a body; `open` decrypts a text.
    ///
    /// # Errors
    /// What does not open, is no digest, or names a relative where nobody pays for one.
    pub fn of(body: &Value, needed: bool, open: impl Fn(&str) -> Option<String>) -> Result<Self, Turned> {
        const WRONG: Turned = (400, "PARAM_ERROR");
        let one = |name: &str| -> Result<Option<Person>, Turned> {
            let Some(said) = body.get(name) else { return Ok(None) };
            let member = |member: &str| said.get(member).and_then(Value::as_str).and_then(&open).ok_or(WRONG);
            let (name, id_digest) = (member("name")?, member("id_digest")?);
            let digest =
                id_digest.len() == 32 && id_digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            let card = said.get("card_type").and_then(Value::as_str);
            let known = matches!(card, Some("ID_CARD" | "FOREIGNER_PASSPORT"));
            if name.is_empty() || !digest || !known { Err(WRONG) } else { Ok(Some(Person { name, id_digest })) }
        };
        let people = Self { payer: one("payer")?, relative: one("relative")? };
        let for_another = body.get("pay_for_relatives").and_then(Value::as_bool).unwrap_or(false);
        let fits = for_another == people.relative.is_some() && (people.payer.is_some() || !needed);
        if fits { Ok(people) } else { Err(WRONG) }
    }
}

/// A refund.
#[derive(Debug, Clone)]
pub struct Refund {
    /// The order.
    pub out_trade_no: String,
    /// How much.
    pub money: i64,
    /// `PROCESSING`, `SUCCESS`, `ABNORMAL`.
    pub status: &'static str,
}

/// Everything the platform knows.
#[derive(Debug, Default)]
pub struct Book {
    /// By the merchant's number.
    pub orders: BTreeMap<String, Order>,
    /// By the merchant's number of the refund.
    pub refunds: BTreeMap<String, Refund>,
    /// Insured refunds told, by the merchant's number of the refund.
    pub notices: BTreeMap<String, Value>,
}

/// Why a request is turned away: status and code.
pub type Turned = (u16, &'static str);

fn fee(body: &Value, name: &str) -> Result<i64, Turned> {
    body.get(name).and_then(Value::as_i64).filter(|fee| *fee >= 0).ok_or((400, "PARAM_ERROR"))
}

fn details(body: &Value, list: &str, name: &str) -> i64 {
    let rows = body.get(list).and_then(Value::as_array);
    rows.into_iter().flatten().filter_map(|row| row.get(name).and_then(Value::as_i64)).sum()
}

/// Both identities of an order's amounts.
fn adds_up(body: &Value) -> Result<(), Turned> {
    let insured = fee(body, "med_ins_gov_fee")? + fee(body, "med_ins_self_fee")? + fee(body, "med_ins_other_fee")?;
    let (total, cash, money) =
        (fee(body, "total_fee")?, fee(body, "med_ins_cash_fee")?, fee(body, "wechat_pay_cash_fee")?);
    let added = details(body, "cash_add_detail", "cash_add_fee");
    let reduced = details(body, "cash_reduce_detail", "cash_reduce_fee");
    let kind = match (insured > 0, money > 0) {
        (true, true) => "CASH_AND_INSURANCE",
        (_, false) => "INSURANCE_ONLY",
        (false, true) => "CASH_ONLY",
    };
    let same = total == insured + cash + added && total == insured + money + reduced;
    let named = body.get("mix_pay_type").and_then(Value::as_str) == Some(kind);
    if same && named { Ok(()) } else { Err((400, "PARAM_ERROR")) }
}

fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, Turned> {
    body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or((400, "PARAM_ERROR"))
}

impl Book {
    /// Takes an order; the same again is the same order.
    ///
    /// # Errors
    /// The status and code it is turned away with.
    pub fn take(&mut self, body: &Value, people: People) -> Result<String, Turned> {
        let number = text(body, "out_trade_no")?.to_owned();
        for name in ["appid", "openid", "order_type", "med_inst_no", "med_inst_name", "city_id", "callback_url"] {
            text(body, name)?;
        }
        adds_up(body)?;
        if fee(body, "total_fee")?
            > fee(body, "wechat_pay_cash_fee")? + details(body, "cash_reduce_detail", "cash_reduce_fee")
        {
            text(body, "pay_order_id")?;
            text(body, "pay_auth_no")?;
        }
        if let Some(known) = self.orders.get(&number) {
            return if known.asked == *body { Ok(number) } else { Err((400, "OUT_TRADE_NO_USED")) };
        }
        let charged = fee(body, "wechat_pay_cash_fee")?;
        let mix_trade_no = format!("202611180940{:016}", self.orders.len() + 1);
        let order = Order { asked: body.clone(), mix_trade_no, status: "CREATED", charged, charges: 0, people };
        self.orders.insert(number.clone(), order);
        Ok(number)
    }

    /// The person confirms: both legs go through, once.
    pub fn confirm(&mut self, number: &str) -> bool {
        match self.orders.get_mut(number) {
            Some(order) if order.status == "CREATED" => {
                order.status = "SUCCESS";
                order.charges += 1;
                true
            }
            _ => false,
        }
    }

    /// The person declines, or the insurer does.
    pub fn decline(&mut self, number: &str) -> bool {
        match self.orders.get_mut(number) {
            Some(order) if order.status == "CREATED" => {
                order.status = "FAIL";
                true
            }
            _ => false,
        }
    }

    /// Takes a refund; the same number again is the same refund.
    ///
    /// # Errors
    /// The status and code it is turned away with.
    pub fn refund(&mut self, body: &Value, status: &'static str) -> Result<String, Turned> {
        let number = text(body, "out_refund_no")?.to_owned();
        let order_number = text(body, "out_trade_no")?;
        let amount = body.get("amount").ok_or((400, "PARAM_ERROR"))?;
        let (money, total) = (fee(amount, "refund")?, fee(amount, "total")?);
        if let Some(known) = self.refunds.get(&number) {
            let same = known.money == money && known.out_trade_no == order_number;
            return if same { Ok(number) } else { Err((400, "PARAM_ERROR")) };
        }
        let back = self.returned(order_number);
        let order = self.orders.get_mut(order_number).ok_or((404, "RESOURCE_NOT_EXISTS"))?;
        if order.charges == 0 || total != order.charged || money <= 0 || back + money > order.charged {
            return Err((403, "INVALID_REQUEST"));
        }
        self.refunds.insert(number.clone(), Refund { out_trade_no: order_number.to_owned(), money, status });
        self.settle(order_number);
        Ok(number)
    }

    /// Ends a refund that stayed under way.
    pub fn finish_refund(&mut self, number: &str) -> bool {
        let Some(refund) = self.refunds.get_mut(number).filter(|refund| refund.status == "PROCESSING") else {
            return false;
        };
        refund.status = "SUCCESS";
        let order = refund.out_trade_no.clone();
        self.settle(&order);
        true
    }

    /// An order all of whose money went back is refunded.
    fn settle(&mut self, number: &str) {
        let back: i64 = self.rows(number).filter(|refund| refund.status == "SUCCESS").map(|refund| refund.money).sum();
        if let Some(order) = self.orders.get_mut(number)
            && order.charged > 0
            && back == order.charged
        {
            order.status = "REFUND";
        }
    }

    fn rows<'a>(&'a self, number: &'a str) -> impl Iterator<Item = &'a Refund> {
        self.refunds.values().filter(move |refund| refund.out_trade_no == number)
    }

    /// Money of an order that went back or is on its way.
    pub fn returned(&self, number: &str) -> i64 {
        self.rows(number).filter(|refund| refund.status != "ABNORMAL").map(|refund| refund.money).sum()
    }

    /// Money that was taken and is not on its way back, over all orders.
    pub fn kept(&self) -> i64 {
        self.orders
            .iter()
            .filter(|(_, order)| order.charges > 0)
            .map(|(number, order)| order.charged * i64::from(order.charges) - self.returned(number))
            .sum()
    }

    /// How an order stands, as answers and callbacks say it.
    pub fn state(&self, number: &str) -> Option<Value> {
        let order = self.orders.get(number)?;
        let money = order.charged;
        let insured = order.asked.get("mix_pay_type").and_then(Value::as_str) != Some("CASH_ONLY");
        let mut state = order.asked.clone();
        let members = state.as_object_mut()?;
        for hidden in ["callback_url", "payer", "relative"] {
            members.shift_remove(hidden);
        }
        members.insert("mix_trade_no".into(), json!(order.mix_trade_no));
        members.insert("mix_pay_status".into(), json!(format!("MIX_PAY_{}", order.status)));
        let self_pay = if money > 0 { format!("SELF_PAY_{}", order.status) } else { "NO_SELF_PAY".into() };
        let med_ins = if insured { format!("MED_INS_PAY_{}", order.status) } else { "NO_MED_INS_PAY".into() };
        members.insert("self_pay_status".into(), json!(self_pay));
        members.insert("med_ins_pay_status".into(), json!(med_ins));
        members.insert("wechat_pay_cash_fee".into(), json!(money));
        Some(state)
    }

    /// How a refund stands; callbacks name the status `refund_status`.
    pub fn refund_state(&self, number: &str, status_name: &str) -> Option<Value> {
        let refund = self.refunds.get(number)?;
        let total = self.orders.get(&refund.out_trade_no)?.charged;
        let mut state = json!({
            "refund_id": format!("5030{number}"),
            "out_refund_no": number,
            "out_trade_no": refund.out_trade_no,
            "amount": { "refund": refund.money, "total": total, "currency": "CNY" },
        });
        state.as_object_mut()?.insert(status_name.to_owned(), json!(refund.status));
        Some(state)
    }
}
