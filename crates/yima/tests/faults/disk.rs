//! Disks: full (D4) and failing (D5).

use crate::home::{Home, Node, database};
use crate::shim::Shim;
use crate::supply::{assert_whole, places, stored, supply};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// A node of one hospital on a disk that fails on demand.
fn on_shim() -> (Home, String, Shim, Node) {
    let home = Home::empty().init();
    let token = home.token();
    let shim = Shim::new(&home);
    let node = home.serve(shim.variables());
    (home, token, shim, node)
}

#[test]
fn a_full_disk_refuses_writing_and_lets_reading_go_on() {
    let (home, token, shim, node) = on_shim();
    let before = supply(&node, &token, "before").unwrap();
    let place = places(&before).pop().unwrap();

    shim.set_full(true);
    for number in 0..10 {
        let refused = supply(&node, &token, &format!("full-{number}")).unwrap();
        assert_eq!((refused.status, refused.code()), (507, "node.disk-full"), "{}", refused.text);
    }
    for path in ["/v1/institutions", "/fhir/metadata", "/livez", "/readyz", "/metrics"] {
        let read = node.ask(&token, "GET", path, "");
        assert_eq!(read.status, 200, "{path}: {}", read.text);
    }
    let found = node.ask(&token, "GET", "/fhir/Patient?_count=1", "");
    assert!(found.status < 500 || found.code() == "node.disk-full", "{}", found.text);
    // The look is durable in the reserve, so the entry may be shown (U1 and D4).
    let look = node.ask(&token, "GET", &place, "");
    assert_eq!(look.status, 200, "{}", look.text);
    assert_eq!(looks(&home), 0, "not in the chain yet");

    shim.set_full(false);
    let after = supply(&node, &token, "after").unwrap();
    assert_eq!(after.status, 200, "it works again by itself: {}", after.text);
    assert_eq!(looks(&home), 1, "it came to the chain before what was written after it");
    assert_eq!(node.ask(&token, "GET", &place, "").status, 200);
    home.done(&["check"]);
    assert_eq!(node.stop(), 0);
    assert_eq!(looks(&home), 2);
    home.done(&["check"]);
    let wanted = BTreeMap::from([("after".to_owned(), 3), ("before".to_owned(), 3)]);
    assert_eq!(stored(&home.path("data/yima.sqlite")), wanted, "nothing of what was refused");
    assert_whole(&home.path("data/yima.sqlite"));
}

/// Looks at single entries (event 500) that are in the chain.
fn looks(home: &Home) -> i64 {
    let database = database(&home.path("data/yima.sqlite"));
    database.query_row("SELECT COUNT(*) FROM store_events WHERE name = 500", [], |row| row.get(0)).unwrap()
}

#[test]
fn looks_on_a_full_disk_outlive_a_kill_and_come_to_the_chain_once() {
    let (home, token, shim, mut node) = on_shim();
    let place = places(&supply(&node, &token, "before").unwrap()).pop().unwrap();
    shim.set_full(true);
    for number in 0..5 {
        assert_eq!(supply(&node, &token, &format!("full-{number}")).unwrap().status, 507);
        let read = node.ask(&token, "GET", &place, "");
        assert_eq!(read.status, 200, "{}", read.text);
    }
    node.signal("KILL");
    node.ended();
    assert_eq!(looks(&home), 0, "nothing is in the chain, all is in the reserve");

    shim.set_full(false);
    let mut node = home.serve(shim.variables());
    crate::home::until("the looks in the chain", || (looks(&home) == 5).then_some(()));
    assert_eq!(supply(&node, &token, "after").unwrap().status, 200);
    // Killed again right away: what was taken over is not taken over twice.
    node.signal("KILL");
    node.ended();
    for _ in 0..2 {
        let node = home.serve(shim.variables());
        assert_eq!(node.stop(), 0);
        assert_eq!(looks(&home), 5);
    }
    home.done(&["check"]);
    assert_whole(&home.path("data/yima.sqlite"));
}

#[test]
fn a_reserve_that_is_used_up_refuses_reading_and_keeps_what_it_has() {
    let (home, token, shim, node) = on_shim();
    let place = places(&supply(&node, &token, "before").unwrap()).pop().unwrap();
    assert_eq!(node.stop(), 0);
    // As if thousands of looks had come: the file has room for a few more.
    let path = home.path("data/yima.looks");
    let head = std::fs::read(&path).unwrap()[..1_024].to_vec();
    std::fs::write(&path, head).unwrap();
    let node = home.serve(shim.variables());
    shim.set_full(true);
    let mut kept = 0;
    let refused = loop {
        let read = node.ask(&token, "GET", &place, "");
        if read.status != 200 {
            break read;
        }
        kept += 1;
        assert!(kept < 100, "it never ends");
    };
    assert_eq!((refused.status, refused.code()), (507, "node.disk-full"), "{}", refused.text);
    assert!(!refused.text.contains("before"), "{}", refused.text);
    assert!(kept >= 3, "only {kept} looks had room");
    shim.set_full(false);
    assert_eq!(node.ask(&token, "GET", &place, "").status, 200);
    assert_eq!(node.stop(), 0);
    assert_eq!(looks(&home), kept + 1);
    home.done(&["check"]);
}

#[test]
fn a_disk_that_fills_and_empties_under_load_leaves_nothing_half_written() {
    let (home, token, shim, node) = on_shim();
    let answers = Mutex::new(BTreeMap::new());
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for client in 0..6 {
            let (node, token, answers, over) = (&node, &token, &answers, &over);
            scope.spawn(move || {
                for number in 0.. {
                    let word = format!("c{client}-{number}");
                    let status = supply(node, token, &word).map(|answer| answer.status);
                    answers.lock().unwrap().insert(word, status);
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                }
            });
        }
        let count = |wanted: u16| answers.lock().unwrap().values().filter(|status| **status == Some(wanted)).count();
        for _ in 0..6 {
            for (full, status) in [(true, 507), (false, 200)] {
                shim.set_full(full);
                let enough = count(status) + 10;
                crate::home::until("more answers", || (count(status) >= enough).then_some(()));
            }
        }
        over.store(true, Ordering::SeqCst);
    });
    assert_eq!(node.stop(), 0);
    home.done(&["check"]);
    let stored = stored(&home.path("data/yima.sqlite"));
    for (word, status) in answers.into_inner().unwrap() {
        match status {
            Some(200) => assert_eq!(stored.get(&word), Some(&3), "{word} was acknowledged"),
            Some(507) => assert_eq!(stored.get(&word), None, "{word} was refused"),
            other => panic!("{word} was answered {other:?}"),
        }
    }
    assert_whole(&home.path("data/yima.sqlite"));
}

/// The node has stopped by itself and comes back with what it had acknowledged;
/// what was never answered is there wholly or not at all.
fn check_stopped(home: &Home, mut node: Node, token: &str, acknowledged: &[String]) {
    assert_eq!(node.ended(), 74, "{}", node.err());
    assert!(node.err().contains("the disk failed"), "{}", node.err());
    let node = home.serve(Vec::new());
    let stored = stored(&home.path("data/yima.sqlite"));
    for word in acknowledged {
        assert_eq!(stored.get(word), Some(&3), "{word} was acknowledged");
    }
    assert_whole(&home.path("data/yima.sqlite"));
    assert_eq!(supply(&node, token, "again").unwrap().status, 200);
    assert_eq!(node.stop(), 0);
    home.done(&["check"]);
}

#[test]
fn a_failed_sync_is_never_acknowledged_and_ends_the_process() {
    let (home, token, shim, node) = on_shim();
    let acknowledged: Vec<String> = (0..20).map(|number| format!("good-{number}")).collect();
    for word in &acknowledged {
        assert_eq!(supply(&node, &token, word).unwrap().status, 200);
    }
    shim.fail_sync("");
    std::thread::scope(|scope| {
        for client in 0..4 {
            let (node, token) = (&node, &token);
            scope.spawn(move || {
                let answer = supply(node, token, &format!("bad-{client}"));
                assert!(answer.as_ref().is_none_or(|answer| answer.status >= 500), "{answer:?}");
            });
        }
    });
    check_stopped(&home, node, &token, &acknowledged);
}

#[test]
fn a_sync_that_fails_while_the_log_is_folded_in_ends_the_process_too() {
    let (home, token, shim, node) = on_shim();
    // The log (`-wal`) still syncs: only folding it into the file does not.
    shim.fail_sync("yima.sqlite");
    let answer = supply(&node, &token, "durable").unwrap();
    assert_eq!(answer.status, 200, "it is durable in the log: {}", answer.text);
    check_stopped(&home, node, &token, &["durable".to_owned()]);
}
