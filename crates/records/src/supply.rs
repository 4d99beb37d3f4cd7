//! Supplying: a bundle or a single resource becomes entries, wholly or not at
//! all, in one transaction that also holds the event. The same again changes
//! nothing and makes no new version.

use crate::body;
use crate::prepare::{self, Beforehand, Prepared, Write};
use crate::rules::bundle::{self, Item, Shape};
use crate::rules::entry::Supplier;
use crate::store;
use crate::{Records, Refusal, SUPPLIED};
use ::store::{Event, Tx};
use fhir::{Issue, ResourceType, Severity};
use kernel::{Error, Fault, FaultKind, PersonId};
use serde_json::Value;
use std::sync::Arc;

/// How often a bundle is prepared again when somebody else wrote the same
/// entries meanwhile.
const TRIES_MAX: usize = 4;

/// What became of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplied {
    /// Its type.
    pub kind: ResourceType,
    /// Its FHIR id here.
    pub fhir_id: String,
    /// Its version now.
    pub version: i64,
    /// When that version came.
    pub recorded_at: i64,
    /// Whether it is new.
    pub created: bool,
    /// Whether it was here in just this form.
    pub unchanged: bool,
}

/// What became of what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Whether a bundle or a single resource was sent.
    pub single: bool,
    /// One for each resource, in the order sent.
    pub supplied: Vec<Supplied>,
    /// Persons described by the bundle, new or known.
    pub persons: Vec<PersonId>,
    /// A single resource as it was stored; nothing when it was here already.
    pub stored: Option<Vec<u8>>,
}

/// Why nothing was stored.
#[derive(Debug)]
pub enum Rejected {
    /// The content has faults; all that were found.
    Issues(Vec<Issue>),
    /// Anything else.
    Error(Error),
}

impl From<Error> for Rejected {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::Issues(issues) => {
                for (number, issue) in issues.iter().filter(|issue| issue.severity == Severity::Error).enumerate() {
                    if number > 0 {
                        f.write_str("; ")?;
                    }
                    write!(f, "{} at {}: {}", issue.code, issue.expression, issue.en)?;
                }
                Ok(())
            }
        }
    }
}

/// A person who arrives with everything that institutions know of them.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Who.
    pub person: PersonId,
    /// What each institution supplies, opening with its Patient resource.
    pub supplies: Vec<(Supplier, Vec<Item>)>,
}

/// What a sender asks beside the content.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    /// The version an update must meet (`If-Match`).
    pub if_version: Option<i64>,
    /// Find faults, store nothing.
    pub dry: bool,
}

fn errors_in(issues: &[Issue]) -> bool {
    issues.iter().any(|issue| issue.severity == Severity::Error)
}

impl Records {
    /// Supplies what was sent.
    pub async fn supply(&self, supplier: Supplier, sent: Value, wish: Wish) -> Result<Receipt, Rejected> {
        let mut issues = Vec::new();
        let (shape, items) = bundle::read(sent, &mut issues);
        if errors_in(&issues) {
            return Err(Rejected::Issues(issues));
        }
        self.supply_items(supplier, shape, items, wish).await
    }

    /// Supplies items that were read already.
    pub async fn supply_items(
        &self,
        supplier: Supplier,
        shape: Shape,
        items: Vec<Item>,
        wish: Wish,
    ) -> Result<Receipt, Rejected> {
        let items: Arc<[Item]> = items.into();
        for _ in 0..TRIES_MAX {
            let prepared = prepare::prepare(&self.db, &self.index, supplier, &items, Beforehand::Nothing)
                .await?
                .map_err(Rejected::Issues)?;
            may(&prepared, wish)?;
            let prepared = Arc::new(prepared);
            match self.write(supplier, prepared.clone(), wish.dry).await {
                Ok(()) => return Ok(receipt(&prepared, shape)?),
                Err(Error::Fault(fault)) if matches!(fault.kind, FaultKind::Duplicate | FaultKind::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Rejected::Error(Refusal::Contended.into()))
    }

    async fn write(&self, supplier: Supplier, prepared: Arc<Prepared>, dry: bool) -> Result<(), Error> {
        let home = prepared.rows.iter().map(|one| one.row.person.0).find(|person| *person != 0).unwrap_or(0);
        let index = self.index.clone();
        let work = move |tx: &mut Tx<'_>| write_one(tx, &index, supplier, &prepared);
        if dry { self.db.dry_run(home, work).await } else { self.db.write(home, work).await }
    }

    /// Loads persons in bulk: trusted, not validated, one transaction for all. `first`
    /// runs in front in the same transaction and makes the persons; each comes with
    /// what each institution supplied, every supply opening with its Patient
    /// resource. For the town and benchmarks.
    pub async fn load(
        &self,
        persons: Vec<Arrival>,
        first: impl Fn(&mut Tx<'_>) -> Result<(), Error> + Send + 'static,
    ) -> Result<(), Error> {
        let mut bundles = Vec::with_capacity(persons.len() * 2);
        for Arrival { person, supplies } in persons {
            for (supplier, items) in supplies {
                let prepared =
                    prepare::prepare(&self.db, &self.index, supplier, &items.into(), Beforehand::NoEntries { person })
                        .await?
                        .map_err(|issues| Fault::broken(Rejected::Issues(issues).to_string()))?;
                bundles.push((supplier, prepared));
            }
        }
        let index = self.index.clone();
        let first_row = bundles.iter().find_map(|(_, one)| one.rows.first());
        let home = first_row.map_or(0, |one| one.row.person.0);
        self.db
            .write(home, move |tx| {
                first(tx)?;
                bundles.iter().try_for_each(|(supplier, prepared)| write_one(tx, &index, *supplier, prepared))
            })
            .await
    }

    /// How many entries are stored.
    pub async fn count(&self) -> Result<i64, Error> {
        self.db.read(|sql| Ok(store::count(sql)?)).await
    }
}

/// An entry is changed by its supplier only, and only in the version named.
fn may(prepared: &Prepared, wish: Wish) -> Result<(), Error> {
    for one in &prepared.rows {
        if one.foreign && one.write == Write::Replace {
            return Err(Refusal::NotSupplier.into());
        }
        let now = match one.write {
            Write::Insert => 0,
            Write::Replace => one.row.version - 1,
            Write::Nothing => one.row.version,
        };
        if wish.if_version.is_some_and(|wanted| wanted != now) {
            let says =
                if now == 0 { "there is no such entry".to_owned() } else { format!("the entry is at version {now}") };
            return Err(Refusal::VersionStale.at("If-Match").with(says));
        }
    }
    Ok(())
}

fn stale() -> Error {
    Fault::new(FaultKind::Duplicate, "an entry changed while it was prepared").into()
}

fn write_one(tx: &mut Tx<'_>, index: &identity::Index, supplier: Supplier, prepared: &Prepared) -> Result<(), Error> {
    for one in &prepared.described {
        if one.vouched {
            identity::link(tx, index, supplier.institution, one.person, &one.identifiers)?;
            continue;
        }
        let found =
            identity::resolve_as(tx, index, supplier.institution, one.person, &one.demographics, &one.identifiers)?;
        if found.person != one.person || found.created == one.known {
            return Err(stale());
        }
    }
    let mut written = 0usize;
    for one in &prepared.rows {
        match one.write {
            Write::Insert => store::insert(tx, &one.row),
            Write::Replace => {
                if !store::replace(tx, &one.row)? {
                    return Err(stale());
                }
                store::remove_identifiers(tx, one.row.person, one.row.id)?;
            }
            Write::Nothing => continue,
        }
        written += 1;
        for digest in &one.identifiers {
            store::insert_identifier(tx, one.row.person, digest, one.row.id);
        }
    }
    if written > 0 {
        let person = prepared.rows.iter().map(|one| one.row.person).find(|person| person.0 != 0);
        tx.event(Event {
            person,
            actor: Some(supplier.actor),
            institution: Some(supplier.institution),
            object: format!("{written} entries"),
            ..Event::of(&SUPPLIED)
        });
    }
    Ok(())
}

fn receipt(prepared: &Prepared, shape: Shape) -> Result<Receipt, Error> {
    let single = shape == Shape::Single;
    let stored = match prepared.rows.first() {
        Some(one) if single && one.write != Write::Nothing => Some(body::unpack(&one.row.body)?),
        _ => None,
    };
    Ok(Receipt {
        single,
        stored,
        persons: prepared.described.iter().map(|one| one.person).collect(),
        supplied: prepared
            .rows
            .iter()
            .map(|one| Supplied {
                kind: one.kind,
                fhir_id: one.fhir_id.clone(),
                version: one.row.version,
                recorded_at: one.row.recorded_at,
                created: one.write == Write::Insert,
                unchanged: one.write == Write::Nothing,
            })
            .collect(),
    })
}
