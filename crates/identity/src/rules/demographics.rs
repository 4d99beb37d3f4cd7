//! What is known of a person, when two accounts contradict each other, and how a
//! newer one is taken in.

use super::identifier::{Identifier, Paper};
use kernel::PersonId;
use kernel::coded;

/// Who a person is, as one account or our index says it; empty texts are not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demographics {
    /// As written at home.
    pub name: String,
    /// In Latin letters (pinyin).
    pub name_en: String,
    /// `male`, `female`, `other` or `unknown`.
    pub gender: String,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub birth: String,
    /// The paper shown masked.
    pub document: Option<Identifier>,
    /// Phone number.
    pub phone: String,
    /// The plan in words.
    pub insured: String,
    /// Division code of the plan.
    pub insured_region: String,
    /// One line.
    pub address: String,
    /// Since when dead, microseconds UTC; 0 when the moment is not known.
    pub deceased_at: Option<i64>,
}

/// A person of the index in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Who they are.
    pub known: Demographics,
    /// When they came into the index, microseconds UTC.
    pub created_at: i64,
    /// When something was last changed, microseconds UTC.
    pub updated_at: i64,
    /// Counts changes, from 1.
    pub version: i64,
}

/// What a scan shows of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// Their id.
    pub id: PersonId,
    /// The name with its middle hidden.
    pub name: String,
    /// The name in Latin letters, hidden likewise.
    pub name_en: String,
    /// `male`, `female`, `other` or `unknown`.
    pub gender: String,
    /// `YYYY`, empty when not known.
    pub birth_year: String,
    /// The document's number with its middle hidden, empty when none.
    pub document: String,
    /// The plan in words, empty when nobody else pays.
    pub insured: String,
    /// Division code of the plan.
    pub insured_region: String,
}

/// One of the four codes of gender; anything else is `unknown`.
pub fn gender_code(text: &str) -> &'static str {
    match text {
        "male" => "male",
        "female" => "female",
        "other" => "other",
        _ => "unknown",
    }
}

/// Whether it is a birth date as we keep it: digits in `YYYY[-MM[-DD]]`.
pub fn birth_readable(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    ["0000", "0000-00", "0000-00-00"].contains(&shape.as_str())
}

/// Two dates contradict when neither begins with the other.
fn birth_contradicts(one: &str, other: &str) -> bool {
    !one.starts_with(other) && !other.starts_with(one)
}

fn gender_contradicts(one: &str, other: &str) -> bool {
    let told = |code: &str| code == "male" || code == "female";
    told(one) && told(other) && one != other
}

impl Demographics {
    /// The same with gender and birth date in the forms that are kept.
    #[must_use]
    pub fn tidied(&self) -> Self {
        let mut tidy = self.clone();
        gender_code(&self.gender).clone_into(&mut tidy.gender);
        if !birth_readable(&tidy.birth) {
            tidy.birth.clear();
        }
        tidy
    }

    /// Whether the two cannot be one person: birth date or gender differ where
    /// both are known.
    pub fn contradicts(&self, other: &Self) -> bool {
        birth_contradicts(&self.birth, &other.birth) || gender_contradicts(&self.gender, &other.gender)
    }

    /// What is known after a newer account: what it says replaces what was known,
    /// what it leaves out stays; a less exact birth date and a lesser paper do not
    /// replace better ones.
    #[must_use]
    pub fn after(&self, newer: &Self) -> Self {
        let pick = |old: &String, new: &String| if new.is_empty() { old.clone() } else { new.clone() };
        let gender = if newer.gender == "unknown" { &self.gender } else { &newer.gender };
        let birth = if self.birth.starts_with(&newer.birth) { &self.birth } else { &newer.birth };
        let rank = |paper: &Option<Identifier>| paper.as_ref().map_or((0, Paper::Local), |one| (1, one.paper()));
        let keeps = rank(&self.document) > rank(&newer.document);
        Self {
            name: pick(&self.name, &newer.name),
            name_en: pick(&self.name_en, &newer.name_en),
            gender: gender.clone(),
            birth: birth.clone(),
            document: if keeps { self.document.clone() } else { newer.document.clone() },
            phone: pick(&self.phone, &newer.phone),
            insured: pick(&self.insured, &newer.insured),
            insured_region: pick(&self.insured_region, &newer.insured_region),
            address: pick(&self.address, &newer.address),
            deceased_at: newer.deceased_at.or(self.deceased_at),
        }
    }

    /// What a scan may show.
    pub fn masked(&self, id: PersonId) -> Masked {
        Masked {
            id,
            name: coded::masked_name(&self.name),
            name_en: coded::masked_name(&self.name_en),
            gender: self.gender.clone(),
            birth_year: self.birth.chars().take(4).collect(),
            document: self.document.as_ref().map(|paper| coded::masked(&paper.value)).unwrap_or_default(),
            insured: self.insured.clone(),
            insured_region: self.insured_region.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::identifier::{RESIDENT_ID_SYSTEM, US_SSN_SYSTEM};
    use super::*;

    fn born(birth: &str, gender: &str) -> Demographics {
        Demographics { birth: birth.into(), gender: gender.into(), ..Demographics::default() }.tidied()
    }

    #[test]
    fn people_are_told_apart_by_birth_and_gender() {
        let rows = [
            ("1985-11-18", "female", "1985-11-18", "female", false),
            ("1985-11-18", "female", "1985", "female", false),
            ("1985-11-18", "female", "", "unknown", false),
            ("1985-11-18", "female", "1985-11-19", "female", true),
            ("1985-11-18", "female", "1985-11-18", "male", true),
            ("1985-11-18", "other", "1985-11-18", "male", false),
            ("1985", "", "1986-01", "", true),
        ];
        for (birth, gender, birth_2, gender_2, expected) in rows {
            let (one, two) = (born(birth, gender), born(birth_2, gender_2));
            assert_eq!(one.contradicts(&two), expected, "{birth} {gender} {birth_2} {gender_2}");
            assert_eq!(two.contradicts(&one), expected, "{birth} {gender} {birth_2} {gender_2}");
        }
    }

    #[test]
    fn a_newer_account_adds_and_replaces_but_never_empties() {
        let mut known = born("1985-11-18", "female");
        known.name = "周静怡".into();
        known.phone = "13800000000".into();
        known.document = Some(Identifier::new(RESIDENT_ID_SYSTEM, "11010519491231002X"));
        let mut newer = born("1985", "");
        newer.name = "周静宜".into();
        newer.document = Some(Identifier::new(US_SSN_SYSTEM, "999-12-3456"));
        let after = known.after(&newer);
        assert_eq!((after.name.as_str(), after.phone.as_str()), ("周静宜", "13800000000"));
        assert_eq!((after.birth.as_str(), after.gender.as_str()), ("1985-11-18", "female"));
        assert_eq!(after.document, known.document);
        assert_eq!(after.after(&newer), after);
        assert_eq!(newer.after(&known).document, known.document);
    }

    #[test]
    fn unreadable_dates_are_not_known() {
        assert_eq!(born("18.11.1985", "weiblich"), born("", "unknown"));
        assert_eq!(born("1985-11", "").birth, "1985-11");
    }

    #[test]
    fn a_mask_hides_the_middle() {
        let mut known = born("1985-11-18", "female");
        known.name = "周静怡".into();
        known.document = Some(Identifier::new(RESIDENT_ID_SYSTEM, "11010519491231002X"));
        let masked = known.masked(PersonId(3));
        assert_eq!((masked.name.as_str(), masked.birth_year.as_str()), ("周*怡", "1985"));
        assert_eq!(masked.document, "1101••••••••••002X");
    }
}
