//! Parts that pages are laid out from: functions from plain views to markup.
//!
//! Small ones live here; those with a view of their own have a module each:
//! [`banner`] (who is in front of you), [`timeline`] (what is shown of a record),
//! [`lanes`] (drawn), [`entries`] (listed) and [`report`] (one of them in full);
//! [`fundbar`] (who pays what of a bill).

pub mod banner;
pub mod entries;
pub mod fundbar;
pub mod lanes;
pub mod report;
pub mod timeline;
pub mod trend;

use crate::icons::{Icon, icon};
use crate::words::{Lang, Word, dates};
use maud::{Markup, html};

/// What a tag or notice means; colour, and where needed a sign, say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Health: jade.
    Health,
    /// Insurance: indigo.
    Insured,
    /// Nobody else pays: slate.
    SelfPay,
    /// Please look: amber.
    Look,
    /// Harm: red.
    Harm,
    /// Harm, said more softly: pale red.
    HarmSoft,
    /// Good to know: grey.
    Quiet,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Health => "tag",
            Self::Insured => "tag insured",
            Self::SelfPay => "tag selfpay",
            Self::Look => "tag look",
            Self::Harm => "tag harm",
            Self::HarmSoft => "tag harm-soft",
            Self::Quiet => "tag quiet",
        }
    }
}

/// A short word in a pill; harm carries the warning sign as well.
pub fn tag(tone: Tone, text: &str) -> Markup {
    html! {
        span class=(tone.class()) {
            @if tone == Tone::Harm { (icon(Icon::Warning)) }
            (text)
        }
    }
}

/// A sentence that wants to be read: what is the matter, then what to do.
/// Anything but [`Tone::Health`] is announced to screen readers at once.
pub fn notice(tone: Tone, fact: &str, what_to_do: Option<&str>) -> Markup {
    let (class, sign) = match tone {
        Tone::Harm | Tone::HarmSoft => ("notice harm", Icon::Warning),
        Tone::Look => ("notice look", Icon::Warning),
        Tone::Health | Tone::Insured | Tone::SelfPay | Tone::Quiet => ("notice", Icon::Done),
    };
    let role = if sign == Icon::Warning { "alert" } else { "status" };
    html! {
        div class=(class) role=(role) data-test=(if sign == Icon::Warning { "error" } else { "done" }) {
            (icon(sign))
            div {
                b { (fact) }
                @if let Some(what_to_do) = what_to_do { p { (what_to_do) } }
            }
        }
    }
}

/// How a result stands to its reference range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flag {
    /// Inside, or there is no range.
    #[default]
    None,
    /// Above the range.
    High,
    /// Below the range.
    Low,
    /// Outside what is expected, without a direction.
    Abnormal,
    /// Needs somebody now.
    Critical,
    /// Not valid: entered in error, cancelled, not done or refuted.
    Withdrawn,
}

/// The arrow after a value, with its word for those who do not see it.
pub fn flag(lang: Lang, flag: Flag) -> Markup {
    let (sign, word, class) = match flag {
        Flag::None => return html! {},
        Flag::High => ("↑", Word::High, "flag"),
        Flag::Low => ("↓", Word::Low, "flag"),
        Flag::Abnormal => ("*", Word::Abnormal, "flag"),
        Flag::Critical => ("‼", Word::Critical, "flag critical"),
        // A word everybody sees: nobody may take a withdrawn value for a finding.
        Flag::Withdrawn => return html! { " " span.tag.mute { (lang[Word::Withdrawn]) } },
    };
    html! {
        " " span class=(class) title=(lang[word]) { span aria-hidden="true" { (sign) } span.sr { (lang[word]) } }
    }
}

/// An instant with its machine form; `text` is what is read.
pub fn instant(at: i64, text: &str) -> Markup {
    html! { time datetime=(dates::machine(at)) { (text) } }
}

/// How large the scan box is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanSize {
    /// In the bar, beside a person who is already open.
    InBar,
    /// In the middle of an empty desk, with the cursor in it.
    Large,
}

/// The scan box: typed, pasted or scanned text, posted to `action` as `code`.
///
/// With `scan.js` a scanner's keys are caught wherever the cursor is, pasting a
/// code anywhere opens it, F2 comes here, and the camera is offered where the
/// browser can read codes.
pub fn scan_box(lang: Lang, action: &str, size: ScanSize) -> Markup {
    let large = size == ScanSize::Large;
    html! {
        form class=(if large { "scan large" } else { "scan" }) method="post" action=(action) data-scan
            data-working=(lang[Word::ScanWorking]) data-aiming=(lang[Word::ScanAiming])
            data-no-camera=(lang[Word::ScanNoCamera]) data-close=(lang[Word::Close]) {
            div.box {
                (icon(Icon::Scan))
                input name="code" data-test="scan-input" type="text" required maxlength="600" autocomplete="off" autocapitalize="off" spellcheck="false"
                    autofocus[large] aria-label=(lang[Word::ScanLabel]) placeholder=(lang[Word::ScanPlaceholder]) aria-keyshortcuts="F2";
                kbd aria-hidden="true" { "F2" }
            }
            button type="button" data-camera hidden { (icon(Icon::Camera)) (lang[Word::ScanCamera]) }
            button { (lang[Word::ScanOpen]) }
        }
    }
}
