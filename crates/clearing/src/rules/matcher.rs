//! The three-way day-end match: hospital's journal, agency's settlements, channel's
//! statement. It names the cause of each difference and what is done about it
//! (insurance.md §5.7). Pure: the same lists in any order give the same report.

use super::money;
use super::row::{Action, Cause, Finding, Known, Lists, Pair, Report, Row, Span, Sums, Total};
use kernel::time::MINUTE;
use std::collections::{BTreeMap, BTreeSet};

/// What was made so shortly before midnight may still come on the other side.
pub const LATE: i64 = 30 * MINUTE;

/// One side's rows: those that count by message, those that do not count, and
/// what takes what back.
struct Side<'a> {
    done: BTreeMap<&'a str, &'a Row>,
    undone: BTreeMap<&'a str, Known>,
    /// Message → the message that takes it back.
    undone_by: BTreeMap<&'a str, &'a str>,
    twice: Vec<&'a Row>,
}

impl<'a> Side<'a> {
    fn of(rows: &'a [Row]) -> Self {
        let mut side =
            Self { done: BTreeMap::new(), undone: BTreeMap::new(), undone_by: BTreeMap::new(), twice: Vec::new() };
        let mut settlements: BTreeSet<(&str, bool)> = BTreeSet::new();
        // The order of the lists says nothing: the earlier row is the first.
        let mut sorted: Vec<&Row> = rows.iter().collect();
        sorted.sort_by_key(|row| (&row.msgid, row.at, row.sums.medfee, row.sums.fund, row.sums.account, row.sums.cash));
        for row in sorted {
            if row.known != Known::Done {
                side.undone.insert(&row.msgid, row.known);
                continue;
            }
            let again = side.done.contains_key(row.msgid.as_str())
                || (!row.setl_id.is_empty() && !settlements.insert((&row.setl_id, row.group.refund)));
            if again {
                side.twice.push(row);
                continue;
            }
            if let Some(first) = &row.undoes {
                side.undone_by.insert(first, &row.msgid);
            }
            side.done.insert(&row.msgid, row);
        }
        side
    }
}

struct Matching<'a> {
    span: Span,
    carried: BTreeSet<&'a str>,
    findings: Vec<Finding>,
}

/// Compares the lists of one institution for one span.
pub fn compare(span: Span, lists: &Lists) -> Report {
    let (here, there) = (Side::of(&lists.here), Side::of(&lists.there));
    let carried = lists.carried.iter().map(String::as_str).collect();
    let mut matching = Matching { span, carried, findings: Vec::new() };
    for (rows, cause) in [(&here.twice, Cause::DuplicateHere), (&there.twice, Cause::DuplicateThere)] {
        for row in rows.iter().filter(|row| span.holds(row.at)) {
            matching.add(row, cause, Action::DropSecond, (cause == Cause::DuplicateHere).then_some(()));
        }
    }
    let keys: BTreeSet<&str> = here.done.keys().chain(there.done.keys()).copied().collect();
    for key in keys {
        match (here.done.get(key), there.done.get(key)) {
            (Some(ours), Some(theirs)) => matching.both(ours, theirs),
            (Some(ours), None) => matching.only_here(ours, &here, &there),
            (None, Some(theirs)) => matching.only_there(theirs, &here, &there),
            (None, None) => {}
        }
    }
    let mut findings = matching.findings;
    findings.extend(money::compare(span, lists));
    findings.sort_by(|one, other| (one.pair, one.cause, &one.key).cmp(&(other.pair, other.cause, &other.key)));
    Report { totals: totals(span, lists), findings }
}

impl Matching<'_> {
    fn add(&mut self, row: &Row, cause: Cause, action: Action, ours: Option<()>) {
        let (here, there) = if ours.is_some() { (Some(row.sums), None) } else { (None, Some(row.sums)) };
        self.findings.push(Finding {
            pair: Pair::HospitalAgency,
            key: row.msgid.clone(),
            setl_id: row.setl_id.clone(),
            cause,
            action,
            here,
            there,
        });
    }

    fn both(&mut self, ours: &Row, theirs: &Row) {
        let inside = (self.span.holds(ours.at), self.span.holds(theirs.at));
        let (cause, action) = match inside {
            (false, false) => return,
            _ if ours.sums != theirs.sums => {
                let split = (ours.sums.medfee, ours.sums.fund, ours.sums.account)
                    == (theirs.sums.medfee, theirs.sums.fund, theirs.sums.account);
                (Cause::AmountDiffers, if split { Action::SettleCash } else { Action::CorrectHere })
            }
            _ if ours.group != theirs.group => (Cause::GroupDiffers, Action::CorrectHere),
            (true, true) => return,
            (true, false) | (false, true) => (Cause::Late, Action::Note),
        };
        self.findings.push(Finding {
            pair: Pair::HospitalAgency,
            key: ours.msgid.clone(),
            setl_id: theirs.setl_id.clone(),
            cause,
            action,
            here: Some(ours.sums),
            there: Some(theirs.sums),
        });
    }

    /// Whether it is so near to midnight that the other side may have it tomorrow.
    fn may_come(&self, row: &Row) -> bool {
        row.at >= self.span.until.saturating_sub(LATE) && !self.carried.contains(row.msgid.as_str())
    }

    fn missing(&self, row: &Row, action: Action) -> Action {
        if self.carried.contains(row.msgid.as_str()) { Action::Escalate } else { action }
    }

    fn only_here(&mut self, row: &Row, here: &Side<'_>, there: &Side<'_>) {
        if !self.span.holds(row.at) {
            return;
        }
        if let Some(first) = row.undoes.as_deref() {
            // A taking back. Its settlement stands on both sides, here only, or nowhere.
            if there.done.contains_key(first) && self.may_come(row) {
                self.add(row, Cause::Late, Action::Carry, Some(()));
            } else if there.done.contains_key(first) {
                self.add(row, Cause::ReversedHere, self.missing(row, Action::SendReversal), Some(()));
            } else if !here.done.contains_key(first) {
                self.add(row, Cause::MissingThere, Action::AskAgain, Some(()));
            }
            return;
        }
        if here.undone_by.contains_key(row.msgid.as_str()) {
            self.add(row, Cause::NetZero, Action::Note, Some(()));
        } else if self.may_come(row) {
            self.add(row, Cause::Late, Action::Carry, Some(()));
        } else {
            self.add(row, Cause::MissingThere, self.missing(row, Action::AskAgain), Some(()));
        }
    }

    fn only_there(&mut self, row: &Row, here: &Side<'_>, there: &Side<'_>) {
        if !self.span.holds(row.at) {
            return;
        }
        if let Some(first) = row.undoes.as_deref() {
            if here.done.contains_key(first) && self.may_come(row) {
                self.add(row, Cause::Late, Action::Carry, None);
            } else if here.done.contains_key(first) {
                self.add(row, Cause::ReversedThere, self.missing(row, Action::AdoptReversal), None);
            } else if !there.done.contains_key(first) {
                self.add(row, Cause::MissingHere, Action::Reverse, None);
            }
            return;
        }
        let known = here.undone.contains_key(row.msgid.as_str());
        if there.undone_by.contains_key(row.msgid.as_str()) {
            self.add(row, Cause::NetZero, Action::Note, None);
        } else if known {
            self.add(row, Cause::MissingHere, self.missing(row, Action::AdoptOrCancel), None);
        } else if self.may_come(row) {
            self.add(row, Cause::Late, Action::Carry, None);
        } else {
            self.add(row, Cause::MissingHere, self.missing(row, Action::Reverse), None);
        }
    }
}

/// Totals of everything that each side counts in the span.
fn totals(span: Span, lists: &Lists) -> Vec<Total> {
    let mut groups: BTreeMap<_, [(i64, Option<Sums>); 2]> = BTreeMap::new();
    for (side, rows) in [(0, &lists.here), (1, &lists.there)] {
        for row in rows.iter().filter(|row| row.known == Known::Done && span.holds(row.at)) {
            let slots = groups.entry(&row.group).or_insert([(0, Some(Sums::default())); 2]);
            if let Some((count, sums)) = slots.get_mut(side) {
                *count = count.saturating_add(1);
                *sums = sums.and_then(|sums| sums.plus(row.sums));
            }
        }
    }
    groups
        .into_iter()
        .map(|(group, [(here_rows, here), (there_rows, there)])| {
            let result = match (here, there) {
                (Some(here), Some(there)) if here_rows == there_rows && here == there => "000000",
                _ if there_rows > here_rows => "000101",
                _ if here_rows > there_rows => "000102",
                _ => "000103",
            };
            Total {
                group: group.clone(),
                here_rows,
                here: here.unwrap_or_default(),
                there_rows,
                there: there.unwrap_or_default(),
                result: result.to_owned(),
            }
        })
        .collect()
}
