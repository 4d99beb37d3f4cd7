//! Words that one desk alone says stand beside its markup, in both languages; those
//! that several say are in `web`'s table.

use web::words::Lang;

/// The one of the page's language.
pub(crate) const fn say<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
