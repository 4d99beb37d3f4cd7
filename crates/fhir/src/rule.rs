//! Rules of the standard that span several elements of one object. Each row
//! names the rule as R4 does.

use serde_json::{Map, Value};

use crate::date::parse_date;

type Object = Map<String, Value>;

/// One rule on objects of one shape.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The shape it is about.
    pub(crate) shape: &'static str,
    /// R4's name of the rule.
    pub(crate) id: &'static str,
    pub(crate) holds: fn(&Object) -> bool,
    pub(crate) en: &'static str,
    pub(crate) zh: &'static str,
}

macro_rules! rules {
    ($($shape:literal $id:literal $holds:expr, $en:literal, $zh:literal;)*) => {
        pub(crate) const RULES: &[Rule] =
            &[$(Rule { shape: $shape, id: $id, holds: $holds, en: $en, zh: $zh },)*];
    };
}

rules! {
    "Extension" "ext-1" extension,
        "An extension carries either one value[x] or extensions; give exactly one kind.",
        "扩展要么带一个 value[x]，要么带下级 extension；请只给其一。";
    "Period" "per-1" period,
        "The period ends before it starts; check both dates.",
        "期间的结束早于开始；请检查两个日期。";
    "ContactPoint" "cpt-2" |o| !has(o, "value") || has(o, "system"),
        "A contact with a value needs its system (phone, email …); add it.",
        "联系方式有 value 时须给出 system（phone、email 等）；请补充。";
    "Quantity" "qty-3" |o| !has(o, "code") || has(o, "system"),
        "A quantity with a unit code needs the code's system; add it.",
        "数量给出单位代码时须给出 system；请补充。";
    "SimpleQuantity" "qty-3" |o| !has(o, "code") || has(o, "system"),
        "A quantity with a unit code needs the code's system; add it.",
        "数量给出单位代码时须给出 system；请补充。";
    "Ratio" "rat-1" |o| has(o, "numerator") == has(o, "denominator") && (has(o, "numerator") || has(o, "extension")),
        "A ratio has both numerator and denominator; give both.",
        "比值须同时有分子和分母；请都给出。";
    "Attachment" "att-1" |o| !has(o, "data") || has(o, "contentType"),
        "An attachment with data needs its contentType; add it.",
        "附件含 data 时须给出 contentType；请补充。";
    "Timing.repeat" "tim-1" |o| !has(o, "duration") || has(o, "durationUnit"),
        "A duration needs its durationUnit; add it.",
        "duration 须有 durationUnit；请补充。";
    "Timing.repeat" "tim-2" |o| !has(o, "period") || has(o, "periodUnit"),
        "A period needs its periodUnit; add it.",
        "period 须有 periodUnit；请补充。";
    "Timing.repeat" "tim-6" |o| !has(o, "periodMax") || has(o, "period"),
        "A periodMax needs a period; add it.",
        "有 periodMax 时须有 period；请补充。";
    "Timing.repeat" "tim-7" |o| !has(o, "durationMax") || has(o, "duration"),
        "A durationMax needs a duration; add it.",
        "有 durationMax 时须有 duration；请补充。";
    "Timing.repeat" "tim-8" |o| !has(o, "countMax") || has(o, "count"),
        "A countMax needs a count; add it.",
        "有 countMax 时须有 count；请补充。";
    "Patient.contact" "pat-1" |o| ["name", "telecom", "address", "organization"].iter().any(|key| has(o, key)),
        "A contact needs a name, telecom, address or organization; add one.",
        "联系人须有 name、telecom、address 或 organization 之一；请补充。";
    "Observation" "obs-6" |o| !has(o, "dataAbsentReason") || !has_choice(o, "value"),
        "An observation with a value has no dataAbsentReason; remove one of them.",
        "观察结果有值时不能有 dataAbsentReason；请删除其一。";
    "Observation.component" "obs-6" |o| !has(o, "dataAbsentReason") || !has_choice(o, "value"),
        "A component with a value has no dataAbsentReason; remove one of them.",
        "分项有值时不能有 dataAbsentReason；请删除其一。";
    "Observation.referenceRange" "obs-3" |o| has(o, "low") || has(o, "high") || has(o, "text"),
        "A reference range needs low, high or text; add one.",
        "参考范围须有 low、high 或 text 之一；请补充。";
    "AllergyIntolerance" "ait-1" |o| has(o, "clinicalStatus") || coded(o, "verificationStatus", &["entered-in-error"]),
        "An allergy needs a clinicalStatus unless it was entered in error; add it.",
        "过敏须有 clinicalStatus（录入错误除外）；请补充。";
    "AllergyIntolerance" "ait-2" |o| !has(o, "clinicalStatus") || !coded(o, "verificationStatus", &["entered-in-error"]),
        "An allergy entered in error has no clinicalStatus; remove it.",
        "录入错误的过敏不能有 clinicalStatus；请删除。";
    "Condition" "con-4" |o| !has_choice(o, "abatement") || coded(o, "clinicalStatus", &["resolved", "remission", "inactive"]),
        "A condition that has abated is inactive, resolved or in remission; set its clinicalStatus so.",
        "已缓解的病情其 clinicalStatus 须为 inactive、resolved 或 remission；请更正。";
    "Condition" "con-5" |o| !has(o, "clinicalStatus") || !coded(o, "verificationStatus", &["entered-in-error"]),
        "A condition entered in error has no clinicalStatus; remove it.",
        "录入错误的病情不能有 clinicalStatus；请删除。";
    "Condition.stage" "con-1" |o| has(o, "summary") || has(o, "assessment"),
        "A stage needs a summary or an assessment; add one.",
        "分期须有 summary 或 assessment；请补充。";
    "Condition.evidence" "con-2" |o| has(o, "code") || has(o, "detail"),
        "Evidence needs a code or a detail; add one.",
        "依据须有 code 或 detail；请补充。";
    "MedicationAdministration.dosage" "mad-1" |o| has(o, "dose") || has_choice(o, "rate"),
        "The dosage given needs a dose or a rate; add one.",
        "给药剂量须有 dose 或 rate；请补充。";
    "Organization" "org-1" |o| has(o, "identifier") || has(o, "name"),
        "An organization needs an identifier or a name; add one.",
        "机构须有 identifier 或 name；请补充。";
    "CarePlan.activity" "cpl-3" |o| !(has(o, "detail") && has(o, "reference")),
        "An activity has either a detail or a reference; remove one of them.",
        "活动只能有 detail 或 reference 之一；请删除其一。";
    "QuestionnaireResponse.item" "qrs-1" |o| !(has(o, "answer") && has(o, "item")),
        "An item has either answers or items; put the items below the answer.",
        "条目只能有 answer 或 item 之一；请把 item 放到 answer 之下。";
    "Composition.section" "cmp-1" |o| ["text", "entry", "section"].iter().any(|key| has(o, key)),
        "A section needs text, entries or sections; add one.",
        "章节须有 text、entry 或 section 之一；请补充。";
    "Composition.section" "cmp-2" |o| !(has(o, "emptyReason") && has(o, "entry")),
        "A section with entries has no emptyReason; remove one of them.",
        "有 entry 的章节不能有 emptyReason；请删除其一。";
    "FamilyMemberHistory" "fhs-1" |o| !(has_choice(o, "age") && has_choice(o, "born")),
        "A relative has either an age or a birth; remove one of them.",
        "亲属只能给出年龄或出生之一；请删除其一。";
    "Bundle" "bdl-1" |o| !has(o, "total") || is(o, "type", &["searchset", "history"]),
        "Only a searchset or a history has a total; remove it.",
        "只有 searchset 或 history 可有 total；请删除。";
    "Bundle" "bdl-3" requests,
        "Every entry of a batch or transaction needs a request, and other kinds but history have none; correct the entries.",
        "batch 和 transaction 的每个条目须有 request，其他类型（history 除外）不能有；请更正。";
    "Bundle.entry" "bdl-5" |o| ["resource", "request", "response"].iter().any(|key| has(o, key)),
        "An entry needs a resource, a request or a response; add one.",
        "条目须有 resource、request 或 response 之一；请补充。";
    "Bundle.entry" "bdl-8" |o| !text(o, "fullUrl").contains("/_history/"),
        "A fullUrl names no version; cut it before /_history.",
        "fullUrl 不能带版本；请去掉 /_history 及其后内容。";
}

fn has(object: &Object, key: &str) -> bool {
    object.contains_key(key)
}

/// Whether an element `stem[x]` is there.
fn has_choice(object: &Object, stem: &str) -> bool {
    object.keys().any(|key| {
        key.strip_prefix(stem).is_some_and(|rest| rest.as_bytes().first().is_some_and(u8::is_ascii_uppercase))
    })
}

fn text<'o>(object: &'o Object, key: &str) -> &'o str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn is(object: &Object, key: &str, codes: &[&str]) -> bool {
    codes.contains(&text(object, key))
}

/// Whether a CodeableConcept holds one of the codes.
fn coded(object: &Object, key: &str, codes: &[&str]) -> bool {
    let codings = object.get(key).and_then(|concept| concept.get("coding")).and_then(Value::as_array);
    codings
        .into_iter()
        .flatten()
        .any(|coding| coding.get("code").and_then(Value::as_str).is_some_and(|code| codes.contains(&code)))
}

fn extension(object: &Object) -> bool {
    has(object, "extension") != (has_choice(object, "value") || has_choice(object, "_value"))
}

fn period(object: &Object) -> bool {
    let (Ok(start), Ok(end)) = (parse_date(text(object, "start")), parse_date(text(object, "end"))) else {
        return true;
    };
    start.start < end.end
}

fn requests(object: &Object) -> bool {
    let wanted = is(object, "type", &["batch", "transaction", "history"]);
    let entries = object.get("entry").and_then(Value::as_array);
    entries.into_iter().flatten().all(|entry| entry.get("request").is_some() == wanted)
}
