//! The gate: finds out who calls and whether the right on the route's line is
//! theirs, before the handler runs.

use crate::actors;
use crate::policy::Policy;
use crate::recent::Recent;
use crate::store;
use crate::tokens::{self, ENROL, PREFIX, TokenKind};
use crate::tries::Tries;
use crate::{Refusal, grant::Grants};
use ::store::Db;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use kernel::{Actor, ActorKind, Error, Fault, FaultKind, Right};
use std::sync::Arc;
use web::caller::cookie;
use web::{Caller, Problem};

/// The session cookie's name.
pub const SESSION_COOKIE: &str = "yima_session";
/// The session cookie of a citizen's phone: another one, sent to `/phone` only, so
/// that a shared browser never mixes a desk's session with a patient's.
pub const PHONE_COOKIE: &str = "yima_phone";
/// Where the phone's cookie is sent.
pub const PHONE_PATH: &str = "/phone";

/// Who may, for the whole node; cheap to clone.
#[derive(Clone)]
pub struct Gate {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    policy: Policy,
    /// Digest of a token → who it signs in and until when.
    known: Recent<[u8; 32], (Arc<Actor>, i64)>,
    grants: Grants,
    tries: Tries,
    secure_cookies: bool,
}

impl Gate {
    /// A gate over a database and a policy; `secure_cookies` unless the node is
    /// reached over plain HTTP on this machine only.
    pub fn new(db: Db, policy: Policy, secure_cookies: bool) -> Self {
        let (known, grants, tries) = (Recent::new(), Grants::new(), Tries::new());
        let inner = Inner { db, policy, known, grants, tries, secure_cookies };
        Self { inner: Arc::new(inner) }
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.inner.policy
    }

    pub(crate) fn grants(&self) -> &Grants {
        &self.inner.grants
    }

    pub(crate) fn tries(&self) -> &Tries {
        &self.inner.tries
    }

    /// The `Set-Cookie` value of a session; a life of 0 takes the cookie away.
    pub fn session_cookie(&self, kind: ActorKind, token: &str, life_micros: i64) -> String {
        let (name, path) = match kind {
            ActorKind::Citizen => (PHONE_COOKIE, PHONE_PATH),
            ActorKind::Staff | ActorKind::Device | ActorKind::System => (SESSION_COOKIE, "/"),
        };
        let secure = if self.inner.secure_cookies { "; Secure" } else { "" };
        let seconds = life_micros / kernel::time::SECOND;
        format!("{name}={token}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
    }

    /// The actor of a token, from memory when it was seen lately.
    pub async fn actor_of(&self, token: &str) -> Result<Arc<Actor>, Error> {
        if !token.starts_with(PREFIX) {
            return Err(Refusal::TokenInvalid.into());
        }
        let digest = tokens::digest(token);
        let now = self.inner.db.world().now();
        if let Some((actor, expires_at)) = self.inner.known.get(&digest) {
            return if now < expires_at { Ok(actor) } else { Err(Refusal::TokenInvalid.into()) };
        }
        let epoch = self.inner.known.epoch();
        let found = self
            .inner
            .db
            .read(move |sql| {
                let Some(token) = store::token(sql, &digest)? else { return Ok(None) };
                Ok(store::actor_by_id(sql, token.actor)?.map(|row| (row, token)))
            })
            .await?;
        let (row, token) = found.ok_or(Refusal::TokenInvalid)?;
        let expires_at = token.expires_at;
        let mut actor = actors::with_rights(&row, &self.inner.policy).ok_or(Refusal::TokenInvalid)?;
        if now >= expires_at {
            return Err(Refusal::TokenInvalid.into());
        }
        if token.kind == TokenKind::Session.code() && token.label == ENROL {
            actor.rights = Arc::from([]);
        }
        let actor = Arc::new(actor);
        self.inner.known.keep(epoch, digest, (actor.clone(), expires_at));
        Ok(actor)
    }

    /// To be called after a token was taken back.
    pub fn forget_token(&self, token: &str) {
        self.inner.known.forget(&tokens::digest(token));
    }

    /// To be called after an actor was changed or disabled.
    pub fn forget_actors(&self) {
        self.inner.known.forget_all();
    }

    /// Who calls: a bearer token, else the session cookie, else nobody.
    async fn caller(&self, shown: Option<Shown>) -> Result<Option<Arc<Actor>>, Error> {
        match shown {
            None => Ok(None),
            Some(Shown::Bearer(token)) => self.actor_of(&token).await.map(Some),
            Some(Shown::Cookie(token)) => match self.actor_of(&token).await {
                Ok(actor) => Ok(Some(actor)),
                // An old cookie is nobody: public pages stay reachable.
                Err(Error::Refused(_)) => Ok(None),
                Err(fault) => Err(fault),
            },
        }
    }

    async fn admit(&self, right: Right, request: &mut Request) -> Result<(), Error> {
        let shown = shown(request)?;
        let caller = self.caller(shown).await?;
        let allowed = match &caller {
            Some(actor) => actor.may(right),
            None if right == kernel::right::PUBLIC => true,
            None => return Err(web::Refusal::SignInNeeded.into()),
        };
        if !allowed {
            return Err(Refusal::RightMissing.error().with(right.name));
        }
        if let Some(actor) = caller {
            request.extensions_mut().insert(Caller(actor));
        }
        Ok(())
    }
}

/// What a request shows to say who calls.
enum Shown {
    Bearer(String),
    Cookie(String),
}

/// Reads it; refuses a form of another site, also one without our cookie: it would
/// sign a browser in as somebody else.
fn shown(request: &Request) -> Result<Option<Shown>, Error> {
    let headers = request.headers();
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        return Ok(Some(Shown::Bearer(token.ok_or(Refusal::TokenInvalid)?.trim().to_owned())));
    }
    if !request.method().is_safe() && !same_site(headers) {
        return Err(Refusal::ForeignForm.into());
    }
    let token = cookie_of(headers, request.uri().path());
    Ok(token.map(|token| Shown::Cookie(token.to_owned())))
}

/// The cookie that signs in on a path: the phone's pages have one of their own.
fn cookie_of<'a>(headers: &'a HeaderMap, path: &str) -> Option<&'a str> {
    cookie(headers, if path.starts_with(PHONE_PATH) { PHONE_COOKIE } else { SESSION_COOKIE })
}

/// The token that signs in a request on a path that the gate let through: for verbs
/// that end the other sessions and keep this one.
pub fn token_of<'a>(headers: &'a HeaderMap, path: &str) -> Option<&'a str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    bearer.and_then(|text| text.strip_prefix("Bearer ")).map(str::trim).or_else(|| cookie_of(headers, path))
}

/// A browser tells where a request comes from; a form of another site is refused.
fn same_site(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    match (origin.and_then(|origin| origin.split("://").nth(1)), host) {
        (Some(origin), Some(host)) => origin == host,
        (None, _) => true,
        _ => false,
    }
}

/// How a refusal at the gate is said: each surface speaks its own dialect.
pub type Say = fn(&HeaderMap, &http::Uri, Error) -> Response;

/// The layer around every handler. What changes something runs to its end also when
/// the client hangs up: else a grant or token could be ended in the database and go
/// on in this node's memory (K3).
pub async fn guard(gate: Gate, right: Right, say: Say, mut request: Request, next: Next) -> Response {
    if let Err(error) = gate.admit(right, &mut request).await {
        return say(request.headers(), request.uri(), error);
    }
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => {
                let fault = Fault::from_source(FaultKind::Busy, "the node stops", error);
                say(&headers, &uri, fault.into())
            }
        },
    }
}

/// Says it as a problem, for `/v1`.
pub fn as_problem(_: &HeaderMap, _: &http::Uri, error: Error) -> Response {
    Problem(error).into_response()
}
