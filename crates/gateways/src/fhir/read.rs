//! Reading one resource and its versions.

use super::FhirGateway;
use super::answer::{FHIR_JSON, Outcome, resource, type_in_url};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use records::read::Version;
use web::{Caller, Refusal};

fn answer(version: Version) -> Response {
    resource(StatusCode::OK, version.json, version.version, version.recorded_at)
}

/// `GET /fhir/TYPE/ID`.
pub(super) async fn read(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Outcome> {
    if let Some(found) = super::money::one(&gateway, &actor, &name, &id).await? {
        return Ok(found);
    }
    let found = gateway.records.read(&actor, type_in_url(&name)?, &id).await?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known == Some(format!("W/\"{}\"", found.version).as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(answer(found))
}

/// `GET /fhir/TYPE/ID/_history`.
pub(super) async fn history(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, Outcome> {
    let kind = type_in_url(&name)?;
    let versions = gateway.records.history(&actor, kind, &id).await?;
    let mut body =
        format!("{{\"resourceType\":\"Bundle\",\"type\":\"history\",\"total\":{},\"entry\":[", versions.len())
            .into_bytes();
    for (number, version) in versions.iter().enumerate() {
        if number > 0 {
            body.push(b',');
        }
        let full_url = format!("{}/{}/{id}", gateway.base, kind.name());
        let (method, status) = if version.version == 1 { ("POST", "201") } else { ("PUT", "200") };
        body.extend_from_slice(format!("{{\"fullUrl\":{},\"resource\":", serde_json::Value::from(full_url)).as_bytes());
        body.extend_from_slice(&version.json);
        let tail = format!(
            ",\"request\":{{\"method\":\"{method}\",\"url\":\"{}\"}},\"response\":{{\"status\":\"{status}\",\"etag\":\"W/\\\"{}\\\"\"}}}}",
            kind.name(),
            version.version
        );
        body.extend_from_slice(tail.as_bytes());
    }
    body.extend_from_slice(b"]}");
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, FHIR_JSON)], body).into_response())
}

/// `GET /fhir/TYPE/ID/_history/VERSION`.
pub(super) async fn version(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    Path((name, id, wanted)): Path<(String, String, String)>,
) -> Result<Response, Outcome> {
    let versions = gateway.records.history(&actor, type_in_url(&name)?, &id).await?;
    let found = versions.into_iter().find(|version| version.version.to_string() == wanted);
    let found = found.ok_or_else(|| kernel::Error::from(Refusal::NotFound))?;
    Ok(answer(found))
}
