//! Settling over HTTP: one settlement a request, five lines, one plan, one fund;
//! beside it the same shape in plain SQL on PostgreSQL, and a changed plan tried on
//! ten million past settlements.

use crate::Plan;
use crate::client::{Load, drive, request};
use crate::fill;
use crate::meter::{cpu_seconds, family, now};
use crate::past::{self, Past};
use crate::process::Child;
use crate::table::{Row, Table, warn};
use crate::writing::databases;
use access::actors::NewActor;
use access::tokens::{self, TokenKind};
use directory::NewInstitution;
use insurance::enrol::NewCoverage;
use insurance::{CareKind, Day, Designation, FOREVER, Period};
use kernel::{ActorId, ActorKind, Error, Fen, InstitutionId, PersonId};
use serde_json::json;
use settlement::rules::stored::Stored;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use yima::compose::Node;

/// People who are settled for.
const PEOPLE: i64 = 60_000;
/// People enrolled in one transaction.
const TOGETHER: i64 = 500;
/// Past settlements a person has in the database that a plan is tried on.
const PAST_EACH: i64 = 10;
/// Rows written in one transaction there.
const PAST_TOGETHER: i64 = 20_000;

/// The demonstration region's plan for employees.
const PLAN: &str = include_str!("../../crates/adjudication/plans/990100-310.json");

/// Measures on the databases asked for; the plain SQL beside PostgreSQL.
pub(crate) async fn measure(plan: &Plan, table: &mut Table) -> Result<(), String> {
    for on in databases(plan) {
        let store = if on == "sqlite" {
            let folder = plan.folder.join("settle");
            // Left from an earlier run.
            let _ = std::fs::remove_dir_all(&folder);
            std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
            let path = std::path::absolute(folder.join("yima.sqlite")).map_err(|error| error.to_string())?;
            format!("sqlite:{}", path.display())
        } else {
            fill::aside(|| crate::limits::postgres().map(testkit::Server::new_database))??
        };
        let made = fill::aside(|| prepare(&store))??;
        serve(plan, on, &store, made, table).await?;
        if on == "postgres" {
            let url = fill::aside(|| crate::limits::postgres().map(testkit::Server::new_database))??;
            for funds in [1, 100] {
                table.add(plain(plan, &url, funds)?);
            }
        }
    }
    Ok(())
}

/// What a run needs of a prepared database.
struct Made {
    token: String,
    people: Arc<Vec<PersonId>>,
}

fn told(error: Error) -> String {
    error.to_string()
}

/// A node with a plan, a catalogue, a hospital's system and insured people.
fn prepare(store: &str) -> Result<Made, String> {
    let node = fill::node(fill::engine(store))?;
    let hospital = node
        .directory
        .enrol_now(NewInstitution {
            code: "H99010000001".into(),
            name: "云州市第一医院".into(),
            region: "990100".into(),
            ..NewInstitution::default()
        })
        .map_err(told)?;
    let insurance = &node.money.insurance;
    let plan = insurance::load::NewPlan { version: "1".into(), from_on: None, to_on: None, document: PLAN.into() };
    insurance::load::plan_now(insurance, plan, None).map_err(told)?;
    let item = |at: usize| json!({ "code": format!("XA{at:02}"), "name": format!("药品{at}"), "class": "A", "category": "09" });
    let lines: Vec<String> = (0..20).map(|at| item(at).to_string()).collect();
    let first = Day::read("2020-01-01").ok_or("a day")?;
    insurance::load::catalogue_now(insurance, "990100", "1", first, &lines.join("\n"), None).map_err(told)?;
    let agreement = Designation {
        admdvs: "990100".into(),
        institution: hospital,
        kind: CareKind::Op,
        level: "1".into(),
        period: Period::since(first),
        suspended_from: FOREVER.plus(1),
    };
    insurance::load::designate_now(insurance, vec![agreement], None).map_err(told)?;
    let token = system(&node, hospital)?;
    let people = enrolled(&node)?;
    node.db.close();
    Ok(Made { token, people: Arc::new(people) })
}

fn system(node: &Node, hospital: InstitutionId) -> Result<String, String> {
    let policy = node.gate.policy().clone();
    let new = NewActor {
        kind: ActorKind::System,
        name: "bench".into(),
        role: "his".into(),
        institution: Some(hospital),
        place: String::new(),
        person: None,
        login: None,
    };
    node.db
        .write_now(0, move |tx| {
            let actor = access::actors::enrol(tx, &policy, &new)?;
            Ok(tokens::give(tx, actor, TokenKind::Bearer, "bench", 30 * kernel::time::DAY))
        })
        .map_err(told)
}

fn enrolled(node: &Node) -> Result<Vec<PersonId>, String> {
    let first = Day::read("2020-01-01").ok_or("a day")?;
    let birth = Day::read("1980-01-01").ok_or("a day")?;
    let people: Vec<PersonId> = (0..PEOPLE).map(|_| PersonId(node.db.world().new_id())).collect();
    for some in people.chunks(usize::try_from(TOGETHER).unwrap_or(500)) {
        let some = some.to_vec();
        node.db
            .write_now(0, move |tx| {
                for person in &some {
                    let new = NewCoverage {
                        psn_no: String::new(),
                        birth_on: birth,
                        name: "张*".into(),
                        document: "9901••••0028".into(),
                        admdvs: "990100".into(),
                        insutype: "310".into(),
                        psn_type: "1101".into(),
                        employer: String::new(),
                        period: Period::since(first),
                    };
                    insurance::enrol::enrol(tx, *person, &new, ActorId(0))?;
                }
                Ok(())
            })
            .map_err(told)?;
    }
    Ok(people)
}

/// A request: five lines, a message number of its own.
fn ask(person: PersonId, run: u32, number: u64, token: &str) -> Vec<u8> {
    let price = i64::try_from(number % 90).unwrap_or(0) * 100 + 1_200;
    let lines: Vec<serde_json::Value> = (0..5)
        .map(|at| {
            json!({ "sn": format!("{at}"), "code": format!("XA{:02}", (number + at) % 20), "qty_milli": 2000, "price_fen": price, "amount_fen": price * 2, "unit": "盒" })
        })
        .collect();
    let body = json!({
        "direct": { "person": person.to_string(), "med_type": "11", "lines": lines },
        "msgid": format!("B{run}-{number}"), "total_fen": price * 10,
    });
    request("POST", "/v1/settlements", token, body.to_string().as_bytes())
}

async fn serve(plan: &Plan, on: &str, store: &str, made: Made, table: &mut Table) -> Result<(), String> {
    let config = plan.folder.join("yima.toml");
    let server = Child::yima(&plan.yima, &config, store).await?;
    let mut pids = server.pids();
    if on == "postgres" {
        pids.extend(crate::serving::postgres_pids());
    }
    let load = |connections: usize| Load {
        address: server.address.clone(),
        connections,
        seconds: plan.seconds,
        server: pids.clone(),
        each: 1.0,
    };
    let run = std::process::id();
    for (round, connections) in [(0u32, 32), (1, 256)] {
        let (token, people) = (made.token.clone(), made.people.clone());
        let row = drive(load(connections), "settlement, one a request, one fund", on, move |number| {
            let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
            let person = people[usize::try_from(spread).unwrap_or(0) % people.len()];
            ask(person, run * 4 + round, number, &token)
        });
        table.add(row.await?);
    }
    let (token, person) = (made.token.clone(), made.people[0]);
    let hammered =
        drive(load(64), "settlement, one person", on, move |number| ask(person, run * 4 + 3, number, &token));
    table.add(hammered.await?);
    table.add(Row {
        job: "memory of the server after settling".into(),
        on: on.into(),
        per_second: 0.0,
        per_cpu_second: 0.0,
        p50_ms: 0.0,
        p99_ms: 0.0,
        note: format!("{} MB", server.resident() / 1_000_000),
    });
    Ok(())
}

/// The shape of a settlement as one would write it without a second thought: an
/// idempotency key, three balances, three transfers, one fund account or many.
fn plain(plan: &Plan, url: &str, funds: u32) -> Result<Row, String> {
    let folder = plan.folder.join("plain");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let script = folder.join("settle.pgbench");
    std::fs::write(&script, past::plain_script(PEOPLE, funds)).map_err(|error| error.to_string())?;
    let mut psql = Command::new(past::pg_tool("psql"))
        .args(["-q", "-v", "ON_ERROR_STOP=1", url])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| format!("psql: {error}"))?;
    if let Some(input) = psql.stdin.as_mut() {
        input.write_all(past::plain_tables(PEOPLE).as_bytes()).map_err(|error| error.to_string())?;
    }
    if !psql.wait().map_err(|error| error.to_string())?.success() {
        return Err("psql did not make the plain tables".to_owned());
    }
    let ran = Command::new(past::pg_tool("pgbench"))
        .args(["-n", "-M", "prepared", "-c", "64", "-j", "2", "-T", &plan.seconds.to_string(), "-f"])
        .arg(&script)
        .arg(url)
        .output()
        .map_err(|error| format!("pgbench: {error}"))?;
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let figure = |label: &str| {
        let line = said.lines().find(|line| line.starts_with(label))?;
        line.split_whitespace().find_map(|word| word.parse::<f64>().ok())
    };
    let per_second =
        figure("tps").ok_or_else(|| format!("pgbench said: {said}{}", String::from_utf8_lossy(&ran.stderr)))?;
    Ok(Row {
        job: format!("plain SQL settlement, {funds} fund row(s)"),
        on: "postgres".into(),
        per_second,
        per_cpu_second: 0.0,
        p50_ms: figure("latency average").unwrap_or(0.0),
        p99_ms: 0.0,
        note: "pgbench, 64 clients, no HTTP; the average in the p50 column".into(),
    })
}

/// A changed plan on as many past settlements as `--entries` says.
pub(crate) fn whatif(plan: &Plan, table: &mut Table) -> Result<(), String> {
    for on in databases(plan) {
        let folder = plan.folder.join("whatif");
        // Left from an earlier run.
        let _ = std::fs::remove_dir_all(&folder);
        let store = if on == "sqlite" {
            let path = std::path::absolute(folder.join("yima.sqlite")).map_err(|error| error.to_string())?;
            format!("sqlite:{}", path.display())
        } else {
            crate::limits::postgres().map(testkit::Server::new_database)?
        };
        let node = fill::node(fill::engine(&store))?;
        let want = i64::try_from(plan.entries).unwrap_or(i64::MAX);
        let began = now();
        fill_past(&node, want)?;
        warn(&format!("{want} past settlements on {on} in {:.0} s", began.elapsed().as_secs_f64()));
        table.add(tried(&node, on, want)?);
        node.db.close();
        let _ = std::fs::remove_dir_all(&folder);
    }
    Ok(())
}

/// Writes past settlements: each person's year in order, as settling leaves it.
fn fill_past(node: &Node, want: i64) -> Result<(), String> {
    let plan: adjudication::Plan = serde_json::from_str(PLAN).map_err(|error| error.to_string())?;
    let ready = Arc::new(adjudication::Ready::of(plan).map_err(told)?);
    let at = node.db.world().now();
    let mut done = 0;
    while done < want {
        let (ready, from) = (ready.clone(), done);
        let until = (done + PAST_TOGETHER).min(want);
        node.db
            .write_now(0, move |tx| {
                let mut person = (PersonId(0), adjudication::Accumulators::of_year(2026));
                for number in from..until {
                    let own = PersonId(1 + number / PAST_EACH);
                    if own != person.0 {
                        person = (own, adjudication::Accumulators::of_year(2026));
                    }
                    let (row, after) = one_past(&ready, number, &person.1)?;
                    past::settlement(tx, own, number + 1, at, row);
                    person.1 = after;
                }
                Ok(())
            })
            .map_err(told)?;
        done = until;
    }
    Ok(())
}

fn one_past(
    ready: &adjudication::Ready,
    number: i64,
    before: &adjudication::Accumulators,
) -> Result<(Past, adjudication::Accumulators), Error> {
    let mut stored = Stored::empty();
    stored.person.age = u8::try_from(20 + number / PAST_EACH % 60).unwrap_or(40);
    stored.person.retired = stored.person.age >= 60;
    stored.before = before.clone();
    stored.encounter.year = 2026;
    stored.encounter.lines =
        (0..5).map(|at| adjudication::Line::of(Fen(1_000 + (number * 37 + at * 911) % 20_000))).collect();
    let outcome = ready.settle(&stored.person, before, &stored.encounter)?;
    stored.delta = outcome.delta.clone();
    let after = before.after(&outcome.delta)?;
    let past = Past {
        body: stored.pack()?,
        fee: outcome.medfee_sumamt.0,
        fund: outcome.fund_pay_sumamt.0,
        cash: outcome.psn_cash_pay.0,
    };
    Ok((past, after))
}

fn tried(node: &Node, on: &str, want: i64) -> Result<Row, String> {
    // The same plan with half the deductible.
    let mut changed: adjudication::Plan = serde_json::from_str(PLAN).map_err(|error| error.to_string())?;
    for deductible in &mut changed.deductibles {
        deductible.amount /= 2;
        deductible.family_doctor_off = None;
    }
    let wish = settlement::whatif::Wish {
        plan: adjudication::Ready::of(changed).map_err(told)?,
        from_at: 0,
        until_at: i64::MAX,
        threads: 2,
    };
    let pids = family(std::process::id());
    let (before, began) = (cpu_seconds(&pids), now());
    let told = settlement::whatif::run(&node.db, &wish).map_err(|error| error.to_string())?;
    let (wall, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds(&pids) - before);
    if i64::try_from(told.settlements).ok() != Some(want) {
        return Err(format!("{} of {want} settlements were tried", told.settlements));
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let done = want as f64;
    Ok(Row {
        job: format!("whatif over {want} settlements"),
        on: on.into(),
        per_second: done / wall,
        per_cpu_second: done / cpu.max(0.01),
        p50_ms: 0.0,
        p99_ms: 0.0,
        note: format!("{wall:.1} s on two threads; funds {:+} fen", told.fund_after - told.fund_before),
    })
}
