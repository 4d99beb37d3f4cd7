//! How somebody on the staff signs in: passkeys, one-time codes, the password.
//!
//! Addresses it uses: [`PASSKEY_START`] and [`PASSKEY_FINISH`] (JSON), [`PASSKEY_REMOVE`]
//! (posted `id`), [`TOTP_START`], [`TOTP_FINISH`] (posted `code`), [`PASSWORD`] (posted
//! `old`, `new`, `again`), [`OTHERS`].

use crate::qr::plain_qr_svg;
use crate::sign_in::pages::Problem;
use maud::{Markup, html};
use web::icons::{Icon, icon};
use web::layout::{Head, Surface, plain};
use web::widgets::{Tone, notice};
use web::words::{Lang, Word, dates};

/// Answers the options for registering a passkey.
pub const PASSKEY_START: &str = "/account/passkey/start";
/// Takes `{"ceremony", "credential", "label"}` and answers `{"next": path}`.
pub const PASSKEY_FINISH: &str = "/account/passkey/finish";
/// Takes a passkey away: posted `id`.
pub const PASSKEY_REMOVE: &str = "/account/remove-passkey";
/// Begins setting up one-time codes; the page then shows [`Totp::Setup`].
pub const TOTP_START: &str = "/account/totp/start";
/// Proves the authenticator works: posted `code`.
pub const TOTP_FINISH: &str = "/account/totp/finish";
/// Changes the password: posted `old`, `new`, `again`.
pub const PASSWORD: &str = "/account/password";
/// Ends the sessions elsewhere.
pub const OTHERS: &str = "/account/sign-out-others";

/// A registered passkey.
#[derive(Debug, Clone)]
pub struct Passkey {
    /// Its id as text, sent back to remove it.
    pub id: String,
    /// What it is called: `这台电脑`, `YubiKey 5`.
    pub label: String,
    /// When it was added, microseconds UTC.
    pub added_at: i64,
}

/// Where setting up one-time codes stands.
#[derive(Debug, Clone)]
pub enum Totp {
    /// Not in use.
    Off,
    /// In use.
    On,
    /// Being set up: shown once, until the first code proves it works.
    Setup {
        /// The `otpauth://` address the authenticator scans.
        uri: String,
        /// The secret in Base32, for typing.
        secret: String,
    },
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Account {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// The instant the page shows, microseconds UTC.
    pub now: i64,
    /// Name and place of who is signed in.
    pub actor: String,
    /// Their user name, for the browser's password store.
    pub user_name: String,
    /// Their passkeys.
    pub passkeys: Vec<Passkey>,
    /// One-time codes.
    pub totp: Totp,
    /// Whether this session may do nothing but set up a second way to sign in.
    pub must_enrol: bool,
    /// Whether the doctor's desk is theirs to open.
    pub desk: bool,
    /// What was just done, in words of the reader's language.
    pub done: Option<String>,
    /// Why the last step failed.
    pub problem: Option<Problem>,
}

/// The whole page.
pub fn account(view: &Account) -> Markup {
    let lang = view.lang;
    let head = Head {
        lang,
        title: &lang[Word::MyAccount],
        surface: Surface::Account,
        scripts: &["passkey.js"],
        refresh_seconds: None,
    };
    plain(
        head,
        &view.here,
        html! {
            h1 { (lang[Word::MyAccount]) }
            p.lead { (view.actor) " · " (lang[Word::AccountLead]) }
            @if let Some(done) = &view.done { (notice(Tone::Health, done, None)) }
            @if view.must_enrol { (notice(Tone::Look, &lang[Word::AccountEnrol], Some(&lang[Word::AccountEnrolDo]))) }
            @if let Some(problem) = &view.problem { (notice(Tone::Harm, &problem.fact, Some(&problem.what_to_do))) }
            (passkeys(view))
            (totp(lang, &view.totp))
            (password(view))
            (leaving(view))
        },
    )
}

fn passkeys(view: &Account) -> Markup {
    let lang = view.lang;
    html! {
        section.sheet aria-labelledby="passkeys" {
            h2 id="passkeys" { (lang[Word::Passkeys]) }
            @if view.passkeys.is_empty() { p { (lang[Word::PasskeysNone]) } } @else {
                ul.keys {
                    @for key in &view.passkeys {
                        li {
                            (icon(Icon::Key))
                            span {
                                b { (key.label) }
                                small { (lang.fill(Word::PasskeyAdded, &[&dates::short_date(lang, key.added_at, view.now)])) }
                            }
                            span.gap {}
                            form method="post" action=(PASSKEY_REMOVE) {
                                input type="hidden" name="id" value=(key.id);
                                button.btn.small.stop { (lang[Word::PasskeyRemove]) span.sr { " · " (key.label) } }
                            }
                        }
                    }
                }
            }
            div.field {
                label for="label" { (lang[Word::PasskeyLabel]) }
                input id="label" type="text" maxlength="64" autocomplete="off" aria-describedby="label-hint";
                small id="label-hint" { (lang[Word::PasskeyLabelHint]) }
            }
            button.btn.main type="button" hidden data-passkey="add" data-label="label" data-start=(PASSKEY_START) data-finish=(PASSKEY_FINISH)
                data-next="/account" data-status="passkey-status" data-waiting=(lang[Word::PasskeyWaiting])
                data-failed=(lang[Word::PasskeyAddFailed]) data-unsupported=(lang[Word::PasskeyUnsupported]) {
                (icon(Icon::Key)) (lang[Word::PasskeyAdd])
            }
            p id="passkey-status" role="status" hidden {}
            noscript { p { (lang[Word::PasskeyNeedsScript]) } }
        }
    }
}

fn totp(lang: Lang, totp: &Totp) -> Markup {
    html! {
        section.sheet aria-labelledby="totp" {
            h2 id="totp" { (lang[Word::TotpTitle]) }
            @match totp {
                Totp::Off => {
                    p { (lang[Word::TotpOff]) }
                    form method="post" action=(TOTP_START) { button.btn { (lang[Word::TotpStart]) } }
                }
                Totp::On => {
                    p { (lang[Word::TotpOn]) }
                    form method="post" action=(TOTP_START) { button.btn { (lang[Word::TotpReplace]) } }
                }
                Totp::Setup { uri, secret } => {
                    p { (lang[Word::TotpScan]) }
                    div.secret {
                        (plain_qr_svg(uri, &lang[Word::TotpPicture]))
                        details { summary { (lang[Word::TotpSecret]) } code { (secret) } }
                    }
                    form method="post" action=(TOTP_FINISH) {
                        input type="hidden" name="uri" value=(uri);
                        input type="hidden" name="secret" value=(secret);
                        div.field {
                            label for="code" { (lang[Word::Totp]) }
                            input id="code" name="code" type="text" required inputmode="numeric" pattern="[0-9]{6}" maxlength="6" autocomplete="one-time-code" aria-describedby="code-hint";
                            small id="code-hint" { (lang[Word::TotpHint]) }
                        }
                        button.btn.main { (lang[Word::TotpFinish]) }
                    }
                }
            }
        }
    }
}

fn leaving(view: &Account) -> Markup {
    let lang = view.lang;
    html! {
        @if view.desk && !view.must_enrol { p { a.btn.main href="/clinic" { (lang[Word::GoToDesk]) } } }
        @if !view.must_enrol { form method="post" action=(OTHERS) { button.btn { (lang[Word::SignOutOthers]) } } }
        form method="post" action="/sign-out" { button.btn { (lang[Word::SignOut]) } }
    }
}

fn password(view: &Account) -> Markup {
    let lang = view.lang;
    html! {
        section.sheet aria-labelledby="password" {
            h2 id="password" { (lang[Word::PasswordTitle]) }
            form method="post" action=(PASSWORD) {
                input type="hidden" name="name" autocomplete="username" value=(view.user_name);
                div.field {
                    label for="old" { (lang[Word::PasswordOld]) }
                    input id="old" name="old" type="password" required maxlength="200" autocomplete="current-password";
                }
                div.field {
                    label for="new" { (lang[Word::PasswordNew]) }
                    input id="new" name="new" type="password" required minlength="12" maxlength="200" autocomplete="new-password" aria-describedby="new-hint";
                    small id="new-hint" { (lang[Word::PasswordNewHint]) }
                }
                div.field {
                    label for="again" { (lang[Word::PasswordAgain]) }
                    input id="again" name="again" type="password" required minlength="12" maxlength="200" autocomplete="new-password";
                }
                button.btn { (lang[Word::PasswordChange]) }
            }
        }
    }
}
