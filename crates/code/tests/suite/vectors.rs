//! The vectors of `docs/code-format.md`, and the second verifier, written from that
//! document in another language: it must agree on all of them and on ten thousand
//! random codes. Where Python is missing the second half is left out, unless
//! `YIMA_NEED_PYTHON=1`.

use crate::scene::{Chance, DEVICE, MASTER, NOW, REGION, REVOKED, World, keys};
use code::verify::Moment;
use code::{
    Checked, CodeKeys, Credential, Device, Paper, Realm, Said, SiteUse, Step, TimeRule, Unreadable, Verifier, barcode,
    epoch_at, read, read_bytes, spoken,
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Random codes that both verifiers must agree on.
const RANDOM: usize = 10_000;

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).expect("below 16");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0F)]).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn reading(text: &str) -> Value {
    let found = read(text).map_or_else(Unreadable::word, |_code| "ok");
    json!({ "text": text, "found": found })
}

fn server_case(keys: &CodeKeys, text: &str, now: i64) -> Value {
    match keys.check(text, TimeRule::at(now)) {
        Ok(opened) => {
            json!({ "text": text, "now": now, "found": "accepted", "device": opened.device.0, "step": opened.step.0 })
        }
        Err(refused) => json!({ "text": text, "now": now, "found": refused.word() }),
    }
}

fn stock_case(suite: u8, device: Device, from: i64) -> Value {
    let stock = keys(suite).stock(device, from, 1);
    let secret = suites::of(suite).expect("known").mac_key(&stock.secret);
    let half_minute = stock.first_slot * 4;
    json!({
        "suite": suite,
        "region": REGION,
        "master": hex(&MASTER),
        "device": device.0,
        "slot": stock.first_slot,
        "epoch": stock.epoch,
        "secret": hex(stock.secret.as_slice()),
        "handle": hex(&stock.handles[0]),
        "bar": hex(&stock.bars[0]),
        "spoken": spoken::number(&secret, half_minute),
        "barcode": barcode::digits(&secret, stock.epoch, stock.bars[0], half_minute),
    })
}

fn said(checked: &Checked) -> Option<Value> {
    Some(match checked.said.as_ref()? {
        Said::Credential { pseudonym, class, cap_yuan, expires_at, step } => json!({
            "pseudonym": hex(pseudonym),
            "class": class,
            "cap_yuan": cap_yuan,
            "expires_at": expires_at,
            "step": step.0,
        }),
        Said::Paper { name, expires_at } => json!({ "name": name, "expires_at": expires_at }),
        Said::Site(place) => json!({
            "use": match place.used {
                SiteUse::Venue => 1,
                SiteUse::Kiosk => 2,
                SiteUse::Desk => 3,
            },
            "organisation": place.organisation,
            "place": hex(&place.place),
            "expires_at": place.expires_at,
            "name": place.name,
        }),
    })
}

fn terminal_case(terminal: &Verifier, text: &str, now: i64, challenge: Option<[u8; 8]>) -> Value {
    let checked = terminal.check(text, &Moment { now, challenge });
    let challenge = challenge.map(|challenge| hex(&challenge));
    let mut case = json!({ "text": text, "now": now, "challenge": challenge, "found": checked.verdict.word() });
    if let (Some(said), Some(fields)) = (said(&checked), case.as_object_mut()) {
        fields.insert("said".to_owned(), said);
    }
    case
}

/// A terminal as another program sets it up.
fn terminal(world: &World, made_at: i64, shards: bool, cases: &[Value]) -> Value {
    let shards = if shards { world.shards(made_at) } else { Vec::new() };
    json!({
        "realm": i32::from(world.realm == Realm::Test),
        "roots": [{ "kid": hex(&world.root_kid.0), "suite": world.root.suite(), "public": hex(world.root.public()) }],
        "trust_list": hex(&world.signed_list(made_at)),
        "shards": shards.iter().map(|shard| hex(shard)).collect::<Vec<_>>(),
        "cases": cases,
    })
}

fn readings(world: &World) -> Vec<Value> {
    let phone = keys(1).stock(DEVICE, NOW, 1).mint(Step::at(NOW)).expect("minted");
    let mut texts: Vec<String> =
        ["", "  ", "YM1:", "YM1:0", "YM1:00", "YM1:::::", "YM2:X62", "YM99:", "YM123:", "YM:", "HC1:BB8", "ym1:X62"]
            .map(str::to_owned)
            .into();
    texts.push("你好".to_owned());
    texts.push(format!("YM1:{}", "0".repeat(600)));
    texts.push(format!(" \t\r\n{}\u{C}", phone.text()));
    texts.push(format!("\u{A0}{}", phone.text()));
    texts.push(format!("{}<script>", phone.text()));
    let with = |at: usize, byte: u8| {
        let mut bytes = *phone.bytes();
        bytes[at] = byte;
        written(&bytes)
    };
    texts.extend([with(0, 0x21), with(0, 0x15), with(0, 0x12), with(1, 0), with(1, 3)]);
    texts.push(written(&phone.bytes()[..37]));
    texts.push(written(&[phone.bytes().as_slice(), &[0]].concat()));
    for party in &world.parties {
        texts.extend([party.offline([1; 16]), party.paper([1; 16]), party.site([1; 8])]);
        let Ok(code::Code::Offline(shown)) = read(&party.offline([1; 16])) else { panic!("Q2") };
        // A signature in its second form, or one out of range; a point that begins with 4.
        let mut high = shown.bytes().to_vec();
        let s_at = high.len() - 32;
        high[s_at] = 0xFF;
        texts.push(written(&high));
        let mut point = shown.bytes().to_vec();
        point[26] = 4;
        texts.push(written(&point));
        texts.push(written(&shown.bytes()[..196]));
    }
    let paper = Paper::issue(&world.parties[0].issuer, world.parties[0].kid, [1; 16], 7, "A*").expect("issued");
    for name in [*b" *", *b"\x7F*", [0xC3, 0x28], [0xC2, 0x85]] {
        let mut bytes = paper.bytes().to_vec();
        bytes[30..32].copy_from_slice(&name);
        texts.push(written(&bytes));
    }
    let Ok(code::Code::Site(site)) = read(&world.parties[0].site([1; 8])) else { panic!("Q4") };
    let mut other_use = site.bytes().to_vec();
    other_use[10] = 9;
    texts.push(written(&other_use));
    texts.iter().map(|text| reading(text)).collect()
}

/// The text of bytes that may be no code.
fn written(bytes: &[u8]) -> String {
    let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut text = "YM1:".to_owned();
    for pair in bytes.chunks(2) {
        let mut number = pair.iter().fold(0, |number, byte| number * 256 + usize::from(*byte));
        for _digit in 0..=pair.len() {
            text.push(char::from(alphabet[number % 45]));
            number /= 45;
        }
    }
    text
}

fn servers() -> Vec<Value> {
    [1, 2]
        .map(|suite| {
            let keys = keys(suite);
            let phone =
                keys.stock(DEVICE, NOW, 1).mint(Step::at(NOW).with_sub(3).expect("below eight")).expect("minted");
            let week = i64::from(epoch_at(NOW) + 1) * code::time::EPOCH;
            let old = keys.stock(Device(-2), week - 60, 8).mint(Step::at(week + 60)).expect("minted").text();
            let mut cases: Vec<Value> = [0, 60, 61, -60, -61, 90, -90, 86_400, -86_400]
                .map(|shift| server_case(&keys, &phone.text(), NOW + shift))
                .into();
            cases.push(server_case(&keys, &old, week + 60));
            for (at, flip) in
                [(4, 1), (5, 1), (5, 2), (6, 1), (21, 0x80), (22, 1), (25, 1), (26, 1), (37, 0x80), (1, 3)]
            {
                let mut bytes = *phone.bytes();
                bytes[at] ^= flip;
                cases.push(server_case(&keys, &written(&bytes), NOW));
            }
            cases.push(server_case(&keys, "YM1:", NOW));
            cases.push(server_case(&keys, &World::new(Realm::Production).party(1).paper([1; 16]), NOW));
            json!({ "suite": suite, "region": REGION, "master": hex(&MASTER), "cases": cases })
        })
        .into()
}

fn terminals() -> Vec<Value> {
    let (world, trial) = (World::new(Realm::Production), World::new(Realm::Test));
    let day = 86_400;
    let mut all = Vec::new();
    for days in [0, 1, 3, 7, 8] {
        let made_at = NOW - days * day - 100;
        let held = world.terminal(made_at);
        let mut cases = Vec::new();
        for party in &world.parties {
            cases.push(terminal_case(&held, &party.offline([1; 16]), NOW, None));
            if days > 0 {
                continue;
            }
            let challenged =
                party.credential([2; 16]).show(&party.holder, Step::at(NOW), Some(&[7; 8])).expect("shown");
            for challenge in [Some([7; 8]), Some([8; 8]), None] {
                cases.push(terminal_case(&held, &challenged.text(), NOW, challenge));
            }
            cases.push(terminal_case(&held, &party.offline([1; 16]), NOW, Some([7; 8])));
            for text in [party.paper([3; 16]), party.site([4; 8]), party.offline(REVOKED), party.paper(REVOKED)] {
                cases.push(terminal_case(&held, &text, NOW, None));
            }
            for shift in [61, -61, 90, -90, 600, day, -day, 3 * day, 40 * day] {
                cases.push(terminal_case(&held, &party.offline([1; 16]), NOW + shift, None));
                cases.push(terminal_case(&held, &party.paper([1; 16]), NOW + shift, None));
            }
            let mut claims = party.claims([5; 16]);
            claims.expires_at += 9 * 86_400;
            let long = Credential::issue(&party.issuer, party.kid, &claims).expect("issued");
            let long = long.show(&party.holder, Step::at(NOW), None).expect("shown").text();
            cases.push(terminal_case(&held, &long, NOW, None));
            cases.push(terminal_case(&held, &trial.party(party.suite.byte()).offline([1; 16]), NOW, None));
            let Ok(code::Code::Offline(shown)) = read(&party.offline([1; 16])) else { panic!("Q2") };
            for at in [2, 9, 10, 26, 40, 60, 70, 100, 131, 140, shown.bytes().len() - 1] {
                let mut bytes = shown.bytes().to_vec();
                bytes[at] ^= 1;
                cases.push(terminal_case(&held, &written(&bytes), NOW, None));
            }
        }
        all.push(terminal(&world, made_at, true, &cases));
    }
    let mut bare = Verifier::new(world.realm, vec![world.root()]);
    bare.take_trust_list(&world.signed_list(NOW), NOW).expect("taken");
    let cases = [terminal_case(&bare, &world.party(1).offline([1; 16]), NOW, None)];
    all.push(terminal(&world, NOW, false, &cases));
    // Two regions under one root: each issuer's codes are looked up in its region's list.
    let two = World::of_two_regions();
    let held = two.terminal(NOW);
    let texts = two.parties.iter().flat_map(|party| [party.offline([1; 16]), party.paper(REVOKED)]);
    let cases: Vec<Value> = texts.map(|text| terminal_case(&held, &text, NOW, None)).collect();
    all.push(terminal(&two, NOW, true, &cases));
    let tried = trial.terminal(NOW);
    let cases = [
        terminal_case(&tried, &world.party(1).offline([1; 16]), NOW, None),
        terminal_case(&tried, &trial.party(2).offline([1; 16]), NOW, None),
    ];
    all.push(terminal(&trial, NOW, true, &cases));
    all
}

fn vectors() -> Value {
    let world = World::new(Realm::Production);
    let stocks: Vec<Value> = [1, 2]
        .iter()
        .flat_map(|suite| [stock_case(*suite, DEVICE, NOW), stock_case(*suite, Device(-1), NOW + 7 * 86_400)])
        .collect();
    json!({ "readings": readings(&world), "servers": servers(), "stocks": stocks, "terminals": terminals() })
}

#[test]
fn the_vectors_in_the_documents_are_those_of_now() {
    let path = root().join("docs/code-format-vectors.json");
    let now = serde_json::to_string_pretty(&vectors()).expect("JSON") + "\n";
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    if held != now {
        std::fs::write(&path, now).expect("written");
        panic!("{} was stale and has been written anew: look at what changed, then run again", path.display());
    }
}

fn python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    let needed = std::env::var_os("YIMA_NEED_PYTHON").is_some_and(|value| value == "1");
    assert!(found || !needed, "YIMA_NEED_PYTHON=1, but python3 is missing");
    found
}

/// How many vectors the second verifier agrees on; it must agree on all.
fn agreed(file: &Path) -> usize {
    let script = root().join("scripts/code-format/verify.py");
    let output = Command::new("python3").arg(script).arg(file).output().expect("runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    told.split_whitespace().next().and_then(|count| count.parse().ok()).expect("a count")
}

#[test]
fn the_second_verifier_agrees_on_all_vectors() {
    if python() {
        assert!(agreed(&root().join("docs/code-format-vectors.json")) > 200);
    }
}

/// A change to a code, or none; texts that read still go the whole way.
fn changed(chance: &mut Chance, text: &str) -> String {
    let Ok(code) = read(text) else { return text.to_owned() };
    let mut bytes = match &code {
        code::Code::Phone(code) => code.bytes().to_vec(),
        code::Code::Offline(code) => code.bytes().to_vec(),
        code::Code::Paper(code) => code.bytes().to_vec(),
        code::Code::Site(code) => code.bytes().to_vec(),
    };
    let at = chance.below(bytes.len());
    match chance.below(8) {
        0 | 1 => bytes[at] ^= 1 << chance.below(8),
        2 => bytes[at] = chance.number().to_be_bytes()[0],
        3 => bytes.truncate(at),
        4 => bytes.insert(at, 0x41),
        5 => {
            let mut text = text.to_owned().into_bytes();
            let place = chance.below(text.len());
            text[place] = b' ' + u8::try_from(chance.below(90)).expect("small");
            return String::from_utf8(text).expect("ASCII");
        }
        _ => return text.to_owned(),
    }
    written(&bytes)
}

fn random_servers(chance: &mut Chance, count: usize) -> Vec<Value> {
    [(1, count * 2 / 3), (2, count / 3)]
        .map(|(suite, count)| {
            let keys = keys(suite);
            let one = |_each: usize| {
                let device = Device(i64::from_be_bytes(chance.number().to_be_bytes()));
                let at = NOW + i64::try_from(chance.below(1_000_000)).expect("small");
                let step = Step::at(at).with_sub(u32::try_from(chance.below(8)).expect("small")).expect("below eight");
                let from = at - i64::try_from(chance.below(60_000)).expect("small");
                let text = keys.stock(device, from, 501).mint(step).expect("within the stock").text();
                let now = at + i64::try_from(chance.below(160)).expect("small") - 80;
                server_case(&keys, &changed(chance, &text), now)
            };
            let cases: Vec<Value> = (0..count).map(one).collect();
            json!({ "suite": suite, "region": REGION, "master": hex(&MASTER), "cases": cases })
        })
        .into()
}

fn random_terminal(chance: &mut Chance, count: usize) -> Value {
    let world = World::new(Realm::Production);
    let made_at = NOW - 3600;
    let held = world.terminal(made_at);
    let one = |each: usize| {
        let party = &world.parties[each % 3];
        let mut id = [0; 16];
        chance.fill(&mut id[..2]);
        let challenge = (chance.below(4) == 0).then(|| chance.number().to_be_bytes());
        let at = NOW + i64::try_from(chance.below(300)).expect("small") - 150;
        let text = match each / 3 % 4 {
            0 => party.paper(id),
            1 => party.site([id[0]; 8]),
            _ => {
                let asked = challenge.filter(|_challenge| chance.below(5) > 0);
                party.credential(id).show(&party.holder, Step::at(at), asked.as_ref()).expect("shown").text()
            }
        };
        terminal_case(&held, &changed(chance, &text), NOW, challenge)
    };
    let cases: Vec<Value> = (0..count).map(one).collect();
    terminal(&world, made_at, true, &cases)
}

#[test]
fn the_second_verifier_agrees_on_ten_thousand_random_codes() {
    if !python() {
        return;
    }
    let mut chance = Chance(2026);
    let servers = random_servers(&mut chance, RANDOM * 6 / 10);
    let terminal = random_terminal(&mut chance, RANDOM * 4 / 10);
    let mut words = std::collections::BTreeMap::new();
    for spec in servers.iter().chain([&terminal]) {
        for case in spec["cases"].as_array().expect("a list") {
            *words.entry(case["found"].as_str().expect("a word").to_owned()).or_insert(0) += 1;
        }
    }
    assert!(words["accepted"] > 1000 && words["valid"] > 300 && words.len() > 10, "{words:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("random.json");
    let all = json!({ "servers": servers, "terminals": [terminal] });
    std::fs::write(&file, serde_json::to_vec(&all).expect("JSON")).expect("written");
    assert_eq!(agreed(&file), RANDOM);
}

#[test]
fn bytes_written_here_are_written_alike() {
    let phone = keys(1).stock(DEVICE, NOW, 1).mint(Step::at(NOW)).expect("minted");
    assert_eq!(written(phone.bytes()), phone.text());
    let odd = World::new(Realm::Production).party(1).offline([1; 16]);
    let Ok(code::Code::Offline(shown)) = read(&odd) else { panic!("Q2") };
    assert_eq!(written(shown.bytes()), odd);
    assert!(read_bytes(shown.bytes()).is_ok());
}
