//! Statements of the settlement benchmarks: past settlements written straight, and
//! the plain SQL that a settlement is compared with.

use kernel::PersonId;
use std::fmt::Write as _;
use std::path::PathBuf;
use store::{Insert, Kind, Tx};

/// A past settlement, packed.
pub(crate) struct Past {
    pub(crate) body: Vec<u8>,
    pub(crate) fee: i64,
    pub(crate) fund: i64,
    pub(crate) cash: i64,
}

static SETTLEMENTS: Insert = Insert {
    table: "settlement_settlements",
    columns: &[
        ("person_id", Kind::Int),
        ("id", Kind::Int),
        ("kind", Kind::Int),
        ("of_id", Kind::Int),
        ("visit_id", Kind::Int),
        ("batch", Kind::Text),
        ("institution_id", Kind::Int),
        ("actor_id", Kind::Int),
        ("msgid", Kind::Text),
        ("insutype", Kind::Text),
        ("year", Kind::Int),
        ("year_version", Kind::Int),
        ("plan_id", Kind::Int),
        ("care", Kind::Text),
        ("at", Kind::Int),
        ("fee", Kind::Int),
        ("fund", Kind::Int),
        ("account", Kind::Int),
        ("mutual", Kind::Int),
        ("cash", Kind::Int),
        ("hospital", Kind::Int),
        ("body", Kind::Bytes),
    ],
    on_conflict: "",
};

/// Writes a past settlement of a person.
pub(crate) fn settlement(tx: &mut Tx<'_>, person: PersonId, number: i64, at: i64, past: Past) {
    let values = [
        person.0.into(),
        number.into(),
        1.into(),
        0.into(),
        number.into(),
        "1".into(),
        1.into(),
        1.into(),
        "".into(),
        "310".into(),
        2026.into(),
        1.into(),
        1.into(),
        "op".into(),
        at.into(),
        past.fee.into(),
        past.fund.into(),
        0.into(),
        0.into(),
        past.cash.into(),
        0.into(),
        past.body.into(),
    ];
    tx.insert_later(&SETTLEMENTS, values);
}

/// Hospitals of the plain comparison.
const HOSPITALS: i64 = 400;

/// Tables of the plain comparison, filled.
pub(crate) fn plain_tables(people: i64) -> String {
    format!(
        "DROP TABLE IF EXISTS plain_keys, plain_balances, plain_transfers;
         CREATE TABLE plain_keys (key TEXT PRIMARY KEY, settlement BIGINT NOT NULL);
         CREATE TABLE plain_balances (account BIGINT PRIMARY KEY, balance BIGINT NOT NULL);
         CREATE TABLE plain_transfers (id BIGSERIAL PRIMARY KEY, debit BIGINT NOT NULL, credit BIGINT NOT NULL, amount BIGINT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now());
         INSERT INTO plain_balances SELECT number, 1000000000 FROM generate_series(1, {people}) AS number;
         INSERT INTO plain_balances SELECT 1000000 + number, 0 FROM generate_series(1, {HOSPITALS}) AS number;
         INSERT INTO plain_balances SELECT 2000000 + number, 0 FROM generate_series(1, 1000) AS number;
         VACUUM ANALYZE;\n"
    )
}

/// The plain settlement for pgbench, on one fund account or several.
pub(crate) fn plain_script(people: i64, funds: u32) -> String {
    let mut script = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        script,
        "\\set person random(1, {people})
\\set hospital 1000000 + random(1, {HOSPITALS})
\\set fund 2000000 + random(1, {funds})
\\set key random(1, 9000000000000000)
BEGIN;
INSERT INTO plain_keys (key, settlement) VALUES ('{funds}-' || :client_id || '-' || :key, :key) ON CONFLICT DO NOTHING;
UPDATE plain_balances SET balance = balance - 100 WHERE account = :person AND balance >= 100;
UPDATE plain_balances SET balance = balance - 700 WHERE account = :fund;
UPDATE plain_balances SET balance = balance + 800 WHERE account = :hospital;
INSERT INTO plain_transfers (debit, credit, amount) VALUES (:person, :hospital, 100);
INSERT INTO plain_transfers (debit, credit, amount) VALUES (:fund, :hospital, 700);
INSERT INTO plain_transfers (debit, credit, amount) VALUES (:hospital, :hospital + 5000000, 800);
COMMIT;
"
    );
    script
}

/// A program of the installed PostgreSQL.
pub(crate) fn pg_tool(name: &str) -> PathBuf {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("bin").join(name))
        .filter(|path| path.exists())
        .collect();
    folders.sort();
    folders.pop().unwrap_or_else(|| PathBuf::from(name))
}
