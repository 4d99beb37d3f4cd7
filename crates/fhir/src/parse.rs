//! Bytes to JSON in one pass, keeping what FHIR needs kept: decimals as written
//! (only exponents are respelled: `1E5` becomes `1e+5`), keys in their order. Refuses duplicate keys, deep nesting and oversize bodies
//! before anything looks at the content.

use std::cell::RefCell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use crate::issue::{self, Issue};

/// What a body may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Objects and arrays inside each other; more than 120 is cut to 120.
    pub depth: usize,
    /// Bytes of the whole body.
    pub bytes: usize,
}

impl Default for Limits {
    /// 64 levels and 100 MB.
    fn default() -> Self {
        Self { depth: 64, bytes: 100_000_000 }
    }
}

/// `serde_json` stops at 128 levels by itself; our own message comes before.
const DEPTH_MAX: usize = 120;

/// The key under which `serde_json` hands over a number with its digits (a
/// whole number that fits 64 bits comes as such, for it has only one spelling).
const NUMBER_KEY: &str = "$serde_json::private::Number";

/// Reads one JSON value. Errors: size, UTF-8, syntax with line and column,
/// duplicate keys and depth with their path; exactly one issue comes back, for
/// reading stops at the first.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Value, Vec<Issue>> {
    if bytes.len() > limits.bytes {
        return Err(vec![too_large(bytes.len(), limits.bytes)]);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| vec![not_utf8(error.valid_up_to())])?;
    let state = State { depth_max: limits.depth.min(DEPTH_MAX), trouble: RefCell::default(), path: RefCell::default() };
    let mut reader = serde_json::Deserializer::from_str(text);
    let outcome = Node { state: &state, depth: 0 }.deserialize(&mut reader);
    outcome.and_then(|value| reader.end().map(|()| value)).map_err(|error| vec![state.issue(&error)])
}

/// What the visitors share: the limit, and what went wrong where.
struct State {
    depth_max: usize,
    trouble: RefCell<Option<Trouble>>,
    /// Steps from the place of trouble outward, gathered while unwinding.
    path: RefCell<Vec<Step>>,
}

enum Trouble {
    Duplicate,
    Deep,
    ReservedKey,
}

enum Step {
    Key(String),
    Index(usize),
    Root(String),
}

impl State {
    fn stop<E: de::Error>(&self, trouble: Trouble) -> E {
        *self.trouble.borrow_mut() = Some(trouble);
        E::custom("stopped")
    }

    fn step<E>(&self, step: Step, error: E) -> E {
        if self.trouble.borrow().is_some() {
            self.path.borrow_mut().push(step);
        }
        error
    }

    fn expression(&self) -> String {
        let mut expression = String::new();
        for step in self.path.borrow().iter().rev() {
            match step {
                Step::Root(name) => expression.push_str(name),
                Step::Key(key) => {
                    if !expression.is_empty() {
                        expression.push('.');
                    }
                    expression.push_str(key);
                }
                Step::Index(index) => {
                    expression.push('[');
                    expression.push_str(&index.to_string());
                    expression.push(']');
                }
            }
        }
        expression
    }

    fn issue(&self, error: &serde_json::Error) -> Issue {
        let (line, column) = (error.line(), error.column());
        match *self.trouble.borrow() {
            Some(Trouble::Duplicate) => Issue::error(
                &issue::KEY_DUPLICATE,
                self.expression(),
                format!("This key occurs twice in its object (line {line}); keep one of them."),
                format!("该键在同一对象中出现了两次（第 {line} 行）；请只保留一个。"),
            ),
            Some(Trouble::Deep) => Issue::error(
                &issue::TOO_DEEP,
                self.expression(),
                format!("Nesting is deeper than {} levels; flatten the resource.", self.depth_max),
                format!("嵌套超过 {} 层；请减少层数。", self.depth_max),
            ),
            Some(Trouble::ReservedKey) => Issue::error(
                &issue::ELEMENT_UNKNOWN,
                self.expression(),
                format!("An object at line {line} has a key that no FHIR element has; remove it."),
                format!("第 {line} 行的对象含有 FHIR 中不存在的键；请删除。"),
            ),
            None => {
                let text = error.to_string();
                let why = text.split(" at line ").next().unwrap_or_default();
                Issue::error(
                    &issue::JSON_SYNTAX,
                    "",
                    format!("The JSON breaks at line {line}, column {column} ({why}); send well-formed JSON."),
                    format!("JSON 在第 {line} 行第 {column} 列出错（{why}）；请发送合法的 JSON。"),
                )
            }
        }
    }
}

/// One value at some depth.
#[derive(Clone, Copy)]
struct Node<'s> {
    state: &'s State,
    depth: usize,
}

impl Node<'_> {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth >= self.state.depth_max {
            return Err(self.state.stop(Trouble::Deep));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let below = self.deeper()?;
        let mut items = Vec::new();
        loop {
            match access.next_element_seed(below) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => return Ok(Value::Array(items)),
                Err(error) => return Err(self.state.step(Step::Index(items.len()), error)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        let mut below = None;
        while let Some(key) = access.next_key_seed(KeySeed)? {
            let key = match key {
                Key::Name(name) => name,
                // A number has no depth of its own and is the only entry.
                Key::Number => {
                    return access.next_value_seed(Digits).map_err(|_error| self.state.stop(Trouble::ReservedKey));
                }
            };
            let below = match below {
                Some(below) => below,
                None => *below.insert(self.deeper()?),
            };
            match map.entry(key) {
                Entry::Vacant(place) => match access.next_value_seed(below) {
                    Ok(value) => {
                        place.insert(value);
                    }
                    Err(error) => {
                        let step = Step::Key(place.key().clone());
                        return Err(self.unwound(&map, step, error));
                    }
                },
                Entry::Occupied(place) => {
                    let step = Step::Key(place.key().clone());
                    let error = self.state.stop(Trouble::Duplicate);
                    return Err(self.unwound(&map, step, error));
                }
            }
        }
        Ok(Value::Object(map))
    }
}

impl Node<'_> {
    /// Notes the step on the way out; at the root also the type's name, if it was read.
    fn unwound<E>(self, map: &Map<String, Value>, step: Step, error: E) -> E {
        let error = self.state.step(step, error);
        match map.get("resourceType") {
            Some(Value::String(name)) if self.depth == 0 => self.state.step(Step::Root(name.clone()), error),
            _ => error,
        }
    }
}

enum Key {
    Name(String),
    Number,
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, value: &str) -> Result<Key, E> {
        Ok(if value == NUMBER_KEY { Key::Number } else { Key::Name(value.to_owned()) })
    }
}

/// The digits of a number. `serde_json` gives them as an owned string, while a
/// string in the text arrives borrowed: so an object that merely pretends to be
/// a number is told apart and refused.
struct Digits;

impl<'de> DeserializeSeed<'de> for Digits {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Digits {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the digits of a number")
    }

    fn visit_str<E: de::Error>(self, _value: &str) -> Result<Value, E> {
        Err(E::custom("not a number"))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        value.parse::<Number>().map(Value::Number).map_err(E::custom)
    }
}

fn too_large(bytes: usize, bytes_max: usize) -> Issue {
    Issue::error(
        &issue::TOO_LARGE,
        "",
        format!("The body has {bytes} bytes, more than {bytes_max}; send it in parts."),
        format!("请求体有 {bytes} 字节，超过上限 {bytes_max}；请分批发送。"),
    )
}

fn not_utf8(at: usize) -> Issue {
    Issue::error(
        &issue::TEXT_NOT_UTF8,
        "",
        format!("The body is not UTF-8 from byte {at} on; encode it as UTF-8."),
        format!("请求体从第 {at} 字节起不是 UTF-8；请改用 UTF-8 编码。"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &[u8], limits: Limits) -> (&'static str, String) {
        let issues = parse(text, &limits).unwrap_err();
        assert_eq!(issues.len(), 1);
        (issues[0].code, issues[0].expression.clone())
    }

    #[test]
    fn written_digits_survive() {
        for text in [
            "81.50",
            "-0",
            "0.0",
            "1e+5",
            "1.0e-22",
            "123456789012345678901234567890.123456789012345678901234567890",
            "9223372036854775808",
            r#"{"a":81.50,"b":[-0.10,{"c":1e-400}],"d":"x\n","e":null,"f":true}"#,
            r#""中文""#,
        ] {
            let value = parse(text.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(serde_json::to_string(&value).unwrap(), text);
        }
        let deep = parse(b"\xef\xbb\xbf{\"n\": 7.10}", &Limits::default()).unwrap();
        assert_eq!(deep["n"].as_number().unwrap().as_str(), "7.10");
    }

    #[test]
    fn bad_bodies_have_a_code_and_a_place() {
        let limits = Limits { depth: 4, bytes: 200 };
        for (text, code, expression) in [
            (&b"{\"a\":1,}"[..], "fhir.json-syntax", ""),
            (b"", "fhir.json-syntax", ""),
            (b"{} x", "fhir.json-syntax", ""),
            (b"{\"a\":01}", "fhir.json-syntax", ""),
            (b"{\"a\":NaN}", "fhir.json-syntax", ""),
            (b"{\"a\":\"\\ud800\"}", "fhir.json-syntax", ""),
            (b"{\"a\":\"\xff\"}", "fhir.text-not-utf8", ""),
            (b"{\"a\":1,\"a\":2}", "fhir.key-duplicate", "a"),
            (b"{\"a\":1,\"\\u0061\":2}", "fhir.key-duplicate", "a"),
            (
                br#"{"resourceType":"Patient","name":[{"use":"old"},{"use":"old","use":"old"}]}"#,
                "fhir.key-duplicate",
                "Patient.name[1].use",
            ),
            (b"[[[[[1]]]]]", "fhir.too-deep", "[0][0][0][0]"),
            (br#"{"a":{"b":{"c":{"d":{"e":1}}}}}"#, "fhir.too-deep", "a.b.c.d"),
            (br#"{"a":{"$serde_json::private::Number":"1"}}"#, "fhir.element-unknown", "a"),
            (br#"{"a":{"\u0024serde_json::private::Number":{}}}"#, "fhir.element-unknown", "a"),
            (&[b' '; 201], "fhir.too-large", ""),
        ] {
            assert_eq!(refused(text, limits), (code, expression.to_owned()), "{}", String::from_utf8_lossy(text));
        }
        assert!(parse(b"[[[[1]]]]", &limits).is_ok());
        let long = "[".repeat(100_000);
        assert_eq!(refused(long.as_bytes(), Limits { depth: 100_000, bytes: 1_000_000 }).0, "fhir.too-deep");
        let issues = parse(b"{\n  \"a\": 1 2\n}", &limits).unwrap_err();
        assert!(issues[0].en.contains("line 2, column"), "{}", issues[0].en);
    }
}
