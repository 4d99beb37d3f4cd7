//! Samples of the page of cards: everything at once, and nothing yet.

use super::{NOW, say};
use credentials::rules::card::Card;
use credentials::{Medium, Proof, State};
use desks::phone::cards::family::{Mandate, Wish};
use desks::phone::cards::pages::{Cards, Phone, cards};
use desks::sign_in::pages::Problem;
use kernel::time::{DAY, HOUR};
use kernel::{CardId, PersonId, Purpose};
use web::words::{Lang, Word};

/// A page with every state of a card and both sides of a mandate.
pub(super) fn full(lang: Lang, elder: bool) -> String {
    let phone = |device: &str, zh: &str, en: &str, days: i64| Phone {
        device: device.into(),
        label: say(lang, zh, en),
        shows_for: None,
        registered_at: NOW - days * DAY,
        seen_at: NOW - days * HOUR,
    };
    let child = Phone {
        shows_for: Some(("p0test000000001".into(), say(lang, "周*轩", "Zhou M***"))),
        ..phone("d0test0000000003", "", "", 40)
    };
    let states = State::ALL.iter().zip([
        Medium::Phone,
        Medium::Phone,
        Medium::Bank,
        Medium::Social,
        Medium::Paper,
        Medium::Phone,
        Medium::Infant,
    ]);
    let shown = states.zip(1..).map(|((state, medium), at)| card(*state, medium, at));
    let problem = Problem {
        fact: say(lang, "没有此人。", "There is no such person."),
        what_to_do: say(lang, "请先用证件查找本人。", "Find the person by a document first."),
    };
    cards(&Cards {
        lang,
        here: if elder { "/phone/cards?elder=1".into() } else { "/phone/cards".into() },
        elder,
        phones: vec![
            phone("d0test0000000001", "静怡的手机", "Jingyi’s phone", 2),
            phone("d0test0000000002", "", "", 90),
            child,
        ],
        cards: shown.chain([card(State::Lost, Medium::Phone, 9), card(State::Applied, Medium::Local, 10)]).collect(),
        given: vec![mandate(lang, false)],
        held: vec![mandate(lang, true)],
        done: Some(Word::DoneLose),
        problem: Some(problem),
        wish: Wish { number: "990100".into(), chosen: vec!["visits".into()], open: true, ..Wish::default() },
        ..nothing(lang)
    })
    .into_string()
}

/// The page of somebody who has nothing yet.
pub(super) fn empty(lang: Lang) -> String {
    cards(&nothing(lang)).into_string()
}

fn nothing(lang: Lang) -> Cards {
    Cards {
        lang,
        here: "/phone/cards".into(),
        now: NOW,
        elder: false,
        person: "p0test0000000000".into(),
        begin: "http://127.0.0.1:8080/phone".into(),
        phones: Vec::new(),
        cards: Vec::new(),
        given: Vec::new(),
        held: Vec::new(),
        done: None,
        problem: None,
        wish: Wish::default(),
    }
}

fn card(state: State, medium: Medium, at: i64) -> Card {
    Card {
        person: PersonId(1),
        id: CardId(at),
        medium,
        label: if medium.numbered() { "*6467".into() } else { String::new() },
        state,
        proof: Proof::Document,
        issued_at: NOW - at * 30 * DAY,
        expires_at: (medium == Medium::Paper).then_some(NOW + 300 * DAY),
        mandate: 0,
    }
}

fn mandate(lang: Lang, guardian: bool) -> Mandate {
    let purposes = if guardian { "" } else { "01302 02121" };
    Mandate {
        id: if guardian { "2".into() } else { "1".into() },
        person: "p0test0000000001".into(),
        name: say(lang, "周*轩", "Zhou M***"),
        guardian,
        purposes: purposes.split_whitespace().filter_map(Purpose::from_code).collect(),
        until_at: (!guardian).then_some(NOW + 6 * DAY),
        limit: (!guardian).then(|| "200.00".to_owned()),
    }
}
