//! What the agency must chase: messages in doubt, the longest unmoved first, and tasks,
//! the oldest first. No name is shown; numbers lead to the books.

use crate::say::say;
use kernel::Fen;
use maud::{Markup, html};
use settlement::rules::ask::Stage;
use web::layout::{Desk, Head, Surface, desk_top, document};
use web::widgets::{Tone, instant, notice, tag};
use web::words::{Lang, dates};

/// The page.
pub const IN_DOUBT: &str = "/office/in-doubt";
/// Asks about all that are due.
pub const ASK: &str = "/office/in-doubt/ask";
/// Asks about one, due or not: `institution`, `msgid`.
pub const ASK_ONE: &str = "/office/in-doubt/ask-one";
/// Takes a message back: `institution`, `msgid`.
pub const GIVE_UP: &str = "/office/in-doubt/give-up";
/// Ends a task: `person`, `task`.
pub const TASK_DONE: &str = "/office/in-doubt/task-done";

/// A message whose outcome is not known.
#[derive(Debug, Clone)]
pub struct Doubt {
    /// Whose message, as text.
    pub institution: String,
    /// Its name.
    pub institution_name: String,
    /// The message's number.
    pub msgid: String,
    /// Where it stands.
    pub stage: Stage,
    /// When it was asked, microseconds UTC.
    pub asked_at: i64,
    /// Questions so far.
    pub tries: i64,
    /// When it is asked about next, microseconds UTC.
    pub next_at: Option<i64>,
}

/// Something somebody must look at.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its number as text.
    pub id: String,
    /// Whose, as text.
    pub person: String,
    /// `readjudicate` or `overpaid`.
    pub kind: String,
    /// What to look at.
    pub settlement: String,
    /// Because of what.
    pub cause: String,
    /// How much is in question, where it was computed.
    pub amount: Option<Fen>,
    /// Since when, microseconds UTC.
    pub at: i64,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct InDoubt {
    /// Who sits here.
    pub desk: Desk,
    /// Messages in doubt.
    pub doubts: Vec<Doubt>,
    /// Tasks.
    pub tasks: Vec<Task>,
    /// How many moved with the last press of a button.
    pub done: Option<u64>,
}

/// The way between the pages of the agency's money.
pub fn office_ways(lang: Lang, current: &str) -> Markup {
    let ways = [
        (IN_DOUBT, say(lang, "存疑", "In doubt")),
        ("/office/ledger", say(lang, "账簿", "Ledger")),
        ("/office/reconciliation", say(lang, "对账", "Reconciliation")),
    ];
    html! {
        nav.ways aria-label=(say(lang, "资金", "Money")) {
            @for (address, says) in ways { a href=(address) aria-current=[(address == current).then_some("page")] { (says) } }
        }
    }
}

/// The whole page.
pub fn in_doubt(view: &InDoubt) -> Markup {
    let lang = view.desk.lang;
    let title = say(lang, "存疑的结算", "Settlements in doubt");
    document(
        Head { lang, title, surface: Surface::Desk, scripts: &[], refresh_seconds: Some(15) },
        html! {
            (desk_top(&view.desk, html! {}))
            main id="main" {
                div.chart {
                    (office_ways(lang, IN_DOUBT))
                    @if let Some(moved) = view.done { (notice(Tone::Health, &moved_says(lang, moved), None)) }
                    section.card data-doubts=(view.doubts.len()) {
                        div.hd {
                            h1 { (title) }
                            small { (say(lang, "应答丢失的报文：既不算成功，也不算失败，绝不重复扣款", "messages whose answer was lost: neither done nor failed, never charged twice")) }
                            span.gap {}
                            form method="post" action=(ASK) { button.btn.small { (say(lang, "马上问到期的", "Ask about all that are due")) } }
                        }
                        @if view.doubts.is_empty() { (nothing(say(lang, "没有存疑的报文。", "No message is in doubt."))) }
                        @else { (doubts(lang, view)) }
                    }
                    section.card data-tasks=(view.tasks.len()) {
                        div.hd {
                            h2 { (say(lang, "要人看的结算", "Settlements to look at")) }
                            small { (say(lang, "前面的结算被强制撤销，后面的要复核", "an earlier one was cancelled by force, later ones must be checked")) }
                        }
                        @if view.tasks.is_empty() { (nothing(say(lang, "没有待办。", "Nothing to do."))) }
                        @else { (tasks(lang, &view.tasks)) }
                    }
                }
            }
        },
    )
}

fn moved_says(lang: Lang, moved: u64) -> String {
    match (lang, moved) {
        (Lang::Zh, 0) => "已问过，没有新的结果。".into(),
        (Lang::Zh, moved) => format!("已办理 {moved} 条。"),
        (Lang::En, 0) => "Asked; nothing new is known.".into(),
        (Lang::En, moved) => format!("{moved} moved."),
    }
}

fn nothing(says: &str) -> Markup {
    html! { div.blank { b { (says) } } }
}

fn stage_tag(lang: Lang, stage: Stage) -> Markup {
    match stage {
        Stage::Settling => tag(Tone::Quiet, say(lang, "等应答", "no answer yet")),
        Stage::Uncertain => tag(Tone::Look, say(lang, "不确定", "not known")),
        Stage::Reversing => tag(Tone::HarmSoft, say(lang, "正在冲正", "being taken back")),
        Stage::Settled => tag(Tone::Health, say(lang, "已结算", "settled")),
        Stage::Refused => tag(Tone::Quiet, say(lang, "被拒", "refused")),
        Stage::Reversed => tag(Tone::Quiet, say(lang, "已冲正", "taken back")),
    }
}

fn doubts(lang: Lang, view: &InDoubt) -> Markup {
    let now = view.desk.now;
    html! {
        div.wide tabindex="0" role="region" aria-label=(say(lang, "存疑的报文", "Messages in doubt")) {
            table.full {
                thead { tr {
                    th scope="col" { (say(lang, "机构", "institution")) }
                    th scope="col" { (say(lang, "报文编号", "message")) }
                    th scope="col" { (say(lang, "状态", "stands")) }
                    th.num scope="col" { (say(lang, "已过", "age")) }
                    th.num scope="col" { (say(lang, "问过", "asked")) }
                    th scope="col" { (say(lang, "下次问", "next")) }
                    th scope="col" { (say(lang, "办理", "do")) }
                } }
                tbody {
                    @for doubt in &view.doubts {
                        tr data-msgid=(doubt.msgid) {
                            td { (doubt.institution_name) }
                            td.mono { (doubt.msgid) }
                            td { (stage_tag(lang, doubt.stage)) }
                            td.num { (dates::span(lang, now.saturating_sub(doubt.asked_at))) }
                            td.num { (doubt.tries) }
                            td { @match doubt.next_at {
                                Some(at) if at > now => { (instant(at, &dates::clock(at))) }
                                Some(_) => { (say(lang, "马上", "now")) }
                                None => { "–" }
                            } }
                            td {
                                form method="post" action=(ASK_ONE) {
                                    input type="hidden" name="institution" value=(doubt.institution);
                                    input type="hidden" name="msgid" value=(doubt.msgid);
                                    button.btn.small data-test="ask-one" { (say(lang, "现在问", "Ask now")) span.sr { " " (doubt.msgid) } }
                                }
                                form method="post" action=(GIVE_UP) {
                                    input type="hidden" name="institution" value=(doubt.institution);
                                    input type="hidden" name="msgid" value=(doubt.msgid);
                                    button.btn.small.stop { (say(lang, "放弃并冲正", "Give up and take back")) span.sr { " " (doubt.msgid) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn tasks(lang: Lang, tasks: &[Task]) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label=(say(lang, "待办", "Tasks")) {
            table.full {
                thead { tr {
                    th scope="col" { (say(lang, "事由", "what")) }
                    th scope="col" { (say(lang, "结算", "settlement")) }
                    th scope="col" { (say(lang, "起因", "because of")) }
                    th.num scope="col" { (say(lang, "金额（元）", "yuan")) }
                    th scope="col" { (say(lang, "时间", "since")) }
                    th scope="col" { (say(lang, "办理", "do")) }
                } }
                tbody {
                    @for task in tasks {
                        tr {
                            td { (task_words(lang, &task.kind)) }
                            td.mono { (task.settlement) }
                            td.mono { (task.cause) }
                            td.num { @match task.amount { Some(amount) => { (amount) } None => { "–" } } }
                            td { (instant(task.at, &dates::date_clock(task.at))) }
                            td {
                                form method="post" action=(TASK_DONE) {
                                    input type="hidden" name="person" value=(task.person);
                                    input type="hidden" name="task" value=(task.id);
                                    button.btn.small { (say(lang, "看过了", "Looked at")) span.sr { " " (task.settlement) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn task_words(lang: Lang, kind: &str) -> &str {
    match kind {
        "readjudicate" => say(lang, "重新计算待遇", "work out again"),
        "overpaid" => say(lang, "基金多付", "a fund paid too much"),
        other => other,
    }
}
