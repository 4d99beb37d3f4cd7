//! Whether a resource should catch the eye: what the laboratory says, else what
//! the range of reference says.

use serde_json::Value;

use super::Flag;
use crate::display::{items, text, unit};
use crate::kind::ResourceType;

pub(super) fn flag(kind: ResourceType, resource: &Value) -> Flag {
    if withdrawn(resource) {
        return Flag::Withdrawn;
    }
    match kind {
        ResourceType::Observation => observation(resource),
        // A high criticality means that the next contact may kill.
        ResourceType::AllergyIntolerance if text(resource, "criticality") == Some("high") => Flag::Critical,
        ResourceType::Condition => severity(resource),
        _ => Flag::None,
    }
}

/// Whether the resource says of itself that it does not hold: whoever reads it must
/// not take its value for a finding.
fn withdrawn(resource: &Value) -> bool {
    let verified = resource.get("verificationStatus").and_then(crate::display::code_of).map(|(_, code)| code);
    let says = |status: &str| matches!(status, "entered-in-error" | "cancelled" | "not-done" | "declined");
    text(resource, "status").is_some_and(says) || matches!(verified, Some("entered-in-error" | "refuted"))
}

fn observation(resource: &Value) -> Flag {
    let own = one(resource);
    items(resource, "component").iter().map(one).fold(own, Flag::max)
}

/// An observation or one of its components.
fn one(result: &Value) -> Flag {
    let interpretations = items(result, "interpretation");
    if interpretations.is_empty() {
        return compared(result).unwrap_or(Flag::None);
    }
    let codes = interpretations.iter().flat_map(|concept| items(concept, "coding")).filter_map(|c| text(c, "code"));
    codes.map(interpreted).fold(Flag::None, Flag::max)
}

/// HL7 v3 ObservationInterpretation.
fn interpreted(code: &str) -> Flag {
    match code {
        "L" | "LU" | "<" | "LX" => Flag::Low,
        "H" | "HU" | ">" | "HX" => Flag::High,
        "LL" | "HH" | "AA" | "L<" | "H>" => Flag::Critical,
        "A" | "POS" | "DET" | "R" | "RR" | "W" | "WR" | "E" | "ND-A" => Flag::Abnormal,
        _ => Flag::None,
    }
}

/// Compares the value with the only range that can be meant: a single one that
/// is normal and for everyone, in the same unit.
fn compared(result: &Value) -> Option<Flag> {
    let quantity = result.get("valueQuantity")?;
    let ranges = items(result, "referenceRange");
    let [range] = ranges else { return None };
    if range.get("appliesTo").is_some() || range.get("age").is_some() || !is_normal(range) {
        return None;
    }
    let number = amount(quantity)?;
    let comparator = text(quantity, "comparator").unwrap_or_default();
    let bound = |key| range.get(key).filter(|bound| unit(bound).is_empty() || unit(bound) == unit(quantity));
    // "< 5" says nothing about a lower bound of 3, and "> 5" nothing about an upper one of 8.
    if let Some(low) = bound("low").and_then(amount)
        && !comparator.starts_with('>')
        && (number < low || (comparator == "<" && number <= low))
    {
        return Some(Flag::Low);
    }
    if let Some(high) = bound("high").and_then(amount)
        && !comparator.starts_with('<')
        && (number > high || (comparator == ">" && number >= high))
    {
        return Some(Flag::High);
    }
    Some(Flag::None)
}

fn is_normal(range: &Value) -> bool {
    range.get("type").is_none_or(|kind| {
        items(kind, "coding").iter().any(|coding| matches!(text(coding, "code"), Some("normal" | "recommended")))
    })
}

/// Only for comparing; what is shown keeps its written digits.
fn amount(quantity: &Value) -> Option<f64> {
    quantity.get("value")?.as_f64()
}

/// SNOMED CT 24484000 is severe.
fn severity(resource: &Value) -> Flag {
    let codings = resource.get("severity").map_or(&[][..], |severity| items(severity, "coding"));
    let severe = codings.iter().any(|coding| matches!(text(coding, "code"), Some("24484000" | "severe")));
    if severe { Flag::Abnormal } else { Flag::None }
}
