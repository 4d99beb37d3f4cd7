//! What the demo hands its first page: whom a visitor can be, and how far the
//! town has moved in.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use web::words::Lang;

/// From this age on the phone opens in large type.
const LARGE_TYPE_AGE: i64 = 65;

/// Somebody a visitor of the demo can be.
#[derive(Clone)]
pub struct Part {
    /// Short name for addresses, `jingyi`.
    pub key: String,
    /// The name.
    pub name: String,
    /// The name in Latin letters.
    pub name_en: String,
    /// One line about them, Chinese.
    pub story: String,
    /// The same in English.
    pub story_en: String,
    /// Whole years, if known.
    pub age: Option<i64>,
    /// A bearer token that signs them in.
    pub token: String,
    /// Whether it is a citizen with a phone; else somebody with a desk.
    pub citizen: bool,
    /// Where somebody with a desk begins: `/clinic`, `/kiosk`, `/office/ledger`.
    pub desk: &'static str,
}

/// How far the town is: people now, people wanted, entries now.
pub type Moving = Arc<dyn Fn() -> (u64, u64, u64) + Send + Sync>;

/// Everything the demo's first page shows.
#[derive(Clone)]
pub struct Stage {
    /// Whom a visitor can be; the first citizen and the first of the staff lead
    /// through the journey.
    pub parts: Vec<Part>,
    /// Institutions of the town.
    pub institutions: usize,
    /// Bearer tokens by role, for the terminal.
    pub tokens: BTreeMap<String, String>,
    /// How far the town has moved in.
    pub progress: Moving,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage")
            .field("parts", &self.parts.len())
            .field("institutions", &self.institutions)
            .finish_non_exhaustive()
    }
}

impl Part {
    /// Where being them begins.
    pub(crate) fn begins(&self) -> &'static str {
        match (self.citizen, self.age) {
            (true, Some(age)) if age >= LARGE_TYPE_AGE => "/phone?elder=1",
            (true, _) => "/phone",
            (false, _) => self.desk,
        }
    }

    /// The name, and the same in the other script where it differs.
    pub(crate) fn names(&self, lang: Lang) -> (String, String) {
        let (first, other) = match lang {
            Lang::En if !self.name_en.is_empty() => (&self.name_en, &self.name),
            Lang::Zh | Lang::En => (&self.name, &self.name_en),
        };
        let other = if first == other { String::new() } else { other.clone() };
        (first.clone(), other)
    }

    pub(crate) fn says(&self, lang: Lang) -> &str {
        match lang {
            Lang::En if !self.story_en.is_empty() => &self.story_en,
            Lang::Zh | Lang::En => &self.story,
        }
    }
}

impl Stage {
    pub(crate) fn part(&self, key: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.key == key)
    }

    pub(crate) fn citizen(&self) -> Option<&Part> {
        self.parts.iter().find(|part| part.citizen)
    }

    pub(crate) fn doctor(&self) -> Option<&Part> {
        self.parts.iter().find(|part| !part.citizen && part.desk == "/clinic")
    }

    /// A token that may scan and read: a hospital's system, else a doctor's.
    pub(crate) fn machine_token(&self) -> &str {
        ["his", "doctor"].into_iter().find_map(|role| self.tokens.get(role)).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, name_en: &str, age: Option<i64>, citizen: bool) -> Part {
        Part {
            key: "k".into(),
            name: name.into(),
            name_en: name_en.into(),
            story: "故事".into(),
            story_en: String::new(),
            age,
            token: "t".into(),
            citizen,
            desk: "/clinic",
        }
    }

    #[test]
    fn parts_begin_where_they_belong() {
        let elder = part("王桂兰", "Wang Guilan", Some(72), true);
        assert_eq!(elder.begins(), "/phone?elder=1");
        assert_eq!(part("周静怡", "", Some(41), true).begins(), "/phone");
        assert_eq!(part("林若衡", "", None, false).begins(), "/clinic");
        assert_eq!(elder.names(Lang::En), ("Wang Guilan".into(), "王桂兰".into()));
        assert_eq!(part("Amara", "Amara", None, true).names(Lang::Zh), ("Amara".into(), String::new()));
        assert_eq!(elder.says(Lang::En), "故事");
    }
}
