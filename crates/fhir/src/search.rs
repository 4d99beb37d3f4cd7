//! The syntax of FHIR searches: which parameters a type has, reading a query
//! into a [`Search`], and telling whether a resource is found. Finding
//! candidates and paging are the store's work.

mod accept;
mod table;

use crate::date::DateFilter;
use crate::issue::{self, Issue};
use crate::kind::ResourceType;
use crate::reference::{Reference, parse_reference};

pub use table::parameters;

use table::{Look, Row};

/// Results of a page when the query does not say.
pub const COUNT_DEFAULT: u32 = 100;
/// Results of a page at most.
pub const COUNT_MAX: u32 = 1_000;
/// Values in one parameter, and parameters in one query.
const VALUES_MAX: usize = 100;

/// One value of a token parameter: `system|value`, `value`, `|value` or `system|`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The system wanted: nothing means any, an empty text means none.
    pub system: Option<String>,
    /// The code or value wanted; nothing means any of the system.
    pub value: Option<String>,
}

/// A token parameter: the resource is found when the element has one of the values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFilter {
    /// The parameter, such as `code`.
    pub name: &'static str,
    /// The element it looks at, such as `medicationCodeableConcept`.
    pub element: &'static str,
    /// The values, any of which will do.
    pub any: Vec<Token>,
}

/// How a name must compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameMatch {
    /// A part of the name begins so; case does not count.
    Starts,
    /// It occurs anywhere in a part; case does not count.
    Contains,
    /// A part of the name is exactly this.
    Exact,
}

/// A `name` parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameFilter {
    /// How to compare.
    pub how: NameMatch,
    /// The texts, any of which will do.
    pub any: Vec<String>,
}

/// The order of the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `_sort=-date`, and the order when the query does not say.
    NewestFirst,
    /// `_sort=date`.
    OldestFirst,
}

/// A search that has been read. All conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// The type searched.
    pub kind: ResourceType,
    /// The id of the patient whose resources are searched.
    pub patient: Option<String>,
    /// Ids, any of which will do; empty when the query names none.
    pub ids: Vec<String>,
    /// Conditions on codes, categories, statuses, identifiers.
    pub tokens: Vec<TokenFilter>,
    /// Conditions on the time of the resource.
    pub dates: Vec<DateFilter>,
    /// Conditions on `meta.lastUpdated`.
    pub updated: Vec<DateFilter>,
    /// The id of the encounter the resource belongs to.
    pub encounter: Option<String>,
    /// Conditions on the name of a person or place.
    pub names: Vec<NameFilter>,
    /// Conditions on a person's birth date.
    pub birthdates: Vec<DateFilter>,
    /// Results of a page, 1 to [`COUNT_MAX`].
    pub count: u32,
    /// The order.
    pub order: Order,
    /// `_summary=count`: only the number of results.
    pub total_only: bool,
    /// The token of the page before, as the server gave it.
    pub cursor: Option<String>,
}

impl Search {
    fn new(kind: ResourceType) -> Self {
        Self {
            kind,
            patient: None,
            ids: Vec::new(),
            tokens: Vec::new(),
            dates: Vec::new(),
            updated: Vec::new(),
            encounter: None,
            names: Vec::new(),
            birthdates: Vec::new(),
            count: COUNT_DEFAULT,
            order: Order::NewestFirst,
            total_only: false,
            cursor: None,
        }
    }

    /// The condition on a token parameter such as `code`, for a store that has an index.
    pub fn token(&self, name: &str) -> Option<&TokenFilter> {
        self.tokens.iter().find(|filter| filter.name == name)
    }

    /// Bounds `(low, high)` that all date conditions leave together: what is
    /// found has an end after `low` and a start before `high`.
    pub fn bounds(&self) -> (Option<i64>, Option<i64>) {
        let bounds = self.dates.iter().map(|filter| filter.bounds());
        bounds.fold((None, None), |(low, high), (next_low, next_high)| {
            (low.max(next_low), [high, next_high].into_iter().flatten().min())
        })
    }
}

/// Reads the decoded pairs of a query. Errors name the parameter in their
/// expression; an unknown one lists those that are supported.
pub fn parse(kind: ResourceType, query: &[(String, String)]) -> Result<Search, Vec<Issue>> {
    let mut search = Search::new(kind);
    let mut issues = Vec::new();
    for (key, value) in query.iter().take(VALUES_MAX) {
        let outcome = if value.is_empty() {
            Err(value_invalid(key, value, "a value", "一个值"))
        } else {
            control(&mut search, key, value).unwrap_or_else(|| filter(&mut search, key, value))
        };
        issues.extend(outcome.err());
    }
    if query.len() > VALUES_MAX {
        issues.push(value_invalid("", "", "at most 100 parameters", "不超过 100 个参数"));
    }
    if issues.is_empty() { Ok(search) } else { Err(issues) }
}

/// Parameters that steer the answer rather than the search; nothing for others.
fn control(search: &mut Search, key: &str, value: &str) -> Option<Result<(), Issue>> {
    Some(match key {
        "_count" => match value.parse() {
            Ok(count @ 1..=COUNT_MAX) => {
                search.count = count;
                Ok(())
            }
            _ => Err(value_invalid(key, value, "a number from 1 to 1000", "1 至 1000 的整数")),
        },
        "_sort" => {
            let (name, order) =
                value.strip_prefix('-').map_or((value, Order::OldestFirst), |name| (name, Order::NewestFirst));
            if table::find(search.kind, name).is_some_and(|row| row.look == Look::Date) {
                search.order = order;
                Ok(())
            } else {
                Err(value_invalid(key, value, "date or -date", "date 或 -date"))
            }
        }
        "_summary" => match value {
            "count" => {
                search.total_only = true;
                Ok(())
            }
            "false" => Ok(()),
            _ => Err(value_invalid(key, value, "count or false", "count 或 false")),
        },
        "_cursor" => {
            search.cursor = Some(value.to_owned());
            Ok(())
        }
        // A plus sign that was not escaped arrives as a blank.
        "_format" => match value {
            "json" | "application/json" | "application/fhir+json" | "application/fhir json" => Ok(()),
            _ => Err(value_invalid(key, value, "json, the only format served", "json（仅支持 JSON）")),
        },
        _ => return None,
    })
}

fn filter(search: &mut Search, key: &str, value: &str) -> Result<(), Issue> {
    let (name, modifier) = key.split_once(':').map_or((key, None), |(name, modifier)| (name, Some(modifier)));
    let Some(row) = table::find(search.kind, name) else {
        return Err(parameter_unknown(search.kind, name));
    };
    match (row.look, modifier) {
        (Look::Name, Some("exact" | "contains"))
        | (Look::Patient, Some("Patient"))
        | (Look::Encounter, Some("Encounter"))
        | (_, None) => apply(search, row, key, value, modifier),
        (_, Some(modifier)) => Err(modifier_unsupported(key, name, modifier)),
    }
}

fn apply(search: &mut Search, row: &Row, key: &str, value: &str, modifier: Option<&str>) -> Result<(), Issue> {
    match row.look {
        Look::Id => {
            search.ids.extend(values(key, value)?);
            Ok(())
        }
        Look::Date => push_date(&mut search.dates, key, value),
        Look::Updated => push_date(&mut search.updated, key, value),
        Look::Birthdate => push_date(&mut search.birthdates, key, value),
        Look::Patient => set_reference(&mut search.patient, "Patient", key, value),
        Look::Encounter => set_reference(&mut search.encounter, "Encounter", key, value),
        Look::Name => {
            let how = match modifier {
                Some("exact") => NameMatch::Exact,
                Some(_) => NameMatch::Contains,
                None => NameMatch::Starts,
            };
            search.names.push(NameFilter { how, any: values(key, value)? });
            Ok(())
        }
        Look::Token(element) => {
            let any = values(key, value)?.into_iter().map(token).collect();
            search.tokens.push(TokenFilter { name: row.name, element, any });
            Ok(())
        }
    }
}

fn push_date(dates: &mut Vec<DateFilter>, key: &str, value: &str) -> Result<(), Issue> {
    let filter = DateFilter::parse(value)
        .map_err(|_fault| value_invalid(key, value, "one date such as ge2026-05-01", "一个日期，如 ge2026-05-01"))?;
    dates.push(filter);
    Ok(())
}

/// One person or encounter, `Type/id`, `id` or an address that ends so. Asking
/// twice for the same is no harm, for two different ones is refused.
fn set_reference(place: &mut Option<String>, kind: &str, key: &str, value: &str) -> Result<(), Issue> {
    let id = match parse_reference(value) {
        Some(Reference::Relative { kind: found, id, .. }) if found == kind => Some(id),
        Some(Reference::Absolute { kind: Some(found), url }) if found == kind => id_of(url, kind),
        _ => Some(value).filter(|id| crate::primitive::is_id(id)),
    };
    match (id, place.as_deref()) {
        (Some(id), None) => {
            *place = Some(id.to_owned());
            Ok(())
        }
        (Some(id), Some(before)) if id == before => Ok(()),
        _ => Err(value_invalid(key, value, &format!("one id or {kind}/id"), &format!("一个 id 或 {kind}/id"))),
    }
}

/// The id in a reference to that type, relative or absolute, with or without a version.
pub(crate) fn id_of<'a>(reference: &'a str, kind: &str) -> Option<&'a str> {
    let path = reference.split_once("/_history/").map_or(reference, |(path, _)| path);
    let (before, id) = path.rsplit_once('/')?;
    (before.rsplit('/').next() == Some(kind)).then_some(id)
}

/// Splits at commas; `\,`, `\|`, `\$` and `\\` stand for the character itself.
/// The bar keeps its backslash here, for [`token`] to see.
fn values(key: &str, value: &str) -> Result<Vec<String>, Issue> {
    let mut list = vec![String::new()];
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        let Some(last) = list.last_mut() else { break };
        match letter {
            '\\' => match letters.next() {
                Some('|') => last.push_str("\\|"),
                Some(escaped @ (',' | '$' | '\\')) => last.push(escaped),
                Some(other) => last.extend(['\\', other]),
                None => last.push('\\'),
            },
            ',' => list.push(String::new()),
            _ => last.push(letter),
        }
    }
    if list.len() > VALUES_MAX || list.iter().any(String::is_empty) {
        return Err(value_invalid(key, value, "1 to 100 values with commas between", "1 至 100 个以逗号分隔的值"));
    }
    Ok(list)
}

fn token(text: String) -> Token {
    let bar = text.match_indices('|').find(|(at, _)| !text[..*at].ends_with('\\')).map(|(at, _)| at);
    let plain = |part: &str| part.replace("\\|", "|");
    match bar {
        None => Token { system: None, value: Some(plain(&text)) },
        Some(at) => Token {
            system: Some(plain(&text[..at])),
            value: Some(plain(&text[at + 1..])).filter(|value| !value.is_empty()),
        },
    }
}

fn parameter_unknown(kind: ResourceType, name: &str) -> Issue {
    let names: Vec<&str> = parameters(kind).iter().map(|row| row.0).chain(table::CONTROLS.iter().copied()).collect();
    let (name, type_name, list) = (short(name), kind.name(), names.join(", "));
    Issue::error(
        &issue::SEARCH_PARAMETER_UNKNOWN,
        name.clone(),
        format!("{type_name} has no search parameter “{name}”; use one of {list}."),
        format!("{type_name} 没有查询参数“{name}”；可用：{list}。"),
    )
}

fn modifier_unsupported(key: &str, name: &str, modifier: &str) -> Issue {
    let (key, modifier) = (short(key), short(modifier));
    Issue::error(
        &issue::SEARCH_MODIFIER_UNSUPPORTED,
        key,
        format!("The modifier “{modifier}” of {name} is not supported; search without it."),
        format!("不支持 {name} 的修饰符“{modifier}”；请去掉后查询。"),
    )
}

fn value_invalid(key: &str, value: &str, en: &str, zh: &str) -> Issue {
    let (key, value) = (short(key), short(value));
    Issue::error(
        &issue::SEARCH_VALUE_INVALID,
        key.clone(),
        format!("The value “{value}” of {key} cannot be read; give {en}."),
        format!("{key} 的值“{value}”无法识别；请给出{zh}。"),
    )
}

fn short(text: &str) -> String {
    text.chars().take(60).map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
