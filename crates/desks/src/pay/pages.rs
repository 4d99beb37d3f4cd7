//! What waits to be paid: how much, who pays what, the items, one button.

use crate::pay::reasons::{Reason, tree};
use kernel::Fen;
use maud::{Markup, html};
use web::icons::{Icon, icon};
use web::layout::{Head, Surface, Tab, document, language_switch, phone_tabs};
use web::widgets::fundbar::Bar;
use web::widgets::{Tone, notice};
use web::words::{Lang, Word};

/// Where paying is.
pub const PAY: &str = "/phone/pay";

/// A charged item.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its name, as the hospital or the catalogue says it.
    pub name: String,
    /// Price, quantity, unit.
    pub note: String,
    /// What is charged.
    pub amount: Fen,
    /// Its class in words.
    pub class: String,
}

/// A visit with its quote.
#[derive(Debug, Clone)]
pub struct Due {
    /// The visit's id as text.
    pub visit: String,
    /// The quote's id as text; also what makes the button work once.
    pub quote: String,
    /// Where.
    pub institution: String,
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
    /// Whether money can be paid from here.
    pub by_phone: bool,
    /// The items.
    pub items: Vec<Item>,
    /// Why it is this amount.
    pub reasons: Vec<Reason>,
}

/// A line that leads elsewhere.
#[derive(Debug, Clone)]
pub struct Door {
    /// Where to.
    pub address: String,
    /// What it says.
    pub says: String,
    /// Below, small.
    pub small: String,
}

/// Why a visit cannot be settled from here.
#[derive(Debug, Clone)]
pub struct Cannot {
    /// Fact.
    pub fact: String,
    /// Remedy.
    pub what_to_do: String,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Pay {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// Large type, few things.
    pub elder: bool,
    /// The visit in front, when one waits and can be settled.
    pub due: Option<Due>,
    /// Why the one that waits cannot be.
    pub cannot: Option<Cannot>,
    /// Settled, but not paid or still being confirmed.
    pub unpaid: Vec<Door>,
    /// Other visits that wait.
    pub others: Vec<Door>,
    /// Whether the numbers changed since they were shown.
    pub stale: bool,
}

/// An address of the phone, in large type where it is on.
pub(crate) fn address(path: &str, elder: bool) -> String {
    if elder { format!("{path}?elder=1") } else { path.to_owned() }
}

/// The whole page.
pub fn pay(view: &Pay) -> Markup {
    let Pay { lang, elder, .. } = *view;
    let title = match &view.due {
        Some(due) => lang.fill(Word::PayTitleItems, &[&due.items.len().to_string()]),
        None => lang[Word::PayTitle].to_owned(),
    };
    let surface = if elder { Surface::PhoneRoomElder } else { Surface::PhoneRoom };
    document(
        Head { lang, title: &title, surface, scripts: &["pay.js"], refresh_seconds: None },
        html! {
            header.ph-top {
                a.round href=(address("/phone", elder)) aria-label=(lang[Word::Back]) { (icon(Icon::Back)) }
                h1 { (title) }
                (language_switch(lang, &view.here, "chip"))
            }
            main id="main" {
                @if view.stale { (notice(Tone::Look, &lang[Word::PayStale], Some(&lang[Word::PayStaleDo]))) }
                @for door in &view.unpaid { (door_to(door, Icon::Yuan)) }
                @if let Some(due) = &view.due { (in_front(view, due)) }
                @if let Some(cannot) = &view.cannot {
                    (notice(Tone::Look, &lang[Word::PayCannot], Some(&lang.sentences(&cannot.fact, &cannot.what_to_do))))
                    p.foot.plain { (lang[Word::PayAtDesk]) }
                }
                @if view.due.is_none() && view.cannot.is_none() && view.unpaid.is_empty() { (nothing(view)) }
                @for door in &view.others { (door_to(door, Icon::Visit)) }
                @if elder { (door_to(&to_bills(lang, elder), Icon::Bill)) }
            }
            @if let Some(due) = &view.due { (bar_to_confirm(view, due)) } @else if !elder { (phone_tabs(lang, Tab::Pay)) }
        },
    )
}

fn to_bills(lang: Lang, elder: bool) -> Door {
    let says = lang[Word::BillsTitle].to_owned();
    Door { address: address(crate::pay::bill_pages::BILLS, elder), says, small: lang[Word::BillsNoneDo].to_owned() }
}

fn door_to(door: &Door, sign: Icon) -> Markup {
    html! { a.door href=(door.address) { (icon(sign)) span { (door.says) small { (door.small) } } (icon(Icon::Arrow)) } }
}

fn nothing(view: &Pay) -> Markup {
    let lang = view.lang;
    html! {
        section.panel data-nothing {
            div.calm { (icon(Icon::Done)) div { b { (lang[Word::PayNone]) } p { (lang[Word::PayNoneDo]) } } }
        }
    }
}

fn in_front(view: &Pay, due: &Due) -> Markup {
    let lang = view.lang;
    html! {
        section.panel.due aria-labelledby="own" {
            h2 id="own" { (lang[Word::PayOnly]) }
            p.own data-own=(due.own.0) data-total=(due.total.0) { small { "¥" } b { (due.own) } }
            (due.bar.draw(lang))
            p.about { (lang.fill(Word::PayOf, &[&due.institution, &due.about, &due.total.to_string()])) }
        }
        @if view.elder {
            details.panel.fold { summary { (lang[Word::PayItems]) } (listed(&due.items)) }
        } @else {
            section.panel aria-label=(lang[Word::PayItems]) { (listed(&due.items)) }
        }
        (accounts(view, due))
        details.panel.fold data-why { summary { (lang[Word::PayWhy]) } @for reason in &due.reasons { (tree(lang, reason)) } }
        p.foot { (icon(Icon::Done)) (lang[Word::PayAfter]) }
    }
}

/// The items, one a line.
pub(crate) fn listed(items: &[Item]) -> Markup {
    html! {
        ul.items {
            @for item in items {
                li { b { (item.name) } b.num { (item.amount) } span { (item.note) } span.num.class { (item.class) } }
            }
        }
    }
}

fn accounts(view: &Pay, due: &Due) -> Markup {
    let lang = view.lang;
    let (other, says) = if due.use_account { ("0", Word::PayAccountsOn) } else { ("1", Word::PayAccountsOff) };
    html! {
        form.panel.switch method="get" action=(PAY) {
            input type="hidden" name="visit" value=(due.visit);
            input type="hidden" name="account" value=(other);
            @if view.elder { input type="hidden" name="elder" value="1"; }
            div { b { (lang[Word::PayAccounts]) } p { (lang[says]) } }
            button.knob role="switch" aria-checked=(if due.use_account { "true" } else { "false" }) aria-label=(lang[Word::PayAccounts]) {
                span aria-hidden="true" {}
            }
        }
    }
}

/// The one button. Its quote is its key: posted twice it settles once.
fn bar_to_confirm(view: &Pay, due: &Due) -> Markup {
    let lang = view.lang;
    let own = due.own.to_string();
    let says = if due.own == Fen::ZERO {
        lang[Word::PayConfirmNothing].to_owned()
    } else if due.by_phone {
        lang.fill(Word::PayConfirm, &[&own])
    } else {
        lang.fill(Word::PayConfirmDesk, &[&own])
    };
    html! {
        form.paybar method="post" action=(PAY) data-once {
            input type="hidden" name="quote" value=(due.quote);
            input type="hidden" name="visit" value=(due.visit);
            input type="hidden" name="account" value=(if due.use_account { "1" } else { "0" });
            @if view.elder { input type="hidden" name="elder" value="1"; }
            button.btn.main data-test="confirm" { (says) }
        }
    }
}
