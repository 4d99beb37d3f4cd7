//! `/v1` routes of access: enrolling machines, giving and taking tokens.

use crate::actors::{NewActor, enrol};
use crate::gate::Gate;
use crate::tokens::{self, TokenKind};
use crate::{MANAGE_ACTORS, Refusal};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::time::DAY;
use kernel::{ActorKind, InstitutionId};
use serde::Deserialize;
use serde_json::json;
use web::{Body, Problem, Route};

/// The routes.
pub fn routes(gate: &Gate) -> Vec<Route> {
    vec![
        Route::post("/v1/tokens", MANAGE_ACTORS, give, gate),
        Route::post("/v1/tokens/take", MANAGE_ACTORS, take, gate),
    ]
}

/// A machine to be enrolled, with the life of its token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Give {
    /// A machine's role: `his`, `kiosk`.
    role: String,
    /// The institution's id.
    institution: Option<String>,
    /// What it is for.
    label: String,
    /// Days the token is valid.
    days: u16,
}

/// Characters of a label at most: it is shown to people as a name.
const LABEL_MAX: usize = 200;

async fn give(State(gate): State<Gate>, Body(asked): Body<Give>) -> Result<Response, Problem> {
    if asked.label.trim().is_empty() || asked.label.chars().count() > LABEL_MAX {
        return Err(web::Refusal::ParameterInvalid.at("label").with(format!("1 to {LABEL_MAX} characters")).into());
    }
    let institution: Option<InstitutionId> = match asked.institution.as_deref() {
        None => None,
        Some(text) => Some(text.parse().map_err(|_bad| web::Refusal::ParameterInvalid.at("institution"))?),
    };
    let kind = match asked.role.as_str() {
        "his" => ActorKind::System,
        "kiosk" => ActorKind::Device,
        // People sign in themselves; a bearer token would go round their second factor.
        _ => return Err(Refusal::RoleUnknown.at("role").with("his or kiosk").into()),
    };
    let new = NewActor {
        kind,
        name: asked.label.clone(),
        role: asked.role,
        institution,
        place: String::new(),
        person: None,
        login: None,
    };
    let (policy, label, life) = (gate.policy().clone(), asked.label, i64::from(asked.days) * DAY);
    let (actor, token) = gate
        .db()
        .write(0, move |tx| {
            let actor = enrol(tx, &policy, &new)?;
            Ok((actor, tokens::give(tx, actor, TokenKind::Bearer, &label, life)))
        })
        .await?;
    let body = json!({ "actor": actor.to_string(), "token": token }).to_string().into_bytes();
    Ok(web::answer::json_bytes(StatusCode::CREATED, body))
}

/// A token to be taken back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Take {
    /// Its text.
    token: String,
}

async fn take(State(gate): State<Gate>, Body(asked): Body<Take>) -> Result<Response, Problem> {
    let token = asked.token.clone();
    let taken = gate.db().write(0, move |tx| tokens::take(tx, &token)).await?;
    gate.forget_token(&asked.token);
    if !taken {
        return Err(Refusal::TokenInvalid.at("token").into());
    }
    Ok(web::answer::json_bytes(StatusCode::OK, b"{\"taken\":true}".to_vec()))
}
