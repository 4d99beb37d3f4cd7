//! Rules looked at before (3101) and while (3102) something is ordered, and what the
//! doctor did about a finding (3103). The rules are data; a finding names its rule, its
//! evidence and how grave it is, and never stops anybody.

use super::node::{Node, yuan};
use super::turn::{self, Turn};
use super::{AUDIT_ANSWERED, AUDITED, Refusal};
use ::store::Event;
use insurance::Day;
use kernel::{Error, Fault, FaultKind};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A rule.
#[derive(Debug, Clone, Deserialize)]
struct Rule {
    #[serde(rename = "rule_id")]
    id: String,
    #[serde(rename = "rule_name")]
    name: String,
    kind: Kind,
    /// Beginnings of the national codes it looks at.
    prefixes: Vec<String>,
    #[serde(default)]
    least: i64,
    #[serde(default)]
    most: i64,
    /// The only sex it may be ordered for.
    #[serde(default)]
    sex: String,
    sev_deg: String,
    vola_bhvr_type: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// The same item twice on one day.
    SameDay,
    /// Drugs for more days than allowed.
    Days,
    /// The same for recognised chronic diseases.
    DaysChronic,
    Sex,
    Age,
    /// Class C without a signed consent.
    Consent,
}

const RULES: &str = include_str!("codes/audit.json");

/// An order as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Order {
    rx_id: String,
    code: String,
    name: String,
    day: Option<Day>,
    days: i64,
    fen: i64,
    class_c: bool,
    consent: bool,
}

/// Whom it is ordered for.
#[derive(Debug, Clone)]
struct Patient {
    patn_id: String,
    mdtrt_id: String,
    gend: String,
    age: Option<i64>,
    chronic: bool,
}

/// Orders of one rule that break it.
struct Broken<'a> {
    rule: &'a Rule,
    orders: Vec<&'a Order>,
    evidence: String,
}

impl Rule {
    fn looks_at(&self, order: &Order) -> bool {
        self.prefixes.iter().any(|prefix| order.code.starts_with(prefix.as_str()))
    }

    /// The orders that break it, with the evidence.
    fn broken<'a>(&'a self, patient: &Patient, orders: &'a [Order]) -> Vec<Broken<'a>> {
        let seen: Vec<&Order> = orders.iter().filter(|order| self.looks_at(order)).collect();
        let one = |order: &'a Order, evidence: String| Broken { rule: self, orders: vec![order], evidence };
        match self.kind {
            Kind::SameDay => self.doubled(&seen),
            Kind::Days if patient.chronic => Vec::new(),
            Kind::DaysChronic if !patient.chronic => Vec::new(),
            Kind::Days | Kind::DaysChronic => seen
                .into_iter()
                .filter(|order| order.days > self.most)
                .map(|order| one(order, format!("{} {} 天，限 {} 天", order.name, order.days, self.most)))
                .collect(),
            Kind::Sex => seen
                .into_iter()
                .filter(|_| patient.gend != self.sex && !patient.gend.is_empty())
                .map(|order| one(order, format!("{} 限性别 {}，患者 {}", order.name, self.sex, patient.gend)))
                .collect(),
            Kind::Age => seen
                .into_iter()
                .filter(|_| patient.age.is_some_and(|age| age < self.least || age > self.most))
                .map(|order| one(order, format!("{} 限 {}–{} 岁", order.name, self.least, self.most)))
                .collect(),
            Kind::Consent => seen
                .into_iter()
                .filter(|order| order.class_c && !order.consent)
                .map(|order| one(order, format!("{} 为自费项目，未见知情同意", order.name)))
                .collect(),
        }
    }

    fn doubled<'a>(&'a self, seen: &[&'a Order]) -> Vec<Broken<'a>> {
        let mut found = Vec::new();
        let mut told: Vec<(&str, Option<Day>)> = Vec::new();
        for order in seen {
            let key = (order.code.as_str(), order.day);
            if order.day.is_none() || told.contains(&key) {
                continue;
            }
            told.push(key);
            let twins: Vec<&Order> =
                seen.iter().copied().filter(|other| (other.code.as_str(), other.day) == key).collect();
            if twins.len() > 1 {
                let day = order.day.map(|day| day.to_string()).unwrap_or_default();
                let evidence = format!("{day} {} × {}", order.name, twins.len());
                found.push(Broken { rule: self, orders: twins, evidence });
            }
        }
        found
    }
}

/// A number of a finding: the same findings get the same numbers.
fn number(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let hash: [u8; 32] = hash.finalize().into();
    ::store::value::hex(hash.get(..12).unwrap_or_default())
}

impl Broken<'_> {
    fn said(&self, patient: &Patient, task: &str) -> Value {
        let codes: Vec<&str> = self.orders.iter().map(|order| order.rx_id.as_str()).collect();
        let jr_id = number(&[task, &self.rule.id, &patient.patn_id, &codes.join(",")]);
        let amount = self.orders.iter().fold(0_i64, |sum, order| sum.saturating_add(order.fen));
        let details: Vec<Value> = self
            .orders
            .iter()
            .map(|order| {
                json!({
                    "jrd_id": number(&[&jr_id, &order.rx_id]),
                    "patn_id": patient.patn_id,
                    "mdtrt_id": patient.mdtrt_id,
                    "rx_id": order.rx_id,
                    "vola_item_type": order.code,
                    "vola_amt": yuan(order.fen),
                })
            })
            .collect();
        json!({
            "jr_id": jr_id,
            "rule_id": self.rule.id,
            "rule_name": self.rule.name,
            "vola_cont": self.rule.name,
            "patn_id": patient.patn_id,
            "mdtrt_id": patient.mdtrt_id,
            "judge_result_detail_dtos": details,
            "vola_amt": yuan(amount),
            "vola_amt_stas": "1",
            "sev_deg": self.rule.sev_deg,
            "vola_evid": self.evidence,
            "vola_bhvr_type": self.rule.vola_bhvr_type,
            "task_id": task,
        })
    }
}

fn order(turn: &Turn<'_>, node: Node<'_>) -> Result<Order, Error> {
    let code = node.need("hilist_code", 50)?;
    let day = node.day("drord_begn_date")?;
    let reference = &turn.gateway.settlements.insurance.reference;
    let today = super::who::today(turn);
    let catalogue = reference.catalogue(&turn.institution.region, day.unwrap_or(today), None).ok();
    let item = catalogue.as_ref().and_then(|catalogue| catalogue.items.get(&code));
    let said = node.text("hilist_name", 200)?;
    let days = node.text("prd_days", 10)?;
    Ok(Order {
        rx_id: node.need("rx_id", 50)?,
        name: if said.is_empty() { item.map(|item| item.name.clone()).unwrap_or_default() } else { said },
        day,
        days: if days.is_empty() { 0 } else { days.parse().map_err(|_bad| Refusal::FieldWrong.at("prd_days"))? },
        fen: node.yuan("sumamt")?.unwrap_or(0),
        class_c: item.is_none_or(|item| item.class == insurance::rules::catalogue::Class::C),
        consent: node.flag("consent_flag")?.unwrap_or(false),
        code,
    })
}

/// 3101, 3102
pub(super) async fn audit(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    let wanted = node.text("rule_ids", 200)?;
    let wrong = |error| Fault::from_source(FaultKind::Broken, "reading the rules of audits", error);
    let rules: Vec<Rule> = serde_json::from_str(RULES).map_err(wrong)?;
    let task = number(&[&turn.message.fixmedins, &turn.message.msgid]);
    let today = super::who::today(turn);
    let mut found = Vec::new();
    for person in node.inner("patient_dtos")? {
        let birth = person.day("brdy")?;
        for visit in person.inner("fsi_encounter_dtos")? {
            let orders = visit.inner("fsi_order_dtos")?;
            let orders = orders.into_iter().map(|one| order(turn, one)).collect::<Result<Vec<_>, _>>()?;
            let patient = Patient {
                patn_id: person.need("patn_id", 50)?,
                mdtrt_id: visit.need("mdtrt_id", 50)?,
                gend: person.text("gend", 6)?,
                age: birth.map(|day| day.age_on(today)),
                chronic: visit.text("med_type", 6)?.starts_with("14"),
            };
            let asked = rules.iter().filter(|rule| wanted.is_empty() || wanted.contains(&rule.id));
            found.extend(asked.flat_map(|rule| rule.broken(&patient, &orders)).map(|one| one.said(&patient, &task)));
        }
    }
    let event = told(turn, &AUDITED, &task, &json!({ "findings": found.len(), "infno": turn.message.infno }))?;
    turn.gateway.settlements.db.record(turn.institution.id.0, event).await?;
    Ok(json!({ "result": found }))
}

fn told(turn: &Turn<'_>, name: &'static kernel::EventName, task: &str, detail: &Value) -> Result<Event, Error> {
    let wrong = |error| Fault::from_source(FaultKind::Broken, "writing about an audit", error);
    Ok(Event {
        actor: Some(turn.actor.id),
        institution: Some(turn.institution.id),
        object: task.to_owned(),
        detail: Some(serde_json::to_vec(detail).map_err(wrong)?),
        ..Event::of(name)
    })
}

/// 3103: what was done about findings stays in the trail.
pub(super) async fn feedback(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    let kind = node.text("warn_type", 3)?;
    let mut events = Vec::new();
    for warn in node.inner("warns")? {
        let (id, way) = (warn.need("warn_rslt_id", 50)?, warn.need("dspo_way", 3)?);
        // 1: goes on and says why. 2: changes the order.
        if !matches!(way.as_str(), "1" | "2") {
            return Err(Refusal::FieldWrong.at("dspo_way").with("1, 2"));
        }
        let why = if way == "1" { warn.need("dspo_way_rea", 200)? } else { warn.text("dspo_way_rea", 200)? };
        events.push(told(
            turn,
            &AUDIT_ANSWERED,
            &id,
            &json!({ "warn_type": kind, "dspo_way": way, "dspo_way_rea": why }),
        )?);
    }
    if events.is_empty() {
        return Err(Refusal::FieldMissing.at("warns"));
    }
    turn::once(turn, "audit", turn.institution.id.0, move |tx| {
        for event in &events {
            tx.event(event.clone());
        }
        Ok(json!({}))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(rx: &str, code: &str, days: i64) -> Order {
        Order {
            rx_id: rx.into(),
            code: code.into(),
            name: code.into(),
            day: Day::read("2026-11-18"),
            days,
            fen: 1_000,
            class_c: false,
            consent: false,
        }
    }

    fn broken(patient: &Patient, orders: &[Order]) -> Vec<String> {
        let rules: Vec<Rule> = serde_json::from_str(RULES).unwrap();
        rules.iter().flat_map(|rule| rule.broken(patient, orders)).map(|one| one.rule.id.clone()).collect()
    }

    #[test]
    fn rules_find_what_they_name() {
        let patient =
            Patient { patn_id: "1".into(), mdtrt_id: "v".into(), gend: "1".into(), age: Some(41), chronic: false };
        let chronic = Patient { chronic: true, ..patient.clone() };
        let costly = Order { class_c: true, ..order("1", "C9", 0) };
        let agreed = Order { consent: true, ..costly.clone() };
        for (who, orders, wanted) in [
            (&patient, vec![order("1", "000000000300001", 0)], vec![]),
            (&patient, vec![order("1", "000000000300001", 0), order("2", "000000000300001", 0)], vec!["YM0001"]),
            (&patient, vec![order("1", "XC01", 31)], vec!["YM0002"]),
            (&chronic, vec![order("1", "XC01", 31)], vec![]),
            (&chronic, vec![order("1", "XC01", 91)], vec!["YM0003"]),
            (&patient, vec![order("1", "000000000810001", 0)], vec!["YM0004"]),
            (&patient, vec![order("1", "000000000820001", 0)], vec!["YM0005"]),
            (&patient, vec![costly], vec!["YM0006"]),
            (&patient, vec![agreed], vec![]),
        ] {
            assert_eq!(broken(who, &orders), wanted, "{orders:?}");
        }
    }
}
