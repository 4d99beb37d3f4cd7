//! Answers: JSON, problems (RFC 9457) and what a fault looks like from outside.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use kernel::{Error, FaultKind, RefusalKind};
use serde_json::{Value, json};

/// A refusal or a fault on its way to a program.
#[derive(Debug)]
pub struct Problem(
    /// Why it was not done.
    pub Error,
);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<kernel::Fault> for Problem {
    fn from(fault: kernel::Fault) -> Self {
        Self(fault.into())
    }
}

/// How a fault is answered: the world's failing, in words that help.
pub fn fault_kind(kind: FaultKind) -> &'static RefusalKind {
    const BUSY: RefusalKind = RefusalKind {
        code: "node.busy",
        status: 503,
        en: "Too much is waiting here.",
        zh: "系统正忙。",
        do_en: "Send the same request again in a few seconds.",
        do_zh: "请过几秒再发同一请求。",
    };
    const FULL: RefusalKind = RefusalKind {
        code: "node.disk-full",
        status: 507,
        en: "The disk is full: nothing was written, reading goes on.",
        zh: "磁盘已满：没有写入，仍可查询。",
        do_en: "Tell the operator; send the same request again when there is room.",
        do_zh: "请通知运维，腾出空间后重发同一请求。",
    };
    const LOST: RefusalKind = RefusalKind {
        code: "node.outcome-unknown",
        status: 503,
        en: "The database went away: whether it was done is not known.",
        zh: "数据库中断：是否完成尚不确定。",
        do_en: "Send the same request with the same Idempotency-Key again.",
        do_zh: "请用同一幂等键重发同一请求。",
    };
    const BROKEN: RefusalKind = RefusalKind {
        code: "node.broken",
        status: 500,
        en: "Something that must hold does not; the operator is told.",
        zh: "系统内部出错，已通知运维。",
        do_en: "Nothing was half done. Try again later.",
        do_zh: "没有留下一半的结果，请稍后再试。",
    };
    match kind {
        FaultKind::Busy | FaultKind::Conflict => &BUSY,
        FaultKind::Full => &FULL,
        FaultKind::Lost => &LOST,
        FaultKind::Duplicate | FaultKind::Broken => &BROKEN,
    }
}

/// The kind, field and particulars of any error; a fault is logged here, once.
pub fn told(error: &Error) -> (&'static RefusalKind, Option<&str>, Option<&str>) {
    match error {
        Error::Refused(refused) => (refused.kind, refused.field.as_deref(), refused.detail.as_deref()),
        Error::Fault(fault) => {
            if matches!(fault.kind, FaultKind::Busy) {
                tracing::warn!(error = %fault, "a request was turned away");
            } else {
                tracing::error!(error = %fault, "a request failed");
            }
            (fault_kind(fault.kind), None, None)
        }
    }
}

/// The body of a problem: fact and remedy in English and Chinese.
pub fn problem_body(kind: &RefusalKind, field: Option<&str>, detail: Option<&str>) -> Value {
    let mut body = json!({
        "type": format!("urn:yima:refusal:{}", kind.code),
        "title": kind.en,
        "status": kind.status,
        "code": kind.code,
        "hint": kind.do_en,
        "zh": { "title": kind.zh, "hint": kind.do_zh },
    });
    if let Some(field) = field {
        body["field"] = field.into();
    }
    if let Some(detail) = detail {
        body["detail"] = detail.into();
    }
    body
}

/// The HTTP status of a refusal.
pub fn status_of(kind: &RefusalKind) -> StatusCode {
    StatusCode::from_u16(kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (kind, field, detail) = told(&self.0);
        let mut response = (
            status_of(kind),
            [(header::CONTENT_TYPE, "application/problem+json")],
            problem_body(kind, field, detail).to_string(),
        )
            .into_response();
        if kind.status == 503 {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        if kind.status == 401 {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// JSON bytes that are ready.
pub fn json_bytes(status: StatusCode, body: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
