//! Rules of records: what an entry is, how a bundle is read. Values in, values
//! out.

pub mod entry;
pub mod bundle;
