//! Signing in with password and one-time code, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod people;

use access::sign_in::{self, SignedIn, sign_in};
use access::tokens::{ENROL_LIFE, SESSION_LIFE};
use access::{CAPABILITY, DISABLED, END_GRANT, MANAGE_ACTORS, SESSIONS_ENDED, SIGN_IN_FAILED, TOKEN_GIVEN, password};
use kernel::right::SIGNED_IN;
use kernel::time::{MINUTE, SECOND};
use kernel::{Actor, ActorId, Error};
use people::{Desk, PASSWORD, code};
use testkit::on_both;
use totp_rs::{Builder, Secret};

const WRONG: &str = "access.sign-in-wrong";
const LOCKED: &str = "access.sign-in-locked";
const GONE: &str = "access.token-invalid";

/// The code an authenticator program shows now.
fn shown(desk: &Desk<'_>, secret: &str) -> String {
    let seconds = u64::try_from(desk.bench.db.world().now() / SECOND).unwrap();
    let secret = Secret::try_from_base32(secret).unwrap();
    Builder::new().with_secret(secret).build().unwrap().generate(seconds).to_string()
}

fn enter(desk: &Desk<'_>, login: &str, password: &str, code: &str) -> Result<SignedIn, Error> {
    desk.wait(sign_in(&desk.gate, login, password, code))
}

/// Sets up one-time codes; answers the secret. The clock moves on, so that the
/// next code is a fresh one.
fn set_up_codes(desk: &Desk<'_>, actor: &Actor) -> String {
    let begun = desk.wait(desk.gate.begin_totp(actor)).unwrap();
    let code = shown(desk, &begun.secret);
    desk.wait(desk.gate.confirm_totp(actor, &code)).unwrap();
    desk.bench.clock.advance(30 * SECOND);
    begun.secret
}

#[test]
fn password_and_code_give_a_session() {
    on_both(&[&CAPABILITY], |bench| {
        let desk = Desk::new(bench);
        let li = desk.enrol("li", "doctor", true);
        let secret = set_up_codes(&desk, &li);
        let entered = enter(&desk, " Li ", PASSWORD, &shown(&desk, &secret)).unwrap();
        assert!(!entered.must_enrol && entered.actor.id == li.id && entered.life == SESSION_LIFE, "{}", bench.name);
        let actor = desk.actor_of(&entered.token).unwrap();
        assert!(actor.may(END_GRANT) && !actor.may(MANAGE_ACTORS), "{}", bench.name);
        assert_eq!(desk.events(&TOKEN_GIVEN, li.id), 1, "{}", bench.name);

        assert!(desk.wait(sign_in::sign_out(&desk.gate, &entered.token)).unwrap());
        assert_eq!(code(desk.actor_of(&entered.token)), GONE, "{}", bench.name);
        assert!(!desk.wait(sign_in::sign_out(&desk.gate, &entered.token)).unwrap());

        bench.clock.advance(30 * SECOND);
        let entered = enter(&desk, "li", PASSWORD, &shown(&desk, &secret)).unwrap();
        bench.clock.advance(SESSION_LIFE);
        assert_eq!(code(desk.actor_of(&entered.token)), GONE, "{}", bench.name);
    });
}

#[test]
fn without_a_second_factor_only_setting_one_up_is_open() {
    on_both(&[&CAPABILITY], |bench| {
        let desk = Desk::new(bench);
        let li = desk.enrol("li", "doctor", true);
        let first = enter(&desk, "li", PASSWORD, "").unwrap();
        let thief = enter(&desk, "li", PASSWORD, "123456").unwrap();
        assert!(first.must_enrol && first.life == ENROL_LIFE && first.actor.rights.is_empty(), "{}", bench.name);
        let actor = desk.actor_of(&first.token).unwrap();
        assert!(actor.may(SIGNED_IN) && !actor.may(END_GRANT), "{}", bench.name);
        assert!(!desk.wait(sign_in::factors(&desk.gate, li.id)).unwrap().second());

        assert_eq!(code(desk.wait(desk.gate.confirm_totp(&actor, "123456"))), WRONG, "nothing was begun");
        let begun = desk.wait(desk.gate.begin_totp(&actor)).unwrap();
        let uri = format!("otpauth://totp/Yima:li?secret={}&issuer=Yima", begun.secret);
        assert_eq!(begun.uri, uri, "{}", bench.name);
        assert_eq!(code(desk.wait(desk.gate.confirm_totp(&actor, "12345"))), WRONG, "{}", bench.name);
        let used = shown(&desk, &begun.secret);
        let full = desk.wait(desk.gate.confirm_totp(&actor, &used)).unwrap().unwrap();
        assert!(desk.actor_of(&full).unwrap().may(END_GRANT), "{}", bench.name);
        for ended in [&first.token, &thief.token] {
            assert_eq!(code(desk.actor_of(ended)), GONE, "{}", bench.name);
        }
        assert!(desk.wait(sign_in::factors(&desk.gate, li.id)).unwrap().second());
        assert_eq!(code(enter(&desk, "li", PASSWORD, "")), WRONG, "{}", bench.name);
        assert_eq!(code(enter(&desk, "li", PASSWORD, &used)), WRONG, "{}: the code was used", bench.name);
    });
}

#[test]
fn a_code_is_taken_once() {
    on_both(&[&CAPABILITY], |bench| {
        let desk = Desk::new(bench);
        let li = desk.enrol("li", "doctor", true);
        let secret = set_up_codes(&desk, &li);
        let earlier = shown(&desk, &secret);
        bench.clock.advance(30 * SECOND);
        let now = shown(&desk, &secret);
        assert_eq!(code(enter(&desk, "li", PASSWORD, &now)), "done", "{}", bench.name);
        assert_eq!(code(enter(&desk, "li", PASSWORD, &now)), WRONG, "{}: the same", bench.name);
        assert_eq!(code(enter(&desk, "li", PASSWORD, &earlier)), WRONG, "{}: one before", bench.name);
        bench.clock.advance(30 * SECOND);
        assert_eq!(code(enter(&desk, "li", PASSWORD, &now)), WRONG, "{}: within the grace", bench.name);
        assert_eq!(code(enter(&desk, "li", PASSWORD, &shown(&desk, &secret))), "done", "{}", bench.name);

        bench.clock.advance(30 * SECOND);
        let same = shown(&desk, &secret);
        let both = desk.wait(async {
            let (one, two) = (sign_in(&desk.gate, "li", PASSWORD, &same), sign_in(&desk.gate, "li", PASSWORD, &same));
            tokio::join!(one, two)
        });
        assert!(both.0.is_ok() != both.1.is_ok(), "{}: both at once", bench.name);
    });
}

#[test]
fn five_wrong_tries_let_a_name_rest_known_or_not() {
    on_both(&[&CAPABILITY], |bench| {
        let desk = Desk::new(bench);
        let li = desk.enrol("li", "doctor", true);
        let secret = set_up_codes(&desk, &li);
        desk.enrol("passkey-only", "doctor", false);
        for login in ["li", "nobody", "passkey-only"] {
            for turn in 0..5 {
                assert_eq!(code(enter(&desk, login, "not this one, no", "")), WRONG, "{} {login} {turn}", bench.name);
            }
            assert_eq!(code(enter(&desk, login, "not this one, no", "")), LOCKED, "{} {login}", bench.name);
        }
        assert_eq!(code(enter(&desk, "li", PASSWORD, &shown(&desk, &secret))), LOCKED, "{}", bench.name);
        assert_eq!(desk.events(&SIGN_IN_FAILED, li.id), 5, "{}", bench.name);
        assert_eq!(desk.events(&SIGN_IN_FAILED, ActorId(0)), 10, "{}", bench.name);

        bench.clock.advance(15 * MINUTE - 1);
        assert_eq!(code(enter(&desk, "li", PASSWORD, &shown(&desk, &secret))), LOCKED, "{}", bench.name);
        assert_eq!(code(enter(&desk, "nobody", PASSWORD, "")), LOCKED, "{}", bench.name);
        bench.clock.advance(1);
        assert_eq!(code(enter(&desk, "nobody", PASSWORD, "")), WRONG, "{}", bench.name);
        assert_eq!(code(enter(&desk, "li", PASSWORD, &shown(&desk, &secret))), "done", "{}", bench.name);

        // A success forgives: four wrong, one right, four wrong do not lock.
        for turn in 0..9 {
            bench.clock.advance(30 * SECOND);
            let secret_now = shown(&desk, &secret);
            let (password, wanted) = if turn == 4 { (PASSWORD, "done") } else { ("not this one, no", WRONG) };
            assert_eq!(code(enter(&desk, "li", password, &secret_now)), wanted, "{} {turn}", bench.name);
        }
    });
}

#[test]
fn many_wrong_tries_at_once_are_five() {
    on_both(&[&CAPABILITY], |bench| {
        let desk = Desk::new(bench);
        desk.enrol("li", "doctor", true);
        let answers = desk.wait(async {
            let mut tries = tokio::task::JoinSet::new();
            for turn in 0..12 {
                let gate = desk.gate.clone();
                let login = if turn % 2 == 0 { "li" } else { "nobody" };
                tries.spawn(async move { (login, code(sign_in(&gate, login, "not this one, no", "").await)) });
            }
            tries.join_all().await
        });
        for login in ["li", "nobody"] {
            let told = |wanted| answers.iter().filter(|answer| **answer == (login, wanted)).count();
            assert_eq!((told(WRONG), told(LOCKED)), (5, 1), "{} {login}", bench.name);
        }
    });
}

#[test]
fn a_new_password_ends_other_sessions() {
    on_both(&[&CAPABILITY], |bench| {
        let desk = Desk::new(bench);
        let (li, admin) = (desk.enrol("li", "doctor", true), desk.enrol("boss", "admin", true));
        let secret = set_up_codes(&desk, &li);
        let mut sessions = Vec::new();
        for _ in 0..3 {
            sessions.push(enter(&desk, "li", PASSWORD, &shown(&desk, &secret)).unwrap().token);
            bench.clock.advance(30 * SECOND);
        }
        let new = "an evening by the lake";
        let change = |old: &str, new: &str| desk.wait(password::change(&desk.gate, &li, &sessions[0], old, new));
        assert_eq!(code(change("not this one, no", new)), WRONG, "{}", bench.name);
        assert_eq!(code(change(PASSWORD, "too short")), "access.password-weak", "{}", bench.name);
        assert_eq!(code(change(PASSWORD, "LI")), "access.password-weak", "{}", bench.name);
        assert_eq!(code(desk.actor_of(&sessions[2])), "done", "{}", bench.name);
        change(PASSWORD, new).unwrap();
        let alive: Vec<&str> = sessions.iter().map(|token| code(desk.actor_of(token))).collect();
        assert_eq!(alive, ["done", GONE, GONE], "{}", bench.name);
        assert_eq!(code(enter(&desk, "li", PASSWORD, &shown(&desk, &secret))), WRONG, "{}", bench.name);
        assert_eq!(code(enter(&desk, "li", new, &shown(&desk, &secret))), "done", "{}", bench.name);

        let assign = |actor, new: &str| desk.wait(password::assign(&desk.gate, &admin, actor, new));
        assert_eq!(code(assign(ActorId(5), new)), "web.not-found", "{}", bench.name);
        assert_eq!(code(assign(li.id, "li")), "access.password-weak", "{}", bench.name);
        assign(li.id, "given by the window").unwrap();
        assert_eq!(code(desk.actor_of(&sessions[0])), GONE, "{}", bench.name);
        bench.clock.advance(30 * SECOND);
        assert_eq!(code(enter(&desk, "li", "given by the window", &shown(&desk, &secret))), "done", "{}", bench.name);
    });
}

#[test]
fn a_lost_phone_starts_anew() {
    on_both(&[&CAPABILITY], |bench| {
        let desk = Desk::new(bench);
        let (li, admin) = (desk.enrol("li", "doctor", true), desk.enrol("boss", "admin", true));
        let secret = set_up_codes(&desk, &li);
        let session = enter(&desk, "li", PASSWORD, &shown(&desk, &secret)).unwrap().token;
        assert!(desk.wait(desk.gate.remove_totp(&admin, li.id)).unwrap());
        assert!(!desk.wait(desk.gate.remove_totp(&admin, li.id)).unwrap());
        assert_eq!(code(desk.actor_of(&session)), GONE, "{}", bench.name);
        assert!(enter(&desk, "li", PASSWORD, "").unwrap().must_enrol, "{}", bench.name);
    });
}

#[test]
fn sessions_end_together_and_the_disabled_stay_out() {
    on_both(&[&CAPABILITY], |bench| {
        let desk = Desk::new(bench);
        let (li, admin) = (desk.enrol("li", "doctor", true), desk.enrol("boss", "admin", true));
        let secret = set_up_codes(&desk, &li);
        let next = || {
            bench.clock.advance(30 * SECOND);
            enter(&desk, "li", PASSWORD, &shown(&desk, &secret))
        };
        let (one, two) = (next().unwrap().token, next().unwrap().token);
        assert_eq!(desk.wait(sign_in::end_sessions(&desk.gate, &li, li.id, Some(&two))).unwrap(), 1);
        assert_eq!((code(desk.actor_of(&one)), code(desk.actor_of(&two))), (GONE, "done"), "{}", bench.name);
        assert_eq!(desk.wait(sign_in::end_sessions(&desk.gate, &admin, li.id, None)).unwrap(), 1);
        assert_eq!(code(desk.actor_of(&two)), GONE, "{}", bench.name);
        assert_eq!((desk.events(&SESSIONS_ENDED, li.id), desk.events(&SESSIONS_ENDED, admin.id)), (1, 1));

        let three = next().unwrap().token;
        assert_eq!(code(desk.actor_of(&three)), "done", "{}", bench.name);
        desk.wait(sign_in::disable(&desk.gate, &admin, li.id)).unwrap();
        assert_eq!(code(desk.actor_of(&three)), GONE, "{}", bench.name);
        assert_eq!(code(next()), WRONG, "{}", bench.name);
        assert_eq!(code(desk.wait(sign_in::disable(&desk.gate, &admin, li.id))), "web.not-found", "{}", bench.name);
        assert_eq!(desk.events(&DISABLED, admin.id), 1, "{}", bench.name);
        assert_eq!(bench.db.check().unwrap().wrong, Vec::<String>::new(), "{}", bench.name);
    });
}
