//! The envelope: what every request carries around its input, what every answer carries
//! around its output, with the lengths and the two official spellings of the division
//! members (`mdtrtarea_admvs`, `insuplc_admdvs`).

use super::Refusal;
use super::codes::Codes;
use kernel::time::{CHINA, MINUTE, SECOND, rfc3339};
use kernel::{Error, FaultKind, Fen};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// A request.
#[derive(Debug, Clone, Default)]
pub(super) struct Message {
    pub(super) infno: String,
    pub(super) msgid: String,
    pub(super) insuplc: String,
    pub(super) opter: String,
    pub(super) fixmedins: String,
    pub(super) sign_no: String,
    pub(super) dev_no: String,
    pub(super) input: Map<String, Value>,
    /// The bytes as they came: the same again is the same message.
    pub(super) body: Vec<u8>,
}

/// A request that cannot be taken: what was read of it, and why.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) message: Message,
    pub(super) error: Error,
}

impl Unread {
    pub(super) fn boxed(message: Message, error: Error) -> Box<Self> {
        Box::new(Self { message, error })
    }
}

/// Members of the envelope with their lengths at most, and whether they are needed.
const MEMBERS: &[(&str, usize, bool)] = &[
    ("infno", 6, true),
    ("msgid", 30, true),
    ("mdtrtarea_admvs", 6, true),
    ("insuplc_admdvs", 6, false),
    ("recer_sys_code", 10, true),
    ("dev_no", 100, false),
    ("dev_safe_info", 2000, false),
    ("cainfo", 1024, false),
    ("signtype", 10, false),
    ("infver", 6, true),
    ("opter_type", 3, true),
    ("opter", 30, true),
    ("opter_name", 50, true),
    ("inf_time", 19, true),
    ("fixmedins_code", 30, true),
    ("fixmedins_name", 200, true),
    ("sign_no", 30, false),
];

/// How far ahead a sender's clock may be (insurance.md §5.5).
const AHEAD_MAX: i64 = 10 * MINUTE;

/// A member's text; numbers as they are written.
pub(super) fn text_of(value: Option<&Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text.trim().to_owned()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::Null) | None => Some(String::new()),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => None,
    }
}

impl Message {
    /// Reads a request; names the member that is wrong.
    pub(super) fn read(body: &[u8], codes: &Codes, now: i64) -> Result<Self, Box<Unread>> {
        let nobody = Self::default();
        let wrong = |error: serde_json::Error| Refusal::EnvelopeInvalid.error().with(error.to_string());
        let value: Value = match serde_json::from_slice(body) {
            Ok(value) => value,
            Err(error) => return Err(Unread::boxed(nobody, wrong(error))),
        };
        let Value::Object(mut whole) = value else {
            return Err(Unread::boxed(nobody, Refusal::EnvelopeInvalid.error().with("not an object")));
        };
        let input = whole.remove("input");
        let said = |name: &str| text_of(whole.get(name)).unwrap_or_default();
        let mut message = Self {
            infno: said("infno"),
            msgid: said("msgid"),
            insuplc: said("insuplc_admdvs"),
            opter: said("opter"),
            fixmedins: said("fixmedins_code"),
            sign_no: said("sign_no"),
            dev_no: said("dev_no"),
            input: Map::new(),
            body: body.to_vec(),
        };
        if let Err(error) = checked(&whole, now) {
            return Err(Unread::boxed(message, error));
        }
        match input_of(input, codes) {
            Ok(input) => message.input = input,
            Err(error) => return Err(Unread::boxed(message, error)),
        }
        if message.insuplc.is_empty() && names_a_person(&message.input) {
            return Err(Unread::boxed(message, Refusal::FieldMissing.at("insuplc_admdvs").with("psn_no")));
        }
        Ok(message)
    }
}

fn checked(whole: &Map<String, Value>, now: i64) -> Result<(), Error> {
    for (name, max, needed) in MEMBERS {
        let text = text_of(whole.get(*name)).ok_or_else(|| Refusal::EnvelopeInvalid.at(*name))?;
        if *needed && text.is_empty() {
            return Err(Refusal::FieldMissing.at(*name));
        }
        if text.chars().count() > *max || text.contains(char::is_control) {
            return Err(Refusal::EnvelopeInvalid.at(*name).with(format!("at most {max} characters")));
        }
    }
    let said = |name: &str| text_of(whole.get(name)).unwrap_or_default();
    let (msgid, code) = (said("msgid"), said("fixmedins_code"));
    let tail = msgid.strip_prefix(code.as_str()).unwrap_or_default();
    if tail.len() < 5 || !tail.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::EnvelopeInvalid.at("msgid").with("fixmedins_code + yyyyMMddHHmmss + 4"));
    }
    for name in ["mdtrtarea_admvs", "insuplc_admdvs"] {
        let area = said(name);
        let six = area.len() == 6 && area.bytes().all(|byte| byte.is_ascii_digit());
        if !six && !area.is_empty() {
            return Err(Refusal::EnvelopeInvalid.at(name).with("six digits"));
        }
    }
    let sent = moment(&said("inf_time")).ok_or_else(|| Refusal::EnvelopeInvalid.at("inf_time"))?;
    if sent > now + AHEAD_MAX {
        return Err(Refusal::ClockAhead.at("inf_time"));
    }
    Ok(())
}

fn input_of(input: Option<Value>, codes: &Codes) -> Result<Map<String, Value>, Error> {
    let Some(Value::Object(input)) = input else {
        return Err(Refusal::EnvelopeInvalid.at("input").with("an object"));
    };
    let length = serde_json::to_string(&input).map_or(usize::MAX, |text| text.chars().count());
    if length > codes.input_max {
        return Err(Refusal::EnvelopeInvalid.at("input").with(format!("at most {} characters", codes.input_max)));
    }
    Ok(input)
}

/// Whether any node names a person.
fn names_a_person(input: &Map<String, Value>) -> bool {
    let named = |node: &Value| {
        node.get("psn_no").is_some_and(|value| text_of(Some(value)).is_some_and(|text| !text.is_empty()))
    };
    input.values().any(|node| named(node) || node.as_array().is_some_and(|rows| rows.iter().any(named)))
}

/// An instant of China's time as the interface writes it, `2026-11-18 09:40:00`, or a day.
pub(super) fn moment(text: &str) -> Option<i64> {
    match text.len() {
        10 => kernel::time::parse(&format!("{text}T00:00")),
        16 | 19 => kernel::time::parse(&text.replacen(' ', "T", 1)).filter(|_| !text.ends_with('Z')),
        _ => None,
    }
}

/// `2026-11-18 09:40:00` of an instant, China's time.
pub(super) fn written(at: i64) -> String {
    let text = rfc3339((at + CHINA).div_euclid(SECOND) * SECOND);
    text.trim_end_matches('Z').replacen('T', " ", 1)
}

/// The digits of an instant: fourteen, to the second.
pub(super) fn digits(at: i64) -> String {
    written(at).chars().filter(char::is_ascii_digit).collect()
}

/// `inf_refmsgid`: division, instant, ten digits of the message.
fn reference(message: &Message, region: u32, at: i64) -> String {
    let mut hash = Sha256::new();
    for part in [&message.fixmedins, &message.msgid, &message.infno] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let number = hash.iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    format!("{region:06}{}{:010}", digits(at), number % 10_000_000_000)
}

/// The answer around an output, or around what was refused.
pub(super) fn answer(message: &Message, region: u32, at: i64, outcome: Result<Value, &Error>) -> Vec<u8> {
    let time = format!("{}{:03}", digits(at), at.rem_euclid(SECOND) / 1000);
    let (infcode, err_msg, output) = match outcome {
        Ok(output) => (0, String::new(), output),
        Err(error) => (-1, told(error), numbers_of(error)),
    };
    json!({
        "infcode": infcode,
        "inf_refmsgid": reference(message, region, at),
        "refmsg_time": time,
        "respond_time": time,
        "err_msg": err_msg,
        "output": output,
    })
    .to_string()
    .into_bytes()
}

/// The code of a refusal in this dialect.
pub(super) fn code_of(error: &Error) -> String {
    let (kind, ..) = match error {
        Error::Refused(refused) => (refused.kind,),
        Error::Fault(fault) if fault.kind == FaultKind::Lost => return "OUTCOME_UNKNOWN".into(),
        Error::Fault(fault) => (web::answer::fault_kind(fault.kind),),
    };
    match kind.code {
        "credentials.code-expired" | "credentials.presence-over" => "CREDENTIAL_EXPIRED".into(),
        "credentials.code-used" => "CREDENTIAL_USED".into(),
        "credentials.code-refused" | "credentials.person-unknown" => "PERSON_NOT_FOUND".into(),
        _ => settlement::nhsa_code(kind),
    }
}

/// Characters of `err_msg` at most.
const SAID_MAX: usize = 200;

/// `err_msg`: the stable code first, then fact and remedy, then the member to blame.
fn told(error: &Error) -> String {
    let (kind, field, detail) = web::answer::told(error);
    let mut text = format!("{} {}{}", code_of(error), kind.zh, kind.do_zh);
    if let Some(field) = field {
        // Writing into a String cannot fail.
        let _ = write!(text, " [{field}]");
    }
    if let Some(detail) = detail.filter(|detail| !detail.starts_with('{')) {
        let _ = write!(text, " {detail}");
    }
    text.chars().take(SAID_MAX).collect()
}

/// A stale quote's new numbers, in yuan; nothing else has an output.
fn numbers_of(error: &Error) -> Value {
    let Error::Refused(refused) = error else { return Value::Null };
    let now = refused.detail.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let Some(now) = now.filter(Value::is_object) else { return Value::Null };
    let yuan = |name: &str| now.get(name).and_then(Value::as_i64).map(|fen| Fen(fen).to_string());
    json!({ "setlinfo": {
        "medfee_sumamt": yuan("fee_fen"),
        "fund_pay_sumamt": yuan("fund_fen"),
        "acct_pay": yuan("account_fen"),
        "acct_mulaid_pay": yuan("mutual_fen"),
        "psn_cash_pay": yuan("cash_fen"),
        "hosp_part_amt": yuan("hospital_fen"),
    } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> &'static Codes {
        Codes::of(0).unwrap()
    }

    fn envelope() -> Value {
        json!({
            "infno": "2201", "msgid": "H99010200001202611180940000001", "mdtrtarea_admvs": "990100",
            "insuplc_admdvs": "990100", "recer_sys_code": "YBXT", "infver": "V1.0", "opter_type": "1", "opter": "07",
            "opter_name": "收费员", "inf_time": "2026-11-18 09:40:00", "fixmedins_code": "H99010200001",
            "fixmedins_name": "云州市第一人民医院", "input": { "data": { "psn_no": "1" } },
        })
    }

    fn code(envelope: &Value) -> String {
        let now = moment("2026-11-18 09:40:00").unwrap();
        match Message::read(envelope.to_string().as_bytes(), codes(), now) {
            Ok(_) => "ok".into(),
            Err(unread) => {
                let error = unread.error;
                let Error::Refused(refused) = &error else { return "fault".into() };
                format!("{} {}", code_of(&error), refused.field.clone().unwrap_or_default())
            }
        }
    }

    #[test]
    fn envelopes_are_read_strictly() {
        assert_eq!(code(&envelope()), "ok");
        for (name, value, wanted) in [
            ("msgid", json!("H99010200002202611180940000001"), "ENVELOPE_INVALID msgid"),
            ("msgid", json!("1".repeat(31)), "ENVELOPE_INVALID msgid"),
            ("insuplc_admdvs", json!(""), "FIELD_MISSING insuplc_admdvs"),
            ("mdtrtarea_admvs", json!("9901"), "ENVELOPE_INVALID mdtrtarea_admvs"),
            ("infver", json!(null), "FIELD_MISSING infver"),
            ("inf_time", json!("2026-11-18"), "ok"),
            ("inf_time", json!("yesterday"), "ENVELOPE_INVALID inf_time"),
            ("inf_time", json!("2026-11-18 09:51:00"), "CLOCK_AHEAD inf_time"),
            ("opter", json!(["07"]), "ENVELOPE_INVALID opter"),
            ("input", json!([]), "ENVELOPE_INVALID input"),
            ("input", json!({ "data": { "x": "9".repeat(40_000) } }), "ENVELOPE_INVALID input"),
        ] {
            let mut one = envelope();
            one[name] = value;
            assert_eq!(code(&one), wanted, "{name}");
        }
    }

    #[test]
    fn answers_have_their_lengths() {
        let at = moment("2026-11-18 09:40:07").unwrap() + 45_000;
        let message = Message { msgid: "m".into(), ..Message::default() };
        let answer: Value = serde_json::from_slice(&answer(&message, 990_100, at, Ok(Value::Null))).unwrap();
        let reference = answer["inf_refmsgid"].as_str().unwrap();
        assert!(reference.starts_with("99010020261118094007") && reference.len() == 30, "{reference}");
        assert_eq!(answer["respond_time"], "20261118094007045");
        assert_eq!(answer["infcode"], 0);
    }

    #[test]
    fn a_refusal_begins_with_its_code() {
        let error = settlement::rules::message::checked("").unwrap_err().with("很".repeat(300));
        let text = told(&error);
        assert!(text.starts_with("MESSAGE_INVALID 报文编号"), "{text}");
        assert_eq!(text.chars().count(), SAID_MAX);
    }
}
