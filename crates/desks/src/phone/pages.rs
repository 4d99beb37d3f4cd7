//! The citizen's first screen: the code that renews itself, and who can see the
//! record now. Standard and large type share every part.
//!
//! Addresses it uses: [`CODE`] (the next code as JSON), [`OPEN`] (the panel of open
//! grants alone), [`END`] (posted `grant` or `presence`), `/phone/looks`; who is not signed in comes
//! to [`ENTER`].

use crate::qr::qr_svg;
use kernel::time::SECOND;
use maud::{Markup, html};
use serde::Serialize;
use web::icons::{Icon, icon, mark};
use web::layout::{Head, Surface, Tab, document, language_switch, phone_tabs, plain};
use web::widgets::banner::Insured;
use web::widgets::{Tone, instant, notice};
use web::words::{Lang, Word, dates};

/// Answers the next code as [`CodeReply`].
pub const CODE: &str = "/phone/code";
/// Answers [`open_panel`] alone, for the page that is already shown.
pub const OPEN: &str = "/phone/open";
/// Where "end now" is posted, with the id of the [`GRANT`] or the [`PRESENCE`].
pub const END: &str = "/phone/end";
/// The field that names a grant.
pub const GRANT: &str = "grant";
/// The field that names a scan which opened no record.
pub const PRESENCE: &str = "presence";
/// The service worker that keeps this page for the time without a network.
pub const WORKER: &str = "/phone/sw.js";
/// Says how to get in; in the demo it leads to the first page.
pub const ENTER: &str = "/phone/enter";

/// Seconds after which a browser without scripts reloads the page.
const REFRESH_SECONDS: u32 = 20;

/// The code of the current time step.
#[derive(Debug, Clone)]
pub struct Code {
    /// The whole text, `YM1:…`.
    pub text: String,
    /// When the step ends, microseconds UTC.
    pub step_ends_at: i64,
    /// How long a step lasts.
    pub step_seconds: i64,
}

/// The answer of [`CODE`].
#[derive(Debug, Serialize)]
pub struct CodeReply {
    /// The whole text.
    pub code: String,
    /// Its drawing.
    pub svg: String,
    /// When the step ends, microseconds UTC.
    pub step_ends_at_micros: i64,
    /// Whole seconds until then, at least one.
    pub seconds_left: i64,
}

impl CodeReply {
    /// The reply for a code at `now`.
    pub fn new(lang: Lang, code: &Code, now: i64) -> Self {
        Self {
            code: code.text.clone(),
            svg: qr_svg(&code.text, &lang[Word::CodePicture]).into_string(),
            step_ends_at_micros: code.step_ends_at,
            seconds_left: seconds_left(code, now),
        }
    }
}

fn seconds_left(code: &Code, now: i64) -> i64 {
    ((code.step_ends_at - now).max(0).saturating_add(SECOND - 1) / SECOND).max(1)
}

/// Somebody who can see the record now, or do something for the person.
#[derive(Debug, Clone)]
pub struct OpenGrant {
    /// [`GRANT`] or [`PRESENCE`].
    pub field: &'static str,
    /// Its id as text, sent back to end it.
    pub id: String,
    /// Who: `林若衡 · 心内科`.
    pub who: String,
    /// Where they work, or the window; may be empty.
    pub place: String,
    /// What they may see or do, in words.
    pub says: String,
    /// When it ends by itself, microseconds UTC.
    pub until: i64,
}

/// What the phone shows.
#[derive(Debug, Clone)]
pub struct Phone {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// The instant the page shows, microseconds UTC.
    pub now: i64,
    /// Large type, few things.
    pub elder: bool,
    /// The region's name, `云州市`.
    pub region: String,
    /// Whose phone it is, the id as text; the phone keeps its own secrets under it.
    pub person: String,
    /// How the person is greeted in large type.
    pub greeted: String,
    /// The name with its middle masked, `周*怡`.
    pub name_masked: String,
    /// The identity number with its middle masked.
    pub id_masked: String,
    /// How insured.
    pub insured: Insured,
    /// The code now; nothing while its owner has stopped it.
    pub code: Option<Code>,
    /// Whether the code is offered as text, for machines without a camera (the demo).
    pub text_offered: bool,
    /// Who can see the record now.
    pub open: Vec<OpenGrant>,
    /// Looks of the last 30 days, `9` or `50+`.
    pub looks_30_days: String,
    /// Whether a grant was ended just now.
    pub ended: bool,
}

/// The whole page.
pub fn phone(view: &Phone) -> Markup {
    let Phone { lang, elder, .. } = *view;
    let head = Head {
        lang,
        title: &lang[Word::PhoneTitle],
        surface: if elder { Surface::PhoneElder } else { Surface::Phone },
        scripts: &["qr.js", "own-code.js", "credential.js", "phone.js"],
        refresh_seconds: Some(REFRESH_SECONDS),
    };
    let looks = if elder { "/phone/looks?elder=1" } else { "/phone/looks" };
    document(
        head,
        html! {
            (top(view))
            main id="main" {
                @if view.ended { (notice(Tone::Health, &lang[Word::OpenEnded], None)) }
                // One button, for oneself; the script adds one for each person in one's care.
                div.family data-family role="group" aria-label=(lang[Word::CodeFamily]) hidden {
                    button.chip type="button" aria-pressed="true" { (lang[Word::CodeSelf]) }
                }
                @match &view.code {
                    Some(code) => (code_card(view, code)),
                    None => (stopped(view)),
                }
                (open_panel(lang, elder, view.now, &view.open))
                a.door href=(looks) {
                    (icon(Icon::Eye))
                    span { (lang[Word::LooksLink]) small { (lang.fill(Word::LooksLinkCount, &[&view.looks_30_days])) } }
                    (icon(Icon::Arrow))
                }
                a.door href=(if elder { "/phone/cards?elder=1" } else { "/phone/cards" }) {
                    (icon(Icon::Person))
                    span { (lang[Word::CardsLink]) small { (lang[Word::CardsLinkSays]) } }
                    (icon(Icon::Arrow))
                }
                @if elder {
                    a.door href="/phone/pay?elder=1" {
                        (icon(Icon::Yuan))
                        span { (lang[Word::PayTitle]) small { (lang[Word::PayNoneDo]) } }
                        (icon(Icon::Arrow))
                    }
                    (language_switch(lang, &view.here, "chip"))
                }
            }
            @if !elder { (phone_tabs(lang, Tab::Code)) }
        },
    )
}

fn top(view: &Phone) -> Markup {
    let lang = view.lang;
    html! {
        header.ph-top {
            @if view.elder {
                h1 { (lang.fill(Word::ElderGreeting, &[&view.greeted])) }
                a.chip href="/phone?elder=0" { (lang[Word::StandardMode]) }
            } @else {
                (mark())
                h1.place { (view.region) span.sr { " · " (lang[Word::PhoneTitle]) } }
                (language_switch(lang, &view.here, "chip"))
                a.chip href="/phone?elder=1" { (lang[Word::ElderMode]) }
            }
        }
    }
}

fn class(view: &Phone) -> &'static str {
    if view.insured == Insured::SelfPay { "code selfpay" } else { "code" }
}

/// In the code's place while it is paused or reported lost.
fn stopped(view: &Phone) -> Markup {
    let lang = view.lang;
    html! {
        section class=(class(view)) aria-label=(lang[Word::CodeCard]) {
            (band(view))
            div.stopped data-test="stopped" {
                (icon(Icon::Lock))
                h2 { (lang[Word::CodeStopped]) }
                p { (lang[Word::CodeStoppedHow]) }
                a.btn.main href=(if view.elder { "/phone/cards?elder=1" } else { "/phone/cards" }) { (lang[Word::CodeStoppedDo]) }
            }
        }
    }
}

fn code_card(view: &Phone, code: &Code) -> Markup {
    let lang = view.lang;
    let left = seconds_left(code, view.now);
    let share = (left * 100 / code.step_seconds.max(1)).clamp(0, 100);
    let seconds = lang.fill(Word::Seconds, &[&left.to_string()]);
    html! {
        section class=(class(view)) aria-label=(lang[Word::CodeCard]) data-code=(CODE) data-seconds-left=(left)
            data-step-seconds=(code.step_seconds) data-template=(lang.fill(Word::CodeLeft, &[&lang[Word::Seconds]]))
            data-person=(view.person) data-shown-at=(view.now / 1000) data-worker=(WORKER) data-device=(lang[Word::CodeDevice]) data-bar=(lang[Word::CodeBars])
            data-until=(lang[Word::CodeUntil]) data-ended=(lang[Word::CodeEnded]) data-renewed=(lang[Word::CodeRenewed])
            data-lacking=(lang[Word::CodeBothLacking]) {
            (band(view))
            @if view.elder { h2 { (lang[Word::ElderShow]) } } @else {
                p.who { b data-name data-own=(view.name_masked) { (view.name_masked) } span.mono data-number { (view.id_masked) } }
            }
            div.qr data-picture { (qr_svg(&code.text, &lang[Word::CodePicture])) }
            div.bar data-bars {}
            p.left aria-hidden="true" {
                svg viewBox="0 0 24 24" {
                    circle cx="12" cy="12" r="9.500" fill="none" stroke="#dce7e3" stroke-width="3.500" {}
                    circle data-ring cx="12" cy="12" r="9.500" fill="none" stroke="#0b6f5f" stroke-width="3.500" stroke-linecap="round"
                        pathLength="100" stroke-dasharray=(format!("{share} 100")) transform="rotate(-90 12 12)" {}
                }
                @if view.elder { (lang[Word::ElderRenews]) } @else { span data-counter { (lang.fill(Word::CodeLeft, &[&seconds])) } }
            }
            p.until data-until hidden {}
            div.tools {
                button.chip type="button" data-toggle aria-pressed="false" { (lang[Word::CodeBarsShow]) }
                button.chip type="button" data-bright aria-pressed="false" { (lang[Word::CodeBright]) }
                button.chip type="button" data-both aria-pressed="false" { (lang[Word::CodeBoth]) }
            }
            (both(lang))
            p.spoken data-spoken hidden { span { (lang[Word::CodeSpoken]) } output.mono data-test="spoken" {} }
            p.sr role="status" data-status { (lang[Word::CodeReady]) }
            div.offline data-offline hidden { (notice(Tone::Look, &lang[Word::CodeOffline], None)) }
            @if view.text_offered {
                details.text {
                    summary { (lang[Word::CodeText]) }
                    p { (lang[Word::CodeTextHow]) }
                    output data-text data-test="code-text" { (code.text) }
                    button.btn type="button" data-copy data-done=(lang[Word::CodeCopied]) hidden { (lang[Word::CodeCopy]) }
                }
            }
        }
    }
}

/// What stands below the code for a desk without a network.
fn both(lang: Lang) -> Markup {
    html! {
        div.both data-both-panel hidden {
            b { (lang[Word::CodeBothSays]) }
            label for="challenge" { (lang[Word::CodeBothDigits]) }
            input id="challenge" data-challenge type="text" inputmode="numeric" maxlength="8" autocomplete="off";
        }
    }
}

fn band(view: &Phone) -> Markup {
    let lang = view.lang;
    if view.elder {
        return html! { div.band aria-hidden="true" {} };
    }
    let insured = match &view.insured {
        Insured::Plan(plan) => plan.as_str(),
        Insured::SelfPay => &lang[Word::SelfPay],
        Insured::Unknown => &lang[Word::InsuranceUnknown],
    };
    html! {
        div.band {
            div { b { (lang[Word::Health]) } small { (lang[Word::HealthCard]) } }
            div { b { (lang[Word::InsuranceBand]) } small { (insured) } }
        }
    }
}

/// The panel "who can see me now", each line with its end button.
pub fn open_panel(lang: Lang, elder: bool, now: i64, open: &[OpenGrant]) -> Markup {
    let address = if elder { format!("{OPEN}?elder=1") } else { OPEN.to_owned() };
    html! {
        section.panel data-open=(address) aria-labelledby="open" {
            h2 id="open" { (lang[Word::OpenNow]) }
            @if open.is_empty() {
                div.calm {
                    (icon(Icon::Lock))
                    div { b { (lang[Word::OpenNobody]) } p { (lang[Word::OpenNobodyHow]) } }
                }
            } @else {
                ul.open { @for grant in open { li { (open_line(lang, elder, now, grant)) } } }
            }
        }
    }
}

fn open_line(lang: Lang, elder: bool, now: i64, grant: &OpenGrant) -> Markup {
    let until =
        if dates::same_day(grant.until, now) { dates::clock(grant.until) } else { dates::date_clock(grant.until) };
    html! {
        div {
            b { span.dot aria-hidden="true" {} (grant.who) }
            @if !grant.place.is_empty() { p { (grant.place) } }
            p { (grant.says) " · " (instant(grant.until, &lang.fill(Word::Until, &[&until]))) }
        }
        form method="post" action=(END) {
            input type="hidden" name=(grant.field) value=(grant.id);
            @if elder { input type="hidden" name="elder" value="1"; }
            button.btn.stop { (lang[Word::OpenEnd]) span.sr { " · " (grant.who) } }
        }
    }
}

/// What somebody sees whose phone is not signed in.
#[derive(Debug, Clone)]
pub struct Enter {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
}

/// The page that says how to get in.
pub fn enter(view: &Enter) -> Markup {
    let lang = view.lang;
    let head =
        Head { lang, title: &lang[Word::EnterTitle], surface: Surface::Plain, scripts: &[], refresh_seconds: None };
    plain(
        head,
        &view.here,
        html! {
            div.sheet.seam.wrong {
                h1 { (lang[Word::EnterTitle]) }
                p.lead { (lang[Word::EnterLead]) }
                p.go {
                    a.btn.main href="/sign-in?next=%2Fphone" { (lang[Word::SignIn]) }
                    a.btn href="/" { (lang[Word::BackHome]) }
                }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reply_counts_the_seconds_that_are_left() {
        let code = Code { text: "YM1:ABC".into(), step_ends_at: 48 * SECOND, step_seconds: 60 };
        let reply = CodeReply::new(Lang::Zh, &code, SECOND / 2);
        assert_eq!((reply.seconds_left, reply.step_ends_at_micros), (48, 48 * SECOND));
        assert_eq!(CodeReply::new(Lang::Zh, &code, 50 * SECOND).seconds_left, 1);
        let json = serde_json::to_value(&reply).unwrap();
        assert!(json["svg"].as_str().unwrap().starts_with("<svg class=\"qrcode\" xmlns="));
    }
}
