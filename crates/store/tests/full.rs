//! A full disk: looks go to the reserve and come to the chain later, once, in order,
//! before anything newer. The disk that is full is a trigger of PostgreSQL here, with
//! the code its own full disk has; SQLite's is tried on the real program with a disk
//! that fails (`crates/yima/tests/faults`).

use kernel::{ActorId, EventName, FaultKind, PersonId};
use store::{Db, Engine, Event, Settings, SqlExt as _, event, migrate};
use testkit::MORNING;

const LOOKED: EventName = EventName { code: 901, name: "probe.looked", says: "A test looked.", look: true };
const WROTE: EventName = EventName { code: 902, name: "probe.wrote", says: "A test wrote.", look: false };

fn opened(url: &str, folder: Option<&std::path::Path>) -> Db {
    with_lanes(url, folder, 1)
}

fn with_lanes(url: &str, folder: Option<&std::path::Path>, lanes: u16) -> Db {
    let (world, _) = kernel::World::frozen(MORNING, 7);
    let settings = Settings {
        engine: Engine::Postgres { url: url.to_owned(), lanes, readers: 1 },
        world,
        on_lost: || {},
        reserve: folder.map(std::path::Path::to_owned),
    };
    Db::open(settings, &migrate::in_order(&[&store::CAPABILITY])).expect("the database opens")
}

fn of(name: &'static EventName, person: i64) -> Event {
    Event { person: Some(PersonId(person)), actor: Some(ActorId(7)), purpose: "01201", ..Event::of(name) }
}

fn record(db: &Db, event: Event) -> Result<(), FaultKind> {
    record_at(db, 0, event)
}

fn record_at(db: &Db, home: i64, event: Event) -> Result<(), FaultKind> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(db.record(home, event)).map_err(|error| match error {
        kernel::Error::Fault(fault) => fault.kind,
        kernel::Error::Refused(refused) => panic!("refused: {refused:?}"),
    })
}

/// From now on nothing can be chained, or it can again.
fn fill(url: &str, full: bool) {
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("connecting");
    let sql = if full {
        "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$;
         CREATE TRIGGER full_disk BEFORE INSERT ON store_events FOR EACH ROW EXECUTE FUNCTION full_disk();"
    } else {
        "DROP TRIGGER full_disk ON store_events"
    };
    client.batch_execute(sql).expect("the trigger");
}

/// Kind and person of every event, in the chain's order; the chain must be whole.
fn chain(db: &Db) -> Vec<(i64, i64)> {
    db.read_now(|sql| {
        assert_eq!(event::verify(sql)?.wrong, Vec::<String>::new());
        Ok(sql.all("SELECT name, person_id FROM store_events ORDER BY seq LIMIT 100", &[], |row| {
            Ok((row.i64(0)?, row.i64(1)?))
        })?)
    })
    .expect("the trail can be read")
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        #[expect(clippy::disallowed_methods, reason = "waiting for another thread")]
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("{what}");
}

#[test]
fn looks_outlive_a_full_disk_and_a_kill_and_come_to_the_chain_once() {
    let Some(server) = testkit::server() else { return };
    let (url, folder) = (server.new_database(), tempfile::tempdir().expect("a folder"));
    let db = opened(&url, Some(folder.path()));
    assert_eq!(record(&db, of(&LOOKED, 1)), Ok(()));
    fill(&url, true);
    assert_eq!(record(&db, of(&WROTE, 2)), Err(FaultKind::Full), "only looks are kept");
    for person in 3..6 {
        assert_eq!(record(&db, of(&LOOKED, person)), Ok(()));
    }
    assert_eq!(record(&db, of(&WROTE, 6)), Err(FaultKind::Full));
    assert_eq!(db.held_count(), 3);
    assert_eq!(db.held_looks(PersonId(4)).len(), 1);
    assert_eq!(chain(&db), [(901, 1)]);
    // It ends without having had room; the reserve is all that is left.
    db.close();
    drop(db);

    let db = opened(&url, Some(folder.path()));
    assert_eq!(db.held_count(), 3, "the disk is still full");
    assert_eq!(record(&db, of(&LOOKED, 7)), Ok(()));
    fill(&url, false);
    assert_eq!(record(&db, of(&WROTE, 8)), Ok(()), "it works again by itself");
    let all = [(901, 1), (901, 3), (901, 4), (901, 5), (901, 7), (902, 8)];
    assert_eq!(chain(&db), all);
    assert_eq!((db.held_count(), db.held_looks(PersonId(4)).len()), (0, 0));
    // Again, and this time nobody writes: a quiet moment is enough.
    fill(&url, true);
    assert_eq!(record(&db, of(&LOOKED, 9)), Ok(()));
    fill(&url, false);
    eventually("the look comes to the chain by itself", || db.held_count() == 0);
    assert_eq!(chain(&db).last(), Some(&(901, 9)));
    db.close();
    drop(db);

    let db = opened(&url, Some(folder.path()));
    assert_eq!(chain(&db).len(), all.len() + 1, "nothing comes twice");
    db.close();
}

#[test]
fn without_a_folder_for_the_reserve_looks_are_refused() {
    let Some(server) = testkit::server() else { return };
    let url = server.new_database();
    let db = opened(&url, None);
    fill(&url, true);
    assert_eq!(record(&db, of(&LOOKED, 1)), Err(FaultKind::Full));
    fill(&url, false);
    assert_eq!(record(&db, of(&LOOKED, 1)), Ok(()));
    assert_eq!(chain(&db), [(901, 1)]);
    db.close();
}

#[test]
fn looks_of_a_lane_that_is_no_longer_asked_for_come_to_the_chain() {
    let Some(server) = testkit::server() else { return };
    let (url, folder) = (server.new_database(), tempfile::tempdir().expect("a folder"));
    let db = with_lanes(&url, Some(folder.path()), 3);
    fill(&url, true);
    assert_eq!(record_at(&db, 2, of(&LOOKED, 5)), Ok(()));
    db.close();
    drop(db);

    let db = with_lanes(&url, Some(folder.path()), 1);
    assert_eq!(db.held_looks(PersonId(5)).len(), 1, "fewer lanes do not hide it");
    fill(&url, false);
    eventually("the look comes to the chain", || db.held_count() == 0);
    assert_eq!(chain(&db), [(901, 5)]);
    db.close();
}
