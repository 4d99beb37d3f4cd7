//! The same plan gives the same bytes for ever; another seed gives another town.

use town::{Plan, Town};

const NOW: i64 = 1_794_966_000_000_000;

/// FNV-1a over everything the first `people` have, in order.
fn fingerprint(plan: Plan) -> u64 {
    let town = Town::new(plan);
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for index in 0..plan.people {
        town.write_resources(index, &mut |institution, kind, bytes| {
            for byte in institution.bytes().chain(kind.bytes()).chain(bytes.iter().copied()) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
            }
        });
    }
    hash
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let plan = Plan { seed: 20_261_118, people: 400, now_micros: NOW };
    // Changes whenever the town's content changes on purpose; look at what changed before you write the new one down.
    assert_eq!(format!("{:016x}", fingerprint(plan)), "506f082296c6eac9");
}

#[test]
fn another_seed_gives_another_town_but_the_same_story() {
    let one = Town::new(Plan { seed: 1, people: 40, now_micros: NOW });
    let other = Town::new(Plan { seed: 2, people: 40, now_micros: NOW });
    for index in 0..6 {
        assert_eq!(one.person(index), other.person(index));
        assert_eq!(one.resources(index), other.resources(index));
    }
    let differing = (6..40).filter(|&index| one.person(index) != other.person(index)).count();
    assert_eq!(differing, 34);
}

#[test]
fn a_person_does_not_depend_on_who_was_asked_for_before() {
    let town = Town::new(Plan { seed: 5, people: 300, now_micros: NOW });
    let forwards: Vec<_> = (0..60).map(|index| town.resources(index)).collect();
    let backwards: Vec<_> = (0..60).rev().map(|index| town.resources(index)).collect();
    assert!(forwards.iter().eq(backwards.iter().rev()));
    let elsewhere = std::thread::scope(|scope| {
        scope.spawn(|| (0..60).map(|index| town.resources(index)).collect::<Vec<_>>()).join()
    });
    assert_eq!(elsewhere.unwrap(), forwards);
}

#[test]
fn values_keep_the_written_decimals() {
    let town = Town::new(Plan { seed: 5, people: 6, now_micros: NOW });
    let bodies: Vec<String> = town.resources(0).iter().map(|entry| entry.resource.to_string()).collect();
    let mut written = Vec::new();
    town.write_resources(0, &mut |_, _, bytes| {
        written.push(String::from_utf8(bytes.to_vec()).unwrap());
    });
    assert_eq!(bodies, written);
    assert!(written.iter().any(|body| body.contains("\"value\":5.20,")));
}
