//! Reading single entries and their versions under a grant; each read leaves a
//! durable look before the first byte goes out (U1).

use crate::body;
use crate::rules::entry::{EntryRef, NOBODY};
use crate::store::{self, VersionRow};
use crate::{Records, VIEWED};
use fhir::ResourceType;
use kernel::{Actor, Error};
use std::sync::Arc;
use web::Refusal;

/// A version of an entry, ready to be sent.
#[derive(Debug, Clone)]
pub struct Version {
    /// From 1.
    pub version: i64,
    /// When it came, microseconds UTC.
    pub recorded_at: i64,
    /// The resource's JSON.
    pub json: Vec<u8>,
}

fn version(row: &VersionRow) -> Result<Version, Error> {
    Ok(Version { version: row.version, recorded_at: row.recorded_at, json: body::unpack(&row.body)? })
}

fn of_kind(row: Option<VersionRow>, kind: ResourceType) -> Option<VersionRow> {
    row.filter(|row| row.kind == i64::from(kind.code()))
}

impl Records {
    /// The current version of an entry; the same refusal when it does not exist
    /// and when nothing is open for the caller (K4).
    pub async fn read(&self, actor: &Arc<Actor>, kind: ResourceType, id: &str) -> Result<Version, Error> {
        let place = EntryRef::parse(kind, id).ok_or(Refusal::NotFound)?;
        if place.person == NOBODY {
            let Some(entry) = place.entry else { return Err(Refusal::NotFound.into()) };
            let row = self.db.read(move |sql| Ok(store::shared(sql, entry)?)).await?;
            return version(&of_kind(row, kind).ok_or(Refusal::NotFound)?);
        }
        let grant = self.gate.grant(actor, place.person).await?;
        let (looked, row) = self
            .db
            .read(move |sql| {
                let row = match place.entry {
                    None => store::patient(sql, &grant)?,
                    Some(entry) => store::current(sql, &grant, entry)?,
                };
                Ok((grant, row))
            })
            .await?;
        let found = version(&of_kind(row, kind).ok_or(Refusal::NotFound)?)?;
        self.db.record(place.person.0, looked.look(&VIEWED, format!("{}/{id}", kind.name()))).await?;
        Ok(found)
    }

    /// All versions of a person's entry, newest first.
    pub async fn history(&self, actor: &Arc<Actor>, kind: ResourceType, id: &str) -> Result<Vec<Version>, Error> {
        let place = EntryRef::parse(kind, id).ok_or(Refusal::NotFound)?;
        let Some(entry) = place.entry.filter(|_| place.person != NOBODY) else {
            return Ok(vec![self.read(actor, kind, id).await?]);
        };
        let grant = self.gate.grant(actor, place.person).await?;
        let (looked, rows) = self
            .db
            .read(move |sql| {
                let rows = store::history(sql, &grant, entry)?;
                Ok((grant, rows))
            })
            .await?;
        if rows.first().is_none_or(|row| row.kind != i64::from(kind.code())) {
            return Err(Refusal::NotFound.into());
        }
        let found = rows.iter().map(version).collect::<Result<Vec<_>, _>>()?;
        self.db.record(place.person.0, looked.look(&VIEWED, format!("{}/{id}/_history", kind.name()))).await?;
        Ok(found)
    }
}
