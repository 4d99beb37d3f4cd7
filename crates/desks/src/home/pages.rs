//! The first page of `yima demo`: three stops, the people of the town, the doors
//! for machines, and how far the town has moved in. Only what exists is offered.
//!
//! The first page of a node that is no demo ([`front`]) is here as well.
//!
//! Addresses they use: [`BE`] (posted `who` and `next`: sign in as that person of
//! the demo and go there), [`PROGRESS`] (JSON `{"loaded": n, "total": n}`).

use maud::{Markup, html};
use web::icons::{Icon, icon, mark_on_dark};
use web::layout::{Head, Surface, document, language_switch, plain};
use web::words::{Lang, Word};

/// Where "be them" is posted: `who` (a key of the view) and `next` (a path).
pub const BE: &str = "/demo/be";
/// Answers how far the town is: `{"loaded": n, "total": n}`.
pub const PROGRESS: &str = "/demo/progress";

/// Somebody of the town a visitor can be.
#[derive(Debug, Clone)]
pub struct TownPerson {
    /// Sent to [`BE`] as `who`.
    pub key: String,
    /// The name.
    pub name: String,
    /// The name in Latin letters, or empty.
    pub latin: String,
    /// One line about them in the page's language.
    pub story: String,
    /// Where being them begins: `/phone`, `/phone?elder=1`, `/clinic`.
    pub next: String,
}

/// A door for machines.
#[derive(Debug, Clone)]
pub struct Door {
    /// `FHIR R4`
    pub name: String,
    /// `/fhir/metadata`
    pub path: String,
    /// Whether a browser may simply open it.
    pub readable: bool,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Home {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// Who shows the code at the first and third stop.
    pub citizen: TownPerson,
    /// Who scans it at the second stop.
    pub doctor: TownPerson,
    /// Everybody a visitor can be.
    pub people: Vec<TownPerson>,
    /// Institutions of the town.
    pub institutions: u64,
    /// Records held now.
    pub records: u64,
    /// People moved in so far.
    pub loaded: u64,
    /// People the town will have.
    pub total: u64,
    /// Doors for machines.
    pub doors: Vec<Door>,
    /// Where this server is reached, `http://127.0.0.1:8080`.
    pub base: String,
    /// A bearer token of the demo that may scan and read.
    pub token: String,
    /// The FHIR id of the citizen's Patient.
    pub patient: String,
    /// The place sent with a scan.
    pub place: String,
}

/// The whole page.
pub fn home(view: &Home) -> Markup {
    let lang = view.lang;
    let moving = view.loaded < view.total;
    let head = Head {
        lang,
        title: &lang[Word::HomeTitle],
        surface: Surface::Home,
        scripts: if moving { &["progress.js"] } else { &[] },
        refresh_seconds: None,
    };
    document(
        head,
        html! {
            (top(view))
            main.tour id="main" {
                div {
                    h1 { (lang[Word::HomeHead]) }
                    p.lead { (lang[Word::HomeLead]) }
                    @if moving { (progress(view)) }
                    (stops(view))
                    p.windows { (lang[Word::HomeWindows]) }
                    (terminal(view))
                }
                aside.side {
                    (people(view))
                    (doors(view))
                }
            }
        },
    )
}

fn top(view: &Home) -> Markup {
    let lang = view.lang;
    let counts = [view.institutions, view.loaded, view.records].map(figure);
    html! {
        header.top {
            span.brand { (mark_on_dark()) (lang[Word::Yima]) }
            span.place { (lang[Word::HomeBanner]) }
            span.gap {}
            span.state { i aria-hidden="true" {} (lang.fill(Word::HomeTown, &counts.each_ref().map(String::as_str))) }
            (language_switch(lang, &view.here, "quiet framed"))
        }
    }
}

fn progress(view: &Home) -> Markup {
    let lang = view.lang;
    let counts = [view.loaded, view.total].map(figure);
    html! {
        section.card.town data-progress=(PROGRESS) data-template=(lang[Word::HomeLoadingSays]) {
            b id="moving" { (lang[Word::HomeLoading]) }
            progress max=(view.total.max(1)) value=(view.loaded) aria-labelledby="moving" {}
            p data-says { (lang.fill(Word::HomeLoadingSays, &counts.each_ref().map(String::as_str))) }
        }
    }
}

fn stops(view: &Home) -> Markup {
    let lang = view.lang;
    let stops = [
        (
            &view.citizen,
            "/phone",
            Icon::Code,
            Word::StopPhone,
            Word::StopPhoneHead,
            Word::StopPhoneSays,
            &view.citizen.name,
        ),
        (
            &view.doctor,
            "/clinic",
            Icon::Visit,
            Word::StopClinic,
            Word::StopClinicHead,
            Word::StopClinicSays,
            &view.doctor.name,
        ),
        (
            &view.citizen,
            "/phone/looks",
            Icon::Eye,
            Word::StopLooks,
            Word::StopLooksHead,
            Word::StopLooksSays,
            &view.citizen.name,
        ),
    ];
    html! {
        ol.stops {
            @for (who, next, sign, stop, headline, says, name) in stops {
                li {
                    form method="post" action=(BE) target="_blank" {
                        input type="hidden" name="who" value=(who.key);
                        input type="hidden" name="next" value=(next);
                        button {
                            span class=(if sign == Icon::Eye { "pic insured" } else { "pic" }) { (icon(sign)) }
                            span.tx {
                                small { (lang[stop]) }
                                b { (lang[headline]) }
                                span.says { (lang.fill(says, &[name])) }
                                span.sr { " (" (lang[Word::NewWindow]) ")" }
                            }
                            span.arrow { (icon(Icon::Arrow)) }
                        }
                    }
                }
            }
        }
    }
}

fn people(view: &Home) -> Markup {
    let lang = view.lang;
    html! {
        section.card aria-labelledby="people" {
            div.hd { h2 id="people" { (lang[Word::HomePeople]) } }
            ul.folk {
                @for person in &view.people {
                    li {
                        span.face aria-hidden="true" { (face(&person.name)) }
                        span {
                            b { (person.name) }
                            @if !person.latin.is_empty() { " " small { (person.latin) } }
                            br;
                            small { (person.story) }
                        }
                        form method="post" action=(BE) {
                            input type="hidden" name="who" value=(person.key);
                            input type="hidden" name="next" value=(person.next);
                            button { (lang[Word::HomeBe]) span.sr { " · " (person.name) } }
                        }
                    }
                }
            }
        }
    }
}

/// The letter of a face: the last character of a Chinese name, else the first.
fn face(name: &str) -> String {
    let chinese = |letter: &char| *letter >= '\u{4e00}';
    let letter = name.chars().last().filter(chinese).or_else(|| name.chars().next());
    letter.map(String::from).unwrap_or_default()
}

fn doors(view: &Home) -> Markup {
    html! {
        section.card aria-labelledby="doors" {
            div.hd { h2 id="doors" { (view.lang[Word::HomeDoors]) } }
            ul.ports {
                @for door in &view.doors {
                    li {
                        b { (door.name) }
                        @if door.readable { a href=(door.path) { code { (door.path) } } } @else { code { (door.path) } }
                    }
                }
            }
        }
    }
}

fn terminal(view: &Home) -> Markup {
    let Home { lang, base, token, patient, place, .. } = view;
    let lang = *lang;
    let json = serde_json::json!({ "code": "YM1:…", "purpose": "01201", "place": place });
    let lines = [
        (Word::HomeTerminalMetadata, format!("curl -s {base}/fhir/metadata")),
        (
            Word::HomeTerminalScan,
            format!(
                "curl -s {base}/v1/scan \\\n    -H \"Authorization: Bearer $TOKEN\" \\\n    -H 'Content-Type: application/json' \\\n    -d '{json}'"
            ),
        ),
        (
            Word::HomeTerminalRecord,
            format!("curl -s {base}/fhir/Patient/{patient}/\\$everything \\\n    -H \"Authorization: Bearer $TOKEN\""),
        ),
    ];
    html! {
        section aria-labelledby="terminal" {
            h2.sr id="terminal" { (lang[Word::HomeTerminal]) }
            pre.term tabindex="0" role="group" aria-labelledby="terminal" {
                span.c { "# " (lang[Word::HomeTerminal]) } "\n"
                b { "$" } " TOKEN=" (token) "\n"
                @for (says, line) in lines {
                    span.c { "# " (lang[says]) } "\n"
                    b { "$" } " " (line) "\n"
                }
            }
        }
    }
}

/// What the first page of a node shows that is no demo.
#[derive(Debug, Clone)]
pub struct Front {
    /// The language of the page.
    pub lang: Lang,
    /// Path and query of this page, for the language switch.
    pub here: String,
    /// The region's name.
    pub region: String,
}

/// The plain first page: where the doors are.
pub fn front(view: &Front) -> Markup {
    let lang = view.lang;
    let doors = [
        ("/phone", Word::PhoneTitle, Word::FrontPhoneSays),
        ("/clinic", Word::ClinicTitle, Word::FrontClinicSays),
        ("/fhir/metadata", Word::HomeDoors, Word::FrontFhirSays),
    ];
    let head = Head { lang, title: &view.region, surface: Surface::Account, scripts: &[], refresh_seconds: None };
    plain(
        head,
        &view.here,
        html! {
            h1 { (lang[Word::FrontHead]) }
            p.lead { (view.region) " · " (lang[Word::FrontLead]) }
            @for (path, name, says) in doors {
                section.sheet {
                    h2 { (lang[name]) }
                    p { (lang[says]) }
                    a.btn.main href=(path) { (lang[name]) }
                }
            }
            p { a href="/sign-in" { (lang[Word::SignInTitle]) } }
        },
    )
}

/// A count with its thousands parted.
fn figure(count: u64) -> String {
    let digits = count.to_string();
    let mut parted = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            parted.push(',');
        }
        parted.push(digit);
    }
    parted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_and_faces() {
        for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (3_104_882, "3,104,882")] {
            assert_eq!(figure(count), text);
        }
        assert_eq!((face("周静怡").as_str(), face("Amara Okoye").as_str(), face("").as_str()), ("怡", "A", ""));
    }
}
