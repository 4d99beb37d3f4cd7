//! What works without a network: the lists terminals fetch, and what they tell.

use super::{answered, base64, written};
use crate::lists::Lists;
use crate::offline::Told;
use crate::{Credentials, Refusal};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::{Error, Purpose};
use serde::{Deserialize, Serialize};
use web::{Body, Caller, Problem};

/// What `GET /v1/trust` answers and `yima verify --trust` reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustAnswer {
    /// Every key of the region, as JSON, signed.
    pub keys: keys::Envelope,
    /// The issuers of codes, COSE_Sign1, base64url; signed by the same key.
    pub codes: String,
}

impl TrustAnswer {
    /// The two lists of one moment.
    pub fn of(keys: keys::Envelope, lists: &Lists) -> Self {
        Self { keys, codes: base64(&lists.trust) }
    }
}

/// What `GET /v1/revoked` answers and `yima verify --revoked` reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedAnswer {
    /// When it was made, microseconds UTC.
    pub made_at: i64,
    /// Shards, COSE_Sign1 each, base64url.
    pub shards: Vec<String>,
}

/// `GET /v1/trust`: public keys only, for anybody.
pub(super) async fn trust(State(credentials): State<Credentials>) -> Result<Response, Problem> {
    let now = credentials.db.world().now();
    let kept = if let Some(kept) = credentials.lately.trust.get(now) {
        kept
    } else {
        let lists = credentials.lists().await?;
        let keys = credentials.keys.trust_list(credentials.codes.region()).await?;
        credentials.lately.trust.keep(now, written(&TrustAnswer::of(keys, &lists))?)
    };
    Ok(web::answer::json_bytes(StatusCode::OK, kept.to_vec()))
}

/// `GET /v1/revoked`.
pub(super) async fn revoked(State(credentials): State<Credentials>) -> Result<Response, Problem> {
    let lists = credentials.lists().await?;
    let shards = lists.revoked.iter().map(|shard| base64(shard)).collect();
    answered(StatusCode::OK, &RevokedAnswer { made_at: credentials.db.world().now(), shards })
}

#[derive(Debug, Deserialize)]
pub(super) struct ToldAsked {
    acceptances: Vec<ToldOne>,
}

#[derive(Debug, Deserialize)]
struct ToldOne {
    code: String,
    at: i64,
    purpose: String,
    challenge: Option<String>,
    #[serde(default)]
    confirmed: bool,
}

impl TryFrom<ToldOne> for Told {
    type Error = Error;

    fn try_from(one: ToldOne) -> Result<Self, Error> {
        let challenge = one.challenge.map(|text| {
            let bytes = super::bytes(&text, "challenge")?;
            bytes.try_into().map_err(|_length| web::Refusal::BodyInvalid.at("challenge").with("8 bytes"))
        });
        Ok(Self {
            code: one.code,
            at: one.at,
            purpose: Purpose::from_code(&one.purpose).ok_or_else(|| Refusal::PurposeUnknown.at("purpose"))?,
            challenge: challenge.transpose()?,
            confirmed: one.confirmed,
        })
    }
}

#[derive(Serialize)]
struct ToldAnswer {
    results: Vec<&'static str>,
}

/// `POST /v1/scan/offline {acceptances: [{code, at, purpose, challenge, confirmed}]}`:
/// what a terminal accepted without a network; each is kept, again, duplicate or
/// not-believed, in order. A printed code counts only when a clerk looked at the
/// person: `confirmed`.
pub(super) async fn told(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Body(asked): Body<ToldAsked>,
) -> Result<Response, Problem> {
    let told = asked.acceptances.into_iter().map(Told::try_from).collect::<Result<_, _>>()?;
    let outcomes = credentials.tell_offline(&actor, told).await?;
    answered(StatusCode::OK, &ToldAnswer { results: outcomes.into_iter().map(crate::offline::Outcome::word).collect() })
}
