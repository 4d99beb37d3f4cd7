//! `/v1` routes of the directory.

use crate::rules::institution::Institution;
use crate::{Directory, READ};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use web::{Problem, Route};

/// The routes.
pub fn routes(directory: &Directory) -> Vec<Route> {
    vec![Route::get("/v1/institutions", READ, institutions, directory)]
}

#[derive(Serialize)]
struct Answer<'a> {
    institutions: Vec<View<'a>>,
}

#[derive(Serialize)]
struct View<'a> {
    id: String,
    code: &'a str,
    name: &'a str,
    name_en: &'a str,
    region: &'a str,
    level: &'a str,
}

fn view(one: &Institution) -> View<'_> {
    View {
        id: one.id.to_string(),
        code: &one.code,
        name: &one.name,
        name_en: &one.name_en,
        region: &one.region,
        level: &one.level,
    }
}

async fn institutions(State(directory): State<Directory>) -> Result<Response, Problem> {
    let all = directory.all();
    let answer = Answer { institutions: all.iter().map(|one| view(one)).collect() };
    let body = serde_json::to_vec(&answer).map_err(|error| {
        kernel::Fault::from_source(kernel::FaultKind::Broken, "writing the directory as JSON", error)
    })?;
    Ok(web::answer::json_bytes(StatusCode::OK, body))
}
