//! The CapabilityStatement: what is offered, and nothing more.

use super::FhirGateway;
use super::answer::FHIR_JSON;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use fhir::{KindOffer, Offer, Operation, ResourceType, capability_statement};
use http::header;

const EVERYTHING: &[Operation<'_>] =
    &[Operation { name: "everything", definition: "http://hl7.org/fhir/OperationDefinition/Patient-everything" }];

const PERSONAL: &[&str] = &["read", "vread", "update", "history-instance", "create", "search-type"];
const SHARED: &[&str] = &["read", "create", "update", "search-type"];

/// `GET /fhir/metadata`
pub(super) async fn metadata(State(gateway): State<FhirGateway>) -> Response {
    let kinds: Vec<KindOffer<'_>> = (0..i16::MAX)
        .map_while(|code| if code < 256 { Some(ResourceType::from_code(code)) } else { None })
        .flatten()
        .map(|kind| KindOffer {
            kind,
            interactions: if kind.personal() { PERSONAL } else { SHARED },
            versioning: "versioned-update",
            update_creates: true,
            conditional_create: true,
            operations: if kind == ResourceType::Patient { EVERYTHING } else { &[] },
        })
        .collect();
    let offer = Offer { kinds: &kinds, interactions: &["transaction"], operations: &[] };
    let now = kernel::time::rfc3339(gateway.records.db.world().now());
    let mut statement = capability_statement(&gateway.base, env!("CARGO_PKG_VERSION"), &now, &offer);
    super::money::offered(&mut statement);
    ([(header::CONTENT_TYPE, FHIR_JSON)], statement.to_string()).into_response()
}
