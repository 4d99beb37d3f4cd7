//! Samples of the money pages: phone, kiosk, office. The numbers are the story's.

use super::{NOW, say};
use desks::kiosk::pages as kiosk;
use desks::office::pages::{Doubt, InDoubt, Task, in_doubt};
use desks::pay::bill_pages::{BillLine, BillPage, Bills, Column, State, bill_page, bills_page};
use desks::pay::pages::{Cannot, Door, Due, Item, Pay, pay};
use desks::pay::reasons::{Reason, WhyPage, why_page};
use desks::pay::refund_pages::{Due as RefundDue, RefundDesk, refund_desk};
use desks::pay::state_pages::{Paid, Stand, state};
use kernel::Fen;
use kernel::time::{HOUR, MINUTE};
use settlement::rules::ask::Stage;
use web::layout::Desk;
use web::widgets::fundbar::{Bar, Part, Payer};
use web::words::Lang;

pub(super) fn all(lang: Lang) -> Vec<(&'static str, String)> {
    let mut pages = phone(lang);
    pages.extend([
        ("kiosk", kiosk::start(&frame(lang, "/kiosk"), None).into_string()),
        ("kiosk-refused", kiosk::start(&frame(lang, "/kiosk"), Some(&problem(lang))).into_string()),
        ("kiosk-person", kiosk::person(&frame(lang, "/kiosk/person"), &kiosk_person(lang, true)).into_string()),
        ("kiosk-person-none", kiosk::person(&frame(lang, "/kiosk/person"), &kiosk_person(lang, false)).into_string()),
        ("kiosk-visit", kiosk::visit(&frame(lang, "/kiosk/visit"), &kiosk_visit(lang)).into_string()),
        ("kiosk-tender", kiosk::tender(&frame(lang, "/kiosk/settlement/t1"), &tender(lang)).into_string()),
        ("kiosk-slip", kiosk::slip(&frame(lang, "/kiosk/settlement/t1"), &slip(lang)).into_string()),
        ("in-doubt", in_doubt(&office(lang, true)).into_string()),
        ("in-doubt-none", in_doubt(&office(lang, false)).into_string()),
        ("refunds", refund_desk(&refunds(lang, true)).into_string()),
        ("refunds-none", refund_desk(&refunds(lang, false)).into_string()),
    ]);
    pages
}

fn phone(lang: Lang) -> Vec<(&'static str, String)> {
    let stands = [
        ("pay-nothing", Stand::Nothing),
        ("pay-unpaid", Stand::Unpaid),
        ("pay-confirming", Stand::Confirming),
        ("pay-paid", Stand::Paid),
        ("pay-failed", Stand::Failed),
        ("pay-there", Stand::There),
        ("pay-returning", Stand::Returning),
        ("pay-collect", Stand::Collect),
        ("pay-refunded", Stand::Refunded),
        ("pay-undone", Stand::Undone),
    ];
    let mut pages: Vec<(&'static str, String)> =
        stands.into_iter().map(|(name, stand)| (name, state(&paid(lang, stand, false)).into_string())).collect();
    pages.extend([
        ("pay", pay(&pay_view(lang, false)).into_string()),
        ("pay-elder", pay(&pay_view(lang, true)).into_string()),
        ("pay-stale", pay(&Pay { stale: true, ..pay_view(lang, false) }).into_string()),
        (
            "pay-none",
            pay(&Pay { due: None, others: Vec::new(), unpaid: Vec::new(), ..pay_view(lang, false) }).into_string(),
        ),
        ("pay-cannot", pay(&Pay { due: None, cannot: Some(cannot(lang)), ..pay_view(lang, false) }).into_string()),
        ("pay-paid-elder", state(&paid(lang, Stand::Paid, true)).into_string()),
        ("pay-why", why_page(&why(lang)).into_string()),
        ("bills", bills_page(&bills(lang, false)).into_string()),
        ("bills-elder", bills_page(&bills(lang, true)).into_string()),
        ("bills-none", bills_page(&Bills { bills: Vec::new(), ..bills(lang, false) }).into_string()),
        ("bill", bill_page(&bill(lang, State::Live)).into_string()),
        (
            "bill-void",
            bill_page(&BillPage { red: Some("1000100000009".into()), ..bill(lang, State::Void) }).into_string(),
        ),
    ]);
    pages
}

fn bar(lang: Lang) -> Bar {
    let part = |payer, name: String, note: &str, fen| Part { payer, name, note: note.into(), amount: Fen(fen) };
    let parts = vec![
        part(Payer::Fund, say(lang, "职工统筹基金", "employee pooled fund"), "", 18_790),
        part(
            Payer::Account,
            say(lang, "我的个人账户", "My own account"),
            &say(lang, "余 1204.18", "1204.18 left"),
            5_230,
        ),
        part(Payer::Family, say(lang, "家人的个人账户", "A relative’s account"), &say(lang, "配偶", "spouse"), 1_500),
        part(Payer::Own, say(lang, "自己付", "Yourself"), "", 3_120),
    ];
    Bar::of(Fen(28_640), parts).expect("the parts are the whole")
}

fn items(lang: Lang) -> Vec<Item> {
    let item = |name: String, note: &str, fen, class: String| Item { name, note: note.into(), amount: Fen(fen), class };
    let class = |zh: &str, en: &str| say(lang, zh, en);
    vec![
        item(say(lang, "血常规（五分类）", "Full blood count"), "22.00 × 1", 2_200, class("甲类 100%", "class A 100%")),
        item(say(lang, "糖化血红蛋白", "HbA1c"), "68.00 × 1", 6_800, class("乙类 90%", "class B 90%")),
        item(say(lang, "氨氯地平片", "Amlodipine"), "23.20 × 2", 4_640, class("甲类 100%", "class A 100%")),
        item(say(lang, "超声心动图", "Echocardiogram"), "150.00 × 1", 15_000, class("乙类 80%", "class B 80%")),
    ]
}

fn reasons(lang: Lang) -> Vec<Reason> {
    let part = Reason::sum(
        &say(lang, "您这次承担的部分", "Your part"),
        vec![
            Reason::leaf(&say(lang, "乙类先自付", "class B, paid first"), Fen(3_680))
                .how("68.00 × 10% + 150.00 × 20%".into()),
            Reason {
                rule: "/rates/7/segments/0".into(),
                ..Reason::leaf(&say(lang, "按比例自付", "your ratio"), Fen(6_170))
            },
        ],
    );
    vec![Reason::sum(
        &say(lang, "您要付的", "What you pay"),
        vec![part, Reason::leaf(&say(lang, "个人账户", "own account"), Fen(-6_730))],
    )]
}

fn door(lang: Lang, address: &str) -> Door {
    Door {
        address: address.into(),
        says: say(lang, "另一次：澜江市中医院", "Another visit: Lanjiang TCM Hospital"),
        small: say(lang, "急诊 2026-11-01 · ¥184.26", "Emergency 2026-11-01 · ¥184.26"),
    }
}

fn pay_view(lang: Lang, elder: bool) -> Pay {
    Pay {
        lang,
        here: if elder { "/phone/pay?elder=1".into() } else { "/phone/pay".into() },
        elder,
        due: Some(Due {
            visit: "v1".into(),
            quote: "q1".into(),
            institution: say(lang, "云州市第一人民医院", "Yunzhou First People’s Hospital"),
            about: say(lang, "心内科 2026-11-18", "Cardiology 2026-11-18"),
            total: Fen(28_640),
            own: Fen(3_120),
            bar: bar(lang),
            use_account: true,
            by_phone: !elder,
            items: items(lang),
            reasons: reasons(lang),
        }),
        cannot: None,
        unpaid: vec![door(lang, "/phone/pay/t1")],
        others: vec![door(lang, "/phone/pay?visit=v2")],
        stale: false,
    }
}

fn problem(lang: Lang) -> (String, String) {
    (say(lang, "这个码已过期。", "This code has expired."), say(lang, "请刷新再扫。", "Refresh it and scan again."))
}

fn cannot(lang: Lang) -> Cannot {
    let (fact, what_to_do) = problem(lang);
    Cannot { fact, what_to_do }
}

fn paid(lang: Lang, stand: Stand, elder: bool) -> Paid {
    Paid {
        lang,
        here: "/phone/pay/t1".into(),
        elder,
        stand,
        by_phone: stand != Stand::Failed,
        institution: say(lang, "云州市第一人民医院", "Yunzhou First People’s Hospital"),
        at: "2026-11-18 10:41".into(),
        total: Fen(28_640),
        own: Fen(3_120),
        bar: bar(lang),
        asks: "/phone/pay/t1/state".into(),
        again: "/phone/pay/t1".into(),
        why: "/phone/pay/t1/why".into(),
        bill: "/phone/bills/b1".into(),
    }
}

fn why(lang: Lang) -> WhyPage {
    WhyPage {
        lang,
        here: "/phone/pay/t1/why".into(),
        elder: false,
        back: "/phone/pay/t1".into(),
        plan: "990100-310 · 1".into(),
        reasons: reasons(lang),
    }
}

fn bills(lang: Lang, elder: bool) -> Bills {
    let line = |number: &str, total, state| BillLine {
        address: "/phone/bills/b1".into(),
        pdf: "/phone/bills/b1.pdf".into(),
        issuer: say(lang, "云州市第一人民医院", "Yunzhou First People’s Hospital"),
        number: number.into(),
        day: "2026-11-18".into(),
        total: Fen(total),
        own: Fen(3_120),
        state,
    };
    Bills {
        lang,
        here: "/phone/bills".into(),
        elder,
        bills: vec![
            line("1000100000002", 28_640, State::Live),
            line("1000100000003", -28_640, State::Red),
            line("1000100000004", 28_640, State::Void),
            line("1000100000005", 28_640, State::Paper),
            line("1000100000006", 28_640, State::Marked),
        ],
    }
}

fn bill(lang: Lang, state: State) -> BillPage {
    let column =
        |item: Item| Column { name: item.name, note: format!("{} · {}", item.note, item.class), amount: item.amount };
    BillPage {
        lang,
        here: "/phone/bills/b1".into(),
        elder: false,
        state,
        red: None,
        code: "99010126".into(),
        number: "1000100000002".into(),
        check: "7be03a".into(),
        payer: "周*怡 · 9901••••0028".into(),
        issued: "2026-11-18".into(),
        issuer: say(lang, "云州市第一人民医院", "Yunzhou First People’s Hospital"),
        lines: items(lang).into_iter().map(column).collect(),
        parts: vec![(say(lang, "统筹基金", "pooled fund"), Fen(18_790)), (say(lang, "自己付", "Yourself"), Fen(9_850))],
        total: Fen(28_640),
        seal: "YB1:SAMPLE".into(),
        pdf: "/phone/bills/b1.pdf".into(),
        why: (state == State::Live).then(|| "/phone/pay/t1/why".into()),
    }
}

fn frame(lang: Lang, here: &str) -> kiosk::Frame {
    kiosk::Frame {
        lang,
        here: here.into(),
        institution: say(lang, "云州市第一人民医院", "Yunzhou First People’s Hospital"),
        place: say(lang, "门诊大厅 · 自助机 07", "Hall · Kiosk 07"),
        now: NOW,
    }
}

fn kiosk_person(lang: Lang, waits: bool) -> kiosk::Person {
    let visits = if waits { vec![door(lang, "/kiosk/visit?visit=v1")] } else { Vec::new() };
    kiosk::Person { name: say(lang, "王*兰", "Wang G***"), visits }
}

fn kiosk_visit(lang: Lang) -> kiosk::Visit {
    kiosk::Visit {
        visit: "v1".into(),
        quote: "q1".into(),
        about: say(lang, "心内科 2026-11-18", "Cardiology 2026-11-18"),
        total: Fen(28_640),
        own: Fen(3_120),
        bar: bar(lang),
        use_account: true,
        items: items(lang),
        stale: true,
    }
}

fn tender(lang: Lang) -> kiosk::Tender {
    kiosk::Tender { settlement: "t1".into(), own: Fen(3_120), problem: Some(problem(lang)) }
}

fn slip(lang: Lang) -> kiosk::Slip {
    kiosk::Slip {
        name: say(lang, "王*兰", "Wang G***"),
        at: "2026-11-18 10:41".into(),
        settlement: "t1".into(),
        payment: "m1".into(),
        total: Fen(28_640),
        own: Fen(3_120),
        change: Fen(80),
        bar: bar(lang),
        bill: Some(kiosk::SlipBill {
            number: "1000000000017".into(),
            check: "3fa09c".into(),
            address: "https://yima.example/bills/check?number=1000000000017&total=286.40&check=3fa09c".into(),
        }),
    }
}

/// One of each kind; without an open till, and with one.
fn refunds(lang: Lang, busy: bool) -> RefundDesk {
    let due = |tender: &str, over_the_counter, stuck| RefundDue {
        payment: format!("m-{tender}"),
        ordinal: 1,
        subject: format!("t-{tender}"),
        tender: tender.into(),
        amount: Fen(3_120),
        reason: say(lang, "退药", "drugs returned"),
        asked_at: NOW - HOUR,
        over_the_counter,
        stuck,
    };
    let all = vec![
        due("cash", true, false),
        due("pos", true, false),
        due("mobile", false, false),
        due("mobile-2", false, true),
    ];
    RefundDesk {
        desk: Desk {
            lang,
            here: "/desk/refunds".into(),
            place: say(lang, "挂号收费 3 号窗", "Window 3"),
            actor: say(lang, "徐慧", "Xu Hui"),
            now: NOW,
        },
        due: if busy { all } else { Vec::new() },
        till: busy.then(|| "3".into()),
        done: busy,
        problem: busy.then(|| problem(lang)),
    }
}

fn office(lang: Lang, busy: bool) -> InDoubt {
    let doubt = |msgid: &str, stage, age, next_at| Doubt {
        institution: "n1".into(),
        institution_name: say(lang, "云州市第一人民医院", "Yunzhou First People’s Hospital"),
        msgid: msgid.into(),
        stage,
        asked_at: NOW - age,
        tries: 3,
        next_at,
    };
    let task = |kind: &str, amount| Task {
        id: "7".into(),
        person: "p1".into(),
        kind: kind.into(),
        settlement: "t2".into(),
        cause: "t1".into(),
        amount,
        at: NOW - HOUR,
    };
    InDoubt {
        desk: Desk {
            lang,
            here: "/office/in-doubt".into(),
            place: say(lang, "云州市医保中心", "Yunzhou Insurance Centre"),
            actor: say(lang, "唐以宁", "Tang Yining"),
            now: NOW,
        },
        doubts: if busy {
            vec![
                doubt("H0001-17", Stage::Uncertain, 9 * MINUTE, Some(NOW + MINUTE)),
                doubt("H0001-18", Stage::Reversing, MINUTE, Some(NOW - MINUTE)),
                doubt("H0001-19", Stage::Settling, MINUTE, None),
            ]
        } else {
            Vec::new()
        },
        tasks: if busy { vec![task("readjudicate", None), task("overpaid", Some(Fen(12_300)))] } else { Vec::new() },
        done: busy.then_some(1),
    }
}
