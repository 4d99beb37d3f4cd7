//! Writing settlements as ClaimResponse and ExplanationOfBenefit: the parts of a split as
//! adjudications, standard categories where FHIR has them, our own CodeSystem elsewhere.

use super::super::FhirGateway;
use crate::nhsa::codes::Codes;
use kernel::{Error, Fen, InstitutionId, PersonId};
use serde_json::{Value, json};
use settlement::answer::Split;

/// FHIR's own categories.
const STANDARD: &str = "http://terminology.hl7.org/CodeSystem/adjudication";
/// Identifiers of visits, settlements and messages.
pub(super) const VISIT: &str = "urn:yima:visit";
pub(super) const SETTLEMENT: &str = "urn:yima:settlement";
pub(super) const MESSAGE: &str = "urn:yima:msgid";
pub(super) const INSUTYPE: &str = "urn:yima:insutype";
pub(super) const MED_TYPE: &str = "urn:yima:med-type";

/// The name of our CodeSystem as a resource.
pub(super) const CODE_SYSTEM: &str = "yima-adjudication";

/// Our categories with what they are called.
const OWN: &[(&str, &str, &str)] = &[
    ("full-self-pay", "全自费", "Outside the catalogue, the person's in full"),
    ("over-limit", "超限价自费", "Above the limit price"),
    ("prior-self-pay", "先行自付", "The person's share of class B items before anything else"),
    ("supplement", "大额医疗费用补助", "Large-amount supplement"),
    ("major-illness", "大病保险", "Major illness insurance"),
    ("civil-servant", "公务员医疗补助", "Civil servants' supplement"),
    ("enterprise", "企业补充医疗保险", "Enterprise supplement"),
    ("disabled", "伤残人员医疗保障", "Disabled soldiers' fund"),
    ("medical-aid", "医疗救助", "Medical aid"),
    ("other", "其他基金", "Other funds"),
    ("fund", "基金支付总额", "All funds"),
    ("provider-liability", "医院负担", "Borne by the institution"),
    ("account", "个人账户支付", "Personal account"),
    ("mutual-account", "共济账户支付", "Relatives' accounts"),
    ("patient-cash", "个人现金支付", "What the person still pays"),
];

/// The address of our CodeSystem.
pub(super) fn system(gateway: &FhirGateway) -> String {
    format!("{}/CodeSystem/{CODE_SYSTEM}", gateway.base)
}

/// The CodeSystem of our categories.
pub(super) fn code_system(gateway: &FhirGateway) -> Value {
    let concept = |(code, zh, en): &(&str, &str, &str)| json!({ "code": code, "display": en, "designation": [{ "language": "zh-CN", "value": zh }] });
    json!({
        "resourceType": "CodeSystem",
        "id": CODE_SYSTEM,
        "url": system(gateway),
        "name": "YimaAdjudication",
        "status": "active",
        "content": "complete",
        "count": OWN.len(),
        "concept": OWN.iter().map(concept).collect::<Vec<_>>(),
    })
}

/// An amount in yuan; its digits are the text's, never a float's.
pub(super) fn money(fen: i64) -> Value {
    json!({ "value": decimal(&Fen(fen).to_string()), "currency": "CNY" })
}

/// A number with exactly these digits.
pub(super) fn decimal(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn category(gateway: &FhirGateway, code: &str) -> Value {
    let own = OWN.iter().find(|(name, _, _)| *name == code);
    let system = if own.is_some() { system(gateway) } else { STANDARD.to_owned() };
    let display = own.map_or("", |(_, zh, _)| zh);
    let mut coding = json!({ "system": system, "code": code });
    if !display.is_empty() {
        coding["display"] = display.into();
    }
    json!({ "coding": [coding] })
}

/// The parts of a split by category (insurance.md §7.3).
fn parts(region: u32, split: &Split) -> Result<Vec<(&'static str, i64)>, Error> {
    let before = [
        ("submitted", split.fee_fen),
        ("full-self-pay", split.full_self_fen),
        ("over-limit", split.over_limit_fen),
        ("prior-self-pay", split.prior_self_fen),
        ("eligible", split.in_scope_fen),
        ("deductible", split.deductible_fen),
    ];
    let after = [
        ("fund", split.fund_fen),
        ("provider-liability", split.hospital_fen),
        ("copay", split.person_fen),
        ("account", split.account_fen),
        ("mutual-account", split.mutual_fen),
        ("patient-cash", split.cash_fen),
    ];
    let funds = Codes::of(region)?.fund_members(split)?;
    let named = funds.iter().filter_map(|(member, fen)| Some((fund_category(member)?, *fen)));
    Ok(before.into_iter().chain(named).chain(after).collect())
}

/// The category of a member that says what funds pay.
fn fund_category(member: &str) -> Option<&'static str> {
    let found = FUND_CATEGORIES.iter().find(|(known, _)| *known == member);
    found.map(|(_, category)| *category)
}

/// The members of the national interface that say what funds pay, as categories.
const FUND_CATEGORIES: [(&str, &str); 8] = [
    ("hifp_pay", "benefit"),
    ("hifob_pay", "supplement"),
    ("hifmi_pay", "major-illness"),
    ("cvlserv_pay", "civil-servant"),
    ("hifes_pay", "enterprise"),
    ("hifdm_pay", "disabled"),
    ("maf_pay", "medical-aid"),
    ("oth_pay", "other"),
];

/// What is said of a split beside its amounts.
pub(super) struct Said {
    pub(super) id: String,
    pub(super) person: PersonId,
    pub(super) institution: InstitutionId,
    pub(super) usage: &'static str,
    pub(super) med_type: String,
    pub(super) insutype: String,
    pub(super) admdvs: String,
    pub(super) visit: String,
    pub(super) settlement: String,
    pub(super) msgid: String,
    pub(super) plan: String,
    pub(super) at: String,
    /// Undone: the amounts are mirrored.
    pub(super) cancelled: bool,
    /// The quote that can be claimed.
    pub(super) quote: String,
}

impl Said {
    fn sign(&self) -> i64 {
        if self.cancelled { -1 } else { 1 }
    }

    /// Members that both resources share.
    fn common(&self, gateway: &FhirGateway, split: &Split) -> Result<Value, Error> {
        let amounts = |one: &(&'static str, i64)| json!({ "category": category(gateway, one.0), "amount": money(one.1 * self.sign()) });
        let kept = parts(gateway.settlements.region, split)?
            .into_iter()
            .filter(|(code, fen)| *fen != 0 || *code == "submitted");
        let total: Vec<Value> = kept.map(|part| amounts(&part)).collect();
        let identifiers: Vec<Value> = [(SETTLEMENT, &self.settlement), (VISIT, &self.visit), (MESSAGE, &self.msgid)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(system, value)| json!({ "system": system, "value": value }))
            .collect();
        let kind = if self.med_type.starts_with("41") { "pharmacy" } else { "institutional" };
        Ok(json!({
            "id": self.id,
            "identifier": identifiers,
            "status": if self.cancelled { "cancelled" } else { "active" },
            "type": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": kind }] },
            "subType": { "coding": [{ "system": MED_TYPE, "code": self.med_type }] },
            "use": self.usage,
            "patient": { "reference": format!("Patient/{}", self.person) },
            "created": self.at,
            "insurer": { "identifier": { "system": "urn:yima:admdvs", "value": self.admdvs } },
            "outcome": "complete",
            "item": items(gateway, split, self.sign()),
            "total": total,
            "payment": {
                "type": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/ex-paymenttype", "code": "complete" }] },
                "amount": money(split.fund_fen * self.sign()),
            },
            "processNote": [{ "number": 1, "text": format!("{} {}", self.insutype, self.plan) }],
        }))
    }

    fn provider(&self, gateway: &FhirGateway) -> Value {
        let institution = gateway.settlements.directory.get(self.institution);
        let code = institution.map(|one| one.code.clone()).unwrap_or_default();
        json!({
            "identifier": { "system": "urn:yima:institution", "value": code },
            "display": gateway.settlements.directory.name(self.institution, false),
        })
    }

    /// The answer to a Claim.
    pub(super) fn claim_response(&self, gateway: &FhirGateway, split: &Split) -> Result<Value, Error> {
        let mut resource = typed("ClaimResponse", self.common(gateway, split)?);
        resource["requestor"] = self.provider(gateway);
        resource["adjudication"] = ratio(gateway, split);
        if !self.quote.is_empty() {
            resource["preAuthRef"] = self.quote.clone().into();
        }
        Ok(resource)
    }

    /// What the person sees.
    pub(super) fn explanation(&self, gateway: &FhirGateway, split: &Split) -> Result<Value, Error> {
        let mut resource = typed("ExplanationOfBenefit", self.common(gateway, split)?);
        resource["provider"] = self.provider(gateway);
        resource["adjudication"] = ratio(gateway, split);
        resource["insurance"] = json!([{
            "focal": true,
            "coverage": { "identifier": { "system": INSUTYPE, "value": self.insutype }, "display": self.insutype },
        }]);
        resource["benefitBalance"] = json!([{
            "category": { "coding": [{ "system": system(gateway), "code": "account" }] },
            "financial": [{
                "type": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/benefit-type", "code": "benefit" }] },
                "allowedMoney": money(split.balance_fen),
            }],
        }]);
        Ok(resource)
    }
}

fn ratio(gateway: &FhirGateway, split: &Split) -> Value {
    let percent = format!("{}.{:02}", split.ratio_bp / 100, split.ratio_bp % 100);
    json!([{ "category": category(gateway, "eligpercent"), "value": decimal(&percent) }])
}

/// The four classes of each line.
fn items(gateway: &FhirGateway, split: &Split, sign: i64) -> Vec<Value> {
    (1..)
        .zip(&split.lines)
        .map(|(number, classes)| {
            let [full, over, prior, scope] = *classes;
            let named = [("full-self-pay", full), ("over-limit", over), ("prior-self-pay", prior), ("eligible", scope)];
            let rows: Vec<Value> = named
                .iter()
                .filter(|(code, fen)| *fen != 0 || *code == "eligible")
                .map(|(code, fen)| json!({ "category": category(gateway, code), "amount": money(fen * sign) }))
                .collect();
            json!({ "itemSequence": number, "adjudication": rows })
        })
        .collect()
}

/// A resource of a type from its members; an explanation names lines as R4 does.
fn typed(kind: &str, members: Value) -> Value {
    let mut resource = json!({ "resourceType": kind });
    if let (Value::Object(resource), Value::Object(members)) = (&mut resource, members) {
        resource.extend(members);
    }
    if kind == "ExplanationOfBenefit"
        && let Some(rows) = resource.get_mut("item").and_then(Value::as_array_mut)
    {
        for row in rows {
            let number = row["itemSequence"].take();
            *row = json!({
                "sequence": number,
                "productOrService": { "text": "line" },
                "adjudication": row["adjudication"].take(),
            });
        }
    }
    resource
}
