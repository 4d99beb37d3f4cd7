//! The desks over the real capabilities, on both databases: a code is shown,
//! scanned, read under, traced and ended; people sign in; the demo lets one be
//! somebody.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cards;
mod pay;
mod town;

use kernel::time::{DAY, SECOND};
use serde_json::{Value, json};
use testkit::on_both;
use town::{CAPABILITIES, Region};

pub(crate) const NUMBER: &str = "990100198503070029";

/// One hospital's account: a visit, a result with its range, a report of it, a
/// condition, an allergy, a prescription.
pub(crate) fn bundle(year: &str) -> Value {
    let patient = "urn:uuid:0e8f0e60-0000-4000-8000-000000000001";
    let entry = |number: u32, mut resource: Value| {
        let name = resource["resourceType"].as_str().unwrap().to_owned();
        if name != "Patient" {
            let whose = if name == "AllergyIntolerance" { "patient" } else { "subject" };
            resource[whose] = json!({ "reference": patient });
        }
        let full = format!("urn:uuid:0e8f0e60-0000-4000-8000-00000000000{number}");
        json!({ "fullUrl": full, "resource": resource, "request": { "method": "POST", "url": name } })
    };
    let number = |value: f64| json!({ "value": value, "unit": "%" });
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": [
        entry(1, json!({ "resourceType": "Patient", "id": "p1", "name": [{ "text": "周静怡" }], "gender": "female",
            "birthDate": "1985-03-07", "identifier": [{ "system": "urn:oid:2.16.156.10011.1.3", "value": NUMBER }] })),
        entry(2, json!({ "resourceType": "Encounter", "id": "e1", "status": "finished",
            "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB" },
            "type": [{ "text": "门诊" }], "period": { "start": format!("{year}-10-18T09:00:00+08:00") } })),
        entry(3, json!({ "resourceType": "Observation", "id": "o1", "status": "final", "code": { "text": "糖化血红蛋白" },
            "effectiveDateTime": format!("{year}-10-18T09:30:00+08:00"), "valueQuantity": number(7.5),
            "referenceRange": [{ "low": number(4.5), "high": number(6.5) }] })),
        entry(4, json!({ "resourceType": "DiagnosticReport", "id": "d1", "status": "final", "code": { "text": "糖代谢" },
            "effectiveDateTime": format!("{year}-10-18T09:30:00+08:00"), "conclusion": "控制欠佳",
            "result": [{ "reference": "urn:uuid:0e8f0e60-0000-4000-8000-000000000003" }] })),
        entry(5, json!({ "resourceType": "Condition", "id": "c1", "code": { "text": "高血压 2 级" }, "onsetDateTime": "2015",
            "clinicalStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active" }] } })),
        entry(6, json!({ "resourceType": "AllergyIntolerance", "id": "a1", "code": { "text": "青霉素" }, "onsetDateTime": "1998",
            "clinicalStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active" }] },
            "criticality": "high", "reaction": [{ "manifestation": [{ "text": "皮疹" }] }] })),
        entry(7, json!({ "resourceType": "MedicationRequest", "id": "m1", "status": "active", "intent": "order",
            "medicationCodeableConcept": { "text": "氨氯地平" }, "authoredOn": format!("{year}-10-18") })),
    ]})
}

#[test]
fn a_shown_code_opens_the_desk_and_the_citizen_sees_it() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, true);
        let person = region.supply(0, bundle("2026"));
        let citizen = region.enrol("周静怡", "citizen", None, Some(person));
        let doctor = region.enrol("林若衡", "doctor", Some(region.hospitals[0]), None);
        region.set_stage(&citizen, &doctor);
        let browser = region.browser();

        let home = browser.get("/");
        assert!(home.body.contains("跟着一个码走一天") && home.body.contains("14 / 20,000"), "{}", home.body);
        assert!(home.body.contains(&format!("/fhir/Patient/{person}/")));
        assert_eq!(browser.get("/demo/progress").body, "{\"loaded\":14,\"total\":20000,\"entries\":900}");
        assert_eq!(browser.get("/demo/be/nobody").status, 404);
        assert_eq!(browser.get("/demo/be/jingyi").place, "/phone");
        let be = browser.post("/demo/be", &[("who", "lin"), ("next", "//evil.example")]);
        assert_eq!((be.status, be.place.as_str()), (303, "/clinic"), "{}", bench.name);

        let phone = browser.get("/phone");
        assert_eq!(phone.status, 200, "{}: {}", bench.name, phone.body);
        assert!(phone.body.contains("周*怡") && phone.body.contains("现在没有人能看您的记录"), "{}", phone.body);
        assert!(!phone.body.contains(NUMBER));
        let code = phone.between("data-test=\"code-text\">", "<");
        let reply: Value = serde_json::from_str(&browser.get("/phone/code").body).unwrap();
        assert_eq!(reply["step_ends_at_micros"].as_i64().unwrap() % (30 * SECOND), 0);

        let asked = browser.get("/clinic");
        assert!(
            asked.body.contains("data-test=\"scan-input\"")
                && asked.body.contains("云州市第一人民医院 · 心内科 12 诊室")
        );
        let scanned = browser.post("/clinic/scan", &[("code", &format!(" {code}\n"))]);
        assert_eq!((scanned.status, scanned.place), (303, format!("/clinic?person={person}")), "{}", bench.name);
        let again = browser.post("/clinic/scan", &[("code", &code)]);
        assert_eq!(again.place, format!("/clinic?person={person}"), "{}: a double Enter", bench.name);

        let chart = browser.get(&format!("/clinic?person={person}"));
        for part in ["周静怡", "41 岁", "青霉素 · 皮疹", "高血压 2 级", "糖化血红蛋白", "7.5 %", "9901••••••••••0029"]
        {
            assert!(chart.body.contains(part), "{}: {part} in {}", bench.name, chart.body);
        }
        assert_eq!(chart.count("data-test=\"timeline-row\""), 4, "{}", chart.body);
        let row = chart.between("data-key=\"DiagnosticReport.", "\"");
        let report = browser.get(&format!("/clinic?person={person}&entry=DiagnosticReport.{row}"));
        for part in ["控制欠佳", "4.5–6.5", "糖化血红蛋白"] {
            assert!(report.between("id=\"report\"", "</section>").contains(part), "{part} in {}", report.body);
        }
        let odd = browser.get(&format!("/clinic?person={person}&entry=Observation.x&span=x&kind=%00&whose=own"));
        assert_eq!(odd.status, 200);

        let used = browser.get("/phone");
        let next = used.between("data-test=\"code-text\">", "<");
        assert_ne!(next, code, "the next sub-counter is shown");
        region.bench.clock.advance(11 * SECOND);
        let replay = browser.post(&format!("/clinic/scan?person={person}"), &[("code", &code)]);
        assert_eq!(replay.status, 409, "{}: {}", bench.name, replay.body);
        assert!(replay.body.contains("这个码已经用过了") && replay.body.contains("青霉素"), "who was open stays");
        let odd = browser.post("/clinic/scan", &[("code", "no code")]);
        assert!(odd.status == 422 && odd.body.contains("没有读懂这个码"), "{}", odd.body);

        let open = browser.get("/phone/open");
        assert!(
            open.body.contains("林若衡 · 心内科 12 诊室") && open.body.contains("云州市第一人民医院"),
            "{}",
            open.body
        );
        let looks = browser.get("/phone/looks");
        assert!(looks.count("data-test=\"look-row\"") >= 2, "{}", looks.body);
        for part in ["时间轴 4 条", "过敏 1 条", "扫了您的码", "打开 报告 1 条", "诊间"] {
            assert!(looks.body.contains(part), "{}: {part} in {}", bench.name, looks.body);
        }
        let grant = open.between("name=\"grant\" value=\"", "\"");
        let ended = browser.post("/phone/end", &[("grant", &grant)]);
        assert_eq!((ended.status, ended.place.as_str()), (303, "/phone?ended=1"));
        assert_eq!(browser.post("/phone/end", &[("grant", &grant)]).status, 303, "ending twice is what was wanted");
        let closed = browser.get(&format!("/clinic?person={person}"));
        assert!(closed.status == 404 && closed.body.contains("记录已自动关上"), "{}", closed.body);
        assert!(!closed.body.contains("青霉素"), "nothing that was kept is shown");
        assert!(browser.get("/phone/looks?lang=en").body.contains("ended the leave to look"));
        assert!(browser.get("/phone").body.contains("lang=\"en\""), "the language is remembered");
    });
}

#[test]
fn the_doctor_ends_the_look_and_others_see_nothing() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, false);
        let person = region.supply(0, bundle("2026"));
        let citizen = region.browser_of(&region.enrol("周静怡", "citizen", None, Some(person)));
        let doctor = region.browser_of(&region.enrol("林若衡", "doctor", Some(region.hospitals[0]), None));
        let other = region.browser_of(&region.enrol("高致远", "doctor", Some(region.hospitals[1]), None));
        let reply: Value = serde_json::from_str(&citizen.get("/phone/code").body).unwrap();
        let code = reply["code"].as_str().unwrap();
        assert_eq!(doctor.post("/clinic/scan", &[("code", code)]).status, 303);
        let path = format!("/clinic?person={person}");
        assert_eq!((doctor.get(&path).status, other.get(&path).status), (200, 404), "{}", bench.name);
        assert_eq!(other.post("/clinic/scan", &[("code", code)]).status, 409, "used by somebody else");
        let grant = doctor.get(&path).between("name=\"grant\" value=\"", "\"");
        assert_eq!(
            other.post(&format!("/clinic/end?person={person}"), &[("grant", &grant)]).place,
            "/clinic?ended=time"
        );
        assert_eq!(doctor.post(&format!("/clinic/end?person={person}"), &[("grant", &grant)]).place, "/clinic?ended=1");
        assert!(doctor.get("/clinic?ended=1").body.contains("已结束查看"));
        assert_eq!(doctor.get(&path).status, 404);
        assert_eq!(doctor.get("/clinic?person=p0").status, 404);
        assert_eq!(citizen.get("/clinic").status, 403, "a citizen has no desk");
        assert_eq!(doctor.get("/phone").status, 403, "a doctor has no phone");
        assert_eq!(doctor.post("/clinic/end", &[]).status, 400);
    });
}

#[test]
fn a_record_that_ended_long_ago_is_shown_where_it_ended() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, false);
        let person = region.supply(1, bundle("2019"));
        let citizen = region.browser_of(&region.enrol("Liz", "citizen", None, Some(person)));
        let doctor = region.browser_of(&region.enrol("林若衡", "doctor", Some(region.hospitals[0]), None));
        let code = serde_json::from_str::<Value>(&citizen.get("/phone/code").body).unwrap();
        doctor.post("/clinic/scan", &[("code", code["code"].as_str().unwrap())]);
        let chart = doctor.get(&format!("/clinic?person={person}"));
        assert_eq!(chart.count("data-test=\"timeline-row\""), 4, "{}: {}", bench.name, chart.body);
        assert!(chart.body.contains("近半年没有记录") && chart.body.contains("2019-10-18 为止"), "{}", chart.body);
        assert!(chart.body.contains("澜江市中医院") && !chart.body.contains("现在 09:40"));
    });
}

#[test]
fn synthea_people_open_with_every_entry() {
    let Some(shared) = testkit::shared() else { return };
    let bench = testkit::sqlite(CAPABILITIES);
    let region = Region::new(&bench, false);
    let doctor = region.browser_of(&region.enrol("林若衡", "doctor", Some(region.hospitals[0]), None));
    let mut files: Vec<_> =
        std::fs::read_dir(shared.join("data/fhir/synthea-r4")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ext| ext == "json"));
    files.sort();
    let (mut people, mut opened) = (0, 0);
    // References into the lists of hospitals and practitioners come last among the files.
    files.sort_by_key(|path| !path.to_string_lossy().contains("Information"));
    for file in files {
        let bundle: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        if bundle["entry"][0]["resource"]["resourceType"].as_str() != Some("Patient") {
            let supplier = records::Supplier { institution: region.hospitals[1], actor: kernel::ActorId(0) };
            region.wait(region.records.supply(supplier, bundle, records::supply::Wish::default())).unwrap();
            continue;
        }
        let person = region.supply(1, bundle);
        let citizen = region.browser_of(&region.enrol("Somebody", "citizen", None, Some(person)));
        let code = serde_json::from_str::<Value>(&citizen.get("/phone/code").body).unwrap();
        assert_eq!(doctor.post("/clinic/scan", &[("code", code["code"].as_str().unwrap())]).status, 303);
        let chart = doctor.get(&format!("/clinic?person={person}&lang=en"));
        assert!(chart.status == 200 && chart.count("data-test=\"timeline-row\"") > 0, "{}", file.display());
        people += 1;
        for piece in chart.body.split("class=\"row\"").skip(1) {
            let address = piece.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
            let report = doctor.get(address.split('#').next().unwrap());
            let pane = report.between("id=\"report\"", "</section>");
            assert!(pane.contains("class=\"source\""), "{}: {address} shows nothing: {pane}", file.display());
            opened += 1;
        }
    }
    assert_eq!(people, 5);
    assert!(opened > 20, "{opened} entries were opened");
    bench.db.close();
}

#[test]
fn people_sign_in_set_up_a_second_factor_and_sign_out() {
    on_both(CAPABILITIES, |bench| {
        let region = Region::new(bench, false);
        region.enrol("lin", "doctor", Some(region.hospitals[0]), None);
        region.set_password("lin", "a quiet morning in spring");
        let browser = region.browser();
        let front = browser.get("/");
        assert!(front.body.contains("一个码，走遍本地区的医院") && front.body.contains("/fhir/metadata"));
        assert_eq!(browser.get("/demo/progress").status, 404, "only the demo has it");
        assert_eq!(browser.get("/clinic?person=p1").place, "/sign-in?next=%2Fclinic%3Fperson%3Dp1");
        assert_eq!(browser.get("/phone").place, "/phone/enter");
        assert!(browser.get("/phone/enter?lang=zh-CN").body.contains("出示码要先登录"));
        assert_eq!(browser.get("/phone/code").status, 401);

        let empty = browser.post("/sign-in", &[]);
        assert_eq!(empty.status, 422);
        let wrong = browser.post("/sign-in", &[("name", "lin"), ("password", "x"), ("next", "/clinic?person=p1")]);
        assert!(wrong.status == 401 && wrong.body.contains("value=\"lin\""), "{}", wrong.body);
        assert!(wrong.body.contains("value=\"/clinic?person=p1\""), "the way is kept");
        let secret = [("name", "lin"), ("password", "a quiet morning in spring"), ("next", "/clinic")];
        let half = browser.post("/sign-in", &secret);
        assert_eq!((half.status, half.place.as_str()), (303, "/account"), "{}", bench.name);
        assert_eq!(browser.get("/clinic").status, 403, "the password alone opens nothing");
        assert!(browser.get("/account").body.contains("先设置第二种登录方式"));

        let setup = browser.post("/account/totp/start", &[]);
        let (uri, key) =
            (setup.between("name=\"uri\" value=\"", "\""), setup.between("name=\"secret\" value=\"", "\""));
        let fields = |code: &'static str| [("code", code), ("uri", uri.as_str()), ("secret", key.as_str())];
        let missed = browser.post("/account/totp/finish", &fields("000000"));
        assert!(missed.status == 422 && missed.body.contains(&key), "the secret is shown again: {}", missed.body);

        assert_eq!(browser.post("/sign-out", &[]).place, "/sign-in");
        assert_eq!(browser.get("/account").status, 303, "nobody is signed in");
        assert_eq!(browser.post("/sign-out", &[]).status, 303, "twice does no harm");
        let start = browser.post_json("/sign-in/passkey/start", &json!({ "name": "lin" }));
        let begun: Value = serde_json::from_str(&start.body).unwrap();
        assert!(
            begun["ceremony"].is_string() && begun["options"]["publicKey"]["challenge"].is_string(),
            "{}",
            start.body
        );
        let finish = json!({ "ceremony": "x", "credential": {}, "next": "/clinic" });
        let failed = browser.post_json("/sign-in/passkey/finish", &finish);
        assert_eq!((failed.status, failed.kind.as_str()), (401, "application/problem+json"));
    });
}

#[test]
fn the_account_changes_the_password_and_adds_passkeys() {
    let bench = testkit::sqlite(CAPABILITIES);
    let region = Region::new(&bench, false);
    let doctor = region.browser_of(&region.enrol("lin", "doctor", Some(region.hospitals[0]), None));
    region.set_password("lin", "a quiet morning in spring");
    let account = doctor.get("/account");
    assert!(account.status == 200 && account.body.contains("lin · 心内科 12 诊室"), "{}", account.body);
    let change = |old: &str, new: &str, again: &str| {
        doctor.post("/account/password", &[("old", old), ("new", new), ("again", again)])
    };
    let differs = change("a quiet morning in spring", "twelve letters", "twelve lettres");
    assert!(differs.status == 422 && differs.body.contains("两次输入的新密码不一样"));
    assert_eq!(change("wrong", "twelve letters", "twelve letters").status, 422);
    assert_eq!(change("a quiet morning in spring", "short", "short").status, 422);
    let done = change("a quiet morning in spring", "twelve letters", "twelve letters");
    assert_eq!((done.status, done.place.as_str()), (303, "/account?done=password"), "{}", done.body);
    assert!(doctor.get("/account?done=password").body.contains("密码已改"));
    assert_eq!(doctor.post("/account/sign-out-others", &[]).place, "/account?done=others");
    assert_eq!(doctor.post("/account/remove-passkey", &[("id", "none")]).place, "/account");
    let start = doctor.post_json("/account/passkey/start", &json!({ "name": "" }));
    let begun: Value = serde_json::from_str(&start.body).unwrap();
    assert!(begun["options"]["publicKey"]["user"]["id"].is_string(), "{}", start.body);
    let finish = json!({ "ceremony": begun["ceremony"], "credential": {}, "label": "诊室电脑" });
    assert_eq!(doctor.post_json("/account/passkey/finish", &finish).status, 401);
    bench.db.close();
}

#[test]
fn assets_stay_for_ever_and_looks_have_pages() {
    let bench = testkit::sqlite(CAPABILITIES);
    let region = Region::new(&bench, false);
    let person = region.supply(0, bundle("2026"));
    let citizen = region.browser_of(&region.enrol("周静怡", "citizen", None, Some(person)));
    let doctor = region.browser_of(&region.enrol("林若衡", "doctor", Some(region.hospitals[0]), None));
    let sheet = citizen.get(&web::assets::href("desk.css"));
    assert_eq!((sheet.status, sheet.kind.as_str()), (200, "text/css; charset=utf-8"));
    assert_eq!(sheet.cached, "public, max-age=31536000, immutable");
    assert_eq!(citizen.get("/assets/desk.css").status, 404);
    for _ in 0..9 {
        let code = serde_json::from_str::<Value>(&citizen.get("/phone/code").body).unwrap();
        assert_eq!(doctor.post("/clinic/scan", &[("code", code["code"].as_str().unwrap())]).status, 303);
        for _ in 0..2 {
            assert_eq!(doctor.get(&format!("/clinic?person={person}")).status, 200);
            bench.clock.advance(20 * 60 * SECOND);
        }
    }
    let mut path = "/phone/looks".to_owned();
    let (mut rows, mut pages) = (0, 0);
    loop {
        let page = citizen.get(&path);
        rows += page.count("data-test=\"look-row\"");
        pages += 1;
        let older = "class=\"btn\" href=\"/phone/looks?before=";
        if !page.body.contains(older) {
            break;
        }
        path = format!("/phone/looks?before={}", page.between(older, "\""));
        assert!(pages < 9, "the pages come to an end");
    }
    assert!(pages > 1, "more than a page of looks");
    // Nine scans; eighteen charts, of which the pages may part one.
    assert!((27..=27 + pages).contains(&rows), "{rows} rows on {pages} pages");
    bench.clock.advance(40 * DAY);
    let later = region.browser_of(&region.enrol("周静怡", "citizen", None, Some(person)));
    assert!(later.get("/phone").body.contains("近 30 天 0 次"));
    bench.db.close();
}
