//! Page shells: the document, the desk's bar, the phone's frame, the plain page.
//!
//! A shell brings title, `lang`, skip link, language switch, style sheets and
//! deferred scripts. No inline script and no inline style, so a strict
//! `Content-Security-Policy` needs neither nonce nor exception.

use crate::assets::href;
use crate::icons::{Icon, icon, mark, mark_on_dark};
use crate::words::{Lang, Word};
use maud::{DOCTYPE, Markup, html};

/// Where the phone's manifest answers: name, icon and start of the installed page.
pub const MANIFEST: &str = "/phone/manifest.webmanifest";

/// Which style sheets and which class of body a page has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// A desk that scrolls as a page.
    Desk,
    /// A desk that holds still while its panels scroll, where the window is large enough.
    DeskStill,
    /// The demo's first page.
    Home,
    /// The citizen's phone.
    Phone,
    /// The citizen's phone in large type.
    PhoneElder,
    /// A room behind the code: paying, bills, one's cards.
    PhoneRoom,
    /// Such a room in large type.
    PhoneRoomElder,
    /// One thing in the middle.
    Plain,
    /// The account: plain, but a little wider.
    Account,
    /// A kiosk: upright, large, touched.
    Kiosk,
}

impl Surface {
    const fn class(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::DeskStill => "desk still",
            Self::Home => "desk home",
            Self::Phone | Self::PhoneRoom => "phone",
            Self::PhoneElder | Self::PhoneRoomElder => "phone elder",
            Self::Plain => "plain",
            Self::Account => "plain account",
            Self::Kiosk => "kiosk",
        }
    }

    const fn phone(self) -> bool {
        matches!(self, Self::Phone | Self::PhoneElder | Self::PhoneRoom | Self::PhoneRoomElder)
    }

    const fn sheets(self) -> &'static [&'static str] {
        match self {
            Self::Desk | Self::DeskStill => &["tokens.css", "parts.css", "desk.css"],
            Self::Home => &["tokens.css", "parts.css", "desk.css", "home.css"],
            Self::Phone | Self::PhoneElder => &["tokens.css", "parts.css", "phone.css"],
            Self::PhoneRoom | Self::PhoneRoomElder => &["tokens.css", "parts.css", "phone.css", "rooms.css"],
            Self::Plain | Self::Account => &["tokens.css", "parts.css", "plain.css"],
            Self::Kiosk => &["tokens.css", "parts.css", "kiosk.css"],
        }
    }
}

/// What the head of a document needs.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// The language of the page.
    pub lang: Lang,
    /// The page's own title; the product's name is added.
    pub title: &'a str,
    /// Style sheets and body class.
    pub surface: Surface,
    /// Scripts by asset name, loaded deferred; the page works without them.
    pub scripts: &'a [&'a str],
    /// Reload after so many seconds where the browser runs no scripts.
    pub refresh_seconds: Option<u32>,
}

/// A whole document around a body; the body brings one `main` with id `main`.
pub fn document(head: Head<'_>, body: Markup) -> Markup {
    let Head { lang, title, surface, .. } = head;
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light";
                meta name="referrer" content="same-origin";
                title { (title) " · " (lang[Word::Yima]) }
                link rel="icon" type="image/svg+xml" href=(href("mark.svg"));
                @if surface.phone() {
                    link rel="manifest" href=(MANIFEST);
                    meta name="theme-color" content="#f3f5f4";
                }
                @for sheet in surface.sheets() { link rel="stylesheet" href=(href(sheet)); }
                @for script in head.scripts { script src=(href(script)) defer {} }
                @if let Some(seconds) = head.refresh_seconds {
                    noscript { meta http-equiv="refresh" content=(seconds); }
                }
            }
            body class=(surface.class()) {
                a.skip href="#main" { (lang[Word::SkipToContent]) }
                (body)
            }
        }
    }
}

/// The address of this page in another language: `here` (path and query) with
/// its `lang` parameter replaced.
pub fn in_language(here: &str, lang: Lang) -> String {
    let (path, query) = here.split_once('?').unwrap_or((here, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
    let pairs: Vec<String> = kept.map(str::to_owned).chain([format!("lang={}", lang.tag())]).collect();
    format!("{path}?{}", pairs.join("&"))
}

/// The link that shows this page in the other language, written in that language.
pub fn language_switch(lang: Lang, here: &str, class: &str) -> Markup {
    let other = lang.other();
    html! {
        a class=(class) href=(in_language(here, other)) hreflang=(other.tag()) lang=(other.tag()) rel="alternate nofollow" {
            (lang[Word::OtherLanguage])
        }
    }
}

/// Who sits at a desk, and where.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// Institution and room, `云州市第一人民医院 · 心内科 12 诊室`.
    pub place: String,
    /// Name and title of who is signed in.
    pub actor: String,
    /// The instant the page shows, microseconds UTC.
    pub now: i64,
}

/// The bar over every desk; `middle` is usually the scan box.
pub fn desk_top(desk: &Desk, middle: Markup) -> Markup {
    let lang = desk.lang;
    html! {
        header.top {
            span.brand { (mark_on_dark()) (lang[Word::Yima]) }
            span.place { (desk.place) }
            (middle)
            span.gap {}
            (language_switch(lang, &desk.here, "quiet framed"))
            a.quiet href="/account" title=(lang[Word::MyAccount]) { (icon(Icon::Person)) (desk.actor) }
            form method="post" action="/sign-out" { button.quiet { (lang[Word::SignOut]) } }
        }
    }
}

/// The places a citizen can be on the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// `/phone`
    Code,
    /// `/phone/looks`
    Looks,
    /// `/phone/pay`
    Pay,
    /// `/phone/bills`
    Bills,
    /// A page that no tab leads to.
    Other,
}

/// The tabs at the foot of the phone; large type has doors instead.
pub fn phone_tabs(lang: Lang, current: Tab) -> Markup {
    let tabs = [
        (Tab::Code, "/phone", Icon::Code, Word::TabCode),
        (Tab::Pay, "/phone/pay", Icon::Yuan, Word::TabPay),
        (Tab::Bills, "/phone/bills", Icon::Bill, Word::TabBills),
        (Tab::Looks, "/phone/looks", Icon::Eye, Word::TabLooks),
    ];
    html! {
        nav.tabs aria-label=(lang[Word::PhoneSurfaces]) {
            @for (tab, path, sign, word) in tabs {
                a href=(path) aria-current=[(tab == current).then_some("page")] { (icon(sign)) (lang[word]) }
            }
        }
    }
}

/// A plain page: brand and language switch above, one thing in the middle.
pub fn plain(head: Head<'_>, here: &str, main: Markup) -> Markup {
    let lang = head.lang;
    document(
        head,
        html! {
            header.pl-top {
                a.brand href="/" { (mark()) (lang[Word::Yima]) }
                span.gap {}
                (language_switch(lang, here, "quiet"))
            }
            main id="main" { (main) }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_switch_keeps_the_rest_of_the_address() {
        for (here, other) in [
            ("/phone", "/phone?lang=en"),
            ("/phone?elder=1", "/phone?elder=1&lang=en"),
            ("/clinic?lang=zh-CN&entry=e7", "/clinic?entry=e7&lang=en"),
        ] {
            assert_eq!(in_language(here, Lang::En), other);
        }
    }

    #[test]
    fn a_document_names_its_language_and_has_no_inline_script() {
        let head = Head {
            lang: Lang::En,
            title: "Test",
            surface: Surface::Plain,
            scripts: &["phone.js"],
            refresh_seconds: Some(20),
        };
        let page = plain(head, "/x", html! { h1 { "Here" } }).into_string();
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
        assert!(page.contains("<noscript><meta http-equiv=\"refresh\" content=\"20\"></noscript>"));
        assert!(!page.contains("style=") && !page.contains("<script>"));
    }
}
