//! Who lives in the town: gender, age, name, address, papers and cover of the person with a given number.
//! Leaves what happens to them to `life` and `story`.

use crate::calendar::{Day, Moment};
use crate::chance::{Chance, Thread};
use crate::institutions::{LANJIANG, Place, YUNZHOU};
use crate::{id_number, names, story};

/// Administrative gender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// 男.
    Male,
    /// 女.
    Female,
    /// Not established yet.
    Unknown,
}

impl Gender {
    /// The FHIR code: `male`, `female`, `unknown`.
    pub fn key(self) -> &'static str {
        match self {
            Gender::Male => "male",
            Gender::Female => "female",
            Gender::Unknown => "unknown",
        }
    }
}

/// Which paper carries [`Person::id_number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// A resident identity card, eighteen characters.
    ResidentId,
    /// A foreign passport.
    Passport,
    /// No paper: not identified yet.
    None,
}

impl IdKind {
    /// `resident-id`, `passport`, `none`.
    pub fn key(self) -> &'static str {
        match self {
            IdKind::ResidentId => "resident-id",
            IdKind::Passport => "passport",
            IdKind::None => "none",
        }
    }
}

/// Where and how somebody is insured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cover {
    /// Six-digit region of the pooling area.
    pub region: &'static str,
    /// `yunzhou/employee`, `yunzhou/resident`, `lanjiang/employee` or `lanjiang/resident`.
    pub plan: &'static str,
    /// As people say it: "云州市职工医保".
    pub text: &'static str,
}

/// One inhabitant or visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Position in the town, from 0.
    pub index: u32,
    /// Name as written in the person's own papers.
    pub name: String,
    /// Family name, empty when unknown.
    pub family: String,
    /// Given name, empty when unknown.
    pub given: String,
    /// Name in Latin letters, family name first for Chinese names.
    pub name_en: String,
    /// Administrative gender.
    pub gender: Gender,
    /// `YYYY-MM-DD`, where known.
    pub birth_date: Option<String>,
    /// Number of the paper, where there is one; unique in the town.
    pub id_number: Option<String>,
    /// Which paper.
    pub id_kind: IdKind,
    /// Eleven digits that begin with the unassigned 199000.
    pub phone: Option<String>,
    /// Street address, empty when unknown.
    pub address: String,
    /// Six-digit region the person lives in.
    pub region: &'static str,
    /// Cover, where insured in this country.
    pub insured: Option<Cover>,
    /// Key of the institution the person goes to first.
    pub home: &'static str,
}

/// A district or county with the place its people go to first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct County {
    pub(crate) division: &'static str,
    pub(crate) name: &'static str,
    pub(crate) region: &'static str,
    pub(crate) homes: [Place; 2],
    share: u32,
}

/// Districts and counties, with their share of the people in hundredths.
pub(crate) const COUNTIES: [County; 6] = [
    County {
        division: "990102",
        name: "云州市城中区",
        region: YUNZHOU,
        homes: [Place::YunzhouFirst, Place::Beiyuan],
        share: 24,
    },
    County {
        division: "990103",
        name: "云州市东港区",
        region: YUNZHOU,
        homes: [Place::Donggang, Place::Donggang],
        share: 17,
    },
    County {
        division: "990104",
        name: "云州市临湖区",
        region: YUNZHOU,
        homes: [Place::Linhu, Place::Linhu],
        share: 13,
    },
    County {
        division: "990105",
        name: "云州市北苑区",
        region: YUNZHOU,
        homes: [Place::Beiyuan, Place::Beiyuan],
        share: 18,
    },
    County {
        division: "990202",
        name: "澜江市江城区",
        region: LANJIANG,
        homes: [Place::LanjiangTcm, Place::LanjiangTcm],
        share: 16,
    },
    County {
        division: "990221",
        name: "澜江市勐川县",
        region: LANJIANG,
        homes: [Place::Mengchuan, Place::Mengchuan],
        share: 12,
    },
];

/// What a life needs to know about the one who lives it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outline {
    pub(crate) gender: Gender,
    pub(crate) birth: Day,
    pub(crate) age: i64,
    pub(crate) county: &'static County,
    pub(crate) home: Place,
}

/// People per thousand in each band of five years of age, from 0.
const PYRAMID: [u32; 18] = [38, 58, 62, 57, 52, 57, 75, 85, 70, 66, 80, 85, 68, 56, 45, 26, 14, 6];
/// People are dealt to ages in rounds of this many, so that each thousand is a small pyramid.
const ROUND: u32 = 1000;
/// Distinct birth days that one rank within one year of age may take.
const DAYS_PER_RANK: u32 = 18;

/// The outline of a generated person (index after those of the story).
pub(crate) fn outline(seed: u64, index: u32, now: Moment, chance: &mut Chance) -> Outline {
    let offset = u32::try_from(seed % u64::from(ROUND)).expect("less than a thousand");
    let slot = (index % ROUND * 617 + offset) % ROUND;
    let (band, place_in_band) = band_of(slot);
    let age = i64::from(band * 5 + place_in_band % 5);
    let rank = place_in_band / 5;
    let round = index / ROUND;
    // Scattered, not drawn: people who share a sequence must not share a day.
    let scatter = slot.wrapping_mul(2_654_435_761) ^ id_number::lap_rest(round).wrapping_mul(40_503 << 12);
    let draw = ((scatter >> 13) % DAYS_PER_RANK + id_number::lap(round)) % DAYS_PER_RANK;
    // Ranks are 0–16, so ranks, draws and years of age never fall on the same day twice.
    let days = i64::from(rank + 20 * draw);
    let birth = now.day().back(age * 1461 / 4 + days + 1);
    let women_percent = if age >= 75 { 56 } else { 49 };
    let gender = if chance.percent(women_percent) { Gender::Female } else { Gender::Male };
    let county = county(chance);
    let home = *chance.pick(&county.homes);
    Outline { gender, birth, age, county, home }
}

fn band_of(slot: u32) -> (u32, u32) {
    let mut left = slot;
    for (band, people) in (0..).zip(PYRAMID) {
        if left < people {
            return (band, left);
        }
        left -= people;
    }
    (17, left % 5)
}

fn county(chance: &mut Chance) -> &'static County {
    let mut left = chance.below(100);
    for county in &COUNTIES {
        if left < county.share {
            return county;
        }
        left -= county.share;
    }
    &COUNTIES[0]
}

/// The person with this number.
pub(crate) fn person(seed: u64, index: u32, now: Moment) -> Person {
    if let Some(named) = story::person(index, now) {
        return named;
    }
    let mut chance = Chance::of(seed, index, Thread::Person);
    let outline = outline(seed, index, now, &mut chance);
    let name = names::name(&mut chance, outline.gender, outline.birth.civil().0);
    let slot = (index % ROUND * 617) % ROUND;
    let sequence = id_number::sequence(index / ROUND, slot, outline.gender);
    Person {
        index,
        name: [name.family, name.given.as_str()].concat(),
        family: name.family.to_owned(),
        given: name.given,
        name_en: name.latin,
        gender: outline.gender,
        birth_date: Some(outline.birth.text()),
        id_number: Some(id_number::compose(outline.county.division, outline.birth, sequence)),
        id_kind: IdKind::ResidentId,
        phone: Some(phone(index)),
        address: address(&mut chance, outline.county),
        region: outline.county.region,
        insured: Some(cover(&mut chance, &outline)),
        home: outline.home.institution().key,
    }
}

/// A phone number that no operator gives out.
pub(crate) fn phone(index: u32) -> String {
    format!("199000{:05}", index % 100_000)
}

fn address(chance: &mut Chance, county: &County) -> String {
    const STREETS: [&str; 20] = [
        "康宁路",
        "渡口街",
        "望湖路",
        "文昌巷",
        "东港大道",
        "桂花街",
        "青年路",
        "江滨路",
        "北苑路",
        "学府街",
        "茶马街",
        "红旗路",
        "新民街",
        "翠湖南路",
        "建设路",
        "和平里",
        "金碧路",
        "稻香路",
        "龙泉街",
        "朝阳路",
    ];
    let street = chance.pick(&STREETS);
    let number = chance.between(1, 188);
    let building = chance.between(1, 16);
    let floor = chance.between(1, 18);
    let door = chance.between(1, 4);
    format!("{}{street} {number} 号 {building} 幢 {floor}{door:02} 室", county.name)
}

/// The four plans of the two pooling areas.
pub(crate) const COVERS: [Cover; 4] = [
    Cover { region: YUNZHOU, plan: "yunzhou/employee", text: "云州市职工医保" },
    Cover { region: YUNZHOU, plan: "yunzhou/resident", text: "云州市城乡居民医保" },
    Cover { region: LANJIANG, plan: "lanjiang/employee", text: "澜江市职工医保" },
    Cover { region: LANJIANG, plan: "lanjiang/resident", text: "澜江市城乡居民医保" },
];

fn cover(chance: &mut Chance, outline: &Outline) -> Cover {
    // One in twenty is insured in the other city: works here, insured there.
    let at_home = !chance.percent(5);
    let yunzhou = (outline.county.region == YUNZHOU) == at_home;
    let employee_percent = match outline.age {
        0..=21 => 0,
        22..=59 => 58,
        _ => 45,
    };
    let employee = chance.percent(employee_percent);
    COVERS[usize::from(!yunzhou) * 2 + usize::from(!employee)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn now() -> Moment {
        Day::of(2026, 11, 18).at(580)
    }

    #[test]
    fn numbers_are_right_and_unique() {
        let mut seen = BTreeSet::new();
        for index in 0..60_000 {
            let person = person(3, index, now());
            let Some(number) = person.id_number else {
                continue;
            };
            if person.id_kind == IdKind::ResidentId {
                assert!(number.starts_with("99"), "{number}");
                assert_eq!(number.len(), 18);
                assert_eq!(id_number::check_character(&number[..17]), number.chars().last());
                let digit = number.as_bytes()[16] - b'0';
                assert_eq!(digit % 2 == 1, person.gender == Gender::Male, "{number}");
                assert_eq!(person.birth_date.as_deref().unwrap().replace('-', ""), number[6..14]);
            }
            assert!(seen.insert(number), "number of {index} was seen before");
        }
    }

    #[test]
    fn no_number_comes_twice_among_half_a_million() {
        // Numbers differ when birth day and sequence do; checked without composing texts.
        let mut seen = BTreeSet::new();
        for index in 6..500_000 {
            let mut chance = Chance::of(9, index, Thread::Person);
            let outline = outline(9, index, now(), &mut chance);
            let slot = (index % ROUND * 617) % ROUND;
            let sequence = id_number::sequence(index / ROUND, slot, outline.gender);
            assert!(seen.insert((outline.birth, sequence, outline.county.division)), "{index}");
        }
    }

    #[test]
    fn ages_follow_the_pyramid() {
        let ages: Vec<i64> = (6..5006)
            .map(|index| {
                let mut chance = Chance::of(1, index, Thread::Person);
                outline(1, index, now(), &mut chance).age
            })
            .collect();
        let share =
            |low: i64, high: i64| ages.iter().filter(|age| (low..=high).contains(age)).count() * 1000 / ages.len();
        assert!((150..=165).contains(&share(0, 14)), "{}", share(0, 14));
        assert!((140..=155).contains(&share(65, 120)), "{}", share(65, 120));
    }
}
