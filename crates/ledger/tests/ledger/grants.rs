//! PostgreSQL: the node's role adds to the journal and cannot change it (L2).

use crate::books::{AGENCY, PERSON, block};
use kernel::Fen;
use ledger::{Account, CAPABILITY, Entry, EntryKind, Ledger, Lines, Refs, check, grants};
use std::sync::Arc;
use store::{Db, Engine, Settings, migrate};
use testkit::server;

#[test]
fn the_nodes_role_cannot_change_what_was_posted() {
    assert_eq!(grants("x; DROP TABLE y"), None);
    let Some(server) = server() else { return assert!(std::env::var_os("YIMA_NEED_PG").is_none()) };
    let url = server.new_database();
    let steps = migrate::in_order(&[&store::CAPABILITY, &CAPABILITY]);
    let open = |url: &str| {
        let engine = Engine::Postgres { url: url.to_owned(), lanes: 1, readers: 2 };
        Db::open(Settings::of(engine), &steps).expect("the database opens")
    };
    let owner = open(&url);
    let role = format!("clerk_{}", std::process::id());
    let text = grants(&role).unwrap();
    let bare: String = text.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
    let made = format!("CREATE ROLE {role} LOGIN; {bare}");
    for statement in made.split(';').map(str::trim).filter(|one| !one.is_empty()) {
        let statement: &'static str = statement.to_owned().leak();
        owner.write_now(0, move |tx| Ok(tx.execute(statement, &[])?)).expect("the owner grants");
    }
    owner.close();
    let db = open(&url.replace(" user=", &format!(" user={role} application_name=")));
    let ledger = Ledger::load(&db).unwrap();
    for _ in 0..2 {
        let ledger = ledger.clone();
        let posted = db.write_now(PERSON.0, move |tx| {
            let lines = Lines::new().debit(Account::bank(), Fen(9)).credit(Account::personal(PERSON), Fen(9));
            let (kind, refs) = (EntryKind::AccountCredited, Refs::default());
            let entry = Entry { entity: AGENCY, kind, period: None, refs, lines: lines.as_slice() };
            let id = ledger.post(tx, &entry)?;
            Ok(id)
        });
        posted.unwrap();
    }
    block(ledger.fold()).unwrap();
    for statement in [
        "UPDATE ledger_journal SET at = at + 1",
        "DELETE FROM ledger_journal",
        "TRUNCATE ledger_journal",
        "UPDATE ledger_segments SET entries = 0",
        "DELETE FROM ledger_movements",
        "DELETE FROM ledger_accounts",
    ] {
        let done = db.write_now(0, move |tx| Ok(tx.execute(statement, &[])?));
        assert!(done.unwrap_err().to_string().contains("permission denied"), "{statement}");
    }
    assert_eq!(check(&db, Arc::new(|_| ())).unwrap().wrong, Vec::<String>::new());
    db.close();
}
