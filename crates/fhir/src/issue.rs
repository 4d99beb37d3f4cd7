//! Issues: what is wrong with a resource or a search, where, and what to do.
//! The catalogue of codes, and the OperationOutcome that carries issues out.

use serde_json::{Value, json};

/// How bad an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is taken, but something about it deserves a look.
    Warning,
    /// Only a statement.
    Information,
}

impl Severity {
    /// The R4 issue-severity code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
        }
    }
}

/// One finding. The sentences may quote the sender's own input: answer with
/// them, never log them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// How bad it is.
    pub severity: Severity,
    /// The R4 issue-type code, such as `structure` or `code-invalid`.
    pub kind: &'static str,
    /// Our stable code, such as `fhir.element-unknown`; see [`CATALOGUE`].
    pub code: &'static str,
    /// Where, as a FHIRPath of names and indexes: `Bundle.entry[3].resource.status`.
    pub expression: String,
    /// The fact and what to do, in English.
    pub en: String,
    /// The fact and what to do, in Chinese.
    pub zh: String,
}

impl Issue {
    /// An error of a catalogued kind.
    pub(crate) fn error(kind: &Kind, expression: impl Into<String>, en: String, zh: String) -> Self {
        Self {
            severity: Severity::Error,
            kind: kind.issue_type,
            code: kind.code,
            expression: expression.into(),
            en,
            zh,
        }
    }

    /// The sentence in the language asked for: Chinese when `lang` begins with `zh`.
    pub fn text(&self, lang: &str) -> &str {
        if lang.starts_with("zh") { &self.zh } else { &self.en }
    }
}

/// A row of the catalogue with its R4 issue type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) code: &'static str,
    pub(crate) issue_type: &'static str,
}

macro_rules! catalogue {
    ($($name:ident $code:literal $issue_type:literal $en:literal $zh:literal;)*) => {
        $(pub(crate) const $name: Kind = Kind { code: $code, issue_type: $issue_type };)*

        /// Every issue code of this crate: the code, its meaning in English and in Chinese.
        pub const CATALOGUE: &[(&str, &str, &str)] = &[$(($code, $en, $zh),)*];
    };
}

catalogue! {
    TEXT_NOT_UTF8 "fhir.text-not-utf8" "invalid"
        "The body is not UTF-8." "请求体不是 UTF-8 编码。";
    JSON_SYNTAX "fhir.json-syntax" "invalid"
        "The body is not well-formed JSON." "请求体不是合法的 JSON。";
    KEY_DUPLICATE "fhir.key-duplicate" "duplicate"
        "An object has the same key twice." "同一对象中有重复的键。";
    TOO_DEEP "fhir.too-deep" "too-costly"
        "Objects and arrays are nested too deeply." "对象或数组嵌套过深。";
    TOO_LARGE "fhir.too-large" "too-long"
        "The body has more bytes than allowed." "请求体超过允许的字节数。";
    TYPE_UNKNOWN "fhir.type-unknown" "structure"
        "R4 has no resource type of that name." "R4 中没有这种资源类型。";
    TYPE_UNSUPPORTED "fhir.type-unsupported" "not-supported"
        "The resource type exists in R4 but is not stored here." "该资源类型属于 R4，但本系统不保存。";
    ELEMENT_UNKNOWN "fhir.element-unknown" "structure"
        "The element is not defined at this place." "此处没有定义该元素。";
    TYPE_WRONG "fhir.type-wrong" "structure"
        "The JSON type does not fit the element, or an array stands where one value belongs (or the other way round)."
        "JSON 类型与元素不符，或应为单值处给了数组（或相反）。";
    EMPTY "fhir.empty" "value"
        "FHIR allows no empty object, array, string or null here." "FHIR 不允许此处出现空对象、空数组、空字符串或 null。";
    REQUIRED_MISSING "fhir.required-missing" "required"
        "A required element is missing." "缺少必填元素。";
    CHOICE_TWICE "fhir.choice-twice" "structure"
        "More than one type of a choice element such as value[x] is given." "同一多选元素（如 value[x]）给出了多种类型。";
    DATE_INVALID "fhir.date-invalid" "value"
        "The date or time cannot be read or is not in the calendar." "日期或时间无法识别，或历法中不存在。";
    CODE_INVALID "fhir.code-invalid" "code-invalid"
        "The code is not in the list this element is bound to." "代码不在该元素规定的取值范围内。";
    NUMBER_INVALID "fhir.number-invalid" "value"
        "The number is out of range or not whole." "数值超出范围或不是整数。";
    ID_INVALID "fhir.id-invalid" "value"
        "An id has 1 to 64 letters, digits, hyphens and dots." "id 只能由 1 至 64 个字母、数字、连字符和点组成。";
    URI_INVALID "fhir.uri-invalid" "value"
        "The uri, url, oid or uuid is not well-formed." "uri、url、oid 或 uuid 格式不正确。";
    BASE64_INVALID "fhir.base64-invalid" "value"
        "The base64 text is not well-formed." "base64 内容格式不正确。";
    TEXT_INVALID "fhir.text-invalid" "value"
        "The text holds blanks or control characters that this type does not allow." "文本中含有该类型不允许的空白或控制字符。";
    TEXT_TOO_LONG "fhir.text-too-long" "too-long"
        "The text is longer than 1 MB." "文本超过 1 MB。";
    NARRATIVE_INVALID "fhir.narrative-invalid" "value"
        "The narrative is not plain, safe XHTML in one div." "叙述文本不是单个 div 中的安全 XHTML。";
    ITEMS_TOO_MANY "fhir.items-too-many" "too-costly"
        "The array has more than 10,000 items." "数组超过 10,000 项。";
    SIBLING_MISMATCH "fhir.sibling-mismatch" "structure"
        "The underscore sibling of a primitive does not have the shape of its values." "基本类型的下划线同名元素与其取值形状不一致。";
    REFERENCE_INVALID "fhir.reference-invalid" "value"
        "The reference has none of the forms allowed." "引用格式不被允许。";
    REFERENCE_TARGET_WRONG "fhir.reference-target-wrong" "structure"
        "The reference points at a resource type not allowed at this element." "引用指向了该元素不允许的资源类型。";
    REFERENCE_CONTAINED_MISSING "fhir.reference-contained-missing" "not-found"
        "The reference points at a contained resource that is not there." "引用的内嵌资源不存在。";
    RULE_BROKEN "fhir.rule-broken" "invariant"
        "A rule of the standard that spans several elements is broken." "违反了标准中跨元素的规则。";
    ISSUES_MORE "fhir.issues-more" "incomplete"
        "There are more issues than are listed." "问题太多，未全部列出。";
    SEARCH_PARAMETER_UNKNOWN "fhir.search-parameter-unknown" "not-supported"
        "The search parameter is not supported for this type." "该资源类型不支持此查询参数。";
    SEARCH_MODIFIER_UNSUPPORTED "fhir.search-modifier-unsupported" "not-supported"
        "The modifier of the search parameter is not supported." "不支持该查询参数的修饰符。";
    SEARCH_VALUE_INVALID "fhir.search-value-invalid" "value"
        "The value of the search parameter cannot be read." "查询参数的值无法识别。";
    ALL_WELL "fhir.all-well" "informational"
        "Nothing is wrong." "没有发现问题。";
}

/// The system of our issue codes in `OperationOutcome.issue.details.coding`.
pub const ISSUE_SYSTEM: &str = "urn:yima:fhir-issue";

/// An OperationOutcome with these issues, its sentences in Chinese when `lang`
/// begins with `zh`, else in English. Without issues it says that all is well.
pub fn operation_outcome(issues: &[Issue], lang: &str) -> Value {
    let mut rows: Vec<Value> = issues.iter().map(|issue| row(issue, lang)).collect();
    if rows.is_empty() {
        let well = Issue {
            severity: Severity::Information,
            kind: ALL_WELL.issue_type,
            code: ALL_WELL.code,
            expression: String::new(),
            en: "Nothing is wrong.".to_owned(),
            zh: "没有发现问题。".to_owned(),
        };
        rows.push(row(&well, lang));
    }
    json!({ "resourceType": "OperationOutcome", "issue": rows })
}

fn row(issue: &Issue, lang: &str) -> Value {
    let mut row = json!({
        "severity": issue.severity.code(),
        "code": issue.kind,
        "details": {
            "coding": [{ "system": ISSUE_SYSTEM, "code": issue.code }],
            "text": issue.text(lang),
        },
    });
    if issue.expression.is_empty() {
        row["diagnostics"] = Value::from(issue.code);
    } else {
        row["diagnostics"] = Value::from(format!("{} at {}", issue.code, issue.expression));
        row["expression"] = json!([issue.expression]);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_outcomes_are_valid() {
        let mut codes: Vec<&str> = CATALOGUE.iter().map(|row| row.0).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), CATALOGUE.len());
        let issue = Issue::error(&EMPTY, "Patient.name", "It is empty.".into(), "为空。".into());
        for (issues, lang, text) in [
            (vec![], "en", "Nothing is wrong."),
            (vec![issue.clone()], "zh-CN", "为空。"),
            (vec![issue], "en", "It is empty."),
        ] {
            let outcome = operation_outcome(&issues, lang);
            assert_eq!(outcome["issue"][0]["details"]["text"], text);
            let mut found = Vec::new();
            crate::validate(&outcome, "", &mut found);
            assert_eq!(found, []);
        }
    }
}
