//! References between resources: their forms, and visiting or rewriting all of
//! them in a resource. Resolving them is the caller's work.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;
use std::cell::RefCell;

use crate::kind::is_r4_type;
use crate::primitive::{is_id, is_oid, is_uuid};

/// The forms a `reference` may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'a> {
    /// `Type/id`, perhaps with `/_history/version`.
    Relative {
        /// The type's name, one of R4.
        kind: &'a str,
        /// The resource's id.
        id: &'a str,
        /// The version, if one is named.
        version: Option<&'a str>,
    },
    /// `http://…` or `https://…`, with the type when its last two parts are `Type/id`.
    Absolute {
        /// The whole address.
        url: &'a str,
        /// The type's name, if the address tells.
        kind: Option<&'a str>,
    },
    /// `urn:uuid:…` or `urn:oid:…`, another entry of the same bundle.
    Urn(&'a str),
    /// `#id`, a contained resource; the id is empty for the container itself.
    Contained(&'a str),
    /// `Type?parameter=…`, to be resolved by a search.
    Conditional {
        /// The type's name, one of R4.
        kind: &'a str,
        /// What follows the question mark.
        query: &'a str,
    },
}

impl<'a> Reference<'a> {
    /// The type pointed at, where the text tells.
    pub fn kind(self) -> Option<&'a str> {
        match self {
            Self::Relative { kind, .. } | Self::Conditional { kind, .. } => Some(kind),
            Self::Absolute { kind, .. } => kind,
            Self::Urn(_) | Self::Contained(_) => None,
        }
    }
}

/// Reads a reference; nothing when it has none of the forms.
pub fn parse_reference(text: &str) -> Option<Reference<'_>> {
    if let Some(id) = text.strip_prefix('#') {
        return (id.is_empty() || is_id(id)).then_some(Reference::Contained(id));
    }
    if text.starts_with("urn:") {
        return (is_uuid(text) || is_oid(text)).then_some(Reference::Urn(text));
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return absolute(text);
    }
    if let Some((kind, query)) = text.split_once('?') {
        let good = is_r4_type(kind) && query.contains('=') && !query.starts_with('=') && !has_blank(query);
        return good.then_some(Reference::Conditional { kind, query });
    }
    let (kind, id, version) = parts(text)?;
    is_r4_type(kind).then_some(Reference::Relative { kind, id, version })
}

fn absolute(url: &str) -> Option<Reference<'_>> {
    let host_at = url.find("//")? + 2;
    let rest = &url[host_at..];
    if has_blank(url) || rest.is_empty() || rest.starts_with('/') {
        return None;
    }
    let mut tail = rest.split(['?', '#']).next()?;
    if let Some((before, _)) = tail.split_once("/_history/") {
        tail = before;
    }
    let mut steps = tail.rsplit('/');
    let id = steps.next()?;
    let kind = steps.next().filter(|kind| is_r4_type(kind) && is_id(id));
    Some(Reference::Absolute { url, kind })
}

fn parts(text: &str) -> Option<(&str, &str, Option<&str>)> {
    let (kind, rest) = text.split_once('/')?;
    let (id, version) = match rest.split_once("/_history/") {
        Some((id, version)) => (id, Some(version)),
        None => (rest, None),
    };
    (is_id(id) && version.is_none_or(is_id)).then_some((kind, id, version))
}

fn has_blank(text: &str) -> bool {
    text.bytes().any(|byte| byte <= b' ')
}

/// Visits every `reference` in the resource, contained resources, extensions
/// and bundle entries included, in the order written.
///
/// In the types with a table, an object with a text called `reference` is a
/// Reference, except an Expression (which always has a `language`) and the
/// leaflet in `Immunization.education`: their `reference` is an address.
pub fn references(resource: &Value, f: &mut dyn FnMut(&str)) {
    visit(resource, "", f);
}

fn visit(value: &Value, parent: &str, f: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(map) => {
            let address = parent == "education" || map.contains_key("language");
            for (key, value) in map {
                match value {
                    Value::String(text) if key == "reference" && !address => f(text),
                    Value::Object(_) | Value::Array(_) => visit(value, key, f),
                    _ => {}
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, parent, f)),
        _ => {}
    }
}

/// Visits every `reference` as [`references`] does and puts in its place what
/// `f` returns; nothing leaves it as it is.
pub fn rewrite_references(resource: &mut Value, f: &mut dyn FnMut(&str) -> Option<String>) {
    rewrite(resource, "", f);
}

fn rewrite(value: &mut Value, parent: &str, f: &mut dyn FnMut(&str) -> Option<String>) {
    match value {
        Value::Object(map) => {
            let address = parent == "education" || map.contains_key("language");
            for (key, value) in map.iter_mut() {
                match value {
                    Value::String(text) if key == "reference" && !address => {
                        if let Some(new) = f(text) {
                            *text = new;
                        }
                    }
                    Value::Object(_) | Value::Array(_) => rewrite(value, key, f),
                    _ => {}
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, parent, f)),
        _ => {}
    }
}

/// The resource as compact JSON, without the outermost elements named in `without`,
/// every `reference` as [`rewrite_references`] would leave it; the resource itself
/// stays as it is. Order and the digits of decimals are kept.
///
/// # Errors
/// A value that JSON cannot hold, which none that was parsed is.
pub fn write_rewritten(
    resource: &Value,
    without: &[&str],
    f: &mut dyn FnMut(&str) -> Option<String>,
) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Rewritten { value: resource, parent: "", without, f: &RefCell::new(f) })
}

type Rewriter<'a> = RefCell<&'a mut dyn FnMut(&str) -> Option<String>>;

/// A value on its way into JSON.
struct Rewritten<'a, 'f> {
    value: &'a Value,
    parent: &'a str,
    without: &'a [&'a str],
    f: &'a Rewriter<'f>,
}

impl Serialize for Rewritten<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let inner = |value, parent| Rewritten { value, parent, without: &[], f: self.f };
        match self.value {
            Value::Object(map) => {
                let address = self.parent == "education" || map.contains_key("language");
                let mut out = to.serialize_map(None)?;
                for (key, value) in map.iter().filter(|(key, _)| !self.without.contains(&key.as_str())) {
                    match value {
                        Value::String(text) if key == "reference" && !address => match (self.f.borrow_mut())(text) {
                            Some(new) => out.serialize_entry(key, &new)?,
                            None => out.serialize_entry(key, text)?,
                        },
                        Value::Object(_) | Value::Array(_) => out.serialize_entry(key, &inner(value, key))?,
                        _ => out.serialize_entry(key, value)?,
                    }
                }
                out.end()
            }
            Value::Array(items) => to.collect_seq(items.iter().map(|item| inner(item, self.parent))),
            plain => plain.serialize(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms() {
        let relative = |kind, id, version| Some(Reference::Relative { kind, id, version });
        for (text, expected) in [
            ("Patient/a-1.b", relative("Patient", "a-1.b", None)),
            ("Patient/1/_history/3", relative("Patient", "1", Some("3"))),
            ("#", Some(Reference::Contained(""))),
            ("#cov", Some(Reference::Contained("cov"))),
            (
                "Practitioner?identifier=a|b",
                Some(Reference::Conditional { kind: "Practitioner", query: "identifier=a|b" }),
            ),
            (
                "urn:uuid:34ef92a2-f1a5-4324-b274-4ccf96f9f2d1",
                Some(Reference::Urn("urn:uuid:34ef92a2-f1a5-4324-b274-4ccf96f9f2d1")),
            ),
            ("urn:oid:1.2.156.1", Some(Reference::Urn("urn:oid:1.2.156.1"))),
            (
                "https://a.example/fhir/Patient/1/_history/2",
                Some(Reference::Absolute { url: "https://a.example/fhir/Patient/1/_history/2", kind: Some("Patient") }),
            ),
            ("http://a.example/x", Some(Reference::Absolute { url: "http://a.example/x", kind: None })),
            ("", None),
            ("Patient", None),
            ("Patient/", None),
            ("patient/1", None),
            ("Pat/1", None),
            ("Patient/1/2", None),
            ("Patient/a b", None),
            ("/Patient/1", None),
            ("http://", None),
            ("http:///x", None),
            ("ftp://a.example/Patient/1", None),
            ("urn:uuid:1", None),
            ("Patient?", None),
            ("Patient?name", None),
            ("#a b", None),
        ] {
            assert_eq!(parse_reference(text), expected, "{text}");
        }
    }

    #[test]
    fn visits_and_rewrites_all() {
        let mut value = json!({
            "subject": { "reference": "urn:1", "display": "x" },
            "contained": [{ "extension": [{ "url": "u", "valueReference": { "reference": "urn:2" } }] }],
            "related": [{ "reference": { "value": "not one" } }],
            "education": [{ "reference": "http://a.example" }],
            "valueExpression": { "language": "text/cql", "reference": "http://a.example" },
        });
        let mut seen = Vec::new();
        references(&value, &mut |text| seen.push(text.to_owned()));
        assert_eq!(seen, ["urn:1", "urn:2"]);
        let mut second = |text: &str| (text == "urn:2").then(|| "Patient/2".to_owned());
        let written = write_rewritten(&value, &["education"], &mut second).unwrap();
        rewrite_references(&mut value, &mut second);
        assert_eq!(value["contained"][0]["extension"][0]["valueReference"]["reference"], "Patient/2");
        assert_eq!(value["subject"]["reference"], "urn:1");
        value.as_object_mut().unwrap().shift_remove("education");
        assert_eq!(String::from_utf8(written).unwrap(), value.to_string());
    }
}
