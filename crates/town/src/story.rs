//! The people of the demo's story, who are the same in every town: persons 0 to 5.
//! Their days are counted back from now, so that "seventeen days ago" stays true.

mod amara;
mod guilan;
mod jianguo;
mod jingyi;
mod mingxuan;
mod unknown;

use crate::calendar::{Day, Moment};
use crate::imaging::{Exam, Finding};
use crate::institutions::{Department, Place, YUNZHOU};
use crate::labs::{Analyte, Body, Panel};
use crate::people::{COVERS, Cover, Gender, IdKind, Person, phone};
use crate::visit::{Class, Deed, Visit};

/// How many people the story has; they are the first of the town.
pub(crate) const PEOPLE: u32 = 6;

/// Somebody the demo speaks of.
#[derive(Clone, Debug)]
pub struct Named {
    /// Which person of the town.
    pub index: u32,
    /// Stable key: `jingyi`, `guilan`, `mingxuan`, `jianguo`, `amara`, `unknown`.
    pub key: &'static str,
    /// Name in the person's own script.
    pub name: &'static str,
    /// Name in Latin letters.
    pub name_en: &'static str,
    /// One line of story in Chinese.
    pub story: &'static str,
    /// The same in English.
    pub story_en: &'static str,
    /// People this person cares for or is cared for by: index and relation seen from here, as in FHIR's RoleCode.
    pub kin: &'static [(u32, &'static str)],
}

/// Everybody named, in the order of their indexes.
pub(crate) static NAMED: [Named; 6] = [
    Named {
        index: 0,
        key: "jingyi",
        name: "周静怡",
        name_en: "Zhou Jingyi",
        story: "41 岁 · 职工医保，家庭共济 · 高血压、2 型糖尿病，半年看过五家机构",
        story_en: "41 · employee plan, family account · hypertension and diabetes, five institutions in half a year",
        kin: &[(1, "MTH"), (2, "CHILD")],
    },
    Named {
        index: 1,
        key: "guilan",
        name: "王桂兰",
        name_en: "Wang Guilan",
        story: "72 岁 · 用纸质卡，大字模式 · 静怡的母亲",
        story_en: "72 · paper card, big-type mode · Jingyi's mother",
        kin: &[(0, "DAU")],
    },
    Named {
        index: 2,
        key: "mingxuan",
        name: "周明轩",
        name_en: "Zhou Mingxuan",
        story: "6 岁 · 由监护人代办 · 静怡的儿子",
        story_en: "6 · under guardians · Jingyi's son",
        kin: &[(0, "MTH")],
    },
    Named {
        index: 3,
        key: "jianguo",
        name: "赵建国",
        name_en: "Zhao Jianguo",
        story: "44 岁 · 澜江参保，在云州工作 · 房颤，服华法林",
        story_en: "44 · insured in Lanjiang, works here · atrial fibrillation, on warfarin",
        kin: &[],
    },
    Named {
        index: 4,
        key: "amara",
        name: "Amara Okoye",
        name_en: "Amara Okoye",
        story: "29 岁 · 持护照，自费，用英文",
        story_en: "29 · passport holder, self-pay, English",
        kin: &[],
    },
    Named {
        index: 5,
        key: "unknown",
        name: "T-17-0042",
        name_en: "T-17-0042",
        story: "身份不明 · 17 车组接诊，入院后再合并",
        story_en: "Unknown patient · found by crew 17, merged later",
        kin: &[],
    },
];

/// What the papers of one of them say.
struct Papers {
    family: &'static str,
    given: &'static str,
    gender: Gender,
    age: i64,
    division: &'static str,
    sequence: u32,
    /// Only birth days whose number ends with this check character are taken.
    check: Option<char>,
    address: &'static str,
    region: &'static str,
    insured: Cover,
    home: Place,
}

/// One of the people of the story, if this is one.
pub(crate) fn person(index: u32, now: Moment) -> Option<Person> {
    let named = NAMED.iter().find(|one| one.index == index)?;
    let papers = match named.key {
        "jingyi" => Papers {
            family: "周",
            given: "静怡",
            gender: Gender::Female,
            age: 41,
            division: "990102",
            sequence: 2,
            check: Some('8'),
            address: "云州市城中区渡口街 21 号 3 幢 1102 室",
            region: YUNZHOU,
            insured: COVERS[0],
            home: Place::YunzhouFirst,
        },
        "guilan" => Papers {
            family: "王",
            given: "桂兰",
            gender: Gender::Female,
            age: 72,
            division: "990105",
            sequence: 4,
            check: None,
            address: "云州市北苑区北苑路 8 号 5 幢 201 室",
            region: YUNZHOU,
            insured: COVERS[1],
            home: Place::Beiyuan,
        },
        "mingxuan" => Papers {
            family: "周",
            given: "明轩",
            gender: Gender::Male,
            age: 6,
            division: "990102",
            sequence: 3,
            check: None,
            address: "云州市城中区渡口街 21 号 3 幢 1102 室",
            region: YUNZHOU,
            insured: COVERS[1],
            home: Place::YunzhouFirst,
        },
        "jianguo" => Papers {
            family: "赵",
            given: "建国",
            gender: Gender::Male,
            age: 44,
            division: "990202",
            sequence: 5,
            check: None,
            address: "云州市东港区东港大道 66 号 9 幢 803 室",
            region: YUNZHOU,
            insured: COVERS[2],
            home: Place::LanjiangTcm,
        },
        "amara" => return Some(amara::person(named, now)),
        _ => return Some(unknown::person(named)),
    };
    Some(with_papers(named, &papers, now))
}

fn with_papers(named: &Named, papers: &Papers, now: Moment) -> Person {
    let (birth, number) = birth_and_number(papers, now.day());
    Person {
        index: named.index,
        name: named.name.to_owned(),
        family: papers.family.to_owned(),
        given: papers.given.to_owned(),
        name_en: named.name_en.to_owned(),
        gender: papers.gender,
        birth_date: Some(birth.text()),
        id_number: Some(number),
        id_kind: IdKind::ResidentId,
        phone: Some(phone(named.index)),
        address: papers.address.to_owned(),
        region: papers.region,
        insured: Some(papers.insured),
        home: papers.home.institution().key,
    }
}

/// A birth day at the right age, some months after the last birthday.
fn birth_and_number(papers: &Papers, today: Day) -> (Day, String) {
    // Different months for different people.
    let since_birthday = 100 + i64::from(papers.sequence) * 37;
    let year_ago = today.back(papers.age * 1461 / 4 + since_birthday);
    let candidate = |days: i64| {
        let birth = year_ago.back(days);
        (birth, crate::id_number::compose(papers.division, birth, papers.sequence))
    };
    (0..60)
        .map(candidate)
        .find(|(_, number)| papers.check.is_none_or(|check| number.ends_with(check)))
        .unwrap_or_else(|| candidate(0))
}

/// The visits of one of the people of the story, in order, none begun after now.
pub(crate) fn visits(index: u32, now: Moment) -> Option<Vec<Visit>> {
    let diary = Diary { now, today: now.day() };
    let mut visits = match index {
        0 => jingyi::visits(&diary),
        1 => guilan::visits(&diary),
        2 => mingxuan::visits(&diary),
        3 => jianguo::visits(&diary),
        4 => amara::visits(&diary),
        5 => unknown::visits(&diary),
        _ => return None,
    };
    crate::visit::in_order(&mut visits, now);
    Some(visits)
}

/// Days and hours of the story, counted back from now.
struct Diary {
    now: Moment,
    today: Day,
}

/// Where and when a visit of the story takes place.
struct Appointment {
    days_ago: i64,
    /// Hour and minute.
    at: (i64, i64),
    place: Place,
    department: Department,
    class: Class,
    minutes: i64,
    doctor: &'static str,
}

impl Diary {
    fn visit(&self, when: &Appointment, reason: &'static str) -> Visit {
        let start = self.today.back(when.days_ago).at(when.at.0 * 60 + when.at.1);
        let mut visit = Visit::new(when.place, when.department, when.class, start, when.minutes, reason);
        if !when.doctor.is_empty() {
            visit.doctor = when.doctor;
        }
        visit
    }
}

const fn clinic(days_ago: i64, at: (i64, i64), place: Place, department: Department) -> Appointment {
    Appointment { days_ago, at, place, department, class: Class::Ambulatory, minutes: 15, doctor: "" }
}

const fn emergency(days_ago: i64, at: (i64, i64), place: Place, minutes: i64) -> Appointment {
    Appointment { days_ago, at, place, department: Department::Emergency, class: Class::Emergency, minutes, doctor: "" }
}

/// Adds a laboratory report with these values; what is not named is at its usual value.
fn labs(visit: &mut Visit, minutes: i64, panel: &'static Panel, body: Body, values: &[(&'static Analyte, i64)]) {
    let readings = panel.exactly(body, values);
    let reported = visit.start.plus(minutes + panel.minutes);
    visit.act(minutes, Deed::Labs { panel, readings, reported, note: "" });
}

/// Adds an examination reported as long after as usual.
fn exam(visit: &mut Visit, minutes: i64, exam: &'static Exam, finding: &'static Finding) {
    let reported = visit.start.plus(minutes + exam.minutes);
    visit.act(minutes, Deed::Exam { exam, finding, reported, signed: None });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jingyi_keeps_her_number_and_her_age_in_any_year() {
        for year in 2026..2046 {
            let now = Day::of(year, 11, 18).at(580);
            let jingyi = person(0, now).unwrap();
            let number = jingyi.id_number.unwrap();
            assert!(number.starts_with("9901") && number.ends_with("0028"), "{number}");
            let birth = jingyi.birth_date.unwrap();
            let born: i64 = birth[..4].parse().unwrap();
            let passed = birth[5..] <= *"11-18";
            assert_eq!(year - born - i64::from(!passed), 41, "{birth}");
        }
    }
}
