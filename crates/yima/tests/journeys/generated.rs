//! `docs/generated/`: written from the program's own tables. A stale file fails
//! here and is refreshed by the same run; read the difference, then commit it.

use std::fmt::Write as _;
use std::path::PathBuf;
use store::migrate;
use yima::compose::CAPABILITIES;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/generated")
}

fn check(name: &str, text: &str) {
    let path = folder().join(name);
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept != text {
        std::fs::create_dir_all(folder()).unwrap();
        std::fs::write(&path, text).unwrap();
        panic!("docs/generated/{name} was stale and has been written anew; look at the difference and commit it");
    }
}

#[test]
fn the_schema_is_written_down() {
    check("schema.sql", &migrate::schema_text(&migrate::in_order(CAPABILITIES)));
}

#[test]
fn the_events_are_written_down() {
    let mut text = String::from(
        "# Events\n\nWritten by a test. A look is an event that the person sees.\n\n| code | name | look | when |\n|---|---|---|---|\n",
    );
    let mut seen = std::collections::BTreeMap::new();
    for event in CAPABILITIES.iter().flat_map(|one| one.events.iter()) {
        let twice = seen.insert(event.code, event);
        assert!(twice.is_none(), "two events have the code {}", event.code);
    }
    for event in seen.values() {
        writeln!(
            text,
            "| {} | `{}` | {} | {} |",
            event.code,
            event.name,
            if event.look { "yes" } else { "" },
            event.says
        )
        .unwrap();
    }
    check("events.md", &text);
}

#[test]
fn the_refusals_are_written_down() {
    let mut text = String::from(
        "# Refusals\n\nWritten by a test. Codes never change.\n\n| code | status | fact | do | 事实 | 怎么办 |\n|---|---|---|---|---|---|\n",
    );
    let mut kinds: Vec<_> = CAPABILITIES.iter().flat_map(|one| one.refusals.iter().copied()).collect();
    kinds.extend(web::Refusal::CATALOGUE.iter().copied());
    kinds.extend(adjudication::Refusal::CATALOGUE.iter().copied());
    kinds.sort_by_key(|kind| kind.code);
    for pair in kinds.windows(2) {
        assert_ne!(pair[0].code, pair[1].code, "two refusals have one code");
    }
    for kind in kinds {
        writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} |",
            kind.code, kind.status, kind.en, kind.do_en, kind.zh, kind.do_zh
        )
        .unwrap();
    }
    text.push_str("\n## Faults of what is sent to /fhir\n\n| code | meaning | 含义 |\n|---|---|---|\n");
    for (code, en, zh) in fhir::CATALOGUE.iter().chain(records::ISSUES).chain(gateways::fhir::ISSUES) {
        writeln!(text, "| `{code}` | {en} | {zh} |").unwrap();
    }
    check("refusals.md", &text);
}

#[test]
fn the_rights_are_written_down() {
    let rights = yima::compose::rights();
    let policy = access::Policy::read(access::policy::TEXT, &rights).unwrap();
    let mut text = String::from(
        "# Rights\n\nWritten by a test from `crates/access/policy.txt` and the capabilities.\n\n| right | says | roles |\n|---|---|---|\n",
    );
    for right in &rights {
        let roles: Vec<&str> =
            policy.roles().into_iter().filter(|role| policy.rights(role).unwrap().contains(&right.name)).collect();
        writeln!(text, "| `{}` | {} | {} |", right.name, right.says, roles.join(", ")).unwrap();
    }
    check("rights.md", &text);
}

#[test]
fn the_routes_are_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let node = yima::compose::Node::open(yima::compose::Wishes {
        settings: store::Settings::of(store::Engine::Sqlite(folder.path().join("routes.sqlite"))),
        keys: keys::Setting::test(),
        region: 990_100,
        region_name: "云州".into(),
        public_url: "http://localhost".into(),
        mobile: None,
        demo: false,
    })
    .unwrap();
    let mut routes = node.routes();
    routes.sort_by_key(|route| (route.path, route.method.to_string()));
    let mut text = String::from(
        "# Routes\n\nWritten by a test. Besides these: `/livez /readyz /metrics /version`.\n\n| method | path | right |\n|---|---|---|\n",
    );
    for route in routes {
        writeln!(text, "| {} | `{}` | `{}` |", route.method, route.path, route.right.name).unwrap();
    }
    check("routes.md", &text);
}
