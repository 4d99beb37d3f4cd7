//! `/v1` routes of records.

use crate::rules::entry::{EntryRef, PATIENT_AT};
use crate::store::LineRow;
use crate::timeline::{LINES_MAX, Stretch, Timeline};
use crate::{READ, Records};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use fhir::{Flag, Lane, ResourceType};
use http::StatusCode;
use kernel::time::rfc3339;
use kernel::{InstitutionId, PersonId};
use serde::{Deserialize, Serialize};
use web::{Caller, Problem, Refusal, Route};

/// The routes.
pub fn routes(records: &Records) -> Vec<Route> {
    vec![Route::get("/v1/persons/{person}/timeline", READ, timeline, records)]
}

#[derive(Debug, Deserialize)]
struct Asked {
    from: Option<String>,
    to: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    person: String,
    from: String,
    to: String,
    grant: GrantView,
    entries: Vec<Line<'a>>,
    complete: bool,
    newest_before: Option<String>,
}

#[derive(Serialize)]
struct GrantView {
    id: Option<String>,
    purpose: &'static str,
    until: String,
}

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    r#type: &'static str,
    lane: &'static str,
    at: String,
    until: Option<String>,
    title: &'a str,
    value: &'a str,
    flag: &'static str,
    code: &'a str,
    institution: String,
    institution_name: String,
    own: bool,
}

async fn timeline(
    State(records): State<Records>,
    Caller(actor): Caller,
    Path(person): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let person: PersonId = person.parse().map_err(|_bad| Refusal::NotFound.at("person"))?;
    let instant = |text: Option<String>, field: &str| match text {
        None => Ok(None),
        Some(text) => kernel::time::parse(&text)
            .map(Some)
            .ok_or_else(|| Refusal::ParameterInvalid.at(field).with("an instant such as 2026-11-18T01:40:00Z")),
    };
    let usual = Stretch::half_year(records.db.world().now());
    let stretch = Stretch {
        from: instant(asked.from, "from")?.unwrap_or(usual.from).max(PATIENT_AT + 1),
        to: instant(asked.to, "to")?.unwrap_or(usual.to),
    };
    let timeline = records.timeline(&actor, person, stretch).await?;
    let body = render(&records, &timeline, actor.institution);
    Ok(web::answer::json_bytes(StatusCode::OK, body))
}

fn render(records: &Records, timeline: &Timeline, own: Option<InstitutionId>) -> Vec<u8> {
    let person = timeline.grant.person();
    let answer = Answer {
        person: person.to_string(),
        from: rfc3339(timeline.stretch.from),
        to: rfc3339(timeline.stretch.to),
        grant: GrantView {
            id: timeline.grant.id().map(|id| id.to_string()),
            purpose: timeline.grant.purpose().code,
            until: rfc3339(timeline.grant.until_at()),
        },
        entries: timeline.lines.iter().map(|line| view(records, person, line, own)).collect(),
        complete: i64::try_from(timeline.lines.len()).unwrap_or(LINES_MAX) < LINES_MAX,
        newest_before: timeline.before.map(rfc3339),
    };
    serde_json::to_vec(&answer).unwrap_or_default()
}

fn view<'a>(records: &Records, person: PersonId, line: &'a LineRow, own: Option<InstitutionId>) -> Line<'a> {
    let number = |value: i64| i16::try_from(value).unwrap_or(-1);
    Line {
        id: EntryRef { person, entry: Some(line.id) }.fhir_id(),
        r#type: ResourceType::from_code(number(line.kind)).map_or("Resource", ResourceType::name),
        lane: lane_name(Lane::from_code(number(line.lane)).unwrap_or(Lane::Other)),
        at: rfc3339(line.at),
        until: line.until_at.map(rfc3339),
        title: &line.title,
        value: &line.value,
        flag: flag_name(Flag::from_code(number(line.flag)).unwrap_or(Flag::None)),
        code: &line.code,
        institution: line.institution.to_string(),
        institution_name: records.directory.name(line.institution, false),
        own: Some(line.institution) == own,
    }
}

fn lane_name(lane: Lane) -> &'static str {
    match lane {
        Lane::Visit => "visit",
        Lane::Lab => "lab",
        Lane::Imaging => "imaging",
        Lane::Medication => "medication",
        Lane::Procedure => "procedure",
        Lane::Problem => "problem",
        Lane::Allergy => "allergy",
        Lane::Vaccine => "vaccine",
        Lane::Document => "document",
        Lane::Insurance => "insurance",
        Lane::Other => "other",
    }
}

fn flag_name(flag: Flag) -> &'static str {
    match flag {
        Flag::None => "none",
        Flag::Low => "low",
        Flag::High => "high",
        Flag::Abnormal => "abnormal",
        Flag::Critical => "critical",
        Flag::Withdrawn => "withdrawn",
    }
}
