//! The kiosk's screens: scan, choose, confirm, pay, take the slip. Upright, large,
//! touched; both languages one touch apart.

use crate::pay::pages::{Door, Item, listed};
use crate::qr::plain_qr_svg;
use crate::say::say;
use kernel::Fen;
use maud::{Markup, html};
use web::icons::{Icon, icon, mark};
use web::layout::{Head, Surface, document, language_switch};
use web::widgets::fundbar::Bar;
use web::widgets::{Tone, notice};
use web::words::{Lang, Word, dates};

/// The start.
pub const KIOSK: &str = "/kiosk";
/// Where a code is posted.
pub const SCAN: &str = "/kiosk/scan";
/// What waits for whoever is present.
pub const PERSON: &str = "/kiosk/person";
/// One visit with its quote.
pub const VISIT: &str = "/kiosk/visit";
/// Where a quote is posted.
pub const SETTLE: &str = "/kiosk/settle";
/// A settlement, paid here; its number follows.
pub const SETTLEMENT: &str = "/kiosk/settlement";

/// Seconds without a touch after which the start is shown again.
const IDLE_SECONDS: u32 = 60;

/// What stands around every screen.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The language.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// Whose kiosk.
    pub institution: String,
    /// Where it stands.
    pub place: String,
    /// The instant the page shows, microseconds UTC.
    pub now: i64,
}

/// Fact and remedy.
pub type Problem = (String, String);

fn screen(frame: &Frame, title: &str, idle: bool, main: Markup) -> Markup {
    let lang = frame.lang;
    let scripts: &[&str] = if idle { &["kiosk.js"] } else { &["scan.js"] };
    document(
        Head { lang, title, surface: Surface::Kiosk, scripts, refresh_seconds: None },
        html! {
            header.kz-top {
                (mark())
                div { b { (frame.institution) } small { (frame.place) } }
                div.when { b { (dates::clock(frame.now)) } small { (dates::date(frame.now)) } }
            }
            main id="main" {
                (main)
                @if idle {
                    // Without script the browser goes back by itself; with it, every touch counts anew.
                    noscript { meta http-equiv="refresh" content=(format!("{IDLE_SECONDS}; url={KIOSK}")); }
                    p.idle data-idle=(IDLE_SECONDS) data-to=(KIOSK) hidden {
                        span { span data-left { (IDLE_SECONDS) } (say(lang, " 秒后自动退出", " s until this closes")) }
                        button.btn type="button" data-more { (say(lang, "再等等我", "I need more time")) }
                    }
                }
            }
            footer.kz-foot {
                (language_switch(lang, &frame.here, "btn"))
                @if idle { a.btn href=(KIOSK) { (say(lang, "不办了", "Stop here")) } }
                p { (say(lang, "要帮忙？请到人工窗口。", "Need help? Please ask at a window.")) }
            }
        },
    )
}

/// Nobody yet: scan.
pub fn start(frame: &Frame, problem: Option<&Problem>) -> Markup {
    let lang = frame.lang;
    screen(
        frame,
        say(lang, "自助结算", "Settle here"),
        false,
        html! {
            section.hero {
                h1 { (say(lang, "把手机上的码，对准下面扫一扫", "Hold your code over the scanner below")) }
                p { (say(lang, "付费、打凭条，一个码都能办。不用找收费窗口。", "Pay and take your slip; no cashier needed.")) }
                p lang=(lang.other().tag()) { (say(lang.other(), "把手机上的码，对准下面扫一扫", "Hold your code over the scanner below")) }
            }
            @if let Some((fact, what_to_do)) = problem { (notice(Tone::Look, fact, Some(what_to_do))) }
            (scanner(lang))
            p.small { (say(lang, "扫码只用来付费，不打开病历。", "The scan is for paying only; it opens no record.")) }
            ol.steps {
                @for (sign, zh, en) in STEPS { li { (icon(sign)) b { (say(lang, zh, en)) } } }
            }
        },
    )
}

const STEPS: [(Icon, &str, &str); 3] = [
    (Icon::Code, "扫码", "Scan"),
    (Icon::Yuan, "看清自己付多少，点一下", "See what you pay, touch once"),
    (Icon::Printer, "付款，拿凭条", "Pay, take your slip"),
];

/// The scan box of the desks, with words for a hall.
fn scanner(lang: Lang) -> Markup {
    html! {
        form.scan method="post" action=(SCAN) data-scan data-working=(lang[Word::ScanWorking]) data-aiming=(lang[Word::ScanAiming])
            data-no-camera=(lang[Word::ScanNoCamera]) data-close=(lang[Word::Close]) {
            div.box {
                (icon(Icon::Scan))
                input name="code" type="text" required maxlength="600" autocomplete="off" autocapitalize="off" spellcheck="false" autofocus
                    aria-label=(say(lang, "扫您的码", "Scan your code")) placeholder=(say(lang, "扫到会自动打开", "Opens by itself once scanned"));
            }
            button type="button" data-camera hidden { (icon(Icon::Camera)) (lang[Word::ScanCamera]) }
            button { (say(lang, "去付费", "Go on to pay")) }
        }
    }
}

/// Who is present and what waits.
#[derive(Debug, Clone)]
pub struct Person {
    /// The masked name.
    pub name: String,
    /// Visits that wait here.
    pub visits: Vec<Door>,
}

/// What waits for whoever is present.
pub fn person(frame: &Frame, view: &Person) -> Markup {
    let lang = frame.lang;
    let title = match lang {
        Lang::Zh => format!("{}，您好", view.name),
        Lang::En => format!("Hello, {}", view.name),
    };
    screen(
        frame,
        &title,
        true,
        html! {
            h1 { (title) }
            @if view.visits.is_empty() {
                section.card.calm {
                    (icon(Icon::Done))
                    h2 { (lang[Word::PayNone]) }
                    p { (lang[Word::PayNoneDo]) }
                }
            } @else {
                p.lead { (say(lang, "请点要付的一笔", "Touch the one you want to pay")) }
            }
            @for visit in &view.visits {
                a.big href=(visit.address) { (icon(Icon::Yuan)) span { b { (visit.says) } small { (visit.small) } } (icon(Icon::Arrow)) }
            }
        },
    )
}

/// A visit with its quote.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Its id as text.
    pub visit: String,
    /// The quote's id as text.
    pub quote: String,
    /// Department and day.
    pub about: String,
    /// The fee.
    pub total: Fen,
    /// What is left to be paid in money.
    pub own: Fen,
    /// Who pays what.
    pub bar: Bar,
    /// Whether account money goes first.
    pub use_account: bool,
    /// The items.
    pub items: Vec<Item>,
    /// Whether the numbers changed since they were shown.
    pub stale: bool,
}

/// Confirm.
pub fn visit(frame: &Frame, view: &Visit) -> Markup {
    let lang = frame.lang;
    let account = if view.use_account { "0" } else { "1" };
    screen(
        frame,
        &lang[Word::PayOnly],
        true,
        html! {
            @if view.stale { (notice(Tone::Look, &lang[Word::PayStale], Some(&lang[Word::PayStaleDo]))) }
            section.card.due {
                h1 { (lang[Word::PayOnly]) " " span.own data-own=(view.own.0) data-total=(view.total.0) { "¥" (view.own) } }
                (view.bar.draw(lang))
                p.small { (view.about) " · ¥" (view.total) }
            }
            form method="post" action=(SETTLE) data-once {
                input type="hidden" name="quote" value=(view.quote);
                input type="hidden" name="visit" value=(view.visit);
                input type="hidden" name="account" value=(if view.use_account { "1" } else { "0" });
                button.btn.main data-test="confirm" {
                    @if view.own == Fen::ZERO { (lang[Word::PayConfirmNothing]) }
                    @else { (say(lang, "确认，去付款", "Confirm and pay")) }
                }
            }
            a.btn href=(format!("{VISIT}?visit={}&account={account}", view.visit)) {
                @if view.use_account { (say(lang, "不用账户里的钱", "Do not use account money")) }
                @else { (say(lang, "用账户里的钱", "Use account money")) }
            }
            section.card { h2 { (lang[Word::PayItems]) } (listed(&view.items)) }
        },
    )
}

/// Paying what is owed.
#[derive(Debug, Clone)]
pub struct Tender {
    /// The settlement's id as text.
    pub settlement: String,
    /// What is owed.
    pub own: Fen,
    /// Why the last try did not go through.
    pub problem: Option<Problem>,
}

/// Card machine or cash machine.
pub fn tender(frame: &Frame, view: &Tender) -> Markup {
    let lang = frame.lang;
    let place = format!("{SETTLEMENT}/{}", view.settlement);
    let title = lang.fill(Word::PayUnpaid, &[&view.own.to_string()]);
    screen(
        frame,
        &title,
        true,
        html! {
            h1 { (title) }
            p.lead { (lang[Word::PayUnpaidDo]) }
            @if let Some((fact, what_to_do)) = &view.problem { (notice(Tone::Look, fact, Some(what_to_do))) }
            form.card.way method="post" action=(place) data-once {
                input type="hidden" name="means" value="pos";
                h2 { (say(lang, "刷卡或扫码付", "By card or phone")) }
                div.field {
                    label for="slip" { (say(lang, "付好后，把刷卡机小票的条码对准扫码口", "Then hold the slip of the card machine over the scanner")) }
                    input id="slip" name="slip" required maxlength="32" autocomplete="off" inputmode="numeric" autofocus;
                }
                button.btn.main { (say(lang, "付好了", "I have paid")) }
            }
            form.card.way method="post" action=(place) data-once {
                input type="hidden" name="means" value="cash";
                h2 { (say(lang, "付现金", "In cash")) }
                div.field {
                    label for="received" { (say(lang, "收钞口收到（元）", "Taken by the cash machine (yuan)")) }
                    input id="received" name="received" required maxlength="12" autocomplete="off" inputmode="decimal";
                }
                button.btn { (say(lang, "付好了", "I have paid")) }
            }
        },
    )
}

/// The e-bill of a slip.
#[derive(Debug, Clone)]
pub struct SlipBill {
    /// Thirteen digits.
    pub number: String,
    /// Six characters.
    pub check: String,
    /// Where anybody checks it; empty where the node does not know its own address.
    pub address: String,
}

/// The slip.
#[derive(Debug, Clone)]
pub struct Slip {
    /// The masked name.
    pub name: String,
    /// When it was settled.
    pub at: String,
    /// The settlement's number.
    pub settlement: String,
    /// The payment's number.
    pub payment: String,
    /// The fee.
    pub total: Fen,
    /// What was paid here.
    pub own: Fen,
    /// Given back.
    pub change: Fen,
    /// Who pays what.
    pub bar: Bar,
    /// The e-bill, where something was billed.
    pub bill: Option<SlipBill>,
}

/// The e-bill on the slip: numbers to type, and a code that leads to the check page.
fn slip_bill(lang: Lang, bill: &SlipBill) -> Markup {
    html! {
        div.slip-bill data-bill=(bill.number) {
            @if !bill.address.is_empty() {
                div.seal data-check=(bill.address) { (plain_qr_svg(&bill.address, &lang[Word::BillQr])) }
            }
            dl.facts {
                dt { (lang[Word::BillNumber]) } dd.mono { (bill.number) }
                dt { (lang[Word::BillCheckCode]) } dd.mono { (bill.check) }
            }
            p.small { (say(lang, "扫这个码，查电子票据真不真。", "Scan this code to check the e-bill.")) }
        }
    }
}

/// Done: a slip to print.
pub fn slip(frame: &Frame, view: &Slip) -> Markup {
    let lang = frame.lang;
    screen(
        frame,
        say(lang, "办好了", "Done"),
        true,
        html! {
            h1 { (icon(Icon::Done)) (say(lang, "办好了，请拿好凭条", "Done. Please take your slip")) }
            section.card.slip data-slip data-own=(view.own.0) data-total=(view.total.0) {
                h2 { (frame.institution) }
                p { (view.name) " · " (view.at) }
                (view.bar.draw(lang))
                dl.facts {
                    dt { (say(lang, "费用合计", "Fee")) } dd.num { "¥" (view.total) }
                    dt { (say(lang, "本次自己付", "Paid here")) } dd.num { "¥" (view.own) }
                    @if view.change > Fen::ZERO { dt { (say(lang, "找零", "Change")) } dd.num { "¥" (view.change) } }
                    dt { (say(lang, "结算号", "Settlement")) } dd.mono { (view.settlement) }
                    dt { (say(lang, "支付号", "Payment")) } dd.mono { (view.payment) }
                }
                @if let Some(bill) = &view.bill { (slip_bill(lang, bill)) }
                p.small { (say(lang, "电子票据在手机「票据」里，窗口也能凭结算号打印。", "The e-bill is on your phone under Bills; a window prints it by the settlement’s number.")) }
            }
            button.btn.main type="button" data-print hidden { (icon(Icon::Printer)) (say(lang, "打印凭条", "Print the slip")) }
            a.btn href=(KIOSK) { (say(lang, "完成", "Finish")) }
        },
    )
}
