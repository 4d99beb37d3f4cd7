//! Reading, scanning and supplying over HTTP against `yima serve`, on a big
//! database, with grant and trail as in life.

use crate::Plan;
use crate::client::{Connection, Load, drive, request};
use crate::fill::{self, Filled};
use crate::meter::{now, percentile_ms};
use crate::process::Child;
use crate::table::{Row, Table, warn};
use crate::writing::databases;
use access::grant;
use credentials::marks::step_at;
use kernel::purpose::CONSULT;
use kernel::{CardId, EntryId, PersonId, PresenceId};
use records::EntryRef;
use serde_json::json;
use std::sync::Arc;
use yima::compose::Node;

/// Persons whose records are open during a run.
const OPENED: usize = 50_000;
/// Cards whose codes are scanned.
const CARDS: i64 = 60_000;
/// Of these, cards scanned one after another by one desk.
const DESK_CARDS: usize = 1_000;
/// Resources in a supplied bundle, the patient included.
const BUNDLE: usize = 49;

/// Runs all measurements on the databases asked for.
pub(crate) async fn measure(plan: &Plan, table: &mut Table) -> Result<(), String> {
    for on in databases(plan) {
        let store = if on == "sqlite" {
            let path = plan.folder.join(format!("big-{}", plan.entries)).join("yima.sqlite");
            std::fs::create_dir_all(&plan.folder).map_err(|error| error.to_string())?;
            format!("sqlite:{}", std::path::absolute(&path).map_err(|error| error.to_string())?.display())
        } else {
            fill::aside(|| crate::limits::postgres().map(testkit::Server::new_database))??
        };
        let filled = fill::filled(plan, on, &store).await?;
        table.add(Row {
            job: "town moved in (generate, pack, index, store)".into(),
            on: on.into(),
            #[expect(clippy::cast_precision_loss, reason = "a rate")]
            per_second: filled.entries as f64 / filled.seconds,
            per_cpu_second: 0.0,
            p50_ms: 0.0,
            p99_ms: 0.0,
            note: format!("{} entries of {} people", filled.entries, filled.people),
        });
        serve(plan, on, &filled, table).await?;
    }
    Ok(())
}

/// What a run reads, chosen before the server starts.
struct Chosen {
    persons: Vec<PersonId>,
    entries: Vec<String>,
    cards: Vec<CardId>,
    codes: credentials::Codes,
}

fn shuffled<T>(mut all: Vec<T>, node: &Node) -> Vec<T> {
    let chance = node.db.world().chance();
    for at in (1..all.len()).rev() {
        let other = usize::try_from(chance.number() % (at as u64 + 1)).unwrap_or(0);
        all.swap(at, other);
    }
    all
}

async fn choose(filled: &Filled) -> Result<Chosen, String> {
    let node = fill::node(fill::engine(&filled.store))?;
    let told = |error: kernel::Error| error.to_string();
    // People without any record are left out: the town has some.
    let mut persons: Vec<PersonId> = shuffled(fill::aside(|| crate::store::persons(&node.db, i64::MAX))??, &node)
        .into_iter()
        .map(PersonId)
        .collect();
    persons.truncate(OPENED);
    let doctor = node.gate.actor_of(&filled.tokens["doctor"]).await.map_err(told)?;
    for some in persons.chunks(500) {
        let (doctor, some) = (doctor.clone(), some.to_vec());
        node.db
            .write(0, move |tx| {
                for person in &some {
                    grant::open(tx, &doctor, *person, CONSULT, PresenceId(1));
                }
                Ok(())
            })
            .await
            .map_err(told)?;
    }
    let mut entries = Vec::new();
    for person in persons.iter().take(4_000) {
        for (person, id, kind) in fill::aside(|| crate::store::entries(&node.db, person.0))?? {
            let kind = fhir::ResourceType::from_code(i16::try_from(kind).unwrap_or(-1)).ok_or("an unknown kind")?;
            let place = EntryRef { person: PersonId(person), entry: Some(EntryId(id)) };
            entries.push(format!("/fhir/{}/{}", kind.name(), place.fhir_id()));
        }
    }
    let entries = shuffled(entries, &node);
    let cards =
        fill::aside(|| crate::store::cards(&node.db, CARDS))??.into_iter().map(|(_, card)| CardId(card)).collect();
    let codes = node.credentials.codes.clone();
    node.db.close();
    Ok(Chosen { persons, entries, cards, codes })
}

async fn serve(plan: &Plan, on: &str, filled: &Filled, table: &mut Table) -> Result<(), String> {
    let chosen = choose(filled).await?;
    let config = plan.folder.join("yima.toml");
    let server = Child::yima(&plan.yima, &config, &filled.store).await?;
    table.add(Row {
        job: "idle memory of the server".into(),
        on: on.into(),
        per_second: 0.0,
        per_cpu_second: 0.0,
        p50_ms: 0.0,
        p99_ms: 0.0,
        note: format!("{} MB", server.resident() / 1_000_000),
    });
    let mut pids = server.pids();
    if on == "postgres" {
        pids.extend(postgres_pids());
    }
    let load = |connections: usize, each: f64| Load {
        address: server.address.clone(),
        connections,
        seconds: plan.seconds,
        server: pids.clone(),
        each,
    };
    let doctor = filled.tokens["doctor"].clone();
    let persons = Arc::new(chosen.persons.clone());
    let pick = move |number: u64, persons: &[PersonId]| {
        let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        persons[usize::try_from(spread).unwrap_or(0) % persons.len()]
    };
    let (token, some) = (doctor.clone(), persons.clone());
    let timeline = drive(load(32, 1.0), "half-year timeline, grant and trail", on, move |number| {
        request("GET", &format!("/v1/persons/{}/timeline", pick(number, &some)), &token, b"")
    });
    table.add(timeline.await?);
    let (token, some) = (doctor.clone(), persons.clone());
    let everything = drive(load(32, 1.0), "$everything of one person (FHIR)", on, move |number| {
        request("GET", &format!("/fhir/Patient/{}/$everything", pick(number, &some)), &token, b"")
    });
    table.add(everything.await?);
    let (token, entries) = (doctor.clone(), chosen.entries);
    let read = drive(load(32, 1.0), "read by id (FHIR), grant and trail", on, move |number| {
        let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        request("GET", &entries[usize::try_from(spread).unwrap_or(0) % entries.len()], &token, b"")
    });
    table.add(read.await?);
    let his = filled.tokens["his"].clone();
    let run = std::process::id();
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let bundles = drive(load(8, BUNDLE as f64), "bundle ingest, resources", on, move |number| {
        request("POST", "/fhir", &his, &bundle(run, number))
    });
    table.add(bundles.await?);
    // Each has cards of its own: within one step a card shows one code.
    let (desk, gate) = chosen.cards.split_at(DESK_CARDS.min(chosen.cards.len()));
    scan_to_timeline(&load(1, 1.0), on, doctor.clone(), desk, &chosen.codes, table).await?;
    let (few, many) = gate.split_at(gate.len() / 2);
    scans(load(32, 1.0), on, doctor.clone(), few.to_vec(), chosen.codes.clone(), table).await?;
    scans(load(256, 1.0), on, doctor, many.to_vec(), chosen.codes, table).await?;
    table.add(Row {
        job: "memory of the server after the load".into(),
        on: on.into(),
        per_second: 0.0,
        per_cpu_second: 0.0,
        p50_ms: 0.0,
        p99_ms: 0.0,
        note: format!("{} MB", server.resident() / 1_000_000),
    });
    Ok(())
}

/// The two requests of a desk: the scan, then the timeline of whoever it named.
async fn scan_to_timeline(
    load: &Load,
    on: &str,
    token: String,
    cards: &[CardId],
    codes: &credentials::Codes,
    table: &mut Table,
) -> Result<(), String> {
    let world = kernel::World::real();
    let mut connection = Connection::open(&load.address).await?;
    let mut times = Vec::new();
    for card in cards {
        let code = codes.mint_at(*card, world.now(), 0).map_err(|error| error.to_string())?;
        let body = json!({ "code": code, "purpose": "01201", "place": "bench" }).to_string();
        let start = now();
        let scanned = connection.ask(&request("POST", "/v1/scan", &token, body.as_bytes())).await?;
        let said: serde_json::Value = serde_json::from_slice(&scanned.body).map_err(|error| error.to_string())?;
        let person = said["person"]["id"].as_str().ok_or_else(|| format!("no person: {said}"))?;
        let path = format!("/v1/persons/{person}/timeline");
        let shown = connection.ask(&request("GET", &path, &token, b"")).await?;
        if shown.status != 200 {
            return Err(format!("the timeline answers {}", shown.status));
        }
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let total: f64 = times.iter().map(std::time::Duration::as_secs_f64).sum();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let done = times.len() as f64;
    table.add(Row {
        job: "scan to timeline, one desk after another".into(),
        on: on.into(),
        per_second: done / total,
        per_cpu_second: 0.0,
        p50_ms: percentile_ms(&times, 0.5),
        p99_ms: percentile_ms(&times, 0.99),
        note: "1 connection, two requests".into(),
    });
    Ok(())
}

/// Scans fresh codes of many cards; every code is minted as the phone does.
async fn scans(
    load: Load,
    on: &str,
    token: String,
    cards: Vec<CardId>,
    codes: credentials::Codes,
    table: &mut Table,
) -> Result<(), String> {
    let world = kernel::World::real();
    let scan = drive(load, "scan (seal, single use, presence, grant)", on, move |number| {
        let count = cards.len() as u64;
        let card = cards[usize::try_from(number % count).unwrap_or(0)];
        // A card that comes round again shows its next sub-step.
        let sub = u32::try_from((number / count) % 8).unwrap_or(0);
        let step = step_at(world.now());
        let code = codes.mint(card.0, step.with_sub(sub).unwrap_or(step)).unwrap_or_default();
        let body = json!({ "code": code, "purpose": "01201", "place": "bench" }).to_string();
        request("POST", "/v1/scan", &token, body.as_bytes())
    });
    match scan.await {
        Ok(row) => table.add(row),
        Err(error) => warn(&format!("scan: {error}")),
    }
    Ok(())
}

/// A new person with a visit, results and prescriptions, 49 resources.
fn bundle(run: u32, number: u64) -> Vec<u8> {
    let own = format!("{run}-{number}");
    let patient = format!("Patient/p-{own}");
    let entry = |resource: serde_json::Value| {
        let kind = resource["resourceType"].as_str().unwrap_or_default().to_owned();
        let id = resource["id"].as_str().unwrap_or_default().to_owned();
        json!({ "fullUrl": format!("http://bench.example/fhir/{kind}/{id}"), "resource": resource, "request": { "method": "POST", "url": kind } })
    };
    let mut entries = vec![entry(json!({
        "resourceType": "Patient", "id": format!("p-{own}"), "active": true,
        "identifier": [{ "use": "usual", "system": "urn:bench:mrn", "value": own }],
        "name": [{ "use": "official", "text": "张伟", "family": "张", "given": ["伟"] }], "gender": "male", "birthDate": "1971-05-09",
        "telecom": [{ "system": "phone", "value": "19900012345", "use": "mobile" }], "address": [{ "text": "云州市城中区人民路 18 号" }]
    }))];
    for visit in 0..6 {
        entries.push(entry(json!({
            "resourceType": "Encounter", "id": format!("e-{own}-{visit}"), "status": "finished",
            "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB", "display": "门诊" },
            "subject": { "reference": patient }, "period": { "start": format!("2026-0{}-11T09:00:00+08:00", visit + 4), "end": format!("2026-0{}-11T09:25:00+08:00", visit + 4) },
            "reasonCode": [{ "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10", "code": "I10", "display": "原发性高血压" }], "text": "高血压复诊" }]
        })));
    }
    while entries.len() < BUNDLE {
        let at = entries.len();
        entries.push(entry(json!({
            "resourceType": "Observation", "id": format!("o-{own}-{at}"), "status": "final",
            "category": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory", "display": "Laboratory" }] }],
            "code": { "coding": [{ "system": "http://loinc.org", "code": "4548-4", "display": "Hemoglobin A1c/Hemoglobin.total in Blood" }], "text": "糖化血红蛋白" },
            "subject": { "reference": patient }, "encounter": { "reference": format!("Encounter/e-{own}-{}", at % 6) },
            "effectiveDateTime": format!("2026-0{}-11T09:{:02}:00+08:00", at % 6 + 4, at), "issued": format!("2026-0{}-11T11:{:02}:00+08:00", at % 6 + 4, at),
            "valueQuantity": { "value": 7.25, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%" },
            "referenceRange": [{ "low": { "value": 4.0, "unit": "%" }, "high": { "value": 6.0, "unit": "%" }, "text": "4.0–6.0 %" }],
            "interpretation": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "H", "display": "偏高" }] }]
        })));
    }
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries }).to_string().into_bytes()
}

/// Every process of PostgreSQL on this machine.
pub(crate) fn postgres_pids() -> Vec<u32> {
    let listed = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    listed
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres"))
        .collect()
}
