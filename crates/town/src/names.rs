//! Names as they are in China: surnames by how many bear them, given names by the
//! decade and the gender they were given to. All combinations are made up.

mod given;
mod surnames;

use given::{MEN, WOMEN};
use surnames::SURNAMES;

use crate::chance::Chance;
use crate::people::Gender;

/// A Chinese name with its spelling in Latin letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) family: &'static str,
    pub(crate) given: String,
    /// Family name first, as in a passport: "Zhou Jingyi".
    pub(crate) latin: String,
}

/// A name for someone born in this year; an unknown gender is named like a man.
pub(crate) fn name(chance: &mut Chance, gender: Gender, birth_year: i64) -> Name {
    let (family, family_latin) = surname(chance);
    let fashions = if gender == Gender::Female { &WOMEN } else { &MEN };
    let fashion = fashions.iter().find(|one| birth_year <= one.until_year).unwrap_or(&fashions[5]);
    let second_at = chance.place_in(fashion.second.len());
    let second = fashion.second[second_at];
    let mut first = *chance.pick(fashion.first);
    if first.0 == second.0 {
        first = fashion.first[(second_at + 1) % fashion.first.len()];
    }
    let single = chance.percent(fashion.single_percent) || first.0 == second.0;
    let (given, given_latin) = if single {
        (second.0.to_owned(), second.1.to_owned())
    } else {
        ([first.0, second.0].concat(), [first.1, second.1].concat())
    };
    let latin = format!("{family_latin} {}", capital(&given_latin));
    Name { family, given, latin }
}

fn surname(chance: &mut Chance) -> (&'static str, &'static str) {
    let total: u32 = SURNAMES.iter().map(|(_, _, weight)| weight).sum();
    let mut left = chance.below(total);
    for (family, latin, weight) in SURNAMES {
        if left < weight {
            return (family, latin);
        }
        left -= weight;
    }
    (SURNAMES[0].0, SURNAMES[0].1)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Thread;

    #[test]
    fn wang_is_about_twice_as_common_as_chen() {
        let mut chance = Chance::of(5, 5, Thread::Person);
        let names: Vec<Name> = (0..20_000).map(|_| name(&mut chance, Gender::Female, 1985)).collect();
        let share = |family: &str| names.iter().filter(|one| one.family == family).count();
        let (wang, chen) = (share("王"), share("陈"));
        assert!(wang * 10 > chen * 13 && wang < chen * 2, "{wang} {chen}");
        assert!(names.iter().all(|one| (1..=2).contains(&one.given.chars().count())));
    }
}
