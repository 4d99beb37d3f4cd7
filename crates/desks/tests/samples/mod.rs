//! A sample of every page in every state and both languages, rendered from the
//! story that runs through the project: Zhou Jingyi on the morning of 18 November.
//! The tests read them; the example `samples` writes them out to be looked at.

mod cards;
mod clinic;
mod money;

use desks::account::pages::{Account, Passkey, Totp, account};
use desks::error_page::{ErrorPage, error_page};
use desks::home::pages::{Door, Home, TownPerson, home};
use desks::looks::pages::{Basis, Look, Looks, looks};
use desks::phone::pages::{Code, OpenGrant, Phone, phone};
use desks::sign_in::pages::{Problem, SignIn, sign_in};
use kernel::time::{DAY, HOUR, MINUTE, SECOND};
use web::widgets::banner::Insured;
use web::words::Lang;

/// 2026-11-18 09:44 in China.
pub(crate) const NOW: i64 = 1_794_966_240 * SECOND;

/// A page under the name it is written out as.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) lang: Lang,
    pub(crate) html: String,
}

/// Every sample in both languages.
pub(crate) fn all() -> Vec<Sample> {
    Lang::ALL.into_iter().flat_map(in_language).collect()
}

fn in_language(lang: Lang) -> Vec<Sample> {
    let mut pages: Vec<(&str, String)> = clinic::all(lang);
    pages.extend(money::all(lang));
    pages.extend([
        ("phone", phone(&phone_view(lang, false)).into_string()),
        (
            "phone-closed",
            phone(&Phone {
                open: Vec::new(),
                text_offered: false,
                insured: Insured::SelfPay,
                ended: true,
                ..phone_view(lang, false)
            })
            .into_string(),
        ),
        ("phone-elder", phone(&phone_view(lang, true)).into_string()),
        ("phone-stopped", phone(&Phone { code: None, open: Vec::new(), ..phone_view(lang, false) }).into_string()),
        ("phone-cards", cards::full(lang, false)),
        ("phone-cards-elder", cards::full(lang, true)),
        ("phone-cards-empty", cards::empty(lang)),
        ("phone-looks", looks(&looks_view(lang, false)).into_string()),
        ("phone-looks-elder", looks(&looks_view(lang, true)).into_string()),
        (
            "phone-looks-empty",
            looks(&Looks { open: Vec::new(), looks: Vec::new(), total: None, older: None, ..looks_view(lang, false) })
                .into_string(),
        ),
        ("home", home(&home_view(lang, 20_000)).into_string()),
        ("home-loading", home(&home_view(lang, 8_412)).into_string()),
        ("sign-in", sign_in(&sign_in_view(lang, None)).into_string()),
        ("sign-in-wrong", sign_in(&sign_in_view(lang, Some(wrong_password(lang)))).into_string()),
        ("account", account(&account_view(lang, Totp::On)).into_string()),
        ("account-new", account(&account_setup(lang)).into_string()),
        ("not-found", error_page(&ErrorPage::not_found(lang, "/nowhere".into())).into_string()),
        ("error", error_page(&error_view(lang)).into_string()),
    ]);
    let name = |page: &str| format!("{page}.{}", lang.tag());
    pages.into_iter().map(|(page, html)| Sample { name: name(page), lang, html }).collect()
}

/// The sample's words in the page's language.
pub(crate) fn say(lang: Lang, zh: &str, en: &str) -> String {
    match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    }
}

fn open_grant(lang: Lang) -> OpenGrant {
    OpenGrant {
        field: "grant",
        id: "grt-7KQ2M8".into(),
        who: say(lang, "林若衡 · 心内科", "Lin Ruoheng · Cardiology"),
        place: say(lang, "云州市第一人民医院", "Yunzhou First People’s Hospital"),
        says: say(lang, "能看：最近半年的记录", "May see: the last half year"),
        until: NOW + 3 * HOUR + 12 * MINUTE,
    }
}

fn phone_view(lang: Lang, elder: bool) -> Phone {
    Phone {
        lang,
        here: if elder { "/phone?elder=1".into() } else { "/phone".into() },
        now: NOW,
        elder,
        region: say(lang, "云州市", "Yunzhou"),
        person: "p0test000000000".into(),
        greeted: say(lang, "王桂兰", "Wang Guilan"),
        name_masked: say(lang, "周*怡", "Zhou J***"),
        id_masked: "9901••••••••0028".into(),
        insured: Insured::Plan(say(lang, "职工医保 · 正常", "Employee plan · active")),
        code: Some(Code {
            text: "YM1:6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDEPWKZJP*2QJCZ8DM52LQ-7R".into(),
            step_ends_at: NOW + 22 * SECOND,
            step_seconds: 30,
        }),
        text_offered: !elder,
        open: vec![open_grant(lang)],
        looks_30_days: "9".into(),
        ended: false,
    }
}

fn looks_view(lang: Lang, elder: bool) -> Looks {
    let look = |at: i64,
                who: (&str, &str),
                institution: (&str, &str),
                what: (&str, &str),
                purpose: (&str, &str),
                basis: Basis| Look {
        at,
        who: say(lang, who.0, who.1),
        institution: say(lang, institution.0, institution.1),
        did: String::new(),
        what: say(lang, what.0, what.1),
        purpose: say(lang, purpose.0, purpose.1),
        basis,
    };
    let first = ("云州市第一人民医院", "Yunzhou First People’s Hospital");
    Looks {
        lang,
        here: "/phone/looks".into(),
        now: NOW,
        elder,
        open: vec![open_grant(lang)],
        looks: vec![
            look(
                NOW - 3 * MINUTE,
                ("林若衡 · 心内科", "Lin Ruoheng · Cardiology"),
                first,
                ("半年就诊 9、检验 12、影像 4、用药 6", "half a year: 9 visits, 12 labs, 4 images, 6 drugs"),
                ("诊间", "consultation"),
                Basis::Scan,
            ),
            look(
                NOW - 31 * HOUR,
                ("急诊分诊台", "Emergency triage"),
                ("澜江市人民医院", "Lanjiang People’s Hospital"),
                ("过敏史、血型、用药", "allergies, blood group, medication"),
                ("急救", "emergency care"),
                Basis::Emergency,
            ),
            look(
                NOW - 6 * DAY + 6 * HOUR,
                ("本人", "Yourself"),
                ("", ""),
                ("血糖结果", "glucose results"),
                ("本人查询", "own affairs"),
                Basis::Myself,
            ),
            look(
                NOW - 15 * DAY,
                ("检验系统", "Laboratory system"),
                first,
                ("本院检验 3", "3 labs of its own"),
                ("本院资料", "own institution’s record"),
                Basis::OwnInstitution,
            ),
            look(
                NOW - 17 * DAY,
                ("医保经办 · 复核员 07", "Insurance agency · reviewer 07"),
                ("云州市医保中心", "Yunzhou Insurance Centre"),
                ("一张票据", "one bill"),
                ("报销", "claim"),
                Basis::Insurance,
            ),
        ],
        total: Some("9".into()),
        days: 30,
        older: Some("/phone/looks?before=1792374240".into()),
        ended: false,
    }
}

fn home_view(lang: Lang, loaded: u64) -> Home {
    let person = |key: &str, name: &str, latin: &str, zh: &str, en: &str, next: &str| TownPerson {
        key: key.into(),
        name: if lang == Lang::En && !latin.is_empty() { latin.into() } else { name.into() },
        latin: if lang == Lang::En && !latin.is_empty() { name.into() } else { latin.into() },
        story: say(lang, zh, en),
        next: next.into(),
    };
    let citizen = person(
        "zhou-jingyi",
        "周静怡",
        "Zhou Jingyi",
        "41 岁 · 职工医保 · 高血压、糖尿病",
        "41 · employee plan · two chronic conditions",
        "/phone",
    );
    let doctor = person(
        "lin-ruoheng",
        "林若衡",
        "Lin Ruoheng",
        "云州一院 心内科主任医师",
        "cardiologist at Yunzhou First",
        "/clinic",
    );
    let door = |name: &str, path: &str, readable: bool| Door { name: name.into(), path: path.into(), readable };
    Home {
        lang,
        here: "/".into(),
        people: vec![
            citizen.clone(),
            doctor.clone(),
            person("wang-guilan", "王桂兰", "Wang Guilan", "72 岁 · 长辈版", "72 · large type", "/phone?elder=1"),
            person(
                "zhou-mingxuan",
                "周明轩",
                "Zhou Mingxuan",
                "6 岁 · 学校体检和接种",
                "6 · school check-ups and vaccines",
                "/phone",
            ),
            person("amara-okoye", "Amara Okoye", "", "29 岁 · 持护照 · 自费", "29 · passport · self-pay", "/phone"),
        ],
        citizen,
        doctor,
        institutions: 6,
        records: loaded * 21,
        loaded,
        total: 20_000,
        doors: vec![
            door("FHIR R4", "/fhir/metadata", true),
            door(&say(lang, "扫码", "Scan"), "POST /v1/scan", false),
            door(&say(lang, "健康检查", "Health"), "/readyz", true),
            door(&say(lang, "指标", "Metrics"), "/metrics", true),
        ],
        base: "http://127.0.0.1:8080".into(),
        token: "demo-7KQ2M8XD01JCZ4T6".into(),
        patient: "per-7KQ2M8".into(),
        place: say(lang, "心内科 12 诊室", "Cardiology 12"),
    }
}

fn wrong_password(lang: Lang) -> Problem {
    Problem {
        fact: say(lang, "用户名、密码或动态码不对。", "The name, the password or the code is wrong."),
        what_to_do: say(
            lang,
            "请再试一次；动态码每 30 秒换一个。",
            "Try again; the one-time code changes every 30 seconds.",
        ),
    }
}

fn sign_in_view(lang: Lang, problem: Option<Problem>) -> SignIn {
    let name = if problem.is_some() { "lin.ruoheng".into() } else { String::new() };
    SignIn { lang, here: "/sign-in?next=/clinic".into(), next: "/clinic".into(), name, problem }
}

fn account_view(lang: Lang, totp: Totp) -> Account {
    let passkey = |zh: &str, en: &str, days: i64| Passkey {
        id: format!("key-{days}"),
        label: say(lang, zh, en),
        added_at: NOW - days * DAY,
    };
    Account {
        lang,
        here: "/account".into(),
        now: NOW,
        actor: say(lang, "林若衡 主任医师", "Lin Ruoheng, chief physician"),
        user_name: "lin.ruoheng".into(),
        passkeys: vec![passkey("诊室电脑", "Consulting-room computer", 90), passkey("安全钥匙", "Security key", 400)],
        totp,
        must_enrol: false,
        desk: true,
        done: Some(say(lang, "密码已改。", "The password was changed.")),
        problem: None,
    }
}

fn account_setup(lang: Lang) -> Account {
    let uri = "otpauth://totp/Yima:lin.ruoheng?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Yima";
    let totp = Totp::Setup { uri: uri.into(), secret: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".into() };
    let problem = Problem {
        fact: say(lang, "这 6 位数字不对。", "These 6 digits are not right."),
        what_to_do: say(lang, "等验证器换下一组数字，再输一次。", "Wait for the next digits and type them again."),
    };
    Account { passkeys: Vec::new(), must_enrol: true, done: None, problem: Some(problem), ..account_view(lang, totp) }
}

fn error_view(lang: Lang) -> ErrorPage {
    ErrorPage {
        lang,
        here: "/clinic".into(),
        status: 503,
        fact: say(lang, "数据库现在很忙，这一步没有保存。", "The database is busy; this step was not saved."),
        what_to_do: say(lang, "等几秒再试一次，不会重复。", "Try again in a few seconds; nothing is done twice."),
        code: "store.busy".into(),
        trace: "01JCZ4T6V0K3".into(),
        back: "/clinic".into(),
    }
}
