//! Every house rule on small trees: what it finds, and what it leaves alone.

use tidy::Finding;
use tidy::rules::{files, floors, manifests, migrations, paths, refusals, sql, tests};
use tidy::tree::Tree;

/// Runs a rule on a tree; `expected` are the findings, by what each must contain.
fn check(rule: fn(&Tree) -> Vec<Finding>, tree: &[(&str, &str)], expected: &[&str]) {
    let found: Vec<String> = rule(&Tree::of(tree)).iter().map(Finding::to_string).collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (says, wanted) in found.iter().zip(expected) {
        assert!(says.contains(wanted), "{says} does not contain {wanted}");
    }
}

#[test]
fn length() {
    let long = "x\n".repeat(501);
    let with_tests = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "x\n".repeat(500), "y\n".repeat(150));
    let too_many_tests = format!("x\n#[cfg(test)]\nmod tests {{\n{}}}\n", "y\n".repeat(700));
    check(files::length, &[("crates/a/src/b.rs", &long)], &["501 lines, 500"]);
    check(files::length, &[("crates/a/tests/b.rs", &long), ("crates/a/src/b.rs", &with_tests)], &[]);
    check(files::length, &[("crates/a/src/b.rs", &too_many_tests)], &["704 lines, 700"]);
}

#[test]
fn openings() {
    check(
        files::opening,
        &[("a.rs", "//! What it does, and more.\n"), ("b.rs", "use x;\n"), ("c.rs", "//! Hm.\n")],
        &["b.rs:1", "c.rs:1"],
    );
}

#[test]
fn names() {
    check(files::names, &[("crates/a/src/date_utils.rs", ""), ("docs/base.md", "")], &["date_utils.rs"]);
    check(files::names, &[("crates/a/src/lib.rs", "pub mod helpers;\n// mod common;\nmod database;\n")], &["lib.rs:1"]);
}

#[test]
fn leftovers() {
    let marked = format!("// {}{}: later\n// {}{}x\n", "TO", "DO", "TO", "DO");
    check(files::leftovers, &[("a.rs", &marked), ("Cargo.lock", &marked)], &["a.rs:1"]);
    check(files::leftovers, &[("a.rs", &format!("#[{}]\nfn a() {{}}", "ignore"))], &["a.rs:1"]);
}

#[test]
fn machine_paths() {
    let path = format!("see {}{}/x and crates{0}{1}/y", "/wo", "rk");
    check(files::machine_paths, &[("a.md", &path), ("b.md", &path.replace("see ", "frame"))], &["a.md:1"]);
}

#[test]
fn silenced_lints() {
    let text =
        format!("#[{0}(dead_code)]\n#[expect(x, reason = \"y\")]\n// #[{0}(x)]\n#![cfg_attr(test, {0}(y))]\n", "allow");
    check(files::silenced, &[("a.rs", &text)], &["a.rs:1", "a.rs:4"]);
}

#[test]
fn decisions() {
    let tree = [
        ("docs/decisions/2026-11-24-why.md", "# Why\n"),
        ("docs/decisions/2026-13-24-why.md", "# Why\n"),
        ("docs/decisions/why.md", "Why\n"),
    ];
    check(files::decisions, &tree, &["2026-13-24", "decisions/why.md", "decisions/why.md:1"]);
}

const HOUSE: &str =
    "## Floors\n```\n2 upper\n1 lower level\n```\n`crates/upper` `crates/lower` `crates/level` `crates/tidy`\n";

#[test]
fn arrows() {
    let row = |name: &str, text: &str| (format!("crates/{name}/Cargo.toml"), text.to_owned());
    let tree = |manifests: &[(String, String)], expected: &[&str]| {
        let mut files = vec![("ARCHITECTURE.md", HOUSE)];
        files.extend(manifests.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        check(floors::arrows, &files, expected);
    };
    let lower = row("lower", "[dependencies]\nserde.workspace = true\n");
    tree(&[lower.clone(), row("upper", "[dependencies]\nlower.workspace = true\n")], &[]);
    tree(
        &[row("lower", "[dependencies]\nupper.workspace = true\n"), row("upper", "")],
        &["`lower` (floor 1) leans on `upper`"],
    );
    tree(
        &[lower.clone(), row("level", "[dev-dependencies]\nlower = { path = \"x\" }\n")],
        &["(floor 1) leans on `lower` (floor 1)"],
    );
    tree(&[lower.clone(), row("stray", "")], &["`stray` has no floor", "does not say what `crates/stray`"]);
    tree(&[row("tidy", ""), row("lower", "[dependencies]\ntidy.workspace = true\n")], &["outside its tests"]);
    tree(&[row("tidy", ""), row("lower", "[dev-dependencies]\ntidy.workspace = true\n")], &[]);
}

#[test]
fn manifests_inherit() {
    let whole = "[package]\nversion.workspace = true\nedition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n[lints]\nworkspace = true\n";
    check(manifests::inherit, &[("crates/a/Cargo.toml", whole)], &[]);
    check(manifests::inherit, &[("crates/a/Cargo.toml", &whole.replace("[lints]", "[other]"))], &["lints"]);
    check(
        manifests::inherit,
        &[("crates/a/Cargo.toml", &whole.replace("edition.workspace = true", "edition = \"2024\""))],
        &["edition"],
    );
}

#[test]
fn migrations_stand_in_order() {
    let list = "include_str!(\"../migrations/202611240901_a.sql\") include_str!(\"../migrations/202611240900_b.sql\")";
    let tree = [
        ("crates/a/Cargo.toml", ""),
        ("crates/a/src/lib.rs", list),
        ("crates/a/migrations/202611240900_b.sql", ""),
        ("crates/a/migrations/202611240901_a.sql", ""),
        ("crates/a/migrations/202611240901_c.sql", ""),
        ("crates/a/migrations/202611242560_d.sql", ""),
    ];
    check(migrations::stamps, &tree, &["_c.sql: has the stamp of", "_d.sql: is not named"]);
    check(migrations::listed, &tree, &["lib.rs:1", "_c.sql: is not listed", "_d.sql: is not listed"]);
}

#[test]
fn columns_are_explained() {
    let sql = "-- Things.\nCREATE TABLE a_things (\n    id BIGINT, -- which\n    at BIGINT,\n    PRIMARY KEY (id)\n);\n\nCREATE TABLE a_more (\n);\n";
    check(migrations::explained, &[("crates/a/migrations/1.sql", sql)], &["1.sql:4", "1.sql:8"]);
}

#[test]
fn statements_stand_in_stores() {
    let statement = "fn a() { b(\"SELECT id FROM a_things\") }\n#[cfg(test)]\nmod tests {\n const C: &str = \"DELETE FROM a_things\";\n}";
    check(sql::place, &[("crates/a/src/read.rs", statement)], &["read.rs:1"]);
    check(sql::place, &[("crates/a/src/store.rs", statement), ("crates/a/src/store/b.rs", statement)], &[]);
    check(sql::place, &[("crates/store/src/x.rs", statement), ("crates/a/tests/x.rs", statement)], &[]);
    check(
        sql::place,
        &[("crates/a/src/words.rs", "const A: &str = \"SELECT\"; const B: &str = \"UPDATE your app\";")],
        &[],
    );
}

#[test]
fn statements_keep_to_their_tables() {
    let rows = [
        ("SELECT a FROM a_things JOIN b_other ON a = b", 1),
        ("INSERT INTO a_things (x) VALUES ($1) ON CONFLICT (x) DO UPDATE SET x = excluded.x", 0),
        ("INSERT INTO b_things (x) VALUES ($1)", 1),
        ("WITH recent AS (SELECT x FROM a_things) SELECT x FROM recent", 0),
        ("WITH RECURSIVE steps (x) AS (SELECT 1) SELECT x FROM steps", 0),
        ("UPDATE b_things SET x = 'FROM c_things'", 1),
        ("DELETE FROM a_things WHERE x IS DISTINCT FROM y", 0),
        ("SELECT x FROM pub_b_things, unnest($1) AS t", 0),
        ("CREATE INDEX b_by_x ON b_things (x)", 1),
    ];
    for (statement, count) in rows {
        let text = format!("const A: &str = \"{statement}\";");
        check(sql::tables, &[("crates/a/src/store.rs", &text)], &vec!["is not a table of `a`"; count]);
    }
    let migration = "-- FROM nowhere\nCREATE TABLE b_things (\n id BIGINT\n);\n";
    check(sql::tables, &[("crates/a/migrations/1.sql", migration)], &["1.sql:2"]);
    check(sql::tables, &[("crates/access/src/store.rs", "const A: &str = \"SELECT at FROM store_events\";")], &[]);
}

#[test]
fn refusal_codes() {
    let given = "refusals! { pub enum R { /// A.\n A = 409 \"a.shut\", \"x\"; } }";
    let twice = given.replace("a.shut", "b.shut");
    check(refusals::unique, &[("crates/a/src/lib.rs", given), ("crates/b/src/lib.rs", &twice)], &[]);
    check(refusals::unique, &[("crates/a/src/lib.rs", given), ("crates/a/src/c.rs", given)], &["`a.shut` stands at"]);
    check(refusals::unique, &[("crates/a/src/lib.rs", &twice)], &["given by `a`"]);
    check(refusals::unique, &[("crates/a/src/lib.rs", &given.replace("a.shut", "Shut"))], &["is no code"]);
    check(refusals::unique, &[("crates/a/src/lib.rs", &format!("/// {}", given.replace('\n', " ")))], &[]);
}

#[test]
fn documents_name_what_is_there() {
    let text = "See `crates/a/src/lib.rs`, `crates/b`, `crates/NAME/x`, `GET /fhir`, [why](docs/decisions) and [gone](docs/gone.md).\n";
    let tree = [("README.md", text), ("crates/a/src/lib.rs", ""), ("docs/decisions/x.md", text)];
    check(paths::named_files, &tree, &["`crates/b`", "`docs/gone.md`"]);
    check(
        paths::named_files,
        &[("docs/operate/a.md", "[b](b.md) [c](../c.md)"), ("docs/operate/b.md", "")],
        &["`../c.md`"],
    );
}

#[test]
fn tests_can_fail() {
    let good = "#[test]\nfn a() { assert!(b()); }\n#[test]\n#[should_panic]\nfn c() { d(); }\n";
    check(tests::assert_something, &[("a.rs", good)], &[]);
    check(tests::assert_something, &[("a.rs", &good.replace("assert!(b())", "b()"))], &["a.rs:1"]);
    let through =
        "fn judge() { assert!(b()); }\nfn idle() {}\n#[test]\nfn a() { judge(); }\n#[test]\nfn c() { idle(); }\n";
    check(tests::assert_something, &[("a.rs", through)], &["a.rs:5"]);
}
