//! Rules every page obeys, checked on a sample of each: well-formed, in the right
//! language, nothing silent, nothing inline, nothing from outside.

mod samples;

use std::collections::HashSet;

const VOID: [&str; 9] = ["meta", "link", "input", "br", "hr", "img", "col", "source", "wbr"];
/// Elements that must say something, in text or in a label.
const MUST_SPEAK: [&str; 17] = [
    "h1", "h2", "h3", "a", "button", "p", "b", "small", "td", "th", "dt", "dd", "label", "title", "summary", "code",
    "option",
];

/// One element while it is open.
struct Element {
    name: String,
    labelled: bool,
    speaks: bool,
}

/// What a walk through a page found.
#[derive(Default)]
struct Findings {
    faults: Vec<String>,
    ids: HashSet<String>,
    references: Vec<String>,
    attributes: Vec<(String, String, String)>,
}

/// Walks the page tag by tag; maud escapes `<` and `"` in values, so this is exact.
fn walk(html: &str) -> Findings {
    let mut found = Findings::default();
    let mut open: Vec<Element> = Vec::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>").unwrap_or(html);
    while let Some(start) = rest.find('<') {
        if !rest[..start].trim().is_empty() {
            speak(&mut open);
        }
        let Some(end) = rest[start..].find('>') else {
            break;
        };
        let inside = &rest[start + 1..start + end];
        rest = &rest[start + end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            close(&mut found, &mut open, name);
        } else {
            begin(&mut found, &mut open, inside);
        }
    }
    found.faults.extend(open.iter().map(|element| format!("<{}> is never closed", element.name)));
    found
}

/// Text or a label speaks for everything it stands in.
fn speak(open: &mut [Element]) {
    for element in open {
        element.speaks = true;
    }
}

fn close(found: &mut Findings, open: &mut Vec<Element>, name: &str) {
    let Some(element) = open.pop() else {
        found.faults.push(format!("</{name}> closes nothing"));
        return;
    };
    if element.name != name {
        found.faults.push(format!("</{name}> closes <{}>", element.name));
    }
    if MUST_SPEAK.contains(&name) && !element.speaks && !element.labelled {
        found.faults.push(format!("<{name}> says nothing"));
    }
}

fn begin(found: &mut Findings, open: &mut Vec<Element>, inside: &str) {
    let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
    let attributes = read_attributes(attributes);
    let value = |wanted: &str| attributes.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
    let unfilled = value("role") == Some("status") || value("hidden").is_some() || value("data-text").is_some();
    let labelled = value("aria-label").is_some_and(|label| !label.trim().is_empty()) || unfilled;
    if labelled && !unfilled {
        speak(open);
    }
    if let Some(id) = value("id")
        && !found.ids.insert(id.to_owned())
    {
        found.faults.push(format!("id {id} twice"));
    }
    for reference in ["for", "aria-labelledby", "aria-describedby", "data-status", "data-name"] {
        found.references.extend(value(reference).into_iter().flat_map(str::split_whitespace).map(str::to_owned));
    }
    found.attributes.extend(attributes.iter().map(|(key, value)| (name.to_owned(), key.clone(), value.clone())));
    if !VOID.contains(&name) {
        open.push(Element { name: name.to_owned(), labelled, speaks: false });
    }
}

fn read_attributes(mut text: &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    while !text.trim().is_empty() {
        text = text.trim_start();
        let end = text.find([' ', '=']).unwrap_or(text.len());
        let key = text[..end].to_owned();
        text = &text[end..];
        let mut value = String::new();
        if let Some(quoted) = text.strip_prefix("=\"") {
            let close = quoted.find('"').unwrap_or(quoted.len());
            quoted[..close].clone_into(&mut value);
            text = quoted.get(close + 1..).unwrap_or_default();
        }
        attributes.push((key, value));
    }
    attributes
}

#[test]
fn every_page_is_well_formed_and_says_something() {
    for sample in samples::all() {
        let found = walk(&sample.html);
        assert!(found.faults.is_empty(), "{}: {:?}", sample.name, found.faults);
        for reference in &found.references {
            assert!(found.ids.contains(reference), "{}: nothing has the id {reference}", sample.name);
        }
    }
}

#[test]
fn every_page_names_its_language_and_offers_the_other() {
    for sample in samples::all() {
        let (own, other) = (sample.lang.tag(), sample.lang.other().tag());
        assert!(sample.html.starts_with(&format!("<!DOCTYPE html><html lang=\"{own}\">")), "{}", sample.name);
        assert!(
            sample.html.contains(&format!("hreflang=\"{other}\" lang=\"{other}\"")),
            "{} offers no {other}",
            sample.name
        );
        assert!(
            sample.html.contains("<main")
                && sample.html.contains("id=\"main\"")
                && sample.html.contains("href=\"#main\"")
        );
        assert_eq!(sample.html.matches("<h1").count(), 1, "{} has one first heading", sample.name);
    }
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_outside() {
    for sample in samples::all() {
        let found = walk(&sample.html);
        for (element, key, value) in &found.attributes {
            assert!(key != "style" && !key.starts_with("on"), "{}: {key} on <{element}>", sample.name);
            let loads = matches!(key.as_str(), "href" | "src" | "action" | "data-code" | "data-open" | "data-progress");
            assert!(!loads || value.starts_with(['/', '#']), "{}: {key}={value}", sample.name);
            let asset = value.strip_prefix(web::assets::PREFIX);
            assert!(
                asset.is_none_or(|path| web::assets::asset(path).is_some()),
                "{}: {value} does not answer",
                sample.name
            );
        }
        for bare in ["<script>", "<style", "javascript:"] {
            assert!(!sample.html.contains(bare), "{}: {bare}", sample.name);
        }
    }
}

#[test]
fn the_code_page_stays_under_its_weight() {
    let page = samples::all().into_iter().find(|sample| sample.name == "phone.zh-CN").expect("there is a phone page");
    assert!(page.html.len() < 20_000, "{} bytes before compression", page.html.len());
}

#[test]
fn values_from_outside_cannot_become_markup() {
    use desks::error_page::{ErrorPage, error_page};
    let hostile = "\"><script>alert(1)</script>";
    let page = ErrorPage {
        fact: hostile.into(),
        code: hostile.into(),
        back: hostile.into(),
        ..ErrorPage::not_found(web::words::Lang::En, hostile.into())
    };
    let html = error_page(&page).into_string();
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"));
}
