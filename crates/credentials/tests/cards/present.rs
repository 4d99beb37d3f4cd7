//! Presenting: once and only once, within its minute, by a living card.

use crate::desk::{CAPABILITIES, Desk, desk, phone_card, runtime};
use code::time::SUBS;
use credentials::marks::step_at;
use credentials::show::STEP_SECONDS;
use credentials::{Codes, Medium, NewCard, Scan, issue, revoke};
use kernel::time::{DAY, HOUR, MINUTE, SECOND};
use kernel::{CardId, Error};
use store::{Db, Engine, Settings, SqlExt as _, migrate};
use testkit::on_both;

fn refusal(desk: &Desk<'_>, code: &str, purpose: &str) -> &'static str {
    desk.scan(code, purpose).map_or_else(|error| error.code(), |_| "accepted")
}

#[test]
fn a_scan_proves_presence_and_opens_what_its_purpose_opens() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let scanned = desk.scan(&desk.code(), "01201").unwrap();
        assert_eq!(scanned.person.id, desk.person, "{}", bench.name);
        assert_eq!((scanned.person.name.as_str(), scanned.person.birth_year.as_str()), ("周*怡", "1949"));
        assert_eq!(scanned.presence.expires_at, scanned.presence.proved_at + 15 * MINUTE);
        let grant = scanned.presence.grant.unwrap();
        assert_eq!(grant.until_at, bench.db.world().now() + DAY, "{}", bench.name);
        assert_eq!((desk.events(400), desk.events(100), desk.events(401)), (1, 1, 0), "{}", bench.name);
        let open = runtime().block_on(desk.credentials.gate.grant(&desk.doctor, desk.person)).unwrap();
        assert_eq!(open.id(), Some(grant.id), "{}", bench.name);
        // Paying opens nothing.
        bench.clock.advance(STEP_SECONDS * SECOND);
        let paid = desk.scan(&desk.code(), "01301").unwrap();
        assert_eq!(paid.presence.grant, None, "{}", bench.name);
        assert_eq!((desk.events(400), desk.events(100)), (2, 1), "{}", bench.name);
        assert_eq!(desk.count("SELECT COUNT(*) FROM credentials_presences"), 2, "{}", bench.name);
        assert_eq!(bench.db.check().unwrap().wrong, Vec::<String>::new(), "{}", bench.name);
    });
}

/// A grant that the gate remembers as missing is seen right after the scan.
#[test]
fn the_gate_learns_of_the_grant_at_once() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let before = runtime().block_on(desk.credentials.gate.grant(&desk.doctor, desk.person));
        assert_eq!(before.unwrap_err().code(), "access.grant-missing", "{}", bench.name);
        desk.scan(&desk.code(), "01201").unwrap();
        assert!(runtime().block_on(desk.credentials.gate.grant(&desk.doctor, desk.person)).is_ok(), "{}", bench.name);
    });
}

/// C2: of fifty who scan one code, one is first.
#[test]
fn of_fifty_scans_of_one_code_one_wins() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let code = desk.code();
        let outcomes: Vec<&'static str> = std::thread::scope(|scope| {
            let scans: Vec<_> = (0..50).map(|_| scope.spawn(|| refusal(&desk, &code, "01201"))).collect();
            scans.into_iter().map(|scan| scan.join().unwrap()).collect()
        });
        let accepted = outcomes.iter().filter(|outcome| **outcome == "accepted").count();
        let used = outcomes.iter().filter(|outcome| **outcome == "credentials.code-used").count();
        assert_eq!((accepted, used), (1, 49), "{}: {outcomes:?}", bench.name);
        assert_eq!(desk.count("SELECT COUNT(*) FROM credentials_marks"), 1, "{}", bench.name);
        assert_eq!((desk.events(400), desk.events(401)), (1, 49), "{}", bench.name);
    });
}

/// C1: a minute before and after the start of its half minute, counted in seconds.
#[test]
fn a_code_is_good_for_a_minute() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let now = bench.db.world().now();
        let of = |sub: u32| desk.credentials.codes.mint_at(desk.card, now, sub).unwrap();
        bench.clock.advance(-60 * SECOND - 1);
        assert_eq!(refusal(&desk, &of(0), "01201"), "credentials.code-expired", "{}", bench.name);
        bench.clock.advance(1);
        assert_eq!(refusal(&desk, &of(0), "01201"), "accepted", "{}", bench.name);
        bench.clock.advance(120 * SECOND);
        assert_eq!(refusal(&desk, &of(1), "01201"), "accepted", "{}", bench.name);
        bench.clock.advance(SECOND);
        let Err(Error::Refused(refused)) = desk.scan(&of(2), "01201").map(drop) else { panic!("not refused") };
        assert_eq!(refused.kind.code, "credentials.code-expired", "{}", bench.name);
        assert_eq!(refused.detail.as_deref(), Some("made 61 s ago, accepted for 60 s"), "{}", bench.name);
        bench.clock.advance(-60 * SECOND);
        assert_eq!(refusal(&desk, &of(2), "01201"), "accepted", "{}", bench.name);
        // A weekly key goes out of use, the code before it.
        bench.clock.advance(15 * DAY);
        assert_eq!(refusal(&desk, &of(3), "01201"), "credentials.code-expired", "{}", bench.name);
    });
}

/// A phone whose clock is wrong by a minute and a half, or by a day: told apart from a
/// guess, nothing is marked, and with the right time the same phone is accepted.
#[test]
fn a_phone_with_a_wrong_clock_is_told_so() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let now = bench.db.world().now();
        let of = |shift: i64| desk.credentials.codes.mint_at(desk.card, now + shift, 0).unwrap();
        for shift in [90 * SECOND, -90 * SECOND, DAY, -DAY] {
            assert_eq!(refusal(&desk, &of(shift), "01201"), "credentials.code-expired", "{} {shift}", bench.name);
        }
        assert_eq!((desk.events(401), desk.events(405)), (0, 0), "{}: a wrong clock is no guess", bench.name);
        assert_eq!(desk.count("SELECT COUNT(*) FROM credentials_marks"), 0, "{}", bench.name);
        assert_eq!(refusal(&desk, &of(0), "01201"), "accepted", "{}", bench.name);
    });
}

#[test]
fn a_revoked_card_shows_nothing_and_proves_nothing() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let code = desk.code();
        let (person, card, doctor) = (desk.person, desk.card, desk.doctor.clone());
        let revoked = |expected: bool| {
            let (doctor, this) = (doctor.clone(), desk.credentials.clone());
            let done = bench.db.write_now(person.0, move |tx| revoke(tx, &this, (person, card), &doctor)).unwrap();
            assert_eq!(done, expected, "{}", bench.name);
        };
        revoked(true);
        revoked(false);
        assert_eq!(refusal(&desk, &code, "01201"), "credentials.code-refused", "{}", bench.name);
        assert_eq!(desk.events(403), 1, "{}", bench.name);
        // Another card of the same person goes on; one that runs out stops by itself.
        let until = bench.db.world().now() + HOUR;
        let other = bench
            .db
            .write_now(person.0, move |tx| {
                issue(tx, &NewCard { expires_at: Some(until), medium: Medium::Paper, ..phone_card(person) })
            })
            .unwrap();
        let shown = runtime().block_on(desk.credentials.show_at_desk(&desk.doctor, other)).unwrap();
        assert_eq!(refusal(&desk, &shown.code, "01201"), "accepted", "{}", bench.name);
        bench.clock.advance(HOUR);
        let late = desk.credentials.codes.mint_at(other, bench.db.world().now(), 0).unwrap();
        assert_eq!(refusal(&desk, &late, "01201"), "credentials.code-refused", "{}", bench.name);
    });
}

/// The refusals in the order in which they are given, each on its own.
#[test]
fn refusals_have_an_order() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let now = bench.db.world().now();
        let foreign = Codes::with_key(&[1; 32], 990_200).unwrap().mint_at(desk.card, now, 0).unwrap();
        let forged = Codes::with_key(&[1; 32], 990_100).unwrap().mint_at(desk.card, 0, 0).unwrap();
        let old_and_unknown = desk.credentials.codes.mint_at(CardId(5), now - HOUR, 0).unwrap();
        let unknown = desk.credentials.codes.mint_at(CardId(5), now, 0).unwrap();
        for (code, purpose, expected) in [
            ("hello", "99999", "credentials.code-unreadable"),
            ("YM2:X62", "99999", "credentials.code-version-unknown"),
            (foreign.as_str(), "99999", "credentials.code-refused"),
            (forged.as_str(), "99999", "credentials.code-refused"),
            (old_and_unknown.as_str(), "99999", "credentials.code-expired"),
            (unknown.as_str(), "99999", "credentials.code-refused"),
            (unknown.as_str(), "01201", "credentials.code-refused"),
        ] {
            assert_eq!(refusal(&desk, code, purpose), expected, "{}: {code}", bench.name);
        }
        let code = desk.code();
        // A purpose that is not known uses nothing up.
        assert_eq!(refusal(&desk, &code, "99999"), "credentials.purpose-unknown", "{}", bench.name);
        assert_eq!(refusal(&desk, &code, "90001"), "credentials.purpose-unknown", "{}", bench.name);
        assert_eq!(refusal(&desk, &code, "01201"), "accepted", "{}", bench.name);
        assert_eq!(refusal(&desk, &code, "99999"), "credentials.code-used", "{}", bench.name);
        assert_eq!(desk.events(401), 1, "{}", bench.name);
        let (person, card, doctor, this) = (desk.person, desk.card, desk.doctor.clone(), desk.credentials.clone());
        bench.db.write_now(person.0, move |tx| revoke(tx, &this, (person, card), &doctor)).unwrap();
        assert_eq!(refusal(&desk, &code, "99999"), "credentials.code-refused", "{}", bench.name);
        assert_eq!(refusal(&desk, &code, "01201"), "credentials.code-refused", "{}", bench.name);
    });
}

#[test]
fn who_has_no_institution_scans_nothing() {
    let bench = testkit::sqlite(&CAPABILITIES);
    let mut desk = desk(&bench);
    let mut nobody = (*desk.doctor).clone();
    nobody.institution = None;
    desk.doctor = std::sync::Arc::new(nobody);
    assert_eq!(refusal(&desk, &desk.code(), "01201"), "credentials.institution-missing");
    let long = Scan { code: desk.code(), purpose: "01201".into(), place: "诊".repeat(101) };
    let mut doctor = (*desk.doctor).clone();
    doctor.institution = Some(kernel::InstitutionId(1));
    let refused = runtime().block_on(desk.credentials.scan(&std::sync::Arc::new(doctor), long)).unwrap_err();
    assert_eq!(refused.code(), "web.body-invalid");
    bench.db.close();
}

/// Two desks in one half minute both work: the phone moves to the next code.
#[test]
fn the_phone_shows_the_next_code_after_a_scan() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let mut citizen = (*desk.doctor).clone();
        citizen.person = Some(desk.person);
        let show = || runtime().block_on(desk.credentials.show_own(&citizen));
        let first = show().unwrap();
        assert_eq!(first.step_ends_at, step_at(bench.db.world().now()).ends_at() * SECOND);
        assert_eq!(first.seconds_left, 30, "{}", bench.name);
        for _ in 0..SUBS {
            assert_eq!(refusal(&desk, &show().unwrap().code, "01301"), "accepted", "{}", bench.name);
        }
        assert_eq!(show().unwrap_err().code(), "credentials.codes-used-up", "{}", bench.name);
        bench.clock.advance(29 * SECOND + 1);
        assert_eq!(show().unwrap_err().code(), "credentials.codes-used-up", "{}", bench.name);
        bench.clock.advance(SECOND);
        assert_eq!(refusal(&desk, &show().unwrap().code, "01301"), "accepted", "{}", bench.name);
        citizen.person = Some(kernel::PersonId(4));
        let nobody = runtime().block_on(desk.credentials.show_own(&citizen));
        assert_eq!(nobody.unwrap_err().code(), "credentials.no-card", "{}", bench.name);
    });
}

/// Marks go after five minutes; a clock set back revives no code, since the floor
/// under what was forgotten stays.
#[test]
fn old_marks_are_forgotten_and_never_revived() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let code = desk.code();
        assert_eq!(refusal(&desk, &code, "01301"), "accepted", "{}", bench.name);
        let forget = || runtime().block_on(desk.credentials.forget_used()).unwrap();
        bench.clock.advance(4 * MINUTE);
        assert_eq!(forget(), 0, "{}", bench.name);
        bench.clock.advance(-4 * MINUTE);
        assert_eq!(refusal(&desk, &code, "01301"), "credentials.code-used", "{}", bench.name);
        bench.clock.advance(6 * MINUTE);
        assert_eq!((forget(), forget()), (1, 0), "{}", bench.name);
        bench.clock.advance(-6 * MINUTE);
        assert_eq!(refusal(&desk, &code, "01301"), "credentials.code-used", "{}", bench.name);
        // Nor does a process that starts with its clock behind.
        let other = crate::desk::loaded(&bench.db);
        let scan = Scan { code, purpose: "01301".into(), place: String::new() };
        let error = runtime().block_on(other.scan(&desk.doctor, scan)).map(drop).unwrap_err();
        assert_eq!(error.code(), "credentials.code-used", "{}", bench.name);
    });
}

/// Two processes on one database: the table's key decides what neither knows.
#[test]
fn of_two_processes_one_wins() {
    on_both(&CAPABILITIES, |bench| {
        let desk = desk(bench);
        let other = crate::desk::loaded(&bench.db);
        let code = desk.code();
        let scan = |credentials: &credentials::Credentials| {
            let scan = Scan { code: code.clone(), purpose: "01301".into(), place: String::new() };
            runtime().block_on(credentials.scan(&desk.doctor, scan)).map_or_else(|error| error.code(), |_| "accepted")
        };
        let outcomes = [scan(&desk.credentials), scan(&other), scan(&other), scan(&desk.credentials)];
        let used = "credentials.code-used";
        assert_eq!(outcomes, ["accepted", used, used, used], "{}", bench.name);
        assert_eq!(desk.count("SELECT COUNT(*) FROM credentials_marks"), 1, "{}", bench.name);
    });
}

/// C11: the marks outlive the process, and so does the key.
#[test]
fn a_used_code_stays_used_after_reopening() {
    let bench = testkit::sqlite(&CAPABILITIES);
    let desk = desk(&bench);
    let code = desk.code();
    assert_eq!(refusal(&desk, &code, "01201"), "accepted");
    bench.db.close();
    let path = bench.folder().unwrap().join("yima.sqlite");
    let doctor = desk.doctor.clone();
    drop(desk);
    let world = bench.db.world().clone();
    drop(bench.db);
    let mut all = vec![&store::CAPABILITY];
    all.extend(CAPABILITIES);
    let settings = Settings { world, ..Settings::of(Engine::Sqlite(path)) };
    let db = Db::open(settings, &migrate::in_order(&all)).unwrap();
    let credentials = crate::desk::loaded(&db);
    let scan = Scan { code, purpose: "01201".into(), place: String::new() };
    let again = runtime().block_on(credentials.scan(&doctor, scan)).map(drop);
    assert_eq!(again.unwrap_err().code(), "credentials.code-used");
    let marks =
        db.read_now(|sql| Ok(sql.one("SELECT COUNT(*) FROM credentials_marks", &[], |row| row.i64(0))?)).unwrap();
    assert_eq!(marks, Some(1));
    db.close();
}
