//! The reserve by itself: what it keeps over kills, torn records and other databases.

use super::*;
use crate::link::Control;
use crate::sqlite::SqliteLink;
use kernel::{ActorId, EventName, PersonId};

const LOOKED: EventName = EventName { code: 901, name: "probe.looked", says: "A test looked.", look: true };
const SMALL: u64 = 4_096;

fn link(folder: &Path) -> Link {
    let mut link = Link::Sqlite(SqliteLink::writer(&folder.join("yima.sqlite")).unwrap());
    link.script("CREATE TABLE IF NOT EXISTS store_facts (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL)")
        .unwrap();
    link
}

fn opened(folder: &Path) -> (Link, Reserve) {
    let mut link = link(folder);
    let (world, _) = World::frozen(1_000_000, 7);
    let reserve = Reserve::sized(&mut link, &folder.join("yima.looks"), &world, SMALL).unwrap();
    (link, reserve)
}

fn look(number: i64) -> Event {
    Event {
        person: Some(PersonId(number)),
        actor: Some(ActorId(7)),
        purpose: "01201",
        object: format!("Observation/{number}"),
        detail: (number % 2 == 0).then(|| b"{}".to_vec()),
        ..Event::of(&LOOKED)
    }
}

/// Keeps one look; answers whether it is durable.
fn keep(reserve: &mut Reserve, number: i64) -> bool {
    reserve.keep(&[(number, &look(number))]) == 1
}

/// The persons that wait, oldest first.
fn waiting(reserve: &Reserve) -> Vec<i64> {
    reserve.lock().iter().map(|(_, held)| held.person.0).collect()
}

/// Takes over what waits, in a transaction of its own.
fn take(link: &mut Link, reserve: &Reserve) -> (i64, Vec<Held>) {
    link.control(Control::Begin).unwrap();
    let taken = reserve.take(link).unwrap();
    link.control(Control::Commit).unwrap();
    taken
}

#[test]
fn a_kept_look_is_found_again_with_all_its_fields() {
    let folder = tempfile::tempdir().unwrap();
    let (link, mut reserve) = opened(folder.path());
    assert_eq!(reserve.keep(&[(11, &look(1)), (12, &look(2))]), 2);
    drop((link, reserve));
    let (mut link, reserve) = opened(folder.path());
    let (_, looks) = take(&mut link, &reserve);
    let wanted = [(11, look(1)), (12, look(2))].map(|(at, event)| Held::of(&event.line(at)));
    assert_eq!(looks, wanted);
}

#[test]
fn after_a_kill_at_any_moment_each_look_is_taken_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut link, mut reserve) = opened(folder.path());
    assert!(keep(&mut reserve, 1) && keep(&mut reserve, 2));
    // Killed after the commit that took them, before the file learned of it.
    let (_, looks) = take(&mut link, &reserve);
    assert_eq!(looks.len(), 2);
    drop((link, reserve));
    let (mut link, mut reserve) = opened(folder.path());
    assert!(!reserve.due(), "they are in the chain: {:?}", waiting(&reserve));
    // The next round writes over them; what is left behind its end is old.
    assert!(keep(&mut reserve, 3));
    drop(reserve);
    let (_, mut reserve) = opened(folder.path());
    assert_eq!(waiting(&reserve), [3]);
    assert!(keep(&mut reserve, 4));
    // Killed before the commit.
    link.control(Control::Begin).unwrap();
    assert_eq!(reserve.take(&mut link).unwrap().1.len(), 2);
    drop((link, reserve));
    let (mut link, mut reserve) = opened(folder.path());
    assert_eq!(waiting(&reserve), [3, 4]);
    let (upto, _) = take(&mut link, &reserve);
    reserve.taken(upto);
    assert!(!reserve.due());
    drop((link, reserve));
    assert!(!opened(folder.path()).1.due());
}

#[test]
fn a_reserve_that_is_used_up_keeps_nothing_more_until_it_is_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let (mut link, mut reserve) = opened(folder.path());
    let kept = (1..1_000).take_while(|number| keep(&mut reserve, *number)).count();
    assert!((15..60).contains(&kept), "{kept} looks in {SMALL} bytes");
    assert_eq!(std::fs::metadata(folder.path().join("yima.looks")).unwrap().len(), SMALL, "it never grows");
    let several: Vec<Event> = (100..104).map(look).collect();
    let several: Vec<(i64, &Event)> = several.iter().map(|event| (1, event)).collect();
    assert_eq!(reserve.keep(&several), 0);
    let (upto, looks) = take(&mut link, &reserve);
    assert_eq!(looks.len(), kept);
    reserve.taken(upto);
    assert_eq!(reserve.keep(&several), 4);
    drop((link, reserve));
    assert_eq!(waiting(&opened(folder.path()).1), [100, 101, 102, 103]);
}

#[test]
fn a_torn_record_is_no_look_and_what_was_synced_before_it_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("yima.looks");
    let (link, mut reserve) = opened(folder.path());
    assert!(keep(&mut reserve, 1));
    let whole = usize::try_from(reserve.end).unwrap();
    assert!(keep(&mut reserve, 2));
    let end = usize::try_from(reserve.end).unwrap();
    drop((link, reserve));
    let bytes = std::fs::read(&path).unwrap();
    for at in whole..end {
        let mut torn = bytes.clone();
        torn[at] ^= 0x40;
        std::fs::write(&path, torn).unwrap();
        assert_eq!(waiting(&opened(folder.path()).1), [1], "byte {at}");
    }
}

#[test]
fn a_file_of_another_database_is_put_aside_not_taken() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_, mut reserve) = opened(ours.path());
    assert!(keep(&mut reserve, 1));
    let mut other = link(theirs.path());
    let (world, _) = World::frozen(2_000_000, 8);
    let reserve = Reserve::sized(&mut other, &ours.path().join("yima.looks"), &world, SMALL).unwrap();
    assert!(!reserve.due());
    let names: Vec<String> = std::fs::read_dir(ours.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("yima.looks."))
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn looks_are_taken_over_a_part_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut link = link(folder.path());
    let (world, _) = World::frozen(1_000_000, 7);
    let path = folder.path().join("yima.looks");
    let mut reserve = Reserve::open(&mut link, &path, &world).unwrap();
    let all: Vec<Event> = (1..=1_500).map(look).collect();
    let all: Vec<(i64, &Event)> = all.iter().map(|event| (5, event)).collect();
    assert_eq!(reserve.keep(&all), 1_500);
    let (upto, looks) = take(&mut link, &reserve);
    assert_eq!(looks.len(), DRAINED_MAX);
    reserve.taken(upto);
    // Killed in the middle: the rest is found behind what was taken.
    drop(reserve);
    let reserve = Reserve::open(&mut link, &path, &world).unwrap();
    let rest: Vec<i64> = (1_025..=1_500).collect();
    assert_eq!(waiting(&reserve), rest);
}

#[test]
fn a_look_that_could_not_be_read_again_is_not_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut link = link(folder.path());
    let (world, _) = World::frozen(1_000_000, 7);
    let path = folder.path().join("yima.looks");
    let mut reserve = Reserve::open(&mut link, &path, &world).unwrap();
    let long = Event { detail: Some(vec![b' '; held::RECORD_MAX]), ..look(1) };
    assert_eq!(reserve.keep(&[(1, &long)]), 0);
    assert!(keep(&mut reserve, 2));
    drop(reserve);
    let reserve = Reserve::open(&mut link, &path, &world).unwrap();
    assert_eq!(waiting(&reserve), [2]);
}
