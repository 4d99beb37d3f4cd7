//! Days and periods, coverage, filings, sharing, the catalogue: values in, values
//! out.

pub mod card;
pub mod catalogue;
pub mod coverage;
pub mod day;
pub mod designation;
pub mod filing;
pub mod sharing;
