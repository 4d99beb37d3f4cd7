//! Passkeys through whole ceremonies with a software authenticator, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod authenticator;
mod people;

use access::passkeys::{Challenge, Listed};
use access::sign_in::{self, SignedIn, sign_in};
use access::{CAPABILITY, END_GRANT, PASSKEY_ADDED, PASSKEY_REMOVED, Passkeys, SIGN_IN_FAILED};
use authenticator::{Authenticator, base64url};
use kernel::time::MINUTE;
use kernel::{Actor, ActorId, Error};
use people::{Desk, PASSWORD, code};
use serde_json::Value;
use testkit::on_both;

const ORIGIN: &str = "http://localhost:8080";
const FAILED: &str = "access.passkey-failed";

fn passkeys() -> Passkeys {
    Passkeys::new("localhost", ORIGIN, "Yima").unwrap()
}

/// Adds a passkey; answers the device and the full session, if one came of it.
fn add(desk: &Desk<'_>, keys: &Passkeys, actor: &Actor, seed: u8, label: &str) -> (Authenticator, Option<String>) {
    let mut device = Authenticator::new(seed, ORIGIN);
    let begun = desk.wait(keys.start_registration(&desk.gate, actor)).unwrap();
    let answer = device.create(&begun.options);
    let added = desk.wait(keys.finish_registration(&desk.gate, actor, &begun.ceremony, &answer, label)).unwrap();
    assert_eq!(added.id, base64url(&device.id));
    (device, added.session)
}

fn begin(desk: &Desk<'_>, keys: &Passkeys, login: &str) -> Challenge {
    desk.wait(keys.start_sign_in(&desk.gate, login)).unwrap()
}

fn finish(desk: &Desk<'_>, keys: &Passkeys, begun: &Challenge, answer: &str) -> Result<SignedIn, Error> {
    desk.wait(keys.finish_sign_in(&desk.gate, &begun.ceremony, answer))
}

fn enter(desk: &Desk<'_>, keys: &Passkeys, login: &str, device: &mut Authenticator) -> Result<SignedIn, Error> {
    let begun = begin(desk, keys, login);
    finish(desk, keys, &begun, &device.get(&begun.options))
}

fn offered(begun: &Challenge) -> Vec<String> {
    let ids = begun.options["publicKey"]["allowCredentials"].as_array().unwrap();
    ids.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_passkey_signs_in_by_name_and_without() {
    on_both(&[&CAPABILITY], |bench| {
        let (desk, keys) = (Desk::new(bench), passkeys());
        let li = desk.enrol("li", "doctor", false);
        let (mut device, session) = add(&desk, &keys, &li, 1, "my phone");
        assert_eq!(session, None, "{}", bench.name);
        assert_eq!(desk.events(&PASSKEY_ADDED, li.id), 1, "{}", bench.name);

        let begun = begin(&desk, &keys, " LI");
        assert_eq!(offered(&begun), [base64url(&device.id)], "{}", bench.name);
        let entered = finish(&desk, &keys, &begun, &device.get(&begun.options)).unwrap();
        assert!(!entered.must_enrol && entered.actor.id == li.id, "{}", bench.name);
        assert!(desk.actor_of(&entered.token).unwrap().may(END_GRANT), "{}", bench.name);

        let begun = keys.start_sign_in_without_name(&desk.gate).unwrap();
        assert!(offered(&begun).is_empty());
        let entered = finish(&desk, &keys, &begun, &device.get(&begun.options)).unwrap();
        assert_eq!(entered.actor.id, li.id, "{}", bench.name);
    });
}

#[test]
fn a_passkey_is_the_second_factor_and_ends_enrolment() {
    on_both(&[&CAPABILITY], |bench| {
        let (desk, keys) = (Desk::new(bench), passkeys());
        let li = desk.enrol("li", "doctor", true);
        let first = desk.wait(sign_in(&desk.gate, "li", PASSWORD, "")).unwrap();
        assert!(first.must_enrol, "{}", bench.name);
        let (mut device, session) = add(&desk, &keys, &first.actor, 1, "");
        assert!(desk.actor_of(&session.unwrap()).unwrap().may(END_GRANT), "{}", bench.name);
        assert_eq!(code(desk.actor_of(&first.token)), "access.token-invalid", "{}", bench.name);
        let factors = desk.wait(sign_in::factors(&desk.gate, li.id)).unwrap();
        assert!(factors.password && !factors.totp && factors.passkeys == 1, "{}", bench.name);
        assert_eq!(code(desk.wait(sign_in(&desk.gate, "li", PASSWORD, ""))), "access.sign-in-wrong", "{}", bench.name);

        // A name that rests after wrong passwords still takes its passkey.
        for _ in 0..5 {
            let _ = desk.wait(sign_in(&desk.gate, "li", "not this one, no", ""));
        }
        assert_eq!(code(desk.wait(sign_in(&desk.gate, "li", PASSWORD, ""))), "access.sign-in-locked", "{}", bench.name);
        assert_eq!(code(enter(&desk, &keys, "li", &mut device)), "done", "{}", bench.name);
    });
}

#[test]
fn what_is_not_accepted() {
    on_both(&[&CAPABILITY], |bench| {
        let (desk, keys) = (Desk::new(bench), passkeys());
        let (li, wang) = (desk.enrol("li", "doctor", false), desk.enrol("wang", "doctor", false));
        let (mut device, _) = add(&desk, &keys, &li, 1, "phone");
        let (mut other, _) = add(&desk, &keys, &wang, 2, "phone");
        let name = bench.name;

        let begun = begin(&desk, &keys, "li");
        let answer = device.get(&begun.options);
        assert_eq!(code(finish(&desk, &keys, &begun, &answer)), "done", "{name}");
        assert_eq!(code(finish(&desk, &keys, &begun, &answer)), FAILED, "{name}: the ceremony is over");

        let again = begin(&desk, &keys, "li");
        assert_eq!(code(finish(&desk, &keys, &again, &answer)), FAILED, "{name}: the answer to another challenge");
        let late = begin(&desk, &keys, "li");
        let answer = device.get(&late.options);
        bench.clock.advance(5 * MINUTE);
        assert_eq!(code(finish(&desk, &keys, &late, &answer)), FAILED, "{name}: too late");
        assert_eq!(code(enter(&desk, &keys, "li", &mut other)), FAILED, "{name}: somebody else's passkey");
        assert_eq!(code(enter(&desk, &keys, "nobody", &mut device)), FAILED, "{name}: an unknown name");
        let begun = begin(&desk, &keys, "li");
        assert_eq!(code(finish(&desk, &keys, &begun, "{}")), FAILED, "{name}: no answer");

        device.verifies = false;
        assert_eq!(code(enter(&desk, &keys, "li", &mut device)), FAILED, "{name}: nobody was verified");
        device.verifies = true;
        "https://yima.example.org".clone_into(&mut device.origin);
        assert_eq!(code(enter(&desk, &keys, "li", &mut device)), FAILED, "{name}: another site's page");
        ORIGIN.clone_into(&mut device.origin);
        let kept = device.counter;
        device.counter = 0;
        assert_eq!(code(enter(&desk, &keys, "li", &mut device)), FAILED, "{name}: the counter of a copy");
        device.counter = kept;
        assert_eq!(code(enter(&desk, &keys, "li", &mut device)), "done", "{name}");
        assert_eq!(desk.events(&SIGN_IN_FAILED, li.id), 5, "{name}");

        desk.wait(sign_in::disable(&desk.gate, &wang, li.id)).unwrap();
        assert_eq!(code(enter(&desk, &keys, "li", &mut device)), FAILED, "{name}: disabled");
        assert_eq!(bench.db.check().unwrap().wrong, Vec::<String>::new(), "{name}");
    });
}

#[test]
fn a_registration_belongs_to_who_began_it() {
    on_both(&[&CAPABILITY], |bench| {
        let (desk, keys) = (Desk::new(bench), passkeys());
        let (li, wang) = (desk.enrol("li", "doctor", false), desk.enrol("wang", "doctor", false));
        let name = bench.name;
        let mut device = Authenticator::new(1, ORIGIN);
        let finish = |actor: &Actor, begun: &Challenge, answer: &str| {
            desk.wait(keys.finish_registration(&desk.gate, actor, &begun.ceremony, answer, ""))
        };
        let start = |actor: &Actor| desk.wait(keys.start_registration(&desk.gate, actor)).unwrap();

        let begun = start(&li);
        let answer = device.create(&begun.options);
        assert_eq!(code(finish(&wang, &begun, &answer)), FAILED, "{name}: begun by another");
        assert_eq!(code(finish(&li, &begun, &answer)), FAILED, "{name}: and over");
        let begun = start(&li);
        assert_eq!(code(finish(&li, &begun, &answer)), FAILED, "{name}: another challenge");
        let begun = start(&li);
        let answer = device.create(&begun.options);
        bench.clock.advance(5 * MINUTE);
        assert_eq!(code(finish(&li, &begun, &answer)), FAILED, "{name}: too late");

        let begun = start(&li);
        assert_eq!(begun.options["publicKey"]["authenticatorSelection"]["residentKey"], "preferred");
        assert_eq!(code(finish(&li, &begun, &device.create(&begun.options))), "done", "{name}");
        let begun = start(&li);
        let excluded = &begun.options["publicKey"]["excludeCredentials"][0]["id"];
        assert_eq!(*excluded, Value::from(base64url(&device.id)), "{name}");
        assert_eq!(code(finish(&li, &begun, &device.create(&begun.options))), FAILED, "{name}: twice");
        let begun = start(&wang);
        assert_eq!(code(finish(&wang, &begun, &device.create(&begun.options))), FAILED, "{name}: li has it");
    });
}

#[test]
fn several_passkeys_listed_and_removed() {
    on_both(&[&CAPABILITY], |bench| {
        let (desk, keys) = (Desk::new(bench), passkeys());
        let li = desk.enrol("li", "doctor", false);
        let (mut phone, _) = add(&desk, &keys, &li, 9, " my phone\n");
        bench.clock.advance(1);
        let (mut stick, _) = add(&desk, &keys, &li, 1, "");
        let listed = desk.wait(keys.list(&desk.gate, li.id)).unwrap();
        let at = bench.db.world().now();
        let wanted = |device: &Authenticator, label: &str, added_at| Listed {
            id: base64url(&device.id),
            label: label.to_owned(),
            added_at,
        };
        assert_eq!(listed, [wanted(&phone, "my phone", at - 1), wanted(&stick, "passkey", at)], "{}", bench.name);
        let by_phone = enter(&desk, &keys, "li", &mut phone).unwrap().token;
        let by_stick = enter(&desk, &keys, "li", &mut stick).unwrap().token;

        let remove = |id: &str| desk.wait(keys.remove(&desk.gate, &li, li.id, id, Some(&by_stick))).unwrap();
        assert!(!remove("AAAA"));
        assert!(remove(&listed[0].id));
        assert!(!remove(&listed[0].id));
        assert_eq!(desk.events(&PASSKEY_REMOVED, li.id), 1, "{}", bench.name);
        assert_eq!(code(desk.actor_of(&by_phone)), "access.token-invalid", "{}", bench.name);
        assert_eq!(code(desk.actor_of(&by_stick)), "done", "{}", bench.name);
        assert_eq!(code(enter(&desk, &keys, "li", &mut phone)), FAILED, "{}", bench.name);
        assert_eq!(code(enter(&desk, &keys, "li", &mut stick)), "done", "{}", bench.name);
    });
}

#[test]
fn nobody_can_tell_which_names_exist() {
    on_both(&[&CAPABILITY], |bench| {
        let (desk, keys) = (Desk::new(bench), passkeys());
        let li = desk.enrol("li", "doctor", false);
        desk.enrol("no-passkey", "doctor", true);
        add(&desk, &keys, &li, 1, "");
        let shape = |login: &str| {
            let mut options = begin(&desk, &keys, login).options["publicKey"].take();
            let ids = options["allowCredentials"].as_array().unwrap().clone();
            assert!(!ids.is_empty(), "{} {login}", bench.name);
            assert!(ids.iter().all(|id| id["type"] == "public-key" && id.as_object().unwrap().len() == 2));
            options["allowCredentials"] = Value::Null;
            options["challenge"] = Value::Null;
            options
        };
        for login in ["no-passkey", "nobody", "", "何大夫"] {
            assert_eq!(shape(login), shape("li"), "{} {login}", bench.name);
        }
        // The invented ids stay, also after a restart.
        let first = offered(&begin(&desk, &keys, "nobody"));
        assert_eq!(first, offered(&begin(&desk, &passkeys(), "NOBODY ")), "{}", bench.name);
        assert_ne!(first, offered(&begin(&desk, &keys, "somebody")), "{}", bench.name);
        assert_eq!(desk.events(&SIGN_IN_FAILED, ActorId(0)), 0, "{}", bench.name);
    });
}
