//! The nouns of keys: what a key is for, its name, its stages. Values in, values
//! out; nothing here holds a private part.

pub mod key;
pub mod kid;
pub mod plan;
