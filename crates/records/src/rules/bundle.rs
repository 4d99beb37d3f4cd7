//! How a bundle, or a single resource, is read: which resources it brings, what
//! each is called by its sender, what is to be done with each.

use fhir::{Issue, ResourceType, Severity};
use serde_json::Value;

/// Entries of one bundle at most.
pub const ENTRIES_MAX: usize = 10_000;

/// What is to be done with a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Store it; if the sender's id is known, as its next version.
    Store,
    /// Store it unless an entry with this identifier exists (`ifNoneExist`).
    StoreUnless {
        /// The identifier's system.
        system: String,
        /// Its value.
        value: String,
    },
    /// Store it as the next version of the entry with this identifier.
    Replace {
        /// The identifier's system.
        system: String,
        /// Its value.
        value: String,
    },
}

/// A resource of a bundle.
#[derive(Debug, Clone)]
pub struct Item {
    /// Where it stood, for issues: `Bundle.entry[3].resource` or the type.
    pub at: String,
    /// Its type.
    pub kind: ResourceType,
    /// What other resources of the bundle call it.
    pub aliases: Vec<String>,
    /// The sender's own id, if it gave one.
    pub own_id: Option<String>,
    /// What to do.
    pub deed: Deed,
    /// The resource.
    pub resource: Value,
}

/// What kind of answer the sender expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A single resource.
    Single,
    /// A bundle: transaction or collection.
    Bundle,
}

fn issue(kind: &'static str, code: &'static str, at: String, en: String, zh: &str) -> Issue {
    Issue { severity: Severity::Error, kind, code, expression: at, en, zh: zh.to_owned() }
}

/// Reads what was sent; resources are validated on the way. Any error issue
/// means: nothing is stored.
pub fn read(sent: Value, issues: &mut Vec<Issue>) -> (Shape, Vec<Item>) {
    let name = sent.get("resourceType").and_then(Value::as_str).unwrap_or_default().to_owned();
    if name != "Bundle" {
        return (Shape::Single, single(sent, &name, issues).into_iter().collect());
    }
    fhir::validate_shell(&sent, "", issues);
    let kind = sent.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let transaction = kind == "transaction";
    if !transaction && kind != "collection" {
        issues.push(issue(
            "not-supported",
            "records.bundle-type-unsupported",
            "Bundle.type".to_owned(),
            format!("A bundle of type '{kind}' cannot be supplied; send a transaction or a collection."),
            "不支持此类型的 Bundle；请发送 transaction 或 collection。",
        ));
        return (Shape::Bundle, Vec::new());
    }
    let entries = match sent {
        Value::Object(mut map) => match map.remove("entry") {
            Some(Value::Array(entries)) => entries,
            // Anything else was named by the shell's check.
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    if entries.len() > ENTRIES_MAX {
        issues.push(issue(
            "too-long",
            "records.bundle-too-long",
            "Bundle.entry".to_owned(),
            format!("A bundle may bring {ENTRIES_MAX} entries; this one has {}. Send it in parts.", entries.len()),
            "Bundle 条目过多，请分成几份发送。",
        ));
        return (Shape::Bundle, Vec::new());
    }
    let mut items = Vec::with_capacity(entries.len());
    for (number, entry) in entries.into_iter().enumerate() {
        if let Some(item) = bundled(entry, number, transaction, issues) {
            items.push(item);
        }
    }
    (Shape::Bundle, items)
}

fn known_type(resource: &Value, at: &str, issues: &mut Vec<Issue>) -> Option<ResourceType> {
    let before = issues.len();
    fhir::validate(resource, at, issues);
    let name = resource.get("resourceType").and_then(Value::as_str).unwrap_or_default();
    let kind = ResourceType::from_name(name);
    if kind.is_none() && issues.len() == before {
        issues.push(issue(
            "not-supported",
            "fhir.type-unsupported",
            at.to_owned(),
            format!("Resources of type '{name}' are not stored here."),
            "此处不存储该类型的资源。",
        ));
    }
    kind
}

fn single(resource: Value, name: &str, issues: &mut Vec<Issue>) -> Option<Item> {
    let kind = known_type(&resource, "", issues)?;
    let own_id = resource.get("id").and_then(Value::as_str).map(str::to_owned);
    Some(Item { at: name.to_owned(), kind, aliases: Vec::new(), own_id, deed: Deed::Store, resource })
}

fn bundled(entry: Value, number: usize, transaction: bool, issues: &mut Vec<Issue>) -> Option<Item> {
    let at = format!("Bundle.entry[{number}]");
    let Value::Object(mut entry) = entry else { return None };
    let Some(resource) = entry.remove("resource") else {
        let what = "This entry brings no resource; reading and deleting inside a bundle are not supported.";
        issues.push(issue(
            "required",
            "records.entry-without-resource",
            at,
            what.to_owned(),
            "该条目没有资源；不支持在 Bundle 内读取或删除。",
        ));
        return None;
    };
    let place = format!("{at}.resource");
    let kind = known_type(&resource, &place, issues)?;
    let full_url = entry.get("fullUrl").and_then(Value::as_str).map(str::to_owned);
    let id = resource.get("id").and_then(Value::as_str).map(str::to_owned);
    let (deed, put_id) = if transaction { deed(entry.get("request"), kind, &at, issues)? } else { (Deed::Store, None) };
    let own_id = put_id.or_else(|| id.clone()).or_else(|| full_url.as_deref().map(own_part));
    let mut aliases = Vec::with_capacity(2);
    if let Some(id) = id.as_deref().or(own_id.as_deref()) {
        aliases.push(format!("{}/{id}", kind.name()));
    }
    aliases.extend(full_url);
    // A condition may also mean what comes in the same bundle.
    let identifiers = resource.get("identifier").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for one in identifiers {
        if let (Some(system), Some(value)) = (one.get("system"), one.get("value")) {
            let (system, value) = (system.as_str().unwrap_or_default(), value.as_str().unwrap_or_default());
            aliases.push(format!("{}?identifier={system}|{value}", kind.name()));
        }
    }
    Some(Item { at: place, kind, aliases, own_id, deed, resource })
}

/// The sender's id inside a full URL: the UUID of `urn:uuid:…`, else the last part.
fn own_part(full_url: &str) -> String {
    full_url.strip_prefix("urn:uuid:").or_else(|| full_url.rsplit('/').next()).unwrap_or(full_url).to_owned()
}

/// What a transaction's request asks, and the id in a `PUT`'s URL.
fn deed(
    request: Option<&Value>,
    kind: ResourceType,
    at: &str,
    issues: &mut Vec<Issue>,
) -> Option<(Deed, Option<String>)> {
    let text = |name: &str| request.and_then(|request| request.get(name)).and_then(Value::as_str);
    let place = format!("{at}.request");
    let (Some(method), Some(url)) = (text("method"), text("url")) else {
        let what = "A transaction's entry needs request.method and request.url.";
        issues.push(issue(
            "required",
            "fhir.required-missing",
            place,
            what.to_owned(),
            "transaction 的条目需要 request.method 和 request.url。",
        ));
        return None;
    };
    let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    let mut parts = path.trim_matches('/').split('/');
    let (named, id) = (parts.next().unwrap_or_default(), parts.next());
    if named != kind.name() {
        let what = format!("request.url names '{named}', the resource is a {}.", kind.name());
        issues.push(issue("invalid", "records.request-url-wrong", place, what, "request.url 与资源类型不一致。"));
        return None;
    }
    match (method, id, query) {
        ("POST", None, None) => match text("ifNoneExist") {
            None => Some((Deed::Store, None)),
            Some(condition) => identifier_condition(condition, &place, issues)
                .map(|(system, value)| (Deed::StoreUnless { system, value }, None)),
        },
        ("PUT", Some(id), None) => Some((Deed::Store, Some(id.to_owned()))),
        ("PUT", None, Some(query)) => {
            identifier_condition(query, &place, issues).map(|(system, value)| (Deed::Replace { system, value }, None))
        }
        _ => {
            let what = format!(
                "{method} {url} is not supported inside a transaction; POST Type, PUT Type/id and PUT Type?identifier=system|value are."
            );
            issues.push(issue(
                "not-supported",
                "records.request-unsupported",
                place,
                what,
                "transaction 内只支持 POST Type、PUT Type/id、PUT Type?identifier=…",
            ));
            None
        }
    }
}

/// `identifier=system|value`, the one condition that can be answered at once.
pub fn identifier_condition(query: &str, at: &str, issues: &mut Vec<Issue>) -> Option<(String, String)> {
    let decoded = percent_decoded(query);
    let found = decoded.strip_prefix("identifier=").and_then(|token| token.split_once('|'));
    if found.is_none() {
        let what = "Only the condition identifier=system|value is supported.".to_owned();
        issues.push(issue(
            "not-supported",
            "records.condition-unsupported",
            at.to_owned(),
            what,
            "只支持 identifier=system|value 这一条件。",
        ));
    }
    found.map(|(system, value)| (system.to_owned(), value.to_owned()))
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let coded = match bytes.get(at..at + 3) {
            Some([b'%', high, low]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        out.push(coded.unwrap_or(bytes[at]));
        at += if coded.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_ids_and_conditions() {
        assert_eq!(own_part("urn:uuid:ab-1"), "ab-1");
        assert_eq!(own_part("http://h/fhir/Observation/7"), "7");
        let mut issues = Vec::new();
        let found = identifier_condition("identifier=urn%3Aoid%3A1%7C5", "x", &mut issues);
        assert_eq!(found, Some(("urn:oid:1".to_owned(), "5".to_owned())));
        assert!(identifier_condition("name=x", "x", &mut issues).is_none());
        assert_eq!(issues[0].code, "records.condition-unsupported");
    }
}
