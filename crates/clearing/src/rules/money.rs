//! The channel's side of the match: the hospital's payments against the channel's
//! statement by order, and the agency's cash against the channel's money.

use super::matcher::LATE;
use super::row::{Action, Cause, Finding, Known, Lists, Money, Pair, Span, Sums};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

fn key(money: &Money) -> String {
    money.refund.as_ref().map_or_else(|| money.order.clone(), |refund| format!("{}/{refund}", money.order))
}

fn cash(fen: i64) -> Sums {
    Sums { cash: fen, ..Sums::default() }
}

struct Side<'a> {
    once: BTreeMap<String, &'a Money>,
    twice: Vec<&'a Money>,
}

fn side(rows: &[Money]) -> Side<'_> {
    let mut side = Side { once: BTreeMap::new(), twice: Vec::new() };
    let mut sorted: Vec<&Money> = rows.iter().collect();
    sorted.sort_by_key(|money| (key(money), money.at, money.fen));
    for money in sorted {
        match side.once.entry(key(money)) {
            Entry::Occupied(_) => side.twice.push(money),
            Entry::Vacant(place) => {
                place.insert(money);
            }
        }
    }
    side
}

fn finding(pair: Pair, key: String, cause: Cause, action: Action, sums: (Option<i64>, Option<i64>)) -> Finding {
    Finding { pair, key, setl_id: String::new(), cause, action, here: sums.0.map(cash), there: sums.1.map(cash) }
}

/// What the channel's statement disagrees about.
pub(super) fn compare(span: Span, lists: &Lists) -> Vec<Finding> {
    let (here, there) = (side(&lists.taken), side(&lists.channel));
    let carried: BTreeSet<&str> = lists.carried.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    let pair = Pair::HospitalChannel;
    for money in here.twice.iter().filter(|money| span.holds(money.at)) {
        found.push(finding(pair, key(money), Cause::DuplicateHere, Action::DropSecond, (Some(money.fen), None)));
    }
    for money in there.twice.iter().filter(|money| span.holds(money.at)) {
        found.push(finding(pair, key(money), Cause::DuplicateThere, Action::DropSecond, (None, Some(money.fen))));
    }
    let keys: BTreeSet<&String> = here.once.keys().chain(there.once.keys()).collect();
    for name in keys {
        let sums = (here.once.get(name).map(|money| money.fen), there.once.get(name).map(|money| money.fen));
        let inside = |side: &Side<'_>| side.once.get(name).map(|money| span.holds(money.at));
        let late = |side: &Side<'_>| {
            let near = side.once.get(name).is_some_and(|money| money.at >= span.until.saturating_sub(LATE));
            near && !carried.contains(name.as_str())
        };
        let missing = |action| if carried.contains(name.as_str()) { Action::Escalate } else { action };
        let (cause, action) = match (inside(&here), inside(&there)) {
            (Some(true), None) if late(&here) => (Cause::Late, Action::Carry),
            (None, Some(true)) if late(&there) => (Cause::Late, Action::Carry),
            (Some(true), None) => (Cause::MissingThere, missing(Action::AskChannel)),
            (None, Some(true)) => (Cause::MissingHere, missing(Action::FindPayment)),
            (Some(true), Some(_)) | (Some(_), Some(true)) if sums.0 != sums.1 => {
                (Cause::AmountDiffers, Action::SettleCash)
            }
            (Some(true), Some(false)) | (Some(false), Some(true)) => (Cause::Late, Action::Note),
            (None | Some(_), None | Some(_)) => continue,
        };
        found.push(finding(pair, name.clone(), cause, action, sums));
    }
    found.extend(agency_and_channel(span, lists, &there));
    found
}

/// A settlement of the agency whose order the channel paid with another sum.
fn agency_and_channel(span: Span, lists: &Lists, channel: &Side<'_>) -> Vec<Finding> {
    let standing = lists.there.iter().filter(|row| row.known == Known::Done && !row.group.refund && span.holds(row.at));
    let disagrees = standing.filter_map(|row| {
        let paid = channel.once.get(row.order.as_ref()?)?;
        (paid.fen != row.sums.cash).then(|| Finding {
            setl_id: row.setl_id.clone(),
            ..finding(
                Pair::AgencyChannel,
                paid.order.clone(),
                Cause::AmountDiffers,
                Action::SettleCash,
                (Some(row.sums.cash), Some(paid.fen)),
            )
        })
    });
    disagrees.collect()
}
