//! `/bills/check`: anybody sees whether a bill counts, by number and amount or by
//! the text of its code. Works without script; says valid or not, nothing else.

use crate::Bills;
use crate::api::CheckAsked;
use axum::extract::{OriginalUri, Query, State};
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use kernel::Error;
use kernel::right::PUBLIC;
use maud::{Markup, html};
use web::Route;
use web::answer::{status_of, told};
use web::layout::{Head, Surface, plain};
use web::widgets::{Tone, notice};
use web::words::Lang;

/// Where the page is.
pub const CHECK: &str = "/bills/check";

/// The routes.
pub fn routes(bills: &Bills) -> Vec<Route> {
    vec![Route::get(CHECK, PUBLIC, check, bills)]
}

struct Words {
    title: &'static str,
    lead: &'static str,
    number: &'static str,
    number_hint: &'static str,
    total: &'static str,
    check: &'static str,
    check_hint: &'static str,
    by_code: &'static str,
    seal: &'static str,
    ask: &'static str,
    valid: &'static str,
    valid_more: &'static str,
    void: &'static str,
    void_more: &'static str,
}

const ZH: Words = Words {
    title: "查验票据",
    lead: "填票据号码和金额，看它是否有效。不显示姓名和项目。",
    number: "票据号码",
    number_hint: "右上角，13 位数字",
    total: "金额（元）",
    check: "校验码",
    check_hint: "可不填，6 位",
    by_code: "也可以用扫码枪扫左上角的码",
    seal: "码的内容",
    ask: "查验",
    valid: "有效",
    valid_more: "有这张票据，金额相符，没有冲销。",
    void: "无效",
    void_more: "没有号码和金额都相符的有效票据。请对照票面再填一次；仍然无效，请问开票单位。",
};

const EN: Words = Words {
    title: "Check a bill",
    lead: "Type number and amount to see whether the bill counts. No name and no item is shown.",
    number: "Number of the bill",
    number_hint: "Upper right corner, 13 digits",
    total: "Amount (yuan)",
    check: "Check code",
    check_hint: "May be left out, 6 characters",
    by_code: "Or scan the code in the upper left corner",
    seal: "Text of the code",
    ask: "Check",
    valid: "Valid",
    valid_more: "There is such a bill with this amount, and it was not taken back.",
    void: "Not valid",
    void_more: "No bill that counts has this number and amount. Compare with the paper and type it again; if it stays so, ask the issuer.",
};

const fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    }
}

/// What the page shows under its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was asked yet.
    Unasked,
    /// The bill counts.
    Valid,
    /// It does not.
    Void,
    /// The question could not be read, or checks rest: fact and remedy.
    Refused {
        /// What is the matter.
        fact: String,
        /// What to do.
        what_to_do: String,
    },
}

fn field(name: &str, label: &str, hint: &str, value: &str, mode: &str) -> Markup {
    html! {
        label.field {
            span { (label) }
            input name=(name) value=(value) inputmode=(mode) autocomplete="off" maxlength="40";
            @if !hint.is_empty() { small { (hint) } }
        }
    }
}

/// The page.
pub fn page(lang: Lang, here: &str, typed: [&str; 3], outcome: &Outcome) -> Markup {
    let words = words(lang);
    let head = Head { lang, title: words.title, surface: Surface::Plain, scripts: &[], refresh_seconds: None };
    let [number, total, check] = typed;
    plain(
        head,
        here,
        html! {
            h1 { (words.title) }
            p.lead { (words.lead) }
            @match outcome {
                Outcome::Unasked => {}
                Outcome::Valid => (notice(Tone::Health, words.valid, Some(words.valid_more))),
                Outcome::Void => (notice(Tone::Harm, words.void, Some(words.void_more))),
                Outcome::Refused { fact, what_to_do } => (notice(Tone::Look, fact, Some(what_to_do))),
            }
            section.sheet.seam {
                form method="get" action=(CHECK) {
                    (field("number", words.number, words.number_hint, number, "numeric"))
                    (field("total", words.total, "", total, "decimal"))
                    (field("check", words.check, words.check_hint, check, "text"))
                    button.btn.primary { (words.ask) }
                }
            }
            section.sheet {
                h2 { (words.by_code) }
                form method="get" action=(CHECK) {
                    label.field {
                        span { (words.seal) }
                        textarea name="seal" rows="4" maxlength="400" autocomplete="off" {}
                    }
                    button.btn { (words.ask) }
                }
            }
        },
    )
}

fn refused(lang: Lang, error: &Error) -> (StatusCode, Outcome) {
    let (kind, ..) = told(error);
    let (fact, what_to_do) = match lang {
        Lang::Zh => (kind.zh, kind.do_zh),
        Lang::En => (kind.en, kind.do_en),
    };
    (status_of(kind), Outcome::Refused { fact: fact.to_owned(), what_to_do: what_to_do.to_owned() })
}

/// `GET /bills/check`.
async fn check(
    State(bills): State<Bills>,
    lang: Lang,
    OriginalUri(uri): OriginalUri,
    Query(asked): Query<CheckAsked>,
) -> Response {
    let unasked = [&asked.number, &asked.total, &asked.seal].iter().all(|text| text.trim().is_empty());
    let (status, outcome) = if unasked {
        (StatusCode::OK, Outcome::Unasked)
    } else {
        match asked.answer(&bills).await {
            Ok(true) => (StatusCode::OK, Outcome::Valid),
            Ok(false) => (StatusCode::OK, Outcome::Void),
            Err(error) => refused(lang, &error),
        }
    };
    let here = uri.path_and_query().map_or_else(|| CHECK.to_owned(), ToString::to_string);
    let typed = [asked.number.as_str(), asked.total.as_str(), asked.check.as_str()];
    let mut response = (status, Html(page(lang, &here, typed, &outcome).into_string())).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_valid_or_not_in_both_languages() {
        for lang in Lang::ALL {
            let words = words(lang);
            let valid = page(lang, CHECK, ["1", "2", "3"], &Outcome::Valid).into_string();
            let void = page(lang, CHECK, ["1", "2", "3"], &Outcome::Void).into_string();
            assert!(valid.contains(words.valid_more) && !valid.contains(words.void_more));
            assert!(void.contains(words.void_more) && !void.contains(words.valid_more));
            assert!(!valid.contains("style=") && !valid.contains("<script"));
        }
    }
}
