//! What is shown of a record: entries in lanes, the filter over them, and the
//! addresses that change the filter or open an entry.
//!
//! The drawing ([`super::lanes`]) and the list ([`super::entries`]) read the same
//! [`Timeline`], so they never disagree.

use super::Flag;
use crate::icons::Icon;
use crate::words::Word;
use kernel::time::DAY;

/// A lane of the timeline, in the order they are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Encounters.
    Visits,
    /// Diagnoses and problems, drawn as bars.
    Problems,
    /// Laboratory results and other observations.
    Labs,
    /// Imaging studies and their reports.
    Imaging,
    /// Medication, drawn as bars.
    Medications,
    /// Operations and procedures.
    Procedures,
    /// Immunisations.
    Vaccines,
    /// Documents and everything else.
    Other,
}

impl Lane {
    /// Every lane in drawing order.
    pub const ALL: [Self; 8] = [
        Self::Visits,
        Self::Problems,
        Self::Labs,
        Self::Imaging,
        Self::Medications,
        Self::Procedures,
        Self::Vaccines,
        Self::Other,
    ];

    /// Its word.
    pub const fn word(self) -> Word {
        match self {
            Self::Visits => Word::LaneVisits,
            Self::Problems => Word::LaneProblems,
            Self::Labs => Word::LaneLabs,
            Self::Imaging => Word::LaneImaging,
            Self::Medications => Word::LaneMedications,
            Self::Procedures => Word::LaneProcedures,
            Self::Vaccines => Word::LaneVaccines,
            Self::Other => Word::LaneOther,
        }
    }

    /// Its sign.
    pub const fn icon(self) -> Icon {
        match self {
            Self::Visits => Icon::Visit,
            Self::Problems => Icon::Problem,
            Self::Labs => Icon::Lab,
            Self::Imaging => Icon::Image,
            Self::Medications => Icon::Medication,
            Self::Procedures => Icon::Procedure,
            Self::Vaccines => Icon::Vaccine,
            Self::Other => Icon::Paper,
        }
    }

    /// The value it has in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Visits => "visits",
            Self::Problems => "problems",
            Self::Labs => "labs",
            Self::Imaging => "imaging",
            Self::Medications => "medications",
            Self::Procedures => "procedures",
            Self::Vaccines => "vaccines",
            Self::Other => "other",
        }
    }

    /// Whether its entries last: bars instead of marks.
    pub const fn lasts(self) -> bool {
        matches!(self, Self::Problems | Self::Medications)
    }
}

/// One entry of the record as lanes and list show it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Names the entry in addresses: short, opaque, letters, digits, `-`, `_`, `.`.
    pub key: String,
    /// When it happened or began, microseconds UTC.
    pub at: i64,
    /// When it ended; nothing for a moment, or for what still goes on in a lane that lasts.
    pub until: Option<i64>,
    /// Where it is drawn.
    pub lane: Lane,
    /// What it is: `胸部 CT 平扫`.
    pub title: String,
    /// Its value with unit, if it has one: `7.7 %`.
    pub value: Option<String>,
    /// How the value stands to its range.
    pub flag: Flag,
    /// The institution that supplied it.
    pub institution: String,
    /// Whether that is the reader's own institution.
    pub own: bool,
    /// Where it came from in one line, shown on hovering.
    pub provenance: String,
}

/// Whose entries are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    /// Every institution's.
    #[default]
    All,
    /// The reader's own institution's.
    Own,
    /// Other institutions'.
    Outside,
}

/// How far back is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Span {
    /// 92 days.
    ThreeMonths,
    /// 184 days.
    #[default]
    HalfYear,
    /// Everything the grant opens.
    Earlier,
}

impl Span {
    /// The first instant shown, microseconds UTC; nothing means no lower bound.
    pub const fn since(self, now: i64) -> Option<i64> {
        match self {
            Self::ThreeMonths => Some(now - 92 * DAY),
            Self::HalfYear => Some(now - 184 * DAY),
            Self::Earlier => None,
        }
    }

    /// The value it has in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::ThreeMonths => "3m",
            Self::HalfYear => "half",
            Self::Earlier => "earlier",
        }
    }
}

impl Whose {
    /// The value it has in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Own => "own",
            Self::Outside => "outside",
        }
    }
}

/// What the reader asked to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    /// `whose`: all, own, outside.
    pub whose: Whose,
    /// `span`: 3m, half, earlier.
    pub span: Span,
    /// `kind`: a lane's key; nothing shows all lanes in the list.
    pub kind: Option<Lane>,
}

impl Filter {
    /// Reads the three parameters of an address; unknown values count as absent.
    pub fn read(whose: Option<&str>, span: Option<&str>, kind: Option<&str>) -> Self {
        let whose = [Whose::All, Whose::Own, Whose::Outside].into_iter().find(|known| Some(known.key()) == whose);
        let span =
            [Span::ThreeMonths, Span::HalfYear, Span::Earlier].into_iter().find(|known| Some(known.key()) == span);
        let kind = Lane::ALL.into_iter().find(|known| Some(known.key()) == kind);
        Self { whose: whose.unwrap_or_default(), span: span.unwrap_or_default(), kind }
    }

    fn query(self) -> String {
        let mut pairs = Vec::new();
        if self.whose != Whose::default() {
            pairs.push(format!("whose={}", self.whose.key()));
        }
        if self.span != Span::default() {
            pairs.push(format!("span={}", self.span.key()));
        }
        if let Some(kind) = self.kind {
            pairs.push(format!("kind={}", kind.key()));
        }
        pairs.join("&")
    }
}

/// A person's record as one page shows it.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// Address of the page without filter and selection, `/clinic?person=p0h4`.
    pub path: String,
    /// The entries of the span, every institution's and lane's, newest first.
    pub entries: Vec<Entry>,
    /// The first instant drawn, microseconds UTC.
    pub from: i64,
    /// The last instant drawn: `now`, or earlier when a past half year is shown.
    pub to: i64,
    /// The instant the page shows, microseconds UTC.
    pub now: i64,
    /// What the reader asked to see; the page applies `whose` and `kind` itself.
    pub filter: Filter,
    /// Whether the grant opens more than half a year, so that "earlier" is offered.
    pub earlier_open: bool,
    /// The key of the entry shown beside the list.
    pub selected: Option<String>,
}

impl Timeline {
    /// Entries from the institutions asked for, all lanes: what the lanes draw.
    pub fn drawn(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| match self.filter.whose {
            Whose::All => true,
            Whose::Own => entry.own,
            Whose::Outside => !entry.own,
        })
    }

    /// Entries the list shows: the drawn ones of the kind asked for.
    pub fn listed(&self) -> impl Iterator<Item = &Entry> {
        self.drawn().filter(|entry| self.filter.kind.is_none_or(|kind| kind == entry.lane))
    }

    /// The institutions that supplied drawn entries: own first, then by first appearance.
    pub fn institutions(&self) -> Vec<(&str, bool)> {
        let mut found: Vec<(&str, bool)> = Vec::new();
        for entry in self.drawn() {
            if !found.iter().any(|(name, _)| *name == entry.institution) {
                found.push((&entry.institution, entry.own));
            }
        }
        found.sort_by_key(|(_, own)| !own);
        found
    }

    /// The address of this page under another filter; the selection stays.
    pub fn filtered(&self, filter: Filter) -> String {
        self.address(filter, self.selected.as_deref(), "")
    }

    /// The address that shows an entry beside the list.
    pub fn opening(&self, key: &str) -> String {
        self.address(self.filter, Some(key), "#report")
    }

    /// Path and query of this page as it stands, for the language switch.
    pub fn here(&self) -> String {
        self.address(self.filter, self.selected.as_deref(), "")
    }

    fn address(&self, filter: Filter, entry: Option<&str>, fragment: &str) -> String {
        let query = filter.query();
        let entry = entry.map(|key| format!("entry={key}"));
        let pairs: Vec<String> = [query].into_iter().filter(|query| !query.is_empty()).chain(entry).collect();
        let mark = match (pairs.is_empty(), self.path.contains('?')) {
            (true, _) => "",
            (false, true) => "&",
            (false, false) => "?",
        };
        format!("{}{mark}{}{fragment}", self.path, pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_survive_the_address() {
        let filter = Filter::read(Some("own"), Some("3m"), Some("labs"));
        assert_eq!(filter.query(), "whose=own&span=3m&kind=labs");
        assert_eq!(Filter::read(Some("x"), None, Some("")), Filter::default());
        assert_eq!(Filter::default().query(), "");
    }

    #[test]
    fn addresses_keep_filter_and_selection() {
        let timeline = |path: &str| Timeline {
            path: path.into(),
            entries: Vec::new(),
            from: 0,
            to: 1,
            now: 1,
            filter: Filter { whose: Whose::Own, ..Filter::default() },
            earlier_open: false,
            selected: Some("e1".into()),
        };
        let plain = timeline("/clinic/open/G7");
        assert_eq!(plain.opening("e2"), "/clinic/open/G7?whose=own&entry=e2#report");
        assert_eq!(plain.filtered(Filter::default()), "/clinic/open/G7?entry=e1");
        assert_eq!(timeline("/clinic?person=p1").opening("e2"), "/clinic?person=p1&whose=own&entry=e2#report");
    }
}
