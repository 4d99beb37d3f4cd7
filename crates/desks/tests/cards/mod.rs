//! One's cards, phones and family on the phone: what is done takes hold at once, what
//! cannot be done is said in place, and nobody reaches another's.

use crate::town::{Browser, CAPABILITIES, Region};
use crate::{NUMBER, bundle};
use access::tokens::{TokenKind, give};
use credentials::devices::{NewDevice, register};
use kernel::PersonId;
use kernel::time::DAY;
use serde_json::Value;
use testkit::on_both;

const OTHER: &str = "110101202005010017";

/// A point of P-256: the curve's generator.
fn point() -> Vec<u8> {
    let x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    let y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    let hex = format!("04{x}{y}");
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// Somebody else of the region.
fn other(region: &Region<'_>) -> PersonId {
    let account = bundle("2026").to_string().replace(NUMBER, OTHER).replace("周静怡", "周明轩").replace("p1", "p2");
    region.supply(1, serde_json::from_str(&account).unwrap())
}

fn done(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)], said: &str) -> String {
    let answer = browser.post(path, fields);
    assert_eq!(answer.status, 303, "{path} {fields:?}: {}", answer.body);
    assert!(answer.place.starts_with("/phone/cards?"), "{}", answer.place);
    let page = browser.get(&answer.place);
    assert!(page.status == 200 && page.body.contains(said), "{said} in {}", page.body);
    page.body
}

#[test]
fn a_card_is_stopped_resumed_and_replaced_by_its_owner() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, false);
        let citizen =
            region.browser_of(&region.enrol("周静怡", "citizen", None, Some(region.supply(0, bundle("2026")))));
        let nobody = region.browser_of(&region.enrol("周明轩", "citizen", None, Some(other(&region))));
        assert!(citizen.get("/phone").body.contains("data-code=\"/phone/code\""));
        let page = citizen.get("/phone/cards");
        assert_eq!((page.count("data-test=\"card\""), page.count("data-state=\"active\"")), (1, 1), "{}", page.body);
        let card = page.between("name=\"card\" value=\"", "\"");
        let act = |act: &str, said: &str| done(&citizen, "/phone/cards/act", &[("card", &card), ("act", act)], said);

        act("suspend", "已停用，现在谁也用不了");
        let stopped = citizen.get("/phone");
        assert!(stopped.status == 200 && stopped.body.contains("您的码已停用"), "{}", stopped.body);
        assert!(!stopped.body.contains("data-code="), "no code is shown");
        assert_eq!(citizen.get("/phone/code").status, 409, "{}: and none is made anew", bench.name);
        act("resume", "已恢复");
        assert_eq!(citizen.get("/phone/code").status, 200, "{}", bench.name);

        for (browser, fields, status) in [
            (&nobody, [("card", card.as_str()), ("act", "lost")], 404),
            (&citizen, [("card", card.as_str()), ("act", "revoke")], 404),
            (&citizen, [("card", card.as_str()), ("act", "resume")], 409),
            (&citizen, [("card", "c0"), ("act", "lost")], 404),
        ] {
            let answer = browser.post("/phone/cards/act", &fields);
            assert_eq!(answer.status, status, "{fields:?}: {}", answer.body);
            assert!(answer.body.contains("role=\"alert\""), "it is said in place: {}", answer.body);
        }

        let lost = act("lost", "已挂失，马上生效");
        assert!(lost.contains("data-state=\"lost\"") && lost.contains("value=\"replace\""), "{lost}");
        assert_eq!(citizen.get("/phone/code").status, 409);
        let fields = [("card", card.as_str()), ("act", "replace"), ("elder", "1")];
        let replaced = done(&citizen, "/phone/cards/act", &fields, "已补办，旧的作废");
        assert!(replaced.contains("phone elder"), "large type stays: {replaced}");
        assert!(
            replaced.contains("data-state=\"replaced\"") && replaced.contains("data-state=\"active\""),
            "{replaced}"
        );
        assert_eq!(citizen.get("/phone/code").status, 200, "{}: the new one shows", bench.name);
        let again = citizen.post("/phone/cards/act", &fields);
        assert_eq!(again.status, 409, "an ended card has no way back");
    });
}

#[test]
fn a_phone_that_is_removed_is_signed_out_too() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, false);
        let person = region.supply(0, bundle("2026"));
        let token = region.enrol("周静怡", "citizen", None, Some(person));
        let actor = region.wait(region.gate.actor_of(&token)).unwrap();
        let by = actor.id;
        let signed_in = || {
            let session = bench.db.write_now(0, move |tx| Ok(give(tx, by, TokenKind::Session, "phone", DAY))).unwrap();
            region.phone_of(&session)
        };
        let (here, stolen) = (signed_in(), signed_in());
        let new = NewDevice { label: "旧手机".into(), public_key: point(), shows: person };
        let device = bench.db.write_now(0, move |tx| register(tx, person, &new, &actor)).unwrap();
        let page = here.get("/phone/cards");
        assert!(page.count("data-test=\"phone\"") == 1 && page.body.contains("旧手机"), "{}", page.body);
        assert_eq!(stolen.get("/phone/cards").status, 200);
        let id = device.id.to_string();
        let after = done(&here, "/phone/cards/remove", &[("device", &id)], "已移除");
        assert!(!after.contains("data-test=\"phone\""), "{after}");
        assert_eq!(stolen.get("/phone/cards").place, "/phone/enter", "{}: it cannot register itself again", bench.name);
        assert_eq!(here.get("/phone/cards").status, 200, "who removed it stays");
        assert_eq!(here.post("/phone/cards/remove", &[("device", "d0")]).status, 404);
    });
}

/// Who found the phone can neither resume the card nor take the one that replaces it.
#[test]
fn a_card_reported_lost_signs_other_phones_out() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, false);
        let person = region.supply(0, bundle("2026"));
        let by = region.wait(region.gate.actor_of(&region.enrol("周静怡", "citizen", None, Some(person)))).unwrap().id;
        let signed_in = || {
            let session = bench.db.write_now(0, move |tx| Ok(give(tx, by, TokenKind::Session, "phone", DAY))).unwrap();
            region.phone_of(&session)
        };
        let (here, stolen) = (signed_in(), signed_in());
        assert_eq!((here.get("/phone/code").status, stolen.get("/phone/code").status), (200, 200), "{}", bench.name);
        let card = here.get("/phone/cards").between("name=\"card\" value=\"", "\"");
        done(&here, "/phone/cards/act", &[("card", &card), ("act", "lost")], "已挂失，马上生效");
        let resumed = stolen.post("/phone/cards/act", &[("card", card.as_str()), ("act", "resume")]);
        assert_ne!(resumed.place, "/phone/cards?done=resume", "{}", bench.name);
        let found = signed_in();
        done(&here, "/phone/cards/act", &[("card", &card), ("act", "replace")], "已补办，旧的作废");
        for browser in [&stolen, &found] {
            assert_eq!(browser.get("/phone/cards").place, "/phone/enter", "{}: signed out", bench.name);
            assert_ne!(browser.get("/phone/code").status, 200, "{}: no code of the new card", bench.name);
        }
        assert_eq!(here.get("/phone/code").status, 200, "{}: its owner's shows", bench.name);
    });
}

#[test]
fn leave_is_given_for_what_was_chosen_and_taken_back() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, false);
        let person = region.supply(0, bundle("2026"));
        let citizen = region.browser_of(&region.enrol("周静怡", "citizen", None, Some(person)));
        let helper = region.browser_of(&region.enrol("周明轩", "citizen", None, Some(other(&region))));
        let give = |number: &str, more: &[(&str, &str)]| {
            let fields = [&[("number", number), ("days", "30"), ("limit", "200.50")], more].concat();
            citizen.post("/phone/cards/give", &fields)
        };
        let (drugs, paying) = (("for", "drugs"), ("for", "paying"));
        for (number, more, status, said) in [
            (OTHER, &[][..], 422, "还没有选能办什么"),
            ("110101199001011234", &[drugs][..], 404, "没有此人"),
            ("not a number", &[drugs][..], 404, "没有此人"),
            (NUMBER, &[drugs][..], 422, "不能授权给本人"),
            (OTHER, &[drugs, ("limit", "x")][..], 303, ""),
        ] {
            let answer = give(number, more);
            assert_eq!(answer.status, status, "{}: {number}: {}", bench.name, answer.body);
            assert!(answer.body.contains(said), "{}", answer.body);
            assert!(status == 303 || answer.body.contains(&format!("value=\"{number}\"")), "what was typed stays");
            assert!(status == 303 || answer.body.contains("<details class=\"fold\" open"), "the form stays open");
        }
        let given = give(OTHER, &[drugs, paying]);
        assert_eq!(given.place, "/phone/cards?done=give");
        let page = citizen.get("/phone/cards");
        assert_eq!(page.count("data-test=\"given\""), 2, "{}", page.body);
        assert!(page.body.contains("周*轩") && !page.body.contains(OTHER), "{}", page.body);
        for part in ["能办：取药、药店购药、下载外购处方、挂号", "结账最多 200.50 元", "代办人"]
        {
            assert!(page.body.contains(part), "{part} in {}", page.body);
        }
        let held = helper.get("/phone/cards?lang=en");
        assert_eq!(held.count("data-test=\"held\""), 2, "{}", held.body);
        assert!(held.body.contains(&format!("href=\"/phone?for={person}\"")), "{}", held.body);
        assert!(
            held.body.contains("fetch drugs, pharmacy purchase") && held.body.contains("delegate"),
            "{}",
            held.body
        );
        let mandate = page.between("name=\"mandate\" value=\"", "\"");
        assert_eq!(helper.post("/phone/cards/end", &[("mandate", &mandate)]).status, 404, "only who gave it ends it");
        let after = done(&citizen, "/phone/cards/end", &[("mandate", &mandate)], "已收回");
        assert_eq!(after.matches("data-test=\"given\"").count(), 1);
        assert_eq!(helper.get("/phone/cards").count("data-test=\"held\""), 1, "{}", bench.name);
    });
}

/// A scan for paying opens no record, yet lets the desk settle: it is seen and ended
/// by one tap; ending a look ends its scan as well.
#[test]
fn what_a_scan_lets_a_desk_do_is_seen_and_ended() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, false);
        let citizen =
            region.browser_of(&region.enrol("周静怡", "citizen", None, Some(region.supply(0, bundle("2026")))));
        let kiosk = region.browser_of(&region.enrol("自助机", "kiosk", Some(region.hospitals[0]), None));
        let doctor = region.browser_of(&region.enrol("林若衡", "doctor", Some(region.hospitals[0]), None));
        let code = || {
            serde_json::from_str::<Value>(&citizen.get("/phone/code").body).unwrap()["code"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(kiosk.post("/kiosk/scan", &[("code", &code())]).status, 303, "{}", bench.name);
        let open = citizen.get("/phone/open");
        assert!(open.body.contains("能替您办：结算") && open.body.contains("云州市第一人民医院"), "{}", open.body);
        let presence = open.between("name=\"presence\" value=\"", "\"");
        for _ in 0..2 {
            assert_eq!(citizen.post("/phone/end", &[("presence", &presence)]).place, "/phone?ended=1");
        }
        assert!(citizen.get("/phone/open").body.contains("现在没有人能看您的记录"), "{}", bench.name);
        assert_eq!(doctor.post("/clinic/scan", &[("code", &code())]).status, 303);
        let open = citizen.get("/phone/open");
        assert_eq!((open.count("name=\"grant\""), open.count("name=\"presence\"")), (1, 0), "{}", open.body);
        let grant = open.between("name=\"grant\" value=\"", "\"");
        assert_eq!(citizen.post("/phone/end", &[("grant", &grant)]).status, 303);
        let ended = region.events(411);
        assert_eq!(ended, 2, "{}: both scans ended", bench.name);
        assert_eq!(citizen.post("/phone/end", &[("presence", "x")]).status, 400);
    });
}

/// The answers for scripts have their own door; the page needs none of it.
#[test]
fn the_page_works_without_scripts_and_tells_large_type_from_standard() {
    let bench = testkit::sqlite(CAPABILITIES);
    let region = Region::new(&bench, false);
    let citizen = region.browser_of(&region.enrol("Liz", "citizen", None, Some(region.supply(0, bundle("2026")))));
    let reply: Value = serde_json::from_str(&citizen.get("/phone/code").body).unwrap();
    assert!(reply["code"].is_string());
    let (plain, large) = (citizen.get("/phone/cards?lang=en"), citizen.get("/phone/cards?elder=1&lang=zh-CN"));
    assert!(plain.body.contains("<nav class=\"tabs\"") && !plain.body.contains("name=\"elder\""), "{}", plain.body);
    assert!(!large.body.contains("<nav class=\"tabs\"") && large.body.contains("name=\"elder\""), "{}", large.body);
    for page in [&plain, &large] {
        assert!(page.count("<form method=\"post\"") >= 3 || page.count("method=\"post\"") >= 3, "{}", page.body);
    }
    bench.db.close();
}
