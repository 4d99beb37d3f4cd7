//! Identifiers: which lead to one person everywhere, which only inside the
//! institution that gave them.

use kernel::InstitutionId;
use kernel::coded::resident_id_holds;

/// Resident identity numbers (居民身份证), GB 11643.
pub const RESIDENT_ID_SYSTEM: &str = "urn:oid:2.16.156.10011.1.3";
/// Numbers of the resident health card (居民健康卡), WS/T 482.
pub const HEALTH_CARD_SYSTEM: &str = "urn:oid:2.16.156.10011.1.19";
/// How the systems of passports begin; the country's three letters follow.
pub const PASSPORT_SYSTEM: &str = "http://hl7.org/fhir/sid/passport";
/// Social security numbers of the United States.
pub const US_SSN_SYSTEM: &str = "http://hl7.org/fhir/sid/us-ssn";
/// An institution's own name for a resource: the value is `Patient/<its id>`.
pub const SOURCE_SYSTEM: &str = "urn:yima:source";

/// Identifiers of one person in one account at most.
pub const IDENTIFIERS_MAX: usize = 64;
/// Shorter national numbers are fillers such as `0000`.
const NATIONAL_LEN_MIN: usize = 5;

/// An identifier as somebody tells it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identifier {
    /// Who gave it, a URI.
    pub system: String,
    /// The value.
    pub value: String,
}

/// How good a paper is for telling a person from others; the best is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paper {
    /// A number inside one institution.
    Local,
    /// A social security number.
    SocialSecurity,
    /// A health card.
    HealthCard,
    /// A passport.
    Passport,
    /// A resident identity number with a true check character.
    ResidentId,
}

impl Identifier {
    /// An identifier of a system.
    pub fn new(system: impl Into<String>, value: impl Into<String>) -> Self {
        Self { system: system.into(), value: value.into() }
    }

    /// An institution's own name for a patient.
    pub fn source(patient_id: &str) -> Self {
        Self::new(SOURCE_SYSTEM, format!("Patient/{patient_id}"))
    }

    /// Reads `system|value`; nothing when either is empty.
    pub fn parse(text: &str) -> Option<Self> {
        let (system, value) = text.split_once('|')?;
        let one = Self::new(system.trim(), value.trim());
        (!one.system.is_empty() && !one.value.is_empty()).then_some(one)
    }

    /// What kind of paper it is. A resident number with a wrong check character
    /// and a filler such as `00000` are only as good as a local number, so that a
    /// typing error never links two people.
    pub fn paper(&self) -> Paper {
        let paper = match self.system.as_str() {
            RESIDENT_ID_SYSTEM => Paper::ResidentId,
            HEALTH_CARD_SYSTEM => Paper::HealthCard,
            US_SSN_SYSTEM => Paper::SocialSecurity,
            system if system.starts_with(PASSPORT_SYSTEM) => Paper::Passport,
            _ => return Paper::Local,
        };
        let value = self.normal_national();
        let all_same = value.bytes().all(|byte| Some(byte) == value.bytes().next());
        if value.len() < NATIONAL_LEN_MIN || all_same || (paper == Paper::ResidentId && !resident_id_holds(&value)) {
            return Paper::Local;
        }
        paper
    }

    /// Whether it leads to one person whoever tells it.
    pub fn global(&self) -> bool {
        self.paper() != Paper::Local
    }

    /// Whether it can lead to anybody at all.
    pub fn usable(&self) -> bool {
        !self.value.trim().is_empty()
    }

    /// A national number without the ways of writing it: capital letters, no
    /// blanks, no hyphens.
    fn normal_national(&self) -> String {
        let kept = self.value.chars().filter(|c| !c.is_whitespace() && *c != '-');
        kept.map(|c| c.to_ascii_uppercase()).collect()
    }

    /// The text that is digested: `system|value` for national numbers, with the
    /// institution in front for all others.
    pub fn canonical(&self, institution: InstitutionId) -> String {
        if self.global() {
            format!("{}|{}", self.system, self.normal_national())
        } else {
            format!("{}|{}|{}", institution.0, self.system, self.value.trim())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(system: &str, value: &str, paper: Paper, canonical: &str) {
        let one = Identifier::new(system, value);
        assert_eq!(one.paper(), paper, "{system}|{value}");
        assert_eq!(one.canonical(InstitutionId(7)), canonical, "{system}|{value}");
    }

    #[test]
    fn national_numbers_are_one_however_written() {
        check(
            RESIDENT_ID_SYSTEM,
            " 11010519491231002x",
            Paper::ResidentId,
            "urn:oid:2.16.156.10011.1.3|11010519491231002X",
        );
        check(US_SSN_SYSTEM, "999-12-3456", Paper::SocialSecurity, "http://hl7.org/fhir/sid/us-ssn|999123456");
        check(
            "http://hl7.org/fhir/sid/passport-NGA",
            "a0123 4567",
            Paper::Passport,
            "http://hl7.org/fhir/sid/passport-NGA|A01234567",
        );
    }

    #[test]
    fn local_and_doubtful_numbers_stay_inside_their_institution() {
        check("urn:h1:mrn", "0042 ", Paper::Local, "7|urn:h1:mrn|0042");
        check(
            RESIDENT_ID_SYSTEM,
            "110105194912310021",
            Paper::Local,
            "7|urn:oid:2.16.156.10011.1.3|110105194912310021",
        );
        check(US_SSN_SYSTEM, "000-00-0000", Paper::Local, "7|http://hl7.org/fhir/sid/us-ssn|000-00-0000");
        check(US_SSN_SYSTEM, "12", Paper::Local, "7|http://hl7.org/fhir/sid/us-ssn|12");
        assert_eq!(Identifier::source("p1").canonical(InstitutionId(7)), "7|urn:yima:source|Patient/p1");
    }

    #[test]
    fn text_is_split_at_the_first_bar() {
        assert_eq!(Identifier::parse("urn:a|b|c"), Some(Identifier::new("urn:a", "b|c")));
        assert_eq!(Identifier::parse("urn:a"), None);
        assert_eq!(Identifier::parse("|b"), None);
        assert_eq!(Identifier::parse("urn:a| "), None);
    }
}
