//! Answers in FHIR's dialect: resources, and OperationOutcomes for everything
//! that is not done.

use axum::response::{IntoResponse, Response};
use fhir::{Issue, ResourceType, Severity};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use kernel::{Error, RefusalKind};
use records::supply::Rejected;

/// FHIR's JSON.
pub(super) const FHIR_JSON: &str = "application/fhir+json; charset=utf-8";

/// What is not done, on its way out.
#[derive(Debug)]
pub(super) struct Outcome {
    status: StatusCode,
    issues: Vec<Issue>,
    retry: bool,
}

/// An issue of this gateway.
pub(super) fn issue(kind: &'static str, code: &'static str, at: impl Into<String>, en: String, zh: &str) -> Issue {
    Issue { severity: Severity::Error, kind, code, expression: at.into(), en, zh: zh.to_owned() }
}

/// FHIR's word for a refusal of ours (issue-type value set of R4).
fn issue_type(kind: &RefusalKind) -> &'static str {
    match kind.status {
        400 => "invalid",
        401 => "login",
        403 => "forbidden",
        404 => "not-found",
        405 | 406 | 415 => "not-supported",
        409 | 412 => "conflict",
        413 => "too-long",
        429 | 503 => "throttled",
        507 => "no-store",
        500 => "exception",
        _ => "processing",
    }
}

impl Outcome {
    /// Faults in what was sent.
    pub(super) fn of(status: StatusCode, issues: Vec<Issue>) -> Self {
        Self { status, issues, retry: false }
    }
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Self {
        let (kind, field, detail) = web::answer::told(&error);
        let particulars = detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
        let issue = Issue {
            severity: Severity::Error,
            kind: issue_type(kind),
            code: kind.code,
            expression: field.unwrap_or_default().to_owned(),
            en: format!("{}{particulars} {}", kind.en, kind.do_en),
            zh: format!("{}{}", kind.zh, kind.do_zh),
        };
        Self { status: web::answer::status_of(kind), issues: vec![issue], retry: kind.status == 503 }
    }
}

impl From<Rejected> for Outcome {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Issues(issues) => Self::of(StatusCode::UNPROCESSABLE_ENTITY, issues),
            Rejected::Error(error) => error.into(),
        }
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let body = fhir::operation_outcome(&self.issues, "en").to_string();
        let mut response = (self.status, [(header::CONTENT_TYPE, FHIR_JSON)], body).into_response();
        if self.retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Any refusal, as an OperationOutcome.
pub fn refuse(error: Error) -> Response {
    Outcome::from(error).into_response()
}

/// A resource with its version.
pub(super) fn resource(status: StatusCode, json: Vec<u8>, version: i64, recorded_at: i64) -> Response {
    let mut response = (status, [(header::CONTENT_TYPE, FHIR_JSON)], json).into_response();
    versioned(response.headers_mut(), version, recorded_at);
    response
}

/// `ETag` and `Last-Modified` of a version.
pub(super) fn versioned(headers: &mut HeaderMap, version: i64, recorded_at: i64) {
    put(headers, header::ETAG, &format!("W/\"{version}\""));
    put(headers, header::LAST_MODIFIED, &http_date(recorded_at));
}

/// Sets a header to text of our own making.
pub(super) fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// An instant as RFC 9110 writes dates, `Wed, 18 Nov 2026 01:41:00 GMT`.
fn http_date(at: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = kernel::time::rfc3339(at);
    let days = at.div_euclid(kernel::time::DAY);
    let day = DAYS[usize::try_from(days.rem_euclid(7)).unwrap_or(0)];
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or("00");
    let month = part(5, 7).parse::<usize>().unwrap_or(1).clamp(1, 12);
    format!("{day}, {} {} {} {} GMT", part(8, 10), MONTHS[month - 1], part(0, 4), part(11, 19))
}

/// The type in a URL: known and stored, known but not stored, or unknown.
pub(super) fn type_in_url(name: &str) -> Result<ResourceType, Outcome> {
    ResourceType::from_name(name).ok_or_else(|| {
        Outcome::of(
            StatusCode::NOT_FOUND,
            vec![issue(
                "not-supported",
                "fhir.type-unsupported",
                "",
                format!("Resources of type '{name}' are not stored here; /fhir/metadata lists those that are."),
                "此处不存储该类型的资源，见 /fhir/metadata。",
            )],
        )
    })
}

/// FHIR is spoken in JSON only: anything else is refused before it is read.
pub(super) fn json_only(headers: &HeaderMap) -> Result<(), Outcome> {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if matches!(media.as_str(), "" | "application/json" | "application/fhir+json" | "text/json") {
        return Ok(());
    }
    Err(Outcome::of(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        vec![issue(
            "not-supported",
            "fhir.format-unsupported",
            "Content-Type",
            format!("'{media}' cannot be read here; send application/fhir+json."),
            "只接受 application/fhir+json。",
        )],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_http_writes_them() {
        assert_eq!(http_date(1_794_966_000_000_000), "Wed, 18 Nov 2026 01:40:00 GMT");
        assert_eq!(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
