//! The check of a resource against the tables: one walk over the JSON, an issue
//! with path, fact and advice for whatever does not fit. While nothing is wrong
//! the walk allocates nothing.

mod report;

use serde_json::{Map, Value};

use crate::definition::{Definitions, Element, Kind, Shape, definitions};
use crate::issue::Issue;
use crate::kind::is_r4_type;
use crate::primitive::{Primitive, TEXT_BYTES_MAX, Wrong};
use crate::reference::{Reference, parse_reference};

use report::At;

/// Issues collected before the walk stops; one more then says that there are more.
pub const ISSUES_MAX: usize = 100;
/// Items of one array.
pub const ITEMS_MAX: usize = 10_000;
/// Bytes of one text, except base64.
pub const STRING_BYTES_MAX: usize = TEXT_BYTES_MAX;
/// Objects inside each other; the reader stops at 64 already.
const DEPTH_MAX: usize = 128;

type Object = Map<String, Value>;

/// Checks a resource (a stored type, Bundle, Parameters or OperationOutcome)
/// with all that is in it, and adds what is wrong to `issues`. `at` is the
/// expression of the resource, such as `Bundle.entry[3].resource`; when empty,
/// the type's name.
pub fn validate(resource: &Value, at: &str, issues: &mut Vec<Issue>) {
    Walk::new(issues, Nested::Checked).root(resource, at);
}

/// As [`validate`], but leaves out the resources in the entries of a Bundle,
/// for callers that check each entry by itself.
pub fn validate_shell(bundle: &Value, at: &str, issues: &mut Vec<Issue>) {
    Walk::new(issues, Nested::Skipped).root(bundle, at);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nested {
    Checked,
    Skipped,
}

struct Walk<'v, 'i> {
    tables: &'static Definitions,
    issues: &'i mut Vec<Issue>,
    nested: Nested,
    /// The resource whose `contained` the `#id` references mean.
    container: Option<&'v Object>,
    in_contained: bool,
    depth: usize,
    /// Enough issues: nothing more is looked at.
    full: bool,
}

impl<'v, 'i> Walk<'v, 'i> {
    fn new(issues: &'i mut Vec<Issue>, nested: Nested) -> Self {
        let full = issues.len() > ISSUES_MAX;
        Self { tables: definitions(), issues, nested, container: None, in_contained: false, depth: 0, full }
    }

    fn root(&mut self, resource: &'v Value, at: &str) {
        let name = if at.is_empty() {
            resource.get("resourceType").and_then(Value::as_str).filter(|name| is_r4_type(name)).unwrap_or("Resource")
        } else {
            at
        };
        self.resource(resource, &At::root(name), true);
    }

    /// A whole resource: at the root, in a bundle entry or contained. A type
    /// without a table is refused where it would be stored, else let pass.
    fn resource(&mut self, value: &'v Value, at: &At<'_>, stored: bool) {
        let Value::Object(object) = value else {
            return self.type_wrong(at, "an object", "对象");
        };
        let name = match object.get("resourceType") {
            Some(Value::String(name)) => name.as_str(),
            Some(_) => return self.type_wrong(&at.key("resourceType"), "a string", "字符串"),
            None => return self.required_missing(&at.key("resourceType"), "resourceType", "Resource"),
        };
        if !self.in_contained {
            self.container = Some(object);
        }
        match self.tables.resource(name) {
            Some(shape) => self.object(shape, object, at),
            None if !is_r4_type(name) => self.type_unknown(&at.key("resourceType"), name),
            None if stored => self.type_unsupported(&at.key("resourceType"), name),
            None => {}
        }
    }

    fn object(&mut self, shape: &'static Shape, object: &'v Object, at: &At<'_>) {
        if self.depth >= DEPTH_MAX {
            return self.too_deep(at);
        }
        if object.is_empty() {
            return self.empty(at);
        }
        self.depth += 1;
        let mut seen = 0_u128;
        for (key, value) in object {
            if self.full {
                break;
            }
            let place = at.key(key);
            if let Some(element) = shape.find(key) {
                let bit = 1_u128 << element.group;
                if element.choice && seen & bit != 0 {
                    self.choice(shape, element, object, &place);
                }
                seen |= bit;
                self.element(element, value, object, &place);
            } else if let Some(element) =
                key.strip_prefix('_').and_then(|name| shape.find(name)).filter(|element| element.kind.is_primitive())
            {
                let bit = 1_u128 << element.group;
                if element.choice && seen & bit != 0 {
                    self.choice(shape, element, object, &place);
                }
                seen |= bit;
                self.sibling(element, value, object, &place);
            } else {
                self.element_unknown(&place, key, shape);
            }
        }
        let missing = shape.required & !seen;
        if missing != 0 && !self.full {
            self.missing(shape, missing, at);
        }
        for rule in &shape.rules {
            if !(rule.holds)(object) {
                self.rule_broken(at, rule);
            }
        }
        self.depth -= 1;
    }

    fn missing(&mut self, shape: &'static Shape, missing: u128, at: &At<'_>) {
        let mut last = None;
        for element in &shape.elements {
            if missing & (1 << element.group) != 0 && last != Some(element.group) {
                self.required_missing(&at.key(element.group_name), element.group_name, &shape.name);
                last = Some(element.group);
            }
        }
    }

    /// A second key of one choice: only `valueX` with its own `_valueX` may be.
    fn choice(&mut self, shape: &Shape, element: &Element, object: &Object, at: &At<'_>) {
        let other = |key: &String| {
            let found = shape.find(key.strip_prefix('_').unwrap_or(key));
            found.is_some_and(|found| found.group == element.group && found.name != element.name)
        };
        if object.keys().any(other) {
            self.choice_twice(at, element.group_name);
        }
    }

    fn element(&mut self, element: &'static Element, value: &'v Value, parent: &'v Object, at: &At<'_>) {
        match (element.many, value) {
            (true, Value::Array(items)) => {
                if items.is_empty() {
                    return self.empty(at);
                }
                if items.len() > ITEMS_MAX {
                    return self.items_too_many(at, items.len());
                }
                for (index, item) in items.iter().enumerate() {
                    if self.full {
                        return;
                    }
                    let place = at.item(index);
                    if item.is_null() && element.kind.is_primitive() && has_sibling(parent, &element.name, index) {
                        continue;
                    }
                    self.value(element, item, &place);
                }
            }
            (true, _) => self.type_wrong(at, "an array", "数组"),
            (false, Value::Array(_)) => self.type_wrong(at, "one value, not an array", "单个值而非数组"),
            (false, _) => self.value(element, value, at),
        }
    }

    fn value(&mut self, element: &'static Element, value: &'v Value, at: &At<'_>) {
        if value.is_null() {
            return self.empty(at);
        }
        match &element.kind {
            Kind::Primitive(primitive) => self.primitive(*primitive, value, at),
            Kind::Code(codes) => match value {
                Value::String(code) if codes.contains(&code.as_str()) => {}
                Value::String(code) => self.code_invalid(at, code, codes),
                _ => self.type_wrong(at, "a string", "字符串"),
            },
            Kind::Shape(index) => self.shape(*index, value, at),
            Kind::Reference(targets) => {
                self.shape(self.tables.reference, value, at);
                if let Some(Value::String(text)) = value.get("reference") {
                    self.reference(text, targets, &at.key("reference"));
                }
            }
            Kind::Concept(system, codes) => {
                self.shape(self.tables.concept, value, at);
                if value.is_object() {
                    self.concept(value, system, codes, at);
                }
            }
            Kind::Resource => self.nested_resource(element, value, at),
        }
    }

    fn shape(&mut self, index: usize, value: &'v Value, at: &At<'_>) {
        match value {
            Value::Object(object) => self.object(&self.tables.shapes[index], object, at),
            _ => self.type_wrong(at, "an object", "对象"),
        }
    }

    fn primitive(&mut self, primitive: Primitive, value: &Value, at: &At<'_>) {
        if let Err(wrong) = primitive.check(value) {
            match wrong {
                Wrong::Type(en, zh) => self.type_wrong(at, en, zh),
                Wrong::Empty => self.empty(at),
                other => self.primitive_wrong(at, primitive, value, other),
            }
        }
    }

    fn nested_resource(&mut self, element: &Element, value: &'v Value, at: &At<'_>) {
        if element.name != "contained" {
            if self.nested == Nested::Checked {
                let outer = self.container;
                self.resource(value, at, element.name == "resource");
                self.container = outer;
            }
            return;
        }
        if self.in_contained {
            return self.contained_nested(at);
        }
        if value.as_object().is_some_and(|object| !object.contains_key("id")) {
            self.required_missing(&at.key("id"), "id", "contained");
        }
        self.in_contained = true;
        self.resource(value, at, false);
        self.in_contained = false;
    }

    fn concept(&mut self, value: &Value, system: &str, codes: &[&'static str], at: &At<'_>) {
        let mut wrong = "";
        for coding in value.get("coding").and_then(Value::as_array).into_iter().flatten() {
            let of_system = coding
                .get("system")
                .and_then(Value::as_str)
                .and_then(|uri| uri.strip_prefix("http://terminology.hl7.org/CodeSystem/"))
                == Some(system);
            if let (true, Some(Value::String(code))) = (of_system, coding.get("code")) {
                if codes.contains(&code.as_str()) {
                    return;
                }
                wrong = code;
            }
        }
        self.concept_invalid(at, wrong, system, codes);
    }

    fn reference(&mut self, text: &str, targets: &[&'static str], at: &At<'_>) {
        let Some(reference) = parse_reference(text) else {
            return self.reference_invalid(at, text);
        };
        let contained;
        let kind = match reference {
            Reference::Contained("") => return,
            Reference::Contained(id) => match self.contained(id) {
                Some(found) => {
                    contained = found;
                    contained.get("resourceType").and_then(Value::as_str)
                }
                None => return self.contained_missing(at, id),
            },
            other => other.kind(),
        };
        if let Some(kind) = kind
            && !targets.is_empty()
            && !targets.contains(&kind)
        {
            self.target_wrong(at, kind, targets);
        }
    }

    fn contained(&self, id: &str) -> Option<&'v Value> {
        let items = self.container?.get("contained")?.as_array()?;
        items.iter().find(|item| item.get("id").and_then(Value::as_str) == Some(id))
    }

    /// `_name` beside a primitive: an object with id and extension, or for
    /// arrays an array of such objects and nulls that is as long.
    fn sibling(&mut self, element: &'static Element, value: &'v Value, parent: &'v Object, at: &At<'_>) {
        match (element.many, value) {
            (false, Value::Object(_)) => self.shape(self.tables.bare, value, at),
            (true, Value::Array(items)) => {
                if items.len() > ITEMS_MAX {
                    return self.items_too_many(at, items.len());
                }
                if items.iter().all(Value::is_null) {
                    return self.empty(at);
                }
                let fits = parent
                    .get(&element.name)
                    .is_none_or(|values| values.as_array().is_none_or(|values| values.len() == items.len()));
                if !fits {
                    self.sibling_mismatch(at, &element.name);
                }
                for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
                    self.shape(self.tables.bare, item, &at.item(index));
                }
            }
            _ => self.sibling_mismatch(at, &element.name),
        }
    }
}

/// Whether the null at `index` of a primitive array is made good by an extension.
fn has_sibling(parent: &Object, name: &str, index: usize) -> bool {
    parent.get(&format!("_{name}")).and_then(|siblings| siblings.get(index)).is_some_and(Value::is_object)
}
