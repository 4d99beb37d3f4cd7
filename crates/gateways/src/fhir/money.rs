//! The money side of FHIR: coverage, eligibility, claims and their answers, what the
//! person sees of a settlement, bills, statements (insurance.md §7.2). Nothing is stored
//! here as a resource: each is written from what the money rooms keep, when it is asked
//! for. `$submit` of a Claim with use `predetermination` has no effect but a quote; with
//! use `claim` it settles.

mod ask;
mod eligibility;
mod read;
mod say;
mod task;

pub(super) use ask::submit;
pub(super) use eligibility::submit as check_eligibility;
pub(super) use read::{of_person, one, search};
pub(super) use task::create as cancel;

use serde_json::{Value, json};

/// What the CapabilityStatement says of these types beside those that are stored.
pub(super) fn offered(statement: &mut Value) {
    let search = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    let rows = [
        ("ClaimResponse", vec!["read", "search-type"], vec![search("patient", "reference")], None),
        ("Invoice", vec!["read", "search-type"], vec![search("patient", "reference")], None),
        ("PaymentReconciliation", vec!["read", "search-type"], vec![search("period", "token")], None),
        ("Task", vec!["create"], vec![], None),
        ("CodeSystem", vec!["read"], vec![], None),
        ("CoverageEligibilityRequest", vec![], vec![], Some("CoverageEligibilityRequest-submit")),
    ];
    let Some(list) = statement.pointer_mut("/rest/0/resource").and_then(Value::as_array_mut) else { return };
    let submit = |definition: &str| json!([{ "name": "submit", "definition": format!("http://hl7.org/fhir/OperationDefinition/{definition}") }]);
    for (kind, interactions, parameters, operation) in rows {
        let interactions: Vec<Value> = interactions.iter().map(|code| json!({ "code": code })).collect();
        let mut row = json!({ "type": kind, "interaction": interactions, "versioning": "no-version" });
        if !parameters.is_empty() {
            row["searchParam"] = Value::Array(parameters);
        }
        if let Some(operation) = operation {
            row["operation"] = submit(operation);
        }
        list.push(row);
    }
    if let Some(claim) = list.iter_mut().find(|row| row.get("type").is_some_and(|kind| kind == "Claim")) {
        claim["operation"] = submit("Claim-submit");
    }
}
