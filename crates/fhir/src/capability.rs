//! The CapabilityStatement: what the server says it can do, built from what the
//! gateway really offers and from the table of search parameters.

use serde_json::{Value, json};

use crate::kind::ResourceType;
use crate::search;

/// What is offered for one type.
#[derive(Debug, Clone)]
pub struct KindOffer<'a> {
    /// The type.
    pub kind: ResourceType,
    /// R4 codes: `read`, `vread`, `update`, `create`, `search-type`, `history-instance` …
    pub interactions: &'a [&'a str],
    /// `no-version`, `versioned` or `versioned-update`.
    pub versioning: &'a str,
    /// Whether a PUT may create with the client's id.
    pub update_creates: bool,
    /// Whether `If-None-Exist` is honoured.
    pub conditional_create: bool,
    /// Operations on this type.
    pub operations: &'a [Operation<'a>],
}

/// An operation such as `$everything`.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// The name without the dollar sign.
    pub name: &'a str,
    /// The canonical address of its OperationDefinition.
    pub definition: &'a str,
}

/// What the whole server offers.
#[derive(Debug, Clone)]
pub struct Offer<'a> {
    /// The types, in the order to be shown.
    pub kinds: &'a [KindOffer<'a>],
    /// R4 codes at the root: `transaction`, `batch`, `search-system` …
    pub interactions: &'a [&'a str],
    /// Operations at the root.
    pub operations: &'a [Operation<'a>],
}

/// The R4 CapabilityStatement of the server at `base`, running `version` of the
/// software; `now` is the dateTime it is true at. Search parameters are listed
/// for types whose interactions include `search-type`.
pub fn capability_statement(base: &str, version: &str, now: &str, offer: &Offer<'_>) -> Value {
    let mut rest = json!({
        "mode": "server",
        "documentation": "JSON only. Unknown search parameters are refused, never ignored.",
        "resource": offer.kinds.iter().map(resource).collect::<Vec<_>>(),
    });
    if !offer.interactions.is_empty() {
        rest["interaction"] = offer.interactions.iter().map(|code| json!({ "code": code })).collect();
    }
    if !offer.operations.is_empty() {
        rest["operation"] = operations(offer.operations);
    }
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": now,
        "kind": "instance",
        "software": { "name": "Yima", "version": version },
        "implementation": { "description": "Yima (一码通) FHIR R4 gateway", "url": base },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [rest],
    })
}

fn resource(offer: &KindOffer<'_>) -> Value {
    let mut row = json!({
        "type": offer.kind.name(),
        "interaction": offer.interactions.iter().map(|code| json!({ "code": code })).collect::<Vec<_>>(),
        "versioning": offer.versioning,
        "readHistory": offer.interactions.contains(&"vread"),
        "updateCreate": offer.update_creates,
        "conditionalCreate": offer.conditional_create,
    });
    if offer.interactions.contains(&"search-type") {
        row["searchParam"] =
            search::parameters(offer.kind).iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect();
    }
    if !offer.operations.is_empty() {
        row["operation"] = operations(offer.operations);
    }
    row
}

fn operations(operations: &[Operation<'_>]) -> Value {
    let rows = operations.iter().map(|one| json!({ "name": one.name, "definition": one.definition }));
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_is_offered_and_nothing_more() {
        let everything =
            Operation { name: "everything", definition: "http://hl7.org/fhir/OperationDefinition/Patient-everything" };
        let kinds = [
            KindOffer {
                kind: ResourceType::Patient,
                interactions: &["read", "search-type"],
                versioning: "versioned",
                update_creates: false,
                conditional_create: true,
                operations: &[everything],
            },
            KindOffer {
                kind: ResourceType::Medication,
                interactions: &["read", "vread"],
                versioning: "versioned",
                update_creates: true,
                conditional_create: false,
                operations: &[],
            },
        ];
        let offer = Offer { kinds: &kinds, interactions: &["transaction"], operations: &[] };
        let statement = capability_statement("http://a.example/fhir", "0.1.0", "2026-11-18T01:41:00Z", &offer);
        let rest = &statement["rest"][0];
        assert_eq!(rest["resource"][0]["type"], "Patient");
        assert_eq!(rest["resource"][0]["operation"][0]["name"], "everything");
        assert_eq!(rest["resource"][0]["searchParam"][0], json!({ "name": "_id", "type": "token" }));
        assert_eq!(rest["resource"][1].get("searchParam"), None);
        assert_eq!(rest["resource"][1]["readHistory"], true);
        assert_eq!(rest["interaction"], json!([{ "code": "transaction" }]));
        assert_eq!(rest.get("operation"), None);
        assert_eq!(statement["fhirVersion"], "4.0.1");
    }
}
