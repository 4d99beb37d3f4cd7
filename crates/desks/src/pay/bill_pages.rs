//! The bills of a person as a list, and one as a page that prints.

use crate::pay::pages::{PAY, address};
use crate::qr::plain_qr_svg;
use bills::pages::CHECK;
use kernel::Fen;
use maud::{Markup, html};
use web::icons::{Icon, icon};
use web::layout::{Head, Surface, Tab, document, language_switch, phone_tabs};
use web::widgets::{Tone, tag};
use web::words::{Lang, Word};

/// Where the bills are.
pub const BILLS: &str = "/phone/bills";

/// What became of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It counts.
    Live,
    /// A red bill took it back.
    Void,
    /// It takes another one back.
    Red,
    /// Exchanged for a paper bill.
    Paper,
    /// A payer paid by it.
    Marked,
}

impl State {
    fn tag(self, lang: Lang) -> Markup {
        match self {
            Self::Live => tag(Tone::Health, &lang[Word::BillLive]),
            Self::Void => tag(Tone::HarmSoft, &lang[Word::BillVoid]),
            Self::Red => tag(Tone::HarmSoft, &lang[Word::BillRed]),
            Self::Paper => tag(Tone::Quiet, &lang[Word::BillPaper]),
            Self::Marked => tag(Tone::Insured, &lang[Word::BillMarked]),
        }
    }
}

/// A bill in the list.
#[derive(Debug, Clone)]
pub struct BillLine {
    /// Its page.
    pub address: String,
    /// Its PDF.
    pub pdf: String,
    /// Who issued it.
    pub issuer: String,
    /// Thirteen digits.
    pub number: String,
    /// When.
    pub day: String,
    /// The sum.
    pub total: Fen,
    /// The own share.
    pub own: Fen,
    /// What became of it.
    pub state: State,
}

/// The list.
#[derive(Debug, Clone)]
pub struct Bills {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// Large type.
    pub elder: bool,
    /// Newest first.
    pub bills: Vec<BillLine>,
}

fn surface(elder: bool) -> Surface {
    if elder { Surface::PhoneRoomElder } else { Surface::PhoneRoom }
}

/// The list as a page.
pub fn bills_page(view: &Bills) -> Markup {
    let Bills { lang, elder, .. } = *view;
    document(
        Head { lang, title: &lang[Word::BillsTitle], surface: surface(elder), scripts: &[], refresh_seconds: None },
        html! {
            header.ph-top {
                a.round href=(address(if elder { PAY } else { "/phone" }, elder)) aria-label=(lang[Word::Back]) { (icon(Icon::Back)) }
                h1 { (lang[Word::BillsTitle]) }
                (language_switch(lang, &view.here, "chip"))
            }
            main id="main" {
                @if view.bills.is_empty() {
                    section.panel { div.calm { (icon(Icon::Bill)) div { b { (lang[Word::BillsNone]) } p { (lang[Word::BillsNoneDo]) } } } }
                }
                @for bill in &view.bills { (card(lang, bill)) }
                a.btn href=(CHECK) { (lang[Word::BillCheck]) }
            }
            @if !elder { (phone_tabs(lang, Tab::Bills)) }
        },
    )
}

fn card(lang: Lang, bill: &BillLine) -> Markup {
    html! {
        section.panel.bill data-bill=(bill.number) {
            h2 { (bill.issuer) (bill.state.tag(lang)) }
            p { (bill.day) " · " span.mono { (bill.number) } }
            p.sum { b { "¥" (bill.total) } span { (lang.fill(Word::BillOwn, &[&bill.own.to_string()])) } }
            div.go {
                a.btn href=(bill.address) { (lang[Word::PayBill]) span.sr { " " (bill.number) } }
                a.btn href=(bill.pdf) type="application/pdf" data-pdf { (lang[Word::BillPdf]) span.sr { " " (bill.number) } }
            }
        }
    }
}

/// A line of a bill.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Price, quantity, unit, class.
    pub note: String,
    /// The amount.
    pub amount: Fen,
}

/// One bill.
#[derive(Debug, Clone)]
pub struct BillPage {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// Large type.
    pub elder: bool,
    /// What became of it.
    pub state: State,
    /// The number of the red bill that took it back.
    pub red: Option<String>,
    /// Eight digits.
    pub code: String,
    /// Thirteen digits.
    pub number: String,
    /// Six characters.
    pub check: String,
    /// Name, masked document, insurance.
    pub payer: String,
    /// The day.
    pub issued: String,
    /// Who issued it.
    pub issuer: String,
    /// The lines.
    pub lines: Vec<Column>,
    /// Who paid what.
    pub parts: Vec<(String, Fen)>,
    /// The sum.
    pub total: Fen,
    /// The text of its code.
    pub seal: String,
    /// Its PDF.
    pub pdf: String,
    /// Why it is this amount; a red bill has no reason of its own.
    pub why: Option<String>,
}

/// One bill as a page.
pub fn bill_page(view: &BillPage) -> Markup {
    let (lang, elder) = (view.lang, view.elder);
    let facts = [
        (Word::BillCode, &view.code),
        (Word::BillNumber, &view.number),
        (Word::BillCheckCode, &view.check),
        (Word::BillPayer, &view.payer),
        (Word::BillIssued, &view.issued),
    ];
    document(
        Head {
            lang,
            title: &lang[Word::BillsTitle],
            surface: surface(elder),
            scripts: &["pay.js"],
            refresh_seconds: None,
        },
        html! {
            header.ph-top {
                a.round href=(address(BILLS, elder)) aria-label=(lang[Word::Back]) { (icon(Icon::Back)) }
                h1 { (lang[Word::BillsTitle]) }
                (language_switch(lang, &view.here, "chip"))
            }
            main id="main" {
                section.panel.ebill {
                    h2 { (view.issuer) (view.state.tag(lang)) }
                    div.seal { (plain_qr_svg(&view.seal, &lang[Word::BillQr])) }
                    dl.facts {
                        @for (word, value) in facts { dt { (lang[word]) } dd { (value) } }
                        @if let Some(red) = &view.red { dt { (lang[Word::BillRed]) } dd { (red) } }
                    }
                    table {
                        thead { tr { th scope="col" { (lang[Word::BillItem]) } th.num scope="col" { (lang[Word::BillAmount]) } } }
                        tbody {
                            @for line in &view.lines {
                                tr { td { (line.name) small { (line.note) } } td.num { (line.amount) } }
                            }
                        }
                        tfoot {
                            @for (name, amount) in &view.parts { tr { th scope="row" { (name) } td.num { (amount) } } }
                            tr { th scope="row" { (lang[Word::BillTotal]) } td.num { b { "¥" (view.total) } } }
                        }
                    }
                }
                div.go {
                    a.btn.main href=(view.pdf) type="application/pdf" data-pdf { (lang[Word::BillPdf]) }
                    button.btn type="button" data-print hidden { (icon(Icon::Printer)) (lang[Word::BillPrint]) }
                }
                @if let Some(why) = &view.why { a.btn href=(why) { (lang[Word::PayWhy]) } }
                a.btn href=(CHECK) { (lang[Word::BillCheck]) }
            }
        },
    )
}
