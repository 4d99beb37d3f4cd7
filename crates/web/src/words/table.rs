//! The table of words: a name, the Chinese, the English. The rows stand in one
//! file for each surface; here they become one type.
//!
//! `{}` is a place for a value. Short sentences to the person reading; buttons
//! begin with a verb and say what happens next.

mod everywhere;
mod clinic;
mod report;
mod phone;
mod cards;
mod money;
mod home;
mod account;

macro_rules! words {
    ($($name:ident $zh:literal $en:literal;)*) => {
        /// A word or sentence of the pages, the same in every language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Word {$(
            #[doc = concat!("“", $en, "”, ", $zh)]
            $name,
        )*}

        impl Word {
            /// Every word, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The Chinese and the English.
            pub(super) const fn pair(self) -> (&'static str, &'static str) {
                match self {$( Self::$name => ($zh, $en), )*}
            }
        }
    };
}

/// Each file of rows hands those before it and its own on to the next.
macro_rules! gather {
    ({ $first:ident $($left:ident)* } $($row:tt)*) => { $first::$first! { gather { $($left)* } $($row)* } };
    ({} $($row:tt)*) => { words! { $($row)* } };
}

gather! { { everywhere clinic report phone cards money home account } }
