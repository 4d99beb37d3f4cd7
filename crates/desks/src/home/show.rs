//! Showing the first page, and how far the town is.

use crate::Desks;
use crate::asked::{Asked, page};
use crate::home::pages::{Door, Front, Home, TownPerson, front, home};
use crate::home::stage::{Part, Stage};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use web::words::{Lang, Word};

pub(super) async fn first_page(State(desks): State<Desks>, asked: Asked) -> Response {
    let staged = desks.stage().filter(|_| desks.demo);
    if let Some(stage) = staged
        && let (Some(citizen), Some(doctor)) = (stage.citizen(), stage.doctor())
    {
        let signed_in = desks.gate.actor_of(&citizen.token).await.ok();
        let patient = signed_in.and_then(|actor| actor.person).map(|person| person.to_string()).unwrap_or_default();
        return page(home(&view(&desks, &stage, (citizen, doctor), patient, &asked)));
    }
    page(front(&Front { lang: asked.lang, here: asked.here(), region: desks.region_name.to_string() }))
}

fn town_person(part: &Part, lang: Lang) -> TownPerson {
    let (name, latin) = part.names(lang);
    TownPerson { key: part.key.clone(), name, latin, story: part.says(lang).to_owned(), next: part.begins().to_owned() }
}

fn view(desks: &Desks, stage: &Stage, (citizen, doctor): (&Part, &Part), patient: String, asked: &Asked) -> Home {
    let lang = asked.lang;
    let (loaded, total, records) = (stage.progress)();
    let door = |name: &str, path: &str, readable: bool| Door { name: name.to_owned(), path: path.to_owned(), readable };
    Home {
        lang,
        here: asked.here(),
        citizen: town_person(citizen, lang),
        doctor: town_person(doctor, lang),
        people: stage.parts.iter().map(|part| town_person(part, lang)).collect(),
        institutions: u64::try_from(stage.institutions).unwrap_or(u64::MAX),
        records,
        loaded,
        total,
        doors: vec![
            door("FHIR R4", "/fhir/metadata", true),
            door(&lang[Word::DoorScan], "POST /v1/scan", false),
            door(&lang[Word::DoorReady], "/readyz", true),
            door(&lang[Word::DoorMetrics], "/metrics", true),
        ],
        base: desks.public_url.to_string(),
        token: stage.machine_token().to_owned(),
        patient,
        place: doctor.says(lang).to_owned(),
    }
}

/// How far the town is, for the script of the first page.
pub(super) async fn progress(State(desks): State<Desks>) -> Response {
    let (loaded, total, entries) = desks.stage().map_or((0, 0, 0), |stage| (stage.progress)());
    let body = serde_json::json!({ "loaded": loaded, "total": total, "entries": entries });
    web::answer::json_bytes(StatusCode::OK, body.to_string().into_bytes())
}
