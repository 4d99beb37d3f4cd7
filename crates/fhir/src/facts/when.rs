//! When a resource happened: the first of its dates, in the order in which they
//! tell most about it.

use serde_json::Value;

use crate::date::{DateSpan, parse_date};
use crate::display::{first, text};
use crate::kind::ResourceType;

/// The elements that tell the time of a type, best first; a dot goes one deeper.
fn places(kind: ResourceType) -> &'static [&'static str] {
    use ResourceType as T;
    match kind {
        T::Encounter | T::CareTeam | T::Flag | T::Coverage => &["period"],
        T::Condition => &["onsetDateTime", "onsetPeriod", "recordedDate"],
        T::AllergyIntolerance => &["onsetDateTime", "onsetPeriod", "recordedDate", "lastOccurrence"],
        T::Observation => {
            &["effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming.event", "issued"]
        }
        T::DiagnosticReport => &["effectiveDateTime", "effectivePeriod", "issued"],
        T::MedicationRequest => &["authoredOn"],
        T::MedicationStatement => &["effectiveDateTime", "effectivePeriod", "dateAsserted"],
        T::MedicationAdministration => &["effectiveDateTime", "effectivePeriod"],
        T::MedicationDispense => &["whenHandedOver", "whenPrepared"],
        T::Procedure => &["performedDateTime", "performedPeriod"],
        T::Immunization => &["occurrenceDateTime", "recorded"],
        T::ImagingStudy => &["started", "series.started"],
        T::CarePlan => &["period", "created"],
        T::Goal => &["startDate", "statusDate"],
        T::Claim | T::ExplanationOfBenefit => &["created", "billablePeriod"],
        T::DocumentReference => &["date", "context.period"],
        T::Composition | T::FamilyMemberHistory => &["date"],
        T::ServiceRequest => &["authoredOn", "occurrenceDateTime", "occurrencePeriod"],
        T::Media => &["createdDateTime", "createdPeriod", "issued"],
        T::Specimen => &["collection.collectedDateTime", "collection.collectedPeriod", "receivedTime"],
        T::QuestionnaireResponse => &["authored"],
        T::SupplyDelivery => &["occurrenceDateTime", "occurrencePeriod", "occurrenceTiming.event"],
        T::Provenance => &["occurredDateTime", "occurredPeriod", "recorded"],
        T::Patient
        | T::Device
        | T::Organization
        | T::Practitioner
        | T::PractitionerRole
        | T::Location
        | T::Medication
        | T::Substance => &[],
    }
}

/// Start, and end where there is a period that has one.
pub(super) fn when(kind: ResourceType, resource: &Value) -> (Option<i64>, Option<i64>) {
    places(kind).iter().find_map(|place| read(element(resource, place)?)).unwrap_or_default()
}

/// The whole span for date searches; a period that goes on has no end.
pub(super) fn span(kind: ResourceType, resource: &Value) -> Option<DateSpan> {
    let found = places(kind).iter().find_map(|place| element(resource, place).filter(|found| read(found).is_some()))?;
    if let Some(date) = found.as_str() {
        return parse_date(date).ok();
    }
    let bound = |key| text(found, key).and_then(|date| parse_date(date).ok());
    let start = bound("start").map_or(i64::MIN, |span| span.start);
    Some(DateSpan { start, end: bound("end").map_or(i64::MAX, |span| span.end) })
}

fn element<'a>(resource: &'a Value, place: &str) -> Option<&'a Value> {
    match place.split_once('.') {
        Some((outer, inner)) => first(first(resource, outer)?, inner),
        None => first(resource, place),
    }
}

fn read(value: &Value) -> Option<(Option<i64>, Option<i64>)> {
    match value {
        Value::String(date) => parse_date(date).ok().map(|span| (Some(span.start), None)),
        Value::Object(_) => {
            let start = text(value, "start").and_then(|date| parse_date(date).ok()).map(|span| span.start);
            let end = text(value, "end").and_then(end_of);
            (start.is_some() || end.is_some()).then(|| (start.or(end), end))
        }
        _ => None,
    }
}

/// The end of a day, month or year; an instant itself.
fn end_of(date: &str) -> Option<i64> {
    let span = parse_date(date).ok()?;
    Some(if date.contains('T') { span.start } else { span.end })
}
