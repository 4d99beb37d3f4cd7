//! The page for a step that did not work, and for an address that leads nowhere:
//! what is the matter, what to do, and what to tell whoever helps.

use maud::{Markup, html};
use web::layout::{Head, Surface, plain};
use web::words::{Lang, Word};

/// What the page shows; the sentences come from the catalogue of refusals.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// The HTTP status.
    pub status: u16,
    /// What is the matter.
    pub fact: String,
    /// What to do.
    pub what_to_do: String,
    /// The stable code, `credentials.code-expired`; empty if there is none.
    pub code: String,
    /// The number under which the log has it; empty if there is none.
    pub trace: String,
    /// Where the way back leads: `/clinic`, `/phone`, `/`.
    pub back: String,
}

impl ErrorPage {
    /// The page for an address that leads nowhere, or nowhere for this reader.
    pub fn not_found(lang: Lang, here: String) -> Self {
        Self {
            lang,
            here,
            status: 404,
            fact: lang[Word::NotFound].to_owned(),
            what_to_do: lang[Word::NotFoundDo].to_owned(),
            code: String::new(),
            trace: String::new(),
            back: "/".to_owned(),
        }
    }
}

/// The whole page.
pub fn error_page(view: &ErrorPage) -> Markup {
    let lang = view.lang;
    let head =
        Head { lang, title: &lang[Word::ErrorTitle], surface: Surface::Plain, scripts: &[], refresh_seconds: None };
    let away = view.back != "/";
    plain(
        head,
        &view.here,
        html! {
            div.sheet.seam.wrong {
                p.figure data-test="error" { (view.status) }
                h1 { (view.fact) }
                p.lead { (view.what_to_do) }
                @if !view.code.is_empty() || !view.trace.is_empty() {
                    dl {
                        @if !view.code.is_empty() { div { dt { (lang[Word::ErrorCode]) } dd.mono { (view.code) } } }
                        @if !view.trace.is_empty() { div { dt { (lang[Word::ErrorTrace]) } dd.mono { (view.trace) } } }
                    }
                }
                p.go {
                    @if away { a.btn.main href=(view.back) { (lang[Word::TryAgain]) } }
                    a.btn.main[!away] href="/" { (lang[Word::BackHome]) }
                }
            }
        },
    )
}
