//! The tables of R4: which elements a type has, how often, of which type. They
//! are text under `definitions/`, one line an element, read once.
//!
//! ```text
//! Observation: DomainResource                 a type and what it builds on
//! status        1..1 code(registered|final)   path, cardinality, type with its required codes
//! category      0..* CodeableConcept
//! subject       0..1 Reference(Patient|Group) the types a reference may point at; none: any
//! value[x]      0..1 Quantity string          a choice: one of these types
//! component     0..* Backbone                 an element with elements of its own
//! component.code  1..1 CodeableConcept
//! component.referenceRange 0..* =referenceRange    the same elements as another path
//! ```
//!
//! `code(@name)` takes its codes from `valuesets.txt`; `CodeableConcept(name:a|b)`
//! is bound to HL7's code system of that name; `any` is every type that an
//! extension may carry; `Resource` is a whole resource.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::primitive::Primitive;
use crate::rule::{RULES, Rule};

/// The elements of one type or backbone element.
#[derive(Debug)]
pub(crate) struct Shape {
    /// `Observation`, `HumanName` or `Observation.component`.
    pub(crate) name: String,
    pub(crate) elements: Vec<Element>,
    /// Bits of the groups of which one element must be there.
    pub(crate) required: u128,
    /// Rules that span several of its elements.
    pub(crate) rules: Vec<&'static Rule>,
    /// Open addressing over the names: index into `elements` plus one, 0 is free.
    slots: Vec<u8>,
}

/// One key of a JSON object.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// The name of the choice, `value[x]`, or else the name itself.
    pub(crate) group_name: &'static str,
    /// Bit number; the elements of a choice share it.
    pub(crate) group: u32,
    pub(crate) choice: bool,
    pub(crate) many: bool,
    pub(crate) kind: Kind,
}

/// What the value of an element must be.
#[derive(Debug)]
pub(crate) enum Kind {
    Primitive(Primitive),
    /// A code out of these.
    Code(Vec<&'static str>),
    /// An object of this shape.
    Shape(usize),
    /// A reference to one of these types; none means any.
    Reference(Vec<&'static str>),
    /// A CodeableConcept with a coding of that HL7 code system out of these.
    Concept(&'static str, Vec<&'static str>),
    Resource,
}

impl Kind {
    pub(crate) fn is_primitive(&self) -> bool {
        matches!(self, Self::Primitive(_) | Self::Code(_))
    }
}

impl Shape {
    /// The element of that JSON key.
    pub(crate) fn find(&self, key: &str) -> Option<&Element> {
        let mask = self.slots.len() - 1;
        let mut at = hash(key) & mask;
        loop {
            let index = usize::from(self.slots[at]);
            let element = self.elements.get(index.checked_sub(1)?)?;
            if element.name == key {
                return Some(element);
            }
            at = (at + 1) & mask;
        }
    }

    /// Lays out the look-up table and the required bits after all elements are in.
    fn finish(&mut self) {
        self.slots = vec![0; (self.elements.len() * 2).next_power_of_two().max(4)];
        let mask = self.slots.len() - 1;
        for (index, element) in self.elements.iter().enumerate() {
            let mut at = hash(&element.name) & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = u8::try_from(index + 1).expect("no type has 255 elements");
        }
        self.rules = RULES.iter().filter(|rule| rule.shape == self.name).collect();
    }
}

/// FNV-1a, folded: the names are short and the table is fixed.
fn hash(key: &str) -> usize {
    let mut hash: u32 = 0x811c_9dc5;
    for byte in key.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    (hash ^ (hash >> 15)) as usize
}

/// All tables.
#[derive(Debug)]
pub(crate) struct Definitions {
    pub(crate) shapes: Vec<Shape>,
    resources: HashMap<String, usize>,
    pub(crate) reference: usize,
    pub(crate) concept: usize,
    /// Holds `id` and `extension`: what stands under `_name`.
    pub(crate) bare: usize,
}

impl Definitions {
    /// The shape of a resource type that has a table.
    pub(crate) fn resource(&self, name: &str) -> Option<&Shape> {
        self.resources.get(name).map(|index| &self.shapes[*index])
    }
}

/// The tables, read on first use.
pub(crate) fn definitions() -> &'static Definitions {
    static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| Reader::default().read());
    &DEFINITIONS
}

macro_rules! texts {
    ($($name:literal)*) => { &[$(include_str!(concat!("definitions/", $name, ".txt")),)*] };
}

const VALUE_SETS: &str = include_str!("definitions/valuesets.txt");

#[rustfmt::skip]
const TEXTS: &[&str] = texts!(
    "datatypes" "Bundle" "Parameters" "OperationOutcome" "Patient" "Practitioner" "PractitionerRole"
    "Organization" "Location" "Medication" "Substance" "Encounter" "Condition" "AllergyIntolerance"
    "Observation" "DiagnosticReport" "MedicationRequest" "MedicationStatement"
    "MedicationAdministration" "MedicationDispense" "Procedure" "Immunization" "ImagingStudy"
    "CarePlan" "CareTeam" "Goal" "Claim" "ExplanationOfBenefit" "Coverage" "DocumentReference"
    "Composition" "ServiceRequest" "Device" "Media" "Specimen" "QuestionnaireResponse" "Flag"
    "FamilyMemberHistory" "SupplyDelivery" "Provenance"
);

/// What every type of a base has besides its own lines.
const BASES: &[(&str, &str)] = &[
    ("Element", "id 0..1 string\nextension 0..* Extension"),
    ("BackboneElement", "id 0..1 string\nextension 0..* Extension\nmodifierExtension 0..* Extension"),
    ("Resource", "resourceType 1..1 code\nid 0..1 id\nmeta 0..1 Meta\nimplicitRules 0..1 uri\nlanguage 0..1 code"),
    (
        "DomainResource",
        "resourceType 1..1 code\nid 0..1 id\nmeta 0..1 Meta\nimplicitRules 0..1 uri\nlanguage 0..1 code\n\
         text 0..1 Narrative\ncontained 0..* Resource\nextension 0..* Extension\nmodifierExtension 0..* Extension",
    ),
];

/// The types of an `any` choice.
const ANY: &str = "base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid \
    positiveInt string time unsignedInt uri url uuid Address Age Annotation Attachment CodeableConcept Coding \
    ContactPoint Count Distance Duration HumanName Identifier Money Period Quantity Range Ratio Reference \
    SampledData Signature Timing ContactDetail Contributor DataRequirement Expression ParameterDefinition \
    RelatedArtifact TriggerDefinition UsageContext Dosage Meta";

/// One line of a table.
#[derive(Debug, Clone, Copy)]
struct Line {
    path: &'static str,
    required: bool,
    many: bool,
    types: &'static str,
}

#[derive(Debug)]
struct Section {
    name: &'static str,
    base: &'static str,
    lines: Vec<Line>,
}

#[derive(Default)]
struct Reader {
    value_sets: HashMap<&'static str, Vec<&'static str>>,
    index: HashMap<String, usize>,
    shapes: Vec<Shape>,
}

impl Reader {
    fn read(mut self) -> Definitions {
        for line in VALUE_SETS.lines().filter(|line| !line.starts_with('#')) {
            let (name, codes) = line.split_once(' ').expect("a value set has a name and codes");
            self.value_sets.insert(name, codes.trim().split('|').collect());
        }
        let sections = sections();
        self.add("_", None);
        for section in &sections {
            self.add(section.name, None);
            for line in own_lines(section, &sections) {
                if matches!(line.types, "Backbone" | "Element") {
                    self.add(line.path, Some(section.name));
                }
            }
        }
        self.fill_base("_", "Element");
        for section in &sections {
            let base = if section.base == "Quantity" { "Element" } else { section.base };
            self.fill_base(section.name, base);
            for line in own_lines(section, &sections) {
                self.fill(section.name, *line);
            }
        }
        self.shapes.iter_mut().for_each(Shape::finish);
        let resources = sections
            .iter()
            .filter(|section| section.base.ends_with("Resource"))
            .map(|section| (section.name.to_owned(), self.index[section.name]))
            .collect();
        Definitions {
            resources,
            reference: self.index["Reference"],
            concept: self.index["CodeableConcept"],
            bare: self.index["_"],
            shapes: self.shapes,
        }
    }

    fn add(&mut self, path: &str, section: Option<&str>) {
        let name = section.map_or_else(|| path.to_owned(), |section| format!("{section}.{path}"));
        self.index.insert(name.clone(), self.shapes.len());
        self.shapes.push(Shape { name, elements: Vec::new(), required: 0, rules: Vec::new(), slots: Vec::new() });
    }

    fn fill_base(&mut self, shape: &str, base: &str) {
        let (_, lines) = BASES.iter().find(|row| row.0 == base).expect("the base of a type is known");
        for line in lines.lines() {
            self.put(self.index[shape], "", line_of(line));
        }
    }

    fn fill(&mut self, section: &str, line: Line) {
        let (parent, name) = match line.path.rsplit_once('.') {
            Some((parent, name)) => (format!("{section}.{parent}"), name),
            None => (section.to_owned(), line.path),
        };
        let shape = *self.index.get(&parent).unwrap_or_else(|| panic!("{parent} is a backbone"));
        self.put(shape, section, Line { path: name, ..line });
        if matches!(line.types, "Backbone" | "Element") {
            let base = if line.types == "Element" { "Element" } else { "BackboneElement" };
            self.fill_base(&format!("{section}.{}", line.path), base);
        }
    }

    /// Adds the keys of one line to a shape.
    fn put(&mut self, shape: usize, section: &str, line: Line) {
        let group = self.shapes[shape].elements.last().map_or(0, |last| last.group + 1);
        assert!(group < 128, "no type has 128 groups of elements");
        if line.required {
            self.shapes[shape].required |= 1 << group;
        }
        let choice = line.path.strip_suffix("[x]");
        let types = if line.types == "any" { ANY } else { line.types };
        for token in types.split_whitespace() {
            let kind = self.kind(section, shape, line.path, token);
            let name = choice.map_or_else(|| line.path.to_owned(), |stem| choice_name(stem, token));
            self.shapes[shape].elements.push(Element {
                name,
                group_name: line.path,
                group,
                choice: choice.is_some(),
                many: line.many,
                kind,
            });
        }
    }

    fn kind(&self, section: &str, shape: usize, name: &str, token: &'static str) -> Kind {
        if token == "Backbone" || token == "Element" {
            return Kind::Shape(self.index[&format!("{}.{name}", self.shapes[shape].name)]);
        }
        if let Some(path) = token.strip_prefix('=') {
            return Kind::Shape(self.index[&format!("{section}.{path}")]);
        }
        let (head, arguments) = match token.strip_suffix(')').and_then(|token| token.split_once('(')) {
            Some((head, arguments)) => (head, Some(arguments)),
            None => (token, None),
        };
        match (head, arguments) {
            ("code", Some(codes)) => Kind::Code(self.codes(codes)),
            ("Reference", targets) => Kind::Reference(targets.map_or_else(Vec::new, |list| list.split('|').collect())),
            ("CodeableConcept", Some(binding)) => {
                let (system, codes) = binding.split_once(':').expect("a bound concept names its code system");
                Kind::Concept(system, self.codes(codes))
            }
            ("Resource", None) => Kind::Resource,
            (name, None) => Primitive::from_name(name).map_or_else(
                || Kind::Shape(*self.index.get(name).unwrap_or_else(|| panic!("{name} is a known type"))),
                Kind::Primitive,
            ),
            (name, Some(_)) => panic!("{name} takes no list"),
        }
    }

    fn codes(&self, list: &'static str) -> Vec<&'static str> {
        match list.strip_prefix('@') {
            Some(name) => self.value_sets.get(name).unwrap_or_else(|| panic!("the value set {name} is known")).clone(),
            None => list.split('|').collect(),
        }
    }
}

/// `value` and `SimpleQuantity` make `valueQuantity`.
fn choice_name(stem: &str, token: &str) -> String {
    let head = token.split('(').next().unwrap_or(token);
    let head = if head == "SimpleQuantity" { "Quantity" } else { head };
    let mut letters = head.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    stem.chars().chain(first).chain(letters).collect()
}

fn own_lines<'s>(section: &'s Section, sections: &'s [Section]) -> &'s [Line] {
    if section.base == "Quantity" {
        return &sections.iter().find(|other| other.name == "Quantity").expect("Quantity has a table").lines;
    }
    &section.lines
}

fn sections() -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in TEXTS.iter().flat_map(|text| text.lines()).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.split_once(": ") {
            Some((name, base)) => sections.push(Section { name, base, lines: Vec::new() }),
            None => sections.last_mut().expect("a table begins with its type").lines.push(line_of(line)),
        }
    }
    sections
}

fn line_of(line: &'static str) -> Line {
    let (path, rest) = line.split_once(' ').expect("a line has a path");
    let (cardinality, types) = rest.trim_start().split_once(' ').expect("a line has a cardinality and a type");
    let (required, many) = match cardinality {
        "0..1" => (false, false),
        "1..1" => (true, false),
        "0..*" => (false, true),
        "1..*" => (true, true),
        other => panic!("{other} is no cardinality"),
    };
    Line { path, required, many, types: types.trim() }
}
