//! From events of the trail to lines a citizen can read. What one person read in
//! one go stands on one line that names everything; nothing is left out.

use crate::kinds::kind_word;
use crate::looks::pages::{Basis, Look as Line};
use crate::phone::open::who;
use fhir::ResourceType;
use kernel::purpose::{OWN_AFFAIRS, OWN_RECORD};
use kernel::time::MINUTE;
use kernel::{ActorId, EventName, GrantId, InstitutionId, Purpose};
use web::words::{Lang, Word};

/// Looks of one actor that follow each other within this are one line.
const TOGETHER: i64 = 10 * MINUTE;

/// An event of the trail, as far as telling needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// When, microseconds UTC.
    pub at: i64,
    /// The event's number.
    pub name: i64,
    /// Who; 0 for the node itself.
    pub actor: ActorId,
    /// Their name, may be empty.
    pub actor_name: String,
    /// Their department or room, may be empty.
    pub actor_place: String,
    /// For which institution; 0 for none.
    pub institution: InstitutionId,
    /// Under which leave; 0 for none.
    pub grant: GrantId,
    /// Five digits, or empty.
    pub purpose: String,
    /// What was looked at, as the verb wrote it.
    pub object: String,
}

/// What telling needs beside the events.
pub struct Telling<'a> {
    /// The language to tell in.
    pub lang: Lang,
    /// The citizen, as actor.
    pub own: ActorId,
    /// The name of an institution.
    pub institution: &'a dyn Fn(InstitutionId) -> String,
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// Something of the record was read.
    Read,
    /// The code was scanned, leave was given.
    Scan,
    /// Anything else, by its event.
    Other(i64),
}

fn is(code: i64, event: &EventName) -> bool {
    code == event.code
}

fn deed(look: &Trace) -> Deed {
    match look.name {
        code if is(code, &records::VIEWED) || is(code, &records::TIMELINE) || is(code, &records::SEARCHED) => {
            Deed::Read
        }
        code if is(code, &credentials::SCANNED) || is(code, &access::GRANTED) => Deed::Scan,
        code => Deed::Other(code),
    }
}

/// Whether `look` (older) continues the line of `first`.
fn together(first: &Trace, look: &Trace) -> bool {
    let (one, other) = (first, look);
    let same_leave = deed(first) == Deed::Scan || one.grant == other.grant;
    deed(first) == deed(look)
        && matches!(deed(first), Deed::Read | Deed::Scan)
        && one.actor == other.actor
        && one.institution == other.institution
        && one.purpose == other.purpose
        && same_leave
        && one.at - other.at < TOGETHER
}

/// The lines of a page, newest first.
pub fn told(looks: &[Trace], telling: &Telling<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut rest = looks;
    while let Some(first) = rest.first() {
        let many = rest.iter().take_while(|look| together(first, look)).count().max(1);
        let (these, after) = rest.split_at(many);
        lines.push(line(first, these, telling));
        rest = after;
    }
    lines
}

fn line(first: &Trace, these: &[Trace], telling: &Telling<'_>) -> Line {
    let lang = telling.lang;
    let institution =
        if first.institution == InstitutionId(0) { String::new() } else { (telling.institution)(first.institution) };
    let who = match first.actor_name.as_str() {
        _ if first.actor == telling.own => lang[Word::BasisSelf].to_owned(),
        "" if institution.is_empty() => lang[Word::Yima].to_owned(),
        "" => institution.clone(),
        name => who(name, &first.actor_place),
    };
    let purpose = Purpose::known(&first.purpose).map_or("", |purpose| match lang {
        Lang::Zh => purpose.zh,
        Lang::En => purpose.en,
    });
    let (did, what) = what(these, lang);
    Line { at: first.at, who, institution, did, what, purpose: purpose.to_owned(), basis: basis(first, telling) }
}

fn basis(look: &Trace, telling: &Telling<'_>) -> Basis {
    match look.name {
        _ if look.actor == telling.own || look.purpose == OWN_AFFAIRS.code => Basis::Myself,
        _ if look.purpose == OWN_RECORD.code => Basis::OwnInstitution,
        code if is(code, &identity::FOUND) => Basis::Other(telling.lang[Word::BasisDocument].to_owned()),
        code if is(code, &credentials::SHOWN) || is(code, &credentials::ISSUED) => {
            Basis::Other(telling.lang[Word::BasisDesk].to_owned())
        }
        _ => Basis::Scan,
    }
}

/// What was done and what was seen on a line, oldest first.
fn what(these: &[Trace], lang: Lang) -> (String, String) {
    let mut seen = Seen::default();
    for look in these.iter().rev() {
        let object = look.object.as_str();
        match look.name {
            code if is(code, &records::TIMELINE) => seen.timeline = seen.timeline.max(counted(object)),
            code if is(code, &records::SEARCHED) => {
                let (kind, count) = object.split_once(':').unwrap_or((object, ""));
                seen.searched(kind, counted(count).unwrap_or(0));
            }
            code if is(code, &records::VIEWED) => seen.opened(object.split('/').next().unwrap_or_default()),
            code => seen.words.push(other(code)),
        }
    }
    seen.words.dedup();
    let did: Vec<String> = seen.words.iter().map(|word| lang[*word].to_owned()).collect();
    let mut parts = Vec::new();
    parts.extend(seen.timeline.map(|count| lang.fill(Word::LookTimeline, &[&count.to_string()])));
    let named = |kinds: &[(Word, u64)]| -> Vec<String> {
        kinds.iter().map(|(word, count)| lang.fill(Word::LaneCount, &[&lang[*word], &count.to_string()])).collect()
    };
    parts.extend(named(&seen.searched));
    let opened = joined(lang, named(&seen.opened));
    if !opened.is_empty() {
        parts.push(lang.fill(Word::LookOpened, &[&opened]));
    }
    (joined(lang, did), joined(lang, parts))
}

fn joined(lang: Lang, parts: Vec<String>) -> String {
    parts.into_iter().reduce(|one, other| lang.fill(Word::And, &[&one, &other])).unwrap_or_default()
}

/// The number a text begins with.
fn counted(text: &str) -> Option<u64> {
    text.trim().split(' ').next()?.parse().ok()
}

#[derive(Default)]
struct Seen {
    words: Vec<Word>,
    timeline: Option<u64>,
    searched: Vec<(Word, u64)>,
    opened: Vec<(Word, u64)>,
}

impl Seen {
    /// The same search again shows the same entries again.
    fn searched(&mut self, kind: &str, count: u64) {
        let word = seen_word(kind);
        match self.searched.iter_mut().find(|(known, _)| *known == word) {
            Some((_, most)) => *most = count.max(*most),
            None => self.searched.push((word, count)),
        }
    }

    fn opened(&mut self, kind: &str) {
        let word = seen_word(kind);
        match self.opened.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => self.opened.push((word, 1)),
        }
    }
}

fn other(code: i64) -> Word {
    match code {
        code if is(code, &credentials::SCANNED) => Word::LookScanned,
        code if is(code, &access::GRANTED) => Word::LookGranted,
        code if is(code, &access::ENDED) => Word::LookEnded,
        code if is(code, &identity::FOUND) => Word::LookIdentified,
        code if is(code, &credentials::ACCEPTED_OFFLINE) => Word::LookOffline,
        code if is(code, &credentials::SHOWN) => Word::LookCodeShown,
        code if is(code, &credentials::ISSUED) => Word::LookCardIssued,
        _ => Word::LookOther,
    }
}

/// What a kind of resource, or the whole record, is called.
fn seen_word(kind: &str) -> Word {
    if kind == "$everything" { Word::KindEverything } else { kind_word(ResourceType::from_name(kind)) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Lin of institution 1 did something under grant 9.
    pub(crate) fn trace(event: &EventName, at: i64, object: &str) -> Trace {
        Trace {
            at,
            name: event.code,
            actor: ActorId(5),
            actor_name: "林若衡".into(),
            actor_place: "心内科".into(),
            institution: InstitutionId(1),
            grant: GrantId(9),
            purpose: "01201".into(),
            object: object.into(),
        }
    }

    fn tell(traces: &[Trace], lang: Lang) -> Vec<Line> {
        let institution = |id: InstitutionId| format!("第 {} 医院", id.0);
        told(traces, &Telling { lang, own: ActorId(77), institution: &institution })
    }

    #[test]
    fn one_visit_is_two_lines_that_name_everything() {
        let scanned = Trace { grant: GrantId(0), ..trace(&credentials::SCANNED, 10, "s1") };
        let traces = [
            trace(&records::VIEWED, 900, "Observation/p1.e1"),
            trace(&records::VIEWED, 800, "Observation/p1.e2"),
            trace(&records::TIMELINE, 700, "62 lines"),
            trace(&records::SEARCHED, 600, "Condition: 5 entries"),
            trace(&records::SEARCHED, 500, "AllergyIntolerance: 1 entries"),
            trace(&records::TIMELINE, 400, "62 lines"),
            trace(&access::GRANTED, 10, ""),
            scanned,
        ];
        let lines = tell(&traces, Lang::Zh);
        let said = |line: &Line| format!("{}{}", line.did, line.what);
        let told: Vec<(&str, String)> = lines.iter().map(|line| (line.who.as_str(), said(line))).collect();
        assert_eq!(
            told,
            [
                ("林若衡 · 心内科", "时间轴 62 条、过敏 1 条、诊断 5 条、打开 检验 2 条".to_owned()),
                ("林若衡 · 心内科", "扫了您的码、得到查看许可".to_owned()),
            ]
        );
        assert!(lines.iter().all(|line| line.basis == Basis::Scan && line.purpose == "诊间"));
        assert_eq!(lines[0].institution, "第 1 医院");
        assert_eq!(tell(&traces, Lang::En)[1].did, "scanned your code, was given leave to look");
    }

    #[test]
    fn others_and_later_looks_stand_apart() {
        let mut other = trace(&records::VIEWED, 3 * MINUTE, "Patient/p1");
        other.actor = ActorId(6);
        let traces = [
            trace(&records::VIEWED, 20 * MINUTE, "Encounter/p1.e1/_history"),
            trace(&records::VIEWED, 4 * MINUTE, "Nonsense"),
            other,
        ];
        let whats: Vec<String> = tell(&traces, Lang::Zh).into_iter().map(|line| line.what).collect();
        assert_eq!(whats, ["打开 就诊 1 条", "打开 其他 1 条", "打开 基本信息 1 条"]);
    }

    #[test]
    fn basis_and_names_of_the_rest() {
        let own = Trace { actor: ActorId(77), purpose: "90001".into(), ..trace(&records::TIMELINE, 5, "x") };
        let supplier = Trace {
            actor_name: String::new(),
            purpose: "90002".into(),
            grant: GrantId(0),
            ..trace(&records::SEARCHED, 4, "$everything: 40 entries")
        };
        let found = Trace { purpose: String::new(), ..trace(&identity::FOUND, 3, "") };
        let node = Trace {
            actor: ActorId(0),
            actor_name: String::new(),
            institution: InstitutionId(0),
            ..trace(&access::ENDED, 2, "")
        };
        let offline = Trace { grant: GrantId(0), ..trace(&credentials::ACCEPTED_OFFLINE, 2, "") };
        assert_eq!(tell(&[offline], Lang::Zh)[0].did, "没有网络时核对了您的码");
        let unknown = EventName { code: 9_999, name: "x", says: "x", look: true };
        let lines = tell(&[own, supplier, found, node, trace(&unknown, 1, "")], Lang::En);
        let said = |line: &Line| format!("{}{}", line.did, line.what);
        let lines: Vec<(&str, String, &Basis)> =
            lines.iter().map(|line| (line.who.as_str(), said(line), &line.basis)).collect();
        let told: Vec<(&str, &str, &Basis)> =
            lines.iter().map(|(who, said, basis)| (*who, said.as_str(), *basis)).collect();
        assert_eq!(
            told,
            [
                ("Myself", "", &Basis::Myself),
                ("第 1 医院", "the whole record 40", &Basis::OwnInstitution),
                (
                    "林若衡 · 心内科",
                    "found you by a document number; particulars were hidden",
                    &Basis::Other("Document".into())
                ),
                ("Yima", "ended the leave to look", &Basis::Scan),
                ("林若衡 · 心内科", "another look", &Basis::Scan),
            ]
        );
    }
}
