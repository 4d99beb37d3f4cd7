//! Supplying by POST and PUT.

use super::FhirGateway;
use super::answer::{FHIR_JSON, Outcome, issue, json_only, put, resource, type_in_url, versioned};
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, Request, State};
use axum::response::{IntoResponse, Response};
use fhir::{Issue, Limits, ResourceType, Severity};
use http::{HeaderMap, StatusCode, header};
use kernel::Actor;
use kernel::time::rfc3339;
use records::rules::bundle::{self, Deed, Shape};
use records::supply::{Receipt, Supplied, Wish};
use records::{Refusal, Supplier};
use serde_json::{Map, Value};
use web::Caller;

fn supplier(actor: &Actor) -> Result<Supplier, Outcome> {
    let institution = actor.institution.ok_or_else(|| kernel::Error::from(Refusal::SupplierMissing))?;
    Ok(Supplier { institution, actor: actor.id })
}

/// The body as JSON; broken JSON, doubled keys and deep nesting are named.
async fn sent(request: Request, gateway: &FhirGateway) -> Result<(HeaderMap, Value), Outcome> {
    let headers = request.headers().clone();
    json_only(&headers)?;
    let bytes: Bytes = web::caller::read_body(request, gateway).await.map_err(|problem| Outcome::from(problem.0))?;
    let value =
        fhir::parse(&bytes, &Limits::default()).map_err(|issues| Outcome::of(StatusCode::BAD_REQUEST, issues))?;
    Ok((headers, value))
}

fn wish(headers: &HeaderMap, query: Option<&str>) -> Result<Wish, Outcome> {
    let dry = query.is_some_and(|query| query.split('&').any(|pair| pair == "_dryRun=true"));
    let if_version = match headers.get(header::IF_MATCH) {
        None => None,
        Some(value) => {
            let text = value.to_str().unwrap_or_default().trim();
            let number = text.strip_prefix("W/").unwrap_or(text).trim_matches('"').parse();
            Some(number.map_err(|_bad| {
                Outcome::from(web::Refusal::ParameterInvalid.at("If-Match").with("W/\"3\", the version's ETag"))
            })?)
        }
    };
    Ok(Wish { if_version, dry })
}

/// `POST /fhir`: a transaction or a collection, wholly or not at all.
pub(super) async fn bundle(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Outcome> {
    let supplier = supplier(&actor)?;
    let (headers, value) = sent(request, &gateway).await?;
    if value.get("resourceType").and_then(Value::as_str) != Some("Bundle") {
        return Err(Outcome::of(
            StatusCode::BAD_REQUEST,
            vec![issue(
                "invalid",
                "fhir.bundle-expected",
                "resourceType",
                "This address takes a Bundle; send a single resource to /fhir/TYPE.".to_owned(),
                "此地址只接受 Bundle；单个资源请发到 /fhir/类型。",
            )],
        ));
    }
    let receipt = gateway.records.supply(supplier, value, wish(&headers, query.as_deref())?).await?;
    let entries: Vec<Value> = receipt.supplied.iter().map(response_entry).collect();
    let mut answer = Map::new();
    answer.insert("resourceType".into(), "Bundle".into());
    answer.insert("type".into(), "transaction-response".into());
    answer.insert("entry".into(), Value::Array(entries));
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, FHIR_JSON)], Value::Object(answer).to_string()).into_response())
}

fn response_entry(one: &Supplied) -> Value {
    let mut response = Map::new();
    response.insert("status".into(), if one.created { "201 Created" } else { "200 OK" }.into());
    let location = format!("{}/{}/_history/{}", one.kind.name(), one.fhir_id, one.version);
    response.insert("location".into(), location.into());
    response.insert("etag".into(), format!("W/\"{}\"", one.version).into());
    response.insert("lastModified".into(), rfc3339(one.recorded_at).into());
    if one.unchanged {
        response.insert("outcome".into(), fhir::operation_outcome(&[unchanged()], "en"));
    }
    let mut entry = Map::new();
    entry.insert("response".into(), Value::Object(response));
    Value::Object(entry)
}

/// Says of a resource that it was here in just this form.
fn unchanged() -> Issue {
    Issue {
        severity: Severity::Information,
        kind: "informational",
        code: "records.unchanged",
        expression: String::new(),
        en: "unchanged".to_owned(),
        zh: "未变".to_owned(),
    }
}

async fn single(
    gateway: &FhirGateway,
    supplier: Supplier,
    kind: ResourceType,
    value: Value,
    wish: Wish,
    put_id: Option<&str>,
    deed: Deed,
) -> Result<Receipt, Outcome> {
    let mut issues = Vec::new();
    let named = value.get("resourceType").and_then(Value::as_str).unwrap_or_default();
    if named != kind.name() {
        let what = format!("The address names {}, the resource is a '{named}'.", kind.name());
        issues.push(issue("invalid", "fhir.type-mismatch", "resourceType", what, "地址与资源类型不一致。"));
        return Err(Outcome::of(StatusCode::BAD_REQUEST, issues));
    }
    let (_, mut items) = bundle::read(value, &mut issues);
    if issues.iter().any(|issue| issue.severity == fhir::Severity::Error) {
        return Err(Outcome::of(StatusCode::UNPROCESSABLE_ENTITY, issues));
    }
    for item in &mut items {
        item.deed = deed.clone();
        if let Some(id) = put_id {
            if item.own_id.as_deref().is_some_and(|own| own != id) {
                let what = "The resource's id differs from the address.".to_owned();
                issues.push(issue("invalid", "fhir.id-mismatch", "id", what, "资源的 id 与地址不一致。"));
                return Err(Outcome::of(StatusCode::BAD_REQUEST, issues));
            }
            item.own_id = Some(id.to_owned());
        }
    }
    Ok(gateway.records.supply_items(supplier, Shape::Single, items, wish).await?)
}

fn answer_single(gateway: &FhirGateway, receipt: Receipt) -> Response {
    let Some(one) = receipt.supplied.first() else { return StatusCode::NO_CONTENT.into_response() };
    let status = if one.created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = if let Some(json) = receipt.stored {
        resource(status, json, one.version, one.recorded_at)
    } else {
        let mut response = status.into_response();
        versioned(response.headers_mut(), one.version, one.recorded_at);
        response
    };
    let location = format!("{}/{}/{}/_history/{}", gateway.base, one.kind.name(), one.fhir_id, one.version);
    put(response.headers_mut(), header::LOCATION, &location);
    response
}

/// `POST /fhir/TYPE`: a resource whose own id, if it has one, is the sender's name
/// for it, so that the same again makes no second entry.
pub(super) async fn create(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Outcome> {
    let kind = type_in_url(&name)?;
    let supplier = supplier(&actor)?;
    let (headers, value) = sent(request, &gateway).await?;
    let deed = match headers.get("if-none-exist").and_then(|value| value.to_str().ok()) {
        None => Deed::Store,
        Some(condition) => {
            let (system, value) = condition_of(condition, "If-None-Exist")?;
            Deed::StoreUnless { system, value }
        }
    };
    let wish = wish(&headers, query.as_deref())?;
    let receipt = single(&gateway, supplier, kind, value, wish, None, deed).await?;
    Ok(answer_single(&gateway, receipt))
}

fn condition_of(condition: &str, at: &str) -> Result<(String, String), Outcome> {
    let mut issues = Vec::new();
    let query = condition.rsplit_once('?').map_or(condition, |(_, query)| query);
    bundle::identifier_condition(query, at, &mut issues).ok_or(Outcome::of(StatusCode::BAD_REQUEST, issues))
}

/// `PUT /fhir/TYPE/ID`: the next version of an entry, or of the sender's own id.
pub(super) async fn update(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    Path((name, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Outcome> {
    let kind = type_in_url(&name)?;
    let supplier = supplier(&actor)?;
    let (headers, value) = sent(request, &gateway).await?;
    let wish = wish(&headers, query.as_deref())?;
    let receipt = single(&gateway, supplier, kind, value, wish, Some(&id), Deed::Store).await?;
    Ok(answer_single(&gateway, receipt))
}

/// `PUT /fhir/TYPE?identifier=system|value`.
pub(super) async fn update_where(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Outcome> {
    let kind = type_in_url(&name)?;
    let supplier = supplier(&actor)?;
    let (system, identifier) = condition_of(query.as_deref().unwrap_or_default(), "identifier")?;
    let (headers, value) = sent(request, &gateway).await?;
    let wish = wish(&headers, None)?;
    let deed = Deed::Replace { system, value: identifier };
    let receipt = single(&gateway, supplier, kind, value, wish, None, deed).await?;
    Ok(answer_single(&gateway, receipt))
}
