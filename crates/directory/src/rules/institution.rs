//! An institution, and what a new one must say.

use crate::Refusal;
use kernel::{Error, InstitutionId};

/// Characters of a code at most.
pub const CODE_MAX: usize = 64;
/// Characters of a name at most.
pub const NAME_MAX: usize = 200;
/// Characters of a region or level at most.
pub const WORD_MAX: usize = 32;

/// An institution as the directory knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Its id.
    pub id: InstitutionId,
    /// The code other systems know it by, unique.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// English name, empty when none.
    pub name_en: String,
    /// Division code such as `990100`, empty when it lies outside.
    pub region: String,
    /// Grade or kind, empty when none.
    pub level: String,
    /// When it was enrolled, microseconds UTC.
    pub created_at: i64,
}

/// What is said of an institution when it is enrolled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewInstitution {
    /// The code other systems know it by; the same code is the same institution.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// English name, may be empty.
    pub name_en: String,
    /// Division code, may be empty.
    pub region: String,
    /// Grade or kind, may be empty.
    pub level: String,
}

impl NewInstitution {
    /// Refuses a missing code or name, one over its limit, blanks in the code and
    /// control characters anywhere; names the field.
    pub fn checked(&self) -> Result<(), Error> {
        let code_ok = !self.code.is_empty() && !self.code.contains(char::is_whitespace);
        let fields = [
            ("code", &self.code, CODE_MAX, code_ok),
            ("name", &self.name, NAME_MAX, !self.name.trim().is_empty()),
            ("name_en", &self.name_en, NAME_MAX, true),
            ("region", &self.region, WORD_MAX, true),
            ("level", &self.level, WORD_MAX, true),
        ];
        for (field, text, max, holds) in fields {
            if !holds || text.chars().count() > max || text.contains(char::is_control) {
                return Err(Refusal::InstitutionInvalid.at(field));
            }
        }
        Ok(())
    }
}

impl Institution {
    /// The name in the asked language; the Chinese one where English is missing.
    pub fn said(&self, english: bool) -> &str {
        if english && !self.name_en.is_empty() { &self.name_en } else { &self.name }
    }

    /// Whether `new` says nothing else than what is known.
    pub fn agrees_with(&self, new: &NewInstitution) -> bool {
        self.code == new.code
            && self.name == new.name
            && self.name_en == new.name_en
            && self.region == new.region
            && self.level == new.level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, name: &str, field: Option<&str>) {
        let new = NewInstitution { code: code.into(), name: name.into(), ..NewInstitution::default() };
        let found = match new.checked() {
            Ok(()) => None,
            Err(Error::Refused(refused)) => refused.field.clone(),
            Err(Error::Fault(fault)) => panic!("{fault}"),
        };
        assert_eq!(found.as_deref(), field, "{code:?} {name:?}");
    }

    #[test]
    fn a_new_institution_says_code_and_name() {
        check("H99010000001", "云州市第一人民医院", None);
        check("", "云州市第一人民医院", Some("code"));
        check("H 1", "云州市第一人民医院", Some("code"));
        check("H1", " ", Some("name"));
        check("H1", "a\nb", Some("name"));
        check(&"x".repeat(65), "一", Some("code"));
        check("H1", &"院".repeat(201), Some("name"));
    }
}
