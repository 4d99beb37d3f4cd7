//! Which search parameters a type has, from `definitions/search.txt`.

use std::sync::LazyLock;

use crate::kind::ResourceType;

/// Parameters that every search takes and that steer the answer.
pub(super) const CONTROLS: &[&str] = &["_count", "_sort", "_summary", "_cursor", "_format"];

/// How a parameter looks at a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Id,
    Updated,
    Patient,
    Encounter,
    Date,
    Name,
    Birthdate,
    /// The codes or identifiers of this element.
    Token(&'static str),
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) look: Look,
}

struct Rows {
    rows: Vec<Row>,
    /// Name and FHIR search type, for the CapabilityStatement.
    names: Vec<(&'static str, &'static str)>,
}

/// The search parameters of a type and their FHIR types (`token`, `date`,
/// `reference`, `string`), those of all types first.
pub fn parameters(kind: ResourceType) -> &'static [(&'static str, &'static str)] {
    &rows(kind).names
}

pub(super) fn find(kind: ResourceType, name: &str) -> Option<&'static Row> {
    rows(kind).rows.iter().find(|row| row.name == name)
}

fn rows(kind: ResourceType) -> &'static Rows {
    static TABLE: LazyLock<Vec<Rows>> = LazyLock::new(|| ResourceType::ALL.iter().map(|kind| read(*kind)).collect());
    let place = ResourceType::ALL.iter().position(|other| *other == kind).expect("every type is in ALL");
    &TABLE[place]
}

fn read(kind: ResourceType) -> Rows {
    let text = include_str!("../definitions/search.txt");
    let line = text.lines().find(|line| line.split_whitespace().next() == Some(kind.name()));
    let own = line.into_iter().flat_map(str::split_whitespace).skip(1);
    let mut rows = vec![Row { name: "_id", look: Look::Id }, Row { name: "_lastUpdated", look: Look::Updated }];
    if kind.personal() && kind != ResourceType::Patient {
        rows.push(Row { name: "patient", look: Look::Patient });
    }
    rows.extend(own.map(|word| {
        let (name, meaning) = word.split_once('=').unwrap_or((word, word));
        let look = match meaning {
            "subject" | "patient" => Look::Patient,
            "encounter" => Look::Encounter,
            "date" => Look::Date,
            "name" => Look::Name,
            "birthdate" => Look::Birthdate,
            element => Look::Token(element),
        };
        Row { name, look }
    }));
    let names = rows.iter().map(|row| (row.name, type_of(row.look))).collect();
    Rows { rows, names }
}

fn type_of(look: Look) -> &'static str {
    match look {
        Look::Id | Look::Token(_) => "token",
        Look::Updated | Look::Date | Look::Birthdate => "date",
        Look::Patient | Look::Encounter => "reference",
        Look::Name => "string",
    }
}
