//! The page of one's cards and phones. What ends something is behind a fold that says
//! first what will happen; it opens and works without a script.
//!
//! Addresses it uses: [`CARDS`] (the page), [`CARD`] (posted `card` and `act`),
//! [`REMOVE`] (posted `device`), [`GIVE`] and [`END`] (see [`super::family`]).

use super::family::{self, Mandate, Wish};
use crate::qr::plain_qr_svg;
use crate::sign_in::pages::Problem;
use credentials::rules::card::Card;
use credentials::{Act, Medium, State};
use maud::{Markup, html};
use web::icons::{Icon, icon};
use web::layout::{Head, Surface, Tab, document, language_switch, phone_tabs};
use web::widgets::{Tone, notice, tag};
use web::words::{Lang, Word, dates};

/// The page.
pub const CARDS: &str = "/phone/cards";
/// Where something is done with a `card`: the `act` is a word of [`Act`].
pub const CARD: &str = "/phone/cards/act";
/// Where a `device` is removed.
pub const REMOVE: &str = "/phone/cards/remove";
/// Where a mandate is given.
pub const GIVE: &str = "/phone/cards/give";
/// Where a `mandate` is ended.
pub const END: &str = "/phone/cards/end";

/// A phone that shows codes.
#[derive(Debug, Clone)]
pub struct Phone {
    /// Its id as text.
    pub device: String,
    /// What its owner calls it.
    pub label: String,
    /// Whose code it shows when that is somebody else: the id as text and the masked name.
    pub shows_for: Option<(String, String)>,
    /// When it was registered, microseconds UTC.
    pub registered_at: i64,
    /// When it last fetched codes, microseconds UTC.
    pub seen_at: i64,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Cards {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// The instant the page shows, microseconds UTC.
    pub now: i64,
    /// Large type.
    pub elder: bool,
    /// Whose cards they are, the id as text.
    pub person: String,
    /// Where another phone begins: the whole address of the code page.
    pub begin: String,
    /// Phones that show codes.
    pub phones: Vec<Phone>,
    /// The person's own cards, newest first, also ended ones.
    pub cards: Vec<Card>,
    /// Who may show the person's code.
    pub given: Vec<Mandate>,
    /// Whose code the person may show.
    pub held: Vec<Mandate>,
    /// What was just done.
    pub done: Option<Word>,
    /// Why the last step was not done.
    pub problem: Option<Problem>,
    /// What was asked for when it was not done.
    pub wish: Wish,
}

/// The whole page.
pub fn cards(view: &Cards) -> Markup {
    let Cards { lang, elder, .. } = *view;
    let head = Head {
        lang,
        title: &lang[Word::CardsTitle],
        surface: if elder { Surface::PhoneRoomElder } else { Surface::PhoneRoom },
        scripts: &["own-code.js", "cards.js"],
        refresh_seconds: None,
    };
    let back = if elder { "/phone?elder=1" } else { "/phone" };
    document(
        head,
        html! {
            header.ph-top {
                a.round href=(back) aria-label=(lang[Word::Back]) { (icon(Icon::Back)) }
                h1 { (lang[Word::CardsTitle]) }
                @if !elder { (language_switch(lang, &view.here, "chip")) }
            }
            main id="main" {
                @if let Some(done) = view.done { (notice(Tone::Health, &lang[done], None)) }
                @if let Some(problem) = &view.problem { (notice(Tone::Look, &problem.fact, Some(&problem.what_to_do))) }
                (own_cards(view))
                (phones(view))
                (family::given(view))
                (family::held(view))
                (linked(view))
                (ended(view))
                @if elder { (language_switch(lang, &view.here, "chip")) }
            }
            @if !elder { (phone_tabs(lang, Tab::Other)) }
        },
    )
}

/// What stands in an empty panel.
pub(super) fn nothing(sign: Icon, fact: &str, how: Option<&str>) -> Markup {
    html! {
        div.calm {
            (icon(sign))
            div {
                b { (fact) }
                @if let Some(how) = how { p { (how) } }
            }
        }
    }
}

/// A step that is explained before it is done.
pub(super) struct Step<'a> {
    /// Where it is posted.
    pub(super) to: &'static str,
    /// What is posted, names and values.
    pub(super) fields: &'a [(&'static str, &'a str)],
    /// What the fold is called.
    pub(super) what: Word,
    /// What will happen.
    pub(super) says: Word,
    /// The button.
    pub(super) do_it: Word,
    /// Whose it is, for who hears the page.
    pub(super) of: &'a str,
}

impl Step<'_> {
    pub(super) fn markup(&self, lang: Lang, elder: bool) -> Markup {
        html! {
            details.step {
                summary.chip { (lang[self.what]) span.sr { " · " (self.of) } }
                form method="post" action=(self.to) {
                    p { (lang[self.says]) }
                    (hidden(self.fields, elder))
                    button.btn.stop { (lang[self.do_it]) span.sr { " · " (self.of) } }
                }
            }
        }
    }
}

/// Fields of a form that nobody fills in.
pub(super) fn hidden(fields: &[(&str, &str)], elder: bool) -> Markup {
    html! {
        @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
        @if elder { input type="hidden" name="elder" value="1"; }
    }
}

fn phones(view: &Cards) -> Markup {
    let lang = view.lang;
    html! {
        section.panel aria-labelledby="phones" {
            h2 id="phones" { (lang[Word::PhonesTitle]) }
            @if view.phones.is_empty() { (nothing(Icon::Code, &lang[Word::PhonesNone], Some(&lang[Word::PhonesNoneHow]))) }
            @else { ul.things { @for one in &view.phones { (phone(view, one)) } } }
            details.fold {
                summary { (lang[Word::PhoneAdd]) }
                div.begin {
                    p { (lang[Word::PhoneAddHow]) }
                    (plain_qr_svg(&view.begin, &lang[Word::PhoneAddPicture]))
                    p.mono { (view.begin) }
                }
            }
        }
    }
}

fn phone(view: &Cards, one: &Phone) -> Markup {
    let lang = view.lang;
    let label = if one.label.is_empty() { &lang[Word::CodeDevice] } else { one.label.as_str() };
    let day = |at: i64| dates::short_date(lang, at, view.now);
    let seen = format!("{} {}", day(one.seen_at), dates::clock(one.seen_at));
    let shows = one.shows_for.as_ref();
    let step = Step {
        to: REMOVE,
        fields: &[("device", &one.device)],
        what: Word::PhoneRemove,
        says: Word::PhoneRemoveSays,
        do_it: Word::PhoneRemoveDo,
        of: label,
    };
    html! {
        li data-test="phone" data-device=(one.device) data-owner=(view.person) data-for=[shows.map(|(person, _name)| person)] {
            div.head { b { (label) } span data-this hidden { (tag(Tone::Health, &lang[Word::PhoneThis])) } }
            @if let Some((_person, name)) = shows { p { (lang.fill(Word::PhoneShowsFor, &[name])) } }
            p { (lang.fill(Word::PhoneSeen, &[&day(one.registered_at), &seen])) }
            div.steps { (step.markup(lang, view.elder)) }
        }
    }
}

fn own_cards(view: &Cards) -> Markup {
    let lang = view.lang;
    let own = |card: &&Card| !card.medium.numbered() && !stands(card, view.now).ended();
    html! {
        section.panel aria-labelledby="cards" {
            h2 id="cards" { (lang[Word::CardsOwn]) }
            @if view.cards.iter().any(|card| own(&card)) {
                ul.things { @for one in view.cards.iter().filter(own) { (card(view, one)) } }
            } @else { (nothing(Icon::Shield, &lang[Word::CardsNone], None)) }
        }
    }
}

fn linked(view: &Cards) -> Markup {
    let lang = view.lang;
    let bound = |card: &&Card| card.medium.numbered() && !stands(card, view.now).ended();
    html! {
        section.panel aria-labelledby="linked" {
            h2 id="linked" { (lang[Word::CardsLinked]) }
            @if view.cards.iter().any(|card| bound(&card)) {
                ul.things { @for one in view.cards.iter().filter(bound) { (card(view, one)) } }
                p.how { (lang[Word::CardsLinkedHow]) }
            } @else { (nothing(Icon::Bill, &lang[Word::CardsLinkedNone], Some(&lang[Word::CardsLinkedHow]))) }
        }
    }
}

fn ended(view: &Cards) -> Markup {
    let lang = view.lang;
    let over: Vec<&Card> = view.cards.iter().filter(|card| stands(card, view.now).ended()).collect();
    html! {
        @if !over.is_empty() {
            section.panel {
                details.fold {
                    summary { (lang.fill(Word::CardsEnded, &[&over.len().to_string()])) }
                    ul.things { @for one in over { (card(view, one)) } }
                }
            }
        }
    }
}

/// Where a card stands at an instant: one whose time has come is over.
fn stands(card: &Card, now: i64) -> State {
    if card.ran_out(now) { State::Expired } else { card.state }
}

fn medium(medium: Medium) -> Word {
    match medium {
        Medium::Phone => Word::MediumPhone,
        Medium::Paper => Word::MediumPaper,
        Medium::Bank => Word::MediumBank,
        Medium::Social => Word::MediumSocial,
        Medium::Local => Word::MediumLocal,
        Medium::Infant => Word::MediumInfant,
        Medium::Temporary => Word::MediumTemporary,
    }
}

fn state(state: State) -> (Tone, Word) {
    match state {
        State::Applied => (Tone::Quiet, Word::CardApplied),
        State::Active => (Tone::Health, Word::CardActive),
        State::Suspended => (Tone::Look, Word::CardSuspended),
        State::Lost => (Tone::HarmSoft, Word::CardLost),
        State::Revoked => (Tone::Quiet, Word::CardRevoked),
        State::Replaced => (Tone::Quiet, Word::CardReplaced),
        State::Expired => (Tone::Quiet, Word::CardExpired),
    }
}

fn card(view: &Cards, card: &Card) -> Markup {
    let lang = view.lang;
    let stands = stands(card, view.now);
    let (tone, word) = state(stands);
    let name = &lang[medium(card.medium)];
    let day = |at: i64| dates::short_date(lang, at, view.now);
    let issued = lang.fill(Word::CardIssued, &[&day(card.issued_at)]);
    html! {
        li data-test="card" data-state=(stands.name()) {
            div.head { b { (name) @if !card.label.is_empty() { " " span.mono { (card.label) } } } (tag(tone, &lang[word])) }
            p { (issued) @if let Some(until) = card.expires_at { " · " (lang.fill(Word::CardUntil, &[&day(until)])) } }
            @if stands == State::Lost && card.medium != Medium::Phone { p { (lang[Word::CardAtWindow]) } }
            (steps(view, card, stands, name))
        }
    }
}

/// What its owner can do with a card where it stands.
fn steps(view: &Cards, card: &Card, stands: State, name: &str) -> Markup {
    let (lang, id) = (view.lang, card.id.to_string());
    let step = |act: Act, what: Word, says: Word, do_it: Word| {
        let fields = [("card", id.as_str()), ("act", act.name())];
        Step { to: CARD, fields: &fields, what, says, do_it, of: name }.markup(lang, view.elder)
    };
    let replace = || step(Act::Replace, Word::ActReplace, Word::ActReplaceSays, Word::ActReplaceDo);
    let resume = html! {
        form method="post" action=(CARD) {
            (hidden(&[("card", &id), ("act", Act::Resume.name())], view.elder))
            button.chip.main { (lang[Word::ActResume]) span.sr { " · " (name) } }
        }
    };
    html! {
        @match stands {
            State::Active => div.steps {
                (step(Act::Suspend, Word::ActSuspend, Word::ActSuspendSays, Word::ActSuspendDo))
                (step(Act::Lose, Word::ActLose, Word::ActLoseSays, Word::ActLoseDo))
            },
            State::Suspended => div.steps {
                (resume)
                (step(Act::Lose, Word::ActLose, Word::ActLoseSays, Word::ActLoseDo))
            },
            State::Lost => div.steps {
                (resume)
                @if card.medium == Medium::Phone { (replace()) }
            },
            State::Applied | State::Revoked | State::Replaced | State::Expired => {},
        }
    }
}
