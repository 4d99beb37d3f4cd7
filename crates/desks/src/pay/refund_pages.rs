//! What a desk owes people: one row a refund, oldest first, with the one thing to do
//! about it. Numbers only; who comes is known by their code and slip.

use crate::say::say;
use kernel::Fen;
use maud::{Markup, html};
use web::layout::{Desk, Head, Surface, desk_top, document};
use web::widgets::{Tone, instant, notice, tag};
use web::words::{Lang, dates};

/// The page.
pub const DESK: &str = "/desk/refunds";
/// Hands one back: `payment`, `ordinal`, and for cards `terminal`, `slip`.
pub const HAND_BACK: &str = "/desk/refunds/hand-back";
/// Asks the channel afresh: `payment`, `ordinal`.
pub const AGAIN: &str = "/desk/refunds/again";
/// Opens the till: `float`, yuan.
pub const OPEN_TILL: &str = "/desk/refunds/till";

/// A refund that has not ended.
#[derive(Debug, Clone)]
pub struct Due {
    /// The payment's id as text.
    pub payment: String,
    /// Which refund of it.
    pub ordinal: i64,
    /// What was paid: the settlement's number.
    pub subject: String,
    /// cash, pos, mobile.
    pub tender: String,
    /// How much goes back.
    pub amount: Fen,
    /// Why.
    pub reason: String,
    /// Since when, microseconds UTC.
    pub asked_at: i64,
    /// Whether a clerk hands it back.
    pub over_the_counter: bool,
    /// Whether the channel could not give it back.
    pub stuck: bool,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct RefundDesk {
    /// Who sits here.
    pub desk: Desk,
    /// What must go back.
    pub due: Vec<Due>,
    /// The clerk's open till.
    pub till: Option<String>,
    /// Whether something was done a moment ago.
    pub done: bool,
    /// Why it was not: fact and remedy.
    pub problem: Option<(String, String)>,
}

/// The whole page.
pub fn refund_desk(view: &RefundDesk) -> Markup {
    let lang = view.desk.lang;
    let title = say(lang, "待退款", "Refunds due");
    document(
        Head { lang, title, surface: Surface::Desk, scripts: &[], refresh_seconds: None },
        html! {
            (desk_top(&view.desk, html! {}))
            main id="main" {
                div.chart {
                    @if view.done { (notice(Tone::Health, say(lang, "已办理。", "Done."), None)) }
                    @if let Some((fact, remedy)) = &view.problem { (notice(Tone::Look, fact, Some(remedy))) }
                    section.card data-refunds=(view.due.len()) {
                        div.hd {
                            h1 { (title) }
                            small { (say(lang, "结算撤销后要退给本人的钱；手机支付的由渠道退回", "money that goes back after a settlement was cancelled; what was paid by phone goes back by itself")) }
                        }
                        @if view.due.is_empty() {
                            div.blank { b { (say(lang, "没有待退的款项。", "Nothing is to go back.")) } }
                        } @else { (table(lang, view)) }
                    }
                    @if view.till.is_none() { (till_closed(lang)) }
                }
            }
        },
    )
}

/// Notes and slips come out of an open till only.
fn till_closed(lang: Lang) -> Markup {
    html! {
        section.card data-till="closed" {
            div.hd { h2 { (say(lang, "您的收款窗口尚未开班", "Your till is not open")) } }
            form.noprint method="post" action=(OPEN_TILL) {
                label { (say(lang, "备用金（元）", "Cash in it (yuan)")) " "
                    input name="float" inputmode="decimal" required value="0.00";
                } " "
                button.btn { (say(lang, "开班", "Open the till")) }
            }
        }
    }
}

fn table(lang: Lang, view: &RefundDesk) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label=(say(lang, "待退款", "Refunds due")) {
            table.full {
                thead { tr {
                    th scope="col" { (say(lang, "结算", "settlement")) }
                    th scope="col" { (say(lang, "收款方式", "paid by")) }
                    th.num scope="col" { (say(lang, "金额（元）", "yuan")) }
                    th scope="col" { (say(lang, "原因", "reason")) }
                    th scope="col" { (say(lang, "时间", "since")) }
                    th scope="col" { (say(lang, "办理", "do")) }
                } }
                tbody { @for due in &view.due { (row(lang, due, view.till.is_some())) } }
            }
        }
    }
}

fn row(lang: Lang, due: &Due, open: bool) -> Markup {
    html! {
        tr data-payment=(due.payment) {
            td.mono { (due.subject) }
            td { (tender_words(lang, &due.tender)) }
            td.num { (due.amount) }
            td { (due.reason) }
            td { (instant(due.asked_at, &dates::date_clock(due.asked_at))) }
            td {
                @if due.stuck {
                    (tag(Tone::Harm, say(lang, "渠道未能退回", "the channel could not")))
                    form method="post" action=(AGAIN) {
                        (number(due))
                        button.btn.small { (say(lang, "重新退", "Ask again")) span.sr { " " (due.subject) } }
                    }
                } @else if !due.over_the_counter {
                    (tag(Tone::Look, say(lang, "渠道正在退回", "on its way")))
                } @else if open {
                    form method="post" action=(HAND_BACK) {
                        (number(due))
                        @if due.tender == "pos" {
                            label { span.sr { (say(lang, "终端号", "terminal")) }
                                input name="terminal" required placeholder=(say(lang, "终端号", "terminal")) size="8"; } " "
                            label { span.sr { (say(lang, "退货凭证号", "slip")) }
                                input name="slip" required placeholder=(say(lang, "退货凭证号", "slip")) size="10"; } " "
                        }
                        button.btn.small.main data-test="hand-back" {
                            (say(lang, "已退给本人", "Handed back")) span.sr { " " (due.subject) }
                        }
                    }
                } @else { (tag(Tone::Quiet, say(lang, "先开班", "open the till first"))) }
            }
        }
    }
}

fn number(due: &Due) -> Markup {
    html! {
        input type="hidden" name="payment" value=(due.payment);
        input type="hidden" name="ordinal" value=(due.ordinal);
    }
}

fn tender_words(lang: Lang, tender: &str) -> &str {
    match tender {
        "cash" => say(lang, "现金", "cash"),
        "pos" => say(lang, "银行卡", "card"),
        "mobile" => say(lang, "手机支付", "phone"),
        other => other,
    }
}
