//! How a settlement stands, in words that are true now.

use crate::pay::pages::{PAY, address};
use kernel::Fen;
use maud::{Markup, html};
use web::icons::{Icon, icon};
use web::layout::{Head, Surface, document, language_switch};
use web::widgets::fundbar::Bar;
use web::words::{Lang, Word};

/// Seconds after which a browser without scripts asks again while it is being
/// confirmed.
const REFRESH_SECONDS: u32 = 3;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Settled; the person owes nothing.
    Nothing,
    /// Settled; not asked for yet.
    Unpaid,
    /// Asked for; what came of it is not known yet.
    Confirming,
    /// Paid.
    Paid,
    /// Asked for, and nothing was taken.
    Failed,
    /// Collected by the hospital, which is not known here.
    There,
    /// On its way back.
    Returning,
    /// The settlement was cancelled; a desk holds the money ready.
    Collect,
    /// All of it went back.
    Refunded,
    /// The settlement was cancelled.
    Undone,
}

impl Stand {
    /// The name the page's script compares.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Unpaid => "unpaid",
            Self::Confirming => "confirming",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::There => "there",
            Self::Returning => "returning",
            Self::Collect => "collect",
            Self::Refunded => "refunded",
            Self::Undone => "undone",
        }
    }
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Paid {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// Large type.
    pub elder: bool,
    /// How it stands.
    pub stand: Stand,
    /// Whether money can be paid from here.
    pub by_phone: bool,
    /// Where the visit was.
    pub institution: String,
    /// When it was settled.
    pub at: String,
    /// The fee.
    pub total: Fen,
    /// The own share.
    pub own: Fen,
    /// Who pays what.
    pub bar: Bar,
    /// Where the script asks how it stands.
    pub asks: String,
    /// Where paying again is posted.
    pub again: String,
    /// Why it is this amount.
    pub why: String,
    /// The bill.
    pub bill: String,
}

impl Paid {
    /// The sign, what it is, and what to know.
    fn says(&self) -> (Icon, String, Word) {
        let (lang, own) = (self.lang, self.own.to_string());
        match self.stand {
            Stand::Nothing => (Icon::Done, lang[Word::PayDoneNothing].to_owned(), Word::PayAfter),
            Stand::Paid => (Icon::Done, lang.fill(Word::PayDone, &[&own]), Word::PayAfter),
            Stand::Confirming => (Icon::Shield, lang[Word::PayConfirming].to_owned(), Word::PayConfirmingDo),
            Stand::Unpaid => (Icon::Yuan, lang.fill(Word::PayUnpaid, &[&own]), Word::PayUnpaidDo),
            Stand::Failed => (Icon::Warning, lang[Word::PayFailed].to_owned(), Word::PayFailedDo),
            Stand::There => (Icon::Done, lang[Word::PaySettled].to_owned(), Word::PayThere),
            Stand::Returning => (Icon::Back, lang[Word::PayReturning].to_owned(), Word::PayConfirmingDo),
            Stand::Collect => (Icon::Yuan, lang[Word::PayCollect].to_owned(), Word::PayCollectDo),
            Stand::Refunded => (Icon::Back, lang[Word::PayRefunded].to_owned(), Word::PayUndone),
            Stand::Undone => (Icon::Warning, lang[Word::PayUndone].to_owned(), Word::BillVoid),
        }
    }
}

/// The whole page.
pub fn state(view: &Paid) -> Markup {
    let Paid { lang, elder, stand, .. } = *view;
    let surface = if elder { Surface::PhoneRoomElder } else { Surface::PhoneRoom };
    let (sign, fact, more) = view.says();
    let refresh_seconds = (stand == Stand::Confirming).then_some(REFRESH_SECONDS);
    let payable = matches!(stand, Stand::Unpaid | Stand::Failed);
    document(
        Head { lang, title: &fact, surface, scripts: &["pay.js"], refresh_seconds },
        html! {
            header.ph-top {
                a.round href=(address(PAY, elder)) aria-label=(lang[Word::PayToList]) { (icon(Icon::Back)) }
                p.place { (view.institution) }
                (language_switch(lang, &view.here, "chip"))
            }
            main id="main" {
                section class={ "panel stand " (stand.name()) } data-stand=(stand.name()) data-asks=(view.asks) aria-live="polite" {
                    (icon(sign))
                    h1 { (fact) }
                    p { (lang[more]) }
                    @if payable && view.by_phone {
                        form method="post" action=(view.again) data-once {
                            @if elder { input type="hidden" name="elder" value="1"; }
                            button.btn.main data-test="again" { (lang.fill(Word::PayAgain, &[&view.own.to_string()])) }
                        }
                    }
                    @if payable && !view.by_phone { p { b { (lang[Word::PayAtDesk]) } } }
                }
                section.panel.due data-own=(view.own.0) data-total=(view.total.0) {
                    (view.bar.draw(lang))
                    p.about { (lang.fill(Word::PayOf, &[&view.institution, &view.at, &view.total.to_string()])) }
                }
                (door(&view.why, Icon::Eye, &lang[Word::PayWhy]))
                (door(&view.bill, Icon::Bill, &lang[Word::PayBill]))
            }
        },
    )
}

fn door(address: &str, sign: Icon, says: &str) -> Markup {
    html! { a.door href=(address) { (icon(sign)) span { (says) } (icon(Icon::Arrow)) } }
}
