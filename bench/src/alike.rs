//! Whether refused scans can be told apart by their time (C10): codes that are wrong
//! in different ways are scanned over HTTP in random turns, and their answer times
//! compared as a stranger with a clock would.
//!
//! A class is held against the first of its kind of code by two numbers: how far the
//! medians lie apart, in parts of the spread (the distance of the quartiles), and how
//! often an answer of the class is slower than one of the first, 0.5 when nobody can
//! tell. The first class is measured twice, under two names: what these two differ by
//! is chance.

use crate::Plan;
use crate::client::{Connection, request};
use crate::fill;
use crate::meter::now;
use crate::process::Child;
use crate::table::{Row, Table};
use crate::writing::databases;
use access::actors::NewActor;
use access::tokens::{self, TokenKind};
use code::{Claims, Credential, Kid, Step};
use credentials::{Codes, Medium, NewCard};
use identity::{Demographics, Identifier};
use kernel::time::{DAY, SECOND};
use kernel::{Actor, ActorKind, CardId, Purpose};
use serde_json::json;
use std::sync::Arc;
use yima::compose::Node;

/// Scans of each class.
const EACH: usize = 1_500;
/// Cards that are revoked, and as many numbers that are nobody's.
const CARDS: usize = 50;
/// Bad codes that a terminal shows before another takes its place: it would have to
/// wait after some more.
const A_TERMINAL: usize = 50;

/// A way to be wrong, and a code of it: by its number, at an instant.
struct Class {
    name: &'static str,
    /// Whether it begins a kind of code, which the others after it are held against.
    first: bool,
    code: Box<dyn Fn(usize, i64) -> String + Send>,
}

/// What the classes are made from.
struct Scene {
    codes: Codes,
    revoked: Vec<CardId>,
    issuing: Kid,
    terminals: Vec<String>,
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// A person whose cards were all revoked, and terminals enough.
async fn scene(node: &Node, classes: usize) -> Result<Scene, String> {
    let index = node.index.clone();
    let institution =
        directory::NewInstitution { code: "B1".into(), name: "测速医院".into(), ..Default::default() };
    let directory = node.directory.clone();
    let hospital = fill::aside(|| directory.enrol_now(institution))?.map_err(told)?;
    let credentials = node.credentials.clone();
    let by = Actor {
        id: kernel::ActorId(1),
        kind: ActorKind::Staff,
        name: "bench".into(),
        institution: Some(hospital),
        place: "".into(),
        person: None,
        role: "admin".into(),
        rights: Arc::from([]),
    };
    let issued = node.db.write(1, move |tx| {
        let who = Demographics { name: "某某".into(), birth: "1990-01-01".into(), ..Demographics::default() };
        let number = Identifier::new(identity::SOURCE_SYSTEM, "bench");
        let person = identity::resolve(tx, &index, hospital, &who, &[number])?.person;
        let new = NewCard {
            person,
            medium: Medium::Phone,
            label: "",
            issuer: None,
            institution: Some(hospital),
            expires_at: None,
        };
        let cards = (0..CARDS).map(|_card| credentials::issue(tx, &new)).collect::<Result<Vec<CardId>, _>>()?;
        Ok((person, cards))
    });
    let (person, revoked) = issued.await.map_err(told)?;
    let cards = revoked.clone();
    let ended = node.db.write(1, move |tx| {
        for card in &cards {
            credentials::revoke(tx, &credentials, (person, *card), &by)?;
        }
        Ok(())
    });
    ended.await.map_err(told)?;
    let policy = access::Policy::read(access::policy::TEXT, &yima::compose::rights())?;
    let wanted = classes * EACH / A_TERMINAL + 1;
    let terminals = node.db.write(0, move |tx| {
        (0..wanted)
            .map(|number| {
                let new = NewActor {
                    kind: ActorKind::Device,
                    name: format!("terminal {number}"),
                    role: "kiosk".into(),
                    institution: Some(hospital),
                    place: String::new(),
                    person: None,
                    login: None,
                };
                let actor = access::actors::enrol(tx, &policy, &new)?;
                Ok(tokens::give(tx, actor, TokenKind::Bearer, "bench", DAY))
            })
            .collect::<Result<Vec<String>, kernel::Error>>()
    });
    let issuing = node.keys.signer(keys::Use::Issuing, None).await.map_err(told)?.kid();
    Ok(Scene {
        codes: node.credentials.codes.clone(),
        revoked,
        issuing: Kid(issuing.0),
        terminals: terminals.await.map_err(told)?,
    })
}

fn minted(codes: &Codes, card: i64, at: i64) -> String {
    codes.mint_at(CardId(card), at, 0).unwrap_or_default()
}

/// A credential that nobody gave out, under a key's name.
fn credential(kid: Kid, number: usize, at: i64) -> Option<String> {
    let issuer = suites::intl().private_key(&[5; 32]).ok()?;
    let holder = suites::intl().private_key(&[9; 32]).ok()?;
    let mut pseudonym = [3; 16];
    pseudonym[..8].copy_from_slice(&number.to_be_bytes());
    let expires_at = u32::try_from(at / SECOND + 1_000).ok()?;
    let claims = Claims { pseudonym, holder: holder.public().to_vec(), class: 0, cap_yuan: 1, expires_at };
    let credential = Credential::issue(&issuer, kid, &claims).ok()?;
    Some(credential.show(&holder, Step::at(at / SECOND), None).ok()?.text())
}

fn classes(scene: &Scene) -> Result<Vec<Class>, String> {
    let made = |region: u32| Codes::with_key(&[1; 32], region).map_err(told);
    let (forger, again, foreign) = (made(990_100)?, made(990_100)?, made(990_200)?);
    let (own, of_revoked, revoked) = (scene.codes.clone(), scene.codes.clone(), scene.revoked.clone());
    let issuing = scene.issuing;
    let class =
        |name: &'static str, first: bool, code: Box<dyn Fn(usize, i64) -> String + Send>| Class { name, first, code };
    let id = |number: usize| 1_000_000 + i64::try_from(number).unwrap_or(0);
    let under = |kid: Kid| move |number: usize, at: i64| credential(kid, number, at).unwrap_or_default();
    Ok(vec![
        class("forged seal", true, Box::new(move |number, at| minted(&forger, id(number), at))),
        class("forged seal, again", false, Box::new(move |number, at| minted(&again, id(number), at))),
        class("another region's", false, Box::new(move |number, at| minted(&foreign, id(number), at))),
        class("nobody's handle", false, Box::new(move |number, at| minted(&own, id(number), at))),
        class(
            "revoked card",
            false,
            Box::new(move |number, at| minted(&of_revoked, revoked[number % revoked.len()].0, at)),
        ),
        class("credential, forged", true, Box::new(under(issuing))),
        class("credential, unknown key", false, Box::new(under(Kid([0xFE; 8])))),
        class("credential, other realm's key", false, Box::new(under(Kid([0x0E; 8])))),
    ])
}

/// Median and distance of the quartiles of sorted times, microseconds.
fn spread(sorted: &[f64]) -> (f64, f64) {
    let at = |quarter: usize| sorted.get(sorted.len() * quarter / 4).copied().unwrap_or_default();
    (at(2), at(3) - at(1))
}

/// How often one of `these` is slower than one of `those`; both sorted.
#[expect(clippy::cast_precision_loss, reason = "a part of a count")]
fn slower(these: &[f64], those: &[f64]) -> f64 {
    let below: usize = these.iter().map(|one| those.partition_point(|other| other < one)).sum();
    below as f64 / (these.len() * those.len()).max(1) as f64
}

/// Scans every class in random turns; answers the times of each, sorted, microseconds.
async fn timed(server: &Child, scene: &Scene, all: &[Class]) -> Result<Vec<Vec<f64>>, String> {
    let world = kernel::World::real();
    let mut connection = Connection::open(&server.address).await?;
    let mut times = vec![Vec::with_capacity(EACH); all.len()];
    let mut turns: Vec<usize> = (0..all.len() * EACH).map(|turn| turn % all.len()).collect();
    for at in (1..turns.len()).rev() {
        let other = usize::try_from(world.chance().number() % (at as u64 + 1)).unwrap_or(0);
        turns.swap(at, other);
    }
    let place = Purpose::from_code("01301").map_or("01301", |purpose| purpose.code);
    for (turn, class) in turns.into_iter().enumerate() {
        let token = scene.terminals.get(turn / A_TERMINAL).ok_or("too few terminals")?;
        let code = (all[class].code)(turn, world.now());
        let body = json!({ "code": code, "purpose": place, "place": "bench" }).to_string();
        let bytes = request("POST", "/v1/scan", token, body.as_bytes());
        let sent = now();
        let answer = connection.ask(&bytes).await?;
        let micros = sent.elapsed().as_secs_f64() * 1e6;
        if answer.status != 422 || !String::from_utf8_lossy(&answer.body).contains("credentials.code-refused") {
            let told = String::from_utf8_lossy(&answer.body).into_owned();
            return Err(format!("{}: {} {told}", all[class].name, answer.status));
        }
        // The first turns find caches cold.
        if turn >= all.len() * 20 {
            times[class].push(micros);
        }
    }
    for all in &mut times {
        all.sort_by(f64::total_cmp);
    }
    Ok(times)
}

/// Measures on the databases asked for.
pub(crate) async fn measure(plan: &Plan, table: &mut Table) -> Result<(), String> {
    for on in databases(plan) {
        let folder = plan.folder.join("alike");
        // Left from an earlier run.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).map_err(told)?;
        let store = if on == "sqlite" {
            let path = std::path::absolute(folder.join("yima.sqlite")).map_err(told)?;
            format!("sqlite:{}", path.display())
        } else {
            fill::aside(|| crate::limits::postgres().map(testkit::Server::new_database))??
        };
        let node = fill::node(fill::engine(&store))?;
        let scene = scene(&node, 8).await?;
        let all = classes(&scene)?;
        node.db.close();
        drop(node);
        let server = Child::yima(&plan.yima, &folder.join("yima.toml"), &store).await?;
        let times = timed(&server, &scene, &all).await?;
        let mut first = 0;
        for (at, class) in all.iter().enumerate() {
            let (median, _) = spread(&times[at]);
            let note = if class.first {
                first = at;
                format!("{:.0} µs between the quartiles", spread(&times[at]).1)
            } else {
                let (other, width) = spread(&times[first]);
                let apart = (median - other) / width.max(0.001);
                let part = slower(&times[at], &times[first]);
                format!("{apart:+.3} of the quartiles' distance; slower in {part:.3}")
            };
            table.add(Row {
                job: format!("refused scan, {}", class.name),
                on: on.into(),
                per_second: 0.0,
                per_cpu_second: 0.0,
                p50_ms: median / 1e3,
                p99_ms: times[at].get(times[at].len() * 99 / 100).copied().unwrap_or_default() / 1e3,
                note,
            });
        }
    }
    Ok(())
}
