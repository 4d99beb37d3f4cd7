//! `/v1/keys`: what a running node is asked about its keys by `yima key`. Public
//! parts only.

use crate::ring::Keys;
use crate::rotate::Begins;
use crate::rules::key::Key;
use crate::rules::plan::Use;
use crate::{MANAGE, Refusal};
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use kernel::time::rfc3339;
use kernel::{Error, Fault, FaultKind, InstitutionId};
use serde::{Deserialize, Serialize};
use web::{Body, Caller, Problem, Route};

/// The routes.
pub fn routes(keys: &Keys) -> Vec<Route> {
    vec![
        Route::get("/v1/keys", MANAGE, list, keys),
        Route::post("/v1/keys/rotate", MANAGE, rotate, keys),
        Route::post("/v1/keys/{kid}/revoke", MANAGE, revoke, keys),
    ]
}

/// A key as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Its name, 16 hexadecimal digits.
    pub kid: String,
    /// What it is for.
    #[serde(rename = "use")]
    pub used: String,
    /// The institution it belongs to.
    pub site: Option<String>,
    /// The byte of its suite; 0 for a secret.
    pub suite: u8,
    /// Where it stands.
    pub state: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// Signs nothing before, RFC 3339.
    pub not_before: String,
    /// Nothing signed by it counts from here on, RFC 3339.
    pub not_after: String,
    /// Why it was revoked; empty else.
    pub reason: String,
}

impl From<&Key> for View {
    fn from(key: &Key) -> Self {
        Self {
            kid: key.kid.to_string(),
            used: key.used.name().to_owned(),
            site: key.site.map(|site| site.to_string()),
            suite: key.suite,
            state: key.state.name().to_owned(),
            created_at: rfc3339(key.created_at),
            not_before: rfc3339(key.not_before),
            not_after: rfc3339(key.not_after),
            reason: key.reason.clone(),
        }
    }
}

fn answered(status: StatusCode, answer: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(answer)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing keys as JSON", error))?;
    Ok(web::answer::json_bytes(status, body))
}

#[derive(Serialize)]
struct ListAnswer {
    keys: Vec<View>,
}

async fn list(State(keys): State<Keys>) -> Result<Response, Problem> {
    answered(StatusCode::OK, &ListAnswer { keys: keys.list().iter().map(View::from).collect() })
}

#[derive(Debug, Deserialize)]
struct RotateAsked {
    #[serde(rename = "use")]
    used: String,
    site: Option<String>,
    /// Whether the successor signs at once.
    #[serde(default)]
    at_once: bool,
}

/// What a use and a site are called, or the refusal that says which is wrong.
pub fn named(used: &str, site: Option<&str>) -> Result<(Use, Option<InstitutionId>), Error> {
    let used = Use::from_name(used).filter(|used| used.plan().signs).ok_or_else(|| {
        let words: Vec<&str> = Use::ALL.iter().filter(|used| used.plan().signs).map(|used| used.name()).collect();
        Refusal::WrongUse.at("use").with(words.join(", "))
    })?;
    let site = match site {
        Some(text) => Some(text.parse().map_err(|_bad| Refusal::WrongUse.at("site"))?),
        None => None,
    };
    Ok((used, site))
}

async fn rotate(
    State(keys): State<Keys>,
    Caller(actor): Caller,
    Body(asked): Body<RotateAsked>,
) -> Result<Response, Problem> {
    let (used, site) = named(&asked.used, asked.site.as_deref())?;
    let begins = if asked.at_once { Begins::AtOnce } else { Begins::AfterLead };
    let key = keys.rotate(used, site, begins, Some(actor.id)).await?;
    answered(StatusCode::CREATED, &View::from(&key))
}

#[derive(Debug, Deserialize)]
struct RevokeAsked {
    reason: String,
}

#[derive(Serialize)]
struct RevokeAnswer {
    kid: String,
    /// Who signs instead.
    successor: Option<View>,
}

async fn revoke(
    State(keys): State<Keys>,
    Caller(actor): Caller,
    Path(kid): Path<String>,
    Body(asked): Body<RevokeAsked>,
) -> Result<Response, Problem> {
    let named = kid.parse().map_err(|_bad| Refusal::KeyUnknown.at("kid"))?;
    let successor = keys.revoke(named, &asked.reason, Some(actor.id)).await?;
    answered(StatusCode::OK, &RevokeAnswer { kid, successor: successor.as_ref().map(View::from) })
}
