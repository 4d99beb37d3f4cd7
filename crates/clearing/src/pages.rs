//! `/office/reconciliation`: comparisons, and of one the totals and each difference with
//! its cause and what is done about it.

use crate::reconcile::{FindingStage, Kept, Task};
use crate::rules::row::{Action, Sums, Total};
use crate::words::{self, say};
use crate::{Clearing, READ, RECONCILE};
use axum::extract::{Form, OriginalUri, Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use kernel::{Actor, Fen};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;
use web::layout::{Desk, Head, Surface, desk_top, document};
use web::widgets::{Tone, instant, notice, tag};
use web::words::{Lang, dates};
use web::{Caller, Problem, Route};

/// The routes.
pub fn routes(clearing: &Clearing) -> Vec<Route> {
    vec![
        Route::get("/office/reconciliation", READ, list, clearing),
        Route::get("/office/reconciliation/{task}", READ, one, clearing),
        Route::post("/office/reconciliation/{task}", RECONCILE, act, clearing),
    ]
}

/// Differences shown on a page.
const SHOWN_MAX: usize = 500;

/// A page of the office around its middle.
pub fn page(desk: &Desk, title: &str, middle: Markup) -> Markup {
    let head = Head { lang: desk.lang, title, surface: Surface::Desk, scripts: &[], refresh_seconds: None };
    document(
        head,
        html! {
            (desk_top(desk, html! {}))
            main id="main" { div.chart { (middle) } }
        },
    )
}

fn desk(clearing: &Clearing, actor: &Actor, lang: Lang, here: String) -> Desk {
    let place = actor.institution.map_or_else(String::new, |id| (clearing.names)(id, lang == Lang::En));
    Desk { lang, here, place, actor: actor.name.to_string(), now: clearing.db.world().now() }
}

fn here(uri: &http::Uri) -> String {
    uri.path_and_query().map_or_else(|| "/office/reconciliation".to_owned(), ToString::to_string)
}

fn shown(markup: Markup) -> Response {
    Html(markup.into_string()).into_response()
}

async fn list(
    State(clearing): State<Clearing>,
    Caller(actor): Caller,
    lang: Lang,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let found = clearing.tasks(&actor).await?;
    let desk = desk(&clearing, &actor, lang, here(&uri));
    let name = |task: &Task| (clearing.names)(task.institution, lang == Lang::En);
    Ok(shown(page(&desk, say(lang, ("日终对账", "Day-end match")), tasks(lang, &found, &name))))
}

/// The list of comparisons.
pub fn tasks(lang: Lang, found: &[(Task, i64)], name: &dyn Fn(&Task) -> String) -> Markup {
    html! {
        section.card {
            div.hd { h1 { (say(lang, ("日终对账", "Day-end match"))) } small { (found.len()) } }
            @if found.is_empty() {
                (notice(Tone::Quiet, say(lang, ("还没有对账。", "Nothing was compared yet.")), None))
            } @else {
                table {
                    thead { tr {
                        th { (say(lang, ("区间", "span"))) }
                        th { (say(lang, ("机构", "institution"))) }
                        th { (say(lang, ("结果", "result"))) }
                        th.num { (say(lang, ("待处理", "open"))) }
                        th { (say(lang, ("对账时间", "compared"))) }
                    } }
                    tbody { @for (task, open) in found { tr data-test="task-row" {
                        td { a href={ "/office/reconciliation/" (task.id) } {
                            (instant(task.span.from, &dates::date_clock(task.span.from))) " – "
                            (instant(task.span.until, &dates::date_clock(task.span.until)))
                        } }
                        td { (name(task)) }
                        td { (balance(lang, task.balanced)) }
                        td.num { (open) }
                        td { (instant(task.made_at, &dates::date_clock(task.made_at))) }
                    } } }
                }
            }
        }
    }
}

fn balance(lang: Lang, balanced: bool) -> Markup {
    if balanced {
        tag(Tone::Health, say(lang, ("平", "balanced")))
    } else {
        tag(Tone::Look, say(lang, ("有差异", "differs")))
    }
}

async fn one(
    State(clearing): State<Clearing>,
    Caller(actor): Caller,
    lang: Lang,
    OriginalUri(uri): OriginalUri,
    Path(task): Path<String>,
) -> Result<Response, Problem> {
    let id = task.parse().map_err(|_bad| web::Refusal::NotFound.at("task"))?;
    let task = clearing.task(&actor, id).await?;
    let found = clearing.findings(&task).await?;
    let desk = desk(&clearing, &actor, lang, here(&uri));
    let name = (clearing.names)(task.institution, lang == Lang::En);
    let may_act = actor.may(RECONCILE);
    Ok(shown(page(&desk, say(lang, ("对账差异", "Differences")), detail(lang, &task, &name, &found, may_act))))
}

/// One comparison: totals by group, then differences.
pub fn detail(lang: Lang, task: &Task, name: &str, found: &[Kept], may_act: bool) -> Markup {
    html! {
        section.card {
            div.hd {
                h1 { (name) }
                small {
                    (instant(task.span.from, &dates::date_clock(task.span.from))) " – "
                    (instant(task.span.until, &dates::date_clock(task.span.until)))
                }
                (balance(lang, task.balanced))
                a href="/office/reconciliation" { (say(lang, ("全部对账", "all comparisons"))) }
            }
            @if let Some(later) = task.superseded_by {
                (notice(Tone::Look, say(lang, ("已有更新的对账。", "A later comparison replaced this one.")), None))
                p { a href={ "/office/reconciliation/" (later) } { (say(lang, ("查看最新一次", "see the latest"))) } }
            }
            (totals(lang, &task.totals))
        }
        section.card {
            div.hd { h2 { (say(lang, ("差异", "Differences"))) } small { (found.len()) } }
            @if found.is_empty() {
                (notice(Tone::Health, say(lang, ("三方账目一致。", "All three books agree.")), None))
            } @else {
                (differences(lang, found, may_act))
                @if found.len() > SHOWN_MAX {
                    p { (say(lang, ("仅显示前 500 条，其余请用接口读取。", "The first 500 are shown; read the rest over the interface."))) }
                }
            }
        }
    }
}

fn totals(lang: Lang, totals: &[Total]) -> Markup {
    html! {
        table {
            thead { tr {
                th { (say(lang, ("险种 / 清算类别 / 机构", "insurance / clearing / agency"))) }
                th { (say(lang, ("退费", "refund"))) }
                th.num { (say(lang, ("医院笔数", "count, hospital"))) }
                th.num { (say(lang, ("医院基金", "fund, hospital"))) }
                th.num { (say(lang, ("中心笔数", "count, agency"))) }
                th.num { (say(lang, ("中心基金", "fund, agency"))) }
                th { (say(lang, ("结果", "result"))) }
            } }
            tbody { @for total in totals { tr data-test="total-row" {
                td { (total.group.insutype) " / " (total.group.clr_type) " / " (total.group.setl_optins) " · " (total.group.period) }
                td { (if total.group.refund { say(lang, ("是", "yes")) } else { say(lang, ("否", "no")) }) }
                td.num { (total.here_rows) }
                td.num { (Fen(total.here.fund)) }
                td.num { (total.there_rows) }
                td.num { (Fen(total.there.fund)) }
                td {
                    (tag(if total.result == "000000" { Tone::Health } else { Tone::Look }, say(lang, words::result(&total.result))))
                    " " (total.result)
                }
            } } }
        }
    }
}

fn amounts(sums: Option<Sums>) -> Markup {
    html! {
        @match sums {
            None => "—",
            Some(sums) if sums.medfee == 0 && sums.fund == 0 && sums.account == 0 => (Fen(sums.cash)),
            Some(sums) => { (Fen(sums.medfee)) br; small { (Fen(sums.fund)) " + " (Fen(sums.account)) " + " (Fen(sums.cash)) } }
        }
    }
}

fn differences(lang: Lang, found: &[Kept], may_act: bool) -> Markup {
    html! {
        table {
            thead { tr {
                th { (say(lang, ("报文或订单", "message or order"))) }
                th { (say(lang, ("原因", "cause"))) }
                th.num { (say(lang, ("医院", "hospital"))) }
                th.num { (say(lang, ("对方", "other side"))) }
                th { (say(lang, ("处理", "what to do"))) }
                th { (say(lang, ("状态", "stage"))) }
            } }
            tbody { @for kept in found.iter().take(SHOWN_MAX) { tr data-test="finding-row" {
                td { (kept.finding.key) br; small { (say(lang, words::pair(kept.finding.pair))) } }
                td { (tag(if kept.finding.action == Action::Note { Tone::Quiet } else { Tone::Look }, say(lang, words::cause(kept.finding.cause)))) }
                td.num { (amounts(kept.finding.here)) }
                td.num { (amounts(kept.finding.there)) }
                td { (say(lang, words::action(kept.finding.action))) }
                td {
                    (say(lang, words::stage(kept.stage)))
                    @if !kept.note.is_empty() { br; small { (kept.note) } }
                    @if may_act && kept.stage == FindingStage::Open && kept.finding.action != Action::Note {
                        form method="post" {
                            input type="hidden" name="ordinal" value=(kept.ordinal);
                            input name="note" required maxlength="200" aria-label=(say(lang, ("处理说明", "what was done")));
                            button { (say(lang, ("记下", "Note"))) }
                        }
                    }
                }
            } } }
        }
    }
}

#[derive(Debug, Deserialize)]
struct Acted {
    ordinal: i64,
    note: String,
}

async fn act(
    State(clearing): State<Clearing>,
    Caller(actor): Caller,
    Path(task): Path<String>,
    Form(acted): Form<Acted>,
) -> Result<Response, Problem> {
    let id = task.parse().map_err(|_bad| web::Refusal::NotFound.at("task"))?;
    let actor: Arc<Actor> = actor;
    clearing.act(&actor, id, acted.ordinal, acted.note).await?;
    Ok(Redirect::to(&format!("/office/reconciliation/{task}")).into_response())
}
