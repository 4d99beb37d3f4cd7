//! What a handler is told about the request: who calls, in which language.

use crate::answer::Problem;
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Request};
use http::request::Parts;
use http::{HeaderMap, header};
use kernel::Actor;
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use std::sync::Arc;

use crate::words::Lang;

kernel::refusals! {
    /// Why a request cannot be read at all.
    pub enum Refusal {
        /// Nobody is signed in.
        SignInNeeded = 401 "web.sign-in-needed",
            "Nobody is signed in.", "还没有登录。",
            "Sign in, or send a bearer token.", "请先登录，或携带令牌。";
        /// The body is not the JSON this route takes.
        BodyInvalid = 400 "web.body-invalid",
            "The body is not the JSON this route takes.", "请求内容不是此接口要的 JSON。",
            "Compare it with the description of the route.", "请对照接口说明修改。";
        /// The body is over the limit.
        BodyTooLarge = 413 "web.body-too-large",
            "The body is over this route's limit.", "请求内容超过上限。",
            "Send it in smaller parts.", "请分成几份发送。";
        /// Nothing is here, or nothing this caller may know of.
        NotFound = 404 "web.not-found",
            "There is nothing here that you can see.", "这里没有您能看到的内容。",
            "Check the address and the id.", "请核对网址和编号。";
        /// The path exists, the method does not.
        MethodNotAllowed = 405 "web.method-not-allowed",
            "This address does not take this method.", "此地址不支持这种请求方式。",
            "See the Allow header.", "请看 Allow 头。";
        /// A header or parameter has a wrong form.
        ParameterInvalid = 400 "web.parameter-invalid",
            "A parameter has a form that cannot be read.", "参数格式不对。",
            "Correct the named parameter.", "请改正所指的参数。";
    }
}

/// The signed-in actor, put into the request by the gate before the handler.
#[derive(Debug, Clone)]
pub struct Caller(
    /// Who calls.
    pub Arc<Actor>,
);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Refusal::SignInNeeded.error().into())
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

/// A cookie's value by name.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(|line| line.split(';').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=')))
}

/// The name of the cookie that remembers the language.
pub const LANG_COOKIE: &str = "yima_lang";

impl<S: Send + Sync> FromRequestParts<S> for Lang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("lang=")));
        let accept = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(Self::choose(query, cookie(&parts.headers, LANG_COOKIE), accept))
    }
}

/// A JSON body whose faults are told as problems with the field to blame.
#[derive(Debug)]
pub struct Body<T>(
    /// The value read.
    pub T,
);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = read_body(request, state).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Refusal::BodyInvalid.error().with(error.to_string()).into())
    }
}

/// The whole body, or the refusal that it is too large.
pub async fn read_body<S: Send + Sync>(request: Request, state: &S) -> Result<axum::body::Bytes, Problem> {
    axum::body::Bytes::from_request(request, state).await.map_err(|rejection| {
        let refusal = if rejection.status() == http::StatusCode::PAYLOAD_TOO_LARGE {
            Refusal::BodyTooLarge
        } else {
            Refusal::BodyInvalid
        };
        refusal.error().into()
    })
}
