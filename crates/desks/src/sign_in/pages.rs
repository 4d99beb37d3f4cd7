//! Staff sign in with a passkey, or with name, password and one-time code.
//!
//! Addresses it uses: [`SIGN_IN`] (posted `name`, `password`, `totp`, `next`),
//! [`PASSKEY_START`] (`{"name"}` → `{"ceremony", "options"}`), [`PASSKEY_FINISH`]
//! (`{"ceremony", "credential", "next"}` → `{"next"}`).

use maud::{Markup, html};
use web::icons::{Icon, icon};
use web::layout::{Head, Surface, plain};
use web::widgets::{Tone, notice};
use web::words::{Lang, Word};

/// Where the form is posted.
pub const SIGN_IN: &str = "/sign-in";
/// Answers the options of a passkey assertion.
pub const PASSKEY_START: &str = "/sign-in/passkey/start";
/// Takes the signed assertion and answers `{"next": path}`.
pub const PASSKEY_FINISH: &str = "/sign-in/passkey/finish";

/// A problem as its two sentences, from the catalogue of refusals.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What is the matter.
    pub fact: String,
    /// What to do.
    pub what_to_do: String,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// The path to go to afterwards, already checked to be one of ours.
    pub next: String,
    /// The name typed before, or empty.
    pub name: String,
    /// Why the last try failed.
    pub problem: Option<Problem>,
}

/// The whole page.
pub fn sign_in(view: &SignIn) -> Markup {
    let lang = view.lang;
    let head = Head {
        lang,
        title: &lang[Word::SignIn],
        surface: Surface::Plain,
        scripts: &["passkey.js"],
        refresh_seconds: None,
    };
    plain(
        head,
        &view.here,
        html! {
            h1 { (lang[Word::SignInTitle]) }
            p.lead { (lang[Word::SignInLead]) }
            @if let Some(problem) = &view.problem { (notice(Tone::Harm, &problem.fact, Some(&problem.what_to_do))) }
            div.sheet.seam {
                button.btn.main type="button" hidden data-passkey="use" data-start=(PASSKEY_START) data-finish=(PASSKEY_FINISH)
                    data-next=(view.next) data-name="name" data-status="passkey-status" data-waiting=(lang[Word::PasskeyWaiting])
                    data-failed=(lang[Word::PasskeyFailed]) data-unsupported=(lang[Word::PasskeyUnsupported]) aria-describedby="passkey-hint" {
                    (icon(Icon::Key)) (lang[Word::PasskeyUse])
                }
                p.hint id="passkey-hint" { (lang[Word::PasskeyHint]) }
                p.hint id="passkey-status" role="status" hidden {}
                p.or { (lang[Word::OrPassword]) }
                (password_form(view))
            }
        },
    )
}

fn password_form(view: &SignIn) -> Markup {
    let lang = view.lang;
    html! {
        form method="post" action=(SIGN_IN) {
            input type="hidden" name="next" value=(view.next);
            div.field {
                label for="name" { (lang[Word::UserName]) }
                input id="name" name="name" type="text" required maxlength="100" autocomplete="username webauthn" autocapitalize="none" spellcheck="false" value=(view.name);
            }
            div.field {
                label for="password" { (lang[Word::Password]) }
                input id="password" name="password" type="password" required maxlength="200" autocomplete="current-password";
            }
            div.field {
                label for="totp" { (lang[Word::Totp]) }
                input id="totp" name="totp" type="text" inputmode="numeric" pattern="[0-9]{6}" maxlength="6" autocomplete="one-time-code" aria-describedby="totp-hint";
                small id="totp-hint" { (lang[Word::TotpHint]) }
            }
            button.btn { (lang[Word::SignIn]) }
        }
    }
}
