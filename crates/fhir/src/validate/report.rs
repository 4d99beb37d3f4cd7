//! The words of the issues, and the place they are at. Nothing here runs for a
//! resource that is in order.

use serde_json::Value;

use super::{ISSUES_MAX, ITEMS_MAX, Walk};
use crate::definition::Shape;
use crate::issue::{self, Issue, Kind};
use crate::primitive::{Primitive, Wrong};
use crate::rule::Rule;

/// A place in the resource, as a chain back to the root on the stack; it
/// becomes text only in an issue.
pub(super) struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

impl<'a> At<'a> {
    pub(super) fn root(name: &'a str) -> Self {
        Self { parent: None, step: Step::Key(name) }
    }

    pub(super) fn key(&'a self, key: &'a str) -> At<'a> {
        Self { parent: Some(self), step: Step::Key(key) }
    }

    pub(super) fn item(&'a self, index: usize) -> At<'a> {
        Self { parent: Some(self), step: Step::Item(index) }
    }

    fn write(&self, text: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(text);
        }
        match self.step {
            Step::Key(key) => {
                if self.parent.is_some() {
                    text.push('.');
                }
                text.push_str(key);
            }
            Step::Item(index) => {
                text.push('[');
                text.push_str(&index.to_string());
                text.push(']');
            }
        }
    }

    fn expression(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }
}

impl Walk<'_, '_> {
    fn report(&mut self, kind: &Kind, at: &At<'_>, en: String, zh: String) {
        if self.full {
            return;
        }
        if self.issues.len() >= ISSUES_MAX {
            self.full = true;
            self.issues.push(Issue::error(
                &issue::ISSUES_MORE,
                at.expression(),
                format!("There are more issues than these {ISSUES_MAX}; correct them and send again."),
                format!("除以上 {ISSUES_MAX} 个问题外还有更多；请更正后重新发送。"),
            ));
            return;
        }
        self.issues.push(Issue::error(kind, at.expression(), en, zh));
    }

    pub(super) fn type_wrong(&mut self, at: &At<'_>, en: &str, zh: &str) {
        self.report(
            &issue::TYPE_WRONG,
            at,
            format!("The value must be {en}; send it so."),
            format!("此处的值必须是{zh}；请更正。"),
        );
    }

    pub(super) fn empty(&mut self, at: &At<'_>) {
        self.report(
            &issue::EMPTY,
            at,
            "The value is empty or null; leave the element out instead.".to_owned(),
            "值为空或 null；请改为省略该元素。".to_owned(),
        );
    }

    pub(super) fn too_deep(&mut self, at: &At<'_>) {
        self.report(
            &issue::TOO_DEEP,
            at,
            "Objects are nested too deeply; flatten the resource.".to_owned(),
            "对象嵌套过深；请减少层数。".to_owned(),
        );
    }

    pub(super) fn items_too_many(&mut self, at: &At<'_>, items: usize) {
        self.report(
            &issue::ITEMS_TOO_MANY,
            at,
            format!("The array has {items} items, more than {ITEMS_MAX}; send it in parts."),
            format!("数组有 {items} 项，超过上限 {ITEMS_MAX}；请分开发送。"),
        );
    }

    pub(super) fn required_missing(&mut self, at: &At<'_>, name: &str, of: &str) {
        self.report(
            &issue::REQUIRED_MISSING,
            at,
            format!("{of} needs the element {name}; add it."),
            format!("{of} 缺少必填元素 {name}；请补充。"),
        );
    }

    pub(super) fn type_unknown(&mut self, at: &At<'_>, name: &str) {
        let name = quoted(name);
        self.report(
            &issue::TYPE_UNKNOWN,
            at,
            format!("R4 has no resource type “{name}”; check its spelling."),
            format!("R4 中没有资源类型“{name}”；请检查拼写。"),
        );
    }

    pub(super) fn type_unsupported(&mut self, at: &At<'_>, name: &str) {
        self.report(
            &issue::TYPE_UNSUPPORTED,
            at,
            format!(
                "Resources of type {name} are not stored here; leave it out (the types stored are in /fhir/metadata)."
            ),
            format!("本系统不保存 {name} 类型的资源；请去掉（支持的类型见 /fhir/metadata）。"),
        );
    }

    pub(super) fn element_unknown(&mut self, at: &At<'_>, key: &str, shape: &Shape) {
        let key = quoted(key);
        let of = if shape.name == "_" { "a primitive extension" } else { &shape.name };
        let (en, zh) = match nearest(&key, shape) {
            Some(name) => (format!("did you mean {name}?"), format!("是否应为 {name}？")),
            None => ("remove it or put it into an extension.".to_owned(), "请删除，或放入 extension。".to_owned()),
        };
        self.report(
            &issue::ELEMENT_UNKNOWN,
            at,
            format!("The element “{key}” is not defined in {of}; {en}"),
            format!("{of} 中没有定义元素“{key}”；{zh}"),
        );
    }

    pub(super) fn choice_twice(&mut self, at: &At<'_>, name: &str) {
        self.report(
            &issue::CHOICE_TWICE,
            at,
            format!("Only one type of {name} may be given; remove the others."),
            format!("{name} 只能给出一种类型；请删除其余的。"),
        );
    }

    pub(super) fn code_invalid(&mut self, at: &At<'_>, code: &str, codes: &[&str]) {
        let (code, list) = (quoted(code), listed(codes));
        self.report(
            &issue::CODE_INVALID,
            at,
            format!("The code “{code}” is not allowed here; use one of {list}."),
            format!("此处不允许代码“{code}”；请使用：{list}。"),
        );
    }

    pub(super) fn concept_invalid(&mut self, at: &At<'_>, code: &str, system: &str, codes: &[&str]) {
        let list = listed(codes);
        let uri = format!("http://terminology.hl7.org/CodeSystem/{system}");
        let (en, zh) = if code.is_empty() {
            (format!("There is no coding of {uri}"), format!("缺少 {uri} 的编码"))
        } else {
            let code = quoted(code);
            (format!("The code “{code}” is not in {uri}"), format!("代码“{code}”不在 {uri} 中"))
        };
        self.report(&issue::CODE_INVALID, at, format!("{en}; give one of {list}."), format!("{zh}；请使用：{list}。"));
    }

    pub(super) fn primitive_wrong(&mut self, at: &At<'_>, primitive: Primitive, value: &Value, wrong: Wrong) {
        let name = primitive.name();
        let text = match value {
            Value::String(text) => quoted(text),
            other => quoted(&other.to_string()),
        };
        let (kind, en, zh) = match wrong {
            Wrong::Date => (
                &issue::DATE_INVALID,
                format!("“{text}” is not a valid {name}; {}.", date_form(primitive).0),
                format!("“{text}”不是有效的 {name}；{}。", date_form(primitive).1),
            ),
            Wrong::Number => (
                &issue::NUMBER_INVALID,
                format!("{text} is not a valid {name}; send a number in its range."),
                format!("{text} 不是有效的 {name}；请发送范围内的数值。"),
            ),
            Wrong::Id => (
                &issue::ID_INVALID,
                format!("“{text}” is not a valid id; use 1 to 64 letters, digits, hyphens and dots."),
                format!("“{text}”不是有效的 id；请使用 1 至 64 个字母、数字、连字符和点。"),
            ),
            Wrong::Uri => (
                &issue::URI_INVALID,
                format!("“{text}” is not a valid {name}; correct it."),
                format!("“{text}”不是有效的 {name}；请更正。"),
            ),
            Wrong::Base64 => (
                &issue::BASE64_INVALID,
                "The base64 text is not well-formed; encode it again with padding.".to_owned(),
                "base64 内容格式不正确；请重新编码（含填充）。".to_owned(),
            ),
            Wrong::TooLong => (
                &issue::TEXT_TOO_LONG,
                "The text is longer than 1 MB; send it as an attachment.".to_owned(),
                "文本超过 1 MB；请改为附件发送。".to_owned(),
            ),
            Wrong::Narrative(en, zh) => (
                &issue::NARRATIVE_INVALID,
                format!("The narrative cannot be taken: {en}; correct it or leave the text out."),
                format!("叙述文本不可接受：{zh}；请更正或省略 text。"),
            ),
            Wrong::Text | Wrong::Empty | Wrong::Type(..) => (
                &issue::TEXT_INVALID,
                format!("A {name} cannot hold these blanks or control characters; remove them."),
                format!("{name} 不能含有这些空白或控制字符；请删除。"),
            ),
        };
        self.report(kind, at, en, zh);
    }

    pub(super) fn sibling_mismatch(&mut self, at: &At<'_>, name: &str) {
        self.report(
            &issue::SIBLING_MISMATCH,
            at,
            format!("_{name} must have the shape of {name}: an object, or an array as long with null where there is nothing; correct it."),
            format!("_{name} 须与 {name} 形状一致：对象，或等长数组（无内容处为 null）；请更正。"),
        );
    }

    pub(super) fn reference_invalid(&mut self, at: &At<'_>, text: &str) {
        let text = quoted(text);
        self.report(
            &issue::REFERENCE_INVALID,
            at,
            format!("“{text}” is no reference; use Type/id, an http(s) address, urn:uuid:…, urn:oid:…, #id or Type?parameter=value."),
            format!("“{text}”不是有效引用；请使用 Type/id、http(s) 地址、urn:uuid:…、urn:oid:…、#id 或 Type?参数=值。"),
        );
    }

    pub(super) fn target_wrong(&mut self, at: &At<'_>, kind: &str, targets: &[&str]) {
        let list = listed(targets);
        self.report(
            &issue::REFERENCE_TARGET_WRONG,
            at,
            format!("A reference to {kind} is not allowed here; point at one of {list}."),
            format!("此处不能引用 {kind}；可引用：{list}。"),
        );
    }

    pub(super) fn contained_missing(&mut self, at: &At<'_>, id: &str) {
        self.report(
            &issue::REFERENCE_CONTAINED_MISSING,
            at,
            format!("No contained resource has the id {id}; add it or correct the reference."),
            format!("没有 id 为 {id} 的内嵌资源；请补充或更正引用。"),
        );
    }

    pub(super) fn contained_nested(&mut self, at: &At<'_>) {
        self.report(
            &issue::RULE_BROKEN,
            at,
            "A contained resource contains no others; put them beside it (dom-2).".to_owned(),
            "内嵌资源不能再内嵌资源；请与其并列放置（dom-2）。".to_owned(),
        );
    }

    pub(super) fn rule_broken(&mut self, at: &At<'_>, rule: &Rule) {
        let id = rule.id;
        let (en, zh) = (rule.en.trim_end_matches('.'), rule.zh.trim_end_matches('。'));
        self.report(&issue::RULE_BROKEN, at, format!("{en} ({id})."), format!("{zh}（{id}）。"));
    }
}

fn date_form(primitive: Primitive) -> (&'static str, &'static str) {
    match primitive {
        Primitive::Date => ("write it as 2026, 2026-11 or 2026-11-18", "请写成 2026、2026-11 或 2026-11-18"),
        Primitive::Time => ("write it as 09:40:00", "请写成 09:40:00"),
        Primitive::Instant => ("write it as 2026-11-18T09:40:00+08:00", "请写成 2026-11-18T09:40:00+08:00"),
        _ => (
            "write it as 2026, 2026-11, 2026-11-18 or 2026-11-18T09:40:00+08:00",
            "请写成 2026、2026-11、2026-11-18 或 2026-11-18T09:40:00+08:00",
        ),
    }
}

/// At most 40 characters of the sender's text, without control characters.
fn quoted(text: &str) -> String {
    let mut short: String =
        text.chars().take(40).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}

fn listed(names: &[&str]) -> String {
    const LISTED_MAX: usize = 30;
    let mut list = names[..names.len().min(LISTED_MAX)].join(", ");
    if names.len() > LISTED_MAX {
        list.push_str(", …");
    }
    list
}

/// An element of the shape whose name is nearly the key.
fn nearest<'s>(key: &str, shape: &'s Shape) -> Option<&'s str> {
    let names = shape.elements.iter().map(|element| element.name.as_str());
    names.map(|name| (distance(key, name), name)).filter(|(distance, _)| *distance <= 2).min().map(|(_, name)| name)
}

/// Edits between two words; case does not count.
fn distance(left: &str, right: &str) -> usize {
    if left.len().abs_diff(right.len()) > 2 || left.len().min(right.len()) < 4 {
        return usize::MAX;
    }
    let right: Vec<u8> = right.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, byte) in left.bytes().map(|byte| byte.to_ascii_lowercase()).enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for column in 1..row.len() {
            let change = diagonal + usize::from(right[column - 1] != byte);
            diagonal = row[column];
            row[column] = change.min(diagonal + 1).min(row[column - 1] + 1);
        }
    }
    row[right.len()]
}
