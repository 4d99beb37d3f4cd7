//! The row of an item: its line in the timeline, its digest, its packed body.

use super::{Placed, PreparedRow, Targets, Write};
use crate::body;
use crate::rules::bundle::Item;
use crate::rules::entry::{self, PATIENT_AT};
use crate::store::EntryRow;
use fhir::{Issue, ResourceType};
use kernel::{Fault, FaultKind};
use serde_json::Value;

pub(super) fn row_of(
    item: &Item,
    one: Placed,
    targets: &Targets<'_>,
    now: i64,
    issues: &mut Vec<Issue>,
) -> Result<PreparedRow, Fault> {
    let supplier = targets.supplier;
    let facts = fhir::facts(&item.resource)
        .ok_or_else(|| Fault::broken(format!("a {} without facts passed validation", item.kind.name())))?;
    let patient = item.kind == ResourceType::Patient;
    let mut row = EntryRow {
        person: one.place.person,
        at: if patient { PATIENT_AT } else { facts.at.unwrap_or(now) },
        id: one.id,
        kind: i64::from(item.kind.code()),
        lane: i64::from(facts.lane.code()),
        institution: supplier.institution,
        version: one.existing.map_or(1, |old| old.version + 1),
        recorded_at: now,
        until_at: facts.until,
        flag: i64::from(facts.flag.code()),
        status: facts.status.to_owned(),
        code: facts.code.map(|(system, code)| format!("{system}|{code}")).unwrap_or_default(),
        title: facts.title.into_owned(),
        value: facts.value.into_owned(),
        digest: 0,
        body: Vec::new(),
    };
    let identifiers = super::plan::identifiers_of(&item.resource)
        .into_iter()
        .map(|(system, value)| entry::identifier_digest(item.kind, system, value))
        .collect();
    let fhir_id = one.place.fhir_id();
    let mut led = |reference: &str| targets.of(reference, row.person, &item.at, issues);
    let (digest, json) = finished(&item.resource, &fhir_id, &row, &mut led)?;
    row.digest = digest;
    let foreign = one.existing.is_some_and(|old| old.institution != supplier.institution);
    let write = match one.existing {
        None => Write::Insert,
        Some(old) if one.leave || old.digest == digest => {
            row.version = old.version;
            row.recorded_at = old.recorded_at;
            Write::Nothing
        }
        Some(_) => Write::Replace,
    };
    if write != Write::Nothing {
        row.body = body::pack(&json)?;
    }
    Ok(PreparedRow { write, row, kind: item.kind, fhir_id, identifiers, foreign })
}

/// The resource as it will be given out: our id, version, instant and supplier in
/// front, everything else in the order and with the decimals it came with.
fn finished(
    resource: &Value,
    fhir_id: &str,
    row: &EntryRow,
    led: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<(i64, Vec<u8>), Fault> {
    let mut meta = resource.get("meta").cloned();
    if let Some(meta) = &mut meta {
        fhir::rewrite_references(meta, led);
    }
    let name = resource.get("resourceType").cloned().unwrap_or_default();
    let rest = fhir::write_rewritten(resource, &["resourceType", "id", "meta"], led)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing a resource", error))?;
    let digest = entry::digest(&rest);
    let mut front = serde_json::Map::new();
    front.insert("resourceType".to_owned(), name);
    front.insert("id".to_owned(), fhir_id.into());
    front.insert("meta".to_owned(), Value::Object(meta_of(meta, row)));
    let mut json = Value::Object(front).to_string().into_bytes();
    if rest.len() > 2 {
        json.pop();
        json.push(b',');
        json.extend_from_slice(&rest[1..]);
    }
    Ok((digest, json))
}

fn meta_of(sent: Option<Value>, row: &EntryRow) -> serde_json::Map<String, Value> {
    let mut sent = match sent {
        Some(Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    let source = match sent.get("source").and_then(Value::as_str) {
        Some(own) => format!("urn:yima:institution:{}#{own}", row.institution),
        None => format!("urn:yima:institution:{}", row.institution),
    };
    let mut meta = serde_json::Map::new();
    meta.insert("versionId".to_owned(), row.version.to_string().into());
    meta.insert("lastUpdated".to_owned(), kernel::time::rfc3339(row.recorded_at).into());
    meta.insert("source".to_owned(), source.into());
    for name in ["versionId", "lastUpdated", "source"] {
        sent.shift_remove(name);
    }
    meta.extend(sent);
    meta
}
