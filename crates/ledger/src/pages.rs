//! `/office/ledger`: the trial balance of a month, an account's entries, one entry
//! with its links. They print as they stand.

use crate::api::{before, period, text};
use crate::check::Verdict;
use crate::office::{Office, account};
use crate::read::{Books, Linked, Statement};
use crate::rules::account::{Account, Entity, PartyKind};
use crate::rules::entry::{Line, Side};
use crate::rules::fold::Trial;
use crate::rules::period::Period;
use crate::store::Closing;
use crate::{CLOSE, OVERSEE, READ, Refusal};
use axum::extract::{Form, OriginalUri, Path, Query, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use kernel::{Actor, Error, Fen, JournalId};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;
use web::answer::{status_of, told};
use web::layout::{Desk, Head, Surface, desk_top, document, plain};
use web::widgets::{Tone, instant, notice, tag};
use web::words::{Lang, dates};
use web::{Caller, Route};

/// The routes.
pub fn routes(office: &Office) -> Vec<Route> {
    vec![
        Route::get(LEDGER, READ, trial_page, office),
        Route::get("/office/ledger/statement", READ, statement_page, office),
        Route::get("/office/ledger/entries/{entry}", READ, entry_page, office),
        Route::post("/office/ledger/close", CLOSE, close, office),
    ]
}

const LEDGER: &str = "/office/ledger";
/// Lines of a statement on a page.
const LINES: usize = 50;
/// Months the chooser goes back.
const MONTHS: usize = 24;

fn say(lang: Lang, pair: (&'static str, &'static str)) -> &'static str {
    match lang {
        Lang::Zh => pair.0,
        Lang::En => pair.1,
    }
}

fn here(uri: &http::Uri) -> String {
    uri.path_and_query().map_or_else(|| LEDGER.to_owned(), ToString::to_string)
}

fn desk(office: &Office, actor: &Actor, lang: Lang, here: String) -> Desk {
    let place = actor.institution.map_or_else(String::new, |id| (office.names)(id, lang == Lang::En));
    Desk { lang, here, place, actor: actor.name.to_string(), now: office.ledger.now() }
}

fn shown(desk: &Desk, title: &str, middle: Markup) -> Response {
    let head = Head { lang: desk.lang, title, surface: Surface::Desk, scripts: &[], refresh_seconds: None };
    let body = html! {
        (desk_top(desk, html! {}))
        main id="main" { div.chart { (middle) } }
    };
    Html(document(head, body).into_string()).into_response()
}

/// A page that says why not, in the reader's language.
fn refused(lang: Lang, here: &str, error: &Error) -> Response {
    let (kind, _, detail) = told(error);
    let (fact, remedy) = match lang {
        Lang::Zh => (kind.zh, kind.do_zh),
        Lang::En => (kind.en, kind.do_en),
    };
    let title = say(lang, ("账簿", "Ledger"));
    let head = Head { lang, title, surface: Surface::Plain, scripts: &[], refresh_seconds: None };
    let body = html! {
        div.sheet.seam.wrong {
            h1 data-test="error" { (fact) }
            p.lead { (remedy) }
            @if let Some(detail) = detail { p { (detail) } }
            p.go { a.btn.main href=(LEDGER) { (say(lang, ("回到账簿", "Back to the ledger"))) } }
        }
    };
    (status_of(kind), Html(plain(head, here, body).into_string())).into_response()
}

#[derive(Debug, Deserialize)]
struct TrialAsked {
    books: Option<String>,
    period: Option<String>,
    closed: Option<String>,
}

async fn trial_page(
    State(office): State<Office>,
    Caller(actor): Caller,
    lang: Lang,
    OriginalUri(uri): OriginalUri,
    Query(asked): Query<TrialAsked>,
) -> Response {
    let here = here(&uri);
    match trial_view(&office, &actor, &asked).await {
        Err(error) => refused(lang, &here, &error),
        Ok(view) => {
            let desk = desk(&office, &actor, lang, here);
            let name = |entity: Entity| office.name(entity, lang == Lang::En);
            shown(&desk, say(lang, ("试算平衡表", "Trial balance")), trial(lang, &view, &name))
        }
    }
}

/// What the page of a trial balance shows.
#[derive(Debug, Clone)]
pub struct TrialView {
    /// The balance.
    pub trial: Trial,
    /// Books to choose from.
    pub books: Vec<Books>,
    /// The month now.
    pub now: Period,
    /// Its closing, when it is closed.
    pub closing: Option<Closing>,
    /// Whether the reader may close it.
    pub closable: bool,
    /// Whether it was closed a moment ago.
    pub done: bool,
    /// What the last whole check of all books said, for who oversees them.
    pub verdict: Option<Arc<Verdict>>,
}

async fn trial_view(office: &Office, actor: &Actor, asked: &TrialAsked) -> Result<TrialView, Error> {
    let entity = office.books(actor, asked.books.as_deref().filter(|text| !text.is_empty()))?;
    let month = period(office, asked.period.as_deref())?;
    let now = Period::of(office.ledger.now());
    let closings = office.ledger.closings(entity).await?;
    let closed = office.ledger.closed_through(entity).is_some_and(|closed| month <= closed);
    let keeps = actor.institution.map(Entity::from) == Some(entity) || entity == office.agency;
    Ok(TrialView {
        trial: office.ledger.trial(entity, month).await?,
        books: office.all(actor).await?,
        now,
        closing: closings.into_iter().find(|closing| closing.period == month),
        closable: actor.may(CLOSE) && keeps && !closed && month < now,
        done: asked.closed.is_some(),
        verdict: office.ledger.verdict().filter(|_| actor.may(OVERSEE)),
    })
}

/// The chooser of books and month.
fn chooser(lang: Lang, view: &TrialView, name: &dyn Fn(Entity) -> String) -> Markup {
    let months: Vec<Period> =
        std::iter::successors(Some(view.now), |period| Some(period.previous())).take(MONTHS).collect();
    html! {
        form.noprint method="get" action=(LEDGER) {
            @if view.books.len() > 1 {
                label { (say(lang, ("账簿", "Books"))) " "
                    select name="books" {
                        @for books in &view.books {
                            option value=(books.entity) selected[books.entity == view.trial.entity] { (name(books.entity)) }
                        }
                    }
                } " "
            } @else {
                input type="hidden" name="books" value=(view.trial.entity);
            }
            label { (say(lang, ("期间", "Month"))) " "
                select name="period" data-test="period" {
                    @for month in months {
                        option value=(month) selected[month == view.trial.period] { (month) }
                    }
                }
            } " "
            button.btn { (say(lang, ("查看", "Show"))) }
        }
    }
}

fn account_words(lang: Lang, account: &Account, name: &dyn Fn(Entity) -> String) -> String {
    let mut words = account.code.name(lang).to_owned();
    if account.fund != 0 {
        words = format!("{words} · {}", account.fund);
    }
    match account.code.party() {
        PartyKind::Institution | PartyKind::Region if account.party != 0 => {
            format!("{words} · {}", name(Entity(account.party)))
        }
        PartyKind::Number if account.party != 0 => format!("{words} · {}", account.party),
        PartyKind::None | PartyKind::Person | PartyKind::Institution | PartyKind::Region | PartyKind::Number => words,
    }
}

fn amount(fen: Fen) -> String {
    if fen == Fen::ZERO { String::new() } else { fen.to_string() }
}

fn statement_address(entity: Entity, account: &Account) -> String {
    format!("/office/ledger/statement?books={entity}&account={}", text(account))
}

/// What the last whole check said.
fn checked(lang: Lang, verdict: &Verdict) -> Markup {
    let mark = if verdict.wrong.is_empty() {
        tag(Tone::Health, say(lang, ("全部相符", "all holds")))
    } else {
        tag(Tone::Harm, say(lang, ("有问题，请立即处理", "something is wrong; act now")))
    };
    html! {
        p data-test="checked" data-wrong=(verdict.wrong.len()) {
            (say(lang, ("全账核对：", "Whole check: "))) (instant(verdict.at, &dates::date_clock(verdict.at)))
            " · " (verdict.entries) (say(lang, (" 笔凭证 ", " entries "))) (mark)
        }
        @if !verdict.wrong.is_empty() { ul.mono lang="en" { @for wrong in &verdict.wrong { li { (wrong) } } } }
    }
}

/// The trial balance of a month.
pub fn trial(lang: Lang, view: &TrialView, name: &dyn Fn(Entity) -> String) -> Markup {
    let trial = &view.trial;
    let even = trial.difference() == Fen::ZERO && trial.moved.debit == trial.moved.credit;
    html! {
        @if view.done {
            (notice(Tone::Health, say(lang, ("已结账。", "The month is closed.")), None))
        }
        section.card data-test="trial" {
            div.hd {
                h1 { (say(lang, ("试算平衡表", "Trial balance"))) }
                small { (name(trial.entity)) " · " (trial.period) }
                @if view.closing.is_some() { (tag(Tone::Quiet, say(lang, ("已结账", "closed")))) }
            }
            (chooser(lang, view, name))
            @if trial.lines.is_empty() {
                (notice(Tone::Quiet, say(lang, ("到本期末还没有记账。", "Nothing was posted up to this month.")), None))
            } @else { (trial_table(lang, trial, name)) }
            p data-test="difference" {
                (say(lang, ("借贷差额：", "Difference: "))) b { (trial.difference()) }
                @if !even { " " (tag(Tone::Harm, say(lang, ("不平", "does not balance")))) }
            }
            @if let Some(closing) = &view.closing {
                p { (say(lang, ("结账时间：", "Closed: "))) (instant(closing.closed_at, &dates::date_clock(closing.closed_at)))
                    " · SHA-256 " span.mono { (::store::value::hex(closing.hash.get(..8).unwrap_or_default())) } }
            }
            @if let Some(verdict) = &view.verdict { (checked(lang, verdict)) }
            @if view.closable {
                form.noprint method="post" action="/office/ledger/close" {
                    input type="hidden" name="books" value=(trial.entity);
                    input type="hidden" name="period" value=(trial.period);
                    button.btn.main { (say(lang, ("结账", "Close the month"))) " " (trial.period) }
                }
            }
        }
    }
}

fn trial_table(lang: Lang, trial: &Trial, name: &dyn Fn(Entity) -> String) -> Markup {
    html! {
        table {
            thead { tr {
                th { (say(lang, ("科目", "account"))) }
                th { (say(lang, ("名称", "name"))) }
                th { (say(lang, ("制度科目", "statutory name"))) }
                th.num { (say(lang, ("期初余额", "opening"))) }
                th.num { (say(lang, ("本期借方", "debit"))) }
                th.num { (say(lang, ("本期贷方", "credit"))) }
                th.num { (say(lang, ("期末借方", "closing debit"))) }
                th.num { (say(lang, ("期末贷方", "closing credit"))) }
            } }
            tbody {
                @for line in &trial.lines {
                    tr {
                        td.mono { a href=(statement_address(trial.entity, &line.account)) { (line.account.code.text()) } }
                        td { (account_words(lang, &line.account, name)) }
                        td lang="zh-CN" { (line.account.code.statutory()) }
                        td.num { (amount(line.opening)) }
                        td.num { (amount(line.moved.debit)) }
                        td.num { (amount(line.moved.credit)) }
                        td.num { (amount(line.closing.max(Fen::ZERO))) }
                        td.num { (amount(line.closing.min(Fen::ZERO).mirrored().unwrap_or_default())) }
                    }
                }
            }
            tfoot { tr {
                th colspan="4" { (say(lang, ("合计", "total"))) }
                th.num { (trial.moved.debit) }
                th.num { (trial.moved.credit) }
                th.num { (trial.debit) }
                th.num { (trial.credit) }
            } }
        }
    }
}

#[derive(Debug, Deserialize)]
struct StatementAsked {
    books: Option<String>,
    account: String,
    before: Option<String>,
}

async fn statement_page(
    State(office): State<Office>,
    Caller(actor): Caller,
    lang: Lang,
    OriginalUri(uri): OriginalUri,
    Query(asked): Query<StatementAsked>,
) -> Response {
    let here = here(&uri);
    let read = async {
        let entity = office.books(&actor, asked.books.as_deref())?;
        let which = account(&asked.account).ok_or_else(|| Refusal::AccountUnknown.at("account"))?;
        let before = before(asked.before.as_deref())?;
        Ok((entity, which, office.ledger.statement(entity, which, before, LINES).await?))
    };
    match read.await {
        Err(error) => refused(lang, &here, &error),
        Ok((entity, which, found)) => {
            let desk = desk(&office, &actor, lang, here);
            let name = |entity: Entity| office.name(entity, lang == Lang::En);
            let middle = statement(lang, entity, &which, &found, &name);
            shown(&desk, say(lang, ("明细账", "Account statement")), middle)
        }
    }
}

/// An account's entries, newest first.
pub fn statement(
    lang: Lang,
    entity: Entity,
    which: &Account,
    found: &Statement,
    name: &dyn Fn(Entity) -> String,
) -> Markup {
    html! {
        section.card data-test="statement" {
            div.hd {
                h1 { (which.code.text()) " " (account_words(lang, which, name)) }
                small { (name(entity)) }
            }
            p.noprint { a href={ (LEDGER) "?books=" (entity) } { (say(lang, ("试算平衡表", "Trial balance"))) } }
            @if found.lines.is_empty() {
                (notice(Tone::Quiet, say(lang, ("没有凭证。", "There are no entries.")), None))
            } @else {
                table {
                    thead { tr {
                        th { (say(lang, ("时间", "when"))) }
                        th { (say(lang, ("凭证", "entry"))) }
                        th { (say(lang, ("业务", "what"))) }
                        th { (say(lang, ("期间", "month"))) }
                        th.num { (say(lang, ("借方", "debit"))) }
                        th.num { (say(lang, ("贷方", "credit"))) }
                    } }
                    tbody {
                        @for line in &found.lines {
                            tr {
                                td { (instant(line.entry.at, &dates::date_clock(line.entry.at))) }
                                td.mono { (entry_link(line.entry.id)) }
                                td { (line.entry.kind.name(lang)) }
                                td { (line.entry.period) }
                                td.num { (amount(line.debit)) }
                                td.num { (amount(line.credit)) }
                            }
                        }
                    }
                }
            }
            @if let Some(before) = found.before {
                p.noprint { a.btn href={ (statement_address(entity, which)) "&before=" (before) } {
                    (say(lang, ("更早的凭证", "Earlier entries")))
                } }
            }
        }
    }
}

fn entry_link(id: JournalId) -> Markup {
    html! { a href={ "/office/ledger/entries/" (id) } { (id) } }
}

async fn entry_page(
    State(office): State<Office>,
    Caller(actor): Caller,
    lang: Lang,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
) -> Response {
    let here = here(&uri);
    let found = match id.parse::<JournalId>() {
        Ok(id) => office.entry(&actor, id).await,
        Err(_bad) => Err(Refusal::EntryUnknown.into()),
    };
    match found {
        Err(error) => refused(lang, &here, &error),
        Ok(linked) => {
            let desk = desk(&office, &actor, lang, here);
            let name = |entity: Entity| office.name(entity, lang == Lang::En);
            shown(&desk, say(lang, ("记账凭证", "Journal entry")), entry(lang, &linked, &name))
        }
    }
}

/// A journal entry with its links.
pub fn entry(lang: Lang, linked: &Linked, name: &dyn Fn(Entity) -> String) -> Markup {
    let entry = &linked.entry;
    let refs = &entry.refs;
    let rows = [
        (("结算", "settlement"), refs.settlement.map(|id| id.to_string())),
        (("就诊", "visit"), refs.visit.map(|id| id.to_string())),
        (("支付", "payment"), refs.payment.map(|id| id.to_string())),
        (("报文", "message"), Some(refs.msgid.clone()).filter(|text| !text.is_empty())),
        (("摘要", "note"), Some(refs.note.clone()).filter(|text| !text.is_empty())),
    ];
    html! {
        section.card data-test="entry" {
            div.hd {
                h1 { (say(lang, ("记账凭证", "Journal entry"))) " " span.mono { (entry.id) } }
                small { (name(entry.entity)) " · " (entry.period) " · " (entry.kind.name(lang)) " · "
                    (instant(entry.at, &dates::date_clock(entry.at))) }
            }
            table {
                thead { tr {
                    th { (say(lang, ("科目", "account"))) }
                    th { (say(lang, ("名称", "name"))) }
                    th.num { (say(lang, ("借方", "debit"))) }
                    th.num { (say(lang, ("贷方", "credit"))) }
                } }
                tbody { @for line in &entry.lines { (entry_line(lang, entry.entity, line, name)) } }
            }
            dl {
                @for (words, value) in rows {
                    @if let Some(value) = value { div { dt { (say(lang, words)) } dd { (value) } } }
                }
                @if let Some(of) = entry.of { div { dt { (say(lang, ("关联凭证", "belongs to"))) } dd.mono { (entry_link(of)) } } }
                @for by in &linked.taken_back_by {
                    div { dt { (say(lang, ("冲正凭证", "taken back by"))) } dd.mono { (entry_link(*by)) } }
                }
            }
        }
    }
}

fn entry_line(lang: Lang, entity: Entity, line: &Line, name: &dyn Fn(Entity) -> String) -> Markup {
    let account = line.account.summed();
    html! {
        tr {
            td.mono { a href=(statement_address(entity, &account)) { (account.code.text()) } }
            td { (account_words(lang, &account, name)) }
            td.num { @if line.side == Side::Debit { (line.amount) } }
            td.num { @if line.side == Side::Credit { (line.amount) } }
        }
    }
}

#[derive(Debug, Deserialize)]
struct CloseAsked {
    books: String,
    period: String,
}

async fn close(
    State(office): State<Office>,
    Caller(actor): Caller,
    lang: Lang,
    OriginalUri(uri): OriginalUri,
    Form(asked): Form<CloseAsked>,
) -> Response {
    let done = match period(&office, Some(&asked.period)) {
        Ok(month) => office.close(&actor, Some(&asked.books), month).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(closing) => Redirect::to(&format!("{LEDGER}?books={}&period={}&closed=1", closing.entity, closing.period))
            .into_response(),
        Err(error) => refused(lang, &here(&uri), &error),
    }
}
