//! The money pages over the real capabilities, on both databases: a visit is quoted,
//! explained, settled once however often it is tapped, its bill read; another is paid
//! at a kiosk; what is in doubt is for the office alone.

use super::town::{self, Browser, CAPABILITIES, Region};
use kernel::{Fen, PersonId};
use serde_json::json;
use testkit::on_both;

/// A person the hospital knows.
fn somebody(region: &Region<'_>, number: &str) -> PersonId {
    region.supply(
        0,
        json!({ "resourceType": "Bundle", "type": "transaction", "entry": [{
            "fullUrl": "urn:uuid:0e8f0e60-0000-4000-8000-000000000001",
            "resource": { "resourceType": "Patient", "id": format!("p{number}"), "name": [{ "text": "周静怡" }], "gender": "female",
                "birthDate": "1985-03-07", "identifier": [{ "system": "urn:oid:2.16.156.10011.1.3", "value": number }] },
            "request": { "method": "POST", "url": "Patient" } }] }),
    )
}

/// Posts the one button of the page that is shown.
fn tap(browser: &Browser<'_>, page: &town::Answer, action: &str) -> town::Answer {
    let field = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"");
    browser.post(action, &[("quote", &field("quote")), ("visit", &field("visit")), ("account", "1")])
}

#[test]
fn a_visit_is_settled_once_however_often_it_is_tapped() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, false);
        let person = somebody(&region, "990100198503070029");
        region.insure(person, Fen(5_000));
        let his = region.enrol("his", "his", Some(region.hospitals[0]), None);
        let visit = region.charge(&his, person, "B1");
        let browser = region.browser_of(&region.enrol("周静怡", "citizen", None, Some(person)));

        // 300.00: 10.00 class B first, 100.00 deductible, half of 190.00; 50.00 of the account.
        let page = browser.get("/phone/pay?lang=zh-CN");
        assert_eq!(page.status, 200);
        assert!(page.body.contains("data-own=\"15500\" data-total=\"30000\""), "{}", page.body);
        assert!(page.body.contains("请到窗口付") || page.body.contains("到窗口付 ¥155.00"));
        assert!(page.body.contains("乙类 90%") && page.body.contains("为什么是这个数？"));
        // Before anything is paid, fen by fen, as the plan says it.
        assert_eq!(page.count("data-tree="), 4, "{}", page.body);
        assert!(page.body.contains("data-leaf=\"15500\"") && page.body.contains("方案条款"), "{}", page.body);

        let first = tap(&browser, &page, "/phone/pay");
        let second = tap(&browser, &page, "/phone/pay");
        assert_eq!((first.status, second.status), (303, 303), "{}", first.body);
        assert_eq!(first.place, second.place);
        assert_eq!(region.wait(region.settlements.own(person)).unwrap().len(), 1);

        let state = browser.get(&first.place);
        assert!(
            state.body.contains("data-stand=\"unpaid\"") && state.body.contains("还要付 ¥155.00"),
            "{}",
            state.body
        );
        assert_eq!(browser.get(&format!("{}/state", first.place)).body, r#"{"stand":"unpaid"}"#);
        let why = browser.get(&format!("{}/why?lang=en", first.place));
        assert_eq!((why.status, why.count("data-tree=")), (200, 4));
        assert!(browser.get("/phone/pay").body.contains(&first.place), "what is not paid is not offered again");

        // Somebody else sees none of it.
        let other = somebody(&region, "990100199001010013");
        assert_ne!(other, person);
        let stranger = region.browser_of(&region.enrol("赵", "citizen", None, Some(other)));
        for path in [first.place.clone(), format!("{}/why", first.place), format!("/phone/pay?visit={visit}")] {
            let answer = stranger.get(&path);
            assert!(answer.status == 404 || answer.body.contains("data-nothing"), "{path}: {}", answer.status);
        }
    });
}

#[test]
fn numbers_that_changed_are_shown_again_and_nothing_is_charged() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, false);
        let person = somebody(&region, "990100198503070029");
        region.insure(person, Fen::ZERO);
        let his = region.enrol("his", "his", Some(region.hospitals[0]), None);
        let visit = region.charge(&his, person, "B1");
        let browser = region.browser_of(&region.enrol("周静怡", "citizen", None, Some(person)));
        let page = browser.get("/phone/pay?elder=1");
        region.charge_more(&region.actor(&his), person, visit, "B2");

        let again = tap(&browser, &page, "/phone/pay");
        assert_eq!(again.status, 409);
        assert!(again.body.contains("金额刚刚变了") && again.body.contains("data-total=\"60000\""), "{}", again.body);
        assert!(region.wait(region.settlements.own(person)).unwrap().is_empty());

        let done = tap(&browser, &again, "/phone/pay");
        assert_eq!(done.status, 303);
        // The page of before, tapped later, leads to what was settled.
        assert_eq!(tap(&browser, &page, "/phone/pay").place, done.place);
    });
}

#[test]
fn bills_are_listed_read_and_printed_by_their_person_only() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, false);
        let person = somebody(&region, "990100198503070029");
        region.insure(person, Fen(50_000));
        let his = region.enrol("his", "his", Some(region.hospitals[0]), None);
        region.charge(&his, person, "B1");
        let browser = region.browser_of(&region.enrol("周静怡", "citizen", None, Some(person)));
        assert_eq!(browser.get("/phone/bills").count("data-bill="), 0);
        let done = tap(&browser, &browser.get("/phone/pay"), "/phone/pay");
        assert!(browser.get(&done.place).body.contains("data-stand=\"nothing\""), "the account pays it all");

        let list = browser.get("/phone/bills");
        assert_eq!(list.count("data-bill="), 1);
        let place = list.between("class=\"btn\" href=\"/phone/bills/", "\"");
        let bill = browser.get(&format!("/phone/bills/{place}"));
        assert!(bill.body.contains("血常规") && bill.body.contains("300.00"), "{}", bill.body);
        let why = bill.between("class=\"btn\" href=\"/phone/pay/", "\"");
        assert_eq!(browser.get(&format!("/phone/pay/{why}")).count("data-tree="), 4);

        let other = somebody(&region, "990100199001010013");
        assert_ne!(other, person);
        let stranger = region.browser_of(&region.enrol("赵", "citizen", None, Some(other)));
        assert_eq!(stranger.get(&format!("/phone/bills/{place}")).status, 404);

        // Cancelled: the list says so on both bills.
        let shown = region.wait(region.settlements.own(person)).unwrap();
        let his = region.actor(&his);
        let cancel = region.settlements.cancel(&his, shown[0].row.id, "C1".into(), "退费".into(), false);
        region.wait(cancel).unwrap();
        let list = browser.get("/phone/bills?lang=zh-CN");
        assert_eq!((list.count("data-bill="), list.count("已冲销"), list.count("红字")), (2, 1, 1));
        assert!(browser.get(&done.place).body.contains("data-stand=\"undone\""));
    });
}

#[test]
fn a_kiosk_settles_for_who_is_present_and_forgets_them() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, true);
        let person = somebody(&region, "990100198503070029");
        region.insure(person, Fen::ZERO);
        let his = region.enrol("his", "his", Some(region.hospitals[0]), None);
        region.charge(&his, person, "B1");
        let phone = region.browser_of(&region.enrol("周静怡", "citizen", None, Some(person)));
        let kiosk = region.browser_of(&region.enrol("自助机 07", "kiosk", Some(region.hospitals[0]), None));

        // Nobody is present: every page leads to the start.
        for path in ["/kiosk/person", "/kiosk/visit?visit=v1", "/kiosk/settlement/t1"] {
            assert_eq!(kiosk.get(path).place, "/kiosk", "{path}");
        }
        assert_eq!(kiosk.post("/kiosk/scan", &[("code", "YM1:NONSENSE")]).status / 100, 4);
        let code: serde_json::Value = serde_json::from_str(&phone.get("/phone/code").body).unwrap();
        let scanned = kiosk.post("/kiosk/scan", &[("code", code["code"].as_str().unwrap())]);
        assert_eq!(scanned.place, "/kiosk/person", "{}", scanned.body);
        let hello = kiosk.get("/kiosk/person");
        assert!(hello.body.contains("周*怡") && !hello.body.contains("周静怡"), "{}", hello.body);
        assert!(region.wait(region.gate.open_grants(person)).unwrap().is_empty(), "paying opens no record");

        let place = hello.between("class=\"big\" href=\"", "\"");
        let visit = kiosk.get(&place);
        let settled = tap(&kiosk, &visit, "/kiosk/settle");
        assert_eq!(settled.status, 303, "{}", settled.body);
        assert_eq!(tap(&kiosk, &visit, "/kiosk/settle").place, settled.place, "a second touch settles nothing");
        assert!(kiosk.get(&settled.place).body.contains("205.00"));

        let short = kiosk.post(&settled.place, &[("means", "cash"), ("received", "200")]);
        assert_eq!(short.status, 422);
        let paid = kiosk.post(&settled.place, &[("means", "cash"), ("received", "210")]);
        assert_eq!(paid.status, 303, "{}", paid.body);
        let again = kiosk.post(&settled.place, &[("means", "cash"), ("received", "210")]);
        assert_eq!(again.place, paid.place, "paid twice");
        let slip = kiosk.get(&paid.place);
        assert!(slip.body.contains("¥205.00") && slip.body.contains("¥5.00"), "{}", slip.body);

        // The phone knows it as paid.
        let own = region.wait(region.settlements.own(person)).unwrap();
        assert!(phone.get(&format!("/phone/pay/{}", own[0].row.id)).body.contains("data-stand=\"paid\""));
        kiosk.get("/kiosk");
        assert_eq!(kiosk.get(&paid.place).place, "/kiosk");
    });
}

#[test]
fn what_is_in_doubt_is_for_the_office() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, false);
        let office = region.browser_of(&region.enrol("唐以宁", "officer", Some(region.hospitals[1]), None));
        let page = office.get("/office/in-doubt?lang=en");
        assert_eq!((page.status, page.count("data-doubts=\"0\""), page.count("data-tasks=\"0\"")), (200, 1, 1));
        assert_eq!(office.get("/office").place, "/office/in-doubt");
        assert_eq!(office.post("/office/in-doubt/ask", &[]).place, "/office/in-doubt?done=0");
        // A message that never came is taken back before it comes.
        let his = region.actor(&region.enrol("his", "his", Some(region.hospitals[0]), None));
        let fields = [("institution", his.institution.unwrap().to_string()), ("msgid", "LOST-1".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(office.post("/office/in-doubt/give-up", &fields).place, "/office/in-doubt?done=1");
        assert_eq!(office.post("/office/in-doubt/give-up", &[("institution", "x")]).status, 400);
        // One message alone can be asked about; of one that nobody asked nothing is known.
        assert_eq!(office.post("/office/in-doubt/ask-one", &fields).status, 404);
        assert_eq!(office.post("/office/in-doubt/ask-one", &[("institution", "x")]).status, 400);
        for role in ["doctor", "registrar", "kiosk"] {
            let other = region.browser_of(&region.enrol(role, role, Some(region.hospitals[0]), None));
            assert_eq!(other.get("/office/in-doubt").status, 403, "{role}");
        }
    });
}
